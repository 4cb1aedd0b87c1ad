/* SPDX-License-Identifier: Apache-2.0 */
/* The statements of the embedded back end, and what its errors mean. */
#include "store/sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/buf.h>

static const char *const statement_text[TS_SQL_COUNT] = {
	[TS_SQL_BEGIN_READ] = "BEGIN",
	[TS_SQL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
	[TS_SQL_COMMIT] = "COMMIT",
	[TS_SQL_ROLLBACK] = "ROLLBACK",
	[TS_SQL_DOCUMENT_ADD] =
		"INSERT INTO document(source, url, decoder, requested_us,"
		" retrieved_us, http_status, media_type, etag, last_modified,"
		" headers, size_bytes, sha256, archive, decoded)"
		" VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14)",
	[TS_SQL_DOCUMENT_SET] =
		"UPDATE document SET source=?1, url=?2, decoder=?3,"
		" requested_us=?4, retrieved_us=?5, http_status=?6,"
		" media_type=?7, etag=?8, last_modified=?9, headers=?10,"
		" size_bytes=?11, sha256=?12, archive=?13, decoded=?14"
		" WHERE id=?15",
	[TS_SQL_DOCUMENT_GET] = "SELECT * FROM document WHERE id=?1",
	[TS_SQL_DOCUMENT_LAST] =
		"SELECT * FROM document WHERE source=?1 AND url=?2"
		" ORDER BY retrieved_us DESC, id DESC LIMIT 1",
	[TS_SQL_DOCUMENT_AFTER] =
		"SELECT id FROM document WHERE source=?1 AND url=?2"
		" AND (retrieved_us, id) > (?3, ?4) AND decoded"
		" ORDER BY retrieved_us, id LIMIT 1",
	[TS_SQL_DOCUMENT_STATE] =
		"SELECT retrieved_us, decoded FROM document WHERE id=?1",
	[TS_SQL_DOCUMENT_DECODED] =
		"UPDATE document SET decoded=1,"
		" decoder=CASE ?2 WHEN '' THEN decoder ELSE ?2 END"
		" WHERE id=?1",
	[TS_SQL_SERIES_TOP] = "SELECT ifnull(max(id),0) FROM series",
	[TS_SQL_SERIES_FIND] =
		"SELECT id FROM series WHERE source=?1 AND dataset=?2"
		" AND flow=?3 AND reporter=?4 AND partner=?5 AND product=?6"
		" AND frequency=?7 AND unit=?8 AND dimensions=?9",
	[TS_SQL_SERIES_ADD] = "INSERT OR IGNORE INTO series(source, dataset, "
			      "flow, reporter, partner,"
			      " product, frequency, unit, dimensions)"
			      " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
	[TS_SQL_FACT_ADD] =
		"INSERT OR IGNORE INTO observation VALUES(?2,?3,?1,?4,?5,?6)",
	[TS_SQL_FACT_REPLACE] =
		"UPDATE observation SET coef=?4, scale=?5, status=?6"
		" WHERE series=?2 AND period=?3 AND document=?1",
	[TS_SQL_FACTS_KNOWN] =
		"SELECT period, document, coef, scale, status FROM observation"
		" WHERE series=?1 AND period>=?2 AND period<=?3"
		" ORDER BY period, document",
	[TS_SQL_PACE_GET] =
		"SELECT tokens, at_us, not_before_us, window_us, calls"
		" FROM pace WHERE host=?1",
	[TS_SQL_PACE_PUT] =
		"INSERT OR REPLACE INTO pace(host, tokens, at_us,"
		" not_before_us, window_us, calls) VALUES(?1,?2,?3,?4,?5,?6)",
};

/*
 * The errno behind an I/O error. SQLite's own memory of it may have been
 * overwritten by what it did since; those of the file and of its log are not.
 */
static int
error_number(sqlite3 *db)
{
	int error = sqlite3_system_errno(db), of_file = 0, of_log = 0;
	sqlite3_file *log = NULL;

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO,
				 &of_file) == SQLITE_OK &&
	    of_file != 0)
		error = of_file;
	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER,
				 &log) == SQLITE_OK &&
	    log != NULL && log->pMethods != NULL &&
	    log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO,
					&of_log) == SQLITE_OK &&
	    of_log != 0)
		error = of_log;
	return error;
}

enum ts_status
ts_sqlite_failed(struct ts_sqlite *sqlite, int code, const char *what,
		 struct ts_err *err)
{
	int error = sqlite->db != NULL ? error_number(sqlite->db) : 0;
	const char *why = sqlite->db != NULL ? sqlite3_errmsg(sqlite->db)
					     : sqlite3_errstr(code);
	enum ts_status status = TS_SYSTEM;

	switch (code & 0xFF) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ts_fail(err, TS_AGAIN,
			       "store %s: %s: another process"
			       " holds the lock",
			       sqlite->path, what);
	case SQLITE_FULL:
		return ts_fail(err, TS_FULL, "store %s: %s: no space left",
			       sqlite->path, what);
	case SQLITE_IOERR:
		if (code == SQLITE_IOERR_NOMEM)
			break;
		if (code == SQLITE_IOERR_CORRUPTFS)
			status = TS_CORRUPT;
		else if (error == ENOSPC || error == EDQUOT || error == EFBIG)
			status = TS_FULL;
		else
			status = TS_AGAIN;
		return ts_fail(err, status, "store %s: %s: %s: %s",
			       sqlite->path, what, why, strerror(error));
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		status = TS_CORRUPT;
		break;
	case SQLITE_CANTOPEN:
		if (error == ENOENT)
			status = TS_NO_INPUT;
		return ts_fail(err, status, "store %s: %s: %s: %s",
			       sqlite->path, what, why, strerror(error));
	case SQLITE_TOOBIG:
		status = TS_BAD_DATA;
		break;
	default:
		break;
	}
	return ts_fail(err, status, "store %s: %s: %s", sqlite->path, what,
		       why);
}

/*
 * (?2,?3,?1,?4,?5,?6),...: all rows of a chunk are of one document. Where no
 * figure has a status, which is the rule, there is none to be bound.
 */
static char *
chunk_text(bool plain)
{
	TS_AUTO_BUF sql = TS_BUF_INIT(64 * 1024);
	int places = plain ? 4 : 5;

	ts_buf_add(&sql, "INSERT OR IGNORE INTO observation VALUES");
	for (int i = 0; i < TS_SQLITE_CHUNK; i++) {
		int at = i * places + 2;

		ts_buf_addf(&sql, "%s(?%d,?%d,?1,?%d,?%d,", i > 0 ? "," : "",
			    at, at + 1, at + 2, at + 3);
		if (plain)
			ts_buf_add(&sql, "'')");
		else
			ts_buf_addf(&sql, "?%d)", at + 4);
	}
	if (ts_buf_check(&sql, "statement", NULL) != TS_OK)
		return NULL;
	return strdup(sql.data);
}

enum ts_status
ts_sqlite_statement(struct ts_sqlite *sqlite, enum ts_sqlite_statement which,
		    sqlite3_stmt **out, struct ts_err *err)
{
	sqlite3_stmt **place = &sqlite->statements[which];
	const char *text = statement_text[which];
	int code;

	*out = NULL;
	if (*place != NULL) {
		sqlite3_reset(*place);
		*out = *place;
		return TS_OK;
	}
	if (which == TS_SQL_FACTS_ADD || which == TS_SQL_FACTS_ADD_PLAIN) {
		bool plain = which == TS_SQL_FACTS_ADD_PLAIN;

		if (sqlite->facts_sql[plain] == NULL)
			sqlite->facts_sql[plain] = chunk_text(plain);
		text = sqlite->facts_sql[plain];
		if (text == NULL)
			return ts_fail_errno(err, ENOMEM, "store: statement");
	}
	code = sqlite3_prepare_v3(sqlite->db, text, -1,
				  SQLITE_PREPARE_PERSISTENT, place, NULL);
	if (code != SQLITE_OK)
		return ts_sqlite_failed(sqlite,
					sqlite3_extended_errcode(sqlite->db),
					"prepare", err);
	*out = *place;
	return TS_OK;
}

enum ts_status
ts_sqlite_prepare(struct ts_sqlite *sqlite, const char *sql, sqlite3_stmt **out,
		  struct ts_err *err)
{
	*out = NULL;
	if (sqlite3_prepare_v2(sqlite->db, sql, -1, out, NULL) == SQLITE_OK)
		return TS_OK;
	return ts_sqlite_failed(sqlite, sqlite3_extended_errcode(sqlite->db),
				"prepare", err);
}

enum ts_status
ts_sqlite_run_once(struct ts_sqlite *sqlite, sqlite3_stmt *statement,
		   const char *what, struct ts_err *err)
{
	enum ts_status status = ts_sqlite_run(sqlite, statement, what, err);

	sqlite3_finalize(statement);
	return status;
}

enum ts_status
ts_sqlite_run(struct ts_sqlite *sqlite, sqlite3_stmt *statement,
	      const char *what, struct ts_err *err)
{
	enum ts_status status = TS_OK;
	int code = sqlite3_step(statement);

	if (code != SQLITE_DONE && code != SQLITE_ROW)
		status = ts_sqlite_failed(sqlite, code, what, err);
	sqlite3_reset(statement);
	return status;
}

enum ts_status
ts_sqlite_expect(struct ts_sqlite *sqlite, const char *sql, const char *good,
		 const char *what, struct ts_err *err)
{
	enum ts_status status = TS_OK;
	sqlite3_stmt *statement;
	int code;

	code = sqlite3_prepare_v2(sqlite->db, sql, -1, &statement, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code != SQLITE_ROW)
		status = ts_sqlite_failed(sqlite,
					  sqlite3_extended_errcode(sqlite->db),
					  what, err);
	else if (strcmp(ts_sqlite_column(statement, 0), good) != 0)
		status = ts_fail(err, TS_CORRUPT, "store %s: %s: %s",
				 sqlite->path, what,
				 ts_sqlite_column(statement, 0));
	sqlite3_finalize(statement);
	return status;
}
