/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply.h - what a publisher's reply means, read from its headers and first
 * bytes. Pure: no I/O, no clock.
 */
#ifndef FETCHERS_ENGINE_REPLY_H
#define FETCHERS_ENGINE_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tradestat/buf.h>

/* The value of the nth header of that name, without blanks around it, in
 * headers as sent ("Name: value\r\n..."); false: there is none. A value that
 * does not fit is none. */
bool ts_header(const char *headers, const char *name, int nth, char *value,
	       size_t size);

/* The end of the body was told by more than the end of the connection. Empty
 * headers: the body did not come by HTTP, somebody vouches for it. */
bool ts_reply_is_framed(const char *headers);

enum ts_coding {
	TS_CODING_NONE,
	TS_CODING_GZIP,
	TS_CODING_OTHER, /* not asked for; also any two together */
};
enum ts_coding ts_reply_coding(const char *headers);

/* A web page in the place of data: an outage, a login, a proxy. */
bool ts_reply_is_web_page(const char *head, size_t count);

/* The publisher's own words out of an error body (JSON, XML, a web page's
 * title or plain text), cleaned for showing; nothing when there are none. */
void ts_reply_words(struct ts_buf *out, const char *body, size_t count);

/*
 * Seconds to wait by Retry-After (seconds or a date, seen from now_us), or
 * by "replenished in [d.]hh:mm:ss" among the words; 0: the publisher says
 * "do not come again", or something absurd; -1: nothing is said.
 */
int64_t ts_reply_retry_after(const char *headers, int64_t now_us);
int64_t ts_reply_replenished(const char *words);

#endif
