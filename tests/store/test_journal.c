/* SPDX-License-Identifier: Apache-2.0 */
/* The journal of editions: every rule of store/journal.h. */
#include "tests/store/entries.h"

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

static void
states_and_causes_have_names(void **state)
{
	enum ts_state one;
	enum ts_cause cause;

	(void)state;
	for (int i = 0; i < TS_STATES; i++) {
		assert_true(
			ts_state_parse(ts_state_name((enum ts_state)i), &one));
		assert_int_equal(one, i);
		assert_int_equal(ts_state_is_end(one),
				 i == TS_STATE_DONE || i >= TS_STATE_FAILED);
	}
	for (int i = 0; i <= TS_CAUSE_HAND; i++) {
		assert_true(ts_cause_parse(ts_cause_name((enum ts_cause)i),
					   &cause));
		assert_int_equal(cause, i);
	}
	assert_false(ts_state_parse("Due", &one));
	assert_false(ts_cause_parse("", &cause));
	assert_string_equal(ts_state_name((enum ts_state)99), "?");
	assert_string_equal(ts_cause_name((enum ts_cause)99), "?");
	assert_false(ts_state_is_end((enum ts_state)99));
}

static void
an_entry_begins_as_it_was_asked_for(void **state)
{
	struct ts_entry asked = { .report = "kz-it",
				  .cause = TS_CAUSE_OPERATOR,
				  .slot_us = 7,
				  .next_us = 8,
				  .wait_us = 9,
				  .waive = "fresh,complete",
				  .force = true,
				  .period = "2024",
				  /* these are not for the asking */
				  .id = 77,
				  .number = 5,
				  .state = TS_STATE_DONE,
				  .attempts = 3,
				  .marked = true,
				  .reason = "no",
				  .path = "no",
				  .seen_hash = "no" };
	struct ts_entry entry;
	int64_t id;

	(void)state;
	assert_int_equal(ts_journal_add(store, &asked, 100, &id, &err), TS_OK);
	entry = entry_of(store, id);
	assert_int_equal(entry.id, id);
	assert_string_equal(entry.report, "kz-it");
	assert_string_equal(entry.period, "2024");
	assert_int_equal(entry.number, 0);
	assert_int_equal(entry.state, TS_STATE_DUE);
	assert_int_equal(entry.cause, TS_CAUSE_OPERATOR);
	assert_int_equal(entry.slot_us, 7);
	assert_int_equal(entry.made_us, 100);
	assert_int_equal(entry.since_us, 100);
	assert_int_equal(entry.next_us, 8);
	assert_int_equal(entry.wait_us, 9);
	assert_int_equal(entry.attempts, 0);
	assert_int_equal(entry.failing_us, 0);
	assert_string_equal(entry.waive, "fresh,complete");
	assert_true(entry.force);
	assert_false(entry.marked);
	assert_string_equal(entry.reason, "");
	assert_string_equal(entry.path, "");
	assert_string_equal(entry.content_hash, "");
	assert_string_equal(entry.seen_period, "");
	assert_string_equal(entry.seen_hash, "");
	assert_int_equal(entry.seen_us, 0);
	asked.report = "";
	assert_int_equal(ts_journal_add(store, &asked, 100, &id, &err),
			 TS_BAD_USAGE);
}

static void
a_slot_is_taken_once_whatever_became_of_it(void **state)
{
	struct ts_entry twice = { .report = "r", .slot_us = 50 };
	struct ts_entry other = { .report = "s", .slot_us = 50 };
	struct ts_entry none = { .report = "r", .slot_us = 0 };
	int64_t first = add_entry(store, "r", 50), id = -1;

	(void)state;
	assert_int_equal(ts_journal_add(store, &twice, 1, &id, &err),
			 TS_REFUSED);
	assert_non_null(strstr(err.text, "r has an entry of this time"));
	MOVE(store, first, 2, TS_STATE_DUE, TS_STATE_EXPIRED);
	assert_int_equal(ts_journal_add(store, &twice, 1, &id, &err),
			 TS_REFUSED);
	assert_int_equal(id, -1);
	assert_int_equal(ts_journal_add(store, &other, 1, &id, &err), TS_OK);
	/* no slot: as often as somebody asks */
	assert_int_equal(ts_journal_add(store, &none, 1, &id, &err), TS_OK);
	assert_int_equal(ts_journal_add(store, &none, 1, &id, &err), TS_OK);
	assert_string_equal(LIST(store, .report = "r"),
			    "#1 r expired\n#3 r due\n#4 r due\n");
}

static void
a_move_changes_what_it_tells_and_nothing_else(void **state)
{
	int64_t id = add_entry(store, "r", 1);
	struct ts_entry entry;

	(void)state;
	MOVE(store, id, 10, TS_STATE_DUE, TS_STATE_READY, .reason = "why",
	     .path = "p", .content_hash = "h", .waive = "w", .next_us = 5,
	     .attempts = 1, .marked = true);
	entry = entry_of(store, id);
	assert_int_equal(entry.state, TS_STATE_READY);
	assert_int_equal(entry.since_us, 10);
	assert_int_equal(entry.next_us, 5);
	assert_int_equal(entry.attempts, 1);
	assert_true(entry.marked);
	MOVE(store, id, 20, TS_STATE_READY, TS_STATE_RENDERING);
	entry = entry_of(store, id);
	assert_string_equal(entry.reason, "why");
	assert_string_equal(entry.path, "p");
	assert_string_equal(entry.content_hash, "h");
	assert_string_equal(entry.waive, "w");
	assert_string_equal(entry.period, "");
	assert_int_equal(entry.number, 0);
	/* these are as given */
	assert_int_equal(entry.next_us, 0);
	assert_int_equal(entry.attempts, 0);
	/* this is never taken back */
	assert_true(entry.marked);
	assert_int_equal(entry.made_us, 1000);
	MOVE(store, id, 30, TS_STATE_RENDERING, TS_STATE_HELD, .reason = "",
	     .waive = "");
	entry = entry_of(store, id);
	assert_string_equal(entry.reason, "");
	assert_string_equal(entry.waive, "");
}

static void
a_note_leaves_the_time_of_the_state(void **state)
{
	int64_t id = add_entry(store, "r", 1);

	(void)state;
	MOVE(store, id, 10, TS_STATE_DUE, TS_STATE_FETCHING);
	MOVE(store, id, 20, TS_STATE_FETCHING, TS_STATE_FETCHING,
	     .reason = "asked a publisher", .next_us = 99);
	assert_int_equal(entry_of(store, id).since_us, 10);
	assert_int_equal(entry_of(store, id).next_us, 99);
	assert_string_equal(events_of(store, id),
			    "@10 due>fetching \n"
			    "@20 fetching>fetching asked a publisher\n");
}

static void
a_move_from_another_state_is_refused_and_changes_nothing(void **state)
{
	int64_t id = add_entry(store, "r", 1);
	struct ts_move late = { .from = TS_STATE_FETCHING,
				.to = TS_STATE_READY,
				.reason = "late",
				.period = "2024",
				.attempts = 4 };
	struct ts_move odd = { .from = TS_STATE_DUE, .to = TS_STATES };

	(void)state;
	assert_int_equal(ts_journal_move(store, id, &late, 10, &err),
			 TS_REFUSED);
	assert_string_equal(err.text, "journal: #1 of r is due, not fetching");
	assert_int_equal(entry_of(store, id).state, TS_STATE_DUE);
	assert_int_equal(entry_of(store, id).attempts, 0);
	assert_int_equal(entry_of(store, id).number, 0);
	assert_string_equal(entry_of(store, id).reason, "");
	assert_string_equal(events_of(store, id), "");
	assert_int_equal(ts_journal_move(store, 99, &late, 10, &err),
			 TS_NO_INPUT);
	assert_int_equal(ts_journal_move(store, id, &odd, 10, &err),
			 TS_BAD_USAGE);
	/* and the store is as usable as before */
	MOVE(store, id, 11, TS_STATE_DUE, TS_STATE_FETCHING);
}

static void
numbers_count_all_entries_of_a_period(void **state)
{
	static const struct {
		const char *report, *period;
		enum ts_state end;
		int number;
	} cases[] = {
		{ "r", "2024", TS_STATE_FAILED, 1 },
		{ "r", "2024", TS_STATE_DONE, 2 },
		{ "r", "2025", TS_STATE_DONE, 1 },
		{ "s", "2024", TS_STATE_DONE, 1 },
		{ "r", "2024", TS_STATE_HELD, 3 },
		{ "r", "2005..2024", TS_STATE_DONE, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t id = add_entry(store, cases[i].report, 1 + (int)i);
		struct ts_entry entry;

		MOVE(store, id, 5, TS_STATE_DUE, TS_STATE_RENDERING,
		     .period = cases[i].period);
		MOVE(store, id, 6, TS_STATE_RENDERING, cases[i].end);
		entry = entry_of(store, id);
		assert_string_equal(entry.period, cases[i].period);
		assert_int_equal(entry.number, cases[i].number);
	}
}

static void
an_entry_that_is_drawn_again_keeps_its_number(void **state)
{
	int64_t id = add_entry(store, "r", 1), other = add_entry(store, "r", 2);
	struct ts_move nameless = { .from = TS_STATE_RENDERING,
				    .to = TS_STATE_READY,
				    .period = "" };

	(void)state;
	MOVE(store, id, 5, TS_STATE_DUE, TS_STATE_RENDERING, .period = "2024");
	MOVE(store, other, 5, TS_STATE_DUE, TS_STATE_READY, .period = "2024");
	MOVE(store, id, 6, TS_STATE_RENDERING, TS_STATE_READY);
	MOVE(store, id, 7, TS_STATE_READY, TS_STATE_RENDERING,
	     .period = "2024");
	assert_int_equal(entry_of(store, id).number, 1);
	assert_int_equal(entry_of(store, other).number, 2);
	/* newer figures came meanwhile: another edition */
	MOVE(store, id, 8, TS_STATE_RENDERING, TS_STATE_RENDERING,
	     .period = "2025");
	assert_int_equal(entry_of(store, id).number, 1);
	assert_string_equal(entry_of(store, id).period, "2025");
	assert_int_equal(ts_journal_move(store, id, &nameless, 9, &err),
			 TS_BAD_USAGE);
	assert_int_equal(entry_of(store, id).state, TS_STATE_RENDERING);
}

static void
failing_is_counted_from_the_first_failure(void **state)
{
	static const struct {
		const char *name;
		int attempts;
		int64_t now_us, failing_us;
	} cases[] = {
		{ "no failure yet", 0, 10, 0 },
		{ "the first", 1, 20, 20 },
		{ "the second", 2, 30, 20 },
		{ "it worked", 0, 40, 0 },
		{ "it fails anew", 1, 50, 50 },
		{ "less than none is none", -3, 60, 0 },
	};
	int64_t id = add_entry(store, "r", 1);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_entry entry;

		MOVE(store, id, cases[i].now_us, TS_STATE_DUE, TS_STATE_DUE,
		     .attempts = cases[i].attempts);
		entry = entry_of(store, id);
		if (entry.failing_us != cases[i].failing_us ||
		    entry.attempts < 0)
			fail_msg("%s: %d %lld", cases[i].name, entry.attempts,
				 (long long)entry.failing_us);
	}
}

static void
waiting_ends_when_it_is_forgotten(void **state)
{
	struct ts_entry asked = { .report = "r", .wait_us = 500 };
	int64_t id;

	(void)state;
	assert_int_equal(ts_journal_add(store, &asked, 1, &id, &err), TS_OK);
	MOVE(store, id, 2, TS_STATE_DUE, TS_STATE_FETCHING);
	assert_int_equal(entry_of(store, id).wait_us, 500);
	MOVE(store, id, 3, TS_STATE_FETCHING, TS_STATE_READY,
	     .forget_wait = true);
	assert_int_equal(entry_of(store, id).wait_us, 0);
}

static void
what_a_fetch_saw_is_dated_from_the_last_change(void **state)
{
	static const struct {
		const char *period, *hash;
		int64_t now_us, seen_us;
	} cases[] = {
		{ "2023", "aa", 10, 10 }, { "2023", "aa", 20, 10 },
		{ "2024", "bb", 30, 30 }, { "2024", "bb", 40, 30 },
		{ "2024", "aa", 50, 50 },
	};
	int64_t id = add_entry(store, "r", 1);

	(void)state;
	assert_int_equal(ts_journal_seen(store, id, "2023", "aa", 5, &err),
			 TS_REFUSED);
	assert_string_equal(entry_of(store, id).seen_hash, "");
	assert_int_equal(ts_journal_seen(store, 99, "2023", "aa", 5, &err),
			 TS_NO_INPUT);
	MOVE(store, id, 6, TS_STATE_DUE, TS_STATE_FETCHING);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_entry entry;

		assert_int_equal(ts_journal_seen(store, id, cases[i].period,
						 cases[i].hash, cases[i].now_us,
						 &err),
				 TS_OK);
		entry = entry_of(store, id);
		assert_string_equal(entry.seen_period, cases[i].period);
		assert_string_equal(entry.seen_hash, cases[i].hash);
		assert_int_equal(entry.seen_us, cases[i].seen_us);
		assert_int_equal(entry.since_us, 6);
	}
	/* it is still known in the next try */
	MOVE(store, id, 60, TS_STATE_FETCHING, TS_STATE_DUE);
	assert_string_equal(entry_of(store, id).seen_hash, "aa");
}

static void
an_edition_is_found_by_its_name(void **state)
{
	static const struct {
		const char *name;
		enum ts_status status;
		int64_t id;
	} cases[] = {
		{ "kz-it/2024.1", TS_OK, 1 },
		{ "kz-it/2024.2", TS_OK, 2 },
		{ "kz-it/2005..2024.1", TS_OK, 3 },
		{ "#2", TS_OK, 2 },
		{ "#4", TS_OK, 4 },
		{ "kz-it/2024.3", TS_NO_INPUT, 0 },
		{ "other/2024.1", TS_NO_INPUT, 0 },
		{ "#99", TS_NO_INPUT, 0 },
		{ "kz-it/2024.0", TS_BAD_USAGE, 0 },
		{ "kz-it/2024.-1", TS_BAD_USAGE, 0 },
		{ "kz-it/2024.99999999999", TS_BAD_USAGE, 0 },
		{ "kz-it/2024", TS_BAD_USAGE, 0 },
		{ "kz-it/.1", TS_BAD_USAGE, 0 },
		{ "/2024.1", TS_BAD_USAGE, 0 },
		{ "kz.it", TS_BAD_USAGE, 0 },
		{ "kz-it", TS_BAD_USAGE, 0 },
		{ "#", TS_BAD_USAGE, 0 },
		{ "#0", TS_BAD_USAGE, 0 },
		{ "#x", TS_BAD_USAGE, 0 },
		{ "", TS_BAD_USAGE, 0 },
	};
	static const char *const periods[] = { "2024", "2024", "2005..2024" };

	(void)state;
	for (int i = 0; i < 3; i++)
		MOVE(store, add_entry(store, "kz-it", 1 + i), 5, TS_STATE_DUE,
		     TS_STATE_READY, .period = periods[i]);
	(void)add_entry(store, "kz-it", 9);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_entry found = { .id = 0 };
		enum ts_status got = ts_journal_find(store, cases[i].name,
						     arena, &found, &err);

		if (got != cases[i].status || found.id != cases[i].id)
			fail_msg("%s: %d #%lld %s", cases[i].name, (int)got,
				 (long long)found.id, err.text);
	}
}

static void
the_last_edition_is_the_newest_with_a_bundle(void **state)
{
	struct ts_entry last;
	int64_t ids[6];

	(void)state;
	assert_int_equal(ts_journal_last(store, "r", arena, &last, &err),
			 TS_NO_INPUT);
	for (int i = 0; i < 6; i++)
		ids[i] = add_entry(store, i == 2 ? "s" : "r", 1 + i);
	bring_to(store, ids[0], TS_STATE_DONE);
	bring_to(store, ids[1], TS_STATE_PUBLISHED);
	bring_to(store, ids[2], TS_STATE_MAILING);
	/* done without one: there was nothing new */
	MOVE(store, ids[3], 9, TS_STATE_DUE, TS_STATE_DONE);
	/* one that lost its right to be read */
	bring_to(store, ids[4], TS_STATE_PUBLISHED);
	MOVE(store, ids[4], 9, TS_STATE_PUBLISHED, TS_STATE_FAILED);
	assert_int_equal(ts_journal_last(store, "r", arena, &last, &err),
			 TS_OK);
	assert_int_equal(last.id, ids[1]);
	assert_string_equal(last.path, "there");
	assert_int_equal(ts_journal_last(store, "s", arena, &last, &err),
			 TS_OK);
	assert_int_equal(last.id, ids[2]);
	assert_int_equal(ts_journal_last(store, "t", arena, &last, &err),
			 TS_NO_INPUT);
}

static void
a_list_holds_what_was_asked_for(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++)
		(void)add_entry(store, i % 2 == 0 ? "even" : "odd", 1 + i);
	bring_to(store, 1, TS_STATE_DONE);
	bring_to(store, 2, TS_STATE_DONE);
	bring_to(store, 3, TS_STATE_READY);
	bring_to(store, 4, TS_STATE_READY);
	assert_string_equal(LIST(store, .report = NULL),
			    "#1 even done\n#2 odd done\n#3 even ready\n"
			    "#4 odd ready\n#5 even due\n#6 odd due\n");
	assert_string_equal(LIST(store, .report = "odd"),
			    "#2 odd done\n#4 odd ready\n#6 odd due\n");
	assert_string_equal(LIST(store, .newest_first = true, .most = 2),
			    "#6 odd due\n#5 even due\n");
	assert_string_equal(
		LIST(store, .states = BIT(TS_STATE_READY) | BIT(TS_STATE_DUE)),
		"#3 even ready\n#4 odd ready\n#5 even due\n"
		"#6 odd due\n");
	assert_string_equal(
		LIST(store, .states = BIT(TS_STATE_READY) | BIT(TS_STATE_DUE),
		     .report = "odd", .newest_first = true),
		"#6 odd due\n#4 odd ready\n");
	assert_string_equal(
		LIST(store, .states = BIT(TS_STATE_DONE) | BIT(TS_STATE_DUE),
		     .report = "even"),
		"#1 even done\n#5 even due\n");
	assert_string_equal(
		LIST(store, .states = BIT(TS_STATE_DONE), .most = 1),
		"#1 even done\n");
	assert_string_equal(LIST(store, .states = BIT(TS_STATE_HELD)), "");
	assert_string_equal(LIST(store, .report = "none"), "");
}

static enum ts_status
stop_at_once(void *ctx, const struct ts_entry *entry, struct ts_err *why)
{
	++*(int *)ctx;
	return ts_fail(why, TS_FULL, "enough of #%lld", (long long)entry->id);
}

/* A taker may ask on, but what it would write must not hang on a list. */
static enum ts_status
ask_and_try_to_write(void *ctx, const struct ts_entry *entry,
		     struct ts_err *why)
{
	struct ts_move move = { .from = entry->state, .to = TS_STATE_FETCHING };
	struct ts_entry again;

	++*(int *)ctx;
	assert_int_equal(ts_journal_get(store, entry->id, arena, &again, why),
			 TS_OK);
	assert_string_equal(again.report, entry->report);
	assert_int_equal(ts_journal_move(store, entry->id, &move, 1, why),
			 TS_SYSTEM);
	return TS_OK;
}

static void
a_taker_of_a_list_may_stop_and_may_ask(void **state)
{
	struct ts_entry_filter all = { .report = NULL };
	int calls = 0;

	(void)state;
	(void)add_entry(store, "r", 1);
	(void)add_entry(store, "r", 2);
	assert_int_equal(
		ts_journal_list(store, &all, stop_at_once, &calls, &err),
		TS_FULL);
	assert_int_equal(calls, 1);
	assert_string_equal(err.text, "enough of #1");
	assert_int_equal(ts_journal_list(store, &all, ask_and_try_to_write,
					 &calls, &err),
			 TS_OK);
	assert_int_equal(calls, 3);
	MOVE(store, 1, 5, TS_STATE_DUE, TS_STATE_FETCHING);
}

static void
old_events_go_with_the_end_of_their_entry(void **state)
{
	int64_t ended = add_entry(store, "r", 1), later, held;

	(void)state;
	later = add_entry(store, "r", 2);
	held = add_entry(store, "r", 3);
	MOVE(store, ended, 10, TS_STATE_DUE, TS_STATE_DONE);
	MOVE(store, held, 10, TS_STATE_DUE, TS_STATE_HELD);
	MOVE(store, later, 10, TS_STATE_DUE, TS_STATE_READY);
	MOVE(store, later, 30, TS_STATE_READY, TS_STATE_FAILED);
	assert_int_equal(ts_journal_trim(store, 30, &err), TS_OK);
	assert_string_equal(events_of(store, ended), "");
	/* what did not end, or not long ago, tells its whole story */
	assert_string_equal(events_of(store, held), "@10 due>held \n");
	assert_string_equal(events_of(store, later),
			    "@10 due>ready \n@30 ready>failed \n");
	assert_int_equal(entry_of(store, ended).state, TS_STATE_DONE);
}

static bool
is_third(void *ctx, const struct ts_entry *entry)
{
	struct ts_entry same;

	++*(int *)ctx;
	/* it may look closer */
	assert_int_equal(ts_journal_get(store, entry->id, arena, &same, &err),
			 TS_OK);
	return entry->id == 3;
}

static void
what_was_interrupted_goes_back_to_the_last_stable_state(void **state)
{
	static const struct {
		enum ts_state from, to;
	} cases[] = {
		{ TS_STATE_FETCHING, TS_STATE_DUE },
		{ TS_STATE_RENDERING, TS_STATE_READY },
		{ TS_STATE_FETCHING, TS_STATE_FETCHING }, /* it is alive */
		{ TS_STATE_MAILING,
		  TS_STATE_MAILING }, /* it is in the outbox */
		{ TS_STATE_DUE, TS_STATE_DUE },
		{ TS_STATE_READY, TS_STATE_READY },
		{ TS_STATE_PUBLISHED, TS_STATE_PUBLISHED },
		{ TS_STATE_DONE, TS_STATE_DONE },
	};
	int asked = 0, count = -1;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		bring_to(store, add_entry(store, "r", 1 + (int)i),
			 cases[i].from);
	MOVE(store, 1, 50, TS_STATE_FETCHING, TS_STATE_FETCHING, .attempts = 2,
	     .reason = "slow", .next_us = 51);
	assert_int_equal(
		ts_journal_recover(store, is_third, &asked, 9000, &count, &err),
		TS_OK);
	assert_int_equal(count, 2);
	assert_int_equal(asked, 3);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_entry entry = entry_of(store, 1 + (int)i);

		assert_int_equal(entry.state, cases[i].to);
		assert_int_equal(entry.since_us == 9000,
				 cases[i].from != cases[i].to);
	}
	/* it goes on where it was */
	assert_int_equal(entry_of(store, 1).attempts, 2);
	assert_int_equal(entry_of(store, 1).next_us, 51);
	assert_string_equal(entry_of(store, 1).reason, "slow");
	assert_int_equal(entry_of(store, 2).number, 1);
	assert_non_null(strstr(events_of(store, 1),
			       "@9000 fetching>due interrupted\n"));
	assert_int_equal(
		ts_journal_recover(store, NULL, NULL, 9001, &count, &err),
		TS_OK);
	assert_int_equal(count, 1);
	assert_int_equal(entry_of(store, 3).state, TS_STATE_DUE);
}

static void
a_newer_entry_replaces_those_that_wait(void **state)
{
	static const struct {
		const char *report;
		enum ts_state before, after;
	} cases[] = {
		{ "r", TS_STATE_DUE, TS_STATE_SUPERSEDED },
		{ "r", TS_STATE_READY, TS_STATE_SUPERSEDED },
		{ "r", TS_STATE_HELD, TS_STATE_SUPERSEDED },
		{ "r", TS_STATE_FETCHING, TS_STATE_FETCHING },
		{ "r", TS_STATE_PUBLISHED, TS_STATE_PUBLISHED },
		{ "r", TS_STATE_DONE, TS_STATE_DONE },
		{ "s", TS_STATE_DUE, TS_STATE_DUE },
		{ "r", TS_STATE_DUE, TS_STATE_DUE }, /* the newer one */
		{ "r", TS_STATE_DUE, TS_STATE_DUE }, /* newer still */
	};
	int count = -1;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t id = add_entry(store, cases[i].report, 1 + (int)i);

		if (cases[i].before == TS_STATE_HELD)
			MOVE(store, id, 5, TS_STATE_DUE, TS_STATE_HELD,
			     .reason = "old figures");
		else
			bring_to(store, id, cases[i].before);
	}
	assert_int_equal(ts_journal_supersede(store, 8, 0, 70, &count, &err),
			 TS_OK);
	assert_int_equal(count, 3);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(entry_of(store, 1 + (int)i).state,
				 cases[i].after);
	assert_string_equal(entry_of(store, 3).reason, "by #8");
	assert_int_equal(entry_of(store, 3).since_us, 70);
	assert_non_null(
		strstr(events_of(store, 3), "@70 held>superseded by #8\n"));
}

static void
only_the_states_that_are_named_are_superseded(void **state)
{
	int count = -1;

	(void)state;
	(void)add_entry(store, "r", 1);
	bring_to(store, add_entry(store, "r", 2), TS_STATE_READY);
	bring_to(store, add_entry(store, "r", 3), TS_STATE_PUBLISHED);
	assert_int_equal(
		ts_journal_supersede(store, 3,
				     BIT(TS_STATE_DUE) | BIT(TS_STATE_DONE), 70,
				     &count, &err),
		TS_OK);
	assert_int_equal(count, 1);
	assert_string_equal(entry_of(store, 1).reason, "by r/2024.1");
	assert_int_equal(entry_of(store, 2).state, TS_STATE_READY);
	assert_int_equal(ts_journal_supersede(store, 3, BIT(TS_STATE_MAILING),
					      70, &count, &err),
			 TS_BAD_USAGE);
	assert_int_equal(ts_journal_supersede(store, 99, 0, 70, &count, &err),
			 TS_NO_INPUT);
}

static void
a_journal_is_not_written_within_a_document(void **state)
{
	struct ts_document document = document_at(1000, "u");
	struct ts_entry asked = { .report = "r" };
	struct ts_move move = { .from = TS_STATE_DUE, .to = TS_STATE_READY };
	int64_t id = add_entry(store, "r", 1);
	int count;

	(void)state;
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	assert_int_equal(ts_journal_add(store, &asked, 1, &id, &err),
			 TS_SYSTEM);
	assert_int_equal(ts_journal_move(store, 1, &move, 1, &err), TS_SYSTEM);
	assert_int_equal(ts_journal_recover(store, NULL, NULL, 1, &count, &err),
			 TS_SYSTEM);
	assert_int_equal(ts_journal_supersede(store, 1, 0, 1, &count, &err),
			 TS_SYSTEM);
	assert_int_equal(ts_journal_trim(store, 1, &err), TS_SYSTEM);
	ts_store_rollback(store);
	assert_int_equal(ts_journal_move(store, 1, &move, 1, &err), TS_OK);
}

static void
hostile_words_stay_words(void **state)
{
	static const char words[] = "'; DROP TABLE entry; -- \"%s\n\xc3\xa4";
	struct ts_entry asked = { .report = words, .waive = words };
	struct ts_entry entry;
	int64_t id;

	(void)state;
	assert_int_equal(ts_journal_add(store, &asked, 1, &id, &err), TS_OK);
	MOVE(store, id, 2, TS_STATE_DUE, TS_STATE_HELD, .period = words,
	     .reason = words, .path = words, .content_hash = words);
	entry = entry_of(store, id);
	assert_string_equal(entry.report, words);
	assert_string_equal(entry.period, words);
	assert_string_equal(entry.reason, words);
	assert_string_equal(entry.waive, words);
	assert_string_equal(entry.path, words);
	assert_string_equal(entry.content_hash, words);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, new_store, close_store)
	const struct CMUnitTest tests[] = {
		TEST(states_and_causes_have_names),
		TEST(an_entry_begins_as_it_was_asked_for),
		TEST(a_slot_is_taken_once_whatever_became_of_it),
		TEST(a_move_changes_what_it_tells_and_nothing_else),
		TEST(a_note_leaves_the_time_of_the_state),
		TEST(a_move_from_another_state_is_refused_and_changes_nothing),
		TEST(numbers_count_all_entries_of_a_period),
		TEST(an_entry_that_is_drawn_again_keeps_its_number),
		TEST(failing_is_counted_from_the_first_failure),
		TEST(waiting_ends_when_it_is_forgotten),
		TEST(what_a_fetch_saw_is_dated_from_the_last_change),
		TEST(an_edition_is_found_by_its_name),
		TEST(the_last_edition_is_the_newest_with_a_bundle),
		TEST(a_list_holds_what_was_asked_for),
		TEST(a_taker_of_a_list_may_stop_and_may_ask),
		TEST(old_events_go_with_the_end_of_their_entry),
		TEST(what_was_interrupted_goes_back_to_the_last_stable_state),
		TEST(a_newer_entry_replaces_those_that_wait),
		TEST(only_the_states_that_are_named_are_superseded),
		TEST(a_journal_is_not_written_within_a_document),
		TEST(hostile_words_stay_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
