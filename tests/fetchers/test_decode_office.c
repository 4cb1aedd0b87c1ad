/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fetchers/decoding.h"

static void
every_dialect_gives_the_same_figures(void **state)
{
	static const struct { const char *file, *sum; uint64_t missing; }
	cases[] = {
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
			assert_non_null(strstr(out.csv.data,
					       ",5947011.36,USD,,3\n"));
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
	slurp(&body, need_fixture("csv-dialects/missing-markers-footnotes.csv"));
	decode(&out, "office-csv", "reporter==KAZ\nsource==bns", body.data,
	       body.used);
	assert_non_null(strstr(out.csv.data,
			       "bns,,X,KAZ,,,M,2024-11,6515143.49,USD,P,3\n"));
	assert_non_null(strstr(out.csv.data,
			       "bns,,M,KAZ,,,M,2024-10,,USD,M,3\n"));
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
		  "reporter==KAZ\ncolumns=exports_kusd=X", "KAZ||X|",
		  "2019-01", "5351587.74833999", "530894470.3212999373", 90,
		  0 },
		{ "comtrade-eu27-imports-from-central-asia-eudr-hs-2018-2022"
		  ".csv",
		  "reporter=reporter_iso\npartner=partner_iso\n"
		  "product=cmd_code\nflow=flow_desc\nunit==USD",
		  "AUT|KAZ|M|4408", "2022", "167409.459", "80831842.825", 785,
		  0 },
		{ "comtrade-italy-imports-world-eudr-hs-2018-2022.csv",
		  "reporter=reporter_iso\npartner=partner_iso\n"
		  "product=cmd_code\nflow=flow_desc\nunit==USD",
		  "ITA|W00|M|4401", "2018", "630638358.529",
		  "82520945085.896", 191, 0 },
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
		  "AUT|KAZ|X|", "2006", "240.214700000", "30612.880816603",
		  260, 0 },
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_dialect_gives_the_same_figures),
		cmocka_unit_test(a_star_means_preliminary_and_a_dash_missing),
		cmocka_unit_test(flat_tables_are_read_with_named_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
