/* SPDX-License-Identifier: Apache-2.0 */
/* Pages on totals: turnover, balance, and trade with the world. */
#include <math.h>
#include <string.h>
#include "daemon/report/render.h"

#define NB "\xe2\x80\x93" /* en dash */
#define MINUS "\xe2\x88\x92"

static const char *
pair_name(struct ts_render *r)
{
	return r->partner[0] != '\0'
		       ? ts_r_printf(r, "%s" NB "%s trade", r->reporter,
				     r->partner)
		       : ts_r_printf(r, "%s's trade", r->reporter);
}

static void
use_value(struct ts_page_build *pb, const struct ts_value *value)
{
	size_t i;

	for (i = 0; i < value->fact_count; i++)
		ts_pb_use(pb, value->facts[i]);
}

static const char *
exact_text(struct ts_render *r, const struct ts_value *value)
{
	char text[TS_DOUBLE_TEXT], decimal[TS_DECIMAL_TEXT];

	if (!value->has)
		return "";
	if (!value->computed && value->fact_count == 1) {
		(void)ts_decimal_print(value->facts[0]->exact, decimal);
		return ts_r_printf(r, "%s", decimal);
	}
	(void)ts_double_print(value->amount.value, text);
	return ts_r_printf(r, "%s", text);
}

static void
value_figure(struct ts_render *r, const char *what, const char *label,
	     struct ts_period period, const struct ts_value *value,
	     const char *indicator)
{
	const char *when = ts_r_period(r, period);

	ts_r_figure(r, ts_r_printf(r, "%s/%s", what, when),
		    ts_r_printf(r, "%s, %s", label, when), exact_text(r, value),
		    value->amount.unit,
		    value->status[0] != '\0' ? value->status : "ok",
		    value->computed ? indicator : "",
		    (const struct ts_fact *const *)value->facts,
		    value->fact_count);
}

/* The row of a value in the page's data: as published, or computed. */
static void
value_row(struct ts_page_build *pb, const char *flow, const char *indicator,
	  const char *reporter, const char *partner, struct ts_period period,
	  const struct ts_value *value, const char *growth)
{
	struct ts_render *r = pb->render;
	const char *extra[TS_PX_COUNT] = {
		[TS_PX_LABEL] = ts_r_period(r, period),
		[TS_PX_GROWTH] = growth,
		/* charts hatch what is not final; a derived base is not */
		[TS_PX_KIND] = value->derived ? "derived"
			       : strchr(value->status, 'P') != NULL
				       ? "provisional"
				       : "",
	};
	struct ts_computed row = {
		.indicator = indicator,
		.flow = flow,
		.reporter = reporter,
		.partner = partner,
		.product = "TOTAL",
		.unit = value->amount.unit,
		.status = value->status,
		.period = period,
		.value = value->amount.value,
		.has_value = value->has,
	};

	use_value(pb, value);
	if (value->has && !value->computed)
		ts_pb_fact(pb, value->facts[0], extra);
	else
		ts_pb_computed(pb, &row, extra);
}

static struct ts_change
value_change(struct ts_render *r, const struct ts_value *from,
	     const struct ts_value *to)
{
	struct ts_change change = { .has_from = from->has,
				    .has_to = to->has,
				    .from = from->amount,
				    .to = to->amount };

	if (to->has && !to->computed) {
		struct ts_change stated = ts_r_change_of(r, NULL, to->facts[0]);

		change.stated_growth = stated.stated_growth;
		change.stated_fold = stated.stated_fold;
		change.stated_delta = stated.stated_delta;
		change.stated_qualifier = stated.stated_qualifier;
	}
	return change;
}

/* Less than half a percent is said to be no change. */
static bool
is_flat(const struct ts_change *change)
{
	return change->from.value > 0 &&
	       fabs(change->to.value / change->from.value - 1) < 0.005;
}

static int
direction(const struct ts_change *change)
{
	if (!change->has_from || !change->has_to || is_flat(change) ||
	    change->from.value == change->to.value)
		return 0;
	return change->to.value > change->from.value ? 1 : -1;
}

/* "+24%" without its sign, for a tile that has an arrow. */
static const char *
bare_rate(struct ts_render *r, const struct ts_change *change)
{
	const char *rate = ts_r_rate(r, change);

	if (rate[0] == '~')
		return ts_r_printf(r, "~%s",
				   rate[1] == '+' ? rate + 2
				   : strncmp(rate + 1, MINUS, 3) == 0
					   ? rate + 4
					   : rate + 1);
	if (rate[0] == '+')
		return rate + 1;
	return strncmp(rate, MINUS, 3) == 0 ? rate + 3 : rate;
}

/* A growth computed from exact figures is a figure of its own. */
static void
growth_figure(struct ts_page_build *pb, const char *what, const char *label,
	      const struct ts_change *change, const struct ts_value *from,
	      const struct ts_value *to)
{
	struct ts_render *r = pb->render;
	const struct ts_fact *facts[4];
	char value[TS_DOUBLE_TEXT] = "";
	struct ts_result result;
	size_t count = 0, i;
	static const char *const columns[] = { "item", "from", "to", NULL };
	const char *cells[3] = { what, "", "" };
	struct ts_table *table;

	if (!change->has_from || !change->has_to)
		return;
	for (i = 0; i < from->fact_count; i++)
		facts[count++] = from->facts[i];
	for (i = 0; i < to->fact_count; i++)
		facts[count++] = to->facts[i];
	if (change->stated_growth != NULL) {
		struct ts_pick pick = { .source = to->facts[0]->source,
					.flow = to->facts[0]->flow,
					.reporter = to->facts[0]->reporter,
					.partner = to->facts[0]->partner,
					.product = to->facts[0]->product,
					.measure = "growth_pct",
					.period = &to->facts[0]->period };
		const struct ts_fact *said = ts_facts_find(r->facts, &pick);

		ts_pb_use(pb, said);
		ts_r_figure(
			r, ts_r_printf(r, "growth-%s/%s", what, r->period_text),
			label, change->stated_growth, "percent", "as published",
			"", &said, said != NULL);
		return;
	}
	cells[1] = exact_text(r, from);
	cells[2] = exact_text(r, to);
	if (ts_table_new(r->arena, "growth", columns, 3, &table, &r->trouble) !=
		    TS_OK ||
	    ts_table_add(table, cells, &r->trouble) != TS_OK)
		return;
	if (ts_r_indicator(r, "growth_pct", table, NULL, NULL, NULL, NULL, NULL,
			   &result))
		(void)ts_double_print(result.value, value);
	ts_r_figure(r, ts_r_printf(r, "growth-%s/%s", what, r->period_text),
		    label, ts_r_printf(r, "%s", value), "percent", "ok",
		    "growth_pct", facts, count);
}

/* First of the years that has a value, walking back from the newest. */
static struct ts_period
first_year(const struct ts_render *r, const char *source, const char *flow,
	   const char *reporter, const char *partner, struct ts_period last)
{
	struct ts_period first = last, period = last;
	int back, years = r->report->years > 0 ? r->report->years : 10;

	for (back = 0; back < years; back++) {
		if (ts_r_value(r, source, flow, reporter, partner, period).has)
			first = period;
		period = ts_period_step(period, -1);
	}
	return first;
}

/* "highest since 2015" needs five figures to be worth saying. */
static bool
is_record(const struct ts_render *r, const char *source, const char *flow,
	  const char *reporter, const char *partner, struct ts_period first,
	  struct ts_period last)
{
	struct ts_value newest =
		ts_r_value(r, source, flow, reporter, partner, last);
	struct ts_period period = first;
	int seen = 0;

	while (ts_period_compare(period, last) < 0) {
		struct ts_value value =
			ts_r_value(r, source, flow, reporter, partner, period);

		if (value.has && value.amount.value >= newest.amount.value)
			return false;
		seen += value.has;
		period = ts_period_step(period, 1);
	}
	return seen >= 4;
}

void
ts_page_turnover(struct ts_page_build *pb)
{
	static const char *const columns[] = { "Year", "Turnover", "Change",
					       NULL };
	struct ts_render *r = pb->render;
	const char *reporter = r->report->reporter,
		   *partner = ts_report_partner(r->report);
	struct ts_period period, first;
	struct ts_value from, to;
	struct ts_change change;
	int years = 0;

	ts_pb_begin(pb, r, "turnover", columns);
	pb->chart = "columns";
	first = first_year(r, r->headline, "X+M", reporter, partner, r->period);
	for (period = first; ts_period_compare(period, r->period) <= 0;
	     period = ts_period_step(period, 1)) {
		const char *rate, *cells[3];

		from = ts_r_value(r, r->headline, "X+M", reporter, partner,
				  ts_period_step(period, -1));
		to = ts_r_value(r, r->headline, "X+M", reporter, partner,
				period);
		change = value_change(r, &from, &to);
		rate = change.has_from && change.has_to ? ts_r_rate(r, &change)
							: "";
		value_row(pb, "X+M", "turnover", reporter, partner, period, &to,
			  rate);
		cells[0] = ts_r_period(r, period);
		cells[1] = to.has ? ts_r_amount(r, to.amount) : "no data";
		cells[2] = rate;
		ts_pb_table_row(pb, cells);
		if (to.has)
			value_figure(r, "turnover", "Turnover", period, &to,
				     "turnover");
		years += to.has;
	}
	from = ts_r_value(r, r->headline, "X+M", reporter, partner, r->base);
	to = ts_r_value(r, r->headline, "X+M", reporter, partner, r->period);
	if (!to.has) {
		ts_pb_not_drawn(pb, "no turnover of %s with %s for %s",
				r->reporter, r->partner, r->period_text);
		return;
	}
	change = value_change(r, &from, &to);
	pb->page.title = ts_r_finding(r, pair_name(r), &change, r->period_text);
	if (is_record(r, r->headline, "X+M", reporter, partner, first,
		      r->period))
		pb->page.title = ts_r_printf(r, "%s, a record", pb->page.title);
	pb->page.subtitle = ts_r_printf(r,
					"Exports plus imports of goods, "
					"reported by %s",
					r->reporter);
	growth_figure(pb, "turnover",
		      ts_r_printf(r, "Growth of turnover, %s", r->period_text),
		      &change, &from, &to);
	ts_pb_sentence(pb, "Turnover %s", ts_r_change(r, &change));
	ts_r_key(r, "Turnover", ts_r_short(r, to.amount), bare_rate(r, &change),
		 direction(&change),
		 ts_r_printf(r, "turnover/%s", r->period_text));
	if (years < 2)
		ts_pb_not_drawn(pb, "a single year is published: no columns");
}

/* ---- balance ------------------------------------------------------------- */

/* In a table: a figure that nobody published says so. */
static const char *
said(struct ts_render *r, const struct ts_value *value)
{
	if (!value->has)
		return "no data";
	return value->derived ? ts_r_printf(r, "%s (derived)",
					    ts_r_amount(r, value->amount))
			      : ts_r_amount(r, value->amount);
}

static void
balance_row(struct ts_page_build *pb, const char *source, const char *reporter,
	    const char *partner, struct ts_period period, const char *prefix)
{
	struct ts_render *r = pb->render;
	struct ts_value x =
		ts_r_value(r, source, "X", reporter, partner, period);
	struct ts_value m =
		ts_r_value(r, source, "M", reporter, partner, period);
	const char *cells[4];

	value_row(pb, "X", "exports", reporter, partner, period, &x, "");
	value_row(pb, "M", "imports", reporter, partner, period, &m, "");
	cells[0] = ts_r_period(r, period);
	cells[1] = said(r, &x);
	cells[2] = said(r, &m);
	cells[3] = "";
	if (x.has)
		value_figure(r, ts_r_printf(r, "%sexports", prefix), "Exports",
			     period, &x, "base of stated growth");
	if (m.has)
		value_figure(r, ts_r_printf(r, "%simports", prefix), "Imports",
			     period, &m, "base of stated growth");
	if (x.has && m.has) {
		struct ts_value balance = { .has = true,
					    .computed = true,
					    .status = "" };

		balance.amount.value = x.amount.value - m.amount.value;
		balance.amount.half_width =
			x.amount.half_width + m.amount.half_width;
		balance.amount.unit = x.amount.unit;
		balance.facts[0] = x.facts[0];
		balance.facts[1] = m.facts[0];
		balance.fact_count = 2;
		cells[3] = ts_r_amount(r, balance.amount);
		value_figure(r, ts_r_printf(r, "%sbalance", prefix), "Balance",
			     period, &balance, "balance");
	}
	ts_pb_table_row(pb, cells);
}

static const char *
balance_finding(struct ts_render *r, const char *with, struct ts_value x,
		struct ts_value m, const char *period)
{
	struct ts_amount gap = { fabs(x.amount.value - m.amount.value),
				 x.amount.half_width + m.amount.half_width,
				 x.amount.unit };

	if (gap.value <= gap.half_width)
		return ts_r_printf(r, "%s's trade with %s was balanced in %s",
				   r->reporter, with, period);
	return ts_r_printf(r, "%s's %s with %s was %s in %s", r->reporter,
			   x.amount.value > m.amount.value ? "surplus"
							   : "deficit",
			   with, ts_r_amount(r, gap), period);
}

static void
coverage(struct ts_page_build *pb, struct ts_value x, struct ts_value m)
{
	struct ts_render *r = pb->render;
	struct ts_result result;
	char value[TS_DOUBLE_TEXT];
	const struct ts_fact *facts[2] = { x.facts[0], m.facts[0] };

	if (!ts_r_indicator(r, "coverage_ratio", pb->data, NULL, NULL, NULL,
			    NULL, r->period_text, &result))
		return;
	(void)ts_double_print(result.value, value);
	ts_r_figure(r, ts_r_printf(r, "coverage-ratio/%s", r->period_text),
		    ts_r_printf(r, "Exports in percent of imports, %s",
				r->period_text),
		    ts_r_printf(r, "%s", value), "percent", "ok",
		    "coverage_ratio", facts, 2);
	if (result.value >= 200)
		ts_pb_sentence(pb, "Exports were about %.0f times imports",
			       result.value / 100);
	else
		ts_pb_sentence(pb, "Exports covered about %.0f%% of imports",
			       result.value);
}

static void
flow_news(struct ts_page_build *pb, const char *flow, const char *what,
	  const char *key)
{
	struct ts_render *r = pb->render;
	const char *reporter = r->report->reporter,
		   *partner = ts_report_partner(r->report);
	struct ts_value from =
		ts_r_value(r, r->headline, flow, reporter, partner, r->base);
	struct ts_value to =
		ts_r_value(r, r->headline, flow, reporter, partner, r->period);
	struct ts_change change;

	if (!to.has)
		return;
	change = value_change(r, &from, &to);
	if (from.derived && change.stated_growth != NULL) {
		/* a base computed from the rate must not be printed as if
		 * it had been published beside it */
		const char *rate = change.stated_growth;
		bool less = rate[0] == '-';

		ts_pb_sentence(pb, "%s %s %s%% to %s", what,
			       less ? "down" : "up", rate + less,
			       ts_r_amount(r, to.amount));
	} else if (from.derived && is_flat(&change)) {
		ts_pb_sentence(pb, "%s hardly changed: %s", what,
			       ts_r_amount(r, to.amount));
	} else if (from.derived) {
		ts_pb_sentence(pb, "%s",
			       ts_r_finding(r, what, &change, r->period_text));
	} else {
		ts_pb_sentence(pb, "%s %s", what, ts_r_change(r, &change));
	}
	growth_figure(
		pb, strcmp(flow, "X") == 0 ? "exports" : "imports",
		ts_r_printf(r, "Growth of %s, %s",
			    strcmp(flow, "X") == 0 ? "exports" : "imports",
			    r->period_text),
		&change, &from, &to);
	ts_r_key(r, key, ts_r_short(r, to.amount), bare_rate(r, &change),
		 direction(&change),
		 ts_r_printf(r, "%s/%s",
			     strcmp(flow, "X") == 0 ? "exports" : "imports",
			     r->period_text));
}

void
ts_page_balance(struct ts_page_build *pb)
{
	static const char *const columns[] = { "Year", "Exports", "Imports",
					       "Balance", NULL };
	struct ts_render *r = pb->render;
	const char *reporter = r->report->reporter,
		   *partner = ts_report_partner(r->report);
	struct ts_value x, m, base;
	struct ts_period first, period;

	ts_pb_begin(pb, r, "balance", columns);
	pb->chart = "balance";
	x = ts_r_value(r, r->headline, "X", reporter, partner, r->period);
	m = ts_r_value(r, r->headline, "M", reporter, partner, r->period);
	if (!x.has || !m.has) {
		ts_pb_not_drawn(pb, "%s of %s with %s are not published for %s",
				x.has ? "imports" : "exports", r->reporter,
				r->partner, r->period_text);
		return;
	}
	first = first_year(r, r->headline, "X", reporter, partner, r->period);
	for (period = first; ts_period_compare(period, r->period) <= 0;
	     period = ts_period_step(period, 1))
		balance_row(pb, r->headline, reporter, partner, period, "");
	pb->page.title = balance_finding(r, r->partner, x, m, r->period_text);
	pb->page.subtitle = ts_r_printf(r,
					"Goods trade with %s, reported by "
					"%s; exports FOB, imports CIF",
					r->partner, r->reporter);
	flow_news(pb, "X", "Exports",
		  ts_r_printf(r, "Exports to %s", r->partner));
	flow_news(pb, "M", "Imports",
		  ts_r_printf(r, "Imports from %s", r->partner));
	ts_pb_sentence(pb, "The balance is %s",
		       ts_r_amount(r, (struct ts_amount){
					      x.amount.value - m.amount.value,
					      x.amount.half_width +
						      m.amount.half_width,
					      x.amount.unit }));
	coverage(pb, x, m);
	base = ts_r_value(r, r->headline, "X", reporter, partner, r->base);
	if (base.derived)
		pb->page.notes = ts_r_printf(
			r,
			"Hatched: %s derived from the published %s values "
			"and growth rates.",
			r->base_text, r->period_text);
}

/* ---- the world ----------------------------------------------------------- */

/* A year of a monthly series counts only when it has all twelve months. */
static struct ts_value
year_of_months(const struct ts_render *r, const char *source, const char *flow,
	       const char *reporter, struct ts_period year,
	       struct ts_page_build *pb)
{
	struct ts_value value = { .status = "" };
	struct ts_period month = { .year = year.year,
				   .nth = 1,
				   .span = TS_MONTH };
	struct ts_decimal sum = { 0, 0 };
	const struct ts_fact *fact = NULL;
	struct ts_err ignored;
	int n;

	for (n = 0; n < 12; n++, month = ts_period_step(month, 1)) {
		struct ts_pick pick = { .source = source,
					.flow = flow,
					.reporter = reporter,
					.partner = "W00",
					.product = "TOTAL",
					.period = &month };

		fact = ts_facts_find(r->facts, &pick);
		if (fact == NULL ||
		    ts_decimal_add(sum, fact->exact, &sum, &ignored) != TS_OK)
			return value;
		if (n == 0)
			value.facts[0] = fact;
		if (pb != NULL)
			ts_pb_use(pb, fact);
	}
	value.facts[1] = fact;
	value.fact_count = 2;
	value.has = value.computed = true;
	value.amount =
		(struct ts_amount){ ts_decimal_double(sum), 0, fact->unit };
	return value;
}

static struct ts_value
world_value(const struct ts_render *r, const char *source, const char *flow,
	    struct ts_period year, struct ts_page_build *pb)
{
	struct ts_value value =
		ts_r_value(r, source, flow, r->report->reporter, "W00", year);

	return value.has ? value
			 : year_of_months(r, source, flow, r->report->reporter,
					  year, pb);
}

/* The source with the newest complete year of trade with the world. */
static const char *
world_source(const struct ts_render *r, struct ts_period *newest)
{
	struct ts_pick pick = { .reporter = r->report->reporter,
				.partner = "W00",
				.product = "TOTAL",
				.flow = "X" };
	const char *best = NULL;
	const struct ts_fact *fact;
	size_t at = 0;

	while ((fact = ts_facts_next(r->facts, &pick, &at)) != NULL) {
		struct ts_period year = { .year = fact->period.year,
					  .span = TS_YEAR };

		if ((best == NULL || year.year > newest->year) &&
		    world_value(r, fact->source, "X", year, NULL).has &&
		    world_value(r, fact->source, "M", year, NULL).has) {
			best = fact->source;
			*newest = year;
		}
	}
	return best;
}

void
ts_page_world(struct ts_page_build *pb)
{
	static const char *const columns[] = { "Year", "Exports", "Imports",
					       "Balance", NULL };
	struct ts_render *r = pb->render;
	struct ts_period newest = { .year = 0 }, year;
	const char *source;
	struct ts_value x = { .has = false }, m = { .has = false };
	int back, years = 0;

	ts_pb_begin(pb, r, "world", columns);
	pb->chart = "balance";
	source = world_source(r, &newest);
	if (source == NULL) {
		ts_pb_not_drawn(pb,
				"no complete year of %s's trade with the "
				"world",
				r->reporter);
		return;
	}
	for (back = (r->report->years > 0 ? r->report->years : 10) - 1;
	     back >= 0; back--) {
		const char *cells[4] = { "", "no data", "no data", "" };

		year = ts_period_step(newest, -back);
		x = world_value(r, source, "X", year, pb);
		m = world_value(r, source, "M", year, pb);
		if (years == 0 && (!x.has || !m.has))
			continue;
		years++;
		value_row(pb, "X", "sum of months", r->report->reporter, "W00",
			  year, &x, "");
		value_row(pb, "M", "sum of months", r->report->reporter, "W00",
			  year, &m, "");
		cells[0] = ts_r_period(r, year);
		if (x.has)
			cells[1] = ts_r_amount(r, x.amount);
		if (m.has)
			cells[2] = ts_r_amount(r, m.amount);
		if (x.has && m.has)
			cells[3] = ts_r_amount(
				r, (struct ts_amount){ x.amount.value -
							       m.amount.value,
						       0, x.amount.unit });
		ts_pb_table_row(pb, cells);
		if (x.has)
			value_figure(r, "world-exports", "Exports to the world",
				     year, &x, "sum of months");
		if (m.has)
			value_figure(r, "world-imports",
				     "Imports from the world", year, &m,
				     "sum of months");
	}
	pb->page.title =
		balance_finding(r, "the world", x, m, ts_r_period(r, newest));
	pb->page.subtitle =
		ts_r_printf(r, "All goods trade of %s", r->reporter);
	if (years < 2)
		ts_pb_not_drawn(pb, "a single complete year is published");
}
