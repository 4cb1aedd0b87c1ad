/* SPDX-License-Identifier: Apache-2.0 */
/* Transfers as they lie in the outbox. */
#include "output/engine/transfer.h"

#include <jansson.h>
#include <string.h>

#define SCHEMA 1
#define LIST_MOST ((size_t)32 << 20)

static const char *const sign_names[] = {
	[TS_SIGN_NONE] = "none",   [TS_SIGN_HMAC] = "hmac",
	[TS_SIGN_BASIC] = "basic", [TS_SIGN_BEARER] = "bearer",
	[TS_SIGN_S3] = "s3",       [TS_SIGN_SSH] = "ssh",
};

/* The texts of a transfer, and their names. */
static const struct {
	const char *key;
	size_t offset;
} texts[] = {
	{ "method", offsetof(struct ts_transfer, method) },
	{ "url", offsetof(struct ts_transfer, url) },
	{ "type", offsetof(struct ts_transfer, type) },
	{ "file", offsetof(struct ts_transfer, file) },
	{ "user", offsetof(struct ts_transfer, user) },
	{ "secret", offsetof(struct ts_transfer, secret) },
	{ "region", offsetof(struct ts_transfer, region) },
	{ "host_key", offsetof(struct ts_transfer, host_key) },
	{ "ca_file", offsetof(struct ts_transfer, ca_file) },
};
#define TEXTS (sizeof texts / sizeof texts[0])

static const struct {
	const char *key;
	size_t offset;
} flags[] = {
	{ "exists_is_good", offsetof(struct ts_transfer, exists_is_good) },
	{ "once", offsetof(struct ts_transfer, once) },
	{ "allow_http", offsetof(struct ts_transfer, allow_http) },
	{ "allow_private", offsetof(struct ts_transfer, allow_private) },
};
#define FLAGS (sizeof flags / sizeof flags[0])

static const char **
text_at(struct ts_transfer *transfer, size_t i)
{
	return (const char **)(void *)((char *)transfer + texts[i].offset);
}

static bool *
flag_at(struct ts_transfer *transfer, size_t i)
{
	return (bool *)(void *)((char *)transfer + flags[i].offset);
}

static int
put(json_t *object, const char *key, json_t *value)
{
	return json_object_set_new(object, key, value);
}

/* What is not said is not there. */
static json_t *
print_one(const struct ts_transfer *given)
{
	struct ts_transfer transfer = *given;
	json_t *object = json_object(), *headers = json_array();
	int failed = 0;

	for (size_t i = 0; i < TEXTS; i++)
		if (*text_at(&transfer, i) != NULL)
			failed |= put(object, texts[i].key,
				      json_string(*text_at(&transfer, i)));
	for (size_t i = 0; i < FLAGS; i++)
		if (*flag_at(&transfer, i))
			failed |= put(object, flags[i].key, json_true());
	failed |= put(object, "sign", json_string(sign_names[given->sign]));
	if (given->body_size > 0)
		failed |= put(object, "body",
			      json_stringn(given->body, given->body_size));
	for (size_t i = 0; i < given->header_count; i++)
		failed |= json_array_append_new(
			headers, json_pack("[s, s]", given->headers[i].name,
					   given->headers[i].value));
	failed |= put(object, "headers", headers);
	if (failed != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

enum ts_status
ts_transfers_print(const struct ts_transfers *list, struct ts_buf *out,
		   struct ts_err *err)
{
	json_t *root = json_object(), *items = json_array();
	int failed = put(root, "schema", json_integer(SCHEMA));
	char *text = NULL;

	for (size_t i = 0; i < list->count; i++)
		failed |= json_array_append_new(items,
						print_one(&list->items[i]));
	failed |= put(root, "transfers", items);
	if (failed == 0)
		text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	if (text == NULL)
		return ts_fail(err, TS_BAD_DATA,
			       "a transfer has a text that is not UTF-8");
	ts_buf_add(out, text);
	free(text);
	return ts_buf_check(out, "transfers", err);
}

static bool
parse_sign(const json_t *value, enum ts_sign *out)
{
	const char *name = json_string_value(value);

	for (size_t i = 0;
	     name != NULL && i < sizeof sign_names / sizeof sign_names[0]; i++)
		if (strcmp(name, sign_names[i]) == 0) {
			*out = (enum ts_sign)i;
			return true;
		}
	return false;
}

static bool
parse_headers(const json_t *array, struct ts_arena *arena,
	      struct ts_transfer *out)
{
	size_t count = json_array_size(array);
	struct ts_header *headers =
		ts_arena_alloc(arena, count + 1, sizeof headers[0]);

	if (!json_is_array(array) || headers == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		const json_t *pair = json_array_get(array, i);

		headers[i].name = json_string_value(json_array_get(pair, 0));
		headers[i].value = json_string_value(json_array_get(pair, 1));
		if (headers[i].name == NULL || headers[i].value == NULL)
			return false;
	}
	out->headers = headers;
	out->header_count = count;
	return true;
}

/* Its texts still belong to the object; ts_transfers_add copies them. */
static enum ts_status
parse_one(const json_t *object, struct ts_arena *arena, struct ts_transfer *out,
	  struct ts_err *err)
{
	const json_t *body = json_object_get(object, "body");

	*out = (struct ts_transfer){ .method = NULL };
	for (size_t i = 0; i < TEXTS; i++)
		*text_at(out, i) = json_string_value(
			json_object_get(object, texts[i].key));
	for (size_t i = 0; i < FLAGS; i++)
		*flag_at(out, i) =
			json_is_true(json_object_get(object, flags[i].key));
	out->body = json_string_value(body);
	out->body_size = json_string_length(body);
	if (out->method == NULL || out->url == NULL ||
	    !parse_sign(json_object_get(object, "sign"), &out->sign) ||
	    !parse_headers(json_object_get(object, "headers"), arena, out))
		return ts_fail(err, TS_BAD_DATA, "not a transfer");
	return TS_OK;
}

enum ts_status
ts_transfers_parse(const char *json, struct ts_arena *arena,
		   struct ts_transfers *out, struct ts_err *err)
{
	struct ts_transfers list = { 0 };
	json_error_t why;
	json_t *root, *items;
	enum ts_status status = TS_OK;

	if (strlen(json) > LIST_MOST)
		return ts_fail(err, TS_BAD_DATA, "transfers: too long");
	root = json_loads(json, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
	if (root == NULL)
		return ts_fail(err, TS_BAD_DATA, "transfers: %s", why.text);
	items = json_object_get(root, "transfers");
	if (json_integer_value(json_object_get(root, "schema")) != SCHEMA ||
	    !json_is_array(items))
		status = ts_fail(err, TS_BAD_DATA, "not transfers of schema %d",
				 SCHEMA);
	for (size_t i = 0; status == TS_OK && i < json_array_size(items); i++) {
		struct ts_transfer transfer;

		status = parse_one(json_array_get(items, i), arena, &transfer,
				   err);
		if (status == TS_OK)
			status = ts_transfers_add(&list, &transfer, arena, err);
		if (status != TS_OK)
			status = ts_while(err, "transfer %zu", i + 1);
	}
	json_decref(root);
	if (status == TS_OK)
		*out = list;
	return status;
}
