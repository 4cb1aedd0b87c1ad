/* SPDX-License-Identifier: Apache-2.0 */
/* Documents and politeness in SQLite. */
#include "store/sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct ts_sqlite *
of(struct ts_backend *backend)
{
	return (struct ts_sqlite *)backend;
}

/* One row expected: TS_NO_INPUT when there is none. The caller resets. */
static enum ts_status
first_row(struct ts_sqlite *sqlite, sqlite3_stmt *statement, const char *what,
	  struct ts_err *err)
{
	int code = sqlite3_step(statement);

	if (code == SQLITE_ROW)
		return TS_OK;
	if (code == SQLITE_DONE)
		return ts_fail(err, TS_NO_INPUT, "store %s: no such %s",
			       sqlite->path, what);
	return ts_sqlite_failed(sqlite, code, what, err);
}

enum ts_status
ts_sqlite_document_put(struct ts_backend *backend, struct ts_document *document,
		       struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	bool add = document->id == 0;
	sqlite3_stmt *put;
	enum ts_status status;

	status = ts_sqlite_statement(
		sqlite, add ? TS_SQL_DOCUMENT_ADD : TS_SQL_DOCUMENT_SET, &put,
		err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(put, 1, document->source);
	ts_sqlite_text(put, 2, document->url);
	ts_sqlite_text(put, 3, document->decoder);
	sqlite3_bind_int64(put, 4, document->requested_us);
	sqlite3_bind_int64(put, 5, document->retrieved_us);
	sqlite3_bind_int(put, 6, document->http_status);
	ts_sqlite_text(put, 7, document->media_type);
	ts_sqlite_text(put, 8, document->etag);
	ts_sqlite_text(put, 9, document->last_modified);
	ts_sqlite_text(put, 10, document->headers);
	sqlite3_bind_int64(put, 11, document->size_bytes);
	ts_sqlite_text(put, 12, document->sha256);
	ts_sqlite_text(put, 13, document->archive);
	sqlite3_bind_int(put, 14, document->decoded);
	if (!add)
		sqlite3_bind_int64(put, 15, document->id);
	status = ts_sqlite_run(sqlite, put, "document", err);
	if (status != TS_OK)
		return status;
	if (add)
		document->id = sqlite3_last_insert_rowid(sqlite->db);
	else if (sqlite3_changes(sqlite->db) == 0)
		return ts_fail(err, TS_NO_INPUT, "store %s: no document %lld",
			       sqlite->path, (long long)document->id);
	return TS_OK;
}

static enum ts_status
copy_document(sqlite3_stmt *from, struct ts_arena *arena,
	      struct ts_document *out, struct ts_err *err)
{
	const char *sha256 = ts_sqlite_column(from, 12);
	struct ts_document document = {
		.id = sqlite3_column_int64(from, 0),
		.source = ts_arena_strdup(arena, ts_sqlite_column(from, 1)),
		.url = ts_arena_strdup(arena, ts_sqlite_column(from, 2)),
		.decoder = ts_arena_strdup(arena, ts_sqlite_column(from, 3)),
		.requested_us = sqlite3_column_int64(from, 4),
		.retrieved_us = sqlite3_column_int64(from, 5),
		.http_status = sqlite3_column_int(from, 6),
		.media_type = ts_arena_strdup(arena, ts_sqlite_column(from, 7)),
		.etag = ts_arena_strdup(arena, ts_sqlite_column(from, 8)),
		.last_modified =
			ts_arena_strdup(arena, ts_sqlite_column(from, 9)),
		.headers = ts_arena_strdup(arena, ts_sqlite_column(from, 10)),
		.size_bytes = sqlite3_column_int64(from, 11),
		.archive = ts_arena_strdup(arena, ts_sqlite_column(from, 13)),
		.decoded = sqlite3_column_int(from, 14) != 0,
	};

	if (document.source == NULL || document.url == NULL ||
	    document.decoder == NULL || document.media_type == NULL ||
	    document.etag == NULL || document.last_modified == NULL ||
	    document.headers == NULL || document.archive == NULL)
		return ts_fail_errno(err, ENOMEM, "document");
	snprintf(document.sha256, sizeof document.sha256, "%s", sha256);
	*out = document;
	return TS_OK;
}

enum ts_status
ts_sqlite_document_get(struct ts_backend *backend, int64_t id,
		       struct ts_arena *arena, struct ts_document *out,
		       struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *get;
	enum ts_status status;

	status = ts_sqlite_statement(sqlite, TS_SQL_DOCUMENT_GET, &get, err);
	if (status != TS_OK)
		return status;
	sqlite3_bind_int64(get, 1, id);
	status = first_row(sqlite, get, "document", err);
	if (status == TS_OK)
		status = copy_document(get, arena, out, err);
	sqlite3_reset(get);
	return status;
}

enum ts_status
ts_sqlite_document_last(struct ts_backend *backend, const char *source,
			const char *url, struct ts_arena *arena,
			struct ts_document *out, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *get;
	enum ts_status status;

	status = ts_sqlite_statement(sqlite, TS_SQL_DOCUMENT_LAST, &get, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(get, 1, source);
	ts_sqlite_text(get, 2, url);
	status = first_row(sqlite, get, "document", err);
	if (status == TS_OK)
		status = copy_document(get, arena, out, err);
	sqlite3_reset(get);
	return status;
}

enum ts_status
ts_sqlite_document_after(struct ts_backend *backend,
			 const struct ts_document *document, int64_t *id,
			 struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *get;
	enum ts_status status;
	int code;

	status = ts_sqlite_statement(sqlite, TS_SQL_DOCUMENT_AFTER, &get, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(get, 1, document->source);
	ts_sqlite_text(get, 2, document->url);
	sqlite3_bind_int64(get, 3, document->retrieved_us);
	sqlite3_bind_int64(get, 4, document->id);
	code = sqlite3_step(get);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "document", err);
	*id = code == SQLITE_ROW ? sqlite3_column_int64(get, 0) : 0;
	sqlite3_reset(get);
	return status;
}

enum ts_status
ts_sqlite_document_state(struct ts_backend *backend, int64_t id,
			 int64_t *retrieved_us, bool *decoded,
			 struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *get;
	enum ts_status status;

	status = ts_sqlite_statement(sqlite, TS_SQL_DOCUMENT_STATE, &get, err);
	if (status != TS_OK)
		return status;
	sqlite3_bind_int64(get, 1, id);
	status = first_row(sqlite, get, "document", err);
	if (status == TS_OK) {
		*retrieved_us = sqlite3_column_int64(get, 0);
		*decoded = sqlite3_column_int(get, 1) != 0;
	}
	sqlite3_reset(get);
	return status;
}

enum ts_status
ts_sqlite_document_decoded(struct ts_backend *backend, int64_t id,
			   const char *decoder, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *set;
	enum ts_status status;

	status =
		ts_sqlite_statement(sqlite, TS_SQL_DOCUMENT_DECODED, &set, err);
	if (status != TS_OK)
		return status;
	sqlite3_bind_int64(set, 1, id);
	ts_sqlite_text(set, 2, decoder);
	return ts_sqlite_run(sqlite, set, "document", err);
}

enum ts_status
ts_sqlite_pace_get(struct ts_backend *backend, const char *host,
		   struct ts_pace *out, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *get;
	enum ts_status status;

	status = ts_sqlite_statement(sqlite, TS_SQL_PACE_GET, &get, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(get, 1, host);
	status = first_row(sqlite, get, "host", err);
	if (status == TS_OK)
		*out = (struct ts_pace){
			.tokens = sqlite3_column_double(get, 0),
			.at_us = sqlite3_column_int64(get, 1),
			.not_before_us = sqlite3_column_int64(get, 2),
			.window_us = sqlite3_column_int64(get, 3),
			.calls = sqlite3_column_int64(get, 4),
		};
	sqlite3_reset(get);
	return status;
}

enum ts_status
ts_sqlite_pace_put(struct ts_backend *backend, const char *host,
		   const struct ts_pace *pace, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *put;
	enum ts_status status;

	status = ts_sqlite_statement(sqlite, TS_SQL_PACE_PUT, &put, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(put, 1, host);
	sqlite3_bind_double(put, 2, pace->tokens);
	sqlite3_bind_int64(put, 3, pace->at_us);
	sqlite3_bind_int64(put, 4, pace->not_before_us);
	sqlite3_bind_int64(put, 5, pace->window_us);
	sqlite3_bind_int64(put, 6, pace->calls);
	return ts_sqlite_run(sqlite, put, "pace", err);
}

enum ts_status
ts_sqlite_counts(struct ts_backend *backend, struct ts_store_counts *out,
		 struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status = TS_OK;
	sqlite3_stmt *get;
	struct stat st;
	int code;

	code = sqlite3_prepare_v2(
		sqlite->db,
		"SELECT (SELECT count(*) FROM document),"
		" (SELECT count(*) FROM series),"
		" (SELECT count(*) FROM observation),"
		" (SELECT count(*) FROM entry),"
		" (SELECT user_version FROM pragma_user_version)",
		-1, &get, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(get);
	if (code == SQLITE_ROW)
		*out = (struct ts_store_counts){
			.documents = sqlite3_column_int64(get, 0),
			.series = sqlite3_column_int64(get, 1),
			.vintages = sqlite3_column_int64(get, 2),
			.editions = sqlite3_column_int64(get, 3),
			.schema = sqlite3_column_int(get, 4),
			.size_bytes =
				stat(sqlite->path, &st) == 0 ? st.st_size : 0,
		};
	else
		status = ts_sqlite_failed(sqlite,
					  sqlite3_extended_errcode(sqlite->db),
					  "counts", err);
	sqlite3_finalize(get);
	return status;
}
