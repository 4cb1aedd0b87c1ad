/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tradestat/buf.h>

#define BUSY_MS 10000
#define PATH_BYTES 8192

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
	[TS_SQL_SERIES_ADD] =
		"INSERT INTO series(source, dataset, flow, reporter, partner,"
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
	[TS_SQL_EDITION_NEW] =
		"INSERT INTO edition(report, period, number, state, made_us)"
		" SELECT ?1, ?2, ifnull(max(number),0)+1, 'rendering', ?3"
		" FROM edition WHERE report=?1 AND period=?2"
		" RETURNING number",
	[TS_SQL_EDITION_SET] =
		"UPDATE edition SET state=ifnull(?4,state),"
		" reason=ifnull(?5,reason), path=ifnull(?6,path),"
		" content_hash=ifnull(?7,content_hash),"
		" made_us=CASE ?8 WHEN 0 THEN made_us ELSE ?8 END"
		" WHERE report=?1 AND period=?2 AND number=?3",
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

/* (?2,?3,?1,?4,?5,?6),...: all rows of a chunk are of one document. */
static char *
chunk_text(void)
{
	TS_AUTO_BUF sql = TS_BUF_INIT(64 * 1024);
	char *text;

	ts_buf_add(&sql, "INSERT OR IGNORE INTO observation VALUES");
	for (int i = 0; i < TS_SQLITE_CHUNK; i++) {
		int at = i * 5 + 2;

		ts_buf_addf(&sql, "%s(?%d,?%d,?1,?%d,?%d,?%d)",
			    i > 0 ? "," : "", at, at + 1, at + 2, at + 3,
			    at + 4);
	}
	if (ts_buf_check(&sql, "statement", NULL) != TS_OK)
		return NULL;
	text = strdup(sql.data);
	return text;
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
	if (which == TS_SQL_FACTS_ADD) {
		if (sqlite->facts_sql == NULL)
			sqlite->facts_sql = chunk_text();
		text = sqlite->facts_sql;
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

static struct ts_sqlite *
of(struct ts_backend *backend)
{
	return (struct ts_sqlite *)backend;
}

/* ---- a file that nobody has open ---------------------------------------- */

/*
 * A reader of a WAL file makes a -wal and a -shm file and leaves them behind.
 * As long as there is no -wal to be read, all that was committed is in the
 * file itself: it is read as it is, without locks and without traces, and
 * looked at again behind each reading.
 */
static bool
is_at_rest(const char *path)
{
	char wal[PATH_BYTES];
	struct stat st;

	if ((size_t)snprintf(wal, sizeof wal, "%s-wal", path) >= sizeof wal)
		return false;
	return stat(wal, &st) != 0 || st.st_size == 0;
}

static bool
was_written(const struct ts_sqlite *sqlite)
{
	struct stat st;

	return stat(sqlite->path, &st) != 0 || st.st_size != sqlite->size ||
	       st.st_mtim.tv_sec != sqlite->changed.tv_sec ||
	       st.st_mtim.tv_nsec != sqlite->changed.tv_nsec;
}

/* ---- transactions -------------------------------------------------------- */

static enum ts_status
begin(struct ts_backend *backend, enum ts_access access,
      const struct ts_fence *fence, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	bool write = access == TS_ACCESS_WRITE;
	sqlite3_stmt *statement;
	enum ts_status status;

	/* one machine: who has the write lock is the only one there is */
	(void)fence;
	status = ts_sqlite_statement(
		sqlite, write ? TS_SQL_BEGIN_WRITE : TS_SQL_BEGIN_READ,
		&statement, err);
	if (status != TS_OK)
		return status;
	return ts_sqlite_run(sqlite, statement, "begin", err);
}

static void
rollback(struct ts_backend *backend)
{
	struct ts_sqlite *sqlite = of(backend);
	struct ts_err err;
	sqlite3_stmt *statement;

	if (sqlite3_get_autocommit(sqlite->db))
		return; /* SQLite did it itself, after an error */
	/* a rollback that fails leaves the transaction to the closing of the
	 * connection, which cannot keep it either */
	if (ts_sqlite_statement(sqlite, TS_SQL_ROLLBACK, &statement, &err) ==
	    TS_OK) {
		sqlite3_step(statement);
		sqlite3_reset(statement);
	}
}

static enum ts_status
commit(struct ts_backend *backend, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *statement;
	enum ts_status status;

	status = ts_sqlite_statement(sqlite, TS_SQL_COMMIT, &statement, err);
	if (status != TS_OK)
		return status;
	status = ts_sqlite_run(sqlite, statement, "commit", err);
	if (status == TS_OK && sqlite->immutable && was_written(sqlite))
		status = ts_fail(err, TS_AGAIN,
				 "store %s: was written while"
				 " it was read",
				 sqlite->path);
	return status;
}

/* ---- integrity ------------------------------------------------------------
 */

static enum ts_status
check(struct ts_backend *backend, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;

	status = ts_sqlite_expect(sqlite, "PRAGMA integrity_check(1)", "ok",
				  "integrity", err);
	/* observation has no REFERENCES: they would cost as much as the row */
	if (status == TS_OK)
		status = ts_sqlite_expect(
			sqlite,
			"SELECT count(*) FROM (SELECT DISTINCT series FROM"
			" observation) WHERE series NOT IN"
			" (SELECT id FROM series)",
			"0", "figures without a series", err);
	if (status == TS_OK)
		status = ts_sqlite_expect(
			sqlite,
			"SELECT count(*) FROM (SELECT DISTINCT document FROM"
			" observation) WHERE document NOT IN"
			" (SELECT id FROM document)",
			"0", "figures without a document", err);
	return status;
}

/* ---- opening --------------------------------------------------------------
 */

static void
close_backend(struct ts_backend *backend)
{
	struct ts_sqlite *sqlite = of(backend);

	for (int i = 0; i < TS_SQL_COUNT; i++)
		sqlite3_finalize(sqlite->statements[i]);
	sqlite3_close(sqlite->db);
	free(sqlite->facts_sql);
	free(sqlite->path);
	free(sqlite);
}

static const struct ts_backend_ops sqlite_ops = {
	.name = "sqlite",
	.close = close_backend,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.document_put = ts_sqlite_document_put,
	.document_get = ts_sqlite_document_get,
	.document_last = ts_sqlite_document_last,
	.document_after = ts_sqlite_document_after,
	.document_state = ts_sqlite_document_state,
	.document_decoded = ts_sqlite_document_decoded,
	.series_top = ts_sqlite_series_top,
	.series_id = ts_sqlite_series_id,
	.facts_add = ts_sqlite_facts_add,
	.fact_replace = ts_sqlite_fact_replace,
	.facts_known = ts_sqlite_facts_known,
	.scan = ts_sqlite_scan,
	.scan_series = ts_sqlite_scan_series,
	.pace_get = ts_sqlite_pace_get,
	.pace_put = ts_sqlite_pace_put,
	.edition_new = ts_sqlite_edition_new,
	.edition_set = ts_sqlite_edition_set,
	.editions = ts_sqlite_editions,
	.counts = ts_sqlite_counts,
	.check = check,
	.backup = ts_sqlite_backup,
};

/* "file:PATH?immutable=1"; what a URI gives a meaning is escaped. */
static enum ts_status
immutable_name(const char *path, struct ts_buf *out, struct ts_err *err)
{
	ts_buf_add(out, "file:");
	for (const char *at = path; *at != '\0'; at++) {
		if (strchr("%?#", *at) != NULL)
			ts_buf_addf(out, "%%%02X", (unsigned char)*at);
		else
			ts_buf_add_char(out, *at);
	}
	ts_buf_add(out, "?immutable=1");
	return ts_buf_check(out, "store path", err);
}

static enum ts_status
open_file(struct ts_sqlite *sqlite, bool read_only, struct ts_err *err)
{
	TS_AUTO_BUF name = TS_BUF_INIT(2 * PATH_BYTES);
	int flags = read_only ? SQLITE_OPEN_READONLY
			      : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	enum ts_status status;
	struct stat st;
	int code;

	flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (read_only && stat(sqlite->path, &st) == 0 &&
	    is_at_rest(sqlite->path)) {
		sqlite->immutable = true;
		sqlite->changed = st.st_mtim;
		sqlite->size = st.st_size;
		status = immutable_name(sqlite->path, &name, err);
		if (status != TS_OK)
			return status;
		flags |= SQLITE_OPEN_URI;
	} else {
		ts_buf_add(&name, sqlite->path);
	}
	code = sqlite3_open_v2(name.data, &sqlite->db, flags, NULL);
	if (code != SQLITE_OK)
		return ts_sqlite_failed(sqlite, code, "open", err);
	return TS_OK;
}

static enum ts_status
run_pragmas(struct ts_sqlite *sqlite, const char *sql, struct ts_err *err)
{
	if (sqlite3_exec(sqlite->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return TS_OK;
	return ts_sqlite_failed(sqlite, sqlite3_extended_errcode(sqlite->db),
				"settings", err);
}

/* Settings of the connection; they leave the file as it is. */
static enum ts_status
set_connection(struct ts_sqlite *sqlite, const struct ts_store_opts *opts,
	       struct ts_err *err)
{
	int code;

	sqlite3_busy_timeout(sqlite->db,
			     opts->busy_ms > 0 ? opts->busy_ms : BUSY_MS);
	code = sqlite3_db_config(sqlite->db, SQLITE_DBCONFIG_DEFENSIVE, 1,
				 NULL);
	if (code != SQLITE_OK)
		return ts_sqlite_failed(sqlite, code, "settings", err);
	return run_pragmas(sqlite,
			   "PRAGMA trusted_schema=OFF;"
			   "PRAGMA foreign_keys=ON;"
			   "PRAGMA temp_store=MEMORY;"
			   "PRAGMA cache_size=-16000;",
			   err);
}

static enum ts_status
set_log(struct ts_sqlite *sqlite, struct ts_err *err)
{
	enum ts_status status = TS_OK;
	sqlite3_stmt *set = NULL;
	int code;

	if (strcmp(sqlite->path, ":memory:") != 0) {
		code = sqlite3_prepare_v2(sqlite->db, "PRAGMA journal_mode=WAL",
					  -1, &set, NULL);
		if (code == SQLITE_OK)
			code = sqlite3_step(set);
		if (code != SQLITE_ROW)
			status = ts_sqlite_failed(sqlite, code,
						  "write-ahead log", err);
		else if (strcmp(ts_sqlite_column(set, 0), "wal") != 0)
			status = ts_fail(err, TS_BAD_CONFIG,
					 "store %s: its"
					 " file system does not allow a"
					 " write-ahead log",
					 sqlite->path);
		sqlite3_finalize(set);
	}
	if (status != TS_OK)
		return status;
	/* FULL: what was committed survives a loss of power */
	return run_pragmas(sqlite,
			   "PRAGMA synchronous=FULL;"
			   "PRAGMA journal_size_limit=67108864;",
			   err);
}

enum ts_status
ts_sqlite_open(const struct ts_store_opts *opts, struct ts_backend **out,
	       struct ts_err *err)
{
	struct ts_sqlite *sqlite = calloc(1, sizeof *sqlite);
	enum ts_status status;
	int version;

	if (sqlite == NULL || (sqlite->path = strdup(opts->path)) == NULL) {
		free(sqlite);
		return ts_fail_errno(err, ENOMEM, "store %s", opts->path);
	}
	sqlite->backend.ops = &sqlite_ops;
	status = open_file(sqlite, opts->read_only, err);
	if (status == TS_OK)
		status = set_connection(sqlite, opts, err);
	if (status == TS_OK)
		status = ts_sqlite_look(sqlite, &version, err);
	if (status == TS_OK && !opts->read_only)
		status = set_log(sqlite, err);
	if (status == TS_OK)
		status = ts_sqlite_migrate(sqlite, opts->read_only, err);
	if (status != TS_OK) {
		close_backend(&sqlite->backend);
		return status;
	}
	*out = &sqlite->backend;
	return TS_OK;
}
