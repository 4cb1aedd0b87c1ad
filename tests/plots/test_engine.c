/* SPDX-License-Identifier: Apache-2.0 */
/* Charts asked and pictures returned, with the real gnuplot. */
#include "tests/plots/engine_help.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "plots/engine/gnuplot.h"

static void
a_chart_comes_out_in_three_formats_without_a_word(void **state)
{
	struct bench bench;
	char paths[3][512];

	(void)state;
	bench_begin(&bench);
	bench_open(&bench);
	struct ts_plot_request requests[] = {
		ask(&bench, TS_PNG, "a.png", paths[0]),
		ask(&bench, TS_SVG, "a.svg", paths[1]),
		ask(&bench, TS_PDF, "a.pdf", paths[2]),
	};

	draw_well(&bench, requests, 3);
	for (int i = 0; i < 3; i++) {
		assert_false(requests[i].from_cache);
		assert_true(requests[i].width == 600);
		assert_true(requests[i].height == 380);
		assert_int_equal(access(paths[i], F_OK), 0);
	}
	/* nothing beside them: no part, no leftover of an atomic write */
	assert_int_equal(count_entries(bench.dir), 4);
	bench_end(&bench);
}

static void
an_svg_carries_our_title_and_nothing_of_gnuplot(void **state)
{
	TS_AUTO_BUF svg = TS_BUF_INIT(1 << 20);
	struct bench bench;
	char path[512];
	struct ts_chart_spec spec = usual_spec;

	(void)state;
	bench_begin(&bench);
	bench_open(&bench);
	spec.title = "Exports < imports & \"more\"";
	struct ts_plot_request request = ask(&bench, TS_SVG, "a.svg", path);

	request.spec = &spec;
	draw_well(&bench, &request, 1);
	read_whole(path, &svg);
	assert_non_null(strstr(svg.data, "<title>Exports &lt; imports &amp; "
					 "&quot;more&quot;</title>"));
	assert_null(strcasestr(svg.data, "gnuplot"));
	assert_null(strstr(svg.data, "<title>$d1"));
	assert_non_null(strstr(svg.data, "font-family=\"Inter, sans-serif\" "
					 "font-weight=\"600\""));
	assert_non_null(
		strstr(svg.data, ">Exports &lt; imports &amp; ”more”<"));
	bench_end(&bench);
}

static void
a_used_process_draws_the_same_bytes_as_a_fresh_one(void **state)
{
	static const enum ts_format formats[] = { TS_PNG, TS_SVG, TS_PDF };
	struct ts_chart_spec other = { .title = "Another",
				       .width = 500,
				       .height = 300 };
	struct bench bench;
	char fresh[3][512], used[3][512], between[512];

	(void)state;
	bench_begin(&bench);
	bench.opts.processes = 1;
	for (int i = 0; i < 3; i++) {
		bench_open(&bench);
		struct ts_plot_request request =
			ask(&bench, formats[i], "fresh", fresh[i]);

		snprintf(fresh[i], sizeof fresh[i], "%s/fresh%d", bench.dir, i);
		draw_well(&bench, &request, 1);
		ts_plot_close(bench.plot);
	}
	bench_open(&bench);
	for (int i = 0; i < 3; i++) {
		struct ts_plot_request request =
			ask(&bench, formats[2 - i], "x", between);

		request.spec = &other;
		/* patterns, dashes and colours of one chart must not show in
		 * the next */
		raw_commands = "set object 1 rect from 1,1 to 2,2 fc rgb 'red' "
			       "fs pattern 4\nset style line 7 lc rgb 'blue'\n"
			       "set linetype 1 lc rgb 'green' dt 3 lw 5\n"
			       "set label 5 'x' at 1,1 font 'Inter Bold,30'";
		draw_well(&bench, &request, 1);
		raw_commands = "";
		request = ask(&bench, formats[i], "used", used[i]);
		snprintf(used[i], sizeof used[i], "%s/used%d", bench.dir, i);
		draw_well(&bench, &request, 1);
		assert_same_file(fresh[i], used[i]);
	}
	bench_end(&bench);
}

static void
two_processes_draw_the_same_bytes_as_one(void **state)
{
	enum { COUNT = 12 };
	struct ts_plot_request requests[COUNT];
	struct ts_chart_spec specs[COUNT];
	char paths[2][COUNT][512], titles[COUNT][32], name[32];
	struct bench bench;

	(void)state;
	bench_begin(&bench);
	for (int run = 0; run < 2; run++) {
		bench.opts.processes = run + 1;
		bench_open(&bench);
		for (int i = 0; i < COUNT; i++) {
			snprintf(titles[i], sizeof titles[i], "Chart %d", i);
			snprintf(name, sizeof name, "%d-%d", run, i);
			specs[i] = usual_spec;
			specs[i].title = titles[i];
			requests[i] = ask(&bench, (enum ts_format)(i % 3), name,
					  paths[run][i]);
			requests[i].spec = &specs[i];
		}
		draw_well(&bench, requests, COUNT);
		ts_plot_close(bench.plot);
	}
	bench.plot = NULL;
	for (int i = 0; i < COUNT; i++)
		assert_same_file(paths[0][i], paths[1][i]);
	bench_end(&bench);
}

static void
a_pdf_is_dated_as_told(void **state)
{
	TS_AUTO_BUF pdf = TS_BUF_INIT(1 << 20);
	struct bench bench;
	char path[512];

	(void)state;
	bench_begin(&bench);
	bench.opts.created_us = 1700000000000000;
	bench_open(&bench);
	struct ts_plot_request request = ask(&bench, TS_PDF, "a.pdf", path);

	draw_well(&bench, &request, 1);
	read_whole(path, &pdf);
	assert_non_null(memmem(pdf.data, pdf.used,
			       "/CreationDate (D:20231114221320", 31));
	bench_end(&bench);
}

/* ---- what was drawn before ----------------------------------------------- */

static void
an_unchanged_chart_is_copied_and_not_drawn(void **state)
{
	struct bench bench;
	char first[512], second[512], third[512];

	(void)state;
	bench_begin(&bench);
	bench.opts.cache_dir = bench.cache;
	bench_open(&bench);
	struct ts_plot_request a = ask(&bench, TS_PNG, "a.png", first);

	draw_well(&bench, &a, 1);
	assert_false(a.from_cache);
	ts_plot_close(bench.plot);
	/* a later run of the program */
	bench_open(&bench);
	struct ts_plot_request b = ask(&bench, TS_PNG, "b.png", second);

	draw_well(&bench, &b, 1);
	assert_true(b.from_cache);
	assert_string_equal(ts_plot_sandbox(bench.plot), "not started");
	assert_same_file(first, second);
	/* a copy, not a link: what is done to one does not reach the other */
	assert_int_equal(truncate(second, 10), 0);
	struct ts_plot_request c = ask(&bench, TS_PNG, "c.png", third);

	draw_well(&bench, &c, 1);
	assert_true(c.from_cache);
	assert_same_file(first, third);
	bench_end(&bench);
}

static void
what_decides_the_look_decides_the_cache(void **state)
{
	struct ts_chart_spec changed = usual_spec;
	struct bench bench;
	char path[512];

	(void)state;
	changed.subtitle = "US$ mn";
	bench_begin(&bench);
	bench.opts.cache_dir = bench.cache;
	bench_open(&bench);
	struct ts_plot_request request = ask(&bench, TS_SVG, "a", path);

	draw_well(&bench, &request, 1);
	request.spec = &changed;
	draw_well(&bench, &request, 1);
	assert_false(request.from_cache);
	request.theme = ts_theme_find("dark");
	draw_well(&bench, &request, 1);
	assert_false(request.from_cache);
	request.format = TS_PDF;
	draw_well(&bench, &request, 1);
	assert_false(request.from_cache);
	draw_well(&bench, &request, 1);
	assert_true(request.from_cache);
	bench_end(&bench);
}

static void
a_pdf_from_the_cache_is_dated_anew(void **state)
{
	TS_AUTO_BUF pdf = TS_BUF_INIT(1 << 20);
	struct bench bench;
	char path[512];

	(void)state;
	bench_begin(&bench);
	bench.opts.cache_dir = bench.cache;
	bench_open(&bench);
	struct ts_plot_request request = ask(&bench, TS_PDF, "a.pdf", path);

	draw_well(&bench, &request, 1);
	ts_plot_close(bench.plot);
	bench.opts.created_us += 3600ll * 1000000;
	bench_open(&bench);
	draw_well(&bench, &request, 1);
	assert_true(request.from_cache);
	read_whole(path, &pdf);
	assert_non_null(memmem(pdf.data, pdf.used,
			       "/CreationDate (D:20231114231320", 31));
	bench_end(&bench);
}

/* Changes one byte of, or cuts, the only entry of the cache. */
static void
spoil(const char *cache, bool cut)
{
	DIR *dir = opendir(cache);
	struct dirent *entry;
	char path[1024];
	struct stat st;
	int fd;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", cache, entry->d_name);
		assert_int_equal(stat(path, &st), 0);
		fd = open(path, O_RDWR);
		if (cut)
			assert_int_equal(ftruncate(fd, st.st_size / 2), 0);
		else
			assert_int_equal(pwrite(fd, "", 1, st.st_size / 2), 1);
		close(fd);
	}
	closedir(dir);
}

static void
a_rotten_entry_of_the_cache_is_drawn_again(void **state)
{
	struct bench bench;
	char path[512];

	(void)state;
	bench_begin(&bench);
	bench.opts.cache_dir = bench.cache;
	bench_open(&bench);
	struct ts_plot_request request = ask(&bench, TS_PNG, "a.png", path);

	draw_well(&bench, &request, 1);
	for (int cut = 0; cut < 2; cut++) {
		spoil(bench.cache, cut);
		draw_well(&bench, &request, 1);
		assert_false(request.from_cache);
		draw_well(&bench, &request, 1);
		assert_true(request.from_cache);
	}
	bench_end(&bench);
}

static void
an_entry_nobody_asks_for_goes_after_a_month(void **state)
{
	struct bench bench;
	char path[512], old[1024], key[1024] = "";
	struct timespec long_ago[2] = { { .tv_sec = 1000000000 },
					{ .tv_sec = 1000000000 } };

	(void)state;
	bench_begin(&bench);
	bench.opts.cache_dir = bench.cache;
	bench_open(&bench);
	struct ts_plot_request request = ask(&bench, TS_SVG, "a", path);

	draw_well(&bench, &request, 1);
	ts_plot_close(bench.plot);
	snprintf(old, sizeof old, "%s/%064d.picture", bench.cache, 7);
	close(open(old, O_WRONLY | O_CREAT, 0644));
	utimensat(AT_FDCWD, old, long_ago, 0);
	snprintf(key, sizeof key, "%s/README", bench.cache);
	close(open(key, O_WRONLY | O_CREAT, 0644));
	utimensat(AT_FDCWD, key, long_ago, 0);
	bench_open(&bench);
	request.theme = ts_theme_find("dark");
	draw_well(&bench, &request, 1);
	ts_plot_close(bench.plot);
	bench.plot = NULL;
	assert_int_equal(access(old, F_OK), -1);
	assert_int_equal(access(key, F_OK), 0); /* not ours */
	assert_int_equal(count_entries(bench.cache), 3);
	bench_end(&bench);
}

/* ---- what cannot be drawn ------------------------------------------------ */

static void
each_chart_has_a_status_of_its_own(void **state)
{
	struct ts_chart_spec huge = usual_spec;
	struct bench bench;
	char paths[5][512];

	(void)state;
	huge.width = 100000;
	bench_begin(&bench);
	bench_open(&bench);
	struct ts_plot_request requests[] = {
		ask(&bench, TS_SVG, "a.svg", paths[0]),
		ask(&bench, TS_SVG, "b.svg", paths[1]),
		ask(&bench, TS_SVG, "c.svg", paths[2]),
		ask(&bench, TS_SVG, "no/such/folder/d.svg", paths[3]),
		ask(&bench, TS_SVG, "e.svg", paths[4]),
	};

	requests[1].chart = &refusing;
	requests[2].spec = &huge;
	assert_int_equal(ts_plot_draw(bench.plot, requests, 5, &bench.err),
			 TS_REFUSED);
	assert_int_equal(requests[0].status, TS_OK);
	assert_string_equal(requests[0].problem, "");
	assert_int_equal(requests[1].status, TS_REFUSED);
	assert_string_equal(requests[1].problem, "chart refusing needs at "
						 "least 3 years, got 2");
	assert_int_equal(requests[2].status, TS_BAD_CONFIG);
	assert_int_equal(requests[3].status, TS_SYSTEM);
	assert_int_equal(requests[4].status, TS_OK);
	assert_int_equal(access(paths[4], F_OK), 0);
	bench_end(&bench);
}

static void
an_error_in_a_script_names_its_line_and_spoils_nothing_else(void **state)
{
	static const struct {
		const char *name, *commands;
	} rows[] = {
		{ "unknown command", "nonsense" },
		{ "unknown variable", "x = undefined_thing + 1" },
		{ "inside a multiplot", "set multiplot\nplot nothing" },
		{ "all missing", "set autoscale\nplot '-' u 1:2\ne\n" },
		{ "changes the terminal", "set term dumb" },
		{ "prints elsewhere", "set print 'x'\nx = undefined_thing" },
		{ "a file that is not there", "plot 'missing.csv'" },
	};
	struct bench bench;
	char bad[512], good[512], before[512];

	(void)state;
	bench_begin(&bench);
	bench.opts.processes = 1;
	bench_open(&bench);
	struct ts_plot_request fine = ask(&bench, TS_SVG, "before", before);

	draw_well(&bench, &fine, 1);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ts_plot_request request =
			ask(&bench, TS_SVG, "bad", bad);

		raw_commands = rows[i].commands;
		if (ts_plot_draw(bench.plot, &request, 1, &bench.err) !=
			    TS_BAD_DATA ||
		    strstr(request.problem, "line") == NULL)
			fail_msg("%s: %s", rows[i].name, request.problem);
		raw_commands = "";
		assert_int_equal(access(bad, F_OK), -1);
		fine = ask(&bench, TS_SVG, "good", good);
		draw_well(&bench, &fine, 1);
		assert_same_file(before, good);
	}
	bench_end(&bench);
}

static void
a_datablock_without_end_is_found_out(void **state)
{
	struct bench bench;
	char path[512];

	(void)state;
	bench_begin(&bench);
	bench.opts.deadline_ms = 2000;
	bench_open(&bench);
	struct ts_plot_request request = ask(&bench, TS_SVG, "bad", path);

	raw_commands = "$x << NEVER\n1 2";
	assert_int_equal(ts_plot_draw(bench.plot, &request, 1, &bench.err),
			 TS_BAD_DATA);
	assert_string_equal(request.problem, "gnuplot did not reach the last "
					     "line of the job file");
	assert_int_equal(access(path, F_OK), -1);
	bench_end(&bench);
}

static void
an_endless_script_meets_the_deadline(void **state)
{
	/* the second one swallows the lines that ask for an answer */
	static const char *const endless[] = { "while (1) { x = 1 }",
					       "if (1) {" };
	struct bench bench;
	char bad[512], good[512];
	int64_t begun = now_ms();

	(void)state;
	bench_begin(&bench);
	bench.opts.deadline_ms = 700;
	bench_open(&bench);
	struct ts_plot_request request = ask(&bench, TS_SVG, "bad", bad);

	for (int i = 0; i < 2; i++) {
		raw_commands = endless[i];
		assert_int_equal(
			ts_plot_draw(bench.plot, &request, 1, &bench.err),
			TS_AGAIN);
		assert_int_equal(access(bad, F_OK), -1);
	}
	assert_true(now_ms() - begun < 10000);
	raw_commands = "";
	request = ask(&bench, TS_SVG, "good", good);
	draw_well(&bench, &request, 1);
	bench_end(&bench);
}

static void
a_missing_gnuplot_or_font_names_the_package(void **state)
{
	struct bench bench;
	char *path;

	(void)state;
	bench_begin(&bench);
	bench.opts.gnuplot = "/nowhere/gnuplot";
	assert_int_equal(ts_plot_open(&bench.opts, &bench.plot, &bench.err),
			 TS_UNAVAILABLE);
	assert_non_null(strstr(bench.err.text, "apt-get install gnuplot-nox"));
	bench.opts.gnuplot = NULL;
	path = strdup(getenv("PATH"));
	setenv("PATH", bench.dir, 1);
	assert_int_equal(ts_plot_open(&bench.opts, &bench.plot, &bench.err),
			 TS_UNAVAILABLE);
	assert_string_equal(bench.err.text,
			    "charts: gnuplot is not "
			    "installed: apt-get install gnuplot-nox");
	setenv("PATH", path, 1);
	free(path);
	bench.opts.font = "No Such Family";
	assert_int_equal(ts_plot_open(&bench.opts, &bench.plot, &bench.err),
			 TS_UNAVAILABLE);
	assert_non_null(
		strstr(bench.err.text, "font No Such Family is not installed"));
	bench_end(&bench);
}

/* ---- the life of a process ------------------------------------------------
 */

/* Our only child, from /proc. */
static pid_t
only_child(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t found = -1;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		char path[300], line[512];
		const char *behind;
		FILE *file;

		snprintf(path, sizeof path, "/proc/%s/stat", entry->d_name);
		file = fopen(path, "re");
		if (file == NULL)
			continue;
		/* pid (name) state parent */
		if (fgets(line, sizeof line, file) != NULL &&
		    (behind = strrchr(line, ')')) != NULL &&
		    strtol(behind + 4, NULL, 10) == getpid()) {
			assert_int_equal(found, -1);
			found = (pid_t)strtol(line, NULL, 10);
		}
		fclose(file);
	}
	closedir(dir);
	return found;
}

static void
a_process_is_renewed_after_its_share_of_jobs(void **state)
{
	struct bench bench;
	char folder[600];
	const struct ts_gnuplot_opts opts = {
		.program = "/usr/bin/gnuplot",
		.folder = folder,
		.deadline_ms = 20000,
		.jobs = 2,
		.sandbox = true,
	};
	struct ts_gnuplot *gnuplot;
	pid_t pids[5];

	(void)state;
	bench_begin(&bench);
	if (access(opts.program, X_OK) != 0)
		skip();
	snprintf(folder, sizeof folder, "%s/one", bench.dir);
	assert_int_equal(ts_gnuplot_open(&opts, &gnuplot, &bench.err), TS_OK);
	for (int i = 0; i < 5; i++) {
		enum ts_gnuplot_state now;

		assert_int_equal(
			ts_gnuplot_begin(gnuplot, "x = 1\n", 6, &bench.err),
			TS_OK);
		while ((now = ts_gnuplot_step(gnuplot, &bench.err)) ==
		       TS_GNUPLOT_BUSY)
			usleep(1000);
		assert_int_equal(now, TS_GNUPLOT_DONE);
		pids[i] = only_child();
	}
	assert_int_equal(pids[0], pids[1]);
	assert_int_not_equal(pids[1], pids[2]);
	assert_int_equal(pids[2], pids[3]);
	assert_int_not_equal(pids[3], pids[4]);
	ts_gnuplot_close(gnuplot);
	assert_int_equal(access(folder, F_OK), -1);
	bench_end(&bench);
}

static void
a_process_that_was_killed_in_a_pause_is_replaced(void **state)
{
	struct bench bench;
	char path[512];
	pid_t before;

	(void)state;
	bench_begin(&bench);
	bench.opts.processes = 1;
	bench_open(&bench);
	struct ts_plot_request request = ask(&bench, TS_SVG, "a", path);

	draw_well(&bench, &request, 1);
	before = only_child();
	assert_true(before > 1);
	kill(before, SIGKILL);
	usleep(20000);
	draw_well(&bench, &request, 1);
	assert_int_not_equal(only_child(), before);
	bench_end(&bench);
}

/* ---- pages --------------------------------------------------------------- */

static const struct ts_plot_box boxes[] = {
	{ { 20, 20, 754, 6 }, 0x0B5FA5 },
	{ { 20, 60, 170, 80 }, 0xF4F6F9 },
};
static const struct ts_plot_text texts[] = {
	{ "Kazakhstan–Italy trade", 20, 44, "Inter Bold,24", 0x1B1F2A, false },
	{ "page 1", 774, 1100, "Inter,9.5", 0x6E7884, true },
	{ "`touch x`'\"\\", 30, 80, "Inter,11", 0x59636F, false },
};
static const struct ts_plot_panel panels[] = {
	{ &bars, &usual_spec, { 20, 200, 754, 380 } },
	{ &bars, &usual_spec, { 20, 600, 754, 380 } },
};

static void
pages_become_one_document(void **state)
{
	const struct ts_theme *light = ts_theme_find("light");
	const struct ts_plot_page pages[] = {
		{ boxes, 2, texts, 3, panels, 2 },
		{ boxes, 1, texts, 2, panels, 1 },
		{ NULL, 0, texts, 1, NULL, 0 },
	};
	TS_AUTO_BUF pdf = TS_BUF_INIT(1 << 20);
	struct bench bench;
	char first[600], second[600];

	(void)state;
	bench_begin(&bench);
	bench_open(&bench);
	snprintf(first, sizeof first, "%s/a.pdf", bench.dir);
	snprintf(second, sizeof second, "%s/b.pdf", bench.dir);
	if (ts_plot_pages(bench.plot, light, pages, 3, TS_PDF, first,
			  &bench.err) != TS_OK ||
	    ts_plot_pages(bench.plot, light, pages, 3, TS_PDF, second,
			  &bench.err) != TS_OK)
		fail_msg("%s", bench.err.text);
	assert_same_file(first, second);
	read_whole(first, &pdf);
	assert_non_null(memmem(pdf.data, pdf.used, "/Count 3", 8));
	bench_end(&bench);
}

static void
one_page_becomes_a_picture_and_two_do_not(void **state)
{
	const struct ts_theme *light = ts_theme_find("light");
	const struct ts_plot_page pages[] = {
		{ boxes, 2, texts, 3, panels, 2 },
		{ boxes, 2, texts, 3, panels, 2 },
	};
	struct bench bench;
	char path[600];

	(void)state;
	bench_begin(&bench);
	bench_open(&bench);
	snprintf(path, sizeof path, "%s/a.png", bench.dir);
	if (ts_plot_pages(bench.plot, light, pages, 1, TS_PNG, path,
			  &bench.err) != TS_OK)
		fail_msg("%s", bench.err.text);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(ts_plot_pages(bench.plot, light, pages, 2, TS_PNG,
				       path, &bench.err),
			 TS_BAD_USAGE);
	assert_int_equal(ts_plot_pages(bench.plot, light, pages, 0, TS_PDF,
				       path, &bench.err),
			 TS_BAD_USAGE);
	bench_end(&bench);
}

static void
a_panel_that_refuses_is_named_with_its_page(void **state)
{
	const struct ts_plot_panel refused[] = {
		{ &bars, &usual_spec, { 20, 200, 754, 380 } },
		{ &refusing, &usual_spec, { 20, 600, 754, 380 } },
	};
	const struct ts_plot_page pages[] = {
		{ boxes, 2, texts, 3, panels, 2 },
		{ boxes, 2, texts, 3, refused, 2 },
	};
	struct bench bench;
	char path[600];

	(void)state;
	bench_begin(&bench);
	bench_open(&bench);
	snprintf(path, sizeof path, "%s/a.pdf", bench.dir);
	assert_int_equal(ts_plot_pages(bench.plot, ts_theme_find("light"),
				       pages, 2, TS_PDF, path, &bench.err),
			 TS_REFUSED);
	assert_non_null(strstr(bench.err.text,
			       "page 2: panel 2: chart "
			       "refusing needs at least 3 years"));
	assert_int_equal(access(path, F_OK), -1);
	bench_end(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_chart_comes_out_in_three_formats_without_a_word),
		cmocka_unit_test(
			an_svg_carries_our_title_and_nothing_of_gnuplot),
		cmocka_unit_test(
			a_used_process_draws_the_same_bytes_as_a_fresh_one),
		cmocka_unit_test(two_processes_draw_the_same_bytes_as_one),
		cmocka_unit_test(a_pdf_is_dated_as_told),
		cmocka_unit_test(an_unchanged_chart_is_copied_and_not_drawn),
		cmocka_unit_test(what_decides_the_look_decides_the_cache),
		cmocka_unit_test(a_pdf_from_the_cache_is_dated_anew),
		cmocka_unit_test(a_rotten_entry_of_the_cache_is_drawn_again),
		cmocka_unit_test(an_entry_nobody_asks_for_goes_after_a_month),
		cmocka_unit_test(each_chart_has_a_status_of_its_own),
		cmocka_unit_test(
			an_error_in_a_script_names_its_line_and_spoils_nothing_else),
		cmocka_unit_test(a_datablock_without_end_is_found_out),
		cmocka_unit_test(an_endless_script_meets_the_deadline),
		cmocka_unit_test(a_missing_gnuplot_or_font_names_the_package),
		cmocka_unit_test(a_process_is_renewed_after_its_share_of_jobs),
		cmocka_unit_test(
			a_process_that_was_killed_in_a_pause_is_replaced),
		cmocka_unit_test(pages_become_one_document),
		cmocka_unit_test(one_page_becomes_a_picture_and_two_do_not),
		cmocka_unit_test(a_panel_that_refuses_is_named_with_its_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
