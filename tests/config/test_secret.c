/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>
#include "config/load.h"

static char *folder;

static int
enter(void **state)
{
	(void)state;
	folder = temp_dir();
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	return 0;
}

static int
leave(void **state)
{
	(void)state;
	unsetenv("CREDENTIALS_DIRECTORY");
	temp_gone(folder);
	return 0;
}

static char *
put(const char *name, const void *bytes, size_t count, mode_t mode)
{
	static char path[512];
	struct ts_err err = { 0 };

	snprintf(path, sizeof path, "%s/%s", folder, name);
	unlink(path);
	assert_int_equal(ts_file_write(path, bytes, count, 0600, &err), TS_OK);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

static void
a_credential_is_read_without_its_line_end(void **state)
{
	static const struct {
		const char *text, *value;
	} rows[] = {
		{ "hunter2\n", "hunter2" },   { "hunter2", "hunter2" },
		{ "hunter2\r\n", "hunter2" }, { " a b ", " a b " },
		{ "p\u00e4ss", "p\u00e4ss" },
	};
	struct ts_secret *secret;
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		/* systemd's ACL shows as a group bit */
		put("key", rows[i].text, strlen(rows[i].text), 0440);
		assert_int_equal(
			ts_secret_read("credential:key", &secret, &err), TS_OK);
		assert_string_equal(ts_secret_reveal(secret), rows[i].value);
		ts_secret_free(secret);
	}
	ts_secret_free(NULL);
}

static void
a_file_that_others_can_read_is_no_place_for_a_secret(void **state)
{
	static const mode_t bad[] = { 0640, 0604, 0644, 0620, 0660, 0777 };
	char reference[600];
	struct ts_secret *secret = NULL;
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		snprintf(reference, sizeof reference, "file:%s",
			 put("key", "hunter2\n", 8, bad[i]));
		assert_int_equal(ts_secret_read(reference, &secret, &err),
				 TS_BAD_CONFIG);
		assert_non_null(strstr(err.text, "chmod 0600"));
		assert_null(strstr(err.text, "hunter2"));
	}
	for (mode_t mode = 0400; mode <= 0600; mode += 0200) {
		snprintf(reference, sizeof reference, "file:%s",
			 put("key", "hunter2\n", 8, mode));
		assert_int_equal(ts_secret_read(reference, &secret, &err),
				 TS_OK);
		ts_secret_free(secret);
	}
	if (geteuid() == 0) {
		assert_int_equal(chown(put("key", "x", 1, 0600), 12345, 0), 0);
		assert_int_equal(ts_secret_read(reference, &secret, &err),
				 TS_BAD_CONFIG);
		assert_non_null(strstr(err.text, "another user"));
	}
}

static void
what_is_no_secret_is_refused(void **state)
{
	char large[5000], path[600];
	const struct {
		const char *why;
		const void *bytes;
		size_t count;
	} rows[] = {
		{ "empty", "", 0 },
		{ "a line end", "\n", 1 },
		{ "two lines", "a\nb\n", 4 },
		{ "zero byte", "a\0b", 3 },
		{ "escape", "a\x1b[2J", 5 },
		{ "too long", large, 5000 },
		{ "one too long", large, 4097 },
	};
	struct ts_secret *secret = NULL;
	struct ts_err err = { 0 };

	(void)state;
	memset(large, 'x', sizeof large);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		put("key", rows[i].bytes, rows[i].count, 0400);
		if (ts_secret_read("credential:key", &secret, &err) !=
		    TS_BAD_CONFIG)
			fail_msg("%s was accepted", rows[i].why);
		assert_null(strstr(err.text, "xxx"));
	}
	put("key", large, 4096, 0400);
	assert_int_equal(ts_secret_read("credential:key", &secret, &err),
			 TS_OK);
	ts_secret_free(secret);
	snprintf(path, sizeof path, "%s/pipe", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(ts_secret_read("credential:pipe", &secret, &err),
			 TS_BAD_CONFIG);
}

static void
a_reference_that_leads_nowhere_says_so(void **state)
{
	static const char *const bad[] = {
		"credential:missing",
		"credential:",
		"credential:../key",
		"credential:a/b",
		"credential:.hidden",
		"file:relative",
		"file:/no/such/file",
		"hunter2",
		"",
		"command:pass show x",
	};
	struct ts_secret *secret = NULL;
	struct ts_err err = { 0 };

	(void)state;
	put("key", "x", 1, 0400);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (ts_secret_read(bad[i], &secret, &err) != TS_BAD_CONFIG)
			fail_msg("\"%s\" was accepted", bad[i]);
		assert_null(strstr(err.text, "hunter2"));
	}
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_int_equal(ts_secret_read("credential:key", &secret, &err),
			 TS_BAD_CONFIG);
	assert_non_null(strstr(err.text, "LoadCredential="));
}

static void
a_secret_is_kept_out_of_core_dumps(void **state)
{
	struct ts_secret *secret;
	struct ts_err err = { 0 };
	unsigned long address, start, end;
	char line[512];
	bool in_range = false, marked = false;
	FILE *maps;

	(void)state;
	put("key", "hunter2\n", 8, 0400);
	assert_int_equal(ts_secret_read("credential:key", &secret, &err),
			 TS_OK);
	address = (unsigned long)(uintptr_t)ts_secret_reveal(secret);
	maps = fopen("/proc/self/smaps", "r");
	assert_non_null(maps);
	while (fgets(line, sizeof line, maps) != NULL) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2 &&
		    strchr(line, ':') != NULL && line[0] != 'V')
			in_range = start <= address && address < end;
		if (in_range && strncmp(line, "VmFlags:", 8) == 0)
			marked = strstr(line, " dd") != NULL;
	}
	fclose(maps);
	assert_true(marked);
	ts_secret_free(secret);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_credential_is_read_without_its_line_end),
		TEST(a_file_that_others_can_read_is_no_place_for_a_secret),
		TEST(what_is_no_secret_is_refused),
		TEST(a_reference_that_leads_nowhere_says_so),
		TEST(a_secret_is_kept_out_of_core_dumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
