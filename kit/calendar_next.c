/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When a rule elapses: the next matching time on the wall, found in sets of
 * bits, and then the instant at which the wall shows it. Both go forward
 * together, but for the hour that a wall shows twice.
 */
#include "kit/calendar_rule.h"

#include <string.h>
#include <tradestat/period.h>
#include "kit/calendar.h"

#define S_PER_DAY INT64_C(86400)
#define US_PER_MINUTE (60 * TS_RULE_SECOND)
#define US_PER_HOUR (60 * US_PER_MINUTE)
#define US_PER_DAY (24 * US_PER_HOUR)
/* Only a zone file made to vex us changes that often within a day. */
#define TRIES 1000

/* ---- sets ---- */

static uint64_t
part_set(const struct ts_rule_part *part, int64_t high)
{
	int64_t last = part->stop >= 0  ? part->stop
		       : part->step > 0 ? high
					: part->start;
	uint64_t set = 0;
	int64_t i;

	for (i = part->start; i <= last && i <= high;
	     i += part->step > 0 ? part->step : high + 1)
		set |= UINT64_C(1) << i;
	return set;
}

static uint64_t
list_set(const struct ts_rule_list *list, int64_t high)
{
	uint64_t set = 0;
	size_t i;

	if (list->count == 0)
		return UINT64_MAX >> (63 - high);
	for (i = 0; i < list->count; i++)
		set |= part_set(&list->parts[i], high);
	return set;
}

/* "3/1" from the end are the third last day and those behind it. */
static uint32_t
days_from_end(const struct ts_rule_list *list, int length)
{
	uint64_t set = 0;
	size_t i;

	for (i = 0; i < list->count; i++) {
		struct ts_rule_part part = list->parts[i];

		part.start = length + 1 - part.start;
		if (part.stop >= 0) {
			int64_t stop = length + 1 - part.stop;

			part.stop = part.start;
			part.start = stop;
		}
		set |= part_set(&part, length);
	}
	return (uint32_t)set;
}

static void
compile_years(struct ts_calendar *rule)
{
	const struct ts_rule_list *list = &rule->fields[TS_RULE_YEAR];
	int64_t year, last;
	size_t i;

	if (list->count == 0)
		memset(rule->years, 0xff, sizeof rule->years);
	for (i = 0; i < list->count; i++) {
		const struct ts_rule_part *part = &list->parts[i];

		last = part->stop >= 0  ? part->stop
		       : part->step > 0 ? TS_RULE_YEAR_LAST
					: part->start;
		for (year = part->start; year <= last;
		     year += part->step > 0 ? part->step : TS_RULE_YEARS) {
			int64_t bit = year - TS_RULE_YEAR_FIRST;

			rule->years[bit / 64] |= UINT64_C(1) << bit % 64;
		}
	}
}

void
ts_rule_compile(struct ts_calendar *rule)
{
	const struct ts_rule_list *fields = rule->fields;
	const struct ts_rule_list *days = &fields[TS_RULE_DAY_OF];
	int length;

	compile_years(rule);
	rule->months = (unsigned)list_set(&fields[TS_RULE_MONTH_OF], 12);
	for (length = 28; length <= 31; length++)
		rule->days[length - 28] =
			rule->from_end ? days_from_end(days, length)
				       : (uint32_t)list_set(days, length);
	rule->hours = (uint32_t)list_set(&fields[TS_RULE_HOUR], 23);
	rule->minutes = list_set(&fields[TS_RULE_MINUTE], 59);
}

/* ---- time of a day ---- */

/* The first bit from on; -1: none. */
static int
next_bit(uint64_t set, int from)
{
	if (from > 63 || (set >> from) == 0)
		return -1;
	return from + __builtin_ctzll(set >> from);
}

static int64_t
next_of_part(const struct ts_rule_part *part, int64_t from)
{
	int64_t steps, us = part->start;
	int64_t last = part->stop >= 0 ? part->stop : US_PER_MINUTE - 1;

	if (us >= from)
		return us;
	if (part->step == 0)
		return -1;
	steps = (from - us + part->step - 1) / part->step;
	us += steps * part->step;
	return us <= last ? us : -1;
}

static int64_t
next_second(const struct ts_rule_list *list, int64_t from)
{
	int64_t best = -1;
	size_t i;

	for (i = 0; i < list->count; i++) {
		int64_t us = next_of_part(&list->parts[i], from);

		if (us >= 0 && (best < 0 || us < best))
			best = us;
	}
	return best;
}

/* The first time of the day that is not before from; -1: none. */
static int64_t
next_time(const struct ts_calendar *rule, int64_t from)
{
	const struct ts_rule_list *seconds = &rule->fields[TS_RULE_US];
	int hour = next_bit(rule->hours, (int)(from / US_PER_HOUR));
	int minute;
	int64_t us;

	if (hour >= 0 && hour > from / US_PER_HOUR)
		from = hour * US_PER_HOUR;
	while (hour >= 0) {
		int first = (int)(from % US_PER_HOUR / US_PER_MINUTE);

		minute = next_bit(rule->minutes, first);
		if (minute > first)
			from = 0;
		us = minute < 0 ? -1
				: next_second(seconds, from % US_PER_MINUTE);
		if (us < 0 && minute >= 0) {
			minute = next_bit(rule->minutes, minute + 1);
			us = next_second(seconds, 0);
		}
		if (minute >= 0)
			return hour * US_PER_HOUR + minute * US_PER_MINUTE + us;
		hour = next_bit(rule->hours, hour + 1);
		from = 0;
	}
	return -1;
}

/* ---- days ---- */

/* Bit n is set when day n of a month that begins on this weekday counts. */
static uint64_t
weekday_set(unsigned weekdays, int first)
{
	uint64_t week = (weekdays >> first | weekdays << (7 - first)) &
			TS_RULE_ALL_DAYS;
	uint64_t set = week | week << 7 | week << 14 | week << 21 | week << 28;

	return set << 1;
}

static uint64_t
days_of_month(const struct ts_calendar *rule, int year, int month)
{
	int32_t first = ts_day_number(year, month, 1);
	int32_t next = month == 12 ? ts_day_number(year + 1, 1, 1)
				   : ts_day_number(year, month + 1, 1);

	/* day 0 was a Thursday, and Monday is 0 */
	return rule->days[next - first - 28] &
	       weekday_set(rule->weekdays, (first + 3) % 7);
}

/* The first day that is not before from; -1: none. */
static int32_t
next_day(const struct ts_calendar *rule, int32_t from)
{
	struct ts_period date = ts_period_of_day(TS_DAY, from < 0 ? 0 : from);
	int year, month = date.nth, day = date.day;

	/* past the last year that has a name */
	if (date.year < TS_RULE_YEAR_FIRST)
		return -1;
	for (year = date.year; year <= TS_RULE_YEAR_LAST; year++) {
		int bit = year - TS_RULE_YEAR_FIRST;

		if ((rule->years[bit / 64] >> bit % 64 & 1) == 0) {
			month = day = 1;
			continue;
		}
		for (; month <= 12; month++, day = 1) {
			if ((rule->months >> month & 1) == 0)
				continue;
			day = next_bit(days_of_month(rule, year, month), day);
			if (day > 0)
				return ts_day_number(year, month, day);
		}
		month = day = 1;
	}
	return -1;
}

/* Wall microseconds: the first match that is not before from; -1: none. The
 * wall of 1970 is where rules begin. */
static int64_t
next_on_wall(const struct ts_calendar *rule, int64_t from)
{
	int64_t of_day;
	int32_t today, day;

	if (from < 0)
		from = 0;
	today = (int32_t)(from / US_PER_DAY);
	day = next_day(rule, today);
	if (day < 0)
		return -1;
	of_day = next_time(rule, day == today ? from % US_PER_DAY : 0);
	if (of_day < 0) {
		day = next_day(rule, today + 1);
		of_day = next_time(rule, 0);
	}
	return day < 0 ? -1 : day * US_PER_DAY + of_day;
}

/* ---- instants ---- */

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/*
 * A match on the wall that lies in the past: the wall shows this hour for the
 * second time. What follows it there is all past, too, up to the end of the
 * hour.
 */
static int64_t
behind_overlap(const struct ts_zone *zone, int64_t utc_s, int64_t wall_us)
{
	int64_t end, least = wall_us + TS_RULE_SECOND;

	if (!ts_zone_next_change(zone, utc_s, &end))
		return least;
	end += ts_zone_at(zone, end - 1).seconds;
	end *= TS_RULE_SECOND;
	return end > least ? end : least;
}

bool
ts_calendar_next(const struct ts_calendar *calendar, int64_t after_us,
		 int64_t *next_us)
{
	/* rules begin in 1970 and end in 2199 on any wall */
	const int64_t first = -2 * US_PER_DAY;
	const int64_t last = INT64_C(7258291200) * TS_RULE_SECOND;
	int64_t wall;
	int tries;

	if (after_us < first)
		after_us = first;
	if (after_us > last)
		return false;
	wall = after_us + 1 +
	       ts_zone_at(calendar->zone,
			  floor_div(after_us + 1, TS_RULE_SECOND))
			       .seconds *
		       TS_RULE_SECOND;
	for (tries = 0; tries < TRIES; tries++) {
		int64_t utc_s, us;
		bool shown;

		wall = next_on_wall(calendar, wall);
		if (wall < 0)
			return false;
		shown = ts_zone_utc(calendar->zone, wall / TS_RULE_SECOND,
				    &utc_s);
		/* a gap has no fractions: all of it is one instant */
		us = utc_s * TS_RULE_SECOND +
		     (shown ? wall % TS_RULE_SECOND : 0);
		if (us > after_us) {
			*next_us = us;
			return true;
		}
		wall = behind_overlap(calendar->zone, utc_s, wall);
	}
	return false;
}

bool
ts_calendar_next_wall(const struct ts_calendar *calendar, int64_t after_us,
		      int64_t *next_us)
{
	int64_t wall = after_us == INT64_MAX
			       ? -1
			       : next_on_wall(calendar, after_us + 1);

	if (wall >= 0)
		*next_us = wall;
	return wall >= 0;
}
