/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calendar.h - a rule of time, "Mon *-*-* 07:30 Europe/Rome", in the grammar
 * of OnCalendar= (systemd.time(7), "Calendar Events"), complete: weekdays and
 * their ranges, lists, "..", "/step", "~" from the end of a month, seconds
 * with fractions, "@epoch", shorthands (minutely hourly daily weekly monthly
 * quarterly semiannually yearly and their second names), zone suffix.
 *
 * One deliberate difference: a time inside a gap of summer time is the first
 * valid instant after the gap, where systemd leaves the day out. A time in an
 * overlap is the first of the two, as in systemd.
 *
 * Where systemd 252 falls behind its own manual, the manual holds here: a
 * step that runs past the end ("*-*-1/7" after 29 December, "*:0/7" after
 * 23:56) makes it leave out what comes first in the next year, month or day.
 */
#ifndef TRADESTAT_CALENDAR_H
#define TRADESTAT_CALENDAR_H

#include <tradestat/arena.h>
#include <tradestat/buf.h>
#include <tradestat/zone.h>

struct ts_calendar;

/*
 * usual_zone: for a rule without a zone suffix, see ts_zone_open.
 * TS_BAD_CONFIG tells the place in the text and what was expected there. A
 * rule of 1,000 bytes or more is refused. Free it: it holds a zone.
 */
TS_API enum ts_status ts_calendar_parse(const char *text,
					const char *usual_zone,
					struct ts_calendar **out,
					struct ts_err *err) TS_MUST_USE;
TS_API void ts_calendar_free(struct ts_calendar *calendar);
/* The normalised form, as `systemd-analyze calendar` prints it. */
TS_API void ts_calendar_print(const struct ts_calendar *calendar,
			      struct ts_buf *out);
TS_API const struct ts_zone *ts_calendar_zone(const struct ts_calendar *rule);
/* Reads the zone's file again if it was replaced: *changed. A file that is
 * gone or unreadable keeps the old rules and is an error. */
TS_API enum ts_status ts_calendar_refresh(struct ts_calendar *calendar,
					  bool *changed,
					  struct ts_err *err) TS_MUST_USE;

/* The first instant after after_us (microseconds since 1970 UTC); false:
 * never, or not before the year 2200. */
TS_API bool ts_calendar_next(const struct ts_calendar *calendar,
			     int64_t after_us, int64_t *next_us);
/* The same on the wall, as if clocks never changed: microseconds as the wall
 * of the rule's zone shows them. What of a rule lies in a gap? */
TS_API bool ts_calendar_next_wall(const struct ts_calendar *calendar,
				  int64_t after_us, int64_t *next_us);

#endif
