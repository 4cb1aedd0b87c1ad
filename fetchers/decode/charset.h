/* SPDX-License-Identifier: Apache-2.0 */
/*
 * charset.h - bytes in whatever encoding go in, UTF-8 comes out, in pieces.
 *
 * Told by content: a BOM (UTF-8, UTF-16), NUL bytes in every other place
 * (UTF-16 without one), else UTF-8 until the first byte that cannot be, and
 * from there Windows-1251 or Windows-1252, by whether the letters past ASCII
 * stand together (a Cyrillic text) or alone (a Latin one). What comes out does
 * not depend on how the document is cut into pieces.
 */
#ifndef FETCHERS_DECODE_CHARSET_H
#define FETCHERS_DECODE_CHARSET_H

#include <stddef.h>
#include <tradestat/err.h>

enum ts_charset_mode {
	TS_CHARSET_UTF8,  /* nothing else is accepted */
	TS_CHARSET_1252,  /* UTF-8, else Windows-1252 */
	TS_CHARSET_GUESS, /* as told above */
};

/* Gets the UTF-8, without a BOM. */
typedef enum ts_status ts_charset_sink(void *ctx, const char *bytes,
				       size_t count, struct ts_err *err);

struct ts_charset;

/* name: an encoding of iconv(3) that overrides mode; NULL or "" none. */
enum ts_status ts_charset_new(enum ts_charset_mode mode, const char *name,
			      ts_charset_sink *sink, void *ctx,
			      struct ts_charset **out,
			      struct ts_err *err) TS_MUST_USE;
enum ts_status ts_charset_feed(struct ts_charset *charset, const char *bytes,
			       size_t count, struct ts_err *err) TS_MUST_USE;
/* Fails on half a character. */
enum ts_status ts_charset_end(struct ts_charset *charset,
			      struct ts_err *err) TS_MUST_USE;
void ts_charset_free(struct ts_charset *charset); /* NULL is welcome */

#endif
