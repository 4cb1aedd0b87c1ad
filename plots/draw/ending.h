/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ending.h - names at the right end of lines and bars, each with its last
 * figure below: direct labels in place of a legend.
 */
#ifndef PLOTS_DRAW_ENDING_H
#define PLOTS_DRAW_ENDING_H

#include "plots/draw/ink.h"

#define TS_ENDINGS_MAX 8

struct ts_ending {
	const char *name, *text;
	const char *after;     /* stays when the name is cut; "" or NULL */
	enum ts_weight weight; /* of the name */
	uint32_t colour;
	double y; /* middle of both lines, where it would be */
};

/* Of the widest line. */
double ts_endings_width(const struct ts_ending *ends, size_t count);
/* From x on, names cut to room px, pushed apart between top and bottom. */
void ts_endings_draw(struct ts_ink *ink, const struct ts_ending *ends,
		     size_t count, double x, double room, double top,
		     double bottom);

#endif
