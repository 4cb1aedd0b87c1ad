/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal_view.h - what status, history and queue share: the store opened for
 * reading only (or not there yet), moments and entries as people and as
 * programs read them, and tables.
 */
#ifndef DAEMON_JOURNAL_VIEW_H
#define DAEMON_JOURNAL_VIEW_H

#include <jansson.h>
#include <tradestat/zone.h>
#include "daemon/common/control.h"
#include "daemon/world.h"

struct ts_view {
	struct ts_world world;  /* configuration; store NULL: none yet */
	struct ts_zone *zone;   /* of the configuration */
	struct ts_arena *arena; /* all that is read */
	int64_t now_us;
	bool verbose; /* UTC beside local time */
	bool seconds; /* shown also without that */
	bool barred;  /* there is a store, and it is not for this user */
};

/* Works while others write, and changes nothing. TS_REFUSED with `barred` set:
 * all but the store is there. Close it in any case. */
enum ts_status ts_view_open(const struct ts_cli *cli, struct ts_view *view,
			    struct ts_err *err) TS_MUST_USE;
void ts_view_close(struct ts_view *view);

/* ---- for people ---- */
/* "2026-11-25 07:30 CET", under -v with "; 06:30:00 UTC" behind. */
void ts_view_local(const struct ts_view *view, const struct ts_zone *zone,
		   int64_t us, struct ts_buf *out);
/* "2 h ago (2026-11-25 07:30 CET)", "in 5 d (...)". */
void ts_view_when(const struct ts_view *view, const struct ts_zone *zone,
		  int64_t us, struct ts_buf *out);
/* "12 s", "3 min", "5 h", "40 d" */
void ts_view_span(int64_t us, struct ts_buf *out);

#define TS_VIEW_COLUMNS 8
struct ts_view_table {
	struct ts_view *view;
	size_t columns, count, room;
	const char **cells; /* the header row first */
};
/* Appends one cell; rows are filled from left to right. Shown in one line,
 * free of control characters. */
enum ts_status ts_view_cell(struct ts_view_table *table, const char *text,
			    struct ts_err *err) TS_MUST_USE;
/* Aligns the columns; the last one is as long as it is. */
void ts_view_table_print(const struct ts_view_table *table);

/* ---- entries ---- */
/* States that are no end, as a filter. */
#define TS_VIEW_OPEN                                                           \
	(((1u << TS_STATES) - 1) &                                             \
	 ~(1u << TS_STATE_DONE | 1u << TS_STATE_FAILED |                       \
	   1u << TS_STATE_SUPERSEDED | 1u << TS_STATE_EXPIRED))

struct ts_view_entries {
	struct ts_arena *arena;
	struct ts_entry *items;
	size_t count, room;
};
ts_entry_row ts_view_collect; /* ctx: struct ts_view_entries */

/* ---- for programs ---- */
json_t *ts_view_json(void);                  /* {"schema": 1} */
json_t *ts_view_json_time(int64_t us);       /* RFC 3339; null for 0 */
json_t *ts_view_json_text(const char *text); /* whatever bytes it has */
json_t *ts_view_json_entry(const struct ts_entry *entry);
/* Prints and releases it. */
enum ts_status ts_view_json_print(json_t *object,
				  struct ts_err *err) TS_MUST_USE;

/* -n: at least 1. */
enum ts_status ts_view_count(const struct ts_cli *cli, int64_t usual,
			     int64_t *count, struct ts_err *err) TS_MUST_USE;
/* TS_NO_INPUT, with the nearest name, when neither the configuration nor the
 * store knows the report. */
enum ts_status ts_view_must_be_report(struct ts_view *view, const char *id,
				      struct ts_err *err) TS_MUST_USE;

#endif
