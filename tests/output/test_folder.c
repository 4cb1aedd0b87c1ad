/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/output/sample_edition.h"

#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/plugin.h>
#include "output/engine/bundle.h"
#include "output/engine/folder.h"

extern const struct ts_output ts_plugin_output_csv;
extern const struct ts_output ts_plugin_output_html;
extern const struct ts_output ts_plugin_output_directory;

/* Two folders: where bundles are made, and where they are delivered. */
struct place {
	char *made, *share;
	struct ts_folder folder;
};

static void
open_place(struct place *place)
{
	place->made = temp_dir();
	place->share = temp_dir();
	place->folder = (struct ts_folder){ .path = place->share,
					    .address = "",
					    .feed = "feed.atom",
					    .keep = 0 };
}

static void
close_place(struct place *place)
{
	temp_gone(place->made);
	temp_gone(place->share);
}

static void
make(const struct place *place, const char *period, int number,
     const char *issued, bool with_html, char path[PATH_MAX])
{
	struct ts_bundle *bundle;
	struct sample sample;
	struct ts_err err = { 0 };

	assert_int_equal(ts_bundle_open(place->made, 0, &bundle, &err), TS_OK);
	sample_open(&sample, ts_bundle_charts_dir(bundle), NULL);
	sample.edition.period = period;
	sample.edition.number = number;
	sample.edition.issued_iso = issued;
	sample.edition.title = "Trade <of> Kazakhstan & Italy";
	assert_int_equal(ts_bundle_make(bundle, &ts_plugin_output_csv,
					&sample.edition, &err),
			 TS_OK);
	if (with_html)
		assert_int_equal(ts_bundle_make(bundle, &ts_plugin_output_html,
						&sample.edition, &err),
				 TS_OK);
	if (ts_bundle_publish(bundle, &sample.edition, path, PATH_MAX, &err) !=
	    TS_OK)
		fail_msg("%s", err.text);
	ts_bundle_close(bundle);
	sample_close(&sample);
}

static void
must_deliver(const struct place *place, const char *bundle)
{
	struct ts_err err = { 0 };

	if (ts_folder_deliver(&place->folder, bundle, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static bool
is_there(const struct place *place, const char *name)
{
	char path[PATH_MAX];
	struct stat meta;

	snprintf(path, sizeof path, "%s/%s", place->share, name);
	return lstat(path, &meta) == 0;
}

static void
assert_latest(const struct place *place, const char *name)
{
	char path[PATH_MAX], link[256] = "";

	snprintf(path, sizeof path, "%s/kazakhstan-italy/latest", place->share);
	assert_true(readlink(path, link, sizeof link - 1) > 0);
	assert_string_equal(link, name);
}

static void
read_name(const struct place *place, const char *name, struct ts_buf *out)
{
	char path[PATH_MAX];
	struct ts_err err = { 0 };

	snprintf(path, sizeof path, "%s/%s", place->share, name);
	if (ts_file_read(path, out, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
an_edition_appears_whole_with_index_and_feed(void **state)
{
	TS_AUTO_BUF index = TS_BUF_INIT(1 << 20);
	struct place place;
	char path[PATH_MAX], there[PATH_MAX];
	struct ts_err err = { 0 };
	struct stat meta;

	(void)state;
	open_place(&place);
	make(&place, "2024", 1, "2026-11-24T06:30:00Z", true, path);
	must_deliver(&place, path);
	snprintf(there, sizeof there, "%s/kazakhstan-italy/2024.1",
		 place.share);
	if (ts_bundle_verify(there, &err) != TS_OK)
		fail_msg("%s", err.text);
	assert_int_equal(stat(there, &meta), 0);
	assert_int_equal(meta.st_mode & 0777, 0755);
	assert_latest(&place, "2024.1");
	read_name(&place, "index.html", &index);
	assert_non_null(strstr(index.data, "kazakhstan-italy/2024.1/"));
	assert_true(is_there(&place, "feed.atom"));
	close_place(&place);
}

static void
the_same_edition_again_changes_nothing(void **state)
{
	TS_AUTO_BUF one = TS_BUF_INIT(1 << 20);
	TS_AUTO_BUF two = TS_BUF_INIT(1 << 20);
	struct place place;
	struct stat before, after;
	char path[PATH_MAX], there[PATH_MAX];

	(void)state;
	open_place(&place);
	make(&place, "2024", 1, "2026-11-24T06:30:00Z", true, path);
	must_deliver(&place, path);
	read_name(&place, "feed.atom", &one);
	snprintf(there, sizeof there, "%s/kazakhstan-italy/2024.1/report.html",
		 place.share);
	assert_int_equal(stat(there, &before), 0);
	must_deliver(&place, path);
	read_name(&place, "feed.atom", &two);
	assert_string_equal(one.data, two.data);
	assert_int_equal(stat(there, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	close_place(&place);
}

/* A delivery that died after its rename: what follows is made up for. */
static void
what_a_dead_delivery_left_undone_is_done_by_the_next(void **state)
{
	struct place place;
	char path[PATH_MAX], name[PATH_MAX];

	(void)state;
	open_place(&place);
	make(&place, "2024", 1, "2026-11-24T06:30:00Z", true, path);
	must_deliver(&place, path);
	snprintf(name, sizeof name, "%s/kazakhstan-italy/latest", place.share);
	assert_int_equal(unlink(name), 0);
	snprintf(name, sizeof name, "%s/index.html", place.share);
	assert_int_equal(unlink(name), 0);
	snprintf(name, sizeof name, "%s/feed.atom", place.share);
	assert_int_equal(unlink(name), 0);
	must_deliver(&place, path);
	assert_latest(&place, "2024.1");
	assert_true(is_there(&place, "index.html"));
	assert_true(is_there(&place, "feed.atom"));
	close_place(&place);
}

static void
another_bundle_of_that_name_is_not_touched(void **state)
{
	static const struct {
		const char *name, *damage;
	} rows[] = {
		{ "another manifest", "manifest.json" },
		{ "damaged since", "report.html" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		TS_AUTO_BUF now = TS_BUF_INIT(1 << 20);
		struct place place;
		char path[PATH_MAX], name[PATH_MAX];
		struct ts_err err = { 0 };

		open_place(&place);
		make(&place, "2024", 1, "2026-11-24T06:30:00Z", true, path);
		must_deliver(&place, path);
		snprintf(name, sizeof name, "%s/kazakhstan-italy/2024.1/%s",
			 place.share, rows[i].damage);
		assert_int_equal(ts_file_write(name, "{}", 2, 0644, &err),
				 TS_OK);
		if (ts_folder_deliver(&place.folder, path, &err) != TS_REFUSED)
			fail_msg("%s: %s", rows[i].name, err.text);
		assert_non_null(strstr(err.text, "elsewhere"));
		assert_int_equal(ts_file_read(name, &now, &err), TS_OK);
		assert_string_equal(now.data, "{}");
		close_place(&place);
	}
}

static void
a_damaged_bundle_is_not_delivered(void **state)
{
	struct place place;
	char path[PATH_MAX], name[PATH_MAX + 32];
	struct ts_err err = { 0 };

	(void)state;
	open_place(&place);
	make(&place, "2024", 1, "2026-11-24T06:30:00Z", true, path);
	snprintf(name, sizeof name, "%s/report.html", path);
	assert_int_equal(ts_file_write(name, "x", 1, 0644, &err), TS_OK);
	assert_int_equal(ts_folder_deliver(&place.folder, path, &err),
			 TS_CORRUPT);
	assert_false(is_there(&place, "kazakhstan-italy"));
	assert_false(is_there(&place, "feed.atom"));
	close_place(&place);
}

static void
old_editions_go_but_never_latest_nor_the_one_delivered(void **state)
{
	static const struct {
		const char *period;
		int number;
		const char *issued;
	} made[] = {
		{ "2021", 1, "2026-01-01T00:00:00Z" },
		{ "2022", 1, "2026-02-01T00:00:00Z" },
		{ "2023", 1, "2026-03-01T00:00:00Z" },
		{ "2024", 1, "2026-04-01T00:00:00Z" },
	};
	char paths[4][PATH_MAX], late[PATH_MAX], last[PATH_MAX];
	struct place place;

	(void)state;
	open_place(&place);
	for (size_t i = 0; i < 4; i++)
		make(&place, made[i].period, made[i].number, made[i].issued,
		     false, paths[i]);
	place.folder.keep = 2;
	for (size_t i = 0; i < 4; i++)
		must_deliver(&place, paths[i]);
	assert_false(is_there(&place, "kazakhstan-italy/2021.1"));
	assert_false(is_there(&place, "kazakhstan-italy/2022.1"));
	assert_true(is_there(&place, "kazakhstan-italy/2023.1"));
	assert_true(is_there(&place, "kazakhstan-italy/2024.1"));
	/* an old one, asked for again: it is there until the next */
	must_deliver(&place, paths[0]);
	assert_true(is_there(&place, "kazakhstan-italy/2021.1"));
	assert_true(is_there(&place, "kazakhstan-italy/2023.1"));
	/* two revisions of old periods push out 2023, but not latest */
	make(&place, "2022", 2, "2026-05-01T00:00:00Z", false, late);
	make(&place, "2022", 3, "2026-06-01T00:00:00Z", false, last);
	must_deliver(&place, late);
	must_deliver(&place, last);
	assert_true(is_there(&place, "kazakhstan-italy/2022.2"));
	assert_true(is_there(&place, "kazakhstan-italy/2022.3"));
	assert_true(is_there(&place, "kazakhstan-italy/2024.1"));
	assert_false(is_there(&place, "kazakhstan-italy/2023.1"));
	assert_false(is_there(&place, "kazakhstan-italy/2021.1"));
	assert_latest(&place, "2024.1");
	close_place(&place);
}

static void
where_bundles_are_kept_nothing_is_thrown_away(void **state)
{
	struct place place;
	char path[PATH_MAX];
	struct ts_err err = { 0 };

	(void)state;
	open_place(&place);
	make(&place, "2024", 1, "2026-11-24T06:30:00Z", false, path);
	place.folder.path = place.made;
	place.folder.keep = 1;
	assert_int_equal(ts_folder_deliver(&place.folder, path, &err),
			 TS_BAD_CONFIG);
	place.folder.keep = 0;
	must_deliver(&place, path);
	close_place(&place);
}

static void
what_cannot_be_a_folder_is_said(void **state)
{
	struct place place;
	char path[PATH_MAX];
	struct ts_err err = { 0 };

	(void)state;
	open_place(&place);
	make(&place, "2024", 1, "2026-11-24T06:30:00Z", false, path);
	place.folder.path = "share";
	assert_int_equal(ts_folder_deliver(&place.folder, path, &err),
			 TS_BAD_CONFIG);
	place.folder.path = place.share;
	place.folder.feed = "../feed.atom";
	assert_int_equal(ts_folder_deliver(&place.folder, path, &err),
			 TS_BAD_CONFIG);
	place.folder.feed = "index.html";
	assert_int_equal(ts_folder_deliver(&place.folder, path, &err),
			 TS_BAD_CONFIG);
	place.folder.feed = "feed.atom";
	assert_int_equal(ts_folder_deliver(&place.folder, "/no/such", &err),
			 TS_NO_INPUT);
	close_place(&place);
}

/* ---- the feed, as another parser reads it -------------------------------- */

struct feed {
	xmlDoc *document;
	xmlXPathContext *context;
};

static void
open_feed(struct feed *feed, const struct place *place)
{
	TS_AUTO_BUF text = TS_BUF_INIT(1 << 20);

	read_name(place, "feed.atom", &text);
	feed->document = xmlReadMemory(text.data, (int)text.used, "feed", NULL,
				       XML_PARSE_NONET);
	assert_non_null(feed->document);
	feed->context = xmlXPathNewContext(feed->document);
	xmlXPathRegisterNs(feed->context, (const xmlChar *)"a",
			   (const xmlChar *)"http://www.w3.org/2005/Atom");
}

static void
close_feed(struct feed *feed)
{
	xmlXPathFreeContext(feed->context);
	xmlFreeDoc(feed->document);
}

static void
assert_feed(const struct feed *feed, const char *path, const char *expected)
{
	xmlXPathObject *found =
		xmlXPathEvalExpression((const xmlChar *)path, feed->context);
	xmlChar *text = xmlXPathCastToString(found);

	if (strcmp((const char *)text, expected) != 0)
		fail_msg("%s is \"%s\" instead of \"%s\"", path,
			 (const char *)text, expected);
	xmlFree(text);
	xmlXPathFreeObject(found);
}

static void
the_feed_is_what_rfc_4287_asks_for(void **state)
{
	static const struct {
		const char *path, *expected;
	} rows[] = {
		{ "count(/a:feed/a:id)", "1" },
		{ "count(/a:feed/a:title)", "1" },
		{ "count(/a:feed/a:author/a:name)", "1" },
		{ "string(/a:feed/a:updated)", "2026-11-24T06:30:00Z" },
		{ "string(/a:feed/a:link[@rel='self']/@href)",
		  "https://reports.example.org/trade/feed.atom" },
		{ "count(/a:feed/a:entry)", "2" },
		{ "count(/a:feed/a:entry[a:id and a:title and a:updated])",
		  "2" },
		{ "count(/a:feed/a:entry[count(a:link[@rel='alternate'])=1])",
		  "2" },
		{ "string(/a:feed/a:entry[1]/a:updated)",
		  "2026-11-24T06:30:00Z" },
		{ "string(/a:feed/a:entry[1]/a:title)",
		  "Trade <of> Kazakhstan & Italy, 2023 (edition 2)" },
		{ "string(/a:feed/a:entry[1]/a:link/@href)",
		  "https://reports.example.org/trade/kazakhstan-italy/2023.2/"
		  "report.html" },
		{ "string(/a:feed/a:entry[2]/a:link/@type)",
		  "application/json" },
		{ "/a:feed/a:entry[1]/a:id = /a:feed/a:entry[2]/a:id",
		  "false" },
		{ "count(/a:feed/a:entry/a:id[starts-with(.,'urn:uuid:') and "
		  "string-length(.)=45])",
		  "2" },
	};
	struct place place;
	struct feed feed;
	char one[PATH_MAX], two[PATH_MAX];

	(void)state;
	open_place(&place);
	place.folder.address = "https://reports.example.org/trade/";
	make(&place, "2024", 1, "2026-10-24T06:30:00Z", false, one);
	make(&place, "2023", 2, "2026-11-24T06:30:00Z", true, two);
	must_deliver(&place, two);
	must_deliver(&place, one);
	open_feed(&feed, &place);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_feed(&feed, rows[i].path, rows[i].expected);
	close_feed(&feed);
	close_place(&place);
}

static void
a_feed_without_an_address_links_beside_itself(void **state)
{
	struct place place;
	struct feed feed;
	char path[PATH_MAX];

	(void)state;
	open_place(&place);
	make(&place, "2024", 1, "2026-10-24T06:30:00Z", true, path);
	must_deliver(&place, path);
	open_feed(&feed, &place);
	assert_feed(&feed, "string(//a:entry/a:link/@href)",
		    "kazakhstan-italy/2024.1/report.html");
	assert_feed(&feed, "count(/a:feed/a:link)", "0");
	close_feed(&feed);
	close_place(&place);
}

/* ---- outbox and plugin --------------------------------------------------- */

static void
a_folder_comes_back_from_the_outbox(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"path\":\"/a\",\"address\":\"\",\"feed\":\"\"}",
		"{\"path\":\"/a\",\"address\":\"\",\"feed\":\"\",\"keep\":-1}",
		"{\"path\":\"/"
		"a\",\"address\":\"\",\"feed\":\"\",\"keep\":\"1\"}",
		"{\"path\":\"/a\",\"address\":\"\",\"feed\":\"\",\"keep\":1,"
		"\"x\":1}",
	};
	TS_AUTO_BUF text = TS_BUF_INIT(4096);
	struct ts_arena *arena = ts_arena_new(1 << 16);
	struct ts_folder in = { .path = "/srv/\"a\"\xc3\xa9",
				.address = "https://x.example/",
				.feed = "f.atom",
				.keep = 7 };
	struct ts_folder out;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(ts_folder_print(&in, &text, &err), TS_OK);
	assert_int_equal(ts_folder_parse(text.data, arena, &out, &err), TS_OK);
	assert_string_equal(in.path, out.path);
	assert_string_equal(in.address, out.address);
	assert_string_equal(in.feed, out.feed);
	assert_int_equal(in.keep, out.keep);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(ts_folder_parse(bad[i], arena, &out, &err),
				 TS_BAD_DATA);
	ts_arena_free(arena);
}

static enum ts_status
take_folder(void *ctx, const struct ts_folder *folder, struct ts_err *err)
{
	int *count = ctx;

	(void)err;
	assert_string_equal(folder->path, "/srv/trade");
	assert_int_equal(folder->keep, 12);
	++*count;
	return TS_OK;
}

static void
complain(void *ctx, const char *text)
{
	(void)ctx;
	fail_msg("%s", text);
}

static void
the_directory_output_hands_over_a_folder(void **state)
{
	static const struct {
		const char *name, *path, *address;
		enum ts_occasion occasion;
		enum ts_status status;
		int count;
	} rows[] = {
		{ "an edition", "/srv/trade", "https://x.example/t",
		  TS_OCC_EDITION, TS_OK, 1 },
		{ "a correction has no bundle", "/srv/trade", "",
		  TS_OCC_CORRECTION, TS_OK, 0 },
		{ "no path: it lies there", "", "", TS_OCC_EDITION, TS_OK, 0 },
		{ "relative", "srv", "", TS_OCC_EDITION, TS_BAD_CONFIG, 0 },
		{ "a script for an address", "/srv/trade", "javascript:x",
		  TS_OCC_EDITION, TS_BAD_CONFIG, 0 },
		{ "a quote in the address", "/srv/trade", "https://x/\"y",
		  TS_OCC_EDITION, TS_BAD_CONFIG, 0 },
	};
	const struct ts_output *output = &ts_plugin_output_directory;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct ts_setting items[] = {
			{ .name = "path", .value = rows[i].path },
			{ .name = "address", .value = rows[i].address },
			{ .name = "keep", .value = "12" },
		};
		const struct ts_settings settings = { items, 3 };
		struct ts_arena *arena = ts_arena_new(1 << 16);
		void *opts = ts_arena_alloc(arena, 1, output->plugin.opts_size);
		struct ts_err err = { 0 };
		int count = 0;
		const struct ts_delivery delivery = {
			.occasion = rows[i].occasion,
			.opts = opts,
			.arena = arena,
		};
		const struct ts_dispatch dispatch = { .ctx = &count,
						      .folder = take_folder };

		assert_int_equal(ts_opt_apply(output->plugin.opts, &settings,
					      opts, arena, complain, NULL,
					      &err),
				 TS_OK);
		if (output->deliver(&delivery, &dispatch, &err) !=
			    rows[i].status ||
		    count != rows[i].count)
			fail_msg("%s: %d %s", rows[i].name, count, err.text);
		ts_arena_free(arena);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edition_appears_whole_with_index_and_feed),
		cmocka_unit_test(the_same_edition_again_changes_nothing),
		cmocka_unit_test(
			what_a_dead_delivery_left_undone_is_done_by_the_next),
		cmocka_unit_test(another_bundle_of_that_name_is_not_touched),
		cmocka_unit_test(a_damaged_bundle_is_not_delivered),
		cmocka_unit_test(
			old_editions_go_but_never_latest_nor_the_one_delivered),
		cmocka_unit_test(where_bundles_are_kept_nothing_is_thrown_away),
		cmocka_unit_test(what_cannot_be_a_folder_is_said),
		cmocka_unit_test(the_feed_is_what_rfc_4287_asks_for),
		cmocka_unit_test(a_feed_without_an_address_links_beside_itself),
		cmocka_unit_test(a_folder_comes_back_from_the_outbox),
		cmocka_unit_test(the_directory_output_hands_over_a_folder),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	xmlCleanupParser();
	return failed;
}
