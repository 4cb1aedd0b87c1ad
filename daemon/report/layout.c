/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report/layout.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/script.h>
#include "plots/draw/page.h"

#define MARGIN 40
#define PANEL_X 20
#define PANEL_WIDTH (TS_PAGE_WIDTH - 2 * PANEL_X)
#define TOP 56
#define BOTTOM (TS_PAGE_HEIGHT - 56)
#define LINE 19
#define GAP 26
#define TEXT_PX 12
#define MAX_TEXTS 160
#define MAX_PANELS 3

/* A page that is being filled from the top. */
struct filling {
	struct ts_plot_page *page;
	struct ts_plot_text *texts;
	struct ts_plot_panel *panels;
	double y;
};

enum ts_status
ts_layout_chart(const struct ts_render *r, const char *type,
		const struct ts_chart **out, struct ts_err *err)
{
	const struct ts_plugin *const *list =
		ts_registry_list(r->world->registry, TS_KIND_CHART);

	for (; *list != NULL; list++)
		if (strcmp((*list)->name, type) == 0) {
			*out = (const struct ts_chart *)(const void *)*list;
			return TS_OK;
		}
	return ts_fail(err, TS_UNAVAILABLE,
		       "no chart type \"%s\" is built in or plugged in", type);
}

static void
put_text(struct filling *f, const char *text, double x, double y,
	 const char *font, uint32_t colour, bool right)
{
	if (f->page->text_count < MAX_TEXTS)
		f->texts[f->page->text_count++] = (struct ts_plot_text){
			.text = text, .x = x, .y = y, .font = font,
			.colour = colour, .right = right
		};
}

/* Wraps text into lines of the arena; returns how many. */
static int
wrap(struct ts_render *r, const char *text, enum ts_weight weight, double size,
     double width, int max, const char **lines)
{
	TS_AUTO_BUF buf = TS_BUF_INIT((size_t)64 << 10);
	char *at;
	int count = 0;

	(void)ts_text_wrap(&buf, weight, size, width, max, text);
	at = ts_arena_strdup(r->arena, buf.data);
	while (at != NULL && *at != '\0' && count < max) {
		char *end = strchr(at, '\n');

		lines[count++] = at;
		if (end == NULL)
			break;
		*end = '\0';
		at = end + 1;
	}
	return count;
}

/* ---- how much room a finding takes ---------------------------------------- */

struct block {
	struct ts_page_build *pb;
	const struct ts_chart *chart;	/* NULL: words only */
	double chart_height;
	int lines;
	double height;
};

#define SENTENCE_WIDTH (TS_PAGE_WIDTH - 2 * MARGIN - 14)

static int
sentence_lines(struct ts_render *r, const struct ts_page_build *pb)
{
	const char *lines[4];
	size_t i;
	int count = 0;

	for (i = 0; i < pb->sentence_count; i++)
		count += wrap(r, pb->sentences[i], TS_REGULAR, TEXT_PX,
			      SENTENCE_WIDTH, 4, lines);
	return count;
}

static enum ts_status
measure(struct ts_render *r, struct ts_page_build *pb, struct block *block,
	struct ts_err *err)
{
	struct ts_chart_need wants = { .height_px = 0 };

	*block = (struct block){ .pb = pb, .lines = sentence_lines(r, pb) };
	if (pb->chart != NULL) {
		if (ts_layout_chart(r, pb->chart, &block->chart, err) != TS_OK)
			return err->status;
		pb->spec.width = PANEL_WIDTH;
		if (block->chart->need(&pb->spec, r->arena, &wants, err) !=
		    TS_OK)
			return ts_while(err, "page %s", pb->page.id);
		if (wants.refused[0] != '\0')
			block->chart = NULL;
	}
	block->chart_height = block->chart != NULL
				      ? (wants.height_px > 0 ? wants.height_px
							     : 420)
				      : 46;
	block->height = block->chart_height + block->lines * LINE + GAP;
	return TS_OK;
}

/* ---- filling -------------------------------------------------------------- */

static enum ts_status
new_page(struct ts_render *r, struct ts_layout *layout, struct filling *f,
	 const char *title, struct ts_err *err)
{
	size_t at = layout->page_count++;

	f->page = &layout->pages[at];
	f->texts = ts_arena_alloc(r->arena, MAX_TEXTS, sizeof *f->texts);
	f->panels = ts_arena_alloc(r->arena, MAX_PANELS, sizeof *f->panels);
	if (f->texts == NULL || f->panels == NULL)
		return ts_fail(err, TS_SYSTEM, "layout: out of memory");
	*f->page = (struct ts_plot_page){ .texts = f->texts,
					  .panels = f->panels };
	f->y = TOP;
	layout->outline[at] = title;
	return TS_OK;
}

static void
put_block(struct ts_render *r, struct filling *f, const struct block *block,
	  const struct ts_theme *theme)
{
	const struct ts_page_build *pb = block->pb;
	const char *lines[4];
	size_t i;
	int n, k;

	if (block->chart != NULL) {
		f->panels[f->page->panel_count++] = (struct ts_plot_panel){
			.chart = block->chart, .spec = &pb->spec,
			.place = { PANEL_X, f->y, PANEL_WIDTH,
				   block->chart_height }
		};
		f->y += block->chart_height + 16;
	} else {
		n = wrap(r, pb->page.title, TS_BOLD, 17,
			 TS_PAGE_WIDTH - 2 * MARGIN, 2, lines);
		for (k = 0; k < n; k++, f->y += 22)
			put_text(f, lines[k], MARGIN, f->y, "Inter Bold,17",
				 theme->ink, false);
		f->y += 6;
	}
	for (i = 0; i < pb->sentence_count; i++) {
		n = wrap(r, pb->sentences[i], TS_REGULAR, TEXT_PX,
			 SENTENCE_WIDTH, 4, lines);
		put_text(f, "\xe2\x80\xa2", MARGIN, f->y, "Inter,12",
			 theme->text, false);
		for (k = 0; k < n; k++, f->y += LINE)
			put_text(f, lines[k], MARGIN + 14, f->y, "Inter,12",
				 theme->ink, false);
	}
	f->y += GAP;
}

static void
put_feet(struct ts_render *r, struct ts_layout *layout,
	 const struct ts_theme *theme)
{
	size_t i;

	for (i = 0; i < layout->page_count; i++) {
		struct filling f = { .page = &layout->pages[i] };
		struct ts_plot_text *texts = ts_arena_grow(
			r->arena, layout->pages[i].texts,
			layout->pages[i].text_count,
			layout->pages[i].text_count + 2, sizeof *texts);

		if (texts == NULL)
			return;
		layout->pages[i].texts = f.texts = texts;
		put_text(&f,
			 ts_r_printf(r, "%s \xc2\xb7 %s \xc2\xb7 sources and "
				     "retrieval dates are listed under each "
				     "chart", r->report->title,
				     r->period_text),
			 MARGIN, TS_PAGE_HEIGHT - 25, "Inter,9.5",
			 theme->footer, false);
		put_text(&f, ts_r_printf(r, "Page %zu of %zu", i + 1,
					 layout->page_count),
			 TS_PAGE_WIDTH - MARGIN, TS_PAGE_HEIGHT - 25,
			 "Inter,9.5", theme->footer, true);
	}
}

static struct ts_page_build *
page_of(struct ts_render *r, const char *id)
{
	size_t i;

	for (i = 0; i < r->page_count; i++)
		if (strcmp(r->pages[i].page.id, id) == 0)
			return &r->pages[i];
	return NULL;
}

/* The cover: key figures, then the first two charts of the report that can
 * be drawn, balance and export movers before others. */
static enum ts_status
cover(struct ts_render *r, const char *issued, const struct ts_theme *theme,
      struct ts_layout *layout, struct ts_err *err)
{
	static const char *const first[] = { "balance", "export-movers",
					     "turnover", "world", "region",
					     "product-series", NULL };
	const struct ts_chart_spec *specs[2];
	const struct ts_chart *charts[2];
	size_t count = 0, i;

	for (i = 0; first[i] != NULL && count < 2; i++) {
		struct ts_page_build *pb = page_of(r, first[i]);
		struct block block;

		if (pb == NULL || pb->chart == NULL)
			continue;
		if (measure(r, pb, &block, err) != TS_OK)
			return err->status;
		if (block.chart == NULL)
			continue;
		specs[count] = &pb->spec;
		charts[count++] = block.chart;
	}
	layout->outline[layout->page_count] = r->report->title;
	return ts_page_cover(r->arena, theme, r->report->title,
			     ts_r_printf(r, "%s report %s \xc2\xb7 goods "
					 "\xc2\xb7 %s",
					 r->report->frequency == 'M'
						 ? "Monthly"
						 : "Annual",
					 r->period_text, r->report->currency),
			     ts_r_printf(r, "Issued %s", issued), r->keys,
			     r->key_count < 4 ? r->key_count : 4, charts,
			     specs, count,
			     &layout->pages[layout->page_count++], err);
}

enum ts_status
ts_layout_report(struct ts_render *r, const char *issued,
		 struct ts_layout *out, struct ts_err *err)
{
	const struct ts_theme *theme = ts_theme_find("light");
	struct filling f = { .page = NULL };
	size_t i, room = r->page_count + 2;

	*out = (struct ts_layout){ .page_count = 0 };
	out->pages = ts_arena_alloc(r->arena, room, sizeof *out->pages);
	out->outline = ts_arena_alloc(r->arena, room, sizeof *out->outline);
	if (out->pages == NULL || out->outline == NULL)
		return ts_fail(err, TS_SYSTEM, "layout: out of memory");
	if (cover(r, issued, theme, out, err) != TS_OK)
		return ts_while(err, "cover");
	for (i = 0; i < r->page_count; i++) {
		struct ts_page_build *pb = &r->pages[i];
		struct block block;

		if (pb->chart == NULL && pb->sentence_count == 0)
			continue;	/* told in the list of what is missing */
		if (measure(r, pb, &block, err) != TS_OK)
			return err->status;
		if ((f.page == NULL || f.y + block.height > BOTTOM ||
		     f.page->panel_count == MAX_PANELS) &&
		    new_page(r, out, &f, pb->page.title, err) != TS_OK)
			return err->status;
		put_block(r, &f, &block, theme);
	}
	put_feet(r, out, theme);
	return TS_OK;
}
