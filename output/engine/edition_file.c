/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/edition_file.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/file.h>
#include <tradestat/text.h>
#include "output/engine/edition_read.h"

#define TEXT_MOST ((size_t)1 << 20)

/* Adding to NULL fails, and so does adding NULL: one flag at the end tells
 * whether everything went well. */
struct writing {
	bool failed;
};

/* As it is, so that it is read back as it was; what is no text is cleaned. */
static json_t *
text_of(const char *text)
{
	TS_AUTO_BUF clean = TS_BUF_INIT(4 * TEXT_MOST);

	if (text == NULL)
		text = "";
	if (ts_utf8_valid(text, strlen(text)))
		return json_string(text);
	ts_text_clean(&clean, text, TEXT_MOST);
	return clean.failed ? NULL : json_stringn(clean.data, clean.used);
}

static void
put(struct writing *w, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		w->failed = true;
}

static void
put_text(struct writing *w, json_t *object, const char *key, const char *text)
{
	put(w, object, key, text_of(text));
}

static void
add(struct writing *w, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		w->failed = true;
}

static json_t *
texts(struct writing *w, const char *const *items, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		add(w, array, text_of(items[i]));
	return array;
}

/* A drawing lies in charts/ of the bundle, wherever it was drawn. */
static void
put_drawing(struct writing *w, json_t *object, const char *key,
	    const char *path)
{
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	if (path != NULL)
		put(w, object, key,
		    json_sprintf("charts/%s",
				 slash != NULL ? slash + 1 : path));
}

static void
put_table(struct writing *w, json_t *object, const char *key,
	  const struct ts_table *table)
{
	json_t *value, *rows;

	if (table == NULL)
		return;
	value = json_object();
	rows = json_array();
	put_text(w, value, "name", table->name);
	put(w, value, "columns", texts(w, table->columns, table->column_count));
	for (size_t i = 0; i < table->row_count; i++)
		add(w, rows,
		    texts(w, table->cells + i * table->column_count,
			  table->column_count));
	put(w, value, "rows", rows);
	put(w, object, key, value);
}

static json_t *
page(struct writing *w, const struct ts_page *page)
{
	json_t *object = json_object();

	put_text(w, object, "id", page->id);
	put_text(w, object, "title", page->title);
	put_text(w, object, "subtitle", page->subtitle);
	put(w, object, "sentences",
	    texts(w, page->sentences, page->sentence_count));
	put_text(w, object, "alt", page->alt);
	put_text(w, object, "source_line", page->source_line);
	put_text(w, object, "notes", page->notes);
	put_table(w, object, "table", page->table);
	put_table(w, object, "data", page->data);
	put_drawing(w, object, "svg", page->svg);
	put_drawing(w, object, "svg_dark", page->svg_dark);
	put_drawing(w, object, "png", page->png);
	put_drawing(w, object, "pdf", page->pdf);
	put(w, object, "width", json_real(page->width));
	put(w, object, "height", json_real(page->height));
	if (page->not_drawn != NULL)
		put_text(w, object, "not_drawn", page->not_drawn);
	return object;
}

static json_t *
key_figure(struct writing *w, const struct ts_key_figure *key)
{
	json_t *object = json_object();

	put_text(w, object, "label", key->label);
	put_text(w, object, "value", key->value);
	put_text(w, object, "change", key->change);
	put(w, object, "direction", json_integer(key->direction));
	put_text(w, object, "figure", key->figure_id);
	return object;
}

static json_t *
figure(struct writing *w, const struct ts_figure *figure)
{
	json_t *object = json_object();

	put_text(w, object, "id", figure->id);
	put_text(w, object, "label", figure->label);
	put_text(w, object, "value", figure->value);
	put_text(w, object, "unit", figure->unit);
	put_text(w, object, "status", figure->status);
	put_text(w, object, "indicator", figure->indicator);
	put_text(w, object, "vintage", figure->vintage);
	put(w, object, "documents",
	    texts(w, figure->documents, figure->document_count));
	return object;
}

static json_t *
source(struct writing *w, const struct ts_source_note *source)
{
	json_t *object = json_object();

	put_text(w, object, "id", source->id);
	put_text(w, object, "publisher", source->publisher);
	put_text(w, object, "dataset", source->dataset);
	put_text(w, object, "url", source->url);
	put_text(w, object, "retrieved", source->retrieved);
	put_text(w, object, "sha256", source->sha256);
	put_text(w, object, "licence", source->licence);
	return object;
}

static void
put_head(struct writing *w, json_t *root, const struct ts_edition *edition)
{
	put(w, root, "schema", json_integer(TS_EDITION_SCHEMA));
	put_text(w, root, "software", edition->software);
	put_text(w, root, "report", edition->report);
	put_text(w, root, "variant", edition->variant);
	put_text(w, root, "period", edition->period);
	put(w, root, "number", json_integer(edition->number));
	put_text(w, root, "title", edition->title);
	put_text(w, root, "subtitle", edition->subtitle);
	put_text(w, root, "language", edition->language);
	put_text(w, root, "currency", edition->currency);
	put_text(w, root, "issued", edition->issued);
	put_text(w, root, "issued_iso", edition->issued_iso);
	if (edition->content_hash != NULL)
		put_text(w, root, "content_hash", edition->content_hash);
	put(w, root, "warnings",
	    texts(w, edition->warnings, edition->warning_count));
}

static void
put_parts(struct writing *w, json_t *root, const struct ts_edition *edition)
{
	json_t *keys = json_array(), *pages = json_array();
	json_t *figures = json_array(), *sources = json_array();

	for (size_t i = 0; i < edition->key_count; i++)
		add(w, keys, key_figure(w, &edition->keys[i]));
	for (size_t i = 0; i < edition->page_count; i++)
		add(w, pages, page(w, &edition->pages[i]));
	for (size_t i = 0; i < edition->figure_count; i++)
		add(w, figures, figure(w, &edition->figures[i]));
	for (size_t i = 0; i < edition->source_count; i++)
		add(w, sources, source(w, &edition->sources[i]));
	put(w, root, "keys", keys);
	put(w, root, "pages", pages);
	put(w, root, "figures", figures);
	put(w, root, "sources", sources);
}

static int
to_buf(const char *bytes, size_t count, void *ctx)
{
	struct ts_buf *out = ctx;

	ts_buf_add_bytes(out, bytes, count);
	return out->failed ? -1 : 0;
}

enum ts_status
ts_edition_print(const struct ts_edition *edition, struct ts_buf *out,
		 struct ts_err *err)
{
	struct writing w = { .failed = false };
	json_t *root;
	enum ts_status status = TS_OK;

	for (size_t i = 0; i < edition->page_count; i++)
		if (!isfinite(edition->pages[i].width) ||
		    !isfinite(edition->pages[i].height))
			return ts_fail(err, TS_BAD_DATA,
				       "page %s has a chart without a size",
				       edition->pages[i].id);
	root = json_object();
	put_head(&w, root, edition);
	put_parts(&w, root, edition);
	if (w.failed)
		status = ts_fail(err, TS_SYSTEM, "edition: out of memory");
	else if (json_dump_callback(root, to_buf, out, JSON_INDENT(1)) != 0)
		status = ts_buf_check(out, "edition", err) != TS_OK
				 ? err->status
				 : ts_fail(err, TS_SYSTEM,
					   "edition: out of memory");
	json_decref(root);
	ts_buf_add_char(out, '\n');
	return status == TS_OK ? ts_buf_check(out, "edition", err) : status;
}

enum ts_status
ts_edition_name(const char *variant, char name[TS_EDITION_NAME_MOST],
		struct ts_err *err)
{
	if (variant == NULL || variant[0] == '\0') {
		snprintf(name, TS_EDITION_NAME_MOST, "%s", TS_EDITION_NAME);
		return TS_OK;
	}
	/* what would be no file name comes from somebody else's hands */
	if (!ts_is_id(variant) || strchr(variant, '.') != NULL ||
	    strlen(variant) > 32)
		return ts_fail(err, TS_BAD_DATA,
			       "\"%.40s\" is no variant of a report", variant);
	snprintf(name, TS_EDITION_NAME_MOST, "edition.%s.json", variant);
	return TS_OK;
}
