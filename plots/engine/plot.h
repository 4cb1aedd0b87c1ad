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
#include "plots/draw/sheet.h"

struct ts_plot_opts {
	const char *gnuplot;   /* absolute path; NULL or "": found on PATH */
	const char *work_dir;  /* job files; made, private */
	const char *cache_dir; /* drawn files by script hash; NULL: none */
	const char *font;      /* "Inter": checked by fontconfig */
	int processes;         /* 0: 2 */
	int deadline_ms;       /* of one chart; 0: 60,000 */
	int64_t created_us;    /* written into PDFs as their date */
	bool sandbox;          /* false only for experiments */
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
	const char *path;      /* of the picture to make */
	enum ts_status status; /* out */
	char problem[512];     /* out, "" if fine */
	bool from_cache;       /* out */
	double width, height;  /* out, design px */
};

/* Draws all, two at a time. TS_OK when every one was made; else the first
 * failure, with the status of each in its request. */
enum ts_status ts_plot_draw(struct ts_plot *plot,
			    struct ts_plot_request *requests, size_t count,
			    struct ts_err *err) TS_MUST_USE;

/* All pages as one PDF, or one page as PNG. */
enum ts_status ts_plot_pages(struct ts_plot *plot, const struct ts_theme *theme,
			     const struct ts_plot_page *pages, size_t count,
			     enum ts_format format, const char *path,
			     struct ts_err *err) TS_MUST_USE;

/* What of the sandbox is active, for one log line. */
const char *ts_plot_sandbox(const struct ts_plot *plot);

#endif
