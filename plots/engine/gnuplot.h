/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gnuplot.h - one persistent, sandboxed gnuplot process and the job it is at.
 *
 * Starting gnuplot costs more than most charts, so a process draws many: a
 * job is a file in its folder, the process is only told to load it and to say
 * when it is done. Its folder is the one place it can write to. The caller
 * polls ts_gnuplot_fd() until the job's due time; whatever goes wrong, the
 * process is gone afterwards and the next job gets a new one.
 */
#ifndef PLOTS_ENGINE_GNUPLOT_H
#define PLOTS_ENGINE_GNUPLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tradestat/err.h>

/* What a job's script writes to; "set output '" TS_GNUPLOT_PICTURE "'". */
#define TS_GNUPLOT_PICTURE "chart.part"

struct ts_gnuplot_opts {
	const char *program; /* absolute */
	const char *folder;  /* of this process; made, removed by close */
	int deadline_ms;     /* of one job */
	int jobs;            /* then a new process; 0: 500 */
	bool sandbox;
};

enum ts_gnuplot_state {
	TS_GNUPLOT_BUSY,
	TS_GNUPLOT_DONE,   /* the script ran to its end */
	TS_GNUPLOT_FAILED, /* gnuplot found an error in it */
	TS_GNUPLOT_LOST,   /* no answer: hung, died or went mad */
};

struct ts_gnuplot;

enum ts_status ts_gnuplot_open(const struct ts_gnuplot_opts *opts,
			       struct ts_gnuplot **out,
			       struct ts_err *err) TS_MUST_USE;
void ts_gnuplot_close(struct ts_gnuplot *gnuplot); /* NULL is welcome */

/* Starts a process if none runs, and the job. TS_UNAVAILABLE: it cannot be
 * executed; TS_AGAIN: it ended at once. */
enum ts_status ts_gnuplot_begin(struct ts_gnuplot *gnuplot, const char *script,
				size_t size, struct ts_err *err) TS_MUST_USE;
int ts_gnuplot_fd(const struct ts_gnuplot *gnuplot); /* -1: no process */
int64_t ts_gnuplot_due_us(const struct ts_gnuplot *gnuplot); /* mono */

/*
 * Reads what has arrived, never blocks. FAILED and LOST come with an error,
 * DONE with what gnuplot said on the way, "" as a rule: a correct job is
 * silent.
 */
enum ts_gnuplot_state ts_gnuplot_step(struct ts_gnuplot *gnuplot,
				      struct ts_err *err);
const char *ts_gnuplot_said(const struct ts_gnuplot *gnuplot);

/* The picture of a job that is done; the caller's from now on, at path. */
enum ts_status ts_gnuplot_take(struct ts_gnuplot *gnuplot, char *path,
			       size_t size, struct ts_err *err) TS_MUST_USE;

/* "landlock and seccomp", ... of the process that runs or ran last. */
const char *ts_gnuplot_sandbox(const struct ts_gnuplot *gnuplot);

#endif
