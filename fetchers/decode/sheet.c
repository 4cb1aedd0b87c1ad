/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/sheet.h"

#include <stdlib.h>
#include <string.h>

#include "fetchers/decode/charset.h"

#define MAX_HEADER ((size_t)1 << 20)

struct ts_sheet {
	const struct ts_sheet_hooks *hooks;
	void *ctx;
	struct ts_sheet_opts opts;
	const struct ts_decode *decode;
	struct ts_charset *charset;
	struct ts_csv *csv; /* NULL until the separator is known */
	struct ts_buf head; /* the header line, until then */
	size_t columns;     /* 0: no header yet */
};

static enum ts_status
on_record(void *ctx, uint64_t line, const struct ts_csv_field *fields,
	  size_t count, struct ts_err *err)
{
	struct ts_sheet *sheet = ctx;

	if (sheet->columns == 0) {
		sheet->columns = count;
		return sheet->hooks->header(sheet->ctx, fields, count, err);
	}
	if (count == sheet->columns + 1 && sheet->opts.extra_separator &&
	    fields[count - 1].length == 0)
		count--;
	if (count != sheet->columns)
		return ts_fail(err, TS_BAD_DATA,
			       "line %llu has %zu fields, the header has %zu",
			       (unsigned long long)line, count, sheet->columns);
	return sheet->hooks->record(sheet->ctx, line, fields, err);
}

/* Bytes of the header line with its end; 0: it is not complete. */
static size_t
header_length(const char *text, size_t count)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < count; i++) {
		if (text[i] == '"')
			quoted = !quoted;
		/* empty lines in front are no header */
		if (text[i] == '\n' && !quoted && i > 0 && text[i - 1] != '\n')
			return i + 1;
	}
	return 0;
}

/* The commonest of the three outside quotes; a comma if there is none. */
static char
tell_separator(const char *text, size_t count)
{
	static const char candidates[3] = { ',', ';', '\t' };
	size_t seen[3] = { 0 };
	bool quoted = false;
	size_t i, best = 0;

	for (i = 0; i < count; i++) {
		const char *at = memchr(candidates, text[i], sizeof candidates);

		if (text[i] == '"')
			quoted = !quoted;
		else if (at != NULL && !quoted)
			seen[at - candidates]++;
	}
	for (i = 1; i < 3; i++)
		if (seen[i] > seen[best])
			best = i;
	return candidates[best];
}

static enum ts_status
open_csv(struct ts_sheet *sheet, struct ts_err *err)
{
	struct ts_csv_opts opts = {
		.separator = sheet->opts.separator,
		.max_field = sheet->decode->limits.max_text,
	};

	return ts_csv_new(&opts, on_record, sheet, &sheet->csv, err);
}

/* text begins with the header line, which is length long. */
static enum ts_status
open_with_header(struct ts_sheet *sheet, const char *text, size_t count,
		 size_t length, struct ts_err *err)
{
	enum ts_status status;

	sheet->opts.separator = tell_separator(text, length);
	status = open_csv(sheet, err);
	return status == TS_OK ? ts_csv_feed(sheet->csv, text, count, err)
			       : status;
}

/* The separator is not known yet: collect until the header line is whole. */
static enum ts_status
at_head(struct ts_sheet *sheet, const char *bytes, size_t count,
	struct ts_err *err)
{
	size_t length = 0;
	enum ts_status status;

	if (sheet->head.used == 0) /* nearly always it is in one piece */
		length = header_length(bytes, count);
	if (length > 0)
		return open_with_header(sheet, bytes, count, length, err);
	ts_buf_add_bytes(&sheet->head, bytes, count);
	status = ts_buf_check(&sheet->head, "header line", err);
	if (status != TS_OK)
		return status;
	length = header_length(sheet->head.data, sheet->head.used);
	if (length == 0)
		return TS_OK;
	status = open_with_header(sheet, sheet->head.data, sheet->head.used,
				  length, err);
	ts_buf_free(&sheet->head);
	return status;
}

static enum ts_status
on_text(void *ctx, const char *bytes, size_t count, struct ts_err *err)
{
	struct ts_sheet *sheet = ctx;
	enum ts_status status;

	if (sheet->csv != NULL)
		return ts_csv_feed(sheet->csv, bytes, count, err);
	if (sheet->opts.separator == '\0')
		return at_head(sheet, bytes, count, err);
	status = open_csv(sheet, err);
	return status == TS_OK ? ts_csv_feed(sheet->csv, bytes, count, err)
			       : status;
}

enum ts_status
ts_sheet_feed(struct ts_sheet *sheet, const char *bytes, size_t count,
	      struct ts_err *err)
{
	return ts_charset_feed(sheet->charset, bytes, count, err);
}

enum ts_status
ts_sheet_end(struct ts_sheet *sheet, struct ts_err *err)
{
	const struct ts_sink *sink = sheet->decode->sink;
	enum ts_status status = ts_charset_end(sheet->charset, err);
	bool clean = true;

	if (status == TS_OK && sheet->csv == NULL)
		status = open_with_header(sheet, sheet->head.data,
					  sheet->head.used, sheet->head.used,
					  err);
	if (status == TS_OK)
		status = ts_csv_end(sheet->csv, &clean, err);
	if (status == TS_OK && sheet->columns == 0)
		status = ts_fail(err, TS_BAD_DATA,
				 "an empty document: no header line");
	if (status == TS_OK && !clean && sink->warn != NULL)
		sink->warn(sink->ctx, "the last line has no end: the document "
				      "may have been cut");
	return status;
}

enum ts_status
ts_sheet_new(const struct ts_sheet_hooks *hooks, void *ctx,
	     const struct ts_sheet_opts *opts, const struct ts_decode *decode,
	     struct ts_sheet **out, struct ts_err *err)
{
	struct ts_sheet *sheet = calloc(1, sizeof *sheet);
	enum ts_status status;

	if (sheet == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	sheet->hooks = hooks;
	sheet->ctx = ctx;
	sheet->opts = *opts;
	sheet->decode = decode;
	sheet->head = (struct ts_buf)TS_BUF_INIT(MAX_HEADER);
	status = ts_charset_new(opts->windows_1252 ? TS_CHARSET_1252
						   : TS_CHARSET_UTF8,
				NULL, on_text, sheet, &sheet->charset, err);
	if (status != TS_OK) {
		ts_sheet_free(sheet);
		return status;
	}
	*out = sheet;
	return TS_OK;
}

void
ts_sheet_free(struct ts_sheet *sheet)
{
	if (sheet == NULL)
		return;
	ts_charset_free(sheet->charset);
	ts_csv_free(sheet->csv);
	ts_buf_free(&sheet->head);
	free(sheet);
}

char
ts_sheet_separator(const struct ts_sheet *sheet)
{
	return sheet->opts.separator;
}
