/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a tidy table in the shape of charts, and what is refused. */
#include "tests/plots/chart_case.h"
#include "plots/draw/shape.h"

static struct ts_arena *arena;
static struct ts_err err;

static int
begin(void **state)
{
	(void)state;
	arena = ts_arena_new(64 << 20);
	return arena ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	ts_arena_free(arena);
	return 0;
}

static enum ts_status
read_rows(const char *lines, struct ts_rows *rows)
{
	static const char *const none[] = { NULL };
	struct ts_chart_spec spec = { .language = "en",
				      .unit = "USD",
				      .data = table_of(arena, lines) };

	return ts_rows_read(&spec, arena, none, rows, &err);
}

static void
a_scale_in_the_unit_is_applied(void **state)
{
	static const struct {
		const char *unit;
		double value;
		const char *name;
	} cases[] = {
		{ "USD", 1.5, "USD" },       { "thousand USD", 1500, "USD" },
		{ "million t", 1.5e6, "t" }, { "billion USD", 1.5e9, "USD" },
		{ "", 1.5, "USD" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char lines[128];
		struct ts_rows rows;

		snprintf(lines, sizeof(lines), "value|unit\n1.5|%s",
			 cases[i].unit);
		assert_int_equal(read_rows(lines, &rows), TS_OK);
		assert_true(rows.items[0].value == cases[i].value);
		assert_string_equal(rows.unit, cases[i].name);
	}
}

static void
what_is_no_figure_or_no_period_names_its_row(void **state)
{
	static const struct {
		const char *lines, *message;
	} cases[] = {
		{ "value\n1\n:", "row 2: \":\" is not a number" },
		{ "value\nnan", "row 1: \"nan\" is not a number" },
		{ "value\n1e40", "too large for a chart" },
		{ "value|unit\n1|USD\n1|EUR", "row 2: unit EUR after USD" },
		{ "period\n2024\nMay", "row 2" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_rows rows;

		assert_int_equal(read_rows(cases[i].lines, &rows), TS_BAD_DATA);
		if (!strstr(err.text, cases[i].message))
			fail_msg("%s", err.text);
	}
}

static void
a_status_is_read_in_letters_and_words(void **state)
{
	static const struct {
		const char *status, *kind;
		bool provisional, estimated, derived;
	} cases[] = {
		{ "", "", false, false, false },
		{ "A", "", false, false, false },
		{ "P", "", true, false, false },
		{ "e", "", false, true, false },
		{ "ep", "", true, true, false },
		{ "new", "", false, false, false },
		{ "ok", "", false, false, false },
		{ "provisional", "", true, false, false },
		{ "", "provisional", true, false, false },
		{ "derived", "provisional", false, false, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char lines[128];
		struct ts_rows rows;

		snprintf(lines, sizeof(lines), "value|status|kind\n1|%s|%s",
			 cases[i].status, cases[i].kind);
		assert_int_equal(read_rows(lines, &rows), TS_OK);
		if (rows.items[0].provisional != cases[i].provisional ||
		    rows.items[0].estimated != cases[i].estimated ||
		    rows.items[0].derived != cases[i].derived)
			fail_msg("%s %s", cases[i].status, cases[i].kind);
	}
}

static void
years_without_a_row_are_gaps(void **state)
{
	struct ts_rows rows;
	struct ts_slots slots;
	struct ts_point *points;

	(void)state;
	assert_int_equal(
		read_rows("period|value\n2024|5\n2021|3\n2022|", &rows), TS_OK);
	assert_int_equal(ts_slots_make(&rows, 15, &slots, &err), TS_OK);
	assert_int_equal(slots.count, 4);
	assert_int_equal(
		ts_slots_fill(&rows, &slots, NULL, NULL, arena, &points, &err),
		TS_OK);
	assert_true(points[0].value == 3 && points[3].value == 5);
	assert_true(isnan(points[1].value) && points[1].row);
	assert_true(isnan(points[2].value) && !points[2].row);
	assert_string_equal(ts_slot_name(&slots, 2, NULL, arena), "2023");
}

static void
the_latest_periods_stay_when_there_are_too_many(void **state)
{
	struct ts_rows rows;
	struct ts_slots slots;
	struct ts_point *points;

	(void)state;
	assert_int_equal(
		read_rows("period|value\n0001|1\n9999|2\n9998|3", &rows),
		TS_OK);
	assert_int_equal(ts_slots_make(&rows, 15, &slots, &err), TS_OK);
	assert_int_equal(slots.count, 15);
	assert_int_equal(slots.dropped, 9999 - 15);
	assert_int_equal(
		ts_slots_fill(&rows, &slots, NULL, NULL, arena, &points, &err),
		TS_OK);
	assert_true(points[14].value == 2 && points[13].value == 3);
}

static void
an_axis_of_time_takes_one_kind_of_period(void **state)
{
	static const char *const bad[] = {
		"period|value\n2024|1\n2024-05|2",
		"period|value\n|1",
		"period|value\n2005..2024|1",
	};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct ts_rows rows;
		struct ts_slots slots;

		assert_int_equal(read_rows(bad[i], &rows), TS_OK);
		assert_int_equal(ts_slots_make(&rows, 15, &slots, &err),
				 TS_BAD_DATA);
	}
}

static void
pairs_are_the_two_latest_periods(void **state)
{
	struct ts_rows rows;
	struct ts_pairs pairs;

	(void)state;
	assert_int_equal(read_rows("product|label|period|value\n"
				   "2709|Oil|2024|7\n2701|Coal|2022|3\n"
				   "2709|Oil|2022|5\n2701|Coal|2024|\n"
				   "2709|Oil|2019|99\nTOTAL||2024|10\n",
				   &rows),
			 TS_OK);
	assert_int_equal(ts_pairs_make(&rows, arena, &pairs, &err), TS_OK);
	assert_int_equal(pairs.count, 3);
	assert_string_equal(pairs.base, "2022");
	assert_string_equal(pairs.current, "2024");
	assert_string_equal(pairs.items[0].label, "Oil");
	assert_string_equal(pairs.items[0].code, "2709");
	assert_true(pairs.items[0].from == 5 && pairs.items[0].to == 7);
	assert_true(pairs.items[1].from == 3 && isnan(pairs.items[1].to));
	assert_true(pairs.items[2].total && isnan(pairs.items[2].from));
}

static void
from_and_to_of_a_row_are_a_pair(void **state)
{
	struct ts_rows rows;
	struct ts_pairs pairs;

	(void)state;
	assert_int_equal(read_rows("label|from|to|period\nOil|5|7|2023/2024\n"
				   "Flax|0|4|2023/2024",
				   &rows),
			 TS_OK);
	assert_int_equal(ts_pairs_make(&rows, arena, &pairs, &err), TS_OK);
	assert_string_equal(pairs.base, "2023");
	assert_string_equal(pairs.current, "2024");
	assert_true(pairs.items[1].from == 0 && pairs.items[1].to == 4);
}

static void
a_second_figure_for_the_same_thing_is_refused(void **state)
{
	struct ts_rows rows;
	struct ts_slots slots;
	struct ts_point *points;
	struct ts_pairs pairs;

	(void)state;
	assert_int_equal(
		read_rows("period|value\n2024|5\n2023|1\n2024|6", &rows),
		TS_OK);
	assert_int_equal(ts_slots_make(&rows, 15, &slots, &err), TS_OK);
	assert_int_equal(
		ts_slots_fill(&rows, &slots, NULL, NULL, arena, &points, &err),
		TS_BAD_DATA);
	assert_string_equal(err.text, "rows 1 and 3: two figures for 2024");
	assert_int_equal(ts_pairs_make(&rows, arena, &pairs, &err),
			 TS_BAD_DATA);
}

static void
one_chart_one_flow(void **state)
{
	struct ts_rows rows;

	(void)state;
	assert_int_equal(read_rows("flow|value\nX|1\nM|2", &rows), TS_OK);
	assert_int_equal(ts_rows_constant(&rows, "flow", &err), TS_BAD_DATA);
	assert_string_equal(err.text, "row 2: flow is \"M\" after \"X\", but "
				      "this chart shows one flow");
	assert_int_equal(ts_rows_constant(&rows, "partner", &err), TS_OK);
}

/* The charts say what they cannot do without, by the file's name. */
static void
a_missing_column_is_named(void **state)
{
	static const char *const types[] = { "columns", "balance",   "ranked",
					     "movers",  "waterfall", "mirror" };
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		struct chart_case *c = begin_case(types[i], "colour\nred");

		assert_int_equal(ask(c), TS_BAD_DATA);
		if (!strstr(c->err.text, "test.csv: no column \""))
			fail_msg("%s", c->err.text);
		c->spec.data = NULL;
		assert_int_equal(ask(c), TS_BAD_DATA);
		end_case(c);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scale_in_the_unit_is_applied),
		cmocka_unit_test(what_is_no_figure_or_no_period_names_its_row),
		cmocka_unit_test(a_status_is_read_in_letters_and_words),
		cmocka_unit_test(years_without_a_row_are_gaps),
		cmocka_unit_test(
			the_latest_periods_stay_when_there_are_too_many),
		cmocka_unit_test(an_axis_of_time_takes_one_kind_of_period),
		cmocka_unit_test(pairs_are_the_two_latest_periods),
		cmocka_unit_test(from_and_to_of_a_row_are_a_pair),
		cmocka_unit_test(a_second_figure_for_the_same_thing_is_refused),
		cmocka_unit_test(one_chart_one_flow),
		cmocka_unit_test(a_missing_column_is_named),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
