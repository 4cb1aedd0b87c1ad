/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stages: a state is committed, then its worker is started; a worker ended,
 * then the next state is committed. Whatever dies in between finds the entry
 * in a state that says what was going on.
 */
#include "daemon/supervise/inside.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include "daemon/common/backup.h"
#include "daemon/common/intent.h"
#include "daemon/common/lock.h"

#define OPEN_STATES                                                            \
	(1u << TS_STATE_DUE | 1u << TS_STATE_FETCHING | 1u << TS_STATE_READY | \
	 1u << TS_STATE_RENDERING | 1u << TS_STATE_PUBLISHED |                 \
	 1u << TS_STATE_MAILING)
#define ARENA_MOST ((size_t)1 << 20)
/* After so many failures in a row the operator is told. */
#define TELL_AFTER 3
/* A store without any copy gets one so long after the start. */
#define FIRST_BACKUP_US (600 * US)
/* So long nobody looks whether a run by hand is still there. */
#define HAND_US (60 * US)
/* Between two senders of a lane, however they end. */
#define SEND_PAUSE_US (2 * US)
#define SEND_PAUSE_MOST_US (86400 * US)

/* An entry that could be taken up, with what is compared. */
struct candidate {
	int64_t id, next_us, started_us;
	enum ts_state state;
	struct ts_super_report *report;
};

struct gather {
	struct ts_super *super;
	struct candidate *list;
	size_t count, room;
	int64_t now_us;
	int64_t *next_us;
};

static enum ts_status
gather_one(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	struct gather *g = ctx;
	struct ts_super_report *report =
		ts_super_report(g->super, entry->report);

	if (entry->state != TS_STATE_DUE && entry->state != TS_STATE_READY &&
	    entry->state != TS_STATE_PUBLISHED)
		return TS_OK;
	if (entry->cause == TS_CAUSE_HAND) {
		/* not ours, but for what a dead one has left */
		if (g->now_us - entry->since_us < HAND_US &&
		    entry->since_us <= g->now_us)
			return TS_OK;
		report = NULL;
	} else if (report == NULL) {
		return TS_OK; /* not configured any more: it waits for that */
	}
	/* since a moment that has not come yet: the clock was ahead then, and
	 * how long it is to wait cannot be believed either */
	if (entry->next_us > g->now_us && entry->since_us <= g->now_us) {
		if (entry->next_us < *g->next_us)
			*g->next_us = entry->next_us;
		return TS_OK;
	}
	if (g->count == g->room) {
		size_t room = g->room == 0 ? 16 : 2 * g->room;
		struct candidate *grown =
			realloc(g->list, room * sizeof *grown);

		if (grown == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		g->list = grown;
		g->room = room;
	}
	g->list[g->count++] = (struct candidate){
		.id = entry->id,
		.next_us = entry->next_us,
		.started_us = report != NULL ? report->started_us : 0,
		.state = entry->state,
		.report = report,
	};
	return TS_OK;
}

/* What is nearer to its end first, then the report that waited longest, then
 * the older entry. */
static int
by_turn(const void *a, const void *b)
{
	const struct candidate *l = a, *r = b;

	if (l->state != r->state)
		return l->state > r->state ? -1 : 1;
	if (l->started_us != r->started_us)
		return l->started_us < r->started_us ? -1 : 1;
	if (l->id != r->id)
		return l->id < r->id ? -1 : 1;
	return 0;
}

static enum ts_status
remember(struct ts_super *super, const struct ts_start *start, int64_t now_us,
	 struct ts_err *err)
{
	struct ts_running *slot = NULL;

	for (size_t i = 0; i < super->running_room && slot == NULL; i++)
		if (!super->running[i].used)
			slot = &super->running[i];
	if (slot == NULL) {
		size_t room = super->running_room + 8;
		struct ts_running *grown =
			realloc(super->running, room * sizeof *grown);

		if (grown == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		memset(grown + super->running_room, 0, 8 * sizeof *grown);
		slot = grown + super->running_room;
		super->running = grown;
		super->running_room = room;
	}
	*slot = (struct ts_running){ .errand = start->errand,
				     .entry = start->entry,
				     .since_us = now_us,
				     .used = true };
	if (start->report != NULL)
		snprintf(slot->report, sizeof slot->report, "%s",
			 start->report->id);
	return TS_OK;
}

static void
forget(struct ts_super *super, enum ts_errand errand, int64_t entry)
{
	for (size_t i = 0; i < super->running_room; i++) {
		struct ts_running *at = &super->running[i];

		if (at->used && at->errand == errand && at->entry == entry)
			at->used = false;
	}
}

static enum ts_status
start(struct ts_super *super, const struct ts_start *what, int64_t now_us,
      struct ts_err *err)
{
	if (remember(super, what, now_us, err) != TS_OK)
		return err->status;
	if (super->ops->start(super->ops->ctx, what, err) == TS_OK)
		return TS_OK;
	forget(super, what->errand, what->entry);
	return err->status;
}

/* ---- one entry ---------------------------------------------------------- */

static enum ts_status
failed(struct ts_super *super, const struct ts_entry *entry,
       enum ts_stage_id stage, const struct ts_ending *ending, int64_t now_us,
       struct ts_err *err)
{
	struct ts_decision d;

	ts_decide_failed(entry, stage, ending, &super->conf->daemon, now_us,
			 &d);
	/* told first: between the two it would have ended in silence */
	if (d.move.to == TS_STATE_FAILED &&
	    ts_super_raise(super, "failed", entry->report, TS_LOG_ERR, now_us,
			   "%s failed: %s. When the cause is gone: "
			   "tradestat run %s --daemon",
			   entry->report, d.reason, entry->report) != TS_OK)
		return ts_fail(err, TS_AGAIN, "the end of %s cannot be told",
			       entry->report);
	if (ts_journal_move(super->store, entry->id, &d.move, now_us, err) !=
	    TS_OK)
		return err->status;
	if (ending->stopped)
		return TS_OK;
	if (ending->too_late || ending->code < 0) {
		ts_super_event(TS_LOG_WARN, &ts_event_worker_killed, entry,
			       ts_stages[stage].name, "%s", d.reason);
		ts_metrics_death(super->metrics, ts_stages[stage].name,
				 ending->too_late ? "deadline" : "signal");
	}
	if (d.move.to == TS_STATE_FAILED) {
		ts_super_event(TS_LOG_ERR, &ts_event_failed, entry,
			       ts_stages[stage].name, "failed: %s", d.reason);
		ts_metrics_outcome(super->metrics, entry->report, "failed",
				   ts_stages[stage].name);
		return TS_OK;
	}
	ts_metrics_retry(super->metrics, ts_stages[stage].name);
	ts_super_event(TS_LOG_WARN, &ts_event_retry, entry,
		       ts_stages[stage].name, "%s; again in %lld min", d.reason,
		       (long long)((d.move.next_us - now_us) / US + 59) / 60);
	if (d.move.attempts >= TELL_AFTER)
		ts_super_raise(super, "failed", entry->report, TS_LOG_WARN,
			       now_us, "%s fails again and again: %s",
			       entry->report, d.reason);
	return TS_OK;
}

static enum ts_status
begin(struct ts_super *super, const struct ts_entry *entry,
      struct ts_super_report *report, enum ts_stage_id stage,
      enum ts_errand errand, int64_t now_us, struct ts_err *err)
{
	const struct ts_conf_daemon *conf = &super->conf->daemon;
	const struct ts_move move = { .from = ts_stages[stage].from,
				      .to = ts_stages[stage].during,
				      .attempts = entry->attempts };
	const struct ts_start what = {
		.errand = errand,
		.entry = entry->id,
		.report = report->conf,
		.deadline_us =
			(stage == TS_STAGE_FETCH    ? conf->fetch_timeout_s
			 : stage == TS_STAGE_RENDER ? conf->render_timeout_s
						    : conf->send_timeout_s) *
			US,
		.input_fd = -1,
	};
	struct ts_entry now = *entry;
	struct ts_err why = { .status = TS_OK };

	TS_FAULT("super.begin.before");
	if (ts_journal_move(super->store, entry->id, &move, now_us, err) !=
	    TS_OK)
		return err->status;
	TS_FAULT("super.begin.committed");
	report->started_us = now_us;
	if (stage == TS_STAGE_RENDER) /* or it is held anew, and told */
		ts_super_clear(super, "held", entry->report, now_us);
	if (start(super, &what, now_us, &why) != TS_OK) {
		const struct ts_ending none = { .code = 71, .words = why.text };

		now.state = ts_stages[stage].during;
		return failed(super, &now, stage, &none, now_us, err);
	}
	TS_FAULT("super.begin.started");
	ts_super_event(TS_LOG_INFO, &ts_event_run_started, entry,
		       ts_errand_name(errand), "%s", ts_errand_name(errand));
	return TS_OK;
}

/* An entry that waits for new figures spends of a budget. */
static enum ts_status
begin_fetch(struct ts_super *super, const struct ts_entry *entry,
	    struct ts_super_report *report, int64_t now_us, int64_t *next_us,
	    struct ts_err *err)
{
	bool watch = entry->wait_us != 0 && entry->seen_hash[0] != '\0';
	int64_t day = now_us / (86400 * US);

	if (entry->wait_us != 0 && now_us < entry->wait_us) {
		int64_t at = ts_decide_poll(&report->conf->schedule, now_us,
					    report->poll_day, report->polls);

		if (at > entry->wait_us) /* the last look is free */
			at = entry->wait_us;
		if (at > now_us) {
			if (at < *next_us)
				*next_us = at;
			return TS_OK;
		}
		report->polls = report->poll_day == day ? report->polls + 1 : 1;
		report->poll_day = day;
		if (ts_super_save(super, report, err) != TS_OK)
			return err->status;
	}
	return begin(super, entry, report, TS_STAGE_FETCH,
		     watch ? TS_ERRAND_WATCH : TS_ERRAND_FETCH, now_us, err);
}

/* The bundle in the output folder is all that is to be delivered. */
static enum ts_status
finish(struct ts_super *super, const struct ts_entry *entry, int64_t now_us,
       struct ts_err *err)
{
	const struct ts_move move = { .from = TS_STATE_PUBLISHED,
				      .to = TS_STATE_DONE };
	int count = 0;

	TS_FAULT("super.finish.before");
	/* before it is done: nobody would come back for them */
	ts_super_clear(super, "held", entry->report, now_us);
	ts_super_clear(super, "failed", entry->report, now_us);
	ts_super_clear(super, "expired", entry->report, now_us);
	if (ts_journal_supersede(super->store, entry->id, 1u << TS_STATE_HELD,
				 now_us, &count, err) != TS_OK ||
	    ts_journal_move(super->store, entry->id, &move, now_us, err) !=
		    TS_OK)
		return err->status;
	TS_FAULT("super.finish.committed");
	if (count > 0)
		ts_super_event(TS_LOG_NOTICE, &ts_event_superseded, entry, NULL,
			       "takes the place of %d held edition%s", count,
			       count == 1 ? "" : "s");
	return TS_OK;
}

/* Whoever ran it by hand saw it end; here it must not wait for ever. What he
 * meant to be delivered is. */
static enum ts_status
bury(struct ts_super *super, const struct ts_entry *entry, int64_t now_us,
     struct ts_err *err)
{
	struct ts_super_report *report = ts_super_report(super, entry->report);
	bool deliver = false;
	const struct ts_move move = {
		.from = entry->state,
		.to = entry->state == TS_STATE_PUBLISHED ? TS_STATE_DONE
							 : TS_STATE_FAILED,
		.reason = entry->state == TS_STATE_PUBLISHED ? NULL
							     : "interrupted",
	};

	if (ts_lock_taken(super->conf->state_dir, entry->report))
		return TS_OK;
	if (entry->state == TS_STATE_PUBLISHED && report != NULL &&
	    ts_conf_delivers(report->conf) &&
	    ts_is_to_be_delivered(super->store, entry->id, &deliver, err) !=
		    TS_OK)
		return err->status;
	if (deliver)
		return super->draining || ts_super_busy(super, entry->report) !=
						  NULL
			       ? TS_OK
			       : begin(super, entry, report, TS_STAGE_COMPOSE,
				       TS_ERRAND_COMPOSE, now_us, err);
	return ts_journal_move(super->store, entry->id, &move, now_us, err);
}

static enum ts_status
take_up(struct ts_super *super, const struct candidate *at,
	struct ts_arena *arena, int64_t now_us, int64_t *next_us,
	struct ts_err *err)
{
	const struct ts_conf_daemon *conf = &super->conf->daemon;
	size_t fetching = ts_super_at(super, TS_ERRAND_FETCH) +
			  ts_super_at(super, TS_ERRAND_WATCH);
	struct ts_entry entry;

	if (at->report == NULL) {
		if (ts_journal_get(super->store, at->id, arena, &entry, err) !=
		    TS_OK)
			return err->status;
		return bury(super, &entry, now_us, err);
	}
	if (ts_super_busy(super, at->report->conf->id) != NULL)
		return TS_OK; /* never two of a report: it waits */
	if (at->state == TS_STATE_DUE &&
	    (fetching >= (size_t)conf->fetch_workers || super->draining))
		return TS_OK;
	if (at->state == TS_STATE_READY &&
	    (ts_super_at(super, TS_ERRAND_RENDER) >=
		     (size_t)conf->render_workers ||
	     super->draining))
		return TS_OK;
	if (ts_journal_get(super->store, at->id, arena, &entry, err) != TS_OK)
		return err->status;
	switch (at->state) {
	case TS_STATE_DUE:
		return begin_fetch(super, &entry, at->report, now_us, next_us,
				   err);
	case TS_STATE_READY:
		return begin(super, &entry, at->report, TS_STAGE_RENDER,
			     TS_ERRAND_RENDER, now_us, err);
	case TS_STATE_PUBLISHED:
		if (!ts_conf_delivers(at->report->conf))
			return finish(super, &entry, now_us, err);
		return super->draining ? TS_OK
				       : begin(super, &entry, at->report,
					       TS_STAGE_COMPOSE,
					       TS_ERRAND_COMPOSE, now_us, err);
	case TS_STATE_FETCHING:
	case TS_STATE_RENDERING:
	case TS_STATE_MAILING:
	case TS_STATE_DONE:
	case TS_STATE_HELD:
	case TS_STATE_FAILED:
	case TS_STATE_SUPERSEDED:
	case TS_STATE_EXPIRED:
	case TS_STATES:
		break;
	}
	return TS_OK;
}

void
ts_super_tell(struct ts_super *super, int64_t now_us, int64_t *next_us)
{
	TS_AUTO_BUF text = TS_BUF_INIT(TS_TELL_TEXT);
	struct ts_start what = { .errand = TS_ERRAND_TELL,
				 .deadline_us = 60 * US,
				 .input_fd = -1 };
	struct ts_err err = { .status = TS_OK };
	bool due = false;

	if (super->draining)
		return;
	if (super->tell_us > now_us) {
		if (super->tell_us < *next_us)
			*next_us = super->tell_us;
		return;
	}
	super->tell_us = NEVER;
	if (ts_tell_due(super->tell, super->store, super->conf, now_us, &due,
			&text, &super->tell_us, &err) != TS_OK) {
		ts_log(TS_LOG_WARN, "operator", "%s", err.text);
		super->tell_us = now_us + 60 * US;
	} else if (due) {
		if (ts_tell_input(&text, &what.input_fd, &err) != TS_OK ||
		    start(super, &what, now_us, &err) != TS_OK)
			ts_ignore(ts_tell_sent(super->tell, super->store, 127,
					       err.text, now_us, &err));
		ts_close(&what.input_fd);
	}
	if (super->tell_us < *next_us)
		*next_us = super->tell_us;
}

/* One sender a lane, as soon as something in it is due. */
static enum ts_status
senders(struct ts_super *super, int64_t now_us, int64_t *next_us,
	struct ts_err *err)
{
	static const enum ts_errand errands[TS_LANES] = {
		[TS_LANE_MAIL] = TS_ERRAND_MAIL,
		[TS_LANE_FILES] = TS_ERRAND_FILES,
	};

	for (int lane = 0; lane < TS_LANES && !super->draining; lane++) {
		const struct ts_start what = {
			.errand = errands[lane],
			.deadline_us = super->conf->daemon.send_timeout_s * US,
			.input_fd = -1,
		};
		int64_t due_us = NEVER;

		if (ts_super_at(super, errands[lane]) > 0)
			continue;
		if (ts_outbox_next(super->store, (enum ts_lane)lane, now_us,
				   &due_us, err) != TS_OK)
			return err->status;
		/* the clock was stepped back */
		if (super->send_us[lane] > now_us + SEND_PAUSE_MOST_US)
			super->send_us[lane] = now_us;
		if (due_us < super->send_us[lane])
			due_us = super->send_us[lane];
		if (due_us > now_us) {
			if (due_us < *next_us)
				*next_us = due_us;
			continue;
		}
		/* a sender that ends without having done anything is not
		 * started again at once */
		super->send_us[lane] = now_us + SEND_PAUSE_US;
		if (start(super, &what, now_us, err) != TS_OK)
			ts_log(TS_LOG_WARN, ts_errand_name(errands[lane]), "%s",
			       err->text);
	}
	return TS_OK;
}

/* The errands that belong to no edition. */
static enum ts_status
chores(struct ts_super *super, int64_t now_us, int64_t *next_us,
       struct ts_err *err)
{
	int64_t every_us = super->conf->daemon.backup_every_s * US;
	struct ts_start what = { .errand = TS_ERRAND_BACKUP,
				 .deadline_us = 3600 * US,
				 .input_fd = -1 };

	ts_super_tell(super, now_us, next_us);
	if (senders(super, now_us, next_us, err) != TS_OK)
		return err->status;
	if (every_us == 0 || super->draining)
		return TS_OK;
	if (super->backup_us == 0) {
		int64_t newest = ts_backup_newest(super->conf);

		/* the first one not at once, but before the next restart */
		super->backup_us = newest != 0 ? newest + every_us
					       : now_us + FIRST_BACKUP_US;
	}
	if (super->backup_us > now_us + every_us)
		super->backup_us = now_us + every_us;
	if (super->backup_us <= now_us &&
	    ts_super_at(super, TS_ERRAND_BACKUP) == 0) {
		super->backup_us = now_us + every_us;
		if (start(super, &what, now_us, err) != TS_OK)
			ts_log(TS_LOG_WARN, "backup", "%s", err->text);
	}
	if (super->backup_us < *next_us)
		*next_us = super->backup_us;
	return TS_OK;
}

enum ts_status
ts_super_work(struct ts_super *super, int64_t now_us, int64_t *next_us,
	      struct ts_err *err)
{
	const struct ts_entry_filter open = { .states = OPEN_STATES };
	struct gather g = { .super = super,
			    .now_us = now_us,
			    .next_us = next_us };
	struct ts_arena *arena = ts_arena_new(ARENA_MOST);
	enum ts_status status;

	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_journal_list(super->store, &open, gather_one, &g, err);
	if (g.count > 1)
		qsort(g.list, g.count, sizeof *g.list, by_turn);
	for (size_t i = 0; status == TS_OK && i < g.count; i++) {
		ts_arena_reset(arena);
		status =
			take_up(super, &g.list[i], arena, now_us, next_us, err);
		/* somebody else moved it meanwhile: the next look tells */
		if (status == TS_REFUSED)
			status = TS_OK;
		if (status != TS_OK && !ts_super_is_grave(status)) {
			ts_log(TS_LOG_ERR, "supervisor", "%s", err->text);
			status = TS_OK; /* one does not hold up the others */
		}
	}
	free(g.list);
	ts_arena_free(arena);
	if (status == TS_OK)
		status = chores(super, now_us, next_us, err);
	return status;
}

/* ---- the end of a stage ------------------------------------------------- */

static enum ts_status
seen(struct ts_super *super, const struct ts_entry *entry, int64_t now_us,
     struct ts_arena *arena, struct ts_err *err)
{
	struct ts_super_report *report = ts_super_report(super, entry->report);
	struct ts_entry last;
	struct ts_decision d;
	enum ts_status status;

	status =
		ts_journal_last(super->store, entry->report, arena, &last, err);
	if (status != TS_OK && status != TS_NO_INPUT)
		return status;
	if (report == NULL) { /* not configured any more */
		d = (struct ts_decision){
			.move = { .from = TS_STATE_FETCHING,
				  .to = TS_STATE_DUE,
				  .reason = "the report is not configured" },
		};
		return ts_journal_move(super->store, entry->id, &d.move, now_us,
				       err);
	}
	ts_decide_seen(entry, status == TS_OK ? &last : NULL, report->conf,
		       now_us, &d);
	/* told first: between the two it would be held in silence */
	if (d.move.to == TS_STATE_HELD &&
	    ts_super_raise(super, "held", entry->report, TS_LOG_WARN, now_us,
			   "%s is held: %s. To send it as it is: tradestat "
			   "release \"#%lld\"",
			   entry->report, d.reason,
			   (long long)entry->id) != TS_OK)
		return ts_fail(err, TS_AGAIN, "that %s is held cannot be told",
			       entry->report);
	if (ts_journal_move(super->store, entry->id, &d.move, now_us, err) !=
	    TS_OK)
		return err->status;
	if (d.move.to == TS_STATE_DONE) {
		ts_super_event(TS_LOG_INFO, &ts_event_unchanged, entry, "fetch",
			       "%s", d.reason);
		ts_metrics_outcome(super->metrics, entry->report, "unchanged",
				   "");
		ts_super_clear(super, "failed", entry->report, now_us);
	} else if (d.move.to == TS_STATE_HELD) {
		ts_super_event(TS_LOG_WARN, &ts_event_held, entry, "fetch",
			       "held: %s", d.reason);
		ts_metrics_outcome(super->metrics, entry->report, "held",
				   "no new figures");
	}
	return TS_OK;
}

static enum ts_status
rendered(struct ts_super *super, const struct ts_entry *entry, int64_t now_us,
	 struct ts_err *err)
{
	int count = 0;

	if (entry->state == TS_STATE_PUBLISHED) {
		ts_super_event(TS_LOG_NOTICE, &ts_event_published, entry,
			       "render", "published: %s", entry->path);
		ts_metrics_outcome(super->metrics, entry->report, "published",
				   "");
		return TS_OK;
	}
	ts_super_event(TS_LOG_WARN, &ts_event_held, entry, "render", "held: %s",
		       entry->reason);
	ts_metrics_outcome(super->metrics, entry->report, "held",
			   entry->reason);
	ts_super_raise_held(super, entry, now_us);
	/* of several that are held only the newest can still matter */
	return ts_journal_supersede(super->store, entry->id,
				    1u << TS_STATE_HELD, now_us, &count, err);
}

static void
chore_ended(struct ts_super *super, enum ts_errand errand,
	    const struct ts_ending *ending, int64_t now_us)
{
	bool good = ending->code == 0 && !ending->too_late;
	struct ts_err ignored;

	if (errand == TS_ERRAND_TELL && ending->stopped) {
		/* nobody's fault, and told by the next life */
	} else if (errand == TS_ERRAND_TELL) {
		/* its own trouble is told in the log, by itself */
		ts_ignore(ts_tell_sent(super->tell, super->store,
				       good                ? 0
				       : ending->code != 0 ? ending->code
							   : 1,
				       ending->words, now_us, &ignored));
		super->tell_us = now_us;
		if (good)
			ts_event(TS_LOG_INFO, &ts_event_operator_told,
				 "operator", NULL, "the operator was told");
	} else if (good) {
		ts_event(TS_LOG_INFO, &ts_event_backup_made, "backup", NULL,
			 "store copied: %s", ending->words);
		ts_super_clear(super, "backup", "", now_us);
	} else if (!ending->stopped) {
		ts_log(TS_LOG_WARN, "backup", "%s", ending->words);
		ts_super_raise(super, "backup", "", TS_LOG_WARN, now_us,
			       "the store was not copied: %s", ending->words);
	}
}

/* What came of each delivery is in the outbox, and told by the sender. */
static void
sender_ended(struct ts_super *super, enum ts_errand errand,
	     const struct ts_ending *ending, int64_t now_us)
{
	const char *name = ts_errand_name(errand);
	char text[1024];

	super->tell_us = now_us; /* it may have raised something */
	if (ending->stopped)
		return;
	if (ending->code == 0 && !ending->too_late) {
		ts_super_clear(super, name, "", now_us);
		return;
	}
	/* again later: a person sends at this moment */
	if (ending->code == EX_TEMPFAIL && !ending->too_late)
		return;
	super->send_us[errand == TS_ERRAND_MAIL ? TS_LANE_MAIL
						: TS_LANE_FILES] =
		now_us + super->conf->daemon.retry_first_s * US;
	ts_ending_print(ending, text, sizeof text);
	ts_log(TS_LOG_WARN, name, "%s", text);
	ts_super_raise(super, name, "", TS_LOG_WARN, now_us,
		       "deliveries (%s) do not get on: %s", name, text);
}

/* What was held before, or failed, is history once this one is on its way. */
static enum ts_status
composed(struct ts_super *super, const struct ts_entry *entry, int64_t now_us,
	 struct ts_err *err)
{
	int count = 0;

	ts_super_clear(super, "held", entry->report, now_us);
	ts_super_clear(super, "failed", entry->report, now_us);
	ts_super_clear(super, "expired", entry->report, now_us);
	super->tell_us = now_us;
	if (ts_journal_supersede(super->store, entry->id, 1u << TS_STATE_HELD,
				 now_us, &count, err) != TS_OK)
		return err->status;
	if (count > 0)
		ts_super_event(TS_LOG_NOTICE, &ts_event_superseded, entry, NULL,
			       "takes the place of %d held edition%s", count,
			       count == 1 ? "" : "s");
	return TS_OK;
}

/* For those who measure: the outcome is an event of its own. */
static void
tell_finished(const struct ts_entry *entry, enum ts_errand errand,
	      int64_t took_us)
{
	char took[24], name[TS_ENTRY_NAME], id[24];
	const struct ts_field fields[] = {
		{ "REPORT", entry->report },
		{ "RUN", id },
		{ "STAGE", ts_errand_name(errand) },
		{ "DURATION_MS", took },
		{ NULL, NULL },
	};

	snprintf(took, sizeof took, "%lld", (long long)(took_us / 1000));
	snprintf(id, sizeof id, "%lld", (long long)entry->id);
	ts_event(TS_LOG_INFO, &ts_event_run_finished,
		 ts_entry_name(entry, name), fields, "%s ended after %s ms",
		 ts_errand_name(errand), took);
}

enum ts_status
ts_super_ended(struct ts_super *super, enum ts_errand errand, int64_t id,
	       const struct ts_ending *ending, int64_t took_us, int64_t now_us,
	       struct ts_err *err)
{
	enum ts_stage_id stage = errand == TS_ERRAND_RENDER ? TS_STAGE_RENDER
				 : errand == TS_ERRAND_COMPOSE
					 ? TS_STAGE_COMPOSE
					 : TS_STAGE_FETCH;
	struct ts_arena *arena;
	struct ts_entry entry;
	enum ts_status status;
	bool known;

	TS_FAULT("super.ended.before");
	forget(super, errand, id);
	ts_metrics_stage(super->metrics, ts_errand_name(errand), took_us);
	if (errand == TS_ERRAND_BACKUP || errand == TS_ERRAND_TELL) {
		chore_ended(super, errand, ending, now_us);
		return TS_OK;
	}
	if (errand == TS_ERRAND_MAIL || errand == TS_ERRAND_FILES) {
		sender_ended(super, errand, ending, now_us);
		return TS_OK;
	}
	arena = ts_arena_new(ARENA_MOST);
	if (arena == NULL) {
		/* the look at the store takes up what is left lying now */
		ts_ignore(ts_fail(err, TS_SYSTEM, "out of memory"));
		ts_super_degrade(super, err, now_us);
		return TS_OK;
	}
	status = ts_journal_get(super->store, id, arena, &entry, err);
	known = status == TS_OK;
	if (known)
		tell_finished(&entry, errand, took_us);
	if (status == TS_OK && entry.state == ts_stages[stage].during) {
		if (stage == TS_STAGE_FETCH && ending->code == 0 &&
		    !ending->too_late)
			status = seen(super, &entry, now_us, arena, err);
		else
			status = failed(super, &entry, stage, ending, now_us,
					err);
	} else if (status == TS_OK && errand == TS_ERRAND_COMPOSE &&
		   (entry.state == TS_STATE_MAILING ||
		    entry.state == TS_STATE_DONE)) {
		status = composed(super, &entry, now_us, err);
	} else if (status == TS_OK && errand == TS_ERRAND_RENDER &&
		   (entry.state == TS_STATE_PUBLISHED ||
		    entry.state == TS_STATE_HELD)) {
		status = rendered(super, &entry, now_us, err);
	}
	/* what cannot be decided is a failure, not a state for ever */
	if (known && status != TS_OK && status != TS_REFUSED &&
	    !ts_super_is_grave(status)) {
		const struct ts_err why = *err;
		const struct ts_ending odd = { .code = 70, .words = why.text };

		status = failed(super, &entry, stage, &odd, now_us, err);
	}
	TS_FAULT("super.ended.committed");
	ts_arena_free(arena);
	/* refused: a person was faster; the entry is where he wants it */
	if (status == TS_REFUSED ||
	    (status != TS_OK && ts_super_degrade(super, err, now_us)))
		return TS_OK;
	return status;
}
