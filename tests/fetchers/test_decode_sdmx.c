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
	assert_int_equal(ts_file_write(path, out->csv.data, out->csv.used, 0600,
				       &err), TS_OK);
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

#define CELL(name) \
	ts_table_text(manifest, row, ts_table_column(manifest, name))
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
	snprintf(number, sizeof number, "%llu", (unsigned long long)out.missing);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_recorded_document_gives_its_manifest_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
