/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fetchers/decoding.h"

static const char sample[] = TS_TIDY_HEADER
	",motCode,qty\n"
	"comtrade,C-A-HS,X,398,380,270900,A,2024,1234.50,USD,,0,17\n"
	"comtrade,C-A-HS,M,398,380,270900,A,2024-Q3,,USD,M,0,\n"
	"own,\"a, \"\"b\"\"\",X,KAZ,ITA,TOTAL,M,2024-07,-0.10,USD,E,,\n"
	"own,d,X,KAZ,ITA,TOTAL,R,2005..2024,19900000000,USD,,,\n"
	"own,d,X,KAZ,ITA,TOTAL,-,,7,USD,,,\n";

static void
what_decode_prints_comes_back_unchanged(void **state)
{
	struct decoded out;

	(void)state;
	decode_text(&out, "tidy-csv", NULL, sample);
	assert_string_equal(out.err.text, "");
	assert_int_equal(out.rows, 5);
	assert_int_equal(out.missing, 1);
	assert_string_equal(out.csv.data, sample);
	assert_true(out.dimension[0]);  /* motCode */
	assert_false(out.dimension[1]); /* qty is an attribute */
	decoded_free(&out);

	decode_text(&out, "tidy-csv", "dimensions=qty", sample);
	assert_false(out.dimension[0]);
	assert_true(out.dimension[1]);
	decoded_free(&out);
}

static void
columns_are_found_by_name(void **state)
{
	struct decoded out;

	(void)state;
	decode_text(&out, "tidy-csv", NULL,
		    "value,period,source,dataset,flow,reporter,partner,product,"
		    "frequency,status,unit\r\n"
		    "5,2024,s,d,X,KAZ,ITA,TOTAL,A,E,USD\r\n");
	assert_string_equal(out.csv.data, TS_TIDY_HEADER
			    "\n"
			    "s,d,X,KAZ,ITA,TOTAL,A,2024,5,USD,E\n");
	decoded_free(&out);
}

static void
a_guard_against_formulas_is_taken_off(void **state)
{
	struct decoded out;

	(void)state;
	decode_text(&out, "tidy-csv", NULL,
		    TS_TIDY_HEADER
		    ",note\n"
		    "s,d,X,'=KAZ,'+ITA,'-x,A,2024,-5,USD,,'@home\n"
		    "s,d,X,'KAZ,',TOTAL,A,2024,5,USD,,''=x\n");
	assert_string_equal(out.csv.data, TS_TIDY_HEADER
			    ",note\n"
			    "s,d,X,=KAZ,+ITA,-x,A,2024,-5,USD,,@home\n"
			    "s,d,X,'KAZ,',TOTAL,A,2024,5,USD,,''=x\n");
	decoded_free(&out);
}

#define FINE "s,d,X,KAZ,ITA,TOTAL,A,2024,5,USD,\n"

static void
malformed_tables_are_refused_with_the_place(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "", "no header line" },
		{ "source,dataset,flow,reporter,partner,product,frequency,"
		  "period,value,status\n",
		  "column \"unit\" is missing" },
		{ TS_TIDY_HEADER ",value\n" FINE, "two columns \"value\"" },
		{ TS_TIDY_HEADER "\n" FINE "s,d\n",
		  "line 3 has 2 fields, the header has 11" },
		{ TS_TIDY_HEADER "\ns,d,X,KAZ,ITA,TOTAL,A,2024,\"1,5\",USD,\n",
		  "line 2: value \"1,5\"" },
		{ TS_TIDY_HEADER "\ns,d,X,KAZ,ITA,TOTAL,A,2024,NaN,USD,\n",
		  "line 2: value \"NaN\"" },
		{ TS_TIDY_HEADER "\ns,d,X,KAZ,ITA,TOTAL,A,2024,1e999,USD,\n",
		  "line 2: value" },
		{ TS_TIDY_HEADER "\ns,d,X,KAZ,ITA,TOTAL,A,July,5,USD,\n",
		  "line 2, period" },
		{ TS_TIDY_HEADER "\ns,d,X,KAZ,ITA,TOTAL,Annual,2024,5,USD,\n",
		  "line 2: frequency \"Annual\"" },
		{ TS_TIDY_HEADER "\ns,d,X,KAZ,ITA,TOT\xffL,A,2024,5,USD,\n",
		  "invalid UTF-8" },
		{ TS_TIDY_HEADER "\ns,d,X,KAZ,ITA,\"TOTAL", "" },
		{ "<html><body>login</body></html>",
		  "got a web page where tidy-csv was expected" },
	};
	struct decoded out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		decode_text(&out, "tidy-csv", NULL, cases[i].text);
		if (out.status != TS_BAD_DATA ||
		    strstr(out.err.text, cases[i].words) == NULL)
			fail_msg("case %zu: %d %s", i, out.status,
				 out.err.text);
		decoded_free(&out);
	}
}

static void
a_last_line_without_an_end_is_suspicious(void **state)
{
	struct decoded out;

	(void)state;
	decode(&out, "tidy-csv", NULL, sample, sizeof sample - 2);
	assert_int_equal(out.status, TS_OK);
	assert_non_null(strstr(out.warnings.data, "may have been cut"));
	decoded_free(&out);
}

static void
the_size_of_the_pieces_does_not_matter(void **state)
{
	static const size_t pieces[] = { 1, 7, 64, 4096 };
	struct decoded out;
	size_t p;

	(void)state;
	for (p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
		decode_pieces(&out, "tidy-csv", NULL, sample, sizeof sample - 1,
			      pieces[p]);
		assert_string_equal(out.csv.data, sample);
		decoded_free(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_decode_prints_comes_back_unchanged),
		cmocka_unit_test(columns_are_found_by_name),
		cmocka_unit_test(a_guard_against_formulas_is_taken_off),
		cmocka_unit_test(malformed_tables_are_refused_with_the_place),
		cmocka_unit_test(a_last_line_without_an_end_is_suspicious),
		cmocka_unit_test(the_size_of_the_pieces_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
