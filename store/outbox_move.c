/* SPDX-License-Identifier: Apache-2.0 */
/* The ways of a row between its states, what a dead sender left, and the key
 * of this installation. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <tradestat/fault.h>
#include "store/outbox_inside.h"

#define ROW_BYTES ((size_t)4 << 20)
#define LEFT_MOST 512 /* at a time */

static const struct ts_backend_ops *
ops_of(struct ts_store *store)
{
	return store->backend->ops;
}

/* ---- sending ----------------------------------------------------------------
 */

#define BIT(state) (1u << (state))

/* Where a row may go from there; into superseded a newer edition puts it. */
static const unsigned ways[TS_OUT_STATES] = {
	[TS_OUT_QUEUED] = BIT(TS_OUT_SENDING) | BIT(TS_OUT_HELD) |
			  BIT(TS_OUT_EXPIRED) | BIT(TS_OUT_SUPERSEDED),
	/* sent at once: what may be done twice without harm is never in doubt
	 */
	[TS_OUT_SENDING] = BIT(TS_OUT_QUEUED) | BIT(TS_OUT_IN_DOUBT) |
			   BIT(TS_OUT_SENT) | BIT(TS_OUT_FAILED),
	[TS_OUT_IN_DOUBT] = BIT(TS_OUT_QUEUED) | BIT(TS_OUT_SENDING) |
			    BIT(TS_OUT_IN_DOUBT) | BIT(TS_OUT_HELD) |
			    BIT(TS_OUT_SENT) | BIT(TS_OUT_FAILED),
	[TS_OUT_HELD] = BIT(TS_OUT_QUEUED) | BIT(TS_OUT_SUPERSEDED),
	/* once more, by hand */
	[TS_OUT_SENT] = BIT(TS_OUT_QUEUED),
	[TS_OUT_FAILED] = BIT(TS_OUT_QUEUED),
	[TS_OUT_EXPIRED] = BIT(TS_OUT_QUEUED),
	[TS_OUT_SUPERSEDED] = BIT(TS_OUT_QUEUED),
	[TS_OUT_WITHHELD] = BIT(TS_OUT_QUEUED),
};

static void
apply(struct ts_out *out, const struct ts_out_move *move, int64_t now_us)
{
	if (move->to != out->state)
		out->since_us = now_us;
	out->state = move->to;
	if (move->reason != NULL)
		out->reason = move->reason;
	if (move->reply != NULL) {
		out->reply = move->reply;
		out->code = move->code;
	}
	out->next_us = move->next_us;
	out->attempts = move->attempts;
	out->doubts = move->doubts;
	out->failing_us = move->failing_us;
	if (move->small)
		out->small = true;
}

static enum ts_status
move_row(struct ts_store *store, int64_t id, const struct ts_out_move *move,
	 struct ts_arena *arena, int64_t now_us, struct ts_err *err)
{
	struct ts_out out;
	char text[2048];

	if (ops_of(store)->out_get(store->backend, id, arena, &out, err) !=
	    TS_OK)
		return err->status;
	if (out.state != move->from)
		return ts_fail(err, TS_REFUSED, "delivery d%lld is %s, not %s",
			       (long long)id, ts_out_state_name(out.state),
			       ts_out_state_name(move->from));
	apply(&out, move, now_us);
	snprintf(text, sizeof text, "%s%s%s",
		 move->reply != NULL ? move->reply : "",
		 move->reply != NULL && move->reply[0] != '\0' &&
				 move->reason != NULL && move->reason[0] != '\0'
			 ? "; "
			 : "",
		 move->reason != NULL ? move->reason : "");
	if (ops_of(store)->out_put(store->backend, &out, err) != TS_OK ||
	    ts_out_event_add(store, &out, move->from, text, now_us, err) !=
		    TS_OK)
		return err->status;
	if (ts_out_state_is_end(out.state))
		return ts_out_end_entry(store, out.entry, arena, now_us, err);
	return TS_OK;
}

enum ts_status
ts_outbox_move(struct ts_store *store, int64_t id,
	       const struct ts_out_move *move, int64_t now_us,
	       struct ts_err *err)
{
	struct ts_arena *arena;
	enum ts_status status;

	if ((unsigned)move->from >= TS_OUT_STATES ||
	    (unsigned)move->to >= TS_OUT_STATES)
		return ts_fail(err, TS_BAD_USAGE, "outbox: no such state");
	if ((ways[move->from] & BIT(move->to)) == 0)
		return ts_fail(err, TS_BAD_USAGE,
			       "outbox: no way from %s to %s",
			       ts_out_state_name(move->from),
			       ts_out_state_name(move->to));
	status = ts_writing_begin(store, err);
	if (status != TS_OK)
		return status;
	arena = ts_arena_new(ROW_BYTES);
	if (arena == NULL)
		status = ts_fail_errno(err, ENOMEM, "outbox");
	if (status == TS_OK)
		status = move_row(store, id, move, arena, now_us, err);
	ts_arena_free(arena);
	TS_FAULT("outbox.move.before");
	status = ts_writing_end(store, status, err);
	TS_FAULT("outbox.move.after");
	return status;
}

struct left {
	struct ts_out_move moves[LEFT_MOST];
	int64_t ids[LEFT_MOST];
	size_t count;
	enum ts_lane lane;
	int64_t until_us;
};

static enum ts_status
note_left(void *ctx, const struct ts_out *out, struct ts_err *err)
{
	struct left *left = ctx;
	struct ts_out_move *move;

	(void)err;
	if (out->lane != left->lane ||
	    left->count == sizeof left->ids / sizeof left->ids[0] ||
	    (out->state == TS_OUT_IN_DOUBT && out->next_us != 0))
		return TS_OK;
	left->ids[left->count] = out->id;
	move = &left->moves[left->count++];
	*move = (struct ts_out_move){ .from = out->state,
				      .to = out->state,
				      .attempts = out->attempts,
				      .doubts = out->doubts,
				      .failing_us = out->failing_us };
	if (out->state == TS_OUT_SENDING) {
		move->to = TS_OUT_QUEUED;
		move->reason = "interrupted before its last bytes left";
	} else {
		move->next_us = left->until_us;
		move->reason = "interrupted after its last bytes left";
	}
	return TS_OK;
}

/* Some at a time, until none is left: what was taken up is not found again. */
static enum ts_status
take_up(struct ts_store *store, struct left *left,
	const struct ts_out_filter *filter, int64_t now_us, int *taken,
	struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(ROW_BYTES);
	enum ts_status status = TS_OK;

	if (arena == NULL)
		return ts_fail_errno(err, ENOMEM, "outbox");
	do {
		left->count = 0;
		status = ops_of(store)->outs(store->backend, filter, note_left,
					     left, err);
		for (size_t i = 0; status == TS_OK && i < left->count; i++) {
			ts_arena_reset(arena);
			status = move_row(store, left->ids[i], &left->moves[i],
					  arena, now_us, err);
		}
		*taken += (int)left->count;
	} while (status == TS_OK && left->count > 0);
	ts_arena_free(arena);
	return status;
}

enum ts_status
ts_outbox_recover(struct ts_store *store, enum ts_lane lane, int64_t wait_us,
		  int64_t now_us, int *count, struct ts_err *err)
{
	const struct ts_out_filter filter = { .states = 1u << TS_OUT_SENDING |
							1u << TS_OUT_IN_DOUBT };
	struct left *left = malloc(sizeof *left);
	int taken = 0;
	enum ts_status status;

	*count = 0;
	if (left == NULL)
		return ts_fail_errno(err, ENOMEM, "outbox");
	left->lane = lane;
	/* 0 would mean that it is not known yet */
	left->until_us = now_us + wait_us > 0 ? now_us + wait_us : 1;
	status = ts_writing_begin(store, err);
	if (status == TS_OK) {
		status = take_up(store, left, &filter, now_us, &taken, err);
		TS_FAULT("outbox.recover.before");
		status = ts_writing_end(store, status, err);
		TS_FAULT("outbox.recover.after");
	}
	*count = status == TS_OK ? taken : 0;
	free(left);
	return status;
}

enum ts_status
ts_outbox_trim(struct ts_store *store, int64_t before_us, struct ts_err *err)
{
	enum ts_status status = ts_writing_begin(store, err);

	if (status == TS_OK)
		status = ts_writing_end(store,
					ops_of(store)->pieces_drop(
						store->backend, before_us, err),
					err);
	return status;
}

/* ---- the key
 * ----------------------------------------------------------------- */

enum ts_status
ts_outbox_key(struct ts_store *store, unsigned char key[32], struct ts_err *err)
{
	enum ts_status status;

	status = ops_of(store)->key_get(store->backend, key, err);
	if (status != TS_NO_INPUT)
		return status;
	status = ts_writing_begin(store, err);
	if (status != TS_OK)
		return status;
	/* somebody may have been faster */
	status = ops_of(store)->key_get(store->backend, key, err);
	if (status == TS_NO_INPUT) {
		status = TS_OK;
		if (getrandom(key, 32, 0) != 32)
			status = ts_fail_errno(err, errno, "getrandom");
		if (status == TS_OK)
			status = ops_of(store)->key_put(store->backend, key,
							err);
	}
	TS_FAULT("outbox.key.before");
	status = ts_writing_end(store, status, err);
	TS_FAULT("outbox.key.after");
	return status;
}
