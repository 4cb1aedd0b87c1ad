/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder_feed.h - the Atom feed (RFC 4287) of the editions in a folder: the
 * last ones issued first, at most fifty.
 */
#ifndef OUTPUT_ENGINE_FOLDER_FEED_H
#define OUTPUT_ENGINE_FOLDER_FEED_H

#include <stddef.h>
#include <tradestat/delivery.h>
#include "output/engine/manifest.h"

/* Entries are known by a UUID made of what an edition is, not of where it
 * lies: a folder that moves brings no reader old news. */
void ts_folder_feed_print(const struct ts_folder *folder,
			  const struct ts_manifest_head *editions, size_t count,
			  struct ts_buf *out);
/* Sorts by moment of issue, the last first; editions without one at the end. */
void ts_folder_by_issue(struct ts_manifest_head *editions, size_t count);

#endif
