/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Row F9 of the fault matrix: the renderer misbehaves. Whatever it does, the
 * chart fails inside its deadline with a reason, and nothing is left.
 */
#include "tests/plots/engine_help.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <tradestat/spawn.h>

#define DEADLINE_MS 400

static char double_path[512]; /* the compiled double; "" if no compiler */
static char double_dir[256];

static int
compile_double(void **state)
{
	char compiler[512];
	struct ts_child child;
	struct ts_err err;
	int code = -1;
	char path_line[1024];
	const char *const envp[] = { path_line, NULL };
	const char *const argv[] = {
		compiler, "-O1",       "-D_GNU_SOURCE",
		"-o",     double_path, "tests/doubles/fake_gnuplot.c",
		NULL
	};
	char here[512];
	const struct ts_spawn spawn = { .argv = argv,
					.envp = envp,
					.work_dir = getcwd(here, sizeof here),
					.stdin_fd = -1,
					.stdout_fd = 2,
					.stderr_fd = 2 };

	(void)state;
	snprintf(double_dir, sizeof double_dir, "%s", temp_dir());
	if (!ts_find_program("cc", compiler, sizeof compiler))
		return 0;
	snprintf(path_line, sizeof path_line, "PATH=%s", getenv("PATH"));
	snprintf(double_path, sizeof double_path, "%s/double", double_dir);
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

/* An engine whose gnuplot is the double under the name of its fault. */
static void
begin_with(struct bench *bench, const char *mode, char program[600])
{
	if (double_path[0] == '\0') {
		print_message("no compiler: skipped\n");
		skip();
	}
	bench_begin(bench);
	snprintf(program, 600, "%s/%s", double_dir, mode);
	unlink(program);
	assert_int_equal(link(double_path, program), 0);
	bench->opts.gnuplot = program;
	bench->opts.deadline_ms = DEADLINE_MS;
	bench_open(bench);
}

static void
whatever_gnuplot_does_the_chart_fails_in_time(void **state)
{
	static const struct {
		const char *mode;
		enum ts_format format;
		enum ts_status status;
		const char *words;
	} rows[] = {
		{ "hang", TS_PNG, TS_AGAIN, "gave no answer in 400 ms" },
		{ "stubborn", TS_PNG, TS_AGAIN, "gave no answer in 400 ms" },
		{ "exits", TS_PNG, TS_AGAIN, "ended with status 0" },
		{ "leaves", TS_PNG, TS_AGAIN, "ended with status 3" },
		{ "segv", TS_PNG, TS_AGAIN, "killed by signal 11" },
		{ "grows", TS_PNG, TS_AGAIN, "killed by signal 25" },
		{ "flood", TS_PNG, TS_AGAIN, "says too much" },
		{ "liar", TS_PNG, TS_AGAIN, "gave no answer in 400 ms" },
		{ "nothing", TS_PNG, TS_BAD_DATA, "left no picture" },
		{ "empty", TS_PNG, TS_BAD_DATA, "not a png, 0 bytes" },
		{ "empty", TS_SVG, TS_BAD_DATA, "svg: ends in the middle" },
		{ "empty", TS_PDF, TS_BAD_DATA, "not a pdf, 0 bytes" },
		{ "rubbish", TS_PNG, TS_BAD_DATA, "not a png" },
		{ "rubbish", TS_SVG, TS_BAD_DATA, "svg: ends in the middle" },
		{ "rubbish", TS_PDF, TS_BAD_DATA, "not a pdf" },
		{ "truncated", TS_PNG, TS_BAD_DATA, "ends in the middle" },
		{ "error", TS_SVG, TS_BAD_DATA,
		  "\"chart.gp\" line 3: undefined variable: x" },
		{ "link", TS_PNG, TS_BAD_DATA, "left no picture" },
		{ "fifo", TS_PNG, TS_BAD_DATA, "left no picture" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bench bench;
		char path[512], program[600];
		int64_t begun = now_ms();

		begin_with(&bench, rows[i].mode, program);
		struct ts_plot_request request =
			ask(&bench, rows[i].format, "a.png", path);

		if (ts_plot_draw(bench.plot, &request, 1, &bench.err) !=
			    rows[i].status ||
		    strstr(request.problem, rows[i].words) == NULL ||
		    strstr(bench.err.text, rows[i].words) == NULL)
			fail_msg("%s: %s", rows[i].mode, bench.err.text);
		assert_int_equal(request.status, rows[i].status);
		/* two attempts and the way there and back */
		assert_true(now_ms() - begun < 2 * DEADLINE_MS + 5000);
		assert_int_equal(access(path, F_OK), -1);
		assert_int_equal(count_entries(bench.dir), 1); /* work */
		bench_end(&bench);
	}
}

static void
a_gnuplot_that_died_gets_one_more_chance(void **state)
{
	struct bench bench;
	char path[512], program[600];

	(void)state;
	begin_with(&bench, "once", program);
	struct ts_plot_request request = ask(&bench, TS_SVG, "a.svg", path);

	draw_well(&bench, &request, 1);
	assert_int_equal(access(path, F_OK), 0);
	bench_end(&bench);
}

static void
a_warning_is_kept_with_the_chart(void **state)
{
	struct bench bench;
	char path[512], program[600];

	(void)state;
	begin_with(&bench, "warns", program);
	struct ts_plot_request request = ask(&bench, TS_SVG, "a.svg", path);

	assert_int_equal(ts_plot_draw(bench.plot, &request, 1, &bench.err),
			 TS_OK);
	assert_string_equal(request.problem, "warning: [31mcolours");
	bench_end(&bench);
}

static void
a_fork_bomb_makes_no_processes(void **state)
{
	struct bench bench;
	char path[512], program[600];

	(void)state;
	begin_with(&bench, "bomb", program);
	struct ts_plot_request request = ask(&bench, TS_PNG, "a.png", path);

	assert_int_not_equal(ts_plot_draw(bench.plot, &request, 1, &bench.err),
			     TS_OK);
	need_sandbox(&bench);
	assert_string_equal(request.problem, "gnuplot left no picture (it "
					     "said: made 0 processes)");
	bench_end(&bench);
}

static void
it_cannot_write_outside_its_folder(void **state)
{
	struct bench bench;
	char path[512], program[600], canary[700];

	(void)state;
	begin_with(&bench, "escape", program);
	struct ts_plot_request request = ask(&bench, TS_PNG, "a.png", path);

	assert_int_not_equal(ts_plot_draw(bench.plot, &request, 1, &bench.err),
			     TS_OK);
	need_sandbox(&bench);
	snprintf(canary, sizeof canary, "%s.canary", program);
	assert_int_equal(access(canary, F_OK), -1);
	bench_end(&bench);
}

static void
one_bad_chart_does_not_stop_the_others(void **state)
{
	struct bench bench;
	char paths[8][512], program[600];
	struct ts_plot_request requests[8];

	(void)state;
	/* the double hangs at every chart: all fail, each by itself, and the
	 * second attempts come one after the other */
	begin_with(&bench, "leaves", program);
	for (int i = 0; i < 8; i++) {
		char name[16];

		snprintf(name, sizeof name, "%d.png", i);
		requests[i] = ask(&bench, TS_PNG, name, paths[i]);
	}
	assert_int_equal(ts_plot_draw(bench.plot, requests, 8, &bench.err),
			 TS_AGAIN);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(requests[i].status, TS_AGAIN);
		assert_non_null(strstr(requests[i].problem, "status 3"));
	}
	bench_end(&bench);
}

/* ---- a full disk --------------------------------------------------------- */

static char full_disk[512]; /* where the drawing chart fills up */

/* Leaves room for the job file, not for the picture. */
static enum ts_status
filling_draw(const struct ts_chart_job *job, struct ts_script *script,
	     struct ts_err *err)
{
	char path[600];
	static char block[1024];
	int fd;

	snprintf(path, sizeof path, "%s/filler", full_disk);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	while (write(fd, block, sizeof block) > 0)
		;
	if (ftruncate(fd, lseek(fd, 0, SEEK_CUR) - 12288) != 0)
		fail_msg("%s", strerror(errno));
	close(fd);
	return bars_draw(job, script, err);
}

static void
on_a_full_disk_a_cut_picture_is_not_taken(void **state)
{
	static const struct ts_chart filling = {
		TS_PLUGIN_HEAD(struct ts_chart, CHART, "filling", "Fills", NULL,
			       0),
		.draw = filling_draw,
	};
	static const enum ts_format formats[] = { TS_PNG, TS_PDF };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bench bench;
		char path[512], filler[600];

		bench_begin(&bench);
		snprintf(full_disk, sizeof full_disk, "%s/disk", bench.dir);
		assert_int_equal(mkdir(full_disk, 0700), 0);
		if (mount("tmpfs", full_disk, "tmpfs", 0, "size=6m") != 0) {
			print_message("cannot mount: skipped\n");
			temp_gone(bench.dir);
			skip();
		}
		bench.opts.work_dir = full_disk;
		bench_open(&bench);
		struct ts_plot_request request =
			ask(&bench, formats[i], "a", path);

		request.chart = &filling;
		enum ts_status status =
			ts_plot_draw(bench.plot, &request, 1, &bench.err);
		/* and before anything is begun, when there is no room */
		enum ts_status again =
			ts_plot_draw(bench.plot, &request, 1, &bench.err);
		snprintf(filler, sizeof filler, "%s/filler", full_disk);
		unlink(filler);
		ts_plot_close(bench.plot);
		bench.plot = NULL;
		umount(full_disk);
		assert_int_equal(status, TS_FULL);
		assert_int_equal(again, TS_FULL);
		assert_int_equal(access(path, F_OK), -1);
		bench_end(&bench);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_gnuplot_does_the_chart_fails_in_time),
		cmocka_unit_test(a_gnuplot_that_died_gets_one_more_chance),
		cmocka_unit_test(a_warning_is_kept_with_the_chart),
		cmocka_unit_test(a_fork_bomb_makes_no_processes),
		cmocka_unit_test(it_cannot_write_outside_its_folder),
		cmocka_unit_test(one_bad_chart_does_not_stop_the_others),
		cmocka_unit_test(on_a_full_disk_a_cut_picture_is_not_taken),
	};

	return cmocka_run_group_tests(tests, compile_double, remove_double);
}
