/* SPDX-License-Identifier: Apache-2.0 */
/*
 * period.h - a stretch of calendar that a statistic is about: 2024, 2024-S1,
 * 2024-Q3, 2024-07, 2024-W07, 2024-07-15 or the range 2005..2024.
 *
 * A period is a value: copy it freely, nothing to free. The order is that of
 * the first day, and, where that is equal, the longer stretch comes first.
 * The calendar is the proleptic Gregorian one; weeks are those of ISO 8601.
 */
#ifndef TRADESTAT_PERIOD_H
#define TRADESTAT_PERIOD_H

#include <stdbool.h>
#include <stdint.h>
#include <tradestat/err.h>

enum ts_span {
	TS_NO_SPAN = 0, /* no period at all: a figure without a time */
	TS_YEAR,
	TS_HALF,
	TS_QUARTER,
	TS_MONTH,
	TS_WEEK,
	TS_DAY,
	TS_RANGE, /* years only: year..until */
};

struct ts_period {
	int16_t year;  /* 1..9999 */
	uint8_t nth;   /* half, quarter, month, week; month of a day */
	uint8_t day;   /* 0 unless span is TS_DAY */
	int16_t until; /* last year of a range, else 0 */
	uint8_t span;  /* enum ts_span */
};

/*
 * Accepts our own spellings (above) and the ones publishers use:
 * 2024-S1 2024-H1 2024S1 2024H1, 2024-Q3 2024Q3, 2024-07 2024-M07 2024M07 and
 * 202407 (only through ts_period_parse_as with TS_MONTH), 2024-W07 2024W07,
 * 2024-07-15, 2024M07D15, 2024-D197, 2024-A1 2024A1, a date followed by
 * T.. (the date part counts; a zone is ignored), start/duration such as
 * 2024-01-01/P1Y, and 2005..2024. TS_BAD_DATA else; *out is untouched then.
 */
TS_API enum ts_status ts_period_parse(const char *text, struct ts_period *out,
				      struct ts_err *err) TS_MUST_USE;
/* The publisher says which frequency it is: reads YYYY, YYYYMM, YYYYMMDD too.
 */
TS_API enum ts_status ts_period_parse_as(enum ts_span span, const char *text,
					 struct ts_period *out,
					 struct ts_err *err) TS_MUST_USE;

#define TS_PERIOD_TEXT 24
/* "" for TS_NO_SPAN; text must hold TS_PERIOD_TEXT bytes; returns text. */
TS_API char *ts_period_print(struct ts_period period, char *text);

TS_API bool ts_period_equal(struct ts_period a, struct ts_period b);
TS_API int ts_period_compare(struct ts_period a, struct ts_period b);
/* steps periods of the same span later (or earlier when negative); a range
 * is returned as it is. */
TS_API struct ts_period ts_period_step(struct ts_period period, int steps);
/* How many steps from a to b; both of the same span. */
TS_API int ts_period_distance(struct ts_period a, struct ts_period b);
/* A, S, Q, M, W, D; 'R' for a range, '-' for none (SDMX CL_FREQ letters). */
TS_API char ts_period_freq(struct ts_period period);
TS_API enum ts_span ts_span_of_freq(char freq); /* TS_NO_SPAN: unknown */

/* Days since 1970-01-01 of the first and the last day. */
TS_API int32_t ts_period_first_day(struct ts_period period);
TS_API int32_t ts_period_last_day(struct ts_period period);
TS_API struct ts_period ts_period_of_day(enum ts_span span, int32_t day);

/* Order-preserving packing for the store: a_key < b_key as the periods. */
TS_API int64_t ts_period_key(struct ts_period period);
TS_API struct ts_period ts_period_of_key(int64_t key);

#endif
