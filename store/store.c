/* SPDX-License-Identifier: Apache-2.0 */
#include "store/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/fault.h>

enum ts_status
ts_store_open(const struct ts_store_opts *opts, struct ts_store **out,
	      struct ts_err *err)
{
	struct ts_store *store = calloc(1, sizeof *store);
	enum ts_status status;
	uint16_t none;

	if (store == NULL)
		return ts_fail_errno(err, ENOMEM, "store");
	store->read_only = opts->read_only;
	status = ts_status_number(store, "", &none, err);
	if (status == TS_OK)
		status = ts_sqlite_open(opts, &store->backend, err);
	if (status != TS_OK) {
		ts_store_close(store);
		return status;
	}
	ts_documents_hook(store);
	*out = store;
	return TS_OK;
}

void
ts_store_close(struct ts_store *store)
{
	if (store == NULL)
		return;
	ts_store_rollback(store);
	if (store->backend != NULL)
		store->backend->ops->close(store->backend);
	ts_series_free(store);
	ts_map_free(&store->status_map);
	ts_arena_free(store->status_arena);
	free(store->statuses);
	free(store->retrieved);
	free(store->batch);
	free(store->spare);
	free(store->known);
	free(store);
}

static enum ts_status
make_room(struct ts_store *store, struct ts_err *err)
{
	if (store->batch == NULL)
		store->batch = calloc(TS_STORE_BATCH, sizeof *store->batch);
	if (store->spare == NULL)
		store->spare = calloc(TS_STORE_BATCH, sizeof *store->spare);
	if (store->batch == NULL || store->spare == NULL)
		return ts_fail_errno(err, ENOMEM, "store: batch");
	return TS_OK;
}

/* What has to be known about the document before its first figure. */
static enum ts_status
begin_document(struct ts_store *store, const struct ts_document *document,
	       struct ts_err *err)
{
	const struct ts_backend_ops *ops = store->backend->ops;
	struct ts_document copy = *document;
	enum ts_status status = TS_OK;
	bool decoded;

	copy.decoded = false;
	if (copy.id == 0)
		status = ops->document_put(store->backend, &copy, err);
	if (status == TS_OK)
		status = ops->document_state(store->backend, copy.id,
					     &copy.retrieved_us, &decoded, err);
	if (status != TS_OK)
		return status;
	store->document = copy.id;
	store->document_us = copy.retrieved_us;
	store->again = decoded;
	store->after = 0;
	if (copy.url != NULL && copy.url[0] != '\0')
		status = ops->document_after(store->backend, &copy,
					     &store->after, err);
	if (status == TS_OK && store->after != 0)
		status = ts_document_time(store, store->after, &store->after_us,
					  err);
	if (status == TS_OK)
		status = ops->series_top(store->backend, &store->series_top,
					 err);
	return status;
}

enum ts_status
ts_store_begin(struct ts_store *store, const struct ts_document *document,
	       struct ts_err *err)
{
	const struct ts_backend_ops *ops = store->backend->ops;
	enum ts_status status;

	if (store->open || store->reading > 0)
		return ts_fail(err, TS_SYSTEM,
			       "store: a document was begun"
			       " while another is %s",
			       store->open ? "written" : "read");
	if (store->read_only)
		return ts_fail(err, TS_SYSTEM, "store: opened for reading");
	status = make_room(store, err);
	if (status == TS_OK)
		status = ops->begin(store->backend, TS_ACCESS_WRITE, NULL, err);
	if (status != TS_OK)
		return status;
	store->open = true;
	store->failed = store->has_columns = false;
	store->document = 0;
	store->batch_count = 0;
	store->change = (struct ts_store_change){ 0 };
	ts_series_forget(store);
	snprintf(store->decoder, sizeof store->decoder, "%s",
		 document->decoder != NULL ? document->decoder : "");
	status = begin_document(store, document, err);
	if (status != TS_OK)
		ts_store_rollback(store);
	return status;
}

enum ts_status
ts_store_columns(struct ts_store *store, const struct ts_columns *columns,
		 struct ts_err *err)
{
	enum ts_status status;

	if (!store->open)
		return ts_fail(err, TS_SYSTEM, "store: no document is open");
	if (store->has_columns || store->change.rows > 0)
		return ts_fail(err, TS_BAD_DATA,
			       "the columns of a document"
			       " were told twice or too late");
	store->has_columns = true;
	status = ts_series_columns(store, columns, err);
	if (status != TS_OK)
		store->failed = true;
	return status;
}

enum ts_status
ts_store_commit(struct ts_store *store, struct ts_store_change *change,
		struct ts_err *err)
{
	const struct ts_backend_ops *ops = store->backend->ops;
	enum ts_status status;

	if (!store->open)
		return ts_fail(err, TS_SYSTEM, "store: no document is open");
	if (store->failed) {
		ts_store_rollback(store);
		return ts_fail(err, TS_SYSTEM,
			       "store: commit after a figure"
			       " that failed");
	}
	status = ts_facts_flush(store, err);
	if (status == TS_OK)
		status = ops->document_decoded(store->backend, store->document,
					       store->decoder, err);
	if (status == TS_OK) {
		TS_FAULT("store.commit.before");
		status = ops->commit(store->backend, err);
	}
	if (status != TS_OK) {
		ts_store_rollback(store);
		return status;
	}
	TS_FAULT("store.commit.after");
	store->open = false;
	if (change != NULL)
		*change = store->change;
	return TS_OK;
}

void
ts_store_rollback(struct ts_store *store)
{
	if (!store->open)
		return;
	store->backend->ops->rollback(store->backend);
	store->open = false;
	/* its number may be given to another document */
	if ((size_t)store->document < store->retrieved_count)
		store->retrieved[store->document] = 0;
	ts_series_forget(store);
}

enum ts_status
ts_store_check(struct ts_store *store, struct ts_err *err)
{
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->check(store->backend, err);
	return ts_reading_end(store, status, err);
}

enum ts_status
ts_store_counts(struct ts_store *store, struct ts_store_counts *out,
		struct ts_err *err)
{
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->counts(store->backend, out, err);
	return ts_reading_end(store, status, err);
}

enum ts_status
ts_store_backup(struct ts_store *store, const char *path, struct ts_err *err)
{
	return store->backend->ops->backup(store->backend, path, err);
}
