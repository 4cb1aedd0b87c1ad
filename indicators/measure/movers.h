/* SPDX-License-Identifier: Apache-2.0 */
/*
 * movers.h - which products (or partners) gained and lost most between two
 * periods, ranked: the rows behind a movers page and behind product_movers.
 *
 * Lines that begin or end are blocks of their own: a growth from nothing
 * cannot be ranked among growths.
 */
#ifndef INDICATORS_MEASURE_MOVERS_H
#define INDICATORS_MEASURE_MOVERS_H

#include <tradestat/table.h>
#include "indicators/measure/choice.h"
#include "indicators/measure/rate.h"

enum ts_mover_block {
	TS_MOVER_GOES_ON,
	TS_MOVER_NEW,
	TS_MOVER_LOST,
	TS_MOVER_UNKNOWN, /* one of the two figures is not known */
};

struct ts_mover {
	const char *period; /* "2023/2024" */
	const char *reporter;
	const char *line; /* product or partner */
	const char *flow; /* "" where `of` says it */
	enum ts_mover_block block;
	int rank;        /* in its block, from 1 */
	double from, to; /* 0 unless known */
	bool has_from, has_to;
	struct ts_value delta, growth, fold;
	struct ts_value contribution_pp;
};

struct ts_movers {
	struct ts_mover *items; /* by period, reporter, flow, block, rank */
	size_t count;
};

/*
 * Choices that count: those of the table; base, current, like_for_like; of
 * (exports), by (product or partner), floor (least of the larger figure), sort
 * (delta or fold), direction (both, up, down), limit (rows a block, 0: all).
 * A choice that is left zero or NULL has the default in brackets. Everything
 * lives in the arena; err must not be NULL.
 */
enum ts_status ts_movers(const struct ts_table *input,
			 const struct ts_choice *choice, struct ts_arena *arena,
			 struct ts_movers *out, struct ts_err *err) TS_MUST_USE;

#endif
