/* SPDX-License-Identifier: Apache-2.0 */
/* Every row of the golden vectors that belongs to the first tier. */
#include "tests/indicators/golden.h"

/* How an id of expected.csv is asked for. */
struct run {
	const char *id;
	const char *settings[2 * MOST_SETTINGS];
};

struct golden {
	const char *folder;
	const char *input;
	const struct run *runs;       /* id NULL at the end */
	const char *const *elsewhere; /* ids that are not of this tier */
};

#define EU11 "EU11: SWE ESP DNK NLD FRA ITA POL DEU PRT GRC LTU"
#define CA2 "CA2: KAZ UZB"

static const struct run fish_runs[] = {
	{ "exports", { NULL } },
	{ "imports", { NULL } },
	{ "turnover", { NULL } },
	{ "balance", { NULL } },
	{ "coverage_ratio", { NULL } },
	{ "normalized_balance", { NULL } },
	{ "world_market_share", { NULL } },
	{ "rank_exports", { NULL } },
	{ "rank_change_exports", { NULL } },
	{ "growth_exports", { NULL } },
	{ "growth_exports", { "by", "product", NULL } },
	{ "growth_imports", { NULL } },
	{ "growth_turnover", { NULL } },
	{ "delta_exports", { NULL } },
	{ "fold_exports", { "by", "product", NULL } },
	{ "growth_bilateral_exports", { NULL } },
	{ "fold_bilateral_exports", { NULL } },
	{ "contribution_to_world_growth_pp", { NULL } },
	{ "contribution_pp", { NULL } },
	{ "share_of_change", { NULL } },
	{ "partner_share_exports", { NULL } },
	{ "share_in_region_trade",
	  { "region", EU11, "counterpart", CA2, NULL } },
	{ "share_in_region_trade",
	  { "region", CA2, "counterpart", EU11, NULL } },
	{ "hhi_product", { NULL } },
	{ "hhi_norm_product", { NULL } },
	{ "concentration_unctad", { NULL } },
	{ "hhi_partner", { NULL } },
	{ "top3_partner_share", { NULL } },
	{ "rca", { NULL } },
	{ "trade_intensity", { NULL } },
	{ "trade_intensity_excl", { NULL } },
	{ "mirror_gap", { NULL } },
	{ "mirror_gap_pct", { NULL } },
	{ "mirror_ratio", { NULL } },
	{ "mirror_gap_fob", { NULL } },
	{ "mirror_asymmetry", { NULL } },
	{ "mirror_preferred", { NULL } },
	{ "implied_cif_margin", { NULL } },
	{ "reliability_exporter", { NULL } },
	{ "reliability_importer", { NULL } },
	{ "reconcile_weight", { NULL } },
	{ "reconciled_flow", { NULL } },
	{ "unit_value", { NULL } },
	/* The vectors give z the status ok and the flag a row of its own. */
	{ "uv_robust_z", { "outlier", "0", NULL } },
	{ "uv_outlier", { NULL } },
	{ .id = NULL },
};

static const char *const fish_elsewhere[] = { "bennet_entry",
					      "bennet_exit",
					      "bennet_price",
					      "bennet_unallocated",
					      "bennet_volume",
					      "cms_competitiveness",
					      "cms_market_distribution",
					      "cms_product_mix",
					      "cms_total",
					      "cms_world_growth",
					      "dependency_flag",
					      "dependency_import_export_ratio",
					      "dependency_import_hhi",
					      "dependency_world_export_hhi",
					      "diversification_unctad",
					      "entropy_partner",
					      "export_similarity",
					      "gini_product",
					      "gl_adjusted",
					      "gl_aggregate",
					      "gl_aquino",
					      "gl_product",
					      "hk_extensive",
					      "hk_intensive",
					      "lafay",
					      "margin_entry",
					      "margin_exit",
					      "margin_intensive",
					      "market_penetration",
					      "matched_coverage_current",
					      "michaely",
					      "miit_a",
					      "price_index_fisher",
					      "price_index_laspeyres",
					      "price_index_paasche",
					      "price_index_tornqvist",
					      "structural_change",
					      "theil_product",
					      "trade_complementarity",
					      "volume_index_fisher",
					      "vollrath_rta",
					      NULL };

static const struct run sitc_runs[] = {
	{ "hhi_product", { NULL } },
	{ "hhi_norm_product", { NULL } },
	{ "concentration_unctad", { NULL } },
	{ "effective_number_product", { NULL } },
	{ "top3_product_share", { NULL } },
	{ "world_market_share", { NULL } },
	{ "rank_exports", { NULL } },
	{ "hhi_exporters", { NULL } },
	{ "market_concentration_unctad", { NULL } },
	{ "rca", { NULL } },
	{ "arca", { NULL } },
	{ "nrca", { NULL } },
	{ "rsca", { NULL } },
	{ .id = NULL },
};

static const char *const sitc_elsewhere[] = { "cog",
					      "coi",
					      "complexity_lambda2",
					      "country_proximity",
					      "density",
					      "density_no_self",
					      "distance",
					      "diversification_unctad",
					      "diversity",
					      "eci",
					      "eci_sample_sd",
					      "entropy_product",
					      "export_similarity",
					      "expy",
					      "fitness_country_20",
					      "fitness_product_20",
					      "gini_product",
					      "krugman_specialisation",
					      "log_rca_similarity",
					      "pci",
					      "pci_own_sample_sd",
					      "prody",
					      "proximity",
					      "theil_between",
					      "theil_product",
					      "theil_within",
					      "ubiquity",
					      NULL };

static const struct run month_runs[] = {
	{ "yoy", { NULL } },
	{ "mom", { NULL } },
	{ "ytd_growth", { NULL } },
	{ "rolling_12m_sum", { NULL } },
	{ "rolling_12m_yoy", { NULL } },
	{ "momentum_3m", { NULL } },
	{ "momentum_3m_annualised", { NULL } },
	{ "index_base_first_year", { NULL } },
	{ "cagr", { NULL } },
	{ "ls_growth", { NULL } },
	{ .id = NULL },
};

static const char *const month_elsewhere[] = { "classical_adjusted_mult",
					       "classical_seasonal_factor_add",
					       "classical_seasonal_factor_mult",
					       "classical_trend",
					       "conformal_halfwidth",
					       "holt_winters_add_forecast",
					       "holt_winters_add_sse",
					       "holt_winters_mult_forecast",
					       "holt_winters_mult_sse",
					       "snaive_forecast",
					       "snaive_hi80",
					       "snaive_lo80",
					       "stl_periodic_log_seasonal",
					       "stl_periodic_log_trend",
					       "stl_robust13_log_seasonal",
					       "stl_robust13_log_trend",
					       NULL };

static const struct run article_runs[] = {
	{ "growth_pct", { "base", "2023", "current", "2024", NULL } },
	{ "fold_change", { "base", "2023", "current", "2024", NULL } },
	{ "delta", { "base", "2023", "current", "2024", NULL } },
	{ .id = NULL },
};

static const char *const nothing_elsewhere[] = { NULL };

static bool
is_among(const char *const *list, const char *id)
{
	for (; *list; list++)
		if (strcmp(*list, id) == 0)
			return true;
	return false;
}

static bool
is_run(const struct run *runs, const char *id)
{
	for (; runs->id; runs++)
		if (strcmp(runs->id, id) == 0)
			return true;
	return false;
}

static double
largest_input(const struct ts_table *table)
{
	double largest = 0, value;
	size_t row, column;

	for (row = 0; row < table->row_count; row++)
		for (column = 0; column < table->column_count; column++)
			if (strstr(table->columns[column], "value") &&
			    ts_table_number(table, row, column, &value) &&
			    fabs(value) > largest)
				largest = fabs(value);
	return largest;
}

/* Only values of money may differ by what is lost in the largest of them;
 * a percentage or an index that did would not be tested at all. */
static bool
agrees(const struct ts_result *got, const char *value, const char *status,
       double largest)
{
	double expected, slack = 1e-12;

	if (strcmp(ts_result_status_name(got->status), status) != 0 ||
	    got->has_value != (value[0] != '\0'))
		return false;
	if (!got->has_value)
		return true;
	expected = strtod(value, NULL);
	if (strcmp(measure_of(got->indicator)->unit, "value") == 0)
		slack = 1e-9 * largest;
	return fabs(got->value - expected) <= 1e-9 * fabs(expected) + slack;
}

static struct ts_results
run_all(struct ts_arena *arena, const struct golden *golden,
	const struct ts_table *input)
{
	struct ts_results results = { .arena = arena };
	struct ts_err err = { 0 };
	const struct run *run;
	size_t before;

	for (run = golden->runs; run->id; run++) {
		before = results.count;
		if (run_measure(arena, run->id, input, run->settings, &results,
				&err) != TS_OK)
			fail_msg("%s", err.text);
		if (results.count == before)
			fail_msg("%s tells nothing", run->id);
	}
	qsort(results.items, results.count, sizeof(*results.items),
	      compare_result);
	return results;
}

static void
check_golden(const struct golden *golden)
{
	struct ts_arena *arena = ts_arena_new((size_t)4 << 30);
	struct ts_table *input, *expected;
	struct ts_results results;
	struct ts_err err = { 0 };
	size_t row, passed = 0, failed = 0, others = 0;
	const struct ts_result *got;
	char path[256];
	double largest;

	snprintf(path, sizeof(path), "indicators/%s/%s", golden->folder,
		 golden->input);
	assert_int_equal(
		ts_table_read_csv(arena, need_fixture(path), &input, &err),
		TS_OK);
	snprintf(path, sizeof(path), "indicators/%s/expected.csv",
		 golden->folder);
	assert_int_equal(
		ts_table_read_csv(arena, need_fixture(path), &expected, &err),
		TS_OK);
	results = run_all(arena, golden, input);
	largest = largest_input(input);
	for (row = 0; row < expected->row_count; row++) {
		const char *const *cells = expected->cells + row * 7;
		struct ts_result key = { .indicator = cells[0],
					 .k1 = cells[1],
					 .k2 = cells[2],
					 .k3 = cells[3],
					 .period = cells[4] };

		if (!is_run(golden->runs, cells[0])) {
			if (!is_among(golden->elsewhere, cells[0]))
				fail_msg("%s: nobody answers for it", cells[0]);
			others++;
			continue;
		}
		got = bsearch(&key, results.items, results.count, sizeof(key),
			      compare_result);
		if (got && agrees(got, cells[5], cells[6], largest)) {
			passed++;
			continue;
		}
		if (failed++ < 20)
			print_error("%s,%s,%s,%s,%s: expected %s %s, got "
				    "%.12g %s\n",
				    cells[0], cells[1], cells[2], cells[3],
				    cells[4], cells[5], cells[6],
				    got ? got->value : NAN,
				    got ? ts_result_status_name(got->status)
					: "nothing");
	}
	print_message("%s: %zu rows as expected, %zu not, %zu of other tiers\n",
		      golden->folder, passed, failed, others);
	ts_arena_free(arena);
	assert_int_equal(failed, 0);
	assert_true(passed > 0);
}

static void
fish_of_24_economies_has_the_golden_values(void **state)
{
	(void)state;
	check_golden(&(struct golden){ "fish_2022_2023", "flows.csv", fish_runs,
				       fish_elsewhere });
}

static void
a_world_of_226_countries_has_golden_values(void **state)
{
	(void)state;
	check_golden(&(struct golden){ "sitc4_matrix", "exports.csv", sitc_runs,
				       sitc_elsewhere });
}

static void
months_with_a_gap_have_the_golden_values(void **state)
{
	(void)state;
	check_golden(&(struct golden){ "monthly_fish", "series.csv", month_runs,
				       month_elsewhere });
}

static void
twenty_years_of_months_have_the_golden_values(void **state)
{
	(void)state;
	check_golden(&(struct golden){ "monthly_china_exports", "series.csv",
				       month_runs, month_elsewhere });
}

static void
the_article_has_the_golden_values(void **state)
{
	(void)state;
	check_golden(&(struct golden){ "article", "movers.csv", article_runs,
				       nothing_elsewhere });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_article_has_the_golden_values),
		cmocka_unit_test(months_with_a_gap_have_the_golden_values),
		cmocka_unit_test(twenty_years_of_months_have_the_golden_values),
		cmocka_unit_test(fish_of_24_economies_has_the_golden_values),
		cmocka_unit_test(a_world_of_226_countries_has_golden_values),
	};

	return cmocka_run_group_tests_name("golden vectors", tests, NULL, NULL);
}
