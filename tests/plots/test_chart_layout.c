/* SPDX-License-Identifier: Apache-2.0 */
/* The acceptance checks that every kind of chart has to pass, over the inputs
 * that break charts: few rows, equal rows, nothing, gaps, negatives, zero
 * bases, a range of 10^12, long names in four languages. */
#include "tests/plots/chart_case.h"

#define LONG_RU                                                                                                \
	"Насосы воздушные или вакуумные, воздушные или газовые " \
	"компрессоры и вентиляторы; вытяжные шкафы с вентилятором"
#define LONG_IT                                                                \
	"Macchine ed apparecchi per la preparazione o la "                     \
	"fabbricazione industriale di alimenti o di bevande"
#define LONG_KK                                                                            \
	"Ауа немесе вакуум сорғылары, ауа немесе газ " \
	"компрессорлары мен желдеткіштер, сүзгіштері бар шкафтар"
#define LONG_WORD                                                              \
	"Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"               \
	"bauunterbeamtengesellschaft"

struct input {
	const char *name, *type, *lines;
	bool refused; /* need() says so; draw must work all the same */
};

#define YEARS9                                                                 \
	"2016|8.7\n2017|8.7\n2018|11.7\n2019|8.7\n2020|6.7\n"                  \
	"2021|9.8\n2022|13.9\n2023|14.9\n2024|18.7\n"

static const struct input inputs[] = {
	{ "nine years", "columns", "period|value\n" YEARS9, false },
	{ "no row", "columns", "period|value\n", true },
	{ "one row", "columns", "period|value\n2024|5", true },
	{ "two rows", "columns", "period|value\n2023|4\n2024|5", false },
	{ "all equal", "columns", "period|value\n2023|5\n2024|5", false },
	{ "all zero", "columns", "period|value\n2023|0\n2024|0", false },
	{ "all missing", "columns", "period|value\n2023|\n2024|", true },
	{ "one missing", "columns", "period|value\n2022|3\n2023|\n2024|5",
	  false },
	{ "negative", "columns", "period|value\n2022|3e9\n2023|-4e9\n2024|5e9",
	  false },
	{ "all negative", "columns", "period|value\n2023|-4e9\n2024|-5e9",
	  false },
	{ "zero base", "columns", "period|value\n2023|0\n2024|5", false },
	{ "range of 10^12", "columns", "period|value\n2023|1\n2024|1e12",
	  false },
	{ "provisional last", "columns",
	  "period|value|status|label\n2023|4||\n2024|5|P|2024 Jan–Sep", false },
	{ "fifteen years of large figures", "columns",
	  "period|value\n2010|123456789\n2011|23456789\n2012|3456789\n"
	  "2013|999999999\n2014|1\n2015|222222222\n2016|333333333\n2017|4\n"
	  "2018|555555555\n2019|666666666\n2020|777777777\n2021|888888888\n"
	  "2022|999499999\n2023|123456789\n2024|987654321\n",
	  false },
	{ "forty months", "columns",
	  "period|value\n2020-01|1\n2021-01|2\n2023-03|3\n2023-04|4", false },
	{ "stated growth", "columns",
	  "period|value|growth\n2023|4|\n2024|5|26.7", false },
	{ "nine years", "balance",
	  "period|flow|value\n2022|X|13.9e9\n2022|M|1.1e9\n2023|X|14.9e9\n"
	  "2023|M|1.3e9\n2024|X|18.7e9\n2024|M|1.3e9",
	  false },
	{ "no row", "balance", "period|flow|value\n", true },
	{ "one year", "balance", "period|flow|value\n2024|X|1\n2024|M|2",
	  true },
	{ "a deficit", "balance",
	  "period|flow|value\n2023|X|1\n2023|M|20\n"
	  "2024|X|2\n2024|M|30",
	  false },
	{ "all equal", "balance",
	  "period|flow|value\n2023|X|1\n2023|M|1\n"
	  "2024|X|1\n2024|M|1",
	  false },
	{ "all zero", "balance",
	  "period|flow|value\n2023|X|0\n2023|M|0\n"
	  "2024|X|0\n2024|M|0",
	  false },
	{ "no imports", "balance", "period|flow|value\n2023|X|1\n2024|X|1",
	  true },
	{ "last imports missing", "balance",
	  "period|flow|value|status\n2022|X|5|\n2022|M|3|\n2023|X|6|\n"
	  "2023|M|4|\n2024|X|7|P",
	  false },
	{ "range of 10^12", "balance",
	  "period|flow|value\n2023|X|1e12\n"
	  "2023|M|1\n2024|X|1\n2024|M|1e12",
	  false },
	{ "seven", "ranked",
	  "label|value|product\nA|7|\nB|6|\nC|5|\nD|4|\n"
	  "E|3|\nF|2|\nAll other|20|OTHER\n|47|TOTAL",
	  false },
	{ "no row", "ranked", "label|value\n", true },
	{ "one row", "ranked", "label|value\nA|7", true },
	{ "two rows", "ranked", "label|value\nA|7\nB|3", false },
	{ "all equal", "ranked", "label|value\nA|7\nB|7\nC|7", false },
	{ "all zero", "ranked", "label|value\nA|0\nB|0", false },
	{ "all missing", "ranked", "label|value\nA|\nB|", true },
	{ "negative", "ranked", "label|value\nA|7\nB|-12\nC|3", false },
	{ "range of 10^12", "ranked", "label|value\nA|1\nB|1e12", false },
	{ "twelve long names", "ranked",
	  "label|value|product|status\n" LONG_RU "|12e9|8414|\n" LONG_IT
	  "|11e9|8438|\n" LONG_KK "|9e9|8414"
	  "|P\n" LONG_WORD
	  "|8e9|8479|\nE|7e9||\nF|6e9||\nG|5e9||\nH|4e9||\n" LONG_RU LONG_RU
		  LONG_RU "|3e9|841459|\nJ|2e9||\nK|1e9||\nL|1e6||\n"
	  "M|9e5||\nOther|3e8|OTHER|\n|80e9|TOTAL|",
	  false },
	{ "seven", "movers",
	  "label|from|to|unit|period\n"
	  "Crude oil|14.5|18.4|billion USD|2023/2024\n"
	  "Hard coal|0.0112|0.0553|billion USD|2023/2024\n"
	  "Flax|0|0.0041|billion USD|2023/2024\n"
	  "Polymers|0.0003149|0.00118|billion USD|2023/2024\n",
	  false },
	{ "no row", "movers", "label|from|to\n", true },
	{ "one row", "movers", "label|from|to\nA|1|2", true },
	{ "two rows", "movers", "label|from|to\nA|1|2\nB|5|3", false },
	{ "all equal", "movers", "label|from|to\nA|2|2\nB|2|2", false },
	{ "all zero", "movers", "label|from|to\nA|0|0\nB|0|0", false },
	{ "all missing", "movers", "label|from|to\nA||\nB||", true },
	{ "all new", "movers", "label|from|to\nA|0|5\nB|0|7e6", false },
	{ "all gone", "movers", "label|from|to\nA|5|0\nB|7e6|0", false },
	{ "new and gone", "movers", "label|from|to\nA|5|0\nB|0|7", false },
	{ "one side missing", "movers", "label|from|to\nA||4\nB|3|\nC|1|2",
	  false },
	{ "negative", "movers", "label|from|to\nA|-3|4\nB|3|-1\nC|1|2", false },
	{ "range of 10^12", "movers",
	  "label|from|to|unit\n"
	  "A|1|1000000000000|USD\nB|3|5|USD\nC|250000|3|USD",
	  false },
	{ "ten long names", "movers",
	  "label|product|from|to|fold_text\n" LONG_RU "|8414|1e6|9e9|\n" LONG_IT
	  "|8438|3e9|2e6|\n" LONG_KK "|8414|1e3|2e4|\n" LONG_WORD
	  "|84798997|0|5e5|\nE|1|1e9|2e9|\n"
	  "F|2|5|6|nearly 5-fold\nG|3|3e9|0|no longer traded\nH|4|7|9|\n"
	  "I|5|1e5|3e5|\nJ|6|2e6|4e6|\nK|7|1e6|1e6|",
	  false },
	{ "two periods", "movers",
	  "product|period|value\n2709|2023|5\n"
	  "2709|2024|7\n2701|2023|3\n2701|2024|9\n2701|2020|1\n",
	  false },
	{ "seven", "waterfall",
	  "label|product|from|to|period\n"
	  "|TOTAL|1272|1300|2023/2024\nPumps, fans|8414|14.2|42.7|\n"
	  "Medicines|3004|98|123.5|\nBinders|3824|10.9|2.7|",
	  false },
	{ "no row", "waterfall", "label|from|to\n", true },
	{ "one part", "waterfall", "label|from|to\nA|1|2", false },
	{ "all equal", "waterfall", "label|from|to\nA|2|2\nB|2|2", false },
	{ "all zero", "waterfall", "label|from|to\nA|0|0\nB|0|0", false },
	{ "all missing", "waterfall", "label|from|to\nA||\nB||", true },
	{ "no total of one year", "waterfall",
	  "label|product|from|to\n|TOTAL||9\nB|1|3|4", true },
	{ "below zero", "waterfall", "label|from|to\nA|2|-9\nB|2|5", false },
	{ "range of 10^12", "waterfall",
	  "label|product|from|to\n"
	  "|TOTAL|1e12|2e12\nA|1|1|2\nB|2|3|1",
	  false },
	{ "ten long names", "waterfall",
	  "label|product|from|to\n"
	  "|TOTAL|9e9|8e9\n" LONG_RU "|8414|1e6|9e8\n" LONG_IT "|8438|3e8|2e6"
	  "\n" LONG_KK "|8414|1e3|2e4\n" LONG_WORD "|84798997|0|5e5\n"
	  "E|1|1e9|2e9\nF|2|5|6\nG|3|3e9|0\nH|4|7|9\nI|5|1e5|3e5\nJ|6|2e6|4e6"
	  "\nK|7||1",
	  false },
	{ "three years", "mirror",
	  "period|reporter|flow|value|status\n"
	  "2022|KAZ|X|13.9|\n2022|ITA|M|4.6|\n2023|KAZ|X|14.9|\n"
	  "2023|ITA|M|5.2|E\n2024|KAZ|X|18.7|\n2024|ITA|M|5|E",
	  false },
	{ "no row", "mirror", "period|flow|value\n", true },
	{ "one year", "mirror", "period|flow|value\n2024|X|5\n2024|M|4",
	  false },
	{ "one side", "mirror", "period|flow|value\n2023|X|5\n2024|X|4", true },
	{ "one point of one side", "mirror",
	  "period|flow|value\n2019|X|5\n"
	  "2020|X|5\n2021|X|5\n2022|X|5\n2023|X|6\n2024|X|7\n2022|M|2",
	  false },
	{ "no common year", "mirror",
	  "period|flow|value\n2020|X|5\n2021|X|6\n"
	  "2023|M|6\n2024|M|6",
	  false },
	{ "all equal", "mirror",
	  "period|flow|value\n2023|X|5\n2023|M|5\n"
	  "2024|X|5\n2024|M|5",
	  false },
	{ "all zero", "mirror",
	  "period|flow|value\n2023|X|0\n2023|M|0\n"
	  "2024|X|0\n2024|M|0",
	  false },
	{ "all missing", "mirror", "period|flow|value\n2023|X|\n2023|M|",
	  true },
	{ "negative", "mirror",
	  "period|flow|value\n2023|X|-5\n2023|M|5\n"
	  "2024|X|3\n2024|M|-9",
	  false },
	{ "range of 10^12", "mirror",
	  "period|flow|value\n2023|X|1e12\n"
	  "2023|M|1\n2024|X|1\n2024|M|1e12",
	  false },
	{ "long names", "mirror",
	  "period|flow|value|label\n"
	  "2023|X|5|" LONG_RU "\n2023|M|4|" LONG_IT "\n2024|X|5|\n2020|M|3|",
	  false },
};

#define INPUTS (sizeof(inputs) / sizeof(inputs[0]))

static struct chart_case *
drawn(const struct input *input, const char *theme, int width,
      const char *title, char *name, size_t name_size)
{
	struct chart_case *c = begin_case(input->type, input->lines);

	snprintf(name, name_size, "%s, %s, %s, %d", input->type, input->name,
		 theme, width);
	c->theme = ts_theme_find(theme);
	c->spec.width = width;
	c->spec.title = title;
	if (ask(c) != TS_OK)
		fail_msg("%s: %s", name, c->err.text);
	if ((c->need.refused[0] != '\0') != input->refused)
		fail_msg("%s: refused: \"%s\"", name, c->need.refused);
	if (draw_case(c) != TS_OK && !input->refused)
		fail_msg("%s: %s", name, c->err.text);
	return c;
}

static void
no_label_overlaps_or_leaves_the_frame(void **state)
{
	static const char *const titles[] = {
		"",
		"Kazakhstan–Italy trade rose 23.6% to $19.9 bn in 2024",
		("Seven product groups added $120 mn of imports from Italy; "
		 "declines elsewhere took back three-quarters of it"),
	};
	static const int widths[] = { 600, 754, 420 };
	size_t i, w;
	char name[256];

	(void)state;
	for (i = 0; i < INPUTS; i++)
		for (w = 0; w < 3; w++) {
			struct chart_case *c =
				drawn(&inputs[i], "light", widths[w], titles[w],
				      name, sizeof(name));

			labels_are_inside(c, name);
			labels_do_not_overlap(c, name);
			script_is_harmless(c, name);
			end_case(c);
		}
}

static void
gnuplot_draws_every_input_without_a_word(void **state)
{
	struct batch batch;
	size_t i;
	char name[256];

	(void)state;
	batch_begin(&batch);
	for (i = 0; i < INPUTS; i++) {
		struct chart_case *c = drawn(&inputs[i], "dark", 600, "Title",
					     name, sizeof(name));

		/* where draw itself refuses there is no script to run */
		if (c->err.status == TS_OK)
			batch_add(&batch, c, name);
		end_case(c);
	}
	batch_run(&batch);
}

static void
png_and_pdf_come_from_the_same_script(void **state)
{
	static const enum ts_format formats[] = { TS_PNG, TS_PDF };
	struct batch batch;
	size_t i, f;
	char name[256];
	const char *last = "";

	(void)state;
	batch_begin(&batch);
	for (i = 0; i < INPUTS; i++) {
		if (strcmp(inputs[i].type, last) == 0 || inputs[i].refused)
			continue;
		last = inputs[i].type;
		for (f = 0; f < 2; f++) {
			struct chart_case *c =
				begin_case(last, inputs[i].lines);

			c->format = formats[f];
			snprintf(name, sizeof(name), "%s %zu", last, f);
			assert_int_equal(ask(c), TS_OK);
			assert_int_equal(draw_case(c), TS_OK);
			batch_add(&batch, c, name);
			end_case(c);
		}
	}
	batch_run(&batch);
}

/* Only terminal and point size tell the formats apart. */
static void
every_format_has_the_same_geometry(void **state)
{
	size_t i, f;
	char name[256];

	(void)state;
	for (i = 0; i < INPUTS; i++) {
		struct chart_case *svg = drawn(&inputs[i], "light", 600, "T",
					       name, sizeof(name));

		for (f = 0; f < 3; f++) {
			struct chart_case *c =
				begin_case(inputs[i].type, inputs[i].lines);
			size_t l;

			c->format = (enum ts_format)f;
			c->spec.width = 600;
			c->spec.title = "T";
			assert_int_equal(ask(c), TS_OK);
			if (draw_case(c) != TS_OK) {
				end_case(c);
				continue;
			}
			assert_int_equal(c->label_count, svg->label_count);
			for (l = 0; l < c->label_count; l++) {
				assert_true(fabs(c->labels[l].x0 -
						 svg->labels[l].x0) < 0.01);
				assert_true(fabs(c->labels[l].y -
						 svg->labels[l].y) < 0.01);
			}
			end_case(c);
		}
		end_case(svg);
	}
}

static void
hostile_texts_change_no_command(void **state)
{
	static const char *const hostile[] = {
		"'; system 'touch owned' #",
		"`touch owned`",
		"a\nset output '|touch owned'",
		"$d1\nTS_END_7f3a\n!id",
		"@x \\n \" %s {/=200 x}",
		"]]>&#x41;\xFF\xED\xA0\x80",
		"\xE2\x80\xAEtxet",
		"\t\t\t",
		"'",
	};
	static const char *const types[] = { "columns",   "ranked", "movers",
					     "waterfall", "mirror", "balance" };
	struct batch batch;
	size_t i, t;

	(void)state;
	batch_begin(&batch);
	for (t = 0; t < 6; t++)
		for (i = 0; i < 9; i++) {
			char name[64];
			struct chart_case *c = begin_case(
				types[t],
				"label|period|value|flow|from|to|product|"
				"growth|fold_text|share|kind|unit|side");
			const char *x = hostile[i];
			bool two = strcmp(types[t], "mirror") == 0 ||
				   strcmp(types[t], "balance") == 0;
			const char *rows[4][13] = {
				{ x, "2023", "1", two ? "X" : x, "1", "2", "a",
				  x, x, x, x, x, two ? "exporter" : x },
				{ x, "2024", "2", two ? "X" : x, "2", "3", "a",
				  x, x, x, x, x, two ? "exporter" : x },
				{ x, "2023", "3", two ? "M" : x, "3", "4", "a",
				  x, x, x, x, x, "importer" },
				{ x, "2024", "4", two ? "M" : x, "4", "5", "a",
				  x, x, x, x, x, "importer" },
			};
			size_t r;

			for (r = 0; r < (two ? 4u : 2u); r++)
				assert_int_equal(
					ts_table_add(
						(struct ts_table *)(uintptr_t)
							c->spec.data,
						rows[r], &c->err),
					0);
			c->spec.title = c->spec.subtitle = x;
			c->spec.source = c->spec.notes = x;
			c->spec.reporter = c->spec.partner = x;
			c->spec.unit = x;
			snprintf(name, sizeof(name), "%s %zu", types[t], i);
			if (ask(c) != TS_OK)
				fail_msg("%s: %s", name, c->err.text);
			if (draw_case(c) != TS_OK)
				fail_msg("%s: %s", name, c->err.text);
			script_is_harmless(c, name);
			batch_add(&batch, c, name);
			end_case(c);
		}
	batch_run(&batch);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_label_overlaps_or_leaves_the_frame),
		cmocka_unit_test(gnuplot_draws_every_input_without_a_word),
		cmocka_unit_test(png_and_pdf_come_from_the_same_script),
		cmocka_unit_test(every_format_has_the_same_geometry),
		cmocka_unit_test(hostile_texts_change_no_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
