/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control.h - how the tool speaks to the daemon, and what both understand by
 * it. A request is one line, "pause kazakhstan-italy"; the answer is "ok" or
 * "error STATUS text", then lines "key value", then an empty line, and the end
 * of the connection. Words are ids, editions and options, never with blanks;
 * values may have blanks and are one line of UTF-8.
 *
 * The socket is RUNTIME_DIR/control. Who may ask: anyone "ping" and "status";
 * root and the daemon's own user everything. A connection gets 5 seconds.
 *
 * An edition is written REPORT/PERIOD.NUMBER; before it has a number, or to
 * name the run, REPORT#ID or #ID (a shell takes the latter for a comment).
 *
 * Keys of the daemon's answer to "status": status (one line for people), pid,
 * since_us, version, config (file), degraded (why it starts nothing), note (how
 * the last reload failed), stopping "yes", the latter three only when so; and
 * for each worker "worker REPORT STAGE ENTRY SINCE_US", REPORT "-" for none.
 * Answers that change something say under "done" what, for people.
 */
#ifndef DAEMON_COMMON_CONTROL_H
#define DAEMON_COMMON_CONTROL_H

#include <tradestat/buf.h>
#include "config/load.h"
#include "store/journal.h"

#define TS_CONTROL_LINE 1024 /* longest request */
#define TS_CONTROL_REPLY ((size_t)1 << 20)

enum ts_command {
	TS_COMMAND_PING,
	TS_COMMAND_STATUS,  /* what only the daemon knows */
	TS_COMMAND_RUN,     /* REPORT [force] [waive=a,b] */
	TS_COMMAND_HOLD,    /* EDITION or REPORT */
	TS_COMMAND_RELEASE, /* EDITION */
	TS_COMMAND_PAUSE,   /* REPORT */
	TS_COMMAND_RESUME,  /* REPORT */
	TS_COMMAND_RELOAD,
	TS_COMMANDS
};

struct ts_request_line {
	enum ts_command command;
	char text[TS_CONTROL_LINE]; /* words end in NUL */
	const char *words[8];       /* arguments */
	size_t count;
};
/* Checks shape, characters and number of words. */
enum ts_status ts_control_parse(const char *line, size_t length,
				struct ts_request_line *out,
				struct ts_err *err) TS_MUST_USE;
const char *ts_command_name(enum ts_command command);
/* One line of an answer; what would break the line is shown as \x... */
void ts_control_put(struct ts_buf *reply, const char *key, const char *fmt, ...)
	TS_PRINTF(3, 4);
#define TS_EDITION_TEXT 160
/* How an entry is named to people and by them; returns text. */
char *ts_control_edition(const struct ts_entry *entry, char *text);
/* The entry of such a name. TS_NO_INPUT, TS_BAD_USAGE. */
enum ts_status ts_control_find(struct ts_store *store, const char *name,
			       struct ts_arena *arena, struct ts_entry *out,
			       struct ts_err *err) TS_MUST_USE;
/* Has text the form of an edition's name (a report's has not)? */
bool ts_control_is_edition(const char *text);
/* May the peer ask that? */
bool ts_control_may(enum ts_command command, unsigned peer_uid,
		    unsigned own_uid);

/* ---- the tool's side ---- */
/* TS_UNAVAILABLE: no daemon answers there. Otherwise the daemon's own status
 * and words. reply: "key value" lines. */
enum ts_status ts_control_ask(const char *runtime_dir, const char *line,
			      struct ts_buf *reply,
			      struct ts_err *err) TS_MUST_USE;
/* Takes the first line off a whole answer and returns what it says. */
enum ts_status ts_control_verdict(struct ts_buf *reply,
				  struct ts_err *err) TS_MUST_USE;
/* Value of a key in a reply; the nth of that name; NULL none. Cuts the line
 * into value[size]. */
const char *ts_control_value(const char *reply, const char *key, size_t nth,
			     char *value, size_t size);

/*
 * run, hold, release, pause, resume: what they do to the journal, the same
 * whether the daemon does it or the tool with no daemon there. Tells what was
 * done as lines in reply.
 */
enum ts_status ts_control_apply(struct ts_store *store,
				const struct ts_conf *conf,
				const struct ts_request_line *request,
				const char *who, int64_t now_us,
				struct ts_buf *reply,
				struct ts_err *err) TS_MUST_USE;

#endif
