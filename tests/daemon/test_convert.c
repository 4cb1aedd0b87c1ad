/* SPDX-License-Identifier: Apache-2.0 */
/* Dollars into euros and yen, at made-up rates that are easy to follow. */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <string.h>
#include "daemon/report/convert.h"

#define YEAR(y)                                                                \
	{                                                                      \
		.year = (y), .span = TS_YEAR                                   \
	}
#define A_RATE(code, suffix)                                                   \
	"CURRENCY=" code ";CURRENCY_DENOM=EUR;EXR_SUFFIX=" suffix              \
	";EXR_TYPE=SP00"

struct scene {
	struct ts_arena *arena;
	struct ts_facts facts, rates;
	struct ts_fact fact_items[16], rate_items[16];
};

static void
open_scene(struct scene *scene)
{
	memset(scene, 0, sizeof *scene);
	scene->arena = ts_arena_new(1 << 20);
	assert_non_null(scene->arena);
	scene->facts.arena = scene->rates.arena = scene->arena;
	scene->facts.items = scene->fact_items;
	scene->rates.items = scene->rate_items;
}

static struct ts_fact *
add(struct ts_facts *facts, const char *value, const char *unit,
    struct ts_period period)
{
	struct ts_fact *fact = &facts->items[facts->count++];

	*fact = (struct ts_fact){ .source = "office",
				  .dataset = "",
				  .flow = "X",
				  .reporter = "KAZ",
				  .partner = "ITA",
				  .product = "TOTAL",
				  .unit = unit,
				  .status = "",
				  .measure = "",
				  .dimensions = "",
				  .period = period,
				  .has_value = value != NULL };
	if (value != NULL)
		assert_true(ts_decimal_read(value, strlen(value), &fact->exact,
					    NULL));
	fact->amount =
		(struct ts_amount){ .value = ts_decimal_double(fact->exact),
				    .half_width =
					    ts_fact_half_width(fact->exact),
				    .unit = unit };
	return fact;
}

static void
add_rate(struct scene *scene, const char *value, const char *dimensions,
	 struct ts_period period)
{
	struct ts_fact *rate = add(&scene->rates, value, "", period);

	rate->source = "ecb";
	rate->dimensions = dimensions;
}

/* 1 EUR: 1.25 USD and 100 JPY in 2024, 1.20 USD in 2023. */
static void
usual_rates(struct scene *scene)
{
	add_rate(scene, "1.20", A_RATE("USD", "A"),
		 (struct ts_period)YEAR(2023));
	add_rate(scene, "1.25", A_RATE("USD", "A"),
		 (struct ts_period)YEAR(2024));
	add_rate(scene, "100", A_RATE("JPY", "A"),
		 (struct ts_period)YEAR(2024));
}

static enum ts_status
convert(struct scene *scene, const char *from, const char *to,
	struct ts_err *err)
{
	const struct ts_exchange *exchange;

	if (ts_exchange_new(&scene->rates, from, to, scene->arena, &exchange,
			    err) != TS_OK)
		return err->status;
	ts_facts_convert(&scene->facts, exchange);
	return TS_OK;
}

static void
a_figure_is_converted_at_the_rate_of_its_period(void **state)
{
	static const struct {
		const char *name, *from, *to, *value, *told;
		int year;
		double half_width;
		bool first, second;
	} rows[] = {
		{ "to the euro", "USD", "EUR", "1000", "800.00", 2024, 0, true,
		  false },
		{ "of another year", "USD", "EUR", "1200", "1000.00", 2023, 0,
		  true, false },
		{ "from the euro", "EUR", "USD", "800", "1000.00", 2024, 0,
		  false, true },
		{ "through the euro", "USD", "JPY", "10", "800.00", 2024, 0,
		  true, true },
		{ "back through it", "JPY", "USD", "800", "10.00", 2024, 0,
		  true, true },
		{ "to the cent", "USD", "EUR", "0.99", "0.79", 2024, 0, true,
		  false },
		{ "a negative balance", "USD", "EUR", "-1000.50", "-800.40",
		  2024, 0, true, false },
		{ "known to 50 million", "USD", "EUR", "184e8", "14720000000",
		  2024, 4e7, true, false },
		{ "nothing", "USD", "EUR", "0", "0.00", 2024, 0, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene scene;
		struct ts_err err = { 0 };
		const struct ts_fact *fact;
		struct ts_decimal told;

		open_scene(&scene);
		usual_rates(&scene);
		fact = add(&scene.facts, rows[i].value, rows[i].from,
			   (struct ts_period){ .year = (int16_t)rows[i].year,
					       .span = TS_YEAR });
		if (convert(&scene, rows[i].from, rows[i].to, &err) != TS_OK)
			fail_msg("%s: %s", rows[i].name, err.text);
		assert_int_equal(scene.facts.count, 1);
		assert_true(ts_decimal_read(rows[i].told, strlen(rows[i].told),
					    &told, NULL));
		if (ts_decimal_compare(fact->exact, told) != 0)
			fail_msg("%s: %.4f", rows[i].name, fact->amount.value);
		assert_true(fact->amount.value == ts_decimal_double(told));
		assert_string_equal(fact->unit, rows[i].to);
		assert_string_equal(fact->amount.unit, rows[i].to);
		assert_float_equal(fact->amount.half_width, rows[i].half_width,
				   1e-3);
		assert_int_equal(fact->rates[0] != NULL, rows[i].first);
		assert_int_equal(fact->rates[1] != NULL, rows[i].second);
		if (fact->rates[0] != NULL)
			assert_int_equal(fact->rates[0]->period.year,
					 rows[i].year);
		ts_arena_free(scene.arena);
	}
}

static void
what_has_no_place_in_the_other_currency_is_left_out(void **state)
{
	static const struct {
		const char *name, *value, *unit, *measure;
		struct ts_period period;
		bool stays;
	} rows[] = {
		{ "a year with a rate", "5", "USD", "", YEAR(2024), true },
		{ "a year without", "5", "USD", "", YEAR(2022), false },
		{ "a month of such a year",
		  "5",
		  "USD",
		  "",
		  { .year = 2024, .nth = 7, .span = TS_MONTH },
		  false },
		{ "a range",
		  "5",
		  "USD",
		  "",
		  { .year = 2005, .until = 2024, .span = TS_RANGE },
		  false },
		{ "a stated growth", "24", "percent", "growth_pct", YEAR(2024),
		  false },
		{ "a stated fold", "37", "", "fold", YEAR(2024), false },
		{ "a stated increase", "5", "USD", "delta", YEAR(2024), false },
		{ "a share", "85", "percent", "share", YEAR(2024), true },
		{ "a weight", "5", "kg", "", YEAR(2022), true },
		{ "money of a third country", "5", "KZT", "", YEAR(2022),
		  true },
		{ "what is in it already", "5", "EUR", "", YEAR(2022), true },
		{ "a missing figure", NULL, "USD", "", YEAR(2024), true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene scene;
		struct ts_err err = { 0 };
		struct ts_fact *fact;

		open_scene(&scene);
		usual_rates(&scene);
		fact = add(&scene.facts, rows[i].value, rows[i].unit,
			   rows[i].period);
		fact->measure = rows[i].measure;
		add(&scene.facts, "7", "kg", (struct ts_period)YEAR(2024));
		assert_int_equal(convert(&scene, "USD", "EUR", &err), TS_OK);
		if (scene.facts.count != (rows[i].stays ? 2 : 1))
			fail_msg("%s: %zu stay", rows[i].name,
				 scene.facts.count);
		/* what comes behind keeps its place and its value */
		assert_true(
			scene.facts.items[scene.facts.count - 1].amount.value ==
			7);
		ts_arena_free(scene.arena);
	}
}

static void
only_an_average_spot_rate_against_the_euro_is_a_rate(void **state)
{
	static const struct {
		const char *name, *value, *dimensions;
		bool is;
	} rows[] = {
		{ "the one", "1.25", A_RATE("USD", "A"), true },
		{ "end of period", "1.25", A_RATE("USD", "E"), false },
		{ "of the yen", "1.25", A_RATE("JPY", "A"), false },
		{ "against the dollar", "1.25",
		  "CURRENCY=USD;CURRENCY_DENOM=USD;EXR_SUFFIX=A;EXR_TYPE=SP00",
		  false },
		{ "an effective rate", "1.25",
		  "CURRENCY=USD;CURRENCY_DENOM=EUR;EXR_SUFFIX=A;EXR_TYPE=EN00",
		  false },
		{ "a longer name", "1.25",
		  "XCURRENCY=USD;CURRENCY_DENOM=EUR;EXR_SUFFIX=A;EXR_TYPE=SP00",
		  false },
		{ "a longer code", "1.25",
		  "CURRENCY=USDX;CURRENCY_DENOM=EUR;EXR_SUFFIX=A;EXR_TYPE=SP00",
		  false },
		{ "no dimensions", "1.25", "", false },
		{ "zero", "0", A_RATE("USD", "A"), false },
		{ "negative", "-1.25", A_RATE("USD", "A"), false },
		{ "missing", NULL, A_RATE("USD", "A"), false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene scene;

		open_scene(&scene);
		add_rate(&scene, rows[i].value, rows[i].dimensions,
			 (struct ts_period)YEAR(2024));
		if (ts_is_rate(&scene.rate_items[0], "USD") != rows[i].is)
			fail_msg("%s", rows[i].name);
		ts_arena_free(scene.arena);
	}
}

static void
without_any_rate_nothing_is_converted(void **state)
{
	struct scene scene;
	struct ts_err err = { 0 };

	(void)state;
	open_scene(&scene);
	usual_rates(&scene);
	add(&scene.facts, "5", "USD", (struct ts_period)YEAR(2024));
	assert_int_equal(convert(&scene, "USD", "KZT", &err), TS_HELD);
	assert_non_null(strstr(err.text, "no average rate of KZT"));
	assert_string_equal(scene.fact_items[0].unit, "USD");
	assert_int_equal(convert(&scene, "USD", "USD", &err), TS_OK);
	assert_true(scene.fact_items[0].amount.value == 5);
	ts_arena_free(scene.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_figure_is_converted_at_the_rate_of_its_period),
		cmocka_unit_test(
			what_has_no_place_in_the_other_currency_is_left_out),
		cmocka_unit_test(
			only_an_average_spot_rate_against_the_euro_is_a_rate),
		cmocka_unit_test(without_any_rate_nothing_is_converted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
