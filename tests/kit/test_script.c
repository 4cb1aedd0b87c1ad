/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <math.h>
#include <string.h>
#include <tradestat/script.h>
#include <tradestat/text.h>

#define CUT "\xE2\x80\xA6"
#define APOSTROPHE "\xE2\x80\x99"

static void
what_gnuplot_must_not_read_is_replaced(void **state)
{
	static const struct {
		const char *name, *text, *safe;
	} cases[] = {
		{ "plain", "Crude oil", "Crude oil" },
		{ "empty", "", "" },
		{ "Kazakh", "Қазақстан", "Қазақстан" },
		{ "apostrophe", "l'industria", "l" APOSTROPHE "industria" },
		{ "leading quote", "'x'", APOSTROPHE "x" APOSTROPHE },
		{ "backticks", "`id`", APOSTROPHE "id" APOSTROPHE },
		{ "double quotes", "\"x\"", "\xE2\x80\x9Dx\xE2\x80\x9D" },
		{ "backslash", "a\\n", "a/n" },
		{ "line end", "a'\nset output", "a" APOSTROPHE "set output" },
		{ "tab", "a\tb", "ab" },
		{ "C1",
		  "a\xC2\x85"
		  "b",
		  "ab" },
		{ "DEL",
		  "a\x7F"
		  "b",
		  "ab" },
		{ "line separator",
		  "a\xE2\x80\xA8"
		  "b",
		  "ab" },
		{ "paragraph",
		  "a\xE2\x80\xA9"
		  "b",
		  "ab" },
		{ "right-to-left override",
		  "a\xE2\x80\xAE"
		  "b",
		  "ab" },
		{ "isolate",
		  "a\xE2\x81\xA6"
		  "b\xE2\x81\xA9",
		  "ab" },
		{ "bad byte",
		  "a\xFF"
		  "b",
		  "a\xEF\xBF\xBD"
		  "b" },
		{ "cut sequence", "a\xD2", "a\xEF\xBF\xBD" },
		{ "surrogate", "\xED\xA0\x80",
		  "\xEF\xBF\xBD\xEF\xBF\xBD"
		  "\xEF\xBF\xBD" },
		{ "not in XML", "\xEF\xBF\xBE", "\xEF\xBF\xBD" },
		{ "CDATA end", "a]]>b", "a]] >b" },
		{ "CDATA end in pieces", "]]\x01>", "]] >" },
		{ "reference", "&#x41;", "& #x41;" },
		{ "reference in pieces", "&\xE2\x80\xAE#x41;", "& #x41;" },
		{ "ampersand", "R&D #1", "R&D #1" },
		{ "decimal reference", "&#65;", "&#65;" },
		{ "blanks around", " \xC2\xA0 a b \t ", "a b" },
		{ "only blanks", "   ", "" },
		{ "markup", "x_{1} ^@", "x_{1} ^@" },
		{ "per cent", "100% of %s", "100% of %s" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		TS_AUTO_BUF out = TS_BUF_INIT(4096);

		ts_script_safe(&out, cases[i].text);
		if (strcmp(out.data, cases[i].safe) != 0)
			fail_msg("%s: %s", cases[i].name, out.data);
	}
}

static void
a_safe_text_stays_as_it_is(void **state)
{
	static const char *const texts[] = { "]]]]>>&&##xx", "&#x&#x]]>]]>",
					     "'''```",       "\\\\\"",
					     "& #x",         "" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		TS_AUTO_BUF once = TS_BUF_INIT(4096);
		TS_AUTO_BUF twice = TS_BUF_INIT(4096);

		ts_script_safe(&once, texts[i]);
		ts_script_safe(&twice, once.data);
		assert_string_equal(once.data, twice.data);
	}
}

static void
a_long_text_is_cut_to_300_code_points(void **state)
{
	TS_AUTO_BUF text = TS_BUF_INIT(1 << 20);
	TS_AUTO_BUF out = TS_BUF_INIT(4096);
	int i;

	(void)state;
	for (i = 0; i < 300; i++)
		ts_buf_add(&text, "Қ");
	ts_buf_add(&text, "   ");
	ts_script_safe(&out, text.data);
	assert_int_equal(ts_utf8_length(out.data), 300);
	assert_null(strstr(out.data, CUT));
	ts_buf_add(&text, "ж");
	ts_buf_reset(&out);
	ts_script_safe(&out, text.data);
	assert_int_equal(ts_utf8_length(out.data), 300);
	assert_string_equal(out.data + out.used - 3, CUT);
}

static void
a_text_is_written_in_single_quotes(void **state)
{
	struct ts_script script;

	(void)state;
	ts_script_init(&script, 4096);
	ts_script_part(&script, "set label %d ", 1);
	ts_script_text(&script, "it's `id`");
	ts_script_cmd(&script, " at screen %.2f,%.2f", 0.5, 0.25);
	assert_string_equal(script.out.data,
			    "set label 1 'it" APOSTROPHE "s " APOSTROPHE
			    "id" APOSTROPHE "' at screen 0.50,0.25\n");
	ts_script_free(&script);
}

static void
rows_begin_with_a_number_and_a_missing_one_is_empty(void **state)
{
	struct ts_script script;

	(void)state;
	ts_script_init(&script, 4096);
	assert_int_equal(ts_script_data(&script), 1);
	ts_script_num(&script, 2024);
	ts_script_num(&script, NAN);
	ts_script_num(&script, 1.0 / 3);
	ts_script_field(&script, "a\tb\"c");
	ts_script_row(&script);
	ts_script_gap(&script);
	ts_script_num(&script, NAN);
	ts_script_field(&script, "TS_END_7f3a");
	ts_script_row(&script);
	ts_script_num(&script, INFINITY);
	ts_script_row(&script);
	ts_script_data_end(&script);
	assert_int_equal(ts_script_data(&script), 2);
	ts_script_data_end(&script);
	assert_string_equal(script.out.data,
			    "$d1 << TS_END_7f3a\n"
			    "2024\t\t0.333333333\tab\xE2\x80\x9D"
			    "c\n"
			    "\n"
			    "NaN\tTS_END_7f3a\n"
			    "NaN\n"
			    "TS_END_7f3a\n"
			    "$d2 << TS_END_7f3a\n"
			    "TS_END_7f3a\n");
	ts_script_free(&script);
}

/* Every byte and every pair of the dangerous ones: what comes out holds no
 * byte that gnuplot reads, and is valid UTF-8. */
static void
no_combination_of_dangerous_bytes_gets_through(void **state)
{
	static const char bytes[] = "'`\"\\\n\r\t\1\x7F\xC2\x80\xE2\xA8\xAE"
				    "\xED\xFF]>&#x$@!|<; a";
	size_t a, b, c, n = sizeof(bytes) - 1;

	(void)state;
	for (a = 0; a < n; a++)
		for (b = 0; b < n; b++)
			for (c = 0; c < n; c++) {
				char text[] = { bytes[a], bytes[b], bytes[c],
						bytes[a], bytes[b], 0 };
				TS_AUTO_BUF out = TS_BUF_INIT(256);

				ts_script_safe(&out, text);
				assert_true(ts_utf8_valid(out.data, out.used));
				assert_null(strpbrk(out.data,
						    "'`\"\\\n\r\t\1\x7F"));
				assert_null(strstr(out.data, "]]>"));
				assert_null(strstr(out.data, "&#x"));
			}
}

static void
a_script_past_its_ceiling_is_an_error(void **state)
{
	struct ts_script script;
	struct ts_err err = { 0 };

	(void)state;
	ts_script_init(&script, 64);
	ts_script_cmd(&script, "set label 1 %s",
		      "0123456789012345678901234567"
		      "890123456789012345678901234567890123456789");
	assert_int_equal(ts_buf_check(&script.out, "script", &err),
			 TS_BAD_DATA);
	ts_script_free(&script);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_gnuplot_must_not_read_is_replaced),
		cmocka_unit_test(a_safe_text_stays_as_it_is),
		cmocka_unit_test(a_long_text_is_cut_to_300_code_points),
		cmocka_unit_test(a_text_is_written_in_single_quotes),
		cmocka_unit_test(
			rows_begin_with_a_number_and_a_missing_one_is_empty),
		cmocka_unit_test(
			no_combination_of_dangerous_bytes_gets_through),
		cmocka_unit_test(a_script_past_its_ceiling_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
