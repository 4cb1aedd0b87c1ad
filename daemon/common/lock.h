/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lock.h - who is at work, told by locks that end with their process (open
 * file description locks on bytes of STATE_DIR/lock): one daemon, one process
 * a report.
 */
#ifndef DAEMON_COMMON_LOCK_H
#define DAEMON_COMMON_LOCK_H

#include <stdbool.h>
#include <tradestat/err.h>

#define TS_LOCK_DAEMON "" /* the one daemon of a state folder */

/* what: TS_LOCK_DAEMON or a report's id. *fd holds it until closed.
 * TS_AGAIN: somebody else has it. */
enum ts_status ts_lock_take(const char *state_dir, const char *what, int *fd,
			    struct ts_err *err) TS_MUST_USE;
/* Does somebody (other than this open file) have it? */
bool ts_lock_taken(const char *state_dir, const char *what);

#endif
