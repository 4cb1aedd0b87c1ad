/* SPDX-License-Identifier: Apache-2.0 */
/*
 * places.h - a folder of its own for each test, with the path of a store in
 * it, and a way around the store into its file.
 */
#ifndef TESTS_STORE_PLACES_H
#define TESTS_STORE_PLACES_H

#include "tests/support/fixtures.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

struct place {
	char *dir;
	char path[400];
};

static inline int
new_place(void **state)
{
	static struct place place;

	place.dir = temp_dir();
	snprintf(place.path, sizeof place.path, "%s/store.db", place.dir);
	*state = &place;
	return 0;
}

static inline int
gone(void **state)
{
	struct place *place = *state;

	temp_gone(place->dir);
	return 0;
}

static inline bool
is_there(const struct place *place, const char *suffix)
{
	char path[512];

	snprintf(path, sizeof path, "%s%s", place->path, suffix);
	return access(path, F_OK) == 0;
}

static inline void
run_sql(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	sqlite3_close(db);
}

#endif
