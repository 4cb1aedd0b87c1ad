/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planning.h - a fetcher's plan() by itself: needs and answers in, addresses
 * out. No network, no engine but the plan that collects the requests.
 */
#ifndef TESTS_FETCHERS_PLANNING_H
#define TESTS_FETCHERS_PLANNING_H

#include <stdlib.h>
#include <string.h>
#include "fetchers/engine/plan.h"
#include "fetchers/engine/url.h"
#include "tests/support/fixtures.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define YEAR(y) ((struct ts_period){ .year = (y), .span = TS_YEAR })
#define MONTH(y, m)                                                            \
	((struct ts_period){ .year = (y), .nth = (m), .span = TS_MONTH })

struct planning {
	struct ts_arena *arena;
	const struct ts_fetcher *fetcher;
	struct ts_plan plan;
	struct ts_job job;
	struct ts_coder coder;
	struct ts_answer answers[512];
	struct ts_err err;
};

/* Codes as UN Comtrade has them for the areas that the tests speak of. */
static inline const char *
planning_area(void *ctx, const char *scheme, const char *iso3, int year)
{
	static const struct {
		const char *iso3, *comtrade, *iso2;
	} codes[] = {
		{ "KAZ", "398", "KZ" }, { "ITA", "380", "IT" },
		{ "UZB", "860", "UZ" }, { "KGZ", "417", "KG" },
		{ "FRA", "251", "FR" }, { "GRC", "300", "EL" },
	};

	(void)ctx;
	if (strcmp(iso3, "DEU") == 0 && strcmp(scheme, "comtrade") == 0)
		return year <= 1990 ? "280" : "276";
	if (strcmp(iso3, "SSD") == 0)
		return year < 2012 ? "" : "728";
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (strcmp(codes[i].iso3, iso3) == 0)
			return strcmp(scheme, "comtrade") == 0
				       ? codes[i].comtrade
				       : codes[i].iso2;
	return "";
}

/* settings: "name=value" pairs, NULL at the end, or NULL. */
static inline struct planning *
planning_new(const struct ts_fetcher *fetcher, const char *const *settings)
{
	struct planning *p = calloc(1, sizeof *p);
	struct ts_setting items[16];
	struct ts_settings all = { .items = items };
	void *opts;

	assert_non_null(p);
	p->arena = ts_arena_new((size_t)64 << 20);
	p->fetcher = fetcher;
	for (; settings != NULL && *settings != NULL; settings++) {
		char *name = ts_arena_strdup(p->arena, *settings);
		char *sign = strchr(name, '=');

		*sign = '\0';
		items[all.count++] =
			(struct ts_setting){ .name = name, .value = sign + 1 };
	}
	opts = ts_arena_alloc(p->arena, 1, fetcher->plugin.opts_size);
	if (ts_opt_apply(fetcher->plugin.opts, &all, opts, p->arena, NULL, NULL,
			 &p->err) != TS_OK)
		fail_msg("%s", p->err.text);
	p->coder = (struct ts_coder){ NULL, planning_area };
	p->job = (struct ts_job){ .opts = opts,
				  .coder = &p->coder,
				  .arena = p->arena,
				  .answers = p->answers };
	assert_int_equal(ts_plan_start(&p->plan, p->arena, fetcher->base_url,
				       true, &p->err),
			 TS_OK);
	return p;
}

static inline void
planning_free(struct planning *p)
{
	ts_arena_free(p->arena);
	free(p);
}

static inline enum ts_status
planning_ask(struct planning *p, const struct ts_need *needs, size_t count)
{
	enum ts_status status;
	size_t answers = p->job.answer_count;

	p->job.needs = needs;
	p->job.need_count = count;
	p->plan.round++;
	status = p->fetcher->plan(&p->job, &p->plan, &p->err);
	p->job.answers_seen = answers;
	return status;
}

/* The answer to the nth request of the plan. */
static inline void
planning_answer(struct planning *p, size_t nth, uint64_t rows,
		const struct ts_param *facts, size_t fact_count)
{
	const struct ts_request *request = &p->plan.asks[nth].request;

	p->answers[p->job.answer_count++] = (struct ts_answer){
		.key = request->key,
		.tag = request->tag,
		.http_status = 200,
		.rows = rows,
		.facts = facts,
		.fact_count = fact_count,
	};
}

static inline const char *
planning_url(const struct planning *p, size_t nth)
{
	return nth < p->plan.count ? p->plan.asks[nth].url : "(none)";
}

/* Value of a query member of the nth address, in one of four buffers. */
static inline const char *
planning_value(const struct planning *p, size_t nth, const char *name)
{
	static char values[4][8192];
	static int next;
	char *value = values[next = (next + 1) % 4];
	const char *at = strchr(planning_url(p, nth), '?');
	size_t length = strlen(name);

	value[0] = '\0';
	for (; at != NULL; at = strchr(at + 1, '&'))
		if (strncmp(at + 1, name, length) == 0 && at[1 + length] == '=')
			snprintf(value, sizeof values[0], "%.*s",
				 (int)strcspn(at + 2 + length, "&"),
				 at + 2 + length);
	return value;
}

#endif
