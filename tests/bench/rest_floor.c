/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rest_floor.c - the least that a daemon like ours can be: an sd-event loop
 * with one timer far away, and an open SQLite database in WAL mode. What
 * tradestatd needs at rest is read beside this (rest.py).
 */
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>
#include <systemd/sd-event.h>

#define DAY_US (UINT64_C(86400) * 1000000)

static int
on_timer(sd_event_source *source, uint64_t us, void *ctx)
{
	(void)us;
	(void)ctx;
	return sd_event_exit(sd_event_source_get_event(source), 0);
}

int
main(int argc, char **argv)
{
	sqlite3 *db = NULL;
	sd_event *event = NULL;

	if (argc != 2)
		return 64;
	if (sqlite3_open(argv[1], &db) != SQLITE_OK ||
	    sqlite3_exec(db,
			 "PRAGMA journal_mode = WAL;"
			 "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);"
			 "INSERT INTO t (b) VALUES ('x');"
			 "SELECT * FROM t;",
			 NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "%s: %s\n", argv[1], sqlite3_errmsg(db));
		return 74;
	}
	if (sd_event_default(&event) < 0 ||
	    sd_event_add_time_relative(event, NULL, CLOCK_MONOTONIC, DAY_US, 0,
				       on_timer, NULL) < 0)
		return 71;
	return sd_event_loop(event);
}
