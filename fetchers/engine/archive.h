/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive.h - every reply as it came, below one folder:
 * <source>/<year>/<sha256>.gz. The same body twice is one file.
 *
 * A body on its way in is a file in incoming/ that nobody else sees; it
 * appears in the archive whole and on disk (fsync, rename, fsync) or not at
 * all. What a killed process left in incoming/ the next one sweeps away; a
 * lock tells the two apart.
 */
#ifndef FETCHERS_ENGINE_ARCHIVE_H
#define FETCHERS_ENGINE_ARCHIVE_H

#include "fetchers/engine/fetch.h"

#define TS_BODY_HEAD 4096

struct ts_body;

/* max_bytes: of the content; one byte more is TS_BAD_DATA. */
enum ts_status ts_body_new(const char *archive_dir, int64_t max_bytes,
			   struct ts_body **out,
			   struct ts_err *err) TS_MUST_USE;
enum ts_status ts_body_add(struct ts_body *body, const void *bytes,
			   size_t count, struct ts_err *err) TS_MUST_USE;
/* The first bytes, at most TS_BODY_HEAD. */
const char *ts_body_head(const struct ts_body *body, size_t *count);
int64_t ts_body_size(const struct ts_body *body);
/* Nothing more comes: the hash is known from here on. */
enum ts_status ts_body_end(struct ts_body *body,
			   struct ts_err *err) TS_MUST_USE;
const char *ts_body_sha256(const struct ts_body *body);
/* Reads an ended body that was not kept (yet). */
enum ts_status ts_body_open(const struct ts_body *body, struct ts_bytes *out,
			    struct ts_err *err) TS_MUST_USE;
/* Moves an ended body into the archive; sets archive, sha256 and size. */
enum ts_status ts_body_keep(struct ts_body *body, const char *source,
			    int64_t wall_us, struct ts_arena *arena,
			    struct ts_document *document,
			    struct ts_err *err) TS_MUST_USE;
/* Removes what was not kept. NULL is welcome. */
void ts_body_free(struct ts_body *body);

/* The file of the document is there (not: is intact). */
bool ts_archive_has(const char *archive_dir,
		    const struct ts_document *document);
/* Removes leftovers of processes that are gone. */
enum ts_status ts_archive_sweep(const char *archive_dir,
				struct ts_err *err) TS_MUST_USE;

#endif
