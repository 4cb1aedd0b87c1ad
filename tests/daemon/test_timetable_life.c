/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Twenty years of a daemon that sleeps to the next slot, is switched off now
 * and then, and whose clock is put forward and back: each hour, day, week and
 * month of the wall gets its run once (F12, I15). What is expected is counted
 * from the zone alone, without a calendar rule.
 */
#include "tests/daemon/timetable_given.h"

#include <tradestat/num.h>
#include "config/holidays.h"

#define BEGIN "2020-01-01T00:00:00Z"
#define END "2040-01-01T00:00:00Z"
#define ROOM 16
#define GRACE (10 * MINUTE)

static const char *const zones[] = {
	"Europe/Rome",         "Asia/Almaty",       "America/New_York",
	"Australia/Lord_Howe", "Africa/Casablanca", "UTC",
};

enum unit { HOURLY, DAILY, WEEKLY, MONTHLY };

static const struct {
	enum unit unit;
	const char *rule; /* without the zone */
	int64_t of_day;
} rules[] = {
	{ HOURLY, "hourly", 0 },
	{ DAILY, "*-*-* 02:30", 2 * HOUR + 30 * MINUTE },
	{ WEEKLY, "weekly", 0 },
	{ MONTHLY, "*-*~01", 0 },
};

/* ---- chance, the same in each run ---- */

static uint64_t
chance(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static int64_t
within(uint64_t *seed, int64_t most)
{
	return (int64_t)(chance(seed) % (uint64_t)(most + 1));
}

/* ---- what the wall of a zone shows ---- */

struct moments {
	int64_t *us;
	size_t count, room;
};

static void
add(struct moments *list, int64_t us)
{
	if (list->count == list->room) {
		list->room = list->room == 0 ? 4096 : 2 * list->room;
		list->us = realloc(list->us, list->room * sizeof *list->us);
		assert_non_null(list->us);
	}
	list->us[list->count++] = us;
}

static bool
has_slot(enum unit unit, int64_t day)
{
	char today[TS_TIME_TEXT], tomorrow[TS_TIME_TEXT];

	switch (unit) {
	case HOURLY:
	case DAILY:
		return true;
	case WEEKLY:
		return (day + 3) % 7 == 0;
	case MONTHLY:
		ts_time_print(day * DAY, today);
		ts_time_print((day + 1) * DAY, tomorrow);
		return strncmp(today, tomorrow, 7) != 0;
	}
	return false;
}

/* A time in a gap is the first moment behind it: two may become one. */
static void
add_wall(struct moments *list, const struct ts_zone *zone, int64_t local_us)
{
	int64_t second;

	(void)ts_zone_utc(zone, local_us / 1000000, &second);
	second *= 1000000;
	if (second >= at(BEGIN) && second < at(END) &&
	    (list->count == 0 || second > list->us[list->count - 1]))
		add(list, second);
}

static void
expect(struct moments *list, const struct ts_zone *zone, size_t rule)
{
	int64_t last = at(END) / DAY + 1;

	for (int64_t day = at(BEGIN) / DAY - 1; day <= last; day++) {
		int64_t from = day * DAY + rules[rule].of_day;

		if (!has_slot(rules[rule].unit, day))
			continue;
		for (int n = 0; n < (rules[rule].unit == HOURLY ? 24 : 1); n++)
			add_wall(list, zone, from + n * HOUR);
	}
}

/* ---- the daemon ---- */

struct life {
	const struct ts_timetable *timetable;
	int64_t cursor, now;
	uint64_t seed;
	bool goes_back; /* the cursor with the clock; the slot is a name then */
	struct moments ran;
	size_t dropped;
};

/* "There is one of that name already." */
static bool
has_run(const struct moments *ran, int64_t us)
{
	for (size_t i = ran->count; i > 0 && ran->us[i - 1] >= us; i--)
		if (ran->us[i - 1] == us)
			return true;
	return false;
}

/* On waking up: all that is due, as often as there is more. */
static void
follow(struct life *life)
{
	struct ts_slot due[ROOM], oldest;
	size_t count, dropped;

	if (life->goes_back && life->now < life->cursor)
		life->cursor = life->now;
	do {
		count = ts_timetable_due(life->timetable, life->cursor,
					 life->now, GRACE, due, ROOM, &dropped,
					 &oldest);
		for (size_t i = 0; i < count; i++)
			if (!life->goes_back ||
			    !has_run(&life->ran, due[i].slot_us))
				add(&life->ran, due[i].slot_us);
		life->dropped += dropped;
		if (count == ROOM)
			life->cursor = due[count - 1].start_us;
	} while (count == ROOM);
	/* what was followed once is over, whatever the clock says later */
	if (life->now > life->cursor)
		life->cursor = life->now;
}

static void
live(struct life *life)
{
	int64_t end = at(END);
	struct ts_slot slot;

	while (life->now < end) {
		int64_t from =
			life->cursor > life->now ? life->cursor : life->now;
		uint64_t event = chance(&life->seed) % 100;

		assert_true(ts_timetable_next(life->timetable, from, &slot));
		if (event < 2) /* switched off */
			life->now += within(&life->seed, 20 * DAY);
		else if (event < 4) /* a clock that was put forward */
			life->now += within(&life->seed, 3 * HOUR);
		else if (event < 6) /* and back */
			life->now -= within(&life->seed, 5 * HOUR);
		else if (event < 10) /* something else woke us */
			life->now +=
				within(&life->seed, slot.start_us - life->now);
		else
			life->now = slot.start_us + within(&life->seed, 2);
		if (life->now >= end)
			life->now = end - 1;
		follow(life);
		if (life->now == end - 1)
			break;
	}
}

static void
assert_lived(const char *name, const struct life *life,
	     const struct moments *expected, bool all)
{
	size_t at_expected = 0;

	for (size_t i = 0; i < life->ran.count; i++) {
		char text[TS_TIME_TEXT];

		while (at_expected < expected->count &&
		       expected->us[at_expected] < life->ran.us[i] && !all)
			at_expected++;
		if (at_expected == expected->count ||
		    expected->us[at_expected] != life->ran.us[i])
			fail_msg("%s: run %zu at %s", name, i,
				 ts_time_print(life->ran.us[i], text));
		at_expected++;
	}
	if (life->ran.count + life->dropped != expected->count)
		fail_msg("%s: %zu runs and %zu left out of %zu", name,
			 life->ran.count, life->dropped, expected->count);
	if (all)
		assert_int_equal(life->dropped, 0);
	else
		assert_true(life->dropped > 0);
}

static void
live_through(size_t zone, size_t rule, const char *misfire, bool goes_back)
{
	char name[96];
	const struct given given = { .rule = name,
				     .misfire = misfire,
				     .max_age_s = 100 * 86400 };
	struct ts_timetable *timetable;
	struct moments expected = { 0 };
	struct life life = { .cursor = at(BEGIN) - 1,
			     .now = at(BEGIN),
			     .goes_back = goes_back };

	snprintf(name, sizeof name, "%s %s", rules[rule].rule, zones[zone]);
	timetable = timetable_of(&given);
	expect(&expected, ts_timetable_zone(timetable), rule);
	life.timetable = timetable;
	life.seed = 0x9e3779b97f4a7c15u + zone * 1000003 + rule * 101;
	follow(&life);
	live(&life);
	assert_lived(name, &life, &expected, strcmp(misfire, "all") == 0);
	free(life.ran.us);
	free(expected.us);
	ts_timetable_free(timetable);
}

static void
every_unit_of_twenty_years_runs_once(void **state)
{
	(void)state;
	for (size_t zone = 0; zone < sizeof zones / sizeof *zones; zone++)
		for (size_t rule = 0; rule < 4; rule++)
			live_through(zone, rule, "all", false);
}

static void
a_cursor_that_follows_the_clock_back_runs_no_slot_twice(void **state)
{
	(void)state;
	for (size_t zone = 0; zone < sizeof zones / sizeof *zones; zone++)
		for (size_t rule = 0; rule < 4; rule++)
			live_through(zone, rule, "all", true);
}

static void
every_unit_of_twenty_years_is_run_or_told_as_left_out(void **state)
{
	(void)state;
	for (size_t zone = 0; zone < sizeof zones / sizeof *zones; zone++)
		for (size_t rule = 0; rule < 2; rule++) {
			live_through(zone, rule, "once", false);
			live_through(zone, rule, "skip", false);
		}
}

/* ---- working days, against the slow way ---- */

static bool
is_free(const struct given *given, struct ts_holidays *const *lists,
	int32_t day)
{
	for (size_t i = 0; given->lists[i] != NULL; i++)
		if (ts_holidays_on(lists[i], day) != NULL)
			return true;
	return ts_weekday(day) >= 5;
}

/* INT32_MIN: left out. */
static int32_t
move_slowly(const struct given *given, struct ts_holidays *const *lists,
	    int32_t day)
{
	const char *how = given->workday;
	int64_t count = 1;

	if (how[0] == '+' || how[0] == '-')
		assert_int_equal(ts_num_int(how + 1, 1, 31, &count, &given_err),
				 TS_OK);
	if (strcmp(how, "skip") == 0)
		return is_free(given, lists, day) ? INT32_MIN : day;
	if (how[0] == '-')
		day--;
	for (;; day += how[0] == '-' || how[0] == 'p' ? -1 : 1)
		if (!is_free(given, lists, day) && --count == 0)
			return day;
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* All slots of `days` days about a moment, moved one by one. */
static void
move_all(const struct given *given, const char *wall_rule,
	 const struct ts_zone *zone, int64_t from, int64_t until,
	 struct moments *out)
{
	struct ts_holidays *lists[LISTS_MOST] = { NULL };
	struct ts_calendar *wall;
	int64_t local = from - 90 * DAY, second;

	for (size_t i = 0; given->lists[i] != NULL; i++)
		assert_int_equal(ts_holidays_read("config/holidays",
						  given->lists[i], NULL, NULL,
						  &lists[i], &given_err),
				 TS_OK);
	assert_int_equal(ts_calendar_parse(wall_rule, "UTC", &wall, &given_err),
			 TS_OK);
	while (ts_calendar_next(wall, local, &local) &&
	       local < until + 90 * DAY) {
		int32_t day = (int32_t)(local / DAY);
		int32_t to = move_slowly(given, lists, day);

		if (to == INT32_MIN)
			continue;
		(void)ts_zone_utc(zone,
				  (to * DAY + local - day * DAY) / 1000000,
				  &second);
		if (second * 1000000 > from && second * 1000000 <= until)
			add(out, second * 1000000);
	}
	qsort(out->us, out->count, sizeof *out->us, by_time);
	ts_calendar_free(wall);
	for (size_t i = 0; i < LISTS_MOST; i++)
		ts_holidays_free(lists[i]);
}

static void
compare(const char *rule, const char *zone, const char *workday,
	const char *list, int64_t from)
{
	char text[96];
	const struct given given = { .rule = text,
				     .workday = workday,
				     .lists = { list } };
	struct moments slow = { 0 };
	struct ts_timetable *timetable;
	struct ts_slot slot;
	int64_t until = from + 200 * DAY, after = from;

	snprintf(text, sizeof text, "%s %s", rule, zone);
	timetable = timetable_of(&given);
	move_all(&given, rule, ts_timetable_zone(timetable), from, until,
		 &slow);
	for (size_t i = 0; i < slow.count; i++) {
		char a[TS_TIME_TEXT], b[TS_TIME_TEXT];

		if (i > 0 && slow.us[i] == slow.us[i - 1])
			continue;
		assert_true(ts_timetable_next(timetable, after, &slot));
		if (slot.slot_us != slow.us[i])
			fail_msg("%s %s %s: %s instead of %s", text, workday,
				 list != NULL ? list : "",
				 ts_time_print(slot.slot_us, a),
				 ts_time_print(slow.us[i], b));
		after = slot.start_us;
	}
	assert_true(!ts_timetable_next(timetable, after, &slot) ||
		    slot.slot_us > until);
	free(slow.us);
	ts_timetable_free(timetable);
}

static void
moving_by_days_is_moving_one_by_one(void **state)
{
	static const char *const some[] = {
		"*-*-* 02:30",   "Fri..Sun *-*-* 00,23:59",
		"*-*-1/9 12:00", "*-*-* 00/7:00/40",
		"*-*~02 01:15",
	};
	static const char *const moves[] = { "skip", "next", "previous", "+1",
					     "+2",   "+17",  "-1",       "-5" };
	static const char *const lists[] = { NULL, "italy", "kazakhstan" };
	uint64_t seed = 20261123;

	(void)state;
	for (size_t rule = 0; rule < sizeof some / sizeof *some; rule++)
		for (size_t move = 0; move < sizeof moves / sizeof *moves;
		     move++)
			for (size_t list = 0; list < 3; list++)
				compare(some[rule],
					zones[(rule + move + list) % 6],
					moves[move], lists[list],
					at(BEGIN) +
						within(&seed, 15 * 365 * DAY));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_unit_of_twenty_years_runs_once),
		cmocka_unit_test(
			a_cursor_that_follows_the_clock_back_runs_no_slot_twice),
		cmocka_unit_test(
			every_unit_of_twenty_years_is_run_or_told_as_left_out),
		cmocka_unit_test(moving_by_days_is_moving_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
