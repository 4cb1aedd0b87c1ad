/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker_strays.h - descendants that fled the group of their worker. The
 * supervisor is their reaper (PR_SET_CHILD_SUBREAPER), so when their parent
 * ends they become its own children; whoever is one and is no living worker
 * is a stray.
 */
#ifndef DAEMON_SUPERVISE_WORKER_STRAYS_H
#define DAEMON_SUPERVISE_WORKER_STRAYS_H

#include <stdbool.h>
#include <sys/types.h>

typedef bool ts_is_worker(void *ctx, pid_t pid);

/*
 * Kills and reaps strays for at most `rounds` rounds of about a millisecond:
 * those that are killed may leave children of their own. true: none is left.
 */
bool ts_strays_end(int rounds, ts_is_worker *is_worker, void *ctx);

#endif
