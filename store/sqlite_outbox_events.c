/* SPDX-License-Identifier: Apache-2.0 */
/* What happened to the rows of the outbox, in SQLite. */
#include "store/sqlite.h"

static struct ts_sqlite *
of(struct ts_backend *backend)
{
	return (struct ts_sqlite *)backend;
}

enum ts_status
ts_sqlite_out_event_add(struct ts_backend *backend,
			const struct ts_out_event *event, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *put;

	if (ts_sqlite_prepare(sqlite,
			      "INSERT INTO outbox_event(outbox, at_us,"
			      " came_from, went_to, code, text)"
			      " VALUES(?1,?2,?3,?4,?5,?6)",
			      &put, err) != TS_OK)
		return err->status;
	sqlite3_bind_int64(put, 1, event->id);
	sqlite3_bind_int64(put, 2, event->at_us);
	ts_sqlite_text(put, 3, ts_out_state_name(event->from));
	ts_sqlite_text(put, 4, ts_out_state_name(event->to));
	sqlite3_bind_int(put, 5, event->code);
	ts_sqlite_text(put, 6, event->text);
	return ts_sqlite_run_once(sqlite, put, "event", err);
}

enum ts_status
ts_sqlite_out_events(struct ts_backend *backend, int64_t id,
		     ts_out_event_row *row, void *ctx, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status = TS_OK;
	sqlite3_stmt *get;
	int code = SQLITE_DONE;

	if (ts_sqlite_prepare(sqlite,
			      "SELECT outbox, at_us, came_from, went_to, code,"
			      " text FROM outbox_event WHERE outbox=?1"
			      " ORDER BY id",
			      &get, err) != TS_OK)
		return err->status;
	sqlite3_bind_int64(get, 1, id);
	while (status == TS_OK && (code = sqlite3_step(get)) == SQLITE_ROW) {
		struct ts_out_event event = {
			.id = sqlite3_column_int64(get, 0),
			.at_us = sqlite3_column_int64(get, 1),
			.code = sqlite3_column_int(get, 4),
			.text = ts_sqlite_column(get, 5),
		};

		if (!ts_out_state_parse(ts_sqlite_column(get, 2),
					&event.from) ||
		    !ts_out_state_parse(ts_sqlite_column(get, 3), &event.to))
			status = ts_fail(err, TS_CORRUPT,
					 "store %s: an event of delivery %lld",
					 sqlite->path, (long long)id);
		else
			status = row(ctx, &event, err);
	}
	sqlite3_finalize(get);
	if (status == TS_OK && code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "events", err);
	return status;
}
