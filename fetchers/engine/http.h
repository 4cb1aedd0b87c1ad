/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.h - one attempt at one or more GETs to a publisher, by libcurl's multi
 * interface.
 *
 * A body goes into the archive's incoming folder while it comes, and is
 * whole, decoded (gzip only, its trailer checked) and hashed when the reply
 * says TS_OK. No bytes reach anybody before. Retrying is the caller's.
 */
#ifndef FETCHERS_ENGINE_HTTP_H
#define FETCHERS_ENGINE_HTTP_H

#include "fetchers/engine/archive.h"
#include "fetchers/engine/fetch.h"

struct ts_reply {
	enum ts_status status; /* TS_OK: a whole reply, of whatever status */
	struct ts_err err;
	bool again; /* another attempt may help */
	int http_status;
	struct ts_buf headers; /* with the status line, without cookies */
	struct ts_body *body;  /* ended; NULL when status is not TS_OK */
};

struct ts_get {
	const char *url;
	const char *accept;               /* NULL: any */
	const char *etag, *last_modified; /* NULL or "": none */
	struct ts_reply reply;
};

/* Called at each turn of the loop: bytes of the replies so far. */
typedef void ts_http_progress(void *ctx, int64_t bytes, double bytes_per_s);

struct ts_http;

enum ts_status
ts_http_open(const struct ts_source *source, const char *archive_dir,
	     const struct ts_clock *clock, ts_http_progress *progress,
	     void *ctx, struct ts_http **out, struct ts_err *err) TS_MUST_USE;
/* All of them at the same time. The status is ours; theirs is in the reply,
 * to be freed by ts_reply_free whatever it says. */
enum ts_status ts_http_get(struct ts_http *http, struct ts_get *gets,
			   size_t count, struct ts_err *err) TS_MUST_USE;
void ts_http_close(struct ts_http *http); /* NULL is welcome */

void ts_reply_init(struct ts_reply *reply);
void ts_reply_free(struct ts_reply *reply);

#endif
