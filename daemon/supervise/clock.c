/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/supervise/clock.h"

#ifndef TS_FAULTS

enum ts_status
ts_daemon_clock(const struct ts_clock **out, struct ts_err *err)
{
	(void)err;
	*out = ts_clock_system();
	return TS_OK;
}

bool
ts_clock_is_virtual(void)
{
	return false;
}

bool
ts_clock_jump(int64_t to_us)
{
	(void)to_us;
	return true;
}

#else
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DAY_US (INT64_C(86400) * 1000000)

static struct {
	bool on;
	int64_t now_us, end_us;
	const char *log;
} virtual_time;

static int64_t
virtual_wall(const struct ts_clock *clock)
{
	(void)clock;
	return virtual_time.now_us;
}

static int64_t
real_mono(const struct ts_clock *clock)
{
	(void)clock;
	return ts_clock_system()->mono_us(ts_clock_system());
}

static void
real_sleep(const struct ts_clock *clock, int64_t us)
{
	(void)clock;
	ts_clock_system()->sleep_us(ts_clock_system(), us);
}

enum ts_status
ts_daemon_clock(const struct ts_clock **out, struct ts_err *err)
{
	static const struct ts_clock clock = { .wall_us = virtual_wall,
					       .mono_us = real_mono,
					       .sleep_us = real_sleep };
	const char *begin = getenv("TS_CLOCK"), *end = getenv("TS_CLOCK_END");

	*out = ts_clock_system();
	if (begin == NULL)
		return TS_OK;
	virtual_time.end_us = INT64_MAX;
	if (ts_time_parse(begin, &virtual_time.now_us, err) != TS_OK ||
	    (end != NULL &&
	     ts_time_parse(end, &virtual_time.end_us, err) != TS_OK)) {
		err->status = TS_BAD_USAGE;
		return ts_while(err, "TS_CLOCK");
	}
	virtual_time.on = true;
	virtual_time.log = getenv("TS_CLOCK_LOG");
	*out = &clock;
	return TS_OK;
}

bool
ts_clock_is_virtual(void)
{
	return virtual_time.on;
}

static size_t
count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t count = 0;

	if (folder == NULL)
		return 0;
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count - 3; /* not . and .. and the folder itself */
}

/* What the process holds when nothing is at work: a line for a day. */
static void
note_day(void)
{
	char time[TS_TIME_TEXT];
	unsigned long size = 0, resident = 0;
	FILE *own = fopen("/proc/self/statm", "re");
	FILE *log;

	if (own != NULL) {
		if (fscanf(own, "%lu %lu", &size, &resident) != 2)
			resident = 0;
		fclose(own);
	}
	log = fopen(virtual_time.log, "ae");
	if (log == NULL)
		return;
	fprintf(log, "%s %lu %zu\n", ts_time_print(virtual_time.now_us, time),
		resident * (unsigned long)sysconf(_SC_PAGESIZE) / 1024,
		count_descriptors());
	fclose(log);
}

bool
ts_clock_jump(int64_t to_us)
{
	if (virtual_time.log != NULL &&
	    to_us / DAY_US > virtual_time.now_us / DAY_US)
		note_day();
	if (to_us > virtual_time.now_us)
		virtual_time.now_us = to_us;
	return virtual_time.now_us < virtual_time.end_us;
}
#endif
