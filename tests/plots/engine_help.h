/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_help.h - what the tests of the chart engine share: a folder, an
 * engine in it, a small chart, and a look at what is left afterwards.
 */
#ifndef TESTS_PLOTS_ENGINE_HELP_H
#define TESTS_PLOTS_ENGINE_HELP_H

#include "tests/support/fixtures.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tradestat/clock.h>
#include <tradestat/file.h>

#include "plots/engine/plot.h"

#define HELP static __attribute__((unused))

/* Bars, then the commands of the test: raw, as no plugin of ours would. */
struct bench {
	char *dir;
	char work[512], cache[512];
	struct ts_plot_opts opts;
	struct ts_plot *plot;
	struct ts_err err;
	int files_before;
};

HELP const char *raw_commands = "";

HELP int
count_entries(const char *path)
{
	DIR *dir = opendir(path);
	int count = -2; /* . and .. */

	if (dir == NULL)
		return -1;
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

HELP int64_t
now_ms(void)
{
	const struct ts_clock *clock = ts_clock_system();

	return clock->mono_us(clock) / 1000;
}

HELP enum ts_status
bars_draw(const struct ts_chart_job *job, struct ts_script *script,
	  struct ts_err *err)
{
	double right = job->panel.width - 40;

	(void)err;
	ts_script_cmd(script,
		      "set lmargin at screen %.5f\n"
		      "set rmargin at screen %.5f\n"
		      "set bmargin at screen %.5f\n"
		      "set tmargin at screen %.5f",
		      ts_chart_x(job, 40), ts_chart_x(job, right),
		      ts_chart_y(job, job->area.y + job->area.height),
		      ts_chart_y(job, job->area.y));
	ts_script_data(script);
	for (int i = 1; i < 6; i++) {
		ts_script_num(script, i);
		ts_script_num(script, i * i % 7);
		ts_script_row(script);
	}
	ts_script_data_end(script);
	ts_script_cmd(script,
		      "set xrange [0:6]\nset yrange [0:8]\n"
		      "set boxwidth 0.6\n%s\n"
		      "plot $d%d using 1:2 with boxes fc rgb '#0B5FA5' "
		      "notitle",
		      raw_commands, script->blocks);
	return TS_OK;
}

HELP enum ts_status
needy(const struct ts_chart_spec *spec, struct ts_arena *arena,
      struct ts_chart_need *out, struct ts_err *err)
{
	(void)spec, (void)arena, (void)err;
	snprintf(out->refused, sizeof out->refused,
		 "needs at least 3 years, got 2");
	return TS_OK;
}

HELP const struct ts_chart bars = {
	TS_PLUGIN_HEAD(struct ts_chart, CHART, "bars", "Bars for tests", NULL,
		       0),
	.draw = bars_draw,
};
HELP const struct ts_chart refusing = {
	TS_PLUGIN_HEAD(struct ts_chart, CHART, "refusing", "Never drawn", NULL,
		       0),
	.need = needy,
	.draw = bars_draw,
};
HELP const struct ts_chart_spec usual_spec = {
	.title = "Turnover rose by 26.7%",
	.subtitle = "US$ bn",
	.source = "UN Comtrade",
};

HELP void
bench_begin(struct bench *bench)
{
	memset(bench, 0, sizeof *bench);
	raw_commands = "";
	bench->files_before = count_entries("/proc/self/fd");
	bench->dir = temp_dir();
	snprintf(bench->work, sizeof bench->work, "%s/work", bench->dir);
	snprintf(bench->cache, sizeof bench->cache, "%s/cache", bench->dir);
	bench->opts = (struct ts_plot_opts){
		.work_dir = bench->work,
		.font = "Inter",
		.sandbox = true,
		.created_us = 1700000000000000,
	};
}

HELP void
bench_open(struct bench *bench)
{
	if (ts_plot_open(&bench->opts, &bench->plot, &bench->err) != TS_OK) {
		if (bench->err.status == TS_UNAVAILABLE) {
			print_message("%s: skipped\n", bench->err.text);
			skip();
		}
		fail_msg("%s", bench->err.text);
	}
}

/* No descriptor, child or file may be left. */
HELP void
bench_end(struct bench *bench)
{
	ts_plot_close(bench->plot);
	bench->plot = NULL;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(count_entries("/proc/self/fd"), bench->files_before);
	if (access(bench->work, F_OK) == 0)
		assert_int_equal(count_entries(bench->work), 0);
	temp_gone(bench->dir);
}

/* Skips where the kernel has no Landlock; where it has, it must be used. */
HELP void
need_sandbox(struct bench *bench)
{
	if (syscall(444 /* landlock_create_ruleset */, NULL, 0, 1) < 1) {
		print_message("no Landlock in this kernel: skipped\n");
		bench_end(bench);
		skip();
	}
	assert_string_equal(ts_plot_sandbox(bench->plot),
			    "landlock and seccomp");
}

HELP struct ts_plot_request
ask(const struct bench *bench, enum ts_format format, const char *name,
    char path[512])
{
	snprintf(path, 512, "%s/%s", bench->dir, name);
	return (struct ts_plot_request){
		.chart = &bars,
		.spec = &usual_spec,
		.theme = ts_theme_find("light"),
		.format = format,
		.path = path,
	};
}

/* Draws one picture with status, and tells whether anything was said. */
HELP void
draw_well(struct bench *bench, struct ts_plot_request *requests, size_t count)
{
	if (ts_plot_draw(bench->plot, requests, count, &bench->err) != TS_OK)
		fail_msg("%s", bench->err.text);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(requests[i].problem, "");
}

HELP void
read_whole(const char *path, struct ts_buf *bytes)
{
	struct ts_err err;

	ts_buf_reset(bytes);
	if (ts_file_read(path, bytes, &err) != TS_OK)
		fail_msg("%s", err.text);
}

HELP void
assert_same_file(const char *a, const char *b)
{
	TS_AUTO_BUF one = TS_BUF_INIT(64 << 20);
	TS_AUTO_BUF two = TS_BUF_INIT(64 << 20);

	read_whole(a, &one);
	read_whole(b, &two);
	assert_int_equal(one.used, two.used);
	assert_memory_equal(one.data, two.data, one.used);
}

#endif
