/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.html: one file that needs nothing else. Charts stand inline, light
 * and dark; beside each stand its findings, its text alternative and its
 * figures. No script; the policy in the head forbids one.
 */
#include <stdio.h>
#include <string.h>
#include <tradestat/plugin.h>
#include "output/write/markup.h"
#include "output/write/sheet.h"
#include "output/write/style.h"
#include "output/write/svg.h"

#define PAGE_MOST (64u << 20)
#define SVG_MOST (16u << 20)
#define REFERENCES_MOST 3 /* more would bury the figure */

static bool
is_set(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* <tag class="class">text</tag>, nothing when there is no text. */
static void
put_element(struct ts_buf *out, const char *tag, const char *class,
	    const char *text)
{
	if (!is_set(text))
		return;
	ts_buf_addf(out, "<%s", tag);
	if (class[0] != '\0')
		ts_buf_addf(out, " class=\"%s\"", class);
	ts_buf_add_char(out, '>');
	ts_markup(out, text);
	ts_buf_addf(out, "</%s>\n", tag);
}

static void
put_list(struct ts_buf *out, const char *class, const char *const *items,
	 size_t count)
{
	if (count == 0)
		return;
	ts_buf_addf(out, "<ul class=\"%s\">\n", class);
	for (size_t i = 0; i < count; i++) {
		ts_buf_add(out, "<li>");
		ts_markup_words(out, items[i]);
		ts_buf_add(out, "</li>\n");
	}
	ts_buf_add(out, "</ul>\n");
}

static void
put_head(struct ts_buf *out, const struct ts_edition *edition)
{
	ts_buf_add(out, "<!DOCTYPE html>\n<html lang=\"");
	ts_markup(out, edition->language);
	ts_buf_add(out, "\">\n<head>\n<meta charset=\"utf-8\">\n"
			"<meta http-equiv=\"Content-Security-Policy\" "
			"content=\"default-src 'none'; img-src data:; "
			"font-src data:; style-src 'unsafe-inline'\">\n"
			"<meta name=\"viewport\" content=\"width=device-width, "
			"initial-scale=1\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n"
			"<meta name=\"referrer\" content=\"no-referrer\">\n"
			"<meta name=\"generator\" content=\"");
	ts_markup(out, edition->software);
	ts_buf_add(out, "\">\n<meta name=\"description\" content=\"");
	ts_markup(out, edition->subtitle);
	ts_buf_add(out, "\">\n<title>");
	ts_markup(out, edition->title);
	ts_buf_add(out, " \u00b7 ");
	ts_markup(out, edition->period);
	ts_buf_add(out, "</title>\n<style>\n");
	ts_buf_add(out, ts_report_style);
	ts_buf_add(out, "</style>\n</head>\n<body>\n");
}

static void
put_fact(struct ts_buf *out, const char *name, const char *value)
{
	if (!is_set(value))
		return;
	ts_buf_addf(out, "<div><dt>%s</dt><dd>", name);
	ts_markup(out, value);
	ts_buf_add(out, "</dd></div>\n");
}

static void
put_cover(struct ts_buf *out, const struct ts_edition *edition)
{
	char number[16];

	snprintf(number, sizeof number, "%d", edition->number);
	ts_buf_add(out, "<header>\n");
	put_element(out, "h1", "", edition->title);
	put_element(out, "p", "lead", edition->subtitle);
	ts_buf_add(out, "<dl class=\"meta\">\n");
	put_fact(out, "Period", edition->period);
	put_fact(out, "Edition", number);
	put_fact(out, "Issued", edition->issued);
	put_fact(out, "Currency", edition->currency);
	ts_buf_add(out, "</dl>\n</header>\n");
}

static void
put_warnings(struct ts_buf *out, const struct ts_edition *edition)
{
	if (edition->warning_count == 0)
		return;
	ts_buf_add(out, "<section class=\"note\" aria-labelledby=\"note\">\n"
			"<h2 id=\"note\">Please note</h2>\n");
	put_list(out, "notes", edition->warnings, edition->warning_count);
	ts_buf_add(out, "</section>\n");
}

/* The numbers under which the sources of a figure stand at the end. */
static void
put_references(struct ts_buf *out, const struct ts_edition *edition,
	       const char *figure_id)
{
	const struct ts_figure *figure = NULL;
	size_t shown = 0;

	for (size_t i = 0; is_set(figure_id) && i < edition->figure_count; i++)
		if (strcmp(edition->figures[i].id, figure_id) == 0)
			figure = &edition->figures[i];
	if (figure == NULL)
		return;
	if (figure->document_count > REFERENCES_MOST) {
		ts_buf_addf(out,
			    "<sup><a href=\"#sources\" aria-label=\"%zu "
			    "sources\">%zu sources</a></sup>",
			    figure->document_count, figure->document_count);
		return;
	}
	for (size_t j = 0; j < figure->document_count; j++) {
		for (size_t i = 0; i < edition->source_count; i++) {
			if (strcmp(edition->sources[i].id,
				   figure->documents[j]) != 0)
				continue;
			ts_buf_addf(out,
				    "<sup>%s<a href=\"#source-%zu\" "
				    "aria-label=\"Source %zu\">%zu</a></sup>",
				    shown++ > 0 ? ", " : "", i + 1, i + 1,
				    i + 1);
		}
	}
}

static void
put_tiles(struct ts_buf *out, const struct ts_edition *edition)
{
	if (edition->key_count == 0)
		return;
	ts_buf_add(out, "<section aria-labelledby=\"key-figures\">\n"
			"<h2 id=\"key-figures\">Key figures</h2>\n"
			"<dl class=\"tiles\">\n");
	for (size_t i = 0; i < edition->key_count; i++) {
		const struct ts_key_figure *key = &edition->keys[i];

		ts_buf_add(out, "<div>");
		put_element(out, "dt", "", key->label);
		ts_buf_add(out, "<dd class=\"value\">");
		ts_markup(out, key->value);
		put_references(out, edition, key->figure_id);
		ts_buf_add(out, "</dd>\n");
		if (is_set(key->change)) {
			ts_buf_add(out, "<dd class=\"change\">");
			if (key->direction != 0)
				ts_buf_addf(out,
					    "<span class=\"arrow\" "
					    "aria-hidden=\"true\">%s</span> "
					    "<span class=\"sr\">%s</span>",
					    key->direction > 0 ? "\u25b2"
							       : "\u25bc",
					    key->direction > 0 ? "up "
							       : "down ");
			ts_markup(out, key->change);
			ts_buf_add(out, "</dd>");
		}
		ts_buf_add(out, "</div>\n");
	}
	ts_buf_add(out, "</dl>\n</section>\n");
}

static bool
has_chart(const struct ts_page *page)
{
	return page->svg != NULL;
}

/* A page that has nothing but the reason why it is empty. */
static bool
is_blank(const struct ts_page *page)
{
	return !has_chart(page) && page->sentence_count == 0 &&
	       (page->table == NULL || page->table->row_count == 0);
}

static void
put_contents(struct ts_buf *out, const struct ts_edition *edition)
{
	ts_buf_add(out, "<nav class=\"contents\" aria-labelledby=\"contents\">"
			"\n<h2 id=\"contents\">Contents</h2>\n<ol>\n");
	for (size_t i = 0; i < edition->page_count; i++) {
		if (is_blank(&edition->pages[i]))
			continue;
		ts_buf_addf(out, "<li><a href=\"#page-%zu\">", i + 1);
		ts_markup_words(out, edition->pages[i].title);
		ts_buf_add(out, "</a></li>\n");
	}
	ts_buf_add(out, "<li><a href=\"#sources\">Sources</a></li>\n"
			"</ol>\n</nav>\n");
}

/* One variant of a chart. */
static enum ts_status
put_chart(struct ts_buf *out, const struct ts_maker *maker,
	  const struct ts_page *page, const char *path, const char *class,
	  const char *prefix, struct ts_err *err)
{
	TS_AUTO_BUF bytes = TS_BUF_INIT(SVG_MOST);
	const struct ts_svg svg = { .prefix = prefix,
				    .title = page->title,
				    .subtitle = page->subtitle,
				    .description = page->alt };

	if (maker->read(maker->ctx, path, &bytes, err) != TS_OK)
		return err->status;
	/* wider than a telephone: it scrolls, so the keyboard must reach it */
	ts_buf_addf(out,
		    "<div class=\"chart %s\" tabindex=\"0\" "
		    "role=\"group\" aria-label=\"Chart\">\n",
		    class);
	if (ts_svg_inline(out, &bytes, &svg, err) != TS_OK)
		return ts_while(err, "chart of page %s", page->id);
	ts_buf_add(out, "</div>\n");
	return TS_OK;
}

/* The picture's description says it to those who cannot see; for all others
 * the sentences below say the same, so it need not be open. */
static void
put_alternative(struct ts_buf *out, const struct ts_page *page)
{
	if (!is_set(page->alt) || page->sentence_count == 0) {
		put_element(out, "p", "", page->alt);
		return;
	}
	ts_buf_add(out, "<details><summary>The chart in words</summary>\n");
	put_element(out, "p", "", page->alt);
	ts_buf_add(out, "</details>\n");
}

static enum ts_status
put_figure(struct ts_buf *out, const struct ts_maker *maker,
	   const struct ts_page *page, size_t number, struct ts_err *err)
{
	char prefix[32];
	bool has_dark = page->svg_dark != NULL;

	ts_buf_add(out, "<figure>\n");
	snprintf(prefix, sizeof prefix, "c%zul", number);
	if (put_chart(out, maker, page, page->svg,
		      has_dark ? "on-light has-dark" : "on-light", prefix,
		      err) != TS_OK)
		return err->status;
	snprintf(prefix, sizeof prefix, "c%zud", number);
	if (has_dark && put_chart(out, maker, page, page->svg_dark, "on-dark",
				  prefix, err) != TS_OK)
		return err->status;
	ts_buf_add(out, "<figcaption>\n");
	put_alternative(out, page);
	/* these stand in the picture, too small there for a telephone */
	put_element(out, "p", "drawn", page->source_line);
	put_element(out, "p", "drawn", page->notes);
	ts_buf_add(out, "</figcaption>\n</figure>\n");
	return TS_OK;
}

static enum ts_status
put_page(struct ts_buf *out, const struct ts_maker *maker,
	 const struct ts_page *page, size_t number, struct ts_err *err)
{
	TS_AUTO_BUF full = TS_BUF_INIT(256);

	ts_buf_addf(out,
		    "<section class=\"page\" aria-labelledby=\"page-%zu\""
		    ">\n<h2 id=\"page-%zu\">",
		    number, number);
	ts_markup_words(out, page->title);
	ts_buf_add(out, "</h2>\n");
	put_element(out, "p", "measure", page->subtitle);
	if (has_chart(page) &&
	    put_figure(out, maker, page, number, err) != TS_OK)
		return err->status;
	put_list(out, "findings", page->sentences, page->sentence_count);
	ts_buf_addf(&full, "data/%s.csv", page->id);
	if (page->table != NULL)
		ts_sheet(out, page->table, page->title, full.data);
	if (!has_chart(page)) {
		put_element(out, "p", "small", page->source_line);
		put_element(out, "p", "small", page->notes);
	}
	ts_buf_add(out, "</section>\n");
	return TS_OK;
}

/* What a reader may miss, and why it is not there. */
static void
put_not_drawn(struct ts_buf *out, const struct ts_edition *edition)
{
	bool any = false;

	for (size_t i = 0; i < edition->page_count; i++) {
		const struct ts_page *page = &edition->pages[i];

		if (!is_set(page->not_drawn))
			continue;
		if (!any)
			ts_buf_add(out,
				   "<section aria-labelledby=\""
				   "not-drawn\">\n<h2 id=\"not-drawn\">Not "
				   "drawn</h2>\n<ul class=\"findings\">\n");
		any = true;
		ts_buf_add(out, "<li>");
		ts_markup(out, page->title);
		ts_buf_add(out, ": ");
		ts_markup(out, page->not_drawn);
		ts_buf_add(out, "</li>\n");
	}
	if (any)
		ts_buf_add(out, "</ul>\n</section>\n");
}

static void
put_source(struct ts_buf *out, const struct ts_source_note *source,
	   size_t number)
{
	bool is_link = is_set(source->url) && ts_markup_is_link(source->url);

	ts_buf_addf(out, "<li id=\"source-%zu\"><dl>\n<dt>Source %zu</dt><dd>",
		    number, number);
	ts_markup(out, source->id);
	ts_buf_add(out, "</dd>\n<dt>Address</dt><dd>");
	if (is_link) {
		ts_buf_add(out, "<a rel=\"noopener noreferrer\" href=\"");
		ts_markup_exact(out, source->url, strlen(source->url));
		ts_buf_add(out, "\">");
	}
	ts_markup(out, source->url);
	ts_buf_addf(out, "%s</dd>\n<dt>Retrieved</dt><dd><time>",
		    is_link ? "</a>" : "");
	ts_markup(out, source->retrieved);
	ts_buf_add(out, "</time></dd>\n<dt>SHA-256</dt><dd><code>");
	ts_markup(out, source->sha256);
	ts_buf_add(out, "</code></dd>\n</dl></li>\n");
}

static bool
is_same(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static bool
is_same_origin(const struct ts_source_note *a, const struct ts_source_note *b)
{
	return is_same(a->publisher, b->publisher) &&
	       is_same(a->dataset, b->dataset) &&
	       is_same(a->licence, b->licence);
}

static void
put_sources(struct ts_buf *out, const struct ts_edition *edition)
{
	ts_buf_add(out, "<section class=\"sources\" aria-labelledby=\"sources"
			"\">\n<h2 id=\"sources\">Sources</h2>\n");
	for (size_t i = 0; i < edition->source_count; i++) {
		const struct ts_source_note *source = &edition->sources[i];

		if (i == 0 || !is_same_origin(source, source - 1)) {
			if (i > 0)
				ts_buf_add(out, "</ol>\n");
			ts_buf_add(out, "<h3>");
			ts_markup(out, source->publisher);
			if (is_set(source->dataset)) {
				ts_buf_add(out, ", ");
				ts_markup(out, source->dataset);
			}
			ts_buf_add(out, "</h3>\n");
			put_element(out, "p", "small", source->licence);
			ts_buf_add(out, "<ol>\n");
		}
		put_source(out, source, i + 1);
	}
	ts_buf_add(out, edition->source_count > 0
				? "</ol>\n"
				: "<p>No document was used.</p>\n");
	ts_buf_add(out, "</section>\n");
}

static void
put_footer(struct ts_buf *out, const struct ts_edition *edition)
{
	ts_buf_add(out, "<footer>\n<p>Made by ");
	ts_markup(out, edition->software);
	ts_buf_add(out, ", <time>");
	ts_markup(out, edition->issued_iso);
	ts_buf_add(out, "</time>. The bundle\u2019s manifest.json names every "
			"file with its SHA-256 and every figure with the "
			"documents behind it.</p>\n</footer>\n");
}

static bool
is_language(const char *text)
{
	return strlen(text) == 2 && text[0] >= 'a' && text[0] <= 'z' &&
	       text[1] >= 'a' && text[1] <= 'z';
}

static enum ts_status
html_make(const struct ts_edition *edition, const struct ts_maker *maker,
	  struct ts_err *err)
{
	TS_AUTO_BUF out = TS_BUF_INIT(PAGE_MOST);
	char name[32] = "report.html";

	if (!is_language(edition->language))
		return ts_fail(err, TS_BAD_DATA, "\"%.20s\" is no language",
			       edition->language);
	if (strcmp(edition->language, "en") != 0)
		snprintf(name, sizeof name, "report.%s.html",
			 edition->language);
	put_head(&out, edition);
	put_cover(&out, edition);
	ts_buf_add(&out, "<main>\n");
	put_warnings(&out, edition);
	put_tiles(&out, edition);
	put_contents(&out, edition);
	for (size_t i = 0; i < edition->page_count; i++)
		if (!is_blank(&edition->pages[i]) &&
		    put_page(&out, maker, &edition->pages[i], i + 1, err) !=
			    TS_OK)
			return err->status;
	put_not_drawn(&out, edition);
	put_sources(&out, edition);
	ts_buf_add(&out, "</main>\n");
	put_footer(&out, edition);
	ts_buf_add(&out, "</body>\n</html>\n");
	if (ts_buf_check(&out, name, err) != TS_OK ||
	    maker->file(maker->ctx, name, err) != TS_OK)
		return err->status;
	return maker->write(maker->ctx, out.data, out.used, err);
}

const struct ts_output tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_output, OUTPUT, "html",
		       "One self-contained HTML page", NULL, 0),
	.make = html_make,
};
