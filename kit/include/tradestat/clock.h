/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h - the one door through which time enters. A test passes a clock of
 * its own and lives a year in a millisecond. Wall time is UTC microseconds
 * since 1970; mono time only serves differences.
 */
#ifndef TRADESTAT_CLOCK_H
#define TRADESTAT_CLOCK_H

#include <stdint.h>
#include <tradestat/err.h>

struct ts_clock {
	int64_t (*wall_us)(const struct ts_clock *clock);
	int64_t (*mono_us)(const struct ts_clock *clock);
	/* Returns early when a signal arrives. */
	void (*sleep_us)(const struct ts_clock *clock, int64_t us);
	void *ctx;
};

TS_API const struct ts_clock *ts_clock_system(void);

#define TS_TIME_TEXT 32
/* "2026-11-24T21:30:05Z"; returns text. */
TS_API char *ts_time_print(int64_t wall_us, char *text);
/* RFC 3339 date and time with Z or offset, or a bare date (00:00 UTC). */
TS_API enum ts_status ts_time_parse(const char *text, int64_t *wall_us,
				    struct ts_err *err) TS_MUST_USE;

#endif
