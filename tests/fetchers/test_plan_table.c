/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fetchers/planning.h"

extern const struct ts_fetcher ts_plugin_fetchers_table;

static struct planning *
start(const char *const *settings)
{
	return planning_new(&ts_plugin_fetchers_table, settings);
}

static void
an_address_is_one_request_with_the_decoder_and_its_settings(void **state)
{
	struct planning *p = start(LIST("url=https://stat.example.org/a b.csv",
					"decoder=csv", "dataset=bns",
					"set=value=Wert\nseparator=;"));

	(void)state;
	assert_int_equal(planning_ask(p, NULL, 0), TS_OK);
	assert_int_equal(p->plan.count, 1);
	assert_string_equal(planning_url(p, 0),
			    "https://stat.example.org/a%20b.csv");
	assert_string_equal(p->plan.asks[0].request.decoder, "csv");
	assert_string_equal(p->plan.asks[0].request.dataset, "bns");
	assert_string_equal(p->plan.asks[0].request.decoder_settings,
			    "value=Wert\nseparator=;");
	planning_answer(p, 0, 10, NULL, 0);
	assert_int_equal(planning_ask(p, NULL, 0), TS_OK);
	assert_int_equal(p->plan.count, 1);
	planning_free(p);
}

static void
a_local_file_is_named_by_its_path(void **state)
{
	struct planning *p = start(LIST("file=/srv/trade/2024.csv"));

	(void)state;
	assert_int_equal(planning_ask(p, NULL, 0), TS_OK);
	assert_string_equal(planning_url(p, 0), "file:/srv/trade/2024.csv");
	planning_free(p);
}

static void
neither_or_both_of_url_and_file_is_a_fault(void **state)
{
	struct planning *p = start(NULL);

	(void)state;
	assert_int_equal(planning_ask(p, NULL, 0), TS_BAD_CONFIG);
	planning_free(p);
	p = start(LIST("file=/a.csv", "url=https://example.org/a.csv"));
	assert_int_equal(planning_ask(p, NULL, 0), TS_BAD_CONFIG);
	planning_free(p);
	p = start(LIST("file=a.csv"));
	assert_int_equal(planning_ask(p, NULL, 0), TS_BAD_CONFIG);
	planning_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_address_is_one_request_with_the_decoder_and_its_settings),
		cmocka_unit_test(a_local_file_is_named_by_its_path),
		cmocka_unit_test(neither_or_both_of_url_and_file_is_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
