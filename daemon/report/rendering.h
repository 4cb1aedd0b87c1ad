/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rendering.h - one edition in the making, with all its variants: built and
 * gated, then drawn. Between the two the render stage decides whether it may
 * leave at all. Private to the stage.
 */
#ifndef DAEMON_REPORT_RENDERING_H
#define DAEMON_REPORT_RENDERING_H

#include "daemon/report/pass.h"
#include "daemon/report/stage_render.h"
#include "daemon/report/variant.h"
#include "output/engine/bundle.h"
#include "plots/engine/plot.h"

/* The report as it is or one of its variants; a variant has the tools, the
 * arena and the moment of the first. */
struct ts_rendering {
	struct ts_world *world;
	const struct ts_render_wish *wish;
	const struct ts_conf_report *report; /* with the variant's settings */
	const char *variant;                 /* "" for the report as it is */
	struct ts_variants variants;         /* of the first */
	struct ts_rendering *others;         /* variants without [0] */
	size_t other_count;
	struct ts_render *render;
	struct ts_arena *arena;
	struct ts_bundle *bundle;
	struct ts_plot *plot;
	struct ts_plot_request *requests;
	size_t request_count;
	struct ts_edition edition;
	char issued[64], issued_iso[TS_TIME_TEXT];
	char hash[TS_SHA256_TEXT];
	int64_t now_us;
};

/* Pages, gates and the hash of all. TS_HELD with the reason for the journal. */
enum ts_status ts_rendering_build(struct ts_rendering *x, struct ts_buf *reason,
				  struct ts_err *err) TS_MUST_USE;
/* Charts and files of all, with the tools open; the bundle is complete but for
 * its manifest. */
enum ts_status ts_rendering_draw(struct ts_rendering *x,
				 struct ts_render_done *done,
				 struct ts_err *err) TS_MUST_USE;

#endif
