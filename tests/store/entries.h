/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entries.h - short ways to put runs of reports into a journal and to say how
 * they stand: "#1 r due", one a line.
 */
#ifndef TESTS_STORE_ENTRIES_H
#define TESTS_STORE_ENTRIES_H

#include "tests/store/figures.h"

#include "store/journal.h"

static inline int64_t
add_entry(struct ts_store *store, const char *report, int64_t slot_us)
{
	struct ts_entry entry = { .report = report, .slot_us = slot_us };
	struct ts_err err = { 0 };
	int64_t id = 0;

	if (ts_journal_add(store, &entry, 1000, &id, &err) != TS_OK)
		fail_msg("%s", err.text);
	return id;
}

static inline void
move_entry(struct ts_store *store, int64_t id, struct ts_move move,
	   int64_t now_us)
{
	struct ts_err err = { 0 };

	if (ts_journal_move(store, id, &move, now_us, &err) != TS_OK)
		fail_msg("%s", err.text);
}
#define MOVE(store, id, now_us, state, ...)                                    \
	move_entry(store, id,                                                  \
		   (struct ts_move){ .from = state, .to = __VA_ARGS__ },       \
		   now_us)

/* Along the path up to that state. */
static inline void
bring_to(struct ts_store *store, int64_t id, enum ts_state to)
{
	for (enum ts_state at = TS_STATE_DUE; at < to; at++)
		MOVE(store, id, 2000 + (int)at, at, at + 1,
		     .period = at == TS_STATE_READY ? "2024" : NULL,
		     .path = at == TS_STATE_RENDERING ? "there" : NULL);
}

/* A copy whose texts live until the next four. */
static inline struct ts_entry
entry_of(struct ts_store *store, int64_t id)
{
	static struct ts_arena *arenas[4];
	static int next;
	struct ts_arena **arena = &arenas[next = (next + 1) % 4];
	struct ts_entry entry = { .id = 0 };
	struct ts_err err = { 0 };

	ts_arena_free(*arena);
	*arena = ts_arena_new(1 << 20);
	if (ts_journal_get(store, id, *arena, &entry, &err) != TS_OK)
		fail_msg("%s", err.text);
	return entry;
}

struct told {
	char text[4096];
	size_t used;
};

static inline enum ts_status
tell_entry(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	struct told *told = ctx;

	(void)err;
	told->used += (size_t)snprintf(
		told->text + told->used, sizeof told->text - told->used,
		"#%lld %s %s\n", (long long)entry->id, entry->report,
		ts_state_name(entry->state));
	assert_true(told->used < sizeof told->text);
	return TS_OK;
}

static inline const char *
list_entries(struct ts_store *store, struct ts_entry_filter filter)
{
	static struct told told;
	struct ts_err err = { 0 };

	told = (struct told){ .used = 0 };
	if (ts_journal_list(store, &filter, tell_entry, &told, &err) != TS_OK)
		fail_msg("%s", err.text);
	return told.text;
}
#define LIST(store, ...)                                                       \
	list_entries(store, (struct ts_entry_filter){ __VA_ARGS__ })
#define BIT(state) (1u << (state))

static inline enum ts_status
tell_event(void *ctx, const struct ts_entry_event *event, struct ts_err *err)
{
	struct told *told = ctx;

	(void)err;
	told->used += (size_t)snprintf(
		told->text + told->used, sizeof told->text - told->used,
		"@%lld %s>%s %s\n", (long long)event->at_us,
		ts_state_name(event->from), ts_state_name(event->to),
		event->text);
	assert_true(told->used < sizeof told->text);
	return TS_OK;
}

static inline const char *
events_of(struct ts_store *store, int64_t id)
{
	static struct told told;
	struct ts_err err = { 0 };

	told = (struct told){ .used = 0 };
	if (ts_journal_events(store, id, tell_event, &told, &err) != TS_OK)
		fail_msg("%s", err.text);
	return told.text;
}

#endif
