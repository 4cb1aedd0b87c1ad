/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fetchers/decoding.h"

static void
recorded_answers_give_the_published_figures(void **state)
{
	static const struct {
		const char *file, *key, *period, *value, *sum;
		uint64_t rows;
	} cases[] = {
		{ "v1-data-annual-total-chn-2010.json", "156|32|M|TOTAL",
		  "2010", "6804128143.0", "155218297800.0", 4 },
		{ "v1-data-empty-services.json", "", "", "", "", 0 },
		{ "v1-data-bra-chn-soy-2024.json", "76|156|X|1201", "2024",
		  "31499887711.0", "63297462640.0", 8 },
		{ "v1-data-mirror-reporter-bra-2024.json", "76|156|X|1201",
		  "2024", "31499887711.0", "62999775422.0", 4 },
		{ "v1-preview-monthly-ind-7113-202201-excerpt.json",
		  "699|0|X|7113", "2022-01", "912208653.293",
		  "936333394.435", 11 },
	};
	struct decoded out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_buf body;
		char path[128];

		snprintf(path, sizeof path, "comtrade/%s", cases[i].file);
		slurp(&body, need_fixture(path));
		decode(&out, "comtrade-json", NULL, body.data, body.used);
		assert_string_equal(out.err.text, "");
		assert_int_equal(out.status, TS_OK);
		assert_int_equal(out.rows, cases[i].rows);
		assert_int_equal(out.missing, 0);
		assert_string_equal(out.first_key, cases[i].key);
		assert_string_equal(out.first_period, cases[i].period);
		assert_string_equal(out.first_value, cases[i].value);
		expect_sum(&out, cases[i].sum);
		decoded_free(&out);
		ts_buf_free(&body);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_answers_give_the_published_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
