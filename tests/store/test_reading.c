/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/figures.h"

#include "store/journal.h"

static void
series_that_differ_in_a_dimension_are_two(void **state)
{
	struct ts_store *store = open_store(":memory:");
	static const struct ts_column columns[] = { { "sto", true },
						    { "note", false },
						    { "adj", true } };
	static const char *const first[] = { "S=13", "a", "NSA" };
	static const char *const second[] = { "", "b", "NSA" };
	const char *const wanted[] = { "adj=NSA", NULL };
	const char *const exact[] = { "sto=S%3D13", NULL };
	const char *const part[] = { "sto=S%3D1", NULL };
	struct ts_document document = document_at(1000, "https://x/y");
	struct ts_query query = { 0 };
	struct ts_obs obs;
	struct ts_err err;

	(void)state;
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	assert_int_equal(ts_store_columns(store,
					  &(struct ts_columns){ columns, 3 },
					  &err),
			 TS_OK);
	obs = figure("KAZ ITA 27 2023 1");
	obs.extra = first;
	obs.extra_count = 3;
	assert_int_equal(ts_store_put(store, &obs, &err), TS_OK);
	obs = figure("KAZ ITA 27 2023 2");
	obs.extra = second;
	obs.extra_count = 3;
	assert_int_equal(ts_store_put(store, &obs, &err), TS_OK);
	assert_int_equal(ts_store_commit(store, NULL, &err), TS_OK);
	/* by name, attributes and empty ones left out, "=" escaped */
	assert_string_equal(read_all(store, NULL),
			    "KAZ ITA 27 2023 2 adj=NSA @1000\n"
			    "KAZ ITA 27 2023 1 adj=NSA;sto=S%3D13 @1000\n");
	query.extra = wanted;
	assert_non_null(strstr(read_all(store, &query), "2023 2"));
	query.extra = exact;
	assert_string_equal(read_all(store, &query),
			    "KAZ ITA 27 2023 1 adj=NSA;sto=S%3D13 @1000\n");
	query.extra = part;
	assert_string_equal(read_all(store, &query), "");
	ts_store_close(store);
}

static void
another_order_of_columns_is_the_same_series(void **state)
{
	struct ts_store *store = open_store(":memory:");
	static const struct ts_column one[] = { { "a", true }, { "b", true } };
	static const struct ts_column two[] = { { "b", true }, { "a", true } };
	static const char *const one_text[] = { "1", "2" };
	static const char *const two_text[] = { "2", "1" };
	struct ts_store_change change;
	struct ts_err err;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct ts_document document = document_at(1000 + i, "u");
		struct ts_obs obs = figure("KAZ ITA 27 2023 1");

		assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
		assert_int_equal(
			ts_store_columns(
				store,
				&(struct ts_columns){ i == 0 ? one : two, 2 },
				&err),
			TS_OK);
		obs.extra = i == 0 ? one_text : two_text;
		obs.extra_count = 2;
		assert_int_equal(ts_store_put(store, &obs, &err), TS_OK);
		assert_int_equal(ts_store_commit(store, &change, &err), TS_OK);
	}
	assert_int_equal(change.unchanged, 1);
	ts_store_close(store);
}

/* The order does not depend on which document came first. */
static void
rows_come_in_the_order_of_their_codes(void **state)
{
	struct ts_store *store = open_store(":memory:");

	(void)state;
	LOAD(store, 1000, "KGZ ITA 27 2023 5", "KAZ W00 27 2023 4",
	     "KAZ ITA 2709 2024 3");
	LOAD(store, 2000, "KAZ ITA 2709 2023 2", "KAZ DEU 27 2023 1",
	     "KAZ ITA 2709 2023-01 6");
	assert_string_equal(read_all(store, NULL),
			    "KAZ DEU 27 2023 1 @2000\n"
			    "KAZ ITA 2709 2023 2 @2000\n"
			    "KAZ ITA 2709 2024 3 @1000\n"
			    "KAZ ITA 2709 2023-01 6 @2000\n"
			    "KAZ W00 27 2023 4 @1000\n"
			    "KGZ ITA 27 2023 5 @1000\n");
	ts_store_close(store);
}

static const char *const kaz[] = { "KAZ", NULL };
static const char *const ita_or_deu[] = { "ITA", "DEU", NULL };
static const char *const crude[] = { "2709", NULL };
static const char *const other[] = { "eurostat", NULL };
static const char *const ours[] = { "eurostat", "comtrade", NULL };
static const char *const imports[] = { "M", NULL };
static const char *const nothing[] = { NULL };
static const char *const hostile[] = { "'; DROP TABLE series; --", NULL };

#define YEAR(y)                                                                \
	{                                                                      \
		.year = y, .span = TS_YEAR                                     \
	}
#define MONTH(y, m)                                                            \
	{                                                                      \
		.year = y, .nth = m, .span = TS_MONTH                          \
	}

struct asked {
	const char *name;
	struct ts_query query;
	const char *rows;
};

static void
a_query_is_answered_exactly(void **state)
{
	static const struct asked cases[] = {
		{ "no condition", { 0 }, "0123456789" },
		{ "empty list", { .reporters = nothing }, "0123456789" },
		{ "source", { .sources = ours }, "0123456789" },
		{ "another source", { .sources = other }, "" },
		{ "another flow", { .flows = imports }, "" },
		{ "reporter", { .reporters = kaz }, "012345678" },
		{ "partners", { .partners = ita_or_deu }, "012345679" },
		{ "product", { .products = crude }, "2" },
		{ "prefix", { .product_prefix = "27" }, "123489" },
		{ "two digits", { .product_digits = 2 }, "1456789" },
		{ "both",
		  { .product_prefix = "27", .product_digits = 4 },
		  "2" },
		{ "six digits", { .product_digits = 6 }, "3" },
		{ "frequency", { .frequency = 'M' }, "56" },
		{ "from a year",
		  { .has_from = true, .from = YEAR(2024) },
		  "478" },
		{ "to a year",
		  { .has_to = true, .to = YEAR(2023) },
		  "0123569" },
		{ "to a month", { .has_to = true, .to = MONTH(2023, 1) }, "5" },
		{ "from a month",
		  { .has_from = true, .from = MONTH(2023, 2) },
		  "4678" },
		{ "one year",
		  { .has_from = true,
		    .has_to = true,
		    .from = YEAR(2023),
		    .to = YEAR(2023) },
		  "0123569" },
		{ "text is only text", { .reporters = hostile }, "" },
	};
	static const char *const rows[] = { "KAZ ITA TOTAL 2023 0",
					    "KAZ ITA 27 2023 1",
					    "KAZ ITA 2709 2023 2",
					    "KAZ ITA 270900 2023 3",
					    "KAZ ITA 27 2024 4",
					    "KAZ ITA 28 2023-01 5",
					    "KAZ ITA 28 2023-02 6",
					    "KAZ ITA 28 2025-Q1 7",
					    "KAZ W00 27 2024 8",
					    "KGZ DEU 27 2023 9",
					    NULL };
	struct ts_store *store = open_store(":memory:");

	(void)state;
	load_document(store, document_at(1000, "u"), rows);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *text = read_all(store, &cases[i].query);
		bool seen[10] = { false };
		char got[11];
		size_t count = 0;

		for (const char *at = text; (at = strstr(at, " @")) != NULL;
		     at++)
			seen[at[-1] - '0'] = true;
		for (int n = 0; n < 10; n++)
			if (seen[n])
				got[count++] = (char)('0' + n);
		got[count] = '\0';
		if (strcmp(got, cases[i].rows) != 0)
			fail_msg("%s: \"%s\" instead of \"%s\"", cases[i].name,
				 got, cases[i].rows);
	}
	ts_store_close(store);
}

static enum ts_status
stop(void *ctx, const struct ts_known *known, struct ts_err *err)
{
	(void)known;
	++*(int *)ctx;
	return ts_fail(err, TS_HELD, "enough");
}

static void
a_reader_may_stop(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_query all = { 0 };
	struct ts_err err;
	int rows = 0;

	(void)state;
	LOAD(store, 1000, "KAZ ITA 27 2023 1", "KAZ ITA 27 2024 1");
	assert_int_equal(ts_store_read(store, &all, stop, &rows, &err),
			 TS_HELD);
	assert_int_equal(rows, 1);
	assert_string_equal(err.text, "enough");
	/* and the store goes on */
	LOAD(store, 2000, "KAZ ITA 27 2025 1");
	ts_store_close(store);
}

static enum ts_status
look_up(void *ctx, const struct ts_known *known, struct ts_err *err)
{
	struct ts_store *store = ctx;
	struct ts_arena *arena = ts_arena_new(1 << 16);
	struct ts_document document;
	struct heard heard = { .used = 0 };
	enum ts_status status;

	status = ts_store_document(store, known->document_id, arena, &document,
				   err);
	if (status == TS_OK)
		assert_string_equal(document.url, "https://example.org/a");
	if (status == TS_OK)
		status =
			ts_store_vintages(store, known->series_id,
					  known->obs.period, hear, &heard, err);
	assert_int_equal(heard.rows, 1);
	ts_arena_free(arena);
	return status;
}

static void
a_reader_may_ask_on_while_it_reads(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_query all = { 0 };
	struct ts_err err = { 0 };

	(void)state;
	LOAD(store, 1000, "KAZ ITA 27 2023 1", "KAZ ITA 27 2024 1",
	     "KGZ ITA 27 2024 1");
	assert_int_equal(ts_store_read(store, &all, look_up, store, &err),
			 TS_OK);
	ts_store_close(store);
}

static void
figures_keep_their_exact_spelling(void **state)
{
	struct ts_store *store = open_store(":memory:");

	(void)state;
	LOAD(store, 1000, "KAZ ITA 01 2023 0.50",
	     "KAZ ITA 02 2023 -0.00000000000000001",
	     "KAZ ITA 03 2023 9223372036854775807", "KAZ ITA 04 2023 4.3228e10",
	     "KAZ ITA 05 2023-W07 1", "KAZ ITA 06 2005..2024 2",
	     "KAZ ITA 07 2024-02-29 3");
	assert_string_equal(read_all(store, NULL),
			    "KAZ ITA 01 2023 0.50 @1000\n"
			    "KAZ ITA 02 2023 -0.00000000000000001 @1000\n"
			    "KAZ ITA 03 2023 9223372036854775807 @1000\n"
			    "KAZ ITA 04 2023 43228000000 @1000\n"
			    "KAZ ITA 05 2023-W07 1 @1000\n"
			    "KAZ ITA 06 2005..2024 2 @1000\n"
			    "KAZ ITA 07 2024-02-29 3 @1000\n");
	ts_store_close(store);
}

static void
a_figure_without_a_time_is_read_without_a_range(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_document document = document_at(1000, "u");
	struct ts_obs obs = figure("KAZ ITA 27 2023 1");
	struct ts_query some = { .has_from = true, .from = YEAR(1) };
	struct ts_err err;

	(void)state;
	obs.period = (struct ts_period){ .span = TS_NO_SPAN };
	obs.frequency = ts_period_freq(obs.period);
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	assert_int_equal(ts_store_put(store, &obs, &err), TS_OK);
	assert_int_equal(ts_store_commit(store, NULL, &err), TS_OK);
	assert_string_equal(read_all(store, NULL), "KAZ ITA 27  1 @1000\n");
	assert_string_equal(read_all(store, &some), "");
	ts_store_close(store);
}

static void
codes_of_no_end_are_refused(void **state)
{
	static char longest[70000];
	static const struct ts_column column = { "note", true };
	const char *const extra[] = { longest };
	struct ts_document document = document_at(1000, "u");

	(void)state;
	memset(longest, '%', sizeof longest - 1);
	for (int which = 0; which < 5; which++) {
		struct ts_store *store = open_store(":memory:");
		struct ts_obs obs = figure("KAZ ITA 27 2023 1");
		struct ts_err err = { 0 };

		assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
		assert_int_equal(
			ts_store_columns(store,
					 &(struct ts_columns){ &column, 1 },
					 &err),
			TS_OK);
		if (which == 0)
			obs.dataset = longest;
		else if (which == 1)
			obs.product = longest;
		else if (which == 2)
			obs.status = longest;
		else if (which == 3)
			obs.extra = extra, obs.extra_count = 1;
		else
			longest[4000] = '\0', obs.extra = extra,
			obs.extra_count = 1;
		assert_int_equal(ts_store_put(store, &obs, &err), TS_BAD_DATA);
		ts_store_close(store);
	}
}

static void
calls_in_the_wrong_order_are_refused(void **state)
{
	struct ts_store *store = open_store(":memory:");
	const struct ts_memory *memory = ts_store_memory(store);
	struct ts_document document = document_at(1000, "u");
	struct ts_query all = { 0 };
	struct heard heard = { .used = 0 };
	struct ts_entry asked = { .report = "r" };
	struct ts_err err;

	(void)state;
	assert_int_equal(put_text(store, "KAZ ITA 27 2023 1", &err), TS_SYSTEM);
	assert_int_equal(ts_store_commit(store, NULL, &err), TS_SYSTEM);
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	assert_int_equal(ts_store_begin(store, &document, &err), TS_SYSTEM);
	assert_int_equal(ts_store_read(store, &all, hear, &heard, &err),
			 TS_SYSTEM);
	/* what these promise to commit must not hang on the document */
	assert_int_equal(memory->put(memory->ctx, &document, &err), TS_SYSTEM);
	assert_int_equal(ts_journal_add(store, &asked, 1, NULL, &err),
			 TS_SYSTEM);
	ts_store_rollback(store);
	ts_store_rollback(store);
	ts_store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(series_that_differ_in_a_dimension_are_two),
		cmocka_unit_test(another_order_of_columns_is_the_same_series),
		cmocka_unit_test(rows_come_in_the_order_of_their_codes),
		cmocka_unit_test(a_query_is_answered_exactly),
		cmocka_unit_test(a_reader_may_stop),
		cmocka_unit_test(a_reader_may_ask_on_while_it_reads),
		cmocka_unit_test(figures_keep_their_exact_spelling),
		cmocka_unit_test(
			a_figure_without_a_time_is_read_without_a_range),
		cmocka_unit_test(codes_of_no_end_are_refused),
		cmocka_unit_test(calls_in_the_wrong_order_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
