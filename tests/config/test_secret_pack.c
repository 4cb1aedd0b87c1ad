/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets on their way from the supervisor to a worker. What this process was
 * given it keeps, so the supervisor's side is done once, before all tests.
 */
#include "tests/support/fixtures.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tradestat/file.h>
#include "config/load.h"

#define MAGIC "tradestat-secrets-1\n"

static char *folder;
static char by_path[600], unpacked[600]; /* "file:/..." */
static char long_value[4096 + 2];
static int packed_fd = -1;
static char complaints[2048];

static void
put(const char *name, const char *text)
{
	char path[512];
	struct ts_err err = { 0 };

	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (ts_file_write(path, text, strlen(text), 0600, &err) != TS_OK)
		abort();
}

static void
complain(void *ctx, const char *text)
{
	size_t used = strlen(complaints);

	assert_string_equal(ctx, "ctx");
	snprintf(complaints + used, sizeof complaints - used, "%s\n", text);
}

static int
pack(void **state)
{
	const char *references[9];
	char ctx[] = "ctx";
	struct ts_err err = { 0 };

	(void)state;
	folder = temp_dir();
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	memset(long_value, 'k', 4096);
	put("key", "hunter2\n");
	put("other", "not for this stage\n");
	put("long", long_value);
	put("path", "by path\n");
	put("unpacked", "read from its file\n");
	put("empty", "");
	snprintf(by_path, sizeof by_path, "file:%s/path", folder);
	snprintf(unpacked, sizeof unpacked, "file:%s/unpacked", folder);
	references[0] = "credential:key";
	references[1] = "credential:missing";
	references[2] = by_path;
	references[3] = "credential:key"; /* two sources share it */
	references[4] = "credential:empty";
	references[5] = "hunter2"; /* a value where a reference belongs */
	references[6] = "credential:long";
	references[7] = "credential:../key";
	references[8] = NULL;
	return ts_secrets_pack(references, complain, ctx, &packed_fd, &err) ==
			       TS_OK
		       ? 0
		       : -1;
}

static int
remove_all(void **state)
{
	(void)state;
	close(packed_fd);
	temp_gone(folder);
	return 0;
}

/* Opens the pack as a worker finds it. */
static void
open_pack(void)
{
	struct ts_err err = { 0 };
	int fd = dup(packed_fd);

	if (ts_secrets_open(fd, &err) != TS_OK)
		fail_msg("%s", err.text);
	close(fd);
}

static void
expect(const char *reference, const char *value)
{
	struct ts_secret *secret = NULL;
	struct ts_err err = { 0 };

	if (ts_secret_read(reference, &secret, &err) != TS_OK)
		fail_msg("%s: %s", reference, err.text);
	assert_string_equal(ts_secret_reveal(secret), value);
	ts_secret_free(secret);
}

static void
what_cannot_be_read_is_told_and_left_out(void **state)
{
	static const char *const told[] = { "/missing: No such file",
					    "/empty is empty",
					    "a secret is a reference",
					    "\"credential:../key\" names no" };

	(void)state;
	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
		if (strstr(complaints, told[i]) == NULL)
			fail_msg("not told: %s", told[i]);
	/* never a value, not even one in the wrong place */
	assert_null(strstr(complaints, "hunter2"));
}

static void
the_pack_is_sealed_and_holds_each_once(void **state)
{
	static char bytes[16384];
	ssize_t count = pread(packed_fd, bytes, sizeof bytes, 0);

	(void)state;
	assert_true(count > 4096);
	assert_int_equal(fcntl(packed_fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(pwrite(packed_fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(packed_fd, 0), -1);
	assert_int_equal(fcntl(packed_fd, F_ADD_SEALS, F_SEAL_GROW), -1);
	/* one key, one path, one long value */
	assert_int_equal(count, sizeof MAGIC - 1 + 3 * 8 +
					strlen("credential:key") + 7 +
					strlen(by_path) + 7 +
					strlen("credential:long") + 4096);
}

static void
a_worker_has_what_it_was_given(void **state)
{
	(void)state;
	open_pack();
	expect("credential:key", "hunter2");
	expect("credential:key", "hunter2"); /* as often as it likes */
	expect("credential:long", long_value);
	/* also where the file itself is out of its reach */
	put("path", "changed since\n");
	expect(by_path, "by path");
}

static void
a_worker_has_no_others(void **state)
{
	static const char *const others[] = {
		"credential:other",
		"credential:missing",
		"credential:ke",
		"credential:key2",
		"credential:",
		"hunter2",
		"",
	};
	struct ts_secret *secret = NULL;
	struct ts_err err = { 0 };

	(void)state;
	open_pack();
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (ts_secret_read(others[i], &secret, &err) != TS_BAD_CONFIG)
			fail_msg("%s was read", others[i]);
		assert_null(strstr(err.text, "hunter2"));
	}
	/* a file that lies open to it is its own business */
	expect(unpacked, "read from its file");
}

static void
after_opening_there_is_nothing_to_read(void **state)
{
	struct ts_err err = { 0 };
	struct stat meta, null_meta;
	int fd = dup(packed_fd);
	char byte;

	(void)state;
	assert_int_equal(ts_secrets_open(fd, &err), TS_OK);
	assert_int_equal(fstat(fd, &meta), 0);
	assert_int_equal(stat("/dev/null", &null_meta), 0);
	assert_int_equal(meta.st_rdev, null_meta.st_rdev);
	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
}

static void
a_child_of_the_worker_inherits_none(void **state)
{
	int status = 0;
	pid_t pid;

	(void)state;
	open_pack();
	pid = fork();
	if (pid == 0) {
		struct ts_secret *secret = NULL;

		_exit(ts_secret_read("credential:key", &secret, NULL) ==
				      TS_BAD_CONFIG
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	expect("credential:key", "hunter2");
}

static int
memory_file(const char *bytes, size_t count, bool sealed)
{
	int fd = memfd_create("test", MFD_ALLOW_SEALING | MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, count), count);
	if (sealed)
		assert_int_equal(fcntl(fd, F_ADD_SEALS,
				       F_SEAL_SEAL | F_SEAL_SHRINK |
					       F_SEAL_GROW | F_SEAL_WRITE),
				 0);
	return fd;
}

static void
a_damaged_pack_gives_nothing(void **state)
{
#define ROW(name, text)                                                        \
	{                                                                      \
		name, text, sizeof text - 1                                    \
	}
	static const struct {
		const char *name, *bytes;
		size_t count;
	} rows[] = {
		ROW("empty", ""),
		ROW("another beginning", "tradestat-secrets-2\n"),
		ROW("cut beginning", "tradestat-secr"),
		ROW("cut lengths", MAGIC "\1\0\0"),
		ROW("no reference", MAGIC "\0\0\0\0\1\0\0\0x"),
		ROW("reference past the end", MAGIC "\5\0\0\0\0\0\0\0abcd"),
		ROW("value past the end", MAGIC "\1\0\0\0\2\0\0\0ab"),
		ROW("huge reference", MAGIC "\xff\xff\xff\xff\1\0\0\0ab"),
		ROW("huge value", MAGIC "\1\0\0\0\xff\xff\xff\xff"
					"ab"),
		ROW("sum that wraps", MAGIC "\xff\xff\xff\xff\2\0\0\0ab"),
		ROW("value past the page", MAGIC "\1\0\0\0\0\x10\0\0a"),
		ROW("reference past the page", MAGIC "\0\x10\0\0\1\0\0\0a"),
		ROW("something behind", MAGIC "\1\0\0\0\1\0\0\0abc"),
	};
	struct ts_secret *secret = NULL;
	struct ts_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int fd = memory_file(rows[i].bytes, rows[i].count, true);

		open_pack(); /* so that there is something to lose */
		if (ts_secrets_open(fd, &err) != TS_BAD_DATA)
			fail_msg("%s: accepted", rows[i].name);
		if (ts_secret_read("credential:key", &secret, &err) == TS_OK)
			fail_msg("%s: the earlier one is still there",
				 rows[i].name);
		close(fd);
	}
}

static void
a_value_that_is_no_line_of_text_is_refused(void **state)
{
	static const char bytes[] = MAGIC "\x0c\0\0\0\3\0\0\0credential:xa\0b";
	struct ts_secret *secret = NULL;
	struct ts_err err = { 0 };
	int fd = memory_file(bytes, sizeof bytes - 1, true);

	(void)state;
	assert_int_equal(ts_secrets_open(fd, &err), TS_OK);
	assert_int_equal(ts_secret_read("credential:x", &secret, &err),
			 TS_BAD_CONFIG);
	assert_string_equal(err.text,
			    "credential:x: a secret is one line of text");
	close(fd);
}

static void
only_the_supervisor_hands_over_secrets(void **state)
{
	static const char bytes[] = MAGIC "\1\0\0\0\1\0\0\0ab";
	struct ts_err err = { 0 };
	int fd, ends[2];

	(void)state;
	fd = memory_file(bytes, sizeof bytes - 1, false); /* not sealed */
	assert_int_equal(ts_secrets_open(fd, &err), TS_BAD_USAGE);
	close(fd);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(ts_secrets_open(fd, &err), TS_BAD_USAGE);
	close(fd);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], bytes, sizeof bytes), sizeof bytes);
	assert_int_equal(ts_secrets_open(ends[0], &err), TS_BAD_USAGE);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(ts_secrets_open(-1, &err), TS_BAD_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_read_is_told_and_left_out),
		cmocka_unit_test(the_pack_is_sealed_and_holds_each_once),
		cmocka_unit_test(a_worker_has_what_it_was_given),
		cmocka_unit_test(a_worker_has_no_others),
		cmocka_unit_test(after_opening_there_is_nothing_to_read),
		cmocka_unit_test(a_child_of_the_worker_inherits_none),
		cmocka_unit_test(a_damaged_pack_gives_nothing),
		cmocka_unit_test(a_value_that_is_no_line_of_text_is_refused),
		cmocka_unit_test(only_the_supervisor_hands_over_secrets),
	};

	return cmocka_run_group_tests(tests, pack, remove_all);
}
