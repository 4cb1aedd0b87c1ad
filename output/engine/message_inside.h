/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message_inside.h - what the files of message.h share: header lines in
 * message_line.c, the header of a message in message_head.c, its long parts
 * in message_part.c.
 */
#ifndef OUTPUT_ENGINE_MESSAGE_INSIDE_H
#define OUTPUT_ENGINE_MESSAGE_INSIDE_H

#include <stdbool.h>
#include <tradestat/buf.h>
#include <tradestat/hash.h>
#include "output/engine/message.h"

/* ---- header lines (message_line.c) -------------------------------------- */

#define TS_HEADER_MOST ((size_t)64 << 10)
#define TS_CID_MOST 240

/* UTF-8 without control characters; lines: but for tabs and line ends. */
bool ts_mail_text_is_clean(const char *text, bool lines);
/* Visible ASCII without brackets, quotes and white space, up to most. */
bool ts_mail_token_is_clean(const char *text, size_t most);
/* Letters, digits, dot, dash, underscore: needs no quoting anywhere. */
bool ts_mail_name_is_plain(const char *name);
/* A media type: two words of letters, digits, dot, dash, plus. */
bool ts_mail_type_is_good(const char *type);
/* A name for people, of one file and not of a path. */
bool ts_mail_title_is_good(const char *title);
/* Free text, RFC 2047 where it must be: words divided by single spaces. */
void ts_mail_words(struct ts_buf *out, const char *text);
/* A name in front of an address: atoms, quoted, or RFC 2047. */
void ts_mail_phrase(struct ts_buf *out, const char *text);
/* ATTRIBUTE*=UTF-8''..., RFC 2231. */
void ts_mail_wide(struct ts_buf *out, const char *attribute, const char *text);
/* "Name: value" with line ends as end says, folded at its single spaces
 * before column 78; a longer word has a line of its own. */
void ts_mail_fold(struct ts_buf *out, const char *name, const char *value,
		  const char *end);

/* ---- the header (message_head.c) ---------------------------------------- */

enum ts_status ts_mail_head_check(const struct ts_message *message,
				  struct ts_err *err) TS_MUST_USE;
/* Every line up to MIME-Version and X-Report; the body's own follow. */
enum ts_status ts_mail_head(const struct ts_message *message,
			    struct ts_buf *out, struct ts_err *err) TS_MUST_USE;

/* ---- long parts (message_part.c) ---------------------------------------- */

/* A file of the bundle, as it is or zipped. */
struct ts_mail_piece {
	const char *file, *zip_name; /* NULL: as it is */
	char mark[64];
	char name[TS_SHA256_TEXT + 16];
	int64_t size;      /* encoded */
	struct ts_buf raw; /* kept from measuring to writing, or empty */
	bool kept;
};

enum ts_status ts_mail_piece_load(const struct ts_message *message,
				  struct ts_mail_piece *piece,
				  struct ts_err *err) TS_MUST_USE;
/* Names and measures what was loaded. */
void ts_mail_piece_measure(struct ts_mail_piece *piece);
enum ts_status ts_mail_piece_write(const struct ts_mail_piece *piece,
				   const struct ts_message_sink *sink,
				   struct ts_err *err) TS_MUST_USE;
/* Straight from the file of one that is as it is, named and measured already
 * (message_stream.c). */
enum ts_status ts_mail_piece_stream(const struct ts_message *message,
				    const struct ts_mail_piece *piece,
				    const struct ts_message_sink *sink,
				    struct ts_err *err) TS_MUST_USE;

#endif
