/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <errno.h>
#include <string.h>
#include <tradestat/err.h>
#include <tradestat/text.h>

static void
a_fault_is_one_line_read_from_the_outside_in(void **state)
{
	struct ts_err err;

	(void)state;
	assert_int_equal(ts_fail(&err, TS_AGAIN, "HTTP %d", 429), TS_AGAIN);
	assert_int_equal(ts_while(&err, "fetch %s", "comtrade"), TS_AGAIN);
	assert_int_equal(ts_while(&err, "report kz-it"), TS_AGAIN);
	assert_string_equal(err.text, "report kz-it: fetch comtrade: HTTP 429");
	assert_int_equal(err.status, TS_AGAIN);
}

static void
a_caller_may_not_care_about_the_text(void **state)
{
	(void)state;
	assert_int_equal(ts_fail(NULL, TS_HELD, "gate %d", 1), TS_HELD);
	assert_int_equal(ts_fail_errno(NULL, ENOSPC, "x"), TS_FULL);
}

static void
an_error_may_be_told_again_inside_itself(void **state)
{
	struct ts_err err;

	(void)state;
	ts_fail(&err, TS_BAD_DATA, "line 3");
	ts_fail(&err, err.status, "a.csv: %s (%s)", err.text, err.text);
	assert_string_equal(err.text, "a.csv: line 3 (line 3)");
}

static void
a_full_disk_is_told_from_a_broken_one(void **state)
{
	static const struct {
		int cause;
		enum ts_status status;
	} cases[] = {
		{ ENOSPC, TS_FULL }, { EDQUOT, TS_FULL },   { EFBIG, TS_FULL },
		{ EIO, TS_SYSTEM },  { EACCES, TS_SYSTEM },
	};
	struct ts_err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(ts_fail_errno(&err, cases[i].cause, "write"),
				 cases[i].status);
	ts_fail_errno(&err, ENOSPC, "write %s", "a.csv");
	assert_string_equal(err.text, "write a.csv: No space left on device");
}

static void
publisher_text_cannot_forge_a_log_line(void **state)
{
	static const struct {
		const char *name, *said, *shown;
	} cases[] = {
		{ "line feed", "a\nerror: b", "a\\x0aerror: b" },
		{ "escape", "\033[2J", "\\x1b[2J" },
		{ "C1",
		  "\xC2\x9B"
		  "2J",
		  "\\xc2\\x9b2J" },
		{ "bidi",
		  "a\xE2\x80\xAE"
		  "b",
		  "a\\xe2\\x80\\xaeb" },
		{ "line separator",
		  "a\xE2\x80\xA8"
		  "b",
		  "a\\xe2\\x80\\xa8b" },
		{ "not UTF-8", "Citt\xE0", "Citt\\xe0" },
		{ "Kazakh", "Қазақстан", "Қазақстан" },
	};
	struct ts_err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ts_fail(&err, TS_BAD_DATA, "%s", cases[i].said);
		if (strcmp(err.text, cases[i].shown) != 0)
			fail_msg("%s: \"%s\"", cases[i].name, err.text);
	}
}

static void
a_long_text_is_cut_between_characters(void **state)
{
	char said[3001];
	struct ts_err err;
	size_t i, pad;

	(void)state;
	for (pad = 0; pad < 4; pad++) {
		memset(said, 'x', sizeof said);
		for (i = pad; i + 2 < sizeof said; i += 2)
			memcpy(said + i, "\xC3\xA9", 2);
		said[sizeof said - 3] = '\0';
		ts_fail(&err, TS_BAD_DATA, "%s", said);
		assert_true(strlen(err.text) >= sizeof err.text - 4);
		assert_true(ts_utf8_valid(err.text, strlen(err.text)));
		assert_null(strstr(err.text, "\\x"));
	}
}

static void
each_status_has_its_exit_code(void **state)
{
	static const struct {
		enum ts_status status;
		int code;
	} cases[] = {
		{ TS_OK, 0 },
		{ TS_BAD_USAGE, 64 },
		{ TS_BAD_DATA, 65 },
		{ TS_HELD, 65 },
		{ TS_NO_INPUT, 66 },
		{ TS_UNAVAILABLE, 69 },
		{ TS_SYSTEM, 71 },
		{ TS_CORRUPT, 74 },
		{ TS_AGAIN, 75 },
		{ TS_FULL, 75 },
		{ TS_REFUSED, 77 },
		{ TS_BAD_CONFIG, 78 },
		{ (enum ts_status)99, 70 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(ts_exit_code(cases[i].status), cases[i].code);
		assert_true(ts_status_name(cases[i].status)[0] != '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_is_one_line_read_from_the_outside_in),
		cmocka_unit_test(a_caller_may_not_care_about_the_text),
		cmocka_unit_test(an_error_may_be_told_again_inside_itself),
		cmocka_unit_test(a_full_disk_is_told_from_a_broken_one),
		cmocka_unit_test(publisher_text_cannot_forge_a_log_line),
		cmocka_unit_test(a_long_text_is_cut_between_characters),
		cmocka_unit_test(each_status_has_its_exit_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
