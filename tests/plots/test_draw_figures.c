/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers on marks, ticks, and the places of labels. */
#include "tests/support/fixtures.h"

#include <math.h>
#include <string.h>
#include "plots/draw/figures.h"
#include "plots/draw/log.h"

static struct ts_arena *arena;

static int
begin(void **state)
{
	(void)state;
	arena = ts_arena_new(16 << 20);
	return arena ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	ts_arena_free(arena);
	return 0;
}

static struct ts_figures
scale_of(double largest)
{
	struct ts_chart_spec spec = { .language = "en" };

	return ts_fig_make(&spec, "USD", largest, arena);
}

static void
figures_have_three_digits_at_the_scale_of_the_chart(void **state)
{
	static const struct {
		double largest, value;
		const char *plain, *own;
	} cases[] = {
		{ 19.9e9, 19.9e9, "19.9", "19.9" },
		{ 19.9e9, 7.5e9, "7.5", "7.5" },
		{ 19.9e9, 1.3e9, "1.3", "1.3" },
		{ 19.9e9, 1.18e9, "1.18", "1.18" },
		{ 19.9e9, 0, "0", "0" },
		{ 19.9e9, 68.6e6, "0.07", "68.6 mn" },
		{ 19.9e9, 1e6, "<0.01", "1.0 mn" },
		{ 19.9e9, -1e6,
		  ">\xE2\x88\x92"
		  "0.01",
		  "\xE2\x88\x92"
		  "1.0 mn" },
		{ 19.9e9, -22.3e9,
		  "\xE2\x88\x92"
		  "22.3",
		  "\xE2\x88\x92"
		  "22.3" },
		{ 55.3e6, 18.4e9, "18,400", "18.4 bn" },
		{ 55.3e6, 314900, "0.31", "0.31" },
		{ 55.3e6, 800000, "0.8", "0.8" },
		{ 55.3e6, 7, "<0.01", "$7" },
		{ 126.1e6, 126.1e6, "126", "126" },
		{ 126.1e6, 62.4e6, "62.4", "62.4" },
		{ 1272e6, 1272e6, "1.27", "1.27" },
		{ 5, 5, "5.0", "5.0" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_figures fig = scale_of(cases[i].largest);
		const char *plain = ts_fig_value(&fig, cases[i].value);
		const char *own = ts_fig_own(&fig, cases[i].value);

		if (strcmp(plain, cases[i].plain) != 0 ||
		    strcmp(own, cases[i].own) != 0)
			fail_msg("%g at %g: \"%s\", \"%s\"", cases[i].value,
				 cases[i].largest, plain, own);
	}
}

static void
what_is_missing_has_no_figure(void **state)
{
	struct ts_figures fig = scale_of(1);

	(void)state;
	assert_string_equal(ts_fig_value(&fig, NAN), "");
	assert_string_equal(ts_fig_own(&fig, NAN), "");
	assert_string_equal(ts_fig_signed(&fig, INFINITY), "");
	assert_string_equal(ts_fig_share(&fig, NAN), "");
	assert_string_equal(ts_fig_rate(&fig, "", NAN, 5), "");
	assert_string_equal(ts_fig_rate(&fig, NULL, 5, NAN), "");
}

static void
a_stated_rate_is_quoted_digit_for_digit(void **state)
{
	static const struct {
		const char *stated, *shown;
	} cases[] = {
		{ "26.7", "+26.7%" },
		{ "+26.70%", "+26.70%" },
		{ "-3", "\xE2\x88\x92"
			"3%" },
		{ "0", "0%" },
		{ "24 %", "+24%" },
		{ " 24", "+24%" },
		{ "nearly 5\xC3\x97", "nearly 5\xC3\x97" },
		{ "~27%", "~27%" },
		{ "+", "+" },
		{ "4.9\xC3\x97", "4.9\xC3\x97" },
		{ "\xE2\x88\x92"
		  "22.3%",
		  "\xE2\x88\x92"
		  "22.3%" },
	};
	struct ts_figures fig = scale_of(1);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(ts_fig_rate(&fig, cases[i].stated, 1, 9),
				    cases[i].shown);
}

static void
a_computed_rate_follows_the_rules_of_words(void **state)
{
	struct ts_figures fig = scale_of(1);

	(void)state;
	assert_string_equal(ts_fig_rate(&fig, NULL, 16.1, 19.9), "+23.6%");
	assert_string_equal(ts_fig_rate_short(&fig, 16.1, 19.9), "+24%");
	assert_string_equal(ts_fig_rate(&fig, NULL, 1, 4.94), "4.9\xC3\x97");
	assert_string_equal(ts_fig_rate_short(&fig, 1, 4.94), "4.9\xC3\x97");
	assert_string_equal(ts_fig_rate(&fig, NULL, 0, 4), "new");
	assert_string_equal(ts_fig_rate(&fig, NULL, -1, 4), "");
}

static void
ticks_are_round_cover_the_range_and_are_few(void **state)
{
	static const struct {
		double low, high;
	} ranges[] = {
		{ 0, 18.7 },   { 0, 1 },        { 0, 1e12 }, { -1.4, 18.7 },
		{ -9, 0 },     { -1e-6, 1e-6 }, { 0, 99.9 }, { 0, 3.0001 },
		{ -5e9, 4e3 }, { 0, 20 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		struct ts_ticks t =
			ts_ticks_make(ranges[i].low, ranges[i].high);

		if (t.low > ranges[i].low + 1e-12 ||
		    t.high < ranges[i].high * (1 - 1e-9) || t.count < 3 ||
		    t.count > 6)
			fail_msg("%g..%g: %g..%g in %d", ranges[i].low,
				 ranges[i].high, t.low, t.high, t.count);
	}
	/* nothing to cover: an axis all the same */
	assert_int_equal(ts_ticks_make(0, 0).count, 2);
	assert_true(ts_ticks_make(0, 0).high > 0);
}

static void
labels_are_pushed_apart_in_their_order(void **state)
{
	double ys[5] = { 50, 52, 10, 51, 200 };
	int i, j;

	(void)state;
	ts_spread(ys, 5, 14, 0, 100);
	for (i = 0; i < 5; i++) {
		assert_true(ys[i] >= 0 && ys[i] <= 100.001);
		for (j = 0; j < i; j++)
			assert_true(fabs(ys[i] - ys[j]) >= 13.999);
	}
	assert_true(ys[2] < ys[0] && ys[0] < ys[3] && ys[3] < ys[1] &&
		    ys[1] < ys[4]);
}

static void
a_logarithmic_axis_always_has_two_ticks(void **state)
{
	static const double ends[][2] = {
		{ 1, 1 },    { 14.5e9, 18.4e9 }, { 0.3, 18.4e9 },
		{ 1, 1e12 }, { 1e-9, 1e29 },     { 3, 4 },
		{ 5, 50 },   { 1.8e6, 24.2e6 },
	};
	size_t i, j;
	int zero;

	(void)state;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		for (zero = 0; zero < 2; zero++) {
			struct ts_log log =
				ts_log_make(ends[i][0], ends[i][1], zero);

			log.left = 100;
			log.right = 500;
			if (log.count < 2)
				fail_msg("%g..%g", ends[i][0], ends[i][1]);
			assert_true(log.low <= ends[i][0] &&
				    log.high >= ends[i][1]);
			for (j = 0; j < log.count; j++)
				assert_true(ts_log_x(&log, log.ticks[j]) >=
						    100 - 1e-6 &&
					    ts_log_x(&log, log.ticks[j]) <=
						    500 + 1e-6);
			assert_true(ts_log_x(&log, 0) == 100);
			/* zero is left of everything that is traded */
			assert_true(!zero || ts_log_x(&log, ends[i][0]) > 100);
		}
}

static void
a_cut_name_keeps_its_code(void **state)
{
	struct ts_figures fig = scale_of(1);
	struct ts_type type = { TS_MEDIUM, 11.5 };
	int lines;
	const char *name = ts_name_wrap(
		&fig, type, 160, 2,
		"Machinery and mechanical appliances having individual "
		"functions, not specified elsewhere",
		"8479", &lines);
	const char *second = strchr(name, '\n');

	(void)state;
	assert_int_equal(lines, 2);
	assert_non_null(second);
	assert_non_null(strstr(second, "\xE2\x80\xA6 8479"));
	assert_true(ts_type_width(type, second + 1) <= 160);
	name = ts_name_wrap(&fig, type, 160, 2, "Crude oil", "2709", &lines);
	assert_string_equal(name, "Crude oil");
	name = ts_name_wrap(&fig, type, 160, 2, "", "2709", &lines);
	assert_string_equal(name, "");
}

static void
a_note_that_has_no_room_is_left_out_whole(void **state)
{
	struct ts_chart_need need = { .height_px = 0 };
	struct ts_chart_spec spec = { .notes = "Hatched: a part of the year." };
	char long_one[300];

	(void)state;
	memset(long_one, 'x', sizeof(long_one) - 1);
	long_one[sizeof(long_one) - 1] = '\0';
	ts_note(&need, true, "One.");
	ts_note(&need, true, long_one);
	ts_note(&need, false, "Two.");
	ts_note(&need, true, "Three.");
	/* what the caller explains is not explained again */
	ts_note_hatched(&need, &spec, true, false);
	assert_string_equal(need.note, "One. Three.");
	spec.notes = "";
	ts_note_hatched(&need, &spec, true, false);
	assert_string_equal(need.note, "One. Three. Hatched: provisional.");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			figures_have_three_digits_at_the_scale_of_the_chart),
		cmocka_unit_test(what_is_missing_has_no_figure),
		cmocka_unit_test(a_stated_rate_is_quoted_digit_for_digit),
		cmocka_unit_test(a_computed_rate_follows_the_rules_of_words),
		cmocka_unit_test(ticks_are_round_cover_the_range_and_are_few),
		cmocka_unit_test(labels_are_pushed_apart_in_their_order),
		cmocka_unit_test(a_logarithmic_axis_always_has_two_ticks),
		cmocka_unit_test(a_cut_name_keeps_its_code),
		cmocka_unit_test(a_note_that_has_no_room_is_left_out_whole),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
