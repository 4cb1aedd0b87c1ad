/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered beside the outbox, in SQLite: figures that were told,
 * alarms, the key of this installation, relays and addresses. */
#include "store/sqlite.h"

#include <string.h>

static struct ts_sqlite *
of(struct ts_backend *backend)
{
	return (struct ts_sqlite *)backend;
}

enum ts_status
ts_sqlite_told_put(struct ts_backend *backend, const struct ts_told *told,
		   struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *put;

	if (ts_sqlite_prepare(sqlite,
			      "INSERT OR REPLACE INTO told(report, variant,"
			      " figure, label, value, unit, period, number)"
			      " VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
			      &put, err) != TS_OK)
		return err->status;
	ts_sqlite_text(put, 1, told->report);
	ts_sqlite_text(put, 2, told->variant);
	ts_sqlite_text(put, 3, told->figure);
	ts_sqlite_text(put, 4, told->label);
	ts_sqlite_text(put, 5, told->value);
	ts_sqlite_text(put, 6, told->unit);
	ts_sqlite_text(put, 7, told->period);
	sqlite3_bind_int(put, 8, told->number);
	return ts_sqlite_run_once(sqlite, put, "figure told", err);
}

enum ts_status
ts_sqlite_tolds(struct ts_backend *backend, const char *report,
		const char *variant, ts_told_row *row, void *ctx,
		struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status = TS_OK;
	sqlite3_stmt *get;
	int code = SQLITE_DONE;

	if (ts_sqlite_prepare(sqlite,
			      "SELECT report, variant, figure, label, value,"
			      " unit, period, number FROM told WHERE report=?1"
			      " AND variant=?2 ORDER BY figure",
			      &get, err) != TS_OK)
		return err->status;
	ts_sqlite_text(get, 1, report);
	ts_sqlite_text(get, 2, variant);
	while (status == TS_OK && (code = sqlite3_step(get)) == SQLITE_ROW) {
		const struct ts_told told = {
			.report = ts_sqlite_column(get, 0),
			.variant = ts_sqlite_column(get, 1),
			.figure = ts_sqlite_column(get, 2),
			.label = ts_sqlite_column(get, 3),
			.value = ts_sqlite_column(get, 4),
			.unit = ts_sqlite_column(get, 5),
			.period = ts_sqlite_column(get, 6),
			.number = sqlite3_column_int(get, 7),
		};

		status = row(ctx, &told, err);
	}
	sqlite3_finalize(get);
	if (status == TS_OK && code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "figures told", err);
	return status;
}

enum ts_status
ts_sqlite_alarm_put(struct ts_backend *backend, const char *report,
		    const char *rule, bool raised, int64_t now_us,
		    struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *put;

	if (ts_sqlite_prepare(sqlite,
			      "INSERT OR REPLACE INTO alarm(report, rule,"
			      " raised, since_us) VALUES(?1,?2,?3,?4)",
			      &put, err) != TS_OK)
		return err->status;
	ts_sqlite_text(put, 1, report);
	ts_sqlite_text(put, 2, rule);
	sqlite3_bind_int(put, 3, raised);
	sqlite3_bind_int64(put, 4, now_us);
	return ts_sqlite_run_once(sqlite, put, "alarm", err);
}

enum ts_status
ts_sqlite_alarm_get(struct ts_backend *backend, const char *report,
		    const char *rule, bool *raised, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status = TS_OK;
	sqlite3_stmt *get;
	int code;

	if (ts_sqlite_prepare(sqlite,
			      "SELECT raised FROM alarm WHERE report=?1 AND"
			      " rule=?2",
			      &get, err) != TS_OK)
		return err->status;
	ts_sqlite_text(get, 1, report);
	ts_sqlite_text(get, 2, rule);
	*raised = false;
	code = sqlite3_step(get);
	if (code == SQLITE_ROW)
		*raised = sqlite3_column_int(get, 0) != 0;
	else if (code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "alarm", err);
	sqlite3_finalize(get);
	return status;
}

enum ts_status
ts_sqlite_key_get(struct ts_backend *backend, unsigned char key[32],
		  struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status = TS_OK;
	sqlite3_stmt *get;
	int code;

	if (ts_sqlite_prepare(sqlite, "SELECT bytes FROM install_key", &get,
			      err) != TS_OK)
		return err->status;
	code = sqlite3_step(get);
	if (code == SQLITE_DONE)
		status = ts_fail(err, TS_NO_INPUT, "store %s: no key yet",
				 sqlite->path);
	else if (code != SQLITE_ROW)
		status = ts_sqlite_failed(sqlite, code, "key", err);
	else if (sqlite3_column_bytes(get, 0) != 32)
		status = ts_fail(err, TS_CORRUPT, "store %s: the key",
				 sqlite->path);
	else
		memcpy(key, sqlite3_column_blob(get, 0), 32);
	sqlite3_finalize(get);
	return status;
}

enum ts_status
ts_sqlite_key_put(struct ts_backend *backend, const unsigned char key[32],
		  struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *put;

	if (ts_sqlite_prepare(sqlite,
			      "INSERT INTO install_key(id, bytes) VALUES(1,?1)",
			      &put, err) != TS_OK)
		return err->status;
	sqlite3_bind_blob(put, 1, key, 32, SQLITE_STATIC);
	return ts_sqlite_run_once(sqlite, put, "key", err);
}

enum ts_status
ts_sqlite_relay_put(struct ts_backend *backend,
		    const struct ts_relay_state *relay, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *put;

	if (ts_sqlite_prepare(sqlite,
			      "INSERT OR REPLACE INTO relay(name, until_us,"
			      " failures, failing_us, stopped, reason,"
			      " size_most, used_us)"
			      " VALUES(?1,?2,?3,?4,?5,?6,?7,?8)",
			      &put, err) != TS_OK)
		return err->status;
	ts_sqlite_text(put, 1, relay->name);
	sqlite3_bind_int64(put, 2, relay->until_us);
	sqlite3_bind_int(put, 3, relay->failures);
	sqlite3_bind_int64(put, 4, relay->failing_us);
	sqlite3_bind_int(put, 5, relay->stopped);
	ts_sqlite_text(put, 6, relay->reason);
	sqlite3_bind_int64(put, 7, relay->size_most);
	sqlite3_bind_int64(put, 8, relay->used_us);
	return ts_sqlite_run_once(sqlite, put, "relay", err);
}

enum ts_status
ts_sqlite_relays(struct ts_backend *backend, const char *name,
		 ts_relay_row *row, void *ctx, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status = TS_OK;
	sqlite3_stmt *get;
	int code = SQLITE_DONE;

	if (ts_sqlite_prepare(sqlite,
			      "SELECT name, until_us, failures, failing_us,"
			      " stopped, reason, size_most, used_us FROM relay"
			      " WHERE ?1 IS NULL OR name=?1 ORDER BY name",
			      &get, err) != TS_OK)
		return err->status;
	if (name != NULL)
		ts_sqlite_text(get, 1, name);
	while (status == TS_OK && (code = sqlite3_step(get)) == SQLITE_ROW) {
		const struct ts_relay_state relay = {
			.name = ts_sqlite_column(get, 0),
			.until_us = sqlite3_column_int64(get, 1),
			.failures = sqlite3_column_int(get, 2),
			.failing_us = sqlite3_column_int64(get, 3),
			.stopped = sqlite3_column_int(get, 4) != 0,
			.reason = ts_sqlite_column(get, 5),
			.size_most = sqlite3_column_int64(get, 6),
			.used_us = sqlite3_column_int64(get, 7),
		};

		status = row(ctx, &relay, err);
	}
	sqlite3_finalize(get);
	if (status == TS_OK && code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "relays", err);
	return status;
}

enum ts_status
ts_sqlite_address_put(struct ts_backend *backend,
		      const struct ts_address *address, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *put;

	if (ts_sqlite_prepare(sqlite,
			      "INSERT OR REPLACE INTO address(address, state,"
			      " reason, since_us, refused)"
			      " VALUES(?1,?2,?3,?4,?5)",
			      &put, err) != TS_OK)
		return err->status;
	ts_sqlite_text(put, 1, address->address);
	sqlite3_bind_int(put, 2, (int)address->state);
	ts_sqlite_text(put, 3, address->reason);
	sqlite3_bind_int64(put, 4, address->since_us);
	sqlite3_bind_int(put, 5, address->refused);
	return ts_sqlite_run_once(sqlite, put, "address", err);
}

enum ts_status
ts_sqlite_addresses(struct ts_backend *backend, const char *name,
		    ts_address_row *row, void *ctx, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status = TS_OK;
	sqlite3_stmt *get;
	int code = SQLITE_DONE;

	if (ts_sqlite_prepare(sqlite,
			      "SELECT address, state, reason, since_us, refused"
			      " FROM address WHERE ?1 IS NULL OR address=?1"
			      " ORDER BY address",
			      &get, err) != TS_OK)
		return err->status;
	if (name != NULL)
		ts_sqlite_text(get, 1, name);
	while (status == TS_OK && (code = sqlite3_step(get)) == SQLITE_ROW) {
		const struct ts_address address = {
			.address = ts_sqlite_column(get, 0),
			.state = (enum ts_address_state)sqlite3_column_int(get,
									   1),
			.reason = ts_sqlite_column(get, 2),
			.since_us = sqlite3_column_int64(get, 3),
			.refused = sqlite3_column_int(get, 4),
		};

		status = row(ctx, &address, err);
	}
	sqlite3_finalize(get);
	if (status == TS_OK && code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "addresses", err);
	return status;
}
