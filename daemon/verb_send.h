/* SPDX-License-Identifier: Apache-2.0 */
/* verb_send.h - delivering by hand, as `run` and `send` do it. */
#ifndef DAEMON_VERB_SEND_H
#define DAEMON_VERB_SEND_H

#include "daemon/world.h"

/* Sends what is queued of that entry (0: any) or that row (0: all) at once, in
 * both lanes, and says on stderr what came of it. */
enum ts_status ts_deliver_now(struct ts_world *world, int64_t entry,
			      int64_t row, bool *waits,
			      struct ts_err *err) TS_MUST_USE;
/* The status of a command whose deliveries wait: 75. */
enum ts_status ts_deliver_waits(struct ts_err *err) TS_MUST_USE;

/* Does a command name a delivery (d12), an address or a relay, not a report or
 * an edition? */
bool ts_is_delivery_matter(const char *text);
/* pause, resume, hold, release, resend of such a one. */
enum ts_status ts_verb_delivery(const struct ts_cli *cli, struct ts_err *err);

#endif
