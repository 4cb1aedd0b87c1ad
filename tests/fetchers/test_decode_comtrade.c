/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fetchers/decoding.h"

static void
recorded_answers_give_the_published_figures(void **state)
{
	static const struct {
		const char *file, *decoder, *key, *period, *value, *sum;
		uint64_t rows, missing;
	} cases[] = {
		{ "v1-data-annual-total-chn-2010.json", "comtrade-json",
		  "156|32|M|TOTAL", "2010", "6804128143.0", "155218297800.0", 4,
		  0 },
		{ "v1-data-empty-services.json", "comtrade-json", "", "", "",
		  "", 0, 0 },
		{ "v1-data-bra-chn-soy-2024.json", "comtrade-json",
		  "76|156|X|1201", "2024", "31499887711.0", "63297462640.0", 8,
		  0 },
		{ "v1-data-mirror-reporter-bra-2024.json", "comtrade-json",
		  "76|156|X|1201", "2024", "31499887711.0", "62999775422.0", 4,
		  0 },
		{ "v1-preview-monthly-ind-7113-202201-excerpt.json",
		  "comtrade-json", "699|0|X|7113", "2022-01", "912208653.293",
		  "936333394.435", 11, 0 },
		{ "v0-json-world-beef-bra-2015.json", "comtrade-json",
		  "76|0|M|020120", "2015", "9416575", "4920538603", 8, 0 },
		{ "v0-json-success-2015.json", "comtrade-json", "8|0|M|TOTAL",
		  "2014", "5229972238", "7660695882", 2, 0 },
		{ "ui-export-totals-2022.csv", "comtrade-csv", "156|0|M|TOTAL",
		  "2022", "2715997517261", "30039171857777.711", 1352, 0 },
		{ "v0-csv-all-reporters-2017-total.csv", "comtrade-csv",
		  "8|0|M|TOTAL", "2017", "5826322393", "25960713478332", 288,
		  0 },
		{ "da-final-annual-2021-excerpt.json", "comtrade-availability",
		  "24|||", "2021", "112758", "3245676", 5, 0 },
	};
	struct decoded out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_buf body;
		char path[128];

		snprintf(path, sizeof path, "comtrade/%s", cases[i].file);
		slurp(&body, need_fixture(path));
		decode(&out, cases[i].decoder, NULL, body.data, body.used);
		if (out.status != TS_OK)
			fail_msg("%s: %s", cases[i].file, out.err.text);
		assert_string_equal(out.warnings.data, "");
		assert_int_equal(out.rows, cases[i].rows);
		assert_int_equal(out.missing, cases[i].missing);
		assert_string_equal(out.first_key, cases[i].key);
		assert_string_equal(out.first_period, cases[i].period);
		assert_string_equal(out.first_value, cases[i].value);
		expect_sum(&out, cases[i].sum);
		decoded_free(&out);
		ts_buf_free(&body);
	}
}

static void
a_record_keeps_all_its_members_in_order(void **state)
{
	struct decoded out;

	(void)state;
	decode_text(&out, "comtrade-json", NULL,
		    "{\"count\":1,\"data\":[{\"typeCode\":\"C\","
		    "\"freqCode\":\"M\",\"refPeriodId\":20240701,"
		    "\"refYear\":2024,\"refMonth\":7,\"period\":\"202407\","
		    "\"reporterCode\":398,\"flowCode\":\"X\","
		    "\"partnerCode\":380,\"partner2Code\":0,"
		    "\"classificationSearchCode\":\"HS\",\"cmdCode\":\"0101\","
		    "\"customsCode\":\"C00\",\"motCode\":0,\"qty\":null,"
		    "\"cifvalue\":0,\"primaryValue\":12.50,"
		    "\"legacyEstimationFlag\":6,\"isReported\":true}],"
		    "\"error\":\"\"}");
	assert_string_equal(out.err.text, "");
	assert_string_equal(
		out.csv.data, TS_TIDY_HEADER
		",typeCode,refPeriodId,partner2Code,classificationSearchCode,"
		"customsCode,motCode,qty,cifvalue,legacyEstimationFlag,"
		"isReported\n"
		",C-M-HS,X,398,380,0101,M,2024-07,12.50,USD,,"
		"C,20240701,0,HS,C00,0,,0,6,true\n");
	assert_true(out.dimension[0]);  /* typeCode */
	assert_false(out.dimension[1]); /* refPeriodId */
	assert_true(out.dimension[2] && out.dimension[3] && out.dimension[4] &&
		    out.dimension[5]);
	assert_false(out.dimension[6]); /* qty */
	assert_string_equal(out.facts.data, "count=1\n");
	decoded_free(&out);
}

static void
a_missing_value_is_missing_and_not_zero(void **state)
{
	struct decoded out;

	(void)state;
	decode_text(&out, "comtrade-json", NULL,
		    "{\"data\":[{\"freqCode\":\"A\",\"period\":\"2024\","
		    "\"reporterCode\":1,\"flowCode\":\"X\",\"partnerCode\":0,"
		    "\"cmdCode\":\"TOTAL\",\"primaryValue\":null}]}");
	assert_int_equal(out.status, TS_OK);
	assert_int_equal(out.missing, 1);
	assert_non_null(strstr(out.csv.data, ",A,2024,,USD,M\n"));
	decoded_free(&out);
}

#define ROW(value, period)                                                     \
	"{\"freqCode\":\"A\",\"period\":\"" period "\",\"reporterCode\":1,"    \
	"\"flowCode\":\"X\",\"partnerCode\":0,\"cmdCode\":\"TOTAL\","          \
	"\"primaryValue\":" value "}"

static void
an_answer_that_was_cut_off_is_marked(void **state)
{
	TS_AUTO_BUF text = TS_BUF_INIT(1 << 20);
	struct decoded out;
	size_t i;

	(void)state;
	decode_text(&out, "comtrade-json", NULL,
		    "{\"count\":7,\"data\":[" ROW("1", "2024") "]}");
	assert_string_equal(out.facts.data, "count=7\ncapped=true\n");
	decoded_free(&out);
	ts_buf_add(&text, "{\"count\":500,\"data\":[");
	for (i = 0; i < 500; i++)
		ts_buf_addf(&text, "%s" ROW("1", "2024"), i > 0 ? "," : "");
	ts_buf_add(&text, "]}");
	decode(&out, "comtrade-json", NULL, text.data, text.used);
	assert_int_equal(out.rows, 500);
	assert_string_equal(out.facts.data, "count=500\ncapped=true\n");
	decoded_free(&out);
}

static void
errors_of_the_publisher_keep_their_words(void **state)
{
	static const struct {
		const char *text; /* NULL: the fixture */
		const char *file;
		enum ts_status status;
		const char *words;
	} cases[] = {
		{ NULL, "comtrade/error-401-missing-key.json", TS_REFUSED,
		  "401: Access denied due to missing subscription key" },
		{ NULL, "comtrade/error-403-quota.json", TS_AGAIN,
		  "403: Out of call volume quota" },
		{ NULL, "comtrade/error-429-rate.json", TS_AGAIN,
		  "429: Rate limit is exceeded" },
		{ NULL, "comtrade/error-html-instead-of-json.html", TS_BAD_DATA,
		  "got a web page where comtrade-json was expected: 502 - Web "
		  "server" },
		{ "{\"statusCode\":403,\"message\":\"Forbidden\"}", NULL,
		  TS_REFUSED, "403: Forbidden" },
		{ "{\"statusCode\":503,\"message\":\"busy\"}", NULL, TS_AGAIN,
		  "503: busy" },
		{ "{\"errorObject\":{\"errorMessage\":\"bad period\"}}", NULL,
		  TS_REFUSED, "bad period" },
		{ "{\"data\":[],\"error\":\"no such code\"}", NULL, TS_REFUSED,
		  "no such code" },
		{ "{\"error\":{\"code\":7}}", NULL, TS_REFUSED, "no reason" },
		{ "{\"elapsedTime\":\"0.1 secs\"}", NULL, TS_BAD_DATA,
		  "no \"data\"" },
		{ "{\"data\":{}}", NULL, TS_BAD_DATA, "data is no list" },
		{ "[]", NULL, TS_BAD_DATA, "a list" },
		{ "{\"data\":[1]}", NULL, TS_BAD_DATA, "without a name" },
		{ "{\"data\":[{\"a\":{}}]}", NULL, TS_BAD_DATA,
		  "an object inside" },
		{ "{\"data\":[{\"size\":1,\"period\":2021,\"reporterCode\":1}]"
		  "}",
		  NULL, TS_BAD_DATA, "no \"primaryValue\"" },
		{ "{\"data\":[],\"data\":[]}", NULL, TS_BAD_DATA,
		  "two members \"data\"" },
		{ "{\"data\":[{\"period\":1,\"period\":2}]}", NULL, TS_BAD_DATA,
		  "two members \"period\"" },
		{ "{\"data\":[" ROW("\"12,5\"", "2024") "]}", NULL, TS_BAD_DATA,
		  "primaryValue \"12,5\"" },
		{ "{\"data\":[" ROW("1", "20245") "]}", NULL, TS_BAD_DATA,
		  "record 1: period" },
	};
	struct decoded out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_buf body = TS_BUF_INIT(1 << 20);

		if (cases[i].text != NULL)
			ts_buf_add(&body, cases[i].text);
		else
			slurp(&body, need_fixture(cases[i].file));
		decode(&out, "comtrade-json", NULL, body.data, body.used);
		if (out.status != cases[i].status ||
		    strstr(out.err.text, cases[i].words) == NULL)
			fail_msg("case %zu: %d %s", i, out.status,
				 out.err.text);
		decoded_free(&out);
		ts_buf_free(&body);
	}
}

static void
contradicting_periods_are_refused(void **state)
{
	struct decoded out;

	(void)state;
	decode_text(&out, "comtrade-json", NULL,
		    "{\"data\":[{\"freqCode\":\"A\",\"period\":\"2024\","
		    "\"refYear\":2023,\"reporterCode\":1,\"flowCode\":\"X\","
		    "\"partnerCode\":0,\"cmdCode\":\"TOTAL\","
		    "\"primaryValue\":1}]}");
	assert_int_equal(out.status, TS_BAD_DATA);
	assert_string_equal(out.err.text,
			    "record 1: period 2024 but refYear 2023");
	decoded_free(&out);
}

static void
a_member_that_comes_late_is_left_out_with_a_warning(void **state)
{
	struct decoded out;

	(void)state;
	decode_text(
		&out, "comtrade-json", NULL,
		"{\"data\":[" ROW(
			"1", "2024") ",{\"novel\":7,"
				     "\"freqCode\":\"A\",\"period\":\"2024\","
				     "\"reporterCode\":1,\"flowCode\":\"X\","
				     "\"partnerCode\":0,\"cmdCode\":\"01\","
				     "\"primaryValue\":2}]}");
	assert_int_equal(out.status, TS_OK);
	assert_int_equal(out.rows, 2);
	assert_non_null(strstr(out.warnings.data, "\"novel\""));
	decoded_free(&out);
}

static const char small[] =
	"{\"elapsedTime\":\"0.1 secs\",\"count\":2,\"data\":[" ROW(
		"1.5", "2023") "," ROW("2.25", "2024") "],\"error\":\"\"}";

static void
a_cut_document_changes_nothing(void **state)
{
	struct decoded out;
	size_t cut;

	(void)state;
	for (cut = 0; cut < sizeof small - 1; cut++) {
		decode(&out, "comtrade-json", NULL, small, cut);
		if (out.status != TS_BAD_DATA)
			fail_msg("cut at %zu: status %d", cut, out.status);
		decoded_free(&out);
	}
	decode(&out, "comtrade-json", NULL, small, cut);
	assert_int_equal(out.status, TS_OK);
	decoded_free(&out);
}

static void
the_size_of_the_pieces_does_not_matter(void **state)
{
	static const size_t pieces[] = { 1, 7, 64, 4096, 1 << 24 };
	static const struct {
		const char *decoder, *file;
	} cases[] = {
		{ "comtrade-json", "comtrade/v1-data-bra-chn-soy-2024.json" },
		{ "comtrade-csv", "comtrade/ui-export-totals-2022.csv" },
		{ "comtrade-availability",
		  "comtrade/da-final-annual-2021-excerpt.json" },
	};
	struct decoded whole, out;
	size_t i, p;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_buf body;

		slurp(&body, need_fixture(cases[i].file));
		decode(&whole, cases[i].decoder, NULL, body.data, body.used);
		for (p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
			decode_pieces(&out, cases[i].decoder, NULL, body.data,
				      body.used, pieces[p]);
			assert_int_equal(out.status, TS_OK);
			assert_string_equal(out.csv.data, whole.csv.data);
			assert_string_equal(out.facts.data, whole.facts.data);
			decoded_free(&out);
		}
		decoded_free(&whole);
		ts_buf_free(&body);
	}
}

static void
the_web_interface_speaks_windows_1252(void **state)
{
	struct decoded out;
	struct ts_buf body;

	(void)state;
	slurp(&body, need_fixture("comtrade/ui-export-totals-2022.csv"));
	decode(&out, "comtrade-csv", NULL, body.data, body.used);
	assert_non_null(strstr(out.csv.data, "C\xc3\xb4te d'Ivoire"));
	decoded_free(&out);
	ts_buf_free(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_answers_give_the_published_figures),
		cmocka_unit_test(a_record_keeps_all_its_members_in_order),
		cmocka_unit_test(a_missing_value_is_missing_and_not_zero),
		cmocka_unit_test(an_answer_that_was_cut_off_is_marked),
		cmocka_unit_test(errors_of_the_publisher_keep_their_words),
		cmocka_unit_test(contradicting_periods_are_refused),
		cmocka_unit_test(
			a_member_that_comes_late_is_left_out_with_a_warning),
		cmocka_unit_test(a_cut_document_changes_nothing),
		cmocka_unit_test(the_size_of_the_pieces_does_not_matter),
		cmocka_unit_test(the_web_interface_speaks_windows_1252),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
