/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/common/timetable_days.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/num.h>

#define COUNT_MOST 31
#define WEEKEND_USUAL 0x60u /* Saturday and Sunday */
/* So long without enough working days: there are none. */
#define REACH 1000

bool
ts_workdays_parse(const char *text, struct ts_workdays *out)
{
	int64_t count = 1;

	if (strcmp(text, "any") == 0 || text[0] == '\0') {
		out->move = TS_MOVE_ANY;
	} else if (strcmp(text, "skip") == 0) {
		out->move = TS_MOVE_SKIP;
	} else if (strcmp(text, "previous") == 0) {
		out->move = TS_MOVE_PREVIOUS;
	} else if (strcmp(text, "next") == 0) {
		out->move = TS_MOVE_COUNT;
	} else if (text[0] == '+' || text[0] == '-') {
		out->move = TS_MOVE_COUNT;
		if (ts_num_int(text + 1, 1, COUNT_MOST, &count, NULL) != TS_OK)
			return false;
		if (text[0] == '-')
			count = -count;
	} else {
		return false;
	}
	out->count = (int)count;
	return true;
}

void
ts_workdays_settle(struct ts_workdays *workdays)
{
	bool said = false;
	unsigned days;

	workdays->weekend = 0;
	for (size_t i = 0; i < workdays->list_count; i++)
		if (ts_holidays_weekend(workdays->lists[i], &days)) {
			workdays->weekend |= days;
			said = true;
		}
	if (!said)
		workdays->weekend = WEEKEND_USUAL;
}

static const char *
holiday_on(const struct ts_workdays *workdays, int32_t day)
{
	for (size_t i = 0; i < workdays->list_count; i++) {
		const char *name = ts_holidays_on(workdays->lists[i], day);

		if (name != NULL)
			return name;
	}
	return NULL;
}

static bool
is_weekend(const struct ts_workdays *workdays, int32_t day)
{
	return workdays->weekend >> ts_weekday(day) & 1;
}

static bool
is_off(const struct ts_workdays *workdays, int32_t day)
{
	return is_weekend(workdays, day) || holiday_on(workdays, day) != NULL;
}

bool
ts_workdays_off(const struct ts_workdays *workdays, int32_t day, char *text)
{
	const char *name = holiday_on(workdays, day);

	if (name != NULL)
		snprintf(text, TS_DAY_OFF_TEXT, "holiday %s", name);
	else if (is_weekend(workdays, day))
		snprintf(text, TS_DAY_OFF_TEXT, "weekend");
	else
		return false;
	return true;
}

/* The count-th working day, `day` itself included, up or down. */
static bool
count_from(const struct ts_workdays *workdays, int32_t day, int step, int count,
	   int32_t *to)
{
	for (int i = 0; i < REACH; i++, day += step)
		if (!is_off(workdays, day) && --count == 0) {
			*to = day;
			return true;
		}
	return false;
}

bool
ts_workdays_move(const struct ts_workdays *workdays, int32_t day, int32_t *to)
{
	*to = day;
	switch (workdays->move) {
	case TS_MOVE_ANY:
		return true;
	case TS_MOVE_SKIP:
		return !is_off(workdays, day);
	case TS_MOVE_PREVIOUS:
		return count_from(workdays, day, -1, 1, to);
	case TS_MOVE_COUNT:
		if (workdays->count > 0)
			return count_from(workdays, day, 1, workdays->count,
					  to);
		return count_from(workdays, day - 1, -1, -workdays->count, to);
	}
	return false;
}

bool
ts_workdays_first(const struct ts_workdays *workdays, int32_t to, int32_t *day)
{
	bool found = true;

	*day = to;
	switch (workdays->move) {
	case TS_MOVE_ANY:
	case TS_MOVE_SKIP:
		return true;
	case TS_MOVE_PREVIOUS:
		return count_from(workdays, to, 1, 1, day);
	case TS_MOVE_COUNT:
		if (workdays->count > 0)
			/* fewer than count working days lie between */
			found = count_from(workdays, to - 1, -1,
					   workdays->count, day);
		else
			found = count_from(workdays, to, 1, -workdays->count,
					   day);
		*day += 1;
		return found;
	}
	return false;
}

bool
ts_workdays_go_together(const struct ts_workdays *workdays, int32_t day)
{
	switch (workdays->move) {
	case TS_MOVE_ANY:
	case TS_MOVE_SKIP:
		return false;
	case TS_MOVE_PREVIOUS:
		return is_off(workdays, day + 1);
	case TS_MOVE_COUNT:
		return is_off(workdays, day);
	}
	return false;
}
