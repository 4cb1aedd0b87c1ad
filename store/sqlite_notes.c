/* SPDX-License-Identifier: Apache-2.0 */
/* States of reports, notices, update markers and sources in SQLite. */
#include "store/sqlite.h"

#include <errno.h>

static struct ts_sqlite *
of(struct ts_backend *backend)
{
	return (struct ts_sqlite *)backend;
}

/* TS_NO_INPUT: no row. The caller ends the statement in every case. */
static enum ts_status
one_row(struct ts_sqlite *sqlite, sqlite3_stmt *get, const char *what,
	struct ts_err *err)
{
	int code = sqlite3_step(get);

	if (code == SQLITE_ROW)
		return TS_OK;
	if (code == SQLITE_DONE)
		return ts_fail(err, TS_NO_INPUT, "store %s: no such %s",
			       sqlite->path, what);
	return ts_sqlite_failed(sqlite, code, what, err);
}

/* ---- reports ----------------------------------------------------------- */

enum ts_status
ts_sqlite_report_get(struct ts_backend *backend, const char *report,
		     struct ts_arena *arena, struct ts_report_state *out,
		     struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *get;

	status = ts_sqlite_prepare(
		sqlite,
		"SELECT report, paused, cursor_us, rule, poll_day, polls"
		" FROM report_state WHERE report=?1",
		&get, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(get, 1, report);
	status = one_row(sqlite, get, "report", err);
	if (status == TS_OK) {
		*out = (struct ts_report_state){
			.report = ts_arena_strdup(arena,
						  ts_sqlite_column(get, 0)),
			.paused = sqlite3_column_int(get, 1) != 0,
			.cursor_us = sqlite3_column_int64(get, 2),
			.rule = ts_arena_strdup(arena,
						ts_sqlite_column(get, 3)),
			.poll_day = sqlite3_column_int64(get, 4),
			.polls = sqlite3_column_int(get, 5),
		};
		if (out->report == NULL || out->rule == NULL)
			status = ts_fail_errno(err, ENOMEM, "store: report");
	}
	sqlite3_finalize(get);
	return status;
}

enum ts_status
ts_sqlite_report_put(struct ts_backend *backend,
		     const struct ts_report_state *state, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *put;

	status = ts_sqlite_prepare(
		sqlite,
		"INSERT OR REPLACE INTO report_state(report, paused,"
		" cursor_us, rule, poll_day, polls) VALUES(?1,?2,?3,?4,?5,?6)",
		&put, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(put, 1, state->report);
	sqlite3_bind_int(put, 2, state->paused);
	sqlite3_bind_int64(put, 3, state->cursor_us);
	ts_sqlite_text(put, 4, state->rule);
	sqlite3_bind_int64(put, 5, state->poll_day);
	sqlite3_bind_int(put, 6, state->polls);
	return ts_sqlite_run_once(sqlite, put, "report", err);
}

/* ---- notices ----------------------------------------------------------- */

#define NOTICE                                                                 \
	"cause, level, text, first_us, last_us, count, told_us, cleared_us,"   \
	" cleared_told_us"

static struct ts_notice
notice_of_row(sqlite3_stmt *get)
{
	return (struct ts_notice){
		.cause = ts_sqlite_column(get, 0),
		.level = sqlite3_column_int(get, 1),
		.text = ts_sqlite_column(get, 2),
		.first_us = sqlite3_column_int64(get, 3),
		.last_us = sqlite3_column_int64(get, 4),
		.count = sqlite3_column_int64(get, 5),
		.told_us = sqlite3_column_int64(get, 6),
		.cleared_us = sqlite3_column_int64(get, 7),
		.cleared_told_us = sqlite3_column_int64(get, 8),
	};
}

enum ts_status
ts_sqlite_notice_get(struct ts_backend *backend, const char *cause,
		     struct ts_arena *arena, struct ts_notice *out,
		     struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *get;

	status = ts_sqlite_prepare(
		sqlite, "SELECT " NOTICE " FROM notice WHERE cause=?1", &get,
		err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(get, 1, cause);
	status = one_row(sqlite, get, "notice", err);
	if (status == TS_OK) {
		*out = notice_of_row(get);
		out->cause = ts_arena_strdup(arena, out->cause);
		out->text = ts_arena_strdup(arena, out->text);
		if (out->cause == NULL || out->text == NULL)
			status = ts_fail_errno(err, ENOMEM, "store: notice");
	}
	sqlite3_finalize(get);
	return status;
}

enum ts_status
ts_sqlite_notice_put(struct ts_backend *backend, const struct ts_notice *notice,
		     struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *put;

	status = ts_sqlite_prepare(sqlite,
				   "INSERT OR REPLACE INTO notice(" NOTICE
				   ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)",
				   &put, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(put, 1, notice->cause);
	sqlite3_bind_int(put, 2, notice->level);
	ts_sqlite_text(put, 3, notice->text);
	sqlite3_bind_int64(put, 4, notice->first_us);
	sqlite3_bind_int64(put, 5, notice->last_us);
	sqlite3_bind_int64(put, 6, notice->count);
	sqlite3_bind_int64(put, 7, notice->told_us);
	sqlite3_bind_int64(put, 8, notice->cleared_us);
	sqlite3_bind_int64(put, 9, notice->cleared_told_us);
	return ts_sqlite_run_once(sqlite, put, "notice", err);
}

enum ts_status
ts_sqlite_notice_drop(struct ts_backend *backend, const char *cause,
		      struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *drop;

	status = ts_sqlite_prepare(sqlite, "DELETE FROM notice WHERE cause=?1",
				   &drop, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(drop, 1, cause);
	return ts_sqlite_run_once(sqlite, drop, "notice", err);
}

enum ts_status
ts_sqlite_notices(struct ts_backend *backend, ts_notice_row *row, void *ctx,
		  struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *get;
	int code = SQLITE_DONE;

	status = ts_sqlite_prepare(sqlite,
				   "SELECT " NOTICE
				   " FROM notice ORDER BY first_us, cause",
				   &get, err);
	if (status != TS_OK)
		return status;
	while (status == TS_OK && (code = sqlite3_step(get)) == SQLITE_ROW) {
		struct ts_notice notice = notice_of_row(get);

		status = row(ctx, &notice, err);
	}
	if (status == TS_OK && code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "notices", err);
	sqlite3_finalize(get);
	return status;
}

/* ---- update markers ---------------------------------------------------- */

enum ts_status
ts_sqlite_marker_get(struct ts_backend *backend, const char *source,
		     const char *key, struct ts_arena *arena,
		     const char **value, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *get;
	const char *copy;

	status = ts_sqlite_prepare(
		sqlite, "SELECT value FROM marker WHERE source=?1 AND key=?2",
		&get, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(get, 1, source);
	ts_sqlite_text(get, 2, key);
	status = one_row(sqlite, get, "marker", err);
	if (status == TS_OK) {
		copy = ts_arena_strdup(arena, ts_sqlite_column(get, 0));
		if (copy != NULL)
			*value = copy;
		else
			status = ts_fail_errno(err, ENOMEM, "store: marker");
	}
	sqlite3_finalize(get);
	return status;
}

enum ts_status
ts_sqlite_marker_put(struct ts_backend *backend, const char *source,
		     const char *key, const char *value, int64_t now_us,
		     struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *put;

	status = ts_sqlite_prepare(
		sqlite,
		"INSERT OR REPLACE INTO marker(source, key, value, at_us)"
		" VALUES(?1,?2,?3,?4)",
		&put, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(put, 1, source);
	ts_sqlite_text(put, 2, key);
	ts_sqlite_text(put, 3, value);
	sqlite3_bind_int64(put, 4, now_us);
	return ts_sqlite_run_once(sqlite, put, "marker", err);
}

/* ---- sources ----------------------------------------------------------- */

enum ts_status
ts_sqlite_sources(struct ts_backend *backend, ts_source_row_take *row,
		  void *ctx, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *get;
	int code = SQLITE_DONE;

	/* url is that of the row with the greatest time. The newest figure is
	 * looked up from the end of each series, not by reading them all. */
	status = ts_sqlite_prepare(
		sqlite,
		"SELECT d.source, count(*), sum(d.size_bytes),"
		" max(d.retrieved_us), d.url,"
		" (SELECT max((SELECT o.period FROM observation o"
		"  WHERE o.series=s.id AND o.coef IS NOT NULL"
		"  ORDER BY o.period DESC LIMIT 1))"
		"  FROM series s WHERE s.source=d.source),"
		" count(DISTINCT d.url), count(DISTINCT CASE"
		"  WHEN d.etag<>'' OR d.last_modified<>'' THEN d.url END)"
		" FROM document d GROUP BY d.source ORDER BY d.source",
		&get, err);
	if (status != TS_OK)
		return status;
	while (status == TS_OK && (code = sqlite3_step(get)) == SQLITE_ROW) {
		struct ts_source_row source = {
			.source = ts_sqlite_column(get, 0),
			.documents = sqlite3_column_int64(get, 1),
			.bytes = sqlite3_column_int64(get, 2),
			.last_us = sqlite3_column_int64(get, 3),
			.host = ts_sqlite_column(get, 4),
			.newest_period = sqlite3_column_int64(get, 5),
			.addresses = sqlite3_column_int64(get, 6),
			.conditional = sqlite3_column_int64(get, 7),
		};

		status = row(ctx, &source, err);
	}
	if (status == TS_OK && code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "sources", err);
	sqlite3_finalize(get);
	return status;
}

enum ts_status
ts_sqlite_newest(struct ts_backend *backend, int64_t *retrieved_us,
		 struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *get;

	status = ts_sqlite_prepare(
		sqlite, "SELECT ifnull(max(retrieved_us),0) FROM document",
		&get, err);
	if (status != TS_OK)
		return status;
	status = one_row(sqlite, get, "document", err);
	if (status == TS_OK)
		*retrieved_us = sqlite3_column_int64(get, 0);
	sqlite3_finalize(get);
	return status;
}
