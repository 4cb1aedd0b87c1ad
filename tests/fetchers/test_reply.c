/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/engine/reply.h"
#include "tests/fetchers/fetching.h"

struct words {
	const char *name, *body, *words;
};

static const struct words errors[] = {
	{ "Comtrade, key",
	  "{ \"statusCode\": 401, \"message\": \"Access "
	  "denied due to missing subscription key.\" }",
	  "Access denied due to missing subscription key." },
	{ "Comtrade, nested",
	  "{\"errorObject\":{\"errorMessage\":\"Invalid "
	  "period\"}}",
	  "Invalid period" },
	{ "World Bank",
	  "[{\"message\":[{\"id\":\"120\",\"key\":\"Invalid "
	  "value\",\"value\":\"The provided parameter value is not "
	  "valid\"}]}]",
	  "The provided parameter value is not valid" },
	{ "SDMX-JSON", "{\"errors\":[{\"code\":404,\"title\":\"No results\"}]}",
	  "No results" },
	{ "SDMX-ML",
	  "<?xml version=\"1.0\"?><message:Error xmlns:message="
	  "\"m\"><message:ErrorMessage code=\"100\"><common:Text>No "
	  "records</common:Text></message:ErrorMessage></message:Error>",
	  "No records" },
	{ "Eurostat",
	  "<S:Fault><faultcode>413</faultcode><faultstring>"
	  "EXTRACTION_TOO_BIG: 9 cells</faultstring></S:Fault>",
	  "EXTRACTION_TOO_BIG: 9 cells" },
	{ "web page",
	  "<!DOCTYPE html><html><head><title>502 - Bad "
	  "Gateway</title></head><body><h2>502</h2></body></html>",
	  "502 - Bad Gateway" },
	{ "plain", "\xef\xbb\xbf NoRecordsFound\r\n", "NoRecordsFound" },
	{ "cut JSON", "{\"message\":\"Rate lim", "{\"message\":\"Rate lim" },
	{ "controls", "a\x1b[31mb\nc", "a[31mb c" },
	{ "nothing", "", "" },
	{ "no words", "{\"code\":1}", "" },
	{ "empty message", "{\"message\":\"\"}", "" },
	{ "open element", "<title", "" },
};

static void
the_publishers_own_words_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
		TS_AUTO_BUF out = TS_BUF_INIT(4096);

		ts_reply_words(&out, errors[i].body, strlen(errors[i].body));
		if (strcmp(out.data, errors[i].words) != 0)
			fail_msg("%s: \"%s\"", errors[i].name, out.data);
	}
}

static void
words_are_short_and_bytes_are_none(void **state)
{
	TS_AUTO_BUF out = TS_BUF_INIT(4096);
	char body[4096];

	(void)state;
	memset(body, 'x', sizeof body);
	ts_reply_words(&out, body, sizeof body);
	assert_in_range(out.used, 100, 310);
	ts_buf_reset(&out);
	ts_reply_words(&out, "a\0b", 3);
	assert_string_equal(out.data, "");
}

static void
a_web_page_is_told_by_its_first_words(void **state)
{
	static const struct {
		const char *head;
		bool page;
	} cases[] = {
		{ "<!DOCTYPE html><html>", true },
		{ "\n\n  <!doctype HTML PUBLIC", true },
		{ "\xef\xbb\xbf<html lang=\"en\">", true },
		{ "<?xml version=\"1.0\"?>\n<!-- x -->\n<!DOCTYPE html PUBLIC",
		  true },
		{ "<body>Service down</body>", true },
		{ "<?xml version=\"1.0\"?><message:GenericData>", false },
		{ "<?xml version=\"1.0\"?><rates><title>x</title>", false },
		{ "{\"data\":[]}", false },
		{ "", false },
		{ "<ht", false },
		{ "period,value\n", false },
		{ "<?xml never ends", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (ts_reply_is_web_page(cases[i].head,
					 strlen(cases[i].head)) !=
		    cases[i].page)
			fail_msg("%s", cases[i].head);
}

static void
the_pages_of_publishers_in_trouble_are_web_pages(void **state)
{
	TS_AUTO_BUF body = TS_BUF_INIT(65536);
	struct ts_err err;

	(void)state;
	assert_int_equal(
		ts_file_read(
			need_fixture(
				"comtrade/error-html-instead-of-json.html"),
			&body, &err),
		TS_OK);
	assert_true(ts_reply_is_web_page(body.data, body.used));
}

static void
when_to_come_again_is_read_in_all_its_forms(void **state)
{
	/* now is 2026-11-24T06:00:00Z */
	static const struct {
		const char *headers;
		int64_t seconds;
	} cases[] = {
		{ "HTTP/1.1 429 x\r\nRetry-After: 7\r\n", 7 },
		{ "HTTP/1.1 429 x\r\nretry-after:7 \r\n", 7 },
		{ "HTTP/1.1 429 x\r\nRetry-After: Tue, 24 Nov 2026 06:10:00 "
		  "GMT\r\n",
		  600 },
		{ "HTTP/1.1 429 x\r\nRetry-After: Tue, 24 Nov 2020 06:10:00 "
		  "GMT\r\n",
		  0 },
		{ "HTTP/1.1 429 x\r\nRetry-After: 0\r\n", 0 },
		{ "HTTP/1.1 429 x\r\nRetry-After: 99999999999999999999\r\n",
		  0 },
		{ "HTTP/1.1 429 x\r\nRetry-After: 7x\r\n", 0 },
		{ "HTTP/1.1 429 x\r\nRetry-After: -7\r\n", 0 },
		{ "HTTP/1.1 429 x\r\nRetry-After:\r\n", 0 },
		{ "HTTP/1.1 429 x\r\nX-Retry-After: 7\r\n", -1 },
		{ "HTTP/1.1 429 x\r\n", -1 },
	};
	struct still_clock clock;

	(void)state;
	still_start(&clock, "2026-11-24T06:00:00Z");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (ts_reply_retry_after(cases[i].headers, clock.wall_us) !=
		    cases[i].seconds)
			fail_msg("%s", cases[i].headers);
}

static void
the_words_about_a_quota_say_when(void **state)
{
	static const struct {
		const char *words;
		int64_t seconds;
	} cases[] = {
		{ "Out of call volume quota. Quota will be replenished in "
		  "03:14:17.",
		  11657 },
		{ "Quota will be replenished in 2.00:00:01.", 172801 },
		{ "Quota will be replenished in a while", -1 },
		{ "Forbidden", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (ts_reply_replenished(cases[i].words) != cases[i].seconds)
			fail_msg("%s", cases[i].words);
}

static void
a_header_is_found_whole_or_not_at_all(void **state)
{
	static const char headers[] =
		"HTTP/1.1 200 OK\r\nETag:  \"a:b\" \r\n"
		"X-ETag: no\r\netag: \"second\"\r\nLong: 0123456789\r\n";
	char value[10];

	(void)state;
	assert_true(ts_header(headers, "ETag", 0, value, sizeof value));
	assert_string_equal(value, "\"a:b\"");
	assert_true(ts_header(headers, "ETag", 1, value, sizeof value));
	assert_string_equal(value, "\"second\"");
	assert_false(ts_header(headers, "ETag", 2, value, sizeof value));
	assert_false(ts_header(headers, "Long", 0, value, sizeof value));
	assert_false(ts_header("", "ETag", 0, value, sizeof value));
}

static void
who_vouches_for_the_end_of_a_body(void **state)
{
	static const struct {
		const char *headers;
		bool framed;
	} cases[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n", true },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n", true },
		{ "HTTP/2 200\r\n", true },
		{ "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n", true },
		{ "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n", false },
		{ "", true }, /* not by HTTP */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (ts_reply_is_framed(cases[i].headers) != cases[i].framed)
			fail_msg("%s", cases[i].headers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_publishers_own_words_are_found),
		cmocka_unit_test(words_are_short_and_bytes_are_none),
		cmocka_unit_test(a_web_page_is_told_by_its_first_words),
		cmocka_unit_test(
			the_pages_of_publishers_in_trouble_are_web_pages),
		cmocka_unit_test(when_to_come_again_is_read_in_all_its_forms),
		cmocka_unit_test(the_words_about_a_quota_say_when),
		cmocka_unit_test(a_header_is_found_whole_or_not_at_all),
		cmocka_unit_test(who_vouches_for_the_end_of_a_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
