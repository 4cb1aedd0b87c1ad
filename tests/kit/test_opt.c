/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/opt.h>

struct sample {
	const char *base_url;
	int64_t connections;
	double per_minute;
	bool allow_http;
	int64_t timeout;
	int64_t max_bytes;
	const char *key;
	const char *dataset;
};

static const struct ts_opt sample_opts[] = {
	{ TS_OPT_AT(struct sample, STRING, base_url), .help = "Where." },
	{ TS_OPT_AT(struct sample, INT, connections), .preset = "2", .min = 1,
	  .max = 8, .help = "How many." },
	{ TS_OPT_AT(struct sample, REAL, per_minute), .preset = "10", .min = 0,
	  .max = 600, .help = "How often." },
	{ TS_OPT_AT(struct sample, BOOL, allow_http), .preset = "false",
	  .help = "Without TLS." },
	{ TS_OPT_AT(struct sample, SECONDS, timeout), .preset = "5 min",
	  .min = 1, .max = 3600, .help = "How long." },
	{ TS_OPT_AT(struct sample, BYTES, max_bytes), .preset = "512 MiB",
	  .help = "How much." },
	{ TS_OPT_AT(struct sample, SECRET, key), .preset = "",
	  .help = "Which key." },
	{ TS_OPT_AT(struct sample, STRING, dataset), .optional = true,
	  .help = "Which data." },
	{ .name = NULL },
};

struct heard {
	char text[4096];
	int count;
};

static void
hear(void *ctx, const char *text)
{
	struct heard *heard = ctx;
	size_t used = strlen(heard->text);

	snprintf(heard->text + used, sizeof heard->text - used, "%s\n", text);
	heard->count++;
}

static enum ts_status
apply(const struct ts_setting *items, size_t count, struct sample *into,
      struct heard *heard, struct ts_err *err)
{
	static struct ts_arena *arena;
	struct ts_settings settings = { .items = items, .count = count };

	ts_arena_free(arena);
	arena = NULL;
	if (items == NULL)
		return TS_OK;
	arena = ts_arena_new(1 << 20);
	assert_non_null(arena);
	memset(into, 0, sizeof *into);
	memset(heard, 0, sizeof *heard);
	return ts_opt_apply(sample_opts, &settings, into, arena, hear, heard,
			    err);
}

static void
presets_are_read_as_if_they_were_typed(void **state)
{
	struct ts_setting items[] = {
		{ "base_url", "https://a.example", "x.conf", 3 },
	};
	struct sample got;
	struct heard heard;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(apply(items, 1, &got, &heard, &err), TS_OK);
	assert_string_equal(got.base_url, "https://a.example");
	assert_int_equal(got.connections, 2);
	assert_true(got.per_minute == 10.0);
	assert_false(got.allow_http);
	assert_int_equal(got.timeout, 300);
	assert_int_equal(got.max_bytes, 512 << 20);
	assert_string_equal(got.key, "");
	assert_null(got.dataset);
	assert_int_equal(heard.count, 0);
	apply(NULL, 0, NULL, NULL, NULL);
}

static void
every_problem_is_told_in_one_go(void **state)
{
	struct ts_setting items[] = {
		{ "conections", "3", "x.conf", 4 },
		{ "timeout", "2 h", "x.conf", 5 },
		{ "allow_http", "perhaps", "x.conf", 6 },
		{ "per_minute", "601", "x.conf", 7 },
		{ "timeout", "3", "x.conf", 8 },
		{ "max_bytes", "10 megs", NULL, 0 },
	};
	struct sample got;
	struct heard heard;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(apply(items, 6, &got, &heard, &err), TS_BAD_CONFIG);
	assert_string_equal(
		heard.text,
		"x.conf:4: unknown setting \"conections\", did you mean "
		"\"connections\"?\n"
		"x.conf:8: timeout is set twice, first in line 5\n"
		"x.conf:4: base_url is missing, and has no default\n"
		"x.conf:7: per_minute: \"601\" is outside 0 to 600\n"
		"x.conf:6: allow_http: \"perhaps\" is neither true nor false\n"
		"x.conf:5: timeout: \"2 h\" is outside 1 to 3600 seconds\n"
		"max_bytes: \"10 megs\" has no known unit, write it such as "
		"\"512 MiB\"\n");
	assert_non_null(strstr(err.text, "(and 6 more)"));
	apply(NULL, 0, NULL, NULL, NULL);
}

static void
a_secret_typed_into_the_file_is_refused_and_not_repeated(void **state)
{
	static const char *const bad[] = {
		"hunter2",        "credential:",   "credential:../shadow",
		"credential:a b", "file:relative", "FILE:/x",
	};
	struct ts_setting items[] = {
		{ "base_url", "https://a.example", "x.conf", 3 },
		{ "key", "", "x.conf", 4 },
	};
	struct sample got;
	struct heard heard;
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		items[1].value = bad[i];
		assert_int_equal(apply(items, 2, &got, &heard, &err),
				 TS_BAD_CONFIG);
		assert_null(strstr(heard.text, "hunter2"));
		assert_null(strstr(err.text, "hunter2"));
	}
	items[1].value = "credential:comtrade-key";
	assert_int_equal(apply(items, 2, &got, &heard, &err), TS_OK);
	assert_string_equal(got.key, "credential:comtrade-key");
	items[1].value = "file:/etc/tradestat/key";
	assert_int_equal(apply(items, 2, &got, &heard, &err), TS_OK);
	apply(NULL, 0, NULL, NULL, NULL);
}

static void
a_bad_value_leaves_nothing_behind(void **state)
{
	struct ts_setting items[] = {
		{ "base_url", "https://a.example", "x.conf", 3 },
		{ "connections", "9", "x.conf", 4 },
	};
	struct sample got;
	struct heard heard;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(apply(items, 2, &got, &heard, &err), TS_BAD_CONFIG);
	assert_int_equal(got.connections, 0);
	apply(NULL, 0, NULL, NULL, NULL);
}

static void
hostile_names_and_values_stay_on_one_line(void **state)
{
	char name[3000];
	struct ts_setting items[] = {
		{ "base_url", "https://a.example", "x.conf", 3 },
		{ "a\nx.conf:1: all is well", "1", "x.conf", 4 },
		{ "max_bytes", "\x1b[2J\n\xff\xfe", "x.conf", 5 },
		{ name, "1", "x.conf", 6 },
	};
	struct sample got;
	struct heard heard;
	struct ts_err err = { 0 };
	int lines = 0;

	(void)state;
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_int_equal(apply(items, 4, &got, &heard, &err), TS_BAD_CONFIG);
	for (const char *c = heard.text; *c != '\0'; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 3);
	assert_null(strchr(heard.text, '\x1b'));
	apply(NULL, 0, NULL, NULL, NULL);
}

static void
a_plugin_without_options_takes_none(void **state)
{
	struct ts_setting item = { "anything", "1", "x.conf", 2 };
	struct ts_settings settings = { .items = &item, .count = 1 };
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(ts_opt_apply(NULL, NULL, NULL, NULL, NULL, NULL, &err),
			 TS_OK);
	assert_int_equal(
		ts_opt_apply(NULL, &settings, NULL, NULL, NULL, NULL, &err),
		TS_BAD_CONFIG);
	assert_string_equal(err.text, "x.conf:2: unknown setting \"anything\"");
}

static void
units_are_whole_and_known(void **state)
{
	static const struct {
		const char *text;
		bool bytes;
		int64_t value; /* -1: refused */
	} rows[] = {
		{ "90", false, 90 },
		{ "90 s", false, 90 },
		{ "90s", false, 90 },
		{ "5 min", false, 300 },
		{ "2 h", false, 7200 },
		{ "7 d", false, 604800 },
		{ "1 week", false, 604800 },
		{ "5 m", false, -1 },
		{ "1.5 h", false, -1 },
		{ "-1 s", false, -1 },
		{ "", false, -1 },
		{ " 5", false, -1 },
		{ "5 s ", false, -1 },
		{ "99999999999999999999", false, -1 },
		{ "9223372036854775807 d", false, -1 },
		{ "512 MiB", true, 536870912 },
		{ "10 kB", true, 10000 },
		{ "10kB", true, 10000 },
		{ "0", true, 0 },
		{ "1 TiB", true, INT64_C(1) << 40 },
		{ "1 mb", true, -1 },
		{ "1 M", true, -1 },
	};
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t got = -1;
		enum ts_status status =
			rows[i].bytes
				? ts_opt_bytes(rows[i].text, &got, &err)
				: ts_opt_seconds(rows[i].text, &got, &err);

		if (got != rows[i].value ||
		    (status == TS_OK) != (rows[i].value >= 0))
			fail_msg("\"%s\" gave %lld", rows[i].text,
				 (long long)got);
	}
}

static void
the_nearest_name_is_near(void **state)
{
	static const char *const names[] = {
		"id",       "title",     "template", "timetable",
		"currency", "languages", NULL,
	};
	static const struct {
		const char *text, *near;
	} rows[] = {
		{ "tilte", "title" },
		{ "Title", "title" },
		{ "curency", "currency" },
		{ "language", "languages" },
		{ "time-table", "timetable" },
		{ "di", "id" },
		{ "xy", NULL },
		{ "", NULL },
		{ "recipients", NULL },
		{ "titlepage", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *near = ts_nearest(rows[i].text, names);

		if (rows[i].near == NULL)
			assert_null(near);
		else
			assert_string_equal(near, rows[i].near);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(presets_are_read_as_if_they_were_typed),
		cmocka_unit_test(every_problem_is_told_in_one_go),
		cmocka_unit_test(
			a_secret_typed_into_the_file_is_refused_and_not_repeated),
		cmocka_unit_test(a_bad_value_leaves_nothing_behind),
		cmocka_unit_test(hostile_names_and_values_stay_on_one_line),
		cmocka_unit_test(a_plugin_without_options_takes_none),
		cmocka_unit_test(units_are_whole_and_known),
		cmocka_unit_test(the_nearest_name_is_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
