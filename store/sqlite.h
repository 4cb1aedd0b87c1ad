/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqlite.h - the embedded back end, shared by its files: sqlite.c opens and
 * begins, sqlite_schema.c migrates, sqlite_statements.c has the statements and
 * the errors, sqlite_rows.c keeps documents and politeness,
 * sqlite_facts.c series and figures, sqlite_journal.c the journal,
 * sqlite_notes.c what is remembered beside it, sqlite_outbox.c the outbox,
 * sqlite_pieces.c its bytes, sqlite_post.c what is remembered beside that.
 */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include <sqlite3.h>
#include <sys/types.h>
#include <time.h>
#include "store/backend.h"

/* Statements that are used often are prepared once. */
enum ts_sqlite_statement {
	TS_SQL_BEGIN_READ,
	TS_SQL_BEGIN_WRITE,
	TS_SQL_COMMIT,
	TS_SQL_ROLLBACK,
	TS_SQL_DOCUMENT_ADD,
	TS_SQL_DOCUMENT_SET,
	TS_SQL_DOCUMENT_GET,
	TS_SQL_DOCUMENT_LAST,
	TS_SQL_DOCUMENT_AFTER,
	TS_SQL_DOCUMENT_STATE,
	TS_SQL_DOCUMENT_DECODED,
	TS_SQL_SERIES_TOP,
	TS_SQL_SERIES_FIND,
	TS_SQL_SERIES_ADD,
	TS_SQL_FACT_ADD,
	TS_SQL_FACTS_ADD,
	TS_SQL_FACTS_ADD_PLAIN,
	TS_SQL_FACT_REPLACE,
	TS_SQL_FACTS_KNOWN,
	TS_SQL_PACE_GET,
	TS_SQL_PACE_PUT,
	TS_SQL_COUNT
};

struct ts_sqlite {
	struct ts_backend backend;
	sqlite3 *db;
	char *path;
	sqlite3_stmt *statements[TS_SQL_COUNT];
	char *facts_sql[2]; /* texts of TS_SQL_FACTS_ADD.. */
	bool adds_series;   /* the last one was new: the next may be too */
	/* a file that is read without any lock: what it was like */
	bool immutable;
	struct timespec changed;
	off_t size;
};

#define TS_SQLITE_CHUNK 100 /* figures a statement */

/* What SQLite's last error means for us, "what" in front. */
enum ts_status ts_sqlite_failed(struct ts_sqlite *sqlite, int code,
				const char *what, struct ts_err *err)
	__attribute__((cold));
/* The statement, reset. */
enum ts_status ts_sqlite_statement(struct ts_sqlite *sqlite,
				   enum ts_sqlite_statement which,
				   sqlite3_stmt **out,
				   struct ts_err *err) TS_MUST_USE;
/* TS_CORRUPT unless the one text that sql answers is good. */
enum ts_status ts_sqlite_expect(struct ts_sqlite *sqlite, const char *sql,
				const char *good, const char *what,
				struct ts_err *err) TS_MUST_USE;
/* Runs a statement that yields no rows, and resets it. */
enum ts_status ts_sqlite_run(struct ts_sqlite *sqlite, sqlite3_stmt *statement,
			     const char *what, struct ts_err *err) TS_MUST_USE;
/* For once: ended by sqlite3_finalize. */
enum ts_status ts_sqlite_prepare(struct ts_sqlite *sqlite, const char *sql,
				 sqlite3_stmt **out,
				 struct ts_err *err) TS_MUST_USE;
/* Runs such a statement, which yields no rows, and ends it. */
enum ts_status ts_sqlite_run_once(struct ts_sqlite *sqlite,
				  sqlite3_stmt *statement, const char *what,
				  struct ts_err *err) TS_MUST_USE;
static inline void
ts_sqlite_text(sqlite3_stmt *statement, int at, const char *text)
{
	/* the text outlives the step, and a failed bind fails the step */
	(void)sqlite3_bind_text(statement, at, text != NULL ? text : "", -1,
				SQLITE_STATIC);
}
static inline const char *
ts_sqlite_column(sqlite3_stmt *statement, int at)
{
	const unsigned char *text = sqlite3_column_text(statement, at);

	return text != NULL ? (const char *)text : "";
}

/* sqlite_schema.c: which schema the file has (0: an empty file); refuses a
 * newer one, and the database of another program. Changes nothing. */
enum ts_status ts_sqlite_look(struct ts_sqlite *sqlite, int *version,
			      struct ts_err *err) TS_MUST_USE;
/* Brings an older file up to date. */
enum ts_status ts_sqlite_migrate(struct ts_sqlite *sqlite, bool read_only,
				 struct ts_err *err) TS_MUST_USE;
enum ts_status ts_sqlite_backup(struct ts_backend *backend, const char *path,
				struct ts_err *err) TS_MUST_USE;

/* sqlite_rows.c and sqlite_facts.c: the hooks of ts_backend_ops. */
enum ts_status ts_sqlite_document_put(struct ts_backend *backend,
				      struct ts_document *document,
				      struct ts_err *err);
enum ts_status ts_sqlite_document_get(struct ts_backend *backend, int64_t id,
				      struct ts_arena *arena,
				      struct ts_document *out,
				      struct ts_err *err);
enum ts_status ts_sqlite_document_last(struct ts_backend *backend,
				       const char *source, const char *url,
				       struct ts_arena *arena,
				       struct ts_document *out,
				       struct ts_err *err);
enum ts_status ts_sqlite_document_after(struct ts_backend *backend,
					const struct ts_document *document,
					int64_t *id, struct ts_err *err);
enum ts_status ts_sqlite_document_state(struct ts_backend *backend, int64_t id,
					int64_t *retrieved_us, bool *decoded,
					struct ts_err *err);
enum ts_status ts_sqlite_document_decoded(struct ts_backend *backend,
					  int64_t id, const char *decoder,
					  struct ts_err *err);
enum ts_status ts_sqlite_series_top(struct ts_backend *backend, int64_t *id,
				    struct ts_err *err);
enum ts_status ts_sqlite_series_id(struct ts_backend *backend,
				   const struct ts_series *series, int64_t *id,
				   struct ts_err *err);
enum ts_status ts_sqlite_facts_add(struct ts_backend *backend, int64_t document,
				   const struct ts_fact *facts, size_t count,
				   const char *const *statuses, size_t *added,
				   struct ts_err *err);
enum ts_status ts_sqlite_fact_replace(struct ts_backend *backend,
				      int64_t document,
				      const struct ts_fact *fact,
				      const char *status, struct ts_err *err);
enum ts_status ts_sqlite_facts_known(struct ts_backend *backend, int64_t series,
				     int64_t from, int64_t to, ts_row_take *row,
				     void *ctx, struct ts_err *err);
enum ts_status ts_sqlite_scan(struct ts_backend *backend,
			      const struct ts_query *query,
			      const struct ts_scan *scan, struct ts_err *err);
enum ts_status ts_sqlite_scan_series(struct ts_backend *backend, int64_t id,
				     const struct ts_scan *scan,
				     struct ts_err *err);
enum ts_status ts_sqlite_pace_get(struct ts_backend *backend, const char *host,
				  struct ts_pace *out, struct ts_err *err);
enum ts_status ts_sqlite_pace_put(struct ts_backend *backend, const char *host,
				  const struct ts_pace *pace,
				  struct ts_err *err);
enum ts_status ts_sqlite_counts(struct ts_backend *backend,
				struct ts_store_counts *out,
				struct ts_err *err);

/* sqlite_journal.c and sqlite_notes.c: hooks as well. */
enum ts_status ts_sqlite_entry_put(struct ts_backend *backend,
				   struct ts_entry *entry, struct ts_err *err);
enum ts_status ts_sqlite_entry_get(struct ts_backend *backend, int64_t id,
				   struct ts_arena *arena, struct ts_entry *out,
				   struct ts_err *err);
enum ts_status ts_sqlite_entry_named(struct ts_backend *backend,
				     const char *report, const char *period,
				     int number, struct ts_arena *arena,
				     struct ts_entry *out, struct ts_err *err);
enum ts_status ts_sqlite_entry_number(struct ts_backend *backend,
				      const char *report, const char *period,
				      int *next, struct ts_err *err);
enum ts_status ts_sqlite_entries(struct ts_backend *backend,
				 const struct ts_entry_filter *filter,
				 ts_entry_row *row, void *ctx,
				 struct ts_err *err);
enum ts_status ts_sqlite_event_add(struct ts_backend *backend,
				   const struct ts_entry_event *event,
				   struct ts_err *err);
enum ts_status ts_sqlite_events(struct ts_backend *backend, int64_t id,
				ts_entry_event_row *row, void *ctx,
				struct ts_err *err);
enum ts_status ts_sqlite_events_drop(struct ts_backend *backend,
				     unsigned states, int64_t before_us,
				     struct ts_err *err);
enum ts_status ts_sqlite_report_get(struct ts_backend *backend,
				    const char *report, struct ts_arena *arena,
				    struct ts_report_state *out,
				    struct ts_err *err);
enum ts_status ts_sqlite_report_put(struct ts_backend *backend,
				    const struct ts_report_state *state,
				    struct ts_err *err);
enum ts_status ts_sqlite_notice_get(struct ts_backend *backend,
				    const char *cause, struct ts_arena *arena,
				    struct ts_notice *out, struct ts_err *err);
enum ts_status ts_sqlite_notice_put(struct ts_backend *backend,
				    const struct ts_notice *notice,
				    struct ts_err *err);
enum ts_status ts_sqlite_notice_drop(struct ts_backend *backend,
				     const char *cause, struct ts_err *err);
enum ts_status ts_sqlite_notices(struct ts_backend *backend, ts_notice_row *row,
				 void *ctx, struct ts_err *err);
enum ts_status ts_sqlite_marker_get(struct ts_backend *backend,
				    const char *source, const char *key,
				    struct ts_arena *arena, const char **value,
				    struct ts_err *err);
enum ts_status ts_sqlite_marker_put(struct ts_backend *backend,
				    const char *source, const char *key,
				    const char *value, int64_t now_us,
				    struct ts_err *err);
enum ts_status ts_sqlite_sources(struct ts_backend *backend,
				 ts_source_row_take *row, void *ctx,
				 struct ts_err *err);
enum ts_status ts_sqlite_newest(struct ts_backend *backend,
				int64_t *retrieved_us, struct ts_err *err);

/* sqlite_outbox.c, sqlite_pieces.c and sqlite_post.c: hooks as well. */
enum ts_status ts_sqlite_out_put(struct ts_backend *backend, struct ts_out *out,
				 struct ts_err *err);
enum ts_status ts_sqlite_out_get(struct ts_backend *backend, int64_t id,
				 struct ts_arena *arena, struct ts_out *out,
				 struct ts_err *err);
enum ts_status ts_sqlite_outs(struct ts_backend *backend,
			      const struct ts_out_filter *filter,
			      ts_out_row *row, void *ctx, struct ts_err *err);
enum ts_status ts_sqlite_out_due(struct ts_backend *backend, enum ts_lane lane,
				 int64_t entry, bool at_once, int64_t now_us,
				 struct ts_arena *arena, struct ts_out *out,
				 struct ts_err *err);
enum ts_status ts_sqlite_out_next(struct ts_backend *backend, enum ts_lane lane,
				  int64_t *next_us, struct ts_err *err);
enum ts_status ts_sqlite_out_sent(struct ts_backend *backend, enum ts_lane lane,
				  const char *recipient, int64_t since_us,
				  int64_t *count, struct ts_err *err);
enum ts_status ts_sqlite_out_counts(struct ts_backend *backend,
				    struct ts_out_counts *out,
				    struct ts_err *err);
enum ts_status ts_sqlite_out_tally(struct ts_backend *backend,
				   ts_out_tally_row *row, void *ctx,
				   struct ts_err *err);
enum ts_status ts_sqlite_out_event_add(struct ts_backend *backend,
				       const struct ts_out_event *event,
				       struct ts_err *err);
enum ts_status ts_sqlite_out_events(struct ts_backend *backend, int64_t id,
				    ts_out_event_row *row, void *ctx,
				    struct ts_err *err);
enum ts_status ts_sqlite_piece(struct ts_backend *backend, const char *name,
			       int64_t *piece, bool *known, struct ts_err *err);
enum ts_status ts_sqlite_chunk_add(struct ts_backend *backend, int64_t piece,
				   const void *bytes, size_t count,
				   struct ts_err *err);
enum ts_status ts_sqlite_piece_link(struct ts_backend *backend, int64_t out,
				    bool small, int at, int64_t piece,
				    struct ts_err *err);
enum ts_status ts_sqlite_chunk_get(struct ts_backend *backend, int64_t out,
				   bool small, int64_t *at, char *into,
				   size_t room, size_t *count,
				   struct ts_err *err);
enum ts_status ts_sqlite_pieces_drop(struct ts_backend *backend,
				     int64_t before_us, struct ts_err *err);
enum ts_status ts_sqlite_told_put(struct ts_backend *backend,
				  const struct ts_told *told,
				  struct ts_err *err);
enum ts_status ts_sqlite_tolds(struct ts_backend *backend, const char *report,
			       const char *variant, ts_told_row *row, void *ctx,
			       struct ts_err *err);
enum ts_status ts_sqlite_alarm_put(struct ts_backend *backend,
				   const char *report, const char *rule,
				   bool raised, int64_t now_us,
				   struct ts_err *err);
enum ts_status ts_sqlite_alarm_get(struct ts_backend *backend,
				   const char *report, const char *rule,
				   bool *raised, struct ts_err *err);
enum ts_status ts_sqlite_key_get(struct ts_backend *backend,
				 unsigned char key[32], struct ts_err *err);
enum ts_status ts_sqlite_key_put(struct ts_backend *backend,
				 const unsigned char key[32],
				 struct ts_err *err);
enum ts_status ts_sqlite_relay_put(struct ts_backend *backend,
				   const struct ts_relay_state *relay,
				   struct ts_err *err);
enum ts_status ts_sqlite_relays(struct ts_backend *backend, const char *name,
				ts_relay_row *row, void *ctx,
				struct ts_err *err);
enum ts_status ts_sqlite_address_put(struct ts_backend *backend,
				     const struct ts_address *address,
				     struct ts_err *err);
enum ts_status ts_sqlite_addresses(struct ts_backend *backend,
				   const char *address, ts_address_row *row,
				   void *ctx, struct ts_err *err);

#endif
