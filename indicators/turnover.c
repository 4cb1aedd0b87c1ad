/* SPDX-License-Identifier: Apache-2.0 */
/* Exports, imports, and what is made of the two in one period. */
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"

static const struct ts_opt turnover_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_PERIOD,
	TS_CHOICE_BY("reporter"),
	{ .name = NULL },
};

static struct ts_value
coverage_ratio(struct ts_fig x, struct ts_fig m)
{
	return ts_rate_ratio(x, m, 100);
}

static struct ts_value
normalized_balance(struct ts_fig x, struct ts_fig m)
{
	return ts_rate_ratio(ts_fig_minus(x, m), ts_fig_plus(x, m), 100);
}

static struct ts_value
exports(struct ts_fig x, struct ts_fig m)
{
	(void)m;
	return ts_value_fig(x);
}

static struct ts_value
imports(struct ts_fig x, struct ts_fig m)
{
	(void)x;
	return ts_value_fig(m);
}

/* Comes as a figure of its own. */
static struct ts_value
turnover(struct ts_fig xm, struct ts_fig m)
{
	(void)m;
	return ts_value_fig(xm);
}

static struct ts_value
balance(struct ts_fig x, struct ts_fig m)
{
	return ts_value_fig(ts_fig_minus(x, m));
}

static const struct ts_measure turnover_measures[] = {
	{ "balance", "Trade balance", "value", "X - M",
	  "flow X and M, value; exports FOB less imports CIF unless the "
	  "source says otherwise" },
	{ "coverage_ratio", "Export/import coverage", "percent", "100 X / M",
	  "flow X and M, value" },
	{ "exports", "Exports", "value", "X", "flow X, value" },
	{ "imports", "Imports", "value", "M", "flow M, value" },
	{ "normalized_balance", "Normalised trade balance", "percent",
	  "100 (X - M) / (X + M)", "flow X and M, value" },
	{ "turnover", "Trade turnover", "value", "X + M",
	  "flow X and M, value" },
	{ .id = NULL },
};

typedef struct ts_value side_rule(struct ts_fig x, struct ts_fig m);

/* In the order of the measures. */
static side_rule *const rules[] = { balance, coverage_ratio,     exports,
				    imports, normalized_balance, turnover };

struct telling {
	const char *measure;
	side_rule *rule;
	struct ts_results *out;
};

static enum ts_status
tell(void *ctx, const struct ts_case *here, struct ts_err *err)
{
	struct telling *telling = ctx;
	const struct ts_line *key;
	struct ts_value value;
	size_t i;

	if (here->by == TS_BY_REPORTER) {
		value = telling->rule(here->a->total, here->b->total);
		return ts_tell_case(telling->out, telling->measure, here, NULL,
				    value, err);
	}
	for (i = 0; i < here->keys->count; i++) {
		key = &here->keys->items[i];
		value = telling->rule(
			ts_lines_find(here->a, key->partner, key->product),
			ts_lines_find(here->b, key->partner, key->product));
		if (ts_tell_case(telling->out, telling->measure, here, key,
				 value, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
turnover_compute(const struct ts_calc *calc, struct ts_results *out,
		 struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct telling telling = { .measure = calc->measure, .out = out };
	struct ts_cells *cells;
	enum ts_by by;
	size_t i;

	for (i = 0; turnover_measures[i].id; i++)
		if (strcmp(turnover_measures[i].id, calc->measure) == 0)
			telling.rule = rules[i];
	if (ts_choice_by(choice->by, &by, err) != TS_OK ||
	    ts_cells_read(calc->input, choice, false, calc->arena, &cells,
			  err) != TS_OK)
		return err->status;
	/* The sum of both may be published where the two are not. */
	if (telling.rule == turnover)
		return ts_each(cells, TS_WHAT_TURNOVER, by, tell, &telling,
			       err);
	return ts_each_sides(cells, by, tell, &telling, err);
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "turnover",
		       "Exports, imports, turnover, balance", turnover_opts,
		       sizeof(struct ts_choice)),
	.measures = turnover_measures,
	.compute = turnover_compute,
};
