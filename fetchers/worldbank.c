/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worldbank.c - World Bank Indicators API v2: the products of a need are ids
 * of indicators (NE.EXP.GNFS.CD), its reporters are countries.
 *
 * One indicator a call, so that "source" need not be said. Pages of 1,000
 * rows: more is possible and sometimes refused. The first page tells how many
 * there are. A window of years ("date") is asked for and never mrv, which
 * fails for some values (50, but not 49 and 51).
 */
#include <stdio.h>
#include <string.h>
#include <tradestat/num.h>
#include <tradestat/plugin.h>

#define MAX_AREAS 60 /* of one address */

struct worldbank {
	int64_t per_page;
};

static const struct ts_opt worldbank_opts[] = {
	{ TS_OPT_AT(struct worldbank, INT, per_page), .preset = "1000",
	  .min = 50, .max = 32500,
	  .help = "Rows a page; smaller when the service answers with "
		  "errors." },
	{ .name = NULL },
};

/* What a page is of; written into the tag. */
struct part {
	int need, product;
	int from, to; /* of the reporters */
	int page;
	bool only_header; /* one row, for the date of the last update */
};

static int
count(const char *const *list)
{
	int n = 0;

	while (list != NULL && list[n] != NULL)
		n++;
	return n;
}

static void
add_area(struct ts_buf *path, const char *iso3)
{
	ts_buf_add(path, strcmp(iso3, "W00") == 0 ? "WLD" : iso3);
}

/* 2024, 2024Q3, 2024M07: spelled without a hyphen here. */
static void
add_date(struct ts_buf *date, struct ts_period period, char frequency,
	 bool last)
{
	int year = last && period.span == TS_RANGE ? period.until : period.year;
	bool months = period.span == TS_MONTH,
	     quarters = period.span == TS_QUARTER;

	ts_buf_addf(date, "%d", year);
	if (frequency == 'M')
		ts_buf_addf(date, "M%02d", months ? period.nth : last ? 12 : 1);
	else if (frequency == 'Q')
		ts_buf_addf(date, "Q%d", quarters ? period.nth : last ? 4 : 1);
}

static enum ts_status
add(const struct ts_job *job, const struct part *part, struct ts_plan *plan,
    struct ts_buf *path, struct ts_buf *date, struct ts_err *err)
{
	const struct worldbank *opts = job->opts;
	const struct ts_need *need = &job->needs[part->need];
	char size[24], page[24], tag[96];
	const struct ts_param query[] = {
		{ "format", "json" },
		{ "date", NULL },
		{ "per_page", size },
		{ "page", page },
	};
	struct ts_param used[4];
	struct ts_request request = {
		.query = used, .query_count = 4, .key = part->page, .tag = tag
	};

	ts_buf_add(path, "v2/country/");
	if (part->to == part->from)
		ts_buf_add(path, "all");
	for (int i = part->from; i < part->to; i++) {
		if (i > part->from)
			ts_buf_add_char(path, ';');
		add_area(path, need->reporters[i]);
	}
	ts_buf_addf(path, "/indicator/%s", need->products[part->product]);
	add_date(date, need->from, need->frequency, false);
	ts_buf_add_char(date, ':');
	add_date(date, need->to, need->frequency, true);
	if (ts_buf_check(path, "a list of countries", err) != TS_OK ||
	    ts_buf_check(date, "a date", err) != TS_OK)
		return err->status;
	snprintf(size, sizeof size, "%lld",
		 part->only_header ? 1 : (long long)opts->per_page);
	snprintf(page, sizeof page, "%d", part->page);
	snprintf(tag, sizeof tag, "%d %d %d %d %d", part->need, part->product,
		 part->from, part->to, part->page);
	memcpy(used, query, sizeof used);
	used[1].value = date->data;
	request.path = path->data;
	return ts_plan_add(plan, &request, err);
}

static enum ts_status
ask(const struct ts_job *job, const struct part *part, struct ts_plan *plan,
    struct ts_err *err)
{
	TS_AUTO_BUF path = TS_BUF_INIT(2000);
	TS_AUTO_BUF date = TS_BUF_INIT(64);

	return add(job, part, plan, &path, &date, err);
}

static enum ts_status
check_need(const struct ts_need *need, struct ts_err *err)
{
	if (count(need->products) == 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "no indicator of the World Bank is asked for");
	if (need->from.span == TS_NO_SPAN || need->to.span == TS_NO_SPAN)
		return ts_fail(err, TS_BAD_CONFIG, "no period is asked for");
	if (strchr("AQM", need->frequency) == NULL || need->frequency == '\0')
		return ts_fail(err, TS_BAD_CONFIG,
			       "the World Bank has no "
			       "figures of frequency \"%c\"",
			       need->frequency);
	return TS_OK;
}

static enum ts_status
ask_need(const struct ts_job *job, int nth, struct ts_plan *plan,
	 struct ts_err *err)
{
	const struct ts_need *need = &job->needs[nth];
	int products = count(need->products), areas = count(need->reporters);
	struct part part = { .need = nth, .page = 1 };

	if (check_need(need, err) != TS_OK)
		return err->status;
	for (part.product = 0; part.product < products; part.product++) {
		part.from = 0;
		do {
			part.to = part.from + MAX_AREAS < areas
					  ? part.from + MAX_AREAS
					  : areas;
			if (ask(job, &part, plan, err) != TS_OK)
				return err->status;
			part.from = part.to;
		} while (part.from < areas);
	}
	return TS_OK;
}

static int
pages_of(const struct ts_answer *answer)
{
	int64_t pages = 1;

	for (size_t i = 0; i < answer->fact_count; i++)
		if (strcmp(answer->facts[i].name, "pages") == 0 &&
		    ts_num_int(answer->facts[i].value, 0, 1000000, &pages,
			       NULL) != TS_OK)
			pages = 1;
	return (int)pages;
}

/* The other pages of an answer that was the first. */
static enum ts_status
follow(const struct ts_job *job, const struct ts_answer *answer,
       struct ts_plan *plan, struct ts_err *err)
{
	struct part part = { .page = 0 };
	int pages = pages_of(answer);

	if (answer->tag == NULL ||
	    sscanf(answer->tag, "%d %d %d %d %d", &part.need, &part.product,
		   &part.from, &part.to, &part.page) != 5 ||
	    part.page != 1 || part.need < 0 ||
	    (size_t)part.need >= job->need_count)
		return TS_OK;
	for (part.page = 2; part.page <= pages; part.page++)
		if (ask(job, &part, plan, err) != TS_OK)
			return err->status;
	return TS_OK;
}

static enum ts_status
worldbank_plan(const struct ts_job *job, struct ts_plan *plan,
	       struct ts_err *err)
{
	for (size_t i = 0; job->answer_count == 0 && i < job->need_count; i++)
		if (ask_need(job, (int)i, plan, err) != TS_OK)
			return ts_while(err, "need %s", job->needs[i].id);
	for (size_t i = job->answers_seen; i < job->answer_count; i++)
		if (follow(job, &job->answers[i], plan, err) != TS_OK)
			return err->status;
	return TS_OK;
}

/* The header of any answer tells when the indicator's data base was updated
 * ("lastupdated") and how many rows there are. */
static enum ts_status
worldbank_watch(const struct ts_job *job, struct ts_plan *plan,
		struct ts_err *err)
{
	for (size_t i = 0; i < job->need_count; i++) {
		const struct ts_need *need = &job->needs[i];
		struct part part = { .need = (int)i,
				     .page = 1,
				     .only_header = true };
		int products = count(need->products);

		if (check_need(need, err) != TS_OK)
			return ts_while(err, "need %s", need->id);
		part.to = count(need->reporters);
		if (part.to > MAX_AREAS)
			part.to = MAX_AREAS;
		for (; part.product < products; part.product++)
			if (ask(job, &part, plan, err) != TS_OK)
				return ts_while(err, "need %s", need->id);
	}
	return TS_OK;
}

const struct ts_fetcher tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_fetcher, FETCHER, "worldbank",
		       "World Bank, indicators by country", worldbank_opts,
		       sizeof(struct worldbank)),
	.base_url = "https://api.worldbank.org",
	.decoder = "worldbank-json",
	.publisher = "World Bank, World Development Indicators",
	.licence = "The World Bank, CC BY 4.0 "
		   "(https://creativecommons.org/licenses/by/4.0/).",
	.area_scheme = "iso3",
	.per_minute = 30,
	.plan = worldbank_plan,
	.watch = worldbank_watch,
};
