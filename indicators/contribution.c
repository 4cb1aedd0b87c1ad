/* SPDX-License-Identifier: Apache-2.0 */
/* Which part made a total grow, and by how much. */
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"
#include "indicators/measure/sum.h"

static const struct ts_opt contribution_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_BASE,
	TS_CHOICE(BOOL, like_for_like, "true",
		  "Compare incomplete years over the months that both have."),
	TS_CHOICE_BY("product"),
	TS_CHOICE_OF("exports"),
	{ .name = NULL },
};

static const struct ts_measure contribution_measures[] = {
	{ "contribution_pp", "Contribution to growth", "percentage points",
	  "100 (b_k - a_k) / A", "product or partner, period, value; flow" },
	{ "contribution_to_world_growth_pp",
	  "Contribution of a country to world growth", "percentage points",
	  "100 (b_i - a_i) / sum of a over countries in both periods",
	  "reporters of the universe, period, value; flow" },
	{ "share_of_change", "Share of the change", "percent",
	  "100 (b_k - a_k) / (B - A)",
	  "product or partner, period, value; flow" },
	{ .id = NULL },
};

struct telling {
	const char *measure;
	struct ts_results *out;
	bool of_change;
	/* of the pair and angle that were told last */
	const struct ts_angle *angle;
	const struct ts_cells *cells;
	uint32_t base, now;
	struct ts_fig world;
};

static enum ts_status
tell_lines(void *ctx, const struct ts_case *here, struct ts_err *err)
{
	struct telling *telling = ctx;
	const struct ts_line *key;
	struct ts_fig a, b,
		change = ts_fig_minus(here->b->total, here->a->total);
	struct ts_value value;
	size_t i;

	for (i = 0; i < here->keys->count; i++) {
		key = &here->keys->items[i];
		a = ts_lines_find(here->a, key->partner, key->product);
		b = ts_lines_find(here->b, key->partner, key->product);
		value = telling->of_change
				? ts_rate_ratio(ts_fig_minus(b, a), change, 100)
				: ts_rate_contribution(a, b, here->a->total);
		if (ts_tell_case(telling->out, telling->measure, here, key,
				 value, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

/* The base of the world: what it publishes, or the sum over the countries
 * that are there in both periods, so that the universe is the same. */
static enum ts_status
world_base(const struct ts_case *here, struct ts_fig *out, struct ts_err *err)
{
	const struct ts_cells *cells = here->cells;
	struct ts_lines a = { 0 }, b = { 0 };
	struct ts_sum sum = { 0 };
	uint32_t i;

	*out = ts_fig_missing();
	if (ts_world_reporter(cells, here->base, here->angle) != TS_NO_ID) {
		if (ts_lines_world(cells, here->base, here->angle, here->by, &a,
				   err) != TS_OK)
			return err->status;
		*out = a.total;
		return TS_OK;
	}
	for (i = 0; i < cells->areas.count; i++) {
		if (!cells->is_reporter[i] || !ts_is_country(cells, i))
			continue;
		if (ts_lines_read(cells, here->base, here->angle, i, here->by,
				  &a, err) != TS_OK ||
		    ts_lines_read(cells, here->now, here->angle, i, here->by,
				  &b, err) != TS_OK)
			return err->status;
		if (!ts_fig_known(a.total) || !ts_fig_known(b.total))
			continue;
		ts_sum_add(&sum, a.total.value);
		*out = ts_fig_of(ts_sum_value(&sum));
	}
	return TS_OK;
}

static enum ts_status
tell_world(void *ctx, const struct ts_case *here, struct ts_err *err)
{
	struct telling *telling = ctx;

	if (telling->angle != here->angle || telling->cells != here->cells ||
	    telling->base != here->base || telling->now != here->now) {
		if (world_base(here, &telling->world, err) != TS_OK)
			return err->status;
		telling->angle = here->angle;
		telling->cells = here->cells;
		telling->base = here->base;
		telling->now = here->now;
	}
	return ts_tell_case(telling->out, telling->measure, here, NULL,
			    ts_rate_contribution(here->a->total, here->b->total,
						 telling->world),
			    err);
}

static enum ts_status
contribution_compute(const struct ts_calc *calc, struct ts_results *out,
		     struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct telling telling = { .measure = calc->measure, .out = out };
	bool world = strstr(calc->measure, "world") != NULL;
	struct ts_cells *cells;
	enum ts_what what;
	enum ts_by by;

	telling.of_change = calc->measure[0] == 's';
	if (ts_choice_what(choice->of, &what, err) != TS_OK ||
	    ts_choice_by(choice->by, &by, err) != TS_OK)
		return err->status;
	if (world)
		by = TS_BY_REPORTER;
	else if (by == TS_BY_REPORTER)
		return ts_fail(err, TS_BAD_CONFIG,
			       "by = \"reporter\": a part "
			       "is a product, a partner or a line");
	if (ts_cells_read(calc->input, choice, by == TS_BY_PRODUCT, calc->arena,
			  &cells, err) != TS_OK)
		return err->status;
	return ts_each_pair(cells, what, by, world ? tell_world : tell_lines,
			    &telling, err);
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "contribution",
		       "Contributions of parts to the growth of a whole",
		       contribution_opts, sizeof(struct ts_choice)),
	.measures = contribution_measures,
	.compute = contribution_compute,
};
