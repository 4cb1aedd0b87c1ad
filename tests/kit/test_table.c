/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/buf.h>
#include <tradestat/file.h>
#include <tradestat/table.h>

static int
begin(void **state)
{
	*state = ts_arena_new(4 << 20);
	return *state == NULL;
}

static int
finish(void **state)
{
	ts_arena_free(*state);
	return 0;
}

/* Reads content as a file; the folder is gone afterwards. */
static enum ts_status
read_text(struct ts_arena *arena, const char *content, struct ts_table **out,
	  struct ts_err *err)
{
	char *folder = temp_dir(), path[512];
	enum ts_status status;

	snprintf(path, sizeof path, "%s/t.csv", folder);
	assert_int_equal(
		ts_file_write(path, content, strlen(content), 0600, NULL),
		TS_OK);
	status = ts_table_read_csv(arena, path, out, err);
	temp_gone(folder);
	return status;
}

static void
a_cell_is_text_and_its_number_on_demand(void **state)
{
	static const char *const columns[] = { "reporter", "value" };
	static const char *const rows[][2] = {
		{ "KAZ", "1.50" },
		{ "ITA", NULL },
		{ "UZB", "n.a." },
		{ "KGZ", "1e3" },
	};
	struct ts_table *table;
	struct ts_err err;
	double value = 77;
	size_t i, column;

	assert_int_equal(
		ts_table_new(*state, "trade", columns, 2, &table, &err), TS_OK);
	for (i = 0; i < 4; i++)
		assert_int_equal(ts_table_add(table, rows[i], &err), TS_OK);
	column = ts_table_column(table, "value");
	assert_int_equal(column, 1);
	assert_int_equal(ts_table_column(table, "Value"), TS_NO_COLUMN);
	assert_string_equal(ts_table_text(table, 0, column), "1.50");
	assert_true(ts_table_number(table, 0, column, &value));
	assert_true(value == 1.5);
	assert_string_equal(ts_table_text(table, 1, column), "");
	assert_false(ts_table_number(table, 1, column, &value));
	assert_false(ts_table_number(table, 2, column, &value));
	assert_true(ts_table_number(table, 3, column, &value));
	assert_true(value == 1000);
	assert_string_equal(ts_table_text(table, 4, 0), "");
	assert_string_equal(ts_table_text(table, 0, TS_NO_COLUMN), "");
	assert_false(ts_table_number(table, 9, 9, &value));
}

static void
a_column_may_not_be_there_twice(void **state)
{
	static const char *const columns[] = { "a", "b", "a" };
	struct ts_table *table;
	struct ts_err err;

	assert_int_equal(ts_table_new(*state, "t", columns, 3, &table, &err),
			 TS_BAD_DATA);
	assert_string_equal(err.text, "t: column \"a\" is there twice");
}

static void
a_file_becomes_rows(void **state)
{
	struct ts_table *table;
	struct ts_err err;

	assert_int_equal(read_text(*state,
				   "\xEF\xBB\xBF"
				   "a,b\r\n1,\"x,y\"\r\n"
				   "\r\n,Қазақстан",
				   &table, &err),
			 TS_OK);
	assert_int_equal(table->column_count, 2);
	assert_int_equal(table->row_count, 2);
	assert_string_equal(table->columns[0], "a");
	assert_string_equal(ts_table_text(table, 0, 1), "x,y");
	assert_string_equal(ts_table_text(table, 1, 0), "");
	assert_string_equal(ts_table_text(table, 1, 1), "Қазақстан");
}

static void
a_guard_against_formulas_is_taken_off(void **state)
{
	struct ts_table *table;
	struct ts_err err;

	assert_int_equal(read_text(*state,
				   "a,b,c\n'=x,'-5,'quoted'\n'',a'=,'\n",
				   &table, &err),
			 TS_OK);
	assert_string_equal(ts_table_text(table, 0, 0), "=x");
	assert_string_equal(ts_table_text(table, 0, 1), "-5");
	assert_string_equal(ts_table_text(table, 0, 2), "'quoted'");
	assert_string_equal(ts_table_text(table, 1, 0), "''");
	assert_string_equal(ts_table_text(table, 1, 1), "a'=");
	assert_string_equal(ts_table_text(table, 1, 2), "'");
}

static void
a_file_that_is_no_table_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "", ": empty, not even a header" },
		{ "\n\n", ": empty, not even a header" },
		{ "a,b\n1,2\n3\n", ": line 3: 1 fields, the header has 2" },
		{ "a,b\n1,2,\n", ": line 2: 3 fields, the header has 2" },
		{ "a,b\n1,Citt\xE0\n", ": line 2: not UTF-8: \"Citt\\xe0\"" },
		{ "a,b\n1,\"2\n", ": line 2: a quote is never closed" },
		{ "a,a\n", ": column \"a\" is there twice" },
	};
	struct ts_table *table = NULL;
	struct ts_err err;
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(read_text(*state, cases[i].text, &table, &err),
				 TS_BAD_DATA);
		if (strstr(err.text, cases[i].error) == NULL ||
		    strstr(err.text, "t.csv") == NULL)
			fail_msg("%zu: %s", i, err.text);
		assert_null(table);
	}
	assert_int_equal(ts_table_read_csv(*state, "/no/such", &table, &err),
			 TS_NO_INPUT);
	assert_int_equal(ts_table_read_csv(*state, "/", &table, NULL),
			 TS_SYSTEM);
}

static void
a_table_larger_than_the_job_is_refused(void **state)
{
	static const char *const columns[] = { "a" };
	const char *cells[] = { "some text of a cell" };
	struct ts_arena *small = ts_arena_new(20000);
	struct ts_table *table;
	enum ts_status status = TS_OK;
	struct ts_err err;
	int rows;

	(void)state;
	assert_int_equal(
		ts_table_new(small, "big.csv", columns, 1, &table, &err),
		TS_OK);
	for (rows = 0; rows < 10000 && status == TS_OK; rows++)
		status = ts_table_add(table, cells, &err);
	assert_int_equal(status, TS_BAD_DATA);
	assert_non_null(strstr(err.text, "big.csv: too large for the memory"));
	assert_true(rows > 100);
	ts_arena_free(small);
}

static void
what_is_written_reads_back(void **state)
{
	static const char *const columns[] = { "only" };
	const char *cells[][1] = { { "" }, { "a\nb" }, { "\"" }, { "x" } };
	TS_AUTO_BUF out = TS_BUF_INIT(1000), again = TS_BUF_INIT(1000);
	struct ts_table *table, *back;
	struct ts_err err;
	size_t i;

	assert_int_equal(ts_table_new(*state, "t", columns, 1, &table, &err),
			 TS_OK);
	for (i = 0; i < 4; i++)
		assert_int_equal(ts_table_add(table, cells[i], &err), TS_OK);
	ts_table_write_csv(table, &out);
	assert_string_equal(out.data, "only\n\"\"\n\"a\nb\"\n\"\"\"\"\nx\n");
	assert_int_equal(read_text(*state, out.data, &back, &err), TS_OK);
	assert_int_equal(back->row_count, 4);
	ts_table_write_csv(back, &again);
	assert_string_equal(again.data, out.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cell_is_text_and_its_number_on_demand),
		cmocka_unit_test(a_column_may_not_be_there_twice),
		cmocka_unit_test(a_file_becomes_rows),
		cmocka_unit_test(a_guard_against_formulas_is_taken_off),
		cmocka_unit_test(
			a_file_that_is_no_table_is_refused_with_its_line),
		cmocka_unit_test(a_table_larger_than_the_job_is_refused),
		cmocka_unit_test(what_is_written_reads_back),
	};

	return cmocka_run_group_tests(tests, begin, finish);
}
