/* SPDX-License-Identifier: Apache-2.0 */
/* The pair inside its region, and the region inside a bloc. */
#include <math.h>
#include <string.h>
#include "daemon/report/render.h"

#define MAX_MEMBERS 64

static struct ts_value
member_value(const struct ts_render *r, const char *source, const char *member,
	     struct ts_period year)
{
	return ts_r_value(r, source, "X+M", member, r->report->partner, year);
}

/* Newest year for which a source tells at least two members, all seen from
 * the same side. */
static const char *
find_year(const struct ts_render *r, const char *const *members,
	  struct ts_period *year)
{
	struct ts_pick pick = { .partner = r->report->partner,
				.product = "TOTAL",
				.flow = "X" };
	const struct ts_fact *fact;
	const char *best = NULL;
	size_t at = 0;

	while ((fact = ts_facts_next(r->facts, &pick, &at)) != NULL) {
		size_t known = 0, i;

		if (fact->period.span != TS_YEAR ||
		    fact->period.year > r->period.year ||
		    (best != NULL && fact->period.year <= year->year))
			continue;
		for (i = 0; members[i] != NULL; i++)
			known += member_value(r, fact->source, members[i],
					      fact->period)
					 .has;
		if (known >= 2) {
			best = fact->source;
			*year = fact->period;
		}
	}
	return best;
}

/* Whatever publishers state about shares and regional totals themselves. */
static void
stated_rows(struct ts_page_build *pb)
{
	struct ts_render *r = pb->render;
	struct ts_pick pick = { .measure = "share" };
	const struct ts_fact *fact;
	size_t at = 0;

	while ((fact = ts_facts_next(r->facts, &pick, &at)) != NULL) {
		const char *who, *licence, *when = ts_r_period(r, fact->period);
		char value[TS_DECIMAL_TEXT];

		if (fact->period.year != r->period.year || !fact->has_value)
			continue;
		ts_world_source_notes(r->world, fact->source, &who, &licence);
		(void)ts_decimal_print(fact->exact, value);
		ts_pb_use(pb, fact);
		ts_pb_sentence(pb, "%s: %s%s%s%% in %s, as stated by the %s",
			       fact->wording, fact->qualifier,
			       fact->qualifier[0] != '\0' ? " " : "", value,
			       when, who);
		ts_r_figure(r,
			    ts_r_printf(r, "share-%s-%s/%s", fact->reporter,
					fact->partner, when),
			    ts_r_printf(r, "%s, %s", fact->wording, when),
			    ts_r_printf(r, "%s", value), "percent",
			    fact->qualifier[0] != '\0' ? fact->qualifier
						       : "as published",
			    "", &fact, 1);
	}
}

static void
region_totals(struct ts_page_build *pb)
{
	struct ts_render *r = pb->render;
	struct ts_pick pick = { .flow = "X+M",
				.reporter = ts_codes_group_area(
					r->world->codes, r->report->region),
				.partner = r->report->partner,
				.product = "TOTAL" };
	const struct ts_fact *fact, *newest = NULL, *before = NULL;
	size_t at = 0;

	while ((fact = ts_facts_next(r->facts, &pick, &at)) != NULL) {
		char value[TS_DECIMAL_TEXT];
		const char *when = ts_r_period(r, fact->period);

		if (!fact->has_value || fact->period.year > r->period.year)
			continue;
		(void)ts_decimal_print(fact->exact, value);
		ts_pb_use(pb, fact);
		ts_r_figure(r, ts_r_printf(r, "region-turnover/%s", when),
			    ts_r_printf(r, "%s with %s, %s", r->region,
					r->partner, when),
			    ts_r_printf(r, "%s", value), fact->unit, "ok", "",
			    &fact, 1);
		if (newest == NULL || fact->period.year > newest->period.year) {
			before = newest;
			newest = fact;
		} else if (before == NULL ||
			   fact->period.year > before->period.year) {
			before = fact;
		}
	}
	if (newest != NULL && before != NULL) {
		struct ts_change change = ts_r_change_of(r, before, newest);
		const char *who, *licence;

		ts_world_source_notes(r->world, newest->source, &who, &licence);
		ts_pb_sentence(pb,
			       "By the %s, turnover of %s with %s in %s was "
			       "%s",
			       who, r->region, r->partner,
			       ts_r_period(r, newest->period),
			       ts_r_change(r, &change));
	}
}

void
ts_page_region(struct ts_page_build *pb)
{
	static const char *const columns[] = { "Country", "Turnover", "Share",
					       NULL };
	struct ts_render *r = pb->render;
	struct ts_period year = { .year = 0 };
	const char *const *members = NULL;
	const char *source = NULL, *when;
	double sum = 0, own = 0;
	size_t i, known = 0;
	const struct ts_fact *facts[2 * MAX_MEMBERS];
	size_t fact_count = 0;

	ts_pb_begin(pb, r, "region", columns);
	pb->chart = "ranked";
	if (r->report->region[0] == '\0') {
		ts_pb_not_drawn(pb, "the report names no region");
		return;
	}
	members = ts_codes_group(r->world->codes, r->report->region,
				 r->period.year);
	if (members != NULL)
		source = find_year(r, members, &year);
	stated_rows(pb);
	region_totals(pb);
	if (source == NULL) {
		ts_pb_not_drawn(pb,
				"no source tells the trade of two members "
				"of %s with %s",
				r->region, r->partner);
		pb->page.title =
			ts_r_printf(r, "%s in the trade of %s with %s",
				    r->reporter, r->region, r->partner);
		return;
	}
	when = ts_r_period(r, year);
	for (i = 0; i < MAX_MEMBERS && members[i] != NULL; i++) {
		struct ts_value value =
			member_value(r, source, members[i], year);

		if (value.has)
			sum += value.amount.value;
	}
	for (i = 0; i < MAX_MEMBERS && members[i] != NULL; i++) {
		struct ts_value value =
			member_value(r, source, members[i], year);
		const char *name = ts_codes_area_name(r->world->codes,
						      members[i], r->language);
		const char *extra[TS_PX_COUNT] = { [TS_PX_LABEL] = name };
		const char *cells[3] = { name, "no data", "" };
		struct ts_computed row = {
			.indicator = "turnover",
			.flow = "X+M",
			.reporter = members[i],
			.partner = r->report->partner,
			.product = "TOTAL",
			.unit = value.amount.unit,
			.status = "",
			.period = year,
			.value = value.amount.value,
			.has_value = value.has,
		};
		size_t j;

		if (!value.has) {
			ts_pb_table_row(pb, cells);
			continue;
		}
		known++;
		for (j = 0; j < value.fact_count; j++) {
			ts_pb_use(pb, value.facts[j]);
			facts[fact_count++] = value.facts[j];
		}
		cells[1] = ts_r_amount(r, value.amount);
		cells[2] = ts_r_printf(r, "%.1f%%",
				       100 * value.amount.value / sum);
		extra[TS_PX_SHARE] =
			ts_r_printf(r, "%.1f", 100 * value.amount.value / sum);
		if (strcmp(members[i], r->report->reporter) == 0) {
			own = 100 * value.amount.value / sum;
			extra[TS_PX_KIND] = "highlight";
		}
		ts_pb_computed(pb, &row, extra);
		ts_pb_table_row(pb, cells);
	}
	if (own > 0) {
		char value[TS_DOUBLE_TEXT];

		(void)ts_double_print(own, value);
		ts_r_figure(r, ts_r_printf(r, "share-in-region/%s", when),
			    ts_r_printf(r,
					"Share of %s in the trade of %s "
					"with %s, %s",
					r->reporter, r->region, r->partner,
					when),
			    ts_r_printf(r, "%s", value), "percent", "ok",
			    "share_in_region_trade", facts, fact_count);
		pb->page.title = ts_r_printf(
			r, "%s made up %.0f%% of %s's trade with %s in %s",
			r->reporter, own, r->partner, r->region, when);
	} else {
		pb->page.title = ts_r_printf(r, "%s's trade with %s in %s",
					     r->partner, r->region, when);
	}
	pb->page.subtitle =
		ts_r_printf(r, "Exports plus imports of goods with %s, %s",
			    r->partner, when);
	if (!ts_period_equal(year, r->period))
		pb->page.notes = ts_r_printf(
			r,
			"%s is the newest year with figures for %zu members.",
			when, known);
}
