/* SPDX-License-Identifier: Apache-2.0 */
/*
 * obs.h - one observation: source, dataset, flow, reporter, partner, product,
 * frequency, period -> value, unit, status, and whatever further dimensions
 * and attributes the document had.
 *
 * The same struct carries an observation as published (codes of the
 * publisher) out of a decoder and, after normalising, into the store. Texts
 * are borrowed: valid during the call that passes the observation, never
 * NULL ("" is absent).
 */
#ifndef TRADESTAT_OBS_H
#define TRADESTAT_OBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tradestat/err.h>
#include <tradestat/num.h>
#include <tradestat/period.h>

struct ts_obs {
	const char *source;  /* id of the configured source, "" in decode */
	const char *dataset; /* publisher's id of the data set */
	const char *flow;    /* X M RX RM, or the publisher's word */
	const char *reporter;
	const char *partner;
	const char *product; /* HS code or TOTAL; an indicator's id */
	char frequency;      /* A S Q M W D, R range, '-' none */
	struct ts_period period;
	bool has_value; /* false: missing, see status */
	struct ts_decimal value;
	const char *unit;         /* USD, kg, percent, ... */
	const char *status;       /* "" normal; else letters of CL_OBS_STATUS (E
				     estimated, P provisional, M missing, ...), C
				     confidential; see docs/model.md */
	const char *const *extra; /* aligned with ts_columns, "" absent */
	size_t extra_count;
	uint64_t line; /* line or record number in the document */
};

/*
 * The further columns of a document: told once, before the first observation.
 * A dimension tells series apart; an attribute only describes.
 */
struct ts_column {
	const char *name;
	bool dimension;
};

struct ts_columns {
	const struct ts_column *items;
	size_t count;
};

/* Where a decoder puts what it finds. Any status but TS_OK stops the decoder,
 * which returns it. */
struct ts_sink {
	void *ctx;
	enum ts_status (*columns)(void *ctx, const struct ts_columns *columns,
				  struct ts_err *err);
	enum ts_status (*obs)(void *ctx, const struct ts_obs *obs,
			      struct ts_err *err);
	/* Facts about the document itself, in the decoder's words: "pages",
	 * "page", "total", "count", "last_updated", "capped". */
	enum ts_status (*fact)(void *ctx, const char *name, const char *value,
			       struct ts_err *err);
	/* Something odd that does not stop the decoder. */
	void (*warn)(void *ctx, const char *text);
};

/* The fixed columns of tidy CSV, in order (product.md section 4). */
#define TS_TIDY_HEADER                                                         \
	"source,dataset,flow,reporter,partner,product,frequency,"              \
	"period,value,unit,status"

struct ts_buf;
TS_API void ts_obs_csv_header(struct ts_buf *out,
			      const struct ts_columns *columns);
TS_API void ts_obs_csv(struct ts_buf *out, const struct ts_obs *obs);

#endif
