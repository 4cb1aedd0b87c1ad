/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/num.h>
#include <tradestat/spawn.h>

/* xorshift: the same numbers every run */
static uint64_t
draw(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static struct ts_decimal
parsed(const char *text)
{
	struct ts_decimal value = { 0, 0 };
	struct ts_err err;

	if (ts_decimal_parse(text, strlen(text), &value, NULL, &err) != TS_OK)
		fail_msg("%s", err.text);
	return value;
}

static void
a_figure_keeps_the_digits_it_was_written_with(void **state)
{
	static const struct {
		const char *text;
		int64_t coef;
		int scale;
		bool rounded;
	} cases[] = {
		{ "0", 0, 0, false },
		{ "-0", 0, 0, false },
		{ "1.50", 150, 2, false },
		{ "+7", 7, 0, false },
		{ "-007.250", -7250, 3, false },
		{ "19900000000", 19900000000, 0, false },
		{ "1.5E+10", 15, -9, false },
		{ "1e-3", 1, 3, false },
		{ "12e2", 12, -2, false },
		{ "1e100", 1, -100, false },
		{ "1e-100", 1, 100, false },
		{ "0.12345678901234567", 12345678901234567, 17, false },
		{ "9223372036854775807", INT64_MAX, 0, false },
		{ "-9223372036854775808", INT64_MIN, 0, false },
		{ "9223372036854775808", 922337203685477581, -1, true },
		{ "922337203685477580.70", 9223372036854775807 / 10 * 10, 1,
		  false },
		{ "1.000000000000000000000000", 1000000000000000000, 18,
		  false },
		{ "123456789012345678.000", 1234567890123456780, 1, false },
		{ "100000000000000000000000", 1000000000000000000, -5, false },
		{ "0.00000000000000000000000000012", 12, 29, false },
		{ "1234567890123456785.5", 1234567890123456786 / 10 + 1, -1,
		  true },
		{ "1000000000000000005.0000001", 100000000000000001, -1, true },
		{ "10000000000000000050", 1000000000000000005, -1, false },
		{ "100000000000000000.5000", 1000000000000000005, 1, false },
		{ "99999999999999999995", 100000000000000000, -3, true },
		{ "0000000000000000000000000000001", 1, 0, false },
		{ "0e100", 0, -100, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_decimal value = { 0, 0 };
		bool rounded = !cases[i].rounded;

		if (!ts_decimal_read(cases[i].text, strlen(cases[i].text),
				     &value, &rounded))
			fail_msg("refused: %s", cases[i].text);
		if (strcmp(cases[i].text, "922337203685477580.70") == 0) {
			assert_int_equal(value.coef, 9223372036854775807);
			assert_int_equal(value.scale, 1);
			continue;
		}
		if (value.coef != cases[i].coef ||
		    value.scale != cases[i].scale ||
		    rounded != cases[i].rounded)
			fail_msg("%s: %jd, %d, %d", cases[i].text,
				 (intmax_t)value.coef, value.scale, rounded);
	}
}

static void
ties_are_rounded_to_the_even_digit(void **state)
{
	static const struct {
		const char *text;
		int64_t coef;
	} cases[] = {
		{ "1234567890123456785.0000000000000000001",
		  123456789012345679 },
		{ "9876543210987654325.00", 987654321098765432 },
		{ "9876543210987654335", 987654321098765434 },
		{ "9876543210987654335.1", 987654321098765434 },
		{ "9876543210987654325.1", 987654321098765433 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_decimal value = { 0, 0 };
		bool rounded = false;

		assert_true(ts_decimal_read(cases[i].text,
					    strlen(cases[i].text), &value,
					    &rounded));
		if (value.coef != cases[i].coef)
			fail_msg("%s: %jd", cases[i].text,
				 (intmax_t)value.coef);
		assert_int_equal(value.scale, -1);
		assert_true(rounded);
	}
}

static void
what_is_not_a_decimal_is_refused_whole(void **state)
{
	static const char *const cases[] = {
		"",
		"-",
		"+",
		".",
		".5",
		"5.",
		"-.5",
		"1,5",
		"1 000",
		" 1",
		"1 ",
		"1e",
		"1e+",
		"1.e5",
		"e5",
		"NaN",
		"nan",
		"inf",
		"-Infinity",
		"0x10",
		"1e101",
		"1e-101",
		"1.5e-100",
		"99999999999999999999999e99",
		"1e99999999999999999999",
		"--1",
		"+-1",
		"1.2.3",
		"1e5e5",
		"1e5.0",
		"12a",
		"1\n",
		":",
		"123456789012345678901x",
		"1234567890123456789012.",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_decimal value = { 77, 7 };
		bool rounded = true;
		struct ts_err err;

		if (ts_decimal_parse(cases[i], strlen(cases[i]), &value,
				     &rounded, &err) != TS_BAD_DATA)
			fail_msg("accepted: \"%s\"", cases[i]);
		assert_int_equal(value.coef, 77);
		assert_int_equal(value.scale, 7);
		assert_true(rounded);
	}
	/* only the length counts, not a terminator */
	assert_int_equal(parsed("12").coef, 12);
	{
		struct ts_decimal value;

		assert_true(ts_decimal_read("1234x", 4, &value, NULL));
		assert_int_equal(value.coef, 1234);
		assert_false(ts_decimal_read("12\0"
					     "34",
					     5, &value, NULL));
	}
}

static void
what_is_printed_reads_back(void **state)
{
	uint64_t seed = 88172645463325252u;
	char text[TS_DECIMAL_TEXT];
	int i;

	(void)state;
	for (i = 0; i < 200000; i++) {
		struct ts_decimal value, back;
		bool rounded = true;
		size_t length;

		value.coef = (int64_t)draw(&seed) >> draw(&seed) % 64;
		value.scale = (int8_t)((int)(draw(&seed) % 201) - 100);
		length = ts_decimal_print(value, text);
		assert_true(length < sizeof text);
		assert_int_equal(length, strlen(text));
		if (!ts_decimal_read(text, length, &back, &rounded))
			fail_msg("%jd, %d: %s", (intmax_t)value.coef,
				 value.scale, text);
		assert_false(rounded);
		assert_int_equal(ts_decimal_compare(value, back), 0);
		if (value.scale >= 0) { /* zeros in front of the point are
					   not digits anybody wrote */
			assert_int_equal(back.coef, value.coef);
			assert_int_equal(back.scale, value.scale);
		}
	}
	ts_decimal_print((struct ts_decimal){ 150, 2 }, text);
	assert_string_equal(text, "1.50");
	ts_decimal_print((struct ts_decimal){ -5, 3 }, text);
	assert_string_equal(text, "-0.005");
	ts_decimal_print((struct ts_decimal){ 15, -3 }, text);
	assert_string_equal(text, "15000");
	ts_decimal_print((struct ts_decimal){ 0, -3 }, text);
	assert_string_equal(text, "0");
	ts_decimal_print((struct ts_decimal){ INT64_MIN, 0 }, text);
	assert_string_equal(text, "-9223372036854775808");
}

static void
order_is_that_of_the_values(void **state)
{
	/* ascending; equal ones on one line */
	static const char *const ladder[][3] = {
		{ "-1e100", NULL },
		{ "-9223372036854775808", NULL },
		{ "-1.5", "-1.50", "-15e-1" },
		{ "-1e-100", NULL },
		{ "0", "0.000", "0e5" },
		{ "1e-100", NULL },
		{ "0.999999999999999999", NULL },
		{ "1", "1.0", "10e-1" },
		{ "1.000000000000000001", NULL },
		{ "9.2", NULL },
		{ "922337203685477580", NULL },
		{ "922337203685477580.7", NULL },
		{ "1e19", NULL },
		{ "1e100", NULL },
	};
	size_t count = sizeof ladder / sizeof ladder[0], i, j, a, b;

	(void)state;
	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++)
			for (a = 0; a < 3 && ladder[i][a] != NULL; a++)
				for (b = 0; b < 3 && ladder[j][b] != NULL; b++)
					assert_int_equal(
						ts_decimal_compare(
							parsed(ladder[i][a]),
							parsed(ladder[j][b])),
						i < j ? -1 : i > j);
}

static void
sums_are_exact_or_refused(void **state)
{
	static const struct {
		const char *a, *b, *sum;
	} cases[] = {
		{ "14.5", "3.9", "18.4" },
		{ "1.50", "1", "2.50" },
		{ "0.1", "0.2", "0.3" },
		{ "5", "0.000", "5.000" },
		{ "0", "1e-100", NULL }, /* below */
		{ "1e30", "-1e30", "0" },
		{ "9223372036854775807", "-9223372036854775807", "0" },
		{ "9223372036854775800", "200", "9223372036854776000" },
		{ "1", "-0.9200000000000000001", "0.0799999999999999999" },
		{ "1e25", "10000000", "10000000000000000010000000" },
		{ "1e-30", "1.000000000", NULL },
		{ "9223372036854775807", "9223372036854775804", NULL },
	};
	char text[TS_DECIMAL_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_decimal sum = { 77, 0 };
		struct ts_err err;
		enum ts_status status;

		if (i == 4)
			continue;
		status = ts_decimal_add(parsed(cases[i].a), parsed(cases[i].b),
					&sum, &err);
		if (cases[i].sum == NULL) {
			assert_int_equal(status, TS_BAD_DATA);
			assert_int_equal(sum.coef, 77);
			continue;
		}
		if (status != TS_OK)
			fail_msg("%s", err.text);
		ts_decimal_print(sum, text);
		if (strcmp(text, cases[i].sum) != 0)
			fail_msg("%s + %s = %s", cases[i].a, cases[i].b, text);
	}
	/* nothing added to the smallest is the smallest */
	{
		struct ts_decimal sum;

		assert_int_equal(ts_decimal_add(parsed("0"), parsed("1e-100"),
						&sum, NULL),
				 TS_OK);
		assert_int_equal(ts_decimal_compare(sum, parsed("1e-100")), 0);
	}
}

static void
a_multiplier_moves_the_point(void **state)
{
	struct ts_decimal value;
	char text[TS_DECIMAL_TEXT];

	(void)state;
	assert_int_equal(ts_decimal_shift(parsed("1.50"), 6, &value, NULL),
			 TS_OK);
	ts_decimal_print(value, text);
	assert_string_equal(text, "1500000");
	assert_int_equal(ts_decimal_shift(parsed("12"), -3, &value, NULL),
			 TS_OK);
	ts_decimal_print(value, text);
	assert_string_equal(text, "0.012");
	assert_int_equal(ts_decimal_shift(parsed("1"), 101, &value, NULL),
			 TS_BAD_DATA);
	assert_int_equal(ts_decimal_shift(parsed("1"), INT32_MIN, &value, NULL),
			 TS_BAD_DATA);
	assert_int_equal(ts_decimal_shift(parsed("0"), 101, &value, NULL),
			 TS_OK);
	assert_int_equal(ts_decimal_shift(parsed("100e-100"), -1, &value, NULL),
			 TS_OK);
}

/* A locale with a decimal comma, in which the C library misreads: one that is
 * installed, or one made for the purpose. */
static bool
set_comma_locale(char *folder)
{
	char program[256], path[320];
	const char *const argv[] = {
		program, "-i", "it_IT", "-f", "UTF-8", path, NULL,
	};
	const struct ts_spawn spawn = {
		.argv = argv,
		.stdin_fd = -1,
		.stdout_fd = -1,
		.stderr_fd = -1,
	};
	struct ts_child child;
	int code;

	if (setlocale(LC_ALL, "it_IT.UTF-8") != NULL ||
	    setlocale(LC_ALL, "de_DE.UTF-8") != NULL)
		return true;
	if (!ts_find_program("localedef", program, sizeof program))
		return false;
	snprintf(path, sizeof path, "%s/it_IT.UTF-8", folder);
	if (ts_spawn(&spawn, &child, NULL) != TS_OK ||
	    ts_spawn_wait(&child, 60000, 1000, &code, NULL) != TS_OK)
		return false;
	setenv("LOCPATH", folder, 1);
	return setlocale(LC_ALL, "it_IT.UTF-8") != NULL;
}

static void
check_doubles(void)
{
	static const struct {
		const char *text;
		double value;
	} cases[] = {
		{ "19.9", 19.9 },
		{ "0", 0 },
		{ "-0.1", -0.1 },
		{ "1e300", 1e300 },
		{ "5e-324", 5e-324 },
		{ "123456789012345678901234567890",
		  123456789012345678901234567890. },
		{ "9007199254740993", 9007199254740992. },
		{ "0.30000000000000004", 0.30000000000000004 },
		{ "1.7976931348623157e308", DBL_MAX },
		{ "1e-400", 0 },
	};
	char text[TS_DOUBLE_TEXT];
	size_t i;

	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		double value = -1;
		struct ts_err err;

		if (ts_num_double(cases[i].text, &value, &err) != TS_OK)
			fail_msg("%s", err.text);
		if (value != cases[i].value)
			fail_msg("%s", cases[i].text);
	}
	ts_double_print(0.1 + 0.2, text);
	assert_string_equal(text, "0.30000000000000004");
	assert_true(ts_decimal_double(parsed("1234567.891e-30")) ==
		    1234567.891e-30);
}

static void
a_decimal_comma_of_the_locale_changes_nothing(void **state)
{
	char *folder = temp_dir();
	bool comma = set_comma_locale(folder);
	double wrong = comma ? strtod("19.9", NULL) : 0;

	(void)state;
	check_doubles();
	setlocale(LC_ALL, "C");
	temp_gone(folder);
	check_doubles();
	if (!comma) {
		print_message("no locale with a decimal comma: skipped\n");
		skip();
	}
	assert_true(wrong == 19); /* else the locale was none */
}

static void
what_is_not_a_double_is_refused(void **state)
{
	static const char *const cases[] = {
		"",   "nan", "inf", "0x1p3", "1e309", "-1e999", " 1",
		"1 ", "1,5", ".5",  "5.",    "1e",    "--1",
	};
	double value = 77;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (ts_num_double(cases[i], &value, NULL) != TS_BAD_DATA)
			fail_msg("accepted: \"%s\"", cases[i]);
		assert_true(value == 77);
	}
}

static void
a_double_is_printed_as_short_as_it_reads_back(void **state)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{ 0.1, "0.1" },
		{ 19900000000., "19900000000" },
		{ -0.0, "0" },
		{ 1e20, "100000000000000000000" },
		{ 1e21, "1e21" },
		{ 123e19, "1.23e21" },
		{ 999999999999999900000., "999999999999999900000" },
		{ 0.000001, "0.000001" },
		{ 1e-7, "1e-7" },
		{ 1.5e-9, "1.5e-9" },
		{ 5e-324, "5e-324" },
		{ DBL_MAX, "1.7976931348623157e308" },
		{ DBL_MIN, "2.2250738585072014e-308" },
		{ 1.0 / 3, "0.3333333333333333" },
		{ -2.5, "-2.5" },
		{ 4.35, "4.35" },
		{ 1e15, "1000000000000000" },
		{ 9007199254740993., "9007199254740992" },
		{ 5e-7 / 10 * 10, "5e-7" },
		{ 1e22, "1e22" },
		{ 100, "100" },
		{ 123456.789, "123456.789" },
		{ 5.684341886080802e-14, "5.684341886080802e-14" },
	};
	uint64_t seed = 123456789;
	char text[TS_DOUBLE_TEXT];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t length = ts_double_print(cases[i].value, text);

		assert_string_equal(text, cases[i].text);
		assert_int_equal(length, strlen(text));
	}
	for (i = 0; i < 50000; i++) {
		uint64_t bits = draw(&seed);
		double value, back = 0;

		memcpy(&value, &bits, sizeof value);
		if (!isfinite(value))
			continue;
		if (i % 2 == 0) /* the kind that trade has */
			value = (double)(int64_t)(bits >> 20) / 1000;
		assert_true(ts_double_print(value, text) < sizeof text);
		assert_int_equal(ts_num_double(text, &back, NULL), TS_OK);
		if (back != value)
			fail_msg("%a: %s", value, text);
	}
}

static void
rounding_is_half_even_of_the_digits_shown(void **state)
{
	static const struct {
		double value;
		int digits;
		double out;
	} cases[] = {
		{ 26.75, 1, 26.8 },  { 26.65, 1, 26.6 }, { 2.5, 0, 2 },
		{ 3.5, 0, 4 },       { -2.5, 0, -2 },    { 1.005, 2, 1.0 },
		{ 1.015, 2, 1.02 },  { 0.5, 0, 0 },      { 0.51, 0, 1 },
		{ 0.05, 0, 0 },      { 1234, -2, 1200 }, { 1250, -2, 1200 },
		{ 1350, -2, 1400 },  { 9.99, 1, 10 },    { 99.95, 1, 100 },
		{ 40, -2, 0 },       { 60, -2, 100 },    { 19.9, 5, 19.9 },
		{ 1e300, 2, 1e300 }, { 4, -1, 0 },       { 0, 3, 0 },
		{ 995, -3, 1000 },   { 4.44, -5, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		double out = ts_round(cases[i].value, cases[i].digits);

		if (out != cases[i].out)
			fail_msg("%g, %d: %g", cases[i].value, cases[i].digits,
				 out);
	}
	assert_true(isnan(ts_round(NAN, 1)));
	assert_true(isinf(ts_round(INFINITY, 1)));
}

static void
whole_numbers_are_read_whole_or_not_at_all(void **state)
{
	static const char *const bad[] = {
		"",
		"-",
		"+5",
		" 5",
		"5 ",
		"5x",
		"0x5",
		"1e3",
		"1.0",
		"- 5",
		"9223372036854775808",
		"101",
		"-1",
	};
	int64_t value = 77;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (ts_num_int(bad[i], 0, 100, &value, NULL) != TS_BAD_DATA)
			fail_msg("accepted: \"%s\"", bad[i]);
		assert_int_equal(value, 77);
	}
	assert_int_equal(ts_num_int("100", 0, 100, &value, NULL), TS_OK);
	assert_int_equal(value, 100);
	assert_int_equal(ts_num_int("-9223372036854775808", INT64_MIN,
				    INT64_MAX, &value, NULL),
			 TS_OK);
	assert_int_equal(value, INT64_MIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_figure_keeps_the_digits_it_was_written_with),
		cmocka_unit_test(ties_are_rounded_to_the_even_digit),
		cmocka_unit_test(what_is_not_a_decimal_is_refused_whole),
		cmocka_unit_test(what_is_printed_reads_back),
		cmocka_unit_test(order_is_that_of_the_values),
		cmocka_unit_test(sums_are_exact_or_refused),
		cmocka_unit_test(a_multiplier_moves_the_point),
		cmocka_unit_test(a_decimal_comma_of_the_locale_changes_nothing),
		cmocka_unit_test(what_is_not_a_double_is_refused),
		cmocka_unit_test(a_double_is_printed_as_short_as_it_reads_back),
		cmocka_unit_test(rounding_is_half_even_of_the_digits_shown),
		cmocka_unit_test(whole_numbers_are_read_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
