/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/engine/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <jansson.h>
#include <tradestat/file.h>
#include "fetchers/engine/gunzip.h"
#include "fetchers/engine/url.h"

#define CHUNK 65536

struct ts_pack {
	char *dir;
	json_t *list;  /* the whole of pack.json */
	json_t *index; /* "source canonical-url" -> entry */
};

static const char *
text_of(const json_t *entry, const char *name)
{
	const char *text = json_string_value(json_object_get(entry, name));

	return text != NULL ? text : "";
}

static void
index_key(struct ts_buf *key, const char *source, const char *url)
{
	ts_buf_add(key, source);
	ts_buf_add_char(key, ' ');
	ts_url_canonical(key, url);
}

/* ---- pack.json --------------------------------------------------- */

static enum ts_status
check_entry(const json_t *entry, size_t nth, struct ts_err *err)
{
	static const char *const needed[] = {
		"source", "url", "retrieved", "file", "sha256",
	};
	int64_t when;

	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (text_of(entry, needed[i])[0] == '\0')
			return ts_fail(err, TS_BAD_DATA,
				       "document %zu has no %s", nth,
				       needed[i]);
	if (ts_time_parse(text_of(entry, "retrieved"), &when, err) != TS_OK)
		return ts_while(err, "document %zu", nth);
	if (strlen(text_of(entry, "sha256")) != TS_SHA256_TEXT - 1)
		return ts_fail(err, TS_BAD_DATA,
			       "document %zu: sha256 has not 64 digits", nth);
	return TS_OK;
}

static enum ts_status
add_to_index(json_t *index, json_t *entry, size_t nth, struct ts_err *err)
{
	TS_AUTO_BUF key = TS_BUF_INIT(65536);

	if (check_entry(entry, nth, err) != TS_OK)
		return err->status;
	index_key(&key, text_of(entry, "source"), text_of(entry, "url"));
	if (ts_buf_check(&key, "an address in pack.json", err) != TS_OK)
		return err->status;
	if (json_object_get(index, key.data) != NULL)
		return ts_fail(err, TS_BAD_DATA,
			       "document %zu: %.200s is there twice", nth,
			       text_of(entry, "url"));
	if (json_object_set(index, key.data, entry) != 0)
		return ts_fail(err, TS_SYSTEM, "no memory for a pack");
	return TS_OK;
}

static enum ts_status
read_list(const char *dir, json_t **out, struct ts_err *err)
{
	TS_AUTO_BUF text = TS_BUF_INIT(TS_PACK_LIST_MAX);
	json_error_t fault;
	char *path;
	enum ts_status status;

	if (asprintf(&path, "%s/pack.json", dir) < 0)
		return ts_fail(err, TS_SYSTEM, "no memory for a name");
	status = ts_file_read(path, &text, err);
	free(path);
	if (status != TS_OK)
		return status;
	if (ts_buf_check(&text, "pack.json", err) != TS_OK)
		return err->status;
	*out = json_loadb(text.data, text.used, JSON_REJECT_DUPLICATES, &fault);
	if (*out == NULL)
		return ts_fail(err, TS_BAD_DATA, "pack.json:%d: %s", fault.line,
			       fault.text);
	if (strcmp(text_of(*out, "format"), TS_PACK_FORMAT) == 0 &&
	    json_is_array(json_object_get(*out, "documents")))
		return TS_OK;
	json_decref(*out);
	*out = NULL;
	return ts_fail(err, TS_BAD_DATA,
		       "pack.json is not of the format " TS_PACK_FORMAT);
}

static enum ts_status
read_index(struct ts_pack *pack, struct ts_err *err)
{
	json_t *entry;
	size_t nth;

	if (read_list(pack->dir, &pack->list, err) != TS_OK)
		return err->status;
	json_array_foreach(
		json_object_get(pack->list, "documents"), nth,
		entry) if (add_to_index(pack->index, entry, nth + 1, err) !=
			   TS_OK) return err->status;
	return TS_OK;
}

enum ts_status
ts_pack_open(const char *dir, struct ts_pack **out, struct ts_err *err)
{
	struct ts_pack *pack = calloc(1, sizeof *pack);

	*out = NULL;
	if (pack != NULL) {
		pack->dir = strdup(dir);
		pack->index = json_object();
	}
	if (pack == NULL || pack->dir == NULL || pack->index == NULL)
		ts_fail(err, TS_SYSTEM, "no memory for a pack");
	else if (read_index(pack, err) == TS_OK)
		*out = pack;
	if (*out != NULL)
		return TS_OK;
	ts_pack_close(pack);
	return ts_while(err, "pack %s", dir);
}

void
ts_pack_close(struct ts_pack *pack)
{
	if (pack == NULL)
		return;
	json_decref(pack->index);
	json_decref(pack->list);
	free(pack->dir);
	free(pack);
}

/* ---- a document -------------------------------------------------- */

static bool
is_plain_name(const char *name, size_t length)
{
	return length > 0 && length < 256 && name[0] != '.' &&
	       memchr(name, '\\', length) == NULL;
}

/* Component by component, so that no link and no ".." leads out. */
static enum ts_status
open_beneath(const char *dir, const char *path, int *out, struct ts_err *err)
{
	TS_AUTO_FD at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *rest = path;
	struct stat what;

	if (at < 0)
		return ts_fail_errno(err, errno, "open %s", dir);
	for (;;) {
		size_t length = strcspn(rest, "/");
		bool last = rest[length] == '\0';
		char name[256];
		int next;

		if (!is_plain_name(rest, length))
			return ts_fail(err, TS_BAD_DATA,
				       "\"%.200s\" may not be in a pack", path);
		snprintf(name, sizeof name, "%.*s", (int)length, rest);
		next = openat(at, name,
			      O_RDONLY | O_NOFOLLOW | O_CLOEXEC |
				      (last ? O_NONBLOCK : O_DIRECTORY));
		if (next < 0 && errno == ENOENT)
			return ts_fail(err, TS_BAD_DATA,
				       "%.200s is listed and not there", path);
		if (next < 0 && (errno == ELOOP || errno == ENOTDIR))
			return ts_fail(err, TS_BAD_DATA,
				       "%.200s leads over a link", path);
		if (next < 0)
			return ts_fail_errno(err, errno, "open %.200s", path);
		ts_close(&at);
		at = next;
		rest += length + 1;
		if (last)
			break;
	}
	if (fstat(at, &what) != 0 || !S_ISREG(what.st_mode))
		return ts_fail(err, TS_BAD_DATA, "%.200s is not a file", path);
	*out = at;
	at = -1;
	return TS_OK;
}

static enum ts_status
to_body(void *ctx, const void *bytes, size_t count, struct ts_err *err)
{
	return ts_body_add(ctx, bytes, count, err);
}

static enum ts_status
copy_file(int fd, const char *name, struct ts_gunzip *gunzip,
	  struct ts_body *body, struct ts_err *err)
{
	char bytes[CHUNK];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof bytes)) != 0) {
		enum ts_status status;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ts_fail_errno(err, errno, "read %s", name);
		status =
			gunzip != NULL
				? ts_gunzip_add(gunzip, bytes, (size_t)got, err)
				: ts_body_add(body, bytes, (size_t)got, err);
		if (status != TS_OK)
			return status;
	}
	if (gunzip != NULL && !ts_gunzip_ended(gunzip))
		return ts_fail(err, TS_BAD_DATA, "it ends too early");
	return ts_body_end(body, err);
}

static bool
is_packed(const char *name)
{
	size_t length = strlen(name);

	return length > 3 && strcmp(name + length - 3, ".gz") == 0;
}

static enum ts_status
read_document(const char *dir, const json_t *entry, struct ts_body *body,
	      struct ts_err *err)
{
	const char *name = text_of(entry, "file");
	struct ts_gunzip *gunzip = NULL;
	TS_AUTO_FD fd = -1;
	enum ts_status status;

	if (open_beneath(dir, name, &fd, err) != TS_OK)
		return err->status;
	if (is_packed(name) &&
	    ts_gunzip_new(to_body, body, &gunzip, err) != TS_OK)
		return err->status;
	status = copy_file(fd, name, gunzip, body, err);
	ts_gunzip_free(gunzip);
	if (status != TS_OK)
		return ts_while(err, "%.200s", name);
	if (strcasecmp(ts_body_sha256(body), text_of(entry, "sha256")) != 0)
		return ts_fail(err, TS_BAD_DATA, "%.200s: its SHA-256 is %s",
			       name, ts_body_sha256(body));
	return TS_OK;
}

static void
fill(struct ts_document *out, const json_t *entry, int64_t retrieved_us)
{
	const json_t *status = json_object_get(entry, "http_status");

	out->http_status =
		json_is_integer(status) ? (int)json_integer_value(status) : 200;
	out->media_type = text_of(entry, "media_type");
	out->etag = text_of(entry, "etag");
	out->last_modified = text_of(entry, "last_modified");
	out->headers = text_of(entry, "headers");
	out->requested_us = out->retrieved_us = retrieved_us;
}

enum ts_status
ts_pack_get(struct ts_pack *pack, const char *source, const char *url,
	    const char *archive_dir, int64_t max_bytes, struct ts_document *out,
	    struct ts_body **body, struct ts_err *err)
{
	TS_AUTO_BUF key = TS_BUF_INIT(65536);
	const json_t *entry;
	int64_t when;

	*body = NULL;
	index_key(&key, source, url);
	entry = json_object_get(pack->index, key.data);
	if (entry == NULL)
		return ts_fail(err, TS_NO_INPUT,
			       "the pack %s has no reply of %s to %s",
			       pack->dir, source, url);
	if (ts_time_parse(text_of(entry, "retrieved"), &when, err) != TS_OK ||
	    ts_body_new(archive_dir, max_bytes, body, err) != TS_OK)
		return err->status;
	fill(out, entry, when);
	if (read_document(pack->dir, entry, *body, err) == TS_OK)
		return TS_OK;
	ts_body_free(*body);
	*body = NULL;
	return ts_while(err, "pack %s", pack->dir);
}
