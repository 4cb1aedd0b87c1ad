/* SPDX-License-Identifier: Apache-2.0 */
/* Does a pair trade more than the partner's weight in the world suggests? */
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"

static const struct ts_opt intensity_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_PERIOD,
	TS_CHOICE_OF("exports"),
	{ .name = NULL },
};

static const struct ts_measure intensity_measures[] = {
	{ "trade_intensity", "Trade intensity", "index",
	  "(x_ij / X_i) / (x_wj / X_w)",
	  "reporters of the universe, partner, value; flow X" },
	{ "trade_intensity_excl", "Trade intensity, without the pair itself",
	  "index", "(x_ij / X_i) / ((x_wj - x_ij) / (X_w - X_i))",
	  "reporters of the universe, partner, value; flow X" },
	{ .id = NULL },
};

struct telling {
	const char *measure;
	struct ts_results *out;
	bool excluding;
	struct ts_lines world;
	const struct ts_angle *angle;
	uint32_t period;
};

static struct ts_value
intensity(const struct telling *telling, struct ts_fig pair, struct ts_fig mine,
	  struct ts_fig theirs)
{
	struct ts_fig all = telling->world.total;
	double own, others;

	if (!ts_fig_known(pair) || !ts_fig_known(mine) ||
	    !ts_fig_known(theirs) || !ts_fig_known(all))
		return ts_value_undef(TS_RES_MISSING);
	if (telling->excluding) {
		theirs.value -= pair.value;
		all.value -= mine.value;
	}
	if (mine.value == 0 || theirs.value == 0 || all.value == 0)
		return ts_value_undef(TS_RES_ZERO_DENOMINATOR);
	own = pair.value / mine.value;
	others = theirs.value / all.value;
	return ts_value_of(own / others);
}

static enum ts_status
tell(void *ctx, const struct ts_case *here, struct ts_err *err)
{
	struct telling *telling = ctx;
	const struct ts_line *key;
	struct ts_value value;
	size_t i;

	if (telling->angle != here->angle || telling->period != here->now) {
		if (ts_lines_world(here->cells, here->now, here->angle,
				   TS_BY_PARTNER, &telling->world,
				   err) != TS_OK)
			return err->status;
		telling->angle = here->angle;
		telling->period = here->now;
	}
	for (i = 0; i < here->keys->count; i++) {
		key = &here->keys->items[i];
		value = intensity(
			telling, ts_lines_find(here->b, key->partner, TS_NO_ID),
			here->b->total,
			ts_lines_find(&telling->world, key->partner, TS_NO_ID));
		if (ts_tell_case(telling->out, telling->measure, here, key,
				 value, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
intensity_compute(const struct ts_calc *calc, struct ts_results *out,
		  struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct telling telling = { .measure = calc->measure, .out = out };
	struct ts_cells *cells;
	enum ts_what what;

	telling.excluding = strcmp(calc->measure, "trade_intensity_excl") == 0;
	if (ts_choice_what(choice->of, &what, err) != TS_OK ||
	    ts_cells_read(calc->input, choice, false, calc->arena, &cells,
			  err) != TS_OK)
		return err->status;
	return ts_each(cells, what, TS_BY_PARTNER, tell, &telling, err);
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "intensity",
		       "Trade intensity of pairs", intensity_opts,
		       sizeof(struct ts_choice)),
	.measures = intensity_measures,
	.compute = intensity_compute,
};
