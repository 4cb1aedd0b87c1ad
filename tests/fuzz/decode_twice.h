/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode_twice.h - the property of every decoder: it does not crash, and what
 * it says does not depend on how the document was cut into pieces. The first
 * byte of an input is how, the second may choose options, the rest is the
 * document.
 */
#ifndef TESTS_FUZZ_DECODE_TWICE_H
#define TESTS_FUZZ_DECODE_TWICE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/plugin.h>

#define MUST(condition)                                                        \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

extern const struct ts_plugin *const ts_builtin_fetchers[];
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All that came out, as one number. */
struct heard {
	uint64_t hash;
	uint64_t rows;
	size_t columns; /* told, plus one; 0: not yet */
};

static void
hear(struct heard *heard, const char *text)
{
	MUST(text != NULL);
	do {
		heard->hash =
			(heard->hash ^ (unsigned char)*text) * 1099511628211u;
	} while (*text++ != '\0');
}

static enum ts_status
heard_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	struct heard *heard = ctx;
	size_t i;

	(void)err;
	MUST(heard->columns == 0);
	heard->columns = columns->count + 1;
	for (i = 0; i < columns->count; i++)
		hear(heard, columns->items[i].name);
	return TS_OK;
}

static enum ts_status
heard_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	struct heard *heard = ctx;
	char text[TS_DECIMAL_TEXT];
	size_t i;

	(void)err;
	MUST(heard->columns == obs->extra_count + 1);
	heard->rows++;
	hear(heard, obs->source);
	hear(heard, obs->dataset);
	hear(heard, obs->flow);
	hear(heard, obs->reporter);
	hear(heard, obs->partner);
	hear(heard, obs->product);
	hear(heard, obs->unit);
	hear(heard, obs->status);
	hear(heard, ts_period_print(obs->period, text));
	if (obs->has_value) {
		ts_decimal_print(obs->value, text);
		hear(heard, text);
	}
	for (i = 0; i < obs->extra_count; i++)
		hear(heard, obs->extra[i]);
	return TS_OK;
}

static enum ts_status
heard_fact(void *ctx, const char *name, const char *value, struct ts_err *err)
{
	(void)err;
	hear(ctx, name);
	hear(ctx, value);
	return TS_OK;
}

static void
heard_warning(void *ctx, const char *text)
{
	hear(ctx, text);
}

static const struct ts_decoder *
decoder_named(const char *name)
{
	size_t i;

	for (i = 0; ts_builtin_fetchers[i] != NULL; i++)
		if (ts_builtin_fetchers[i]->kind == TS_KIND_DECODER &&
		    strcmp(ts_builtin_fetchers[i]->name, name) == 0)
			return (const struct ts_decoder *)
				ts_builtin_fetchers[i];
	abort();
}

static void *
options(const struct ts_decoder *decoder, const struct ts_settings *settings,
	struct ts_arena *arena)
{
	void *opts;

	if (decoder->plugin.opts == NULL)
		return NULL;
	opts = ts_arena_alloc(arena, 1, decoder->plugin.opts_size);
	MUST(ts_opt_apply(decoder->plugin.opts, settings, opts, arena, NULL,
			  NULL, NULL) == TS_OK);
	return opts;
}

/* Pieces of 1..most bytes, in an order that seed tells; most 0: at once. */
static enum ts_status
decode_once(const struct ts_decoder *decoder,
	    const struct ts_settings *settings, const char *bytes, size_t size,
	    unsigned most, unsigned seed, struct heard *heard)
{
	struct ts_arena *arena = ts_arena_new((size_t)48 << 20);
	struct ts_sink sink = { .ctx = heard,
				.columns = heard_columns,
				.obs = heard_obs,
				.fact = heard_fact,
				.warn = heard_warning };
	struct ts_decode decode = {
		.sink = &sink,
		.limits = TS_DECODE_LIMITS,
		.arena = arena,
		.dataset = "",
		.opts = options(decoder, settings, arena),
	};
	struct ts_err err = { 0 };
	void *state = NULL;
	size_t at, count;
	enum ts_status status = decoder->begin(&decode, &state, &err);

	*heard = (struct heard){ .hash = 14695981039346656037u };
	for (at = 0; at < size && status == TS_OK; at += count) {
		char *piece;

		seed = seed * 1103515245u + 12345u;
		count = most == 0 ? size : 1 + (seed >> 16) % most;
		if (count > size - at)
			count = size - at;
		piece = malloc(count); /* a read past it is seen */
		MUST(piece != NULL);
		memcpy(piece, bytes + at, count);
		status = decoder->feed(state, piece, count, &err);
		free(piece);
	}
	if (status == TS_OK)
		status = decoder->end(state, &err);
	MUST(status == TS_OK || err.text[0] != '\0');
	decoder->close(state);
	ts_arena_free(arena);
	return status;
}

/* data behind the bytes that choose; seed: the first of them. */
static void
decode_twice(const char *name, const struct ts_settings *settings,
	     const uint8_t *data, size_t size, unsigned seed)
{
	const struct ts_decoder *decoder = decoder_named(name);
	const char *text = (const char *)data;
	struct heard whole, pieces;
	bool good, same;
	int sure = decoder->sniff(text, size < 4096 ? size : 4096);

	MUST(sure >= 0 && sure <= 100);
	good = decode_once(decoder, settings, text, size, 0, 0, &whole) ==
	       TS_OK;
	/* the JSON library reads a text again with every piece of it */
	same = (decode_once(decoder, settings, text, size,
			    1 + seed % 40 + (unsigned)(size / 50), seed,
			    &pieces) == TS_OK) == good;
	MUST(same);
	/* of a bad document more or less may have been told before the bad
	 * place was met: it is all taken back */
	if (good)
		MUST(whole.hash == pieces.hash && whole.rows == pieces.rows);
}

#endif
