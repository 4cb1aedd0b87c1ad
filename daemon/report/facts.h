/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts.h - what the store knows of a report's sources at a moment, in
 * memory, in a fixed order. Pages look figures up here; a fact remembers the
 * document that brought it.
 *
 * A publisher's own statement about a figure (a growth rate, a share) is a
 * fact too, told apart by the dimension "measure" ("" is the value itself).
 */
#ifndef DAEMON_FACTS_H
#define DAEMON_FACTS_H

#include <tradestat/arena.h>
#include <tradestat/words.h>
#include "store/store.h"

struct ts_fact {
	const char *source, *dataset, *flow, *reporter, *partner, *product;
	const char *unit, *status;
	const char *measure;   /* "", growth_pct, fold, delta, share, ... */
	const char *qualifier; /* "nearly", "about", "more than" */
	const char *base;      /* base period of a rate */
	const char *wording;   /* the publisher's word for the product */
	const char *dimensions;
	char frequency;
	struct ts_period period;
	bool has_value;
	struct ts_decimal exact;
	struct ts_amount amount; /* half_width: see ts_fact_half_width */
	int64_t document_id;
	int64_t vintage_us;
	/* of a converted figure: the rates of its currency and of the other,
	 * NULL where there is none; see convert.h */
	const struct ts_fact *rates[2];
};

struct ts_facts {
	struct ts_arena *arena;
	struct ts_fact *items;
	size_t count, room;
};

/* sources: ids, NULL-terminated. as_of_us 0: now. */
enum ts_status ts_facts_load(struct ts_store *store, const char *const *sources,
			     int64_t as_of_us, struct ts_arena *arena,
			     struct ts_facts **out,
			     struct ts_err *err) TS_MUST_USE;

/* What to look for; NULL matches everything, measure NULL means "". */
struct ts_pick {
	const char *source, *flow, *reporter, *partner, *product, *measure;
	const char *unit;
	char frequency;                 /* 0 any */
	const struct ts_period *period; /* NULL any */
};
bool ts_fact_matches(const struct ts_fact *fact, const struct ts_pick *pick);
/* First match with a value in the order of the sources; NULL none. */
const struct ts_fact *ts_facts_find(const struct ts_facts *facts,
				    const struct ts_pick *pick);
/* Next match after *at (start with 0); NULL at the end. */
const struct ts_fact *ts_facts_next(const struct ts_facts *facts,
				    const struct ts_pick *pick, size_t *at);

/*
 * A figure published as "18.4 billion" is known to half of its last digit:
 * such a decimal has a negative scale once its multiplier is applied, and
 * that scale tells. A figure in single units is taken as exact.
 */
double ts_fact_half_width(struct ts_decimal value);

#endif
