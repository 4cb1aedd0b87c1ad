/* SPDX-License-Identifier: Apache-2.0 */
/* The writing half of pack.h. */
#include "fetchers/engine/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <jansson.h>
#include <tradestat/file.h>
#include "fetchers/engine/url.h"

#define CHUNK 65536

struct ts_record {
	char *dir;
	json_t *list;
};

static enum ts_status
open_list(struct ts_record *record, struct ts_err *err)
{
	struct ts_pack *there;
	char *path;
	enum ts_status status;

	/* read as a stranger's, because it may have become one */
	status = ts_pack_open(record->dir, &there, err);
	if (status != TS_OK && status != TS_NO_INPUT)
		return status;
	if (status == TS_OK) {
		ts_pack_close(there);
		if (asprintf(&path, "%s/pack.json", record->dir) < 0)
			return ts_fail(err, TS_SYSTEM, "no memory");
		record->list = json_load_file(path, 0, NULL);
		free(path);
	} else {
		record->list = json_pack("{s:s, s:[]}", "format",
					 TS_PACK_FORMAT, "documents");
	}
	if (record->list == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for a pack");
	return TS_OK;
}

enum ts_status
ts_record_open(const char *dir, struct ts_record **out, struct ts_err *err)
{
	struct ts_record *record = calloc(1, sizeof *record);
	char *documents = NULL;

	*out = NULL;
	if (record != NULL)
		record->dir = strdup(dir);
	if (record == NULL || record->dir == NULL ||
	    asprintf(&documents, "%s/documents", dir) < 0) {
		documents = NULL;
		ts_fail(err, TS_SYSTEM, "no memory for a pack");
	} else if (ts_mkdirs(documents, err) == TS_OK &&
		   open_list(record, err) == TS_OK) {
		*out = record;
	}
	free(documents);
	if (*out != NULL)
		return TS_OK;
	ts_record_close(record);
	return ts_while(err, "record into %s", dir);
}

/* The name says something to a person; the content is told by its bytes. A
 * body that is compressed itself must not end in .gz: that would mean that
 * the pack had compressed it. */
static const char *
suffix(const char *bytes, size_t count)
{
	size_t at = 0;

	if (count >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		at = 3;
	while (at < count && strchr(" \t\r\n", bytes[at]) != NULL)
		at++;
	if (count == 0)
		return "empty";
	if (memchr(bytes, '\0', count) != NULL || bytes[0] == 0x1f)
		return "bin";
	if (at < count && (bytes[at] == '{' || bytes[at] == '['))
		return "json";
	if (at < count && bytes[at] == '<')
		return "xml";
	return "txt";
}

static enum ts_status
copy_rest(const struct ts_bytes *from, int fd, char *bytes, size_t room,
	  long got, const char *path, struct ts_err *err)
{
	while (got > 0) {
		if (ts_write_all(fd, bytes, (size_t)got, path, err) != TS_OK)
			return err->status;
		got = from->read(from->ctx, bytes, room, err);
	}
	if (got < 0)
		return err->status;
	if (fsync(fd) != 0)
		return ts_fail_errno(err, errno, "fsync %s", path);
	return TS_OK;
}

/* Written aside and renamed; *file is the name below the pack. */
static enum ts_status
copy_document(const struct ts_record *record,
	      const struct ts_document *document, const struct ts_bytes *from,
	      char *file, size_t size, struct ts_err *err)
{
	char bytes[CHUNK];
	char *path = NULL, *aside = NULL;
	long got = from->read(from->ctx, bytes, sizeof bytes, err);
	enum ts_status status;
	TS_AUTO_FD fd = -1;

	if (got < 0)
		return err->status;
	snprintf(file, size, "documents/%s-%.16s.%s", document->source,
		 document->sha256, suffix(bytes, (size_t)got));
	if (asprintf(&path, "%s/%s", record->dir, file) < 0)
		return ts_fail(err, TS_SYSTEM, "no memory for a name");
	if (asprintf(&aside, "%s.new", path) < 0) {
		free(path);
		return ts_fail(err, TS_SYSTEM, "no memory for a name");
	}
	unlink(aside);
	fd = open(aside, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0)
		status = ts_fail_errno(err, errno, "create %s", aside);
	else
		status = copy_rest(from, fd, bytes, sizeof bytes, got, aside,
				   err);
	if (status == TS_OK && rename(aside, path) != 0)
		status = ts_fail_errno(err, errno, "rename %s", aside);
	if (status != TS_OK)
		unlink(aside);
	free(aside);
	free(path);
	return status;
}

static bool
is_same_request(const json_t *entry, const struct ts_document *document)
{
	const json_t *source = json_object_get(entry, "source");
	const json_t *url = json_object_get(entry, "url");

	return json_is_string(source) && json_is_string(url) &&
	       strcmp(json_string_value(source), document->source) == 0 &&
	       strcmp(json_string_value(url), document->url) == 0;
}

static enum ts_status
list(struct ts_record *record, const struct ts_document *document,
     const char *file, struct ts_err *err)
{
	json_t *all = json_object_get(record->list, "documents");
	char when[TS_TIME_TEXT];
	json_t *entry, *old;
	size_t nth;

	ts_time_print(document->retrieved_us, when);
	entry = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s}",
			  "source", document->source, "url", document->url,
			  "http_status", document->http_status, "media_type",
			  document->media_type, "etag", document->etag,
			  "last_modified", document->last_modified, "retrieved",
			  when, "headers", document->headers, "file", file,
			  "sha256", document->sha256);
	if (entry == NULL)
		return ts_fail(err, TS_BAD_DATA,
			       "the headers of %s are no UTF-8", document->url);
	json_array_foreach(all, nth, old) if (is_same_request(old, document))
	{
		json_array_set_new(all, nth, entry);
		return TS_OK;
	}
	if (json_array_append_new(all, entry) != 0)
		return ts_fail(err, TS_SYSTEM, "no memory for a pack");
	return TS_OK;
}

enum ts_status
ts_record_add(struct ts_record *record, const char *archive_dir,
	      const struct ts_document *document, struct ts_err *err)
{
	struct ts_bytes from;
	char file[128];
	enum ts_status status;

	if (ts_archive_open(archive_dir, document, &from, err) != TS_OK)
		return ts_while(err, "record into %s", record->dir);
	status = copy_document(record, document, &from, file, sizeof file, err);
	ts_archive_close(&from);
	if (status == TS_OK)
		status = list(record, document, file, err);
	if (status != TS_OK)
		return ts_while(err, "record into %s", record->dir);
	return TS_OK;
}

enum ts_status
ts_record_save(struct ts_record *record, struct ts_err *err)
{
	TS_AUTO_BUF path = TS_BUF_INIT(8192);
	TS_AUTO_BUF text = TS_BUF_INIT(TS_PACK_LIST_MAX);
	char *json = json_dumps(record->list, JSON_INDENT(1));

	ts_buf_addf(&path, "%s/pack.json", record->dir);
	if (json == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for pack.json");
	ts_buf_addf(&text, "%s\n", json);
	free(json);
	if (ts_buf_check(&path, "name of a pack", err) != TS_OK ||
	    ts_buf_check(&text, "pack.json", err) != TS_OK)
		return err->status;
	return ts_file_write(path.data, text.data, text.used, 0644, err);
}

void
ts_record_close(struct ts_record *record)
{
	if (record == NULL)
		return;
	json_decref(record->list);
	free(record->dir);
	free(record);
}
