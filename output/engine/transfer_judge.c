/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/transfer_inside.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/text.h>

#define WAIT_MOST (7 * 86400)
#define SCRUBBED "***"

/* An answer may quote our address or our password: a secret that is long
 * enough to be one is not repeated. */
static void
scrub(char *text, const char *secret)
{
	size_t length = strlen(secret);
	char *at;

	if (length < 8)
		return;
	while ((at = strstr(text, secret)) != NULL) {
		memcpy(at, SCRUBBED, 3);
		memmove(at + 3, at + length, strlen(at + length) + 1);
	}
}

static void
scrub_all(const struct ts_errand *errand, char *text)
{
	const char *url = errand->url.data;
	const char *path;

	scrub(text, errand->secret.data);
	if (!ts_transfer_is_reference(errand->transfer->url))
		return;
	scrub(text, url);
	path = strstr(url, "://");
	path = path != NULL ? strchr(path + 3, '/') : NULL;
	if (path != NULL)
		scrub(text, path);
}

static void
put_words(const struct ts_errand *errand, const char *what, const char *detail,
	  struct ts_smtp_outcome *outcome)
{
	char line[sizeof outcome->words];

	snprintf(line, sizeof line, "%.5s %.300s: %.200s%s%.400s",
		 errand->transfer->method, errand->transfer->url, what,
		 detail[0] != '\0' ? ": " : "", detail);
	scrub_all(errand, line);
	ts_text_escape(outcome->words, sizeof outcome->words, line);
}

void
ts_errand_fault(const struct ts_errand *errand, enum ts_smtp_class class,
		const char *words, struct ts_smtp_outcome *outcome)
{
	outcome->class = class;
	put_words(errand, words, "", outcome);
}

/* ---- what S3 answers ----------------------------------------------------- */

static bool
put_element(struct ts_buf *out, const char *document, const char *begin,
	    const char *end)
{
	const char *from = strstr(document, begin);
	const char *to = from != NULL ? strstr(from, end) : NULL;

	if (to == NULL)
		return false;
	from += strlen(begin);
	ts_buf_add_bytes(out, from, (size_t)(to - from));
	return true;
}

/* "NoSuchBucket: The specified bucket does not exist"; false: it is no document
 * of an error. */
static bool
put_s3_error(struct ts_buf *out, const struct ts_errand *errand)
{
	const char *document = errand->reply.data;

	if (errand->transfer->sign != TS_SIGN_S3 || errand->reply.used == 0 ||
	    strstr(document, "<Error>") == NULL ||
	    !put_element(out, document, "<Code>", "</Code>"))
		return false;
	ts_buf_add(out, ": ");
	(void)put_element(out, document, "<Message>", "</Message>");
	return !out->failed;
}

/* A 400 or 404 may be the fault of a setting, or pass. */
static bool
class_of_s3(const struct ts_errand *errand, enum ts_smtp_class *class)
{
	static const struct {
		const char *begin;
		enum ts_smtp_class class;
	} rows[] = {
		{ "NoSuchBucket: ", TS_SMTP_RELAY_FAULT },
		{ "InvalidBucketName: ", TS_SMTP_RELAY_FAULT },
		{ "AuthorizationHeaderMalformed: ", TS_SMTP_RELAY_FAULT },
		{ "ExpiredToken: ", TS_SMTP_RELAY_FAULT },
		{ "RequestTimeout: ", TS_SMTP_RETRY },
		{ "OperationAborted: ", TS_SMTP_RETRY },
	};
	TS_AUTO_BUF error = TS_BUF_INIT(TS_TRANSFER_REPLY + 8);

	if (!put_s3_error(&error, errand))
		return false;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strncmp(error.data, rows[i].begin, strlen(rows[i].begin)) ==
		    0) {
			*class = rows[i].class;
			return true;
		}
	return false;
}

static void
put_reply(const struct ts_errand *errand, struct ts_smtp_outcome *outcome)
{
	TS_AUTO_BUF clean = TS_BUF_INIT(TS_TRANSFER_REPLY * 4);
	TS_AUTO_BUF error = TS_BUF_INIT(TS_TRANSFER_REPLY + 8);
	char text[sizeof outcome->reply];
	bool s3 = put_s3_error(&error, errand);

	ts_text_clean(&clean, s3 ? error.data : errand->reply.data, 300);
	ts_text_escape(text, sizeof text, clean.data);
	scrub_all(errand, text);
	memcpy(outcome->reply, text, sizeof text);
}

/* ---- an answer ----------------------------------------------------------- */

static enum ts_smtp_class
class_of(const struct ts_errand *errand, long code)
{
	enum ts_smtp_class class;

	if (code / 100 == 2)
		return TS_SMTP_SENT;
	if (code == 405 && errand->transfer->exists_is_good)
		return TS_SMTP_SENT;
	/* 423: somebody else holds the file */
	if (code == 408 || code == 423 || code == 425 || code == 429 ||
	    code / 100 == 5)
		return TS_SMTP_RETRY;
	/* a redirect is not followed: the address is wrong */
	if (code == 401 || code == 403 || code == 407 || code / 100 == 3)
		return TS_SMTP_RELAY_FAULT;
	if (class_of_s3(errand, &class))
		return class;
	return TS_SMTP_FAIL;
}

static void
judge_answer(const struct ts_errand *errand, long code,
	     struct ts_smtp_outcome *outcome, int *wait_s)
{
	curl_off_t wait = 0;
	char what[64];

	outcome->code = (int)code;
	outcome->class = class_of(errand, code);
	put_reply(errand, outcome);
	if (curl_easy_getinfo(errand->easy, CURLINFO_RETRY_AFTER, &wait) ==
		    CURLE_OK &&
	    wait > 0)
		*wait_s = wait > WAIT_MOST ? WAIT_MOST : (int)wait;
	snprintf(what, sizeof what,
		 code / 100 == 3 ? "HTTP %ld, a redirect, is not followed"
				 : "HTTP %ld",
		 code);
	put_words(errand, what, outcome->reply, outcome);
}

/* ---- none ---------------------------------------------------------------- */

static bool
was_connected(const struct ts_errand *errand)
{
	curl_off_t us = 0;

	/* how long it took until the first byte could be sent */
	return curl_easy_getinfo(errand->easy, CURLINFO_PRETRANSFER_TIME_T,
				 &us) == CURLE_OK &&
	       us > 0;
}

static enum ts_smtp_class
class_of_failure(const struct ts_errand *errand, CURLcode code)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_LOGIN_DENIED:
	case CURLE_REMOTE_ACCESS_DENIED:
	case CURLE_URL_MALFORMAT:
		return TS_SMTP_RELAY_FAULT;
	case CURLE_REMOTE_FILE_NOT_FOUND:
		return TS_SMTP_FAIL;
	default:
		break;
	}
#pragma GCC diagnostic pop
	if (errand->private_address)
		return TS_SMTP_RELAY_FAULT;
	return was_connected(errand) ? TS_SMTP_RETRY : TS_SMTP_RELAY_PAUSE;
}

void
ts_errand_judge(const struct ts_errand *errand, CURLcode code,
		struct ts_smtp_outcome *outcome, int *wait_s)
{
	const char *detail = errand->error[0] != '\0'
				     ? errand->error
				     : curl_easy_strerror(code);
	bool ssh = errand->transfer->sign == TS_SIGN_SSH;
	bool whole = errand->given == errand->size;
	long answer = 0;

	if (!ssh)
		(void)curl_easy_getinfo(errand->easy, CURLINFO_RESPONSE_CODE,
					&answer);
	/* a refusal may come before the last byte left, a yes may not */
	if (answer >= 300 || (answer >= 200 && whole)) {
		judge_answer(errand, answer, outcome, wait_s);
		return;
	}
	if (ssh && code == CURLE_OK) {
		outcome->class = TS_SMTP_SENT;
		put_words(errand, "uploaded", "", outcome);
		return;
	}
	if (errand->stopped) {
		outcome->class = TS_SMTP_STOPPED;
		put_words(errand, "stopped", errand->why.text, outcome);
		return;
	}
	if (errand->last_said) {
		outcome->class = TS_SMTP_IN_DOUBT;
		put_words(errand, "all of it was sent, no answer came back",
			  detail, outcome);
		return;
	}
	outcome->class = class_of_failure(errand, code);
	put_words(errand,
		  errand->private_address
			  ? "its address is one of a private network, which "
			    "allow_private would permit"
			  : "not done",
		  detail, outcome);
}
