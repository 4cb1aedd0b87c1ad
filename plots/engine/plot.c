/* SPDX-License-Identifier: Apache-2.0 */
#include "plots/engine/plot.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/spawn.h>

#include "plots/engine/cache.h"
#include "plots/engine/font.h"
#include "plots/engine/job.h"
#include "plots/engine/work.h"

#define USUAL_DEADLINE_MS 60000
#define CACHE_DAYS 30 /* an entry nobody asked for */

/* ---- open and close ------------------------------------------------------ */

static enum ts_status
find_gnuplot(const char *asked, char *program, struct ts_plot *plot,
	     struct ts_err *err)
{
	struct stat st;
	bool found;

	if (asked != NULL && asked[0] != '\0')
		found = asked[0] == '/' && realpath(asked, program) != NULL;
	else
		found = ts_find_program("gnuplot", plot->gnuplot_id,
					sizeof plot->gnuplot_id) &&
			realpath(plot->gnuplot_id, program) != NULL;
	if (!found || stat(program, &st) != 0 || access(program, X_OK) != 0)
		return ts_fail(err, TS_UNAVAILABLE,
			       "gnuplot is not installed%s%s: "
			       "apt-get install gnuplot-nox",
			       asked != NULL && asked[0] != '\0' ? " as " : "",
			       asked != NULL ? asked : "");
	/* the very file decides how pictures look; asking it for its version
	 * would start it even when nothing has to be drawn */
	snprintf(plot->gnuplot_id, sizeof plot->gnuplot_id, "%s %lld %lld",
		 program, (long long)st.st_size, (long long)st.st_mtime);
	return TS_OK;
}

static enum ts_status
make_work_dir(const char *parent, struct ts_plot *plot, struct ts_err *err)
{
	char full[PATH_MAX];

	if (ts_mkdirs(parent, err) != TS_OK)
		return err->status;
	/* the processes work in folders of their own: no relative paths */
	if (realpath(parent, full) == NULL)
		return ts_fail_errno(err, errno, "%s", parent);
	if ((size_t)snprintf(plot->work_dir, sizeof plot->work_dir,
			     "%s/gnuplot-XXXXXX", full) >= PATH_MAX - 64)
		return ts_fail(err, TS_BAD_CONFIG, "%.200s: too long", full);
	if (mkdtemp(plot->work_dir) == NULL) {
		plot->work_dir[0] = '\0';
		return ts_fail_errno(err, errno, "make a folder in %s", full);
	}
	return TS_OK;
}

static enum ts_status
open_gnuplots(const struct ts_plot_opts *opts, const char *program,
	      struct ts_plot *plot, struct ts_err *err)
{
	char folder[PATH_MAX + 16];
	struct ts_gnuplot_opts gnuplot = {
		.program = program,
		.folder = folder,
		.deadline_ms = opts->deadline_ms > 0 ? opts->deadline_ms
						     : USUAL_DEADLINE_MS,
		.sandbox = opts->sandbox,
	};
	int count = opts->processes > 0 ? opts->processes : 2;

	if (count > TS_PROCESSES_MAX)
		count = TS_PROCESSES_MAX;
	for (; plot->count < count; plot->count++) {
		snprintf(folder, sizeof folder, "%s/%d", plot->work_dir,
			 plot->count);
		if (ts_gnuplot_open(&gnuplot, &plot->gnuplots[plot->count],
				    err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
set_up(const struct ts_plot_opts *opts, struct ts_plot *plot,
       struct ts_err *err)
{
	char program[PATH_MAX];

	plot->created_us = opts->created_us;
	if (find_gnuplot(opts->gnuplot, program, plot, err) != TS_OK ||
	    ts_font_check(opts->font != NULL ? opts->font : "Inter",
			  plot->font_id, sizeof plot->font_id, err) != TS_OK)
		return err->status;
	if (opts->cache_dir != NULL) {
		plot->cache_dir = strdup(opts->cache_dir);
		if (plot->cache_dir == NULL)
			return ts_fail(err, TS_SYSTEM, "no memory");
		if (ts_mkdirs(opts->cache_dir, err) != TS_OK)
			return err->status;
	}
	if (make_work_dir(opts->work_dir != NULL ? opts->work_dir : "/tmp",
			  plot, err) != TS_OK)
		return err->status;
	return open_gnuplots(opts, program, plot, err);
}

enum ts_status
ts_plot_open(const struct ts_plot_opts *opts, struct ts_plot **out,
	     struct ts_err *err)
{
	struct ts_plot *plot = calloc(1, sizeof *plot);

	if (plot == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for charts");
	if (set_up(opts, plot, err) != TS_OK) {
		ts_plot_close(plot);
		return ts_while(err, "charts");
	}
	*out = plot;
	return TS_OK;
}

void
ts_plot_close(struct ts_plot *plot)
{
	const struct ts_clock *clock = ts_clock_system();
	struct ts_err err;

	if (plot == NULL)
		return;
	for (int i = 0; i < plot->count; i++)
		ts_gnuplot_close(plot->gnuplots[i]);
	if (plot->cache_dir != NULL && plot->has_drawn)
		ts_cache_prune(plot->cache_dir,
			       clock->wall_us(clock) -
				       CACHE_DAYS * 86400ll * 1000000);
	/* what is left is private and lies where work lies */
	if (plot->work_dir[0] != '\0' &&
	    ts_rmtree(plot->work_dir, &err) != TS_OK)
		plot->work_dir[0] = '\0';
	free(plot->cache_dir);
	free(plot);
}

const char *
ts_plot_sandbox(const struct ts_plot *plot)
{
	return ts_gnuplot_sandbox(plot->gnuplots[0]);
}

/* ---- pages --------------------------------------------------------------- */

enum ts_status
ts_plot_pages(struct ts_plot *plot, const struct ts_theme *theme,
	      const struct ts_plot_page *pages, size_t count,
	      enum ts_format format, const char *path, struct ts_err *err)
{
	struct ts_plot_request request = { .path = path };
	struct ts_work work = {
		.request = &request,
		.want = { .format = format,
			  .width = TS_PAGE_WIDTH,
			  .height = TS_PAGE_HEIGHT,
			  .pages = (int)count,
			  .created_us = plot->created_us },
	};
	enum ts_status status;

	if (ts_space_check(plot->work_dir, TS_SPACE_LEAST, err) != TS_OK)
		return ts_while(err, "draw %s", path);
	status = ts_job_pages(theme, pages, count, format, &work.script, err);
	if (status == TS_OK) {
		ts_work_key(plot, &work);
		if (!ts_work_cached(plot, &work, &status, err))
			status = ts_work_alone(plot, &work, 2, err);
	}
	ts_script_free(&work.script);
	ts_shelf_empty(&plot->shelf);
	if (status == TS_OK && request.status != TS_OK)
		status = ts_fail(err, request.status, "%s", request.problem);
	return status == TS_OK ? TS_OK : ts_while(err, "draw %s", path);
}
