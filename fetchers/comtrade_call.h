/* SPDX-License-Identifier: Apache-2.0 */
/*
 * comtrade_call.h - a need in the publisher's words: periods, area codes of
 * the year, and the request for a slice of it.
 */
#ifndef FETCHERS_COMTRADE_CALL_H
#define FETCHERS_COMTRADE_CALL_H

#include <tradestat/plugin.h>
#include "fetchers/comtrade_slice.h"

#define TS_COMTRADE_PERIODS 12 /* of one call, checked by the publisher */
/* The publisher answers addresses of more than 4,096 bytes with a web page.
 * The longest of the lists may take this much of it. */
#define TS_COMTRADE_LIST 2800
#define TS_COMTRADE_CODES (TS_COMTRADE_LIST / 7) /* "270900," */
#define TS_COMTRADE_AREAS 100                    /* "842,", twice */

struct ts_comtrade_opts {
	const char *classification;
	int64_t max_records;
	bool include_desc;
};

/* A need, counted once a plan(). */
struct ts_scope {
	const struct ts_job *job;
	const struct ts_need *need;
	const char *const *products;
	int reporters, partners; /* 0: all of them */
	int periods, flows, product_count;
	int64_t cap; /* rows from which on it is cut */
	struct ts_plan *plan;
};

/* Fills scope (job and plan are there) and says what is wrong with a need. */
enum ts_status ts_scope_look(struct ts_scope *scope, const struct ts_need *need,
			     struct ts_err *err) TS_MUST_USE;
/* How many of the slice's periods, from the first, share their area codes. */
int ts_scope_alike(const struct ts_scope *scope, const struct ts_slice *slice);
enum ts_status ts_scope_ask(const struct ts_scope *scope,
			    const struct ts_slice *slice,
			    struct ts_err *err) TS_MUST_USE;
/* Asks what has been published for the need's reporters and periods. */
enum ts_status ts_scope_ask_published(const struct ts_scope *scope, int need,
				      struct ts_err *err) TS_MUST_USE;

#endif
