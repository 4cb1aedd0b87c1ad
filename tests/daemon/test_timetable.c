/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/daemon/timetable_given.h"

#include <tradestat/file.h>

#define SLOTS 4

static char *folder;

static int
enter(void **state)
{
	(void)state;
	folder = temp_dir();
	return 0;
}

static int
leave(void **state)
{
	(void)state;
	temp_gone(folder);
	return 0;
}

static void
put(const char *name, const char *text)
{
	char path[512];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (ts_file_write(path, text, strlen(text), 0644, &given_err) != TS_OK)
		fail_msg("%s", given_err.text);
}

static void
assert_next(const char *name, const struct ts_timetable *timetable,
	    int64_t after, const char *expected)
{
	char text[TS_TIME_TEXT] = "never";
	struct ts_slot slot;

	if (ts_timetable_next(timetable, after, &slot))
		ts_time_print(slot.slot_us, text);
	if (strcmp(text, expected) != 0)
		fail_msg("%s: %s instead of %s", name, text, expected);
}

/* ---- slots ---- */

static const struct {
	const char *name;
	struct given given;
	const char *after, *slots[SLOTS];
} slot_rows[] = {
	{ "each Monday in Rome",
	  { .rule = "Mon *-*-* 07:30 Europe/Rome" },
	  "2026-11-23T00:00:00Z",
	  { "2026-11-23T06:30:00Z", "2026-11-30T06:30:00Z" } },
	{ "the usual zone",
	  { .rule = "Mon *-*-* 07:30", .usual_zone = "Asia/Almaty" },
	  "2026-11-23T00:00:00Z",
	  { "2026-11-23T02:30:00Z", "2026-11-30T02:30:00Z" } },
	{ "next working day after Santo Stefano",
	  { .rule = "*-12-26 09:00 Europe/Rome",
	    .workday = "next",
	    .lists = { "italy" } },
	  "2026-12-01",
	  { "2026-12-28T08:00:00Z", "2027-12-27T08:00:00Z" } },
	{ "previous working day before the end of the month",
	  { .rule = "*-*~01 18:00 Asia/Almaty", .workday = "previous" },
	  "2026-01-01",
	  { "2026-01-30T13:00:00Z", "2026-02-27T13:00:00Z",
	    "2026-03-31T13:00:00Z", "2026-04-30T13:00:00Z" } },
	{ "Easter left out",
	  { .rule = "*-*-* 08:00 UTC",
	    .workday = "skip",
	    .lists = { "italy" } },
	  "2026-04-02T12:00:00Z",
	  { "2026-04-03T08:00:00Z", "2026-04-07T08:00:00Z" } },
	{ "third working day of the month",
	  { .rule = "*-*-01 10:00 UTC", .workday = "+3" },
	  "2026-07-31",
	  { "2026-08-05T10:00:00Z", "2026-09-03T10:00:00Z" } },
	{ "last working day before the month",
	  { .rule = "*-*-01 10:00 UTC", .workday = "-1" },
	  "2026-07-31T09:00:00Z",
	  { "2026-07-31T10:00:00Z", "2026-08-31T10:00:00Z",
	    "2026-09-30T10:00:00Z", "2026-10-30T10:00:00Z" } },
	{ "the 31st working day from the new year on",
	  { .rule = "*-01-01 10:00 UTC", .workday = "+31" },
	  "2026-01-01",
	  { "2026-02-12T10:00:00Z" } },
	{ "days that move to one moment are one slot",
	  { .rule = "Sat,Sun,Mon *-*-* 09:00 UTC", .workday = "next" },
	  "2026-11-20T12:00:00Z",
	  { "2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z" } },
	{ "times of moved days stay in order",
	  { .rule = "Sat,Sun,Mon *-*-* 06,18:00 UTC", .workday = "next" },
	  "2026-11-20T12:00:00Z",
	  { "2026-11-23T06:00:00Z", "2026-11-23T18:00:00Z",
	    "2026-11-30T06:00:00Z" } },
	{ "a move goes on in the middle of its day",
	  { .rule = "Sat *-*-* 06,18:00 UTC", .workday = "next" },
	  "2026-11-23T06:00:00Z",
	  { "2026-11-23T18:00:00Z", "2026-11-30T06:00:00Z" } },
	{ "Nauryz moves what fell on a weekend",
	  { .rule = "*-03-21 09:00 Asia/Almaty",
	    .workday = "next",
	    .lists = { "kazakhstan" } },
	  "2026-01-01",
	  { "2026-03-26T04:00:00Z" } },
	{ "off in one country is off",
	  { .rule = "*-*-* 08:00 UTC",
	    .workday = "skip",
	    .lists = { "italy", "kazakhstan" } },
	  "2026-12-15T12:00:00Z",
	  { "2026-12-17T08:00:00Z" } },

	{ "a time in the gap is the first moment after it",
	  { .rule = "*-*-* 02:30 Europe/Rome" },
	  "2026-03-28T12:00:00Z",
	  { "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z" } },
	{ "moved away from the gap it keeps its time",
	  { .rule = "Sun *-*-* 02:30 Europe/Rome", .workday = "next" },
	  "2026-03-28T12:00:00Z",
	  { "2026-03-30T00:30:00Z", "2026-04-06T00:30:00Z" } },
	{ "two times of the gap are one slot",
	  { .rule = "*-*-* 02:15,45 Europe/Rome" },
	  "2026-03-28T12:00:00Z",
	  { "2026-03-29T01:00:00Z", "2026-03-30T00:15:00Z" } },
	{ "a time of the overlap is the first of two",
	  { .rule = "*-*-* 02:30 Europe/Rome" },
	  "2026-10-24T12:00:00Z",
	  { "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z" } },
	{ "the second pass of an overlap has nothing new",
	  { .rule = "*-*-* *:30 Europe/Rome" },
	  "2026-10-25T00:00:00Z",
	  { "2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z" } },

	{ "not before a date: from its start in the zone",
	  { .rule = "*-*-* 00:00 Asia/Almaty",
	    .not_before = "2026-12-01",
	    .until = "2026-12-02" },
	  "2026-01-01",
	  { "2026-11-30T19:00:00Z", "2026-12-01T19:00:00Z", "never" } },
	{ "not before and until a time",
	  { .rule = "*-*-* *:00 UTC",
	    .not_before = "2026-12-01T12:00:00+05:00",
	    .until = "2026-12-01T08:00:00Z" },
	  "2026-01-01",
	  { "2026-12-01T07:00:00Z", "2026-12-01T08:00:00Z", "never" } },
	{ "the day it moves to counts for until",
	  { .rule = "Sat *-*-* 10:00 UTC",
	    .workday = "next",
	    .until = "2026-11-29" },
	  "2026-11-20",
	  { "2026-11-23T10:00:00Z", "never" } },
};

static void
slots_are_where_the_rule_puts_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof slot_rows / sizeof *slot_rows; i++) {
		struct ts_timetable *timetable =
			timetable_of(&slot_rows[i].given);
		const char *const *slot = slot_rows[i].slots;
		int64_t after = at(slot_rows[i].after);

		for (size_t n = 0; n < SLOTS && slot[n] != NULL; n++) {
			assert_next(slot_rows[i].name, timetable, after,
				    slot[n]);
			if (strcmp(slot[n], "never") != 0)
				after = at(slot[n]);
		}
		ts_timetable_free(timetable);
	}
}

static void
another_weekend_moves_to_sunday(void **state)
{
	const struct given into_the_gap = {
		.rule = "Sat *-*-* 02:30 Europe/Rome",
		.workday = "next",
		.lists = { "gulf" },
		.folder = folder
	};
	const struct given both = { .rule = "*-*-* 10:00 UTC",
				    .workday = "skip",
				    .lists = { "gulf", "company" },
				    .folder = folder };
	const struct given into_the_overlap = {
		.rule = "Sat *-*-* *:30 Europe/Rome",
		.workday = "next",
		.lists = { "gulf" },
		.folder = folder
	};
	struct ts_timetable *timetable;

	(void)state;
	put("gulf.conf", "weekend = [ \"Fri\", \"Sat\" ];");
	put("company.conf", "weekend = [ \"Mon\" ];");
	timetable = timetable_of(&into_the_gap);
	assert_next("Sunday works", timetable, at("2026-03-24"),
		    "2026-03-29T01:00:00Z");
	ts_timetable_free(timetable);
	timetable = timetable_of(&into_the_overlap);
	assert_next("first pass", timetable, at("2026-10-25T00:00:00Z"),
		    "2026-10-25T00:30:00Z");
	assert_next("second pass", timetable, at("2026-10-25T01:10:00Z"),
		    "2026-10-25T02:30:00Z");
	ts_timetable_free(timetable);
	timetable = timetable_of(&both);
	assert_next("all weekends count", timetable, at("2026-11-26T12:00:00Z"),
		    "2026-11-29T10:00:00Z");
	assert_next("all weekends count", timetable, at("2026-11-29T12:00:00Z"),
		    "2026-12-01T10:00:00Z");
	ts_timetable_free(timetable);
}

static void
a_report_without_a_rule_has_no_timetable(void **state)
{
	const struct given given = { .rule = "" };
	struct ts_timetable *timetable = (void *)&folder;

	(void)state;
	assert_int_equal(compile_given(&given, &timetable), TS_OK);
	assert_null(timetable);
	ts_timetable_free(timetable);
}

/* ---- what is refused ---- */

static const struct {
	struct given given;
	const char *says;
} refused[] = {
	{ { .rule = "Mon *-*-* 25:30" }, "r.conf:7: timetable: " },
	{ { .rule = "Mon *-*-* 07:30 Europe/Rom" }, "Europe/Rome" },
	{ { .rule = "*-02-30" }, "r.conf:7: timetable: \"*-02-30\" never" },
	{ { .rule = "daily", .usual_zone = "Europe/Rom" }, "Europe/Rome" },
	{ { .rule = "daily", .workday = "+32" }, "r.conf:7: workday: " },
	{ { .rule = "daily", .workday = "+0" }, "workday: \"+0\"" },
	{ { .rule = "daily", .workday = "--1" }, "workday: \"--1\"" },
	{ { .rule = "daily", .workday = "monday" }, "workday: \"monday\"" },
	{ { .rule = "daily", .lists = { "itally" } },
	  "r.conf:7: holidays: no list of holidays \"itally\"" },
	{ { .rule = "daily", .not_before = "2026-02-30" }, "not_before: " },
	{ { .rule = "daily", .until = "tomorrow" }, "until: " },
	{ { .rule = "daily",
	    .not_before = "2027-01-01",
	    .until = "2026-12-31" },
	  "until is before not_before" },
	{ { .rule = "2020-06-01", .not_before = "2026-01-01" }, "never comes" },
	{ { .rule = "2026-06-01", .until = "2026-01-01" },
	  "never comes within" },
	{ { .rule = "Sat *-*-* 10:00", .workday = "skip" },
	  "never comes within" },
	{ { .rule = "*-12-25 10:00", .workday = "skip", .lists = { "italy" } },
	  "never comes within" },
};

static void
what_cannot_be_is_told_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct ts_timetable *timetable = NULL;

		if (compile_given(&refused[i].given, &timetable) !=
		    TS_BAD_CONFIG)
			fail_msg("accepted: %s", refused[i].given.rule);
		assert_null(timetable);
		if (strstr(given_heard, refused[i].says) == NULL)
			fail_msg("not \"%s\" in: %s", refused[i].says,
				 given_heard);
	}
}

static void
every_problem_is_told_at_once(void **state)
{
	const struct given given = { .rule = "*-02-30",
				     .workday = "never",
				     .lists = { "atlantis" } };
	struct ts_timetable *timetable = NULL;

	(void)state;
	assert_int_equal(compile_given(&given, &timetable), TS_BAD_CONFIG);
	assert_non_null(strstr(given_heard, "\"*-02-30\" never comes\n"));
	assert_non_null(strstr(given_heard, "workday: "));
	assert_non_null(strstr(given_heard, "holidays: "));
}

static void
a_rule_whose_time_is_over_is_no_mistake(void **state)
{
	const struct given given = { .rule = "2020-01-01 10:00 UTC" };
	struct ts_timetable *timetable = timetable_of(&given);

	(void)state;
	assert_next("then", timetable, at("2019-01-01"),
		    "2020-01-01T10:00:00Z");
	assert_next("now", timetable, at("2026-01-01"), "never");
	ts_timetable_free(timetable);
}

static void
lists_that_leave_no_day_are_refused(void **state)
{
	const struct given given = { .rule = "daily",
				     .workday = "next",
				     .lists = { "one", "two" },
				     .folder = folder };
	struct ts_timetable *timetable = NULL;

	(void)state;
	put("one.conf", "weekend = [ \"Mon\", \"Tue\", \"Wed\" ];");
	put("two.conf", "weekend = [ \"Thu\", \"Fri\", \"Sat\", \"Sun\" ];");
	assert_int_equal(compile_given(&given, &timetable), TS_BAD_CONFIG);
	assert_non_null(strstr(given_heard, "leave no day for work"));
	put("two.conf", "weekend = [ \"Thu\", \"Fri\", \"Sat\", \"San\" ];");
	assert_int_equal(compile_given(&given, &timetable), TS_BAD_CONFIG);
	assert_non_null(strstr(given_heard, "two.conf:1: weekend is a list"));
}

/* ---- spread ---- */

static int64_t
offset_of(const char *machine, const char *id, int64_t spread_s)
{
	const struct given given = { .rule = "hourly",
				     .machine = machine,
				     .id = id,
				     .spread_s = spread_s };
	struct ts_timetable *timetable = timetable_of(&given);
	struct ts_slot slot;
	int64_t offset = -1;

	for (int64_t after = 0; after < 3 * HOUR; after = slot.start_us) {
		assert_true(ts_timetable_next(timetable, after, &slot));
		assert_true(slot.start_us > after);
		assert_true(slot.slot_us % HOUR == 0);
		assert_true(offset < 0 ||
			    offset == slot.start_us - slot.slot_us);
		offset = slot.start_us - slot.slot_us;
	}
	ts_timetable_free(timetable);
	return offset;
}

static void
spread_is_the_same_each_time_and_differs_by_machine(void **state)
{
	int64_t least = INT64_MAX, most = 0;
	char name[24];

	(void)state;
	assert_int_equal(offset_of("a", "r", 0), 0);
	assert_int_equal(offset_of("a", "r", 600), offset_of("a", "r", 600));
	assert_int_not_equal(offset_of("a", "r", 86400),
			     offset_of("b", "r", 86400));
	assert_int_not_equal(offset_of("a", "r", 86400),
			     offset_of("a", "q", 86400));
	/* the machine's own name will do as well */
	assert_int_equal(offset_of("", "r", 86400), offset_of("", "r", 86400));
	for (int i = 0; i < 200; i++) {
		int64_t offset;

		snprintf(name, sizeof name, "host-%d", i);
		offset = offset_of(name, "r", 600);
		assert_true(offset >= 0 && offset < 600000000);
		least = offset < least ? offset : least;
		most = offset > most ? offset : most;
	}
	assert_true(least < 30000000 && most > 570000000);
}

/* ---- words ---- */

static void
the_rule_is_one_line_of_all_that_decides(void **state)
{
	static const struct {
		struct given given;
		const char *line;
	} rows[] = {
		{ { .rule = "monday 7:30 Europe/Rome" },
		  "Mon *-*-* 07:30:00 Europe/Rome" },
		{ { .rule = "daily", .usual_zone = "Asia/Almaty" },
		  "*-*-* 00:00:00 Asia/Almaty" },
		{ { .rule = "daily UTC",
		    .workday = "next",
		    .lists = { "italy", "kazakhstan" },
		    .not_before = "2026-01-01",
		    .until = "2027-01-01",
		    .spread_s = 600 },
		  "*-*-* 00:00:00 UTC; workday next; holidays italy, "
		  "kazakhstan; not_before 2026-01-01; until 2027-01-01; "
		  "spread 600 s" },
		/* lists and policies decide nothing about these slots */
		{ { .rule = "daily UTC",
		    .lists = { "italy" },
		    .misfire = "all" },
		  "*-*-* 00:00:00 UTC" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ts_timetable *timetable = timetable_of(&rows[i].given);
		TS_AUTO_BUF line = TS_BUF_INIT(4096);

		ts_timetable_rule(timetable, &line);
		assert_string_equal(line.data, rows[i].line);
		ts_timetable_free(timetable);
	}
}

static void
a_slot_says_why_it_is_elsewhere(void **state)
{
	static const struct {
		struct given given;
		const char *after, *note;
	} rows[] = {
		{ { .rule = "Mon *-*-* 07:30 Europe/Rome" }, "2026-11-20", "" },
		{ { .rule = "*-12-26 09:00 Europe/Rome",
		    .workday = "next",
		    .lists = { "italy" } },
		  "2026-12-01",
		  "moved from Sat 2026-12-26: holiday Santo Stefano" },
		{ { .rule = "Sun *-*-* 09:00 UTC", .workday = "previous" },
		  "2026-11-20",
		  "moved from Sun 2026-11-22: weekend" },
		{ { .rule = "*-*-01 09:00 UTC", .workday = "+3" },
		  "2026-11-20",
		  "working day +3 counted from Tue 2026-12-01" },
		{ { .rule = "*-*-01 09:00 UTC", .workday = "-1" },
		  "2026-11-20",
		  "working day -1 counted from Tue 2026-12-01" },
		{ { .rule = "*-*-* 02:30 Europe/Rome" },
		  "2026-03-28T12:00:00Z",
		  "02:30 does not exist that day: runs at 03:00" },
		{ { .rule = "*-*-* 03:00 Europe/Rome" },
		  "2026-03-28T12:00:00Z",
		  "" },
		{ { .rule = "*-*-* 02:30 Europe/Rome" },
		  "2026-10-24T12:00:00Z",
		  "02:30 comes twice that day: runs at the first" },
		{ { .rule = "*-*-* 03:00 Europe/Rome" },
		  "2026-10-24T12:00:00Z",
		  "" },
		{ { .rule = "*-*-* 02:15 Australia/Lord_Howe" },
		  "2026-10-02T20:00:00Z",
		  "02:15 does not exist that day: runs at 02:30" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ts_timetable *timetable = timetable_of(&rows[i].given);
		TS_AUTO_BUF note = TS_BUF_INIT(4096);
		struct ts_slot slot;

		assert_true(
			ts_timetable_next(timetable, at(rows[i].after), &slot));
		ts_timetable_note(timetable, &slot, &note);
		assert_string_equal(note.data, rows[i].note);
		ts_timetable_free(timetable);
	}
}

/* ---- files that change ---- */

static void
copy_zone(const char *name, const char *as)
{
	TS_AUTO_BUF bytes = TS_BUF_INIT(1 << 20);
	char path[512];

	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
	assert_int_equal(ts_file_read(path, &bytes, &given_err), TS_OK);
	snprintf(path, sizeof path, "%s/zones/%s", folder, as);
	assert_int_equal(
		ts_file_write(path, bytes.data, bytes.used, 0644, &given_err),
		TS_OK);
}

static void
a_zone_replaced_on_disk_moves_the_slots(void **state)
{
	const struct given given = { .rule = "*-*-* 09:00 Europe/Rome",
				     .workday = "next",
				     .not_before = "2026-12-01" };
	struct ts_timetable *timetable;
	bool changed = true;
	char path[512];

	(void)state;
	snprintf(path, sizeof path, "%s/zones/Europe", folder);
	assert_int_equal(ts_mkdirs(path, &given_err), TS_OK);
	copy_zone("Europe/Rome", "Europe/Rome");
	snprintf(path, sizeof path, "%s/zones", folder);
	assert_int_equal(setenv("TZDIR", path, 1), 0);
	timetable = timetable_of(&given);
	assert_int_equal(ts_timetable_refresh(timetable, &changed, &given_err),
			 TS_OK);
	assert_false(changed);
	assert_next("before", timetable, 0, "2026-12-01T08:00:00Z");
	copy_zone("Pacific/Kiritimati", "Europe/Rome");
	assert_next("not yet", timetable, 0, "2026-12-01T08:00:00Z");
	assert_int_equal(ts_timetable_refresh(timetable, &changed, &given_err),
			 TS_OK);
	assert_true(changed);
	/* the first day begins elsewhere, too */
	assert_next("after", timetable, 0, "2026-11-30T19:00:00Z");
	snprintf(path, sizeof path, "%s/zones/Europe", folder);
	assert_int_equal(ts_rmtree(path, &given_err), TS_OK);
	assert_int_not_equal(
		ts_timetable_refresh(timetable, &changed, &given_err), TS_OK);
	assert_false(changed);
	assert_next("gone", timetable, 0, "2026-11-30T19:00:00Z");
	assert_int_equal(unsetenv("TZDIR"), 0);
	ts_timetable_free(timetable);
}

static void
a_list_edited_on_disk_moves_the_slots(void **state)
{
	const struct given given = { .rule = "*-11-24 09:00 UTC",
				     .workday = "next",
				     .lists = { "town" },
				     .folder = folder };
	struct ts_timetable *timetable;
	int64_t after = at("2026-01-01");
	bool changed = true;

	(void)state;
	put("town.conf", "weekend = [ \"Sat\", \"Sun\" ];");
	timetable = timetable_of(&given);
	assert_int_equal(ts_timetable_refresh(timetable, &changed, &given_err),
			 TS_OK);
	assert_false(changed);
	assert_next("before", timetable, after, "2026-11-24T09:00:00Z");
	put("town.conf", "days = ( { date = \"11-24\"; name = \"Fair\"; } );");
	assert_int_equal(ts_timetable_refresh(timetable, &changed, &given_err),
			 TS_OK);
	assert_true(changed);
	assert_next("after", timetable, after, "2026-11-25T09:00:00Z");
	put("town.conf", "days = ( { date = \"11-54\"; name = \"Fair\"; } );");
	assert_int_equal(ts_timetable_refresh(timetable, &changed, &given_err),
			 TS_BAD_CONFIG);
	assert_non_null(strstr(given_err.text, "town.conf:1: date is"));
	assert_false(changed);
	assert_next("broken", timetable, after, "2026-11-25T09:00:00Z");
	ts_timetable_free(timetable);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_are_where_the_rule_puts_them),
		cmocka_unit_test_setup_teardown(another_weekend_moves_to_sunday,
						enter, leave),
		cmocka_unit_test(a_report_without_a_rule_has_no_timetable),
		cmocka_unit_test(what_cannot_be_is_told_with_its_place),
		cmocka_unit_test(every_problem_is_told_at_once),
		cmocka_unit_test(a_rule_whose_time_is_over_is_no_mistake),
		cmocka_unit_test_setup_teardown(
			lists_that_leave_no_day_are_refused, enter, leave),
		cmocka_unit_test(
			spread_is_the_same_each_time_and_differs_by_machine),
		cmocka_unit_test(the_rule_is_one_line_of_all_that_decides),
		cmocka_unit_test(a_slot_says_why_it_is_elsewhere),
		cmocka_unit_test_setup_teardown(
			a_zone_replaced_on_disk_moves_the_slots, enter, leave),
		cmocka_unit_test_setup_teardown(
			a_list_edited_on_disk_moves_the_slots, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
