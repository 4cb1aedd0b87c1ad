/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/cells.h"

#include <stdlib.h>
#include <string.h>

/* Which stretches of a year a reporter tells of a flow. */
struct seen {
	uint16_t months;
	uint8_t quarters, halves;
	bool year;
};

/* Which of them make the sum. */
struct taken {
	enum ts_span span; /* TS_NO_SPAN: nothing is known */
	uint16_t mask;
	uint8_t months; /* 0: a whole year */
};

#define NO_YEAR SIZE_MAX

struct folding {
	const struct ts_cells *from;
	struct ts_cells *to;
	int *years;
	size_t year_count;
	struct seen *seen; /* [reporter][flow][year] */
	struct taken *taken;
};

static size_t
year_index(const struct folding *fold, const struct ts_when *when)
{
	size_t i;

	if (!when->dated || when->period.span < TS_YEAR ||
	    when->period.span > TS_MONTH)
		return NO_YEAR;
	for (i = 0; i < fold->year_count; i++)
		if (fold->years[i] == when->period.year)
			return i;
	return NO_YEAR;
}

static size_t
place(const struct folding *fold, uint32_t reporter, size_t flow, size_t year)
{
	return (reporter * fold->from->flow_count + flow) * fold->year_count +
	       year;
}

static int
compare_int(const void *a, const void *b)
{
	int left = *(const int *)a, right = *(const int *)b;

	return (left > right) - (left < right);
}

/* The years of the table, once each. Periods are sorted, so are they. */
static enum ts_status
list_years(struct folding *fold, const int *years, size_t count,
	   struct ts_err *err)
{
	const struct ts_cells *from = fold->from;
	size_t most = years ? count : from->period_count, i;

	fold->years = ts_arena_alloc(from->arena, most + 1, sizeof(int));
	if (!fold->years)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       from->name);
	if (years) {
		memcpy(fold->years, years, count * sizeof(int));
		fold->year_count = count;
		return TS_OK;
	}
	for (i = 0; i < from->period_count; i++)
		if (from->periods[i].dated &&
		    from->periods[i].period.span <= TS_MONTH &&
		    year_index(fold, &from->periods[i]) == NO_YEAR)
			fold->years[fold->year_count++] =
				from->periods[i].period.year;
	qsort(fold->years, fold->year_count, sizeof(int), compare_int);
	return TS_OK;
}

static void
note_block(struct folding *fold, const struct ts_block *block)
{
	const struct ts_when *when = &fold->from->periods[block->period];
	size_t year = year_index(fold, when);
	struct seen *seen;
	unsigned bit;

	if (year == NO_YEAR || !block->reported)
		return;
	seen = &fold->seen[place(fold, block->reporter, block->flow, year)];
	bit = when->period.nth ? 1u << (when->period.nth - 1) : 0;
	switch ((enum ts_span)when->period.span) {
	case TS_YEAR:
		seen->year = true;
		break;
	case TS_HALF:
		seen->halves |= (uint8_t)bit;
		break;
	case TS_QUARTER:
		seen->quarters |= (uint8_t)bit;
		break;
	case TS_MONTH:
		seen->months |= (uint16_t)bit;
		break;
	case TS_NO_SPAN:
	case TS_WEEK:
	case TS_DAY:
	case TS_RANGE:
		break;
	}
}

static struct taken
whole_year(const struct seen *seen)
{
	if (seen->year)
		return (struct taken){ .span = TS_YEAR, .mask = 1 };
	if (seen->months == 0xfff)
		return (struct taken){ .span = TS_MONTH, .mask = 0xfff };
	if (seen->quarters == 0xf)
		return (struct taken){ .span = TS_QUARTER, .mask = 0xf };
	if (seen->halves == 3)
		return (struct taken){ .span = TS_HALF, .mask = 3 };
	return (struct taken){ .span = TS_NO_SPAN };
}

static bool
flow_is_told(const struct folding *fold, uint32_t reporter, size_t flow)
{
	const struct seen *seen = &fold->seen[place(fold, reporter, flow, 0)];
	size_t i;

	for (i = 0; i < fold->year_count; i++)
		if (seen[i].year || seen[i].months || seen[i].quarters ||
		    seen[i].halves)
			return true;
	return false;
}

/* The months that a reporter has in every year and flow of trade. */
static struct taken
common_months(const struct folding *fold, uint32_t reporter)
{
	struct taken taken = { .span = TS_MONTH, .mask = 0xfff };
	size_t flow, year;

	for (flow = 0; flow < TS_FLOW_GDP; flow++) {
		if (!flow_is_told(fold, reporter, flow))
			continue;
		for (year = 0; year < fold->year_count; year++)
			taken.mask &=
				fold->seen[place(fold, reporter, flow, year)]
					.months;
	}
	taken.months = (uint8_t)__builtin_popcount(taken.mask);
	if (taken.months == 0)
		taken.span = TS_NO_SPAN;
	return taken;
}

static void
decide(struct folding *fold, uint32_t reporter, bool like_for_like)
{
	struct taken common = { .span = TS_NO_SPAN };
	struct taken *taken;
	bool whole = true;
	size_t flow, year;

	for (flow = 0; flow < fold->from->flow_count; flow++) {
		for (year = 0; year < fold->year_count; year++) {
			taken = &fold->taken[place(fold, reporter, flow, year)];
			*taken = whole_year(
				&fold->seen[place(fold, reporter, flow, year)]);
			if (taken->span == TS_NO_SPAN && flow < TS_FLOW_GDP &&
			    flow_is_told(fold, reporter, flow))
				whole = false;
		}
	}
	if (whole || !like_for_like)
		return;
	common = common_months(fold, reporter);
	for (flow = 0; flow < TS_FLOW_GDP; flow++)
		for (year = 0; year < fold->year_count; year++)
			fold->taken[place(fold, reporter, flow, year)] = common;
}

static enum ts_status
take_cells(struct folding *fold, struct ts_err *err)
{
	const struct ts_cells *from = fold->from;
	const struct taken *taken;
	const struct ts_when *when;
	struct ts_cell *cell;
	size_t year, i;

	fold->to->items = ts_arena_alloc(from->arena, from->count + 1,
					 sizeof(*fold->to->items));
	if (!fold->to->items)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       from->name);
	for (i = 0; i < from->count; i++) {
		when = &from->periods[from->items[i].period];
		year = year_index(fold, when);
		if (year == NO_YEAR)
			continue;
		taken = &fold->taken[place(fold, from->items[i].reporter,
					   from->items[i].flow, year)];
		if (taken->span != TS_NO_SPAN &&
		    (taken->span != (enum ts_span)when->period.span ||
		     (when->period.nth != 0 &&
		      (taken->mask >> (when->period.nth - 1) & 1) == 0)))
			continue;
		cell = &fold->to->items[fold->to->count++];
		*cell = from->items[i];
		cell->period = (uint32_t)year;
		if (taken->span == TS_NO_SPAN) {
			cell->have = cell->have_weight = TS_HAVE_MISSING;
			cell->value = cell->weight = 0;
		}
	}
	return TS_OK;
}

static enum ts_status
name_years(struct folding *fold, struct ts_err *err)
{
	struct ts_cells *to = fold->to;
	struct ts_period period = { .span = TS_YEAR };
	char text[TS_PERIOD_TEXT];
	size_t i;

	to->period_count = fold->year_count;
	to->periods = ts_arena_alloc(to->arena, fold->year_count + 1,
				     sizeof(*to->periods));
	for (i = 0; to->periods && i < fold->year_count; i++) {
		period.year = (int16_t)fold->years[i];
		ts_period_print(period, text);
		to->periods[i].text = ts_arena_strdup(to->arena, text);
		to->periods[i].period = period;
		to->periods[i].dated = true;
		if (!to->periods[i].text)
			break;
	}
	if (!to->periods || i < fold->year_count)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left", to->name);
	return TS_OK;
}

enum ts_status
ts_cells_years(const struct ts_cells *cells, const int *years,
	       size_t year_count, bool like_for_like, struct ts_cells **out,
	       struct ts_err *err)
{
	struct folding fold = { .from = cells };
	const struct taken *taken;
	struct ts_block *block;
	size_t places, i;

	if (list_years(&fold, years, year_count, err) != TS_OK)
		return err->status;
	places = cells->areas.count * cells->flow_count * fold.year_count + 1;
	fold.seen = ts_arena_alloc(cells->arena, places, sizeof(*fold.seen));
	fold.taken = ts_arena_alloc(cells->arena, places, sizeof(*fold.taken));
	fold.to = ts_arena_alloc(cells->arena, 1, sizeof(*fold.to));
	if (!fold.seen || !fold.taken || !fold.to)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       cells->name);
	*fold.to = *cells;
	fold.to->count = fold.to->block_count = 0;
	for (i = 0; i < cells->block_count; i++)
		note_block(&fold, &cells->blocks[i]);
	for (i = 0; i < cells->areas.count; i++)
		if (cells->is_reporter[i])
			decide(&fold, (uint32_t)i, like_for_like);
	if (take_cells(&fold, err) != TS_OK ||
	    name_years(&fold, err) != TS_OK ||
	    ts_cells_index(fold.to, true, err) != TS_OK)
		return err->status;
	for (i = 0; i < fold.to->block_count; i++) {
		block = &fold.to->blocks[i];
		taken = &fold.taken[place(&fold, block->reporter, block->flow,
					  block->period)];
		block->months = taken->months;
	}
	*out = fold.to;
	return TS_OK;
}
