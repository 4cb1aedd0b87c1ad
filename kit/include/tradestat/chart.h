/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart.h - what a chart plugin gets: rows, a rectangle, a palette and the
 * texts around it. The engine draws the frame (title, subtitle, rule,
 * footer, brand) and owns terminal and output; the plugin draws inside.
 *
 * Units are design pixels, 1/96 inch, origin at the top left of the panel.
 */
#ifndef TRADESTAT_CHART_H
#define TRADESTAT_CHART_H

#include <stdbool.h>
#include <stdint.h>
#include <tradestat/script.h>
#include <tradestat/table.h>

/* Colours as 0xRRGGBB; roles of the design language, light or dark. */
struct ts_theme {
	const char *name; /* "light" or "dark" */
	uint32_t background, ink, text, footer, axis, grid, context, tile;
	uint32_t exports, exports_light, imports, imports_light;
	uint32_t exports_text, imports_text; /* text grade */
	uint32_t positive, negative;
	uint32_t category[6], category_text[6];
};

enum ts_format { TS_PNG, TS_SVG, TS_PDF };

/* Texts and choices of one chart; every text may be foreign. */
struct ts_chart_spec {
	const char *type;     /* name of the plugin */
	const char *title;    /* the finding */
	const char *subtitle; /* measure, unit, period, scale */
	const char *source;   /* first footer line */
	const char *notes;    /* second footer line */
	const char *language; /* "en" */
	const char *reporter; /* names for labels: "Kazakhstan" */
	const char *partner;
	const char *unit; /* "USD", "percent"; scale chosen by the chart */
	const char *flow; /* "X" or "M": colour and words of movers */
	const struct ts_table *data; /* tidy columns; more by chart */
	int width;                   /* panel, design px; 0: 600 */
	int height; /* 0: what the plugin prefers for its rows */
};

struct ts_rect {
	double x, y, width, height;
}; /* y downwards */

struct ts_chart_job {
	const struct ts_chart_spec *spec;
	const struct ts_theme *theme;
	enum ts_format format;
	struct ts_rect page;  /* x, y: 0; size of the output page */
	struct ts_rect panel; /* this chart's frame on the page */
	struct ts_rect area;  /* inside the frame: from below the subtitle to
				 above the footer rule, side margin 20 */
	struct ts_arena *arena;
};

/* Screen coordinates (0..1, y upwards) of a point of the panel. */
TS_API double ts_chart_x(const struct ts_chart_job *job, double x_px);
TS_API double ts_chart_y(const struct ts_chart_job *job, double y_px);

/* Notes that a chart adds to the footer, told before drawing. */
struct ts_chart_need {
	int height_px;     /* preferred panel height for this data */
	char refused[256]; /* "needs at least 3 years, got 2"; "" if fine */
	char note[256];    /* "Axis starts at 1,200." */
	char unit[64];     /* in which figures are written: "US$ mn", for a
			      subtitle */
};

#endif
