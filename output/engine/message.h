/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message.h - composes one message (RFC 5322, MIME) with GMime, byte for byte
 * the same from the same input. What is long and the same for several
 * recipients (charts, attachments, already in base64) comes out as named
 * pieces, so that it is kept once. All is CRLF, 7 bit, lines of at most 76
 * in bodies and 78 in headers.
 *
 *   multipart/mixed
 *     multipart/alternative
 *       text/plain
 *       multipart/related; text/html and image/png inline
 *     attachments
 *
 * without mixed when nothing is attached, without related when there is no
 * image.
 */
#ifndef OUTPUT_ENGINE_MESSAGE_H
#define OUTPUT_ENGINE_MESSAGE_H

#include <tradestat/delivery.h>
#include <tradestat/err.h>
#include <tradestat/hash.h>

/* What a file is as a piece; name "": nobody has read it for that yet. */
struct ts_piece_facts {
	char name[TS_SHA256_TEXT + 16];
	int64_t size; /* encoded */
};

struct ts_message {
	int64_t date_us;
	const char *from, *from_name; /* name "" none */
	const char *to;
	const char *reply_to;   /* "" none */
	const char *message_id; /* without brackets */
	const char *thread;     /* In-Reply-To and References, "" none */
	const char *list_id;    /* "kz-it <kz-it.reports.example.org>"'s
				   inner part, "" none */
	const char *list_name;
	const char *unsubscribe_mail; /* address, "" none */
	const char *unsubscribe_url;  /* https, "" none; one-click with it
					 when one_click */
	bool one_click;
	const char *report_line; /* X-Report: "kz-it; period=2024; edition=1" */
	const char *id;          /* hexadecimal; boundaries derive from it */
	const struct ts_mail *mail;
	/* Appends a file of the bundle. */
	enum ts_status (*read)(void *ctx, const char *file, struct ts_buf *buf,
			       struct ts_err *err);
	void *read_ctx;
	/* NULL is welcome in what follows. */
	/* Where the facts of a file, zip_name NULL: as it is, are kept from one
	 * message to the next; who has them need not read it. NULL: nowhere. */
	struct ts_piece_facts *(*facts)(void *ctx, const char *file,
					const char *zip_name);
	/* The file in parts: none of it stays in memory. */
	enum ts_status (*stream)(void *ctx, const char *file,
				 enum ts_status (*take)(void *take_ctx,
							const void *bytes,
							size_t count,
							struct ts_err *err),
				 void *take_ctx, struct ts_err *err);
};

/* Where it goes: own bytes and shared pieces in order. */
struct ts_message_sink {
	void *ctx;
	enum ts_status (*bytes)(void *ctx, const void *bytes, size_t count,
				struct ts_err *err);
	/* A shared piece of that name and size follows. known: it is there,
	 * nothing is to be written; else it is written by bytes() calls up to
	 * piece_end(). */
	enum ts_status (*piece)(void *ctx, const char *name, int64_t size,
				bool *known, struct ts_err *err);
	enum ts_status (*piece_end)(void *ctx, struct ts_err *err);
};

/* Bytes that a file of so many bytes takes in base64 with its line ends. */
int64_t ts_base64_size(int64_t bytes);

/* TS_BAD_DATA: a text has a control character, an address or a name is not as
 * it must be. TS_FULL: size_most (0 none) would be passed; nothing was
 * written. *size: of the whole message. */
enum ts_status ts_message_compose(const struct ts_message *message,
				  int64_t size_most,
				  const struct ts_message_sink *sink,
				  int64_t *size,
				  struct ts_err *err) TS_MUST_USE;

#endif
