/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.h - pages as they are laid out and before they are drawn: boxes,
 * texts and charts with their places; and the two themes.
 */
#ifndef PLOTS_DRAW_SHEET_H
#define PLOTS_DRAW_SHEET_H

#include <tradestat/plugin.h>

const struct ts_theme *ts_theme_find(const char *name); /* light, dark */

/* One page of the report's PDF: panels placed on A4 with texts around. */
struct ts_plot_panel {
	const struct ts_chart *chart; /* NULL: no chart */
	const struct ts_chart_spec *spec;
	struct ts_rect place; /* on the page, design px */
};
struct ts_plot_text {
	const char *text;
	double x, y;      /* left end (or right), middle line */
	const char *font; /* "Inter Bold,17" */
	uint32_t colour;
	bool right;
};
struct ts_plot_box {
	struct ts_rect place;
	uint32_t colour;
};
struct ts_plot_page {
	const struct ts_plot_box *boxes;
	size_t box_count;
	const struct ts_plot_text *texts;
	size_t text_count;
	const struct ts_plot_panel *panels;
	size_t panel_count;
};
#define TS_PAGE_WIDTH 794 /* A4 at 96 dpi */
#define TS_PAGE_HEIGHT 1123

#endif
