/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fetchers/decoding.h"

#include "fetchers/decode/office_text.h"

static void
every_dialect_gives_the_same_figures(void **state)
{
	static const struct {
		const char *file, *sum;
		uint64_t missing;
	} cases[] = {
		{ "semicolon-decimal-comma-bom-crlf.csv", "142072022.40", 0 },
		{ "windows-1251-russian-header-nbsp-thousands.csv",
		  "142072022.40", 0 },
		{ "tab-utf16le-excel-unicode-text.txt", "142072022.40", 0 },
		{ "comma-thousands-quoted-us.csv", "142072022.40", 0 },
		{ "missing-markers-footnotes.csv", "127013130.08", 3 },
	};
	static const size_t pieces[] = { 1, 7, 64, 4096, 1 << 20 };
	struct decoded out;
	size_t i, p;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_buf body;
		char path[128];

		snprintf(path, sizeof path, "csv-dialects/%s", cases[i].file);
		slurp(&body, need_fixture(path));
		for (p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
			decode_pieces(&out, "office-csv", "reporter==KAZ",
				      body.data, body.used, pieces[p]);
			if (out.status != TS_OK)
				fail_msg("%s: %s", cases[i].file, out.err.text);
			assert_int_equal(out.rows, 24);
			assert_int_equal(out.missing, cases[i].missing);
			assert_string_equal(out.first_key, "KAZ||X|");
			assert_string_equal(out.first_period, "2024-01");
			assert_string_equal(out.first_value, "5947011.36");
			assert_string_equal(out.last_value, "5727049.59");
			assert_string_equal(out.columns, "UNIT_MULT");
			assert_non_null(
				strstr(out.csv.data, ",5947011.36,USD,,3\n"));
			expect_sum(&out, cases[i].sum);
			decoded_free(&out);
		}
		ts_buf_free(&body);
	}
}

static void
a_star_means_preliminary_and_a_dash_missing(void **state)
{
	struct decoded out;
	struct ts_buf body;

	(void)state;
	slurp(&body,
	      need_fixture("csv-dialects/missing-markers-footnotes.csv"));
	decode(&out, "office-csv", "reporter==KAZ\nsource==bns", body.data,
	       body.used);
	assert_non_null(strstr(out.csv.data,
			       "bns,,X,KAZ,,,M,2024-11,6515143.49,USD,P,3\n"));
	assert_non_null(
		strstr(out.csv.data, "bns,,M,KAZ,,,M,2024-10,,USD,M,3\n"));
	decoded_free(&out);
	ts_buf_free(&body);
}

static void
flat_tables_are_read_with_named_columns(void **state)
{
	static const struct {
		const char *file, *settings, *key, *period, *value, *sum;
		uint64_t rows, missing;
	} cases[] = {
		{ "bns-kazakhstan-trade-monthly-2019-2026.csv",
		  "reporter==KAZ\ncolumns=exports_kusd=X", "KAZ||X|", "2019-01",
		  "5351587.74833999", "530894470.3212999373", 90, 0 },
		{ "comtrade-eu27-imports-from-central-asia-eudr-hs-2018-2022"
		  ".csv",
		  "reporter=reporter_iso\npartner=partner_iso\n"
		  "product=cmd_code\nflow=flow_desc\nunit==USD",
		  "AUT|KAZ|M|4408", "2022", "167409.459", "80831842.825", 785,
		  0 },
		{ "comtrade-italy-imports-world-eudr-hs-2018-2022.csv",
		  "reporter=reporter_iso\npartner=partner_iso\n"
		  "product=cmd_code\nflow=flow_desc\nunit==USD",
		  "ITA|W00|M|4401", "2018", "630638358.529", "82520945085.896",
		  191, 0 },
		{ "comtrade-totals-2017-reporters-world.csv",
		  "reporter=Reporter ISO\npartner=Partner ISO\n"
		  "product=Commodity Code\nflow=Trade Flow\nvalue=value_usd",
		  "BEL|WLD|M|TOTAL", "2017", "406412281148", "7174725725164",
		  23, 0 },
		{ "comtrade-totals-2022-chn-deu-usa-with-central-asia.csv",
		  "reporter=reporterISO\npartner=partnerISO\nproduct=cmdCode\n"
		  "flow=flowCode\nvalue=primaryValue\nunit==USD",
		  "CHN|W00|M|TOTAL", "2022", "2715997517261",
		  "15454937394563.501", 42, 0 },
		{ "cow-trade-state-year-1990-2014.csv",
		  "reporter=iso3\ncolumns=exports=X\nunit==USD\n"
		  "unit_multiplier=million",
		  "CHN||X|", "1990", "62756.1239546033",
		  "70417249.5809427652510", 270, 5 },
		{ "faostat-kazakhstan-exports-to-italy-2018-2024.csv",
		  "reporter=Reporter Country Code (M49)\n"
		  "partner=Partner Country Code (M49)\n"
		  "product=Item Code (CPC)\nflow==X\nperiod=Year\n"
		  "status=Flag\ndimensions=Element Code",
		  "398|380|X|01704", "2018", "347", "2379253.06", 56, 14 },
		{ "gravity-central-asia-eu-2006.csv",
		  "reporter=origin\npartner=destination\nflow==X\n"
		  "period==2006\nvalue=flow_musd\nunit==USD",
		  "AUT|KAZ|X|", "2006", "240.214700000", "30612.880816603", 260,
		  0 },
	};
	struct decoded out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_buf body;
		char path[128];

		snprintf(path, sizeof path, "real-trade/%s", cases[i].file);
		slurp(&body, need_fixture(path));
		decode(&out, "office-csv", cases[i].settings, body.data,
		       body.used);
		if (out.status != TS_OK)
			fail_msg("%s: %s", cases[i].file, out.err.text);
		assert_int_equal(out.rows, cases[i].rows);
		if (out.missing != cases[i].missing)
			fail_msg("%s: %d missing", cases[i].file,
				 (int)out.missing);
		assert_string_equal(out.first_key, cases[i].key);
		assert_string_equal(out.first_period, cases[i].period);
		assert_string_equal(out.first_value, cases[i].value);
		expect_sum(&out, cases[i].sum);
		decoded_free(&out);
		ts_buf_free(&body);
	}
}

static void
figures_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *text;
		char decimal;
		const char *plain;
	} cases[] = {
		{ "5947011.36", '.', "5947011.36" },
		{ "5,947,011.36", '.', "5947011.36" },
		{ "5.947.011,36", ',', "5947011.36" },
		{ "5 947 011,36", ',', "5947011.36" },
		{ "5\xc2\xa0"
		  "947\xc2\xa0"
		  "011,36",
		  ',', "5947011.36" },
		{ "5\xe2\x80\xaf"
		  "947\xe2\x80\xaf"
		  "011,36",
		  ',', "5947011.36" },
		{ "5'947'011.36", '.', "5947011.36" },
		{ "5\xe2\x80\x99"
		  "947.36",
		  '.', "5947.36" },
		{ "-12", '.', "-12" },
		{ "\xe2\x88\x92"
		  "12",
		  '.', "-12" },
		{ "(1,234)", '.', "-1234" },
		{ " 7 ", '.', "7" },
		{ "+3", '.', "3" },
		{ "0,50", ',', "0.50" },
		{ "1,23", '.', NULL },
		{ "1,2345", '.', NULL },
		{ "12,34,567", '.', NULL },
		{ "1234,567", '.', NULL },
		{ "1,234 567", '.', NULL },
		{ "1.5.2", '.', NULL },
		{ "1.234,5", '.', NULL },
		{ ".5", '.', NULL },
		{ "5.", '.', NULL },
		{ "1 2", '.', NULL },
		{ "--1", '.', NULL },
		{ "1-", '.', NULL },
		{ "1e5", '.', NULL },
		{ "(1", '.', NULL },
		{ "12 USD", '.', NULL },
		{ "", '.', NULL },
		{ "-", '.', NULL },
		{ "\xd9\xa1\xd9\xa2", '.', NULL }, /* Arabic digits */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_decimal value;
		char text[TS_DECIMAL_TEXT];
		bool good = ts_office_number(cases[i].text, cases[i].decimal,
					     &value);

		if (good != (cases[i].plain != NULL))
			fail_msg("\"%s\": %d", cases[i].text, good);
		if (!good)
			continue;
		ts_decimal_print(value, text);
		assert_string_equal(text, cases[i].plain);
	}
}

static void
a_figure_shows_the_decimal_sign_of_its_file(void **state)
{
	static const struct {
		const char *text;
		char sign;
	} cases[] = {
		{ "1.5", '.' },      { "1,5", ',' },       { "1,234.5", '.' },
		{ "1.234,5", ',' },  { "1,234,567", '.' }, { "1.234.567", ',' },
		{ "1,234", '?' },    { "1.234", '?' },     { "0,234", ',' },
		{ "1234,567", ',' }, { "12", '\0' },       { "...", '\0' },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (ts_office_decimal(cases[i].text) != cases[i].sign)
			fail_msg("%s", cases[i].text);
}

static void
periods_are_read_in_words_and_figures(void **state)
{
	static const struct {
		const char *text, *period;
		bool star;
	} cases[] = {
		{ "2024", "2024", false },
		{ "2024-07", "2024-07", false },
		{ "2024-11*", "2024-11", true },
		{ "2024 *", "2024", true },
		{ "Январь 2024 года", "2024-01", false },
		{ "декабрь 2024 г.", "2024-12", false },
		{ "МАЙ 2024", "2024-05", false },
		{ "мая 2024", "2024-05", false },
		{ "сент. 2024", "2024-09", false },
		{ "2024 год", "2024", false },
		{ "2024 г.", "2024", false },
		{ "2024 жылғы қаңтар", "2024-01", false },
		{ "ЖЕЛТОҚСАН 2024", "2024-12", false },
		{ "January 2024", "2024-01", false },
		{ "Sept. 2024", "2024-09", false },
		{ "2024, March", "2024-03", false },
		{ "gennaio 2024", "2024-01", false },
		{ "I квартал 2024 года", "2024-Q1", false },
		{ "IV кв. 2024", "2024-Q4", false },
		{ "Q3 2024", "2024-Q3", false },
		{ "2024-q3", "2024-Q3", false },
		{ "3rd quarter 2024", "2024-Q3", false },
		{ "2 полугодие 2024", "2024-S2", false },
		{ "01.2024", "2024-01", false },
		{ "2024/11", "2024-11", false },
		{ "31.12.2024", "2024-12-31", false },
		{ "январь-май 2024", NULL, false },
		{ "5 квартал 2024", NULL, false },
		{ "13.2024", NULL, false },
		{ "05/06/2024", NULL, false },
		{ "Total", NULL, false },
		{ "январь", NULL, false },
		{ "3 2024", NULL, false },
		{ "32.01.2024", NULL, false },
		{ "", NULL, false },
		{ "*", NULL, false },
		{ "Source: 2024", NULL, false },
		{ "20245", NULL, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_period period;
		char text[TS_PERIOD_TEXT];
		bool star;
		bool good = ts_office_period(cases[i].text, &period, &star);

		if (good != (cases[i].period != NULL))
			fail_msg("\"%s\": %d", cases[i].text, good);
		if (!good)
			continue;
		assert_string_equal(ts_period_print(period, text),
				    cases[i].period);
		assert_int_equal(star, cases[i].star);
	}
}

static void
titles_notes_and_totals_are_not_figures(void **state)
{
	struct decoded out;

	(void)state;
	decode_text(&out, "office-csv", "partner==ITA",
		    "Trade of Kazakhstan; all goods\n"
		    "million euro\n\n"
		    "Month;Exports;Imports;Note;\n"
		    "January 2024;1 234,5;0,7*;first;\n"
		    "February 2024;x;c;;\n"
		    "Total;1 234,5;0,7;;\n"
		    "Source: the office;;;;\n"
		    "* preliminary\n");
	assert_string_equal(out.err.text, "");
	assert_string_equal(out.csv.data, TS_TIDY_HEADER
			    ",Note,column_5,UNIT_MULT\n"
			    ",,X,,ITA,,M,2024-01,1234.5,EUR,,first,,6\n"
			    ",,M,,ITA,,M,2024-01,0.7,EUR,P,first,,6\n"
			    ",,X,,ITA,,M,2024-02,,EUR,M,,,6\n"
			    ",,M,,ITA,,M,2024-02,,EUR,C,,,6\n");
	decoded_free(&out);
}

static void
the_operator_knows_better(void **state)
{
	static const struct {
		const char *settings, *text, *row;
	} cases[] = {
		{ "period==2006\nreporter=from\npartner=to\nflow==X\n"
		  "value=flow_musd\nunit==USD\nunit_multiplier=1000000\n"
		  "dimensions=from,to\ndataset==gravity\nsource==old",
		  "from,to,flow_musd,km\nAUT,KAZ,240.2,4113\n",
		  "old,gravity,X,AUT,KAZ,,A,2006,240.2,USD,,4113,6\n" },
		{ "columns=Экспорт, тыс. долл.=X,Импорт, тыс. долл.=M",
		  "Год;Экспорт, тыс. долл.;Импорт, тыс. долл.\n2024;1;2\n",
		  ",,M,,,,A,2024,2,USD,,3\n" },
		{ "decimal=comma", "period,\"exports\"\n2024,\"1,234\"\n",
		  ",,X,,,,A,2024,1.234,,\n" },
		{ "", "period,\"exports\"\n2024,\"1,234\"\n",
		  ",,X,,,,A,2024,1234,,\n" },
		{ "separator=pipe\nunit_multiplier=1",
		  "period|exports_kusd\n2024|7\n", ",,X,,,,A,2024,7,USD,\n" },
		{ "skip=2",
		  "a \"quoted\" title, badly\nmore\nyear,exports\n"
		  "2024,7\n",
		  ",,X,,,,A,2024,7,,\n" },
		{ "flow=direction\nvalue=v\nperiod=t\nstatus=s",
		  "t,direction,v,s\n2024,Export,5,E\n2024,импорт,6,A\n",
		  ",,X,,,,A,2024,5,,E\n,,M,,,,A,2024,6,,\n" },
		{ "encoding=koi8-r",
		  "period;\xfc\xeb\xf3\xf0\xef\xf2\xf4\n"
		  "2024;5\n",
		  ",,X,,,,A,2024,5,,\n" },
	};
	struct decoded out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		decode_text(&out, "office-csv", cases[i].settings,
			    cases[i].text);
		if (out.status != TS_OK ||
		    strstr(out.csv.data, cases[i].row) == NULL)
			fail_msg("case %zu: %s %s", i, out.err.text,
				 out.csv.data);
		decoded_free(&out);
	}
}

static void
what_cannot_be_told_is_asked_for(void **state)
{
	static const struct {
		const char *settings, *text;
		enum ts_status status;
		const char *words;
	} cases[] = {
		{ "", "", TS_BAD_DATA, "no table" },
		{ "", "just a text\nof two lines\n", TS_BAD_DATA, "no table" },
		{ "", "a,b\n1,2\n", TS_BAD_CONFIG,
		  "which column is the period" },
		{ "", "year,b\n2024,2\n", TS_BAD_CONFIG,
		  "which column holds the figures" },
		{ "value=gone", "year,b\n2024,2\n", TS_BAD_CONFIG,
		  "no line has a column \"gone\"" },
		{ "", "year,exports t,exports usd\n2024,2,3\n", TS_BAD_CONFIG,
		  "two columns for flow X" },
		{ "columns=b", "year,b\n2024,2\n", TS_BAD_CONFIG,
		  "NAME=FLOW expected" },
		{ "separator=dot", "year,b\n", TS_BAD_CONFIG, "separator" },
		{ "decimal=dot", "year,exports\n2024,1\n", TS_BAD_CONFIG,
		  "point or comma" },
		{ "unit_multiplier=1500", "year,exports\n2024,1\n",
		  TS_BAD_CONFIG, "unit_multiplier" },
		{ "encoding=klingon", "year,exports\n2024,1\n", TS_BAD_CONFIG,
		  "unknown encoding" },
		{ "", "year;exports;imports\n2024;1,5;2.5\n", TS_BAD_DATA,
		  "decimal points and decimal commas" },
		{ "", "year,exports\n2024,1\nsoon,2\n", TS_BAD_DATA,
		  "line 3: no period: \"soon\"" },
		{ "skip=1", "title\nyear,exports\n2024,much\n", TS_BAD_DATA,
		  "line 3, \"exports\": no figure: \"much\"" },
		{ "", "year,exports,x\n2024,1,2,3\n2025,1,2\n2026,1,2\n",
		  TS_BAD_DATA, "line 2 has 4 fields, the header has 3" },
		{ "", "year,exports,x\n2024,1\n2025,1,2\n2026,1,2\n",
		  TS_BAD_DATA, "line 2 has 2 fields, the header has 3" },
	};
	struct decoded out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		decode_text(&out, "office-csv", cases[i].settings,
			    cases[i].text);
		if (out.status != cases[i].status ||
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
		cmocka_unit_test(every_dialect_gives_the_same_figures),
		cmocka_unit_test(a_star_means_preliminary_and_a_dash_missing),
		cmocka_unit_test(flat_tables_are_read_with_named_columns),
		cmocka_unit_test(figures_are_read_as_people_write_them),
		cmocka_unit_test(a_figure_shows_the_decimal_sign_of_its_file),
		cmocka_unit_test(periods_are_read_in_words_and_figures),
		cmocka_unit_test(titles_notes_and_totals_are_not_figures),
		cmocka_unit_test(the_operator_knows_better),
		cmocka_unit_test(what_cannot_be_told_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
