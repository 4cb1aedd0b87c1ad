/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/figures.h"

static void
a_revision_keeps_the_older_vintage(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_query then = { .as_of_us = 1500 };
	struct ts_store_change change;

	(void)state;
	change = LOAD(store, 1000, "KAZ ITA 2709 2023 14500",
		      "KAZ ITA 2709 2024 18000 P");
	assert_int_equal(change.rows, 2);
	assert_int_equal(change.added, 2);
	change = LOAD(store, 2000, "KAZ ITA 2709 2023 14500",
		      "KAZ ITA 2709 2024 18400");
	assert_int_equal(change.added, 0);
	assert_int_equal(change.revised, 1);
	assert_int_equal(change.unchanged, 1);
	assert_string_equal(read_all(store, NULL),
			    "KAZ ITA 2709 2023 14500 @1000\n"
			    "KAZ ITA 2709 2024 18400 @2000\n");
	assert_string_equal(read_all(store, &then),
			    "KAZ ITA 2709 2023 14500 @1000\n"
			    "KAZ ITA 2709 2024 18000 P @1000\n");
	ts_store_close(store);
}

static void
before_the_first_document_nothing_is_known(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_query then = { .as_of_us = 999 };

	(void)state;
	LOAD(store, 1000, "KAZ ITA 2709 2023 14500");
	assert_string_equal(read_all(store, &then), "");
	then.as_of_us = 1000;
	assert_string_equal(read_all(store, &then),
			    "KAZ ITA 2709 2023 14500 @1000\n");
	ts_store_close(store);
}

static void
the_same_figures_again_change_nothing(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_store_counts before, after;
	struct ts_store_change change;
	struct ts_err err;

	(void)state;
	LOAD(store, 1000, "KAZ ITA 2709 2023 14500", "KAZ ITA 2709 2024 -");
	assert_int_equal(ts_store_counts(store, &before, &err), TS_OK);
	change = LOAD(store, 2000, "KAZ ITA 2709 2023 14500",
		      "KAZ ITA 2709 2024 -");
	assert_int_equal(change.unchanged, 2);
	assert_int_equal(ts_store_counts(store, &after, &err), TS_OK);
	assert_int_equal(before.vintages, 2);
	assert_int_equal(after.vintages, 2);
	assert_int_equal(after.series, before.series);
	ts_store_close(store);
}

static void
the_same_document_decoded_twice_changes_nothing(void **state)
{
	struct ts_store *store = open_store(":memory:");
	const struct ts_memory *memory = ts_store_memory(store);
	struct ts_document document = document_at(1000, "https://x/y");
	const char *const figures[] = { "KAZ ITA 2709 2023 14500", NULL };
	struct ts_store_change change;
	struct ts_err err;

	(void)state;
	assert_int_equal(memory->put(memory->ctx, &document, &err), TS_OK);
	load_document(store, document, figures);
	change = load_document(store, document, figures);
	assert_int_equal(change.unchanged, 1);
	assert_int_equal(change.revised + change.added, 0);
	assert_string_equal(read_all(store, NULL),
			    "KAZ ITA 2709 2023 14500 @1000\n");
	ts_store_close(store);
}

/* A decoder that learned to read better is no revision of the publisher. */
static void
a_document_decoded_better_replaces_its_own_figure(void **state)
{
	struct ts_store *store = open_store(":memory:");
	const struct ts_memory *memory = ts_store_memory(store);
	struct ts_document document = document_at(1000, "https://x/y");
	const char *const wrong[] = { "KAZ ITA 2709 2023 14.5", NULL };
	const char *const right[] = { "KAZ ITA 2709 2023 14500", NULL };
	struct ts_store_change change;
	struct ts_err err;

	(void)state;
	assert_int_equal(memory->put(memory->ctx, &document, &err), TS_OK);
	load_document(store, document, wrong);
	change = load_document(store, document, right);
	assert_int_equal(change.revised, 1);
	assert_string_equal(read_all(store, NULL),
			    "KAZ ITA 2709 2023 14500 @1000\n");
	ts_store_close(store);
}

struct compared {
	const char *name, *first, *second;
	bool revised;
};

static void
value_and_status_are_both_compared(void **state)
{
	static const struct compared cases[] = {
		{ "another value", "14500", "14501", true },
		{ "another status", "14500 P", "14500", true },
		{ "a status more", "14500", "14500 E", true },
		{ "more zeros behind the point", "1.5", "1.50", false },
		{ "another spelling of the same", "1500", "1.5e3", false },
		{ "it went missing", "14500", "- M", true },
		{ "missing for another reason", "- M", "- C", true },
		{ "missing as before", "- C", "- C", false },
		{ "zero is not missing", "0", "- M", true },
		{ "the sign counts", "1", "-1", true },
		{ "the last digit of many counts", "123456789012345678",
		  "123456789012345679", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_store *store = open_store(":memory:");
		struct ts_store_change change;
		char first[80], second[80];

		snprintf(first, sizeof first, "KAZ ITA 27 2024 %s",
			 cases[i].first);
		snprintf(second, sizeof second, "KAZ ITA 27 2024 %s",
			 cases[i].second);
		LOAD(store, 1000, first);
		change = LOAD(store, 2000, second);
		if (change.revised != cases[i].revised ||
		    change.unchanged == cases[i].revised)
			fail_msg("%s: revised %d", cases[i].name,
				 (int)change.revised);
		ts_store_close(store);
	}
}

static void
a_period_that_vanished_from_a_later_release_is_kept(void **state)
{
	struct ts_store *store = open_store(":memory:");

	(void)state;
	LOAD(store, 1000, "KAZ ITA 27 2022 1", "KAZ ITA 27 2023 2");
	LOAD(store, 2000, "KAZ ITA 27 2023 2");
	assert_string_equal(read_all(store, NULL), "KAZ ITA 27 2022 1 @1000\n"
						   "KAZ ITA 27 2023 2 @1000\n");
	ts_store_close(store);
}

static void
a_document_with_gaps_is_compared_period_by_period(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_store_change change;

	(void)state;
	LOAD(store, 1000, "KAZ ITA 27 2020 1", "KAZ ITA 27 2021 2",
	     "KAZ ITA 27 2022 3", "KAZ ITA 27 2024 5");
	change = LOAD(store, 2000, "KAZ ITA 27 2020 1", "KAZ ITA 27 2022 4",
		      "KAZ ITA 27 2023 6", "KAZ ITA 27 2024 5");
	assert_int_equal(change.unchanged, 2);
	assert_int_equal(change.revised, 1);
	assert_int_equal(change.added, 1);
	assert_string_equal(read_all(store, NULL), "KAZ ITA 27 2020 1 @1000\n"
						   "KAZ ITA 27 2021 2 @1000\n"
						   "KAZ ITA 27 2022 4 @2000\n"
						   "KAZ ITA 27 2023 6 @2000\n"
						   "KAZ ITA 27 2024 5 @1000\n");
	ts_store_close(store);
}

/* Packs have times of whole seconds. */
static void
of_two_documents_of_one_moment_the_later_stored_counts(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_period period = { .year = 2023, .span = TS_YEAR };
	struct heard heard = { .used = 0 };
	struct ts_err err;

	(void)state;
	LOAD(store, 1000, "KAZ ITA 27 2023 1");
	LOAD(store, 1000, "KAZ ITA 27 2023 2");
	assert_string_equal(read_all(store, NULL), "KAZ ITA 27 2023 2 @1000\n");
	assert_int_equal(
		ts_store_vintages(store, 1, period, hear, &heard, &err), TS_OK);
	assert_string_equal(heard.text, "KAZ ITA 27 2023 1 @1000\n"
					"KAZ ITA 27 2023 2 @1000\n");
	ts_store_close(store);
}

static void
statuses_of_many_rows_keep_their_place(void **state)
{
	static const char *const statuses[] = { "", "P", "E", "BP" };
	struct ts_store *store = open_store(":memory:");
	struct ts_document document = document_at(1000, "https://x/y");
	struct ts_obs obs = figure("KAZ ITA 27 2000 1");
	struct ts_err err;

	(void)state;
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	for (int i = 0; i < 250; i++) {
		obs.period.year = (int16_t)(1700 + i);
		obs.has_value = i % 7 != 0;
		obs.value.coef = i;
		obs.status = statuses[i % 4];
		assert_int_equal(ts_store_put(store, &obs, &err), TS_OK);
	}
	assert_int_equal(ts_store_commit(store, NULL, &err), TS_OK);
	assert_non_null(strstr(read_all(store, NULL), " 1701 1 P @1000\n"));
	assert_non_null(strstr(read_all(store, NULL), " 1707 - BP @1000\n"));
	assert_non_null(strstr(read_all(store, NULL), " 1798 - E @1000\n"));
	assert_non_null(strstr(read_all(store, NULL), " 1944 244 @1000\n"));
	assert_non_null(strstr(read_all(store, NULL), " 1949 249 P @1000\n"));
	ts_store_close(store);
}

static void
a_value_that_returns_to_what_it_was_is_a_vintage(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_query then = { .as_of_us = 2500 };

	(void)state;
	LOAD(store, 1000, "KAZ ITA 27 2023 1");
	LOAD(store, 2000, "KAZ ITA 27 2023 2");
	assert_int_equal(LOAD(store, 3000, "KAZ ITA 27 2023 1").revised, 1);
	assert_string_equal(read_all(store, NULL), "KAZ ITA 27 2023 1 @3000\n");
	assert_string_equal(read_all(store, &then),
			    "KAZ ITA 27 2023 2 @2000\n");
	ts_store_close(store);
}

/* The document of 1000 and 3000 say 1; that of 2000 is decoded last. */
static void
a_late_document_takes_its_place_and_changes_nothing_now(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_query then = { 0 };
	static const struct {
		int64_t at;
		const char *text;
	} moments[] = {
		{ 1500, "KAZ ITA 27 2023 1 @1000\n" },
		{ 2500, "KAZ ITA 27 2023 2 @2000\n" },
		{ 3500, "KAZ ITA 27 2023 1 @3000\n" },
		{ 0, "KAZ ITA 27 2023 1 @3000\n" },
	};

	(void)state;
	LOAD(store, 1000, "KAZ ITA 27 2023 1");
	LOAD(store, 3000, "KAZ ITA 27 2023 1");
	LOAD(store, 2000, "KAZ ITA 27 2023 2");
	for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
		then.as_of_us = moments[i].at;
		assert_string_equal(read_all(store, &then), moments[i].text);
	}
	ts_store_close(store);
}

static void
a_late_document_before_a_revision_needs_no_second_row(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_store_counts counts;
	struct ts_err err;

	(void)state;
	LOAD(store, 1000, "KAZ ITA 27 2023 1");
	LOAD(store, 3000, "KAZ ITA 27 2023 3");
	LOAD(store, 2000, "KAZ ITA 27 2023 2");
	assert_string_equal(read_all(store, NULL), "KAZ ITA 27 2023 3 @3000\n");
	assert_int_equal(ts_store_counts(store, &counts, &err), TS_OK);
	assert_int_equal(counts.vintages, 3);
	ts_store_close(store);
}

static enum ts_status
keep_id(void *ctx, const struct ts_known *known, struct ts_err *err)
{
	(void)err;
	*(int64_t *)ctx = known->series_id;
	return TS_OK;
}

static void
all_vintages_of_a_figure_come_oldest_first(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_period period = { .year = 2023, .span = TS_YEAR };
	struct ts_query all = { 0 };
	struct heard heard = { .used = 0 };
	struct ts_err err;
	int64_t series = 0;

	(void)state;
	LOAD(store, 3000, "KAZ ITA 27 2023 3", "KAZ ITA 27 2022 9");
	LOAD(store, 1000, "KAZ ITA 27 2023 1");
	LOAD(store, 2000, "KAZ ITA 27 2023 2 E");
	assert_int_equal(ts_store_read(store, &all, keep_id, &series, &err),
			 TS_OK);
	assert_int_equal(
		ts_store_vintages(store, series, period, hear, &heard, &err),
		TS_OK);
	assert_string_equal(heard.text, "KAZ ITA 27 2023 1 @1000\n"
					"KAZ ITA 27 2023 2 E @2000\n"
					"KAZ ITA 27 2023 3 @3000\n");
	assert_int_equal(
		ts_store_vintages(store, 99, period, hear, &heard, &err),
		TS_NO_INPUT);
	ts_store_close(store);
}

static void
a_rolled_back_document_leaves_nothing(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_document document = document_at(1000, "https://x/y");
	struct ts_store_counts counts;
	struct ts_err err;

	(void)state;
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	assert_int_equal(put_text(store, "KAZ ITA 27 2023 1", &err), TS_OK);
	ts_store_rollback(store);
	assert_int_equal(ts_store_counts(store, &counts, &err), TS_OK);
	assert_int_equal(counts.documents + counts.series + counts.vintages, 0);
	/* and the next document, which gets the same number, is its own */
	LOAD(store, 7000, "KAZ ITA 27 2023 2");
	assert_string_equal(read_all(store, NULL), "KAZ ITA 27 2023 2 @7000\n");
	ts_store_close(store);
}

static void
a_document_that_contradicts_itself_is_refused(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_document document = document_at(1000, "https://x/y");
	struct ts_store_change change;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	assert_int_equal(put_text(store, "KAZ ITA 27 2023 1", &err), TS_OK);
	assert_int_equal(put_text(store, "KAZ ITA 27 2023 2", &err), TS_OK);
	assert_int_equal(ts_store_commit(store, &change, &err), TS_BAD_DATA);
	assert_non_null(strstr(err.text, "contradicts itself"));
	assert_string_equal(read_all(store, NULL), "");
	ts_store_close(store);
}

static void
a_document_may_repeat_itself(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_store_change change;

	(void)state;
	change = LOAD(store, 1000, "KAZ ITA 27 2023 1", "KAZ ITA 27 2023 1");
	assert_int_equal(change.rows, 2);
	assert_int_equal(change.added, 1);
	assert_int_equal(change.unchanged, 1);
	ts_store_close(store);
}

/* Enough rows for several batches: a repetition and a contradiction are
 * noticed across them too. */
static void
put_many(struct ts_store *store, int from, int count)
{
	struct ts_obs obs = figure("KAZ ITA 27 2023 1");
	struct ts_err err;
	char product[16];

	obs.product = product;
	for (int i = from; i < from + count; i++) {
		snprintf(product, sizeof product, "%06d", i / 100);
		obs.period.year = (int16_t)(1900 + i % 100);
		obs.line = (uint64_t)i + 1;
		if (ts_store_put(store, &obs, &err) != TS_OK)
			fail_msg("%s", err.text);
	}
}

static void
repetition_is_noticed_across_batches(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_document document = document_at(1000, "https://x/y");
	const char *const partners[] = { "DEU", NULL };
	struct ts_query germany = { .partners = partners };
	struct ts_store_change change;
	struct ts_obs obs;
	struct ts_err err;

	(void)state;
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	put_many(store, 0, 140000);
	put_many(store, 0, 30000);
	assert_int_equal(ts_store_commit(store, &change, &err), TS_OK);
	assert_int_equal(change.rows, 170000);
	assert_int_equal(change.added, 140000);
	assert_int_equal(change.unchanged, 30000);

	document = document_at(2000, "https://x/z");
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	put_many(store, 300000, 140000);
	obs = figure("KAZ ITA 003000 1905 2");
	assert_int_equal(ts_store_put(store, &obs, &err), TS_OK);
	assert_int_equal(ts_store_commit(store, &change, &err), TS_BAD_DATA);
	assert_non_null(strstr(err.text, "contradicts itself"));
	/* its number goes to the next document, its time does not */
	LOAD(store, 9000, "KAZ DEU 27 2023 1");
	assert_string_equal(read_all(store, &germany),
			    "KAZ DEU 27 2023 1 @9000\n");
	ts_store_close(store);
}

/* More words than are remembered of one document: they are forgotten, and the
 * series are found again. */
static void
words_without_end_do_not_split_a_series(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_document document = document_at(1000, "https://x/y");
	struct ts_obs obs = figure("KAZ ITA 27 2020 1");
	struct ts_store_counts counts;
	struct ts_store_change change;
	char product[1000];
	struct ts_err err;

	(void)state;
	memset(product, 'x', sizeof product);
	product[sizeof product - 1] = '\0';
	obs.product = product;
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	for (int i = 0; i < 40000; i++) {
		snprintf(product, 7, "%06d", i % 20000);
		product[6] = 'x';
		obs.period.year = (int16_t)(2020 + i / 20000);
		assert_int_equal(ts_store_put(store, &obs, &err), TS_OK);
	}
	assert_int_equal(ts_store_commit(store, &change, &err), TS_OK);
	assert_int_equal(change.added, 40000);
	assert_int_equal(ts_store_counts(store, &counts, &err), TS_OK);
	assert_int_equal(counts.series, 20000);
	ts_store_close(store);
}

static void
a_figure_that_fails_spoils_the_commit(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_document document = document_at(1000, "https://x/y");
	static char code[5000];
	struct ts_obs obs = figure("KAZ ITA 27 2023 1");
	struct ts_err err;

	(void)state;
	memset(code, 'x', sizeof code - 1);
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	assert_int_equal(put_text(store, "KAZ ITA 27 2022 1", &err), TS_OK);
	obs.product = code;
	assert_int_equal(ts_store_put(store, &obs, &err), TS_BAD_DATA);
	assert_int_not_equal(ts_store_commit(store, NULL, &err), TS_OK);
	assert_string_equal(read_all(store, NULL), "");
	ts_store_close(store);
}

static void
rows_may_come_in_any_order(void **state)
{
	struct ts_store *store = open_store(":memory:");
	struct ts_document document = document_at(1000, "https://x/y");
	struct ts_store_change change;
	struct ts_query one = { .product_prefix = "000777" };
	struct ts_obs obs;
	struct ts_err err;
	char product[16];

	(void)state;
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	obs = figure("KAZ ITA 27 2023 1");
	obs.product = product;
	for (int n = 0; n < 150000; n++) {
		int at = (int)((int64_t)n * 7919 % 150000);

		snprintf(product, sizeof product, "%06d", at / 20);
		obs.period.year = (int16_t)(2000 + at % 20);
		obs.value.coef = at;
		assert_int_equal(ts_store_put(store, &obs, &err), TS_OK);
	}
	assert_int_equal(ts_store_commit(store, &change, &err), TS_OK);
	assert_int_equal(change.added, 150000);
	assert_non_null(strstr(read_all(store, &one),
			       "KAZ ITA 000777 2019 15559 @1000\n"));
	ts_store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_revision_keeps_the_older_vintage),
		cmocka_unit_test(before_the_first_document_nothing_is_known),
		cmocka_unit_test(the_same_figures_again_change_nothing),
		cmocka_unit_test(
			the_same_document_decoded_twice_changes_nothing),
		cmocka_unit_test(
			a_document_decoded_better_replaces_its_own_figure),
		cmocka_unit_test(value_and_status_are_both_compared),
		cmocka_unit_test(
			a_period_that_vanished_from_a_later_release_is_kept),
		cmocka_unit_test(
			a_value_that_returns_to_what_it_was_is_a_vintage),
		cmocka_unit_test(
			a_late_document_takes_its_place_and_changes_nothing_now),
		cmocka_unit_test(
			a_late_document_before_a_revision_needs_no_second_row),
		cmocka_unit_test(all_vintages_of_a_figure_come_oldest_first),
		cmocka_unit_test(a_rolled_back_document_leaves_nothing),
		cmocka_unit_test(a_document_that_contradicts_itself_is_refused),
		cmocka_unit_test(a_document_may_repeat_itself),
		cmocka_unit_test(repetition_is_noticed_across_batches),
		cmocka_unit_test(
			a_document_with_gaps_is_compared_period_by_period),
		cmocka_unit_test(
			of_two_documents_of_one_moment_the_later_stored_counts),
		cmocka_unit_test(statuses_of_many_rows_keep_their_place),
		cmocka_unit_test(words_without_end_do_not_split_a_series),
		cmocka_unit_test(a_figure_that_fails_spoils_the_commit),
		cmocka_unit_test(rows_may_come_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
