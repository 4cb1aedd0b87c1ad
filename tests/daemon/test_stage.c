/* SPDX-License-Identifier: Apache-2.0 */
/* Stages of an edition as tradestatd starts them. */
#include "tests/daemon/stage_house.h"
#include "daemon/common/lock.h"

/* ---- fetch ------------------------------------------------------- */

static void
a_fetch_ends_with_what_an_edition_would_say(void **state)
{
	struct house *house = house_new("");
	int64_t id = house_fetching(house, NULL);
	struct ts_entry entry;
	char hash[TS_SHA256_TEXT];

	(void)state;
	assert_stage(house, "fetch", id);
	assert_words(house, "figures of 2024: 10 read, 10 new, 0 revised\n");
	entry = house_entry(house, id);
	assert_int_equal(entry.state, TS_STATE_FETCHING);
	assert_string_equal(entry.seen_period, "2024");
	assert_int_equal(strlen(entry.seen_hash), 64);
	snprintf(hash, sizeof hash, "%s", entry.seen_hash);

	/* the same figures in other bytes are no news */
	house_write(house, "figures.csv", "");
	house_figures(house, 18000);
	assert_stage(house, "fetch", id);
	assert_string_equal(house_entry(house, id).seen_hash, hash);

	house_figures(house, 19000);
	assert_stage(house, "fetch", id);
	assert_words(house, "1 revised");
	assert_string_not_equal(house_entry(house, id).seen_hash, hash);
	house_free(house);
}

static void
a_period_that_was_wished_is_the_one_seen(void **state)
{
	const struct ts_entry wish = { .period = "2023" };
	struct house *house = house_new("");
	int64_t id = house_fetching(house, &wish);

	(void)state;
	assert_stage(house, "fetch", id);
	assert_string_equal(house_entry(house, id).seen_period, "2023");
	house_free(house);
}

static void
a_source_that_fails_is_named(void **state)
{
	struct house *house = house_new("");
	int64_t id = house_fetching(house, NULL);

	(void)state;
	assert_int_equal(unlink(house->figures), 0);
	assert_int_equal(house_stage(house, "fetch", id), TS_NO_INPUT);
	assert_words(house, "figures.csv");
	/* said once, on standard output */
	assert_string_equal(house->err.text, "");
	assert_string_equal(house_entry(house, id).seen_hash, "");
	house_free(house);
}

static void
without_any_figures_there_is_nothing_to_report(void **state)
{
	struct house *house = house_new("");
	int64_t id = house_fetching(house, NULL);

	(void)state;
	house_write(house, "figures.csv", TS_TIDY_HEADER "\n");
	assert_int_equal(house_stage(house, "fetch", id), TS_HELD);
	assert_words(house, "gate complete: the store has no figures");
	house_free(house);
}

/* ---- watch ------------------------------------------------------- */

static void
without_news_nothing_is_fetched(void **state)
{
	struct house *house = house_new("");
	int64_t id = house_fetching(house, NULL);
	struct ts_entry first, second;

	(void)state;
	assert_stage(house, "watch", id); /* never seen: it looks */
	assert_words(house, "figures of 2024");
	first = house_entry(house, id);
	house->now = "2026-11-24T07:00:00Z";
	assert_stage(house, "watch", id);
	assert_words(house, "nothing new, 1 markers asked\n");
	second = house_entry(house, id);
	assert_string_equal(second.seen_hash, first.seen_hash);
	/* since when it shows the same */
	assert_int_equal(second.seen_us, first.seen_us);

	house_figures(house, 19000);
	assert_stage(house, "watch", id);
	assert_words(house, "1 revised");
	assert_string_not_equal(house_entry(house, id).seen_hash,
				first.seen_hash);
	assert_stage(house, "watch", id);
	assert_words(house, "nothing new");
	house_free(house);
}

static void
a_marker_that_moved_only_says_look(void **state)
{
	const struct timespec later[2] = { { .tv_sec = 2000000000 },
					   { .tv_sec = 2000000000 } };
	struct house *house = house_new("");
	int64_t id = house_fetching(house, NULL);
	struct ts_entry first;

	(void)state;
	assert_stage(house, "watch", id);
	first = house_entry(house, id);
	assert_int_equal(utimensat(AT_FDCWD, house->figures, later, 0), 0);
	house->now = "2026-11-24T07:00:00Z";
	assert_stage(house, "watch", id);
	assert_words(house, "figures of 2024");
	assert_string_equal(house_entry(house, id).seen_hash, first.seen_hash);
	assert_int_equal(house_entry(house, id).seen_us, first.seen_us);
	house_free(house);
}

static void
a_new_edition_looks_whatever_the_markers_say(void **state)
{
	struct house *house = house_new("");
	int64_t id = house_fetching(house, NULL);

	(void)state;
	assert_stage(house, "watch", id);
	id = house_fetching(house, NULL);
	assert_stage(house, "watch", id);
	assert_words(house, "figures of 2024");
	house_free(house);
}

static void
the_last_look_of_a_wait_is_a_real_one(void **state)
{
	const struct ts_entry wish = { .wait_us = HOUSE_NOW_US + 1 };
	struct house *house = house_new("");
	int64_t id = house_fetching(house, &wish);

	(void)state;
	assert_stage(house, "watch", id);
	assert_stage(house, "watch", id);
	assert_words(house, "nothing new");
	house->now = "2026-11-24T07:00:00Z";
	assert_stage(house, "watch", id);
	assert_words(house, "figures of 2024");
	house_free(house);
}

static void
a_look_that_failed_remembers_no_marker(void **state)
{
	struct house *house = house_new("");
	int64_t id = house_fetching(house, NULL);

	(void)state;
	assert_stage(house, "watch", id);
	/* there, but not readable as figures: the look fails */
	house_write(house, "figures.csv", "nonsense\n");
	assert_int_not_equal(house_stage(house, "watch", id), TS_OK);
	/* and is made again, although the file stays as it is */
	assert_int_not_equal(house_stage(house, "watch", id), TS_OK);
	house_free(house);
}

static void
a_source_that_is_gone_does_not_stop_the_others(void **state)
{
	struct house *house = house_new("sources = [ \"office\", \"gone\" ];");
	int64_t id = house_fetching(house, NULL);

	(void)state;
	assert_stage(house, "fetch", id);
	assert_words(house, "figures of 2024: 10 read");
	assert_words(house, "; source gone: ");
	/* its part of the look did not go well: it is made again */
	assert_stage(house, "watch", id);
	assert_words(house, "figures of 2024");
	assert_stage(house, "watch", id);
	assert_words(house, "figures of 2024");
	assert_words(house, "; source gone: ");
	house_free(house);
}

/* ---- who may work on what ---------------------------------------- */

static void
an_entry_in_another_state_is_not_worked_on(void **state)
{
	static const struct {
		const char *stage;
		enum ts_state state;
	} cases[] = {
		{ "fetch", TS_STATE_DUE },     { "watch", TS_STATE_READY },
		{ "render", TS_STATE_READY },  { "render", TS_STATE_FETCHING },
		{ "fetch", TS_STATE_HELD },    { "fetch", TS_STATE_FAILED },
		{ "render", TS_STATE_EXPIRED }
	};
	struct house *house = house_new("");

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t id = house_fetching(house, NULL);
		const struct ts_move move = { .from = TS_STATE_FETCHING,
					      .to = cases[i].state };

		if (cases[i].state != TS_STATE_FETCHING)
			house_move(house, id, &move);
		if (house_stage(house, cases[i].stage, id) != TS_REFUSED)
			fail_msg("%s of %s: %s", cases[i].stage,
				 ts_state_name(cases[i].state), house->words);
		assert_int_equal(house_entry(house, id).state, cases[i].state);
	}
	house_free(house);
}

static void
a_report_in_other_hands_is_left_alone(void **state)
{
	struct house *house = house_new("");
	int64_t id = house_fetching(house, NULL);
	int lock;

	(void)state;
	assert_int_equal(ts_lock_take(house->state, "pair", &lock, &house->err),
			 TS_OK);
	assert_int_equal(house_stage(house, "fetch", id), TS_AGAIN);
	close(lock);
	assert_stage(house, "fetch", id);
	house_free(house);
}

static void
what_is_no_stage_and_no_entry_is_told(void **state)
{
	static const struct {
		const char *stage;
		int64_t id;
		enum ts_status status;
	} cases[] = {
		{ "fetch", 4711, TS_NO_INPUT },
		{ "fetch", 0, TS_BAD_USAGE },
		{ "fetch", -1, TS_BAD_USAGE },
		{ "draw", 1, TS_BAD_USAGE },
	};
	struct house *house = house_new("");

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (house_stage(house, cases[i].stage, cases[i].id) !=
		    cases[i].status)
			fail_msg("%s %lld: %s", cases[i].stage,
				 (long long)cases[i].id, house->words);
	house_free(house);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fetch_ends_with_what_an_edition_would_say),
		cmocka_unit_test(a_period_that_was_wished_is_the_one_seen),
		cmocka_unit_test(a_source_that_fails_is_named),
		cmocka_unit_test(
			without_any_figures_there_is_nothing_to_report),
		cmocka_unit_test(without_news_nothing_is_fetched),
		cmocka_unit_test(a_marker_that_moved_only_says_look),
		cmocka_unit_test(a_new_edition_looks_whatever_the_markers_say),
		cmocka_unit_test(the_last_look_of_a_wait_is_a_real_one),
		cmocka_unit_test(a_look_that_failed_remembers_no_marker),
		cmocka_unit_test(
			a_source_that_is_gone_does_not_stop_the_others),
		cmocka_unit_test(an_entry_in_another_state_is_not_worked_on),
		cmocka_unit_test(a_report_in_other_hands_is_left_alone),
		cmocka_unit_test(what_is_no_stage_and_no_entry_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
