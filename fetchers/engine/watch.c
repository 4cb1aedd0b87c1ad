/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at a publisher: is there anything new? Answers become marks, not
 * documents. Nothing is archived and nothing is stored; what is stored
 * already lends its validators, so that "not modified" costs no body.
 */
#include "fetchers/engine/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ROWS_MOST 1000000

/* What an answer says, row by row; publishers change their order. */
struct ts_look {
	struct ts_run *run;
	struct ts_hash *facts;
	char (*rows)[TS_SHA256_TEXT];
	size_t count, room;
};

static enum ts_status
tell(struct ts_run *run, size_t ask, const char *mark, struct ts_err *err)
{
	const struct ts_watching *watching = run->watching;

	return watching->mark(watching->ctx, run->plan.asks[ask].public_url,
			      mark, err);
}

/* ---- by what the answer says ------------------------------------- */

static enum ts_status
on_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	(void)ctx;
	(void)columns;
	(void)err;
	return TS_OK;
}

static enum ts_status
on_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	struct ts_look *look = ctx;
	TS_AUTO_BUF row = TS_BUF_INIT((size_t)1 << 20);

	if (look->count >= ROWS_MOST)
		return ts_fail(err, TS_BAD_DATA, "more than %d rows",
			       ROWS_MOST);
	if (look->count == look->room) {
		size_t room = look->room == 0 ? 64 : 2 * look->room;

		look->rows =
			ts_arena_grow(look->run->arena, look->rows, look->count,
				      room, sizeof *look->rows);
		look->room = room;
	}
	if (look->rows == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for rows");
	ts_obs_csv(&row, obs);
	if (ts_buf_check(&row, "a row", err) != TS_OK)
		return err->status;
	ts_sha256(row.data, row.used, look->rows[look->count++]);
	return TS_OK;
}

static enum ts_status
on_fact(void *ctx, const char *name, const char *value, struct ts_err *err)
{
	const struct ts_look *look = ctx;

	(void)err;
	ts_hash_add(look->facts, name, strlen(name) + 1);
	ts_hash_add(look->facts, value, strlen(value) + 1);
	return TS_OK;
}

static enum ts_status
on_begin(void *ctx, const struct ts_document *document, struct ts_err *err)
{
	(void)ctx;
	(void)document;
	(void)err;
	return TS_OK;
}

static enum ts_status
on_end(void *ctx, const struct ts_document *document, enum ts_status status,
       struct ts_err *err)
{
	(void)ctx;
	(void)document;
	(void)err;
	return status;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static enum ts_status
decode(struct ts_look *look, size_t ask, struct ts_document *document,
       const struct ts_body *body, struct ts_err *err)
{
	const struct ts_sink sink = { .ctx = look,
				      .columns = on_columns,
				      .obs = on_obs,
				      .fact = on_fact };
	const struct ts_fetch_events events = { .ctx = look,
						.begin_document = on_begin,
						.sink = &sink,
						.end_document = on_end };
	const struct ts_fetch_events *before = look->run->events;
	struct ts_bytes bytes;
	enum ts_status status = ts_body_open(body, &bytes, err);

	if (status != TS_OK)
		return status;
	document->decoded = true; /* there is no row of it to be marked */
	look->run->events = &events;
	status = ts_run_decode(look->run, ask, document, &bytes, false, err);
	look->run->events = before;
	ts_archive_close(&bytes);
	return status;
}

/* "" where it says nothing: an empty list is no assurance. */
static enum ts_status
mark_of_content(struct ts_run *run, size_t ask, struct ts_document *document,
		const struct ts_body *body, char mark[TS_SHA256_TEXT],
		struct ts_err *err)
{
	struct ts_look look = { .run = run, .facts = ts_hash_new() };
	enum ts_status status;

	mark[0] = '\0';
	if (look.facts == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	status = decode(&look, ask, document, body, err);
	if (status == TS_OK && look.count > 0) {
		qsort(look.rows, look.count, sizeof *look.rows, by_text);
		ts_hash_add(look.facts, look.rows,
			    look.count * sizeof *look.rows);
		ts_hash_end(look.facts, mark);
	}
	ts_hash_free(look.facts);
	return status;
}

/* ---- by its bytes ------------------------------------------------ */

/* The header of an SDMX structure names the moment of asking and a running
 * number: news to nobody. "</mes:Header>" ends it, under any prefix. */
static const char *
behind_header(const char *text)
{
	const char *at = text;

	while ((at = strstr(at, "Header>")) != NULL) {
		const char *open = at;

		while (open > text && open[-1] != '<' && open[-1] != '>')
			open--;
		at += strlen("Header>");
		if (open > text && open[-1] == '<' && open[0] == '/')
			return at;
	}
	return text;
}

static enum ts_status
mark_of_bytes(struct ts_run *run, const struct ts_body *body,
	      char mark[TS_SHA256_TEXT], struct ts_err *err)
{
	struct ts_document document = { .size_bytes = ts_body_size(body) };
	struct ts_answer answer = { .body = NULL };
	struct ts_bytes bytes;
	enum ts_status status = ts_body_open(body, &bytes, err);
	const char *from;

	if (status == TS_OK)
		status = ts_run_control(run, &document, &bytes, &answer, err);
	if (status != TS_OK)
		return status;
	from = behind_header(answer.body);
	ts_sha256(from, answer.body_size - (size_t)(from - answer.body), mark);
	return TS_OK;
}

/* ---- an answer --------------------------------------------------- */

enum ts_status
ts_run_look(struct ts_run *run, size_t ask, struct ts_document *document,
	    const struct ts_body *body, struct ts_err *err)
{
	const struct ts_request *request = &run->plan.asks[ask].request;
	char mark[TS_SHA256_TEXT];
	enum ts_status status = TS_OK;

	run->fates[ask].answer.http_status = document->http_status;
	if (document->http_status != 200) {
		/* the fetcher asked for a mark and there is none; for data it
		 * may be "nothing matches" */
		if (run->watching->own)
			return ts_fail(err, TS_REFUSED, "HTTP %d",
				       document->http_status);
		snprintf(mark, sizeof mark, "http %d", document->http_status);
	} else if (!run->watching->own) {
		snprintf(mark, sizeof mark, "%s", ts_body_sha256(body));
	} else if (request->role == TS_ROLE_DATA) {
		status = mark_of_content(run, ask, document, body, mark, err);
	} else {
		status = mark_of_bytes(run, body, mark, err);
	}
	return status == TS_OK ? tell(run, ask, mark, err) : status;
}

enum ts_status
ts_run_look_unchanged(struct ts_run *run, size_t ask, struct ts_err *err)
{
	run->result->unchanged++;
	/* as if its body had come again */
	return tell(run, ask, run->fates[ask].last.sha256, err);
}

enum ts_status
ts_run_look_file(struct ts_run *run, size_t ask, const char *path,
		 struct ts_err *err)
{
	char mark[TS_SHA256_TEXT];
	struct stat meta;

	if (stat(path, &meta) != 0)
		return errno == ENOENT ? ts_fail(err, TS_NO_INPUT,
						 "there is no file %s", path)
				       : ts_fail_errno(err, errno, "%s", path);
	snprintf(mark, sizeof mark, "file %lld %lld.%09ld",
		 (long long)meta.st_size, (long long)meta.st_mtim.tv_sec,
		 meta.st_mtim.tv_nsec);
	return tell(run, ask, mark, err);
}
