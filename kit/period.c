/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/period.h>

#include <stdio.h>
#include <string.h>

#define FIRST_YEAR 1
#define LAST_YEAR 9999
#define DAYS_BEFORE_1970 719162	/* 0001-01-01 to 1970-01-01 */

/* ---- the calendar ------------------------------------------------------ */

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
month_days(int year, int month)
{
	static const int8_t days[12] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days since 1970-01-01; year >= 1, month 1..12. Years begin in March, so
 * that the leap day is the last of them. */
static int32_t
day_number(int year, int month, int day)
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
	int32_t fourth = day_number(year, 1, 4);

	/* 1970-01-01 was a Thursday; the offset keeps it positive */
	return fourth - (fourth + DAYS_BEFORE_1970 + 7) % 7;
}

static int
weeks_of(int year)
{
	return (first_monday(year + 1) - first_monday(year)) / 7;
}

/* ---- making -------------------------------------------------------------- */

static struct ts_period
make(enum ts_span span, int year, int nth, int day)
{
	return (struct ts_period){
		.year = (int16_t)year, .nth = (uint8_t)nth,
		.day = (uint8_t)day, .span = (uint8_t)span,
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

static bool
in_years(int year)
{
	return year >= FIRST_YEAR && year <= LAST_YEAR;
}

static bool
is_valid(struct ts_period p)
{
	if (p.span == TS_NO_SPAN)
		return p.year == 0 && p.nth == 0 && p.day == 0 && p.until == 0;
	if (!in_years(p.year) || (p.day != 0) != (p.span == TS_DAY) ||
	    (p.until != 0) != (p.span == TS_RANGE))
		return false;
	if (p.span == TS_YEAR || p.span == TS_RANGE)
		return p.nth == 0 &&
		       (p.span == TS_YEAR ||
			(p.until >= p.year && in_years(p.until)));
	if (p.nth < 1)
		return false;
	if (p.span == TS_WEEK)
		return p.nth <= weeks_of(p.year);
	if (p.span == TS_DAY)
		return p.nth <= 12 && p.day <= month_days(p.year, p.nth);
	return p.nth <= parts_of_year((enum ts_span)p.span);
}

/* ---- reading --------------------------------------------------------------- */

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
	int nth, day, width = letter == 'D' ? 3 : letter == 'M' ||
		letter == 'W' ? 2 : 1;

	if (letter == '\0')
		return false;
	p++;
	if (!take_number(&p, width, &nth))
		return false;
	if (letter == 'M' && *p == 'D') {
		p++;
		if (!take_number(&p, 2, &day) || *p != '\0')
			return false;
		*out = make(TS_DAY, year, nth, day);
		return is_valid(*out);
	}
	if (*p != '\0')
		return false;
	switch (letter) {
	case 'A':
		*out = make(TS_YEAR, year, 0, 0);
		return nth == 1;
	case 'S':
	case 'H':
		*out = make(TS_HALF, year, nth, 0);
		return is_valid(*out);
	case 'Q':
		*out = make(TS_QUARTER, year, nth, 0);
		return is_valid(*out);
	case 'M':
		*out = make(TS_MONTH, year, nth, 0);
		return is_valid(*out);
	case 'W':
		*out = make(TS_WEEK, year, nth, 0);
		return is_valid(*out);
	case 'D':
		if (nth < 1 || nth > 365 + is_leap(year))
			return false;
		*out = ts_period_of_day(TS_DAY, day_number(year, 1, 1) +
					nth - 1);
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
		*out = make(TS_MONTH, year, month, 0);
		return is_valid(*out);
	}
	if (*p++ != '-' || !take_number(&p, 2, &day) ||
	    (*p != '\0' && !is_time_of_day(p)))
		return false;
	*out = make(TS_DAY, year, month, day);
	return is_valid(*out);
}

static bool
read_range(const char *p, int year, struct ts_period *out)
{
	int until;

	p += 2;
	if (!take_number(&p, 4, &until) || *p != '\0')
		return false;
	*out = make(TS_RANGE, year, 0, 0);
	out->until = (int16_t)until;
	return is_valid(*out);
}

static bool
read_plain(const char *text, struct ts_period *out)
{
	const char *p = text;
	int year;

	if (!take_number(&p, 4, &year) || !in_years(year))
		return false;
	if (*p == '\0') {
		*out = make(TS_YEAR, year, 0, 0);
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
	static const struct { const char *text; enum ts_span span; } known[] = {
		{ "P1Y", TS_YEAR }, { "P12M", TS_YEAR }, { "P6M", TS_HALF },
		{ "P3M", TS_QUARTER }, { "P1M", TS_MONTH }, { "P7D", TS_WEEK },
		{ "P1W", TS_WEEK }, { "P1D", TS_DAY },
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

	return slash != NULL ? read_duration(text, slash, out) :
			       read_plain(text, out);
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
		*out = make(TS_QUARTER, year, p[1] - '0', 0);
		return is_valid(*out);
	}
	if (!take_number(&p, 2, &nth))
		return false;
	if (*p == '\0') {
		*out = make(TS_MONTH, year, nth, 0);
		return is_valid(*out);
	}
	if (!take_number(&p, 2, &day) || *p != '\0')
		return false;
	*out = make(TS_DAY, year, nth, day);
	return is_valid(*out);
}

static const char *
span_name(enum ts_span span)
{
	static const char *const names[] = {
		"period", "year", "half-year", "quarter", "month", "week",
		"day", "range of years",
	};

	return (unsigned)span < sizeof names / sizeof names[0] ?
		names[span] : "period";
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

/* ---- writing --------------------------------------------------------------- */

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
	case 'B':	/* daily, business days only */
		return TS_DAY;
	case 'R':
		return TS_RANGE;
	default:
		return TS_NO_SPAN;
	}
}

/* ---- days and order ---------------------------------------------------------- */

int32_t
ts_period_first_day(struct ts_period period)
{
	int parts;

	if (!is_valid(period) || period.span == TS_NO_SPAN)
		return 0;
	if (period.span == TS_DAY)
		return day_number(period.year, period.nth, period.day);
	if (period.span == TS_WEEK)
		return first_monday(period.year) + (period.nth - 1) * 7;
	parts = parts_of_year((enum ts_span)period.span);
	if (parts <= 1)
		return day_number(period.year, 1, 1);
	return day_number(period.year, (period.nth - 1) * (12 / parts) + 1, 1);
}

int32_t
ts_period_last_day(struct ts_period period)
{
	int parts, month;

	if (!is_valid(period) || period.span == TS_NO_SPAN)
		return 0;
	if (period.span == TS_DAY)
		return ts_period_first_day(period);
	if (period.span == TS_WEEK)
		return ts_period_first_day(period) + 6;
	if (period.span == TS_RANGE)
		return day_number(period.until, 12, 31);
	parts = parts_of_year((enum ts_span)period.span);
	month = period.span == TS_YEAR ? 12 : period.nth * (12 / parts);
	return day_number(period.year, month, month_days(period.year, month));
}

struct ts_period
ts_period_of_day(enum ts_span span, int32_t day)
{
	const struct ts_period none = { .span = TS_NO_SPAN };
	int year, month, mday, parts;

	if (day < day_number(FIRST_YEAR, 1, 1) ||
	    day > day_number(LAST_YEAR, 12, 31))
		return none;
	date_of(day, &year, &month, &mday);
	switch (span) {
	case TS_NO_SPAN:
	case TS_RANGE:
		return none;
	case TS_DAY:
		return make(TS_DAY, year, month, mday);
	case TS_WEEK:
		if (day < first_monday(year))
			year--;
		else if (day >= first_monday(year + 1))
			year++;
		if (!in_years(year))
			return none;
		return make(TS_WEEK, year,
			    (day - first_monday(year)) / 7 + 1, 0);
	case TS_YEAR:
	case TS_HALF:
	case TS_QUARTER:
	case TS_MONTH:
		break;
	}
	parts = parts_of_year(span);
	return make(span, year, span == TS_YEAR ? 0 :
		    (month - 1) / (12 / parts) + 1, 0);
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
	if (period.span == TS_WEEK)	/* 0001-01-01 was a Monday */
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

	if (!is_valid(period) || span == TS_NO_SPAN || span == TS_RANGE)
		return period;
	first = span == TS_WEEK ? make(TS_WEEK, FIRST_YEAR, 1, 0) :
		ts_period_of_day(span, day_number(FIRST_YEAR, 1, 1));
	last = span == TS_WEEK ?
		make(TS_WEEK, LAST_YEAR, weeks_of(LAST_YEAR), 0) :
		ts_period_of_day(span, day_number(LAST_YEAR, 12, 31));
	to = clamp(ordinal(period) + steps, ordinal(first), ordinal(last));
	if (parts > 0)
		return make(span, (int)(to / parts), span == TS_YEAR ? 0 :
			    (int)(to % parts) + 1, 0);
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

	if (!is_valid(period) || period.span == TS_NO_SPAN)
		return 0;
	return ((int64_t)ts_period_first_day(period) + DAYS_BEFORE_1970 + 1)
		<< DAY_SHIFT | rank << SPAN_SHIFT | end;
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
