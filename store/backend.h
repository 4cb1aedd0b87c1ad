/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backend.h - what a back end must do: keep documents, series, figures,
 * politeness and the journal, in transactions. It speaks of these things, not
 * of SQL: the store above knows no dialect, a back end knows no rule about
 * vintages.
 *
 * A back end for several nodes adds leases: who holds one writes under its
 * fence, and a write whose token is no longer the newest fails (TS_REFUSED)
 * inside the transaction that would have made it. A back end of one machine
 * leaves the lease hooks NULL: its transaction is the lock.
 *
 * Used by one thread. Statuses: TS_AGAIN lock held or I/O error (the same
 * later), TS_FULL, TS_CORRUPT, TS_BAD_CONFIG newer schema, TS_NO_INPUT no
 * such row, TS_SYSTEM all else.
 */
#ifndef STORE_BACKEND_H
#define STORE_BACKEND_H

#include "store/journal.h"
#include "store/outbox.h"

/* What tells one series from another. Texts are never NULL. */
struct ts_series {
	const char *source, *dataset, *flow, *reporter, *partner, *product;
	char frequency;
	const char *unit;
	const char *dimensions; /* "name=value;name=value", by name */
};

/* One figure on its way in; status is a number of the store's list. 32 bytes,
 * so that a batch of many stays small. */
struct ts_fact {
	int64_t series;
	int64_t period; /* ts_period_key */
	int64_t coef;
	uint32_t line; /* of the document, for messages */
	uint16_t status;
	int8_t scale;
	bool has_value;
};

/* A figure read back. status is valid during the call. */
struct ts_row_read {
	int64_t period, document, coef;
	int8_t scale;
	bool has_value;
	const char *status;
};
typedef enum ts_status ts_row_take(void *ctx, const struct ts_row_read *row,
				   struct ts_err *err);

/* What a scan passes on: each series that matches, in the order of its texts,
 * then its figures by period and document. */
struct ts_scan {
	void *ctx;
	enum ts_status (*series)(void *ctx, int64_t id,
				 const struct ts_series *series,
				 struct ts_err *err);
	ts_row_take *row;
	int64_t from, to; /* period keys, inclusive */
};

/* Rows of a channel in a state, and when the oldest of them was made. */
struct ts_out_tally {
	const char *channel; /* valid during the call */
	enum ts_out_state state;
	int64_t count, oldest_us;
};
typedef enum ts_status ts_out_tally_row(void *ctx,
					const struct ts_out_tally *tally,
					struct ts_err *err);

enum ts_access { TS_ACCESS_READ, TS_ACCESS_WRITE };

struct ts_fence {
	const char *lease;
	int64_t token;
};

struct ts_lease {
	const char *name;   /* "edition:kazakhstan-italy/2024.1" */
	const char *holder; /* node and boot id */
	int64_t token;      /* set by take: greater than any before */
	int64_t until_us;   /* by the back end's own clock */
};

struct ts_backend;

struct ts_backend_ops {
	const char *name;
	void (*close)(struct ts_backend *backend);
	/* fence: NULL when the writer holds no lease. */
	enum ts_status (*begin)(struct ts_backend *backend,
				enum ts_access access,
				const struct ts_fence *fence,
				struct ts_err *err);
	enum ts_status (*commit)(struct ts_backend *backend,
				 struct ts_err *err);
	void (*rollback)(struct ts_backend *backend);

	/* leases; NULL: none are needed */
	enum ts_status (*lease_take)(struct ts_backend *backend,
				     struct ts_lease *lease, int64_t for_us,
				     struct ts_err *err);
	enum ts_status (*lease_renew)(struct ts_backend *backend,
				      struct ts_lease *lease, int64_t for_us,
				      struct ts_err *err);
	void (*lease_drop)(struct ts_backend *backend,
			   const struct ts_lease *lease);

	/* documents: id 0 adds the row and sets the id */
	enum ts_status (*document_put)(struct ts_backend *backend,
				       struct ts_document *document,
				       struct ts_err *err);
	enum ts_status (*document_get)(struct ts_backend *backend, int64_t id,
				       struct ts_arena *arena,
				       struct ts_document *out,
				       struct ts_err *err);
	/* Newest of that source and address. */
	enum ts_status (*document_last)(struct ts_backend *backend,
					const char *source, const char *url,
					struct ts_arena *arena,
					struct ts_document *out,
					struct ts_err *err);
	/* The oldest decoded one of the same source and address that is newer
	 * than (retrieved_us, id): *id 0 if there is none. */
	enum ts_status (*document_after)(struct ts_backend *backend,
					 const struct ts_document *document,
					 int64_t *id, struct ts_err *err);
	/* When it was retrieved, and whether its figures are in. */
	enum ts_status (*document_state)(struct ts_backend *backend, int64_t id,
					 int64_t *retrieved_us, bool *decoded,
					 struct ts_err *err);
	enum ts_status (*document_decoded)(struct ts_backend *backend,
					   int64_t id, const char *decoder,
					   struct ts_err *err);

	/* The greatest id in use; those that are added later are greater. */
	enum ts_status (*series_top)(struct ts_backend *backend, int64_t *id,
				     struct ts_err *err);
	/* Finds it or adds it. */
	enum ts_status (*series_id)(struct ts_backend *backend,
				    const struct ts_series *series, int64_t *id,
				    struct ts_err *err);

	/* Adds those whose (series, period, document) is not there yet and
	 * says how many that were. statuses: texts of ts_fact.status. */
	enum ts_status (*facts_add)(struct ts_backend *backend,
				    int64_t document,
				    const struct ts_fact *facts, size_t count,
				    const char *const *statuses, size_t *added,
				    struct ts_err *err);
	/* The same row with another content: a document read anew. */
	enum ts_status (*fact_replace)(struct ts_backend *backend,
				       int64_t document,
				       const struct ts_fact *fact,
				       const char *status, struct ts_err *err);
	/* All vintages of a series within from..to, by period and document. */
	enum ts_status (*facts_known)(struct ts_backend *backend,
				      int64_t series, int64_t from, int64_t to,
				      ts_row_take *row, void *ctx,
				      struct ts_err *err);
	enum ts_status (*scan)(struct ts_backend *backend,
			       const struct ts_query *query,
			       const struct ts_scan *scan, struct ts_err *err);
	/* Passes one series on, and its figures: TS_NO_INPUT if unknown. */
	enum ts_status (*scan_series)(struct ts_backend *backend, int64_t id,
				      const struct ts_scan *scan,
				      struct ts_err *err);

	enum ts_status (*pace_get)(struct ts_backend *backend, const char *host,
				   struct ts_pace *out, struct ts_err *err);
	enum ts_status (*pace_put)(struct ts_backend *backend, const char *host,
				   const struct ts_pace *pace,
				   struct ts_err *err);

	/* The journal. Id 0 adds the entry and sets the id, else the row is
	 * replaced. TS_REFUSED: another entry of the report has the slot. */
	enum ts_status (*entry_put)(struct ts_backend *backend,
				    struct ts_entry *entry, struct ts_err *err);
	enum ts_status (*entry_get)(struct ts_backend *backend, int64_t id,
				    struct ts_arena *arena,
				    struct ts_entry *out, struct ts_err *err);
	enum ts_status (*entry_named)(struct ts_backend *backend,
				      const char *report, const char *period,
				      int number, struct ts_arena *arena,
				      struct ts_entry *out, struct ts_err *err);
	/* One more than any entry of (report, period) has. */
	enum ts_status (*entry_number)(struct ts_backend *backend,
				       const char *report, const char *period,
				       int *next, struct ts_err *err);
	enum ts_status (*entries)(struct ts_backend *backend,
				  const struct ts_entry_filter *filter,
				  ts_entry_row *row, void *ctx,
				  struct ts_err *err);
	enum ts_status (*event_add)(struct ts_backend *backend,
				    const struct ts_entry_event *event,
				    struct ts_err *err);
	enum ts_status (*events)(struct ts_backend *backend, int64_t id,
				 ts_entry_event_row *row, void *ctx,
				 struct ts_err *err);
	/* Those of entries that are in one of the states since before. */
	enum ts_status (*events_drop)(struct ts_backend *backend,
				      unsigned states, int64_t before_us,
				      struct ts_err *err);

	/* beside the journal: put adds or replaces */
	enum ts_status (*report_get)(struct ts_backend *backend,
				     const char *report, struct ts_arena *arena,
				     struct ts_report_state *out,
				     struct ts_err *err);
	enum ts_status (*report_put)(struct ts_backend *backend,
				     const struct ts_report_state *state,
				     struct ts_err *err);
	enum ts_status (*notice_get)(struct ts_backend *backend,
				     const char *cause, struct ts_arena *arena,
				     struct ts_notice *out, struct ts_err *err);
	enum ts_status (*notice_put)(struct ts_backend *backend,
				     const struct ts_notice *notice,
				     struct ts_err *err);
	enum ts_status (*notice_drop)(struct ts_backend *backend,
				      const char *cause, struct ts_err *err);
	/* By first_us and cause. */
	enum ts_status (*notices)(struct ts_backend *backend,
				  ts_notice_row *row, void *ctx,
				  struct ts_err *err);
	enum ts_status (*marker_get)(struct ts_backend *backend,
				     const char *source, const char *key,
				     struct ts_arena *arena, const char **value,
				     struct ts_err *err);
	enum ts_status (*marker_put)(struct ts_backend *backend,
				     const char *source, const char *key,
				     const char *value, int64_t now_us,
				     struct ts_err *err);
	/* By source; row->host is the address of its newest document. */
	enum ts_status (*sources)(struct ts_backend *backend,
				  ts_source_row_take *row, void *ctx,
				  struct ts_err *err);
	enum ts_status (*newest)(struct ts_backend *backend,
				 int64_t *retrieved_us, struct ts_err *err);

	/* The outbox. Id 0 adds the row and sets the id: TS_REFUSED when its
	 * key is there, and then the id is that row's; else it is replaced. */
	enum ts_status (*out_put)(struct ts_backend *backend,
				  struct ts_out *out, struct ts_err *err);
	enum ts_status (*out_get)(struct ts_backend *backend, int64_t id,
				  struct ts_arena *arena, struct ts_out *out,
				  struct ts_err *err);
	enum ts_status (*outs)(struct ts_backend *backend,
			       const struct ts_out_filter *filter,
			       ts_out_row *row, void *ctx, struct ts_err *err);
	enum ts_status (*out_due)(struct ts_backend *backend, enum ts_lane lane,
				  int64_t entry, bool at_once, int64_t now_us,
				  struct ts_arena *arena, struct ts_out *out,
				  struct ts_err *err);
	enum ts_status (*out_next)(struct ts_backend *backend,
				   enum ts_lane lane, int64_t *next_us,
				   struct ts_err *err);
	enum ts_status (*out_sent)(struct ts_backend *backend,
				   enum ts_lane lane, const char *recipient,
				   int64_t since_us, int64_t *count,
				   struct ts_err *err);
	enum ts_status (*out_counts)(struct ts_backend *backend,
				     struct ts_out_counts *out,
				     struct ts_err *err);
	/* By channel, then by state in any order. */
	enum ts_status (*out_tally)(struct ts_backend *backend,
				    ts_out_tally_row *row, void *ctx,
				    struct ts_err *err);
	enum ts_status (*out_event_add)(struct ts_backend *backend,
					const struct ts_out_event *event,
					struct ts_err *err);
	enum ts_status (*out_events)(struct ts_backend *backend, int64_t id,
				     ts_out_event_row *row, void *ctx,
				     struct ts_err *err);
	/* Pieces. *known: there is one of that name ("" never). */
	enum ts_status (*piece)(struct ts_backend *backend, const char *name,
				int64_t *piece, bool *known,
				struct ts_err *err);
	enum ts_status (*chunk_add)(struct ts_backend *backend, int64_t piece,
				    const void *bytes, size_t count,
				    struct ts_err *err);
	enum ts_status (*piece_link)(struct ts_backend *backend, int64_t out,
				     bool small, int at, int64_t piece,
				     struct ts_err *err);
	/* The chunks of one form of a message are counted by *at, from 0;
	 * *count 0: there are no more. */
	enum ts_status (*chunk_get)(struct ts_backend *backend, int64_t out,
				    bool small, int64_t *at, char *into,
				    size_t room, size_t *count,
				    struct ts_err *err);
	enum ts_status (*pieces_drop)(struct ts_backend *backend,
				      int64_t before_us, struct ts_err *err);

	/* beside the outbox: put adds or replaces */
	enum ts_status (*told_put)(struct ts_backend *backend,
				   const struct ts_told *told,
				   struct ts_err *err);
	enum ts_status (*tolds)(struct ts_backend *backend, const char *report,
				const char *variant, ts_told_row *row,
				void *ctx, struct ts_err *err);
	enum ts_status (*alarm_put)(struct ts_backend *backend,
				    const char *report, const char *rule,
				    bool raised, int64_t now_us,
				    struct ts_err *err);
	enum ts_status (*alarm_get)(struct ts_backend *backend,
				    const char *report, const char *rule,
				    bool *raised, struct ts_err *err);
	/* TS_NO_INPUT: there is none yet. */
	enum ts_status (*key_get)(struct ts_backend *backend,
				  unsigned char key[32], struct ts_err *err);
	enum ts_status (*key_put)(struct ts_backend *backend,
				  const unsigned char key[32],
				  struct ts_err *err);
	enum ts_status (*relay_put)(struct ts_backend *backend,
				    const struct ts_relay_state *relay,
				    struct ts_err *err);
	enum ts_status (*relays)(struct ts_backend *backend, const char *name,
				 ts_relay_row *row, void *ctx,
				 struct ts_err *err); /* name NULL: all */
	enum ts_status (*address_put)(struct ts_backend *backend,
				      const struct ts_address *address,
				      struct ts_err *err);
	enum ts_status (*addresses)(struct ts_backend *backend,
				    const char *address, ts_address_row *row,
				    void *ctx, struct ts_err *err);

	enum ts_status (*counts)(struct ts_backend *backend,
				 struct ts_store_counts *out,
				 struct ts_err *err);
	enum ts_status (*check)(struct ts_backend *backend, struct ts_err *err);
	/* A consistent copy while others go on; path must not exist. */
	enum ts_status (*backup)(struct ts_backend *backend, const char *path,
				 struct ts_err *err);
};

struct ts_backend {
	const struct ts_backend_ops *ops;
};

/* The embedded one. */
enum ts_status ts_sqlite_open(const struct ts_store_opts *opts,
			      struct ts_backend **out,
			      struct ts_err *err) TS_MUST_USE;

#endif
