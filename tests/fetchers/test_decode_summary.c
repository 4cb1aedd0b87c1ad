/* SPDX-License-Identifier: Apache-2.0 */
/* WITS trade summaries and WTO time series. */
#include "tests/fetchers/decoding.h"

static void
recorded_summaries_give_the_published_figures(void **state)
{
	static const struct {
		const char *decoder, *file, *key, *period, *value, *sum;
		uint64_t rows;
	} cases[] = {
		{ "wits-csv", "wits/en_KAZ_AllYears_WITS_Trade_Summary.CSV",
		  "Kazakhstan|...||...", "2015", "184388.43", "157168473.85",
		  1770 },
		{ "wits-csv", "wits/en_ITA_AllYears_WITS_Trade_Summary.CSV",
		  "Italy|...||...", "2015", "1821496.96", "91385772.91", 1884 },
		{ "wits-csv", "wits/en_TJK_AllYears_WITS_Trade_Summary.CSV",
		  "Tajikistan|...||...", "2015", "7853.45", "76337.69", 206 },
		{ "wits-csv", "wits/en_Wld_AllYears_WITS_Trade_Summary.CSV",
		  "World|...||...", "2015", "74292303.72", "2687442820.62",
		  2630 },
		{ "wto-csv", "wto/ITS_MTV_AX.csv", "410|000|X|TO", "2017",
		  "573694.0", "247168112.0", 209 },
		{ "wto-csv", "wto/ITS_CS_QAX.csv", "158|000|X|S", "2006",
		  "18780.0", "76872714.0", 205 },
	};
	static const size_t pieces[] = { 1, 7, 64, 4096, 1 << 20 };
	struct decoded out;
	size_t i, p;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_buf body;

		slurp(&body, need_fixture(cases[i].file));
		for (p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
			decode_pieces(&out, cases[i].decoder, NULL, body.data,
				      body.used, pieces[p]);
			if (out.status != TS_OK)
				fail_msg("%s: %s", cases[i].file, out.err.text);
			assert_int_equal(out.rows, cases[i].rows);
			assert_int_equal(out.missing, 0);
			assert_string_equal(out.first_key, cases[i].key);
			assert_string_equal(out.first_period, cases[i].period);
			assert_string_equal(out.first_value, cases[i].value);
			expect_sum(&out, cases[i].sum);
			decoded_free(&out);
		}
		ts_buf_free(&body);
	}
}

static void
units_are_taken_from_the_names_that_hold_them(void **state)
{
	struct decoded out;

	(void)state;
	decode_text(&out, "wits-csv", NULL,
		    "Reporter,Partner,Product categories,Indicator Type,"
		    "Indicator,2015,2014\n"
		    "Kazakhstan,World,All Products,Export,Exports (in US$ Mil),"
		    "  45955.82,\n"
		    "Kazakhstan,World,All Products,Tariff,Simple Average (%),"
		    "...,   5.10\n");
	assert_string_equal(
		out.csv.data, TS_TIDY_HEADER
		",Indicator Type,Indicator,UNIT_MULT\n"
		",trade-summary,X,Kazakhstan,World,All Products,A,2015,"
		"45955.82,USD,,Export,Exports (in US$ Mil),6\n"
		",trade-summary,,Kazakhstan,World,All Products,A,2015,,percent,"
		"M,Tariff,Simple Average (%),\n"
		",trade-summary,,Kazakhstan,World,All Products,A,2014,5.10,"
		"percent,,Tariff,Simple Average (%),\n");
	decoded_free(&out);

	decode_text(&out, "wto-csv", NULL,
		    "Indicator Code,Reporting Economy Code,Partner Economy "
		    "Code,Product Or Sector Code,Year,Period Code,Unit Code,"
		    "Value Flag Code,Value\n"
		    "ITS_MTV_MM,398,000,TO,2024,M07,USM,E,5127.25\n"
		    "TP_A_0010,398,-,-,2024,A,PCT,,\n");
	assert_string_equal(out.err.text, "");
	assert_string_equal(out.csv.data, TS_TIDY_HEADER
			    ",UNIT_MULT\n"
			    ",ITS_MTV_MM,M,398,000,TO,M,2024-07,5127.25,USD,E,"
			    "6\n"
			    ",TP_A_0010,,398,,,A,2024,,PCT,M,\n");
	decoded_free(&out);
}

static void
malformed_summaries_are_refused_with_the_place(void **state)
{
	static const struct {
		const char *decoder, *text, *words;
	} cases[] = {
		{ "wits-csv", "Reporter,Partner\n", "\"Product categories\"" },
		{ "wits-csv",
		  "Reporter,Partner,Product categories,Indicator "
		  "Type,Indicator,Year\n",
		  "header" },
		{ "wits-csv",
		  "Reporter,Partner,Product categories,Indicator "
		  "Type,Indicator,2015\na,b,c,d,e,12;5\n",
		  "line 2, 2015: \"12;5\"" },
		{ "wto-csv", "IndicatorCode,Value\n", "is missing" },
		{ "wto-csv",
		  "IndicatorCode,ReportingEconomyCode,"
		  "PartnerEconomyCode,ProductOrSectorCode,Year,"
		  "UnitCode,Value\nA,1,2,3,soon,U,1\n",
		  "line 2" },
		{ "wto-csv",
		  "IndicatorCode,ReportingEconomyCode,"
		  "PartnerEconomyCode,ProductOrSectorCode,Year,"
		  "UnitCode,Value\nA,1,2,3,2024,U,1.2.3\n",
		  "line 2: value \"1.2.3\"" },
	};
	struct decoded out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		decode_text(&out, cases[i].decoder, NULL, cases[i].text);
		if (out.status != TS_BAD_DATA ||
		    strstr(out.err.text, cases[i].words) == NULL)
			fail_msg("case %zu: %d %s", i, out.status,
				 out.err.text);
		decoded_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_summaries_give_the_published_figures),
		cmocka_unit_test(units_are_taken_from_the_names_that_hold_them),
		cmocka_unit_test(
			malformed_summaries_are_refused_with_the_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
