/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state.h - an open store as its own files see it: store.c opens and commits,
 * series.c knows which series a row belongs to, observations.c decides what is
 * a new vintage, reading.c which vintage is the newest, documents.c keeps
 * its rows; journal.c has the rules of the journal, journal_read.c reads it,
 * notes.c is what is remembered beside it.
 */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include "store/backend.h"
#include "store/map.h"

/* ---- series.c: from the texts of a row to the number of its series ----- */

struct ts_interned { /* a series by the numbers of its words */
	uint32_t context, reporter, partner, product;
	int64_t id; /* 0: free */
};

struct ts_series_words {
	struct ts_arena *arena;
	struct ts_map map; /* words and contexts */
	uint32_t count;
	struct ts_interned *slots;
	size_t mask, used;
	/* the row before, which is often the same in most words */
	const char *last[3];
	struct ts_interned last_row;
	/* the last context: as it came, and as it is written */
	bool has_context;
	char frequency;
	char *raw, *context; /* texts with NUL between */
	size_t *lengths;     /* of the texts in raw */
	size_t context_size;
	/* dimensions of the document, by name */
	size_t *dimensions;
	const char **names;
	size_t dimension_count, column_count;
};

struct ts_store {
	struct ts_backend *backend;
	struct ts_memory memory;
	bool read_only;

	/* when each document was retrieved, by id; 0 not known yet */
	int64_t *retrieved;
	size_t retrieved_count;
	int reading; /* readings inside each other */

	/* statuses of figures by number; 0 is "" */
	struct ts_map status_map;
	const char **statuses;
	uint32_t status_count, status_room;
	struct ts_arena *status_arena;

	/* the document that is being written */
	bool open;
	bool failed; /* nothing of it may stay */
	bool again;  /* its figures were in before */
	bool has_columns;
	int64_t document;
	int64_t document_us;
	int64_t after; /* a newer document of the same address */
	int64_t after_us;
	char decoder[64];
	int64_t series_top; /* series above it are of this document */
	struct ts_store_change change;
	struct ts_series_words words;
	struct ts_fact *batch, *spare; /* TS_STORE_BATCH each */
	size_t batch_count;
	struct ts_row_known *known; /* vintages of the series in hand */
	size_t known_count, known_room;
};

/* A vintage as the merge sees it. */
struct ts_row_known {
	int64_t period, document, retrieved_us, coef;
	int8_t scale;
	bool has_value;
	uint16_t status;
};

#define TS_STORE_BATCH 131072 /* figures; 4 MB twice */

enum ts_status ts_series_columns(struct ts_store *store,
				 const struct ts_columns *columns,
				 struct ts_err *err) TS_MUST_USE;
/* The series of a row, found or added. */
enum ts_status ts_series_of(struct ts_store *store, const struct ts_obs *obs,
			    int64_t *id, struct ts_err *err) TS_MUST_USE;
/* Forgets what belonged to the last document. */
void ts_series_forget(struct ts_store *store);
void ts_series_free(struct ts_store *store);

/* observations.c */
enum ts_status ts_facts_flush(struct ts_store *store,
			      struct ts_err *err) TS_MUST_USE;
enum ts_status ts_status_number(struct ts_store *store, const char *text,
				uint16_t *number,
				struct ts_err *err) TS_MUST_USE;

/* documents.c */
enum ts_status ts_document_time(struct ts_store *store, int64_t id,
				int64_t *retrieved_us,
				struct ts_err *err) TS_MUST_USE;
/* Sets the memory's hooks. */
void ts_documents_hook(struct ts_store *store);

/* reading.c: between these two all answers are of one moment */
enum ts_status ts_reading_begin(struct ts_store *store,
				struct ts_err *err) TS_MUST_USE;
enum ts_status ts_reading_end(struct ts_store *store, enum ts_status status,
			      struct ts_err *err) TS_MUST_USE;

/* journal.c: one function, one transaction */
enum ts_status ts_writing_begin(struct ts_store *store,
				struct ts_err *err) TS_MUST_USE;
/* Commits when status is TS_OK, else rolls back. */
enum ts_status ts_writing_end(struct ts_store *store, enum ts_status status,
			      struct ts_err *err) TS_MUST_USE;
/* The same, between the two points at which a test may stop it. */
#define TS_JOURNAL_END(store, status, name, err)                               \
	do {                                                                   \
		if ((status) == TS_OK)                                         \
			TS_FAULT("journal." name ".before_commit");            \
		(status) = ts_writing_end((store), (status), (err));           \
		if ((status) == TS_OK)                                         \
			TS_FAULT("journal." name ".after_commit");             \
	} while (0)

#endif
