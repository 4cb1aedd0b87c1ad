/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/engine/transfer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tradestat/text.h>
#include "fetchers/engine/reply.h"
#include "fetchers/engine/url.h"

#define MAX_HEADERS (384 * 1024) /* libcurl itself stops at 300 KiB */

void
ts_reply_init(struct ts_reply *reply)
{
	*reply = (struct ts_reply){ .headers = TS_BUF_INIT(MAX_HEADERS) };
}

void
ts_reply_free(struct ts_reply *reply)
{
	ts_buf_free(&reply->headers);
	ts_body_free(reply->body);
	ts_reply_init(reply);
}

/* ---- what libcurl calls ------------------------------------------ */

static bool
starts(const char *line, size_t count, const char *word)
{
	size_t length = strlen(word);

	return count >= length && strncasecmp(line, word, length) == 0;
}

/* Lines of one reply; those of a redirect before it are forgotten. */
size_t
ts_transfer_header(char *line, size_t size, size_t count, void *ctx)
{
	struct ts_exchange *transfer = ctx;
	struct ts_buf *headers = &transfer->get->reply.headers;
	const char *key = transfer->http->source->key;

	count *= size;
	if (starts(line, count, "HTTP/"))
		ts_buf_reset(headers);
	if (starts(line, count, "Set-Cookie") || count <= 2 ||
	    memchr(line, '\0', count) != NULL || !ts_utf8_valid(line, count))
		return count;
	if (key != NULL && key[0] != '\0' &&
	    memmem(line, count, key, strlen(key)) != NULL)
		return count; /* an echo of the key is not kept */
	ts_buf_add_bytes(headers, line, count);
	return headers->failed ? 0 : count;
}

static enum ts_status
add_to_body(void *ctx, const void *bytes, size_t count, struct ts_err *err)
{
	return ts_body_add(ctx, bytes, count, err);
}

static enum ts_status
begin_body(struct ts_exchange *transfer)
{
	struct ts_reply *reply = &transfer->get->reply;
	struct ts_http *http = transfer->http;
	struct ts_err *err = &transfer->err;

	transfer->begun = true;
	if (ts_body_new(http->archive_dir, http->source->max_bytes,
			&reply->body, err) != TS_OK)
		return err->status;
	switch (ts_reply_coding(reply->headers.data)) {
	case TS_CODING_NONE:
		return TS_OK;
	case TS_CODING_GZIP:
		return ts_gunzip_new(add_to_body, reply->body,
				     &transfer->gunzip, err);
	case TS_CODING_OTHER:
		return ts_fail(err, TS_BAD_DATA,
			       "a content coding that was not asked for");
	}
	return TS_OK;
}

static bool
is_success(CURL *easy)
{
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	return status >= 200 && status < 300;
}

size_t
ts_transfer_body(char *bytes, size_t size, size_t count, void *ctx)
{
	struct ts_exchange *transfer = ctx;
	struct ts_err *err = &transfer->err;
	enum ts_status status = TS_OK;

	count *= size;
	transfer->http->bytes += (int64_t)count;
	if (transfer->ignored || count == 0)
		return count;
	if (!transfer->begun)
		status = begin_body(transfer);
	if (status == TS_OK && transfer->gunzip != NULL)
		status = ts_gunzip_add(transfer->gunzip, bytes, count, err);
	else if (status == TS_OK)
		status = ts_body_add(transfer->get->reply.body, bytes, count,
				     err);
	if (status == TS_OK)
		return count;
	/* What an error says is welcome but not needed. */
	if (status == TS_BAD_DATA && !is_success(transfer->easy)) {
		transfer->ignored = true;
		err->status = TS_OK;
		return count;
	}
	return 0;
}

/* ---- the end of a transfer --------------------------------------- */

static const struct {
	CURLcode code;
	enum ts_status status;
	bool again;
	const char *what;
} outcomes[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, TS_AGAIN, true,
	  "the host has no address" },
	{ CURLE_COULDNT_RESOLVE_PROXY, TS_AGAIN, true,
	  "the proxy has no address" },
	{ CURLE_COULDNT_CONNECT, TS_AGAIN, true, "no connection" },
	{ CURLE_OPERATION_TIMEDOUT, TS_AGAIN, true, "too slow" },
	{ CURLE_SSL_CONNECT_ERROR, TS_AGAIN, true, "no TLS connection" },
	{ CURLE_GOT_NOTHING, TS_AGAIN, true, "an empty reply" },
	{ CURLE_SEND_ERROR, TS_AGAIN, true, "the connection broke" },
	{ CURLE_RECV_ERROR, TS_AGAIN, true, "the connection broke" },
	{ CURLE_PARTIAL_FILE, TS_AGAIN, true, "the reply was cut" },
	{ CURLE_HTTP2, TS_AGAIN, true, "the connection broke" },
	{ CURLE_HTTP2_STREAM, TS_AGAIN, true, "the connection broke" },
	{ CURLE_WEIRD_SERVER_REPLY, TS_AGAIN, true, "not an HTTP reply" },
	/* A fault that a person has to look at, so no attempt is lost on it. */
	{ CURLE_PEER_FAILED_VERIFICATION, TS_REFUSED, false,
	  "its certificate is not to be trusted" },
	{ CURLE_SSL_ISSUER_ERROR, TS_REFUSED, false,
	  "its certificate is not to be trusted" },
	{ CURLE_SSL_CACERT_BADFILE, TS_BAD_CONFIG, false,
	  "the file of authorities is not usable" },
	{ CURLE_TOO_MANY_REDIRECTS, TS_REFUSED, false,
	  "it redirects again and again" },
	{ CURLE_UNSUPPORTED_PROTOCOL, TS_REFUSED, false,
	  "it leads to a scheme that is not allowed" },
	{ CURLE_URL_MALFORMAT, TS_BAD_DATA, false,
	  "it leads to something that is no address" },
	{ CURLE_FILESIZE_EXCEEDED, TS_BAD_DATA, false,
	  "the document is larger than allowed" },
	{ CURLE_BAD_CONTENT_ENCODING, TS_BAD_DATA, false,
	  "a content coding that was not asked for" },
	{ CURLE_OUT_OF_MEMORY, TS_SYSTEM, false, "no memory" },
	{ CURLE_FAILED_INIT, TS_SYSTEM, false, "libcurl does not start" },
};

static void
explain(struct ts_exchange *transfer, CURLcode code)
{
	struct ts_reply *reply = &transfer->get->reply;

	if (transfer->err.status != TS_OK) { /* stopped by us */
		reply->err = transfer->err;
		reply->status = transfer->err.status;
		return;
	}
	if (transfer->private_address) {
		reply->status = ts_fail(
			&reply->err, TS_REFUSED,
			"its address is a private one (allow_private = true "
			"would permit it)");
		return;
	}
	/* libcurl's word for bytes that are no HTTP, too */
	if (code == CURLE_UNSUPPORTED_PROTOCOL && reply->http_status == 0)
		code = CURLE_WEIRD_SERVER_REPLY;
	for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
		if (outcomes[i].code != code)
			continue;
		reply->again = outcomes[i].again;
		reply->status =
			ts_fail(&reply->err, outcomes[i].status, "%s (%s)",
				outcomes[i].what, curl_easy_strerror(code));
		return;
	}
	reply->status =
		ts_fail(&reply->err, TS_AGAIN, "%s", curl_easy_strerror(code));
}

/* Everything came; is it whole? A cut gzip stream is a cut reply. */
static void
close_body(struct ts_exchange *transfer)
{
	struct ts_reply *reply = &transfer->get->reply;
	struct ts_err *err = &transfer->err;

	if (!transfer->begun && begin_body(transfer) != TS_OK)
		return;
	if (transfer->gunzip != NULL && !transfer->ignored &&
	    !ts_gunzip_ended(transfer->gunzip) && is_success(transfer->easy) &&
	    reply->http_status != 204) {
		reply->again = true;
		ts_fail(err, TS_AGAIN,
			"the reply was cut: its gzip stream "
			"has no end");
		return;
	}
	if (ts_body_end(reply->body, err) == TS_OK)
		err->status = TS_OK;
}

static bool
is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 ||
	       status == 307 || status == 308;
}

/* The key goes to the host that it was meant for, and to no other. True: the
 * handle is on its way again. */
static bool
follow(struct ts_exchange *transfer)
{
	struct ts_err *err = &transfer->err;
	const char *to = NULL;
	char *from = NULL;
	bool same;

	curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &to);
	curl_easy_getinfo(transfer->easy, CURLINFO_EFFECTIVE_URL, &from);
	if (to == NULL)
		return false;
	same = from != NULL && ts_url_same_origin(from, to);
	if (!same)
		ts_fail(err, TS_REFUSED,
			"it leads to another host, where the "
			"key must not go");
	else if (transfer->hops++ >= TS_MAX_HOPS)
		ts_fail(err, TS_REFUSED, "it redirects again and again");
	if (err->status != TS_OK)
		return false;
	ts_body_free(transfer->get->reply.body);
	transfer->get->reply.body = NULL;
	ts_gunzip_free(transfer->gunzip);
	transfer->gunzip = NULL;
	transfer->begun = transfer->ignored = false;
	curl_multi_remove_handle(transfer->http->multi, transfer->easy);
	if (ts_transfer_address(transfer, to) == CURLE_OK &&
	    curl_multi_add_handle(transfer->http->multi, transfer->easy) ==
		    CURLM_OK)
		return true;
	ts_fail(err, TS_BAD_DATA, "it leads to something that is no address");
	return false;
}

static void
done(struct ts_exchange *transfer, CURLcode code)
{
	struct ts_reply *reply = &transfer->get->reply;
	long status = 0;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	reply->http_status = (int)status;
	if (code == CURLE_OK && is_redirect(reply->http_status) &&
	    ts_transfer_has_key(transfer) && follow(transfer))
		return;
	transfer->http->open--;
	if (code == CURLE_OK && transfer->err.status == TS_OK)
		close_body(transfer);
	if (code == CURLE_OK && transfer->err.status == TS_OK)
		reply->status = TS_OK;
	else
		explain(transfer, code);
	if (reply->status != TS_OK) {
		ts_body_free(reply->body);
		reply->body = NULL;
	}
}

/* ---- all together ------------------------------------------------ */

static void
show(struct ts_http *http)
{
	int64_t now = http->clock->mono_us(http->clock);
	double passed = (double)(now - http->began_us) / 1e6;

	http->progress(http->progress_ctx, http->bytes,
		       passed > 0 ? (double)http->bytes / passed : 0);
}

/* How many came to an end. */
static int
collect(struct ts_http *http)
{
	struct CURLMsg *message;
	int ended = 0, left;

	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		struct ts_exchange *transfer = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
				  (char **)&transfer);
		done(transfer, code);
		ended++;
	}
	return ended;
}

static enum ts_status
loop(struct ts_http *http, struct ts_err *err)
{
	CURLMcode code;
	int running;

	/* our count, because done() may put one on its way again */
	while (http->open > 0) {
		code = curl_multi_perform(http->multi, &running);
		if (code == CURLM_OK && collect(http) == 0 && running == 0)
			return ts_fail(err, TS_SYSTEM,
				       "libcurl lost a transfer");
		if (code == CURLM_OK && running > 0 && http->open > 0)
			code = curl_multi_poll(http->multi, NULL, 0, 100, NULL);
		if (code != CURLM_OK)
			return ts_fail(err, TS_SYSTEM, "libcurl: %s",
				       curl_multi_strerror(code));
		show(http);
	}
	return TS_OK;
}

enum ts_status
ts_http_get(struct ts_http *http, struct ts_get *gets, size_t count,
	    struct ts_err *err)
{
	struct ts_exchange *transfers = calloc(count, sizeof *transfers);
	enum ts_status status = TS_OK;
	size_t begun = 0;

	if (transfers == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for requests");
	http->open = 0;
	http->bytes = 0;
	http->began_us = http->clock->mono_us(http->clock);
	for (size_t i = 0; i < count && status == TS_OK; i++) {
		transfers[i].http = http;
		transfers[i].get = &gets[i];
		ts_reply_init(&gets[i].reply);
		begun = i + 1;
		/* what it stays when the loop fails */
		gets[i].reply.status =
			ts_fail(&gets[i].reply.err, TS_SYSTEM, "not tried");
		status = ts_transfer_start(&transfers[i], err);
	}
	if (status == TS_OK)
		status = loop(http, err);
	for (size_t i = 0; i < begun; i++)
		ts_transfer_finish(&transfers[i]);
	for (size_t i = begun; i < count; i++)
		ts_reply_init(&gets[i].reply);
	free(transfers);
	return status;
}

enum ts_status
ts_http_open(const struct ts_source *source, const char *archive_dir,
	     const struct ts_clock *clock, ts_http_progress *progress,
	     void *ctx, struct ts_http **out, struct ts_err *err)
{
	struct ts_http *http = calloc(1, sizeof *http);
	long connections = source->connections > 0 ? source->connections : 1;

	*out = NULL;
	if (http == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		free(http);
		return ts_fail(err, TS_SYSTEM, "libcurl does not start");
	}
	http->source = source;
	http->archive_dir = archive_dir;
	http->clock = clock;
	http->progress = progress;
	http->progress_ctx = ctx;
	http->multi = curl_multi_init();
	if (http->multi != NULL &&
	    curl_multi_setopt(http->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
			      connections) == CURLM_OK) {
		*out = http;
		return TS_OK;
	}
	ts_http_close(http);
	return ts_fail(err, TS_SYSTEM, "libcurl does not start");
}

void
ts_http_close(struct ts_http *http)
{
	if (http == NULL)
		return;
	curl_multi_cleanup(http->multi);
	curl_global_cleanup();
	free(http);
}
