/* SPDX-License-Identifier: Apache-2.0 */
/* Revealed comparative advantage: does a country export more of a product
 * than the world does? */
#include <math.h>
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"

static const struct ts_opt rca_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_PERIOD,
	TS_CHOICE_OF("exports"),
	{ .name = NULL },
};

#define IN "reporters of the universe, product, value; flow X"

static const struct ts_measure rca_measures[] = {
	{ "arca", "Additive revealed comparative advantage", "index",
	  "x_ik / X_i - x_wk / X_w", IN },
	{ "ln_rca", "Logarithm of the Balassa index", "index", "ln rca", IN },
	{ "nrca", "Normalised revealed comparative advantage", "index",
	  "x_ik / X_w - X_i x_wk / X_w^2", IN },
	{ "rca", "Revealed comparative advantage (Balassa)", "index",
	  "(x_ik / X_i) / (x_wk / X_w)", IN },
	{ "rsca", "Symmetric revealed comparative advantage", "index",
	  "(rca - 1) / (rca + 1)", IN },
	{ .id = NULL },
};

struct flows {
	double xik, xi, xwk, xw;
};

/* The total of a country and of the world are denominators of all of them,
 * that of the product only of the ratio. */
static struct ts_value
advantage(const char *measure, struct flows f)
{
	double own, world, ratio;

	if (f.xi == 0 || f.xw == 0 ||
	    (f.xwk == 0 && measure[0] != 'a' && measure[0] != 'n'))
		return ts_value_undef(TS_RES_ZERO_DENOMINATOR);
	own = f.xik / f.xi;
	world = f.xwk / f.xw;
	if (measure[0] == 'a')
		return ts_value_of(own - world);
	if (measure[0] == 'n')
		return ts_value_of(f.xik / f.xw - f.xi / f.xw * world);
	ratio = own / world;
	if (measure[0] == 'l')
		return ratio > 0 ? ts_value_of(log(ratio))
				 : ts_value_undef(TS_RES_DOMAIN);
	if (strcmp(measure, "rsca") == 0)
		return ratio == -1 ? ts_value_undef(TS_RES_ZERO_DENOMINATOR)
				   : ts_value_of((ratio - 1) / (ratio + 1));
	return ts_value_of(ratio);
}

struct telling {
	const char *measure;
	struct ts_results *out;
	struct ts_lines world;
	const struct ts_angle *angle;
	uint32_t period;
};

static enum ts_status
tell(void *ctx, const struct ts_case *here, struct ts_err *err)
{
	struct telling *telling = ctx;
	struct ts_fig own, world;
	struct ts_value value;
	size_t i;

	if (telling->angle != here->angle || telling->period != here->now) {
		if (ts_lines_world(here->cells, here->now, here->angle,
				   TS_BY_PRODUCT, &telling->world,
				   err) != TS_OK)
			return err->status;
		telling->angle = here->angle;
		telling->period = here->now;
	}
	for (i = 0; i < here->keys->count; i++) {
		own = ts_lines_find(here->b, TS_NO_ID,
				    here->keys->items[i].product);
		world = ts_lines_find(&telling->world, TS_NO_ID,
				      here->keys->items[i].product);
		value = ts_value_undef(TS_RES_MISSING);
		if (ts_fig_known(own) && ts_fig_known(world) &&
		    ts_fig_known(here->b->total) &&
		    ts_fig_known(telling->world.total))
			value = advantage(
				telling->measure,
				(struct flows){ own.value, here->b->total.value,
						world.value,
						telling->world.total.value });
		if (ts_tell_case(telling->out, telling->measure, here,
				 &here->keys->items[i], value, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
rca_compute(const struct ts_calc *calc, struct ts_results *out,
	    struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct telling telling = { .measure = calc->measure, .out = out };
	struct ts_cells *cells;
	enum ts_what what;

	if (ts_choice_what(choice->of, &what, err) != TS_OK ||
	    ts_cells_read(calc->input, choice, false, calc->arena, &cells,
			  err) != TS_OK)
		return err->status;
	return ts_each(cells, what, TS_BY_PRODUCT, tell, &telling, err);
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "rca",
		       "Revealed comparative advantage", rca_opts,
		       sizeof(struct ts_choice)),
	.measures = rca_measures,
	.compute = rca_compute,
};
