/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage_watch.h - have the publishers' own update markers changed since a
 * report last looked? A marker only says "look": what an edition would say
 * decides. So a report remembers a marker after the look that it caused, and
 * one that was interrupted looks again.
 */
#ifndef DAEMON_STAGE_WATCH_H
#define DAEMON_STAGE_WATCH_H

#include "daemon/stage_fetch.h"

struct ts_marker {
	const char *source, *key, *value;
};

struct ts_watch_done {
	int sources, failed_sources, requests;
	bool changed;              /* something says: look */
	char trouble[768];         /* "source imf: ...", "" none */
	struct ts_marker *markers; /* that differ, not yet remembered */
	size_t count, room;
};

/* Fails only when it learnt nothing. In the arena. */
enum ts_status ts_stage_watch(struct ts_world *world,
			      const struct ts_fetch_wish *wish,
			      struct ts_arena *arena,
			      struct ts_watch_done *done,
			      struct ts_err *err) TS_MUST_USE;
/* After the look that it caused, if that failed nowhere. */
enum ts_status ts_watch_remember(struct ts_world *world,
				 const struct ts_watch_done *done,
				 const struct ts_fetch_done *fetched,
				 struct ts_err *err) TS_MUST_USE;

#endif
