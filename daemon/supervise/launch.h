/* SPDX-License-Identifier: Apache-2.0 */
/*
 * launch.h - what a worker is given: its command line, its environment, the
 * secrets of its stage and the folders it may touch.
 */
#ifndef DAEMON_SUPERVISE_LAUNCH_H
#define DAEMON_SUPERVISE_LAUNCH_H

#include "daemon/supervise/supervisor.h"
#include "daemon/supervise/worker.h"

/* Called after the supervisor took a worker's end. */
typedef void ts_launch_after(void *ctx, const struct ts_err *err);

struct ts_launch {
	const struct ts_conf *conf;
	struct ts_workers *workers;
	struct ts_super *super;
	const struct ts_clock *clock;
	char program[4096];  /* the worker's path */
	char accepted[4096]; /* file with the texts of conf; "" none */
	int verbose;
	ts_launch_after *after;
	void *ctx;
	struct ts_launched *running; /* what it started and has not ended */
};
/* After the workers are gone: forgets those that were killed in their work. */
void ts_launch_clear(struct ts_launch *launch);

/* conf->daemon.worker; the tradestat beside this program, as a build folder
 * has it; or the installed one. TS_UNAVAILABLE: none of them is there. */
enum ts_status ts_launch_find(struct ts_launch *launch,
			      struct ts_err *err) TS_MUST_USE;
/* struct ts_super_ops.start, with the launch as its ctx. */
enum ts_status ts_launch_start(void *ctx, const struct ts_start *start,
			       struct ts_err *err) TS_MUST_USE;
/* `tradestat check` on a configuration, within deadline_ms: its complaints go
 * into text. TS_BAD_CONFIG: there were some. */
enum ts_status ts_launch_check(const struct ts_launch *launch,
			       const struct ts_conf *conf, int deadline_ms,
			       struct ts_buf *text,
			       struct ts_err *err) TS_MUST_USE;

#endif
