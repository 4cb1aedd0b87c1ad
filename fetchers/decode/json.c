/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/json.h"

#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "fetchers/decode/json_check.h"

#define MAX_DEPTH 64
#define MAX_TEXT 65536
#define MAX_NUMBER 128
#define MAX_EXPONENT 308 /* of a double */

struct ts_json {
	yajl_handle yajl;
	const struct ts_json_events *events;
	void *ctx;
	size_t depth, max_depth;
	size_t max_text;
	uint64_t fed;   /* bytes, of the pieces before this one */
	uint64_t quiet; /* bytes since anything was told */
	uint8_t bom;    /* bytes of a BOM seen at the start */
	bool began;
	bool told;             /* an event came out of this piece */
	enum ts_status status; /* of the last event */
	struct ts_err *err;    /* of the call we are in */
	struct ts_json_check check;
};

/* What an event's status is to yajl: 0 stops it. */
static int
go_on(struct ts_json *json, enum ts_status status)
{
	json->told = true;
	json->status = status;
	return status == TS_OK;
}

static int
deeper(struct ts_json *json)
{
	if (++json->depth <= json->max_depth)
		return 1;
	return go_on(json,
		     ts_fail(json->err, TS_BAD_DATA,
			     "JSON nested deeper than %zu", json->max_depth));
}

static enum ts_status
too_long(struct ts_json *json, uint64_t length)
{
	return ts_fail(json->err, TS_BAD_DATA,
		       "a text of %llu bytes (limit %zu)",
		       (unsigned long long)length, json->max_text);
}

static int
on_object_begin(void *ctx)
{
	struct ts_json *json = ctx;

	if (!deeper(json))
		return 0;
	return go_on(json, json->events->object_begin(json->ctx, json->err));
}

static int
on_object_end(void *ctx)
{
	struct ts_json *json = ctx;

	json->depth--;
	return go_on(json, json->events->object_end(json->ctx, json->err));
}

static int
on_array_begin(void *ctx)
{
	struct ts_json *json = ctx;

	if (!deeper(json))
		return 0;
	return go_on(json, json->events->array_begin(json->ctx, json->err));
}

static int
on_array_end(void *ctx)
{
	struct ts_json *json = ctx;

	json->depth--;
	return go_on(json, json->events->array_end(json->ctx, json->err));
}

static int
on_key(void *ctx, const unsigned char *text, size_t length)
{
	struct ts_json *json = ctx;

	if (length > json->max_text)
		return go_on(json, too_long(json, length));
	return go_on(json, json->events->key(json->ctx, (const char *)text,
					     length, json->err));
}

static int
on_string(void *ctx, const unsigned char *text, size_t length)
{
	struct ts_json *json = ctx;

	if (length > json->max_text)
		return go_on(json, too_long(json, length));
	return go_on(json, json->events->string(json->ctx, (const char *)text,
						length, json->err));
}

/* yajl has checked the grammar; 1e999 is grammatical and still no figure. */
static bool
fits_double(const char *text, size_t length)
{
	const char *end = text + length;
	int exponent = 0;

	while (text < end && (*text | 0x20) != 'e')
		text++;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			continue;
		exponent = exponent * 10 + (*text - '0');
		if (exponent > MAX_EXPONENT)
			return false;
	}
	return true;
}

static int
on_number(void *ctx, const char *text, size_t length)
{
	struct ts_json *json = ctx;

	if (length > MAX_NUMBER || !fits_double(text, length))
		return go_on(json,
			     ts_fail(json->err, TS_BAD_DATA,
				     "no usable number: %.*s",
				     length > 40 ? 40 : (int)length, text));
	return go_on(json,
		     json->events->number(json->ctx, text, length, json->err));
}

static int
on_boolean(void *ctx, int value)
{
	struct ts_json *json = ctx;

	return go_on(json,
		     json->events->literal(json->ctx,
					   value ? TS_JSON_TRUE : TS_JSON_FALSE,
					   json->err));
}

static int
on_null(void *ctx)
{
	struct ts_json *json = ctx;

	return go_on(json,
		     json->events->literal(json->ctx, TS_JSON_NULL, json->err));
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_object_begin,
	.yajl_map_key = on_key,
	.yajl_end_map = on_object_end,
	.yajl_start_array = on_array_begin,
	.yajl_end_array = on_array_end,
};

/* yajl's words, one line, with the place. */
static enum ts_status
syntax(struct ts_json *json, uint64_t place)
{
	unsigned char *text = yajl_get_error(json->yajl, 0, NULL, 0);
	enum ts_status status;
	int length;

	if (text == NULL)
		return ts_fail(json->err, TS_SYSTEM, "no memory");
	length = (int)strcspn((const char *)text, "\n");
	status = ts_fail(json->err, TS_BAD_DATA, "JSON, byte %llu: %.*s",
			 (unsigned long long)place, length, (char *)text);
	yajl_free_error(json->yajl, text);
	return status;
}

static enum ts_status
outcome(struct ts_json *json, yajl_status result)
{
	switch (result) {
	case yajl_status_ok:
		return TS_OK;
	case yajl_status_client_canceled:
		return json->status;
	case yajl_status_error:
		break;
	}
	return syntax(json, json->fed + yajl_get_bytes_consumed(json->yajl));
}

/* Skips a BOM, in whatever pieces it comes; returns how many bytes of it. */
static size_t
skip_bom(struct ts_json *json, const char *bytes, size_t count)
{
	static const char bom[] = "\xef\xbb\xbf";
	size_t i = 0;

	while (!json->began && i < count) {
		if (json->bom < 3 && bytes[i] == bom[json->bom]) {
			json->bom++;
			i++;
			continue;
		}
		json->began = true;
	}
	return i;
}

enum ts_status
ts_json_feed(struct ts_json *json, const char *bytes, size_t count,
	     struct ts_err *err)
{
	size_t at = skip_bom(json, bytes, count);
	const char *wrong;
	yajl_status result;

	json->err = err;
	json->fed += at;
	bytes += at;
	count -= at;
	if (count == 0)
		return TS_OK;
	if (json->bom % 3 != 0) /* half of one, then something else */
		return ts_fail(err, TS_BAD_DATA, "JSON, byte 1: invalid UTF-8");
	wrong = ts_json_check(&json->check, bytes, count, &at);
	if (wrong != NULL)
		return ts_fail(err, TS_BAD_DATA, "JSON, byte %llu: %s",
			       (unsigned long long)(json->fed + at), wrong);
	json->told = false;
	result = yajl_parse(json->yajl, (const unsigned char *)bytes, count);
	if (result != yajl_status_ok)
		return outcome(json, result);
	json->fed += count;
	/* A string without an end would be collected for ever: six bytes of
	 * escape a character is the most that a legal one takes. */
	json->quiet = json->told ? 0 : json->quiet + count;
	if (json->quiet > 6 * (uint64_t)json->max_text + MAX_TEXT)
		return ts_fail(err, TS_BAD_DATA,
			       "JSON, byte %llu: %llu bytes without a value "
			       "(limit of a text: %zu)",
			       (unsigned long long)json->fed,
			       (unsigned long long)json->quiet, json->max_text);
	return TS_OK;
}

enum ts_status
ts_json_end(struct ts_json *json, struct ts_err *err)
{
	yajl_status result;

	json->err = err;
	result = yajl_complete_parse(json->yajl);
	if (result == yajl_status_error)
		return ts_fail(err, TS_BAD_DATA,
			       "the JSON document ends too early (%llu bytes)",
			       (unsigned long long)json->fed);
	return outcome(json, result);
}

enum ts_status
ts_json_new(const struct ts_json_events *events, void *ctx,
	    const struct ts_json_limits *limits, struct ts_json **out,
	    struct ts_err *err)
{
	struct ts_json *json = calloc(1, sizeof *json);

	if (json == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	json->events = events;
	json->ctx = ctx;
	json->max_depth = limits->max_depth > 0 ? limits->max_depth : MAX_DEPTH;
	json->max_text = limits->max_text > 0 ? limits->max_text : MAX_TEXT;
	json->yajl = yajl_alloc(&callbacks, NULL, json);
	if (json->yajl == NULL) {
		free(json);
		return ts_fail(err, TS_SYSTEM, "no memory");
	}
	/* UTF-8 is checked above, faster and before yajl sees a byte. */
	yajl_config(json->yajl, yajl_dont_validate_strings, 1);
	*out = json;
	return TS_OK;
}

void
ts_json_free(struct ts_json *json)
{
	if (json == NULL)
		return;
	yajl_free(json->yajl);
	free(json);
}
