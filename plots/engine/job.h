/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job.h - the whole job file of a picture: terminal, output, head, frame and
 * what the plugin draws. It names no place and no time, so that equal charts
 * have equal job files.
 */
#ifndef PLOTS_ENGINE_JOB_H
#define PLOTS_ENGINE_JOB_H

#include "plots/engine/plot.h"

#define TS_SCRIPT_MAX ((size_t)16 << 20)

/*
 * One chart. Fills width and height of the request. TS_REFUSED: the data are
 * too few for this chart, in words. The script is the caller's to free, also
 * after a failure.
 */
enum ts_status ts_job_chart(struct ts_plot_request *request,
			    struct ts_script *script,
			    struct ts_err *err) TS_MUST_USE;

/* Pages of a report, a panel after the other (pdf.c). */
enum ts_status ts_job_pages(const struct ts_theme *theme,
			    const struct ts_plot_page *pages, size_t count,
			    enum ts_format format, struct ts_script *script,
			    struct ts_err *err) TS_MUST_USE;

/*
 * Asks the plugin and draws frame and chart of job->spec into job->panel; the
 * arena must be there. height_px of need decides where job->panel.height is 0.
 */
enum ts_status ts_job_panel(const struct ts_chart *chart,
			    struct ts_chart_job *job,
			    const struct ts_chart_need *need,
			    struct ts_script *script,
			    struct ts_err *err) TS_MUST_USE;
enum ts_status ts_job_need(const struct ts_chart *chart,
			   const struct ts_chart_spec *spec,
			   struct ts_arena *arena, struct ts_chart_need *out,
			   struct ts_err *err) TS_MUST_USE;

#endif
