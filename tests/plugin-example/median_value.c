/* SPDX-License-Identifier: Apache-2.0 */
/*
 * median_value.c - a plugin of a third party: the median of a column, by the
 * group another column names. It is built from the installed headers alone:
 *
 *   cc -std=c11 -shared -fPIC $(pkg-config --cflags tradestat) \
 *      -o median_value.so median_value.c
 */
#include <stdlib.h>
#include <string.h>
#include <tradestat/plugin.h>

struct median {
	const char *column;
	const char *by;
};

static const struct ts_opt median_opts[] = {
	{ TS_OPT_AT(struct median, STRING, column), .preset = "value",
	  .help = "Column of the figures." },
	{ TS_OPT_AT(struct median, STRING, by), .preset = "reporter",
	  .help = "Column that names the groups." },
	{ .name = NULL },
};

static const struct ts_measure median_measures[] = {
	{ .id = "median_value",
	  .title = "Median",
	  .unit = "as the figures",
	  .formula = "middle of the sorted values, or mean of the middle two",
	  .inputs = "reporter, value" },
	{ .id = NULL },
};

struct figure {
	const char *group;
	bool known;
	double value;
};

/* By group, missing ones last: the order of the rows must not matter. */
static int
compare(const void *a, const void *b)
{
	const struct figure *x = a, *y = b;
	int order = strcmp(x->group, y->group);

	if (order != 0)
		return order;
	if (x->known != y->known)
		return x->known ? -1 : 1;
	return x->value < y->value ? -1 : x->value > y->value;
}

/* first..end: one group, sorted. */
static struct ts_result
median_of(const struct figure *first, const struct figure *end)
{
	struct ts_result result = {
		.indicator = "median_value",
		.k1 = first->group,
		.status = TS_RES_MISSING,
	};
	size_t known = 0;

	while (first + known < end && first[known].known)
		known++;
	if (known == 0)
		return result;
	result.has_value = true;
	result.status = TS_RES_OK;
	result.value = known % 2 == 1 ? first[known / 2].value
				      : first[known / 2 - 1].value / 2 +
						first[known / 2].value / 2;
	return result;
}

static enum ts_status
compute(const struct ts_calc *calc, struct ts_results *out, struct ts_err *err)
{
	const struct median *opts = calc->opts;
	const struct ts_table *input = calc->input;
	size_t column = ts_table_column(input, opts->column);
	size_t by = ts_table_column(input, opts->by), i, end;
	struct figure *figures;

	if (column == TS_NO_COLUMN || by == TS_NO_COLUMN)
		return ts_fail(err, TS_BAD_DATA, "%s has no column \"%s\"",
			       input->name,
			       column == TS_NO_COLUMN ? opts->column
						      : opts->by);
	figures =
		ts_arena_alloc(calc->arena, input->row_count, sizeof *figures);
	if (figures == NULL)
		return ts_fail(err, TS_BAD_DATA, "%s is too large",
			       input->name);
	for (i = 0; i < input->row_count; i++) {
		figures[i].group = ts_table_text(input, i, by);
		figures[i].known =
			ts_table_number(input, i, column, &figures[i].value);
	}
	qsort(figures, input->row_count, sizeof *figures, compare);
	for (i = 0; i < input->row_count; i = end) {
		struct ts_result result;
		enum ts_status status;

		for (end = i + 1; end < input->row_count; end++)
			if (strcmp(figures[end].group, figures[i].group) != 0)
				break;
		result = median_of(figures + i, figures + end);
		status = ts_results_add(out, &result, err);
		if (status != TS_OK)
			return status;
	}
	return TS_OK;
}

TS_API extern const struct ts_indicator tradestat_plugin;
const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "median",
		       "Median of a column by group", median_opts,
		       sizeof(struct median)),
	.measures = median_measures,
	.compute = compute,
};
