/* SPDX-License-Identifier: Apache-2.0 */
/*
 * num.h - numbers are parsed whole or not at all, independent of the locale.
 *
 * A figure on its way into the store is an exact decimal: an int64 coefficient
 * and a scale, value = coefficient / 10^scale. scale may be negative (1e10).
 * It becomes a double when an indicator is computed.
 */
#ifndef TRADESTAT_NUM_H
#define TRADESTAT_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tradestat/err.h>

struct ts_decimal {
	int64_t coef;
	int8_t scale; /* digits behind the point, -100..100 */
};

/* Results are untouched on failure (TS_BAD_DATA). */
TS_API enum ts_status ts_num_int(const char *text, int64_t min, int64_t max,
				 int64_t *out, struct ts_err *err) TS_MUST_USE;
TS_API enum ts_status ts_num_double(const char *text, double *out,
				    struct ts_err *err) TS_MUST_USE;

/*
 * Accepts [+-]digits[.digits][(e|E)[+-]digits], point as decimal sign, no
 * blanks. Keeps the written scale: "1.50" is 150 and 2. More significant
 * digits than int64 holds: zeros behind the point are dropped first; then
 * the value is rounded half even to 18 digits and *rounded is set
 * (a publisher that sends 17 digits and 17 decimals keeps them all).
 * "NaN", "inf", hexadecimal and an exponent outside -100..100 are refused.
 * rounded may be NULL.
 */
TS_API enum ts_status ts_decimal_parse(const char *text, size_t length,
				       struct ts_decimal *out, bool *rounded,
				       struct ts_err *err) TS_MUST_USE;
/* Fast path of the above for hot loops: false means malformed. */
TS_API bool ts_decimal_read(const char *text, size_t length,
			    struct ts_decimal *out, bool *rounded);

#define TS_DECIMAL_TEXT 128
/* Plain notation, no exponent, scale kept ("150" and 2: "1.50"). Returns the
 * length; text must hold TS_DECIMAL_TEXT bytes. */
TS_API size_t ts_decimal_print(struct ts_decimal value, char *text);
/* Correctly rounded. */
TS_API double ts_decimal_double(struct ts_decimal value);
/* -1, 0, 1; exact, 1.5 equals 1.50. */
TS_API int ts_decimal_compare(struct ts_decimal a, struct ts_decimal b);
/* Exact sum; TS_BAD_DATA when it does not fit. */
TS_API enum ts_status ts_decimal_add(struct ts_decimal a, struct ts_decimal b,
				     struct ts_decimal *out,
				     struct ts_err *err) TS_MUST_USE;
/* value * 10^power: moves the scale. */
TS_API enum ts_status ts_decimal_shift(struct ts_decimal value, int power,
				       struct ts_decimal *out,
				       struct ts_err *err) TS_MUST_USE;

#define TS_DOUBLE_TEXT 40
/* Shortest text that reads back as the same double, plain notation up to
 * 1e21 ("0.1", "19900000000"), else exponent form. Never localised. */
TS_API size_t ts_double_print(double value, char *text);
/* Half-even rounding of the shortest decimal form to digits behind the point;
 * the one rounding rule of the product. digits may be negative. */
TS_API double ts_round(double value, int digits);

#endif
