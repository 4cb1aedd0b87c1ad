/* SPDX-License-Identifier: Apache-2.0 */
/* The outbox: every rule of store/outbox.h. */
#include "tests/store/out_rows.h"

static void
a_second_enqueue_changes_nothing(void **state)
{
	int64_t id = ADD(.recipient = "a@b.c");
	struct ts_out_census census;
	bool added = true;

	(void)state;
	OK(ts_outbox_begin(store, &err));
	assert_int_equal(
		put_row((struct wish){ .recipient = "a@b.c" }, &added, NULL),
		id);
	assert_false(added);
	OK(ts_outbox_commit(store, 0, "", 1000, &err));
	OK(ts_out_census(store, &census, &err));
	assert_int_equal(census.queued, 1);
}

static void
every_way_between_states_is_allowed_or_refused(void **state)
{
	static const char *const ways[] = {
		/* from, then all it may become */
		[TS_OUT_QUEUED] = "sending held expired superseded",
		[TS_OUT_SENDING] = "queued in_doubt sent failed",
		[TS_OUT_IN_DOUBT] = "queued sending in_doubt held sent failed",
		[TS_OUT_HELD] = "queued superseded",
		[TS_OUT_SENT] = "queued",
		[TS_OUT_FAILED] = "queued",
		[TS_OUT_EXPIRED] = "queued",
		[TS_OUT_SUPERSEDED] = "queued",
	};
	char who[32];

	(void)state;
	for (int from = 0; from < TS_OUT_WITHHELD; from++)
		for (int to = 0; to < TS_OUT_STATES; to++) {
			const char *name = ts_out_state_name(to);
			const char *at = strstr(ways[from], name);
			int64_t id;

			snprintf(who, sizeof who, "%d-%d@b.c", from, to);
			id = ADD(.recipient = who);
			bring_row(id, from);
			assert_int_equal(try_move(id, from, to),
					 at != NULL ? TS_OK : TS_BAD_USAGE);
			assert_int_equal(row_of(id).state,
					 at != NULL ? to : from);
		}
}

static void
of_two_that_claim_a_row_one_has_it(void **state)
{
	int64_t id = ADD(.number = 1);

	(void)state;
	OK(try_move(id, TS_OUT_QUEUED, TS_OUT_SENDING));
	assert_int_equal(try_move(id, TS_OUT_QUEUED, TS_OUT_SENDING),
			 TS_REFUSED);
	assert_int_equal(row_of(id).state, TS_OUT_SENDING);
}

/* More than are looked at in one go. */
#define MANY 600

static void
a_newer_edition_supersedes_all_that_wait(void **state)
{
	struct ts_out_census census;
	int superseded = 0;
	bool added;

	(void)state;
	OK(ts_outbox_begin(store, &err));
	/* newest first, so that none supersedes another on its way in */
	for (int i = MANY; i > 0; i--)
		(void)put_row((struct wish){ .number = i, .held = i % 2 == 0 },
			      &added, NULL);
	(void)put_row((struct wish){ .number = 1, .recipient = "other@b.c" },
		      &added, NULL);
	(void)put_row((struct wish){ .number = MANY + 1 }, &added, &superseded);
	OK(ts_outbox_commit(store, 0, "", 1000, &err));
	assert_int_equal(superseded, MANY);
	OK(ts_out_census(store, &census, &err));
	assert_int_equal(census.superseded, MANY);
	assert_int_equal(census.queued, 2);
	assert_int_equal(census.held, 0);
}

static void
all_that_a_dead_sender_left_is_taken_up(void **state)
{
	struct ts_out_census census;
	int count = 0;
	char who[32];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		snprintf(who, sizeof who, "%d@b.c", i);
		bring_row(ADD(.recipient = who),
			  i % 2 == 0 ? TS_OUT_SENDING : TS_OUT_IN_DOUBT);
	}
	OK(ts_outbox_recover(store, TS_LANE_FILES, 50, 3000, &count, &err));
	assert_int_equal(count, 0);
	OK(ts_outbox_recover(store, TS_LANE_MAIL, 50, 3000, &count, &err));
	assert_int_equal(count, MANY);
	OK(ts_out_census(store, &census, &err));
	assert_int_equal(census.queued, MANY / 2);
	assert_int_equal(census.in_doubt, MANY / 2);
	assert_int_equal(row_of(2).next_us, 3050);
	OK(ts_outbox_recover(store, TS_LANE_MAIL, 50, 4000, &count, &err));
	assert_int_equal(count, 0);
}

static void
an_edition_is_done_with_its_last_open_row(void **state)
{
	int64_t entry = add_entry(store, "r", 1), ids[3];
	static const char *const who[] = { "a@b.c", "b@b.c", "c@b.c" };
	bool added;

	(void)state;
	bring_to(store, entry, TS_STATE_PUBLISHED);
	OK(ts_outbox_begin(store, &err));
	for (int i = 0; i < 3; i++)
		ids[i] = put_row(
			(struct wish){ .entry = entry, .recipient = who[i] },
			&added, NULL);
	OK(ts_outbox_commit(store, entry, "", 1000, &err));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(entry_of(store, entry).state,
				 TS_STATE_MAILING);
		bring_row(ids[i], i == 1 ? TS_OUT_FAILED : TS_OUT_SENT);
	}
	assert_int_equal(entry_of(store, entry).state, TS_STATE_DONE);
	assert_string_equal(entry_of(store, entry).reason,
			    "delivered to 2 of 3: 1 failed");
}

static void
what_is_not_committed_leaves_neither_row_nor_byte(void **state)
{
	struct ts_out_census census;
	int64_t piece, entry = add_entry(store, "r", 1);
	bool known, added;

	(void)state;
	for (int round = 0; round < 2; round++) {
		OK(ts_outbox_begin(store, &err));
		OK(ts_outbox_piece(store, "b64:x", &piece, &known, &err));
		assert_false(known);
		OK(ts_outbox_piece_add(store, piece, "text", 4, &err));
		(void)put_row((struct wish){ .pieces = &piece,
					     .piece_count = 1,
					     .size = 4 },
			      &added, NULL);
		if (round == 0)
			ts_outbox_rollback(store);
		else /* an entry that is not published */
			assert_int_equal(
				ts_outbox_commit(store, entry, "", 1000, &err),
				TS_REFUSED);
		OK(ts_out_census(store, &census, &err));
		assert_int_equal(census.queued, 0);
		assert_int_equal(census.bytes, 0);
	}
}

#define CHUNKS ((size_t)600000) /* across the borders of chunks */

static int64_t
add_shared(int recipients)
{
	static char bytes[CHUNKS];
	char who[32];
	int64_t piece, id = 0;
	bool known, added;

	for (size_t i = 0; i < CHUNKS; i++)
		bytes[i] = (char)('a' + i % 23);
	OK(ts_outbox_begin(store, &err));
	for (int i = 0; i < recipients; i++) {
		OK(ts_outbox_piece(store, "b64:x", &piece, &known, &err));
		assert_int_equal(known, i > 0);
		if (!known)
			OK(ts_outbox_piece_add(store, piece, bytes, CHUNKS,
					       &err));
		snprintf(who, sizeof who, "%d@b.c", i);
		id = put_row((struct wish){ .recipient = who,
					    .pieces = &piece,
					    .piece_count = 1,
					    .size = CHUNKS },
			     &added, NULL);
	}
	OK(ts_outbox_commit(store, 0, "", 1000, &err));
	return id;
}

static void
an_attachment_is_kept_once_and_read_whole(void **state)
{
	int64_t id = add_shared(3);
	struct ts_out_census census;
	struct ts_out_bytes *bytes;
	char part[1000];
	size_t count, all = 0;

	(void)state;
	OK(ts_out_census(store, &census, &err));
	assert_int_equal(census.queued, 3);
	assert_int_equal(census.bytes, CHUNKS);
	OK(ts_out_bytes_open(store, id, false, &bytes, &err));
	do {
		OK(ts_out_bytes_read(bytes, part, sizeof part, &count, &err));
		for (size_t i = 0; i < count; i++)
			assert_int_equal(part[i], 'a' + (all + i) % 23);
		all += count;
	} while (count > 0);
	assert_int_equal(all, CHUNKS);
	ts_out_bytes_close(bytes);
}

static void
old_bytes_go_but_never_those_of_an_open_row(void **state)
{
	int64_t id = add_shared(2);
	struct ts_out_census census;
	struct ts_out_bytes *bytes;
	static char part[CHUNKS];
	size_t count;

	(void)state;
	OK(ts_out_bytes_open(store, id, false, &bytes, &err));
	OK(ts_out_bytes_read(bytes, part, 1, &count, &err));
	bring_row(1, TS_OUT_SENT);
	OK(ts_outbox_trim(store, 5000, &err));
	OK(ts_out_census(store, &census, &err));
	assert_int_equal(census.bytes, CHUNKS);
	bring_row(id, TS_OUT_SENT);
	OK(ts_outbox_trim(store, 5000, &err));
	OK(ts_out_census(store, &census, &err));
	assert_int_equal(census.bytes, 0);
	/* a message that goes while it is read does not end early */
	while (ts_out_bytes_read(bytes, part, sizeof part, &count, &err) ==
	       TS_OK)
		assert_true(count > 0);
	assert_int_equal(err.status, TS_CORRUPT);
	ts_out_bytes_close(bytes);
	assert_int_equal(ts_out_bytes_open(store, id, false, &bytes, &err),
			 TS_NO_INPUT);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, new_store, close_store)
	const struct CMUnitTest tests[] = {
		TEST(a_second_enqueue_changes_nothing),
		TEST(every_way_between_states_is_allowed_or_refused),
		TEST(of_two_that_claim_a_row_one_has_it),
		TEST(a_newer_edition_supersedes_all_that_wait),
		TEST(all_that_a_dead_sender_left_is_taken_up),
		TEST(an_edition_is_done_with_its_last_open_row),
		TEST(what_is_not_committed_leaves_neither_row_nor_byte),
		TEST(an_attachment_is_kept_once_and_read_whole),
		TEST(old_bytes_go_but_never_those_of_an_open_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
