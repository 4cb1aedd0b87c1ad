/* SPDX-License-Identifier: Apache-2.0 */
/* Series and figures in SQLite: the part that has to be fast. */
#include "store/sqlite.h"

#include <string.h>
#include <tradestat/buf.h>

#define SELECT_SERIES                                                          \
	"SELECT id, source, dataset, flow, reporter, partner, product,"        \
	" frequency, unit, dimensions FROM series"

static struct ts_sqlite *
of(struct ts_backend *backend)
{
	return (struct ts_sqlite *)backend;
}

/* ---- series ------------------------------------------------------------ */

enum ts_status
ts_sqlite_series_top(struct ts_backend *backend, int64_t *id,
		     struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *get;
	int code;

	status = ts_sqlite_statement(sqlite, TS_SQL_SERIES_TOP, &get, err);
	if (status != TS_OK)
		return status;
	code = sqlite3_step(get);
	if (code == SQLITE_ROW)
		*id = sqlite3_column_int64(get, 0);
	else
		status = ts_sqlite_failed(sqlite, code, "series", err);
	sqlite3_reset(get);
	return status;
}

static void
bind_series(sqlite3_stmt *statement, const struct ts_series *series)
{
	ts_sqlite_text(statement, 1, series->source);
	ts_sqlite_text(statement, 2, series->dataset);
	ts_sqlite_text(statement, 3, series->flow);
	ts_sqlite_text(statement, 4, series->reporter);
	ts_sqlite_text(statement, 5, series->partner);
	ts_sqlite_text(statement, 6, series->product);
	sqlite3_bind_text(statement, 7, &series->frequency, 1,
			  SQLITE_TRANSIENT);
	ts_sqlite_text(statement, 8, series->unit);
	ts_sqlite_text(statement, 9, series->dimensions);
}

static enum ts_status
find_series(struct ts_sqlite *sqlite, const struct ts_series *series,
	    int64_t *id, struct ts_err *err)
{
	enum ts_status status;
	sqlite3_stmt *find;
	int code;

	status = ts_sqlite_statement(sqlite, TS_SQL_SERIES_FIND, &find, err);
	if (status != TS_OK)
		return status;
	bind_series(find, series);
	code = sqlite3_step(find);
	if (code == SQLITE_ROW)
		*id = sqlite3_column_int64(find, 0);
	else if (code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "series", err);
	sqlite3_reset(find);
	return status;
}

static enum ts_status
add_series(struct ts_sqlite *sqlite, const struct ts_series *series,
	   int64_t *id, struct ts_err *err)
{
	enum ts_status status;
	sqlite3_stmt *add;

	status = ts_sqlite_statement(sqlite, TS_SQL_SERIES_ADD, &add, err);
	if (status != TS_OK)
		return status;
	bind_series(add, series);
	status = ts_sqlite_run(sqlite, add, "series", err);
	if (status == TS_OK && sqlite3_changes(sqlite->db) > 0)
		*id = sqlite3_last_insert_rowid(sqlite->db);
	return status;
}

/* Series come in swarms, new ones or old ones: what the last one was is tried
 * first. */
enum ts_status
ts_sqlite_series_id(struct ts_backend *backend, const struct ts_series *series,
		    int64_t *id, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status = TS_OK;

	*id = 0;
	if (sqlite->adds_series)
		status = add_series(sqlite, series, id, err);
	if (status == TS_OK && *id == 0) {
		sqlite->adds_series = false;
		status = find_series(sqlite, series, id, err);
	}
	if (status == TS_OK && *id == 0) {
		sqlite->adds_series = true;
		status = add_series(sqlite, series, id, err);
	}
	return status;
}

/* ---- figures in -------------------------------------------------------- */

/* series, period, coef, scale from place "at" on. */
static void
bind_fact(sqlite3_stmt *add, int at, const struct ts_fact *fact)
{
	sqlite3_bind_int64(add, at, fact->series);
	sqlite3_bind_int64(add, at + 1, fact->period);
	if (fact->has_value)
		sqlite3_bind_int64(add, at + 2, fact->coef);
	else
		sqlite3_bind_null(add, at + 2);
	sqlite3_bind_int(add, at + 3, fact->scale);
}

static enum ts_status
add_chunk(struct ts_sqlite *sqlite, int64_t document,
	  const struct ts_fact *facts, const char *const *statuses,
	  struct ts_err *err)
{
	enum ts_status status;
	sqlite3_stmt *add;
	bool plain = true;
	int places;

	for (int i = 0; i < TS_SQLITE_CHUNK; i++)
		plain = plain && statuses[facts[i].status][0] == '\0';
	status = ts_sqlite_statement(
		sqlite, plain ? TS_SQL_FACTS_ADD_PLAIN : TS_SQL_FACTS_ADD, &add,
		err);
	if (status != TS_OK)
		return status;
	places = plain ? 4 : 5;
	sqlite3_bind_int64(add, 1, document);
	for (int i = 0; i < TS_SQLITE_CHUNK; i++) {
		bind_fact(add, 2 + places * i, &facts[i]);
		if (!plain)
			ts_sqlite_text(add, 6 + places * i,
				       statuses[facts[i].status]);
	}
	return ts_sqlite_run(sqlite, add, "figures", err);
}

static enum ts_status
run_one(struct ts_sqlite *sqlite, enum ts_sqlite_statement which,
	int64_t document, const struct ts_fact *fact, const char *text,
	struct ts_err *err)
{
	enum ts_status status;
	sqlite3_stmt *one;

	status = ts_sqlite_statement(sqlite, which, &one, err);
	if (status != TS_OK)
		return status;
	sqlite3_bind_int64(one, 1, document);
	bind_fact(one, 2, fact);
	ts_sqlite_text(one, 6, text);
	return ts_sqlite_run(sqlite, one, "figures", err);
}

enum ts_status
ts_sqlite_facts_add(struct ts_backend *backend, int64_t document,
		    const struct ts_fact *facts, size_t count,
		    const char *const *statuses, size_t *added,
		    struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	size_t done = 0;

	*added = 0;
	while (done < count) {
		if (count - done >= TS_SQLITE_CHUNK) {
			status = add_chunk(sqlite, document, facts + done,
					   statuses, err);
			done += TS_SQLITE_CHUNK;
		} else {
			status = run_one(sqlite, TS_SQL_FACT_ADD, document,
					 facts + done,
					 statuses[facts[done].status], err);
			done++;
		}
		if (status != TS_OK)
			return status;
		*added += (size_t)sqlite3_changes(sqlite->db);
	}
	return TS_OK;
}

enum ts_status
ts_sqlite_fact_replace(struct ts_backend *backend, int64_t document,
		       const struct ts_fact *fact, const char *text,
		       struct ts_err *err)
{
	return run_one(of(backend), TS_SQL_FACT_REPLACE, document, fact, text,
		       err);
}

/* ---- figures out ------------------------------------------------------- */

static enum ts_status
pass_rows(struct ts_sqlite *sqlite, sqlite3_stmt *known, int64_t series,
	  int64_t from, int64_t to, ts_row_take *row, void *ctx,
	  struct ts_err *err)
{
	enum ts_status status = TS_OK;
	int code = SQLITE_DONE;

	sqlite3_bind_int64(known, 1, series);
	sqlite3_bind_int64(known, 2, from);
	sqlite3_bind_int64(known, 3, to);
	while (status == TS_OK && (code = sqlite3_step(known)) == SQLITE_ROW) {
		struct ts_row_read read = {
			.period = sqlite3_column_int64(known, 0),
			.document = sqlite3_column_int64(known, 1),
			.has_value =
				sqlite3_column_type(known, 2) != SQLITE_NULL,
			.coef = sqlite3_column_int64(known, 2),
			.scale = (int8_t)sqlite3_column_int(known, 3),
			.status = ts_sqlite_column(known, 4),
		};

		status = row(ctx, &read, err);
	}
	if (status == TS_OK && code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "figures", err);
	sqlite3_reset(known);
	return status;
}

enum ts_status
ts_sqlite_facts_known(struct ts_backend *backend, int64_t series, int64_t from,
		      int64_t to, ts_row_take *row, void *ctx,
		      struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	enum ts_status status;
	sqlite3_stmt *known;

	status = ts_sqlite_statement(sqlite, TS_SQL_FACTS_KNOWN, &known, err);
	if (status != TS_OK)
		return status;
	return pass_rows(sqlite, known, series, from, to, row, ctx, err);
}

/* " AND reporter IN (?,?)"; the values follow in bind_lists. */
static void
add_list(struct ts_buf *sql, const char *column, const char *const *values)
{
	if (values == NULL || values[0] == NULL)
		return;
	ts_buf_addf(sql, " AND %s IN (", column);
	for (size_t i = 0; values[i] != NULL; i++)
		ts_buf_add(sql, i > 0 ? ",?" : "?");
	ts_buf_add(sql, ")");
}

static void
add_conditions(struct ts_buf *sql, const struct ts_query *query)
{
	ts_buf_add(sql, " WHERE 1");
	add_list(sql, "source", query->sources);
	add_list(sql, "dataset", query->datasets);
	add_list(sql, "flow", query->flows);
	add_list(sql, "reporter", query->reporters);
	add_list(sql, "partner", query->partners);
	add_list(sql, "product", query->products);
	if (query->product_prefix != NULL && query->product_prefix[0] != '\0')
		ts_buf_add(sql, " AND substr(product,1,?)=?");
	if (query->product_digits > 0)
		ts_buf_add(sql, " AND length(product)=?"
				" AND product NOT GLOB '*[^0-9]*'");
	if (query->frequency != '\0')
		ts_buf_add(sql, " AND frequency=?");
	for (size_t i = 0; query->extra != NULL && query->extra[i] != NULL; i++)
		ts_buf_add(sql, " AND instr(';'||dimensions||';',"
				" ';'||?||';')>0");
	ts_buf_add(sql, " ORDER BY source, dataset, flow, reporter, partner,"
			" product, frequency, unit, dimensions");
}

static int
bind_list(sqlite3_stmt *find, int at, const char *const *values)
{
	for (size_t i = 0; values != NULL && values[i] != NULL; i++)
		ts_sqlite_text(find, at++, values[i]);
	return at;
}

static void
bind_conditions(sqlite3_stmt *find, const struct ts_query *query)
{
	int at = 1;

	at = bind_list(find, at, query->sources);
	at = bind_list(find, at, query->datasets);
	at = bind_list(find, at, query->flows);
	at = bind_list(find, at, query->reporters);
	at = bind_list(find, at, query->partners);
	at = bind_list(find, at, query->products);
	if (query->product_prefix != NULL && query->product_prefix[0] != '\0') {
		sqlite3_bind_int64(find, at++,
				   (int64_t)strlen(query->product_prefix));
		ts_sqlite_text(find, at++, query->product_prefix);
	}
	if (query->product_digits > 0)
		sqlite3_bind_int(find, at++, query->product_digits);
	if (query->frequency != '\0')
		sqlite3_bind_text(find, at++, &query->frequency, 1,
				  SQLITE_STATIC);
	bind_list(find, at, query->extra);
}

/* Passes the series that find yields, and their figures. */
static enum ts_status
pass_series(struct ts_sqlite *sqlite, sqlite3_stmt *find,
	    const struct ts_scan *scan, bool *any, struct ts_err *err)
{
	enum ts_status status = TS_OK;
	sqlite3_stmt *known = NULL;
	int code;

	/* prepared anew: what is called back may scan as well */
	code = sqlite3_prepare_v2(
		sqlite->db,
		"SELECT period, document, coef, scale, status FROM observation"
		" WHERE series=?1 AND period>=?2 AND period<=?3"
		" ORDER BY period, document",
		-1, &known, NULL);
	if (code != SQLITE_OK)
		return ts_sqlite_failed(sqlite, code, "figures", err);
	*any = false;
	while (status == TS_OK && (code = sqlite3_step(find)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(find, 0);
		struct ts_series series = {
			.source = ts_sqlite_column(find, 1),
			.dataset = ts_sqlite_column(find, 2),
			.flow = ts_sqlite_column(find, 3),
			.reporter = ts_sqlite_column(find, 4),
			.partner = ts_sqlite_column(find, 5),
			.product = ts_sqlite_column(find, 6),
			.frequency = ts_sqlite_column(find, 7)[0],
			.unit = ts_sqlite_column(find, 8),
			.dimensions = ts_sqlite_column(find, 9),
		};

		*any = true;
		status = scan->series(scan->ctx, id, &series, err);
		if (status == TS_OK)
			status = pass_rows(sqlite, known, id, scan->from,
					   scan->to, scan->row, scan->ctx, err);
	}
	if (status == TS_OK && code != SQLITE_DONE)
		status = ts_sqlite_failed(sqlite, code, "series", err);
	sqlite3_finalize(known);
	return status;
}

enum ts_status
ts_sqlite_scan(struct ts_backend *backend, const struct ts_query *query,
	       const struct ts_scan *scan, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	TS_AUTO_BUF sql = TS_BUF_INIT(1 << 20);
	sqlite3_stmt *find = NULL;
	enum ts_status status;
	bool any;
	int code;

	ts_buf_add(&sql, SELECT_SERIES);
	add_conditions(&sql, query);
	status = ts_buf_check(&sql, "query", err);
	if (status != TS_OK)
		return status;
	code = sqlite3_prepare_v2(sqlite->db, sql.data, -1, &find, NULL);
	if (code != SQLITE_OK)
		return ts_sqlite_failed(sqlite, code, "query", err);
	bind_conditions(find, query);
	status = pass_series(sqlite, find, scan, &any, err);
	sqlite3_finalize(find);
	return status;
}

enum ts_status
ts_sqlite_scan_series(struct ts_backend *backend, int64_t id,
		      const struct ts_scan *scan, struct ts_err *err)
{
	struct ts_sqlite *sqlite = of(backend);
	sqlite3_stmt *find = NULL;
	enum ts_status status;
	bool any = false;
	int code;

	code = sqlite3_prepare_v2(sqlite->db, SELECT_SERIES " WHERE id=?1", -1,
				  &find, NULL);
	if (code != SQLITE_OK)
		return ts_sqlite_failed(sqlite, code, "query", err);
	sqlite3_bind_int64(find, 1, id);
	status = pass_series(sqlite, find, scan, &any, err);
	if (status == TS_OK && !any)
		status = ts_fail(err, TS_NO_INPUT, "store %s: no series %lld",
				 sqlite->path, (long long)id);
	sqlite3_finalize(find);
	return status;
}
