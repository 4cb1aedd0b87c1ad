/* SPDX-License-Identifier: Apache-2.0 */
/*
 * comtrade.c - UN Comtrade API v1, trade by product.
 *
 * Asks for the aggregate only (partner2Code=0, customsCode=C00, motCode=0):
 * leaving one of them out means "all values", not the total, and the sums
 * would be twice or three times too large. Without a key the publisher's
 * preview is asked, which gives at most 500 rows, silently. An answer with as
 * many rows as the cap is taken as cut and asked again in parts: by period,
 * then partner, reporter and flow, then by lists of product codes.
 */
#include <string.h>
#include <tradestat/num.h>
#include <tradestat/plugin.h>
#include "fetchers/comtrade_call.h"

#define ANY_AREA 250 /* areas, when all are asked for */

static const int most_of[TS_SIDES] = {
	[TS_PERIODS] = TS_COMTRADE_PERIODS, [TS_PARTNERS] = TS_COMTRADE_AREAS,
	[TS_REPORTERS] = TS_COMTRADE_AREAS, [TS_FLOWS] = 4,
	[TS_CODES] = TS_COMTRADE_CODES,     [TS_PRODUCTS] = TS_COMTRADE_CODES,
};

static const struct ts_opt comtrade_opts[] = {
	{ TS_OPT_AT(struct ts_comtrade_opts, STRING, classification),
	  .preset = "HS",
	  .help = "Classification: HS, H0 to H6, S1 to S4, B4, B5 or EB02." },
	{ TS_OPT_AT(struct ts_comtrade_opts, INT, max_records), .preset = "0",
	  .min = 0, .max = 250000,
	  .help = "Rows from which on an answer counts as cut; 0 means 500 "
		  "without a key and 100,000 with one." },
	{ TS_OPT_AT(struct ts_comtrade_opts, BOOL, include_desc),
	  .preset = "false",
	  .help = "Ask for names beside the codes; answers get larger." },
	{ .name = NULL },
};

/* ---- how much to ask for at once --------------------------------- */

/* All codes of a level appear in a country's trade with the World; between two
 * countries about so many do. A guess that is too low costs one call. */
static int64_t
product_rows(const struct ts_scope *scope, const struct ts_slice *slice)
{
	struct ts_extent partners = slice->at[TS_PARTNERS];
	bool world = scope->partners == 0;

	for (int i = partners.from; i < partners.to; i++)
		world = world || strcmp(scope->need->partners[i], "W00") == 0;
	if (ts_slice_length(slice, TS_CODES) > 0)
		return ts_slice_length(slice, TS_CODES);
	switch (ts_hs_level(scope->products[slice->at[TS_PRODUCTS].from])) {
	case 2:
		return 97;
	case 4:
		return world ? 1230 : 300;
	case 6:
		return world ? 5600 : 700;
	default:
		return ts_slice_length(slice, TS_PRODUCTS);
	}
}

static int64_t
expected_rows(const struct ts_scope *scope, const struct ts_slice *slice)
{
	int reporters = ts_slice_length(slice, TS_REPORTERS);
	int partners = ts_slice_length(slice, TS_PARTNERS);

	return product_rows(scope, slice) * ts_slice_length(slice, TS_FLOWS) *
	       ts_slice_length(slice, TS_PERIODS) *
	       (scope->reporters > 0 ? reporters : ANY_AREA) *
	       (scope->partners > 0 ? partners : ANY_AREA);
}

/*
 * The side to divide next and the size of its parts; TS_SIDES: none. A level
 * whose size is only a guess stays whole until an answer was cut.
 */
static enum ts_side
next_side(const struct ts_scope *scope, struct ts_slice *slice, bool was_cut,
	  int *size)
{
	int64_t rows = expected_rows(scope, slice);
	int level = ts_hs_level(scope->products[slice->at[TS_PRODUCTS].from]);

	for (int i = 0; i < TS_SIDES; i++)
		if (ts_slice_length(slice, i) > most_of[i]) {
			*size = most_of[i];
			return i;
		}
	for (int i = 0; i < TS_SIDES && (was_cut || rows >= scope->cap); i++) {
		int length = ts_slice_length(slice, i);

		if (length < 2)
			continue;
		*size = was_cut ? length / 2
				: (int)(length * (scope->cap - 1) / rows);
		*size = *size > 0 ? *size : 1;
		return i;
	}
	if (!was_cut || level == 0 || ts_slice_length(slice, TS_CODES) > 0)
		return TS_SIDES;
	slice->at[TS_CODES] = (struct ts_extent){ 0, ts_hs_count(level) };
	*size = scope->cap > TS_COMTRADE_CODES ? TS_COMTRADE_CODES
					       : (int)scope->cap - 1;
	return TS_CODES;
}

static enum ts_status divide(const struct ts_scope *scope,
			     struct ts_slice slice, bool was_cut,
			     struct ts_err *err);

/* Parts of one size, or nearly: the last is not a crumb. */
static enum ts_status
divide_side(const struct ts_scope *scope, struct ts_slice slice,
	    enum ts_side side, int size, struct ts_err *err)
{
	struct ts_extent whole = slice.at[side];
	int length = whole.to - whole.from;
	int parts = (length + size - 1) / size;

	size = (length + parts - 1) / parts;
	for (int from = whole.from; from < whole.to; from += size) {
		int to = from + size < whole.to ? from + size : whole.to;

		slice.at[side] = (struct ts_extent){ from, to };
		if (divide(scope, slice, false, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
divide(const struct ts_scope *scope, struct ts_slice slice, bool was_cut,
       struct ts_err *err)
{
	struct ts_extent *periods = &slice.at[TS_PERIODS];
	int alike = ts_scope_alike(scope, &slice);
	enum ts_side side;
	int size;

	if (alike < ts_slice_length(&slice, TS_PERIODS)) {
		struct ts_extent rest = { periods->from + alike, periods->to };

		periods->to = rest.from;
		if (divide(scope, slice, false, err) != TS_OK)
			return err->status;
		*periods = rest;
		return divide(scope, slice, false, err);
	}
	side = next_side(scope, &slice, was_cut, &size);
	if (side != TS_SIDES)
		return divide_side(scope, slice, side, size, err);
	if (was_cut)
		return ts_fail(err, TS_BAD_DATA,
			       "UN Comtrade cut an answer "
			       "that cannot be asked for in smaller parts");
	return ts_scope_ask(scope, &slice, err);
}

/* ---- plan -------------------------------------------------------- */

static enum ts_status
ask_need(const struct ts_scope *scope, int nth, struct ts_err *err)
{
	int products = scope->product_count;
	struct ts_slice slice = { .need = nth,
				  .at = {
					  [TS_PERIODS] = { 0, scope->periods },
					  [TS_PARTNERS] = { 0,
							    scope->partners },
					  [TS_REPORTERS] = { 0,
							     scope->reporters },
					  [TS_FLOWS] = { 0, scope->flows },
				  } };

	/* a level is a call of its own, codes go together */
	for (int from = 0, to; from < products; from = to) {
		to = from + 1;
		while (ts_hs_level(scope->products[from]) == 0 &&
		       to < products && ts_hs_level(scope->products[to]) == 0)
			to++;
		slice.at[TS_PRODUCTS] = (struct ts_extent){ from, to };
		if (divide(scope, slice, false, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static bool
was_cut(const struct ts_scope *scope, const struct ts_answer *answer)
{
	int64_t said;

	if (answer->http_status != 200)
		return false;
	for (size_t i = 0; i < answer->fact_count; i++)
		if (strcmp(answer->facts[i].name, "count") == 0 &&
		    ts_num_int(answer->facts[i].value, 0, INT64_MAX, &said,
			       NULL) == TS_OK &&
		    (uint64_t)said > answer->rows)
			return true;
	return answer->rows >= (uint64_t)scope->cap;
}

static enum ts_status
comtrade_plan(const struct ts_job *job, struct ts_plan *plan,
	      struct ts_err *err)
{
	struct ts_scope scope = { .job = job, .plan = plan };

	for (size_t i = 0; job->answer_count == 0 && i < job->need_count; i++)
		if (ts_scope_look(&scope, &job->needs[i], err) != TS_OK ||
		    ask_need(&scope, (int)i, err) != TS_OK)
			return ts_while(err, "need %s", job->needs[i].id);
	for (size_t i = job->answers_seen; i < job->answer_count; i++) {
		const struct ts_answer *answer = &job->answers[i];
		struct ts_slice slice;

		if (!ts_slice_read(answer->tag, &slice) || slice.need < 0 ||
		    (size_t)slice.need >= job->need_count)
			continue;
		if (ts_scope_look(&scope, &job->needs[slice.need], err) !=
			    TS_OK ||
		    (was_cut(&scope, answer) &&
		     divide(&scope, slice, true, err) != TS_OK))
			return ts_while(err, "need %s",
					job->needs[slice.need].id);
	}
	return TS_OK;
}

/* ---- watch ------------------------------------------------------- */

static bool
is_alike(const struct ts_need *a, const struct ts_need *b)
{
	return a->frequency == b->frequency &&
	       strcmp(a->dataset, b->dataset) == 0;
}

static void
add_reporters(const char **list, const char *const *more)
{
	for (; *more != NULL; more++) {
		size_t i = 0;

		while (list[i] != NULL && strcmp(list[i], *more) != 0)
			i++;
		list[i] = *more;
	}
}

static size_t
count_reporters(const struct ts_job *job)
{
	size_t count = 0;

	for (size_t i = 0; i < job->need_count; i++)
		for (const char *const *list = job->needs[i].reporters;
		     list != NULL && *list != NULL; list++)
			count++;
	return count;
}

/* The needs of one kind as one: calls are counted, answers here are small. */
static enum ts_status
merge(const struct ts_job *job, size_t first, struct ts_need *out,
      struct ts_err *err)
{
	const char **reporters = ts_arena_alloc(
		job->arena, count_reporters(job) + 1, sizeof *reporters);
	bool all = false;

	if (reporters == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for a plan");
	*out = job->needs[first];
	for (size_t i = first; i < job->need_count; i++) {
		const struct ts_need *need = &job->needs[i];

		if (!is_alike(need, out))
			continue;
		if (ts_period_first_day(need->from) <
		    ts_period_first_day(out->from))
			out->from = need->from;
		if (ts_period_last_day(need->to) > ts_period_last_day(out->to))
			out->to = need->to;
		all = all || need->reporters == NULL ||
		      need->reporters[0] == NULL;
		if (!all)
			add_reporters(reporters, need->reporters);
	}
	out->reporters = all ? NULL : reporters;
	return TS_OK;
}

/* Number of records, checksum and last release of each data set; a checksum
 * changes when a revision changes a figure. */
static enum ts_status
comtrade_watch(const struct ts_job *job, struct ts_plan *plan,
	       struct ts_err *err)
{
	struct ts_scope scope = { .job = job, .plan = plan };
	struct ts_need whole;

	for (size_t i = 0; i < job->need_count; i++)
		if (ts_scope_look(&scope, &job->needs[i], err) != TS_OK)
			return ts_while(err, "need %s", job->needs[i].id);
	for (size_t i = 0; i < job->need_count; i++) {
		size_t before = 0;

		while (before < i &&
		       !is_alike(&job->needs[before], &job->needs[i]))
			before++;
		if (before < i)
			continue; /* asked together with that one */
		if (merge(job, i, &whole, err) != TS_OK ||
		    ts_scope_look(&scope, &whole, err) != TS_OK ||
		    ts_scope_ask_published(&scope, (int)i, err) != TS_OK)
			return ts_while(err, "need %s", job->needs[i].id);
	}
	return TS_OK;
}

const struct ts_fetcher tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_fetcher, FETCHER, "comtrade",
		       "UN Comtrade, trade by product and partner",
		       comtrade_opts, sizeof(struct ts_comtrade_opts)),
	.base_url = "https://comtradeapi.un.org",
	.decoder = "comtrade-json",
	.publisher = "United Nations, UN Comtrade",
	.licence = "UN Comtrade, United Nations Statistics Division. Free "
		   "use with attribution; derived tables and charts only, no "
		   "re-dissemination of the data in bulk.",
	.key_header = "Ocp-Apim-Subscription-Key",
	.area_scheme = "comtrade",
	.per_minute = 10,
	.quota_calls = 500,
	.quota_window_s = 86400,
	.quota_status = 403,
	.plan = comtrade_plan,
	.watch = comtrade_watch,
};
