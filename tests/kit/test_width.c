/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <math.h>
#include <string.h>
#include <tradestat/script.h>
#include <tradestat/text.h>

#define CUT "\xE2\x80\xA6"

static void
widths_are_those_of_the_font(void **state)
{
	static const struct {
		const char *name, *text;
		enum ts_weight weight;
		double size, width; /* by hand from the font's hmtx table */
	} cases[] = {
		{ "one letter", "A", TS_REGULAR, 2048, 1385 },
		{ "digits are not equally wide", "1", TS_REGULAR, 2048, 951 },
		{ "zero", "0", TS_REGULAR, 2048, 1280 },
		{ "blank", " ", TS_REGULAR, 2048, 576 },
		{ "nothing", "", TS_BOLD, 2048, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double width = ts_text_width(cases[i].weight, cases[i].size,
					     cases[i].text);

		if (fabs(width - cases[i].width) > 0.5)
			fail_msg("%s: %.1f", cases[i].name, width);
	}
}

/* Ink as measured in pictures at twice the size (gnuplot 5.4, cairo 1.16):
 * never wider than the table says, and at most 2 % narrower. */
static void
ink_is_not_wider_than_the_table_says(void **state)
{
	static const struct {
		enum ts_weight weight;
		double size, ink;
		const char *text;
	} cases[] = {
		{ TS_BOLD, 17, 449.5,
		  "Kazakhstan–Italy trade rose 23.6% to "
		  "$19.9 bn in 2024" },
		{ TS_REGULAR, 12, 427,
		  "Exports from Kazakhstan to Italy, "
		  "US$ mn, 2023 → 2024, logarithmic "
		  "scale" },
		{ TS_REGULAR, 12, 466,
		  "Goods turnover (exports + imports), "
		  "US$ bn; small print: change on "
		  "previous year" },
		{ TS_MEDIUM, 11.5, 356,
		  "Арматура для трубопроводов, котлов, "
		  "резервуаров и цистерн" },
		{ TS_REGULAR, 9.5, 313.5,
		  "Source: Ministry of Trade and "
		  "Integration (KZ). Retrieved "
		  "2025-05-30." },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double width = ts_text_width(cases[i].weight, cases[i].size,
					     cases[i].text);

		if (width < cases[i].ink || width > 1.02 * cases[i].ink)
			fail_msg("%s: %.1f, ink %.1f", cases[i].text, width,
				 cases[i].ink);
	}
}

static void
bolder_is_wider(void **state)
{
	static const char *const texts[] = {
		"Dried leguminous vegetables",
		"Қазақстан Республикасы",
		"Città, società, perché",
		"−24.8% → 19.9 × ₸ € ▲ ▼",
	};
	size_t i;
	enum ts_weight w;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (w = TS_MEDIUM; w <= TS_BOLD; w++)
			assert_true(ts_text_width(w, 2048, texts[i]) >=
				    ts_text_width(w - 1, 2048, texts[i]));
}

/* A letter without a glyph would be as wide as the default of the others. */
static void
the_alphabets_of_our_languages_are_in_the_table(void **state)
{
	static const char text[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		"ÀÈÉÌÒÙàèéìòùÄÖÜäöüßçñøåŁłŞşĞğİıČčŠšŽž"
		"АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъы"
		"ь"
		"эюяӘәҒғҚқҢңӨөҰұҮүҺһІі"
		"−–—×≥≤±→▲▼₸₽€£$%"
		"‰№°·•…’‘“”«»";
	const char *at = text, *end = text + strlen(text);

	(void)state;
	while (at < end) {
		char letter[8] = "";
		const char *from = at;
		double width;

		(void)ts_utf8_next(&at, end);
		memcpy(letter, from, (size_t)(at - from));
		width = ts_text_width(TS_REGULAR, 2048, letter);
		if (width == 1360 || width < 300 || width > 2400)
			fail_msg("%s: %.0f", letter, width);
	}
}

static void
what_the_font_lacks_has_a_width_too(void **state)
{
	(void)state;
	/* an ideograph is square, a combining accent takes no room */
	assert_true(ts_text_width(TS_REGULAR, 10, "中") == 10);
	assert_true(ts_text_width(TS_REGULAR, 10, "\xCC\x81") == 0);
	assert_true(ts_text_width(TS_REGULAR, 10, "\xFF") > 5);
	assert_true(ts_text_width(TS_REGULAR, 10, NULL) == 0);
}

static void
a_text_that_fits_is_not_touched(void **state)
{
	TS_AUTO_BUF out = TS_BUF_INIT(256);

	(void)state;
	ts_text_fit(&out, TS_REGULAR, 11, 1000, "Crude oil");
	assert_string_equal(out.data, "Crude oil");
	ts_buf_reset(&out);
	ts_text_fit(&out, TS_REGULAR, 11,
		    ts_text_width(TS_REGULAR, 11, "Crude oil"), "Crude oil");
	assert_string_equal(out.data, "Crude oil");
}

static void
a_cut_text_is_never_wider_than_its_room(void **state)
{
	static const char *const texts[] = {
		"Насосы воздушные или вакуумные, компрессоры",
		"Macchine ed apparecchi per la preparazione",
		"x",
		"WWWWWWWW",
		"",
		"a b c d e f g",
	};
	size_t i;
	double room;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (room = 12; room < 300; room += 7) {
			TS_AUTO_BUF out = TS_BUF_INIT(256);

			ts_text_fit(&out, TS_MEDIUM, 11.5, room, texts[i]);
			assert_true(ts_utf8_valid(out.data, out.used));
			if (ts_text_width(TS_MEDIUM, 11.5, out.data) > room)
				fail_msg("%s in %.0f", out.data, room);
			assert_null(strstr(out.data, " " CUT));
		}
}

static void
lines_break_at_blanks_and_none_is_too_wide(void **state)
{
	static const char text[] =
		"Pompe per aria o per vuoto, compressori di aria o di altri "
		"gas e ventilatori; Hochgeschwindigkeitsbearbeitungszentren";
	double room;

	(void)state;
	for (room = 30; room < 700; room += 13) {
		TS_AUTO_BUF out = TS_BUF_INIT(4096);
		int lines = ts_text_wrap(&out, TS_REGULAR, 12, room, 100, text);
		int counted = 0;
		char *line, *rest = NULL;

		for (line = strtok_r(out.data, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest)) {
			counted++;
			if (ts_text_width(TS_REGULAR, 12, line) > room)
				fail_msg("\"%s\" in %.0f", line, room);
			assert_true(line[0] != ' ');
			assert_true(line[strlen(line) - 1] != ' ');
		}
		assert_int_equal(counted, lines);
	}
}

static void
nothing_is_lost_when_there_are_lines_enough(void **state)
{
	static const char text[] = "one two three four five six seven";
	TS_AUTO_BUF out = TS_BUF_INIT(4096);
	char *at;

	(void)state;
	assert_true(ts_text_wrap(&out, TS_BOLD, 12, 60, 100, text) > 2);
	for (at = out.data; *at; at++)
		if (*at == '\n')
			*at = ' ';
	assert_string_equal(out.data, text);
}

static void
the_last_line_ends_with_an_ellipsis_when_it_must(void **state)
{
	TS_AUTO_BUF out = TS_BUF_INIT(4096);

	(void)state;
	assert_int_equal(ts_text_wrap(&out, TS_REGULAR, 12, 60, 2,
				      "one two three four five six seven"),
			 2);
	assert_string_equal(out.data + out.used - 3, CUT);
	ts_buf_reset(&out);
	assert_int_equal(
		ts_text_wrap(&out, TS_REGULAR, 12, 600, 2, "a\nb\r\n\tc"), 1);
	/* a line end of the text is a blank like others */
	assert_null(strchr(out.data, '\n'));
	ts_buf_reset(&out);
	assert_int_equal(ts_text_wrap(&out, TS_REGULAR, 12, 60, 2, "  "), 0);
	assert_int_equal(ts_text_wrap(&out, TS_REGULAR, 12, 60, 0, "a"), 0);
}

static void
a_line_narrower_than_a_letter_still_ends(void **state)
{
	TS_AUTO_BUF out = TS_BUF_INIT(4096);

	(void)state;
	assert_int_equal(ts_text_wrap(&out, TS_REGULAR, 12, 1, 5, "abc"), 3);
	assert_int_equal(ts_text_wrap(&out, TS_REGULAR, 12, -1, 5, "abc"), 3);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths_are_those_of_the_font),
		cmocka_unit_test(ink_is_not_wider_than_the_table_says),
		cmocka_unit_test(bolder_is_wider),
		cmocka_unit_test(
			the_alphabets_of_our_languages_are_in_the_table),
		cmocka_unit_test(what_the_font_lacks_has_a_width_too),
		cmocka_unit_test(a_text_that_fits_is_not_touched),
		cmocka_unit_test(a_cut_text_is_never_wider_than_its_room),
		cmocka_unit_test(lines_break_at_blanks_and_none_is_too_wide),
		cmocka_unit_test(nothing_is_lost_when_there_are_lines_enough),
		cmocka_unit_test(
			the_last_line_ends_with_an_ellipsis_when_it_must),
		cmocka_unit_test(a_line_narrower_than_a_letter_still_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
