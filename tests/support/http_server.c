/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/http_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "tests/support/fixtures.h"

#define MAX_REQUESTS 2048
#define MAX_REQUEST 65536
#define PATIENCE_MS 20000

struct http_server {
	http_answer *answer;
	void *ctx;
	int listener;
	int port;
	char url[64];
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	char *requests[MAX_REQUESTS];
	int count;
	int open, most, connections;
};

struct visit {
	struct http_server *server;
	int fd;
};

bool
http_say_bytes(struct http_talk *talk, const void *bytes, size_t count)
{
	const char *at = bytes;

	while (count > 0) {
		ssize_t sent = send(talk->fd, at, count, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		at += sent;
		count -= (size_t)sent;
	}
	return true;
}

bool
http_say(struct http_talk *talk, const char *fmt, ...)
{
	char *text;
	va_list args;
	bool sent;
	int length;

	va_start(args, fmt);
	length = vasprintf(&text, fmt, args);
	va_end(args);
	if (length < 0)
		return false;
	sent = http_say_bytes(talk, text, (size_t)length);
	free(text);
	return sent;
}

void
http_reply(struct http_talk *talk, const char *status, const char *headers,
	   const void *body, size_t count)
{
	http_say(talk, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n", status,
		 headers, count);
	http_say_bytes(talk, body, count);
}

void
http_reply_text(struct http_talk *talk, const char *status, const char *headers,
		const char *body)
{
	http_reply(talk, status, headers, body, strlen(body));
}

void
http_pause_ms(int ms)
{
	struct timespec left = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

void
http_reset(struct http_talk *talk)
{
	struct linger now = { 1, 0 };

	setsockopt(talk->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	talk->close = talk->reset = true;
}

bool
http_asks(const struct http_talk *talk, const char *path)
{
	size_t length = strlen(path);

	return strncmp(talk->request, "GET ", 4) == 0 &&
	       strncmp(talk->request + 4, path, length) == 0 &&
	       talk->request[4 + length] == ' ';
}

/* Up to the blank line; false: no more requests. */
static bool
read_request(int fd, char *request)
{
	size_t used = 0;

	request[0] = '\0';
	while (strstr(request, "\r\n\r\n") == NULL) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (used + 1 >= MAX_REQUEST ||
		    poll(&ready, 1, PATIENCE_MS) <= 0)
			return false;
		/* one by one: nothing of the next request is taken away */
		got = recv(fd, request + used, 1, 0);
		if (got <= 0)
			return false;
		used += (size_t)got;
		request[used] = '\0';
	}
	return true;
}

static int
note_request(struct http_server *server, const char *request)
{
	int nth;

	pthread_mutex_lock(&server->lock);
	nth = server->count;
	if (nth < MAX_REQUESTS)
		server->requests[server->count++] = strdup(request);
	pthread_mutex_unlock(&server->lock);
	return nth;
}

static void *
serve(void *arg)
{
	struct visit *visit = arg;
	struct http_server *server = visit->server;
	struct http_talk talk = { .server = server,
				  .fd = visit->fd,
				  .ctx = server->ctx };
	char *request = malloc(MAX_REQUEST);

	while (request != NULL && !talk.close &&
	       read_request(talk.fd, request)) {
		talk.request = request;
		talk.nth = note_request(server, request);
		server->answer(&talk);
	}
	if (!talk.reset)
		shutdown(talk.fd, SHUT_WR);
	close(talk.fd);
	free(request);
	free(visit);
	pthread_mutex_lock(&server->lock);
	server->open--;
	pthread_cond_signal(&server->idle);
	pthread_mutex_unlock(&server->lock);
	return NULL;
}

static void
visit(struct http_server *server, int fd)
{
	struct visit *one = malloc(sizeof *one);
	pthread_t thread;

	pthread_mutex_lock(&server->lock);
	server->connections++;
	server->open++;
	if (server->open > server->most)
		server->most = server->open;
	pthread_mutex_unlock(&server->lock);
	*one = (struct visit){ server, fd };
	if (pthread_create(&thread, NULL, serve, one) == 0)
		pthread_detach(thread);
}

static void *
listen_on(void *arg)
{
	struct http_server *server = arg;

	for (;;) {
		int fd = accept(server->listener, NULL, NULL);

		if (fd < 0)
			return NULL; /* shut down by stop */
		visit(server, fd);
	}
}

struct http_server *
http_server_start(http_answer *answer, void *ctx)
{
	struct http_server *server = calloc(1, sizeof *server);
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof at;

	if (server == NULL)
		fail_msg("no memory");
	server->answer = answer;
	server->ctx = ctx;
	pthread_mutex_init(&server->lock, NULL);
	pthread_cond_init(&server->idle, NULL);
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server->listener < 0 ||
	    bind(server->listener, (struct sockaddr *)&at, size) != 0 ||
	    listen(server->listener, 64) != 0 ||
	    getsockname(server->listener, (struct sockaddr *)&at, &size) != 0)
		fail_msg("no loopback server: %s", strerror(errno));
	server->port = ntohs(at.sin_port);
	snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d",
		 server->port);
	if (pthread_create(&server->thread, NULL, listen_on, server) != 0)
		fail_msg("no thread for a server");
	return server;
}

void
http_server_stop(struct http_server *server)
{
	struct timespec until;

	shutdown(server->listener, SHUT_RDWR);
	close(server->listener);
	pthread_join(server->thread, NULL);
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_MS / 1000 + 5;
	pthread_mutex_lock(&server->lock);
	while (server->open > 0 &&
	       pthread_cond_timedwait(&server->idle, &server->lock, &until) ==
		       0)
		;
	if (server->open > 0) {
		pthread_mutex_unlock(&server->lock);
		fail_msg("a connection of the server does not end");
	}
	pthread_mutex_unlock(&server->lock);
	for (int i = 0; i < server->count; i++)
		free(server->requests[i]);
	free(server);
}

int
http_server_port(const struct http_server *server)
{
	return server->port;
}

const char *
http_server_url(const struct http_server *server)
{
	return server->url;
}

int
http_server_count(struct http_server *server)
{
	int count;

	pthread_mutex_lock(&server->lock);
	count = server->count;
	pthread_mutex_unlock(&server->lock);
	return count;
}

const char *
http_server_request(struct http_server *server, int nth)
{
	const char *request = "";

	pthread_mutex_lock(&server->lock);
	if (nth >= 0 && nth < server->count)
		request = server->requests[nth];
	pthread_mutex_unlock(&server->lock);
	return request;
}

int
http_server_connections(struct http_server *server)
{
	int count;

	pthread_mutex_lock(&server->lock);
	count = server->connections;
	pthread_mutex_unlock(&server->lock);
	return count;
}

int
http_server_most(struct http_server *server)
{
	int most;

	pthread_mutex_lock(&server->lock);
	most = server->most;
	pthread_mutex_unlock(&server->lock);
	return most;
}
