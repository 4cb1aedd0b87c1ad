/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A long part from its file into base64 without ever being in memory as a
 * whole: 20 MB to 200 people are read once, in parts.
 */
#include <stdio.h>
#include <string.h>
#include <openssl/evp.h>
#include "output/engine/message_inside.h"

#define COLUMNS 76
#define RAW_LINE (COLUMNS / 4 * 3)
#define LINES 512

struct passing {
	const struct ts_message_sink *sink;
	struct ts_hash *hash;
	int64_t size; /* encoded so far */
	size_t used;
	unsigned char raw[LINES * RAW_LINE];
	/* EVP_EncodeBlock ends with a NUL */
	unsigned char lines[LINES * (COLUMNS + 2) + 1];
};

static enum ts_status
encode(struct passing *p, struct ts_err *err)
{
	size_t at, made = 0;

	for (at = 0; at < p->used; at += RAW_LINE) {
		size_t count =
			p->used - at < RAW_LINE ? p->used - at : RAW_LINE;

		made += (size_t)EVP_EncodeBlock(p->lines + made, p->raw + at,
						(int)count);
		p->lines[made++] = '\r';
		p->lines[made++] = '\n';
	}
	p->used = 0;
	p->size += (int64_t)made;
	return made == 0 ? TS_OK
			 : p->sink->bytes(p->sink->ctx, p->lines, made, err);
}

static enum ts_status
take(void *ctx, const void *bytes, size_t count, struct ts_err *err)
{
	struct passing *p = ctx;
	const char *at = bytes;

	ts_hash_add(p->hash, bytes, count);
	while (count > 0) {
		size_t part = sizeof p->raw - p->used;

		if (part > count)
			part = count;
		memcpy(p->raw + p->used, at, part);
		p->used += part;
		at += part;
		count -= part;
		/* whole lines only, until the end */
		if (p->used == sizeof p->raw && encode(p, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

enum ts_status
ts_mail_piece_stream(const struct ts_message *message,
		     const struct ts_mail_piece *piece,
		     const struct ts_message_sink *sink, struct ts_err *err)
{
	struct passing p = { .sink = sink, .hash = ts_hash_new() };
	char hash[TS_SHA256_TEXT], name[sizeof piece->name];
	enum ts_status status;

	if (p.hash == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = message->stream(message->read_ctx, piece->file, take, &p, err);
	if (status == TS_OK)
		status = encode(&p, err);
	ts_hash_end(p.hash, hash);
	ts_hash_free(p.hash);
	if (status != TS_OK)
		return status;
	snprintf(name, sizeof name, "b64:%s", hash);
	if (strcmp(name, piece->name) != 0 || p.size != piece->size)
		return ts_fail(err, TS_BAD_DATA, "%s changed while it was read",
			       piece->file);
	return TS_OK;
}
