/* SPDX-License-Identifier: Apache-2.0 */
/*
 * comtrade_json.c - UN Comtrade API v1, data and preview, and what is left in
 * archives of the interface before 2023 ("validation" and "dataset").
 */
#include "fetchers/decode/comtrade_envelope.h"
#include "fetchers/decode/comtrade_record.h"
#include "fetchers/decode/head.h"

static int
comtrade_sniff(const char *head, size_t count)
{
	if (ts_head_first(head, count) != '{')
		return 0;
	if (ts_head_has(head, count, "\"primaryValue\""))
		return 98;
	if (ts_head_has(head, count, "\"validation\"") &&
	    ts_head_has(head, count, "\"dataset\""))
		return 95;
	if (ts_head_has(head, count, "\"elapsedTime\"") &&
	    ts_head_has(head, count, "\"data\""))
		return 80;
	if (ts_head_has(head, count, "\"statusCode\"") &&
	    ts_head_has(head, count, "\"message\""))
		return 60;
	return 0;
}

static enum ts_status
comtrade_begin(const struct ts_decode *decode, void **out, struct ts_err *err)
{
	return ts_comtrade_begin(&ts_comtrade_data, decode, out, err);
}

const struct ts_decoder tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_decoder, DECODER, "comtrade-json",
		       "UN Comtrade v1, data and preview", NULL, 0),
	.sniff = comtrade_sniff,
	.begin = comtrade_begin,
	.feed = ts_comtrade_feed,
	.end = ts_comtrade_end,
	.close = ts_comtrade_close,
	.has_end_mark = true,
};
