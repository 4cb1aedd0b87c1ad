/* SPDX-License-Identifier: Apache-2.0 */
#include "plots/engine/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/hash.h>

#define SUFFIX ".picture"
#define SUM (TS_SHA256_TEXT - 1) /* hexadecimal, behind the picture */

static void
entry_path(const char *folder, const char *key, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s" SUFFIX, folder, key);
}

bool
ts_cache_get(const char *folder, const char *key, struct ts_buf *bytes)
{
	char path[PATH_MAX], sum[TS_SHA256_TEXT];
	size_t before = bytes->used;
	struct ts_err err;

	entry_path(folder, key, path);
	if (ts_file_read(path, bytes, &err) != TS_OK ||
	    bytes->used - before < SUM) {
		ts_buf_reset(bytes);
		return false;
	}
	bytes->used -= SUM;
	ts_sha256(bytes->data + before, bytes->used - before, sum);
	if (memcmp(sum, bytes->data + bytes->used, SUM) != 0) {
		unlink(path);
		ts_buf_reset(bytes);
		return false;
	}
	bytes->data[bytes->used] = '\0';
	utimensat(AT_FDCWD, path, NULL, 0); /* asked for today */
	return true;
}

static bool
fill(int fd, const struct ts_buf *bytes)
{
	char sum[TS_SHA256_TEXT];
	struct ts_err err;

	ts_sha256(bytes->data, bytes->used, sum);
	return ts_write_all(fd, bytes->data, bytes->used, "", &err) == TS_OK &&
	       ts_write_all(fd, sum, SUM, "", &err) == TS_OK;
}

void
ts_cache_put(const char *folder, const char *key, const struct ts_buf *bytes)
{
	char path[PATH_MAX], aside[PATH_MAX];
	TS_AUTO_FD fd = -1;

	entry_path(folder, key, path);
	snprintf(aside, sizeof aside, "%s/.new-XXXXXX", folder);
	fd = mkostemp(aside, O_CLOEXEC);
	if (fd < 0)
		return;
	if (!fill(fd, bytes) || rename(aside, path) != 0)
		unlink(aside);
}

void
ts_cache_prune(const char *folder, int64_t since_us)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	struct stat st;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		size_t length = strlen(entry->d_name);
		bool ours = (length > strlen(SUFFIX) &&
			     strcmp(entry->d_name + length - strlen(SUFFIX),
				    SUFFIX) == 0) ||
			    strncmp(entry->d_name, ".new-", 5) == 0;

		if (ours &&
		    fstatat(dirfd(dir), entry->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) == 0 &&
		    st.st_mtime < since_us / 1000000)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	closedir(dir);
}
