/* SPDX-License-Identifier: Apache-2.0 */
/* The long parts: their bytes, once read, zipped, named and encoded. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdio.h>
#include <openssl/evp.h>
#include "output/engine/message_inside.h"

#define FILE_MOST ((size_t)256 << 20)
#define COLUMNS 76
#define RAW_LINE (COLUMNS / 4 * 3)

int64_t
ts_base64_size(int64_t bytes)
{
	int64_t lines = bytes / RAW_LINE, rest = bytes % RAW_LINE;

	return lines * (COLUMNS + 2) + (rest > 0 ? (rest + 2) / 3 * 4 + 2 : 0);
}

static la_ssize_t
take_zip(struct archive *archive, void *ctx, const void *bytes, size_t count)
{
	struct ts_buf *buf = ctx;

	(void)archive;
	ts_buf_add_bytes(buf, bytes, count);
	return (la_ssize_t)count;
}

/* No dates, owners or modes of a machine: the same file, the same archive. A
 * date would be written in the zone of the machine. */
static enum ts_status
zip(const char *name, const struct ts_buf *file, struct ts_buf *out,
    struct ts_err *err)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	enum ts_status status = TS_OK;

	if (archive == NULL || entry == NULL) {
		status = ts_fail_errno(err, ENOMEM, "zip");
	} else {
		archive_entry_set_pathname(entry, name);
		archive_entry_set_size(entry, (la_int64_t)file->used);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0644);
		archive_entry_unset_mtime(entry);
		if (archive_write_set_format_zip(archive) != ARCHIVE_OK ||
		    archive_write_set_options(archive,
					      "zip:compression="
					      "deflate") != ARCHIVE_OK ||
		    archive_write_set_bytes_in_last_block(archive, 1) !=
			    ARCHIVE_OK ||
		    archive_write_open(archive, out, NULL, take_zip, NULL) !=
			    ARCHIVE_OK ||
		    archive_write_header(archive, entry) != ARCHIVE_OK ||
		    archive_write_data(archive, file->data, file->used) !=
			    (la_ssize_t)file->used ||
		    archive_write_close(archive) != ARCHIVE_OK)
			status = ts_fail(err, TS_SYSTEM, "zip: %s",
					 archive_error_string(archive));
	}
	if (entry != NULL)
		archive_entry_free(entry);
	if (archive != NULL)
		archive_write_free(archive);
	return status == TS_OK ? ts_buf_check(out, "zip", err) : status;
}

enum ts_status
ts_mail_piece_load(const struct ts_message *message,
		   struct ts_mail_piece *piece, struct ts_err *err)
{
	TS_AUTO_BUF file = TS_BUF_INIT(FILE_MOST);

	piece->raw = (struct ts_buf)TS_BUF_INIT(FILE_MOST);
	if (piece->zip_name == NULL)
		return message->read(message->read_ctx, piece->file,
				     &piece->raw, err);
	if (message->read(message->read_ctx, piece->file, &file, err) != TS_OK)
		return err->status;
	return zip(piece->zip_name, &file, &piece->raw, err);
}

void
ts_mail_piece_measure(struct ts_mail_piece *piece)
{
	char hash[TS_SHA256_TEXT];

	ts_sha256(piece->raw.data, piece->raw.used, hash);
	snprintf(piece->name, sizeof piece->name, "b64:%s", hash);
	piece->size = ts_base64_size((int64_t)piece->raw.used);
}

enum ts_status
ts_mail_piece_write(const struct ts_mail_piece *piece,
		    const struct ts_message_sink *sink, struct ts_err *err)
{
	unsigned char lines[(COLUMNS + 2) * 512 + 1];
	const struct ts_buf *raw = &piece->raw;
	size_t used = 0;

	for (size_t at = 0; at < raw->used; at += RAW_LINE) {
		size_t count =
			raw->used - at < RAW_LINE ? raw->used - at : RAW_LINE;

		used += (size_t)EVP_EncodeBlock(
			lines + used, (const unsigned char *)raw->data + at,
			(int)count);
		lines[used++] = '\r';
		lines[used++] = '\n';
		if (used + COLUMNS + 2 < sizeof lines)
			continue;
		if (sink->bytes(sink->ctx, lines, used, err) != TS_OK)
			return err->status;
		used = 0;
	}
	return used == 0 ? TS_OK : sink->bytes(sink->ctx, lines, used, err);
}
