/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/output/sample_edition.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "output/engine/bundle.h"
#include "output/engine/edition_file.h"
#include "output/engine/edition_read.h"
#include "output/engine/manifest.h"

extern const struct ts_output ts_plugin_output_csv;
extern const struct ts_output ts_plugin_output_html;
extern const struct ts_output ts_plugin_output_pdf;

static void
same_texts(const char *const *a, size_t a_count, const char *const *b,
	   size_t b_count)
{
	assert_int_equal(a_count, b_count);
	for (size_t i = 0; i < a_count; i++)
		assert_string_equal(a[i], b[i]);
}

static void
same_table(const struct ts_table *a, const struct ts_table *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a == NULL)
		return;
	assert_string_equal(a->name, b->name);
	same_texts(a->columns, a->column_count, b->columns, b->column_count);
	same_texts(a->cells, a->row_count * a->column_count, b->cells,
		   b->row_count * b->column_count);
}

static void
same_page(const struct ts_page *a, const struct ts_page *b)
{
	assert_string_equal(a->id, b->id);
	assert_string_equal(a->title, b->title);
	assert_string_equal(a->subtitle, b->subtitle);
	same_texts(a->sentences, a->sentence_count, b->sentences,
		   b->sentence_count);
	assert_string_equal(a->alt, b->alt);
	assert_string_equal(a->source_line, b->source_line);
	assert_string_equal(a->notes, b->notes);
	same_table(a->table, b->table);
	same_table(a->data, b->data);
	assert_true(a->width == b->width && a->height == b->height);
	assert_int_equal(a->not_drawn == NULL, b->not_drawn == NULL);
	if (a->not_drawn != NULL)
		assert_string_equal(a->not_drawn, b->not_drawn);
}

static void
same_parts(const struct ts_edition *a, const struct ts_edition *b)
{
	assert_int_equal(a->key_count, b->key_count);
	for (size_t i = 0; i < a->key_count; i++) {
		assert_string_equal(a->keys[i].label, b->keys[i].label);
		assert_string_equal(a->keys[i].value, b->keys[i].value);
		assert_string_equal(a->keys[i].change, b->keys[i].change);
		assert_int_equal(a->keys[i].direction, b->keys[i].direction);
		assert_string_equal(a->keys[i].figure_id, b->keys[i].figure_id);
	}
	assert_int_equal(a->page_count, b->page_count);
	for (size_t i = 0; i < a->page_count; i++)
		same_page(&a->pages[i], &b->pages[i]);
	assert_int_equal(a->figure_count, b->figure_count);
	for (size_t i = 0; i < a->figure_count; i++) {
		const struct ts_figure *x = &a->figures[i];
		const struct ts_figure *y = &b->figures[i];

		assert_string_equal(x->id, y->id);
		assert_string_equal(x->label, y->label);
		assert_string_equal(x->value, y->value);
		assert_string_equal(x->unit, y->unit);
		assert_string_equal(x->status, y->status);
		assert_string_equal(x->indicator, y->indicator);
		assert_string_equal(x->vintage, y->vintage);
		same_texts(x->documents, x->document_count, y->documents,
			   y->document_count);
	}
	assert_int_equal(a->source_count, b->source_count);
	for (size_t i = 0; i < a->source_count; i++) {
		const struct ts_source_note *x = &a->sources[i];
		const struct ts_source_note *y = &b->sources[i];

		assert_string_equal(x->id, y->id);
		assert_string_equal(x->publisher, y->publisher);
		assert_string_equal(x->dataset, y->dataset);
		assert_string_equal(x->url, y->url);
		assert_string_equal(x->retrieved, y->retrieved);
		assert_string_equal(x->sha256, y->sha256);
		assert_string_equal(x->licence, y->licence);
	}
}

static void
what_an_edition_says_is_read_back_as_it_was(void **state)
{
	TS_AUTO_BUF text = TS_BUF_INIT(TS_EDITION_FILE_MOST);
	TS_AUTO_BUF again = TS_BUF_INIT(TS_EDITION_FILE_MOST);
	char *folder = temp_dir();
	struct ts_edition back;
	struct sample sample;
	struct ts_err err = { 0 };

	(void)state;
	sample_open(&sample, folder, NULL);
	sample.sentences[0] = "two lines\nand a \"quote\" \xe2\x80\xae.";
	sample.edition.content_hash = "00ff";
	assert_int_equal(ts_edition_print(&sample.edition, &text, &err), TS_OK);
	if (ts_edition_parse(text.data, text.used, sample.arena, &back, &err) !=
	    TS_OK)
		fail_msg("%s", err.text);
	assert_string_equal(back.report, "kazakhstan-italy");
	assert_string_equal(back.variant, "");
	assert_string_equal(back.title, sample.edition.title);
	assert_string_equal(back.subtitle, sample.edition.subtitle);
	assert_string_equal(back.period, "2024");
	assert_int_equal(back.number, 1);
	assert_string_equal(back.language, "en");
	assert_string_equal(back.currency, "USD");
	assert_string_equal(back.issued, "24 November 2026");
	assert_string_equal(back.issued_iso, "2026-11-24T06:30:00Z");
	assert_string_equal(back.software, "tradestat 0.1.0");
	assert_string_equal(back.content_hash, "00ff");
	same_texts(back.warnings, back.warning_count, sample.edition.warnings,
		   1);
	same_parts(&back, &sample.edition);
	assert_string_equal(back.pages[0].svg, "charts/turnover.svg");
	assert_string_equal(back.pages[0].svg_dark, "charts/turnover-dark.svg");
	assert_null(back.pages[0].png);
	assert_null(back.pages[2].svg);
	assert_null(back.report_pdf);
	/* and what was read is written as before */
	assert_int_equal(ts_edition_print(&back, &again, &err), TS_OK);
	assert_string_equal(text.data, again.data);
	sample_close(&sample);
	temp_gone(folder);
}

static void
a_text_that_is_none_is_cleaned(void **state)
{
	TS_AUTO_BUF text = TS_BUF_INIT(TS_EDITION_FILE_MOST);
	char *folder = temp_dir();
	struct ts_edition back;
	struct sample sample;
	struct ts_err err = { 0 };

	(void)state;
	sample_open(&sample, folder, NULL);
	sample.pages[0].notes = "bad \xff byte";
	assert_int_equal(ts_edition_print(&sample.edition, &text, &err), TS_OK);
	assert_int_equal(ts_edition_parse(text.data, text.used, sample.arena,
					  &back, &err),
			 TS_OK);
	assert_string_equal(back.pages[0].notes, "bad \xef\xbf\xbd byte");
	sample_close(&sample);
	temp_gone(folder);
}

/* The text of the sample with one place replaced. */
static void
replaced(struct ts_buf *out, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (at == NULL)
		fail_msg("no %s in the sample", from);
	else {
		ts_buf_add_bytes(out, text, (size_t)(at - text));
		ts_buf_add(out, to);
		ts_buf_add(out, at + strlen(from));
	}
}

static void
a_damaged_edition_is_refused_with_the_place(void **state)
{
	static const struct {
		const char *name, *from, *to, *told;
	} rows[] = {
		{ "cut", "\"figures\"", "\"", "line " },
		{ "another schema", "\"schema\": 1", "\"schema\": 2",
		  "schema: no such number" },
		{ "no title", "\"title\": \"Kaz", "\"titel\": \"Kaz",
		  "title: missing" },
		{ "a key twice", "\"number\": 1", "\"number\": 1,\"number\": 1",
		  "line " },
		{ "a number as text", "\"number\": 1", "\"number\": \"1\"",
		  "number: no such number" },
		{ "number 0", "\"number\": 1", "\"number\": 0",
		  "number: no such number" },
		{ "a path as report", "\"report\": \"kazakhstan-italy\"",
		  "\"report\": \"../../etc\"", "report: not an id" },
		{ "no period", "\"period\": \"2024\"", "\"period\": \"soon\"",
		  "period: not a period" },
		{ "an arrow askew", "\"direction\": 1", "\"direction\": 2",
		  "keys[0].direction: no such number" },
		{ "a drawing elsewhere", "charts/turnover.svg",
		  "charts/../../x", "pages[0].svg: not a drawing" },
		{ "a drawing in another folder", "charts/turnover.svg",
		  "data/turnover.svg", "pages[0].svg: not a drawing" },
		{ "a page with no id", "\"id\": \"turnover\"",
		  "\"id\": \"a/b\"", "pages[0].id: not an id" },
		{ "a size below nothing", "\"width\": 600.0",
		  "\"width\": -600.0", "pages[0].width: no size" },
		{ "sentences that are one", "\"alt\": \"Columns",
		  "\"sentences2\": [], \"alt\": [\"", "line " },
		{ "a cell that is a number", "\"14500000000\"", "14500000000",
		  "pages[0].table.rows[0]: a cell" },
		{ "a row too short", "\"14500000000\",", "",
		  "pages[0].table.rows[0]: not a row" },
		{ "a column twice", "\"flow\"", "\"period\"", "period" },
		{ "a document that is not there",
		  "\"documents\": [\n    \"doc-1\"",
		  "\"documents\": [\n    \"doc-9\"",
		  "figures[0].documents: not among" },
		{ "a document twice", "\"id\": \"doc-2\"", "\"id\": \"doc-1\"",
		  "sources[1].id: a document" },
		{ "a NUL", "\"language\": \"en\"",
		  "\"language\": \"e\\u0000n\"", "line " },
	};
	TS_AUTO_BUF text = TS_BUF_INIT(TS_EDITION_FILE_MOST);
	char *folder = temp_dir();
	struct sample sample;
	struct ts_err err = { 0 };

	(void)state;
	sample_open(&sample, folder, NULL);
	assert_int_equal(ts_edition_print(&sample.edition, &text, &err), TS_OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		TS_AUTO_BUF bad = TS_BUF_INIT(TS_EDITION_FILE_MOST);
		struct ts_edition out = { .number = 7 };

		replaced(&bad, text.data, rows[i].from, rows[i].to);
		if (ts_edition_parse(bad.data, bad.used, sample.arena, &out,
				     &err) != TS_BAD_DATA)
			fail_msg("%s: taken", rows[i].name);
		if (strstr(err.text, rows[i].told) == NULL)
			fail_msg("%s: %s", rows[i].name, err.text);
		assert_int_equal(out.number, 7);
	}
	/* too much for an arena is said, wherever it ends */
	for (size_t most = 512; most < 16384; most += 512) {
		struct ts_arena *small = ts_arena_new(most);
		struct ts_edition out = { .number = 7 };
		enum ts_status status = ts_edition_parse(text.data, text.used,
							 small, &out, &err);

		assert_true(status != TS_OK || most > 4096);
		assert_int_equal(out.number, status == TS_OK ? 1 : 7);
		ts_arena_free(small);
	}
	sample_close(&sample);
	temp_gone(folder);
}

/* A bundle of the sample with the variants given. */
static enum ts_status
make_bundle(const char *out, const char *const *variants, char path[PATH_MAX],
	    struct ts_err *err)
{
	static const struct ts_output *const outputs[] = {
		&ts_plugin_output_csv, &ts_plugin_output_html,
		&ts_plugin_output_pdf
	};
	struct ts_bundle *bundle;
	struct sample sample;
	enum ts_status status;

	status = ts_bundle_open(out, 0, &bundle, err);
	if (status != TS_OK)
		return status;
	sample_open(&sample, ts_bundle_charts_dir(bundle),
		    ts_bundle_scratch_dir(bundle));
	for (size_t i = 0; status == TS_OK && i < 3; i++)
		status = ts_bundle_make(bundle, outputs[i], &sample.edition,
					err);
	for (; status == TS_OK && *variants != NULL; variants++) {
		sample.edition.variant = *variants;
		sample.edition.currency = "EUR";
		for (size_t i = 0; status == TS_OK && i < 3; i++)
			status = ts_bundle_make(bundle, outputs[i],
						&sample.edition, err);
		if (status == TS_OK)
			status =
				ts_bundle_variant(bundle, &sample.edition, err);
	}
	sample.edition.variant = NULL;
	sample.edition.currency = "USD";
	if (status == TS_OK)
		status = ts_bundle_publish(bundle, &sample.edition, path,
					   PATH_MAX, err);
	ts_bundle_close(bundle);
	sample_close(&sample);
	return status;
}

static void
variants_lie_in_the_bundle_of_the_report(void **state)
{
	static const char *const variants[] = { "eur", "uzb-eur", NULL };
	static const char *const names[] = {
		"data/turnover.csv",    "data/turnover.eur.csv",
		"report.uzb-eur.pdf",   "report.eur.html",
		"edition.json",         "edition.eur.json",
		"edition.uzb-eur.json",
	};
	TS_AUTO_BUF manifest = TS_BUF_INIT(TS_MANIFEST_MOST);
	struct ts_arena *arena = ts_arena_new(8 << 20);
	char *out = temp_dir(), path[PATH_MAX], name[PATH_MAX + 64];
	struct ts_edition edition;
	struct ts_err err = { 0 };
	struct stat meta;

	(void)state;
	if (make_bundle(out, variants, path, &err) != TS_OK)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(name, sizeof name, "%s/%s", path, names[i]);
		if (stat(name, &meta) != 0)
			fail_msg("no %s", names[i]);
	}
	assert_int_equal(ts_bundle_verify(path, &err), TS_OK);
	assert_int_equal(ts_edition_read(path, "", arena, &edition, &err),
			 TS_OK);
	assert_string_equal(edition.currency, "USD");
	assert_int_equal(ts_edition_read(path, "eur", arena, &edition, &err),
			 TS_OK);
	assert_string_equal(edition.currency, "EUR");
	assert_string_equal(edition.variant, "eur");
	assert_int_equal(ts_edition_read(path, "kgs", arena, &edition, &err),
			 TS_NO_INPUT);
	assert_int_equal(ts_edition_read(path, "../x", arena, &edition, &err),
			 TS_BAD_DATA);
	snprintf(name, sizeof name, "%s/manifest.json", path);
	assert_int_equal(ts_file_read(name, &manifest, &err), TS_OK);
	assert_non_null(strstr(manifest.data, "\"variants\": [\n  \"eur\",\n"
					      "  \"uzb-eur\"\n ]"));
	ts_arena_free(arena);
	temp_gone(out);
}

static void
a_variant_in_the_place_of_another_is_noticed(void **state)
{
	static const char *const variants[] = { "eur", NULL };
	struct ts_arena *arena = ts_arena_new(8 << 20);
	char *out = temp_dir(), path[PATH_MAX];
	char from[PATH_MAX + 64], to[PATH_MAX + 64];
	struct ts_edition edition;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(make_bundle(out, variants, path, &err), TS_OK);
	snprintf(from, sizeof from, "%s/edition.eur.json", path);
	snprintf(to, sizeof to, "%s/edition.json", path);
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(ts_edition_read(path, "", arena, &edition, &err),
			 TS_BAD_DATA);
	assert_non_null(strstr(err.text, "variant: it is \"eur\""));
	ts_arena_free(arena);
	temp_gone(out);
}

static void
what_cannot_be_a_variant_is_refused(void **state)
{
	static const char *const rows[][3] = {
		{ "../x", NULL }, { "a.b", NULL },        { "EUR", NULL },
		{ "a/b", NULL },  { "eur", "eur", NULL },
	};
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *out = temp_dir(), path[PATH_MAX];

		if (make_bundle(out, rows[i], path, &err) != TS_BAD_DATA)
			fail_msg("%s is taken", rows[i][0]);
		temp_gone(out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_edition_says_is_read_back_as_it_was),
		cmocka_unit_test(a_text_that_is_none_is_cleaned),
		cmocka_unit_test(a_damaged_edition_is_refused_with_the_place),
		cmocka_unit_test(variants_lie_in_the_bundle_of_the_report),
		cmocka_unit_test(a_variant_in_the_place_of_another_is_noticed),
		cmocka_unit_test(what_cannot_be_a_variant_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
