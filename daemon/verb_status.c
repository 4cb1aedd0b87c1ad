/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tradestat status`: how the daemon and its reports fare. What is committed
 * comes from the store, what only lives comes from the daemon if it answers,
 * and the next run is computed here: all of it works with the daemon down.
 */
#include <stdio.h>
#include <string.h>
#include "daemon/common/lock.h"
#include "daemon/status_view.h"

/* ---- the daemon ------------------------------------------------------------
 */

static int64_t
number_of(const struct ts_buf *reply, const char *key)
{
	char text[64];
	int64_t value;

	if (ts_control_value(reply->data, key, 0, text, sizeof text) == NULL ||
	    ts_num_int(text, 0, INT64_MAX, &value, NULL) != TS_OK)
		return 0;
	return value;
}

static enum ts_status
ask_daemon(struct ts_status_view *status, struct ts_err *err)
{
	const struct ts_conf *conf = status->view.world.conf;
	struct ts_err no;
	enum ts_status answer;

	answer = ts_control_ask(conf->runtime_dir, "status", &status->reply,
				&no);
	status->answers = answer == TS_OK;
	status->runs = answer != TS_UNAVAILABLE ||
		       ts_lock_taken(conf->state_dir, TS_LOCK_DAEMON);
	if (!status->answers)
		ts_buf_reset(&status->reply);
	if (!status->answers && status->runs) {
		status->silence = ts_arena_strdup(status->view.arena, no.text);
		if (status->silence == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
	}
	status->pid = number_of(&status->reply, "pid");
	status->since_us = number_of(&status->reply, "since_us");
	return TS_OK;
}

/* ---- one report ------------------------------------------------------------
 */

static void
no_complaint(void *ctx, const char *text)
{
	/* `tradestat check` tells it at length */
	(void)ctx;
	(void)text;
}

static enum ts_status
read_timetable(struct ts_status_view *status, struct ts_status_report *report,
	       struct ts_err *err)
{
	const struct ts_conf *conf = status->view.world.conf;
	TS_AUTO_BUF text = TS_BUF_INIT(4096);
	struct ts_calendar *rule = NULL;
	struct ts_err no;

	if (report->conf == NULL || report->conf->schedule.timetable[0] == '\0')
		return TS_OK;
	report->rule = report->conf->schedule.timetable;
	if (ts_calendar_parse(report->rule, conf->timezone, &rule, &no) ==
	    TS_OK) {
		ts_calendar_print(rule, &text);
		ts_calendar_free(rule);
		report->rule = ts_arena_strdup(status->view.arena, text.data);
		if (report->rule == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
	}
	if (ts_timetable_new(conf, report->conf, "", no_complaint, NULL,
			     &report->timetable, &no) != TS_OK)
		report->timetable = NULL;
	report->has_next =
		report->timetable != NULL &&
		ts_timetable_next(report->timetable, status->view.now_us,
				  &report->next);
	return TS_OK;
}

static enum ts_status
read_journal(struct ts_status_view *status, struct ts_status_report *report,
	     struct ts_err *err)
{
	struct ts_store *store = status->view.world.store;
	struct ts_arena *arena = status->view.arena;
	struct ts_view_entries ended = { .arena = arena };
	const struct ts_entry_filter newest = { .report = report->id,
						.states = ~TS_VIEW_OPEN,
						.most = 1,
						.newest_first = true };
	struct ts_report_state state;
	struct ts_err no;
	enum ts_status got;

	if (store == NULL)
		return TS_OK;
	got = ts_report_state_get(store, report->id, arena, &state, &no);
	if (got != TS_OK && got != TS_NO_INPUT)
		return ts_fail(err, got, "%s", no.text);
	report->paused = got == TS_OK && state.paused;
	got = ts_journal_last(store, report->id, arena, &report->last, &no);
	if (got != TS_OK && got != TS_NO_INPUT)
		return ts_fail(err, got, "%s", no.text);
	report->has_last = got == TS_OK;
	if (ts_journal_list(store, &newest, ts_view_collect, &ended, err) !=
	    TS_OK)
		return err->status;
	/* an old failure is history once something came out after it */
	if (ended.count > 0 && (ended.items[0].state == TS_STATE_FAILED ||
				ended.items[0].state == TS_STATE_EXPIRED)) {
		report->has_failed = true;
		report->failed = ended.items[0];
	}
	return TS_OK;
}

static enum ts_status
add_report(struct ts_status_view *status, const char *id,
	   const struct ts_conf_report *conf, struct ts_err *err)
{
	struct ts_status_report *report;
	size_t i;

	for (i = 0; i < status->report_count; i++)
		if (strcmp(status->reports[i].id, id) == 0)
			return TS_OK;
	if (status->report_count == status->report_room) {
		size_t room = 2 * status->report_room + 16;

		status->reports = ts_arena_grow(
			status->view.arena, status->reports,
			status->report_count, room, sizeof *status->reports);
		if (status->reports == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		status->report_room = room;
	}
	report = &status->reports[status->report_count++];
	*report = (struct ts_status_report){ .id = id, .conf = conf };
	if (read_timetable(status, report, err) != TS_OK)
		return err->status;
	return read_journal(status, report, err);
}

/* ---- all -------------------------------------------------------------------
 */

static enum ts_status
take_notice(void *ctx, const struct ts_notice *notice, struct ts_err *err)
{
	struct ts_status_view *status = ctx;
	struct ts_arena *arena = status->view.arena;
	struct ts_notice *copy;

	if (status->notice_count == status->notice_room) {
		size_t room = 2 * status->notice_room + 16;

		status->notices =
			ts_arena_grow(arena, status->notices,
				      status->notice_count, room, sizeof *copy);
		if (status->notices == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		status->notice_room = room;
	}
	copy = &status->notices[status->notice_count++];
	*copy = *notice;
	copy->cause = ts_arena_strdup(arena, notice->cause);
	copy->text = ts_arena_strdup(arena, notice->text);
	if (copy->cause == NULL || copy->text == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	return TS_OK;
}

/* Configured reports, and those that left the configuration with work open. */
static enum ts_status
gather(struct ts_status_view *status, const char *only, struct ts_err *err)
{
	struct ts_view *view = &status->view;
	const struct ts_conf *conf = view->world.conf;
	const struct ts_entry_filter open = { .report = only,
					      .states = TS_VIEW_OPEN };
	size_t i;

	status->open.arena = view->arena;
	if (only != NULL && ts_view_must_be_report(view, only, err) != TS_OK)
		return err->status;
	if (view->world.store != NULL &&
	    ts_journal_list(view->world.store, &open, ts_view_collect,
			    &status->open, err) != TS_OK)
		return err->status;
	for (i = 0; i < conf->report_count; i++)
		if ((only == NULL || strcmp(conf->reports[i].id, only) == 0) &&
		    add_report(status, conf->reports[i].id, &conf->reports[i],
			       err) != TS_OK)
			return err->status;
	if (only != NULL &&
	    add_report(status, only, ts_conf_report(conf, only), err) != TS_OK)
		return err->status;
	for (i = 0; i < status->open.count; i++)
		if (add_report(
			    status, status->open.items[i].report,
			    ts_conf_report(conf, status->open.items[i].report),
			    err) != TS_OK)
			return err->status;
	if (view->world.store != NULL &&
	    ts_notices(view->world.store, true, view->now_us, take_notice,
		       status, err) != TS_OK)
		return err->status;
	if (ts_status_deliveries_read(status, err) != TS_OK)
		return err->status;
	return ask_daemon(status, err);
}

static void
release(struct ts_status_view *status)
{
	size_t i;

	for (i = 0; i < status->report_count; i++)
		ts_timetable_free(status->reports[i].timetable);
	ts_buf_free(&status->reply);
	ts_view_close(&status->view);
}

enum ts_status
ts_verb_status(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_status_view status = { .reply = TS_BUF_INIT(
						 TS_CONTROL_REPLY) };
	const char *only = cli->arg_count > 0 ? cli->args[0] : NULL;
	enum ts_status done = ts_view_open(cli, &status.view, err);

	/* what the daemon says is for everybody */
	if (done == TS_REFUSED && status.view.barred)
		done = TS_OK;
	if (done == TS_OK)
		done = gather(&status, only, err);
	if (done == TS_OK && cli->json)
		done = ts_view_json_print(ts_status_json(&status), err);
	else if (done == TS_OK)
		ts_status_print(&status);
	if (done == TS_OK && !status.runs)
		*cli->exit_code = 3; /* LSB: not running */
	release(&status);
	return done;
}
