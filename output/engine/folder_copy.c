/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/folder_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include "output/engine/manifest.h"

/* Room for folders and names beside the bytes. */
#define SPARE ((unsigned long long)1 << 20)

static enum ts_status
copy_bytes(int from, int to, const char *name, struct ts_err *err)
{
	char piece[65536];
	ssize_t got;

	for (;;) {
		got = read(from, piece, sizeof piece);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ts_fail_errno(err, errno, "read %s", name);
		if (got == 0)
			return TS_OK;
		if (ts_write_all(to, piece, (size_t)got, name, err) != TS_OK)
			return err->status;
	}
}

/* The one folder that a name of a bundle may have in front. */
static enum ts_status
make_parent(int folder, const char *name, struct ts_err *err)
{
	char parent[66];
	const char *slash = strchr(name, '/');

	if (slash == NULL)
		return TS_OK;
	if (snprintf(parent, sizeof parent, "%.*s", (int)(slash - name),
		     name) >= (int)sizeof parent)
		return ts_fail(err, TS_BAD_DATA, "%s: name too long", name);
	if (mkdirat(folder, parent, 0755) != 0 && errno != EEXIST)
		return ts_fail_errno(err, errno, "make folder %s", parent);
	return TS_OK;
}

static enum ts_status
copy_file(int bundle, int into, const char *name, struct ts_err *err)
{
	TS_AUTO_FD from = -1;
	TS_AUTO_FD to = -1;

	if (make_parent(into, name, err) != TS_OK)
		return err->status;
	from = openat(bundle, name,
		      O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (from < 0)
		return ts_fail_errno(err, errno, "open %s", name);
	to = openat(into, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (to < 0)
		return ts_fail_errno(err, errno, "create %s", name);
	if (copy_bytes(from, to, name, err) != TS_OK)
		return err->status;
	/* a share may tell only now that there is no room */
	if (fchmod(to, 0644) != 0 || fsync(to) != 0 || close(to) != 0) {
		int cause = errno;

		to = -1;
		return ts_fail_errno(err, cause, "settle %s", name);
	}
	to = -1;
	return TS_OK;
}

static enum ts_status
copy_all(const char *bundle, const char *into,
	 const struct ts_bundle_files *files, struct ts_err *err)
{
	TS_AUTO_FD from = open(bundle, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	TS_AUTO_FD to = open(into, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	unsigned long long bytes = SPARE;

	if (from < 0)
		return ts_fail_errno(err, errno, "open %s", bundle);
	if (to < 0)
		return ts_fail_errno(err, errno, "open %s", into);
	for (size_t i = 0; i < files->count; i++)
		bytes += (unsigned long long)files->items[i].size;
	if (ts_space_check(into, bytes, err) != TS_OK)
		return err->status;
	for (size_t i = 0; i < files->count; i++) {
		if (copy_file(from, to, files->items[i].name, err) != TS_OK)
			return err->status;
		TS_FAULT("folder.file");
	}
	return copy_file(from, to, TS_MANIFEST_NAME, err);
}

enum ts_status
ts_folder_copy(const char *bundle, const char *into, struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(16u << 20);
	struct ts_bundle_files files = { 0 };
	enum ts_status status;

	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_bundle_list(bundle, false, arena, &files, err);
	if (status == TS_OK)
		status = copy_all(bundle, into, &files, err);
	/* what arrived is what counts; and the folders are synced */
	if (status == TS_OK)
		status = ts_bundle_list(into, true, arena, &files, err);
	if (status == TS_OK)
		status = ts_manifest_verify(into, err);
	ts_arena_free(arena);
	return status == TS_OK ? TS_OK : ts_while(err, "copy %s", bundle);
}
