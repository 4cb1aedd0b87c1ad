/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/figures.h"

static struct ts_arena *arena;

static int
new_arena(void **state)
{
	(void)state;
	arena = ts_arena_new(1 << 20);
	return arena == NULL;
}

static int
free_arena(void **state)
{
	(void)state;
	ts_arena_free(arena);
	return 0;
}

static void
the_memory_finds_the_newest_document_of_an_address(void **state)
{
	struct ts_store *store = open_store(":memory:");
	const struct ts_memory *memory = ts_store_memory(store);
	struct ts_document one = document_at(2000, "https://x/a");
	struct ts_document two = document_at(1000, "https://x/a");
	struct ts_document other = document_at(3000, "https://x/b");
	struct ts_document found;
	struct ts_err err;

	(void)state;
	one.etag = "\"v2\"";
	assert_int_equal(memory->last(memory->ctx, "comtrade", "https://x/a",
				      arena, &found, &err),
			 TS_NO_INPUT);
	assert_int_equal(memory->put(memory->ctx, &one, &err), TS_OK);
	assert_int_equal(memory->put(memory->ctx, &two, &err), TS_OK);
	assert_int_equal(memory->put(memory->ctx, &other, &err), TS_OK);
	assert_int_equal(memory->last(memory->ctx, "comtrade", "https://x/a",
				      arena, &found, &err),
			 TS_OK);
	assert_int_equal(found.id, one.id);
	assert_string_equal(found.etag, "\"v2\"");
	assert_int_equal(memory->last(memory->ctx, "ecb", "https://x/a", arena,
				      &found, &err),
			 TS_NO_INPUT);
	ts_store_close(store);
}

static void
a_document_comes_back_as_it_was_put(void **state)
{
	struct ts_store *store = open_store(":memory:");
	const struct ts_memory *memory = ts_store_memory(store);
	struct ts_document document =
		document_at(1764019805000000, "https://x/a?b=%27");
	struct ts_document found;
	struct ts_err err;

	(void)state;
	document.requested_us = 1764019804000000;
	document.http_status = 203;
	document.last_modified = "Tue, 24 Nov 2026 21:30:05 GMT";
	document.headers = "Content-Type: text/csv\r\nX: \xc3\xa4\r\n";
	document.size_bytes = 5000000000;
	document.archive = "2026/11/abc.gz";
	memset(document.sha256, 'a', TS_SHA256_TEXT - 1);
	assert_int_equal(memory->put(memory->ctx, &document, &err), TS_OK);
	assert_true(document.id > 0);
	assert_int_equal(
		ts_store_document(store, document.id, arena, &found, &err),
		TS_OK);
	assert_string_equal(found.url, document.url);
	assert_int_equal(found.retrieved_us, document.retrieved_us);
	assert_int_equal(found.requested_us, document.requested_us);
	assert_int_equal(found.http_status, 203);
	assert_string_equal(found.headers, document.headers);
	assert_string_equal(found.last_modified, document.last_modified);
	assert_int_equal(found.size_bytes, 5000000000);
	assert_string_equal(found.sha256, document.sha256);
	assert_string_equal(found.archive, document.archive);
	assert_false(found.decoded);
	assert_int_equal(ts_store_document(store, 99, arena, &found, &err),
			 TS_NO_INPUT);
	ts_store_close(store);
}

static void
a_document_is_decoded_once_its_figures_are_committed(void **state)
{
	struct ts_store *store = open_store(":memory:");
	const struct ts_memory *memory = ts_store_memory(store);
	struct ts_document document = document_at(1000, "https://x/a");
	const char *const figures[] = { "KAZ ITA 27 2023 1", NULL };
	struct ts_document found;
	struct ts_err err;

	(void)state;
	document.decoder = "";
	assert_int_equal(memory->put(memory->ctx, &document, &err), TS_OK);
	document.decoder = "comtrade-json";
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	ts_store_rollback(store);
	assert_int_equal(
		ts_store_document(store, document.id, arena, &found, &err),
		TS_OK);
	assert_false(found.decoded);
	load_document(store, document, figures);
	assert_int_equal(
		ts_store_document(store, document.id, arena, &found, &err),
		TS_OK);
	assert_true(found.decoded);
	assert_string_equal(found.decoder, "comtrade-json");
	ts_store_close(store);
}

static void
a_document_that_was_put_can_be_put_again(void **state)
{
	struct ts_store *store = open_store(":memory:");
	const struct ts_memory *memory = ts_store_memory(store);
	struct ts_document document = document_at(1000, "https://x/a");
	struct ts_document found;
	struct ts_err err;
	int64_t id;

	(void)state;
	assert_int_equal(memory->put(memory->ctx, &document, &err), TS_OK);
	id = document.id;
	document.retrieved_us = 5000;
	document.etag = "\"new\"";
	assert_int_equal(memory->put(memory->ctx, &document, &err), TS_OK);
	assert_int_equal(document.id, id);
	assert_int_equal(memory->last(memory->ctx, "comtrade", "https://x/a",
				      arena, &found, &err),
			 TS_OK);
	assert_int_equal(found.retrieved_us, 5000);
	document.id = 77;
	assert_int_equal(memory->put(memory->ctx, &document, &err),
			 TS_NO_INPUT);
	assert_int_equal(ts_store_begin(store, &document, &err), TS_NO_INPUT);
	ts_store_close(store);
}

static void
the_pace_of_a_host_is_remembered(void **state)
{
	struct ts_store *store = open_store(":memory:");
	const struct ts_memory *memory = ts_store_memory(store);
	struct ts_pace pace = { .tokens = 0.125,
				.at_us = 1,
				.calls = 7,
				.not_before_us = INT64_MAX,
				.window_us = 9 };
	struct ts_pace found;
	struct ts_err err;

	(void)state;
	assert_int_equal(memory->pace_get(memory->ctx, "x.org", &found, &err),
			 TS_NO_INPUT);
	assert_int_equal(memory->pace_put(memory->ctx, "x.org", &pace, &err),
			 TS_OK);
	pace.calls = 8;
	assert_int_equal(memory->pace_put(memory->ctx, "x.org", &pace, &err),
			 TS_OK);
	assert_int_equal(memory->pace_get(memory->ctx, "x.org", &found, &err),
			 TS_OK);
	assert_true(found.tokens == 0.125);
	assert_int_equal(found.calls, 8);
	assert_int_equal(found.not_before_us, INT64_MAX);
	assert_int_equal(found.window_us, 9);
	ts_store_close(store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_memory_finds_the_newest_document_of_an_address),
		cmocka_unit_test(a_document_comes_back_as_it_was_put),
		cmocka_unit_test(
			a_document_is_decoded_once_its_figures_are_committed),
		cmocka_unit_test(a_document_that_was_put_can_be_put_again),
		cmocka_unit_test(the_pace_of_a_host_is_remembered),
	};

	return cmocka_run_group_tests(tests, new_arena, free_arena);
}
