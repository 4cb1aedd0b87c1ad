/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rank.h - places in an order, middles of a set.
 */
#ifndef INDICATORS_MEASURE_RANK_H
#define INDICATORS_MEASURE_RANK_H

#include <stddef.h>
#include <tradestat/arena.h>
#include "indicators/measure/rate.h"

/* Values that can be ranked, sorted upwards by ts_ranking_close. */
struct ts_ranking {
	double *values;
	size_t count;
	size_t room;
};

/* most: how many values may be added. A ranking that was used before (or is
 * zero) is emptied and keeps its memory. */
enum ts_status ts_ranking_new(struct ts_arena *arena, size_t most,
			      struct ts_ranking *out,
			      struct ts_err *err) TS_MUST_USE;
/* What is not known has no rank and takes no place. */
void ts_ranking_add(struct ts_ranking *ranking, struct ts_fig fig);
void ts_ranking_close(struct ts_ranking *ranking);
/* 1 + how many are larger: 1, 1, 3. */
struct ts_fig ts_ranking_of(const struct ts_ranking *ranking,
			    struct ts_fig fig);
/* Of at least one value; the mean of the middle two for an even count. */
double ts_ranking_median(const struct ts_ranking *ranking);

#endif
