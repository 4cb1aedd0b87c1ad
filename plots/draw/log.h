/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - a horizontal logarithmic axis with a place for zero: an open ring
 * at its left end, because a logarithm has none.
 */
#ifndef PLOTS_DRAW_LOG_H
#define PLOTS_DRAW_LOG_H

#include "plots/draw/figures.h"

#define TS_LOG_TICKS 12

struct ts_log {
	double low, high;   /* of the domain, > 0 */
	bool zero;          /* the left end stands for zero */
	double left, right; /* px of the ends */
	double ticks[TS_LOG_TICKS];
	size_t count;
};

/* A domain that holds low..high (> 0; any order of size between them), with
 * at least two ticks. */
struct ts_log ts_log_make(double low, double high, bool zero);
double ts_log_x(const struct ts_log *log, double value); /* >= 0 */
/* Vertical lines from top to bottom, figures below; those that would touch
 * are left out. */
void ts_log_draw(struct ts_ink *ink, const struct ts_log *log,
		 const struct ts_figures *fig, double top, double bottom);

#endif
