/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/comtrade_call.h"

#include <stdio.h>
#include <string.h>

#define PREVIEW_CAP 500
#define KEYED_CAP 100000

static int
count(const char *const *list)
{
	int n = 0;

	while (list != NULL && list[n] != NULL)
		n++;
	return n;
}

/* ---- periods and areas ------------------------------------------- */

static struct ts_period
bound(const struct ts_need *need, bool last)
{
	struct ts_period period = last ? need->to : need->from;
	uint8_t month = last ? 12 : 1;

	if (last && period.span == TS_RANGE)
		period.year = period.until;
	if (need->frequency == 'A')
		return (struct ts_period){ .year = period.year,
					   .span = TS_YEAR };
	if (period.span == TS_MONTH || period.span == TS_DAY)
		month = period.nth;
	return (struct ts_period){ .year = period.year,
				   .nth = month,
				   .span = TS_MONTH };
}

static struct ts_period
nth_period(const struct ts_scope *scope, int nth)
{
	return ts_period_step(bound(scope->need, false), nth);
}

static const char *
area(const struct ts_scope *scope, const char *iso3, int year)
{
	const struct ts_coder *coder = scope->job->coder;
	const char *code = NULL;

	if (strcmp(iso3, "W00") == 0)
		return "0";
	if (coder != NULL)
		code = coder->area(coder->ctx, "comtrade", iso3, year);
	return code != NULL ? code : "";
}

static bool
same_areas(const struct ts_scope *scope, const char *const *list, int year,
	   int other)
{
	for (; list != NULL && *list != NULL; list++) {
		char code[16]; /* the coder may answer from one buffer */

		snprintf(code, sizeof code, "%s", area(scope, *list, year));
		if (strcmp(code, area(scope, *list, other)) != 0)
			return false;
	}
	return true;
}

/* Codes change with time (Germany: 280, then 276); periods with different
 * codes are not asked for in one call. */
static bool
same_codes(const struct ts_scope *scope, int period, int other)
{
	int a = nth_period(scope, period).year;
	int b = nth_period(scope, other).year;

	return a == b || (same_areas(scope, scope->need->reporters, a, b) &&
			  same_areas(scope, scope->need->partners, a, b));
}

int
ts_scope_alike(const struct ts_scope *scope, const struct ts_slice *slice)
{
	int from = slice->at[TS_PERIODS].from, n = 1;

	while (n < ts_slice_length(slice, TS_PERIODS) &&
	       same_codes(scope, from, from + n))
		n++;
	return n;
}

static enum ts_status
check_areas(const struct ts_scope *scope, const char *const *list,
	    struct ts_err *err)
{
	for (; list != NULL && *list != NULL; list++) {
		bool known = false;

		for (int i = 0; i < scope->periods && !known; i++)
			known = area(scope, *list,
				     nth_period(scope, i).year)[0] != '\0';
		if (!known)
			return ts_fail(err, TS_BAD_CONFIG,
				       "UN Comtrade has "
				       "no code for \"%s\"",
				       *list);
	}
	return TS_OK;
}

/* ---- a request --------------------------------------------------- */

static void
add_item(struct ts_buf *list, const char *item)
{
	if (item[0] == '\0')
		return; /* an area that did not exist yet */
	if (list->used > 0)
		ts_buf_add_char(list, ',');
	ts_buf_add(list, item);
}

static void
list_areas(struct ts_buf *list, const struct ts_scope *scope,
	   const char *const *areas, struct ts_extent range, int year)
{
	for (int i = range.from; i < range.to; i++)
		add_item(list, area(scope, areas[i], year));
}

static void
list_periods(struct ts_buf *list, const struct ts_scope *scope,
	     struct ts_extent range)
{
	for (int i = range.from; i < range.to; i++) {
		struct ts_period period = nth_period(scope, i);
		char text[16];

		snprintf(text, sizeof text, "%04d", period.year);
		if (period.span == TS_MONTH)
			snprintf(text, sizeof text, "%04d%02d", period.year,
				 period.nth);
		add_item(list, text);
	}
}

static void
list_products(struct ts_buf *list, const struct ts_scope *scope,
	      const struct ts_slice *slice)
{
	const char *const *products = scope->products;
	struct ts_extent range = slice->at[TS_PRODUCTS];

	if (ts_slice_length(slice, TS_CODES) > 0)
		ts_hs_list(list, ts_hs_level(products[range.from]),
			   slice->at[TS_CODES]);
	else
		for (int i = range.from; i < range.to; i++)
			add_item(list, products[i]);
}

/* what: "get", "getDa" ... */
static void
write_path(struct ts_buf *path, const struct ts_scope *scope, const char *what)
{
	const struct ts_comtrade_opts *opts = scope->job->opts;
	const char *classification = scope->need->dataset[0] != '\0'
					     ? scope->need->dataset
					     : opts->classification;
	/* EBOPS, the classifications of services, have a type of their own */
	char type = strncmp(classification, "EB", 2) == 0 ? 'S' : 'C';

	ts_buf_addf(path, "%s/v1/%s/%c/%c/%s",
		    scope->job->has_key ? "data" : "public", what, type,
		    scope->need->frequency, classification);
}

/* What the lists of a request are written into. */
struct draft {
	struct ts_buf path, tag, reporters, periods, partners, products, flows;
};

static enum ts_status
add(const struct ts_scope *scope, const struct draft *draft, int need,
    struct ts_err *err)
{
	const struct ts_comtrade_opts *opts = scope->job->opts;
	const struct ts_param query[] = {
		{ "period", draft->periods.data },
		{ "cmdCode", draft->products.data },
		{ "flowCode", draft->flows.data },
		{ "partner2Code", "0" },
		{ "customsCode", "C00" },
		{ "motCode", "0" },
		{ "reporterCode", draft->reporters.data },
		{ "partnerCode", draft->partners.data },
		{ "includeDesc", opts->include_desc ? "true" : "" },
	};
	struct ts_param used[sizeof query / sizeof query[0]];
	struct ts_request request = { .path = draft->path.data,
				      .query = used,
				      .key = need,
				      .tag = draft->tag.data };

	for (size_t i = 0; i < sizeof query / sizeof query[0]; i++)
		if (query[i].value[0] != '\0')
			used[request.query_count++] = query[i];
	return ts_plan_add(scope->plan, &request, err);
}

static enum ts_status
fill(const struct ts_scope *scope, const struct ts_slice *slice,
     struct draft *draft, struct ts_err *err)
{
	const struct ts_need *need = scope->need;
	int year = nth_period(scope, slice->at[TS_PERIODS].from).year;
	struct ts_buf *bufs[] = { &draft->path,      &draft->tag,
				  &draft->reporters, &draft->periods,
				  &draft->partners,  &draft->products,
				  &draft->flows };

	write_path(&draft->path, scope,
		   scope->job->has_key ? "get" : "preview");
	ts_slice_write(&draft->tag, slice);
	list_areas(&draft->reporters, scope, need->reporters,
		   slice->at[TS_REPORTERS], year);
	list_areas(&draft->partners, scope, need->partners,
		   slice->at[TS_PARTNERS], year);
	list_periods(&draft->periods, scope, slice->at[TS_PERIODS]);
	list_products(&draft->products, scope, slice);
	for (int i = slice->at[TS_FLOWS].from; i < slice->at[TS_FLOWS].to; i++)
		add_item(&draft->flows, need->flows[i]);
	for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
		if (ts_buf_check(bufs[i], "a list of a request", err) != TS_OK)
			return err->status;
	return TS_OK;
}

enum ts_status
ts_scope_ask(const struct ts_scope *scope, const struct ts_slice *slice,
	     struct ts_err *err)
{
	struct draft draft = { TS_BUF_INIT(256),
			       TS_BUF_INIT(256),
			       TS_BUF_INIT(TS_COMTRADE_LIST),
			       TS_BUF_INIT(256),
			       TS_BUF_INIT(TS_COMTRADE_LIST),
			       TS_BUF_INIT(TS_COMTRADE_LIST),
			       TS_BUF_INIT(64) };
	enum ts_status status = fill(scope, slice, &draft, err);

	/* nothing to ask where none of the areas existed in that year */
	if (status == TS_OK &&
	    (scope->reporters == 0 || draft.reporters.used > 0) &&
	    (scope->partners == 0 || draft.partners.used > 0))
		status = add(scope, &draft, slice->need, err);
	ts_buf_free(&draft.path);
	ts_buf_free(&draft.tag);
	ts_buf_free(&draft.reporters);
	ts_buf_free(&draft.periods);
	ts_buf_free(&draft.partners);
	ts_buf_free(&draft.products);
	ts_buf_free(&draft.flows);
	return status;
}

/* ---- what has been published ------------------------------------- */

static enum ts_status
ask_published(const struct ts_scope *scope, int need, struct ts_extent areas,
	      struct ts_extent periods, struct ts_err *err)
{
	TS_AUTO_BUF path = TS_BUF_INIT(256);
	TS_AUTO_BUF reporters = TS_BUF_INIT(TS_COMTRADE_LIST);
	TS_AUTO_BUF list = TS_BUF_INIT(256);
	struct ts_param query[2];
	struct ts_request request = { .query = query,
				      .key = need,
				      .decoder = "comtrade-availability" };

	write_path(&path, scope, "getDa");
	list_areas(&reporters, scope, scope->need->reporters, areas,
		   nth_period(scope, periods.from).year);
	list_periods(&list, scope, periods);
	if (ts_buf_check(&path, "a path", err) != TS_OK ||
	    ts_buf_check(&reporters, "a list of a request", err) != TS_OK ||
	    ts_buf_check(&list, "a list of a request", err) != TS_OK)
		return err->status;
	if (areas.to > areas.from && reporters.used == 0)
		return TS_OK; /* none of them existed then */
	request.path = path.data;
	query[request.query_count++] = (struct ts_param){ "period", list.data };
	if (reporters.used > 0)
		query[request.query_count++] =
			(struct ts_param){ "reporterCode", reporters.data };
	return ts_plan_add(scope->plan, &request, err);
}

static int
least(int a, int b)
{
	return a < b ? a : b;
}

enum ts_status
ts_scope_ask_published(const struct ts_scope *scope, int need,
		       struct ts_err *err)
{
	struct ts_slice slice = { .need = need };
	struct ts_extent *periods = &slice.at[TS_PERIODS], areas;

	for (; periods->from < scope->periods; periods->from = periods->to) {
		periods->to = least(periods->from + TS_COMTRADE_PERIODS,
				    scope->periods);
		periods->to = periods->from + ts_scope_alike(scope, &slice);
		areas = (struct ts_extent){ 0, 0 };
		do {
			areas.to = least(areas.from + TS_COMTRADE_AREAS,
					 scope->reporters);
			if (ask_published(scope, need, areas, *periods, err) !=
			    TS_OK)
				return err->status;
			areas.from = areas.to;
		} while (areas.from < scope->reporters);
	}
	return TS_OK;
}

/* ---- a need ------------------------------------------------------ */

enum ts_status
ts_scope_look(struct ts_scope *scope, const struct ts_need *need,
	      struct ts_err *err)
{
	static const char *const total[] = { "TOTAL", NULL };
	const struct ts_comtrade_opts *opts = scope->job->opts;

	scope->need = need;
	scope->cap = opts->max_records > 0 ? opts->max_records
		     : scope->job->has_key ? KEYED_CAP
					   : PREVIEW_CAP;
	if (need->frequency != 'A' && need->frequency != 'M')
		return ts_fail(err, TS_BAD_CONFIG,
			       "UN Comtrade has annual and "
			       "monthly figures, not \"%c\"",
			       need->frequency);
	if (count(need->flows) == 0)
		return ts_fail(err, TS_BAD_CONFIG, "no flow is asked for");
	if (need->from.span == TS_NO_SPAN || need->to.span == TS_NO_SPAN)
		return ts_fail(err, TS_BAD_CONFIG, "no period is asked for");
	scope->products = count(need->products) > 0 ? need->products : total;
	scope->product_count = count(scope->products);
	scope->flows = count(need->flows);
	scope->reporters = count(need->reporters);
	scope->partners = count(need->partners);
	scope->periods =
		1 + ts_period_distance(bound(need, false), bound(need, true));
	if (scope->periods < 1)
		return ts_fail(err, TS_BAD_CONFIG,
			       "the last period is before the first");
	if (check_areas(scope, need->reporters, err) != TS_OK)
		return err->status;
	return check_areas(scope, need->partners, err);
}
