/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle that a dead run has published: found, checked, finished. */
#include "tests/output/sample_edition.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>
#include "output/engine/bundle.h"

extern const struct ts_output ts_plugin_output_csv;

#define REPORT "kazakhstan-italy"
#define HASH "340c330c94a3dfb289f36a70fbafb0d34e7c55d18f231c4cf6f49ad2f87368a7"

/* As the work folder of a run that nobody ended. */
#define LEFT ".work/0123456789abcdef0123456789abcdef"

static void
publish(const char *out, int number, const char *hash)
{
	struct ts_bundle *bundle;
	struct sample sample;
	struct ts_err err;
	char path[PATH_MAX];

	if (ts_bundle_open(out, 0, &bundle, &err) != TS_OK)
		fail_msg("%s", err.text);
	sample_open(&sample, ts_bundle_charts_dir(bundle),
		    ts_bundle_scratch_dir(bundle));
	sample.edition.number = number;
	sample.edition.content_hash = hash;
	if (ts_bundle_make(bundle, &ts_plugin_output_csv, &sample.edition,
			   &err) != TS_OK ||
	    ts_bundle_publish(bundle, &sample.edition, path, sizeof path,
			      &err) != TS_OK)
		fail_msg("%s", err.text);
	ts_bundle_close(bundle);
	sample_close(&sample);
}

static const char *
below(const char *out, const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", out, name);
	return path;
}

static void
what_is_there_tells_its_issue(void **state)
{
	char *out = temp_dir();
	struct ts_bundle_found found;
	struct ts_err err;

	(void)state;
	assert_int_equal(ts_bundle_find(out, REPORT, "2024", 1, &found, &err),
			 TS_NO_INPUT);
	publish(out, 1, HASH);
	publish(out, 2, NULL);
	assert_int_equal(ts_bundle_find(out, REPORT, "2024", 1, &found, &err),
			 TS_OK);
	assert_string_equal(found.content_hash, HASH);
	assert_string_equal(found.issued, "2026-11-24T06:30:00Z");
	assert_int_equal(ts_bundle_find(out, REPORT, "2024", 2, &found, &err),
			 TS_OK);
	assert_string_equal(found.content_hash, "");
	assert_int_equal(ts_bundle_find(out, REPORT, "2024", 3, &found, &err),
			 TS_NO_INPUT);
	temp_gone(out);
}

static void
what_is_not_a_bundle_of_that_name_is_refused(void **state)
{
	char *out = temp_dir();
	static const struct {
		const char *name, *report, *period;
		enum ts_status status;
	} cases[] = {
		{ "a way up", "..", "2024", TS_BAD_DATA },
		{ "a way down", "a/b", "2024", TS_BAD_DATA },
		{ "a period with a way", "kz-it", "../2024", TS_BAD_DATA },
		{ "a long period", "kz-it",
		  "2024202420242024202420242024202420242024", TS_BAD_DATA },
	};
	struct ts_bundle_found found;
	struct ts_err err;
	char from[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (ts_bundle_find(out, cases[i].report, cases[i].period, 1,
				   &found, &err) != cases[i].status)
			fail_msg("%s: %s", cases[i].name, err.text);

	publish(out, 1, HASH);
	snprintf(from, sizeof from, "%s/%s/%s.1", out, REPORT, "2024");
	assert_int_equal(ts_bundle_find(out, REPORT, "2024", 1, &found, &err),
			 TS_OK);
	/* one file too much is damage */
	{
		char more[PATH_MAX + 16];

		snprintf(more, sizeof more, "%s/more.txt", from);
		assert_int_equal(ts_file_write(more, "x", 1, 0644, &err),
				 TS_OK);
		assert_int_equal(
			ts_bundle_find(out, REPORT, "2024", 1, &found, &err),
			TS_REFUSED);
		assert_non_null(strstr(err.text, "1 files are not in the "
						 "manifest"));
		assert_int_equal(unlink(more), 0);
	}
	{
		char to[PATH_MAX];

		snprintf(to, sizeof to, "%s/%s/%s.4", out, REPORT, "2024");
		assert_int_equal(rename(from, to), 0);
		assert_int_equal(
			ts_bundle_find(out, REPORT, "2024", 4, &found, &err),
			TS_REFUSED);
		assert_non_null(strstr(err.text, "by its manifest"));
	}
	temp_gone(out);
}

static void
finishing_points_latest_to_it_and_lists_it(void **state)
{
	char *out = temp_dir();
	struct ts_bundle_found found;
	struct ts_err err;
	char latest[PATH_MAX], link[64], want[64];
	ssize_t length;

	(void)state;
	publish(out, 1, HASH);
	snprintf(latest, sizeof latest, "%s/%s/latest", out, REPORT);
	assert_int_equal(unlink(latest), 0);
	assert_int_equal(unlink(below(out, "index.html")), 0);
	assert_int_equal(mkdir(below(out, LEFT), 0700), 0);
	assert_int_equal(ts_bundle_find(out, REPORT, "2024", 1, &found, &err),
			 TS_OK);
	assert_int_equal(ts_bundle_finish(&found, &err), TS_OK);
	length = readlink(latest, link, sizeof link - 1);
	assert_true(length > 0);
	link[length] = '\0';
	snprintf(want, sizeof want, "%s.1", "2024");
	assert_string_equal(link, want);
	assert_int_equal(access(below(out, "index.html"), R_OK), 0);
	assert_int_not_equal(access(below(out, LEFT), F_OK), 0);

	/* an older one does not become the latest */
	publish(out, 2, HASH);
	assert_int_equal(ts_bundle_finish(&found, &err), TS_OK);
	length = readlink(latest, link, sizeof link - 1);
	assert_true(length > 0);
	link[length] = '\0';
	snprintf(want, sizeof want, "%s.2", "2024");
	assert_string_equal(link, want);
	temp_gone(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_tells_its_issue),
		cmocka_unit_test(what_is_not_a_bundle_of_that_name_is_refused),
		cmocka_unit_test(finishing_points_latest_to_it_and_lists_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
