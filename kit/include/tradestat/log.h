/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - one line, one event: level, place, sentence, on stderr. Under a
 * journal stream lines carry the <n> prefix of sd-daemon(3). Control
 * characters are shown as \x.. and a line is cut at 2,000 bytes.
 */
#ifndef TRADESTAT_LOG_H
#define TRADESTAT_LOG_H

#include <tradestat/err.h>

enum ts_level {
	TS_LOG_ERR = 3,    /* a person must act */
	TS_LOG_WARN = 4,   /* will need a person */
	TS_LOG_NOTICE = 5, /* normal but notable */
	TS_LOG_INFO = 6,   /* the story of a day in about twenty lines */
	TS_LOG_DEBUG = 7,  /* the story of a job */
};

TS_API void ts_log_level(enum ts_level least); /* default TS_LOG_NOTICE */
TS_API void ts_log(enum ts_level level, const char *place, const char *fmt, ...)
	TS_PRINTF(3, 4);

#endif
