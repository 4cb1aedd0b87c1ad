/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sum.h - a running sum that carries its rounding error along (Neumaier), so
 * that a million small flows beside a large one are not lost.
 */
#ifndef INDICATORS_MEASURE_SUM_H
#define INDICATORS_MEASURE_SUM_H

struct ts_sum {
	double sum;
	double carry;
};

void ts_sum_add(struct ts_sum *sum, double value);
double ts_sum_value(const struct ts_sum *sum);

#endif
