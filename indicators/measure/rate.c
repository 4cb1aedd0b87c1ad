/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/rate.h"

#include <math.h>

struct ts_fig
ts_fig_of(double value)
{
	return (struct ts_fig){ .value = value, .have = TS_HAVE_VALUE };
}

struct ts_fig
ts_fig_missing(void)
{
	return (struct ts_fig){ .value = 0, .have = TS_HAVE_MISSING };
}

bool
ts_fig_known(struct ts_fig fig)
{
	return fig.have == TS_HAVE_VALUE;
}

struct ts_fig
ts_fig_plus(struct ts_fig a, struct ts_fig b)
{
	if (!ts_fig_known(a) || !ts_fig_known(b))
		return ts_fig_missing();
	return ts_fig_of(a.value + b.value);
}

struct ts_fig
ts_fig_minus(struct ts_fig a, struct ts_fig b)
{
	if (!ts_fig_known(a) || !ts_fig_known(b))
		return ts_fig_missing();
	return ts_fig_of(a.value - b.value);
}

struct ts_value
ts_value_of(double value)
{
	if (!isfinite(value))
		return ts_value_undef(TS_RES_DOMAIN);
	/* -0 and 0 would be two texts for one figure. */
	return (struct ts_value){ .value = value == 0 ? 0 : value,
				  .has = true,
				  .status = TS_RES_OK };
}

struct ts_value
ts_value_undef(enum ts_result_status status)
{
	return (struct ts_value){ .value = 0, .has = false, .status = status };
}

struct ts_value
ts_value_fig(struct ts_fig fig)
{
	return ts_fig_known(fig) ? ts_value_of(fig.value)
				 : ts_value_undef(TS_RES_MISSING);
}

struct ts_value
ts_rate_delta(struct ts_fig a, struct ts_fig b)
{
	return ts_value_fig(ts_fig_minus(b, a));
}

/* What growth and fold share: the cases without an ordinary ratio. */
static bool
has_ratio(struct ts_fig a, struct ts_fig b, double when_lost,
	  struct ts_value *out)
{
	if (!ts_fig_known(a) || !ts_fig_known(b)) {
		*out = ts_value_undef(TS_RES_MISSING);
	} else if (a.value < 0 || (a.value == 0 && b.value < 0)) {
		*out = ts_value_undef(TS_RES_BASE_NONPOSITIVE);
	} else if (a.value == 0) {
		*out = ts_value_undef(b.value > 0 ? TS_RES_NEW
						  : TS_RES_INACTIVE);
	} else if (b.value == 0) {
		*out = ts_value_of(when_lost);
		out->status = TS_RES_LOST;
	} else {
		return true;
	}
	return false;
}

struct ts_value
ts_rate_growth(struct ts_fig a, struct ts_fig b)
{
	struct ts_value special;

	if (!has_ratio(a, b, -100, &special))
		return special;
	return ts_value_of(100 * ((b.value - a.value) / a.value));
}

struct ts_value
ts_rate_fold(struct ts_fig a, struct ts_fig b)
{
	struct ts_value special;

	if (!has_ratio(a, b, 0, &special))
		return special;
	if (b.value < 0)
		return ts_value_undef(TS_RES_BASE_NONPOSITIVE);
	return ts_value_of(b.value / a.value);
}

struct ts_value
ts_rate_cagr(struct ts_fig a, struct ts_fig b, double years)
{
	if (!ts_fig_known(a) || !ts_fig_known(b))
		return ts_value_undef(TS_RES_MISSING);
	if (a.value <= 0 || b.value < 0)
		return ts_value_undef(TS_RES_BASE_NONPOSITIVE);
	if (!(years > 0))
		return ts_value_undef(TS_RES_INSUFFICIENT);
	return ts_value_of(100 * (pow(b.value / a.value, 1 / years) - 1));
}

struct ts_value
ts_rate_contribution(struct ts_fig a, struct ts_fig b, struct ts_fig whole)
{
	if (ts_fig_known(a) && ts_fig_known(b) && ts_fig_known(whole) &&
	    whole.value < 0)
		return ts_value_undef(TS_RES_BASE_NONPOSITIVE);
	return ts_rate_ratio(ts_fig_minus(b, a), whole, 100);
}

struct ts_value
ts_rate_ratio(struct ts_fig part, struct ts_fig whole, double scale)
{
	if (!ts_fig_known(part) || !ts_fig_known(whole))
		return ts_value_undef(TS_RES_MISSING);
	if (whole.value == 0)
		return ts_value_undef(TS_RES_ZERO_DENOMINATOR);
	return ts_value_of(scale * (part.value / whole.value));
}
