/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder.h - an edition into a folder of this machine that others read: a
 * share, a web server's tree. It appears by a rename, "latest" and index.html
 * follow it, a feed (Atom, RFC 4287) tells of it, old editions go.
 */
#ifndef OUTPUT_ENGINE_FOLDER_H
#define OUTPUT_ENGINE_FOLDER_H

#include <tradestat/buf.h>
#include <tradestat/delivery.h>

/* Kept as JSON in the outbox. */
enum ts_status ts_folder_print(const struct ts_folder *folder,
			       struct ts_buf *out,
			       struct ts_err *err) TS_MUST_USE;
enum ts_status ts_folder_parse(const char *json, struct ts_arena *arena,
			       struct ts_folder *out,
			       struct ts_err *err) TS_MUST_USE;

/*
 * bundle: a published one, which is verified against its manifest on the way.
 * The same edition again changes nothing. TS_REFUSED: another bundle of that
 * name lies there.
 */
enum ts_status ts_folder_deliver(const struct ts_folder *folder,
				 const char *bundle,
				 struct ts_err *err) TS_MUST_USE;

#endif
