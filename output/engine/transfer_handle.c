/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/transfer_inside.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <tradestat/address.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include <tradestat/hash.h>

#define CONNECT_S 30
#define REPLY_S 300
/* A body this small leaves at once: waiting to be asked for it costs more. */
#define SMALL ((int64_t)1 << 20)
#define SLOWEST 16 /* bytes in a millisecond; slower is given up */

#define SET(option, value)                                                     \
	do {                                                                   \
		if (code == CURLE_OK)                                          \
			code = curl_easy_setopt(easy, option, value);          \
	} while (0)

/* ---- what libcurl calls -------------------------------------------------- */

static curl_socket_t
on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct ts_errand *errand = ctx;

	if (purpose != CURLSOCKTYPE_IPCXN)
		return CURL_SOCKET_BAD;
	/* behind the resolver: a name that changes its address in between
	 * does not help anybody */
	if (!errand->transfer->allow_private &&
	    ts_address_is_private(&address->addr)) {
		errand->private_address = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
		      address->protocol);
}

/* Before its last bytes leave, whoever must not do it twice commits to that. */
static bool
say_last(struct ts_errand *errand)
{
	const struct ts_transfer_opts *opts = errand->opts;

	if (!errand->transfer->once || errand->last_said)
		return true;
	if (opts->last != NULL &&
	    opts->last(opts->ctx, &errand->why) != TS_OK) {
		errand->stopped = true;
		return false;
	}
	errand->last_said = true;
	return true;
}

static size_t
on_read(char *into, size_t size, size_t items, void *ctx)
{
	struct ts_errand *errand = ctx;
	int64_t left = errand->size - errand->given;
	size_t count = size * items;

	if (left < (int64_t)count)
		count = (size_t)left;
	if (count == 0)
		return 0;
	if (errand->file >= 0) {
		ssize_t got;

		do
			got = pread(errand->file, into, count, errand->given);
		while (got < 0 && errno == EINTR);
		if (got <= 0) {
			ts_ignore(
				got < 0 ? ts_fail_errno(&errand->why, errno,
							"read %s",
							errand->transfer->file)
					: ts_fail(&errand->why, TS_CORRUPT,
						  "%s became shorter",
						  errand->transfer->file));
			errand->stopped = true;
			return CURL_READFUNC_ABORT;
		}
		count = (size_t)got;
	} else {
		memcpy(into, errand->transfer->body + errand->given, count);
	}
	if ((int64_t)count == left && !say_last(errand))
		return CURL_READFUNC_ABORT;
	TS_FAULT("transfer.body");
	errand->given += (int64_t)count;
	return count;
}

/* A request whose last bytes left is not begun again behind our back. */
static int
on_seek(void *ctx, curl_off_t offset, int origin)
{
	struct ts_errand *errand = ctx;

	if (origin != SEEK_SET || errand->last_said)
		return CURL_SEEKFUNC_FAIL;
	errand->given = offset;
	return CURL_SEEKFUNC_OK;
}

static size_t
on_reply(char *bytes, size_t size, size_t items, void *ctx)
{
	struct ts_errand *errand = ctx;
	size_t count = size * items;

	if (count > errand->reply.ceiling - 1 - errand->reply.used) {
		errand->flooded = true;
		return 0;
	}
	ts_buf_add_bytes(&errand->reply, bytes, count);
	return errand->reply.failed ? 0 : count;
}

/* ---- headers ------------------------------------------------------------- */

static CURLcode
add_header(struct ts_errand *errand, const char *name, const char *value)
{
	TS_AUTO_BUF line = TS_BUF_INIT(65536);
	struct curl_slist *list;

	/* "Name:" alone would take the header away */
	ts_buf_addf(&line, value[0] != '\0' ? "%s: %s" : "%s;", name, value);
	list = line.failed ? NULL
			   : curl_slist_append(errand->headers, line.data);
	explicit_bzero(line.data, line.used);
	if (list == NULL)
		return CURLE_OUT_OF_MEMORY;
	errand->headers = list;
	return CURLE_OK;
}

static bool
has_header(const struct ts_transfer *transfer, const char *name)
{
	for (size_t i = 0; i < transfer->header_count; i++)
		if (strcasecmp(transfer->headers[i].name, name) == 0)
			return true;
	return false;
}

static enum ts_status
put_digest(struct ts_errand *errand, char text[TS_SHA256_TEXT],
	   struct ts_err *err)
{
	char path[PATH_MAX];

	if (errand->file < 0) {
		ts_sha256(errand->transfer->body, errand->transfer->body_size,
			  text);
		return TS_OK;
	}
	if (snprintf(path, sizeof path, "%s/%s", errand->opts->bundle,
		     errand->transfer->file) >= (int)sizeof path)
		return ts_fail(err, TS_SYSTEM, "path too long");
	return ts_sha256_file(path, text, err);
}

static enum ts_status
add_headers(struct ts_errand *errand, struct ts_err *err)
{
	const struct ts_transfer *transfer = errand->transfer;
	CURLcode code =
		add_header(errand, "X-Tradestat-Delivery", errand->opts->id);
	TS_AUTO_BUF signature = TS_BUF_INIT(256);
	char digest[TS_SHA256_TEXT];
	struct curl_slist *plain;

	if (code == CURLE_OK && strcmp(transfer->method, "MKCOL") != 0)
		code = add_header(errand, "Content-Type",
				  transfer->type != NULL
					  ? transfer->type
					  : "application/octet-stream");
	for (size_t i = 0; code == CURLE_OK && i < transfer->header_count; i++)
		code = add_header(errand, transfer->headers[i].name,
				  transfer->headers[i].value);
	if (transfer->sign == TS_SIGN_HMAC) {
		if (ts_errand_sign(errand, &signature, err) != TS_OK)
			return err->status;
		if (code == CURLE_OK)
			code = add_header(errand, "X-Tradestat-Signature",
					  signature.data);
	}
	/* libcurl signs what this header says of a body that it streams */
	if (transfer->sign == TS_SIGN_S3 &&
	    !has_header(transfer, "x-amz-content-sha256")) {
		if (put_digest(errand, digest, err) != TS_OK)
			return err->status;
		if (code == CURLE_OK)
			code = add_header(errand, "x-amz-content-sha256",
					  digest);
	}
	/* libcurl 7.88 signs a header that is taken away, too */
	if (code == CURLE_OK && errand->size < SMALL &&
	    transfer->sign != TS_SIGN_S3) {
		plain = curl_slist_append(errand->headers, "Expect:");
		if (plain == NULL)
			code = CURLE_OUT_OF_MEMORY;
		else
			errand->headers = plain;
	}
	return code == CURLE_OK ? TS_OK
				: ts_fail(err, TS_SYSTEM, "out of memory");
}

/* ---- the handle ---------------------------------------------------------- */

static CURLcode
set_limits(struct ts_errand *errand)
{
	const struct ts_transfer_opts *opts = errand->opts;
	long connect_s = opts->connect_s > 0 ? opts->connect_s : CONNECT_S;
	long reply_s = opts->reply_s > 0 ? opts->reply_s : REPLY_S;
	int64_t total_ms =
		1000 * (connect_s + reply_s) + errand->size / SLOWEST;
	CURL *easy = errand->easy;
	CURLcode code = CURLE_OK;

	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, connect_s);
	SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(CURLOPT_LOW_SPEED_TIME, reply_s);
	SET(CURLOPT_TIMEOUT_MS,
	    total_ms < LONG_MAX ? (long)total_ms : LONG_MAX);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SET(CURLOPT_OPENSOCKETDATA, errand);
	SET(CURLOPT_ERRORBUFFER, errand->error);
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, errand);
	SET(CURLOPT_SEEKFUNCTION, on_seek);
	SET(CURLOPT_SEEKDATA, errand);
	SET(CURLOPT_WRITEFUNCTION, on_reply);
	SET(CURLOPT_WRITEDATA, errand);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)errand->size);
	return code;
}

static CURLcode
set_method(struct ts_errand *errand)
{
	const char *method = errand->transfer->method;
	CURL *easy = errand->easy;
	CURLcode code = CURLE_OK;

	if (strcmp(method, "PUT") == 0) {
		SET(CURLOPT_UPLOAD, 1L);
	} else if (strcmp(method, "POST") == 0) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)errand->size);
	} else {
		SET(CURLOPT_CUSTOMREQUEST, method);
	}
	return code;
}

static CURLcode
set_credentials(struct ts_errand *errand)
{
	const struct ts_transfer *transfer = errand->transfer;
	const char *secret = errand->secret.data;
	CURL *easy = errand->easy;
	CURLcode code = CURLE_OK;
	TS_AUTO_BUF scope = TS_BUF_INIT(256);

	switch (transfer->sign) {
	case TS_SIGN_NONE:
	case TS_SIGN_HMAC:
	case TS_SIGN_SSH:
		break;
	case TS_SIGN_BASIC:
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		SET(CURLOPT_USERNAME, transfer->user);
		SET(CURLOPT_PASSWORD, secret);
		break;
	case TS_SIGN_BEARER:
		SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
		SET(CURLOPT_XOAUTH2_BEARER, secret);
		break;
	case TS_SIGN_S3:
		ts_buf_addf(&scope, "aws:amz:%s:s3", transfer->region);
		SET(CURLOPT_AWS_SIGV4, scope.data);
		SET(CURLOPT_USERNAME, transfer->user);
		SET(CURLOPT_PASSWORD, secret);
		break;
	}
	return code;
}

static CURLcode
set_http(struct ts_errand *errand)
{
	const struct ts_transfer *transfer = errand->transfer;
	CURL *easy = errand->easy;
	CURLcode code = CURLE_OK;

	SET(CURLOPT_URL, errand->url.data);
	SET(CURLOPT_PROTOCOLS_STR,
	    transfer->allow_http ? "http,https" : "https");
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	/* on a connection of before, libcurl would repeat what was lost */
	SET(CURLOPT_FRESH_CONNECT, transfer->once ? 1L : 0L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	if (transfer->ca_file != NULL && transfer->ca_file[0] != '\0') {
		SET(CURLOPT_CAINFO, transfer->ca_file);
		SET(CURLOPT_CAPATH, NULL);
	}
	SET(CURLOPT_USERAGENT, errand->opts->software);
	SET(CURLOPT_HTTPHEADER, errand->headers);
	if (code == CURLE_OK)
		code = set_method(errand);
	return code == CURLE_OK ? set_credentials(errand) : code;
}

static bool
is_key(const struct ts_errand *errand)
{
	return strncmp(errand->secret.data, "-----BEGIN ", 11) == 0;
}

/* libssh2 reads a key from a file only: one in memory. */
static enum ts_status
open_key(struct ts_errand *errand, struct ts_err *err)
{
	if (!is_key(errand))
		return TS_OK;
	errand->key_fd = memfd_create("key", MFD_CLOEXEC);
	if (errand->key_fd < 0)
		return ts_fail_errno(err, errno, "memory for a key");
	if (ts_write_all(errand->key_fd, errand->secret.data,
			 errand->secret.used, "key", err) != TS_OK)
		return err->status;
	/* a secret comes without its last line end, a key ends with one */
	return ts_write_all(errand->key_fd, "\n", 1, "key", err);
}

/* The path as libcurl understands it in commands: what it was in the URL,
 * which has letters only that need no escape. */
static enum ts_status
add_rename(struct ts_errand *errand, struct ts_err *err)
{
	const char *path = strchr(errand->url.data + strlen("sftp://"), '/');
	struct curl_slist *list;

	if (path == NULL || path[1] == '\0')
		return ts_fail(err, TS_BAD_CONFIG, "no path to upload to");
	for (size_t i = 0; i < 2; i++) {
		TS_AUTO_BUF line = TS_BUF_INIT(32768);

		if (i == 0)
			ts_buf_addf(&line, "*rm %s", path);
		else
			ts_buf_addf(&line, "rename %s.part %s", path, path);
		list = line.failed ? NULL
				   : curl_slist_append(errand->afterwards,
						       line.data);
		if (list == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		errand->afterwards = list;
	}
	return TS_OK;
}

static CURLcode
set_sftp(struct ts_errand *errand)
{
	const struct ts_transfer *transfer = errand->transfer;
	TS_AUTO_BUF aside = TS_BUF_INIT(32768);
	CURL *easy = errand->easy;
	CURLcode code = CURLE_OK;
	char path[64];

	ts_buf_addf(&aside, "%s.part", errand->url.data);
	if (aside.failed)
		return CURLE_OUT_OF_MEMORY;
	SET(CURLOPT_URL, aside.data);
	SET(CURLOPT_PROTOCOLS_STR, "sftp");
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_USERNAME, transfer->user);
	SET(CURLOPT_SSH_HOST_PUBLIC_KEY_SHA256,
	    transfer->host_key + strlen("SHA256:"));
	SET(CURLOPT_FTP_CREATE_MISSING_DIRS, (long)CURLFTP_CREATE_DIR_RETRY);
	SET(CURLOPT_POSTQUOTE, errand->afterwards);
	if (is_key(errand)) {
		snprintf(path, sizeof path, "/proc/self/fd/%d", errand->key_fd);
		SET(CURLOPT_SSH_AUTH_TYPES, (long)CURLSSH_AUTH_PUBLICKEY);
		SET(CURLOPT_SSH_PRIVATE_KEYFILE, path);
	} else {
		SET(CURLOPT_SSH_AUTH_TYPES,
		    (long)(CURLSSH_AUTH_PASSWORD | CURLSSH_AUTH_KEYBOARD));
		SET(CURLOPT_PASSWORD, errand->secret.data);
	}
	return code;
}
#undef SET

enum ts_status
ts_errand_prepare(struct ts_errand *errand, struct ts_err *err)
{
	bool ssh = errand->transfer->sign == TS_SIGN_SSH;
	enum ts_status status;
	CURLcode code;

	if (ssh)
		status = add_rename(errand, err);
	else
		status = add_headers(errand, err);
	if (status == TS_OK && ssh)
		status = open_key(errand, err);
	if (status != TS_OK)
		return status;
	code = set_limits(errand);
	if (code == CURLE_OK)
		code = ssh ? set_sftp(errand) : set_http(errand);
	if (code != CURLE_OK)
		return ts_fail(err, TS_SYSTEM, "prepare a request: %s",
			       curl_easy_strerror(code));
	/* nothing to send: the request itself is the last of it */
	if (errand->size == 0 && !say_last(errand))
		return errand->why.status;
	return TS_OK;
}
