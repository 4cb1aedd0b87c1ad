/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone.h - a time zone by its IANA name, read from the TZif files of the
 * system (RFC 8536, version 1 to 4 with the POSIX rule in the footer) by a
 * reader of our own: glibc keeps old rules after a file was replaced, and the
 * zone of a timetable is not the zone of the process.
 *
 * Seconds are SI seconds since 1970 UTC; a local second is the same count as
 * the wall of that zone shows it. No leap seconds ("right/" files are
 * refused).
 */
#ifndef TRADESTAT_ZONE_H
#define TRADESTAT_ZONE_H

#include <stdbool.h>
#include <stdint.h>
#include <tradestat/err.h>

struct ts_zone;

/*
 * name: "Europe/Rome", "UTC" (needs no file), or "" for the machine's own
 * (/etc/localtime; UTC when there is none). TS_BAD_CONFIG: no such zone, or a
 * name that would leave the folder; the text names the nearest known one.
 * Folder: $TZDIR, else /usr/share/zoneinfo.
 */
TS_API enum ts_status ts_zone_open(const char *name, struct ts_zone **out,
				   struct ts_err *err) TS_MUST_USE;
TS_API void ts_zone_free(struct ts_zone *zone); /* NULL is welcome */
TS_API const char *ts_zone_name(const struct ts_zone *zone);
/* Its file is another one than when it was opened (device, inode, size, time
 * of change): open it anew. */
TS_API bool ts_zone_is_stale(const struct ts_zone *zone);

struct ts_offset {
	int32_t seconds; /* east of UTC */
	bool summer;
	char name[12]; /* "CET", "+05"; valid UTF-8 */
};
TS_API struct ts_offset ts_zone_at(const struct ts_zone *zone, int64_t utc_s);

/*
 * UTC of a local second. In an overlap the first of the two. In a gap, false:
 * *utc_s is then the first valid instant after the gap.
 */
TS_API bool ts_zone_utc(const struct ts_zone *zone, int64_t local_s,
			int64_t *utc_s);
/* The next change of offset after utc_s; false if there is none before
 * the year 2300. */
TS_API bool ts_zone_next_change(const struct ts_zone *zone, int64_t utc_s,
				int64_t *change_s);

/* "Mon 2026-11-23 07:30:00 CET (+01:00)": for people. */
#define TS_LOCAL_TEXT 64
TS_API char *ts_zone_print(const struct ts_zone *zone, int64_t utc_us,
			   char *text);

#endif
