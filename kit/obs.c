/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/obs.h>

#include <tradestat/buf.h>
#include <tradestat/csv.h>

void
ts_obs_csv_header(struct ts_buf *out, const struct ts_columns *columns)
{
	size_t i;

	ts_buf_add(out, TS_TIDY_HEADER);
	for (i = 0; columns != NULL && i < columns->count; i++)
		ts_csv_put(out, columns->items[i].name, false);
	ts_buf_add_char(out, '\n');
}

void
ts_obs_csv(struct ts_buf *out, const struct ts_obs *obs)
{
	char text[TS_DECIMAL_TEXT];
	size_t i;

	ts_csv_put(out, obs->source, true);
	ts_csv_put(out, obs->dataset, false);
	ts_csv_put(out, obs->flow, false);
	ts_csv_put(out, obs->reporter, false);
	ts_csv_put(out, obs->partner, false);
	ts_csv_put(out, obs->product, false);
	ts_buf_add_char(out, ',');
	ts_buf_add_char(out, obs->frequency != '\0' ? obs->frequency : '-');
	ts_buf_add_char(out, ',');
	ts_buf_add(out, ts_period_print(obs->period, text));
	ts_buf_add_char(out, ',');
	if (obs->has_value)
		ts_buf_add_bytes(out, text, ts_decimal_print(obs->value, text));
	ts_csv_put(out, obs->unit, false);
	ts_csv_put(out, obs->status, false);
	for (i = 0; i < obs->extra_count; i++)
		ts_csv_put(out, obs->extra[i], false);
	ts_buf_add_char(out, '\n');
}
