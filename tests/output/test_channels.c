/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outputs beside mail, from the settings of an operator to what lies on
 * the other side: a web server that checks signatures, nginx, sshd.
 */
#include "tests/output/sample_edition.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <jansson.h>
#include <limits.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <tradestat/hash.h>
#include <tradestat/plugin.h>
#include <tradestat/spawn.h>
#include "output/engine/bundle.h"
#include "output/engine/manifest.h"
#include "output/engine/transfer.h"

extern const struct ts_output ts_plugin_output_csv;
extern const struct ts_output ts_plugin_output_html;
extern const struct ts_output ts_plugin_output_webhook;
extern const struct ts_output ts_plugin_output_s3;
extern const struct ts_output ts_plugin_output_sftp;
extern const struct ts_output ts_plugin_output_webdav;

#define SECRET "a secret of the tests"

struct bench {
	struct ts_arena *arena;
	char *made;  /* where bundles are */
	char *there; /* what the other side keeps */
	char bundle[PATH_MAX];
	struct sample sample;
	struct ts_bundle_item *files;
	size_t file_count;
	struct ts_delivery delivery;
	struct ts_transfers list;
	struct ts_smtp_outcome outcome;
	const char *secret;
	char port[8], url[64];
	struct ts_child server;
};

/* ---- servers ------------------------------------------------------------- */

static int
loopback(struct sockaddr_in *at, int port)
{
	*at = (struct sockaddr_in){ .sin_family = AF_INET,
				    .sin_port = htons((uint16_t)port),
				    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void
choose_port(struct bench *bench, const char *scheme)
{
	struct sockaddr_in at;
	socklen_t size = sizeof at;
	int fd = loopback(&at, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	snprintf(bench->port, sizeof bench->port, "%d", ntohs(at.sin_port));
	snprintf(bench->url, sizeof bench->url, "%s://127.0.0.1:%s", scheme,
		 bench->port);
	close(fd);
}

/* At most ten seconds: under sanitizers on a busy machine it takes one. */
static void
wait_for(const struct bench *bench)
{
	const struct timespec pause = { 0, 50000000 };
	struct sockaddr_in at;

	for (int i = 0; i < 200; i++) {
		int fd = loopback(&at, (int)strtol(bench->port, NULL, 10));
		int rc = connect(fd, (struct sockaddr *)&at, sizeof at);

		close(fd);
		if (rc == 0)
			return;
		nanosleep(&pause, NULL);
	}
	fail_msg("the server does not come up");
}

/* It ends by itself when the test does not come to its end. */
static void
start(struct bench *bench, const char *const *argv)
{
	const char *with_end[16] = { "/usr/bin/timeout", "60" };
	static const char *const environment[] = { "PATH=/usr/bin:/bin", NULL };
	char here[PATH_MAX];
	struct ts_err err = { 0 };
	struct ts_spawn spawn = { .argv = with_end,
				  .envp = environment,
				  .work_dir = getcwd(here, sizeof here),
				  .stdin_fd = -1,
				  .stdout_fd = -1,
				  .stderr_fd = 2 };

	for (size_t i = 0; argv[i] != NULL; i++)
		with_end[i + 2] = argv[i];
	if (ts_spawn(&spawn, &bench->server, &err) != TS_OK)
		fail_msg("%s", err.text);
	wait_for(bench);
}

/* Runs a program to its end. */
static void
run(const char *const *argv)
{
	static const char *const environment[] = { "PATH=/usr/bin:/bin", NULL };
	struct ts_spawn spawn = { .argv = argv,
				  .envp = environment,
				  .stdin_fd = -1,
				  .stdout_fd = -1,
				  .stderr_fd = -1 };
	struct ts_child child;
	struct ts_err err = { 0 };
	int code = -1;

	if (ts_spawn(&spawn, &child, &err) != TS_OK ||
	    ts_spawn_wait(&child, 30000, 100, &code, &err) != TS_OK ||
	    code != 0)
		fail_msg("%s: %d %s", argv[0], code, err.text);
}

static void
need_program(const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "/usr/sbin/%s", name);
	if (access(path, X_OK) == 0 || ts_find_program(name, path, PATH_MAX))
		return;
	print_message("%s is not installed\n", name);
	skip();
}

static void
start_web(struct bench *bench)
{
	char python[PATH_MAX];
	const char *argv[] = { python,       "tests/support/channel_server.py",
			       bench->port,  bench->there,
			       SECRET,       "AKIDEXAMPLE",
			       "eu-north-1", NULL };

	need_program("python3", python);
	choose_port(bench, "http");
	start(bench, argv);
}

/* ---- a bundle, and what is to become of it ------------------------------- */

static enum ts_status
take_transfer(void *ctx, const struct ts_transfer *transfer, struct ts_err *err)
{
	struct bench *bench = ctx;

	return ts_transfers_add(&bench->list, transfer, bench->arena, err);
}

static enum ts_status
give_secret(void *ctx, const char *reference, const char **text,
	    struct ts_err *err)
{
	const struct bench *bench = ctx;

	(void)err;
	assert_string_equal(reference, "credential:x");
	*text = bench->secret;
	return TS_OK;
}

static void
make_bundle(struct bench *bench)
{
	struct ts_bundle *bundle;
	struct ts_bundle_files files;
	struct ts_err err = { 0 };

	assert_int_equal(ts_bundle_open(bench->made, 0, &bundle, &err), TS_OK);
	sample_open(&bench->sample, ts_bundle_charts_dir(bundle), NULL);
	assert_int_equal(ts_bundle_make(bundle, &ts_plugin_output_csv,
					&bench->sample.edition, &err),
			 TS_OK);
	assert_int_equal(ts_bundle_make(bundle, &ts_plugin_output_html,
					&bench->sample.edition, &err),
			 TS_OK);
	if (ts_bundle_publish(bundle, &bench->sample.edition, bench->bundle,
			      sizeof bench->bundle, &err) != TS_OK)
		fail_msg("%s", err.text);
	ts_bundle_close(bundle);
	assert_int_equal(ts_bundle_list(bench->bundle, false, bench->arena,
					&files, &err),
			 TS_OK);
	bench->files = ts_arena_alloc(bench->arena, files.count,
				      sizeof bench->files[0]);
	for (size_t i = 0; i < files.count; i++)
		bench->files[i] =
			(struct ts_bundle_item){ files.items[i].name,
						 files.items[i].size,
						 files.items[i].sha256 };
	bench->file_count = files.count;
}

static void
bench_open(struct bench *bench)
{
	static const char *const formats[] = { "html", NULL };
	static const struct ts_recipient recipient = { .name = "there",
						       .language = "en",
						       .currency = "USD",
						       .partner = "",
						       .formats = formats };

	memset(bench, 0, sizeof *bench);
	bench->arena = ts_arena_new(16 << 20);
	bench->made = temp_dir();
	bench->there = temp_dir();
	bench->secret = SECRET;
	make_bundle(bench);
	bench->delivery = (struct ts_delivery){
		.occasion = TS_OCC_EDITION,
		.edition = &bench->sample.edition,
		.variant = "",
		.recipient = &recipient,
		.files = bench->files,
		.file_count = bench->file_count,
		.previous = "2023.1",
		.id = "0123456789abcdef",
		.cid_tail = "x@y",
		.archive = "https://reports.example.org/kz/2024.1/?a=1&b=2",
		.contact = "",
		.arena = bench->arena,
	};
}

static void
bench_close(struct bench *bench)
{
	if (bench->server.pid > 0)
		ts_spawn_kill(&bench->server);
	sample_close(&bench->sample);
	ts_arena_free(bench->arena);
	temp_gone(bench->made);
	temp_gone(bench->there);
}

static void
complain(void *ctx, const char *text)
{
	(void)ctx;
	print_message("%s\n", text);
}

/* settings: names and values, NULL at the end. */
static enum ts_status
plan(struct bench *bench, const struct ts_output *output,
     const char *const *settings, struct ts_err *err)
{
	struct ts_setting items[16];
	struct ts_settings all = { items, 0 };
	const struct ts_dispatch dispatch = { .ctx = bench,
					      .transfer = take_transfer };
	void *opts = ts_arena_alloc(bench->arena, 1, output->plugin.opts_size);

	for (; *settings != NULL; settings += 2)
		items[all.count++] =
			(struct ts_setting){ .name = settings[0],
					     .value = settings[1] };
	if (ts_opt_apply(output->plugin.opts, &all, opts, bench->arena,
			 complain, NULL, err) != TS_OK)
		return err->status;
	bench->delivery.opts = opts;
	bench->list = (struct ts_transfers){ 0 };
	return output->deliver(&bench->delivery, &dispatch, err);
}

static void
must_plan(struct bench *bench, const struct ts_output *output,
	  const char *const *settings)
{
	struct ts_err err = { 0 };

	if (plan(bench, output, settings, &err) != TS_OK)
		fail_msg("%s", err.text);
}

/* As a sender does it: from the text in the outbox. */
static enum ts_smtp_class
carry_out(struct bench *bench)
{
	TS_AUTO_BUF text = TS_BUF_INIT(1 << 20);
	const struct ts_transfer_opts opts = {
		.bundle = bench->bundle,
		.id = bench->delivery.id,
		.now_us = 1795600000000000,
		.software = "tradestat/0.1.0",
		.ctx = bench,
		.secret = give_secret,
		.connect_s = 10,
		.reply_s = 20,
	};
	struct ts_transfers list;
	struct ts_err err = { 0 };
	int wait_s;

	if (ts_transfers_print(&bench->list, &text, &err) != TS_OK ||
	    ts_transfers_parse(text.data, bench->arena, &list, &err) != TS_OK ||
	    ts_transfers_run(&list, &opts, &bench->outcome, &wait_s, &err) !=
		    TS_OK)
		fail_msg("%s", err.text);
	return bench->outcome.class;
}

static void
assert_class(struct bench *bench, enum ts_smtp_class class)
{
	if (carry_out(bench) != class)
		fail_msg("%d: %s", bench->outcome.class, bench->outcome.words);
}

static void
assert_whole(const struct bench *bench, const char *where)
{
	char path[PATH_MAX];
	struct ts_err err = { 0 };

	snprintf(path, sizeof path, "%s/%s/kazakhstan-italy/2024.1",
		 bench->there, where);
	if (ts_bundle_verify(path, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
write_file(const struct bench *bench, const char *name, mode_t mode,
	   const struct ts_buf *text)
{
	char path[PATH_MAX];
	struct ts_err err = { 0 };

	assert_false(text->failed);
	snprintf(path, sizeof path, "%s/%s", bench->there, name);
	if (ts_file_write(path, text->data, text->used, mode, &err) != TS_OK)
		fail_msg("%s", err.text);
}

/* ---- webhook ------------------------------------------------------------- */

static json_t *
hook(struct bench *bench, const char *form)
{
	const char *const settings[] = { "url", "https://a.example/", "form",
					 form, NULL };
	json_error_t why;
	json_t *root;

	must_plan(bench, &ts_plugin_output_webhook, settings);
	assert_int_equal(bench->list.count, 1);
	assert_true(bench->list.items[0].once);
	root = json_loadb(bench->list.items[0].body,
			  bench->list.items[0].body_size, 0, &why);
	assert_non_null(root);
	return root;
}

static void
assert_text(const json_t *root, const char *key, const char *expected)
{
	const char *text = json_string_value(json_object_get(root, key));

	if (text == NULL || strcmp(text, expected) != 0)
		fail_msg("%s is \"%s\"", key, text);
}

static void
a_hook_tells_programs_all_that_happened(void **state)
{
	static const struct ts_revision revision = {
		.figure = "turnover/2023",
		.label = "Turnover, 2023",
		.unit = "USD",
		.old_value = "1",
		.new_value = "2",
		.old_edition = "2023.1",
	};
	struct bench bench;
	json_t *root, *files;

	(void)state;
	bench_open(&bench);
	bench.delivery.revisions = &revision;
	bench.delivery.revision_count = 1;
	bench.delivery.occasion = TS_OCC_CORRECTION;
	root = hook(&bench, "json");
	assert_int_equal(json_integer_value(json_object_get(root, "schema")),
			 1);
	assert_text(root, "event", "correction");
	assert_text(root, "report", "kazakhstan-italy");
	assert_text(root, "period", "2024");
	assert_text(root, "issued", "2026-11-24T06:30:00Z");
	assert_text(root, "archive", bench.delivery.archive);
	assert_int_equal(json_array_size(json_object_get(root, "keys")), 4);
	assert_int_equal(json_array_size(json_object_get(root, "pages")), 3);
	assert_text(json_array_get(json_object_get(root, "revisions"), 0),
		    "new", "2");
	files = json_object_get(root, "files");
	assert_int_equal(json_array_size(files), bench.file_count);
	assert_text(json_array_get(files, 0), "sha256", bench.files[0].sha256);
	json_decref(root);
	bench_close(&bench);
}

/* The sentences as the reader's program gets them, without JSON's escapes. */
static const char *
chat_text(const json_t *root, const char *form)
{
	const json_t *at = root;

	if (strcmp(form, "slack") == 0) {
		at = json_array_get(json_object_get(root, "blocks"), 2);
		at = json_object_get(at, "text");
	} else if (strcmp(form, "teams") == 0) {
		at = json_array_get(json_object_get(root, "attachments"), 0);
		at = json_object_get(json_object_get(at, "content"), "body");
		at = json_array_get(at, 2);
	}
	at = json_object_get(at, "text");
	assert_true(json_is_string(at));
	return json_string_value(at);
}

static void
what_a_publisher_wrote_is_no_markup_in_a_chat(void **state)
{
	static const struct {
		const char *form;
		const char *never[6], *has;
	} rows[] = {
		{ "slack",
		  { "<!channel>", "& ", "@all" },
		  "&lt;!channel&gt; &amp; [x](http://e.example)" },
		{ "teams",
		  { "[x](http", "@all", " `a`", " **b**" },
		  "\\[x\\]\\(http://e.example\\)" },
		{ "mattermost",
		  { "[x](http", "@all", " `a`", " **b**", "|c|" },
		  "\\|c\\|" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bench bench;
		json_t *root;
		char *text;

		bench_open(&bench);
		bench.sample.sentences[0] =
			"<!channel> & [x](http://e.example) @all `a` **b** "
			"|c|\n# d";
		root = hook(&bench, rows[i].form);
		text = strdup(chat_text(root, rows[i].form));
		json_decref(root);
		for (size_t j = 0; j < 6 && rows[i].never[j] != NULL; j++) {
			/* "&amp; " is what "& " became */
			const char *at = strstr(text, rows[i].never[j]);

			if (at != NULL)
				fail_msg("%s has %s: %s", rows[i].form,
					 rows[i].never[j], text);
		}
		if (strstr(text, rows[i].has) == NULL)
			fail_msg("%s: %s", rows[i].form, text);
		free(text);
		bench_close(&bench);
	}
}

static void
a_hook_is_taken_by_who_knows_the_secret(void **state)
{
	struct bench bench;

	(void)state;
	bench_open(&bench);
	start_web(&bench);
	{
		char url[80];
		const char *const settings[] = {
			"url",           url,          "secret",
			"credential:x",  "allow_http", "true",
			"allow_private", "true",       NULL
		};

		snprintf(url, sizeof url, "%s/hook", bench.url);
		must_plan(&bench, &ts_plugin_output_webhook, settings);
	}
	assert_class(&bench, TS_SMTP_SENT);
	bench.secret = "another";
	assert_class(&bench, TS_SMTP_RELAY_FAULT);
	assert_int_equal(bench.outcome.code, 403);
	bench_close(&bench);
}

/* ---- S3 ------------------------------------------------------------------ */

static void
a_bucket_gets_the_files_then_the_manifest_then_latest(void **state)
{
	TS_AUTO_BUF log = TS_BUF_INIT(1 << 16);
	struct bench bench;
	char path[PATH_MAX];
	const char *manifest, *latest;
	struct ts_err err = { 0 };

	(void)state;
	bench_open(&bench);
	start_web(&bench);
	{
		const char *const settings[] = {
			"url",         bench.url,    "bucket",
			"trade",       "prefix",     "open data/$1",
			"region",      "eu-north-1", "key_id",
			"AKIDEXAMPLE", "secret",     "credential:x",
			"allow_http",  "true",       "allow_private",
			"true",        NULL
		};

		must_plan(&bench, &ts_plugin_output_s3, settings);
	}
	assert_int_equal(bench.list.count, bench.file_count + 2);
	assert_class(&bench, TS_SMTP_SENT);
	assert_whole(&bench, "trade/open%20data/%241");
	/* the same again is the same thing */
	assert_class(&bench, TS_SMTP_SENT);
	snprintf(path, sizeof path, "%s/log", bench.there);
	assert_int_equal(ts_file_read(path, &log, &err), TS_OK);
	manifest = strstr(log.data, "2024.1/manifest.json None");
	latest = strstr(log.data, "kazakhstan-italy/latest.json None");
	assert_true(manifest != NULL && latest != NULL && manifest < latest);
	assert_true(manifest > strstr(log.data, "report.html"));
	bench.secret = "another";
	assert_class(&bench, TS_SMTP_RELAY_FAULT);
	assert_non_null(strstr(bench.outcome.reply, "SignatureDoesNotMatch"));
	bench_close(&bench);
}

/* ---- WebDAV, by nginx with TLS ------------------------------------------- */

static void
start_nginx(struct bench *bench)
{
	TS_AUTO_BUF conf = TS_BUF_INIT(8192);
	TS_AUTO_BUF users = TS_BUF_INIT(256);
	char nginx[PATH_MAX], openssl[PATH_MAX], file[PATH_MAX], key[PATH_MAX],
		cert[PATH_MAX], dav[PATH_MAX];
	const char *const make_cert[] = { openssl,
					  "req",
					  "-x509",
					  "-newkey",
					  "ec",
					  "-pkeyopt",
					  "ec_paramgen_curve:P-256",
					  "-nodes",
					  "-days",
					  "2",
					  "-subj",
					  "/CN=loopback",
					  "-addext",
					  "subjectAltName=IP:127.0.0.1",
					  "-keyout",
					  key,
					  "-out",
					  cert,
					  NULL };
	const char *const argv[] = { nginx, "-c", file, "-e", "stderr", NULL };

	need_program("nginx", nginx);
	need_program("openssl", openssl);
	choose_port(bench, "https");
	snprintf(file, sizeof file, "%s/nginx.conf", bench->there);
	snprintf(key, sizeof key, "%s/key.pem", bench->there);
	snprintf(cert, sizeof cert, "%s/cert.pem", bench->there);
	snprintf(dav, sizeof dav, "%s/root/dav", bench->there);
	run(make_cert);
	ts_buf_addf(&users, "anna:{PLAIN}%s\n", SECRET);
	write_file(bench, "users", 0644, &users);
	snprintf(dav, sizeof dav, "%s/root", bench->there);
	assert_int_equal(mkdir(dav, 0777), 0);
	snprintf(dav, sizeof dav, "%s/root/dav", bench->there);
	assert_int_equal(mkdir(dav, 0777), 0);
	if (geteuid() == 0)
		ts_buf_add(&conf, "user root;\n");
	ts_buf_addf(&conf,
		    "daemon off;\nmaster_process off;\npid %s/pid;\n"
		    "events { worker_connections 32; }\nhttp {\n"
		    "access_log off;\nclient_body_temp_path %s/tmp;\n"
		    "proxy_temp_path %s/t1;\nfastcgi_temp_path %s/t2;\n"
		    "uwsgi_temp_path %s/t3;\nscgi_temp_path %s/t4;\n"
		    "server {\nlisten 127.0.0.1:%s ssl;\n"
		    "ssl_certificate %s;\nssl_certificate_key %s;\n"
		    "root %s/root;\nclient_max_body_size 64m;\n"
		    "location /dav/ {\ndav_methods PUT MKCOL;\n"
		    "auth_basic there;\nauth_basic_user_file %s/users;\n"
		    "}\n}\n}\n",
		    bench->there, bench->there, bench->there, bench->there,
		    bench->there, bench->there, bench->port, cert, key,
		    bench->there, bench->there);
	write_file(bench, "nginx.conf", 0644, &conf);
	start(bench, argv);
}

static void
a_web_folder_gets_the_whole_bundle(void **state)
{
	struct bench bench;
	char url[80], cert[PATH_MAX];
	const char *const settings[] = { "url",     url,      "user",
					 "anna",    "secret", "credential:x",
					 "ca_file", cert,     "allow_private",
					 "true",    NULL };
	const char *const untrusted[] = {
		"url",           url,      "user",
		"anna",          "secret", "credential:x",
		"allow_private", "true",   NULL
	};

	(void)state;
	bench_open(&bench);
	start_nginx(&bench);
	snprintf(url, sizeof url, "%s/dav/", bench.url);
	snprintf(cert, sizeof cert, "%s/cert.pem", bench.there);
	must_plan(&bench, &ts_plugin_output_webdav, settings);
	assert_class(&bench, TS_SMTP_SENT);
	assert_whole(&bench, "root/dav");
	assert_class(&bench, TS_SMTP_SENT);
	assert_whole(&bench, "root/dav");
	bench.secret = "another";
	assert_class(&bench, TS_SMTP_RELAY_FAULT);
	assert_int_equal(bench.outcome.code, 401);
	bench.secret = SECRET;
	must_plan(&bench, &ts_plugin_output_webdav, untrusted);
	assert_class(&bench, TS_SMTP_RELAY_FAULT);
	assert_int_equal(bench.outcome.code, 0);
	bench_close(&bench);
}

/* ---- SFTP, by sshd ------------------------------------------------------- */

static void
make_key(const struct bench *bench, const char *name, char path[PATH_MAX])
{
	char keygen[PATH_MAX];
	const char *const argv[] = { keygen, "-q", "-t", "ed25519", "-N", "",
				     "-C",   "t",  "-f", path,      NULL };

	need_program("ssh-keygen", keygen);
	snprintf(path, PATH_MAX, "%s/%s", bench->there, name);
	run(argv);
}

/* "SHA256:..." of the public key in a file: what ssh-keygen -lf prints. */
static void
fingerprint(const char *path, char out[64])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
				     "nopqrstuvwxyz0123456789+/";
	TS_AUTO_BUF text = TS_BUF_INIT(4096);
	unsigned char blob[256];
	char name[PATH_MAX + 8], hex[TS_SHA256_TEXT + 2];
	unsigned bits = 0, count = 0;
	size_t used = 0, at = 7;
	struct ts_err err = { 0 };

	snprintf(name, sizeof name, "%s.pub", path);
	assert_int_equal(ts_file_read(name, &text, &err), TS_OK);
	for (const char *c = strchr(text.data, ' ') + 1; *c != ' '; c++) {
		const char *digit = strchr(digits, *c);

		if (digit == NULL)
			break;
		bits = bits << 6 | (unsigned)(digit - digits);
		count += 6;
		if (count >= 8) {
			count -= 8;
			blob[used++] = (unsigned char)(bits >> count);
		}
	}
	ts_sha256(blob, used, hex);
	memcpy(hex + 64, "00", 3);
	memcpy(out, "SHA256:", 7);
	bits = count = 0;
	for (size_t i = 0; i < 64 || count > 0; i++) {
		const char one[2] = { i < 64 ? hex[i] : '0', '\0' };

		bits = bits << 4 | (unsigned)strtol(one, NULL, 16);
		count += 4;
		if (count >= 6) {
			count -= 6;
			out[at++] = digits[bits >> count & 63];
		}
		if (i >= 64)
			break;
	}
	out[7 + 43] = '\0';
}

static void
start_sshd(struct bench *bench, char host_key[64], struct ts_buf *user_key)
{
	TS_AUTO_BUF conf = TS_BUF_INIT(8192);
	char sshd[PATH_MAX], host[PATH_MAX], own[PATH_MAX], file[PATH_MAX];
	const char *const argv[] = { sshd, "-D", "-e", "-f", file, NULL };
	struct ts_err err = { 0 };

	need_program("sshd", sshd);
	if (geteuid() == 0)
		(void)mkdir("/run/sshd", 0755);
	choose_port(bench, "sftp");
	make_key(bench, "host", host);
	make_key(bench, "own", own);
	fingerprint(host, host_key);
	assert_int_equal(ts_file_read(own, user_key, &err), TS_OK);
	snprintf(file, sizeof file, "%s/sshd.conf", bench->there);
	ts_buf_addf(&conf,
		    "ListenAddress 127.0.0.1:%s\nHostKey %s\n"
		    "PidFile none\nUsePAM no\nStrictModes no\n"
		    "PermitRootLogin yes\nPasswordAuthentication yes\n"
		    "AuthorizedKeysFile %s.pub\nLogLevel ERROR\n"
		    "Subsystem sftp internal-sftp\n",
		    bench->port, host, own);
	write_file(bench, "sshd.conf", 0600, &conf);
	start(bench, argv);
}

static void
assert_no_part(const char *folder)
{
	DIR *stream = opendir(folder);
	const struct dirent *entry;

	assert_non_null(stream);
	while ((entry = readdir(stream)) != NULL)
		if (strstr(entry->d_name, ".part") != NULL)
			fail_msg("%s was left", entry->d_name);
	closedir(stream);
}

static void
an_sftp_server_gets_the_whole_bundle(void **state)
{
	TS_AUTO_BUF key = TS_BUF_INIT(8192);
	struct bench bench;
	char host_key[64], url[PATH_MAX + 80], folder[PATH_MAX];
	const struct passwd *me = getpwuid(geteuid());
	const char *settings[] = { "url",       url,      "user",
				   me->pw_name, "secret", "credential:x",
				   "host_key",  host_key, "allow_private",
				   "true",      NULL };

	(void)state;
	bench_open(&bench);
	start_sshd(&bench, host_key, &key);
	snprintf(url, sizeof url, "%s%s/in/trade", bench.url, bench.there);
	bench.secret = key.data;
	must_plan(&bench, &ts_plugin_output_sftp, settings);
	assert_class(&bench, TS_SMTP_SENT);
	assert_whole(&bench, "in/trade");
	assert_class(&bench, TS_SMTP_SENT);
	assert_whole(&bench, "in/trade");
	snprintf(folder, sizeof folder, "%s/in/trade/kazakhstan-italy/2024.1",
		 bench.there);
	assert_no_part(folder);
	bench.secret = "no password of his";
	assert_class(&bench, TS_SMTP_RELAY_FAULT);
	bench.secret = key.data;
	host_key[10] = host_key[10] == 'a' ? 'b' : 'a';
	must_plan(&bench, &ts_plugin_output_sftp, settings);
	assert_class(&bench, TS_SMTP_RELAY_FAULT);
	assert_non_null(strstr(bench.outcome.words, "fingerprint"));
	bench_close(&bench);
}

/* ---- what an operator may get wrong -------------------------------------- */

static void
a_setting_that_cannot_be_is_said_when_it_is_planned(void **state)
{
	static const struct {
		const char *name;
		const struct ts_output *output;
		const char *settings[12];
	} rows[] = {
		{ "a form that nobody reads",
		  &ts_plugin_output_webhook,
		  { "url", "https://a.example/", "form", "telex" } },
		{ "in clear",
		  &ts_plugin_output_webhook,
		  { "url", "http://a.example/" } },
		{ "a signature key in clear",
		  &ts_plugin_output_webhook,
		  { "url", "https://a.example/", "secret", "hunter2" } },
		{ "no user",
		  &ts_plugin_output_webdav,
		  { "url", "https://a.example/", "secret", "credential:x" } },
		{ "an unknown way in",
		  &ts_plugin_output_webdav,
		  { "url", "https://a.example/", "auth", "digest" } },
		{ "a query",
		  &ts_plugin_output_webdav,
		  { "url", "https://a.example/?x=/", "auth", "none" } },
		{ "no key of the server",
		  &ts_plugin_output_sftp,
		  { "url", "sftp://a.example/in", "user", "u", "secret",
		    "credential:x", "host_key", "" } },
		{ "a bucket with a slash",
		  &ts_plugin_output_s3,
		  { "url", "https://a.example", "bucket", "a/b", "key_id", "k",
		    "secret", "credential:x" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bench bench;
		struct ts_err err = { 0 };

		bench_open(&bench);
		if (plan(&bench, rows[i].output, rows[i].settings, &err) !=
		    TS_BAD_CONFIG)
			fail_msg("%s: %s", rows[i].name, err.text);
		bench_close(&bench);
	}
}

static void
of_a_correction_only_hooks_tell(void **state)
{
	const char *const settings[] = { "url", "https://a.example/", "auth",
					 "none", NULL };
	struct bench bench;

	(void)state;
	bench_open(&bench);
	bench.delivery.occasion = TS_OCC_CORRECTION;
	must_plan(&bench, &ts_plugin_output_webdav, settings);
	assert_int_equal(bench.list.count, 0);
	bench_close(&bench);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hook_tells_programs_all_that_happened),
		cmocka_unit_test(what_a_publisher_wrote_is_no_markup_in_a_chat),
		cmocka_unit_test(a_hook_is_taken_by_who_knows_the_secret),
		cmocka_unit_test(
			a_bucket_gets_the_files_then_the_manifest_then_latest),
		cmocka_unit_test(a_web_folder_gets_the_whole_bundle),
		cmocka_unit_test(an_sftp_server_gets_the_whole_bundle),
		cmocka_unit_test(
			a_setting_that_cannot_be_is_said_when_it_is_planned),
		cmocka_unit_test(of_a_correction_only_hooks_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
