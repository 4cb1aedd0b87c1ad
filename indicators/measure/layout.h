/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout.h - which column of a table is what. The names are a table: a new
 * spelling is a line there.
 */
#ifndef INDICATORS_MEASURE_LAYOUT_H
#define INDICATORS_MEASURE_LAYOUT_H

#include <tradestat/table.h>

enum ts_role_of {
	TS_COL_SOURCE,
	TS_COL_DATASET,
	TS_COL_FLOW,
	TS_COL_REPORTER,
	TS_COL_SUBJECT,
	TS_COL_PARTNER,
	TS_COL_PRODUCT,
	TS_COL_PERIOD,
	TS_COL_VALUE,
	TS_COL_WEIGHT,
	TS_COL_UNIT,
	TS_COL_STATUS,
	TS_COL_FROM,
	TS_COL_TO,
	TS_COL_EXPORTS,
	TS_COL_IMPORTS,
	TS_COL_GDP,
	TS_COL_COUNT,
};

struct ts_layout {
	size_t at[TS_COL_COUNT]; /* TS_NO_COLUMN where absent */
	/* Where the numbers are: value, from and to, or one a column. */
	enum { TS_SHAPE_LONG, TS_SHAPE_FROM_TO, TS_SHAPE_WIDE } shape;
};

/* TS_BAD_DATA: no column with numbers. */
enum ts_status ts_layout_find(const struct ts_table *table,
			      bool subject_is_product, struct ts_layout *out,
			      struct ts_err *err) TS_MUST_USE;

#endif
