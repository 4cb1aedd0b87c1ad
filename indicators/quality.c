/* SPDX-License-Identifier: Apache-2.0 */
/* Is the data all there, is it old, does it add up? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tradestat/plugin.h>
#include "indicators/measure/each.h"
#include "indicators/measure/sum.h"

static const struct ts_opt quality_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE_PERIOD,
	TS_CHOICE(STRING, cells, "periods",
		  "What completeness counts: periods that have any figure, or "
		  "lines (each partner and product in each period)."),
	TS_CHOICE(STRING, from, "",
		  "First period expected; empty: the first of the table."),
	TS_CHOICE(STRING, to, "",
		  "Last period expected; empty: the last of the table."),
	TS_CHOICE(STRING, today, "",
		  "The day to judge by, 2025-06-30: staleness needs it, and "
		  "with it completeness leaves out what is not due."),
	{ TS_OPT_AT(struct ts_choice, INT, lag_days), .preset = "0", .min = 0,
	  .max = 3660,
	  .help = "Days after its end at which the publisher "
		  "usually has a period." },
	{ .name = NULL },
};

static const struct ts_measure quality_measures[] = {
	{ "additivity_gap", "Additivity gap", "percent",
	  "100 (sum of parts - total) / total",
	  "period, value, and a total beside its products or partners" },
	{ "completeness", "Completeness", "percent",
	  "100 present cells / expected cells",
	  "reporter, flow, period, value, status" },
	{ "staleness_days", "Age of the newest period", "days",
	  "today - end of the last period with a value",
	  "reporter, flow, period, value" },
	{ "staleness_late", "Newest period is older than usual", "1 or 0",
	  "staleness_days > lag_days + length of a period",
	  "reporter, flow, period, value" },
	{ .id = NULL },
};

struct telling {
	const char *measure;
	struct ts_results *out;
	const struct ts_cells *cells;
	bool has_today;
	int32_t today;
	int64_t lag_days;
};

typedef enum ts_status subject_fn(struct telling *telling, uint32_t reporter,
				  unsigned flow, struct ts_err *err);

/* Every reporter and flow that the table has at all. */
static enum ts_status
each_subject(struct telling *telling, subject_fn *tell, struct ts_err *err)
{
	const struct ts_cells *cells = telling->cells;
	struct ts_angle angles[TS_ANGLES];
	size_t count = ts_angles(cells, TS_WHAT_VALUE, angles), i;
	uint32_t reporter, period;
	bool told;

	for (reporter = 0; reporter < cells->areas.count; reporter++) {
		if (!ts_cells_tells(cells, reporter))
			continue;
		for (i = 0; i < count; i++) {
			told = false;
			for (period = 0; period < cells->period_count; period++)
				told = told ||
				       ts_cells_block(cells, period,
						      angles[i].flow, reporter);
			if (told && tell(telling, reporter, angles[i].flow,
					 err) != TS_OK)
				return err->status;
		}
	}
	return TS_OK;
}

static enum ts_status
tell_subject(const struct telling *telling, uint32_t reporter, unsigned flow,
	     const char *period, struct ts_value value, struct ts_err *err)
{
	const char *keys[3] = { telling->cells->areas.texts[reporter],
				telling->cells->flow_names[flow], "" };

	return ts_tell(telling->out, telling->measure, keys, period, value,
		       err);
}

/* ---- staleness ----------------------------------------------------------- */

static enum ts_status
tell_staleness(struct telling *telling, uint32_t reporter, unsigned flow,
	       struct ts_err *err)
{
	const struct ts_cells *cells = telling->cells;
	const struct ts_when *newest = NULL, *when;
	const struct ts_block *block;
	struct ts_value value;
	int64_t days, length;
	uint32_t period;

	for (period = 0; period < cells->period_count; period++) {
		when = &cells->periods[period];
		block = ts_cells_block(cells, period, flow, reporter);
		if (!when->dated || !block || !block->reported)
			continue;
		if (!newest || ts_period_last_day(when->period) >
				       ts_period_last_day(newest->period))
			newest = when;
	}
	if (!newest)
		return tell_subject(telling, reporter, flow, "",
				    ts_value_undef(TS_RES_MISSING), err);
	days = (int64_t)telling->today - ts_period_last_day(newest->period);
	length = (int64_t)ts_period_last_day(newest->period) -
		 ts_period_first_day(newest->period) + 1;
	value = ts_value_of((double)days);
	/* Until the next period is over and out, the last one is the newest
	 * there can be. */
	if (strcmp(telling->measure, "staleness_late") == 0)
		value = ts_value_of(days > telling->lag_days + length);
	return tell_subject(telling, reporter, flow, newest->text, value, err);
}

/* ---- completeness -------------------------------------------------------- */

/* The calendar that is expected: every step from one period to another. */
struct expected {
	uint32_t *periods; /* TS_NO_ID: not in the table at all */
	size_t count;
	const char *label;
};

static enum ts_status
end_of_range(const struct ts_cells *cells, const char *chosen, bool last,
	     struct ts_when *out, struct ts_err *err)
{
	size_t i;

	*out = (struct ts_when){ .text = "" };
	if (chosen[0] != '\0') {
		*out = ts_when_of(cells->arena, chosen);
		if (!out->dated)
			return ts_fail(err, TS_BAD_CONFIG,
				       "\"%.40s\" is no "
				       "period",
				       chosen);
		return TS_OK;
	}
	for (i = 0; i < cells->period_count; i++)
		if (cells->periods[i].dated &&
		    cells->periods[i].period.span != TS_RANGE &&
		    (last || !out->dated))
			*out = cells->periods[i];
	return TS_OK;
}

static bool
is_due(const struct telling *telling, struct ts_period period)
{
	return !telling->has_today ||
	       (int64_t)ts_period_last_day(period) + telling->lag_days <
		       telling->today;
}

static enum ts_status
expect(const struct telling *telling, struct expected *out, struct ts_err *err)
{
	const struct ts_cells *cells = telling->cells;
	const struct ts_choice *choice = cells->choice;
	struct ts_when first, last;
	struct ts_period period;
	char text[TS_PERIOD_TEXT];
	int steps, i;

	*out = (struct expected){ .label = "" };
	if (end_of_range(cells, ts_choice_text(choice->from), false, &first,
			 err) != TS_OK ||
	    end_of_range(cells, ts_choice_text(choice->to), true, &last, err) !=
		    TS_OK)
		return err->status;
	if (!first.dated || !last.dated)
		return TS_OK;
	if (first.period.span != last.period.span)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s: periods of several "
			       "lengths (%s, %s): choose a frequency, or from "
			       "and to",
			       cells->name, first.text, last.text);
	steps = ts_period_distance(first.period, last.period);
	if (steps < 0)
		return ts_fail(err, TS_BAD_CONFIG, "from is after to");
	out->periods = ts_arena_alloc(cells->arena, (size_t)steps + 1,
				      sizeof(*out->periods));
	out->label = steps == 0 ? first.text
				: ts_arena_printf(cells->arena, "%s/%s",
						  first.text, last.text);
	if (!out->periods || !out->label)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       cells->name);
	for (i = 0; i <= steps; i++) {
		period = ts_period_step(first.period, i);
		if (!is_due(telling, period))
			continue;
		ts_period_print(period, text);
		out->periods[out->count++] = ts_cells_period(cells, text);
	}
	return TS_OK;
}

static enum ts_status
tell_periods(struct telling *telling, uint32_t reporter, unsigned flow,
	     const struct expected *expected, struct ts_err *err)
{
	const struct ts_block *block;
	double present = 0;
	size_t i;

	for (i = 0; i < expected->count; i++) {
		block = ts_cells_block(telling->cells, expected->periods[i],
				       flow, reporter);
		present += block && block->reported;
	}
	return tell_subject(telling, reporter, flow, expected->label,
			    ts_rate_ratio(ts_fig_of(present),
					  ts_fig_of((double)expected->count),
					  100),
			    err);
}

struct line_count {
	size_t lines, present, secret;
};

static int
compare_lines(const void *a, const void *b)
{
	const struct ts_line *left = a, *right = b;

	if (left->partner != right->partner)
		return left->partner < right->partner ? -1 : 1;
	return (left->product > right->product) -
	       (left->product < right->product);
}

/* The lines that the reporter has in any of the periods, and how many cells
 * of them have a value. Confidential cells are not expected. */
static enum ts_status
count_lines(const struct ts_cells *cells, uint32_t reporter, unsigned flow,
	    const struct expected *expected, struct line_count *out,
	    struct ts_err *err)
{
	const struct ts_block *block;
	const struct ts_cell *cell;
	struct ts_line *lines;
	size_t most = 0, count = 0, i, j;

	*out = (struct line_count){ 0 };
	for (i = 0; i < expected->count; i++) {
		block = ts_cells_block(cells, expected->periods[i], flow,
				       reporter);
		most += block ? block->count : 0;
	}
	lines = ts_arena_alloc(cells->arena, most + 1, sizeof(*lines));
	if (!lines)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       cells->name);
	for (i = 0; i < expected->count; i++) {
		block = ts_cells_block(cells, expected->periods[i], flow,
				       reporter);
		for (j = 0; block && j < block->count; j++) {
			cell = &cells->items[block->first + j];
			lines[count++] = (struct ts_line){
				.partner = cell->partner,
				.product = cell->product,
			};
			out->present += cell->have == TS_HAVE_VALUE;
			out->secret += cell->confidential &&
				       cell->have != TS_HAVE_VALUE;
		}
	}
	if (count > 1)
		qsort(lines, count, sizeof(*lines), compare_lines);
	for (i = 0; i < count; i++)
		out->lines +=
			i == 0 || compare_lines(&lines[i], &lines[i - 1]) != 0;
	return TS_OK;
}

static enum ts_status
tell_completeness(struct telling *telling, uint32_t reporter, unsigned flow,
		  struct ts_err *err)
{
	const char *counted = ts_choice_text(telling->cells->choice->cells);
	struct line_count count;
	struct expected expected;
	double cells;

	if (expect(telling, &expected, err) != TS_OK)
		return err->status;
	if (strcmp(counted, "periods") == 0)
		return tell_periods(telling, reporter, flow, &expected, err);
	if (strcmp(counted, "lines") != 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "cells = \"%.40s\": periods "
			       "or lines",
			       counted);
	if (count_lines(telling->cells, reporter, flow, &expected, &count,
			err) != TS_OK)
		return err->status;
	cells = (double)count.lines * (double)expected.count -
		(double)count.secret;
	return tell_subject(telling, reporter, flow, expected.label,
			    ts_rate_ratio(ts_fig_of((double)count.present),
					  ts_fig_of(cells), 100),
			    err);
}

/* ---- additivity ---------------------------------------------------------- */

struct parts {
	struct ts_sum sum;
	bool any, unknown;
};

static void
add_part(struct parts *parts, const struct ts_cell *cell)
{
	if (cell->have == TS_HAVE_NONE)
		return;
	parts->any = true;
	parts->unknown = parts->unknown || cell->have != TS_HAVE_VALUE;
	ts_sum_add(&parts->sum, cell->value);
}

static enum ts_status
tell_parts(struct telling *telling, const struct ts_block *block,
	   const char *name, const struct parts *parts, struct ts_fig total,
	   struct ts_err *err)
{
	const struct ts_cells *cells = telling->cells;
	const char *keys[3] = { cells->areas.texts[block->reporter],
				cells->flow_names[block->flow], name };
	struct ts_fig sum = ts_fig_of(ts_sum_value(&parts->sum));

	if (!parts->any || total.have == TS_HAVE_NONE)
		return TS_OK;
	if (parts->unknown && !cells->choice->skip_missing)
		sum = ts_fig_missing();
	return ts_tell(telling->out, telling->measure, keys,
		       cells->periods[block->period].text,
		       ts_rate_ratio(ts_fig_minus(sum, total), total, 100),
		       err);
}

/* Partners of the sum of products, products of the sum of partners; each
 * level of products by itself. */
static enum ts_status
tell_additivity(struct telling *telling, const struct ts_block *block,
		struct ts_err *err)
{
	const struct ts_cells *cells = telling->cells;
	struct parts levels[TS_LEVEL_MAX + 1] = { 0 }, partners = { 0 };
	const struct ts_cell *cell = cells->items + block->first;
	const struct ts_cell *end = cell + block->count;
	struct ts_fig total = { 0 };
	enum ts_area kind;
	char name[24];
	int level;

	for (; cell < end; cell++) {
		kind = cells->area_kind[cell->partner];
		level = cells->levels[cell->product];
		if (kind == TS_AREA_WORLD && level == TS_LEVEL_TOTAL)
			total = (struct ts_fig){
				.value = cell->value,
				.have = (enum ts_have)cell->have,
			};
		else if (kind == TS_AREA_WORLD)
			add_part(&levels[level], cell);
		else if (kind != TS_AREA_GROUP && level == TS_LEVEL_TOTAL)
			add_part(&partners, cell);
	}
	if (tell_parts(telling, block, "partners", &partners, total, err) !=
	    TS_OK)
		return err->status;
	for (level = 0; level <= TS_LEVEL_MAX; level++) {
		snprintf(name, sizeof(name), "products_%d", level);
		if (tell_parts(telling, block, level ? name : "products",
			       &levels[level], total, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
each_block(struct telling *telling, struct ts_err *err)
{
	const struct ts_cells *cells = telling->cells;
	const struct ts_block *block;
	size_t i;

	for (i = 0; i < cells->block_count; i++) {
		block = &cells->blocks[i];
		if (block->flow != TS_FLOW_GDP &&
		    ts_cells_tells(cells, block->reporter) &&
		    ts_period_admitted(cells, block->period) &&
		    tell_additivity(telling, block, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
read_today(struct telling *telling, const struct ts_choice *choice,
	   struct ts_err *err)
{
	struct ts_period day;

	telling->lag_days = choice->lag_days;
	if (choice->today[0] == '\0')
		return TS_OK;
	if (ts_period_parse(choice->today, &day, err) != TS_OK)
		return ts_while(err, "today");
	telling->has_today = true;
	telling->today = ts_period_last_day(day);
	return TS_OK;
}

static enum ts_status
quality_compute(const struct ts_calc *calc, struct ts_results *out,
		struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct telling telling = { .measure = calc->measure, .out = out };
	struct ts_cells *cells;

	if (read_today(&telling, choice, err) != TS_OK ||
	    ts_cells_read(calc->input, choice, false, calc->arena, &cells,
			  err) != TS_OK)
		return err->status;
	telling.cells = cells;
	if (strcmp(calc->measure, "additivity_gap") == 0)
		return each_block(&telling, err);
	if (strcmp(calc->measure, "completeness") == 0)
		return each_subject(&telling, tell_completeness, err);
	if (!telling.has_today)
		return ts_fail(err, TS_BAD_CONFIG,
			       "age needs a day to count "
			       "from: today=2025-06-30");
	return each_subject(&telling, tell_staleness, err);
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "quality",
		       "Completeness, age and additivity of data", quality_opts,
		       sizeof(struct ts_choice)),
	.measures = quality_measures,
	.compute = quality_compute,
};
