/* SPDX-License-Identifier: Apache-2.0 */
/* Only looking: is there anything new at the publisher? */
#include <fcntl.h>
#include <sys/stat.h>
#include "tests/fetchers/fetching.h"
#include "tests/fetchers/planning.h"

extern const struct ts_fetcher ts_plugin_fetchers_comtrade;
extern const struct ts_fetcher ts_plugin_fetchers_worldbank;
extern const struct ts_fetcher ts_plugin_fetchers_sdmx;

#define GOOD "LINES\n2023 14.5\n2024 18.4\n#pages=1\nEND\n"
#define NEWER "LINES\n2023 14.5\n2024 18.9\nEND\n"

struct marks {
	char text[8][160]; /* "URL MARK" */
	size_t count;
};

static enum ts_status
take(void *ctx, const char *url, const char *mark, struct ts_err *err)
{
	struct marks *marks = ctx;

	(void)err;
	assert_true(marks->count < 8);
	snprintf(marks->text[marks->count++], sizeof marks->text[0], "%s %s",
		 strrchr(url, '/'), mark);
	return TS_OK;
}

static enum ts_status
look(struct bench *bench, struct marks *marks)
{
	struct ts_fetch *fetch;
	enum ts_status status;

	*marks = (struct marks){ .count = 0 };
	bench->err = (struct ts_err){ .status = TS_OK };
	assert_int_equal(ts_fetch_open(&bench->opts, &fetch, &bench->err),
			 TS_OK);
	status = ts_fetch_watch(fetch, &bench->source, NULL, 0, take, marks,
				&bench->result, &bench->err);
	ts_fetch_close(fetch);
	return status;
}

/* ---- without a watch() of the fetcher's -------------------------- */

static void
say_versioned(struct http_talk *talk)
{
	struct bench *bench = talk->ctx;

	if (bench->scene == 0 &&
	    strstr(talk->request, "If-None-Match: \"v1\"\r\n") != NULL)
		http_say(talk, "HTTP/1.1 304 Not Modified\r\n\r\n");
	else if (bench->scene == 0)
		http_reply_text(talk, "200 OK", "ETag: \"v1\"\r\n", GOOD);
	else
		http_reply_text(talk, "200 OK", "ETag: \"v2\"\r\n", NEWER);
}

static void
what_is_not_modified_has_the_mark_of_what_is_stored(void **state)
{
	struct bench *bench = bench_new(say_versioned);
	struct marks first, second, third;

	(void)state;
	bench_want(bench, "trade");
	assert_int_equal(look(bench, &first), TS_OK);
	assert_int_equal(first.count, 1);
	assert_int_equal(bench_run(bench), TS_OK);
	assert_int_equal(look(bench, &second), TS_OK);
	assert_int_equal(bench->result.unchanged, 1);
	assert_string_equal(first.text[0], second.text[0]);

	bench->scene = 1;
	assert_int_equal(look(bench, &third), TS_OK);
	assert_string_not_equal(first.text[0], third.text[0]);
	bench_free(bench);
}

static void
a_look_archives_and_stores_nothing(void **state)
{
	struct bench *bench = bench_new(say_versioned);
	struct marks marks;

	(void)state;
	bench_want(bench, "trade");
	assert_int_equal(look(bench, &marks), TS_OK);
	assert_int_equal(bench->memory->count, 0);
	assert_int_equal(bench_files(bench->archive), 0);
	assert_tidy(bench);
	/* the run that follows finds everything to do */
	assert_int_equal(bench_run(bench), TS_OK);
	assert_int_equal(bench->kept, 1);
	bench_free(bench);
}

static void
say_pages(struct http_talk *talk)
{
	http_reply_text(talk, "200 OK", "", "LINES\n2024 1\n#pages=40\nEND\n");
}

static enum ts_status
ask_forty(const struct ts_job *job, struct ts_plan *plan, struct ts_err *err)
{
	(void)job;
	(void)plan;
	return ts_fail(err, TS_BAD_DATA, "a second round was asked for");
}

static void
one_round_is_enough(void **state)
{
	struct bench *bench = bench_new(say_pages);
	struct marks marks;

	(void)state;
	bench_want(bench, "trade");
	bench->wanted.more = ask_forty;
	assert_int_equal(look(bench, &marks), TS_OK);
	assert_int_equal(http_server_count(bench->server), 1);
	bench_free(bench);
}

static void
a_file_is_told_by_size_and_time(void **state)
{
	struct bench *bench = bench_new(NULL);
	char path[400], url[420];
	struct marks first, same, touched;
	const struct timespec later[2] = { { .tv_sec = 2000000000 },
					   { .tv_sec = 2000000000 } };

	(void)state;
	snprintf(path, sizeof path, "%s/trade.lines", bench->dir);
	snprintf(url, sizeof url, "file:%s", path);
	assert_int_equal(
		ts_file_write(path, GOOD, strlen(GOOD), 0644, &bench->err),
		TS_OK);
	bench->fetcher.plugin.name = "table"; /* the only one that may */
	bench_want(bench, url);
	assert_int_equal(look(bench, &first), TS_OK);
	assert_int_equal(look(bench, &same), TS_OK);
	assert_string_equal(first.text[0], same.text[0]);
	assert_int_equal(utimensat(AT_FDCWD, path, later, 0), 0);
	assert_int_equal(look(bench, &touched), TS_OK);
	assert_string_not_equal(first.text[0], touched.text[0]);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(look(bench, &touched), TS_NO_INPUT);
	bench_free(bench);
}

/* ---- with one ---------------------------------------------------- */

static enum ts_status
ask_availability(const struct ts_job *job, struct ts_plan *plan,
		 struct ts_err *err)
{
	const struct ts_request request = { .path = "da" };

	(void)job;
	return ts_plan_add(plan, &request, err);
}

static void
say_scene(struct http_talk *talk)
{
	static const char *const scenes[] = {
		"LINES\n2023 14\n2024 18\nEND\n",
		"LINES\n2024 18\n2023 14\nEND\n", /* another order */
		"LINES\n2023 14\n2024 19\nEND\n",
		"LINES\nEND\n",
		"LINES\n2023 14\n2024 18\n", /* cut */
		"<html><body>maintenance</body></html>",
	};
	const struct bench *bench = talk->ctx;

	if (bench->scene == 6)
		http_reply_text(talk, "404 Not Found", "", "no");
	else
		http_reply_text(talk, "200 OK", "", scenes[bench->scene]);
}

static void
an_answer_counts_by_its_rows(void **state)
{
	static const struct {
		const char *name;
		int scene;
		enum ts_status status;
		bool same, silent;
	} cases[] = {
		{ "the same rows", 0, TS_OK, true, false },
		{ "in another order", 1, TS_OK, true, false },
		{ "a changed row", 2, TS_OK, false, false },
		{ "no row at all", 3, TS_OK, false, true },
		{ "cut", 4, TS_BAD_DATA, false, false },
		{ "a web page", 5, TS_AGAIN, false, false },
		{ "no such service", 6, TS_REFUSED, false, false },
	};
	struct bench *bench = bench_new(say_scene);
	struct marks first, marks;

	(void)state;
	bench->fetcher.watch = ask_availability;
	assert_int_equal(look(bench, &first), TS_OK);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bench->scene = cases[i].scene;
		if (look(bench, &marks) != cases[i].status)
			fail_msg("%s: %s", cases[i].name, bench->err.text);
		if (cases[i].status != TS_OK) {
			assert_int_equal(marks.count, 0);
			continue;
		}
		assert_int_equal(marks.count, 1);
		if ((strcmp(first.text[0], marks.text[0]) == 0) !=
		    cases[i].same)
			fail_msg("%s: %s", cases[i].name, marks.text[0]);
		if (cases[i].silent)
			assert_string_equal(marks.text[0], "/da ");
	}
	assert_int_equal(bench->memory->count, 0);
	assert_tidy(bench);
	bench_free(bench);
}

static enum ts_status
ask_constraint(const struct ts_job *job, struct ts_plan *plan,
	       struct ts_err *err)
{
	const struct ts_request request = { .path = "constraint",
					    .role = TS_ROLE_CONTROL };

	(void)job;
	return ts_plan_add(plan, &request, err);
}

static void
say_constraint(struct http_talk *talk)
{
	static const char *const scenes[] = {
		"<m:Structure><m:Header><m:ID>1</m:ID></m:Header><c "
		"validFrom=\"2026\"/></m:Structure>",
		"<m:Structure><m:Header><m:ID>2</m:ID></m:Header><c "
		"validFrom=\"2026\"/></m:Structure>",
		"<m:Structure><m:Header><m:ID>3</m:ID></m:Header><c "
		"validFrom=\"2027\"/></m:Structure>",
	};
	const struct bench *bench = talk->ctx;

	http_reply_text(talk, "200 OK", "", scenes[bench->scene]);
}

static void
the_moment_of_asking_is_no_news(void **state)
{
	struct bench *bench = bench_new(say_constraint);
	struct marks first, marks;

	(void)state;
	bench->fetcher.watch = ask_constraint;
	assert_int_equal(look(bench, &first), TS_OK);
	bench->scene = 1;
	assert_int_equal(look(bench, &marks), TS_OK);
	assert_string_equal(first.text[0], marks.text[0]);
	bench->scene = 2;
	assert_int_equal(look(bench, &marks), TS_OK);
	assert_string_not_equal(first.text[0], marks.text[0]);
	bench_free(bench);
}

static enum ts_status
ask_nothing(const struct ts_job *job, struct ts_plan *plan, struct ts_err *err)
{
	(void)job;
	(void)plan;
	(void)err;
	return TS_OK;
}

static void
a_fetcher_that_knows_no_marker_has_the_data_asked_for(void **state)
{
	struct bench *bench = bench_new(say_versioned);
	struct marks marks;

	(void)state;
	bench->fetcher.watch = ask_nothing;
	bench_want(bench, "trade");
	assert_int_equal(look(bench, &marks), TS_OK);
	assert_int_equal(marks.count, 1);
	bench_free(bench);
}

/* ---- what the fetchers ask for ----------------------------------- */

static void
watch(struct planning *p, const struct ts_need *needs, size_t count)
{
	p->job.needs = needs;
	p->job.need_count = count;
	p->plan.round++;
	if (p->fetcher->watch(&p->job, &p->plan, &p->err) != TS_OK)
		fail_msg("%s", p->err.text);
}

static const struct ts_need trade = {
	.id = "trade",
	.dataset = "",
	.flows = (const char *const[]){ "X", "M", NULL },
	.reporters = (const char *const[]){ "KAZ", "ITA", NULL },
	.partners = (const char *const[]){ "W00", NULL },
	.products = (const char *const[]){ "TOTAL", NULL },
	.frequency = 'A',
	.from = { .year = 2010, .span = TS_YEAR },
	.to = { .year = 2024, .span = TS_YEAR },
};

static void
comtrade_is_asked_what_it_has_published(void **state)
{
	struct planning *p = planning_new(&ts_plugin_fetchers_comtrade, NULL);

	(void)state;
	watch(p, &trade, 1);
	/* at most twelve periods a call */
	assert_int_equal(p->plan.count, 2);
	assert_string_equal(planning_url(p, 0),
			    "https://comtradeapi.un.org/public/v1/getDa/C/A/HS"
			    "?period=2010,2011,2012,2013,2014,2015,2016,2017,"
			    "2018,2019,2020,2021&reporterCode=398,380");
	assert_string_equal(planning_value(p, 1, "period"), "2022,2023,2024");
	assert_string_equal(p->plan.asks[0].request.decoder,
			    "comtrade-availability");
	planning_free(p);

	p = planning_new(&ts_plugin_fetchers_comtrade, NULL);
	p->job.has_key = true;
	watch(p, &trade, 1);
	assert_non_null(strstr(planning_url(p, 0), "/data/v1/getDa/C/A/HS?"));
	planning_free(p);
}

/* Calls are counted by the publisher: what goes into one is one. */
static void
the_needs_of_a_report_are_one_question(void **state)
{
	struct planning *p = planning_new(&ts_plugin_fetchers_comtrade, NULL);
	struct ts_need needs[4] = { trade, trade, trade, trade };

	(void)state;
	needs[0].from = YEAR(2020);
	needs[1].from = YEAR(2022);
	needs[1].reporters = LIST("KAZ", "UZB", "KGZ");
	needs[2].frequency = 'M';
	needs[2].from = MONTH(2024, 10);
	needs[3].from = needs[3].to = YEAR(2023);
	watch(p, needs, 4);
	assert_int_equal(p->plan.count, 2);
	assert_string_equal(planning_value(p, 0, "period"),
			    "2020,2021,2022,2023,2024");
	assert_string_equal(planning_value(p, 0, "reporterCode"),
			    "398,380,860,417");
	assert_non_null(strstr(planning_url(p, 1), "/getDa/C/M/HS?"));
	assert_string_equal(planning_value(p, 1, "period"),
			    "202410,202411,202412");
	planning_free(p);
}

static void
all_reporters_are_named_by_none(void **state)
{
	struct planning *p = planning_new(&ts_plugin_fetchers_comtrade, NULL);
	struct ts_need need = trade;

	(void)state;
	need.reporters = NULL;
	need.from = need.to;
	watch(p, &need, 1);
	assert_int_equal(p->plan.count, 1);
	assert_string_equal(planning_value(p, 0, "reporterCode"), "");
	/* in the years before it existed there is nothing to ask for */
	need.reporters = LIST("SSD");
	need.from = YEAR(2010);
	need.to = YEAR(2013);
	watch(p, &need, 1);
	assert_int_equal(p->plan.count, 2);
	assert_string_equal(planning_value(p, 1, "period"), "2012,2013");
	planning_free(p);
}

static void
the_world_bank_is_asked_for_one_row(void **state)
{
	struct planning *p = planning_new(&ts_plugin_fetchers_worldbank, NULL);
	struct ts_need need = trade;

	(void)state;
	need.products = LIST("NE.EXP.GNFS.CD", "NE.IMP.GNFS.CD");
	watch(p, &need, 1);
	assert_int_equal(p->plan.count, 2);
	assert_string_equal(planning_value(p, 0, "per_page"), "1");
	assert_non_null(strstr(planning_url(p, 1),
			       "/KAZ;ITA/indicator/NE.IMP.GNFS.CD?"));
	planning_free(p);
}

static void
an_sdmx_service_is_asked_where_the_settings_say(void **state)
{
	struct planning *p = planning_new(
		&ts_plugin_fetchers_sdmx,
		LIST("flow=DS-045409", "watch=contentconstraint/ESTAT/DS"));

	(void)state;
	p->plan.base = "https://example.org/sdmx/2.1";
	watch(p, &trade, 1);
	assert_int_equal(p->plan.count, 1);
	assert_string_equal(planning_url(p, 0),
			    "https://example.org/sdmx/2.1/contentconstraint/"
			    "ESTAT/DS");
	planning_free(p);

	p = planning_new(&ts_plugin_fetchers_sdmx, LIST("flow=DS-045409"));
	watch(p, &trade, 1);
	assert_int_equal(p->plan.count, 0);
	planning_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_is_not_modified_has_the_mark_of_what_is_stored),
		cmocka_unit_test(a_look_archives_and_stores_nothing),
		cmocka_unit_test(one_round_is_enough),
		cmocka_unit_test(a_file_is_told_by_size_and_time),
		cmocka_unit_test(an_answer_counts_by_its_rows),
		cmocka_unit_test(the_moment_of_asking_is_no_news),
		cmocka_unit_test(
			a_fetcher_that_knows_no_marker_has_the_data_asked_for),
		cmocka_unit_test(comtrade_is_asked_what_it_has_published),
		cmocka_unit_test(the_needs_of_a_report_are_one_question),
		cmocka_unit_test(all_reporters_are_named_by_none),
		cmocka_unit_test(the_world_bank_is_asked_for_one_row),
		cmocka_unit_test(
			an_sdmx_service_is_asked_where_the_settings_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
