/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intern.h - the distinct texts of a column, numbered in their order.
 *
 * ts_intern_id gives provisional numbers in the order of arrival;
 * ts_intern_sort renumbers by strcmp, so that what is computed afterwards does
 * not depend on the order of rows.
 */
#ifndef INDICATORS_MEASURE_INTERN_H
#define INDICATORS_MEASURE_INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tradestat/arena.h>

#define TS_NO_ID UINT32_MAX

struct ts_intern {
	struct ts_arena *arena;
	const char **texts;
	size_t count;
	size_t room;
	uint32_t *slots;   /* id + 1, 0 free */
	size_t slot_count; /* a power of two */
};

void ts_intern_init(struct ts_intern *intern, struct ts_arena *arena);
/* TS_NO_ID: no memory. The text is not copied. */
uint32_t ts_intern_id(struct ts_intern *intern, const char *text);
/* order[old id] = new id; NULL: no memory. The slots are spent. */
uint32_t *ts_intern_sort(struct ts_intern *intern,
			 int (*compare)(const void *a, const void *b));
/* For the compare above: two const char **. */
int ts_intern_compare(const void *a, const void *b);
/* After sorting by ts_intern_compare: TS_NO_ID if unknown. */
uint32_t ts_intern_find(const struct ts_intern *intern, const char *text);

#endif
