/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps between bytes and a decoder, the same for a fetched document and
 * for a file on the command line: pieces of 64 KiB, gzip told by its magic
 * (publishers send gzip bodies without saying so), limits, web pages noticed
 * before a parser wonders about them, and a second pass for those who ask.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fetchers/decode/head.h"
#include "fetchers/engine/fetch.h"

#define PIECE ((size_t)64 << 10)
#define ARENA_CEILING ((size_t)48 << 20)
#define HEAD ((size_t)4096)
#define ANY_GZIP (16 + MAX_WBITS)

/* Pieces as the decoder gets them. */
struct reader {
	const struct ts_bytes *bytes;
	bool started, ended;
	bool gzip;
	bool member_ended; /* with its trailer, which zlib has checked */
	z_stream z;
	char raw[PIECE]; /* compressed, if gzip */
	size_t raw_used, raw_count;
	char piece[PIECE];
	size_t count;
};

/* Counts the rows on their way. */
struct counter {
	const struct ts_sink *sink;
	uint64_t rows, max_rows;
};

static enum ts_status
count_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	struct counter *counter = ctx;

	if (counter->rows++ == counter->max_rows)
		return ts_fail(err, TS_BAD_DATA, "more than %llu observations",
			       (unsigned long long)counter->max_rows);
	return counter->sink->obs(counter->sink->ctx, obs, err);
}

static enum ts_status
pass_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	const struct counter *counter = ctx;

	if (counter->sink->columns == NULL)
		return TS_OK;
	return counter->sink->columns(counter->sink->ctx, columns, err);
}

static enum ts_status
pass_fact(void *ctx, const char *name, const char *value, struct ts_err *err)
{
	const struct counter *counter = ctx;

	if (counter->sink->fact == NULL)
		return TS_OK;
	return counter->sink->fact(counter->sink->ctx, name, value, err);
}

static void
pass_warn(void *ctx, const char *text)
{
	const struct counter *counter = ctx;

	if (counter->sink->warn != NULL)
		counter->sink->warn(counter->sink->ctx, text);
}

/* Fills room as far as the document goes, however short the reads are. */
static enum ts_status
fill(const struct ts_bytes *bytes, char *room, size_t size, size_t *count,
     struct ts_err *err)
{
	*count = 0;
	while (*count < size) {
		long got = bytes->read(bytes->ctx, room + *count, size - *count,
				       err);

		if (got < 0)
			return err != NULL && err->status != TS_OK ? err->status
								   : TS_SYSTEM;
		if (got == 0)
			break;
		*count += (size_t)got;
	}
	return TS_OK;
}

static enum ts_status
gzip_failed(const struct reader *reader, int rc, struct ts_err *err)
{
	if (rc == Z_MEM_ERROR)
		return ts_fail(err, TS_SYSTEM, "no memory");
	return ts_fail(err, TS_BAD_DATA, "damaged gzip: %s",
		       reader->z.msg != NULL ? reader->z.msg : zError(rc));
}

/* Behind a member: another one, or the end. */
static enum ts_status
next_member(struct reader *reader, struct ts_err *err)
{
	if (reader->z.avail_in == 0)
		return TS_OK;
	if (*reader->z.next_in != 0x1f)
		return ts_fail(err, TS_BAD_DATA, "bytes behind the gzip data");
	reader->member_ended = false;
	if (inflateReset(&reader->z) != Z_OK)
		return gzip_failed(reader, Z_STREAM_ERROR, err);
	return TS_OK;
}

static enum ts_status
inflate_piece(struct reader *reader, struct ts_err *err)
{
	z_stream *z = &reader->z;
	enum ts_status status;
	int rc;

	z->next_out = (Bytef *)reader->piece;
	z->avail_out = PIECE;
	while (z->avail_out > 0) {
		if (z->avail_in == 0) {
			status = fill(reader->bytes, reader->raw, PIECE,
				      &reader->raw_count, err);
			if (status != TS_OK)
				return status;
			z->next_in = (Bytef *)reader->raw;
			z->avail_in = (uInt)reader->raw_count;
		}
		if (reader->member_ended) {
			status = next_member(reader, err);
			if (status != TS_OK)
				return status;
		}
		if (z->avail_in == 0) {
			if (!reader->member_ended)
				return ts_fail(err, TS_BAD_DATA,
					       "the gzip data end too early");
			reader->ended = true;
			break;
		}
		rc = inflate(z, Z_NO_FLUSH);
		if (rc == Z_STREAM_END)
			reader->member_ended = true;
		else if (rc != Z_OK)
			return gzip_failed(reader, rc, err);
	}
	reader->count = PIECE - z->avail_out;
	return TS_OK;
}

/* The first piece decides whether it is gzip. */
static enum ts_status
start(struct reader *reader, struct ts_err *err)
{
	enum ts_status status;
	int rc;

	reader->started = true;
	status = fill(reader->bytes, reader->piece, PIECE, &reader->count, err);
	if (status != TS_OK)
		return status;
	if (reader->count >= 4 && memcmp(reader->piece, "PK\3\4", 4) == 0)
		return ts_fail(err, TS_BAD_DATA,
			       "a ZIP archive: unpack it first");
	if (reader->count < 2 || memcmp(reader->piece, "\x1f\x8b", 2) != 0) {
		reader->ended = reader->count < PIECE;
		return TS_OK;
	}
	if (!reader->gzip) {
		rc = inflateInit2(&reader->z, ANY_GZIP);
		if (rc != Z_OK)
			return gzip_failed(reader, rc, err);
		reader->gzip = true;
	}
	memcpy(reader->raw, reader->piece, reader->count);
	reader->z.next_in = (Bytef *)reader->raw;
	reader->z.avail_in = (uInt)reader->count;
	return inflate_piece(reader, err);
}

static enum ts_status
next_piece(struct reader *reader, struct ts_err *err)
{
	enum ts_status status;

	reader->count = 0;
	if (reader->ended)
		return TS_OK;
	if (!reader->started)
		return start(reader, err);
	if (reader->gzip)
		return inflate_piece(reader, err);
	status = fill(reader->bytes, reader->piece, PIECE, &reader->count, err);
	reader->ended = reader->count < PIECE;
	return status;
}

static enum ts_status
rewind_reader(struct reader *reader, struct ts_err *err)
{
	const struct ts_bytes *bytes = reader->bytes;

	if (bytes->rewind == NULL)
		return ts_fail(err, TS_BAD_USAGE,
			       "this format is read twice: give a file, not a "
			       "stream");
	reader->started = reader->ended = reader->member_ended = false;
	if (reader->gzip && inflateReset(&reader->z) != Z_OK)
		return gzip_failed(reader, Z_STREAM_ERROR, err);
	return bytes->rewind(bytes->ctx, err);
}

/* "502 - Web server received an invalid response", out of a web page. */
static enum ts_status
web_page(const struct reader *reader, const char *expected, struct ts_err *err)
{
	size_t count = reader->count < HEAD ? reader->count : HEAD;
	const char *end = reader->piece + count;
	const char *title = memmem(reader->piece, count, "<title>", 7);
	const char *close;

	if (title != NULL) {
		title += 7;
		close = memchr(title, '<', (size_t)(end - title));
		if (close != NULL && close - title > 0 && close - title < 200)
			return ts_fail(err, TS_BAD_DATA,
				       "got a web page where %s was expected: "
				       "%.*s",
				       expected, (int)(close - title), title);
	}
	return ts_fail(err, TS_BAD_DATA, "got a web page where %s was expected",
		       expected);
}

static enum ts_status
one_pass(const struct ts_decoder *decoder, void *state, struct reader *reader,
	 uint64_t max_bytes, struct ts_err *err)
{
	uint64_t total = 0;
	enum ts_status status;

	for (;;) {
		status = next_piece(reader, err);
		if (status != TS_OK || reader->count == 0)
			return status;
		if (total == 0 &&
		    ts_head_is_html(reader->piece, reader->count < HEAD
							   ? reader->count
							   : HEAD))
			return web_page(reader, decoder->plugin.name, err);
		total += reader->count;
		if (total > max_bytes)
			return ts_fail(err, TS_BAD_DATA,
				       "larger than %llu bytes",
				       (unsigned long long)max_bytes);
		status =
			decoder->feed(state, reader->piece, reader->count, err);
		if (status != TS_OK)
			return status;
	}
}

static enum ts_status
all_passes(const struct ts_decoder *decoder, const struct ts_decode *decode,
	   struct reader *reader, struct ts_err *err)
{
	int passes = decoder->passes > 1 ? decoder->passes : 1;
	uint64_t max_bytes = decode->limits.max_bytes;
	void *state = NULL;
	enum ts_status status = decoder->begin(decode, &state, err);
	int pass;

	for (pass = 0; pass < passes && status == TS_OK; pass++) {
		if (pass > 0) {
			status = rewind_reader(reader, err);
			if (status == TS_OK)
				status = decoder->next_pass(state, err);
		}
		if (status == TS_OK)
			status = one_pass(decoder, state, reader, max_bytes,
					  err);
	}
	if (status == TS_OK)
		status = decoder->end(state, err);
	if (decoder->close != NULL)
		decoder->close(state);
	return status;
}

enum ts_status
ts_decode_bytes(const struct ts_decoder *decoder, const void *opts,
		const char *dataset, const struct ts_decode_limits *limits,
		const struct ts_structure *structure,
		const struct ts_bytes *bytes, const struct ts_sink *sink,
		struct ts_err *err)
{
	struct counter counter = { .sink = sink, .max_rows = limits->max_rows };
	const struct ts_sink counting = {
		.ctx = &counter,
		.columns = pass_columns,
		.obs = count_obs,
		.fact = pass_fact,
		.warn = pass_warn,
	};
	struct ts_decode decode = {
		.sink = &counting,
		.opts = opts,
		.structure = structure,
		.limits = *limits,
		.dataset = dataset != NULL ? dataset : "",
	};
	struct reader *reader = calloc(1, sizeof *reader);
	enum ts_status status;

	decode.arena = ts_arena_new(ARENA_CEILING);
	if (reader == NULL || decode.arena == NULL) {
		free(reader);
		ts_arena_free(decode.arena);
		return ts_fail(err, TS_SYSTEM, "no memory");
	}
	reader->bytes = bytes;
	status = all_passes(decoder, &decode, reader, err);
	if (reader->gzip)
		inflateEnd(&reader->z);
	free(reader);
	ts_arena_free(decode.arena);
	return status;
}
