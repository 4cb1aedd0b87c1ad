/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edition_read.h - the bytes of an edition.json, whoever has had them in his
 * hands, as an edition again. Every value has the type and the bounds that the
 * writer gives it, or the whole is TS_BAD_DATA, which names the place.
 */
#ifndef OUTPUT_ENGINE_EDITION_READ_H
#define OUTPUT_ENGINE_EDITION_READ_H

#include <tradestat/arena.h>
#include <tradestat/edition.h>
#include <tradestat/err.h>

#define TS_EDITION_SCHEMA 1

enum ts_status ts_edition_parse(const char *bytes, size_t count,
				struct ts_arena *arena, struct ts_edition *out,
				struct ts_err *err) TS_MUST_USE;

#endif
