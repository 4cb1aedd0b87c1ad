/* SPDX-License-Identifier: Apache-2.0 */
/*
 * axis.h - the plot of a chart over time: equal steps from left to right, a
 * value axis with horizontal grid lines and its figures at the left.
 */
#ifndef PLOTS_DRAW_AXIS_H
#define PLOTS_DRAW_AXIS_H

#include "plots/draw/figures.h"
#include "plots/draw/shape.h"

struct ts_axis {
	struct ts_rect plot;
	struct ts_ticks ticks;
	size_t slots;
	double inset; /* from the plot's edge to the first slot */
};

/* Plot between right edge and the room that the tick figures need. */
void ts_axis_place(struct ts_axis *axis, const struct ts_figures *fig,
		   double left, double right, double top, double bottom);
double ts_axis_x(const struct ts_axis *axis, size_t slot);
double ts_axis_y(const struct ts_axis *axis, double value);
double ts_axis_step(const struct ts_axis *axis);

/* Grid lines below everything, and the figures of the ticks. */
void ts_axis_grid(struct ts_ink *ink, const struct ts_axis *axis,
		  const struct ts_figures *fig);
/* The line of zero, above the marks. */
void ts_axis_zero(struct ts_ink *ink, const struct ts_axis *axis);
/* Names of the slots, as many as fit; the last one is always there. */
void ts_axis_names(struct ts_ink *ink, const struct ts_axis *axis,
		   const struct ts_slots *slots, const struct ts_point *points,
		   double y);

#endif
