/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control_server.h - the daemon's ear: a socket in the runtime directory on
 * the sd-event loop, one request and one answer a connection, as control.h
 * says. Shape and rights of a request are checked here; what it does is the
 * handler's. Nothing a peer does or leaves undone stops the loop: connections
 * are few, short and never waited for. Between them no timer is armed.
 */
#ifndef DAEMON_SUPERVISE_CONTROL_SERVER_H
#define DAEMON_SUPERVISE_CONTROL_SERVER_H

#include <sys/types.h>
#include <systemd/sd-event.h>
#include "daemon/common/control.h"

struct ts_control_server;

/* Writes "key value" lines (ts_control_put) into reply. A status other than
 * TS_OK sends err's text instead and whatever is in reply is forgotten. */
typedef enum ts_status ts_control_handle(void *ctx,
					 const struct ts_request_line *request,
					 uid_t peer, struct ts_buf *reply,
					 struct ts_err *err);

/*
 * Makes runtime_dir (0755) if there is none and listens at runtime_dir/control.
 * TS_AGAIN: another daemon answers there; a socket at which nobody answers is
 * replaced. TS_BAD_CONFIG: the path is too long or something else lies there.
 */
enum ts_status ts_control_server_new(sd_event *event, const char *runtime_dir,
				     ts_control_handle *handle, void *ctx,
				     struct ts_control_server **out,
				     struct ts_err *err) TS_MUST_USE;
/* Closes all connections and removes the socket. NULL is welcome. */
void ts_control_server_free(struct ts_control_server *server);
/* Connections at this moment. */
size_t ts_control_server_count(const struct ts_control_server *server);

#endif
