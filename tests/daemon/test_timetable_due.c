/* SPDX-License-Identifier: Apache-2.0 */
/* Missed runs, by policy. */
#include "tests/daemon/timetable_given.h"

#define ROOM 8
#define GRACE (10 * MINUTE)

static const struct {
	const char *name;
	struct given given;
	const char *after, *now;
	const char *due[ROOM + 1];
	size_t dropped;
	const char *oldest;
} rows[] = {
	{ "nothing yet",
	  { .rule = "hourly" },
	  "2026-11-23T10:00:00Z",
	  "2026-11-23T10:59:59Z",
	  { NULL },
	  0,
	  NULL },
	{ "what starts now is due, what started at the last moment is not",
	  { .rule = "hourly" },
	  "2026-11-23T10:00:00Z",
	  "2026-11-23T11:00:00Z",
	  { "2026-11-23T11:00:00Z" },
	  0,
	  NULL },
	{ "the clock went back",
	  { .rule = "hourly" },
	  "2026-11-23T10:00:00Z",
	  "2026-11-23T08:00:00Z",
	  { NULL },
	  0,
	  NULL },
	{ "once: the newest of a night",
	  { .rule = "hourly" },
	  "2026-11-23T00:00:00Z",
	  "2026-11-23T08:30:00Z",
	  { "2026-11-23T08:00:00Z" },
	  7,
	  "2026-11-23T01:00:00Z" },
	{ "once: too old",
	  { .rule = "Mon *-*-* 07:30 UTC", .max_age_s = 86400 },
	  "2026-11-21T00:00:00Z",
	  "2026-11-24T07:30:01Z",
	  { NULL },
	  1,
	  "2026-11-23T07:30:00Z" },
	{ "once: just not too old",
	  { .rule = "Mon *-*-* 07:30 UTC", .max_age_s = 86400 },
	  "2026-11-21T00:00:00Z",
	  "2026-11-24T07:30:00Z",
	  { "2026-11-23T07:30:00Z" },
	  0,
	  NULL },
	{ "once: within grace nothing is too old",
	  { .rule = "hourly", .max_age_s = 60 },
	  "2026-11-23T10:00:00Z",
	  "2026-11-23T11:10:00Z",
	  { "2026-11-23T11:00:00Z" },
	  0,
	  NULL },
	{ "all: oldest first",
	  { .rule = "hourly", .misfire = "all" },
	  "2026-11-23T05:00:00Z",
	  "2026-11-23T08:30:00Z",
	  { "2026-11-23T06:00:00Z", "2026-11-23T07:00:00Z",
	    "2026-11-23T08:00:00Z" },
	  0,
	  NULL },
	{ "all: but those too old",
	  { .rule = "daily UTC", .misfire = "all", .max_age_s = 172800 },
	  "2026-11-10T12:00:00Z",
	  "2026-11-20T00:00:00Z",
	  { "2026-11-18T00:00:00Z", "2026-11-19T00:00:00Z",
	    "2026-11-20T00:00:00Z" },
	  7,
	  "2026-11-11T00:00:00Z" },
	{ "all: never more than there is room for",
	  { .rule = "hourly", .misfire = "all" },
	  "2026-11-23T00:00:00Z",
	  "2026-11-23T20:00:00Z",
	  { "2026-11-23T01:00:00Z", "2026-11-23T02:00:00Z",
	    "2026-11-23T03:00:00Z", "2026-11-23T04:00:00Z",
	    "2026-11-23T05:00:00Z", "2026-11-23T06:00:00Z",
	    "2026-11-23T07:00:00Z", "2026-11-23T08:00:00Z" },
	  0,
	  NULL },
	{ "skip: what is late is not made up",
	  { .rule = "hourly", .misfire = "skip" },
	  "2026-11-23T05:00:00Z",
	  "2026-11-23T08:30:00Z",
	  { NULL },
	  3,
	  "2026-11-23T06:00:00Z" },
	{ "skip: what is a little late is not missed",
	  { .rule = "hourly", .misfire = "skip" },
	  "2026-11-23T05:00:00Z",
	  "2026-11-23T08:10:00Z",
	  { "2026-11-23T08:00:00Z" },
	  2,
	  "2026-11-23T06:00:00Z" },
	{ "a year of minutes",
	  { .rule = "minutely UTC" },
	  "2025-11-23T00:00:00Z",
	  "2026-11-23T00:00:30Z",
	  { "2026-11-23T00:00:00Z" },
	  TS_DUE_COUNTED,
	  "2025-11-23T00:01:00Z" },
	{ "a year of seconds, of working days",
	  { .rule = "*-*-* *:*:* Europe/Rome",
	    .workday = "+1",
	    .lists = { "italy" } },
	  "2025-11-23T00:00:00Z",
	  "2026-11-23T00:00:30Z",
	  { "2026-11-23T00:00:30Z" },
	  TS_DUE_COUNTED,
	  "2025-11-23T23:00:00Z" },
	{ "a moved slot is missed from where it was moved to",
	  { .rule = "Sat *-*-* 10:00 UTC",
	    .workday = "next",
	    .misfire = "skip" },
	  "2026-11-20T12:00:00Z",
	  "2026-11-23T10:05:00Z",
	  { "2026-11-23T10:00:00Z" },
	  0,
	  NULL },
	{ "after the last day nothing is due",
	  { .rule = "hourly", .misfire = "all", .until = "2026-11-22" },
	  "2026-11-22T22:00:00Z",
	  "2026-11-23T10:00:00Z",
	  { "2026-11-22T23:00:00Z" },
	  0,
	  NULL },
};

static void
missed_runs_are_made_up_by_policy(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ts_timetable *timetable = timetable_of(&rows[i].given);
		struct ts_slot due[ROOM], oldest = { 0 };
		char text[TS_TIME_TEXT];
		size_t dropped = 99, count, n;

		count = ts_timetable_due(timetable, at(rows[i].after),
					 at(rows[i].now), GRACE, due, ROOM,
					 &dropped, &oldest);
		for (n = 0; n < count; n++) {
			ts_time_print(due[n].slot_us, text);
			if (rows[i].due[n] == NULL ||
			    strcmp(rows[i].due[n], text) != 0)
				fail_msg("%s: %s", rows[i].name, text);
		}
		if (rows[i].due[n] != NULL)
			fail_msg("%s: no %s", rows[i].name, rows[i].due[n]);
		if (dropped != rows[i].dropped)
			fail_msg("%s: %zu dropped", rows[i].name, dropped);
		if (dropped > 0)
			assert_string_equal(ts_time_print(oldest.slot_us, text),
					    rows[i].oldest);
		ts_timetable_free(timetable);
	}
}

/* What a supervisor does with more than it has room for. */
static void
asking_again_behind_the_last_loses_nothing(void **state)
{
	const struct given given = { .rule = "hourly",
				     .misfire = "all",
				     .spread_s = 1800,
				     .max_age_s = 60 * 86400 };
	struct ts_timetable *timetable = timetable_of(&given);
	int64_t cursor = at("2026-10-01"), now = at("2026-11-01");
	int64_t expected = cursor;
	struct ts_slot due[3], oldest;
	size_t count, dropped, total = 0;

	(void)state;
	while ((count = ts_timetable_due(timetable, cursor, now, GRACE, due, 3,
					 &dropped, &oldest)) > 0) {
		assert_int_equal(dropped, 0);
		for (size_t i = 0; i < count; i++, expected += HOUR)
			assert_true(due[i].slot_us == expected);
		cursor = due[count - 1].start_us;
		total += count;
	}
	assert_int_equal(total, 31 * 24);
	ts_timetable_free(timetable);
}

static void
spread_counts_for_being_late(void **state)
{
	const struct given given = { .rule = "hourly",
				     .misfire = "skip",
				     .spread_s = 3600 };
	struct ts_timetable *timetable = timetable_of(&given);
	struct ts_slot slot, due, oldest;
	size_t dropped;

	(void)state;
	assert_true(ts_timetable_next(timetable, at("2026-11-01"), &slot));
	assert_int_equal(ts_timetable_due(timetable, slot.start_us - 1,
					  slot.start_us + GRACE, GRACE, &due, 1,
					  &dropped, &oldest),
			 1);
	assert_true(due.start_us == slot.start_us);
	assert_int_equal(ts_timetable_due(timetable, slot.start_us - 1,
					  slot.start_us + GRACE + 1, GRACE,
					  &due, 1, &dropped, &oldest),
			 0);
	assert_int_equal(dropped, 1);
	assert_true(oldest.slot_us == slot.slot_us);
	ts_timetable_free(timetable);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missed_runs_are_made_up_by_policy),
		cmocka_unit_test(asking_again_behind_the_last_loses_nothing),
		cmocka_unit_test(spread_counts_for_being_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
