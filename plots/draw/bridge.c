/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <tradestat/words.h>
#include "plots/draw/bridge.h"

static const char *const needs[] = { "value|to", NULL };

/* The pair that holds both totals, or NULL; two of them contradict. */
static enum ts_status
find_total(const struct ts_pairs *pairs, const struct ts_pair **total,
	   struct ts_err *err)
{
	size_t i;

	*total = NULL;
	for (i = 0; i < pairs->count; i++) {
		if (!pairs->items[i].total)
			continue;
		if (*total)
			return ts_fail(err, TS_BAD_DATA,
				       "rows %zu and %zu: two totals",
				       (*total)->row->number,
				       pairs->items[i].row->number);
		*total = &pairs->items[i];
	}
	return TS_OK;
}

static double
change(const struct ts_pair *pair)
{
	return pair->to - pair->from;
}

static int
by_size(const void *a, const void *b)
{
	const struct ts_pair *left = a, *right = b;
	double l = fabs(change(left)), r = fabs(change(right));

	if (l != r)
		return l < r ? 1 : -1;
	return left->row->number < right->row->number ? -1 : 1;
}

/* Gains from the largest down, then losses from the largest down. */
static int
by_sign(const void *a, const void *b)
{
	const struct ts_pair *left = a, *right = b;
	bool l = change(left) >= 0, r = change(right) >= 0;

	if (l != r)
		return l ? -1 : 1;
	return by_size(a, b);
}

/* The parts with both figures, and the sums that stand in for a total. */
static struct ts_pair *
collect(const struct ts_pairs *pairs, struct ts_arena *arena,
	struct ts_bridge *bridge, size_t *count, struct ts_pair *sums)
{
	struct ts_pair *parts =
		ts_arena_alloc(arena, pairs->count + 1, sizeof(*parts));
	size_t i;

	*count = 0;
	*sums = (struct ts_pair){ .total = true };
	for (i = 0; parts && i < pairs->count; i++) {
		const struct ts_pair *pair = &pairs->items[i];

		if (pair->total)
			continue;
		if (isnan(change(pair))) {
			bridge->unknown++;
			continue;
		}
		sums->from += pair->from;
		sums->to += pair->to;
		if (!pair->other)
			parts[(*count)++] = *pair;
	}
	return parts;
}

static void
add_step(struct ts_bridge *bridge, enum ts_step_kind kind, double start,
	 double end, const char *name, const char *code)
{
	bridge->items[bridge->count++] = (struct ts_step){
		.kind = kind,
		.start = start,
		.end = end,
		.name = name,
		.code = code,
	};
	bridge->low = fmin(bridge->low, end);
	bridge->high = fmax(bridge->high, end);
}

/*
 * Columns start at zero, but between two large totals the steps would be
 * slivers: then the axis is cut at a round figure below the lowest level.
 */
static void
place_base(struct ts_bridge *bridge)
{
	double span = bridge->high - bridge->low;
	double step;

	if (bridge->low <= 0 || span <= 0 || bridge->low < 1.2 * span) {
		bridge->base = fmin(0, bridge->low);
		bridge->high = fmax(0, bridge->high);
		return;
	}
	step = ts_round_below(span);
	bridge->base = floor((bridge->low - 0.6 * span) / step) * step;
}

static void
word_steps(struct ts_bridge *bridge)
{
	size_t i;

	for (i = 0; i < bridge->count; i++) {
		struct ts_step *step = &bridge->items[i];
		double figure = step->end - step->start;

		switch (step->kind) {
		case TS_STEP_TOTAL:
			step->text =
				fabs(step->end / bridge->fig.scale) < 1e5
					? ts_fig_value(&bridge->fig, step->end)
					: ts_fig_own(&bridge->fig, step->end);
			break;
		case TS_STEP_PART:
		case TS_STEP_RESIDUAL:
			/* what a sum of doubles leaves is no residual */
			if (fabs(figure) < 1e-9 * fabs(bridge->high))
				figure = 0;
			step->text = ts_fig_signed(&bridge->fig, figure);
			break;
		}
	}
}

static void
add_steps(struct ts_bridge *bridge, const struct ts_pair *total,
	  const struct ts_pair *parts, size_t count, bool told,
	  const struct ts_pairs *pairs)
{
	double level = total->from;
	size_t i;

	bridge->low = bridge->high = level;
	add_step(bridge, TS_STEP_TOTAL, 0, level,
		 pairs->base[0] ? pairs->base : "before", "");
	for (i = 0; i < count; i++) {
		double next = level + change(&parts[i]);

		add_step(bridge, TS_STEP_PART, level, next, parts[i].label,
			 parts[i].code);
		level = next;
	}
	/* a total that is told may differ from the sum of its parts */
	if (told || fabs(total->to - level) > 1e-9 * fabs(level))
		add_step(bridge, TS_STEP_RESIDUAL, level, total->to,
			 "All other", "");
	add_step(bridge, TS_STEP_TOTAL, 0, total->to,
		 pairs->current[0] ? pairs->current : "after", "");
}

enum ts_status
ts_bridge_make(const struct ts_chart_spec *spec, struct ts_arena *arena,
	       struct ts_bridge *out, struct ts_err *err)
{
	const struct ts_pair *total;
	struct ts_rows rows;
	struct ts_pairs pairs;
	struct ts_pair sums, *parts;
	size_t count, i;
	double largest = 0;

	*out = (struct ts_bridge){ .count = 0 };
	if (ts_rows_read(spec, arena, needs, &rows, err) != TS_OK ||
	    ts_rows_constant(&rows, "flow", err) != TS_OK ||
	    ts_pairs_make(&rows, arena, &pairs, err) != TS_OK ||
	    find_total(&pairs, &total, err) != TS_OK)
		return err->status;
	parts = collect(&pairs, arena, out, &count, &sums);
	if (!parts)
		return ts_fail(err, TS_BAD_DATA, "too many rows");
	if (count == 0)
		out->refused = "needs at least one part with figures of two "
			       "periods";
	if (total && isnan(change(total)))
		out->refused = "needs the total of both periods";
	if (count > 0)
		qsort(parts, count, sizeof(*parts), by_size);
	out->parts = count < TS_BRIDGE_MOST ? count : TS_BRIDGE_MOST;
	out->folded = count - out->parts;
	if (out->parts > 0)
		qsort(parts, out->parts, sizeof(*parts), by_sign);
	for (i = 0; i < out->parts; i++)
		largest = fmax(largest, fabs(change(&parts[i])));
	out->fig = ts_fig_make(spec, rows.unit, largest, arena);
	if (out->refused)
		return TS_OK;
	add_steps(out, total ? total : &sums, parts, out->parts, total, &pairs);
	place_base(out);
	word_steps(out);
	return TS_OK;
}
