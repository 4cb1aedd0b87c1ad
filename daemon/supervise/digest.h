/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest.h - the notices of the store as one text for a person: what began,
 * what ended, what is still so, and for each the commands that help. tell.c
 * decides when it is sent.
 */
#ifndef DAEMON_SUPERVISE_DIGEST_H
#define DAEMON_SUPERVISE_DIGEST_H

#include <tradestat/arena.h>
#include <tradestat/buf.h>
#include "config/load.h"
#include "store/journal.h"

#define TS_DIGEST_BYTES ((size_t)4 << 20) /* of the arena */
/* The cause by which the command's own failing is noticed; never in a
 * digest. */
#define TS_DIGEST_OWN "operator"

enum ts_digest_part {
	TS_DIGEST_BEGAN,
	TS_DIGEST_ENDED,
	TS_DIGEST_STILL,
	TS_DIGEST_PARTS
};

/* Oldest first. */
struct ts_digest_list {
	struct ts_notice *items;
	size_t count, room;
};

struct ts_digest {
	struct ts_arena *arena; /* the caller's */
	struct ts_digest_list parts[TS_DIGEST_PARTS];
	size_t untold;     /* began and ended ones */
	int64_t oldest_us; /* of what is untold */
	int64_t newest_us; /* greatest stamp of what is untold */
	int64_t told_us;   /* when something was told last; 0 never */
};

enum ts_status ts_digest_read(struct ts_store *store, int64_t now_us,
			      struct ts_arena *arena, struct ts_digest *out,
			      struct ts_err *err) TS_MUST_USE;
enum ts_status ts_digest_print(const struct ts_digest *digest,
			       struct ts_store *store,
			       const struct ts_conf *conf, int64_t now_us,
			       struct ts_buf *out,
			       struct ts_err *err) TS_MUST_USE;

#endif
