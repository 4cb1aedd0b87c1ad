/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render.h - the making of one edition: facts in, pages out. A page builder
 * looks facts up, lets indicators compute, and leaves behind rows, finished
 * sentences, figures with their documents and what to draw. It decides
 * nothing about files, gnuplot or the store.
 */
#ifndef DAEMON_REPORT_RENDER_H
#define DAEMON_REPORT_RENDER_H

#include <tradestat/plugin.h>
#include <tradestat/words.h>
#include "daemon/report/facts.h"
#include "daemon/world.h"

#define TS_MAX_PAGES 24
#define TS_MAX_SENTENCES 40
#define TS_MAX_GATES 64
#define TS_CHART_WIDTH 600

struct ts_exchange;
struct ts_render;

/* A page while it is built. */
struct ts_page_build {
	struct ts_render *render;
	struct ts_page page; /* for the outputs */
	bool required;       /* missing: the gate "complete" fails */
	const char *chart;   /* type; NULL: none asked, or none can be drawn */
	const struct ts_chart *drawn_by; /* its plugin */
	struct ts_chart_spec spec;
	struct ts_table *data; /* tidy, with the columns of enum below */
	struct ts_table *table;
	const char *sentences[TS_MAX_SENTENCES];
	size_t sentence_count;
	const struct ts_fact **used; /* facts behind the page */
	size_t used_count, used_room;
};

/* Columns of a page's data behind the eleven tidy ones. */
enum ts_page_extra {
	TS_PX_LABEL,
	TS_PX_GROWTH,
	TS_PX_RATE,
	TS_PX_SHARE,
	TS_PX_KIND,
	TS_PX_SIDE,
	TS_PX_COUNT
};

/* Why an edition may not leave, or may with a note. */
struct ts_gate {
	const char *name; /* fresh complete adds-up units unmapped */
	const char *text; /* what, where, how much */
	bool waived;
};

struct ts_render {
	struct ts_world *world;
	const struct ts_conf_report *report;
	struct ts_facts *facts;
	/* as published, and the way to the report's currency: the same and
	 * NULL when that is the publishers' */
	const struct ts_facts *published;
	const struct ts_exchange *exchange;
	struct ts_arena *arena;
	const char *language;
	struct ts_period period, base; /* the edition's, and the one before */
	char period_text[TS_PERIOD_TEXT], base_text[TS_PERIOD_TEXT];
	const char *headline; /* source of the pair's totals */
	const char *reporter, *partner, *region; /* names */
	struct ts_page_build pages[TS_MAX_PAGES];
	size_t page_count;
	struct ts_figure *figures;
	size_t figure_count, figure_room;
	struct ts_key_figure keys[8];
	size_t key_count;
	struct ts_source_note *notes; /* documents behind figures */
	size_t note_count, note_room;
	struct ts_gate gates[TS_MAX_GATES];
	size_t gate_count;
	struct ts_err trouble; /* first failure of the small calls below:
				  they return nothing, this is checked
				  once a page */
};

/* ---- small calls of page builders (failures go to render->trouble) ---- */
const char *ts_r_printf(struct ts_render *render, const char *fmt, ...)
	TS_PRINTF(2, 3);
const char *ts_r_amount(struct ts_render *render, struct ts_amount amount);
/* For a tile: "1.3 bn". */
const char *ts_r_short(struct ts_render *render, struct ts_amount amount);
/* As in data (2005..2024), and as in a sentence (2005–2024). */
const char *ts_r_period(struct ts_render *render, struct ts_period period);
const char *ts_r_when(struct ts_render *render, struct ts_period period);
const char *ts_r_change(struct ts_render *render,
			const struct ts_change *change);
const char *ts_r_rate(struct ts_render *render, const struct ts_change *change);
/* "Trade with Italy rose 24% to $19.9 bn in 2024" */
const char *ts_r_finding(struct ts_render *render, const char *subject,
			 const struct ts_change *change, const char *period);
const char *ts_r_product(struct ts_render *render, const struct ts_fact *fact);

void ts_pb_begin(struct ts_page_build *pb, struct ts_render *render,
		 const char *id, const char *const *table_columns);
void ts_pb_sentence(struct ts_page_build *pb, const char *fmt, ...)
	TS_PRINTF(2, 3);
void ts_pb_use(struct ts_page_build *pb, const struct ts_fact *fact);
/* One row of data: a fact as it is, with extras (NULL: ""). */
void ts_pb_fact(struct ts_page_build *pb, const struct ts_fact *fact,
		const char *const extra[TS_PX_COUNT]);
/* A computed row: value text exact, indicator as source. */
struct ts_computed {
	const char *indicator, *flow, *reporter, *partner, *product, *unit;
	const char *status;
	struct ts_period period;
	double value;
	bool has_value;
};
void ts_pb_computed(struct ts_page_build *pb, const struct ts_computed *row,
		    const char *const extra[TS_PX_COUNT]);
void ts_pb_table_row(struct ts_page_build *pb, const char *const *cells);
/* Figure of the edition, traced to the facts given. */
void ts_r_figure(struct ts_render *render, const char *id, const char *label,
		 const char *value, const char *unit, const char *status,
		 const char *indicator, const struct ts_fact *const *facts,
		 size_t fact_count);
void ts_r_key(struct ts_render *render, const char *label, const char *value,
	      const char *change, int direction, const char *figure_id);
void ts_r_gate(struct ts_render *render, const char *name, const char *fmt, ...)
	TS_PRINTF(3, 4);
/* "No chart": why. The page stays, its sentences and table with it. */
void ts_pb_not_drawn(struct ts_page_build *pb, const char *fmt, ...)
	TS_PRINTF(2, 3);

/* Change between two facts with whatever the publisher states about it. */
struct ts_change ts_r_change_of(const struct ts_render *render,
				const struct ts_fact *from,
				const struct ts_fact *to);
/* Value of one flow of the pair in a period, in the headline source. Flow
 * "X+M" is as stated, else the sum of both (then *sum tells). */
struct ts_value {
	bool has;
	struct ts_amount amount;
	const struct ts_fact *facts[2];
	size_t fact_count;
	bool computed; /* a sum, or derived from a stated growth */
	bool derived;
	const char *status;
};
struct ts_value ts_r_value(const struct ts_render *render, const char *source,
			   const char *flow, const char *reporter,
			   const char *partner, struct ts_period period);

/* One measure over the rows of a table: first result whose keys match (NULL
 * any). false: no such result, or not a number. */
bool ts_r_indicator(struct ts_render *render, const char *measure,
		    const struct ts_table *input, const char *const *settings,
		    const char *k1, const char *k2, const char *k3,
		    const char *period, struct ts_result *out);

/* ---- page builders ---- */
/* Code of the other side of a report: its partner, else the world. */
const char *ts_report_partner(const struct ts_conf_report *report);

typedef void ts_page_builder(struct ts_page_build *pb);
ts_page_builder ts_page_turnover, ts_page_balance, ts_page_export_movers,
	ts_page_import_movers, ts_page_export_contributions,
	ts_page_import_contributions, ts_page_region, ts_page_world,
	ts_page_products, ts_page_product_series, ts_page_investment,
	ts_page_reconciliation;

struct ts_page_def {
	const char *id;
	ts_page_builder *build;
	bool required;
};

/* A template: data needs, pages and gates that come with it. */
struct ts_template {
	const char *name;
	bool wants_reporter, wants_partner, wants_region, wants_product;
	const char *const *sources;      /* usual ones */
	const struct ts_page_def *pages; /* id NULL at the end */
};
const struct ts_template *ts_template_find(const char *name);
extern const struct ts_template ts_templates[];

/* Average rates between two currencies, for the source of rates. */
enum ts_status ts_rate_needs(const struct ts_conf_report *report,
			     const char *const *currencies,
			     struct ts_period last, struct ts_arena *arena,
			     struct ts_need **needs, size_t *count,
			     struct ts_err *err) TS_MUST_USE;
/* Needs of a report for one of its sources; texts in the arena. */
enum ts_status ts_template_needs(const struct ts_template *tpl,
				 struct ts_world *world,
				 const struct ts_conf_report *report,
				 const char *fetcher, struct ts_period last,
				 struct ts_arena *arena, struct ts_need **needs,
				 size_t *count, struct ts_err *err) TS_MUST_USE;

/* ---- the whole ---- */
/* Builds keys, pages, figures and gates. period: TS_NO_SPAN for the newest.
 * published: currency of the figures; converted when the report has another. */
enum ts_status ts_render_build(struct ts_render *render, struct ts_world *world,
			       const struct ts_conf_report *report,
			       const char *published, struct ts_period period,
			       int64_t as_of_us, struct ts_arena *arena,
			       struct ts_err *err) TS_MUST_USE;
void ts_render_gates(struct ts_render *render);

#endif
