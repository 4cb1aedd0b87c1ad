/* SPDX-License-Identifier: Apache-2.0 */
/* timetable_inside.h - a compiled timetable taken apart, for its own files. */
#ifndef DAEMON_COMMON_TIMETABLE_INSIDE_H
#define DAEMON_COMMON_TIMETABLE_INSIDE_H

#include "daemon/common/timetable.h"
#include "daemon/common/timetable_days.h"

#define TS_US_PER_S INT64_C(1000000)
#define TS_US_PER_DAY (86400 * TS_US_PER_S)

enum ts_misfire { TS_MISFIRE_ONCE, TS_MISFIRE_ALL, TS_MISFIRE_SKIP };

struct ts_timetable {
	struct ts_arena *arena; /* owns the texts */
	struct ts_calendar *rule;
	struct ts_workdays workdays;
	const char *workday_text;
	const char *holidays_dir;
	const char **holidays; /* one a list */
	const char *not_before_text, *until_text;
	int64_t not_before_us, until_us; /* both belong to it */
	int64_t spread_s;                /* as configured */
	int64_t offset_us;               /* this machine's part of it */
	enum ts_misfire misfire;
	int64_t max_age_us;
};

int64_t ts_floor_div(int64_t a, int64_t b);
int64_t ts_timetable_local(const struct ts_timetable *timetable,
			   int64_t utc_us);
/* *in_gap may be NULL. */
int64_t ts_timetable_utc(const struct ts_timetable *timetable, int64_t local_us,
			 bool *in_gap);

#endif
