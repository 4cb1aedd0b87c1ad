/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timetable.h - when a report is due: its calendar rule, working days and
 * holidays, first and last date, spread. Pure: time is an argument. What has
 * been followed up to a moment is the caller's to remember.
 */
#ifndef DAEMON_COMMON_TIMETABLE_H
#define DAEMON_COMMON_TIMETABLE_H

#include <tradestat/calendar.h>
#include "config/load.h"

struct ts_timetable;

/*
 * machine: what spread is computed from ("" : the machine's id). A report
 * without a timetable gives NULL and TS_OK. TS_BAD_CONFIG: every problem was
 * told to complain as "file:line: message" (a rule that never elapses, an
 * unknown zone, an unknown holiday list, a broken date ...).
 */
enum ts_status ts_timetable_new(const struct ts_conf *conf,
				const struct ts_conf_report *report,
				const char *machine, ts_opt_complain *complain,
				void *ctx, struct ts_timetable **out,
				struct ts_err *err) TS_MUST_USE;
void ts_timetable_free(struct ts_timetable *timetable);

struct ts_slot {
	int64_t rule_us;  /* what the rule says */
	int64_t slot_us;  /* moved to a working day: the name of the run */
	int64_t start_us; /* with the spread */
};
/* The first slot whose start is after after_us; false: never again. */
bool ts_timetable_next(const struct ts_timetable *timetable, int64_t after_us,
		       struct ts_slot *out);

/*
 * Slots with after_us < start <= now_us by the policy of missed runs, oldest
 * first, at most `room`. A slot is missed when it is later than grace_us.
 * `once`: the newest; `all`: each; `skip`: only one that is not missed.
 * *dropped: how many were left out by policy or as older than max_age, and
 * *oldest_dropped the slot of the first of them.
 * When `room` were given there may be more: ask again after the start of the
 * last. More than TS_DUE_COUNTED dropped slots are told as so many.
 */
#define TS_DUE_COUNTED 10000
size_t ts_timetable_due(const struct ts_timetable *timetable, int64_t after_us,
			int64_t now_us, int64_t grace_us, struct ts_slot *out,
			size_t room, size_t *dropped,
			struct ts_slot *oldest_dropped);

/* Everything that decides about slots, as one line: when it differs from what
 * was remembered, the report was edited. */
void ts_timetable_rule(const struct ts_timetable *timetable,
		       struct ts_buf *out);
/* Why a slot is not where a reader of the rule expects it: "moved from Sat
 * 2026-12-26: holiday Santo Stefano", "02:30 does not exist that day: runs at
 * 03:00". Nothing is added for all others. */
void ts_timetable_note(const struct ts_timetable *timetable,
		       const struct ts_slot *slot, struct ts_buf *out);
const struct ts_zone *ts_timetable_zone(const struct ts_timetable *timetable);
/* Reads zone and holiday files again if they changed on disk. */
enum ts_status ts_timetable_refresh(struct ts_timetable *timetable,
				    bool *changed,
				    struct ts_err *err) TS_MUST_USE;

#endif
