/* SPDX-License-Identifier: Apache-2.0 */
/*
 * editions.h - the folder of published bundles: puts one there by a rename,
 * points "latest" to the newest, lists them all in index.html.
 */
#ifndef OUTPUT_ENGINE_EDITIONS_H
#define OUTPUT_ENGINE_EDITIONS_H

#include <stddef.h>
#include <tradestat/arena.h>
#include <tradestat/edition.h>
#include <tradestat/err.h>

/*
 * Renames the complete, synced folder to <output>/<report>/<period>.<number>
 * (path: where) and syncs. TS_REFUSED when that exists: a published bundle is
 * never changed.
 */
enum ts_status ts_editions_put(const char *output, const char *folder,
			       const struct ts_edition *edition, char *path,
			       size_t size, struct ts_err *err) TS_MUST_USE;
/* Moves <report>/latest to that edition, unless it points to a later period
 * or to one with newer data. */
enum ts_status ts_editions_latest(const char *output,
				  const struct ts_edition *edition,
				  struct ts_err *err) TS_MUST_USE;
enum ts_status ts_editions_index(const char *output,
				 struct ts_err *err) TS_MUST_USE;
/* All bundles there, texts in arena: by report, then the latest period and
 * number first. A folder that is no bundle is left out. */
struct ts_manifest_head;
enum ts_status ts_editions_list(const char *output, struct ts_arena *arena,
				const struct ts_manifest_head **items,
				size_t *count, struct ts_err *err) TS_MUST_USE;
/* Waits for other runs that publish at this moment; *lock_fd to be closed. */
enum ts_status ts_editions_lock(const char *output, int *lock_fd,
				struct ts_err *err) TS_MUST_USE;

#endif
