/* SPDX-License-Identifier: Apache-2.0 */
/*
 * missing.h - the words "no data" where a line of a chart is interrupted, on
 * the lowest line of text that no line of the chart passes through.
 */
#ifndef PLOTS_DRAW_MISSING_H
#define PLOTS_DRAW_MISSING_H

#include "plots/draw/axis.h"

struct ts_missing {
	const char *name; /* "Kazakhstan: no data" where there is room */
	const struct ts_point *points;
	uint32_t colour;
};

/* Two lines over the same slots; what both miss is said once. */
void ts_missing_draw(struct ts_ink *ink, const struct ts_axis *axis,
		     const struct ts_missing sides[2]);

#endif
