/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - what we know, in every vintage.
 *
 * Observations are normalised before they enter. A revision adds a vintage,
 * nothing is overwritten; the same document twice changes nothing. A document
 * is one transaction. One writer at a time; readers are not disturbed (WAL).
 * The store knows no SQL dialect: backends do (backend.h).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <tradestat/clock.h>
#include <tradestat/document.h>
#include <tradestat/obs.h>
#include <tradestat/table.h>

struct ts_store;

struct ts_store_opts {
	const char *path; /* SQLite file; ":memory:" in tests */
	bool read_only;
	int busy_ms; /* how long to wait for a lock; 0: 10,000 */
	bool small;  /* little memory: for who keeps it open and rarely asks */
};

/* TS_CORRUPT: not a database or damaged. TS_BAD_CONFIG: written by a newer
 * version. Migrates older schemas in one transaction. */
enum ts_status ts_store_open(const struct ts_store_opts *opts,
			     struct ts_store **out,
			     struct ts_err *err) TS_MUST_USE;
void ts_store_close(struct ts_store *store);

/* The fetch engine's memory, on this store. */
const struct ts_memory *ts_store_memory(struct ts_store *store);

/* ---- writing: one document, one transaction ---- */
enum ts_status ts_store_begin(struct ts_store *store,
			      const struct ts_document *document,
			      struct ts_err *err) TS_MUST_USE;
enum ts_status ts_store_columns(struct ts_store *store,
				const struct ts_columns *columns,
				struct ts_err *err) TS_MUST_USE;
enum ts_status ts_store_put(struct ts_store *store, const struct ts_obs *obs,
			    struct ts_err *err) TS_MUST_USE;
struct ts_store_change {
	uint64_t rows;    /* observations offered */
	uint64_t added;   /* first vintages */
	uint64_t revised; /* further vintages */
	uint64_t unchanged;
};
enum ts_status ts_store_commit(struct ts_store *store,
			       struct ts_store_change *change,
			       struct ts_err *err) TS_MUST_USE;
void ts_store_rollback(struct ts_store *store);

/* ---- reading ---- */
/* Empty members match everything; lists are NULL-terminated. */
struct ts_query {
	const char *const *sources;
	const char *const *datasets;
	const char *const *flows;
	const char *const *reporters;
	const char *const *partners;
	const char *const *products;
	const char *product_prefix; /* "27" */
	int product_digits;         /* 2, 4, 6: length of the code; 0 any */
	char frequency;             /* 0 any */
	bool has_from, has_to;
	struct ts_period from, to;
	int64_t as_of_us; /* 0: now. Vintages retrieved by then */
	/* dimensions beyond the fixed ones: "name=value" */
	const char *const *extra;
};

/* An observation read back: obs with its series' extra dimensions, and the
 * document that brought it. */
struct ts_known {
	struct ts_obs obs;
	int64_t series_id;
	int64_t document_id;
	int64_t vintage_us;
	const char *dimensions; /* "name=value;name=value", "" none */
};
typedef enum ts_status ts_store_row(void *ctx, const struct ts_known *known,
				    struct ts_err *err);
/* Newest vintage of each (series, period), ordered by series and period. */
enum ts_status ts_store_read(struct ts_store *store,
			     const struct ts_query *query, ts_store_row *row,
			     void *ctx, struct ts_err *err) TS_MUST_USE;
/* All vintages of one series and period, oldest first. */
enum ts_status ts_store_vintages(struct ts_store *store, int64_t series_id,
				 struct ts_period period, ts_store_row *row,
				 void *ctx, struct ts_err *err) TS_MUST_USE;
enum ts_status ts_store_document(struct ts_store *store, int64_t id,
				 struct ts_arena *arena,
				 struct ts_document *out,
				 struct ts_err *err) TS_MUST_USE;

/* Row counts, schema version, integrity: for diag and tests. */
enum ts_status ts_store_check(struct ts_store *store,
			      struct ts_err *err) TS_MUST_USE;
struct ts_store_counts {
	int schema;
	int64_t documents, series, vintages, editions;
	int64_t size_bytes;
};
enum ts_status ts_store_counts(struct ts_store *store,
			       struct ts_store_counts *out,
			       struct ts_err *err) TS_MUST_USE;
/* A consistent copy of the whole store, also while others write. TS_REFUSED
 * when path exists. */
enum ts_status ts_store_backup(struct ts_store *store, const char *path,
			       struct ts_err *err) TS_MUST_USE;

#endif
