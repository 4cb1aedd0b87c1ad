/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timetable_days.h - working days: which days are off by weekend and lists of
 * holidays, and where a due day is moved to. Days are counted from 1970-01-01.
 *
 * A move never changes the order of days, so that it can be turned round: the
 * days that are moved to one working day stand in a row.
 */
#ifndef DAEMON_COMMON_TIMETABLE_DAYS_H
#define DAEMON_COMMON_TIMETABLE_DAYS_H

#include "config/holidays.h"

enum ts_move { TS_MOVE_ANY, TS_MOVE_SKIP, TS_MOVE_PREVIOUS, TS_MOVE_COUNT };

struct ts_workdays {
	enum ts_move move;
	int count;        /* TS_MOVE_COUNT: from the day on, or before it */
	unsigned weekend; /* bit 0 is Monday */
	struct ts_holidays **lists;
	size_t list_count;
};

/* any skip next previous +N -N, N 1..31 ("next" is "+1"). */
bool ts_workdays_parse(const char *text, struct ts_workdays *out);
/* After the lists changed: the weekend is that of all lists that name one,
 * Saturday and Sunday when none does. */
void ts_workdays_settle(struct ts_workdays *workdays);

/* "holiday NAME" or "weekend" into text, when the day is off. */
#define TS_DAY_OFF_TEXT 256
bool ts_workdays_off(const struct ts_workdays *workdays, int32_t day,
		     char *text);
/* Where a due day goes; false: nowhere. */
bool ts_workdays_move(const struct ts_workdays *workdays, int32_t day,
		      int32_t *to);
/* The first due day that goes to `to` or later; false: there is none in the
 * next years, so many days are off. */
bool ts_workdays_first(const struct ts_workdays *workdays, int32_t to,
		       int32_t *day);
/* Does the day after it go where it goes? */
bool ts_workdays_go_together(const struct ts_workdays *workdays, int32_t day);

#endif
