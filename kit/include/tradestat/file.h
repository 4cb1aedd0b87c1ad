/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - a file is written whole (aside, fsync, rename, fsync of the
 * folder) or not at all, and read up to a limit.
 */
#ifndef TRADESTAT_FILE_H
#define TRADESTAT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <tradestat/buf.h>
#include <tradestat/err.h>

TS_API void ts_close(int *fd); /* for TS_AUTO_FD; keeps errno */
#define TS_AUTO_FD __attribute__((cleanup(ts_close))) int

/* Under its name all of it, or what was there before. Killed meanwhile, it
 * leaves a file aside whose name begins so. */
#define TS_FILE_ASIDE ".tradestat-"
TS_API enum ts_status ts_file_write(const char *path, const void *bytes,
				    size_t count, mode_t mode,
				    struct ts_err *err) TS_MUST_USE;
/* Appends to buf; TS_NO_INPUT when there is no such file. "-" is stdin. */
TS_API enum ts_status ts_file_read(const char *path, struct ts_buf *buf,
				   struct ts_err *err) TS_MUST_USE;
TS_API enum ts_status ts_write_all(int fd, const void *bytes, size_t count,
				   const char *what,
				   struct ts_err *err) TS_MUST_USE;
/* Creates the folder and its parents, 0755 less umask. */
TS_API enum ts_status ts_mkdirs(const char *path,
				struct ts_err *err) TS_MUST_USE;
TS_API enum ts_status ts_fsync_dir(const char *path,
				   struct ts_err *err) TS_MUST_USE;
/* Removes a tree without following links. A missing one is no error. */
TS_API enum ts_status ts_rmtree(const char *path,
				struct ts_err *err) TS_MUST_USE;
/* [a-z0-9][a-z0-9._-]{0,63} without "..": may become a path component. */
TS_API bool ts_is_id(const char *text);
/* TS_FULL when the file system of path has less than want_bytes free. */
TS_API enum ts_status ts_space_check(const char *path,
				     unsigned long long want_bytes,
				     struct ts_err *err) TS_MUST_USE;

#endif
