/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After the last row: keys get their final numbers, areas and products their
 * kinds, and one level of products is settled on.
 */
#include "indicators/measure/reader.h"

#include <stdlib.h>
#include <string.h>

static int
compare_period_text(const void *a, const void *b)
{
	/* Both are canonical or undated, so that no copy is needed. */
	struct ts_when left = { .text = *(const char *const *)a };
	struct ts_when right = { .text = *(const char *const *)b };

	left.dated = ts_period_parse(left.text, &left.period, NULL) == TS_OK;
	right.dated = ts_period_parse(right.text, &right.period, NULL) == TS_OK;
	return ts_when_compare(&left, &right);
}

/* The two periods of from/to have no text but that of the choice. */
static enum ts_status
name_periods(struct ts_reader *reader, uint32_t **order, struct ts_err *err)
{
	struct ts_cells *cells = reader->cells;
	const char *base = ts_choice_text(reader->choice->base);
	const char *current = ts_choice_text(reader->choice->current);
	uint32_t i;

	*order = NULL;
	if (reader->layout.shape == TS_SHAPE_FROM_TO) {
		cells->from_to = true;
		cells->period_count = 2;
	} else {
		*order = ts_intern_sort(&reader->periods, compare_period_text);
		if (!*order)
			return ts_reader_no_memory(reader, err);
		cells->period_count = reader->periods.count;
	}
	cells->periods = ts_arena_alloc(cells->arena, cells->period_count + 1,
					sizeof(*cells->periods));
	if (!cells->periods)
		return ts_reader_no_memory(reader, err);
	if (cells->from_to) {
		cells->periods[0] =
			ts_when_of(cells->arena, base[0] ? base : "from");
		cells->periods[1] =
			ts_when_of(cells->arena, current[0] ? current : "to");
	} else {
		for (i = 0; i < cells->period_count; i++)
			cells->periods[i] = ts_when_of(
				cells->arena, reader->periods.texts[i]);
	}
	for (i = 0; i < cells->period_count; i++)
		if (!cells->periods[i].text)
			return ts_reader_no_memory(reader, err);
	return TS_OK;
}

static bool
is_world(const char *code)
{
	static const struct ts_list none = { 0 };

	return ts_code_area(code, &none, &none) == TS_AREA_WORLD;
}

static bool
is_total(const char *code)
{
	return ts_code_level(code) == TS_LEVEL_TOTAL;
}

/*
 * All spellings of "every partner" and "every product" are one key, "", so
 * that two of them are noticed as the same figure told twice.
 */
static enum ts_status
join_totals(struct ts_reader *reader, struct ts_err *err)
{
	struct ts_cells *cells = reader->cells;
	uint32_t world = ts_intern_id(&cells->areas, "");
	uint32_t total = ts_intern_id(&cells->products, "");
	bool *worlds = ts_arena_alloc(cells->arena, cells->areas.count + 1,
				      sizeof(bool));
	bool *totals = ts_arena_alloc(cells->arena, cells->products.count + 1,
				      sizeof(bool));
	struct ts_cell *cell;
	size_t i;

	if (world == TS_NO_ID || total == TS_NO_ID || !worlds || !totals)
		return ts_reader_no_memory(reader, err);
	for (i = 0; i < cells->areas.count; i++)
		worlds[i] = is_world(cells->areas.texts[i]);
	for (i = 0; i < cells->products.count; i++)
		totals[i] = is_total(cells->products.texts[i]);
	for (cell = cells->items; cell < cells->items + cells->count; cell++) {
		if (worlds[cell->partner])
			cell->partner = world;
		if (totals[cell->product])
			cell->product = total;
	}
	return TS_OK;
}

/* The names of flows by their final numbers; false: no memory. */
static bool
name_flows(struct ts_reader *reader)
{
	struct ts_cells *cells = reader->cells;
	size_t i;

	cells->flow_count = TS_FLOW_OTHER + reader->flows.count;
	cells->flow_names = ts_arena_alloc(cells->arena, cells->flow_count,
					   sizeof(*cells->flow_names));
	if (!cells->flow_names)
		return false;
	cells->flow_names[TS_FLOW_NONE] = "";
	cells->flow_names[TS_FLOW_X] = "X";
	cells->flow_names[TS_FLOW_M] = "M";
	cells->flow_names[TS_FLOW_XM] = "X+M";
	cells->flow_names[TS_FLOW_GDP] = "GDP";
	for (i = 0; i < reader->flows.count; i++)
		cells->flow_names[TS_FLOW_OTHER + i] = reader->flows.texts[i];
	return true;
}

static enum ts_status
renumber(struct ts_reader *reader, struct ts_err *err)
{
	struct ts_cells *cells = reader->cells;
	uint32_t *periods, *areas, *products, *flows;
	struct ts_cell *cell;
	size_t i;

	if (join_totals(reader, err) != TS_OK ||
	    name_periods(reader, &periods, err) != TS_OK)
		return err->status;
	areas = ts_intern_sort(&cells->areas, ts_intern_compare);
	products = ts_intern_sort(&cells->products, ts_intern_compare);
	flows = ts_intern_sort(&reader->flows, ts_intern_compare);
	if (!areas || !products || !flows || !name_flows(reader))
		return ts_reader_no_memory(reader, err);
	for (i = 0; i < cells->count; i++) {
		cell = &cells->items[i];
		if (periods)
			cell->period = periods[cell->period];
		cell->reporter = areas[cell->reporter];
		cell->partner = areas[cell->partner];
		cell->product = products[cell->product];
		if (cell->flow >= TS_FLOW_OTHER)
			cell->flow =
				(uint8_t)(TS_FLOW_OTHER +
					  flows[cell->flow - TS_FLOW_OTHER]);
	}
	return TS_OK;
}

static enum ts_status
classify_areas(struct ts_reader *reader, struct ts_err *err)
{
	struct ts_cells *cells = reader->cells;
	size_t count = cells->areas.count + 1, i;
	struct ts_list groups, nowhere;

	if (ts_list_parse(cells->arena, reader->choice->aggregates, &groups,
			  err) != TS_OK ||
	    ts_list_parse(cells->arena, reader->choice->unspecified, &nowhere,
			  err) != TS_OK)
		return err->status;
	cells->area_kind = ts_arena_alloc(cells->arena, count, 1);
	cells->is_reporter = ts_arena_alloc(cells->arena, count, sizeof(bool));
	cells->is_partner = ts_arena_alloc(cells->arena, count, sizeof(bool));
	if (!cells->area_kind || !cells->is_reporter || !cells->is_partner)
		return ts_reader_no_memory(reader, err);
	for (i = 0; i < cells->areas.count; i++)
		cells->area_kind[i] = (uint8_t)ts_code_area(
			cells->areas.texts[i], &groups, &nowhere);
	for (i = 0; i < cells->count; i++) {
		cells->is_reporter[cells->items[i].reporter] = true;
		cells->is_partner[cells->items[i].partner] = true;
	}
	return TS_OK;
}

/* "AG4" and "4" are the same level; "" is for us to find out. */
static enum ts_status
parse_level(const char *text, int *level, struct ts_err *err)
{
	const char *digits = strncmp(text, "AG", 2) == 0 ? text + 2 : text;
	size_t length = strlen(digits);
	int value = 0;
	size_t i;

	for (i = 0; i < length && i < 3; i++)
		value = digits[i] >= '0' && digits[i] <= '9'
				? value * 10 + (digits[i] - '0')
				: 1000;
	if (length == 0 || length > 2 || value > TS_LEVEL_MAX)
		return ts_fail(err, TS_BAD_CONFIG,
			       "level = \"%.20s\": not a "
			       "number of digits (2, 4, 6; 0 for names)",
			       text);
	*level = value;
	return TS_OK;
}

/* Without a choice: the only level there is, else the coarsest, which serves
 * for totals; results by product will ask for a choice. */
static enum ts_status
choose_level(struct ts_reader *reader, struct ts_err *err)
{
	struct ts_cells *cells = reader->cells;
	const char *chosen = ts_choice_text(reader->choice->level);
	const bool *admitted = cells->product_chosen;
	const struct ts_cell *cell;
	int level, found = TS_LEVEL_TOTAL;

	cells->level = TS_LEVEL_TOTAL;
	if (chosen[0] != '\0')
		return parse_level(chosen, &cells->level, err);
	for (cell = cells->items; cell < cells->items + cells->count; cell++) {
		level = cells->levels[cell->product];
		if (level == TS_LEVEL_TOTAL ||
		    (admitted && !admitted[cell->product]) ||
		    /* a figure that is not trade, beside exports, imports */
		    (cells->has_flow && cell->flow == TS_FLOW_NONE))
			continue;
		if (found != TS_LEVEL_TOTAL && found != level)
			cells->level_unclear = true;
		if (found == TS_LEVEL_TOTAL || level < found)
			found = level;
	}
	cells->level = found;
	return TS_OK;
}

/* is_all: the spellings that join_totals made one key of. */
static bool *
mark_chosen(struct ts_arena *arena, const struct ts_list *list,
	    const struct ts_intern *names, bool (*is_all)(const char *code))
{
	bool *chosen = ts_arena_alloc(arena, names->count + 1, sizeof(bool));
	const char *name;
	uint32_t id;
	size_t i;

	for (i = 0; chosen && i < list->count; i++) {
		name = is_all(list->items[i]) ? "" : list->items[i];
		id = ts_intern_find(names, name);
		if (id != TS_NO_ID)
			chosen[id] = true;
	}
	return chosen;
}

static enum ts_status
classify_products(struct ts_reader *reader, struct ts_err *err)
{
	struct ts_cells *cells = reader->cells;
	size_t i;

	cells->levels =
		ts_arena_alloc(cells->arena, cells->products.count + 1, 1);
	if (!cells->levels)
		return ts_reader_no_memory(reader, err);
	for (i = 0; i < cells->products.count; i++)
		cells->levels[i] =
			(int8_t)ts_code_level(cells->products.texts[i]);
	if (cells->partner_list.count > 0) {
		cells->area_chosen =
			mark_chosen(cells->arena, &cells->partner_list,
				    &cells->areas, is_world);
		if (!cells->area_chosen)
			return ts_reader_no_memory(reader, err);
	}
	if (cells->product_list.count > 0) {
		cells->product_chosen =
			mark_chosen(cells->arena, &cells->product_list,
				    &cells->products, is_total);
		if (!cells->product_chosen)
			return ts_reader_no_memory(reader, err);
	}
	return choose_level(reader, err);
}

enum ts_status
ts_reader_settle(struct ts_reader *reader, struct ts_err *err)
{
	if (renumber(reader, err) != TS_OK ||
	    classify_areas(reader, err) != TS_OK)
		return err->status;
	return classify_products(reader, err);
}
