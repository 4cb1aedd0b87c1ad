/* SPDX-License-Identifier: Apache-2.0 */
/* Charts of categories: ranked, movers and waterfall say what the rows say. */
#include "tests/plots/chart_case.h"

#define MINUS "\xE2\x88\x92"
#define TIMES "\xC3\x97"
#define CUT "\xE2\x80\xA6"

static struct chart_case *
drawn(const char *type, const char *lines)
{
	struct chart_case *c = begin_case(type, lines);

	if (ask(c) != TS_OK)
		fail_msg("%s", c->err.text);
	assert_string_equal(c->need.refused, "");
	if (draw_case(c) != TS_OK)
		fail_msg("%s", c->err.text);
	return c;
}

static void
is_above(const struct chart_case *c, const char *upper, const char *lower)
{
	has_label(c, upper);
	has_label(c, lower);
	if (label_of(c, upper)->y >= label_of(c, lower)->y)
		fail_msg("\"%s\" is not above \"%s\"", upper, lower);
}

static void
bars_are_ranked_and_the_remainder_is_last(void **state)
{
	struct chart_case *c = drawn(
		"ranked", "label|product|value\n"
			  "Coal|2701|55.3e6\nOther|OTHER|300e6\nOil|2709|98e6\n"
			  "Flax|1204|4.1e6\n|TOTAL|457.4e6");

	(void)state;
	is_above(c, "Oil", "Coal");
	is_above(c, "Coal", "Flax");
	is_above(c, "Flax", "Other");
	has_label(c, "21%"); /* 98 of 457.4 */
	has_label(c, "0.9%");
	assert_null(label_of(c, "TOTAL"));
	end_case(c);
}

static void
without_a_total_no_share_is_claimed(void **state)
{
	struct chart_case *c = drawn("ranked", "label|value\nA|3\nB|1");
	size_t i;

	(void)state;
	for (i = 0; i < c->label_count; i++)
		assert_null(strchr(c->labels[i].text, '%'));
	end_case(c);
}

static void
only_the_latest_period_is_ranked(void **state)
{
	struct chart_case *c =
		drawn("ranked", "label|period|value\n"
				"A|2023|900\nA|2024|3\nB|2024|1\nB|2023|800");

	(void)state;
	has_label(c, "3.0");
	assert_null(label_of(c, "900"));
	end_case(c);
}

static void
the_smaller_rows_left_out_are_counted(void **state)
{
	struct chart_case *c = drawn(
		"ranked",
		"label|product|value|status\n"
		"A||14|\nB||13|\nC||12|\nD||11|\nE||10|\nF||9|\nG||8|\nH||7|\n"
		"I||6|\nJ||5|\nK||4|\nL||3|\nM||2|\nOther|OTHER|99|\nN|||M");

	(void)state;
	assert_string_equal(c->need.note, "2 smaller rows are not shown. "
					  "No figure published for 1.");
	is_above(c, "K", "Other");
	assert_null(label_of(c, "L"));
	end_case(c);
}

static void
movers_are_ordered_by_what_they_added_or_lost(void **state)
{
	struct chart_case *c =
		drawn("movers", "label|from|to|unit|period\n"
				"Flax seeds|0|4.1|million USD|2023/2024\n"
				"Hard coal|11.2|55.3|million USD|2023/2024\n"
				"Crude oil|14500|18400|million USD|2023/2024\n"
				"Wheat|45|12|million USD|2023/2024");

	(void)state;
	is_above(c, "Crude oil", "Hard coal");
	is_above(c, "Hard coal", "Wheat");
	is_above(c, "Wheat", "Flax seeds");
	has_label(c, "14.5 bn");
	has_label(c, "18.4 bn");
	has_label(c, "+26.9%"); /* from these rounded figures */
	has_label(c, "4.9" TIMES);
	has_label(c, "new");
	has_label(c, MINUS "73.3%");
	has_label(c, "2023");
	has_label(c, "2024");
	assert_string_equal(c->need.note, "Open ring: no trade in 2023. "
					  "Ordered by absolute change.");
	end_case(c);
}

static void
a_rate_that_is_told_is_not_computed(void **state)
{
	struct chart_case *c = drawn(
		"movers",
		"label|from|to|fold_text|growth\nCoal|11.2|55.3|nearly 5" TIMES
		"|\nOil|14.5|18.4||26.7");

	(void)state;
	has_label(c, "nearly 5" TIMES);
	has_label(c, "+26.7%");
	end_case(c);
}

/* Values stand at the outer ends of a row, whichever way it went. */
static void
labels_stand_outside_of_the_dots(void **state)
{
	struct chart_case *c = drawn("movers", "label|from|to\nUp|20|70\n"
					       "Down|90|30");

	(void)state;
	assert_true(label_of(c, "20.0")->x1 < label_of(c, "70.0")->x0);
	assert_true(label_of(c, "30.0")->x1 < label_of(c, "90.0")->x0);
	assert_int_equal(label_of(c, "70.0")->colour, c->theme->exports_text);
	assert_int_equal(label_of(c, "30.0")->colour, c->theme->imports_text);
	end_case(c);
}

static void
what_no_logarithm_can_show_is_said_in_words(void **state)
{
	struct chart_case *c = drawn("movers", "label|from|to\nA|-3|4\n"
					       "B|5|7\nC||2");

	(void)state;
	has_label(c, MINUS "3.0 \xE2\x86\x92 4.0");
	/* of C only the current figure is known: no rate */
	has_label(c, "2.0");
	end_case(c);
}

static void
the_ten_largest_movers_stay(void **state)
{
	struct chart_case *c = drawn(
		"movers",
		"label|product|from|to\n"
		"A||1|100\nB||1|99\nC||1|98\nD||1|97\nE||1|96\nF||1|95\n"
		"G||1|94\nH||1|93\nI||1|92\nJ||1|91\nK||1|90\n|TOTAL|1|999");

	(void)state;
	has_label(c, "J");
	assert_null(label_of(c, "K"));
	assert_null(label_of(c, "TOTAL"));
	assert_non_null(strstr(c->need.note, "1 smaller change is not shown."));
	end_case(c);
}

/* The seed's import items: the residual is the story. */
static void
the_residual_makes_a_waterfall_add_up(void **state)
{
	struct chart_case *c =
		drawn("waterfall", "label|product|from|to|unit|period\n"
				   "|TOTAL|1272|1300|million USD|2023/2024\n"
				   "Pumps|8414|14.2|42.7|million USD|\n"
				   "Medicines|3004|98|123.5|million USD|\n"
				   "Packaging|8422|6.9|27.8|million USD|\n"
				   "Metal|8462|1.7|19.8|million USD|\n"
				   "Food|8438|4.1|13.9|million USD|\n"
				   "Heat|8419|15.7|24.2|million USD|\n"
				   "Binders|3824|2.7|10.9|million USD|");

	(void)state;
	has_label(c, "All other");
	has_label(c, MINUS "91.5"); /* 28 - 119.5 */
	has_label(c, "+28.5");
	has_label(c, "1,272");
	has_label(c, "1,300");
	has_label(c, "2023");
	has_label(c, "2024");
	assert_string_equal(c->need.note, "Axis starts at 1,200.");
	/* gains first, from the largest down, then what took it back */
	assert_true(label_of(c, "Pumps")->x1 < label_of(c, "Binders")->x0);
	assert_true(label_of(c, "Binders")->x1 < label_of(c, "All other")->x0);
	end_case(c);
}

static void
parts_beyond_eight_and_unknown_ones_are_in_the_residual(void **state)
{
	struct chart_case *c = drawn(
		"waterfall",
		"label|product|from|to\n"
		"|TOTAL|100|200\nA|1|1|20\nB|2|1|19\nC|3|1|18\nD|4|1|17\n"
		"E|5|1|16\nF|6|1|15\nG|7|1|14\nH|8|1|13\nI|9|1|4\nK|10||9");

	(void)state;
	assert_string_equal(c->need.note,
			    "All other includes 1 smaller change. "
			    "All other includes 1 part without both figures.");
	/* 100 - (19+18+17+16+15+14+13+12) */
	has_label(c, MINUS "24.0");
	assert_null(label_of(c, "I"));
	end_case(c);
}

static void
a_column_that_starts_at_zero_is_not_cut(void **state)
{
	struct chart_case *c = drawn("waterfall", "label|from|to\nA|10|40\n"
						  "B|10|5");

	(void)state;
	assert_string_equal(c->need.note, "");
	assert_null(strstr(c->script.out.data, "filledcurves closed"));
	/* the sum of the parts is the total: nothing is left over */
	assert_null(label_of(c, "All other"));
	has_label(c, "before");
	has_label(c, "after");
	end_case(c);
}

static void
long_names_lay_the_waterfall_on_its_side(void **state)
{
	struct chart_case *c = drawn(
		"waterfall",
		"label|product|from|to\n"
		"Macchine ed apparecchi per la preparazione o la fabbricazione "
		"industriale di alimenti o di bevande|8438|10|40\nB|2|10|5");

	(void)state;
	is_above(c, "before", "B");
	is_above(c, "B", "after");
	assert_true(fabs(label_of(c, "before")->x0 - 20) < 0.1);
	end_case(c);
}

static void
a_contradicting_table_is_refused(void **state)
{
	static const struct {
		const char *type, *lines, *message;
	} cases[] = {
		{ "waterfall", "product|from|to\nTOTAL|1|2\nTOTAL|1|3\nA|1|2",
		  "rows 1 and 2: two totals" },
		{ "ranked", "label|value\nA|2\nB|1\nA|3",
		  "rows 3 and 1: two figures for \"A\"" },
		{ "ranked", "label|flow|value\nA|X|2\nB|M|1",
		  "flow is \"M\" after \"X\"" },
		{ "movers", "label|flow|from|to\nA|X|2|1\nB|M|1|2",
		  "flow is \"M\" after \"X\"" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct chart_case *c =
			begin_case(cases[i].type, cases[i].lines);

		assert_int_equal(ask(c), TS_BAD_DATA);
		if (!strstr(c->err.text, cases[i].message))
			fail_msg("%s", c->err.text);
		end_case(c);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(bars_are_ranked_and_the_remainder_is_last),
		cmocka_unit_test(without_a_total_no_share_is_claimed),
		cmocka_unit_test(only_the_latest_period_is_ranked),
		cmocka_unit_test(the_smaller_rows_left_out_are_counted),
		cmocka_unit_test(movers_are_ordered_by_what_they_added_or_lost),
		cmocka_unit_test(a_rate_that_is_told_is_not_computed),
		cmocka_unit_test(labels_stand_outside_of_the_dots),
		cmocka_unit_test(what_no_logarithm_can_show_is_said_in_words),
		cmocka_unit_test(the_ten_largest_movers_stay),
		cmocka_unit_test(the_residual_makes_a_waterfall_add_up),
		cmocka_unit_test(
			parts_beyond_eight_and_unknown_ones_are_in_the_residual),
		cmocka_unit_test(a_column_that_starts_at_zero_is_not_cut),
		cmocka_unit_test(long_names_lay_the_waterfall_on_its_side),
		cmocka_unit_test(a_contradicting_table_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
