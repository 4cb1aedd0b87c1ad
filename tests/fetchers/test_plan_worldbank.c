/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fetchers/planning.h"

extern const struct ts_fetcher ts_plugin_fetchers_worldbank;

static const struct ts_need gdp = {
	.id = "gdp",
	.dataset = "",
	.reporters = (const char *const[]){ "KAZ", "ITA", "W00", NULL },
	.products = (const char *const[]){ "NY.GDP.MKTP.CD", NULL },
	.frequency = 'A',
	.from = { .year = 2015, .span = TS_YEAR },
	.to = { .year = 2024, .span = TS_YEAR },
};

static struct planning *
start(const char *const *settings)
{
	return planning_new(&ts_plugin_fetchers_worldbank, settings);
}

static void
an_indicator_is_asked_for_by_countries_and_years(void **state)
{
	struct planning *p = start(NULL);

	(void)state;
	assert_int_equal(planning_ask(p, &gdp, 1), TS_OK);
	assert_int_equal(p->plan.count, 1);
	assert_string_equal(
		planning_url(p, 0),
		"https://api.worldbank.org/v2/country/KAZ;ITA;WLD/indicator/"
		"NY.GDP.MKTP.CD?format=json&date=2015:2024&per_page=1000"
		"&page=1");
	planning_free(p);
}

static void
the_first_page_tells_how_many_follow(void **state)
{
	static const struct ts_param facts[] = {
		{ "page", "1" },
		{ "pages", "3" },
		{ "total", "2600" },
	};
	struct planning *p = start(NULL);

	(void)state;
	assert_int_equal(planning_ask(p, &gdp, 1), TS_OK);
	planning_answer(p, 0, 1000, facts, 3);
	assert_int_equal(planning_ask(p, &gdp, 1), TS_OK);
	assert_int_equal(p->plan.count, 3);
	assert_string_equal(planning_value(p, 1, "page"), "2");
	assert_string_equal(planning_value(p, 2, "page"), "3");
	/* a later page that speaks of pages starts nothing new */
	planning_answer(p, 1, 1000, facts, 3);
	planning_answer(p, 2, 600, facts, 3);
	assert_int_equal(planning_ask(p, &gdp, 1), TS_OK);
	assert_int_equal(p->plan.count, 3);
	planning_free(p);
}

static void
pages_without_end_are_stopped(void **state)
{
	static const struct ts_param facts[] = { { "pages", "1000000" } };
	struct planning *p = start(NULL);

	(void)state;
	assert_int_equal(planning_ask(p, &gdp, 1), TS_OK);
	planning_answer(p, 0, 1000, facts, 1);
	assert_int_equal(planning_ask(p, &gdp, 1), TS_BAD_DATA);
	assert_int_equal(p->plan.count, TS_PLAN_MAX);
	planning_free(p);
}

static void
months_and_quarters_are_spelled_as_the_service_wants(void **state)
{
	struct planning *p = start(LIST("per_page=100"));
	struct ts_need need = gdp;

	(void)state;
	need.frequency = 'M';
	need.from = MONTH(2023, 7);
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	assert_string_equal(planning_value(p, 0, "date"), "2023M07:2024M12");
	assert_string_equal(planning_value(p, 0, "per_page"), "100");
	planning_free(p);
}

static void
two_indicators_are_two_calls_and_no_country_is_all(void **state)
{
	struct planning *p = start(NULL);
	struct ts_need need = gdp;

	(void)state;
	need.products = LIST("NE.EXP.GNFS.CD", "NE.IMP.GNFS.CD");
	need.reporters = NULL;
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	assert_int_equal(p->plan.count, 2);
	assert_non_null(strstr(planning_url(p, 1),
			       "/country/all/indicator/NE.IMP.GNFS.CD?"));
	planning_free(p);
}

static void
a_need_without_an_indicator_is_a_fault_of_the_report(void **state)
{
	struct planning *p = start(NULL);
	struct ts_need need = gdp;

	(void)state;
	need.products = NULL;
	assert_int_equal(planning_ask(p, &need, 1), TS_BAD_CONFIG);
	planning_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_indicator_is_asked_for_by_countries_and_years),
		cmocka_unit_test(the_first_page_tells_how_many_follow),
		cmocka_unit_test(pages_without_end_are_stopped),
		cmocka_unit_test(
			months_and_quarters_are_spelled_as_the_service_wants),
		cmocka_unit_test(
			two_indicators_are_two_calls_and_no_country_is_all),
		cmocka_unit_test(
			a_need_without_an_indicator_is_a_fault_of_the_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
