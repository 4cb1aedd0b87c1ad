/* SPDX-License-Identifier: Apache-2.0 */
/* Periods as they are written: by us, and by every publisher we know. */
#include <tradestat/period.h>

#include <stdio.h>
#include <string.h>

#include "kit/calendar.h"

/* ---- reading ---- */

/* Exactly count digits at *at, which moves behind them. */
static bool
take_number(const char **at, int count, int *out)
{
	const char *p = *at;
	int value = 0;

	for (; count > 0; count--, p++) {
		if (*p < '0' || *p > '9')
			return false;
		value = value * 10 + (*p - '0');
	}
	*at = p;
	*out = value;
	return true;
}

static bool
is_time_of_day(const char *text)
{
	return *text == 'T' && text[1] != '\0' &&
	       text[1 + strspn(text + 1, "0123456789:.,+-Z")] == '\0';
}

/* Q3, M07, W05, D197, S1, H2, A1, M07D15 behind "2024" or "2024-". */
static bool
read_letter(const char *p, int year, struct ts_period *out)
{
	char letter = *p;
	int nth, day,
		width = letter == 'D'                    ? 3
			: letter == 'M' || letter == 'W' ? 2
							 : 1;

	if (letter == '\0')
		return false;
	p++;
	if (!take_number(&p, width, &nth))
		return false;
	if (letter == 'M' && *p == 'D') {
		p++;
		if (!take_number(&p, 2, &day) || *p != '\0')
			return false;
		*out = ts_period_make(TS_DAY, year, nth, day);
		return ts_period_is_valid(*out);
	}
	if (*p != '\0')
		return false;
	switch (letter) {
	case 'A':
		*out = ts_period_make(TS_YEAR, year, 0, 0);
		return nth == 1;
	case 'S':
	case 'H':
		*out = ts_period_make(TS_HALF, year, nth, 0);
		return ts_period_is_valid(*out);
	case 'Q':
		*out = ts_period_make(TS_QUARTER, year, nth, 0);
		return ts_period_is_valid(*out);
	case 'M':
		*out = ts_period_make(TS_MONTH, year, nth, 0);
		return ts_period_is_valid(*out);
	case 'W':
		*out = ts_period_make(TS_WEEK, year, nth, 0);
		return ts_period_is_valid(*out);
	case 'D':
		if (nth < 1 || nth > 365 + ts_is_leap(year))
			return false;
		*out = ts_period_of_day(TS_DAY,
					ts_day_number(year, 1, 1) + nth - 1);
		return true;
	default:
		return false;
	}
}

/* -07 or -07-15 or -07-15T.., behind the year. */
static bool
read_date(const char *p, int year, struct ts_period *out)
{
	int month, day;

	p++;
	if (!take_number(&p, 2, &month))
		return false;
	if (*p == '\0') {
		*out = ts_period_make(TS_MONTH, year, month, 0);
		return ts_period_is_valid(*out);
	}
	if (*p++ != '-' || !take_number(&p, 2, &day) ||
	    (*p != '\0' && !is_time_of_day(p)))
		return false;
	*out = ts_period_make(TS_DAY, year, month, day);
	return ts_period_is_valid(*out);
}

static bool
read_range(const char *p, int year, struct ts_period *out)
{
	int until;

	p += 2;
	if (!take_number(&p, 4, &until) || *p != '\0')
		return false;
	*out = ts_period_make(TS_RANGE, year, 0, 0);
	out->until = (int16_t)until;
	return ts_period_is_valid(*out);
}

static bool
read_plain(const char *text, struct ts_period *out)
{
	const char *p = text;
	int year;

	if (!take_number(&p, 4, &year) || !ts_in_years(year))
		return false;
	if (*p == '\0') {
		*out = ts_period_make(TS_YEAR, year, 0, 0);
		return true;
	}
	if (p[0] == '.' && p[1] == '.')
		return read_range(p, year, out);
	if (p[0] == '-' && p[1] >= '0' && p[1] <= '9')
		return read_date(p, year, out);
	return read_letter(*p == '-' ? p + 1 : p, year, out);
}

static enum ts_span
span_of_duration(const char *text)
{
	static const struct {
		const char *text;
		enum ts_span span;
	} known[] = {
		{ "P1Y", TS_YEAR },    { "P12M", TS_YEAR }, { "P6M", TS_HALF },
		{ "P3M", TS_QUARTER }, { "P1M", TS_MONTH }, { "P7D", TS_WEEK },
		{ "P1W", TS_WEEK },    { "P1D", TS_DAY },
	};
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(text, known[i].text) == 0)
			return known[i].span;
	return TS_NO_SPAN;
}

/* 2024-01-01/P1Y: only where the start is that of a period we can name. */
static bool
read_duration(const char *text, const char *slash, struct ts_period *out)
{
	enum ts_span span = span_of_duration(slash + 1);
	size_t length = (size_t)(slash - text);
	struct ts_period start;
	char head[40];
	int32_t day;

	if (span == TS_NO_SPAN || length >= sizeof head)
		return false;
	memcpy(head, text, length);
	head[length] = '\0';
	if (!read_plain(head, &start) || start.span == TS_RANGE)
		return false;
	day = ts_period_first_day(start);
	*out = ts_period_of_day(span, day);
	return ts_period_first_day(*out) == day;
}

static bool
read_any(const char *text, struct ts_period *out)
{
	const char *slash = strchr(text, '/');

	return slash != NULL ? read_duration(text, slash, out)
			     : read_plain(text, out);
}

enum ts_status
ts_period_parse(const char *text, struct ts_period *out, struct ts_err *err)
{
	struct ts_period period;

	if (!read_any(text, &period))
		return ts_fail(err, TS_BAD_DATA, "not a period: \"%.40s\"",
			       text);
	*out = period;
	return TS_OK;
}

/* 202407 and 20240715, and the rare 2024-3 for a quarter: forms that mean
 * something only when the frequency is known. */
static bool
read_known(enum ts_span span, const char *text, struct ts_period *out)
{
	const char *p = text;
	int year, nth, day;

	if (!take_number(&p, 4, &year))
		return false;
	if (span == TS_QUARTER && p[0] == '-' && p[1] >= '1' && p[1] <= '4' &&
	    p[2] == '\0') {
		*out = ts_period_make(TS_QUARTER, year, p[1] - '0', 0);
		return ts_period_is_valid(*out);
	}
	if (!take_number(&p, 2, &nth))
		return false;
	if (*p == '\0') {
		*out = ts_period_make(TS_MONTH, year, nth, 0);
		return ts_period_is_valid(*out);
	}
	if (!take_number(&p, 2, &day) || *p != '\0')
		return false;
	*out = ts_period_make(TS_DAY, year, nth, day);
	return ts_period_is_valid(*out);
}

static const char *
span_name(enum ts_span span)
{
	static const char *const names[] = {
		"period", "year", "half-year", "quarter",
		"month",  "week", "day",       "range of years",
	};

	return (unsigned)span < sizeof names / sizeof names[0] ? names[span]
							       : "period";
}

enum ts_status
ts_period_parse_as(enum ts_span span, const char *text, struct ts_period *out,
		   struct ts_err *err)
{
	struct ts_period period;

	if (span == TS_NO_SPAN)
		return ts_period_parse(text, out, err);
	if (!read_any(text, &period) && !read_known(span, text, &period))
		return ts_fail(err, TS_BAD_DATA, "not a %s: \"%.40s\"",
			       span_name(span), text);
	/* a date stands for the stretch it lies in: 2024-04-01 of a quarterly
	 * series is its second quarter */
	if (period.span == TS_DAY && span != TS_DAY && span != TS_RANGE)
		period = ts_period_of_day(span, ts_period_first_day(period));
	if (period.span != span)
		return ts_fail(err, TS_BAD_DATA, "not a %s: \"%.40s\"",
			       span_name(span), text);
	*out = period;
	return TS_OK;
}

/* ---- writing ---- */

char *
ts_period_print(struct ts_period period, char *text)
{
	unsigned year = (unsigned)(uint16_t)period.year;
	unsigned until = (unsigned)(uint16_t)period.until;

	switch ((enum ts_span)period.span) {
	case TS_NO_SPAN:
		text[0] = '\0';
		break;
	case TS_YEAR:
		snprintf(text, TS_PERIOD_TEXT, "%04u", year);
		break;
	case TS_HALF:
		snprintf(text, TS_PERIOD_TEXT, "%04u-S%u", year, period.nth);
		break;
	case TS_QUARTER:
		snprintf(text, TS_PERIOD_TEXT, "%04u-Q%u", year, period.nth);
		break;
	case TS_MONTH:
		snprintf(text, TS_PERIOD_TEXT, "%04u-%02u", year, period.nth);
		break;
	case TS_WEEK:
		snprintf(text, TS_PERIOD_TEXT, "%04u-W%02u", year, period.nth);
		break;
	case TS_DAY:
		snprintf(text, TS_PERIOD_TEXT, "%04u-%02u-%02u", year,
			 period.nth, period.day);
		break;
	case TS_RANGE:
		snprintf(text, TS_PERIOD_TEXT, "%04u..%04u", year, until);
		break;
	}
	return text;
}
