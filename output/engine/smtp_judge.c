/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include "output/engine/smtp_inside.h"

static enum ts_smtp_class
by_code(int code)
{
	if (code == 421)
		return TS_SMTP_RELAY_PAUSE;
	if (code == 552)
		return TS_SMTP_TOO_LARGE;
	if (code == 530 || code == 534 || code == 535 || code == 538)
		return TS_SMTP_RELAY_FAULT;
	if (code >= 400 && code < 500)
		return TS_SMTP_RETRY;
	return code >= 500 && code < 600 ? TS_SMTP_FAIL : TS_SMTP_RETRY;
}

/* After the last bytes left, only an answer can end the doubt. */
static enum ts_smtp_class
after_last(const struct ts_smtp_talk *talk, int64_t uploaded)
{
	if (talk->final >= 200 && talk->final < 300)
		return TS_SMTP_SENT;
	if (talk->final >= 400)
		return talk->final == 421 ? TS_SMTP_RETRY
					  : by_code(talk->final);
	/* what was not even uploaded did not arrive; points that were doubled
	 * would count twice, but no line of ours begins with one */
	return uploaded < talk->source->size ? TS_SMTP_RETRY : TS_SMTP_IN_DOUBT;
}

/* A handshake that was cut is the network's doing and passes; one that found
 * no TLS, or none that we take, does not. OpenSSL names an error of the second
 * kind by its number. */
static bool
was_cut(const char *curl_words)
{
	return strstr(curl_words, "error:") == NULL ||
	       strstr(curl_words, "unexpected eof") != NULL;
}

/* MAIL, RCPT or DATA was answered: with that result only these are, should
 * this libcurl not tell what it says. */
static bool
was_at_mail(const struct ts_smtp_talk *talk, CURLcode rc)
{
	return talk->said_mail ||
	       (!talk->told && rc == CURLE_SEND_ERROR && talk->code >= 400);
}

static enum ts_smtp_class
before_last(const struct ts_smtp_talk *talk, CURLcode rc,
	    const char *curl_words)
{
	switch ((int)rc) {
	case CURLE_SSL_CONNECT_ERROR:
		return was_cut(curl_words) ? TS_SMTP_RELAY_PAUSE
					   : TS_SMTP_RELAY_FAULT;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_USE_SSL_FAILED:
		return TS_SMTP_RELAY_FAULT;
	case CURLE_LOGIN_DENIED:
		return talk->code >= 400 && talk->code < 500
			       ? TS_SMTP_RELAY_PAUSE
			       : TS_SMTP_RELAY_FAULT;
	case CURLE_WEIRD_SERVER_REPLY:
		/* the greeting; or what somebody put in behind STARTTLS */
		return talk->code == 0 || talk->code / 100 == 4
			       ? TS_SMTP_RELAY_PAUSE
			       : TS_SMTP_RELAY_FAULT;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_GOT_NOTHING:
		if (!was_at_mail(talk, rc))
			return TS_SMTP_RELAY_PAUSE;
		/* a mailbox that is full, not a message that is large */
		if (talk->code == 552 && talk->said_rcpt)
			return TS_SMTP_FAIL;
		return talk->code >= 400 ? by_code(talk->code) : TS_SMTP_RETRY;
	default:
		return talk->said_mail ? TS_SMTP_RETRY : TS_SMTP_RELAY_PAUSE;
	}
}

static enum ts_smtp_class
by_stop(const struct ts_smtp_talk *talk)
{
	switch (talk->stop) {
	case TS_STOP_NO_AUTH:
		return TS_SMTP_RELAY_FAULT;
	case TS_STOP_TOO_LARGE:
		return TS_SMTP_TOO_LARGE;
	case TS_STOP_LATE:
		return talk->said_mail ? TS_SMTP_RETRY : TS_SMTP_RELAY_PAUSE;
	case TS_STOP_BAD:
	case TS_STOP_NOT:
		break;
	}
	return TS_SMTP_STOPPED;
}

static void
word(const struct ts_smtp_talk *talk, CURLcode rc, const char *curl_words,
     struct ts_smtp_outcome *out)
{
	const char *why =
		curl_words[0] != '\0' ? curl_words : curl_easy_strerror(rc);

	if (talk->stop == TS_STOP_NO_AUTH)
		why = "the relay offers no login that we know: nothing was "
		      "sent";
	else if (talk->stop == TS_STOP_TOO_LARGE)
		why = "the message is larger than the relay takes";
	else if (talk->stop == TS_STOP_BAD)
		why = talk->why.text;
	else if (talk->stop == TS_STOP_LATE)
		why = "the relay did not answer in time";
	else if (rc == CURLE_USE_SSL_FAILED)
		why = "the relay offers no TLS: nothing was sent";
	else if (out->class == TS_SMTP_IN_DOUBT)
		why = "the answer to the end of the message was lost";
	else if (out->reply[0] != '\0' && talk->code >= 400)
		why = "the relay refused it";
	if (out->reply[0] != '\0' && talk->code >= 400)
		snprintf(out->words, sizeof out->words, "%.400s: \"%.500s\"",
			 why, out->reply);
	else
		snprintf(out->words, sizeof out->words, "%s", why);
}

/* "4.2.2" behind the code. */
static void
find_enhanced(struct ts_smtp_outcome *out)
{
	const char *at = out->reply;
	size_t length;

	if (strlen(at) < 4)
		return;
	at += 4;
	length = strspn(at, "0123456789.");
	if (length >= 5 && length < sizeof out->enhanced && at[1] == '.' &&
	    strchr("245", at[0]) != NULL)
		snprintf(out->enhanced, sizeof out->enhanced, "%.*s",
			 (int)length, at);
}

void
ts_smtp_judge(const struct ts_smtp_talk *talk, CURLcode rc, int64_t uploaded,
	      const char *curl_words, struct ts_smtp_outcome *out)
{
	out->code = talk->code;
	snprintf(out->reply, sizeof out->reply, "%s", talk->reply);
	find_enhanced(out);
	if (rc == CURLE_OK)
		out->class = TS_SMTP_SENT;
	else if (talk->stop != TS_STOP_NOT && !talk->last)
		out->class = by_stop(talk);
	else if (talk->last)
		out->class = after_last(talk, uploaded);
	else
		out->class = before_last(talk, rc, curl_words);
	if (out->class == TS_SMTP_SENT)
		snprintf(out->words, sizeof out->words, "%s", out->reply);
	else
		word(talk, rc, curl_words, out);
}
