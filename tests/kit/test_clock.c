/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <string.h>
#include <tradestat/clock.h>

static void
a_moment_is_printed_in_utc(void **state)
{
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ 1795555805999999, "2026-11-24T21:30:05Z" },
		{ 951782400000000, "2000-02-29T00:00:00Z" },
		{ 253402300799000000, "9999-12-31T23:59:59Z" },
		{ INT64_MAX, "T04:00:54Z" },
		{ INT64_MIN, "T19:59:05Z" },
	};
	char text[TS_TIME_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(ts_time_print(cases[i].us, text),
				    cases[i].text);
}

static void
a_moment_is_read_with_its_zone(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} cases[] = {
		{ "1970-01-01", 0 },
		{ "2026-11-24T21:30:05Z", 1795555805000000 },
		{ "2026-11-24T21:30:05.25Z", 1795555805250000 },
		{ "2026-11-24t21:30:05.1234567z", 1795555805123456 },
		{ "2026-11-25T02:30:05+05:00", 1795555805000000 },
		{ "2026-11-24 18:00:05-03:30", 1795555805000000 },
		{ "2016-12-31T23:59:60Z", 1483228800000000 },
		{ "1969-12-31T23:59:59Z", -1000000 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t us = 77;
		struct ts_err err;

		if (ts_time_parse(cases[i].text, &us, &err) != TS_OK)
			fail_msg("%s", err.text);
		if (us != cases[i].us)
			fail_msg("%s: %jd", cases[i].text, (intmax_t)us);
	}
}

static void
what_is_no_moment_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"2026",
		"2026-11",
		"2026-11-24T",
		"2026-11-24T21:30Z",
		"2026-11-24T21:30:05",
		"2026-11-24T24:00:00Z",
		"2026-11-24T21:60:00Z",
		"2026-11-24T21:30:61Z",
		"2026-02-29T00:00:00Z",
		"2026-11-24T21:30:05.Z",
		"2026-11-24T21:30:05+05",
		"2026-11-24T21:30:05+24:00",
		"2026-11-24T21:30:05Zx",
		"2026-11-24x21:30:05Z",
		"2026-W01",
		"2026-D197",
		"2024-A1xxxx",
		"2015M07D03",
		"2005..2024",
		"2026-11-241",
		" 2026-11-24",
	};
	int64_t us = 77;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (ts_time_parse(cases[i], &us, NULL) != TS_BAD_DATA)
			fail_msg("accepted: \"%s\"", cases[i]);
		assert_int_equal(us, 77);
	}
}

static void
what_is_printed_reads_back(void **state)
{
	int64_t us, back;
	char text[TS_TIME_TEXT];

	(void)state;
	for (us = -60000000000000000; us < 250000000000000000;
	     us += 98765432123000000 / 997 / 1000000 * 1000000) {
		assert_int_equal(
			ts_time_parse(ts_time_print(us, text), &back, NULL),
			TS_OK);
		assert_int_equal(back, us);
	}
}

static void
the_real_clock_goes_forward_and_sleeps(void **state)
{
	const struct ts_clock *clock = ts_clock_system();
	int64_t before = clock->mono_us(clock), after;

	(void)state;
	clock->sleep_us(clock, 2000);
	clock->sleep_us(clock, 0);
	clock->sleep_us(clock, -5);
	after = clock->mono_us(clock);
	assert_true(after - before >= 2000);
	assert_true(clock->wall_us(clock) > 1700000000000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_moment_is_printed_in_utc),
		cmocka_unit_test(a_moment_is_read_with_its_zone),
		cmocka_unit_test(what_is_no_moment_is_refused),
		cmocka_unit_test(what_is_printed_reads_back),
		cmocka_unit_test(the_real_clock_goes_forward_and_sleeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
