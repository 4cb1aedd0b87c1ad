/* SPDX-License-Identifier: Apache-2.0 */
/* Pages on what is traded: the largest products, and one over the years. */
#include <stdlib.h>
#include <string.h>
#include "daemon/report/render.h"

#define MAX_PRODUCTS 4096
#define ROWS 10

static bool
is_heading(const struct ts_fact *fact)
{
	size_t length = strlen(fact->product);

	return fact->has_value && strcmp(fact->product, "TOTAL") != 0 &&
	       (length == 2 || length == 4);
}

static int
by_value(const void *a, const void *b)
{
	const struct ts_fact *x = *(const struct ts_fact *const *)a;
	const struct ts_fact *y = *(const struct ts_fact *const *)b;

	if (x->amount.value != y->amount.value)
		return x->amount.value < y->amount.value ? 1 : -1;
	return strcmp(x->product, y->product);
}

void
ts_page_products(struct ts_page_build *pb)
{
	static const char *const columns[] = { "HS", "Product", "Exports",
					       "Share of exports, %", NULL };
	struct ts_render *r = pb->render;
	const struct ts_fact **facts =
		ts_arena_alloc(r->arena, MAX_PRODUCTS, sizeof *facts);
	struct ts_pick pick = { .source = r->headline,
				.flow = "X",
				.reporter = r->report->reporter,
				.partner = ts_report_partner(r->report),
				.unit = r->report->currency,
				.period = &r->period };
	const struct ts_fact *fact;
	struct ts_value total;
	size_t count = 0, at = 0, level = 0, i;

	ts_pb_begin(pb, r, "products", columns);
	pb->chart = "ranked";
	while (facts != NULL && count < MAX_PRODUCTS &&
	       (fact = ts_facts_next(r->facts, &pick, &at)) != NULL) {
		if (!is_heading(fact))
			continue;
		if (level == 0)
			level = strlen(fact->product);
		if (strlen(fact->product) == level)
			facts[count++] = fact;
	}
	if (count < 5) {
		ts_pb_not_drawn(pb,
				"needs at least five products of %s, got "
				"%zu",
				r->period_text, count);
		return;
	}
	qsort(facts, count, sizeof *facts, by_value);
	total = ts_r_value(r, r->headline, "X", r->report->reporter,
			   ts_report_partner(r->report), r->period);
	for (i = 0; i < count && i < ROWS; i++) {
		double share = total.has ? 100 * facts[i]->amount.value /
						   total.amount.value
					 : 0;
		const char *name = ts_r_product(r, facts[i]);
		const char *text = !total.has
					   ? ""
					   : ts_r_printf(r,
							 share >= 1    ? "%.0f"
							 : share >= .1 ? "%.1f"
								       : "%.2f",
							 share);
		const char *extra[TS_PX_COUNT] = {
			[TS_PX_LABEL] = name, [TS_PX_SHARE] = text
		};
		const char *cells[4] = { facts[i]->product, name,
					 ts_r_amount(r, facts[i]->amount),
					 text };
		char value[TS_DECIMAL_TEXT];

		(void)ts_decimal_print(facts[i]->exact, value);
		ts_pb_fact(pb, facts[i], extra);
		ts_pb_table_row(pb, cells);
		ts_r_figure(r,
			    ts_r_printf(r, "exports-%s/%s", facts[i]->product,
					r->period_text),
			    ts_r_printf(r, "%s (exports), %s", name,
					r->period_text),
			    ts_r_printf(r, "%s", value), facts[i]->unit, "ok",
			    "", &facts[i], 1);
	}
	pb->page.title = ts_r_printf(r,
				     "%s is the largest of %s's exports to "
				     "%s in %s",
				     ts_r_product(r, facts[0]), r->reporter,
				     r->partner, r->period_text);
	pb->page.subtitle = ts_r_printf(r, "Largest products published, %s",
					r->period_text);
	ts_pb_sentence(pb, "%s: %s", ts_r_product(r, facts[0]),
		       ts_r_amount(r, facts[0]->amount));
}

/* ---- one product over the years ----------------------------------------- */

struct run {
	const char *source, *product;
	struct ts_period newest;
	int years;
	double latest;
};

static int
years_of(const struct ts_render *r, const struct ts_fact *like,
	 struct ts_period newest)
{
	struct ts_pick pick = { .source = like->source,
				.flow = "X",
				.reporter = like->reporter,
				.partner = like->partner,
				.product = like->product,
				.unit = like->unit };
	struct ts_period period = newest;
	int years = 0;

	for (;;) {
		pick.period = &period;
		if (ts_facts_find(r->facts, &pick) == NULL || years == 20)
			return years;
		years++;
		period = ts_period_step(period, -1);
	}
}

/* The product with the largest newest value among those told for at least
 * five years in a row. */
static struct run
best_run(const struct ts_render *r)
{
	struct ts_pick pick = { .flow = "X",
				.reporter = r->report->reporter,
				.partner = ts_report_partner(r->report),
				.frequency = 'A',
				.unit = r->report->currency };
	struct run best = { .source = NULL };
	const struct ts_fact *fact;
	size_t at = 0;

	if (r->report->product[0] != '\0')
		pick.product = r->report->product;
	while ((fact = ts_facts_next(r->facts, &pick, &at)) != NULL) {
		int years;

		if (!fact->has_value || strcmp(fact->product, "TOTAL") == 0)
			continue;
		if (fact->period.year < r->period.year - 1)
			continue;
		years = years_of(r, fact, fact->period);
		if (years < 5)
			continue;
		if (best.source == NULL ||
		    fact->period.year > best.newest.year ||
		    (fact->period.year == best.newest.year &&
		     fact->amount.value > best.latest))
			best = (struct run){ fact->source, fact->product,
					     fact->period, years,
					     fact->amount.value };
	}
	return best;
}

void
ts_page_product_series(struct ts_page_build *pb)
{
	static const char *const columns[] = { "Year", "Exports", "Change",
					       NULL };
	struct ts_render *r = pb->render;
	struct run run = best_run(r);
	const struct ts_fact *before = NULL, *fact = NULL;
	struct ts_change change = { .has_to = false };
	const char *name = "";
	int back;

	ts_pb_begin(pb, r, "product-series", columns);
	pb->chart = "columns";
	if (run.source == NULL) {
		ts_pb_not_drawn(pb, "no product is published for five years "
				    "in a row");
		return;
	}
	for (back = run.years - 1; back >= 0; back--) {
		struct ts_period period = ts_period_step(run.newest, -back);
		struct ts_pick pick = { .source = run.source,
					.flow = "X",
					.reporter = r->report->reporter,
					.partner = ts_report_partner(r->report),
					.product = run.product,
					.unit = r->report->currency,
					.period = &period };
		const char *extra[TS_PX_COUNT] = { NULL }, *cells[3];
		char value[TS_DECIMAL_TEXT];

		before = fact;
		fact = ts_facts_find(r->facts, &pick);
		change = ts_r_change_of(r, before, fact);
		name = ts_r_product(r, fact);
		extra[TS_PX_LABEL] = ts_r_period(r, period);
		extra[TS_PX_GROWTH] =
			before != NULL ? ts_r_rate(r, &change) : "";
		cells[0] = extra[TS_PX_LABEL];
		cells[1] = ts_r_amount(r, fact->amount);
		cells[2] = extra[TS_PX_GROWTH];
		ts_pb_fact(pb, fact, extra);
		ts_pb_table_row(pb, cells);
		(void)ts_decimal_print(fact->exact, value);
		ts_r_figure(
			r,
			ts_r_printf(r, "series-%s/%s", run.product, cells[0]),
			ts_r_printf(r, "%s (exports), %s", name, cells[0]),
			ts_r_printf(r, "%s", value), fact->unit, "ok", "",
			&fact, 1);
	}
	pb->page.title = ts_r_finding(
		r, ts_r_printf(r, "%s exports to %s", name, r->partner),
		&change, ts_r_period(r, run.newest));
	pb->page.subtitle =
		ts_r_printf(r, "Exports of %s to %s", r->reporter, r->partner);
	ts_pb_sentence(pb, "%s: %s", name, ts_r_change(r, &change));
}
