/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kilogram costs, and which unit values do not fit among those of the
 * same product. Unit values are not prices: a changing mix moves them too.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"
#include "indicators/measure/rank.h"

static const struct ts_opt unit_value_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_PERIOD,
	TS_CHOICE_BY("line"),
	TS_CHOICE_OF("imports"),
	{ TS_OPT_AT(struct ts_choice, REAL, outlier), .preset = "3.5",
	  .help = "Robust z from which a unit value is an outlier; 0: none "
		  "is." },
	{ .name = NULL },
};

#define IN "product, partner, period, value, net_weight_kg (or rows in kg)"

static const struct ts_measure unit_value_measures[] = {
	{ "unit_value", "Unit value", "value per kg", "v / q", IN },
	{ "uv_outlier", "Unit value is an outlier", "1 or 0",
	  "abs(uv_robust_z) > 3.5", IN },
	{ "uv_robust_z", "Robust z of the unit value", "standard deviations",
	  "(ln uv - median) / (1.4826 MAD), within the product", IN },
	{ .id = NULL },
};

struct telling {
	const char *measure;
	struct ts_results *out;
	struct ts_cells *quantities;
	struct ts_lines weights;
};

/* The same cells with the quantity in the place of the value, so that lines
 * and totals of both are made by one rule. */
static struct ts_cells *
quantities_of(const struct ts_cells *cells, struct ts_err *err)
{
	struct ts_cells *out = ts_arena_alloc(cells->arena, 1, sizeof(*out));
	struct ts_cell *items =
		ts_arena_alloc(cells->arena, cells->count + 1, sizeof(*items));
	size_t i;

	if (!out || !items) {
		ts_fail(err, TS_SYSTEM, "%s: no memory left", cells->name);
		return NULL;
	}
	*out = *cells;
	out->items = items;
	for (i = 0; i < cells->count; i++) {
		items[i] = cells->items[i];
		items[i].value = cells->items[i].weight;
		/* A value without a quantity: not known, rather than none. */
		items[i].have = cells->items[i].have_weight == TS_HAVE_VALUE
					? TS_HAVE_VALUE
					: TS_HAVE_MISSING;
	}
	return out;
}

static struct ts_value
unit_value(const struct telling *telling, const struct ts_line *line)
{
	struct ts_fig weight =
		ts_lines_find(&telling->weights, line->partner, line->product);

	return ts_rate_ratio(line->fig, weight, 1);
}

/* ---- screening ----------------------------------------------------------- */

struct logs {
	double *values; /* NAN where there is none */
	struct ts_value *results;
};

static bool
is_near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b));
}

/* z of the lines in at[], which are all of one product. */
static enum ts_status
screen(const struct ts_cells *cells, const struct logs *logs, const size_t *at,
       size_t count, struct ts_err *err)
{
	double limit = cells->choice->outlier, median, spread, z;
	struct ts_ranking ranking = { 0 };
	size_t i;

	if (ts_ranking_new(cells->arena, count, &ranking, err) != TS_OK)
		return err->status;
	for (i = 0; i < count; i++)
		if (isfinite(logs->values[at[i]]))
			ts_ranking_add(&ranking,
				       ts_fig_of(logs->values[at[i]]));
	if (ranking.count == 0)
		return TS_OK;
	ts_ranking_close(&ranking);
	median = ts_ranking_median(&ranking);
	for (i = 0; i < ranking.count; i++)
		ranking.values[i] = fabs(ranking.values[i] - median);
	ts_ranking_close(&ranking);
	spread = 1.4826 * ts_ranking_median(&ranking);
	for (i = 0; i < count; i++) {
		if (!isfinite(logs->values[at[i]]))
			continue;
		if (spread > 0)
			z = (logs->values[at[i]] - median) / spread;
		else
			z = is_near(logs->values[at[i]], median) ? 0 : HUGE_VAL;
		logs->results[at[i]] = isfinite(z)
					       ? ts_value_of(z)
					       : ts_value_undef(TS_RES_OUTLIER);
		if (limit > 0 && fabs(z) > limit)
			logs->results[at[i]].status = TS_RES_OUTLIER;
	}
	return TS_OK;
}

struct place {
	uint32_t product;
	size_t at;
};

static int
compare_place(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	if (left->product != right->product)
		return left->product < right->product ? -1 : 1;
	return (left->at > right->at) - (left->at < right->at);
}

/* Brings the lines of a product together and screens each group. */
static enum ts_status
screen_all(const struct telling *telling, const struct ts_case *here,
	   struct logs *logs, struct ts_err *err)
{
	size_t count = here->b->count, end, i, j;
	struct ts_arena *arena = here->cells->arena;
	struct place *places =
		ts_arena_alloc(arena, count + 1, sizeof(*places));
	size_t *at = ts_arena_alloc(arena, count + 1, sizeof(*at));
	struct ts_value value;

	logs->values = ts_arena_alloc(arena, count + 1, sizeof(double));
	logs->results =
		ts_arena_alloc(arena, count + 1, sizeof(*logs->results));
	if (!places || !at || !logs->values || !logs->results)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       here->cells->name);
	for (i = 0; i < count; i++) {
		value = unit_value(telling, &here->b->items[i]);
		places[i] = (struct place){ here->b->items[i].product, i };
		logs->values[i] =
			value.has && value.value > 0 ? log(value.value) : NAN;
		logs->results[i] =
			value.has ? ts_value_undef(TS_RES_DOMAIN) : value;
	}
	if (count > 1)
		qsort(places, count, sizeof(*places), compare_place);
	for (i = 0; i < count; i++)
		at[i] = places[i].at;
	for (i = 0; i < count; i = end) {
		for (j = i; j < count && places[j].product == places[i].product;
		     j++)
			;
		end = j;
		if (screen(here->cells, logs, at + i, end - i, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static struct ts_value
flag_of(struct ts_value z, double limit)
{
	if (!z.has && z.status != TS_RES_OUTLIER)
		return z;
	return ts_value_of(!z.has || (limit > 0 && fabs(z.value) > limit));
}

static enum ts_status
tell(void *ctx, const struct ts_case *here, struct ts_err *err)
{
	struct telling *telling = ctx;
	const struct ts_line *line;
	struct logs logs = { 0 };
	struct ts_value value;
	size_t i;

	if (ts_lines_read(telling->quantities, here->now, here->angle,
			  here->reporter, here->by, &telling->weights,
			  err) != TS_OK)
		return err->status;
	if (telling->measure[1] == 'v' &&
	    screen_all(telling, here, &logs, err) != TS_OK)
		return err->status;
	for (i = 0; i < here->b->count; i++) {
		line = &here->b->items[i];
		if ((here->cells->product_chosen &&
		     !here->cells->product_chosen[line->product]) ||
		    (here->cells->area_chosen && line->partner != TS_NO_ID &&
		     !here->cells->area_chosen[line->partner]))
			continue;
		if (!logs.results)
			value = unit_value(telling, line);
		else if (strcmp(telling->measure, "uv_outlier") == 0)
			value = flag_of(logs.results[i],
					here->cells->choice->outlier);
		else
			value = logs.results[i];
		if (ts_tell_case(telling->out, telling->measure, here, line,
				 value, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
unit_value_compute(const struct ts_calc *calc, struct ts_results *out,
		   struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct telling telling = { .measure = calc->measure, .out = out };
	struct ts_cells *cells;
	enum ts_what what;
	enum ts_by by;

	if (ts_choice_what(choice->of, &what, err) != TS_OK ||
	    ts_choice_by(choice->by, &by, err) != TS_OK ||
	    ts_cells_read(calc->input, choice, true, calc->arena, &cells,
			  err) != TS_OK)
		return err->status;
	if ((by != TS_BY_LINE && by != TS_BY_PRODUCT) ||
	    (by == TS_BY_PRODUCT && calc->measure[1] == 'v'))
		return ts_fail(err, TS_BAD_CONFIG,
			       "by = \"%s\": unit values "
			       "are of products or lines, screening is among "
			       "lines",
			       choice->by);
	if (what == TS_WHAT_TURNOVER || what == TS_WHAT_BALANCE)
		return ts_fail(err, TS_BAD_CONFIG,
			       "of = \"%s\": FOB and CIF "
			       "have no common unit value",
			       choice->of);
	if (!cells->has_weight)
		return ts_fail(err, TS_BAD_DATA,
			       "%s: no quantities "
			       "(net_weight_kg, or rows in kg)",
			       cells->name);
	telling.quantities = quantities_of(cells, err);
	if (!telling.quantities)
		return err->status;
	return ts_each(cells, what, by, tell, &telling, err);
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "unit-value",
		       "Unit values and their outliers", unit_value_opts,
		       sizeof(struct ts_choice)),
	.measures = unit_value_measures,
	.compute = unit_value_compute,
};
