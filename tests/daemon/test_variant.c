/* SPDX-License-Identifier: Apache-2.0 */
/* One run, many editions: from the wishes of recipients to one bundle. */
#include "tests/daemon/stage_house.h"
#include "daemon/report/preview.h"
#include "daemon/report/stage_render.h"
#include "daemon/report/variant.h"
#include "daemon/stage_fetch.h"
#include "output/engine/bundle.h"
#include "output/engine/edition_file.h"

static const char *const csv_only[] = { "csv", NULL };

/* A report whose recipients want what is given: currency, partner. */
struct wishes {
	struct ts_conf_recipient recipients[20];
	struct ts_conf_delivery deliver;
	struct ts_conf_report report;
};

static void
wish(struct wishes *w, const char *currency, const char *partner)
{
	w->recipients[w->deliver.recipient_count++] =
		(struct ts_conf_recipient){ .name = "somebody",
					    .language = "en",
					    .currency = currency,
					    .partner = partner,
					    .formats = csv_only,
					    .file = "pair.conf",
					    .line = 7 };
	w->deliver.recipients = w->recipients;
	w->report.deliver = &w->deliver;
	w->report.deliver_count = 1;
}

static struct wishes
plain(void)
{
	return (struct wishes){ .report = { .id = "pair",
					    .file = "pair.conf",
					    .template = "bilateral",
					    .reporter = "KAZ",
					    .partner = "ITA",
					    .currency = "USD" } };
}

static void
the_name_of_a_variant_tells_what_is_different(void **state)
{
	static const char *const rows[][3] = {
		{ "USD", "ITA", "" },
		{ "EUR", "ITA", "eur" },
		{ "USD", "UZB", "uzb" },
		{ "EUR", "UZB", "uzb-eur" },
		{ "", "", "" },
		{ NULL, NULL, "" },
		{ "ABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNOP", "abcdefg-abcdefg" },
	};
	struct wishes w = plain();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char id[16];

		ts_variant_id(&w.report, rows[i][0], rows[i][1], id);
		assert_string_equal(id, rows[i][2]);
	}
}

static void
each_wish_is_met_once(void **state)
{
	struct wishes w = plain();
	struct ts_variants variants;
	struct ts_err err = { 0 };

	(void)state;
	wish(&w, "USD", "ITA");
	wish(&w, "EUR", "ITA");
	wish(&w, "EUR", "UZB");
	wish(&w, "EUR", "ITA");
	assert_int_equal(ts_variants_of(&w.report, &variants, &err), TS_OK);
	assert_int_equal(variants.count, 3);
	assert_string_equal(variants.items[0].id, "");
	assert_string_equal(variants.items[1].id, "eur");
	assert_string_equal(variants.items[1].report.currency, "EUR");
	assert_string_equal(variants.items[1].report.partner, "ITA");
	assert_string_equal(variants.items[2].id, "uzb-eur");
	assert_string_equal(variants.items[2].report.partner, "UZB");
}

static void
a_wish_that_cannot_be_met_is_told(void **state)
{
	static const struct {
		const char *template, *currency, *partner, *told;
	} rows[] = {
		{ "bilateral", "EURO", "ITA", "\"EURO\" is no currency" },
		{ "bilateral", "../", "ITA", "\"../\" is no currency" },
		{ "bilateral", "USD", "Italy", "\"Italy\" is no country" },
		{ "bilateral", "USD", "KAZ", "which report pair is of" },
		{ "country", "USD", "UZB", "report pair has none" },
	};
	struct ts_variants variants;
	struct ts_err err = { 0 };
	struct wishes w;
	char code[4];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		w = plain();
		w.report.template = rows[i].template;
		wish(&w, rows[i].currency, rows[i].partner);
		assert_int_equal(ts_variants_of(&w.report, &variants, &err),
				 TS_BAD_CONFIG);
		assert_non_null(strstr(err.text, rows[i].told));
		assert_non_null(strstr(err.text, "pair.conf:7:"));
	}
	/* CHE: Switzerland, and the WIR euro */
	w = plain();
	wish(&w, "CHE", "ITA");
	wish(&w, "USD", "CHE");
	assert_int_equal(ts_variants_of(&w.report, &variants, &err),
			 TS_BAD_CONFIG);
	assert_non_null(strstr(err.text, "would be called \"che\""));
	w = plain();
	for (int i = 0; i < 16; i++) {
		snprintf(code, sizeof code, "AA%c", 'A' + i);
		wish(&w, "USD", strdup(code));
	}
	assert_int_equal(ts_variants_of(&w.report, &variants, &err),
			 TS_BAD_CONFIG);
	assert_non_null(strstr(err.text, "more than 15 variants"));
	for (int i = 0; i < 16; i++)
		free((void *)(uintptr_t)w.recipients[i].partner);
}

/* ---- the whole way ----------------------------------------------- */

/* One euro is 1.25 dollars in all years. */
static void
write_rates(struct house *house)
{
	TS_AUTO_BUF csv = TS_BUF_INIT(8192);

	ts_buf_add(&csv, "FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,"
			 "TIME_PERIOD,OBS_VALUE,UNIT,UNIT_MULT\n");
	for (int year = 2020; year <= 2024; year++)
		ts_buf_addf(&csv, "A,USD,EUR,SP00,A,%d,1.25,USD,0\n", year);
	house_write(house, "rates.csv", csv.data);
}

/* As in house_figures, with another partner beside; exports of 2024. */
static void
write_figures(struct house *house, int with_uzbekistan)
{
	TS_AUTO_BUF csv = TS_BUF_INIT(8192);

	ts_buf_add(&csv, TS_TIDY_HEADER "\n");
	for (int year = 2020; year <= 2024; year++) {
		ts_buf_addf(&csv,
			    "office,trade,X,KAZ,ITA,TOTAL,A,%d,18000000000,"
			    "USD,\noffice,trade,M,KAZ,ITA,TOTAL,A,%d,"
			    "1000000000,USD,\n",
			    year, year);
		if (with_uzbekistan > 0)
			ts_buf_addf(
				&csv,
				"office,trade,X,KAZ,UZB,TOTAL,A,%d,"
				"%d000000,USD,\noffice,trade,M,KAZ,UZB,TOTAL,"
				"A,%d,500000000,USD,\n",
				year, with_uzbekistan, year);
	}
	house_write(house, "figures.csv", csv.data);
}

struct scene {
	struct house *house;
	struct ts_world world;
	struct wishes w;
	struct ts_render_done done;
};

static void
add_rates_source(struct house *house)
{
	TS_AUTO_BUF text = TS_BUF_INIT(16384);
	TS_AUTO_BUF out = TS_BUF_INIT(16384);
	const char *at;

	if (ts_file_read(house->conf, &text, &house->err) != TS_OK)
		fail_msg("%s", house->err.text);
	at = strstr(text.data, "{ id = \"gone\"");
	assert_non_null(at);
	ts_buf_add_bytes(&out, text.data, (size_t)(at - text.data));
	ts_buf_addf(&out,
		    "{ id = \"ecb\"; fetcher = \"table\"; file = "
		    "\"%s/rates.csv\"; decoder = \"sdmx-csv\"; publisher = "
		    "\"European Central Bank\"; }, %s",
		    house->dir, at);
	house_write(house, "tradestat.conf", out.data);
}

static void
open_scene(struct scene *scene, int with_uzbekistan)
{
	struct ts_cli cli = { .now = HOUSE_NOW };

	memset(scene, 0, sizeof *scene);
	scene->house = house_new("");
	add_rates_source(scene->house);
	write_rates(scene->house);
	write_figures(scene->house, with_uzbekistan);
	cli.config = scene->house->conf;
	if (ts_world_open(&cli, TS_WORLD_ALL, &scene->world,
			  &scene->house->err) != TS_OK)
		fail_msg("%s", scene->house->err.text);
	scene->w.report = *ts_conf_report(scene->world.conf, "pair");
	scene->w.report.title = "Trade with Italy";
	scene->w.report.deliver_count = 0;
}

static void
close_scene(struct scene *scene)
{
	ts_world_close(&scene->world);
	house_free(scene->house);
}

static void
fetch(struct scene *scene)
{
	const struct ts_fetch_wish all = { .report = &scene->w.report,
					   .quiet = true };
	struct ts_fetch_done done;

	if (ts_stage_fetch(&scene->world, &all, &done, &scene->house->err) !=
	    TS_OK)
		fail_msg("%s", scene->house->err.text);
}

static enum ts_status
render(struct scene *scene, struct ts_entry *entry)
{
	int64_t id = house_fetching(scene->house, NULL);
	struct ts_render_wish make = { .report = &scene->w.report,
				       .entry = entry };
	enum ts_status status;

	if (ts_journal_seen(scene->house->store, id, "2024", "x", HOUSE_NOW_US,
			    &scene->house->err) != TS_OK)
		fail_msg("%s", scene->house->err.text);
	house_rendering(scene->house, id, NULL);
	*entry = house_entry(scene->house, id);
	status = ts_stage_render(&scene->world, &make, &scene->done,
				 &scene->house->err);
	*entry = house_entry(scene->house, id);
	return status;
}

static const struct ts_figure *
figure_of(const struct ts_edition *edition, const char *start)
{
	for (size_t i = 0; i < edition->figure_count; i++)
		if (strncmp(edition->figures[i].id, start, strlen(start)) == 0)
			return &edition->figures[i];
	fail_msg("no figure %s", start);
	return NULL;
}

static struct ts_edition
read_variant(struct scene *scene, const char *variant)
{
	struct ts_edition edition;

	if (ts_edition_read(scene->done.path, variant, scene->house->arena,
			    &edition, &scene->house->err) != TS_OK)
		fail_msg("%s", scene->house->err.text);
	return edition;
}

static void
must_exist(struct scene *scene, const char *name)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof path, "%s/%s", scene->done.path, name);
	if (access(path, R_OK) != 0)
		fail_msg("no %s", name);
}

static void
all_variants_lie_in_one_bundle(void **state)
{
	static const char *const files[] = {
		"edition.json",
		"edition.eur.json",
		"edition.uzb.json",
		"edition.uzb-eur.json",
		"data/turnover.csv",
		"data/turnover.eur.csv",
		"charts/turnover.png",
		"charts/turnover.uzb-eur.png",
		"charts/turnover-dark.eur.svg",
	};
	struct scene scene;
	struct ts_preview preview;
	struct ts_edition base, eur, both;
	const struct ts_figure *was, *is;
	struct ts_entry entry;

	(void)state;
	open_scene(&scene, 3000);
	wish(&scene.w, "USD", "ITA");
	wish(&scene.w, "EUR", "ITA");
	wish(&scene.w, "USD", "UZB");
	wish(&scene.w, "EUR", "UZB");
	fetch(&scene);
	if (render(&scene, &entry) != TS_OK)
		fail_msg("%s", scene.house->err.text);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		must_exist(&scene, files[i]);
	assert_int_equal(ts_bundle_verify(scene.done.path, &scene.house->err),
			 TS_OK);
	base = read_variant(&scene, "");
	eur = read_variant(&scene, "eur");
	both = read_variant(&scene, "uzb-eur");
	assert_string_equal(base.title, "Trade with Italy");
	assert_string_equal(eur.title, "Trade with Italy");
	assert_string_equal(both.title, "Trade with Uzbekistan");
	assert_string_equal(eur.pages[0].png, "charts/turnover.eur.png");

	was = figure_of(&base, "turnover/2024");
	is = figure_of(&eur, "turnover/2024");
	assert_string_equal(was->value, "19000000000");
	assert_float_equal(strtod(is->value, NULL), 15200000000.0, 0.001);
	assert_string_equal(is->unit, "EUR");
	/* traced to the figures and to the rate */
	assert_int_equal(was->document_count, 1);
	assert_int_equal(is->document_count, 2);
	assert_int_equal(base.source_count + 1, eur.source_count);
	assert_string_equal(eur.pages[0].notes,
			    "Converted at the ECB's average rate of the year.");
	assert_null(strstr(base.pages[0].notes, "Converted"));
	assert_non_null(
		strstr(eur.pages[0].source_line, "European Central Bank"));
	is = figure_of(&both, "turnover/2024");
	assert_float_equal(strtod(is->value, NULL), 2800000000.0, 0.001);

	/* what a look ahead says is what was published */
	assert_int_equal(ts_preview(&scene.world, &scene.w.report,
				    (struct ts_period){ 0 }, 0, &preview,
				    &scene.house->err),
			 TS_OK);
	assert_string_equal(preview.hash, entry.content_hash);
	close_scene(&scene);
}

static void
figures_of_a_variant_alone_make_an_edition_another(void **state)
{
	struct ts_preview before, after, alone, with;
	const struct ts_period newest = { 0 };
	struct ts_conf_report base;
	struct scene scene;

	(void)state;
	open_scene(&scene, 3000);
	base = scene.w.report;
	fetch(&scene);
	assert_int_equal(ts_preview(&scene.world, &base, newest, 0, &alone,
				    &scene.house->err),
			 TS_OK);
	wish(&scene.w, "USD", "UZB");
	assert_int_equal(ts_preview(&scene.world, &scene.w.report, newest, 0,
				    &before, &scene.house->err),
			 TS_OK);
	write_figures(scene.house, 3001);
	fetch(&scene);
	assert_int_equal(ts_preview(&scene.world, &scene.w.report, newest, 0,
				    &after, &scene.house->err),
			 TS_OK);
	assert_int_equal(ts_preview(&scene.world, &base, newest, 0, &with,
				    &scene.house->err),
			 TS_OK);
	assert_string_not_equal(before.hash, alone.hash);
	assert_string_not_equal(before.hash, after.hash);
	assert_string_equal(alone.hash, with.hash);
	close_scene(&scene);
}

static void
a_gate_of_a_variant_holds_the_edition_and_names_it(void **state)
{
	static const struct {
		const char *currency, *partner, *told;
	} rows[] = {
		{ "USD", "UZB", "variant uzb" },
		{ "GBP", "ITA", "variant gbp: gate complete: source ecb" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ts_entry entry;
		struct scene scene;

		open_scene(&scene, 0);
		wish(&scene.w, rows[i].currency, rows[i].partner);
		fetch(&scene);
		if (render(&scene, &entry) != TS_HELD)
			fail_msg("%s is not held", rows[i].told);
		assert_int_equal(entry.state, TS_STATE_HELD);
		if (strstr(entry.reason, rows[i].told) == NULL)
			fail_msg("no \"%s\" in \"%s\"", rows[i].told,
				 entry.reason);
		close_scene(&scene);
	}
}

struct shown {
	int rates, world, italy, uzbekistan, all;
};

static bool
ends(const char *text, const char *end)
{
	size_t length = strlen(text), part = strlen(end);

	return length >= part && strcmp(text + length - part, end) == 0;
}

static void
count_url(void *ctx, const char *source, const char *url)
{
	struct shown *shown = ctx;

	shown->all++;
	if (strcmp(source, "ecb") == 0)
		shown->rates += strstr(url, "/A.USD+GBP.EUR.SP00.A?") != NULL;
	shown->world += ends(url, "&partnerCode=0");
	shown->italy += ends(url, "&partnerCode=380");
	shown->uzbekistan += ends(url, "&partnerCode=860");
}

static void
what_variants_share_is_asked_for_once(void **state)
{
	static const char *const sources[] = { "comtrade", NULL };
	const struct ts_fetch_wish all = { .report = NULL };
	struct ts_fetch_wish look = all;
	struct shown alone = { 0 }, both = { 0 };
	struct scene scene;
	struct house *house;

	(void)state;
	open_scene(&scene, 0);
	house = scene.house;
	/* the fetcher of that name, not the table beside */
	for (size_t i = 0; i < scene.world.conf->source_count; i++)
		if (strcmp(scene.world.conf->sources[i].id, "ecb") == 0)
			((struct ts_conf_source *)(uintptr_t)&scene.world.conf
				 ->sources[i])
				->id = "elsewhere";
	scene.w.report.sources = sources;
	look.report = &scene.w.report;
	if (ts_stage_fetch_plan(&scene.world, &look, count_url, &alone,
				&house->err) != TS_OK)
		fail_msg("%s", house->err.text);
	wish(&scene.w, "EUR", "ITA");
	wish(&scene.w, "GBP", "UZB");
	if (ts_stage_fetch_plan(&scene.world, &look, count_url, &both,
				&house->err) != TS_OK)
		fail_msg("%s", house->err.text);
	assert_true(alone.world > 0 && alone.italy > 0);
	assert_int_equal(alone.rates, 0);
	assert_int_equal(alone.uzbekistan, 0);
	assert_int_equal(both.rates, 1);
	assert_int_equal(both.world, alone.world);
	assert_int_equal(both.italy, alone.italy);
	assert_int_equal(both.uzbekistan, alone.italy);
	close_scene(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_of_a_variant_tells_what_is_different),
		cmocka_unit_test(each_wish_is_met_once),
		cmocka_unit_test(a_wish_that_cannot_be_met_is_told),
		cmocka_unit_test(all_variants_lie_in_one_bundle),
		cmocka_unit_test(
			figures_of_a_variant_alone_make_an_edition_another),
		cmocka_unit_test(
			a_gate_of_a_variant_holds_the_edition_and_names_it),
		cmocka_unit_test(what_variants_share_is_asked_for_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
