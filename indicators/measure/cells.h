/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cells.h - a table read into figures by (period, flow, reporter, partner,
 * product), whatever its columns are called.
 *
 * Three shapes are understood: one value a row (tidy CSV, flows, series), a
 * pair of columns from/to, and columns exports/imports/gdp. Cells are sorted
 * by their keys and all keys are numbered in the order of their texts: nothing
 * that is computed from cells can depend on the order of rows. Cells, names
 * and blocks live in the arena and do not change once read.
 *
 * A key that occurs twice is an error: two sources in one table, or a
 * dimension that nobody chose from, would double every sum.
 */
#ifndef INDICATORS_MEASURE_CELLS_H
#define INDICATORS_MEASURE_CELLS_H

#include <stdint.h>
#include <tradestat/period.h>
#include <tradestat/table.h>
#include "indicators/measure/choice.h"
#include "indicators/measure/code.h"
#include "indicators/measure/intern.h"
#include "indicators/measure/rate.h"

struct ts_cell {
	double value;
	double weight; /* net kg, or the quantity there is */
	uint32_t period, reporter, partner, product;
	uint32_t row; /* of the table, for messages */
	uint8_t flow; /* enum ts_flow, or one of the names below */
	uint8_t have; /* enum ts_have, of the value */
	uint8_t have_weight;
	bool confidential; /* the row says so */
};

/* What one reporter says of one flow in one period. */
struct ts_block {
	size_t first, count; /* cells, by partner and product */
	uint32_t period, reporter;
	uint8_t flow;
	bool reported;  /* at least one value */
	uint8_t months; /* that a like for like sum is made of; 0 all */
};

struct ts_when {
	const char *text;
	struct ts_period period;
	bool dated; /* the text is a period of the calendar */
};

struct ts_cells {
	struct ts_arena *arena;
	const struct ts_choice *choice;
	const char *name; /* of the table */
	struct ts_when *periods;
	size_t period_count;
	struct ts_intern areas; /* reporters and partners alike */
	uint8_t *area_kind;     /* enum ts_area */
	bool *is_reporter;
	bool *is_partner;
	struct ts_intern products;
	int8_t *levels;
	const char **flow_names; /* by number; "" for TS_FLOW_NONE */
	size_t flow_count;
	bool has_flow; /* the table tells exports from imports */
	bool has_partner, has_product, has_weight;
	bool from_to;       /* read from a pair of columns */
	int level;          /* the one that is added up */
	bool level_unclear; /* several, and none was chosen */
	struct ts_list reporters, partner_list, product_list;
	bool *area_chosen; /* by the choice partner; NULL: not chosen */
	bool *product_chosen;
	struct ts_cell *items;
	size_t count;
	struct ts_block *blocks; /* by period, flow, reporter */
	size_t block_count;
};

/* subject_is_product: a lone column of names (item, series) is about products
 * rather than reporters. */
enum ts_status ts_cells_read(const struct ts_table *table,
			     const struct ts_choice *choice,
			     bool subject_is_product, struct ts_arena *arena,
			     struct ts_cells **out,
			     struct ts_err *err) TS_MUST_USE;

/* NULL: the reporter has no rows there. */
const struct ts_block *ts_cells_block(const struct ts_cells *cells,
				      uint32_t period, unsigned flow,
				      uint32_t reporter);
/* TS_NO_ID if the table does not have it. */
uint32_t ts_cells_period(const struct ts_cells *cells, const char *text);
/* May results be told for this reporter? Filtered by the choice. */
bool ts_cells_tells(const struct ts_cells *cells, uint32_t reporter);
/* The level of results by product, or which ones there are to choose from. */
enum ts_status ts_cells_need_level(const struct ts_cells *cells,
				   struct ts_err *err) TS_MUST_USE;
/* Lines in the universe: products of the level, or countries. */
size_t ts_cells_products(const struct ts_cells *cells);
size_t ts_cells_countries(const struct ts_cells *cells);

/* ---- for the readers of tables and of years ---- */
/* Sorts items and builds blocks; keys are final. What occurs twice is added
 * up or refused. */
enum ts_status ts_cells_index(struct ts_cells *cells, bool add_up,
			      struct ts_err *err) TS_MUST_USE;
int ts_when_compare(const struct ts_when *a, const struct ts_when *b);
struct ts_when ts_when_of(struct ts_arena *arena, const char *text);

/*
 * The same cells with months, quarters or half-years added up to years; a year
 * that a reporter tells itself is kept. A year is known when it is complete.
 * years: the only ones wanted, in this order (NULL: all). like_for_like: sums
 * over the stretches that the reporter has in all of those years, marked in
 * the block.
 */
enum ts_status ts_cells_years(const struct ts_cells *cells, const int *years,
			      size_t year_count, bool like_for_like,
			      struct ts_cells **out,
			      struct ts_err *err) TS_MUST_USE;

#endif
