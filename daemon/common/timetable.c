/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/common/timetable.h"

#include "daemon/common/timetable_inside.h"

#define BEGINNING (-1) /* no rule has a moment before 1970 */

int64_t
ts_floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t
ts_timetable_local(const struct ts_timetable *timetable, int64_t utc_us)
{
	int64_t utc_s = ts_floor_div(utc_us, TS_US_PER_S);
	struct ts_offset at = ts_zone_at(ts_timetable_zone(timetable), utc_s);

	return utc_us + at.seconds * TS_US_PER_S;
}

int64_t
ts_timetable_utc(const struct ts_timetable *timetable, int64_t local_us,
		 bool *in_gap)
{
	int64_t local_s = ts_floor_div(local_us, TS_US_PER_S), utc_s;
	bool exists =
		ts_zone_utc(ts_timetable_zone(timetable), local_s, &utc_s);

	if (in_gap != NULL)
		*in_gap = !exists;
	return utc_s * TS_US_PER_S +
	       (exists ? local_us - local_s * TS_US_PER_S : 0);
}

/* ---- the next slot ---- */

/* A slot as the wall of the zone shows it. */
struct moved {
	int32_t rule_day, day;
	int64_t of_day; /* microseconds; moving keeps it */
};

/*
 * Of the days from *day on that go to one working day: the first time of day
 * after `after`. *day: the first that goes elsewhere. Two days with one time
 * are one slot, and it is that of the day that was not moved.
 */
static bool
earliest(const struct ts_timetable *timetable, int32_t *day, int64_t after,
	 struct moved *best)
{
	bool found = false, more = true;

	for (; more; (*day)++) {
		int64_t start = *day * TS_US_PER_DAY, wall;

		if (ts_calendar_next_wall(timetable->rule, start + after,
					  &wall) &&
		    wall < start + TS_US_PER_DAY) {
			int64_t of_day = wall - start;

			if (!found || of_day < best->of_day ||
			    (of_day == best->of_day && *day == best->day)) {
				best->rule_day = *day;
				best->of_day = of_day;
			}
			found = true;
		}
		more = ts_workdays_go_together(&timetable->workdays, *day);
	}
	return found;
}

/*
 * The first slot after a moment of the wall, in the order of the wall. Not
 * every moved time is looked at but every day, so that "each minute, on
 * working days" is as quick as any other rule.
 */
static bool
next_moved(const struct ts_timetable *timetable, int64_t local_us,
	   struct moved *out)
{
	const struct ts_workdays *workdays = &timetable->workdays;
	int32_t from = (int32_t)ts_floor_div(local_us, TS_US_PER_DAY);
	int64_t of_day = local_us - from * TS_US_PER_DAY;
	int32_t day;
	int64_t wall;

	if (!ts_workdays_first(workdays, from, &day))
		return false;
	while (ts_calendar_next_wall(timetable->rule, day * TS_US_PER_DAY - 1,
				     &wall)) {
		day = (int32_t)ts_floor_div(wall, TS_US_PER_DAY);
		if (!ts_workdays_move(workdays, day, &out->day)) {
			if (workdays->move != TS_MOVE_SKIP)
				return false;
			day++;
			continue;
		}
		if (earliest(timetable, &day, out->day > from ? -1 : of_day,
			     out))
			return true;
	}
	return false;
}

/* In the second pass of an overlap the wall shows times that are over. */
static bool
next_slot(const struct ts_timetable *timetable, int64_t after_us,
	  struct ts_slot *out)
{
	int64_t local = ts_timetable_local(timetable, after_us);
	struct moved moved = { 0 };

	do {
		if (!next_moved(timetable, local, &moved))
			return false;
		local = moved.day * TS_US_PER_DAY + moved.of_day;
		out->slot_us = ts_timetable_utc(timetable, local, NULL);
	} while (out->slot_us <= after_us);
	out->rule_us = ts_timetable_utc(
		timetable, moved.rule_day * TS_US_PER_DAY + moved.of_day, NULL);
	return true;
}

bool
ts_timetable_next(const struct ts_timetable *timetable, int64_t after_us,
		  struct ts_slot *out)
{
	int64_t after = BEGINNING;
	bool found;

	if (after_us >= timetable->offset_us)
		after = after_us - timetable->offset_us;
	if (after < timetable->not_before_us)
		after = timetable->not_before_us - 1;
	if (timetable->workdays.move == TS_MOVE_ANY) {
		found = ts_calendar_next(timetable->rule, after, &out->slot_us);
		out->rule_us = out->slot_us;
	} else {
		found = next_slot(timetable, after, out);
	}
	if (!found || out->slot_us > timetable->until_us)
		return false;
	out->start_us = out->slot_us + timetable->offset_us;
	return true;
}

/* ---- what is due ---- */

/*
 * The newest slot with after_us < start <= now_us, by halving: a rule of each
 * minute that slept for a year has half a million of them.
 */
static bool
newest(const struct ts_timetable *timetable, int64_t after_us, int64_t now_us,
       struct ts_slot *out)
{
	struct ts_slot slot;
	int64_t low = after_us, high = now_us;

	if (!ts_timetable_next(timetable, low, &slot) || slot.start_us > now_us)
		return false;
	*out = slot;
	low = slot.start_us;
	/* there is one after low or *out is the newest; none after high */
	while (low < high) {
		int64_t middle = low + (high - low) / 2;

		if (ts_timetable_next(timetable, middle, &slot) &&
		    slot.start_us <= now_us) {
			*out = slot;
			low = slot.start_us;
		} else {
			high = middle;
		}
	}
	return true;
}

/* How many with after_us < start <= until_us, up to a limit. */
static size_t
count_slots(const struct ts_timetable *timetable, int64_t after_us,
	    int64_t until_us)
{
	struct ts_slot slot;
	size_t count = 0;

	while (count < TS_DUE_COUNTED &&
	       ts_timetable_next(timetable, after_us, &slot) &&
	       slot.start_us <= until_us) {
		after_us = slot.start_us;
		count++;
	}
	return count;
}

/* Runs that start earlier are not made up. */
static int64_t
oldest_kept(const struct ts_timetable *timetable, int64_t now_us,
	    int64_t grace_us)
{
	int64_t age = grace_us;

	if (timetable->misfire != TS_MISFIRE_SKIP &&
	    timetable->max_age_us > age)
		age = timetable->max_age_us;
	return now_us - age;
}

static size_t
due_one_by_one(const struct ts_timetable *timetable, int64_t after_us,
	       int64_t now_us, struct ts_slot *out, size_t room)
{
	size_t count = 0;

	while (count < room &&
	       ts_timetable_next(timetable, after_us, &out[count]) &&
	       out[count].start_us <= now_us)
		after_us = out[count++].start_us;
	return count;
}

size_t
ts_timetable_due(const struct ts_timetable *timetable, int64_t after_us,
		 int64_t now_us, int64_t grace_us, struct ts_slot *out,
		 size_t room, size_t *dropped, struct ts_slot *oldest_dropped)
{
	int64_t kept_from = oldest_kept(timetable, now_us, grace_us);
	int64_t dropped_until = kept_from - 1;
	struct ts_slot first;
	size_t count = 0;

	*dropped = 0;
	if (room == 0 || after_us >= now_us ||
	    !ts_timetable_next(timetable, after_us, &first) ||
	    first.start_us > now_us)
		return 0;
	switch (timetable->misfire) {
	case TS_MISFIRE_ALL:
		count = due_one_by_one(timetable,
				       after_us > dropped_until ? after_us
								: dropped_until,
				       now_us, out, room);
		break;
	case TS_MISFIRE_ONCE:
	case TS_MISFIRE_SKIP:
		if (newest(timetable, after_us, now_us, out) &&
		    out->start_us >= kept_from) {
			count = 1;
			dropped_until = out->start_us - 1;
		} else {
			dropped_until = now_us;
		}
		break;
	}
	if (first.start_us > dropped_until)
		return count;
	*oldest_dropped = first;
	*dropped = count_slots(timetable, after_us, dropped_until);
	return count;
}
