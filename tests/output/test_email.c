/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/output/sample_edition.h"

#include <libxml/HTMLparser.h>
#include <tradestat/plugin.h>
#include <tradestat/text.h>
#include "output/write/mail_lines.h"
#include "output/write/mail_subject.h"

extern const struct ts_output ts_plugin_output_email;

/* ---- a delivery, and what it hands over --------------------------------- */

struct post {
	struct sample sample;
	struct ts_delivery delivery;
	struct ts_recipient recipient;
	const char *formats[6];
	struct ts_bundle_item files[8];
	char opts[256]; /* the options struct of the output */
	/* the relay */
	int64_t takes; /* bytes of files and charts; 0 all, -1 nothing */
	int calls;
	/* the message it took */
	char subject[1024];
	struct ts_buf text, html;
	struct ts_image images[16];
	struct ts_attachment attachments[8];
	size_t image_count, attachment_count;
};

static int64_t
size_of(const struct post *post, const char *name)
{
	for (size_t i = 0; i < post->delivery.file_count; i++)
		if (strcmp(post->files[i].name, name) == 0)
			return post->files[i].size;
	fail_msg("%s is not in the bundle", name);
	return 0;
}

static enum ts_status
take_mail(void *ctx, const struct ts_mail *mail, struct ts_err *err)
{
	struct post *post = ctx;
	int64_t size = 0;

	post->calls++;
	for (size_t i = 0; i < mail->attachment_count; i++)
		size += size_of(post, mail->attachments[i].file);
	for (size_t i = 0; i < mail->image_count; i++)
		size += size_of(post, mail->images[i].file);
	if (post->takes < 0 || (post->takes > 0 && size > post->takes))
		return ts_fail(err, TS_FULL, "larger than the relay takes");
	assert_true(mail->image_count <= 16 && mail->attachment_count <= 8);
	snprintf(post->subject, sizeof post->subject, "%s", mail->subject);
	ts_buf_reset(&post->text);
	ts_buf_reset(&post->html);
	ts_buf_add(&post->text, mail->text);
	ts_buf_add(&post->html, mail->html);
	memcpy(post->images, mail->images,
	       mail->image_count * sizeof *mail->images);
	memcpy(post->attachments, mail->attachments,
	       mail->attachment_count * sizeof *mail->attachments);
	post->image_count = mail->image_count;
	post->attachment_count = mail->attachment_count;
	return TS_OK;
}

static void
set_options(struct post *post, const struct ts_setting *settings, size_t count)
{
	const struct ts_plugin *plugin = &ts_plugin_output_email.plugin;
	const struct ts_settings all = { .items = settings, .count = count };
	struct ts_err err = { 0 };

	assert_true(plugin->opts_size <= sizeof post->opts);
	if (ts_opt_apply(plugin->opts, &all, post->opts, post->sample.arena,
			 NULL, NULL, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
post_open(struct post *post, const char *folder)
{
	memset(post, 0, sizeof *post);
	sample_open(&post->sample, folder, NULL);
	post->text = (struct ts_buf)TS_BUF_INIT(16 << 20);
	post->html = (struct ts_buf)TS_BUF_INIT(16 << 20);
	post->sample.pages[0].png = "charts/turnover.png";
	post->sample.pages[1].png = "charts/movers.png";
	post->formats[0] = "pdf";
	post->formats[1] = "csv";
	post->formats[2] = "html";
	post->files[0] = (struct ts_bundle_item){ "report.pdf", 500000, "" };
	post->files[1] =
		(struct ts_bundle_item){ "data/all-figures.csv", 90000, "" };
	post->files[2] = (struct ts_bundle_item){ "report.html", 200000, "" };
	post->files[3] =
		(struct ts_bundle_item){ "charts/turnover.png", 60000, "" };
	post->files[4] =
		(struct ts_bundle_item){ "charts/movers.png", 80000, "" };
	post->recipient = (struct ts_recipient){ .name = "ann@example.org",
						 .language = "en",
						 .currency = "USD",
						 .partner = "ITA",
						 .formats = post->formats };
	post->delivery = (struct ts_delivery){
		.occasion = TS_OCC_EDITION,
		.edition = &post->sample.edition,
		.variant = "",
		.recipient = &post->recipient,
		.files = post->files,
		.file_count = 5,
		.previous = "",
		.id = "5b0c7a195b0c7a19",
		.cid_tail = "5b0c7a195b0c7a19@reports.example.org",
		.archive = "https://example.org/kazakhstan-italy/2024.1/",
		.contact = "desk@example.org",
		.opts = post->opts,
		.arena = post->sample.arena,
	};
	set_options(post, NULL, 0);
}

static void
post_close(struct post *post)
{
	ts_buf_free(&post->text);
	ts_buf_free(&post->html);
	sample_close(&post->sample);
}

static enum ts_status
send_it(struct post *post, struct ts_err *err)
{
	const struct ts_dispatch dispatch = { .ctx = post, .mail = take_mail };

	return ts_plugin_output_email.deliver(&post->delivery, &dispatch, err);
}

static void
must_send(struct post *post)
{
	struct ts_err err = { 0 };

	if (send_it(post, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
has(const char *where, const char *what)
{
	if (strstr(where, what) == NULL)
		fail_msg("\"%s\" is not in:\n%s", what, where);
}

static void
has_not(const char *where, const char *what)
{
	if (strstr(where, what) != NULL)
		fail_msg("\"%s\" is in:\n%s", what, where);
}

static void
has_both(const struct post *post, const char *what)
{
	has(post->text.data, what);
	has(post->html.data, what);
}

static char scratch[64];

static int
make_scratch(void **state)
{
	(void)state;
	snprintf(scratch, sizeof scratch, "/tmp/ts-email-XXXXXX");
	return mkdtemp(scratch) != NULL ? 0 : -1;
}

static int
remove_scratch(void **state)
{
	struct ts_err err;

	(void)state;
	return ts_rmtree(scratch, &err) == TS_OK ? 0 : -1;
}

/* ---- an edition --------------------------------------------------------- */

static void
the_text_is_a_whole_report(void **state)
{
	struct post post;

	(void)state;
	post_open(&post, scratch);
	must_send(&post);
	assert_string_equal(post.subject,
			    "Kazakhstan\u2013Italy trade 2024: Turnover, 2024 "
			    "$19.9 bn, up 24%");
	has(post.text.data, "Turnover, 2024               $19.9 bn   up 24%");
	has(post.text.data, "Crude oil up 26.7%");
	has(post.text.data, "Please note\n* Exports and imports");
	has(post.text.data, "retrieved 2026-11-24");
	has(post.text.data, "CC BY 4.0, The World Bank");
	has(post.text.data, "Seasonality: needs 18 months, got 2 years");
	has(post.text.data, "https://example.org/kazakhstan-italy/2024.1/\n");
	has(post.text.data, "desk@example.org\n");
	has_both(&post, "kazakhstan-italy-2024.pdf: ");
	has_not(post.html.data, "http:");
	post_close(&post);
}

/* Columns of a fixed-width font; addresses must not be broken. */
static void
lines_fit(const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		if (ts_mail_columns(text, length) > TS_MAIL_WIDTH &&
		    strncmp(text, "https://", 8) != 0)
			fail_msg("too wide: %.*s", (int)length, text);
		if (length > 0 && text[length - 1] == ' ')
			fail_msg("a blank at the end of: %.*s", (int)length,
				 text);
		text += length + (text[length] == '\n');
	}
}

struct page_seen {
	int images, links;
};

static void
see_attribute(struct page_seen *seen, const char *name, const char *value)
{
	if (strcmp(name, "src") == 0) {
		seen->images++;
		assert_int_equal(strncmp(value, "cid:chart", 9), 0);
	} else if (strcmp(name, "href") == 0) {
		seen->links++;
		if (strcmp(value, "https://example.org/kazakhstan-italy/"
				  "2024.1/") != 0 &&
		    strcmp(value, "mailto:desk@example.org") != 0)
			fail_msg("a link to %s", value);
	} else if (strcmp(name, "style") == 0) {
		has_not(value, "url(");
	} else if (strncmp(name, "on", 2) == 0) {
		fail_msg("an attribute %s", name);
	}
}

static void
see_node(struct page_seen *seen, const xmlNode *node)
{
	static const char *const forbidden[] = { "script", "form",  "svg",
						 "link",   "input", "object",
						 "iframe", "base" };

	for (; node != NULL; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden;
		     i++)
			assert_string_not_equal((const char *)node->name,
						forbidden[i]);
		for (xmlAttr *at = node->properties; at != NULL;
		     at = at->next) {
			xmlChar *value = xmlNodeGetContent(at->children);

			see_attribute(seen, (const char *)at->name,
				      (const char *)value);
			xmlFree(value);
		}
		see_node(seen, node->children);
	}
}

/* Well-formed, and nothing in it that is fetched from anywhere. */
static struct page_seen
look_at(const struct post *post)
{
	struct page_seen seen = { 0, 0 };
	htmlDocPtr tree = htmlReadMemory(
		post->html.data, (int)post->html.used, NULL, "utf-8",
		HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);
	const xmlError *error = xmlGetLastError();

	assert_non_null(tree);
	if (error != NULL && error->level >= XML_ERR_ERROR)
		fail_msg("line %d: %s", error->line, error->message);
	assert_true(strncmp(post->html.data, "<!doctype html>", 15) == 0);
	assert_true(post->html.used < 100000);
	assert_true(ts_utf8_valid(post->html.data, post->html.used));
	see_node(&seen, xmlDocGetRootElement(tree));
	xmlFreeDoc(tree);
	xmlResetLastError();
	return seen;
}

static void
the_html_fetches_nothing(void **state)
{
	struct page_seen seen;
	struct post post;

	(void)state;
	post_open(&post, scratch);
	must_send(&post);
	seen = look_at(&post);
	lines_fit(post.text.data);
	assert_int_equal(seen.images, 2);
	assert_int_equal(seen.links, 2);
	assert_int_equal(post.image_count, 2);
	assert_string_equal(post.images[0].file, "charts/turnover.png");
	assert_string_equal(post.images[1].cid,
			    "chart2.5b0c7a195b0c7a19@reports.example.org");
	has(post.html.data,
	    "src=\"cid:chart2.5b0c7a195b0c7a19@reports.example.org\" "
	    "width=\"600\" height=\"400\" "
	    "alt=\"Columns: exports and imports by year.\"");
	has(post.html.data, "<html lang=\"en\">");
	has(post.html.data, "name=\"color-scheme\" content=\"light dark\"");
	post_close(&post);
}

static void
what_is_wanted_is_attached_under_its_name(void **state)
{
	static const struct {
		const char *file, *name, *type;
		bool zip;
	} wanted[] = {
		{ "report.eur.pdf", "kazakhstan-italy-2024-eur.pdf",
		  "application/pdf", false },
		{ "data/all-figures.eur.csv", "kazakhstan-italy-2024-eur.csv",
		  "text/csv", false },
		{ "report.eur.html", "kazakhstan-italy-2024-eur.html.zip",
		  "application/zip", true },
	};
	struct post post;

	(void)state;
	post_open(&post, scratch);
	post.delivery.variant = "eur";
	post.formats[3] = "xlsx";
	post.formats[4] = "pdf"; /* twice */
	for (size_t i = 0; i < 3; i++)
		post.files[i].name = wanted[i].file;
	must_send(&post);
	assert_int_equal(post.attachment_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(post.attachments[i].file, wanted[i].file);
		assert_string_equal(post.attachments[i].name, wanted[i].name);
		assert_string_equal(post.attachments[i].type, wanted[i].type);
		assert_int_equal(post.attachments[i].zip, wanted[i].zip);
		has_both(&post, wanted[i].name);
	}
	has_both(&post, "You also asked for: xlsx.");
	post_close(&post);
}

static void
what_the_relay_does_not_take_is_left_out_and_said(void **state)
{
	static const struct {
		const char *name;
		int64_t takes;
		const char *first; /* dropped first; NULL the preset */
		size_t attachments, images;
		const char *left; /* first that is attached */
	} rows[] = {
		{ "all fits", 1000000, NULL, 3, 2, "report.pdf" },
		{ "the figures go first", 850000, NULL, 2, 2, "report.pdf" },
		{ "then the page", 700000, NULL, 1, 2, "report.pdf" },
		{ "then the report", 400000, NULL, 0, 2, NULL },
		{ "then a chart", 100000, NULL, 0, 1, NULL },
		{ "then the other", 50000, NULL, 0, 0, NULL },
		{ "as the operator wants", 500000, "pdf\nhtml", 2, 2,
		  "data/all-figures.csv" },
		{ "what he did not name goes last", 250000, "pdf\nhtml", 1, 2,
		  "data/all-figures.csv" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ts_setting setting = { .name = "drop_first",
					      .value = rows[i].first };
		struct post post;

		print_message("%s\n", rows[i].name);
		post_open(&post, scratch);
		set_options(&post, &setting, rows[i].first != NULL);
		post.takes = rows[i].takes;
		must_send(&post);
		assert_int_equal(post.attachment_count, rows[i].attachments);
		assert_int_equal(post.image_count, rows[i].images);
		if (rows[i].left != NULL)
			assert_string_equal(post.attachments[0].file,
					    rows[i].left);
		if (rows[i].attachments < 3)
			has_both(&post, "Left out, because");
		else
			has_not(post.text.data, "Left out, because");
		if (rows[i].images < 2)
			has_both(&post, "not all charts that belong here");
		assert_int_equal(look_at(&post).images, rows[i].images);
		has_both(&post, "kazakhstan-italy-2024.csv");
		post_close(&post);
	}
}

static void
a_relay_that_takes_no_message_at_all_is_a_failure(void **state)
{
	struct ts_err err = { 0 };
	struct post post;

	(void)state;
	post_open(&post, scratch);
	post.takes = 1;
	post.files[3].size = post.files[4].size = 2;
	must_send(&post); /* words alone go through */
	assert_int_equal(post.image_count, 0);
	/* the engine refuses even those */
	post.takes = -1;
	post.calls = 0;
	assert_int_equal(send_it(&post, &err), TS_FULL);
	assert_int_equal(post.calls, 6);
	post_close(&post);
}

static void
a_small_message_has_nothing_attached_and_says_so(void **state)
{
	struct post post;

	(void)state;
	post_open(&post, scratch);
	post.delivery.small = true;
	must_send(&post);
	assert_int_equal(post.attachment_count, 0);
	has_both(&post, "Left out, because");
	has_both(&post, "kazakhstan-italy-2024.pdf");
	has_both(&post, "https://example.org/kazakhstan-italy/2024.1/");
	post_close(&post);
}

static void
as_many_charts_as_wished_are_shown(void **state)
{
	static const struct {
		const char *charts;
		size_t images;
	} rows[] = { { "0", 0 }, { "1", 1 }, { "12", 2 } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct ts_setting setting = { .name = "charts",
						    .value = rows[i].charts };
		struct post post;

		post_open(&post, scratch);
		set_options(&post, &setting, 1);
		must_send(&post);
		assert_int_equal(post.image_count, rows[i].images);
		assert_int_equal(look_at(&post).images, rows[i].images);
		post_close(&post);
	}
}

/* ---- what changed ------------------------------------------------------- */

static const struct ts_revision revisions[] = {
	{ "turnover/2023", "Turnover, 2023", "USD", "16048387096",
	  "16500000000", "2024.1" },
	{ "imports/2023", "Imports from Italy, 2023", "USD", "1270000000",
	  "1272015655", "2024.1" },
	{ "share/2024", "Share in the region", "percent", "84.1", "85",
	  "2024.1" },
	{ "balance/2023", "Balance <2023>", "USD", "-4000000", "1000000",
	  "2024.1" },
	{ "flax/2024", "Flax seeds, 2024", "USD", "0", "4100000", "2024.1" },
};

static void
an_edition_tells_what_was_revised(void **state)
{
	struct post post;

	(void)state;
	post_open(&post, scratch);
	post.delivery.previous = "2024.1";
	must_send(&post);
	has_both(&post, "What changed since edition 2024.1");
	has_both(&post, "No figure of that edition has been revised.");
	post.delivery.revisions = revisions;
	post.delivery.revision_count = 5;
	must_send(&post);
	has_both(&post, "5 figures of that edition have another value now.");
	has(post.text.data, "In edition 2024.1");
	has(post.text.data, "$16.0 billion");
	has(post.text.data, "+2.8%");
	/* both are 1.27 billion: told so that they differ */
	has_both(&post, "$1,272,015,655");
	has_both(&post, "+0.9 points");
	has_both(&post, "+$5.00 million");
	has(post.html.data, "Balance &lt;2023&gt;");
	lines_fit(post.text.data);
	look_at(&post);
	post_close(&post);
}

static void
a_correction_is_one_page_with_old_and_new(void **state)
{
	struct ts_revision mixed[5];
	struct post post;

	(void)state;
	post_open(&post, scratch);
	memcpy(mixed, revisions, sizeof mixed);
	mixed[2].old_edition = "2024.2";
	post.delivery.occasion = TS_OCC_CORRECTION;
	post.delivery.revisions = mixed;
	post.delivery.revision_count = 5;
	post.sample.edition.number = 3;
	must_send(&post);
	assert_string_equal(post.subject,
			    "Correction: Kazakhstan\u2013Italy trade 2024: 5 "
			    "figures revised");
	assert_int_equal(post.image_count, 0);
	assert_int_equal(post.attachment_count, 0);
	has(post.text.data, "Told in  ");
	has(post.text.data, "2024.2   ");
	has_both(&post, "$16.0 billion");
	has_both(&post, "$16.5 billion");
	has(post.text.data, "edition 2024.3 has them");
	has_not(post.text.data, "Crude oil");
	has_not(post.text.data, "Attached");
	lines_fit(post.text.data);
	assert_int_equal(look_at(&post).images, 0);
	post.delivery.revision_count = 1;
	must_send(&post);
	has(post.subject, ": 1 figure revised");
	post_close(&post);
}

static void
an_alert_names_threshold_and_values(void **state)
{
	static const struct ts_alarm_note alarm = {
		"Exports, 2024", "USD", "14864864864", "18700000000", 10, 1e9,
	};
	struct post post;

	(void)state;
	post_open(&post, scratch);
	post.delivery.alarm = &alarm;
	post.delivery.occasion = TS_OCC_RAISED;
	must_send(&post);
	assert_string_equal(post.subject,
			    "Alert: Kazakhstan\u2013Italy trade 2024: Exports, "
			    "2024: $18.7 billion, up 25.8%");
	has_both(&post, "up 25.8% or $3.84 billion");
	has_both(&post, "10% and $1 billion");
	has_both(&post, "$14.9 billion");
	has(post.text.data, "Turnover, 2024               $19.9 bn");
	has_not(post.text.data, "Crude oil");
	assert_int_equal(post.attachment_count + post.image_count, 0);
	look_at(&post);
	post.delivery.occasion = TS_OCC_CLEARED;
	must_send(&post);
	has(post.subject, "All clear: ");
	has(post.text.data, "so the alert\nis over");
	post_close(&post);
}

static void
a_test_is_marked_in_subject_and_first_line(void **state)
{
	struct post post;

	(void)state;
	post_open(&post, scratch);
	post.delivery.occasion = TS_OCC_TEST;
	must_send(&post);
	has(post.subject, "[Test] Kazakhstan");
	assert_int_equal(
		strncmp(post.text.data, "This is a test message.\n", 24), 0);
	assert_int_equal(post.attachment_count, 3);
	assert_int_equal(post.image_count, 2);
	post_close(&post);
}

/* ---- bad input ---------------------------------------------------------- */

static const char *const hostile[] = {
	"two\nlines\r\nBcc: x@example.org\r\n.\r\n",
	"<script>alert(1)</script>",
	"\"><img src=x onerror=alert(1)>",
	"</title></style><script>x()</script>",
	"right\u202eto left\u2066",
	"\xff\xfe bad \xed\xa0\x80",
	"http://evil.example.org/ javascript:alert(1)",
	"&amp;&lt;&#0;\x01\x1b[31m",
	"zero\u200bwidth\ufeff\U000E0041",
	"\u041a\u04b1\u0440\u0443\u20b8 \u4e2d\u6587\u8868\u683c \U0001F600",
	"",
};

static void
make_hostile(struct post *post, const char *text)
{
	struct sample *sample = &post->sample;
	struct ts_err err = { 0 };
	const char *cells[] = { text, text, text, text, text };
	const char *columns[5];
	struct ts_table *table;

	for (int i = 0; i < 5; i++)
		columns[i] = ts_arena_printf(sample->arena, "%s %d", text, i);
	assert_int_equal(
		ts_table_new(sample->arena, "t", columns, 5, &table, &err),
		TS_OK);
	assert_int_equal(ts_table_add(table, cells, &err), TS_OK);
	sample->edition.title = sample->edition.subtitle = text;
	sample->edition.issued = sample->edition.software = text;
	sample->edition.report = sample->edition.period = text;
	sample->warnings[0] = text;
	for (size_t i = 0; i < 3; i++)
		sample->sentences[i] = text;
	for (size_t i = 0; i < 4; i++) {
		struct ts_page *page = &sample->pages[i];

		page->title = page->subtitle = page->alt = text;
		page->notes = page->source_line = text;
		page->table = table;
		sample->keys[i].label = sample->keys[i].value = text;
		sample->keys[i].change = text;
		sample->figures[i].unit = text;
	}
	for (size_t i = 0; i < 3; i++) {
		sample->sources[i].publisher = sample->sources[i].dataset =
			text;
		sample->sources[i].licence = sample->sources[i].retrieved =
			text;
	}
}

static void
is_clean(const char *text)
{
	const char *end = text + strlen(text);

	assert_true(ts_utf8_valid(text, strlen(text)));
	while (text < end) {
		uint32_t c = ts_utf8_next(&text, end);

		if ((c < 0x20 && c != '\n') || (c >= 0x7F && c <= 0x9F) ||
		    (c >= 0x202A && c <= 0x202E) ||
		    (c >= 0x2066 && c <= 0x2069))
			fail_msg("U+%04X came through", c);
	}
}

static void
nothing_a_publisher_wrote_becomes_markup_or_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		for (int occasion = 0; occasion < TS_OCCASIONS; occasion++) {
			struct ts_alarm_note alarm = { hostile[i], hostile[i],
						       hostile[i], hostile[i],
						       10,         0 };
			struct ts_revision revision = {
				"x",        hostile[i], hostile[i],
				hostile[i], hostile[i], hostile[i]
			};
			struct post post;

			post_open(&post, scratch);
			make_hostile(&post, hostile[i]);
			post.delivery.occasion = (enum ts_occasion)occasion;
			post.delivery.alarm = &alarm;
			post.delivery.previous = "2024.1";
			post.delivery.revisions = &revision;
			post.delivery.revision_count = 1;
			must_send(&post);
			assert_null(strpbrk(post.subject, "\r\n\t\x1b"));
			is_clean(post.subject);
			is_clean(post.text.data);
			is_clean(post.html.data);
			lines_fit(post.text.data);
			look_at(&post);
			for (size_t j = 0; j < post.attachment_count; j++)
				for (const char *at = post.attachments[j].name;
				     *at != '\0'; at++)
					assert_true(*at > ' ' && *at < 0x7F &&
						    *at != '/' && *at != '"');
			post_close(&post);
		}
	}
}

static void
a_contact_that_is_no_address_is_no_link(void **state)
{
	static const char *const contacts[] = {
		"the desk, room 5",    "a@b@c",
		"javascript:x",        "a@b\" onclick=x",
		"http://example.org/",
	};

	(void)state;
	for (size_t i = 0; i < sizeof contacts / sizeof contacts[0]; i++) {
		struct post post;

		post_open(&post, scratch);
		post.delivery.contact = contacts[i];
		must_send(&post);
		assert_int_equal(look_at(&post).links, 1);
		post.delivery.archive = "/var/lib/tradestat/out";
		must_send(&post);
		assert_int_equal(look_at(&post).links, 0);
		has_both(&post, "/var/lib/tradestat/out");
		post_close(&post);
	}
}

static void
a_long_report_is_whole_in_the_text_and_short_in_the_html(void **state)
{
	struct ts_page *pages;
	const char *sentences[20];
	struct post post;

	(void)state;
	post_open(&post, scratch);
	pages = ts_arena_alloc(post.sample.arena, 60, sizeof *pages);
	assert_non_null(pages);
	for (size_t i = 0; i < 20; i++)
		sentences[i] = "Crude oil & <oils> up 26.7% or $3.9 billion "
			       "(from $14.5 to $18.4 billion) since then";
	for (size_t i = 0; i < 60; i++) {
		pages[i] = post.sample.pages[0];
		pages[i].title = ts_arena_printf(post.sample.arena,
						 "Finding number %zu.", i + 1);
		pages[i].sentences = sentences;
		pages[i].sentence_count = 20;
	}
	post.sample.edition.pages = pages;
	post.sample.edition.page_count = 60;
	must_send(&post);
	assert_int_equal(look_at(&post).images, 4);
	has(post.text.data, "Finding number 60.");
	has_not(post.html.data, "Finding number 60.");
	has(post.html.data, "of 60 findings are shown here.");
	has_not(post.text.data, "findings are shown here.");
	post_close(&post);
}

static void
lists_without_end_are_cut_and_said(void **state)
{
	static const char *warnings[3000];
	static struct ts_revision many[3000];
	static char word[9000];
	struct post post;

	(void)state;
	memset(word, '<', sizeof word - 1);
	for (size_t i = 0; i < 3000; i++) {
		warnings[i] = word;
		many[i] = revisions[0];
		many[i].label = word;
	}
	post_open(&post, scratch);
	post.sample.edition.warnings = warnings;
	post.sample.edition.warning_count = 3000;
	post.delivery.previous = "2024.1";
	post.delivery.revisions = many;
	post.delivery.revision_count = 3000;
	must_send(&post);
	has_both(&post, "more notes are in the report.");
	has_both(&post, "of 3000 figures that were revised.");
	look_at(&post);
	lines_fit(post.text.data);
	post_close(&post);
}

/* ---- subjects ----------------------------------------------------------- */

static void
a_subject_is_cleaned_and_cut_behind_a_word(void **state)
{
	static const struct {
		const char *name, *template, *title, *subject;
	} rows[] = {
		{ "fields", "{report} {period}.{edition} {currency} {partner}",
		  "x", "kazakhstan-italy 2024.1 USD ITA" },
		{ "no field", "Trade", "x", "Trade" },
		{ "lines", "{title}", "a\r\nBcc: b@c.d", "a Bcc: b@c.d" },
		{ "invisible", "{title}",
		  "a\u200bb\u00adc\u202ed\U000E0020e\ue000f\x01g", "abcdefg" },
		{ "bad bytes", "{title}",
		  "a\xff\xfe"
		  "b",
		  "ab" },
		{ "blanks", "{title}", "  a \u00a0 b  ", "a b" },
		{ "fields in a title stay words", "{title}", "{period}",
		  "{period}" },
		{ "nothing left", "{title}: ", "x", "x" },
		{ "long", "{title}",
		  "one two three four five six seven eight nine ten eleven "
		  "twelve thirteen fourteen fifteen sixteen seventeen "
		  "eighteen nineteen twenty",
		  "one two three four five six seven eight nine ten eleven "
		  "twelve thirteen fourteen fifteen sixteen seventeen "
		  "eighteen\u2026" },
		{ "cyrillic", "{title}",
		  "\u0422\u043e\u0440\u0433\u043e\u0432\u043b\u044f",
		  "\u0422\u043e\u0440\u0433\u043e\u0432\u043b\u044f" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct ts_setting setting = { .name = "subject",
						    .value = rows[i].template };
		struct post post;

		print_message("%s\n", rows[i].name);
		post_open(&post, scratch);
		set_options(&post, &setting, 1);
		post.sample.edition.title = rows[i].title;
		must_send(&post);
		assert_string_equal(post.subject, rows[i].subject);
		assert_true(ts_utf8_length(post.subject) <= 120);
		post_close(&post);
	}
}

static void
a_word_longer_than_a_subject_is_cut_in_it(void **state)
{
	char title[400];
	struct post post;

	(void)state;
	memset(title, 'x', sizeof title - 1);
	title[sizeof title - 1] = '\0';
	post_open(&post, scratch);
	post.sample.edition.title = title;
	must_send(&post);
	assert_int_equal(ts_utf8_length(post.subject), 120);
	/* how many were revised is still there */
	post.delivery.occasion = TS_OCC_CORRECTION;
	post.delivery.revisions = revisions;
	post.delivery.revision_count = 5;
	must_send(&post);
	has(post.subject, "2024: 5 figures revised");
	assert_true(ts_utf8_length(post.subject) <= 120);
	post_close(&post);
}

static void
a_headline_says_the_first_key_figure(void **state)
{
	static const struct {
		const char *value, *unit, *change;
		int direction;
		const char *subject;
	} rows[] = {
		{ "19.9 bn", "USD", "24%", 1, "T 19.9 bn" },
		{ "19.9 bn", "EUR", "24%", -1, "T \u20ac19.9 bn, down 24%" },
		{ "\u22121.3 bn", "USD", "", 0, "T \u2212$1.3 bn" },
		{ "$19.9 bn", "USD", "4.9\u00d7", 1,
		  "T $19.9 bn, up 4.9-fold" },
		{ "85%", "percent", "stated for 2024", 0,
		  "T 85%, stated for 2024" },
		{ "12 k", "kg", "new", 1, "T 12 k kg, new" },
		{ "no data", "USD", NULL, 0, "T no data" },
	};
	const struct ts_setting setting = { .name = "subject",
					    .value = "{headline}" };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ts_key_figure *key;
		struct post post;

		post_open(&post, scratch);
		set_options(&post, &setting, 1);
		key = &post.sample.keys[0];
		*key = (struct ts_key_figure){ "T", rows[i].value,
					       rows[i].change,
					       rows[i].direction,
					       "turnover/2024" };
		post.sample.figures[0].unit = rows[i].unit;
		if (i == 0) /* of a figure that nobody registered */
			key->figure_id = "x", key->change = "";
		must_send(&post);
		assert_string_equal(post.subject, rows[i].subject);
		post_close(&post);
	}
}

static void
options_that_cannot_be_meant_are_refused(void **state)
{
	static const struct {
		const char *option, *value, *told;
	} rows[] = {
		{ "subject", "{titel}", "is it {title}?" },
		{ "subject", "{nonsense}", "{partner}" },
		{ "subject", "{title", "stands alone" },
		{ "subject", "title}", "stands alone" },
		{ "subject", "{{title}}", "stands alone" },
		{ "subject", "  ", "empty" },
		{ "drop_first", "csv\npfd", "is it \"pdf\"?" },
		{ "drop_first", "all-of-them", "never attached" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct ts_setting setting = { .name = rows[i].option,
						    .value = rows[i].value };
		struct ts_err err = { 0 };
		struct post post;

		post_open(&post, scratch);
		set_options(&post, &setting, 1);
		assert_int_equal(send_it(&post, &err), TS_BAD_CONFIG);
		has(err.text, rows[i].told);
		has(err.text, rows[i].option);
		assert_int_equal(post.calls, 0);
		post_close(&post);
	}
}

/* ---- tables in plain text ----------------------------------------------- */

static void
tables_stay_aligned_whatever_is_in_them(void **state)
{
	static const struct {
		const char *name;
		const char *columns[3];
		const char *cells[3];
		const char *text;
	} rows[] = {
		{ "plain",
		  { "year", "turnover", "change" },
		  { "2024", "$19.9 billion", "+24%" },
		  "Year       Turnover  Change\n"
		  "----  -------------  ------\n"
		  "2024  $19.9 billion    +24%\n" },
		{ "wide letters",
		  { "product", "value", "note" },
		  { "\u4e2d\u6587", "1234567", "e\u0301a" },
		  "Product      Value  Note\n"
		  "-------  ---------  ----\n"
		  "\u4e2d\u6587     1,234,567  e\u0301a\n" },
		{ "nothing at the end",
		  { "product", "value", "note" },
		  { "Oil", "", "" },
		  "Product  Value  Note\n"
		  "-------  -----  ----\n"
		  "Oil\n" },
		{ "too long for one line",
		  { "product", "value", "note" },
		  { "Derrick cranes and lifting equipment for ships and for "
		    "all that swims",
		    "$0.8 million", "as stated" },
		  "Product                                                 "
		  "Value"
		  "  Note\n"
		  "-----------------------------------------------  "
		  "------------  ---------\n"
		  "Derrick cranes and lifting equipment for ships   $0.8 "
		  "million"
		  "  as stated\n"
		  "and for all that swims\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		TS_AUTO_BUF out = TS_BUF_INIT(65536);
		struct ts_arena *arena = ts_arena_new(1 << 20);
		struct ts_err err = { 0 };
		struct ts_table *table;

		assert_int_equal(ts_table_new(arena, "t", rows[i].columns, 3,
					      &table, &err),
				 TS_OK);
		assert_int_equal(ts_table_add(table, rows[i].cells, &err),
				 TS_OK);
		ts_mail_table(&out, table);
		assert_string_equal(out.data, rows[i].text);
		ts_arena_free(arena);
	}
}

static void
what_cannot_stand_side_by_side_is_written_row_by_row(void **state)
{
	static const char *const columns[] = {
		"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
	};
	static const char *const cells[] = {
		"aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc", "dddddddddd",
		"eeeeeeeeee", "ffffffffff", "gggggggggg", "hhhhhhhhhh",
		"iiiiiiiiii", "jjjjjjjjjj", "kkkkkkkkkk", "llllllllll",
		"mmmmmmmmmm",
	};
	TS_AUTO_BUF out = TS_BUF_INIT(65536);
	struct ts_arena *arena = ts_arena_new(1 << 20);
	struct ts_err err = { 0 };
	struct ts_table *table;

	(void)state;
	assert_int_equal(ts_table_new(arena, "t", columns, 13, &table, &err),
			 TS_OK);
	for (int i = 0; i < 41; i++)
		assert_int_equal(ts_table_add(table, cells, &err), TS_OK);
	ts_mail_table(&out, table);
	has(out.data, "A: aaaaaaaaaa\nB: bbbbbbbbbb\n");
	has(out.data, "(the first 40 of 41 rows)\n");
	has(out.data, "(the first 12 of 13 columns)\n");
	lines_fit(out.data);
	ts_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_is_a_whole_report),
		cmocka_unit_test(the_html_fetches_nothing),
		cmocka_unit_test(what_is_wanted_is_attached_under_its_name),
		cmocka_unit_test(
			what_the_relay_does_not_take_is_left_out_and_said),
		cmocka_unit_test(
			a_relay_that_takes_no_message_at_all_is_a_failure),
		cmocka_unit_test(
			a_small_message_has_nothing_attached_and_says_so),
		cmocka_unit_test(as_many_charts_as_wished_are_shown),
		cmocka_unit_test(an_edition_tells_what_was_revised),
		cmocka_unit_test(a_correction_is_one_page_with_old_and_new),
		cmocka_unit_test(an_alert_names_threshold_and_values),
		cmocka_unit_test(a_test_is_marked_in_subject_and_first_line),
		cmocka_unit_test(
			nothing_a_publisher_wrote_becomes_markup_or_header),
		cmocka_unit_test(a_contact_that_is_no_address_is_no_link),
		cmocka_unit_test(
			a_long_report_is_whole_in_the_text_and_short_in_the_html),
		cmocka_unit_test(lists_without_end_are_cut_and_said),
		cmocka_unit_test(a_subject_is_cleaned_and_cut_behind_a_word),
		cmocka_unit_test(a_word_longer_than_a_subject_is_cut_in_it),
		cmocka_unit_test(a_headline_says_the_first_key_figure),
		cmocka_unit_test(options_that_cannot_be_meant_are_refused),
		cmocka_unit_test(tables_stay_aligned_whatever_is_in_them),
		cmocka_unit_test(
			what_cannot_stand_side_by_side_is_written_row_by_row),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
