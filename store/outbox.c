/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the outbox; a back end only keeps its rows. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/fault.h>
#include "store/outbox_inside.h"

#define ROW_BYTES ((size_t)4 << 20)
#define CHUNK ((size_t)256 << 10)

static const char *const state_names[TS_OUT_STATES] = {
	[TS_OUT_QUEUED] = "queued",     [TS_OUT_SENDING] = "sending",
	[TS_OUT_IN_DOUBT] = "in_doubt", [TS_OUT_HELD] = "held",
	[TS_OUT_SENT] = "sent",         [TS_OUT_FAILED] = "failed",
	[TS_OUT_EXPIRED] = "expired",   [TS_OUT_SUPERSEDED] = "superseded",
	[TS_OUT_WITHHELD] = "withheld",
};

const char *
ts_out_state_name(enum ts_out_state state)
{
	return (unsigned)state < TS_OUT_STATES ? state_names[state] : "?";
}

bool
ts_out_state_parse(const char *name, enum ts_out_state *out)
{
	for (unsigned i = 0; i < TS_OUT_STATES; i++)
		if (strcmp(state_names[i], name) == 0) {
			*out = (enum ts_out_state)i;
			return true;
		}
	return false;
}

bool
ts_out_state_is_end(enum ts_out_state state)
{
	return (unsigned)state < TS_OUT_STATES &&
	       (TS_OUT_OPEN & 1u << state) == 0;
}

const char *
ts_lane_name(enum ts_lane lane)
{
	return lane == TS_LANE_MAIL ? "mail" : "files";
}

static const struct ts_backend_ops *
ops_of(struct ts_store *store)
{
	return store->backend->ops;
}

enum ts_status
ts_out_event_add(struct ts_store *store, const struct ts_out *out,
		 enum ts_out_state from, const char *text, int64_t now_us,
		 struct ts_err *err)
{
	const struct ts_out_event event = { .id = out->id,
					    .at_us = now_us,
					    .from = from,
					    .to = out->state,
					    .code = out->code,
					    .text = text };

	return ops_of(store)->out_event_add(store->backend, &event, err);
}

/* ---- making -------------------------------------------------------------- */

enum ts_status
ts_outbox_begin(struct ts_store *store, struct ts_err *err)
{
	return ts_writing_begin(store, err);
}

void
ts_outbox_rollback(struct ts_store *store)
{
	struct ts_err ignored = { .status = TS_OK };

	/* what was to be kept is not: the caller says why */
	ts_ignore(ts_writing_end(store, TS_REFUSED, &ignored));
}

enum ts_status
ts_outbox_piece(struct ts_store *store, const char *name, int64_t *piece,
		bool *known, struct ts_err *err)
{
	return ops_of(store)->piece(store->backend, name, piece, known, err);
}

enum ts_status
ts_outbox_piece_add(struct ts_store *store, int64_t piece, const void *bytes,
		    size_t count, struct ts_err *err)
{
	const char *at = bytes;

	while (count > 0) {
		size_t part = count < CHUNK ? count : CHUNK;

		if (ops_of(store)->chunk_add(store->backend, piece, at, part,
					     err) != TS_OK)
			return err->status;
		at += part;
		count -= part;
	}
	return TS_OK;
}

static enum ts_status
link_pieces(struct ts_store *store, int64_t id, bool small,
	    const struct ts_out_pieces *pieces, struct ts_err *err)
{
	for (size_t i = 0; i < pieces->count; i++)
		if (ops_of(store)->piece_link(store->backend, id, small, (int)i,
					      pieces->items[i], err) != TS_OK)
			return err->status;
	return TS_OK;
}

/* ---- the end of an edition -------------------------------------------------
 */

struct tally {
	int states[TS_OUT_STATES];
};

static enum ts_status
count_one(void *ctx, const struct ts_out *out, struct ts_err *err)
{
	struct tally *tally = ctx;

	(void)err;
	tally->states[out->state]++;
	return TS_OK;
}

static enum ts_status
tally_of(struct ts_store *store, int64_t entry, struct tally *tally,
	 struct ts_err *err)
{
	const struct ts_out_filter filter = { .entry = entry };

	*tally = (struct tally){ .states = { 0 } };
	return ops_of(store)->outs(store->backend, &filter, count_one, tally,
				   err);
}

static bool
is_open(const struct tally *tally)
{
	return tally->states[TS_OUT_QUEUED] + tally->states[TS_OUT_SENDING] +
		       tally->states[TS_OUT_IN_DOUBT] +
		       tally->states[TS_OUT_HELD] >
	       0;
}

/* "delivered to 2 of 3: 1 failed"; "" when nothing is missing. */
static void
word_tally(const struct tally *tally, char *text, size_t size)
{
	static const enum ts_out_state ends[] = { TS_OUT_FAILED, TS_OUT_EXPIRED,
						  TS_OUT_SUPERSEDED,
						  TS_OUT_WITHHELD };
	int sent = tally->states[TS_OUT_SENT], all = sent;
	size_t used;

	for (size_t i = 0; i < 4; i++)
		all += tally->states[ends[i]];
	text[0] = '\0';
	if (all == sent)
		return;
	used = (size_t)snprintf(text, size, "delivered to %d of %d", sent, all);
	for (size_t i = 0; i < 4 && used < size; i++)
		if (tally->states[ends[i]] > 0)
			used += (size_t)snprintf(
				text + used, size - used, "%s %d %s",
				strchr(text, ':') == NULL ? ":" : ",",
				tally->states[ends[i]],
				ts_out_state_name(ends[i]));
}

/* mailing -> done once nothing of it is open. */
enum ts_status
ts_out_end_entry(struct ts_store *store, int64_t id, struct ts_arena *arena,
		 int64_t now_us, struct ts_err *err)
{
	struct ts_entry entry;
	struct ts_entry_event event;
	struct tally tally;
	char text[200];
	enum ts_status status;

	if (id == 0)
		return TS_OK;
	status = ops_of(store)->entry_get(store->backend, id, arena, &entry,
					  err);
	if (status == TS_NO_INPUT)
		return TS_OK;
	if (status != TS_OK || entry.state != TS_STATE_MAILING)
		return status;
	if (tally_of(store, id, &tally, err) != TS_OK)
		return err->status;
	if (is_open(&tally))
		return TS_OK;
	word_tally(&tally, text, sizeof text);
	if (text[0] == '\0' && tally.states[TS_OUT_SENT] == 0)
		snprintf(text, sizeof text, "%.190s", entry.reason);
	entry.state = TS_STATE_DONE;
	entry.since_us = now_us;
	entry.reason = text;
	event = (struct ts_entry_event){ .entry = id,
					 .at_us = now_us,
					 .from = TS_STATE_MAILING,
					 .to = TS_STATE_DONE,
					 .text = text };
	if (ops_of(store)->entry_put(store->backend, &entry, err) != TS_OK)
		return err->status;
	return ops_of(store)->event_add(store->backend, &event, err);
}

/* ---- rows ------------------------------------------------------------------
 */

struct older {
	struct ts_store *store;
	struct ts_arena *arena;
	const struct ts_out *by;
	int64_t ids[256];
	size_t count;
};

/* Of an earlier period, or an earlier number of the same. */
static bool
is_older(const struct ts_out *out, const struct ts_out *by)
{
	int order = strcmp(out->period, by->period);

	return order < 0 || (order == 0 && out->number < by->number);
}

static enum ts_status
note_older(void *ctx, const struct ts_out *out, struct ts_err *err)
{
	struct older *older = ctx;

	(void)err;
	if (out->id < older->by->id && is_older(out, older->by) &&
	    strcmp(out->channel, older->by->channel) == 0 &&
	    older->count < sizeof older->ids / sizeof older->ids[0])
		older->ids[older->count++] = out->id;
	return TS_OK;
}

static enum ts_status
supersede_one(struct older *older, int64_t id, const char *text, int64_t now_us,
	      struct ts_err *err)
{
	struct ts_store *store = older->store;
	struct ts_out out;
	enum ts_out_state from;

	ts_arena_reset(older->arena);
	if (ops_of(store)->out_get(store->backend, id, older->arena, &out,
				   err) != TS_OK)
		return err->status;
	from = out.state;
	out.state = TS_OUT_SUPERSEDED;
	out.since_us = now_us;
	out.reason = text;
	if (ops_of(store)->out_put(store->backend, &out, err) != TS_OK ||
	    ts_out_event_add(store, &out, from, text, now_us, err) != TS_OK)
		return err->status;
	return ts_out_end_entry(store, out.entry, older->arena, now_us, err);
}

/* Nobody wants yesterday's edition after today's. A handful at a time, until
 * there is none: what was superseded is not found again. */
static enum ts_status
supersede(struct ts_store *store, const struct ts_out *by,
	  struct ts_arena *arena, int64_t now_us, int *count,
	  struct ts_err *err)
{
	const struct ts_out_filter filter = {
		.report = by->report,
		.recipient = by->recipient,
		.kind = "edition",
		.states = 1u << TS_OUT_QUEUED | 1u << TS_OUT_HELD,
	};
	struct older older = { .store = store, .arena = arena, .by = by };
	char text[200];

	snprintf(text, sizeof text, "by %s.%d", by->period, by->number);
	do {
		older.count = 0;
		if (ops_of(store)->outs(store->backend, &filter, note_older,
					&older, err) != TS_OK)
			return err->status;
		for (size_t i = 0; i < older.count; i++)
			if (supersede_one(&older, older.ids[i], text, now_us,
					  err) != TS_OK)
				return err->status;
		if (count != NULL)
			*count += (int)older.count;
	} while (older.count > 0);
	return TS_OK;
}

enum ts_status
ts_outbox_add(struct ts_store *store, const struct ts_out *out,
	      const struct ts_out_pieces *full,
	      const struct ts_out_pieces *small, int64_t now_us, int64_t *id,
	      bool *added, int *superseded, struct ts_err *err)
{
	struct ts_out row = *out;
	struct ts_arena *arena;
	enum ts_status status;

	if (row.state != TS_OUT_QUEUED && row.state != TS_OUT_HELD &&
	    row.state != TS_OUT_WITHHELD)
		return ts_fail(err, TS_BAD_USAGE,
			       "outbox: no delivery begins as %s",
			       ts_out_state_name(row.state));
	row.kind = row.kind != NULL ? row.kind : "";
	row.period = row.period != NULL ? row.period : "";
	row.channel = row.channel != NULL ? row.channel : "";
	row.id = 0;
	row.made_us = row.since_us = now_us;
	if (superseded != NULL)
		*superseded = 0;
	*added = false;
	status = ops_of(store)->out_put(store->backend, &row, err);
	*id = row.id;
	if (status == TS_REFUSED)
		return TS_OK;
	if (status != TS_OK)
		return status;
	*added = true;
	TS_FAULT("outbox.row");
	if (link_pieces(store, row.id, false, full, err) != TS_OK ||
	    link_pieces(store, row.id, true, small, err) != TS_OK ||
	    ts_out_event_add(store, &row, row.state,
			     row.reason != NULL ? row.reason : "", now_us,
			     err) != TS_OK)
		return err->status;
	if (strcmp(row.kind, "edition") != 0 || row.state != TS_OUT_QUEUED)
		return TS_OK;
	arena = ts_arena_new(ROW_BYTES);
	if (arena == NULL)
		return ts_fail_errno(err, ENOMEM, "outbox");
	status = supersede(store, &row, arena, now_us, superseded, err);
	ts_arena_free(arena);
	return status;
}

enum ts_status
ts_outbox_tell(struct ts_store *store, const struct ts_told *told,
	       struct ts_err *err)
{
	return ops_of(store)->told_put(store->backend, told, err);
}

enum ts_status
ts_alarm_put(struct ts_store *store, const char *report, const char *rule,
	     bool raised, int64_t now_us, struct ts_err *err)
{
	return ops_of(store)->alarm_put(store->backend, report, rule, raised,
					now_us, err);
}

static enum ts_status
hand_over(struct ts_store *store, int64_t id, const char *reason,
	  struct ts_arena *arena, int64_t now_us, struct ts_err *err)
{
	struct ts_entry entry;
	struct ts_entry_event event;
	enum ts_status status;

	status = ops_of(store)->entry_get(store->backend, id, arena, &entry,
					  err);
	if (status != TS_OK)
		return status;
	if (entry.state == TS_STATE_MAILING ||
	    entry.state == TS_STATE_DONE) /* only new recipients */
		return ts_out_end_entry(store, id, arena, now_us, err);
	if (entry.state != TS_STATE_PUBLISHED)
		return ts_fail(err, TS_REFUSED,
			       "journal: #%lld of %s is %s, not published",
			       (long long)id, entry.report,
			       ts_state_name(entry.state));
	entry.state = TS_STATE_MAILING;
	entry.since_us = now_us;
	entry.attempts = 0;
	entry.failing_us = entry.next_us = 0;
	entry.reason = reason;
	event = (struct ts_entry_event){ .entry = id,
					 .at_us = now_us,
					 .from = TS_STATE_PUBLISHED,
					 .to = TS_STATE_MAILING,
					 .text = reason };
	if (ops_of(store)->entry_put(store->backend, &entry, err) != TS_OK ||
	    ops_of(store)->event_add(store->backend, &event, err) != TS_OK)
		return err->status;
	return ts_out_end_entry(store, id, arena, now_us, err);
}

enum ts_status
ts_outbox_commit(struct ts_store *store, int64_t entry, const char *reason,
		 int64_t now_us, struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(ROW_BYTES);
	enum ts_status status = TS_OK;

	if (arena == NULL)
		status = ts_fail_errno(err, ENOMEM, "outbox");
	if (status == TS_OK && entry != 0)
		status = hand_over(store, entry, reason, arena, now_us, err);
	ts_arena_free(arena);
	TS_FAULT("outbox.commit.before");
	status = ts_writing_end(store, status, err);
	TS_FAULT("outbox.commit.after");
	return status;
}
