/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report/rendering.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/fault.h>
#include <tradestat/log.h>
#include "daemon/report/layout.h"

/* PNG and SVG light, SVG dark, PDF */
#define FILES_A_CHART 4
#define FORMATS_MOST 32

/* ---- charts ----------------------------------------------------------------
 */

/* "turnover.png", "turnover-dark.eur.svg" */
static const char *
chart_path(struct ts_rendering *x, const char *id, const char *suffix)
{
	return ts_r_printf(
		x->render, "%s/%s%s%s%s", ts_bundle_charts_dir(x->bundle), id,
		x->variant[0] != '\0' ? "." : "", x->variant, suffix);
}

static void
ask(struct ts_rendering *x, const struct ts_page_build *pb,
    const struct ts_chart *chart, const char *theme, enum ts_format format,
    const char *path)
{
	struct ts_chart_spec *spec = ts_arena_alloc(x->arena, 1, sizeof *spec);

	if (spec == NULL)
		return;
	*spec = pb->spec;
	spec->height = 0;
	x->requests[x->request_count++] =
		(struct ts_plot_request){ .chart = chart,
					  .spec = spec,
					  .theme = ts_theme_find(theme),
					  .format = format,
					  .path = path };
}

static void
ask_page(struct ts_rendering *x, struct ts_page_build *pb)
{
	const struct ts_chart *chart = pb->drawn_by;

	if (pb->chart == NULL)
		return;
	pb->page.svg = chart_path(x, pb->page.id, ".svg");
	pb->page.svg_dark = chart_path(
		x, ts_r_printf(x->render, "%s-dark", pb->page.id), ".svg");
	pb->page.png = chart_path(x, pb->page.id, ".png");
	pb->page.pdf = chart_path(x, pb->page.id, ".pdf");
	ask(x, pb, chart, "light", TS_PNG, pb->page.png);
	ask(x, pb, chart, "light", TS_SVG, pb->page.svg);
	ask(x, pb, chart, "dark", TS_SVG, pb->page.svg_dark);
	ask(x, pb, chart, "light", TS_PDF, pb->page.pdf);
}

static enum ts_status
draw_charts(struct ts_rendering *x, struct ts_render_done *done,
	    struct ts_err *err)
{
	struct ts_render *r = x->render;
	size_t i;

	x->requests = ts_arena_alloc(x->arena, r->page_count * FILES_A_CHART,
				     sizeof *x->requests);
	if (x->requests == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (i = 0; i < r->page_count; i++)
		ask_page(x, &r->pages[i]);
	if (x->request_count > 0 &&
	    ts_plot_draw(x->plot, x->requests, x->request_count, err) != TS_OK)
		return ts_while(err, "charts");
	for (i = 0; i < x->request_count; i++) {
		size_t p;

		done->charts++;
		done->drawn += !x->requests[i].from_cache;
		for (p = 0; p < r->page_count; p++)
			if (r->pages[p].page.png == x->requests[i].path) {
				r->pages[p].page.width = x->requests[i].width;
				r->pages[p].page.height = x->requests[i].height;
			}
		if (x->requests[i].problem[0] != '\0')
			ts_log(TS_LOG_WARN, "chart", "%s: %s",
			       x->requests[i].path, x->requests[i].problem);
	}
	return TS_OK;
}

static const char *
subtitle(struct ts_rendering *x)
{
	TS_AUTO_BUF unit = TS_BUF_INIT(64);

	ts_words_unit(&unit, "en", x->report->currency, 1);
	return ts_r_printf(x->render, "%s report %s \xc2\xb7 goods \xc2\xb7 %s",
			   x->report->frequency == 'M' ? "Monthly" : "Annual",
			   x->render->period_text, unit.data);
}

static enum ts_status
draw_report(struct ts_rendering *x, struct ts_err *err)
{
	struct ts_layout layout;
	const char *path =
		ts_r_printf(x->render, "%s/report%s%s.pdf",
			    ts_bundle_scratch_dir(x->bundle),
			    x->variant[0] != '\0' ? "." : "", x->variant);

	if (ts_layout_report(x->render, x->issued, subtitle(x), &layout, err) !=
	    TS_OK)
		return ts_while(err, "report pages");
	if (ts_plot_pages(x->plot, ts_theme_find("light"), layout.pages,
			  layout.page_count, TS_PDF, path, err) != TS_OK)
		return ts_while(err, "report pages");
	x->edition.report_pdf = path;
	x->edition.report_pdf_outline = layout.outline;
	x->edition.report_pdf_pages = layout.page_count;
	return TS_OK;
}

/* ---- the edition -----------------------------------------------------------
 */

static enum ts_status
fill_edition(struct ts_rendering *x, struct ts_err *err)
{
	struct ts_render *r = x->render;
	struct ts_edition *e = &x->edition;
	struct ts_page *pages =
		ts_arena_alloc(x->arena, r->page_count + 1, sizeof *pages);
	size_t i;

	if (pages == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (i = 0; i < r->page_count; i++)
		pages[i] = r->pages[i].page;
	e->report = x->report->id;
	e->title = x->report->title;
	e->subtitle = subtitle(x);
	e->period = r->period_text;
	e->language = r->language;
	e->variant = x->variant;
	e->currency = x->report->currency;
	e->issued = x->issued;
	e->issued_iso = x->issued_iso;
	e->software = "tradestat " TS_VERSION;
	e->keys = r->keys;
	e->key_count = r->key_count;
	e->pages = pages;
	e->page_count = r->page_count;
	e->figures = r->figures;
	e->figure_count = r->figure_count;
	e->sources = r->notes;
	e->source_count = r->note_count;
	return TS_OK;
}

static enum ts_status
make_file(struct ts_rendering *x, const char *format, struct ts_err *err)
{
	const struct ts_plugin *found =
		ts_registry_find(x->world->registry, TS_KIND_OUTPUT, format);
	const struct ts_output *output =
		(const struct ts_output *)(const void *)found;

	if (strcmp(format, "png") == 0 || strcmp(format, "svg") == 0)
		return TS_OK; /* in charts/ anyway */
	if (found == NULL || output->make == NULL)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s:%d: no output makes \"%s\"; "
			       "tradestat list outputs",
			       x->report->file, x->report->line, format);
	if (ts_bundle_make(x->bundle, output, &x->edition, err) != TS_OK)
		return ts_while(err, "%s", format);
	return TS_OK;
}

static const char *const *
report_formats(const struct ts_conf_report *report)
{
	static const char *const usual[] = { "html", "pdf", "csv", NULL };

	return report->formats != NULL && report->formats[0] != NULL
		       ? report->formats
		       : usual;
}

static enum ts_status
make_new(struct ts_rendering *x, const char *const *formats, const char **made,
	 size_t *count, struct ts_err *err)
{
	for (; formats != NULL && *formats != NULL; formats++) {
		size_t i = 0;

		while (i < *count && strcmp(made[i], *formats) != 0)
			i++;
		if (i < *count || *count == FORMATS_MOST)
			continue;
		made[(*count)++] = *formats;
		if (make_file(x, *formats, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

/* The report's formats, and what else is wanted by those who get this one. */
static enum ts_status
make_files(struct ts_rendering *x, struct ts_err *err)
{
	const struct ts_conf_report *report = x->wish->report;
	const char *made[FORMATS_MOST];
	size_t count = 0, d, i;

	if (make_new(x, report_formats(report), made, &count, err) != TS_OK)
		return err->status;
	for (d = 0; d < report->deliver_count; d++)
		for (i = 0; i < report->deliver[d].recipient_count; i++) {
			const struct ts_conf_recipient *to =
				&report->deliver[d].recipients[i];
			char id[16];

			ts_variant_id(report, to->currency, to->partner, id);
			if (strcmp(id, x->variant) == 0 &&
			    make_new(x, to->formats, made, &count, err) !=
				    TS_OK)
				return err->status;
		}
	return TS_OK;
}

/* ---- the whole -------------------------------------------------------------
 */

static enum ts_status
draw_one(struct ts_rendering *x, struct ts_render_done *done,
	 struct ts_err *err)
{
	if (draw_charts(x, done, err) != TS_OK || draw_report(x, err) != TS_OK)
		return err->status;
	TS_FAULT("render.drawn");
	if (fill_edition(x, err) != TS_OK || make_files(x, err) != TS_OK)
		return err->status;
	TS_FAULT("render.files");
	return TS_OK;
}

enum ts_status
ts_rendering_draw(struct ts_rendering *x, struct ts_render_done *done,
		  struct ts_err *err)
{
	enum ts_status status = draw_one(x, done, err);
	size_t i;

	for (i = 0; status == TS_OK && i < x->other_count; i++) {
		struct ts_rendering *other = &x->others[i];

		other->bundle = x->bundle;
		other->plot = x->plot;
		status = draw_one(other, done, err);
		if (status == TS_OK)
			status = ts_bundle_variant(x->bundle, &other->edition,
						   err);
		else
			status = ts_while(err, "variant %s", other->variant);
	}
	return status;
}
