/* SPDX-License-Identifier: Apache-2.0 */
/*
 * comtrade_envelope.h - what UN Comtrade wraps around its records:
 * {"elapsedTime":..., "count":N, "data":[{...}, ...], "error":""}.
 *
 * The columns are the members of the first record. Errors of the publisher
 * come as {"statusCode":401,"message":...}, as {"errorObject":{...}} or as a
 * text in "error", sometimes with HTTP status 200. Facts: "count" as sent,
 * "capped" when the rows look cut off. These are hooks of a decoder.
 */
#ifndef FETCHERS_DECODE_COMTRADE_ENVELOPE_H
#define FETCHERS_DECODE_COMTRADE_ENVELOPE_H

#include <tradestat/plugin.h>

struct ts_comtrade_form;

enum ts_status ts_comtrade_begin(const struct ts_comtrade_form *form,
				 const struct ts_decode *decode, void **out,
				 struct ts_err *err);
enum ts_status ts_comtrade_feed(void *ctx, const char *bytes, size_t count,
				struct ts_err *err);
enum ts_status ts_comtrade_end(void *ctx, struct ts_err *err);
void ts_comtrade_close(void *ctx);

#endif
