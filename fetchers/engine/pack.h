/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack.h - replies that were recorded, in a folder that can be given to
 * somebody else: pack.json and documents/. docs/fetching.md has the format.
 *
 * A pack is foreign input. Its files are reached without following links and
 * without leaving the folder, and each has to have the SHA-256 that pack.json
 * says.
 */
#ifndef FETCHERS_ENGINE_PACK_H
#define FETCHERS_ENGINE_PACK_H

#include "fetchers/engine/archive.h"
#include "fetchers/engine/fetch.h"

#define TS_PACK_FORMAT "tradestat-pack-1"
#define TS_PACK_LIST_MAX ((size_t)64 << 20) /* bytes of pack.json */

struct ts_pack;

/* TS_NO_INPUT: no such folder or no pack.json in it. */
enum ts_status ts_pack_open(const char *dir, struct ts_pack **out,
			    struct ts_err *err) TS_MUST_USE;
/*
 * The recorded reply to a request, TS_NO_INPUT when the pack has none. Fills
 * url .. headers and sha256 of *out (texts live as long as the pack) and
 * brings the body, checked and ended, into the archive's incoming folder.
 */
enum ts_status ts_pack_get(struct ts_pack *pack, const char *source,
			   const char *url, const char *archive_dir,
			   int64_t max_bytes, struct ts_document *out,
			   struct ts_body **body,
			   struct ts_err *err) TS_MUST_USE;
void ts_pack_close(struct ts_pack *pack);

struct ts_record;

/* Goes on with a pack that is there already. */
enum ts_status ts_record_open(const char *dir, struct ts_record **out,
			      struct ts_err *err) TS_MUST_USE;
/* Copies the archived body; takes the place of an older reply to the same
 * request. Listed in pack.json by ts_record_save. */
enum ts_status ts_record_add(struct ts_record *record, const char *archive_dir,
			     const struct ts_document *document,
			     struct ts_err *err) TS_MUST_USE;
enum ts_status ts_record_save(struct ts_record *record,
			      struct ts_err *err) TS_MUST_USE;
void ts_record_close(struct ts_record *record);

#endif
