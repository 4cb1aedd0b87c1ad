/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of messages in SQLite: pieces in chunks, linked to rows. */
#include "store/sqlite.h"

#include <string.h>

static struct ts_sqlite *
of(struct ts_backend *backend)
{
	return (struct ts_sqlite *)backend;
}

enum ts_status
ts_sqlite_piece(struct ts_backend *backend, const char *name, int64_t *piece,
		bool *known, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status = TS_OK;
	sqlite3_stmt *statement;
	int code;

	*known = false;
	if (name[0] != '\0') {
		if (ts_sqlite_prepare(sqlite,
				      "SELECT id FROM piece WHERE name=?1",
				      &statement, err) != TS_OK)
			return err->status;
		ts_sqlite_text(statement, 1, name);
		code = sqlite3_step(statement);
		if (code == SQLITE_ROW) {
			*piece = sqlite3_column_int64(statement, 0);
			*known = true;
		} else if (code != SQLITE_DONE) {
			status = ts_sqlite_failed(sqlite, code, "piece", err);
		}
		sqlite3_finalize(statement);
		if (status != TS_OK || *known)
			return status;
	}
	if (ts_sqlite_prepare(sqlite, "INSERT INTO piece(name) VALUES(?1)",
			      &statement, err) != TS_OK)
		return err->status;
	ts_sqlite_text(statement, 1, name);
	status = ts_sqlite_run_once(sqlite, statement, "piece", err);
	if (status == TS_OK)
		*piece = sqlite3_last_insert_rowid(sqlite->db);
	return status;
}

enum ts_status
ts_sqlite_chunk_add(struct ts_backend *backend, int64_t piece,
		    const void *bytes, size_t count, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *put;

	if (ts_sqlite_prepare(
		    sqlite,
		    "INSERT INTO piece_chunk(piece, at, bytes) SELECT ?1,"
		    " coalesce(max(at)+1, 0), ?2 FROM piece_chunk"
		    " WHERE piece=?1",
		    &put, err) != TS_OK)
		return err->status;
	sqlite3_bind_int64(put, 1, piece);
	sqlite3_bind_blob64(put, 2, bytes, count, SQLITE_STATIC);
	if (ts_sqlite_run_once(sqlite, put, "piece", err) != TS_OK)
		return err->status;
	if (ts_sqlite_prepare(sqlite,
			      "UPDATE piece SET size=size+?2 WHERE id=?1", &put,
			      err) != TS_OK)
		return err->status;
	sqlite3_bind_int64(put, 1, piece);
	sqlite3_bind_int64(put, 2, (int64_t)count);
	return ts_sqlite_run_once(sqlite, put, "piece", err);
}

enum ts_status
ts_sqlite_piece_link(struct ts_backend *backend, int64_t out, bool small,
		     int at, int64_t piece, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *put;

	if (ts_sqlite_prepare(sqlite,
			      "INSERT INTO outbox_piece(outbox, small, at,"
			      " piece) VALUES(?1,?2,?3,?4)",
			      &put, err) != TS_OK)
		return err->status;
	sqlite3_bind_int64(put, 1, out);
	sqlite3_bind_int(put, 2, small);
	sqlite3_bind_int(put, 3, at);
	sqlite3_bind_int64(put, 4, piece);
	return ts_sqlite_run_once(sqlite, put, "piece", err);
}

/* *at: the piece's place in the message and the chunk's in the piece, in the
 * upper and the lower half. */
enum ts_status
ts_sqlite_chunk_get(struct ts_backend *backend, int64_t out, bool small,
		    int64_t *at, char *into, size_t room, size_t *count,
		    struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status = TS_OK;
	sqlite3_stmt *get;
	int code;

	if (ts_sqlite_prepare(
		    sqlite,
		    "SELECT l.at, c.at, c.bytes FROM outbox_piece l JOIN"
		    " piece_chunk c ON c.piece=l.piece WHERE l.outbox=?1 AND"
		    " l.small=?2 AND (l.at>?3 OR (l.at=?3 AND c.at>=?4))"
		    " ORDER BY l.at, c.at LIMIT 1",
		    &get, err) != TS_OK)
		return err->status;
	sqlite3_bind_int64(get, 1, out);
	sqlite3_bind_int(get, 2, small);
	sqlite3_bind_int64(get, 3, *at >> 32);
	sqlite3_bind_int64(get, 4, *at & 0xffffffff);
	*count = 0;
	code = sqlite3_step(get);
	if (code == SQLITE_ROW) {
		*count = (size_t)sqlite3_column_bytes(get, 2);
		if (*count > room)
			status = ts_fail(err, TS_CORRUPT,
					 "store %s: a piece of %zu bytes",
					 sqlite->path, *count);
		else if (*count > 0)
			memcpy(into, sqlite3_column_blob(get, 2), *count);
		*at = (sqlite3_column_int64(get, 0) << 32) +
		      sqlite3_column_int64(get, 1) + 1;
	} else if (code != SQLITE_DONE) {
		status = ts_sqlite_failed(sqlite, code, "piece", err);
	}
	sqlite3_finalize(get);
	return status;
}

enum ts_status
ts_sqlite_pieces_drop(struct ts_backend *backend, int64_t before_us,
		      struct ts_err *err)
{
	/* ended rows first, then what nobody is left for */
	static const char *const steps[] = {
		"DELETE FROM outbox_piece WHERE outbox IN (SELECT id FROM"
		" outbox WHERE since_us<?1 AND state NOT IN"
		" ('queued','sending','in_doubt','held'))",
		"UPDATE outbox SET size=0, small_size=0 WHERE since_us<?1 AND"
		" size+small_size>0 AND state NOT IN"
		" ('queued','sending','in_doubt','held')",
		"DELETE FROM piece_chunk WHERE piece NOT IN"
		" (SELECT piece FROM outbox_piece)",
		"DELETE FROM piece WHERE id NOT IN"
		" (SELECT piece FROM outbox_piece)",
	};
	struct ts_sqlite *sqlite = of(backend);

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		sqlite3_stmt *drop;

		if (ts_sqlite_prepare(sqlite, steps[i], &drop, err) != TS_OK)
			return err->status;
		sqlite3_bind_int64(drop, 1, before_us > 0 ? before_us : 0);
		if (ts_sqlite_run_once(sqlite, drop, "trim", err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}
