/* SPDX-License-Identifier: Apache-2.0 */
#include "output/engine/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/hash.h>

#define FILES_MOST 10000

struct listing {
	struct ts_arena *arena;
	struct ts_bundle_files files;
	size_t room;
	bool sync;
};

bool
ts_bundle_name_is_good(const char *name)
{
	char part[66];
	const char *slash = strchr(name, '/');
	size_t length;

	if (slash == NULL)
		return ts_is_id(name);
	length = (size_t)(slash - name);
	if (length >= sizeof part)
		return false;
	memcpy(part, name, length);
	part[length] = '\0';
	return ts_is_id(part) && ts_is_id(slash + 1);
}

/* Digest of an open file; counted while reading, so both belong together. */
static enum ts_status
digest(int fd, struct ts_bundle_file *file, struct ts_err *err)
{
	struct ts_hash *hash = ts_hash_new();
	char piece[65536];
	ssize_t got;

	if (hash == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	do {
		got = read(fd, piece, sizeof piece);
		if (got > 0) {
			ts_hash_add(hash, piece, (size_t)got);
			file->size += got;
		}
	} while (got > 0 || (got < 0 && errno == EINTR));
	ts_hash_end(hash, file->sha256);
	ts_hash_free(hash);
	return got == 0 ? TS_OK
			: ts_fail_errno(err, errno, "read %s", file->name);
}

static enum ts_status
take_file(struct listing *listing, int folder, const char *base,
	  const char *name, struct ts_err *err)
{
	struct ts_bundle_file file = { .name = name };
	TS_AUTO_FD fd = openat(folder, base,
			       O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat meta;

	if (fd < 0 && errno != ELOOP)
		return ts_fail_errno(err, errno, "open %s", name);
	if (fd < 0 || fstat(fd, &meta) != 0 || !S_ISREG(meta.st_mode))
		return ts_fail(err, TS_BAD_DATA, "%s is not a file", name);
	/* a picture is made by a program with an umask of its own */
	if (listing->sync && (fchmod(fd, 0644) != 0 || fsync(fd) != 0))
		return ts_fail_errno(err, errno, "settle %s", name);
	if (listing->files.count == FILES_MOST)
		return ts_fail(err, TS_BAD_DATA, "more than %d files",
			       FILES_MOST);
	if (listing->files.count == listing->room) {
		size_t room = listing->room == 0 ? 64 : 2 * listing->room;

		listing->files.items =
			ts_arena_grow(listing->arena, listing->files.items,
				      listing->files.count, room, sizeof file);
		if (listing->files.items == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		listing->room = room;
	}
	if (digest(fd, &file, err) != TS_OK)
		return err->status;
	listing->files.items[listing->files.count++] = file;
	return TS_OK;
}

static enum ts_status take_folder(struct listing *listing, int parent,
				  const char *base, const char *prefix,
				  struct ts_err *err);

static enum ts_status
take_entry(struct listing *listing, int folder, const struct dirent *entry,
	   const char *prefix, struct ts_err *err)
{
	const char *name =
		prefix[0] == '\0'
			? ts_arena_strdup(listing->arena, entry->d_name)
			: ts_arena_printf(listing->arena, "%s/%s", prefix,
					  entry->d_name);
	struct stat meta;

	if (name == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (strcmp(name, TS_MANIFEST_NAME) == 0)
		return TS_OK;
	if (!ts_bundle_name_is_good(name))
		return ts_fail(err, TS_BAD_DATA,
			       "%s does not belong into a "
			       "bundle",
			       name);
	if (fstatat(folder, entry->d_name, &meta, AT_SYMLINK_NOFOLLOW) != 0)
		return ts_fail_errno(err, errno, "%s", name);
	if (S_ISDIR(meta.st_mode))
		return take_folder(listing, folder, entry->d_name, name, err);
	return take_file(listing, folder, entry->d_name, name, err);
}

static enum ts_status
take_folder(struct listing *listing, int parent, const char *base,
	    const char *prefix, struct ts_err *err)
{
	int fd = openat(parent, base,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	enum ts_status status = TS_OK;

	if (folder == NULL) {
		status = ts_fail_errno(err, errno, "open %s", base);
		ts_close(&fd);
		return status;
	}
	while (errno = 0, (entry = readdir(folder)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		status = take_entry(listing, fd, entry, prefix, err);
		if (status != TS_OK)
			break;
	}
	if (status == TS_OK && errno != 0)
		status = ts_fail_errno(err, errno, "read %s", base);
	if (status == TS_OK && listing->sync && fsync(fd) != 0)
		status = ts_fail_errno(err, errno, "fsync %s", base);
	closedir(folder);
	return status;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct ts_bundle_file *)a)->name,
		      ((const struct ts_bundle_file *)b)->name);
}

enum ts_status
ts_bundle_list(const char *folder, bool sync, struct ts_arena *arena,
	       struct ts_bundle_files *out, struct ts_err *err)
{
	struct listing listing = { .arena = arena, .sync = sync };

	if (take_folder(&listing, AT_FDCWD, folder, "", err) != TS_OK)
		return err->status;
	if (listing.files.count > 0)
		qsort(listing.files.items, listing.files.count,
		      sizeof listing.files.items[0], by_name);
	*out = listing.files;
	return TS_OK;
}
