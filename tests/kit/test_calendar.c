/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/calendar.h>
#include <tradestat/clock.h>
#include <tradestat/file.h>

static int64_t
moment(const char *text)
{
	struct ts_err err;
	int64_t us;

	if (ts_time_parse(text, &us, &err) != TS_OK)
		fail_msg("%s", err.text);
	return us;
}

static struct ts_calendar *
rule_of(const char *text, const char *zone)
{
	struct ts_calendar *rule;
	struct ts_err err;

	if (ts_calendar_parse(text, zone, &rule, &err) != TS_OK)
		fail_msg("%s", err.text);
	return rule;
}

static void
a_rule_is_printed_in_its_normal_form(void **state)
{
	static const struct {
		const char *text, *normal;
	} cases[] = {
		/* those of systemd.time(7) */
		{ "Sat,Thu,Mon..Wed,Sat..Sun",
		  "Mon..Thu,Sat,Sun *-*-* 00:00:00" },
		{ "Mon,Sun 12-*-* 2,1:23", "Mon,Sun 2012-*-* 01,02:23:00" },
		{ "Wed *-1", "Wed *-*-01 00:00:00" },
		{ "Wed..Wed,Wed *-1", "Wed *-*-01 00:00:00" },
		{ "Wed, 17:48", "Wed *-*-* 17:48:00" },
		{ "Wed..Sat,Tue 12-10-15 1:2:3",
		  "Tue..Sat 2012-10-15 01:02:03" },
		{ "*-*-7 0:0:0", "*-*-07 00:00:00" },
		{ "10-15", "*-10-15 00:00:00" },
		{ "monday *-12-* 17:00", "Mon *-12-* 17:00:00" },
		{ "Mon,Fri *-*-3,1,2 *:30:45", "Mon,Fri *-*-01,02,03 *:30:45" },
		{ "12,14,13,12:20,10,30", "*-*-* 12,13,14:10,20,30:00" },
		{ "12..14:10,20,30", "*-*-* 12..14:10,20,30:00" },
		{ "mon,fri *-1/2-1,3 *:30:45", "Mon,Fri *-01/2-01,03 *:30:45" },
		{ "03-05 08:05:40", "*-03-05 08:05:40" },
		{ "08:05:40", "*-*-* 08:05:40" },
		{ "Sat,Sun 12-05 08:05:40", "Sat,Sun *-12-05 08:05:40" },
		{ "2003-03-05 05:40", "2003-03-05 05:40:00" },
		{ "05:40:23.4200004/3.1700005",
		  "*-*-* 05:40:23.420000/3.170001" },
		{ "2003-02..04-05", "2003-02..04-05 00:00:00" },
		{ "2003-03-05 05:40 UTC", "2003-03-05 05:40:00 UTC" },
		{ "weekly Pacific/Auckland",
		  "Mon *-*-* 00:00:00 Pacific/Auckland" },
		{ "*:2/3", "*-*-* *:02/3:00" },
		/* the words */
		{ "minutely", "*-*-* *:*:00" },
		{ "hourly", "*-*-* *:00:00" },
		{ "daily", "*-*-* 00:00:00" },
		{ "daily utc", "*-*-* 00:00:00 UTC" },
		{ "Weekly", "Mon *-*-* 00:00:00" },
		{ "monthly", "*-*-01 00:00:00" },
		{ "quarterly", "*-01,04,07,10-01 00:00:00" },
		{ "semiannually", "*-01,07-01 00:00:00" },
		{ "bi-annually", "*-01,07-01 00:00:00" },
		{ "yearly", "*-01-01 00:00:00" },
		{ "annually", "*-01-01 00:00:00" },
		/* ours */
		{ "Mon *-*-* 07:30 Europe/Rome",
		  "Mon *-*-* 07:30:00 Europe/Rome" },
		{ "Mon *-05~07/1", "Mon *-05~07/1 00:00:00" },
		{ "*-*~1..5", "*-*~01..05 00:00:00" },
		{ "*-*~*", "*-*-* 00:00:00" },
		{ "1..10/3:0", "*-*-* 01..10/3:00:00" },
		{ "1..9/3:0", "*-*-* 01..07/3:00:00" },
		{ "1..3/5:0", "*-*-* 01:00:00" },
		{ "2003..2010-1-1", "2003..2010-01-01 00:00:00" },
		{ "69-1-1", "2069-01-01 00:00:00" },
		{ "70-1-1", "1970-01-01 00:00:00" },
		{ "99..1-1-1", "1999..2001-01-01 00:00:00" },
		{ "Mon..Sun", "*-*-* 00:00:00" },
		{ "Mon-Fri 1:0", "Mon..Fri *-*-* 01:00:00" },
		{ "*:*:*", "*-*-* *:*:*" },
		{ "*:*:7..7/2147", "*-*-* *:*:07" },
		{ "1:2:0/1,5", "*-*-* 01:02:*" },
		{ "1:2:1.5..3", "*-*-* 01:02:01.500000..02.500000" },
		{ "@1000 Europe/Rome", "1970-01-01 00:16:40 UTC" },
		{ "Sun @1774746000", "Sun 2026-03-29 01:00:00 UTC" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_calendar *rule = rule_of(cases[i].text, "UTC");
		TS_AUTO_BUF out = TS_BUF_INIT(4096);

		ts_calendar_print(rule, &out);
		if (strcmp(out.data, cases[i].normal) != 0)
			fail_msg("%s: %s, not %s", cases[i].text, out.data,
				 cases[i].normal);
		ts_calendar_free(rule);
	}
}

static void
a_rule_that_is_none_is_refused_with_the_place(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "without a text" },
		{ " UTC", "without a text" },
		{ "Europe/Rome", "character 1: expected a weekday, a date" },
		{ "every day", "character 1: expected a weekday" },
		{ "Mon weekly", "no time zone \"weekly\"" },
		{ "Mon 7", "character 6: expected \":\" and minutes" },
		{ "Mon..Tue..Wed", "character 9: expected a comma" },
		{ "Sat..Mon 1:0", "character 6: a range of weekdays" },
		{ "Mon,,Tue", "character 5: expected a weekday" },
		{ "Mon.. 1:0", "character 6: expected a weekday" },
		{ "Monda 1:0", "character 4: expected a comma" },
		{ "24:00", "character 1: hours are 0 to 23" },
		{ "1:60", "character 3: minutes are 0 to 59" },
		{ "1:2:60", "character 5: seconds are 0 to 59.999999" },
		{ "1:2:59.9999999", "character 5: seconds are" },
		{ "*-13-1", "character 3: months are 1 to 12" },
		{ "*-0-1", "character 3: months" },
		{ "*-1-32", "character 5: days are 1 to 31" },
		{ "*-*~29", "character 5: from the end of the month" },
		{ "*-*~1,27", "character 7: from the end of the month" },
		{ "2200-1-1", "character 1: years are" },
		{ "1969-1-1", "character 1: years are" },
		{ "9..5:0", "character 1: a range goes forward" },
		{ "1:0/0", "character 5: a step of nothing" },
		{ "*:*:7..7/2148", "character 10: more than 2147.483647 s" },
		{ "*:*:1..5/2147.483648", "character 10: more than" },
		{ "0/24:0", "character 1: a step that leads nowhere" },
		{ "*/2:0", "character 2: expected \"-\", \"~\" or \":\"" },
		{ "1:2:3.", "character 7: expected digits" },
		{ "1:2:1..1.5", "character 5: a range of less than a second" },
		{ "1:2:3:4", "character 6: expected the end of the time" },
		{ "1-2-3-4", "character 6: expected the end of the date" },
		{ "*-*-1~7", "character 6: expected the end of the date" },
		{ "*~1-7", "character 4: expected the end of the date" },
		{ "99999999999:1", "character 1: a number far too large" },
		{ "@", "character 2: expected seconds since 1970" },
		{ "@-5", "character 2: expected seconds" },
		{ "@5 1:1", "character 3: expected nothing behind" },
		{ "@7258118400", "years are 1970" },
		{ "@99999999999999999999", "a number far too large" },
		{ "1:1 ", "character 4: expected the end of the time" },
		{ " 1:1", "character 1: expected a weekday" },
		{ "1:1\t", "character 4: expected the end of the time" },
		{ "1:1 Europe/Rme", "did you mean \"Europe/Rome\"" },
		{ "1:1 ../etc/passwd", "expected the end of the time" },
		{ "1:1 Europe/../../../etc/passwd", "no time zone" },
	};
	char full[1100];
	struct ts_calendar *rule;
	struct ts_err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (ts_calendar_parse(cases[i].text, "UTC", &rule, &err) !=
		    TS_BAD_CONFIG)
			fail_msg("\"%s\" was accepted", cases[i].text);
		assert_null(rule);
		if (strstr(err.text, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].text, err.text);
	}
	/* a list of 241 parts is one, of 242 is none, 1,000 bytes are none */
	memcpy(full, "1:", 2);
	for (i = 0; i < 240; i++)
		memcpy(full + 2 + 2 * i, "1,", 2);
	memcpy(full + 2 + 2 * i, "1", 2);
	ts_calendar_free(rule_of(full, "UTC"));
	memcpy(full + 3 + 2 * i, ",1", 3);
	assert_int_equal(ts_calendar_parse(full, "UTC", &rule, &err),
			 TS_BAD_CONFIG);
	assert_non_null(strstr(err.text, "too long a list"));
	memset(full, '1', sizeof full);
	full[1000] = '\0';
	assert_int_equal(ts_calendar_parse(full, "UTC", &rule, &err),
			 TS_BAD_CONFIG);
	assert_non_null(strstr(err.text, "less than 1000"));
}

static void
a_rule_elapses_when_it_should(void **state)
{
	static const struct {
		const char *name, *rule, *zone, *base, *elapses;
	} cases[] = {
		{ "a Monday morning", "Mon *-*-* 07:30", "Europe/Rome",
		  "2026-11-23T06:00:00Z",
		  "2026-11-23T06:30:00Z 2026-11-30T06:30:00Z" },
		{ "after means after", "Mon *-*-* 07:30", "Europe/Rome",
		  "2026-11-23T06:30:00Z", "2026-11-30T06:30:00Z" },
		{ "a gap runs at its end", "*-*-* 02:30", "Europe/Rome",
		  "2026-03-28T00:00:00Z",
		  "2026-03-28T01:30:00Z 2026-03-29T01:00:00Z "
		  "2026-03-30T00:30:00Z" },
		{ "an overlap runs once, at the first", "*-*-* 02:30",
		  "Europe/Rome", "2026-10-24T01:00:00Z",
		  "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z" },
		{ "many in one gap are one", "*:0/10", "Europe/Rome",
		  "2026-03-29T00:40:00Z",
		  "2026-03-29T00:50:00Z 2026-03-29T01:00:00Z "
		  "2026-03-29T01:10:00Z" },
		{ "none coincides with the end of the gap", "2,3:30",
		  "Europe/Rome", "2026-03-29T00:00:00Z",
		  "2026-03-29T01:00:00Z 2026-03-29T01:30:00Z "
		  "2026-03-30T00:30:00Z" },
		{ "fractions in a gap", "2:30:0.5", "Europe/Rome",
		  "2026-03-29T00:00:00Z",
		  "2026-03-29T01:00:00Z 2026-03-30T00:30:00.5Z" },
		{ "the end of a gap is not found twice", "*-*-* 02:30",
		  "Europe/Rome", "2026-03-29T01:00:00Z",
		  "2026-03-30T00:30:00Z" },
		{ "an hour shown twice counts once", "*:0/30", "Europe/Rome",
		  "2026-10-25T00:00:00Z",
		  "2026-10-25T00:30:00Z 2026-10-25T02:00:00Z "
		  "2026-10-25T02:30:00Z" },
		{ "nor from within its second pass", "*:0/30", "Europe/Rome",
		  "2026-10-25T01:10:00Z",
		  "2026-10-25T02:00:00Z 2026-10-25T02:30:00Z" },
		{ "every second of it", "*:*:*", "Europe/Rome",
		  "2026-10-25T00:59:59Z", "2026-10-25T02:00:00Z" },
		{ "from its second pass the hour is over at once", "*:*:*",
		  "Europe/Rome", "2026-10-25T01:00:10Z",
		  "2026-10-25T02:00:00Z 2026-10-25T02:00:01Z" },
		{ "half an hour of summer time", "2:15", "Australia/Lord_Howe",
		  "2026-10-03T00:00:00Z",
		  "2026-10-03T15:30:00Z 2026-10-04T15:15:00Z" },
		{ "Kazakhstan changes its offset", "23:30", "Asia/Almaty",
		  "2024-02-28T12:00:00Z",
		  "2024-02-28T17:30:00Z 2024-02-29T17:30:00Z "
		  "2024-03-01T18:30:00Z" },
		{ "a day that never was", "12:00", "Pacific/Apia",
		  "2011-12-29T00:00:00Z",
		  "2011-12-29T22:00:00Z 2011-12-30T10:00:00Z "
		  "2011-12-30T22:00:00Z" },
		{ "Ramadan", "2:30", "Africa/Casablanca",
		  "2026-02-14T12:00:00Z",
		  "2026-02-15T01:30:00Z 2026-02-16T02:30:00Z" },
		{ "zone of the rule", "7:30 Asia/Almaty", "Europe/Rome",
		  "2026-11-23T00:00:00Z", "2026-11-23T02:30:00Z" },
		{ "weekday and date must both hold", "Fri *-*-13", "UTC",
		  "2026-01-01", "2026-02-13 2026-03-13 2026-11-13" },
		{ "the last Monday in May", "Mon *-05~07/1", "UTC",
		  "2026-01-01", "2026-05-25 2027-05-31 2028-05-29" },
		{ "the third last day in February", "*-02~03", "UTC",
		  "2027-01-01", "2027-02-26 2028-02-27" },
		{ "29 February on a Monday", "Mon *-02-29", "UTC", "2026-01-01",
		  "2044-02-29 2072-02-29 2112-02-29" },
		{ "a step does not spill into the new year", "*-*-1/7", "UTC",
		  "2026-12-22", "2026-12-29 2027-01-01 2027-01-08" },
		{ "nor into the new day", "*:0/7", "UTC",
		  "2026-11-20T23:50:00Z",
		  "2026-11-20T23:56:00Z 2026-11-21 "
		  "2026-11-21T00:07:00Z" },
		{ "parts of a second", "0:0:59.5,0.25/0.5", "UTC",
		  "2026-01-01T00:00:59Z",
		  "2026-01-01T00:00:59.25Z 2026-01-01T00:00:59.5Z "
		  "2026-01-01T00:00:59.75Z 2026-01-02T00:00:00.25Z" },
		{ "one second of the epoch", "@1774746000", "Asia/Almaty",
		  "2026-01-01", "2026-03-29T01:00:00Z never" },
		{ "no 30 February", "*-02-30", "UTC", "2026-01-01", "never" },
		{ "no such weekday that day", "Mon 2026-11-24", "UTC",
		  "2026-01-01", "never" },
		{ "years that have passed", "2003..2010-1-1", "UTC",
		  "2026-01-01", "never" },
		{ "the last second", "2199-12-31 23:59:59", "UTC", "2026-01-01",
		  "2199-12-31T23:59:59Z never" },
		{ "before the epoch", "yearly", "UTC", "1900-01-01",
		  "1970-01-01 1971-01-01" },
		{ "west of it", "1970-1-1", "America/New_York", "1969-12-01",
		  "1970-01-01T05:00:00Z never" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_calendar *rule =
			rule_of(cases[i].rule, cases[i].zone);
		int64_t at = moment(cases[i].base);
		const char *expected = cases[i].elapses;

		while (*expected != '\0') {
			char word[40];
			size_t length = strcspn(expected, " ");
			bool found;

			assert_true(length < sizeof word);
			memcpy(word, expected, length);
			word[length] = '\0';
			expected += length + strspn(expected + length, " ");
			found = ts_calendar_next(rule, at, &at);
			if (found != (strcmp(word, "never") != 0) ||
			    (found && at != moment(word)))
				fail_msg("%s: %s, not %s", cases[i].name,
					 found ? ts_time_print(at,
							       (char[32]){ 0 })
					       : "never",
					 word);
		}
		ts_calendar_free(rule);
	}
}

static void
the_ends_of_time_are_harmless(void **state)
{
	struct ts_calendar *rule = rule_of("*:*:0/0.000001", "Europe/Rome");
	int64_t next;

	(void)state;
	assert_true(ts_calendar_next(rule, INT64_MIN, &next));
	assert_true(next < 0 && next > -7200000000);
	assert_false(ts_calendar_next(rule, INT64_MAX, &next));
	assert_true(ts_calendar_next(rule, 1774745999999999, &next));
	assert_int_equal(next, 1774746000000000);
	assert_true(ts_calendar_next(rule, next, &next));
	assert_int_equal(next, 1774746000000001);
	ts_calendar_free(rule);
	ts_calendar_free(NULL);
}

/* A year of minutes through both changes: no two the same, none missing. */
static void
every_minute_of_a_year_elapses_once(void **state)
{
	struct ts_calendar *rule = rule_of("minutely", "Europe/Rome");
	int64_t at = moment("2026-01-01") - 1, end = moment("2027-01-01");
	int64_t next, count = 0;

	(void)state;
	while (ts_calendar_next(rule, at, &next) && next < end) {
		assert_true(next > at);
		at = next;
		count++;
	}
	/* the gap's sixty are the one at 03:00, the repeated hour's are one */
	assert_int_equal(count, 365 * 1440 - 60);
	ts_calendar_free(rule);
}

static void
put(const char *path, const char *from)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(65536);
	struct ts_err err;

	if (ts_file_read(from, &buf, &err) != TS_OK)
		skip();
	if (ts_file_write(path, buf.data, buf.used, 0600, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
a_replaced_zone_file_is_read_again(void **state)
{
	int64_t base = moment("2026-07-01"), next;
	char *folder = temp_dir();
	struct ts_calendar *rule;
	struct ts_err err;
	char path[300];
	bool changed;

	(void)state;
	snprintf(path, sizeof path, "%s/Own", folder);
	put(path, "/usr/share/zoneinfo/Europe/Rome");
	setenv("TZDIR", folder, 1);
	rule = rule_of("12:00 Own", "UTC");
	assert_int_equal(ts_calendar_refresh(rule, &changed, &err), TS_OK);
	assert_false(changed);
	put(path, "/usr/share/zoneinfo/Asia/Almaty");
	assert_true(ts_calendar_next(rule, base, &next));
	assert_int_equal(next, moment("2026-07-01T10:00:00Z"));
	assert_int_equal(ts_calendar_refresh(rule, &changed, &err), TS_OK);
	assert_true(changed);
	assert_true(ts_calendar_next(rule, base, &next));
	assert_int_equal(next, moment("2026-07-01T07:00:00Z"));

	/* gone or broken: told, and the old rules stay */
	assert_int_equal(remove(path), 0);
	assert_int_equal(ts_calendar_refresh(rule, &changed, &err),
			 TS_BAD_CONFIG);
	assert_false(changed);
	if (ts_file_write(path, "TZif2", 5, 0600, &err) != TS_OK)
		fail_msg("%s", err.text);
	assert_int_equal(ts_calendar_refresh(rule, &changed, &err),
			 TS_BAD_CONFIG);
	assert_true(ts_calendar_next(rule, base, &next));
	assert_int_equal(next, moment("2026-07-01T07:00:00Z"));
	assert_string_equal(ts_zone_name(ts_calendar_zone(rule)), "Own");
	ts_calendar_free(rule);
	unsetenv("TZDIR");
	temp_gone(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_is_printed_in_its_normal_form),
		cmocka_unit_test(a_rule_that_is_none_is_refused_with_the_place),
		cmocka_unit_test(a_rule_elapses_when_it_should),
		cmocka_unit_test(the_ends_of_time_are_harmless),
		cmocka_unit_test(every_minute_of_a_year_elapses_once),
		cmocka_unit_test(a_replaced_zone_file_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
