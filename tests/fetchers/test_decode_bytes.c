/* SPDX-License-Identifier: Apache-2.0 */
/* What happens between bytes and any decoder. */
#include "tests/fetchers/decoding.h"

#include <zlib.h>

#define TIDY_ROW "own,d,X,KAZ,ITA,TOTAL,A,2024,5,USD,\n"

static const char tidy[] = TS_TIDY_HEADER "\n" TIDY_ROW TIDY_ROW;

/* Appends text as one member of gzip. */
static void
gzip(struct ts_buf *out, const char *text, size_t count)
{
	z_stream z = { 0 };
	size_t room = compressBound(count) + 64;
	char *bytes = malloc(room);

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8,
				      Z_DEFAULT_STRATEGY),
			 Z_OK);
	z.next_in = (Bytef *)text;
	z.avail_in = (uInt)count;
	z.next_out = (Bytef *)bytes;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	ts_buf_add_bytes(out, bytes, room - z.avail_out);
	deflateEnd(&z);
	free(bytes);
}

static void
a_gzip_body_is_read_like_a_plain_one(void **state)
{
	struct ts_buf body = TS_BUF_INIT(1 << 20);
	struct decoded out;

	(void)state;
	gzip(&body, tidy, sizeof tidy - 1);
	decode(&out, "tidy-csv", NULL, body.data, body.used);
	assert_string_equal(out.err.text, "");
	assert_int_equal(out.rows, 2);
	decoded_free(&out);

	/* some servers send it as several members */
	ts_buf_reset(&body);
	gzip(&body, tidy, 100);
	gzip(&body, tidy + 100, sizeof tidy - 101);
	decode(&out, "tidy-csv", NULL, body.data, body.used);
	assert_int_equal(out.rows, 2);
	decoded_free(&out);
	ts_buf_free(&body);
}

static void
a_gzip_body_without_its_end_is_refused(void **state)
{
	struct ts_buf body = TS_BUF_INIT(1 << 20);
	struct decoded out;
	size_t cut;

	(void)state;
	gzip(&body, tidy, sizeof tidy - 1);
	for (cut = 2; cut < body.used; cut++) {
		decode(&out, "tidy-csv", NULL, body.data, cut);
		if (out.status != TS_BAD_DATA ||
		    strstr(out.err.text, "gzip") == NULL)
			fail_msg("cut at %zu: %d %s", cut, out.status,
				 out.err.text);
		decoded_free(&out);
	}
	/* a wrong checksum, and something behind the end */
	body.data[body.used - 6] ^= 1;
	decode(&out, "tidy-csv", NULL, body.data, body.used);
	assert_int_equal(out.status, TS_BAD_DATA);
	assert_non_null(strstr(out.err.text, "damaged gzip"));
	decoded_free(&out);
	body.data[body.used - 6] ^= 1;
	ts_buf_add(&body, "more");
	decode(&out, "tidy-csv", NULL, body.data, body.used);
	assert_int_equal(out.status, TS_BAD_DATA);
	assert_non_null(strstr(out.err.text, "behind the gzip data"));
	decoded_free(&out);
	ts_buf_free(&body);
}

static void
a_bomb_stops_at_the_limit(void **state)
{
	struct ts_decode_limits limits = TS_DECODE_LIMITS;
	struct ts_buf body = TS_BUF_INIT(1 << 20);
	size_t count = (size_t)32 << 20;
	char *blanks = malloc(count);
	struct decoded out;

	(void)state;
	memset(blanks, ' ', count);
	gzip(&body, blanks, count);
	free(blanks);
	limits.max_bytes = 256 << 10;
	assert_in_range(body.used, 1, 100000);
	decode_limited(&out, "comtrade-json", NULL, body.data, body.used,
		       limits);
	assert_int_equal(out.status, TS_BAD_DATA);
	assert_string_equal(out.err.text, "larger than 262144 bytes");
	decoded_free(&out);
	ts_buf_free(&body);
}

static void
rows_and_bytes_have_limits(void **state)
{
	struct ts_decode_limits limits = TS_DECODE_LIMITS;
	struct decoded out;

	(void)state;
	limits.max_rows = 1;
	decode_limited(&out, "tidy-csv", NULL, tidy, sizeof tidy - 1, limits);
	assert_int_equal(out.status, TS_BAD_DATA);
	assert_string_equal(out.err.text, "more than 1 observations");
	assert_int_equal(out.rows, 1);
	decoded_free(&out);

	limits.max_rows = 2;
	limits.max_bytes = sizeof tidy - 1;
	decode_limited(&out, "tidy-csv", NULL, tidy, sizeof tidy - 1, limits);
	assert_int_equal(out.status, TS_OK);
	decoded_free(&out);

	limits.max_bytes--;
	decode_limited(&out, "tidy-csv", NULL, tidy, sizeof tidy - 1, limits);
	assert_int_equal(out.status, TS_BAD_DATA);
	decoded_free(&out);
}

static void
what_is_no_document_is_named(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "<!DOCTYPE html><title>Log in</title>",
		  "got a web page where tidy-csv was expected: Log in" },
		{ "\xef\xbb\xbf \r\n<HTML><body>", "got a web page" },
		{ "<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"x\">",
		  "got a web page" },
		{ "PK\3\4........", "a ZIP archive" },
		{ "", "an empty document" },
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

static long
fail_to_read(void *ctx, char *bytes, size_t room, struct ts_err *err)
{
	(void)ctx;
	(void)bytes;
	(void)room;
	ts_fail(err, TS_SYSTEM, "disk on fire");
	return -1;
}

static void
a_failing_read_is_the_outcome(void **state)
{
	struct ts_decode_limits limits = TS_DECODE_LIMITS;
	struct ts_bytes source = { NULL, fail_to_read, NULL };
	struct ts_err err = { 0 };
	struct decoded out;
	struct ts_sink sink = sink_of(&out);

	(void)state;
	assert_int_equal(ts_decode_bytes(decoder_named("tidy-csv"), NULL, "",
					 &limits, NULL, &source, &sink, &err),
			 TS_SYSTEM);
	assert_string_equal(err.text, "disk on fire");
	decoded_free(&out);
}

static void
short_reads_change_nothing(void **state)
{
	struct ts_decode_limits limits = TS_DECODE_LIMITS;
	struct ts_buf body = TS_BUF_INIT(1 << 20);
	size_t piece;

	(void)state;
	gzip(&body, tidy, sizeof tidy - 1);
	for (piece = 1; piece < 20; piece++) {
		struct input input = { .bytes = body.data,
				       .count = body.used,
				       .piece = piece };
		struct ts_bytes source = { &input, read_input, NULL };
		struct decoded out;
		struct ts_sink sink = sink_of(&out);

		assert_int_equal(ts_decode_bytes(decoder_named("tidy-csv"),
						 NULL, "", &limits, NULL,
						 &source, &sink, &out.err),
				 TS_OK);
		assert_int_equal(out.rows, 2);
		decoded_free(&out);
	}
	ts_buf_free(&body);
}

/* ---- telling formats apart ------------------------------------------------
 */

static const char *
best(const char *head, size_t count)
{
	const char *name = "";
	int highest = 0;
	size_t i;

	for (i = 0; ts_builtin_fetchers[i] != NULL; i++) {
		const struct ts_decoder *decoder =
			(const struct ts_decoder *)ts_builtin_fetchers[i];
		int sure;

		if (decoder->plugin.kind != TS_KIND_DECODER)
			continue;
		sure = decoder->sniff(head, count < 4096 ? count : 4096);
		assert_in_range(sure, 0, 100);
		if (sure > highest) {
			highest = sure;
			name = decoder->plugin.name;
		}
	}
	return name;
}

static void
the_content_tells_the_decoder(void **state)
{
	static const char *const cases[][2] = {
		{ "comtrade/v1-data-bra-chn-soy-2024.json", "comtrade-json" },
		{ "comtrade/v1-data-empty-services.json", "comtrade-json" },
		{ "comtrade/v0-json-success-2015.json", "comtrade-json" },
		{ "comtrade/error-429-rate.json", "comtrade-json" },
		{ "comtrade/da-final-annual-2021-excerpt.json",
		  "comtrade-availability" },
		{ "comtrade/ui-export-totals-2022.csv", "comtrade-csv" },
		{ "comtrade/v0-csv-all-reporters-2017-total.csv",
		  "comtrade-csv" },
		{ "worldbank/v2-gdp-2013.json", "worldbank-json" },
		{ "worldbank/v2-error-invalid-value.json", "worldbank-json" },
		{ "sdmx/comext/ds-045409.csv", "sdmx-csv" },
		{ "sdmx/ecb/exr-daily.csv", "sdmx-csv" },
		{ "sdmx/norges-bank/exr.csv", "sdmx-csv" },
		{ "sdmx/bundesbank/bbex3.csv", "sdmx-csv" },
		{ "sdmx/sdmx-csv/2.0-example-02.csv", "sdmx-csv" },
		{ "sdmx/sdmx-csv/2.0-example-12.csv", "sdmx-csv" },
		{ "wits/en_KAZ_AllYears_WITS_Trade_Summary.CSV", "wits-csv" },
		{ "wto/ITS_MTV_AX.csv", "wto-csv" },
		{ "csv-dialects/semicolon-decimal-comma-bom-crlf.csv",
		  "office-csv" },
		{ "csv-dialects/tab-utf16le-excel-unicode-text.txt",
		  "office-csv" },
		{ "csv-dialects/windows-1251-russian-header-nbsp-thousands.csv",
		  "office-csv" },
		{ "comtrade/error-html-instead-of-json.html", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_buf body;

		slurp(&body, need_fixture(cases[i][0]));
		if (strcmp(best(body.data, body.used), cases[i][1]) != 0)
			fail_msg("%s taken for \"%s\"", cases[i][0],
				 best(body.data, body.used));
		ts_buf_free(&body);
	}
	assert_string_equal(best(tidy, sizeof tidy - 1), "tidy-csv");
	assert_string_equal(best("", 0), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gzip_body_is_read_like_a_plain_one),
		cmocka_unit_test(a_gzip_body_without_its_end_is_refused),
		cmocka_unit_test(a_bomb_stops_at_the_limit),
		cmocka_unit_test(rows_and_bytes_have_limits),
		cmocka_unit_test(what_is_no_document_is_named),
		cmocka_unit_test(a_failing_read_is_the_outcome),
		cmocka_unit_test(short_reads_change_nothing),
		cmocka_unit_test(the_content_tells_the_decoder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
