/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/engine/gunzip.h"

#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

#define CHUNK 65536

struct ts_gunzip {
	ts_gunzip_out *out;
	void *ctx;
	z_stream zip;
	bool ended;
	unsigned char room[CHUNK];
};

enum ts_status
ts_gunzip_new(ts_gunzip_out *out, void *ctx, struct ts_gunzip **gunzip,
	      struct ts_err *err)
{
	struct ts_gunzip *made = calloc(1, sizeof *made);

	*gunzip = NULL;
	if (made == NULL || inflateInit2(&made->zip, 15 + 16) != Z_OK) {
		free(made);
		return ts_fail(err, TS_SYSTEM, "no memory for zlib");
	}
	made->out = out;
	made->ctx = ctx;
	*gunzip = made;
	return TS_OK;
}

enum ts_status
ts_gunzip_add(struct ts_gunzip *gunzip, const void *bytes, size_t count,
	      struct ts_err *err)
{
	z_stream *zip = &gunzip->zip;

	zip->next_in = (unsigned char *)(uintptr_t)bytes;
	zip->avail_in = (unsigned)count;
	do {
		int code;

		if (gunzip->ended) {
			/* members may follow each other (RFC 1952) */
			if (zip->avail_in == 0)
				return TS_OK;
			if (inflateReset(zip) != Z_OK)
				return ts_fail(err, TS_SYSTEM, "zlib failed");
			gunzip->ended = false;
		}
		zip->next_out = gunzip->room;
		zip->avail_out = CHUNK;
		code = inflate(zip, Z_NO_FLUSH);
		if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
			return ts_fail(err, TS_BAD_DATA,
				       "a damaged gzip stream");
		gunzip->ended = code == Z_STREAM_END;
		if (zip->avail_out < CHUNK &&
		    gunzip->out(gunzip->ctx, gunzip->room,
				CHUNK - zip->avail_out, err) != TS_OK)
			return err->status;
	} while (zip->avail_in > 0 || zip->avail_out == 0);
	return TS_OK;
}

bool
ts_gunzip_ended(const struct ts_gunzip *gunzip)
{
	return gunzip->ended;
}

void
ts_gunzip_free(struct ts_gunzip *gunzip)
{
	if (gunzip == NULL)
		return;
	inflateEnd(&gunzip->zip);
	free(gunzip);
}
