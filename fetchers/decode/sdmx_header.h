/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sdmx_header.h - what the header line of an SDMX-CSV document says: version,
 * style of labels, which column carries which meaning, and which columns tell
 * series apart.
 */
#ifndef FETCHERS_DECODE_SDMX_HEADER_H
#define FETCHERS_DECODE_SDMX_HEADER_H

#include <tradestat/csv.h>
#include <tradestat/plugin.h>

enum ts_sdmx_role {
	TS_SDMX_DATAFLOW, /* DATAFLOW or STRUCTURE_ID */
	TS_SDMX_ACTION,
	TS_SDMX_UPDATED, /* LAST UPDATE */
	TS_SDMX_FREQUENCY,
	TS_SDMX_REPORTER,
	TS_SDMX_PARTNER,
	TS_SDMX_PRODUCT,
	TS_SDMX_FLOW,
	TS_SDMX_PERIOD,
	TS_SDMX_VALUE,
	TS_SDMX_UNIT,
	TS_SDMX_CURRENCY,
	TS_SDMX_STATUS,
	TS_SDMX_CONFIDENTIAL,
	TS_SDMX_ROLES,
};

struct ts_sdmx_column {
	const char *name; /* without label and sub-field marks */
	bool labelled;    /* cells are "CODE: Label" */
	bool dimension;
	bool kept; /* a further column; else only its role counts */
};

struct ts_sdmx_header {
	struct ts_sdmx_column *columns;
	size_t count;
	size_t role[TS_SDMX_ROLES]; /* column, or TS_SDMX_NONE */
	bool eurostat_flags;        /* OBS_FLAG: lower case, combinable */
};

#define TS_SDMX_NONE ((size_t)-1)

/* dimensions: as the operator listed them; NULL or "": told by position. */
enum ts_status ts_sdmx_header(struct ts_sdmx_header *header,
			      const struct ts_csv_field *fields, size_t count,
			      const char *dimensions, struct ts_arena *arena,
			      struct ts_err *err) TS_MUST_USE;

#endif
