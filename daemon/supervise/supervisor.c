/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/supervise/inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include "daemon/supervise/health.h"

/* A look at the store that could not be written, and at the clock that
 * cannot be believed. */
#define LOOK_US (30 * US)
/* A look at the files of zones and holidays. */
#define REFRESH_US (INT64_C(86400) * US)

const char *
ts_errand_name(enum ts_errand errand)
{
	static const char *const names[TS_ERRANDS] = {
		[TS_ERRAND_FETCH] = "fetch",   [TS_ERRAND_WATCH] = "watch",
		[TS_ERRAND_RENDER] = "render", [TS_ERRAND_COMPOSE] = "compose",
		[TS_ERRAND_MAIL] = "mail",     [TS_ERRAND_FILES] = "files",
		[TS_ERRAND_BACKUP] = "backup", [TS_ERRAND_TELL] = "tell",
	};

	return names[errand];
}

/* ---- what the files of the supervisor share ----------------------------- */

struct ts_super_report *
ts_super_report(struct ts_super *super, const char *id)
{
	for (size_t i = 0; i < super->report_count; i++)
		if (strcmp(super->reports[i].conf->id, id) == 0)
			return &super->reports[i];
	return NULL;
}

const struct ts_running *
ts_super_busy(const struct ts_super *super, const char *report)
{
	for (size_t i = 0; i < super->running_room; i++)
		if (super->running[i].used &&
		    strcmp(super->running[i].report, report) == 0)
			return &super->running[i];
	return NULL;
}

size_t
ts_super_at(const struct ts_super *super, enum ts_errand errand)
{
	size_t count = 0;

	for (size_t i = 0; i < super->running_room; i++)
		count += super->running[i].used &&
			 super->running[i].errand == errand;
	return count;
}

size_t
ts_super_running(const struct ts_super *super)
{
	size_t count = 0;

	for (size_t i = 0; i < super->running_room; i++)
		count += super->running[i].used;
	return count;
}

const char *
ts_entry_name(const struct ts_entry *entry, char text[TS_ENTRY_NAME])
{
	char slot[TS_TIME_TEXT];

	if (entry->number > 0)
		snprintf(text, TS_ENTRY_NAME, "%s/%s.%d", entry->report,
			 entry->period, entry->number);
	else if (entry->slot_us != 0)
		snprintf(text, TS_ENTRY_NAME, "%s of %s", entry->report,
			 ts_time_print(entry->slot_us, slot));
	else
		snprintf(text, TS_ENTRY_NAME, "%s", entry->report);
	return text;
}

void
ts_super_event(enum ts_level level, const struct ts_event_kind *kind,
	       const struct ts_entry *entry, const char *stage, const char *fmt,
	       ...)
{
	char said[1200], name[TS_ENTRY_NAME], number[16] = "", id[24] = "";
	struct ts_field fields[] = {
		{ "REPORT", entry->report },
		{ "PERIOD", NULL },
		{ "NUMBER", NULL },
		{ "RUN", NULL },
		{ "STAGE", stage },
		{ "REASON", NULL },
		{ NULL, NULL },
	};
	va_list args;

	va_start(args, fmt);
	vsnprintf(said, sizeof said, fmt, args);
	va_end(args);
	if (entry->number > 0) {
		snprintf(number, sizeof number, "%d", entry->number);
		fields[1].value = entry->period;
		fields[2].value = number;
	}
	if (entry->id != 0) {
		snprintf(id, sizeof id, "%lld", (long long)entry->id);
		fields[3].value = id;
	}
	fields[5].value = said;
	ts_event(level, kind, ts_entry_name(entry, name), fields, "%s", said);
}

static void
cause_of(char *cause, size_t size, const char *what, const char *report)
{
	snprintf(cause, size, "%s%s%s", what, report[0] != '\0' ? ":" : "",
		 report);
}

/* What cannot be written down now was said in the log; the store's own
 * trouble is the reason, and is told by itself. */
enum ts_status
ts_super_raise(struct ts_super *super, const char *what, const char *report,
	       enum ts_level level, int64_t now_us, const char *fmt, ...)
{
	char cause[128], text[1400];
	bool is_new = false;
	struct ts_err err;
	enum ts_status status;
	va_list args;

	cause_of(cause, sizeof cause, what, report);
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	status = ts_tell_note(super->tell, super->store, cause, level, text,
			      now_us, &is_new, &err);
	super->tell_us = now_us;
	return status;
}

void
ts_super_raise_held(struct ts_super *super, const struct ts_entry *entry,
		    int64_t now_us)
{
	char name[TS_ENTRY_NAME], id[32];

	ts_entry_name(entry, name);
	snprintf(id, sizeof id, "\"#%lld\"", (long long)entry->id);
	ts_super_raise(super, "held", entry->report, TS_LOG_WARN, now_us,
		       "%s is held: %s. If it is right all the same: tradestat "
		       "release %s",
		       name, entry->reason, entry->number > 0 ? name : id);
}

void
ts_super_clear(struct ts_super *super, const char *what, const char *report,
	       int64_t now_us)
{
	char cause[128];
	struct ts_err err;

	cause_of(cause, sizeof cause, what, report);
	ts_ignore(
		ts_tell_clear(super->tell, super->store, cause, now_us, &err));
	super->tell_us = now_us;
}

/* ---- beginning ---------------------------------------------------------- */

enum ts_status
ts_super_new(const struct ts_conf *conf, struct ts_store *store,
	     const struct ts_super_ops *ops, int64_t now_us,
	     ts_opt_complain *complain, void *ctx, struct ts_super **out,
	     struct ts_err *err)
{
	struct ts_super *super = calloc(1, sizeof *super);
	enum ts_status status;

	if (super == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	super->conf = conf;
	super->store = store;
	super->ops = ops;
	super->began_us = now_us;
	super->refresh_us = now_us + REFRESH_US;
	super->tell = ts_tell_new();
	super->metrics = ts_metrics_new(now_us);
	if (super->tell == NULL || super->metrics == NULL)
		status = ts_fail(err, TS_SYSTEM, "out of memory");
	else
		status = ts_super_compile(conf, complain, ctx, &super->reports,
					  &super->report_count, err);
	if (status == TS_OK)
		status = ts_super_recover(super, now_us, err);
	/* a full disk is no reason not to be there */
	if (status == TS_FULL || status == TS_AGAIN || status == TS_SYSTEM) {
		super->degraded_us = now_us;
		super->look_us = now_us;
		snprintf(super->degraded, sizeof super->degraded, "%s",
			 err->text);
		status = super->reports != NULL ? TS_OK : status;
	}
	if (status == TS_OK)
		*out = super;
	else
		ts_super_free(super);
	return status;
}

void
ts_super_free(struct ts_super *super)
{
	if (super == NULL)
		return;
	ts_super_drop(super->reports, super->report_count);
	ts_tell_free(super->tell);
	ts_metrics_free(super->metrics);
	free(super->running);
	free(super);
}

enum ts_status
ts_super_reload(struct ts_super *super, const struct ts_conf *conf,
		int64_t now_us, ts_opt_complain *complain, void *ctx,
		struct ts_err *err)
{
	struct ts_super_report *reports;
	size_t count;

	if (ts_super_compile(conf, complain, ctx, &reports, &count, err) !=
	    TS_OK) {
		ts_metrics_reload(super->metrics, false, now_us);
		return err->status;
	}
	for (size_t i = 0; i < count; i++) {
		const struct ts_super_report *old =
			ts_super_report(super, reports[i].conf->id);

		if (old != NULL)
			reports[i].started_us = old->started_us;
	}
	ts_super_drop(super->reports, super->report_count);
	super->reports = reports;
	super->report_count = count;
	super->conf = conf;
	super->tell_us = now_us;
	ts_super_clear_gone(super, now_us);
	ts_metrics_reload(super->metrics, true, now_us);
	return TS_OK;
}

void
ts_super_drain(struct ts_super *super)
{
	super->draining = true;
}

void
ts_super_refresh(struct ts_super *super, int64_t now_us)
{
	super->refresh_us = now_us + REFRESH_US;
	super->tell_us = now_us;
	ts_super_expire_orphans(super, now_us);
	for (size_t i = 0; i < super->report_count; i++) {
		struct ts_super_report *report = &super->reports[i];
		struct ts_err err = { .status = TS_OK };
		bool changed = false;

		/* of a clock that was ahead: it would be the last for long */
		if (report->started_us > now_us)
			report->started_us = now_us;
		if (report->timetable == NULL)
			continue;
		if (ts_timetable_refresh(report->timetable, &changed, &err) !=
		    TS_OK)
			ts_log(TS_LOG_WARN, report->conf->id, "%s", err.text);
		else if (changed)
			ts_event(TS_LOG_NOTICE, &ts_event_zone_changed,
				 report->conf->id, NULL,
				 "zone or holidays changed on disk: coming "
				 "runs are computed anew");
	}
}

/* ---- the store that cannot be written ----------------------------------- */

static bool
is_storage(enum ts_status status)
{
	return status == TS_FULL || status == TS_AGAIN || status == TS_SYSTEM ||
	       status == TS_NO_OUTPUT;
}

bool
ts_super_is_grave(enum ts_status status)
{
	return is_storage(status) || status == TS_CORRUPT ||
	       status == TS_BAD_CONFIG;
}

bool
ts_super_degrade(struct ts_super *super, const struct ts_err *err,
		 int64_t now_us)
{
	bool is_new = super->degraded_us == 0;

	if (!is_storage(err->status))
		return false;
	if (is_new)
		super->degraded_us = now_us;
	super->look_us = now_us + LOOK_US;
	snprintf(super->degraded, sizeof super->degraded, "%s", err->text);
	if (!is_new)
		return true;
	ts_event(TS_LOG_ERR, &ts_event_storage_degraded, "storage", NULL,
		 "nothing is begun until this is over: %s", err->text);
	/* one that is locked would only make us wait once more: the watchdog
	 * does not */
	if (err->status != TS_AGAIN)
		ts_super_raise(super, "storage", "", TS_LOG_ERR, now_us,
			       "storage: %s", err->text);
	return true;
}

/* Room, and a journal that takes what was interrupted. */
static enum ts_status
look_again(struct ts_super *super, int64_t now_us, struct ts_err *err)
{
	const struct ts_conf *conf = super->conf;

	if (ts_space_check(conf->state_dir, (unsigned long long)conf->min_free,
			   err) != TS_OK)
		return ts_while(err, "state_dir");
	return ts_super_recover(super, now_us, err);
}

static enum ts_status
check_room(struct ts_super *super, int64_t now_us, struct ts_err *err)
{
	const struct ts_conf *conf = super->conf;

	if (super->degraded_us == 0) {
		if (ts_space_check(conf->state_dir,
				   (unsigned long long)conf->min_free,
				   err) != TS_OK)
			return ts_while(err, "state_dir");
		return TS_OK;
	}
	if (now_us < super->look_us && super->look_us <= now_us + LOOK_US)
		return TS_AGAIN;
	if (look_again(super, now_us, err) != TS_OK)
		return err->status;
	ts_event(TS_LOG_NOTICE, &ts_event_storage_recovered, "storage", NULL,
		 "the store can be written again");
	super->degraded_us = 0;
	super->degraded[0] = '\0';
	ts_super_clear(super, "storage", "", now_us);
	return TS_OK;
}

static bool
clock_is_sane(struct ts_super *super, int64_t now_us)
{
	int64_t newest = 0;
	struct ts_err err;
	bool sane;

	if (ts_store_newest(super->store, &newest, &err) != TS_OK)
		newest = 0; /* what is wrong with it shows soon enough */
	sane = ts_clock_is_sane(now_us, ts_build_us(), newest);
	if (!sane && !super->insane_clock) {
		ts_log(TS_LOG_WARN, "clock",
		       "it is set too early: nothing is begun until it was "
		       "put right");
		ts_super_raise(super, "clock", "", TS_LOG_WARN, now_us,
			       "the clock is set too early, or was ahead when "
			       "figures were fetched: nothing is begun until "
			       "it was put right");
	}
	if (sane && super->insane_clock) {
		ts_log(TS_LOG_NOTICE, "clock", "it was put right");
		ts_super_clear(super, "clock", "", now_us);
	}
	super->insane_clock = !sane;
	return sane;
}

enum ts_status
ts_super_tick(struct ts_super *super, int64_t now_us, int64_t *next_us,
	      struct ts_err *err)
{
	int64_t again_us = NEVER;
	enum ts_status status;

	ts_metrics_wakeup(super->metrics);
	*next_us = NEVER;
	if (!clock_is_sane(super, now_us)) {
		*next_us = now_us + LOOK_US;
		ts_super_tell(super, now_us, next_us);
		return TS_OK;
	}
	if (super->refresh_us <= now_us ||
	    super->refresh_us > now_us + REFRESH_US)
		ts_super_refresh(super, now_us);
	err->status = TS_OK;
	status = check_room(super, now_us, err);
	if (status == TS_OK)
		status = ts_super_slots(super, now_us, next_us, err);
	if (status == TS_OK)
		status = ts_super_work(super, now_us, next_us, err);
	if (is_storage(status)) {
		if (err->status != TS_OK)
			ts_super_degrade(super, err, now_us);
		*next_us = super->look_us;
		status = TS_OK;
		/* without room it may well be read, and told */
		ts_super_tell(super, now_us, next_us);
	} else if (status != TS_OK && !ts_super_is_grave(status)) {
		/* of no kind that ends the daemon */
		ts_log(TS_LOG_ERR, "supervisor", "%s", err->text);
		*next_us = now_us + LOOK_US;
		status = TS_OK;
	}
	for (size_t i = 0; i < super->report_count; i++)
		ts_metrics_next(super->metrics, super->reports[i].conf->id,
				super->reports[i].next_us);
	ts_metrics_write(super->metrics, super->store, super->conf, now_us,
			 &again_us);
	/* with nothing to do nobody else would look into it for long */
	if (status == TS_OK && ts_metrics_saw_damage(super->metrics))
		status = ts_fail(
			err, TS_CORRUPT,
			"the store in %s is damaged: docs/operations.md "
			"tells what to do",
			super->conf->state_dir);
	if (again_us < *next_us)
		*next_us = again_us;
	if (super->refresh_us < *next_us)
		*next_us = super->refresh_us;
	return status;
}

/* ---- what others ask ---------------------------------------------------- */

static void
add_status(struct ts_super *super, int64_t now_us, struct ts_buf *reply)
{
	TS_AUTO_BUF line = TS_BUF_INIT(1024);

	ts_super_status(super, now_us, &line);
	ts_buf_addf(reply, "status %s\n", line.data);
	ts_buf_addf(reply, "since_us %lld\n", (long long)super->began_us);
	if (super->degraded_us != 0)
		ts_buf_addf(reply, "degraded %s\n", super->degraded);
	if (super->draining)
		ts_buf_add(reply, "stopping yes\n");
	for (size_t i = 0; i < super->running_room; i++) {
		const struct ts_running *at = &super->running[i];

		if (at->used)
			ts_buf_addf(reply, "worker %s %s %lld %lld\n",
				    at->report[0] != '\0' ? at->report : "-",
				    ts_errand_name(at->errand),
				    (long long)at->entry,
				    (long long)at->since_us);
	}
}

static void
tell_change(struct ts_super *super, const struct ts_request_line *request,
	    unsigned uid, int64_t now_us)
{
	const char *word = request->count > 0 ? request->words[0] : "";
	struct ts_super_report *report = ts_super_report(super, word);
	const struct ts_field fields[] = { { "REPORT", word }, { NULL, NULL } };

	switch (request->command) {
	case TS_COMMAND_PAUSE:
	case TS_COMMAND_RESUME:
		ts_event(TS_LOG_NOTICE,
			 request->command == TS_COMMAND_PAUSE
				 ? &ts_event_paused
				 : &ts_event_resumed,
			 word, fields, "%sd by user %u",
			 ts_command_name(request->command), uid);
		if (report != NULL)
			report->known = false; /* read it again */
		break;
	case TS_COMMAND_RELEASE:
		ts_event(TS_LOG_NOTICE, &ts_event_released, word, fields,
			 "released by user %u", uid);
		break;
	case TS_COMMAND_HOLD:
		ts_event(TS_LOG_NOTICE, &ts_event_held, word, fields,
			 "held by user %u", uid);
		break;
	case TS_COMMAND_RUN:
		ts_event(TS_LOG_INFO, &ts_event_run_due, word, fields,
			 "asked for by user %u", uid);
		break;
	case TS_COMMAND_PING:
	case TS_COMMAND_STATUS:
	case TS_COMMAND_RELOAD:
	case TS_COMMANDS:
		break;
	}
	(void)now_us;
}

enum ts_status
ts_super_control(struct ts_super *super, const struct ts_request_line *request,
		 unsigned uid, int64_t now_us, struct ts_buf *reply,
		 struct ts_err *err)
{
	char who[32];
	enum ts_status status;

	if (request->command == TS_COMMAND_PING)
		return TS_OK;
	if (request->command == TS_COMMAND_STATUS) {
		add_status(super, now_us, reply);
		return TS_OK;
	}
	snprintf(who, sizeof who, "user %u", uid);
	status = ts_control_apply(super->store, super->conf, request, who,
				  now_us, reply, err);
	if (status == TS_OK)
		tell_change(super, request, uid, now_us);
	return status;
}

struct counts {
	size_t held, queue;
};

static enum ts_status
count_one(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	struct counts *counts = ctx;

	(void)err;
	if (entry->state == TS_STATE_HELD)
		counts->held++;
	else
		counts->queue++;
	return TS_OK;
}

void
ts_super_status(struct ts_super *super, int64_t now_us, struct ts_buf *out)
{
	const struct ts_entry_filter open = {
		.states = 1u << TS_STATE_HELD | 1u << TS_STATE_DUE |
			  1u << TS_STATE_FETCHING | 1u << TS_STATE_READY |
			  1u << TS_STATE_RENDERING,
	};
	struct ts_health_line line = { .state = "idle", .next_us = NEVER };
	struct counts counts = { 0, 0 };
	struct ts_err err;
	char state[256];

	/* what cannot be counted now is shown as nothing; the state says why */
	ts_ignore(
		ts_journal_list(super->store, &open, count_one, &counts, &err));
	line.held = counts.held;
	line.queue = counts.queue;
	for (size_t i = 0; i < super->report_count; i++) {
		const struct ts_super_report *report = &super->reports[i];

		if (report->next_us < line.next_us && !report->paused) {
			line.next_us = report->next_us;
			line.report = report->conf->id;
			line.zone = ts_timetable_zone(report->timetable);
		}
	}
	for (size_t i = 0; i < super->running_room; i++)
		if (super->running[i].used) {
			snprintf(state, sizeof state, "%s %s",
				 ts_errand_name(super->running[i].errand),
				 super->running[i].report);
			line.state = state;
		}
	if (super->insane_clock)
		line.state = "waiting for the right time";
	if (super->degraded_us != 0) {
		snprintf(state, sizeof state, "degraded: %.200s",
			 super->degraded);
		line.state = state;
	}
	ts_health_line(&line, now_us, out);
}
