/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/engine/run.h"

#include <inttypes.h>
#include <string.h>
#include <zlib.h>
#include "fetchers/engine/reply.h"

#define MAX_FACTS 1000
#define BULK_BYTES (16ull << 30)
#define BULK_ROWS 200000000

/* Between the decoder and the caller's sink: counts, keeps facts. */
struct tap {
	const struct ts_run *run;
	struct ts_answer *answer;
	const struct ts_sink *sink; /* NULL: only rows and facts */
	struct ts_param *facts;
	size_t room;
};

static enum ts_status
on_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	const struct ts_sink *sink = ((struct tap *)ctx)->sink;

	if (sink == NULL || sink->columns == NULL)
		return TS_OK;
	return sink->columns(sink->ctx, columns, err);
}

static enum ts_status
on_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	struct tap *tap = ctx;
	struct ts_obs named;

	tap->answer->rows++;
	if (tap->sink == NULL)
		return TS_OK;
	named = *obs;
	named.source = tap->run->source.id;
	return tap->sink->obs(tap->sink->ctx, &named, err);
}

static enum ts_status
keep_fact(struct tap *tap, const char *name, const char *value,
	  struct ts_err *err)
{
	size_t count = tap->answer->fact_count;
	struct ts_arena *arena = tap->run->arena;
	struct ts_param *facts = tap->facts;

	if (count >= MAX_FACTS)
		return ts_fail(err, TS_BAD_DATA, "more than %d facts",
			       MAX_FACTS);
	if (count == tap->room) {
		tap->room = count == 0 ? 8 : count * 2;
		facts = ts_arena_grow(arena, facts, count, tap->room,
				      sizeof *facts);
	}
	if (facts != NULL) {
		facts[count].name = ts_arena_strdup(arena, name);
		facts[count].value = ts_arena_strdup(arena, value);
	}
	if (facts == NULL || facts[count].name == NULL ||
	    facts[count].value == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for facts");
	tap->answer->facts = tap->facts = facts;
	tap->answer->fact_count = count + 1;
	return TS_OK;
}

static enum ts_status
on_fact(void *ctx, const char *name, const char *value, struct ts_err *err)
{
	struct tap *tap = ctx;

	if (keep_fact(tap, name, value, err) != TS_OK)
		return err->status;
	if (tap->sink == NULL || tap->sink->fact == NULL)
		return TS_OK;
	return tap->sink->fact(tap->sink->ctx, name, value, err);
}

static void
on_warn(void *ctx, const char *text)
{
	const struct ts_sink *sink = ((struct tap *)ctx)->sink;

	if (sink != NULL && sink->warn != NULL)
		sink->warn(sink->ctx, text);
}

/* ---- which decoder, and its settings ----------------------------- */

/* The first bytes as the decoder will see them: a body can be a gzip file. */
static size_t
unpack_head(char *head, size_t count)
{
	unsigned char plain[TS_BODY_HEAD] = { 0 };
	z_stream zip = { .next_in = (unsigned char *)head,
			 .avail_in = (unsigned)count,
			 .next_out = plain,
			 .avail_out = sizeof plain };
	size_t got;

	if (count < 3 || memcmp(head, "\x1f\x8b\x08", 3) != 0 ||
	    inflateInit2(&zip, 15 + 16) != Z_OK)
		return count;
	inflate(&zip, Z_SYNC_FLUSH);
	got = sizeof plain - zip.avail_out;
	inflateEnd(&zip);
	memcpy(head, plain, got);
	return got;
}

static enum ts_status
choose(const struct ts_run *run, const struct ts_request *request,
       const struct ts_bytes *bytes, const struct ts_decoder **out,
       struct ts_err *err)
{
	const struct ts_fetch_opts *opts = run->opts;
	const char *name = request->decoder != NULL
				   ? request->decoder
				   : run->source.fetcher->decoder;
	char head[TS_BODY_HEAD];
	size_t count = 0;

	while (count < sizeof head) {
		long got = bytes->read(bytes->ctx, head + count,
				       sizeof head - count, err);

		if (got < 0)
			return err->status;
		if (got == 0)
			break;
		count += (size_t)got;
	}
	if (bytes->rewind(bytes->ctx, err) != TS_OK)
		return err->status;
	count = unpack_head(head, count);
	*out = opts->decoder(opts->decoder_ctx, name, head, count);
	if (*out != NULL)
		return TS_OK;
	if (name != NULL)
		return ts_fail(err, TS_UNAVAILABLE, "no decoder \"%s\"", name);
	return ts_fail(err, TS_BAD_DATA, "no decoder knows this document");
}

static void
note_problem(void *ctx, const char *text)
{
	struct ts_err *err = ctx;

	if (err->status == TS_OK)
		ts_fail(err, TS_BAD_CONFIG, "%s", text);
}

/* "name=value" lines into settings, in the run's arena. */
static enum ts_status
read_settings(const struct ts_run *run, const char *lines,
	      struct ts_settings *out, struct ts_err *err)
{
	size_t count = 1;
	struct ts_setting *items;
	char *at = ts_arena_strdup(run->arena, lines);

	for (const char *c = lines; *c != '\0'; c++)
		count += *c == '\n';
	items = ts_arena_alloc(run->arena, count, sizeof *items);
	if (at == NULL || items == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for settings");
	for (count = 0; *at != '\0'; count++) {
		char *end = at + strcspn(at, "\n");
		char *sign = at + strcspn(at, "=\n");
		bool last = *end == '\0';

		if (*sign != '=')
			return ts_fail(err, TS_BAD_CONFIG,
				       "decoder setting \"%.*s\" has no =",
				       (int)(end - at), at);
		*sign = *end = '\0';
		items[count].name = at;
		items[count].value = sign + 1;
		at = last ? end : end + 1;
	}
	*out = (struct ts_settings){ .items = items, .count = count };
	return TS_OK;
}

static enum ts_status
fill_options(const struct ts_run *run, const struct ts_decoder *decoder,
	     const struct ts_request *request, const void **out,
	     struct ts_err *err)
{
	struct ts_settings settings = { .items = NULL };
	struct ts_err problem = { .status = TS_OK };
	void *opts = NULL;

	*out = NULL;
	if (request->decoder_settings != NULL &&
	    read_settings(run, request->decoder_settings, &settings, err) !=
		    TS_OK)
		return err->status;
	if (decoder->plugin.opts == NULL && settings.count == 0)
		return TS_OK;
	if (decoder->plugin.opts == NULL)
		return ts_fail(err, TS_BAD_CONFIG, "decoder %s has no setting",
			       decoder->plugin.name);
	opts = ts_arena_alloc(run->arena, 1, decoder->plugin.opts_size);
	if (opts == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for settings");
	if (ts_opt_apply(decoder->plugin.opts, &settings, opts, run->arena,
			 note_problem, &problem, err) != TS_OK)
		return problem.status == TS_OK
			       ? err->status
			       : ts_fail(err, TS_BAD_CONFIG, "decoder %s: %s",
					 decoder->plugin.name, problem.text);
	*out = opts;
	return TS_OK;
}

/* ---- the structure that belongs to it ---------------------------- */

struct piece {
	struct ts_bytes bytes;
	struct ts_err err; /* read() has no other way to tell */
};

static size_t
read_structure(void *ctx, char *bytes, size_t room)
{
	struct piece *piece = ctx;
	long got;

	if (piece->err.status != TS_OK)
		return 0;
	got = piece->bytes.read(piece->bytes.ctx, bytes, room, &piece->err);
	return got < 0 ? 0 : (size_t)got;
}

/* The newest ask with that tag; the plan may have asked for several. */
static struct ts_fate *
find_structure(struct ts_run *run, const char *tag)
{
	for (size_t i = run->plan.count; i > 0; i--) {
		const struct ts_request *request =
			&run->plan.asks[i - 1].request;

		if (request->role == TS_ROLE_STRUCTURE &&
		    request->tag != NULL && strcmp(request->tag, tag) == 0)
			return &run->fates[run->plan.asks[i - 1].same_as];
	}
	return NULL;
}

/* ---- all together ------------------------------------------------ */

static enum ts_status
decode(struct ts_run *run, const struct ts_decoder *decoder,
       const struct ts_request *request, const struct ts_bytes *bytes,
       struct piece *structure, struct tap *tap, struct ts_err *err)
{
	struct ts_decode_limits limits = TS_DECODE_LIMITS;
	struct ts_structure pieces = { structure, read_structure };
	struct ts_sink sink = { .ctx = tap,
				.columns = on_columns,
				.obs = on_obs,
				.fact = on_fact,
				.warn = on_warn };
	const void *opts;
	enum ts_status status;

	if (run->source.bulk) {
		limits.max_bytes = BULK_BYTES;
		limits.max_rows = BULK_ROWS;
	}
	if ((uint64_t)run->source.max_bytes > limits.max_bytes)
		limits.max_bytes = (uint64_t)run->source.max_bytes;
	if (fill_options(run, decoder, request, &opts, err) != TS_OK)
		return err->status;
	status = ts_decode_bytes(
		decoder, opts, request->dataset != NULL ? request->dataset : "",
		&limits, structure != NULL ? &pieces : NULL, bytes, &sink, err);
	/* the decoder only saw that the structure ended */
	if (structure != NULL && structure->err.status != TS_OK) {
		*err = structure->err;
		return ts_while(err, "structure of the document");
	}
	return status;
}

static enum ts_status
deliver(struct ts_run *run, const struct ts_decoder *decoder,
	const struct ts_request *request, struct ts_document *document,
	const struct ts_bytes *bytes, struct piece *structure, bool again,
	struct ts_answer *answer, struct ts_err *err)
{
	const struct ts_fetch_events *events = run->events;
	struct tap tap = { .run = run,
			   .answer = answer,
			   .sink = again ? NULL : events->sink };
	enum ts_status status, fate;

	if (again)
		return decode(run, decoder, request, bytes, structure, &tap,
			      err);
	if (events->begin_document(events->ctx, document, err) != TS_OK)
		return err->status;
	err->status = TS_OK;
	status = decode(run, decoder, request, bytes, structure, &tap, err);
	if (status != TS_OK) {
		/* told, and the first fault is the one that is reported */
		struct ts_err later;

		fate = events->end_document(events->ctx, document, status,
					    &later);
		(void)fate;
		return status;
	}
	if (events->end_document(events->ctx, document, TS_OK, err) != TS_OK)
		return err->status;
	run->result->rows += answer->rows;
	return TS_OK;
}

static enum ts_status
mark(struct ts_run *run, struct ts_document *document, const char *decoder,
     struct ts_err *err)
{
	const struct ts_memory *memory = run->opts->memory;

	if (document->decoded)
		return TS_OK;
	document->decoded = true;
	document->decoder = decoder;
	return memory->put(memory->ctx, document, err);
}

static enum ts_status
open_structure(struct ts_run *run, const struct ts_request *request,
	       struct ts_fate **fate, struct piece *piece, struct ts_err *err)
{
	*fate = NULL;
	if (request->structure_tag == NULL)
		return TS_OK;
	*fate = find_structure(run, request->structure_tag);
	if (*fate == NULL || (*fate)->status != TS_OK ||
	    (*fate)->document.id == 0)
		return ts_fail(err,
			       *fate != NULL && (*fate)->status != TS_OK
				       ? (*fate)->status
				       : TS_NO_INPUT,
			       "its structure (\"%s\") is missing",
			       request->structure_tag);
	return ts_archive_open(run->opts->archive_dir, &(*fate)->document,
			       &piece->bytes, err);
}

enum ts_status
ts_run_decode(struct ts_run *run, size_t ask, struct ts_document *document,
	      const struct ts_bytes *bytes, bool again, struct ts_err *err)
{
	const struct ts_request *request = &run->plan.asks[ask].request;
	const struct ts_decoder *decoder;
	struct piece piece = { .bytes = { .ctx = NULL } };
	struct ts_fate *structure;
	enum ts_status status;

	if (choose(run, request, bytes, &decoder, err) != TS_OK)
		return err->status;
	if (!decoder->has_end_mark && !ts_reply_is_framed(document->headers))
		return ts_fail(err, TS_BAD_DATA,
			       "whether it is complete "
			       "cannot be told: no Content-Length, and %s has "
			       "no end mark",
			       decoder->plugin.name);
	if (open_structure(run, request, &structure, &piece, err) != TS_OK)
		return err->status;
	status = deliver(run, decoder, request, document, bytes,
			 structure != NULL ? &piece : NULL, again,
			 &run->fates[ask].answer, err);
	ts_archive_close(&piece.bytes);
	/* That a structure is whole shows when data were read with it. */
	if (status == TS_OK && structure != NULL)
		status = mark(run, &structure->document, "", err);
	if (status == TS_OK)
		status = mark(run, document, decoder->plugin.name, err);
	return status;
}

enum ts_status
ts_run_deliver(struct ts_run *run, size_t ask, struct ts_document *document,
	       bool again, struct ts_err *err)
{
	struct ts_bytes bytes;
	enum ts_status status;

	if (ts_archive_open(run->opts->archive_dir, document, &bytes, err) !=
	    TS_OK)
		return err->status;
	status = ts_run_decode(run, ask, document, &bytes, again, err);
	ts_archive_close(&bytes);
	return status;
}
