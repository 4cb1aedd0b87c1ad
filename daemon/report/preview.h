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
	size_t figures; /* of the report as it is */
	struct ts_period of;
};

/* period: TS_NO_SPAN for the newest. TS_HELD: there are no figures yet. */
enum ts_status ts_preview(struct ts_world *world,
			  const struct ts_conf_report *report,
			  struct ts_period period, int64_t as_of_us,
			  struct ts_preview *out,
			  struct ts_err *err) TS_MUST_USE;

/* Of what is said, not of bytes: ids, values, units and statuses. First the
 * report as it is (variant ""), then its variants in their order; render NULL
 * for one that cannot be built yet. */
void ts_content_add(struct ts_hash *hash, const char *variant,
		    const struct ts_render *render);

#endif
