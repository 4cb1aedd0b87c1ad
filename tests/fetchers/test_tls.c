/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates: made here by the openssl command, served by its s_server. */
#include <fcntl.h>
#include <poll.h>
#include <tradestat/spawn.h>
#include "tests/fetchers/fetching.h"

#define GOOD "LINES\n2024 18.4\nEND\n"

struct tls {
	struct ts_child child;
	int port;
};

static void
run(const char *dir, const char *const *argv)
{
	struct ts_spawn spawn = { .argv = argv,
				  .work_dir = dir,
				  .stdin_fd = -1,
				  .stdout_fd = -1,
				  .stderr_fd = -1 };
	struct ts_child child;
	struct ts_err err;
	int code = -1;

	assert_int_equal(ts_spawn(&spawn, &child, &err), TS_OK);
	assert_int_equal(ts_spawn_wait(&child, 30000, 1000, &code, &err),
			 TS_OK);
	assert_int_equal(code, 0);
}

/* name.pem and name.key, signed by themselves for that host. */
static void
make_certificate(const char *openssl, const char *dir, const char *name,
		 const char *host, const char *days)
{
	char key[64], csr[64], pem[64], alt[128];
	const char *ask[] = { openssl,
			      "req",
			      "-new",
			      "-newkey",
			      "ec",
			      "-pkeyopt",
			      "ec_paramgen_curve:prime256v1",
			      "-nodes",
			      "-subj",
			      "/CN=test",
			      "-addext",
			      alt,
			      "-keyout",
			      key,
			      "-out",
			      csr,
			      NULL };
	/* "req" alone makes no certificate that has expired */
	const char *sign[] = { openssl, "x509",     "-req", "-in",
			       csr,     "-signkey", key,    "-copy_extensions",
			       "copy",  "-days",    days,   "-out",
			       pem,     NULL };

	snprintf(key, sizeof key, "%s.key", name);
	snprintf(csr, sizeof csr, "%s.csr", name);
	snprintf(pem, sizeof pem, "%s.pem", name);
	snprintf(alt, sizeof alt, "subjectAltName=%s", host);
	run(dir, ask);
	run(dir, sign);
}

/* The line "ACCEPT 127.0.0.1:PORT" of s_server. */
static int
read_port(int fd)
{
	char text[4096] = "", *at;
	size_t used = 0;

	while ((at = strstr(text, "ACCEPT 127.0.0.1:")) == NULL ||
	       strchr(at, '\n') == NULL) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		ssize_t got;

		assert_true(poll(&ready, 1, 10000) == 1);
		got = read(fd, text + used, sizeof text - 1 - used);
		assert_true(got > 0);
		used += (size_t)got;
		text[used] = '\0';
	}
	return (int)strtol(at + strlen("ACCEPT 127.0.0.1:"), NULL, 10);
}

static struct tls
serve(const char *openssl, const char *dir, const char *name,
      const char *version)
{
	char key[64], pem[64];
	const char *argv[] = { openssl,       "s_server", "-accept",
			       "127.0.0.1:0", "-cert",    pem,
			       "-key",        key,        "-HTTP",
			       version,       "-cipher",  "ALL:@SECLEVEL=0",
			       NULL };
	struct ts_spawn spawn = {
		.argv = argv, .work_dir = dir, .stdin_fd = -1, .stderr_fd = -1
	};
	struct tls tls;
	struct ts_err err;
	int pipe_fds[2];

	snprintf(key, sizeof key, "%s.key", name);
	snprintf(pem, sizeof pem, "%s.pem", name);
	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	spawn.stdout_fd = pipe_fds[1];
	assert_int_equal(ts_spawn(&spawn, &tls.child, &err), TS_OK);
	close(pipe_fds[1]);
	tls.port = read_port(pipe_fds[0]);
	close(pipe_fds[0]);
	return tls;
}

struct tls_case {
	const char *name;
	const char *host; /* of the certificate */
	const char *days;
	const char *version; /* of the server */
	bool trusted;
	enum ts_status status;
	const char *says;
};

static const struct tls_case cases[] = {
	{ "right", "IP:127.0.0.1", "2", "-no_ssl3", true, TS_OK, "" },
	{ "signed by nobody we know", "IP:127.0.0.1", "2", "-no_ssl3", false,
	  TS_REFUSED, "certificate" },
	{ "of another host", "DNS:example.org", "2", "-no_ssl3", true,
	  TS_REFUSED, "certificate" },
	{ "expired", "IP:127.0.0.1", "-1", "-no_ssl3", true, TS_REFUSED,
	  "certificate" },
	{ "TLS 1.1", "IP:127.0.0.1", "2", "-tls1_1", true, TS_AGAIN,
	  "no TLS connection" },
};

static void
check(const char *openssl, const struct tls_case *one)
{
	struct bench *bench = bench_new(NULL);
	char url[64], ca[400], file[400];
	struct ts_err err;
	struct tls tls;
	static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: "
				    "20\r\nConnection: close\r\n\r\n" GOOD;

	make_certificate(openssl, bench->dir, "site", one->host, one->days);
	snprintf(file, sizeof file, "%s/trade", bench->dir);
	assert_int_equal(ts_file_write(file, reply, strlen(reply), 0644, &err),
			 TS_OK);
	tls = serve(openssl, bench->dir, "site", one->version);
	snprintf(url, sizeof url, "https://127.0.0.1:%d", tls.port);
	snprintf(ca, sizeof ca, "%s/site.pem", bench->dir);
	bench->source.base_url = url;
	bench->source.ca_file = one->trusted ? ca : NULL;
	bench->source.retries = 1;
	bench_want(bench, "trade");
	if (bench_run(bench) != one->status ||
	    strstr(bench->err.text, one->says) == NULL)
		fail_msg("%s: %s", one->name, bench->err.text);
	assert_string_equal(bench->rows,
			    one->status == TS_OK ? "2024=18.4 " : "");
	/* a certificate is not better a second later */
	assert_int_equal(bench->result.requests,
			 one->status == TS_AGAIN ? 2 : 1);
	ts_spawn_kill(&tls.child);
	bench_free(bench);
}

static void
only_a_host_with_a_good_certificate_is_believed(void **state)
{
	char openssl[256];

	(void)state;
	if (!ts_find_program("openssl", openssl, sizeof openssl))
		skip();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(openssl, &cases[i]);
}

static void
say_plain(struct http_talk *talk)
{
	http_say(talk, "HTTP/1.1 400 Bad Request\r\n\r\n");
	talk->close = true;
}

static void
a_host_that_speaks_no_tls_may_do_so_later(void **state)
{
	struct bench *bench = bench_new(say_plain);
	char url[64];

	(void)state;
	snprintf(url, sizeof url, "https://127.0.0.1:%d",
		 http_server_port(bench->server));
	bench->source.base_url = url;
	/* the end of a hello that our server waits for */
	bench->source.connect_timeout_s = 1;
	bench_want(bench, "trade");
	assert_int_equal(bench_run(bench), TS_AGAIN);
	bench_free(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			only_a_host_with_a_good_certificate_is_believed),
		cmocka_unit_test(a_host_that_speaks_no_tls_may_do_so_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
