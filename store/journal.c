/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the journal; a back end only keeps its rows. */
#include "store/state.h"

#include <errno.h>
#include <string.h>
#include <tradestat/fault.h>

#define ENTRY_BYTES ((size_t)1 << 20)
#define LIST_BYTES ((size_t)64 << 20)

#define BIT(state) (1u << (state))
#define WAITING (BIT(TS_STATE_DUE) | BIT(TS_STATE_READY) | BIT(TS_STATE_HELD))
#define WITH_BUNDLE                                                            \
	(BIT(TS_STATE_PUBLISHED) | BIT(TS_STATE_MAILING) | BIT(TS_STATE_DONE))
#define ENDS                                                                   \
	(BIT(TS_STATE_DONE) | BIT(TS_STATE_FAILED) |                           \
	 BIT(TS_STATE_SUPERSEDED) | BIT(TS_STATE_EXPIRED))

static const char *const state_names[TS_STATES] = {
	[TS_STATE_DUE] = "due",
	[TS_STATE_FETCHING] = "fetching",
	[TS_STATE_READY] = "ready",
	[TS_STATE_RENDERING] = "rendering",
	[TS_STATE_PUBLISHED] = "published",
	[TS_STATE_MAILING] = "mailing",
	[TS_STATE_DONE] = "done",
	[TS_STATE_HELD] = "held",
	[TS_STATE_FAILED] = "failed",
	[TS_STATE_SUPERSEDED] = "superseded",
	[TS_STATE_EXPIRED] = "expired",
};
static const char *const cause_names[] = {
	[TS_CAUSE_TIMETABLE] = "timetable",
	[TS_CAUSE_OPERATOR] = "operator",
	[TS_CAUSE_HAND] = "hand",
};
#define CAUSES (sizeof cause_names / sizeof cause_names[0])

const char *
ts_state_name(enum ts_state state)
{
	return (unsigned)state < TS_STATES ? state_names[state] : "?";
}

bool
ts_state_parse(const char *name, enum ts_state *out)
{
	for (unsigned i = 0; i < TS_STATES; i++)
		if (strcmp(state_names[i], name) == 0) {
			*out = (enum ts_state)i;
			return true;
		}
	return false;
}

bool
ts_state_is_end(enum ts_state state)
{
	return (unsigned)state < TS_STATES && (BIT(state) & ENDS) != 0;
}

const char *
ts_cause_name(enum ts_cause cause)
{
	return (unsigned)cause < CAUSES ? cause_names[cause] : "?";
}

bool
ts_cause_parse(const char *name, enum ts_cause *out)
{
	for (unsigned i = 0; i < CAUSES; i++)
		if (strcmp(cause_names[i], name) == 0) {
			*out = (enum ts_cause)i;
			return true;
		}
	return false;
}

/* ---- one function, one transaction ------------------------------------- */

enum ts_status
ts_writing_begin(struct ts_store *store, struct ts_err *err)
{
	enum ts_status status;

	if (store->open || store->reading > 0)
		return ts_fail(err, TS_SYSTEM,
			       "store: the journal was written"
			       " within another transaction");
	if (store->read_only)
		return ts_fail(err, TS_SYSTEM, "store: opened for reading");
	status = store->backend->ops->begin(store->backend, TS_ACCESS_WRITE,
					    NULL, err);
	if (status == TS_OK) /* what is read meanwhile is read inside */
		store->reading++;
	return status;
}

enum ts_status
ts_writing_end(struct ts_store *store, enum ts_status status,
	       struct ts_err *err)
{
	store->reading--;
	if (status == TS_OK)
		status = store->backend->ops->commit(store->backend, err);
	if (status != TS_OK)
		store->backend->ops->rollback(store->backend);
	return status;
}

/* Begins a transaction, and has memory for the entries in hand. */
static enum ts_status
begin_with(struct ts_store *store, size_t bytes, struct ts_arena **arena,
	   struct ts_err *err)
{
	enum ts_status status = ts_writing_begin(store, err);

	*arena = NULL;
	if (status != TS_OK)
		return status;
	*arena = ts_arena_new(bytes);
	if (*arena == NULL)
		return ts_writing_end(
			store, ts_fail_errno(err, ENOMEM, "journal"), err);
	return TS_OK;
}

static enum ts_status
add_event(struct ts_store *store, const struct ts_entry *entry,
	  enum ts_state from, int64_t now_us, const char *text,
	  struct ts_err *err)
{
	struct ts_entry_event event = { .entry = entry->id,
					.at_us = now_us,
					.from = from,
					.to = entry->state,
					.text = text != NULL ? text : "" };

	return store->backend->ops->event_add(store->backend, &event, err);
}

/* ---- writing ----------------------------------------------------------- */

enum ts_status
ts_journal_add(struct ts_store *store, const struct ts_entry *entry,
	       int64_t now_us, int64_t *id, struct ts_err *err)
{
	struct ts_entry row = {
		.report = entry->report,
		.period = entry->period,
		.state = TS_STATE_DUE,
		.cause = entry->cause,
		.slot_us = entry->slot_us,
		.made_us = now_us,
		.since_us = now_us,
		.next_us = entry->next_us,
		.wait_us = entry->wait_us,
		.waive = entry->waive,
		.force = entry->force,
	};
	enum ts_status status;

	if (entry->report == NULL || entry->report[0] == '\0' ||
	    (unsigned)entry->cause >= CAUSES)
		return ts_fail(err, TS_BAD_USAGE,
			       "journal: an entry without a report or cause");
	status = ts_writing_begin(store, err);
	if (status != TS_OK)
		return status;
	status = store->backend->ops->entry_put(store->backend, &row, err);
	TS_JOURNAL_END(store, status, "add", err);
	if (status == TS_OK && id != NULL)
		*id = row.id;
	return status;
}

/* An entry that is drawn a second time keeps its number: the first time left
 * nothing, and a number is a name that people may have read. */
static enum ts_status
give_number(struct ts_store *store, struct ts_entry *entry, const char *period,
	    struct ts_err *err)
{
	if (period[0] == '\0')
		return ts_fail(err, TS_BAD_USAGE,
			       "journal: a number without a period");
	if (entry->number > 0 && strcmp(entry->period, period) == 0)
		return TS_OK;
	entry->period = period;
	return store->backend->ops->entry_number(store->backend, entry->report,
						 period, &entry->number, err);
}

static void
apply(struct ts_entry *entry, const struct ts_move *move, int64_t now_us)
{
	if (move->to != entry->state) {
		entry->state = move->to;
		entry->since_us = now_us;
	}
	if (move->reason != NULL)
		entry->reason = move->reason;
	if (move->path != NULL)
		entry->path = move->path;
	if (move->content_hash != NULL)
		entry->content_hash = move->content_hash;
	if (move->waive != NULL)
		entry->waive = move->waive;
	if (move->attempts <= 0)
		entry->failing_us = 0;
	else if (entry->attempts == 0)
		entry->failing_us = now_us;
	entry->attempts = move->attempts > 0 ? move->attempts : 0;
	entry->next_us = move->next_us;
	if (move->marked)
		entry->marked = true;
	if (move->forget_wait)
		entry->wait_us = 0;
}

static enum ts_status
expect_state(const struct ts_entry *entry, enum ts_state wanted,
	     struct ts_err *err)
{
	if (entry->state == wanted)
		return TS_OK;
	return ts_fail(err, TS_REFUSED, "journal: #%lld of %s is %s, not %s",
		       (long long)entry->id, entry->report,
		       ts_state_name(entry->state), ts_state_name(wanted));
}

enum ts_status
ts_journal_move(struct ts_store *store, int64_t id, const struct ts_move *move,
		int64_t now_us, struct ts_err *err)
{
	const struct ts_backend_ops *ops = store->backend->ops;
	struct ts_arena *arena;
	struct ts_entry entry;
	enum ts_status status;

	if ((unsigned)move->to >= TS_STATES)
		return ts_fail(err, TS_BAD_USAGE, "journal: no such state");
	status = begin_with(store, ENTRY_BYTES, &arena, err);
	if (status != TS_OK)
		return status;
	status = ops->entry_get(store->backend, id, arena, &entry, err);
	if (status == TS_OK)
		status = expect_state(&entry, move->from, err);
	if (status == TS_OK && move->period != NULL)
		status = give_number(store, &entry, move->period, err);
	if (status == TS_OK) {
		apply(&entry, move, now_us);
		status = ops->entry_put(store->backend, &entry, err);
	}
	if (status == TS_OK)
		status = add_event(store, &entry, move->from, now_us,
				   move->reason, err);
	ts_arena_free(arena);
	TS_JOURNAL_END(store, status, "move", err);
	return status;
}

enum ts_status
ts_journal_seen(struct ts_store *store, int64_t id, const char *period,
		const char *hash, int64_t now_us, struct ts_err *err)
{
	const struct ts_backend_ops *ops = store->backend->ops;
	const char *shown = hash != NULL ? hash : "";
	struct ts_arena *arena;
	struct ts_entry entry;
	enum ts_status status;

	status = begin_with(store, ENTRY_BYTES, &arena, err);
	if (status != TS_OK)
		return status;
	status = ops->entry_get(store->backend, id, arena, &entry, err);
	if (status == TS_OK)
		status = expect_state(&entry, TS_STATE_FETCHING, err);
	if (status == TS_OK) {
		if (strcmp(entry.seen_hash, shown) != 0)
			entry.seen_us = now_us;
		entry.seen_hash = shown;
		entry.seen_period = period;
		status = ops->entry_put(store->backend, &entry, err);
	}
	ts_arena_free(arena);
	TS_JOURNAL_END(store, status, "seen", err);
	return status;
}

enum ts_status
ts_journal_trim(struct ts_store *store, int64_t before_us, struct ts_err *err)
{
	enum ts_status status = ts_writing_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->events_drop(store->backend, ENDS,
						  before_us, err);
	TS_JOURNAL_END(store, status, "trim", err);
	return status;
}

/* ---- many at once ------------------------------------------------------ */

struct found {
	struct ts_arena *arena;
	struct ts_entry *entries;
	size_t count, room;
};

static enum ts_status
find_one(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	struct found *found = ctx;

	if (found->count == found->room) {
		size_t room = found->room * 2 + 16;
		struct ts_entry *bigger =
			ts_arena_grow(found->arena, found->entries,
				      found->count, room, sizeof *bigger);

		if (bigger == NULL)
			return ts_fail_errno(err, ENOMEM, "journal");
		found->entries = bigger;
		found->room = room;
	}
	return ts_entry_keep(entry, found->arena,
			     &found->entries[found->count++], err);
}

/* What was interrupted in this state is done again from that one. */
static enum ts_state
stable(enum ts_state state)
{
	switch (state) {
	case TS_STATE_FETCHING:
		return TS_STATE_DUE;
	case TS_STATE_RENDERING:
		return TS_STATE_READY;
	case TS_STATE_MAILING: /* all of it is in the outbox */
	case TS_STATE_DUE:
	case TS_STATE_READY:
	case TS_STATE_PUBLISHED:
	case TS_STATE_DONE:
	case TS_STATE_HELD:
	case TS_STATE_FAILED:
	case TS_STATE_SUPERSEDED:
	case TS_STATE_EXPIRED:
	case TS_STATES:
		break;
	}
	return state;
}

static enum ts_status
put_state(struct ts_store *store, struct ts_entry *entry, enum ts_state to,
	  int64_t now_us, const char *text, struct ts_err *err)
{
	enum ts_state from = entry->state;
	enum ts_status status;

	entry->state = to;
	entry->since_us = now_us;
	status = store->backend->ops->entry_put(store->backend, entry, err);
	if (status == TS_OK)
		status = add_event(store, entry, from, now_us, text, err);
	return status;
}

enum ts_status
ts_journal_recover(struct ts_store *store, ts_entry_alive *alive, void *ctx,
		   int64_t now_us, int *count, struct ts_err *err)
{
	struct ts_entry_filter transient = {
		.states = BIT(TS_STATE_FETCHING) | BIT(TS_STATE_RENDERING),
	};
	struct found found = { .count = 0 };
	enum ts_status status;
	int done = 0;

	status = begin_with(store, LIST_BYTES, &found.arena, err);
	if (status != TS_OK)
		return status;
	status = store->backend->ops->entries(store->backend, &transient,
					      find_one, &found, err);
	for (size_t i = 0; status == TS_OK && i < found.count; i++) {
		struct ts_entry *entry = &found.entries[i];

		if (alive != NULL && alive(ctx, entry))
			continue;
		status = put_state(store, entry, stable(entry->state), now_us,
				   "interrupted", err);
		done++;
	}
	ts_arena_free(found.arena);
	TS_JOURNAL_END(store, status, "recover", err);
	if (status == TS_OK && count != NULL)
		*count = done;
	return status;
}

static enum ts_status
supersede(struct ts_store *store, struct found *found, int64_t by,
	  const struct ts_entry_filter *filter, int64_t now_us, int *done,
	  struct ts_err *err)
{
	const struct ts_backend_ops *ops = store->backend->ops;
	struct ts_entry_filter of_report = *filter;
	struct ts_entry newer;
	enum ts_status status;
	const char *reason;

	status = ops->entry_get(store->backend, by, found->arena, &newer, err);
	if (status != TS_OK)
		return status;
	if (newer.number > 0)
		reason = ts_arena_printf(found->arena, "by %s/%s.%d",
					 newer.report, newer.period,
					 newer.number);
	else
		reason = ts_arena_printf(found->arena, "by #%lld",
					 (long long)by);
	if (reason == NULL)
		return ts_fail_errno(err, ENOMEM, "journal");
	of_report.report = newer.report;
	status = ops->entries(store->backend, &of_report, find_one, found, err);
	for (size_t i = 0; status == TS_OK && i < found->count; i++) {
		struct ts_entry *entry = &found->entries[i];

		if (entry->id >= by)
			continue;
		entry->reason = reason;
		status = put_state(store, entry, TS_STATE_SUPERSEDED, now_us,
				   reason, err);
		++*done;
	}
	return status;
}

enum ts_status
ts_journal_supersede(struct ts_store *store, int64_t by, unsigned states,
		     int64_t now_us, int *count, struct ts_err *err)
{
	struct ts_entry_filter filter = {
		.states = (states != 0 ? states : WAITING) & WAITING,
	};
	struct found found = { .count = 0 };
	enum ts_status status;
	int done = 0;

	if (filter.states == 0)
		return ts_fail(err, TS_BAD_USAGE,
			       "journal: only what waits is superseded");
	status = begin_with(store, LIST_BYTES, &found.arena, err);
	if (status != TS_OK)
		return status;
	status = supersede(store, &found, by, &filter, now_us, &done, err);
	ts_arena_free(found.arena);
	TS_JOURNAL_END(store, status, "supersede", err);
	if (status == TS_OK && count != NULL)
		*count = done;
	return status;
}
