/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/office_text.h"

#include <string.h>
#include <tradestat/text.h>

/* NBSP, figure, thin and narrow no-break space. */
static bool
is_blank(uint32_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xa0 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x3000 ||
	       c == 0xfeff;
}

static uint32_t
small(uint32_t c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7) ||
	    (c >= 0x410 && c <= 0x42f))
		return c + 32;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	/* Kazakh letters come in pairs, the capital first */
	if (c >= 0x48a && c <= 0x52f && (c < 0x4c0 || c > 0x4cf) && c % 2 == 0)
		return c + 1;
	return c;
}

static size_t
put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

void
ts_office_fold(const char *text, char out[TS_OFFICE_TEXT])
{
	const char *end = text + strlen(text);
	size_t used = 0;
	bool blank = false;

	while (text < end && used < TS_OFFICE_TEXT - 6) {
		uint32_t c = ts_utf8_next(&text, end);

		if (is_blank(c)) {
			blank = used > 0;
			continue;
		}
		if (blank)
			out[used++] = ' ';
		blank = false;
		used += put(out + used, small(c));
	}
	out[used] = '\0';
}

bool
ts_office_same(const char *a, const char *b)
{
	char first[TS_OFFICE_TEXT], second[TS_OFFICE_TEXT];

	ts_office_fold(a, first);
	ts_office_fold(b, second);
	return strcmp(first, second) == 0;
}

/* ---- figures ------------------------------------------------------------ */

#define MAX_NUMBER 64

/* A figure taken apart: digits and the signs between them. '_' stands for a
 * blank or an apostrophe. */
struct shape {
	char text[MAX_NUMBER];
	size_t length;
	bool negative;
};

static bool
take_apart(const char *text, struct shape *shape)
{
	const char *end = text + strlen(text);
	bool brackets = false, closed = false, digits = false;

	memset(shape, 0, sizeof *shape);
	while (text < end) {
		uint32_t c = ts_utf8_next(&text, end);

		if (shape->length == MAX_NUMBER - 1 || closed)
			return false;
		if (c >= '0' && c <= '9') {
			digits = true;
			shape->text[shape->length++] = (char)c;
		} else if (c == '.' || c == ',') {
			shape->text[shape->length++] = (char)c;
		} else if (is_blank(c)) {
			if (shape->length > 0)
				shape->text[shape->length++] = '_';
		} else if ((c == '\'' || c == 0x2019) && digits) {
			shape->text[shape->length++] = '_';
		} else if ((c == '-' || c == 0x2212) && shape->length == 0 &&
			   !shape->negative) {
			shape->negative = true;
		} else if (c == '+' && shape->length == 0) {
			continue;
		} else if (c == '(' && shape->length == 0 && !brackets) {
			brackets = true;
			shape->negative = true;
		} else if (c == ')' && brackets) {
			closed = true;
		} else {
			return false;
		}
	}
	while (shape->length > 0 && shape->text[shape->length - 1] == '_')
		shape->length--;
	shape->text[shape->length] = '\0';
	return digits && brackets == closed;
}

static size_t
count_of(const struct shape *shape, char c)
{
	size_t i, count = 0;

	for (i = 0; i < shape->length; i++)
		count += shape->text[i] == c;
	return count;
}

char
ts_office_decimal(const char *text)
{
	struct shape shape;
	size_t points, commas, before, behind;
	const char *sign;

	if (!take_apart(text, &shape))
		return '\0';
	points = count_of(&shape, '.');
	commas = count_of(&shape, ',');
	if (points == 0 && commas == 0)
		return '\0';
	if (points > 0 && commas > 0) /* the last one is the decimal sign */
		return strrchr(shape.text, '.') > strrchr(shape.text, ',')
			       ? '.'
			       : ',';
	if (points > 1)
		return ',';
	if (commas > 1)
		return '.';
	sign = strpbrk(shape.text, ".,");
	before = (size_t)(sign - shape.text);
	behind = shape.length - before - 1;
	/* "1,234" may be either; "0,234", "1234,567" and "1,23" may not */
	if (behind == 3 && before >= 1 && before <= 3 && shape.text[0] != '0')
		return '?';
	return *sign;
}

bool
ts_office_number(const char *text, char decimal, struct ts_decimal *out)
{
	char plain[MAX_NUMBER + 2];
	struct shape shape;
	size_t used = 0, i, group = 0;
	bool grouped = false, fraction = false;
	char group_sign = '\0';

	if (!take_apart(text, &shape))
		return false;
	if (shape.negative)
		plain[used++] = '-';
	for (i = 0; i < shape.length; i++) {
		char c = shape.text[i];

		if (c >= '0' && c <= '9') {
			plain[used++] = c;
			group++;
			continue;
		}
		/* a group in front of this sign is complete */
		if (!fraction && grouped && group != 3)
			return false;
		if (c == decimal) {
			if (fraction || group == 0)
				return false;
			fraction = true;
			plain[used++] = '.';
		} else {
			/* one sign groups a figure, and never its fraction */
			if (fraction || group == 0 || group > 3 ||
			    (group_sign != '\0' && c != group_sign))
				return false;
			grouped = true;
			group_sign = c;
		}
		group = 0;
	}
	if ((!fraction && grouped && group != 3) || (fraction && group == 0))
		return false;
	return ts_decimal_read(plain, used, out, NULL);
}
