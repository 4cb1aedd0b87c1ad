/* SPDX-License-Identifier: Apache-2.0 */
/* What is added up, what is missing, what is refused. */
#include "tests/indicators/golden.h"

/* One row of a table of cases: a table, a measure, the result to look at. */
struct rule_case {
	const char *name;
	const char *csv;
	const char *measure;
	const char *settings[2 * MOST_SETTINGS];
	const char *k1, *k2, *k3, *period;
	const char *value;	/* "": none; NULL: no such result at all */
	const char *status;
};

static bool
holds(const struct rule_case *c)
{
	struct ts_arena *arena = ts_arena_new((size_t)64 << 20);
	struct ts_results results = { .arena = arena };
	const struct ts_result *got;
	struct ts_err err = { 0 };
	bool fine = false;

	if (run_measure(arena, c->measure, table_of(arena, c->csv),
			c->settings, &results, &err) != TS_OK) {
		print_error("%s: %s\n", c->name, err.text);
		ts_arena_free(arena);
		return false;
	}
	got = find_result(&results, c->k1, c->k2, c->k3, c->period);
	if (!c->value)
		fine = !got;
	else if (got && strcmp(ts_result_status_name(got->status),
			       c->status) == 0)
		fine = got->has_value == (c->value[0] != '\0') &&
		       (!got->has_value ||
			fabs(got->value - strtod(c->value, NULL)) <=
			1e-9 * fabs(got->value));
	if (!fine)
		print_error("%s: got %.12g %s\n", c->name,
			    got ? got->value : NAN,
			    got ? ts_result_status_name(got->status) :
			    "nothing");
	ts_arena_free(arena);
	return fine;
}

static void
check_cases(const struct rule_case *cases, size_t count)
{
	size_t wrong = 0, i;

	for (i = 0; i < count; i++)
		wrong += !holds(&cases[i]);
	assert_int_equal(wrong, 0);
}

#define CHECK(cases) check_cases(cases, sizeof(cases) / sizeof(cases[0]))

#define FLOWS "period,reporter,partner,flow,product,value\n"
#define PARTNERS FLOWS							\
	"2023,KAZ,ITA,X,TOTAL,60\n2023,KAZ,CHN,X,TOTAL,30\n"		\
	"2023,KAZ,_X,X,TOTAL,10\n"
#define LEVELS FLOWS							\
	"2023,KAZ,W00,X,TOTAL,100\n2023,KAZ,W00,X,27,70\n"		\
	"2023,KAZ,W00,X,26,20\n2023,KAZ,W00,X,2709,70\n"		\
	"2023,KAZ,W00,X,2603,15\n"

static void
nothing_is_added_up_twice(void **state)
{
	static const struct rule_case cases[] = {
		{ "World is not a partner",
		  PARTNERS "2023,KAZ,W00,X,TOTAL,100\n", "exports", { NULL },
		  "KAZ", "", "", "2023", "100", "ok" },
		{ "World has no share of its own",
		  PARTNERS "2023,KAZ,W00,X,TOTAL,100\n", "partner_share",
		  { NULL }, "KAZ", "W00", "", "2023", NULL, NULL },
		{ "a group of countries is not a country",
		  PARTNERS "2023,KAZ,EU27_2020,X,TOTAL,60\n", "exports",
		  { NULL }, "KAZ", "", "", "2023", "100", "ok" },
		{ "a group that the operator names",
		  PARTNERS "2023,KAZ,CIS,X,TOTAL,60\n", "exports",
		  { "aggregates", "CIS, ASEAN", NULL }, "KAZ", "", "", "2023",
		  "100", "ok" },
		{ "TOTAL is not a product beside products", LEVELS, "exports",
		  { NULL }, "KAZ", "", "", "2023", "100", "ok" },
		{ "one level of products", LEVELS, "product_share",
		  { "level", "2", NULL }, "KAZ", "27", "", "2023", "70",
		  "ok" },
		{ "the other level", LEVELS, "product_share",
		  { "level", "AG4", NULL }, "KAZ", "2603", "", "2023", "15",
		  "ok" },
		{ "re-exports are part of exports",
		  PARTNERS "2023,KAZ,ITA,RX,TOTAL,50\n", "exports", { NULL },
		  "KAZ", "", "", "2023", "100", "ok" },
		{ "and stay a flow of their own",
		  PARTNERS "2023,KAZ,ITA,RX,TOTAL,50\n", "hhi_partner",
		  { NULL }, "KAZ", "RX", "", "2023", "1", "ok" },
		{ "a group that reports is not part of the world",
		  FLOWS "2023,KAZ,W00,X,TOTAL,30\n2023,ITA,W00,X,TOTAL,70\n"
		  "2023,EU27_2020,W00,X,TOTAL,70\n", "world_market_share",
		  { NULL }, "KAZ", "", "", "2023", "30", "ok" },
		{ "a group has no rank",
		  FLOWS "2023,KAZ,W00,X,TOTAL,30\n2023,ITA,W00,X,TOTAL,70\n"
		  "2023,EU27_2020,W00,X,TOTAL,70\n", "rank_exports",
		  { NULL }, "EU27_2020", "", "", "2023", "", "excluded" },
		{ "and takes no place",
		  FLOWS "2023,KAZ,W00,X,TOTAL,30\n2023,ITA,W00,X,TOTAL,70\n"
		  "2023,EU27_2020,W00,X,TOTAL,80\n", "rank_exports",
		  { NULL }, "KAZ", "", "", "2023", "2", "ok" },
		{ "the world's own figure replaces the sum",
		  FLOWS "2023,KAZ,W00,X,TOTAL,30\n2023,W00,W00,X,TOTAL,300\n",
		  "world_market_share", { NULL }, "KAZ", "", "", "2023", "10",
		  "ok" },
		{ "areas not specified are in the total", PARTNERS,
		  "partner_share", { NULL }, "KAZ", "ITA", "", "2023", "60",
		  "ok" },
		{ "but not in the concentration", PARTNERS, "hhi_partner",
		  { NULL }, "KAZ", "X", "", "2023", "0.45", "ok" },
		{ "unless they are to be kept", PARTNERS, "hhi_partner",
		  { "keep_unspecified", "true", NULL }, "KAZ", "X", "",
		  "2023", "0.46", "ok" },
		{ "nor in the ranks", PARTNERS, "rank_exports",
		  { "by", "partner", NULL }, "KAZ", "_X", "", "2023", "",
		  "excluded" },
		{ "trade with one partner only", PARTNERS, "exports",
		  { "partner", "ITA", NULL }, "KAZ", "", "", "2023", "60",
		  "ok" },
		{ "trade with a partner that is not in the table", PARTNERS,
		  "exports", { "partner", "USA", NULL }, "KAZ", "", "",
		  "2023", "", "undef_missing" },
		{ "a product that the partner got later is new to it",
		  FLOWS "2022,KAZ,CHN,X,2709,1\n2023,KAZ,CHN,X,2709,1\n"
		  "2023,KAZ,ITA,X,2709,4\n", "growth_exports",
		  { "by", "product", "partner", "ITA", NULL }, "KAZ", "2709",
		  "", "2022/2023", "", "new" },
		{ "and the partner itself is",
		  FLOWS "2022,KAZ,CHN,X,2709,1\n2023,KAZ,CHN,X,2709,1\n"
		  "2023,KAZ,ITA,X,2709,4\n", "growth_exports",
		  { "partner", "ITA", NULL }, "KAZ", "", "", "2022/2023", "",
		  "new" },
		{ "unless partners were not told before",
		  FLOWS "2022,KAZ,W00,X,2709,1\n2023,KAZ,CHN,X,2709,1\n"
		  "2023,KAZ,ITA,X,2709,4\n", "growth_exports",
		  { "partner", "ITA", NULL }, "KAZ", "", "", "2022/2023", "",
		  "undef_missing" },
		{ "or products were not",
		  FLOWS "2022,KAZ,ITA,X,TOTAL,1\n2023,KAZ,ITA,X,2709,4\n",
		  "growth_exports", { "product", "2709", NULL }, "KAZ", "",
		  "", "2022/2023", "", "undef_missing" },
		{ "the world as the partner that is chosen",
		  PARTNERS "2023,KAZ,W00,X,TOTAL,150\n", "exports",
		  { "partner", "W00", NULL }, "KAZ", "", "", "2023", "150",
		  "ok" },
		{ "all products as the product that is chosen", LEVELS,
		  "exports", { "product", "TOTAL", NULL }, "KAZ", "", "",
		  "2023", "100", "ok" },
		{ "small flows beside a large one are not lost",
		  FLOWS "2023,KAZ,W00,X,01,1e16\n2023,KAZ,W00,X,02,1\n"
		  "2023,KAZ,W00,X,03,1\n2023,KAZ,W00,X,04,-1e16\n",
		  "exports", { NULL }, "KAZ", "", "", "2023", "2", "ok" },
		{ "the total of one partner is not that of all products",
		  FLOWS "2023,KAZ,W00,X,27,70\n2023,KAZ,W00,X,26,30\n"
		  "2023,KAZ,ITA,X,TOTAL,10\n", "product_share", { NULL },
		  "KAZ", "27", "", "2023", "70", "ok" },
		{ "the world by products is the total of partners",
		  FLOWS "2023,KAZ,W00,X,27,70\n2023,KAZ,W00,X,26,30\n"
		  "2023,KAZ,ITA,X,TOTAL,10\n", "partner_share", { NULL },
		  "KAZ", "ITA", "", "2023", "10", "ok" },
		{ "who is there once does not move the ranks of others",
		  FLOWS "2022,KAZ,W00,X,TOTAL,1\n2022,ITA,W00,X,TOTAL,2\n"
		  "2023,KAZ,W00,X,TOTAL,1\n2023,ITA,W00,X,TOTAL,2\n"
		  "2023,FRA,W00,X,TOTAL,3\n", "rank_change_exports",
		  { NULL }, "KAZ", "", "", "2022/2023", "0", "ok" },
		{ "nor the growth of the world",
		  FLOWS "2022,KAZ,W00,X,TOTAL,1\n2022,ITA,W00,X,TOTAL,3\n"
		  "2023,KAZ,W00,X,TOTAL,2\n2023,ITA,W00,X,TOTAL,2\n"
		  "2022,FRA,W00,X,TOTAL,3\n",
		  "contribution_to_world_growth_pp", { NULL }, "KAZ", "", "",
		  "2022/2023", "25", "ok" },
		{ "a country is not its own partner", PARTNERS,
		  "partner_share", { NULL }, "KAZ", "KAZ", "", "2023", NULL,
		  NULL },
		{ "unless goods came back",
		  PARTNERS "2023,KAZ,KAZ,X,TOTAL,25\n", "partner_share",
		  { NULL }, "KAZ", "KAZ", "", "2023", "20", "ok" },
		{ "a pair of which nobody speaks has no mirror", PARTNERS,
		  "mirror_gap", { NULL }, "ITA", "CHN", "", "2023", NULL,
		  NULL },
		{ "one product only", LEVELS, "exports",
		  { "product", "2709", NULL }, "KAZ", "", "", "2023", "70",
		  "ok" },
	};

	(void)state;
	CHECK(cases);
}

#define SECRET FLOWS							\
	"2023,KAZ,W00,X,TOTAL,100\n2023,KAZ,W00,X,27,70\n"		\
	"2023,KAZ,W00,X,26,20\n2023,KAZ,W00,X,71,\n"
#define GAP "period,reporter,flow,product,value\n"			\
	"2023,KAZ,X,27,70\n2023,KAZ,X,26,20\n2023,KAZ,X,71,\n"

static void
missing_is_not_zero_and_zero_is_not_missing(void **state)
{
	static const struct rule_case cases[] = {
		{ "a line that a reporter does not have is zero",
		  PARTNERS "2023,ITA,KAZ,X,TOTAL,5\n", "partner_share",
		  { NULL }, "ITA", "CHN", "", "2023", "0", "ok" },
		{ "but missing in a mirror",
		  PARTNERS "2023,ITA,KAZ,X,TOTAL,5\n", "mirror_gap", { NULL },
		  "KAZ", "ITA", "", "2023", "", "undef_missing" },
		{ "a reporter without the flow has no turnover",
		  PARTNERS, "turnover", { NULL }, "KAZ", "", "", "2023", "",
		  "undef_missing" },
		{ "nor imports", PARTNERS, "imports", { NULL }, "KAZ", "", "",
		  "2023", "", "undef_missing" },
		{ "a reporter without the base period has no growth",
		  FLOWS "2023,ITA,W00,X,TOTAL,5\n2024,KAZ,W00,X,TOTAL,5\n",
		  "growth_exports", { NULL }, "KAZ", "", "", "2023/2024", "",
		  "undef_missing" },
		{ "the published total holds what is secret", SECRET,
		  "product_share", { NULL }, "KAZ", "27", "", "2023", "70",
		  "ok" },
		{ "a secret line has no share", SECRET, "product_share",
		  { NULL }, "KAZ", "71", "", "2023", "", "undef_missing" },
		{ "what no line has is told", SECRET, "product_share",
		  { NULL }, "KAZ", "not_allocated", "", "2023", "10", "ok" },
		{ "a total alone does not say that a line is zero",
		  FLOWS "2023,KAZ,W00,X,TOTAL,9\n2023,ITA,W00,X,27,5\n",
		  "product_share", { NULL }, "KAZ", "27", "", "2023", "",
		  "undef_missing" },
		{ "nor how concentrated it is",
		  FLOWS "2023,KAZ,W00,X,TOTAL,9\n2023,ITA,W00,X,27,5\n",
		  "hhi_product", { NULL }, "KAZ", "X", "", "2023", "",
		  "undef_missing" },
		{ "and is not the world of lines",
		  FLOWS "2023,KAZ,W00,X,TOTAL,9\n2023,ITA,W00,X,27,5\n"
		  "2023,FRA,W00,X,27,5\n", "rca", { NULL }, "ITA", "27", "",
		  "2023", "1", "ok" },
		{ "a sum over something unknown is unknown", GAP, "exports",
		  { NULL }, "KAZ", "", "", "2023", "", "undef_missing" },
		{ "and its concentration", GAP, "hhi_product", { NULL },
		  "KAZ", "X", "", "2023", "", "undef_missing" },
		{ "unless the operator says otherwise", GAP, "exports",
		  { "skip_missing", "true", NULL }, "KAZ", "", "", "2023",
		  "90", "ok" },
		{ "a total that is told to be unknown is not summed up",
		  FLOWS "2023,KAZ,W00,X,TOTAL,\n2023,KAZ,ITA,X,TOTAL,5\n",
		  "exports", { NULL }, "KAZ", "", "", "2023", "",
		  "undef_missing" },
		{ "rows without any value are no report",
		  FLOWS "2023,KAZ,ITA,X,TOTAL,\n2023,ITA,KAZ,X,TOTAL,1\n",
		  "exports", { "skip_missing", "true", NULL }, "KAZ", "", "",
		  "2023", "", "undef_missing" },
		{ "a member that does not report leaves the region unknown",
		  FLOWS "2023,ITA,KAZ,X,TOTAL,5\n2023,ITA,KAZ,M,TOTAL,5\n",
		  "share_in_region_trade",
		  { "region", "R: ITA FRA", "counterpart", "KAZ", NULL },
		  "ITA", "R", "KAZ", "2023", "", "undef_missing" },
		{ "one that does not trade with the counterpart has 0",
		  FLOWS "2023,ITA,KAZ,X,TOTAL,5\n2023,ITA,KAZ,M,TOTAL,5\n"
		  "2023,FRA,ITA,X,TOTAL,5\n2023,FRA,ITA,M,TOTAL,5\n",
		  "share_in_region_trade",
		  { "region", "R: ITA FRA", "counterpart", "KAZ", NULL },
		  "FRA", "R", "KAZ", "2023", "0", "ok" },
		{ "the largest doubles do not become infinite",
		  FLOWS "2023,KAZ,W00,X,TOTAL,1.5e308\n"
		  "2023,KAZ,W00,M,TOTAL,1.5e308\n", "turnover", { NULL },
		  "KAZ", "", "", "2023", "", "undef_domain" },
		{ "a negative total has no concentration",
		  FLOWS "2023,KAZ,W00,X,27,-1\n2023,KAZ,W00,X,26,2\n",
		  "hhi_product", { NULL }, "KAZ", "X", "", "2023", "",
		  "undef_domain" },
		{ "more lines than the universe has",
		  FLOWS "2023,KAZ,W00,X,27,1\n2023,KAZ,W00,X,26,2\n"
		  "2023,KAZ,W00,X,25,2\n", "hhi_norm_product",
		  { "n", "2", NULL }, "KAZ", "X", "", "2023", "",
		  "undef_domain" },
	};

	(void)state;
	CHECK(cases);
}

#define MONTH(year, month, value) #year "-" #month ",KAZ,X," #value "\n"
#define YEAR(year, v)							\
	MONTH(year, 01, v) MONTH(year, 02, v) MONTH(year, 03, v)	\
	MONTH(year, 04, v) MONTH(year, 05, v) MONTH(year, 06, v)	\
	MONTH(year, 07, v) MONTH(year, 08, v) MONTH(year, 09, v)	\
	MONTH(year, 10, v) MONTH(year, 11, v)
#define MONTHS "period,reporter,flow,value\n"

static void
a_year_is_complete_or_compared_like_for_like(void **state)
{
	static const struct rule_case cases[] = {
		{ "twelve months are a year",
		  MONTHS YEAR(2023, 1) MONTH(2023, 12, 4), "exports",
		  { "frequency", "A", NULL }, "KAZ", "", "", "2023", "15",
		  "ok" },
		{ "eleven are not", MONTHS YEAR(2023, 1), "exports",
		  { "frequency", "A", NULL }, "KAZ", "", "", "2023", "",
		  "undef_missing" },
		{ "four quarters are one",
		  MONTHS "2023-Q1,KAZ,X,1\n2023-Q2,KAZ,X,2\n"
		  "2023-Q3,KAZ,X,3\n2023-Q4,KAZ,X,4\n", "exports",
		  { "frequency", "A", NULL }, "KAZ", "", "", "2023", "10",
		  "ok" },
		{ "what the reporter says of the year goes first",
		  MONTHS YEAR(2023, 1) MONTH(2023, 12, 4) "2023,KAZ,X,16\n",
		  "exports", { "frequency", "A", NULL }, "KAZ", "", "",
		  "2023", "16", "ok" },
		{ "growth of whole years",
		  MONTHS YEAR(2023, 1) MONTH(2023, 12, 4) YEAR(2024, 2)
		  MONTH(2024, 12, 8), "growth_exports",
		  { "base", "2023", "current", "2024", NULL }, "KAZ", "", "",
		  "2023/2024", "100", "ok" },
		{ "an incomplete year over the same months, and told so",
		  MONTHS YEAR(2023, 1) MONTH(2023, 12, 40) YEAR(2024, 2),
		  "growth_exports",
		  { "base", "2023", "current", "2024", NULL }, "KAZ", "", "",
		  "2023:11m/2024:11m", "100", "ok" },
		{ "or not at all",
		  MONTHS YEAR(2023, 1) MONTH(2023, 12, 40) YEAR(2024, 2),
		  "growth_exports",
		  { "base", "2023", "current", "2024", "like_for_like", "no",
		    NULL }, "KAZ", "", "", "2023/2024", "",
		  "undef_missing" },
		{ "months are compared with those of a year before",
		  MONTHS MONTH(2023, 03, 4) MONTH(2024, 02, 1)
		  MONTH(2024, 03, 5), "growth_exports", { NULL }, "KAZ", "",
		  "", "2023-03/2024-03", "25", "ok" },
		{ "a year that is not in the table",
		  MONTHS "2020,KAZ,X,1\n2022,KAZ,X,2\n2023,KAZ,X,4\n",
		  "ls_growth", { NULL }, "KAZ", "X", "", "2020/2023", "",
		  "undef_missing" },
		{ "does not disturb the ends",
		  MONTHS "2020,KAZ,X,1\n2022,KAZ,X,2\n2023,KAZ,X,8\n",
		  "cagr", { NULL }, "KAZ", "X", "", "2020/2023", "100",
		  "ok" },
		{ "a month that is not in the table is missing",
		  MONTHS MONTH(2023, 01, 1) MONTH(2023, 03, 2), "mom",
		  { NULL }, "KAZ", "X", "", "2023-03", "", "undef_missing" },
	};

	(void)state;
	CHECK(cases);
}

static void
other_tables_are_read_as_well(void **state)
{
	static const struct rule_case cases[] = {
		{ "a series with a date",
		  "series,period,value\nA,2023,4\nA,2024,5\n", "growth_pct",
		  { NULL }, "A", "", "", "2023/2024", "25", "ok" },
		{ "periods that are no dates",
		  "series,period,value\nA,10,5\nA,9,4\n", "growth_pct",
		  { NULL }, "A", "", "", "9/10", "25", "ok" },
		{ "columns exports, imports, gdp",
		  "year,country,exports,imports,gdp\n2023,KAZ,30,20,100\n",
		  "openness", { NULL }, "KAZ", "", "", "2023", "50", "ok" },
		{ "gdp as an indicator's rows",
		  FLOWS "2023,KAZ,W00,X,TOTAL,30\n2023,KAZ,W00,M,TOTAL,20\n"
		  "2023,KAZ,,,NY.GDP.MKTP.CD,200\n", "openness", { NULL },
		  "KAZ", "", "", "2023", "25", "ok" },
		{ "a turnover that is published without its parts",
		  FLOWS "2023,KAZ,ITA,X+M,TOTAL,16\n2024,KAZ,ITA,X+M,TOTAL,"
		  "20\n", "growth_turnover", { NULL }, "KAZ", "", "",
		  "2023/2024", "25", "ok" },
		{ "does not replace what can be added up",
		  FLOWS "2023,KAZ,ITA,X+M,TOTAL,16\n2023,KAZ,ITA,X,TOTAL,9\n"
		  "2023,KAZ,ITA,M,TOTAL,6\n", "turnover", { NULL }, "KAZ",
		  "", "", "2023", "15", "ok" },
		{ "investment is a flow like another",
		  FLOWS "2023,KAZ,ITA,FDI,,16\n2024,KAZ,ITA,FDI,,20\n",
		  "growth_pct", { "by", "partner", NULL }, "KAZ", "ITA",
		  "FDI", "2023/2024", "25", "ok" },
		{ "quantities as rows in kg",
		  "period,reporter,partner,flow,product,value,unit\n"
		  "2023,KAZ,ITA,M,2709,30,USD\n2023,KAZ,ITA,M,2709,12,kg\n",
		  "unit_value", { NULL }, "KAZ", "ITA", "2709", "2023", "2.5",
		  "ok" },
		{ "or in tonnes",
		  "period,reporter,partner,flow,product,value,unit\n"
		  "2023,KAZ,ITA,M,2709,30,USD\n2023,KAZ,ITA,M,2709,0.012,t\n",
		  "unit_value", { NULL }, "KAZ", "ITA", "2709", "2023", "2.5",
		  "ok" },
		{ "a value without a quantity",
		  "period,reporter,partner,flow,product,value,qty\n"
		  "2023,KAZ,ITA,M,2709,30,\n2023,KAZ,FRA,M,2709,30,1\n",
		  "unit_value", { NULL }, "KAZ", "ITA", "2709", "2023", "",
		  "undef_missing" },
		{ "of two currencies, the chosen one",
		  "period,reporter,flow,value,unit\n2023,KAZ,X,30,USD\n"
		  "2023,KAZ,X,27,EUR\n", "exports", { "unit", "EUR", NULL },
		  "KAZ", "", "", "2023", "27", "ok" },
		{ "of two sources, the chosen one",
		  "source,period,reporter,flow,value\na,2023,KAZ,X,30\n"
		  "b,2023,KAZ,X,27\n", "exports", { "source", "b", NULL },
		  "KAZ", "", "", "2023", "27", "ok" },
		{ "each flow under its own key",
		  FLOWS "2023,KAZ,W00,X,TOTAL,30\n2024,KAZ,W00,X,TOTAL,60\n"
		  "2023,KAZ,W00,M,TOTAL,10\n2024,KAZ,W00,M,TOTAL,11\n",
		  "growth_pct", { NULL }, "KAZ", "M", "", "2023/2024", "10",
		  "ok" },
		{ "a factor of one pair",
		  FLOWS "2023,KAZ,ITA,X,TOTAL,30\n2023,ITA,KAZ,M,TOTAL,60\n",
		  "mirror_gap_fob", { "cif_pairs", "KAZ-ITA=2", NULL },
		  "KAZ", "ITA", "", "2023", "0", "ok" },
		{ "mirrors of products",
		  FLOWS "2023,KAZ,ITA,X,2709,30\n2023,ITA,KAZ,M,2709,60\n"
		  "2023,ITA,KAZ,M,2603,7\n", "mirror_gap",
		  { "by", "line", NULL }, "KAZ", "ITA", "2709", "2023", "30",
		  "ok" },
		{ "a product that one side alone tells",
		  FLOWS "2023,KAZ,ITA,X,2709,30\n2023,ITA,KAZ,M,2709,60\n"
		  "2023,ITA,KAZ,M,2603,7\n", "mirror_gap",
		  { "by", "line", NULL }, "KAZ", "ITA", "2603", "2023", "",
		  "undef_missing" },
		{ "all reports agree: no distance to divide by",
		  FLOWS "2023,KAZ,ITA,X,TOTAL,30\n2023,ITA,KAZ,M,TOTAL,30\n"
		  "2023,ITA,KAZ,X,TOTAL,3\n2023,KAZ,ITA,M,TOTAL,3\n",
		  "reliability_exporter", { "cif_factor", "1", NULL }, "KAZ",
		  "", "", "2023", "", "undef_degenerate" },
	};

	(void)state;
	CHECK(cases);
}

static void
the_data_is_judged(void **state)
{
	static const struct rule_case cases[] = {
		{ "one month of four is missing",
		  MONTHS MONTH(2023, 01, 1) MONTH(2023, 02, 1)
		  MONTH(2023, 04, 1), "completeness", { NULL }, "KAZ", "X", "",
		  "2023-01/2023-04", "75", "ok" },
		{ "what is not due is not expected",
		  MONTHS MONTH(2023, 01, 1) MONTH(2023, 02, 1), "completeness",
		  { "to", "2023-04", "today", "2023-05-02", "lag_days", "40",
		    NULL }, "KAZ", "X", "", "2023-01/2023-04", "100", "ok" },
		{ "lines, without the confidential ones",
		  "period,reporter,flow,product,value,status\n"
		  "2023,KAZ,X,27,1,\n2023,KAZ,X,26,,C\n2024,KAZ,X,27,1,\n"
		  "2024,KAZ,X,26,,M\n", "completeness",
		  { "cells", "lines", NULL }, "KAZ", "X", "", "2023/2024",
		  "66.666666666666667", "ok" },
		{ "days since the end of the newest month",
		  MONTHS MONTH(2023, 01, 1) MONTH(2023, 02, 1)
		  MONTH(2023, 03, ), "staleness_days",
		  { "today", "2023-04-15", NULL }, "KAZ", "X", "", "2023-02",
		  "46", "ok" },
		{ "and that is late", MONTHS MONTH(2023, 02, 1),
		  "staleness_late", { "today", "2023-04-15", NULL }, "KAZ",
		  "X", "", "2023-02", "1", "ok" },
		{ "but usual", MONTHS MONTH(2023, 02, 1), "staleness_late",
		  { "today", "2023-04-15", "lag_days", "30", NULL }, "KAZ",
		  "X", "", "2023-02", "0", "ok" },
		{ "chapters that do not add up", LEVELS, "additivity_gap",
		  { NULL }, "KAZ", "X", "products_2", "2023", "-10", "ok" },
		{ "headings add up by themselves", LEVELS, "additivity_gap",
		  { NULL }, "KAZ", "X", "products_4", "2023", "-15", "ok" },
		{ "partners against the world",
		  PARTNERS "2023,KAZ,W00,X,TOTAL,80\n", "additivity_gap",
		  { NULL }, "KAZ", "X", "partners", "2023", "25", "ok" },
	};

	(void)state;
	CHECK(cases);
}

/* ---- refusals ------------------------------------------------------------ */

static void
what_cannot_be_meant_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *name, *csv, *measure;
		const char *settings[2 * MOST_SETTINGS];
		enum ts_status status;
		const char *says;
	} cases[] = {
		{ "the same figure twice",
		  FLOWS "2023,KAZ,ITA,X,TOTAL,1\n2023,KAZ,ITA,X,TOTAL,1\n",
		  "exports", { NULL }, TS_BAD_DATA, "rows 1 and 2" },
		{ "World under two names",
		  FLOWS "2023,KAZ,W00,X,TOTAL,1\n2023,KAZ,World,X,,1\n",
		  "exports", { NULL }, TS_BAD_DATA, "rows 1 and 2" },
		{ "two currencies",
		  "reporter,value,unit\nKAZ,1,USD\nITA,1,EUR\n", "rank",
		  { NULL }, TS_BAD_CONFIG, "choose one with unit=" },
		{ "two levels", LEVELS, "product_share", { NULL },
		  TS_BAD_CONFIG, "2, 4 digits" },
		{ "a figure that is a word",
		  FLOWS "2023,KAZ,ITA,X,TOTAL,many\n", "exports", { NULL },
		  TS_BAD_DATA, "row 1: not a number: \"many\"" },
		{ "no figures at all", "reporter,partner\nKAZ,ITA\n",
		  "exports", { NULL }, TS_BAD_DATA, "no column with figures" },
		{ "an unknown setting", PARTNERS, "exports",
		  { "levle", "2", NULL }, TS_BAD_CONFIG, "level" },
		{ "a setting of another measure", PARTNERS, "exports",
		  { "cif_factor", "1.1", NULL }, TS_BAD_CONFIG, "cif_factor" },
		{ "an unknown line", PARTNERS, "growth_pct",
		  { "by", "produkt", NULL }, TS_BAD_CONFIG,
		  "did you mean \"product\"?" },
		{ "a level in words", LEVELS, "product_share",
		  { "level", "chapters", NULL }, TS_BAD_CONFIG,
		  "not a number of digits" },
		{ "a period that is not there", PARTNERS, "growth_exports",
		  { "base", "1999", NULL }, TS_BAD_CONFIG, "no period" },
		{ "a frequency in words", PARTNERS, "exports",
		  { "frequency", "annual", NULL }, TS_BAD_CONFIG,
		  "A S Q M W D" },
		{ "exporters by something else", PARTNERS, "hhi_exporters",
		  { "by", "partner", NULL }, TS_BAD_CONFIG, "exporters" },
		{ "an age without a day", PARTNERS, "staleness_days", { NULL },
		  TS_BAD_CONFIG, "today=" },
		{ "months of a table of years", PARTNERS, "yoy", { NULL },
		  TS_BAD_DATA, "no months" },
		{ "unit values without quantities", PARTNERS, "unit_value",
		  { NULL }, TS_BAD_DATA, "no quantities" },
		{ "a factor of nothing", PARTNERS, "mirror_gap_fob",
		  { "cif_factor", "0", NULL }, TS_BAD_CONFIG, "cif_factor" },
		{ "a pair without a factor", PARTNERS, "mirror_gap_fob",
		  { "cif_pairs", "KAZITA", NULL }, TS_BAD_CONFIG,
		  "KAZ-ITA=1.08" },
		{ "a region of nobody", PARTNERS, "share_in_region_trade",
		  { "region", "R:", "counterpart", "ITA", NULL },
		  TS_BAD_CONFIG, "without members" },
	};
	struct ts_arena *arena = ts_arena_new((size_t)16 << 20);
	size_t wrong = 0, i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ts_results results = { .arena = arena };
		struct ts_err err = { 0 };
		enum ts_status status =
			run_measure(arena, cases[i].measure,
				    table_of(arena, cases[i].csv),
				    cases[i].settings, &results, &err);

		if (status == cases[i].status &&
		    strstr(err.text, cases[i].says))
			continue;
		wrong++;
		print_error("%s: %s \"%s\"\n", cases[i].name,
			    ts_status_name(status), err.text);
	}
	ts_arena_free(arena);
	assert_int_equal(wrong, 0);
}

#define MONTHS_AND_MIRRORS						\
	"2023-01,KAZ,ITA,X,27,1\n2023-02,KAZ,ITA,X,27,1\n"		\
	"2023,ITA,KAZ,M,27,80\n2022,KAZ,W00,X,27,8\n"

/* Runs out of memory at every point that a computation passes. */
static void
an_arena_that_is_too_small_is_an_error(void **state)
{
	static const char *const measures[] = {
		"partner_share", "growth_exports", "mirror_gap",
		"hhi_exporters", "reconciled_flow", "cagr", "yoy",
		"rank_exports",
		"product_movers", "rca", "turnover",
	};
	struct ts_arena *roomy = ts_arena_new((size_t)256 << 20);
	struct ts_table *table = table_of(roomy, LEVELS MONTHS_AND_MIRRORS);
	const struct ts_setting level = { .name = "level", .value = "2" };
	const struct ts_settings settings = { &level, 1 };
	size_t bytes, refused, i;

	(void)state;
	for (i = 0; i < sizeof(measures) / sizeof(measures[0]); i++) {
		const struct ts_indicator *indicator =
			ts_indicator_find(ts_builtin_indicators, measures[i]);
		void *opts = ts_arena_alloc(roomy, 1,
					    indicator->plugin.opts_size);
		struct ts_err err = { 0 };

		assert_int_equal(ts_opt_apply(indicator->plugin.opts,
					      &settings, opts, roomy, NULL,
					      NULL, &err), TS_OK);
		refused = 0;
		for (bytes = 64; bytes < 262144; bytes += bytes / 8) {
			struct ts_results results = { .arena = roomy };
			struct ts_calc calc = {
				.measure = measures[i], .input = table,
				.opts = opts, .arena = ts_arena_new(bytes),
			};

			err.text[0] = '\0';
			if (indicator->compute(&calc, &results, &err) !=
			    TS_OK) {
				assert_string_not_equal(err.text, "");
				refused++;
			}
			ts_arena_free(calc.arena);
		}
		if (refused == 0)
			fail_msg("%s needs no memory", measures[i]);
		/* The last arena was large enough. */
		assert_string_equal(err.text, "");
	}
	ts_arena_free(roomy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_added_up_twice),
		cmocka_unit_test(missing_is_not_zero_and_zero_is_not_missing),
		cmocka_unit_test(a_year_is_complete_or_compared_like_for_like),
		cmocka_unit_test(other_tables_are_read_as_well),
		cmocka_unit_test(the_data_is_judged),
		cmocka_unit_test(what_cannot_be_meant_is_refused_with_a_reason),
		cmocka_unit_test(an_arena_that_is_too_small_is_an_error),
	};

	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
