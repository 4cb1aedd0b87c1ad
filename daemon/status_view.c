/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/log.h>
#include <tradestat/text.h>

#define WORDS 8

/* ---- lines -----------------------------------------------------------------
 */

/* "  held         kazakhstan-italy/2024.4 ..." ; key "" goes on. */
static void line(const char *key, const char *fmt, ...) TS_PRINTF(2, 3);

static void
line(const char *key, const char *fmt, ...)
{
	TS_AUTO_BUF text = TS_BUF_INIT(16384);
	char shown[8192];
	va_list args;

	va_start(args, fmt);
	ts_buf_vaddf(&text, fmt, args);
	va_end(args);
	ts_text_escape(shown, sizeof shown, text.data);
	printf("  %-10s  %s\n", key, shown);
}

static const char *
value_of(const struct ts_status_view *status, const char *key, char *value,
	 size_t size)
{
	return ts_control_value(status->reply.data, key, 0, value, size);
}

/* The nth "worker" line, taken apart; false: there is none. */
struct working {
	char text[512];
	const char *words[WORDS];
	int64_t entry, since_us;
};

static bool
working_nth(const struct ts_status_view *status, size_t nth,
	    struct working *out)
{
	size_t count = 0;
	char *at;

	if (ts_control_value(status->reply.data, "worker", nth, out->text,
			     sizeof out->text) == NULL)
		return false;
	for (at = out->text; count < WORDS; count++) {
		out->words[count] = at;
		at += strcspn(at, " ");
		if (*at != '\0')
			*at++ = '\0';
	}
	if (ts_num_int(out->words[2], 0, INT64_MAX, &out->entry, NULL) != TS_OK)
		out->entry = 0;
	if (ts_num_int(out->words[3], 0, INT64_MAX, &out->since_us, NULL) !=
	    TS_OK)
		out->since_us = 0;
	return true;
}

/* ---- the daemon, for people ------------------------------------------------
 */

static void
print_workers(const struct ts_status_view *status)
{
	struct working working;
	size_t i;

	for (i = 0; working_nth(status, i, &working); i++) {
		TS_AUTO_BUF span = TS_BUF_INIT(64);

		ts_view_span(status->view.now_us - working.since_us, &span);
		line(i == 0 ? "working" : "", "%s%s%s for %s", working.words[1],
		     strcmp(working.words[0], "-") == 0 ? "" : " of ",
		     strcmp(working.words[0], "-") == 0 ? "" : working.words[0],
		     span.data);
	}
}

static void
print_daemon(const struct ts_status_view *status)
{
	static const struct {
		const char *key, *shown;
	} values[] = { { "degraded", "degraded" },
		       { "stopping", "stopping" },
		       { "status", "state" },
		       { "note", "note" },
		       { "config", "settings" } };
	TS_AUTO_BUF since = TS_BUF_INIT(256);
	char version[64], value[2048];
	size_t i;

	if (!status->runs) {
		puts("tradestatd is not running");
		return;
	}
	if (!status->answers) {
		printf("tradestatd is running, but %s\n", status->silence);
		return;
	}
	if (value_of(status, "version", version, sizeof version) == NULL)
		version[0] = '\0';
	if (status->since_us > 0)
		ts_view_when(&status->view, status->view.zone, status->since_us,
			     &since);
	printf("tradestatd %s is running, started %s, pid %" PRId64 "\n",
	       version, since.data, status->pid);
	for (i = 0; i < sizeof values / sizeof values[0]; i++)
		if (value_of(status, values[i].key, value, sizeof value) !=
			    NULL &&
		    value[0] != '\0')
			line(values[i].shown, "%s", value);
	print_workers(status);
}

/* ---- a report, for people --------------------------------------------------
 */

static void
print_next(const struct ts_status_view *status,
	   const struct ts_status_report *report)
{
	TS_AUTO_BUF text = TS_BUF_INIT(512);
	char utc[TS_TIME_TEXT];

	if (report->rule == NULL) {
		line("timetable",
		     "none: by hand, or by tradestat run --daemon");
		return;
	}
	line("timetable", "%s", report->rule);
	if (report->timetable == NULL) {
		line("next", "the timetable is wrong: tradestat check");
		return;
	}
	if (!report->has_next) {
		line("next", "never again");
		return;
	}
	ts_view_when(&status->view, ts_timetable_zone(report->timetable),
		     report->next.start_us, &text);
	/* -v has it already */
	if (!status->view.verbose) {
		ts_time_print(report->next.start_us, utc);
		ts_buf_addf(&text, ", %.10s %.5s UTC", utc, utc + 11);
	}
	line("next", "%s", text.data);
}

static void
print_attempts(const struct ts_status_view *status,
	       const struct ts_entry *entry)
{
	TS_AUTO_BUF text = TS_BUF_INIT(512);

	if (entry->next_us > status->view.now_us) {
		ts_view_when(&status->view, status->view.zone, entry->next_us,
			     &text);
		line("", "next attempt %s; %d failed", text.data,
		     entry->attempts);
	} else {
		line("", "%d attempt%s failed", entry->attempts,
		     entry->attempts == 1 ? "" : "s");
	}
}

static void
print_entry(const struct ts_status_view *status, const struct ts_entry *entry)
{
	TS_AUTO_BUF since = TS_BUF_INIT(256);
	char name[TS_EDITION_TEXT];

	ts_control_edition(entry, name);
	ts_view_when(&status->view, status->view.zone, entry->since_us, &since);
	line(ts_state_name(entry->state), "%s, %s%s%s", name, since.data,
	     entry->reason[0] != '\0' ? ": " : "", entry->reason);
	if (entry->state == TS_STATE_HELD) {
		line("", "tradestat release %s", name);
	} else if (entry->state == TS_STATE_DUE && entry->wait_us > 0) {
		TS_AUTO_BUF until = TS_BUF_INIT(256);

		ts_view_when(&status->view, status->view.zone, entry->wait_us,
			     &until);
		line("", "waits for new figures, at the longest until %s",
		     until.data);
	}
	if (entry->attempts > 0)
		print_attempts(status, entry);
}

static void
print_report(const struct ts_status_view *status,
	     const struct ts_status_report *report)
{
	TS_AUTO_BUF when = TS_BUF_INIT(256);
	char name[TS_EDITION_TEXT];
	size_t i;

	printf("\n%s  %s\n", report->id,
	       report->conf != NULL ? report->conf->title
				    : "(not configured any more)");
	if (report->paused)
		line("paused", "nothing is started until: tradestat resume %s",
		     report->id);
	if (report->conf != NULL)
		print_next(status, report);
	if (report->has_last) {
		ts_view_when(&status->view, status->view.zone,
			     report->last.since_us, &when);
		line("last", "%s, %s", ts_control_edition(&report->last, name),
		     when.data);
	} else if (status->view.world.store != NULL) {
		line("last", "none yet");
	}
	if (report->has_failed) {
		print_entry(status, &report->failed);
		line("", "again: tradestat run %s --daemon", report->id);
	}
	for (i = 0; i < status->open.count; i++)
		if (strcmp(status->open.items[i].report, report->id) == 0)
			print_entry(status, &status->open.items[i]);
}

static void
print_deliveries(const struct ts_status_view *status)
{
	TS_AUTO_BUF text = TS_BUF_INIT(8192);

	ts_status_deliveries_print(status, &text);
	if (text.used > 0) {
		putchar('\n');
		line("deliveries", "%s", text.data);
	}
}

static void
print_notices(const struct ts_status_view *status)
{
	size_t i;

	if (status->notice_count > 0)
		puts("\nTo know");
	for (i = 0; i < status->notice_count; i++) {
		const struct ts_notice *notice = &status->notices[i];
		TS_AUTO_BUF when = TS_BUF_INIT(256);

		ts_view_when(&status->view, status->view.zone, notice->first_us,
			     &when);
		line(notice->level <= TS_LOG_ERR    ? "error"
		     : notice->level <= TS_LOG_WARN ? "warning"
						    : "notice",
		     "%s: %s", notice->cause, notice->text);
		if (notice->count > 1)
			line("", "since %s, %" PRId64 " times", when.data,
			     notice->count);
		else
			line("", "%s", when.data);
	}
}

void
ts_status_print(const struct ts_status_view *status)
{
	size_t i;

	print_daemon(status);
	if (status->view.barred)
		puts("what has run is not for you to read: ask as root or as a "
		     "member of the store's group");
	else if (status->view.world.store == NULL)
		puts("nothing has run yet");
	for (i = 0; i < status->report_count; i++)
		print_report(status, &status->reports[i]);
	if (status->report_count == 0)
		puts("no report is configured: tradestat init makes one");
	print_deliveries(status);
	print_notices(status);
}

/* ---- for programs ----------------------------------------------------------
 */

static json_t *
json_worker(const struct working *working)
{
	return json_pack("{s:o, s:o, s:I, s:o}", "report",
			 ts_view_json_text(working->words[0]), "stage",
			 ts_view_json_text(working->words[1]), "entry",
			 (json_int_t)working->entry, "since",
			 ts_view_json_time(working->since_us));
}

static json_t *
json_daemon(const struct ts_status_view *status)
{
	static const struct {
		const char *key, *name;
	} keys[] = { { "status", "state" },
		     { "version", "version" },
		     { "config", "config" },
		     { "degraded", "degraded" },
		     { "note", "note" } };
	json_t *object = json_pack("{s:b, s:b}", "running", status->runs,
				   "answers", status->answers);
	json_t *workers = json_array();
	struct working working;
	char value[2048];
	size_t i;

	if (status->answers) {
		json_object_set_new(object, "pid", json_integer(status->pid));
		json_object_set_new(object, "since",
				    ts_view_json_time(status->since_us));
		for (i = 0; i < sizeof keys / sizeof keys[0]; i++)
			json_object_set_new(
				object, keys[i].name,
				ts_view_json_text(value_of(status, keys[i].key,
							   value,
							   sizeof value) != NULL
							  ? value
							  : ""));
		json_object_set_new(
			object, "stopping",
			json_boolean(value_of(status, "stopping", value,
					      sizeof value) != NULL));
	} else if (status->silence != NULL) {
		json_object_set_new(object, "silence",
				    ts_view_json_text(status->silence));
	}
	for (i = 0; working_nth(status, i, &working); i++)
		json_array_append_new(workers, json_worker(&working));
	json_object_set_new(object, "workers", workers);
	return object;
}

static json_t *
json_next(const struct ts_status_report *report)
{
	if (!report->has_next)
		return json_null();
	return json_pack("{s:o, s:o, s:s}", "slot",
			 ts_view_json_time(report->next.slot_us), "start",
			 ts_view_json_time(report->next.start_us), "zone",
			 ts_zone_name(ts_timetable_zone(report->timetable)));
}

static json_t *
json_report(const struct ts_status_view *status,
	    const struct ts_status_report *report)
{
	json_t *open = json_array();
	size_t i;

	for (i = 0; i < status->open.count; i++)
		if (strcmp(status->open.items[i].report, report->id) == 0)
			json_array_append_new(
				open,
				ts_view_json_entry(&status->open.items[i]));
	return json_pack(
		"{s:s, s:b, s:o, s:o, s:b, s:o, s:b, s:o, s:o, s:o}", "id",
		report->id, "configured", report->conf != NULL, "title",
		ts_view_json_text(report->conf != NULL ? report->conf->title
						       : ""),
		"timetable",
		report->rule != NULL ? ts_view_json_text(report->rule)
				     : json_null(),
		"timetable_good",
		report->rule == NULL || report->timetable != NULL, "next",
		json_next(report), "paused", report->paused, "last",
		report->has_last ? ts_view_json_entry(&report->last)
				 : json_null(),
		"failed",
		report->has_failed ? ts_view_json_entry(&report->failed)
				   : json_null(),
		"open", open);
}

json_t *
ts_status_json(const struct ts_status_view *status)
{
	json_t *object = ts_view_json();
	json_t *reports = json_array(), *notices = json_array();
	size_t i;

	json_object_set_new(object, "daemon", json_daemon(status));
	json_object_set_new(object, "store_readable",
			    json_boolean(!status->view.barred));
	json_object_set_new(object, "reports", reports);
	json_object_set_new(object, "notices", notices);
	json_object_set_new(object, "deliveries",
			    ts_status_deliveries_json(status));
	for (i = 0; i < status->report_count; i++)
		json_array_append_new(reports,
				      json_report(status, &status->reports[i]));
	for (i = 0; i < status->notice_count; i++) {
		const struct ts_notice *notice = &status->notices[i];

		json_array_append_new(
			notices,
			json_pack("{s:s, s:i, s:o, s:o, s:o, s:I, s:b}",
				  "cause", notice->cause, "level",
				  notice->level, "text",
				  ts_view_json_text(notice->text), "first",
				  ts_view_json_time(notice->first_us), "last",
				  ts_view_json_time(notice->last_us), "count",
				  (json_int_t)notice->count, "told",
				  notice->told_us != 0));
	}
	return object;
}
