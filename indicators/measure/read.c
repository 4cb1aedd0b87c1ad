/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/reader.h"

#include <math.h>
#include <string.h>

enum ts_status
ts_reader_no_memory(const struct ts_reader *reader, struct ts_err *err)
{
	return ts_fail(err, TS_SYSTEM, "%s: no memory left",
		       reader->table->name);
}

static const char *
text_at(const struct ts_reader *reader, size_t row, enum ts_role_of column)
{
	return ts_table_text(reader->table, row, reader->layout.at[column]);
}

/* An empty field and the usual marks are missing; other words are an error. */
static enum ts_status
read_figure(const struct ts_reader *reader, size_t row, enum ts_role_of column,
	    struct ts_fig *out, struct ts_err *err)
{
	static const char *const marks[] = { "", "NA", "NaN", ":", "..", "-" };
	const char *text = text_at(reader, row, column);
	double value;
	size_t i;

	*out = ts_fig_missing();
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strcmp(text, marks[i]) == 0)
			return TS_OK;
	if (!ts_table_number(reader->table, row, reader->layout.at[column],
			     &value) ||
	    !isfinite(value))
		return ts_fail(err, TS_BAD_DATA,
			       "%s: row %zu: not a number: "
			       "\"%.40s\"",
			       reader->table->name, row + 1, text);
	*out = ts_fig_of(value);
	return TS_OK;
}

static enum ts_status
add_cell(struct ts_reader *reader, const struct ts_cell *cell,
	 struct ts_err *err)
{
	struct ts_cells *cells = reader->cells;
	struct ts_cell *items;
	size_t want;

	if (cell->period == TS_NO_ID || cell->reporter == TS_NO_ID ||
	    cell->partner == TS_NO_ID || cell->product == TS_NO_ID)
		return ts_reader_no_memory(reader, err);
	if (cells->count == reader->room) {
		want = reader->room ? reader->room * 2
				    : reader->table->row_count + 16;
		items = ts_arena_grow(cells->arena, cells->items, cells->count,
				      want, sizeof(*items));
		if (!items)
			return ts_reader_no_memory(reader, err);
		cells->items = items;
		reader->room = want;
	}
	cells->items[cells->count++] = *cell;
	return TS_OK;
}

/* Factor to kg, 0 for a unit that is not one of weight. */
static double
kilograms(const char *unit)
{
	if (strcmp(unit, "kg") == 0 || strcmp(unit, "KG") == 0)
		return 1;
	if (strcmp(unit, "t") == 0 || strcmp(unit, "T") == 0)
		return 1000;
	return 0;
}

/* Values in two currencies cannot be added: the first unit is kept in mind. */
static enum ts_status
check_unit(struct ts_reader *reader, size_t row, const char *unit, bool *skip,
	   struct ts_err *err)
{
	const char *chosen = ts_choice_text(reader->choice->unit);

	*skip = chosen[0] != '\0' && strcmp(chosen, unit) != 0;
	if (*skip)
		return TS_OK;
	/* Not every publisher says which unit; that is no other unit. */
	if (unit[0] == '\0')
		return TS_OK;
	if (!reader->unit)
		reader->unit = unit;
	if (strcmp(reader->unit, unit) != 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s: row %zu is in "
			       "\"%.20s\", rows before it in \"%.20s\": choose "
			       "one with unit=",
			       reader->table->name, row + 1, unit,
			       reader->unit);
	return TS_OK;
}

/* The period's number, and whether the choice of a frequency admits it. */
static bool
read_period(struct ts_reader *reader, const char *text, uint32_t *id)
{
	const char *chosen = ts_choice_text(reader->choice->frequency);
	struct ts_when when;
	char freq;

	if (reader->last_period && strcmp(reader->last_period, text) == 0) {
		*id = reader->last_period_id;
		return true;
	}
	when = ts_when_of(reader->cells->arena, text);
	freq = when.dated ? ts_period_freq(when.period) : '-';
	if (chosen[0] == 'A' && !strchr("ASQM", freq))
		return false;
	if (chosen[0] != '\0' && chosen[0] != 'A' && chosen[0] != freq)
		return false;
	*id = when.text ? ts_intern_id(&reader->periods, when.text) : TS_NO_ID;
	reader->last_period = text;
	reader->last_period_id = *id;
	return true;
}

/* from, to: two cells of the periods 0 and 1. */
static enum ts_status
read_from_to(struct ts_reader *reader, size_t row, struct ts_cell *cell,
	     struct ts_err *err)
{
	static const enum ts_role_of column[] = { TS_COL_FROM, TS_COL_TO };
	struct ts_fig fig;
	uint32_t i;

	for (i = 0; i < 2; i++) {
		if (read_figure(reader, row, column[i], &fig, err) != TS_OK)
			return err->status;
		cell->period = i;
		cell->have = (uint8_t)fig.have;
		cell->value = fig.value;
		if (add_cell(reader, cell, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
read_wide(struct ts_reader *reader, size_t row, struct ts_cell *cell,
	  struct ts_err *err)
{
	static const struct {
		enum ts_role_of column;
		enum ts_flow flow;
	} parts[] = { { TS_COL_EXPORTS, TS_FLOW_X },
		      { TS_COL_IMPORTS, TS_FLOW_M },
		      { TS_COL_GDP, TS_FLOW_GDP } };
	struct ts_fig fig;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (reader->layout.at[parts[i].column] == TS_NO_COLUMN)
			continue;
		if (read_figure(reader, row, parts[i].column, &fig, err) !=
		    TS_OK)
			return err->status;
		cell->flow = (uint8_t)parts[i].flow;
		cell->have = (uint8_t)fig.have;
		cell->value = fig.value;
		if (add_cell(reader, cell, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
read_long(struct ts_reader *reader, size_t row, struct ts_cell *cell,
	  struct ts_err *err)
{
	const char *unit = text_at(reader, row, TS_COL_UNIT);
	double factor = kilograms(unit);
	struct ts_fig fig, weight = { 0 };
	bool skip;

	if (read_figure(reader, row, TS_COL_VALUE, &fig, err) != TS_OK)
		return err->status;
	if (reader->layout.at[TS_COL_WEIGHT] != TS_NO_COLUMN &&
	    read_figure(reader, row, TS_COL_WEIGHT, &weight, err) != TS_OK)
		return err->status;
	if (factor > 0) {
		weight = fig;
		weight.value *= factor;
		fig = (struct ts_fig){ 0 };
	} else if (check_unit(reader, row, unit, &skip, err) != TS_OK) {
		return err->status;
	} else if (skip) {
		return TS_OK;
	}
	if (weight.have != TS_HAVE_NONE)
		reader->cells->has_weight = true;
	cell->have = (uint8_t)fig.have;
	cell->value = fig.value;
	cell->have_weight = (uint8_t)weight.have;
	cell->weight = weight.value;
	return add_cell(reader, cell, err);
}

/* GDP comes under the code of an indicator. */
static enum ts_status
read_flow(struct ts_reader *reader, size_t row, struct ts_cell *cell,
	  struct ts_err *err)
{
	const char *gdp = ts_choice_text(reader->choice->gdp);
	const char *text = text_at(reader, row, TS_COL_FLOW);
	enum ts_flow flow = ts_code_flow(text);
	uint32_t other = 0;

	if (gdp[0] != '\0' &&
	    strcmp(text_at(reader, row, TS_COL_PRODUCT), gdp) == 0)
		flow = TS_FLOW_GDP;
	if (flow == TS_FLOW_X || flow == TS_FLOW_M || flow == TS_FLOW_XM)
		reader->cells->has_flow = true;
	if (flow == TS_FLOW_OTHER) {
		other = ts_intern_id(&reader->flows, text);
		if (other >= TS_FLOW_MOST)
			return ts_fail(err, TS_BAD_DATA,
				       "%s: row %zu: more "
				       "than %d flows",
				       reader->table->name, row + 1,
				       TS_FLOW_MOST);
	}
	cell->flow = (uint8_t)(flow + other);
	return TS_OK;
}

/* C among the letters of a status, or the small c of Eurostat's files. */
static bool
is_confidential(const char *status)
{
	return strcmp(status, "c") == 0 ||
	       (strchr(status, 'C') &&
		status[strspn(status, "ABCDEFGHIJKLMNOPQRSTUVWXYZ ")] == '\0');
}

static enum ts_status
read_row(struct ts_reader *reader, size_t row, struct ts_err *err)
{
	struct ts_cells *cells = reader->cells;
	struct ts_cell cell = { .row = (uint32_t)row };
	const char *product = text_at(reader, row, TS_COL_PRODUCT);

	if (!ts_list_admits(&reader->sources,
			    text_at(reader, row, TS_COL_SOURCE)) ||
	    !ts_list_admits(&reader->datasets,
			    text_at(reader, row, TS_COL_DATASET)))
		return TS_OK;
	if (read_flow(reader, row, &cell, err) != TS_OK)
		return err->status;
	if (reader->layout.shape != TS_SHAPE_FROM_TO &&
	    !read_period(reader, text_at(reader, row, TS_COL_PERIOD),
			 &cell.period))
		return TS_OK;
	cell.reporter = ts_intern_id(&cells->areas,
				     text_at(reader, row, TS_COL_REPORTER));
	cell.partner = ts_intern_id(&cells->areas,
				    text_at(reader, row, TS_COL_PARTNER));
	cell.confidential =
		is_confidential(text_at(reader, row, TS_COL_STATUS));
	if (cell.flow == TS_FLOW_GDP)
		product = "";
	cell.product = ts_intern_id(&cells->products, product);
	switch (reader->layout.shape) {
	case TS_SHAPE_LONG:
		return read_long(reader, row, &cell, err);
	case TS_SHAPE_FROM_TO:
		return read_from_to(reader, row, &cell, err);
	case TS_SHAPE_WIDE:
		cells->has_flow = true;
		return read_wide(reader, row, &cell, err);
	}
	return TS_OK;
}

static enum ts_status
begin(struct ts_reader *reader, bool subject_is_product, struct ts_err *err)
{
	const struct ts_choice *choice = reader->choice;
	const char *frequency = ts_choice_text(choice->frequency);
	struct ts_cells *cells = reader->cells;

	cells->choice = choice;
	cells->name = reader->table->name;
	ts_intern_init(&cells->areas, cells->arena);
	ts_intern_init(&cells->products, cells->arena);
	ts_intern_init(&reader->periods, cells->arena);
	ts_intern_init(&reader->flows, cells->arena);
	if (frequency[0] != '\0' &&
	    (frequency[1] != '\0' || !strchr("ASQMWD", frequency[0])))
		return ts_fail(err, TS_BAD_CONFIG,
			       "frequency = \"%.20s\": one "
			       "of A S Q M W D",
			       frequency);
	if (reader->table->row_count >= UINT32_MAX / 4)
		return ts_fail(err, TS_BAD_DATA, "%s: too many rows",
			       cells->name);
	if (ts_list_parse(cells->arena, choice->source, &reader->sources,
			  err) != TS_OK ||
	    ts_list_parse(cells->arena, choice->dataset, &reader->datasets,
			  err) != TS_OK ||
	    ts_list_parse(cells->arena, choice->reporter, &cells->reporters,
			  err) != TS_OK ||
	    ts_list_parse(cells->arena, choice->partner, &cells->partner_list,
			  err) != TS_OK ||
	    ts_list_parse(cells->arena, choice->product, &cells->product_list,
			  err) != TS_OK ||
	    ts_layout_find(reader->table, subject_is_product, &reader->layout,
			   err) != TS_OK)
		return err->status;
	cells->has_partner = reader->layout.at[TS_COL_PARTNER] != TS_NO_COLUMN;
	cells->has_product = reader->layout.at[TS_COL_PRODUCT] != TS_NO_COLUMN;
	return TS_OK;
}

enum ts_status
ts_cells_read(const struct ts_table *table, const struct ts_choice *choice,
	      bool subject_is_product, struct ts_arena *arena,
	      struct ts_cells **out, struct ts_err *err)
{
	struct ts_reader reader = { .table = table, .choice = choice };
	size_t row;

	reader.cells = ts_arena_alloc(arena, 1, sizeof(*reader.cells));
	if (!reader.cells)
		return ts_reader_no_memory(&reader, err);
	reader.cells->arena = arena;
	if (begin(&reader, subject_is_product, err) != TS_OK)
		return err->status;
	for (row = 0; row < table->row_count; row++)
		if (read_row(&reader, row, err) != TS_OK)
			return err->status;
	if (ts_reader_settle(&reader, err) != TS_OK ||
	    ts_cells_index(reader.cells, false, err) != TS_OK)
		return err->status;
	*out = reader.cells;
	if (ts_choice_text(choice->frequency)[0] == 'A')
		return ts_cells_years(reader.cells, NULL, 0, false, out, err);
	return TS_OK;
}
