/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/sdmx_header.h"

#include <string.h>
#include <strings.h>

#include "fetchers/decode/column.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/*
 * Names that mean the same as one of our fixed columns, the better one first
 * where a document has several: a table of trade has a PRODUCT, one of
 * national accounts only an INDICATOR or a MEASURE.
 */
static const struct {
	enum ts_sdmx_role role;
	const char *names[10];
} meanings[] = {
	{ TS_SDMX_DATAFLOW, { "DATAFLOW", "STRUCTURE_ID" } },
	{ TS_SDMX_ACTION, { "ACTION" } },
	{ TS_SDMX_UPDATED, { "LAST UPDATE", "LAST_UPDATE" } },
	{ TS_SDMX_FREQUENCY, { "FREQ", "FREQUENCY", "BBK_STD_FREQ" } },
	{ TS_SDMX_REPORTER,
	  { "REPORTER", "REF_AREA", "GEO", "LOCATION", "COUNTRY",
	    "REPORTING_COUNTRY", "GEO_PICT" } },
	{ TS_SDMX_PARTNER,
	  { "PARTNER", "COUNTERPART_AREA", "COUNTERPART_COUNTRY",
	    "COUNTERPART" } },
	{ TS_SDMX_PRODUCT,
	  { "PRODUCT", "PRODUCTCODE", "PRCCODE", "COMMODITY", "INDICATOR",
	    "BOP_ITEM", "NA_ITEM", "MEASURE" } },
	{ TS_SDMX_FLOW, { "FLOW", "TRADE_FLOW" } },
	{ TS_SDMX_PERIOD, { "TIME_PERIOD", "TIME", "YEAR" } },
	{ TS_SDMX_UNIT, { "UNIT_MEASURE", "UNIT", "INDICATORS", "BBK_UNIT" } },
	{ TS_SDMX_CURRENCY, { "CURRENCY" } },
	{ TS_SDMX_STATUS, { "OBS_STATUS", "OBS_FLAG" } },
	{ TS_SDMX_CONFIDENTIAL, { "OBS_CONF", "CONF_STATUS" } },
};

/* Columns about the message, never about a series. */
static const char *const structural[] = {
	"DATAFLOW",    "STRUCTURE",   "STRUCTURE_ID", "STRUCTURE_NAME",
	"ACTION",      "SERIES_KEY",  "OBS_KEY",      "KEY",
	"LAST UPDATE", "LAST_UPDATE",
};

/* The fixed columns of ours that a column of the same name would repeat. */
static const struct {
	const char *name;
	enum ts_sdmx_role role;
} repeated[] = {
	{ "reporter", TS_SDMX_REPORTER },
	{ "partner", TS_SDMX_PARTNER },
	{ "product", TS_SDMX_PRODUCT },
	{ "flow", TS_SDMX_FLOW },
};

static bool
is_structural(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(structural); i++)
		if (strcasecmp(name, structural[i]) == 0)
			return true;
	return false;
}

static size_t
find(const struct ts_sdmx_header *header, const char *name)
{
	size_t i;

	for (i = 0; i < header->count; i++)
		if (strcasecmp(header->columns[i].name, name) == 0)
			return i;
	return TS_SDMX_NONE;
}

/* "STRUCTURE[;]", "ATTR_1[en;fr]" and "FREQ: Frequency" are STRUCTURE, ATTR_1
 * and FREQ. */
static enum ts_status
read_name(struct ts_sdmx_column *column, const struct ts_csv_field *field,
	  struct ts_arena *arena, struct ts_err *err)
{
	const char *text = field->text;
	const char *label = strstr(text, ": ");
	size_t length = label != NULL ? (size_t)(label - text) : field->length;
	const char *bracket = memchr(text, '[', length);

	if (bracket != NULL)
		length = (size_t)(bracket - text);
	while (length > 0 && text[length - 1] == ' ')
		length--;
	column->labelled = label != NULL;
	column->name = ts_arena_strndup(arena, text, length);
	if (column->name == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	return TS_OK;
}

static enum ts_status
read_names(struct ts_sdmx_header *header, const struct ts_csv_field *fields,
	   struct ts_arena *arena, struct ts_err *err)
{
	bool any_label = false;
	enum ts_status status;
	size_t i, all = header->count;

	for (i = 0; i < all; i++) {
		status = read_name(&header->columns[i], &fields[i], arena, err);
		if (status != TS_OK)
			return status;
		any_label = any_label || header->columns[i].labelled;
		header->count = i; /* looked for among those before */
		if (find(header, header->columns[i].name) != TS_SDMX_NONE)
			return ts_fail(err, TS_BAD_DATA,
				       "two columns \"%.60s\"",
				       header->columns[i].name);
		header->count = all;
	}
	/* labels=both: "DATAFLOW" has no label itself, its cells do */
	for (i = 0; i < all; i++)
		if (is_structural(header->columns[i].name))
			header->columns[i].labelled = any_label;
	return TS_OK;
}

static void
find_roles(struct ts_sdmx_header *header)
{
	size_t i, n;

	for (i = 0; i < TS_SDMX_ROLES; i++)
		header->role[i] = TS_SDMX_NONE;
	for (i = 0; i < COUNT(meanings); i++) {
		size_t *role = &header->role[meanings[i].role];

		for (n = 0;
		     n < COUNT(meanings[i].names) &&
		     meanings[i].names[n] != NULL && *role == TS_SDMX_NONE;
		     n++)
			*role = find(header, meanings[i].names[n]);
	}
	header->role[TS_SDMX_VALUE] = find(header, "OBS_VALUE");
	/* several measures (OBS_VALUE1, OBS_VALUE2): the first one is it */
	for (i = 0;
	     i < header->count && header->role[TS_SDMX_VALUE] == TS_SDMX_NONE;
	     i++)
		if (strncasecmp(header->columns[i].name, "OBS_VALUE", 9) == 0)
			header->role[TS_SDMX_VALUE] = i;
	i = header->role[TS_SDMX_STATUS];
	header->eurostat_flags =
		i != TS_SDMX_NONE &&
		strcasecmp(header->columns[i].name, "OBS_FLAG") == 0;
}

/*
 * A column is a dimension only if the structure says so, and CSV has none.
 * Every writer we have seen puts the dimensions in front of the value and
 * most attributes behind it; attributes in front of it are known by name.
 * With labels=name (STRUCTURE_NAME) each column is followed by one of names.
 */
static void
find_dimensions(struct ts_sdmx_header *header, const char *listed)
{
	bool names = find(header, "STRUCTURE_NAME") != TS_SDMX_NONE;
	size_t value = header->role[TS_SDMX_VALUE];
	size_t i, behind = 0;

	for (i = 0; i < header->count; i++) {
		struct ts_sdmx_column *column = &header->columns[i];
		bool is_name = false;

		if (!is_structural(column->name))
			is_name = names && behind++ % 2 == 1;
		if (listed != NULL && listed[0] != '\0')
			column->dimension =
				ts_column_listed(column->name, listed);
		else
			column->dimension =
				value != TS_SDMX_NONE && i < value &&
				i != header->role[TS_SDMX_PERIOD] && !is_name &&
				!is_structural(column->name) &&
				!ts_column_is_attribute(column->name);
	}
}

static void
find_kept(struct ts_sdmx_header *header)
{
	size_t i;

	for (i = 0; i < header->count; i++)
		header->columns[i].kept = i != header->role[TS_SDMX_PERIOD] &&
					  i != header->role[TS_SDMX_VALUE];
	for (i = 0; i < COUNT(repeated); i++) {
		size_t column = header->role[repeated[i].role];

		if (column != TS_SDMX_NONE &&
		    strcmp(header->columns[column].name, repeated[i].name) == 0)
			header->columns[column].kept = false;
	}
}

enum ts_status
ts_sdmx_header(struct ts_sdmx_header *header, const struct ts_csv_field *fields,
	       size_t count, const char *dimensions, struct ts_arena *arena,
	       struct ts_err *err)
{
	enum ts_status status;

	header->count = count;
	header->columns = ts_arena_alloc(arena, count, sizeof *header->columns);
	if (header->columns == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	status = read_names(header, fields, arena, err);
	if (status != TS_OK)
		return status;
	find_roles(header);
	if (header->role[TS_SDMX_VALUE] == TS_SDMX_NONE &&
	    header->role[TS_SDMX_DATAFLOW] == TS_SDMX_NONE)
		return ts_fail(err, TS_BAD_DATA,
			       "not SDMX-CSV: neither OBS_VALUE nor DATAFLOW "
			       "nor STRUCTURE_ID in the header");
	find_dimensions(header, dimensions);
	find_kept(header);
	return TS_OK;
}
