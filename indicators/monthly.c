/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Months against months: the growth family, moving totals, an index. A series
 * runs over every month from the first to the last that its reporter tells;
 * a month without figures is missing, and so is every window over it.
 */
#include <math.h>
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"
#include "indicators/measure/sum.h"

static const struct ts_opt monthly_opts[] = {
	TS_CHOICE_TABLE,       TS_CHOICE_PERIOD, TS_CHOICE_BY("reporter"),
	TS_CHOICE_OF("value"), { .name = NULL },
};

#define IN "period (months), value; series or reporter, flow"

static const struct ts_measure monthly_measures[] = {
	{ "index_base_first_year", "Index, first year = 100", "index",
	  "100 y / mean of the first calendar year", IN },
	{ "mom", "Growth on the month before", "percent",
	  "100 (y[t] - y[t-1]) / y[t-1]", IN },
	{ "momentum_3m", "Growth of three months on the three before",
	  "percent", "100 (sum of 3 / sum of the 3 before - 1)", IN },
	{ "momentum_3m_annualised", "The same at an annual rate", "percent",
	  "100 ((1 + momentum / 100)^4 - 1)", IN },
	{ "rolling_12m_sum", "Moving annual total", "value",
	  "sum of the last 12 months", IN },
	{ "rolling_12m_yoy", "Growth of the moving annual total", "percent",
	  "growth of the last 12 months on the 12 before", IN },
	{ "yoy", "Growth on the same month a year before", "percent",
	  "100 (y[t] - y[t-12]) / y[t-12]", IN },
	{ "ytd_growth", "Growth of the year to date", "percent",
	  "growth of January..t on the same months a year before", IN },
	{ .id = NULL },
};

/* One series of consecutive months. */
struct series {
	const struct ts_fig *months;
	size_t count;
	int first_month; /* of the year, 0: January */
};

typedef struct ts_value month_rule(const struct series *series, size_t t);

static struct ts_fig
window(const struct series *series, size_t first, size_t count)
{
	struct ts_sum sum = { 0 };
	size_t i;

	for (i = first; i < first + count; i++) {
		if (!ts_fig_known(series->months[i]))
			return ts_fig_missing();
		ts_sum_add(&sum, series->months[i].value);
	}
	return ts_fig_of(ts_sum_value(&sum));
}

/* Growth of `count` months that end at t on as many that end `back` before. */
static struct ts_value
grown(const struct series *series, size_t t, size_t count, size_t back)
{
	if (t + 1 < count + back)
		return ts_value_undef(TS_RES_INSUFFICIENT);
	return ts_rate_growth(window(series, t + 1 - count - back, count),
			      window(series, t + 1 - count, count));
}

static struct ts_value
yoy(const struct series *series, size_t t)
{
	return grown(series, t, 1, 12);
}

static struct ts_value
mom(const struct series *series, size_t t)
{
	return grown(series, t, 1, 1);
}

static struct ts_value
ytd_growth(const struct series *series, size_t t)
{
	size_t month = ((size_t)series->first_month + t) % 12;

	return grown(series, t, month + 1, 12);
}

static struct ts_value
rolling_12m_sum(const struct series *series, size_t t)
{
	if (t < 11)
		return ts_value_undef(TS_RES_INSUFFICIENT);
	return ts_value_fig(window(series, t - 11, 12));
}

static struct ts_value
rolling_12m_yoy(const struct series *series, size_t t)
{
	return grown(series, t, 12, 12);
}

static struct ts_value
momentum_3m(const struct series *series, size_t t)
{
	return grown(series, t, 3, 3);
}

static struct ts_value
momentum_3m_annualised(const struct series *series, size_t t)
{
	struct ts_value value = momentum_3m(series, t);
	struct ts_value annual;

	if (!value.has)
		return value;
	annual = ts_value_of(100 * (pow(1 + value.value / 100, 4) - 1));
	if (annual.has)
		annual.status = value.status;
	return annual;
}

static struct ts_value
index_base_first_year(const struct series *series, size_t t)
{
	size_t year = (size_t)(12 - series->first_month), known = 0, i;
	struct ts_sum sum = { 0 };
	double mean;

	for (i = 0; i < year && i < series->count; i++) {
		if (!ts_fig_known(series->months[i]))
			continue;
		ts_sum_add(&sum, series->months[i].value);
		known++;
	}
	if (known == 0)
		return ts_value_undef(TS_RES_MISSING);
	mean = ts_sum_value(&sum) / (double)known;
	if (mean < 0)
		return ts_value_undef(TS_RES_BASE_NONPOSITIVE);
	return ts_rate_ratio(series->months[t], ts_fig_of(mean), 100);
}

/* In the order of the measures. */
static month_rule *const rules[] = {
	index_base_first_year,
	mom,
	momentum_3m,
	momentum_3m_annualised,
	rolling_12m_sum,
	rolling_12m_yoy,
	yoy,
	ytd_growth,
};

struct telling {
	const char *measure;
	month_rule *rule;
	struct ts_results *out;
	const struct ts_cells *cells;
	enum ts_by by;
	struct ts_period start; /* first month of the table */
	size_t span;            /* months from there to the last one */
	uint32_t *periods;      /* of each month, TS_NO_ID: not in the table */
	const char **names;
	/* of one reporter and angle */
	struct ts_lines *lines;
	struct ts_fig *months;
};

static enum ts_status
no_memory(const struct ts_cells *cells, struct ts_err *err)
{
	return ts_fail(err, TS_SYSTEM, "%s: no memory left", cells->name);
}

/* The calendar of the table: every month between its first and last one. */
static enum ts_status
lay_out_months(struct telling *telling, struct ts_err *err)
{
	const struct ts_cells *cells = telling->cells;
	struct ts_period last = { 0 };
	char text[TS_PERIOD_TEXT];
	uint32_t i;
	size_t at;

	for (i = 0; i < cells->period_count; i++) {
		if (!cells->periods[i].dated ||
		    cells->periods[i].period.span != TS_MONTH)
			continue;
		if (last.span == TS_NO_SPAN)
			telling->start = cells->periods[i].period;
		last = cells->periods[i].period;
	}
	if (last.span == TS_NO_SPAN)
		return ts_fail(err, TS_BAD_DATA, "%s: no months in the table",
			       cells->name);
	telling->span = (size_t)ts_period_distance(telling->start, last) + 1;
	telling->periods = ts_arena_alloc(cells->arena, telling->span,
					  sizeof(*telling->periods));
	telling->names = ts_arena_alloc(cells->arena, telling->span,
					sizeof(*telling->names));
	telling->lines = ts_arena_alloc(cells->arena, telling->span,
					sizeof(*telling->lines));
	telling->months = ts_arena_alloc(cells->arena, telling->span,
					 sizeof(*telling->months));
	if (!telling->periods || !telling->names || !telling->lines ||
	    !telling->months)
		return no_memory(cells, err);
	for (at = 0; at < telling->span; at++) {
		ts_period_print(ts_period_step(telling->start, (int)at), text);
		telling->periods[at] = ts_cells_period(cells, text);
		telling->names[at] = ts_arena_strdup(cells->arena, text);
		if (!telling->names[at])
			return no_memory(cells, err);
	}
	return TS_OK;
}

static bool
month_admitted(const struct telling *telling, size_t at)
{
	const char *chosen = ts_choice_text(telling->cells->choice->current);

	return chosen[0] == '\0' || strcmp(chosen, telling->names[at]) == 0;
}

static enum ts_status
tell_series(struct telling *telling, struct ts_case *here,
	    const struct ts_line *key, size_t first, size_t end,
	    struct ts_err *err)
{
	struct series series = { .months = telling->months + first,
				 .count = end - first };
	const struct ts_lines *lines;
	size_t at;

	series.first_month = (telling->start.nth - 1 + (int)(first % 12)) % 12;
	for (at = first; at < end; at++) {
		lines = &telling->lines[at];
		telling->months[at] =
			key ? ts_lines_find(lines, key->partner, key->product)
			    : lines->total;
	}
	for (at = first; at < end; at++) {
		if (!month_admitted(telling, at))
			continue;
		here->period = telling->names[at];
		if (ts_tell_case(telling->out, telling->measure, here, key,
				 telling->rule(&series, at - first),
				 err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

/* Every line that a reporter has in any month, in the order of keys. */
static enum ts_status
all_lines(struct telling *telling, size_t first, size_t end,
	  struct ts_keys *keys, struct ts_keys *spare, uint32_t reporter,
	  struct ts_err *err)
{
	struct ts_lines so_far = { 0 };
	struct ts_keys swap;
	size_t at;

	keys->count = 0;
	if (telling->by != TS_BY_LINE)
		return ts_keys_for(telling->cells, telling->by, reporter,
				   &telling->lines[first], NULL, keys, err);
	for (at = first; at < end; at++) {
		so_far.items = keys->items;
		so_far.count = keys->count;
		if (ts_keys_for(telling->cells, TS_BY_LINE, reporter, &so_far,
				&telling->lines[at], spare, err) != TS_OK)
			return err->status;
		swap = *keys;
		*keys = *spare;
		*spare = swap;
	}
	return TS_OK;
}

static enum ts_status
tell_reporter(struct telling *telling, struct ts_case *here,
	      struct ts_keys *keys, struct ts_err *err)
{
	size_t first = telling->span, end = 0, at, i;
	struct ts_keys spare = { 0 };

	for (at = 0; at < telling->span; at++) {
		if (ts_lines_read(telling->cells, telling->periods[at],
				  here->angle, here->reporter, telling->by,
				  &telling->lines[at], err) != TS_OK)
			return err->status;
		if (!ts_lines_told(telling->cells, telling->periods[at],
				   here->angle, here->reporter))
			continue;
		if (first == telling->span)
			first = at;
		end = at + 1;
	}
	if (first >= end)
		return TS_OK;
	if (telling->by == TS_BY_REPORTER)
		return tell_series(telling, here, NULL, first, end, err);
	if (all_lines(telling, first, end, keys, &spare, here->reporter, err) !=
	    TS_OK)
		return err->status;
	for (i = 0; i < keys->count; i++)
		if (tell_series(telling, here, &keys->items[i], first, end,
				err) != TS_OK)
			return err->status;
	return TS_OK;
}

static enum ts_status
monthly_compute(const struct ts_calc *calc, struct ts_results *out,
		struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct telling telling = { .measure = calc->measure, .out = out };
	struct ts_case here = { 0 };
	struct ts_keys keys = { 0 };
	struct ts_angle angles[TS_ANGLES];
	struct ts_cells *cells;
	enum ts_what what;
	size_t count, i;

	for (i = 0; monthly_measures[i].id; i++)
		if (strcmp(monthly_measures[i].id, calc->measure) == 0)
			telling.rule = rules[i];
	if (ts_choice_what(choice->of, &what, err) != TS_OK ||
	    ts_choice_by(choice->by, &telling.by, err) != TS_OK ||
	    ts_cells_read(calc->input, choice, false, calc->arena, &cells,
			  err) != TS_OK)
		return err->status;
	telling.cells = here.cells = cells;
	here.by = telling.by;
	if (lay_out_months(&telling, err) != TS_OK)
		return err->status;
	count = ts_angles(cells, what, angles);
	for (i = 0; i < count; i++) {
		here.angle = &angles[i];
		for (here.reporter = 0; here.reporter < cells->areas.count;
		     here.reporter++)
			if (ts_cells_tells(cells, here.reporter) &&
			    tell_reporter(&telling, &here, &keys, err) != TS_OK)
				return err->status;
	}
	return TS_OK;
}

const struct ts_indicator tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "monthly",
		       "Growth and moving totals of months", monthly_opts,
		       sizeof(struct ts_choice)),
	.measures = monthly_measures,
	.compute = monthly_compute,
};
