/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/output/sample_edition.h"

#include <libxml/HTMLparser.h>
#include <qpdf/qpdf-c.h>
#include <stdlib.h>
#include <time.h>
#include <tradestat/csv.h>
#include <tradestat/num.h>
#include <tradestat/plugin.h>
#include "output/engine/manifest.h"

extern const struct ts_output ts_plugin_output_csv;
extern const struct ts_output ts_plugin_output_html;
extern const struct ts_output ts_plugin_output_pdf;

/* What a publisher could send as the name of anything. */
static const char *const hostile[] = {
	"`touch /tmp/canary`",
	"$(touch /tmp/canary)",
	"a\"b'c\\d",
	"two\nlines\r\nBcc: x@example.org\r\n.\r\n",
	"=cmd|' /C calc'!A0",
	"+1+1",
	"-2+3+cmd",
	"@SUM(A1)",
	"\tTAB",
	"\rCR",
	"<script>alert(1)</script>",
	"<img src=x onerror=alert(1)>",
	"</title><script>x()</script>",
	"%00%0a",
	"../../etc/passwd",
	"right\u202eto left",
	"\xff\xfe bad",
	"\xed\xa0\x80",
	"]]>",
	"<!--",
	"&amp;&lt;&#0;",
	"{{7*7}}",
	"javascript:alert(1)",
	"\u041a\u04b1\u0440\u0443\u20b8",
};

/* Files of an output, in memory. */
struct kept {
	struct {
		char name[64];
		struct ts_buf bytes;
	} files[16];
	int count;
};

static enum ts_status
keep_file(void *ctx, const char *name, struct ts_err *err)
{
	struct kept *kept = ctx;

	(void)err;
	assert_true(kept->count < 16);
	snprintf(kept->files[kept->count].name, 64, "%s", name);
	kept->files[kept->count++].bytes = (struct ts_buf)TS_BUF_INIT(64 << 20);
	return TS_OK;
}

static enum ts_status
keep_bytes(void *ctx, const void *bytes, size_t count, struct ts_err *err)
{
	struct kept *kept = ctx;

	(void)err;
	ts_buf_add_bytes(&kept->files[kept->count - 1].bytes, bytes, count);
	return TS_OK;
}

static enum ts_status
give_file(void *ctx, const char *path, struct ts_buf *buf, struct ts_err *err)
{
	(void)ctx;
	return ts_file_read(path, buf, err);
}

static struct kept kept;

static enum ts_status
make(const struct ts_output *output, const struct ts_edition *edition,
     struct ts_err *err)
{
	const struct ts_maker maker = { .ctx = &kept,
					.file = keep_file,
					.write = keep_bytes,
					.read = give_file };

	for (int i = 0; i < kept.count; i++)
		ts_buf_free(&kept.files[i].bytes);
	kept.count = 0;
	return output->make(edition, &maker, err);
}

static const struct ts_buf *
file_of(const char *name)
{
	for (int i = 0; i < kept.count; i++)
		if (strcmp(kept.files[i].name, name) == 0)
			return &kept.files[i].bytes;
	fail_msg("there is no %s", name);
	return NULL;
}

/* ---- the tree of a page, and what must hold in every one ---------------- */

struct seen {
	xmlHashTablePtr ids;
	int headings[7], last_heading, tables, rows, refs_bad;
	const char *bad;
};

static void
see_attribute(struct seen *seen, const char *element, const char *name,
	      const char *value)
{
	if (strncmp(name, "on", 2) == 0)
		seen->bad = "an event handler";
	if (strcmp(name, "id") == 0 &&
	    xmlHashAddEntry(seen->ids, (const xmlChar *)value,
			    (void *)element) != 0)
		seen->bad = "an id that is there twice";
	if (strcmp(name, "href") == 0 && value[0] != '#' &&
	    strncmp(value, "https://", 8) != 0)
		seen->bad = "a link to elsewhere";
	if (strcmp(name, "src") == 0 || strcmp(name, "srcset") == 0 ||
	    strcmp(name, "action") == 0)
		seen->bad = "something that loads";
	if (strcmp(name, "style") == 0 && strstr(value, "url(") != NULL)
		seen->bad = "a style that loads";
}

static void
walk(struct seen *seen, const xmlNode *node)
{
	static const char *const banned[] = {
		"script",        "img",           "iframe", "object",
		"embed",         "form",          "base",   "link",
		"foreignObject", "foreignobject", "image",  "audio",
	};

	for (; node != NULL; node = node->next) {
		const char *name = (const char *)node->name;

		if (node->type != XML_ELEMENT_NODE)
			continue;
		for (size_t i = 0; i < sizeof banned / sizeof banned[0]; i++)
			if (strcmp(name, banned[i]) == 0)
				seen->bad = "an element that does not belong";
		if (name[0] == 'h' && name[1] >= '1' && name[1] <= '6' &&
		    name[2] == '\0') {
			int level = name[1] - '0';

			seen->headings[level]++;
			if (level > seen->last_heading + 1)
				seen->bad = "a heading that skips a level";
			seen->last_heading = level;
		}
		seen->tables += strcmp(name, "table") == 0;
		seen->rows += strcmp(name, "tr") == 0;
		if (strcmp(name, "th") == 0 &&
		    !xmlHasProp(node, (const xmlChar *)"scope"))
			seen->bad = "a table header without a scope";
		for (const xmlAttr *at = node->properties; at != NULL;
		     at = at->next) {
			xmlChar *value = xmlNodeListGetString(node->doc,
							      at->children, 1);

			see_attribute(seen, name, (const char *)at->name,
				      value != NULL ? (char *)value : "");
			xmlFree(value);
		}
		walk(seen, node->children);
	}
}

static void
see_references(struct seen *seen, const xmlNode *node)
{
	for (; node != NULL; node = node->next) {
		for (const xmlAttr *at = node->type == XML_ELEMENT_NODE
						 ? node->properties
						 : NULL;
		     at != NULL; at = at->next) {
			const char *name = (const char *)at->name;
			xmlChar *value = xmlNodeListGetString(node->doc,
							      at->children, 1);
			const char *text = value != NULL ? (char *)value : "";

			if (strcmp(name, "href") == 0 && text[0] == '#')
				text++;
			else if (strcmp(name, "aria-labelledby") != 0)
				text = "";
			while (*text != '\0') {
				char id[128];
				size_t length = strcspn(text, " ");

				snprintf(id, sizeof id, "%.*s", (int)length,
					 text);
				if (xmlHashLookup(seen->ids, (xmlChar *)id) ==
				    NULL)
					seen->bad = "a reference to nothing";
				text += length + (text[length] == ' ');
			}
			xmlFree(value);
		}
		if (node->type == XML_ELEMENT_NODE)
			see_references(seen, node->children);
	}
}

static void
check_page(const struct ts_buf *page, struct seen *seen)
{
	htmlDocPtr doc = htmlReadMemory(
		page->data, (int)page->used, NULL, "utf-8",
		HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);

	memset(seen, 0, sizeof *seen);
	assert_non_null(doc);
	seen->ids = xmlHashCreate(64);
	walk(seen, xmlDocGetRootElement(doc));
	see_references(seen, xmlDocGetRootElement(doc));
	xmlHashFree(seen->ids, NULL);
	xmlFreeDoc(doc);
	if (seen->bad != NULL)
		fail_msg("the page has %s", seen->bad);
}

static void
the_page_has_its_structure(void **state)
{
	char *folder = temp_dir();
	struct sample sample;
	struct seen seen;
	struct ts_err err = { 0 };
	const struct ts_buf *page;

	(void)state;
	sample_open(&sample, folder, NULL);
	if (make(&ts_plugin_output_html, &sample.edition, &err) != TS_OK)
		fail_msg("%s", err.text);
	assert_int_equal(kept.count, 1);
	page = file_of("report.html");
	check_page(page, &seen);
	assert_int_equal(seen.headings[1], 1);
	assert_int_equal(seen.headings[2], 8);
	assert_int_equal(seen.tables, 3);
	assert_int_equal(seen.rows, 3 * 7);
	assert_non_null(strstr(page->data, "<html lang=\"en\">"));
	assert_non_null(strstr(
		page->data,
		"<meta http-equiv=\"Content-Security-Policy\" "
		"content=\"default-src 'none'; img-src data:; font-src data:; "
		"style-src 'unsafe-inline'\">"));
	/* two charts, one of them also dark; no id of gnuplot's own */
	assert_non_null(strstr(page->data, "url(#c1l-gpPat1)"));
	assert_non_null(strstr(page->data, "url(#c1d-gpPat1)"));
	assert_non_null(strstr(page->data, "url(#c2l-gpPat1)"));
	assert_null(strstr(page->data, "\"gpPat1\""));
	assert_null(strstr(page->data, "Gnuplot"));
	/* figures, the unit in the header, what is missing in words */
	assert_non_null(
		strstr(page->data, "Value <span class=\"unit\">USD</span>"));
	assert_null(strstr(page->data, ">Unit<"));
	assert_non_null(strstr(page->data, "<td class=\"n\">18,400,000,000"
					   "</td>"));
	assert_non_null(strstr(page->data, "<td class=\"n\">\u2212"
					   "4,100,000.50</td>"));
	assert_non_null(strstr(page->data, "<td>0713</td>"));
	assert_non_null(strstr(page->data, "<th scope=\"row\">2023</th>"));
	assert_non_null(strstr(page->data, "<span class=\"sr\">no data"
					   "</span>"));
	assert_non_null(strstr(page->data, "Seasonality: needs 18 months, got "
					   "2 years"));
	/* only https becomes a link */
	assert_non_null(strstr(
		page->data,
		"<a rel=\"noopener noreferrer\" "
		"href=\"https://comtradeapi.un.org/public/v1/preview/C/A/HS?"
		"reporterCode=398&amp;partnerCode=380\">"));
	assert_non_null(strstr(page->data, "<dd>http://api.example.org/"
					   "insecure</dd>"));
	assert_non_null(strstr(page->data, "href=\"#source-3\""));
	sample_close(&sample);
	temp_gone(folder);
}

static void
spoil(struct sample *sample, const char *text)
{
	static const char *rows[1][5];
	static const char *const columns[] = { "a", "b", "c", "value", "unit" };
	struct ts_table *table;
	struct ts_err err = { 0 };
	const char *names[5];

	for (int i = 0; i < 5; i++) {
		rows[0][i] = text;
		names[i] = i < 1 ? text : columns[i];
	}
	assert_int_equal(
		ts_table_new(sample->arena, "x", names, 5, &table, &err),
		TS_OK);
	assert_int_equal(ts_table_add(table, rows[0], &err), TS_OK);
	for (int i = 0; i < 3; i++) {
		sample->pages[i].title = sample->pages[i].subtitle = text;
		sample->pages[i].alt = sample->pages[i].notes = text;
		sample->pages[i].source_line = text;
		sample->pages[i].table = sample->pages[i].data = table;
		sample->sentences[i] = text;
		sample->sources[i].publisher = sample->sources[i].url = text;
		sample->sources[i].dataset = sample->sources[i].licence = text;
		sample->sources[i].sha256 = sample->sources[i].retrieved = text;
	}
	sample->pages[3].title = sample->pages[3].not_drawn = text;
	for (int i = 0; i < 4; i++) {
		sample->keys[i].label = sample->keys[i].value = text;
		sample->keys[i].change = text;
		sample->figures[i].label = sample->figures[i].value = text;
		sample->figures[i].unit = sample->figures[i].status = text;
		sample->figures[i].indicator = text;
	}
	sample->warnings[0] = text;
	sample->edition.title = sample->edition.subtitle = text;
	sample->edition.currency = sample->edition.issued = text;
	sample->edition.software = text;
	sample->outline[0] = sample->outline[1] = text;
}

static void
hostile_texts_do_nothing_in_a_page(void **state)
{
	char *folder = temp_dir();
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		struct sample sample;
		struct seen seen;

		sample_open(&sample, folder, NULL);
		spoil(&sample, hostile[i]);
		if (make(&ts_plugin_output_html, &sample.edition, &err) !=
		    TS_OK)
			fail_msg("%s", err.text);
		check_page(file_of("report.html"), &seen);
		assert_int_equal(seen.headings[1], 1);
		assert_int_equal(seen.tables, 3);
		assert_null(strstr(file_of("report.html")->data, "\u202e"));
		sample_close(&sample);
	}
	temp_gone(folder);
}

static void
a_label_of_a_megabyte_is_shortened(void **state)
{
	char *folder = temp_dir(), *label = malloc((1 << 20) + 1);
	struct sample sample;
	struct ts_err err = { 0 };
	struct seen seen;

	(void)state;
	assert_non_null(label);
	memset(label, '<', 1 << 20);
	label[1 << 20] = '\0';
	sample_open(&sample, folder, NULL);
	sample.pages[0].title = sample.keys[0].label = label;
	sample.edition.title = label;
	assert_int_equal(make(&ts_plugin_output_html, &sample.edition, &err),
			 TS_OK);
	check_page(file_of("report.html"), &seen);
	assert_true(file_of("report.html")->used < 1 << 20);
	sample_close(&sample);
	free(label);
	temp_gone(folder);
}

static enum ts_status
check_record(void *ctx, uint64_t line, const struct ts_csv_field *fields,
	     size_t count, struct ts_err *err)
{
	size_t *columns = ctx;

	(void)line, (void)err;
	if (*columns == 0)
		*columns = count;
	assert_int_equal(count, *columns);
	for (size_t i = 0; i < count; i++) {
		struct ts_decimal number;

		if (fields[i].length > 0 &&
		    strchr("=+-@\t\r", fields[i].text[0]) != NULL &&
		    !ts_decimal_read(fields[i].text, fields[i].length, &number,
				     NULL))
			fail_msg("a spreadsheet would run %s", fields[i].text);
		assert_null(memchr(fields[i].text, '\n', fields[i].length));
	}
	return TS_OK;
}

static void
check_csv(const struct ts_buf *bytes)
{
	const struct ts_csv_opts opts = { .separator = ',',
					  .max_field = 1 << 20 };
	struct ts_csv *csv;
	struct ts_err err = { 0 };
	size_t columns = 0;
	bool clean;

	assert_int_equal(ts_csv_new(&opts, check_record, &columns, &csv, &err),
			 TS_OK);
	assert_int_equal(ts_csv_feed(csv, bytes->data, bytes->used, &err),
			 TS_OK);
	assert_int_equal(ts_csv_end(csv, &clean, &err), TS_OK);
	assert_true(clean && columns > 0);
	ts_csv_free(csv);
}

static void
no_cell_of_a_csv_file_is_a_formula(void **state)
{
	char *folder = temp_dir();
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		struct sample sample;

		sample_open(&sample, folder, NULL);
		spoil(&sample, hostile[i]);
		assert_int_equal(
			make(&ts_plugin_output_csv, &sample.edition, &err),
			TS_OK);
		assert_int_equal(kept.count, 5);
		for (int j = 0; j < kept.count; j++)
			check_csv(&kept.files[j].bytes);
		sample_close(&sample);
	}
	temp_gone(folder);
}

static void
figures_in_csv_are_exact(void **state)
{
	char *folder = temp_dir();
	struct sample sample;
	struct ts_err err = { 0 };

	(void)state;
	sample_open(&sample, folder, NULL);
	assert_int_equal(make(&ts_plugin_output_csv, &sample.edition, &err),
			 TS_OK);
	assert_string_equal(file_of("data/turnover.csv")->data,
			    "period,flow,product,value,unit\n"
			    "2023,exports,2709,14500000000,USD\n"
			    "2024,exports,2709,18400000000,USD\n"
			    "2023,exports,0713,800000,USD\n"
			    "2024,exports,0713,29100000,USD\n"
			    "2023,exports,1204,,USD\n"
			    "2024,balance,1204,-4100000.50,USD\n");
	assert_non_null(
		strstr(file_of("data/all-figures.csv")->data,
		       "share/2024,Share in the region's trade,85,percent,ok,,"
		       "2026-11-24T05:31:07Z,doc-1 doc-2 doc-3\n"));
	sample_close(&sample);
	temp_gone(folder);
}

static void
the_manifest_survives_hostile_texts(void **state)
{
	char *folder = temp_dir();
	struct ts_bundle_file file = { .name = "report.html", .size = 1 };
	const struct ts_bundle_files files = { .items = &file, .count = 1 };
	const char *none = NULL;
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		TS_AUTO_BUF text = TS_BUF_INIT(1 << 20);
		struct ts_arena *arena = ts_arena_new(1 << 20);
		struct ts_manifest_head head;
		struct sample sample;
		char path[512];

		sample_open(&sample, folder, NULL);
		spoil(&sample, hostile[i]);
		if (ts_manifest_print(&sample.edition, &none, &files, &text,
				      &err) != TS_OK)
			fail_msg("%s", err.text);
		snprintf(path, sizeof path, "%s/manifest.json", folder);
		assert_int_equal(
			ts_file_write(path, text.data, text.used, 0600, &err),
			TS_OK);
		assert_int_equal(ts_manifest_head(folder, arena, &head, &err),
				 TS_OK);
		assert_string_equal(head.report, "kazakhstan-italy");
		sample_close(&sample);
		ts_arena_free(arena);
	}
	temp_gone(folder);
}

static void
assert_text(qpdf_data pdf, qpdf_oh owner, const char *key, const char *text)
{
	qpdf_oh value = qpdf_oh_get_key(pdf, owner, key);

	assert_string_equal(qpdf_oh_get_utf8_value(pdf, value), text);
}

static void
the_pdf_gets_outline_title_language_and_date(void **state)
{
	char *folder = temp_dir();
	struct sample sample;
	struct ts_err err = { 0 };
	const struct ts_buf *bytes;
	qpdf_data pdf = qpdf_init();
	qpdf_oh root, info, item;

	(void)state;
	sample_open(&sample, folder, folder);
	if (make(&ts_plugin_output_pdf, &sample.edition, &err) != TS_OK)
		fail_msg("%s", err.text);
	bytes = file_of("report.pdf");
	assert_memory_equal(bytes->data, "%PDF-", 5);
	assert_int_equal(
		qpdf_read_memory(pdf, "it", bytes->data, bytes->used, NULL),
		QPDF_SUCCESS);
	assert_int_equal(qpdf_get_num_pages(pdf), 2);
	root = qpdf_get_root(pdf);
	assert_text(pdf, root, "/Lang", "en");
	info = qpdf_oh_get_key(pdf, qpdf_get_trailer(pdf), "/Info");
	assert_text(pdf, info, "/Title", "Kazakhstan\u2013Italy trade");
	assert_text(pdf, info, "/CreationDate", "D:20261124063000Z");
	item = qpdf_oh_get_key(pdf, qpdf_oh_get_key(pdf, root, "/Outlines"),
			       "/First");
	assert_text(pdf, item, "/Title", "Kazakhstan\u2013Italy trade");
	item = qpdf_oh_get_key(pdf, item, "/Next");
	assert_text(pdf, item, "/Title",
		    "\u0422\u043e\u0440\u0433\u043e\u0432\u043b\u044f");
	assert_false(qpdf_oh_has_key(pdf, item, "/Next"));
	qpdf_cleanup(&pdf);
	sample_close(&sample);
	temp_gone(folder);
}

static void
a_pdf_made_later_has_the_same_bytes(void **state)
{
	const struct timespec past_the_second = { 1, 100000000 };
	TS_AUTO_BUF first = TS_BUF_INIT(1 << 20);
	char *folder = temp_dir();
	struct sample sample;
	struct ts_err err = { 0 };
	const struct ts_buf *second;

	(void)state;
	sample_open(&sample, folder, folder);
	assert_int_equal(make(&ts_plugin_output_pdf, &sample.edition, &err),
			 TS_OK);
	ts_buf_add_bytes(&first, file_of("report.pdf")->data,
			 file_of("report.pdf")->used);
	/* an id of the usual kind has the time in it, in seconds */
	nanosleep(&past_the_second, NULL);
	assert_int_equal(make(&ts_plugin_output_pdf, &sample.edition, &err),
			 TS_OK);
	second = file_of("report.pdf");
	assert_int_equal(first.used, second->used);
	assert_memory_equal(first.data, second->data, first.used);
	sample_close(&sample);
	temp_gone(folder);
}

static void
a_drawn_pdf_that_is_wrong_is_refused(void **state)
{
	static const struct {
		const char *why;
		int act;
	} rows[] = {
		{ "cut", 'c' },
		{ "no PDF", 'x' },
		{ "another page count", 'p' },
		{ "an action on opening", 'a' },
		{ "no date", 'd' },
		{ "not drawn", 'n' },
	};
	char *folder = temp_dir(), path[512];
	struct ts_err err = { 0 };

	(void)state;
	snprintf(path, sizeof path, "%s/pages.pdf", folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		TS_AUTO_BUF pdf = TS_BUF_INIT(65536);
		struct sample sample;
		char *at;

		sample_open(&sample, folder, folder);
		sample_pdf(&pdf, 2);
		switch (rows[i].act) {
		case 'c':
			pdf.used -= 120;
			break;
		case 'x':
			ts_buf_reset(&pdf);
			ts_buf_add(&pdf, "<html>504 Gateway Time-out</html>");
			break;
		case 'p':
			sample.edition.report_pdf_pages = 1;
			break;
		case 'a':
			/* same length, so that the table stays right */
			at = strstr(pdf.data, "/Type /Catalog ");
			memcpy(at, "/OpenAction [] ", 15);
			break;
		case 'd':
			sample.edition.issued_iso = "yesterday";
			break;
		case 'n':
			sample.edition.report_pdf = NULL;
			break;
		}
		assert_int_equal(
			ts_file_write(path, pdf.data, pdf.used, 0600, &err),
			TS_OK);
		if (make(&ts_plugin_output_pdf, &sample.edition, &err) !=
		    TS_BAD_DATA)
			fail_msg("%s came through", rows[i].why);
		sample_close(&sample);
	}
	temp_gone(folder);
}

static void
hostile_bookmarks_leave_a_readable_pdf(void **state)
{
	char *folder = temp_dir();
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		struct sample sample;
		qpdf_data pdf = qpdf_init();

		sample_open(&sample, folder, folder);
		spoil(&sample, hostile[i]);
		if (make(&ts_plugin_output_pdf, &sample.edition, &err) != TS_OK)
			fail_msg("%s", err.text);
		qpdf_set_attempt_recovery(pdf, QPDF_FALSE);
		assert_int_equal(
			qpdf_read_memory(pdf, "it", file_of("report.pdf")->data,
					 file_of("report.pdf")->used, NULL),
			QPDF_SUCCESS);
		qpdf_cleanup(&pdf);
		sample_close(&sample);
	}
	temp_gone(folder);
}

static void
a_chart_with_a_script_stops_the_page(void **state)
{
	static const char bad[] =
		"<svg xmlns=\"http://www.w3.org/2000/svg\" "
		"viewBox=\"0 0 6 4\"><script>x()</script></svg>";
	char *folder = temp_dir();
	struct sample sample;
	struct ts_err err = { 0 };

	(void)state;
	sample_open(&sample, folder, NULL);
	sample_file(&sample, folder, "movers.svg", bad, sizeof bad - 1);
	assert_int_equal(make(&ts_plugin_output_html, &sample.edition, &err),
			 TS_BAD_DATA);
	assert_string_equal(err.text, "chart of page movers-exports: svg: "
				      "element script is not on the list");
	sample_close(&sample);
	temp_gone(folder);
}

static void
a_long_table_says_what_it_leaves_out(void **state)
{
	static const char *const columns[] = { "product", "value" };
	char *folder = temp_dir();
	struct sample sample;
	struct ts_table *table;
	struct ts_err err = { 0 };
	struct seen seen;

	(void)state;
	sample_open(&sample, folder, NULL);
	assert_int_equal(
		ts_table_new(sample.arena, "long", columns, 2, &table, &err),
		TS_OK);
	for (int i = 0; i < 1000; i++) {
		const char *const row[] = { "x", "1" };

		assert_int_equal(ts_table_add(table, row, &err), TS_OK);
	}
	sample.edition.page_count = 1;
	sample.pages[0].table = table;
	assert_int_equal(make(&ts_plugin_output_html, &sample.edition, &err),
			 TS_OK);
	check_page(file_of("report.html"), &seen);
	assert_int_equal(seen.rows, 401);
	assert_non_null(strstr(file_of("report.html")->data,
			       "The first 400 of 1000 rows; all of them are in "
			       "data/turnover.csv."));
	sample_close(&sample);
	temp_gone(folder);
}

static void
worded_figures_stand_to_the_right(void **state)
{
	static const char *const columns[] = { "HS", "Product", "From",
					       "Change", "Note" };
	static const char *const rows[][5] = {
		{ "2709", "Crude oil", "$14.5\u00a0billion", "+26.7%", "" },
		{ "", "All other", "\u2212$16.5 million", "new", "3 rows" },
		{ "0713", "3D printers", "", "4.9\u00d7", "derived" },
	};
	char *folder = temp_dir();
	struct sample sample;
	struct ts_table *table;
	struct ts_err err = { 0 };
	const char *page;

	(void)state;
	sample_open(&sample, folder, NULL);
	assert_int_equal(
		ts_table_new(sample.arena, "words", columns, 5, &table, &err),
		TS_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(ts_table_add(table, rows[i], &err), TS_OK);
	sample.edition.page_count = 1;
	sample.pages[0].table = table;
	assert_int_equal(make(&ts_plugin_output_html, &sample.edition, &err),
			 TS_OK);
	page = file_of("report.html")->data;
	assert_non_null(strstr(
		page, "<tr><th scope=\"row\">2709</th><td>"
		      "Crude oil</td><td class=\"n\">$14.5\u00a0billion</td>"
		      "<td class=\"n\">+26.7%</td><td></td></tr>"));
	assert_non_null(strstr(page,
			       "<tr><td></td><td>All other</td>"
			       "<td class=\"n\">\u2212$16.5 million</td>"
			       "<td class=\"n\">new</td><td>3 rows</td></tr>"));
	assert_non_null(strstr(page, "<tr><th scope=\"row\">0713</th>"
				     "<td>3D printers</td><td class=\"n\">"
				     "<span aria-hidden=\"true\">\u2013</span>"
				     "<span class=\"sr\">no data</span></td>"));
	sample_close(&sample);
	temp_gone(folder);
}

static int
forget(void **state)
{
	(void)state;
	for (int i = 0; i < kept.count; i++)
		ts_buf_free(&kept.files[i].bytes);
	kept.count = 0;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_has_its_structure),
		cmocka_unit_test(hostile_texts_do_nothing_in_a_page),
		cmocka_unit_test(a_label_of_a_megabyte_is_shortened),
		cmocka_unit_test(no_cell_of_a_csv_file_is_a_formula),
		cmocka_unit_test(figures_in_csv_are_exact),
		cmocka_unit_test(the_manifest_survives_hostile_texts),
		cmocka_unit_test(the_pdf_gets_outline_title_language_and_date),
		cmocka_unit_test(a_pdf_made_later_has_the_same_bytes),
		cmocka_unit_test(a_drawn_pdf_that_is_wrong_is_refused),
		cmocka_unit_test(hostile_bookmarks_leave_a_readable_pdf),
		cmocka_unit_test(a_chart_with_a_script_stops_the_page),
		cmocka_unit_test(worded_figures_stand_to_the_right),
		cmocka_unit_test(a_long_table_says_what_it_leaves_out),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
