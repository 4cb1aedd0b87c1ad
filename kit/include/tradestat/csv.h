/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.h - RFC 4180 in both directions. The reader is fed pieces and calls
 * back once a record; memory is one record. The writer quotes only where
 * needed, ends lines with LF.
 */
#ifndef TRADESTAT_CSV_H
#define TRADESTAT_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tradestat/buf.h>
#include <tradestat/err.h>

struct ts_csv_field {
	const char *text; /* terminated; valid during the call only */
	size_t length;
	bool quoted;
};

struct ts_csv_opts {
	char separator;    /* ',' ';' or '\t' */
	size_t max_field;  /* bytes; 0: 64 KiB */
	size_t max_fields; /* 0: 4,096 */
};

typedef enum ts_status ts_csv_record(void *ctx, uint64_t line,
				     const struct ts_csv_field *fields,
				     size_t count, struct ts_err *err);

struct ts_csv;

TS_API enum ts_status ts_csv_new(const struct ts_csv_opts *opts,
				 ts_csv_record *record, void *ctx,
				 struct ts_csv **out,
				 struct ts_err *err) TS_MUST_USE;
/* A quote inside an unquoted field, text behind a closing quote, NUL: refused
 * with the line. Empty lines are skipped. A leading UTF-8 BOM is dropped. */
TS_API enum ts_status ts_csv_feed(struct ts_csv *csv, const char *bytes,
				  size_t count, struct ts_err *err) TS_MUST_USE;
/* An open quote at the end is TS_BAD_DATA. *ended_clean: last byte was a line
 * end (a file without one may have been cut); may be NULL. */
TS_API enum ts_status ts_csv_end(struct ts_csv *csv, bool *ended_clean,
				 struct ts_err *err) TS_MUST_USE;
TS_API void ts_csv_free(struct ts_csv *csv);

/* One field as CSV; first: no comma in front. */
TS_API void ts_csv_put(struct ts_buf *out, const char *text, bool first);
/* The same for a file that people open in a spreadsheet: a text that begins
 * with = + - @ TAB or CR gets a leading apostrophe. Not for numbers. */
TS_API void ts_csv_put_guarded(struct ts_buf *out, const char *text,
			       bool first);

#endif
