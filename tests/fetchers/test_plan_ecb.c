/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fetchers/planning.h"

extern const struct ts_fetcher ts_plugin_fetchers_ecb;

static const struct ts_need rates = {
	.id = "rates",
	.dataset = "EXR",
	.products = (const char *const[]){ "USD", "GBP", NULL },
	.frequency = 'A',
	.from = { .year = 2015, .span = TS_YEAR },
	.to = { .year = 2024, .span = TS_YEAR },
};

static void
all_currencies_are_asked_for_at_once(void **state)
{
	struct planning *p = planning_new(&ts_plugin_fetchers_ecb, NULL);

	(void)state;
	assert_int_equal(planning_ask(p, &rates, 1), TS_OK);
	assert_int_equal(p->plan.count, 1);
	assert_string_equal(
		planning_url(p, 0),
		"https://data-api.ecb.europa.eu/service/data/EXR/"
		"A.USD+GBP.EUR.SP00.A?startPeriod=2015&endPeriod=2024"
		"&format=csvdata");
	planning_answer(p, 0, 20, NULL, 0);
	assert_int_equal(planning_ask(p, &rates, 1), TS_OK);
	assert_int_equal(p->plan.count, 1);
	planning_free(p);
}

static void
a_need_without_what_makes_a_key_is_refused(void **state)
{
	static const char *const none[] = { NULL };
	struct ts_need rows[5] = { rates, rates, rates, rates, rates };

	(void)state;
	rows[0].products = NULL;
	rows[1].products = none;
	rows[2].frequency = 'H';
	rows[3].frequency = '\0';
	rows[4].to.span = TS_NO_SPAN;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct planning *p =
			planning_new(&ts_plugin_fetchers_ecb, NULL);

		assert_int_equal(planning_ask(p, &rows[i], 1), TS_BAD_CONFIG);
		planning_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_currencies_are_asked_for_at_once),
		cmocka_unit_test(a_need_without_what_makes_a_key_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
