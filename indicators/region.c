/* SPDX-License-Identifier: Apache-2.0 */
/* What part of a region's trade with somebody one member has. */
#include <stdlib.h>
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"
#include "indicators/measure/sum.h"

static const struct ts_opt region_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_PERIOD,
	{ TS_OPT_AT(struct ts_choice, STRING, region), .preset = NULL,
	  .help = "Members, NAME: CODE CODE ... (the name is the key k2)." },
	{ TS_OPT_AT(struct ts_choice, STRING, counterpart), .preset = NULL,
	  .help = "Partner or bloc, CODE or NAME: CODE CODE ... (k3)." },
	TS_CHOICE_OF("turnover"),
	{ .name = NULL },
};

static const struct ts_measure region_measures[] = {
	{ "share_in_region_trade", "Share in a region's trade with a partner",
	  "percent", "100 T(i,B) / sum over r in R of T(r,B)",
	  "reporter, partner, period, value; flows X and M" },
	{ .id = NULL },
};

struct bloc {
	const char *name;
	struct ts_list members;
};

/* "EU11: SWE ESP ..."; without a name, one code names itself. */
static enum ts_status
read_bloc(struct ts_arena *arena, const char *text, struct bloc *out,
	  struct ts_err *err)
{
	const char *colon = strchr(text, ':');

	out->name = "";
	if (colon) {
		out->name =
			ts_arena_strndup(arena, text, (size_t)(colon - text));
		if (!out->name)
			return ts_fail(err, TS_SYSTEM, "no memory left");
		text = colon + 1;
	}
	if (ts_list_parse(arena, text, &out->members, err) != TS_OK)
		return err->status;
	if (out->members.count == 0)
		return ts_fail(err, TS_BAD_CONFIG, "a region without members");
	if (!colon && out->members.count == 1)
		out->name = out->members.items[0];
	qsort(out->members.items, out->members.count,
	      sizeof(*out->members.items), ts_intern_compare);
	return TS_OK;
}

/* Trade of one member with all of the counterpart; missing if the member
 * does not report: half a region is no region. */
static enum ts_status
trade_with(const struct ts_cells *cells, uint32_t period,
	   const struct ts_angle *angle, const char *member,
	   const struct bloc *with, struct ts_lines *lines, struct ts_fig *out,
	   struct ts_err *err)
{
	uint32_t reporter = ts_intern_find(&cells->areas, member), partner;
	struct ts_sum sum = { 0 };
	struct ts_fig fig;
	size_t i;

	*out = ts_fig_missing();
	if (reporter == TS_NO_ID)
		return TS_OK;
	if (ts_lines_read(cells, period, angle, reporter, TS_BY_PARTNER, lines,
			  err) != TS_OK)
		return err->status;
	if (!lines->reported)
		return TS_OK;
	for (i = 0; i < with->members.count; i++) {
		partner = ts_intern_find(&cells->areas, with->members.items[i]);
		if (partner == TS_NO_ID)
			continue;
		fig = ts_lines_find(lines, partner, TS_NO_ID);
		if (!ts_fig_known(fig))
			return TS_OK;
		ts_sum_add(&sum, fig.value);
	}
	*out = ts_fig_of(ts_sum_value(&sum));
	return TS_OK;
}

struct shares {
	const struct ts_cells *cells;
	struct bloc region, counterpart;
	struct ts_fig *figs;
	struct ts_lines lines;
};

static enum ts_status
tell_period(struct shares *shares, uint32_t period,
	    const struct ts_angle *angle, const char *measure,
	    struct ts_results *out, struct ts_err *err)
{
	const struct ts_list *members = &shares->region.members;
	const char *keys[3] = { "", shares->region.name,
				shares->counterpart.name };
	struct ts_sum sum = { 0 };
	bool whole = true;
	struct ts_fig all;
	size_t i;

	for (i = 0; i < members->count; i++) {
		if (trade_with(shares->cells, period, angle, members->items[i],
			       &shares->counterpart, &shares->lines,
			       &shares->figs[i], err) != TS_OK)
			return err->status;
		whole = whole && ts_fig_known(shares->figs[i]);
		ts_sum_add(&sum, shares->figs[i].value);
	}
	all = whole ? ts_fig_of(ts_sum_value(&sum)) : ts_fig_missing();
	for (i = 0; i < members->count; i++) {
		if (!ts_list_admits(&shares->cells->reporters,
				    members->items[i]))
			continue;
		keys[0] = members->items[i];
		if (ts_tell(out, measure, keys,
			    shares->cells->periods[period].text,
			    ts_rate_ratio(shares->figs[i], all, 100),
			    err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
region_compute(const struct ts_calc *calc, struct ts_results *out,
	       struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct ts_angle angles[TS_ANGLES];
	struct shares shares = { 0 };
	struct ts_cells *cells;
	enum ts_what what;
	uint32_t period;

	if (read_bloc(calc->arena, choice->region, &shares.region, err) !=
		    TS_OK ||
	    read_bloc(calc->arena, choice->counterpart, &shares.counterpart,
		      err) != TS_OK ||
	    ts_choice_what(choice->of, &what, err) != TS_OK ||
	    ts_cells_read(calc->input, choice, false, calc->arena, &cells,
			  err) != TS_OK)
		return err->status;
	if (what == TS_WHAT_VALUE || what == TS_WHAT_BALANCE)
		return ts_fail(err, TS_BAD_CONFIG,
			       "of = \"%s\": exports, "
			       "imports or turnover",
			       choice->of);
	shares.cells = cells;
	shares.figs = ts_arena_alloc(calc->arena, shares.region.members.count,
				     sizeof(*shares.figs));
	if (!shares.figs)
		return ts_fail(err, TS_SYSTEM, "no memory left");
	ts_angles(cells, what, angles);
	for (period = 0; period < cells->period_count; period++)
		if (ts_period_admitted(cells, period) &&
		    tell_period(&shares, period, &angles[0], calc->measure, out,
				err) != TS_OK)
			return err->status;
	return TS_OK;
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "region",
		       "Shares of members in a region's trade", region_opts,
		       sizeof(struct ts_choice)),
	.measures = region_measures,
	.compute = region_compute,
};
