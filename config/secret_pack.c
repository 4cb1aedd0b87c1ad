/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How secrets reach a worker: not by argument or environment, which others
 * can read, nor by a file, which somebody has to remove, but in a memory file
 * without a name that can no longer be changed, as standard input.
 *
 *   "tradestat-secrets-1\n", then for each: two 32-bit lengths in the order
 *   of this machine's bytes, the reference, the value
 */
#include "config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>

#define MAGIC "tradestat-secrets-1\n"
#define MAGIC_SIZE (sizeof MAGIC - 1)
#define REFERENCE_MOST ((size_t)4096) /* a path, at most */
#define REFERENCES_MOST ((size_t)256)
#define LENGTHS_SIZE (2 * sizeof(uint32_t))
#define FILE_MOST                                                              \
	(MAGIC_SIZE +                                                          \
	 REFERENCES_MOST * (LENGTHS_SIZE + REFERENCE_MOST + TS_SECRET_MOST))
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* Since Linux 6.3: not executable either. Older ones do not know the flag. */
#define NOEXEC_SEAL 0x0008U

/* ---- the supervisor's side ----------------------------------------------- */

static int
new_memory_file(void)
{
	int fd = memfd_create("tradestat-secrets",
			      MFD_CLOEXEC | MFD_ALLOW_SEALING | NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("tradestat-secrets",
				  MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd;
}

static bool
is_repeated(const char *const *references, size_t nth)
{
	for (size_t i = 0; i < nth; i++)
		if (strcmp(references[i], references[nth]) == 0)
			return true;
	return false;
}

static enum ts_status
put(int fd, const char *reference, const char *value, struct ts_err *err)
{
	const uint32_t lengths[2] = { (uint32_t)strlen(reference),
				      (uint32_t)strlen(value) };

	if (ts_write_all(fd, lengths, sizeof lengths, "secrets", err) !=
		    TS_OK ||
	    ts_write_all(fd, reference, lengths[0], "secrets", err) != TS_OK ||
	    ts_write_all(fd, value, lengths[1], "secrets", err) != TS_OK)
		return err->status;
	return TS_OK;
}

/* One that cannot be read is left out and told. */
static enum ts_status
pack_one(int fd, const char *reference, ts_opt_complain *complain, void *ctx,
	 struct ts_err *err)
{
	struct ts_secret *secret = NULL;
	struct ts_err why = { 0 };
	enum ts_status status;

	if (strlen(reference) > REFERENCE_MOST) {
		complain(ctx, "a reference to a secret is too long");
		return TS_OK;
	}
	if (ts_secret_read(reference, &secret, &why) != TS_OK) {
		complain(ctx, why.text);
		return TS_OK;
	}
	status = put(fd, reference, ts_secret_reveal(secret), err);
	ts_secret_free(secret);
	return status;
}

enum ts_status
ts_secrets_pack(const char *const *references, ts_opt_complain *complain,
		void *ctx, int *fd, struct ts_err *err)
{
	TS_AUTO_FD file = new_memory_file();

	*fd = -1;
	if (file < 0)
		return ts_fail_errno(err, errno, "a memory file for secrets");
	if (ts_write_all(file, MAGIC, MAGIC_SIZE, "secrets", err) != TS_OK)
		return err->status;
	for (size_t i = 0; references[i] != NULL; i++) {
		if (i >= REFERENCES_MOST)
			return ts_fail(err, TS_BAD_CONFIG,
				       "more than %zu secrets for one stage",
				       REFERENCES_MOST);
		if (!is_repeated(references, i) &&
		    pack_one(file, references[i], complain, ctx, err) != TS_OK)
			return err->status;
	}
	if (fcntl(file, F_ADD_SEALS, SEALS) != 0)
		return ts_fail_errno(err, errno, "seal the secrets");
	*fd = file;
	file = -1; /* it is the caller's now */
	return TS_OK;
}

/* ---- the worker's side --------------------------------------------------- */

/*
 * The one variable of this room: what a process was given is a fact about the
 * process, and whoever reads a secret deep in an engine must not be able to
 * go past it.
 */
static struct {
	bool given;
	char *pages;
	size_t size, used;
} own;

/* One of them; every length is checked against what is there. */
struct packed {
	const char *reference, *value;
	size_t reference_length, value_length;
};

/* Moves *at on; false at the end, or where nothing whole is left. */
static bool
next_packed(size_t *at, struct packed *out)
{
	uint32_t lengths[2];
	size_t left = own.used - *at;

	if (left < sizeof lengths)
		return false;
	memcpy(lengths, own.pages + *at, sizeof lengths);
	left -= sizeof lengths;
	if (lengths[0] == 0 || lengths[0] > REFERENCE_MOST ||
	    lengths[0] > left || lengths[1] > TS_SECRET_MOST ||
	    lengths[1] > left - lengths[0])
		return false;
	out->reference = own.pages + *at + sizeof lengths;
	out->reference_length = lengths[0];
	out->value = out->reference + lengths[0];
	out->value_length = lengths[1];
	*at += sizeof lengths + lengths[0] + lengths[1];
	return true;
}

static bool
is_whole(void)
{
	struct packed packed;
	size_t at = MAGIC_SIZE;

	if (own.used < MAGIC_SIZE || memcmp(own.pages, MAGIC, MAGIC_SIZE) != 0)
		return false;
	while (next_packed(&at, &packed))
		;
	return at == own.used;
}

static void
forget(void)
{
	if (own.pages != NULL)
		ts_secret_pages_wipe(own.pages, own.size);
	own.pages = NULL;
	own.size = own.used = 0;
}

/* By position: the offset is shared with whoever else has the file open. */
static enum ts_status
take(int fd, size_t count, struct ts_err *err)
{
	own.size = count + 1;
	own.pages = ts_secret_pages(own.size);
	if (own.pages == NULL)
		return ts_fail_errno(err, errno, "memory for secrets");
	while (own.used < count) {
		ssize_t got = pread(fd, own.pages + own.used, count - own.used,
				    (off_t)own.used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return ts_fail_errno(err, got < 0 ? errno : EIO,
					     "read the secrets");
		own.used += (size_t)got;
	}
	if (!is_whole())
		return ts_fail(err, TS_BAD_DATA,
			       "the secrets given to this stage are damaged");
	return TS_OK;
}

static enum ts_status
replace_by_nothing(int fd, struct ts_err *err)
{
	TS_AUTO_FD nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* 0, 1 and 2 stay open in children, as they should */
	if (nothing < 0 ||
	    (fd > 2 ? dup3(nothing, fd, O_CLOEXEC) : dup2(nothing, fd)) < 0)
		return ts_fail_errno(err, errno, "close the secrets");
	return TS_OK;
}

enum ts_status
ts_secrets_open(int fd, struct ts_err *err)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat meta;

	forget();
	own.given = true; /* whatever comes, no others from now on */
	if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &meta) != 0)
		return ts_fail(err, TS_BAD_USAGE,
			       "standard input is not what tradestatd hands "
			       "over: stages are started by it alone");
	if (meta.st_size < (off_t)MAGIC_SIZE ||
	    (uintmax_t)meta.st_size > FILE_MOST)
		return ts_fail(err, TS_BAD_DATA,
			       "the secrets given to this stage are damaged");
	if (take(fd, (size_t)meta.st_size, err) != TS_OK ||
	    replace_by_nothing(fd, err) != TS_OK) {
		forget();
		return err->status;
	}
	return TS_OK;
}

bool
ts_secrets_given(void)
{
	return own.given;
}

bool
ts_secrets_find(const char *reference, char *value, size_t room, size_t *length)
{
	const size_t wanted = strlen(reference);
	struct packed packed;
	size_t at = MAGIC_SIZE;

	if (own.used == 0)
		return false;
	while (next_packed(&at, &packed)) {
		if (packed.reference_length != wanted ||
		    memcmp(packed.reference, reference, wanted) != 0)
			continue;
		if (packed.value_length > room)
			return false;
		memcpy(value, packed.value, packed.value_length);
		*length = packed.value_length;
		return true;
	}
	return false;
}
