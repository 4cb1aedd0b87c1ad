/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gnuplot cannot tell how wide a text becomes, and a guess of so many pixels
 * a character leaves tiles empty that had room. So the widths of the letters
 * come from the font itself (width_inter.h). Kerning is not counted: it only
 * ever makes a text narrower. In a PNG, which has two pixels for one of ours,
 * the letters stand on whole pixels; in small type that adds up to as much as
 * 1.5 %, so the wider of both sums counts.
 */
#include <math.h>
#include <tradestat/script.h>
#include <tradestat/text.h>
#include "kit/width_inter.h"

#define EM 2048.0
#define ELLIPSIS_TEXT "\xE2\x80\xA6"

/* A letter that Inter does not have comes from a fallback font. */
static unsigned
foreign_advance(uint32_t c)
{
	if ((c >= 0x0300 && c <= 0x036F) || (c >= 0x200B && c <= 0x200F) ||
	    c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xFEFF)
		return 0;
	if ((c >= 0x1100 && c <= 0x11FF) || (c >= 0x2E80 && c <= 0xD7FF) ||
	    (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) ||
	    (c >= 0xFF00 && c <= 0xFF60) || c >= 0x10000)
		return 2048;
	return 1360;
}

static unsigned
advance(enum ts_weight weight, uint32_t c)
{
	size_t i;

	for (i = 0; i < sizeof(inter_ranges) / sizeof(inter_ranges[0]); i++) {
		unsigned wide;

		if (c < inter_ranges[i].first || c > inter_ranges[i].last)
			continue;
		wide = inter_advance[weight][inter_ranges[i].offset + c -
					     inter_ranges[i].first];
		return wide ? wide : foreign_advance(c);
	}
	return foreign_advance(c);
}

/* How far a line has come, in px. */
struct pen {
	double exact, whole;
};

static void
put(struct pen *pen, enum ts_weight weight, double size_px, uint32_t c)
{
	double wide = advance(weight, c) / EM * size_px;

	pen->exact += wide;
	pen->whole += round(2 * wide) / 2;
}

static double
reached(struct pen pen)
{
	return fmax(pen.exact, pen.whole);
}

double
ts_text_width(enum ts_weight weight, double size_px, const char *text)
{
	const char *end = text ? text + strlen(text) : text;
	struct pen pen = { 0, 0 };

	while (text < end)
		put(&pen, weight, size_px, ts_utf8_next(&text, end));
	return reached(pen);
}

/* A line of text: what the functions below share. */
struct line {
	enum ts_weight weight;
	double size_px, width_px;
};

/* The longest head of text that fits into the line less some px. */
static const char *
head(const struct line *line, double less, const char *text, const char *end)
{
	struct pen pen = { 0, 0 };

	while (text < end) {
		const char *next = text;

		put(&pen, line->weight, line->size_px,
		    ts_utf8_next(&next, end));
		if (reached(pen) > line->width_px - less)
			break;
		text = next;
	}
	return text;
}

static bool
is_break(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static const char *
without_blanks(const char *text, const char *end)
{
	while (end > text &&
	       (end[-1] == ' ' || end[-1] == ',' || end[-1] == ';' ||
		end[-1] == '(' || end[-1] == '-'))
		end--;
	return end;
}

/* A text of one line stays one. */
static void
add_line(struct ts_buf *out, const char *text, const char *end)
{
	for (; text < end; text++)
		ts_buf_add_char(out, is_break(*text) ? ' ' : *text);
}

static void
fit(struct ts_buf *out, const struct line *line, const char *text,
    const char *end)
{
	const char *stop = head(line, 0, text, end);

	if (stop < end) {
		stop = head(line,
			    ts_text_width(line->weight, line->size_px,
					  ELLIPSIS_TEXT),
			    text, end);
		stop = without_blanks(text, stop);
	}
	add_line(out, text, stop);
	if (stop < end)
		ts_buf_add(out, ELLIPSIS_TEXT);
}

void
ts_text_fit(struct ts_buf *out, enum ts_weight weight, double size_px,
	    double width_px, const char *text)
{
	struct line line = { weight, size_px, width_px };

	if (text)
		fit(out, &line, text, text + strlen(text));
}

static const char *
skip_breaks(const char *text, const char *end)
{
	while (text < end && is_break(*text))
		text++;
	return text;
}

/*
 * Where the line that begins at text ends. A word that is wider than the
 * line is broken behind its last hyphen or stroke that fits, else anywhere,
 * but never before its first letter: every line makes progress.
 */
static const char *
line_end(const struct line *line, const char *text, const char *end)
{
	const char *stop = head(line, 0, text, end), *at;

	if (stop == end || is_break(*stop))
		return stop;
	for (at = stop; at > text; at--)
		if (is_break(at[-1]))
			return at;
	for (at = stop; at > text + 1; at--)
		if (at[-1] == '-' || at[-1] == '/')
			return at;
	if (stop == text)
		(void)ts_utf8_next(&stop, end);
	return stop;
}

int
ts_text_wrap(struct ts_buf *out, enum ts_weight weight, double size_px,
	     double width_px, int max_lines, const char *text)
{
	struct line line = { weight, size_px, width_px };
	const char *end;
	int lines = 0;

	if (!text || max_lines < 1)
		return 0;
	end = text + strlen(text);
	while (end > text && is_break(end[-1]))
		end--;
	for (text = skip_breaks(text, end); text < end;
	     text = skip_breaks(text, end)) {
		const char *stop, *ink;

		if (lines++)
			ts_buf_add_char(out, '\n');
		if (lines == max_lines) {
			fit(out, &line, text, end);
			break;
		}
		stop = line_end(&line, text, end);
		ink = stop;
		while (ink > text && is_break(ink[-1]))
			ink--;
		add_line(out, text, ink);
		text = stop;
	}
	return lines;
}
