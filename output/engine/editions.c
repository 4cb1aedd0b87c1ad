/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/editions.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/clock.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include <tradestat/period.h>
#include "output/engine/manifest.h"

#define LOCK_STEP_US 20000
#define LOCK_STEPS 1500 /* half a minute; it is held for milliseconds */

enum ts_status
ts_editions_lock(const char *output, int *lock_fd, struct ts_err *err)
{
	const struct ts_clock *clock = ts_clock_system();
	int fd = open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return ts_fail_errno(err, errno, "open %s", output);
	for (int i = 0; i < LOCK_STEPS; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
			*lock_fd = fd;
			return TS_OK;
		}
		if (errno != EWOULDBLOCK && errno != EINTR) {
			enum ts_status status =
				ts_fail_errno(err, errno, "lock %s", output);

			ts_close(&fd);
			return status;
		}
		clock->sleep_us(clock, LOCK_STEP_US);
	}
	ts_close(&fd);
	return ts_fail(err, TS_AGAIN,
		       "%s: another run has been publishing "
		       "for half a minute",
		       output);
}

/* A period may become part of a folder name: 2024, 2024-Q3, 2005..2024. */
static bool
is_good_period(const char *period)
{
	size_t length = strlen(period);

	return length > 0 && length < 32 && period[0] >= '0' &&
	       period[0] <= '9' &&
	       strspn(period, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.") ==
		       length;
}

static enum ts_status
edition_name(const struct ts_edition *edition, char name[64],
	     struct ts_err *err)
{
	if (!ts_is_id(edition->report))
		return ts_fail(err, TS_BAD_DATA,
			       "report \"%.80s\" cannot be "
			       "a folder name",
			       edition->report);
	if (!is_good_period(edition->period) || edition->number < 1)
		return ts_fail(err, TS_BAD_DATA,
			       "edition \"%.80s\" number %d "
			       "cannot be a folder name",
			       edition->period, edition->number);
	snprintf(name, 64, "%s.%d", edition->period, edition->number);
	return TS_OK;
}

static enum ts_status
open_report(const char *output, const char *report, int *out,
	    struct ts_err *err)
{
	TS_AUTO_FD top = open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (top < 0)
		return ts_fail_errno(err, errno, "open %s", output);
	if (mkdirat(top, report, 0755) == 0) {
		if (fsync(top) != 0)
			return ts_fail_errno(err, errno, "fsync %s", output);
	} else if (errno != EEXIST) {
		return ts_fail_errno(err, errno, "make folder %s/%s", output,
				     report);
	}
	*out = openat(top, report,
		      O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (*out < 0)
		return ts_fail_errno(err, errno, "open %s/%s", output, report);
	return TS_OK;
}

enum ts_status
ts_editions_put(const char *output, const char *folder,
		const struct ts_edition *edition, char *path, size_t size,
		struct ts_err *err)
{
	char name[64];
	TS_AUTO_FD report = -1;
	int rc;

	if (edition_name(edition, name, err) != TS_OK ||
	    open_report(output, edition->report, &report, err) != TS_OK)
		return err->status;
	if (snprintf(path, size, "%s/%s/%s", output, edition->report, name) >=
	    (int)size)
		return ts_fail(err, TS_SYSTEM, "%s: path too long", output);
	TS_FAULT("bundle.rename.before");
	rc = renameat2(AT_FDCWD, folder, report, name, RENAME_NOREPLACE);
	/* A file system without that flag: a plain rename cannot replace a
	 * folder that has something in it, and a bundle always has. */
	if (rc != 0 && (errno == EINVAL || errno == ENOSYS))
		rc = renameat(AT_FDCWD, folder, report, name);
	if (rc != 0 &&
	    (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR))
		return ts_fail(err, TS_REFUSED,
			       "%s exists already, and what "
			       "was published is never changed: make number "
			       "%d",
			       path, edition->number + 1);
	if (rc != 0)
		return ts_fail_errno(err, errno, "publish %s", path);
	TS_FAULT("bundle.rename.after");
	if (fsync(report) != 0)
		return ts_fail_errno(err, errno, "fsync %s/%s", output,
				     edition->report);
	return TS_OK;
}

/* -1, 0, 1; a text that is no period comes first. */
static int
compare_periods(const char *a, const char *b)
{
	struct ts_period one = { 0 }, two = { 0 };
	struct ts_err ignored;
	bool a_good = ts_period_parse(a, &one, &ignored) == TS_OK;
	bool b_good = ts_period_parse(b, &two, &ignored) == TS_OK;
	int32_t a_end, b_end;

	if (!a_good || !b_good)
		return (int)a_good - (int)b_good;
	/* 2005..2024 is as new as 2024: the last day counts */
	a_end = ts_period_last_day(one);
	b_end = ts_period_last_day(two);
	return (a_end > b_end) - (a_end < b_end);
}

/* Would "latest" go backwards? What it points to now may be damaged: then
 * anything is better. */
static bool
is_older(const char *output, const struct ts_edition *edition)
{
	struct ts_arena *arena = ts_arena_new(1 << 20);
	struct ts_manifest_head head;
	struct ts_err ignored;
	char path[PATH_MAX];
	bool older = false;

	if (arena != NULL &&
	    snprintf(path, sizeof path, "%s/%s/latest", output,
		     edition->report) < (int)sizeof path &&
	    ts_manifest_head(path, arena, &head, &ignored) == TS_OK) {
		int order = compare_periods(edition->period, head.period);

		older = order < 0 ||
			strcmp(ts_edition_vintage(edition), head.vintage) < 0 ||
			(strcmp(edition->period, head.period) == 0 &&
			 edition->number < head.number);
	}
	ts_arena_free(arena);
	return older;
}

enum ts_status
ts_editions_latest(const char *output, const struct ts_edition *edition,
		   struct ts_err *err)
{
	char name[64];
	TS_AUTO_FD report = -1;

	if (edition_name(edition, name, err) != TS_OK ||
	    open_report(output, edition->report, &report, err) != TS_OK)
		return err->status;
	if (is_older(output, edition))
		return TS_OK;
	if (unlinkat(report, "latest.tmp", 0) != 0 && errno != ENOENT)
		return ts_fail_errno(err, errno, "remove latest.tmp");
	if (symlinkat(name, report, "latest.tmp") != 0)
		return ts_fail_errno(err, errno, "make %s/%s/latest.tmp",
				     output, edition->report);
	TS_FAULT("bundle.latest.before");
	if (renameat(report, "latest.tmp", report, "latest") != 0)
		return ts_fail_errno(err, errno, "point %s/%s/latest to %s",
				     output, edition->report, name);
	TS_FAULT("bundle.latest.after");
	if (fsync(report) != 0)
		return ts_fail_errno(err, errno, "fsync %s/%s", output,
				     edition->report);
	return TS_OK;
}
