/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage_render.h - the render stage: starts from the store, ends with a
 * rename. Gates stand at its start.
 */
#ifndef DAEMON_REPORT_STAGE_RENDER_H
#define DAEMON_REPORT_STAGE_RENDER_H

#include <limits.h>
#include "daemon/world.h"

struct ts_render_wish {
	const struct ts_conf_report *report;
	struct ts_period period; /* TS_NO_SPAN: the newest */
	int64_t as_of_us;        /* 0: now */
	const char *output_dir;  /* NULL: the configured one */
	const char *waive;       /* names of gates, comma separated */
	bool force;              /* also when nothing changed */
};

struct ts_render_done {
	char path[PATH_MAX]; /* of the bundle */
	char said[3][512];   /* the bundle in three lines */
	int charts, drawn, figures;
	bool unchanged; /* same figures as the last edition */
};

enum ts_status ts_stage_render(struct ts_world *world,
			       const struct ts_render_wish *wish,
			       struct ts_render_done *done,
			       struct ts_err *err) TS_MUST_USE;

#endif
