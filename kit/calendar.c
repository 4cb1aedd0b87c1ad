/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/calendar_rule.h"

#include <stdlib.h>
#include <string.h>

/* ---- values that are none ---- */

static const struct limits {
	int64_t low, high;
	const char *what;
} limits[TS_RULE_FIELDS] = {
	[TS_RULE_YEAR] = { TS_RULE_YEAR_FIRST, TS_RULE_YEAR_LAST,
			   "years are 1970 to 2199, or 00 to 99 for short" },
	[TS_RULE_MONTH_OF] = { 1, 12, "months are 1 to 12" },
	[TS_RULE_DAY_OF] = { 1, 31, "days are 1 to 31" },
	[TS_RULE_HOUR] = { 0, 23, "hours are 0 to 23" },
	[TS_RULE_MINUTE] = { 0, 59, "minutes are 0 to 59" },
	[TS_RULE_US] = { 0, 60 * TS_RULE_SECOND - 1,
			 "seconds are 0 to 59.999999" },
};

/* "26" is 2026 and "70" is 1970. */
static int64_t
full_year(int64_t year)
{
	if (year < 0 || year >= 100)
		return year;
	return year + (year < 70 ? 2000 : 1900);
}

/* A range ends with a multiple of its step; one of a single value is none. */
static void
trim(struct ts_rule_part *part)
{
	if (part->stop > part->start && part->step > 0)
		part->stop -= (part->stop - part->start) % part->step;
	if (part->start == part->stop) {
		part->step = 0;
		part->stop = -1;
	}
}

/*
 * From the end of the month the first part of a list ends at 28, which every
 * month has; systemd takes off three days for each further one, and what it
 * refuses is refused here, so that a rule can move between the two.
 */
static enum ts_status
check_part(const struct ts_rule_part *part, enum ts_rule_field field,
	   int64_t less, const char *text, struct ts_err *err)
{
	int64_t low = limits[field].low, high = limits[field].high - less;
	const char *what = limits[field].what;
	bool from_end = less > 0;

	if (from_end)
		what = "from the end of the month days are 1 to 28, and three "
		       "less for each further part of a list";
	if (part->start < low || part->start > high || part->stop > high ||
	    (part->stop >= 0 && part->stop < low))
		return ts_rule_complain(text, part->place, what, err);
	if (part->stop >= 0 && part->start + part->step > part->stop)
		return ts_rule_complain(text, part->place,
					"a range goes forward", err);
	if (part->step > high - low ||
	    (part->stop < 0 && (from_end ? part->start - part->step < low
					 : part->start + part->step > high)))
		return ts_rule_complain(text, part->place,
					"a step that leads nowhere", err);
	return TS_OK;
}

static int
by_value(const void *a, const void *b)
{
	const struct ts_rule_part *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->stop != y->stop)
		return x->stop < y->stop ? -1 : 1;
	return x->step < y->step ? -1 : x->step > y->step;
}

static void
sort(struct ts_rule_list *list)
{
	size_t i, kept = 1;

	if (list->count < 2)
		return;
	qsort(list->parts, list->count, sizeof *list->parts, by_value);
	for (i = 1; i < list->count; i++)
		if (by_value(&list->parts[kept - 1], &list->parts[i]) != 0)
			list->parts[kept++] = list->parts[i];
	list->count = kept;
}

enum ts_status
ts_rule_settle(struct ts_calendar *rule, const char *text, struct ts_err *err)
{
	int field;
	size_t i;

	if (rule->fields[TS_RULE_DAY_OF].count == 0)
		rule->from_end = false;
	for (field = 0; field < TS_RULE_FIELDS; field++) {
		struct ts_rule_list *list = &rule->fields[field];
		bool from_end = rule->from_end && field == TS_RULE_DAY_OF;

		for (i = 0; i < list->count; i++) {
			struct ts_rule_part *part = &list->parts[i];

			if (field == TS_RULE_YEAR) {
				part->start = full_year(part->start);
				part->stop = full_year(part->stop);
			}
			trim(part);
		}
		sort(list);
		for (i = 0; i < list->count; i++)
			if (check_part(&list->parts[i],
				       (enum ts_rule_field)field,
				       from_end ? 3 * ((int64_t)i + 1) : 0,
				       text, err) != TS_OK)
				return err->status;
	}
	return TS_OK;
}

/* ---- zone ---- */

/*
 * Behind a blank nothing but a zone begins with a letter. Returns the length
 * of the rule in front of it.
 */
static enum ts_status
split_zone(struct ts_calendar *rule, const char *text, size_t *length,
	   struct ts_err *err)
{
	const char *blank = strrchr(text, ' ');
	const char *word = blank != NULL ? blank + 1 : "";

	*length = strlen(text);
	if ((*word < 'A' || *word > 'Z') && (*word < 'a' || *word > 'z'))
		return TS_OK;
	*length = (size_t)(blank - text);
	rule->suffix = strdup(strcasecmp(word, "UTC") == 0 ? "UTC" : word);
	if (rule->suffix == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	return TS_OK;
}

static const char *
zone_name(const struct ts_calendar *rule)
{
	return rule->suffix != NULL ? rule->suffix : rule->usual;
}

/* "@1700000000" counts in UTC, whatever zone stands there or is usual. */
static enum ts_status
be_utc(struct ts_calendar *rule, struct ts_err *err)
{
	ts_zone_free(rule->zone);
	rule->zone = NULL;
	free(rule->suffix);
	rule->suffix = strdup("UTC");
	if (rule->suffix == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	return ts_zone_open(rule->suffix, &rule->zone, err);
}

/* ---- life ---- */

static enum ts_status
fill(struct ts_calendar *rule, const char *text, const char *usual_zone,
     struct ts_err *err)
{
	char bare[TS_RULE_BYTES];
	size_t length;

	if (strlen(text) >= TS_RULE_BYTES)
		return ts_fail(err, TS_BAD_CONFIG,
			       "a rule of time has less than %d characters",
			       TS_RULE_BYTES);
	if (split_zone(rule, text, &length, err) != TS_OK)
		return err->status;
	memcpy(bare, text, length);
	bare[length] = '\0';
	/* a part has a character and a comma; '*' and times left out */
	rule->room =
		calloc(length / 2 + 2 * TS_RULE_FIELDS, sizeof *rule->room);
	rule->usual = strdup(usual_zone != NULL ? usual_zone : "");
	if (rule->room == NULL || rule->usual == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (ts_rule_parse(rule, bare, err) != TS_OK)
		return err->status;
	if (ts_zone_open(zone_name(rule), &rule->zone, err) != TS_OK)
		return rule->suffix != NULL ? ts_while(err, "\"%s\"", text)
					    : err->status;
	if (strchr(bare, '@') != NULL && be_utc(rule, err) != TS_OK)
		return err->status;
	ts_rule_compile(rule);
	return TS_OK;
}

enum ts_status
ts_calendar_parse(const char *text, const char *usual_zone,
		  struct ts_calendar **out, struct ts_err *err)
{
	struct ts_calendar *rule = calloc(1, sizeof *rule);
	struct ts_err local;

	*out = NULL;
	if (err == NULL)
		err = &local;
	if (rule == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (fill(rule, text, usual_zone, err) != TS_OK) {
		ts_calendar_free(rule);
		return err->status;
	}
	*out = rule;
	return TS_OK;
}

void
ts_calendar_free(struct ts_calendar *calendar)
{
	if (calendar == NULL)
		return;
	free(calendar->room);
	free(calendar->suffix);
	free(calendar->usual);
	ts_zone_free(calendar->zone);
	free(calendar);
}

const struct ts_zone *
ts_calendar_zone(const struct ts_calendar *rule)
{
	return rule->zone;
}

enum ts_status
ts_calendar_refresh(struct ts_calendar *calendar, bool *changed,
		    struct ts_err *err)
{
	struct ts_zone *zone;
	enum ts_status status;

	*changed = false;
	if (!ts_zone_is_stale(calendar->zone))
		return TS_OK;
	status = ts_zone_open(zone_name(calendar), &zone, err);
	if (status != TS_OK)
		return status;
	ts_zone_free(calendar->zone);
	calendar->zone = zone;
	*changed = true;
	return TS_OK;
}
