/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered beside the editions: states of reports, notices to the
 * operator, update markers, and what is known of each source. */
#include "store/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/fault.h>

#define DAY_US ((int64_t)86400 * 1000000)
#define SHOWN_US (30 * DAY_US)
#define NOTE_BYTES ((size_t)1 << 20)
#define LIST_BYTES ((size_t)16 << 20)

/* ---- reports ----------------------------------------------------------- */

enum ts_status
ts_report_state_get(struct ts_store *store, const char *report,
		    struct ts_arena *arena, struct ts_report_state *out,
		    struct ts_err *err)
{
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->report_get(store->backend, report, arena,
						 out, err);
	return ts_reading_end(store, status, err);
}

enum ts_status
ts_report_state_put(struct ts_store *store, const struct ts_report_state *state,
		    struct ts_err *err)
{
	enum ts_status status = ts_writing_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->report_put(store->backend, state, err);
	TS_JOURNAL_END(store, status, "report", err);
	return status;
}

enum ts_status
ts_report_pause(struct ts_store *store, const char *report, bool paused,
		struct ts_err *err)
{
	struct ts_report_state state = { .report = report, .rule = "" };
	struct ts_arena *arena = ts_arena_new(NOTE_BYTES);
	enum ts_status status;

	if (arena == NULL)
		return ts_fail_errno(err, ENOMEM, "store: report");
	status = ts_writing_begin(store, err);
	if (status != TS_OK) {
		ts_arena_free(arena);
		return status;
	}
	status = store->backend->ops->report_get(store->backend, report, arena,
						 &state, err);
	if (status == TS_OK || status == TS_NO_INPUT) {
		state.paused = paused;
		status = store->backend->ops->report_put(store->backend, &state,
							 err);
	}
	ts_arena_free(arena);
	TS_JOURNAL_END(store, status, "pause", err);
	return status;
}

/* ---- notices ----------------------------------------------------------- */

static bool
is_open(const struct ts_notice *notice)
{
	return notice->cleared_us == 0;
}

/* A cause that comes back behind its end is told anew. */
static void
raise_notice(struct ts_notice *notice, int level, const char *text,
	     int64_t now_us, bool *is_new)
{
	*is_new = notice->count == 0 || !is_open(notice);
	if (*is_new)
		*notice = (struct ts_notice){ .cause = notice->cause,
					      .first_us = now_us };
	notice->level = level;
	notice->text = text;
	notice->last_us = now_us;
	notice->count++;
}

/* The notice of a cause; count 0: there is none. */
static enum ts_status
notice_of(struct ts_store *store, const char *cause, struct ts_arena *arena,
	  struct ts_notice *out, struct ts_err *err)
{
	enum ts_status status;

	status = store->backend->ops->notice_get(store->backend, cause, arena,
						 out, err);
	if (status != TS_NO_INPUT)
		return status;
	*out = (struct ts_notice){ .cause = cause, .text = "" };
	return TS_OK;
}

enum ts_status
ts_notice_raise(struct ts_store *store, const char *cause, int level,
		const char *text, int64_t now_us, bool *is_new,
		struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(NOTE_BYTES);
	struct ts_notice notice;
	enum ts_status status;
	bool first = false;

	if (arena == NULL)
		return ts_fail_errno(err, ENOMEM, "store: notice");
	status = ts_writing_begin(store, err);
	if (status != TS_OK) {
		ts_arena_free(arena);
		return status;
	}
	status = notice_of(store, cause, arena, &notice, err);
	if (status == TS_OK) {
		raise_notice(&notice, level, text, now_us, &first);
		status = store->backend->ops->notice_put(store->backend,
							 &notice, err);
	}
	ts_arena_free(arena);
	TS_JOURNAL_END(store, status, "raise", err);
	if (status == TS_OK && is_new != NULL)
		*is_new = first;
	return status;
}

/* Most clearings clear nothing: they are said after each success. Those must
 * not cost a write. */
static enum ts_status
may_be_open(struct ts_store *store, const char *cause, struct ts_arena *arena,
	    bool *open, struct ts_err *err)
{
	struct ts_notice notice;
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = notice_of(store, cause, arena, &notice, err);
	*open = status == TS_OK && notice.count > 0 && is_open(&notice);
	return ts_reading_end(store, status, err);
}

static enum ts_status
clear_notice(struct ts_store *store, const char *cause, struct ts_arena *arena,
	     int64_t now_us, bool *was_open, struct ts_err *err)
{
	struct ts_notice notice;
	enum ts_status status = ts_writing_begin(store, err);

	if (status != TS_OK)
		return status;
	status = notice_of(store, cause, arena, &notice, err);
	*was_open = status == TS_OK && notice.count > 0 && is_open(&notice);
	if (*was_open) {
		notice.cleared_us = now_us;
		status = store->backend->ops->notice_put(store->backend,
							 &notice, err);
	}
	TS_JOURNAL_END(store, status, "clear", err);
	return status;
}

enum ts_status
ts_notice_clear(struct ts_store *store, const char *cause, int64_t now_us,
		bool *was_open, struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(NOTE_BYTES);
	enum ts_status status;
	bool open = false;

	if (arena == NULL)
		return ts_fail_errno(err, ENOMEM, "store: notice");
	status = may_be_open(store, cause, arena, &open, err);
	if (status == TS_OK && open)
		status = clear_notice(store, cause, arena, now_us, &open, err);
	ts_arena_free(arena);
	if (status == TS_OK && was_open != NULL)
		*was_open = open;
	return status;
}

static int64_t
last_of(const struct ts_notice *notice)
{
	return notice->cleared_us > notice->last_us ? notice->cleared_us
						    : notice->last_us;
}

static bool
is_shown(const struct ts_notice *notice, int64_t now_us)
{
	return is_open(notice) || notice->cleared_told_us == 0 ||
	       last_of(notice) >= now_us - SHOWN_US;
}

struct showing {
	bool only_open;
	int64_t now_us;
	ts_notice_row *row;
	void *ctx;
};

static enum ts_status
show(void *ctx, const struct ts_notice *notice, struct ts_err *err)
{
	const struct showing *showing = ctx;

	if (showing->only_open ? !is_open(notice)
			       : !is_shown(notice, showing->now_us))
		return TS_OK;
	return showing->row(showing->ctx, notice, err);
}

enum ts_status
ts_notices(struct ts_store *store, bool only_open, int64_t now_us,
	   ts_notice_row *row, void *ctx, struct ts_err *err)
{
	struct showing showing = { only_open, now_us, row, ctx };
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->notices(store->backend, show, &showing,
					      err);
	return ts_reading_end(store, status, err);
}

struct telling {
	struct ts_arena *arena;
	struct ts_notice *notices;
	size_t count, room;
	int64_t now_us;
};

/* Keeps those whose row changes: what is told now, and what will never be
 * shown again (its text is left out, as it goes). */
static enum ts_status
keep_notice(void *ctx, const struct ts_notice *notice, struct ts_err *err)
{
	struct telling *telling = ctx;
	struct ts_notice told = *notice;
	bool changed = false;

	if (told.told_us == 0 && told.first_us <= telling->now_us) {
		told.told_us = telling->now_us;
		changed = true;
	}
	if (!is_open(&told) && told.cleared_told_us == 0 &&
	    told.cleared_us <= telling->now_us) {
		told.cleared_told_us = telling->now_us;
		changed = true;
	}
	if (!changed && is_shown(&told, telling->now_us))
		return TS_OK;
	if (telling->count == telling->room) {
		size_t room = telling->room * 2 + 16;
		struct ts_notice *bigger =
			ts_arena_grow(telling->arena, telling->notices,
				      telling->count, room, sizeof *bigger);

		if (bigger == NULL)
			return ts_fail_errno(err, ENOMEM, "store: notices");
		telling->notices = bigger;
		telling->room = room;
	}
	told.cause = ts_arena_strdup(telling->arena, notice->cause);
	told.text = ts_arena_strdup(telling->arena, notice->text);
	if (told.cause == NULL || told.text == NULL)
		return ts_fail_errno(err, ENOMEM, "store: notices");
	telling->notices[telling->count++] = told;
	return TS_OK;
}

static enum ts_status
tell_all(struct ts_store *store, struct telling *telling, struct ts_err *err)
{
	const struct ts_backend_ops *ops = store->backend->ops;
	enum ts_status status;

	status = ops->notices(store->backend, keep_notice, telling, err);
	for (size_t i = 0; status == TS_OK && i < telling->count; i++) {
		const struct ts_notice *notice = &telling->notices[i];

		if (is_shown(notice, telling->now_us))
			status = ops->notice_put(store->backend, notice, err);
		else
			status = ops->notice_drop(store->backend, notice->cause,
						  err);
	}
	return status;
}

enum ts_status
ts_notices_told(struct ts_store *store, int64_t now_us, struct ts_err *err)
{
	struct telling telling = { .arena = ts_arena_new(LIST_BYTES),
				   .now_us = now_us };
	enum ts_status status;

	if (telling.arena == NULL)
		return ts_fail_errno(err, ENOMEM, "store: notices");
	status = ts_writing_begin(store, err);
	if (status == TS_OK) {
		status = tell_all(store, &telling, err);
		TS_JOURNAL_END(store, status, "told", err);
	}
	ts_arena_free(telling.arena);
	return status;
}

/* ---- update markers ---------------------------------------------------- */

enum ts_status
ts_marker_get(struct ts_store *store, const char *source, const char *key,
	      struct ts_arena *arena, const char **value, struct ts_err *err)
{
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->marker_get(store->backend, source, key,
						 arena, value, err);
	status = ts_reading_end(store, status, err);
	if (status == TS_NO_INPUT) {
		*value = "";
		status = TS_OK;
	}
	return status;
}

enum ts_status
ts_marker_put(struct ts_store *store, const char *source, const char *key,
	      const char *value, int64_t now_us, struct ts_err *err)
{
	enum ts_status status = ts_writing_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->marker_put(store->backend, source, key,
						 value, now_us, err);
	TS_JOURNAL_END(store, status, "marker", err);
	return status;
}

/* ---- sources ----------------------------------------------------------- */

struct asking {
	ts_source_row_take *row;
	void *ctx;
};

/* The host of an address as it was asked: "https://user@HOST:port/path"; ""
 * of one that has none. */
static char *
host_of(const char *url)
{
	const char *at = strstr(url, "://"), *user;
	size_t length;

	if (strncmp(url, "file:", 5) == 0)
		return strdup("");
	at = at != NULL ? at + 3 : url;
	length = strcspn(at, "/?#");
	user = memrchr(at, '@', length);
	if (user != NULL) {
		length -= (size_t)(user + 1 - at);
		at = user + 1;
	}
	if (at[0] == '[') /* the colons of an address are no port */
		length = strcspn(at, "]/?#") + (strchr(at, ']') != NULL);
	else
		length = strcspn(at, ":/?#");
	return strndup(at, length);
}

static enum ts_status
name_host(void *ctx, const struct ts_source_row *row, struct ts_err *err)
{
	const struct asking *asking = ctx;
	struct ts_source_row named = *row;
	char *host = host_of(row->host);
	enum ts_status status;

	if (host == NULL)
		return ts_fail_errno(err, ENOMEM, "store: sources");
	named.host = host;
	status = asking->row(asking->ctx, &named, err);
	free(host);
	return status;
}

enum ts_status
ts_store_sources(struct ts_store *store, ts_source_row_take *row, void *ctx,
		 struct ts_err *err)
{
	struct asking asking = { row, ctx };
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->sources(store->backend, name_host,
					      &asking, err);
	return ts_reading_end(store, status, err);
}

enum ts_status
ts_store_newest(struct ts_store *store, int64_t *retrieved_us,
		struct ts_err *err)
{
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->newest(store->backend, retrieved_us, err);
	return ts_reading_end(store, status, err);
}
