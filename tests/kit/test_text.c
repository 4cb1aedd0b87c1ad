/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <string.h>
#include <tradestat/text.h>

static void
only_strict_utf8_is_valid(void **state)
{
	static const struct {
		const char *name, *text;
		bool valid;
	} cases[] = {
		{ "empty", "", true },
		{ "ASCII", "Nickel, unwrought", true },
		{ "Kazakh", "Қазақстан Республикасы", true },
		{ "Italian", "Città", true },
		{ "four bytes", "\xF0\x9F\x93\x88", true },
		{ "last code point", "\xF4\x8F\xBF\xBF", true },
		{ "past the last", "\xF4\x90\x80\x80", false },
		{ "overlong slash", "\xC0\xAF", false },
		{ "overlong three", "\xE0\x9F\xBF", false },
		{ "overlong four", "\xF0\x8F\xBF\xBF", false },
		{ "surrogate", "\xED\xA0\x80", false },
		{ "lone tail", "a\x80", false },
		{ "cut at the end", "abcdefgh\xD2", false },
		{ "cut inside", "\xE2\x82 ", false },
		{ "Latin-1", "Citt\xE0 vecchia", false },
		{ "five bytes", "\xF8\x88\x80\x80\x80", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (ts_utf8_valid(cases[i].text, strlen(cases[i].text)) !=
		    cases[i].valid)
			fail_msg("%s", cases[i].name);
}

static void
every_code_point_is_written_and_read(void **state)
{
	uint32_t c;

	(void)state;
	for (c = 1; c <= 0x10FFFF; c += c < 0x900 ? 1 : 37) {
		TS_AUTO_BUF buf = TS_BUF_INIT(8);
		const char *at;

		if (c >= 0xD800 && c <= 0xDFFF)
			continue;
		ts_utf8_put(&buf, c);
		at = buf.data;
		assert_true(ts_utf8_valid(buf.data, buf.used));
		assert_int_equal(ts_utf8_next(&at, buf.data + buf.used), c);
		assert_ptr_equal(at, buf.data + buf.used);
		assert_int_equal(ts_utf8_length(buf.data), 1);
	}
}

static void
what_is_no_character_becomes_the_replacement(void **state)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(64);
	const char *bad = "\xE2\x82", *at = bad;

	(void)state;
	ts_utf8_put(&buf, 0xD800);
	ts_utf8_put(&buf, 0x110000);
	assert_string_equal(buf.data, "\xEF\xBF\xBD\xEF\xBF\xBD");
	assert_int_equal(ts_utf8_next(&at, bad + 2), 0xFFFD);
	assert_ptr_equal(at, bad + 1);
	assert_int_equal(ts_utf8_length("a\xFF"
					"b"),
			 3);
}

static void
foreign_text_is_shown_in_one_safe_line(void **state)
{
	static const struct {
		const char *name, *text;
		size_t max;
		const char *shown;
	} cases[] = {
		{ "as it is", "Қазақстан", 40, "Қазақстан" },
		{ "line feeds", " a\r\n\tb  c ", 40, "a b c" },
		{ "controls",
		  "a\033[2Jb\x07"
		  "c\x7F",
		  40, "a[2Jbc" },
		{ "C1",
		  "a\xC2\x9B"
		  "b",
		  40, "ab" },
		{ "bidi",
		  "a\xE2\x80\xAE"
		  "b\xE2\x81\xA6"
		  "c",
		  40, "abc" },
		{ "line separator",
		  "a\xE2\x80\xA8"
		  "b",
		  40, "a b" },
		{ "bad bytes",
		  "a\xFF"
		  "b",
		  40,
		  "a\xEF\xBF\xBD"
		  "b" },
		{ "no-break space", "a\xC2\xA0 b", 40, "a b" },
		{ "just fits", "abcde", 5, "abcde" },
		{ "one too many", "abcdef", 5, "abcd…" },
		{ "blanks at the end fit", "abcde   ", 5, "abcde" },
		{ "word behind a blank", "abcd efg", 5, "abcd…" },
		{ "cut at a blank", "abc defg", 5, "abc…" },
		{ "one", "ab", 1, "…" },
		{ "none", "ab", 0, "" },
		{ "empty", "", 5, "" },
		{ "only blanks", "  \n ", 5, "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		TS_AUTO_BUF buf = TS_BUF_INIT(256);

		ts_text_clean(&buf, cases[i].text, cases[i].max);
		if (strcmp(buf.data, cases[i].shown) != 0)
			fail_msg("%s: \"%s\"", cases[i].name, buf.data);
		assert_true(ts_utf8_length(buf.data) <= cases[i].max);
	}
}

static void
an_escaped_line_fits_its_room(void **state)
{
	char out[16];
	size_t room;

	(void)state;
	for (room = 1; room <= sizeof out; room++) {
		size_t length = ts_text_escape(out, room,
					       "é\n\xFF"
					       "x\xE2\x80\xA8y");

		assert_int_equal(length, strlen(out));
		assert_true(length < room);
		assert_true(ts_utf8_valid(out, length));
	}
	assert_string_equal(out, "é\\x0a\\xffx");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_strict_utf8_is_valid),
		cmocka_unit_test(every_code_point_is_written_and_read),
		cmocka_unit_test(what_is_no_character_becomes_the_replacement),
		cmocka_unit_test(foreign_text_is_shown_in_one_safe_line),
		cmocka_unit_test(an_escaped_line_fits_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
