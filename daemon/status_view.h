/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status_view.h - what `tradestat status` gathered, and how it is shown: to
 * people as lines with the command that helps, to programs as JSON.
 */
#ifndef DAEMON_STATUS_VIEW_H
#define DAEMON_STATUS_VIEW_H

#include <tradestat/num.h>
#include "daemon/common/timetable.h"
#include "daemon/journal_view.h"
#include "store/outbox.h"

struct ts_status_deliveries {
	struct ts_out_counts counts;
	int64_t open;                  /* of all states that are no end */
	int64_t suspended, paused;     /* addresses */
	struct ts_relay_state *relays; /* stopped, or paused at this moment */
	size_t relay_count, relay_room;
};

struct ts_status_report {
	const char *id;
	const struct ts_conf_report *conf; /* NULL: not configured any more */
	const char *rule;                  /* normalised; NULL: by hand only */
	struct ts_timetable *timetable;    /* NULL: none, or it is wrong */
	bool has_next, paused, has_last, has_failed;
	struct ts_slot next;
	struct ts_entry last;   /* with a bundle */
	struct ts_entry failed; /* the newest that ended, if it failed */
};

struct ts_status_view {
	struct ts_view view;
	bool runs;           /* the daemon */
	bool answers;        /* and says so itself */
	const char *silence; /* why it does not */
	struct ts_buf reply; /* to "status"; empty */
	int64_t pid, since_us;
	struct ts_status_report *reports;
	size_t report_count, report_room;
	struct ts_view_entries open; /* of all reports shown */
	struct ts_notice *notices;
	size_t notice_count, notice_room;
	struct ts_status_deliveries deliveries;
};

void ts_status_print(const struct ts_status_view *status);
json_t *ts_status_json(const struct ts_status_view *status);

/* ---- status_deliveries.c ---- */
enum ts_status ts_status_deliveries_read(struct ts_status_view *status,
					 struct ts_err *err) TS_MUST_USE;
/* One line without its end; nothing when nobody would want to know. */
void ts_status_deliveries_print(const struct ts_status_view *status,
				struct ts_buf *out);
json_t *ts_status_deliveries_json(const struct ts_status_view *status);

#endif
