/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transfer.h - one GET under way, between http.c (what comes) and handle.c
 * (what is sent: the one place that makes and unmakes a curl handle).
 */
#ifndef FETCHERS_ENGINE_TRANSFER_H
#define FETCHERS_ENGINE_TRANSFER_H

#include <curl/curl.h>
#include "fetchers/engine/gunzip.h"
#include "fetchers/engine/http.h"

#define TS_MAX_HOPS 5 /* redirects */

struct ts_http {
	const struct ts_source *source;
	const char *archive_dir;
	const struct ts_clock *clock;
	ts_http_progress *progress;
	void *progress_ctx;
	CURLM *multi;
	int open; /* transfers without an end */
	int64_t bytes, began_us;
};

/* One GET under way. */
struct ts_exchange {
	struct ts_http *http;
	struct ts_get *get;
	CURL *easy;
	struct curl_slist *list;  /* request headers: may hold the key */
	struct ts_gunzip *gunzip; /* NULL: the body comes as it is */
	bool begun;               /* the body has */
	bool ignored;             /* rest of an error's body */
	bool private_address;     /* a connection was refused by us */
	bool oom;
	int hops;          /* redirects followed by hand */
	struct ts_err err; /* why we stopped the transfer */
};

/* What libcurl calls with the bytes that come; in http.c. */
size_t ts_transfer_header(char *line, size_t size, size_t count, void *ctx);
size_t ts_transfer_body(char *bytes, size_t size, size_t count, void *ctx);

/* Makes the handle and puts it on its way. */
enum ts_status ts_transfer_start(struct ts_exchange *transfer,
				 struct ts_err *err) TS_MUST_USE;
/* Another address for the same request: a redirect followed by hand. */
CURLcode ts_transfer_address(struct ts_exchange *transfer, const char *url);
void ts_transfer_finish(struct ts_exchange *transfer);
bool ts_transfer_has_key(const struct ts_exchange *transfer);

#endif
