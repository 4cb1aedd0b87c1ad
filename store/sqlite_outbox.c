/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the outbox, and what happened to them, in SQLite. */
#include "store/sqlite.h"

#include <tradestat/buf.h>

#define COLUMNS                                                                \
	"o.id, o.entry, o.report, o.period, o.number, o.kind, o.channel,"      \
	" o.recipient, o.lane, o.relay, o.variant, o.payload, o.message_id,"   \
	" o.size, o.small_size, o.state, o.small, o.attempts, o.doubts,"       \
	" o.made_us, o.since_us, o.next_us, o.failing_us, o.code, o.reply,"    \
	" o.reason"

static struct ts_sqlite *
of(struct ts_backend *backend)
{
	return (struct ts_sqlite *)backend;
}

/* Texts are valid until the next step. */
static enum ts_status
out_of_row(struct ts_sqlite *sqlite, sqlite3_stmt *get, struct ts_out *out,
	   struct ts_err *err)
{
	*out = (struct ts_out){
		.id = sqlite3_column_int64(get, 0),
		.entry = sqlite3_column_int64(get, 1),
		.report = ts_sqlite_column(get, 2),
		.period = ts_sqlite_column(get, 3),
		.number = sqlite3_column_int(get, 4),
		.kind = ts_sqlite_column(get, 5),
		.channel = ts_sqlite_column(get, 6),
		.recipient = ts_sqlite_column(get, 7),
		.lane = (enum ts_lane)sqlite3_column_int(get, 8),
		.relay = ts_sqlite_column(get, 9),
		.variant = ts_sqlite_column(get, 10),
		.payload = ts_sqlite_column(get, 11),
		.message_id = ts_sqlite_column(get, 12),
		.size = sqlite3_column_int64(get, 13),
		.small_size = sqlite3_column_int64(get, 14),
		.small = sqlite3_column_int(get, 16) != 0,
		.attempts = sqlite3_column_int(get, 17),
		.doubts = sqlite3_column_int(get, 18),
		.made_us = sqlite3_column_int64(get, 19),
		.since_us = sqlite3_column_int64(get, 20),
		.next_us = sqlite3_column_int64(get, 21),
		.failing_us = sqlite3_column_int64(get, 22),
		.code = sqlite3_column_int(get, 23),
		.reply = ts_sqlite_column(get, 24),
		.reason = ts_sqlite_column(get, 25),
	};
	if ((unsigned)out->lane >= TS_LANES ||
	    !ts_out_state_parse(ts_sqlite_column(get, 15), &out->state))
		return ts_fail(err, TS_CORRUPT,
			       "store %s: delivery %lld is in no state we know",
			       sqlite->path, (long long)out->id);
	return TS_OK;
}

static void
bind_out(sqlite3_stmt *put, const struct ts_out *out)
{
	sqlite3_bind_int64(put, 2, out->entry);
	ts_sqlite_text(put, 3, out->report);
	ts_sqlite_text(put, 4, out->period);
	sqlite3_bind_int(put, 5, out->number);
	ts_sqlite_text(put, 6, out->kind);
	ts_sqlite_text(put, 7, out->channel);
	ts_sqlite_text(put, 8, out->recipient);
	sqlite3_bind_int(put, 9, (int)out->lane);
	ts_sqlite_text(put, 10, out->relay);
	ts_sqlite_text(put, 11, out->variant);
	ts_sqlite_text(put, 12, out->payload);
	ts_sqlite_text(put, 13, out->message_id);
	sqlite3_bind_int64(put, 14, out->size);
	sqlite3_bind_int64(put, 15, out->small_size);
	ts_sqlite_text(put, 16, ts_out_state_name(out->state));
	sqlite3_bind_int(put, 17, out->small);
	sqlite3_bind_int(put, 18, out->attempts);
	sqlite3_bind_int(put, 19, out->doubts);
	sqlite3_bind_int64(put, 20, out->made_us);
	sqlite3_bind_int64(put, 21, out->since_us);
	sqlite3_bind_int64(put, 22, out->next_us);
	sqlite3_bind_int64(put, 23, out->failing_us);
	sqlite3_bind_int(put, 24, out->code);
	ts_sqlite_text(put, 25, out->reply);
	ts_sqlite_text(put, 26, out->reason);
}

/* The row that has the key; 0 none. */
static enum ts_status
find_key(struct ts_sqlite *sqlite, const struct ts_out *out, int64_t *id,
	 struct ts_err *err)
{
	enum ts_status status;
	sqlite3_stmt *get;
	int code;

	status = ts_sqlite_prepare(
		sqlite,
		"SELECT id FROM outbox WHERE report=?1 AND period=?2 AND"
		" number=?3 AND kind=?4 AND channel=?5 AND recipient=?6",
		&get, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(get, 1, out->report);
	ts_sqlite_text(get, 2, out->period);
	sqlite3_bind_int(get, 3, out->number);
	ts_sqlite_text(get, 4, out->kind);
	ts_sqlite_text(get, 5, out->channel);
	ts_sqlite_text(get, 6, out->recipient);
	*id = 0;
	code = sqlite3_step(get);
	if (code == SQLITE_ROW)
		*id = sqlite3_column_int64(get, 0);
	else if (code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "outbox", err);
	sqlite3_finalize(get);
	return status;
}

enum ts_status
ts_sqlite_out_put(struct ts_backend *backend, struct ts_out *out,
		  struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *put;
	int64_t known;

	if (out->id == 0) {
		if (find_key(sqlite, out, &known, err) != TS_OK)
			return err->status;
		if (known != 0) {
			out->id = known;
			return ts_fail(err, TS_REFUSED,
				       "store %s: delivery %lld is that one",
				       sqlite->path, (long long)known);
		}
	}
	status = ts_sqlite_prepare(
		sqlite,
		"INSERT OR REPLACE INTO outbox(id, entry, report, period,"
		" number, kind, channel, recipient, lane, relay, variant,"
		" payload, message_id, size, small_size, state, small,"
		" attempts, doubts, made_us, since_us, next_us, failing_us,"
		" code, reply, reason) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,"
		"?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24,?25,"
		"?26)",
		&put, err);
	if (status != TS_OK)
		return status;
	if (out->id != 0)
		sqlite3_bind_int64(put, 1, out->id);
	bind_out(put, out);
	status = ts_sqlite_run_once(sqlite, put, "outbox", err);
	if (status == TS_OK && out->id == 0)
		out->id = sqlite3_last_insert_rowid(sqlite->db);
	return status;
}

/* Takes the one row of a statement and ends it. */
static enum ts_status
take_one(struct ts_sqlite *sqlite, sqlite3_stmt *get, struct ts_arena *arena,
	 struct ts_out *out, struct ts_err *err)
{
	struct ts_out row;
	enum ts_status status = TS_OK;
	int code = sqlite3_step(get);

	if (code == SQLITE_DONE)
		status = ts_fail(err, TS_NO_INPUT, "store %s: no such delivery",
				 sqlite->path);
	else if (code != SQLITE_ROW)
		status = ts_sqlite_failed(sqlite, code, "outbox", err);
	if (status == TS_OK)
		status = out_of_row(sqlite, get, &row, err);
	if (status == TS_OK)
		status = ts_out_keep(&row, arena, out, err);
	sqlite3_finalize(get);
	return status;
}

enum ts_status
ts_sqlite_out_get(struct ts_backend *backend, int64_t id,
		  struct ts_arena *arena, struct ts_out *out,
		  struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *get;

	if (ts_sqlite_prepare(sqlite,
			      "SELECT " COLUMNS " FROM outbox o WHERE o.id=?1",
			      &get, err) != TS_OK)
		return err->status;
	sqlite3_bind_int64(get, 1, id);
	return take_one(sqlite, get, arena, out, err);
}

/* Only what was asked for is in the text: "or it was not asked for" would keep
 * SQLite from its indexes. */
static enum ts_status
prepare_outs(struct ts_sqlite *sqlite, const struct ts_out_filter *filter,
	     sqlite3_stmt **get, struct ts_err *err)
{
	TS_AUTO_BUF sql = TS_BUF_INIT(4096);

	ts_buf_add(&sql, "SELECT " COLUMNS " FROM outbox o WHERE 1");
	if (filter->report != NULL && filter->report[0] != '\0')
		ts_buf_add(&sql, " AND o.report=?1");
	if (filter->recipient != NULL && filter->recipient[0] != '\0')
		ts_buf_add(&sql, " AND o.recipient=?2");
	if (filter->kind != NULL && filter->kind[0] != '\0')
		ts_buf_add(&sql, " AND o.kind=?3");
	if (filter->entry != 0)
		ts_buf_add(&sql, " AND o.entry=?4");
	if (filter->period != NULL && filter->period[0] != '\0')
		ts_buf_add(&sql, " AND o.period=?5 AND o.number=?6");
	if (filter->states != 0) {
		ts_buf_add(&sql, " AND o.state IN ('?'");
		for (unsigned i = 0; i < TS_OUT_STATES; i++)
			if ((filter->states & 1u << i) != 0)
				ts_buf_addf(&sql, ",'%s'",
					    ts_out_state_name(
						    (enum ts_out_state)i));
		ts_buf_add(&sql, ")");
	}
	ts_buf_add(&sql, filter->newest_first ? " ORDER BY o.id DESC"
					      : " ORDER BY o.id");
	if (ts_buf_check(&sql, "outbox", err) != TS_OK)
		return err->status;
	return ts_sqlite_prepare(sqlite, sql.data, get, err);
}

enum ts_status
ts_sqlite_outs(struct ts_backend *backend, const struct ts_out_filter *filter,
	       ts_out_row *row, void *ctx, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	struct ts_out out;
	sqlite3_stmt *get;
	int code;

	status = prepare_outs(sqlite, filter, &get, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(get, 1, filter->report);
	ts_sqlite_text(get, 2, filter->recipient);
	ts_sqlite_text(get, 3, filter->kind);
	sqlite3_bind_int64(get, 4, filter->entry);
	ts_sqlite_text(get, 5, filter->period);
	sqlite3_bind_int(get, 6, filter->number);
	for (size_t taken = 0; status == TS_OK;) {
		if (filter->most > 0 && taken == filter->most)
			break;
		code = sqlite3_step(get);
		if (code == SQLITE_DONE)
			break;
		if (code != SQLITE_ROW) {
			status = ts_sqlite_failed(sqlite, code, "outbox", err);
			break;
		}
		status = out_of_row(sqlite, get, &out, err);
		if (status == TS_OK && filter->states != 0 &&
		    (filter->states & 1u << out.state) == 0)
			continue;
		taken++;
		if (status == TS_OK)
			status = row(ctx, &out, err);
	}
	sqlite3_finalize(get);
	return status;
}

enum ts_status
ts_sqlite_out_due(struct ts_backend *backend, enum ts_lane lane, int64_t entry,
		  bool at_once, int64_t now_us, struct ts_arena *arena,
		  struct ts_out *out, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *get;

	if (ts_sqlite_prepare(
		    sqlite,
		    "SELECT " COLUMNS
		    " FROM outbox o LEFT JOIN relay r ON r.name=o.relay"
		    " WHERE o.state IN ('queued','in_doubt') AND o.lane=?1"
		    " AND (?2=0 OR o.entry=?2) AND coalesce(r.stopped,0)=0"
		    " AND (?3 OR (o.next_us<=?4 AND"
		    " coalesce(r.until_us,0)<=?4))"
		    " ORDER BY o.next_us, o.id LIMIT 1",
		    &get, err) != TS_OK)
		return err->status;
	sqlite3_bind_int(get, 1, (int)lane);
	sqlite3_bind_int64(get, 2, entry);
	sqlite3_bind_int(get, 3, at_once);
	sqlite3_bind_int64(get, 4, now_us);
	return take_one(sqlite, get, arena, out, err);
}

/* One number from a statement, which is ended. */
static enum ts_status
number_of(struct ts_sqlite *sqlite, sqlite3_stmt *get, int64_t *out,
	  struct ts_err *err)
{
	int code = sqlite3_step(get);
	enum ts_status status = TS_OK;

	if (code == SQLITE_ROW)
		*out = sqlite3_column_int64(get, 0);
	else
		status = ts_sqlite_failed(sqlite, code, "outbox", err);
	sqlite3_finalize(get);
	return status;
}

enum ts_status
ts_sqlite_out_next(struct ts_backend *backend, enum ts_lane lane,
		   int64_t *next_us, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *get;

	/* what a dead sender left is looked at at once */
	if (ts_sqlite_prepare(
		    sqlite,
		    "SELECT coalesce(min(CASE WHEN o.state='sending' OR"
		    " (o.state='in_doubt' AND o.next_us=0) THEN 0"
		    " ELSE max(o.next_us, coalesce(r.until_us,0)) END),"
		    " 9223372036854775807)"
		    " FROM outbox o LEFT JOIN relay r ON r.name=o.relay"
		    " WHERE o.state IN ('queued','in_doubt','sending')"
		    " AND o.lane=?1 AND coalesce(r.stopped,0)=0",
		    &get, err) != TS_OK)
		return err->status;
	sqlite3_bind_int(get, 1, (int)lane);
	return number_of(sqlite, get, next_us, err);
}

enum ts_status
ts_sqlite_out_sent(struct ts_backend *backend, enum ts_lane lane,
		   const char *recipient, int64_t since_us, int64_t *count,
		   struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *get;

	if (ts_sqlite_prepare(sqlite,
			      "SELECT count(*) FROM outbox WHERE state='sent'"
			      " AND lane=?1 AND since_us>?2 AND (?3='' OR"
			      " recipient=?3)",
			      &get, err) != TS_OK)
		return err->status;
	sqlite3_bind_int(get, 1, (int)lane);
	sqlite3_bind_int64(get, 2, since_us);
	ts_sqlite_text(get, 3, recipient);
	return number_of(sqlite, get, count, err);
}

enum ts_status
ts_sqlite_out_tally(struct ts_backend *backend, ts_out_tally_row *row,
		    void *ctx, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status = TS_OK;
	sqlite3_stmt *get;
	int code = SQLITE_DONE;

	if (ts_sqlite_prepare(sqlite,
			      "SELECT channel, state, count(*), min(made_us)"
			      " FROM outbox GROUP BY channel, state"
			      " ORDER BY channel, state",
			      &get, err) != TS_OK)
		return err->status;
	while (status == TS_OK && (code = sqlite3_step(get)) == SQLITE_ROW) {
		struct ts_out_tally tally = {
			.channel = ts_sqlite_column(get, 0),
			.count = sqlite3_column_int64(get, 2),
			.oldest_us = sqlite3_column_int64(get, 3),
		};
		const char *state = ts_sqlite_column(get, 1);

		if (!ts_out_state_parse(state, &tally.state))
			status = ts_fail(err, TS_CORRUPT,
					 "store %s: %lld deliveries are in no"
					 " state we know (%.40s)",
					 sqlite->path, (long long)tally.count,
					 state);
		else
			status = row(ctx, &tally, err);
	}
	sqlite3_finalize(get);
	if (status == TS_OK && code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "outbox", err);
	return status;
}

static enum ts_status
count_state(void *ctx, const struct ts_out_tally *tally, struct ts_err *err)
{
	struct ts_out_counts *counts = ctx;

	(void)err;
	counts->states[tally->state] += tally->count;
	if (tally->state == TS_OUT_QUEUED &&
	    (counts->oldest_us == 0 || tally->oldest_us < counts->oldest_us))
		counts->oldest_us = tally->oldest_us;
	return TS_OK;
}

enum ts_status
ts_sqlite_out_counts(struct ts_backend *backend, struct ts_out_counts *out,
		     struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *get;

	*out = (struct ts_out_counts){ .oldest_us = 0 };
	if (ts_sqlite_out_tally(backend, count_state, out, err) != TS_OK ||
	    ts_sqlite_prepare(sqlite, "SELECT coalesce(sum(size),0) FROM piece",
			      &get, err) != TS_OK)
		return err->status;
	return number_of(sqlite, get, &out->bytes, err);
}
