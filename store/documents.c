/* SPDX-License-Identifier: Apache-2.0 */
/* Documents, and what the fetch engine remembers of hosts. */
#include "store/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Times of documents are asked for with every figure that is read; an id is
 * a small number, so they stand in an array. */
static enum ts_status
keep_time(struct ts_store *store, int64_t id, int64_t retrieved_us,
	  struct ts_err *err)
{
	size_t at = (size_t)id;
	int64_t *bigger;
	size_t count;

	if (id < 0 || id > INT32_MAX)
		return ts_fail(err, TS_CORRUPT, "store: document number %lld",
			       (long long)id);
	if (at >= store->retrieved_count) {
		count = at * 2 > 256 ? at * 2 : 256;
		bigger = realloc(store->retrieved, count * sizeof *bigger);
		if (bigger == NULL)
			return ts_fail_errno(err, ENOMEM, "store: documents");
		memset(bigger + store->retrieved_count, 0,
		       (count - store->retrieved_count) * sizeof *bigger);
		store->retrieved = bigger;
		store->retrieved_count = count;
	}
	store->retrieved[at] = retrieved_us;
	return TS_OK;
}

enum ts_status
ts_document_time(struct ts_store *store, int64_t id, int64_t *retrieved_us,
		 struct ts_err *err)
{
	enum ts_status status;
	bool decoded;

	if (id > 0 && (uint64_t)id < store->retrieved_count &&
	    store->retrieved[id] != 0) {
		*retrieved_us = store->retrieved[id];
		return TS_OK;
	}
	status = store->backend->ops->document_state(
		store->backend, id, retrieved_us, &decoded, err);
	if (status == TS_NO_INPUT)
		return ts_fail(err, TS_CORRUPT,
			       "store: figures of document"
			       " %lld, which is not there",
			       (long long)id);
	if (status != TS_OK)
		return status;
	return keep_time(store, id, *retrieved_us, err);
}

enum ts_status
ts_store_document(struct ts_store *store, int64_t id, struct ts_arena *arena,
		  struct ts_document *out, struct ts_err *err)
{
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->document_get(store->backend, id, arena,
						   out, err);
	return ts_reading_end(store, status, err);
}

static enum ts_status
memory_last(void *ctx, const char *source, const char *url,
	    struct ts_arena *arena, struct ts_document *out, struct ts_err *err)
{
	struct ts_store *store = ctx;
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->document_last(store->backend, source, url,
						    arena, out, err);
	return ts_reading_end(store, status, err);
}

/* What the memory promises to have committed must not hang on a document
 * that may still be rolled back. */
static enum ts_status
may_write(const struct ts_store *store, struct ts_err *err)
{
	if (store->open || store->reading > 0)
		return ts_fail(err, TS_SYSTEM,
			       "store: the memory was written"
			       " within another transaction");
	if (store->read_only)
		return ts_fail(err, TS_SYSTEM, "store: opened for reading");
	return TS_OK;
}

static enum ts_status
memory_put(void *ctx, struct ts_document *document, struct ts_err *err)
{
	struct ts_store *store = ctx;
	enum ts_status status = may_write(store, err);

	if (status == TS_OK)
		status = store->backend->ops->document_put(store->backend,
							   document, err);
	if (status == TS_OK)
		status = keep_time(store, document->id, document->retrieved_us,
				   err);
	return status;
}

static enum ts_status
memory_pace_get(void *ctx, const char *host, struct ts_pace *out,
		struct ts_err *err)
{
	struct ts_store *store = ctx;
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->pace_get(store->backend, host, out, err);
	return ts_reading_end(store, status, err);
}

static enum ts_status
memory_pace_put(void *ctx, const char *host, const struct ts_pace *pace,
		struct ts_err *err)
{
	struct ts_store *store = ctx;
	enum ts_status status = may_write(store, err);

	if (status == TS_OK)
		status = store->backend->ops->pace_put(store->backend, host,
						       pace, err);
	return status;
}

void
ts_documents_hook(struct ts_store *store)
{
	store->memory = (struct ts_memory){
		.ctx = store,
		.last = memory_last,
		.put = memory_put,
		.pace_get = memory_pace_get,
		.pace_put = memory_pace_put,
	};
}

const struct ts_memory *
ts_store_memory(struct ts_store *store)
{
	return &store->memory;
}
