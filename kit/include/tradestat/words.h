/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h - figures in words, by rule: the same numbers give the same text
 * every time, in every output. The rules are documented in docs/wording.md.
 *
 * Precision: a computed rate is worded no more precisely than its inputs
 * allow; a rate the publisher states itself is quoted as published. Below a
 * doubling a percentage, from a doubling on a fold; from zero "new", to zero
 * "no longer traded".
 */
#ifndef TRADESTAT_WORDS_H
#define TRADESTAT_WORDS_H

#include <stdbool.h>
#include <tradestat/buf.h>
#include <tradestat/num.h>

/* A value with its unit: 18.4e9 USD. half_width: the figure is only known to
 * +- this (half of the last published digit), 0 when exact. */
struct ts_amount {
	double value;
	double half_width;
	const char *unit; /* "USD", "EUR", "KZT", "kg", "percent", "" */
};

/* "$3.9 billion", "$314.9 thousand", "€12.0 million", "4,110 t"; three
 * significant digits, or fewer when half_width says so. */
TS_API void ts_words_amount(struct ts_buf *out, const char *language,
			    struct ts_amount amount);
/* The same without the currency, for a tile: "1.3 bn". */
TS_API void ts_words_short(struct ts_buf *out, const char *language,
			   struct ts_amount amount);
/* Label on a mark: "18.4 bn", "867 k", "+28.5" relative to a fixed scale. */
TS_API void ts_words_label(struct ts_buf *out, const char *language,
			   double value);
/* Scale for an axis: 1, 1e3, 1e6, 1e9, 1e12, and its word ("US$ bn"). */
TS_API double ts_words_scale(double largest);
TS_API void ts_words_unit(struct ts_buf *out, const char *language,
			  const char *unit, double scale);
/* value / scale with digits chosen for three significant ones in the whole
 * series; minus is U+2212, thousands are grouped. */
TS_API void ts_words_scaled(struct ts_buf *out, const char *language,
			    double value, double scale, bool sign);
/* Fixed digits behind the point, grouped, U+2212. */
TS_API void ts_words_fixed(struct ts_buf *out, const char *language,
			   double value, int digits, bool sign);

struct ts_change {
	struct ts_amount from, to;
	bool has_from, has_to;
	/* what the publisher states itself; NULL: nothing */
	const char *stated_growth; /* percent, as written: "26.7" */
	const char *stated_fold;   /* "4.9" */
	const char *stated_delta;  /* in the unit, exact text: "3900000000" */
	const char *stated_qualifier; /* "nearly"; NULL */
};

/*
 * The sentence behind a product's name:
 *   up 26.7% or $3.9 billion (from $14.5 to $18.4 billion)
 *   4.9-fold increase, up $44.2 million (from $11.2 to $55.3 million)
 *   new, $4.1 million      no longer traded (from $2.0 million)
 * about: rounded inputs ("up about 27%").
 */
TS_API void ts_words_change(struct ts_buf *out, const char *language,
			    const struct ts_change *change);
/* Only the rate: "+26.7%", "4.9×", "new", "gone". */
TS_API void ts_words_rate(struct ts_buf *out, const char *language,
			  const struct ts_change *change);
/* True when the stated rate lies outside what the rounded from and to allow;
 * *low..*high: the interval computed, percent. */
TS_API bool ts_words_contradicts(const struct ts_change *change, double *low,
				 double *high);
/* Name of a month, and a date: "24 November 2026". */
TS_API void ts_words_date(struct ts_buf *out, const char *language, int year,
			  int month, int day);

#endif
