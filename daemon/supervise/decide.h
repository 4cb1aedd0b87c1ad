/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide.h - what becomes of an edition after a stage ended. Pure: the entry,
 * the rules of its report and the time go in, a move comes out; a table of
 * cases tests it.
 */
#ifndef DAEMON_SUPERVISE_DECIDE_H
#define DAEMON_SUPERVISE_DECIDE_H

#include "config/load.h"
#include "store/journal.h"

/* The journey of an edition. */
enum ts_stage_id {
	TS_STAGE_FETCH,
	TS_STAGE_RENDER,
	TS_STAGE_COMPOSE, /* published all the while: what it makes is made at
			     once, with the state that follows */
	TS_STAGES
};
struct ts_stage {
	const char *name;
	enum ts_state from, during;
};
extern const struct ts_stage ts_stages[TS_STAGES];

/* How a worker ended that did not finish the journey's step itself. */
struct ts_ending {
	int code;      /* exit status, or -signal */
	bool too_late; /* the deadline passed */
	bool stopped;  /* we stopped it: nobody's fault */
	const char *words;
};

/* What an operator reads of it: never nothing. */
void ts_ending_print(const struct ts_ending *ending, char *text, size_t size);

/* A move and the room for its texts. */
struct ts_decision {
	struct ts_move move;
	char reason[1100];
};

/* After fetching or looking for new figures: entry is fetching and has what
 * was seen; last: the newest edition with a bundle, NULL none. */
void ts_decide_seen(const struct ts_entry *entry, const struct ts_entry *last,
		    const struct ts_conf_report *report, int64_t now_us,
		    struct ts_decision *out);

/* After a stage that failed: again later, or the end. */
void ts_decide_failed(const struct ts_entry *entry, enum ts_stage_id stage,
		      const struct ts_ending *ending,
		      const struct ts_conf_daemon *conf, int64_t now_us,
		      struct ts_decision *out);

/* The moment of the next look at the publishers, within the budget of a day:
 * polls were made on poll_day. */
int64_t ts_decide_poll(const struct ts_conf_schedule *schedule,
		       int64_t wanted_us, int64_t poll_day, int polls);

#endif
