/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report/convert.h"

#include <math.h>
#include <string.h>

#define CENTS 2

static bool
has_dimension(const char *dimensions, const char *name, const char *value)
{
	size_t name_length = strlen(name), length = strlen(value);

	while (*dimensions != '\0') {
		size_t part = strcspn(dimensions, ";");

		if (part == name_length + 1 + length &&
		    memcmp(dimensions, name, name_length) == 0 &&
		    dimensions[name_length] == '=' &&
		    memcmp(dimensions + name_length + 1, value, length) == 0)
			return true;
		dimensions += part;
		dimensions += *dimensions == ';';
	}
	return false;
}

bool
ts_is_rate(const struct ts_fact *fact, const char *currency)
{
	return fact->has_value && fact->amount.value > 0 &&
	       has_dimension(fact->dimensions, "CURRENCY", currency) &&
	       has_dimension(fact->dimensions, "CURRENCY_DENOM",
			     TS_RATES_VIA) &&
	       has_dimension(fact->dimensions, "EXR_TYPE", "SP00") &&
	       has_dimension(fact->dimensions, "EXR_SUFFIX", "A");
}

/* The rates of one currency, so that a figure's is found among few. */
struct column {
	const char *currency;
	const struct ts_fact **items;
	size_t count;
};

struct ts_exchange {
	struct column from, to;
};

static enum ts_status
collect(struct column *column, const struct ts_facts *rates,
	struct ts_arena *arena, struct ts_err *err)
{
	size_t i;

	if (strcmp(column->currency, TS_RATES_VIA) == 0)
		return TS_OK;
	column->items = ts_arena_alloc(arena, rates->count + 1,
				       sizeof(const struct ts_fact *));
	if (column->items == NULL)
		return ts_fail(err, TS_SYSTEM, "rates: out of memory");
	for (i = 0; i < rates->count; i++)
		if (ts_is_rate(&rates->items[i], column->currency))
			column->items[column->count++] = &rates->items[i];
	if (column->count > 0)
		return TS_OK;
	return ts_fail(err, TS_HELD,
		       "gate complete: source %s has told no average rate of "
		       "%s yet",
		       TS_RATES_SOURCE, column->currency);
}

enum ts_status
ts_exchange_new(const struct ts_facts *rates, const char *from, const char *to,
		struct ts_arena *arena, const struct ts_exchange **out,
		struct ts_err *err)
{
	struct ts_exchange *exchange =
		ts_arena_alloc(arena, 1, sizeof *exchange);

	if (exchange == NULL)
		return ts_fail(err, TS_SYSTEM, "rates: out of memory");
	*exchange = (struct ts_exchange){ .from = { .currency = from },
					  .to = { .currency = to } };
	if (strcmp(from, to) != 0 &&
	    (collect(&exchange->from, rates, arena, err) != TS_OK ||
	     collect(&exchange->to, rates, arena, err) != TS_OK))
		return err->status;
	*out = exchange;
	return TS_OK;
}

/* Of that very period: a year's average is none of its months. false: there
 * is none. *rate NULL and 1: the euro itself. */
static bool
rate_of(const struct column *column, struct ts_period period,
	const struct ts_fact **rate, double *value)
{
	size_t i;

	*rate = NULL;
	*value = 1;
	if (column->items == NULL)
		return true;
	for (i = 0; i < column->count; i++)
		if (ts_period_equal(column->items[i]->period, period)) {
			*rate = column->items[i];
			*value = column->items[i]->amount.value;
			return true;
		}
	return false;
}

bool
ts_exchange_amount(const struct ts_exchange *exchange, struct ts_period period,
		   struct ts_amount *amount, const struct ts_fact *used[2])
{
	double divide, multiply;

	if (!rate_of(&exchange->from, period, &used[0], &divide) ||
	    !rate_of(&exchange->to, period, &used[1], &multiply))
		return false;
	amount->value = amount->value / divide * multiply;
	amount->half_width = amount->half_width / divide * multiply;
	amount->unit = exchange->to.currency;
	return true;
}

/* Cents of what was published to the cent or to the unit, units of what was
 * published in millions: half_width tells how much of it is known. */
static bool
to_decimal(double value, int8_t scale, struct ts_decimal *out)
{
	char text[TS_DOUBLE_TEXT];
	size_t length =
		ts_double_print(ts_round(value, scale < 0 ? 0 : CENTS), text);

	return isfinite(value) && ts_decimal_read(text, length, out, NULL);
}

/* false: the figure has no place in the other currency. */
static bool
convert(struct ts_fact *fact, const struct ts_exchange *exchange)
{
	struct ts_decimal exact = fact->exact;
	struct ts_amount amount = fact->amount;
	const struct ts_fact *used[2];

	if (fact->measure[0] != '\0' ||
	    !ts_exchange_amount(exchange, fact->period, &amount, used))
		return false;
	if (fact->has_value &&
	    !to_decimal(amount.value, fact->exact.scale, &exact))
		return false;
	amount.value = ts_decimal_double(exact);
	fact->exact = exact;
	fact->amount = amount;
	fact->unit = amount.unit;
	memcpy(fact->rates, used, sizeof used);
	return true;
}

/* A publisher's word about figures (a growth rate) has no currency of its own.
 * A share of a total of the same period is the same in all. */
static bool
is_word_about_money(const struct ts_fact *fact)
{
	return fact->measure[0] != '\0' && strcmp(fact->measure, "share") != 0;
}

void
ts_facts_convert(struct ts_facts *facts, const struct ts_exchange *exchange)
{
	const char *from = exchange->from.currency;
	size_t i, kept = 0;

	if (strcmp(from, exchange->to.currency) == 0)
		return;
	for (i = 0; i < facts->count; i++) {
		struct ts_fact *fact = &facts->items[i];

		if (strcmp(fact->unit, from) == 0 ? !convert(fact, exchange)
						  : is_word_about_money(fact))
			continue;
		facts->items[kept++] = *fact;
	}
	facts->count = kept;
}
