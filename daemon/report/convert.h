/* SPDX-License-Identifier: Apache-2.0 */
/*
 * convert.h - figures of one currency in another, at published average rates
 * of the same period. Pure: facts and rates in, facts out. A figure whose
 * period has no rate is left out, and so is what a publisher stated about the
 * figures in the old currency: a rate of change in dollars is none in euros.
 *
 * Rates are facts too, told apart by the dimensions that the ECB gives its
 * series: units of CURRENCY for one CURRENCY_DENOM (EUR), spot (SP00), average
 * of the period (suffix A). What is neither from nor to the euro goes through
 * it.
 */
#ifndef DAEMON_CONVERT_H
#define DAEMON_CONVERT_H

#include "daemon/report/facts.h"

#define TS_RATES_SOURCE "ecb"
#define TS_RATES_VIA "EUR"

/* Is it such a rate, of that currency? */
bool ts_is_rate(const struct ts_fact *fact, const char *currency);

/* The way from one currency to another. Lives as long as rates and arena. */
struct ts_exchange;

/* TS_HELD: no rate of one of the currencies is known at all. */
enum ts_status ts_exchange_new(const struct ts_facts *rates, const char *from,
			       const char *to, struct ts_arena *arena,
			       const struct ts_exchange **out,
			       struct ts_err *err) TS_MUST_USE;

/*
 * An amount of that period: value, half_width and unit in the other currency.
 * used: the rates that it took, NULL where it took none. false, and *amount as
 * it was: the period has no rate.
 */
bool ts_exchange_amount(const struct ts_exchange *exchange,
			struct ts_period period, struct ts_amount *amount,
			const struct ts_fact *used[2]);

/* What is in the one currency is in the other afterwards, in place, and
 * points to its rates; the rest stays. */
void ts_facts_convert(struct ts_facts *facts,
		      const struct ts_exchange *exchange);

#endif
