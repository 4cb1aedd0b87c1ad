/* SPDX-License-Identifier: Apache-2.0 */
/* What a request does to the journal. Each is one or more transitions that
 * the journal itself refuses when somebody else was faster. */
#include "daemon/common/control.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/clock.h>
#include "daemon/common/lock.h"

#define BIT(state) (1u << (state))
#define AT_WORK                                                                \
	(BIT(TS_STATE_DUE) | BIT(TS_STATE_FETCHING) | BIT(TS_STATE_READY) |    \
	 BIT(TS_STATE_RENDERING))
/* Nobody has it in hand, and it has not been mailed. */
#define MAY_BE_HELD                                                            \
	(BIT(TS_STATE_DUE) | BIT(TS_STATE_READY) | BIT(TS_STATE_PUBLISHED))

struct apply {
	struct ts_store *store;
	const struct ts_conf *conf;
	const struct ts_request_line *request;
	const char *who;
	int64_t now_us;
	struct ts_arena *arena;
	struct ts_buf *reply;
};

/* ---- run -------------------------------------------------------------------
 */

/* A report that is not configured any more can still be resumed or held; only
 * one that nobody knows is an error. */
static enum ts_status
must_be_report(const struct apply *apply, const char *id, struct ts_err *err)
{
	const char **names;
	const char *near;
	size_t i;

	if (ts_conf_report(apply->conf, id) != NULL)
		return TS_OK;
	names = ts_arena_alloc(apply->arena, apply->conf->report_count + 1,
			       sizeof *names);
	if (names == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (i = 0; i < apply->conf->report_count; i++)
		names[i] = apply->conf->reports[i].id;
	near = ts_nearest(id, names);
	if (near != NULL)
		return ts_fail(err, TS_NO_INPUT,
			       "no report \"%s\"; did you mean \"%s\"?", id,
			       near);
	return ts_fail(err, TS_NO_INPUT,
		       "no report \"%s\"; tradestat list reports", id);
}

static enum ts_status
refuse_second(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	const struct apply *apply = ctx;
	char name[TS_EDITION_TEXT];

	/* what a run by hand left that died stands in nobody's way */
	if (entry->cause == TS_CAUSE_HAND &&
	    !ts_lock_taken(apply->conf->state_dir, entry->report))
		return TS_OK;
	ts_control_edition(entry, name);
	if (entry->state == TS_STATE_DUE && entry->wait_us > 0)
		return ts_fail(err, TS_REFUSED,
			       "%s waits for new figures already; without "
			       "waiting, by hand: tradestat run %s",
			       name, entry->report);
	return ts_fail(err, TS_REFUSED, "%s is %s already", name,
		       ts_state_name(entry->state));
}

static enum ts_status
apply_run(struct apply *apply, struct ts_err *err)
{
	const struct ts_request_line *request = apply->request;
	struct ts_entry entry = { .report = request->words[0],
				  .cause = TS_CAUSE_OPERATOR };
	const struct ts_entry_filter filter = { .report = entry.report,
						.states = AT_WORK };
	char name[TS_EDITION_TEXT];
	size_t i;

	if (must_be_report(apply, entry.report, err) != TS_OK)
		return err->status;
	for (i = 1; i < request->count; i++)
		if (strcmp(request->words[i], "force") == 0)
			entry.force = true;
		else
			entry.waive = strchr(request->words[i], '=') + 1;
	if (ts_journal_list(apply->store, &filter, refuse_second, apply, err) !=
	    TS_OK)
		return err->status;
	if (ts_journal_add(apply->store, &entry, apply->now_us, &entry.id,
			   err) != TS_OK)
		return err->status;
	entry.period = "";
	ts_control_edition(&entry, name);
	ts_control_put(apply->reply, "edition", "%s", name);
	ts_control_put(apply->reply, "done", "%s is due%s", name,
		       entry.force ? ", also when nothing has changed" : "");
	return TS_OK;
}

/* ---- hold ------------------------------------------------------------------
 */

static enum ts_status
hold_one(struct apply *apply, const struct ts_entry *entry, struct ts_err *err)
{
	char name[TS_EDITION_TEXT], reason[160];
	struct ts_move move = { .from = entry->state,
				.to = TS_STATE_HELD,
				.reason = reason };

	ts_control_edition(entry, name);
	snprintf(reason, sizeof reason, "held by %s", apply->who);
	if (ts_journal_move(apply->store, entry->id, &move, apply->now_us,
			    err) != TS_OK)
		return ts_while(err, "hold %s", name);
	ts_control_put(apply->reply, "edition", "%s", name);
	ts_control_put(apply->reply, "done", "%s is held (it was %s)", name,
		       ts_state_name(entry->state));
	return TS_OK;
}

struct found {
	struct ts_arena *arena;
	struct ts_entry *items;
	size_t count, room;
};

static enum ts_status
collect(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	struct found *found = ctx;

	if (found->count == found->room) {
		found->room = found->room == 0 ? 8 : 2 * found->room;
		found->items =
			ts_arena_grow(found->arena, found->items, found->count,
				      found->room, sizeof *found->items);
		if (found->items == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
	}
	found->items[found->count] = (struct ts_entry){
		.id = entry->id,
		.report = ts_arena_strdup(found->arena, entry->report),
		.period = ts_arena_strdup(found->arena, entry->period),
		.number = entry->number,
		.state = entry->state,
	};
	if (found->items[found->count].report == NULL ||
	    found->items[found->count].period == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	found->count++;
	return TS_OK;
}

static enum ts_status
hold_all(struct apply *apply, const char *report, struct ts_err *err)
{
	struct found found = { .arena = apply->arena };
	const struct ts_entry_filter filter = { .report = report,
						.states = MAY_BE_HELD };
	size_t i;

	if (ts_journal_list(apply->store, &filter, collect, &found, err) !=
	    TS_OK)
		return err->status;
	if (found.count == 0 && must_be_report(apply, report, err) != TS_OK)
		return err->status;
	if (found.count == 0)
		return ts_fail(err, TS_REFUSED,
			       "nothing of %s waits; to keep it from being "
			       "started: tradestat pause %s",
			       report, report);
	for (i = 0; i < found.count; i++)
		if (hold_one(apply, &found.items[i], err) != TS_OK)
			return err->status;
	return TS_OK;
}

static enum ts_status
apply_hold(struct apply *apply, struct ts_err *err)
{
	const char *what = apply->request->words[0];
	char name[TS_EDITION_TEXT];
	struct ts_entry entry;

	if (!ts_control_is_edition(what))
		return hold_all(apply, what, err);
	if (ts_control_find(apply->store, what, apply->arena, &entry, err) !=
	    TS_OK)
		return err->status;
	if ((BIT(entry.state) & MAY_BE_HELD) != 0)
		return hold_one(apply, &entry, err);
	ts_control_edition(&entry, name);
	if (ts_state_is_end(entry.state) || entry.state == TS_STATE_HELD)
		return ts_fail(err, TS_REFUSED, "%s is %s", name,
			       ts_state_name(entry.state));
	return ts_fail(err, TS_REFUSED,
		       "%s is %s just now: hold it when that has ended", name,
		       ts_state_name(entry.state));
}

/* ---- release ---------------------------------------------------------------
 */

static bool
is_listed(const char *list, const char *name, size_t length)
{
	while (*list != '\0') {
		size_t word = strcspn(list, ",");

		if (word == length && strncmp(list, name, length) == 0)
			return true;
		list += word + (list[word] == ',');
	}
	return false;
}

/* "gate fresh: 400 days old; gate jump: ..." adds fresh and jump. */
static void
add_failed_gates(const char *reason, struct ts_buf *waive)
{
	const char *at = reason;

	while (at != NULL && *at != '\0') {
		if (strncmp(at, "gate ", 5) == 0) {
			size_t length = strcspn(at + 5, ": ;,");

			if (at[5 + length] == ':' && length > 0 &&
			    !is_listed(waive->data, at + 5, length)) {
				if (waive->used > 0)
					ts_buf_add_char(waive, ',');
				ts_buf_add_bytes(waive, at + 5, length);
			}
		}
		at = strstr(at, "; ");
		if (at != NULL)
			at += 2;
	}
}

struct last_hold {
	bool found;
	enum ts_state from;
};

static enum ts_status
keep_last_hold(void *ctx, const struct ts_entry_event *event,
	       struct ts_err *err)
{
	struct last_hold *last = ctx;

	(void)err;
	if (event->to == TS_STATE_HELD && event->from != TS_STATE_HELD) {
		last->found = true;
		last->from = event->from;
	}
	return TS_OK;
}

/* Back to where it was held, as recovery rolls back. */
static enum ts_state
stable(enum ts_state from)
{
	switch (from) {
	case TS_STATE_DUE:
	case TS_STATE_FETCHING:
		return TS_STATE_DUE;
	case TS_STATE_READY:
	case TS_STATE_RENDERING:
		return TS_STATE_READY;
	case TS_STATE_PUBLISHED:
	case TS_STATE_MAILING:
		return TS_STATE_PUBLISHED;
	case TS_STATE_DONE:
	case TS_STATE_HELD:
	case TS_STATE_FAILED:
	case TS_STATE_SUPERSEDED:
	case TS_STATE_EXPIRED:
	case TS_STATES:
		break;
	}
	return TS_STATE_READY;
}

static enum ts_status
release(struct apply *apply, const struct ts_entry *entry, const char *name,
	enum ts_state from, struct ts_err *err)
{
	TS_AUTO_BUF waive = TS_BUF_INIT(4096);
	TS_AUTO_BUF reason = TS_BUF_INIT(8192);
	struct ts_move move = { .from = TS_STATE_HELD, .to = stable(from) };
	bool added;

	ts_buf_add(&waive, entry->waive);
	/* by whom it was held is told by the reason */
	if (strncmp(entry->reason, "gate ", 5) == 0) {
		add_failed_gates(entry->reason, &waive);
		move.to = TS_STATE_READY;
	} else if (strncmp(entry->reason, "no new ", 7) == 0) {
		move.to = TS_STATE_DUE;
		move.forget_wait = true;
		move.marked = true;
	}
	added = strcmp(waive.data, entry->waive) != 0;
	ts_buf_addf(&reason, "released by %s", apply->who);
	if (added)
		ts_buf_addf(&reason, "; not held for %s any more", waive.data);
	if (ts_buf_check(&waive, "gates", err) != TS_OK ||
	    ts_buf_check(&reason, "reason", err) != TS_OK)
		return err->status;
	move.waive = waive.data;
	move.reason = reason.data;
	if (ts_journal_move(apply->store, entry->id, &move, apply->now_us,
			    err) != TS_OK)
		return ts_while(err, "release %s", name);
	ts_control_put(apply->reply, "edition", "%s", name);
	if (added)
		ts_control_put(apply->reply, "waive", "%s", waive.data);
	ts_control_put(apply->reply, "done", "%s is %s%s%s%s", name,
		       ts_state_name(move.to),
		       added ? ", whatever these gates say: " : "",
		       added ? waive.data : "",
		       move.marked ? ", and will say that nothing is new" : "");
	return TS_OK;
}

static enum ts_status
apply_release(struct apply *apply, struct ts_err *err)
{
	struct last_hold last = { .found = false };
	char name[TS_EDITION_TEXT];
	struct ts_entry entry;

	if (ts_control_find(apply->store, apply->request->words[0],
			    apply->arena, &entry, err) != TS_OK)
		return err->status;
	ts_control_edition(&entry, name);
	if (entry.state != TS_STATE_HELD)
		return ts_fail(err, TS_REFUSED, "%s is not held: it is %s",
			       name, ts_state_name(entry.state));
	if (ts_journal_events(apply->store, entry.id, keep_last_hold, &last,
			      err) != TS_OK)
		return err->status;
	if (!last.found)
		last.from = entry.path[0] != '\0' ? TS_STATE_PUBLISHED
			    : entry.number > 0    ? TS_STATE_READY
						  : TS_STATE_DUE;
	return release(apply, &entry, name, last.from, err);
}

/* ---- pause, resume ---------------------------------------------------------
 */

static enum ts_status
apply_pause(struct apply *apply, bool paused, struct ts_err *err)
{
	const char *report = apply->request->words[0];
	struct ts_report_state state;
	struct ts_err none;
	bool is_seen = ts_report_state_get(apply->store, report, apply->arena,
					   &state, &none) == TS_OK;
	enum ts_status status;

	/* one that left the configuration can still be resumed */
	if ((paused || !is_seen) && must_be_report(apply, report, err) != TS_OK)
		return err->status;
	if (!paused && is_seen && state.paused) {
		/* what was due in the pause, or while nobody was there to see
		 * it go by, is not made up */
		state.paused = false;
		if (state.cursor_us != 0 && state.cursor_us < apply->now_us)
			state.cursor_us = apply->now_us;
		status = ts_report_state_put(apply->store, &state, err);
	} else {
		status = ts_report_pause(apply->store, report, paused, err);
	}
	if (status != TS_OK)
		return ts_while(err, "%s %s", paused ? "pause" : "resume",
				report);
	if (paused)
		ts_control_put(apply->reply, "done",
			       "%s is paused until: tradestat resume %s",
			       report, report);
	else
		ts_control_put(apply->reply, "done",
			       "%s is not paused any more", report);
	return TS_OK;
}

enum ts_status
ts_control_apply(struct ts_store *store, const struct ts_conf *conf,
		 const struct ts_request_line *request, const char *who,
		 int64_t now_us, struct ts_buf *reply, struct ts_err *err)
{
	struct apply apply = { .store = store,
			       .conf = conf,
			       .request = request,
			       .who = who,
			       .now_us = now_us,
			       .reply = reply,
			       .arena = ts_arena_new((size_t)4 << 20) };
	enum ts_status status = TS_BAD_USAGE;

	if (apply.arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	switch (request->command) {
	case TS_COMMAND_RUN:
		status = apply_run(&apply, err);
		break;
	case TS_COMMAND_HOLD:
		status = apply_hold(&apply, err);
		break;
	case TS_COMMAND_RELEASE:
		status = apply_release(&apply, err);
		break;
	case TS_COMMAND_PAUSE:
	case TS_COMMAND_RESUME:
		status = apply_pause(&apply,
				     request->command == TS_COMMAND_PAUSE, err);
		break;
	case TS_COMMAND_PING:
	case TS_COMMAND_STATUS:
	case TS_COMMAND_RELOAD:
	case TS_COMMANDS:
		status = ts_fail(err, TS_BAD_USAGE,
				 "%s is no change of the journal",
				 ts_command_name(request->command));
		break;
	}
	ts_arena_free(apply.arena);
	return status;
}
