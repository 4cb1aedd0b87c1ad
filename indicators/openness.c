/* SPDX-License-Identifier: Apache-2.0 */
/* Trade against the size of the economy; two definitions are in use. */
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"

static const struct ts_opt openness_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_PERIOD,
	TS_CHOICE(STRING, gdp, "NY.GDP.MKTP.CD",
		  "Product code of the rows that are GDP, where it is not a "
		  "column; same currency as the trade."),
	{ .name = NULL },
};

static const struct ts_measure openness_measures[] = {
	{ "openness", "Trade openness", "percent of GDP", "100 (X + M) / Y",
	  "reporter, period, flows X and M, gdp" },
	{ "openness_unctad", "Trade openness (UNCTAD, mean of X and M)",
	  "percent of GDP", "100 (X + M) / (2 Y)",
	  "reporter, period, flows X and M, gdp" },
	{ .id = NULL },
};

struct telling {
	const char *measure;
	double scale;
	struct ts_results *out;
};

static struct ts_fig
gdp_of(const struct ts_case *here)
{
	const struct ts_block *block = ts_cells_block(
		here->cells, here->now, TS_FLOW_GDP, here->reporter);
	const struct ts_cell *cell;

	if (!block)
		return ts_fig_missing();
	cell = &here->cells->items[block->first];
	return (struct ts_fig){ .value = cell->value,
				.have = (enum ts_have)cell->have };
}

static enum ts_status
tell(void *ctx, const struct ts_case *here, struct ts_err *err)
{
	struct telling *telling = ctx;
	struct ts_fig trade = ts_fig_plus(here->a->total, here->b->total);

	return ts_tell_case(telling->out, telling->measure, here, NULL,
			    ts_rate_ratio(trade, gdp_of(here), telling->scale),
			    err);
}

static enum ts_status
openness_compute(const struct ts_calc *calc, struct ts_results *out,
		 struct ts_err *err)
{
	struct telling telling = { .measure = calc->measure,
				   .out = out,
				   .scale = 100 };
	struct ts_cells *cells;

	if (strcmp(calc->measure, "openness_unctad") == 0)
		telling.scale = 50;
	if (ts_cells_read(calc->input, calc->opts, false, calc->arena, &cells,
			  err) != TS_OK)
		return err->status;
	return ts_each_sides(cells, TS_BY_REPORTER, tell, &telling, err);
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "openness",
		       "Trade against GDP", openness_opts,
		       sizeof(struct ts_choice)),
	.measures = openness_measures,
	.compute = openness_compute,
};
