/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that was given the accepted texts never looks at the disk again;
 * so each case is a child of its own.
 */
#include "config/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tradestat/file.h>
#include "tests/support/fixtures.h"

static const char main_text[] = "contact = \"a@example.org\";\n"
				"@include \"more.inc\"\n";
static const char report_text[] =
	"report: { id = \"r\"; title = \"R\"; template = \"country\";\n"
	"  reporter = \"KAZ\"; timetable = \"daily\"; };\n";

struct house {
	char *dir;
	char main[320], report[320], more[320], kept[320];
};

static void
put(const char *path, const char *text)
{
	struct ts_err err;

	assert_int_equal(ts_file_write(path, text, strlen(text), 0644, &err),
			 TS_OK);
}

static void
build(struct house *house)
{
	char folder[300];
	struct ts_err err;

	house->dir = temp_dir();
	snprintf(folder, sizeof folder, "%s/reports.d", house->dir);
	assert_int_equal(ts_mkdirs(folder, &err), TS_OK);
	snprintf(house->main, sizeof house->main, "%s/tradestat.conf",
		 house->dir);
	snprintf(house->more, sizeof house->more, "%s/more.inc", house->dir);
	snprintf(house->report, sizeof house->report, "%s/r.conf", folder);
	snprintf(house->kept, sizeof house->kept, "%s/accepted", house->dir);
	put(house->main, main_text);
	put(house->more, "font = \"DejaVu Sans\";\n");
	put(house->report, report_text);
}

static void
complain(void *ctx, const char *text)
{
	(void)ctx;
	fprintf(stderr, "%s\n", text);
}

static enum ts_status
load(const struct house *house, struct ts_conf **out, struct ts_err *err)
{
	static const struct ts_conf_defaults defaults = {
		.state_dir = "/s",
		.cache_dir = "/c",
		.plugin_dir = "/p",
		.codes_dir = "/k",
		.holidays_dir = "/h",
		.runtime_dir = "/r",
	};

	return ts_conf_load(house->main, &defaults, complain, NULL, out, err);
}

static bool
is_what_was_accepted(const struct house *house)
{
	struct ts_conf *conf;
	struct ts_err err = { .text = "" };

	if (ts_conf_use(house->kept, &err) != TS_OK ||
	    load(house, &conf, &err) != TS_OK) {
		fprintf(stderr, "%s\n", err.text);
		return false;
	}
	return strcmp(conf->contact, "a@example.org") == 0 &&
	       strcmp(conf->font, "DejaVu Sans") == 0 &&
	       conf->report_count == 1 &&
	       strcmp(conf->reports[0].schedule.timetable, "daily") == 0;
}

/* In a child: 0 it is, 1 it is not. */
static int
ask_child(const struct house *house, bool (*is)(const struct house *))
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(is(house) ? 0 : 1);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

static void
accept_now(const struct house *house)
{
	struct ts_conf *conf;
	struct ts_err err;

	assert_int_equal(load(house, &conf, &err), TS_OK);
	assert_int_equal(ts_conf_save(conf, house->kept, &err), TS_OK);
	ts_conf_free(conf);
}

static void
what_was_accepted_stays_whatever_the_disk_says(void **state)
{
	struct house house;
	char second[330];

	(void)state;
	build(&house);
	accept_now(&house);
	put(house.main, "this is = not { a configuration");
	put(house.report, "");
	unlink(house.more);
	snprintf(second, sizeof second, "%s/reports.d/s.conf", house.dir);
	put(second, "report: { id = \"s\"; };\n");
	assert_int_equal(ask_child(&house, is_what_was_accepted), 0);
	temp_gone(house.dir);
}

static bool
is_refused(const struct house *house)
{
	struct ts_err err;

	return ts_conf_use(house->kept, &err) == TS_BAD_DATA;
}

static void
a_damaged_file_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"tradestat-accepted-2\n",
		"tradestat-accepted-1\n1\n",
		"tradestat-accepted-1\n1 1\na\nb", /* cut */
		"tradestat-accepted-1\n1 9999\na\nb\n",
		"tradestat-accepted-1\n99999999999999999999 1\na\nb\n",
		"tradestat-accepted-1\n-1 1\na\nb\n",
		"tradestat-accepted-1\n1 1\nab\nb\n",
	};
	struct house house;

	(void)state;
	build(&house);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		put(house.kept, texts[i]);
		if (ask_child(&house, is_refused) != 0)
			fail_msg("taken: case %zu", i);
	}
	temp_gone(house.dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_was_accepted_stays_whatever_the_disk_says),
		cmocka_unit_test(a_damaged_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
