/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/hash.h>

static const char *
in(const char *folder, const char *name)
{
	static char path[4][512];
	static int next;

	next = (next + 1) % 4;
	snprintf(path[next], sizeof path[0], "%s/%s", folder, name);
	return path[next];
}

static int
entries(const char *folder)
{
	DIR *dir = opendir(folder);
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count - 2;
}

static void
a_file_is_written_whole_and_read_back(void **state)
{
	char *folder = temp_dir();
	const char *path = in(folder, "a.csv");
	TS_AUTO_BUF buf = TS_BUF_INIT(100);
	struct ts_err err;
	struct stat st;

	(void)state;
	assert_int_equal(ts_file_write(path, "old", 3, 0600, &err), TS_OK);
	assert_int_equal(ts_file_write(path, "a\0b", 3, 0640, &err), TS_OK);
	assert_int_equal(ts_file_read(path, &buf, &err), TS_OK);
	assert_int_equal(buf.used, 3);
	assert_memory_equal(buf.data, "a\0b", 4);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(entries(folder), 1);
	temp_gone(folder);
}

static void
a_reader_of_the_old_file_keeps_it(void **state)
{
	char *folder = temp_dir(), text[8] = "";
	const char *path = in(folder, "a");
	int fd;

	(void)state;
	assert_int_equal(ts_file_write(path, "old", 3, 0600, NULL), TS_OK);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(ts_file_write(path, "newer", 5, 0600, NULL), TS_OK);
	assert_int_equal(read(fd, text, sizeof text), 3);
	assert_string_equal(text, "old");
	close(fd);
	temp_gone(folder);
}

static void
a_failed_write_leaves_nothing_behind(void **state)
{
	char *folder = temp_dir();
	struct ts_err err;

	(void)state;
	assert_int_equal(mkdir(in(folder, "taken"), 0700), 0);
	assert_int_equal(mkdir(in(folder, "taken/x"), 0700), 0);
	/* a folder stands where the file should go */
	assert_int_equal(ts_file_write(in(folder, "taken"), "x", 1, 0600, &err),
			 TS_SYSTEM);
	assert_int_equal(entries(folder), 1);
	assert_int_equal(
		ts_file_write(in(folder, "no/such"), "x", 1, 0600, &err),
		TS_SYSTEM);
	temp_gone(folder);
}

static void
a_full_device_is_told_as_full(void **state)
{
	TS_AUTO_FD fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct ts_err err;

	(void)state;
	if (fd < 0)
		skip();
	assert_int_equal(ts_write_all(fd, "x", 1, "a.csv", &err), TS_FULL);
	assert_string_equal(err.text, "write a.csv: No space left on device");
}

static void
reading_has_a_limit_and_a_reason(void **state)
{
	char *folder = temp_dir();
	TS_AUTO_BUF buf = TS_BUF_INIT(4);
	struct ts_err err;

	(void)state;
	assert_int_equal(ts_file_read(in(folder, "none"), &buf, &err),
			 TS_NO_INPUT);
	assert_non_null(strstr(err.text, "/none: no such file"));
	assert_int_equal(ts_file_read(folder, &buf, &err), TS_SYSTEM);
	assert_int_equal(
		ts_file_write(in(folder, "five"), "12345", 5, 0600, NULL),
		TS_OK);
	assert_int_equal(ts_file_read(in(folder, "five"), &buf, &err),
			 TS_BAD_DATA);
	assert_non_null(strstr(err.text, "five: larger than 4 bytes"));
	temp_gone(folder);
}

static void
folders_are_made_with_their_parents(void **state)
{
	char *folder = temp_dir();
	struct ts_err err;
	struct stat st;

	(void)state;
	assert_int_equal(ts_mkdirs(in(folder, "a/b//c/"), &err), TS_OK);
	assert_int_equal(ts_mkdirs(in(folder, "a/b/c"), &err), TS_OK);
	assert_int_equal(stat(in(folder, "a/b/c"), &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(ts_file_write(in(folder, "f"), "", 0, 0600, &err),
			 TS_OK);
	assert_int_equal(ts_mkdirs(in(folder, "f"), &err), TS_SYSTEM);
	assert_int_equal(ts_mkdirs(in(folder, "f/g"), &err), TS_SYSTEM);
	assert_int_equal(ts_mkdirs("", &err), TS_SYSTEM);
	assert_int_equal(ts_mkdirs("/", &err), TS_OK);
	temp_gone(folder);
}

static void
a_tree_is_removed_without_following_links(void **state)
{
	char *folder = temp_dir(), *outside = temp_dir(), link[600];
	struct ts_err err;

	(void)state;
	assert_int_equal(ts_file_write(in(outside, "keep"), "x", 1, 0600, NULL),
			 TS_OK);
	assert_int_equal(ts_mkdirs(in(folder, "t/u/v"), NULL), TS_OK);
	assert_int_equal(
		ts_file_write(in(folder, "t/u/file"), "x", 1, 0400, NULL),
		TS_OK);
	assert_int_equal(symlink(outside, in(folder, "t/u/v/link")), 0);
	assert_int_equal(symlink("nowhere", in(folder, "t/dangling")), 0);
	assert_int_equal(ts_rmtree(in(folder, "t"), &err), TS_OK);
	assert_int_equal(entries(folder), 0);
	assert_int_equal(entries(outside), 1);
	/* a link is removed itself, also when it is spelt like a folder */
	assert_int_equal(symlink(outside, in(folder, "link")), 0);
	snprintf(link, sizeof link, "%s/link//", folder);
	assert_int_equal(ts_rmtree(link, &err), TS_OK);
	assert_int_equal(entries(folder), 0);
	assert_int_equal(entries(outside), 1);
	assert_int_equal(ts_rmtree(in(folder, "missing"), &err), TS_OK);
	assert_int_equal(ts_rmtree("", &err), TS_SYSTEM);
	assert_int_equal(ts_rmtree("//", &err), TS_SYSTEM);
	temp_gone(folder);
	temp_gone(outside);
}

static void
only_an_id_may_become_a_file_name(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "kz-it", true },
		{ "2024.1", true },
		{ "0", true },
		{ "a_b-c.d", true },
		{ "", false },
		{ ".hidden", false },
		{ "-x", false },
		{ "_x", false },
		{ "a..b", false },
		{ "a/b", false },
		{ "A", false },
		{ "a b", false },
		{ "қ", false },
		{ "a\n", false },
		{ "a.", true },
		{ "0123456789012345678901234567890123456789012345678901234567"
		  "890123",
		  true },
		{ "0123456789012345678901234567890123456789012345678901234567"
		  "8901234",
		  false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (ts_is_id(cases[i].text) != cases[i].good)
			fail_msg("\"%s\"", cases[i].text);
}

static void
too_little_space_is_full(void **state)
{
	struct ts_err err;

	(void)state;
	assert_int_equal(ts_space_check("/", 1, &err), TS_OK);
	assert_int_equal(ts_space_check("/", UINT64_MAX, &err), TS_FULL);
	assert_int_equal(ts_space_check("/no/such", 1, &err), TS_SYSTEM);
}

static void
closing_keeps_the_reason_of_a_failure(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	errno = ENOSPC;
	ts_close(&fd);
	assert_int_equal(fd, -1);
	assert_int_equal(errno, ENOSPC);
	ts_close(&fd);
}

static void
a_digest_is_that_of_the_standard(void **state)
{
	static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a39617"
				  "7a9cb410ff61f20015ad";
	char *folder = temp_dir(), text[TS_SHA256_TEXT] = "";
	struct ts_hash *hash = ts_hash_new();
	struct ts_err err;

	(void)state;
	assert_non_null(hash);
	ts_sha256("abc", 3, text);
	assert_string_equal(text, abc);
	ts_hash_add(hash, "a", 1);
	ts_hash_add(hash, "bc", 2);
	ts_hash_end(hash, text);
	ts_hash_free(hash);
	ts_hash_free(NULL);
	assert_string_equal(text, abc);
	ts_sha256("", 0, text);
	assert_memory_equal(text, "e3b0c44298fc1c14", 16);
	assert_int_equal(ts_file_write(in(folder, "f"), "abc", 3, 0600, NULL),
			 TS_OK);
	assert_int_equal(ts_sha256_file(in(folder, "f"), text, &err), TS_OK);
	assert_string_equal(text, abc);
	assert_int_equal(ts_sha256_file(in(folder, "g"), text, &err),
			 TS_NO_INPUT);
	assert_int_equal(ts_sha256_file(folder, text, &err), TS_SYSTEM);
	assert_string_equal(text, abc);
	temp_gone(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_written_whole_and_read_back),
		cmocka_unit_test(a_reader_of_the_old_file_keeps_it),
		cmocka_unit_test(a_failed_write_leaves_nothing_behind),
		cmocka_unit_test(a_full_device_is_told_as_full),
		cmocka_unit_test(reading_has_a_limit_and_a_reason),
		cmocka_unit_test(folders_are_made_with_their_parents),
		cmocka_unit_test(a_tree_is_removed_without_following_links),
		cmocka_unit_test(only_an_id_may_become_a_file_name),
		cmocka_unit_test(too_little_space_is_full),
		cmocka_unit_test(closing_keeps_the_reason_of_a_failure),
		cmocka_unit_test(a_digest_is_that_of_the_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
