/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - JSON in pieces: bytes go in, eight kinds of event come out, and
 * memory is one string. The library behind it (yajl) stays behind it; why it
 * is that one is told in docs/decoders.md.
 *
 * Stricter than any library we measured. Refused with TS_BAD_DATA: invalid
 * UTF-8, lone surrogates, \u0000, numbers that no double holds or longer than
 * 128 characters, a nesting or a text past the limits, bytes behind the end,
 * and a document that ends too early. A leading UTF-8 BOM is skipped.
 * Duplicate members are the business of the decoder, which knows whether they
 * matter.
 */
#ifndef FETCHERS_DECODE_JSON_H
#define FETCHERS_DECODE_JSON_H

#include <stddef.h>
#include <stdint.h>
#include <tradestat/err.h>

enum ts_json_literal { TS_JSON_NULL, TS_JSON_FALSE, TS_JSON_TRUE };

/*
 * Texts are decoded UTF-8, not terminated, and valid during the call only. A
 * number comes as it was written. Any status but TS_OK stops the parser,
 * whose feed or end then returns it. All hooks must be set.
 */
struct ts_json_events {
	enum ts_status (*object_begin)(void *ctx, struct ts_err *err);
	enum ts_status (*object_end)(void *ctx, struct ts_err *err);
	enum ts_status (*array_begin)(void *ctx, struct ts_err *err);
	enum ts_status (*array_end)(void *ctx, struct ts_err *err);
	enum ts_status (*key)(void *ctx, const char *text, size_t length,
			      struct ts_err *err);
	enum ts_status (*string)(void *ctx, const char *text, size_t length,
				 struct ts_err *err);
	enum ts_status (*number)(void *ctx, const char *text, size_t length,
				 struct ts_err *err);
	enum ts_status (*literal)(void *ctx, enum ts_json_literal literal,
				  struct ts_err *err);
};

struct ts_json_limits {
	size_t max_depth; /* 0: 64 */
	size_t max_text;  /* bytes of a string or key; 0: 64 KiB */
};

struct ts_json;

/* events must outlive the parser. */
enum ts_status ts_json_new(const struct ts_json_events *events, void *ctx,
			   const struct ts_json_limits *limits,
			   struct ts_json **out,
			   struct ts_err *err) TS_MUST_USE;
enum ts_status ts_json_feed(struct ts_json *json, const char *bytes,
			    size_t count, struct ts_err *err) TS_MUST_USE;
/* Fails unless exactly one complete value was fed. */
enum ts_status ts_json_end(struct ts_json *json,
			   struct ts_err *err) TS_MUST_USE;
void ts_json_free(struct ts_json *json); /* NULL is welcome */

#endif
