/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worldbank_json.c - World Bank Indicators API v2: [header, [rows]].
 *
 * Errors come with HTTP status 200 as [{"message":[{...}]}]; nothing found is
 * a second element that is null; numbers of the header may be strings. Lists
 * (countries, income levels) have the same frame and are refused by name.
 */
#include <stdio.h>
#include <strings.h>
#include <tradestat/plugin.h>

#include "fetchers/decode/head.h"
#include "fetchers/decode/json.h"
#include "fetchers/decode/row.h"

#define ROW_CEILING ((size_t)4 << 20)

/* The last of the roles are also the first of the further columns. */
enum role {
	INDICATOR,
	COUNTRY,
	INDICATOR_ID,
	ISO3,
	DATE,
	VALUE,
	UNIT,
	INDICATOR_NAME,
	COUNTRY_ID,
	COUNTRY_NAME,
	OBS_STATUS,
	DECIMAL,
	ROLES,
};
#define FIRST_EXTRA INDICATOR_NAME

static const struct {
	const char *name;
	enum role role;
} members[] = {
	{ "indicator", INDICATOR },   { "country", COUNTRY },
	{ "countryiso3code", ISO3 },  { "date", DATE },
	{ "value", VALUE },           { "unit", UNIT },
	{ "obs_status", OBS_STATUS }, { "decimal", DECIMAL },
};

static const char *const extra_names[ROLES - FIRST_EXTRA] = {
	"indicator_name", "country_id", "country_name", "obs_status", "decimal",
};

enum place { OUTSIDE, PAIR, HEADER, MESSAGES, MESSAGE, ROWS, ROW, NAMED };

struct state {
	const struct ts_decode *decode;
	struct ts_json *json;
	struct ts_row row;
	enum place place;
	int element; /* of the outer array, from 1 */
	size_t skip;
	size_t slot;     /* whose value comes next in a row */
	char member[24]; /* name of the header's or message's member */
	char source[24]; /* sourceid of the header */
	bool told, sealed, warned, failed;
	char key[80], message[400];
	char last_text[24];
	struct ts_period last;
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static enum ts_status
unexpected(const struct state *state, const char *what, struct ts_err *err)
{
	if (state->place == ROW || state->place == NAMED)
		return ts_fail(err, TS_BAD_DATA, "row %llu: %s",
			       (unsigned long long)state->row.record, what);
	return ts_fail(err, TS_BAD_DATA, "not a World Bank answer: %s", what);
}

static enum ts_status
tell_columns(struct state *state, struct ts_err *err)
{
	const struct ts_row *row = &state->row;
	size_t fixed = COUNT(extra_names);
	struct ts_columns columns = { .count = fixed + row->extra_count };
	struct ts_column *items;
	size_t i;

	items = ts_arena_alloc(row->arena, columns.count, sizeof *items);
	if (items == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	for (i = 0; i < fixed; i++)
		items[i].name = extra_names[i];
	for (i = 0; i < row->field_count; i++)
		if (row->fields[i].slot >= row->roles)
			items[fixed + row->fields[i].slot - row->roles].name =
				row->fields[i].name;
	columns.items = items;
	state->told = true;
	return state->decode->sink->columns(state->decode->sink->ctx, &columns,
					    err);
}

/*
 * The unit is part of the indicator's id: CD is current US dollars, ZS a
 * percentage. The member "unit" has been empty for as long as we have seen.
 */
static const char *
unit_of(const char *unit, const char *id)
{
	if (unit[0] != '\0')
		return unit;
	for (id = strchr(id, '.'); id != NULL; id = strchr(id, '.')) {
		id++;
		if (strncmp(id, "CD", 2) == 0 &&
		    (id[2] == '.' || id[2] == '\0'))
			return "USD";
		if (strncmp(id, "ZS", 2) == 0 &&
		    (id[2] == '.' || id[2] == '\0'))
			return "percent";
	}
	return "";
}

static enum ts_status
read_date(struct state *state, struct ts_err *err)
{
	const char *date = state->row.slots[DATE];
	size_t size = strlen(date) + 1;

	if (size > 1 && strcmp(date, state->last_text) == 0)
		return TS_OK;
	if (ts_period_parse(date, &state->last, err) != TS_OK)
		return ts_while(err, "row %llu, date",
				(unsigned long long)state->row.record);
	if (size <= sizeof state->last_text)
		memcpy(state->last_text, date, size);
	else
		state->last_text[0] = '\0';
	return TS_OK;
}

static enum ts_status
emit(struct state *state, struct ts_err *err)
{
	const char *const *slots = state->row.slots;
	const struct ts_sink *sink = state->decode->sink;
	const char *dataset = state->decode->dataset;
	struct ts_obs obs = {
		.source = "",
		.flow = "",
		.partner = "",
		.dataset = dataset != NULL && dataset[0] != '\0'
				   ? dataset
				   : state->source,
		.reporter = slots[ISO3][0] != '\0' ? slots[ISO3]
						   : slots[COUNTRY_ID],
		.product = slots[INDICATOR_ID],
		.unit = unit_of(slots[UNIT], slots[INDICATOR_ID]),
		.status = slots[OBS_STATUS],
		.extra = slots + FIRST_EXTRA,
		.extra_count = COUNT(extra_names) + state->row.extra_count,
		.line = state->row.record,
	};
	enum ts_status status;

	if (slots[INDICATOR_ID][0] == '\0')
		return ts_fail(err, TS_BAD_DATA,
			       "row %llu has no indicator: this is a list of "
			       "the World Bank, not data",
			       (unsigned long long)state->row.record);
	status = read_date(state, err);
	if (status == TS_OK && !state->told)
		status = tell_columns(state, err);
	if (status != TS_OK)
		return status;
	if (slots[VALUE][0] != '\0') {
		if (!ts_decimal_read(slots[VALUE], strlen(slots[VALUE]),
				     &obs.value, NULL))
			return ts_fail(
				err, TS_BAD_DATA, "row %llu: value \"%.40s\"",
				(unsigned long long)obs.line, slots[VALUE]);
		obs.has_value = true;
	} else if (obs.status[0] == '\0') {
		obs.status = "M";
	}
	obs.period = state->last;
	obs.frequency = ts_period_freq(state->last);
	return sink->obs(sink->ctx, &obs, err);
}

static enum ts_status
object_begin(void *ctx, struct ts_err *err)
{
	struct state *state = ctx;

	if (state->skip > 0) {
		state->skip++;
		return TS_OK;
	}
	switch (state->place) {
	case OUTSIDE:
		return unexpected(state, "an object", err);
	case PAIR:
		if (++state->element != 1)
			return unexpected(state, "two headers", err);
		state->place = HEADER;
		return TS_OK;
	case MESSAGES:
		state->place = MESSAGE;
		return TS_OK;
	case ROWS:
		state->place = ROW;
		ts_row_begin(&state->row);
		return TS_OK;
	case ROW:
		if (state->slot == INDICATOR || state->slot == COUNTRY)
			state->place = NAMED;
		else
			state->skip = 1;
		return TS_OK;
	case HEADER:
	case MESSAGE:
	case NAMED:
		state->skip = 1;
		return TS_OK;
	}
	return TS_OK;
}

static enum ts_status
object_end(void *ctx, struct ts_err *err)
{
	struct state *state = ctx;

	if (state->skip > 0) {
		state->skip--;
		return TS_OK;
	}
	switch (state->place) {
	case HEADER:
		state->place = PAIR;
		return TS_OK;
	case MESSAGE:
		state->place = MESSAGES;
		return TS_OK;
	case NAMED:
		state->place = ROW;
		return TS_OK;
	case ROW:
		state->place = ROWS;
		state->sealed = true;
		return emit(state, err);
	case OUTSIDE:
	case PAIR:
	case MESSAGES:
	case ROWS:
		break;
	}
	return unexpected(state, "misplaced }", err);
}

static enum ts_status
array_begin(void *ctx, struct ts_err *err)
{
	struct state *state = ctx;

	if (state->skip > 0) {
		state->skip++;
		return TS_OK;
	}
	switch (state->place) {
	case OUTSIDE:
		state->place = PAIR;
		return TS_OK;
	case PAIR:
		if (++state->element != 2)
			return unexpected(state, "rows without a header", err);
		state->place = ROWS;
		return TS_OK;
	case HEADER:
		if (strcmp(state->member, "message") == 0) {
			state->place = MESSAGES;
			state->failed = true;
		} else {
			state->skip = 1;
		}
		return TS_OK;
	case ROWS:
		return unexpected(state, "a list among the rows", err);
	case ROW:
	case NAMED:
	case MESSAGE:
	case MESSAGES:
		state->skip = 1;
		return TS_OK;
	}
	return TS_OK;
}

static enum ts_status
array_end(void *ctx, struct ts_err *err)
{
	struct state *state = ctx;

	(void)err;
	if (state->skip > 0)
		state->skip--;
	else if (state->place == MESSAGES)
		state->place = HEADER;
	else if (state->place == ROWS)
		state->place = PAIR;
	else
		state->place = OUTSIDE;
	return TS_OK;
}

static enum ts_status
row_key(struct state *state, const char *text, size_t length,
	struct ts_err *err)
{
	struct ts_row *row = &state->row;
	const struct ts_sink *sink = state->decode->sink;
	size_t at = ts_row_find(row, text, length);

	state->slot = TS_NO_FIELD;
	if (at == TS_NO_FIELD && state->sealed) {
		if (!state->warned && sink->warn != NULL)
			sink->warn(sink->ctx,
				   "a later row has a member that "
				   "the first did not have: left out");
		state->warned = true;
		return TS_OK;
	}
	if (at == TS_NO_FIELD) {
		enum ts_status status;

		at = row->field_count;
		status = ts_row_add(row, text, length, TS_NO_ROLE, false, err);
		if (status != TS_OK)
			return status;
	}
	if (row->fields[at].record == row->record)
		return unexpected(state, "the same member twice", err);
	row->fields[at].record = row->record;
	state->slot = row->fields[at].slot;
	return TS_OK;
}

/* {"id": ..., "value": ...} of the indicator or the country. */
static enum ts_status
named_key(struct state *state, const char *text, size_t length,
	  struct ts_err *err)
{
	bool country = state->slot == COUNTRY || state->slot == COUNTRY_ID ||
		       state->slot == COUNTRY_NAME;
	size_t slot = country ? COUNTRY : INDICATOR;

	if (length == 2 && memcmp(text, "id", 2) == 0)
		slot = country ? COUNTRY_ID : INDICATOR_ID;
	else if (length == 5 && memcmp(text, "value", 5) == 0)
		slot = country ? COUNTRY_NAME : INDICATOR_NAME;
	state->slot = slot;
	if (slot != COUNTRY && slot != INDICATOR &&
	    state->row.slots[slot][0] != '\0')
		return unexpected(state, "the same member twice", err);
	return TS_OK;
}

static enum ts_status
key(void *ctx, const char *text, size_t length, struct ts_err *err)
{
	struct state *state = ctx;

	if (state->skip > 0)
		return TS_OK;
	if (state->place == ROW)
		return row_key(state, text, length, err);
	if (state->place == NAMED)
		return named_key(state, text, length, err);
	snprintf(state->member, sizeof state->member, "%.*s",
		 length > 23 ? 23 : (int)length, text);
	return TS_OK;
}

static enum ts_status
header_value(struct state *state, const char *text, size_t length,
	     struct ts_err *err)
{
	static const char *const facts[][2] = {
		{ "page", "page" },
		{ "pages", "pages" },
		{ "total", "total" },
		{ "per_page", "per_page" },
		{ "lastupdated", "last_updated" },
	};
	const struct ts_sink *sink = state->decode->sink;
	char value[64];
	size_t i;

	snprintf(value, sizeof value, "%.*s", length > 63 ? 63 : (int)length,
		 text);
	if (strcmp(state->member, "sourceid") == 0)
		snprintf(state->source, sizeof state->source, "%.23s", value);
	for (i = 0; i < COUNT(facts); i++)
		if (strcmp(state->member, facts[i][0]) == 0)
			return sink->fact(sink->ctx, facts[i][1], value, err);
	return TS_OK;
}

static enum ts_status
value(void *ctx, const char *text, size_t length, struct ts_err *err)
{
	struct state *state = ctx;

	if (state->skip > 0)
		return TS_OK;
	switch (state->place) {
	case ROW:
	case NAMED:
		if (state->slot == TS_NO_FIELD || state->slot == INDICATOR ||
		    state->slot == COUNTRY)
			return TS_OK;
		return ts_row_put(&state->row, state->slot, text, length, err);
	case HEADER:
		return header_value(state, text, length, err);
	case MESSAGE:
		if (strcmp(state->member, "key") == 0)
			snprintf(state->key, sizeof state->key, "%.*s",
				 length > 79 ? 79 : (int)length, text);
		else if (strcmp(state->member, "value") == 0)
			snprintf(state->message, sizeof state->message, "%.*s",
				 length > 399 ? 399 : (int)length, text);
		return TS_OK;
	case MESSAGES:
		return TS_OK;
	case OUTSIDE:
	case PAIR:
	case ROWS:
		break;
	}
	return unexpected(state, "a bare value", err);
}

static enum ts_status
literal(void *ctx, enum ts_json_literal literal, struct ts_err *err)
{
	struct state *state = ctx;

	if (literal == TS_JSON_NULL && state->skip == 0) {
		if (state->place == PAIR && state->element == 1) {
			state->element = 2; /* nothing was found */
			return TS_OK;
		}
		if (state->place == ROW || state->place == NAMED ||
		    state->place == HEADER || state->place == MESSAGE)
			return TS_OK;
	}
	if (literal == TS_JSON_NULL)
		return value(ctx, "", 0, err);
	return literal == TS_JSON_TRUE ? value(ctx, "true", 4, err)
				       : value(ctx, "false", 5, err);
}

static const struct ts_json_events events = {
	.object_begin = object_begin,
	.object_end = object_end,
	.array_begin = array_begin,
	.array_end = array_end,
	.key = key,
	.string = value,
	.number = value,
	.literal = literal,
};

static int
worldbank_sniff(const char *head, size_t count)
{
	if (ts_head_first(head, count) != '[')
		return 0;
	if (ts_head_has(head, count, "\"per_page\"") &&
	    ts_head_has(head, count, "\"pages\""))
		return 95;
	if (ts_head_has(head, count, "\"message\"") &&
	    ts_head_has(head, count, "\"key\""))
		return 70;
	return 0;
}

static enum ts_status
worldbank_begin(const struct ts_decode *decode, void **out, struct ts_err *err)
{
	struct ts_json_limits limits = {
		.max_depth = decode->limits.max_depth,
		.max_text = decode->limits.max_text,
	};
	struct state *state;
	enum ts_status status;
	size_t i;

	state = ts_arena_alloc(decode->arena, 1, sizeof *state);
	if (state == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	*out = state;
	state->decode = decode;
	status = ts_row_init(&state->row, decode->arena, ROLES, ROW_CEILING,
			     err);
	for (i = 0; i < COUNT(members) && status == TS_OK; i++)
		status = ts_row_add(&state->row, members[i].name,
				    strlen(members[i].name), members[i].role,
				    false, err);
	if (status != TS_OK)
		return status;
	return ts_json_new(&events, state, &limits, &state->json, err);
}

static enum ts_status
worldbank_feed(void *ctx, const char *bytes, size_t count, struct ts_err *err)
{
	struct state *state = ctx;

	return ts_json_feed(state->json, bytes, count, err);
}

static enum ts_status
worldbank_end(void *ctx, struct ts_err *err)
{
	struct state *state = ctx;
	enum ts_status status = ts_json_end(state->json, err);

	if (status != TS_OK)
		return status;
	if (state->failed)
		return ts_fail(err, TS_REFUSED, "the World Bank says: %s: %s",
			       state->key[0] != '\0' ? state->key : "error",
			       state->message[0] != '\0' ? state->message
							 : "no reason given");
	if (state->element != 2)
		return unexpected(state, "no rows", err);
	return TS_OK;
}

static void
worldbank_close(void *ctx)
{
	struct state *state = ctx;

	if (state != NULL)
		ts_json_free(state->json);
}

const struct ts_decoder tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_decoder, DECODER, "worldbank-json",
		       "World Bank Indicators API v2", NULL, 0),
	.sniff = worldbank_sniff,
	.begin = worldbank_begin,
	.feed = worldbank_feed,
	.end = worldbank_end,
	.close = worldbank_close,
	.has_end_mark = true,
};
