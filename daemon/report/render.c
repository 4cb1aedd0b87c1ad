/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds an edition: picks the period and the headline source, lets every
 * page of the template build itself, then asks the gates.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "daemon/report/convert.h"
#include "daemon/report/layout.h"
#include "daemon/report/render.h"

#define DAY_US (86400LL * 1000000)

/* ---- what the edition is about ------------------------------------------- */

static bool
is_pair_total(const struct ts_render *r, const struct ts_fact *fact)
{
	const char *partner = ts_report_partner(r->report);

	return fact->has_value && fact->measure[0] == '\0' &&
	       strcmp(fact->reporter, r->report->reporter) == 0 &&
	       strcmp(fact->partner, partner) == 0 &&
	       strcmp(fact->product, "TOTAL") == 0 &&
	       fact->period.span == ts_span_of_freq(r->report->frequency) &&
	       (strcmp(fact->flow, "X") == 0 || strcmp(fact->flow, "M") == 0 ||
		strcmp(fact->flow, "X+M") == 0);
}

/* The first source, in the report's order, that tells the pair's totals; its
 * newest period. For a report without a pair: the newest period there is. */
static void
find_headline(struct ts_render *r, struct ts_period wanted)
{
	size_t i;

	for (i = 0; i < r->facts->count; i++) {
		const struct ts_fact *fact = &r->facts->items[i];

		if (!is_pair_total(r, fact))
			continue;
		if (wanted.span != TS_NO_SPAN &&
		    !ts_period_equal(fact->period, wanted))
			continue;
		if (r->headline == NULL)
			r->headline = fact->source;
		if (strcmp(fact->source, r->headline) == 0 &&
		    (r->period.span == TS_NO_SPAN ||
		     ts_period_compare(fact->period, r->period) > 0))
			r->period = fact->period;
	}
	for (i = 0; r->headline == NULL && i < r->facts->count; i++) {
		const struct ts_fact *fact = &r->facts->items[i];

		if (fact->has_value &&
		    fact->period.span ==
			    ts_span_of_freq(r->report->frequency) &&
		    (wanted.span == TS_NO_SPAN ||
		     ts_period_equal(fact->period, wanted)) &&
		    (r->period.span == TS_NO_SPAN ||
		     ts_period_compare(fact->period, r->period) > 0))
			r->period = fact->period;
	}
	if (r->headline == NULL && r->facts->count > 0)
		r->headline = r->facts->items[0].source;
}

/* ---- pages ----------------------------------------------------------------
 */

static const char *
source_line(struct ts_page_build *pb)
{
	struct ts_render *r = pb->render;
	TS_AUTO_BUF names = TS_BUF_INIT(4096);
	const char *seen[16];
	size_t seen_count = 0, i, j;
	int64_t newest = 0;
	char when[TS_TIME_TEXT];

	/* behind a converted figure there are its rates, too */
	for (i = 0; i < 3 * pb->used_count; i++) {
		const struct ts_fact *fact = pb->used[i / 3];
		const char *who, *licence;

		if (i % 3 > 0)
			fact = fact->rates[i % 3 - 1];
		if (fact == NULL)
			continue;
		ts_world_source_notes(r->world, fact->source, &who, &licence);
		if (fact->vintage_us > newest)
			newest = fact->vintage_us;
		for (j = 0; j < seen_count && strcmp(seen[j], who) != 0; j++)
			;
		if (j < seen_count || seen_count == 16)
			continue;
		seen[seen_count++] = who;
		ts_buf_addf(&names, "%s%s", names.used > 0 ? "; " : "", who);
	}
	if (seen_count == 0)
		return "";
	return ts_r_printf(r, "Source: %s. Retrieved %.10s.", names.data,
			   ts_time_print(newest, when));
}

/* Title and the three largest facts: what a reader who cannot see the chart
 * is told. */
static const char *
alternative(struct ts_page_build *pb)
{
	struct ts_render *r = pb->render;
	TS_AUTO_BUF text = TS_BUF_INIT((size_t)64 << 10);
	size_t i;

	ts_buf_addf(&text, "%s.", pb->page.title);
	for (i = 0; i < pb->sentence_count && i < 3; i++)
		ts_buf_addf(&text, " %s.", pb->sentences[i]);
	return ts_r_printf(r, "%s", text.data);
}

/* "Export contributions": of a page that has nothing to say. */
static const char *
name_of(struct ts_page_build *pb)
{
	TS_AUTO_BUF text = TS_BUF_INIT(256);
	const char *at = pb->page.id;

	for (; *at != '\0'; at++)
		ts_buf_add_char(&text,
				*at == '-' ? ' '
				: at > pb->page.id
					? *at
					: (char)toupper((unsigned char)*at));
	return ts_r_printf(pb->render, "%s", text.data);
}

static void
note_conversion(struct ts_page_build *pb)
{
	struct ts_render *r = pb->render;
	size_t i = 0;

	while (i < pb->used_count && pb->used[i]->rates[0] == NULL &&
	       pb->used[i]->rates[1] == NULL)
		i++;
	if (i < pb->used_count)
		pb->page.notes = ts_r_printf(
			r, "%s%sConverted at the ECB's average rate of the %s.",
			pb->page.notes, pb->page.notes[0] != '\0' ? " " : "",
			r->report->frequency == 'M' ? "month" : "year");
}

/* A chart whose minimum is not met is left out and named with the reason;
 * known before the gates are asked, as a required page may be among them. */
static enum ts_status
choose_chart(struct ts_page_build *pb, struct ts_err *err)
{
	struct ts_chart_need wants = { .height_px = 0 };

	if (pb->chart == NULL)
		return TS_OK;
	if (ts_layout_chart(pb->render, pb->chart, &pb->drawn_by, err) != TS_OK)
		return err->status;
	pb->spec.width = TS_CHART_WIDTH;
	if (pb->drawn_by->need(&pb->spec, pb->render->arena, &wants, err) !=
	    TS_OK)
		return err->status;
	if (wants.refused[0] != '\0') {
		ts_pb_not_drawn(pb, "%s", wants.refused);
	} else if (wants.unit[0] != '\0') {
		pb->page.subtitle = ts_r_printf(pb->render, "%s, %s",
						pb->page.subtitle, wants.unit);
		pb->spec.subtitle = pb->page.subtitle;
	}
	return TS_OK;
}

static void
finish_page(struct ts_page_build *pb)
{
	const char **list;

	if (pb->data == NULL)
		return;
	note_conversion(pb);
	if (pb->page.source_line[0] == '\0')
		pb->page.source_line = source_line(pb);
	if (pb->page.title[0] == '\0')
		pb->page.title = name_of(pb);
	pb->page.alt = alternative(pb);
	list = ts_arena_alloc(pb->render->arena, pb->sentence_count + 1,
			      sizeof *list);
	if (list == NULL)
		return;
	memcpy(list, pb->sentences, pb->sentence_count * sizeof *list);
	pb->page.sentences = list;
	pb->page.sentence_count = pb->sentence_count;
	pb->spec.type = pb->chart;
	pb->spec.title = pb->page.title;
	pb->spec.subtitle = pb->page.subtitle;
	pb->spec.source = pb->page.source_line;
	pb->spec.notes = pb->page.notes;
	pb->spec.data = pb->data;
}

static bool
wants_page(const struct ts_conf_report *report, const char *id)
{
	const char *const *page = report->pages;

	if (page == NULL || page[0] == NULL)
		return true;
	for (; *page != NULL; page++)
		if (strcmp(*page, id) == 0)
			return true;
	return false;
}

static enum ts_status
build_pages(struct ts_render *r, const struct ts_template *tpl,
	    struct ts_err *err)
{
	const struct ts_page_def *def;

	for (def = tpl->pages; def->id != NULL; def++) {
		struct ts_page_build *pb = &r->pages[r->page_count];

		if (!wants_page(r->report, def->id) ||
		    r->page_count == TS_MAX_PAGES)
			continue;
		pb->render = r;
		def->build(pb);
		pb->required = def->required;
		finish_page(pb);
		r->page_count++;
		if (r->trouble.status != TS_OK)
			*err = r->trouble;
		if (r->trouble.status != TS_OK ||
		    choose_chart(pb, err) != TS_OK)
			return ts_while(err, "page %s", def->id);
	}
	return TS_OK;
}

/* ---- gates ----------------------------------------------------------------
 */

static void
gate_fresh(struct ts_render *r)
{
	double days = r->report->gates.max_age_days, age;
	int64_t today = r->world->clock->wall_us(r->world->clock) / DAY_US;

	if (days <= 0)
		return;
	age = (double)(today - ts_period_last_day(r->period));
	if (age > days)
		ts_r_gate(r, "fresh",
			  "the newest figures are for %s, which "
			  "ended %.0f days ago; max_age_days is %.0f",
			  r->period_text, age, days);
}

static void
gate_complete(struct ts_render *r)
{
	size_t i;

	for (i = 0; i < r->page_count; i++)
		if (r->pages[i].required && r->pages[i].page.not_drawn != NULL)
			ts_r_gate(r, "complete", "page %s: %s",
				  r->pages[i].page.id,
				  r->pages[i].page.not_drawn);
}

/* Parts of a flow against the total its publisher gives; exports and imports
 * against a published turnover. Rounding is allowed for. */
static void
gate_adds_up(struct ts_render *r)
{
	const char *us = r->report->reporter;
	const char *them = ts_report_partner(r->report);
	static const char *const flows[] = { "X", "M" };
	struct ts_value t =
		ts_r_value(r, r->headline, "X+M", us, them, r->period);
	struct ts_value v[2];
	double tolerance = r->report->gates.additivity_percent / 100, gap;
	size_t f, i;

	for (f = 0; f < 2; f++) {
		double sum = 0, half = 0;
		size_t level = 0, parts = 0;

		v[f] = ts_r_value(r, r->headline, flows[f], us, them,
				  r->period);
		for (i = 0; i < r->facts->count; i++) {
			const struct ts_fact *fact = &r->facts->items[i];
			struct ts_pick pick = { .source = r->headline,
						.flow = flows[f],
						.reporter = us,
						.partner = them,
						.period = &r->period };

			if (!ts_fact_matches(fact, &pick) || !fact->has_value ||
			    strcmp(fact->product, "TOTAL") == 0)
				continue;
			if (level == 0)
				level = strlen(fact->product);
			if (strlen(fact->product) != level)
				continue;
			sum += fact->amount.value;
			half += fact->amount.half_width;
			parts++;
		}
		if (parts == 0 || !v[f].has)
			continue;
		/* a publisher may list only some products: a sum below the
		 * total is then no fault, a sum above it always is */
		gap = sum - v[f].amount.value;
		if (gap > tolerance * v[f].amount.value + half +
				  v[f].amount.half_width)
			ts_r_gate(
				r, "adds-up",
				"%zu products of %s add up to "
				"%s, the published total is %s",
				parts, flows[f],
				ts_r_amount(r,
					    (struct ts_amount){
						    sum, 0, v[f].amount.unit }),
				ts_r_amount(r, v[f].amount));
	}
	if (!t.has || t.computed || !v[0].has || !v[1].has || v[0].derived ||
	    v[1].derived)
		return;
	gap = fabs(v[0].amount.value + v[1].amount.value - t.amount.value);
	if (gap > tolerance * t.amount.value + t.amount.half_width +
			  v[0].amount.half_width + v[1].amount.half_width)
		ts_r_gate(r, "adds-up",
			  "exports %s and imports %s do not make "
			  "the published turnover %s",
			  ts_r_amount(r, v[0].amount),
			  ts_r_amount(r, v[1].amount),
			  ts_r_amount(r, t.amount));
}

/* A total that grows or shrinks by a factor no economy does is a unit slip. */
static void
gate_units(struct ts_render *r)
{
	static const char *const flows[] = { "X", "M", "X+M" };
	const char *us = r->report->reporter;
	const char *them = ts_report_partner(r->report);
	double factor = r->report->gates.jump_factor;
	size_t f;

	for (f = 0; factor > 1 && f < 3; f++) {
		struct ts_value a =
			ts_r_value(r, r->headline, flows[f], us, them, r->base);
		struct ts_value b = ts_r_value(r, r->headline, flows[f], us,
					       them, r->period);

		if (!a.has || !b.has || a.amount.value <= 0 ||
		    b.amount.value <= 0)
			continue;
		if (b.amount.value > factor * a.amount.value ||
		    a.amount.value > factor * b.amount.value)
			ts_r_gate(r, "units",
				  "%s went from %s to %s between "
				  "%s and %s; is a unit or a multiplier wrong? "
				  "(jump_factor is %g)",
				  flows[f], ts_r_amount(r, a.amount),
				  ts_r_amount(r, b.amount), r->base_text,
				  r->period_text, factor);
	}
	for (f = 0; f < r->facts->count; f++) {
		const struct ts_fact *fact = &r->facts->items[f];

		if (fact->has_value && fact->measure[0] == '\0' &&
		    (strcmp(fact->flow, "X") == 0 ||
		     strcmp(fact->flow, "M") == 0) &&
		    strcmp(fact->source, r->headline) == 0 &&
		    strcmp(fact->unit, r->report->currency) != 0) {
			ts_r_gate(r, "units",
				  "%s gives %s of %s in \"%s\", "
				  "the report is in %s",
				  fact->source, fact->flow, fact->product,
				  fact->unit, r->report->currency);
			return;
		}
	}
}

static bool
is_unmapped(const char *code)
{
	return code[0] == '?';
}

static void
gate_unmapped(struct ts_render *r)
{
	const char *first = NULL, *source = NULL;
	size_t count = 0, i;

	if (r->report->gates.allow_unmapped)
		return;
	for (i = 0; i < r->facts->count; i++) {
		const struct ts_fact *fact = &r->facts->items[i];
		const char *code = is_unmapped(fact->reporter)  ? fact->reporter
				   : is_unmapped(fact->partner) ? fact->partner
				   : is_unmapped(fact->flow)    ? fact->flow
								: NULL;

		if (code == NULL)
			continue;
		count++;
		if (first == NULL) {
			first = code;
			source = fact->source;
		}
	}
	if (count > 0)
		ts_r_gate(r, "unmapped",
			  "%zu figures carry a code we do not "
			  "know, the first is \"%s\" of %s; add it to the code "
			  "lists or set gates.allow_unmapped",
			  count, first, source);
}

void
ts_render_gates(struct ts_render *r)
{
	gate_fresh(r);
	gate_complete(r);
	gate_adds_up(r);
	gate_units(r);
	gate_unmapped(r);
}

/* ---- the whole ------------------------------------------------------------
 */

static const char *
area_name(struct ts_render *r, const char *iso3)
{
	return iso3[0] == '\0'
		       ? ""
		       : ts_codes_area_name(r->world->codes, iso3, r->language);
}

/* What was published stays beside what it was converted to: what a publisher
 * stated about his figures is true in their currency only. */
static enum ts_status
convert(struct ts_render *r, const char *published, int64_t as_of_us,
	struct ts_err *err)
{
	static const char *const source[] = { TS_RATES_SOURCE, NULL };
	struct ts_facts *rates, *copy;

	if (ts_facts_load(r->world->store, source, as_of_us, r->arena, &rates,
			  err) != TS_OK ||
	    ts_exchange_new(rates, published, r->report->currency, r->arena,
			    &r->exchange, err) != TS_OK)
		return err->status;
	copy = ts_arena_alloc(r->arena, 1, sizeof *copy);
	if (copy == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	*copy = *r->facts;
	copy->room = copy->count;
	copy->items =
		ts_arena_alloc(r->arena, copy->count + 1, sizeof *copy->items);
	if (copy->items == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (copy->count > 0)
		memcpy(copy->items, r->facts->items,
		       copy->count * sizeof *copy->items);
	r->published = r->facts;
	r->facts = copy;
	ts_facts_convert(r->facts, r->exchange);
	return TS_OK;
}

enum ts_status
ts_render_build(struct ts_render *r, struct ts_world *world,
		const struct ts_conf_report *report, const char *published,
		struct ts_period period, int64_t as_of_us,
		struct ts_arena *arena, struct ts_err *err)
{
	const struct ts_template *tpl = ts_template_find(report->template);
	const char *const *sources;

	*r = (struct ts_render){ .world = world,
				 .report = report,
				 .arena = arena,
				 .language = "en" };
	if (tpl == NULL)
		return ts_fail(err, TS_BAD_CONFIG, "%s:%d: no template \"%s\"",
			       report->file, report->line, report->template);
	sources = report->sources != NULL && report->sources[0] != NULL
			  ? report->sources
			  : tpl->sources;
	if (ts_facts_load(world->store, sources, as_of_us, arena, &r->facts,
			  err) != TS_OK)
		return err->status;
	r->published = r->facts;
	if (strcmp(published, report->currency) != 0 &&
	    convert(r, published, as_of_us, err) != TS_OK)
		return err->status;
	find_headline(r, period);
	if (r->period.span == TS_NO_SPAN && period.span == TS_NO_SPAN)
		return ts_fail(err, TS_HELD,
			       "gate complete: the store has no figures of "
			       "this report's sources; \"tradestat fetch %s\" "
			       "fetches them",
			       report->id);
	if (r->period.span == TS_NO_SPAN) {
		char text[TS_PERIOD_TEXT];

		return ts_fail(err, TS_HELD,
			       "gate complete: no totals for %s are published "
			       "yet",
			       ts_period_print(period, text));
	}
	r->base =
		ts_period_step(r->period, report->frequency == 'M' ? -12 : -1);
	(void)ts_period_print(r->period, r->period_text);
	(void)ts_period_print(r->base, r->base_text);
	r->reporter = area_name(r, report->reporter);
	r->partner = report->partner[0] != '\0' ? area_name(r, report->partner)
						: "the world";
	r->region = report->region[0] != '\0'
			    ? ts_codes_group_name(world->codes, report->region)
			    : "";
	if (build_pages(r, tpl, err) != TS_OK)
		return err->status;
	ts_render_gates(r);
	if (r->trouble.status != TS_OK) {
		*err = r->trouble;
		return err->status;
	}
	return TS_OK;
}
