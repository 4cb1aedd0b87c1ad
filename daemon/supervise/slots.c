/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From timetables to entries. A slot becomes an entry first, then the cursor
 * of its report moves on: dying between the two makes the same entry again,
 * which the journal refuses.
 */
#include "daemon/supervise/inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_AT_ONCE 64

void
ts_super_drop(struct ts_super_report *reports, size_t count)
{
	for (size_t i = 0; reports != NULL && i < count; i++) {
		ts_timetable_free(reports[i].timetable);
		free(reports[i].rule);
	}
	free(reports);
}

enum ts_status
ts_super_compile(const struct ts_conf *conf, ts_opt_complain *complain,
		 void *ctx, struct ts_super_report **out, size_t *count,
		 struct ts_err *err)
{
	struct ts_super_report *reports =
		calloc(conf->report_count + 1, sizeof *reports);
	struct ts_err first = { .status = TS_OK };

	if (reports == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (size_t i = 0; i < conf->report_count; i++) {
		struct ts_super_report *report = &reports[i];
		TS_AUTO_BUF rule = TS_BUF_INIT(65536);

		report->conf = &conf->reports[i];
		report->next_us = NEVER;
		if (ts_timetable_new(conf, report->conf, "", complain, ctx,
				     &report->timetable, err) != TS_OK) {
			if (first.status == TS_OK)
				first = *err;
			continue;
		}
		if (report->timetable != NULL)
			ts_timetable_rule(report->timetable, &rule);
		report->rule = strdup(rule.data != NULL ? rule.data : "");
		if (report->rule == NULL)
			first.status =
				ts_fail(&first, TS_SYSTEM, "out of memory");
	}
	if (first.status != TS_OK) {
		ts_super_drop(reports, conf->report_count);
		*err = first;
		return first.status;
	}
	*out = reports;
	*count = conf->report_count;
	return TS_OK;
}

enum ts_status
ts_super_save(struct ts_super *super, const struct ts_super_report *report,
	      struct ts_err *err)
{
	const struct ts_report_state state = { .report = report->conf->id,
					       .paused = report->paused,
					       .cursor_us = report->cursor_us,
					       .rule = report->rule,
					       .poll_day = report->poll_day,
					       .polls = report->polls };

	return ts_report_state_put(super->store, &state, err);
}

/* A report that was never seen, or whose rule was edited, begins now: neither
 * fires anything of the past. */
static enum ts_status
get_known(struct ts_super *super, struct ts_super_report *report,
	  int64_t now_us, struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(65536);
	struct ts_report_state state = { .report = NULL };
	enum ts_status status;
	bool edited, was_paused = report->paused;

	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_report_state_get(super->store, report->conf->id, arena,
				     &state, err);
	if (status == TS_OK) {
		edited = strcmp(state.rule, report->rule) != 0;
		report->paused = state.paused;
		report->poll_day = state.poll_day;
		report->polls = state.polls;
		/* what passed during a pause is not made up, whether anybody
		 * happened to look meanwhile or not */
		if (was_paused && !state.paused)
			edited = true;
		report->cursor_us = edited ? now_us : state.cursor_us;
	} else if (status == TS_NO_INPUT) {
		edited = true;
		report->cursor_us = now_us;
		status = TS_OK;
	} else {
		edited = false;
	}
	ts_arena_free(arena);
	if (status == TS_OK && edited)
		status = ts_super_save(super, report, err);
	report->known = status == TS_OK;
	return status;
}

static enum ts_status
add(struct ts_super *super, struct ts_super_report *report,
    const struct ts_slot *slot, int64_t now_us, int64_t *id, struct ts_err *err)
{
	const struct ts_conf_schedule *schedule = &report->conf->schedule;
	struct ts_entry entry = {
		.report = report->conf->id,
		.cause = TS_CAUSE_TIMETABLE,
		.slot_us = slot->slot_us,
		.next_us = slot->start_us,
		.wait_us = schedule->wait_for_data
				   ? now_us + schedule->deadline_s * US
				   : 0,
	};
	enum ts_status status =
		ts_journal_add(super->store, &entry, now_us, id, err);

	if (status == TS_REFUSED) { /* by an earlier life: it is there */
		*id = 0;
		return TS_OK;
	}
	entry.id = *id;
	if (status == TS_OK)
		ts_super_event(TS_LOG_INFO, &ts_event_run_due, &entry, NULL,
			       "due");
	return status;
}

/* Runs that are not made up end as an entry of their own, and are told. */
static enum ts_status
expire(struct ts_super *super, struct ts_super_report *report,
       const struct ts_slot *oldest, size_t dropped, int64_t now_us,
       struct ts_err *err)
{
	struct ts_decision end = { .move = { .from = TS_STATE_DUE,
					     .to = TS_STATE_EXPIRED } };
	struct ts_entry entry = { .report = report->conf->id,
				  .slot_us = oldest->slot_us };
	int64_t id;
	enum ts_status status;

	snprintf(end.reason, sizeof end.reason,
		 "%zu missed run%s not made up (misfire = \"%s\", max_age)",
		 dropped, dropped == 1 ? " was" : "s were",
		 report->conf->schedule.misfire);
	end.move.reason = end.reason;
	/* told first: between the two it would have ended in silence */
	if (ts_super_raise(super, "expired", report->conf->id, TS_LOG_WARN,
			   now_us, "%s: %s", report->conf->id,
			   end.reason) != TS_OK)
		return ts_fail(err, TS_AGAIN, "missed runs cannot be told");
	status = add(super, report, oldest, now_us, &id, err);
	if (status != TS_OK || id == 0)
		return status;
	status = ts_journal_move(super->store, id, &end.move, now_us, err);
	if (status != TS_OK)
		return status;
	ts_super_event(TS_LOG_WARN, &ts_event_expired, &entry, NULL, "%s",
		       end.reason);
	return TS_OK;
}

/* What failed and is to be tried again. */
struct trouble {
	int64_t but; /* not this one */
	int attempts;
	char reason[1024];
};

static enum ts_status
note_trouble(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	struct trouble *trouble = ctx;

	(void)err;
	if (entry->id == trouble->but || entry->attempts <= trouble->attempts)
		return TS_OK;
	trouble->attempts = entry->attempts;
	snprintf(trouble->reason, sizeof trouble->reason, "%s", entry->reason);
	return TS_OK;
}

/* What waited to be begun is the same work as the newest entry. Its failures
 * count on there: a report that is due more often than it is tried again would
 * fail for ever with nobody told. */
static enum ts_status
collapse(struct ts_super *super, struct ts_super_report *report, int64_t id,
	 int64_t start_us, int64_t now_us, struct ts_err *err)
{
	const struct ts_entry_filter due = { .report = report->conf->id,
					     .states = 1u << TS_STATE_DUE };
	struct trouble trouble = { .but = id };
	struct ts_move move = { .from = TS_STATE_DUE,
				.to = TS_STATE_DUE,
				.next_us = start_us,
				.reason = trouble.reason };
	int count = 0;

	if (ts_journal_list(super->store, &due, note_trouble, &trouble, err) !=
		    TS_OK ||
	    ts_journal_supersede(super->store, id, 1u << TS_STATE_DUE, now_us,
				 &count, err) != TS_OK)
		return err->status;
	move.attempts = trouble.attempts;
	if (trouble.attempts == 0)
		return TS_OK;
	return ts_journal_move(super->store, id, &move, now_us, err);
}

static enum ts_status
take_id(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	int64_t *id = ctx;

	(void)err;
	*id = entry->id;
	return TS_OK;
}

/* The run that an earlier life entered, and died before it went on. */
static enum ts_status
find_entered(struct ts_super *super, const struct ts_super_report *report,
	     int64_t *id, struct ts_err *err)
{
	const struct ts_entry_filter newest = { .report = report->conf->id,
						.states = 1u << TS_STATE_DUE,
						.most = 1,
						.newest_first = true };

	return ts_journal_list(super->store, &newest, take_id, id, err);
}

static enum ts_status
enter(struct ts_super *super, struct ts_super_report *report, int64_t now_us,
      struct ts_err *err)
{
	struct ts_slot slots[SLOTS_AT_ONCE], oldest = { 0 };
	size_t dropped = 0, count;
	int64_t id = 0;

	count = ts_timetable_due(report->timetable, report->cursor_us, now_us,
				 GRACE_US, slots, SLOTS_AT_ONCE, &dropped,
				 &oldest);
	for (size_t i = 0; i < count; i++)
		if (add(super, report, &slots[i], now_us, &id, err) != TS_OK)
			return err->status;
	if (count > 0 && id == 0 &&
	    find_entered(super, report, &id, err) != TS_OK)
		return err->status;
	if (id != 0 && strcmp(report->conf->schedule.misfire, "all") != 0 &&
	    collapse(super, report, id, slots[count - 1].start_us, now_us,
		     err) != TS_OK)
		return err->status;
	/* what one run makes up for is not lost */
	if (dropped > 0 &&
	    (count == 0 ||
	     strcmp(report->conf->schedule.misfire, "all") == 0) &&
	    expire(super, report, &oldest, dropped, now_us, err) != TS_OK)
		return err->status;
	/* a full page of slots: the rest at the next tick */
	report->cursor_us =
		count == SLOTS_AT_ONCE ? slots[count - 1].start_us : now_us;
	return ts_super_save(super, report, err);
}

static enum ts_status
follow(struct ts_super *super, struct ts_super_report *report, int64_t now_us,
       struct ts_err *err)
{
	struct ts_slot next;

	report->next_us = NEVER;
	if (report->timetable == NULL)
		return TS_OK;
	/* the clock was ahead of its time, or was set back: what ran then has
	 * its slot and does not run again */
	if (report->cursor_us > now_us)
		report->cursor_us = now_us;
	if (ts_timetable_next(report->timetable, report->cursor_us, &next) &&
	    next.start_us <= now_us) {
		if (report->paused) {
			report->cursor_us = now_us;
			if (ts_super_save(super, report, err) != TS_OK)
				return err->status;
		} else if (enter(super, report, now_us, err) != TS_OK) {
			return err->status;
		}
	}
	if (ts_timetable_next(report->timetable, report->cursor_us, &next))
		report->next_us = next.start_us;
	return TS_OK;
}

enum ts_status
ts_super_slots(struct ts_super *super, int64_t now_us, int64_t *next_us,
	       struct ts_err *err)
{
	for (size_t i = 0; i < super->report_count; i++) {
		struct ts_super_report *report = &super->reports[i];

		if (!report->known &&
		    get_known(super, report, now_us, err) != TS_OK)
			return ts_while(err, "report %s", report->conf->id);
		if (follow(super, report, now_us, err) != TS_OK)
			return ts_while(err, "report %s", report->conf->id);
		if (report->next_us < *next_us && !report->paused)
			*next_us = report->next_us;
	}
	return TS_OK;
}
