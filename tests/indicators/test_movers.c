/* SPDX-License-Identifier: Apache-2.0 */
/* The movers table: ranking, blocks, floor. */
#include "tests/indicators/golden.h"
#include "indicators/measure/movers.h"

#define TABLE                                                                  \
	"period,reporter,partner,flow,product,value\n"                         \
	"2023,KAZ,ITA,X,2709,14500\n2024,KAZ,ITA,X,2709,18400\n"               \
	"2023,KAZ,ITA,X,2701,11\n2024,KAZ,ITA,X,2701,55\n"                     \
	"2023,KAZ,ITA,X,7601,90\n2024,KAZ,ITA,X,7601,40\n"                     \
	"2024,KAZ,ITA,X,1204,4\n2024,KAZ,ITA,X,0713,9\n"                       \
	"2023,KAZ,ITA,X,8413,7\n"                                              \
	"2023,KAZ,ITA,X,1001,0\n2024,KAZ,ITA,X,1001,0\n"                       \
	"2023,KAZ,ITA,X,2804,3\n2024,KAZ,ITA,X,2804,\n"                        \
	"2023,KAZ,CHN,X,2709,1000\n2024,KAZ,CHN,X,2709,1\n"                    \
	"2023,KAZ,W00,X,TOTAL,29222\n2024,KAZ,W00,X,TOTAL,40000\n"

static struct ts_movers
ranked(struct ts_arena *arena, const struct ts_choice *choice)
{
	struct ts_movers movers;
	struct ts_err err = { 0 };

	if (ts_movers(table_of(arena, TABLE), choice, arena, &movers, &err) !=
	    TS_OK)
		fail_msg("%s", err.text);
	return movers;
}

/* "2709 2701 | 0713 | 8413": the lines of each block. */
static const char *
lines_of(struct ts_arena *arena, const struct ts_movers *movers)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < movers->count; i++)
		text = ts_arena_printf(
			arena, "%s%s%s", text,
			i == 0 ? ""
			: movers->items[i].block == movers->items[i - 1].block
				? " "
				: " | ",
			movers->items[i].line);
	return text;
}

static void
lines_are_ranked_in_blocks(void **state)
{
	static const struct {
		const char *name;
		struct ts_choice choice;
		const char *lines;
	} cases[] = {
		{ "by the change in value",
		  { .partner = "ITA" },
		  "2709 2701 7601 | 0713 1204 | 8413 | 2804" },
		{ "by the fold",
		  { .partner = "ITA", .sort = "fold" },
		  "2701 2709 7601 | 0713 1204 | 8413 | 2804" },
		{ "only large ones",
		  { .partner = "ITA", .floor = 50 },
		  "2709 2701 7601" },
		{ "only what grew",
		  { .partner = "ITA", .direction = "up" },
		  "2709 2701 | 0713 1204 | 2804" },
		{ "only what shrank",
		  { .partner = "ITA", .direction = "down" },
		  "7601 | 8413 | 2804" },
		{ "one of each block",
		  { .partner = "ITA", .limit = 1 },
		  "2709 | 0713 | 8413 | 2804" },
		{ "over all partners", { .product = "2709" }, "2709" },
		{ "partners instead of products",
		  { .by = "partner", .product = "2709" },
		  "ITA CHN" },
	};
	struct ts_arena *arena = ts_arena_new((size_t)16 << 20);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_movers movers = ranked(arena, &cases[i].choice);
		const char *lines = lines_of(arena, &movers);

		if (strcmp(lines, cases[i].lines) != 0)
			fail_msg("%s: %s", cases[i].name, lines);
	}
	ts_arena_free(arena);
}

static void
a_mover_has_all_its_figures(void **state)
{
	struct ts_arena *arena = ts_arena_new((size_t)16 << 20);
	const struct ts_choice choice = { .partner = "ITA" };
	struct ts_movers movers = ranked(arena, &choice);
	const struct ts_mover *coal = &movers.items[1];
	const struct ts_mover *peas = &movers.items[3];

	(void)state;
	assert_string_equal(coal->line, "2701");
	assert_string_equal(coal->period, "2023/2024");
	assert_string_equal(coal->reporter, "KAZ");
	assert_int_equal(coal->rank, 2);
	assert_true(coal->from == 11 && coal->to == 55);
	assert_true(coal->delta.value == 44);
	assert_true(coal->growth.value == 400);
	assert_true(coal->fold.value == 5);
	/* Of the trade with the partner, not of all trade. */
	assert_true(fabs(coal->contribution_pp.value - 100.0 * 44 / 14611) <
		    1e-12);
	assert_int_equal(peas->block, TS_MOVER_NEW);
	assert_int_equal(peas->growth.status, TS_RES_NEW);
	assert_false(peas->growth.has);
	assert_true(peas->delta.value == 9);
	ts_arena_free(arena);
}

static void
the_command_tells_the_movers_in_their_order(void **state)
{
	static const char *const settings[] = { "partner", "ITA", "limit", "1",
						NULL };
	static const char *const components[] = {
		"from",       "to",          "delta",
		"growth_pct", "fold_change", "contribution_pp",
	};
	struct ts_arena *arena = ts_arena_new((size_t)16 << 20);
	struct ts_results results = { .arena = arena };
	struct ts_err err = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(run_measure(arena, "product_movers",
				     table_of(arena, TABLE), settings, &results,
				     &err),
			 TS_OK);
	assert_int_equal(results.count, 24);
	for (i = 0; i < 6; i++) {
		assert_string_equal(results.items[i].k2, "2709");
		assert_string_equal(results.items[i].k3, components[i]);
	}
	assert_true(results.items[2].value == 3900);
	assert_int_equal(results.items[18 + 1].status, TS_RES_MISSING);
	ts_arena_free(arena);
}

static void
the_items_of_an_article_are_movers_too(void **state)
{
	static const char *const settings[] = { "base", "2023",  "current",
						"2024", "floor", "1e6",
						"sort", "fold",  NULL };
	struct ts_arena *arena = ts_arena_new((size_t)16 << 20);
	struct ts_results results = { .arena = arena };
	struct ts_table *table;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(
		ts_table_read_csv(arena,
				  need_fixture("indicators/article/movers.csv"),
				  &table, &err),
		TS_OK);
	assert_int_equal(run_measure(arena, "product_movers", table, settings,
				     &results, &err),
			 TS_OK);
	assert_string_equal(results.items[0].k2, "dried_leguminous_vegetables");
	assert_string_equal(results.items[6].k2, "metal_forming");
	assert_string_equal(results.items[0].period, "2023/2024");
	ts_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_ranked_in_blocks),
		cmocka_unit_test(a_mover_has_all_its_figures),
		cmocka_unit_test(the_command_tells_the_movers_in_their_order),
		cmocka_unit_test(the_items_of_an_article_are_movers_too),
	};

	return cmocka_run_group_tests_name("movers", tests, NULL, NULL);
}
