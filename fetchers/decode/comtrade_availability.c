/* SPDX-License-Identifier: Apache-2.0 */
/*
 * comtrade_availability.c - what UN Comtrade has published (getDa): one row a
 * data set, its number of records as the value, its checksum and the time of
 * its last release as further columns. They change when a data set does.
 */
#include "fetchers/decode/comtrade_envelope.h"
#include "fetchers/decode/comtrade_record.h"
#include "fetchers/decode/head.h"

static int
availability_sniff(const char *head, size_t count)
{
	return ts_head_first(head, count) == '{' &&
			       ts_head_has(head, count,
					   "\"datasetChecksum\"") &&
			       ts_head_has(head, count, "\"totalRecords\"")
		       ? 97
		       : 0;
}

static enum ts_status
availability_begin(const struct ts_decode *decode, void **out,
		   struct ts_err *err)
{
	return ts_comtrade_begin(&ts_comtrade_availability, decode, out, err);
}

const struct ts_decoder tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_decoder, DECODER, "comtrade-availability",
		       "UN Comtrade, what has been published", NULL, 0),
	.sniff = availability_sniff,
	.begin = availability_begin,
	.feed = ts_comtrade_feed,
	.end = ts_comtrade_end,
	.close = ts_comtrade_close,
	.has_end_mark = true,
};
