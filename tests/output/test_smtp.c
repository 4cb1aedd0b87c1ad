/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A relay that says and does anything at any stage, and what class that is of.
 * The rows wait for their relays side by side.
 */
#include "tests/output/smtp_script.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <curl/curl.h>
#include <tradestat/clock.h>

#define THREADS 12
/* Limits of time: PATIENT_S, or short ones of reply and end. */
#define SLOW_REPLY 1
#define SLOW_END 2

struct row {
	const char *name;
	enum how how;
	enum ts_smtp_auth auth;
	int slow;
	size_t size;      /* of the message; 0: a small one */
	const char *wish; /* of the relay */
	enum ts_smtp_class want;
	int code;
	int last;     /* was the hook called? */
	int messages; /* taken by the relay */
};

static const struct row rows[] = {
	/* ---- the connection ---- */
	{ "refused", NOBODY, NONE, 0, 0, "", PAUSE, 0, 0, 0 },
	{ "hangs up", PLAIN_TEXT, NONE, 0, 0, DROP("connect"), PAUSE, 0, 0, 0 },
	{ "nothing wrong", PLAIN_TEXT, NONE, 0, 0, "", SENT, 250, 1, 1 },
	/* ---- greeting ---- */
	{ "greeting 421", PLAIN_TEXT, NONE, 0, 0,
	  REPLY("greeting", "421 4.3.2 later"), PAUSE, 421, 0, 0 },
	{ "greeting 554", PLAIN_TEXT, NONE, 0, 0,
	  REPLY("greeting", "554 5.7.1 not you"), FAULT, 554, 0, 0 },
	{ "greeting, hangs up", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("greeting", "'reply': '220 a', 'drop': true"), PAUSE, 220, 0,
	  0 },
	{ "greeting stalls", PLAIN_TEXT, NONE, SLOW_REPLY, 0, STALL("greeting"),
	  PAUSE, 0, 0, 0 },
	{ "no SMTP", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("greeting", "'reply': 'SSH-2.0-x', 'drop': true"), PAUSE, 0, 0,
	  0 },
	{ "greeting of 64 KiB", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("greeting", "'reply': '220 a', 'pad': 65536"), SENT, 250, 1,
	  1 },
	{ "greeting of several lines", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("greeting", "'reply': ['220-a', '220-b', '220 c']"), SENT, 250,
	  1, 1 },
	/* ---- EHLO ---- */
	{ "EHLO 421", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("ehlo", "'reply': '421 4.3.2 later', 'drop': true"), PAUSE, 421,
	  0, 0 },
	{ "EHLO 502, no HELO", PLAIN_TEXT, NONE, 0, 0,
	  REPLY("ehlo", "502 5.5.1 what"), PAUSE, 500, 0, 0 },
	{ "EHLO, hangs up", PLAIN_TEXT, NONE, 0, 0, DROP("ehlo"), PAUSE, 220, 0,
	  0 },
	{ "EHLO stalls", PLAIN_TEXT, NONE, SLOW_REPLY, 0, STALL("ehlo"), PAUSE,
	  220, 0, 0 },
	{ "EHLO, no SMTP", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("ehlo", "'reply': 'hello', 'drop': true"), PAUSE, 220, 0, 0 },
	{ "SIZE smaller", PLAIN_TEXT, NONE, 0, 0, "'size': 100", LARGER, 354, 0,
	  0 },
	{ "SIZE 0", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("ehlo", "'reply': ['250-a', '250 SIZE 0']"), SENT, 250, 1, 1 },
	{ "SIZE that is no number", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("ehlo", "'reply': ['250-a', '250 SIZE 99999999999999999999']"),
	  SENT, 250, 1, 1 },
	/* ---- STARTTLS and TLS ---- */
	{ "STARTTLS absent", STARTTLS, NONE, 0, 0, TLS "'starttls': false",
	  FAULT, 250, 0, 0 },
	{ "STARTTLS absent, with a password", STARTTLS, PLAIN, 0, 0,
	  WAYS("'PLAIN'") "'starttls': false", FAULT, 250, 0, 0 },
	{ "STARTTLS 454", STARTTLS, PLAIN, 0, 0,
	  WAYS("'PLAIN'") REPLY("starttls", "454 4.7.0 no"), FAULT, 454, 0, 0 },
	{ "STARTTLS with words behind it", STARTTLS, PLAIN, 0, 0,
	  WAYS("'PLAIN'")
		  STAGE("starttls", "'reply': ['220 go', '250 injected']"),
	  FAULT, 220, 0, 0 },
	{ "STARTTLS, hangs up", STARTTLS, NONE, 0, 0, TLS DROP("starttls"),
	  PAUSE, 250, 0, 0 },
	{ "STARTTLS stalls", STARTTLS, NONE, SLOW_REPLY, 0,
	  TLS STALL("starttls"), PAUSE, 250, 0, 0 },
	{ "TLS of a stranger", STRANGER, PLAIN, 0, 0,
	  WAYS("'PLAIN'") "'size': 0", FAULT, 220, 0, 0 },
	{ "TLS whose time is over", STARTTLS, PLAIN, 0, 0,
	  WAYS("'PLAIN'") "'expired': true", FAULT, 220, 0, 0 },
	{ "TLS for another name", STARTTLS, PLAIN, 0, 0,
	  WAYS("'PLAIN'") "'certificate_for': 'other.example.org'", FAULT, 220,
	  0, 0 },
	{ "TLS cut", STARTTLS, NONE, 0, 0, TLS STAGE("tls", "'cut': true"),
	  PAUSE, 220, 0, 0 },
	{ "TLS, hangs up", STARTTLS, NONE, 0, 0, TLS DROP("tls"), PAUSE, 220, 0,
	  0 },
	{ "TLS stalls", STARTTLS, NONE, SLOW_REPLY, 0, TLS STALL("tls"), PAUSE,
	  220, 0, 0 },
	{ "TLS that is none", STARTTLS, NONE, 0, 0,
	  TLS STAGE("tls", "'reply': 'what is this'"), FAULT, 220, 0, 0 },
	{ "implicit TLS", SMTPS, NONE, 0, 0, "'tls': true", SENT, 250, 1, 1 },
	{ "implicit TLS cut", SMTPS, NONE, 0, 0,
	  "'tls': true, " STAGE("tls", "'cut': true"), PAUSE, 0, 0, 0 },
	{ "implicit TLS for another name", SMTPS, NONE, 0, 0,
	  "'tls': true, 'certificate_for': 'other.example.org'", FAULT, 0, 0,
	  0 },
	{ "implicit TLS where none is spoken", SMTPS, NONE, 0, 0,
	  TLS "'size'"
	      ": 0",
	  FAULT, 0, 0, 0 },
	/* ---- AUTH ---- */
	{ "AUTH PLAIN", STARTTLS, PLAIN, 0, 0, WAYS("'PLAIN'") "'size': 0",
	  SENT, 250, 1, 1 },
	{ "AUTH LOGIN", STARTTLS, LOGIN, 0, 0, WAYS("'LOGIN'") "'size': 0",
	  SENT, 250, 1, 1 },
	{ "AUTH XOAUTH2", STARTTLS, XOAUTH2, 0, 0,
	  WAYS("'XOAUTH2'") "'size': 0", SENT, 250, 1, 1 },
	{ "AUTH not offered", STARTTLS, PLAIN, 0, 0, TLS "'size': 0", FAULT,
	  354, 0, 0 },
	{ "AUTH by a way we do not want", STARTTLS, PLAIN, 0, 0,
	  WAYS("'CRAM-MD5'") "'size': 0", FAULT, 250, 0, 0 },
	{ "AUTH 535", STARTTLS, PLAIN, 0, 0,
	  WAYS("'PLAIN'") "'secret': 'another'", FAULT, 535, 0, 0 },
	{ "AUTH 454", STARTTLS, PLAIN, 0, 0,
	  WAYS("'PLAIN'") REPLY("auth", "454 4.7.0 later"), PAUSE, 454, 0, 0 },
	{ "AUTH 421", STARTTLS, PLAIN, 0, 0,
	  WAYS("'PLAIN'")
		  STAGE("auth", "'reply': '421 4.3.2 later', 'drop': true"),
	  PAUSE, 421, 0, 0 },
	{ "AUTH 334 for ever", STARTTLS, PLAIN, 0, 0,
	  WAYS("'PLAIN'") STAGE("auth", "'reply': '334 !?', 'drop': true"),
	  FAULT, 334, 0, 0 },
	{ "AUTH, no SMTP", STARTTLS, LOGIN, 0, 0,
	  WAYS("'LOGIN'") STAGE("challenge", "'reply': 'what', 'drop': true"),
	  PAUSE, 250, 0, 0 },
	{ "XOAUTH2 with the reason of a refusal", STARTTLS, XOAUTH2, 0, 0,
	  WAYS("'XOAUTH2'") STAGE("auth", "'step': 'eyJzdGF0dXMiOiI0MDEifQ==', "
					  "'reply': '535 5.7.8 token is over'"),
	  FAULT, 334, 0, 0 },
	{ "AUTH, hangs up", STARTTLS, PLAIN, 0, 0, WAYS("'PLAIN'") DROP("auth"),
	  PAUSE, 334, 0, 0 },
	{ "AUTH stalls", STARTTLS, PLAIN, SLOW_REPLY, 0,
	  WAYS("'PLAIN'") STALL("auth"), PAUSE, 334, 0, 0 },
	/* ---- MAIL ---- */
	{ "MAIL 451", PLAIN_TEXT, NONE, 0, 0, REPLY("mail", "451 4.3.0 later"),
	  RETRY, 451, 0, 0 },
	{ "MAIL 421", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("mail", "'reply': '421 4.3.2 later', 'drop': true"), PAUSE, 421,
	  0, 0 },
	{ "MAIL 530", PLAIN_TEXT, NONE, 0, 0, REPLY("mail", "530 5.7.0 log in"),
	  FAULT, 530, 0, 0 },
	{ "MAIL 550", PLAIN_TEXT, NONE, 0, 0, REPLY("mail", "550 5.7.1 no"),
	  FAIL, 550, 0, 0 },
	{ "MAIL 552", PLAIN_TEXT, NONE, 0, 0, REPLY("mail", "552 5.3.4 large"),
	  LARGER, 552, 0, 0 },
	{ "MAIL, hangs up", PLAIN_TEXT, NONE, 0, 0, DROP("mail"), RETRY, 250, 0,
	  0 },
	{ "MAIL stalls", PLAIN_TEXT, NONE, SLOW_REPLY, 0, STALL("mail"), RETRY,
	  250, 0, 0 },
	{ "MAIL, no SMTP", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("mail", "'reply': 'what', 'drop': true"), RETRY, 250, 0, 0 },
	{ "MAIL, several lines", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("mail", "'reply': ['250-a', '250 b']"), SENT, 250, 1, 1 },
	/* ---- RCPT ---- */
	{ "RCPT 450", PLAIN_TEXT, NONE, 0, 0, REPLY("rcpt", "450 4.2.1 later"),
	  RETRY, 450, 0, 0 },
	{ "RCPT 421", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("rcpt", "'reply': '421 4.3.2 later', 'drop': true"), PAUSE, 421,
	  0, 0 },
	{ "RCPT 550", PLAIN_TEXT, NONE, 0, 0, REPLY("rcpt", "550 5.1.1 no"),
	  FAIL, 550, 0, 0 },
	{ "RCPT 550 in several lines", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("rcpt", "'reply': ['550-5.1.1 no', '550 5.1.1 never']"), FAIL,
	  550, 0, 0 },
	{ "RCPT 552", PLAIN_TEXT, NONE, 0, 0, REPLY("rcpt", "552 5.2.2 full"),
	  FAIL, 552, 0, 0 },
	{ "RCPT 251", PLAIN_TEXT, NONE, 0, 0, REPLY("rcpt", "251 2.1.5 moved"),
	  SENT, 250, 1, 1 },
	{ "RCPT 252", PLAIN_TEXT, NONE, 0, 0, REPLY("rcpt", "252 2.1.5 may be"),
	  SENT, 250, 1, 1 },
	{ "RCPT, hangs up", PLAIN_TEXT, NONE, 0, 0, DROP("rcpt"), RETRY, 250, 0,
	  0 },
	{ "RCPT stalls", PLAIN_TEXT, NONE, SLOW_REPLY, 0, STALL("rcpt"), RETRY,
	  250, 0, 0 },
	/* ---- DATA ---- */
	{ "DATA 451", PLAIN_TEXT, NONE, 0, 0, REPLY("data", "451 4.3.0 later"),
	  RETRY, 451, 0, 0 },
	{ "DATA 554", PLAIN_TEXT, NONE, 0, 0, REPLY("data", "554 5.6.0 no"),
	  FAIL, 554, 0, 0 },
	{ "DATA, hangs up", PLAIN_TEXT, NONE, 0, 0, DROP("data"), RETRY, 250, 0,
	  0 },
	{ "DATA stalls", PLAIN_TEXT, NONE, SLOW_REPLY, 0, STALL("data"), RETRY,
	  250, 0, 0 },
	/* ---- during the body ---- */
	{ "body, hangs up early", PLAIN_TEXT, NONE, 0, LARGE,
	  STAGE("body", "'after': 1000, 'drop': true"), RETRY, 354, 0, 0 },
	{ "body stalls", PLAIN_TEXT, NONE, SLOW_REPLY, LARGE,
	  STAGE("body", "'after': 1000, 'stall': 30, 'drop': true"), RETRY, 354,
	  0, 0 },
	{ "body, hangs up when all of it left", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("body", "'after': 100, 'drop': true"), DOUBT, 354, 1, 0 },
	/* ---- after the end of data ---- */
	{ "end 451", PLAIN_TEXT, NONE, 0, 0, REPLY("end", "451 4.3.0 later"),
	  RETRY, 451, 1, 0 },
	{ "end 421", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("end", "'reply': '421 4.3.2 later', 'drop': true"), RETRY, 421,
	  1, 0 },
	{ "end 552", PLAIN_TEXT, NONE, 0, 0, REPLY("end", "552 5.3.4 large"),
	  LARGER, 552, 1, 0 },
	{ "end 554", PLAIN_TEXT, NONE, 0, 0, REPLY("end", "554 5.7.1 spam"),
	  FAIL, 554, 1, 0 },
	{ "end, hangs up", PLAIN_TEXT, NONE, 0, 0, DROP("end"), DOUBT, 354, 1,
	  1 },
	{ "end stalls", PLAIN_TEXT, NONE, SLOW_END, 0, STALL("end"), DOUBT, 354,
	  1, 1 },
	{ "end, no SMTP", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("end", "'reply': 'what', 'drop': true"), DOUBT, 354, 1, 0 },
	{ "end, half an answer", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("end", "'reply': '250-a', 'drop': true"), DOUBT, 250, 1, 1 },
	{ "end in several lines", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("end", "'reply': ['250-a', '250 2.0.0 b']"), SENT, 250, 1, 1 },
	{ "end 250, hangs up", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("end", "'reply': '250 2.0.0 a', 'drop': true"), SENT, 250, 1,
	  1 },
	{ "end of 64 KiB", PLAIN_TEXT, NONE, 0, 0,
	  STAGE("end", "'reply': '250 2.0.0 a', 'pad': 65536"), SENT, 250, 1,
	  1 },
	/* ---- QUIT ---- */
	{ "QUIT, hangs up", PLAIN_TEXT, NONE, 0, 0, DROP("quit"), SENT, 250, 1,
	  1 },
	{ "QUIT 500", PLAIN_TEXT, NONE, 0, 0, REPLY("quit", "500 what"), SENT,
	  250, 1, 1 },
	{ "QUIT stalls", PLAIN_TEXT, NONE, SLOW_REPLY, 0,
	  STAGE("quit", "'stall': 30, 'drop': true"), SENT, 250, 1, 1 },
};
#define ROWS (sizeof rows / sizeof rows[0])

/* What came of a row, and where its message went. */
struct seen_row {
	bool ran;
	struct ts_smtp_outcome outcome;
	struct smtp_seen seen;
	int last_calls;
	double took_s;
	char trouble[300];
};

static struct seen_row seen_rows[ROWS];
static atomic_size_t next_row;

static double
seconds(void)
{
	const struct ts_clock *clock = ts_clock_system();

	return (double)clock->mono_us(clock) / 1e6;
}

/* No assertion here: cmocka's belong to the first thread. */
static void
run_row(const struct row *row, struct seen_row *out)
{
	struct smtp_relay server;
	struct ts_relay relay;
	struct ts_smtp *smtp = NULL;
	struct ts_smtp_source source;
	struct letter letter;
	struct ts_err err = { .status = TS_OK };
	double since = seconds();

	out->ran = true;
	if (!smtp_relay_new(&server, row->wish, row->how == NOBODY,
			    row->how == SMTPS)) {
		snprintf(out->trouble, sizeof out->trouble, "no relay");
		return;
	}
	relay = relay_of(&server, row->how, row->auth);
	if (row->slow == SLOW_REPLY)
		relay.reply_s = 1;
	if (row->slow == SLOW_END)
		relay.end_s = 1;
	letter_new(&letter, row->size);
	source = letter_source(&letter);
	if (ts_smtp_open(&relay, &smtp, &err) != TS_OK ||
	    ts_smtp_send(smtp, LETTER_FROM, LETTER_TO, &source, &out->outcome,
			 &err) != TS_OK)
		snprintf(out->trouble, sizeof out->trouble, "%.250s", err.text);
	ts_smtp_close(smtp);
	out->took_s = seconds() - since;
	out->last_calls = letter.last_calls;
	if (!smtp_relay_look(&server, &out->seen))
		snprintf(out->trouble, sizeof out->trouble, "no answer");
	free(letter.bytes);
}

static void *
run_rows(void *ctx)
{
	size_t at;

	(void)ctx;
	while ((at = atomic_fetch_add(&next_row, 1)) < ROWS)
		run_row(&rows[at], &seen_rows[at]);
	return NULL;
}

static bool
is_as_it_should(const struct row *row, const struct seen_row *got)
{
	bool good = got->trouble[0] == '\0' &&
		    got->outcome.class == row->want &&
		    got->outcome.code == row->code &&
		    got->last_calls == row->last &&
		    got->seen.messages == row->messages &&
		    got->seen.clear == 0 && got->took_s < 25;

	/* not a byte of it before the login that is to be */
	if (row->auth != NONE && got->seen.unknown != 0)
		good = false;
	/* where it may not leave, nothing of it left */
	if (row->last == 0 && row->size == 0 && got->seen.body != 0)
		good = false;
	if (!good)
		print_error("%s: class %d not %d, code %d not %d, hook %d not "
			    "%d, taken %d not %d, body %d, before the login "
			    "%d, in clear %d, %.1f s, \"%s\" %s\n",
			    row->name, (int)got->outcome.class, (int)row->want,
			    got->outcome.code, row->code, got->last_calls,
			    row->last, got->seen.messages, row->messages,
			    got->seen.body, got->seen.unknown, got->seen.clear,
			    got->took_s, got->outcome.words, got->trouble);
	return good;
}

static void
whatever_a_relay_does_has_a_class(void **state)
{
	pthread_t threads[THREADS];
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, run_rows, NULL), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < ROWS; i++)
		bad += !is_as_it_should(&rows[i], &seen_rows[i]);
	assert_int_equal(bad, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_a_relay_does_has_a_class),
	};
	int failed;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (!smtp_relays_start()) {
		fprintf(stderr, "smtp: python3 is needed\n");
		return 1;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	smtp_relays_stop();
	curl_global_cleanup();
	return failed;
}
