/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "plots/draw/missing.h"

#define MOST 40 /* stretches that get words */

static const struct ts_type small_type = { TS_REGULAR, 10 };

struct words {
	double x0, x1, y;
};

struct taken {
	struct words items[MOST];
	size_t count;
};

static bool
is_known(const struct ts_missing *side, size_t slot)
{
	return !isnan(side->points[slot].value);
}

/* True when the line of a side passes through this stretch. */
static bool
is_crossed(const struct ts_missing *side, const struct ts_axis *axis, double x0,
	   double x1, double y0, double y1)
{
	size_t i;

	for (i = 0; i < axis->slots; i++) {
		double xa = ts_axis_x(axis, i), ya, xb, yb;

		if (!is_known(side, i))
			continue;
		ya = ts_axis_y(axis, side->points[i].value);
		xb = xa;
		yb = ya;
		if (i + 1 < axis->slots && is_known(side, i + 1)) {
			xb = ts_axis_x(axis, i + 1);
			yb = ts_axis_y(axis, side->points[i + 1].value);
		}
		if (xb >= x0 && xa <= x1 && fmax(ya, yb) >= y0 &&
		    fmin(ya, yb) <= y1)
			return true;
	}
	return false;
}

/* Where a missing stretch is said in words: the lowest free line. */
static bool
find_place(const struct ts_missing *sides, const struct ts_axis *axis,
	   const struct taken *taken, struct words *words)
{
	double bottom = axis->plot.y + axis->plot.height;
	size_t i;

	for (words->y = bottom - 10; words->y > axis->plot.y + 8;
	     words->y -= 14) {
		bool is_free = true;

		for (i = 0; i < 2; i++)
			is_free &= !is_crossed(&sides[i], axis, words->x0,
					       words->x1, words->y - 8,
					       words->y + 8);
		for (i = 0; i < taken->count; i++)
			is_free &= fabs(taken->items[i].y - words->y) > 12 ||
				   taken->items[i].x1 < words->x0 ||
				   taken->items[i].x0 > words->x1;
		if (is_free)
			return true;
	}
	return false;
}

/* The stretch of missing slots that begins at first: one behind its end. */
static size_t
missing_until(const struct ts_missing *side, const struct ts_axis *axis,
	      size_t first)
{
	while (first < axis->slots && !is_known(side, first))
		first++;
	return first;
}

/* True when both sides miss exactly these slots: it is said once. */
static bool
is_shared(const struct ts_missing *other, const struct ts_axis *axis,
	  size_t first, size_t end)
{
	return !is_known(other, first) &&
	       missing_until(other, axis, first) == end &&
	       (first == 0 || is_known(other, first - 1));
}

static void
say_missing(struct ts_ink *ink, const struct ts_axis *axis,
	    const struct ts_missing *sides, int s, size_t first, size_t end,
	    struct taken *taken)
{
	bool shared = is_shared(&sides[!s], axis, first, end);
	double left = first ? ts_axis_x(axis, first - 1) : axis->plot.x;
	double right = end < axis->slots ? ts_axis_x(axis, end)
					 : axis->plot.x + axis->plot.width;
	const char *text =
		ts_arena_printf(ink->job->arena, "%s: no data", sides[s].name);
	struct words words;
	double wide;

	if (shared && s == 1)
		return;
	if (!text || shared ||
	    ts_type_width(small_type, text) > right - left - 6)
		text = "no data";
	wide = ts_type_width(small_type, text);
	words.x0 = (left + right - wide) / 2;
	words.x1 = words.x0 + wide;
	if (taken->count == MOST || wide > right - left ||
	    !find_place(sides, axis, taken, &words))
		return;
	taken->items[taken->count++] = words;
	ts_ink_text(ink, words.x0, words.y, TS_LEFT, small_type,
		    shared ? ink->job->theme->text : sides[s].colour, text);
}

void
ts_missing_draw(struct ts_ink *ink, const struct ts_axis *axis,
		const struct ts_missing sides[2])
{
	struct taken taken = { .count = 0 };
	size_t i, end;
	int s;

	for (s = 0; s < 2; s++)
		for (i = 0; i < axis->slots; i = end + 1) {
			end = missing_until(&sides[s], axis, i);
			if (end > i)
				say_missing(ink, axis, sides, s, i, end,
					    &taken);
		}
}
