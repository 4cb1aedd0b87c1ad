/* SPDX-License-Identifier: Apache-2.0 */
/* What `tradestat next` says about reports. */
#include "tests/support/fixtures.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <jansson.h>
#include <tradestat/file.h>
#include "daemon/cli.h"

static char *folder;
static struct ts_err err;
static struct ts_buf shown = TS_BUF_INIT(65536);

static const char *
path_of(const char *name)
{
	static char path[512];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void
put(const char *name, const char *text)
{
	if (ts_file_write(path_of(name), text, strlen(text), 0644, &err) !=
	    TS_OK)
		fail_msg("%s", err.text);
}

static int
enter(void **state)
{
	(void)state;
	folder = temp_dir();
	assert_int_equal(ts_mkdirs(path_of("reports.d"), &err), TS_OK);
	put("italy.conf", "days = ( { date = \"12-26\"; name = \"Santo "
			  "Stefano\"; } );");
	put("tradestat.conf", "state_dir = \"state\"; holidays_dir = \".\";");
	put("reports.d/kz-it.conf",
	    "report: { id = \"kz-it\"; title = \"x\"; template = "
	    "\"bilateral\"; reporter = \"KAZ\"; partner = \"ITA\";\n"
	    "timetable = \"*-12-26 09:00 Europe/Rome\"; workday = \"next\"; "
	    "holidays = [ \"italy\" ]; };");
	put("reports.d/by-hand.conf",
	    "report: { id = \"by-hand\"; title = \"x\"; template = "
	    "\"bilateral\"; reporter = \"KAZ\"; partner = \"ITA\"; };");
	put("reports.d/never.conf",
	    "report: { id = \"never\"; title = \"x\"; template = "
	    "\"bilateral\"; reporter = \"KAZ\"; partner = \"ITA\";\n"
	    "timetable = \"*-02-30\"; };");
	return 0;
}

static int
leave(void **state)
{
	(void)state;
	ts_buf_free(&shown);
	temp_gone(folder);
	return 0;
}

/* What the verb says on standard output. */
static enum ts_status
next(const char *what, const char *base, bool json)
{
	char config[512];
	struct ts_cli cli = { .verb = "next",
			      .args = { what },
			      .arg_count = 1,
			      .config = config,
			      .base = base,
			      .count = "2",
			      .json = json };
	int kept = dup(STDOUT_FILENO);
	enum ts_status status;
	TS_AUTO_FD fd = -1;

	snprintf(config, sizeof config, "%s", path_of("tradestat.conf"));
	fd = open(path_of("out"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		  0600);
	assert_true(fd >= 0);
	fflush(stdout);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	status = ts_verb_next(&cli, &err);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	ts_buf_reset(&shown);
	if (ts_file_read(path_of("out"), &shown, &err) != TS_OK)
		fail_msg("%s", err.text);
	return status;
}

static void
a_report_shows_where_its_runs_were_moved(void **state)
{
	(void)state;
	assert_int_equal(next("kz-it", "2026-12-01", false), TS_OK);
	assert_non_null(strstr(shown.data,
			       "   1  Mon 2026-12-28 09:00:00 CET (+01:00)  "
			       "2026-12-28T08:00:00Z\n      moved from Sat "
			       "2026-12-26: holiday Santo Stefano\n   2  Mon "
			       "2027-12-27 09:00:00 CET (+01:00)"));
}

static void
a_program_gets_slot_and_start(void **state)
{
	json_t *root, *run;

	(void)state;
	assert_int_equal(next("kz-it", "2026-12-01", true), TS_OK);
	root = json_loads(shown.data, 0, NULL);
	assert_non_null(root);
	run = json_array_get(json_object_get(root, "runs"), 0);
	assert_string_equal(json_string_value(json_object_get(run, "utc")),
			    "2026-12-28T08:00:00Z");
	assert_string_equal(json_string_value(json_object_get(run, "start")),
			    "2026-12-28T08:00:00Z");
	assert_string_equal(
		json_string_value(json_object_get(root, "normalised")),
		"*-12-26 09:00:00 Europe/Rome; workday next; "
		"holidays italy");
	json_decref(root);
}

static void
what_is_no_report_is_a_rule(void **state)
{
	(void)state;
	assert_int_equal(next("daily UTC", "2026-12-01T12:00:00Z", false),
			 TS_OK);
	assert_non_null(strstr(shown.data, "2026-12-02T00:00:00Z"));
}

static void
what_has_no_next_run_says_why(void **state)
{
	(void)state;
	assert_int_equal(next("by-hand", "2026-12-01", false), TS_NO_INPUT);
	assert_non_null(strstr(err.text, "by hand only"));
	assert_int_equal(next("never", "2026-12-01", false), TS_BAD_CONFIG);
	assert_non_null(strstr(err.text, "timetable of report \"never\""));
	assert_int_equal(next("kz-itt", "2026-12-01", false), TS_BAD_CONFIG);
	assert_non_null(strstr(err.text, "no report \"kz-itt\""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_shows_where_its_runs_were_moved),
		cmocka_unit_test(a_program_gets_slot_and_start),
		cmocka_unit_test(what_is_no_report_is_a_rule),
		cmocka_unit_test(what_has_no_next_run_says_why),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
