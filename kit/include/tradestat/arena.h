/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h - memory of one job: everything the job computes lives here and
 * goes at once when the job ends. The ceiling turns a runaway document into
 * an error. Not thread safe; one arena belongs to one job.
 */
#ifndef TRADESTAT_ARENA_H
#define TRADESTAT_ARENA_H

#include <stddef.h>
#include <tradestat/err.h>

struct ts_arena;

/* ceiling_bytes: most that the arena may hold altogether. NULL: no memory. */
TS_API struct ts_arena *ts_arena_new(size_t ceiling_bytes);
TS_API void ts_arena_free(struct ts_arena *arena); /* NULL is welcome */
/* Forgets all that was allocated, keeps the first block for reuse. */
TS_API void ts_arena_reset(struct ts_arena *arena);

/* Zeroed memory, aligned for any type; NULL past the ceiling or out of
 * memory. count * size is checked for overflow. */
TS_API void *ts_arena_alloc(struct ts_arena *arena, size_t count, size_t size);
/* Moves an array to a larger place (the old one stays until the arena goes). */
TS_API void *ts_arena_grow(struct ts_arena *arena, const void *old,
			   size_t old_count, size_t new_count, size_t size);
TS_API char *ts_arena_strdup(struct ts_arena *arena, const char *text);
TS_API char *ts_arena_strndup(struct ts_arena *arena, const char *text,
			      size_t length);
TS_API char *ts_arena_printf(struct ts_arena *arena, const char *fmt, ...)
	TS_PRINTF(2, 3);
TS_API size_t ts_arena_used(const struct ts_arena *arena);

#endif
