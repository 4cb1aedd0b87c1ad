/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule in the footer of a TZif file: POSIX TZ with the two extensions of
 * RFC 8536, hours from -167 to 167 and summer time all the year round.
 */
#include "kit/zone.h"

#include <string.h>
#include "kit/calendar.h"

#define S_PER_DAY 86400
/* After 400 years the calendar repeats, weekdays included. */
#define S_PER_CYCLE (INT64_C(146097) * S_PER_DAY)
#define S_PER_YEAR 31556952

/* ---- parsing ---- */

static bool
take(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

static bool
take_number(const char **at, int max, int *out)
{
	int value = 0;

	if (**at < '0' || **at > '9')
		return false;
	while (**at >= '0' && **at <= '9') {
		value = value * 10 + (*(*at)++ - '0');
		if (value > max)
			return false;
	}
	*out = value;
	return true;
}

/* "[+-]h[h[h]][:mm[:ss]]" */
static bool
take_time(const char **at, int max_hour, int32_t *out)
{
	int hour, minute = 0, second = 0;
	bool minus = take(at, '-');

	if (!minus)
		(void)take(at, '+');
	if (!take_number(at, max_hour, &hour))
		return false;
	if (take(at, ':')) {
		if (!take_number(at, 59, &minute))
			return false;
		if (take(at, ':') && !take_number(at, 59, &second))
			return false;
	}
	*out = hour * 3600 + minute * 60 + second;
	if (minus)
		*out = -*out;
	return true;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
take_name(const char **at, struct ts_offset *out)
{
	bool quoted = take(at, '<');
	const char *start = *at;
	size_t length;

	while (is_letter(**at) || (quoted && ((**at >= '0' && **at <= '9') ||
					      **at == '+' || **at == '-')))
		(*at)++;
	length = (size_t)(*at - start);
	if (length < 3 || length >= sizeof out->name)
		return false;
	memcpy(out->name, start, length);
	out->name[length] = '\0';
	return !quoted || take(at, '>');
}

static bool
take_date(const char **at, struct ts_rule_date *out)
{
	out->second = 2 * 3600;
	if (take(at, 'J')) {
		out->kind = TS_RULE_JULIAN;
		if (!take_number(at, 365, &out->day) || out->day == 0)
			return false;
	} else if (take(at, 'M')) {
		out->kind = TS_RULE_MONTH;
		if (!take_number(at, 12, &out->month) || out->month == 0 ||
		    !take(at, '.') || !take_number(at, 5, &out->week) ||
		    out->week == 0 || !take(at, '.') ||
		    !take_number(at, 6, &out->day))
			return false;
	} else {
		out->kind = TS_RULE_DAY;
		if (!take_number(at, 365, &out->day))
			return false;
	}
	return !take(at, '/') || take_time(at, 167, &out->second);
}

bool
ts_zone_rule_parse(const char *text, struct ts_zone_rule *out)
{
	const char *at = text;
	int32_t west;

	memset(out, 0, sizeof *out);
	/* POSIX counts to the west */
	if (!take_name(&at, &out->usual) || !take_time(&at, 24, &west))
		return false;
	out->usual.seconds = -west;
	if (*at == '\0')
		return true;
	out->changes = true;
	out->other.summer = true;
	if (!take_name(&at, &out->other))
		return false;
	out->other.seconds = out->usual.seconds + 3600;
	if (*at != ',') {
		if (!take_time(&at, 24, &west))
			return false;
		out->other.seconds = -west;
	}
	return take(&at, ',') && take_date(&at, &out->start) &&
	       take(&at, ',') && take_date(&at, &out->end) && *at == '\0';
}

/* ---- asking ---- */

/* Seconds since 1970 of the date, by the clock on the wall. */
static int64_t
wall_of(const struct ts_rule_date *date, int year)
{
	int32_t day = ts_day_number(year, 1, 1);
	int32_t first, last;

	switch (date->kind) {
	case TS_RULE_JULIAN: /* 29 February is never counted */
		day += date->day - 1;
		if (ts_is_leap(year) && date->day > 59)
			day++;
		break;
	case TS_RULE_DAY:
		day += date->day;
		break;
	case TS_RULE_MONTH:
		first = ts_day_number(year, date->month, 1);
		last = date->month == 12
			       ? first + 30
			       : ts_day_number(year, date->month + 1, 1) - 1;
		/* 1970-01-01 was a Thursday, day 4 */
		day = first + (date->day - (first + 4) % 7 + 7) % 7 +
		      (date->week - 1) * 7;
		if (day > last)
			day -= 7;
		break;
	}
	return (int64_t)day * S_PER_DAY + date->second;
}

struct change {
	int64_t at;
	bool summer;
};

/* Keeps the order of equal ones: summer time all the year round ends and
 * begins in one instant, and it is the beginning that stays. */
static void
insert(struct change *changes, size_t count, struct change change)
{
	while (count > 0 && changes[count - 1].at > change.at) {
		changes[count] = changes[count - 1];
		count--;
	}
	changes[count] = change;
}

struct ts_stretch
ts_zone_rule_at(const struct ts_zone_rule *rule, int64_t utc_s)
{
	struct ts_stretch out = { .offset = rule->usual, .end = INT64_MAX };
	struct change changes[10];
	int64_t shift, s;
	size_t count = 0;
	int year, near;

	if (!rule->changes)
		return out;
	shift = utc_s / S_PER_CYCLE - (utc_s % S_PER_CYCLE < 0);
	shift *= S_PER_CYCLE;
	s = utc_s - shift; /* in the years 1970 to 2369 */
	near = 1970 + (int)(s / S_PER_YEAR);
	for (year = near - 2; year <= near + 2; year++) {
		insert(changes, count++,
		       (struct change){ wall_of(&rule->start, year) -
						rule->usual.seconds,
					true });
		insert(changes, count++,
		       (struct change){ wall_of(&rule->end, year) -
						rule->other.seconds,
					false });
	}
	for (count = 0; count < 10 && changes[count].at <= s; count++)
		out.offset = changes[count].summer ? rule->other : rule->usual;
	if (count < 10 && changes[count].at <= INT64_MAX - 1 - shift)
		out.end = changes[count].at + shift;
	return out;
}
