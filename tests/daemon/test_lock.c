/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tradestat/file.h>
#include "daemon/common/lock.h"

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
one_daemon_and_one_process_a_report(void **state)
{
	int daemon_fd, report_fd, other_fd, again_fd;
	struct ts_err err = { 0 };

	(void)state;
	assert_false(ts_lock_taken(folder, TS_LOCK_DAEMON));
	assert_int_equal(ts_lock_take(folder, TS_LOCK_DAEMON, &daemon_fd, &err),
			 TS_OK);
	assert_int_equal(ts_lock_take(folder, "kz-it", &report_fd, &err),
			 TS_OK);
	assert_int_equal(ts_lock_take(folder, "kz-de", &other_fd, &err), TS_OK);
	assert_true(ts_lock_taken(folder, TS_LOCK_DAEMON));
	assert_true(ts_lock_taken(folder, "kz-it"));
	assert_false(ts_lock_taken(folder, "kz-fr"));

	assert_int_equal(ts_lock_take(folder, TS_LOCK_DAEMON, &again_fd, &err),
			 TS_AGAIN);
	assert_int_equal(again_fd, -1);
	assert_non_null(strstr(err.text, "stop that one first"));
	assert_int_equal(ts_lock_take(folder, "kz-it", &again_fd, &err),
			 TS_AGAIN);
	assert_non_null(strstr(err.text, "report kz-it"));

	ts_close(&report_fd);
	assert_false(ts_lock_taken(folder, "kz-it"));
	assert_true(ts_lock_taken(folder, "kz-de")); /* untouched by that */
	assert_int_equal(ts_lock_take(folder, "kz-it", &report_fd, &err),
			 TS_OK);
	ts_close(&report_fd);
	ts_close(&other_fd);
	ts_close(&daemon_fd);
}

static void
a_lock_ends_with_its_process(void **state)
{
	struct ts_err err = { 0 };
	int ends[2], fd, status;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		if (ts_lock_take(folder, "kz-it", &fd, &err) == TS_OK &&
		    write(ends[1], "x", 1) == 1)
			sleep(30);
		_exit(1);
	}
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(ts_lock_take(folder, "kz-it", &fd, &err), TS_AGAIN);
	assert_true(ts_lock_taken(folder, "kz-it"));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_false(ts_lock_taken(folder, "kz-it"));
	assert_int_equal(ts_lock_take(folder, "kz-it", &fd, &err), TS_OK);
	ts_close(&fd);
	close(ends[0]);
	close(ends[1]);
}

static void
the_file_is_not_for_everybody_and_not_for_children(void **state)
{
	struct ts_err err = { 0 };
	char path[512];
	struct stat meta;
	mode_t before = umask(0);
	int fd;

	(void)state;
	assert_int_equal(ts_lock_take(folder, TS_LOCK_DAEMON, &fd, &err),
			 TS_OK);
	umask(before);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	snprintf(path, sizeof path, "%s/lock", folder);
	assert_int_equal(stat(path, &meta), 0);
	assert_int_equal(meta.st_mode & 07777, 0640);
	assert_int_equal(meta.st_size, 0);
	ts_close(&fd);
}

static void
a_folder_is_made_and_no_link_is_followed(void **state)
{
	struct ts_err err = { 0 };
	char path[512], other[512];
	int fd;

	(void)state;
	snprintf(path, sizeof path, "%s/none", folder);
	assert_false(ts_lock_taken(path, "kz-it"));
	assert_int_equal(access(path, F_OK), -1); /* a question makes nothing */
	assert_int_equal(ts_lock_take(path, "kz-it", &fd, &err), TS_OK);
	assert_true(ts_lock_taken(path, "kz-it"));
	ts_close(&fd);
	snprintf(path, sizeof path, "%s/lock", folder);
	snprintf(other, sizeof other, "%s/elsewhere", folder);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(ts_lock_take(folder, "kz-it", &fd, &err), TS_SYSTEM);
	assert_int_equal(access(other, F_OK), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			one_daemon_and_one_process_a_report, enter, leave),
		cmocka_unit_test_setup_teardown(a_lock_ends_with_its_process,
						enter, leave),
		cmocka_unit_test_setup_teardown(
			the_file_is_not_for_everybody_and_not_for_children,
			enter, leave),
		cmocka_unit_test_setup_teardown(
			a_folder_is_made_and_no_link_is_followed, enter, leave),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
