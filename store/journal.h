/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.h - the journal of editions: one entry a run of a report, from the
 * moment it was due to its end. A state is committed before the action whose
 * interruption it must explain; what was interrupted is rolled back to the
 * last stable state and done again.
 *
 *   due -> fetching -> ready -> rendering -> published -> mailing -> done
 *   beside the path: held;  ends: done failed superseded expired
 *
 * An entry of the timetable is unique by (report, slot): scheduling twice is a
 * refused insert, not a second mail. Period and number are given when the
 * figures are in (a weekly run of annual figures belongs to the year the
 * figures are of), unique by (report, period, number).
 *
 * Every function is one transaction. Statuses as in store.h.
 */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "store/store.h"

enum ts_state {
	TS_STATE_DUE,
	TS_STATE_FETCHING,
	TS_STATE_READY,
	TS_STATE_RENDERING,
	TS_STATE_PUBLISHED,
	TS_STATE_MAILING,
	TS_STATE_DONE,
	TS_STATE_HELD,
	TS_STATE_FAILED,
	TS_STATE_SUPERSEDED,
	TS_STATE_EXPIRED,
	TS_STATES
};
const char *ts_state_name(enum ts_state state); /* "due" ... */
bool ts_state_parse(const char *name, enum ts_state *out);
/* done, failed, superseded, expired */
bool ts_state_is_end(enum ts_state state);

enum ts_cause {
	TS_CAUSE_TIMETABLE,
	TS_CAUSE_OPERATOR, /* asked of the daemon */
	TS_CAUSE_HAND,     /* `tradestat run`, without the daemon */
};
const char *ts_cause_name(enum ts_cause cause);
bool ts_cause_parse(const char *name, enum ts_cause *out);

/* Texts are never NULL when read; NULL is "" when written. */
struct ts_entry {
	int64_t id;
	const char *report;
	const char *period; /* "" until the figures are in */
	int number;         /* 0 until then */
	enum ts_state state;
	enum ts_cause cause;
	int64_t slot_us; /* instant of the timetable; 0: none */
	int64_t made_us;
	int64_t since_us;   /* in this state */
	int64_t next_us;    /* nothing is started before */
	int64_t wait_us;    /* waits for new figures until then; 0: does not */
	int attempts;       /* of the stage in hand that failed */
	int64_t failing_us; /* of the first of those; 0 none */
	const char *reason; /* why held or failed; the last error */
	const char *waive;  /* gates that need not hold, comma separated */
	bool force;         /* also when nothing changed */
	bool marked;        /* says that there is nothing new */
	const char *path;   /* of the bundle */
	const char *content_hash; /* of the figures in the bundle */
	/* what the last fetch showed, and since when it shows the same */
	const char *seen_period, *seen_hash;
	int64_t seen_us;
};

/* Adds one; uses report, cause, slot_us, next_us, wait_us, waive, force,
 * period ("" mostly). State due. TS_REFUSED: the slot is taken. */
enum ts_status ts_journal_add(struct ts_store *store,
			      const struct ts_entry *entry, int64_t now_us,
			      int64_t *id, struct ts_err *err) TS_MUST_USE;

/* A transition, or a note to an entry that stays (to == from). */
struct ts_move {
	enum ts_state from, to;
	const char *reason;       /* NULL: as it was; told in the events too */
	const char *period;       /* with a number, given in this transaction:
				     the next of (report, period), or the one
				     it has of that period; NULL: as they
				     were */
	const char *path;         /* NULL: as it was */
	const char *content_hash; /* NULL: as it was */
	const char *waive;        /* NULL: as it was */
	int64_t next_us;          /* as given: 0 is "at once" */
	int attempts;             /* as given */
	bool marked;              /* set, never taken back */
	bool forget_wait;         /* wait_us = 0 */
};
/* TS_REFUSED: it is in another state than `from`; nothing changed. */
enum ts_status ts_journal_move(struct ts_store *store, int64_t id,
			       const struct ts_move *move, int64_t now_us,
			       struct ts_err *err) TS_MUST_USE;
/* What a fetch showed; seen_us changes only when the hash does. The state
 * must be fetching (TS_REFUSED). */
enum ts_status ts_journal_seen(struct ts_store *store, int64_t id,
			       const char *period, const char *hash,
			       int64_t now_us, struct ts_err *err) TS_MUST_USE;

/* Texts in arena. TS_NO_INPUT: no such entry. */
enum ts_status ts_journal_get(struct ts_store *store, int64_t id,
			      struct ts_arena *arena, struct ts_entry *out,
			      struct ts_err *err) TS_MUST_USE;
/* "REPORT/PERIOD.NUMBER", or "#ID"; TS_BAD_USAGE when it is neither. */
enum ts_status ts_journal_find(struct ts_store *store, const char *name,
			       struct ts_arena *arena, struct ts_entry *out,
			       struct ts_err *err) TS_MUST_USE;
/* The last one with a bundle (published, mailing, done with a path). */
enum ts_status ts_journal_last(struct ts_store *store, const char *report,
			       struct ts_arena *arena, struct ts_entry *out,
			       struct ts_err *err) TS_MUST_USE;

struct ts_entry_filter {
	const char *report; /* NULL: all */
	unsigned states;    /* bits 1u << state; 0: all */
	size_t most;        /* 0: all */
	bool newest_first;  /* else oldest first */
};
typedef enum ts_status ts_entry_row(void *ctx, const struct ts_entry *entry,
				    struct ts_err *err);
/* A copy with its texts in arena: what a row is worth after the call. */
enum ts_status ts_entry_keep(const struct ts_entry *entry,
			     struct ts_arena *arena, struct ts_entry *out,
			     struct ts_err *err) TS_MUST_USE;
enum ts_status ts_journal_list(struct ts_store *store,
			       const struct ts_entry_filter *filter,
			       ts_entry_row *row, void *ctx,
			       struct ts_err *err) TS_MUST_USE;

struct ts_entry_event {
	int64_t entry, at_us;
	enum ts_state from, to; /* the same: a note */
	const char *text;
};
typedef enum ts_status ts_entry_event_row(void *ctx,
					  const struct ts_entry_event *event,
					  struct ts_err *err);
/* Of one entry, oldest first. */
enum ts_status ts_journal_events(struct ts_store *store, int64_t id,
				 ts_entry_event_row *row, void *ctx,
				 struct ts_err *err) TS_MUST_USE;
/* Ended entries that are older lose their events. */
enum ts_status ts_journal_trim(struct ts_store *store, int64_t before_us,
			       struct ts_err *err) TS_MUST_USE;

/* Rolls transient entries back (fetching -> due, rendering -> ready), but those
 * that alive() says are in somebody's hands. */
typedef bool ts_entry_alive(void *ctx, const struct ts_entry *entry);
enum ts_status ts_journal_recover(struct ts_store *store, ts_entry_alive *alive,
				  void *ctx, int64_t now_us, int *count,
				  struct ts_err *err) TS_MUST_USE;
/* Entries of the report that wait (due, ready, held), but not `by` and not
 * newer ones, become superseded: by tells their reason. */
enum ts_status ts_journal_supersede(struct ts_store *store, int64_t by,
				    unsigned states, int64_t now_us, int *count,
				    struct ts_err *err) TS_MUST_USE;

/* ---- what is remembered of a report beside its editions ---- */
struct ts_report_state {
	const char *report;
	bool paused;
	int64_t cursor_us; /* the timetable was followed up to here; 0: never,
			      as of a report that was only paused */
	const char *rule;  /* what it said then */
	int64_t poll_day;  /* days since 1970 */
	int polls;         /* on that day */
};
/* TS_NO_INPUT: never seen. */
enum ts_status ts_report_state_get(struct ts_store *store, const char *report,
				   struct ts_arena *arena,
				   struct ts_report_state *out,
				   struct ts_err *err) TS_MUST_USE;
enum ts_status ts_report_state_put(struct ts_store *store,
				   const struct ts_report_state *state,
				   struct ts_err *err) TS_MUST_USE;
enum ts_status ts_report_pause(struct ts_store *store, const char *report,
			       bool paused, struct ts_err *err) TS_MUST_USE;

/* ---- what the operator must know: once per cause ---- */
struct ts_notice {
	const char *cause; /* "held:kazakhstan-italy", "source:comtrade" */
	int level;         /* enum ts_level */
	const char *text;
	int64_t first_us, last_us;
	int64_t count;
	int64_t told_us;    /* 0: not yet */
	int64_t cleared_us; /* 0: still so */
	int64_t cleared_told_us;
};
enum ts_status ts_notice_raise(struct ts_store *store, const char *cause,
			       int level, const char *text, int64_t now_us,
			       bool *is_new, struct ts_err *err) TS_MUST_USE;
/* *was_open: it had been raised and not cleared. */
enum ts_status ts_notice_clear(struct ts_store *store, const char *cause,
			       int64_t now_us, bool *was_open,
			       struct ts_err *err) TS_MUST_USE;
typedef enum ts_status ts_notice_row(void *ctx, const struct ts_notice *notice,
				     struct ts_err *err);
/* Oldest first. only_open: not cleared yet; else also those whose end was not
 * told, and those of the last 30 days. */
enum ts_status ts_notices(struct ts_store *store, bool only_open,
			  int64_t now_us, ts_notice_row *row, void *ctx,
			  struct ts_err *err) TS_MUST_USE;
/* All that were raised or cleared up to now are told. */
enum ts_status ts_notices_told(struct ts_store *store, int64_t now_us,
			       struct ts_err *err) TS_MUST_USE;

/* ---- update markers of publishers ---- */
/* value "" when there is none; texts in arena. */
enum ts_status ts_marker_get(struct ts_store *store, const char *source,
			     const char *key, struct ts_arena *arena,
			     const char **value,
			     struct ts_err *err) TS_MUST_USE;
enum ts_status ts_marker_put(struct ts_store *store, const char *source,
			     const char *key, const char *value, int64_t now_us,
			     struct ts_err *err) TS_MUST_USE;

/* ---- what verbs and metrics ask ---- */
struct ts_source_row {
	const char *source;
	int64_t documents, bytes; /* archived, all time */
	int64_t last_us;          /* newest document retrieved */
	int64_t newest_period;    /* ts_period_key, with a value; 0 none */
	const char *host;         /* of its newest document */
	int64_t addresses;        /* that answered */
	int64_t conditional; /* of them that can be asked for changes only */
};
typedef enum ts_status ts_source_row_take(void *ctx,
					  const struct ts_source_row *row,
					  struct ts_err *err);
enum ts_status ts_store_sources(struct ts_store *store, ts_source_row_take *row,
				void *ctx, struct ts_err *err) TS_MUST_USE;
/* Retrieval time of the newest document; 0 none. */
enum ts_status ts_store_newest(struct ts_store *store, int64_t *retrieved_us,
			       struct ts_err *err) TS_MUST_USE;

#endif
