/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tidy_csv.c - our own shape: the columns of TS_TIDY_HEADER, found by name in
 * any order, then whatever else there is. What `tradestat decode` prints comes
 * back in unchanged; a leading apostrophe that a spreadsheet guard put in
 * front of = + - @ goes away.
 */
#include <tradestat/plugin.h>

#include "fetchers/decode/column.h"
#include "fetchers/decode/head.h"
#include "fetchers/decode/row.h"
#include "fetchers/decode/sheet.h"

enum role {
	SOURCE,
	DATASET,
	FLOW,
	REPORTER,
	PARTNER,
	PRODUCT,
	FREQUENCY,
	PERIOD,
	VALUE,
	UNIT,
	STATUS,
	ROLES,
};

static const char *const names[ROLES] = {
	"source",    "dataset", "flow",  "reporter", "partner", "product",
	"frequency", "period",  "value", "unit",     "status",
};

struct tidy {
	const char *dimensions;
};

static const struct ts_opt tidy_opts[] = {
	{ TS_OPT_AT(struct tidy, STRING, dimensions), .preset = "",
	  .help = "Further columns that tell series apart (A,B,C); empty: all "
		  "but the usual attributes." },
	{ .name = NULL },
};

struct state {
	const struct ts_decode *decode;
	struct ts_sheet *sheet;
	struct ts_row row;
	size_t period_column, value_column;
	char last_text[64]; /* period of the record before */
	size_t last_length;
	struct ts_period last;
};

static enum ts_status
header(void *ctx, const struct ts_csv_field *fields, size_t count,
       struct ts_err *err)
{
	struct state *state = ctx;
	const struct tidy *opts = state->decode->opts;
	const char *listed = opts != NULL ? opts->dimensions : NULL;
	bool found[ROLES] = { false };
	enum ts_status status = TS_OK;
	size_t i, role;

	for (i = 0; i < count && status == TS_OK; i++) {
		const char *name = fields[i].text;

		if (ts_row_search(&state->row, name, fields[i].length) !=
		    TS_NO_FIELD)
			return ts_fail(err, TS_BAD_DATA,
				       "two columns \"%.60s\"", name);
		for (role = 0; role < ROLES; role++)
			if (strcmp(name, names[role]) == 0)
				break;
		if (role < ROLES)
			found[role] = true;
		if (role == PERIOD)
			state->period_column = i;
		if (role == VALUE)
			state->value_column = i;
		status = ts_row_add(&state->row, name, fields[i].length,
				    role < ROLES ? role : TS_NO_ROLE,
				    ts_column_is_dimension(name, listed), err);
	}
	for (role = 0; role < ROLES && status == TS_OK; role++)
		if (!found[role])
			return ts_fail(err, TS_BAD_DATA,
				       "column \"%s\" is missing", names[role]);
	if (status == TS_OK)
		status = ts_row_tell(&state->row, state->decode->sink, err);
	return status;
}

/* Texts that a spreadsheet would take for a formula are guarded on the way
 * out (ts_csv_put_guarded). */
static const char *
unguarded(const char *text)
{
	if (text[0] == '\'' && text[1] != '\0' &&
	    strchr("=+-@\t\r", text[1]) != NULL)
		return text + 1;
	return text;
}

static enum ts_status
read_period(struct state *state, const struct ts_csv_field *field,
	    uint64_t line, struct ts_err *err)
{
	if (field->length == state->last_length &&
	    ts_row_same(field->text, state->last_text, field->length))
		return TS_OK;
	if (field->length == 0)
		state->last = (struct ts_period){ 0 };
	else if (ts_period_parse(field->text, &state->last, err) != TS_OK)
		return ts_while(err, "line %llu, period",
				(unsigned long long)line);
	state->last_length = SIZE_MAX; /* too long to be met again */
	if (field->length < sizeof state->last_text) {
		memcpy(state->last_text, field->text, field->length);
		state->last_length = field->length;
	}
	return TS_OK;
}

static enum ts_status
record(void *ctx, uint64_t line, const struct ts_csv_field *fields,
       struct ts_err *err)
{
	struct state *state = ctx;
	const struct ts_row *row = &state->row;
	const struct ts_sink *sink = state->decode->sink;
	const struct ts_csv_field *value = &fields[state->value_column];
	const char **slots = row->slots;
	struct ts_decimal number = { 0, 0 };
	enum ts_status status;
	size_t i;

	for (i = 0; i < row->field_count; i++)
		slots[row->fields[i].slot] = unguarded(fields[i].text);
	status = read_period(state, &fields[state->period_column], line, err);
	if (status != TS_OK)
		return status;
	if (slots[FREQUENCY][0] != '\0' && slots[FREQUENCY][1] != '\0')
		return ts_fail(err, TS_BAD_DATA,
			       "line %llu: frequency \"%.40s\"",
			       (unsigned long long)line, slots[FREQUENCY]);
	if (value->length > 0 &&
	    !ts_decimal_read(value->text, value->length, &number, NULL))
		return ts_fail(err, TS_BAD_DATA, "line %llu: value \"%.40s\"",
			       (unsigned long long)line, value->text);
	return sink->obs(
		sink->ctx,
		&(struct ts_obs){
			.source = slots[SOURCE],
			.dataset =
				slots[DATASET][0] == '\0' &&
						state->decode->dataset != NULL
					? state->decode->dataset
					: slots[DATASET],
			.flow = slots[FLOW],
			.reporter = slots[REPORTER],
			.partner = slots[PARTNER],
			.product = slots[PRODUCT],
			.frequency = slots[FREQUENCY][0] != '\0'
					     ? slots[FREQUENCY][0]
					     : ts_period_freq(state->last),
			.period = state->last,
			.has_value = value->length > 0,
			.value = number,
			.unit = slots[UNIT],
			.status = slots[STATUS],
			.extra = slots + ROLES,
			.extra_count = row->extra_count,
			.line = line,
		},
		err);
}

static const struct ts_sheet_hooks hooks = {
	.header = header,
	.record = record,
};

static int
tidy_sniff(const char *head, size_t count)
{
	size_t role;

	for (role = 0; role < ROLES; role++)
		if (!ts_head_line_has(head, count, names[role]))
			return 0;
	return ts_head_line_has(head, count, TS_TIDY_HEADER) ? 99 : 85;
}

static enum ts_status
tidy_begin(const struct ts_decode *decode, void **out, struct ts_err *err)
{
	static const struct ts_sheet_opts opts = { .separator = ',' };
	struct state *state;
	enum ts_status status;

	state = ts_arena_alloc(decode->arena, 1, sizeof *state);
	if (state == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	*out = state;
	state->decode = decode;
	status = ts_row_init(&state->row, decode->arena, ROLES, 0, err);
	if (status != TS_OK)
		return status;
	return ts_sheet_new(&hooks, state, &opts, decode, &state->sheet, err);
}

static enum ts_status
tidy_feed(void *ctx, const char *bytes, size_t count, struct ts_err *err)
{
	struct state *state = ctx;

	return ts_sheet_feed(state->sheet, bytes, count, err);
}

static enum ts_status
tidy_end(void *ctx, struct ts_err *err)
{
	struct state *state = ctx;

	return ts_sheet_end(state->sheet, err);
}

static void
tidy_close(void *ctx)
{
	struct state *state = ctx;

	if (state != NULL)
		ts_sheet_free(state->sheet);
}

const struct ts_decoder tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_decoder, DECODER, "tidy-csv",
		       "observations as tradestat writes them", tidy_opts,
		       sizeof(struct tidy)),
	.sniff = tidy_sniff,
	.begin = tidy_begin,
	.feed = tidy_feed,
	.end = tidy_end,
	.close = tidy_close,
};
