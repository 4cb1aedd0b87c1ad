/* SPDX-License-Identifier: Apache-2.0 */
/* A timetable and its slots in words. */
#include <string.h>
#include <tradestat/period.h>
#include "daemon/common/timetable_inside.h"

static void
add_named(struct ts_buf *out, const char *name, const char *value)
{
	if (value[0] != '\0')
		ts_buf_addf(out, "; %s %s", name, value);
}

void
ts_timetable_rule(const struct ts_timetable *timetable, struct ts_buf *out)
{
	const char *zone = ts_zone_name(ts_timetable_zone(timetable));
	size_t start = out->used, length = strlen(zone);

	ts_calendar_print(timetable->rule, out);
	/* the zone that is usual here may be another one tomorrow */
	if (out->used < start + length ||
	    strcmp(out->data + out->used - length, zone) != 0)
		ts_buf_addf(out, " %s", zone);
	if (timetable->workdays.move != TS_MOVE_ANY) {
		add_named(out, "workday", timetable->workday_text);
		for (size_t i = 0; i < timetable->workdays.list_count; i++)
			ts_buf_addf(out, "%s%s", i == 0 ? "; holidays " : ", ",
				    timetable->holidays[i]);
	}
	add_named(out, "not_before", timetable->not_before_text);
	add_named(out, "until", timetable->until_text);
	if (timetable->spread_s > 0)
		ts_buf_addf(out, "; spread %lld s",
			    (long long)timetable->spread_s);
}

static void
add_day(struct ts_buf *out, int32_t day)
{
	static const char *const names[] = { "Mon", "Tue", "Wed", "Thu",
					     "Fri", "Sat", "Sun" };
	char date[TS_PERIOD_TEXT];

	ts_buf_addf(out, "%s %s", names[ts_weekday(day)],
		    ts_period_print(ts_period_of_day(TS_DAY, day), date));
}

static void
note_move(const struct ts_timetable *timetable, int32_t rule_day, int32_t day,
	  struct ts_buf *out)
{
	const struct ts_workdays *workdays = &timetable->workdays;
	char why[TS_DAY_OFF_TEXT];
	int count = workdays->move == TS_MOVE_COUNT ? workdays->count : 0;

	if (rule_day == day)
		return;
	if (count > 1 || count < 0) {
		ts_buf_addf(out, "working day %+d counted from ", count);
		add_day(out, rule_day);
		return;
	}
	ts_buf_add(out, "moved from ");
	add_day(out, rule_day);
	if (ts_workdays_off(workdays, rule_day, why))
		ts_buf_addf(out, ": %s", why);
}

static void
add_time(struct ts_buf *out, int64_t local_us)
{
	int64_t day = ts_floor_div(local_us, TS_US_PER_DAY);
	int second = (int)((local_us - day * TS_US_PER_DAY) / TS_US_PER_S);

	ts_buf_addf(out, "%02d:%02d", second / 3600, second / 60 % 60);
	if (second % 60 != 0)
		ts_buf_addf(out, ":%02d", second % 60);
}

/* The offset before the moment was so much smaller: that part of the wall was
 * left out, and a time of the rule may stand in it. */
static void
note_gap(const struct ts_timetable *timetable, const struct ts_slot *slot,
	 int32_t days_moved, struct ts_buf *out)
{
	int64_t local = ts_timetable_local(timetable, slot->slot_us);
	int64_t before = ts_timetable_local(timetable, slot->slot_us - 1) + 1;
	int64_t shift = days_moved * TS_US_PER_DAY, wall;

	if (before >= local ||
	    !ts_calendar_next_wall(timetable->rule, before - shift - 1,
				   &wall) ||
	    wall >= local - shift)
		return;
	ts_buf_add(out, out->used > 0 ? "; " : "");
	add_time(out, wall);
	ts_buf_add(out, " does not exist that day: runs at ");
	add_time(out, local);
}

/* The wall shows it once more when the clock has been put back. */
static void
note_overlap(const struct ts_timetable *timetable, const struct ts_slot *slot,
	     struct ts_buf *out)
{
	int64_t local = ts_timetable_local(timetable, slot->slot_us);
	int64_t utc_s = ts_floor_div(slot->slot_us, TS_US_PER_S), change_s;

	if (!ts_zone_next_change(ts_timetable_zone(timetable), utc_s,
				 &change_s) ||
	    local < ts_timetable_local(timetable, change_s * TS_US_PER_S))
		return;
	ts_buf_add(out, out->used > 0 ? "; " : "");
	add_time(out, local);
	ts_buf_add(out, " comes twice that day: runs at the first");
}

void
ts_timetable_note(const struct ts_timetable *timetable,
		  const struct ts_slot *slot, struct ts_buf *out)
{
	int32_t rule_day = (int32_t)ts_floor_div(
		ts_timetable_local(timetable, slot->rule_us), TS_US_PER_DAY);
	int32_t day = (int32_t)ts_floor_div(
		ts_timetable_local(timetable, slot->slot_us), TS_US_PER_DAY);
	TS_AUTO_BUF note = TS_BUF_INIT(1024);

	note_move(timetable, rule_day, day, &note);
	note_gap(timetable, slot, day - rule_day, &note);
	note_overlap(timetable, slot, &note);
	ts_buf_add(out, note.data);
}
