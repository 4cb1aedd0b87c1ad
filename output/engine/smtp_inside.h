/* SPDX-License-Identifier: Apache-2.0 */
/* smtp_inside.h - smtp.c speaks to a relay, smtp_judge.c says what its answers
 * mean, sendmail.c hands over to a program of this machine. */
#ifndef OUTPUT_ENGINE_SMTP_INSIDE_H
#define OUTPUT_ENGINE_SMTP_INSIDE_H

#include <curl/curl.h>
#include "output/engine/mail_check.h"
#include "output/engine/smtp.h"

/* Why we stopped a message ourselves. */
enum ts_smtp_stop {
	TS_STOP_NOT,
	TS_STOP_NO_AUTH,   /* no 235 before the first byte */
	TS_STOP_TOO_LARGE, /* larger than SIZE */
	TS_STOP_BAD,       /* the strict check, the source or the hook */
	TS_STOP_LATE,      /* no answer in time */
};

/* A message in hand, and what was heard of it. */
struct ts_smtp_talk {
	const struct ts_smtp_source *source;
	struct ts_mail_check check;
	int64_t given;  /* bytes handed over */
	bool last;      /* the hook was called and agreed */
	bool told;      /* libcurl tells what it sends */
	bool said_mail; /* MAIL FROM was sent */
	bool said_rcpt;
	bool said_quit; /* what follows is no answer to the message */
	enum ts_smtp_stop stop;
	struct ts_err why; /* of TS_STOP_BAD */
	int code;          /* of the newest answer; 0 none */
	int final;         /* of the answer after the last bytes; 0 none */
	char reply[512];
	int64_t active_us;
};

/* Fills class and words from what libcurl says and what was heard. */
void ts_smtp_judge(const struct ts_smtp_talk *talk, CURLcode rc,
		   int64_t uploaded, const char *curl_words,
		   struct ts_smtp_outcome *outcome);

/* Reads the message through the check; *count 0 at its end, which calls the
 * hook before the last bytes. False: stop is set. */
bool ts_smtp_next(struct ts_smtp_talk *talk, char *into, size_t room,
		  size_t *count);

/* smtp_relay.c: TS_BAD_CONFIG for an address that could pass for another, or a
 * login that is not whole. *tls: nothing may leave without it. */
enum ts_status ts_smtp_check(const struct ts_relay *relay, bool *tls,
			     struct ts_err *err) TS_MUST_USE;

/* sendmail.c */
enum ts_status ts_sendmail(const char *program, const char *envelope,
			   const char *to, struct ts_smtp_talk *talk,
			   int wait_s, struct ts_smtp_outcome *outcome,
			   struct ts_err *err) TS_MUST_USE;

#endif
