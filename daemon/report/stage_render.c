/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report/stage_render.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/file.h>
#include <tradestat/hash.h>
#include <tradestat/log.h>
#include "daemon/report/layout.h"
#include "output/engine/bundle.h"

#define CHART_WIDTH 600
/* PNG and SVG light, SVG dark, PDF */
#define FILES_A_CHART 4

struct rendering {
	struct ts_world *world;
	const struct ts_render_wish *wish;
	struct ts_render *render;
	struct ts_arena *arena;
	struct ts_bundle *bundle;
	struct ts_plot *plot;
	struct ts_plot_request *requests;
	size_t request_count;
	struct ts_edition edition;
	char issued[64], issued_iso[TS_TIME_TEXT];
	int64_t now_us;
};

static bool
named(const char *list, const char *name)
{
	size_t length = strlen(name);

	while (list != NULL && *list != '\0') {
		size_t word = strcspn(list, ",");

		if (word == length && strncmp(list, name, length) == 0)
			return true;
		list += word;
		list += *list == ',';
	}
	return false;
}

/* Gates that failed hold the edition, unless each of them was waived. */
static enum ts_status
pass_gates(struct rendering *x, struct ts_err *err)
{
	struct ts_render *r = x->render;
	const char **warnings =
		ts_arena_alloc(x->arena, r->gate_count + 1, sizeof *warnings);
	bool lenient = strcmp(x->wish->report->gates.on_missing, "note") == 0;
	TS_AUTO_BUF text = TS_BUF_INIT(4096);
	TS_AUTO_BUF names = TS_BUF_INIT(256);
	size_t i, held = 0;

	if (warnings == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (i = 0; i < r->gate_count; i++) {
		struct ts_gate *gate = &r->gates[i];

		gate->waived = named(x->wish->waive, gate->name) ||
			       (lenient && strcmp(gate->name, "complete") == 0);
		warnings[x->edition.warning_count] = ts_r_printf(
			r, "Gate %s %s: %s", gate->name,
			named(x->wish->waive, gate->name) ? "waived" : "noted",
			gate->text);
		if (gate->waived) {
			x->edition.warning_count++;
			continue;
		}
		held++;
		ts_buf_addf(&text, "%sgate %s: %s", text.used > 0 ? "; " : "",
			    gate->name, gate->text);
		if (!named(names.data, gate->name))
			ts_buf_addf(&names, "%s%s", names.used > 0 ? "," : "",
				    gate->name);
	}
	x->edition.warnings = warnings;
	if (held == 0)
		return TS_OK;
	return ts_fail(err, TS_HELD,
		       "held: %s. If it is right all the same: "
		       "tradestat run %s --waive %s",
		       text.data, x->wish->report->id, names.data);
}

/* ---- charts ----------------------------------------------------------------
 */

static const char *
chart_path(struct rendering *x, const char *id, const char *suffix)
{
	return ts_r_printf(x->render, "%s/%s%s",
			   ts_bundle_charts_dir(x->bundle), id, suffix);
}

static void
ask(struct rendering *x, const struct ts_page_build *pb,
    const struct ts_chart *chart, const char *theme, enum ts_format format,
    const char *path)
{
	struct ts_chart_spec *spec = ts_arena_alloc(x->arena, 1, sizeof *spec);

	if (spec == NULL)
		return;
	*spec = pb->spec;
	spec->width = CHART_WIDTH;
	spec->height = 0;
	x->requests[x->request_count++] =
		(struct ts_plot_request){ .chart = chart,
					  .spec = spec,
					  .theme = ts_theme_find(theme),
					  .format = format,
					  .path = path };
}

/* A chart whose minimum is not met is left out and named with the reason. */
static enum ts_status
ask_page(struct rendering *x, struct ts_page_build *pb, struct ts_err *err)
{
	struct ts_chart_need wants = { .height_px = 0 };
	const struct ts_chart *chart;

	if (pb->chart == NULL)
		return TS_OK;
	if (ts_layout_chart(x->render, pb->chart, &chart, err) != TS_OK)
		return err->status;
	pb->spec.width = CHART_WIDTH;
	if (chart->need(&pb->spec, x->arena, &wants, err) != TS_OK)
		return ts_while(err, "page %s", pb->page.id);
	if (wants.refused[0] != '\0') {
		ts_pb_not_drawn(pb, "%s", wants.refused);
		return TS_OK;
	}
	if (wants.unit[0] != '\0') {
		pb->page.subtitle = ts_r_printf(x->render, "%s, %s",
						pb->page.subtitle, wants.unit);
		pb->spec.subtitle = pb->page.subtitle;
	}
	pb->page.svg = chart_path(x, pb->page.id, ".svg");
	pb->page.svg_dark = chart_path(x, pb->page.id, "-dark.svg");
	pb->page.png = chart_path(x, pb->page.id, ".png");
	pb->page.pdf = chart_path(x, pb->page.id, ".pdf");
	ask(x, pb, chart, "light", TS_PNG, pb->page.png);
	ask(x, pb, chart, "light", TS_SVG, pb->page.svg);
	ask(x, pb, chart, "dark", TS_SVG, pb->page.svg_dark);
	ask(x, pb, chart, "light", TS_PDF, pb->page.pdf);
	return TS_OK;
}

static enum ts_status
draw_charts(struct rendering *x, struct ts_render_done *done,
	    struct ts_err *err)
{
	struct ts_render *r = x->render;
	size_t i;

	x->requests = ts_arena_alloc(x->arena, r->page_count * FILES_A_CHART,
				     sizeof *x->requests);
	if (x->requests == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (i = 0; i < r->page_count; i++)
		if (ask_page(x, &r->pages[i], err) != TS_OK)
			return err->status;
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
subtitle(struct rendering *x)
{
	TS_AUTO_BUF unit = TS_BUF_INIT(64);

	ts_words_unit(&unit, "en", x->wish->report->currency, 1);
	return ts_r_printf(x->render, "%s report %s \xc2\xb7 goods \xc2\xb7 %s",
			   x->wish->report->frequency == 'M' ? "Monthly"
							     : "Annual",
			   x->render->period_text, unit.data);
}

static enum ts_status
draw_report(struct rendering *x, struct ts_err *err)
{
	struct ts_layout layout;
	const char *path = ts_r_printf(x->render, "%s/report.pdf",
				       ts_bundle_scratch_dir(x->bundle));

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
fill_edition(struct rendering *x, struct ts_err *err)
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
	e->report = x->wish->report->id;
	e->title = x->wish->report->title;
	e->subtitle = subtitle(x);
	e->period = r->period_text;
	e->language = r->language;
	e->currency = x->wish->report->currency;
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

/* Hash of what is said, not of bytes: values, units and statuses. */
static void
content_hash(const struct ts_render *r, char text[TS_SHA256_TEXT])
{
	struct ts_hash *hash = ts_hash_new();
	size_t i;

	text[0] = '\0';
	if (hash == NULL)
		return;
	for (i = 0; i < r->figure_count; i++) {
		const struct ts_figure *f = &r->figures[i];
		const char *parts[4] = { f->id, f->value, f->unit, f->status };
		size_t p;

		for (p = 0; p < 4; p++)
			ts_hash_add(hash, parts[p], strlen(parts[p]) + 1);
	}
	ts_hash_end(hash, text);
	ts_hash_free(hash);
}

static void
tell_issue_date(struct rendering *x)
{
	TS_AUTO_BUF date = TS_BUF_INIT(64);
	struct ts_period day;

	x->now_us = x->world->clock->wall_us(x->world->clock);
	(void)ts_time_print(x->now_us, x->issued_iso);
	day = ts_period_of_day(TS_DAY,
			       (int32_t)(x->now_us / (86400LL * 1000000)));
	ts_words_date(&date, "en", day.year, day.nth, day.day);
	snprintf(x->issued, sizeof x->issued, "%s", date.data);
}

static enum ts_status
make_files(struct rendering *x, struct ts_err *err)
{
	const char *const *format = x->wish->report->formats;
	static const char *const usual[] = { "html", "pdf", "csv", NULL };

	if (format == NULL || format[0] == NULL)
		format = usual;
	for (; *format != NULL; format++) {
		const struct ts_plugin *found = ts_registry_find(
			x->world->registry, TS_KIND_OUTPUT, *format);
		const struct ts_output *output =
			(const struct ts_output *)(const void *)found;

		if (strcmp(*format, "png") == 0 || strcmp(*format, "svg") == 0)
			continue; /* in charts/ anyway */
		if (found == NULL || output->make == NULL)
			return ts_fail(err, TS_BAD_CONFIG,
				       "%s:%d: no output makes \"%s\"; "
				       "tradestat list outputs",
				       x->wish->report->file,
				       x->wish->report->line, *format);
		if (ts_bundle_make(x->bundle, output, &x->edition, err) !=
		    TS_OK)
			return ts_while(err, "%s", *format);
	}
	return TS_OK;
}

static enum ts_status
open_tools(struct rendering *x, struct ts_err *err)
{
	const struct ts_conf *conf = x->world->conf;
	const char *out = x->wish->output_dir != NULL ? x->wish->output_dir
						      : conf->output_dir;
	struct ts_plot_opts opts = { .gnuplot = conf->gnuplot,
				     .font = conf->font,
				     .sandbox = true,
				     .created_us = x->now_us };

	if (ts_bundle_open(out, conf->min_free, &x->bundle, err) != TS_OK) {
		if (err->status == TS_SYSTEM)
			err->status = TS_NO_OUTPUT;
		return ts_while(err, "output folder (output_dir)");
	}
	opts.work_dir = ts_r_printf(x->render, "%s/gnuplot",
				    ts_bundle_scratch_dir(x->bundle));
	opts.cache_dir = ts_r_printf(x->render, "%s/charts", conf->cache_dir);
	return ts_plot_open(&opts, &x->plot, err);
}

static enum ts_status
render(struct rendering *x, struct ts_render_done *done, struct ts_err *err)
{
	const struct ts_render_wish *wish = x->wish;
	struct ts_edition_row row = { .report = wish->report->id };
	char hash[TS_SHA256_TEXT];
	enum ts_status status;
	size_t i;

	status = ts_render_build(x->render, x->world, wish->report,
				 wish->period, wish->as_of_us, x->arena, err);
	if (status != TS_OK)
		return status;
	content_hash(x->render, hash);
	row.period = x->render->period_text;
	row.content_hash = hash;
	row.made_us = x->now_us;
	row.path = row.reason = "";
	status = ts_store_edition_new(x->world->store, row.report, row.period,
				      x->now_us, &row.number, err);
	if (status != TS_OK)
		return status;
	x->edition.number = row.number;
	status = pass_gates(x, err);
	if (status == TS_OK)
		status = open_tools(x, err);
	if (status == TS_OK)
		status = draw_charts(x, done, err);
	if (status == TS_OK)
		status = draw_report(x, err);
	if (status == TS_OK)
		status = fill_edition(x, err);
	if (status == TS_OK)
		status = make_files(x, err);
	if (status == TS_OK)
		status = ts_bundle_publish(x->bundle, &x->edition, done->path,
					   sizeof done->path, err);
	done->figures = (int)x->render->figure_count;
	for (i = 0; i < 3; i++)
		done->said[i][0] = '\0';
	for (i = 0; i < 3 && i < x->render->page_count; i++)
		snprintf(done->said[i], sizeof done->said[i], "%s",
			 x->render->pages[i].page.title);
	row.state = status == TS_OK     ? "published"
		    : status == TS_HELD ? "held"
					: "failed";
	row.reason = status == TS_OK ? "" : err->text;
	row.path = status == TS_OK ? done->path : "";
	{
		struct ts_err second = { .status = TS_OK };

		/* what went wrong first is what the operator must read */
		if (ts_store_edition_set(x->world->store, &row, &second) !=
			    TS_OK &&
		    status == TS_OK) {
			*err = second;
			status = second.status;
		}
	}
	return status;
}

enum ts_status
ts_stage_render(struct ts_world *world, const struct ts_render_wish *wish,
		struct ts_render_done *done, struct ts_err *err)
{
	struct rendering x = { .world = world, .wish = wish };
	enum ts_status status;

	*done = (struct ts_render_done){ .charts = 0 };
	x.arena = ts_arena_new((size_t)1 << 30);
	if (x.arena != NULL)
		x.render = ts_arena_alloc(x.arena, 1, sizeof *x.render);
	if (x.render == NULL) {
		ts_arena_free(x.arena);
		return ts_fail(err, TS_SYSTEM, "out of memory");
	}
	tell_issue_date(&x);
	status = render(&x, done, err);
	ts_plot_close(x.plot);
	ts_bundle_close(x.bundle);
	ts_arena_free(x.arena);
	return status;
}
