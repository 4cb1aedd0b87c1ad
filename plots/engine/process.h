/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h - the gnuplot process itself: how it is started, confined, ended.
 */
#ifndef PLOTS_ENGINE_PROCESS_H
#define PLOTS_ENGINE_PROCESS_H

#include <tradestat/spawn.h>

struct ts_process {
	struct ts_child child; /* pid -1: none runs */
	int in, err;           /* our ends of its stdin and stderr */
	const char *sandbox;   /* what is active of it, in words */
};
#define TS_PROCESS_NONE                                                        \
	{                                                                      \
		.child = { .pid = -1 }, .in = -1, .err = -1,                   \
		.sandbox = "not started"                                       \
	}

/* folder: its working directory, the one place it can write to. */
enum ts_status ts_process_start(struct ts_process *process, const char *program,
				const char *folder, bool sandbox,
				struct ts_err *err) TS_MUST_USE;
/* Lets it leave by itself, for two seconds. */
void ts_process_end(struct ts_process *process);
void ts_process_kill(struct ts_process *process);

#endif
