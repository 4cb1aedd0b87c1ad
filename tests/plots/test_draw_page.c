/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of a report: tiles, panels and sentences, and how they flow. */
#include "tests/plots/chart_case.h"
#include "plots/draw/page.h"

#define SENTENCES 30

static const struct ts_key_figure keys[] = {
	{ "Turnover", "19.9 bn", "23.6%", 1, "" },
	{ "Exports to Italy", "18.7 bn", "25.8%", 1, "" },
	{ "Imports from Italy", "1.3 bn", "2.2%", -1, "" },
	{ "Italian direct investment", "7.3 bn", "level stated for 2024", 0,
	  "" },
	{ "A label that is much too long for the width of its tile", "1 bn", "",
	  0, "" },
};

struct report {
	struct ts_arena *arena;
	struct ts_chart_spec spec;
	struct ts_page_block blocks[8];
	const char *sentences[SENTENCES];
	struct ts_page_job job;
	struct ts_page_set set;
	struct ts_err err;
};

static struct report *
begin_report(const char *lines)
{
	struct report *r = calloc(1, sizeof(*r));
	int i;

	assert_non_null(r);
	r->arena = ts_arena_new(64 << 20);
	assert_non_null(r->arena);
	r->spec = (struct ts_chart_spec){
		.title = "A finding",
		.subtitle = "Measure",
		.language = "en",
		.source = "Source: test.",
		.notes = "",
		.unit = "USD",
		.data = table_of(r->arena, lines),
	};
	for (i = 0; i < SENTENCES; i++)
		r->sentences[i] = "Crude oil: up 26.7% or $3.9 billion (from "
				  "$14.5 to $18.4 billion)";
	r->job = (struct ts_page_job){
		.theme = ts_theme_find("light"),
		.title = "The report",
		.subtitle = "2024",
		.issued = "Issued 30 May 2025",
		.footer = "tradestat",
		.keys = keys,
		.key_count = 4,
		.blocks = r->blocks,
		.arena = r->arena,
	};
	return r;
}

static void
add(struct report *r, const char *chart, size_t sentences)
{
	r->blocks[r->job.block_count++] = (struct ts_page_block){
		.chart = chart ? chart_named(chart) : NULL,
		.spec = &r->spec,
		.not_drawn = chart ? NULL : "nothing was published",
		.sentences = r->sentences,
		.sentence_count = sentences,
	};
}

static void
compose(struct report *r)
{
	if (ts_page_compose(&r->job, &r->set, &r->err) != TS_OK)
		fail_msg("%s", r->err.text);
}

static void
end_report(struct report *r)
{
	ts_arena_free(r->arena);
	free(r);
}

static const struct ts_plot_text *
text_on(const struct ts_plot_page *page, const char *text)
{
	size_t i;

	for (i = 0; i < page->text_count; i++)
		if (strstr(page->texts[i].text, text))
			return &page->texts[i];
	return NULL;
}

#define ROWS "period|value\n2023|4\n2024|5"

static void
the_cover_has_the_places_of_the_design(void **state)
{
	struct report *r = begin_report(ROWS);
	const struct ts_plot_page *cover;

	(void)state;
	add(r, "columns", 0);
	add(r, "columns", 0);
	compose(r);
	assert_int_equal(r->set.count, 1);
	cover = &r->set.pages[0];
	assert_int_equal(cover->box_count, 5); /* the bar and four tiles */
	assert_true(cover->boxes[1].place.x == 40 &&
		    cover->boxes[1].place.y == 108 &&
		    fabs(cover->boxes[1].place.width - 170) < 0.1 &&
		    cover->boxes[1].place.height == 78);
	assert_true(fabs(cover->boxes[4].place.x + 170 - 754) < 0.1);
	assert_non_null(text_on(cover, "\xE2\x96\xB2 23.6%"));
	assert_non_null(text_on(cover, "\xE2\x96\xBC 2.2%"));
	assert_string_equal(text_on(cover, "level stated")->text,
			    "level stated for 2024");
	assert_int_equal(text_on(cover, "2.2%")->colour,
			 r->job.theme->imports_text);
	assert_int_equal(cover->panel_count, 2);
	assert_true(fabs(cover->panels[0].place.y - 200) < 2);
	assert_true(cover->panels[0].place.width == 754);
	assert_string_equal(r->set.outline[0], "The report");
	assert_non_null(text_on(cover, "Page 1 of 1"));
	end_report(r);
}

static void
blocks_flow_over_pages_and_never_leave_one(void **state)
{
	struct report *r = begin_report(ROWS);
	size_t p, i;

	(void)state;
	for (i = 0; i < 5; i++)
		add(r, "columns", 7 * i);
	compose(r);
	assert_true(r->set.count >= 3);
	for (p = 0; p < r->set.count; p++) {
		const struct ts_plot_page *page = &r->set.pages[p];
		double below = 0;

		assert_non_null(r->set.outline[p]);
		for (i = 0; i < page->panel_count; i++) {
			const struct ts_rect *at = &page->panels[i].place;

			if (at->y < below || at->y + at->height > 1080.5)
				fail_msg("page %zu: %.0f..%.0f", p + 1, at->y,
					 at->y + at->height);
			below = at->y + at->height;
		}
		for (i = 0; i < page->text_count; i++) {
			double y = page->texts[i].y;
			size_t k;

			assert_true(y > 20 && y < 1110);
			/* no sentence lies on a panel */
			for (k = 0; k < page->panel_count; k++) {
				const struct ts_rect *at =
					&page->panels[k].place;

				if (y > at->y && y < at->y + at->height)
					fail_msg("page %zu: \"%s\" on a panel",
						 p + 1, page->texts[i].text);
			}
		}
	}
	end_report(r);
}

static void
no_sentence_is_lost_between_pages(void **state)
{
	struct report *r = begin_report(ROWS);
	size_t p, i, found = 0;

	(void)state;
	add(r, "columns", SENTENCES);
	add(r, "columns", SENTENCES);
	compose(r);
	for (p = 0; p < r->set.count; p++)
		for (i = 0; i < r->set.pages[p].text_count; i++)
			found += strncmp(r->set.pages[p].texts[i].text,
					 "Crude oil", 9) == 0;
	assert_int_equal(found, 2 * SENTENCES);
	end_report(r);
}

static void
a_chart_that_cannot_be_drawn_becomes_its_reason(void **state)
{
	struct report *r = begin_report("period|value\n2024|5");
	const struct ts_plot_page *page;

	(void)state;
	add(r, "columns", 1);
	add(r, NULL, 1);
	add(r, "balance", 0); /* the table lacks a column */
	compose(r);
	page = &r->set.pages[0];
	assert_int_equal(page->panel_count, 0);
	assert_non_null(text_on(page, "This chart needs figures of at least 2 "
				      "periods, got 1."));
	assert_non_null(text_on(page, "nothing was published"));
	assert_non_null(text_on(page, "test.csv: no column"));
	assert_non_null(text_on(page, "Source: test."));
	end_report(r);
}

static void
any_number_of_key_figures_has_its_place(void **state)
{
	static const size_t boxes[] = { 1, 2, 3, 4, 5, 6 };
	size_t n, i;

	(void)state;
	for (n = 0; n <= 5; n++) {
		struct report *r = begin_report(ROWS);

		r->job.key_count = n;
		add(r, "columns", 0);
		compose(r);
		assert_int_equal(r->set.pages[0].box_count, boxes[n]);
		for (i = 1; i <= n; i++) {
			const struct ts_rect *at =
				&r->set.pages[0].boxes[i].place;

			assert_true(at->x >= 40 && at->x + at->width <= 754.1);
		}
		end_report(r);
	}
}

static void
the_engine_draws_the_pages(void **state)
{
	struct report *r = begin_report("period|flow|value\n2023|X|4e9\n"
					"2023|M|2e9\n2024|X|5e9\n2024|M|1e9");
	char *dir = temp_dir();
	char path[512], work[512];
	struct ts_plot_opts opts = { .work_dir = work,
				     .font = "Inter",
				     .processes = 1,
				     .sandbox = true };
	struct ts_plot *plot;
	struct ts_buf pdf = TS_BUF_INIT(16 << 20);

	(void)state;
	snprintf(work, sizeof(work), "%s/work", dir);
	snprintf(path, sizeof(path), "%s/report.pdf", dir);
	if (ts_plot_open(&opts, &plot, &r->err) != TS_OK) {
		print_message("%s: skipped\n", r->err.text);
		temp_gone(dir);
		end_report(r);
		skip();
	}
	add(r, "balance", 2);
	add(r, "balance", SENTENCES);
	add(r, NULL, 3);
	compose(r);
	if (ts_plot_pages(plot, r->job.theme, r->set.pages, r->set.count,
			  TS_PDF, path, &r->err) != TS_OK)
		fail_msg("%s", r->err.text);
	assert_int_equal(ts_file_read(path, &pdf, &r->err), TS_OK);
	assert_true(pdf.used > 5000);
	ts_buf_free(&pdf);
	ts_plot_close(plot);
	temp_gone(dir);
	end_report(r);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cover_has_the_places_of_the_design),
		cmocka_unit_test(blocks_flow_over_pages_and_never_leave_one),
		cmocka_unit_test(no_sentence_is_lost_between_pages),
		cmocka_unit_test(
			a_chart_that_cannot_be_drawn_becomes_its_reason),
		cmocka_unit_test(any_number_of_key_figures_has_its_place),
		cmocka_unit_test(the_engine_draws_the_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
