/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smtp_letter.h - a message in memory that passes the strict check, and what
 * its sender was asked for.
 */
#ifndef TESTS_OUTPUT_SMTP_LETTER_H
#define TESTS_OUTPUT_SMTP_LETTER_H

#include "tests/support/fixtures.h"

#include <stdlib.h>
#include <string.h>
#include "output/engine/smtp.h"

#define LETTER_TO "ann@example.org"
#define LETTER_FROM "reports@example.org"
#define LETTER_HEAD                                                            \
	"Date: Wed, 25 Nov 2026 06:00:07 +0000\r\n"                            \
	"From: <reports@example.org>\r\nTo: <ann@example.org>\r\n"             \
	"Message-ID: <a@b.org>\r\nSubject: s\r\nMIME-Version: 1.0\r\n"         \
	"Auto-Submitted: auto-generated\r\nX-Report: r\r\n"                    \
	"Content-Type: text/plain\r\n\r\n"
#define LETTER_LINE                                                            \
	"Turnover of Kazakhstan and Italy, by month and group of products\r\n"

struct letter {
	char *bytes;
	size_t size, at;
	int last_calls;
	size_t read_at_last; /* bytes read when the hook was called */
	bool refuse;         /* the hook does */
	bool cut;            /* it ends before its size */
};

static inline void
letter_new(struct letter *letter, size_t least)
{
	size_t lines = least / strlen(LETTER_LINE) + 1;
	char *at;

	*letter =
		(struct letter){ .bytes = malloc(strlen(LETTER_HEAD) +
						 lines * strlen(LETTER_LINE)) };
	at = mempcpy(letter->bytes, LETTER_HEAD, strlen(LETTER_HEAD));
	for (size_t i = 0; i < lines; i++)
		at = mempcpy(at, LETTER_LINE, strlen(LETTER_LINE));
	letter->size = (size_t)(at - letter->bytes);
}

static inline enum ts_status
letter_read(void *ctx, char *into, size_t room, size_t *count,
	    struct ts_err *err)
{
	struct letter *letter = ctx;
	size_t left = letter->size - letter->at;

	(void)err;
	if (letter->cut && left > 0)
		left -= 1;
	*count = room < left ? room : left;
	memcpy(into, letter->bytes + letter->at, *count);
	letter->at += *count;
	return TS_OK;
}

static inline enum ts_status
letter_last(void *ctx, struct ts_err *err)
{
	struct letter *letter = ctx;

	letter->last_calls++;
	letter->read_at_last = letter->at;
	return letter->refuse ? ts_fail(err, TS_FULL, "the store is full")
			      : TS_OK;
}

static inline struct ts_smtp_source
letter_source(struct letter *letter)
{
	letter->at = 0;
	letter->last_calls = 0;
	return (struct ts_smtp_source){ .ctx = letter,
					.size = (int64_t)letter->size,
					.read = letter_read,
					.last = letter_last };
}

#endif
