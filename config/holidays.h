/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holidays.h - a list of days off: NAME.conf in the folder of such lists,
 * a libconfig file like all others of the operator.
 *
 *     source = "law ...";
 *     weekend = [ "Sat", "Sun" ];
 *     days = ( { date = "12-25"; name = "Christmas"; },
 *              { date = "2026-03-23"; name = "..."; },
 *              { date = "easter+1"; name = "Easter Monday"; } );
 *
 * Also "orthodox+1"; from and to bound the years; moved = true: when it falls
 * on the list's weekend, the next working day is off in its place.
 * Days are counted from 1970-01-01.
 */
#ifndef CONFIG_HOLIDAYS_H
#define CONFIG_HOLIDAYS_H

#include <stdbool.h>
#include <stdint.h>
#include <tradestat/opt.h>

struct ts_holidays;

/* TS_BAD_CONFIG: every problem was told to complain, as the loader does.
 * TS_NO_INPUT: there is no such list; err names the nearest. */
enum ts_status ts_holidays_read(const char *folder, const char *name,
				ts_opt_complain *complain, void *ctx,
				struct ts_holidays **out,
				struct ts_err *err) TS_MUST_USE;
void ts_holidays_free(struct ts_holidays *list); /* NULL is welcome */
/* One of the files that it was read from is another one now, or gone. */
bool ts_holidays_is_stale(const struct ts_holidays *list);

/* What the day off is called; NULL: not off by this list. Weekends are not
 * looked at, but for days that were moved from one. */
const char *ts_holidays_on(const struct ts_holidays *list, int32_t day);
/* false: the list does not say. *days: bit 0 is Monday, bit 6 Sunday. */
bool ts_holidays_weekend(const struct ts_holidays *list, unsigned *days);

/* Monday is 0. */
int ts_weekday(int32_t day);

#endif
