/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.h - one ts_fetch_run under way, shared by its parts: fetch.c (rounds),
 * live.c (attempts and waiting), judge.c (what a status means), adopt.c (a
 * reply becomes a document), deliver.c (a document becomes observations).
 * Everything lives in the run's arena.
 */
#ifndef FETCHERS_ENGINE_RUN_H
#define FETCHERS_ENGINE_RUN_H

#include "fetchers/engine/archive.h"
#include "fetchers/engine/fetch.h"
#include "fetchers/engine/http.h"
#include "fetchers/engine/pack.h"
#include "fetchers/engine/plan.h"

struct ts_fetch {
	struct ts_fetch_opts opts;
	struct ts_pack *pack;     /* TS_FETCH_REPLAY */
	struct ts_record *record; /* NULL: nothing is recorded */
};

/* What became of an ask. */
struct ts_fate {
	bool known; /* there was a reply or a failure */
	enum ts_status status;
	struct ts_answer answer;
	struct ts_document document; /* id 0: none */
	bool has_last;               /* last is a document of the memory */
	struct ts_document last;
};

struct ts_watching; /* watch.h */

struct ts_run {
	struct ts_fetch *fetch;
	const struct ts_fetch_opts *opts;
	struct ts_source source; /* with defaults filled in */
	const struct ts_fetch_events *events;
	const struct ts_watching *watching; /* NULL: documents are wanted */
	struct ts_fetch_result *result;
	struct ts_arena *arena;
	struct ts_plan plan;
	struct ts_fate *fates; /* one an ask */
	size_t fate_room;
	struct ts_answer *answers; /* of the rounds that are over */
	size_t answer_count, answer_room;
	struct ts_http *http;
	char host[256]; /* of the last request */
	int64_t quota_left;
	int done;   /* requests with a fate */
	bool shown; /* progress, at shown_us */
	int64_t shown_us;
	bool stop;           /* no further request makes sense */
	struct ts_err first; /* first failure */
};

/* live.c: gets asks that are to be sent. Failures are told in the fates. */
enum ts_status ts_run_live(struct ts_run *run, const size_t *asks, size_t count,
			   struct ts_err *err) TS_MUST_USE;
void ts_run_progress(void *ctx, int64_t bytes, double bytes_per_s);

/*
 * adopt.c: *document has what the reply said, body is its content, ended and
 * owned by the caller. Archives it, has it decoded unless nothing changed,
 * and fills the fate.
 */
enum ts_status ts_run_adopt(struct ts_run *run, size_t ask,
			    struct ts_document *document, struct ts_body *body,
			    struct ts_err *err) TS_MUST_USE;
/* The publisher says that the last document still holds, or there is no
 * asking (offline). */
enum ts_status ts_run_unchanged(struct ts_run *run, size_t ask,
				struct ts_err *err) TS_MUST_USE;
/* From the pack, the archive or a local file, by mode. */
enum ts_status ts_run_quiet(struct ts_run *run, size_t ask,
			    struct ts_err *err) TS_MUST_USE;
/* Reads the whole of a small answer into answer->body and closes bytes. */
enum ts_status ts_run_control(struct ts_run *run,
			      const struct ts_document *document,
			      struct ts_bytes *bytes, struct ts_answer *answer,
			      struct ts_err *err) TS_MUST_USE;
/* Fills fate->last from the memory. */
enum ts_status ts_run_last(struct ts_run *run, size_t ask,
			   struct ts_err *err) TS_MUST_USE;
/* Notes a failure; TS_OK when the other requests may go on. */
enum ts_status ts_run_failed(struct ts_run *run, size_t ask,
			     struct ts_err *err) TS_MUST_USE;

/* deliver.c: again: the observations are in the store already, only rows and
 * facts are wanted for the plan. */
enum ts_status ts_run_deliver(struct ts_run *run, size_t ask,
			      struct ts_document *document, bool again,
			      struct ts_err *err) TS_MUST_USE;
/* The same from bytes that are open. */
enum ts_status ts_run_decode(struct ts_run *run, size_t ask,
			     struct ts_document *document,
			     const struct ts_bytes *bytes, bool again,
			     struct ts_err *err) TS_MUST_USE;

#endif
