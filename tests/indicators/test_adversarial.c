/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zeros, gaps, negatives, ties, single lines: the adversarial cases. Their
 * inputs are inline (a=0;b=5); here they become the tables that a measure
 * reads.
 */
#include "tests/indicators/golden.h"

struct inline_case {
	struct ts_arena *arena;
	const char *measure;
	const char *inputs;
};

/* The text of an input, NULL if the case has none of that name. */
static const char *
input(const struct inline_case *c, const char *name)
{
	size_t length = strlen(name);
	const char *at = c->inputs;

	for (;;) {
		if (strncmp(at, name, length) == 0 && at[length] == '=')
			return ts_arena_strndup(c->arena, at + length + 1,
						strcspn(at + length + 1, ";"));
		at = strchr(at, ';');
		if (!at)
			return NULL;
		at++;
	}
}

/* The i-th part of a list with |, NULL past its end. */
static const char *
part(const struct inline_case *c, const char *list, size_t i)
{
	for (; i > 0; i--) {
		list = strchr(list, '|');
		if (!list)
			return NULL;
		list++;
	}
	if (list[0] == '\0')
		return NULL;
	return ts_arena_strndup(c->arena, list, strcspn(list, "|"));
}

struct built {
	char csv[4096];
	const char *settings[2 * MOST_SETTINGS];
	const char *k1, *k2, *period;
};

static void add_row(struct built *out, const char *fmt, ...) TS_PRINTF(2, 3);

static void
add_row(struct built *out, const char *fmt, ...)
{
	size_t used = strlen(out->csv);
	va_list args;

	va_start(args, fmt);
	vsnprintf(out->csv + used, sizeof(out->csv) - used, fmt, args);
	va_end(args);
}

/* a and b: from and to; n years between them. */
static void
build_change(const struct inline_case *c, struct built *out)
{
	const char *n = input(c, "n");

	add_row(out, "item,from,to\nline,%s,%s\n", input(c, "a"),
		input(c, "b"));
	out->settings[0] = "base";
	out->settings[1] = "2000";
	out->settings[2] = "current";
	out->settings[3] = ts_arena_printf(
		c->arena, "%d", 2000 + (n ? (int)strtol(n, NULL, 10) : 1));
	out->k1 = "line";
	out->period = ts_arena_printf(c->arena, "2000/%s", out->settings[3]);
}

static void
build_sides(const struct inline_case *c, struct built *out)
{
	add_row(out, "reporter,flow,value\nA,X,%s\nA,M,%s\n", input(c, "x"),
		input(c, "m"));
	out->k1 = "A";
}

/* Without lines there still is a total: nothing. */
static void
build_lines(const struct inline_case *c, struct built *out)
{
	const char *value;
	size_t i;

	add_row(out, "reporter,product,value\n");
	for (i = 0; (value = part(c, input(c, "v"), i)); i++)
		add_row(out, "A,p%02zu,%s\n", i, value);
	if (i == 0)
		add_row(out, "A,TOTAL,0\n");
	if (input(c, "n")) {
		out->settings[0] = "n";
		out->settings[1] = input(c, "n");
	}
	out->k1 = "A";
}

static void
build_advantage(const struct inline_case *c, struct built *out)
{
	add_row(out,
		"reporter,product,value\nA,10,%s\nA,TOTAL,%s\n"
		"W00,10,%s\nW00,TOTAL,%s\n",
		input(c, "xcp"), input(c, "xc"), input(c, "xp"),
		input(c, "xw"));
	out->k1 = "A";
	out->k2 = "10";
}

static void
build_intensity(const struct inline_case *c, struct built *out)
{
	add_row(out,
		"reporter,partner,flow,value\nA,B,X,%s\nA,W00,X,%s\n"
		"W00,B,X,%s\nW00,W00,X,%s\n",
		input(c, "xij"), input(c, "xi"), input(c, "xwj"),
		input(c, "xw"));
	out->k1 = "A";
	out->k2 = "B";
}

static void
build_trend(const struct inline_case *c, struct built *out)
{
	const char *t, *first = NULL, *last = NULL;
	size_t i;

	add_row(out, "series,period,value\n");
	for (i = 0; (t = part(c, input(c, "t"), i)); i++) {
		last = ts_arena_printf(c->arena, "%ld",
				       2000 + strtol(t, NULL, 10));
		if (!first)
			first = last;
		add_row(out, "A,%s,%s\n", last, part(c, input(c, "y"), i));
	}
	out->k1 = "A";
	out->period = ts_arena_printf(c->arena, "%s/%s", first, last);
}

static void
build_mirror(const struct inline_case *c, struct built *out)
{
	add_row(out, "reporter,partner,flow,value\nA,B,X,%s\nB,A,M,%s\n",
		input(c, "x_fob"), input(c, "m_cif"));
	out->settings[0] = "cif_factor";
	out->settings[1] = input(c, "cif");
	out->k1 = "A";
	out->k2 = "B";
}

static void
build_rank(const struct inline_case *c, struct built *out)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
	size_t i;

	add_row(out, "country,value\n");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		add_row(out, "%s,%s\n", names[i], input(c, names[i]));
	out->k1 = input(c, "of");
}

static void
build_unit_values(const struct inline_case *c, struct built *out)
{
	const char *value;
	size_t i;

	add_row(out, "reporter,partner,flow,product,value,net_weight_kg\n");
	for (i = 0; (value = part(c, input(c, "uv"), i)); i++)
		add_row(out, "A,P%zu,M,10,%s,1\n", i, value);
	out->settings[0] = "outlier";
	out->settings[1] = input(c, "k");
	out->k1 = "A";
	out->k2 = ts_arena_printf(c->arena, "P%s", input(c, "i"));
}

static void
build_openness(const struct inline_case *c, struct built *out)
{
	add_row(out, "country,exports,imports,gdp\nA,%s,%s,%s\n", input(c, "x"),
		input(c, "m"), input(c, "gdp"));
	out->k1 = "A";
}

static void
build_additivity(const struct inline_case *c, struct built *out)
{
	const char *value;
	size_t i;

	add_row(out, "reporter,product,value\nA,TOTAL,%s\n", input(c, "total"));
	for (i = 0; (value = part(c, input(c, "parts"), i)); i++)
		add_row(out, "A,%02zu,%s\n", i, value);
	out->k1 = "A";
}

static void
build_months(const struct inline_case *c, struct built *out)
{
	long i = strtol(input(c, "i"), NULL, 10);
	const char *value;
	size_t at;

	add_row(out, "series,period,value\n");
	for (at = 0; (value = part(c, input(c, "y"), at)); at++)
		add_row(out, "A,%zu-%02zu,%s\n", 2020 + at / 12, at % 12 + 1,
			value);
	out->k1 = "A";
	out->period = ts_arena_printf(c->arena, "%ld-%02ld", 2020 + i / 12,
				      i % 12 + 1);
}

typedef void builder(const struct inline_case *c, struct built *out);

/* NULL: belongs to another tier. */
static const struct {
	const char *measure;
	builder *build;
} builders[] = {
	{ "growth_pct", build_change },
	{ "fold_change", build_change },
	{ "delta", build_change },
	{ "cagr", build_change },
	{ "coverage_ratio", build_sides },
	{ "normalized_balance", build_sides },
	{ "hhi", build_lines },
	{ "hhi_norm", build_lines },
	{ "concentration_unctad", build_lines },
	{ "effective_number", build_lines },
	{ "rca", build_advantage },
	{ "trade_intensity", build_intensity },
	{ "trade_intensity_excl", build_intensity },
	{ "ls_growth", build_trend },
	{ "mirror_gap", build_mirror },
	{ "mirror_gap_pct", build_mirror },
	{ "mirror_ratio", build_mirror },
	{ "mirror_gap_fob", build_mirror },
	{ "mirror_asymmetry", build_mirror },
	{ "mirror_preferred", build_mirror },
	{ "implied_cif_margin", build_mirror },
	{ "rank", build_rank },
	{ "uv_robust_z", build_unit_values },
	{ "openness", build_openness },
	{ "openness_unctad", build_openness },
	{ "additivity_gap", build_additivity },
	{ "yoy", build_months },
	{ "momentum_3m", build_months },
	{ "momentum_3m_annualised", build_months },
	{ "rolling_12m_sum", build_months },
	{ "bennet_entry", NULL },
	{ "bennet_exit", NULL },
	{ "bennet_price", NULL },
	{ "bennet_unallocated", NULL },
	{ "bennet_volume", NULL },
	{ "conformal_halfwidth", NULL },
	{ "eci", NULL },
	{ "entropy", NULL },
	{ "export_propensity", NULL },
	{ "gini", NULL },
	{ "gl_adjusted", NULL },
	{ "gl_aggregate", NULL },
	{ "gl_aquino", NULL },
	{ "gl_product", NULL },
	{ "import_penetration", NULL },
	{ "lafay", NULL },
	{ "mean_abs_revision", NULL },
	{ "mean_revision", NULL },
	{ "michaely", NULL },
	{ "miit_a", NULL },
	{ "rel_mean_abs_revision", NULL },
	{ "theil", NULL },
};

static bool
find_builder(const char *measure, builder **out)
{
	size_t i;

	for (i = 0; i < sizeof(builders) / sizeof(builders[0]); i++) {
		if (strcmp(builders[i].measure, measure) == 0) {
			*out = builders[i].build;
			return true;
		}
	}
	return false;
}

/* The result of the case's key; where only one key is sure, its only one. */
static const struct ts_result *
pick(const struct ts_results *results, const struct built *built)
{
	size_t i;

	for (i = 0; i < results->count; i++) {
		const struct ts_result *r = &results->items[i];

		if (strcmp(r->k1, built->k1) == 0 &&
		    (!built->k2 || strcmp(r->k2, built->k2) == 0) &&
		    (!built->period || strcmp(r->period, built->period) == 0))
			return r;
	}
	return NULL;
}

static bool
agrees(const struct ts_result *got, const char *value, const char *status)
{
	double expected;

	if (!got || strcmp(ts_result_status_name(got->status), status) != 0 ||
	    got->has_value != (value[0] != '\0'))
		return false;
	expected = got->has_value ? strtod(value, NULL) : 0;
	return !got->has_value ||
	       fabs(got->value - expected) <= 1e-9 * fabs(expected) + 1e-12;
}

static void
every_adversarial_case_has_its_status(void **state)
{
	struct ts_arena *arena = ts_arena_new((size_t)1 << 30);
	size_t row, passed = 0, failed = 0, others = 0;
	struct ts_table *cases;
	struct ts_err err = { 0 };
	builder *build = NULL;

	(void)state;
	assert_int_equal(
		ts_table_read_csv(
			arena, need_fixture("indicators/adversarial/cases.csv"),
			&cases, &err),
		TS_OK);
	for (row = 0; row < cases->row_count; row++) {
		const char *const *cells = cases->cells + row * 5;
		struct inline_case c = { arena, cells[1], cells[2] };
		struct ts_results results = { .arena = arena };
		const struct ts_result *got;
		struct built built = { .k1 = "" };

		if (!find_builder(c.measure, &build))
			fail_msg("case %s: nobody answers for %s", cells[0],
				 c.measure);
		if (!build) {
			others++;
			continue;
		}
		build(&c, &built);
		if (run_measure(arena, c.measure, table_of(arena, built.csv),
				built.settings, &results, &err) != TS_OK)
			fail_msg("case %s: %s", cells[0], err.text);
		got = pick(&results, &built);
		if (agrees(got, cells[3], cells[4])) {
			passed++;
			continue;
		}
		failed++;
		print_error("case %s, %s %s: expected %s %s, got %.12g %s\n",
			    cells[0], cells[1], cells[2], cells[3], cells[4],
			    got ? got->value : NAN,
			    got ? ts_result_status_name(got->status)
				: "nothing");
	}
	print_message("adversarial: %zu as expected, %zu not, %zu of other "
		      "tiers\n",
		      passed, failed, others);
	ts_arena_free(arena);
	assert_int_equal(failed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_adversarial_case_has_its_status),
	};

	return cmocka_run_group_tests_name("adversarial cases", tests, NULL,
					   NULL);
}
