/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The small calls that page builders are written in. They return nothing: the
 * first failure (memory, a defect) stays in render->trouble and is looked at
 * once a page, so that a builder reads like the page it makes.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "daemon/report/convert.h"
#include "daemon/report/render.h"
#include "indicators/engine/indicator.h"

static const char *const data_columns[] = {
	"source",    "dataset",   "flow",  "reporter", "partner", "product",
	"frequency", "period",    "value", "unit",     "status",  "label",
	"growth",    "fold_text", "share", "kind",     "side",
};
#define TIDY 11
#define ALL (TIDY + TS_PX_COUNT)

static const char *
kept(struct ts_render *r, const char *text)
{
	if (text == NULL) {
		if (r->trouble.status == TS_OK)
			(void)ts_fail(&r->trouble, TS_SYSTEM,
				      "pages: out of memory");
		return "";
	}
	return text;
}

const char *
ts_r_printf(struct ts_render *r, const char *fmt, ...)
{
	TS_AUTO_BUF buf = TS_BUF_INIT((size_t)64 << 10);
	va_list args;

	va_start(args, fmt);
	ts_buf_vaddf(&buf, fmt, args);
	va_end(args);
	return kept(r, ts_arena_strndup(r->arena, buf.data, buf.used));
}

static const char *
taken(struct ts_render *r, const struct ts_buf *buf)
{
	return kept(r, ts_arena_strndup(r->arena, buf->data, buf->used));
}

const char *
ts_r_amount(struct ts_render *r, struct ts_amount amount)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(256);

	ts_words_amount(&buf, r->language, amount);
	return taken(r, &buf);
}

const char *
ts_r_short(struct ts_render *r, struct ts_amount amount)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(256);

	ts_words_short(&buf, r->language, amount);
	return taken(r, &buf);
}

const char *
ts_r_period(struct ts_render *r, struct ts_period period)
{
	char text[TS_PERIOD_TEXT];

	return kept(r,
		    ts_arena_strdup(r->arena, ts_period_print(period, text)));
}

const char *
ts_r_when(struct ts_render *r, struct ts_period period)
{
	if (period.span == TS_RANGE)
		return ts_r_printf(r, "%d\xe2\x80\x93%d", period.year,
				   period.until);
	return ts_r_period(r, period);
}

const char *
ts_r_change(struct ts_render *r, const struct ts_change *change)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(1024);

	ts_words_change(&buf, r->language, change);
	return taken(r, &buf);
}

const char *
ts_r_rate(struct ts_render *r, const struct ts_change *change)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(256);

	ts_words_rate(&buf, r->language, change);
	return taken(r, &buf);
}

const char *
ts_r_finding(struct ts_render *r, const char *subject,
	     const struct ts_change *change, const char *period)
{
	const char *to = ts_r_amount(r, change->to), *rate, *verb;
	double ratio;

	if (!change->has_from || change->from.value <= 0 ||
	    change->to.value <= 0)
		return ts_r_printf(r, "%s: %s in %s", subject, to, period);
	ratio = change->to.value / change->from.value;
	rate = ts_r_rate(r, change);
	if (fabs(ratio - 1) < 0.005)
		return ts_r_printf(r, "%s was flat at %s in %s", subject, to,
				   period);
	verb = ratio > 1 ? "rose" : "fell";
	/* the sign is in the verb */
	if (rate[0] == '~')
		rate = ts_r_printf(r, "about %s", rate + 1);
	while (strncmp(rate, "about ", 6) == 0 && (rate[6] == '+'))
		rate = ts_r_printf(r, "about %s", rate + 7);
	if (rate[0] == '+')
		rate++;
	if (strncmp(rate, "\xe2\x88\x92", 3) == 0)
		rate += 3;
	if (strncmp(rate, "about \xe2\x88\x92", 9) == 0)
		rate = ts_r_printf(r, "about %s", rate + 9);
	return ts_r_printf(r, "%s %s %s to %s in %s", subject, verb, rate, to,
			   period);
}

const char *
ts_r_product(struct ts_render *r, const struct ts_fact *fact)
{
	const char *name;

	if (fact->wording[0] != '\0')
		return fact->wording;
	name = ts_codes_product(r->world->codes, fact->product, true);
	return name != NULL && name[0] != '\0' ? name : fact->product;
}

/* ---- a page -------------------------------------------------------------- */

void
ts_pb_begin(struct ts_page_build *pb, struct ts_render *r, const char *id,
	    const char *const *table_columns)
{
	size_t count = 0;

	*pb = (struct ts_page_build){ .render = r };
	pb->page.id = id;
	pb->page.title = pb->page.subtitle = pb->page.alt = "";
	pb->page.source_line = pb->page.notes = "";
	pb->spec.language = r->language;
	pb->spec.reporter = r->reporter;
	pb->spec.partner = r->partner;
	pb->spec.unit = r->report->currency;
	pb->spec.flow = "X";
	while (table_columns[count] != NULL)
		count++;
	if (ts_table_new(r->arena, id, data_columns, ALL, &pb->data,
			 &r->trouble) != TS_OK ||
	    ts_table_new(r->arena, id, table_columns, count, &pb->table,
			 &r->trouble) != TS_OK)
		return;
	pb->page.data = pb->data;
	pb->page.table = pb->table;
}

void
ts_pb_sentence(struct ts_page_build *pb, const char *fmt, ...)
{
	TS_AUTO_BUF buf = TS_BUF_INIT((size_t)64 << 10);
	va_list args;

	va_start(args, fmt);
	ts_buf_vaddf(&buf, fmt, args);
	va_end(args);
	if (pb->sentence_count < TS_MAX_SENTENCES)
		pb->sentences[pb->sentence_count++] = taken(pb->render, &buf);
}

void
ts_pb_use(struct ts_page_build *pb, const struct ts_fact *fact)
{
	struct ts_render *r = pb->render;
	size_t i;

	if (fact == NULL)
		return;
	for (i = 0; i < pb->used_count; i++)
		if (pb->used[i] == fact)
			return;
	if (pb->used_count == pb->used_room) {
		size_t room = pb->used_room == 0 ? 64 : pb->used_room * 2;
		const struct ts_fact **grown =
			ts_arena_grow(r->arena, pb->used, pb->used_count, room,
				      sizeof(const struct ts_fact *));

		if (grown == NULL) {
			(void)kept(r, NULL);
			return;
		}
		pb->used = grown;
		pb->used_room = room;
	}
	pb->used[pb->used_count++] = fact;
}

static void
add_row(struct ts_page_build *pb, const char *cells[ALL],
	const char *const extra[TS_PX_COUNT])
{
	struct ts_render *r = pb->render;
	size_t i;

	for (i = 0; i < TS_PX_COUNT; i++)
		cells[TIDY + i] =
			extra != NULL && extra[i] != NULL ? extra[i] : "";
	if (r->trouble.status == TS_OK)
		ts_ignore(ts_table_add(pb->data, cells, &r->trouble));
}

void
ts_pb_fact(struct ts_page_build *pb, const struct ts_fact *fact,
	   const char *const extra[TS_PX_COUNT])
{
	char value[TS_DECIMAL_TEXT] = "", period[TS_PERIOD_TEXT];
	char frequency[2] = { fact->frequency, '\0' };
	const char *cells[ALL] = {
		fact->source,  fact->dataset,
		fact->flow,    fact->reporter,
		fact->partner, fact->product,
		frequency,     ts_period_print(fact->period, period),
		value,         fact->unit,
		fact->status,
	};

	if (fact->has_value)
		(void)ts_decimal_print(fact->exact, value);
	ts_pb_use(pb, fact);
	add_row(pb, cells, extra);
}

void
ts_pb_computed(struct ts_page_build *pb, const struct ts_computed *row,
	       const char *const extra[TS_PX_COUNT])
{
	char value[TS_DOUBLE_TEXT] = "", period[TS_PERIOD_TEXT];
	char frequency[2] = { ts_period_freq(row->period), '\0' };
	const char *cells[ALL] = {
		"computed",
		row->indicator,
		row->flow,
		row->reporter,
		row->partner,
		row->product,
		frequency,
		ts_period_print(row->period, period),
		value,
		row->unit,
		row->status != NULL ? row->status : "",
	};

	if (row->has_value)
		(void)ts_double_print(row->value, value);
	add_row(pb, cells, extra);
}

void
ts_pb_table_row(struct ts_page_build *pb, const char *const *cells)
{
	if (pb->render->trouble.status == TS_OK)
		ts_ignore(ts_table_add(pb->table, cells, &pb->render->trouble));
}

void
ts_pb_not_drawn(struct ts_page_build *pb, const char *fmt, ...)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(1024);
	va_list args;

	va_start(args, fmt);
	ts_buf_vaddf(&buf, fmt, args);
	va_end(args);
	pb->chart = NULL;
	pb->page.not_drawn = taken(pb->render, &buf);
}

/* ---- figures, keys, gates ------------------------------------------------ */

static const char *
time_text(struct ts_render *r, int64_t us)
{
	char text[TS_TIME_TEXT];

	return kept(r, ts_arena_strdup(r->arena, ts_time_print(us, text)));
}

/* The note of a document, made when it is first needed. */
static const char *
note_of(struct ts_render *r, const struct ts_fact *fact)
{
	const char *id =
		ts_r_printf(r, "doc-%lld", (long long)fact->document_id);
	struct ts_source_note *note;
	struct ts_document document;
	size_t i;

	for (i = 0; i < r->note_count; i++)
		if (strcmp(r->notes[i].id, id) == 0)
			return r->notes[i].id;
	if (r->note_count == r->note_room) {
		size_t room = r->note_room == 0 ? 32 : r->note_room * 2;

		note = ts_arena_grow(r->arena, r->notes, r->note_count, room,
				     sizeof *note);
		if (note == NULL)
			return kept(r, NULL);
		r->notes = note;
		r->note_room = room;
	}
	if (ts_store_document(r->world->store, fact->document_id, r->arena,
			      &document, &r->trouble) != TS_OK)
		return id;
	note = &r->notes[r->note_count++];
	*note = (struct ts_source_note){ .id = id,
					 .dataset = fact->dataset,
					 .url = document.url };
	note->retrieved = time_text(r, document.retrieved_us);
	note->sha256 = kept(r, ts_arena_strdup(r->arena, document.sha256));
	ts_world_source_notes(r->world, fact->source, &note->publisher,
			      &note->licence);
	return id;
}

void
ts_r_figure(struct ts_render *r, const char *id, const char *label,
	    const char *value, const char *unit, const char *status,
	    const char *indicator, const struct ts_fact *const *facts,
	    size_t fact_count)
{
	const char **documents =
		ts_arena_alloc(r->arena, 3 * fact_count + 1, sizeof *documents);
	struct ts_figure *figure;
	int64_t newest = 0;
	size_t count = 0, i, j;

	if (documents == NULL) {
		(void)kept(r, NULL);
		return;
	}
	for (i = 0; i < r->figure_count; i++)
		if (strcmp(r->figures[i].id, id) == 0)
			return; /* the same figure on a second page */
	for (i = 0; i < 3 * fact_count; i++) {
		const struct ts_fact *fact = facts[i / 3];
		const char *note;

		if (i % 3 > 0)
			fact = fact->rates[i % 3 - 1];
		if (fact == NULL)
			continue;
		note = note_of(r, fact);
		for (j = 0; j < count && strcmp(documents[j], note) != 0; j++)
			;
		if (j == count)
			documents[count++] = note;
		if (fact->vintage_us > newest)
			newest = fact->vintage_us;
	}
	if (r->figure_count == r->figure_room) {
		size_t room = r->figure_room == 0 ? 128 : r->figure_room * 2;

		figure = ts_arena_grow(r->arena, r->figures, r->figure_count,
				       room, sizeof *figure);
		if (figure == NULL) {
			(void)kept(r, NULL);
			return;
		}
		r->figures = figure;
		r->figure_room = room;
	}
	r->figures[r->figure_count++] = (struct ts_figure){
		.id = id,
		.label = label,
		.value = value,
		.unit = unit,
		.status = status,
		.indicator = indicator,
		.vintage = time_text(r, newest),
		.documents = documents,
		.document_count = count,
	};
}

void
ts_r_key(struct ts_render *r, const char *label, const char *value,
	 const char *change, int direction, const char *figure_id)
{
	if (r->key_count < sizeof r->keys / sizeof r->keys[0])
		r->keys[r->key_count++] =
			(struct ts_key_figure){ label, value, change, direction,
						figure_id };
}

void
ts_r_gate(struct ts_render *r, const char *name, const char *fmt, ...)
{
	TS_AUTO_BUF buf = TS_BUF_INIT(2048);
	va_list args;

	va_start(args, fmt);
	ts_buf_vaddf(&buf, fmt, args);
	va_end(args);
	if (r->gate_count < TS_MAX_GATES)
		r->gates[r->gate_count++] =
			(struct ts_gate){ .name = name,
					  .text = taken(r, &buf) };
}

const char *
ts_report_partner(const struct ts_conf_report *report)
{
	return report->partner[0] != '\0' ? report->partner : "W00";
}

/* ---- values -------------------------------------------------------------- */

static const struct ts_fact *
pair_fact(const struct ts_facts *facts, const char *source, const char *flow,
	  const char *reporter, const char *partner, const char *measure,
	  const struct ts_period *period)
{
	struct ts_pick pick = { .source = source,
				.flow = flow,
				.reporter = reporter,
				.partner = partner,
				.product = "TOTAL",
				.measure = measure,
				.period = period };

	return ts_facts_find(facts, &pick);
}

/* The base is of another period than what it is derived from, and is
 * converted at its own rates: *fact points to them then. */
static bool
exchange_base(const struct ts_render *r, struct ts_period period,
	      struct ts_amount *amount, const struct ts_fact **fact)
{
	struct ts_fact *copy;

	if (r->exchange == NULL)
		return true;
	copy = ts_arena_alloc(r->arena, 1, sizeof *copy);
	if (copy == NULL)
		return false;
	*copy = **fact;
	*fact = copy;
	return ts_exchange_amount(r->exchange, period, amount, copy->rates);
}

/*
 * A value that only a later value and a stated growth tell:
 * base = to / (1 + growth / 100), with what both roundings leave open. Growth
 * is stated of what was published, so that is what it is applied to.
 */
static bool
derive_base(const struct ts_render *r, const char *source, const char *flow,
	    const char *reporter, const char *partner, struct ts_period period,
	    struct ts_value *out)
{
	struct ts_period next = ts_period_step(period, 1);
	const struct ts_fact *to = pair_fact(r->published, source, flow,
					     reporter, partner, "", &next);
	const struct ts_fact *growth =
		pair_fact(r->published, source, flow, reporter, partner,
			  "growth_pct", &next);
	struct ts_amount base;
	double factor, half_growth;

	if (to == NULL || growth == NULL || growth->amount.value <= -100)
		return false;
	factor = 1 + growth->amount.value / 100;
	half_growth = 0.5 * pow(10, -growth->exact.scale) / 100;
	base = (struct ts_amount){
		.value = to->amount.value / factor,
		.half_width =
			to->amount.half_width / factor +
			to->amount.value * half_growth / (factor * factor),
		.unit = to->amount.unit,
	};
	if (!exchange_base(r, period, &base, &to))
		return false;
	*out = (struct ts_value){ .has = true,
				  .computed = true,
				  .derived = true,
				  .amount = base,
				  .facts = { to, growth },
				  .fact_count = 2,
				  .status = "derived" };
	return true;
}

struct ts_value
ts_r_value(const struct ts_render *r, const char *source, const char *flow,
	   const char *reporter, const char *partner, struct ts_period period)
{
	struct ts_value value = { .status = "" };
	const struct ts_fact *fact = pair_fact(r->facts, source, flow, reporter,
					       partner, "", &period);
	struct ts_value x, m;

	if (fact != NULL) {
		value.has = true;
		value.amount = fact->amount;
		value.facts[0] = fact;
		value.fact_count = 1;
		value.status = fact->status;
		return value;
	}
	if (strcmp(flow, "X+M") != 0) {
		(void)derive_base(r, source, flow, reporter, partner, period,
				  &value);
		return value;
	}
	x = ts_r_value(r, source, "X", reporter, partner, period);
	m = ts_r_value(r, source, "M", reporter, partner, period);
	if (x.has && m.has && !x.derived && !m.derived) {
		value.has = value.computed = true;
		value.amount.value = x.amount.value + m.amount.value;
		value.amount.half_width =
			x.amount.half_width + m.amount.half_width;
		value.amount.unit = x.amount.unit;
		value.facts[0] = x.facts[0];
		value.facts[1] = m.facts[0];
		value.fact_count = 2;
	}
	return value;
}

/* What the publisher says of the change that ends at "to". */
static const char *
stated(const struct ts_render *r, const struct ts_fact *to, const char *measure,
       const char **qualifier)
{
	struct ts_pick pick = { .source = to->source,
				.flow = to->flow,
				.reporter = to->reporter,
				.partner = to->partner,
				.product = to->product,
				.measure = measure,
				.period = &to->period };
	const struct ts_fact *fact = ts_facts_find(r->facts, &pick);
	char text[TS_DECIMAL_TEXT];

	if (fact == NULL)
		return NULL;
	if (fact->qualifier[0] != '\0')
		*qualifier = fact->qualifier;
	(void)ts_decimal_print(fact->exact, text);
	return ts_arena_strdup(r->arena, text);
}

struct ts_change
ts_r_change_of(const struct ts_render *r, const struct ts_fact *from,
	       const struct ts_fact *to)
{
	struct ts_change change = { .has_from = from != NULL && from->has_value,
				    .has_to = to != NULL && to->has_value };

	if (change.has_from)
		change.from = from->amount;
	if (change.has_to) {
		change.to = to->amount;
		change.stated_growth =
			stated(r, to, "growth_pct", &change.stated_qualifier);
		change.stated_fold =
			stated(r, to, "fold", &change.stated_qualifier);
		change.stated_delta =
			stated(r, to, "delta", &change.stated_qualifier);
	}
	return change;
}

bool
ts_r_indicator(struct ts_render *r, const char *measure,
	       const struct ts_table *input, const char *const *settings,
	       const char *k1, const char *k2, const char *k3,
	       const char *period, struct ts_result *out)
{
	const struct ts_indicator *indicator = ts_indicator_find(
		ts_registry_list(r->world->registry, TS_KIND_INDICATOR),
		measure);
	struct ts_results results = { .arena = r->arena };
	struct ts_setting items[8];
	struct ts_settings list = { .items = items, .count = 0 };
	size_t i;

	if (indicator == NULL) {
		if (r->trouble.status == TS_OK)
			(void)ts_fail(&r->trouble, TS_UNAVAILABLE,
				      "no indicator \"%s\"", measure);
		return false;
	}
	for (i = 0; settings != NULL && settings[i] != NULL && i < 16; i += 2)
		items[list.count++] =
			(struct ts_setting){ .name = settings[i],
					     .value = settings[i + 1] };
	if (ts_indicator_run(indicator, measure, input, &list, &results,
			     &r->trouble) != TS_OK) {
		(void)ts_while(&r->trouble, "indicator %s", measure);
		return false;
	}
	for (i = 0; i < results.count; i++) {
		const struct ts_result *result = &results.items[i];

		if ((k1 == NULL || strcmp(k1, result->k1) == 0) &&
		    (k2 == NULL || strcmp(k2, result->k2) == 0) &&
		    (k3 == NULL || strcmp(k3, result->k3) == 0) &&
		    (period == NULL || strcmp(period, result->period) == 0)) {
			*out = *result;
			return result->has_value;
		}
	}
	return false;
}
