/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/supervise/tell.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <tradestat/file.h>
#include "daemon/supervise/digest.h"

#define US INT64_C(1000000)
/* Troubles come together: the first waits so long for the others. */
#define SETTLE_US (10 * US)
/* A command that fails is not tried more often than this. */
#define AGAIN_US (60 * US)

struct ts_tell {
	bool under_way;  /* a digest is in the command's hands */
	int64_t upto_us; /* of what is in that digest */
	int64_t tried_us;
	int failures; /* of the command, one after another */
};

struct ts_tell *
ts_tell_new(void)
{
	return calloc(1, sizeof(struct ts_tell));
}

void
ts_tell_free(struct ts_tell *tell)
{
	free(tell);
}

/* What begins or ends while a digest is being told is not in it, and must not
 * count as told with it, even if the clock stood still or went back. */
static int64_t
stamp(const struct ts_tell *tell, int64_t now_us)
{
	if (tell->under_way && now_us <= tell->upto_us)
		return tell->upto_us + 1;
	return now_us;
}

/* "held" of "held:kazakhstan-italy": the place of the log line. */
static const char *
place_of(const char *cause, char *place, size_t size)
{
	snprintf(place, size, "%.*s", (int)strcspn(cause, ":"), cause);
	return place;
}

enum ts_status
ts_tell_note(struct ts_tell *tell, struct ts_store *store, const char *cause,
	     enum ts_level level, const char *text, int64_t now_us,
	     bool *is_new, struct ts_err *err)
{
	if (ts_notice_raise(store, cause, (int)level, text, stamp(tell, now_us),
			    is_new, err) != TS_OK)
		return ts_while(err, "notice %s", cause);
	return TS_OK;
}

enum ts_status
ts_tell_raise(struct ts_tell *tell, struct ts_store *store, const char *cause,
	      enum ts_level level, const char *text, int64_t now_us,
	      struct ts_err *err)
{
	bool is_new = false;
	char place[64];

	if (ts_tell_note(tell, store, cause, level, text, now_us, &is_new,
			 err) != TS_OK)
		return err->status;
	if (is_new)
		ts_log(level, place_of(cause, place, sizeof place), "%s", text);
	return TS_OK;
}

enum ts_status
ts_tell_clear(struct ts_tell *tell, struct ts_store *store, const char *cause,
	      int64_t now_us, struct ts_err *err)
{
	const char *subject = strchr(cause, ':');
	bool was_open = false;
	char place[64];

	if (ts_notice_clear(store, cause, stamp(tell, now_us), &was_open,
			    err) != TS_OK)
		return ts_while(err, "notice %s", cause);
	if (was_open)
		ts_log(TS_LOG_NOTICE, place_of(cause, place, sizeof place),
		       "%s%sover", subject != NULL ? subject + 1 : "",
		       subject != NULL ? ": " : "");
	return TS_OK;
}

/* ---- when ------------------------------------------------------------- */

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The moment from which a digest may leave. */
static int64_t
due_at(const struct ts_tell *tell, const struct ts_digest *digest,
       int64_t interval_us, int64_t now_us)
{
	int64_t settle_us = interval_us < SETTLE_US ? interval_us : SETTLE_US;
	int64_t pause_us = interval_us, last_us, due_us;

	if (tell->failures > 0)
		pause_us = later(interval_us, AGAIN_US);
	due_us = digest->oldest_us + settle_us;
	last_us = later(digest->told_us, tell->tried_us);
	if (last_us != 0)
		due_us = later(due_us, last_us + pause_us);
	/* stamps of a clock that was ahead hold up nothing for longer */
	if (due_us > now_us + later(pause_us, settle_us))
		due_us = now_us + later(pause_us, settle_us);
	return due_us;
}

enum ts_status
ts_tell_due(struct ts_tell *tell, struct ts_store *store,
	    const struct ts_conf *conf, int64_t now_us, bool *due,
	    struct ts_buf *text, int64_t *next_us, struct ts_err *err)
{
	struct ts_arena *arena;
	struct ts_digest digest;
	enum ts_status status;
	int64_t due_us;

	*due = false;
	*next_us = INT64_MAX;
	if (tell->under_way)
		return TS_OK;
	arena = ts_arena_new(TS_DIGEST_BYTES);
	if (arena == NULL)
		return ts_fail_errno(err, ENOMEM, "notices");
	status = ts_digest_read(store, now_us, arena, &digest, err);
	if (status != TS_OK || digest.untold == 0)
		goto out;
	if (conf->daemon.operator_command[0] == '\0') {
		/* the log and `tradestat status` were all there is */
		status = ts_notices_told(store, later(now_us, digest.newest_us),
					 err);
		goto out;
	}
	due_us = due_at(tell, &digest, conf->daemon.operator_digest_s * US,
			now_us);
	if (due_us > now_us) {
		*next_us = due_us;
		goto out;
	}
	status = ts_digest_print(&digest, store, conf, now_us, text, err);
	if (status != TS_OK)
		goto out;
	tell->under_way = true;
	tell->tried_us = now_us;
	tell->upto_us = later(now_us, digest.newest_us);
	*due = true;
out:
	ts_arena_free(arena);
	return status;
}

/* ---- telling ---------------------------------------------------------- */

enum ts_status
ts_tell_input(const struct ts_buf *text, int *fd, struct ts_err *err)
{
	TS_AUTO_FD file = memfd_create("tradestat-digest",
				       MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (file < 0)
		return ts_fail_errno(err, errno, "digest: memory file");
	if (ts_write_all(file, text->data, text->used, "digest", err) != TS_OK)
		return err->status;
	if (lseek(file, 0, SEEK_SET) != 0 ||
	    fcntl(file, F_ADD_SEALS,
		  F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) !=
		    0)
		return ts_fail_errno(err, errno, "digest: seal");
	*fd = file;
	file = -1;
	return TS_OK;
}

/* Only the log hears of it: the one who should be told cannot be reached by
 * telling him that he cannot be reached. */
static enum ts_status
tell_failure(struct ts_tell *tell, struct ts_store *store, int code,
	     const char *words, int64_t now_us, struct ts_err *err)
{
	bool has_words = words != NULL && words[0] != '\0', is_new = false;
	char text[512];

	if (code < 0)
		snprintf(text, sizeof text,
			 "operator_command was killed by signal %d%s%.300s",
			 -code, has_words ? ": " : "", has_words ? words : "");
	else
		snprintf(text, sizeof text,
			 "operator_command ended with status %d%s%.300s", code,
			 has_words ? ": " : "", has_words ? words : "");
	tell->failures++;
	if (tell->failures == 1)
		ts_log(TS_LOG_ERR, "operator",
		       "%s; what it should have told is in tradestat status, "
		       "and is told again with the next digest",
		       text);
	if (ts_notice_raise(store, TS_DIGEST_OWN, TS_LOG_ERR, text, now_us,
			    &is_new, err) != TS_OK)
		return ts_while(err, "notice %s", TS_DIGEST_OWN);
	return TS_OK;
}

enum ts_status
ts_tell_sent(struct ts_tell *tell, struct ts_store *store, int code,
	     const char *words, int64_t now_us, struct ts_err *err)
{
	bool was_open = false;

	tell->under_way = false;
	if (code != 0)
		return tell_failure(tell, store, code, words, now_us, err);
	if (ts_notices_told(store, tell->upto_us, err) != TS_OK)
		return ts_while(err, "notices that were told");
	tell->failures = 0;
	if (ts_notice_clear(store, TS_DIGEST_OWN, now_us, &was_open, err) !=
	    TS_OK)
		return ts_while(err, "notice %s", TS_DIGEST_OWN);
	if (was_open)
		ts_log(TS_LOG_NOTICE, "operator",
		       "operator_command works again");
	return TS_OK;
}
