/* SPDX-License-Identifier: Apache-2.0 */
/*
 * office_layout.h - where things stand in a table that an office exported:
 * separator, decimal sign, header line below the title, and what each column
 * is. Found from the beginning of the document and from what the operator
 * says; whatever the operator says wins.
 */
#ifndef FETCHERS_DECODE_OFFICE_LAYOUT_H
#define FETCHERS_DECODE_OFFICE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tradestat/plugin.h>

enum ts_office_role {
	TS_OFFICE_PERIOD,
	TS_OFFICE_REPORTER,
	TS_OFFICE_PARTNER,
	TS_OFFICE_PRODUCT,
	TS_OFFICE_FLOW,
	TS_OFFICE_UNIT,
	TS_OFFICE_STATUS,
	TS_OFFICE_SOURCE,
	TS_OFFICE_DATASET,
	TS_OFFICE_ROLES,
};

/* The options, as --set fills them: a column's name, or =TEXT for all rows. */
struct ts_office {
	const char *period, *reporter, *partner, *product, *flow, *unit,
		*status, *source, *dataset;
	const char *value;
	const char *columns;
	const char *unit_multiplier;
	const char *dimensions;
	const char *encoding, *decimal, *separator;
	int64_t skip;
};

#define TS_OFFICE_NONE ((size_t)-1)
#define TS_OFFICE_VALUES 32

struct ts_office_value { /* a column of figures */
	size_t column;
	const char *flow; /* "" told by another column, or by none */
	const char *unit; /* "" likewise */
	int power;        /* of ten; of UNIT_MULT */
};

struct ts_office_layout {
	char separator;
	char decimal;
	size_t header; /* number of the header record, from 0 */
	size_t count;  /* of columns */
	const char **names;
	bool *kept;                            /* is a further column */
	size_t role[TS_OFFICE_ROLES];          /* column, or TS_OFFICE_NONE */
	const char *constant[TS_OFFICE_ROLES]; /* NULL: none */
	struct ts_office_value values[TS_OFFICE_VALUES];
	size_t value_count;
};

/* head: the beginning as UTF-8, behind the lines to skip; whole: all of it. */
enum ts_status ts_office_layout(struct ts_office_layout *layout,
				const struct ts_office *opts, const char *head,
				size_t count, bool whole,
				const struct ts_decode *decode,
				struct ts_err *err) TS_MUST_USE;

#endif
