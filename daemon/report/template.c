/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report templates: which data a report of this kind needs and which
 * pages it has. A report file can choose other sources and pages.
 */
#include <stdio.h>
#include <string.h>
#include "daemon/report/render.h"

static const char *const trade_sources[] = { "comtrade", "worldbank", NULL };

static const struct ts_page_def bilateral_pages[] = {
	{ "turnover", ts_page_turnover, true },
	{ "balance", ts_page_balance, true },
	{ "export-movers", ts_page_export_movers, true },
	{ "import-movers", ts_page_import_movers, true },
	{ "import-contributions", ts_page_import_contributions, false },
	{ "export-contributions", ts_page_export_contributions, false },
	{ "region", ts_page_region, false },
	{ "products", ts_page_products, false },
	{ "product-series", ts_page_product_series, false },
	{ "world", ts_page_world, false },
	{ "investment", ts_page_investment, false },
	{ "reconciliation", ts_page_reconciliation, true },
	{ NULL, NULL, false },
};

static const struct ts_page_def country_pages[] = {
	{ "world", ts_page_world, true },
	{ "turnover", ts_page_turnover, true },
	{ "export-movers", ts_page_export_movers, false },
	{ "import-movers", ts_page_import_movers, false },
	{ "products", ts_page_products, false },
	{ "investment", ts_page_investment, false },
	{ NULL, NULL, false },
};

static const struct ts_page_def region_pages[] = {
	{ "region", ts_page_region, true },
	{ NULL, NULL, false },
};

static const struct ts_page_def product_pages[] = {
	{ "product-series", ts_page_product_series, true },
	{ NULL, NULL, false },
};

const struct ts_template ts_templates[] = {
	{ "bilateral", true, true, false, false, trade_sources,
	  bilateral_pages },
	{ "country", true, false, false, false, trade_sources, country_pages },
	{ "region", false, true, true, false, trade_sources, region_pages },
	{ "product", true, true, false, true, trade_sources, product_pages },
	{ NULL, false, false, false, false, NULL, NULL },
};

const struct ts_template *
ts_template_find(const char *name)
{
	const struct ts_template *tpl;

	for (tpl = ts_templates; tpl->name != NULL; tpl++)
		if (strcmp(tpl->name, name) == 0)
			return tpl;
	return NULL;
}

/* ---- data needs ---------------------------------------------------------- */

/* Annual figures of a year arrive until late in the next one: what is asked
 * for reaches so much further back, to have the years that are wanted. */
#define LATE_YEARS 2

static const char *const both_flows[] = { "X", "M", NULL };
static const char *const total[] = { "TOTAL", NULL };
static const char *const headings[] = { "AG4", NULL };

struct needing {
	struct ts_arena *arena;
	struct ts_need items[16];
	size_t count;
	struct ts_period from, last;
	char frequency;
	bool failed;
};

static const char *const *
one(struct needing *n, const char *text)
{
	const char **list = ts_arena_alloc(n->arena, 2, sizeof *list);

	if (list == NULL) {
		n->failed = true;
		return NULL;
	}
	list[0] = text;
	return list;
}

static void
need(struct needing *n, const char *id, const char *const *reporters,
     const char *const *partners, const char *const *products, int years)
{
	struct ts_need *item = &n->items[n->count++];

	*item = (struct ts_need){
		.id = id,
		.dataset = "",
		.flows = both_flows,
		.reporters = reporters,
		.partners = partners,
		.products = products,
		.frequency = n->frequency,
		.from = years > 0 ? ts_period_step(n->last, 1 - years)
				  : n->from,
		.to = n->last,
	};
}

static void
comtrade_needs(struct needing *n, const struct ts_template *tpl,
	       const struct ts_conf_report *report, const char *const *members)
{
	const char *partner = ts_report_partner(report);

	if (tpl->wants_region) {
		need(n, "region", members, one(n, partner), total, 0);
		return;
	}
	if (tpl->wants_product) {
		need(n, "product", one(n, report->reporter), one(n, partner),
		     one(n, report->product), 0);
		return;
	}
	/* two years of products are compared, and the newest is late */
	need(n, "totals", one(n, report->reporter), one(n, partner), total, 0);
	need(n, "products", one(n, report->reporter), one(n, partner), headings,
	     2 + LATE_YEARS);
	if (tpl->wants_partner) {
		need(n, "mirror", one(n, report->partner),
		     one(n, report->reporter), total, 0);
		need(n, "world", one(n, report->reporter), one(n, "W00"), total,
		     0);
	}
	if (members != NULL)
		need(n, "region", members, one(n, partner), total,
		     2 + LATE_YEARS);
}

enum ts_status
ts_rate_needs(const struct ts_conf_report *report,
	      const char *const *currencies, struct ts_period last,
	      struct ts_arena *arena, struct ts_need **needs, size_t *count,
	      struct ts_err *err)
{
	int years = (report->years > 0 ? report->years : 10) + LATE_YEARS;
	struct ts_need rate = { .id = "rates",
				.dataset = "EXR",
				.products = currencies,
				.frequency = 'A' };

	*needs = ts_arena_alloc(arena, 2, sizeof **needs);
	if (*needs == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	*count = 0;
	rate.to = (struct ts_period){ .year = last.span == TS_RANGE ? last.until
								    : last.year,
				      .span = TS_YEAR };
	rate.from = ts_period_step(rate.to, -years);
	(*needs)[(*count)++] = rate;
	/* a monthly report has annual figures as well, and an annual one adds
	 * up what an office tells by month */
	rate.frequency = 'M';
	rate.to = (struct ts_period){ .year = rate.to.year,
				      .nth = 12,
				      .span = TS_MONTH };
	if (last.span == TS_MONTH)
		rate.to = last;
	rate.from = ts_period_step(rate.to, -12 * years);
	(*needs)[(*count)++] = rate;
	return TS_OK;
}

enum ts_status
ts_template_needs(const struct ts_template *tpl, struct ts_world *world,
		  const struct ts_conf_report *report, const char *fetcher,
		  struct ts_period last, struct ts_arena *arena,
		  struct ts_need **needs, size_t *count, struct ts_err *err)
{
	struct needing n = { .arena = arena,
			     .last = last,
			     .frequency = report->frequency };
	const char *const *members = NULL;
	int years = report->years > 0 ? report->years : 10;

	n.from = ts_period_step(last, (report->frequency == 'M' ? 12 : 1) *
					      (1 - years - LATE_YEARS));
	if (report->region[0] != '\0') {
		members =
			ts_codes_group(world->codes, report->region, last.year);
		if (members == NULL)
			return ts_fail(err, TS_BAD_CONFIG,
				       "%s:%d: no region \"%s\"; tradestat "
				       "list groups",
				       report->file, report->line,
				       report->region);
	}
	if (strcmp(fetcher, "comtrade") == 0) {
		comtrade_needs(&n, tpl, report, members);
	} else if (strcmp(fetcher, "worldbank") == 0) {
		need(&n, "investment",
		     one(&n, report->reporter[0] != '\0' ? report->reporter
							 : report->partner),
		     one(&n, "W00"), one(&n, "BX.KLT.DINV.CD.WD"), 0);
		n.items[n.count - 1].frequency = 'A';
	} else {
		/* a table or another publisher: all it has about the pair */
		need(&n, "all",
		     one(&n, report->reporter[0] != '\0' ? report->reporter
							 : "W00"),
		     one(&n, ts_report_partner(report)), total, 0);
	}
	*needs = ts_arena_alloc(arena, n.count, sizeof **needs);
	if (*needs == NULL || n.failed)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	memcpy(*needs, n.items, n.count * sizeof **needs);
	*count = n.count;
	return TS_OK;
}
