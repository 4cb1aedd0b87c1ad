/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON interface lets through, whatever library is behind it. */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/buf.h>

#include "fetchers/decode/json.h"

/* Events as one line: {"k":"text",1,true} with a comma between. */
static enum ts_status
put(void *ctx, const char *text)
{
	ts_buf_add(ctx, text);
	return TS_OK;
}

static enum ts_status
object_begin(void *ctx, struct ts_err *err)
{
	(void)err;
	return put(ctx, "{ ");
}

static enum ts_status
object_end(void *ctx, struct ts_err *err)
{
	(void)err;
	return put(ctx, "} ");
}

static enum ts_status
array_begin(void *ctx, struct ts_err *err)
{
	(void)err;
	return put(ctx, "[ ");
}

static enum ts_status
array_end(void *ctx, struct ts_err *err)
{
	(void)err;
	return put(ctx, "] ");
}

static enum ts_status
key(void *ctx, const char *text, size_t length, struct ts_err *err)
{
	(void)err;
	ts_buf_addf(ctx, "%.*s: ", (int)length, text);
	return TS_OK;
}

static enum ts_status
string(void *ctx, const char *text, size_t length, struct ts_err *err)
{
	(void)err;
	ts_buf_addf(ctx, "'%.*s' ", (int)length, text);
	return TS_OK;
}

static enum ts_status
number(void *ctx, const char *text, size_t length, struct ts_err *err)
{
	if (length == 2 && memcmp(text, "13", 2) == 0)
		return ts_fail(err, TS_HELD, "unlucky");
	ts_buf_addf(ctx, "%.*s ", (int)length, text);
	return TS_OK;
}

static enum ts_status
literal(void *ctx, enum ts_json_literal literal, struct ts_err *err)
{
	static const char *const words[] = { "null ", "false ", "true " };

	(void)err;
	return put(ctx, words[literal]);
}

static const struct ts_json_events events = {
	object_begin, object_end, array_begin, array_end,
	key,          string,     number,      literal,
};

/* Pieces are copies of their own, so that reading past one is noticed. */
static enum ts_status
parse(const char *text, size_t count, size_t piece, struct ts_buf *out,
      struct ts_err *err)
{
	static const struct ts_json_limits limits = { 0 };
	struct ts_json *json;
	enum ts_status status = ts_json_new(&events, out, &limits, &json, err);
	size_t at = 0;

	while (at < count && status == TS_OK) {
		size_t some = count - at < piece ? count - at : piece;
		char *copy = malloc(some);

		memcpy(copy, text + at, some);
		status = ts_json_feed(json, copy, some, err);
		free(copy);
		at += some;
	}
	if (status == TS_OK)
		status = ts_json_end(json, err);
	ts_json_free(json);
	return status;
}

static const size_t pieces[] = { 1, 2, 3, 7, 64, 4096, 1 << 20 };
#define PIECES (sizeof pieces / sizeof pieces[0])

static void
good_documents_give_their_events(void **state)
{
	static const struct {
		const char *name, *text, *events;
	} cases[] = {
		{ "empty object", "{}", "{ } " },
		{ "empty list", " [ ] ", "[ ] " },
		{ "a bare number", "12", "12 " },
		{ "a bare string", "\"x\"", "'x' " },
		{ "literals", "[true,false,null]", "[ true false null ] " },
		{ "members", "{\"a\":1,\"b\":{\"c\":\"d\"}}",
		  "{ a: 1 b: { c: 'd' } } " },
		{ "a point in a key", "{\"a.b\":1}", "{ a.b: 1 } " },
		{ "an empty key", "{\"\":1}", "{ : 1 } " },
		{ "a number of 22 characters", "[1.2345678901234567E-05]",
		  "[ 1.2345678901234567E-05 ] " },
		{ "a number of 31 characters",
		  "[0.00123456789012345678901234567]",
		  "[ 0.00123456789012345678901234567 ] " },
		{ "the least double", "[1e-308, -0]", "[ 1e-308 -0 ] " },
		{ "escapes", "[\"a\\n\\\"\\\\\\/\\u00e9\\ud83d\\ude00\"]",
		  "[ 'a\n\"\\/\xc3\xa9\xf0\x9f\x98\x80' ] " },
		{ "raw UTF-8", "[\"\xd0\xaf\xe2\x82\xac\xf0\x9f\x98\x80\"]",
		  "[ '\xd0\xaf\xe2\x82\xac\xf0\x9f\x98\x80' ] " },
		{ "a BOM", "\xef\xbb\xbf[1]", "[ 1 ] " },
		{ "blanks behind", "[1]\r\n\t ", "[ 1 ] " },
		{ "twelve deep", "[[[[[[[[[[[[1]]]]]]]]]]]]",
		  "[ [ [ [ [ [ [ [ [ [ [ [ 1 ] ] ] ] ] ] ] ] ] ] ] ] " },
	};
	size_t i, p;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (p = 0; p < PIECES; p++) {
			TS_AUTO_BUF out = TS_BUF_INIT(1 << 20);
			struct ts_err err = { 0 };

			if (parse(cases[i].text, strlen(cases[i].text),
				  pieces[p], &out, &err) != TS_OK)
				fail_msg("%s: %s", cases[i].name, err.text);
			assert_string_equal(out.data, cases[i].events);
		}
	}
}

static void
bad_documents_are_refused(void **state)
{
	static const struct {
		const char *name, *text;
		size_t count;      /* 0: strlen */
		const char *words; /* in the message */
	} cases[] = {
		{ "nothing", "", 0, "too early" },
		{ "blanks only", "  \n", 0, "too early" },
		{ "an open list", "[1", 0, "too early" },
		{ "half a literal", "[tru", 0, "too early" },
		{ "an open string", "\"abc", 0, "too early" },
		{ "a wrong close", "[1}", 0, "byte 3" },
		{ "trailing garbage", "{} x", 0, "byte" },
		{ "two values", "1 2", 0, "byte" },
		{ "a comma at the end", "[1,]", 0, "byte" },
		{ "a comma in an object", "{\"a\":1,}", 0, "byte" },
		{ "no colon", "{\"a\" 1}", 0, "byte" },
		{ "a leading zero", "[01]", 0, "byte" },
		{ "no digit behind the point", "[1.]", 0, "byte" },
		{ "no digit before the point", "[.5]", 0, "byte" },
		{ "no digit in the exponent", "[1e+]", 0, "byte" },
		{ "a plus", "[+1]", 0, "byte" },
		{ "a minus alone", "[-]", 0, "byte" },
		{ "past any double", "[1e999]", 0, "no usable number" },
		{ "below any double", "[1e-999]", 0, "no usable number" },
		{ "NaN", "[NaN]", 0, "byte" },
		{ "Infinity", "[Infinity]", 0, "byte" },
		{ "hexadecimal", "[0x1]", 0, "byte" },
		{ "a comment", "[1/*c*/]", 0, "byte" },
		{ "single quotes", "['a']", 0, "byte" },
		{ "a tab in a string", "[\"a\tb\"]", 0, "byte" },
		{ "NUL in a string", "[\"a\0b\"]", 7, "byte" },
		{ "NUL between values", "[1,\0 2]", 7, "byte" },
		{ "NUL escape", "[\"a\\u0000b\"]", 0, "\\u0000" },
		{ "an unknown escape", "[\"\\x41\"]", 0, "escape" },
		{ "a short escape", "[\"\\u12\"]", 0, "escape" },
		{ "high surrogate alone", "[\"\\ud83d\"]", 0, "surrogate" },
		{ "high before a letter", "[\"\\ud83dx\"]", 0, "surrogate" },
		{ "high before \\n", "[\"\\ud83d\\n\"]", 0, "surrogate" },
		{ "two high", "[\"\\ud83d\\ud83d\"]", 0, "surrogate" },
		{ "low surrogate alone", "[\"\\ude00\"]", 0, "surrogate" },
		{ "a lone 0xff", "[\"\xff\"]", 0, "UTF-8" },
		{ "Latin-1", "[\"\xe9t\xe9\"]", 0, "UTF-8" },
		{ "overlong slash", "[\"\xc0\xaf\"]", 0, "UTF-8" },
		{ "surrogate in UTF-8", "[\"\xed\xa0\x80\"]", 0, "UTF-8" },
		{ "past U+10FFFF", "[\"\xf4\x90\x80\x80\"]", 0, "UTF-8" },
		{ "half a character", "[\"\xe2\x82\"]", 0, "UTF-8" },
		{ "half a BOM", "\xef\xbb[1]", 0, "UTF-8" },
		{ "a web page", "<html>", 0, "byte" },
		{ "the decoder's own refusal", "[12,13]", 0, "unlucky" },
	};
	size_t i, p;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t count = cases[i].count > 0 ? cases[i].count
						  : strlen(cases[i].text);

		for (p = 0; p < PIECES; p++) {
			TS_AUTO_BUF out = TS_BUF_INIT(1 << 20);
			struct ts_err err = { 0 };
			enum ts_status status = parse(cases[i].text, count,
						      pieces[p], &out, &err);

			if (status != TS_BAD_DATA && status != TS_HELD)
				fail_msg("%s, pieces of %zu: status %d",
					 cases[i].name, pieces[p], status);
			if (strstr(err.text, cases[i].words) == NULL)
				fail_msg("%s, pieces of %zu: \"%s\"",
					 cases[i].name, pieces[p], err.text);
		}
	}
}

static void
depth_and_length_have_limits(void **state)
{
	TS_AUTO_BUF text = TS_BUF_INIT(8 << 20);
	TS_AUTO_BUF out = TS_BUF_INIT(8 << 20);
	struct ts_err err = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < 100000; i++)
		ts_buf_add_char(&text, '[');
	assert_int_equal(parse(text.data, text.used, 4096, &out, &err),
			 TS_BAD_DATA);
	assert_non_null(strstr(err.text, "deeper than 64"));

	ts_buf_reset(&text);
	ts_buf_add(&text, "[\"");
	for (i = 0; i < 70 * 1024; i++)
		ts_buf_add_char(&text, 'x');
	ts_buf_add(&text, "\"]");
	assert_int_equal(parse(text.data, text.used, 1 << 20, &out, &err),
			 TS_BAD_DATA);
	assert_non_null(strstr(err.text, "limit 65536"));

	/* a string that never ends is not collected for ever */
	ts_buf_reset(&text);
	ts_buf_add(&text, "[\"");
	for (i = 0; i < 2 * 1024 * 1024; i++)
		ts_buf_add_char(&text, 'x');
	assert_int_equal(parse(text.data, text.used, 4096, &out, &err),
			 TS_BAD_DATA);
	assert_non_null(strstr(err.text, "without a value"));

	ts_buf_reset(&text);
	for (i = 0; i < 200; i++)
		ts_buf_add_char(&text, '9');
	assert_int_equal(parse(text.data, text.used, 4096, &out, &err),
			 TS_BAD_DATA);
	assert_non_null(strstr(err.text, "no usable number"));
}

static void
every_truncation_is_noticed(void **state)
{
	static const char text[] =
		"{\"a\":[1.5,\"x\\u00e9\xc3\xa9\",true,null],"
		"\"b\":{}}";
	size_t count = sizeof text - 1, cut;

	(void)state;
	for (cut = 0; cut <= count; cut++) {
		TS_AUTO_BUF out = TS_BUF_INIT(1 << 20);
		struct ts_err err = { 0 };
		enum ts_status status = parse(text, cut, 7, &out, &err);

		assert_int_equal(status, cut == count ? TS_OK : TS_BAD_DATA);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_documents_give_their_events),
		cmocka_unit_test(bad_documents_are_refused),
		cmocka_unit_test(depth_and_length_have_limits),
		cmocka_unit_test(every_truncation_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
