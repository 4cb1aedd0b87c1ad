/* SPDX-License-Identifier: Apache-2.0 */
/* The pure parts of delivery: when again, what was revised, what is alarming.
 */
#include <string.h>
#include "daemon/deliver/inside.h"
#include "tests/support/fixtures.h"

static void
waits_grow_as_documented_and_spread_by_a_fifth(void **state)
{
	static const int64_t expected_s[] = { 60,    300,   900,  3600,
					      10800, 10800, 10800 };

	(void)state;
	for (int i = 0; i < 7; i++)
		for (int64_t seed = 0; seed < 200; seed++) {
			int64_t wait_us = ts_retry_wait_us(i + 1, seed);

			assert_true(wait_us >= expected_s[i] * 800000);
			assert_true(wait_us <= expected_s[i] * 1200000);
			assert_int_equal(wait_us,
					 ts_retry_wait_us(i + 1, seed));
		}
	assert_int_not_equal(ts_retry_wait_us(1, 1), ts_retry_wait_us(1, 2));
}

static void
an_id_depends_on_the_key_and_tells_no_address(void **state)
{
	unsigned char key[32] = { 1 }, other[32] = { 2 };
	char a[TS_ID16], b[TS_ID16], c[TS_ID16];

	(void)state;
	ts_keyed_id(key, "ann@example.org", a);
	ts_keyed_id(key, "ann@example.org", b);
	ts_keyed_id(other, "ann@example.org", c);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	assert_int_equal(strlen(a), 16);
	assert_int_equal(strspn(a, "0123456789abcdef"), 16);
}

static void
a_correction_needs_the_percent_and_the_floor(void **state)
{
	static const struct {
		const char *name, *from, *to;
		double percent, floor;
		bool is;
	} rows[] = {
		{ "beyond both", "1000", "1020", 1, 10, true },
		{ "percent only", "1000", "1020", 1, 50, false },
		{ "floor only", "1000000", "1000020", 1, 10, false },
		{ "exactly at both", "1000", "1010", 1, 10, true },
		{ "the same", "1000", "1000.00", 1, 0, false },
		{ "from nothing", "0", "5", 1, 1, true },
		{ "downwards", "1000", "900", 5, 50, true },
		{ "corrections are off", "1000", "2000", 0, 0, false },
		{ "no number", "1000", "many", 1, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct ts_conf_delivery delivery = {
			.errata_percent = rows[i].percent,
			.errata_floor = rows[i].floor,
		};
		const struct ts_revision revision = { .old_value = rows[i].from,
						      .new_value = rows[i].to };

		if (ts_is_erratum(&delivery, &revision) != rows[i].is)
			fail_msg("%s", rows[i].name);
	}
}

static void
an_alarm_compares_a_period_with_the_one_before(void **state)
{
	const struct ts_figure figures[] = {
		{ .id = "exports/2023",
		  .label = "Exports, 2023",
		  .value = "100",
		  .unit = "USD" },
		{ .id = "exports/2024",
		  .label = "Exports, 2024",
		  .value = "130",
		  .unit = "USD" },
		{ .id = "imports/2024",
		  .label = "Imports, 2024",
		  .value = "7",
		  .unit = "USD" },
	};
	const struct ts_edition edition = { .period = "2024",
					    .figures = figures,
					    .figure_count = 3 };
	struct ts_conf_delivery delivery = { .figure = "exports",
					     .percent = 25,
					     .floor = 20 };
	struct ts_arena *arena = ts_arena_new(1 << 16);
	struct ts_alarm_note note;
	bool beyond = false;

	(void)state;
	assert_true(ts_alarm_look(&delivery, &edition, arena, &note, &beyond));
	assert_true(beyond);
	assert_string_equal(note.label, "Exports, 2024");
	assert_string_equal(note.old_value, "100");
	assert_string_equal(note.new_value, "130");
	delivery.percent = 31;
	assert_true(ts_alarm_look(&delivery, &edition, arena, &note, &beyond));
	assert_false(beyond);
	delivery.figure = "imports"; /* not told for 2023 */
	assert_false(ts_alarm_look(&delivery, &edition, arena, &note, &beyond));
	ts_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			waits_grow_as_documented_and_spread_by_a_fifth),
		cmocka_unit_test(an_id_depends_on_the_key_and_tells_no_address),
		cmocka_unit_test(a_correction_needs_the_percent_and_the_floor),
		cmocka_unit_test(
			an_alarm_compares_a_period_with_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
