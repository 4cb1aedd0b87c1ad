/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include "tests/fetchers/fetching.h"

#define GOOD "LINES\n2024 18.4\nEND\n"
#define OTHER "LINES\n2023 14.5\nEND\n"

static void
say(struct http_talk *talk)
{
	if (http_asks(talk, "/cut")) {
		http_say(talk,
			 "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" GOOD);
		talk->close = true;
	} else if (http_asks(talk, "/bad")) {
		http_reply_text(talk, "200 OK", "", "LINES\nnonsense\n");
	} else {
		http_reply_text(talk, "200 OK",
				"ETag: \"1\"\r\n"
				"Content-Type: text/plain\r\n"
				"Set-Cookie: a=b\r\n",
				GOOD);
	}
}

static void
write_pack(const struct bench *bench, const char *json)
{
	char path[400];
	struct ts_err err;

	snprintf(path, sizeof path, "%s/documents", bench->pack);
	assert_int_equal(ts_mkdirs(path, &err), TS_OK);
	snprintf(path, sizeof path, "%s/pack.json", bench->pack);
	assert_int_equal(ts_file_write(path, json, strlen(json), 0644, &err),
			 TS_OK);
}

static void
write_document(const struct bench *bench, const char *name, const char *text)
{
	char path[400];
	struct ts_err err;

	snprintf(path, sizeof path, "%s/%s", bench->pack, name);
	assert_int_equal(ts_file_write(path, text, strlen(text), 0644, &err),
			 TS_OK);
}

static struct bench *
replay_new(void)
{
	struct bench *bench = bench_new(NULL);

	bench->opts.mode = TS_FETCH_REPLAY;
	bench->opts.pack_dir = bench->pack;
	return bench;
}

#define ENTRY(path, file, sha)                                                 \
	"{\"source\":\"pub\",\"url\":\"https://example.org/" path "\","        \
	"\"retrieved\":\"2026-02-10T08:00:00Z\",\"file\":\"" file "\","        \
	"\"sha256\":\"" sha "\"}"
#define PACK(entries)                                                          \
	"{\"format\":\"tradestat-pack-1\",\"documents\":[" entries "]}"

/* The text with each @ replaced by the SHA-256 of GOOD. */
static const char *
with_sha(const char *json)
{
	static struct ts_buf out = TS_BUF_INIT(65536);
	char sha[TS_SHA256_TEXT];

	ts_sha256(GOOD, strlen(GOOD), sha);
	ts_buf_reset(&out);
	for (; *json != '\0'; json++)
		if (*json == '@')
			ts_buf_add(&out, sha);
		else
			ts_buf_add_char(&out, *json);
	return out.data;
}

static void
a_pack_made_by_hand_is_replayed(void **state)
{
	struct bench *bench = replay_new();
	struct ts_err err;
	int64_t when;

	(void)state;
	bench_want(bench, "trade");
	bench_want(bench, "list=a,b c"); /* typed otherwise below */
	write_pack(bench, with_sha(PACK(ENTRY(
				  "trade", "documents/trade.txt",
				  "@") "," ENTRY("list%3Da%2cb%20c",
						 "documents/trade.txt", "@"))));
	write_document(bench, "documents/trade.txt", GOOD);
	if (bench_run(bench) != TS_OK)
		fail_msg("%s", bench->err.text);
	assert_string_equal(bench->rows, "2024=18.4 2024=18.4 ");
	assert_int_equal(ts_time_parse("2026-02-10T08:00:00Z", &when, &err),
			 TS_OK);
	assert_int_equal(bench->memory->documents[0].retrieved_us, when);
	assert_int_equal(bench->memory->documents[0].http_status, 200);
	/* and again: nothing is new */
	assert_int_equal(bench_run(bench), TS_OK);
	assert_int_equal(bench->begun, 0);
	assert_int_equal(bench->result.unchanged, 2);
	bench_free(bench);
}

static void
a_request_that_the_pack_has_not_is_named_and_the_others_go_on(void **state)
{
	struct bench *bench = replay_new();

	(void)state;
	bench_want(bench, "missing");
	bench_want(bench, "trade");
	write_pack(bench,
		   with_sha(PACK(ENTRY("trade", "documents/trade.txt", "@"))));
	write_document(bench, "documents/trade.txt", GOOD);
	assert_int_equal(bench_run(bench), TS_NO_INPUT);
	assert_err_has(bench, "https://example.org/missing");
	assert_err_has(bench, bench->pack);
	assert_string_equal(bench->rows, "2024=18.4 ");
	assert_int_equal(bench->result.failed, 1);
	bench_free(bench);
}

static void
a_pack_is_not_believed(void **state)
{
	static const struct {
		const char *name, *json;
		enum ts_status status;
		const char *says;
	} cases[] = {
		{ "no such folder", NULL, TS_NO_INPUT, "pack" },
		{ "no JSON", "{", TS_BAD_DATA, "pack.json:1" },
		{ "another format", "{\"format\":\"x\",\"documents\":[]}",
		  TS_BAD_DATA, "format" },
		{ "no list", "{\"format\":\"tradestat-pack-1\"}", TS_BAD_DATA,
		  "format" },
		{ "a member twice",
		  "{\"format\":\"tradestat-pack-1\","
		  "\"format\":\"tradestat-pack-1\",\"documents\":[]}",
		  TS_BAD_DATA, "duplicate" },
		{ "no hash", PACK(ENTRY("trade", "documents/trade.txt", "")),
		  TS_BAD_DATA, "no sha256" },
		{ "short hash",
		  PACK(ENTRY("trade", "documents/trade.txt", "abc")),
		  TS_BAD_DATA, "64 digits" },
		{ "no file",
		  PACK("{\"source\":\"pub\",\"url\":\"x\","
		       "\"retrieved\":\"2026-02-10\",\"sha256\":\"@\"}"),
		  TS_BAD_DATA, "no file" },
		{ "no time",
		  PACK("{\"source\":\"pub\",\"url\":\"x\","
		       "\"retrieved\":\"yesterday\",\"file\":\"documents/a\","
		       "\"sha256\":\"@\"}"),
		  TS_BAD_DATA, "document 1" },
		{ "twice",
		  PACK(ENTRY("trade", "documents/trade.txt", "@") "," ENTRY(
			  "trade", "documents/trade.txt", "@")),
		  TS_BAD_DATA, "twice" },
		{ "other content",
		  PACK(ENTRY("trade", "documents/other.txt", "@")), TS_BAD_DATA,
		  "its SHA-256 is" },
		{ "not there", PACK(ENTRY("trade", "documents/none.txt", "@")),
		  TS_BAD_DATA, "not there" },
		{ "above", PACK(ENTRY("trade", "../trade.txt", "@")),
		  TS_BAD_DATA, "may not be in a pack" },
		{ "above, deeper",
		  PACK(ENTRY("trade", "documents/../../trade.txt", "@")),
		  TS_BAD_DATA, "may not be in a pack" },
		{ "absolute", PACK(ENTRY("trade", "/etc/hostname", "@")),
		  TS_BAD_DATA, "may not be in a pack" },
		{ "hidden", PACK(ENTRY("trade", "documents/.x", "@")),
		  TS_BAD_DATA, "may not be in a pack" },
		{ "a link", PACK(ENTRY("trade", "documents/link.txt", "@")),
		  TS_BAD_DATA, "leads over a link" },
		{ "a linked folder",
		  PACK(ENTRY("trade", "linked/trade.txt", "@")), TS_BAD_DATA,
		  "leads over a link" },
		{ "a folder", PACK(ENTRY("trade", "documents", "@")),
		  TS_BAD_DATA, "not a file" },
		{ "a pipe", PACK(ENTRY("trade", "documents/pipe", "@")),
		  TS_BAD_DATA, "not a file" },
		{ "cut gzip", PACK(ENTRY("trade", "documents/cut.gz", "@")),
		  TS_BAD_DATA, "too early" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct bench *bench = replay_new();
		char at[400], to[400];

		bench_want(bench, "trade");
		if (cases[i].json != NULL) {
			write_pack(bench, with_sha(cases[i].json));
			write_document(bench, "documents/trade.txt", GOOD);
			write_document(bench, "documents/other.txt", OTHER);
			write_document(bench, "documents/cut.gz",
				       "\x1f\x8b\x08");
			/* the right content, in the wrong way */
			snprintf(to, sizeof to, "%s/trade.txt", bench->dir);
			write_document(bench, "../trade.txt", GOOD);
			snprintf(at, sizeof at, "%s/documents/link.txt",
				 bench->pack);
			assert_int_equal(symlink(to, at), 0);
			snprintf(at, sizeof at, "%s/linked", bench->pack);
			assert_int_equal(symlink("documents", at), 0);
			snprintf(at, sizeof at, "%s/documents/pipe",
				 bench->pack);
			assert_int_equal(mkfifo(at, 0644), 0);
		}
		if (bench_run(bench) != cases[i].status ||
		    strstr(bench->err.text, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].name, bench->err.text);
		assert_string_equal(bench->rows, "");
		assert_int_equal(bench->memory->count, 0);
		assert_tidy(bench);
		bench_free(bench);
	}
}

static void
a_recorded_error_and_a_recorded_web_page_are_no_data(void **state)
{
	struct bench *bench = replay_new();
	char sha[TS_SHA256_TEXT], json[2048];
	static const char page[] = "<!doctype html><title>Log in</title>";

	(void)state;
	ts_sha256(page, strlen(page), sha);
	snprintf(json, sizeof json,
		 "{\"format\":\"tradestat-pack-1\","
		 "\"documents\":[{\"source\":\"pub\",\"url\":"
		 "\"https://example.org/trade\",\"http_status\":200,"
		 "\"retrieved\":\"2026-02-10\",\"file\":\"documents/p.html\","
		 "\"sha256\":\"%s\"},{\"source\":\"pub\",\"url\":"
		 "\"https://example.org/gone\",\"http_status\":410,"
		 "\"retrieved\":\"2026-02-10\",\"file\":\"documents/p.html\","
		 "\"sha256\":\"%s\"}]}",
		 sha, sha);
	write_pack(bench, json);
	write_document(bench, "documents/p.html", page);
	bench_want(bench, "trade");
	assert_int_equal(bench_run(bench), TS_AGAIN);
	assert_err_has(bench, "web page: Log in");
	bench->wanted.count = 0;
	bench_want(bench, "gone");
	assert_int_equal(bench_run(bench), TS_REFUSED);
	assert_err_has(bench, "HTTP 410");
	bench_free(bench);
}

static void
only_complete_replies_are_recorded_and_no_secret_is(void **state)
{
	struct bench *bench = bench_new(say);
	TS_AUTO_BUF json = TS_BUF_INIT(65536);
	char path[400], documents[400];

	(void)state;
	bench->opts.record_dir = bench->pack;
	bench->source.key_header = "X-Key";
	bench->source.key = "s3cr3tkey";
	bench_want(bench, "cut");
	bench_want(bench, "bad"); /* complete, and of use to us */
	bench_want(bench, "trade?api_key=hidden");
	bench->wanted.requests[2].path = "trade";
	bench->wanted.requests[2].query =
		&(const struct ts_param){ "api_key", "h1dden" };
	bench->wanted.requests[2].query_count = 1;
	assert_int_equal(bench_run(bench), TS_AGAIN);
	snprintf(path, sizeof path, "%s/pack.json", bench->pack);
	assert_int_equal(ts_file_read(path, &json, &bench->err), TS_OK);
	assert_null(strstr(json.data, "/cut"));
	assert_non_null(strstr(json.data, "/bad"));
	assert_non_null(strstr(json.data, "/trade?api_key=***\""));
	assert_null(strstr(json.data, "h1dden"));
	assert_null(strstr(json.data, "s3cr3tkey"));
	assert_null(strstr(json.data, "a=b"));
	assert_non_null(strstr(json.data, "\"etag\": \"\\\"1\\\"\""));
	assert_non_null(strstr(json.data, "\"retrieved\": "
					  "\"2026-11-24T06:00:00Z\""));
	snprintf(documents, sizeof documents, "%s/documents", bench->pack);
	assert_int_equal(bench_files(documents), 2);
	bench_free(bench);
}

static void
a_second_recording_goes_on_with_the_pack(void **state)
{
	struct bench *bench = bench_new(say);
	struct bench *replay = replay_new();

	(void)state;
	bench->opts.record_dir = bench->pack;
	bench_want(bench, "one");
	assert_int_equal(bench_run(bench), TS_OK);
	bench->wanted.count = 0;
	bench_want(bench, "two");
	bench_want(bench, "one"); /* unchanged: recorded all the same */
	assert_int_equal(bench_run(bench), TS_OK);

	replay->opts.pack_dir = bench->pack;
	replay->source.base_url = bench->source.base_url;
	bench_want(replay, "one");
	bench_want(replay, "two");
	if (bench_run(replay) != TS_OK)
		fail_msg("%s", replay->err.text);
	assert_int_equal(replay->kept, 2);
	bench_free(replay);
	bench_free(bench);
}

static void
a_body_that_is_gzip_itself_survives_a_pack(void **state)
{
	static const unsigned char zip[] = { 0x1f, 0x8b, 8, 0, 1, 2, 3 };
	struct bench *bench = bench_new(NULL);
	struct bench *replay = replay_new();
	char path[400];

	(void)state;
	bench->fetcher.plugin.name = replay->fetcher.plugin.name = "table";
	snprintf(path, sizeof path, "%s/rates.gz", bench->dir);
	assert_int_equal(
		ts_file_write(path, zip, sizeof zip, 0644, &bench->err), TS_OK);
	snprintf(path, sizeof path, "file:%s/rates.gz", bench->dir);
	bench->opts.record_dir = bench->pack;
	bench_want(bench, path);
	assert_int_equal(bench_run(bench), TS_BAD_DATA); /* it is no "lines" */
	replay->opts.pack_dir = bench->pack;
	bench_want(replay, path);
	assert_int_equal(bench_run(replay), TS_BAD_DATA);
	assert_int_equal(replay->memory->documents[0].size_bytes, sizeof zip);
	assert_string_equal(replay->memory->documents[0].sha256,
			    bench->memory->documents[0].sha256);
	bench_free(replay);
	bench_free(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pack_made_by_hand_is_replayed),
		cmocka_unit_test(
			a_request_that_the_pack_has_not_is_named_and_the_others_go_on),
		cmocka_unit_test(a_pack_is_not_believed),
		cmocka_unit_test(
			a_recorded_error_and_a_recorded_web_page_are_no_data),
		cmocka_unit_test(
			only_complete_replies_are_recorded_and_no_secret_is),
		cmocka_unit_test(a_second_recording_goes_on_with_the_pack),
		cmocka_unit_test(a_body_that_is_gzip_itself_survives_a_pack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
