/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail_check.h - the strict pass over a finished message, independent of what
 * composed it; made when it is queued and again while it is handed to a relay.
 * CRLF only, 7 bit, no NUL, lines up to 998 octets, none beginning with ".",
 * header lines of printable ASCII, each header that must be there once and no
 * other twice, one empty line before the body, To equal to the one recipient
 * of the envelope, CRLF at the end.
 */
#ifndef OUTPUT_ENGINE_MAIL_CHECK_H
#define OUTPUT_ENGINE_MAIL_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <tradestat/err.h>

#define TS_MAIL_LINE 998

struct ts_mail_check {
	const char *to; /* of the envelope */
	int64_t size;
	char line[TS_MAIL_LINE + 2]; /* of the header */
	size_t length;
	char last; /* octet before */
	bool in_body, failed;
	unsigned seen; /* headers */
	int64_t line_number;
	char name[64];     /* of the header that continues */
	size_t to_matched; /* octets of the recipient in To */
	bool to_bracket, to_ended, to_closed;
};

void ts_mail_check_begin(struct ts_mail_check *check, const char *to);
/* TS_BAD_DATA with the line's number and what is wrong with it. */
enum ts_status ts_mail_check_feed(struct ts_mail_check *check,
				  const char *bytes, size_t count,
				  struct ts_err *err) TS_MUST_USE;
enum ts_status ts_mail_check_end(struct ts_mail_check *check,
				 struct ts_err *err) TS_MUST_USE;

/* local@domain: local part a dot-atom of ASCII, domain of A-labels, at most
 * 254 octets; no quotes, comments, routes, control characters. */
bool ts_is_mail_address(const char *text);

#endif
