/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks of an open file description, not of a process: another open file in
 * the same process meets them too, and closing some other descriptor of the
 * file gives none of them up.
 */
#include "daemon/common/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <tradestat/file.h>
#include <tradestat/hash.h>

/* The byte that stands for what: 0 the daemon, any other a report. Among 2^62
 * of them two reports do not meet. */
static off_t
byte_of(const char *what)
{
	char text[TS_SHA256_TEXT];
	uint64_t number = 0;

	if (what[0] == '\0')
		return 0;
	ts_sha256(what, strlen(what), text);
	for (int i = 0; i < 16; i++) {
		const char digit = text[i];

		number = number << 4 |
			 (uint64_t)(digit <= '9' ? digit - '0'
						 : digit - 'a' + 10);
	}
	return (off_t)(number >> 2) + 1;
}

static struct flock
lock_on(const char *what)
{
	return (struct flock){ .l_type = F_WRLCK,
			       .l_whence = SEEK_SET,
			       .l_start = byte_of(what),
			       .l_len = 1 };
}

static enum ts_status
find_file(const char *state_dir, char path[PATH_MAX], struct ts_err *err)
{
	int length = snprintf(path, PATH_MAX, "%s/lock", state_dir);

	if (length < 0 || length >= PATH_MAX)
		return ts_fail(err, TS_BAD_CONFIG,
			       "the path of the state folder is too long");
	return TS_OK;
}

static enum ts_status
taken(const char *state_dir, const char *what, struct ts_err *err)
{
	if (what[0] == '\0')
		return ts_fail(err, TS_AGAIN,
			       "another tradestatd works in %s: stop that one "
			       "first, or give this one a state_dir of its own",
			       state_dir);
	return ts_fail(err, TS_AGAIN,
		       "another process is making report %s: wait for its end "
		       "(\"tradestat status %s\" shows how far it is)",
		       what, what);
}

/* What root makes in the state folder of the service is the service's, as
 * SQLite does with its files. */
static void
give_to_owner(const char *state_dir, int file)
{
	struct stat folder, own;

	if (geteuid() == 0 && stat(state_dir, &folder) == 0 &&
	    fstat(file, &own) == 0 && own.st_uid != folder.st_uid &&
	    fchown(file, folder.st_uid, folder.st_gid) != 0)
		return; /* the service will say that it cannot open it */
}

enum ts_status
ts_lock_take(const char *state_dir, const char *what, int *fd,
	     struct ts_err *err)
{
	struct flock lock = lock_on(what);
	char path[PATH_MAX];

	*fd = -1;
	if (find_file(state_dir, path, err) != TS_OK)
		return err->status;
	/* whoever comes first on a new machine */
	if (access(state_dir, F_OK) != 0 && ts_mkdirs(state_dir, err) != TS_OK)
		return ts_while(err, "lock %s", path);
	TS_AUTO_FD file =
		open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY,
		     0640);
	if (file < 0)
		return ts_fail_errno(
			err, errno, "lock %s%s", path,
			errno == EACCES ? " (the state folder belongs to the "
					  "user that the daemon runs as)"
					: "");
	give_to_owner(state_dir, file);
	if (fcntl(file, F_OFD_SETLK, &lock) != 0) {
		if (errno == EAGAIN || errno == EACCES)
			return taken(state_dir, what, err);
		return ts_fail_errno(err, errno, "lock %s", path);
	}
	*fd = file;
	file = -1; /* it is the caller's now */
	return TS_OK;
}

bool
ts_lock_taken(const char *state_dir, const char *what)
{
	struct flock lock = lock_on(what);
	struct ts_err err;
	char path[PATH_MAX];

	if (find_file(state_dir, path, &err) != TS_OK)
		return false;
	TS_AUTO_FD file =
		open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);

	return file >= 0 && fcntl(file, F_OFD_GETLK, &lock) == 0 &&
	       lock.l_type != F_UNLCK;
}
