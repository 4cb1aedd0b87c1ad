/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The points are compiled into this program only; each case is this program
 * again, with a fault in its environment, passing three points twice.
 */
#ifndef TS_FAULTS
#define TS_FAULTS
#endif
#include "kit/fault.c"

#include "tests/support/fixtures.h"

#include <sys/wait.h>
#include <tradestat/buf.h>
#include <tradestat/file.h>
#include <tradestat/spawn.h>

static int
journey(void)
{
	for (int i = 0; i < 2; i++) {
		errno = 4711;
		TS_FAULT("one");
		TS_FAULT("one.more");
		TS_FAULT("two");
		if (errno != 4711)
			return 100;
	}
	return 42;
}

/* Code of the journey's process; what is given is in its environment. */
static int
travel(const char *fault, const char *only, int deadline_ms)
{
	char self[512], fault_line[600], only_line[100];
	const char *const argv[] = { self, "journey", NULL };
	const char *envp[3] = { NULL };
	const struct ts_spawn spawn = { .argv = argv,
					.envp = envp,
					.stdin_fd = -1,
					.stdout_fd = -1,
					.stderr_fd = -1 };
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	struct ts_child child;
	struct ts_err err = { 0 };
	int code = -1, used = 0;

	assert_true(length > 0);
	self[length] = '\0';
	snprintf(fault_line, sizeof fault_line, "TS_FAULT=%s", fault);
	snprintf(only_line, sizeof only_line, "TS_FAULT_IN=%s", only);
	if (fault[0] != '\0')
		envp[used++] = fault_line;
	if (only[0] != '\0')
		envp[used++] = only_line;
	assert_int_equal(ts_spawn(&spawn, &child, &err), TS_OK);
	if (ts_spawn_wait(&child, deadline_ms, 2000, &code, &err) != TS_OK)
		return 1000; /* it hung */
	return code;
}

static void
each_fault_does_what_it_says(void **state)
{
	static const struct {
		const char *fault, *only;
		int code;
	} rows[] = {
		{ "", "", 42 },
		{ "kill:three", "", 42 },
		{ "kill:one", "", -SIGKILL },
		{ "kill:two:2", "", -SIGKILL },
		{ "kill:two:3", "", 42 },
		{ "exit:one.more:7", "", 7 },
		{ "exit:one.more:0", "", 0 },
		{ "exit:one.more:7:2,exit:one:8:2", "", 8 },
		{ "exit:one.more:7,exit:one:8:2", "", 7 },
		{ "kill:one", "test_fault", -SIGKILL },
		{ "kill:one", "tradestatd", 42 },
		{ "kill", "", 64 },
		{ "kill:", "", 64 },
		{ "die:one", "", 64 },
		{ "kill:one:0", "", 64 },
		{ "kill:one:x", "", 64 },
		{ "exit:one", "", 64 },
		{ "exit:one:256", "", 64 },
		{ "kill:three,rubbish", "", 64 },
		{ "list:/nowhere/at/all", "", 64 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *name = rows[i].only;
		int code;

		if (strcmp(name, "test_fault") == 0)
			name = program_invocation_short_name;
		code = travel(rows[i].fault, name, 20000);

		if (code != rows[i].code)
			fail_msg("%s in \"%s\": %d, not %d", rows[i].fault,
				 rows[i].only, code, rows[i].code);
	}
}

static void
a_hang_lasts(void **state)
{
	(void)state;
	assert_int_equal(travel("hang:two", "", 1500), 1000);
	assert_int_equal(travel("stop:two", "", 300), 1000);
	assert_int_equal(travel("stop:two:3", "", 20000), 42);
}

static void
the_points_of_a_journey_can_be_listed(void **state)
{
	TS_AUTO_BUF names = TS_BUF_INIT(4096);
	char *folder = temp_dir();
	char fault[400], path[300];
	struct ts_err err = { 0 };

	(void)state;
	snprintf(path, sizeof path, "%s/points", folder);
	snprintf(fault, sizeof fault, "list:%s,kill:two:2", path);
	assert_int_equal(travel(fault, "", 20000), -SIGKILL);
	assert_int_equal(ts_file_read(path, &names, &err), TS_OK);
	assert_string_equal(names.data,
			    "one\none.more\ntwo\none\none.more\ntwo\n");
	temp_gone(folder);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_does_what_it_says),
		cmocka_unit_test(a_hang_lasts),
		cmocka_unit_test(the_points_of_a_journey_can_be_listed),
	};

	if (argc > 1 && strcmp(argv[1], "journey") == 0)
		return journey();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
