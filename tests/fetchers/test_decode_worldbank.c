/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fetchers/decoding.h"

static void
recorded_pages_give_the_published_figures(void **state)
{
	static const struct {
		const char *file, *key, *period, *value, *sum;
		uint64_t rows, missing;
	} cases[] = {
		{ "v2-gnp-usa-1990-1997.json", "USA|||NY.GNP.PCAP.CD", "1997",
		  "31270", "218630", 8, 0 },
		{ "v2-gdp-2013.json", "ARG|||NY.GDP.MKTP.CD", "2013",
		  "2867811095547.36", "14604349391079.308", 4, 0 },
		{ "v2-land-2013.json", "ARG|||AG.LND.TOTL.K2", "2013",
		  "11232639.0078735", "45851449.00543208", 4, 0 },
		{ "v2-population-empty-or-small.json", "ZZ|||SP.POP.TOTL",
		  "2013", "379705719", "379705719", 1, 0 },
		{ "v2-gdp-multi-with-nulls.json", "USA|||NY.GDP.MKTP.CD",
		  "2023", "", "517446153704000", 64, 1 },
	};
	struct decoded out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_buf body;
		char path[128];

		snprintf(path, sizeof path, "worldbank/%s", cases[i].file);
		slurp(&body, need_fixture(path));
		decode(&out, "worldbank-json", NULL, body.data, body.used);
		if (out.status != TS_OK)
			fail_msg("%s: %s", cases[i].file, out.err.text);
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

#define HEADER(pages)                                                          \
	"{\"page\":1,\"pages\":" pages ",\"per_page\":\"50\",\"total\":2,"     \
	"\"sourceid\":\"2\",\"lastupdated\":\"2024-12-16\"}"
#define ROW(iso, date, value)                                                  \
	"{\"indicator\":{\"id\":\"TX.VAL.MRCH.CD.WT\",\"value\":\"Exports\"}," \
	"\"country\":{\"id\":\"KZ\",\"value\":\"Kazakhstan\"},"                \
	"\"countryiso3code\":\"" iso "\",\"date\":\"" date                     \
	"\",\"value\":" value                                                  \
	",\"unit\":\"\",\"obs_status\":\"\",\"decimal\":0}"

static void
header_numbers_may_be_texts_and_become_facts(void **state)
{
	struct decoded out;

	(void)state;
	decode_text(&out, "worldbank-json", NULL,
		    "[" HEADER("\"3\"") ",[" ROW("KAZ", "2024", "81.5") "," ROW(
			    "", "2024Q1", "null") "]]");
	assert_string_equal(out.err.text, "");
	assert_string_equal(out.facts.data,
			    "page=1\npages=3\nper_page=50\ntotal=2\n"
			    "last_updated=2024-12-16\n");
	assert_string_equal(
		out.csv.data, TS_TIDY_HEADER
		",indicator_name,country_id,country_name,"
		"obs_status,decimal\n"
		",2,,KAZ,,TX.VAL.MRCH.CD.WT,A,2024,81.5,USD,,Exports,KZ,"
		"Kazakhstan,,0\n"
		",2,,KZ,,TX.VAL.MRCH.CD.WT,Q,2024-Q1,,USD,M,Exports,KZ,"
		"Kazakhstan,,0\n");
	decoded_free(&out);
}

static void
answers_that_are_no_data_are_told_apart(void **state)
{
	static const struct {
		const char *text, *file;
		enum ts_status status;
		const char *words;
	} cases[] = {
		{ "[" HEADER("1") ",null]", NULL, TS_OK, "" },
		{ "[" HEADER("1") ",[]]", NULL, TS_OK, "" },
		{ NULL, "worldbank/v2-error-invalid-value.json", TS_REFUSED,
		  "Invalid value: The provided parameter value is not valid" },
		{ NULL, "worldbank/v2-country-list.json", TS_BAD_DATA,
		  "this is a list of the World Bank, not data" },
		{ NULL, "worldbank/v2-income-levels.json", TS_BAD_DATA,
		  "this is a list of the World Bank, not data" },
		{ NULL, "comtrade/error-html-instead-of-json.html", TS_BAD_DATA,
		  "got a web page where worldbank-json was expected" },
		{ "[" HEADER("1") "]", NULL, TS_BAD_DATA, "no rows" },
		{ "[]", NULL, TS_BAD_DATA, "no rows" },
		{ "{}", NULL, TS_BAD_DATA, "an object" },
		{ "[[]]", NULL, TS_BAD_DATA, "without a header" },
		{ "[" HEADER("1") ",[" ROW("KAZ", "2024", "\"much\"") "]]",
		  NULL, TS_BAD_DATA, "row 1: value \"much\"" },
		{ "[" HEADER("1") ",[" ROW("KAZ", "soon", "1") "]]", NULL,
		  TS_BAD_DATA, "row 1, date" },
		{ "[" HEADER("1") ",[{\"date\":\"2024\",\"date\":\"2023\"}]]",
		  NULL, TS_BAD_DATA, "twice" },
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
		decode(&out, "worldbank-json", NULL, body.data, body.used);
		if (out.status != cases[i].status ||
		    strstr(out.err.text, cases[i].words) == NULL)
			fail_msg("case %zu: %d %s", i, out.status,
				 out.err.text);
		assert_int_equal(out.rows, 0);
		decoded_free(&out);
		ts_buf_free(&body);
	}
}

static void
a_cut_page_changes_nothing(void **state)
{
	static const char text[] = "[" HEADER("1") ",[" ROW(
		"KAZ", "2024", "1") "," ROW("KAZ", "2023", "null") "]]";
	struct decoded out;
	size_t cut;

	(void)state;
	for (cut = 0; cut < sizeof text - 1; cut++) {
		decode(&out, "worldbank-json", NULL, text, cut);
		if (out.status != TS_BAD_DATA)
			fail_msg("cut at %zu: status %d", cut, out.status);
		decoded_free(&out);
	}
}

static void
the_size_of_the_pieces_does_not_matter(void **state)
{
	static const size_t pieces[] = { 1, 7, 64, 4096, 1 << 24 };
	struct decoded whole, out;
	struct ts_buf body;
	size_t p;

	(void)state;
	slurp(&body, need_fixture("worldbank/v2-gdp-multi-with-nulls.json"));
	decode(&whole, "worldbank-json", NULL, body.data, body.used);
	for (p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
		decode_pieces(&out, "worldbank-json", NULL, body.data,
			      body.used, pieces[p]);
		assert_int_equal(out.status, TS_OK);
		assert_string_equal(out.csv.data, whole.csv.data);
		assert_string_equal(out.facts.data, whole.facts.data);
		decoded_free(&out);
	}
	decoded_free(&whole);
	ts_buf_free(&body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_pages_give_the_published_figures),
		cmocka_unit_test(header_numbers_may_be_texts_and_become_facts),
		cmocka_unit_test(answers_that_are_no_data_are_told_apart),
		cmocka_unit_test(a_cut_page_changes_nothing),
		cmocka_unit_test(the_size_of_the_pieces_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
