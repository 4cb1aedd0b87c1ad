/* SPDX-License-Identifier: Apache-2.0 */
/* One relay, looked at closely. */
#include "tests/output/smtp_script.h"

#include <stdio.h>
#include "output/engine/smtp_inside.h"
#include "tests/support/http_server.h"

struct bench {
	struct smtp_relay server;
	struct ts_relay relay;
	struct ts_smtp *smtp;
	struct letter letter;
	struct ts_smtp_outcome outcome;
	struct smtp_seen seen;
};

static void
bench_open(struct bench *bench, const char *wish, enum how how,
	   enum ts_smtp_auth auth)
{
	struct ts_err err;

	memset(bench, 0, sizeof *bench);
	assert_true(smtp_relay_new(&bench->server, wish, false, how == SMTPS));
	bench->relay = relay_of(&bench->server, how, auth);
	assert_int_equal(ts_smtp_open(&bench->relay, &bench->smtp, &err),
			 TS_OK);
	letter_new(&bench->letter, 0);
}

static enum ts_smtp_class
bench_send(struct bench *bench)
{
	struct ts_smtp_source source = letter_source(&bench->letter);
	struct ts_err err;

	assert_int_equal(ts_smtp_send(bench->smtp, LETTER_FROM, LETTER_TO,
				      &source, &bench->outcome, &err),
			 TS_OK);
	assert_true(smtp_relay_look(&bench->server, &bench->seen));
	return bench->outcome.class;
}

static void
bench_close(struct bench *bench)
{
	ts_smtp_close(bench->smtp);
	free(bench->letter.bytes);
}

static void
several_messages_go_over_one_connection(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, WAYS("'PLAIN'") "'size': 1000000", STARTTLS, PLAIN);
	for (int i = 0; i < 3; i++)
		assert_int_equal(bench_send(&bench), SENT);
	assert_int_equal(bench.seen.messages, 3);
	assert_int_equal(bench.seen.connections, 1);
	assert_int_equal(bench.seen.ehlo, 2); /* in clear, and in TLS */
	assert_int_equal(bench.outcome.size_most, 1000000);
	ts_smtp_close(bench.smtp);
	bench.smtp = NULL;
	assert_true(smtp_relay_look(&bench.server, &bench.seen));
	assert_int_equal(bench.seen.quit, 1);
	assert_int_equal(bench.seen.connections, 1);
	bench_close(&bench);
}

static void
one_that_is_refused_does_not_disturb_the_next(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench,
		   WAYS("'LOGIN'") STAGE("rcpt", "'reply': '550 5.1.1 no', "
						 "'times': 1"),
		   STARTTLS, LOGIN);
	assert_int_equal(bench_send(&bench), FAIL);
	assert_string_equal(bench.outcome.enhanced, "5.1.1");
	assert_string_equal(bench.outcome.reply, "550 5.1.1 no");
	assert_int_equal(bench_send(&bench), SENT);
	assert_int_equal(bench.seen.messages, 1);
	assert_int_equal(bench.seen.unknown, 0);
	bench_close(&bench);
}

static void
a_second_attempt_sends_the_same_bytes(void **state)
{
	struct bench bench;
	char first[256];

	(void)state;
	bench_open(&bench,
		   STAGE("end", "'reply': '451 4.3.0 later', 'times': 1"),
		   PLAIN_TEXT, NONE);
	assert_int_equal(bench_send(&bench), RETRY);
	memcpy(first, bench.seen.hashes, sizeof first);
	assert_int_equal(strlen(first), 16);
	assert_int_equal(bench_send(&bench), SENT);
	assert_int_equal(strlen(bench.seen.hashes), 33);
	assert_memory_equal(bench.seen.hashes, first, 16);
	assert_memory_equal(bench.seen.hashes + 17, first, 16);
	bench_close(&bench);
}

static void
a_late_answer_is_not_taken_for_that_of_the_next_message(void **state)
{
	struct bench bench;
	struct ts_err err;

	(void)state;
	bench_open(&bench,
		   STAGE("end", "'stall': 2, 'reply': '550 5.7.1 spam', "
				"'times': 1"),
		   PLAIN_TEXT, NONE);
	ts_smtp_close(bench.smtp);
	bench.relay.end_s = 1;
	assert_int_equal(ts_smtp_open(&bench.relay, &bench.smtp, &err), TS_OK);
	assert_int_equal(bench_send(&bench), DOUBT);
	http_pause_ms(1500);
	assert_int_equal(bench_send(&bench), SENT);
	assert_int_equal(bench.seen.connections, 2);
	bench_close(&bench);
}

struct watcher {
	struct bench *bench;
	struct smtp_seen at_last;
	bool looked;
};

static enum ts_status
watch_read(void *ctx, char *into, size_t room, size_t *count,
	   struct ts_err *err)
{
	struct watcher *watcher = ctx;

	return letter_read(&watcher->bench->letter, into, room, count, err);
}

static enum ts_status
watch_last(void *ctx, struct ts_err *err)
{
	struct watcher *watcher = ctx;

	(void)err;
	watcher->looked =
		smtp_relay_look(&watcher->bench->server, &watcher->at_last);
	return TS_OK;
}

static void
the_doubt_is_committed_before_the_last_bytes_leave(void **state)
{
	struct bench bench;
	struct watcher watcher = { .bench = &bench };
	struct ts_smtp_source source = { .ctx = &watcher,
					 .read = watch_read,
					 .last = watch_last };
	struct ts_err err;

	(void)state;
	bench_open(&bench, "", PLAIN_TEXT, NONE);
	free(bench.letter.bytes);
	letter_new(&bench.letter, LARGE);
	source.size = (int64_t)bench.letter.size;
	assert_int_equal(ts_smtp_send(bench.smtp, LETTER_FROM, LETTER_TO,
				      &source, &bench.outcome, &err),
			 TS_OK);
	assert_int_equal(bench.outcome.class, SENT);
	assert_true(watcher.looked);
	assert_int_equal(watcher.at_last.messages, 0);
	assert_true(watcher.at_last.body < (int)bench.letter.size);
	assert_true(watcher.at_last.body > 0);
	bench_close(&bench);
}

/* The store could not keep the doubt, or the message is not what it was. */
static void
what_may_not_be_sent_is_not(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "", PLAIN_TEXT, NONE);
	bench.letter.refuse = true;
	assert_int_equal(bench_send(&bench), TS_SMTP_STOPPED);
	assert_non_null(strstr(bench.outcome.words, "the store is full"));
	assert_int_equal(bench.seen.body, 0);
	bench.letter.refuse = false;
	bench.letter.cut = true;
	assert_int_equal(bench_send(&bench), TS_SMTP_STOPPED);
	assert_int_equal(bench.letter.last_calls, 0);
	bench.letter.cut = false;
	bench.letter.bytes[bench.letter.size - 2] = '\n';
	assert_int_equal(bench_send(&bench), TS_SMTP_STOPPED);
	assert_int_equal(bench.letter.last_calls, 0);
	assert_int_equal(bench.seen.messages, 0);
	bench.letter.bytes[bench.letter.size - 2] = '\r';
	assert_int_equal(bench_send(&bench), SENT);
	assert_int_equal(bench.seen.messages, 1);
	bench_close(&bench);
}

static void
what_could_bring_commands_in_is_no_address(void **state)
{
	static const char *const bad[] = {
		"ann@example.org>\r\nRCPT TO:<eve@example.org",
		"ann@example.org NOTIFY=FAILURE",
		"<ann@example.org>",
		"ann",
		"",
		"\xd0\xb0nn@example.org",
		"ann@ex\xd0\xb0mple.org",
		"\"a b\"@example.org",
	};
	struct bench bench;
	struct ts_smtp_source source;
	struct ts_err err;

	(void)state;
	bench_open(&bench, "", PLAIN_TEXT, NONE);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		source = letter_source(&bench.letter);
		assert_int_equal(ts_smtp_send(bench.smtp, LETTER_FROM, bad[i],
					      &source, &bench.outcome, &err),
				 TS_OK);
		if (bench.outcome.class != TS_SMTP_STOPPED)
			fail_msg("to %s", bad[i]);
		assert_int_equal(ts_smtp_send(bench.smtp, i == 4 ? "x" : bad[i],
					      LETTER_TO, &source,
					      &bench.outcome, &err),
				 TS_OK);
		if (bench.outcome.class != TS_SMTP_STOPPED)
			fail_msg("from %s", bad[i]);
	}
	assert_true(smtp_relay_look(&bench.server, &bench.seen));
	assert_int_equal(bench.seen.connections, 0);
	bench_close(&bench);
}

static void
an_operator_is_written_to_without_a_sender(void **state)
{
	struct bench bench;
	struct ts_smtp_source source;
	struct ts_err err;

	(void)state;
	bench_open(&bench, "", PLAIN_TEXT, NONE);
	source = letter_source(&bench.letter);
	assert_int_equal(ts_smtp_send(bench.smtp, "", LETTER_TO, &source,
				      &bench.outcome, &err),
			 TS_OK);
	assert_int_equal(bench.outcome.class, SENT);
	bench_close(&bench);
}

static void
a_relay_that_would_get_a_password_in_clear_is_not_opened(void **state)
{
	static const struct {
		const char *url, *user, *secret, *hello;
	} bad[] = {
		{ "http://localhost", "", "", "" },
		{ "smtp://user@127.0.0.1:25", "", "", "" },
		{ "smtp://127.0.0.1@mail.example.org", "", "", "" },
		{ "smtp://127.0.0.1/x", "", "", "" },
		{ "smtp://127.0.0.1:25", "", "", "a\r\nMAIL FROM:<x@y.org>" },
		{ "smtp://127.0.0.1 x", "", "", "" },
		{ "smtps://mail.example.org", "user", "", "" },
		{ "smtps://mail.example.org", "", "secret", "" },
		{ "sendmail:sendmail", "", "", "" },
		{ "", "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		const struct ts_relay relay = {
			.url = bad[i].url,
			.hello = bad[i].hello,
			.auth = i == 6 || i == 7 ? PLAIN : NONE,
			.user = bad[i].user,
			.secret = bad[i].secret,
			.ca_file = "",
		};
		struct ts_smtp *smtp = NULL;
		struct ts_err err;

		if (ts_smtp_open(&relay, &smtp, &err) != TS_BAD_CONFIG)
			fail_msg("%s", bad[i].url);
		assert_null(strstr(err.text, "secret"));
	}
}

/* What libcurl says and what was heard; a name that nobody knows, and a libcurl
 * that does not tell what it sends. */
static void
the_rest_of_the_classes_follows_from_what_was_heard(void **state)
{
	static const struct ts_smtp_source source = { .size = 100 };
	static const struct {
		const char *name;
		CURLcode rc;
		struct ts_smtp_talk talk;
		int64_t uploaded;
		const char *words;
		enum ts_smtp_class want;
	} list[] = {
		{ "no such name",
		  CURLE_COULDNT_RESOLVE_HOST,
		  { .told = true },
		  0,
		  "",
		  PAUSE },
		{ "MAIL 550, not told",
		  CURLE_SEND_ERROR,
		  { .code = 550 },
		  0,
		  "",
		  FAIL },
		{ "MAIL 451, not told",
		  CURLE_SEND_ERROR,
		  { .code = 451 },
		  0,
		  "",
		  RETRY },
		{ "an old 554, and the connection is gone",
		  CURLE_SEND_ERROR,
		  { .code = 502, .told = true },
		  0,
		  "",
		  PAUSE },
		{ "no TLS 1.2",
		  CURLE_SSL_CONNECT_ERROR,
		  { .told = true },
		  0,
		  "OpenSSL: error:0A00042E:SSL routines::tlsv1 alert protocol",
		  FAULT },
		{ "cut, as OpenSSL 3 tells it",
		  CURLE_SSL_CONNECT_ERROR,
		  { .told = true },
		  0,
		  "error:0A000126:SSL routines::unexpected eof while reading",
		  PAUSE },
		{ "reset",
		  CURLE_SSL_CONNECT_ERROR,
		  { .told = true },
		  0,
		  "Recv failure: Connection reset by peer",
		  PAUSE },
		{ "gone before all was uploaded",
		  CURLE_SEND_ERROR,
		  { .told = true,
		    .said_mail = true,
		    .last = true,
		    .code = 354 },
		  99,
		  "",
		  RETRY },
		{ "gone when all was uploaded",
		  CURLE_SEND_ERROR,
		  { .told = true,
		    .said_mail = true,
		    .last = true,
		    .code = 354 },
		  100,
		  "",
		  DOUBT },
		{ "late when all was uploaded",
		  CURLE_OPERATION_TIMEDOUT,
		  { .told = true,
		    .said_mail = true,
		    .last = true,
		    .code = 354 },
		  100,
		  "",
		  DOUBT },
		{ "421 for what is known not to be delivered",
		  CURLE_RECV_ERROR,
		  { .told = true,
		    .said_mail = true,
		    .last = true,
		    .code = 421,
		    .final = 421 },
		  100,
		  "",
		  RETRY },
		{ "a result that nobody knows",
		  CURLE_LDAP_CANNOT_BIND,
		  { .told = true, .said_mail = true },
		  0,
		  "",
		  RETRY },
		{ "the same before MAIL",
		  CURLE_LDAP_CANNOT_BIND,
		  { .told = true },
		  0,
		  "",
		  PAUSE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
		struct ts_smtp_talk talk = list[i].talk;
		struct ts_smtp_outcome outcome = { .code = 0 };

		talk.source = &source;
		ts_smtp_judge(&talk, list[i].rc, list[i].uploaded,
			      list[i].words, &outcome);
		if (outcome.class != list[i].want)
			fail_msg("%s: %d not %d", list[i].name,
				 (int)outcome.class, (int)list[i].want);
		assert_true(outcome.words[0] != '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_messages_go_over_one_connection),
		cmocka_unit_test(one_that_is_refused_does_not_disturb_the_next),
		cmocka_unit_test(a_second_attempt_sends_the_same_bytes),
		cmocka_unit_test(
			a_late_answer_is_not_taken_for_that_of_the_next_message),
		cmocka_unit_test(
			the_doubt_is_committed_before_the_last_bytes_leave),
		cmocka_unit_test(what_may_not_be_sent_is_not),
		cmocka_unit_test(what_could_bring_commands_in_is_no_address),
		cmocka_unit_test(an_operator_is_written_to_without_a_sender),
		cmocka_unit_test(
			a_relay_that_would_get_a_password_in_clear_is_not_opened),
		cmocka_unit_test(
			the_rest_of_the_classes_follows_from_what_was_heard),
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
