/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout.h - the pages of the printed report: a cover with key figures and
 * two charts, then the findings, one or two a page.
 */
#ifndef DAEMON_REPORT_LAYOUT_H
#define DAEMON_REPORT_LAYOUT_H

#include "daemon/report/render.h"
#include "plots/engine/plot.h"

struct ts_layout {
	struct ts_plot_page *pages;
	size_t page_count;
	const char **outline; /* one title a page */
};

/* issued: "24 November 2026". Charts come from the registry. */
enum ts_status ts_layout_report(struct ts_render *render, const char *issued,
				const char *subtitle, struct ts_layout *out,
				struct ts_err *err) TS_MUST_USE;

/* The chart plugin of a type; TS_UNAVAILABLE if there is none. */
enum ts_status ts_layout_chart(const struct ts_render *render, const char *type,
			       const struct ts_chart **out,
			       struct ts_err *err) TS_MUST_USE;

#endif
