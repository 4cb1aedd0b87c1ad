/* SPDX-License-Identifier: Apache-2.0 */
/*
 * next.h - how coming runs are shown by `tradestat next`, be they those of a
 * rule on the command line or of a report: begin, one after the other, end.
 */
#ifndef DAEMON_NEXT_H
#define DAEMON_NEXT_H

#include <jansson.h>
#include <tradestat/calendar.h>
#include "daemon/world.h"

struct ts_next_view {
	const struct ts_zone *zone; /* of the local times */
	json_t *object, *runs;      /* with --json */
	size_t shown;
};

/* what: the rule as it was given, or the report. */
enum ts_status ts_next_begin(struct ts_next_view *view,
			     const struct ts_cli *cli, const char *what,
			     const char *normalised, const struct ts_zone *zone,
			     struct ts_err *err) TS_MUST_USE;
/* note: "" for a run that is where a reader of the rule expects it. */
enum ts_status ts_next_run(struct ts_next_view *view, int64_t us,
			   const char *note, struct ts_err *err) TS_MUST_USE;
/* In any case; "never" when there was none. Prints when status is TS_OK, else
 * only releases; returns status or what went wrong. */
enum ts_status ts_next_end(struct ts_next_view *view, enum ts_status status,
			   struct ts_err *err) TS_MUST_USE;

/* The coming runs of a report by its timetable. TS_NO_INPUT: it has none. */
enum ts_status ts_next_of_report(const struct ts_cli *cli,
				 const struct ts_conf *conf,
				 const struct ts_conf_report *report,
				 int64_t base_us, int64_t count,
				 struct ts_err *err) TS_MUST_USE;

/* Why an elapse is not where the wall says: a gap, an overlap. */
void ts_next_note(const struct ts_calendar *rule, int64_t us,
		  struct ts_buf *out);

#endif
