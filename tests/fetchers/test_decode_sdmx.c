/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fetchers/decoding.h"

#include <tradestat/table.h>

/* The cell of the first row below a column of the tidy CSV. */
static const char *
first_cell(const struct ts_table *table, const char *name, size_t length)
{
	char text[64];

	snprintf(text, sizeof text, "%.*s", (int)length, name);
	return ts_table_text(table, 0, ts_table_column(table, text));
}

/* "A=1;B=2" of the manifest against the first row. */
static void
expect_key(const struct decoded *out, const char *key, const char *file)
{
	struct ts_arena *arena = ts_arena_new((size_t)64 << 20);
	char *dir = temp_dir();
	struct ts_table *table;
	struct ts_err err = { 0 };
	char path[300];

	snprintf(path, sizeof path, "%s/out.csv", dir);
	assert_int_equal(
		ts_file_write(path, out->csv.data, out->csv.used, 0600, &err),
		TS_OK);
	assert_int_equal(ts_table_read_csv(arena, path, &table, &err), TS_OK);
	while (*key != '\0') {
		size_t name = strcspn(key, "=");
		size_t value = strcspn(key + name + 1, ";");
		const char *cell = first_cell(table, key, name);

		if (strlen(cell) != value ||
		    memcmp(cell, key + name + 1, value) != 0)
			fail_msg("%s: \"%s\" in %.*s", file, cell,
				 (int)(name + 1 + value), key);
		key += name + 1 + value;
		key += *key == ';';
	}
	temp_gone(dir);
	ts_arena_free(arena);
}

/* One row of sdmx/manifest.csv. */
static void
check_row(const struct ts_table *manifest, size_t row)
{
	const char *file = ts_table_text(manifest, row, 0);
	char path[256], settings[512], number[32];
	struct decoded out;
	struct ts_buf body;
	const char *hint;

#define CELL(name) ts_table_text(manifest, row, ts_table_column(manifest, name))
	snprintf(path, sizeof path, "sdmx/%s", file);
	slurp(&body, need_fixture(path));
	hint = CELL("dims_hint");
	snprintf(settings, sizeof settings, "dimensions=%s", hint);
	decode(&out, "sdmx-csv", settings, body.data, body.used);
	if (out.status != TS_OK)
		fail_msg("%s: %s", file, out.err.text);
	snprintf(number, sizeof number, "%llu",
		 (unsigned long long)(out.rows - out.missing));
	assert_string_equal(number, CELL("expected_observations"));
	snprintf(number, sizeof number, "%llu",
		 (unsigned long long)out.missing);
	if (strcmp(number, CELL("expected_missing")) != 0)
		fail_msg("%s: %s missing", file, number);
	snprintf(number, sizeof number, "%zu", count_different(out.keys.data));
	if (strcmp(number, CELL("expected_series")) != 0)
		fail_msg("%s: %s series", file, number);
	expect_sum(&out, CELL("value_sum"));
	if (out.rows > 0)
		expect_key(&out, CELL("first_key"), file);
	decoded_free(&out);
	ts_buf_free(&body);
}

static void
every_recorded_document_gives_its_manifest_row(void **state)
{
	struct ts_arena *arena = ts_arena_new((size_t)16 << 20);
	struct ts_table *manifest;
	struct ts_err err = { 0 };
	const char *path = need_fixture("sdmx/manifest.csv");
	size_t row, checked = 0;

	(void)state;
	assert_int_equal(ts_table_read_csv(arena, path, &manifest, &err),
			 TS_OK);
	for (row = 0; row < manifest->row_count; row++) {
		const char *format = ts_table_text(
			manifest, row, ts_table_column(manifest, "format"));

		if (strncmp(format, "sdmx-csv", 8) != 0 &&
		    strcmp(format, "vendor-csv") != 0)
			continue;
		check_row(manifest, row);
		checked++;
	}
	assert_in_range(checked, 25, 100);
	ts_arena_free(arena);
}

static void
columns_fill_ours_and_are_kept_besides(void **state)
{
	struct decoded out;

	(void)state;
	decode_text(&out, "sdmx-csv", "",
		    "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,"
		    "indicators,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\r\n"
		    "ESTAT:DS-045409(1.0),24/11/25 11:00:00,M,IT,KZ,270900,1,"
		    "VALUE_IN_EUROS,2024-07,1234.50,p,\r\n"
		    "ESTAT:DS-045409(1.0),24/11/25 11:00:00,M,IT,KZ,270900,1,"
		    "QUANTITY_IN_100KG,2024-07,,,C\r\n"
		    "ESTAT:DS-045409(1.0),24/11/25 11:00:00,M,IT,KZ,270900,1,"
		    "QUANTITY_IN_100KG,2024-08,:,bs,\r\n");
	assert_string_equal(out.err.text, "");
	assert_string_equal(
		out.csv.data, TS_TIDY_HEADER
		",DATAFLOW,LAST UPDATE,freq,indicators,OBS_FLAG,"
		"CONF_STATUS\n"
		",DS-045409,1,IT,KZ,270900,M,2024-07,1234.50,EUR,P,"
		"ESTAT:DS-045409(1.0),24/11/25 11:00:00,M,VALUE_IN_EUROS,p,\n"
		",DS-045409,1,IT,KZ,270900,M,2024-07,,100kg,C,"
		"ESTAT:DS-045409(1.0),24/11/25 11:00:00,M,QUANTITY_IN_100KG,,C"
		"\n"
		",DS-045409,1,IT,KZ,270900,M,2024-08,,100kg,BE,"
		"ESTAT:DS-045409(1.0),24/11/25 11:00:00,M,QUANTITY_IN_100KG,bs,"
		"\n");
	assert_string_equal(out.facts.data, "last_updated=24/11/25 11:00:00\n");
	assert_false(out.dimension[0]); /* DATAFLOW */
	assert_true(out.dimension[3]);  /* indicators */
	assert_false(out.dimension[4]); /* OBS_FLAG */
	decoded_free(&out);
}

static void
vendors_variants_give_the_same_observation(void **state)
{
	static const struct {
		const char *name, *text, *row;
	} cases[] = {
		{ "1.0",
		  "DATAFLOW,FREQ,REF_AREA,COUNTERPART_AREA,INDICATOR,"
		  "TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT,UNIT_MEASURE\n"
		  "IMF:IMTS(1.0),A,KAZ,ITA,XG,2024,18.5,A,6,USD\n",
		  ",IMTS,,KAZ,ITA,XG,A,2024,18.5,USD,,IMF:IMTS(1.0),A,KAZ,ITA,"
		  "XG,A,6,USD\n" },
		{ "labels=both, tab",
		  "DATAFLOW\tFREQ: Frequency\tREF_AREA: Area\t"
		  "TIME_PERIOD: Time\tOBS_VALUE: Value\n"
		  "A:B(1.0): A flow: of\tQ: Quarterly\tKAZ: Kaz: akhstan\t"
		  "2024-Q1: Q1\t7\n",
		  ",B,,KAZ,,,Q,2024-Q1,7,,,A:B(1.0),Q,KAZ\n" },
		{ "no first column, business days",
		  "FREQ,CURRENCY,TIME_PERIOD,OBS_VALUE\nB,KZT,2026-03-16,2.8\n",
		  ",,,,,,D,2026-03-16,2.8,,,B,KZT\n" },
		{ "months without a hyphen",
		  "KEY,FREQ,TIME_PERIOD,OBS_VALUE\nA.B,M,202407,1\n",
		  ",,,,,,M,2024-07,1,,,A.B,M\n" },
		{ "decimal comma, semicolon",
		  "DATAFLOW;FREQ;TIME_PERIOD;OBS_VALUE\nA:B(1);A;2024;12,50\n",
		  ",B,,,,,A,2024,12.50,,,A:B(1),A\n" },
		{ "national currency",
		  "FREQ,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,CURRENCY\n"
		  "A,XDC,2024,5,KZT\n",
		  ",,,,,,A,2024,5,KZT,,A,XDC,KZT\n" },
		{ "a deletion",
		  "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,TIME_PERIOD,OBS_VALUE\n"
		  "dataflow,A:B(1.0),D,A,2024,-\n",
		  ",B,,,,,A,2024,,,M,dataflow,A:B(1.0),D,A\n" },
		{ "NaN",
		  "FREQ,TIME_PERIOD,OBS_VALUE,OBS_STATUS\nA,2024,NaN,L\n",
		  ",,,,,,A,2024,,,L,A,L\n" },
		{ "a start and a duration",
		  "TIME_PERIOD,OBS_VALUE\n2024-01-01/P1Y,5\n",
		  ",,,,,,A,2024,5,,\n" },
		{ "line feeds in quotes",
		  "\"TIME_PERIOD\",\"OBS_VALUE\",\"NOTE\"\r\n"
		  "\"2024\",\"5\",\"a\nb\"\r\n",
		  ",,,,,,A,2024,5,,,\"a\nb\"\n" },
		{ "a column with the name of ours",
		  "TIME_PERIOD,OBS_VALUE,source,status\n2024,5,x,y\n",
		  ",,,,,,A,2024,5,,,x,y\n" },
	};
	struct decoded out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *row;

		decode_text(&out, "sdmx-csv", "", cases[i].text);
		row = strchr(out.csv.data, '\n');
		if (out.status != TS_OK ||
		    strcmp(row != NULL ? row + 1 : "", cases[i].row) != 0)
			fail_msg("%s: %s\n%s", cases[i].name, out.err.text,
				 out.csv.data);
		decoded_free(&out);
	}
}

static void
malformed_documents_are_refused_with_the_place(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "", "no header line" },
		{ "a,b\n1,2\n", "not SDMX-CSV" },
		{ "TIME_PERIOD,OBS_VALUE,OBS_VALUE\n", "two columns" },
		{ "TIME_PERIOD,OBS_VALUE\n2024\n",
		  "line 2 has 1 fields, the header has 2" },
		{ "TIME_PERIOD,OBS_VALUE\n2024,\"1,5\"\n",
		  "line 2: OBS_VALUE \"1,5\"" },
		{ "TIME_PERIOD;OBS_VALUE\n2024;1,5\n2025;1.5\n",
		  "line 3: OBS_VALUE \"1.5\"" },
		{ "TIME_PERIOD,OBS_VALUE\nsoon,5\n", "line 2: TIME_PERIOD" },
		{ "STRUCTURE_ID,ACTION,TIME_PERIOD,OBS_VALUE\na,Z,2024,5\n",
		  "line 2: ACTION \"Z\"" },
		{ "TIME_PERIOD,OBS_VALUE\n2024,0x10\n", "OBS_VALUE \"0x10\"" },
	};
	struct decoded out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		decode_text(&out, "sdmx-csv", "", cases[i].text);
		if (out.status != TS_BAD_DATA ||
		    strstr(out.err.text, cases[i].words) == NULL)
			fail_msg("case %zu: %d %s", i, out.status,
				 out.err.text);
		decoded_free(&out);
	}
}

static void
the_size_of_the_pieces_does_not_matter(void **state)
{
	static const size_t pieces[] = { 1, 7, 64, 4096, 1 << 20 };
	static const char *const files[] = {
		"sdmx/bundesbank/bbex3.csv",
		"sdmx/sdmx-csv/2.0-example-04.csv",
		"sdmx/eurostat/bop-labels.csv",
	};
	struct decoded whole, out;
	size_t i, p;

	(void)state;
	for (i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct ts_buf body;

		slurp(&body, need_fixture(files[i]));
		decode(&whole, "sdmx-csv", "", body.data, body.used);
		assert_int_equal(whole.status, TS_OK);
		for (p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
			decode_pieces(&out, "sdmx-csv", "", body.data,
				      body.used, pieces[p]);
			assert_string_equal(out.csv.data, whole.csv.data);
			decoded_free(&out);
		}
		decoded_free(&whole);
		ts_buf_free(&body);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_recorded_document_gives_its_manifest_row),
		cmocka_unit_test(columns_fill_ours_and_are_kept_besides),
		cmocka_unit_test(vendors_variants_give_the_same_observation),
		cmocka_unit_test(
			malformed_documents_are_refused_with_the_place),
		cmocka_unit_test(the_size_of_the_pieces_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
