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

/*
 * Converts what is in "from" to "to", in place; the rest stays. Converted
 * facts point to the rates they were made with, which live as long as rates.
 * TS_HELD: no rate of one of the currencies is known at all.
 */
enum ts_status ts_facts_convert(struct ts_facts *facts,
				const struct ts_facts *rates, const char *from,
				const char *to, struct ts_err *err) TS_MUST_USE;

#endif
