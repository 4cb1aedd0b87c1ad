/* SPDX-License-Identifier: Apache-2.0 */
/* The palette, measured: contrast of texts (WCAG) and distance of fills for
 * the three kinds of colour blindness (matrices of Machado, Oliveira and
 * Fernandes 2009 in linear light, CIE76 distance). */
#include "tests/support/fixtures.h"

#include <math.h>
#include <stdio.h>
#include "plots/engine/plot.h"

enum vision { NORMAL, PROTAN, DEUTAN, TRITAN };

static const char *const visions[] = { "normal", "protan", "deutan", "tritan" };

static const double seen[4][3][3] = {
	{ { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
	{ { 0.152286, 1.052583, -0.204868 },
	  { 0.114503, 0.786281, 0.099216 },
	  { -0.003882, -0.048116, 1.051998 } },
	{ { 0.367322, 0.860646, -0.227968 },
	  { 0.280085, 0.672501, 0.047413 },
	  { -0.011820, 0.042940, 0.968881 } },
	{ { 1.255528, -0.076749, -0.178779 },
	  { -0.078411, 0.930809, 0.147602 },
	  { 0.004733, 0.691367, 0.303900 } },
};

static void
linear(uint32_t colour, double out[3])
{
	int i;

	for (i = 0; i < 3; i++) {
		double c = (colour >> (16 - 8 * i) & 0xFF) / 255.0;

		out[i] = c <= 0.04045 ? c / 12.92
				      : pow((c + 0.055) / 1.055, 2.4);
	}
}

static double
luminance(uint32_t colour)
{
	double c[3];

	linear(colour, c);
	return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
}

static double
contrast(uint32_t a, uint32_t b)
{
	double x = luminance(a), y = luminance(b);

	return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static double
cube_root(double t)
{
	return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

static void
lab(uint32_t colour, enum vision vision, double out[3])
{
	static const double xyz[3][3] = {
		{ 0.4124564, 0.3575761, 0.1804375 },
		{ 0.2126729, 0.7151522, 0.0721750 },
		{ 0.0193339, 0.1191920, 0.9503041 },
	};
	static const double white[3] = { 0.95047, 1, 1.08883 };
	double c[3], s[3], f[3];
	int i, j;

	linear(colour, c);
	for (i = 0; i < 3; i++) {
		for (s[i] = 0, j = 0; j < 3; j++)
			s[i] += seen[vision][i][j] * c[j];
		s[i] = fmin(fmax(s[i], 0), 1);
	}
	for (i = 0; i < 3; i++) {
		for (f[i] = 0, j = 0; j < 3; j++)
			f[i] += xyz[i][j] * s[j];
		f[i] = cube_root(f[i] / white[i]);
	}
	out[0] = 116 * f[1] - 16;
	out[1] = 500 * (f[0] - f[1]);
	out[2] = 200 * (f[1] - f[2]);
}

static double
distance(uint32_t a, uint32_t b, enum vision vision)
{
	double x[3], y[3];

	lab(a, vision, x);
	lab(b, vision, y);
	return sqrt(pow(x[0] - y[0], 2) + pow(x[1] - y[1], 2) +
		    pow(x[2] - y[2], 2));
}

static void
every_text_has_a_contrast_of_four_and_a_half(void **state)
{
	static const char *const names[] = { "light", "dark" };
	int t, i;

	(void)state;
	for (t = 0; t < 2; t++) {
		const struct ts_theme *theme = ts_theme_find(names[t]);
		const struct {
			const char *role;
			uint32_t colour;
		} texts[] = {
			{ "ink", theme->ink },
			{ "text", theme->text },
			{ "footer", theme->footer },
			{ "exports", theme->exports_text },
			{ "imports", theme->imports_text },
			{ "1", theme->category_text[0] },
			{ "2", theme->category_text[1] },
			{ "3", theme->category_text[2] },
			{ "4", theme->category_text[3] },
			{ "5", theme->category_text[4] },
			{ "6", theme->category_text[5] },
		};

		for (i = 0; i < 11; i++) {
			double got =
				contrast(texts[i].colour, theme->background);

			/* charts.md gives the footer as 4.5, rounded */
			if (got < 4.45)
				fail_msg("%s %s: %.2f", names[t], texts[i].role,
					 got);
		}
		/* tiles carry ink and text too */
		assert_true(contrast(theme->ink, theme->tile) > 4.5);
		assert_true(contrast(theme->text, theme->tile) > 4.5);
	}
}

static void
six_categories_stay_apart_for_everybody(void **state)
{
	/* of the light palette, as measured when it was chosen */
	static const double known[4] = { 36.8, 20.4, 16.6, 18.5 };
	static const char *const names[] = { "light", "dark" };
	int t, v, i, j;

	(void)state;
	for (t = 0; t < 2; t++)
		for (v = NORMAL; v <= TRITAN; v++) {
			const struct ts_theme *theme = ts_theme_find(names[t]);
			double least = INFINITY, beside = INFINITY;

			for (i = 0; i < 6; i++)
				for (j = 0; j < i; j++) {
					double d = distance(theme->category[i],
							    theme->category[j],
							    (enum vision)v);

					least = fmin(least, d);
					if (j == i - 1)
						beside = fmin(beside, d);
				}
			if (beside < 15 || least < 14 ||
			    (t == 0 && fabs(least - known[v]) > 1.5))
				fail_msg("%s, %s: %.1f, neighbours %.1f",
					 names[t], visions[v], least, beside);
		}
}

static void
exports_and_imports_are_never_confused(void **state)
{
	static const char *const names[] = { "light", "dark" };
	int t, v;

	(void)state;
	for (t = 0; t < 2; t++)
		for (v = NORMAL; v <= TRITAN; v++) {
			const struct ts_theme *theme = ts_theme_find(names[t]);
			double got = distance(theme->exports, theme->imports,
					      (enum vision)v);

			if (got < (t ? 60 : 80))
				fail_msg("%s, %s: %.1f", names[t], visions[v],
					 got);
			/* gains and losses of a waterfall are told apart */
			got = distance(theme->positive, theme->negative,
				       (enum vision)v);
			if (got < 15)
				fail_msg("%s, %s, gains: %.1f", names[t],
					 visions[v], got);
		}
}

static void
a_theme_is_found_by_name_only(void **state)
{
	(void)state;
	assert_string_equal(ts_theme_find("dark")->name, "dark");
	assert_int_equal(ts_theme_find("light")->background, 0xFFFFFF);
	assert_null(ts_theme_find("Light"));
	assert_null(ts_theme_find(""));
	assert_null(ts_theme_find(NULL));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_text_has_a_contrast_of_four_and_a_half),
		cmocka_unit_test(six_categories_stay_apart_for_everybody),
		cmocka_unit_test(exports_and_imports_are_never_confused),
		cmocka_unit_test(a_theme_is_found_by_name_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
