/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places in a rank table: of countries among each other, or of the products
 * or partners of one country.
 */
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"
#include "indicators/measure/rank.h"

static const struct ts_opt rank_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_BASE,
	TS_CHOICE(BOOL, like_for_like, "true",
		  "Compare incomplete years over the months that both have."),
	TS_CHOICE_BY("reporter"),
	TS_CHOICE(STRING, of, "",
		  "Figure: value (each flow), exports, imports, turnover, "
		  "balance; empty: as the measure's name says."),
	{ .name = NULL },
};

#define RANK "1 + number of larger values"
#define CHANGE "rank before - rank now, among those of both periods"
#define IN "reporter, period, value; flow, product or partner"

static const struct ts_measure rank_measures[] = {
	{ "rank", "Rank", "rank", RANK, IN },
	{ "rank_exports", "Rank by exports", "rank", RANK, IN },
	{ "rank_imports", "Rank by imports", "rank", RANK, IN },
	{ "rank_turnover", "Rank by turnover", "rank", RANK, IN },
	{ "rank_balance", "Rank by balance", "rank", RANK, IN },
	{ "rank_change", "Change of rank", "places", CHANGE, IN },
	{ "rank_change_exports", "Change of rank by exports", "places", CHANGE,
	  IN },
	{ "rank_change_imports", "Change of rank by imports", "places", CHANGE,
	  IN },
	{ "rank_change_turnover", "Change of rank by turnover", "places",
	  CHANGE, IN },
	{ .id = NULL },
};

struct telling {
	const char *measure;
	struct ts_results *out;
	bool change;
	/* of the countries; made when period or angle is a new one */
	struct ts_ranking before, now;
	const struct ts_cells *cells;
	const struct ts_angle *angle;
	uint32_t base_period, now_period;
};

static struct ts_value
place(const struct telling *telling, struct ts_fig a, struct ts_fig b)
{
	if (!telling->change)
		return ts_value_fig(ts_ranking_of(&telling->now, b));
	if (!ts_fig_known(a) || !ts_fig_known(b))
		return ts_value_undef(TS_RES_MISSING);
	return ts_value_fig(ts_fig_minus(ts_ranking_of(&telling->before, a),
					 ts_ranking_of(&telling->now, b)));
}

static enum ts_status
rank_countries(struct telling *telling, const struct ts_case *here,
	       struct ts_err *err)
{
	const struct ts_cells *cells = here->cells;
	struct ts_lines a = { 0 }, b = { 0 };
	uint32_t i;

	if (ts_ranking_new(cells->arena, cells->areas.count, &telling->before,
			   err) != TS_OK ||
	    ts_ranking_new(cells->arena, cells->areas.count, &telling->now,
			   err) != TS_OK)
		return err->status;
	for (i = 0; i < cells->areas.count; i++) {
		if (!cells->is_reporter[i] || !ts_is_country(cells, i))
			continue;
		if (ts_lines_read(cells, here->base, here->angle, i,
				  TS_BY_REPORTER, &a, err) != TS_OK ||
		    ts_lines_read(cells, here->now, here->angle, i,
				  TS_BY_REPORTER, &b, err) != TS_OK)
			return err->status;
		/* A country that is only there once would move the others. */
		if (!ts_fig_known(a.total) || !ts_fig_known(b.total))
			continue;
		ts_ranking_add(&telling->before, a.total);
		ts_ranking_add(&telling->now, b.total);
	}
	ts_ranking_close(&telling->before);
	ts_ranking_close(&telling->now);
	telling->cells = cells;
	telling->angle = here->angle;
	telling->base_period = here->base;
	telling->now_period = here->now;
	return TS_OK;
}

static enum ts_status
tell_country(struct telling *telling, const struct ts_case *here,
	     struct ts_err *err)
{
	struct ts_value value = ts_value_undef(TS_RES_EXCLUDED);

	if (telling->cells != here->cells || telling->angle != here->angle ||
	    telling->base_period != here->base ||
	    telling->now_period != here->now) {
		if (rank_countries(telling, here, err) != TS_OK)
			return err->status;
	}
	if (ts_is_country(here->cells, here->reporter))
		value = place(telling, here->a->total, here->b->total);
	return ts_tell_case(telling->out, telling->measure, here, NULL, value,
			    err);
}

static enum ts_status
rank_lines(struct telling *telling, const struct ts_case *here,
	   struct ts_err *err)
{
	size_t count = here->keys->count, i;
	const struct ts_line *key;
	struct ts_fig a, b;

	if (ts_ranking_new(here->cells->arena, count, &telling->before, err) !=
		    TS_OK ||
	    ts_ranking_new(here->cells->arena, count, &telling->now, err) !=
		    TS_OK)
		return err->status;
	for (i = 0; i < count; i++) {
		key = &here->keys->items[i];
		a = ts_lines_find(here->a, key->partner, key->product);
		b = ts_lines_find(here->b, key->partner, key->product);
		if (!ts_key_ranks(here->cells, key) || !ts_fig_known(a) ||
		    !ts_fig_known(b))
			continue;
		ts_ranking_add(&telling->before, a);
		ts_ranking_add(&telling->now, b);
	}
	ts_ranking_close(&telling->before);
	ts_ranking_close(&telling->now);
	return TS_OK;
}

static enum ts_status
tell(void *ctx, const struct ts_case *here, struct ts_err *err)
{
	struct telling *telling = ctx;
	const struct ts_line *key;
	struct ts_value value;
	size_t i;

	if (here->by == TS_BY_REPORTER)
		return tell_country(telling, here, err);
	if (rank_lines(telling, here, err) != TS_OK)
		return err->status;
	for (i = 0; i < here->keys->count; i++) {
		key = &here->keys->items[i];
		value = ts_value_undef(TS_RES_EXCLUDED);
		if (ts_key_ranks(here->cells, key))
			value = place(telling,
				      ts_lines_find(here->a, key->partner,
						    key->product),
				      ts_lines_find(here->b, key->partner,
						    key->product));
		if (ts_tell_case(telling->out, telling->measure, here, key,
				 value, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
rank_compute(const struct ts_calc *calc, struct ts_results *out,
	     struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct telling telling = { .measure = calc->measure, .out = out };
	const char *of = strrchr(calc->measure, '_');
	struct ts_cells *cells;
	enum ts_what what;
	enum ts_by by;

	telling.change = strncmp(calc->measure, "rank_change", 11) == 0;
	of = of && strcmp(of, "_change") != 0 ? of + 1 : "value";
	if (ts_choice_what(choice->of[0] ? choice->of : of, &what, err) !=
		    TS_OK ||
	    ts_choice_by(choice->by, &by, err) != TS_OK ||
	    ts_cells_read(calc->input, choice, false, calc->arena, &cells,
			  err) != TS_OK)
		return err->status;
	return telling.change
		       ? ts_each_pair(cells, what, by, tell, &telling, err)
		       : ts_each(cells, what, by, tell, &telling, err);
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "rank", "Rank tables",
		       rank_opts, sizeof(struct ts_choice)),
	.measures = rank_measures,
	.compute = rank_compute,
};
