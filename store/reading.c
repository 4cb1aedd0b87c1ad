/* SPDX-License-Identifier: Apache-2.0 */
/* Figures on their way out: the vintage that counts, in a fixed order. */
#include "store/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum ts_status
ts_reading_begin(struct ts_store *store, struct ts_err *err)
{
	enum ts_status status = TS_OK;

	if (!store->open && store->reading == 0)
		status = store->backend->ops->begin(store->backend,
						    TS_ACCESS_READ, NULL, err);
	if (status == TS_OK)
		store->reading++;
	return status;
}

enum ts_status
ts_reading_end(struct ts_store *store, enum ts_status status,
	       struct ts_err *err)
{
	struct ts_err closing;
	enum ts_status end;

	if (--store->reading > 0 || store->open)
		return status;
	end = store->backend->ops->commit(store->backend, &closing);
	if (end != TS_OK)
		store->backend->ops->rollback(store->backend);
	/* what was read from a file while it was written is worth nothing,
	 * be it rows or a complaint */
	if (end == TS_AGAIN || (end != TS_OK && status == TS_OK))
		return ts_fail(err, end, "%s", closing.text);
	return status;
}

struct reading {
	struct ts_store *store;
	const struct ts_query *query;
	ts_store_row *row;
	void *ctx;
	bool all; /* every vintage */
	bool has_from, has_to;
	int32_t from_day, to_day;
	struct ts_known known; /* of the series in hand */
	char *texts;           /* its own copies */
	size_t texts_room;
	/* the best vintage of the period in hand */
	bool has_best;
	int64_t best_period, best_us;
	struct ts_row_read best;
	char best_status[64];
};

/* Texts of a series are only good until its figures are read. */
static enum ts_status
keep_series(struct reading *reading, const struct ts_series *series,
	    struct ts_err *err)
{
	const char *const texts[] = {
		series->source,   series->dataset,    series->flow,
		series->reporter, series->partner,    series->product,
		series->unit,     series->dimensions,
	};
	struct ts_obs *obs = &reading->known.obs;
	const char **const places[] = {
		&obs->source,  &obs->dataset,
		&obs->flow,    &obs->reporter,
		&obs->partner, &obs->product,
		&obs->unit,    &reading->known.dimensions,
	};
	size_t count = sizeof texts / sizeof texts[0], want = 0;
	char *at;

	for (size_t i = 0; i < count; i++)
		want += strlen(texts[i]) + 1;
	if (want > reading->texts_room) {
		at = realloc(reading->texts, want * 2);
		if (at == NULL)
			return ts_fail_errno(err, ENOMEM, "store: series");
		reading->texts = at;
		reading->texts_room = want * 2;
	}
	at = reading->texts;
	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(texts[i]) + 1;

		memcpy(at, texts[i], size);
		*places[i] = at;
		at += size;
	}
	return TS_OK;
}

static bool
is_wanted(const struct reading *reading, struct ts_period period)
{
	if (period.span == TS_NO_SPAN)
		return !reading->has_from && !reading->has_to;
	if (reading->has_from &&
	    ts_period_first_day(period) < reading->from_day)
		return false;
	return !reading->has_to ||
	       ts_period_last_day(period) <= reading->to_day;
}

static enum ts_status
pass(struct reading *reading, const struct ts_row_read *row, int64_t us,
     struct ts_err *err)
{
	struct ts_known *known = &reading->known;

	known->obs.period = ts_period_of_key(row->period);
	known->obs.has_value = row->has_value;
	known->obs.value = (struct ts_decimal){ row->coef, row->scale };
	known->obs.status = row->status;
	known->document_id = row->document;
	known->vintage_us = us;
	if (!is_wanted(reading, known->obs.period))
		return TS_OK;
	return reading->row(reading->ctx, known, err);
}

static enum ts_status
pass_best(struct reading *reading, struct ts_err *err)
{
	if (!reading->has_best)
		return TS_OK;
	reading->has_best = false;
	reading->best.status = reading->best_status;
	return pass(reading, &reading->best, reading->best_us, err);
}

static enum ts_status
take_series(void *ctx, int64_t id, const struct ts_series *series,
	    struct ts_err *err)
{
	struct reading *reading = ctx;
	enum ts_status status = pass_best(reading, err);

	if (status != TS_OK)
		return status;
	reading->known.series_id = id;
	reading->known.obs.frequency = series->frequency;
	return keep_series(reading, series, err);
}

static enum ts_status
take_row(void *ctx, const struct ts_row_read *row, struct ts_err *err)
{
	struct reading *reading = ctx;
	enum ts_status status;
	int64_t us;

	status = ts_document_time(reading->store, row->document, &us, err);
	if (status != TS_OK)
		return status;
	if (reading->has_best && reading->best_period != row->period) {
		status = pass_best(reading, err);
		if (status != TS_OK)
			return status;
	}
	if (reading->query->as_of_us != 0 && us > reading->query->as_of_us)
		return TS_OK;
	/* rows of a period come by document: an equal time is a newer one */
	if (reading->has_best && us < reading->best_us)
		return TS_OK;
	reading->has_best = true;
	reading->best_period = row->period;
	reading->best_us = us;
	reading->best = *row;
	if (row->status[0] == '\0')
		reading->best_status[0] = '\0';
	else
		snprintf(reading->best_status, sizeof reading->best_status,
			 "%s", row->status);
	return TS_OK;
}

/* Keys that surely hold every period that may be wanted; the days decide. */
static void
key_range(const struct ts_query *query, struct ts_scan *scan)
{
	struct ts_period year = { .span = TS_YEAR };

	scan->from = 0;
	scan->to = INT64_MAX;
	if (query->has_from && query->from.year > 2) {
		year.year = (int16_t)(query->from.year - 2);
		scan->from = ts_period_key(year);
	}
	if (query->has_to && query->to.year < 9997) {
		struct ts_period to = query->to;

		year.year =
			(int16_t)((to.span == TS_RANGE ? to.until : to.year) +
				  2);
		if (year.year <= 9999)
			scan->to = ts_period_key(year);
	}
}

enum ts_status
ts_store_read(struct ts_store *store, const struct ts_query *query,
	      ts_store_row *row, void *ctx, struct ts_err *err)
{
	struct reading reading = {
		.store = store,
		.query = query,
		.row = row,
		.ctx = ctx,
		.has_from = query->has_from,
		.has_to = query->has_to,
		.known.obs = { .extra = NULL },
	};
	struct ts_scan scan = { &reading, take_series, take_row, 0, 0 };
	enum ts_status status;

	if (store->open)
		return ts_fail(err, TS_SYSTEM,
			       "store: read while a document"
			       " is written");
	if (query->has_from)
		reading.from_day = ts_period_first_day(query->from);
	if (query->has_to)
		reading.to_day = ts_period_last_day(query->to);
	key_range(query, &scan);
	status = ts_reading_begin(store, err);
	if (status != TS_OK)
		return status;
	status = store->backend->ops->scan(store->backend, query, &scan, err);
	if (status == TS_OK)
		status = pass_best(&reading, err);
	free(reading.texts);
	return ts_reading_end(store, status, err);
}

/* ---- all vintages of one figure ---------------------------------------- */

static int
by_time(const void *a, const void *b)
{
	const struct ts_row_known *x = a, *y = b;

	if (x->retrieved_us != y->retrieved_us)
		return x->retrieved_us < y->retrieved_us ? -1 : 1;
	return x->document < y->document ? -1 : x->document > y->document;
}

struct history {
	struct reading reading;
	struct ts_row_known *rows;
	size_t count, room;
};

static enum ts_status
history_series(void *ctx, int64_t id, const struct ts_series *series,
	       struct ts_err *err)
{
	struct history *history = ctx;

	history->reading.known.series_id = id;
	history->reading.known.obs.frequency = series->frequency;
	return keep_series(&history->reading, series, err);
}

static enum ts_status
history_row(void *ctx, const struct ts_row_read *row, struct ts_err *err)
{
	struct history *history = ctx;
	struct ts_store *store = history->reading.store;
	struct ts_row_known *rows;
	enum ts_status status;

	if (history->count == history->room) {
		size_t room = history->room * 2 + 16;

		rows = realloc(history->rows, room * sizeof *rows);
		if (rows == NULL)
			return ts_fail_errno(err, ENOMEM, "store: vintages");
		history->rows = rows;
		history->room = room;
	}
	rows = &history->rows[history->count++];
	*rows = (struct ts_row_known){
		.period = row->period,
		.document = row->document,
		.coef = row->coef,
		.scale = row->scale,
		.has_value = row->has_value,
	};
	status = ts_status_number(store, row->status, &rows->status, err);
	if (status != TS_OK)
		return status;
	return ts_document_time(store, rows->document, &rows->retrieved_us,
				err);
}

static enum ts_status
pass_history(struct history *history, struct ts_err *err)
{
	struct ts_store *store = history->reading.store;
	enum ts_status status = TS_OK;

	if (history->count > 1)
		qsort(history->rows, history->count, sizeof *history->rows,
		      by_time);
	for (size_t i = 0; status == TS_OK && i < history->count; i++) {
		const struct ts_row_known *row = &history->rows[i];
		struct ts_row_read read = {
			.period = row->period,
			.document = row->document,
			.coef = row->coef,
			.scale = row->scale,
			.has_value = row->has_value,
			.status = store->statuses[row->status],
		};

		status = pass(&history->reading, &read, row->retrieved_us, err);
	}
	return status;
}

enum ts_status
ts_store_vintages(struct ts_store *store, int64_t series_id,
		  struct ts_period period, ts_store_row *row, void *ctx,
		  struct ts_err *err)
{
	struct history history = {
		.reading = { .store = store, .row = row, .ctx = ctx },
	};
	struct ts_scan scan = { &history, history_series, history_row,
				ts_period_key(period), ts_period_key(period) };
	enum ts_status status;

	if (store->open)
		return ts_fail(err, TS_SYSTEM,
			       "store: read while a document"
			       " is written");
	status = ts_reading_begin(store, err);
	if (status != TS_OK)
		return status;
	status = store->backend->ops->scan_series(store->backend, series_id,
						  &scan, err);
	if (status == TS_OK)
		status = pass_history(&history, err);
	free(history.rows);
	free(history.reading.texts);
	return ts_reading_end(store, status, err);
}
