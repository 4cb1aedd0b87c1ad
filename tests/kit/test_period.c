/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <string.h>
#include <tradestat/period.h>

static struct ts_period
parsed(const char *text)
{
	struct ts_period period = { .span = TS_NO_SPAN };
	struct ts_err err;

	if (ts_period_parse(text, &period, &err) != TS_OK)
		fail_msg("%s", err.text);
	return period;
}

static void
every_spelling_of_a_publisher_is_understood(void **state)
{
	static const struct {
		const char *text, *ours;
	} cases[] = {
		{ "2024", "2024" },
		{ "2024-A1", "2024" },
		{ "2024A1", "2024" },
		{ "2024-S1", "2024-S1" },
		{ "2024-H2", "2024-S2" },
		{ "2024S2", "2024-S2" },
		{ "2024H1", "2024-S1" },
		{ "2024-Q3", "2024-Q3" },
		{ "2024Q3", "2024-Q3" },
		{ "2024-07", "2024-07" },
		{ "2024-M07", "2024-07" },
		{ "2024M07", "2024-07" },
		{ "2024-W07", "2024-W07" },
		{ "1998W53", "1998-W53" },
		{ "1999W01", "1999-W01" },
		{ "2024-07-15", "2024-07-15" },
		{ "2015M07D03", "2015-07-03" },
		{ "2024-D197", "2024-07-15" },
		{ "2024-D366", "2024-12-31" },
		{ "2024-D001", "2024-01-01" },
		{ "2013-01-18T00:00:00Z", "2013-01-18" },
		{ "2013-01-18T23:59:59.5+01:00", "2013-01-18" },
		{ "2024-01-01/P1Y", "2024" },
		{ "2020-01-01T00:00:00/P3M", "2020-Q1" },
		{ "2020-07-01/P6M", "2020-S2" },
		{ "2020-02-01/P1M", "2020-02" },
		{ "2024-02-12/P7D", "2024-W07" },
		{ "2024-02-29/P1D", "2024-02-29" },
		{ "2024-02/P1M", "2024-02" },
		{ "2005..2024", "2005..2024" },
		{ "0001", "0001" },
		{ "9999-12-31", "9999-12-31" },
	};
	char text[TS_PERIOD_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ts_period_print(parsed(cases[i].text), text);
		if (strcmp(text, cases[i].ours) != 0)
			fail_msg("%s: %s", cases[i].text, text);
		assert_true(
			ts_period_equal(parsed(text), parsed(cases[i].text)));
	}
}

static void
what_is_no_period_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"2",
		"202",
		"20245",
		"202407",
		"20240715",
		"0000",
		"-2024",
		"2024-",
		"2024-1",
		"2024-13",
		"2024-00",
		"2024-7",
		"2024-02-30",
		"2023-02-29",
		"2024-04-31",
		"2024-07-00",
		"2024-Q0",
		"2024-Q5",
		"2024-Q",
		"2024-Q11",
		"2024-S3",
		"2024-T1",
		"2024-W00",
		"2024-W53",
		"2024-W5",
		"2023-D366",
		"2024-D000",
		"2024-D367",
		"2024-D12",
		"2024-A2",
		"2024-M13",
		"2024M07D32",
		"2024M07D",
		"2024-07-15T",
		"2024-07-15Tx",
		"2024-07-15 10:00",
		"2024-01-01/P2Y",
		"2024-02-01/P1Y",
		"2024-01-02/P7D",
		"2024-01-01/",
		"/P1Y",
		"2005..2024/P1Y",
		"2024..2005",
		"2005...2024",
		"2005..",
		"2005..20245",
		"2024 ",
		" 2024",
		"2024-07-15-01",
		"abcd",
		"2024–07",
		"2024-\xFF",
		"2024-07-15T00:00:00aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/P1D",
	};
	struct ts_period before = { .year = 7, .span = TS_YEAR }, period;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		period = before;
		if (ts_period_parse(cases[i], &period, NULL) != TS_BAD_DATA)
			fail_msg("accepted: \"%s\"", cases[i]);
		assert_true(ts_period_equal(period, before));
	}
}

static void
a_known_frequency_reads_bare_digits(void **state)
{
	static const struct {
		enum ts_span span;
		const char *text, *ours;
	} cases[] = {
		{ TS_YEAR, "2024", "2024" },
		{ TS_MONTH, "202407", "2024-07" },
		{ TS_MONTH, "2024-07", "2024-07" },
		{ TS_DAY, "20240715", "2024-07-15" },
		{ TS_QUARTER, "2024-3", "2024-Q3" },
		/* a service that dates its months and quarters */
		{ TS_MONTH, "2024-04-01", "2024-04" },
		{ TS_QUARTER, "2024-04-01", "2024-Q2" },
		{ TS_YEAR, "2013-01-01T00:00:00", "2013" },
		{ TS_WEEK, "2024-02-14", "2024-W07" },
		{ TS_WEEK, "2021-01-03", "2020-W53" },
		{ TS_NO_SPAN, "2024-Q1", "2024-Q1" },
		{ TS_RANGE, "2005..2024", "2005..2024" },
		{ TS_MONTH, "2024", NULL },
		{ TS_YEAR, "2024-07", NULL },
		{ TS_QUARTER, "2024-07", NULL },
		{ TS_MONTH, "202413", NULL },
		{ TS_MONTH, "2024071", NULL },
		{ TS_DAY, "20240732", NULL },
		{ TS_YEAR, "202407", NULL },
		{ TS_RANGE, "2024-07-01", NULL },
		{ TS_QUARTER, "2024-5", NULL },
		{ TS_NO_SPAN, "202407", NULL },
	};
	char text[TS_PERIOD_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_period period = { .span = TS_NO_SPAN };
		enum ts_status status = ts_period_parse_as(
			cases[i].span, cases[i].text, &period, NULL);

		if (cases[i].ours == NULL) {
			if (status != TS_BAD_DATA)
				fail_msg("accepted: %s", cases[i].text);
			continue;
		}
		assert_int_equal(status, TS_OK);
		ts_period_print(period, text);
		if (strcmp(text, cases[i].ours) != 0)
			fail_msg("%s: %s", cases[i].text, text);
	}
}

static void
the_calendar_is_gapless(void **state)
{
	static const enum ts_span spans[] = {
		TS_YEAR, TS_HALF, TS_QUARTER, TS_MONTH, TS_WEEK, TS_DAY,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof spans / sizeof spans[0]; i++) {
		struct ts_period p = ts_period_of_day(spans[i], -200000);
		struct ts_period start = p;
		int steps;

		for (steps = 0; steps < 5000; steps++) {
			struct ts_period next = ts_period_step(p, 1);
			int32_t last = ts_period_last_day(p);

			assert_int_equal(ts_period_first_day(next), last + 1);
			assert_true(
				ts_period_equal(ts_period_step(next, -1), p));
			assert_true(ts_period_equal(
				ts_period_of_day(spans[i], last), p));
			assert_true(ts_period_equal(
				ts_period_of_day(spans[i],
						 ts_period_first_day(p)),
				p));
			p = next;
		}
		assert_int_equal(ts_period_distance(start, p), 5000);
		assert_int_equal(ts_period_distance(p, start), -5000);
		assert_true(ts_period_equal(ts_period_step(start, 5000), p));
	}
}

static void
known_days_are_where_the_calendar_has_them(void **state)
{
	(void)state;
	assert_int_equal(ts_period_first_day(parsed("1970-01-01")), 0);
	assert_int_equal(ts_period_first_day(parsed("2000-03-01")), 11017);
	assert_int_equal(ts_period_first_day(parsed("2026-11-24")), 20781);
	assert_int_equal(ts_period_first_day(parsed("0001-01-01")), -719162);
	assert_int_equal(ts_period_last_day(parsed("2024-02")),
			 ts_period_first_day(parsed("2024-02-29")));
	assert_int_equal(ts_period_last_day(parsed("1900-02")),
			 ts_period_first_day(parsed("1900-02-28")));
	assert_int_equal(ts_period_first_day(parsed("2020-W53")),
			 ts_period_first_day(parsed("2020-12-28")));
	assert_int_equal(ts_period_first_day(parsed("2025-W01")),
			 ts_period_first_day(parsed("2024-12-30")));
	assert_int_equal(ts_period_last_day(parsed("2005..2024")),
			 ts_period_first_day(parsed("2024-12-31")));
}

static void
steps_stop_at_the_edge_of_the_calendar(void **state)
{
	(void)state;
	assert_true(ts_period_equal(ts_period_step(parsed("9999-11"), 99),
				    parsed("9999-12")));
	assert_true(ts_period_equal(ts_period_step(parsed("2024"), INT32_MAX),
				    parsed("9999")));
	assert_true(
		ts_period_equal(ts_period_step(parsed("2024-Q1"), INT32_MIN),
				parsed("0001-Q1")));
	assert_true(ts_period_equal(ts_period_step(parsed("9999-W50"), 9999),
				    parsed("9999-W52")));
	assert_true(
		ts_period_equal(ts_period_step(parsed("2024-07-15"), INT32_MAX),
				parsed("9999-12-31")));
	assert_true(ts_period_equal(ts_period_step(parsed("2005..2024"), 3),
				    parsed("2005..2024")));
}

static void
the_longer_stretch_comes_first(void **state)
{
	static const char *const ladder[] = {
		"1999-12-31", "2001..2010", "2001..2002", "2001..2001",
		"2001",       "2001-S1",    "2001-Q1",    "2001-01",
		"2001-W01",   "2001-01-01", "2001-01-02", "2001-W02",
		"2001-02",    "2001-Q2",    "2001-S2",    "2002..2003",
		"2002",
	};
	size_t count = sizeof ladder / sizeof ladder[0], i, j;
	struct ts_period none = { .span = TS_NO_SPAN };

	(void)state;
	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++)
			assert_int_equal(ts_period_compare(parsed(ladder[i]),
							   parsed(ladder[j])),
					 i < j ? -1 : i > j);
	assert_int_equal(ts_period_compare(none, parsed("0001")), -1);
	assert_int_equal(ts_period_key(none), 0);
}

static void
a_key_gives_its_period_back_and_keeps_the_order(void **state)
{
	uint64_t seed = 42;
	struct ts_period last = { .span = TS_NO_SPAN };
	int i;

	(void)state;
	for (i = 0; i < 100000; i++) {
		enum ts_span span;
		struct ts_period p;
		int64_t key;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		span = (enum ts_span)((seed >> 40) % 7 + 1);
		p = ts_period_of_day(span == TS_RANGE ? TS_YEAR : span,
				     (int32_t)((seed >> 20) % 3652059) -
					     719162);
		if (p.span == TS_NO_SPAN)
			continue;
		if (span == TS_RANGE) {
			p.span = TS_RANGE;
			p.until = (int16_t)(p.year + (int)(seed >> 50) %
							     (10000 - p.year));
		}
		key = ts_period_key(p);
		assert_true(key > 0);
		assert_true(ts_period_equal(ts_period_of_key(key), p));
		if (ts_period_first_day(last) < ts_period_first_day(p))
			assert_true(ts_period_key(last) < key);
		last = p;
	}
}

static void
a_damaged_key_names_nothing(void **state)
{
	static const int64_t cases[] = {
		-1, INT64_MIN, INT64_MAX, 1, 77, (int64_t)1 << 62,
	};
	int64_t good = ts_period_key(parsed("2024-02"));
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(ts_period_of_key(cases[i]).span, TS_NO_SPAN);
	assert_int_equal(ts_period_of_key(good + 1).span, TS_NO_SPAN);
	/* a month cannot begin on the day after */
	assert_int_equal(ts_period_of_key(good + (1 << 17)).span, TS_NO_SPAN);
}

static void
a_frequency_letter_names_its_span(void **state)
{
	static const char *const texts[] = {
		"2024",     "2024-S1",    "2024-Q1",    "2024-01",
		"2024-W01", "2024-01-01", "2005..2024",
	};
	static const char letters[] = "ASQMWDR";
	struct ts_period none = { .span = TS_NO_SPAN };
	char text[TS_PERIOD_TEXT] = "x";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct ts_period p = parsed(texts[i]);

		assert_int_equal(ts_period_freq(p), letters[i]);
		assert_int_equal(ts_span_of_freq(letters[i]), p.span);
	}
	assert_int_equal(ts_period_freq(none), '-');
	assert_int_equal(ts_span_of_freq('x'), TS_NO_SPAN);
	assert_string_equal(ts_period_print(none, text), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_spelling_of_a_publisher_is_understood),
		cmocka_unit_test(what_is_no_period_is_refused),
		cmocka_unit_test(a_known_frequency_reads_bare_digits),
		cmocka_unit_test(the_calendar_is_gapless),
		cmocka_unit_test(known_days_are_where_the_calendar_has_them),
		cmocka_unit_test(steps_stop_at_the_edge_of_the_calendar),
		cmocka_unit_test(the_longer_stretch_comes_first),
		cmocka_unit_test(
			a_key_gives_its_period_back_and_keeps_the_order),
		cmocka_unit_test(a_damaged_key_names_nothing),
		cmocka_unit_test(a_frequency_letter_names_its_span),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
