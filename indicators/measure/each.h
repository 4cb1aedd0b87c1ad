/* SPDX-License-Identifier: Apache-2.0 */
/*
 * each.h - walks over what results are told for: every period (or pair of
 * periods), flow and reporter in the order of their texts, and puts a value
 * under its keys.
 *
 * k1 is the reporter; then, in this order and only where the measure has
 * them, the partner, the product and the flow.
 */
#ifndef INDICATORS_MEASURE_EACH_H
#define INDICATORS_MEASURE_EACH_H

#include <tradestat/indicator.h>
#include "indicators/measure/lines.h"

/* One reporter in one period: b; in two: a is the base. */
struct ts_case {
	const struct ts_cells *cells;
	const struct ts_angle *angle;
	uint32_t reporter;
	uint32_t base, now; /* periods */
	enum ts_by by;
	const struct ts_lines *a, *b;
	const char *period;         /* as it is told: "2024", "2023/2024" */
	const struct ts_keys *keys; /* of the lines to tell */
};

typedef enum ts_status ts_case_fn(void *ctx, const struct ts_case *here,
				  struct ts_err *err);

/* Every period of the choice; a is the same as b. */
enum ts_status ts_each(const struct ts_cells *cells, enum ts_what what,
		       enum ts_by by, ts_case_fn *tell, void *ctx,
		       struct ts_err *err) TS_MUST_USE;
/* Every period; a is what the reporter exports, b what it imports. */
enum ts_status ts_each_sides(const struct ts_cells *cells, enum ts_by by,
			     ts_case_fn *tell, void *ctx,
			     struct ts_err *err) TS_MUST_USE;
/* Every pair of periods: those of the choice, or each with a year before. */
enum ts_status ts_each_pair(const struct ts_cells *cells, enum ts_what what,
			    enum ts_by by, ts_case_fn *tell, void *ctx,
			    struct ts_err *err) TS_MUST_USE;

/* A pair of periods of cells; a period that the table lacks is TS_NO_ID. */
struct ts_pair {
	const struct ts_cells *cells; /* of whole years, if need be */
	uint32_t base, now;
	const char *base_text, *now_text;
};
enum ts_status ts_pairs(const struct ts_cells *cells, struct ts_pair **out,
			size_t *count, struct ts_err *err) TS_MUST_USE;
/* "2023/2024"; sums of some months only say so: "2023:11m/2024:11m". */
const char *ts_pair_text(const struct ts_pair *pair, unsigned months);
/* Is the period one that the choice `current` admits? */
bool ts_period_admitted(const struct ts_cells *cells, uint32_t period);

/* Appends a result. */
enum ts_status ts_tell(struct ts_results *out, const char *measure,
		       const char *const keys[3], const char *period,
		       struct ts_value value, struct ts_err *err) TS_MUST_USE;
/* Under the keys of a case; key NULL: the reporter's total. */
enum ts_status ts_tell_case(struct ts_results *out, const char *measure,
			    const struct ts_case *here,
			    const struct ts_line *key, struct ts_value value,
			    struct ts_err *err) TS_MUST_USE;

#endif
