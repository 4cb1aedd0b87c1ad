/* SPDX-License-Identifier: Apache-2.0 */
/* The reading half of archive.h: size and hash are compared at the end. */
#include "fetchers/engine/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <tradestat/file.h>

#define CHUNK 65536
#define GZIP (15 + 16) /* zlib's way to ask for the gzip form */

struct reader {
	char *path;
	int fd;
	z_stream zip;
	struct ts_hash *hash;
	bool zip_open, ended;
	int64_t size, expected_size;
	char expected[TS_SHA256_TEXT];
	unsigned char in[CHUNK];
};

static long
damaged(const struct reader *reader, const char *how, struct ts_err *err)
{
	ts_fail(err, TS_CORRUPT, "archived document %s: %s", reader->path, how);
	return -1;
}

static long
check_end(struct reader *reader, struct ts_err *err)
{
	char found[TS_SHA256_TEXT];

	reader->ended = true;
	ts_hash_end(reader->hash, found);
	if (reader->size != reader->expected_size)
		return damaged(reader, "its size is another one", err);
	if (strcmp(found, reader->expected) != 0)
		return damaged(reader, "its SHA-256 is another one", err);
	return 0;
}

static long
refill(struct reader *reader, struct ts_err *err)
{
	ssize_t got;

	do
		got = read(reader->fd, reader->in, CHUNK);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		ts_fail_errno(err, errno, "read %s", reader->path);
		return -1;
	}
	if (got == 0)
		return damaged(reader, "it ends too early", err);
	reader->zip.next_in = reader->in;
	reader->zip.avail_in = (unsigned)got;
	return got;
}

static long
read_body(void *ctx, char *bytes, size_t room, struct ts_err *err)
{
	struct reader *reader = ctx;
	size_t want = room < (1u << 30) ? room : (1u << 30);
	size_t got = 0;

	while (!reader->ended && got == 0 && want > 0) {
		int code;

		if (reader->zip.avail_in == 0 && refill(reader, err) < 0)
			return -1;
		reader->zip.next_out = (unsigned char *)bytes;
		reader->zip.avail_out = (unsigned)want;
		code = inflate(&reader->zip, Z_NO_FLUSH);
		got = want - reader->zip.avail_out;
		if (code != Z_OK && code != Z_STREAM_END)
			return damaged(reader, "not readable", err);
		ts_hash_add(reader->hash, bytes, got);
		reader->size += (int64_t)got;
		if (reader->size > reader->expected_size)
			return damaged(reader, "its size is another one", err);
		if (code == Z_STREAM_END && check_end(reader, err) < 0)
			return -1;
	}
	return (long)got;
}

static enum ts_status
rewind_body(void *ctx, struct ts_err *err)
{
	struct reader *reader = ctx;

	if (lseek(reader->fd, 0, SEEK_SET) != 0)
		return ts_fail_errno(err, errno, "read %s again", reader->path);
	ts_hash_free(reader->hash);
	reader->hash = ts_hash_new();
	if (reader->hash == NULL || inflateReset(&reader->zip) != Z_OK)
		return ts_fail(err, TS_SYSTEM, "no memory to read %s again",
			       reader->path);
	reader->zip.next_in = reader->in;
	reader->zip.avail_in = 0;
	reader->size = 0;
	reader->ended = false;
	return TS_OK;
}

static void
free_reader(struct reader *reader)
{
	if (reader->fd >= 0)
		ts_close(&reader->fd);
	if (reader->zip_open)
		inflateEnd(&reader->zip);
	ts_hash_free(reader->hash);
	free(reader->path);
	free(reader);
}

static enum ts_status
open_reader(struct reader *reader, const char *archive_dir,
	    const struct ts_document *document, struct ts_err *err)
{
	const char *name = document->archive;

	reader->fd = -1;
	if (name[0] == '\0' || name[0] == '/' || strstr(name, "..") != NULL)
		return ts_fail(err, TS_CORRUPT,
			       "\"%.200s\" is no path in the archive", name);
	if (asprintf(&reader->path, "%s/%s", archive_dir, name) < 0) {
		reader->path = NULL;
		return ts_fail(err, TS_SYSTEM, "no memory to read %s", name);
	}
	reader->hash = ts_hash_new();
	reader->zip_open = inflateInit2(&reader->zip, GZIP) == Z_OK;
	if (reader->hash == NULL || !reader->zip_open)
		return ts_fail(err, TS_SYSTEM, "no memory to read %s", name);
	reader->expected_size = document->size_bytes;
	memcpy(reader->expected, document->sha256, sizeof reader->expected);
	reader->fd = open(reader->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (reader->fd >= 0)
		return TS_OK;
	if (errno == ENOENT)
		return ts_fail(err, TS_NO_INPUT,
			       "the archive has no file %s any more",
			       reader->path);
	return ts_fail_errno(err, errno, "open %s", reader->path);
}

enum ts_status
ts_archive_open(const char *archive_dir, const struct ts_document *document,
		struct ts_bytes *out, struct ts_err *err)
{
	struct reader *reader = calloc(1, sizeof *reader);

	*out = (struct ts_bytes){ .ctx = NULL };
	if (reader == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory to read a document");
	if (open_reader(reader, archive_dir, document, err) != TS_OK) {
		free_reader(reader);
		return err->status;
	}
	*out = (struct ts_bytes){ .ctx = reader,
				  .read = read_body,
				  .rewind = rewind_body };
	return TS_OK;
}

void
ts_archive_close(struct ts_bytes *bytes)
{
	if (bytes->ctx != NULL)
		free_reader(bytes->ctx);
	*bytes = (struct ts_bytes){ .ctx = NULL };
}
