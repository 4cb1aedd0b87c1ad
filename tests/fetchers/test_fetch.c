/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fetchers/fetching.h"

#define GOOD "LINES\n2023 14.5\n2024 18.4\n#pages=1\nEND\n"

static void
say_good(struct http_talk *talk)
{
	http_reply_text(talk, "200 OK", "Content-Type: text/plain\r\n", GOOD);
}

static void
a_document_is_fetched_archived_and_decoded(void **state)
{
	struct bench *bench = bench_new(say_good);
	struct ts_document *document = &bench->memory->documents[0];

	(void)state;
	bench_want(bench, "trade");
	assert_int_equal(bench_run(bench), TS_OK);
	assert_string_equal(bench->rows, "2023=14.5 2024=18.4 ");
	assert_int_equal(bench->result.requests, 1);
	assert_int_equal(bench->result.rows, 2);
	assert_int_equal(bench->result.bytes, strlen(GOOD));
	assert_int_equal(bench->memory->count, 1);
	assert_true(document->decoded);
	assert_string_equal(document->decoder, "lines");
	assert_string_equal(document->media_type, "text/plain");
	assert_int_equal(document->http_status, 200);
	assert_int_equal(bench_files(bench->archive), 1);
	assert_tidy(bench);
	bench_free(bench);
}

static void
a_recorded_run_is_replayed_without_the_publisher(void **state)
{
	struct bench *bench = bench_new(say_good);
	struct bench *other = bench_new(NULL);

	(void)state;
	bench_want(bench, "trade");
	bench->opts.record_dir = bench->pack;
	assert_int_equal(bench_run(bench), TS_OK);

	bench_want(other, "trade");
	other->source.base_url = bench->source.base_url;
	other->opts.mode = TS_FETCH_REPLAY;
	other->opts.pack_dir = bench->pack;
	still_sleep(&other->clock.clock, 86400ll * 1000000);
	assert_int_equal(bench_run(other), TS_OK);
	assert_string_equal(other->rows, "2023=14.5 2024=18.4 ");
	assert_int_equal(other->memory->documents[0].retrieved_us,
			 bench->memory->documents[0].retrieved_us);
	assert_int_equal(http_server_count(bench->server), 1);
	bench_free(other);
	bench_free(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_fetched_archived_and_decoded),
		cmocka_unit_test(
			a_recorded_run_is_replayed_without_the_publisher),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
