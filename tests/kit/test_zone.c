/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tradestat/clock.h>
#include <tradestat/file.h>
#include <tradestat/zone.h>

static int64_t
moment(const char *text)
{
	struct ts_err err;
	int64_t us;

	if (ts_time_parse(text, &us, &err) != TS_OK)
		fail_msg("%s", err.text);
	return us / 1000000;
}

static struct ts_zone *
zone_of(const char *name)
{
	struct ts_zone *zone;
	struct ts_err err;

	if (ts_zone_open(name, &zone, &err) != TS_OK)
		fail_msg("%s", err.text);
	return zone;
}

static void
a_zone_knows_its_offset_at_every_moment(void **state)
{
	static const struct {
		const char *zone, *utc, *name;
		int32_t seconds;
		bool summer;
	} cases[] = {
		{ "UTC", "2026-07-01", "UTC", 0, false },
		{ "Europe/Rome", "2026-01-01", "CET", 3600, false },
		{ "Europe/Rome", "2026-03-29T00:59:59Z", "CET", 3600, false },
		{ "Europe/Rome", "2026-03-29T01:00:00Z", "CEST", 7200, true },
		{ "Europe/Rome", "2026-10-25T00:59:59Z", "CEST", 7200, true },
		{ "Europe/Rome", "2026-10-25T01:00:00Z", "CET", 3600, false },
		{ "Europe/Rome", "2199-07-01", "CEST", 7200, true },
		{ "Europe/Rome", "1800-07-01", "LMT", 2996, false },
		{ "Asia/Almaty", "2024-02-29T17:59:59Z", "+06", 21600, false },
		{ "Asia/Almaty", "2024-02-29T18:00:00Z", "+05", 18000, false },
		{ "Asia/Almaty", "2190-01-01", "+05", 18000, false },
		{ "America/New_York", "2026-11-01T06:00:00Z", "EST", -18000,
		  false },
		{ "Australia/Lord_Howe", "2026-01-01", "+11", 39600, true },
		{ "Australia/Lord_Howe", "2026-07-01", "+1030", 37800, false },
		{ "Africa/Casablanca", "2026-02-15T01:59:59Z", "+01", 3600,
		  false },
		{ "Africa/Casablanca", "2026-02-15T02:00:00Z", "+00", 0, true },
		{ "Africa/Casablanca", "2026-03-22T02:00:00Z", "+01", 3600,
		  false },
		/* summer time is the usual one, winter goes back */
		{ "Europe/Dublin", "2026-07-01", "IST", 3600, false },
		{ "Europe/Dublin", "2026-12-01", "GMT", 0, true },
		/* hours of a rule that are negative */
		{ "America/Nuuk", "2026-03-29T00:59:59Z", "-02", -7200, false },
		{ "America/Nuuk", "2026-03-29T01:00:00Z", "-01", -3600, true },
		{ "Africa/Monrovia", "1971-06-01", "MMT", -2670, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_zone *zone = zone_of(cases[i].zone);
		struct ts_offset got = ts_zone_at(zone, moment(cases[i].utc));

		if (got.seconds != cases[i].seconds ||
		    strcmp(got.name, cases[i].name) != 0)
			fail_msg("%s %s: %d %s", cases[i].zone, cases[i].utc,
				 got.seconds, got.name);
		/* the main form of the data may say it the other way round */
		if (strcmp(cases[i].zone, "Africa/Casablanca") != 0 &&
		    strcmp(cases[i].zone, "Europe/Dublin") != 0)
			assert_int_equal(got.summer, cases[i].summer);
		ts_zone_free(zone);
	}
}

static void
a_local_second_has_one_utc_second(void **state)
{
	static const struct {
		const char *name, *zone, *local, *utc;
		bool is;
	} cases[] = {
		{ "plain", "Europe/Rome", "2026-01-01T12:00:00Z",
		  "2026-01-01T11:00:00Z", true },
		{ "last before the gap", "Europe/Rome", "2026-03-29T01:59:59Z",
		  "2026-03-29T00:59:59Z", true },
		{ "first of the gap", "Europe/Rome", "2026-03-29T02:00:00Z",
		  "2026-03-29T01:00:00Z", false },
		{ "last of the gap", "Europe/Rome", "2026-03-29T02:59:59Z",
		  "2026-03-29T01:00:00Z", false },
		{ "first after the gap", "Europe/Rome", "2026-03-29T03:00:00Z",
		  "2026-03-29T01:00:00Z", true },
		{ "first of the overlap", "Europe/Rome", "2026-10-25T02:00:00Z",
		  "2026-10-25T00:00:00Z", true },
		{ "last of the overlap", "Europe/Rome", "2026-10-25T02:59:59Z",
		  "2026-10-25T00:59:59Z", true },
		{ "first after the overlap", "Europe/Rome",
		  "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z", true },
		{ "half an hour", "Australia/Lord_Howe", "2026-10-04T02:15:00Z",
		  "2026-10-03T15:30:00Z", false },
		{ "a day that never was", "Pacific/Apia",
		  "2011-12-30T12:00:00Z", "2011-12-30T10:00:00Z", false },
		{ "Kazakhstan goes back", "Asia/Almaty", "2024-02-29T23:30:00Z",
		  "2024-02-29T17:30:00Z", true },
		{ "Ramadan begins", "Africa/Casablanca", "2026-02-15T02:30:00Z",
		  "2026-02-15T01:30:00Z", true },
		{ "Ramadan ends", "Africa/Casablanca", "2026-03-22T02:30:00Z",
		  "2026-03-22T02:00:00Z", false },
		{ "UTC", "UTC", "2026-03-29T02:30:00Z", "2026-03-29T02:30:00Z",
		  true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_zone *zone = zone_of(cases[i].zone);
		int64_t utc = 0;
		bool is = ts_zone_utc(zone, moment(cases[i].local), &utc);

		if (is != cases[i].is || utc != moment(cases[i].utc))
			fail_msg("%s: %d %jd, not %jd", cases[i].name, is,
				 (intmax_t)utc, (intmax_t)moment(cases[i].utc));
		ts_zone_free(zone);
	}
}

static void
the_changes_of_a_zone_are_counted_to_the_end(void **state)
{
	struct ts_zone *rome = zone_of("Europe/Rome");
	struct ts_zone *almaty = zone_of("Asia/Almaty");
	struct ts_zone *utc = zone_of("UTC");
	int64_t at = moment("2026-01-01"), change;
	int count = 0;

	(void)state;
	assert_true(ts_zone_next_change(rome, at, &change));
	assert_int_equal(change, moment("2026-03-29T01:00:00Z"));
	while (ts_zone_next_change(rome, at, &change)) {
		assert_true(change > at);
		at = change;
		count++;
	}
	assert_int_equal(count, 2 * (2300 - 2026));
	assert_true(ts_zone_next_change(almaty, moment("2024-01-01"), &change));
	assert_int_equal(change, moment("2024-02-29T18:00:00Z"));
	assert_false(ts_zone_next_change(almaty, change, &change));
	assert_false(ts_zone_next_change(utc, 0, &change));
	ts_zone_free(rome);
	ts_zone_free(almaty);
	ts_zone_free(utc);
}

static void
a_name_that_is_none_is_answered_with_the_nearest(void **state)
{
	static const struct {
		const char *name, *hint;
	} cases[] = {
		{ "Europe/Rme", "did you mean \"Europe/Rome\"" },
		{ "europe/rome", "did you mean \"Europe/Rome\"" },
		{ "Almaty", "did you mean \"Asia/Almaty\"" },
		{ "Rome", "did you mean \"Europe/Rome\"" },
		{ "../../etc/passwd", "no time zone" },
		{ "/etc/localtime", "no time zone" },
		{ "Europe//Rome", "no time zone" },
		{ "Europe/", "no time zone" },
		{ "Europe/../Europe/Rome", "no time zone" },
		{ "Europe/Rome\n", "no time zone" },
		{ "Europe/Rome/x", "no time zone" },
		{ "Xyzzy/Plugh", "write it as" },
		{ "Europe", "not a file" },
		{ "tzdata.zi", "no time zone" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_zone *zone;
		struct ts_err err;

		assert_int_equal(ts_zone_open(cases[i].name, &zone, &err),
				 TS_BAD_CONFIG);
		assert_null(zone);
		if (strstr(err.text, cases[i].hint) == NULL)
			fail_msg("%s: %s", cases[i].name, err.text);
	}
}

static void
a_moment_is_shown_for_people(void **state)
{
	static const struct {
		const char *zone;
		int64_t us;
		const char *text;
	} cases[] = {
		{ "Europe/Rome", 1795415400000000,
		  "Mon 2026-11-23 07:30:00 CET (+01:00)" },
		{ "Asia/Almaty", 1795415400000001,
		  "Mon 2026-11-23 11:30:00.000001 +05 (+05:00)" },
		{ "America/St_Johns", -1,
		  "Wed 1969-12-31 20:29:59.999999 NST (-03:30)" },
		{ "Africa/Monrovia", 0,
		  "Wed 1969-12-31 23:15:30 MMT (-00:44:30)" },
		{ "UTC", 0, "Thu 1970-01-01 00:00:00 UTC (+00:00)" },
	};
	char text[TS_LOCAL_TEXT];
	struct ts_zone *zone;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		zone = zone_of(cases[i].zone);
		assert_string_equal(ts_zone_print(zone, cases[i].us, text),
				    cases[i].text);
		ts_zone_free(zone);
	}
	zone = zone_of("Europe/Rome");
	assert_true(strlen(ts_zone_print(zone, INT64_MAX, text)) > 0);
	assert_true(strlen(ts_zone_print(zone, INT64_MIN, text)) > 0);
	ts_zone_free(zone);
}

/* ---- files of our own ---- */

struct folder {
	char *path;
	char file[300];
};

static int
own_folder(void **state)
{
	static struct folder folder;

	folder.path = temp_dir();
	snprintf(folder.file, sizeof folder.file, "%s/Own", folder.path);
	setenv("TZDIR", folder.path, 1);
	*state = &folder;
	return 0;
}

static int
folder_gone(void **state)
{
	struct folder *folder = *state;

	unsetenv("TZDIR");
	temp_gone(folder->path);
	return 0;
}

static void
put(const struct folder *folder, const void *bytes, size_t count)
{
	struct ts_err err;

	if (ts_file_write(folder->file, bytes, count, 0600, &err) != TS_OK)
		fail_msg("%s", err.text);
}

/* Version 2 with one type, no change, and this footer. */
static size_t
with_footer(unsigned char *out, const char *footer)
{
	static const unsigned char header[44] = { 'T', 'Z',      'i',     'f',
						  '2', [39] = 1, [43] = 4 };
	static const unsigned char block[10] = { 0, 0,   0,   0,   0,
						 0, 'L', 'M', 'T', 0 };
	unsigned char *at = out;
	int i;

	for (i = 0; i < 2; i++) {
		memcpy(at, header, sizeof header);
		memcpy(at + sizeof header, block, sizeof block);
		at += sizeof header + sizeof block;
	}
	*at++ = '\n';
	memcpy(at, footer, strlen(footer));
	at += strlen(footer);
	*at++ = '\n';
	return (size_t)(at - out);
}

static void
every_form_of_a_rule_is_obeyed(void **state)
{
	static const struct {
		const char *rule, *utc, *name;
		int32_t seconds;
	} cases[] = {
		{ "<+05>-5", "2026-07-01", "+05", 18000 },
		{ "<-0330>3:30", "2026-07-01", "-0330", -12600 },
		{ "ABC1:02:03", "2026-07-01", "ABC", -3723 },
		{ "AAA0BBB,J60/0,J300/0", "2024-02-29T23:59:59Z", "AAA", 0 },
		{ "AAA0BBB,J60/0,J300/0", "2024-03-01", "BBB", 3600 },
		{ "AAA0BBB,59/0,300/0", "2024-02-28T23:59:59Z", "AAA", 0 },
		{ "AAA0BBB,59/0,300/0", "2024-02-29", "BBB", 3600 },
		{ "AAA0BBB,59/0,300/0", "2023-03-01", "BBB", 3600 },
		{ "AAA0BBB-2,M1.1.0/0,M12.5.6/0", "2026-07-01", "BBB", 7200 },
		/* south of the equator the year begins in summer */
		{ "AAA-10BBB,M10.1.0,M4.1.0/3", "2026-01-01", "BBB", 39600 },
		{ "AAA-10BBB,M10.1.0,M4.1.0/3", "2026-07-01", "AAA", 36000 },
		/* a change three days and four hours after that Sunday */
		{ "AAA0BBB,M3.5.0/76,M10.5.0", "2026-04-01T03:59:59Z", "AAA",
		  0 },
		{ "AAA0BBB,M3.5.0/76,M10.5.0", "2026-04-01T04:00:00Z", "BBB",
		  3600 },
		{ "AAA0BBB,M3.5.0/-167,M10.5.0", "2026-03-22T01:00:00Z", "BBB",
		  3600 },
		/* summer all the year round (RFC 8536) */
		{ "XXX3EDT4,0/0,J365/23", "2026-01-01T03:59:00Z", "EDT",
		  -14400 },
		{ "XXX3EDT4,0/0,J365/23", "2026-12-31T23:59:00Z", "EDT",
		  -14400 },
		{ "", "2026-07-01", "LMT", 0 },
	};
	const struct folder *folder = *state;
	unsigned char bytes[512];
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_offset got;
		struct ts_zone *zone;

		put(folder, bytes, with_footer(bytes, cases[i].rule));
		zone = zone_of("Own");
		got = ts_zone_at(zone, moment(cases[i].utc));
		if (got.seconds != cases[i].seconds ||
		    strcmp(got.name, cases[i].name) != 0)
			fail_msg("%s at %s: %s %d", cases[i].rule, cases[i].utc,
				 got.name, got.seconds);
		ts_zone_free(zone);
	}
}

static void
a_rule_that_is_none_is_refused(void **state)
{
	static const char *const rules[] = {
		"A0",
		"AAA",
		"AAA25",
		"AAA0BBB",
		"AAA0BBB,",
		"AAA0BBB,M3.5.0",
		"AAA0BBB,M3.5.0,",
		"AAA0BBB,M13.5.0,M10.5.0",
		"AAA0BBB,M3.6.0,M10.5.0",
		"AAA0BBB,M3.0.0,M10.5.0",
		"AAA0BBB,M3.5.7,M10.5.0",
		"AAA0BBB,J0,J1",
		"AAA0BBB,J366,J1",
		"AAA0BBB,366,1",
		"AAA0BBB,M3.5.0/168,M10.5.0",
		"AAA0BBB,M3.5.0/1:60,M10.5.0",
		"AAA0BBB,M3.5.0,M10.5.0x",
		"<+05-5",
		"<+05>",
		"AAAAAAAAAAAAAAAA0",
		"AAA99999999999999999999",
	};
	const struct folder *folder = *state;
	unsigned char bytes[512];
	size_t i;

	for (i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		struct ts_zone *zone;
		struct ts_err err;

		put(folder, bytes, with_footer(bytes, rules[i]));
		if (ts_zone_open("Own", &zone, &err) != TS_BAD_CONFIG)
			fail_msg("\"%s\" was accepted", rules[i]);
		assert_non_null(strstr(err.text, "the rule"));
	}
}

/* Whatever a file says: an error or an answer, never a read outside. */
static void
a_broken_file_is_an_error_or_harmless(void **state)
{
	const struct folder *folder = *state;
	TS_AUTO_BUF good = TS_BUF_INIT(65536);
	struct ts_err err;
	unsigned char *bytes;
	size_t i;

	if (ts_file_read("/usr/share/zoneinfo/Asia/Almaty", &good, &err) !=
	    TS_OK)
		skip();
	for (i = 0; i < good.used; i += i < 200 ? 1 : 7) {
		struct ts_zone *zone = NULL;
		int64_t utc;

		put(folder, good.data, i);
		assert_int_not_equal(ts_zone_open("Own", &zone, &err), TS_OK);
		bytes = malloc(good.used);
		assert_non_null(bytes);
		memcpy(bytes, good.data, good.used);
		bytes[i] ^= 0xff;
		put(folder, bytes, good.used);
		free(bytes);
		if (ts_zone_open("Own", &zone, &err) != TS_OK)
			continue;
		(void)ts_zone_at(zone, INT64_MIN);
		(void)ts_zone_at(zone, INT64_MAX);
		(void)ts_zone_utc(zone, INT64_MIN, &utc);
		(void)ts_zone_utc(zone, INT64_MAX, &utc);
		(void)ts_zone_utc(zone, 1700000000, &utc);
		(void)ts_zone_next_change(zone, INT64_MIN, &utc);
		ts_zone_free(zone);
	}
}

static void
leap_seconds_are_refused(void **state)
{
	const struct folder *folder = *state;
	unsigned char bytes[512];
	struct ts_zone *zone;
	struct ts_err err;
	size_t count = with_footer(bytes, "AAA0");

	bytes[54 + 31] = 1; /* the second header's count of leap seconds */
	put(folder, bytes, count);
	assert_int_equal(ts_zone_open("Own", &zone, &err), TS_BAD_CONFIG);
	assert_non_null(strstr(err.text, "leap seconds"));
}

static void
a_replaced_file_is_noticed(void **state)
{
	const struct folder *folder = *state;
	unsigned char bytes[512];
	struct ts_zone *zone;

	put(folder, bytes, with_footer(bytes, "AAA0"));
	zone = zone_of("Own");
	assert_false(ts_zone_is_stale(zone));
	put(folder, bytes, with_footer(bytes, "AAA1"));
	assert_true(ts_zone_is_stale(zone));
	ts_zone_free(zone);
	zone = zone_of("Own");
	assert_false(ts_zone_is_stale(zone));
	assert_int_equal(remove(folder->file), 0);
	assert_true(ts_zone_is_stale(zone));
	ts_zone_free(zone);
}

static void
the_machine_has_a_zone(void **state)
{
	struct ts_zone *zone = zone_of("");

	(void)state;
	assert_true(strlen(ts_zone_name(zone)) > 0);
	assert_false(ts_zone_is_stale(zone));
	ts_zone_free(zone);
	ts_zone_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_knows_its_offset_at_every_moment),
		cmocka_unit_test(a_local_second_has_one_utc_second),
		cmocka_unit_test(the_changes_of_a_zone_are_counted_to_the_end),
		cmocka_unit_test(
			a_name_that_is_none_is_answered_with_the_nearest),
		cmocka_unit_test(a_moment_is_shown_for_people),
		cmocka_unit_test_setup_teardown(every_form_of_a_rule_is_obeyed,
						own_folder, folder_gone),
		cmocka_unit_test_setup_teardown(a_rule_that_is_none_is_refused,
						own_folder, folder_gone),
		cmocka_unit_test_setup_teardown(
			a_broken_file_is_an_error_or_harmless, own_folder,
			folder_gone),
		cmocka_unit_test_setup_teardown(leap_seconds_are_refused,
						own_folder, folder_gone),
		cmocka_unit_test_setup_teardown(a_replaced_file_is_noticed,
						own_folder, folder_gone),
		cmocka_unit_test(the_machine_has_a_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
