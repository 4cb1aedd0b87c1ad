/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sdmx_csv.c - SDMX-CSV 1.0, 2.0 and what publishers make of it (ECB, Norges
 * Bank, Eurostat, Bundesbank): one observation a row, whatever the order of
 * the columns.
 *
 * Columns that mean the same as one of ours fill it; all of them are kept
 * under their own names besides. Values stay as published: UNIT_MULT is a
 * column like any other and is applied when the figures are normalised.
 */
#include <tradestat/plugin.h>

#include "fetchers/decode/head.h"
#include "fetchers/decode/missing.h"
#include "fetchers/decode/row.h"
#include "fetchers/decode/sdmx_header.h"
#include "fetchers/decode/sheet.h"

#include <strings.h>

#define ROW_CEILING ((size_t)4 << 20)
#define NUMBER_TEXT 128

struct sdmx {
	const char *dimensions;
};

static const struct ts_opt sdmx_opts[] = {
	{ TS_OPT_AT(struct sdmx, STRING, dimensions), .preset = "",
	  .help = "Columns that tell series apart (A+B+C); empty: those in "
		  "front of the value, but for the usual attributes." },
	{ .name = NULL },
};

/* A text of the record before, to be met again: what follows from it need not
 * be found out once more. */
struct memory {
	char text[256];
	size_t length;
	bool valid;
};

struct state {
	const struct ts_decode *decode;
	struct ts_sheet *sheet;
	struct ts_sdmx_header header;
	struct ts_row row;
	size_t *kept; /* column of each further one of ours */
	const struct ts_csv_field *fields; /* of this record */
	struct ts_csv_field *cut; /* without labels; NULL: there are none */
	char decimal;             /* '\0' until a figure has shown it */
	bool told_update;
	struct memory dataflow, period, frequency;
	char dataset[256];
	struct ts_period last;
	char status[8];
};

static inline const struct ts_csv_field *
cell(const struct state *state, enum ts_sdmx_role role)
{
	static const struct ts_csv_field nothing = { .text = "" };
	size_t column = state->header.role[role];

	return column != TS_SDMX_NONE ? &state->fields[column] : &nothing;
}

static const char *
text_of(const struct state *state, enum ts_sdmx_role role)
{
	return cell(state, role)->text;
}

static inline bool
is_known(const struct memory *memory, const struct ts_csv_field *cell)
{
	return memory->valid && memory->length == cell->length &&
	       ts_row_same(memory->text, cell->text, cell->length);
}

static void
remember(struct memory *memory, const struct ts_csv_field *cell)
{
	memory->valid = cell->length < sizeof memory->text;
	memory->length = cell->length;
	if (memory->valid)
		memcpy(memory->text, cell->text, cell->length + 1);
}

/* What the columns are called, and which of them are kept. */
static enum ts_status
add_columns(struct state *state, struct ts_err *err)
{
	const struct ts_sdmx_header *told = &state->header;
	struct ts_arena *arena = state->decode->arena;
	bool any_label = false;
	enum ts_status status = TS_OK;
	size_t i;

	state->kept = ts_arena_alloc(arena, told->count, sizeof *state->kept);
	if (state->kept == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	for (i = 0; i < told->count && status == TS_OK; i++) {
		const struct ts_sdmx_column *column = &told->columns[i];

		any_label = any_label || column->labelled;
		if (!column->kept)
			continue;
		state->kept[state->row.extra_count] = i;
		status = ts_row_add(&state->row, column->name,
				    strlen(column->name), TS_NO_ROLE,
				    column->dimension, err);
	}
	if (status != TS_OK || !any_label)
		return status;
	state->cut = ts_arena_alloc(arena, told->count, sizeof *state->cut);
	return state->cut != NULL ? TS_OK
				  : ts_fail(err, TS_SYSTEM, "no memory");
}

static enum ts_status
header(void *ctx, const struct ts_csv_field *fields, size_t count,
       struct ts_err *err)
{
	struct state *state = ctx;
	const struct ts_sink *sink = state->decode->sink;
	const struct sdmx *opts = state->decode->opts;
	enum ts_status status;

	status = ts_sdmx_header(&state->header, fields, count,
				opts != NULL ? opts->dimensions : NULL,
				state->decode->arena, err);
	if (status == TS_OK)
		status = add_columns(state, err);
	if (status != TS_OK)
		return status;
	if (state->header.role[TS_SDMX_VALUE] == TS_SDMX_NONE &&
	    sink->warn != NULL)
		sink->warn(sink->ctx, "no measure: the document has attributes "
				      "only");
	return ts_row_tell(&state->row, sink, err);
}

/* "A: Annual" is A; a label may hold colons itself. A cell with a label is
 * copied, as it has to be cut. */
static enum ts_status
cut_labels(struct state *state, const struct ts_csv_field *fields,
	   struct ts_err *err)
{
	struct ts_row *row = &state->row;
	const size_t scratch = row->extra_count;
	enum ts_status status;
	size_t i;

	row->used = 0;
	for (i = 0; i < state->header.count; i++) {
		struct ts_csv_field *one = &state->cut[i];
		const char *label = NULL;

		*one = fields[i];
		if (state->header.columns[i].labelled)
			label = strstr(one->text, ": ");
		if (label == NULL)
			continue;
		one->length = (size_t)(label - one->text);
		status = ts_row_put(row, scratch, one->text, one->length, err);
		if (status != TS_OK)
			return status;
		one->text = row->slots[scratch];
	}
	state->fields = state->cut;
	return TS_OK;
}

static enum ts_status
read_cells(struct state *state, const struct ts_csv_field *fields,
	   struct ts_err *err)
{
	const char **slots = state->row.slots;
	const size_t *kept = state->kept;
	const size_t count = state->row.extra_count;
	size_t i;

	state->fields = fields;
	if (state->cut != NULL && cut_labels(state, fields, err) != TS_OK)
		return err != NULL ? err->status : TS_BAD_DATA;
	fields = state->fields;
	for (i = 0; i < count; i++)
		slots[i] = fields[kept[i]].text;
	return TS_OK;
}

/* "AGENCY:FLOW(1.0)" is FLOW. */
static const char *
dataset(struct state *state)
{
	const struct ts_csv_field *flow = cell(state, TS_SDMX_DATAFLOW);
	const char *text = flow->text, *colon, *bracket;
	size_t length;

	if (flow->length == 0)
		return state->decode->dataset != NULL ? state->decode->dataset
						      : "";
	if (flow->length >= sizeof state->dataset)
		return text;
	if (is_known(&state->dataflow, flow))
		return state->dataset;
	remember(&state->dataflow, flow);
	colon = strchr(text, ':');
	if (colon != NULL)
		text = colon + 1;
	bracket = strrchr(text, '(');
	length = bracket != NULL ? (size_t)(bracket - text) : strlen(text);
	memcpy(state->dataset, text, length);
	state->dataset[length] = '\0';
	return state->dataset;
}

/* Codes of CL_FREQ, and the words that Eurostat sends with labels=name. */
static char
frequency_letter(const char *text)
{
	static const struct {
		const char *text;
		char letter;
	} words[] = {
		{ "B", 'D' },         { "H", 'S' },
		{ "Annual", 'A' },    { "Half-yearly, semesterly", 'S' },
		{ "Quarterly", 'Q' }, { "Monthly", 'M' },
		{ "Weekly", 'W' },    { "Daily", 'D' },
	};
	size_t i;

	if (text[0] == '\0')
		return '\0';
	if (text[1] == '\0' &&
	    (text[0] == 'A' || text[0] == 'M' || text[0] == 'Q' ||
	     text[0] == 'D' || text[0] == 'W' || text[0] == 'S'))
		return text[0];
	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(text, words[i].text) == 0)
			return words[i].letter;
	return '\0';
}

static enum ts_status
read_period(struct state *state, char frequency, struct ts_err *err)
{
	const struct ts_csv_field *period = cell(state, TS_SDMX_PERIOD);
	const struct ts_csv_field *freq = cell(state, TS_SDMX_FREQUENCY);
	const char *text = period->text;
	enum ts_span span = ts_span_of_freq(frequency);

	if (is_known(&state->period, period) &&
	    is_known(&state->frequency, freq))
		return TS_OK;
	if (text[0] == '\0')
		state->last = (struct ts_period){ 0 };
	/* "202407" is only a month if the frequency says so */
	else if (ts_period_parse(text, &state->last, err) != TS_OK &&
		 (span == TS_NO_SPAN ||
		  ts_period_parse_as(span, text, &state->last, err) != TS_OK))
		return ts_while(err, "TIME_PERIOD");
	remember(&state->period, period);
	remember(&state->frequency, freq);
	return TS_OK;
}

/* A decimal comma: the figure is copied with a point. */
static __attribute__((noinline)) bool
read_comma(struct state *state, const struct ts_csv_field *cell, size_t comma,
	   struct ts_decimal *out)
{
	char copy[NUMBER_TEXT];

	if (state->decimal == '.' || cell->length >= sizeof copy)
		return false;
	state->decimal = ',';
	memcpy(copy, cell->text, cell->length + 1);
	copy[comma] = '.';
	return ts_decimal_read(copy, cell->length, out, NULL);
}

/*
 * The decimal sign is one for the whole file. A comma is possible where the
 * fields are not separated by commas (the French locale of SDMX-CSV 2.0).
 */
static bool
read_value(struct state *state, const struct ts_csv_field *cell,
	   struct ts_decimal *out)
{
	const char *comma;

	if (ts_sheet_separator(state->sheet) == ',')
		return ts_decimal_read(cell->text, cell->length, out, NULL);
	comma = memchr(cell->text, ',', cell->length);
	if (comma != NULL)
		return read_comma(state, cell, (size_t)(comma - cell->text),
				  out);
	if (memchr(cell->text, '.', cell->length) != NULL) {
		if (state->decimal == ',')
			return false;
		state->decimal = '.';
	}
	return ts_decimal_read(cell->text, cell->length, out, NULL);
}

/*
 * Letters of CL_OBS_STATUS: A is the normal state, ours is "". Eurostat's
 * flags are lower case and combine; r (revised) is not a state of the figure,
 * s is Eurostat's own estimate, z "not applicable".
 */
static const char *
read_status(struct state *state, bool has_value)
{
	const char *flags = text_of(state, TS_SDMX_STATUS);
	const char *secret = text_of(state, TS_SDMX_CONFIDENTIAL);
	size_t used = 0;

	if (!has_value && secret[0] != '\0' && secret[1] == '\0' &&
	    strchr("CNDS", secret[0] & ~0x20) != NULL)
		return "C";
	if (!state->header.eurostat_flags) {
		if (flags[0] == 'A' && flags[1] == '\0')
			flags = "";
		return flags[0] == '\0' && !has_value ? "M" : flags;
	}
	for (; *flags != '\0' && used < sizeof state->status - 1; flags++) {
		char letter = *flags;

		if (letter == 's')
			letter = 'E';
		else if (letter == 'z' || letter == ':')
			letter = 'M';
		else if (letter >= 'a' && letter <= 'z' && letter != 'r')
			letter = (char)(letter - 'a' + 'A');
		if (letter >= 'A' && letter <= 'Z')
			state->status[used++] = letter;
	}
	state->status[used] = '\0';
	return used == 0 && !has_value ? "M" : state->status;
}

/* Comext has the unit in its "indicators"; XDC is "national currency", and an
 * attribute says which. */
static const char *
unit(const struct state *state)
{
	const struct ts_csv_field *unit_cell = cell(state, TS_SDMX_UNIT);
	const char *text = unit_cell->text;
	const char *currency = text_of(state, TS_SDMX_CURRENCY);

	switch (unit_cell->length) {
	case 3:
		return ts_row_same(text, "XDC", 3) && currency[0] != '\0'
			       ? currency
			       : text;
	case 9:
		return ts_row_same(text, "VALUE_EUR", 9) ? "EUR" : text;
	case 14:
		return ts_row_same(text, "VALUE_IN_EUROS", 14) ? "EUR" : text;
	case 17:
		return ts_row_same(text, "QUANTITY_IN_100KG", 17) ? "100kg"
								  : text;
	default:
		return text;
	}
}

/* ACTION D takes an observation back: it is missing from now on. */
static enum ts_status
read_action(const struct state *state, bool *deleted, struct ts_err *err)
{
	const char *action = text_of(state, TS_SDMX_ACTION);

	*deleted = false;
	if (action[0] == '\0')
		return TS_OK;
	*deleted = action[0] == 'D';
	if ((action[1] == '\0' && strchr("IARMD", action[0]) != NULL))
		return TS_OK;
	return ts_fail(err, TS_BAD_DATA, "ACTION \"%.20s\"", action);
}

static enum ts_status
emit(struct state *state, uint64_t line, struct ts_err *err)
{
	const struct ts_sink *sink = state->decode->sink;
	const struct ts_csv_field *value = cell(state, TS_SDMX_VALUE);
	struct ts_decimal number = { 0, 0 };
	enum ts_status status;
	bool has_value, deleted;
	char frequency;

	status = read_action(state, &deleted, err);
	if (status != TS_OK)
		return status;
	frequency = frequency_letter(text_of(state, TS_SDMX_FREQUENCY));
	status = read_period(state, frequency, err);
	if (status != TS_OK)
		return status;
	has_value =
		!deleted && ((value->text[0] >= '0' && value->text[0] <= '9') ||
			     !ts_is_missing(value->text));
	if (has_value && !read_value(state, value, &number))
		return ts_fail(err, TS_BAD_DATA, "OBS_VALUE \"%.40s\"",
			       value->text);
	return sink->obs(
		sink->ctx,
		&(struct ts_obs){
			.source = "",
			.dataset = dataset(state),
			.flow = text_of(state, TS_SDMX_FLOW),
			.reporter = text_of(state, TS_SDMX_REPORTER),
			.partner = text_of(state, TS_SDMX_PARTNER),
			.product = text_of(state, TS_SDMX_PRODUCT),
			.frequency = frequency != '\0'
					     ? frequency
					     : ts_period_freq(state->last),
			.period = state->last,
			.has_value = has_value,
			.value = number,
			.unit = unit(state),
			.status = read_status(state, has_value),
			.extra = state->row.slots,
			.extra_count = state->row.extra_count,
			.line = line,
		},
		err);
}

static enum ts_status
record(void *ctx, uint64_t line, const struct ts_csv_field *fields,
       struct ts_err *err)
{
	struct state *state = ctx;
	const struct ts_sink *sink = state->decode->sink;
	enum ts_status status = read_cells(state, fields, err);
	const char *updated;

	if (status != TS_OK)
		return status;
	updated = text_of(state, TS_SDMX_UPDATED);
	if (!state->told_update && updated[0] != '\0') {
		status = sink->fact(sink->ctx, "last_updated", updated, err);
		state->told_update = true;
	}
	if (status != TS_OK ||
	    state->header.role[TS_SDMX_VALUE] == TS_SDMX_NONE)
		return status;
	status = emit(state, line, err);
	if (status == TS_BAD_DATA)
		return ts_while(err, "line %llu", (unsigned long long)line);
	return status;
}

static const struct ts_sheet_hooks hooks = {
	.header = header,
	.record = record,
};

static int
sdmx_sniff(const char *head, size_t count)
{
	bool period = ts_head_line_has(head, count, "TIME_PERIOD");
	bool value = ts_head_line_has(head, count, "OBS_VALUE");

	if (ts_head_first(head, count) == '<' ||
	    ts_head_first(head, count) == '{')
		return 0;
	if (ts_head_line_has(head, count, "DATAFLOW") && value)
		return 97;
	if (ts_head_line_has(head, count, "STRUCTURE_ID") &&
	    ts_head_line_has(head, count, "STRUCTURE"))
		return 95;
	return period && value ? 90 : 0;
}

static enum ts_status
sdmx_begin(const struct ts_decode *decode, void **out, struct ts_err *err)
{
	static const struct ts_sheet_opts opts = { .separator = '\0' };
	struct state *state;
	enum ts_status status;

	state = ts_arena_alloc(decode->arena, 1, sizeof *state);
	if (state == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	*out = state;
	state->decode = decode;
	status = ts_row_init(&state->row, decode->arena, 0, ROW_CEILING, err);
	if (status != TS_OK)
		return status;
	return ts_sheet_new(&hooks, state, &opts, decode, &state->sheet, err);
}

static enum ts_status
sdmx_feed(void *ctx, const char *bytes, size_t count, struct ts_err *err)
{
	struct state *state = ctx;

	return ts_sheet_feed(state->sheet, bytes, count, err);
}

static enum ts_status
sdmx_end(void *ctx, struct ts_err *err)
{
	struct state *state = ctx;

	return ts_sheet_end(state->sheet, err);
}

static void
sdmx_close(void *ctx)
{
	struct state *state = ctx;

	if (state != NULL)
		ts_sheet_free(state->sheet);
}

const struct ts_decoder tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_decoder, DECODER, "sdmx-csv",
		       "SDMX-CSV 1.0, 2.0 and vendors' variants", sdmx_opts,
		       sizeof(struct sdmx)),
	.sniff = sdmx_sniff,
	.begin = sdmx_begin,
	.feed = sdmx_feed,
	.end = sdmx_end,
	.close = sdmx_close,
};
