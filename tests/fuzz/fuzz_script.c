/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a text holds, what gnuplot gets of it is one quoted string on one
 * line, or one field of a datablock, in valid UTF-8. */
#include <stdint.h>
#include <tradestat/script.h>
#include <tradestat/text.h>

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)
#define MOST_POINTS 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_forbidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == '\'' || c == '"' ||
	       c == '`' || c == '\\' || c == 0x2028 || c == 0x2029 ||
	       (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
	       c == 0xFFFE || c == 0xFFFF;
}

static void
check_safe(const struct ts_buf *safe)
{
	const char *at = safe->data, *end = safe->data + safe->used;

	MUST(!safe->failed && strlen(safe->data) == safe->used);
	MUST(ts_utf8_valid(safe->data, safe->used));
	MUST(ts_utf8_length(safe->data) <= MOST_POINTS);
	while (at < end)
		MUST(!is_forbidden(ts_utf8_next(&at, end)));
	/* gnuplot's svg terminal passes these on as they are */
	MUST(strstr(safe->data, "]]>") == NULL);
	MUST(strstr(safe->data, "&#x") == NULL);
	MUST(strstr(safe->data, "&#X") == NULL);
	MUST(safe->used == 0 ||
	     (safe->data[0] != ' ' && safe->data[safe->used - 1] != ' '));
}

static void
check_text(const char *text, const struct ts_buf *safe)
{
	struct ts_script script;

	ts_script_init(&script, 1 << 20);
	ts_script_text(&script, text);
	MUST(script.out.used == safe->used + 2);
	MUST(script.out.data[0] == '\'');
	MUST(script.out.data[script.out.used - 1] == '\'');
	MUST(memcmp(script.out.data + 1, safe->data, safe->used) == 0);
	ts_script_free(&script);
}

/* A row has as many lines and separators as it was given, whatever is in it,
 * and only the last line ends the block. */
static void
check_field(const char *text, const struct ts_buf *safe)
{
	struct ts_script script;
	const char *row, *terminator;
	size_t length;

	ts_script_init(&script, 1 << 20);
	ts_script_data(&script);
	ts_script_num(&script, 1);
	ts_script_field(&script, text);
	ts_script_field(&script, "next");
	ts_script_row(&script);
	ts_script_data_end(&script);
	row = strchr(script.out.data, '\n');
	MUST(row != NULL);
	terminator = strstr(script.out.data, "<< ") + 3;
	length = (size_t)(row++ - terminator);
	MUST(strncmp(row, "1\t", 2) == 0);
	MUST(strncmp(row + 2, safe->data, safe->used) == 0);
	row += 2 + safe->used;
	MUST(strncmp(row, "\tnext\n", 6) == 0);
	row += 6;
	MUST(strncmp(row, terminator, length) == 0);
	MUST(strcmp(row + length, "\n") == 0);
	ts_script_free(&script);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ts_buf safe = TS_BUF_INIT(1 << 20);
	struct ts_buf again = TS_BUF_INIT(1 << 20);
	char *text;

	if (size > 65536)
		return 0;
	text = malloc(size + 1);
	MUST(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	ts_script_safe(&safe, text);
	check_safe(&safe);
	ts_script_safe(&again, safe.data);
	MUST(strcmp(safe.data, again.data) == 0);
	check_text(text, &safe);
	check_field(text, &safe);
	ts_buf_free(&safe);
	ts_buf_free(&again);
	free(text);
	return 0;
}
