/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch.h - what becomes of the answers of a run that only looks whether
 * there is anything new (ts_fetch_watch).
 */
#ifndef FETCHERS_ENGINE_WATCH_H
#define FETCHERS_ENGINE_WATCH_H

#include "fetchers/engine/run.h"

struct ts_watching {
	ts_fetch_mark *mark;
	void *ctx;
	bool own; /* the fetcher's watch() asked; else the first round of
		     plan() */
};

/* A whole reply. */
enum ts_status ts_run_look(struct ts_run *run, size_t ask,
			   struct ts_document *document,
			   const struct ts_body *body,
			   struct ts_err *err) TS_MUST_USE;
/* "Not modified". */
enum ts_status ts_run_look_unchanged(struct ts_run *run, size_t ask,
				     struct ts_err *err) TS_MUST_USE;
enum ts_status ts_run_look_file(struct ts_run *run, size_t ask,
				const char *path,
				struct ts_err *err) TS_MUST_USE;

#endif
