/* SPDX-License-Identifier: Apache-2.0 */
/* out_rows.h - a store of its own for each test, and rows of its outbox. */
#ifndef TESTS_STORE_OUT_ROWS_H
#define TESTS_STORE_OUT_ROWS_H

#include "tests/store/entries.h"

#include "store/outbox.h"

static struct ts_arena *arena;
static struct ts_store *store;
static struct ts_err err;

static int
new_store(void **state)
{
	(void)state;
	arena = ts_arena_new(16 << 20);
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

#define OK(call)                                                               \
	do {                                                                   \
		if ((call) != TS_OK)                                           \
			fail_msg("%s", err.text);                              \
	} while (0)

struct wish {
	const char *report, *period, *recipient;
	int number;
	int64_t entry;
	int64_t size;
	const int64_t *pieces;
	size_t piece_count;
	bool held;
};

/* Inside a transaction. */
static int64_t
put_row(struct wish wish, bool *added, int *superseded)
{
	const struct ts_out_pieces full = { wish.pieces, wish.piece_count };
	const struct ts_out_pieces none = { NULL, 0 };
	const struct ts_out out = {
		.entry = wish.entry,
		.report = wish.report != NULL ? wish.report : "r",
		.period = wish.period != NULL ? wish.period : "2024",
		.number = wish.number > 0 ? wish.number : 1,
		.kind = "edition",
		.channel = "mail",
		.recipient = wish.recipient != NULL ? wish.recipient : "a@b.c",
		.relay = "mail",
		.size = wish.size,
		.state = wish.held ? TS_OUT_HELD : TS_OUT_QUEUED,
	};
	int64_t id = 0;

	OK(ts_outbox_add(store, &out, &full, &none, 1000, &id, added,
			 superseded, &err));
	return id;
}

static int64_t
add_row(struct wish wish)
{
	bool added;
	int64_t id;

	OK(ts_outbox_begin(store, &err));
	id = put_row(wish, &added, NULL);
	assert_true(added);
	OK(ts_outbox_commit(store, 0, "", 1000, &err));
	return id;
}
#define ADD(...) add_row((struct wish){ __VA_ARGS__ })

static struct ts_out
row_of(int64_t id)
{
	struct ts_out out;

	OK(ts_outbox_get(store, id, arena, &out, &err));
	return out;
}

static enum ts_status
try_move(int64_t id, enum ts_out_state from, enum ts_out_state to)
{
	const struct ts_out_move move = { .from = from, .to = to };

	return ts_outbox_move(store, id, &move, 2000, &err);
}

/* By the shortest way. */
static void
bring_row(int64_t id, enum ts_out_state to)
{
	enum ts_out_state at = TS_OUT_QUEUED;

	if (to != TS_OUT_QUEUED && to != TS_OUT_HELD && to != TS_OUT_EXPIRED &&
	    to != TS_OUT_SUPERSEDED) {
		OK(try_move(id, at, TS_OUT_SENDING));
		at = TS_OUT_SENDING;
	}
	if (to != at)
		OK(try_move(id, at, to));
}

#endif
