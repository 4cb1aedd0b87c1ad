/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plot.h - chart asked, picture returned. Draws with a few persistent,
 * sandboxed gnuplot processes; verifies every file before it counts; does not
 * draw again what was drawn from the same script.
 */
#ifndef PLOTS_ENGINE_PLOT_H
#define PLOTS_ENGINE_PLOT_H

#include <tradestat/clock.h>
#include <tradestat/plugin.h>

struct ts_plot_opts {
	const char *gnuplot;	/* absolute path; NULL or "": found on PATH */
	const char *work_dir;	/* job files; made, private */
	const char *cache_dir;	/* drawn files by script hash; NULL: none */
	const char *font;	/* "Inter": checked by fontconfig */
	int processes;		/* 0: 2 */
	int deadline_ms;	/* of one chart; 0: 60,000 */
	int64_t created_us;	/* written into PDFs as their date */
	bool sandbox;		/* false only for experiments */
};

struct ts_plot;

/* TS_UNAVAILABLE: no gnuplot, or not the font (with the command to install
 * them). */
enum ts_status ts_plot_open(const struct ts_plot_opts *opts,
			    struct ts_plot **out,
			    struct ts_err *err) TS_MUST_USE;
void ts_plot_close(struct ts_plot *plot);

struct ts_plot_request {
	const struct ts_chart *chart;
	const struct ts_chart_spec *spec;
	const struct ts_theme *theme;
	enum ts_format format;
	const char *path;	/* of the picture to make */
	enum ts_status status;	/* out */
	char problem[512];	/* out, "" if fine */
	bool from_cache;	/* out */
	double width, height;	/* out, design px */
};

/* Draws all, two at a time. TS_OK when every one was made; else the first
 * failure, with the status of each in its request. */
enum ts_status ts_plot_draw(struct ts_plot *plot,
			    struct ts_plot_request *requests, size_t count,
			    struct ts_err *err) TS_MUST_USE;

/* One page of the report's PDF: panels placed on A4 with texts around. */
struct ts_plot_panel {
	const struct ts_chart *chart;	/* NULL: no chart */
	const struct ts_chart_spec *spec;
	struct ts_rect place;		/* on the page, design px */
};
struct ts_plot_text {
	const char *text;
	double x, y;			/* left end (or right), middle line */
	const char *font;		/* "Inter Bold,17" */
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
#define TS_PAGE_WIDTH 794	/* A4 at 96 dpi */
#define TS_PAGE_HEIGHT 1123

/* All pages as one PDF, or one page as PNG. */
enum ts_status ts_plot_pages(struct ts_plot *plot,
			     const struct ts_theme *theme,
			     const struct ts_plot_page *pages, size_t count,
			     enum ts_format format, const char *path,
			     struct ts_err *err) TS_MUST_USE;

const struct ts_theme *ts_theme_find(const char *name);	/* light, dark */

/* What of the sandbox is active, for one log line. */
const char *ts_plot_sandbox(const struct ts_plot *plot);

#endif
