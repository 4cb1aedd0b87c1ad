/* SPDX-License-Identifier: Apache-2.0 */
/* What publishers, proxies and lines do to a reply, case by case: nothing
 * that is not whole may become a figure. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <signal.h>
#include <zlib.h>
#include "tests/fetchers/fetching.h"

#define GOOD "LINES\n2023 14.5\n2024 18.4\nEND\n"
#define CUT "LINES\n2023 14.5\n2024 18."
#define KEPT "2023=14.5 2024=18.4 "

/* The gzip form of bytes; freed by the caller. */
static unsigned char *
gzip(const void *bytes, size_t count, size_t *size)
{
	z_stream zip = { .next_in = (unsigned char *)(uintptr_t)bytes,
			 .avail_in = (unsigned)count };
	unsigned char *out;

	assert_int_equal(deflateInit2(&zip, 9, Z_DEFLATED, 15 + 16, 8,
				      Z_DEFAULT_STRATEGY),
			 Z_OK);
	*size = deflateBound(&zip, count) + 32;
	out = malloc(*size);
	zip.next_out = out;
	zip.avail_out = (unsigned)*size;
	assert_int_equal(deflate(&zip, Z_FINISH), Z_STREAM_END);
	*size = zip.total_out;
	deflateEnd(&zip);
	return out;
}

/* ---- replies ------------------------------------------------------- */

static void
whole(struct http_talk *talk)
{
	http_reply_text(talk, "200 OK", "Set-Cookie: id=1\r\n", GOOD);
}

static void
shorter_than_said(struct http_talk *talk)
{
	http_say(talk, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" GOOD);
	talk->close = true;
}

static void
chunks_without_the_last(struct http_talk *talk)
{
	http_say(talk,
		 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		 "%zx\r\n%s\r\n",
		 strlen(GOOD), GOOD);
	talk->close = true;
}

static void
whole_chunks(struct http_talk *talk)
{
	http_say(talk,
		 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		 "%zx\r\n%s\r\n0\r\n\r\n",
		 strlen(GOOD), GOOD);
}

static void
unframed_and_cut(struct http_talk *talk)
{
	http_say(talk, "HTTP/1.0 200 OK\r\n\r\n" CUT);
	talk->close = true;
}

static void
unframed_and_whole(struct http_talk *talk)
{
	http_say(talk, "HTTP/1.0 200 OK\r\n\r\n" GOOD);
	talk->close = true;
}

static void
more_than_said(struct http_talk *talk)
{
	http_say(talk,
		 "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n" GOOD
		 "2025 1\nEND\n",
		 strlen(GOOD));
	talk->close = true;
}

static void
packed(struct http_talk *talk)
{
	size_t size;
	unsigned char *zip = gzip(GOOD, strlen(GOOD), &size);

	http_reply(talk, "200 OK", "Content-Encoding: gzip\r\n", zip, size);
	free(zip);
}

static void
packed_without_length(struct http_talk *talk)
{
	size_t size;
	unsigned char *zip = gzip(GOOD, strlen(GOOD), &size);

	http_say(talk, "HTTP/1.0 200 OK\r\nContent-Encoding: x-gzip\r\n\r\n");
	http_say_bytes(talk, zip, size);
	talk->close = true;
	free(zip);
}

/* Its length is as said: only the missing trailer tells. */
static void
packed_and_cut(struct http_talk *talk)
{
	size_t size;
	unsigned char *zip = gzip(GOOD, strlen(GOOD), &size);

	http_reply(talk, "200 OK", "Content-Encoding: gzip\r\n", zip, size - 9);
	free(zip);
}

static void
packed_and_damaged(struct http_talk *talk)
{
	size_t size;
	unsigned char *zip = gzip(GOOD, strlen(GOOD), &size);

	zip[size - 6] ^= 1; /* in the checksum */
	http_reply(talk, "200 OK", "Content-Encoding: gzip\r\n", zip, size);
	free(zip);
}

static void
packed_with_a_tail(struct http_talk *talk)
{
	size_t size;
	unsigned char *zip = gzip(GOOD, strlen(GOOD), &size);

	zip = realloc(zip, size + 4);
	memcpy(zip + size, "tail", 4);
	http_reply(talk, "200 OK", "Content-Encoding: gzip\r\n", zip, size + 4);
	free(zip);
}

static void
not_packed_at_all(struct http_talk *talk)
{
	http_reply_text(talk, "200 OK", "Content-Encoding: gzip\r\n", GOOD);
}

static void
packed_twice(struct http_talk *talk)
{
	size_t size, outer;
	unsigned char *zip = gzip(GOOD, strlen(GOOD), &size);
	unsigned char *twice = gzip(zip, size, &outer);

	http_reply(talk, "200 OK", "Content-Encoding: gzip, gzip\r\n", twice,
		   outer);
	free(zip);
	free(twice);
}

static void
packed_in_two_headers(struct http_talk *talk)
{
	http_reply_text(talk, "200 OK",
			"Content-Encoding: gzip\r\n"
			"Content-Encoding: gzip\r\n",
			GOOD);
}

static void
six_codings(struct http_talk *talk)
{
	http_reply_text(talk, "200 OK",
			"Content-Encoding: gzip, gzip, gzip, "
			"gzip, gzip, gzip\r\n",
			GOOD);
}

static void
packed_on_the_way(struct http_talk *talk)
{
	http_say(talk,
		 "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked"
		 "\r\n\r\n%zx\r\n%s\r\n0\r\n\r\n",
		 strlen(GOOD), GOOD);
	talk->close = true;
}

/* 64 MiB of blanks in some 64 KiB; made beforehand, because it takes time. */
static unsigned char *bomb_bytes;
static size_t bomb_size;

static int
make_bomb(void **state)
{
	size_t count = (size_t)64 << 20;
	char *blanks = malloc(count);

	(void)state;
	memset(blanks, ' ', count);
	bomb_bytes = gzip(blanks, count, &bomb_size);
	free(blanks);
	return 0;
}

static int
drop_bomb(void **state)
{
	(void)state;
	free(bomb_bytes);
	return 0;
}

static void
bomb(struct http_talk *talk)
{
	http_reply(talk, "200 OK", "Content-Encoding: gzip\r\n", bomb_bytes,
		   bomb_size);
}

static void
too_long(struct http_talk *talk)
{
	http_say(talk, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n"
		       "\r\nLINES\n");
	talk->close = true;
}

static void
endless(struct http_talk *talk)
{
	char chunk[8192 + 32];
	int at = snprintf(chunk, sizeof chunk, "2000\r\n");

	memset(chunk + at, 'x', 8192);
	memcpy(chunk + at + 8192, "\r\n", 2);
	http_say(talk, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 20000; i++)
		if (!http_say_bytes(talk, chunk, (size_t)at + 8194))
			break;
	talk->close = true;
}

static void
flood(struct http_talk *talk)
{
	http_say(talk, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 20000; i++)
		if (!http_say(talk, "X-Header-%d: %0100d\r\n", i, i))
			break;
	talk->close = true;
}

static void
drip(struct http_talk *talk)
{
	http_say(talk, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
	for (int i = 0; i < 100; i++) {
		if (!http_say(talk, "x"))
			break;
		http_pause_ms(100);
	}
	talk->close = true;
}

static void
reset_midway(struct http_talk *talk)
{
	http_say(talk, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" CUT);
	http_pause_ms(50);
	http_reset(talk);
}

static void
close_at_once(struct http_talk *talk)
{
	talk->close = true;
}

static void
garbage(struct http_talk *talk)
{
	http_say(talk, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
	talk->close = true;
}

static void
web_page(struct http_talk *talk)
{
	http_reply_text(talk, "200 OK", "Content-Type: application/json\r\n",
			"\n<!DOCTYPE html><html><head><title>Down for "
			"maintenance</title></head></html>");
}

static void
nothing(struct http_talk *talk)
{
	http_reply_text(talk, "200 OK", "", "");
}

static void
not_modified_unasked(struct http_talk *talk)
{
	http_say(talk, "HTTP/1.1 304 Not Modified\r\n\r\n");
}

static void
to_a_file(struct http_talk *talk)
{
	http_reply_text(talk, "302 Found", "Location: file:///etc/hostname\r\n",
			"");
}

static void
to_gopher(struct http_talk *talk)
{
	http_reply_text(talk, "302 Found",
			"Location: gopher://127.0.0.1:70/_x\r\n", "");
}

static void
to_smtp(struct http_talk *talk)
{
	http_reply_text(talk, "307 Temporary Redirect",
			"Location: smtp://127.0.0.1/\r\n", "");
}

static void
in_a_circle(struct http_talk *talk)
{
	http_reply_text(talk, "302 Found", "Location: /again\r\n", "");
}

static void
missing(struct http_talk *talk)
{
	http_reply_text(talk, "404 Not Found", "",
			"{\"message\":\"No such data set\"}");
}

static void
unavailable(struct http_talk *talk)
{
	http_reply_text(talk, "503 Service Unavailable", "",
			"<html><title>Over capacity</title></html>");
}

/* ---- the table ----------------------------------------------------- */

struct row {
	const char *name;
	http_answer *answer;
	enum ts_status status;
	const char *says;    /* NULL with TS_OK */
	int archived;        /* documents that are kept as they came */
	const char *decoder; /* NULL: "lines", which has an end mark */
};

static const struct row rows[] = {
	{ "whole", whole, TS_OK, NULL, 1, NULL },
	{ "whole, no end mark", whole, TS_OK, NULL, 1, "loose" },
	{ "shorter than Content-Length", shorter_than_said, TS_AGAIN,
	  "the reply was cut", 0, NULL },
	{ "chunks without the last", chunks_without_the_last, TS_AGAIN,
	  "the reply was cut", 0, NULL },
	{ "whole chunks", whole_chunks, TS_OK, NULL, 1, "loose" },
	{ "no length, cut: the decoder notices", unframed_and_cut, TS_BAD_DATA,
	  "no END", 1, NULL },
	{ "no length, whole: the decoder vouches", unframed_and_whole, TS_OK,
	  NULL, 1, NULL },
	{ "no length, no end mark: nobody vouches", unframed_and_whole,
	  TS_BAD_DATA, "no Content-Length", 1, "loose" },
	{ "more than Content-Length", more_than_said, TS_OK, NULL, 1, NULL },
	{ "gzip", packed, TS_OK, NULL, 1, "loose" },
	{ "gzip, ended by its trailer", packed_without_length, TS_OK, NULL, 1,
	  "loose" },
	{ "gzip cut, Content-Length matches", packed_and_cut, TS_AGAIN,
	  "gzip stream has no end", 0, "loose" },
	{ "gzip damaged", packed_and_damaged, TS_BAD_DATA,
	  "damaged gzip stream", 0, NULL },
	{ "gzip with a tail", packed_with_a_tail, TS_BAD_DATA,
	  "damaged gzip stream", 0, NULL },
	{ "said to be gzip", not_packed_at_all, TS_BAD_DATA,
	  "damaged gzip stream", 0, NULL },
	{ "gzip, gzip", packed_twice, TS_BAD_DATA, "content coding", 0, NULL },
	{ "gzip in two headers", packed_in_two_headers, TS_BAD_DATA,
	  "content coding", 0, NULL },
	{ "six codings", six_codings, TS_BAD_DATA, "content coding", 0, NULL },
	{ "gzip as transfer coding", packed_on_the_way, TS_BAD_DATA, "coding",
	  0, NULL },
	{ "gzip bomb", bomb, TS_BAD_DATA, "larger than", 0, NULL },
	{ "Content-Length beyond the cap", too_long, TS_BAD_DATA,
	  "larger than allowed", 0, NULL },
	{ "endless chunks", endless, TS_BAD_DATA, "larger than", 0, NULL },
	{ "header flood", flood, TS_AGAIN, "", 0, NULL },
	{ "drip", drip, TS_AGAIN, "too slow", 0, NULL },
	{ "reset midway", reset_midway, TS_AGAIN, "the connection broke", 0,
	  NULL },
	{ "closed at once", close_at_once, TS_AGAIN, "empty reply", 0, NULL },
	{ "no HTTP", garbage, TS_AGAIN, "not an HTTP reply", 0, NULL },
	{ "web page under 200", web_page, TS_AGAIN,
	  "web page: Down for maintenance", 0, NULL },
	{ "nothing under 200", nothing, TS_AGAIN, "nothing", 0, NULL },
	{ "304 that nobody asked for", not_modified_unasked, TS_REFUSED,
	  "HTTP 304", 0, NULL },
	{ "redirect to file:", to_a_file, TS_REFUSED, "scheme", 0, NULL },
	{ "redirect to gopher:", to_gopher, TS_REFUSED, "scheme", 0, NULL },
	{ "redirect to smtp:", to_smtp, TS_REFUSED, "scheme", 0, NULL },
	{ "redirect in a circle", in_a_circle, TS_REFUSED, "redirects", 0,
	  NULL },
	{ "404", missing, TS_REFUSED,
	  "HTTP 404 from 127.0.0.1: No such data "
	  "set",
	  0, NULL },
	{ "503", unavailable, TS_AGAIN,
	  "HTTP 503 from 127.0.0.1: Over "
	  "capacity",
	  0, NULL },
};

static int
open_files(void)
{
	return bench_files("/proc/self/fd");
}

static void
check_row(const struct row *row, const char *key)
{
	struct bench *bench = bench_new(row->answer);
	int before = open_files();

	bench_want(bench, "trade")->decoder = row->decoder;
	bench->source.low_speed_s = 1; /* not the total time ends a drip */
	bench->source.timeout_s = 60;
	bench->source.key_header = "X-Key";
	bench->source.key = key;
	/* with a key some are stopped for another reason */
	if (bench_run(bench) != row->status ||
	    (row->says != NULL && key == NULL &&
	     strstr(bench->err.text, row->says) == NULL))
		fail_msg("%s: %s", row->name, bench->err.text);
	if (strcmp(bench->rows, row->status == TS_OK ? KEPT : "") != 0)
		fail_msg("%s: stored \"%s\"", row->name, bench->rows);
	if (bench_files(bench->archive) != row->archived ||
	    (int)bench->memory->count != row->archived)
		fail_msg("%s: %d in the archive", row->name,
			 bench_files(bench->archive));
	for (size_t i = 0; i < bench->memory->count; i++) {
		assert_int_equal(bench->memory->documents[i].decoded,
				 row->status == TS_OK);
		assert_null(
			strstr(bench->memory->documents[i].headers, "Cookie"));
	}
	assert_tidy(bench);
	assert_int_equal(bench->result.failed, row->status != TS_OK);
	http_server_stop(bench->server);
	bench->server = NULL;
	if (open_files() > before)
		fail_msg("%s: descriptors are left open", row->name);
	bench_free(bench);
}

static void
only_a_whole_reply_becomes_figures(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		check_row(&rows[i], NULL);
}

static void
the_same_holds_for_a_source_with_a_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].answer != drip)
			check_row(&rows[i], "k3y");
}

/* ---- time limits ---------------------------------------------------- */

static void
steady(struct http_talk *talk)
{
	http_say(talk, "HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n");
	for (int i = 0; i < 100; i++) {
		if (!http_say(talk, "%01000d", i))
			break;
		http_pause_ms(50);
	}
	talk->close = true;
}

static void
a_steady_trickle_ends_at_the_total_timeout(void **state)
{
	struct bench *bench = bench_new(steady);

	(void)state;
	bench_want(bench, "trade");
	bench->source.timeout_s = 1;
	bench->opts.clock = ts_clock_system();
	if (bench_run(bench) != TS_AGAIN)
		fail_msg("%s", bench->err.text);
	assert_err_has(bench, "too slow");
	assert_tidy(bench);
	/* ten times a second at most, although much came */
	assert_in_range(bench->shown, 1, 12);
	assert_true(bench->progress.bytes > 1000);
	assert_string_equal(bench->progress.host, "127.0.0.1");
	bench_free(bench);
}

/* ---- redirects and the key ------------------------------------------- */

static void
lead_to_other(struct http_talk *talk)
{
	const struct bench *bench = talk->ctx;
	const struct bench *other = (const void *)bench->fetcher.base_url;
	char headers[256];

	snprintf(headers, sizeof headers, "Location: %s/there\r\n",
		 http_server_url(other->server));
	http_reply_text(talk, "302 Found", headers, "moved");
}

static void
lead_to_self(struct http_talk *talk)
{
	if (http_asks(talk, "/there"))
		whole(talk);
	else
		http_reply_text(talk, "301 Moved Permanently",
				"Location: /there\r\n", "moved");
}

static void
a_key_never_follows_to_another_place(void **state)
{
	struct bench *other = bench_new(whole);
	struct bench *bench = bench_new(lead_to_other);

	(void)state;
	bench->fetcher.base_url = (const void *)other; /* for the answer */
	bench_want(bench, "trade");
	bench->source.key_header = "Ocp-Apim-Subscription-Key";
	bench->source.key = "0123456789abcdef";
	assert_int_equal(bench_run(bench), TS_REFUSED);
	assert_err_has(bench, "another host");
	assert_int_equal(http_server_count(other->server), 0);
	assert_non_null(
		strstr(http_server_request(bench->server, 0),
		       "Ocp-Apim-Subscription-Key: 0123456789abcdef\r\n"));
	/* without a key it may lead elsewhere */
	bench->source.key = NULL;
	assert_int_equal(bench_run(bench), TS_OK);
	assert_string_equal(bench->rows, KEPT);
	assert_int_equal(http_server_count(other->server), 1);
	assert_null(strstr(http_server_request(other->server, 0), "Ocp-"));
	bench->fetcher.base_url = NULL;
	bench_free(bench);
	bench_free(other);
}

static void
a_key_follows_within_its_host(void **state)
{
	struct bench *bench = bench_new(lead_to_self);

	(void)state;
	bench_want(bench, "trade");
	bench->source.key_header = "X-Key";
	bench->source.key = "0123456789abcdef";
	assert_int_equal(bench_run(bench), TS_OK);
	assert_string_equal(bench->rows, KEPT);
	assert_int_equal(http_server_count(bench->server), 2);
	assert_non_null(strstr(http_server_request(bench->server, 1),
			       "X-Key: 0123456789abcdef\r\n"));
	/* the document is that of the address we asked for */
	assert_non_null(strstr(bench->seen_url, "/trade"));
	bench_free(bench);
}

static void
a_circle_of_redirects_is_left_after_five(void **state)
{
	struct bench *bench = bench_new(in_a_circle);

	(void)state;
	bench_want(bench, "trade");
	assert_int_equal(bench_run(bench), TS_REFUSED);
	assert_int_equal(http_server_count(bench->server), 6);
	bench->source.key_header = "X-Key";
	bench->source.key = "k";
	assert_int_equal(bench_run(bench), TS_REFUSED);
	assert_int_equal(http_server_count(bench->server), 12);
	bench_free(bench);
}

static void
echo_key(struct http_talk *talk)
{
	http_reply_text(talk, "401 Unauthorized",
			"X-Echo: you sent s3cr3tkey\r\n",
			"{\"message\":\"invalid subscription key s3cr3tkey\"}");
}

static void
echo_key_and_answer(struct http_talk *talk)
{
	http_reply_text(talk, "200 OK", "X-Echo: you sent s3cr3tkey\r\n", GOOD);
}

static void
a_key_that_the_publisher_echoes_is_not_repeated(void **state)
{
	struct bench *bench = bench_new(echo_key);

	(void)state;
	bench_want(bench, "trade");
	bench->source.key_header = "X-Key";
	bench->source.key = "s3cr3tkey";
	assert_int_equal(bench_run(bench), TS_REFUSED);
	assert_err_has(bench, "HTTP 401");
	assert_null(strstr(bench->err.text, "s3cr3tkey"));
	bench_free(bench);

	bench = bench_new(echo_key_and_answer);
	bench_want(bench, "trade");
	bench->source.key_header = "X-Key";
	bench->source.key = "s3cr3tkey";
	assert_int_equal(bench_run(bench), TS_OK);
	assert_null(strstr(bench->memory->documents[0].headers, "s3cr3tkey"));
	bench_free(bench);
}

static void
a_key_that_could_end_its_header_is_refused(void **state)
{
	struct bench *bench = bench_new(whole);

	(void)state;
	bench_want(bench, "trade");
	bench->source.key_header = "X-Key";
	bench->source.key = "a\r\nHost: evil";
	assert_int_equal(bench_run(bench), TS_BAD_CONFIG);
	assert_null(strstr(bench->err.text, "evil"));
	assert_int_equal(http_server_count(bench->server), 0);
	bench_free(bench);
}

static void
a_key_does_not_go_over_plain_http_on_the_internet(void **state)
{
	struct bench *bench = bench_new(whole);

	(void)state;
	bench_want(bench, "trade");
	bench->source.key_header = "X-Key";
	bench->source.key = "k";
	bench->source.allow_private = false;
	assert_int_equal(bench_run(bench), TS_BAD_CONFIG);
	bench->source.allow_private = true;
	bench->source.key_header = NULL;
	assert_int_equal(bench_run(bench), TS_BAD_CONFIG);
	assert_err_has(bench, "takes no key");
	assert_int_equal(http_server_connections(bench->server), 0);
	bench_free(bench);
}

/* ---- manners --------------------------------------------------------- */

static void
a_request_says_who_we_are_and_what_we_take(void **state)
{
	struct bench *bench = bench_new(whole);
	const char *request;

	(void)state;
	bench_want(bench, "a b\r\nX-Evil: 1")->accept = "text/csv";
	setenv("http_proxy", "http://127.0.0.1:9", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:9", 1);
	assert_int_equal(bench_run(bench), TS_OK);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	request = http_server_request(bench->server, 0);
	assert_int_equal(strncmp(request,
				 "GET /a%20b%0D%0AX-Evil:%201 HTTP/1."
				 "1\r\n",
				 38),
			 0);
	assert_non_null(strstr(request, "\r\nUser-Agent: tradestat/" TS_VERSION
					" (+desk@example.org)\r\n"));
	assert_non_null(strstr(request, "\r\nAccept-Encoding: gzip\r\n"));
	assert_non_null(strstr(request, "\r\nAccept: text/csv\r\n"));
	assert_null(strstr(request, "\nX-Evil"));
	assert_null(strstr(request, "If-None-Match"));
	assert_null(strstr(request, "Range"));
	bench_free(bench);
}

static void
one_connection_serves_all_requests_unless_more_are_allowed(void **state)
{
	static const char *const paths[] = { "a", "b", "c", "d",
					     "e", "f", "g", "h" };

	(void)state;
	for (int allowed = 1; allowed <= 3; allowed += 2) {
		struct bench *bench = bench_new(whole);

		for (size_t i = 0; i < 8; i++)
			bench_want(bench, paths[i]);
		bench->source.connections = allowed;
		assert_int_equal(bench_run(bench), TS_OK);
		assert_int_equal(bench->kept, 8);
		assert_in_range(http_server_most(bench->server), 1, allowed);
		if (allowed == 1)
			assert_int_equal(http_server_connections(bench->server),
					 1);
		bench_free(bench);
	}
}

static void
a_cookie_is_never_sent_back(void **state)
{
	struct bench *bench = bench_new(whole);

	(void)state;
	bench_want(bench, "a");
	bench_want(bench, "b");
	assert_int_equal(bench_run(bench), TS_OK);
	assert_null(strstr(http_server_request(bench->server, 1), "Cookie"));
	bench_free(bench);
}

/* ---- addresses -------------------------------------------------------- */

static void
a_private_address_is_refused_behind_the_resolver(void **state)
{
	struct bench *bench = bench_new(whole);

	(void)state;
	bench_want(bench, "trade");
	bench->source.allow_private = false;
	assert_int_equal(bench_run(bench), TS_REFUSED);
	assert_err_has(bench, "private");
	assert_int_equal(http_server_connections(bench->server), 0);
	bench_free(bench);
}

static void
plain_http_has_to_be_allowed(void **state)
{
	struct bench *bench = bench_new(whole);

	(void)state;
	bench_want(bench, "trade");
	bench->source.allow_http = false;
	assert_int_equal(bench_run(bench), TS_BAD_CONFIG);
	assert_err_has(bench, "allow_http");
	assert_int_equal(http_server_connections(bench->server), 0);
	bench_free(bench);
}

static void
a_closed_port_is_worth_another_attempt(void **state)
{
	struct bench *bench = bench_new(whole);

	(void)state;
	http_server_stop(bench->server);
	bench->server = NULL;
	/* its address was copied before it went */
	bench->source.base_url = "http://127.0.0.1:9";
	bench_want(bench, "trade");
	bench->source.retries = 2;
	assert_int_equal(bench_run(bench), TS_AGAIN);
	assert_err_has(bench, "no connection");
	assert_int_equal(bench->result.requests, 3);
	bench_free(bench);
}

/* ---- a full disk -------------------------------------------------------- */

static void
large(struct http_talk *talk)
{
	static char body[400000];
	uint32_t dice = 1;

	for (size_t i = 0; i < sizeof body; i++) {
		dice = dice * 1664525 + 1013904223;
		body[i] = (char)(' ' + (dice >> 24) % 90);
	}
	memcpy(body, "LINES\n", 6);
	http_reply(talk, "200 OK", "", body, sizeof body);
}

static void
a_full_disk_leaves_nothing_behind_and_stops_the_run(void **state)
{
	struct bench *bench = bench_new(large);
	struct rlimit old, small;

	(void)state;
	bench_want(bench, "a");
	bench_want(bench, "b");
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 100000;
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(bench_run(bench), TS_FULL);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(bench_files(bench->archive), 0);
	assert_int_equal(bench->memory->count, 0);
	assert_int_equal(http_server_count(bench->server), 1);
	assert_int_equal(bench->result.failed, 2);
	bench_free(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_whole_reply_becomes_figures),
		cmocka_unit_test(the_same_holds_for_a_source_with_a_key),
		cmocka_unit_test(a_steady_trickle_ends_at_the_total_timeout),
		cmocka_unit_test(a_key_never_follows_to_another_place),
		cmocka_unit_test(a_key_follows_within_its_host),
		cmocka_unit_test(a_circle_of_redirects_is_left_after_five),
		cmocka_unit_test(
			a_key_that_the_publisher_echoes_is_not_repeated),
		cmocka_unit_test(a_key_that_could_end_its_header_is_refused),
		cmocka_unit_test(
			a_key_does_not_go_over_plain_http_on_the_internet),
		cmocka_unit_test(a_request_says_who_we_are_and_what_we_take),
		cmocka_unit_test(
			one_connection_serves_all_requests_unless_more_are_allowed),
		cmocka_unit_test(a_cookie_is_never_sent_back),
		cmocka_unit_test(
			a_private_address_is_refused_behind_the_resolver),
		cmocka_unit_test(plain_http_has_to_be_allowed),
		cmocka_unit_test(a_closed_port_is_worth_another_attempt),
		cmocka_unit_test(
			a_full_disk_leaves_nothing_behind_and_stops_the_run),
	};

	return cmocka_run_group_tests(tests, make_bomb, drop_bomb);
}
