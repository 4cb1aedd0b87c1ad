/* SPDX-License-Identifier: Apache-2.0 */
/* Doubles as the shortest text that reads back, and rounded by that text. */
#include <tradestat/num.h>

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "kit/digits.h"

const double ts_pow10[23] = {
	1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

/* glibc answers newlocale("C") with a constant object: nothing is made and
 * nothing has to be kept. */
double
ts_plain_double(const char *text)
{
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	double value = strtod_l(text, NULL, plain);

	freelocale(plain);
	return value;
}

/* |value| = 0.d1d2d3... times 10^point; digits without trailing zeros. */
struct shortest {
	char digits[20];
	int count;
	int point;
};

/* Digits of "d.ddde+XX" as printf writes it in any locale: whatever stands
 * between the first and the second digit is the point of that locale. */
static void
scan_exponent_form(const char *text, struct shortest *out)
{
	int exponent = 0;
	bool negative;

	out->count = 0;
	for (; *text != 'e' && *text != '\0'; text++)
		if (ts_digit(*text) <= 9 && out->count < 18)
			out->digits[out->count++] = *text;
	negative = text[0] == 'e' && text[1] == '-';
	for (; *text != '\0'; text++)
		if (ts_digit(*text) <= 9)
			exponent = exponent * 10 + (int)ts_digit(*text);
	out->point = (negative ? -exponent : exponent) + 1;
	while (out->count > 1 && out->digits[out->count - 1] == '0')
		out->count--;
}

static double
shortest_value(const struct shortest *s)
{
	char text[48];

	snprintf(text, sizeof text, "%.*se%d", s->count, s->digits,
		 s->point - s->count);
	return ts_plain_double(text);
}

/* Up to 15 digits a decimal is unique, and one division gives it back. */
static bool
find_by_division(double value, struct shortest *out)
{
	int scale;

	for (scale = 0; scale <= 15; scale++) {
		double grown = value * ts_pow10[scale], whole = rint(grown);
		uint64_t left = (uint64_t)(grown < 1e15 ? whole : 0);
		int i, count = 0;

		if (grown >= 1e15)
			return false;
		if (left == 0 || (double)left / ts_pow10[scale] != value)
			continue;
		for (; left % 10 == 0; left /= 10)
			scale--;
		for (; left > 0; left /= 10)
			out->digits[count++] = (char)('0' + left % 10);
		for (i = 0; i < count / 2; i++) {
			char swap = out->digits[i];

			out->digits[i] = out->digits[count - 1 - i];
			out->digits[count - 1 - i] = swap;
		}
		out->count = count;
		out->point = count - scale;
		return true;
	}
	return false;
}

static void
add_to_last_digit(struct shortest *s)
{
	while (s->count > 0 && s->digits[s->count - 1] == '9')
		s->count--;
	if (s->count > 0) {
		s->digits[s->count - 1]++;
	} else {
		s->digits[s->count++] = '1';
		s->point++;
	}
}

/* Below a power of two doubles lie twice as close as above it: the nearest 16
 * digits may miss where the next higher ones read back. */
static bool
find_above_power(double value, struct shortest *out)
{
	int exponent;

	if (frexp(value, &exponent) != 0.5)
		return false;
	while (out->count < 16)
		out->digits[out->count++] = '0';
	add_to_last_digit(out);
	return shortest_value(out) == value;
}

/* value > 0 and finite. */
static void
find_shortest(double value, struct shortest *out)
{
	char text[48];
	/* below the normal range even one digit may do */
	int precision = value < DBL_MIN ? 0 : 14;

	if (find_by_division(value, out))
		return;
	for (; precision <= 16; precision++) {
		snprintf(text, sizeof text, "%.*e", precision, value);
		scan_exponent_form(text, out);
		if (precision == 16 || shortest_value(out) == value ||
		    (precision == 15 && find_above_power(value, out)))
			return;
	}
}

size_t
ts_double_print(double value, char *text)
{
	struct shortest s;
	size_t used = 0;
	int i;

	if (isnan(value) || isinf(value))
		return (size_t)snprintf(text, TS_DOUBLE_TEXT, "%s",
					isnan(value) ? "NaN"
					: value < 0  ? "-inf"
						     : "inf");
	if (value < 0)
		text[used++] = '-';
	if (value == 0) {
		text[used++] = '0';
		text[used] = '\0';
		return used;
	}
	find_shortest(fabs(value), &s);
	if (s.point > 21 || s.point < -5) {
		text[used++] = s.digits[0];
		if (s.count > 1)
			text[used++] = '.';
		for (i = 1; i < s.count; i++)
			text[used++] = s.digits[i];
		return used + (size_t)snprintf(text + used,
					       TS_DOUBLE_TEXT - used, "e%d",
					       s.point - 1);
	}
	if (s.point <= 0) {
		text[used++] = '0';
		text[used++] = '.';
		for (i = s.point; i < 0; i++)
			text[used++] = '0';
	}
	for (i = 0; i < s.count; i++) {
		if (i == s.point && i > 0)
			text[used++] = '.';
		text[used++] = s.digits[i];
	}
	for (; i < s.point; i++)
		text[used++] = '0';
	text[used] = '\0';
	return used;
}

double
ts_round(double value, int digits)
{
	struct shortest s;
	int keep;
	bool up;

	if (value == 0 || isnan(value) || isinf(value))
		return value;
	find_shortest(fabs(value), &s);
	if (digits >= s.count - s.point)
		return value;
	if (digits < -s.point)
		return 0;
	keep = s.point + digits; /* 0..count-1 */
	up = s.digits[keep] > '5' ||
	     (s.digits[keep] == '5' &&
	      (keep + 1 < s.count ||
	       (keep > 0 && (ts_digit(s.digits[keep - 1]) & 1) != 0)));
	s.count = keep;
	if (up)
		add_to_last_digit(&s);
	if (s.count == 0)
		return 0;
	return value < 0 ? -shortest_value(&s) : shortest_value(&s);
}
