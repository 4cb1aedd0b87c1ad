/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tradestat/buf.h>

#define BUSY_MS 10000
#define LOG_WAIT_MS 5
#define PATH_BYTES 8192

static struct ts_sqlite *
of(struct ts_backend *backend)
{
	return (struct ts_sqlite *)backend;
}

/* ---- a file that nobody has open --------------------------------------- */

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

/* ---- transactions ------------------------------------------------------ */

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

/* ---- integrity --------------------------------------------------------- */

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

/* ---- opening ----------------------------------------------------------- */

static void
close_backend(struct ts_backend *backend)
{
	struct ts_sqlite *sqlite = of(backend);

	for (int i = 0; i < TS_SQL_COUNT; i++)
		sqlite3_finalize(sqlite->statements[i]);
	sqlite3_close(sqlite->db);
	free(sqlite->facts_sql[0]);
	free(sqlite->facts_sql[1]);
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
	.entry_put = ts_sqlite_entry_put,
	.entry_get = ts_sqlite_entry_get,
	.entry_named = ts_sqlite_entry_named,
	.entry_number = ts_sqlite_entry_number,
	.entries = ts_sqlite_entries,
	.event_add = ts_sqlite_event_add,
	.events = ts_sqlite_events,
	.events_drop = ts_sqlite_events_drop,
	.report_get = ts_sqlite_report_get,
	.report_put = ts_sqlite_report_put,
	.notice_get = ts_sqlite_notice_get,
	.notice_put = ts_sqlite_notice_put,
	.notice_drop = ts_sqlite_notice_drop,
	.notices = ts_sqlite_notices,
	.marker_get = ts_sqlite_marker_get,
	.marker_put = ts_sqlite_marker_put,
	.sources = ts_sqlite_sources,
	.newest = ts_sqlite_newest,
	.out_put = ts_sqlite_out_put,
	.out_get = ts_sqlite_out_get,
	.outs = ts_sqlite_outs,
	.out_due = ts_sqlite_out_due,
	.out_next = ts_sqlite_out_next,
	.out_sent = ts_sqlite_out_sent,
	.out_counts = ts_sqlite_out_counts,
	.out_tally = ts_sqlite_out_tally,
	.out_event_add = ts_sqlite_out_event_add,
	.out_events = ts_sqlite_out_events,
	.piece = ts_sqlite_piece,
	.chunk_add = ts_sqlite_chunk_add,
	.piece_link = ts_sqlite_piece_link,
	.chunk_get = ts_sqlite_chunk_get,
	.pieces_drop = ts_sqlite_pieces_drop,
	.told_put = ts_sqlite_told_put,
	.tolds = ts_sqlite_tolds,
	.alarm_put = ts_sqlite_alarm_put,
	.alarm_get = ts_sqlite_alarm_get,
	.key_get = ts_sqlite_key_get,
	.key_put = ts_sqlite_key_put,
	.relay_put = ts_sqlite_relay_put,
	.relays = ts_sqlite_relays,
	.address_put = ts_sqlite_address_put,
	.addresses = ts_sqlite_addresses,
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
set_connection(struct ts_sqlite *sqlite, int wait_ms, bool small,
	       struct ts_err *err)
{
	int code;

	sqlite3_busy_timeout(sqlite->db, wait_ms);
	code = sqlite3_db_config(sqlite->db, SQLITE_DBCONFIG_DEFENSIVE, 1,
				 NULL);
	if (code != SQLITE_OK)
		return ts_sqlite_failed(sqlite, code, "settings", err);
	return run_pragmas(sqlite,
			   small ? "PRAGMA trusted_schema=OFF;"
				   "PRAGMA foreign_keys=ON;"
				   "PRAGMA temp_store=MEMORY;"
				   "PRAGMA cache_size=-512;"
				 : "PRAGMA trusted_schema=OFF;"
				   "PRAGMA foreign_keys=ON;"
				   "PRAGMA temp_store=MEMORY;"
				   "PRAGMA cache_size=-16000;",
			   err);
}

static enum ts_status
ask_for_log(struct ts_sqlite *sqlite, int *code, struct ts_err *err)
{
	enum ts_status status = TS_OK;
	sqlite3_stmt *set = NULL;

	*code = sqlite3_prepare_v2(sqlite->db, "PRAGMA journal_mode=WAL", -1,
				   &set, NULL);
	if (*code == SQLITE_OK)
		*code = sqlite3_step(set);
	if (*code != SQLITE_ROW)
		status =
			ts_sqlite_failed(sqlite, *code, "write-ahead log", err);
	else if (strcmp(ts_sqlite_column(set, 0), "wal") != 0)
		status = ts_fail(err, TS_BAD_CONFIG,
				 "store %s: its file system does not allow a"
				 " write-ahead log",
				 sqlite->path);
	sqlite3_finalize(set);
	return status;
}

/* The one lock that SQLite does not wait for: several processes that make the
 * store at the same moment. */
static enum ts_status
set_log(struct ts_sqlite *sqlite, int wait_ms, struct ts_err *err)
{
	const struct ts_clock *clock = ts_clock_system();
	enum ts_status status = TS_OK;
	int code = SQLITE_OK;

	if (strcmp(sqlite->path, ":memory:") != 0) {
		status = ask_for_log(sqlite, &code, err);
		for (int waited = 0;
		     (code & 0xFF) == SQLITE_BUSY && waited < wait_ms;
		     waited += LOG_WAIT_MS) {
			clock->sleep_us(clock, LOG_WAIT_MS * 1000);
			status = ask_for_log(sqlite, &code, err);
		}
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
	int wait_ms = opts->busy_ms > 0 ? opts->busy_ms : BUSY_MS;
	enum ts_status status;
	int version;

	if (sqlite == NULL || (sqlite->path = strdup(opts->path)) == NULL) {
		free(sqlite);
		return ts_fail_errno(err, ENOMEM, "store %s", opts->path);
	}
	sqlite->backend.ops = &sqlite_ops;
	status = open_file(sqlite, opts->read_only, err);
	if (status == TS_OK)
		status = set_connection(sqlite, wait_ms, opts->small, err);
	if (status == TS_OK)
		status = ts_sqlite_look(sqlite, &version, err);
	if (status == TS_OK && !opts->read_only)
		status = set_log(sqlite, wait_ms, err);
	if (status == TS_OK)
		status = ts_sqlite_migrate(sqlite, opts->read_only, err);
	if (status != TS_OK) {
		close_backend(&sqlite->backend);
		return status;
	}
	*out = &sqlite->backend;
	return TS_OK;
}
