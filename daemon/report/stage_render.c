/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report/stage_render.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include <tradestat/log.h>
#include "daemon/report/layout.h"
#include "daemon/report/pass.h"
#include "daemon/report/preview.h"
#include "daemon/report/variant.h"
#include "output/engine/bundle.h"

#define CHART_WIDTH 600
/* PNG and SVG light, SVG dark, PDF */
#define FILES_A_CHART 4
#define SECOND_US 1000000
#define FORMATS_MOST 32

/* The report as it is or one of its variants; a variant has the tools, the
 * arena and the moment of the first. */
struct rendering {
	struct ts_world *world;
	const struct ts_render_wish *wish;
	const struct ts_conf_report *report; /* with the variant's settings */
	const char *variant;                 /* "" for the report as it is */
	struct ts_variants variants;         /* of the first */
	struct rendering *others;            /* variants without [0] */
	size_t other_count;
	struct ts_render *render;
	struct ts_arena *arena;
	struct ts_bundle *bundle;
	struct ts_plot *plot;
	struct ts_plot_request *requests;
	size_t request_count;
	struct ts_edition edition;
	char issued[64], issued_iso[TS_TIME_TEXT];
	char hash[TS_SHA256_TEXT];
	int64_t now_us;
};

/* ---- charts ----------------------------------------------------------------
 */

/* "turnover.png", "turnover-dark.eur.svg" */
static const char *
chart_path(struct rendering *x, const char *id, const char *suffix)
{
	return ts_r_printf(
		x->render, "%s/%s%s%s%s", ts_bundle_charts_dir(x->bundle), id,
		x->variant[0] != '\0' ? "." : "", x->variant, suffix);
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
	pb->page.svg_dark = chart_path(
		x, ts_r_printf(x->render, "%s-dark", pb->page.id), ".svg");
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

	ts_words_unit(&unit, "en", x->report->currency, 1);
	return ts_r_printf(x->render, "%s report %s \xc2\xb7 goods \xc2\xb7 %s",
			   x->report->frequency == 'M' ? "Monthly" : "Annual",
			   x->render->period_text, unit.data);
}

static enum ts_status
draw_report(struct rendering *x, struct ts_err *err)
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
make_file(struct rendering *x, const char *format, struct ts_err *err)
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
make_new(struct rendering *x, const char *const *formats, const char **made,
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
make_files(struct rendering *x, struct ts_err *err)
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

/* Where bundles go. */
static const char *
output_dir(const struct rendering *x)
{
	return x->wish->output_dir != NULL ? x->wish->output_dir
					   : x->world->conf->output_dir;
}

static enum ts_status
open_tools(struct rendering *x, struct ts_err *err)
{
	const struct ts_conf *conf = x->world->conf;
	struct ts_plot_opts opts = { .gnuplot = conf->gnuplot,
				     .font = conf->font,
				     .sandbox = true,
				     .created_us = x->now_us };

	if (ts_bundle_open(output_dir(x), conf->min_free, &x->bundle, err) !=
	    TS_OK) {
		if (err->status == TS_SYSTEM)
			err->status = TS_NO_OUTPUT;
		return ts_while(err, "output folder (output_dir)");
	}
	opts.work_dir = ts_r_printf(x->render, "%s/gnuplot",
				    ts_bundle_scratch_dir(x->bundle));
	opts.cache_dir = ts_r_printf(x->render, "%s/charts", conf->cache_dir);
	return ts_plot_open(&opts, &x->plot, err);
}

/* ---- the journal -----------------------------------------------------------
 */

/* Of the journal: an edition was issued when it was begun. */
static int64_t
moment(const struct rendering *x)
{
	return x->world->clock->wall_us(x->world->clock);
}

/* What waited as held is history once something newer is published; before
 * the state of this one, so that an interruption leaves nothing behind. */
static enum ts_status
note_published(struct rendering *x, const char *path, const char *hash,
	       struct ts_err *err)
{
	const struct ts_entry *entry = x->wish->entry;
	const struct ts_move move = { .from = TS_STATE_RENDERING,
				      .to = TS_STATE_PUBLISHED,
				      .reason = "",
				      .path = path,
				      .content_hash = hash };
	enum ts_status status = TS_OK;
	int count = 0;

	if (x->wish->as_of_us == 0)
		status = ts_journal_supersede(x->world->store, entry->id,
					      1u << TS_STATE_HELD, moment(x),
					      &count, err);
	TS_FAULT("render.published.before");
	if (status == TS_OK)
		status = ts_journal_move(x->world->store, entry->id, &move,
					 moment(x), err);
	TS_FAULT("render.published.after");
	return status == TS_OK
		       ? TS_OK
		       : ts_while(err, "%s is published, but the journal",
				  path);
}

static enum ts_status
note_held(struct rendering *x, const char *reason, struct ts_err *err)
{
	const struct ts_move move = { .from = TS_STATE_RENDERING,
				      .to = TS_STATE_HELD,
				      .reason = reason };

	return ts_journal_move(x->world->store, x->wish->entry->id, &move,
			       moment(x), err);
}

/* ---- a bundle that is there already ----------------------------------------
 */

/* Was it made for this entry? One of an earlier life of the store has the same
 * name and is older; the same figures make no difference to anybody. */
static bool
is_ours(const struct rendering *x, const struct ts_bundle_found *found)
{
	const struct ts_entry *entry = x->wish->entry;
	int64_t issued_us;

	if (found->content_hash[0] != '\0' &&
	    strcmp(found->content_hash, entry->seen_hash) == 0)
		return true;
	/* told in whole seconds */
	return ts_time_parse(found->issued, &issued_us, NULL) == TS_OK &&
	       issued_us / SECOND_US >= entry->made_us / SECOND_US;
}

static enum ts_status
adopt(struct rendering *x, struct ts_render_done *done, struct ts_err *err)
{
	const struct ts_entry *entry = x->wish->entry;
	struct ts_bundle_found found;
	enum ts_status status;

	status = ts_bundle_find(output_dir(x), x->wish->report->id,
				entry->period, entry->number, &found, err);
	if (status != TS_OK)
		return status;
	if (!is_ours(x, &found))
		return ts_fail(err, TS_REFUSED,
			       "%s exists already, and what was published is "
			       "never changed: move it elsewhere, or run the "
			       "report again for number %d",
			       found.path, entry->number + 1);
	status = ts_bundle_finish(&found, err);
	if (status == TS_OK)
		status = note_published(x, found.path, found.content_hash, err);
	snprintf(done->path, sizeof done->path, "%s", found.path);
	done->adopted = status == TS_OK;
	return status;
}

/* ---- the whole -------------------------------------------------------------
 */

static enum ts_status
draw_one(struct rendering *x, struct ts_render_done *done, struct ts_err *err)
{
	if (draw_charts(x, done, err) != TS_OK || draw_report(x, err) != TS_OK)
		return err->status;
	TS_FAULT("render.drawn");
	if (fill_edition(x, err) != TS_OK || make_files(x, err) != TS_OK)
		return err->status;
	TS_FAULT("render.files");
	return TS_OK;
}

static enum ts_status
draw(struct rendering *x, struct ts_render_done *done, struct ts_err *err)
{
	enum ts_status status = draw_one(x, done, err);
	size_t i;

	for (i = 0; status == TS_OK && i < x->other_count; i++) {
		struct rendering *other = &x->others[i];

		other->bundle = x->bundle;
		other->plot = x->plot;
		status = draw_one(other, done, err);
		if (status == TS_OK)
			status = ts_bundle_variant(x->bundle, &other->edition,
						   err);
		else
			status = ts_while(err, "variant %s", other->variant);
	}
	return status != TS_OK
		       ? status
		       : ts_bundle_publish(x->bundle, &x->edition, done->path,
					   sizeof done->path, err);
}

/* The work folder goes with them. */
static void
close_tools(struct rendering *x)
{
	ts_plot_close(x->plot);
	x->plot = NULL;
	ts_bundle_close(x->bundle);
	x->bundle = NULL;
}

static void
say(const struct rendering *x, struct ts_render_done *done)
{
	size_t i;

	done->figures = (int)x->render->figure_count;
	for (i = 0; i < 3 && i < x->render->page_count; i++)
		snprintf(done->said[i], sizeof done->said[i], "%s",
			 x->render->pages[i].page.title);
}

/* "Trade of Kazakhstan and Italy" about Uzbekistan names Uzbekistan. */
static const char *
title_of(struct rendering *other, const struct rendering *x)
{
	const char *title = x->report->title, *at, *old = x->render->partner;

	if (strcmp(x->report->partner, other->report->partner) == 0)
		return title;
	at = old[0] != '\0' ? strstr(title, old) : NULL;
	if (at == NULL)
		return ts_r_printf(other->render, "%s: %s", title,
				   other->render->partner);
	return ts_r_printf(other->render, "%.*s%s%s", (int)(at - title), title,
			   other->render->partner, at + strlen(old));
}

static enum ts_status
build_one(struct rendering *x, struct ts_period period, struct ts_hash *hash,
	  struct ts_err *err)
{
	enum ts_status status;

	status = ts_render_build(x->render, x->world, x->report,
				 x->wish->report->currency, period,
				 x->wish->as_of_us, x->arena, err);
	x->edition.number = x->wish->entry->number;
	x->edition.variant = x->variant;
	if (status == TS_OK)
		ts_content_add(hash, x->variant, x->render);
	return status;
}

/* Shares the moment of the first and its memory. */
static enum ts_status
build_other(struct rendering *x, size_t which, struct ts_hash *hash,
	    struct ts_err *err)
{
	struct rendering *other = &x->others[which - 1];
	struct ts_variant *variant = &x->variants.items[which];

	other->world = x->world;
	other->wish = x->wish;
	other->arena = x->arena;
	other->variant = variant->id;
	other->report = &variant->report;
	other->now_us = x->now_us;
	memcpy(other->issued, x->issued, sizeof other->issued);
	memcpy(other->issued_iso, x->issued_iso, sizeof other->issued_iso);
	other->render = ts_arena_alloc(x->arena, 1, sizeof *other->render);
	if (other->render == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (build_one(other, x->render->period, hash, err) != TS_OK)
		return err->status;
	variant->report.title = title_of(other, x);
	return TS_OK;
}

/* All of them; what their gates say is gathered. */
static enum ts_status
build_others(struct rendering *x, struct ts_pass *pass, struct ts_hash *hash,
	     struct ts_err *err)
{
	size_t count = x->variants.count, i;
	enum ts_status status = TS_OK;

	x->others = ts_arena_alloc(x->arena, count, sizeof *x->others);
	if (x->others == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (i = 1; status == TS_OK && i < count; i++) {
		struct rendering *other = &x->others[i - 1];

		status = build_other(x, i, hash, err);
		if (status == TS_OK)
			status = ts_pass_add(pass, other->render,
					     x->wish->entry, x->issued_iso,
					     &other->edition, err);
		else if (status != TS_HELD)
			return ts_while(err, "variant %s", other->variant);
		if (status == TS_HELD) {
			ts_pass_unbuilt(pass, other->variant, err);
			status = TS_OK;
		}
		x->other_count++;
	}
	return status;
}

/* TS_HELD with the reason for the journal. */
static enum ts_status
build(struct rendering *x, struct ts_buf *reason, struct ts_hash *hash,
      struct ts_err *err)
{
	const struct ts_entry *entry = x->wish->entry;
	TS_AUTO_BUF names = TS_BUF_INIT(256);
	struct ts_pass pass = { .reason = reason, .names = &names };
	struct ts_period period;
	enum ts_status status;

	if (ts_period_parse(entry->period, &period, err) != TS_OK)
		return ts_while(err, "journal entry %lld",
				(long long)entry->id);
	if (ts_variants_of(x->wish->report, &x->variants, err) != TS_OK)
		return err->status;
	status = build_one(x, period, hash, err);
	if (status == TS_HELD)
		ts_buf_add(reason, err->text);
	if (status == TS_OK)
		status = ts_pass_add(&pass, x->render, entry, x->issued_iso,
				     &x->edition, err);
	if (status == TS_OK)
		status = build_others(x, &pass, hash, err);
	if (status == TS_OK)
		status = ts_pass_verdict(&pass, x->report->id, entry, err);
	return status;
}

static enum ts_status
build_all(struct rendering *x, struct ts_buf *reason, struct ts_err *err)
{
	struct ts_hash *hash = ts_hash_new();
	enum ts_status status;
	size_t i;

	if (hash == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = build(x, reason, hash, err);
	ts_hash_end(hash, x->hash);
	ts_hash_free(hash);
	x->edition.content_hash = x->hash;
	for (i = 0; i < x->other_count; i++)
		x->others[i].edition.content_hash = x->hash;
	return status;
}

static enum ts_status
render(struct rendering *x, struct ts_render_done *done, struct ts_err *err)
{
	TS_AUTO_BUF reason = TS_BUF_INIT((size_t)64 << 10);
	enum ts_status status;

	TS_FAULT("render.begin");
	status = adopt(x, done, err);
	if (status != TS_NO_INPUT)
		return status;
	status = build_all(x, &reason, err);
	TS_FAULT("render.gates");
	if (status == TS_HELD) {
		struct ts_err second = { .status = TS_OK };

		if (note_held(x, reason.data, &second) == TS_OK)
			return status;
		*err = second;
		return err->status;
	}
	if (status == TS_OK)
		status = open_tools(x, err);
	if (status == TS_OK)
		status = draw(x, done, err);
	if (status != TS_OK)
		return status;
	say(x, done);
	/* before the journal: what dies after it has nothing left to clear */
	close_tools(x);
	return note_published(x, done->path, x->hash, err);
}

static enum ts_status
begin(struct rendering *x, struct ts_render_done *done, struct ts_err *err)
{
	*done = (struct ts_render_done){ .charts = 0 };
	x->arena = ts_arena_new((size_t)1 << 30);
	if (x->arena != NULL)
		x->render = ts_arena_alloc(x->arena, 1, sizeof *x->render);
	if (x->render == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	tell_issue_date(x);
	return TS_OK;
}

static void
end(struct rendering *x)
{
	close_tools(x);
	ts_arena_free(x->arena);
}

enum ts_status
ts_stage_render(struct ts_world *world, const struct ts_render_wish *wish,
		struct ts_render_done *done, struct ts_err *err)
{
	struct rendering x = { .world = world,
			       .wish = wish,
			       .report = wish->report,
			       .variant = "" };
	enum ts_status status = begin(&x, done, err);

	if (status == TS_OK)
		status = render(&x, done, err);
	end(&x);
	return status;
}

enum ts_status
ts_stage_adopt(struct ts_world *world, const struct ts_render_wish *wish,
	       struct ts_render_done *done, struct ts_err *err)
{
	struct rendering x = { .world = world,
			       .wish = wish,
			       .report = wish->report,
			       .variant = "" };
	enum ts_status status = begin(&x, done, err);

	if (status == TS_OK)
		status = adopt(&x, done, err);
	end(&x);
	return status;
}
