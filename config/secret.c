/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets are read straight into pages of their own that stay out of core
 * dumps and, where the limits allow, out of swap; they are wiped before the
 * pages go. No message ever holds one.
 */
#include "config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>

#define PAGES ((size_t)4 * TS_SECRET_MOST)

struct ts_secret {
	size_t length;
	char value[TS_SECRET_MOST + 3]; /* a line break, and the end */
};

_Static_assert(sizeof(struct ts_secret) <= PAGES, "a secret fits its pages");

void *
ts_secret_pages(size_t size)
{
	void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		return NULL;
	/* best effort, all: an old kernel or a small RLIMIT_MEMLOCK must not
	 * stop the report */
	(void)madvise(pages, size, MADV_DONTDUMP);
	(void)madvise(pages, size, MADV_WIPEONFORK);
	(void)mlock(pages, size);
	return pages;
}

void
ts_secret_pages_wipe(void *pages, size_t size)
{
	explicit_bzero(pages, size);
	munmap(pages, size);
}

void
ts_secret_free(struct ts_secret *secret)
{
	if (secret == NULL)
		return;
	ts_secret_pages_wipe(secret, PAGES);
}

const char *
ts_secret_reveal(const struct ts_secret *secret)
{
	return secret->value;
}

/* Where the reference points; TS_BAD_CONFIG when nowhere. */
static enum ts_status
locate(const char *reference, char *path, size_t size, bool *is_credential,
       struct ts_err *err)
{
	const char *name = strchr(reference, ':');
	const char *folder;
	int length;

	if (strncmp(reference, "file:/", 6) == 0) {
		*is_credential = false;
		length = snprintf(path, size, "%s", name + 1);
	} else if (strncmp(reference, "credential:", 11) == 0) {
		*is_credential = true;
		folder = getenv("CREDENTIALS_DIRECTORY");
		if (folder == NULL || folder[0] != '/')
			return ts_fail(err, TS_BAD_CONFIG,
				       "%s: no "
				       "credentials were given to this "
				       "process; add LoadCredential= to the "
				       "unit, or write \"file:/path\"",
				       reference);
		if (strchr(name, '/') != NULL || name[1] == '.' ||
		    name[1] == '\0')
			return ts_fail(err, TS_BAD_CONFIG,
				       "\"%.80s\" names "
				       "no credential",
				       reference);
		length = snprintf(path, size, "%s/%s", folder, name + 1);
	} else {
		return ts_fail(err, TS_BAD_CONFIG,
			       "a secret is a reference, "
			       "\"credential:NAME\" or \"file:/path\"");
	}
	if (length < 0 || (size_t)length >= size)
		return ts_fail(err, TS_BAD_CONFIG,
			       "the path of a secret is "
			       "too long");
	return TS_OK;
}

/*
 * systemd guards credentials by the folder, and an ACL there makes the group
 * bits look open; so only files of our own choice are checked.
 */
static enum ts_status
check_file(int fd, const char *path, bool is_credential, struct ts_err *err)
{
	struct stat meta;

	if (fstat(fd, &meta) != 0)
		return ts_fail_errno(err, errno, "%s", path);
	if (!S_ISREG(meta.st_mode))
		return ts_fail(err, TS_BAD_CONFIG, "%s is not a file", path);
	if (is_credential)
		return TS_OK;
	if ((meta.st_mode & 0077) != 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s holds a secret and can "
			       "be read by others (mode %04o): chmod 0600 it",
			       path, meta.st_mode & 07777);
	if (meta.st_uid != 0 && meta.st_uid != geteuid())
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s holds a secret and "
			       "belongs to another user",
			       path);
	return TS_OK;
}

/* One line of text, in its bounds; what: where it came from. */
static enum ts_status
check_value(struct ts_secret *secret, const char *what, struct ts_err *err)
{
	/* a private key, PEM: the one kind of secret that has lines */
	const bool is_key = strncmp(secret->value, "-----BEGIN ", 11) == 0;
	if (secret->length > 0 && secret->value[secret->length - 1] == '\n')
		secret->length--;
	if (secret->length > 0 && secret->value[secret->length - 1] == '\r')
		secret->length--;
	secret->value[secret->length] = '\0';
	if (secret->length == 0)
		return ts_fail(err, TS_BAD_CONFIG, "%s is empty", what);
	if (secret->length > TS_SECRET_MOST)
		return ts_fail(err, TS_BAD_CONFIG, "%s is longer than %d bytes",
			       what, TS_SECRET_MOST);
	for (size_t i = 0; i < secret->length; i++)
		if (((unsigned char)secret->value[i] < 0x20 &&
		     !(is_key && secret->value[i] == '\n')) ||
		    secret->value[i] == 0x7f)
			return ts_fail(err, TS_BAD_CONFIG,
				       "%s: a secret is one line of text",
				       what);
	return TS_OK;
}

static enum ts_status
read_value(int fd, const char *path, struct ts_secret *secret,
	   struct ts_err *err)
{
	const size_t most = sizeof secret->value - 1;
	ssize_t got;

	do {
		got = read(fd, secret->value + secret->length,
			   most - secret->length);
		if (got > 0)
			secret->length += (size_t)got;
	} while ((got > 0 && secret->length < most) ||
		 (got < 0 && errno == EINTR));
	if (got < 0)
		return ts_fail_errno(err, errno, "read %s", path);
	return check_value(secret, path, err);
}

static enum ts_status
read_file(const char *reference, struct ts_secret *secret, struct ts_err *err)
{
	char path[PATH_MAX];
	bool is_credential = false;

	if (locate(reference, path, sizeof path, &is_credential, err) != TS_OK)
		return err->status;
	TS_AUTO_FD fd =
		open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		int cause = errno;

		/* whichever errno it was, the operator has to act */
		return ts_fail(err, TS_BAD_CONFIG, "secret %s: %s", path,
			       strerror(cause));
	}
	if (check_file(fd, path, is_credential, err) != TS_OK)
		return err->status;
	return read_value(fd, path, secret, err);
}

static enum ts_status
read_any(const char *reference, struct ts_secret *secret, struct ts_err *err)
{
	if (!ts_secrets_given())
		return read_file(reference, secret, err);
	/* one byte short of the room, as a file is read */
	if (ts_secrets_find(reference, secret->value, sizeof secret->value - 1,
			    &secret->length))
		return check_value(secret, reference, err);
	if (strncmp(reference, "credential:", 11) == 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%.200s was not given to this stage: the daemon "
			       "could not read it when it started the stage "
			       "(its log says why)",
			       reference);
	return read_file(reference, secret, err);
}

enum ts_status
ts_secret_read(const char *reference, struct ts_secret **out,
	       struct ts_err *err)
{
	struct ts_secret *secret = ts_secret_pages(PAGES);
	struct ts_err why = { 0 };

	if (secret == NULL)
		return ts_fail_errno(err, errno, "memory for a secret");
	if (read_any(reference, secret, &why) != TS_OK) {
		ts_secret_free(secret);
		return ts_fail(err, why.status, "%s", why.text);
	}
	*out = secret;
	return TS_OK;
}
