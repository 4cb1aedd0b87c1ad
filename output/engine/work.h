/* SPDX-License-Identifier: Apache-2.0 */
/*
 * work.h - the private folder of one run below <output_dir>/.work/, and what
 * became of those of runs that died.
 *
 * <random>.lock is made and locked before <random>/ and removed after it. So
 * a folder whose lock can be taken belongs to nobody alive: the kernel drops
 * a dead process's lock, whatever killed it.
 */
#ifndef OUTPUT_ENGINE_WORK_H
#define OUTPUT_ENGINE_WORK_H

#include <limits.h>
#include <tradestat/err.h>

struct ts_work {
	char output[PATH_MAX];  /* absolute, no link in it */
	char path[PATH_MAX];    /* <output>/.work/<random> */
	char bundle[PATH_MAX];  /* <path>/bundle, what gets published */
	char charts[PATH_MAX];  /* <path>/bundle/charts */
	char scratch[PATH_MAX]; /* <path>/scratch */
	char lock[PATH_MAX];
	int lock_fd; /* -1: not open */
};

enum ts_status ts_work_open(const char *output_dir, struct ts_work *out,
			    struct ts_err *err) TS_MUST_USE;
/* What dead runs left below <output>/.work, without beginning one. */
void ts_work_sweep(const char *output);
/* Removes the folder with all that is still in it. */
enum ts_status ts_work_close(struct ts_work *work,
			     struct ts_err *err) TS_MUST_USE;

#endif
