/* SPDX-License-Identifier: Apache-2.0 */
/* The tool's side of the control socket. */
#include "daemon/common/control.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tradestat/clock.h>
#include <tradestat/file.h>

#define PATIENCE_US 5000000

static int64_t
mono_us(void)
{
	return ts_clock_system()->mono_us(ts_clock_system());
}

static enum ts_status
cannot_reach(struct ts_err *err, const char *path)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		return ts_fail(err, TS_UNAVAILABLE,
			       "no daemon answers at %s; is tradestatd running "
			       "with this configuration?",
			       path);
	case EACCES:
	case EPERM:
		return ts_fail(err, TS_REFUSED, "%s: %s", path,
			       strerror(errno));
	case EAGAIN: /* it has not taken the connections before ours */
		return ts_fail(err, TS_AGAIN,
			       "the daemon at %s has not answered for 5 s",
			       path);
	default:
		return ts_fail_errno(err, errno, "%s", path);
	}
}

static enum ts_status
reach(const char *runtime_dir, int *fd, struct ts_err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = PATIENCE_US / 1000000 };
	int length;

	length = snprintf(address.sun_path, sizeof address.sun_path,
			  "%s/control", runtime_dir);
	if (length < 0 || (size_t)length >= sizeof address.sun_path)
		return ts_fail(err, TS_BAD_CONFIG,
			       "runtime_dir: %s/control is longer than the %zu "
			       "bytes a socket's path may have",
			       runtime_dir, sizeof address.sun_path - 1);
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*fd < 0)
		return ts_fail_errno(err, errno, "control socket");
	/* connect waits as long as a send would */
	if (setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
		       sizeof patience) != 0)
		return ts_fail_errno(err, errno, "control socket");
	if (connect(*fd, (const struct sockaddr *)&address, sizeof address) !=
	    0)
		return cannot_reach(err, address.sun_path);
	return TS_OK;
}

static enum ts_status
say(int fd, const char *line, struct ts_err *err)
{
	char text[TS_CONTROL_LINE + 1];
	int length = snprintf(text, sizeof text, "%s\n", line);
	ssize_t sent;

	if (length < 0 || (size_t)length >= sizeof text)
		return ts_fail(err, TS_BAD_USAGE, "the request is too long");
	/* less than any socket's buffer: it goes as a whole */
	do
		sent = send(fd, text, (size_t)length, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent != length)
		return ts_fail(err, TS_AGAIN,
			       "the daemon did not take the request");
	return TS_OK;
}

static bool
is_whole(const struct ts_buf *reply)
{
	return reply->used >= 2 &&
	       memcmp(reply->data + reply->used - 2, "\n\n", 2) == 0;
}

/* Reads to the empty line. What the daemon has done by then is unknown when it
 * does not come, so that is not "no daemon". */
static enum ts_status
hear(int fd, struct ts_buf *reply, struct ts_err *err)
{
	int64_t until = mono_us() + PATIENCE_US, left;
	char piece[4096];
	ssize_t got;

	while (!is_whole(reply)) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };

		left = until - mono_us();
		if (left <= 0)
			return ts_fail(err, TS_AGAIN,
				       "the daemon has not answered for 5 s");
		if (poll(&wait, 1, (int)(left / 1000) + 1) < 0 &&
		    errno != EINTR)
			return ts_fail_errno(err, errno, "wait for the daemon");
		if (wait.revents == 0)
			continue;
		got = recv(fd, piece, sizeof piece, MSG_DONTWAIT);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got <= 0)
			return ts_fail(err, TS_AGAIN,
				       "the daemon broke off its answer");
		ts_buf_add_bytes(reply, piece, (size_t)got);
		if (ts_buf_check(reply, "the daemon's answer", err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

enum ts_status
ts_control_verdict(struct ts_buf *reply, struct ts_err *err)
{
	size_t length = strcspn(reply->data, "\n");
	char line[1200];
	unsigned i;

	snprintf(line, sizeof line, "%.*s", (int)length, reply->data);
	if (reply->data[length] == '\n')
		length++;
	memmove(reply->data, reply->data + length, reply->used - length + 1);
	reply->used -= length;
	if (strcmp(line, "ok") == 0)
		return TS_OK;
	for (i = TS_AGAIN; i <= TS_NO_OUTPUT; i++) {
		const char *name = ts_status_name((enum ts_status)i);
		size_t name_length = strlen(name);

		if (strncmp(line, "error ", 6) == 0 &&
		    strncmp(line + 6, name, name_length) == 0 &&
		    line[6 + name_length] == ' ')
			return ts_fail(err, (enum ts_status)i, "%s",
				       line + 6 + name_length + 1);
	}
	return ts_fail(err, TS_BAD_DATA,
		       "the daemon's answer is not understood: \"%.80s\"",
		       line);
}

enum ts_status
ts_control_ask(const char *runtime_dir, const char *line, struct ts_buf *reply,
	       struct ts_err *err)
{
	TS_AUTO_FD fd = -1;

	ts_buf_reset(reply);
	if (reach(runtime_dir, &fd, err) != TS_OK ||
	    say(fd, line, err) != TS_OK)
		return err->status;
	if (hear(fd, reply, err) != TS_OK)
		return err->status;
	return ts_control_verdict(reply, err);
}
