/* SPDX-License-Identifier: Apache-2.0 */
/* The real fetchers and decoders, with what publishers really answered. */
#include "tests/fetchers/fetching.h"

extern const struct ts_fetcher ts_plugin_fetchers_comtrade;
extern const struct ts_fetcher ts_plugin_fetchers_worldbank;
extern const struct ts_plugin *const ts_builtin_fetchers[];

static const char *
area(void *ctx, const char *scheme, const char *iso3, int year)
{
	(void)ctx;
	(void)scheme;
	(void)year;
	return strcmp(iso3, "CHN") == 0   ? "156"
	       : strcmp(iso3, "ARG") == 0 ? "32"
	       : strcmp(iso3, "DEU") == 0 ? "276"
					  : "";
}

static const struct ts_decoder *
find(void *ctx, const char *name, const char *head, size_t count)
{
	(void)ctx;
	(void)head;
	(void)count;
	for (size_t i = 0; ts_builtin_fetchers[i] != NULL; i++)
		if (ts_builtin_fetchers[i]->kind == TS_KIND_DECODER &&
		    strcmp(ts_builtin_fetchers[i]->name, name) == 0)
			return (const void *)ts_builtin_fetchers[i];
	return NULL;
}

struct recorded {
	const char *file;
	const char *status;
	const char *headers;
};

static const struct recorded replies[] = {
	{ "comtrade/v1-data-annual-total-chn-2010.json", "200 OK", "" },
	{ "comtrade/error-401-missing-key.json", "401 Unauthorized", "" },
	{ "comtrade/error-403-quota.json", "403 Forbidden", "" },
	{ "comtrade/error-429-rate.json", "429 Too Many Requests",
	  "Retry-After: 2\r\n" },
	{ "comtrade/error-html-instead-of-json.html", "200 OK", "" },
	{ "comtrade/v1-data-empty-services.json", "200 OK", "" },
	{ "worldbank/v2-gnp-usa-1990-1997.json", "200 OK", "" },
	{ "worldbank/v2-error-invalid-value.json", "200 OK", "" },
};

static void
say_recorded(struct http_talk *talk)
{
	const struct bench *bench = talk->ctx;
	const struct recorded *reply = &replies[bench->scene];
	TS_AUTO_BUF body = TS_BUF_INIT(1 << 20);
	struct ts_err err;

	if (ts_file_read(fixture(reply->file), &body, &err) == TS_OK)
		http_reply(talk, reply->status, reply->headers, body.data,
			   body.used);
}

static enum ts_status
run(struct bench *bench, const struct ts_fetcher *fetcher, int scene,
    const struct ts_need *need)
{
	struct ts_coder coder = { NULL, area };
	struct ts_settings none = { .count = 0 };
	struct ts_arena *arena = ts_arena_new(1 << 20);
	struct ts_fetch *fetch;
	enum ts_status status;
	void *opts;

	bench->scene = scene;
	opts = ts_arena_alloc(arena, 1, fetcher->plugin.opts_size);
	assert_int_equal(ts_opt_apply(fetcher->plugin.opts, &none, opts, arena,
				      NULL, NULL, &bench->err),
			 TS_OK);
	bench->source.fetcher = fetcher;
	bench->source.opts = opts;
	bench->opts.decoder = find;
	bench->opts.coder = &coder;
	bench->rows[0] = '\0';
	bench->err = (struct ts_err){ .status = TS_OK };
	assert_int_equal(ts_fetch_open(&bench->opts, &fetch, &bench->err),
			 TS_OK);
	status = ts_fetch_run(fetch, &bench->source, need, 1, &bench->events,
			      &bench->result, &bench->err);
	ts_fetch_close(fetch);
	ts_arena_free(arena);
	return status;
}

/* Before anything is made that a skipped test would leave behind. */
static struct bench *
recorded_new(void)
{
	for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++)
		need_fixture(replies[i].file);
	return bench_new(say_recorded);
}

static const char *const flows[] = { "M", NULL };
static const char *const reporters[] = { "CHN", NULL };
static const char *const partners[] = { "ARG", "DEU", "W00", NULL };
static const char *const totals[] = { "TOTAL", NULL };
static const char *const indicators[] = { "NY.GNP.PCAP.CD", NULL };

static const struct ts_need trade = {
	.id = "totals",
	.dataset = "",
	.flows = flows,
	.reporters = reporters,
	.partners = partners,
	.products = totals,
	.frequency = 'A',
	.from = { .year = 2010, .span = TS_YEAR },
	.to = { .year = 2010, .span = TS_YEAR },
};
static const struct ts_need income = {
	.id = "income",
	.dataset = "",
	.reporters = reporters,
	.products = indicators,
	.frequency = 'A',
	.from = { .year = 1990, .span = TS_YEAR },
	.to = { .year = 1997, .span = TS_YEAR },
};

static void
what_comtrade_answered_becomes_figures(void **state)
{
	struct bench *bench = recorded_new();

	(void)state;
	if (run(bench, &ts_plugin_fetchers_comtrade, 0, &trade) != TS_OK)
		fail_msg("%s", bench->err.text);
	assert_int_equal(bench->result.rows, 4);
	assert_non_null(strstr(bench->rows, "2010=6804128143"));
	assert_non_null(strstr(bench->seen_url,
			       "/public/v1/preview/C/A/HS?"
			       "period=2010&cmdCode=TOTAL&flowCode=M&"));
	bench_free(bench);
}

static void
no_trade_is_no_fault(void **state)
{
	struct bench *bench = recorded_new();

	(void)state;
	assert_int_equal(run(bench, &ts_plugin_fetchers_comtrade, 5, &trade),
			 TS_OK);
	assert_int_equal(bench->result.rows, 0);
	assert_int_equal(bench->kept, 1);
	bench_free(bench);
}

static void
what_comtrade_says_when_it_refuses_reaches_the_operator(void **state)
{
	static const struct {
		int scene;
		enum ts_status status;
		const char *says;
	} cases[] = {
		{ 1, TS_REFUSED, "missing subscription key" },
		{ 2, TS_AGAIN, "again at 2026-11-24T09:14:17Z" },
		{ 3, TS_AGAIN, "Rate limit is exceeded" },
		{ 4, TS_AGAIN, "web page: 502 - Web server received" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct bench *bench = recorded_new();

		if (run(bench, &ts_plugin_fetchers_comtrade, cases[i].scene,
			&trade) != cases[i].status ||
		    strstr(bench->err.text, cases[i].says) == NULL)
			fail_msg("%s", bench->err.text);
		assert_int_equal(bench->begun, 0);
		bench_free(bench);
	}
}

static void
what_the_world_bank_answered_becomes_figures(void **state)
{
	struct bench *bench = recorded_new();

	(void)state;
	if (run(bench, &ts_plugin_fetchers_worldbank, 6, &income) != TS_OK)
		fail_msg("%s", bench->err.text);
	assert_int_equal(bench->result.rows, 8);
	assert_int_equal(http_server_count(bench->server), 1);
	bench_free(bench);
}

static void
an_error_of_the_world_bank_comes_as_success_and_is_none(void **state)
{
	struct bench *bench = recorded_new();

	(void)state;
	assert_int_not_equal(
		run(bench, &ts_plugin_fetchers_worldbank, 7, &income), TS_OK);
	assert_err_has(bench, "not valid");
	assert_int_equal(bench->kept, 0);
	bench_free(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comtrade_answered_becomes_figures),
		cmocka_unit_test(no_trade_is_no_fault),
		cmocka_unit_test(
			what_comtrade_says_when_it_refuses_reaches_the_operator),
		cmocka_unit_test(what_the_world_bank_answered_becomes_figures),
		cmocka_unit_test(
			an_error_of_the_world_bank_comes_as_success_and_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
