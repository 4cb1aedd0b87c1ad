/* SPDX-License-Identifier: Apache-2.0 */
/* Pages on products: what moved most, and what it added to the change. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/report/convert.h"
#include "daemon/report/render.h"

#define MAX_MOVERS 4096

struct mover {
	const struct ts_fact *from, *to; /* either may be missing */
	struct ts_change change;
	double delta;
};

static double
mover_size(const struct mover *mover)
{
	double from = mover->change.has_from ? mover->change.from.value : 0;
	double to = mover->change.has_to ? mover->change.to.value : 0;

	return from > to ? from : to;
}

static int
by_delta(const void *a, const void *b)
{
	const struct mover *x = a, *y = b;
	double dx = fabs(x->delta), dy = fabs(y->delta);
	const struct ts_fact *fx = x->to != NULL ? x->to : x->from;
	const struct ts_fact *fy = y->to != NULL ? y->to : y->from;

	if (dx != dy)
		return dx < dy ? 1 : -1;
	return strcmp(fx->product, fy->product);
}

static bool
is_product(const struct ts_fact *fact, size_t digits)
{
	return strcmp(fact->product, "TOTAL") != 0 &&
	       strlen(fact->product) == digits && fact->has_value;
}

/* Exactly one level of codes, so that nothing is counted twice: headings if
 * there are any, else chapters. */
static size_t
level_of(const struct ts_render *r, const struct ts_pick *pick)
{
	static const size_t levels[] = { 4, 6, 2 };
	const struct ts_fact *fact;
	size_t i, at;

	for (i = 0; i < 3; i++) {
		at = 0;
		while ((fact = ts_facts_next(r->facts, pick, &at)) != NULL)
			if (is_product(fact, levels[i]))
				return levels[i];
	}
	return 0;
}

/*
 * A product missing in a year that was reported at this level is a zero of
 * that year; one whose base the publisher leaves out altogether is not.
 */
static size_t
collect(const struct ts_render *r, const char *flow, struct mover *movers,
	bool *base_reported)
{
	struct ts_pick pick = { .source = r->headline,
				.flow = flow,
				.reporter = r->report->reporter,
				.partner = ts_report_partner(r->report),
				.period = &r->period };
	const struct ts_fact *fact;
	size_t level = level_of(r, &pick), count = 0, at = 0;

	*base_reported = false;
	while (level != 0 && count < MAX_MOVERS &&
	       (fact = ts_facts_next(r->facts, &pick, &at)) != NULL) {
		struct ts_pick before = pick;

		if (!is_product(fact, level))
			continue;
		before.period = &r->base;
		before.product = fact->product;
		movers[count].to = fact;
		movers[count].from = ts_facts_find(r->facts, &before);
		*base_reported |= movers[count].from != NULL;
		count++;
	}
	pick.period = &r->base;
	for (at = 0; level != 0 && count < MAX_MOVERS &&
		     (fact = ts_facts_next(r->facts, &pick, &at)) != NULL;) {
		struct ts_pick after = pick;

		after.period = &r->period;
		after.product = fact->product;
		if (!is_product(fact, level) ||
		    ts_facts_find(r->facts, &after) != NULL)
			continue;
		movers[count].to = NULL;
		movers[count].from = fact;
		*base_reported = true;
		count++;
	}
	return count;
}

/* The configuration's is in the publishers' currency. */
static double
floor_of(const struct ts_render *r)
{
	struct ts_amount floor = { .value = r->report->movers_floor };
	const struct ts_fact *rates[2];

	if (r->exchange != NULL)
		ts_ignore(ts_exchange_amount(r->exchange, r->period, &floor,
					     rates));
	return floor.value;
}

static size_t
ranked(const struct ts_render *r, const char *flow, struct mover *movers)
{
	bool base_reported;
	size_t count = collect(r, flow, movers, &base_reported), kept = 0, i;

	for (i = 0; i < count; i++) {
		struct mover *mover = &movers[i];

		mover->change = ts_r_change_of(r, mover->from, mover->to);
		if (!mover->change.has_from && base_reported) {
			mover->change.has_from = true;
			mover->change.from =
				(struct ts_amount){ 0, 0,
						    mover->change.to.unit };
		}
		if (!mover->change.has_to) {
			mover->change.has_to = true;
			mover->change.to =
				(struct ts_amount){ 0, 0,
						    mover->change.from.unit };
		}
		mover->delta =
			mover->change.to.value - mover->change.from.value;
		if (mover->change.has_from && mover_size(mover) >= floor_of(r))
			movers[kept++] = *mover;
	}
	qsort(movers, kept, sizeof *movers, by_delta);
	return kept;
}

static const char *
mover_name(struct ts_render *r, const struct mover *mover)
{
	return ts_r_product(r, mover->to != NULL ? mover->to : mover->from);
}

static const char *
mover_code(const struct mover *mover)
{
	return (mover->to != NULL ? mover->to : mover->from)->product;
}

static void
mover_rows(struct ts_page_build *pb, const struct mover *mover,
	   const char *flow)
{
	struct ts_render *r = pb->render;
	const char *extra[TS_PX_COUNT] = {
		[TS_PX_LABEL] = mover_name(r, mover),
		[TS_PX_RATE] = ts_r_rate(r, &mover->change),
	};
	struct ts_computed zero = {
		.indicator = "reported zero",
		.flow = flow,
		.reporter = r->report->reporter,
		.partner = r->report->partner,
		.product = mover_code(mover),
		.unit = mover->change.to.unit,
		.value = 0,
		.has_value = true,
		.status = "",
	};

	zero.period = r->base;
	if (mover->from != NULL)
		ts_pb_fact(pb, mover->from, extra);
	else
		ts_pb_computed(pb, &zero, extra);
	zero.period = r->period;
	if (mover->to != NULL)
		ts_pb_fact(pb, mover->to, extra);
	else
		ts_pb_computed(pb, &zero, extra);
}

static void
one_figure(struct ts_render *r, const char *id, const char *label,
	   struct ts_amount amount, const struct ts_fact *fact)
{
	char value[TS_DECIMAL_TEXT] = "0";

	if (fact != NULL)
		(void)ts_decimal_print(fact->exact, value);
	ts_r_figure(r, id, label, ts_r_printf(r, "%s", value), amount.unit,
		    fact != NULL ? "ok" : "inactive", "", &fact, fact != NULL);
}

static void
mover_figures(struct ts_render *r, const struct mover *mover, const char *flow)
{
	const char *code = mover_code(mover), *name = mover_name(r, mover);
	const char *side = flow[0] == 'X' ? "exports" : "imports";

	one_figure(r, ts_r_printf(r, "%s-%s/%s", side, code, r->base_text),
		   ts_r_printf(r, "%s (%s), %s", name, side, r->base_text),
		   mover->change.from, mover->from);
	one_figure(r, ts_r_printf(r, "%s-%s/%s", side, code, r->period_text),
		   ts_r_printf(r, "%s (%s), %s", name, side, r->period_text),
		   mover->change.to, mover->to);
}

static void
mover_sentence(struct ts_page_build *pb, const struct mover *mover)
{
	struct ts_render *r = pb->render;
	double low, high;

	ts_pb_sentence(pb, "%s: %s", mover_name(r, mover),
		       ts_r_change(r, &mover->change));
	if (ts_words_contradicts(&mover->change, &low, &high)) {
		if (mover->change.stated_growth != NULL)
			ts_pb_sentence(pb,
				       "%s: the publisher states %s%%; its "
				       "own values allow %.1f%% to %.1f%%",
				       mover_name(r, mover),
				       mover->change.stated_growth, low, high);
		else
			ts_pb_sentence(pb,
				       "%s: the publisher states %s-fold; "
				       "its own values allow %.2f to %.2f",
				       mover_name(r, mover),
				       mover->change.stated_fold, 1 + low / 100,
				       1 + high / 100);
	}
}

/* The largest rate among the rows shown makes the title. */
static const char *
movers_finding(struct ts_render *r, const struct mover *movers, size_t count,
	       const char *flow)
{
	const struct mover *best = NULL;
	double best_ratio = 0;
	size_t i;
	const char *kind = flow[0] == 'X' ? "export" : "import", *rate;

	for (i = 0; i < count; i++) {
		const struct ts_change *c = &movers[i].change;
		double ratio =
			c->from.value > 0 ? c->to.value / c->from.value : 0;

		if (ratio > best_ratio) {
			best_ratio = ratio;
			best = &movers[i];
		}
	}
	if (best == NULL || best_ratio < 1.005)
		return ts_r_printf(r, "The biggest %s movers of %s", kind,
				   r->period_text);
	rate = ts_r_rate(r, &best->change);
	if (best_ratio >= 2) {
		const char *times = rate[0] == '~' ? rate + 1 : rate;
		/* without its sign */
		size_t length = strcspn(times, "\xc3");

		return ts_r_printf(r,
				   "%s up %.*s-fold: the biggest %s movers "
				   "of %s",
				   mover_name(r, best), (int)length, times,
				   kind, r->period_text);
	}
	return ts_r_printf(
		r, "%s up %s: the biggest %s movers of %s", mover_name(r, best),
		rate[0] == '+' ? rate + 1 : rate, kind, r->period_text);
}

static void
movers_page(struct ts_page_build *pb, const char *id, const char *flow)
{
	static const char *const columns[] = { "HS", "Product", "From",
					       "To", "Change",  NULL };
	struct ts_render *r = pb->render;
	struct mover *movers =
		ts_arena_alloc(r->arena, MAX_MOVERS, sizeof *movers);
	size_t count, shown, i;

	ts_pb_begin(pb, r, id, columns);
	pb->chart = "movers";
	pb->spec.flow = flow;
	if (movers == NULL) {
		ts_pb_not_drawn(pb, "out of memory");
		return;
	}
	count = ranked(r, flow, movers);
	if (count == 0) {
		ts_pb_not_drawn(pb,
				"no products of both %s and %s are "
				"published",
				r->base_text, r->period_text);
		return;
	}
	shown = count < (size_t)r->report->movers ? count
						  : (size_t)r->report->movers;
	for (i = 0; i < shown; i++) {
		const char *cells[5] = {
			mover_code(&movers[i]),
			mover_name(r, &movers[i]),
			ts_r_amount(r, movers[i].change.from),
			ts_r_amount(r, movers[i].change.to),
			ts_r_rate(r, &movers[i].change),
		};

		mover_rows(pb, &movers[i], flow);
		mover_figures(r, &movers[i], flow);
		mover_sentence(pb, &movers[i]);
		ts_pb_table_row(pb, cells);
	}
	pb->page.title = movers_finding(r, movers, shown, flow);
	pb->page.subtitle =
		flow[0] == 'X'
			? ts_r_printf(r,
				      "Exports from %s to %s by product, "
				      "%s \xe2\x86\x92 %s, logarithmic scale",
				      r->reporter, r->partner, r->base_text,
				      r->period_text)
			: ts_r_printf(r,
				      "Imports of %s from %s by product, "
				      "%s \xe2\x86\x92 %s, logarithmic scale",
				      r->reporter, r->partner, r->base_text,
				      r->period_text);
}

void
ts_page_export_movers(struct ts_page_build *pb)
{
	movers_page(pb, "export-movers", "X");
}

void
ts_page_import_movers(struct ts_page_build *pb)
{
	movers_page(pb, "import-movers", "M");
}

/* ---- contributions ------------------------------------------------------- */

static void
total_row(struct ts_page_build *pb, const char *flow, struct ts_period period,
	  const struct ts_value *value)
{
	struct ts_render *r = pb->render;
	const char *extra[TS_PX_COUNT] = {
		[TS_PX_LABEL] = "Total",
		[TS_PX_KIND] = "total",
	};
	struct ts_computed row = {
		.indicator = "base of stated growth",
		.flow = flow,
		.reporter = r->report->reporter,
		.partner = r->report->partner,
		.product = "TOTAL",
		.unit = value->amount.unit,
		.status = value->status,
		.period = period,
		.value = value->amount.value,
		.has_value = value->has,
	};
	size_t i;

	for (i = 0; i < value->fact_count; i++)
		ts_pb_use(pb, value->facts[i]);
	if (!value->computed)
		ts_pb_fact(pb, value->facts[0], extra);
	else
		ts_pb_computed(pb, &row, extra);
}

static const char *
signed_amount(struct ts_render *r, double delta, double half, const char *unit)
{
	const char *text =
		ts_r_amount(r, (struct ts_amount){ delta, half, unit });

	return delta > 0 ? ts_r_printf(r, "+%s", text) : text;
}

static const char *
count_word(size_t count)
{
	static const char *const words[] = { "No",   "One",  "Two", "Three",
					     "Four", "Five", "Six", "Seven" };

	return words[count < 8 ? count : 7];
}

static void
contributions_page(struct ts_page_build *pb, const char *id, const char *flow)
{
	static const char *const columns[] = { "HS", "Product", "Contribution",
					       NULL };
	struct ts_render *r = pb->render;
	const char *partner = ts_report_partner(r->report);
	const char *what = flow[0] == 'X' ? "exports" : "imports";
	struct mover *movers =
		ts_arena_alloc(r->arena, MAX_MOVERS, sizeof *movers);
	struct ts_value from, to;
	double gains = 0, change, rest;
	size_t count, shown, i;

	ts_pb_begin(pb, r, id, columns);
	pb->chart = "waterfall";
	pb->spec.flow = flow;
	from = ts_r_value(r, r->headline, flow, r->report->reporter, partner,
			  r->base);
	to = ts_r_value(r, r->headline, flow, r->report->reporter, partner,
			r->period);
	count = movers != NULL ? ranked(r, flow, movers) : 0;
	if (!from.has || !to.has || count < 3) {
		ts_pb_not_drawn(pb,
				"needs total %s of both years and three "
				"products",
				what);
		return;
	}
	change = to.amount.value - from.amount.value;
	/* one product that is nearly all of the change leaves nothing to see */
	if (fabs(movers[0].delta) > 20 * fabs(movers[1].delta)) {
		ts_pb_not_drawn(
			pb, "%s alone makes the change: %s of %s",
			mover_name(r, &movers[0]),
			signed_amount(r, movers[0].delta, 0, to.amount.unit),
			signed_amount(r, change, 0, to.amount.unit));
		return;
	}
	shown = count < 7 ? count : 7;
	total_row(pb, flow, r->base, &from);
	rest = change;
	for (i = 0; i < shown; i++) {
		double half = movers[i].change.from.half_width +
			      movers[i].change.to.half_width;
		const char *cells[3] = {
			mover_code(&movers[i]),
			mover_name(r, &movers[i]),
			signed_amount(r, movers[i].delta, half, to.amount.unit),
		};

		mover_rows(pb, &movers[i], flow);
		mover_figures(r, &movers[i], flow);
		ts_pb_table_row(pb, cells);
		rest -= movers[i].delta;
		if (movers[i].delta > 0)
			gains += movers[i].delta;
	}
	total_row(pb, flow, r->period, &to);
	{
		const char *cells[3] = { "", "All other (residual)",
					 signed_amount(r, rest, 0,
						       to.amount.unit) };

		ts_pb_table_row(pb, cells);
	}
	pb->page.title = ts_r_printf(
		r, "%s products added %s to %s %s %s%s", count_word(shown),
		ts_r_amount(r, (struct ts_amount){ gains, 0, to.amount.unit }),
		what, flow[0] == 'X' ? "to" : "from", r->partner,
		rest < -0.2 * gains
			? "; declines elsewhere took much of it back"
			: "");
	pb->page.subtitle = ts_r_printf(r,
					"Contribution to the change in %s, "
					"%s \xe2\x86\x92 %s",
					what, r->base_text, r->period_text);
	pb->page.notes = ts_r_printf(
		r,
		"\xe2\x80\x9c"
		"All other\xe2\x80\x9d is the residual to the "
		"published totals.%s",
		from.derived ? ts_r_printf(r,
					   " %s is derived from the "
					   "stated growth.",
					   r->base_text)
			     : "");
	ts_pb_sentence(pb,
		       "The products listed changed %s by %s; all others "
		       "together by %s",
		       what, signed_amount(r, change - rest, 0, to.amount.unit),
		       signed_amount(r, rest, 0, to.amount.unit));
}

void
ts_page_export_contributions(struct ts_page_build *pb)
{
	contributions_page(pb, "export-contributions", "X");
}

void
ts_page_import_contributions(struct ts_page_build *pb)
{
	contributions_page(pb, "import-contributions", "M");
}
