/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report's pages: one gnuplot script for all of them, a multiplot a page,
 * so that fonts are embedded once. Boxes and texts of a page are objects and
 * labels of an empty plot over the whole page; each panel starts from a
 * reset, which also frees the numbers of labels and objects.
 */
#include "plots/engine/job.h"

#include "plots/draw/frame.h"
#include "plots/engine/gnuplot.h"

#define ARENA_MAX ((size_t)256 << 20)

static double
page_x(double px)
{
	return px / TS_PAGE_WIDTH;
}

static double
page_y(double px)
{
	return 1.0 - px / TS_PAGE_HEIGHT;
}

static void
draw_box(struct ts_script *script, int id, const struct ts_plot_box *box)
{
	const struct ts_rect *place = &box->place;

	ts_script_cmd(script,
		      "set object %d rectangle from screen %.5f,%.5f "
		      "to screen %.5f,%.5f fillcolor rgb '#%06X' "
		      "fillstyle solid 1 noborder behind",
		      id, page_x(place->x), page_y(place->y + place->height),
		      page_x(place->x + place->width), page_y(place->y),
		      (unsigned)(box->colour & 0xFFFFFF));
}

/* The font is ours, but goes through the same door as any text. */
static void
draw_text(struct ts_script *script, int id, const struct ts_plot_text *text)
{
	ts_script_part(script, "set label %d ", id);
	ts_script_text(script, text->text);
	ts_script_part(script, " at screen %.5f,%.5f %s font ", page_x(text->x),
		       page_y(text->y), text->right ? "right" : "left");
	ts_script_text(script, text->font);
	ts_script_cmd(script, " tc rgb '#%06X' noenhanced front",
		      (unsigned)(text->colour & 0xFFFFFF));
}

/* A plot that shows nothing: it is what makes gnuplot draw the rest. */
static void
draw_ground(struct ts_script *script, const struct ts_plot_page *page)
{
	ts_frame_head(script);
	for (size_t i = 0; i < page->box_count; i++)
		draw_box(script, (int)i + 1, &page->boxes[i]);
	for (size_t i = 0; i < page->text_count; i++)
		draw_text(script, (int)i + 1, &page->texts[i]);
	ts_script_cmd(script, "set lmargin at screen 0\n"
			      "set rmargin at screen 1\n"
			      "set tmargin at screen 1\n"
			      "set bmargin at screen 0\n"
			      "set xrange [0:1]\n"
			      "set yrange [0:1]\n"
			      "plot 2 with lines notitle");
}

static enum ts_status
draw_panel(const struct ts_plot_panel *panel, const struct ts_theme *theme,
	   enum ts_format format, struct ts_arena *arena,
	   struct ts_script *script, struct ts_err *err)
{
	struct ts_chart_need need;
	struct ts_chart_job job = {
		.spec = panel->spec,
		.theme = theme,
		.format = format,
		.page = { .width = TS_PAGE_WIDTH, .height = TS_PAGE_HEIGHT },
		.panel = panel->place,
		.arena = arena,
	};

	if (panel->chart == NULL)
		return TS_OK;
	ts_arena_reset(arena);
	if (ts_job_need(panel->chart, panel->spec, arena, &need, err) != TS_OK)
		return err->status;
	ts_script_cmd(script, "reset");
	return ts_job_panel(panel->chart, &job, &need, script, err);
}

static enum ts_status
draw_page(const struct ts_plot_page *page, const struct ts_theme *theme,
	  enum ts_format format, struct ts_arena *arena,
	  struct ts_script *script, struct ts_err *err)
{
	ts_script_cmd(script, "set multiplot");
	draw_ground(script, page);
	for (size_t i = 0; i < page->panel_count; i++)
		if (draw_panel(&page->panels[i], theme, format, arena, script,
			       err) != TS_OK)
			return ts_while(err, "panel %zu", i + 1);
	ts_script_cmd(script, "unset multiplot\nreset");
	return ts_buf_check(&script->out, "job file", err);
}

enum ts_status
ts_job_pages(const struct ts_theme *theme, const struct ts_plot_page *pages,
	     size_t count, enum ts_format format, struct ts_script *script,
	     struct ts_err *err)
{
	struct ts_arena *arena;
	enum ts_status status = TS_OK;

	ts_script_init(script, TS_SCRIPT_MAX);
	if (count == 0 || (format != TS_PDF && count > 1))
		return ts_fail(err, TS_BAD_USAGE, "%zu pages do not make a %s",
			       count, format == TS_PDF ? "pdf" : "picture");
	arena = ts_arena_new(ARENA_MAX);
	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for pages");
	ts_frame_terminal(script, format, theme, TS_PAGE_WIDTH, TS_PAGE_HEIGHT);
	ts_script_cmd(script, "set output '" TS_GNUPLOT_PICTURE "'");
	for (size_t i = 0; i < count && status == TS_OK; i++) {
		status =
			draw_page(&pages[i], theme, format, arena, script, err);
		if (status != TS_OK)
			status = ts_while(err, "page %zu", i + 1);
	}
	ts_arena_free(arena);
	ts_script_cmd(script, "set output");
	return status == TS_OK ? ts_buf_check(&script->out, "job file", err)
			       : status;
}
