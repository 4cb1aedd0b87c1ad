/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/cells.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "indicators/measure/sum.h"

struct ts_when
ts_when_of(struct ts_arena *arena, const char *text)
{
	struct ts_when when = { .text = text };
	char canonical[TS_PERIOD_TEXT];

	when.dated = ts_period_parse(text, &when.period, NULL) == TS_OK;
	if (when.dated) {
		ts_period_print(when.period, canonical);
		if (strcmp(canonical, text) != 0)
			when.text = ts_arena_strdup(arena, canonical);
	}
	return when;
}

/* Undated texts come last, numbers among them by size: 2 before 10. */
int
ts_when_compare(const struct ts_when *a, const struct ts_when *b)
{
	size_t la = strlen(a->text), lb = strlen(b->text);

	if (a->dated != b->dated)
		return a->dated ? -1 : 1;
	if (a->dated)
		return ts_period_compare(a->period, b->period);
	if (strspn(a->text, "0123456789") == la &&
	    strspn(b->text, "0123456789") == lb && la != lb)
		return la < lb ? -1 : 1;
	return strcmp(a->text, b->text);
}

/* ---- order --------------------------------------------------------------- */

enum key {
	KEY_PRODUCT,
	KEY_PARTNER,
	KEY_REPORTER,
	KEY_FLOW,
	KEY_PERIOD,
	KEY_COUNT
};

static uint32_t
key_of(const struct ts_cell *cell, enum key key)
{
	switch (key) {
	case KEY_PRODUCT:
		return cell->product;
	case KEY_PARTNER:
		return cell->partner;
	case KEY_REPORTER:
		return cell->reporter;
	case KEY_FLOW:
		return cell->flow;
	case KEY_PERIOD:
		return cell->period;
	case KEY_COUNT:
		break;
	}
	return 0;
}

static size_t
key_universe(const struct ts_cells *cells, enum key key)
{
	switch (key) {
	case KEY_PRODUCT:
		return cells->products.count;
	case KEY_PARTNER:
	case KEY_REPORTER:
		return cells->areas.count;
	case KEY_FLOW:
		return cells->flow_count;
	case KEY_PERIOD:
		return cells->period_count;
	case KEY_COUNT:
		break;
	}
	return 0;
}

/* One stable pass of a counting sort. */
static void
pass(const struct ts_cell *from, struct ts_cell *to, size_t count, enum key key,
     size_t *starts, size_t universe)
{
	size_t at = 0, here, i;

	for (i = 0; i <= universe; i++)
		starts[i] = 0;
	for (i = 0; i < count; i++)
		starts[key_of(&from[i], key)]++;
	for (i = 0; i < universe; i++) {
		here = starts[i];
		starts[i] = at;
		at += here;
	}
	for (i = 0; i < count; i++)
		to[starts[key_of(&from[i], key)]++] = from[i];
}

static bool
is_before(const struct ts_cell *a, const struct ts_cell *b)
{
	if (a->period != b->period)
		return a->period < b->period;
	if (a->flow != b->flow)
		return a->flow < b->flow;
	if (a->reporter != b->reporter)
		return a->reporter < b->reporter;
	if (a->partner != b->partner)
		return a->partner < b->partner;
	return a->product < b->product;
}

/* Most tables are written by a program that sorted them. */
static bool
is_sorted(const struct ts_cells *cells)
{
	size_t i;

	for (i = 1; i < cells->count; i++)
		if (is_before(&cells->items[i], &cells->items[i - 1]))
			return false;
	return true;
}

/* Linear in the number of cells: keys are small numbers already. */
static enum ts_status
sort_cells(struct ts_cells *cells, struct ts_err *err)
{
	size_t widest = 1, universe, i;
	struct ts_cell *other, *from, *to, *swap;
	size_t *starts;

	if (is_sorted(cells))
		return TS_OK;
	for (i = 0; i < KEY_COUNT; i++) {
		universe = key_universe(cells, (enum key)i);
		if (universe > widest)
			widest = universe;
	}
	other = ts_arena_alloc(cells->arena, cells->count + 1, sizeof(*other));
	starts = ts_arena_alloc(cells->arena, widest + 1, sizeof(*starts));
	if (!other || !starts)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       cells->name);
	from = cells->items;
	to = other;
	for (i = 0; i < KEY_COUNT; i++) {
		pass(from, to, cells->count, (enum key)i, starts,
		     key_universe(cells, (enum key)i));
		swap = from;
		from = to;
		to = swap;
	}
	cells->items = from;
	return TS_OK;
}

static bool
same_key(const struct ts_cell *a, const struct ts_cell *b)
{
	return a->period == b->period && a->flow == b->flow &&
	       a->reporter == b->reporter && a->partner == b->partner &&
	       a->product == b->product;
}

static enum ts_status
told_twice(const struct ts_cells *cells, const struct ts_cell *a,
	   const struct ts_cell *b, struct ts_err *err)
{
	uint32_t first = a->row < b->row ? a->row : b->row;
	uint32_t second = a->row < b->row ? b->row : a->row;

	return ts_fail(
		err, TS_BAD_DATA,
		"%s: rows %u and %u are both about "
		"\"%s\" %s \"%s\" \"%s\" \"%s\": choose one (source, "
		"dataset, unit, or a dimension of the table)",
		cells->name, first + 1, second + 1,
		cells->periods[a->period].text, cells->flow_names[a->flow],
		cells->areas.texts[a->reporter], cells->areas.texts[a->partner],
		cells->products.texts[a->product]);
}

/* A quantity that came in a row of its own joins the value. */
static enum ts_status
merge_cells(struct ts_cells *cells, struct ts_err *err)
{
	struct ts_cell *kept, *next;
	size_t i, count = 0;

	for (i = 0; i < cells->count; i++) {
		next = &cells->items[i];
		kept = count ? &cells->items[count - 1] : NULL;
		if (!kept || !same_key(kept, next)) {
			cells->items[count++] = *next;
			continue;
		}
		if ((kept->have && next->have) ||
		    (kept->have_weight && next->have_weight))
			return told_twice(cells, kept, next, err);
		if (next->have) {
			kept->have = next->have;
			kept->value = next->value;
			kept->row = next->row;
		}
		if (next->have_weight) {
			kept->have_weight = next->have_weight;
			kept->weight = next->weight;
		}
	}
	cells->count = count;
	return TS_OK;
}

/* A line with an unknown stretch has no known sum. */
static void
add_up_group(struct ts_cell *into, const struct ts_cell *group, size_t count)
{
	struct ts_sum value = { 0 }, weight = { 0 };
	uint8_t have = group[0].have, have_weight = group[0].have_weight;
	size_t i;

	*into = group[0];
	for (i = 0; i < count; i++) {
		ts_sum_add(&value, group[i].value);
		ts_sum_add(&weight, group[i].weight);
		if (group[i].have != TS_HAVE_VALUE)
			have = TS_HAVE_MISSING;
		if (group[i].have_weight != TS_HAVE_VALUE)
			have_weight = TS_HAVE_MISSING;
	}
	into->have = have;
	into->have_weight = have_weight;
	into->value = have == TS_HAVE_VALUE ? ts_sum_value(&value) : 0;
	into->weight = have_weight == TS_HAVE_VALUE ? ts_sum_value(&weight) : 0;
}

static void
add_up_cells(struct ts_cells *cells)
{
	struct ts_cell sum;
	size_t at, end, count = 0;

	for (at = 0; at < cells->count; at = end) {
		end = at + 1;
		while (end < cells->count &&
		       same_key(&cells->items[at], &cells->items[end]))
			end++;
		add_up_group(&sum, &cells->items[at], end - at);
		cells->items[count++] = sum;
	}
	cells->count = count;
}

static bool
opens_block(const struct ts_cells *cells, size_t at)
{
	const struct ts_cell *cell = &cells->items[at];

	return at == 0 || cell->period != cell[-1].period ||
	       cell->flow != cell[-1].flow ||
	       cell->reporter != cell[-1].reporter;
}

static enum ts_status
build_blocks(struct ts_cells *cells, struct ts_err *err)
{
	struct ts_block *block = NULL;
	size_t count = 0, i;

	for (i = 0; i < cells->count; i++)
		count += opens_block(cells, i);
	cells->blocks =
		ts_arena_alloc(cells->arena, count + 1, sizeof(*cells->blocks));
	if (!cells->blocks)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       cells->name);
	for (i = 0; i < cells->count; i++) {
		if (opens_block(cells, i)) {
			block = &cells->blocks[cells->block_count++];
			block->first = i;
			block->period = cells->items[i].period;
			block->flow = cells->items[i].flow;
			block->reporter = cells->items[i].reporter;
		}
		block->count++;
		if (cells->items[i].have == TS_HAVE_VALUE)
			block->reported = true;
	}
	return TS_OK;
}

enum ts_status
ts_cells_index(struct ts_cells *cells, bool add_up, struct ts_err *err)
{
	enum ts_status status = sort_cells(cells, err);

	if (status == TS_OK && add_up)
		add_up_cells(cells);
	else if (status == TS_OK)
		status = merge_cells(cells, err);
	if (status == TS_OK)
		status = build_blocks(cells, err);
	return status;
}

/* ---- questions ----------------------------------------------------------- */

static int
compare_block(const void *wanted, const void *at)
{
	const struct ts_block *a = wanted, *b = at;

	if (a->period != b->period)
		return a->period < b->period ? -1 : 1;
	if (a->flow != b->flow)
		return a->flow < b->flow ? -1 : 1;
	if (a->reporter != b->reporter)
		return a->reporter < b->reporter ? -1 : 1;
	return 0;
}

const struct ts_block *
ts_cells_block(const struct ts_cells *cells, uint32_t period, unsigned flow,
	       uint32_t reporter)
{
	struct ts_block wanted = { .period = period,
				   .flow = (uint8_t)flow,
				   .reporter = reporter };

	if (cells->block_count == 0)
		return NULL;
	return bsearch(&wanted, cells->blocks, cells->block_count,
		       sizeof(wanted), compare_block);
}

static int
compare_when(const void *wanted, const void *at)
{
	return ts_when_compare(wanted, at);
}

uint32_t
ts_cells_period(const struct ts_cells *cells, const char *text)
{
	struct ts_when when = ts_when_of(cells->arena, text);
	const struct ts_when *found;
	uint32_t i;

	if (!when.text || cells->period_count == 0)
		return TS_NO_ID;
	/* Pairs are in the order they are compared in, not in that of time. */
	for (i = 0; cells->period_count <= 2 && i < cells->period_count; i++)
		if (strcmp(cells->periods[i].text, when.text) == 0)
			return i;
	found = cells->period_count <= 2
			? NULL
			: bsearch(&when, cells->periods, cells->period_count,
				  sizeof(when), compare_when);
	return found ? (uint32_t)(found - cells->periods) : TS_NO_ID;
}

bool
ts_cells_tells(const struct ts_cells *cells, uint32_t reporter)
{
	return cells->is_reporter[reporter] &&
	       ts_list_admits(&cells->reporters, cells->areas.texts[reporter]);
}

enum ts_status
ts_cells_need_level(const struct ts_cells *cells, struct ts_err *err)
{
	char levels[128] = "";
	bool seen[TS_LEVEL_MAX + 1] = { false };
	size_t used = 0, i;

	if (!cells->level_unclear)
		return TS_OK;
	for (i = 0; i < cells->products.count; i++)
		if (cells->levels[i] >= 0)
			seen[cells->levels[i]] = true;
	for (i = 0; i <= TS_LEVEL_MAX; i++)
		if (seen[i] && used < sizeof(levels))
			used += (size_t)snprintf(levels + used,
						 sizeof(levels) - used, "%s%zu",
						 used ? ", " : "", i);
	return ts_fail(err, TS_BAD_CONFIG,
		       "%s: product codes of several "
		       "levels (%s digits), which would count twice: choose "
		       "one with level=",
		       cells->name, levels);
}

size_t
ts_cells_products(const struct ts_cells *cells)
{
	size_t count = 0, i;

	for (i = 0; i < cells->products.count; i++)
		count += cells->levels[i] == cells->level;
	return count;
}

size_t
ts_cells_countries(const struct ts_cells *cells)
{
	size_t count = 0, i;

	for (i = 0; i < cells->areas.count; i++)
		count += cells->area_kind[i] == TS_AREA_COUNTRY;
	return count;
}
