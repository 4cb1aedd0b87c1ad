/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/period.h>

#include "kit/calendar.h"

#define FIRST_YEAR 1
#define LAST_YEAR 9999
#define DAYS_BEFORE_1970 719162 /* 0001-01-01 to 1970-01-01 */

/* ---- the calendar ---- */

bool
ts_is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
month_days(int year, int month)
{
	static const int8_t days[12] = { 31, 28, 31, 30, 31, 30,
					 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && ts_is_leap(year));
}

/* Years begin in March, so that the leap day is the last of them. */
int32_t
ts_day_number(int year, int month, int day)
{
	int y = year - (month <= 2);
	int era = y / 400, yoe = y - era * 400;
	int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void
date_of(int32_t number, int *year, int *month, int *day)
{
	int z = number + 719468;
	int era = z / 146097, doe = z - era * 146097;
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (5 * doy + 2) / 153;

	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = yoe + era * 400 + (*month <= 2);
}

/* Monday of week 1: the week of 4 January (ISO 8601). */
static int32_t
first_monday(int year)
{
	int32_t fourth = ts_day_number(year, 1, 4);

	/* 1970-01-01 was a Thursday; the offset keeps it positive */
	return fourth - (fourth + DAYS_BEFORE_1970 + 7) % 7;
}

static int
weeks_of(int year)
{
	return (first_monday(year + 1) - first_monday(year)) / 7;
}

/* ---- making ---- */

struct ts_period
ts_period_make(enum ts_span span, int year, int nth, int day)
{
	return (struct ts_period){
		.year = (int16_t)year,
		.nth = (uint8_t)nth,
		.day = (uint8_t)day,
		.span = (uint8_t)span,
	};
}

/* How many of them a year has; 0: no such part. */
static int
parts_of_year(enum ts_span span)
{
	switch (span) {
	case TS_HALF:
		return 2;
	case TS_QUARTER:
		return 4;
	case TS_MONTH:
		return 12;
	case TS_YEAR:
		return 1;
	case TS_NO_SPAN:
	case TS_WEEK:
	case TS_DAY:
	case TS_RANGE:
		break;
	}
	return 0;
}

bool
ts_in_years(int year)
{
	return year >= FIRST_YEAR && year <= LAST_YEAR;
}

bool
ts_period_is_valid(struct ts_period p)
{
	if (p.span == TS_NO_SPAN)
		return p.year == 0 && p.nth == 0 && p.day == 0 && p.until == 0;
	if (!ts_in_years(p.year) || (p.day != 0) != (p.span == TS_DAY) ||
	    (p.until != 0) != (p.span == TS_RANGE))
		return false;
	if (p.span == TS_YEAR || p.span == TS_RANGE)
		return p.nth == 0 &&
		       (p.span == TS_YEAR ||
			(p.until >= p.year && ts_in_years(p.until)));
	if (p.nth < 1)
		return false;
	if (p.span == TS_WEEK)
		return p.nth <= weeks_of(p.year);
	if (p.span == TS_DAY)
		return p.nth <= 12 && p.day <= month_days(p.year, p.nth);
	return p.nth <= parts_of_year((enum ts_span)p.span);
}

char
ts_period_freq(struct ts_period period)
{
	static const char letters[] = "-ASQMWDR";

	return period.span <= TS_RANGE ? letters[period.span] : '-';
}

enum ts_span
ts_span_of_freq(char freq)
{
	switch (freq) {
	case 'A':
		return TS_YEAR;
	case 'S':
	case 'H':
		return TS_HALF;
	case 'Q':
		return TS_QUARTER;
	case 'M':
		return TS_MONTH;
	case 'W':
		return TS_WEEK;
	case 'D':
	case 'B': /* daily, business days only */
		return TS_DAY;
	case 'R':
		return TS_RANGE;
	default:
		return TS_NO_SPAN;
	}
}

/* ---- days and order ---- */

int32_t
ts_period_first_day(struct ts_period period)
{
	int parts;

	if (!ts_period_is_valid(period) || period.span == TS_NO_SPAN)
		return 0;
	if (period.span == TS_DAY)
		return ts_day_number(period.year, period.nth, period.day);
	if (period.span == TS_WEEK)
		return first_monday(period.year) + (period.nth - 1) * 7;
	parts = parts_of_year((enum ts_span)period.span);
	if (parts <= 1)
		return ts_day_number(period.year, 1, 1);
	return ts_day_number(period.year, (period.nth - 1) * (12 / parts) + 1,
			     1);
}

int32_t
ts_period_last_day(struct ts_period period)
{
	int parts, month;

	if (!ts_period_is_valid(period) || period.span == TS_NO_SPAN)
		return 0;
	if (period.span == TS_DAY)
		return ts_period_first_day(period);
	if (period.span == TS_WEEK)
		return ts_period_first_day(period) + 6;
	if (period.span == TS_RANGE)
		return ts_day_number(period.until, 12, 31);
	parts = parts_of_year((enum ts_span)period.span);
	month = period.span == TS_YEAR ? 12 : period.nth * (12 / parts);
	return ts_day_number(period.year, month,
			     month_days(period.year, month));
}

struct ts_period
ts_period_of_day(enum ts_span span, int32_t day)
{
	const struct ts_period none = { .span = TS_NO_SPAN };
	int year, month, mday, parts;

	if (day < ts_day_number(FIRST_YEAR, 1, 1) ||
	    day > ts_day_number(LAST_YEAR, 12, 31))
		return none;
	date_of(day, &year, &month, &mday);
	switch (span) {
	case TS_NO_SPAN:
	case TS_RANGE:
		return none;
	case TS_DAY:
		return ts_period_make(TS_DAY, year, month, mday);
	case TS_WEEK:
		if (day < first_monday(year))
			year--;
		else if (day >= first_monday(year + 1))
			year++;
		if (!ts_in_years(year))
			return none;
		return ts_period_make(TS_WEEK, year,
				      (day - first_monday(year)) / 7 + 1, 0);
	case TS_YEAR:
	case TS_HALF:
	case TS_QUARTER:
	case TS_MONTH:
		break;
	}
	parts = parts_of_year(span);
	return ts_period_make(
		span, year,
		span == TS_YEAR ? 0 : (month - 1) / (12 / parts) + 1, 0);
}

bool
ts_period_equal(struct ts_period a, struct ts_period b)
{
	return a.span == b.span && a.year == b.year && a.nth == b.nth &&
	       a.day == b.day && a.until == b.until;
}

int
ts_period_compare(struct ts_period a, struct ts_period b)
{
	int64_t key_a = ts_period_key(a), key_b = ts_period_key(b);

	return key_a < key_b ? -1 : key_a > key_b;
}

/* A running number within the periods of one span. */
static int64_t
ordinal(struct ts_period period)
{
	int parts = parts_of_year((enum ts_span)period.span);

	if (parts > 0)
		return (int64_t)period.year * parts +
		       (period.nth > 0 ? period.nth - 1 : 0);
	if (period.span == TS_WEEK) /* 0001-01-01 was a Monday */
		return (ts_period_first_day(period) + DAYS_BEFORE_1970) / 7;
	return ts_period_first_day(period);
}

static int64_t
clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

struct ts_period
ts_period_step(struct ts_period period, int steps)
{
	enum ts_span span = (enum ts_span)period.span;
	int parts = parts_of_year(span);
	struct ts_period first, last;
	int64_t to;

	if (!ts_period_is_valid(period) || span == TS_NO_SPAN ||
	    span == TS_RANGE)
		return period;
	first = span == TS_WEEK
			? ts_period_make(TS_WEEK, FIRST_YEAR, 1, 0)
			: ts_period_of_day(span,
					   ts_day_number(FIRST_YEAR, 1, 1));
	last = span == TS_WEEK ? ts_period_make(TS_WEEK, LAST_YEAR,
						weeks_of(LAST_YEAR), 0)
			       : ts_period_of_day(span, ts_day_number(LAST_YEAR,
								      12, 31));
	to = clamp(ordinal(period) + steps, ordinal(first), ordinal(last));
	if (parts > 0)
		return ts_period_make(
			span, (int)(to / parts),
			span == TS_YEAR ? 0 : (int)(to % parts) + 1, 0);
	if (to == ordinal(last))
		return last;
	if (span == TS_WEEK)
		to = to * 7 - DAYS_BEFORE_1970;
	return ts_period_of_day(span, (int32_t)to);
}

int
ts_period_distance(struct ts_period a, struct ts_period b)
{
	if (a.span != b.span || a.span == TS_RANGE || a.span == TS_NO_SPAN)
		return 0;
	return (int)(ordinal(b) - ordinal(a));
}

/*
 * Key: first day from 1 on, then the span (a range is the longest, then as in
 * the enum), then how much earlier than the last possible year a range ends.
 * No period at all is 0.
 */
#define SPAN_SHIFT 14
#define DAY_SHIFT 17

int64_t
ts_period_key(struct ts_period period)
{
	int64_t rank = period.span == TS_RANGE ? 0 : period.span;
	int64_t end = period.span == TS_RANGE ? LAST_YEAR - period.until : 0;

	if (!ts_period_is_valid(period) || period.span == TS_NO_SPAN)
		return 0;
	return ((int64_t)ts_period_first_day(period) + DAYS_BEFORE_1970 + 1)
		       << DAY_SHIFT |
	       rank << SPAN_SHIFT | end;
}

struct ts_period
ts_period_of_key(int64_t key)
{
	int64_t day = (key >> DAY_SHIFT) - DAYS_BEFORE_1970 - 1;
	int rank = (int)(key >> SPAN_SHIFT & 7);
	struct ts_period period = { .span = TS_NO_SPAN };

	if (key <= 0 || day > INT32_MAX)
		return period;
	if (rank == 0) {
		period = ts_period_of_day(TS_YEAR, (int32_t)day);
		period.span = TS_RANGE;
		period.until = (int16_t)(LAST_YEAR - (key & 0x3FFF));
	} else if (rank < TS_RANGE) {
		period = ts_period_of_day((enum ts_span)rank, (int32_t)day);
	}
	/* a key that was not made by ts_period_key names nothing */
	if (ts_period_key(period) != key)
		return (struct ts_period){ .span = TS_NO_SPAN };
	return period;
}
