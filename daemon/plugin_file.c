/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plugin_file.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>

/* path: for the message only; fd is what is looked at. */
static enum ts_status
check_owner(int fd, const char *path, struct ts_err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return ts_fail_errno(err, errno, "stat");
	if (st.st_uid != 0)
		return ts_fail(err, TS_REFUSED,
			       "%s belongs to user %u and not to root; "
			       "chown root:root %s && chmod go-w %s",
			       path, st.st_uid, path, path);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return ts_fail(err, TS_REFUSED,
			       "%s can be written by others than root (mode "
			       "%04o); chmod go-w %s",
			       path, st.st_mode & 07777u, path);
	return TS_OK;
}

/*
 * Opens an absolute path without links one folder after the other, and looks
 * at each. The first that somebody else can write is told in *why.
 */
static int
walk(const char *path, enum ts_status *trusted, struct ts_err *why)
{
	char part[PATH_MAX], so_far[PATH_MAX];
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *at = path;

	*trusted = fd < 0 ? TS_OK : check_owner(fd, "/", why);
	while (fd >= 0 && *at != '\0') {
		size_t length;
		int next;

		at += strspn(at, "/");
		length = strcspn(at, "/");
		if (length == 0)
			break;
		memcpy(part, at, length);
		part[length] = '\0';
		at += length;
		memcpy(so_far, path, (size_t)(at - path));
		so_far[at - path] = '\0';
		next = openat(fd, part,
			      (*at == '\0' ? O_RDONLY : O_PATH) | O_DIRECTORY |
				      O_NOFOLLOW | O_CLOEXEC);
		ts_close(&fd);
		fd = next;
		if (fd >= 0 && *trusted == TS_OK)
			*trusted = check_owner(fd, so_far, why);
	}
	return fd;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
is_shared_object(const char *name)
{
	size_t length = strlen(name);

	return name[0] != '.' && length > 3 &&
	       strcmp(name + length - 3, ".so") == 0;
}

/* Takes the descriptor of folder. */
static enum ts_status
list_names(DIR *dir, struct ts_arena *arena, struct ts_plugin_folder *out,
	   struct ts_err *err)
{
	size_t count = 0, room = 0;
	const struct dirent *entry;

	out->names = ts_arena_alloc(arena, 1, sizeof *out->names);
	if (out->names == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (entry == NULL && errno != 0)
			return ts_fail_errno(err, errno, "read folder");
		if (entry == NULL)
			break;
		if (!is_shared_object(entry->d_name))
			continue;
		if (count + 1 >= room) {
			size_t more = room == 0 ? 16 : room * 2;

			out->names = ts_arena_grow(arena, out->names, count,
						   more, sizeof *out->names);
			if (out->names == NULL)
				return ts_fail(err, TS_SYSTEM, "out of memory");
			room = more;
		}
		out->names[count] = ts_arena_strdup(arena, entry->d_name);
		if (out->names[count++] == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
	}
	qsort(out->names, count, sizeof *out->names, by_name);
	if (room > 0)
		out->names[count] = NULL;
	return TS_OK;
}

enum ts_status
ts_plugin_folder_open(const char *path, struct ts_arena *arena,
		      struct ts_plugin_folder *out, struct ts_err *err)
{
	char real[PATH_MAX];
	enum ts_status status;
	DIR *dir;
	int fd;

	*out = (struct ts_plugin_folder){ .fd = -1 };
	if (path[0] != '/')
		return ts_fail(err, TS_BAD_CONFIG,
			       "not an absolute path; begin it with /");
	if (realpath(path, real) == NULL && errno == ENOENT)
		return TS_OK;
	if (realpath(path, real) == NULL)
		return ts_fail_errno(err, errno, "find folder");
	out->fd = walk(real, &out->trusted, &out->why);
	if (out->fd < 0)
		return ts_fail_errno(err, errno, "open folder");
	fd = fcntl(out->fd, F_DUPFD_CLOEXEC, 0);
	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL) {
		status = ts_fail_errno(err, errno, "open folder");
		ts_close(&fd);
	} else {
		status = list_names(dir, arena, out, err);
		closedir(dir);
	}
	if (status != TS_OK)
		ts_plugin_folder_close(out);
	return status;
}

void
ts_plugin_folder_close(struct ts_plugin_folder *folder)
{
	ts_close(&folder->fd);
}

static enum ts_status
find_descriptor(struct ts_plugin_file *file, struct ts_err *err)
{
	const ElfW(Sym) *symbol = NULL;
	void *extra = NULL;
	Dl_info info;

	file->found = dlsym(file->handle, "tradestat_plugin");
	if (file->found == NULL)
		return ts_fail(err, TS_UNAVAILABLE,
			       "exports no tradestat_plugin; it is not a "
			       "tradestat plugin, remove it from the folder");
	/* the size in the file tells how much may be read at all */
	if (dladdr1(file->found, &info, &extra, RTLD_DL_SYMENT) != 0)
		symbol = extra;
	file->symbol_bytes = symbol != NULL ? symbol->st_size : 0;
	return TS_OK;
}

enum ts_status
ts_plugin_file_open(const struct ts_plugin_folder *folder, const char *name,
		    const char *path, struct ts_plugin_file *out,
		    struct ts_err *err)
{
	char by_fd[64];
	struct stat st;
	enum ts_status status;

	*out = (struct ts_plugin_file){ .fd = -1 };
	out->fd = openat(folder->fd, name,
			 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (out->fd < 0 && errno == ELOOP)
		return ts_fail(err, TS_REFUSED,
			       "is a link; install the file "
			       "itself");
	if (out->fd < 0)
		return ts_fail_errno(err, errno, "open");
	if (fstat(out->fd, &st) != 0)
		status = ts_fail_errno(err, errno, "stat");
	else if (!S_ISREG(st.st_mode))
		status = ts_fail(err, TS_REFUSED,
				 "is not a file; remove it "
				 "from the folder");
	else
		status = check_owner(out->fd, path, err);
	if (status == TS_OK) {
		/* what was looked at, even if the name is another file now */
		snprintf(by_fd, sizeof by_fd, "/proc/self/fd/%d", out->fd);
		out->handle = dlopen(by_fd, RTLD_NOW | RTLD_LOCAL);
		status = out->handle != NULL ? find_descriptor(out, err)
					     : ts_fail(err, TS_UNAVAILABLE,
						       "cannot be loaded: %s; "
						       "build it again with "
						       "the installed headers",
						       dlerror());
	}
	if (status != TS_OK)
		ts_plugin_file_close(out);
	return status;
}

void
ts_plugin_file_close(struct ts_plugin_file *file)
{
	if (file->handle != NULL)
		dlclose(file->handle);
	file->handle = NULL;
	ts_close(&file->fd);
}
