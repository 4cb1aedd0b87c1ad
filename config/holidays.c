/* SPDX-License-Identifier: Apache-2.0 */
#include "config/holidays.h"

#include <string.h>
#include <tradestat/period.h>
#include "config/holidays_inside.h"

#define WEEKEND_USUAL 0x60u
/* The longest way of a moved day: past a weekend and other holidays. */
#define MOVED_MOST 15

int
ts_weekday(int32_t day)
{
	/* 1970-01-01 was a Thursday */
	return (int)((((int64_t)day + 3) % 7 + 7) % 7);
}

/* ---- the calendar ---- */

static int32_t
day_number(int year, int month, int day)
{
	return ts_period_first_day((struct ts_period){ .span = TS_DAY,
						       .year = (int16_t)year,
						       .nth = (uint8_t)month,
						       .day = (uint8_t)day });
}

/* The western date, by the rule that Gauss gave and others simplified. */
static int32_t
easter(int year)
{
	int a = year % 19, b = year / 100, c = year % 100;
	int d = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
	int e = (32 + 2 * (b % 4) + 2 * (c / 4) - d - c % 4) % 7;
	int f = d + e - 7 * ((a + 11 * d + 22 * e) / 451) + 114;

	return day_number(year, f / 31, f % 31 + 1);
}

/* The Julian date, counted over to the Gregorian calendar. */
static int32_t
orthodox_easter(int year)
{
	int a = year % 4, b = year % 7, c = year % 19;
	int d = (19 * c + 15) % 30;
	int e = (2 * a + 4 * b - d + 34) % 7;
	int f = d + e + 114;

	return day_number(year, f / 31, f % 31 + 1) + year / 100 - year / 400 -
	       2;
}

static bool
falls_on(const struct ts_holiday *holiday, int32_t day, struct ts_period date)
{
	if (date.year < holiday->from || date.year > holiday->to)
		return false;
	switch (holiday->kind) {
	case TS_HOLIDAY_YEARLY:
		return date.nth == holiday->month && date.day == holiday->day;
	case TS_HOLIDAY_DATED:
		return day == holiday->offset;
	case TS_HOLIDAY_EASTER:
		return day == easter(date.year) + holiday->offset;
	case TS_HOLIDAY_ORTHODOX:
		return day == orthodox_easter(date.year) + holiday->offset;
	}
	return false;
}

static const struct ts_holiday *
find(const struct ts_holidays *list, int32_t day)
{
	struct ts_period date = ts_period_of_day(TS_DAY, day);

	for (size_t i = 0; i < list->count; i++)
		if (falls_on(&list->days[i], day, date))
			return &list->days[i];
	return NULL;
}

/* Days off that fell on a weekend wait in line for the next working days. */
static const char *
moved_to(const struct ts_holidays *list, int32_t day)
{
	unsigned weekend = list->has_weekend ? list->weekend : WEEKEND_USUAL;
	const char *waiting[MOVED_MOST + 1];
	size_t first = 0, count = 0;

	for (int32_t at = day - MOVED_MOST; at <= day; at++) {
		const struct ts_holiday *holiday = find(list, at);
		bool is_weekend = weekend >> ts_weekday(at) & 1;

		if (holiday != NULL && is_weekend && holiday->moved)
			waiting[count++] = holiday->name;
		else if (holiday != NULL || is_weekend || first == count)
			continue;
		else if (at == day)
			return waiting[first];
		else
			first++;
	}
	return NULL;
}

const char *
ts_holidays_on(const struct ts_holidays *list, int32_t day)
{
	const struct ts_holiday *holiday = find(list, day);

	if (holiday != NULL)
		return holiday->name;
	return list->has_moved ? moved_to(list, day) : NULL;
}

bool
ts_holidays_weekend(const struct ts_holidays *list, unsigned *days)
{
	*days = list->weekend;
	return list->has_weekend;
}

/* ---- is it still the same? ---- */

static struct ts_holiday_file
stamp_of(const char *path)
{
	struct ts_holiday_file out = { .path = path };
	struct stat st;

	if (stat(path, &st) != 0)
		return out;
	out.there = true;
	out.device = st.st_dev;
	out.inode = st.st_ino;
	out.size = st.st_size;
	out.changed = st.st_mtim;
	return out;
}

/* The file and all that it includes. The first is noted before it is read: a
 * change meanwhile makes it be read once more. */
void
ts_holidays_note_file(struct ts_holidays *list, const char *path)
{
	for (size_t i = 0; i < list->file_count; i++)
		if (strcmp(list->files[i].path, path) == 0)
			return;
	if (list->file_count < TS_HOLIDAY_FILES)
		list->files[list->file_count++] = stamp_of(path);
}

bool
ts_holidays_is_stale(const struct ts_holidays *list)
{
	for (size_t i = 0; i < list->file_count; i++) {
		const struct ts_holiday_file *old = &list->files[i];
		struct ts_holiday_file now = stamp_of(old->path);

		if (now.there != old->there || now.device != old->device ||
		    now.inode != old->inode || now.size != old->size ||
		    now.changed.tv_sec != old->changed.tv_sec ||
		    now.changed.tv_nsec != old->changed.tv_nsec)
			return true;
	}
	return false;
}

void
ts_holidays_free(struct ts_holidays *list)
{
	if (list != NULL)
		ts_arena_free(list->arena);
}
