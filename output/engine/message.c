/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GMime composes the skeleton with a short mark in the place of each long
 * part; the skeleton is cut at the marks, and what belongs there is written in
 * base64 by us, once for all messages that have it. GMime leaves to us what
 * would differ from run to run (boundaries, dates, ids) and the character set
 * of names.
 */
#include "output/engine/message.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <string.h>
#include <openssl/evp.h>
#include <tradestat/clock.h>
#include <tradestat/hash.h>
#include "output/engine/mail_check.h"

#define US INT64_C(1000000)
#define PARTS_MOST 40
#define FILE_MOST ((size_t)256 << 20)
#define SKELETON_MOST ((size_t)4 << 20)
#define COLUMNS 76
#define RAW_LINE (COLUMNS / 4 * 3)
#define SUBJECT_MOST 120
#define MARK "=_ts_piece_%02zu_%s"

/* A long part: a file of the bundle, as it is or zipped. */
struct part {
	const char *file, *zip_name; /* NULL: as it is */
	char mark[64];
	char name[TS_SHA256_TEXT + 16];
	int64_t size; /* encoded */
};

struct composing {
	const struct ts_message *message;
	struct part parts[PARTS_MOST];
	size_t count;
	int boundaries;
};

/* ---- bytes of a part -------------------------------------------------------
 */

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

/* No dates, owners or modes of a machine: the same file, the same archive. */
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
		archive_entry_set_mtime(entry, 315532800, 0); /* 1980 */
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

static enum ts_status
load(const struct composing *c, const struct part *part, struct ts_buf *out,
     struct ts_err *err)
{
	TS_AUTO_BUF file = TS_BUF_INIT(FILE_MOST);

	if (part->zip_name == NULL)
		return c->message->read(c->message->read_ctx, part->file, out,
					err);
	if (c->message->read(c->message->read_ctx, part->file, &file, err) !=
	    TS_OK)
		return err->status;
	return zip(part->zip_name, &file, out, err);
}

static enum ts_status
write_base64(const struct ts_message_sink *sink, const struct ts_buf *raw,
	     struct ts_err *err)
{
	unsigned char lines[(COLUMNS + 2) * 512 + 1];
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

/* Names the piece by what is in it, and measures it. */
static enum ts_status
add_part(struct composing *c, const char *file, const char *zip_name,
	 struct part **out, struct ts_err *err)
{
	TS_AUTO_BUF raw = TS_BUF_INIT(FILE_MOST);
	struct part *part;
	char hash[TS_SHA256_TEXT];

	if (c->count == PARTS_MOST)
		return ts_fail(err, TS_BAD_DATA,
			       "a message of more than %d files", PARTS_MOST);
	part = &c->parts[c->count];
	part->file = file;
	part->zip_name = zip_name;
	if (load(c, part, &raw, err) != TS_OK)
		return err->status;
	ts_sha256(raw.data, raw.used, hash);
	snprintf(part->name, sizeof part->name, "b64:%s", hash);
	snprintf(part->mark, sizeof part->mark, MARK, c->count, c->message->id);
	part->size = ts_base64_size((int64_t)raw.used);
	c->count++;
	*out = part;
	return TS_OK;
}

/* ---- what may be in a message -----------------------------------------------
 */

static bool
is_clean(const char *text, bool lines)
{
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0';
	     at++)
		if ((*at < 0x20 && !(lines && (*at == '\n' || *at == '\t'))) ||
		    *at == 0x7f)
			return false;
	return true;
}

static enum ts_status
check_line(const char *what, const char *text, struct ts_err *err)
{
	if (is_clean(text, false) && g_utf8_validate(text, -1, NULL))
		return TS_OK;
	return ts_fail(err, TS_BAD_DATA, "message: %s is not one clean line",
		       what);
}

static enum ts_status
check_address(const char *what, const char *address, bool needed,
	      struct ts_err *err)
{
	if ((!needed && address[0] == '\0') || ts_is_mail_address(address))
		return TS_OK;
	return ts_fail(err, TS_BAD_DATA, "message: %s \"%.80s\" is no address",
		       what, address);
}

static enum ts_status
check_message(const struct ts_message *m, struct ts_err *err)
{
	if (check_address("From", m->from, true, err) != TS_OK ||
	    check_address("To", m->to, true, err) != TS_OK ||
	    check_address("Reply-To", m->reply_to, false, err) != TS_OK ||
	    check_address("List-Unsubscribe", m->unsubscribe_mail, false,
			  err) != TS_OK ||
	    check_line("From", m->from_name, err) != TS_OK ||
	    check_line("Message-ID", m->message_id, err) != TS_OK ||
	    check_line("In-Reply-To", m->thread, err) != TS_OK ||
	    check_line("List-Id", m->list_id, err) != TS_OK ||
	    check_line("List-Id", m->list_name, err) != TS_OK ||
	    check_line("List-Unsubscribe", m->unsubscribe_url, err) != TS_OK ||
	    check_line("X-Report", m->report_line, err) != TS_OK ||
	    check_line("Subject", m->mail->subject, err) != TS_OK)
		return err->status;
	if (g_utf8_strlen(m->mail->subject, -1) > SUBJECT_MOST)
		return ts_fail(err, TS_BAD_DATA,
			       "message: the subject is longer than %d "
			       "characters",
			       SUBJECT_MOST);
	if (!is_clean(m->mail->text, true) || !is_clean(m->mail->html, true) ||
	    !g_utf8_validate(m->mail->text, -1, NULL) ||
	    !g_utf8_validate(m->mail->html, -1, NULL))
		return ts_fail(err, TS_BAD_DATA,
			       "message: its text has a control character or "
			       "is not UTF-8");
	return TS_OK;
}

/* ---- parts of the skeleton
 * ---------------------------------------------------- */

/* Base64 whatever is in it: lines of 76, no line that begins with a point. */
static GMimeObject *
text_part(const char *subtype, const char *text)
{
	GMimeTextPart *part = g_mime_text_part_new_with_subtype(subtype);

	g_mime_text_part_set_charset(part, "utf-8");
	g_mime_text_part_set_text(part, text);
	g_mime_part_set_content_encoding(GMIME_PART(part),
					 GMIME_CONTENT_ENCODING_BASE64);
	return GMIME_OBJECT(part);
}

static GMimeObject *
multipart(struct composing *c, const char *subtype)
{
	GMimeMultipart *multi = g_mime_multipart_new_with_subtype(subtype);
	char boundary[64];

	snprintf(boundary, sizeof boundary, "=_ts_%d_%s", c->boundaries++,
		 c->message->id);
	g_mime_multipart_set_boundary(multi, boundary);
	return GMIME_OBJECT(multi);
}

static void
add(GMimeObject *multi, GMimeObject *part)
{
	g_mime_multipart_add(GMIME_MULTIPART(multi), part);
	g_object_unref(part);
}

/* The mark stands where the encoded bytes will: GMime is told that it is
 * encoded already and copies it. */
static GMimeObject *
file_part(const char *type, const char *subtype, const struct part *file)
{
	GMimePart *part = g_mime_part_new_with_type(type, subtype);
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(
		file->mark, strlen(file->mark));
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(
		stream, GMIME_CONTENT_ENCODING_BASE64);

	g_object_unref(stream);
	g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
	g_mime_part_set_content(part, content);
	g_object_unref(content);
	return GMIME_OBJECT(part);
}

static enum ts_status
add_images(struct composing *c, GMimeObject *related, struct ts_err *err)
{
	const struct ts_mail *mail = c->message->mail;

	for (size_t i = 0; i < mail->image_count; i++) {
		const struct ts_image *image = &mail->images[i];
		const char *base = strrchr(image->file, '/');
		char value[256];
		struct part *part;
		GMimeObject *object;

		base = base != NULL ? base + 1 : image->file;
		if (check_line("Content-ID", image->cid, err) != TS_OK ||
		    check_line("the name of an image", base, err) != TS_OK ||
		    add_part(c, image->file, NULL, &part, err) != TS_OK)
			return err->status;
		object = file_part("image", "png", part);
		snprintf(value, sizeof value, "inline; filename=\"%s\"", base);
		g_mime_object_set_header(object, "Content-Disposition", value,
					 NULL);
		g_mime_object_set_content_id(object, image->cid);
		add(related, object);
	}
	return TS_OK;
}

static bool
is_plain_name(const char *name)
{
	for (; *name != '\0'; name++)
		if (!((*name >= 'a' && *name <= 'z') ||
		      (*name >= 'A' && *name <= 'Z') ||
		      (*name >= '0' && *name <= '9') ||
		      strchr("._-", *name) != NULL))
			return false;
	return true;
}

static enum ts_status
add_attachments(struct composing *c, GMimeObject *mixed, struct ts_err *err)
{
	const struct ts_mail *mail = c->message->mail;

	for (size_t i = 0; i < mail->attachment_count; i++) {
		const struct ts_attachment *a = &mail->attachments[i];
		const char *slash = strchr(a->type, '/');
		const char *base = strrchr(a->file, '/');
		char type[64], value[256];
		struct part *part;
		GMimeObject *object;

		if (slash == NULL || (size_t)(slash - a->type) >= sizeof type ||
		    check_line("a type", a->type, err) != TS_OK ||
		    a->name[0] == '\0' || strlen(a->name) > 120 ||
		    !is_plain_name(a->name))
			return ts_fail(err, TS_BAD_DATA,
				       "message: \"%.80s\" (%.80s) cannot be "
				       "attached",
				       a->name, a->type);
		base = base != NULL ? base + 1 : a->file;
		if (add_part(c, a->file, a->zip ? base : NULL, &part, err) !=
		    TS_OK)
			return err->status;
		snprintf(type, sizeof type, "%.*s", (int)(slash - a->type),
			 a->type);
		object = file_part(type, slash + 1, part);
		snprintf(value, sizeof value, "attachment; filename=\"%s\"",
			 a->name);
		g_mime_object_set_header(object, "Content-Disposition", value,
					 NULL);
		add(mixed, object);
	}
	return TS_OK;
}

static enum ts_status
make_body(struct composing *c, GMimeObject **out, struct ts_err *err)
{
	const struct ts_mail *mail = c->message->mail;
	GMimeObject *mixed = NULL, *both, *html;
	enum ts_status status = TS_OK;

	if (mail->attachment_count > 0)
		mixed = multipart(c, "mixed");
	both = multipart(c, "alternative");
	add(both, text_part("plain", mail->text));
	html = text_part("html", mail->html);
	if (mail->image_count > 0) {
		GMimeObject *related = multipart(c, "related");

		g_mime_object_set_content_type_parameter(related, "type",
							 "text/html");
		add(related, html);
		status = add_images(c, related, err);
		html = related;
	}
	add(both, html);
	*out = both;
	if (mixed != NULL) {
		add(mixed, both);
		*out = mixed;
		if (status == TS_OK)
			status = add_attachments(c, mixed, err);
	}
	if (status != TS_OK)
		g_object_unref(*out);
	return status;
}

/* ---- headers
 * -------------------------------------------------------------------- */

static void
put_address(GMimeMessage *message, GMimeAddressType type, const char *name,
	    const char *address)
{
	InternetAddressList *list = g_mime_message_get_addresses(message, type);
	InternetAddress *mailbox = internet_address_mailbox_new(
		name[0] != '\0' ? name : NULL, address);

	internet_address_set_charset(mailbox, "utf-8");
	internet_address_list_add(list, mailbox);
	g_object_unref(mailbox);
}

static void
put(GMimeMessage *message, const char *name, const char *value)
{
	g_mime_object_set_header(GMIME_OBJECT(message), name, value, "utf-8");
}

static void
put_list_headers(GMimeMessage *message, const struct ts_message *m)
{
	char value[1200];

	if (m->list_id[0] != '\0') {
		snprintf(value, sizeof value, "%s <%s>", m->list_name,
			 m->list_id);
		put(message, "List-Id", value);
	}
	if (m->unsubscribe_mail[0] != '\0' || m->unsubscribe_url[0] != '\0') {
		bool mail = m->unsubscribe_mail[0] != '\0';
		bool web = m->unsubscribe_url[0] != '\0';

		snprintf(value, sizeof value, "%s%s%s%s%s%s%s",
			 mail ? "<mailto:" : "", m->unsubscribe_mail,
			 mail ? ">" : "", mail && web ? ", " : "",
			 web ? "<" : "", m->unsubscribe_url, web ? ">" : "");
		put(message, "List-Unsubscribe", value);
		if (web && m->one_click)
			put(message, "List-Unsubscribe-Post",
			    "List-Unsubscribe=One-Click");
	}
}

static GMimeMessage *
make_message(const struct ts_message *m, GMimeObject *body)
{
	GMimeMessage *message = g_mime_message_new(FALSE);
	GDateTime *date = g_date_time_new_from_unix_utc(m->date_us / US);
	char id[1024];

	/* in this order */
	g_mime_message_set_date(message, date);
	put_address(message, GMIME_ADDRESS_TYPE_FROM, m->from_name, m->from);
	put_address(message, GMIME_ADDRESS_TYPE_TO, "", m->to);
	if (m->reply_to[0] != '\0')
		put_address(message, GMIME_ADDRESS_TYPE_REPLY_TO, "",
			    m->reply_to);
	g_mime_message_set_message_id(message, m->message_id);
	g_mime_message_set_subject(message, m->mail->subject, "utf-8");
	put(message, "Auto-Submitted", "auto-generated");
	put_list_headers(message, m);
	if (m->thread[0] != '\0') {
		snprintf(id, sizeof id, "<%s>", m->thread);
		put(message, "In-Reply-To", id);
		put(message, "References", id);
	}
	put(message, "X-Report", m->report_line);
	put(message, "MIME-Version", "1.0");
	g_mime_message_set_mime_part(message, body);
	g_date_time_unref(date);
	return message;
}

static enum ts_status
print_skeleton(GMimeMessage *message, struct ts_buf *out, struct ts_err *err)
{
	GMimeFormatOptions *format = g_mime_format_options_new();
	GMimeStream *stream = g_mime_stream_mem_new();
	GByteArray *bytes;

	g_mime_format_options_set_newline_format(format,
						 GMIME_NEWLINE_FORMAT_DOS);
	g_mime_object_write_to_stream(GMIME_OBJECT(message), format, stream);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	ts_buf_add_bytes(out, bytes->data, bytes->len);
	g_object_unref(stream);
	g_mime_format_options_free(format);
	return ts_buf_check(out, "message", err);
}

/* ---- the whole
 * ---------------------------------------------------------------------- */

static int64_t
size_of(const struct composing *c, const struct ts_buf *skeleton)
{
	int64_t size = (int64_t)skeleton->used;

	/* base64 ends its last line itself: the skeleton's end is in it */
	for (size_t i = 0; i < c->count; i++)
		size += c->parts[i].size - (int64_t)strlen(c->parts[i].mark) -
			2;
	return size;
}

static enum ts_status
write_all(const struct composing *c, const struct ts_buf *skeleton,
	  const struct ts_message_sink *sink, struct ts_err *err)
{
	const char *at = skeleton->data, *end = at + skeleton->used;

	for (size_t i = 0; i < c->count; i++) {
		const struct part *part = &c->parts[i];
		size_t length = strlen(part->mark);
		const char *mark =
			memmem(at, (size_t)(end - at), part->mark, length);
		TS_AUTO_BUF raw = TS_BUF_INIT(FILE_MOST);
		bool known;

		if (mark == NULL || end - mark < (ptrdiff_t)length + 2 ||
		    memcmp(mark + length, "\r\n", 2) != 0)
			return ts_fail(err, TS_SYSTEM,
				       "message: the place of %s is lost",
				       part->file);
		if (sink->bytes(sink->ctx, at, (size_t)(mark - at), err) !=
			    TS_OK ||
		    sink->piece(sink->ctx, part->name, part->size, &known,
				err) != TS_OK)
			return err->status;
		if (!known && (load(c, part, &raw, err) != TS_OK ||
			       write_base64(sink, &raw, err) != TS_OK))
			return err->status;
		if (sink->piece_end(sink->ctx, err) != TS_OK)
			return err->status;
		at = mark + length + 2;
	}
	return sink->bytes(sink->ctx, at, (size_t)(end - at), err);
}

enum ts_status
ts_message_compose(const struct ts_message *message, int64_t size_most,
		   const struct ts_message_sink *sink, int64_t *size,
		   struct ts_err *err)
{
	TS_AUTO_BUF skeleton = TS_BUF_INIT(SKELETON_MOST);
	struct composing c = { .message = message };
	GMimeMessage *made;
	GMimeObject *body;
	enum ts_status status;

	g_mime_init();
	if (check_message(message, err) != TS_OK ||
	    make_body(&c, &body, err) != TS_OK)
		return err->status;
	made = make_message(message, body);
	g_object_unref(body);
	status = print_skeleton(made, &skeleton, err);
	g_object_unref(made);
	if (status != TS_OK)
		return status;
	*size = size_of(&c, &skeleton);
	if (size_most > 0 && *size > size_most)
		return ts_fail(err, TS_FULL,
			       "a message of %lld bytes, %lld are allowed",
			       (long long)*size, (long long)size_most);
	return write_all(&c, &skeleton, sink, err);
}
