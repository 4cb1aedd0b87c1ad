/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GMime composes the skeleton with a short mark in the place of each long
 * part; the skeleton is cut at the marks, and what belongs there is written in
 * base64 by us, once for all messages that have it. GMime leaves to us what
 * would differ from run to run (boundaries, dates, ids), and header lines are
 * given to it as they are to stand there.
 */
#include "output/engine/message.h"

#include <gmime/gmime.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include "output/engine/message_inside.h"

#define PARTS_MOST 40
#define KEPT_MOST ((size_t)16 << 20)
#define SKELETON_MOST ((size_t)32 << 20)
#define MARK "=_ts_piece_%02zu_%s"

struct composing {
	const struct ts_message *message;
	struct ts_mail_piece pieces[PARTS_MOST];
	size_t count;
	size_t kept;       /* bytes of files in memory */
	int64_t size;      /* encoded, of all pieces */
	int64_t size_most; /* 0 none */
	int boundaries;
};

static void
begin_gmime(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, g_mime_init);
}

static enum ts_status
too_large(int64_t size, int64_t size_most, struct ts_err *err)
{
	return ts_fail(err, TS_FULL,
		       "a message of at least %lld bytes, %lld are allowed",
		       (long long)size, (long long)size_most);
}

/* Reads a file for its name and size, unless they are known; so many bytes
 * stay until they are written, and what is more than that is read again. */
static enum ts_status
learn_piece(struct composing *c, struct ts_mail_piece *piece,
	    struct ts_err *err)
{
	const struct ts_message *m = c->message;
	struct ts_piece_facts *facts = NULL;

	if (m->facts != NULL)
		facts = m->facts(m->read_ctx, piece->file, piece->zip_name);
	if (facts != NULL && facts->name[0] != '\0') {
		memcpy(piece->name, facts->name, sizeof piece->name);
		piece->size = facts->size;
		return TS_OK;
	}
	if (ts_mail_piece_load(m, piece, err) != TS_OK)
		return err->status;
	ts_mail_piece_measure(piece);
	if (facts != NULL) {
		memcpy(facts->name, piece->name, sizeof facts->name);
		facts->size = piece->size;
	}
	piece->kept = piece->raw.used <= KEPT_MOST - c->kept;
	if (piece->kept)
		c->kept += piece->raw.used;
	else
		ts_buf_free(&piece->raw);
	return TS_OK;
}

static enum ts_status
add_piece(struct composing *c, const char *file, const char *zip_name,
	  struct ts_mail_piece **out, struct ts_err *err)
{
	struct ts_mail_piece *piece;

	if (c->count == PARTS_MOST)
		return ts_fail(err, TS_BAD_DATA,
			       "a message of more than %d files", PARTS_MOST);
	piece = &c->pieces[c->count];
	piece->file = file;
	piece->zip_name = zip_name;
	snprintf(piece->mark, sizeof piece->mark, MARK, c->count,
		 c->message->id);
	c->count++;
	piece->raw = (struct ts_buf)TS_BUF_INIT(0);
	if (learn_piece(c, piece, err) != TS_OK)
		return err->status;
	c->size += piece->size;
	*out = piece;
	/* the rest need not be read */
	return c->size_most > 0 && c->size > c->size_most
		       ? too_large(c->size, c->size_most, err)
		       : TS_OK;
}

/* ---- parts of the skeleton ------------------------------------------------
 */

/* GMime's line ends are its own; they become CRLF when it writes. */
static enum ts_status
put_header(GMimeObject *object, const char *name, const struct ts_buf *value,
	   struct ts_err *err)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);
	TS_AUTO_BUF line = TS_BUF_INIT(TS_HEADER_MOST);
	GMimeHeader *header;

	ts_mail_fold(&line, name, value->data, "\n");
	if (ts_buf_check(value, name, err) != TS_OK ||
	    ts_buf_check(&line, name, err) != TS_OK)
		return err->status;
	g_mime_object_set_header(object, name, value->data, NULL);
	header = g_mime_header_list_get_header(list, name);
	if (header == NULL)
		return ts_fail(err, TS_SYSTEM, "message: no %s", name);
	g_mime_header_set_raw_value(header, line.data + strlen(name) + 1);
	return TS_OK;
}

/* Base64 whatever is in it, so no line begins with a point; its own line ends
 * are CRLF, as those of a text have to be. */
static GMimeObject *
text_part(const char *subtype, const char *text)
{
	GMimeTextPart *part = g_mime_text_part_new_with_subtype(subtype);
	GMimeStream *stream = g_mime_stream_mem_new();
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(
		stream, GMIME_CONTENT_ENCODING_DEFAULT);

	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		g_mime_stream_write(stream, text, length);
		text += length;
		if (*text == '\n') {
			g_mime_stream_write(stream, "\r\n", 2);
			text++;
		}
	}
	g_mime_stream_reset(stream);
	g_object_unref(stream);
	g_mime_text_part_set_charset(part, "utf-8");
	g_mime_part_set_content(GMIME_PART(part), content);
	g_object_unref(content);
	g_mime_part_set_content_encoding(GMIME_PART(part),
					 GMIME_CONTENT_ENCODING_BASE64);
	return GMIME_OBJECT(part);
}

/* more: what follows the type, "; type=..." */
static enum ts_status
multipart(struct composing *c, const char *subtype, const char *more,
	  GMimeObject **out, struct ts_err *err)
{
	GMimeMultipart *multi = g_mime_multipart_new_with_subtype(subtype);
	TS_AUTO_BUF value = TS_BUF_INIT(TS_HEADER_MOST);
	char boundary[64];

	*out = GMIME_OBJECT(multi);
	snprintf(boundary, sizeof boundary, "=_ts_%d_%s", c->boundaries++,
		 c->message->id);
	ts_buf_addf(&value, "multipart/%s%s; boundary=\"%s\"", subtype, more,
		    boundary);
	g_mime_multipart_set_boundary(multi, boundary);
	return put_header(*out, "Content-Type", &value, err);
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
file_part(const struct ts_mail_piece *file)
{
	GMimePart *part = g_mime_part_new();
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

/* Its headers; cid and title may be NULL. */
static enum ts_status
describe(GMimeObject *object, const char *type, const char *how,
	 const char *name, const char *title, const char *cid,
	 struct ts_err *err)
{
	TS_AUTO_BUF value = TS_BUF_INIT(TS_HEADER_MOST);

	ts_buf_addf(&value, "%s;%s name=\"%s\"", type,
		    strncmp(type, "text/", 5) == 0 ? " charset=utf-8;" : "",
		    name);
	if (put_header(object, "Content-Type", &value, err) != TS_OK)
		return err->status;
	ts_buf_reset(&value);
	ts_buf_addf(&value, "%s; filename=\"%s\"", how, name);
	if (title != NULL) {
		ts_buf_add(&value, "; ");
		ts_mail_wide(&value, "filename", title);
	}
	if (put_header(object, "Content-Disposition", &value, err) != TS_OK)
		return err->status;
	if (cid == NULL)
		return TS_OK;
	ts_buf_reset(&value);
	ts_buf_addf(&value, "<%s>", cid);
	return put_header(object, "Content-ID", &value, err);
}

static const char *
base_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash != NULL ? slash + 1 : file;
}

static enum ts_status
add_images(struct composing *c, GMimeObject *related, struct ts_err *err)
{
	const struct ts_mail *mail = c->message->mail;

	for (size_t i = 0; i < mail->image_count; i++) {
		const struct ts_image *image = &mail->images[i];
		const char *base = base_name(image->file);
		struct ts_mail_piece *piece;
		GMimeObject *object;

		if (!ts_mail_name_is_plain(base) ||
		    !ts_mail_token_is_clean(image->cid, TS_CID_MOST))
			return ts_fail(err, TS_BAD_DATA,
				       "message: \"%.80s\" (%.80s) cannot be "
				       "shown in it",
				       base, image->cid);
		if (add_piece(c, image->file, NULL, &piece, err) != TS_OK)
			return err->status;
		object = file_part(piece);
		add(related, object);
		if (describe(object, "image/png", "inline", base, NULL,
			     image->cid, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
add_attachments(struct composing *c, GMimeObject *mixed, struct ts_err *err)
{
	const struct ts_mail *mail = c->message->mail;

	for (size_t i = 0; i < mail->attachment_count; i++) {
		const struct ts_attachment *a = &mail->attachments[i];
		const char *base = base_name(a->file);
		const char *title = a->title != NULL ? a->title : a->name;
		struct ts_mail_piece *piece;
		GMimeObject *object;

		if (!ts_mail_type_is_good(a->type) ||
		    !ts_mail_name_is_plain(a->name) ||
		    !ts_mail_title_is_good(title) ||
		    (a->zip && !ts_mail_name_is_plain(base)))
			return ts_fail(err, TS_BAD_DATA,
				       "message: \"%.80s\" (%.80s) cannot be "
				       "attached",
				       a->name, a->type);
		if (add_piece(c, a->file, a->zip ? base : NULL, &piece, err) !=
		    TS_OK)
			return err->status;
		object = file_part(piece);
		add(mixed, object);
		if (describe(object, a->type, "attachment", a->name, title,
			     NULL, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

/* The text twice, the second time with what is shown in it. */
static enum ts_status
add_texts(struct composing *c, GMimeObject *both, struct ts_err *err)
{
	const struct ts_mail *mail = c->message->mail;
	GMimeObject *related = both;
	enum ts_status status = TS_OK;

	add(both, text_part("plain", mail->text));
	if (mail->image_count > 0) {
		status = multipart(c, "related", "; type=\"text/html\"",
				   &related, err);
		add(both, related);
	}
	add(related, text_part("html", mail->html));
	return status == TS_OK ? add_images(c, related, err) : status;
}

static enum ts_status
make_body(struct composing *c, GMimeObject **out, struct ts_err *err)
{
	bool mixed = c->message->mail->attachment_count > 0;
	GMimeObject *both;
	enum ts_status status;

	status = multipart(c, mixed ? "mixed" : "alternative", "", out, err);
	both = *out;
	if (status == TS_OK && mixed) {
		status = multipart(c, "alternative", "", &both, err);
		add(*out, both);
	}
	if (status == TS_OK)
		status = add_texts(c, both, err);
	if (status == TS_OK)
		status = add_attachments(c, *out, err);
	if (status != TS_OK)
		g_object_unref(*out);
	return status;
}

static enum ts_status
print_body(GMimeObject *body, struct ts_buf *out, struct ts_err *err)
{
	GMimeFormatOptions *format = g_mime_format_options_new();
	GMimeStream *stream = g_mime_stream_mem_new();
	GByteArray *bytes;

	g_mime_format_options_set_newline_format(format,
						 GMIME_NEWLINE_FORMAT_DOS);
	g_mime_object_write_to_stream(body, format, stream);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	ts_buf_add_bytes(out, bytes->data, bytes->len);
	g_object_unref(stream);
	g_mime_format_options_free(format);
	return ts_buf_check(out, "message", err);
}

/* ---- the whole ------------------------------------------------------------
 */

static int64_t
size_of(const struct composing *c, const struct ts_buf *skeleton)
{
	int64_t size = (int64_t)skeleton->used + c->size;

	/* base64 ends its last line itself: the skeleton's end is in it */
	for (size_t i = 0; i < c->count; i++)
		size -= (int64_t)strlen(c->pieces[i].mark) + 2;
	return size;
}

static enum ts_status
write_new(struct composing *c, struct ts_mail_piece *piece,
	  const struct ts_message_sink *sink, struct ts_err *err)
{
	char name[sizeof piece->name];

	if (!piece->kept && piece->zip_name == NULL &&
	    c->message->stream != NULL)
		return ts_mail_piece_stream(c->message, piece, sink, err);
	if (!piece->kept) {
		memcpy(name, piece->name, sizeof name);
		if (ts_mail_piece_load(c->message, piece, err) != TS_OK)
			return err->status;
		ts_mail_piece_measure(piece);
		if (strcmp(name, piece->name) != 0)
			return ts_fail(err, TS_BAD_DATA,
				       "%s changed while it was read",
				       piece->file);
	}
	return ts_mail_piece_write(piece, sink, err);
}

static enum ts_status
write_piece(struct composing *c, struct ts_mail_piece *piece,
	    const struct ts_message_sink *sink, struct ts_err *err)
{
	bool known;

	if (sink->piece(sink->ctx, piece->name, piece->size, &known, err) !=
		    TS_OK ||
	    (!known && write_new(c, piece, sink, err) != TS_OK))
		return err->status;
	ts_buf_free(&piece->raw);
	return sink->piece_end(sink->ctx, err);
}

static enum ts_status
write_all(struct composing *c, const struct ts_buf *skeleton,
	  const struct ts_message_sink *sink, struct ts_err *err)
{
	const char *at = skeleton->data, *end = at + skeleton->used;

	for (size_t i = 0; i < c->count; i++) {
		struct ts_mail_piece *piece = &c->pieces[i];
		size_t length = strlen(piece->mark);
		const char *mark =
			memmem(at, (size_t)(end - at), piece->mark, length);

		if (mark == NULL || end - mark < (ptrdiff_t)length + 2 ||
		    memcmp(mark + length, "\r\n", 2) != 0)
			return ts_fail(err, TS_SYSTEM,
				       "message: the place of %s is lost",
				       piece->file);
		if (sink->bytes(sink->ctx, at, (size_t)(mark - at), err) !=
			    TS_OK ||
		    write_piece(c, piece, sink, err) != TS_OK)
			return err->status;
		at = mark + length + 2;
	}
	return sink->bytes(sink->ctx, at, (size_t)(end - at), err);
}

static enum ts_status
compose(struct composing *c, const struct ts_message_sink *sink, int64_t *size,
	struct ts_err *err)
{
	TS_AUTO_BUF skeleton = TS_BUF_INIT(SKELETON_MOST);
	GMimeObject *body;
	enum ts_status status;

	if (ts_mail_head(c->message, &skeleton, err) != TS_OK ||
	    make_body(c, &body, err) != TS_OK)
		return err->status;
	status = print_body(body, &skeleton, err);
	g_object_unref(body);
	if (status != TS_OK)
		return status;
	*size = size_of(c, &skeleton);
	if (c->size_most > 0 && *size > c->size_most)
		return too_large(*size, c->size_most, err);
	return write_all(c, &skeleton, sink, err);
}

enum ts_status
ts_message_compose(const struct ts_message *message, int64_t size_most,
		   const struct ts_message_sink *sink, int64_t *size,
		   struct ts_err *err)
{
	struct composing c = { .message = message, .size_most = size_most };
	enum ts_status status;

	if (ts_mail_head_check(message, err) != TS_OK)
		return err->status;
	begin_gmime();
	status = compose(&c, sink, size, err);
	for (size_t i = 0; i < c.count; i++)
		ts_buf_free(&c.pieces[i].raw);
	return status;
}
