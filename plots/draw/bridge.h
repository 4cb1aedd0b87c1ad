/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bridge.h - what leads from one total to another: the steps of a waterfall
 * in order, with the residual that makes them add up.
 */
#ifndef PLOTS_DRAW_BRIDGE_H
#define PLOTS_DRAW_BRIDGE_H

#include "plots/draw/figures.h"
#include "plots/draw/shape.h"

#define TS_BRIDGE_MOST 8 /* steps beside the residual */

enum ts_step_kind { TS_STEP_TOTAL, TS_STEP_PART, TS_STEP_RESIDUAL };

struct ts_step {
	enum ts_step_kind kind;
	double start, end; /* levels; a total starts at 0 */
	const char *name, *code, *text;
};

struct ts_bridge {
	struct ts_figures fig;
	struct ts_step items[TS_BRIDGE_MOST + 3];
	size_t count;           /* with both totals */
	size_t parts;           /* steps of their own */
	size_t folded, unknown; /* parts that are inside the residual */
	const char *refused;    /* NULL: can be drawn */
	double low, high;       /* levels to show */
	double base;            /* where the axis starts; above 0: cut */
};

enum ts_status ts_bridge_make(const struct ts_chart_spec *spec,
			      struct ts_arena *arena, struct ts_bridge *out,
			      struct ts_err *err) TS_MUST_USE;

#endif
