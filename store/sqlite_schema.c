/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema, version by version. A file is brought up to date step by step
 * in one transaction, after a copy of it was made beside it; a step that was
 * released is never changed again.
 */
#include "store/sqlite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "TSST": tells our file from any other SQLite database. */
#define APPLICATION_ID 0x54535354

static const char *const steps[] = {
	/* 1: documents, series, figures, politeness */
	"CREATE TABLE document("
	" id INTEGER PRIMARY KEY, source TEXT NOT NULL, url TEXT NOT NULL,"
	" decoder TEXT NOT NULL, requested_us INTEGER NOT NULL,"
	" retrieved_us INTEGER NOT NULL, http_status INTEGER NOT NULL,"
	" media_type TEXT NOT NULL, etag TEXT NOT NULL,"
	" last_modified TEXT NOT NULL, headers TEXT NOT NULL,"
	" size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,"
	" archive TEXT NOT NULL, decoded INTEGER NOT NULL);"
	"CREATE INDEX document_of_url"
	" ON document(source, url, retrieved_us, id);"
	"CREATE TABLE series("
	" id INTEGER PRIMARY KEY, source TEXT NOT NULL, dataset TEXT NOT NULL,"
	" flow TEXT NOT NULL, reporter TEXT NOT NULL, partner TEXT NOT NULL,"
	" product TEXT NOT NULL, frequency TEXT NOT NULL, unit TEXT NOT NULL,"
	" dimensions TEXT NOT NULL,"
	" UNIQUE(source, dataset, flow, reporter, partner, product, frequency,"
	" unit, dimensions));"
	"CREATE TABLE observation("
	" series INTEGER NOT NULL, period INTEGER NOT NULL,"
	" document INTEGER NOT NULL, coef INTEGER, scale INTEGER NOT NULL,"
	" status TEXT NOT NULL,"
	" PRIMARY KEY(series, period, document)) WITHOUT ROWID;"
	"CREATE TABLE pace("
	" host TEXT PRIMARY KEY NOT NULL, tokens REAL NOT NULL,"
	" at_us INTEGER NOT NULL, not_before_us INTEGER NOT NULL,"
	" window_us INTEGER NOT NULL, calls INTEGER NOT NULL) WITHOUT ROWID;"
	"PRAGMA application_id=1414746964;",

	/* 2: editions */
	"CREATE TABLE edition("
	" id INTEGER PRIMARY KEY, report TEXT NOT NULL, period TEXT NOT NULL,"
	" number INTEGER NOT NULL, state TEXT NOT NULL,"
	" reason TEXT NOT NULL DEFAULT '', path TEXT NOT NULL DEFAULT '',"
	" content_hash TEXT NOT NULL DEFAULT '', made_us INTEGER NOT NULL,"
	" UNIQUE(report, period, number));",

	/* 3: the journal, which takes the editions over; what is remembered
	 * beside it; the newest document found without reading them all */
	"CREATE TABLE entry("
	" id INTEGER PRIMARY KEY, report TEXT NOT NULL,"
	" period TEXT NOT NULL DEFAULT '', number INTEGER NOT NULL DEFAULT 0,"
	" state TEXT NOT NULL, cause TEXT NOT NULL,"
	" slot_us INTEGER NOT NULL DEFAULT 0, made_us INTEGER NOT NULL,"
	" since_us INTEGER NOT NULL, next_us INTEGER NOT NULL DEFAULT 0,"
	" wait_us INTEGER NOT NULL DEFAULT 0,"
	" attempts INTEGER NOT NULL DEFAULT 0,"
	" failing_us INTEGER NOT NULL DEFAULT 0,"
	" reason TEXT NOT NULL DEFAULT '', waive TEXT NOT NULL DEFAULT '',"
	" force INTEGER NOT NULL DEFAULT 0,"
	" marked INTEGER NOT NULL DEFAULT 0, path TEXT NOT NULL DEFAULT '',"
	" content_hash TEXT NOT NULL DEFAULT '',"
	" seen_period TEXT NOT NULL DEFAULT '',"
	" seen_hash TEXT NOT NULL DEFAULT '',"
	" seen_us INTEGER NOT NULL DEFAULT 0);"
	"CREATE UNIQUE INDEX entry_of_slot ON entry(report, slot_us)"
	" WHERE slot_us>0;"
	"CREATE UNIQUE INDEX entry_of_number ON entry(report, period, number)"
	" WHERE number>0;"
	"CREATE INDEX entry_of_report ON entry(report);"
	"CREATE INDEX entry_of_state ON entry(state);"
	"CREATE TABLE entry_event("
	" id INTEGER PRIMARY KEY, entry INTEGER NOT NULL REFERENCES entry(id),"
	" at_us INTEGER NOT NULL, came_from TEXT NOT NULL,"
	" went_to TEXT NOT NULL, text TEXT NOT NULL);"
	"CREATE INDEX event_of_entry ON entry_event(entry);"
	"CREATE TABLE report_state("
	" report TEXT PRIMARY KEY NOT NULL, paused INTEGER NOT NULL,"
	" cursor_us INTEGER NOT NULL, rule TEXT NOT NULL,"
	" poll_day INTEGER NOT NULL, polls INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE notice("
	" cause TEXT PRIMARY KEY NOT NULL, level INTEGER NOT NULL,"
	" text TEXT NOT NULL, first_us INTEGER NOT NULL,"
	" last_us INTEGER NOT NULL, count INTEGER NOT NULL,"
	" told_us INTEGER NOT NULL, cleared_us INTEGER NOT NULL,"
	" cleared_told_us INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE marker("
	" source TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
	" at_us INTEGER NOT NULL, PRIMARY KEY(source, key)) WITHOUT ROWID;"
	"CREATE INDEX document_of_time ON document(retrieved_us);"
	"INSERT INTO entry(report, period, number, state, cause, made_us,"
	" since_us, reason, path, content_hash)"
	" SELECT report, period, number,"
	" CASE state WHEN 'published' THEN 'done' WHEN 'held' THEN 'held'"
	" WHEN 'superseded' THEN 'superseded' ELSE 'failed' END,"
	" 'hand', made_us, made_us,"
	" CASE WHEN state='rendering' AND reason='' THEN 'interrupted'"
	" ELSE reason END, path, content_hash FROM edition ORDER BY id;"
	"DROP TABLE edition;",

	/* 4: the outbox; bytes in chunks, so that no row is large */
	"CREATE TABLE outbox("
	" id INTEGER PRIMARY KEY, entry INTEGER NOT NULL, report TEXT NOT NULL,"
	" period TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL,"
	" channel TEXT NOT NULL, recipient TEXT NOT NULL,"
	" lane INTEGER NOT NULL, relay TEXT NOT NULL, variant TEXT NOT NULL,"
	" payload TEXT NOT NULL, message_id TEXT NOT NULL,"
	" size INTEGER NOT NULL, small_size INTEGER NOT NULL,"
	" state TEXT NOT NULL, small INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL, doubts INTEGER NOT NULL,"
	" made_us INTEGER NOT NULL, since_us INTEGER NOT NULL,"
	" next_us INTEGER NOT NULL, failing_us INTEGER NOT NULL,"
	" code INTEGER NOT NULL, reply TEXT NOT NULL, reason TEXT NOT NULL,"
	" UNIQUE(report, period, number, kind, channel, recipient));"
	"CREATE INDEX outbox_of_state ON outbox(state, lane);"
	"CREATE INDEX outbox_of_entry ON outbox(entry);"
	"CREATE INDEX outbox_of_recipient ON outbox(recipient);"
	"CREATE TABLE outbox_event("
	" id INTEGER PRIMARY KEY, outbox INTEGER NOT NULL REFERENCES "
	"outbox(id),"
	" at_us INTEGER NOT NULL, came_from TEXT NOT NULL,"
	" went_to TEXT NOT NULL, code INTEGER NOT NULL, text TEXT NOT NULL);"
	"CREATE INDEX event_of_outbox ON outbox_event(outbox);"
	"CREATE TABLE piece("
	" id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
	" size INTEGER NOT NULL DEFAULT 0);"
	"CREATE UNIQUE INDEX piece_of_name ON piece(name) WHERE name<>'';"
	"CREATE TABLE piece_chunk("
	" piece INTEGER NOT NULL, at INTEGER NOT NULL, bytes BLOB NOT NULL,"
	" PRIMARY KEY(piece, at));"
	"CREATE TABLE outbox_piece("
	" outbox INTEGER NOT NULL, small INTEGER NOT NULL,"
	" at INTEGER NOT NULL, piece INTEGER NOT NULL,"
	" PRIMARY KEY(outbox, small, at)) WITHOUT ROWID;"
	"CREATE INDEX use_of_piece ON outbox_piece(piece);"
	"CREATE TABLE told("
	" report TEXT NOT NULL, variant TEXT NOT NULL, figure TEXT NOT NULL,"
	" label TEXT NOT NULL, value TEXT NOT NULL, unit TEXT NOT NULL,"
	" period TEXT NOT NULL, number INTEGER NOT NULL,"
	" PRIMARY KEY(report, variant, figure)) WITHOUT ROWID;"
	"CREATE TABLE alarm("
	" report TEXT NOT NULL, rule TEXT NOT NULL, raised INTEGER NOT NULL,"
	" since_us INTEGER NOT NULL, PRIMARY KEY(report, rule)) WITHOUT ROWID;"
	"CREATE TABLE install_key("
	" id INTEGER PRIMARY KEY CHECK(id=1), bytes BLOB NOT NULL);"
	"CREATE TABLE relay("
	" name TEXT PRIMARY KEY NOT NULL, until_us INTEGER NOT NULL,"
	" failures INTEGER NOT NULL, failing_us INTEGER NOT NULL,"
	" stopped INTEGER NOT NULL, reason TEXT NOT NULL,"
	" size_most INTEGER NOT NULL, used_us INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE address("
	" address TEXT PRIMARY KEY NOT NULL, state INTEGER NOT NULL,"
	" reason TEXT NOT NULL, since_us INTEGER NOT NULL,"
	" refused INTEGER NOT NULL) WITHOUT ROWID;",
};
#define NEWEST ((int)(sizeof steps / sizeof steps[0]))

static enum ts_status
ask_int(struct ts_sqlite *sqlite, const char *sql, int *out, struct ts_err *err)
{
	enum ts_status status = TS_OK;
	sqlite3_stmt *statement = NULL;
	int code;

	code = sqlite3_prepare_v2(sqlite->db, sql, -1, &statement, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*out = sqlite3_column_int(statement, 0);
	else
		status = ts_sqlite_failed(sqlite,
					  sqlite3_extended_errcode(sqlite->db),
					  "read", err);
	sqlite3_finalize(statement);
	return status;
}

static enum ts_status
execute(struct ts_sqlite *sqlite, const char *sql, const char *what,
	struct ts_err *err)
{
	int code = sqlite3_exec(sqlite->db, sql, NULL, NULL, NULL);

	if (code == SQLITE_OK)
		return TS_OK;
	return ts_sqlite_failed(sqlite, sqlite3_extended_errcode(sqlite->db),
				what, err);
}

/* What tells a file of ours. */
struct marks {
	int version, id, tables;
};

static enum ts_status
read_marks(struct ts_sqlite *sqlite, struct marks *marks, struct ts_err *err)
{
	enum ts_status status;

	status = ask_int(sqlite, "PRAGMA user_version", &marks->version, err);
	if (status == TS_OK)
		status = ask_int(sqlite, "PRAGMA application_id", &marks->id,
				 err);
	if (status == TS_OK)
		status = ask_int(sqlite, "SELECT count(*) FROM sqlite_schema",
				 &marks->tables, err);
	return status;
}

enum ts_status
ts_sqlite_look(struct ts_sqlite *sqlite, int *version, struct ts_err *err)
{
	/* of one moment: another process may be making the store just now */
	bool inside = sqlite3_get_autocommit(sqlite->db) == 0;
	struct marks marks = { 0, 0, 0 };
	enum ts_status status = TS_OK;

	if (!inside)
		status = execute(sqlite, "BEGIN", "read", err);
	if (status == TS_OK)
		status = read_marks(sqlite, &marks, err);
	if (!inside)
		(void)sqlite3_exec(sqlite->db, "COMMIT", NULL, NULL, NULL);
	if (status != TS_OK)
		return status;
	if (marks.id != APPLICATION_ID &&
	    (marks.tables > 0 || marks.version != 0))
		return ts_fail(err, TS_BAD_CONFIG,
			       "store %s: a database of another program",
			       sqlite->path);
	if (marks.version > NEWEST)
		return ts_fail(err, TS_BAD_CONFIG,
			       "store %s: written by a newer version (schema"
			       " %d, this program knows %d)",
			       sqlite->path, marks.version, NEWEST);
	*version = marks.version;
	return TS_OK;
}

static enum ts_status
copy_before(struct ts_sqlite *sqlite, int version, struct ts_err *err)
{
	char path[8192];
	enum ts_status status;

	if (strcmp(sqlite->path, ":memory:") == 0)
		return TS_OK;
	if ((size_t)snprintf(path, sizeof path, "%s.schema-%d", sqlite->path,
			     version) >= sizeof path)
		return ts_fail(err, TS_BAD_CONFIG, "store %s: path too long",
			       sqlite->path);
	status = ts_sqlite_backup(&sqlite->backend, path, err);
	if (status == TS_REFUSED)
		return TS_OK; /* of an earlier try */
	if (status != TS_OK)
		return ts_while(err, "copy before the migration");
	return TS_OK;
}

static enum ts_status
apply(struct ts_sqlite *sqlite, int version, struct ts_err *err)
{
	enum ts_status status = TS_OK;
	char text[64];

	for (int i = version; status == TS_OK && i < NEWEST; i++)
		status = execute(sqlite, steps[i], "migrate", err);
	if (status != TS_OK)
		return status;
	snprintf(text, sizeof text, "PRAGMA user_version=%d", NEWEST);
	return execute(sqlite, text, "migrate", err);
}

enum ts_status
ts_sqlite_migrate(struct ts_sqlite *sqlite, bool read_only, struct ts_err *err)
{
	enum ts_status status;
	int version = 0;

	status = ts_sqlite_look(sqlite, &version, err);
	if (status != TS_OK || version == NEWEST)
		return status;
	if (read_only)
		return ts_fail(err, TS_BAD_CONFIG,
			       "store %s: schema %d, this"
			       " program needs %d; any command that writes"
			       " brings it up to date",
			       sqlite->path, version, NEWEST);
	if (version > 0) {
		status = copy_before(sqlite, version, err);
		if (status != TS_OK)
			return status;
	}
	status = execute(sqlite, "BEGIN IMMEDIATE", "migrate", err);
	if (status != TS_OK)
		return status;
	/* another process may have been faster */
	status = ts_sqlite_look(sqlite, &version, err);
	if (status == TS_OK && version < NEWEST)
		status = apply(sqlite, version, err);
	if (status == TS_OK)
		status = execute(sqlite, "COMMIT", "migrate", err);
	if (status != TS_OK)
		(void)sqlite3_exec(sqlite->db, "ROLLBACK", NULL, NULL, NULL);
	return status;
}

/* Copies into an empty database and looks at the copy. */
static enum ts_status
fill_copy(struct ts_sqlite *copy, sqlite3 *from, struct ts_err *err)
{
	sqlite3_backup *backup;
	int code;

	code = sqlite3_open_v2(copy->path, &copy->db,
			       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
				       SQLITE_OPEN_EXRESCODE,
			       NULL);
	if (code != SQLITE_OK)
		return ts_sqlite_failed(copy, code, "backup", err);
	backup = sqlite3_backup_init(copy->db, "main", from, "main");
	if (backup != NULL) {
		sqlite3_backup_step(backup, -1);
		sqlite3_backup_finish(backup);
	}
	code = sqlite3_extended_errcode(copy->db);
	if (code == SQLITE_OK) /* a copy is one file, without a log */
		code = sqlite3_exec(copy->db, "PRAGMA journal_mode=DELETE",
				    NULL, NULL, NULL);
	if (code != SQLITE_OK)
		return ts_sqlite_failed(copy, code, "backup", err);
	return ts_sqlite_expect(copy, "PRAGMA quick_check(1)", "ok", "backup",
				err);
}

enum ts_status
ts_sqlite_backup(struct ts_backend *backend, const char *path,
		 struct ts_err *err)
{
	struct ts_sqlite *sqlite = (struct ts_sqlite *)backend;
	struct ts_sqlite copy = { .db = NULL };
	char part[8192];
	enum ts_status status;

	if (access(path, F_OK) == 0)
		return ts_fail(err, TS_REFUSED, "%s exists", path);
	if ((size_t)snprintf(part, sizeof part, "%s.part-%ld", path,
			     (long)getpid()) >= sizeof part)
		return ts_fail(err, TS_BAD_USAGE, "path too long: %.60s...",
			       path);
	(void)unlink(part);
	copy.path = part;
	status = fill_copy(&copy, sqlite->db, err);
	sqlite3_close(copy.db);
	if (status == TS_OK && rename(part, path) != 0)
		status = ts_fail_errno(err, errno, "rename %s", part);
	if (status != TS_OK)
		(void)unlink(part);
	return status;
}
