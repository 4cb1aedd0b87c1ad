/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include "fetchers/engine/archive.h"
#include "tests/fetchers/fetching.h"

struct shelf {
	char *dir;
	struct ts_arena *arena;
	struct ts_document document;
	struct ts_err err;
};

static struct shelf
shelf_new(void)
{
	return (struct shelf){ .dir = strdup(temp_dir()),
			       .arena = ts_arena_new(1 << 20) };
}

static void
shelf_free(struct shelf *shelf)
{
	temp_gone(shelf->dir);
	free(shelf->dir);
	ts_arena_free(shelf->arena);
}

static const int64_t in_2026 = 1790000000ll * 1000000;

static enum ts_status
store(struct shelf *shelf, const char *source, const void *bytes, size_t count,
      int64_t wall_us)
{
	struct ts_body *body;
	enum ts_status status;

	assert_int_equal(ts_body_new(shelf->dir, 1 << 20, &body, &shelf->err),
			 TS_OK);
	status = ts_body_add(body, bytes, count, &shelf->err);
	if (status == TS_OK)
		status = ts_body_end(body, &shelf->err);
	if (status == TS_OK)
		status = ts_body_keep(body, source, wall_us, shelf->arena,
				      &shelf->document, &shelf->err);
	ts_body_free(body);
	return status;
}

/* Reads to the end in pieces of that size; -1: the error is in shelf->err. */
static long
read_all(struct shelf *shelf, char *into, size_t room, size_t piece)
{
	struct ts_bytes bytes;
	size_t used = 0;
	long got;

	if (ts_archive_open(shelf->dir, &shelf->document, &bytes,
			    &shelf->err) != TS_OK)
		return -1;
	do {
		size_t want = room - used < piece ? room - used : piece;

		got = bytes.read(bytes.ctx, into + used, want, &shelf->err);
		if (got > 0)
			used += (size_t)got;
	} while (got > 0 && used < room);
	ts_archive_close(&bytes);
	return got < 0 ? -1 : (long)used;
}

static void
a_body_comes_back_as_it_was(void **state)
{
	struct shelf shelf = shelf_new();
	char *big = malloc(300000), *back = malloc(300001);
	char sha[TS_SHA256_TEXT];

	(void)state;
	for (int i = 0; i < 300000; i++)
		big[i] = (char)(i % 251 * (i >> 7));
	assert_int_equal(store(&shelf, "comtrade", big, 300000, in_2026),
			 TS_OK);
	ts_sha256(big, 300000, sha);
	assert_string_equal(shelf.document.sha256, sha);
	assert_int_equal(shelf.document.size_bytes, 300000);
	assert_int_equal(strncmp(shelf.document.archive, "comtrade/2026/", 14),
			 0);
	assert_int_equal(read_all(&shelf, back, 300001, 7000), 300000);
	assert_memory_equal(back, big, 300000);
	free(big);
	free(back);
	shelf_free(&shelf);
}

static void
the_same_body_is_one_file(void **state)
{
	struct shelf shelf = shelf_new();

	(void)state;
	assert_int_equal(store(&shelf, "comtrade", "abc", 3, in_2026), TS_OK);
	assert_int_equal(store(&shelf, "comtrade", "abc", 3, in_2026), TS_OK);
	assert_int_equal(bench_files(shelf.dir), 1);
	assert_int_equal(store(&shelf, "comtrade", "abd", 3, in_2026), TS_OK);
	assert_int_equal(bench_files(shelf.dir), 2);
	shelf_free(&shelf);
}

static void
a_document_can_be_read_twice(void **state)
{
	struct shelf shelf = shelf_new();
	struct ts_bytes bytes;
	char text[16];

	(void)state;
	assert_int_equal(store(&shelf, "ecb", "abcdef", 6, in_2026), TS_OK);
	assert_int_equal(
		ts_archive_open(shelf.dir, &shelf.document, &bytes, &shelf.err),
		TS_OK);
	assert_int_equal(bytes.read(bytes.ctx, text, 4, &shelf.err), 4);
	assert_int_equal(bytes.rewind(bytes.ctx, &shelf.err), TS_OK);
	for (int pass = 0; pass < 2; pass++) {
		assert_int_equal(bytes.read(bytes.ctx, text, 16, &shelf.err),
				 6);
		assert_memory_equal(text, "abcdef", 6);
		assert_int_equal(bytes.read(bytes.ctx, text, 16, &shelf.err),
				 0);
		assert_int_equal(bytes.rewind(bytes.ctx, &shelf.err), TS_OK);
	}
	ts_archive_close(&bytes);
	shelf_free(&shelf);
}

enum harm { CUT, FLIP, OTHER, LONGER, GONE, TEXT };

static void
harm(const struct shelf *shelf, enum harm harm)
{
	TS_AUTO_BUF path = TS_BUF_INIT(4096);
	TS_AUTO_BUF bytes = TS_BUF_INIT(65536);
	struct shelf help = *shelf;
	struct ts_err err;

	ts_buf_addf(&path, "%s/%s", shelf->dir, shelf->document.archive);
	assert_int_equal(ts_file_read(path.data, &bytes, &err), TS_OK);
	switch (harm) {
	case CUT:
		bytes.used -= 5;
		break;
	case FLIP:
		bytes.data[bytes.used / 2] ^= 4;
		break;
	case OTHER:
	case LONGER:
		/* a good gzip file, of something else */
		assert_int_equal(store(&help, "ecb",
				       harm == OTHER ? "abcdeg" : "abcdefg",
				       harm == OTHER ? 6 : 7, in_2026),
				 TS_OK);
		ts_buf_reset(&bytes);
		{
			TS_AUTO_BUF from = TS_BUF_INIT(4096);

			ts_buf_addf(&from, "%s/%s", shelf->dir,
				    help.document.archive);
			assert_int_equal(ts_file_read(from.data, &bytes, &err),
					 TS_OK);
		}
		break;
	case GONE:
		assert_int_equal(unlink(path.data), 0);
		return;
	case TEXT:
		ts_buf_reset(&bytes);
		ts_buf_add(&bytes, "abcdef");
		break;
	}
	assert_int_equal(
		ts_file_write(path.data, bytes.data, bytes.used, 0644, &err),
		TS_OK);
}

static void
damage_is_noticed_and_its_file_is_named(void **state)
{
	static const struct {
		const char *name;
		enum harm harm;
		enum ts_status status;
	} cases[] = {
		{ "cut", CUT, TS_CORRUPT },
		{ "a bit", FLIP, TS_CORRUPT },
		{ "other content", OTHER, TS_CORRUPT },
		{ "more content", LONGER, TS_CORRUPT },
		{ "no gzip", TEXT, TS_CORRUPT },
		{ "gone", GONE, TS_NO_INPUT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct shelf shelf = shelf_new();
		char text[64];

		assert_int_equal(store(&shelf, "ecb", "abcdef", 6, in_2026),
				 TS_OK);
		harm(&shelf, cases[i].harm);
		assert_int_equal(read_all(&shelf, text, sizeof text, 64), -1);
		if (shelf.err.status != cases[i].status ||
		    strstr(shelf.err.text, shelf.document.archive) == NULL)
			fail_msg("%s: %s", cases[i].name, shelf.err.text);
		assert_true(ts_archive_has(shelf.dir, &shelf.document) ==
			    (cases[i].harm != GONE));
		/* the same body again mends it */
		assert_int_equal(store(&shelf, "ecb", "abcdef", 6, in_2026),
				 TS_OK);
		assert_int_equal(read_all(&shelf, text, sizeof text, 64), 6);
		shelf_free(&shelf);
	}
}

static void
a_body_beyond_its_limit_leaves_nothing(void **state)
{
	struct shelf shelf = shelf_new();
	struct ts_body *body;

	(void)state;
	assert_int_equal(ts_body_new(shelf.dir, 5, &body, &shelf.err), TS_OK);
	assert_int_equal(ts_body_add(body, "abcde", 5, &shelf.err), TS_OK);
	assert_int_equal(ts_body_add(body, "f", 1, &shelf.err), TS_BAD_DATA);
	ts_body_free(body);
	assert_int_equal(bench_files(shelf.dir), 0);
	shelf_free(&shelf);
}

static void
no_name_and_no_row_leads_out_of_the_archive(void **state)
{
	static const char *const rows[] = { "/etc/hostname", "a/../../b", "" };
	struct shelf shelf = shelf_new();
	struct ts_bytes bytes;

	(void)state;
	assert_int_equal(store(&shelf, "../evil", "abc", 3, in_2026),
			 TS_BAD_CONFIG);
	assert_int_equal(bench_files(shelf.dir), 0);
	for (size_t i = 0; i < 3; i++) {
		shelf.document.archive = rows[i];
		assert_int_equal(ts_archive_open(shelf.dir, &shelf.document,
						 &bytes, &shelf.err),
				 TS_CORRUPT);
	}
	shelf_free(&shelf);
}

static void
leftovers_of_the_dead_are_swept_and_the_living_are_left_alone(void **state)
{
	struct shelf shelf = shelf_new();
	struct ts_body *living;
	char path[400];

	(void)state;
	assert_int_equal(ts_body_new(shelf.dir, 100, &living, &shelf.err),
			 TS_OK);
	snprintf(path, sizeof path, "%s/incoming/0123456789abcdef", shelf.dir);
	assert_int_equal(ts_file_write(path, "x", 1, 0644, &shelf.err), TS_OK);
	assert_int_equal(bench_files(shelf.dir), 2);
	assert_int_equal(ts_archive_sweep(shelf.dir, &shelf.err), TS_OK);
	assert_int_equal(bench_files(shelf.dir), 1);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(ts_body_add(living, "abc", 3, &shelf.err), TS_OK);
	assert_int_equal(ts_body_end(living, &shelf.err), TS_OK);
	assert_int_equal(ts_body_keep(living, "ecb", in_2026, shelf.arena,
				      &shelf.document, &shelf.err),
			 TS_OK);
	ts_body_free(living);
	assert_int_equal(bench_files(shelf.dir), 1);
	shelf_free(&shelf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_comes_back_as_it_was),
		cmocka_unit_test(the_same_body_is_one_file),
		cmocka_unit_test(a_document_can_be_read_twice),
		cmocka_unit_test(damage_is_noticed_and_its_file_is_named),
		cmocka_unit_test(a_body_beyond_its_limit_leaves_nothing),
		cmocka_unit_test(no_name_and_no_row_leads_out_of_the_archive),
		cmocka_unit_test(
			leftovers_of_the_dead_are_swept_and_the_living_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
