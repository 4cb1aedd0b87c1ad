/* SPDX-License-Identifier: Apache-2.0 */
/* Time: rows placed on equal steps, and pairs of two periods. */
#include <math.h>
#include "plots/draw/shape.h"

static enum ts_status
no_memory(struct ts_err *err)
{
	return ts_fail(err, TS_BAD_DATA,
		       "too much data for the memory of a chart");
}

static enum ts_status
check_spans(const struct ts_rows *rows, struct ts_err *err)
{
	const struct ts_row *first = &rows->items[0];
	size_t i;

	for (i = 0; i < rows->count; i++) {
		const struct ts_row *row = &rows->items[i];

		if (row->period.span == TS_NO_SPAN)
			return ts_fail(err, TS_BAD_DATA, "row %zu: no period",
				       row->number);
		if (row->period.span == TS_RANGE)
			return ts_fail(err, TS_BAD_DATA,
				       "row %zu: a range of years has no place "
				       "on an axis of time",
				       row->number);
		if (row->period.span != first->period.span)
			return ts_fail(err, TS_BAD_DATA,
				       "row %zu: periods of different length "
				       "in one chart",
				       row->number);
	}
	return TS_OK;
}

enum ts_status
ts_slots_make(const struct ts_rows *rows, size_t most, struct ts_slots *out,
	      struct ts_err *err)
{
	struct ts_period last;
	size_t i;

	*out = (struct ts_slots){ .count = 0 };
	if (rows->count == 0)
		return TS_OK;
	if (check_spans(rows, err) != TS_OK)
		return err->status;
	out->first = last = rows->items[0].period;
	for (i = 1; i < rows->count; i++) {
		struct ts_period period = rows->items[i].period;

		if (ts_period_compare(period, out->first) < 0)
			out->first = period;
		if (ts_period_compare(period, last) > 0)
			last = period;
	}
	out->count = (size_t)ts_period_distance(out->first, last) + 1;
	if (out->count > most) {
		out->dropped = out->count - most;
		out->count = most;
		out->first = ts_period_step(last, 1 - (int)most);
	}
	return TS_OK;
}

enum ts_status
ts_slots_fill(const struct ts_rows *rows, const struct ts_slots *slots,
	      bool (*belongs)(const struct ts_row *row, const void *ctx),
	      const void *ctx, struct ts_arena *arena, struct ts_point **out,
	      struct ts_err *err)
{
	struct ts_point *points =
		ts_arena_alloc(arena, slots->count + 1, sizeof(*points));
	size_t i;

	if (!points)
		return no_memory(err);
	for (i = 0; i < slots->count; i++)
		points[i].value = NAN;
	for (i = 0; i < rows->count; i++) {
		const struct ts_row *row = &rows->items[i];
		int slot = ts_period_distance(slots->first, row->period);

		if (slot < 0 || (belongs && !belongs(row, ctx)))
			continue;
		if (points[slot].row) {
			char text[TS_PERIOD_TEXT];

			return ts_fail(err, TS_BAD_DATA,
				       "rows %zu and %zu: two figures for %s",
				       points[slot].row->number, row->number,
				       ts_period_print(row->period, text));
		}
		points[slot] = (struct ts_point){ row->value, row };
	}
	*out = points;
	return TS_OK;
}

const char *
ts_slot_name(const struct ts_slots *slots, size_t slot,
	     const struct ts_point *point, struct ts_arena *arena)
{
	char text[TS_PERIOD_TEXT];
	const char *name;

	if (point && point->row && point->row->label[0])
		return point->row->label;
	ts_period_print(ts_period_step(slots->first, (int)slot), text);
	name = ts_arena_strdup(arena, text);
	return name ? name : "";
}

static const char *
printed(struct ts_period period, struct ts_arena *arena)
{
	char text[TS_PERIOD_TEXT];
	const char *name =
		ts_arena_strdup(arena, ts_period_print(period, text));

	return name ? name : "";
}

static void
name_pair(const struct ts_rows *rows, struct ts_pair *pair)
{
	const struct ts_row *row = pair->row;

	pair->label = ts_row_name(rows, row);
	pair->code = row->label[0] ? row->product : "";
	pair->total = ts_row_is_total(row);
	pair->other = ts_row_is_other(row);
}

static void
pairs_as_told(const struct ts_rows *rows, struct ts_arena *arena,
	      struct ts_pairs *out)
{
	size_t i;

	for (i = 0; i < rows->count; i++) {
		const struct ts_row *row = &rows->items[i];

		out->items[i] = (struct ts_pair){
			.row = row,
			.from = row->from,
			.to = row->to,
		};
		name_pair(rows, &out->items[i]);
		if (out->base[0] == '\0')
			out->base = printed(row->base, arena);
		if (out->current[0] == '\0')
			out->current = printed(row->period, arena);
	}
	out->count = rows->count;
}

/* The two latest periods that any row has. */
static size_t
latest_two(const struct ts_rows *rows, struct ts_period *base,
	   struct ts_period *current)
{
	size_t i, found = 0;

	for (i = 0; i < rows->count; i++) {
		struct ts_period period = rows->items[i].period;

		if (found == 0 || ts_period_compare(period, *current) > 0) {
			*base = *current;
			*current = period;
			found = found < 2 ? found + 1 : 2;
		} else if (!ts_period_equal(period, *current) &&
			   (found == 1 ||
			    ts_period_compare(period, *base) > 0)) {
			*base = period;
			found = 2;
		}
	}
	return found;
}

static struct ts_pair *
find_pair(struct ts_pairs *pairs, const struct ts_row *row)
{
	size_t i;

	for (i = 0; i < pairs->count; i++) {
		const struct ts_row *other = pairs->items[i].row;

		if (strcmp(other->product, row->product) == 0 &&
		    strcmp(other->partner, row->partner) == 0 &&
		    strcmp(other->label, row->label) == 0)
			return &pairs->items[i];
	}
	pairs->items[pairs->count] = (struct ts_pair){
		.row = row,
		.from = NAN,
		.to = NAN,
	};
	return &pairs->items[pairs->count++];
}

enum ts_status
ts_pairs_make(const struct ts_rows *rows, struct ts_arena *arena,
	      struct ts_pairs *out, struct ts_err *err)
{
	struct ts_period base = { 0 }, current = { 0 };
	size_t i;

	*out = (struct ts_pairs){
		.items = ts_arena_alloc(arena, rows->count + 1,
					sizeof(*out->items)),
		.base = "",
		.current = "",
	};
	if (!out->items)
		return no_memory(err);
	if (rows->count > 5000) /* looking for the partner is quadratic */
		return ts_fail(err, TS_BAD_DATA,
			       "%zu rows are too many for this chart",
			       rows->count);
	if (rows->pairs) {
		pairs_as_told(rows, arena, out);
		return TS_OK;
	}
	if (rows->count == 0)
		return TS_OK;
	if (check_spans(rows, err) != TS_OK)
		return err->status;
	if (latest_two(rows, &base, &current) < 2)
		return TS_OK; /* no pair: a change needs two periods */
	for (i = 0; i < rows->count; i++) {
		const struct ts_row *row = &rows->items[i];
		bool now = ts_period_equal(row->period, current);
		struct ts_pair *pair;

		if (!now && !ts_period_equal(row->period, base))
			continue;
		pair = find_pair(out, row);
		if (!isnan(now ? pair->to : pair->from))
			return ts_fail(err, TS_BAD_DATA,
				       "row %zu: a second figure for \"%.40s\"",
				       row->number, ts_row_name(rows, row));
		*(now ? &pair->to : &pair->from) = row->value;
		if (now)
			pair->row = row;
	}
	for (i = 0; i < out->count; i++)
		name_pair(rows, &out->items[i]);
	out->base = printed(base, arena);
	out->current = printed(current, arena);
	return TS_OK;
}
