/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses, and the plan that collects them. */
#include "tests/fetchers/planning.h"

static const char *
joined(const char *base, const struct ts_request *request)
{
	static struct ts_buf out = TS_BUF_INIT(65536);
	static struct ts_err err;

	ts_buf_reset(&out);
	return ts_url_join(base, request, &out, &err) == TS_OK ? out.data
							       : err.text;
}

static void
an_address_is_put_together_below_the_base(void **state)
{
	static const struct {
		const char *base, *path;
		struct ts_param query[2];
		const char *url;
	} cases[] = {
		{ "https://h.org",
		  "a/b",
		  { { NULL, NULL } },
		  "https://h.org/a/b" },
		{ "https://h.org/v1/",
		  "/a",
		  { { NULL, NULL } },
		  "https://h.org/v1/a" },
		{ "https://h.org/v1/",
		  "",
		  { { NULL, NULL } },
		  "https://h.org/v1/" },
		{ "https://h.org/v1",
		  "EXR/D.USD+KZT.EUR,1@x",
		  { { NULL, NULL } },
		  "https://h.org/v1/EXR/D.USD+KZT.EUR,1@x" },
		{ "https://h.org",
		  "a b?c#d%20e%zz",
		  { { NULL, NULL } },
		  "https://h.org/a%20b%3Fc%23d%20e%25zz" },
		{ "https://h.org",
		  "\xd1\x8f",
		  { { NULL, NULL } },
		  "https://h.org/%D1%8F" },
		{ "https://h.org",
		  "q",
		  { { "a", "1,2;3&4=5+6 7" }, { "b[c]", "x:y" } },
		  "https://h.org/q?a=1,2%3B3%264%3D5%2B6%207&b[c]=x:y" },
		{ "https://h.org",
		  "x\r\nHost: evil",
		  { { NULL, NULL } },
		  "https://h.org/x%0D%0AHost:%20evil" },
		{ "https://h.org",
		  "@evil.org/",
		  { { NULL, NULL } },
		  "https://h.org/@evil.org/" },
		{ "https://h.org",
		  "//evil.org/",
		  { { NULL, NULL } },
		  "https://h.org//evil.org/" },
		{ "https://h.org",
		  "https://h.org/next?page=2#x",
		  { { "per", "9" } },
		  "https://h.org/next?page=2&per=9" },
		{ "https://h.org",
		  "file:/a b",
		  { { NULL, NULL } },
		  "file:/a b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_request request = { .path = cases[i].path,
					      .query = cases[i].query };

		while (request.query_count < 2 &&
		       cases[i].query[request.query_count].name != NULL)
			request.query_count++;
		assert_string_equal(joined(cases[i].base, &request),
				    cases[i].url);
	}
}

static void
what_is_no_address_is_refused(void **state)
{
	static const struct {
		const char *base, *path, *says;
	} cases[] = {
		{ "", "a", "no base address" },
		{ "ftp://h.org", "a", "no base address" },
		{ "https://h.org", "https://user:pw@h.org/", "not an address" },
		{ "https://h.org", "https://h.org:99999/", "not an address" },
		{ "https://h.org", "https://", "not an address" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_request request = { .path = cases[i].path };

		assert_non_null(
			strstr(joined(cases[i].base, &request), cases[i].says));
	}
}

static void
an_origin_is_scheme_host_and_port(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "https://h.org/a", "https://H.ORG/b", true },
		{ "https://h.org/a", "https://h.org:443/b", true },
		{ "https://h.org/a", "http://h.org/a", false },
		{ "https://h.org/a", "https://h.org:8443/a", false },
		{ "https://h.org/a", "https://h.org.evil.org/a", false },
		{ "https://h.org/a", "https://h.org@evil.org/a", false },
		{ "https://h.org/a", "nonsense", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (ts_url_same_origin(cases[i].a, cases[i].b) != cases[i].same)
			fail_msg("%s %s", cases[i].a, cases[i].b);
}

static void
no_secret_is_shown(void **state)
{
	static const struct {
		const char *url, *shown;
	} cases[] = {
		{ "https://h.org/a?b=c", "https://h.org/a?b=c" },
		{ "https://h.org/a?subscription-key=x&b=c",
		  "https://h.org/a?subscription-key=***&b=c" },
		{ "https://h.org/a?b=c&API_KEY=x",
		  "https://h.org/a?b=c&API_KEY=***" },
		{ "https://h.org/a?access_token=x?y&d",
		  "https://h.org/a?access_token=***&d" },
		{ "https://h.org/a?Password=x",
		  "https://h.org/a?Password=***" },
		{ "https://h.org/a?sig=x&signal=y",
		  "https://h.org/a?sig=***&signal=y" },
		{ "https://u:p@h.org/a", "https://h.org/a" },
		{ "https://u:p@w@h.org/a@b", "https://h.org/a@b" },
		{ "file:/srv/key=1", "file:/srv/key=1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		TS_AUTO_BUF out = TS_BUF_INIT(4096);

		ts_url_public(&out, cases[i].url);
		assert_string_equal(out.data, cases[i].shown);
	}
}

static void
two_spellings_are_one_address(void **state)
{
	TS_AUTO_BUF a = TS_BUF_INIT(4096);
	TS_AUTO_BUF b = TS_BUF_INIT(4096);

	(void)state;
	ts_url_canonical(&a, "https://h.org/a%2cb%3A%7e?c=d%26e%zz#f");
	ts_url_canonical(&b, "https://h.org/a,b:~?c=d%26e%zz");
	assert_string_equal(a.data, b.data);
}

static enum ts_status
no_plan(const struct ts_job *job, struct ts_plan *plan, struct ts_err *err)
{
	(void)job;
	(void)plan;
	(void)err;
	return TS_OK;
}

static const struct ts_opt no_opts[] = { { .name = NULL } };
static const struct ts_fetcher plain = {
	TS_PLUGIN_HEAD(struct ts_fetcher, FETCHER, "plain", "test", no_opts, 1),
	.plan = no_plan,
};

static enum ts_status
add(struct planning *p, const char *path, int key)
{
	struct ts_request request = { .path = path, .key = key };

	return ts_plan_add(&p->plan, &request, &p->err);
}

static void
without_a_base_the_first_address_says_where_to_stay(void **state)
{
	struct planning *p = planning_new(&plain, NULL);

	(void)state;
	assert_int_equal(add(p, "https://a.org/1", 0), TS_OK);
	assert_int_equal(add(p, "https://a.org/2", 0), TS_OK);
	assert_int_equal(add(p, "https://b.org/1", 0), TS_REFUSED);
	assert_int_equal(p->plan.count, 2);
	planning_free(p);
}

static void
an_address_asked_for_again_in_a_later_round_is_a_circle(void **state)
{
	struct planning *p = planning_new(&plain, NULL);

	(void)state;
	p->plan.round = 1;
	assert_int_equal(add(p, "https://a.org/1", 1), TS_OK);
	assert_int_equal(add(p, "https://a.org/1", 2), TS_OK);
	assert_int_equal(p->plan.asks[1].same_as, 0);
	p->plan.round = 2;
	/* somebody else may want it later: the answer is there */
	assert_int_equal(add(p, "https://a.org/1", 3), TS_OK);
	assert_int_equal(p->plan.asks[2].same_as, 0);
	p->plan.round = 3;
	assert_int_equal(add(p, "https://a.org/1", 2), TS_BAD_DATA);
	assert_non_null(strstr(p->err.text, "circle"));
	planning_free(p);
}

static void
addresses_that_differ_only_in_a_secret_cannot_be_told_apart(void **state)
{
	struct planning *p = planning_new(&plain, NULL);

	(void)state;
	assert_int_equal(add(p, "https://a.org/?token=1", 0), TS_OK);
	assert_int_equal(add(p, "https://a.org/?token=2", 0), TS_BAD_CONFIG);
	assert_null(strstr(p->err.text, "=2"));
	planning_free(p);
}

static void
texts_of_a_request_are_copied(void **state)
{
	struct planning *p = planning_new(&plain, NULL);
	char path[] = "https://a.org/x", tag[] = "tag", decoder[] = "csv";
	struct ts_request request = { .path = path,
				      .tag = tag,
				      .decoder = decoder };

	(void)state;
	assert_int_equal(ts_plan_add(&p->plan, &request, &p->err), TS_OK);
	path[14] = tag[0] = decoder[0] = '#';
	assert_string_equal(planning_url(p, 0), "https://a.org/x");
	assert_string_equal(p->plan.asks[0].request.tag, "tag");
	assert_string_equal(p->plan.asks[0].request.decoder, "csv");
	planning_free(p);
}

static void
ten_thousand_requests_are_the_end(void **state)
{
	struct planning *p = planning_new(&plain, NULL);
	char path[64];

	(void)state;
	for (int i = 0; i < TS_PLAN_MAX; i++) {
		snprintf(path, sizeof path, "https://a.org/%d", i);
		assert_int_equal(add(p, path, 0), TS_OK);
	}
	assert_int_equal(add(p, "https://a.org/more", 0), TS_BAD_DATA);
	planning_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_put_together_below_the_base),
		cmocka_unit_test(what_is_no_address_is_refused),
		cmocka_unit_test(an_origin_is_scheme_host_and_port),
		cmocka_unit_test(no_secret_is_shown),
		cmocka_unit_test(two_spellings_are_one_address),
		cmocka_unit_test(
			without_a_base_the_first_address_says_where_to_stay),
		cmocka_unit_test(
			an_address_asked_for_again_in_a_later_round_is_a_circle),
		cmocka_unit_test(
			addresses_that_differ_only_in_a_secret_cannot_be_told_apart),
		cmocka_unit_test(texts_of_a_request_are_copied),
		cmocka_unit_test(ten_thousand_requests_are_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
