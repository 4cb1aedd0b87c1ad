/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/supervise/control_server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/log.h>

#define SLOTS 16
/* Of these, for peers that may only ask "ping" and "status": they cannot keep
 * the operator out. */
#define SLOTS_OF_OTHERS 8
#define PATIENCE_US 5000000
/* How long nothing is accepted when there is no descriptor left. */
#define PAUSE_US 1000000
/* After everything that makes editions. */
#define PRIORITY 100

struct peer {
	struct ts_control_server *server;
	int fd; /* -1: the slot is free */
	uid_t uid;
	bool is_other;
	sd_event_source *io, *deadline;
	char line[TS_CONTROL_LINE];
	size_t heard;
	struct ts_buf answer;
	size_t said;
};

struct ts_control_server {
	sd_event *event;
	ts_control_handle *handle;
	void *ctx;
	int fd;
	sd_event_source *io, *pause;
	uid_t own;
	dev_t dev; /* of the socket's file: we remove no other one */
	ino_t ino;
	struct sockaddr_un address;
	struct peer peers[SLOTS];
};

/* ---- one connection --------------------------------------------------------
 */

static void
hang_up(struct peer *peer)
{
	peer->io = sd_event_source_disable_unref(peer->io);
	peer->deadline = sd_event_source_disable_unref(peer->deadline);
	ts_close(&peer->fd);
	peer->fd = -1;
	ts_buf_free(&peer->answer);
	peer->heard = peer->said = 0;
}

/* Says as much as goes; the rest when the socket can take it. */
static void
say(struct peer *peer)
{
	ssize_t sent;

	while (peer->said < peer->answer.used) {
		sent = send(peer->fd, peer->answer.data + peer->said,
			    peer->answer.used - peer->said,
			    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN &&
		    sd_event_source_set_io_events(peer->io, EPOLLOUT) >= 0)
			return;
		if (sent <= 0)
			break; /* it has gone */
		peer->said += (size_t)sent;
	}
	hang_up(peer);
}

static void
refuse(struct peer *peer, const struct ts_err *err)
{
	ts_buf_reset(&peer->answer);
	ts_buf_addf(&peer->answer, "error %s %s\n\n",
		    ts_status_name(err->status), err->text);
}

static enum ts_status
obey(struct peer *peer, size_t length, struct ts_err *err)
{
	struct ts_control_server *server = peer->server;
	struct ts_request_line request;
	enum ts_status status;

	if (ts_control_parse(peer->line, length, &request, err) != TS_OK)
		return err->status;
	if (!ts_control_may(request.command, peer->uid, server->own))
		return ts_fail(err, TS_REFUSED,
			       "%s is for root and the daemon's own user (uid "
			       "%u), not for uid %u",
			       ts_command_name(request.command),
			       (unsigned)server->own, (unsigned)peer->uid);
	ts_buf_add(&peer->answer, "ok\n");
	status = server->handle(server->ctx, &request, peer->uid, &peer->answer,
				err);
	if (status != TS_OK)
		return status;
	ts_buf_add(&peer->answer, "\n");
	return ts_buf_check(&peer->answer, "the answer", err);
}

static void
answer(struct peer *peer, size_t length)
{
	struct ts_err err = { .status = TS_OK };

	if (obey(peer, length, &err) != TS_OK)
		refuse(peer, &err);
	say(peer);
}

/* Reads once: a peer that floods gets no more of a round than one that does
 * not. */
static void
hear(struct peer *peer)
{
	struct ts_err err;
	char *end;
	ssize_t got;

	got = recv(peer->fd, peer->line + peer->heard,
		   sizeof peer->line - peer->heard, MSG_DONTWAIT);
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (got <= 0) {
		hang_up(peer);
		return;
	}
	end = memchr(peer->line + peer->heard, '\n', (size_t)got);
	peer->heard += (size_t)got;
	if (end != NULL) {
		answer(peer, (size_t)(end - peer->line));
	} else if (peer->heard == sizeof peer->line) {
		(void)ts_fail(&err, TS_BAD_USAGE,
			      "a request has less than %d bytes",
			      TS_CONTROL_LINE);
		refuse(peer, &err);
		say(peer);
	}
}

static int
on_peer(sd_event_source *source, int fd, uint32_t events, void *ctx)
{
	struct peer *peer = ctx;

	(void)source;
	(void)fd;
	if (peer->answer.used > 0)
		say(peer);
	else if ((events & EPOLLIN) != 0)
		hear(peer);
	else
		hang_up(peer);
	return 0;
}

static int
on_deadline(sd_event_source *source, uint64_t now_us, void *ctx)
{
	(void)source;
	(void)now_us;
	hang_up(ctx);
	return 0;
}

/* ---- taking connections ----------------------------------------------------
 */

static struct peer *
free_slot(struct ts_control_server *server, bool is_other)
{
	struct peer *found = NULL;
	size_t i, others = 0;

	for (i = 0; i < SLOTS; i++)
		if (server->peers[i].fd < 0)
			found = &server->peers[i];
		else if (server->peers[i].is_other)
			others++;
	return is_other && others >= SLOTS_OF_OTHERS ? NULL : found;
}

static int
watch(struct peer *peer)
{
	sd_event *event = peer->server->event;
	int r;

	r = sd_event_add_io(event, &peer->io, peer->fd, EPOLLIN, on_peer, peer);
	if (r < 0)
		return r;
	r = sd_event_source_set_priority(peer->io, PRIORITY);
	if (r < 0)
		return r;
	r = sd_event_add_time_relative(event, &peer->deadline, CLOCK_MONOTONIC,
				       PATIENCE_US, 0, on_deadline, peer);
	if (r < 0)
		return r;
	return sd_event_source_set_priority(peer->deadline, PRIORITY);
}

static void
welcome(struct ts_control_server *server, int *fd)
{
	static const char busy[] = "error again too many ask at once\n\n";
	struct ucred who = { .uid = (uid_t)-1 };
	socklen_t size = sizeof who;
	struct peer *peer;
	bool is_other;

	if (getsockopt(*fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
		return;
	is_other = !ts_control_may(TS_COMMAND_RELOAD, who.uid, server->own);
	peer = free_slot(server, is_other);
	if (peer == NULL) {
		/* a fresh socket takes that much; where not, closing says it */
		(void)send(*fd, busy, sizeof busy - 1,
			   MSG_NOSIGNAL | MSG_DONTWAIT);
		return;
	}
	peer->fd = *fd;
	*fd = -1;
	peer->uid = who.uid;
	peer->is_other = is_other;
	peer->answer = (struct ts_buf)TS_BUF_INIT(TS_CONTROL_REPLY);
	if (watch(peer) < 0)
		hang_up(peer);
}

static int
on_pause(sd_event_source *source, uint64_t now_us, void *ctx)
{
	struct ts_control_server *server = ctx;

	(void)source;
	(void)now_us;
	server->pause = sd_event_source_disable_unref(server->pause);
	return sd_event_source_set_enabled(server->io, SD_EVENT_ON);
}

/* A connection that cannot be accepted stays readable: without a pause the
 * loop would spin until a descriptor is free. */
static void
pause_a_while(struct ts_control_server *server, int cause)
{
	if (server->pause != NULL)
		return;
	ts_log(TS_LOG_WARN, "control", "no connection for a second: %s",
	       strerror(cause));
	if (sd_event_add_time_relative(server->event, &server->pause,
				       CLOCK_MONOTONIC, PAUSE_US, 0, on_pause,
				       server) >= 0 &&
	    sd_event_source_set_enabled(server->io, SD_EVENT_OFF) >= 0)
		return;
	server->pause = sd_event_source_disable_unref(server->pause);
}

static int
on_connection(sd_event_source *source, int listening, uint32_t events,
	      void *ctx)
{
	struct ts_control_server *server = ctx;
	TS_AUTO_FD fd = -1;

	(void)source;
	(void)events;
	fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		welcome(server, &fd);
	else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		pause_a_while(server, errno);
	return 0;
}

/* ---- the socket ------------------------------------------------------------
 */

/* Removes what a daemon that was killed left behind. */
static enum ts_status
clear_stale(const struct sockaddr_un *address, struct ts_err *err)
{
	TS_AUTO_FD fd = -1;
	struct stat info;

	if (lstat(address->sun_path, &info) != 0)
		return errno == ENOENT ? TS_OK
				       : ts_fail_errno(err, errno, "%s",
						       address->sun_path);
	if (!S_ISSOCK(info.st_mode))
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s is there and is no socket",
			       address->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return ts_fail_errno(err, errno, "control socket");
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) ==
		    0 ||
	    errno == EAGAIN)
		return ts_fail(err, TS_AGAIN, "another daemon answers at %s",
			       address->sun_path);
	if (errno != ECONNREFUSED)
		return ts_fail_errno(err, errno, "%s", address->sun_path);
	if (unlink(address->sun_path) != 0 && errno != ENOENT)
		return ts_fail_errno(err, errno, "remove %s",
				     address->sun_path);
	return TS_OK;
}

/* Others must reach the socket, whatever the umask; a folder that is there is
 * its owner's business. */
static enum ts_status
make_dir(const char *path, struct ts_err *err)
{
	if (access(path, F_OK) == 0)
		return TS_OK;
	if (ts_mkdirs(path, err) != TS_OK)
		return err->status;
	if (chmod(path, 0755) != 0)
		return ts_fail_errno(err, errno, "%s", path);
	return TS_OK;
}

static enum ts_status
listen_at(struct ts_control_server *server, const char *runtime_dir,
	  struct ts_err *err)
{
	struct sockaddr_un *address = &server->address;
	struct stat info;
	int length;

	address->sun_family = AF_UNIX;
	length = snprintf(address->sun_path, sizeof address->sun_path,
			  "%s/control", runtime_dir);
	if (length < 0 || (size_t)length >= sizeof address->sun_path)
		return ts_fail(err, TS_BAD_CONFIG,
			       "runtime_dir: %s/control is longer than the %zu "
			       "bytes a socket's path may have",
			       runtime_dir, sizeof address->sun_path - 1);
	if (make_dir(runtime_dir, err) != TS_OK)
		return ts_while(err, "runtime_dir");
	if (clear_stale(address, err) != TS_OK)
		return err->status;
	server->fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (server->fd < 0)
		return ts_fail_errno(err, errno, "control socket");
	if (bind(server->fd, (const struct sockaddr *)address,
		 sizeof *address) != 0)
		return ts_fail_errno(err, errno, "%s", address->sun_path);
	if (lstat(address->sun_path, &info) != 0)
		return ts_fail_errno(err, errno, "%s", address->sun_path);
	server->dev = info.st_dev;
	server->ino = info.st_ino;
	/* anyone may connect; who may ask what is told by SO_PEERCRED */
	if (chmod(address->sun_path, 0666) != 0 || listen(server->fd, 64) != 0)
		return ts_fail_errno(err, errno, "%s", address->sun_path);
	return TS_OK;
}

enum ts_status
ts_control_server_new(sd_event *event, const char *runtime_dir,
		      ts_control_handle *handle, void *ctx,
		      struct ts_control_server **out, struct ts_err *err)
{
	struct ts_control_server *server = calloc(1, sizeof *server);
	size_t i;
	int r;

	if (server == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	server->event = event;
	server->handle = handle;
	server->ctx = ctx;
	server->own = geteuid();
	server->fd = -1;
	for (i = 0; i < SLOTS; i++) {
		server->peers[i].server = server;
		server->peers[i].fd = -1;
		server->peers[i].answer =
			(struct ts_buf)TS_BUF_INIT(TS_CONTROL_REPLY);
	}
	if (listen_at(server, runtime_dir, err) != TS_OK) {
		ts_control_server_free(server);
		return ts_while(err, "control socket");
	}
	r = sd_event_add_io(event, &server->io, server->fd, EPOLLIN,
			    on_connection, server);
	if (r >= 0)
		r = sd_event_source_set_priority(server->io, PRIORITY);
	if (r < 0) {
		ts_control_server_free(server);
		return ts_fail_errno(err, -r, "control socket");
	}
	*out = server;
	return TS_OK;
}

void
ts_control_server_free(struct ts_control_server *server)
{
	struct stat info;
	size_t i;

	if (server == NULL)
		return;
	for (i = 0; i < SLOTS; i++)
		hang_up(&server->peers[i]);
	sd_event_source_disable_unref(server->io);
	sd_event_source_disable_unref(server->pause);
	if (server->ino != 0 && lstat(server->address.sun_path, &info) == 0 &&
	    info.st_ino == server->ino && info.st_dev == server->dev)
		(void)unlink(server->address.sun_path);
	ts_close(&server->fd);
	free(server);
}

size_t
ts_control_server_count(const struct ts_control_server *server)
{
	size_t i, count = 0;

	for (i = 0; i < SLOTS; i++)
		count += server->peers[i].fd >= 0;
	return count;
}
