/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/comtrade_envelope.h"

#include <stdio.h>

#include "fetchers/decode/comtrade_record.h"
#include "fetchers/decode/json.h"

enum place { OUTSIDE, ENVELOPE, ROWS, RECORD, ERROR_OBJECT };

enum member {
	OTHER,
	DATA,
	COUNT,
	ERROR,
	STATUS_CODE,
	MESSAGE,
	ERROR_OBJECT_MEMBER,
	MEMBERS,
};

static const char *const member_names[MEMBERS] = {
	[DATA] = "data", /* "dataset" before 2023 */
	[COUNT] = "count",
	[ERROR] = "error",
	[STATUS_CODE] = "statusCode",
	[MESSAGE] = "message",
	[ERROR_OBJECT_MEMBER] = "errorObject",
};

struct state {
	struct ts_comtrade comtrade;
	const struct ts_decode *decode;
	struct ts_json *json;
	enum place place;
	enum member member; /* whose value comes next in the envelope */
	unsigned seen;      /* members of the envelope, a bit each */
	size_t skip;        /* depth inside a value nobody wants */
	size_t slot;        /* of the member whose value comes next */
	bool sealed;        /* the first record is complete */
	bool warned;        /* of a member that it did not have */
	bool failed;        /* an error object was there */
	char status_code[8];
	char count[24];
	char message[400];
};

/* The publisher's words, and whether it is worth coming again. */
static enum ts_status
publisher_error(const struct state *state, struct ts_err *err)
{
	const char *code = state->status_code;
	const char *words =
		state->message[0] != '\0' ? state->message : "no reason given";
	enum ts_status status = TS_REFUSED;

	if (code[0] == '\0')
		return ts_fail(err, TS_REFUSED, "UN Comtrade says: %s", words);
	/* 403 is how the publisher says that a quota is used up. */
	if (strcmp(code, "429") == 0 || code[0] == '5' ||
	    (strcmp(code, "403") == 0 && strstr(words, "quota") != NULL))
		status = TS_AGAIN;
	return ts_fail(err, status, "UN Comtrade says %s: %s", code, words);
}

static void
keep(char *room, size_t size, const char *text, size_t length)
{
	snprintf(room, size, "%.*s", (int)(length < size ? length : size - 1),
		 text);
}

static enum ts_status
unexpected(const struct state *state, const char *what, struct ts_err *err)
{
	if (state->place == RECORD)
		return ts_fail(err, TS_BAD_DATA, "record %llu: %s",
			       (unsigned long long)state->comtrade.row.record,
			       what);
	return ts_fail(err, TS_BAD_DATA, "not a Comtrade answer: %s", what);
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
		state->place = ENVELOPE;
		return TS_OK;
	case ENVELOPE:
		if (state->member == DATA)
			return unexpected(state, "data is no list", err);
		if (state->member == ERROR ||
		    state->member == ERROR_OBJECT_MEMBER) {
			state->place = ERROR_OBJECT;
			state->failed = true;
		} else {
			state->skip = 1;
		}
		return TS_OK;
	case ROWS:
		state->place = RECORD;
		ts_row_begin(&state->comtrade.row);
		return TS_OK;
	case RECORD:
		return unexpected(state, "an object inside", err);
	case ERROR_OBJECT:
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
	if (state->place == RECORD) {
		state->place = ROWS;
		state->sealed = true;
		return ts_comtrade_emit(&state->comtrade, err);
	}
	state->place = state->place == ERROR_OBJECT ? ENVELOPE : OUTSIDE;
	return TS_OK;
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
		return unexpected(state, "a list", err);
	case ENVELOPE:
		if (state->member == DATA)
			state->place = ROWS;
		else
			state->skip = 1;
		return TS_OK;
	case ROWS:
		return unexpected(state, "a list in data", err);
	case RECORD:
		return unexpected(state, "a list inside", err);
	case ERROR_OBJECT:
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
	else
		state->place = ENVELOPE;
	return TS_OK;
}

static enum ts_status
envelope_key(struct state *state, const char *text, size_t length,
	     struct ts_err *err)
{
	size_t i;

	state->member = OTHER;
	for (i = OTHER + 1; i < MEMBERS; i++)
		if (strlen(member_names[i]) == length &&
		    memcmp(member_names[i], text, length) == 0)
			state->member = (enum member)i;
	if (length == 7 && memcmp(text, "dataset", 7) == 0)
		state->member = DATA;
	if (state->member == OTHER)
		return TS_OK;
	if (state->seen & 1u << state->member)
		return ts_fail(err, TS_BAD_DATA, "two members \"%s\"",
			       member_names[state->member]);
	state->seen |= 1u << state->member;
	return TS_OK;
}

/* A member that the record does not have yet. */
static enum ts_status
new_key(struct state *state, const char *text, size_t length, size_t *field,
	struct ts_err *err)
{
	struct ts_row *row = &state->comtrade.row;
	const struct ts_sink *sink = state->decode->sink;
	char words[160];

	if (state->sealed) {
		/* The columns are told; a latecomer would have none. */
		snprintf(words, sizeof words,
			 "record %llu: member \"%.*s\" was not in the first "
			 "record and is left out",
			 (unsigned long long)row->record,
			 length > 60 ? 60 : (int)length, text);
		if (!state->warned && sink->warn != NULL)
			sink->warn(sink->ctx, words);
		state->warned = true;
		*field = TS_NO_FIELD;
		return TS_OK;
	}
	*field = row->field_count;
	return ts_comtrade_add(&state->comtrade, text, length, err);
}

static enum ts_status
record_key(struct state *state, const char *text, size_t length,
	   struct ts_err *err)
{
	struct ts_row *row = &state->comtrade.row;
	size_t at = ts_row_find(row, text, length);

	if (__builtin_expect(at == TS_NO_FIELD, 0)) {
		enum ts_status status = new_key(state, text, length, &at, err);

		if (status != TS_OK)
			return status;
		if (at == TS_NO_FIELD) {
			state->slot = TS_NO_FIELD;
			return TS_OK;
		}
		row->next = at + 1;
	}
	if (row->fields[at].record == row->record)
		return ts_fail(
			err, TS_BAD_DATA, "record %llu: two members \"%.40s\"",
			(unsigned long long)row->record, row->fields[at].name);
	row->fields[at].record = row->record;
	state->slot = row->fields[at].slot;
	return TS_OK;
}

static enum ts_status
key(void *ctx, const char *text, size_t length, struct ts_err *err)
{
	struct state *state = ctx;

	if (state->skip > 0)
		return TS_OK;
	if (state->place == RECORD)
		return record_key(state, text, length, err);
	if (state->place == ENVELOPE)
		return envelope_key(state, text, length, err);
	state->member = length == 12 && memcmp(text, "errorMessage", 12) == 0
				? MESSAGE
				: OTHER;
	return TS_OK;
}

/* A value of the envelope or of the error object. */
static enum ts_status
outer_value(struct state *state, const char *text, size_t length,
	    struct ts_err *err)
{
	switch (state->member) {
	case DATA:
		return unexpected(state, "data is no list", err);
	case COUNT:
		keep(state->count, sizeof state->count, text, length);
		break;
	case STATUS_CODE:
		keep(state->status_code, sizeof state->status_code, text,
		     length);
		break;
	case ERROR:
	case MESSAGE:
		keep(state->message, sizeof state->message, text, length);
		break;
	case ERROR_OBJECT_MEMBER:
	case OTHER:
	case MEMBERS:
		break;
	}
	return TS_OK;
}

static enum ts_status
value(void *ctx, const char *text, size_t length, struct ts_err *err)
{
	struct state *state = ctx;

	if (state->skip > 0)
		return TS_OK;
	if (__builtin_expect(state->place == RECORD, 1)) {
		if (state->slot == TS_NO_FIELD)
			return TS_OK;
		return ts_row_put(&state->comtrade.row, state->slot, text,
				  length, err);
	}
	if (state->place == OUTSIDE || state->place == ROWS)
		return unexpected(state, "a value without a name", err);
	return outer_value(state, text, length, err);
}

static enum ts_status
literal(void *ctx, enum ts_json_literal literal, struct ts_err *err)
{
	struct state *state = ctx;
	struct ts_row *row = &state->comtrade.row;

	if (state->skip > 0)
		return TS_OK;
	if (state->place != RECORD) {
		/* "data": null is how some errors spell no data */
		if (literal == TS_JSON_NULL &&
		    (state->place == ENVELOPE || state->place == ERROR_OBJECT))
			return TS_OK;
		return value(ctx, "", 0, err);
	}
	if (literal != TS_JSON_NULL && state->slot != TS_NO_FIELD)
		row->slots[state->slot] =
			literal == TS_JSON_TRUE ? "true" : "false";
	return TS_OK;
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

enum ts_status
ts_comtrade_begin(const struct ts_comtrade_form *form,
		  const struct ts_decode *decode, void **out,
		  struct ts_err *err)
{
	struct ts_json_limits limits = {
		.max_depth = decode->limits.max_depth,
		.max_text = decode->limits.max_text,
	};
	struct state *state;
	enum ts_status status;

	state = ts_arena_alloc(decode->arena, 1, sizeof *state);
	if (state == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	*out = state;
	state->decode = decode;
	status = ts_comtrade_init(&state->comtrade, form, decode, err);
	if (status != TS_OK)
		return status;
	return ts_json_new(&events, state, &limits, &state->json, err);
}

enum ts_status
ts_comtrade_feed(void *ctx, const char *bytes, size_t count, struct ts_err *err)
{
	struct state *state = ctx;

	return ts_json_feed(state->json, bytes, count, err);
}

/* Exactly as many rows as the publisher gives in one answer (preview, free,
 * premium), or fewer than it says there are: the rest was cut off. */
static bool
is_capped(const struct state *state)
{
	uint64_t rows = state->comtrade.row.record;
	int64_t count;
	struct ts_err ignored;

	if (rows == 500 || rows == 100000 || rows == 250000)
		return true;
	return ts_num_int(state->count, 0, INT64_MAX, &count, &ignored) ==
		       TS_OK &&
	       (uint64_t)count > rows;
}

enum ts_status
ts_comtrade_end(void *ctx, struct ts_err *err)
{
	struct state *state = ctx;
	const struct ts_sink *sink = state->decode->sink;
	enum ts_status status;

	status = ts_json_end(state->json, err);
	if (status != TS_OK)
		return status;
	if (state->status_code[0] != '\0' || state->message[0] != '\0' ||
	    state->failed)
		return publisher_error(state, err);
	if (!(state->seen & 1u << DATA))
		return ts_fail(err, TS_BAD_DATA,
			       "not a Comtrade answer: no \"data\"");
	if (state->count[0] != '\0') {
		status = sink->fact(sink->ctx, "count", state->count, err);
		if (status != TS_OK)
			return status;
	}
	return is_capped(state) ? sink->fact(sink->ctx, "capped", "true", err)
				: TS_OK;
}

void
ts_comtrade_close(void *ctx)
{
	struct state *state = ctx;

	if (state != NULL)
		ts_json_free(state->json);
}
