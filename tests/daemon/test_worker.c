/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Row F9 of the fault matrix, for workers: whatever one of them does, its end
 * is told once and in time, the loop stays free, and nothing is left.
 */
#include "tests/support/fixtures.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tradestat/clock.h>
#include <tradestat/file.h>
#include "daemon/supervise/worker.h"

#define SECOND ((int64_t)1000000)
#define PATIENCE (20 * SECOND) /* of a test with one that ends by itself */

static char double_path[512]; /* the compiled double; "" if no compiler */
static char double_dir[256];

struct stage {
	sd_event *event;
	struct ts_workers *workers;
	int ended; /* how many */
	struct ts_worker_end end;
};

static int64_t
now_us(void)
{
	const struct ts_clock *clock = ts_clock_system();

	return clock->mono_us(clock);
}

static int
compile_double(void **state)
{
	char compiler[512], path_line[1024], here[512];
	struct ts_child child;
	struct ts_err err;
	int code = -1;
	const char *const envp[] = { path_line, NULL };
	const char *const argv[] = {
		compiler, "-O1",       "-D_GNU_SOURCE",
		"-o",     double_path, "tests/doubles/worker.c",
		NULL
	};
	const struct ts_spawn spawn = { .argv = argv,
					.envp = envp,
					.work_dir = getcwd(here, sizeof here),
					.stdin_fd = -1,
					.stdout_fd = 2,
					.stderr_fd = 2 };

	(void)state;
	snprintf(double_dir, sizeof double_dir, "%s", temp_dir());
	chmod(double_dir, 0755);
	if (!ts_find_program("cc", compiler, sizeof compiler))
		return 0;
	snprintf(path_line, sizeof path_line, "PATH=%s", getenv("PATH"));
	snprintf(double_path, sizeof double_path, "%s/worker", double_dir);
	if (ts_spawn(&spawn, &child, &err) != TS_OK ||
	    ts_spawn_wait(&child, 60000, 100, &code, &err) != TS_OK ||
	    code != 0)
		return -1;
	return 0;
}

static int
remove_double(void **state)
{
	(void)state;
	temp_gone(double_dir);
	return 0;
}

static void
begin(struct stage *stage)
{
	struct ts_err err = { 0 };

	if (double_path[0] == '\0') {
		print_message("no compiler: skipped\n");
		skip();
	}
	*stage = (struct stage){ .ended = 0 };
	assert_true(sd_event_new(&stage->event) >= 0);
	assert_int_equal(ts_workers_new(stage->event, &stage->workers, &err),
			 TS_OK);
}

static void
finish(struct stage *stage)
{
	ts_workers_free(stage->workers);
	sd_event_unref(stage->event);
	/* nothing is left of anybody */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
note(void *ctx, const struct ts_worker_end *end)
{
	struct stage *stage = ctx;

	stage->ended++;
	stage->end = *end;
}

static struct ts_worker *
start(struct stage *stage, const char *how, const char *with,
      struct ts_worker_job job)
{
	const char *const argv[] = { double_path, how, with, NULL };
	struct ts_worker *worker = NULL;
	struct ts_err err = { 0 };

	job.argv = argv;
	job.input_fd = -1;
	job.done = note;
	job.ctx = stage;
	if (job.deadline_us == 0)
		job.deadline_us = PATIENCE;
	if (job.grace_us == 0)
		job.grace_us = SECOND;
	if (ts_worker_start(stage->workers, &job, &worker, &err) != TS_OK)
		fail_msg("%s", err.text);
	return worker;
}

/* Runs the loop until count workers have ended. */
static void
await(struct stage *stage, int count)
{
	int64_t last = now_us() + PATIENCE;

	while (stage->ended < count) {
		assert_true(sd_event_run(stage->event, 100000) >= 0);
		assert_true(now_us() < last);
	}
}

static struct ts_worker_end
run(const char *how, const char *with, struct ts_worker_job job)
{
	struct stage stage;

	begin(&stage);
	start(&stage, how, with, job);
	await(&stage, 1);
	assert_int_equal(stage.ended, 1);
	assert_int_equal(ts_workers_count(stage.workers), 0);
	finish(&stage);
	return stage.end;
}

static void
every_exit_status_comes_back(void **state)
{
	static const char *const codes[] = { "0",  "1",  "65", "69", "71",
					     "75", "77", "78", "255" };

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		struct ts_worker_end end =
			run("exit", codes[i], (struct ts_worker_job){ 0 });

		assert_int_equal(end.code, strtol(codes[i], NULL, 10));
		assert_false(end.too_late);
		assert_false(end.stopped);
		assert_string_equal(end.words, "");
		assert_true(end.took_us > 0 && end.took_us < PATIENCE);
	}
}

static void
a_crash_costs_that_worker_only(void **state)
{
	static const struct {
		const char *how;
		int code;
	} rows[] = { { "segv", -SIGSEGV }, { "abort", -SIGABRT } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct stage stage;

		begin(&stage);
		start(&stage, "hang", "", (struct ts_worker_job){ 0 });
		start(&stage, rows[i].how, "", (struct ts_worker_job){ 0 });
		await(&stage, 1);
		assert_int_equal(stage.end.code, rows[i].code);
		/* the other one was not taken for something left behind */
		assert_int_equal(ts_workers_count(stage.workers), 1);
		for (int j = 0; j < 5; j++)
			sd_event_run(stage.event, 10000);
		assert_int_equal(stage.ended, 1);
		finish(&stage);
	}
}

static void
what_does_not_end_is_ended(void **state)
{
	static const struct {
		const char *name, *how;
		int code;
	} rows[] = {
		{ "one that hangs", "hang", -SIGTERM },
		{ "one that goes when told", "polite", -SIGTERM },
		{ "one that ignores SIGTERM", "stubborn", -SIGKILL },
		{ "one whose child is told, too", "waits", 6 },
		{ "one with a heedless family", "family", -SIGKILL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t begun = now_us();
		struct ts_worker_end end =
			run(rows[i].how, "",
			    (struct ts_worker_job){ .deadline_us = SECOND / 3,
						    .grace_us = SECOND / 3 });

		if (end.code != rows[i].code || !end.too_late || end.stopped ||
		    now_us() - begun < SECOND / 3 ||
		    now_us() - begun > 10 * SECOND)
			fail_msg("%s: code %d after %d ms", rows[i].name,
				 end.code, (int)((now_us() - begun) / 1000));
	}
}

static void
one_that_is_stopped_by_the_group_is_ended_all_the_same(void **state)
{
	struct stage stage;
	struct ts_worker *worker;

	(void)state;
	begin(&stage);
	worker = start(&stage, "hang", "",
		       (struct ts_worker_job){ .deadline_us = SECOND / 5,
					       .grace_us = SECOND / 5 });
	kill(ts_worker_pid(worker), SIGSTOP);
	await(&stage, 1);
	assert_int_equal(stage.end.code, -SIGKILL);
	finish(&stage);
}

static void
a_stop_is_told_apart_from_a_deadline(void **state)
{
	struct stage stage;
	struct ts_worker *worker;

	(void)state;
	begin(&stage);
	worker = start(&stage, "hang", "", (struct ts_worker_job){ 0 });
	ts_worker_stop(worker);
	ts_worker_stop(worker); /* twice is once */
	await(&stage, 1);
	assert_int_equal(stage.end.code, -SIGTERM);
	assert_true(stage.end.stopped);
	assert_false(stage.end.too_late);
	/* and all at once, heedless ones too */
	for (int i = 0; i < 4; i++)
		start(&stage, i % 2 ? "polite" : "stubborn", "",
		      (struct ts_worker_job){ .grace_us = SECOND / 5 });
	assert_int_equal(ts_workers_count(stage.workers), 4);
	ts_workers_stop(stage.workers);
	await(&stage, 5);
	assert_true(stage.end.stopped);
	finish(&stage);
}

static void
last_words_are_one_line(void **state)
{
	static const struct {
		const char *said, *told;
	} rows[] = {
		{ "published 2026-10.1\n", "published 2026-10.1" },
		{ "no line end", "no line end" },
		{ "two\nlines\n", "two\\x0alines" },
		{ "\x1b[31mred\n\n", "\\x1b[31mred" },
		{ "\xd0\x9a\xd0\xb0\xd0\xb7\xd0\xb0\xd1\x85\xd1\x81\xd1\x82"
		  "\xd0\xb0\xd0\xbd",
		  "\xd0\x9a\xd0\xb0\xd0\xb7\xd0\xb0\xd1\x85\xd1\x81\xd1\x82"
		  "\xd0\xb0\xd0\xbd" },
		{ "bad \xff byte", "bad \\xff byte" },
		{ "\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(
			run("say", rows[i].said, (struct ts_worker_job){ 0 })
				.words,
			rows[i].told);
}

static void
a_flood_of_words_is_read_and_forgotten(void **state)
{
	struct ts_worker_end end =
		run("flood", "", (struct ts_worker_job){ 0 });

	(void)state;
	assert_int_equal(end.code, 0);
	assert_int_equal(strlen(end.words), TS_LAST_WORDS - 1);
	assert_int_equal(strspn(end.words, "x"), TS_LAST_WORDS - 1);
}

static void
one_that_closes_everything_is_still_seen(void **state)
{
	(void)state;
	assert_int_equal(run("silent", "", (struct ts_worker_job){ 0 }).code,
			 5);
}

static void
a_child_that_fled_is_ended_with_its_worker(void **state)
{
	struct stage stage;

	(void)state;
	begin(&stage);
	/* it holds the pipe of the words open: nobody waits for its end */
	start(&stage, "daemonize", "", (struct ts_worker_job){ 0 });
	await(&stage, 1);
	assert_int_equal(stage.end.code, 0);
	assert_string_equal(stage.end.words, "left one");
	/* gone before anybody was told: no worker, so no child */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	finish(&stage);
}

static void
a_bomb_is_cleared_away_and_others_live_on(void **state)
{
	struct stage stage;
	struct ts_worker *other;
	int64_t last = now_us() + PATIENCE;
	int left = 1;

	(void)state;
	begin(&stage);
	other = start(&stage, "hang", "", (struct ts_worker_job){ 0 });
	start(&stage, "bomb", "", (struct ts_worker_job){ 0 });
	await(&stage, 1);
	assert_int_equal(stage.end.code, 0);
	/* those that took longer are ended from the loop */
	while (left > 0 && now_us() < last) {
		struct dirent *entry;
		DIR *dir = opendir("/proc");

		left = 0;
		assert_non_null(dir);
		while ((entry = readdir(dir)) != NULL) {
			char path[300], text[256] = "";
			const char *at;
			int fd;

			snprintf(path, sizeof path, "/proc/%s/stat",
				 entry->d_name);
			fd = open(path, O_RDONLY | O_CLOEXEC);
			if (fd < 0)
				continue;
			if (read(fd, text, sizeof text - 1) > 0 &&
			    (at = strrchr(text, ')')) != NULL &&
			    strtol(at + 4, NULL, 10) == getpid())
				left++;
			close(fd);
		}
		closedir(dir);
		left--; /* the other worker */
		sd_event_run(stage.event, 20000);
	}
	assert_int_equal(left, 0);
	assert_int_equal(stage.ended, 1);
	assert_int_equal(kill(ts_worker_pid(other), 0), 0);
	finish(&stage);
}

static void
a_chain_of_fleeing_processes_is_caught(void **state)
{
	(void)state;
	/* finish() insists that nobody is left */
	assert_int_equal(run("chain", "", (struct ts_worker_job){ 0 }).code, 0);
}

static void
a_bomb_stops_at_the_limit_of_processes(void **state)
{
	pid_t pid;
	int status = 0;

	(void)state;
	if (geteuid() != 0) {
		struct ts_worker_end end =
			run("bomb", "",
			    (struct ts_worker_job){ .limits.processes = 300 });

		assert_int_equal(end.code, 0);
		return;
	}
	/* root has no such limit: as a user without other processes */
	pid = fork();
	if (pid == 0) {
		struct ts_worker_end end;

		if (setgid(47311) != 0 || setuid(47311) != 0)
			_exit(2);
		end = run("bomb", "",
			  (struct ts_worker_job){ .limits.processes = 40 });
		_exit(end.code == 0 && strstr(end.words, "unavailable") != NULL
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
a_worker_is_first_to_go_and_alone(void **state)
{
	int leak = open("/dev/null", O_RDONLY); /* without CLOEXEC */
	struct ts_worker_end end = run("show", "", (struct ts_worker_job){ 0 });

	(void)state;
	close(leak);
	assert_non_null(strstr(end.words, "oom=500 files=0 leader=1"));
}

static void
the_greatest_size_is_told(void **state)
{
	struct ts_worker_end end =
		run("memory", "", (struct ts_worker_job){ 0 });

	(void)state;
	assert_int_equal(end.code, 0);
	assert_true(end.peak_bytes > (int64_t)48 << 20);
	assert_true(end.peak_bytes < (int64_t)400 << 20);
	/* and above its limit there is none */
	end = run("memory", "",
		  (struct ts_worker_job){ .limits.memory_bytes = (size_t)32
								 << 20 });
	assert_int_equal(end.code, 93);
}

static void
a_program_that_is_not_there_is_told_at_once(void **state)
{
	const char *const argv[] = { "/nowhere/tradestat", NULL };
	const struct ts_worker_job job = { .argv = argv,
					   .input_fd = -1,
					   .deadline_us = SECOND,
					   .done = note };
	struct ts_worker *worker;
	struct ts_err err = { 0 };
	struct stage stage;

	(void)state;
	begin(&stage);
	assert_int_equal(ts_worker_start(stage.workers, &job, &worker, &err),
			 TS_UNAVAILABLE);
	assert_string_equal(err.text, "execute /nowhere/tradestat: "
				      "No such file or directory");
	assert_int_equal(ts_workers_count(stage.workers), 0);
	finish(&stage);
}

static void
start_next(void *ctx, const struct ts_worker_end *end)
{
	struct stage *stage = ctx;

	note(ctx, end);
	if (stage->ended < 3)
		start(stage, "exit", "7", (struct ts_worker_job){ 0 });
}

static void
the_next_one_may_begin_when_one_ends(void **state)
{
	const char *const argv[] = { double_path, "exit", "7", NULL };
	struct stage stage;
	struct ts_worker *worker;
	struct ts_err err = { 0 };
	const struct ts_worker_job job = { .argv = argv,
					   .input_fd = -1,
					   .deadline_us = PATIENCE,
					   .done = start_next,
					   .ctx = &stage };

	(void)state;
	begin(&stage);
	assert_int_equal(ts_worker_start(stage.workers, &job, &worker, &err),
			 TS_OK);
	await(&stage, 2);
	assert_int_equal(stage.end.code, 7);
	finish(&stage);
}

static void
an_end_of_all_waits_for_nobody(void **state)
{
	struct stage stage;
	int64_t begun = now_us();

	(void)state;
	begin(&stage);
	for (int i = 0; i < 3; i++)
		start(&stage, i == 0 ? "stubborn" : "family", "",
		      (struct ts_worker_job){ 0 });
	usleep(100000);
	finish(&stage);
	assert_int_equal(stage.ended, 0); /* nobody was told */
	assert_true(now_us() - begun < 10 * SECOND);
	ts_workers_free(NULL);
}

static void
an_idle_loop_sleeps(void **state)
{
	struct stage stage;

	(void)state;
	begin(&stage);
	start(&stage, "exit", "0", (struct ts_worker_job){ 0 });
	await(&stage, 1);
	/* 0: nothing happened within the time */
	assert_int_equal(sd_event_run(stage.event, 600000), 0);
	finish(&stage);
}

static int
open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static void
a_thousand_workers_leave_no_descriptor(void **state)
{
	struct stage stage;
	int before = 0;

	(void)state;
	begin(&stage);
	for (int i = 0; i < 1000; i++) {
		if (i == 10)
			before = open_files();
		start(&stage, "exit", "0", (struct ts_worker_job){ 0 });
		if (i % 4 == 3)
			await(&stage, i + 1);
	}
	await(&stage, 1000);
	assert_true(open_files() <= before);
	finish(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_exit_status_comes_back),
		cmocka_unit_test(a_crash_costs_that_worker_only),
		cmocka_unit_test(what_does_not_end_is_ended),
		cmocka_unit_test(
			one_that_is_stopped_by_the_group_is_ended_all_the_same),
		cmocka_unit_test(a_stop_is_told_apart_from_a_deadline),
		cmocka_unit_test(last_words_are_one_line),
		cmocka_unit_test(a_flood_of_words_is_read_and_forgotten),
		cmocka_unit_test(one_that_closes_everything_is_still_seen),
		cmocka_unit_test(a_child_that_fled_is_ended_with_its_worker),
		cmocka_unit_test(a_bomb_is_cleared_away_and_others_live_on),
		cmocka_unit_test(a_chain_of_fleeing_processes_is_caught),
		cmocka_unit_test(a_bomb_stops_at_the_limit_of_processes),
		cmocka_unit_test(a_worker_is_first_to_go_and_alone),
		cmocka_unit_test(the_greatest_size_is_told),
		cmocka_unit_test(a_program_that_is_not_there_is_told_at_once),
		cmocka_unit_test(the_next_one_may_begin_when_one_ends),
		cmocka_unit_test(an_end_of_all_waits_for_nobody),
		cmocka_unit_test(an_idle_loop_sleeps),
		cmocka_unit_test(a_thousand_workers_leave_no_descriptor),
	};

	return cmocka_run_group_tests(tests, compile_double, remove_double);
}
