/* SPDX-License-Identifier: Apache-2.0 */
/* hash.h - SHA-256 (libcrypto) of pieces, as lower-case hexadecimal text. */
#ifndef TRADESTAT_HASH_H
#define TRADESTAT_HASH_H

#include <stddef.h>
#include <tradestat/err.h>

#define TS_SHA256_TEXT 65

struct ts_hash;

TS_API struct ts_hash *ts_hash_new(void); /* NULL: no memory */
TS_API void ts_hash_add(struct ts_hash *hash, const void *bytes, size_t count);
TS_API void ts_hash_end(struct ts_hash *hash, char text[TS_SHA256_TEXT]);
TS_API void ts_hash_free(struct ts_hash *hash);
TS_API void ts_sha256(const void *bytes, size_t count,
		      char text[TS_SHA256_TEXT]);
TS_API enum ts_status ts_sha256_file(const char *path,
				     char text[TS_SHA256_TEXT],
				     struct ts_err *err) TS_MUST_USE;

#endif
