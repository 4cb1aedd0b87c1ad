/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader.h - a table on its way into cells, between the two files that read
 * it: row by row (read.c), and what is only known at the end (settle.c).
 */
#ifndef INDICATORS_MEASURE_READER_H
#define INDICATORS_MEASURE_READER_H

#include "indicators/measure/cells.h"
#include "indicators/measure/layout.h"

/* Ids are provisional until ts_reader_settle. */
struct ts_reader {
	const struct ts_table *table;
	const struct ts_choice *choice;
	struct ts_layout layout;
	struct ts_cells *cells;
	struct ts_intern periods;
	struct ts_intern flows; /* those without a number of their own */
	struct ts_list sources, datasets;
	const char *unit;        /* of the values so far */
	const char *last_period; /* rows mostly repeat it */
	uint32_t last_period_id;
	size_t room;
};

enum ts_status ts_reader_no_memory(const struct ts_reader *reader,
				   struct ts_err *err);
enum ts_status ts_reader_settle(struct ts_reader *reader,
				struct ts_err *err) TS_MUST_USE;

#endif
