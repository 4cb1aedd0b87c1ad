/* SPDX-License-Identifier: Apache-2.0 */
/*
 * golden.h - runs measures over a table and compares what they tell with the
 * rows of an expected.csv.
 */
#ifndef TESTS_INDICATORS_GOLDEN_H
#define TESTS_INDICATORS_GOLDEN_H

#include "tests/support/fixtures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/buf.h>
#include "indicators/engine/indicator.h"

extern const struct ts_plugin *const ts_builtin_indicators[];

#define MOST_SETTINGS 8

/* Settings as pairs of name and value, NULL at the end. */
static inline enum ts_status
run_measure(struct ts_arena *arena, const char *measure,
	    const struct ts_table *table, const char *const *pairs,
	    struct ts_results *out, struct ts_err *err)
{
	const struct ts_indicator *indicator =
		ts_indicator_find(ts_builtin_indicators, measure);
	struct ts_setting items[MOST_SETTINGS] = { 0 };
	struct ts_settings settings = { .items = items };

	if (!indicator)
		return ts_fail(err, TS_NO_INPUT, "%s: nobody computes it",
			       measure);
	for (; pairs && *pairs; pairs += 2) {
		items[settings.count].name = pairs[0];
		items[settings.count++].value = pairs[1];
	}
	out->arena = arena;
	return ts_indicator_run(indicator, measure, table, &settings, out, err);
}

static inline const struct ts_measure *
measure_of(const char *id)
{
	const struct ts_indicator *indicator =
		ts_indicator_find(ts_builtin_indicators, id);
	const struct ts_measure *measure;

	for (measure = indicator->measures; strcmp(measure->id, id) != 0;)
		measure++;
	return measure;
}

/* A table from text: the first line names the columns. */
static inline struct ts_table *
table_of(struct ts_arena *arena, const char *csv)
{
	char *copy = ts_arena_strdup(arena, csv), *line, *field, *rest, *more;
	const char *cells[16];
	struct ts_table *table = NULL;
	struct ts_err err = { 0 };
	size_t count;

	for (line = copy; line && *line; line = rest) {
		rest = strchr(line, '\n');
		if (rest)
			*rest++ = '\0';
		for (count = 0, field = line; field; field = more) {
			more = strchr(field, ',');
			if (more)
				*more++ = '\0';
			cells[count++] = field;
		}
		if (!table)
			assert_int_equal(ts_table_new(arena, "table", cells,
						      count, &table, &err),
					 TS_OK);
		else
			assert_int_equal(ts_table_add(table, cells, &err),
					 TS_OK);
	}
	return table;
}

static inline int
compare_result(const void *a, const void *b)
{
	const struct ts_result *left = a, *right = b;
	int order = strcmp(left->indicator, right->indicator);

	if (order == 0)
		order = strcmp(left->k1, right->k1);
	if (order == 0)
		order = strcmp(left->k2, right->k2);
	if (order == 0)
		order = strcmp(left->k3, right->k3);
	return order ? order : strcmp(left->period, right->period);
}

static inline const struct ts_result *
find_result(const struct ts_results *results, const char *k1, const char *k2,
	    const char *k3, const char *period)
{
	size_t i;

	for (i = 0; i < results->count; i++)
		if (strcmp(results->items[i].k1, k1) == 0 &&
		    strcmp(results->items[i].k2, k2) == 0 &&
		    strcmp(results->items[i].k3, k3) == 0 &&
		    strcmp(results->items[i].period, period) == 0)
			return &results->items[i];
	return NULL;
}

#endif
