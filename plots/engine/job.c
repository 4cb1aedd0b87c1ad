/* SPDX-License-Identifier: Apache-2.0 */
#include "plots/engine/job.h"

#include <stdio.h>
#include <string.h>

#include "plots/draw/frame.h"
#include "plots/engine/gnuplot.h"

#define USUAL_WIDTH 600
#define USUAL_HEIGHT 380
#define SIDE_LEAST 120
#define SIDE_MOST 4000 /* 8,000 pixels: 256 MB in the child */
#define ARENA_MAX ((size_t)256 << 20)

/* An older plugin's descriptor may end before a hook. */
#define HAS_HOOK(chart, hook)                                                  \
	((chart)->plugin.struct_size >=                                        \
		 offsetof(struct ts_chart, hook) + sizeof(chart)->hook &&      \
	 (chart)->hook != NULL)

enum ts_status
ts_job_need(const struct ts_chart *chart, const struct ts_chart_spec *spec,
	    struct ts_arena *arena, struct ts_chart_need *out,
	    struct ts_err *err)
{
	*out = (struct ts_chart_need){ 0 };
	if (!HAS_HOOK(chart, draw))
		return ts_fail(err, TS_UNAVAILABLE, "chart %s cannot draw",
			       chart->plugin.name);
	if (HAS_HOOK(chart, need) &&
	    chart->need(spec, arena, out, err) != TS_OK)
		return ts_while(err, "chart %s", chart->plugin.name);
	/* the texts are the plugin's: they may lack their end */
	out->refused[sizeof out->refused - 1] = '\0';
	out->note[sizeof out->note - 1] = '\0';
	if (out->refused[0] != '\0')
		return ts_fail(err, TS_REFUSED, "chart %s %s",
			       chart->plugin.name, out->refused);
	return TS_OK;
}

enum ts_status
ts_job_panel(const struct ts_chart *chart, struct ts_chart_job *job,
	     const struct ts_chart_need *need, struct ts_script *script,
	     struct ts_err *err)
{
	if (ts_frame_layout(job, err) != TS_OK)
		return err->status;
	ts_frame_head(script);
	ts_frame_draw(job, need->note, script);
	if (chart->draw(job, script, err) != TS_OK)
		return ts_while(err, "chart %s", chart->plugin.name);
	return ts_buf_check(&script->out, "job file", err);
}

static enum ts_status
set_size(struct ts_plot_request *request, const struct ts_chart_need *need,
	 struct ts_err *err)
{
	const struct ts_chart_spec *spec = request->spec;
	int width = spec->width > 0 ? spec->width : USUAL_WIDTH;
	int height = spec->height > 0 ? spec->height : need->height_px;

	if (height <= 0)
		height = USUAL_HEIGHT;
	if (width < SIDE_LEAST || width > SIDE_MOST || height < SIDE_LEAST ||
	    height > SIDE_MOST)
		return ts_fail(err, TS_BAD_CONFIG,
			       "a chart of %d x %d px: each side must be "
			       "%d to %d",
			       width, height, SIDE_LEAST, SIDE_MOST);
	request->width = width;
	request->height = height;
	return TS_OK;
}

/*
 * The engine opens the multiplot: a chart may use several plot commands, and
 * the same chart is a panel among others on a page.
 */
static enum ts_status
draw(struct ts_plot_request *request, struct ts_arena *arena,
     struct ts_script *script, struct ts_err *err)
{
	struct ts_chart_need need;
	struct ts_chart_job job = {
		.spec = request->spec,
		.theme = request->theme,
		.format = request->format,
		.arena = arena,
	};

	if (ts_job_need(request->chart, request->spec, arena, &need, err) !=
		    TS_OK ||
	    set_size(request, &need, err) != TS_OK)
		return err->status;
	job.page.width = job.panel.width = request->width;
	job.page.height = job.panel.height = request->height;
	ts_frame_terminal(script, request->format, request->theme,
			  request->width, request->height);
	ts_script_cmd(script, "set output '" TS_GNUPLOT_PICTURE "'");
	ts_script_cmd(script, "set multiplot");
	if (ts_job_panel(request->chart, &job, &need, script, err) != TS_OK)
		return err->status;
	ts_script_cmd(script, "unset multiplot");
	ts_script_cmd(script, "set output");
	return ts_buf_check(&script->out, "job file", err);
}

enum ts_status
ts_job_chart(struct ts_plot_request *request, struct ts_script *script,
	     struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(ARENA_MAX);
	enum ts_status status;

	ts_script_init(script, TS_SCRIPT_MAX);
	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for a chart");
	status = draw(request, arena, script, err);
	ts_arena_free(arena);
	return status;
}
