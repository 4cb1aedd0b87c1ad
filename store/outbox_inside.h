/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox_inside.h - what the files of the outbox share: outbox.c makes rows,
 * outbox_move.c moves them. Both are for inside a transaction.
 */
#ifndef STORE_OUTBOX_INSIDE_H
#define STORE_OUTBOX_INSIDE_H

#include "store/state.h"

/* What became of a row, for its ledger. */
enum ts_status ts_out_event_add(struct ts_store *store,
				const struct ts_out *out,
				enum ts_out_state from, const char *text,
				int64_t now_us, struct ts_err *err) TS_MUST_USE;
/* mailing -> done once nothing of it is open; entry 0: none. */
enum ts_status ts_out_end_entry(struct ts_store *store, int64_t entry,
				struct ts_arena *arena, int64_t now_us,
				struct ts_err *err) TS_MUST_USE;

#endif
