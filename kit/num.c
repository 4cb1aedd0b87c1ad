/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/num.h>

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kit/digits.h"

#define MAX_SCALE 100

static const uint64_t pow10u[20] = {
	1u,
	10u,
	100u,
	1000u,
	10000u,
	100000u,
	1000000u,
	10000000u,
	100000000u,
	1000000000u,
	10000000000u,
	100000000000u,
	1000000000000u,
	10000000000000u,
	100000000000000u,
	1000000000000000u,
	10000000000000000u,
	100000000000000000u,
	1000000000000000000u,
	10000000000000000000u,
};

enum ts_status
ts_num_int(const char *text, int64_t min, int64_t max, int64_t *out,
	   struct ts_err *err)
{
	char *end;
	intmax_t value;

	if (text[0] != '-' && ts_digit(text[0]) > 9)
		return ts_fail(err, TS_BAD_DATA, "not a number: \"%.40s\"",
			       text);
	errno = 0;
	value = strtoimax(text, &end, 10);
	if (end == text || *end != '\0')
		return ts_fail(err, TS_BAD_DATA, "not a number: \"%.40s\"",
			       text);
	if (errno == ERANGE || value < min || value > max)
		return ts_fail(err, TS_BAD_DATA, "%.40s is outside %jd..%jd",
			       text, (intmax_t)min, (intmax_t)max);
	*out = value;
	return TS_OK;
}

/* [+-]digits[.digits][(e|E)[+-]digits], taken apart. */
struct parts {
	const char *whole, *fraction;
	size_t whole_count, fraction_count;
	bool negative;
	int exponent; /* +-99,999 when it is beyond that */
};

static const char *
skip_digits(const char *p, const char *end)
{
	while (p < end && ts_digit(*p) <= 9)
		p++;
	return p;
}

static bool
take_apart(const char *p, const char *end, struct parts *out)
{
	bool negative = false;
	int exponent = 0;

	out->negative = false;
	out->exponent = 0;
	if (p < end && (*p == '-' || *p == '+'))
		out->negative = *p++ == '-';
	out->whole = p;
	p = skip_digits(p, end);
	out->whole_count = (size_t)(p - out->whole);
	out->fraction = p;
	out->fraction_count = 0;
	if (out->whole_count == 0)
		return false;
	if (p < end && *p == '.') {
		out->fraction = ++p;
		p = skip_digits(p, end);
		out->fraction_count = (size_t)(p - out->fraction);
		if (out->fraction_count == 0)
			return false;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '-' || *p == '+'))
			negative = *p++ == '-';
		if (p == end)
			return false;
		for (; p < end && ts_digit(*p) <= 9; p++)
			if (exponent < 10000)
				exponent = exponent * 10 + (int)ts_digit(*p);
	}
	out->exponent = negative ? -exponent : exponent;
	return p == end;
}

/* The digits of a number as one sequence without leading zeros. */
struct digits {
	const struct parts *parts;
	size_t first, count; /* all that matter: first..count-1 */
};

static unsigned
digit_at(const struct digits *digits, size_t i)
{
	const struct parts *parts = digits->parts;

	return i < parts->whole_count
		       ? ts_digit(parts->whole[i])
		       : ts_digit(parts->fraction[i - parts->whole_count]);
}

/* The first "keep" digits as a number; false: more than limit. */
static bool
collect(const struct digits *digits, size_t keep, uint64_t limit, uint64_t *out)
{
	uint64_t value = 0;
	size_t i;

	if (keep > 19)
		return false;
	for (i = 0; i < keep; i++) /* 19 digits fit in 64 bits */
		value = value * 10 + digit_at(digits, digits->first + i);
	if (value > limit)
		return false;
	*out = value;
	return true;
}

/* Rounds half to even to 18 digits; *dropped: how many went. */
static uint64_t
round_to_18(const struct digits *digits, size_t *dropped)
{
	size_t i, from = digits->first + 18;
	unsigned next = digit_at(digits, from);
	uint64_t value = 0;
	bool rest = false;

	collect(digits, 18, UINT64_MAX, &value);
	*dropped = digits->count - from;
	for (i = from + 1; i < digits->count && !rest; i++)
		rest = digit_at(digits, i) != 0;
	if (next > 5 || (next == 5 && (rest || (value & 1) != 0)))
		value++;
	if (value == pow10u[18]) {
		value = pow10u[17];
		*dropped += 1;
	}
	return value;
}

static bool
put_decimal(struct ts_decimal *out, bool negative, uint64_t value,
	    int64_t scale)
{
	if (scale > MAX_SCALE || scale < -MAX_SCALE)
		return false;
	out->coef = (int64_t)(negative ? 0 - value : value);
	out->scale = (int8_t)scale;
	return true;
}

/* Exponents, and numbers of 19 digits and more. */
static bool
read_slowly(const char *text, size_t length, struct ts_decimal *out,
	    bool *rounded)
{
	struct parts parts;
	struct digits digits = { .parts = &parts };
	uint64_t value = 0, limit;
	size_t dropped;
	bool inexact = false;
	int64_t scale;

	if (!take_apart(text, text + length, &parts) ||
	    parts.exponent > MAX_SCALE || parts.exponent < -MAX_SCALE)
		return false;
	digits.count = parts.whole_count + parts.fraction_count;
	while (digits.first < digits.count &&
	       digit_at(&digits, digits.first) == 0)
		digits.first++;
	scale = (int64_t)parts.fraction_count - parts.exponent;
	limit = (uint64_t)INT64_MAX + parts.negative;
	/* written zeros go one by one, only as far as they must: those
	 * behind the point for the scale, then any for the coefficient */
	while (scale > MAX_SCALE && digits.count > parts.whole_count &&
	       digit_at(&digits, digits.count - 1) == 0) {
		digits.count--;
		scale--;
	}
	while (digits.first < digits.count &&
	       !collect(&digits, digits.count - digits.first, limit, &value)) {
		if (digit_at(&digits, digits.count - 1) != 0) {
			value = round_to_18(&digits, &dropped);
			scale -= (int64_t)dropped;
			inexact = true;
			break;
		}
		digits.count--;
		scale--;
	}
	if (!put_decimal(out, parts.negative, value, scale))
		return false;
	if (rounded != NULL)
		*rounded = inexact;
	return true;
}

bool
ts_decimal_read(const char *text, size_t length, struct ts_decimal *out,
		bool *rounded)
{
	const char *p = text, *end = text + length, *whole, *point;
	size_t fraction = 0;
	uint64_t value = 0;
	bool negative;

	if (length == 0 || length > 19)
		return read_slowly(text, length, out, rounded);
	negative = *p == '-';
	p += negative || *p == '+';
	whole = p;
	while (p < end && ts_digit(*p) <= 9)
		value = value * 10 + ts_digit(*p++);
	if (p == whole)
		return false;
	if (p < end && *p == '.') {
		point = ++p;
		while (p < end && ts_digit(*p) <= 9)
			value = value * 10 + ts_digit(*p++);
		fraction = (size_t)(p - point);
		if (fraction == 0)
			return false;
	}
	if (p < end || value > INT64_MAX) /* an exponent, or rubbish */
		return read_slowly(text, length, out, rounded);
	out->coef = negative ? -(int64_t)value : (int64_t)value;
	out->scale = (int8_t)fraction;
	if (rounded != NULL)
		*rounded = false;
	return true;
}

enum ts_status
ts_decimal_parse(const char *text, size_t length, struct ts_decimal *out,
		 bool *rounded, struct ts_err *err)
{
	if (ts_decimal_read(text, length, out, rounded))
		return TS_OK;
	return ts_fail(err, TS_BAD_DATA, "not a decimal number: \"%.*s\"",
		       length > 40 ? 40 : (int)length, text);
}

static uint64_t
magnitude(int64_t value)
{
	return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

size_t
ts_decimal_print(struct ts_decimal value, char *text)
{
	char digits[20];
	size_t count = 0, used = 0, i;
	uint64_t left = magnitude(value.coef);
	int scale = value.scale;

	do
		digits[count++] = (char)('0' + left % 10);
	while ((left /= 10) != 0);
	if (value.coef < 0)
		text[used++] = '-';
	if (scale <= 0) {
		while (count > 0)
			text[used++] = digits[--count];
		for (; scale < 0 && value.coef != 0; scale++)
			text[used++] = '0';
		text[used] = '\0';
		return used;
	}
	if (count <= (size_t)scale)
		text[used++] = '0';
	while (count > (size_t)scale)
		text[used++] = digits[--count];
	text[used++] = '.';
	for (i = count; i < (size_t)scale; i++)
		text[used++] = '0';
	while (count > 0)
		text[used++] = digits[--count];
	text[used] = '\0';
	return used;
}

double
ts_decimal_double(struct ts_decimal value)
{
	char text[48];
	int scale = value.scale;

	/* both operands are exact, so one operation rounds once */
	if (magnitude(value.coef) <= (uint64_t)1 << 53 && scale <= 22 &&
	    scale >= -22) {
		double coef = (double)value.coef;

		return scale >= 0 ? coef / ts_pow10[scale]
				  : coef * ts_pow10[-scale];
	}
	snprintf(text, sizeof text, "%" PRId64 "e%d", value.coef, -scale);
	return ts_plain_double(text);
}

enum ts_status
ts_num_double(const char *text, double *out, struct ts_err *err)
{
	size_t length = strlen(text);
	struct ts_decimal decimal;
	struct parts parts;
	bool rounded;
	double value;

	if (ts_decimal_read(text, length, &decimal, &rounded) && !rounded) {
		value = ts_decimal_double(decimal);
		*out = decimal.coef == 0 ? 0.0 : value;
		return TS_OK;
	}
	if (!take_apart(text, text + length, &parts))
		return ts_fail(err, TS_BAD_DATA, "not a number: \"%.40s\"",
			       text);
	value = ts_plain_double(text);
	if (isinf(value))
		return ts_fail(err, TS_BAD_DATA,
			       "too large a number: \"%.40s\"", text);
	*out = value;
	return TS_OK;
}

static int
compare_magnitudes(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* a, of the smaller scale, times 10^by against b; both positive. */
static int
compare_scaled(uint64_t a, int by, uint64_t b)
{
	unsigned __int128 grown;

	if (by >= 20) /* 10^20 is more than any coefficient */
		return 1;
	grown = (unsigned __int128)a * pow10u[by];
	return grown < b ? -1 : grown > b;
}

int
ts_decimal_compare(struct ts_decimal a, struct ts_decimal b)
{
	int sign_a = a.coef < 0 ? -1 : a.coef > 0;
	int sign_b = b.coef < 0 ? -1 : b.coef > 0;
	uint64_t large_a = magnitude(a.coef), large_b = magnitude(b.coef);
	int order;

	if (sign_a != sign_b)
		return sign_a < sign_b ? -1 : 1;
	if (sign_a == 0)
		return 0;
	if (a.scale == b.scale)
		order = compare_magnitudes(large_a, large_b);
	else if (a.scale < b.scale)
		order = compare_scaled(large_a, b.scale - a.scale, large_b);
	else
		order = -compare_scaled(large_b, a.scale - b.scale, large_a);
	return sign_a > 0 ? order : -order;
}

enum ts_status
ts_decimal_add(struct ts_decimal a, struct ts_decimal b, struct ts_decimal *out,
	       struct ts_err *err)
{
	struct ts_decimal coarse = a.scale <= b.scale ? a : b;
	struct ts_decimal fine = a.scale <= b.scale ? b : a;
	char text_a[TS_DECIMAL_TEXT], text_b[TS_DECIMAL_TEXT];
	__int128 sum;

	if (coarse.coef == 0 && fine.scale - coarse.scale > 19) {
		*out = fine;
		return TS_OK;
	}
	while (fine.scale - coarse.scale > 19 && fine.coef % 10 == 0) {
		if (fine.coef == 0) {
			*out = coarse;
			return TS_OK;
		}
		fine.coef /= 10;
		fine.scale--;
	}
	/* further apart, the sum has more digits than any coefficient */
	if (fine.scale - coarse.scale <= 19) {
		sum = (__int128)coarse.coef *
			      (__int128)pow10u[fine.scale - coarse.scale] +
		      fine.coef;
		while ((sum > INT64_MAX || sum < INT64_MIN) && sum % 10 == 0 &&
		       fine.scale > -MAX_SCALE) {
			sum /= 10;
			fine.scale--;
		}
		if (sum <= INT64_MAX && sum >= INT64_MIN) {
			out->coef = (int64_t)sum;
			out->scale = fine.scale;
			return TS_OK;
		}
	}
	ts_decimal_print(a, text_a);
	ts_decimal_print(b, text_b);
	return ts_fail(err, TS_BAD_DATA, "sum does not fit: %s + %s", text_a,
		       text_b);
}

enum ts_status
ts_decimal_shift(struct ts_decimal value, int power, struct ts_decimal *out,
		 struct ts_err *err)
{
	int64_t scale = (int64_t)value.scale - power;

	while (scale > MAX_SCALE && value.coef % 10 == 0 && value.coef != 0) {
		value.coef /= 10;
		scale--;
	}
	if (value.coef == 0 && scale > MAX_SCALE)
		scale = MAX_SCALE;
	if (value.coef == 0 && scale < -MAX_SCALE)
		scale = -MAX_SCALE;
	if (scale > MAX_SCALE || scale < -MAX_SCALE)
		return ts_fail(err, TS_BAD_DATA,
			       "a multiplier of 10^%d leaves the range", power);
	out->coef = value.coef;
	out->scale = (int8_t)scale;
	return TS_OK;
}
