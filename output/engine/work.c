/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>

#define NAME_LENGTH 32 /* hexadecimal digits */

static bool join(char out[PATH_MAX], const char *fmt, ...) TS_PRINTF(2, 3);

static bool
join(char out[PATH_MAX], const char *fmt, ...)
{
	va_list args;
	int length;

	va_start(args, fmt);
	length = vsnprintf(out, PATH_MAX, fmt, args);
	va_end(args);
	return length > 0 && length < PATH_MAX;
}

/* Whatever stands in the way here, a person has to do something about it. */
static enum ts_status
cannot_write(struct ts_err *err, int cause, const char *path)
{
	if (cause == EACCES || cause == EPERM || cause == EROFS)
		return ts_fail(err, TS_SYSTEM,
			       "cannot write into %s: %s; "
			       "make it writable for this user, or choose "
			       "another folder (output_dir, --output)",
			       path, strerror(cause));
	return ts_fail_errno(err, cause, "cannot write into %s", path);
}

static enum ts_status
make_folder(const char *path, mode_t mode, struct ts_err *err)
{
	struct stat meta;

	if (mkdir(path, mode) != 0 && errno != EEXIST)
		return cannot_write(err, errno, path);
	if (lstat(path, &meta) != 0)
		return ts_fail_errno(err, errno, "%s", path);
	if (!S_ISDIR(meta.st_mode))
		return ts_fail(err, TS_SYSTEM,
			       "%s is in the way: not a "
			       "folder",
			       path);
	return TS_OK;
}

/* TS_AGAIN: somebody lives there, or was faster. */
static enum ts_status
take_lock(const char *path, int flags, int *out, struct ts_err *err)
{
	TS_AUTO_FD fd =
		open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	struct stat held, named;

	if (fd < 0 && (errno == EEXIST || errno == ENOENT))
		return TS_AGAIN;
	if (fd < 0)
		return cannot_write(err, errno, path);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK || errno == EINTR)
			return TS_AGAIN;
		return ts_fail_errno(err, errno, "lock %s", path);
	}
	/* is it still the file of that name? the owner may just have left */
	if (fstat(fd, &held) != 0)
		return ts_fail_errno(err, errno, "lock %s", path);
	if (lstat(path, &named) != 0 || named.st_ino != held.st_ino ||
	    named.st_dev != held.st_dev)
		return TS_AGAIN;
	*out = fd;
	fd = -1;
	return TS_OK;
}

/* Removes what a dead run left. One that cannot be removed is no reason to
 * make no bundle: the next run tries again. */
static void
sweep_one(const char *root, const char *name)
{
	char lock[PATH_MAX], path[PATH_MAX];
	struct ts_err ignored;
	TS_AUTO_FD fd = -1;

	if (!join(lock, "%s/%.*s.lock", root, NAME_LENGTH, name) ||
	    !join(path, "%s/%.*s", root, NAME_LENGTH, name) ||
	    take_lock(lock, O_CREAT, &fd, &ignored) != TS_OK)
		return;
	if (ts_rmtree(path, &ignored) == TS_OK)
		(void)unlink(lock);
}

static void
sweep(const char *root)
{
	DIR *folder = opendir(root);
	const struct dirent *entry;

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL) {
		size_t length = strspn(entry->d_name, "0123456789abcdef");

		if (length == NAME_LENGTH &&
		    (entry->d_name[length] == '\0' ||
		     strcmp(entry->d_name + length, ".lock") == 0))
			sweep_one(root, entry->d_name);
	}
	closedir(folder);
}

static enum ts_status
random_name(char name[NAME_LENGTH + 1], struct ts_err *err)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[NAME_LENGTH / 2];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return ts_fail_errno(err, errno, "random name");
	for (size_t i = 0; i < sizeof bytes; i++) {
		name[2 * i] = digits[bytes[i] >> 4];
		name[2 * i + 1] = digits[bytes[i] & 15];
	}
	name[NAME_LENGTH] = '\0';
	return TS_OK;
}

static enum ts_status
make_all(struct ts_work *work, const char *root, struct ts_err *err)
{
	char name[NAME_LENGTH + 1];
	enum ts_status status;

	if (random_name(name, err) != TS_OK)
		return err->status;
	if (!join(work->lock, "%s/%s.lock", root, name) ||
	    !join(work->path, "%s/%s", root, name) ||
	    !join(work->bundle, "%s/bundle", work->path) ||
	    !join(work->charts, "%s/bundle/charts", work->path) ||
	    !join(work->scratch, "%s/scratch", work->path))
		return ts_fail(err, TS_SYSTEM, "%s: path too long", root);
	status = take_lock(work->lock, O_CREAT | O_EXCL, &work->lock_fd, err);
	if (status == TS_AGAIN)
		return ts_fail(err, TS_AGAIN, "%s is taken", work->lock);
	if (status != TS_OK)
		return status;
	if (make_folder(work->path, 0700, err) != TS_OK ||
	    make_folder(work->bundle, 0755, err) != TS_OK ||
	    make_folder(work->charts, 0755, err) != TS_OK ||
	    make_folder(work->scratch, 0700, err) != TS_OK)
		return err->status;
	return TS_OK;
}

enum ts_status
ts_work_open(const char *output_dir, struct ts_work *out, struct ts_err *err)
{
	struct ts_work work = { .lock_fd = -1 };
	char root[PATH_MAX];
	struct ts_err second = { 0 };
	enum ts_status status;

	status = ts_mkdirs(output_dir, err);
	if (status != TS_OK)
		return ts_while(err, "make the output folder");
	if (realpath(output_dir, work.output) == NULL)
		return ts_fail_errno(err, errno, "%s", output_dir);
	if (!join(root, "%s/.work", work.output))
		return ts_fail(err, TS_SYSTEM, "%s: path too long", output_dir);
	if (make_folder(root, 0700, err) != TS_OK)
		return err->status;
	sweep(root);
	status = make_all(&work, root, err);
	if (status == TS_OK)
		*out = work;
	else if (work.lock_fd >= 0)
		(void)!ts_work_close(&work, &second);
	return status;
}

void
ts_work_sweep(const char *output)
{
	char root[PATH_MAX];

	if (join(root, "%s/.work", output))
		sweep(root);
}

enum ts_status
ts_work_close(struct ts_work *work, struct ts_err *err)
{
	enum ts_status status = TS_OK;

	if (work->lock_fd < 0)
		return TS_OK;
	status = ts_rmtree(work->path, err);
	if (status == TS_OK && unlink(work->lock) != 0)
		status = ts_fail_errno(err, errno, "remove %s", work->lock);
	ts_close(&work->lock_fd);
	return status;
}
