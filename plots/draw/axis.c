/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "plots/draw/axis.h"

static const struct ts_type tick_type = { TS_REGULAR, 11 };

static double
tick_value(const struct ts_axis *axis, int i)
{
	double value = axis->ticks.first + i * axis->ticks.step;

	/* a sum of steps need not meet zero exactly */
	return fabs(value) < axis->ticks.step / 1e6 ? 0 : value;
}

/* A chart may let its axis begin above the first tick. */
static bool
is_inside(const struct ts_axis *axis, int i)
{
	double value = tick_value(axis, i), slack = axis->ticks.step / 1e6;

	return value >= axis->ticks.low - slack &&
	       value <= axis->ticks.high + slack;
}

static const char *
tick_text(const struct ts_axis *axis, const struct ts_figures *fig, int i)
{
	return ts_fig_tick(fig, tick_value(axis, i), axis->ticks.step);
}

void
ts_axis_place(struct ts_axis *axis, const struct ts_figures *fig, double left,
	      double right, double top, double bottom)
{
	double widest = 0;
	int i;

	for (i = 0; i < axis->ticks.count; i++)
		widest = fmax(widest, ts_type_width(tick_type,
						    tick_text(axis, fig, i)));
	left += fmax(widest + 8, 24);
	axis->plot = (struct ts_rect){ left, top, right - left, bottom - top };
}

double
ts_axis_step(const struct ts_axis *axis)
{
	double n = (double)axis->slots - 1;

	return n > 0 ? (axis->plot.width - 2 * axis->inset) / n
		     : axis->plot.width - 2 * axis->inset;
}

double
ts_axis_x(const struct ts_axis *axis, size_t slot)
{
	if (axis->slots < 2)
		return axis->plot.x + axis->plot.width / 2;
	return axis->plot.x + axis->inset + (double)slot * ts_axis_step(axis);
}

double
ts_axis_y(const struct ts_axis *axis, double value)
{
	double share = (value - axis->ticks.low) /
		       (axis->ticks.high - axis->ticks.low);

	return axis->plot.y + axis->plot.height * (1 - share);
}

void
ts_axis_grid(struct ts_ink *ink, const struct ts_axis *axis,
	     const struct ts_figures *fig)
{
	const struct ts_theme *theme = ink->job->theme;
	int i;

	ts_ink_strokes(ink, theme->grid, 0.8);
	for (i = 0; i < axis->ticks.count; i++) {
		double y = ts_axis_y(axis, tick_value(axis, i));

		if (is_inside(axis, i))
			ts_ink_stroke(ink, axis->plot.x, y,
				      axis->plot.x + axis->plot.width, y);
	}
	ts_ink_layer_end(ink);
	for (i = 0; i < axis->ticks.count; i++)
		if (is_inside(axis, i))
			ts_ink_text(ink, axis->plot.x - 7,
				    ts_axis_y(axis, tick_value(axis, i)),
				    TS_RIGHT, tick_type, theme->text,
				    tick_text(axis, fig, i));
}

void
ts_axis_zero(struct ts_ink *ink, const struct ts_axis *axis)
{
	double y = ts_axis_y(axis, 0);

	if (axis->ticks.low > 0 || axis->ticks.high < 0)
		return;
	ts_ink_strokes(ink, ink->job->theme->axis, 1);
	ts_ink_stroke(ink, axis->plot.x, y, axis->plot.x + axis->plot.width, y);
	ts_ink_layer_end(ink);
}

void
ts_axis_names(struct ts_ink *ink, const struct ts_axis *axis,
	      const struct ts_slots *slots, const struct ts_point *points,
	      double y)
{
	struct ts_type type = tick_type;
	struct ts_arena *arena = ink->job->arena;
	double step = ts_axis_step(axis), widest = 0;
	size_t every = 1, i;

	for (i = 0; i < slots->count; i++)
		widest = fmax(
			widest,
			ts_type_width(type,
				      ts_slot_name(slots, i,
						   points ? &points[i] : NULL,
						   arena)));
	if (widest + 5 > step && widest * 10 / 11 + 4 <= step)
		type.size = 10;
	else
		while (every < slots->count &&
		       (double)every * step < widest + 8)
			every++;
	for (i = (slots->count - 1) % every; i < slots->count; i += every)
		ts_ink_text(ink, ts_axis_x(axis, i), y, TS_CENTRE, type,
			    ink->job->theme->text,
			    ts_slot_name(slots, i, points ? &points[i] : NULL,
					 arena));
}
