/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of OnCalendar=, by descent:
 *
 *	rule    = shorthand | [weekdays] [date] [time]
 *	date    = "@" number | [list "-"] list ("-" | "~") list
 *	time    = list ":" list [":" list]
 *	list    = "*" | part *("," part)
 *	part    = number [".." number] ["/" number]
 *
 * Only seconds have fractions. "~" counts the days from the end.
 */
#include "kit/calendar_rule.h"

#include <string.h>
#include <tradestat/period.h>
#include "kit/digits.h"

/* As many as systemd takes in one list. */
#define PARTS_MAX 241

struct reading {
	struct ts_calendar *rule;
	const char *text, *at;
	size_t used; /* parts of rule->room */
	struct ts_err *err;
};

enum ts_status
ts_rule_complain(const char *text, size_t place, const char *what,
		 struct ts_err *err)
{
	return ts_fail(err, TS_BAD_CONFIG, "\"%s\", character %zu: %s", text,
		       place + 1, what);
}

static enum ts_status
expected(const struct reading *r, const char *at, const char *what)
{
	return ts_rule_complain(r->text, (size_t)(at - r->text), what, r->err);
}

/* ---- numbers and lists ---- */

static enum ts_status
take_number(struct reading *r, int64_t *out)
{
	const char *start = r->at;
	int64_t value = 0;

	if (ts_digit(*r->at) > 9)
		return expected(r, r->at, "expected a number");
	for (; ts_digit(*r->at) <= 9; r->at++) {
		value = value * 10 + ts_digit(*r->at);
		if (value > INT32_MAX)
			return expected(r, start, "a number far too large");
	}
	*out = value;
	return TS_OK;
}

/* Digits behind a point, as microseconds, the seventh rounded. */
static enum ts_status
take_fraction(struct reading *r, int64_t *out)
{
	int64_t us = 0, digit = TS_RULE_SECOND / 10;

	if (ts_digit(*r->at) > 9)
		return expected(r, r->at, "expected digits behind the point");
	for (; ts_digit(*r->at) <= 9 && digit > 0; r->at++, digit /= 10)
		us += ts_digit(*r->at) * digit;
	if (ts_digit(*r->at) <= 9 && ts_digit(*r->at) >= 5)
		us++;
	while (ts_digit(*r->at) <= 9)
		r->at++;
	*out += us;
	return TS_OK;
}

/* systemd keeps microseconds in an int: a longer step of seconds would be
 * taken for another one, so it refuses it, and so do we. */
static enum ts_status
take_value(struct reading *r, bool seconds, int64_t *out)
{
	const char *start = r->at;
	enum ts_status status = take_number(r, out);

	if (status != TS_OK || !seconds)
		return status;
	*out *= TS_RULE_SECOND;
	if (r->at[0] == '.' && r->at[1] != '.') {
		r->at++;
		status = take_fraction(r, out);
	}
	if (status == TS_OK && *out > INT32_MAX)
		return expected(r, start, "more than 2147.483647 seconds");
	return status;
}

static enum ts_status
take_part(struct reading *r, bool seconds, struct ts_rule_part *part)
{
	const char *start = r->at;

	part->place = (size_t)(start - r->text);
	part->stop = -1;
	part->step = 0;
	if (take_value(r, seconds, &part->start) != TS_OK)
		return r->err->status;
	if (r->at[0] == '.' && r->at[1] == '.') {
		r->at += 2;
		part->step = seconds ? TS_RULE_SECOND : 1;
		if (take_value(r, seconds, &part->stop) != TS_OK)
			return r->err->status;
	}
	if (*r->at != '/') {
		/* the step of seconds is a whole one: is there room for it? */
		if (seconds && part->stop >= 0 &&
		    part->start + part->step > part->stop)
			return expected(r, start,
					"a range of less than a second needs "
					"a step, as in 1..1.5/0.1");
		return TS_OK;
	}
	start = ++r->at;
	if (take_value(r, seconds, &part->step) != TS_OK)
		return r->err->status;
	if (part->step == 0)
		return expected(r, start, "a step of nothing never ends");
	return TS_OK;
}

static struct ts_rule_part *
new_part(struct reading *r, struct ts_rule_list *list)
{
	if (list->count == 0)
		list->parts = r->rule->room + r->used;
	list->count++;
	return r->rule->room + r->used++;
}

static enum ts_status
take_list(struct reading *r, bool seconds, struct ts_rule_list *list)
{
	list->count = 0;
	list->parts = NULL;
	if (*r->at == '*') {
		r->at++;
		/* every second, not every microsecond */
		if (seconds)
			*new_part(r, list) =
				(struct ts_rule_part){ .stop = -1,
						       .step = TS_RULE_SECOND };
		return TS_OK;
	}
	for (;;) {
		if (list->count == PARTS_MAX)
			return expected(r, r->at, "too long a list");
		if (take_part(r, seconds, new_part(r, list)) != TS_OK)
			return r->err->status;
		if (*r->at != ',')
			return TS_OK;
		r->at++;
	}
}

/* ---- weekdays ---- */

static const char *const weekdays[7] = { "Monday",   "Tuesday", "Wednesday",
					 "Thursday", "Friday",  "Saturday",
					 "Sunday" };

/* Which day begins here, long or by its first three letters? -1: none. */
static int
take_weekday(struct reading *r)
{
	int i;

	for (i = 0; i < 7; i++) {
		size_t length = strlen(weekdays[i]);

		if (strncasecmp(r->at, weekdays[i], length) != 0)
			length = 3;
		if (strncasecmp(r->at, weekdays[i], length) != 0)
			continue;
		r->at += length;
		return i;
	}
	return -1;
}

/* ".." or, as old rules have it, "-" */
static bool
take_range(struct reading *r)
{
	size_t length = *r->at == '-'                        ? 1
			: r->at[0] == '.' && r->at[1] == '.' ? 2
							     : 0;

	r->at += length;
	return length > 0;
}

static enum ts_status
take_days_until(struct reading *r, int first)
{
	const char *start = r->at;
	int last = take_weekday(r);

	if (last < 0)
		return expected(r, start, "expected a weekday");
	if (last < first)
		return expected(r, start,
				"a range of weekdays goes forward from Monday "
				"to Sunday; write Sat,Sun,Mon");
	for (; first <= last; first++)
		r->rule->weekdays |= 1U << first;
	return TS_OK;
}

static enum ts_status
take_weekdays(struct reading *r)
{
	bool more = false;

	for (;;) {
		const char *start = r->at;
		int day = take_weekday(r);

		/* a comma may stand at the end: "Wed, 17:48" */
		if (day < 0 && more && (*start == '\0' || *start == ' '))
			break;
		if (day < 0 && more)
			return expected(r, start, "expected a weekday");
		if (day < 0)
			return TS_OK;
		r->rule->weekdays |= 1U << day;
		if (take_range(r) && take_days_until(r, day) != TS_OK)
			return r->err->status;
		more = *r->at == ',';
		if (!more)
			break;
		r->at++;
	}
	if (*r->at != '\0' && *r->at != ' ')
		return expected(r, r->at,
				"expected a comma, \"..\" or a blank behind "
				"a weekday");
	r->at += strspn(r->at, " ");
	return TS_OK;
}

/* ---- date and time ---- */

static void
only(struct reading *r, enum ts_rule_field field, int64_t value)
{
	struct ts_rule_list *list = &r->rule->fields[field];

	list->count = 0;
	*new_part(r, list) =
		(struct ts_rule_part){ .start = value, .stop = -1 };
}

/* "@1700000000": one second, in UTC whatever the zone. */
static enum ts_status
take_epoch(struct reading *r)
{
	const char *start = r->at++;
	int64_t second = 0;
	struct ts_period day;
	int of_day;

	if (ts_digit(*r->at) > 9)
		return expected(r, r->at, "expected seconds since 1970");
	for (; ts_digit(*r->at) <= 9; r->at++) {
		second = second * 10 + ts_digit(*r->at);
		if (second / 86400 > INT32_MAX)
			return expected(r, start, "a number far too large");
	}
	if (*r->at != '\0')
		return expected(r, r->at, "expected nothing behind @seconds");
	day = ts_period_of_day(TS_DAY, (int32_t)(second / 86400));
	of_day = (int)(second % 86400);
	/* beyond the last period: a year that ts_rule_settle refuses */
	only(r, TS_RULE_YEAR, day.span == TS_DAY ? day.year : INT32_MAX);
	only(r, TS_RULE_MONTH_OF, day.nth);
	only(r, TS_RULE_DAY_OF, day.day);
	only(r, TS_RULE_HOUR, of_day / 3600);
	only(r, TS_RULE_MINUTE, of_day / 60 % 60);
	only(r, TS_RULE_US, of_day % 60 * TS_RULE_SECOND);
	return TS_OK;
}

/* Month and day, behind a year or not. A time is left alone. */
static enum ts_status
take_date(struct reading *r)
{
	struct ts_rule_list *fields = r->rule->fields;
	struct ts_rule_list lists[3] = { { NULL, 0 } };
	const char *start = r->at;
	size_t used = r->used, i;

	for (i = 0;; i++) {
		if (take_list(r, false, &lists[i]) != TS_OK)
			return r->err->status;
		if (i == 0 && (*r->at == ':' || *r->at == '\0')) {
			r->at = start;
			r->used = used;
			return TS_OK;
		}
		if (i > 0 && (*r->at == '\0' || *r->at == ' '))
			break;
		if (i == 2 || r->rule->from_end ||
		    (*r->at != '-' && *r->at != '~'))
			return expected(r, r->at,
					i == 0 ? "expected \"-\", \"~\" or "
						 "\":\""
					: i == 1 && !r->rule->from_end
						? "expected \"-\", \"~\" or "
						  "the end of the date"
						: "expected the end of the "
						  "date");
		r->rule->from_end = *r->at++ == '~';
	}
	if (i == 2)
		fields[TS_RULE_YEAR] = lists[0];
	fields[TS_RULE_MONTH_OF] = lists[i - 1];
	fields[TS_RULE_DAY_OF] = lists[i];
	r->at += strspn(r->at, " ");
	return TS_OK;
}

static enum ts_status
take_time(struct reading *r)
{
	struct ts_rule_list *fields = r->rule->fields;

	only(r, TS_RULE_US, 0);
	if (*r->at == '\0') {
		only(r, TS_RULE_HOUR, 0);
		only(r, TS_RULE_MINUTE, 0);
		return TS_OK;
	}
	if (take_list(r, false, &fields[TS_RULE_HOUR]) != TS_OK)
		return r->err->status;
	if (*r->at != ':')
		return expected(r, r->at, "expected \":\" and minutes");
	r->at++;
	if (take_list(r, false, &fields[TS_RULE_MINUTE]) != TS_OK)
		return r->err->status;
	if (*r->at == ':') {
		r->at++;
		if (take_list(r, true, &fields[TS_RULE_US]) != TS_OK)
			return r->err->status;
	}
	if (*r->at != '\0')
		return expected(r, r->at, "expected the end of the time");
	return TS_OK;
}

/* ---- the whole ---- */

static const struct {
	const char *word, *rule;
} shorthands[] = {
	{ "minutely", "*-*-* *:*:00" },
	{ "hourly", "*-*-* *:00:00" },
	{ "daily", "*-*-* 00:00:00" },
	{ "weekly", "Mon *-*-* 00:00:00" },
	{ "monthly", "*-*-01 00:00:00" },
	{ "quarterly", "*-01,04,07,10-01 00:00:00" },
	{ "semiannually", "*-01,07-01 00:00:00" },
	{ "semi-annually", "*-01,07-01 00:00:00" },
	{ "biannually", "*-01,07-01 00:00:00" },
	{ "bi-annually", "*-01,07-01 00:00:00" },
	{ "yearly", "*-01-01 00:00:00" },
	{ "annually", "*-01-01 00:00:00" },
	{ "anually", "*-01-01 00:00:00" }, /* systemd forgives it, too */
};

static const char *
spelled_out(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof shorthands / sizeof shorthands[0]; i++)
		if (strcasecmp(text, shorthands[i].word) == 0)
			return shorthands[i].rule;
	return text;
}

enum ts_status
ts_rule_parse(struct ts_calendar *rule, const char *text, struct ts_err *err)
{
	struct reading r = { .rule = rule, .text = text, .err = err };

	if (*text == '\0')
		return ts_fail(err, TS_BAD_CONFIG, "a rule without a text");
	r.text = r.at = spelled_out(text);
	if (take_weekdays(&r) != TS_OK)
		return err->status;
	if (rule->weekdays == 0)
		rule->weekdays = TS_RULE_ALL_DAYS;
	if (r.at == r.text && ts_digit(*r.at) > 9 && *r.at != '*' &&
	    *r.at != '@')
		return expected(&r, r.at,
				"expected a weekday, a date, a time or a word "
				"such as \"daily\"");
	if (*r.at == '@') {
		if (take_epoch(&r) != TS_OK)
			return err->status;
	} else if ((*r.at != '\0' && take_date(&r) != TS_OK) ||
		   take_time(&r) != TS_OK) {
		return err->status;
	}
	return ts_rule_settle(rule, r.text, err);
}
