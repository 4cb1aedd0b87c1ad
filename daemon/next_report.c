/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat next REPORT`: the coming runs of a report, and why there. */
#include <stdio.h>
#include "daemon/common/timetable.h"
#include "daemon/journal_view.h"
#include "daemon/next.h"

#define US_PER_S INT64_C(1000000)

static void
tell(void *ctx, const char *text)
{
	(void)ctx;
	fprintf(stderr, "%s\n", text);
}

/* Behind the why of the slot the time that spread adds. */
static void
note_of(const struct ts_timetable *timetable, const struct ts_slot *slot,
	struct ts_buf *out)
{
	char start[TS_LOCAL_TEXT];

	ts_timetable_note(timetable, slot, out);
	if (slot->start_us == slot->slot_us)
		return;
	ts_zone_print(ts_timetable_zone(timetable), slot->start_us, start);
	ts_buf_addf(out, "%sspread: starts %s", out->used > 0 ? "; " : "",
		    start);
}

/* For programs: what spread makes of it is a time of its own. */
static enum ts_status
add_start(struct ts_next_view *view, const struct ts_slot *slot,
	  struct ts_err *err)
{
	json_t *run;

	if (view->runs == NULL)
		return TS_OK;
	run = json_array_get(view->runs, json_array_size(view->runs) - 1);
	if (json_object_set_new(run, "start",
				ts_view_json_time(slot->start_us)) != 0)
		return ts_fail(err, TS_SYSTEM, "JSON: out of memory");
	return TS_OK;
}

static enum ts_status
show(const struct ts_cli *cli, const struct ts_conf_report *report,
     const struct ts_timetable *timetable, int64_t base_us, int64_t count,
     struct ts_err *err)
{
	TS_AUTO_BUF rule = TS_BUF_INIT(8192);
	struct ts_next_view view;
	struct ts_slot slot = { .start_us = base_us };
	enum ts_status status;

	ts_timetable_rule(timetable, &rule);
	if (ts_buf_check(&rule, "rule", err) != TS_OK)
		return err->status;
	status = ts_next_begin(&view, cli, report->schedule.timetable,
			       rule.data, ts_timetable_zone(timetable), err);
	while (status == TS_OK && count-- > 0 &&
	       ts_timetable_next(timetable, slot.start_us, &slot)) {
		TS_AUTO_BUF note = TS_BUF_INIT(2048);

		note_of(timetable, &slot, &note);
		status = ts_next_run(&view, slot.slot_us, note.data, err);
		if (status == TS_OK)
			status = add_start(&view, &slot, err);
	}
	return ts_next_end(&view, status, err);
}

enum ts_status
ts_next_of_report(const struct ts_cli *cli, const struct ts_conf *conf,
		  const struct ts_conf_report *report, int64_t base_us,
		  int64_t count, struct ts_err *err)
{
	struct ts_timetable *timetable;
	enum ts_status status;

	status =
		ts_timetable_new(conf, report, "", tell, NULL, &timetable, err);
	if (status == TS_BAD_CONFIG) /* told line by line */
		return ts_fail(err, status,
			       "the timetable of report \"%s\" cannot be used",
			       report->id);
	if (status != TS_OK)
		return ts_while(err, "report \"%s\"", report->id);
	if (timetable == NULL)
		return ts_fail(err, TS_NO_INPUT,
			       "%s:%d: report \"%s\" has no timetable: it is "
			       "run by hand only",
			       report->file, report->line, report->id);
	status = show(cli, report, timetable, base_us, count, err);
	ts_timetable_free(timetable);
	return status;
}
