/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reconciliation: what the reporter says, what the partner says, what a
 * third source says, and the gap between them. Families of sources are never
 * mixed without saying so, and a cause is offered, never asserted.
 */
#include <math.h>
#include <string.h>
#include "daemon/report/render.h"

#define CAUSES                                                                 \
	"Candidate causes: transit and consignment trade, CIF against FOB, "   \
	"timing."

static void
row(struct ts_page_build *pb, const char *who, const char *what,
    struct ts_period period, const struct ts_value *value, double gap)
{
	struct ts_render *r = pb->render;
	const char *cells[5] = { who, what, ts_r_period(r, period),
				 ts_r_amount(r, value->amount), "" };

	if (gap != 0)
		cells[4] = ts_r_amount(
			r, (struct ts_amount){ gap, 0, value->amount.unit });
	ts_pb_table_row(pb, cells);
}

static void
figure(struct ts_render *r, const char *id, const char *label,
       const struct ts_value *value)
{
	char text[TS_DOUBLE_TEXT];

	(void)ts_double_print(value->amount.value, text);
	ts_r_figure(r, id, label, ts_r_printf(r, "%s", text),
		    value->amount.unit, "ok", value->computed ? "turnover" : "",
		    (const struct ts_fact *const *)value->facts,
		    value->fact_count);
}

static void
series(struct ts_page_build *pb, const char *side, const char *name,
       const char *source, const char *flow, const char *reporter,
       const char *partner, struct ts_period first)
{
	struct ts_render *r = pb->render;
	struct ts_period period;

	for (period = first; ts_period_compare(period, r->period) <= 0;
	     period = ts_period_step(period, 1)) {
		struct ts_value value =
			ts_r_value(r, source, flow, reporter, partner, period);
		const char *extra[TS_PX_COUNT] = {
			[TS_PX_SIDE] = side, [TS_PX_LABEL] = name
		};
		struct ts_computed computed = {
			.indicator = "turnover",
			.flow = flow,
			.reporter = reporter,
			.partner = partner,
			.product = "TOTAL",
			.unit = value.amount.unit,
			.status = value.status,
			.period = period,
			.value = value.amount.value,
			.has_value = value.has,
		};
		size_t i;

		if (value.derived || !value.has)
			continue; /* a gap is a gap */
		for (i = 0; i < value.fact_count; i++)
			ts_pb_use(pb, value.facts[i]);
		if (value.computed)
			ts_pb_computed(pb, &computed, extra);
		else
			ts_pb_fact(pb, value.facts[0], extra);
	}
}

/* A source other than the headline one that tells a flow in the period. */
static const char *
other_source(const struct ts_render *r, const char *flow, const char *reporter,
	     const char *partner)
{
	struct ts_pick pick = { .flow = flow,
				.reporter = reporter,
				.partner = partner,
				.product = "TOTAL",
				.period = &r->period };
	const struct ts_fact *fact;
	size_t at = 0;

	while ((fact = ts_facts_next(r->facts, &pick, &at)) != NULL)
		if (fact->has_value && strcmp(fact->source, r->headline) != 0)
			return fact->source;
	return NULL;
}

static const char *
publisher(struct ts_render *r, const char *source)
{
	const char *who, *licence;

	ts_world_source_notes(r->world, source, &who, &licence);
	return who;
}

static void
gap_words(struct ts_page_build *pb, const char *measure_id,
	  const struct ts_value *ours, const struct ts_value *theirs)
{
	struct ts_render *r = pb->render;
	const struct ts_fact *facts[4];
	char text[TS_DOUBLE_TEXT];
	double gap = theirs->amount.value - ours->amount.value;
	size_t count = 0, i;

	for (i = 0; i < ours->fact_count; i++)
		facts[count++] = ours->facts[i];
	for (i = 0; i < theirs->fact_count; i++)
		facts[count++] = theirs->facts[i];
	(void)ts_double_print(gap, text);
	ts_r_figure(
		r, ts_r_printf(r, "gap-%s/%s", measure_id, r->period_text),
		ts_r_printf(r, "Gap between the sources, %s", r->period_text),
		ts_r_printf(r, "%s", text), ours->amount.unit, "ok",
		"mirror_gap", facts, count);
}

/* Both sides of the pair report: the classical mirror. */
static bool
mirror(struct ts_page_build *pb, struct ts_period first)
{
	struct ts_render *r = pb->render;
	const char *us = r->report->reporter, *them = r->report->partner;
	const char *side = NULL, *sources[2] = { r->headline, NULL };
	struct ts_value ours =
		ts_r_value(r, r->headline, "X", us, them, r->period);
	struct ts_value theirs = { .has = false };
	size_t i;

	sources[1] = other_source(r, "M", them, us);
	for (i = 0; i < 2 && !theirs.has; i++) {
		if (sources[i] == NULL)
			continue;
		theirs = ts_r_value(r, sources[i], "M", them, us, r->period);
		side = sources[i];
	}
	if (!ours.has || !theirs.has)
		return false;
	series(pb, "exporter", ts_r_printf(r, "%s reports", r->reporter),
	       r->headline, "X", us, them, first);
	series(pb, "importer", ts_r_printf(r, "%s reports", r->partner), side,
	       "M", them, us, first);
	row(pb, publisher(r, r->headline),
	    ts_r_printf(r, "%s's exports to %s (FOB)", r->reporter, r->partner),
	    r->period, &ours, 0);
	row(pb, publisher(r, side),
	    ts_r_printf(r, "%s's imports from %s (CIF)", r->partner,
			r->reporter),
	    r->period, &theirs, theirs.amount.value - ours.amount.value);
	figure(r, ts_r_printf(r, "mirror-exports/%s", r->period_text),
	       ts_r_printf(r, "Imports of %s from %s, %s", r->partner,
			   r->reporter, r->period_text),
	       &theirs);
	gap_words(pb, "mirror", &ours, &theirs);
	pb->page.title = ts_r_printf(
		r, "%s reports %s of exports to %s; %s reports %s of imports",
		r->reporter, ts_r_amount(r, ours.amount), r->partner,
		r->partner, ts_r_amount(r, theirs.amount));
	pb->page.subtitle = "The same flow seen from both sides";
	pb->page.notes = CAUSES;
	ts_pb_sentence(
		pb, "Gap between both reports: %s",
		ts_r_amount(r, (struct ts_amount){
				       theirs.amount.value - ours.amount.value,
				       theirs.amount.half_width +
					       ours.amount.half_width,
				       ours.amount.unit }));
	return true;
}

/* A third source tells the region's total with the partner: if one member
 * alone reports more than that, the sources do not count the same thing. */
static bool
against_region(struct ts_page_build *pb, struct ts_period first)
{
	struct ts_render *r = pb->render;
	const char *us = r->report->reporter, *them = r->report->partner;
	const char *region = ts_codes_group_area(r->world->codes,
						 r->report->region),
		   *source;
	struct ts_value ours =
		ts_r_value(r, r->headline, "X+M", us, them, r->period);
	struct ts_value theirs;
	struct ts_pick share_pick = { .measure = "share",
				      .reporter = us,
				      .partner = them,
				      .period = &r->period };
	const struct ts_fact *share;

	if (region[0] == '\0' || !ours.has)
		return false;
	source = other_source(r, "X+M", region, them);
	if (source == NULL)
		return false;
	theirs = ts_r_value(r, source, "X+M", region, them, r->period);
	series(pb, "exporter", ts_r_printf(r, "%s alone", r->reporter),
	       r->headline, "X+M", us, them, first);
	series(pb, "importer", ts_r_printf(r, "All of %s", r->region), source,
	       "X+M", region, them, first);
	row(pb, publisher(r, r->headline),
	    ts_r_printf(r, "%s with %s", r->reporter, r->partner), r->period,
	    &ours, 0);
	row(pb, publisher(r, source),
	    ts_r_printf(r, "All of %s with %s", r->region, r->partner),
	    r->period, &theirs, theirs.amount.value - ours.amount.value);
	gap_words(pb, "region", &ours, &theirs);
	figure(r, ts_r_printf(r, "region-turnover/%s", r->period_text),
	       ts_r_printf(r, "%s with %s, %s", r->region, r->partner,
			   r->period_text),
	       &theirs);
	pb->page.title = ts_r_printf(
		r, "One source gives %s for %s, another %s for all of %s",
		ts_r_amount(r, ours.amount), r->reporter,
		ts_r_amount(r, theirs.amount), r->region);
	pb->page.subtitle =
		ts_r_printf(r, "Turnover with %s by source", r->partner);
	pb->page.notes = CAUSES;
	if (ours.amount.value > theirs.amount.value)
		ts_pb_sentence(pb,
			       "%s alone reports more than the other "
			       "source gives for the whole region: both cannot "
			       "count the same trade",
			       r->reporter);
	share = ts_facts_find(r->facts, &share_pick);
	if (share != NULL) {
		struct ts_amount implied = {
			theirs.amount.value * share->amount.value / 100,
			/* "around 85" is known to a digit, not better */
			theirs.amount.value * 0.5 / 100 +
				theirs.amount.half_width * share->amount.value /
					100,
			theirs.amount.unit
		};

		ts_pb_use(pb, share);
		ts_pb_sentence(pb,
			       "The share of %.0f%% that goes with the "
			       "regional figure implies about %s for %s, "
			       "against %s: a factor of %.1f",
			       share->amount.value, ts_r_amount(r, implied),
			       r->reporter, ts_r_amount(r, ours.amount),
			       ours.amount.value / implied.value);
	}
	return true;
}

/* What is only said once has nothing to be reconciled with; still said. */
static void
product_statements(struct ts_page_build *pb)
{
	struct ts_render *r = pb->render;
	struct ts_pick pick = { .reporter = r->report->reporter,
				.partner = r->report->partner,
				.flow = "X",
				.unit = r->report->currency,
				.period = &r->period };
	const struct ts_fact *fact;
	size_t at = 0, told = 0;

	while ((fact = ts_facts_next(r->facts, &pick, &at)) != NULL &&
	       told < 6) {
		struct ts_pick ours = pick;
		const struct ts_fact *own;
		size_t own_at = 0;

		if (!fact->has_value ||
		    strcmp(fact->source, r->headline) == 0 ||
		    strcmp(fact->product, "TOTAL") == 0)
			continue;
		ours.source = r->headline;
		ours.product = fact->product;
		while ((own = ts_facts_next(r->facts, &ours, &own_at)) != NULL)
			if (own->has_value)
				break;
		ts_pb_use(pb, fact);
		told++;
		if (own == NULL) {
			if (fact->wording[0] != '\0')
				ts_pb_sentence(
					pb,
					"%s, %s: %s%s%s by the %s; the "
					"other sources have no figure for "
					"the same products",
					fact->wording, r->period_text,
					fact->qualifier,
					fact->qualifier[0] != '\0' ? " " : "",
					ts_r_amount(r, fact->amount),
					publisher(r, fact->source));
			continue;
		}
		ts_pb_use(pb, own);
		ts_pb_sentence(pb, "%s, %s: %s (%s) against %s%s%s (%s)",
			       ts_r_product(r, own), r->period_text,
			       ts_r_amount(r, own->amount),
			       publisher(r, own->source), fact->qualifier,
			       fact->qualifier[0] != '\0' ? " " : "",
			       ts_r_amount(r, fact->amount),
			       publisher(r, fact->source));
	}
}

void
ts_page_reconciliation(struct ts_page_build *pb)
{
	static const char *const columns[] = { "Who says so", "What", "Period",
					       "Figure",      "Gap",  NULL };
	struct ts_render *r = pb->render;
	struct ts_period first = ts_period_step(
		r->period, 1 - (r->report->years > 0 ? r->report->years : 10));

	ts_pb_begin(pb, r, "reconciliation", columns);
	pb->chart = "mirror";
	if (!mirror(pb, first) && !against_region(pb, first)) {
		pb->page.title = "No second source to compare with";
		ts_pb_not_drawn(pb,
				"no second source tells the trade of %s "
				"with %s in %s",
				r->reporter, r->partner, r->period_text);
		return;
	}
	product_statements(pb);
}
