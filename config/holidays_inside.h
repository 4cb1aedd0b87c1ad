/* SPDX-License-Identifier: Apache-2.0 */
/* holidays_inside.h - a list of days off taken apart, for its two files. */
#ifndef CONFIG_HOLIDAYS_INSIDE_H
#define CONFIG_HOLIDAYS_INSIDE_H

#include <sys/stat.h>
#include "config/holidays.h"

#define TS_HOLIDAY_FILES 16

enum ts_holiday_kind {
	TS_HOLIDAY_YEARLY,
	TS_HOLIDAY_DATED,
	TS_HOLIDAY_EASTER,
	TS_HOLIDAY_ORTHODOX
};

struct ts_holiday {
	const char *name;
	enum ts_holiday_kind kind;
	int month, day; /* TS_HOLIDAY_YEARLY */
	int32_t offset; /* days after Easter; TS_HOLIDAY_DATED: the day itself
			 */
	int from, to;   /* years */
	bool moved;
};

struct ts_holiday_file {
	const char *path;
	bool there;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

struct ts_holidays {
	struct ts_arena *arena; /* owns all of this */
	struct ts_holiday *days;
	size_t count;
	bool has_weekend, has_moved;
	unsigned weekend;
	struct ts_holiday_file files[TS_HOLIDAY_FILES];
	size_t file_count;
};

/* A file that the list is made of, as it is now. */
void ts_holidays_note_file(struct ts_holidays *list, const char *path);

#endif
