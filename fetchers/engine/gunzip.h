/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gunzip.h - undoes the gzip coding of a reply piece by piece and knows
 * whether its end, with length and checksum, was there.
 */
#ifndef FETCHERS_ENGINE_GUNZIP_H
#define FETCHERS_ENGINE_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <tradestat/err.h>

struct ts_gunzip;

typedef enum ts_status ts_gunzip_out(void *ctx, const void *bytes, size_t count,
				     struct ts_err *err);

enum ts_status ts_gunzip_new(ts_gunzip_out *out, void *ctx,
			     struct ts_gunzip **gunzip,
			     struct ts_err *err) TS_MUST_USE;
/* TS_BAD_DATA: not gzip, a wrong checksum, or something else behind it. */
enum ts_status ts_gunzip_add(struct ts_gunzip *gunzip, const void *bytes,
			     size_t count, struct ts_err *err) TS_MUST_USE;
bool ts_gunzip_ended(const struct ts_gunzip *gunzip);
void ts_gunzip_free(struct ts_gunzip *gunzip); /* NULL is welcome */

#endif
