/* SPDX-License-Identifier: Apache-2.0 */
#include "output/write/hook.h"

#include <string.h>
#include <tradestat/text.h>

#define SCHEMA 1
#define TEXT_MOST 2000

static const char *
or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* One line of clean UTF-8, whatever it was. */
static json_t *
clean(const char *text)
{
	TS_AUTO_BUF line = TS_BUF_INIT(4 * TEXT_MOST + 8);

	ts_text_clean(&line, or_empty(text), TEXT_MOST);
	return line.failed ? NULL : json_stringn(line.data, line.used);
}

void
ts_hook_headline(struct ts_buf *out, const struct ts_delivery *delivery)
{
	static const char *const said[TS_OCCASIONS] = {
		[TS_OCC_EDITION] = "new edition",
		[TS_OCC_CORRECTION] = "figures were revised",
		[TS_OCC_RAISED] = "an indicator crossed its threshold",
		[TS_OCC_CLEARED] = "an indicator is back within its threshold",
		[TS_OCC_TEST] = "a test, please ignore",
	};

	ts_text_clean(out, or_empty(delivery->edition->title), 200);
	ts_buf_add(out, ", ");
	ts_text_clean(out, or_empty(delivery->edition->period), 40);
	ts_buf_addf(out, ": %s", said[delivery->occasion]);
}

static void
put_change(struct ts_buf *out, const char *label, const char *unit,
	   const char *old, const char *new)
{
	ts_text_clean(out, or_empty(label), 200);
	ts_buf_add(out, ": ");
	ts_text_clean(out, or_empty(old), 60);
	ts_buf_add(out, " \xe2\x86\x92 ");
	ts_text_clean(out, or_empty(new), 60);
	ts_buf_add_char(out, ' ');
	ts_text_clean(out, or_empty(unit), 40);
}

bool
ts_hook_change(struct ts_buf *out, const struct ts_delivery *delivery,
	       size_t nth)
{
	const struct ts_revision *revision;

	if (delivery->alarm != NULL) {
		if (nth > 0)
			return false;
		put_change(out, delivery->alarm->label, delivery->alarm->unit,
			   delivery->alarm->old_value,
			   delivery->alarm->new_value);
		return true;
	}
	if (delivery->occasion != TS_OCC_CORRECTION ||
	    nth >= delivery->revision_count || nth >= TS_HOOK_REVISIONS)
		return false;
	revision = &delivery->revisions[nth];
	put_change(out, revision->label, revision->unit, revision->old_value,
		   revision->new_value);
	return true;
}

const char *
ts_hook_sentence(const struct ts_delivery *delivery, size_t nth)
{
	const struct ts_edition *edition = delivery->edition;

	for (size_t i = 0; i < edition->page_count && i < TS_HOOK_PAGES; i++) {
		size_t count = edition->pages[i].sentence_count;

		if (count > TS_HOOK_SENTENCES)
			count = TS_HOOK_SENTENCES;
		if (nth < count)
			return edition->pages[i].sentences[nth];
		nth -= count;
	}
	return NULL;
}

/* ---- the plain form ------------------------------------------------------ */

/* The array is NULL when an item was: adding to nothing fails, too. */
static json_t *
keys(const struct ts_edition *edition)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < edition->key_count; i++) {
		const struct ts_key_figure *key = &edition->keys[i];

		failed |= json_array_append_new(
				  array,
				  json_pack("{s:o, s:o, s:o, s:i, s:o}",
					    "label", clean(key->label), "value",
					    clean(key->value), "change",
					    clean(key->change), "direction",
					    key->direction, "figure",
					    clean(key->figure_id))) != 0;
	}
	if (!failed)
		return array;
	json_decref(array);
	return NULL;
}

static json_t *
pages(const struct ts_edition *edition)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < edition->page_count && i < TS_HOOK_PAGES; i++) {
		const struct ts_page *page = &edition->pages[i];
		json_t *sentences = json_array();

		for (size_t j = 0;
		     j < page->sentence_count && j < TS_HOOK_SENTENCES; j++)
			failed |= json_array_append_new(
					  sentences,
					  clean(page->sentences[j])) != 0;
		failed |=
			json_array_append_new(
				array, json_pack("{s:o, s:o, s:o}", "id",
						 clean(page->id), "title",
						 clean(page->title),
						 "sentences", sentences)) != 0;
	}
	if (!failed)
		return array;
	json_decref(array);
	return NULL;
}

static json_t *
revisions(const struct ts_delivery *delivery)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < delivery->revision_count; i++) {
		const struct ts_revision *one = &delivery->revisions[i];

		failed |=
			json_array_append_new(
				array,
				json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}",
					  "figure", clean(one->figure), "label",
					  clean(one->label), "unit",
					  clean(one->unit), "old",
					  clean(one->old_value), "new",
					  clean(one->new_value), "old_edition",
					  clean(one->old_edition))) != 0;
	}
	if (!failed)
		return array;
	json_decref(array);
	return NULL;
}

static json_t *
files(const struct ts_delivery *delivery)
{
	json_t *array = json_array();
	bool failed = false;

	for (size_t i = 0; i < delivery->file_count; i++) {
		const struct ts_bundle_item *item = &delivery->files[i];

		failed |= json_array_append_new(
				  array,
				  json_pack("{s:o, s:I, s:o}", "name",
					    clean(item->name), "size",
					    (json_int_t)item->size, "sha256",
					    clean(item->sha256))) != 0;
	}
	if (!failed)
		return array;
	json_decref(array);
	return NULL;
}

static json_t *
alarm_note(const struct ts_alarm_note *alarm)
{
	if (alarm == NULL)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:f, s:f}", "label",
			 clean(alarm->label), "unit", clean(alarm->unit), "old",
			 clean(alarm->old_value), "new",
			 clean(alarm->new_value), "percent", alarm->percent,
			 "floor", alarm->floor);
}

json_t *
ts_hook_json(const struct ts_delivery *delivery)
{
	const struct ts_edition *edition = delivery->edition;

	return json_pack(
		"{s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:o, s:o, s:o,"
		" s:o, s:o, s:o, s:o, s:o, s:o}",
		"schema", SCHEMA, "event", ts_occasion_name(delivery->occasion),
		"delivery", clean(delivery->id), "report",
		clean(edition->report), "title", clean(edition->title),
		"subtitle", clean(edition->subtitle), "period",
		clean(edition->period), "number", edition->number, "issued",
		clean(edition->issued_iso), "language",
		clean(edition->language), "currency", clean(edition->currency),
		"previous", clean(delivery->previous), "archive",
		clean(delivery->archive), "keys", keys(edition), "pages",
		pages(edition), "revisions", revisions(delivery), "alarm",
		alarm_note(delivery->alarm), "files", files(delivery));
}
