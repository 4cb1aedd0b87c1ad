/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fetchers/planning.h"

extern const struct ts_fetcher ts_plugin_fetchers_sdmx;

static const struct ts_need pair = {
	.id = "pair",
	.dataset = "",
	.flows = (const char *const[]){ "X", "M", NULL },
	.reporters = (const char *const[]){ "ITA", NULL },
	.partners = (const char *const[]){ "KAZ", "W00", NULL },
	.products = (const char *const[]){ "TOTAL", NULL },
	.frequency = 'A',
	.from = { .year = 2015, .span = TS_YEAR },
	.to = { .year = 2024, .span = TS_YEAR },
};

struct shape {
	const char *name;
	const char *settings[8];
	const char *url;
};

/* As in the publishers' own descriptions. */
static const struct shape shapes[] = {
	{ "Eurostat, Comext",
	  { "flow=DS-045409", "format=SDMX-CSV", "areas=eurostat",
	    "series={freq}.{reporter}.{partner}.{product}.{flow}.VALUE_IN_"
	    "EUROS",
	    "world=WORLD", "exports=2", "imports=1", NULL },
	  "https://example.org/rest/data/DS-045409/A.IT.KZ+WORLD.TOTAL.2+1."
	  "VALUE_IN_EUROS?startPeriod=2015&endPeriod=2024&format=SDMX-CSV" },
	{ "IMF, SDMX 3.0",
	  { "flow=IMF.STA,IMTS,+", "version=3.0", "world=G001",
	    "series={reporter}.XG_FOB_USD.{partner}.{freq}", NULL },
	  "https://example.org/rest/data/dataflow/IMF.STA/IMTS/+/"
	  "ITA.XG_FOB_USD.KAZ+G001.A?c[TIME_PERIOD]=ge:2015%2Ble:2024" },
	{ "OECD, a flow with @ and commas",
	  { "flow=OECD.SDD.TPS,DSD_BIMTS@DF_BIMTS_HS2017_2D,1.0", "series=all",
	    NULL },
	  "https://example.org/rest/data/OECD.SDD.TPS,"
	  "DSD_BIMTS@DF_BIMTS_HS2017_2D,1.0/all?startPeriod=2015"
	  "&endPeriod=2024" },
};

static struct planning *
start(const char *const *settings)
{
	static struct ts_fetcher fetcher;

	fetcher = ts_plugin_fetchers_sdmx;
	fetcher.base_url = "https://example.org/rest";
	return planning_new(&fetcher, settings);
}

static void
a_key_is_filled_with_what_is_needed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
		struct planning *p = start(shapes[i].settings);

		if (planning_ask(p, &pair, 1) != TS_OK)
			fail_msg("%s: %s", shapes[i].name, p->err.text);
		assert_int_equal(p->plan.count, 1);
		if (strcmp(planning_url(p, 0), shapes[i].url) != 0)
			fail_msg("%s:\n%s\nnot\n%s", shapes[i].name,
				 planning_url(p, 0), shapes[i].url);
		planning_free(p);
	}
}

static void
csv_is_asked_for_by_accept_unless_a_format_is_set(void **state)
{
	struct planning *p = start(LIST("flow=EXR", "series=D.USD.EUR.SP00.A"));

	(void)state;
	assert_int_equal(planning_ask(p, &pair, 1), TS_OK);
	assert_string_equal(p->plan.asks[0].request.accept,
			    "application/vnd.sdmx.data+csv");
	planning_free(p);
	/* Eurostat refuses an Accept that it does not know */
	p = start(LIST("flow=EXR", "format=csvdata"));
	assert_int_equal(planning_ask(p, &pair, 1), TS_OK);
	assert_null(p->plan.asks[0].request.accept);
	planning_free(p);
}

static void
a_structure_is_asked_for_once_and_goes_with_the_data(void **state)
{
	struct planning *p =
		start(LIST("flow=EXR", "accept=application/xml",
			   "structure=datastructure/ECB/ECB_EXR1"));
	struct ts_need needs[2] = { pair, pair };

	(void)state;
	needs[1].to = YEAR(2023);
	assert_int_equal(planning_ask(p, needs, 2), TS_OK);
	assert_int_equal(p->plan.count, 3);
	assert_int_equal(p->plan.asks[0].request.role, TS_ROLE_STRUCTURE);
	assert_string_equal(
		planning_url(p, 0),
		"https://example.org/rest/"
		"datastructure/ECB/ECB_EXR1?references=descendants");
	assert_string_equal(p->plan.asks[2].request.structure_tag,
			    p->plan.asks[0].request.tag);
	planning_free(p);
}

static void
without_a_need_the_whole_flow_is_asked_for(void **state)
{
	struct planning *p = start(LIST("flow=EXR", "series=D.USD.EUR.SP00.A"));

	(void)state;
	assert_int_equal(planning_ask(p, NULL, 0), TS_OK);
	assert_string_equal(planning_url(p, 0), "https://example.org/rest/"
						"data/EXR/D.USD.EUR.SP00.A");
	planning_free(p);
}

static void
what_a_key_cannot_be_filled_with_is_said(void **state)
{
	static const struct {
		const char *key, *version;
		const char *says;
	} cases[] = {
		{ "series={frequency}", "version=2.1",
		  "{frequency} is not known" },
		{ "series={freq", "version=2.1", "{ without }" },
		{ "series=all", "version=2.0", "neither 2.1 nor 3.0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct planning *p =
			start(LIST("flow=EXR", cases[i].key, cases[i].version));

		assert_int_equal(planning_ask(p, &pair, 1), TS_BAD_CONFIG);
		assert_non_null(strstr(p->err.text, cases[i].says));
		planning_free(p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_filled_with_what_is_needed),
		cmocka_unit_test(
			csv_is_asked_for_by_accept_unless_a_format_is_set),
		cmocka_unit_test(
			a_structure_is_asked_for_once_and_goes_with_the_data),
		cmocka_unit_test(without_a_need_the_whole_flow_is_asked_for),
		cmocka_unit_test(what_a_key_cannot_be_filled_with_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
