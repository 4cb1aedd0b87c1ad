/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/edition_read.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/file.h>
#include <tradestat/period.h>
#include "output/engine/edition_file.h"
#include "output/engine/manifest.h"

#define SIZE_MOST 100000.0 /* px */

/* The first thing wrong ends it: everything after is a value to go on with. */
struct reading {
	struct ts_arena *arena;
	struct ts_err *err;
	bool failed;
	char at[200]; /* "pages[3].table.rows[0][2]" */
	json_t *documents;
};

static void
wrong(struct reading *r, const char *key, const char *what)
{
	if (!r->failed)
		ts_ignore(ts_fail(r->err, TS_BAD_DATA, "%s%s%s: %s", r->at,
				  r->at[0] != '\0' && key[0] != '\0' ? "." : "",
				  key, what));
	r->failed = true;
}

static void
no_memory(struct reading *r)
{
	if (!r->failed)
		ts_ignore(ts_fail(r->err, TS_SYSTEM, "edition: out of memory"));
	r->failed = true;
}

/* Steps down to a part; the place to be given back to leave(). */
static size_t
enter(struct reading *r, const char *key, size_t index)
{
	size_t length = strlen(r->at);

	snprintf(r->at + length, sizeof r->at - length, "%s%s[%zu]",
		 length > 0 && key[0] != '\0' ? "." : "", key, index);
	return length;
}

static size_t
enter_key(struct reading *r, const char *key)
{
	size_t length = strlen(r->at);

	snprintf(r->at + length, sizeof r->at - length, "%s%s",
		 length > 0 ? "." : "", key);
	return length;
}

static void
leave(struct reading *r, size_t length)
{
	r->at[length] = '\0';
}

static const char *
keep(struct reading *r, const json_t *value)
{
	const char *text = ts_arena_strndup(r->arena, json_string_value(value),
					    json_string_length(value));

	if (text != NULL)
		return text;
	no_memory(r);
	return "";
}

/* NULL where there is none. */
static const char *
optional(struct reading *r, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (value == NULL)
		return NULL;
	if (json_is_string(value))
		return keep(r, value);
	wrong(r, key, "not a text");
	return "";
}

static const char *
text(struct reading *r, const json_t *object, const char *key)
{
	const char *value = optional(r, object, key);

	if (value == NULL)
		wrong(r, key, "missing");
	return value != NULL ? value : "";
}

static int
whole(struct reading *r, const json_t *object, const char *key, int least,
      int most)
{
	const json_t *value = json_object_get(object, key);
	json_int_t number = json_integer_value(value);

	if (json_is_integer(value) && number >= least && number <= most)
		return (int)number;
	wrong(r, key, value == NULL ? "missing" : "no such number");
	return least;
}

static double
size_px(struct reading *r, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	double number = json_number_value(value);

	if (json_is_number(value) && number >= 0 && number <= SIZE_MOST)
		return number;
	wrong(r, key, value == NULL ? "missing" : "no size of a chart");
	return 0;
}

/* An array of that key and room for as many things; count 0: none. */
static void *
list(struct reading *r, const json_t *object, const char *key, size_t size,
     const json_t **array, size_t *count)
{
	void *items;

	*array = json_object_get(object, key);
	*count = 0;
	if (!json_is_array(*array)) {
		wrong(r, key, *array == NULL ? "missing" : "not a list");
		return NULL;
	}
	items = ts_arena_alloc(r->arena, json_array_size(*array) + 1, size);
	if (items == NULL)
		no_memory(r);
	else
		*count = json_array_size(*array);
	return items;
}

static const char *const *
texts(struct reading *r, const json_t *object, const char *key, size_t *count)
{
	const json_t *array;
	const char **items = list(r, object, key, sizeof *items, &array, count);

	for (size_t i = 0; i < *count && !r->failed; i++) {
		const json_t *value = json_array_get(array, i);
		size_t back = enter(r, key, i);

		if (json_is_string(value))
			items[i] = keep(r, value);
		else
			wrong(r, "", "not a text");
		leave(r, back);
	}
	return items;
}

static void
table_row(struct reading *r, struct ts_table *table, const json_t *row,
	  const char **cells)
{
	if (!json_is_array(row) ||
	    json_array_size(row) != table->column_count) {
		wrong(r, "", "not a row of that table");
		return;
	}
	for (size_t i = 0; i < table->column_count && !r->failed; i++) {
		const json_t *cell = json_array_get(row, i);

		if (json_is_string(cell))
			cells[i] = json_string_value(cell);
		else
			wrong(r, "", "a cell that is not a text");
	}
	if (!r->failed && ts_table_add(table, cells, r->err) != TS_OK)
		r->failed = true;
}

static void
table_rows(struct reading *r, struct ts_table *table, const json_t *value)
{
	const json_t *rows = json_object_get(value, "rows");
	const char **cells =
		ts_arena_alloc(r->arena, table->column_count, sizeof *cells);

	if (!json_is_array(rows))
		wrong(r, "rows", rows == NULL ? "missing" : "not a list");
	else if (cells == NULL)
		no_memory(r);
	for (size_t i = 0; !r->failed && i < json_array_size(rows); i++) {
		size_t back = enter(r, "rows", i);

		table_row(r, table, json_array_get(rows, i), cells);
		leave(r, back);
	}
}

static const struct ts_table *
table(struct reading *r, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	const char *const *columns;
	struct ts_table *out = NULL;
	const char *name;
	size_t count, back;

	if (value == NULL)
		return NULL;
	back = enter_key(r, key);
	name = text(r, value, "name");
	columns = texts(r, value, "columns", &count);
	if (!r->failed && count == 0)
		wrong(r, "columns", "none");
	if (!r->failed &&
	    ts_table_new(r->arena, name, columns, count, &out, r->err) != TS_OK)
		r->failed = true;
	if (!r->failed)
		table_rows(r, out, value);
	leave(r, back);
	return out;
}

/* A name in the bundle, and nothing that leads out of it. */
static const char *
drawing(struct reading *r, const json_t *object, const char *key)
{
	const char *name = optional(r, object, key);

	if (name != NULL &&
	    (strncmp(name, "charts/", 7) != 0 || !ts_bundle_name_is_good(name)))
		wrong(r, key, "not a drawing of a bundle");
	return name;
}

static void
page(struct reading *r, const json_t *value, void *out)
{
	struct ts_page *page = out;

	page->id = text(r, value, "id");
	if (!ts_is_id(page->id))
		wrong(r, "id", "not an id");
	page->title = text(r, value, "title");
	page->subtitle = text(r, value, "subtitle");
	page->sentences = texts(r, value, "sentences", &page->sentence_count);
	page->alt = text(r, value, "alt");
	page->source_line = text(r, value, "source_line");
	page->notes = text(r, value, "notes");
	page->table = table(r, value, "table");
	page->data = table(r, value, "data");
	page->svg = drawing(r, value, "svg");
	page->svg_dark = drawing(r, value, "svg_dark");
	page->png = drawing(r, value, "png");
	page->pdf = drawing(r, value, "pdf");
	page->width = size_px(r, value, "width");
	page->height = size_px(r, value, "height");
	page->not_drawn = optional(r, value, "not_drawn");
}

static void
key_figure(struct reading *r, const json_t *value, void *out)
{
	struct ts_key_figure *key = out;

	key->label = text(r, value, "label");
	key->value = text(r, value, "value");
	key->change = text(r, value, "change");
	key->direction = whole(r, value, "direction", -1, 1);
	key->figure_id = text(r, value, "figure");
}

static void
figure(struct reading *r, const json_t *value, void *out)
{
	struct ts_figure *figure = out;

	figure->id = text(r, value, "id");
	figure->label = text(r, value, "label");
	figure->value = text(r, value, "value");
	figure->unit = text(r, value, "unit");
	figure->status = text(r, value, "status");
	figure->indicator = text(r, value, "indicator");
	figure->vintage = text(r, value, "vintage");
	figure->documents =
		texts(r, value, "documents", &figure->document_count);
	for (size_t i = 0; !r->failed && i < figure->document_count; i++)
		if (json_object_get(r->documents, figure->documents[i]) == NULL)
			wrong(r, "documents", "not among the sources");
}

static void
source(struct reading *r, const json_t *value, void *out)
{
	struct ts_source_note *source = out;

	source->id = text(r, value, "id");
	source->publisher = text(r, value, "publisher");
	source->dataset = text(r, value, "dataset");
	source->url = text(r, value, "url");
	source->retrieved = text(r, value, "retrieved");
	source->sha256 = text(r, value, "sha256");
	source->licence = text(r, value, "licence");
	if (r->failed)
		return;
	if (json_object_get(r->documents, source->id) != NULL)
		wrong(r, "id", "a document that is there twice");
	else if (json_object_set_new(r->documents, source->id, json_true()) !=
		 0)
		no_memory(r);
}

static void *
parts(struct reading *r, const json_t *root, const char *key, size_t size,
      void one(struct reading *r, const json_t *value, void *out),
      size_t *count)
{
	const json_t *array;
	char *items = list(r, root, key, size, &array, count);

	for (size_t i = 0; i < *count && !r->failed; i++) {
		const json_t *value = json_array_get(array, i);
		size_t back = enter(r, key, i);

		if (json_is_object(value))
			one(r, value, items + i * size);
		else
			wrong(r, "", "not an object");
		leave(r, back);
	}
	return items;
}

static void
head(struct reading *r, const json_t *root, struct ts_edition *out)
{
	struct ts_period period;

	out->software = text(r, root, "software");
	out->report = text(r, root, "report");
	if (!ts_is_id(out->report))
		wrong(r, "report", "not an id");
	out->variant = text(r, root, "variant");
	if (out->variant[0] != '\0' && !ts_is_id(out->variant))
		wrong(r, "variant", "not an id");
	out->period = text(r, root, "period");
	if (ts_period_parse(out->period, &period, NULL) != TS_OK)
		wrong(r, "period", "not a period");
	out->number = whole(r, root, "number", 1, INT_MAX);
	out->title = text(r, root, "title");
	out->subtitle = text(r, root, "subtitle");
	out->language = text(r, root, "language");
	out->currency = text(r, root, "currency");
	out->issued = text(r, root, "issued");
	out->issued_iso = text(r, root, "issued_iso");
	out->content_hash = optional(r, root, "content_hash");
	out->warnings = texts(r, root, "warnings", &out->warning_count);
}

static void
edition(struct reading *r, const json_t *root, struct ts_edition *out)
{
	if (!json_is_object(root)) {
		wrong(r, "", "not an object");
		return;
	}
	(void)whole(r, root, "schema", TS_EDITION_SCHEMA, TS_EDITION_SCHEMA);
	head(r, root, out);
	out->keys = parts(r, root, "keys", sizeof *out->keys, key_figure,
			  &out->key_count);
	out->pages = parts(r, root, "pages", sizeof *out->pages, page,
			   &out->page_count);
	/* before the figures, which name them */
	out->sources = parts(r, root, "sources", sizeof *out->sources, source,
			     &out->source_count);
	out->figures = parts(r, root, "figures", sizeof *out->figures, figure,
			     &out->figure_count);
}

enum ts_status
ts_edition_parse(const char *bytes, size_t count, struct ts_arena *arena,
		 struct ts_edition *out, struct ts_err *err)
{
	struct reading r = { .arena = arena, .err = err };
	struct ts_edition found = { .report = NULL };
	struct ts_err ours;
	json_error_t why;
	json_t *root;

	if (err == NULL)
		r.err = &ours;
	root = json_loadb(bytes, count, JSON_REJECT_DUPLICATES, &why);
	if (root == NULL)
		return ts_fail(err, TS_BAD_DATA, "line %d: %s", why.line,
			       why.text);
	r.documents = json_object();
	if (r.documents == NULL)
		no_memory(&r);
	else
		edition(&r, root, &found);
	json_decref(r.documents);
	json_decref(root);
	if (r.failed)
		return r.err->status;
	*out = found;
	return TS_OK;
}

enum ts_status
ts_edition_read(const char *bundle, const char *variant, struct ts_arena *arena,
		struct ts_edition *out, struct ts_err *err)
{
	TS_AUTO_BUF bytes = TS_BUF_INIT(TS_EDITION_FILE_MOST);
	char path[PATH_MAX], name[TS_EDITION_NAME_MOST];
	enum ts_status status = ts_edition_name(variant, name, err);

	if (status != TS_OK)
		return status;
	if (snprintf(path, sizeof path, "%s/%s", bundle, name) >=
	    (int)sizeof path)
		return ts_fail(err, TS_SYSTEM, "%s: path too long", bundle);
	status = ts_file_read(path, &bytes, err);
	if (status == TS_OK)
		status = ts_edition_parse(bytes.data, bytes.used, arena, out,
					  err);
	else
		return status;
	if (status == TS_OK && strcmp(out->variant, variant) != 0)
		status = ts_fail(err, TS_BAD_DATA, "variant: it is \"%.40s\"",
				 out->variant);
	return status == TS_OK ? TS_OK : ts_while(err, "%s", path);
}
