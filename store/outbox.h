/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox.h - what has to reach whom, and what came of it: one row a
 * (report, period, number, kind, channel, recipient). What is sent is fixed
 * when the row is made, in the transaction that makes it, and is never
 * composed again. Ended rows are the ledger.
 *
 *   queued -> sending -> in_doubt -> sent
 *             sending -> queued                 nothing final had left
 *             in_doubt -> queued | failed       the other side said so
 *             in_doubt -> in_doubt (later) -> sending | held     it did not
 *   queued -> expired | superseded | held;  held -> queued
 *   ends: sent failed expired superseded withheld
 *
 * `withheld` rows were never to be sent (a suppressed or paused address): they
 * are there so that the ledger tells why somebody got nothing. An edition in
 * state mailing becomes done in the same transaction that ends its last open
 * row (queued, sending, in_doubt, held are open).
 *
 * Every function is one transaction unless it says otherwise. Statuses as in
 * store.h. Texts are never NULL when read; NULL is "" when written.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "store/journal.h"

enum ts_out_state {
	TS_OUT_QUEUED,
	TS_OUT_SENDING,
	TS_OUT_IN_DOUBT,
	TS_OUT_HELD,
	TS_OUT_SENT,
	TS_OUT_FAILED,
	TS_OUT_EXPIRED,
	TS_OUT_SUPERSEDED,
	TS_OUT_WITHHELD,
	TS_OUT_STATES
};
const char *ts_out_state_name(enum ts_out_state state); /* "in_doubt" ... */
bool ts_out_state_parse(const char *name, enum ts_out_state *out);
bool ts_out_state_is_end(enum ts_out_state state);
#define TS_OUT_OPEN                                                            \
	(1u << TS_OUT_QUEUED | 1u << TS_OUT_SENDING | 1u << TS_OUT_IN_DOUBT |  \
	 1u << TS_OUT_HELD)

/* Who carries it: one sender at a time a lane. */
enum ts_lane { TS_LANE_MAIL, TS_LANE_FILES, TS_LANES };
const char *ts_lane_name(enum ts_lane lane); /* "mail", "files" */

struct ts_out {
	int64_t id;
	int64_t entry; /* of the journal; 0: of none (a test) */
	const char *report, *period;
	int number;
	const char *kind;    /* edition correction raised cleared test, the
				last with a moment: "test 2026-11-25T..." */
	const char *channel; /* the output */
	const char *recipient;
	enum ts_lane lane;
	const char *relay;        /* what is paused together: "mail",
				     "https://hooks.example.org" */
	const char *variant;      /* "", "eur" */
	const char *payload;      /* JSON of whoever carries it */
	const char *message_id;   /* "" for other channels */
	int64_t size, small_size; /* bytes of both forms; 0: there is none */
	enum ts_out_state state;
	bool small;                /* the small form is the one that is sent */
	int attempts;              /* that failed, since it was queued */
	int doubts;                /* how often its fate was unknown */
	int64_t made_us, since_us; /* since: in this state */
	int64_t next_us;           /* nothing is tried before */
	int64_t failing_us; /* of the first attempt that failed; 0 none */
	int code;           /* of the last answer: 250, 451, 201; 0 none */
	const char *reply;  /* its text, one line */
	const char *reason; /* why it is as it is; "" when all is well */
};

/* ---- making ---- */
/*
 * begin opens one transaction for everything up to commit or rollback; it
 * holds off other writers, so composing inside it ought to take seconds.
 * Functions marked (in) are for in between.
 */
enum ts_status ts_outbox_begin(struct ts_store *store,
			       struct ts_err *err) TS_MUST_USE;
/* (in) Bytes that several messages share, kept once under a name such as
 * "b64:SHA256". *known: they are there, add none. name "": of one message. */
enum ts_status ts_outbox_piece(struct ts_store *store, const char *name,
			       int64_t *piece, bool *known,
			       struct ts_err *err) TS_MUST_USE;
/* (in) Appends to a piece that is new; any count, in order. */
enum ts_status ts_outbox_piece_add(struct ts_store *store, int64_t piece,
				   const void *bytes, size_t count,
				   struct ts_err *err) TS_MUST_USE;
struct ts_out_pieces {
	const int64_t *items;
	size_t count;
};
/*
 * (in) Adds a row, in state out->state (queued, held or withheld), made now.
 * *added false: the key is there already, nothing changed and *id is that
 * row's. A new row of kind edition supersedes queued and held ones of older
 * editions to the same recipient over the same channel; *superseded counts
 * them (NULL is welcome).
 */
enum ts_status ts_outbox_add(struct ts_store *store, const struct ts_out *out,
			     const struct ts_out_pieces *full,
			     const struct ts_out_pieces *small, int64_t now_us,
			     int64_t *id, bool *added, int *superseded,
			     struct ts_err *err) TS_MUST_USE;
/* (in) What was told of figures, for corrections later: replaces what that
 * report told of the figure before. */
struct ts_told {
	const char *report, *variant, *figure, *label, *value, *unit;
	const char *period; /* edition that told it */
	int number;
};
enum ts_status ts_outbox_tell(struct ts_store *store,
			      const struct ts_told *told,
			      struct ts_err *err) TS_MUST_USE;
/* (in) An alarm's state; rule: the figure and its threshold. */
enum ts_status ts_alarm_put(struct ts_store *store, const char *report,
			    const char *rule, bool raised, int64_t now_us,
			    struct ts_err *err) TS_MUST_USE;
/*
 * entry 0: of no edition. Else the entry moves published -> mailing, or, when
 * no open row belongs to it, -> done with that reason ("" none): TS_REFUSED if
 * it is in another state (mailing and done are welcome: recipients that are
 * new), and nothing is kept.
 */
enum ts_status ts_outbox_commit(struct ts_store *store, int64_t entry,
				const char *reason, int64_t now_us,
				struct ts_err *err) TS_MUST_USE;
void ts_outbox_rollback(struct ts_store *store);

typedef enum ts_status ts_told_row(void *ctx, const struct ts_told *told,
				   struct ts_err *err);
/* By figure. */
enum ts_status ts_outbox_told(struct ts_store *store, const char *report,
			      const char *variant, ts_told_row *row, void *ctx,
			      struct ts_err *err) TS_MUST_USE;
enum ts_status ts_alarm_get(struct ts_store *store, const char *report,
			    const char *rule, bool *raised,
			    struct ts_err *err) TS_MUST_USE;
/* 32 random bytes of this installation, made on the first call: what ids of
 * deliveries and hashes of addresses are keyed with. */
enum ts_status ts_outbox_key(struct ts_store *store, unsigned char key[32],
			     struct ts_err *err) TS_MUST_USE;

/* ---- sending ---- */
struct ts_out_move {
	enum ts_out_state from, to;
	const char *reason;   /* NULL: as it was */
	const char *reply;    /* NULL: as it was */
	int code;             /* with reply */
	int64_t next_us;      /* as given */
	int attempts, doubts; /* as given */
	int64_t failing_us;   /* as given */
	bool small;           /* set, never taken back */
};
/* TS_REFUSED: it is in another state than `from`; TS_BAD_USAGE: no way leads
 * from there to `to`. Nothing changed. Ended rows may be queued once more. */
enum ts_status ts_outbox_move(struct ts_store *store, int64_t id,
			      const struct ts_out_move *move, int64_t now_us,
			      struct ts_err *err) TS_MUST_USE;
/* What a sender that died left in its lane: sending -> queued, in_doubt
 * without a moment gets next_us = now + wait_us. The caller holds the lane's
 * lock. */
enum ts_status ts_outbox_recover(struct ts_store *store, enum ts_lane lane,
				 int64_t wait_us, int64_t now_us, int *count,
				 struct ts_err *err) TS_MUST_USE;
/* The row that is due first: queued or in_doubt with next_us <= now, and its
 * relay neither paused nor stopped. entry: of that edition only; 0 any.
 * at_once: next_us and pauses do not count (stops do). TS_NO_INPUT: none. */
enum ts_status ts_outbox_due(struct ts_store *store, enum ts_lane lane,
			     int64_t entry, bool at_once, int64_t now_us,
			     struct ts_arena *arena, struct ts_out *out,
			     struct ts_err *err) TS_MUST_USE;
/* When a sender of that lane has something to do: 0 at once (also for what a
 * dead one left), INT64_MAX never. */
enum ts_status ts_outbox_next(struct ts_store *store, enum ts_lane lane,
			      int64_t now_us, int64_t *next_us,
			      struct ts_err *err) TS_MUST_USE;

/* The message as it goes out, piece by piece. */
struct ts_out_bytes;
enum ts_status ts_out_bytes_open(struct ts_store *store, int64_t id, bool small,
				 struct ts_out_bytes **out,
				 struct ts_err *err) TS_MUST_USE;
/* *count 0: the end. Memory does not grow with the message. TS_CORRUPT: it is
 * shorter or longer than the row says (its bytes went meanwhile). */
enum ts_status ts_out_bytes_read(struct ts_out_bytes *bytes, char *into,
				 size_t room, size_t *count,
				 struct ts_err *err) TS_MUST_USE;
void ts_out_bytes_close(struct ts_out_bytes *bytes); /* NULL is welcome */

/* ---- looking ---- */
enum ts_status ts_outbox_get(struct ts_store *store, int64_t id,
			     struct ts_arena *arena, struct ts_out *out,
			     struct ts_err *err) TS_MUST_USE;
struct ts_out_filter {
	const char *report; /* NULL: all; also below */
	const char *recipient;
	const char *kind;
	int64_t entry;      /* 0: all */
	const char *period; /* with number */
	int number;
	unsigned states;   /* bits 1u << state; 0: all */
	size_t most;       /* 0: all */
	bool newest_first; /* else oldest first */
};
typedef enum ts_status ts_out_row(void *ctx, const struct ts_out *out,
				  struct ts_err *err);
enum ts_status ts_outbox_list(struct ts_store *store,
			      const struct ts_out_filter *filter,
			      ts_out_row *row, void *ctx,
			      struct ts_err *err) TS_MUST_USE;
/* A copy with its texts in arena. */
enum ts_status ts_out_keep(const struct ts_out *out, struct ts_arena *arena,
			   struct ts_out *into, struct ts_err *err) TS_MUST_USE;
struct ts_out_event {
	int64_t id, at_us;
	enum ts_out_state from, to; /* the same: a note */
	int code;
	const char *text; /* reply and reason */
};
typedef enum ts_status ts_out_event_row(void *ctx,
					const struct ts_out_event *event,
					struct ts_err *err);
/* Of one row, oldest first. */
enum ts_status ts_outbox_events(struct ts_store *store, int64_t id,
				ts_out_event_row *row, void *ctx,
				struct ts_err *err) TS_MUST_USE;
struct ts_out_counts {
	int64_t states[TS_OUT_STATES];
	int64_t oldest_us; /* made_us of the oldest queued; 0 none */
	int64_t bytes;     /* of all pieces */
};
enum ts_status ts_outbox_counts(struct ts_store *store,
				struct ts_out_counts *out,
				struct ts_err *err) TS_MUST_USE;
/* Rows by state, exact, as metrics and a status line tell them: all of one
 * moment. A row in a state that we do not know is TS_CORRUPT, not left out. */
struct ts_out_census {
	int64_t queued, sending, in_doubt, held; /* open */
	int64_t sent, failed, expired, superseded, withheld;
	int64_t oldest_queued; /* when the oldest queued row was made, in unix
				  seconds; 0: none is queued */
	int64_t bytes;         /* of the pieces that are kept */
};
enum ts_status ts_out_census(struct ts_store *store, struct ts_out_census *out,
			     struct ts_err *err) TS_MUST_USE;
/* The same by channel, by name of the channel; bytes, which channels share,
 * are 0 here. channel is valid during the call. */
typedef enum ts_status ts_out_channel_row(void *ctx, const char *channel,
					  const struct ts_out_census *census,
					  struct ts_err *err);
enum ts_status ts_out_channels(struct ts_store *store, ts_out_channel_row *row,
			       void *ctx, struct ts_err *err) TS_MUST_USE;
/* Rows sent since then in a lane; recipient NULL: to anybody. For limits. */
enum ts_status ts_outbox_sent(struct ts_store *store, enum ts_lane lane,
			      const char *recipient, int64_t since_us,
			      int64_t *count, struct ts_err *err) TS_MUST_USE;
/* Rows that ended before lose their bytes (then they cannot be sent again),
 * and pieces that nobody needs go. */
enum ts_status ts_outbox_trim(struct ts_store *store, int64_t before_us,
			      struct ts_err *err) TS_MUST_USE;

/* ---- relays and addresses ---- */
struct ts_relay_state {
	const char *name;
	int64_t until_us;   /* paused until then; 0 not */
	int failures;       /* in a row */
	int64_t failing_us; /* since; 0 none */
	bool stopped;       /* by a limit or an operator, until resumed */
	const char *reason;
	int64_t size_most; /* of a message, as it last told; 0 it did not */
	int64_t used_us;   /* last successful use */
};
/* A relay never heard of is all zero. */
enum ts_status ts_relay_get(struct ts_store *store, const char *name,
			    struct ts_arena *arena, struct ts_relay_state *out,
			    struct ts_err *err) TS_MUST_USE;
enum ts_status ts_relay_put(struct ts_store *store,
			    const struct ts_relay_state *relay,
			    struct ts_err *err) TS_MUST_USE;
typedef enum ts_status
ts_relay_row(void *ctx, const struct ts_relay_state *relay, struct ts_err *err);
enum ts_status ts_relays(struct ts_store *store, ts_relay_row *row, void *ctx,
			 struct ts_err *err) TS_MUST_USE;

enum ts_address_state {
	TS_ADDRESS_ACTIVE,
	TS_ADDRESS_PAUSED,    /* by an operator */
	TS_ADDRESS_SUSPENDED, /* refused three editions running */
};
struct ts_address {
	const char *address;
	enum ts_address_state state;
	const char *reason;
	int64_t since_us;
	int refused; /* editions in a row that were refused for good */
};
/* One never heard of is active. */
enum ts_status ts_address_get(struct ts_store *store, const char *address,
			      struct ts_arena *arena, struct ts_address *out,
			      struct ts_err *err) TS_MUST_USE;
enum ts_status ts_address_put(struct ts_store *store,
			      const struct ts_address *address,
			      struct ts_err *err) TS_MUST_USE;
typedef enum ts_status
ts_address_row(void *ctx, const struct ts_address *address, struct ts_err *err);
/* Those that are not active, or were refused. */
enum ts_status ts_addresses(struct ts_store *store, ts_address_row *row,
			    void *ctx, struct ts_err *err) TS_MUST_USE;

#endif
