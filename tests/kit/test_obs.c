/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <math.h>
#include <string.h>
#include <tradestat/arena.h>
#include <tradestat/buf.h>
#include <tradestat/indicator.h>
#include <tradestat/obs.h>

static void
an_observation_is_one_tidy_row(void **state)
{
	static const struct ts_column further[] = {
		{ "customs", true },
		{ "note, free", false },
	};
	const struct ts_columns columns = { further, 2 };
	const char *extra[] = { "C00", "says \"net\"" };
	struct ts_obs obs = {
		.source = "comtrade",
		.dataset = "C/A/HS",
		.flow = "X",
		.reporter = "KAZ",
		.partner = "ITA",
		.product = "TOTAL",
		.frequency = 'A',
		.period = { .year = 2024, .span = TS_YEAR },
		.has_value = true,
		.value = { 1840050, 2 },
		.unit = "USD",
		.status = "",
		.extra = extra,
		.extra_count = 2,
	};
	TS_AUTO_BUF out = TS_BUF_INIT(1000);

	(void)state;
	ts_obs_csv_header(&out, &columns);
	ts_obs_csv(&out, &obs);
	assert_string_equal(
		out.data,
		"source,dataset,flow,reporter,partner,product,frequency,period,"
		"value,unit,status,customs,\"note, free\"\n"
		"comtrade,C/A/HS,X,KAZ,ITA,TOTAL,A,2024,18400.50,USD,,C00,"
		"\"says \"\"net\"\"\"\n");
}

static void
a_missing_value_is_empty_and_not_zero(void **state)
{
	struct ts_obs obs = {
		.source = "",
		.dataset = "",
		.flow = "",
		.reporter = "",
		.partner = "",
		.product = "",
		.frequency = '-',
		.has_value = false,
		.value = { 5, 0 },
		.unit = "",
		.status = "C",
	};
	TS_AUTO_BUF out = TS_BUF_INIT(1000);

	(void)state;
	ts_obs_csv_header(&out, NULL);
	ts_obs_csv(&out, &obs);
	assert_string_equal(out.data, TS_TIDY_HEADER "\n,,,,,,-,,,,C\n");
}

static void
a_result_is_a_value_and_a_status(void **state)
{
	struct ts_arena *arena = ts_arena_new(1 << 20);
	struct ts_results results = { .arena = arena };
	struct ts_result result = {
		.indicator = "growth_pct",
		.k1 = "KAZ",
		.k2 = "ITA",
		.period = "2023/2024",
		.has_value = true,
		.value = 26.7,
		.status = TS_RES_OK,
	};
	TS_AUTO_BUF out = TS_BUF_INIT(10000);
	struct ts_err err;
	char key[] = "UZB";

	(void)state;
	assert_int_equal(ts_results_add(&results, &result, &err), TS_OK);
	result.k1 = key;
	result.has_value = false;
	result.value = NAN; /* nobody looks at it */
	result.status = TS_RES_NEW;
	assert_int_equal(ts_results_add(&results, &result, &err), TS_OK);
	memset(key, '#', 3);
	ts_results_csv(&results, &out, true);
	ts_results_csv(&results, &out, false);
	assert_string_equal(out.data, "indicator,k1,k2,k3,period,value,status\n"
				      "growth_pct,KAZ,ITA,,2023/2024,26.7,ok\n"
				      "growth_pct,UZB,ITA,,2023/2024,,new\n"
				      "growth_pct,KAZ,ITA,,2023/2024,26.7,ok\n"
				      "growth_pct,UZB,ITA,,2023/2024,,new\n");
	ts_arena_free(arena);
}

static void
infinity_is_no_result(void **state)
{
	static const double values[] = { NAN, INFINITY, -INFINITY };
	struct ts_arena *arena = ts_arena_new(1 << 20);
	struct ts_results results = { .arena = arena };
	struct ts_result result = {
		.indicator = "rca",
		.k1 = "KAZ",
		.period = "2024",
		.has_value = true,
	};
	struct ts_err err;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		result.value = values[i];
		assert_int_equal(ts_results_add(&results, &result, &err),
				 TS_BAD_DATA);
		assert_string_equal(err.text,
				    "rca (KAZ  , 2024): not a finite number");
	}
	assert_int_equal(results.count, 0);
	ts_arena_free(arena);
}

static void
every_status_has_the_word_of_the_reference(void **state)
{
	static const char *const names[] = {
		"ok",
		"undef_zero_denominator",
		"undef_missing",
		"undef_insufficient",
		"undef_base_nonpositive",
		"undef_domain",
		"undef_degenerate",
		"new",
		"lost",
		"inactive",
		"excluded",
		"implausible",
		"exporter_only",
		"importer_only",
		"outlier",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_string_equal(
			ts_result_status_name((enum ts_result_status)i),
			names[i]);
	assert_int_equal(TS_RES_OUTLIER + 1, sizeof names / sizeof names[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_observation_is_one_tidy_row),
		cmocka_unit_test(a_missing_value_is_empty_and_not_zero),
		cmocka_unit_test(a_result_is_a_value_and_a_status),
		cmocka_unit_test(infinity_is_no_result),
		cmocka_unit_test(every_status_has_the_word_of_the_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
