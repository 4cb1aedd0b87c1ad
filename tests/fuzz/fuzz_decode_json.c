/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON interface by itself: pieces do not matter, and whatever it lets
 * through is UTF-8 and well nested. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/text.h>

#include "fetchers/decode/json.h"

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct heard {
	uint64_t hash;
	size_t depth;
	bool object[64]; /* what is open at each depth */
	bool key;        /* a name waits for its value */
};

static enum ts_status
hear(struct heard *heard, char kind, const char *text, size_t length)
{
	size_t i;

	heard->hash = (heard->hash ^ (unsigned char)kind) * 1099511628211u;
	for (i = 0; i < length; i++)
		heard->hash =
			(heard->hash ^ (unsigned char)text[i]) * 1099511628211u;
	return TS_OK;
}

static void
value(struct heard *heard)
{
	MUST(heard->depth == 0 || heard->key ||
	     !heard->object[heard->depth - 1]);
	heard->key = false;
}

static enum ts_status
open_one(struct heard *heard, bool object)
{
	value(heard);
	MUST(heard->depth < 64);
	heard->object[heard->depth++] = object;
	return hear(heard, object ? '{' : '[', "", 0);
}

static enum ts_status
close_one(struct heard *heard, bool object)
{
	MUST(heard->depth > 0 && !heard->key);
	MUST(heard->object[--heard->depth] == object);
	return hear(heard, object ? '}' : ']', "", 0);
}

static enum ts_status
object_begin(void *ctx, struct ts_err *err)
{
	(void)err;
	return open_one(ctx, true);
}

static enum ts_status
object_end(void *ctx, struct ts_err *err)
{
	(void)err;
	return close_one(ctx, true);
}

static enum ts_status
array_begin(void *ctx, struct ts_err *err)
{
	(void)err;
	return open_one(ctx, false);
}

static enum ts_status
array_end(void *ctx, struct ts_err *err)
{
	(void)err;
	return close_one(ctx, false);
}

static enum ts_status
key(void *ctx, const char *text, size_t length, struct ts_err *err)
{
	struct heard *heard = ctx;

	(void)err;
	MUST(!heard->key && heard->depth > 0 &&
	     heard->object[heard->depth - 1]);
	MUST(ts_utf8_valid(text, length) && memchr(text, 0, length) == NULL);
	heard->key = true;
	return hear(heard, ':', text, length);
}

static enum ts_status
string(void *ctx, const char *text, size_t length, struct ts_err *err)
{
	(void)err;
	value(ctx);
	MUST(ts_utf8_valid(text, length) && memchr(text, 0, length) == NULL);
	return hear(ctx, '"', text, length);
}

static enum ts_status
number(void *ctx, const char *text, size_t length, struct ts_err *err)
{
	(void)err;
	value(ctx);
	MUST(length > 0 && length <= 128);
	return hear(ctx, '0', text, length);
}

static enum ts_status
literal(void *ctx, enum ts_json_literal which, struct ts_err *err)
{
	(void)err;
	value(ctx);
	return hear(ctx, (char)('a' + which), "", 0);
}

static const struct ts_json_events events = {
	object_begin, object_end, array_begin, array_end,
	key,          string,     number,      literal,
};

static bool
parse(const char *text, size_t size, unsigned most, unsigned seed,
      struct heard *heard)
{
	static const struct ts_json_limits limits = { .max_text = 1000 };
	struct ts_err err = { 0 };
	struct ts_json *json;
	enum ts_status status;
	size_t at, count;

	memset(heard, 0, sizeof *heard);
	MUST(ts_json_new(&events, heard, &limits, &json, &err) == TS_OK);
	status = TS_OK;
	for (at = 0; at < size && status == TS_OK; at += count) {
		char *piece;

		seed = seed * 1103515245u + 12345u;
		count = most == 0 ? size : 1 + (seed >> 16) % most;
		if (count > size - at)
			count = size - at;
		piece = malloc(count);
		MUST(piece != NULL);
		memcpy(piece, text + at, count);
		status = ts_json_feed(json, piece, count, &err);
		free(piece);
	}
	if (status == TS_OK)
		status = ts_json_end(json, &err);
	MUST(status == TS_OK || (status == TS_BAD_DATA && err.text[0] != 0));
	ts_json_free(json);
	return status == TS_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;
	struct heard whole, pieces;
	bool good;

	/* longer ones may hold more blanks than the limit of a text allows */
	if (size < 1 || size > 4000)
		return 0;
	good = parse(text, size - 1, 0, 0, &whole);
	MUST(parse(text, size - 1, 1 + data[0] % 40, data[0], &pieces) == good);
	if (good)
		MUST(whole.hash == pieces.hash && whole.depth == 0 &&
		     pieces.depth == 0);
	return 0;
}
