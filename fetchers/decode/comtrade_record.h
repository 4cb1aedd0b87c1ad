/* SPDX-License-Identifier: Apache-2.0 */
/*
 * comtrade_record.h - one record of UN Comtrade, whatever carries it: which
 * member means what, and the observation that it makes.
 */
#ifndef FETCHERS_DECODE_COMTRADE_RECORD_H
#define FETCHERS_DECODE_COMTRADE_RECORD_H

#include <tradestat/plugin.h>

#include "fetchers/decode/row.h"

enum ts_comtrade_role {
	TS_COMTRADE_FREQUENCY,
	TS_COMTRADE_YEAR,
	TS_COMTRADE_MONTH,
	TS_COMTRADE_PERIOD,
	TS_COMTRADE_REPORTER,
	TS_COMTRADE_FLOW,
	TS_COMTRADE_PARTNER,
	TS_COMTRADE_PRODUCT,
	TS_COMTRADE_VALUE,
	TS_COMTRADE_ROLES,
};

/* Which members mean what: the data of the API, or its availability. */
struct ts_comtrade_form {
	const char *const *value;      /* names of the figure, NULL ends */
	const char *const *dimensions; /* further ones, NULL ends */
	const char *unit;
	bool bilateral; /* flow, partner and product are needed */
};

extern const struct ts_comtrade_form ts_comtrade_data;
extern const struct ts_comtrade_form ts_comtrade_availability;

struct ts_comtrade {
	const struct ts_comtrade_form *form;
	struct ts_row row;
	const struct ts_decode *decode;
	size_t type, classification, flag; /* slots, 0: not there */
	char dataset[64];
	bool taken[TS_COMTRADE_ROLES];
	bool told; /* the columns */
	/* the period of the record before: they come in long runs */
	char last_frequency;
	char last_text[16], last_year[8], last_month[4];
	struct ts_period last;
};

enum ts_status ts_comtrade_init(struct ts_comtrade *comtrade,
				const struct ts_comtrade_form *form,
				const struct ts_decode *decode,
				struct ts_err *err) TS_MUST_USE;
/* A member of the first record, or a header cell: found by name, letters of
 * either case (the publisher writes cifvalue and cifValue). */
enum ts_status ts_comtrade_add(struct ts_comtrade *comtrade, const char *name,
			       size_t length, struct ts_err *err) TS_MUST_USE;
/* All members are known: are those there without which nothing makes sense?
 * Tells the columns. */
enum ts_status ts_comtrade_tell(struct ts_comtrade *comtrade,
				struct ts_err *err) TS_MUST_USE;
/* The record in comtrade->row is complete: passes its observation on. */
enum ts_status ts_comtrade_emit(struct ts_comtrade *comtrade,
				struct ts_err *err) TS_MUST_USE;

#endif
