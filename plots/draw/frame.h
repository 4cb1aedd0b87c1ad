/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.h - what surrounds every chart: title, subtitle, rule, footer, brand;
 * and the transform from design px to gnuplot's screen.
 */
#ifndef PLOTS_DRAW_FRAME_H
#define PLOTS_DRAW_FRAME_H

#include <tradestat/plugin.h>

/* Lines of the title at the panel's width (1 or 2) decide where the area
 * begins. note: the chart's own, put behind spec->notes. */
enum ts_status ts_frame_layout(struct ts_chart_job *job,
			       struct ts_err *err) TS_MUST_USE;
/* Where the area of a chart with these texts begins, before there is a job;
 * width 0 is 600. */
double ts_frame_top(const struct ts_chart_spec *spec);
void ts_frame_draw(const struct ts_chart_job *job, const char *note,
		   struct ts_script *script);
/* The shared head of every job: encoding, separators, minus sign, no key. */
void ts_frame_head(struct ts_script *script);
/* set term ... for a format and size; no output line. */
void ts_frame_terminal(struct ts_script *script, enum ts_format format,
		       const struct ts_theme *theme, double width,
		       double height);
/* set [lrtb]margin at screen for a plot rectangle (panel px). */
void ts_frame_margins(const struct ts_chart_job *job, struct ts_rect plot,
		      struct ts_script *script);

#endif
