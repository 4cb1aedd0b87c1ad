/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fetchers/planning.h"

extern const struct ts_fetcher ts_plugin_fetchers_comtrade;

static const struct ts_need pair = {
	.id = "totals",
	.dataset = "",
	.flows = (const char *const[]){ "X", "M", NULL },
	.reporters = (const char *const[]){ "KAZ", NULL },
	.partners = (const char *const[]){ "ITA", "W00", NULL },
	.products = (const char *const[]){ "TOTAL", NULL },
	.frequency = 'A',
	.from = { .year = 2015, .span = TS_YEAR },
	.to = { .year = 2024, .span = TS_YEAR },
};

static struct planning *
start(const char *const *settings)
{
	return planning_new(&ts_plugin_fetchers_comtrade, settings);
}

static void
a_pair_over_ten_years_is_one_call_for_the_aggregate(void **state)
{
	struct planning *p = start(NULL);

	(void)state;
	assert_int_equal(planning_ask(p, &pair, 1), TS_OK);
	assert_int_equal(p->plan.count, 1);
	assert_string_equal(
		planning_url(p, 0),
		"https://comtradeapi.un.org/public/v1/preview/C/A/HS"
		"?period=2015,2016,2017,2018,2019,2020,2021,2022,2023,2024"
		"&cmdCode=TOTAL&flowCode=X,M&partner2Code=0&customsCode=C00"
		"&motCode=0&reporterCode=398&partnerCode=380,0");
	planning_free(p);
}

static void
with_a_key_the_data_path_is_asked_and_the_key_is_not_in_it(void **state)
{
	struct planning *p = start(NULL);

	(void)state;
	p->job.has_key = true;
	assert_int_equal(planning_ask(p, &pair, 1), TS_OK);
	assert_int_equal(
		strncmp(planning_url(p, 0),
			"https://comtradeapi.un.org/data/v1/get/C/A/HS?", 46),
		0);
	assert_null(strstr(planning_url(p, 0), "key"));
	planning_free(p);
}

static void
at_most_twelve_periods_are_asked_for_at_once(void **state)
{
	struct planning *p = start(NULL);
	struct ts_need need = pair;

	(void)state;
	need.frequency = 'M';
	need.from = MONTH(2023, 1);
	need.to = YEAR(2024);
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	assert_int_equal(p->plan.count, 2);
	assert_string_equal(
		planning_value(p, 0, "period"),
		"202301,202302,202303,202304,202305,202306,202307,202308,"
		"202309,202310,202311,202312");
	assert_int_equal(strncmp(planning_value(p, 1, "period"), "202401,", 7),
			 0);
	assert_non_null(strstr(planning_url(p, 0), "/C/M/HS?"));
	planning_free(p);
}

static void
chapters_are_asked_for_so_that_the_preview_does_not_cut(void **state)
{
	struct planning *p = start(NULL);
	struct ts_need need = pair;

	(void)state;
	need.products = LIST("TOTAL", "AG2");
	need.partners = LIST("ITA");
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	/* 97 chapters in two flows: two years fit below 500 rows */
	assert_int_equal(p->plan.count, 1 + 5);
	assert_string_equal(planning_value(p, 0, "cmdCode"), "TOTAL");
	assert_string_equal(planning_value(p, 1, "cmdCode"), "AG2");
	assert_string_equal(planning_value(p, 1, "period"), "2015,2016");
	assert_string_equal(planning_value(p, 5, "period"), "2023,2024");
	planning_free(p);
}

static void
an_answer_as_long_as_the_cap_is_asked_again_by_period(void **state)
{
	struct planning *p = start(NULL);

	(void)state;
	assert_int_equal(planning_ask(p, &pair, 1), TS_OK);
	planning_answer(p, 0, 500, NULL, 0);
	assert_int_equal(planning_ask(p, &pair, 1), TS_OK);
	assert_int_equal(p->plan.count, 3);
	assert_string_equal(planning_value(p, 1, "period"),
			    "2015,2016,2017,2018,2019");
	assert_string_equal(planning_value(p, 2, "period"),
			    "2020,2021,2022,2023,2024");
	/* nothing more to ask when these are not cut */
	planning_answer(p, 1, 20, NULL, 0);
	planning_answer(p, 2, 20, NULL, 0);
	assert_int_equal(planning_ask(p, &pair, 1), TS_OK);
	assert_int_equal(p->plan.count, 3);
	planning_free(p);
}

static void
then_by_partner_reporter_flow_and_lists_of_codes(void **state)
{
	struct planning *p = start(NULL);
	struct ts_need need = pair;
	size_t codes = 0;

	(void)state;
	need.from = need.to = YEAR(2024);
	need.products = LIST("AG6");
	need.reporters = LIST("KAZ", "UZB");
	need.flows = LIST("X", "M");
	/* so large a cap that nothing is divided beforehand */
	p->job.has_key = true;
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	assert_int_equal(p->plan.count, 1);
	planning_answer(p, 0, 100000, NULL, 0);
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	assert_string_equal(planning_value(p, 1, "partnerCode"), "380");
	assert_string_equal(planning_value(p, 2, "partnerCode"), "0");
	planning_answer(p, 2, 100000, NULL, 0);
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	assert_string_equal(planning_value(p, 3, "reporterCode"), "398");
	planning_answer(p, 3, 100000, NULL, 0);
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	assert_string_equal(planning_value(p, 5, "flowCode"), "X");
	planning_answer(p, 5, 100000, NULL, 0);
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	assert_int_equal(
		strncmp(planning_value(p, 7, "cmdCode"), "010110,010111,", 14),
		0);
	for (size_t i = 7; i < p->plan.count; i++) {
		const char *list = planning_value(p, i, "cmdCode");

		assert_true(strlen(planning_url(p, i)) <= 4096);
		codes += (strlen(list) + 1) / 7;
	}
	assert_int_equal(codes, 6897); /* each code once */
	planning_free(p);
}

static void
an_answer_that_cannot_get_smaller_is_an_error(void **state)
{
	struct planning *p = start(LIST("max_records=1"));
	struct ts_need need = pair;

	(void)state;
	need.from = need.to = YEAR(2024);
	need.partners = LIST("ITA");
	need.flows = LIST("X");
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	assert_int_equal(p->plan.count, 1);
	planning_answer(p, 0, 1, NULL, 0);
	assert_int_equal(planning_ask(p, &need, 1), TS_BAD_DATA);
	assert_non_null(strstr(p->err.text, "cut an answer"));
	planning_free(p);
}

static void
more_counted_than_sent_is_a_cut_answer_too(void **state)
{
	static const struct ts_param facts[] = { { "count", "900" } };
	struct planning *p = start(NULL);

	(void)state;
	assert_int_equal(planning_ask(p, &pair, 1), TS_OK);
	planning_answer(p, 0, 40, facts, 1);
	assert_int_equal(planning_ask(p, &pair, 1), TS_OK);
	assert_int_equal(p->plan.count, 3);
	planning_free(p);
}

static void
a_failed_answer_is_not_asked_again(void **state)
{
	struct planning *p = start(NULL);

	(void)state;
	assert_int_equal(planning_ask(p, &pair, 1), TS_OK);
	planning_answer(p, 0, 500, NULL, 0);
	p->answers[0].http_status = 500;
	assert_int_equal(planning_ask(p, &pair, 1), TS_OK);
	assert_int_equal(p->plan.count, 1);
	planning_free(p);
}

static void
years_with_other_area_codes_are_other_calls(void **state)
{
	struct planning *p = start(NULL);
	struct ts_need need = pair;

	(void)state;
	need.reporters = LIST("DEU");
	need.from = YEAR(1989);
	need.to = YEAR(1993);
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	assert_int_equal(p->plan.count, 2);
	assert_string_equal(planning_value(p, 0, "reporterCode"), "280");
	assert_string_equal(planning_value(p, 0, "period"), "1989,1990");
	assert_string_equal(planning_value(p, 1, "reporterCode"), "276");
	assert_string_equal(planning_value(p, 1, "period"), "1991,1992,1993");
	planning_free(p);
}

static void
a_state_is_not_asked_about_before_it_existed(void **state)
{
	struct planning *p = start(NULL);
	struct ts_need need = pair;

	(void)state;
	need.reporters = LIST("SSD");
	need.from = YEAR(2010);
	need.to = YEAR(2013);
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	assert_int_equal(p->plan.count, 1);
	assert_string_equal(planning_value(p, 0, "period"), "2012,2013");
	planning_free(p);
}

static void
codes_of_products_go_together_and_all_partners_are_left_out(void **state)
{
	struct planning *p = start(NULL);
	struct ts_need need = pair;

	(void)state;
	need.products = LIST("TOTAL", "2709", "270900");
	need.partners = NULL;
	need.from = YEAR(2024);
	p->job.has_key = true;
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	assert_int_equal(p->plan.count, 1);
	assert_string_equal(planning_value(p, 0, "cmdCode"),
			    "TOTAL,2709,270900");
	assert_null(strstr(planning_url(p, 0), "partnerCode"));
	planning_free(p);
}

static void
services_have_a_type_of_their_own(void **state)
{
	struct planning *p = start(LIST("include_desc=true"));
	struct ts_need need = pair;

	(void)state;
	need.dataset = "EB02";
	assert_int_equal(planning_ask(p, &need, 1), TS_OK);
	assert_non_null(strstr(planning_url(p, 0), "/preview/S/A/EB02?"));
	assert_string_equal(planning_value(p, 0, "includeDesc"), "true");
	planning_free(p);
}

static const char *const only_x[] = { "X", NULL };
static const char *const only_xxx[] = { "XXX", NULL };

static void
what_cannot_be_asked_is_said_before_a_call_is_made(void **state)
{
	static const struct {
		const char *name;
		struct ts_need need;
		const char *says;
	} cases[] = {
		{ "unknown area",
		  { .flows = only_x,
		    .reporters = only_xxx,
		    .frequency = 'A',
		    .from = { 2020, 0, 0, 0, TS_YEAR },
		    .to = { 2021, 0, 0, 0, TS_YEAR } },
		  "no code for \"XXX\"" },
		{ "weekly",
		  { .flows = only_x,
		    .frequency = 'W',
		    .from = { 2020, 0, 0, 0, TS_YEAR },
		    .to = { 2021, 0, 0, 0, TS_YEAR } },
		  "not \"W\"" },
		{ "no flow",
		  { .frequency = 'A',
		    .from = { 2020, 0, 0, 0, TS_YEAR },
		    .to = { 2021, 0, 0, 0, TS_YEAR } },
		  "no flow" },
		/* without a period the publisher answers 200 and nothing */
		{ "no period",
		  { .flows = only_x, .frequency = 'A' },
		  "no period" },
		{ "backwards",
		  { .flows = only_x,
		    .frequency = 'A',
		    .from = { 2021, 0, 0, 0, TS_YEAR },
		    .to = { 2020, 0, 0, 0, TS_YEAR } },
		  "before the first" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct planning *p = start(NULL);
		struct ts_need need = cases[i].need;

		need.id = "totals";
		need.dataset = "";
		if (planning_ask(p, &need, 1) != TS_BAD_CONFIG ||
		    strstr(p->err.text, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].name, p->err.text);
		assert_int_equal(p->plan.count, 0);
		planning_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_pair_over_ten_years_is_one_call_for_the_aggregate),
		cmocka_unit_test(
			with_a_key_the_data_path_is_asked_and_the_key_is_not_in_it),
		cmocka_unit_test(at_most_twelve_periods_are_asked_for_at_once),
		cmocka_unit_test(
			chapters_are_asked_for_so_that_the_preview_does_not_cut),
		cmocka_unit_test(
			an_answer_as_long_as_the_cap_is_asked_again_by_period),
		cmocka_unit_test(
			then_by_partner_reporter_flow_and_lists_of_codes),
		cmocka_unit_test(an_answer_that_cannot_get_smaller_is_an_error),
		cmocka_unit_test(more_counted_than_sent_is_a_cut_answer_too),
		cmocka_unit_test(a_failed_answer_is_not_asked_again),
		cmocka_unit_test(years_with_other_area_codes_are_other_calls),
		cmocka_unit_test(a_state_is_not_asked_about_before_it_existed),
		cmocka_unit_test(
			codes_of_products_go_together_and_all_partners_are_left_out),
		cmocka_unit_test(services_have_a_type_of_their_own),
		cmocka_unit_test(
			what_cannot_be_asked_is_said_before_a_call_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
