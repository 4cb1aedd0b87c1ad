/* SPDX-License-Identifier: Apache-2.0 */
/*
 * preview.h - what an edition would say if it were made now: the period it
 * would be about and a hash of its figures. Nothing is drawn, no gate is
 * asked: a wait for data is decided by it, and whether anything is new.
 */
#ifndef DAEMON_REPORT_PREVIEW_H
#define DAEMON_REPORT_PREVIEW_H

#include <tradestat/hash.h>
#include "daemon/report/render.h"

struct ts_preview {
	char period[TS_PERIOD_TEXT];
	char hash[TS_SHA256_TEXT];
	size_t figures;
};

/* period: TS_NO_SPAN for the newest. TS_HELD: there are no figures yet. */
enum ts_status ts_preview(struct ts_world *world,
			  const struct ts_conf_report *report,
			  struct ts_period period, int64_t as_of_us,
			  struct ts_preview *out,
			  struct ts_err *err) TS_MUST_USE;

/* Of what is said, not of bytes: ids, values, units and statuses. */
enum ts_status ts_content_hash(const struct ts_render *render,
			       char text[TS_SHA256_TEXT],
			       struct ts_err *err) TS_MUST_USE;

#endif
