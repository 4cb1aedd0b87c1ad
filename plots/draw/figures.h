/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figures.h - the numbers written on a chart, as words.h words them, and the
 * places of ticks and labels.
 *
 * A chart has one scale (US$ mn). A figure far outside it carries its own
 * word ("18.4 bn"), and a figure too small to be seen is "<0.01", not "0.00".
 */
#ifndef PLOTS_DRAW_FIGURES_H
#define PLOTS_DRAW_FIGURES_H

#include "plots/draw/ink.h"

struct ts_figures {
	const char *language;
	const char *unit;
	double scale;
	struct ts_arena *arena;
};

/* The scale of a series whose largest figure is this. */
struct ts_figures ts_fig_make(const struct ts_chart_spec *spec,
			      const char *unit, double largest,
			      struct ts_arena *arena);
/* The texts live in the arena; "" when there is no memory or no number. */
const char *ts_fig_value(const struct ts_figures *fig, double value);
const char *ts_fig_signed(const struct ts_figures *fig, double value);
/* On a chart of very different sizes: with a word of its own where two
 * digits of it would be lost. */
const char *ts_fig_own(const struct ts_figures *fig, double value);
/* On an axis: digits behind the point only as far as step needs them. */
const char *ts_fig_tick(const struct ts_figures *fig, double value,
			double step);
/* A power of ten, or 2 or 5 times it. */
const char *ts_fig_round(const struct ts_figures *fig, double value);
/* "US$ mn" */
const char *ts_fig_unit(const struct ts_figures *fig);
/* Stated rate ("26.7", "+26.7%", "nearly 5x") or else the computed one. */
const char *ts_fig_rate(const struct ts_figures *fig, const char *stated,
			double from, double to);
/* The computed rate in whole percent, where there is no room for more. */
const char *ts_fig_rate_short(const struct ts_figures *fig, double from,
			      double to);
/* "73%" of a share between 0 and 1. */
const char *ts_fig_share(const struct ts_figures *fig, double share);

#define TS_TICKS_MAX 16
struct ts_ticks {
	double first, step;
	int count;
	double low, high; /* of the axis: first and last tick */
};
/* Three to five round steps that cover low..high (both finite). */
struct ts_ticks ts_ticks_make(double low, double high);
/* The largest 1, 2, 5 times a power of ten that is at most value (> 0). */
double ts_round_below(double value);

/* Moves wanted[] (middles of labels) at least gap apart and into low..high,
 * keeping their order of size. */
void ts_spread(double *wanted, size_t count, double gap, double low,
	       double high);

/*
 * A name in at most max lines of width px, joined by '\n'; where it has to
 * be cut, the code stays behind it: "Machinery and mechanical… 8479".
 */
const char *ts_name_wrap(const struct ts_figures *fig, struct ts_type type,
			 double width, int max, const char *name,
			 const char *code, int *lines);

/* Adds a sentence to the chart's note when it holds; what has no room is
 * left out whole. */
/* What hatching means, unless the caller's notes say it ("Hatched: ..."). */
void ts_note_hatched(struct ts_chart_need *need,
		     const struct ts_chart_spec *spec, bool provisional,
		     bool derived);
void ts_note(struct ts_chart_need *need, bool holds, const char *sentence);

#endif
