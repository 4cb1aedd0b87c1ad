/* SPDX-License-Identifier: Apache-2.0 */
/* How much and how fast a figure changed between two periods. */
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"

static const struct ts_opt growth_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_BASE,
	TS_CHOICE(BOOL, like_for_like, "true",
		  "Compare incomplete years over the months that both have."),
	TS_CHOICE(STRING, by, "",
		  "Lines: reporter, product, partner or line (partner and "
		  "product); empty: as the measure's name says."),
	TS_CHOICE(STRING, of, "",
		  "Figure: value (each flow), exports, imports, turnover, "
		  "balance; empty: as the measure's name says."),
	{ .name = NULL },
};

#define IN "period, value; flow where the figure needs it"
#define DELTA "b - a"
#define GROWTH "100 (b - a) / a"
#define FOLD "b / a"

static const struct ts_measure growth_measures[] = {
	{ "delta", "Absolute change", "value", DELTA, IN },
	{ "delta_exports", "Change of exports", "value", DELTA, IN },
	{ "delta_imports", "Change of imports", "value", DELTA, IN },
	{ "delta_turnover", "Change of turnover", "value", DELTA, IN },
	{ "delta_balance", "Change of the balance", "value", DELTA, IN },
	{ "delta_bilateral_exports", "Change of exports to a partner", "value",
	  DELTA, IN },
	{ "delta_bilateral_imports", "Change of imports from a partner",
	  "value", DELTA, IN },
	{ "delta_bilateral_turnover", "Change of turnover with a partner",
	  "value", DELTA, IN },
	{ "growth_pct", "Growth", "percent", GROWTH, IN },
	{ "growth_exports", "Growth of exports", "percent", GROWTH, IN },
	{ "growth_imports", "Growth of imports", "percent", GROWTH, IN },
	{ "growth_turnover", "Growth of turnover", "percent", GROWTH, IN },
	{ "growth_bilateral_exports", "Growth of exports to a partner",
	  "percent", GROWTH, IN },
	{ "growth_bilateral_imports", "Growth of imports from a partner",
	  "percent", GROWTH, IN },
	{ "growth_bilateral_turnover", "Growth of turnover with a partner",
	  "percent", GROWTH, IN },
	{ "fold_change", "N-fold change", "ratio", FOLD, IN },
	{ "fold_exports", "N-fold change of exports", "ratio", FOLD, IN },
	{ "fold_imports", "N-fold change of imports", "ratio", FOLD, IN },
	{ "fold_turnover", "N-fold change of turnover", "ratio", FOLD, IN },
	{ "fold_bilateral_exports", "N-fold change of exports to a partner",
	  "ratio", FOLD, IN },
	{ "fold_bilateral_imports", "N-fold change of imports from a partner",
	  "ratio", FOLD, IN },
	{ "fold_bilateral_turnover", "N-fold change of turnover with a partner",
	  "ratio", FOLD, IN },
	{ .id = NULL },
};

typedef struct ts_value change_rule(struct ts_fig a, struct ts_fig b);

struct telling {
	const char *measure;
	change_rule *rule;
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

/* A measure's name says what it is of: growth_bilateral_imports. */
static enum ts_status
read_name(const char *measure, const struct ts_choice *choice,
	  struct telling *telling, enum ts_what *what, enum ts_by *by,
	  struct ts_err *err)
{
	const char *of = strrchr(measure, '_') + 1;
	bool pair = strstr(measure, "_bilateral_") != NULL;

	if (strcmp(of, "pct") == 0 || strcmp(of, "change") == 0)
		of = "value";
	if (measure[0] == 'g')
		telling->rule = ts_rate_growth;
	else if (measure[0] == 'f')
		telling->rule = ts_rate_fold;
	if (choice->of[0] != '\0')
		of = choice->of;
	if (ts_choice_what(of, what, err) != TS_OK)
		return err->status;
	return ts_choice_by(choice->by[0] != '\0' ? choice->by
			    : pair                ? "partner"
						  : "reporter",
			    by, err);
}

static enum ts_status
growth_compute(const struct ts_calc *calc, struct ts_results *out,
	       struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct telling telling = { .measure = calc->measure,
				   .out = out,
				   .rule = ts_rate_delta };
	struct ts_cells *cells;
	enum ts_what what;
	enum ts_by by;
	const char *measure = strcmp(calc->measure, "delta") == 0
				      ? "delta_change"
				      : calc->measure;

	if (read_name(measure, choice, &telling, &what, &by, err) != TS_OK ||
	    ts_cells_read(calc->input, choice, false, calc->arena, &cells,
			  err) != TS_OK)
		return err->status;
	return ts_each_pair(cells, what, by, tell, &telling, err);
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "growth",
		       "Change between two periods", growth_opts,
		       sizeof(struct ts_choice)),
	.measures = growth_measures,
	.compute = growth_compute,
};
