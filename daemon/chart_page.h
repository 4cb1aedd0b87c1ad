/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart_page.h - the A4 page by hand: key figures, balance and turnover from
 * rows of exports and imports, as `tradestat chart page` draws it.
 */
#ifndef DAEMON_CHART_PAGE_H
#define DAEMON_CHART_PAGE_H

#include "daemon/registry.h"
#include "plots/engine/plot.h"

/* spec->data: flow (X and M), period, value. TS_BAD_DATA without a period
 * that has both flows. */
enum ts_status
ts_chart_page(struct ts_plot *plot, const struct ts_registry *registry,
	      const struct ts_chart_spec *spec, const struct ts_theme *theme,
	      enum ts_format format, const char *path, struct ts_arena *arena,
	      struct ts_err *err) TS_MUST_USE;

#endif
