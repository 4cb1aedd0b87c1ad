/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.h - a CSV document with one header line, fed in pieces: UTF-8 is
 * checked, the separator is told from the header line, and each record has as
 * many fields as the header.
 */
#ifndef FETCHERS_DECODE_SHEET_H
#define FETCHERS_DECODE_SHEET_H

#include <tradestat/csv.h>
#include <tradestat/plugin.h>

struct ts_sheet_hooks {
	enum ts_status (*header)(void *ctx, const struct ts_csv_field *fields,
				 size_t count, struct ts_err *err);
	enum ts_status (*record)(void *ctx, uint64_t line,
				 const struct ts_csv_field *fields,
				 struct ts_err *err);
};

struct ts_sheet_opts {
	char separator; /* '\0': the commonest of , ; TAB in the header */
	/* Every record may end in one more separator than the header has
	 * (the web interface of UN Comtrade). */
	bool extra_separator;
	/* bytes that are no UTF-8 are Windows-1252, from the first one on */
	bool windows_1252;
};

struct ts_sheet;

enum ts_status ts_sheet_new(const struct ts_sheet_hooks *hooks, void *ctx,
			    const struct ts_sheet_opts *opts,
			    const struct ts_decode *decode,
			    struct ts_sheet **out,
			    struct ts_err *err) TS_MUST_USE;
enum ts_status ts_sheet_feed(struct ts_sheet *sheet, const char *bytes,
			     size_t count, struct ts_err *err) TS_MUST_USE;
/* Fails without a header. Warns the sink when the last line has no end. */
enum ts_status ts_sheet_end(struct ts_sheet *sheet,
			    struct ts_err *err) TS_MUST_USE;
void ts_sheet_free(struct ts_sheet *sheet); /* NULL is welcome */
char ts_sheet_separator(const struct ts_sheet *sheet);

#endif
