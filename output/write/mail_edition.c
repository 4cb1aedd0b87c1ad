/* SPDX-License-Identifier: Apache-2.0 */
/* All of an edition: figures, findings, charts, what changed since the last. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/buf.h>
#include "output/write/mail_plan.h"
#include "output/write/mail_words.h"

#define CHART_WIDTH 600 /* what a mail client has room for */

static bool
has_chart(const struct ts_page *page)
{
	return ts_mail_is_set(page->png) && page->width > 0 && page->height > 0;
}

static bool
has_table(const struct ts_page *page)
{
	return page->table != NULL && page->table->row_count > 0;
}

/* A page that has nothing but the reason why it is empty. */
static bool
is_blank(const struct ts_page *page)
{
	return !has_chart(page) && page->sentence_count == 0 &&
	       !has_table(page);
}

static void
put_cover(struct ts_mail_doc *doc, const struct ts_mail_plan *plan)
{
	const struct ts_edition *edition = plan->delivery->edition;
	struct ts_mail_block *block;

	if (plan->delivery->occasion == TS_OCC_TEST) {
		block = ts_mail_block(doc, TS_MAIL_FRAMED, TS_MAIL_BOTH,
				      "This is a test message.");
		ts_mail_item(doc, block,
			     "It shows what a recipient gets; it was sent to "
			     "you only.");
	}
	block = ts_mail_block(doc, TS_MAIL_TITLE, TS_MAIL_BOTH, edition->title);
	if (ts_mail_is_set(edition->subtitle))
		ts_mail_item(doc, block, edition->subtitle);
	ts_mail_item(doc, block,
		     ts_mail_printf(doc,
				    "Period %s \u00b7 edition %d \u00b7 issued "
				    "%s",
				    edition->period, edition->number,
				    edition->issued));
}

static void
put_warnings(struct ts_mail_doc *doc, const struct ts_mail_plan *plan)
{
	const struct ts_edition *edition = plan->delivery->edition;
	struct ts_mail_block *block;

	if (edition->warning_count == 0)
		return;
	block = ts_mail_block(doc, TS_MAIL_FRAMED, TS_MAIL_BOTH, "Please note");
	for (size_t i = 0; i < edition->warning_count && i < plan->items; i++)
		ts_mail_item(doc, block, edition->warnings[i]);
	if (edition->warning_count > plan->items)
		ts_mail_item(
			doc, block,
			ts_mail_printf(doc,
				       "%zu more notes are in the "
				       "report.",
				       edition->warning_count - plan->items));
}

static void
put_keys(struct ts_mail_doc *doc, const struct ts_edition *edition)
{
	struct ts_mail_block *block;

	if (edition->key_count == 0)
		return;
	ts_mail_block(doc, TS_MAIL_HEADING, TS_MAIL_TEXT_ONLY, "Key figures");
	block = ts_mail_block(doc, TS_MAIL_FIGURES, TS_MAIL_BOTH, "");
	block->keys = ts_mail_keys(doc, edition, &block->key_count);
}

static void
put_changed(struct ts_mail_doc *doc, const struct ts_mail_plan *plan)
{
	const struct ts_delivery *delivery = plan->delivery;
	size_t count = delivery->revision_count;

	if (!ts_mail_is_set(delivery->previous))
		return;
	ts_mail_block(doc, TS_MAIL_HEADING, TS_MAIL_BOTH,
		      ts_mail_printf(doc, "What changed since edition %s",
				     delivery->previous));
	ts_mail_block(
		doc, TS_MAIL_PARAGRAPH, TS_MAIL_BOTH,
		count == 0 ? "No figure of that edition has been revised."
			   : ts_mail_printf(doc,
					    "%zu figure%s of that edition %s "
					    "another value now.",
					    count, count == 1 ? "" : "s",
					    count == 1 ? "has" : "have"));
	ts_mail_revisions(doc, plan);
}

/* ---- pages -------------------------------------------------------------- */

/* What the chart says, for whom it is not shown. */
static const char *
alternative(struct ts_mail_doc *doc, const struct ts_page *page)
{
	TS_AUTO_BUF out = TS_BUF_INIT(1u << 20);

	if (ts_mail_is_set(page->alt))
		return page->alt;
	ts_buf_addf(&out, "%s.", page->title);
	for (size_t i = 0; i < page->sentence_count; i++)
		ts_buf_addf(&out, " %s.", page->sentences[i]);
	return ts_mail_keep(doc, &out);
}

static const char *
content_id(struct ts_mail_doc *doc, const struct ts_mail_plan *plan,
	   size_t number)
{
	return ts_mail_printf(doc, "chart%zu.%s", number,
			      plan->delivery->cid_tail);
}

static void
put_image(struct ts_mail_doc *doc, const struct ts_mail_plan *plan,
	  const struct ts_page *page, size_t number)
{
	struct ts_mail_block *block = ts_mail_block(
		doc, TS_MAIL_IMAGE, TS_MAIL_HTML_ONLY, alternative(doc, page));
	double ratio = page->height / page->width;

	block->cid = content_id(doc, plan, number);
	block->width = CHART_WIDTH;
	block->height = (int)lround(CHART_WIDTH * fmin(fmax(ratio, 0.05), 5));
}

/* number: of its chart, 0 when that is not shown. */
static void
put_page(struct ts_mail_doc *doc, const struct ts_mail_plan *plan,
	 const struct ts_page *page, size_t number, bool is_in_html)
{
	enum ts_mail_part part = is_in_html ? TS_MAIL_BOTH : TS_MAIL_TEXT_ONLY;
	/* drawn in the chart, too */
	enum ts_mail_part beside = number > 0 ? TS_MAIL_TEXT_ONLY : part;
	bool says_all = number > 0 || page->sentence_count > 0;

	ts_mail_block(doc, TS_MAIL_FINDING, part, page->title)->is_drawn =
		number > 0;
	if (ts_mail_is_set(page->subtitle))
		ts_mail_block(doc, TS_MAIL_SMALL, beside, page->subtitle);
	if (number > 0)
		put_image(doc, plan, page, number);
	if (page->sentence_count > 0) {
		struct ts_mail_block *list =
			ts_mail_block(doc, TS_MAIL_LIST, part, "");

		for (size_t i = 0; i < page->sentence_count; i++)
			ts_mail_item(doc, list, page->sentences[i]);
	} else if (ts_mail_is_set(page->alt)) {
		ts_mail_block(doc, TS_MAIL_PARAGRAPH, TS_MAIL_TEXT_ONLY,
			      page->alt);
	}
	if (has_table(page))
		ts_mail_block(doc, TS_MAIL_TABLE,
			      says_all ? TS_MAIL_TEXT_ONLY : part, "")
			->table = page->table;
	if (ts_mail_is_set(page->notes))
		ts_mail_block(doc, TS_MAIL_SMALL, beside, page->notes);
	if (ts_mail_is_set(page->source_line))
		ts_mail_block(doc, TS_MAIL_SMALL, beside, page->source_line);
}

static void
put_pages(struct ts_mail_doc *doc, const struct ts_mail_plan *plan)
{
	const struct ts_edition *edition = plan->delivery->edition;
	size_t shown = 0, charts = 0, all_charts = 0, pages = 0;

	for (size_t i = 0; i < edition->page_count; i++) {
		const struct ts_page *page = &edition->pages[i];
		bool is_in_html = pages < plan->html_pages;
		bool with_chart =
			is_in_html && has_chart(page) && charts < plan->charts;

		if (is_blank(page))
			continue;
		pages++;
		shown += is_in_html;
		charts += with_chart;
		all_charts += has_chart(page);
		put_page(doc, plan, page, with_chart ? charts : 0, is_in_html);
	}
	if (shown < pages)
		ts_mail_block(doc, TS_MAIL_PARAGRAPH, TS_MAIL_HTML_ONLY,
			      ts_mail_printf(doc,
					     "%zu of %zu findings are shown "
					     "here. All of them are in the "
					     "plain text of this message and "
					     "in the bundle.",
					     shown, pages));
	if (charts < all_charts)
		ts_mail_block(doc, TS_MAIL_SMALL, TS_MAIL_HTML_ONLY,
			      ts_mail_printf(doc,
					     "%zu of %zu charts are shown "
					     "here; all of them are in the "
					     "bundle.",
					     charts, all_charts));
}

size_t
ts_mail_images(struct ts_mail_doc *doc, const struct ts_mail_plan *plan,
	       struct ts_image *images)
{
	const struct ts_edition *edition = plan->delivery->edition;
	size_t pages = 0, count = 0;

	for (size_t i = 0; i < edition->page_count &&
			   pages < plan->html_pages && count < plan->charts;
	     i++) {
		const struct ts_page *page = &edition->pages[i];

		if (is_blank(page))
			continue;
		pages++;
		if (!has_chart(page))
			continue;
		images[count].file = page->png;
		images[count].cid = content_id(doc, plan, count + 1);
		count++;
	}
	return count;
}

static void
put_not_drawn(struct ts_mail_doc *doc, const struct ts_mail_plan *plan)
{
	const struct ts_edition *edition = plan->delivery->edition;
	struct ts_mail_block *list = NULL;

	for (size_t i = 0; i < edition->page_count; i++) {
		const struct ts_page *page = &edition->pages[i];

		if (!ts_mail_is_set(page->not_drawn))
			continue;
		if (list == NULL) {
			ts_mail_block(doc, TS_MAIL_HEADING, TS_MAIL_BOTH,
				      "Not drawn");
			list = ts_mail_block(doc, TS_MAIL_LIST, TS_MAIL_BOTH,
					     "");
		}
		if (list->item_count < plan->items)
			ts_mail_item(doc, list,
				     ts_mail_printf(doc, "%s: %s", page->title,
						    page->not_drawn));
	}
}

void
ts_mail_edition(struct ts_mail_doc *doc, const struct ts_mail_plan *plan)
{
	put_cover(doc, plan);
	put_warnings(doc, plan);
	put_keys(doc, plan->delivery->edition);
	put_pages(doc, plan);
	put_not_drawn(doc, plan);
	put_changed(doc, plan);
	ts_mail_whereabouts(doc, plan);
	ts_mail_sources(doc, plan);
	ts_mail_footer(doc, plan->delivery);
}
