/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report/facts.h"

#include <math.h>
#include <string.h>

static const char *
keep(struct ts_arena *arena, const char *text)
{
	return text[0] == '\0' ? "" : ts_arena_strdup(arena, text);
}

/* Value of "name" in "a=1;name=2;b=3". */
static const char *
dimension(struct ts_arena *arena, const char *dimensions, const char *name)
{
	size_t length = strlen(name);
	const char *at = dimensions;

	while (*at != '\0') {
		size_t part = strcspn(at, ";");

		if (part > length && strncmp(at, name, length) == 0 &&
		    at[length] == '=')
			return ts_arena_strndup(arena, at + length + 1,
						part - length - 1);
		at += part;
		at += *at == ';';
	}
	return "";
}

double
ts_fact_half_width(struct ts_decimal value)
{
	return value.scale < 0 && value.coef != 0 ? 0.5 * pow(10, -value.scale)
						  : 0;
}

static enum ts_status
grow(struct ts_facts *facts, struct ts_err *err)
{
	size_t room = facts->room == 0 ? 256 : facts->room * 2;
	struct ts_fact *items;

	if (facts->count < facts->room)
		return TS_OK;
	items = ts_arena_grow(facts->arena, facts->items, facts->count, room,
			      sizeof *items);
	if (items == NULL)
		return ts_fail(err, TS_SYSTEM, "figures: out of memory");
	facts->items = items;
	facts->room = room;
	return TS_OK;
}

static enum ts_status
add_known(void *ctx, const struct ts_known *known, struct ts_err *err)
{
	struct ts_facts *facts = ctx;
	struct ts_arena *arena = facts->arena;
	const struct ts_obs *obs = &known->obs;
	const char *dimensions = known->dimensions;
	struct ts_fact *fact;

	if (grow(facts, err) != TS_OK)
		return err->status;
	fact = &facts->items[facts->count];
	*fact = (struct ts_fact){
		.source = keep(arena, obs->source),
		.dataset = keep(arena, obs->dataset),
		.flow = keep(arena, obs->flow),
		.reporter = keep(arena, obs->reporter),
		.partner = keep(arena, obs->partner),
		.product = keep(arena, obs->product),
		.unit = keep(arena, obs->unit),
		.status = keep(arena, obs->status),
		.measure = dimension(arena, dimensions, "measure"),
		.qualifier = dimension(arena, dimensions, "qualifier"),
		.base = dimension(arena, dimensions, "base_period"),
		.wording = dimension(arena, dimensions, "wording"),
		.dimensions = keep(arena, dimensions),
		.frequency = obs->frequency,
		.period = obs->period,
		.has_value = obs->has_value,
		.exact = obs->value,
		.document_id = known->document_id,
		.vintage_us = known->vintage_us,
	};
	if (fact->dimensions == NULL || fact->unit == NULL ||
	    fact->measure == NULL)
		return ts_fail(err, TS_SYSTEM, "figures: out of memory");
	fact->amount.value = ts_decimal_double(obs->value);
	fact->amount.half_width = ts_fact_half_width(obs->value);
	fact->amount.unit = fact->unit;
	facts->count++;
	return TS_OK;
}

enum ts_status
ts_facts_load(struct ts_store *store, const char *const *sources,
	      int64_t as_of_us, struct ts_arena *arena, struct ts_facts **out,
	      struct ts_err *err)
{
	struct ts_facts *facts = ts_arena_alloc(arena, 1, sizeof *facts);
	size_t i;

	if (facts == NULL)
		return ts_fail(err, TS_SYSTEM, "figures: out of memory");
	facts->arena = arena;
	/* one source after the other: their order is their rank */
	for (i = 0; sources[i] != NULL; i++) {
		const char *one[2] = { sources[i], NULL };
		struct ts_query query = { .sources = one,
					  .as_of_us = as_of_us };

		if (ts_store_read(store, &query, add_known, facts, err) !=
		    TS_OK)
			return ts_while(err, "figures of %s", sources[i]);
	}
	*out = facts;
	return TS_OK;
}

static bool
same(const char *want, const char *have)
{
	return want == NULL || strcmp(want, have) == 0;
}

bool
ts_fact_matches(const struct ts_fact *fact, const struct ts_pick *pick)
{
	return same(pick->source, fact->source) &&
	       same(pick->flow, fact->flow) &&
	       same(pick->reporter, fact->reporter) &&
	       same(pick->partner, fact->partner) &&
	       same(pick->product, fact->product) &&
	       same(pick->unit, fact->unit) &&
	       same(pick->measure != NULL ? pick->measure : "",
		    fact->measure) &&
	       (pick->frequency == 0 || pick->frequency == fact->frequency) &&
	       (pick->period == NULL ||
		ts_period_equal(*pick->period, fact->period));
}

const struct ts_fact *
ts_facts_next(const struct ts_facts *facts, const struct ts_pick *pick,
	      size_t *at)
{
	while (*at < facts->count) {
		const struct ts_fact *fact = &facts->items[(*at)++];

		if (ts_fact_matches(fact, pick))
			return fact;
	}
	return NULL;
}

const struct ts_fact *
ts_facts_find(const struct ts_facts *facts, const struct ts_pick *pick)
{
	const struct ts_fact *fact;
	size_t at = 0;

	while ((fact = ts_facts_next(facts, pick, &at)) != NULL)
		if (fact->has_value)
			return fact;
	return NULL;
}
