/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/manifest.h"

#include <jansson.h>
#include <limits.h>
#include <string.h>
#include <tradestat/file.h>
#include <tradestat/hash.h>
#include <tradestat/text.h>

#define SCHEMA 1
#define TEXT_MOST 10000 /* characters of one text */

/* Adding to NULL fails, and so does adding NULL: one check at the end tells
 * whether everything went well. */
struct printing {
	bool failed;
};

static json_t *
clean_text(const char *text)
{
	TS_AUTO_BUF clean = TS_BUF_INIT(4 * TEXT_MOST + 8);

	ts_text_clean(&clean, text != NULL ? text : "", TEXT_MOST);
	return clean.failed ? NULL : json_stringn(clean.data, clean.used);
}

static void
put(struct printing *printing, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		printing->failed = true;
}

static void
put_text(struct printing *printing, json_t *object, const char *key,
	 const char *text)
{
	put(printing, object, key, clean_text(text));
}

static json_t *
add_object(struct printing *printing, json_t *array)
{
	json_t *object = json_object();

	if (json_array_append_new(array, object) != 0) {
		printing->failed = true;
		return NULL;
	}
	return object;
}

static void
add_text(struct printing *printing, json_t *array, const char *text)
{
	if (json_array_append_new(array, clean_text(text)) != 0)
		printing->failed = true;
}

const char *
ts_edition_vintage(const struct ts_edition *edition)
{
	const char *newest = "";

	for (size_t i = 0; i < edition->figure_count; i++) {
		const char *one = edition->figures[i].vintage;

		/* RFC 3339 in UTC sorts as text */
		if (one != NULL && strcmp(one, newest) > 0)
			newest = one;
	}
	return newest;
}

static const char *
base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static json_t *
pages(struct printing *printing, const struct ts_edition *edition)
{
	json_t *array = json_array();

	for (size_t i = 0; i < edition->page_count; i++) {
		const struct ts_page *page = &edition->pages[i];
		const char *chart = page->svg != NULL ? page->svg : page->png;
		json_t *object = add_object(printing, array);

		put_text(printing, object, "id", page->id);
		put_text(printing, object, "title", page->title);
		if (chart != NULL)
			put(printing, object, "chart",
			    json_sprintf("charts/%s", base_of(chart)));
		if (page->not_drawn != NULL && page->not_drawn[0] != '\0')
			put_text(printing, object, "not_drawn",
				 page->not_drawn);
	}
	return array;
}

static json_t *
figures(struct printing *printing, const struct ts_edition *edition)
{
	json_t *array = json_array();

	for (size_t i = 0; i < edition->figure_count; i++) {
		const struct ts_figure *figure = &edition->figures[i];
		json_t *object = add_object(printing, array);
		json_t *documents = json_array();

		put_text(printing, object, "id", figure->id);
		put_text(printing, object, "label", figure->label);
		put_text(printing, object, "value", figure->value);
		put_text(printing, object, "unit", figure->unit);
		put_text(printing, object, "status", figure->status);
		put_text(printing, object, "indicator", figure->indicator);
		put_text(printing, object, "vintage", figure->vintage);
		for (size_t j = 0; j < figure->document_count; j++)
			add_text(printing, documents, figure->documents[j]);
		put(printing, object, "documents", documents);
	}
	return array;
}

static json_t *
sources(struct printing *printing, const struct ts_edition *edition)
{
	json_t *array = json_array();

	for (size_t i = 0; i < edition->source_count; i++) {
		const struct ts_source_note *source = &edition->sources[i];
		json_t *object = add_object(printing, array);

		put_text(printing, object, "id", source->id);
		put_text(printing, object, "publisher", source->publisher);
		put_text(printing, object, "dataset", source->dataset);
		put_text(printing, object, "url", source->url);
		put_text(printing, object, "retrieved", source->retrieved);
		put_text(printing, object, "sha256", source->sha256);
		put_text(printing, object, "licence", source->licence);
	}
	return array;
}

static json_t *
file_list(struct printing *printing, const struct ts_bundle_files *files)
{
	json_t *array = json_array();

	for (size_t i = 0; i < files->count; i++) {
		const struct ts_bundle_file *file = &files->items[i];
		json_t *object = add_object(printing, array);

		put_text(printing, object, "name", file->name);
		put(printing, object, "size", json_integer(file->size));
		put_text(printing, object, "sha256", file->sha256);
	}
	return array;
}

static json_t *
warnings(struct printing *printing, const struct ts_edition *edition)
{
	json_t *array = json_array();

	for (size_t i = 0; i < edition->warning_count; i++)
		add_text(printing, array, edition->warnings[i]);
	return array;
}

static json_t *
variant_list(struct printing *printing, const char *const *variants)
{
	json_t *array = json_array();

	for (; *variants != NULL; variants++)
		add_text(printing, array, *variants);
	return array;
}

static bool
has_document(const struct ts_edition *edition, const char *id)
{
	for (size_t i = 0; i < edition->source_count; i++)
		if (strcmp(edition->sources[i].id, id) == 0)
			return true;
	return false;
}

/* A figure that cannot be traced must not leave. */
static enum ts_status
check_traces(const struct ts_edition *edition, struct ts_err *err)
{
	for (size_t i = 0; i < edition->source_count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(edition->sources[i].id,
				   edition->sources[j].id) == 0)
				return ts_fail(err, TS_BAD_DATA,
					       "document %s "
					       "is there twice",
					       edition->sources[i].id);
	for (size_t i = 0; i < edition->figure_count; i++) {
		const struct ts_figure *figure = &edition->figures[i];

		for (size_t j = 0; j < figure->document_count; j++)
			if (!has_document(edition, figure->documents[j]))
				return ts_fail(err, TS_BAD_DATA,
					       "figure %s "
					       "comes from document %s, which "
					       "the edition does not have",
					       figure->id,
					       figure->documents[j]);
	}
	return TS_OK;
}

/* ids are the keys of `tradestat explain`: one figure each */
static enum ts_status
check_ids(const json_t *array, struct ts_err *err)
{
	json_t *seen = json_object();
	json_t *figure;
	size_t i;
	enum ts_status status = TS_OK;

	json_array_foreach(array, i, figure)
	{
		const char *id =
			json_string_value(json_object_get(figure, "id"));

		if (id == NULL)
			continue;
		if (json_object_get(seen, id) != NULL)
			status = ts_fail(err, TS_BAD_DATA,
					 "figure %s is "
					 "there twice",
					 id);
		else if (json_object_set_new(seen, id, json_true()) != 0)
			status = ts_fail(err, TS_SYSTEM, "out of memory");
		if (status != TS_OK)
			break;
	}
	json_decref(seen);
	return status;
}

static int
to_buf(const char *bytes, size_t count, void *ctx)
{
	struct ts_buf *out = ctx;

	ts_buf_add_bytes(out, bytes, count);
	return out->failed ? -1 : 0;
}

enum ts_status
ts_manifest_print(const struct ts_edition *edition, const char *const *variants,
		  const struct ts_bundle_files *files, struct ts_buf *out,
		  struct ts_err *err)
{
	struct printing printing = { 0 };
	json_t *root, *all;
	enum ts_status status;

	if (check_traces(edition, err) != TS_OK)
		return err->status;
	root = json_object();
	put(&printing, root, "schema", json_integer(SCHEMA));
	put_text(&printing, root, "software", edition->software);
	put_text(&printing, root, "report", edition->report);
	put_text(&printing, root, "period", edition->period);
	put(&printing, root, "number", json_integer(edition->number));
	put_text(&printing, root, "title", edition->title);
	put_text(&printing, root, "subtitle", edition->subtitle);
	put_text(&printing, root, "language", edition->language);
	put_text(&printing, root, "currency", edition->currency);
	put_text(&printing, root, "issued", edition->issued_iso);
	put_text(&printing, root, "vintage", ts_edition_vintage(edition));
	if (edition->content_hash != NULL)
		put_text(&printing, root, "content_hash",
			 edition->content_hash);
	if (variants[0] != NULL)
		put(&printing, root, "variants",
		    variant_list(&printing, variants));
	put(&printing, root, "warnings", warnings(&printing, edition));
	put(&printing, root, "pages", pages(&printing, edition));
	put(&printing, root, "figures", all = figures(&printing, edition));
	put(&printing, root, "sources", sources(&printing, edition));
	put(&printing, root, "files", file_list(&printing, files));
	if (printing.failed)
		status = ts_fail(err, TS_SYSTEM, "manifest: out of memory");
	else
		status = check_ids(all, err);
	if (status == TS_OK &&
	    json_dump_callback(root, to_buf, out, JSON_INDENT(1)) != 0)
		status = ts_buf_check(out, "manifest", err) != TS_OK
				 ? err->status
				 : ts_fail(err, TS_SYSTEM,
					   "manifest: out of memory");
	json_decref(root);
	ts_buf_add_char(out, '\n');
	return status == TS_OK ? ts_buf_check(out, "manifest", err) : status;
}

static enum ts_status
load(const char *folder, json_t **out, struct ts_err *err)
{
	TS_AUTO_BUF bytes = TS_BUF_INIT(TS_MANIFEST_MOST);
	char path[PATH_MAX];
	json_error_t why;
	enum ts_status status;

	if (snprintf(path, sizeof path, "%s/%s", folder, TS_MANIFEST_NAME) >=
	    (int)sizeof path)
		return ts_fail(err, TS_SYSTEM, "%s: path too long", folder);
	status = ts_file_read(path, &bytes, err);
	if (status != TS_OK)
		return status;
	*out = json_loadb(bytes.data, bytes.used, JSON_REJECT_DUPLICATES, &why);
	if (*out == NULL)
		return ts_fail(err, TS_CORRUPT, "%s:%d: %s", path, why.line,
			       why.text);
	if (json_integer_value(json_object_get(*out, "schema")) != SCHEMA) {
		json_decref(*out);
		return ts_fail(err, TS_CORRUPT,
			       "%s: not a manifest of schema "
			       "%d",
			       path, SCHEMA);
	}
	return TS_OK;
}

static const char *
text_of(const json_t *root, const char *key, struct ts_arena *arena)
{
	const char *text = json_string_value(json_object_get(root, key));

	return ts_arena_strdup(arena, text != NULL ? text : "");
}

enum ts_status
ts_manifest_head(const char *folder, struct ts_arena *arena,
		 struct ts_manifest_head *out, struct ts_err *err)
{
	struct ts_manifest_head head = { 0 };
	json_t *root, *file;
	json_int_t number;
	size_t i;

	if (load(folder, &root, err) != TS_OK)
		return err->status;
	head.report = text_of(root, "report", arena);
	head.period = text_of(root, "period", arena);
	head.title = text_of(root, "title", arena);
	head.language = text_of(root, "language", arena);
	head.issued = text_of(root, "issued", arena);
	head.vintage = text_of(root, "vintage", arena);
	head.content_hash = text_of(root, "content_hash", arena);
	number = json_integer_value(json_object_get(root, "number"));
	head.number = number > 0 && number <= INT_MAX ? (int)number : 0;
	json_array_foreach(json_object_get(root, "files"), i, file)
	{
		const char *name =
			json_string_value(json_object_get(file, "name"));

		head.has_html |=
			name != NULL && strcmp(name, "report.html") == 0;
		head.has_pdf |= name != NULL && strcmp(name, "report.pdf") == 0;
	}
	json_decref(root);
	if (head.report == NULL || head.period == NULL || head.title == NULL ||
	    head.language == NULL || head.issued == NULL ||
	    head.vintage == NULL || head.content_hash == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	*out = head;
	return TS_OK;
}

static enum ts_status
compare(const json_t *listed, const struct ts_bundle_files *found,
	struct ts_err *err)
{
	const json_t *entry;
	const char *before = "";
	size_t i;

	if (!json_is_array(listed))
		return ts_fail(err, TS_CORRUPT, "the manifest lists no files");
	json_array_foreach(listed, i, entry)
	{
		const char *name =
			json_string_value(json_object_get(entry, "name"));
		const char *sha256 =
			json_string_value(json_object_get(entry, "sha256"));
		json_int_t size =
			json_integer_value(json_object_get(entry, "size"));
		size_t at = 0;

		if (name == NULL || sha256 == NULL || strcmp(before, name) >= 0)
			return ts_fail(err, TS_CORRUPT,
				       "entry %zu of the "
				       "manifest's files is no file, or not "
				       "in order",
				       i);
		before = name;
		while (at < found->count &&
		       strcmp(found->items[at].name, name) != 0)
			at++;
		if (at == found->count)
			return ts_fail(err, TS_CORRUPT, "%s is missing", name);
		if (found->items[at].size != size)
			return ts_fail(err, TS_CORRUPT,
				       "%s has %lld bytes "
				       "instead of %lld",
				       name, (long long)found->items[at].size,
				       (long long)size);
		if (strcmp(found->items[at].sha256, sha256) != 0)
			return ts_fail(err, TS_CORRUPT, "%s was changed", name);
	}
	if (json_array_size(listed) != found->count)
		return ts_fail(err, TS_CORRUPT,
			       "%zu files are not in the "
			       "manifest",
			       found->count - json_array_size(listed));
	return TS_OK;
}

enum ts_status
ts_manifest_verify(const char *folder, struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(16u << 20);
	struct ts_bundle_files found = { 0 };
	json_t *root = NULL;
	enum ts_status status;

	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = load(folder, &root, err);
	if (status == TS_OK) {
		status = ts_bundle_list(folder, false, arena, &found, err);
		if (status == TS_BAD_DATA)
			err->status = status = TS_CORRUPT;
	}
	if (status == TS_OK)
		status = compare(json_object_get(root, "files"), &found, err);
	json_decref(root);
	ts_arena_free(arena);
	return status == TS_OK ? TS_OK : ts_while(err, "verify %s", folder);
}
