/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ecb.c - euro foreign exchange reference rates from the ECB's data portal
 * (SDMX 2.1): the products of a need are currencies, its frequency chooses the
 * average of a day, month, quarter or year.
 *
 * An observation is units of the currency for one euro. It has no reporter
 * and no product: its currency is the unit, and the dimensions CURRENCY,
 * CURRENCY_DENOM, EXR_TYPE and EXR_SUFFIX tell what kind of rate it is.
 */
#include <string.h>
#include <tradestat/plugin.h>

static enum ts_status
write_path(struct ts_buf *path, const struct ts_need *need, struct ts_err *err)
{
	if (strchr("DMQA", need->frequency) == NULL || need->frequency == '\0')
		return ts_fail(err, TS_BAD_CONFIG,
			       "the ECB has no rates of frequency \"%c\"",
			       need->frequency);
	ts_buf_addf(path, "data/EXR/%c.", need->frequency);
	for (size_t i = 0; need->products[i] != NULL; i++)
		ts_buf_addf(path, "%s%s", i > 0 ? "+" : "", need->products[i]);
	ts_buf_add(path, ".EUR.SP00.A");
	return ts_buf_check(path, "a list of currencies", err);
}

static enum ts_status
ask(const struct ts_need *need, struct ts_plan *plan, struct ts_err *err)
{
	TS_AUTO_BUF path = TS_BUF_INIT(2000);
	char from[TS_PERIOD_TEXT], to[TS_PERIOD_TEXT];
	const struct ts_param query[] = {
		{ "startPeriod", from },
		{ "endPeriod", to },
		{ "format", "csvdata" },
	};
	struct ts_request request = { .query = query,
				      .query_count = 3,
				      .decoder = "sdmx-csv",
				      .dataset = "EXR" };

	if (need->products == NULL || need->products[0] == NULL)
		return ts_fail(err, TS_BAD_CONFIG, "no currency is asked for");
	if (need->from.span == TS_NO_SPAN || need->from.span == TS_RANGE ||
	    need->to.span == TS_NO_SPAN || need->to.span == TS_RANGE)
		return ts_fail(err, TS_BAD_CONFIG, "no period is asked for");
	if (write_path(&path, need, err) != TS_OK)
		return err->status;
	(void)ts_period_print(need->from, from);
	(void)ts_period_print(need->to, to);
	request.path = path.data;
	return ts_plan_add(plan, &request, err);
}

static enum ts_status
ecb_plan(const struct ts_job *job, struct ts_plan *plan, struct ts_err *err)
{
	if (job->answer_count > 0)
		return TS_OK;
	for (size_t i = 0; i < job->need_count; i++)
		if (ask(&job->needs[i], plan, err) != TS_OK)
			return ts_while(err, "need %s", job->needs[i].id);
	return TS_OK;
}

const struct ts_fetcher tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_fetcher, FETCHER, "ecb",
		       "Euro reference rates of the ECB", NULL, 0),
	.base_url = "https://data-api.ecb.europa.eu/service",
	.publisher = "European Central Bank",
	.licence = "Reuse is free with the source stated: European Central "
		   "Bank. Reference rates, for information only.",
	.per_minute = 10,
	.empty_status = 404,
	.plan = ecb_plan,
};
