/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <string.h>
#include <tradestat/words.h>

struct change_case {
	const char *name;
	double from, from_half, to, to_half;
	const char *growth, *fold, *delta, *qualifier;
	const char *sentence, *rate;
};

#define MN 1e6
#define BN 1e9

static const struct change_case changes[] = {
	{ "a growth that the publisher states is quoted", 14.5 * BN, .05 * BN,
	  18.4 * BN, .05 * BN, "26.7", NULL, "3900000000", NULL,
	  "up 26.7% or $3.9 billion (from $14.5 to $18.4 billion)", "+26.7%" },
	{ "rounded figures give a rate about", 14.5 * BN, .05 * BN, 18.4 * BN,
	  .05 * BN, NULL, NULL, NULL, NULL,
	  "up about 27% or about $3.9 billion (from $14.5 to $18.4 billion)",
	  "~+27%" },
	{ "nearly five-fold is said as it computes", 11.2 * MN, .05 * MN,
	  55.3 * MN, .05 * MN, NULL, "5", "44200000", "nearly",
	  "4.9-fold increase, up $44.2 million (from $11.2 to $55.3 million)",
	  "4.9\xc3\x97" },
	{ "each number has a scale of its own", 314.9e3, 50, 1.18 * MN, 5e3,
	  NULL, "3.8", "867400", NULL,
	  "3.8-fold increase, up $867.4 thousand "
	  "(from $314.9 thousand to $1.18 million)",
	  "3.8\xc3\x97" },
	{ "a figure is said in the scale it is certain in", 0.8 * MN, .05 * MN,
	  29.1 * MN, .05 * MN, NULL, "37", "28300000", NULL,
	  "37-fold increase, up $28.3 million (from $0.8 to $29.1 million)",
	  "37\xc3\x97" },
	{ "exact figures give an exact rate", 100, 0, 126.7, 0, NULL, NULL,
	  NULL, NULL, "up 26.7% or $26.7 (from $100 to $127)", "+26.7%" },
	{ "a fall is a percentage", 40 * MN, 0, 10 * MN, 0, NULL, NULL, NULL,
	  NULL, "down 75.0% or $30.0 million (from $40.0 to $10.0 million)",
	  "\xe2\x88\x92"
	  "75.0%" },
	{ "below a doubling a percentage", 100, 0, 199, 0, NULL, NULL, NULL,
	  NULL, "up 99.0% or $99 (from $100 to $199)", "+99.0%" },
	{ "from a doubling a fold", 100, 0, 200, 0, NULL, NULL, NULL, NULL,
	  "2.0-fold increase, up $100 (from $100 to $200)", "2.0\xc3\x97" },
	{ "from zero it is new", 0, 0, 4.1 * MN, .05 * MN, NULL, NULL, NULL,
	  NULL, "new, $4.1 million", "new" },
	{ "to zero it is gone", 2 * MN, .05 * MN, 0, 0, NULL, NULL, NULL, NULL,
	  "no longer traded (from $2.0 million)", "gone" },
};

static void
changes_are_worded_by_rule(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		const struct change_case *c = &changes[i];
		struct ts_change change = {
			.from = { c->from, c->from_half, "USD" },
			.to = { c->to, c->to_half, "USD" },
			.has_from = true,
			.has_to = true,
			.stated_growth = c->growth,
			.stated_fold = c->fold,
			.stated_delta = c->delta,
			.stated_qualifier = c->qualifier,
		};
		TS_AUTO_BUF text = TS_BUF_INIT(512);
		TS_AUTO_BUF rate = TS_BUF_INIT(64);

		ts_words_change(&text, "en", &change);
		ts_words_rate(&rate, "en", &change);
		if (strcmp(text.data, c->sentence) != 0 ||
		    strcmp(rate.data, c->rate) != 0)
			fail_msg("%s: \"%s\" | \"%s\"", c->name, text.data,
				 rate.data);
	}
}

static void
a_stated_rate_outside_rounding_is_a_contradiction(void **state)
{
	struct ts_change food = { .from = { 4.1e6, .05e6, "USD" },
				  .to = { 13.9e6, .05e6, "USD" },
				  .has_from = true,
				  .has_to = true,
				  .stated_fold = "3.5" };
	struct ts_change oil = { .from = { 14.5e9, .05e9, "USD" },
				 .to = { 18.4e9, .05e9, "USD" },
				 .has_from = true,
				 .has_to = true,
				 .stated_growth = "26.7" };
	double low, high;

	(void)state;
	assert_true(ts_words_contradicts(&food, &low, &high));
	assert_true(low > 233 && high < 245);
	assert_false(ts_words_contradicts(&oil, &low, &high));
}

static void
amounts_have_three_digits_and_a_scale(void **state)
{
	static const struct {
		double value, half;
		const char *unit, *text;
	} cases[] = {
		{ 19.9e9, 0, "USD", "$19.9 billion" },
		{ 4110, 0, "t", "4.11 thousand t" },
		{ 867400, 0, "USD", "$867 thousand" },
		{ 999960, 0, "USD", "$1.00 million" },
		{ -7.3e9, .05e9, "USD", "\xe2\x88\x92$7.3 billion" },
		{ 12.1, .05, "percent", "12.1%" },
		{ 56919e3, 500, "USD", "$56.9 million" },
		{ 314.9e3, 50, "USD", "$314.9 thousand" },
		{ 300, 0, "", "300" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		TS_AUTO_BUF text = TS_BUF_INIT(128);

		ts_words_amount(&text, "en",
				(struct ts_amount){ cases[i].value,
						    cases[i].half,
						    cases[i].unit });
		assert_string_equal(text.data, cases[i].text);
	}
}

static void
labels_are_grouped_and_use_the_minus_sign(void **state)
{
	TS_AUTO_BUF text = TS_BUF_INIT(128);

	(void)state;
	ts_words_fixed(&text, "en", -1234567.25, 1, false);
	assert_string_equal(text.data, "\xe2\x88\x92"
				       "1,234,567.2");
	ts_buf_reset(&text);
	ts_words_label(&text, "en", 18.4e9);
	assert_string_equal(text.data, "18.4 bn");
	ts_buf_reset(&text);
	ts_words_scaled(&text, "en", 28.5e6, 1e6, true);
	assert_string_equal(text.data, "+28.5");
	ts_buf_reset(&text);
	ts_words_unit(&text, "en", "USD", 1e9);
	assert_string_equal(text.data, "US$ bn");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_worded_by_rule),
		cmocka_unit_test(
			a_stated_rate_outside_rounding_is_a_contradiction),
		cmocka_unit_test(amounts_have_three_digits_and_a_scale),
		cmocka_unit_test(labels_are_grouped_and_use_the_minus_sign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
