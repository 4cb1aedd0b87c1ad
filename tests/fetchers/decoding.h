/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoding.h - runs a built-in decoder over bytes and keeps what came out, for
 * the tests of decoders. All of it is static: a test is one program.
 */
#ifndef TESTS_FETCHERS_DECODING_H
#define TESTS_FETCHERS_DECODING_H

#include "tests/support/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/buf.h>
#include <tradestat/csv.h>
#include <tradestat/file.h>
#include <tradestat/plugin.h>

#include "fetchers/engine/fetch.h"

#define UNUSED __attribute__((unused))

extern const struct ts_plugin *const ts_builtin_fetchers[];

/* What a document became. */
struct decoded {
	struct ts_buf csv;      /* tidy CSV with its header */
	struct ts_buf facts;    /* "name=value\n" */
	struct ts_buf warnings; /* one a line */
	struct ts_buf keys;     /* fixed key and dimensions, one a row */
	uint64_t rows, missing;
	__int128 sum;        /* of the values, times 10^18 */
	char first_key[256]; /* reporter|partner|flow|product */
	char first_period[TS_PERIOD_TEXT];
	char first_value[TS_DECIMAL_TEXT];
	char last_value[TS_DECIMAL_TEXT];
	bool dimension[2048];
	char columns[16384]; /* names, joined by commas */
	enum ts_status status;
	struct ts_err err;
};

#define SUM_DIGITS 18

static const struct ts_decoder *
decoder_named(const char *name)
{
	size_t i;

	for (i = 0; ts_builtin_fetchers[i] != NULL; i++)
		if (ts_builtin_fetchers[i]->kind == TS_KIND_DECODER &&
		    strcmp(ts_builtin_fetchers[i]->name, name) == 0)
			return (const struct ts_decoder *)
				ts_builtin_fetchers[i];
	fail_msg("no decoder %s", name);
	return NULL;
}

static enum ts_status
on_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	struct decoded *out = ctx;
	size_t i;

	(void)err;
	assert_string_equal(out->csv.data, ""); /* told once, and first */
	ts_obs_csv_header(&out->csv, columns);
	for (i = 0; i < columns->count && i < 2048; i++) {
		size_t used = strlen(out->columns);

		out->dimension[i] = columns->items[i].dimension;
		snprintf(out->columns + used, sizeof out->columns - used,
			 "%s%s", i > 0 ? "," : "", columns->items[i].name);
	}
	return TS_OK;
}

static void
add_value(struct decoded *out, struct ts_decimal value)
{
	__int128 scaled = value.coef;
	int i;

	assert_in_range(value.scale + 100, 0, 100 + SUM_DIGITS);
	for (i = value.scale; i < SUM_DIGITS; i++)
		scaled *= 10;
	out->sum += scaled;
	ts_decimal_print(value, out->last_value);
}

static enum ts_status
on_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	struct decoded *out = ctx;
	size_t i;

	(void)err;
	if (out->csv.used == 0)
		fail_msg("an observation before its columns");
	out->rows++;
	if (obs->has_value)
		add_value(out, obs->value);
	else
		out->missing++;
	if (out->rows == 1) {
		snprintf(out->first_key, sizeof out->first_key, "%s|%s|%s|%s",
			 obs->reporter, obs->partner, obs->flow, obs->product);
		ts_period_print(obs->period, out->first_period);
		if (obs->has_value)
			ts_decimal_print(obs->value, out->first_value);
	}
	ts_buf_addf(&out->keys, "%s|%s|%s|%s|%c", obs->reporter, obs->partner,
		    obs->flow, obs->product, obs->frequency);
	for (i = 0; i < obs->extra_count; i++)
		if (out->dimension[i])
			ts_buf_addf(&out->keys, "|%s", obs->extra[i]);
	ts_buf_add_char(&out->keys, '\n');
	ts_obs_csv(&out->csv, obs);
	return TS_OK;
}

static enum ts_status
on_fact(void *ctx, const char *name, const char *value, struct ts_err *err)
{
	struct decoded *out = ctx;

	(void)err;
	ts_buf_addf(&out->facts, "%s=%s\n", name, value);
	return TS_OK;
}

static void
on_warn(void *ctx, const char *text)
{
	struct decoded *out = ctx;

	ts_buf_addf(&out->warnings, "%s\n", text);
}

static struct ts_sink
sink_of(struct decoded *out)
{
	memset(out, 0, sizeof *out);
	out->csv = (struct ts_buf)TS_BUF_INIT((size_t)64 << 20);
	out->facts = (struct ts_buf)TS_BUF_INIT(1 << 20);
	out->warnings = (struct ts_buf)TS_BUF_INIT(1 << 20);
	out->keys = (struct ts_buf)TS_BUF_INIT((size_t)64 << 20);
	return (struct ts_sink){ .ctx = out,
				 .columns = on_columns,
				 .obs = on_obs,
				 .fact = on_fact,
				 .warn = on_warn };
}

static UNUSED void
decoded_free(struct decoded *out)
{
	ts_buf_free(&out->csv);
	ts_buf_free(&out->facts);
	ts_buf_free(&out->warnings);
	ts_buf_free(&out->keys);
}

/* Options from "key=value" lines. */
static void *
settings_of(const struct ts_decoder *decoder, const char *text,
	    struct ts_arena *arena)
{
	struct ts_setting items[32];
	struct ts_settings settings = { items, 0 };
	struct ts_err err = { 0 };
	void *opts;

	if (decoder->plugin.opts == NULL)
		return NULL;
	while (text != NULL && *text != '\0') {
		size_t length = strcspn(text, "\n");
		char *line = ts_arena_strndup(arena, text, length);
		char *equals = strchr(line, '=');

		assert_non_null(equals);
		*equals = '\0';
		items[settings.count++] = (struct ts_setting){
			.name = line,
			.value = equals + 1,
		};
		text += length + (text[length] == '\n');
	}
	opts = ts_arena_alloc(arena, 1, decoder->plugin.opts_size);
	if (ts_opt_apply(decoder->plugin.opts, &settings, opts, arena, NULL,
			 NULL, &err) != TS_OK)
		fail_msg("%s", err.text);
	return opts;
}

struct input {
	const char *bytes;
	size_t count, at;
	size_t piece; /* most bytes a read gives; 0: all */
};

static UNUSED long
read_input(void *ctx, char *bytes, size_t room, struct ts_err *err)
{
	struct input *input = ctx;
	size_t count = input->count - input->at;

	(void)err;
	if (count > room)
		count = room;
	if (input->piece > 0 && count > input->piece)
		count = input->piece;
	memcpy(bytes, input->bytes + input->at, count);
	input->at += count;
	return (long)count;
}

static UNUSED enum ts_status
rewind_input(void *ctx, struct ts_err *err)
{
	struct input *input = ctx;

	(void)err;
	input->at = 0;
	return TS_OK;
}

/* Through ts_decode_bytes, as the program does it. */
static UNUSED void
decode_limited(struct decoded *out, const char *name, const char *settings,
	       const char *bytes, size_t count, struct ts_decode_limits limits)
{
	const struct ts_decoder *decoder = decoder_named(name);
	struct ts_arena *arena = ts_arena_new(1 << 20);
	struct input input = { .bytes = bytes, .count = count };
	struct ts_bytes source = { &input, read_input, rewind_input };
	struct ts_sink sink = sink_of(out);

	out->status =
		ts_decode_bytes(decoder, settings_of(decoder, settings, arena),
				"", &limits, NULL, &source, &sink, &out->err);
	ts_arena_free(arena);
}

static UNUSED void
decode(struct decoded *out, const char *name, const char *settings,
       const char *bytes, size_t count)
{
	decode_limited(out, name, settings, bytes, count,
		       (struct ts_decode_limits)TS_DECODE_LIMITS);
}

static UNUSED void
decode_text(struct decoded *out, const char *name, const char *settings,
	    const char *text)
{
	decode(out, name, settings, text, strlen(text));
}

/* Straight to the decoder, in pieces of that size; each piece is a copy of
 * its own, so that a pointer kept past the call is found out. */
static UNUSED void
decode_pieces(struct decoded *out, const char *name, const char *settings,
	      const char *bytes, size_t count, size_t piece)
{
	const struct ts_decoder *decoder = decoder_named(name);
	struct ts_arena *arena = ts_arena_new((size_t)64 << 20);
	struct ts_sink sink = sink_of(out);
	struct ts_decode decode = {
		.sink = &sink,
		.limits = TS_DECODE_LIMITS,
		.arena = arena,
		.dataset = "",
		.opts = settings_of(decoder, settings, arena),
	};
	int pass, passes = decoder->passes > 1 ? decoder->passes : 1;
	void *state = NULL;

	out->status = decoder->begin(&decode, &state, &out->err);
	for (pass = 0; pass < passes && out->status == TS_OK; pass++) {
		size_t at = 0;

		if (pass > 0)
			out->status = decoder->next_pass(state, &out->err);
		while (at < count && out->status == TS_OK) {
			size_t some = count - at < piece ? count - at : piece;
			char *copy = malloc(some);

			memcpy(copy, bytes + at, some);
			out->status =
				decoder->feed(state, copy, some, &out->err);
			free(copy);
			at += some;
		}
	}
	if (out->status == TS_OK)
		out->status = decoder->end(state, &out->err);
	if (decoder->close != NULL)
		decoder->close(state);
	ts_arena_free(arena);
}

/* The file as bytes; fails the test when it cannot be read. */
static UNUSED void
slurp(struct ts_buf *out, const char *path)
{
	struct ts_err err = { 0 };

	*out = (struct ts_buf)TS_BUF_INIT((size_t)64 << 20);
	if (ts_file_read(path, out, &err) != TS_OK)
		fail_msg("%s", err.text);
}

/* The sum as exact decimal text, of any length: "155218297800.0". */
static UNUSED void
expect_sum(const struct decoded *out, const char *text)
{
	__int128 sum = 0;
	int digits = -1; /* behind the point */

	for (; *text != '\0'; text++) {
		if (*text == '.') {
			digits = 0;
			continue;
		}
		assert_in_range(*text, '0', '9');
		sum = sum * 10 + (*text - '0');
		digits += digits >= 0;
	}
	for (digits = digits < 0 ? 0 : digits; digits < SUM_DIGITS; digits++)
		sum *= 10;
	if (sum != out->sum)
		fail_msg("the sum is off by %.6g",
			 (double)(out->sum - sum) / 1e18);
}

static UNUSED int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Different lines in text. */
static UNUSED size_t
count_different(const char *text)
{
	size_t lines = 0, different = 0, i;
	char *copy = strdup(text), *at;
	char **sorted;

	for (at = copy; *at != '\0'; at++)
		lines += *at == '\n';
	sorted = calloc(lines + 1, sizeof *sorted);
	for (i = 0, at = copy; i < lines; i++) {
		sorted[i] = at;
		at = strchr(at, '\n');
		*at++ = '\0';
	}
	qsort(sorted, lines, sizeof *sorted, compare_lines);
	for (i = 0; i < lines; i++)
		different += i == 0 || strcmp(sorted[i - 1], sorted[i]) != 0;
	free(sorted);
	free(copy);
	return different;
}

#endif
