/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervisor.h - decides what happens next: which reports are due, which
 * stage of which edition is started, what becomes of one that ended. It knows
 * the configuration, the journal and the time that it is told; it starts
 * nothing itself (struct ts_super_ops does) and waits for nothing: the loop
 * calls tick() when something happened or when the moment it asked for has
 * come. Everything it must not forget is in the store.
 */
#ifndef DAEMON_SUPERVISE_SUPERVISOR_H
#define DAEMON_SUPERVISE_SUPERVISOR_H

#include "daemon/common/control.h"
#include "daemon/common/timetable.h"
#include "daemon/supervise/decide.h"
#include "daemon/supervise/metrics.h"
#include "daemon/supervise/tell.h"

/* What a worker is started for. */
enum ts_errand {
	TS_ERRAND_FETCH,
	TS_ERRAND_WATCH, /* as fetch, but looks at update markers first */
	TS_ERRAND_RENDER,
	TS_ERRAND_COMPOSE, /* into the outbox, what each recipient gets */
	TS_ERRAND_MAIL,    /* out of it, by the relay; no entry */
	TS_ERRAND_FILES,   /* the same by all other channels; no entry */
	TS_ERRAND_BACKUP,  /* of the store; no entry */
	TS_ERRAND_TELL,    /* the operator; no entry */
	TS_ERRANDS
};
const char *ts_errand_name(enum ts_errand errand);

struct ts_start {
	enum ts_errand errand;
	int64_t entry;                       /* 0 none */
	const struct ts_conf_report *report; /* NULL none */
	int64_t deadline_us;                 /* from now */
	int input_fd; /* of tell: the text; else -1. Stays the caller's */
};

struct ts_super_ops {
	void *ctx;
	/* It ends with ts_super_ended, never before start returned. */
	enum ts_status (*start)(void *ctx, const struct ts_start *start,
				struct ts_err *err);
};

struct ts_running {
	enum ts_errand errand;
	int64_t entry;
	char report[64];
	int64_t since_us;
	bool used;
};

struct ts_super;

/* conf, store and ops outlive it. TS_BAD_CONFIG: a timetable cannot be
 * compiled; each problem was told to complain. Rolls interrupted editions
 * back. */
enum ts_status ts_super_new(const struct ts_conf *conf, struct ts_store *store,
			    const struct ts_super_ops *ops, int64_t now_us,
			    ts_opt_complain *complain, void *ctx,
			    struct ts_super **out,
			    struct ts_err *err) TS_MUST_USE;
void ts_super_free(struct ts_super *super);

/*
 * Does all that can be done now; *next_us: when to call again at the latest,
 * INT64_MAX never. TS_CORRUPT and TS_BAD_CONFIG (the store is damaged, or of
 * a newer version) are the end of the daemon; nothing else is.
 */
enum ts_status ts_super_tick(struct ts_super *super, int64_t now_us,
			     int64_t *next_us, struct ts_err *err) TS_MUST_USE;

/* A worker has ended. Statuses as of tick. */
enum ts_status ts_super_ended(struct ts_super *super, enum ts_errand errand,
			      int64_t entry, const struct ts_ending *ending,
			      int64_t took_us, int64_t now_us,
			      struct ts_err *err) TS_MUST_USE;

/* Takes a new configuration: complete or not at all. Fires nothing. */
enum ts_status ts_super_reload(struct ts_super *super,
			       const struct ts_conf *conf, int64_t now_us,
			       ts_opt_complain *complain, void *ctx,
			       struct ts_err *err) TS_MUST_USE;

/* No new work from now on. */
void ts_super_drain(struct ts_super *super);
/* A zone or holiday file was replaced, or the clock was stepped: computes
 * everything anew at the next tick. */
void ts_super_refresh(struct ts_super *super, int64_t now_us);

/* The control socket's requests, but reload, which is the loop's. */
enum ts_status ts_super_control(struct ts_super *super,
				const struct ts_request_line *request,
				unsigned uid, int64_t now_us,
				struct ts_buf *reply,
				struct ts_err *err) TS_MUST_USE;

size_t ts_super_running(const struct ts_super *super);
/* One line for systemd: "idle; next kz-it Tue 08:00 +05; 2 held; queue 0". */
void ts_super_status(struct ts_super *super, int64_t now_us,
		     struct ts_buf *out);

#endif
