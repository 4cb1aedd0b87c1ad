/* SPDX-License-Identifier: Apache-2.0 */
/*
 * smtp.h - hands finished messages to the relay: by SMTP (libcurl), several
 * transactions a connection, one recipient a transaction; or to a local
 * sendmail program. It decides nothing about when and whether again: it says
 * which class an outcome is of.
 */
#ifndef OUTPUT_ENGINE_SMTP_H
#define OUTPUT_ENGINE_SMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tradestat/err.h>

enum ts_smtp_auth {
	TS_AUTH_NONE,
	TS_AUTH_PLAIN,
	TS_AUTH_LOGIN,
	TS_AUTH_XOAUTH2, /* the secret is the token */
};

struct ts_relay {
	const char *url;   /* smtp://HOST:587 (STARTTLS is required, but to a
			      loopback address without user), smtps://HOST:465,
			      sendmail:/usr/sbin/sendmail */
	const char *hello; /* name for EHLO; "" : the host's */
	enum ts_smtp_auth auth;
	const char *user, *secret; /* "" none */
	const char *ca_file;       /* "" : the system's */
	/* seconds; 0: 30, 300, 600 */
	int connect_s, reply_s, end_s;
};

/* What became of a message. */
enum ts_smtp_class {
	TS_SMTP_SENT,
	TS_SMTP_RETRY,       /* this message again later */
	TS_SMTP_FAIL,        /* this recipient never: 5xx */
	TS_SMTP_TOO_LARGE,   /* 552, or larger than the relay's SIZE: the small
				form may do */
	TS_SMTP_RELAY_PAUSE, /* no message now: connection, 421, 454 */
	TS_SMTP_RELAY_FAULT, /* a person must act: no TLS, a bad certificate,
				535, no AUTH */
	TS_SMTP_IN_DOUBT,    /* the last bytes left, no answer came back */
	TS_SMTP_STOPPED,     /* the caller's hook refused, or the message did
				not pass the strict check: nothing was sent */
};

struct ts_smtp_outcome {
	enum ts_smtp_class class;
	int code;          /* of the last answer; 0 none came */
	char enhanced[16]; /* "4.2.2", "" none */
	char reply[512];   /* one line, cleaned */
	char words[1024];  /* for people: stage and what happened */
	int64_t size_most; /* that the relay told; 0 it did not */
};

/* The message, in pieces; and what happens before its last bytes leave. */
struct ts_smtp_source {
	void *ctx;
	int64_t size;
	/* *count 0: the end */
	enum ts_status (*read)(void *ctx, char *into, size_t room,
			       size_t *count, struct ts_err *err);
	/* Called once, before the last bytes are handed over: in_doubt is
	 * committed here. A failure stops the message unsent. */
	enum ts_status (*last)(void *ctx, struct ts_err *err);
};

struct ts_smtp;

/* Opens no connection yet. relay outlives it. TS_BAD_CONFIG: an address that
 * would carry a password or a message in clear, no such program. */
enum ts_status ts_smtp_open(const struct ts_relay *relay, struct ts_smtp **out,
			    struct ts_err *err) TS_MUST_USE;
/*
 * TS_OK: outcome tells. Anything else is a fault of this process (memory) and
 * nothing was sent. envelope: sender, "" is <>. to: the one recipient, the To
 * header must be the same. The next message uses the same connection.
 */
enum ts_status ts_smtp_send(struct ts_smtp *smtp, const char *envelope,
			    const char *to, const struct ts_smtp_source *source,
			    struct ts_smtp_outcome *outcome,
			    struct ts_err *err) TS_MUST_USE;
void ts_smtp_close(struct ts_smtp *smtp); /* QUIT; NULL is welcome */

#endif
