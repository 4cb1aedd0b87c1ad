/* SPDX-License-Identifier: Apache-2.0 */
#include "kit/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/period.h>

#define LOCAL_FILE "/etc/localtime"
/* The largest file of the zone data has less than 10 kB. */
#define FILE_MAX ((size_t)1 << 20)
#define DAY_AND_MORE 100000
#define S_PER_DAY 86400
#define YEAR_2300 INT64_C(10413792000)

/* ---- opening ---- */

static void
note_file(struct ts_zone *zone, const struct stat *st)
{
	zone->file.there = true;
	zone->file.device = st->st_dev;
	zone->file.inode = st->st_ino;
	zone->file.size = st->st_size;
	zone->file.second = st->st_mtim.tv_sec;
	zone->file.nanosecond = st->st_mtim.tv_nsec;
}

static enum ts_status
read_whole(int fd, struct ts_buf *buf, struct ts_err *err)
{
	char chunk[8192];
	ssize_t got;

	while ((got = read(fd, chunk, sizeof chunk)) != 0) {
		if (got > 0)
			ts_buf_add_bytes(buf, chunk, (size_t)got);
		else if (errno != EINTR)
			return ts_fail_errno(err, errno, "read");
		if (buf->failed)
			break;
	}
	return ts_buf_check(buf, "time zone file", err);
}

static enum ts_status
read_zone(struct ts_zone *zone, int fd, struct ts_err *err)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(FILE_MAX);
	struct stat st;

	if (fstat(fd, &st) != 0)
		return ts_fail_errno(err, errno, "stat");
	if (!S_ISREG(st.st_mode))
		return ts_fail(err, TS_BAD_CONFIG, "not a file");
	note_file(zone, &st);
	if (read_whole(fd, &buf, err) != TS_OK)
		return err->status;
	return ts_zone_decode(zone, (const unsigned char *)buf.data, buf.used,
			      err);
}

static void
make_utc(struct ts_zone *zone)
{
	static const struct ts_offset utc = { .name = "UTC" };

	zone->has_rule = true;
	zone->rule.usual = utc;
}

static enum ts_status
no_such_zone(const char *name, struct ts_err *err)
{
	char near[256];

	if (ts_zone_nearest(name, near, sizeof near))
		return ts_fail(err, TS_BAD_CONFIG,
			       "no time zone \"%s\"; did you mean \"%s\"?",
			       name, near);
	return ts_fail(err, TS_BAD_CONFIG,
		       "no time zone \"%s\"; write it as \"Europe/Rome\"",
		       name);
}

/* The machine's own is a link into the folder: the rest of it is the name. */
static char *
local_name(void)
{
	char target[512];
	ssize_t length = readlink(LOCAL_FILE, target, sizeof target - 1);
	const char *mark = "/zoneinfo/";
	const char *found;

	if (length <= 0)
		return strdup("localtime");
	target[length] = '\0';
	found = strstr(target, mark);
	if (found == NULL || !ts_zone_name_is_plain(found + strlen(mark)))
		return strdup("localtime");
	return strdup(found + strlen(mark));
}

static enum ts_status
fill(struct ts_zone *zone, const char *name, struct ts_err *err)
{
	TS_AUTO_FD fd = -1;

	if (strcmp(name, "UTC") == 0) {
		make_utc(zone);
		return TS_OK;
	}
	if (*name != '\0' && !ts_zone_name_is_plain(name))
		return no_such_zone(name, err);
	if (*name == '\0')
		zone->path = strdup(LOCAL_FILE);
	else if (asprintf(&zone->path, "%s/%s", ts_zone_folder(), name) < 0)
		zone->path = NULL;
	if (zone->path == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	/* a pipe under that name must not stop us */
	fd = open(zone->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		if (*name != '\0')
			return no_such_zone(name, err);
		make_utc(zone);
		return TS_OK;
	}
	if (fd < 0)
		return ts_fail_errno(err, errno, "%s", zone->path);
	if (read_zone(zone, fd, err) != TS_OK)
		return ts_while(err, "%s", zone->path);
	return TS_OK;
}

enum ts_status
ts_zone_open(const char *name, struct ts_zone **out, struct ts_err *err)
{
	struct ts_zone *zone = calloc(1, sizeof *zone);
	struct ts_err local;

	*out = NULL;
	if (err == NULL)
		err = &local;
	if (zone == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (fill(zone, name, err) != TS_OK) {
		ts_zone_free(zone);
		return err->status;
	}
	if (*name != '\0' || !zone->file.there)
		zone->name = strdup(*name != '\0' ? name : "UTC");
	else
		zone->name = local_name();
	if (zone->name == NULL) {
		ts_zone_free(zone);
		return ts_fail(err, TS_SYSTEM, "out of memory");
	}
	*out = zone;
	return TS_OK;
}

void
ts_zone_free(struct ts_zone *zone)
{
	if (zone == NULL)
		return;
	free(zone->name);
	free(zone->path);
	free(zone->at);
	free(zone->type);
	free(zone->types);
	free(zone);
}

const char *
ts_zone_name(const struct ts_zone *zone)
{
	return zone->name;
}

bool
ts_zone_is_stale(const struct ts_zone *zone)
{
	struct stat st;

	if (zone->path == NULL)
		return false;
	if (stat(zone->path, &st) != 0)
		return zone->file.there;
	return !zone->file.there || zone->file.device != st.st_dev ||
	       zone->file.inode != st.st_ino || zone->file.size != st.st_size ||
	       zone->file.second != st.st_mtim.tv_sec ||
	       zone->file.nanosecond != st.st_mtim.tv_nsec;
}

/* ---- asking ---- */

/* How many changes of the table are not after utc_s? */
static size_t
changes_until(const struct ts_zone *zone, int64_t utc_s)
{
	size_t low = 0, high = zone->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (zone->at[middle] <= utc_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct ts_stretch
stretch_at(const struct ts_zone *zone, int64_t utc_s)
{
	struct ts_stretch out = { .end = INT64_MAX };
	size_t passed = changes_until(zone, utc_s);

	if (passed == zone->count && zone->has_rule)
		return ts_zone_rule_at(&zone->rule, utc_s);
	out.offset = zone->types[passed > 0 ? zone->type[passed - 1] : 0];
	if (passed < zone->count)
		out.end = zone->at[passed];
	return out;
}

struct ts_offset
ts_zone_at(const struct ts_zone *zone, int64_t utc_s)
{
	return stretch_at(zone, utc_s).offset;
}

bool
ts_zone_next_change(const struct ts_zone *zone, int64_t utc_s,
		    int64_t *change_s)
{
	struct ts_stretch now = stretch_at(zone, utc_s);

	while (now.end < YEAR_2300) {
		struct ts_stretch next = stretch_at(zone, now.end);

		if (next.offset.seconds != now.offset.seconds) {
			*change_s = now.end;
			return true;
		}
		now.end = next.end;
	}
	return false;
}

/* Far enough from the ends of int64 for an offset, far enough for anybody. */
static int64_t
sane(int64_t second)
{
	const int64_t most = INT64_MAX / 4;

	return second > most ? most : second < -most ? -most : second;
}

/*
 * Walks the stretches that may hold it. A stretch that shows the local second
 * wins over a gap: with two changes in one day both can be true.
 */
bool
ts_zone_utc(const struct ts_zone *zone, int64_t local_s, int64_t *utc_s)
{
	int64_t start = sane(local_s) - DAY_AND_MORE;
	int64_t last = sane(local_s) + DAY_AND_MORE;
	struct ts_stretch here = stretch_at(zone, start);
	bool in_gap = false;
	int64_t after = last;

	local_s = sane(local_s);
	for (;;) {
		int64_t utc = local_s - here.offset.seconds;
		struct ts_stretch next;

		if (utc >= start && utc < here.end) {
			*utc_s = utc;
			return true;
		}
		if (here.end > last)
			break;
		next = stretch_at(zone, here.end);
		if (!in_gap && local_s >= here.end + here.offset.seconds &&
		    local_s < here.end + next.offset.seconds) {
			in_gap = true;
			after = here.end;
		}
		start = here.end;
		here = next;
	}
	*utc_s = after;
	return false;
}

/* ---- showing ---- */

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

char *
ts_zone_print(const struct ts_zone *zone, int64_t utc_us, char *text)
{
	static const char *const days[] = { "Thu", "Fri", "Sat", "Sun",
					    "Mon", "Tue", "Wed" };
	int64_t second = floor_div(utc_us, 1000000);
	struct ts_offset offset = ts_zone_at(zone, second);
	int64_t local = second + offset.seconds;
	int64_t day = floor_div(local, S_PER_DAY);
	unsigned of_day = (unsigned)(local - day * S_PER_DAY);
	unsigned us = (unsigned)((utc_us % 1000000 + 1000000) % 1000000);
	unsigned east = (unsigned)abs(offset.seconds);
	char date[TS_PERIOD_TEXT], fraction[8] = "", seconds[4] = "";

	ts_period_print(ts_period_of_day(TS_DAY, (int32_t)day), date);
	if (us != 0)
		snprintf(fraction, sizeof fraction, ".%06u", us % 1000000);
	if (east % 60 != 0)
		snprintf(seconds, sizeof seconds, ":%02u", east % 60);
	snprintf(text, TS_LOCAL_TEXT,
		 "%s %.10s %02u:%02u:%02u%s %s (%c%02u:%02u%s)",
		 days[((day % 7) + 7) % 7], date, of_day / 3600 % 24,
		 of_day / 60 % 60, of_day % 60, fraction, offset.name,
		 offset.seconds < 0 ? '-' : '+', east / 3600 % 100,
		 east / 60 % 60, seconds);
	return text;
}
