/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every measure over every kind of table: the order of rows never shows, no
 * result is a bare NaN, and whatever a table holds ends in results or a
 * reason.
 */
#include "tests/indicators/golden.h"
#include "indicators/measure/code.h"

typedef void measure_fn(void *ctx, const struct ts_indicator *indicator,
			const struct ts_measure *measure);

static void
each_measure(measure_fn *visit, void *ctx)
{
	const struct ts_plugin *const *plugin = ts_builtin_indicators;
	const struct ts_indicator *indicator;
	const struct ts_measure *measure;

	for (; *plugin; plugin++) {
		indicator = (const struct ts_indicator *)(const void *)*plugin;
		for (measure = indicator->measures; measure->id; measure++)
			visit(ctx, indicator, measure);
	}
}

/* What some measures cannot do without. */
static const char *const *
settings_of(const char *id)
{
	static const char *const region[] = { "region", "R: ITA KAZ",
					      "counterpart", "FRA", NULL };
	static const char *const today[] = { "today", "2026-01-01", NULL };

	if (strcmp(id, "share_in_region_trade") == 0)
		return region;
	if (strncmp(id, "staleness", 9) == 0)
		return today;
	return NULL;
}

/* The same numbers every time. */
static size_t
next_random(uint64_t *seed, size_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(*seed >> 33) % below;
}

static struct ts_table *
shuffled(struct ts_arena *arena, const struct ts_table *table, uint64_t seed)
{
	const size_t width = table->column_count;
	struct ts_table *out = ts_arena_alloc(arena, 1, sizeof(*out));
	const char *cell;
	size_t i, j, k;

	*out = *table;
	out->cells = ts_arena_alloc(arena, table->row_count * width,
				    sizeof(*out->cells));
	for (i = 0; i < table->row_count * width; i++)
		out->cells[i] = table->cells[i];
	for (i = table->row_count; i > 1; i--) {
		j = next_random(&seed, i);
		for (k = 0; k < width; k++) {
			cell = out->cells[(i - 1) * width + k];
			out->cells[(i - 1) * width + k] =
				out->cells[j * width + k];
			out->cells[j * width + k] = cell;
		}
	}
	return out;
}

struct shuffling {
	const struct ts_table *table;
	size_t compared, told;
};

static void
run_to_text(const char *id, const struct ts_table *table, struct ts_buf *out)
{
	struct ts_arena *arena = ts_arena_new((size_t)1 << 30);
	struct ts_results results = { 0 };
	struct ts_err err = { 0 };

	if (run_measure(arena, id, table, settings_of(id), &results, &err) !=
	    TS_OK)
		ts_buf_addf(out, "%s", err.text);
	ts_results_csv(&results, out, false);
	ts_arena_free(arena);
}

static void
compare_shuffled(void *ctx, const struct ts_indicator *indicator,
		 const struct ts_measure *measure)
{
	struct shuffling *shuffling = ctx;
	struct ts_arena *arena = ts_arena_new((size_t)1 << 30);
	TS_AUTO_BUF straight = TS_BUF_INIT((size_t)1 << 28);
	TS_AUTO_BUF mixed = TS_BUF_INIT((size_t)1 << 28);

	(void)indicator;
	run_to_text(measure->id, shuffling->table, &straight);
	run_to_text(measure->id, shuffled(arena, shuffling->table, 7), &mixed);
	if (strcmp(straight.data, mixed.data) != 0)
		fail_msg("%s: another order, another result", measure->id);
	shuffling->told += strchr(straight.data, '\n') != NULL;
	shuffling->compared++;
	ts_arena_free(arena);
}

static void
the_order_of_rows_never_shows(void **state)
{
	struct ts_arena *arena = ts_arena_new((size_t)1 << 30);
	struct shuffling shuffling = { 0 };
	struct ts_table *table;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(
		ts_table_read_csv(
			arena,
			need_fixture("indicators/fish_2022_2023/flows.csv"),
			&table, &err),
		TS_OK);
	/* Two years of a third of the rows: enough to add up differently. */
	table->row_count /= 3;
	shuffling.table = shuffled(arena, table, 1);
	each_measure(compare_shuffled, &shuffling);
	assert_int_equal(
		ts_table_read_csv(
			arena,
			need_fixture("indicators/monthly_fish/series.csv"),
			&table, &err),
		TS_OK);
	shuffling.table = table;
	each_measure(compare_shuffled, &shuffling);
	print_message("%zu measures compared, %zu told something\n",
		      shuffling.compared, shuffling.told);
	assert_true(shuffling.told > shuffling.compared / 2);
	ts_arena_free(arena);
}

/* ---- tables that nobody should send -------------------------------------- */

#define HEAD "period,reporter,partner,flow,product,value,net_weight_kg,unit\n"

static const char *const strange_tables[] = {
	HEAD,
	HEAD ",,,,,,,\n",
	HEAD "2023,KAZ,KAZ,X,27,1,,USD\n",
	HEAD "2023,KAZ,ITA,X,27,-5,-1,USD\n2024,KAZ,ITA,X,27,5,0,USD\n",
	HEAD "2023,KAZ,ITA,M,27,1e308,1e-300,USD\n"
	     "2023,KAZ,FRA,M,27,1e308,1e-300,USD\n"
	     "2023,ITA,KAZ,X,27,1e308,1e-300,USD\n"
	     "2024,ITA,KAZ,X,27,1e-300,1e308,USD\n"
	     "2024,KAZ,ITA,M,27,1e-300,,USD\n",
	HEAD "2023,KAZ,W00,X,TOTAL,-1,,\n2023,KAZ,W00,X,27,1,,\n"
	     "2024,KAZ,W00,X,TOTAL,1,,\n2024,KAZ,W00,X,26,1,,\n",
	HEAD "0001,A,B,X,1,1,1,\n9999,A,B,X,1,1,1,\n",
	HEAD "2024-02-29,A,B,X,1,1,1,\n2023-02-28,A,B,X,1,1,1,\n",
	HEAD "2020-W53,A,B,M,1,1,1,\n2019-W52,A,B,M,1,1,1,\n",
	HEAD "2005..2024,A,B,X,1,1,1,\n2024,A,B,X,1,1,1,\n",
	HEAD "2023-01,A,B,X,27,1,1,\n2023-Q1,A,B,X,27,3,1,\n"
	     "2023,A,B,X,27,12,1,\n",
	HEAD "2023,_X,W00,X,TOTAL,1,1,\n2023,W00,_X,M,TOTAL,1,1,\n",
	HEAD "2023,A,B,X,99999999999999999999,1,1,\n"
	     "2023,A,B,X,\xff\xfe,1,1,\n2023,A,B,X,2 7,1,1,\n",
	"item,from,to\na,0,0\na b,,\n\"c\",1,-1\n,5,5\n",
	"series,period,value\nA,never,1\nB,,2\nA,10,3\nA,9,4\n",
	"country,exports,imports,gdp\nKAZ,,,\nITA,1,1,0\nFRA,1,,-1\n",
	"value\n1\n",
	"product,value\n0101,1\n0102,2\n0103,0\n",
};

struct torture {
	size_t results, reasons;
};

static void
run_strange(void *ctx, const struct ts_indicator *indicator,
	    const struct ts_measure *measure)
{
	struct torture *torture = ctx;
	size_t i, j;

	(void)indicator;
	for (i = 0; i < sizeof(strange_tables) / sizeof(*strange_tables); i++) {
		struct ts_arena *arena = ts_arena_new((size_t)256 << 20);
		struct ts_results results = { .arena = arena };
		struct ts_err err = { 0 };

		if (run_measure(arena, measure->id,
				table_of(arena, strange_tables[i]),
				settings_of(measure->id), &results,
				&err) != TS_OK) {
			/* A defect of ours is told as one by the kit. */
			if (strstr(err.text, "NaN") || strstr(err.text, "inf"))
				fail_msg("table %zu: %s", i, err.text);
			assert_string_not_equal(err.text, "");
			torture->reasons++;
		}
		for (j = 0; j < results.count; j++) {
			assert_true(isfinite(results.items[j].value));
			assert_true(results.items[j].has_value ||
				    results.items[j].status != TS_RES_OK);
		}
		torture->results += results.count;
		ts_arena_free(arena);
	}
}

static void
strange_tables_end_in_results_or_a_reason(void **state)
{
	struct torture torture = { 0 };

	(void)state;
	each_measure(run_strange, &torture);
	print_message("%zu results, %zu reasons\n", torture.results,
		      torture.reasons);
	assert_true(torture.results > 0 && torture.reasons > 0);
}

/* ---- the list of measures ------------------------------------------------ */

static void
look_at_measure(void *ctx, const struct ts_indicator *indicator,
		const struct ts_measure *measure)
{
	const char *docs = ctx;
	char row[128];

	if (!measure->title[0] || !measure->unit[0] || !measure->formula[0] ||
	    !measure->inputs[0])
		fail_msg("%s has no words", measure->id);
	if (ts_indicator_find(ts_builtin_indicators, measure->id) != indicator)
		fail_msg("%s is computed twice", measure->id);
	snprintf(row, sizeof(row), "`%s`", measure->id);
	if (!strstr(docs, row))
		fail_msg("%s is not in docs/indicators.md", measure->id);
}

static void
every_measure_is_described_once(void **state)
{
	static char docs[256 * 1024];
	FILE *file = fopen("docs/indicators.md", "r");
	size_t used;

	(void)state;
	assert_non_null(file);
	used = fread(docs, 1, sizeof(docs) - 1, file);
	fclose(file);
	docs[used] = '\0';
	each_measure(look_at_measure, docs);
}

/* Kinds of the house's own list of areas; those that are no countries must
 * be known here, or they would be added up. */
static void
the_areas_of_the_house_are_known(void **state)
{
	struct ts_arena *arena = ts_arena_new((size_t)16 << 20);
	const struct ts_list none = { 0 };
	struct ts_table *areas;
	struct ts_err err = { 0 };
	size_t row, column;

	(void)state;
	assert_int_equal(ts_table_read_csv(arena, "config/codes/areas.csv",
					   &areas, &err),
			 TS_OK);
	for (row = 0; row < areas->row_count; row++) {
		const char *code = ts_table_text(areas, row, 0);
		const char *kind = ts_table_text(areas, row, 1);
		enum ts_area expected = TS_AREA_COUNTRY;

		if (strcmp(code, "W00") == 0)
			expected = TS_AREA_WORLD;
		else if (strcmp(kind, "group") == 0)
			expected = TS_AREA_GROUP;
		else if (strcmp(kind, "rest") == 0 && strcmp(code, "XOA") != 0)
			expected = TS_AREA_UNSPECIFIED;
		if (ts_code_area(code, &none, &none) != expected)
			fail_msg("%s, %s", code, kind);
	}
	assert_int_equal(ts_table_read_csv(arena, "config/codes/countries.csv",
					   &areas, &err),
			 TS_OK);
	for (row = 0; row < areas->row_count; row++)
		for (column = 0; column < 3; column++)
			if (ts_code_area(ts_table_text(areas, row, column),
					 &none, &none) != TS_AREA_COUNTRY)
				fail_msg("%s is a country",
					 ts_table_text(areas, row, column));
	ts_arena_free(arena);
}

static void
an_unknown_measure_is_nobodys(void **state)
{
	(void)state;
	assert_null(ts_indicator_find(ts_builtin_indicators, "growht_pct"));
	assert_null(ts_indicator_find(ts_builtin_indicators, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_measure_is_described_once),
		cmocka_unit_test(the_areas_of_the_house_are_known),
		cmocka_unit_test(an_unknown_measure_is_nobodys),
		cmocka_unit_test(strange_tables_end_in_results_or_a_reason),
		cmocka_unit_test(the_order_of_rows_never_shows),
	};

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
