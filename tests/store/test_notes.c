/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered beside the editions, and what is known of sources. */
#include "tests/store/figures.h"

#include "store/journal.h"

#define DAY_US 86400000000ll

static struct ts_arena *arena;
static struct ts_store *store;
static struct ts_err err;

static int
new_store(void **state)
{
	(void)state;
	arena = ts_arena_new(1 << 20);
	store = open_store(":memory:");
	return arena == NULL;
}

static int
close_store(void **state)
{
	(void)state;
	ts_store_close(store);
	ts_arena_free(arena);
	return 0;
}

/* ---- reports ----------------------------------------------------------- */

static void
the_state_of_a_report_comes_back_as_it_was_put(void **state)
{
	struct ts_report_state put = { .report = "kz-it",
				       .paused = true,
				       .cursor_us = 1764019805000000,
				       .rule = "Mon *-*-* 07:30 Europe/Rome",
				       .poll_day = 20781,
				       .polls = 4 };
	struct ts_report_state got;

	(void)state;
	assert_int_equal(ts_report_state_get(store, "kz-it", arena, &got, &err),
			 TS_NO_INPUT);
	assert_int_equal(ts_report_state_put(store, &put, &err), TS_OK);
	put.polls = 5;
	assert_int_equal(ts_report_state_put(store, &put, &err), TS_OK);
	assert_int_equal(ts_report_state_get(store, "kz-it", arena, &got, &err),
			 TS_OK);
	assert_string_equal(got.report, "kz-it");
	assert_true(got.paused);
	assert_int_equal(got.cursor_us, put.cursor_us);
	assert_string_equal(got.rule, put.rule);
	assert_int_equal(got.poll_day, 20781);
	assert_int_equal(got.polls, 5);
	assert_int_equal(ts_report_state_get(store, "other", arena, &got, &err),
			 TS_NO_INPUT);
}

static void
a_pause_leaves_all_else_as_it_was(void **state)
{
	struct ts_report_state put = { .report = "r",
				       .cursor_us = 5,
				       .rule = "hourly",
				       .poll_day = 6,
				       .polls = 7 };
	struct ts_report_state got;

	(void)state;
	assert_int_equal(ts_report_state_put(store, &put, &err), TS_OK);
	for (int paused = 1; paused >= 0; paused--) {
		assert_int_equal(ts_report_pause(store, "r", paused != 0, &err),
				 TS_OK);
		assert_int_equal(
			ts_report_state_get(store, "r", arena, &got, &err),
			TS_OK);
		assert_int_equal(got.paused, paused);
		assert_int_equal(got.cursor_us, 5);
		assert_string_equal(got.rule, "hourly");
		assert_int_equal(got.poll_day, 6);
		assert_int_equal(got.polls, 7);
	}
	/* a report whose timetable was never followed can be paused, too */
	assert_int_equal(ts_report_pause(store, "new", true, &err), TS_OK);
	assert_int_equal(ts_report_state_get(store, "new", arena, &got, &err),
			 TS_OK);
	assert_true(got.paused);
	assert_int_equal(got.cursor_us, 0);
	assert_string_equal(got.rule, "");
}

/* ---- notices ----------------------------------------------------------- */

struct told {
	char text[2048];
	size_t used;
};

static enum ts_status
tell(void *ctx, const struct ts_notice *notice, struct ts_err *why)
{
	struct told *told = ctx;

	(void)why;
	told->used += (size_t)snprintf(
		told->text + told->used, sizeof told->text - told->used,
		"%s %d %s x%lld %lld..%lld told %lld, cleared %lld told %lld\n",
		notice->cause, notice->level, notice->text,
		(long long)notice->count, (long long)notice->first_us,
		(long long)notice->last_us, (long long)notice->told_us,
		(long long)notice->cleared_us,
		(long long)notice->cleared_told_us);
	assert_true(told->used < sizeof told->text);
	return TS_OK;
}

static const char *
notices(bool only_open, int64_t now_us)
{
	static struct told told;

	told = (struct told){ .used = 0 };
	if (ts_notices(store, only_open, now_us, tell, &told, &err) != TS_OK)
		fail_msg("%s", err.text);
	return told.text;
}

static bool
raised(const char *cause, int level, const char *text, int64_t now_us)
{
	bool is_new;

	if (ts_notice_raise(store, cause, level, text, now_us, &is_new, &err) !=
	    TS_OK)
		fail_msg("%s", err.text);
	return is_new;
}

static bool
cleared(const char *cause, int64_t now_us)
{
	bool was_open;

	if (ts_notice_clear(store, cause, now_us, &was_open, &err) != TS_OK)
		fail_msg("%s", err.text);
	return was_open;
}

static void
a_cause_is_new_once(void **state)
{
	(void)state;
	assert_true(raised("source:ecb", 4, "down", 10));
	assert_false(raised("source:ecb", 3, "still down", 20));
	assert_true(raised("held:kz-it", 3, "gate fresh", 5));
	assert_string_equal(notices(true, 30),
			    "held:kz-it 3 gate fresh x1 5..5 told 0, cleared 0"
			    " told 0\n"
			    "source:ecb 3 still down x2 10..20 told 0,"
			    " cleared 0 told 0\n");
}

static void
a_cause_that_ended_may_begin_anew(void **state)
{
	(void)state;
	assert_false(cleared("source:ecb", 1));
	assert_true(raised("source:ecb", 4, "down", 10));
	assert_true(cleared("source:ecb", 20));
	assert_false(cleared("source:ecb", 30));
	assert_string_equal(notices(true, 30), "");
	assert_string_equal(notices(false, 30),
			    "source:ecb 4 down x1 10..10 told 0, cleared 20"
			    " told 0\n");
	assert_true(raised("source:ecb", 4, "down again", 40));
	assert_string_equal(notices(true, 50),
			    "source:ecb 4 down again x1 40..40 told 0,"
			    " cleared 0 told 0\n");
}

static void
what_was_told_is_not_told_again(void **state)
{
	(void)state;
	(void)raised("a", 4, "A", 10);
	(void)raised("b", 4, "B", 20);
	(void)raised("c", 4, "C", 90); /* behind the list that was told */
	assert_int_equal(ts_notices_told(store, 50, &err), TS_OK);
	(void)cleared("a", 60);
	(void)raised("b", 4, "B", 61);
	assert_string_equal(notices(false, 95),
			    "a 4 A x1 10..10 told 50, cleared 60 told 0\n"
			    "b 4 B x2 20..61 told 50, cleared 0 told 0\n"
			    "c 4 C x1 90..90 told 0, cleared 0 told 0\n");
	assert_int_equal(ts_notices_told(store, 100, &err), TS_OK);
	assert_int_equal(ts_notices_told(store, 200, &err), TS_OK);
	assert_string_equal(notices(false, 200),
			    "a 4 A x1 10..10 told 50, cleared 60 told 100\n"
			    "b 4 B x2 20..61 told 50, cleared 0 told 0\n"
			    "c 4 C x1 90..90 told 100, cleared 0 told 0\n");
}

static void
what_ended_is_shown_for_thirty_days_once_it_was_told(void **state)
{
	int64_t later = 31 * DAY_US;

	(void)state;
	(void)raised("old", 4, "O", 10);
	(void)raised("open", 4, "P", 11);
	(void)raised("late", 4, "L", 12);
	(void)cleared("old", 20);
	(void)cleared("late", 2 * DAY_US);
	/* the end was not told yet */
	assert_non_null(strstr(notices(false, later), "old 4"));
	assert_int_equal(ts_notices_told(store, 3 * DAY_US, &err), TS_OK);
	assert_non_null(strstr(notices(false, 4 * DAY_US), "old 4"));
	assert_null(strstr(notices(false, later), "old 4"));
	assert_non_null(strstr(notices(false, later), "late 4"));
	assert_non_null(strstr(notices(false, 1000 * DAY_US), "open 4"));
	/* what will never be shown again goes; it is new when it comes back */
	assert_int_equal(ts_notices_told(store, later, &err), TS_OK);
	assert_null(strstr(notices(false, 4 * DAY_US), "old 4"));
	assert_non_null(strstr(notices(false, 4 * DAY_US), "open 4"));
	assert_true(raised("old", 4, "O", later));
}

/* ---- update markers ---------------------------------------------------- */

static void
a_marker_is_the_last_that_was_put(void **state)
{
	const char *value = NULL;

	(void)state;
	assert_int_equal(
		ts_marker_get(store, "ecb", "EXR", arena, &value, &err), TS_OK);
	assert_string_equal(value, "");
	assert_int_equal(ts_marker_put(store, "ecb", "EXR", "\"v1\"", 10, &err),
			 TS_OK);
	assert_int_equal(ts_marker_put(store, "ecb", "EXR", "\"v2\"", 20, &err),
			 TS_OK);
	assert_int_equal(ts_marker_put(store, "ecb", "BSI", "x", 20, &err),
			 TS_OK);
	assert_int_equal(ts_marker_put(store, "imf", "EXR", "y", 20, &err),
			 TS_OK);
	assert_int_equal(
		ts_marker_get(store, "ecb", "EXR", arena, &value, &err), TS_OK);
	assert_string_equal(value, "\"v2\"");
	assert_int_equal(
		ts_marker_get(store, "imf", "EXR", arena, &value, &err), TS_OK);
	assert_string_equal(value, "y");
	assert_int_equal(
		ts_marker_get(store, "imf", "BSI", arena, &value, &err), TS_OK);
	assert_string_equal(value, "");
}

/* ---- sources ----------------------------------------------------------- */

static enum ts_status
tell_source(void *ctx, const struct ts_source_row *row, struct ts_err *why)
{
	struct told *told = ctx;
	char period[TS_PERIOD_TEXT] = "-";

	(void)why;
	if (row->newest_period != 0)
		ts_period_print(ts_period_of_key(row->newest_period), period);
	told->used += (size_t)snprintf(
		told->text + told->used, sizeof told->text - told->used,
		"%s %lld documents, %lld bytes, last %lld, newest %s,"
		" %lld of %lld conditional, from %s\n",
		row->source, (long long)row->documents, (long long)row->bytes,
		(long long)row->last_us, period, (long long)row->conditional,
		(long long)row->addresses, row->host);
	return TS_OK;
}

static const char *
sources(void)
{
	static struct told told;

	told = (struct told){ .used = 0 };
	if (ts_store_sources(store, tell_source, &told, &err) != TS_OK)
		fail_msg("%s", err.text);
	return told.text;
}

static void
put_document(const char *source, int64_t us, int64_t bytes, const char *url)
{
	const struct ts_memory *memory = ts_store_memory(store);
	struct ts_document document = document_at(us, url);

	document.source = source;
	document.size_bytes = bytes;
	/* some publishers say how to ask for changes only */
	if (strstr(url, "/a") != NULL)
		document.etag = "\"v1\"";
	if (strstr(url, "/c") != NULL)
		document.last_modified = "Tue, 24 Nov 2026 21:30:05 GMT";
	assert_int_equal(memory->put(memory->ctx, &document, &err), TS_OK);
}

static void
a_source_is_what_its_documents_brought(void **state)
{
	int64_t newest = -1;

	(void)state;
	assert_string_equal(sources(), "");
	assert_int_equal(ts_store_newest(store, &newest, &err), TS_OK);
	assert_int_equal(newest, 0);
	LOAD(store, 3000, "KAZ ITA 27 2022 1", "KAZ ITA 27 2023 2",
	     "KGZ ITA 27 2021 2", "KGZ ITA 28 2025 -");
	put_document("comtrade", 2000, 70, "https://old.example.org/a");
	put_document("ecb", 1000, 5, "https://ecb.example.org:8443/x?y=a/b@c");
	put_document("ecb", 900, 6, "https://ecb.example.org/c");
	put_document("ecb", 800, 0, "https://ecb.example.org/c");
	put_document("ecb", 700, 0, "https://ecb.example.org/z");
	/* a missing figure is no news */
	assert_string_equal(
		sources(),
		"comtrade 2 documents, 70 bytes, last 3000, newest 2023,"
		" 1 of 2 conditional, from example.org\n"
		"ecb 4 documents, 11 bytes, last 1000, newest -,"
		" 1 of 3 conditional, from ecb.example.org\n");
	assert_int_equal(ts_store_newest(store, &newest, &err), TS_OK);
	assert_int_equal(newest, 3000);
}

static void
a_host_is_told_from_an_address(void **state)
{
	static const struct {
		const char *url, *host;
	} cases[] = {
		{ "https://a.example.org", "a.example.org" },
		{ "https://a.example.org/b:c@d", "a.example.org" },
		{ "http://u:p@a.example.org:80/x", "a.example.org" },
		{ "https://[2001:db8::1]:443/x", "[2001:db8::1]" },
		{ "https://a.example.org?x=://b", "a.example.org" },
		{ "a.example.org/x", "a.example.org" },
		{ "file:exports.csv", "" },
		{ "https://[broken/x", "[broken" },
		{ "file:///x", "" },
		{ "file:exports.csv", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char want[128];

		put_document("s", 1000 + (int)i, 0, cases[i].url);
		snprintf(want, sizeof want, "from %s\n", cases[i].host);
		if (strstr(sources(), want) == NULL)
			fail_msg("%s: %s", cases[i].url, sources());
	}
}

static void
notes_are_not_written_within_a_document(void **state)
{
	struct ts_document document = document_at(1000, "u");
	struct ts_report_state put = { .report = "r" };
	bool flag;

	(void)state;
	(void)raised("a", 4, "A", 10);
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	assert_int_equal(ts_report_state_put(store, &put, &err), TS_SYSTEM);
	assert_int_equal(ts_report_pause(store, "r", true, &err), TS_SYSTEM);
	assert_int_equal(ts_notice_raise(store, "a", 4, "A", 1, &flag, &err),
			 TS_SYSTEM);
	assert_int_equal(ts_notice_clear(store, "a", 1, &flag, &err),
			 TS_SYSTEM);
	assert_int_equal(ts_notices_told(store, 1, &err), TS_SYSTEM);
	assert_int_equal(ts_marker_put(store, "a", "b", "c", 1, &err),
			 TS_SYSTEM);
	ts_store_rollback(store);
	assert_true(cleared("a", 20));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, new_store, close_store)
	const struct CMUnitTest tests[] = {
		TEST(the_state_of_a_report_comes_back_as_it_was_put),
		TEST(a_pause_leaves_all_else_as_it_was),
		TEST(a_cause_is_new_once),
		TEST(a_cause_that_ended_may_begin_anew),
		TEST(what_was_told_is_not_told_again),
		TEST(what_ended_is_shown_for_thirty_days_once_it_was_told),
		TEST(a_marker_is_the_last_that_was_put),
		TEST(a_source_is_what_its_documents_brought),
		TEST(a_host_is_told_from_an_address),
		TEST(notes_are_not_written_within_a_document),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
