/* SPDX-License-Identifier: Apache-2.0 */
/* Charts over time: columns, balance and mirror say what the rows say. */
#include "tests/plots/chart_case.h"

#define MINUS "\xE2\x88\x92"

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

/* The boxes of the layer in this colour; returns how many. */
static size_t
boxes_of(const struct chart_case *c, uint32_t colour, double boxes[][4],
	 size_t most)
{
	char needle[64], block[16];
	const char *clause, *row, *plot;
	size_t count = 0;
	int number;

	plot = strstr(c->script.out.data, "\nplot ");
	snprintf(needle, sizeof(needle),
		 "boxxyerror fs solid 1 noborder fc "
		 "rgb '#%06X'",
		 (unsigned)colour);
	clause = strstr(plot, needle);
	if (!clause)
		return 0;
	while (*clause != '$')
		clause--;
	assert_int_equal(sscanf(clause, "$d%d", &number), 1);
	snprintf(block, sizeof(block), "\n$d%d <<", number);
	row = strchr(strstr(c->script.out.data, block) + 1, '\n');
	while (count < most && sscanf(row, "%lf %lf %lf %lf", &boxes[count][0],
				      &boxes[count][1], &boxes[count][2],
				      &boxes[count][3]) == 4) {
		count++;
		row = strchr(row + 1, '\n');
	}
	return count;
}

static void
columns_are_as_high_as_their_values(void **state)
{
	struct chart_case *c =
		drawn("columns", "period|value|unit\n"
				 "2022|5|billion USD\n2023|10|billion USD"
				 "\n2024|20|billion USD");
	double past[4][4], latest[4][4];

	(void)state;
	assert_int_equal(boxes_of(c, c->theme->exports_light, past, 4), 2);
	assert_int_equal(boxes_of(c, c->theme->exports, latest, 4), 1);
	/* all stand on one line; 5 : 10 : 20 */
	assert_true(fabs(past[0][3] - latest[0][3]) < 1e-3);
	assert_true(fabs((past[1][3] - past[1][2]) / (past[0][3] - past[0][2]) -
			 2) < 1e-3);
	assert_true(
		fabs((latest[0][3] - latest[0][2]) / (past[0][3] - past[0][2]) -
		     4) < 1e-3);
	has_label(c, "5.0");
	has_label(c, "10.0");
	has_label(c, "20.0");
	has_label(c, "2.0\xC3\x97"); /* both changes are a doubling */
	assert_string_equal(c->need.unit, "US$ bn");
	end_case(c);
}

static void
the_value_above_a_column_is_the_one_of_the_row(void **state)
{
	struct chart_case *c = drawn(
		"columns", "period|value|unit|growth\n"
			   "2023|16.1|billion USD|\n2024|19.9|billion USD|24%");

	(void)state;
	has_label(c, "16.1");
	has_label(c, "19.9");
	has_label(c, "+24%"); /* stated, not the computed 23.6 */
	assert_null(label_of(c, "+23.6%"));
	assert_null(label_of(c, "US$ mn"));
	has_label(c, "US$ bn"); /* no subtitle was given */
	end_case(c);
}

static void
a_missing_year_is_a_gap_with_words(void **state)
{
	struct chart_case *c = drawn("columns", "period|value\n2021|3e9\n"
						"2022|\n2023|4e9\n2024|5e9");
	double past[4][4];

	(void)state;
	assert_int_equal(boxes_of(c, c->theme->exports_light, past, 4), 2);
	has_label(c, "no data");
	has_label(c, "2022");
	assert_null(label_of(c, "0"));
	assert_null(label_of(c, "+33.3%")); /* not over a gap */
	has_label(c, "+25.0%");
	assert_string_equal(c->need.note, "Gap: not published.");
	end_case(c);
}

static void
a_provisional_column_is_hatched_and_has_no_computed_growth(void **state)
{
	struct chart_case *c = drawn(
		"columns", "period|value|status|label\n"
			   "2023|4e9||\n2024|5e9||\n2025|2e9|P|2025 Jan–Apr");
	double latest[4][4];

	(void)state;
	assert_string_equal(c->need.note, "Hatched: provisional.");
	/* the latest is the last final one */
	assert_int_equal(boxes_of(c, c->theme->exports, latest, 4), 1);
	assert_null(label_of(c, MINUS "60.0%"));
	has_label(c, "2025 Jan–Apr");
	end_case(c);
}

static void
two_flows_do_not_add_up_to_columns(void **state)
{
	struct chart_case *c = begin_case("columns", "period|flow|value\n"
						     "2023|X|1\n2023|M|2");

	(void)state;
	assert_int_equal(ask(c), TS_BAD_DATA);
	assert_string_equal(c->err.text, "row 2: flow is \"M\" after \"X\", "
					 "but this chart shows one flow");
	end_case(c);
}

static void
the_balance_is_exports_less_imports(void **state)
{
	struct chart_case *c = drawn(
		"balance",
		"period|flow|value\n"
		"2023|X|14.9e9\n2023|M|1.3e9\n2024|X|18.7e9\n2024|M|1.3e9");

	(void)state;
	has_label(c, "Balance");
	has_label(c, "+17.4");
	has_label(c, "Exports");
	has_label(c, "18.7");
	has_label(c, "Imports");
	has_label(c, "1.3");
	assert_true(label_of(c, "Exports")->y < label_of(c, "Imports")->y);
	end_case(c);
}

static void
a_deficit_has_a_minus(void **state)
{
	struct chart_case *c = drawn(
		"balance", "period|flow|value\n"
			   "2023|X|2e9\n2023|M|5e9\n2024|X|1e9\n2024|M|5e9");

	(void)state;
	has_label(c, MINUS "4.0");
	end_case(c);
}

static void
an_older_last_figure_says_of_when(void **state)
{
	struct chart_case *c = drawn(
		"balance", "period|flow|value\n"
			   "2022|X|3e9\n2022|M|2e9\n2023|X|4e9\n2023|M|2.5e9\n"
			   "2024|X|5e9");

	(void)state;
	has_label(c, "5.0");
	has_label(c, "2.5 in 2023");
	has_label(c, "+1.5 in 2023");
	end_case(c);
}

static void
the_gap_of_a_mirror_is_told_absolutely_and_in_percent(void **state)
{
	struct chart_case *c =
		drawn("mirror",
		      "period|reporter|flow|value\n2023|KAZ|X|14.9e9\n"
		      "2023|ITA|M|5.2e9\n2024|KAZ|X|18.7e9\n2024|ITA|M|5e9");

	(void)state;
	has_label(c, "Kazakhstan reports");
	has_label(c, "18.7 exported");
	has_label(c, "Italy reports");
	has_label(c, "5.0 imported");
	has_label(c, "Unexplained");
	has_label(c, "13.7 (73%)");
	end_case(c);
}

static void
imports_are_mirrored_with_the_names_changed_over(void **state)
{
	struct chart_case *c = begin_case(
		"mirror", "period|reporter|flow|value\n2024|ITA|X|1.2e9\n"
			  "2024|KAZ|M|1.3e9");

	(void)state;
	c->spec.flow = "M";
	assert_int_equal(ask(c), TS_OK);
	assert_int_equal(draw_case(c), TS_OK);
	has_label(c, "Italy reports");
	has_label(c, "1.2 exported");
	has_label(c, "1.3 imported");
	end_case(c);
}

static void
two_sources_of_a_turnover_are_no_exporter_and_importer(void **state)
{
	struct chart_case *c =
		drawn("mirror", "period|side|flow|value|label\n"
				"2024|exporter|X+M|19.9e9|Kazakhstan alone\n"
				"2024|importer|X+M|6.9e9|All of Central Asia");

	(void)state;
	has_label(c, "Kazakhstan alone");
	has_label(c, "19.9");
	has_label(c, "Difference");
	assert_null(strstr(c->script.out.data, "reports"));
	assert_null(strstr(c->script.out.data, "exported"));
	end_case(c);
}

static void
the_line_of_a_mirror_does_not_bridge_a_missing_year(void **state)
{
	struct chart_case *c =
		drawn("mirror",
		      "period|flow|value\n2021|X|5e9\n2022|X|6e9\n2024|X|8e9\n"
		      "2021|M|5e9\n2022|M|5e9\n2023|M|5e9\n2024|M|4e9");
	char clause[64];
	const char *at;
	int number, points = 0;

	(void)state;
	has_label(c, "Kazakhstan: no data");
	/* of the exporter's line only 2021 to 2022 is left */
	snprintf(clause, sizeof(clause), "w lines lw 2.4 lc rgb '#%06X'",
		 (unsigned)c->theme->exports);
	at = strstr(strstr(c->script.out.data, "\nplot "), clause);
	assert_non_null(at);
	while (*at != '$')
		at--;
	assert_int_equal(sscanf(at, "$d%d", &number), 1);
	snprintf(clause, sizeof(clause), "\n$d%d <<", number);
	at = strchr(strstr(c->script.out.data, clause) + 1, '\n') + 1;
	for (; strncmp(at, "TS_END", 6) != 0; at = strchr(at, '\n') + 1)
		points += *at != '\n';
	assert_int_equal(points, 2);
	end_case(c);
}

static void
one_reporter_is_no_mirror(void **state)
{
	struct chart_case *c = begin_case(
		"mirror",
		"period|reporter|flow|value\n2024|KAZ|X|5\n2024|KAZ|M|4");

	(void)state;
	assert_int_equal(ask(c), TS_BAD_DATA);
	assert_non_null(strstr(c->err.text, "KAZ reports both sides"));
	end_case(c);
	c = begin_case("mirror", "period|flow|value\n2024|X|5");
	assert_int_equal(ask(c), TS_OK);
	assert_string_equal(c->need.refused, "needs figures of both sides, "
					     "the importer reports none");
	end_case(c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_high_as_their_values),
		cmocka_unit_test(
			the_value_above_a_column_is_the_one_of_the_row),
		cmocka_unit_test(a_missing_year_is_a_gap_with_words),
		cmocka_unit_test(
			a_provisional_column_is_hatched_and_has_no_computed_growth),
		cmocka_unit_test(two_flows_do_not_add_up_to_columns),
		cmocka_unit_test(the_balance_is_exports_less_imports),
		cmocka_unit_test(a_deficit_has_a_minus),
		cmocka_unit_test(an_older_last_figure_says_of_when),
		cmocka_unit_test(
			the_gap_of_a_mirror_is_told_absolutely_and_in_percent),
		cmocka_unit_test(
			imports_are_mirrored_with_the_names_changed_over),
		cmocka_unit_test(
			two_sources_of_a_turnover_are_no_exporter_and_importer),
		cmocka_unit_test(
			the_line_of_a_mirror_does_not_bridge_a_missing_year),
		cmocka_unit_test(one_reporter_is_no_mirror),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
