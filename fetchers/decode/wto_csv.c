/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wto_csv.c - WTO Stats time series as CSV, from the API (IndicatorCode) and
 * from the portal ("Indicator Code"). USM is million US dollars: unit USD and
 * UNIT_MULT 6. The indicator is the data set; its last letter is the flow.
 */
#include <ctype.h>
#include <stdio.h>
#include <tradestat/plugin.h>

#include "fetchers/decode/head.h"
#include "fetchers/decode/missing.h"
#include "fetchers/decode/row.h"
#include "fetchers/decode/sheet.h"

enum role {
	INDICATOR,
	REPORTER,
	PARTNER,
	PRODUCT,
	YEAR,
	PERIOD,
	FREQUENCY,
	UNIT,
	FLAG,
	VALUE,
	ROLES,
};

static const char *const names[ROLES] = {
	"indicatorcode",
	"reportingeconomycode",
	"partnereconomycode",
	"productorsectorcode",
	"year",
	"periodcode",
	"frequencycode",
	"unitcode",
	"valueflagcode",
	"value",
};

struct state {
	const struct ts_decode *decode;
	struct ts_sheet *sheet;
	struct ts_row row;
	size_t power; /* slot of UNIT_MULT */
};

/* "Reporting Economy Code" is ReportingEconomyCode. */
static void
squeeze(const char *text, char *out, size_t size)
{
	size_t used = 0;

	for (; *text != '\0' && used + 1 < size; text++)
		if (*text != ' ' && *text != '_')
			out[used++] = (char)tolower((unsigned char)*text);
	out[used] = '\0';
}

static enum ts_status
header(void *ctx, const struct ts_csv_field *fields, size_t count,
       struct ts_err *err)
{
	static const char power[] = "UNIT_MULT";
	struct state *state = ctx;
	struct ts_row *row = &state->row;
	bool found[ROLES] = { false };
	enum ts_status status = TS_OK;
	char plain[64];
	size_t i, role;

	for (i = 0; i < count && status == TS_OK; i++) {
		squeeze(fields[i].text, plain, sizeof plain);
		for (role = 0; role < ROLES; role++)
			if (strcmp(plain, names[role]) == 0)
				break;
		if (role < ROLES && found[role])
			return ts_fail(err, TS_BAD_DATA,
				       "two columns \"%.60s\"", fields[i].text);
		if (role < ROLES)
			found[role] = true;
		/* what product codes mean depends on their classification */
		status = ts_row_add(row, fields[i].text, fields[i].length,
				    role < ROLES ? role : TS_NO_ROLE,
				    strcmp(plain, "productorsector"
						  "classificationcode") == 0,
				    err);
	}
	for (role = 0; role < ROLES && status == TS_OK; role++)
		if (!found[role] && role != PERIOD && role != FREQUENCY &&
		    role != FLAG)
			return ts_fail(err, TS_BAD_DATA,
				       "column \"%s\" is missing", names[role]);
	if (status != TS_OK)
		return status;
	state->power = row->roles + row->extra_count;
	status = ts_row_add(row, power, strlen(power), TS_NO_ROLE, false, err);
	if (status != TS_OK)
		return status;
	return ts_row_tell(row, state->decode->sink, err);
}

/* "2017" and "A", "M07" or "Q3". */
static enum ts_status
read_period(const char *const *slots, struct ts_period *out, struct ts_err *err)
{
	char text[32];
	const char *part = slots[PERIOD];

	if (part[0] == '\0' || strcmp(part, "A") == 0 || strcmp(part, "-") == 0)
		return ts_period_parse(slots[YEAR], out, err);
	snprintf(text, sizeof text, "%.8s-%.8s", slots[YEAR], part);
	return ts_period_parse(text, out, err);
}

/* ITS_MTV_AX, ITS_CS_QAM: exports and imports; a tariff has no flow. */
static const char *
flow(const char *indicator)
{
	size_t length = strlen(indicator);

	if (strncmp(indicator, "ITS_", 4) != 0 || length < 5)
		return "";
	switch (indicator[length - 1]) {
	case 'X':
		return "X";
	case 'M':
		return "M";
	default:
		return "";
	}
}

static const char *
dash_is_nothing(const char *text)
{
	return strcmp(text, "-") == 0 ? "" : text;
}

static enum ts_status
record(void *ctx, uint64_t line, const struct ts_csv_field *fields,
       struct ts_err *err)
{
	struct state *state = ctx;
	struct ts_row *row = &state->row;
	const char **slots = row->slots;
	const char *missing;
	struct ts_obs obs = { .line = line, .source = "" };
	size_t i;

	ts_row_begin(row);
	/* the last field is the power, which is in no file */
	for (i = 0; i + 1 < row->field_count; i++)
		slots[row->fields[i].slot] = fields[i].text;
	if (read_period(slots, &obs.period, err) != TS_OK)
		return ts_while(err, "line %llu", (unsigned long long)line);
	missing = ts_missing_status(slots[VALUE]);
	if (missing == NULL &&
	    !ts_decimal_read(slots[VALUE], strlen(slots[VALUE]), &obs.value,
			     NULL))
		return ts_fail(err, TS_BAD_DATA, "line %llu: value \"%.40s\"",
			       (unsigned long long)line, slots[VALUE]);
	obs.has_value = missing == NULL;
	obs.dataset = slots[INDICATOR];
	obs.flow = flow(slots[INDICATOR]);
	obs.reporter = slots[REPORTER];
	obs.partner = dash_is_nothing(slots[PARTNER]);
	obs.product = dash_is_nothing(slots[PRODUCT]);
	obs.frequency = ts_period_freq(obs.period);
	obs.unit = slots[UNIT];
	if (strcmp(obs.unit, "USM") == 0) {
		obs.unit = "USD";
		slots[state->power] = "6";
	}
	obs.status = slots[FLAG][0] == '\0' && missing != NULL ? missing
							       : slots[FLAG];
	obs.extra = slots + ROLES;
	obs.extra_count = row->extra_count;
	return state->decode->sink->obs(state->decode->sink->ctx, &obs, err);
}

static const struct ts_sheet_hooks hooks = {
	.header = header,
	.record = record,
};

static int
wto_sniff(const char *head, size_t count)
{
	if (ts_head_first(head, count) == '{')
		return 0;
	return (ts_head_line_has(head, count, "ReportingEconomyCode") &&
		ts_head_line_has(head, count, "ProductOrSectorCode")) ||
			       (ts_head_line_has(head, count,
						 "Reporting Economy Code") &&
				ts_head_line_has(head, count, "Indicator Code"))
		       ? 95
		       : 0;
}

static enum ts_status
wto_begin(const struct ts_decode *decode, void **out, struct ts_err *err)
{
	static const struct ts_sheet_opts opts = { .windows_1252 = true };
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
wto_feed(void *ctx, const char *bytes, size_t count, struct ts_err *err)
{
	struct state *state = ctx;

	return ts_sheet_feed(state->sheet, bytes, count, err);
}

static enum ts_status
wto_end(void *ctx, struct ts_err *err)
{
	struct state *state = ctx;

	return ts_sheet_end(state->sheet, err);
}

static void
wto_close(void *ctx)
{
	struct state *state = ctx;

	if (state != NULL)
		ts_sheet_free(state->sheet);
}

const struct ts_decoder tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_decoder, DECODER, "wto-csv",
		       "WTO Stats, time series as CSV", NULL, 0),
	.sniff = wto_sniff,
	.begin = wto_begin,
	.feed = wto_feed,
	.end = wto_end,
	.close = wto_close,
};
