/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/clock.h>
#include <tradestat/file.h>
#include "config/holidays.h"

#define SHIPPED "config/holidays"

static char *folder;
static char heard[8192];
static struct ts_err err;

static void
hear(void *ctx, const char *text)
{
	size_t used = strlen(heard);

	(void)ctx;
	snprintf(heard + used, sizeof heard - used, "%s\n", text);
}

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
	if (ts_file_write(path, text, strlen(text), 0644, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static enum ts_status
read_list(const char *from, const char *name, struct ts_holidays **list)
{
	heard[0] = '\0';
	return ts_holidays_read(from, name, hear, NULL, list, &err);
}

static struct ts_holidays *
must_read(const char *from, const char *name)
{
	struct ts_holidays *list = NULL;

	if (read_list(from, name, &list) != TS_OK)
		fail_msg("%s: %s%s", name, err.text, heard);
	return list;
}

static int32_t
day_of(const char *date)
{
	int64_t us = 0;

	assert_int_equal(ts_time_parse(date, &us, &err), TS_OK);
	return (int32_t)(us / 86400000000);
}

static void
assert_day(const struct ts_holidays *list, const char *date, const char *name)
{
	const char *found = ts_holidays_on(list, day_of(date));

	if ((found == NULL) != (name == NULL) ||
	    (name != NULL && strcmp(found, name) != 0))
		fail_msg("%s: %s instead of %s", date, found ? found : "none",
			 name ? name : "none");
}

static void
a_day_has_its_weekday(void **state)
{
	(void)state;
	assert_int_equal(ts_weekday(0), 3);
	assert_int_equal(ts_weekday(-4), 6);
	assert_int_equal(ts_weekday(day_of("2026-11-23")), 0);
	assert_int_equal(ts_weekday(day_of("2000-02-29")), 1);
}

static void
italy_has_its_holidays(void **state)
{
	static const struct {
		const char *date, *name;
	} rows[] = {
		{ "2026-01-01", "Capodanno" },
		{ "2026-01-02", NULL },
		{ "2026-04-05", "Pasqua" },
		{ "2026-04-06", "Lunedì dell'Angelo" },
		{ "2026-04-07", NULL },
		{ "2025-04-21", "Lunedì dell'Angelo" },
		{ "2038-04-26", "Lunedì dell'Angelo" },
		{ "2025-10-04", NULL },
		{ "2027-10-04", "San Francesco d'Assisi" },
		{ "2026-12-26", "Santo Stefano" },
		{ "2026-12-28", NULL }, /* nothing is moved in Italy */
	};
	struct ts_holidays *list = must_read(SHIPPED, "italy");
	unsigned weekend;

	(void)state;
	assert_true(ts_holidays_weekend(list, &weekend));
	assert_int_equal(weekend, 0x60);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_day(list, rows[i].date, rows[i].name);
	ts_holidays_free(list);
}

static void
kazakhstan_moves_holidays_off_the_weekend(void **state)
{
	static const struct {
		const char *date, *name;
	} rows[] = {
		/* the 8th is a Sunday, the 21st and 22nd a weekend */
		{ "2026-03-09", "International Women's Day" },
		{ "2026-03-10", NULL },
		{ "2026-03-23", "Nauryz" },
		{ "2026-03-24", "Nauryz" },
		{ "2026-03-25", "Nauryz" },
		{ "2026-03-26", NULL },
		/* Saturday and Sunday after a Friday that is off */
		{ "2022-01-03", "New Year" },
		{ "2022-01-04", "New Year" },
		{ "2022-01-05", NULL },
		/* 7 January 2024 is a Sunday, and not moved */
		{ "2024-01-08", NULL },
		{ "2026-05-08", NULL },
		{ "2026-05-11", "Victory Day" },
	};
	struct ts_holidays *list = must_read(SHIPPED, "kazakhstan");

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_day(list, rows[i].date, rows[i].name);
	ts_holidays_free(list);
}

/* Dates as the churches publish them. */
static void
easter_falls_where_it_does(void **state)
{
	static const struct {
		const char *west, *east;
	} rows[] = {
		{ "1961-04-02", "1961-04-09" }, { "2000-04-23", "2000-04-30" },
		{ "2008-03-23", "2008-04-27" }, { "2011-04-24", "2011-04-24" },
		{ "2024-03-31", "2024-05-05" }, { "2025-04-20", "2025-04-20" },
		{ "2026-04-05", "2026-04-12" }, { "2038-04-25", "2038-04-25" },
		{ "2049-04-18", "2049-04-25" }, { "2100-03-28", "2100-05-02" },
	};
	struct ts_holidays *list;

	(void)state;
	put("feasts.conf", "days = ( { date = \"easter-2\"; name = \"Good "
			   "Friday\"; }, { date = \"orthodox+1\"; name = "
			   "\"Radonitsa eve\"; } );");
	list = must_read(folder, "feasts");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *found =
			ts_holidays_on(list, day_of(rows[i].west) - 2);

		assert_non_null(found);
		assert_string_equal(found, "Good Friday");
		found = ts_holidays_on(list, day_of(rows[i].east) + 1);
		assert_non_null(found);
		assert_string_equal(found, "Radonitsa eve");
	}
	ts_holidays_free(list);
}

static void
a_broken_list_is_told_line_by_line(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "days = ( { date = \"02-30\"; name = \"x\"; } );",
		  "l.conf:1: date is text such as" },
		{ "days = ( { date = \"12-2\"; name = \"x\"; } );", "date is" },
		{ "days = ( { date = \"easter+\"; name = \"x\"; } );",
		  "date is" },
		{ "days = ( { date = \"easter+-1\"; name = \"x\"; } );",
		  "date is" },
		{ "days = ( { date = \"easter+300\"; name = \"x\"; } );",
		  "date is" },
		{ "days = ( { date = \"easterly\"; name = \"x\"; } );",
		  "date is" },
		{ "days = ( { date = 1225; name = \"x\"; } );", "date is" },
		{ "\ndays = ( { date = \"12-25\"; } );",
		  "l.conf:2: days: each { ... } needs a date and a name" },
		{ "days = ( { date = \"12-25\"; name = \"\"; } );",
		  "name is empty" },
		{ "days = ( { date = \"12-25\"; nane = \"x\"; } );",
		  "did you mean \"name\"?" },
		{ "days = ( { date = \"12-25\"; name = \"x\"; from = 2027; "
		  "to = 2026; } );",
		  "from is after to" },
		{ "days = ( { date = \"12-25\"; name = \"x\"; from = \"a\"; "
		  "} );",
		  "from is a year" },
		{ "days = ( { date = \"12-25\"; name = \"x\"; moved = 1; } );",
		  "moved is true or false" },
		{ "days = [ \"12-25\" ];", "days is a list of groups" },
		{ "days = ( \"12-25\" );", "days is a list of groups" },
		{ "weekend = [ \"Sat\", \"Sund\" ];", "weekend is a list of" },
		{ "weekend = \"Sat\";", "weekend is a list of" },
		{ "weekend = [ \"Mon\", \"Tue\", \"Wed\", \"Thu\", \"Fri\", "
		  "\"Sat\", \"Sun\" ];",
		  "leaves no day for work" },
		{ "weekends = [ \"Sat\" ];", "did you mean \"weekend\"?" },
		{ "source = 5;", "source is text" },
		{ "", "has neither days nor weekend" },
		{ "days = (", "syntax error" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ts_holidays *list = NULL;

		put("l.conf", rows[i].text);
		if (read_list(folder, "l", &list) != TS_BAD_CONFIG)
			fail_msg("accepted: %s", rows[i].text);
		assert_null(list);
		if (strstr(heard, rows[i].says) == NULL)
			fail_msg("%s\nsays: %s", rows[i].text, heard);
	}
}

static void
a_list_that_is_not_there_names_the_nearest(void **state)
{
	struct ts_holidays *list = NULL;

	(void)state;
	assert_int_equal(read_list(SHIPPED, "itally", &list), TS_NO_INPUT);
	assert_non_null(strstr(err.text, "did you mean \"italy\"?"));
	assert_int_equal(read_list(SHIPPED, "../italy", &list), TS_NO_INPUT);
	assert_int_equal(read_list("/nonexistent", "italy", &list),
			 TS_NO_INPUT);
	assert_null(list);
}

static void
a_list_notices_that_its_files_changed(void **state)
{
	struct ts_holidays *list;
	char path[512];

	(void)state;
	put("town.inc", "days = ( { date = \"06-29\"; name = \"Saints\"; } );");
	put("town.conf", "@include \"town.inc\"\n");
	list = must_read(folder, "town");
	assert_false(ts_holidays_is_stale(list));
	assert_day(list, "2026-06-29", "Saints");
	put("town.inc", "days = ( { date = \"06-24\"; name = \"John\"; } );");
	assert_true(ts_holidays_is_stale(list));
	ts_holidays_free(list);
	list = must_read(folder, "town");
	assert_day(list, "2026-06-29", NULL);
	snprintf(path, sizeof path, "%s/town.conf", folder);
	assert_int_equal(unlink(path), 0);
	assert_true(ts_holidays_is_stale(list));
	ts_holidays_free(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_has_its_weekday),
		cmocka_unit_test(italy_has_its_holidays),
		cmocka_unit_test(kazakhstan_moves_holidays_off_the_weekend),
		cmocka_unit_test_setup_teardown(easter_falls_where_it_does,
						enter, leave),
		cmocka_unit_test_setup_teardown(
			a_broken_list_is_told_line_by_line, enter, leave),
		cmocka_unit_test(a_list_that_is_not_there_names_the_nearest),
		cmocka_unit_test_setup_teardown(
			a_list_notices_that_its_files_changed, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
