/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox over time: what is due, what was told, which relays and addresses
 * are closed, and how much memory a large message takes. */
#include "tests/store/out_rows.h"

#include <malloc.h>

#define LARGE ((size_t)30 << 20)
#define PART ((size_t)64 << 10)

static void
wait_until(int64_t id, int64_t next_us)
{
	const struct ts_out_move back = { .from = TS_OUT_SENDING,
					  .to = TS_OUT_QUEUED,
					  .next_us = next_us };

	OK(try_move(id, TS_OUT_QUEUED, TS_OUT_SENDING));
	OK(ts_outbox_move(store, id, &back, 2000, &err));
}

static int64_t
due_at(int64_t now_us, bool at_once)
{
	struct ts_out out;
	enum ts_status status = ts_outbox_due(store, TS_LANE_MAIL, 0, at_once,
					      now_us, arena, &out, &err);

	if (status == TS_NO_INPUT)
		return 0;
	assert_int_equal(status, TS_OK);
	return out.id;
}

static void
what_is_due_first_comes_first(void **state)
{
	int64_t late = ADD(.recipient = "a@b.c");
	int64_t early = ADD(.recipient = "b@b.c");
	int64_t next;

	(void)state;
	wait_until(late, 9000);
	wait_until(early, 5000);
	assert_int_equal(due_at(4999, false), 0);
	assert_int_equal(due_at(5000, false), early);
	assert_true(due_at(4999, true) != 0);
	OK(ts_outbox_next(store, TS_LANE_MAIL, 4000, &next, &err));
	assert_int_equal(next, 5000);
	bring_row(early, TS_OUT_SENDING);
	/* in hand, or left by one that died: somebody has to look */
	OK(ts_outbox_next(store, TS_LANE_MAIL, 4000, &next, &err));
	assert_int_equal(next, 0);
	OK(try_move(early, TS_OUT_SENDING, TS_OUT_SENT));
	OK(ts_outbox_next(store, TS_LANE_MAIL, 4000, &next, &err));
	assert_int_equal(next, 9000);
	bring_row(late, TS_OUT_HELD);
	OK(ts_outbox_next(store, TS_LANE_MAIL, 4000, &next, &err));
	assert_true(next == INT64_MAX);
	OK(ts_outbox_next(store, TS_LANE_FILES, 4000, &next, &err));
	assert_true(next == INT64_MAX);
}

static void
a_paused_relay_is_waited_for_and_a_stopped_one_is_not_asked(void **state)
{
	struct ts_relay_state relay;
	int64_t id = ADD(.recipient = "a@b.c");
	int64_t next;

	(void)state;
	OK(ts_relay_get(store, "mail", arena, &relay, &err));
	assert_true(relay.until_us == 0 && !relay.stopped);
	relay = (struct ts_relay_state){ .name = "mail",
					 .until_us = 7000,
					 .failures = 3,
					 .failing_us = 100,
					 .reason = "refused",
					 .size_most = 4096 };
	OK(ts_relay_put(store, &relay, &err));
	assert_int_equal(due_at(6999, false), 0);
	assert_int_equal(due_at(7000, false), id);
	assert_int_equal(due_at(6999, true), id);
	OK(ts_outbox_next(store, TS_LANE_MAIL, 6000, &next, &err));
	assert_int_equal(next, 7000);
	relay.stopped = true;
	OK(ts_relay_put(store, &relay, &err));
	assert_int_equal(due_at(9000, false), 0);
	OK(ts_outbox_next(store, TS_LANE_MAIL, 6000, &next, &err));
	assert_true(next == INT64_MAX);
	OK(ts_relay_get(store, "mail", arena, &relay, &err));
	assert_int_equal(relay.failures, 3);
	assert_int_equal(relay.size_most, 4096);
	assert_string_equal(relay.reason, "refused");
	assert_string_equal(row_of(id).reason, "");
}

static enum ts_status
take_told(void *ctx, const struct ts_told *told, struct ts_err *why)
{
	struct ts_told *last = ctx;
	int before = last->number;

	(void)why;
	*last = *told;
	last->value = ts_arena_strdup(arena, told->value);
	last->figure = ts_arena_strdup(arena, told->figure);
	last->number = told->number + 100 * before;
	return TS_OK;
}

static void
what_was_told_is_what_was_told_last(void **state)
{
	struct ts_told told = { .report = "r",
				.variant = "",
				.figure = "exports/2024",
				.label = "Exports",
				.value = "18.7",
				.unit = "USD",
				.period = "2024",
				.number = 1 };
	struct ts_told last = { .number = 0 };

	(void)state;
	OK(ts_outbox_begin(store, &err));
	OK(ts_outbox_tell(store, &told, &err));
	told.value = "18.9";
	told.number = 2;
	OK(ts_outbox_tell(store, &told, &err));
	told.variant = "eur";
	told.value = "17.3";
	OK(ts_outbox_tell(store, &told, &err));
	OK(ts_outbox_commit(store, 0, "", 1000, &err));
	OK(ts_outbox_told(store, "r", "", take_told, &last, &err));
	assert_string_equal(last.value, "18.9");
	assert_int_equal(last.number, 2); /* once, and no other variant's */
	/* not told after all */
	OK(ts_outbox_begin(store, &err));
	told.variant = "";
	told.value = "0";
	OK(ts_outbox_tell(store, &told, &err));
	ts_outbox_rollback(store);
	last.number = 0;
	OK(ts_outbox_told(store, "r", "", take_told, &last, &err));
	assert_string_equal(last.value, "18.9");
}

static void
an_alarm_is_raised_until_it_is_cleared(void **state)
{
	static const bool steps[] = { true, true, false, false, true };
	bool raised;

	(void)state;
	OK(ts_alarm_get(store, "r", "exports 10 0", &raised, &err));
	assert_false(raised);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		OK(ts_outbox_begin(store, &err));
		OK(ts_alarm_put(store, "r", "exports 10 0", steps[i], 1000,
				&err));
		OK(ts_outbox_commit(store, 0, "", 1000, &err));
		OK(ts_alarm_get(store, "r", "exports 10 0", &raised, &err));
		assert_int_equal(raised, steps[i]);
		OK(ts_alarm_get(store, "r", "exports 20 0", &raised, &err));
		assert_false(raised);
	}
}

static void
limits_count_what_was_sent_since(void **state)
{
	int64_t count;

	(void)state;
	bring_row(ADD(.recipient = "a@b.c"), TS_OUT_SENT);
	bring_row(ADD(.recipient = "a@b.c", .number = 2), TS_OUT_SENT);
	bring_row(ADD(.recipient = "b@b.c"), TS_OUT_SENT);
	bring_row(ADD(.recipient = "c@b.c"), TS_OUT_FAILED);
	OK(ts_outbox_sent(store, TS_LANE_MAIL, "a@b.c", 1999, &count, &err));
	assert_int_equal(count, 2);
	OK(ts_outbox_sent(store, TS_LANE_MAIL, NULL, 1999, &count, &err));
	assert_int_equal(count, 3);
	OK(ts_outbox_sent(store, TS_LANE_MAIL, NULL, 2000, &count, &err));
	assert_int_equal(count, 0);
	OK(ts_outbox_sent(store, TS_LANE_FILES, NULL, 0, &count, &err));
	assert_int_equal(count, 0);
}

static enum ts_status
count_address(void *ctx, const struct ts_address *address, struct ts_err *why)
{
	(void)why;
	assert_string_equal(address->address, "a@b.c");
	(*(int *)ctx)++;
	return TS_OK;
}

static void
an_address_is_active_until_somebody_says_otherwise(void **state)
{
	struct ts_address address;
	int count = 0;

	(void)state;
	OK(ts_address_get(store, "a@b.c", arena, &address, &err));
	assert_int_equal(address.state, TS_ADDRESS_ACTIVE);
	OK(ts_addresses(store, count_address, &count, &err));
	assert_int_equal(count, 0);
	address = (struct ts_address){ .address = "a@b.c",
				       .state = TS_ADDRESS_SUSPENDED,
				       .reason = "550 no such user",
				       .since_us = 5,
				       .refused = 3 };
	OK(ts_address_put(store, &address, &err));
	OK(ts_address_get(store, "a@b.c", arena, &address, &err));
	assert_int_equal(address.state, TS_ADDRESS_SUSPENDED);
	assert_int_equal(address.refused, 3);
	assert_string_equal(address.reason, "550 no such user");
	OK(ts_addresses(store, count_address, &count, &err));
	assert_int_equal(count, 1);
}

static void
the_census_counts_every_row_once(void **state)
{
	static const enum ts_out_state states[] = {
		TS_OUT_QUEUED, TS_OUT_SENDING, TS_OUT_IN_DOUBT, TS_OUT_HELD,
		TS_OUT_SENT,   TS_OUT_FAILED,  TS_OUT_EXPIRED,  TS_OUT_QUEUED,
	};
	struct ts_out_census census;
	char who[16];

	(void)state;
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		snprintf(who, sizeof who, "r%zu@b.c", i);
		bring_row(ADD(.recipient = who), states[i]);
	}
	OK(ts_out_census(store, &census, &err));
	assert_int_equal(census.queued, 2);
	assert_int_equal(census.sending, 1);
	assert_int_equal(census.in_doubt, 1);
	assert_int_equal(census.held, 1);
	assert_int_equal(census.sent, 1);
	assert_int_equal(census.failed, 1);
	assert_int_equal(census.expired, 1);
	assert_int_equal(census.superseded + census.withheld, 0);
}

/* ---- memory ----------------------------------------------------------------
 */

static size_t
in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static size_t
put_large(int64_t *piece)
{
	static char part[PART];
	size_t peak = 0;
	bool known;

	memset(part, 'x', sizeof part);
	OK(ts_outbox_piece(store, "b64:large", piece, &known, &err));
	assert_false(known);
	for (size_t done = 0; done < LARGE; done += PART) {
		OK(ts_outbox_piece_add(store, *piece, part, PART, &err));
		if (in_use() > peak)
			peak = in_use();
	}
	return peak;
}

static size_t
read_large(int64_t id)
{
	static char part[PART];
	struct ts_out_bytes *bytes;
	size_t count, total = 0, peak = 0;

	OK(ts_out_bytes_open(store, id, false, &bytes, &err));
	do {
		OK(ts_out_bytes_read(bytes, part, PART, &count, &err));
		total += count;
		if (in_use() > peak)
			peak = in_use();
	} while (count > 0);
	ts_out_bytes_close(bytes);
	assert_int_equal(total, LARGE);
	return peak;
}

/* Of a store in a file: what is in memory then is what the program takes. */
static void
a_large_message_takes_little_memory(void **state)
{
	char path[4096];
	char *folder = temp_dir();
	size_t before, peak;
	int64_t piece, id;
	bool added;

	(void)state;
	ts_store_close(store);
	snprintf(path, sizeof path, "%s/store.sqlite", folder);
	store = open_store(path);
	before = in_use();
	OK(ts_outbox_begin(store, &err));
	peak = put_large(&piece);
	id = put_row((struct wish){ .size = (int64_t)LARGE,
				    .pieces = &piece,
				    .piece_count = 1 },
		     &added, NULL);
	OK(ts_outbox_commit(store, 0, "", 1000, &err));
	if (peak > before + LARGE / 4)
		fail_msg("written with %zu bytes", peak - before);
	peak = read_large(id);
	if (peak > before + LARGE / 4)
		fail_msg("read with %zu bytes", peak - before);
	ts_store_close(store);
	store = open_store(":memory:");
	temp_gone(folder);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, new_store, close_store)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_due_first_comes_first),
		TEST(a_paused_relay_is_waited_for_and_a_stopped_one_is_not_asked),
		TEST(what_was_told_is_what_was_told_last),
		TEST(an_alarm_is_raised_until_it_is_cleared),
		TEST(limits_count_what_was_sent_since),
		TEST(an_address_is_active_until_somebody_says_otherwise),
		TEST(the_census_counts_every_row_once),
		TEST(a_large_message_takes_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
