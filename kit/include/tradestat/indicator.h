/* SPDX-License-Identifier: Apache-2.0 */
/*
 * indicator.h - result = (value, status), never a bare number.
 */
#ifndef TRADESTAT_INDICATOR_H
#define TRADESTAT_INDICATOR_H

#include <stddef.h>
#include <tradestat/arena.h>
#include <tradestat/opt.h>
#include <tradestat/table.h>

enum ts_result_status {
	TS_RES_OK = 0,
	TS_RES_ZERO_DENOMINATOR, /* undef_zero_denominator */
	TS_RES_MISSING,          /* undef_missing */
	TS_RES_INSUFFICIENT,     /* undef_insufficient */
	TS_RES_BASE_NONPOSITIVE, /* undef_base_nonpositive */
	TS_RES_DOMAIN,           /* undef_domain */
	TS_RES_DEGENERATE,       /* undef_degenerate */
	TS_RES_NEW,
	TS_RES_LOST,
	TS_RES_INACTIVE,
	TS_RES_EXCLUDED,
	TS_RES_IMPLAUSIBLE,
	TS_RES_EXPORTER_ONLY,
	TS_RES_IMPORTER_ONLY,
	TS_RES_OUTLIER,
};

struct ts_result {
	const char *indicator;
	const char *k1, *k2, *k3; /* "" where unused */
	const char *period;       /* "2023/2024": against base 2023 */
	bool has_value;
	double value;
	enum ts_result_status status;
};

struct ts_results {
	struct ts_arena *arena;
	struct ts_result *items;
	size_t count;
	size_t room;
};

TS_API const char *ts_result_status_name(enum ts_result_status status);
/* Appends; texts are copied into the arena. A NaN or infinite value is a
 * defect of the indicator and refused as TS_BAD_DATA. */
TS_API enum ts_status ts_results_add(struct ts_results *results,
				     const struct ts_result *result,
				     struct ts_err *err) TS_MUST_USE;
/* "indicator,k1,k2,k3,period,value,status" with its header. */
TS_API void ts_results_csv(const struct ts_results *results, struct ts_buf *out,
			   bool header);

/* One measure that an indicator plugin computes. */
struct ts_measure {
	const char *id;      /* growth_pct */
	const char *title;   /* "Growth" */
	const char *unit;    /* "percent", "ratio", "USD", "index", ... */
	const char *formula; /* plain text, as in docs/indicators.md */
	const char *inputs;  /* columns it looks for, for messages */
};

/* What a computation is given. */
struct ts_calc {
	const char *measure; /* one of the plugin's ids */
	const struct ts_table *input;
	const void *opts;       /* the plugin's options struct, filled */
	struct ts_arena *arena; /* for scratch and results */
};

#endif
