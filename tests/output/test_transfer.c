/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/output/sample_edition.h"

#include <limits.h>
#include <pthread.h>
#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <tradestat/plugin.h>
#include "output/engine/bundle.h"
#include "output/engine/transfer.h"
#include "tests/support/http_server.h"

#define NOW_US 1795600000123456 /* 2026-11-25 */
#define LARGE ((size_t)8 << 20)

/* What the other side does with a request, and what it was told. */
struct script {
	const char *reply; /* bytes; NULL: hangs up */
	bool early;        /* replies before the body was read */
	int pause_ms;
	size_t flood; /* bytes of a body that nobody wants */
	size_t read_most;
	pthread_mutex_t lock;
	char body[65536];
	size_t body_size;
};

struct bench {
	struct http_server *server;
	struct script script;
	struct ts_arena *arena;
	struct ts_transfers list;
	struct ts_transfer transfer;
	struct ts_transfer_opts opts;
	struct ts_smtp_outcome outcome;
	char url[256];
	char *bundle;
	const char *secret; /* NULL: there is none */
	int last_calls;
	bool refuse;
	int wait_s;
};

static size_t
body_length(const char *request)
{
	const char *at = strcasestr(request, "\r\nContent-Length:");

	return at != NULL ? strtoumax(at + 17, NULL, 10) : 0;
}

static void
read_body(struct http_talk *talk, struct script *script)
{
	size_t left = body_length(talk->request);
	char piece[16384];

	if (left > script->read_most)
		left = script->read_most;
	while (left > 0) {
		ssize_t got =
			recv(talk->fd, piece,
			     left < sizeof piece ? left : sizeof piece, 0);

		if (got <= 0)
			return;
		left -= (size_t)got;
		pthread_mutex_lock(&script->lock);
		if (script->body_size + (size_t)got <= sizeof script->body) {
			memcpy(script->body + script->body_size, piece,
			       (size_t)got);
			script->body_size += (size_t)got;
		}
		pthread_mutex_unlock(&script->lock);
	}
}

static void
answer(struct http_talk *talk)
{
	struct script *script = talk->ctx;

	if (!script->early)
		read_body(talk, script);
	if (script->pause_ms > 0)
		http_pause_ms(script->pause_ms);
	if (script->reply != NULL)
		http_say(talk, "%s", script->reply);
	for (size_t i = 0; i < script->flood; i += 1024)
		if (!http_say(talk, "%1023s\n", "x"))
			break;
	if (script->reply == NULL || script->flood > 0 || script->early ||
	    strncmp(script->reply, "HTTP/1.1", 8) != 0)
		talk->close = true;
}

static enum ts_status
secret(void *ctx, const char *reference, const char **text, struct ts_err *err)
{
	struct bench *bench = ctx;

	if (bench->secret == NULL)
		return ts_fail(err, TS_BAD_CONFIG, "%s: no such credential",
			       reference);
	*text = bench->secret;
	return TS_OK;
}

static enum ts_status
last(void *ctx, struct ts_err *err)
{
	struct bench *bench = ctx;

	bench->last_calls++;
	return bench->refuse ? ts_fail(err, TS_FULL, "the store is full")
			     : TS_OK;
}

static void
bench_open(struct bench *bench, const char *reply)
{
	memset(bench, 0, sizeof *bench);
	bench->script.reply = reply;
	bench->script.read_most = SIZE_MAX;
	pthread_mutex_init(&bench->script.lock, NULL);
	bench->server = http_server_start(answer, &bench->script);
	bench->arena = ts_arena_new(32 << 20);
	snprintf(bench->url, sizeof bench->url, "%s/hook/T0K3N-0123456789",
		 http_server_url(bench->server));
	bench->transfer = (struct ts_transfer){
		.method = "POST",
		.url = bench->url,
		.type = "application/json",
		.body = "{\"event\":\"edition\"}",
		.body_size = 19,
		.once = true,
		.allow_http = true,
		.allow_private = true,
	};
	bench->opts = (struct ts_transfer_opts){
		.bundle = "/no/bundle",
		.id = "0123456789abcdef",
		.now_us = NOW_US,
		.software = "tradestat/0.1.0",
		.ctx = bench,
		.secret = secret,
		.last = last,
		.connect_s = 5,
		.reply_s = 1,
	};
}

static void
bench_add(struct bench *bench)
{
	struct ts_err err = { 0 };

	if (ts_transfers_add(&bench->list, &bench->transfer, bench->arena,
			     &err) != TS_OK)
		fail_msg("%s", err.text);
}

static enum ts_smtp_class
bench_run(struct bench *bench)
{
	struct ts_err err = { 0 };

	if (ts_transfers_run(&bench->list, &bench->opts, &bench->outcome,
			     &bench->wait_s, &err) != TS_OK)
		fail_msg("%s", err.text);
	return bench->outcome.class;
}

static void
bench_close(struct bench *bench)
{
	if (bench->server != NULL)
		http_server_stop(bench->server);
	ts_arena_free(bench->arena);
	if (bench->bundle != NULL)
		temp_gone(bench->bundle);
}

/* ---- what an answer means ------------------------------------------------ */

#define EMPTY "Content-Length: 0\r\n\r\n"

static void
every_answer_is_of_one_class(void **state)
{
	static const struct {
		const char *name, *reply;
		enum ts_smtp_class class;
		int code, wait_s;
	} rows[] = {
		{ "done", "HTTP/1.1 200 OK\r\n" EMPTY, TS_SMTP_SENT, 200, 0 },
		{ "made", "HTTP/1.1 201 Created\r\n" EMPTY, TS_SMTP_SENT, 201,
		  0 },
		{ "taken", "HTTP/1.1 204 No Content\r\n\r\n", TS_SMTP_SENT, 204,
		  0 },
		{ "a redirect",
		  "HTTP/1.1 302 Found\r\n"
		  "Location: http://127.0.0.1:1/\r\n" EMPTY,
		  TS_SMTP_RELAY_FAULT, 302, 0 },
		{ "a bad request", "HTTP/1.1 400 Bad\r\n" EMPTY, TS_SMTP_FAIL,
		  400, 0 },
		{ "not known", "HTTP/1.1 401 No\r\n" EMPTY, TS_SMTP_RELAY_FAULT,
		  401, 0 },
		{ "not allowed", "HTTP/1.1 403 No\r\n" EMPTY,
		  TS_SMTP_RELAY_FAULT, 403, 0 },
		{ "not there", "HTTP/1.1 404 No\r\n" EMPTY, TS_SMTP_FAIL, 404,
		  0 },
		{ "too slow", "HTTP/1.1 408 Slow\r\n" EMPTY, TS_SMTP_RETRY, 408,
		  0 },
		{ "gone", "HTTP/1.1 410 Gone\r\n" EMPTY, TS_SMTP_FAIL, 410, 0 },
		{ "too large", "HTTP/1.1 413 Big\r\n" EMPTY, TS_SMTP_FAIL, 413,
		  0 },
		{ "locked", "HTTP/1.1 423 Locked\r\n" EMPTY, TS_SMTP_RETRY, 423,
		  0 },
		{ "too early", "HTTP/1.1 425 Early\r\n" EMPTY, TS_SMTP_RETRY,
		  425, 0 },
		{ "too often",
		  "HTTP/1.1 429 Often\r\nRetry-After: 120\r\n" EMPTY,
		  TS_SMTP_RETRY, 429, 120 },
		{ "an absurd wait",
		  "HTTP/1.1 429 Often\r\nRetry-After: 99999999\r\n" EMPTY,
		  TS_SMTP_RETRY, 429, 7 * 86400 },
		{ "broken", "HTTP/1.1 500 Broken\r\n" EMPTY, TS_SMTP_RETRY, 500,
		  0 },
		{ "away", "HTTP/1.1 503 Away\r\nRetry-After: 7\r\n" EMPTY,
		  TS_SMTP_RETRY, 503, 7 },
		{ "a lie about its length",
		  "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nok",
		  TS_SMTP_SENT, 200, 0 },
		{ "garbage", "SSH-2.0-OpenSSH\r\n", TS_SMTP_IN_DOUBT, 0, 0 },
		{ "nothing", NULL, TS_SMTP_IN_DOUBT, 0, 0 },
		{ "an interim answer only", "HTTP/1.1 100 Continue\r\n\r\n",
		  TS_SMTP_IN_DOUBT, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bench bench;

		bench_open(&bench, rows[i].reply);
		bench_add(&bench);
		if (bench_run(&bench) != rows[i].class ||
		    bench.outcome.code != rows[i].code ||
		    bench.wait_s != rows[i].wait_s)
			fail_msg("%s: class %d, %s", rows[i].name,
				 bench.outcome.class, bench.outcome.words);
		assert_int_equal(bench.last_calls, 1);
		assert_int_equal(http_server_count(bench.server), 1);
		bench_close(&bench);
	}
}

static void
what_a_bucket_refuses_is_told_from_its_document(void **state)
{
	static const struct {
		const char *status, *code;
		enum ts_smtp_class class;
	} rows[] = {
		{ "404 Not Found", "NoSuchBucket", TS_SMTP_RELAY_FAULT },
		{ "400 Bad Request", "AuthorizationHeaderMalformed",
		  TS_SMTP_RELAY_FAULT },
		{ "403 Forbidden", "SignatureDoesNotMatch",
		  TS_SMTP_RELAY_FAULT },
		{ "400 Bad Request", "RequestTimeout", TS_SMTP_RETRY },
		{ "503 Slow Down", "SlowDown", TS_SMTP_RETRY },
		{ "400 Bad Request", "EntityTooLarge", TS_SMTP_FAIL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bench bench;
		char reply[512], body[256], words[64];

		snprintf(body, sizeof body,
			 "<?xml version=\"1.0\"?>\n<Error><Code>%s</Code>"
			 "<Message>So it is</Message></Error>",
			 rows[i].code);
		snprintf(reply, sizeof reply,
			 "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s",
			 rows[i].status, strlen(body), body);
		snprintf(words, sizeof words, "%s: So it is", rows[i].code);
		bench_open(&bench, reply);
		bench.script.early = true; /* we ask first: Expect */
		bench.opts.reply_s = 5;
		bench.secret = "secret access key";
		bench.transfer.method = "PUT";
		bench.transfer.once = false;
		bench.transfer.sign = TS_SIGN_S3;
		bench.transfer.user = "AKIDEXAMPLE";
		bench.transfer.secret = "credential:s3";
		bench.transfer.region = "eu-north-1";
		bench_add(&bench);
		if (bench_run(&bench) != rows[i].class)
			fail_msg("%s: %d, %s", rows[i].code,
				 bench.outcome.class, bench.outcome.words);
		assert_string_equal(bench.outcome.reply, words);
		bench_close(&bench);
	}
}

static void
a_lost_answer_is_doubtful_only_where_twice_would_be_seen(void **state)
{
	static const struct {
		const char *name;
		bool once;
		int pause_ms;
		enum ts_smtp_class class;
	} rows[] = {
		{ "hung up, once", true, 0, TS_SMTP_IN_DOUBT },
		{ "hung up, any number of times", false, 0, TS_SMTP_RETRY },
		{ "silent, once", true, 7000, TS_SMTP_IN_DOUBT },
		{ "silent, any number of times", false, 7000, TS_SMTP_RETRY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bench bench;

		bench_open(&bench, NULL);
		bench.script.pause_ms = rows[i].pause_ms;
		bench.opts.connect_s = 1;
		bench.transfer.once = rows[i].once;
		bench_add(&bench);
		if (bench_run(&bench) != rows[i].class)
			fail_msg("%s: %s", rows[i].name, bench.outcome.words);
		assert_int_equal(bench.last_calls, rows[i].once ? 1 : 0);
		assert_int_equal(http_server_count(bench.server), 1);
		bench_close(&bench);
	}
}

/* It had not been said that the last bytes were on their way. */
static void
a_cut_upload_is_not_doubtful(void **state)
{
	struct bench bench;
	char *body = calloc(1, LARGE);

	(void)state;
	assert_non_null(body);
	memset(body, 'x', LARGE);
	bench_open(&bench, NULL);
	bench.transfer.body = body;
	bench.transfer.body_size = LARGE;
	bench.script.read_most = 100000;
	bench_add(&bench);
	assert_int_equal(bench_run(&bench), TS_SMTP_RETRY);
	assert_int_equal(bench.last_calls, 0);
	bench_close(&bench);
	free(body);
}

static void
a_refusal_in_the_middle_of_an_upload_counts(void **state)
{
	struct bench bench;
	char *body = calloc(1, LARGE);

	(void)state;
	assert_non_null(body);
	memset(body, 'x', LARGE);
	bench_open(&bench, "HTTP/1.1 413 Too Large\r\nContent-Length: 5\r\n"
			   "Connection: close\r\n\r\nlarge");
	bench.transfer.body = body;
	bench.transfer.body_size = LARGE;
	bench.script.early = true;
	bench_add(&bench);
	assert_int_equal(bench_run(&bench), TS_SMTP_FAIL);
	assert_int_equal(bench.outcome.code, 413);
	assert_int_equal(bench.last_calls, 0);
	bench_close(&bench);
	free(body);
}

static void
nothing_is_sent_to_the_end_when_the_caller_refuses(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "HTTP/1.1 200 OK\r\n" EMPTY);
	bench.refuse = true;
	bench_add(&bench);
	bench_add(&bench);
	assert_int_equal(bench_run(&bench), TS_SMTP_STOPPED);
	assert_non_null(strstr(bench.outcome.words, "the store is full"));
	assert_int_equal(bench.last_calls, 1);
	pthread_mutex_lock(&bench.script.lock);
	assert_int_equal(bench.script.body_size, 0);
	pthread_mutex_unlock(&bench.script.lock);
	bench_close(&bench);
}

/* ---- where it goes ------------------------------------------------------- */

static void
nobody_there_pauses_the_relay(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "");
	http_server_stop(bench.server);
	bench.server = NULL;
	bench_add(&bench);
	assert_int_equal(bench_run(&bench), TS_SMTP_RELAY_PAUSE);
	assert_int_equal(bench.last_calls, 0);
	bench_close(&bench);
}

static void
a_private_address_needs_permission(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "HTTP/1.1 200 OK\r\n" EMPTY);
	bench.transfer.allow_private = false;
	bench_add(&bench);
	assert_int_equal(bench_run(&bench), TS_SMTP_RELAY_FAULT);
	assert_non_null(strstr(bench.outcome.words, "allow_private"));
	assert_int_equal(http_server_connections(bench.server), 0);
	bench_close(&bench);
}

static void
a_secret_address_is_told_nowhere(void **state)
{
	static const char reply[] =
		"HTTP/1.1 404 Not Found\r\nContent-Length: 37\r\n\r\n"
		"no hook at /hook/T0K3N-0123456789 \x01\x1b!";
	struct bench bench;

	(void)state;
	bench_open(&bench, reply);
	bench.secret = bench.url;
	bench.transfer.url = "credential:slack";
	bench_add(&bench);
	assert_string_equal(ts_transfers_relay(&bench.list, bench.arena),
			    "credential:slack");
	assert_int_equal(bench_run(&bench), TS_SMTP_FAIL);
	assert_null(strstr(bench.outcome.words, "T0K3N"));
	assert_null(strstr(bench.outcome.reply, "T0K3N"));
	assert_null(strchr(bench.outcome.reply, '\x1b'));
	assert_non_null(strstr(bench.outcome.words, "credential:slack"));
	assert_non_null(strstr(bench.outcome.reply, "no hook at"));
	bench_close(&bench);
}

static void
a_secret_that_is_missing_or_no_address_is_for_a_person(void **state)
{
	static const struct {
		const char *name, *secret;
	} rows[] = {
		{ "none", NULL },
		{ "empty", "" },
		{ "no address", "hello" },
		{ "another scheme", "ftp://example.org/" },
		{ "a file", "file:///etc/passwd" },
		{ "two lines", "http://127.0.0.1:1/\r\nX: y" },
		{ "a password inside", "http://a:b@127.0.0.1:1/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bench bench;

		bench_open(&bench, "HTTP/1.1 200 OK\r\n" EMPTY);
		bench.secret = rows[i].secret;
		bench.transfer.url = "credential:slack";
		bench_add(&bench);
		if (bench_run(&bench) != TS_SMTP_RELAY_FAULT)
			fail_msg("%s: %s", rows[i].name, bench.outcome.words);
		assert_int_equal(bench.last_calls, 0);
		bench_close(&bench);
	}
}

static void
what_is_paused_together_has_no_path(void **state)
{
	static const struct {
		const char *url, *relay;
	} rows[] = {
		{ "https://hooks.example.org/services/T1/B2/secret",
		  "https://hooks.example.org" },
		{ "https://hooks.example.org:8443/a?token=b",
		  "https://hooks.example.org:8443" },
		{ "credential:teams", "credential:teams" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bench bench;

		bench_open(&bench, "");
		bench.transfer.url = rows[i].url;
		bench_add(&bench);
		assert_string_equal(
			ts_transfers_relay(&bench.list, bench.arena),
			rows[i].relay);
		bench_close(&bench);
	}
}

/* ---- what is sent -------------------------------------------------------- */

static void
a_request_is_known_by_its_id_and_signed(void **state)
{
	static const char key[] = "whisper";
	struct bench bench;
	unsigned char digest[32];
	char text[128], expected[160];
	const char *request;
	int length;

	(void)state;
	bench_open(&bench, "HTTP/1.1 200 OK\r\n" EMPTY);
	bench.secret = key;
	bench.transfer.sign = TS_SIGN_HMAC;
	bench.transfer.secret = "credential:hook";
	bench_add(&bench);
	assert_int_equal(bench_run(&bench), TS_SMTP_SENT);
	request = http_server_request(bench.server, 0);
	assert_non_null(strstr(
		request, "\r\nX-Tradestat-Delivery: 0123456789abcdef\r\n"));
	assert_non_null(strstr(request, "\r\nUser-Agent: tradestat/0.1.0\r\n"));
	assert_non_null(
		strstr(request, "\r\nContent-Type: application/json\r\n"));
	assert_memory_equal(bench.script.body, bench.transfer.body, 19);
	length = snprintf(text, sizeof text, "%lld.%s", NOW_US / 1000000LL,
			  bench.transfer.body);
	HMAC(EVP_sha256(), key, (int)strlen(key), (unsigned char *)text,
	     (size_t)length, digest, NULL);
	length = snprintf(
		expected, sizeof expected,
		"X-Tradestat-Signature: t=%lld,v1=", NOW_US / 1000000LL);
	for (size_t i = 0; i < sizeof digest; i++)
		length += snprintf(expected + length,
				   sizeof expected - (size_t)length, "%02x",
				   digest[i]);
	assert_non_null(strstr(request, expected));
	bench_close(&bench);
}

static void
who_it_is_for_is_told_by_password_or_token(void **state)
{
	static const struct {
		const char *name;
		enum ts_sign sign;
		const char *user, *secret, *header;
	} rows[] = {
		{ "basic", TS_SIGN_BASIC, "anna", "open sesame",
		  "\r\nAuthorization: Basic YW5uYTpvcGVuIHNlc2FtZQ==\r\n" },
		{ "bearer", TS_SIGN_BEARER, NULL, "abc.def-1",
		  "\r\nAuthorization: Bearer abc.def-1\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bench bench;

		bench_open(&bench, "HTTP/1.1 200 OK\r\n" EMPTY);
		bench.secret = rows[i].secret;
		bench.transfer.sign = rows[i].sign;
		bench.transfer.user = rows[i].user;
		bench.transfer.secret = "credential:x";
		bench_add(&bench);
		if (bench_run(&bench) != TS_SMTP_SENT ||
		    strstr(http_server_request(bench.server, 0),
			   rows[i].header) == NULL)
			fail_msg("%s: %s", rows[i].name, bench.outcome.words);
		bench_close(&bench);
	}
}

static void
an_endless_answer_is_not_read_to_its_end(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
	bench.script.flood = 64 << 20;
	bench_add(&bench);
	assert_int_equal(bench_run(&bench), TS_SMTP_SENT);
	assert_true(strlen(bench.outcome.reply) < sizeof bench.outcome.reply);
	bench_close(&bench);
}

static void
a_folder_that_is_there_is_good_if_said_so(void **state)
{
	struct bench bench;

	(void)state;
	for (int good = 0; good < 2; good++) {
		bench_open(&bench, "HTTP/1.1 405 Not Allowed\r\n" EMPTY);
		bench.transfer.method = "MKCOL";
		bench.transfer.body = NULL;
		bench.transfer.body_size = 0;
		bench.transfer.once = false;
		bench.transfer.exists_is_good = good == 1;
		bench_add(&bench);
		assert_int_equal(bench_run(&bench),
				 good == 1 ? TS_SMTP_SENT : TS_SMTP_FAIL);
		assert_memory_equal(http_server_request(bench.server, 0),
				    "MKCOL /hook", 11);
		bench_close(&bench);
	}
}

static void
make_bundle(struct bench *bench, char path[PATH_MAX])
{
	extern const struct ts_output ts_plugin_output_csv;
	struct ts_bundle *bundle;
	struct sample sample;
	struct ts_err err = { 0 };

	bench->bundle = temp_dir();
	assert_int_equal(ts_bundle_open(bench->bundle, 0, &bundle, &err),
			 TS_OK);
	sample_open(&sample, ts_bundle_charts_dir(bundle), NULL);
	assert_int_equal(ts_bundle_make(bundle, &ts_plugin_output_csv,
					&sample.edition, &err),
			 TS_OK);
	if (ts_bundle_publish(bundle, &sample.edition, path, PATH_MAX, &err) !=
	    TS_OK)
		fail_msg("%s", err.text);
	ts_bundle_close(bundle);
	sample_close(&sample);
}

static void
use_file(struct bench *bench, const char *name)
{
	bench->transfer.method = "PUT";
	bench->transfer.body = NULL;
	bench->transfer.body_size = 0;
	bench->transfer.file = name;
	bench->transfer.once = false;
}

static void
files_of_the_bundle_go_in_their_order_and_stop_at_a_failure(void **state)
{
	struct bench bench;
	char path[PATH_MAX];

	(void)state;
	bench_open(&bench, "HTTP/1.1 201 Created\r\n" EMPTY);
	make_bundle(&bench, path);
	bench.opts.bundle = path;
	use_file(&bench, "charts/turnover.svg");
	bench_add(&bench);
	use_file(&bench, "manifest.json");
	bench_add(&bench);
	assert_int_equal(bench_run(&bench), TS_SMTP_SENT);
	assert_int_equal(http_server_count(bench.server), 2);
	/* they shared a connection */
	assert_int_equal(http_server_connections(bench.server), 1);
	assert_memory_equal(bench.script.body, "<?xml", 5);
	bench.script.reply = "HTTP/1.1 507 Full\r\n" EMPTY;
	assert_int_equal(bench_run(&bench), TS_SMTP_RETRY);
	assert_int_equal(http_server_count(bench.server), 3);
	bench_close(&bench);
}

static void
a_bundle_that_was_damaged_is_not_sent(void **state)
{
	struct bench bench;
	char path[PATH_MAX], name[PATH_MAX + 32];
	struct ts_err err = { 0 };

	(void)state;
	bench_open(&bench, "HTTP/1.1 201 Created\r\n" EMPTY);
	make_bundle(&bench, path);
	bench.opts.bundle = path;
	snprintf(name, sizeof name, "%s/data/turnover.csv", path);
	assert_int_equal(ts_file_write(name, "x", 1, 0644, &err), TS_OK);
	use_file(&bench, "manifest.json");
	bench_add(&bench);
	assert_int_equal(bench_run(&bench), TS_SMTP_FAIL);
	assert_int_equal(http_server_count(bench.server), 0);
	bench_close(&bench);
}

/* ---- what may be asked for ----------------------------------------------- */

#define KEY "SHA256:abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"

static void
what_cannot_be_done_is_refused_at_once(void **state)
{
	static const struct ts_header split[] = { { "X-A", "b\r\nX-C: d" } };
	static const struct ts_header named[] = { { "X A", "b" } };
	static const struct {
		const char *name;
		struct ts_transfer transfer;
		bool good;
	} rows[] = {
		{ "https",
		  { .method = "POST", .url = "https://a.example/" },
		  true },
		{ "in clear",
		  { .method = "POST", .url = "http://a.example/" },
		  false },
		{ "no scheme",
		  { .method = "POST", .url = "a.example/x" },
		  false },
		{ "a local file",
		  { .method = "PUT", .url = "file:///etc/x" },
		  true /* the reference of a secret address */ },
		{ "another scheme",
		  { .method = "PUT", .url = "ftp://a.example/" },
		  false },
		{ "gopher",
		  { .method = "PUT", .url = "gopher://a.example/" },
		  false },
		{ "a password inside",
		  { .method = "POST", .url = "https://a:b@c.example/" },
		  false },
		{ "a line end inside",
		  { .method = "POST", .url = "https://a.example/\r\nX" },
		  false },
		{ "a blank",
		  { .method = "POST", .url = "https://a.example/ b" },
		  false },
		{ "another method",
		  { .method = "DELETE", .url = "https://a.example/" },
		  false },
		{ "a header of two lines",
		  { .method = "POST",
		    .url = "https://a.example/",
		    .headers = split,
		    .header_count = 1 },
		  false },
		{ "a header's name with a blank",
		  { .method = "POST",
		    .url = "https://a.example/",
		    .headers = named,
		    .header_count = 1 },
		  false },
		{ "a file outside",
		  { .method = "PUT",
		    .url = "https://a.example/",
		    .file = "../../etc/passwd" },
		  false },
		{ "basic without a user",
		  { .method = "PUT",
		    .url = "https://a.example/",
		    .sign = TS_SIGN_BASIC,
		    .secret = "credential:x" },
		  false },
		{ "a password in clear",
		  { .method = "PUT",
		    .url = "https://a.example/",
		    .sign = TS_SIGN_BEARER,
		    .secret = "hunter2" },
		  false },
		{ "S3 without a region",
		  { .method = "PUT",
		    .url = "https://a.example/",
		    .sign = TS_SIGN_S3,
		    .user = "AKIA",
		    .secret = "credential:x" },
		  false },
		{ "SFTP",
		  { .method = "PUT",
		    .url = "sftp://a.example/in/x",
		    .file = "report.pdf",
		    .sign = TS_SIGN_SSH,
		    .user = "u",
		    .secret = "credential:x",
		    .host_key = KEY },
		  true },
		{ "SFTP without the server's key",
		  { .method = "PUT",
		    .url = "sftp://a.example/in/x",
		    .file = "report.pdf",
		    .sign = TS_SIGN_SSH,
		    .user = "u",
		    .secret = "credential:x" },
		  false },
		{ "SFTP with half a key",
		  { .method = "PUT",
		    .url = "sftp://a.example/in/x",
		    .sign = TS_SIGN_SSH,
		    .user = "u",
		    .secret = "credential:x",
		    .host_key = "SHA256:abc" },
		  false },
		{ "a command in a path",
		  { .method = "PUT",
		    .url = "sftp://a.example/in/x%20y",
		    .sign = TS_SIGN_SSH,
		    .user = "u",
		    .secret = "credential:x",
		    .host_key = KEY },
		  false },
		{ "SFTP with a web signature",
		  { .method = "PUT",
		    .url = "sftp://a.example/in/x",
		    .sign = TS_SIGN_BASIC,
		    .user = "u",
		    .secret = "credential:x" },
		  false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ts_arena *arena = ts_arena_new(1 << 16);
		struct ts_transfers list = { 0 };
		struct ts_err err = { 0 };
		enum ts_status status =
			ts_transfers_add(&list, &rows[i].transfer, arena, &err);

		if (status != (rows[i].good ? TS_OK : TS_BAD_CONFIG))
			fail_msg("%s: %d %s", rows[i].name, status, err.text);
		ts_arena_free(arena);
	}
}

static void
transfers_come_back_from_the_outbox(void **state)
{
	static const struct ts_header headers[] = { { "X-One", "1" },
						    { "X-Two", "" } };
	static const struct ts_transfer all = {
		.method = "PUT",
		.url = "https://s3.example.org/b/k",
		.type = "text/csv",
		.headers = headers,
		.header_count = 2,
		.file = "data/turnover.csv",
		.sign = TS_SIGN_S3,
		.user = "AKIA",
		.secret = "file:/etc/key",
		.region = "eu-central-1",
		.ca_file = "/etc/ca.pem",
		.exists_is_good = true,
		.allow_private = true,
	};
	static const struct ts_transfer body = {
		.method = "POST",
		.url = "http://[::1]:8080/",
		.body = "a\0\xc3\xa9\"\n",
		.body_size = 6,
		.once = true,
		.allow_http = true,
	};
	TS_AUTO_BUF text = TS_BUF_INIT(1 << 16);
	TS_AUTO_BUF again = TS_BUF_INIT(1 << 16);
	struct ts_arena *arena = ts_arena_new(1 << 20);
	struct ts_transfers list = { 0 }, back;
	struct ts_err err = { 0 };

	(void)state;
	assert_int_equal(ts_transfers_add(&list, &all, arena, &err), TS_OK);
	assert_int_equal(ts_transfers_add(&list, &body, arena, &err), TS_OK);
	assert_int_equal(ts_transfers_add(&list, &all, arena, &err), TS_OK);
	assert_int_equal(ts_transfers_print(&list, &text, &err), TS_OK);
	if (ts_transfers_parse(text.data, arena, &back, &err) != TS_OK)
		fail_msg("%s", err.text);
	assert_int_equal(back.count, 3);
	assert_int_equal(ts_transfers_print(&back, &again, &err), TS_OK);
	assert_string_equal(text.data, again.data);
	assert_string_equal(back.items[0].file, "data/turnover.csv");
	assert_string_equal(back.items[0].region, "eu-central-1");
	assert_int_equal(back.items[0].sign, TS_SIGN_S3);
	assert_true(back.items[0].exists_is_good && !back.items[0].once);
	assert_string_equal(back.items[0].headers[1].value, "");
	assert_int_equal(back.items[1].body_size, 6);
	assert_memory_equal(back.items[1].body, body.body, 6);
	assert_true(back.items[1].once && back.items[1].allow_http);
	assert_null(back.items[1].file);
	ts_arena_free(arena);
}

static void
what_is_no_list_of_transfers_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"{}",
		"{\"schema\":2,\"transfers\":[]}",
		"{\"schema\":1}",
		"{\"schema\":1,\"transfers\":[7]}",
		"{\"schema\":1,\"transfers\":[{\"method\":\"POST\"}]}",
		"{\"schema\":1,\"transfers\":[{\"method\":\"POST\",\"url\":"
		"\"https://a.example/\",\"sign\":\"rot13\",\"headers\":[]}]}",
		"{\"schema\":1,\"transfers\":[{\"method\":\"POST\",\"url\":"
		"\"https://a.example/\",\"sign\":\"none\",\"headers\":[[1]]}]}",
		"{\"schema\":1,\"transfers\":[{\"method\":\"POST\",\"url\":"
		"\"http://a.example/\",\"sign\":\"none\",\"headers\":[]}]}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ts_arena *arena = ts_arena_new(1 << 16);
		struct ts_transfers list = { 0 };
		struct ts_err err = { 0 };

		if (ts_transfers_parse(rows[i], arena, &list, &err) == TS_OK ||
		    list.count != 0)
			fail_msg("%s", rows[i]);
		ts_arena_free(arena);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_is_of_one_class),
		cmocka_unit_test(
			what_a_bucket_refuses_is_told_from_its_document),
		cmocka_unit_test(
			a_lost_answer_is_doubtful_only_where_twice_would_be_seen),
		cmocka_unit_test(a_cut_upload_is_not_doubtful),
		cmocka_unit_test(a_refusal_in_the_middle_of_an_upload_counts),
		cmocka_unit_test(
			nothing_is_sent_to_the_end_when_the_caller_refuses),
		cmocka_unit_test(nobody_there_pauses_the_relay),
		cmocka_unit_test(a_private_address_needs_permission),
		cmocka_unit_test(a_secret_address_is_told_nowhere),
		cmocka_unit_test(
			a_secret_that_is_missing_or_no_address_is_for_a_person),
		cmocka_unit_test(what_is_paused_together_has_no_path),
		cmocka_unit_test(a_request_is_known_by_its_id_and_signed),
		cmocka_unit_test(who_it_is_for_is_told_by_password_or_token),
		cmocka_unit_test(an_endless_answer_is_not_read_to_its_end),
		cmocka_unit_test(a_folder_that_is_there_is_good_if_said_so),
		cmocka_unit_test(
			files_of_the_bundle_go_in_their_order_and_stop_at_a_failure),
		cmocka_unit_test(a_bundle_that_was_damaged_is_not_sent),
		cmocka_unit_test(what_cannot_be_done_is_refused_at_once),
		cmocka_unit_test(transfers_come_back_from_the_outbox),
		cmocka_unit_test(what_is_no_list_of_transfers_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
