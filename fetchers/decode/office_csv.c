/* SPDX-License-Identifier: Apache-2.0 */
/*
 * office_csv.c - CSV as offices export it: any separator, decimal sign,
 * encoding and way to group thousands; title lines, footers, periods in words
 * and a star on preliminary ones. What cannot be told is an option; the lines
 * for the recorded dialects are in docs/decoders.md.
 */
#include <stdio.h>
#include <tradestat/csv.h>
#include <tradestat/plugin.h>

#include "fetchers/decode/charset.h"
#include "fetchers/decode/column.h"
#include "fetchers/decode/head.h"
#include "fetchers/decode/missing.h"
#include "fetchers/decode/office_layout.h"
#include "fetchers/decode/office_text.h"
#include "fetchers/decode/row.h"

#include <string.h>

#define HEAD_BYTES ((size_t)64 << 10) /* read ahead for the layout */
#define ROW_CEILING ((size_t)4 << 20)

#define TEXT_OPTION(field, words)                                              \
	{                                                                      \
		TS_OPT_AT(struct ts_office, STRING, field), .preset = "",      \
							    .help = words      \
	}

static const struct ts_opt office_opts[] = {
	TEXT_OPTION(period, "Column of the period, or =2024 for all rows; "
			    "empty: told from the header."),
	TEXT_OPTION(reporter, "Column of the reporter, or =KAZ."),
	TEXT_OPTION(partner, "Column of the partner, or =ITA."),
	TEXT_OPTION(product, "Column of the product, or =TOTAL."),
	TEXT_OPTION(flow, "Column of the flow, or =X."),
	TEXT_OPTION(value, "Column of the figures, if there is one."),
	TEXT_OPTION(columns, "Columns of figures and their flows: "
			     "NAME=X,NAME=M; empty: told from the header."),
	TEXT_OPTION(unit, "Column of the unit, or =USD; empty: told from the "
			  "header."),
	TEXT_OPTION(unit_multiplier, "1, 1000, thousand, million, ...; empty: "
				     "told from the header."),
	TEXT_OPTION(status, "Column of the status letters, or =P."),
	TEXT_OPTION(source, "Column of the source, or =TEXT."),
	TEXT_OPTION(dataset, "Column of the data set, or =TEXT."),
	TEXT_OPTION(dimensions, "Further columns that tell series apart "
				"(A,B,C)."),
	TEXT_OPTION(encoding, "Name for iconv, such as windows-1251; empty: "
			      "told from the bytes."),
	TEXT_OPTION(decimal, "point or comma; empty: told from the figures."),
	TEXT_OPTION(separator, "comma, semicolon, tab or pipe; empty: told "
			       "from the lines."),
	{ TS_OPT_AT(struct ts_office, INT, skip), .preset = "0", .min = 0,
	  .max = 10000, .help = "Lines in front that are not even read." },
	{ .name = NULL },
};

static const struct ts_office nothing_said = {
	.period = "",
	.reporter = "",
	.partner = "",
	.product = "",
	.flow = "",
	.unit = "",
	.status = "",
	.source = "",
	.dataset = "",
	.value = "",
	.columns = "",
	.unit_multiplier = "",
	.dimensions = "",
	.encoding = "",
	.decimal = "",
	.separator = "",
};

struct state {
	const struct ts_decode *decode;
	const struct ts_office *opts;
	struct ts_charset *charset;
	struct ts_csv *csv; /* NULL until the layout is known */
	struct ts_buf head;
	int64_t to_skip; /* lines, still */
	struct ts_office_layout layout;
	struct ts_row row;
	size_t *slot;      /* of each column; TS_NO_FIELD */
	size_t power_slot; /* of UNIT_MULT; TS_NO_FIELD */
	char power_text[TS_OFFICE_VALUES][4];
	size_t records;
	char last_text[64]; /* period of the record before */
	struct ts_period last;
	bool last_star;
};

/* ---- a record ---------------------------------------------------------------
 */

struct line {
	uint64_t number;
	const struct ts_csv_field *fields;
	size_t count;
};

static const char *
role_text(const struct state *state, const struct line *line,
	  enum ts_office_role role)
{
	size_t column = state->layout.role[role];

	if (state->layout.constant[role] != NULL)
		return state->layout.constant[role];
	return column != TS_OFFICE_NONE && column < line->count
		       ? line->fields[column].text
		       : "";
}

static bool
read_period(struct state *state, const char *text)
{
	size_t size = strlen(text) + 1;

	if (text[0] != '\0' && strcmp(text, state->last_text) == 0)
		return true;
	state->last_text[0] = '\0';
	if (!ts_office_period(text, &state->last, &state->last_star))
		return false;
	if (size <= sizeof state->last_text)
		memcpy(state->last_text, text, size);
	return true;
}

/* Blanks around a figure or a marker are not part of it. */
static const char *
trimmed(const char *text, char room[TS_OFFICE_TEXT])
{
	if (text[0] > ' ' && (unsigned char)text[0] < 0x80 &&
	    strpbrk(text, " \t\xc2\xe2") == NULL)
		return text;
	ts_office_fold(text, room);
	return room;
}

/* A figure may carry a star of its own. */
static bool
read_figure(const struct state *state, const char *text, struct ts_decimal *out,
	    bool *star)
{
	char plain[TS_OFFICE_TEXT];
	size_t length = strlen(text);

	*star = false;
	if (length > 0 && length < sizeof plain && text[length - 1] == '*') {
		*star = true;
		memcpy(plain, text, length - 1);
		plain[length - 1] = '\0';
		text = plain;
	}
	return ts_office_number(text, state->layout.decimal, out);
}

/* Footnotes, sources and the like: no cell of figures holds one. */
static bool
is_note(const struct state *state, const struct line *line)
{
	const struct ts_office_layout *layout = &state->layout;
	struct ts_decimal ignored;
	char room[TS_OFFICE_TEXT];
	size_t i;
	bool star;

	for (i = 0; i < layout->value_count; i++) {
		size_t column = layout->values[i].column;
		const char *text =
			column < line->count ? line->fields[column].text : "";

		if (read_figure(state, trimmed(text, room), &ignored, &star))
			return false;
	}
	return true;
}

static bool
is_total(const char *text)
{
	static const char *const words[] = {
		"total", "totale", "итого", "всего", "барлығы", "sum",
	};
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (ts_office_same(text, words[i]))
			return true;
	return false;
}

/* Export, экспорт and so on are X; whatever else is there stays. */
static const char *
flow_code(const char *text)
{
	static const struct {
		const char *word, *flow;
	} words[] = {
		{ "export", "X" },      { "exports", "X" },
		{ "экспорт", "X" },     { "import", "M" },
		{ "imports", "M" },     { "импорт", "M" },
		{ "re-export", "RX" },  { "re-exports", "RX" },
		{ "реэкспорт", "RX" },  { "re-import", "RM" },
		{ "re-imports", "RM" }, { "реимпорт", "RM" },
	};
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (ts_office_same(text, words[i].word))
			return words[i].flow;
	return text;
}

static enum ts_status
emit(struct state *state, const struct line *line, size_t index,
     struct ts_obs *obs, struct ts_err *err)
{
	const struct ts_office_value *value = &state->layout.values[index];
	const struct ts_sink *sink = state->decode->sink;
	const char *flow = role_text(state, line, TS_OFFICE_FLOW);
	const char *said = role_text(state, line, TS_OFFICE_STATUS);
	char room[TS_OFFICE_TEXT];
	const char *text = trimmed(value->column < line->count
					   ? line->fields[value->column].text
					   : "",
				   room);
	const char *missing = ts_missing_status(text);
	bool star = false;

	obs->has_value = missing == NULL;
	if (obs->has_value && !read_figure(state, text, &obs->value, &star))
		return ts_fail(err, TS_BAD_DATA,
			       "line %llu, \"%.40s\": no figure: \"%.40s\"",
			       (unsigned long long)line->number,
			       state->layout.names[value->column], text);
	obs->flow = value->flow[0] != '\0' ? value->flow : flow_code(flow);
	obs->unit = value->unit[0] != '\0'
			    ? value->unit
			    : role_text(state, line, TS_OFFICE_UNIT);
	if (said[0] != '\0')
		obs->status = strcmp(said, "A") == 0 ? "" : said;
	else if (missing != NULL)
		obs->status = missing;
	else
		obs->status = star || state->last_star ? "P" : "";
	if (state->power_slot != TS_NO_FIELD)
		state->row.slots[state->power_slot] = state->power_text[index];
	return sink->obs(sink->ctx, obs, err);
}

static enum ts_status
data_record(struct state *state, const struct line *line, struct ts_err *err)
{
	const struct ts_office_layout *layout = &state->layout;
	const char *period = role_text(state, line, TS_OFFICE_PERIOD);
	const char *dataset = role_text(state, line, TS_OFFICE_DATASET);
	struct ts_obs obs = {
		.line = line->number,
		.source = role_text(state, line, TS_OFFICE_SOURCE),
		.dataset = dataset[0] != '\0' || state->decode->dataset == NULL
				   ? dataset
				   : state->decode->dataset,
		.reporter = role_text(state, line, TS_OFFICE_REPORTER),
		.partner = role_text(state, line, TS_OFFICE_PARTNER),
		.product = role_text(state, line, TS_OFFICE_PRODUCT),
		.extra = state->row.slots,
		.extra_count = state->row.extra_count,
	};
	enum ts_status status = TS_OK;
	size_t i;

	if (!read_period(state, period)) {
		if (is_note(state, line) || is_total(period))
			return TS_OK;
		return ts_fail(err, TS_BAD_DATA,
			       "line %llu: no period: "
			       "\"%.60s\"",
			       (unsigned long long)line->number, period);
	}
	if (line->count < layout->count && is_note(state, line))
		return TS_OK;
	if (line->count < layout->count)
		return ts_fail(err, TS_BAD_DATA,
			       "line %llu has %zu fields, the header has %zu",
			       (unsigned long long)line->number, line->count,
			       layout->count);
	obs.period = state->last;
	obs.frequency = ts_period_freq(obs.period);
	for (i = 0; i < layout->count; i++)
		if (state->slot[i] != TS_NO_FIELD)
			state->row.slots[state->slot[i]] = line->fields[i].text;
	for (i = 0; i < layout->value_count && status == TS_OK; i++)
		status = emit(state, line, i, &obs, err);
	return status;
}

static enum ts_status
on_record(void *ctx, uint64_t number, const struct ts_csv_field *fields,
	  size_t count, struct ts_err *err)
{
	struct state *state = ctx;
	struct line line = { number, fields, count };
	size_t i;

	line.number += (uint64_t)state->opts->skip;
	if (state->records++ <= state->layout.header)
		return TS_OK;
	/* Spreadsheets leave empty fields behind the last column. */
	for (i = count; i > state->layout.count; i--)
		if (fields[i - 1].text[0] != '\0')
			return ts_fail(err, TS_BAD_DATA,
				       "line %llu has %zu fields, the header "
				       "has %zu",
				       (unsigned long long)line.number, i,
				       state->layout.count);
	if (line.count > state->layout.count)
		line.count = state->layout.count;
	return data_record(state, &line, err);
}

/* ---- the layout, and the columns that follow from it
 * ------------------------- */

static enum ts_status
add_power(struct state *state, struct ts_err *err)
{
	static const char name[] = "UNIT_MULT";
	bool any = false;
	size_t i;

	state->power_slot = TS_NO_FIELD;
	for (i = 0; i < state->layout.value_count; i++) {
		any = any || state->layout.values[i].power != 0;
		snprintf(state->power_text[i], sizeof state->power_text[i],
			 "%d", state->layout.values[i].power);
	}
	if (!any ||
	    ts_row_search(&state->row, name, strlen(name)) != TS_NO_FIELD)
		return TS_OK;
	state->power_slot = state->row.extra_count;
	return ts_row_add(&state->row, name, strlen(name), TS_NO_ROLE, false,
			  err);
}

static enum ts_status
add_columns(struct state *state, struct ts_err *err)
{
	const struct ts_office_layout *layout = &state->layout;
	enum ts_status status = TS_OK;
	size_t i;

	state->slot = ts_arena_alloc(state->decode->arena, layout->count,
				     sizeof *state->slot);
	if (state->slot == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	for (i = 0; i < layout->count && status == TS_OK; i++) {
		const char *name = layout->names[i];

		state->slot[i] = TS_NO_FIELD;
		if (!layout->kept[i])
			continue;
		state->slot[i] = state->row.extra_count;
		status = ts_row_add(
			&state->row, name, strlen(name), TS_NO_ROLE,
			ts_column_listed(name, state->opts->dimensions), err);
	}
	if (status == TS_OK)
		status = add_power(state, err);
	if (status == TS_OK)
		status = ts_row_tell(&state->row, state->decode->sink, err);
	return status;
}

/* The beginning is there: find the layout, then read it for good. */
static enum ts_status
open_table(struct state *state, bool whole, struct ts_err *err)
{
	struct ts_csv_opts opts = {
		.max_field = state->decode->limits.max_text,
	};
	enum ts_status status;

	status = ts_office_layout(&state->layout, state->opts, state->head.data,
				  state->head.used, whole, state->decode, err);
	if (status == TS_OK)
		status = add_columns(state, err);
	opts.separator = state->layout.separator;
	if (status == TS_OK)
		status = ts_csv_new(&opts, on_record, state, &state->csv, err);
	if (status == TS_OK)
		status = ts_csv_feed(state->csv, state->head.data,
				     state->head.used, err);
	ts_buf_free(&state->head);
	return status;
}

static enum ts_status
on_text(void *ctx, const char *bytes, size_t count, struct ts_err *err)
{
	struct state *state = ctx;
	size_t room;
	enum ts_status status;

	while (state->to_skip > 0 && count > 0) {
		const char *end = memchr(bytes, '\n', count);

		if (end == NULL)
			return TS_OK;
		count -= (size_t)(end + 1 - bytes);
		bytes = end + 1;
		state->to_skip--;
	}
	if (state->csv == NULL) {
		room = HEAD_BYTES - state->head.used;
		if (room > count)
			room = count;
		ts_buf_add_bytes(&state->head, bytes, room);
		status = ts_buf_check(&state->head, "table", err);
		if (status != TS_OK || state->head.used < HEAD_BYTES)
			return status;
		status = open_table(state, false, err);
		if (status != TS_OK)
			return status;
		bytes += room;
		count -= room;
	}
	return ts_csv_feed(state->csv, bytes, count, err);
}

/* ---- hooks
 * ---------------------------------------------------------------------- */

/*
 * Nearly anything is a table to this decoder: it offers itself only for what
 * has a line with separators and is no other format, and last of all.
 */
static int
office_sniff(const char *head, size_t count)
{
	char first = ts_head_first(head, count);
	size_t i, separators = 0, lines = 0, controls = 0;

	if (count == 0 || first == '<' || first == '{' || first == '[' ||
	    first == '%')
		return 0;
	if (count >= 2 && (memcmp(head, "\xff\xfe", 2) == 0 ||
			   memcmp(head, "\xfe\xff", 2) == 0))
		return 20;
	for (i = 0; i < count; i++) {
		separators +=
			head[i] == ',' || head[i] == ';' || head[i] == '\t';
		lines += head[i] == '\n';
		controls += (unsigned char)head[i] < ' ' && head[i] != '\t' &&
			    head[i] != '\n' && head[i] != '\r';
	}
	return controls == 0 && lines >= 2 && separators >= lines / 2 + 1 ? 10
									  : 0;
}

static enum ts_status
office_begin(const struct ts_decode *decode, void **out, struct ts_err *err)
{
	struct state *state;
	enum ts_status status;

	state = ts_arena_alloc(decode->arena, 1, sizeof *state);
	if (state == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	*out = state;
	state->decode = decode;
	state->opts = decode->opts != NULL ? decode->opts : &nothing_said;
	state->to_skip = state->opts->skip;
	state->head = (struct ts_buf)TS_BUF_INIT(HEAD_BYTES + 1);
	status = ts_row_init(&state->row, decode->arena, 0, ROW_CEILING, err);
	if (status != TS_OK)
		return status;
	return ts_charset_new(TS_CHARSET_GUESS, state->opts->encoding, on_text,
			      state, &state->charset, err);
}

static enum ts_status
office_feed(void *ctx, const char *bytes, size_t count, struct ts_err *err)
{
	struct state *state = ctx;

	return ts_charset_feed(state->charset, bytes, count, err);
}

static enum ts_status
office_end(void *ctx, struct ts_err *err)
{
	struct state *state = ctx;
	enum ts_status status = ts_charset_end(state->charset, err);

	if (status == TS_OK && state->csv == NULL)
		status = open_table(state, true, err);
	if (status == TS_OK)
		status = ts_csv_end(state->csv, NULL, err);
	return status;
}

static void
office_close(void *ctx)
{
	struct state *state = ctx;

	if (state == NULL)
		return;
	ts_charset_free(state->charset);
	ts_csv_free(state->csv);
	ts_buf_free(&state->head);
}

const struct ts_decoder tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_decoder, DECODER, "office-csv",
		       "CSV as statistical offices export it", office_opts,
		       sizeof(struct ts_office)),
	.sniff = office_sniff,
	.begin = office_begin,
	.feed = office_feed,
	.end = office_end,
	.close = office_close,
};
