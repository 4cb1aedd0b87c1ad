/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage_render.h - the render stage: starts from the store and an entry of
 * the journal, ends with a rename. Gates stand at its start.
 */
#ifndef DAEMON_REPORT_STAGE_RENDER_H
#define DAEMON_REPORT_STAGE_RENDER_H

#include <limits.h>
#include "daemon/world.h"
#include "store/journal.h"

struct ts_render_wish {
	const struct ts_conf_report *report;
	/* In state rendering, with a period and a number; its waive list and
	 * its mark count. */
	const struct ts_entry *entry;
	int64_t as_of_us;       /* 0: now */
	const char *output_dir; /* NULL: the configured one */
};

struct ts_render_done {
	char path[PATH_MAX]; /* of the bundle */
	char said[3][512];   /* the bundle in three lines */
	int charts, drawn, figures;
	bool adopted; /* a run that was interrupted had published it */
};

/*
 * The entry is published afterwards, with its bundle's place and the hash of
 * its figures, or, with TS_HELD, held by a gate. After any other failure it is
 * as it was: rendering. A bundle that an interrupted run of the same entry
 * has published already is taken as it is.
 */
enum ts_status ts_stage_render(struct ts_world *world,
			       const struct ts_render_wish *wish,
			       struct ts_render_done *done,
			       struct ts_err *err) TS_MUST_USE;
/* Only the last part of it: TS_NO_INPUT when no such bundle is there. */
enum ts_status ts_stage_adopt(struct ts_world *world,
			      const struct ts_render_wish *wish,
			      struct ts_render_done *done,
			      struct ts_err *err) TS_MUST_USE;

#endif
