/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rate.h - the rules that turn figures into a value with a status: what growth
 * from zero is called, which ratios have no meaning, when a value is missing.
 *
 * A figure is what is known of one cell or sum; a value is what is said of it.
 * Both are values: copy them freely.
 */
#ifndef INDICATORS_MEASURE_RATE_H
#define INDICATORS_MEASURE_RATE_H

#include <tradestat/indicator.h>

enum ts_have {
	TS_HAVE_NONE = 0, /* no row speaks of it */
	TS_HAVE_MISSING,  /* a row says that it is not known */
	TS_HAVE_VALUE,
};

struct ts_fig {
	double value; /* 0 unless known */
	enum ts_have have;
};

struct ts_value {
	double value;
	bool has;
	enum ts_result_status status;
};

struct ts_fig ts_fig_of(double value);
struct ts_fig ts_fig_missing(void);
bool ts_fig_known(struct ts_fig fig);
/* Not known if one of the two is not. */
struct ts_fig ts_fig_plus(struct ts_fig a, struct ts_fig b);
struct ts_fig ts_fig_minus(struct ts_fig a, struct ts_fig b);

/* NaN and infinity become "outside the domain", without a value. */
struct ts_value ts_value_of(double value);
struct ts_value ts_value_undef(enum ts_result_status status);
struct ts_value ts_value_fig(struct ts_fig fig);

/* a: the base, b: now. */
struct ts_value ts_rate_delta(struct ts_fig a, struct ts_fig b);
struct ts_value ts_rate_growth(struct ts_fig a, struct ts_fig b);
struct ts_value ts_rate_fold(struct ts_fig a, struct ts_fig b);
struct ts_value ts_rate_cagr(struct ts_fig a, struct ts_fig b, double years);
/* 100 (b - a) / whole: percentage points of the growth of a whole, which must
 * not be negative. */
struct ts_value ts_rate_contribution(struct ts_fig a, struct ts_fig b,
				     struct ts_fig whole);
/* scale * part / whole; a whole of exactly 0 has no ratio. */
struct ts_value ts_rate_ratio(struct ts_fig part, struct ts_fig whole,
			      double scale);

#endif
