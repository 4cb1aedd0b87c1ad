/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_server.h - a publisher on loopback that says, byte by byte, what a
 * test wants it to say: right replies, wrong ones, cut ones, endless ones.
 *
 * The server runs in threads of the test program; the test gives a function
 * that is called for each request, in the thread of its connection. It knows
 * nothing of HTTP beyond the blank line that ends a request.
 */
#ifndef TESTS_SUPPORT_HTTP_SERVER_H
#define TESTS_SUPPORT_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct http_server;

/* One request and the connection it came on. */
struct http_talk {
	struct http_server *server;
	int fd;
	const char *request; /* request line and headers */
	int nth;             /* 0 for the first request of the server */
	bool close;          /* set it: no further request on it */
	bool reset;          /* by http_reset */
	void *ctx;           /* of the test */
};

typedef void http_answer(struct http_talk *talk);

/* Listens on a free port of 127.0.0.1. Stops the test when it cannot. */
struct http_server *http_server_start(http_answer *answer, void *ctx);
/* Waits for its connections, at most some seconds, and forgets everything. */
void http_server_stop(struct http_server *server);
int http_server_port(const struct http_server *server);
/* "http://127.0.0.1:PORT" */
const char *http_server_url(const struct http_server *server);
/* How many requests came so far, and what they said. */
int http_server_count(struct http_server *server);
const char *http_server_request(struct http_server *server, int nth);
/* Connections so far, and how many of them were open together. */
int http_server_connections(struct http_server *server);
int http_server_most(struct http_server *server);

/* Sends bytes as they are; false: the other side has gone. */
bool http_say_bytes(struct http_talk *talk, const void *bytes, size_t count);
bool http_say(struct http_talk *talk, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A whole reply with Content-Length; headers: "Name: value\r\n" ... or "". */
void http_reply(struct http_talk *talk, const char *status, const char *headers,
		const void *body, size_t count);
void http_reply_text(struct http_talk *talk, const char *status,
		     const char *headers, const char *body);
void http_pause_ms(int ms);
/* Sends a reset instead of an end. */
void http_reset(struct http_talk *talk);
/* The request asks for that path (with query). */
bool http_asks(const struct http_talk *talk, const char *path);

#endif
