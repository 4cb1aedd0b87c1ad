/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdlib.h>
#include <string.h>
#include <tradestat/buf.h>

#include "fetchers/decode/charset.h"

static enum ts_status
collect(void *ctx, const char *bytes, size_t count, struct ts_err *err)
{
	(void)err;
	ts_buf_add_bytes(ctx, bytes, count);
	return TS_OK;
}

static enum ts_status
convert(enum ts_charset_mode mode, const char *name, const char *text,
	size_t count, size_t piece, struct ts_buf *out, struct ts_err *err)
{
	struct ts_charset *charset;
	size_t at = 0;
	enum ts_status status =
		ts_charset_new(mode, name, collect, out, &charset, err);

	if (status != TS_OK)
		return status;
	while (at < count && status == TS_OK) {
		size_t some = count - at < piece ? count - at : piece;
		char *copy = malloc(some);

		memcpy(copy, text + at, some);
		status = ts_charset_feed(charset, copy, some, err);
		free(copy);
		at += some;
	}
	if (status == TS_OK)
		status = ts_charset_end(charset, err);
	ts_charset_free(charset);
	return status;
}

#define GUESS TS_CHARSET_GUESS
#define STRICT TS_CHARSET_UTF8
#define TEXT(text) text, sizeof text - 1

static void
encodings_are_told_from_the_bytes(void **state)
{
	static const struct {
		enum ts_charset_mode mode;
		const char *name;
		const char *bytes;
		size_t count;
		const char *utf8; /* NULL: refused */
	} cases[] = {
		{ STRICT, NULL, TEXT(""), "" },
		{ STRICT, NULL, TEXT("abc"), "abc" },
		{ STRICT, NULL,
		  TEXT("\xef\xbb\xbf"
		       "abc"),
		  "abc" },
		{ STRICT, NULL, TEXT("\xd0\xaf\xe2\x82\xac"), "Я€" },
		{ STRICT, NULL, TEXT("a\xff"), NULL },
		{ STRICT, NULL, TEXT("a\xe2\x82"), NULL },
		{ STRICT, NULL, TEXT("a\xe2\x82z"), NULL },
		{ STRICT, NULL,
		  TEXT("\xff\xfe"
		       "a\0"),
		  NULL },
		{ GUESS, NULL, TEXT("\xd0\xaf\xe2\x82\xac"), "Я€" },
		{ GUESS, NULL, TEXT("\xef\xbb\xbf\xd0\xaf"), "Я" },
		{ GUESS, NULL,
		  TEXT("\xff\xfe"
		       "a\0"
		       "\x2f\x04"),
		  "aЯ" },
		{ GUESS, NULL,
		  TEXT("\xfe\xff"
		       "\0a"
		       "\x04\x2f"),
		  "aЯ" },
		{ GUESS, NULL, TEXT("a\0b\0\x2f\x04"), "abЯ" },
		{ GUESS, NULL, TEXT("\0a\0b\x04\x2f"), "abЯ" },
		{ GUESS, NULL,
		  TEXT("\xff\xfe"
		       "a\0"
		       "b"),
		  NULL },
		{ GUESS, NULL, TEXT("\xff\xfe\x3d\xd8\x00\xde"),
		  "\xf0\x9f\x98\x80" },
		{ GUESS, NULL,
		  TEXT("\xff\xfe\x3d\xd8"
		       "a\0"),
		  NULL },
		/* Период, тыс. долл. */
		{ GUESS, NULL, TEXT("a;\xcf\xe5\xf0\xe8\xee\xe4;\xf2\xfb\xf1."),
		  "a;Период;тыс." },
		{ GUESS, NULL, TEXT("C\xf4te d'Ivoire; M\xfcnchen"),
		  "Côte d'Ivoire; München" },
		/* UTF-8 first, and then it turns out not to be */
		{ GUESS, NULL, TEXT("5\xc2\xa0z \xe9"), "5\xc2\xa0z é" },
		{ GUESS, NULL, TEXT("half \xc3"), "half Ã" },
		{ TS_CHARSET_1252, NULL, TEXT("C\xf4te, \x80"), "Côte, €" },
		{ TS_CHARSET_1252, NULL, TEXT("\xcf\xe5\xf0"), "Ïåð" },
		{ TS_CHARSET_1252, NULL, TEXT("a\xe9\x81"), NULL },
		{ GUESS, "windows-1251", TEXT("\xff\xfe\xc0"), "яюА" },
		{ GUESS, "koi8-r", TEXT("\xf0"), "П" },
		{ GUESS, "utf-8", TEXT("\xe9"), NULL },
		{ GUESS, "utf-16le",
		  TEXT("\xff\xfe"
		       "a\0"),
		  "a" },
		{ GUESS, "utf-16le", TEXT("a\0"), "a" },
	};
	static const size_t pieces[] = { 1, 2, 3, 5, 100 };
	size_t i, p;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
			TS_AUTO_BUF out = TS_BUF_INIT(1 << 20);
			struct ts_err err = { 0 };
			enum ts_status status = convert(
				cases[i].mode, cases[i].name, cases[i].bytes,
				cases[i].count, pieces[p], &out, &err);

			if (status != (cases[i].utf8 != NULL ? TS_OK
							     : TS_BAD_DATA) ||
			    (cases[i].utf8 != NULL &&
			     strcmp(out.data, cases[i].utf8) != 0))
				fail_msg("case %zu, pieces of %zu: %d \"%s\" "
					 "%s",
					 i, pieces[p], status, out.data,
					 err.text);
		}
	}
}

static void
a_late_letter_changes_only_what_follows(void **state)
{
	TS_AUTO_BUF in = TS_BUF_INIT(1 << 20);
	TS_AUTO_BUF first = TS_BUF_INIT(1 << 20);
	struct ts_err err = { 0 };
	static const size_t pieces[] = { 1000, 4096, 65536, 1 << 20 };
	size_t i;

	(void)state;
	for (i = 0; i < 20000; i++)
		ts_buf_add(&in, "plain;");
	for (i = 0; i < 5000; i++)
		ts_buf_add(&in, "\xcf\xe5\xf0;");
	assert_int_equal(
		convert(GUESS, NULL, in.data, in.used, 7, &first, &err), TS_OK);
	assert_int_equal(first.used, 20000 * 6 + 5000 * 7);
	for (i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		TS_AUTO_BUF out = TS_BUF_INIT(1 << 20);

		assert_int_equal(convert(GUESS, NULL, in.data, in.used,
					 pieces[i], &out, &err),
				 TS_OK);
		assert_string_equal(out.data, first.data);
	}
}

static void
an_unknown_encoding_is_the_operators_mistake(void **state)
{
	TS_AUTO_BUF out = TS_BUF_INIT(16);
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(convert(GUESS, "klingon", "a", 1, 1, &out, &err),
			 TS_BAD_CONFIG);
	assert_string_equal(err.text, "unknown encoding \"klingon\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encodings_are_told_from_the_bytes),
		cmocka_unit_test(a_late_letter_changes_only_what_follows),
		cmocka_unit_test(an_unknown_encoding_is_the_operators_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
