/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage_fetch.h - the fetch stage: asks every source of a report for what it
 * needs, normalises, stores; a document is one transaction. Ends with a
 * commit.
 */
#ifndef DAEMON_STAGE_FETCH_H
#define DAEMON_STAGE_FETCH_H

#include "daemon/world.h"

struct ts_fetch_wish {
	const struct ts_conf_report *report;
	const char *source;      /* only this one; NULL all */
	struct ts_period period; /* TS_NO_SPAN: up to now */
	enum ts_fetch_mode mode;
	const char *pack, *record;
	bool force;
	bool quiet; /* no progress line */
};

struct ts_fetch_done {
	struct ts_fetch_result total;
	struct ts_store_change stored;
	uint64_t aside, unmapped;
	int sources, failed_sources;
	bool any_ours;     /* one of the failures is ours, not a publisher's */
	char trouble[768]; /* "source imf: ...; source x: ...", "" none */
};

enum ts_status ts_stage_fetch(struct ts_world *world,
			      const struct ts_fetch_wish *wish,
			      struct ts_fetch_done *done,
			      struct ts_err *err) TS_MUST_USE;

/* Does a report have to be given up after that failure? Not when only some
 * publishers failed: the gates decide then. */
bool ts_fetch_is_fatal(const struct ts_fetch_done *done);

/* ---- what the watch shares with it ---- */
enum ts_status ts_fetch_engine(struct ts_world *world,
			       const struct ts_fetch_wish *wish,
			       struct ts_fetch **engine,
			       struct ts_err *err) TS_MUST_USE;
/* A source and what the report needs of it; texts in arena. */
enum ts_status ts_fetch_prepare(struct ts_world *world,
				const struct ts_fetch_wish *wish,
				const char *id, struct ts_arena *arena,
				struct ts_source *source,
				struct ts_secret **secret,
				struct ts_need **needs, size_t *count,
				struct ts_err *err) TS_MUST_USE;
/* Adds a source's failure to "source a: ...; source b: ...". */
void ts_fetch_add_trouble(char *text, size_t size, const char *source,
			  const struct ts_err *err);

/* What would be asked, one URL a call; nothing is requested. */
typedef void ts_stage_show(void *ctx, const char *source, const char *url);
enum ts_status ts_stage_fetch_plan(struct ts_world *world,
				   const struct ts_fetch_wish *wish,
				   ts_stage_show *show, void *ctx,
				   struct ts_err *err) TS_MUST_USE;

/* Sources of a report: its own list, or the template's. */
const char *const *ts_report_sources(const struct ts_conf_report *report);

#endif
