/* SPDX-License-Identifier: Apache-2.0 */
/* Title, subtitle, footer and brand. */
#include "tests/plots/chart_case.h"

#define ROWS "period|value\n2023|4\n2024|5"
#define CUT "\xE2\x80\xA6"

static struct chart_case *
framed(const char *title, const char *subtitle, const char *source,
       const char *notes)
{
	struct chart_case *c = begin_case("columns", ROWS);

	c->spec.title = title;
	c->spec.subtitle = subtitle;
	c->spec.source = source;
	c->spec.notes = notes;
	assert_int_equal(ask(c), TS_OK);
	if (draw_case(c) != TS_OK)
		fail_msg("%s", c->err.text);
	labels_are_inside(c, title);
	labels_do_not_overlap(c, title);
	return c;
}

static void
texts_stand_where_the_design_has_them(void **state)
{
	struct chart_case *c = framed("A finding", "Measure, US$",
				      "Source: somebody.", "A note.");

	(void)state;
	assert_true(fabs(label_of(c, "A finding")->y - 26) < 0.1);
	assert_true(fabs(label_of(c, "Measure, US$")->y - 49) < 0.1);
	assert_true(fabs(label_of(c, "Source: somebody.")->y -
			 (c->need.height_px - 27)) < 0.1);
	assert_true(fabs(label_of(c, "A note.")->y - (c->need.height_px - 13)) <
		    0.1);
	assert_true(fabs(label_of(c, "tradestat")->x1 - 580) < 0.1);
	end_case(c);
}

static void
a_long_title_takes_two_even_lines(void **state)
{
	struct chart_case *c = framed("Metal forming machines up 11.3-fold: "
				      "the biggest import movers of 2024",
				      "Measure", "", "");
	const struct label *second = label_of(c, "import movers of 2024");

	(void)state;
	/* not "2024" alone */
	assert_non_null(second);
	assert_true(fabs(second->y - 48) < 0.1);
	assert_true(fabs(label_of(c, "Measure")->y - 71) < 0.1);
	end_case(c);
}

static void
a_title_too_long_for_two_lines_is_cut(void **state)
{
	struct chart_case *c = framed(
		"Kazakhstan reports almost four times "
		"the exports to Italy that Italy reports as imports from "
		"Kazakhstan, and nobody has explained the difference so far",
		"", "", "");
	size_t i, cut = 0;

	(void)state;
	for (i = 0; i < c->label_count; i++)
		cut += strstr(c->labels[i].text, CUT) != NULL;
	assert_int_equal(cut, 1);
	end_case(c);
}

static void
a_figure_is_not_parted_from_its_unit(void **state)
{
	struct chart_case *c = framed(
		"One source gives $19.9 billion for "
		"Kazakhstan, another $6.9 billion for all of Central Asia",
		"", "", "");
	size_t i;

	(void)state;
	for (i = 0; i < c->label_count; i++)
		assert_int_not_equal(strncmp(c->labels[i].text, "billion", 7),
				     0);
	end_case(c);
}

static void
long_notes_flow_behind_the_source(void **state)
{
	struct chart_case *c = framed(
		"T", "",
		"Source: Ministry of Trade and "
		"Integration",
		"Candidate causes of the gap: transit and "
		"consignment trade, CIF against FOB, timing, and whatever "
		"else there may be");
	size_t i, found = 0;

	(void)state;
	/* what follows the source begins a sentence of its own */
	for (i = 0; i < c->label_count; i++)
		found += strstr(c->labels[i].text, "Integration. Candidate") !=
			 NULL;
	assert_int_equal(found, 1);
	/* the last line leaves room for the brand */
	for (i = 0; i < c->label_count; i++)
		if (c->labels[i].y > c->job.panel.height - 15 &&
		    strcmp(c->labels[i].text, "tradestat") != 0)
			assert_true(c->labels[i].x1 <= 600 - 130 + 0.5);
	end_case(c);
}

static void
without_a_title_the_chart_moves_up(void **state)
{
	struct chart_case *with = framed("T", "S", "", "");
	struct chart_case *without = framed("", "S", "", "");

	(void)state;
	assert_true(without->job.area.y < with->job.area.y);
	assert_true(ts_frame_top(&with->spec) == with->job.area.y);
	assert_true(ts_frame_top(&without->spec) == without->job.area.y);
	end_case(with);
	end_case(without);
}

static void
a_panel_without_room_is_refused(void **state)
{
	static const int sizes[][2] = { { 100, 400 }, { 600, 100 } };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct chart_case *c = begin_case("columns", ROWS);

		c->spec.width = sizes[i][0];
		c->spec.height = sizes[i][1];
		assert_int_equal(ask(c), TS_OK);
		assert_int_equal(draw_case(c), TS_BAD_CONFIG);
		end_case(c);
	}
}

static void
terminals_make_one_design_size(void **state)
{
	static const char *const lines[] = {
		[TS_PNG] = "set term pngcairo noenhanced size 1200,800 font "
			   "'Inter,11' fontscale 1.5 linewidth 2 pointscale 2 "
			   "background rgb '#14181F'\n",
		[TS_SVG] = "set term svg noenhanced size 600,400 dynamic font "
			   "'Inter,11' background rgb '#14181F'\n",
		[TS_PDF] = "set term pdfcairo noenhanced size 6.250000in,"
			   "4.166667in font 'Inter,11' fontscale 0.5625 "
			   "linewidth 1.5 pointscale 0.75 background rgb "
			   "'#14181F'\n",
	};
	int f;

	(void)state;
	for (f = TS_PNG; f <= TS_PDF; f++) {
		struct ts_script script;

		ts_script_init(&script, 4096);
		ts_frame_terminal(&script, (enum ts_format)f,
				  ts_theme_find("dark"), 600, 400);
		assert_string_equal(script.out.data, lines[f]);
		assert_true(script.point_scale == (f == TS_SVG ? 0.61 : 1));
		ts_script_free(&script);
	}
}

static void
a_point_of_a_panel_is_a_place_on_the_page(void **state)
{
	struct ts_chart_job job = {
		.page = { 0, 0, 794, 1123 },
		.panel = { 20, 200, 754, 430 },
	};

	(void)state;
	assert_true(fabs(ts_chart_x(&job, 20) - 40 / 794.0) < 1e-12);
	assert_true(fabs(ts_chart_y(&job, 26) - (1 - 226 / 1123.0)) < 1e-12);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_stand_where_the_design_has_them),
		cmocka_unit_test(a_long_title_takes_two_even_lines),
		cmocka_unit_test(a_title_too_long_for_two_lines_is_cut),
		cmocka_unit_test(a_figure_is_not_parted_from_its_unit),
		cmocka_unit_test(long_notes_flow_behind_the_source),
		cmocka_unit_test(without_a_title_the_chart_moves_up),
		cmocka_unit_test(a_panel_without_room_is_refused),
		cmocka_unit_test(terminals_make_one_design_size),
		cmocka_unit_test(a_point_of_a_panel_is_a_place_on_the_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
