/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report/variant.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "daemon/report/render.h"

static bool
is_other(const char *wish, const char *ours)
{
	return wish != NULL && wish[0] != '\0' && strcmp(wish, ours) != 0;
}

void
ts_variant_id(const struct ts_conf_report *report, const char *currency,
	      const char *partner, char id[16])
{
	bool other_partner = is_other(partner, report->partner);
	bool other_currency = is_other(currency, report->currency);

	/* codes have three letters; what has more is cut, not written past */
	snprintf(id, 16, "%.7s%s%.7s", other_partner ? partner : "",
		 other_partner && other_currency ? "-" : "",
		 other_currency ? currency : "");
	for (; *id != '\0'; id++)
		*id = (char)tolower((unsigned char)*id);
}

static bool
is_code(const char *text)
{
	return strlen(text) == 3 && isupper((unsigned char)text[0]) &&
	       isalnum((unsigned char)text[1]) &&
	       isalnum((unsigned char)text[2]);
}

/* Can there be such an edition of this report? */
static enum ts_status
check(const struct ts_conf_report *report, const struct ts_conf_recipient *to,
      const struct ts_variant *variant, struct ts_err *err)
{
	const struct ts_template *tpl = ts_template_find(report->template);
	const char *partner = variant->report.partner;

	if (!is_code(variant->report.currency))
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s:%d: \"%.40s\" is no currency (ISO 4217)",
			       to->file, to->line, variant->report.currency);
	if (strcmp(partner, report->partner) == 0)
		return TS_OK;
	if (!is_code(partner))
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s:%d: \"%.40s\" is no country (ISO 3166)",
			       to->file, to->line, partner);
	if (tpl == NULL || !tpl->wants_partner)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s:%d: a recipient wants partner %s, and "
			       "report %s has none",
			       to->file, to->line, partner, report->id);
	if (strcmp(partner, report->reporter) == 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s:%d: a recipient wants partner %s, which "
			       "report %s is of",
			       to->file, to->line, partner, report->id);
	return TS_OK;
}

static bool
same_wish(const struct ts_conf_report *a, const struct ts_conf_report *b)
{
	return strcmp(a->currency, b->currency) == 0 &&
	       strcmp(a->partner, b->partner) == 0;
}

static enum ts_status
add(const struct ts_conf_report *report, const struct ts_conf_recipient *to,
    struct ts_variants *out, struct ts_err *err)
{
	struct ts_variant one = { .report = *report };
	size_t i;

	if (is_other(to->currency, report->currency))
		one.report.currency = to->currency;
	if (is_other(to->partner, report->partner))
		one.report.partner = to->partner;
	ts_variant_id(report, to->currency, to->partner, one.id);
	for (i = 0; i < out->count; i++)
		if (strcmp(out->items[i].id, one.id) == 0)
			break;
	/* CHE is a country and a currency */
	if (i < out->count && !same_wish(&out->items[i].report, &one.report))
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s:%d: two variants of report %s would be "
			       "called \"%s\"",
			       to->file, to->line, report->id, one.id);
	if (i < out->count)
		return TS_OK;
	if (check(report, to, &one, err) != TS_OK)
		return err->status;
	if (out->count == TS_MAX_VARIANTS)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s:%d: report %s has more than %d variants",
			       to->file, to->line, report->id,
			       TS_MAX_VARIANTS - 1);
	out->items[out->count++] = one;
	return TS_OK;
}

enum ts_status
ts_variants_of(const struct ts_conf_report *report, struct ts_variants *out,
	       struct ts_err *err)
{
	size_t d, i;

	*out = (struct ts_variants){ .count = 1 };
	out->items[0].report = *report;
	for (d = 0; d < report->deliver_count; d++)
		for (i = 0; i < report->deliver[d].recipient_count; i++)
			if (add(report, &report->deliver[d].recipients[i], out,
				err) != TS_OK)
				return err->status;
	return TS_OK;
}
