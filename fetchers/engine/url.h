/* SPDX-License-Identifier: Apache-2.0 */
/*
 * url.h - addresses of publishers: put together from a base and a request,
 * compared by origin, and shown without secrets.
 *
 * Nothing here trusts its input: a path can come from a publisher's "next"
 * link and a name from a pack that somebody sent.
 */
#ifndef FETCHERS_ENGINE_URL_H
#define FETCHERS_ENGINE_URL_H

#include <stdbool.h>
#include <stddef.h>
#include <tradestat/buf.h>
#include <tradestat/plugin.h>

#define TS_URL_MAX 16384

/*
 * Appends the request's address to out. A path that is an http(s) address
 * itself is taken as it is; "file:" too (no query); all others go below base.
 */
enum ts_status ts_url_join(const char *base, const struct ts_request *request,
			   struct ts_buf *out, struct ts_err *err) TS_MUST_USE;
bool ts_url_is_file(const char *url);
/* Scheme, host and port are the same; false when either is no address. */
bool ts_url_same_origin(const char *a, const char *b);
/* Lower-case host, without port. */
enum ts_status ts_url_host(const char *url, char *host, size_t size,
			   struct ts_err *err) TS_MUST_USE;
/* Values of query members that look like a credential become "***", a name
 * and password in front of the host go. */
void ts_url_public(struct ts_buf *out, const char *url);
/* The same address in one spelling: escapes that say nothing are undone. For
 * comparing addresses that people typed. */
void ts_url_canonical(struct ts_buf *out, const char *url);

#endif
