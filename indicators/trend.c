/* SPDX-License-Identifier: Apache-2.0 */
/* Growth over several years: between the ends, or through all of them. */
#include <math.h>
#include <string.h>
#include <tradestat/plugin.h>
#include "indicators/measure/each.h"
#include "indicators/measure/sum.h"

static const struct ts_opt trend_opts[] = {
	TS_CHOICE_TABLE,
	TS_CHOICE(STRING, base, "", "First period; empty: that of the table."),
	TS_CHOICE(STRING, current, "",
		  "Last period; empty: that of the table."),
	TS_CHOICE_BY("reporter"),
	TS_CHOICE_OF("value"),
	{ .name = NULL },
};

#define IN "period, value; series or reporter, flow; months are added up"

static const struct ts_measure trend_measures[] = {
	{ "cagr", "Compound annual growth", "percent",
	  "100 ((b / a)^(1/n) - 1), n years between", IN },
	{ "ls_growth", "Least-squares growth", "percent",
	  "100 (exp(slope of ln y on t) - 1)", IN },
	{ .id = NULL },
};

struct telling {
	const char *measure;
	bool ends_only;
	struct ts_results *out;
	const struct ts_cells *cells;
	enum ts_by by;
	const char *label; /* "1994/2013" */
	uint32_t *periods; /* from the first to the last, in order */
	double *years;     /* of each, counted from the first */
	size_t count;
	struct ts_lines *lines; /* of one reporter, for each period */
	struct ts_fig *figs;    /* of one line */
};

/* The slope of ln y on t, as a yearly rate. */
static struct ts_value
least_squares(const struct telling *telling)
{
	struct ts_sum t = { 0 }, y = { 0 }, tt = { 0 }, ty = { 0 };
	double n = (double)telling->count, mean_t, mean_y, dt;
	size_t i;

	for (i = 0; i < telling->count; i++)
		if (!ts_fig_known(telling->figs[i]))
			return ts_value_undef(TS_RES_MISSING);
	if (telling->count < 3)
		return ts_value_undef(TS_RES_INSUFFICIENT);
	for (i = 0; i < telling->count; i++) {
		if (!(telling->figs[i].value > 0))
			return ts_value_undef(TS_RES_DOMAIN);
		ts_sum_add(&t, telling->years[i]);
		ts_sum_add(&y, log(telling->figs[i].value));
	}
	mean_t = ts_sum_value(&t) / n;
	mean_y = ts_sum_value(&y) / n;
	for (i = 0; i < telling->count; i++) {
		dt = telling->years[i] - mean_t;
		ts_sum_add(&tt, dt * dt);
		ts_sum_add(&ty, dt * (log(telling->figs[i].value) - mean_y));
	}
	if (ts_sum_value(&tt) == 0)
		return ts_value_undef(TS_RES_INSUFFICIENT);
	return ts_value_of(100 *
			   (exp(ts_sum_value(&ty) / ts_sum_value(&tt)) - 1));
}

static struct ts_value
rate(const struct telling *telling)
{
	size_t last = telling->count - 1;

	if (!telling->ends_only)
		return least_squares(telling);
	return ts_rate_cagr(telling->figs[0], telling->figs[last],
			    telling->years[last] - telling->years[0]);
}

/* The length of a period in years; a text that is no date has none. */
static double
years_of(const struct ts_when *when)
{
	if (!when->dated)
		return 0;
	switch ((enum ts_span)when->period.span) {
	case TS_YEAR:
		return 1;
	case TS_HALF:
		return 1 / 2.0;
	case TS_QUARTER:
		return 1 / 4.0;
	case TS_MONTH:
		return 1 / 12.0;
	case TS_WEEK:
		return 7 / 365.25;
	case TS_DAY:
		return 1 / 365.25;
	case TS_NO_SPAN:
	case TS_RANGE:
		break;
	}
	return 0;
}

static double
years_between(const struct ts_when *a, const struct ts_when *b)
{
	if (!a->dated || !b->dated || a->period.span != b->period.span ||
	    a->period.span == TS_RANGE)
		return 0;
	return ts_period_distance(a->period, b->period) * years_of(a);
}

static enum ts_status
no_memory(const struct ts_cells *cells, struct ts_err *err)
{
	return ts_fail(err, TS_SYSTEM, "%s: no memory left", cells->name);
}

/* An end that the choice names, or else the table's. */
static enum ts_status
find_end(const struct ts_cells *cells, const char *chosen, uint32_t otherwise,
	 uint32_t *out, struct ts_err *err)
{
	*out = otherwise;
	if (chosen[0] == '\0' || cells->from_to)
		return TS_OK;
	*out = ts_cells_period(cells, chosen);
	if (*out == TS_NO_ID)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s: no period \"%.40s\" "
			       "in the table",
			       cells->name, chosen);
	return TS_OK;
}

/* Every step of the calendar between the ends: a year that the table lacks is
 * in the series too, as missing. */
static enum ts_status
list_periods(struct telling *telling, uint32_t from, uint32_t to,
	     struct ts_err *err)
{
	const struct ts_cells *cells = telling->cells;
	const struct ts_when *first = &cells->periods[from];
	const struct ts_when *last = &cells->periods[to];
	bool calendar = first->dated && last->dated &&
			first->period.span == last->period.span &&
			first->period.span != TS_RANGE;
	size_t count = calendar && !cells->from_to
			       ? (size_t)ts_period_distance(first->period,
							    last->period) +
					 1
			       : to - from + 1,
	       i;
	char text[TS_PERIOD_TEXT];

	telling->periods =
		ts_arena_alloc(cells->arena, count, sizeof(*telling->periods));
	telling->years =
		ts_arena_alloc(cells->arena, count, sizeof(*telling->years));
	telling->lines =
		ts_arena_alloc(cells->arena, count, sizeof(*telling->lines));
	telling->figs =
		ts_arena_alloc(cells->arena, count, sizeof(*telling->figs));
	if (!telling->periods || !telling->years || !telling->lines ||
	    !telling->figs)
		return no_memory(cells, err);
	for (i = 0; i < count; i++) {
		telling->periods[i] = from + (uint32_t)i;
		if (calendar && !cells->from_to) {
			ts_period_print(ts_period_step(first->period, (int)i),
					text);
			telling->periods[i] = ts_cells_period(cells, text);
		}
		telling->years[i] = (double)i * years_of(first);
	}
	telling->count = count;
	if (cells->from_to)
		telling->years[count - 1] = years_between(first, last);
	return TS_OK;
}

static enum ts_status
lay_out_periods(struct telling *telling, struct ts_err *err)
{
	const struct ts_cells *cells = telling->cells;
	uint32_t from, to;

	if (find_end(cells, ts_choice_text(cells->choice->base), 0, &from,
		     err) != TS_OK ||
	    find_end(cells, ts_choice_text(cells->choice->current),
		     (uint32_t)cells->period_count - 1, &to, err) != TS_OK)
		return err->status;
	if (to < from)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s: the last period is "
			       "before the first",
			       cells->name);
	telling->label = ts_arena_printf(cells->arena, "%s/%s",
					 cells->periods[from].text,
					 cells->periods[to].text);
	if (!telling->label)
		return no_memory(cells, err);
	return list_periods(telling, from, to, err);
}

/* Shorter periods are added up to years; what has no calendar stays. */
static enum ts_status
by_years(struct ts_cells **cells, struct ts_err *err)
{
	const struct ts_choice *choice = (*cells)->choice;
	const char *base = ts_choice_text(choice->base);
	struct ts_when named = ts_when_of((*cells)->arena, base);
	bool shorter = false;
	size_t i;

	if ((*cells)->from_to || ts_choice_text(choice->frequency)[0] != '\0' ||
	    (named.dated && named.period.span != TS_YEAR))
		return TS_OK;
	for (i = 0; i < (*cells)->period_count; i++)
		if ((*cells)->periods[i].dated &&
		    (*cells)->periods[i].period.span > TS_YEAR &&
		    (*cells)->periods[i].period.span <= TS_MONTH)
			shorter = true;
	if (!shorter)
		return TS_OK;
	return ts_cells_years(*cells, NULL, 0, false, cells, err);
}

static enum ts_status
tell_line(struct telling *telling, const struct ts_case *here,
	  const struct ts_line *key, struct ts_err *err)
{
	size_t i;

	for (i = 0; i < telling->count; i++)
		telling->figs[i] =
			key ? ts_lines_find(&telling->lines[i], key->partner,
					    key->product)
			    : telling->lines[i].total;
	return ts_tell_case(telling->out, telling->measure, here, key,
			    rate(telling), err);
}

static enum ts_status
tell_reporter(struct telling *telling, const struct ts_case *here,
	      struct ts_keys *keys, struct ts_err *err)
{
	const struct ts_lines *first = &telling->lines[0];
	const struct ts_lines *last = &telling->lines[telling->count - 1];
	bool told = false;
	size_t i;

	for (i = 0; i < telling->count; i++) {
		if (ts_lines_read(telling->cells, telling->periods[i],
				  here->angle, here->reporter, telling->by,
				  &telling->lines[i], err) != TS_OK)
			return err->status;
		told = told ||
		       ts_lines_told(telling->cells, telling->periods[i],
				     here->angle, here->reporter);
	}
	if (!told)
		return TS_OK;
	if (telling->by == TS_BY_REPORTER)
		return tell_line(telling, here, NULL, err);
	if (ts_keys_for(telling->cells, telling->by, here->reporter, first,
			last, keys, err) != TS_OK)
		return err->status;
	for (i = 0; i < keys->count; i++)
		if (tell_line(telling, here, &keys->items[i], err) != TS_OK)
			return err->status;
	return TS_OK;
}

static enum ts_status
trend_compute(const struct ts_calc *calc, struct ts_results *out,
	      struct ts_err *err)
{
	const struct ts_choice *choice = calc->opts;
	struct telling telling = { .measure = calc->measure, .out = out };
	struct ts_angle angles[TS_ANGLES];
	struct ts_case here = { 0 };
	struct ts_keys keys = { 0 };
	struct ts_cells *cells;
	enum ts_what what;
	size_t count, i;

	telling.ends_only = strcmp(calc->measure, "cagr") == 0;
	if (ts_choice_what(choice->of, &what, err) != TS_OK ||
	    ts_choice_by(choice->by, &telling.by, err) != TS_OK ||
	    ts_cells_read(calc->input, choice, false, calc->arena, &cells,
			  err) != TS_OK ||
	    by_years(&cells, err) != TS_OK)
		return err->status;
	if (cells->period_count == 0)
		return TS_OK;
	telling.cells = here.cells = cells;
	here.by = telling.by;
	if (lay_out_periods(&telling, err) != TS_OK)
		return err->status;
	here.period = telling.label;
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
	TS_PLUGIN_HEAD(struct ts_indicator, INDICATOR, "trend",
		       "Growth over several years", trend_opts,
		       sizeof(struct ts_choice)),
	.measures = trend_measures,
	.compute = trend_compute,
};
