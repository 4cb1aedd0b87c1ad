/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample_edition.h - an edition built by hand from the published figures on
 * trade between Kazakhstan and Italy in 2024, for the tests of this room. The
 * pictures are small; only their form matters here.
 */
#ifndef TESTS_OUTPUT_SAMPLE_EDITION_H
#define TESTS_OUTPUT_SAMPLE_EDITION_H

#include "tests/support/fixtures.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/edition.h>
#include <tradestat/file.h>

struct sample {
	struct ts_arena *arena;
	struct ts_edition edition;
	struct ts_page pages[4];
	struct ts_key_figure keys[4];
	struct ts_figure figures[4];
	struct ts_source_note sources[3];
	const char *documents[3];
	const char *sentences[3];
	const char *outline[2];
	const char *warnings[1];
};

static const char sample_svg[] =
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	"<svg xmlns=\"http://www.w3.org/2000/svg\" "
	"xmlns:xlink=\"http://www.w3.org/1999/xlink\" "
	"viewBox=\"0 0 600 400\">\n<title>Gnuplot</title>\n"
	"<desc>Produced by GNUPLOT</desc>\n"
	"<defs><circle id=\"gpDot\" r=\"0.5\"/>\n"
	"<pattern id=\"gpPat1\" patternUnits=\"userSpaceOnUse\" x=\"0\" "
	"y=\"0\" width=\"8\" height=\"8\"><path style=\"fill:none;"
	"stroke:rgb(11,95,165)\" d=\"M0,0 L8,8\"/></pattern></defs>\n"
	"<rect x=\"0\" y=\"0\" width=\"600\" height=\"400\" fill=\"%s\"/>\n"
	"<g fill=\"none\" color=\"white\" stroke=\"currentColor\">\n"
	"<path fill=\"url(#gpPat1)\" d=\"M100,300 L200,300 L200,100 Z\"/>\n"
	"<use xlink:href=\"#gpDot\" x=\"100\" y=\"100\" color=\"#0b5fa5\"/>\n"
	"<text x=\"20\" y=\"26\" font-family=\"Inter SemiBold\" "
	"font-size=\"17\" xml:space=\"preserve\">a &lt; b &amp; c</text>\n"
	"</g>\n</svg>\n";

/* A PDF of blank A4 pages, complete with its cross-reference table. */
static void
sample_pdf(struct ts_buf *out, int pages)
{
	size_t at[16] = { 0 }, start;
	int count = 2 + pages;

	ts_buf_add(out, "%PDF-1.5\n");
	at[1] = out->used;
	ts_buf_add(out, "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\n"
			"endobj\n");
	at[2] = out->used;
	ts_buf_addf(out, "2 0 obj\n<< /Type /Pages /Count %d /Kids [", pages);
	for (int i = 0; i < pages; i++)
		ts_buf_addf(out, " %d 0 R", 3 + i);
	ts_buf_add(out, " ] >>\nendobj\n");
	for (int i = 0; i < pages; i++) {
		at[3 + i] = out->used;
		ts_buf_addf(out,
			    "%d 0 obj\n<< /Type /Page /Parent 2 0 R "
			    "/MediaBox [0 0 595 842] /Resources << >> >>\n"
			    "endobj\n",
			    3 + i);
	}
	start = out->used;
	ts_buf_addf(out, "xref\n0 %d\n0000000000 65535 f \n", count + 1);
	for (int i = 1; i <= count; i++)
		ts_buf_addf(out, "%010zu 00000 n \n", at[i]);
	ts_buf_addf(out,
		    "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n"
		    "%zu\n%%%%EOF\n",
		    count + 1, start);
}

static const char *
sample_file(struct sample *sample, const char *folder, const char *name,
	    const char *bytes, size_t count)
{
	const char *path =
		ts_arena_printf(sample->arena, "%s/%s", folder, name);
	struct ts_err err = { 0 };

	if (ts_file_write(path, bytes, count, 0600, &err) != TS_OK)
		fail_msg("%s", err.text);
	return path;
}

static const char *
sample_chart(struct sample *sample, const char *charts, const char *name,
	     const char *background)
{
	char bytes[4096];
	int count = snprintf(bytes, sizeof bytes, sample_svg, background);

	return sample_file(sample, charts, name, bytes, (size_t)count);
}

static struct ts_table *
sample_table(struct sample *sample)
{
	static const char *const columns[] = {
		"period", "flow", "product", "value", "unit",
	};
	static const char *const rows[][5] = {
		{ "2023", "exports", "2709", "14500000000", "USD" },
		{ "2024", "exports", "2709", "18400000000", "USD" },
		{ "2023", "exports", "0713", "800000", "USD" },
		{ "2024", "exports", "0713", "29100000", "USD" },
		{ "2023", "exports", "1204", "", "USD" },
		{ "2024", "balance", "1204", "-4100000.50", "USD" },
	};
	struct ts_table *table;
	struct ts_err err = { 0 };

	assert_int_equal(
		ts_table_new(sample->arena, "sample", columns, 5, &table, &err),
		TS_OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(ts_table_add(table, rows[i], &err), TS_OK);
	return table;
}

static void
sample_sources(struct sample *sample)
{
	sample->sources[0] = (struct ts_source_note){
		.id = "doc-1",
		.publisher = "United Nations, UN Comtrade",
		.dataset = "C/A/HS",
		.url = "https://comtradeapi.un.org/public/v1/preview/C/A/HS"
		       "?reporterCode=398&partnerCode=380",
		.retrieved = "2026-11-24T05:31:07Z",
		.sha256 = "9f86d081884c7d659a2feaa0c55ad015"
			  "a3bf4f1b2b0b822cd15d6c15b0f00a08",
		.licence = "UN Comtrade terms of use; source: UN Comtrade.",
	};
	sample->sources[1] = sample->sources[0];
	sample->sources[1].id = "doc-2";
	sample->sources[1].url = "https://comtradeapi.un.org/public/v1/"
				 "preview/C/A/HS?reporterCode=380";
	sample->sources[2] = (struct ts_source_note){
		.id = "doc-3",
		.publisher = "World Bank",
		.dataset = "World Development Indicators",
		.url = "http://api.example.org/insecure",
		.retrieved = "2026-11-24T05:31:09Z",
		.sha256 = "60303ae22b998861bce3b28f33eec1be"
			  "758a213c86c93c076dbe9f558c11c752",
		.licence = "CC BY 4.0, The World Bank",
	};
}

static void
sample_figures(struct sample *sample)
{
	static const struct {
		const char *id, *label, *value;
	} rows[] = {
		{ "turnover/2024", "Turnover, 2024", "19900000000" },
		{ "exports/2024", "Exports to Italy, 2024", "18700000000" },
		{ "imports/2024", "Imports from Italy, 2024", "1300000000" },
		{ "share/2024", "Share in the region's trade", "85" },
	};
	static const char *const changes[] = { "24%", "25.8%", "2.2%",
					       "level stated for 2024" };
	static const char *const values[] = { "$19.9 bn", "$18.7 bn", "$1.3 bn",
					      "85%" };

	sample->documents[0] = "doc-1";
	sample->documents[1] = "doc-2";
	sample->documents[2] = "doc-3";
	for (size_t i = 0; i < 4; i++) {
		sample->figures[i] = (struct ts_figure){
			.id = rows[i].id,
			.label = rows[i].label,
			.value = rows[i].value,
			.unit = i == 3 ? "percent" : "USD",
			.status = "ok",
			.indicator = i == 0 ? "turnover" : "",
			.vintage = "2026-11-24T05:31:07Z",
			.documents = sample->documents,
			.document_count = i == 3 ? 3 : 2,
		};
		sample->keys[i] = (struct ts_key_figure){
			.label = rows[i].label,
			.value = values[i],
			.change = changes[i],
			.direction = i == 3 ? 0 : 1,
			.figure_id = rows[i].id,
		};
	}
}

static void
sample_pages(struct sample *sample, const char *charts)
{
	struct ts_table *table = sample_table(sample);

	sample->sentences[0] = "Crude oil up 26.7% or $3.9 billion (from "
			       "$14.5 to $18.4 billion)";
	sample->sentences[1] = "Dried leguminous vegetables 37-fold increase, "
			       "up $28.3 million (from $0.8 to $29.1 million)";
	sample->sentences[2] = "Flax seeds new, $4.1 million";
	sample->pages[0] = (struct ts_page){
		.id = "turnover",
		.title = "Trade with Italy rose 24% to $19.9 billion in 2024",
		.subtitle = "Exports and imports, US$, 2023 to 2024",
		.sentences = sample->sentences,
		.sentence_count = 1,
		.alt = "Columns: exports and imports by year.",
		.source_line = "UN Comtrade, C/A/HS, retrieved 2026-11-24",
		.notes = "2024 is provisional.",
		.table = table,
		.data = table,
		.svg = sample_chart(sample, charts, "turnover.svg", "#FFF"),
		.svg_dark = sample_chart(sample, charts, "turnover-dark.svg",
					 "#14181F"),
		.width = 600,
		.height = 400,
	};
	sample->pages[1] = sample->pages[0];
	sample->pages[1].id = "movers-exports";
	sample->pages[1].title = "Crude oil moved most among exports";
	sample->pages[1].sentence_count = 3;
	sample->pages[1].svg =
		sample_chart(sample, charts, "movers.svg", "#FFF");
	sample->pages[1].svg_dark = NULL;
	sample->pages[2] = (struct ts_page){
		.id = "reconciliation",
		.title = "Two sources tell two sizes of the same trade",
		.subtitle = "",
		.alt = "",
		.source_line = "",
		.notes = "",
		.sentences = sample->sentences,
		.sentence_count = 1,
		.table = table,
		.data = table,
	};
	sample->pages[3] = (struct ts_page){
		.id = "seasonality",
		.title = "Seasonality",
		.subtitle = "",
		.alt = "",
		.source_line = "",
		.notes = "",
		.not_drawn = "needs 18 months, got 2 years",
	};
}

/* charts: folder for pictures, scratch: for the drawn PDF; NULL: none. */
static void
sample_open(struct sample *sample, const char *charts, const char *scratch)
{
	struct ts_edition *edition = &sample->edition;

	memset(sample, 0, sizeof *sample);
	sample->arena = ts_arena_new(4 << 20);
	assert_non_null(sample->arena);
	sample_sources(sample);
	sample_figures(sample);
	sample_pages(sample, charts);
	sample->warnings[0] = "Exports and imports add up to 20.0, the "
			      "published turnover is 19.9.";
	sample->outline[0] = "Kazakhstan\u2013Italy trade";
	sample->outline[1] = "\u0422\u043e\u0440\u0433\u043e\u0432\u043b\u044f";
	*edition = (struct ts_edition){
		.report = "kazakhstan-italy",
		.title = "Kazakhstan\u2013Italy trade",
		.subtitle = "Annual report 2024 \u00b7 goods \u00b7 US$",
		.period = "2024",
		.number = 1,
		.language = "en",
		.currency = "USD",
		.issued = "24 November 2026",
		.issued_iso = "2026-11-24T06:30:00Z",
		.software = "tradestat 0.1.0",
		.warnings = sample->warnings,
		.warning_count = 1,
		.keys = sample->keys,
		.key_count = 4,
		.pages = sample->pages,
		.page_count = 4,
		.figures = sample->figures,
		.figure_count = 4,
		.sources = sample->sources,
		.source_count = 3,
	};
	if (scratch != NULL) {
		TS_AUTO_BUF pdf = TS_BUF_INIT(65536);

		sample_pdf(&pdf, 2);
		edition->report_pdf = sample_file(sample, scratch, "pages.pdf",
						  pdf.data, pdf.used);
		edition->report_pdf_outline = sample->outline;
		edition->report_pdf_pages = 2;
	}
}

static void
sample_close(struct sample *sample)
{
	ts_arena_free(sample->arena);
}

#endif
