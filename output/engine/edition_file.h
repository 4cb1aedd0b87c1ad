/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edition_file.h - edition.json in a bundle (edition.eur.json of a variant):
 * what the edition says, for programs, and for the deliveries that are made
 * of it later by another process. All of struct ts_edition but the drawings:
 * their paths are names in the bundle ("charts/turnover.png").
 */
#ifndef OUTPUT_ENGINE_EDITION_FILE_H
#define OUTPUT_ENGINE_EDITION_FILE_H

#include <tradestat/arena.h>
#include <tradestat/buf.h>
#include <tradestat/edition.h>
#include <tradestat/err.h>

#define TS_EDITION_NAME "edition.json"
#define TS_EDITION_FILE_MOST ((size_t)32 << 20)

/* "edition.json", "edition.eur.json". TS_BAD_DATA: variant is no id. */
#define TS_EDITION_NAME_MOST 80
enum ts_status ts_edition_name(const char *variant,
			       char name[TS_EDITION_NAME_MOST],
			       struct ts_err *err) TS_MUST_USE;
enum ts_status ts_edition_print(const struct ts_edition *edition,
				struct ts_buf *out,
				struct ts_err *err) TS_MUST_USE;
/* Of the bundle in that folder, texts in arena; variant "" for the report as
 * it is. TS_NO_INPUT: that bundle has none (it is of an older version, or was
 * made without that variant). */
enum ts_status ts_edition_read(const char *bundle, const char *variant,
			       struct ts_arena *arena, struct ts_edition *out,
			       struct ts_err *err) TS_MUST_USE;

#endif
