/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tell.h - what the operator must know reaches him once per cause, many
 * together, never as a flood. A cause is a class and what it is about,
 * "held:kazakhstan-italy". What was told is remembered in the store, so that
 * a restart tells nothing twice.
 *
 * The log hears of a cause when it begins and when it ends; the operator's
 * command gets digests: what began, what ended, what is still so, and the
 * commands that help. Who starts the command is the caller.
 */
#ifndef DAEMON_SUPERVISE_TELL_H
#define DAEMON_SUPERVISE_TELL_H

#include <tradestat/buf.h>
#include <tradestat/log.h>
#include "config/load.h"
#include "store/journal.h"

struct ts_tell;

/* NULL: no memory. */
struct ts_tell *ts_tell_new(void);
void ts_tell_free(struct ts_tell *tell); /* NULL is welcome */

/* A cause that is open already is only counted; a new one is logged. */
enum ts_status ts_tell_raise(struct ts_tell *tell, struct ts_store *store,
			     const char *cause, enum ts_level level,
			     const char *text, int64_t now_us,
			     struct ts_err *err) TS_MUST_USE;
/* The same for what the log has heard as an event: *is_new, and no line. */
enum ts_status ts_tell_note(struct ts_tell *tell, struct ts_store *store,
			    const char *cause, enum ts_level level,
			    const char *text, int64_t now_us, bool *is_new,
			    struct ts_err *err) TS_MUST_USE;
/* One that is not open is nothing. */
enum ts_status ts_tell_clear(struct ts_tell *tell, struct ts_store *store,
			     const char *cause, int64_t now_us,
			     struct ts_err *err) TS_MUST_USE;

#define TS_TELL_TEXT ((size_t)128 << 10) /* longest digest */
/*
 * Is there something to tell now? Then *due and the text. *next_us: the moment
 * to ask again, INT64_MAX: when something was raised or cleared. While a
 * digest is under way (from *due to ts_tell_sent) nothing is due. Without an
 * operator_command the log has told it all, and nothing is ever due.
 */
enum ts_status ts_tell_due(struct ts_tell *tell, struct ts_store *store,
			   const struct ts_conf *conf, int64_t now_us,
			   bool *due, struct ts_buf *text, int64_t *next_us,
			   struct ts_err *err) TS_MUST_USE;
/* The command's standard input: a sealed memory file, from its start. */
enum ts_status ts_tell_input(const struct ts_buf *text, int *fd,
			     struct ts_err *err) TS_MUST_USE;
/* The command ended (or could not be started: code 127). Only with 0 is the
 * digest told; else it is tried again with the next one. words: what it said,
 * NULL none. */
enum ts_status ts_tell_sent(struct ts_tell *tell, struct ts_store *store,
			    int code, const char *words, int64_t now_us,
			    struct ts_err *err) TS_MUST_USE;

#endif
