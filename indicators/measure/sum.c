/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/sum.h"

#include <math.h>

void
ts_sum_add(struct ts_sum *sum, double value)
{
	double next = sum->sum + value;

	if (fabs(sum->sum) >= fabs(value))
		sum->carry += (sum->sum - next) + value;
	else
		sum->carry += (value - next) + sum->sum;
	sum->sum = next;
}

double
ts_sum_value(const struct ts_sum *sum)
{
	/* Past the largest double the carry is meaningless; the caller sees
	 * the infinity and reports it as outside the domain. */
	return isfinite(sum->sum) ? sum->sum + sum->carry : sum->sum;
}
