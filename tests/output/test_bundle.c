/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/output/sample_edition.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <signal.h>
#include "output/engine/bundle.h"
#include "output/engine/manifest.h"
#include "output/engine/editions.h"

extern const struct ts_output ts_plugin_output_csv;
extern const struct ts_output ts_plugin_output_html;
extern const struct ts_output ts_plugin_output_pdf;
extern const struct ts_output ts_plugin_output_directory;

static const struct ts_output *const outputs[] = {
	&ts_plugin_output_csv,
	&ts_plugin_output_html,
	&ts_plugin_output_pdf,
	&ts_plugin_output_directory,
};

/* The whole way, for a period and number; what publishing said. */
static enum ts_status
make_bundle(const char *out, const char *period, int number,
	    const char *vintage, char path[PATH_MAX], struct ts_err *err)
{
	struct ts_bundle *bundle;
	struct sample sample;
	enum ts_status status;

	path[0] = '\0';
	status = ts_bundle_open(out, 0, &bundle, err);
	if (status != TS_OK)
		return status;
	sample_open(&sample, ts_bundle_charts_dir(bundle),
		    ts_bundle_scratch_dir(bundle));
	sample.edition.period = period;
	sample.edition.number = number;
	for (size_t i = 0; vintage != NULL && i < 4; i++)
		sample.figures[i].vintage = vintage;
	for (size_t i = 0; status == TS_OK && i < 4; i++)
		status = ts_bundle_make(bundle, outputs[i], &sample.edition,
					err);
	if (status == TS_OK)
		status = ts_bundle_publish(bundle, &sample.edition, path,
					   PATH_MAX, err);
	ts_bundle_close(bundle);
	sample_close(&sample);
	return status;
}

static int
entries(const char *folder)
{
	DIR *stream = opendir(folder);
	const struct dirent *entry;
	int count = 0;

	assert_non_null(stream);
	while ((entry = readdir(stream)) != NULL)
		count += strcmp(entry->d_name, ".") != 0 &&
			 strcmp(entry->d_name, "..") != 0;
	closedir(stream);
	return count;
}

static void
assert_latest(const char *out, const char *expected)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t length;

	snprintf(path, sizeof path, "%s/kazakhstan-italy/latest", out);
	length = readlink(path, target, sizeof target - 1);
	assert_true(length > 0);
	target[length] = '\0';
	assert_string_equal(target, expected);
}

static void
a_bundle_has_its_files_and_verifies(void **state)
{
	static const char *const names[] = {
		"charts/movers.svg",
		"charts/turnover-dark.svg",
		"charts/turnover.svg",
		"data/all-figures.csv",
		"data/all-sources.csv",
		"data/movers-exports.csv",
		"data/reconciliation.csv",
		"data/turnover.csv",
		"edition.json",
		"report.html",
		"report.pdf",
	};
	char *out = temp_dir(), path[PATH_MAX], work[2 * PATH_MAX];
	struct ts_arena *arena = ts_arena_new(1 << 20);
	struct ts_bundle_files files;
	struct ts_manifest_head head;
	struct ts_err err = { 0 };
	struct stat meta;

	(void)state;
	if (make_bundle(out, "2024", 1, NULL, path, &err) != TS_OK)
		fail_msg("%s", err.text);
	assert_int_equal(ts_bundle_verify(path, &err), TS_OK);
	assert_int_equal(ts_bundle_list(path, false, arena, &files, &err),
			 TS_OK);
	assert_int_equal(files.count, sizeof names / sizeof names[0]);
	for (size_t i = 0; i < files.count; i++)
		assert_string_equal(files.items[i].name, names[i]);
	assert_int_equal(ts_manifest_head(path, arena, &head, &err), TS_OK);
	assert_string_equal(head.vintage, "2026-11-24T05:31:07Z");
	assert_true(head.has_html && head.has_pdf && head.number == 1);
	assert_latest(out, "2024.1");
	snprintf(work, sizeof work, "%s/.work", out);
	assert_int_equal(entries(work), 0);
	assert_int_equal(stat(work, &meta), 0);
	assert_int_equal(meta.st_mode & 0777, 0700);
	/* the picture was drawn 0600; readers have to see it */
	snprintf(work, sizeof work, "%s/charts/movers.svg", path);
	assert_int_equal(stat(work, &meta), 0);
	assert_int_equal(meta.st_mode & 0777, 0644);
	ts_arena_free(arena);
	temp_gone(out);
}

static void
read_all(const char *folder, const char *name, struct ts_buf *out)
{
	char path[PATH_MAX];
	struct ts_err err = { 0 };

	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (ts_file_read(path, out, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
the_same_edition_gives_the_same_bytes(void **state)
{
	static const char *const names[] = {
		"manifest.json",     "report.html",      "report.pdf",
		"data/turnover.csv", "../../index.html", "edition.json",
	};
	char *one = temp_dir(), *two = temp_dir();
	char first[PATH_MAX], second[PATH_MAX];
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(make_bundle(one, "2024", 1, NULL, first, &err), TS_OK);
	assert_int_equal(make_bundle(two, "2024", 1, NULL, second, &err),
			 TS_OK);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		TS_AUTO_BUF a = TS_BUF_INIT(16 << 20);
		TS_AUTO_BUF b = TS_BUF_INIT(16 << 20);

		read_all(first, names[i], &a);
		read_all(second, names[i], &b);
		if (a.used != b.used || memcmp(a.data, b.data, a.used) != 0)
			fail_msg("%s differs", names[i]);
		assert_true(a.used > 100);
	}
	temp_gone(one);
	temp_gone(two);
}

static void
a_published_bundle_is_never_changed(void **state)
{
	char *out = temp_dir(), path[PATH_MAX], again[PATH_MAX];
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(make_bundle(out, "2024", 1, NULL, path, &err), TS_OK);
	assert_int_equal(make_bundle(out, "2024", 1, "2027-01-01T00:00:00Z",
				     again, &err),
			 TS_REFUSED);
	assert_string_equal(again, "");
	assert_non_null(strstr(err.text, "exists already"));
	assert_non_null(strstr(err.text, "make number 2"));
	assert_int_equal(ts_bundle_verify(path, &err), TS_OK);
	temp_gone(out);
}

static void
a_refused_bundle_can_be_published_under_the_next_number(void **state)
{
	char *out = temp_dir(), path[PATH_MAX];
	struct ts_bundle *bundle;
	struct sample sample;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(make_bundle(out, "2024", 1, NULL, path, &err), TS_OK);
	assert_int_equal(ts_bundle_open(out, 0, &bundle, &err), TS_OK);
	sample_open(&sample, ts_bundle_charts_dir(bundle), NULL);
	assert_int_equal(ts_bundle_make(bundle, &ts_plugin_output_csv,
					&sample.edition, &err),
			 TS_OK);
	assert_int_equal(ts_bundle_publish(bundle, &sample.edition, path,
					   sizeof path, &err),
			 TS_REFUSED);
	sample.edition.number = 2;
	assert_int_equal(ts_bundle_publish(bundle, &sample.edition, path,
					   sizeof path, &err),
			 TS_OK);
	assert_int_equal(ts_bundle_publish(bundle, &sample.edition, path,
					   sizeof path, &err),
			 TS_REFUSED);
	ts_bundle_close(bundle);
	sample_close(&sample);
	assert_latest(out, "2024.2");
	temp_gone(out);
}

static void
latest_never_goes_backwards(void **state)
{
	static const struct {
		const char *why, *period;
		int number;
		const char *vintage, *latest;
	} rows[] = {
		{ "the first", "2023", 1, "2026-01-01T00:00:00Z", "2023.1" },
		{ "a later period", "2024", 1, "2026-02-01T00:00:00Z",
		  "2024.1" },
		{ "an earlier period", "2022", 1, "2026-03-01T00:00:00Z",
		  "2024.1" },
		{ "older data", "2024", 2, "2026-01-15T00:00:00Z", "2024.1" },
		{ "a revision", "2024", 3, "2026-03-01T00:00:00Z", "2024.3" },
		{ "a range as new", "2005..2024", 1, "2026-03-01T00:00:00Z",
		  "2005..2024.1" },
		{ "a quarter after", "2025-Q1", 1, "2026-04-01T00:00:00Z",
		  "2025-Q1.1" },
	};
	char *out = temp_dir(), path[PATH_MAX];
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (make_bundle(out, rows[i].period, rows[i].number,
				rows[i].vintage, path, &err) != TS_OK)
			fail_msg("%s: %s", rows[i].why, err.text);
		print_message("%s\n", rows[i].why);
		assert_latest(out, rows[i].latest);
	}
	temp_gone(out);
}

static void
a_damaged_latest_is_replaced(void **state)
{
	char *out = temp_dir(), path[PATH_MAX], link[PATH_MAX];
	struct ts_err err = { 0 };

	(void)state;
	snprintf(link, sizeof link, "%s/kazakhstan-italy", out);
	assert_int_equal(mkdir(link, 0755), 0);
	snprintf(link, sizeof link, "%s/kazakhstan-italy/latest", out);
	assert_int_equal(symlink("2099.1", link), 0);
	assert_int_equal(make_bundle(out, "2024", 1, NULL, path, &err), TS_OK);
	assert_latest(out, "2024.1");
	temp_gone(out);
}

static void
the_index_lists_what_is_there(void **state)
{
	TS_AUTO_BUF page = TS_BUF_INIT(1 << 20);
	char *out = temp_dir(), path[PATH_MAX], stray[PATH_MAX];
	struct ts_err err = { 0 };
	const char *newer, *older;

	(void)state;
	assert_int_equal(make_bundle(out, "2023", 1, NULL, path, &err), TS_OK);
	snprintf(stray, sizeof stray, "%s/kazakhstan-italy/notes", out);
	assert_int_equal(mkdir(stray, 0755), 0);
	snprintf(stray, sizeof stray, "%s/README", out);
	assert_int_equal(ts_file_write(stray, "x", 1, 0644, &err), TS_OK);
	assert_int_equal(make_bundle(out, "2024", 1, NULL, path, &err), TS_OK);
	read_all(out, "index.html", &page);
	newer = strstr(page.data, "href=\"kazakhstan-italy/2024.1/report.html");
	older = strstr(page.data, "href=\"kazakhstan-italy/2023.1/report.html");
	assert_non_null(newer);
	assert_non_null(older);
	assert_true(newer < older);
	assert_null(strstr(page.data, "notes"));
	assert_null(strstr(page.data, "latest"));
	temp_gone(out);
}

static void
an_altered_bundle_is_noticed(void **state)
{
	static const struct {
		const char *why, *name;
		int act;
	} rows[] = {
		{ "one byte more", "report.html", 'a' },
		{ "same size", "data/turnover.csv", 's' },
		{ "missing", "charts/movers.svg", 'd' },
		{ "one too many", "data/more.csv", 'c' },
		{ "a link", "data/link.csv", 'l' },
		{ "cut manifest", "manifest.json", 't' },
	};
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *out = temp_dir(), path[PATH_MAX], name[2 * PATH_MAX];
		FILE *file;

		assert_int_equal(make_bundle(out, "2024", 1, NULL, path, &err),
				 TS_OK);
		snprintf(name, sizeof name, "%s/%s", path, rows[i].name);
		switch (rows[i].act) {
		case 'a':
		case 'c':
			file = fopen(name, "a");
			assert_non_null(file);
			fputc('x', file);
			fclose(file);
			break;
		case 's':
			file = fopen(name, "r+");
			assert_non_null(file);
			fputc('#', file);
			fclose(file);
			break;
		case 'd':
			assert_int_equal(unlink(name), 0);
			break;
		case 'l':
			assert_int_equal(symlink("turnover.csv", name), 0);
			break;
		case 't':
			assert_int_equal(truncate(name, 400), 0);
			break;
		}
		if (ts_bundle_verify(path, &err) != TS_CORRUPT)
			fail_msg("%s was not noticed", rows[i].why);
		temp_gone(out);
	}
}

static void
a_figure_without_its_document_does_not_leave(void **state)
{
	char *out = temp_dir(), path[PATH_MAX];
	struct ts_bundle *bundle;
	struct sample sample;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(ts_bundle_open(out, 0, &bundle, &err), TS_OK);
	sample_open(&sample, ts_bundle_charts_dir(bundle), NULL);
	assert_int_equal(ts_bundle_make(bundle, &ts_plugin_output_csv,
					&sample.edition, &err),
			 TS_OK);
	sample.documents[1] = "doc-99";
	assert_int_equal(ts_bundle_publish(bundle, &sample.edition, path,
					   sizeof path, &err),
			 TS_BAD_DATA);
	assert_non_null(strstr(err.text, "turnover/2024"));
	assert_non_null(strstr(err.text, "doc-99"));
	sample.documents[1] = "doc-2";
	sample.figures[1].id = "turnover/2024";
	assert_int_equal(ts_bundle_publish(bundle, &sample.edition, path,
					   sizeof path, &err),
			 TS_BAD_DATA);
	assert_non_null(strstr(err.text, "twice"));
	ts_bundle_close(bundle);
	sample_close(&sample);
	assert_int_equal(entries(out), 1); /* .work alone */
	temp_gone(out);
}

static enum ts_status
sneaky_make(const struct ts_edition *edition, const struct ts_maker *maker,
	    struct ts_err *err)
{
	static const char *const bad[] = {
		"../escape",     "/etc/x", "a/../b",  "a//b",
		"a/b/c",         "",       ".hidden", "data/.x",
		"manifest.json", "UPPER",  "a\nb",    "charts",
	};

	(void)edition;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (maker->file(maker->ctx, bad[i], err) == TS_OK)
			fail_msg("\"%s\" was accepted", bad[i]);
	assert_int_equal(maker->write(maker->ctx, "x", 1, err), TS_BAD_DATA);
	assert_int_equal(maker->file(maker->ctx, "good.txt", err), TS_OK);
	assert_int_equal(maker->write(maker->ctx, "x", 1, err), TS_OK);
	return maker->file(maker->ctx, "good.txt", err);
}

static enum ts_status
prying_make(const struct ts_edition *edition, const struct ts_maker *maker,
	    struct ts_err *err)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(1 << 20);

	assert_int_equal(maker->read(maker->ctx, "/etc/passwd", &buf, err),
			 TS_BAD_DATA);
	assert_int_equal(buf.used, 0);
	assert_int_equal(maker->read(maker->ctx, edition->subtitle, &buf, err),
			 TS_BAD_DATA);
	return maker->read(maker->ctx, "/nowhere/at/all", &buf, err);
}

static void
an_output_cannot_leave_its_folder(void **state)
{
	const struct ts_output sneaky = { .plugin = { .name = "sneaky" },
					  .make = sneaky_make };
	const struct ts_output prying = { .plugin = { .name = "prying" },
					  .make = prying_make };
	char *out = temp_dir(), link[PATH_MAX];
	struct ts_bundle *bundle;
	struct ts_edition edition = { .subtitle = link };
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(ts_bundle_open(out, 0, &bundle, &err), TS_OK);
	assert_int_equal(ts_bundle_make(bundle, &sneaky, &edition, &err),
			 TS_BAD_DATA);
	assert_string_equal(err.text,
			    "output sneaky: good.txt is written twice");
	snprintf(link, sizeof link, "%s/x.svg", ts_bundle_charts_dir(bundle));
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_int_equal(ts_bundle_make(bundle, &prying, &edition, &err),
			 TS_NO_INPUT);
	ts_bundle_close(bundle);
	assert_int_equal(entries(out), 1);
	temp_gone(out);
}

static void
a_name_that_is_no_folder_name_is_refused(void **state)
{
	static const struct {
		const char *report, *period;
		int number;
	} rows[] = {
		{ "../evil", "2024", 1 }, { "a/b", "2024", 1 },
		{ "ok", "../2024", 1 },   { "ok", "2024/1", 1 },
		{ "ok", "", 1 },          { "ok", "2024", 0 },
		{ "ok", "2024\n", 1 },    { "", "2024", 1 },
	};
	char *out = temp_dir(), path[PATH_MAX];
	struct ts_bundle *bundle;
	struct sample sample;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(ts_bundle_open(out, 0, &bundle, &err), TS_OK);
	sample_open(&sample, ts_bundle_charts_dir(bundle), NULL);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		sample.edition.report = rows[i].report;
		sample.edition.period = rows[i].period;
		sample.edition.number = rows[i].number;
		if (ts_bundle_publish(bundle, &sample.edition, path,
				      sizeof path, &err) != TS_BAD_DATA)
			fail_msg("row %zu was published", i);
	}
	ts_bundle_close(bundle);
	sample_close(&sample);
	assert_int_equal(entries(out), 1);
	temp_gone(out);
}

static void
a_picture_that_was_left_half_drawn_stops_the_bundle(void **state)
{
	char *out = temp_dir(), path[PATH_MAX];
	struct ts_bundle *bundle;
	struct sample sample;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(ts_bundle_open(out, 0, &bundle, &err), TS_OK);
	sample_open(&sample, ts_bundle_charts_dir(bundle), NULL);
	sample_file(&sample, ts_bundle_charts_dir(bundle), ".x.png.part", "x",
		    1);
	assert_int_equal(ts_bundle_publish(bundle, &sample.edition, path,
					   sizeof path, &err),
			 TS_BAD_DATA);
	assert_non_null(strstr(err.text, ".x.png.part"));
	ts_bundle_close(bundle);
	sample_close(&sample);
	temp_gone(out);
}

static void
too_little_space_is_told_and_leaves_nothing(void **state)
{
	char *out = temp_dir(), work[PATH_MAX];
	struct ts_bundle *bundle = NULL;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(ts_bundle_open(out, INT64_MAX, &bundle, &err),
			 TS_FULL);
	assert_null(bundle);
	snprintf(work, sizeof work, "%s/.work", out);
	assert_int_equal(entries(work), 0);
	temp_gone(out);
}

static void
an_output_folder_that_cannot_be_written_says_what_to_do(void **state)
{
	struct ts_bundle *bundle;
	struct ts_err err = { 0 };
	char *out = temp_dir(), file[PATH_MAX];

	(void)state;
	snprintf(file, sizeof file, "%s/file", out);
	assert_int_equal(ts_file_write(file, "x", 1, 0644, &err), TS_OK);
	assert_int_not_equal(ts_bundle_open(file, 0, &bundle, &err), TS_OK);
	if (geteuid() != 0) {
		assert_int_equal(chmod(out, 0500), 0);
		assert_int_equal(ts_bundle_open(out, 0, &bundle, &err),
				 TS_SYSTEM);
		assert_non_null(strstr(err.text, "output_dir"));
		assert_int_equal(chmod(out, 0700), 0);
	} else {
		assert_int_equal(ts_bundle_open("/proc/1", 0, &bundle, &err),
				 TS_SYSTEM);
	}
	temp_gone(out);
}

static void
a_file_past_its_limit_is_a_full_disk(void **state)
{
	struct rlimit before, small = { 2000, 2000 };
	char *out = temp_dir(), path[PATH_MAX];
	struct ts_err err = { 0 };
	enum ts_status status;
	pid_t child = fork();
	int code;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		/* the pictures fit, report.html does not */
		signal(SIGXFSZ, SIG_IGN);
		getrlimit(RLIMIT_FSIZE, &before);
		small.rlim_max = before.rlim_max;
		setrlimit(RLIMIT_FSIZE, &small);
		status = make_bundle(out, "2024", 1, NULL, path, &err);
		_exit(status == TS_FULL && path[0] == '\0' ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &code, 0), child);
	assert_true(WIFEXITED(code) && WEXITSTATUS(code) == 0);
	assert_int_equal(entries(out), 1);
	assert_int_equal(make_bundle(out, "2024", 1, NULL, path, &err), TS_OK);
	temp_gone(out);
}

/* Every size of a tiny file system, from nothing fits to all does. */
static void
a_full_file_system_never_shows_half_a_bundle(void **state)
{
	char *out = temp_dir(), size[64];
	int published = 0, full = 0;

	(void)state;
	if (geteuid() != 0 ||
	    mount("tmpfs", out, "tmpfs", 0, "size=16k") != 0) {
		temp_gone(out);
		print_message("no tmpfs can be mounted here\n");
		skip();
	}
	umount(out);
	for (int kib = 8; kib <= 192; kib += 4) {
		char path[PATH_MAX], seen[PATH_MAX];
		struct ts_err err = { 0 };
		enum ts_status status;

		snprintf(size, sizeof size, "size=%dk", kib);
		assert_int_equal(mount("tmpfs", out, "tmpfs", 0, size), 0);
		/* the sample writes its pictures itself: room for those */
		if (kib < 40) {
			struct ts_bundle *bundle;

			status = ts_bundle_open(out, 0, &bundle, &err);
			if (status == TS_OK)
				ts_bundle_close(bundle);
			else
				assert_int_equal(status, TS_FULL);
			umount(out);
			continue;
		}
		status = make_bundle(out, "2024", 1, NULL, path, &err);
		snprintf(seen, sizeof seen, "%s/kazakhstan-italy/2024.1", out);
		if (access(seen, F_OK) == 0) {
			published++;
			assert_int_equal(ts_bundle_verify(seen, &err), TS_OK);
		} else {
			full++;
			if (status != TS_FULL)
				fail_msg("%d KiB: %s", kib, err.text);
		}
		umount(out);
	}
	assert_true(published > 0 && full > 0);
	temp_gone(out);
}

/* SIGKILL at any moment: complete or not there, and the next run is clean. */
static void
a_killed_run_leaves_no_half_bundle(void **state)
{
	char *out = temp_dir(), path[PATH_MAX], seen[PATH_MAX];
	struct ts_err err = { 0 };
	int published = 0, killed = 0;
	struct timespec start, end;
	int64_t whole_us;

	(void)state;
	/* how long a run takes here, so that the kills meet all of it */
	clock_gettime(CLOCK_MONOTONIC, &start);
	assert_int_equal(make_bundle(out, "2023", 1, NULL, path, &err), TS_OK);
	clock_gettime(CLOCK_MONOTONIC, &end);
	whole_us = (end.tv_sec - start.tv_sec) * INT64_C(1000000) +
		   (end.tv_nsec - start.tv_nsec) / 1000;
	if (whole_us > 200000)
		whole_us = 200000;
	for (int i = 1; i <= 30; i++) {
		struct timespec wait = { 0, (long)whole_us * i * 130 };
		pid_t child = fork();
		int code;

		assert_true(child >= 0);
		if (child == 0) {
			(void)!make_bundle(out, "2024", i, NULL, path, &err);
			_exit(0);
		}
		nanosleep(&wait, NULL);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &code, 0), child);
		killed += WIFSIGNALED(code) ? 1 : 0;
		snprintf(seen, sizeof seen, "%s/kazakhstan-italy/2024.%d", out,
			 i);
		if (access(seen, F_OK) == 0) {
			published++;
			if (ts_bundle_verify(seen, &err) != TS_OK)
				fail_msg("%s", err.text);
		}
		snprintf(seen, sizeof seen, "%s/kazakhstan-italy/latest", out);
		if (access(seen, F_OK) == 0 &&
		    ts_bundle_verify(seen, &err) != TS_OK)
			fail_msg("%s", err.text);
	}
	print_message("%d killed, %d published\n", killed, published);
	assert_int_equal(make_bundle(out, "2024", 100, NULL, path, &err),
			 TS_OK);
	snprintf(seen, sizeof seen, "%s/.work", out);
	assert_int_equal(entries(seen), 0);
	assert_latest(out, "2024.100");
	temp_gone(out);
}

static void
a_living_run_keeps_its_folder(void **state)
{
	char *out = temp_dir(), work[PATH_MAX];
	struct ts_bundle *one, *two;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(ts_bundle_open(out, 0, &one, &err), TS_OK);
	assert_int_equal(ts_bundle_open(out, 0, &two, &err), TS_OK);
	assert_int_equal(access(ts_bundle_charts_dir(one), F_OK), 0);
	assert_int_equal(access(ts_bundle_charts_dir(two), F_OK), 0);
	ts_bundle_close(one);
	assert_int_equal(access(ts_bundle_charts_dir(two), F_OK), 0);
	ts_bundle_close(two);
	ts_bundle_close(NULL);
	snprintf(work, sizeof work, "%s/.work", out);
	assert_int_equal(entries(work), 0);
	temp_gone(out);
}

static void
runs_that_publish_at_once_do_not_disturb_each_other(void **state)
{
	char *out = temp_dir(), path[PATH_MAX];
	struct ts_err err = { 0 };
	pid_t children[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			_exit(make_bundle(out, "2024", i + 1, NULL, path,
					  &err) == TS_OK
				      ? 0
				      : 1);
	}
	for (int i = 0; i < 4; i++) {
		int code;

		assert_int_equal(waitpid(children[i], &code, 0), children[i]);
		assert_true(WIFEXITED(code) && WEXITSTATUS(code) == 0);
		snprintf(path, sizeof path, "%s/kazakhstan-italy/2024.%d", out,
			 i + 1);
		assert_int_equal(ts_bundle_verify(path, &err), TS_OK);
	}
	assert_latest(out, "2024.4");
	temp_gone(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bundle_has_its_files_and_verifies),
		cmocka_unit_test(the_same_edition_gives_the_same_bytes),
		cmocka_unit_test(a_published_bundle_is_never_changed),
		cmocka_unit_test(
			a_refused_bundle_can_be_published_under_the_next_number),
		cmocka_unit_test(latest_never_goes_backwards),
		cmocka_unit_test(a_damaged_latest_is_replaced),
		cmocka_unit_test(the_index_lists_what_is_there),
		cmocka_unit_test(an_altered_bundle_is_noticed),
		cmocka_unit_test(a_figure_without_its_document_does_not_leave),
		cmocka_unit_test(an_output_cannot_leave_its_folder),
		cmocka_unit_test(a_name_that_is_no_folder_name_is_refused),
		cmocka_unit_test(
			a_picture_that_was_left_half_drawn_stops_the_bundle),
		cmocka_unit_test(too_little_space_is_told_and_leaves_nothing),
		cmocka_unit_test(
			an_output_folder_that_cannot_be_written_says_what_to_do),
		cmocka_unit_test(a_file_past_its_limit_is_a_full_disk),
		cmocka_unit_test(a_full_file_system_never_shows_half_a_bundle),
		cmocka_unit_test(a_killed_run_leaves_no_half_bundle),
		cmocka_unit_test(a_living_run_keeps_its_folder),
		cmocka_unit_test(
			runs_that_publish_at_once_do_not_disturb_each_other),
	};

	/* a hundred bundles with all their fsyncs: in memory, unless asked */
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
