/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gnuplot's language is a shell: a backtick, a line end or a quote in the
 * wrong place executes. Escaping is no answer (a doubled quote at the start
 * of a string is a syntax error, backslashes are read inside data fields), so
 * foreign text is changed: what gnuplot must not read is replaced by what a
 * typographer would have set there.
 */
#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <tradestat/script.h>
#include <tradestat/text.h>

#define MAX_POINTS 300 /* code points of one text; longer is cut */
#define TERMINATOR "TS_END_7f3a"

enum {
	RIGHT_QUOTE = 0x2019,
	RIGHT_DOUBLE_QUOTE = 0x201D,
	ELLIPSIS = 0x2026,
	REPLACEMENT = 0xFFFD,
};

static bool
is_blank(uint32_t c)
{
	return c == ' ' || c == 0xA0 || (c >= 0x2000 && c <= 0x200B) ||
	       c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

/* Controls, line separators and what turns the direction of a whole line. */
static bool
is_dropped(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 ||
	       c == 0x2029 || (c >= 0x202A && c <= 0x202E) ||
	       (c >= 0x2066 && c <= 0x2069);
}

static uint32_t
replaced(uint32_t c)
{
	switch (c) {
	case '\'':
	case '`':
		return RIGHT_QUOTE;
	case '"':
		return RIGHT_DOUBLE_QUOTE;
	case '\\':
		return '/';
	case 0xFFFE: /* well-formed UTF-8, but no XML document may hold */
	case 0xFFFF: /* these two, and SVG is XML */
		return REPLACEMENT;
	default:
		return c;
	}
}

static bool
push(uint32_t points[MAX_POINTS], size_t *count, uint32_t c)
{
	if (*count == MAX_POINTS)
		return false;
	points[(*count)++] = c;
	return true;
}

/* gnuplot copies "]]>" and "&#x" into an SVG as they are: a blank breaks
 * them. */
static bool
push_broken(uint32_t points[MAX_POINTS], size_t *count, uint32_t c)
{
	const uint32_t *end = points + *count;

	if (*count >= 2 && c == '>' && end[-1] == ']' && end[-2] == ']' &&
	    !push(points, count, ' '))
		return false;
	if (*count >= 2 && (c == 'x' || c == 'X') && end[-1] == '#' &&
	    end[-2] == '&') {
		points[*count - 1] = ' ';
		if (!push(points, count, '#'))
			return false;
	}
	return push(points, count, c);
}

/* The code points that stay, at most MAX_POINTS of them; the last is an
 * ellipsis when there were more. Returns their number. */
static size_t
collect(const char *text, uint32_t points[MAX_POINTS])
{
	const char *end = text + strlen(text);
	size_t count = 0, used = 0; /* used: without blanks at the end */

	while (text < end) {
		uint32_t c = ts_utf8_next(&text, end);

		if (is_dropped(c) || (count == 0 && is_blank(c)))
			continue;
		if (is_blank(c)) {
			push(points, &count, c);
			continue;
		}
		if (!push_broken(points, &count, replaced(c))) {
			points[MAX_POINTS - 1] = ELLIPSIS;
			return MAX_POINTS;
		}
		used = count;
	}
	return used;
}

void
ts_script_safe(struct ts_buf *out, const char *text)
{
	uint32_t points[MAX_POINTS];
	size_t count = collect(text ? text : "", points), i;

	for (i = 0; i < count; i++)
		ts_utf8_put(out, points[i]);
}

void
ts_script_init(struct ts_script *script, size_t max_bytes)
{
	*script = (struct ts_script){
		.out = TS_BUF_INIT(max_bytes),
		.point_scale = 1,
	};
}

void
ts_script_free(struct ts_script *script)
{
	ts_buf_free(&script->out);
}

void
ts_script_cmd(struct ts_script *script, const char *fmt, ...)
{
	va_list args;

	assert(!script->in_block);
	va_start(args, fmt);
	ts_buf_vaddf(&script->out, fmt, args);
	va_end(args);
	ts_buf_add_char(&script->out, '\n');
}

void
ts_script_part(struct ts_script *script, const char *fmt, ...)
{
	va_list args;

	assert(!script->in_block);
	va_start(args, fmt);
	ts_buf_vaddf(&script->out, fmt, args);
	va_end(args);
}

void
ts_script_text(struct ts_script *script, const char *text)
{
	assert(!script->in_block);
	ts_buf_add_char(&script->out, '\'');
	ts_script_safe(&script->out, text);
	ts_buf_add_char(&script->out, '\'');
}

int
ts_script_data(struct ts_script *script)
{
	assert(!script->in_block);
	script->in_block = true;
	script->row_begun = false;
	script->blocks++;
	ts_buf_addf(&script->out, "$d%d << " TERMINATOR "\n", script->blocks);
	return script->blocks;
}

/* A row begins with a number, so that no row can equal the terminator; a
 * missing number at the beginning is spelled out for the same reason. */
void
ts_script_num(struct ts_script *script, double value)
{
	assert(script->in_block);
	if (script->row_begun)
		ts_buf_add_char(&script->out, '\t');
	if (isfinite(value))
		ts_buf_addf(&script->out, "%.9g", value);
	else if (!script->row_begun)
		ts_buf_add(&script->out, "NaN");
	script->row_begun = true;
}

void
ts_script_field(struct ts_script *script, const char *text)
{
	assert(script->in_block && script->row_begun);
	ts_buf_add_char(&script->out, '\t');
	ts_script_safe(&script->out, text);
}

void
ts_script_row(struct ts_script *script)
{
	assert(script->in_block && script->row_begun);
	ts_buf_add_char(&script->out, '\n');
	script->row_begun = false;
}

void
ts_script_gap(struct ts_script *script)
{
	assert(script->in_block && !script->row_begun);
	ts_buf_add_char(&script->out, '\n');
}

void
ts_script_data_end(struct ts_script *script)
{
	assert(script->in_block && !script->row_begun);
	ts_buf_add(&script->out, TERMINATOR "\n");
	script->in_block = false;
}
