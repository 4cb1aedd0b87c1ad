/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/engine/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include "fetchers/engine/reply.h"
#include "fetchers/engine/url.h"

#define CONTROL_MAX (1 << 20)
#define CHUNK 65536

/* ---- what a document says without being decoded ------------------ */

/* An outage in the clothes of a success is a publisher's fault, not data. */
static enum ts_status
check_content(const struct ts_body *body, int http_status, struct ts_err *err)
{
	TS_AUTO_BUF words = TS_BUF_INIT(4096);
	size_t count;
	const char *head = ts_body_head(body, &count);

	if (http_status != 200 && http_status != 0)
		return TS_OK;
	if (count == 0)
		return ts_fail(err, TS_AGAIN,
			       "the publisher answered with nothing");
	if (!ts_reply_is_web_page(head, count))
		return TS_OK;
	ts_reply_words(&words, head, count);
	return ts_fail(err, TS_AGAIN,
		       "the publisher answered with a web page%s%s",
		       words.used > 0 ? ": " : "", words.data);
}

/* A reply without content by which the publisher says "nothing matches". */
static bool
is_nothing(const struct ts_run *run, int http_status)
{
	return http_status == 204 ||
	       (http_status >= 400 &&
		http_status == run->source.fetcher->empty_status);
}

static enum ts_status
tell_nothing(struct ts_run *run, struct ts_document *document,
	     struct ts_err *err)
{
	const struct ts_fetch_events *events = run->events;

	if (events->begin_document(events->ctx, document, err) != TS_OK)
		return err->status;
	if (events->sink->warn != NULL)
		events->sink->warn(events->sink->ctx,
				   "the publisher has nothing that matches");
	return events->end_document(events->ctx, document, TS_OK, err);
}

enum ts_status
ts_run_control(struct ts_run *run, const struct ts_document *document,
	       struct ts_bytes *bytes, struct ts_answer *answer,
	       struct ts_err *err)
{
	size_t used = 0, room = (size_t)document->size_bytes;
	char *text = NULL;
	long got = 0;

	if (document->size_bytes > CONTROL_MAX)
		(void)ts_fail(err, TS_BAD_DATA, "larger than %d bytes",
			      CONTROL_MAX);
	else if ((text = ts_arena_alloc(run->arena, room + 1, 1)) == NULL)
		(void)ts_fail(err, TS_SYSTEM, "no memory for an answer");
	/* one byte of room more: the end is read, and the hash checked */
	while (text != NULL && (got = bytes->read(bytes->ctx, text + used,
						  room + 1 - used, err)) > 0)
		used += (size_t)got;
	ts_archive_close(bytes);
	if (text == NULL || got < 0)
		return err->status;
	answer->body = text;
	answer->body_size = used;
	return TS_OK;
}

static enum ts_status
read_control(struct ts_run *run, const struct ts_document *document,
	     struct ts_answer *answer, struct ts_err *err)
{
	struct ts_bytes bytes;

	if (ts_archive_open(run->opts->archive_dir, document, &bytes, err) !=
	    TS_OK)
		return err->status;
	return ts_run_control(run, document, &bytes, answer, err);
}

static enum ts_status
put(struct ts_run *run, struct ts_document *document, struct ts_err *err)
{
	return run->opts->memory->put(run->opts->memory->ctx, document, err);
}

/* ---- the steps behind the archive -------------------------------- */

/* known: its observations are in the store. */
static enum ts_status
use(struct ts_run *run, size_t ask, struct ts_document *document, bool known,
    struct ts_err *err)
{
	struct ts_fate *fate = &run->fates[ask];
	enum ts_status status = TS_OK;
	bool marked = document->decoded;

	fate->answer.http_status = document->http_status;
	switch (run->plan.asks[ask].request.role) {
	case TS_ROLE_STRUCTURE:
		if (!is_nothing(run, document->http_status))
			return TS_OK;
		return ts_fail(err, TS_REFUSED,
			       "the publisher has no such "
			       "structure (HTTP %d)",
			       document->http_status);
	case TS_ROLE_CONTROL:
		status = read_control(run, document, &fate->answer, err);
		break;
	case TS_ROLE_DATA:
		if (!is_nothing(run, document->http_status))
			return ts_run_deliver(run, ask, document, known, err);
		if (!known)
			status = tell_nothing(run, document, err);
		break;
	}
	if (status != TS_OK || marked)
		return status;
	document->decoded = true;
	return put(run, document, err);
}

static enum ts_status
record(struct ts_run *run, const struct ts_document *document,
       struct ts_err *err)
{
	if (run->fetch->record == NULL)
		return TS_OK;
	return ts_record_add(run->fetch->record, run->opts->archive_dir,
			     document, err);
}

/* Only complete replies are worth a place in a pack; where nothing but the
 * decoder could tell, it has told. */
static enum ts_status
use_and_record(struct ts_run *run, size_t ask, bool known, struct ts_err *err)
{
	struct ts_document *document = &run->fates[ask].document;
	enum ts_status status = use(run, ask, document, known, err);
	struct ts_err later;

	if (status == TS_OK)
		return record(run, document, err);
	if (ts_reply_is_framed(document->headers) &&
	    record(run, document, &later) != TS_OK)
		return ts_while(err, "(also: %s)", later.text);
	return status;
}

static bool
is_same(const struct ts_fate *fate, const struct ts_document *document,
	const struct ts_body *body)
{
	return fate->has_last &&
	       fate->last.http_status == document->http_status &&
	       strcmp(fate->last.sha256, ts_body_sha256(body)) == 0;
}

enum ts_status
ts_run_adopt(struct ts_run *run, size_t ask, struct ts_document *document,
	     struct ts_body *body, struct ts_err *err)
{
	struct ts_fate *fate = &run->fates[ask];
	bool same = is_same(fate, document, body);
	bool known = same && fate->last.decoded && !run->opts->force;

	if (check_content(body, document->http_status, err) != TS_OK)
		return err->status;
	if (run->watching != NULL)
		return ts_run_look(run, ask, document, body, err);
	if (same) {
		/* the first time we saw it remains its vintage */
		document->id = fate->last.id;
		document->requested_us = fate->last.requested_us;
		document->retrieved_us = fate->last.retrieved_us;
		document->decoder = fate->last.decoder;
		document->decoded = fate->last.decoded;
	}
	/* also over the same file: it may have been damaged since */
	if (ts_body_keep(body, run->source.id, document->retrieved_us,
			 run->arena, document, err) != TS_OK ||
	    put(run, document, err) != TS_OK)
		return err->status;
	TS_FAULT("fetch.document.archived");
	fate->document = *document;
	run->result->unchanged += known;
	return use_and_record(run, ask, known, err);
}

enum ts_status
ts_run_unchanged(struct ts_run *run, size_t ask, struct ts_err *err)
{
	struct ts_fate *fate = &run->fates[ask];
	bool known = fate->last.decoded && !run->opts->force;

	if (run->watching != NULL)
		return ts_run_look_unchanged(run, ask, err);
	fate->document = fate->last;
	run->result->unchanged += known;
	return use_and_record(run, ask, known, err);
}

/* ---- without the network ----------------------------------------- */

enum ts_status
ts_run_last(struct ts_run *run, size_t ask, struct ts_err *err)
{
	const struct ts_memory *memory = run->opts->memory;
	struct ts_fate *fate = &run->fates[ask];
	enum ts_status status;

	status = memory->last(memory->ctx, run->source.id,
			      run->plan.asks[ask].public_url, run->arena,
			      &fate->last, err);
	fate->has_last = status == TS_OK;
	return status == TS_NO_INPUT ? TS_OK : status;
}

static enum ts_status
from_archive(struct ts_run *run, size_t ask, struct ts_err *err)
{
	if (!run->fates[ask].has_last)
		return ts_fail(err, TS_NO_INPUT,
			       "the archive has no document of it");
	return ts_run_unchanged(run, ask, err);
}

static enum ts_status
from_pack(struct ts_run *run, size_t ask, struct ts_err *err)
{
	struct ts_document document = { .source = run->source.id,
					.decoder = "" };
	struct ts_body *body;
	enum ts_status status;

	document.url = run->plan.asks[ask].public_url;
	if (ts_pack_get(run->fetch->pack, run->source.id, document.url,
			run->opts->archive_dir, run->source.max_bytes,
			&document, &body, err) != TS_OK)
		return err->status;
	if (document.http_status != 200 && document.http_status != 0 &&
	    !is_nothing(run, document.http_status) &&
	    run->plan.asks[ask].request.role != TS_ROLE_CONTROL)
		status = ts_fail(err, TS_REFUSED, "HTTP %d (recorded)",
				 document.http_status);
	else
		status = ts_run_adopt(run, ask, &document, body, err);
	ts_body_free(body);
	return status;
}

static enum ts_status
copy_local(int fd, const char *path, struct ts_body *body, struct ts_err *err)
{
	char bytes[CHUNK];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof bytes)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ts_fail_errno(err, errno, "read %s", path);
		if (ts_body_add(body, bytes, (size_t)got, err) != TS_OK)
			return err->status;
	}
	return ts_body_end(body, err);
}

static enum ts_status
from_file(struct ts_run *run, size_t ask, struct ts_err *err)
{
	const struct ts_clock *clock = run->opts->clock;
	struct ts_document document = { .source = run->source.id,
					.decoder = "",
					.media_type = "",
					.etag = "",
					.last_modified = "",
					.headers = "" };
	const char *path;
	struct ts_body *body;
	struct stat what;
	enum ts_status status;
	TS_AUTO_FD fd = -1;

	document.url = run->plan.asks[ask].public_url;
	path = run->plan.asks[ask].url + strlen("file:");
	if (strncmp(path, "//", 2) == 0)
		path += 2;
	if (run->watching != NULL)
		return ts_run_look_file(run, ask, path, err);
	document.requested_us = clock->wall_us(clock);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return ts_fail(err, TS_NO_INPUT, "there is no file %s", path);
	if (fd < 0 || fstat(fd, &what) != 0)
		return ts_fail_errno(err, errno, "open %s", path);
	if (!S_ISREG(what.st_mode))
		return ts_fail(err, TS_NO_INPUT, "%s is not a file", path);
	if (ts_body_new(run->opts->archive_dir, run->source.max_bytes, &body,
			err) != TS_OK)
		return err->status;
	status = copy_local(fd, path, body, err);
	document.retrieved_us = clock->wall_us(clock);
	if (status == TS_OK)
		status = ts_run_adopt(run, ask, &document, body, err);
	ts_body_free(body);
	return status;
}

enum ts_status
ts_run_quiet(struct ts_run *run, size_t ask, struct ts_err *err)
{
	if (ts_run_last(run, ask, err) != TS_OK)
		return err->status;
	switch (run->opts->mode) {
	case TS_FETCH_LIVE:
		return from_file(run, ask, err);
	case TS_FETCH_OFFLINE:
		return from_archive(run, ask, err);
	case TS_FETCH_REPLAY:
		return from_pack(run, ask, err);
	}
	return TS_OK;
}
