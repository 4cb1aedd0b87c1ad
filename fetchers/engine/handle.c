/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/engine/transfer.h"

#include <string.h>
#include <strings.h>
#include <tradestat/address.h>

static curl_socket_t
on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct ts_exchange *transfer = ctx;
	const struct ts_source *source = transfer->http->source;
	bool checked = !source->allow_private && source->proxy[0] == '\0';

	if (purpose != CURLSOCKTYPE_IPCXN)
		return CURL_SOCKET_BAD;
	/* Behind a proxy the address is the proxy's, the operator's choice. */
	if (checked && ts_address_is_private(&address->addr)) {
		transfer->private_address = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
		      address->protocol);
}

/* Nothing that we put into a header can end its line. */
static bool
is_clean(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static void
add_header(struct ts_exchange *transfer, const char *name, const char *value)
{
	TS_AUTO_BUF line = TS_BUF_INIT(65536);
	struct curl_slist *list;

	if (value == NULL || value[0] == '\0' || !is_clean(value))
		return;
	ts_buf_addf(&line, "%s: %s", name, value);
	list = line.failed ? NULL
			   : curl_slist_append(transfer->list, line.data);
	explicit_bzero(line.data, line.used);
	if (list == NULL)
		transfer->oom = true;
	else
		transfer->list = list;
}

static void
add_headers(struct ts_exchange *transfer)
{
	const struct ts_source *source = transfer->http->source;
	const struct ts_get *get = transfer->get;

	add_header(transfer, "Accept",
		   get->accept != NULL ? get->accept : "*/*");
	add_header(transfer, "If-None-Match", get->etag);
	add_header(transfer, "If-Modified-Since", get->last_modified);
	if (source->key_header != NULL && source->key != NULL)
		add_header(transfer, source->key_header, source->key);
}

bool
ts_transfer_has_key(const struct ts_exchange *transfer)
{
	const char *key = transfer->http->source->key;

	return key != NULL && key[0] != '\0';
}

CURLcode
ts_transfer_address(struct ts_exchange *transfer, const char *url)
{
	const struct ts_source *source = transfer->http->source;
	bool plain = source->allow_http && strncasecmp(url, "http:", 5) == 0;
	CURL *easy = transfer->easy;
	CURLcode code = CURLE_OK;

#define SET(option, value)                                                     \
	do {                                                                   \
		if (code == CURLE_OK)                                          \
			code = curl_easy_setopt(easy, option, value);          \
	} while (0)

	SET(CURLOPT_URL, url);
	SET(CURLOPT_PROTOCOLS_STR, source->allow_http ? "http,https" : "https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, plain ? "http,https" : "https");
	/* libcurl would carry a key in a header of its own to another host. */
	SET(CURLOPT_FOLLOWLOCATION, ts_transfer_has_key(transfer) ? 0L : 1L);
	SET(CURLOPT_MAXREDIRS, (long)TS_MAX_HOPS);
	SET(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	return code;
}

static CURLcode
set_limits(struct ts_exchange *transfer)
{
	const struct ts_source *source = transfer->http->source;
	CURL *easy = transfer->easy;
	CURLcode code = CURLE_OK;

	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, (long)source->connect_timeout_s);
	SET(CURLOPT_TIMEOUT, (long)source->timeout_s);
	SET(CURLOPT_LOW_SPEED_LIMIT, (long)source->low_speed_bytes);
	SET(CURLOPT_LOW_SPEED_TIME, (long)source->low_speed_s);
	SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)source->max_bytes);
	SET(CURLOPT_PIPEWAIT, 1L);
	SET(CURLOPT_PROXY, source->proxy);
	SET(CURLOPT_NOPROXY, "");
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	SET(CURLOPT_OPENSOCKETDATA, transfer);
	return code;
}

static CURLcode
set_tls(struct ts_exchange *transfer)
{
	const struct ts_source *source = transfer->http->source;
	CURL *easy = transfer->easy;
	CURLcode code = CURLE_OK;

	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	if (source->ca_file != NULL) {
		SET(CURLOPT_CAINFO, source->ca_file);
		SET(CURLOPT_CAPATH, NULL);
	}
	return code;
}

static CURLcode
set_talk(struct ts_exchange *transfer)
{
	const char *contact = transfer->http->source->contact;
	TS_AUTO_BUF agent = TS_BUF_INIT(4096);
	CURL *easy = transfer->easy;
	CURLcode code = CURLE_OK;

	ts_buf_add(&agent, "tradestat/" TS_VERSION);
	if (contact != NULL && contact[0] != '\0' && is_clean(contact))
		ts_buf_addf(&agent, " (+%s)", contact);
	SET(CURLOPT_USERAGENT, agent.data);
	SET(CURLOPT_HTTPHEADER, transfer->list);
	/* We undo gzip ourselves: libcurl does not tell a cut stream. */
	SET(CURLOPT_ACCEPT_ENCODING, "gzip");
	SET(CURLOPT_HTTP_CONTENT_DECODING, 0L);
	SET(CURLOPT_HEADERFUNCTION, ts_transfer_header);
	SET(CURLOPT_HEADERDATA, transfer);
	SET(CURLOPT_WRITEFUNCTION, ts_transfer_body);
	SET(CURLOPT_WRITEDATA, transfer);
	SET(CURLOPT_PRIVATE, transfer);
	return code;
}
#undef SET

/* The one constructor of a handle. */
enum ts_status
ts_transfer_start(struct ts_exchange *transfer, struct ts_err *err)
{
	CURLcode code = CURLE_OUT_OF_MEMORY;

	transfer->easy = curl_easy_init();
	if (transfer->easy != NULL) {
		add_headers(transfer);
		if (!transfer->oom)
			code = ts_transfer_address(transfer,
						   transfer->get->url);
	}
	if (code == CURLE_OK)
		code = set_limits(transfer);
	if (code == CURLE_OK)
		code = set_tls(transfer);
	if (code == CURLE_OK)
		code = set_talk(transfer);
	if (code == CURLE_OK &&
	    curl_multi_add_handle(transfer->http->multi, transfer->easy) !=
		    CURLM_OK)
		code = CURLE_FAILED_INIT;
	if (code == CURLE_OK) {
		transfer->http->open++;
		return TS_OK;
	}
	return ts_fail(err, TS_SYSTEM, "prepare a request: %s",
		       curl_easy_strerror(code));
}

void
ts_transfer_finish(struct ts_exchange *transfer)
{
	for (struct curl_slist *at = transfer->list; at != NULL; at = at->next)
		explicit_bzero(at->data, strlen(at->data));
	curl_slist_free_all(transfer->list);
	if (transfer->easy != NULL) {
		curl_multi_remove_handle(transfer->http->multi, transfer->easy);
		curl_easy_cleanup(transfer->easy);
	}
	ts_gunzip_free(transfer->gunzip);
}
