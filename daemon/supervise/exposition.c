/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/supervise/exposition.h"

#include <inttypes.h>
#include <string.h>
#include <tradestat/text.h>

#define US INT64_C(1000000)
#define VALUE 200 /* bytes of a label's value */

/* Quotes for the exposition format: backslash, quote and line feed. */
static void
add_quoted(struct ts_buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n') {
			ts_buf_add(out, "\\n");
			continue;
		}
		if (*text == '\\' || *text == '"')
			ts_buf_add_char(out, '\\');
		ts_buf_add_char(out, *text);
	}
}

void
ts_expo_family(struct ts_buf *out, const struct ts_family *family)
{
	ts_buf_addf(out, "# TYPE %s %s\n", family->name, family->type);
	if (family->unit != NULL)
		ts_buf_addf(out, "# UNIT %s %s\n", family->name, family->unit);
	ts_buf_addf(out, "# HELP %s ", family->name);
	add_quoted(out, family->help);
	ts_buf_add_char(out, '\n');
}

static void
begin_sample(struct ts_buf *out, const struct ts_family *family,
	     const char *suffix, const struct ts_label *labels)
{
	char value[VALUE];
	size_t i;

	ts_buf_addf(out, "%s%s", family->name, suffix);
	for (i = 0; labels != NULL && i < TS_LABELS && labels[i].name != NULL;
	     i++) {
		ts_buf_addf(out, "%c%s=\"", i == 0 ? '{' : ',', labels[i].name);
		/* the format wants UTF-8; controls help nobody */
		ts_text_escape(value, sizeof value, labels[i].value);
		add_quoted(out, value);
		ts_buf_add_char(out, '"');
	}
	ts_buf_add(out, i > 0 ? "} " : " ");
}

void
ts_expo_value(struct ts_buf *out, const struct ts_family *family,
	      const char *suffix, const struct ts_label *labels, int64_t value)
{
	begin_sample(out, family, suffix, labels);
	ts_buf_addf(out, "%" PRId64 "\n", value);
}

void
ts_expo_seconds(struct ts_buf *out, const struct ts_family *family,
		const char *suffix, const struct ts_label *labels, int64_t us)
{
	int64_t of_second = us % US;

	begin_sample(out, family, suffix, labels);
	ts_buf_addf(out, "%s%" PRId64, us < 0 && us > -US ? "-" : "", us / US);
	if (of_second != 0)
		ts_buf_addf(out, ".%06" PRId64,
			    of_second < 0 ? -of_second : of_second);
	ts_buf_add_char(out, '\n');
}

void
ts_expo_end(struct ts_buf *out)
{
	ts_buf_add(out, "# EOF\n");
}
