/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal of editions in SQLite. Statements are prepared for each call:
 * beside a commit that costs nothing, a row's taker may ask for entries
 * itself, and a daemon that rests keeps none of them in memory.
 */
#include "store/sqlite.h"

#include <string.h>

#define COLUMNS                                                                \
	"id, report, period, number, state, cause, slot_us, made_us,"          \
	" since_us, next_us, wait_us, attempts, failing_us, reason, waive,"    \
	" force, marked, path, content_hash, seen_period, seen_hash, seen_us"
/* one place for each state; those that are not wanted are NULL */
#define STATES "(?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)"
#define STATES_FIRST 3
_Static_assert(TS_STATES == 11, "STATES has a place for each state");

static struct ts_sqlite *
of(struct ts_backend *backend)
{
	return (struct ts_sqlite *)backend;
}

static void
bind_states(sqlite3_stmt *statement, int first, unsigned states)
{
	for (int i = 0; i < TS_STATES; i++)
		if (states == 0 || (states & 1u << i) != 0)
			ts_sqlite_text(statement, first + i,
				       ts_state_name((enum ts_state)i));
}

/* ---- entries ----------------------------------------------------------- */

static void
bind_entry(sqlite3_stmt *put, const struct ts_entry *entry)
{
	if (entry->id != 0)
		sqlite3_bind_int64(put, 1, entry->id);
	ts_sqlite_text(put, 2, entry->report);
	ts_sqlite_text(put, 3, entry->period);
	sqlite3_bind_int(put, 4, entry->number);
	ts_sqlite_text(put, 5, ts_state_name(entry->state));
	ts_sqlite_text(put, 6, ts_cause_name(entry->cause));
	sqlite3_bind_int64(put, 7, entry->slot_us);
	sqlite3_bind_int64(put, 8, entry->made_us);
	sqlite3_bind_int64(put, 9, entry->since_us);
	sqlite3_bind_int64(put, 10, entry->next_us);
	sqlite3_bind_int64(put, 11, entry->wait_us);
	sqlite3_bind_int(put, 12, entry->attempts);
	sqlite3_bind_int64(put, 13, entry->failing_us);
	ts_sqlite_text(put, 14, entry->reason);
	ts_sqlite_text(put, 15, entry->waive);
	sqlite3_bind_int(put, 16, entry->force);
	sqlite3_bind_int(put, 17, entry->marked);
	ts_sqlite_text(put, 18, entry->path);
	ts_sqlite_text(put, 19, entry->content_hash);
	ts_sqlite_text(put, 20, entry->seen_period);
	ts_sqlite_text(put, 21, entry->seen_hash);
	sqlite3_bind_int64(put, 22, entry->seen_us);
}

enum ts_status
ts_sqlite_entry_put(struct ts_backend *backend, struct ts_entry *entry,
		    struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *put;
	int code;

	status = ts_sqlite_prepare(
		sqlite,
		entry->id == 0
			? "INSERT INTO entry(" COLUMNS
			  ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,"
			  "?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22)"
			: "UPDATE entry SET report=?2, period=?3, number=?4,"
			  " state=?5, cause=?6, slot_us=?7, made_us=?8,"
			  " since_us=?9, next_us=?10, wait_us=?11,"
			  " attempts=?12, failing_us=?13, reason=?14,"
			  " waive=?15, force=?16, marked=?17, path=?18,"
			  " content_hash=?19, seen_period=?20, seen_hash=?21,"
			  " seen_us=?22 WHERE id=?1",
		&put, err);
	if (status != TS_OK)
		return status;
	bind_entry(put, entry);
	code = sqlite3_step(put);
	if (code == SQLITE_CONSTRAINT_UNIQUE && entry->slot_us > 0)
		status = ts_fail(err, TS_REFUSED,
				 "journal: %s has an entry of this time",
				 entry->report);
	else if (code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "journal", err);
	else if (entry->id == 0)
		entry->id = sqlite3_last_insert_rowid(sqlite->db);
	sqlite3_finalize(put);
	return status;
}

/* Texts are good until the next step. */
static enum ts_status
entry_of_row(struct ts_sqlite *sqlite, sqlite3_stmt *get, struct ts_entry *out,
	     struct ts_err *err)
{
	*out = (struct ts_entry){
		.id = sqlite3_column_int64(get, 0),
		.report = ts_sqlite_column(get, 1),
		.period = ts_sqlite_column(get, 2),
		.number = sqlite3_column_int(get, 3),
		.slot_us = sqlite3_column_int64(get, 6),
		.made_us = sqlite3_column_int64(get, 7),
		.since_us = sqlite3_column_int64(get, 8),
		.next_us = sqlite3_column_int64(get, 9),
		.wait_us = sqlite3_column_int64(get, 10),
		.attempts = sqlite3_column_int(get, 11),
		.failing_us = sqlite3_column_int64(get, 12),
		.reason = ts_sqlite_column(get, 13),
		.waive = ts_sqlite_column(get, 14),
		.force = sqlite3_column_int(get, 15) != 0,
		.marked = sqlite3_column_int(get, 16) != 0,
		.path = ts_sqlite_column(get, 17),
		.content_hash = ts_sqlite_column(get, 18),
		.seen_period = ts_sqlite_column(get, 19),
		.seen_hash = ts_sqlite_column(get, 20),
		.seen_us = sqlite3_column_int64(get, 21),
	};
	if (!ts_state_parse(ts_sqlite_column(get, 4), &out->state) ||
	    !ts_cause_parse(ts_sqlite_column(get, 5), &out->cause))
		return ts_fail(err, TS_CORRUPT,
			       "store %s: entry #%lld is \"%.40s\" by"
			       " \"%.40s\"",
			       sqlite->path, (long long)out->id,
			       ts_sqlite_column(get, 4),
			       ts_sqlite_column(get, 5));
	return TS_OK;
}

/* Keeps the one row there may be; ends the statement. */
static enum ts_status
keep_entry(struct ts_sqlite *sqlite, sqlite3_stmt *get, struct ts_arena *arena,
	   struct ts_entry *out, struct ts_err *err)
{
	struct ts_entry row;
	enum ts_status status;
	int code = sqlite3_step(get);

	if (code == SQLITE_ROW) {
		status = entry_of_row(sqlite, get, &row, err);
		if (status == TS_OK)
			status = ts_entry_keep(&row, arena, out, err);
	} else if (code == SQLITE_DONE) {
		status = ts_fail(err, TS_NO_INPUT,
				 "journal: there is no such edition");
	} else {
		status = ts_sqlite_failed(sqlite, code, "journal", err);
	}
	sqlite3_finalize(get);
	return status;
}

enum ts_status
ts_sqlite_entry_get(struct ts_backend *backend, int64_t id,
		    struct ts_arena *arena, struct ts_entry *out,
		    struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *get;

	status = ts_sqlite_prepare(
		sqlite, "SELECT " COLUMNS " FROM entry WHERE id=?1", &get, err);
	if (status != TS_OK)
		return status;
	sqlite3_bind_int64(get, 1, id);
	return keep_entry(sqlite, get, arena, out, err);
}

enum ts_status
ts_sqlite_entry_named(struct ts_backend *backend, const char *report,
		      const char *period, int number, struct ts_arena *arena,
		      struct ts_entry *out, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *get;

	status = ts_sqlite_prepare(sqlite,
				   "SELECT " COLUMNS
				   " FROM entry WHERE report=?1 AND period=?2"
				   " AND number=?3 AND number>0",
				   &get, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(get, 1, report);
	ts_sqlite_text(get, 2, period);
	sqlite3_bind_int(get, 3, number);
	return keep_entry(sqlite, get, arena, out, err);
}

enum ts_status
ts_sqlite_entry_number(struct ts_backend *backend, const char *report,
		       const char *period, int *next, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *get;
	int code;

	status = ts_sqlite_prepare(sqlite,
				   "SELECT ifnull(max(number),0)+1 FROM entry"
				   " WHERE report=?1 AND period=?2"
				   " AND number>0",
				   &get, err);
	if (status != TS_OK)
		return status;
	ts_sqlite_text(get, 1, report);
	ts_sqlite_text(get, 2, period);
	code = sqlite3_step(get);
	if (code == SQLITE_ROW)
		*next = sqlite3_column_int(get, 0);
	else
		status = ts_sqlite_failed(sqlite, code, "journal", err);
	sqlite3_finalize(get);
	return status;
}

/* Whether only few rows can be meant: those of a state that passes. */
static bool
is_of_few(unsigned states)
{
	if (states == 0)
		return false;
	for (int i = 0; i < TS_STATES; i++)
		if ((states & 1u << i) != 0 &&
		    ts_state_is_end((enum ts_state)i))
			return false;
	return true;
}

#define SELECT_WHERE(where, order)                                             \
	"SELECT " COLUMNS " FROM entry WHERE " where " ORDER BY id" order      \
	" LIMIT ?2"

/* A plus in front of a column keeps its index out of the plan. */
static const char *
list_text(const struct ts_entry_filter *filter)
{
	bool down = filter->newest_first;

	if (is_of_few(filter->states))
		return down ? SELECT_WHERE("state IN " STATES
					   " AND (?1 IS NULL OR +report=?1)",
					   " DESC")
			    : SELECT_WHERE("state IN " STATES
					   " AND (?1 IS NULL OR +report=?1)",
					   "");
	if (filter->report != NULL)
		return down ? SELECT_WHERE("report=?1 AND +state IN " STATES,
					   " DESC")
			    : SELECT_WHERE("report=?1 AND +state IN " STATES,
					   "");
	return down ? SELECT_WHERE("+state IN " STATES, " DESC")
		    : SELECT_WHERE("+state IN " STATES, "");
}

enum ts_status
ts_sqlite_entries(struct ts_backend *backend,
		  const struct ts_entry_filter *filter, ts_entry_row *row,
		  void *ctx, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *get;
	int code = SQLITE_DONE;

	status = ts_sqlite_prepare(sqlite, list_text(filter), &get, err);
	if (status != TS_OK)
		return status;
	if (filter->report != NULL)
		ts_sqlite_text(get, 1, filter->report);
	sqlite3_bind_int64(get, 2,
			   filter->most > 0 && filter->most < INT64_MAX
				   ? (int64_t)filter->most
				   : -1);
	bind_states(get, STATES_FIRST, filter->states);
	while (status == TS_OK && (code = sqlite3_step(get)) == SQLITE_ROW) {
		struct ts_entry entry;

		status = entry_of_row(sqlite, get, &entry, err);
		if (status == TS_OK)
			status = row(ctx, &entry, err);
	}
	if (status == TS_OK && code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "journal", err);
	sqlite3_finalize(get);
	return status;
}

/* ---- events ------------------------------------------------------------ */

enum ts_status
ts_sqlite_event_add(struct ts_backend *backend,
		    const struct ts_entry_event *event, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *add;

	status = ts_sqlite_prepare(
		sqlite,
		"INSERT INTO entry_event(entry, at_us, came_from, went_to,"
		" text) VALUES(?1,?2,?3,?4,?5)",
		&add, err);
	if (status != TS_OK)
		return status;
	sqlite3_bind_int64(add, 1, event->entry);
	sqlite3_bind_int64(add, 2, event->at_us);
	ts_sqlite_text(add, 3, ts_state_name(event->from));
	ts_sqlite_text(add, 4, ts_state_name(event->to));
	ts_sqlite_text(add, 5, event->text);
	return ts_sqlite_run_once(sqlite, add, "journal", err);
}

enum ts_status
ts_sqlite_events(struct ts_backend *backend, int64_t id,
		 ts_entry_event_row *row, void *ctx, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *get;
	int code = SQLITE_DONE;

	status = ts_sqlite_prepare(
		sqlite,
		"SELECT at_us, came_from, went_to, text FROM entry_event"
		" WHERE entry=?1 ORDER BY id",
		&get, err);
	if (status != TS_OK)
		return status;
	sqlite3_bind_int64(get, 1, id);
	while (status == TS_OK && (code = sqlite3_step(get)) == SQLITE_ROW) {
		struct ts_entry_event event = {
			.entry = id,
			.at_us = sqlite3_column_int64(get, 0),
			.text = ts_sqlite_column(get, 3),
		};

		if (!ts_state_parse(ts_sqlite_column(get, 1), &event.from) ||
		    !ts_state_parse(ts_sqlite_column(get, 2), &event.to))
			status = ts_fail(err, TS_CORRUPT,
					 "store %s: an event of entry #%lld"
					 " has no state",
					 sqlite->path, (long long)id);
		else
			status = row(ctx, &event, err);
	}
	if (status == TS_OK && code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "journal", err);
	sqlite3_finalize(get);
	return status;
}

enum ts_status
ts_sqlite_events_drop(struct ts_backend *backend, unsigned states,
		      int64_t before_us, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *drop;

	/* by events, which are few: entries stay for ever */
	status = ts_sqlite_prepare(
		sqlite,
		"DELETE FROM entry_event WHERE (SELECT since_us<?1 AND"
		" state IN " STATES " FROM entry WHERE id=entry_event.entry)",
		&drop, err);
	if (status != TS_OK)
		return status;
	sqlite3_bind_int64(drop, 1, before_us);
	bind_states(drop, STATES_FIRST, states);
	return ts_sqlite_run_once(sqlite, drop, "journal", err);
}
