/* SPDX-License-Identifier: Apache-2.0 */
/*
 * comtrade_csv.c - UN Comtrade as CSV: format=csv of the API and the download
 * of the web interface, which is Windows-1252 and ends every row in a comma
 * more than its header has.
 */
#include "fetchers/decode/comtrade_record.h"
#include "fetchers/decode/head.h"
#include "fetchers/decode/sheet.h"

struct state {
	struct ts_comtrade comtrade;
	struct ts_sheet *sheet;
};

static enum ts_status
header(void *ctx, const struct ts_csv_field *fields, size_t count,
       struct ts_err *err)
{
	struct state *state = ctx;
	struct ts_row *row = &state->comtrade.row;
	enum ts_status status;
	size_t i;

	for (i = 0; i < count; i++) {
		if (ts_row_search(row, fields[i].text, fields[i].length) !=
		    TS_NO_FIELD)
			return ts_fail(err, TS_BAD_DATA,
				       "two columns \"%.60s\"", fields[i].text);
		status = ts_comtrade_add(&state->comtrade, fields[i].text,
					 fields[i].length, err);
		if (status != TS_OK)
			return status;
	}
	return ts_comtrade_tell(&state->comtrade, err);
}

static enum ts_status
record(void *ctx, uint64_t line, const struct ts_csv_field *fields,
       struct ts_err *err)
{
	struct state *state = ctx;
	struct ts_row *row = &state->comtrade.row;
	size_t i;

	(void)line;
	ts_row_begin(row);
	for (i = 0; i < row->field_count; i++)
		row->slots[row->fields[i].slot] = fields[i].text;
	return ts_comtrade_emit(&state->comtrade, err);
}

static const struct ts_sheet_hooks hooks = {
	.header = header,
	.record = record,
};

static int
comtrade_sniff(const char *head, size_t count)
{
	if (ts_head_first(head, count) == '{')
		return 0;
	if (ts_head_line_has(head, count, "primaryValue") &&
	    ts_head_line_has(head, count, "reporterCode") &&
	    ts_head_line_has(head, count, "cmdCode"))
		return 96;
	return ts_head_line_has(head, count, "Trade Value (US$)") &&
			       ts_head_line_has(head, count, "Commodity Code")
		       ? 94
		       : 0;
}

static enum ts_status
comtrade_begin(const struct ts_decode *decode, void **out, struct ts_err *err)
{
	static const struct ts_sheet_opts opts = {
		.extra_separator = true,
		.windows_1252 = true,
	};
	struct state *state;
	enum ts_status status;

	state = ts_arena_alloc(decode->arena, 1, sizeof *state);
	if (state == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	*out = state;
	status = ts_comtrade_init(&state->comtrade, &ts_comtrade_data, decode,
				  err);
	if (status != TS_OK)
		return status;
	return ts_sheet_new(&hooks, state, &opts, decode, &state->sheet, err);
}

static enum ts_status
comtrade_feed(void *ctx, const char *bytes, size_t count, struct ts_err *err)
{
	struct state *state = ctx;

	return ts_sheet_feed(state->sheet, bytes, count, err);
}

static enum ts_status
comtrade_end(void *ctx, struct ts_err *err)
{
	struct state *state = ctx;

	return ts_sheet_end(state->sheet, err);
}

static void
comtrade_close(void *ctx)
{
	struct state *state = ctx;

	if (state != NULL)
		ts_sheet_free(state->sheet);
}

const struct ts_decoder tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_decoder, DECODER, "comtrade-csv",
		       "UN Comtrade as CSV, web interface and API", NULL, 0),
	.sniff = comtrade_sniff,
	.begin = comtrade_begin,
	.feed = comtrade_feed,
	.end = comtrade_end,
	.close = comtrade_close,
};
