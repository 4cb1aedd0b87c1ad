/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h - rows with named columns, what indicators and charts take in.
 *
 * Every cell is text as it was written (exact, never localised); its number
 * is read on demand. All memory belongs to the arena. "" is missing.
 */
#ifndef TRADESTAT_TABLE_H
#define TRADESTAT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <tradestat/arena.h>
#include <tradestat/err.h>

struct ts_table {
	struct ts_arena *arena;
	const char **columns;
	size_t column_count;
	const char **cells; /* row-major, never NULL */
	size_t row_count;
	size_t row_room;
	const char *name; /* where it came from, for messages */
};

#define TS_NO_COLUMN ((size_t)-1)

TS_API enum ts_status ts_table_new(struct ts_arena *arena, const char *name,
				   const char *const *columns, size_t count,
				   struct ts_table **out,
				   struct ts_err *err) TS_MUST_USE;
/* cells: column_count texts, copied; NULL counts as "". */
TS_API enum ts_status ts_table_add(struct ts_table *table,
				   const char *const *cells,
				   struct ts_err *err) TS_MUST_USE;
TS_API size_t ts_table_column(const struct ts_table *table, const char *name);
TS_API const char *ts_table_text(const struct ts_table *table, size_t row,
				 size_t column); /* "" past the edge */
/* false: empty or not a number (NaN). */
TS_API bool ts_table_number(const struct ts_table *table, size_t row,
			    size_t column, double *out);
/* Header row and records of RFC 4180 CSV (UTF-8, BOM allowed). */
TS_API enum ts_status ts_table_read_csv(struct ts_arena *arena,
					const char *path, struct ts_table **out,
					struct ts_err *err) TS_MUST_USE;
struct ts_buf;
TS_API void ts_table_write_csv(const struct ts_table *table,
			       struct ts_buf *out);

#endif
