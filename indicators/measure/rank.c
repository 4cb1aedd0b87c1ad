/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/rank.h"

#include <stdlib.h>

enum ts_status
ts_ranking_new(struct ts_arena *arena, size_t most, struct ts_ranking *out,
	       struct ts_err *err)
{
	out->count = 0;
	if (out->values && out->room >= most)
		return TS_OK;
	out->room = most;
	out->values =
		ts_arena_alloc(arena, most ? most : 1, sizeof(*out->values));
	if (!out->values)
		return ts_fail(err, TS_SYSTEM, "ranking: no memory left");
	return TS_OK;
}

void
ts_ranking_add(struct ts_ranking *ranking, struct ts_fig fig)
{
	if (ts_fig_known(fig))
		ranking->values[ranking->count++] = fig.value;
}

static int
compare_double(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

void
ts_ranking_close(struct ts_ranking *ranking)
{
	/* An empty ranking may have no array at all. */
	if (ranking->count > 1)
		qsort(ranking->values, ranking->count, sizeof(*ranking->values),
		      compare_double);
}

struct ts_fig
ts_ranking_of(const struct ts_ranking *ranking, struct ts_fig fig)
{
	size_t low = 0, high = ranking->count, middle;

	if (!ts_fig_known(fig))
		return ts_fig_missing();
	while (low < high) {
		middle = low + (high - low) / 2;
		if (ranking->values[middle] <= fig.value)
			low = middle + 1;
		else
			high = middle;
	}
	return ts_fig_of((double)(ranking->count - low + 1));
}

double
ts_ranking_median(const struct ts_ranking *ranking)
{
	size_t middle = ranking->count / 2;
	const double *values = ranking->values;

	if (ranking->count % 2 == 1)
		return values[middle];
	return values[middle - 1] + (values[middle] - values[middle - 1]) / 2;
}
