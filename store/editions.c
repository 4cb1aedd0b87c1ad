/* SPDX-License-Identifier: Apache-2.0 */
/* Editions: one run of a report for one period, and how far it got. */
#include "store/state.h"

static enum ts_status
may_write(const struct ts_store *store, struct ts_err *err)
{
	if (store->open || store->reading > 0)
		return ts_fail(err, TS_SYSTEM,
			       "store: an edition was written"
			       " within another transaction");
	if (store->read_only)
		return ts_fail(err, TS_SYSTEM, "store: opened for reading");
	return TS_OK;
}

enum ts_status
ts_store_edition_new(struct ts_store *store, const char *report,
		     const char *period, int64_t now_us, int *number,
		     struct ts_err *err)
{
	enum ts_status status = may_write(store, err);

	if (status != TS_OK)
		return status;
	return store->backend->ops->edition_new(store->backend, report, period,
						now_us, number, err);
}

enum ts_status
ts_store_edition_set(struct ts_store *store, const struct ts_edition_row *row,
		     struct ts_err *err)
{
	enum ts_status status = may_write(store, err);

	if (status != TS_OK)
		return status;
	return store->backend->ops->edition_set(store->backend, row, err);
}

enum ts_status
ts_store_editions(struct ts_store *store, const char *report,
		  ts_store_edition_row *row, void *ctx, struct ts_err *err)
{
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->editions(store->backend, report, row, ctx,
					       err);
	return ts_reading_end(store, status, err);
}
