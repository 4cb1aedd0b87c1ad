/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wits_csv.c - the trade summary of WITS: one row an indicator, one column a
 * year, newest first. An empty cell is a year without data and gives nothing;
 * figures are padded with blanks, "..." is "not applicable". The unit is part
 * of the indicator's name.
 */
#include <stdio.h>
#include <tradestat/plugin.h>

#include "fetchers/decode/head.h"
#include "fetchers/decode/missing.h"
#include "fetchers/decode/row.h"
#include "fetchers/decode/sheet.h"

#include <strings.h>

enum column { REPORTER, PARTNER, PRODUCT, TYPE, INDICATOR, FIRST_YEAR };

static const char *const names[FIRST_YEAR] = {
	"Reporter",       "Partner",   "Product categories",
	"Indicator Type", "Indicator",
};

struct state {
	const struct ts_decode *decode;
	struct ts_sheet *sheet;
	struct ts_period *years; /* of the columns behind the names */
	size_t year_count;
};

static enum ts_status
header(void *ctx, const struct ts_csv_field *fields, size_t count,
       struct ts_err *err)
{
	static const struct ts_column items[] = {
		{ "Indicator Type", true },
		{ "Indicator", true },
		{ "UNIT_MULT", false },
	};
	static const struct ts_columns columns = { items, 3 };
	struct state *state = ctx;
	size_t i;

	for (i = 0; i < FIRST_YEAR; i++)
		if (i >= count || strcasecmp(fields[i].text, names[i]) != 0)
			return ts_fail(err, TS_BAD_DATA,
				       "column \"%s\" is missing", names[i]);
	state->year_count = count - FIRST_YEAR;
	state->years = ts_arena_alloc(state->decode->arena, count,
				      sizeof *state->years);
	if (state->years == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	for (i = 0; i < state->year_count; i++)
		if (ts_period_parse_as(TS_YEAR, fields[FIRST_YEAR + i].text,
				       &state->years[i], err) != TS_OK)
			return ts_while(err, "header");
	return state->decode->sink->columns(state->decode->sink->ctx, &columns,
					    err);
}

/* Without the blanks around it; cut where it is longer than anything real. */
static void
trim(const char *text, char *out, size_t size)
{
	size_t length;

	text += strspn(text, " ");
	length = strlen(text);
	while (length > 0 && text[length - 1] == ' ')
		length--;
	snprintf(out, size, "%.*s", (int)(length < size ? length : size - 1),
		 text);
}

static const char *
flow(const char *type)
{
	if (strcmp(type, "Export") == 0)
		return "X";
	return strcmp(type, "Import") == 0 ? "M" : "";
}

/* "Exports (in US$ Mil)" is in USD with the power 6, "Simple Average (%)" a
 * percentage, "No. Of Export partners" a plain number. */
static void
read_unit(const char *indicator, const char **unit, const char **power)
{
	*unit = "";
	*power = "";
	if (strstr(indicator, "US$") != NULL) {
		*unit = "USD";
		if (strstr(indicator, "US$ Mil") != NULL)
			*power = "6";
		else if (strstr(indicator, "US$ Thousand") != NULL)
			*power = "3";
	} else if (strchr(indicator, '%') != NULL) {
		*unit = "percent";
	}
}

static enum ts_status
emit(struct state *state, size_t year, const char *text, struct ts_obs *obs,
     struct ts_err *err)
{
	char plain[64];
	const char *missing;

	trim(text, plain, sizeof plain);
	if (plain[0] == '\0')
		return TS_OK;
	missing = ts_missing_status(plain);
	obs->has_value = missing == NULL;
	obs->status = missing != NULL ? missing : "";
	obs->period = state->years[year];
	if (obs->has_value &&
	    !ts_decimal_read(plain, strlen(plain), &obs->value, NULL))
		return ts_fail(err, TS_BAD_DATA, "line %llu, %d: \"%.40s\"",
			       (unsigned long long)obs->line, obs->period.year,
			       plain);
	return state->decode->sink->obs(state->decode->sink->ctx, obs, err);
}

static enum ts_status
record(void *ctx, uint64_t line, const struct ts_csv_field *fields,
       struct ts_err *err)
{
	struct state *state = ctx;
	char plain[FIRST_YEAR][256]; /* " World" in one of the files */
	const char *extra[3] = { plain[TYPE], plain[INDICATOR], "" };
	struct ts_obs obs = {
		.line = line,
		.source = "",
		.dataset = state->decode->dataset != NULL &&
					   state->decode->dataset[0] != '\0'
				   ? state->decode->dataset
				   : "trade-summary",
		.reporter = plain[REPORTER],
		.partner = plain[PARTNER],
		.product = plain[PRODUCT],
		.frequency = 'A',
		.extra = extra,
		.extra_count = 3,
	};
	enum ts_status status = TS_OK;
	size_t i;

	for (i = 0; i < FIRST_YEAR; i++)
		trim(fields[i].text, plain[i], sizeof plain[i]);
	obs.flow = flow(plain[TYPE]);
	read_unit(plain[INDICATOR], &obs.unit, &extra[2]);
	for (i = 0; i < state->year_count && status == TS_OK; i++)
		status = emit(state, i, fields[FIRST_YEAR + i].text, &obs, err);
	return status;
}

static const struct ts_sheet_hooks hooks = {
	.header = header,
	.record = record,
};

static int
wits_sniff(const char *head, size_t count)
{
	return ts_head_line_has(head, count,
				"Reporter,Partner,Product "
				"categories,Indicator Type,"
				"Indicator,")
		       ? 96
		       : 0;
}

static enum ts_status
wits_begin(const struct ts_decode *decode, void **out, struct ts_err *err)
{
	/* every row ends in a comma in some of the files */
	static const struct ts_sheet_opts opts = {
		.separator = ',',
		.extra_separator = true,
		.windows_1252 = true,
	};
	struct state *state;

	state = ts_arena_alloc(decode->arena, 1, sizeof *state);
	if (state == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	*out = state;
	state->decode = decode;
	return ts_sheet_new(&hooks, state, &opts, decode, &state->sheet, err);
}

static enum ts_status
wits_feed(void *ctx, const char *bytes, size_t count, struct ts_err *err)
{
	struct state *state = ctx;

	return ts_sheet_feed(state->sheet, bytes, count, err);
}

static enum ts_status
wits_end(void *ctx, struct ts_err *err)
{
	struct state *state = ctx;

	return ts_sheet_end(state->sheet, err);
}

static void
wits_close(void *ctx)
{
	struct state *state = ctx;

	if (state != NULL)
		ts_sheet_free(state->sheet);
}

const struct ts_decoder tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_decoder, DECODER, "wits-csv",
		       "WITS trade summary of a country", NULL, 0),
	.sniff = wits_sniff,
	.begin = wits_begin,
	.feed = wits_feed,
	.end = wits_end,
	.close = wits_close,
};
