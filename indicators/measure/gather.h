/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gather.h - how lines are made, between the two files that make them: of one
 * flow of one reporter (lines.c), and of several together (world.c).
 */
#ifndef INDICATORS_MEASURE_GATHER_H
#define INDICATORS_MEASURE_GATHER_H

#include "indicators/measure/lines.h"
#include "indicators/measure/sum.h"

/* A sum in which one unknown part makes the whole unknown. */
struct ts_acc {
	struct ts_sum sum;
	enum ts_have have;
};

void ts_acc_add(struct ts_acc *acc, struct ts_fig fig);
struct ts_fig ts_acc_fig(const struct ts_acc *acc);

/* Memory for so many lines; what there is is used again. */
enum ts_status ts_lines_need(const struct ts_cells *cells, struct ts_lines *out,
			     size_t count, struct ts_err *err) TS_MUST_USE;
/* One empty sum for every product or partner. */
enum ts_status ts_lines_need_accs(const struct ts_cells *cells, enum ts_by by,
				  struct ts_lines *out,
				  struct ts_err *err) TS_MUST_USE;
/* The sums that anything was added to become lines. */
enum ts_status ts_lines_gather(const struct ts_cells *cells, enum ts_by by,
			       struct ts_lines *out,
			       struct ts_err *err) TS_MUST_USE;
void ts_lines_clear(struct ts_lines *out);
enum ts_status ts_lines_flow(const struct ts_cells *cells, uint32_t period,
			     unsigned flow, uint32_t reporter, enum ts_by by,
			     struct ts_lines *out,
			     struct ts_err *err) TS_MUST_USE;

#endif
