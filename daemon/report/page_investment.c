/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Investment: what is published about it, each figure by itself. Stocks,
 * flows and cumulated flows are never added, and never mixed over sources.
 */
#include <ctype.h>
#include <string.h>
#include "daemon/report/render.h"

#define WB_FDI "BX.KLT.DINV.CD.WD"

static const char *
fact_text(struct ts_render *r, const struct ts_fact *fact)
{
	char value[TS_DECIMAL_TEXT];

	(void)ts_decimal_print(fact->exact, value);
	return ts_r_printf(r, "%s", value);
}

/* "investment-kz-president/2024", "investment-kz-president-companies/2024" */
static const char *
investment_id(struct ts_render *r, const struct ts_fact *fact)
{
	const char *what = fact->product;
	TS_AUTO_BUF id = TS_BUF_INIT(256);

	ts_buf_addf(&id, "investment-%s", fact->source);
	if (strcmp(what, "TOTAL") != 0) {
		ts_buf_add_char(&id, '-');
		for (; *what != '\0'; what++)
			ts_buf_add_char(&id,
					(char)tolower((unsigned char)*what));
	}
	return ts_r_printf(r, "%s/%s", id.data, ts_r_period(r, fact->period));
}

/* The net inflow by year as the World Bank publishes it. */
static size_t
inflow_series(struct ts_page_build *pb)
{
	struct ts_render *r = pb->render;
	int back, years = r->report->years > 0 ? r->report->years : 10;
	const struct ts_fact *fact = NULL, *newest = NULL, *before = NULL;
	struct ts_change change;
	size_t found = 0;

	for (back = years - 1; back >= 0; back--) {
		struct ts_period year = ts_period_step(r->period, -back);
		struct ts_pick pick = { .reporter = r->report->reporter,
					.product = WB_FDI,
					.period = &year };
		const char *when = ts_r_period(r, year), *cells[4];
		const char *extra[TS_PX_COUNT] = { [TS_PX_LABEL] = when };

		fact = ts_facts_find(r->facts, &pick);
		if (fact == NULL)
			continue;
		before = newest;
		newest = fact;
		found++;
		ts_pb_fact(pb, fact, extra);
		cells[0] = when;
		cells[1] = "Net inflow of direct investment, all countries";
		cells[2] = ts_r_amount(r, fact->amount);
		cells[3] = "World Bank";
		ts_pb_table_row(pb, cells);
		ts_r_figure(r, ts_r_printf(r, "fdi-inflow/%s", when),
			    ts_r_printf(r,
					"Net inflow of direct investment, "
					"%s",
					when),
			    fact_text(r, fact), fact->unit, "ok", "", &fact, 1);
	}
	if (newest == NULL)
		return 0;
	change = ts_r_change_of(r, before, newest);
	pb->page.title = ts_r_finding(
		r, ts_r_printf(r, "Direct investment into %s", r->reporter),
		&change, ts_r_period(r, newest->period));
	pb->page.subtitle = "Net inflow from all countries, World Bank";
	return found;
}

/* One year and a longer stretch that contains it: the year cannot be most of
 * the stretch if both are flows. */
static void
compare_stretches(struct ts_page_build *pb, const struct ts_fact *const *facts,
		  size_t count)
{
	struct ts_render *r = pb->render;
	size_t i, j;

	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++) {
			const struct ts_fact *year = facts[i];
			const struct ts_fact *all = facts[j];

			if (year->period.span != TS_YEAR ||
			    all->period.span != TS_RANGE ||
			    year->period.year < all->period.year ||
			    year->period.year > all->period.until ||
			    strcmp(year->unit, all->unit) != 0 ||
			    year->amount.value < 0.5 * all->amount.value)
				continue;
			ts_pb_sentence(
				pb,
				"%s for %s and %s for %s cannot both be "
				"annual flows: one of them is a level or "
				"counts differently",
				ts_r_amount(r, year->amount),
				ts_r_when(r, year->period),
				ts_r_amount(r, all->amount),
				ts_r_when(r, all->period));
		}
}

static void
stated_investment(struct ts_page_build *pb, const struct ts_fact **facts,
		  size_t *count, size_t room)
{
	struct ts_render *r = pb->render;
	struct ts_pick pick = { .flow = "FDI",
				.reporter = r->report->partner,
				.partner = r->report->reporter };
	const struct ts_fact *fact;
	size_t at = 0;

	while (*count < room &&
	       (fact = ts_facts_next(r->facts, &pick, &at)) != NULL) {
		const char *who, *licence, *when = ts_r_period(r, fact->period);
		const char *text, *cells[4];
		const char *extra[TS_PX_COUNT] = { NULL };

		if (!fact->has_value)
			continue;
		ts_world_source_notes(r->world, fact->source, &who, &licence);
		text = ts_r_printf(r, "%s%s%s", fact->qualifier,
				   fact->qualifier[0] != '\0' ? " " : "",
				   ts_r_amount(r, fact->amount));
		cells[0] = ts_r_when(r, fact->period);
		cells[1] = fact->wording;
		cells[2] = text;
		cells[3] = who;
		ts_pb_table_row(pb, cells);
		ts_pb_sentence(pb, "%s, %s: %s, as stated by the %s",
			       fact->wording, ts_r_when(r, fact->period), text,
			       who);
		ts_r_figure(r, investment_id(r, fact),
			    ts_r_printf(r, "%s, %s", fact->wording, when),
			    fact_text(r, fact), fact->unit, "as published", "",
			    &fact, 1);
		extra[TS_PX_LABEL] = ts_r_printf(r, "%s, %s", fact->wording,
						 ts_r_when(r, fact->period));
		if (strcmp(fact->unit, r->report->currency) == 0) {
			ts_pb_fact(pb, fact, extra);
			facts[(*count)++] = fact;
		} else {
			ts_pb_use(pb, fact);
		}
	}
}

void
ts_page_investment(struct ts_page_build *pb)
{
	static const char *const columns[] = { "Period", "What", "Figure",
					       "Source", NULL };
	struct ts_render *r = pb->render;
	const struct ts_fact *facts[16];
	size_t count = 0, years;

	ts_pb_begin(pb, r, "investment", columns);
	stated_investment(pb, facts, &count, 16);
	if (count > 0) {
		pb->chart = "ranked";
		pb->page.title = ts_r_printf(
			r, "%s's investment in %s: %s", r->partner, r->reporter,
			count > 1
				? ts_r_printf(r, "%zu published figures", count)
				: ts_r_amount(r, facts[0]->amount));
		pb->page.subtitle = "As stated; figures of different kind, not "
				    "to be added or compared";
		compare_stretches(pb, facts, count);
		ts_r_key(r, ts_r_printf(r, "Investment from %s", r->partner),
			 ts_r_short(r, facts[0]->amount),
			 ts_r_printf(r, "stated for %s",
				     ts_r_when(r, facts[0]->period)),
			 0, investment_id(r, facts[0]));
		if (count < 2)
			ts_pb_not_drawn(pb, "a single figure is published");
		return;
	}
	pb->chart = "columns";
	years = inflow_series(pb);
	if (years < 3)
		ts_pb_not_drawn(pb,
				"needs three years of direct investment, "
				"got %zu",
				years);
}
