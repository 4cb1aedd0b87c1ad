/* SPDX-License-Identifier: Apache-2.0 */
/* What part of a total a partner, a product or a country is. */
#include <math.h>
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"
#include "indicators/measure/sum.h"

static const struct ts_opt share_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_PERIOD,
	TS_CHOICE(STRING, by, "",
		  "Lines: reporter, product, partner or line; empty: as the "
		  "measure's name says."),
	TS_CHOICE(STRING, of, "",
		  "Figure: value (each flow), exports, imports, turnover; "
		  "empty: as the measure's name says, else exports."),
	{ .name = NULL },
};

#define PARTNER "100 x_ij / X_i"
#define PRODUCT "100 x_k / X"
#define IN "reporter, partner or product, period, value; flow"

static const struct ts_measure share_measures[] = {
	{ "partner_share", "Share of a partner", "percent", PARTNER, IN },
	{ "partner_share_exports", "Share of a partner in exports", "percent",
	  PARTNER, IN },
	{ "partner_share_imports", "Share of a partner in imports", "percent",
	  PARTNER, IN },
	{ "partner_share_turnover", "Share of a partner in turnover", "percent",
	  PARTNER, IN },
	{ "product_share", "Share of a product", "percent", PRODUCT, IN },
	{ "product_share_exports", "Share of a product in exports", "percent",
	  PRODUCT, IN },
	{ "product_share_imports", "Share of a product in imports", "percent",
	  PRODUCT, IN },
	{ "product_share_turnover", "Share of a product in turnover", "percent",
	  PRODUCT, IN },
	{ "world_market_share", "Share in world exports", "percent",
	  "100 X_i / X_w", "reporters of the universe, period, value; flow" },
	{ .id = NULL },
};

struct telling {
	const char *measure;
	struct ts_results *out;
	/* of the period and angle that were told last */
	struct ts_lines world;
	const struct ts_angle *angle;
	uint32_t period;
};

/* What is in the published total and in no line: confidential, secret. */
static enum ts_status
tell_rest(struct telling *telling, const struct ts_case *here,
	  struct ts_err *err)
{
	const struct ts_cells *cells = here->cells;
	struct ts_sum known = { 0 };
	struct ts_fig rest;
	const char *keys[3] = { cells->areas.texts[here->reporter],
				"not_allocated", here->angle->key };
	size_t i;

	if (!here->b->published || here->b->count == 0 ||
	    here->by == TS_BY_LINE ||
	    (here->by == TS_BY_PARTNER && cells->area_chosen) ||
	    (here->by == TS_BY_PRODUCT && cells->product_chosen))
		return TS_OK;
	for (i = 0; i < here->b->count; i++)
		ts_sum_add(&known, here->b->items[i].fig.value);
	rest = ts_fig_of(here->b->total.value - ts_sum_value(&known));
	if (!(fabs(rest.value) > 1e-9 * fabs(here->b->total.value)))
		return TS_OK;
	return ts_tell(telling->out, telling->measure, keys, here->period,
		       ts_rate_ratio(rest, here->b->total, 100), err);
}

static enum ts_status
tell_lines(void *ctx, const struct ts_case *here, struct ts_err *err)
{
	struct telling *telling = ctx;
	const struct ts_line *key;
	struct ts_fig part;
	size_t i;

	for (i = 0; i < here->keys->count; i++) {
		key = &here->keys->items[i];
		part = ts_lines_find(here->b, key->partner, key->product);
		if (ts_tell_case(telling->out, telling->measure, here, key,
				 ts_rate_ratio(part, here->b->total, 100),
				 err) != TS_OK)
			return err->status;
	}
	return tell_rest(telling, here, err);
}

static enum ts_status
tell_world(void *ctx, const struct ts_case *here, struct ts_err *err)
{
	struct telling *telling = ctx;
	const struct ts_line *key;
	struct ts_fig part, whole;
	size_t i;

	if (telling->angle != here->angle || telling->period != here->now) {
		if (ts_lines_world(here->cells, here->now, here->angle,
				   here->by, &telling->world, err) != TS_OK)
			return err->status;
		telling->angle = here->angle;
		telling->period = here->now;
	}
	if (here->by == TS_BY_REPORTER)
		return ts_tell_case(telling->out, telling->measure, here, NULL,
				    ts_rate_ratio(here->b->total,
						  telling->world.total, 100),
				    err);
	for (i = 0; i < here->keys->count; i++) {
		key = &here->keys->items[i];
		part = ts_lines_find(here->b, key->partner, key->product);
		whole = ts_lines_find(&telling->world, key->partner,
				      key->product);
		if (ts_tell_case(telling->out, telling->measure, here, key,
				 ts_rate_ratio(part, whole, 100), err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
read_name(const char *measure, const struct ts_choice *choice,
	  enum ts_what *what, enum ts_by *by, struct ts_err *err)
{
	const char *of = strrchr(measure, '_') + 1;
	const char *lines = measure[0] == 'w'   ? "reporter"
			    : measure[1] == 'a' ? "partner"
						: "product";

	if (strcmp(of, "share") == 0)
		of = "exports";
	if (ts_choice_what(choice->of[0] ? choice->of : of, what, err) !=
		    TS_OK ||
	    ts_choice_by(choice->by[0] ? choice->by : lines, by, err) != TS_OK)
		return err->status;
	if (measure[0] == 'w' ? *by == TS_BY_LINE : *by == TS_BY_REPORTER)
		return ts_fail(err, TS_BAD_CONFIG,
			       "by = \"%s\": the measure "
			       "has no such lines",
			       choice->by);
	return TS_OK;
}

static enum ts_status
share_compute(const struct ts_calc *calc, struct ts_results *out,
	      struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct telling telling = { .measure = calc->measure, .out = out };
	bool world = calc->measure[0] == 'w';
	struct ts_cells *cells;
	enum ts_what what;
	enum ts_by by;

	if (read_name(calc->measure, choice, &what, &by, err) != TS_OK ||
	    ts_cells_read(calc->input, choice, by == TS_BY_PRODUCT && !world,
			  calc->arena, &cells, err) != TS_OK)
		return err->status;
	return ts_each(cells, what, by, world ? tell_world : tell_lines,
		       &telling, err);
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "share",
		       "Shares of partners, products and countries", share_opts,
		       sizeof(struct ts_choice)),
	.measures = share_measures,
	.compute = share_compute,
};
