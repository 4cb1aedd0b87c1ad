/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "plots/draw/frame.h"
#include "plots/draw/ink.h"
#include "plots/draw/page.h"

#define LEFT 40.0 /* margins of the page */
#define RIGHT (TS_PAGE_WIDTH - 40.0)
#define PANEL_X 20.0 /* a panel has a side margin of its own */
#define PANEL_WIDTH (TS_PAGE_WIDTH - 2 * PANEL_X)
#define BOTTOM 1080.0 /* above the page's footer */
#define BETWEEN 10.0  /* from block to block */
#define LINE 16.0
#define TILES 4 /* in a row */
#define TILE_HEIGHT 78.0
#define TILE_GAP 11.33
#define STRETCH 60.0 /* most that a chart grows to fill a page */

static const struct ts_type sentence_type = { TS_REGULAR, 11.5 };

/* Items of one kind on the page being filled. */
struct list {
	void *items;
	size_t count, room, size;
};

struct composer {
	const struct ts_page_job *job;
	struct list pages, outline;
	struct list boxes, texts, panels; /* of the page being filled */
	double y;
	bool fresh;  /* nothing below the page's head yet */
	bool failed; /* out of memory */
};

static void *
append(struct composer *c, struct list *list)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 16;
		void *larger = ts_arena_grow(c->job->arena, list->items,
					     list->count, room, list->size);

		if (!larger) {
			c->failed = true;
			return NULL;
		}
		list->items = larger;
		list->room = room;
	}
	return (char *)list->items + list->size * list->count++;
}

static void
put_text(struct composer *c, double x, double y, bool right, const char *font,
	 uint32_t colour, const char *text)
{
	struct ts_plot_text *item;

	if (!text || text[0] == '\0')
		return;
	item = append(c, &c->texts);
	if (item)
		*item = (struct ts_plot_text){
			.text = ts_arena_strdup(c->job->arena, text),
			.x = x,
			.y = y,
			.font = font,
			.colour = colour,
			.right = right,
		};
	if (item && !item->text)
		c->failed = true;
}

static void
put_box(struct composer *c, double x, double y, double width, double height,
	uint32_t colour)
{
	struct ts_plot_box *item = append(c, &c->boxes);

	if (item)
		*item = (struct ts_plot_box){
			.place = { x, y, width, height },
			.colour = colour,
		};
}

/* One line, cut to width, in the font that type and name both say. */
static void
put_fitted(struct composer *c, double x, double y, double width,
	   struct ts_type type, const char *font, uint32_t colour,
	   const char *text)
{
	TS_AUTO_BUF safe = TS_BUF_INIT(8192);
	TS_AUTO_BUF line = TS_BUF_INIT(8192);

	ts_script_safe(&safe, text);
	ts_text_fit(&line, type.weight, type.size, width, safe.data);
	put_text(c, x, y, false, font, colour, line.data);
}

/* Lines of width, LINE apart from y on; returns where the next would go. */
static double
put_wrapped(struct composer *c, double x, double y, double width, double step,
	    int most, struct ts_type type, const char *font, uint32_t colour,
	    const char *text)
{
	TS_AUTO_BUF safe = TS_BUF_INIT(8192);
	TS_AUTO_BUF lines = TS_BUF_INIT(16384);
	char *line, *end;

	ts_script_safe(&safe, text);
	ts_text_wrap(&lines, type.weight, type.size, width, most, safe.data);
	for (line = lines.data; line && line[0]; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		put_text(c, x, y, false, font, colour, line);
		y += step;
	}
	return y;
}

static void
put_tile(struct composer *c, double x, double y, double width,
	 const struct ts_key_figure *key)
{
	const struct ts_theme *theme = c->job->theme;
	double room = width - 28;
	bool small = ts_text_width(TS_BOLD, 20, key->value) > room;
	uint32_t colour = key->direction > 0   ? theme->category_text[2]
			  : key->direction < 0 ? theme->imports_text
					       : theme->text;
	const char *change = key->change ? key->change : "";
	const char *sign = key->direction > 0   ? "\xE2\x96\xB2 "
			   : key->direction < 0 ? "\xE2\x96\xBC "
						: "";
	TS_AUTO_BUF line = TS_BUF_INIT(8192);

	put_box(c, x, y, width, TILE_HEIGHT, theme->tile);
	put_fitted(c, x + 14, y + 16.5, room,
		   (struct ts_type){ TS_REGULAR, 11 }, "Inter,11", theme->text,
		   key->label);
	put_fitted(c, x + 14, y + 40.5, room,
		   (struct ts_type){ TS_BOLD, small ? 15 : 20 },
		   small ? "Inter Bold,15" : "Inter Bold,20", theme->ink,
		   key->value);
	if (change[0])
		ts_buf_addf(&line, "%s%s", sign, change);
	put_fitted(c, x + 14, y + 63.5, room,
		   (struct ts_type){ TS_SEMIBOLD, 11 }, "Inter SemiBold,11",
		   colour, line.data);
}

static void
put_tiles(struct composer *c)
{
	const struct ts_page_job *job = c->job;
	size_t count = job->key_count < 2 * TILES ? job->key_count : 2 * TILES;
	/* five to eight tiles stand in two even rows */
	size_t row = count <= TILES ? count : (count + 1) / 2;
	double width =
		((RIGHT - LEFT) - TILE_GAP * ((double)row - 1)) / (double)row;
	size_t i;

	if (count == 0)
		return;
	for (i = 0; i < count; i++)
		put_tile(c, LEFT + (double)(i % row) * (width + TILE_GAP),
			 c->y + (double)(i / row) * (TILE_HEIGHT + TILE_GAP),
			 width, &job->keys[i]);
	c->y += (TILE_HEIGHT + TILE_GAP) * ceil((double)count / (double)row);
}

static void
begin_cover(struct composer *c)
{
	const struct ts_page_job *job = c->job;
	const struct ts_theme *theme = job->theme;
	double room =
		RIGHT - LEFT - 20 -
		(job->issued ? ts_text_width(TS_REGULAR, 11, job->issued) : 0);

	put_box(c, LEFT, 24, 60, 4, theme->exports);
	put_fitted(c, LEFT, 52.5, room, (struct ts_type){ TS_BOLD, 24 },
		   "Inter Bold,24", theme->ink, job->title ? job->title : "");
	put_text(c, RIGHT, 52.5, true, "Inter,11", theme->text, job->issued);
	put_fitted(c, LEFT, 80, RIGHT - LEFT,
		   (struct ts_type){ TS_REGULAR, 13 }, "Inter,13", theme->text,
		   job->subtitle ? job->subtitle : "");
	c->y = 108;
	put_tiles(c);
	c->y += 3;
	c->fresh = true;
}

/* Later pages repeat in small what report this is. */
static void
begin_page(struct composer *c)
{
	const struct ts_page_job *job = c->job;

	put_box(c, LEFT, 24, 60, 4, job->theme->exports);
	put_fitted(c, LEFT, 44, 0.7 * (RIGHT - LEFT),
		   (struct ts_type){ TS_SEMIBOLD, 11 }, "Inter SemiBold,11",
		   job->theme->text, job->title ? job->title : "");
	put_text(c, RIGHT, 44, true, "Inter,11", job->theme->text, job->issued);
	c->y = 64;
	c->fresh = true;
}

/* The charts of a page share what is left at its end. */
static void
stretch(struct composer *c)
{
	struct ts_plot_panel *panels = c->panels.items;
	struct ts_plot_text *texts = c->texts.items;
	double share, left = BOTTOM - c->y;
	size_t i, j;

	if (c->panels.count == 0 || left <= 0)
		return;
	share = fmin(left / (double)c->panels.count, STRETCH);
	for (i = c->panels.count; i-- > 0;) {
		double end = panels[i].place.y + panels[i].place.height;

		for (j = i + 1; j < c->panels.count; j++)
			panels[j].place.y += share;
		for (j = 0; j < c->texts.count; j++)
			if (texts[j].y >= end)
				texts[j].y += share;
		panels[i].place.height += share;
	}
}

static void
end_page(struct composer *c, bool full)
{
	struct ts_plot_page *page = append(c, &c->pages);

	if (full)
		stretch(c);
	if (page)
		*page = (struct ts_plot_page){
			.boxes = c->boxes.items,
			.box_count = c->boxes.count,
			.texts = c->texts.items,
			.text_count = c->texts.count,
			.panels = c->panels.items,
			.panel_count = c->panels.count,
		};
	c->boxes = (struct list){ .size = sizeof(struct ts_plot_box) };
	c->texts = (struct list){ .size = sizeof(struct ts_plot_text) };
	c->panels = (struct list){ .size = sizeof(struct ts_plot_panel) };
}

static void
next_page(struct composer *c)
{
	end_page(c, true);
	begin_page(c);
}

/* The title a page has in the outline: that of its first chart. */
static void
name_page(struct composer *c, const char *title)
{
	const char **item;

	if (c->outline.count > c->pages.count)
		return;
	item = append(c, &c->outline);
	if (!item)
		return;
	*item = ts_arena_strdup(c->job->arena, title ? title : "");
	if (!*item)
		c->failed = true;
}

static double
sentence_height(const char *sentence)
{
	TS_AUTO_BUF safe = TS_BUF_INIT(8192);
	TS_AUTO_BUF lines = TS_BUF_INIT(16384);

	ts_script_safe(&safe, sentence);
	return LINE * ts_text_wrap(&lines, sentence_type.weight,
				   sentence_type.size, RIGHT - LEFT - 12, 12,
				   safe.data) +
	       4;
}

static double
words_height(const struct ts_page_block *block)
{
	double height = BETWEEN;
	size_t i;

	for (i = 0; i < block->sentence_count; i++)
		height += sentence_height(block->sentences[i]);
	return height;
}

/* A block stays together unless it is larger than a page. */
static bool
fits_elsewhere(const struct composer *c, double height)
{
	return c->y + height > BOTTOM && !c->fresh && height < BOTTOM - 64;
}

static void
add_sentences(struct composer *c, const struct ts_page_block *block)
{
	const struct ts_theme *theme = c->job->theme;
	size_t i;

	for (i = 0; i < block->sentence_count; i++) {
		double height = sentence_height(block->sentences[i]);

		if (c->y + height > BOTTOM) {
			next_page(c);
			name_page(c, block->spec ? block->spec->title : "");
		}
		put_text(c, LEFT, c->y + LINE / 2, false, "Inter,11.5",
			 theme->axis, "\xE2\x80\xA2");
		(void)put_wrapped(c, LEFT + 12, c->y + LINE / 2,
				  RIGHT - LEFT - 12, LINE, 12, sentence_type,
				  "Inter,11.5", theme->ink,
				  block->sentences[i]);
		c->y += height;
	}
	c->y += BETWEEN;
}

/* Preferred height on a page; 0 and the reason when it cannot be drawn. */
static double
chart_height(struct composer *c, const struct ts_page_block *block,
	     const struct ts_chart_spec *spec, const char **reason)
{
	struct ts_chart_need need = { .height_px = 0 };
	struct ts_err err;

	*reason = NULL;
	if (block->chart->need &&
	    block->chart->need(spec, c->job->arena, &need, &err) != TS_OK)
		*reason = ts_arena_strdup(c->job->arena, err.text);
	else if (need.refused[0])
		*reason = ts_arena_printf(c->job->arena, "This chart %s.",
					  need.refused);
	if (*reason)
		return 0;
	return need.height_px > 0 ? need.height_px : 400;
}

/* What remains of a block without its picture: its texts. */
static void
add_texts(struct composer *c, const struct ts_page_block *block,
	  const char *reason)
{
	const struct ts_theme *theme = c->job->theme;
	const struct ts_chart_spec *spec = block->spec;

	/* titles, reason and source take up to 120 beside the sentences */
	if (fits_elsewhere(c, 120 + words_height(block)))
		next_page(c);
	c->fresh = false;
	name_page(c, spec->title);
	c->y = put_wrapped(c, LEFT, c->y + 26, RIGHT - LEFT, 22, 2,
			   (struct ts_type){ TS_BOLD, 17 }, "Inter Bold,17",
			   theme->ink, spec->title ? spec->title : "");
	if (spec->subtitle && spec->subtitle[0])
		c->y = put_wrapped(c, LEFT, c->y + 1, RIGHT - LEFT, 20, 1,
				   (struct ts_type){ TS_REGULAR, 12 },
				   "Inter,12", theme->text, spec->subtitle);
	if (reason && reason[0])
		c->y = put_wrapped(c, LEFT, c->y + 6, RIGHT - LEFT, LINE, 3,
				   sentence_type, "Inter,11.5", theme->text,
				   reason);
	c->y += 8;
}

static void
add_source(struct composer *c, const struct ts_chart_spec *spec)
{
	struct ts_type type = { TS_REGULAR, 9.5 };

	if (!spec->source || spec->source[0] == '\0')
		return;
	if (c->y + 30 > BOTTOM)
		next_page(c);
	c->y = put_wrapped(c, LEFT, c->y + 4, RIGHT - LEFT, 14, 2, type,
			   "Inter,9.5", c->job->theme->footer, spec->source);
	c->y += BETWEEN;
}

static enum ts_status
add_block(struct composer *c, const struct ts_page_block *block,
	  struct ts_err *err)
{
	struct ts_chart_spec *spec;
	const char *reason = block->not_drawn;
	double height = 0;
	struct ts_plot_panel *panel;

	spec = ts_arena_alloc(c->job->arena, 1, sizeof(*spec));
	if (!spec || !block->spec)
		return ts_fail(err, TS_SYSTEM, "no memory for a page");
	*spec = *block->spec;
	spec->width = (int)PANEL_WIDTH;
	spec->height = 0;
	if (block->chart)
		height = chart_height(c, block, spec, &reason);
	if (height <= 0) {
		add_texts(c, block, reason);
		add_sentences(c, block);
		add_source(c, spec);
		return TS_OK;
	}
	if (fits_elsewhere(c, height + BETWEEN + words_height(block)) ||
	    (c->y + height > BOTTOM && !c->fresh))
		next_page(c);
	c->fresh = false;
	height = fmin(height, BOTTOM - c->y);
	name_page(c, spec->title);
	panel = append(c, &c->panels);
	if (!panel)
		return ts_fail(err, TS_SYSTEM, "no memory for a page");
	*panel = (struct ts_plot_panel){
		.chart = block->chart,
		.spec = spec,
		.place = { PANEL_X, c->y, PANEL_WIDTH, height },
	};
	c->y += height + BETWEEN;
	if (block->sentence_count)
		add_sentences(c, block);
	return TS_OK;
}

/* When all pages are known: footer and number. */
static void
number_pages(struct composer *c)
{
	struct ts_plot_page *pages = c->pages.items;
	const struct ts_theme *theme = c->job->theme;
	size_t i;

	for (i = 0; i < c->pages.count; i++) {
		struct list texts = {
			.items = (void *)(uintptr_t)pages[i].texts,
			.count = pages[i].text_count,
			.room = pages[i].text_count,
			.size = sizeof(struct ts_plot_text),
		};

		c->texts = texts;
		put_fitted(c, LEFT, 1098, RIGHT - LEFT - 100,
			   (struct ts_type){ TS_REGULAR, 9.5 }, "Inter,9.5",
			   theme->footer, c->job->footer ? c->job->footer : "");
		put_text(c, RIGHT, 1098, true, "Inter,9.5", theme->footer,
			 ts_arena_printf(c->job->arena, "Page %zu of %zu",
					 i + 1, c->pages.count));
		pages[i].texts = c->texts.items;
		pages[i].text_count = c->texts.count;
	}
}

enum ts_status
ts_page_compose(const struct ts_page_job *job, struct ts_page_set *out,
		struct ts_err *err)
{
	struct composer c = {
		.job = job,
		.pages = { .size = sizeof(struct ts_plot_page) },
		.outline = { .size = sizeof(const char *) },
		.boxes = { .size = sizeof(struct ts_plot_box) },
		.texts = { .size = sizeof(struct ts_plot_text) },
		.panels = { .size = sizeof(struct ts_plot_panel) },
	};
	size_t i;

	begin_cover(&c);
	name_page(&c, job->title);
	for (i = 0; i < job->block_count; i++)
		if (add_block(&c, &job->blocks[i], err) != TS_OK)
			return ts_while(err, "pages");
	end_page(&c, c.y > 0.75 * BOTTOM);
	number_pages(&c);
	if (c.failed)
		return ts_fail(err, TS_SYSTEM, "no memory for the pages");
	*out = (struct ts_page_set){
		.pages = c.pages.items,
		.count = c.pages.count,
		.outline = c.outline.items,
	};
	return TS_OK;
}
