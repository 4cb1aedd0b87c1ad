/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - one line, one event: level, place, sentence, on stderr; under a
 * service manager's journal (JOURNAL_STREAM) with the <n> prefix of
 * sd-daemon(3). Events that have a class are sent to the journal as fields
 * where stderr is the journal (JOURNAL_STREAM names its device and inode), and
 * are lines everywhere else. Control characters are shown as \x.. and a line
 * is cut at 2,000 bytes.
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

/*
 * One thing a machine may want to know about an event. The name is upper case
 * (REPORT, PERIOD, NUMBER, STAGE, SOURCE, GATE, REASON, DURATION_MS ...) and
 * reaches the journal with TRADESTAT_ in front. A NULL value leaves the field
 * out, one longer than 500 bytes is cut.
 */
struct ts_field {
	const char *name;
	const char *value;
};
#define TS_FIELDS_MAX 16 /* of one event; further ones are left out */

struct ts_event_kind; /* the classes of events: event.h */

/*
 * As ts_log, for an event that has a class: the journal gets MESSAGE_ID,
 * TRADESTAT_EVENT and the fields, a list that a NULL name ends (the list
 * itself may be NULL). Elsewhere only the sentence is seen: it must say it
 * all. For processes that live on: the journal may not find the unit of one
 * that ends at once.
 */
TS_API void ts_event(enum ts_level level, const struct ts_event_kind *kind,
		     const char *place, const struct ts_field *fields,
		     const char *fmt, ...) TS_PRINTF(5, 6);

#endif
