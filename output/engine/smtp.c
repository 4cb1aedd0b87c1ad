/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl carries, we watch: it would send without a login when none is
 * offered, and does not compare a message with the relay's SIZE. So every line
 * of the relay is read here too, and the first byte of a message is only given
 * when all that must have been said was said.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <tradestat/address.h>
#include <tradestat/clock.h>
#include <tradestat/fault.h>
#include <tradestat/num.h>
#include "output/engine/smtp_inside.h"

#define US INT64_C(1000000)
#define SENDMAIL "sendmail:"
#define GOODBYE_S 5L
#define SLOWEST 2048 /* bytes a second, on the whole */

struct ts_smtp {
	const struct ts_relay *relay;
	CURL *curl;
	char url[1200];
	char words[CURL_ERROR_SIZE];
	bool tls, told;         /* libcurl tells what it sends */
	bool said_auth, authed; /* of the connection */
	int64_t size_most;      /* the same */
	struct ts_smtp_talk talk;
};

static int64_t
mono_us(void)
{
	const struct ts_clock *clock = ts_clock_system();

	return clock->mono_us(clock);
}

/* ---- the message ----------------------------------------------------------
 */

static bool
stop_bad(struct ts_smtp_talk *talk, const struct ts_err *why)
{
	talk->stop = TS_STOP_BAD;
	talk->why = *why;
	return false;
}

bool
ts_smtp_next(struct ts_smtp_talk *talk, char *into, size_t room, size_t *count)
{
	const struct ts_smtp_source *source = talk->source;
	int64_t left = source->size - talk->given;
	struct ts_err err;

	*count = 0;
	if (left == 0)
		return true;
	if ((int64_t)room > left)
		room = (size_t)left;
	if (source->read(source->ctx, into, room, count, &err) != TS_OK)
		return stop_bad(talk, &err);
	if (*count == 0) {
		(void)ts_fail(&err, TS_CORRUPT,
			      "the message ends after %lld of %lld bytes",
			      (long long)talk->given, (long long)source->size);
		return stop_bad(talk, &err);
	}
	if (ts_mail_check_feed(&talk->check, into, *count, &err) != TS_OK)
		return stop_bad(talk, &err);
	talk->given += (int64_t)*count;
	if (talk->given < source->size)
		return true;
	if (ts_mail_check_end(&talk->check, &err) != TS_OK ||
	    source->last(source->ctx, &err) != TS_OK)
		return stop_bad(talk, &err);
	talk->last = true;
	TS_FAULT("smtp.last");
	return true;
}

static size_t
give(char *into, size_t size, size_t items, void *ctx)
{
	struct ts_smtp *smtp = ctx;
	struct ts_smtp_talk *talk = &smtp->talk;
	size_t count = 0;

	talk->active_us = mono_us();
	TS_FAULT("smtp.body");
	if (talk->given == 0 && smtp->relay->auth != TS_AUTH_NONE &&
	    !smtp->authed)
		talk->stop = TS_STOP_NO_AUTH;
	else if (talk->given == 0 && smtp->size_most > 0 &&
		 talk->source->size > smtp->size_most)
		talk->stop = TS_STOP_TOO_LARGE;
	if (talk->stop != TS_STOP_NOT ||
	    !ts_smtp_next(talk, into, size * items, &count))
		return CURL_READFUNC_ABORT;
	return count;
}

/* ---- what the relay says ---------------------------------------------------
 */

static void
keep_reply(struct ts_smtp_talk *talk, const char *line, size_t length)
{
	size_t used = 0;

	for (size_t i = 0; i < length && used + 1 < sizeof talk->reply; i++)
		talk->reply[used++] =
			isprint((unsigned char)line[i]) ? line[i] : '?';
	talk->reply[used] = '\0';
}

static size_t
hear(char *line, size_t size, size_t items, void *ctx)
{
	struct ts_smtp *smtp = ctx;
	struct ts_smtp_talk *talk = &smtp->talk;
	size_t length = size * items;
	char digits[24];
	int64_t number;

	talk->active_us = mono_us();
	while (length > 0 &&
	       (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	/* libcurl leaves with a QUIT where it was refused something: "221 bye"
	 * must not take the place of the refusal */
	if (smtp->talk.said_quit)
		return size * items;
	if (length < 3 || !isdigit((unsigned char)line[0]) ||
	    !isdigit((unsigned char)line[1]) ||
	    !isdigit((unsigned char)line[2]))
		return size * items;
	talk->code =
		(line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
	keep_reply(talk, line, length);
	/* "250-" is not the end of an answer yet */
	if (talk->last && (length == 3 || line[3] == ' '))
		talk->final = talk->code;
	if (talk->final != 0)
		TS_FAULT("smtp.heard");
	if (talk->code == 235 && (smtp->said_auth || !smtp->told))
		smtp->authed = true;
	if (talk->code == 250 && length > 9 && length < 9 + sizeof digits &&
	    strncasecmp(line + 4, "SIZE ", 5) == 0) {
		snprintf(digits, sizeof digits, "%.*s", (int)(length - 9),
			 line + 9);
		if (ts_num_int(digits, 1, INT64_MAX, &number, NULL) == TS_OK)
			smtp->size_most = number;
	}
	return size * items;
}

/* A connection of its own has nothing of the one before. */
static curl_socket_t
connect_to(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct ts_smtp *smtp = ctx;

	(void)purpose;
	smtp->said_auth = smtp->authed = smtp->talk.said_quit = false;
	smtp->size_most = 0;
	smtp->talk.active_us = mono_us();
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
		      address->protocol);
}

static int
listen_in(CURL *curl, curl_infotype type, char *text, size_t size, void *ctx)
{
	struct ts_smtp *smtp = ctx;

	(void)curl;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	smtp->told = smtp->talk.told = true;
	if (size > 10 && strncmp(text, "MAIL FROM:", 10) == 0)
		smtp->talk.said_mail = true;
	else if (size > 8 && strncmp(text, "RCPT TO:", 8) == 0)
		smtp->talk.said_rcpt = true;
	else if (size > 5 && strncmp(text, "AUTH ", 5) == 0)
		smtp->said_auth = true;
	else if (size > 4 && strncmp(text, "QUIT", 4) == 0)
		smtp->talk.said_quit = true;
	else if (size > 5 && strncmp(text, "EHLO ", 5) == 0)
		smtp->size_most = 0; /* what was said in clear is void */
	return 0;
}

/* libcurl has one limit for every answer, and the one at the end of data may
 * take longer than the others. */
static int
look_at_time(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct ts_smtp *smtp = ctx;
	int reply_s = smtp->relay->reply_s > 0 ? smtp->relay->reply_s : 300;

	(void)a;
	(void)b;
	(void)c;
	(void)d;
	if (smtp->talk.last || mono_us() - smtp->talk.active_us < reply_s * US)
		return 0;
	smtp->talk.stop = TS_STOP_LATE;
	return 1;
}

/* ---- opening ------------------------------------------------------------- */

static const char *
login_of(enum ts_smtp_auth auth)
{
	switch (auth) {
	case TS_AUTH_LOGIN:
		return "AUTH=LOGIN";
	case TS_AUTH_XOAUTH2:
		return "AUTH=XOAUTH2";
	case TS_AUTH_PLAIN:
	case TS_AUTH_NONE:
		break;
	}
	return "AUTH=PLAIN";
}

/* False: no memory for a text. What is left at its preset would be another
 * relay, another sender or no login. */
static bool
set_options(struct ts_smtp *smtp)
{
	const struct ts_relay *relay = smtp->relay;
	CURL *curl = smtp->curl;
	long end_s = relay->end_s > 0 ? relay->end_s : 600;
	char host[256] = "localhost";
	bool good;

	if (relay->hello[0] == '\0' && gethostname(host, sizeof host - 1) != 0)
		snprintf(host, sizeof host, "localhost");
	snprintf(smtp->url, sizeof smtp->url, "%s/%s", relay->url,
		 relay->hello[0] != '\0' ? relay->hello : host);
	good = curl_easy_setopt(curl, CURLOPT_URL, smtp->url) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK;
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 smtp->tls ? (long)CURLUSESSL_ALL
				   : (long)CURLUSESSL_NONE);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION,
			 (long)CURL_SSLVERSION_TLSv1_2);
	if (relay->ca_file[0] != '\0')
		good &= curl_easy_setopt(curl, CURLOPT_CAINFO,
					 relay->ca_file) == CURLE_OK;
	if (relay->auth != TS_AUTH_NONE)
		good &= curl_easy_setopt(curl, CURLOPT_USERNAME, relay->user) ==
				CURLE_OK &&
			curl_easy_setopt(curl,
					 relay->auth == TS_AUTH_XOAUTH2
						 ? CURLOPT_XOAUTH2_BEARER
						 : CURLOPT_PASSWORD,
					 relay->secret) == CURLE_OK &&
			curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS,
					 login_of(relay->auth)) == CURLE_OK;
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
			 relay->connect_s > 0 ? (long)relay->connect_s : 30L);
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, end_s);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, smtp->words);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(curl, CURLOPT_READDATA, smtp);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, smtp);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, connect_to);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, smtp);
	curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, listen_in);
	curl_easy_setopt(curl, CURLOPT_DEBUGDATA, smtp);
	curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_at_time);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, smtp);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	return good;
}

enum ts_status
ts_smtp_open(const struct ts_relay *relay, struct ts_smtp **out,
	     struct ts_err *err)
{
	struct ts_smtp *smtp = calloc(1, sizeof *smtp);

	if (smtp == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	smtp->relay = relay;
	if (strncmp(relay->url, SENDMAIL, strlen(SENDMAIL)) == 0) {
		const char *program = relay->url + strlen(SENDMAIL);

		if (program[0] != '/' || access(program, X_OK) != 0) {
			free(smtp);
			return ts_fail(err, TS_BAD_CONFIG,
				       "relay: no program %.200s", program);
		}
		*out = smtp;
		return TS_OK;
	}
	if (ts_smtp_check(relay, &smtp->tls, err) != TS_OK) {
		free(smtp);
		return err->status;
	}
	smtp->curl = curl_easy_init();
	if (smtp->curl == NULL) {
		free(smtp);
		return ts_fail(err, TS_SYSTEM, "no memory for SMTP");
	}
	if (!set_options(smtp)) {
		ts_smtp_close(smtp);
		return ts_fail(err, TS_SYSTEM, "no memory for SMTP");
	}
	*out = smtp;
	return TS_OK;
}

/* ---- sending
 * -------------------------------------------------------------------- */

/* libcurl keeps a connection whose last answer did not come in time; what it
 * says later would be taken for the answer to the next message. */
static void
give_up(struct ts_smtp *smtp)
{
	curl_socket_t open = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(smtp->curl, CURLINFO_ACTIVESOCKET, &open) ==
		    CURLE_OK &&
	    open != CURL_SOCKET_BAD)
		(void)shutdown(open, SHUT_RDWR);
}

static enum ts_status
transact(struct ts_smtp *smtp, const char *envelope, const char *to,
	 struct ts_smtp_outcome *outcome, struct ts_err *err)
{
	struct curl_slist *rcpt = curl_slist_append(NULL, to);
	const struct ts_relay *relay = smtp->relay;
	int64_t size = smtp->talk.source->size;
	long end_s = relay->end_s > 0 ? relay->end_s : 600;
	curl_off_t uploaded = 0;
	CURLcode rc;

	if (rcpt == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for SMTP");
	smtp->words[0] = '\0';
	if (curl_easy_setopt(smtp->curl, CURLOPT_MAIL_FROM, envelope) !=
	    CURLE_OK) {
		curl_slist_free_all(rcpt);
		return ts_fail(err, TS_SYSTEM, "no memory for SMTP");
	}
	curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, rcpt);
	curl_easy_setopt(smtp->curl, CURLOPT_INFILESIZE_LARGE,
			 (curl_off_t)size);
	curl_easy_setopt(smtp->curl, CURLOPT_TIMEOUT,
			 4 * end_s + (long)(size / SLOWEST));
	TS_FAULT("smtp.before");
	rc = curl_easy_perform(smtp->curl);
	TS_FAULT("smtp.after");
	curl_easy_getinfo(smtp->curl, CURLINFO_SIZE_UPLOAD_T, &uploaded);
	curl_slist_free_all(rcpt);
	if (rc != CURLE_OK)
		give_up(smtp);
	if (rc == CURLE_OUT_OF_MEMORY && !smtp->talk.last)
		return ts_fail(err, TS_SYSTEM, "no memory for SMTP");
	ts_smtp_judge(&smtp->talk, rc, (int64_t)uploaded, smtp->words, outcome);
	outcome->size_most = smtp->size_most;
	return TS_OK;
}

enum ts_status
ts_smtp_send(struct ts_smtp *smtp, const char *envelope, const char *to,
	     const struct ts_smtp_source *source,
	     struct ts_smtp_outcome *outcome, struct ts_err *err)
{
	const struct ts_relay *relay = smtp->relay;

	*outcome = (struct ts_smtp_outcome){ .class = TS_SMTP_STOPPED };
	smtp->talk = (struct ts_smtp_talk){ .source = source,
					    .told = smtp->told,
					    .active_us = mono_us() };
	if (source->size <= 0) {
		snprintf(outcome->words, sizeof outcome->words,
			 "the message is empty");
		return TS_OK;
	}
	if (!ts_is_mail_address(to) ||
	    (envelope[0] != '\0' && !ts_is_mail_address(envelope))) {
		snprintf(outcome->words, sizeof outcome->words,
			 "an address of the envelope is not good");
		return TS_OK;
	}
	ts_mail_check_begin(&smtp->talk.check, to);
	if (smtp->curl == NULL)
		return ts_sendmail(relay->url + strlen(SENDMAIL), envelope, to,
				   &smtp->talk,
				   relay->end_s > 0 ? relay->end_s : 600,
				   outcome, err);
	return transact(smtp, envelope, to, outcome, err);
}

/* Says goodbye while limits still hold: at its own end libcurl waits two
 * minutes for a relay that does not answer QUIT. */
static void
hang_up(struct ts_smtp *smtp)
{
	CURL *curl = smtp->curl;
	curl_socket_t open = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &open) != CURLE_OK ||
	    open == CURL_SOCKET_BAD)
		return;
	smtp->talk = (struct ts_smtp_talk){ .active_us = mono_us() };
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, NULL);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 0L);
	curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
	curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, GOODBYE_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 2 * GOODBYE_S);
	/* what was sent is sent, whatever comes of this */
	(void)curl_easy_perform(curl);
}

void
ts_smtp_close(struct ts_smtp *smtp)
{
	if (smtp == NULL)
		return;
	if (smtp->curl != NULL)
		hang_up(smtp);
	curl_easy_cleanup(smtp->curl);
	free(smtp);
}
