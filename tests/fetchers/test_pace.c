/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "fetchers/engine/pace.h"
#include "tests/fetchers/fetching.h"

#define SECOND 1000000ll
#define HOUR (3600 * SECOND)

static const struct ts_pace_rule polite = {
	.host = "stat.example.org",
	.per_minute = 10,
	.burst = 3,
};
static const struct ts_pace_rule daily = {
	.host = "stat.example.org",
	.per_minute = 6000,
	.burst = 1000,
	.quota_calls = 500,
	.quota_window_s = 86400,
};

static int64_t
start_us(void)
{
	struct ts_err err;
	int64_t us = 0;

	assert_int_equal(ts_time_parse("2026-11-24T06:00:00Z", &us, &err),
			 TS_OK);
	return us;
}

static struct ts_pace_turn
take(struct memory *memory, const struct ts_pace_rule *rule, int64_t now_us)
{
	struct ts_pace_turn turn;
	struct ts_err err;

	if (ts_pace_take(&memory->table, rule, now_us, &turn, &err) != TS_OK)
		fail_msg("%s", err.text);
	return turn;
}

/* Calls that go through at once. */
static int
calls(struct memory *memory, const struct ts_pace_rule *rule, int64_t now_us,
      int most)
{
	int n = 0;

	while (n < most && take(memory, rule, now_us).wait_us == 0)
		n++;
	return n;
}

static void
a_burst_is_followed_by_the_polite_rate(void **state)
{
	struct memory *memory = memory_new();
	int64_t now = start_us();

	(void)state;
	assert_int_equal(calls(memory, &polite, now, 10), 3);
	/* ten a minute is one in six seconds */
	assert_int_equal(take(memory, &polite, now).wait_us, 6 * SECOND);
	assert_in_range(take(memory, &polite, now + 2 * SECOND).wait_us,
			4 * SECOND, 4 * SECOND + 2);
	assert_int_equal(calls(memory, &polite, now + 6 * SECOND + 2, 10), 1);
	/* a long pause fills the bucket, no more */
	assert_int_equal(calls(memory, &polite, now + HOUR, 10), 3);
	memory_free(memory);
}

static void
starting_again_is_no_way_around_the_rate(void **state)
{
	struct bench *bench = bench_new(NULL);

	(void)state;
	/* two engines, one after the other, on the same memory */
	for (int process = 0; process < 2; process++) {
		struct ts_fetch *fetch;

		assert_int_equal(
			ts_fetch_open(&bench->opts, &fetch, &bench->err),
			TS_OK);
		assert_int_equal(
			calls(bench->memory, &polite, bench->clock.wall_us, 10),
			process == 0 ? 3 : 0);
		ts_fetch_close(fetch);
	}
	bench_free(bench);
}

static void
a_quota_keeps_a_tenth_in_reserve_and_comes_back_with_its_window(void **state)
{
	struct memory *memory = memory_new();
	int64_t now = start_us();
	struct ts_pace_turn turn;

	(void)state;
	assert_int_equal(take(memory, &daily, now).quota_left, 449);
	assert_int_equal(calls(memory, &daily, now + HOUR, 1000), 449);
	turn = take(memory, &daily, now + 2 * HOUR);
	assert_true(turn.quota);
	assert_int_equal(turn.quota_left, 0);
	assert_int_equal(turn.wait_us, 22 * HOUR);
	assert_int_equal(take(memory, &daily, now + 24 * HOUR).wait_us, 0);
	memory_free(memory);
}

static void
what_the_publisher_says_holds_for_every_source_of_the_host(void **state)
{
	struct memory *memory = memory_new();
	int64_t now = start_us();
	struct ts_err err;

	(void)state;
	assert_int_equal(ts_pace_hold(&memory->table, &polite, now,
				      now + 3 * HOUR, &err),
			 TS_OK);
	assert_int_equal(take(memory, &daily, now).wait_us, 3 * HOUR);
	/* a shorter word does not undo a longer one */
	assert_int_equal(
		ts_pace_hold(&memory->table, &polite, now, now + HOUR, &err),
		TS_OK);
	assert_int_equal(take(memory, &daily, now).wait_us, 3 * HOUR);
	assert_int_equal(take(memory, &daily, now + 3 * HOUR).wait_us, 0);
	memory_free(memory);
}

static void
a_source_without_a_quota_counts_against_it_and_does_not_end_it(void **state)
{
	struct memory *memory = memory_new();
	struct ts_pace_rule free = daily;
	int64_t now = start_us();

	(void)state;
	free.quota_calls = free.quota_window_s = 0;
	assert_int_equal(take(memory, &daily, now).quota_left, 449);
	assert_int_equal(take(memory, &free, now).quota_left, -1);
	assert_int_equal(take(memory, &daily, now).quota_left, 447);
	memory_free(memory);
}

static void
hosts_do_not_wait_for_each_other(void **state)
{
	struct memory *memory = memory_new();
	struct ts_pace_rule other = polite;
	int64_t now = start_us();

	(void)state;
	other.host = "other.example.org";
	assert_int_equal(calls(memory, &polite, now, 10), 3);
	assert_int_equal(calls(memory, &other, now, 10), 3);
	memory_free(memory);
}

static void
a_clock_that_goes_back_gives_no_calls_away_and_takes_none(void **state)
{
	struct memory *memory = memory_new();
	int64_t now = start_us();

	(void)state;
	assert_int_equal(calls(memory, &polite, now, 10), 3);
	assert_int_equal(calls(memory, &polite, now - 10 * HOUR, 10), 0);
	/* from there on the bucket fills as ever */
	assert_int_equal(
		calls(memory, &polite, now - 10 * HOUR + 6 * SECOND + 2, 10),
		1);
	memory_free(memory);
}

static void
a_row_that_makes_no_sense_is_mended(void **state)
{
	struct memory *memory = memory_new();
	int64_t now = start_us();
	struct ts_pace odd = { .tokens = NAN,
			       .at_us = now,
			       .not_before_us = now + 400 * 24 * HOUR,
			       .window_us = now + HOUR,
			       .calls = 3 };
	struct ts_err err;

	(void)state;
	assert_int_equal(memory_pace_put(memory, polite.host, &odd, &err),
			 TS_OK);
	/* a wait beyond every quota was written by a wrong clock */
	assert_int_equal(take(memory, &polite, now).wait_us, 6 * SECOND);
	memory_free(memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_is_followed_by_the_polite_rate),
		cmocka_unit_test(starting_again_is_no_way_around_the_rate),
		cmocka_unit_test(
			a_quota_keeps_a_tenth_in_reserve_and_comes_back_with_its_window),
		cmocka_unit_test(
			what_the_publisher_says_holds_for_every_source_of_the_host),
		cmocka_unit_test(
			a_source_without_a_quota_counts_against_it_and_does_not_end_it),
		cmocka_unit_test(hosts_do_not_wait_for_each_other),
		cmocka_unit_test(
			a_clock_that_goes_back_gives_no_calls_away_and_takes_none),
		cmocka_unit_test(a_row_that_makes_no_sense_is_mended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
