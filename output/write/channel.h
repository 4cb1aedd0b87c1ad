/* SPDX-License-Identifier: Apache-2.0 */
/*
 * channel.h - what outputs share that put the files of an edition on another
 * machine: where they lie there, and what kind they are. The same edition has
 * the same names whenever it is sent.
 */
#ifndef OUTPUT_WRITE_CHANNEL_H
#define OUTPUT_WRITE_CHANNEL_H

#include <tradestat/buf.h>
#include <tradestat/delivery.h>

#define TS_CHANNEL_MANIFEST "manifest.json"

/* Is there a bundle to be put anywhere on this occasion? */
bool ts_channel_has_bundle(const struct ts_delivery *delivery);
/* A path for an address: letters, digits and -_.~/ stay, all else is
 * escaped. */
void ts_channel_path(struct ts_buf *out, const char *path);
/* base without its last slashes, and behind it "/kazakhstan-italy/2024.1". */
void ts_channel_folder(struct ts_buf *out, const char *base,
		       const struct ts_edition *edition);
const char *ts_channel_type(const char *name); /* "text/csv; charset=utf-8" */

/* Calls put for each file of the recipient, in order, and for the manifest
 * last: who finds one finds the rest. */
typedef enum ts_status ts_channel_put(void *ctx,
				      const struct ts_bundle_item *item,
				      struct ts_err *err);
enum ts_status ts_channel_each(const struct ts_delivery *delivery,
			       ts_channel_put *put, void *ctx,
			       struct ts_err *err) TS_MUST_USE;

#endif
