/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How much of the trade is in how few lines: products or partners of a
 * country, or exporters of a product.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"
#include "indicators/measure/rank.h"
#include "indicators/measure/sum.h"

static const struct ts_opt concentration_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_PERIOD,
	TS_CHOICE_N,
	TS_CHOICE(STRING, by, "",
		  "Lines: product, partner or line; empty: as the measure's "
		  "name says, else product."),
	TS_CHOICE(STRING, of, "",
		  "Figure: value (each flow), exports, imports, turnover; "
		  "empty: value, and exports for measures of exporters."),
	{ .name = NULL },
};

#define HHI "sum of s^2, s = x_k / X"
#define NORM "(HHI - 1/n) / (1 - 1/n)"
#define UNCTAD "(sqrt(HHI) - sqrt(1/n)) / (1 - sqrt(1/n))"
#define NUMBER "1 / HHI"
#define ROOT "sqrt(HHI)"
#define TOP3 "100 (sum of the three largest) / X"
#define IN "product or partner, period, value; flow"

enum form {
	FORM_HHI,
	FORM_NORM,
	FORM_UNCTAD,
	FORM_NUMBER,
	FORM_ROOT,
	FORM_TOP3
};

static const struct ts_measure concentration_measures[] = {
	{ "concentration_unctad", "Concentration index (UNCTAD)", "index",
	  UNCTAD, IN },
	{ "effective_number", "Effective number of lines", "number", NUMBER,
	  IN },
	{ "effective_number_partner", "Effective number of partners", "number",
	  NUMBER, IN },
	{ "effective_number_product", "Effective number of products", "number",
	  NUMBER, IN },
	{ "hhi", "Herfindahl-Hirschman index", "index", HHI, IN },
	{ "hhi_exporters", "Concentration of exporters of a product", "index",
	  HHI, "reporters of the universe, product, value" },
	{ "hhi_norm", "Normalised Herfindahl-Hirschman index", "index", NORM,
	  IN },
	{ "hhi_norm_partner", "Normalised HHI over partners", "index", NORM,
	  IN },
	{ "hhi_norm_product", "Normalised HHI over products", "index", NORM,
	  IN },
	{ "hhi_partner", "Concentration over partners", "index", HHI, IN },
	{ "hhi_product", "Concentration over products", "index", HHI, IN },
	{ "hirschman", "Hirschman index", "index", ROOT, IN },
	{ "market_concentration_unctad",
	  "Market concentration of a product (UNCTAD)", "index", UNCTAD,
	  "reporters of the universe, product, value" },
	{ "top3_share", "Share of the three largest lines", "percent", TOP3,
	  IN },
	{ "top3_partner_share", "Share of the three largest partners",
	  "percent", TOP3, IN },
	{ "top3_product_share", "Share of the three largest products",
	  "percent", TOP3, IN },
	{ .id = NULL },
};

static enum form
form_of(const char *measure)
{
	if (strstr(measure, "unctad"))
		return FORM_UNCTAD;
	if (strncmp(measure, "effective", 9) == 0)
		return FORM_NUMBER;
	if (strncmp(measure, "hhi_norm", 8) == 0)
		return FORM_NORM;
	if (strcmp(measure, "hirschman") == 0)
		return FORM_ROOT;
	if (strncmp(measure, "top3", 4) == 0)
		return FORM_TOP3;
	return FORM_HHI;
}

/* The lines of one calculation, in the order of their keys. */
struct parts {
	double *values;
	size_t count;
	size_t active; /* not 0 */
	bool negative;
	bool unknown;
};

static void
add_part(struct parts *parts, struct ts_fig fig)
{
	if (!ts_fig_known(fig)) {
		parts->unknown = true;
		return;
	}
	if (fig.value < 0)
		parts->negative = true;
	parts->active += fig.value != 0;
	parts->values[parts->count++] = fig.value;
}

static double
sum_of_squares(const struct parts *parts, double total)
{
	struct ts_sum sum = { 0 };
	size_t i;

	for (i = 0; i < parts->count; i++)
		ts_sum_add(&sum, (parts->values[i] / total) *
					 (parts->values[i] / total));
	return ts_sum_value(&sum);
}

static double
three_largest(struct parts *parts)
{
	struct ts_ranking ranking = { .values = parts->values,
				      .count = parts->count };
	struct ts_sum sum = { 0 };
	size_t i;

	ts_ranking_close(&ranking);
	for (i = 0; i < 3 && i < ranking.count; i++)
		ts_sum_add(&sum, ranking.values[ranking.count - 1 - i]);
	return ts_sum_value(&sum);
}

static struct ts_value
concentrate(enum form form, struct parts *parts, struct ts_fig total, double n)
{
	double hhi;

	if (!ts_fig_known(total))
		return ts_value_undef(TS_RES_MISSING);
	if (parts->negative)
		return ts_value_undef(TS_RES_DOMAIN);
	if (total.value == 0)
		return ts_value_undef(TS_RES_ZERO_DENOMINATOR);
	hhi = sum_of_squares(parts, total.value);
	switch (form) {
	case FORM_HHI:
		return ts_value_of(hhi);
	case FORM_ROOT:
		return ts_value_of(sqrt(hhi));
	case FORM_NUMBER:
		return hhi > 0 ? ts_value_of(1 / hhi)
			       : ts_value_undef(TS_RES_ZERO_DENOMINATOR);
	case FORM_TOP3:
		return ts_value_of(100 * (three_largest(parts) / total.value));
	case FORM_NORM:
	case FORM_UNCTAD:
		break;
	}
	if (n < 2)
		return ts_value_undef(TS_RES_INSUFFICIENT);
	/* A universe smaller than what is in it is not a universe. */
	if (n < (double)parts->active)
		return ts_value_undef(TS_RES_DOMAIN);
	if (form == FORM_NORM)
		return ts_value_of((hhi - 1 / n) / (1 - 1 / n));
	return ts_value_of((sqrt(hhi) - sqrt(1 / n)) / (1 - sqrt(1 / n)));
}

struct telling {
	const char *measure;
	struct ts_results *out;
	enum form form;
	double *values; /* room for every line there can be */
	size_t room;
};

static enum ts_status
need_values(struct telling *telling, const struct ts_cells *cells, size_t count,
	    struct ts_err *err)
{
	if (telling->room >= count)
		return TS_OK;
	telling->values =
		ts_arena_alloc(cells->arena, count, sizeof(*telling->values));
	if (!telling->values)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       cells->name);
	telling->room = count;
	return TS_OK;
}

/* Lines in the universe when nobody says how many. */
static double
universe(const struct ts_case *here)
{
	const struct ts_cells *cells = here->cells;

	if (cells->choice->n > 0)
		return (double)cells->choice->n;
	if (here->by == TS_BY_PRODUCT)
		return (double)ts_cells_products(cells);
	/* A country is not its own partner. */
	if (here->by == TS_BY_PARTNER)
		return (double)ts_cells_countries(cells) -
		       (ts_is_country(cells, here->reporter) &&
			cells->areas.texts[here->reporter][0] != '\0');
	return (double)here->b->count;
}

static enum ts_status
tell_reporter(void *ctx, const struct ts_case *here, struct ts_err *err)
{
	struct telling *telling = ctx;
	const struct ts_lines *lines = here->b;
	struct parts parts = { 0 };
	struct ts_case told = *here;
	struct ts_value value;
	size_t i;

	if (need_values(telling, here->cells, lines->count, err) != TS_OK)
		return err->status;
	parts.values = telling->values;
	for (i = 0; i < lines->count; i++)
		if (ts_key_ranks(here->cells, &lines->items[i]))
			add_part(&parts, lines->items[i].fig);
	value = ts_value_undef(TS_RES_MISSING);
	if (lines->reported)
		value = concentrate(telling->form, &parts, lines->total,
				    universe(here));
	/* One result a reporter: the lines are inside it. */
	told.by = TS_BY_REPORTER;
	return ts_tell_case(telling->out, telling->measure, &told, NULL, value,
			    err);
}

/* ---- exporters of a product ---------------------------------------------- */

struct of_product {
	uint32_t product;
	struct ts_fig fig;
};

struct market {
	struct of_product *items; /* by product, exporter within */
	size_t count, room;
	size_t exporters;
};

static enum ts_status
collect_market(const struct ts_cells *cells, uint32_t period,
	       const struct ts_angle *angle, struct market *market,
	       struct ts_err *err)
{
	struct ts_lines lines = { 0 };
	struct of_product *items;
	uint32_t reporter;
	size_t want, i;

	market->count = market->exporters = 0;
	for (reporter = 0; reporter < cells->areas.count; reporter++) {
		if (!cells->is_reporter[reporter] ||
		    !ts_is_country(cells, reporter))
			continue;
		if (ts_lines_read(cells, period, angle, reporter, TS_BY_PRODUCT,
				  &lines, err) != TS_OK)
			return err->status;
		market->exporters += lines.reported;
		if (market->room - market->count < lines.count) {
			want = (market->room + lines.count) * 2;
			items = ts_arena_grow(cells->arena, market->items,
					      market->count, want,
					      sizeof(*items));
			if (!items)
				return ts_fail(err, TS_SYSTEM,
					       "%s: no memory "
					       "left",
					       cells->name);
			market->items = items;
			market->room = want;
		}
		for (i = 0; i < lines.count; i++)
			market->items[market->count++] =
				(struct of_product){ lines.items[i].product,
						     lines.items[i].fig };
	}
	return TS_OK;
}

/* Brings the exporters of a product together, keeping their order. */
static enum ts_status
sort_market(const struct ts_cells *cells, struct market *market, size_t *starts,
	    struct ts_err *err)
{
	struct of_product *sorted = ts_arena_alloc(
		cells->arena, market->count + 1, sizeof(*sorted));
	size_t at = 0, here, i;

	if (!sorted)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       cells->name);
	for (i = 0; i <= cells->products.count; i++)
		starts[i] = 0;
	for (i = 0; i < market->count; i++)
		starts[market->items[i].product]++;
	for (i = 0; i <= cells->products.count; i++) {
		here = starts[i];
		starts[i] = at;
		at += here;
	}
	for (i = 0; i < market->count; i++)
		sorted[starts[market->items[i].product]++] = market->items[i];
	market->items = sorted;
	market->room = market->count;
	/* starts[p] is now where p ends. */
	return TS_OK;
}

static enum ts_status
tell_product(struct telling *telling, const struct ts_cells *cells,
	     const struct market *market, size_t first, size_t end,
	     uint32_t product, const char *period, struct ts_err *err)
{
	const char *keys[3] = { cells->products.texts[product], "", "" };
	double n = cells->choice->n > 0 ? (double)cells->choice->n
					: (double)market->exporters;
	struct parts parts = { .values = telling->values };
	struct ts_sum total = { 0 };
	size_t i;

	for (i = first; i < end; i++) {
		add_part(&parts, market->items[i].fig);
		ts_sum_add(&total, market->items[i].fig.value);
	}
	return ts_tell(telling->out, telling->measure, keys, period,
		       concentrate(telling->form, &parts,
				   parts.unknown
					   ? ts_fig_missing()
					   : ts_fig_of(ts_sum_value(&total)),
				   n),
		       err);
}

static enum ts_status
tell_markets(struct telling *telling, const struct ts_cells *cells,
	     const struct ts_angle *angle, struct ts_err *err)
{
	size_t *ends = ts_arena_alloc(cells->arena, cells->products.count + 1,
				      sizeof(*ends));
	struct market market = { 0 };
	uint32_t period, product;

	if (!ends)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       cells->name);
	if (ts_cells_need_level(cells, err) != TS_OK ||
	    need_values(telling, cells, cells->areas.count, err) != TS_OK)
		return err->status;
	for (period = 0; period < cells->period_count; period++) {
		if (!ts_period_admitted(cells, period))
			continue;
		if (collect_market(cells, period, angle, &market, err) !=
			    TS_OK ||
		    sort_market(cells, &market, ends, err) != TS_OK)
			return err->status;
		for (product = 0; product < cells->products.count; product++) {
			if (cells->level == TS_LEVEL_TOTAL ||
			    cells->levels[product] != cells->level ||
			    (cells->product_chosen &&
			     !cells->product_chosen[product]))
				continue;
			if (tell_product(telling, cells, &market,
					 product ? ends[product - 1] : 0,
					 ends[product], product,
					 cells->periods[period].text,
					 err) != TS_OK)
				return err->status;
		}
	}
	return TS_OK;
}

static enum ts_status
concentration_compute(const struct ts_calc *calc, struct ts_results *out,
		      struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct telling telling = { .measure = calc->measure,
				   .out = out,
				   .form = form_of(calc->measure) };
	bool market = strcmp(calc->measure, "hhi_exporters") == 0 ||
		      calc->measure[0] == 'm';
	const char *by_name =
		strstr(calc->measure, "partner") ? "partner" : "product";
	struct ts_angle angles[TS_ANGLES];
	struct ts_cells *cells;
	enum ts_what what;
	enum ts_by by;

	if (ts_choice_what(choice->of[0] ? choice->of
			   : market      ? "exports"
					 : "value",
			   &what, err) != TS_OK ||
	    ts_choice_by(choice->by[0] && !market ? choice->by : by_name, &by,
			 err) != TS_OK)
		return err->status;
	if (by == TS_BY_REPORTER ||
	    (market && (what == TS_WHAT_VALUE || choice->by[0] != '\0')))
		return ts_fail(err, TS_BAD_CONFIG,
			       "concentration is over "
			       "products, partners or lines; that of exporters "
			       "is of exports or imports, by nothing else");
	if (ts_cells_read(calc->input, choice, by == TS_BY_PRODUCT, calc->arena,
			  &cells, err) != TS_OK)
		return err->status;
	if (!market)
		return ts_each(cells, what, by, tell_reporter, &telling, err);
	ts_angles(cells, what, angles);
	return tell_markets(&telling, cells, &angles[0], err);
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "concentration",
		       "Concentration of products, partners and exporters",
		       concentration_opts, sizeof(struct ts_choice)),
	.measures = concentration_measures,
	.compute = concentration_compute,
};
