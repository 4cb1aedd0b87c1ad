/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/hash.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>
#include <openssl/evp.h>
#include <tradestat/file.h>

struct ts_hash {
	EVP_MD_CTX *ctx;
	bool failed; /* libcrypto said no: the text will be "" */
};

struct ts_hash *
ts_hash_new(void)
{
	struct ts_hash *hash = calloc(1, sizeof *hash);

	if (hash == NULL)
		return NULL;
	hash->ctx = EVP_MD_CTX_new();
	if (hash->ctx == NULL ||
	    EVP_DigestInit_ex(hash->ctx, EVP_sha256(), NULL) != 1) {
		ts_hash_free(hash);
		return NULL;
	}
	return hash;
}

void
ts_hash_free(struct ts_hash *hash)
{
	if (hash == NULL)
		return;
	EVP_MD_CTX_free(hash->ctx);
	free(hash);
}

void
ts_hash_add(struct ts_hash *hash, const void *bytes, size_t count)
{
	if (EVP_DigestUpdate(hash->ctx, bytes, count) != 1)
		hash->failed = true;
}

static void
put_hex(const unsigned char digest[32], char text[TS_SHA256_TEXT])
{
	static const char digits[16] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < 32; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	text[64] = '\0';
}

void
ts_hash_end(struct ts_hash *hash, char text[TS_SHA256_TEXT])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	text[0] = '\0';
	if (EVP_DigestFinal_ex(hash->ctx, digest, &length) == 1 &&
	    length == 32 && !hash->failed)
		put_hex(digest, text);
}

void
ts_sha256(const void *bytes, size_t count, char text[TS_SHA256_TEXT])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	text[0] = '\0';
	if (EVP_Digest(bytes, count, digest, &length, EVP_sha256(), NULL) ==
		    1 &&
	    length == 32)
		put_hex(digest, text);
}

static enum ts_status
add_file(struct ts_hash *hash, int fd, const char *path, struct ts_err *err)
{
	char piece[65536];
	ssize_t got;

	for (;;) {
		got = read(fd, piece, sizeof piece);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ts_fail_errno(err, errno, "read %s", path);
		if (got == 0)
			return TS_OK;
		ts_hash_add(hash, piece, (size_t)got);
	}
}

enum ts_status
ts_sha256_file(const char *path, char text[TS_SHA256_TEXT], struct ts_err *err)
{
	TS_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);
	char digest[TS_SHA256_TEXT];
	struct ts_hash *hash;
	enum ts_status status;
	size_t i;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ts_fail(err, TS_NO_INPUT, "%s: no such file", path);
	if (fd < 0)
		return ts_fail_errno(err, errno, "open %s", path);
	hash = ts_hash_new();
	if (hash == NULL)
		return ts_fail(err, TS_SYSTEM, "%s: SHA-256 does not start",
			       path);
	status = add_file(hash, fd, path, err);
	ts_hash_end(hash, digest);
	ts_hash_free(hash);
	if (status != TS_OK)
		return status;
	if (digest[0] == '\0')
		return ts_fail(err, TS_SYSTEM, "%s: SHA-256 failed", path);
	for (i = 0; i < TS_SHA256_TEXT; i++)
		text[i] = digest[i];
	return TS_OK;
}
