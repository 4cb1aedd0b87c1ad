/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/layout.h"

/* The first name that the table has wins. */
static const char *const names[TS_COL_COUNT][8] = {
	[TS_COL_SOURCE] = { "source" },
	[TS_COL_DATASET] = { "dataset" },
	[TS_COL_FLOW] = { "flow" },
	[TS_COL_REPORTER] = { "reporter", "country", "economy", "exporter" },
	[TS_COL_SUBJECT] = { "series", "item", "name" },
	[TS_COL_PARTNER] = { "partner", "importer", "counterpart" },
	[TS_COL_PRODUCT] = { "product", "commodity", "hs", "sitc" },
	[TS_COL_PERIOD] = { "period", "year", "month", "time" },
	[TS_COL_VALUE] = { "value", "value_usd", "value_eur", "obs_value",
			   "trade_value" },
	[TS_COL_WEIGHT] = { "net_weight_kg", "net_weight", "weight", "quantity",
			    "qty" },
	[TS_COL_UNIT] = { "unit", "currency" },
	[TS_COL_STATUS] = { "status", "obs_status" },
	[TS_COL_FROM] = { "from", "from_usd", "from_eur", "a" },
	[TS_COL_TO] = { "to", "to_usd", "to_eur", "b" },
	[TS_COL_EXPORTS] = { "exports", "exports_usd", "x" },
	[TS_COL_IMPORTS] = { "imports", "imports_usd", "m" },
	[TS_COL_GDP] = { "gdp", "gdp_usd", "y" },
};

static size_t
find(const struct ts_table *table, const char *const *spellings, size_t count)
{
	size_t i, at;

	for (i = 0; i < count && spellings[i]; i++) {
		at = ts_table_column(table, spellings[i]);
		if (at != TS_NO_COLUMN)
			return at;
	}
	return TS_NO_COLUMN;
}

/* A lone column of names stands for what the table is about. */
static void
place_subject(struct ts_layout *layout, bool subject_is_product)
{
	size_t *at = layout->at;

	if (at[TS_COL_SUBJECT] == TS_NO_COLUMN)
		return;
	if (at[TS_COL_REPORTER] != TS_NO_COLUMN || subject_is_product) {
		if (at[TS_COL_PRODUCT] == TS_NO_COLUMN)
			at[TS_COL_PRODUCT] = at[TS_COL_SUBJECT];
	} else {
		at[TS_COL_REPORTER] = at[TS_COL_SUBJECT];
	}
}

enum ts_status
ts_layout_find(const struct ts_table *table, bool subject_is_product,
	       struct ts_layout *out, struct ts_err *err)
{
	size_t i;

	for (i = 0; i < TS_COL_COUNT; i++)
		out->at[i] = find(table, names[i],
				  sizeof(names[i]) / sizeof(names[i][0]));
	place_subject(out, subject_is_product);
	if (out->at[TS_COL_VALUE] != TS_NO_COLUMN)
		out->shape = TS_SHAPE_LONG;
	else if (out->at[TS_COL_FROM] != TS_NO_COLUMN &&
		 out->at[TS_COL_TO] != TS_NO_COLUMN)
		out->shape = TS_SHAPE_FROM_TO;
	else if (out->at[TS_COL_EXPORTS] != TS_NO_COLUMN ||
		 out->at[TS_COL_IMPORTS] != TS_NO_COLUMN)
		out->shape = TS_SHAPE_WIDE;
	else
		return ts_fail(err, TS_BAD_DATA,
			       "%s: no column with figures "
			       "(value; from and to; or exports, imports)",
			       table->name);
	return TS_OK;
}
