/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calendar_rule.h - a calendar rule taken apart, shared by calendar_parse.c
 * (text in), calendar_print.c (text out) and calendar_next.c (when).
 */
#ifndef KIT_CALENDAR_RULE_H
#define KIT_CALENDAR_RULE_H

#include <stddef.h>
#include <tradestat/calendar.h>

#define TS_RULE_BYTES 1000 /* a longer text is no rule */
/* What OnCalendar= takes, whole: both ends are years of the rule. */
#define TS_RULE_YEAR_FIRST 1970
#define TS_RULE_YEAR_LAST 2199
#define TS_RULE_YEARS (TS_RULE_YEAR_LAST - TS_RULE_YEAR_FIRST + 1)
#define TS_RULE_SECOND INT64_C(1000000) /* seconds count in microseconds */
#define TS_RULE_ALL_DAYS 0x7fU

enum ts_rule_field {
	TS_RULE_YEAR,
	TS_RULE_MONTH_OF,
	TS_RULE_DAY_OF,
	TS_RULE_HOUR,
	TS_RULE_MINUTE,
	TS_RULE_US,
};
#define TS_RULE_FIELDS 6

/* "start", "start..stop", "start/step" or "start..stop/step" */
struct ts_rule_part {
	int64_t start, stop, step; /* stop -1, step 0: there is none */
	size_t place;              /* in the text, for a complaint */
};

/* A list of parts; without any it is "*". */
struct ts_rule_list {
	struct ts_rule_part *parts;
	size_t count;
};

struct ts_calendar {
	unsigned weekdays; /* bit 0 is Monday; never 0 */
	struct ts_rule_list fields[TS_RULE_FIELDS];
	bool from_end; /* "~": days count from the end of the month */
	struct ts_rule_part *room;

	char *suffix; /* zone of the rule itself, NULL: none */
	char *usual;
	struct ts_zone *zone;

	/* the same as sets, for the search */
	uint64_t years[(TS_RULE_YEARS + 63) / 64];
	unsigned months;
	uint32_t days[4]; /* in a month of 28, 29, 30, 31 days */
	uint32_t hours;
	uint64_t minutes;
};

/* text: without its zone. */
enum ts_status ts_rule_parse(struct ts_calendar *rule, const char *text,
			     struct ts_err *err) TS_MUST_USE;
/* Sorts and merges; refuses what no calendar has. */
enum ts_status ts_rule_settle(struct ts_calendar *rule, const char *text,
			      struct ts_err *err) TS_MUST_USE;
/* Fills the sets. */
void ts_rule_compile(struct ts_calendar *rule);
/* "\"Mon 7\", character 6: expected ..." */
enum ts_status ts_rule_complain(const char *text, size_t place,
				const char *what,
				struct ts_err *err) TS_MUST_USE;

#endif
