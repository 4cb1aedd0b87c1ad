/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/file.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <tradestat/fault.h>

#define MAX_DEPTH 200 /* of a tree to remove; a descriptor a level */

void
ts_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

enum ts_status
ts_write_all(int fd, const void *bytes, size_t count, const char *what,
	     struct ts_err *err)
{
	const char *p = bytes;
	ssize_t done;

	while (count > 0) {
		done = write(fd, p, count);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return ts_fail_errno(err, errno, "write %s", what);
		p += done;
		count -= (size_t)done;
	}
	return TS_OK;
}

/* The folder of a path, "." when it names none. */
static bool
folder_of(const char *path, char folder[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t length;

	if (slash == NULL) {
		memcpy(folder, ".", 2);
		return true;
	}
	length = slash == path ? 1 : (size_t)(slash - path);
	if (length >= PATH_MAX)
		return false;
	memcpy(folder, path, length);
	folder[length] = '\0';
	return true;
}

enum ts_status
ts_fsync_dir(const char *path, struct ts_err *err)
{
	TS_AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return ts_fail_errno(err, errno, "open folder %s", path);
	if (fsync(fd) != 0)
		return ts_fail_errno(err, errno, "fsync folder %s", path);
	return TS_OK;
}

/* Fills, syncs and closes the file aside. The descriptor is gone afterwards:
 * after a failed fsync nothing about it can be believed. */
static enum ts_status
fill(int fd, const char *path, const void *bytes, size_t count, mode_t mode,
     struct ts_err *err)
{
	TS_AUTO_FD file = fd;
	enum ts_status status;

	status = ts_write_all(file, bytes, count, path, err);
	if (status != TS_OK)
		return status;
	if (fchmod(file, mode) != 0)
		return ts_fail_errno(err, errno, "chmod %s", path);
	if (fsync(file) != 0)
		return ts_fail_errno(err, errno, "fsync %s", path);
	file = -1;
	if (close(fd) != 0)
		return ts_fail_errno(err, errno, "close %s", path);
	return TS_OK;
}

enum ts_status
ts_file_write(const char *path, const void *bytes, size_t count, mode_t mode,
	      struct ts_err *err)
{
	char folder[PATH_MAX], aside[PATH_MAX + 32];
	enum ts_status status;
	int fd;

	if (!folder_of(path, folder))
		return ts_fail_errno(err, ENAMETOOLONG, "%.200s", path);
	snprintf(aside, sizeof aside, "%s/" TS_FILE_ASIDE "XXXXXX", folder);
	fd = mkostemp(aside, O_CLOEXEC);
	if (fd < 0)
		return ts_fail_errno(err, errno, "create a file in %s", folder);
	status = fill(fd, path, bytes, count, mode, err);
	TS_FAULT("file.written");
	if (status == TS_OK && rename(aside, path) != 0)
		status = ts_fail_errno(err, errno, "rename to %s", path);
	if (status != TS_OK) {
		unlink(aside); /* best effort: the failure is told already */
		return status;
	}
	TS_FAULT("file.renamed");
	return ts_fsync_dir(folder, err);
}

static enum ts_status
read_all(int fd, const char *name, struct ts_buf *buf, struct ts_err *err)
{
	char piece[65536];
	ssize_t got;

	for (;;) {
		got = read(fd, piece, sizeof piece);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ts_fail_errno(err, errno, "read %s", name);
		if (got == 0)
			return TS_OK;
		ts_buf_add_bytes(buf, piece, (size_t)got);
		if (buf->failed)
			return ts_buf_check(buf, name, err);
	}
}

enum ts_status
ts_file_read(const char *path, struct ts_buf *buf, struct ts_err *err)
{
	TS_AUTO_FD fd = -1;

	if (strcmp(path, "-") == 0)
		return read_all(STDIN_FILENO, "standard input", buf, err);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ts_fail(err, TS_NO_INPUT, "%s: no such file", path);
	if (fd < 0)
		return ts_fail_errno(err, errno, "open %s", path);
	return read_all(fd, path, buf, err);
}

enum ts_status
ts_mkdirs(const char *path, struct ts_err *err)
{
	char part[PATH_MAX];
	size_t length = strlen(path), i;
	struct stat st;
	int why;

	if (length == 0 || length >= sizeof part)
		return ts_fail_errno(err, length == 0 ? ENOENT : ENAMETOOLONG,
				     "create folder \"%.200s\"", path);
	for (i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0755) == 0 || errno == EEXIST)
			continue;
		/* a read-only or foreign parent that exists is no obstacle */
		why = errno;
		if (stat(part, &st) == 0 && S_ISDIR(st.st_mode))
			continue;
		return ts_fail_errno(err, why, "create folder %s", part);
	}
	if (stat(path, &st) != 0)
		return ts_fail_errno(err, errno, "create folder %s", path);
	if (!S_ISDIR(st.st_mode))
		return ts_fail_errno(err, ENOTDIR, "create folder %s", path);
	return TS_OK;
}

static enum ts_status remove_at(int parent, const char *name, int depth,
				struct ts_err *err);

static enum ts_status
empty_folder(DIR *folder, int depth, struct ts_err *err)
{
	const struct dirent *entry;
	enum ts_status status;

	for (;;) {
		errno = 0;
		entry = readdir(folder);
		if (entry == NULL && errno != 0)
			return ts_fail_errno(err, errno, "read folder");
		if (entry == NULL)
			return TS_OK;
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		status =
			remove_at(dirfd(folder), entry->d_name, depth + 1, err);
		if (status != TS_OK)
			return status;
	}
}

static enum ts_status
remove_at(int parent, const char *name, int depth, struct ts_err *err)
{
	enum ts_status status;
	DIR *folder;
	int fd;

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return TS_OK;
	if (errno != EISDIR && errno != EPERM)
		return ts_fail_errno(err, errno, "remove %.200s", name);
	if (depth > MAX_DEPTH)
		return ts_fail(err, TS_SYSTEM,
			       "remove %.200s: folders lie too deep", name);
	fd = openat(parent, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return ts_fail_errno(err, errno, "remove %.200s", name);
	folder = fdopendir(fd);
	if (folder == NULL) {
		status = ts_fail_errno(err, errno, "remove %.200s", name);
		close(fd);
		return status;
	}
	status = empty_folder(folder, depth, err);
	closedir(folder);
	if (status != TS_OK)
		return status;
	if (unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
		return ts_fail_errno(err, errno, "remove %.200s", name);
	return TS_OK;
}

enum ts_status
ts_rmtree(const char *path, struct ts_err *err)
{
	char name[PATH_MAX];
	size_t length = strlen(path);
	struct ts_err mine;

	/* "link/" would be the folder behind the link */
	while (length > 1 && path[length - 1] == '/')
		length--;
	if (length == 0 || length >= sizeof name ||
	    (length == 1 && path[0] == '/'))
		return ts_fail_errno(err, EINVAL, "remove \"%.200s\"", path);
	memcpy(name, path, length);
	name[length] = '\0';
	if (err == NULL)
		err = &mine;
	if (remove_at(AT_FDCWD, name, 0, err) != TS_OK)
		return ts_while(err, "remove tree %s", name);
	return TS_OK;
}

bool
ts_is_id(const char *text)
{
	size_t i;

	for (i = 0; text[i] != '\0'; i++) {
		char c = text[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (i >= 64)
			return false;
		if (!alnum && (i == 0 || (c != '.' && c != '_' && c != '-')))
			return false;
		if (c == '.' && text[i + 1] == '.')
			return false;
	}
	return i > 0;
}

enum ts_status
ts_space_check(const char *path, unsigned long long want_bytes,
	       struct ts_err *err)
{
	unsigned long long free_bytes;
	struct statvfs vfs;

	if (statvfs(path, &vfs) != 0)
		return ts_fail_errno(err, errno, "ask for free space in %s",
				     path);
	if (__builtin_mul_overflow((unsigned long long)vfs.f_bavail,
				   (unsigned long long)vfs.f_frsize,
				   &free_bytes))
		return TS_OK;
	if (free_bytes < want_bytes)
		return ts_fail(err, TS_FULL,
			       "%s: %llu MiB free, %llu MiB are kept in "
			       "reserve",
			       path, free_bytes >> 20,
			       (want_bytes + (1u << 20) - 1) >> 20);
	return TS_OK;
}
