/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The movers table as results: one row a figure, k3 names the figure. The
 * order of the results is the ranking.
 */
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"
#include "indicators/measure/movers.h"

static const struct ts_opt movers_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_BASE,
	TS_CHOICE(BOOL, like_for_like, "true",
		  "Compare incomplete years over the months that both have."),
	TS_CHOICE_BY("product"),
	TS_CHOICE_OF("exports"),
	TS_CHOICE(REAL, floor, "0",
		  "Only lines of which the larger figure is at least this."),
	TS_CHOICE(STRING, sort, "delta", "Rank by delta or by fold."),
	TS_CHOICE(STRING, direction, "both",
		  "Lines that went up, down, or both."),
	{ TS_OPT_AT(struct ts_choice, INT, limit), .preset = "0", .min = 0,
	  .max = 1000000, .help = "Most lines of a block; 0: all." },
	{ .name = NULL },
};

static const struct ts_measure movers_measures[] = {
	{ "product_movers", "Products that moved most", "see k3",
	  "rank by b - a or b / a among lines with max(a, b) >= floor",
	  "product (or partner), period, value; flow" },
	{ .id = NULL },
};

static enum ts_status
tell(const struct ts_mover *mover, struct ts_results *out, struct ts_err *err)
{
	const struct {
		const char *name;
		struct ts_value value;
	} parts[] = {
		{ "from", mover->has_from ? ts_value_of(mover->from)
					  : ts_value_undef(TS_RES_MISSING) },
		{ "to", mover->has_to ? ts_value_of(mover->to)
				      : ts_value_undef(TS_RES_MISSING) },
		{ "delta", mover->delta },
		{ "growth_pct", mover->growth },
		{ "fold_change", mover->fold },
		{ "contribution_pp", mover->contribution_pp },
	};
	const char *keys[3] = { mover->reporter, mover->line, NULL };
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		keys[2] = parts[i].name;
		if (ts_tell(out, "product_movers", keys, mover->period,
			    parts[i].value, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
movers_compute(const struct ts_calc *calc, struct ts_results *out,
	       struct ts_err *err)
{
	struct ts_movers movers;
	size_t i;

	if (ts_movers(calc->input, calc->opts, calc->arena, &movers, err) !=
	    TS_OK)
		return err->status;
	for (i = 0; i < movers.count; i++) {
		if (movers.items[i].flow[0] != '\0')
			return ts_fail(err, TS_BAD_CONFIG,
				       "the table has "
				       "flows: choose of=exports, imports or "
				       "turnover");
		if (tell(&movers.items[i], out, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "movers",
		       "Products or partners that moved most", movers_opts,
		       sizeof(struct ts_choice)),
	.measures = movers_measures,
	.compute = movers_compute,
};
