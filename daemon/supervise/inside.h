/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside.h - the supervisor as its own files see it: supervisor.c begins,
 * reloads and ticks, recover.c begins again, slots.c follows the timetables,
 * work.c starts stages and takes their ends.
 */
#ifndef DAEMON_SUPERVISE_INSIDE_H
#define DAEMON_SUPERVISE_INSIDE_H

#include <tradestat/event.h>
#include <tradestat/log.h>
#include "daemon/supervise/supervisor.h"
#include "store/outbox.h"

#define US INT64_C(1000000)
#define NEVER INT64_MAX

/* Later than this, a slot counts as missed: the daemon was not there, or the
 * clock was stepped. */
#define GRACE_US (INT64_C(120) * US)

struct ts_super_report {
	const struct ts_conf_report *conf;
	struct ts_timetable *timetable; /* NULL: by hand only */
	char *rule;
	bool known; /* state was read */
	bool paused;
	int64_t cursor_us;
	int64_t poll_day;
	int polls;
	int64_t next_us;    /* start of its next slot; NEVER none */
	int64_t started_us; /* of its last stage: who waited longest is next */
};

struct ts_super {
	const struct ts_conf *conf;
	struct ts_store *store;
	const struct ts_super_ops *ops;
	struct ts_super_report *reports;
	size_t report_count;
	struct ts_running *running;
	size_t running_room;
	struct ts_tell *tell;
	struct ts_metrics *metrics;
	bool draining;
	bool insane_clock;
	int64_t began_us;
	int64_t refresh_us; /* next look at zone and holiday files */
	/* the store could not be written: nothing is begun until it can */
	char degraded[1024];
	int64_t degraded_us;       /* since; 0: it can */
	int64_t look_us;           /* next look */
	int64_t backup_us;         /* next backup; 0 not known yet */
	int64_t tell_us;           /* next look at what must be told */
	int64_t send_us[TS_LANES]; /* no sender before */
};

struct ts_super_report *ts_super_report(struct ts_super *super, const char *id);
/* Is a worker at work on that report? */
const struct ts_running *ts_super_busy(const struct ts_super *super,
				       const char *report);
size_t ts_super_at(const struct ts_super *super, enum ts_errand errand);

/* supervisor.c: the store could not be written: nothing is begun until it
 * can, and then what was interrupted is rolled back. False: the error is of
 * another kind. */
bool ts_super_degrade(struct ts_super *super, const struct ts_err *err,
		      int64_t now_us);

/* recover.c: ends what waits for reports that are gone for long. */
void ts_super_expire_orphans(struct ts_super *super, int64_t now_us);
/* recover.c: rolls back what was interrupted and tells what nobody heard of. */
enum ts_status ts_super_recover(struct ts_super *super, int64_t now_us,
				struct ts_err *err);
/* Ends what was told of reports that are not configured any more. */
void ts_super_clear_gone(struct ts_super *super, int64_t now_us);

/* Of the whole store, or the end of the daemon: not of one edition. */
bool ts_super_is_grave(enum ts_status status);

/* slots.c: what is remembered of a report beside its editions. */
enum ts_status ts_super_save(struct ts_super *super,
			     const struct ts_super_report *report,
			     struct ts_err *err);
/* slots.c: due slots become entries. *next_us is lowered to the next one. */
enum ts_status ts_super_slots(struct ts_super *super, int64_t now_us,
			      int64_t *next_us, struct ts_err *err);
/* Compiles the timetables of a configuration; frees them. */
enum ts_status ts_super_compile(const struct ts_conf *conf,
				ts_opt_complain *complain, void *ctx,
				struct ts_super_report **out, size_t *count,
				struct ts_err *err);
void ts_super_drop(struct ts_super_report *reports, size_t count);

/* work.c */
enum ts_status ts_super_work(struct ts_super *super, int64_t now_us,
			     int64_t *next_us, struct ts_err *err);
void ts_super_tell(struct ts_super *super, int64_t now_us, int64_t *next_us);

/* One event about an edition, with its fields. */
void ts_super_event(enum ts_level level, const struct ts_event_kind *kind,
		    const struct ts_entry *entry, const char *stage,
		    const char *fmt, ...) TS_PRINTF(5, 6);
/* "kazakhstan-italy/2024.2", or with its slot until it has a number. */
#define TS_ENTRY_NAME 128
const char *ts_entry_name(const struct ts_entry *entry,
			  char text[TS_ENTRY_NAME]);

/* Notices: raised and cleared under one cause a report. */
enum ts_status ts_super_raise(struct ts_super *super, const char *what,
			      const char *report, enum ts_level level,
			      int64_t now_us, const char *fmt, ...)
	TS_PRINTF(6, 7);
void ts_super_raise_held(struct ts_super *super, const struct ts_entry *entry,
			 int64_t now_us);
void ts_super_clear(struct ts_super *super, const char *what,
		    const char *report, int64_t now_us);

#endif
