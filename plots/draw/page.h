/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page.h - the A4 pages of a report: a cover with key figures, then charts
 * with their sentences, flowing from page to page.
 *
 * Says where everything goes; ts_plot_pages draws it.
 */
#ifndef PLOTS_DRAW_PAGE_H
#define PLOTS_DRAW_PAGE_H

#include "plots/draw/sheet.h"

/* A chart and what is said below it; either may be absent. */
struct ts_page_block {
	const struct ts_chart *chart; /* NULL: title and texts of spec only */
	const struct ts_chart_spec *spec;
	const char *not_drawn; /* why there is no chart; NULL */
	const char *const *sentences;
	size_t sentence_count;
};

struct ts_page_job {
	const struct ts_theme *theme;
	const char *title;    /* of the report */
	const char *subtitle; /* "Annual report 2024 · goods · US$" */
	const char *issued;   /* "Issued 30 May 2025" */
	const char *footer;   /* at the left of every page's end */
	const struct ts_key_figure *keys; /* tiles of the cover, up to 8 */
	size_t key_count;
	const struct ts_page_block *blocks;
	size_t block_count;
	struct ts_arena *arena; /* everything below lives in it */
};

struct ts_page_set {
	struct ts_plot_page *pages;
	size_t count;
	const char **outline; /* a title a page */
};

/* A chart that cannot be drawn (need() refuses) becomes its reason in words;
 * the rest of the report is not held up by it. */
enum ts_status ts_page_compose(const struct ts_page_job *job,
			       struct ts_page_set *out,
			       struct ts_err *err) TS_MUST_USE;

#endif
