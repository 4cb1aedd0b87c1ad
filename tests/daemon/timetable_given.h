/* SPDX-License-Identifier: Apache-2.0 */
/* timetable_given.h - reports and moments for the tests of timetables. */
#ifndef TESTS_DAEMON_TIMETABLE_GIVEN_H
#define TESTS_DAEMON_TIMETABLE_GIVEN_H

#include "tests/support/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/clock.h>
#include "daemon/common/timetable.h"

#define MINUTE INT64_C(60000000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define LISTS_MOST 4

/* What a test says of a report; NULL and 0: the preset. */
struct given {
	const char *rule, *workday, *lists[LISTS_MOST];
	const char *not_before, *until, *misfire;
	int64_t spread_s, max_age_s;
	const char *usual_zone, *machine, *id, *folder;
};

static char given_heard[8192];
static struct ts_err given_err;

static inline void
given_hear(void *ctx, const char *text)
{
	size_t used = strlen(given_heard);

	(void)ctx;
	snprintf(given_heard + used, sizeof given_heard - used, "%s\n", text);
}

static inline const char *
given_or(const char *text, const char *preset)
{
	return text != NULL ? text : preset;
}

static inline enum ts_status
compile_given(const struct given *given, struct ts_timetable **out)
{
	struct ts_conf conf = {
		.holidays_dir = given_or(given->folder, "config/holidays"),
		.timezone = given_or(given->usual_zone, "UTC"),
	};
	struct ts_conf_report report = {
		.id = given_or(given->id, "kazakhstan-italy"),
		.file = "r.conf",
		.line = 7,
		.schedule = { .timetable = given->rule,
			      .workday = given_or(given->workday, "any"),
			      .holidays = given->lists,
			      .not_before = given_or(given->not_before, ""),
			      .until = given_or(given->until, ""),
			      .spread_s = given->spread_s,
			      .misfire = given_or(given->misfire, "once"),
			      .max_age_s = given->max_age_s != 0
						   ? given->max_age_s
						   : 7 * 86400 },
	};

	given_heard[0] = '\0';
	return ts_timetable_new(&conf, &report,
				given_or(given->machine, "host-1"), given_hear,
				NULL, out, &given_err);
}

static inline struct ts_timetable *
timetable_of(const struct given *given)
{
	struct ts_timetable *out = NULL;

	if (compile_given(given, &out) != TS_OK)
		fail_msg("%s: %s %s", given->rule, given_err.text, given_heard);
	assert_non_null(out);
	return out;
}

static inline int64_t
at(const char *text)
{
	int64_t us = 0;

	if (ts_time_parse(text, &us, &given_err) != TS_OK)
		fail_msg("%s: %s", text, given_err.text);
	return us;
}

#endif
