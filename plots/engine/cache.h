/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache.h - pictures that were drawn before, by the hash of all that decides
 * how they look. An entry carries the hash of its own bytes: a cut or rotten
 * one is drawn again, so nothing here needs to be synced.
 */
#ifndef PLOTS_ENGINE_CACHE_H
#define PLOTS_ENGINE_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include <tradestat/buf.h>

/* false: not there, or not whole. Appends to bytes. */
bool ts_cache_get(const char *folder, const char *key, struct ts_buf *bytes);
/* A cache that cannot be written is no failure: the picture is drawn. */
void ts_cache_put(const char *folder, const char *key,
		  const struct ts_buf *bytes);
/* Removes entries that nobody asked for since then (wall clock). */
void ts_cache_prune(const char *folder, int64_t since_us);

#endif
