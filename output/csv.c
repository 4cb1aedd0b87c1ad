/* SPDX-License-Identifier: Apache-2.0 */
/*
 * data/PAGE.csv: every figure that a page shows, as tidy CSV (RFC 4180, UTF-8,
 * LF), exact and never localised; data/all-figures.csv: every figure of the
 * edition with the documents it came from.
 *
 * People open these in a spreadsheet, so a text that would be a formula there
 * gets an apostrophe in front; numbers stay as they are.
 */
#include <string.h>
#include <tradestat/csv.h>
#include <tradestat/num.h>
#include <tradestat/plugin.h>
#include <tradestat/text.h>

#define FILE_MOST (64u << 20)
#define TEXT_MOST 10000

static void
put_cell(struct ts_buf *out, const char *text, bool first)
{
	TS_AUTO_BUF clean = TS_BUF_INIT(4 * TEXT_MOST + 8);
	struct ts_decimal number;

	if (text == NULL)
		text = "";
	if (ts_decimal_read(text, strlen(text), &number, NULL)) {
		ts_csv_put(out, text, first);
		return;
	}
	ts_text_clean(&clean, text, TEXT_MOST);
	ts_csv_put_guarded(out, clean.data, first);
}

static enum ts_status
put_file(const struct ts_maker *maker, const char *name,
	 const struct ts_buf *text, struct ts_err *err)
{
	if (ts_buf_check(text, name, err) != TS_OK ||
	    maker->file(maker->ctx, name, err) != TS_OK)
		return err->status;
	return maker->write(maker->ctx, text->data, text->used, err);
}

static enum ts_status
put_page(const struct ts_maker *maker, const struct ts_page *page,
	 struct ts_err *err)
{
	TS_AUTO_BUF out = TS_BUF_INIT(FILE_MOST);
	TS_AUTO_BUF name = TS_BUF_INIT(256);
	const struct ts_table *data = page->data;

	for (size_t i = 0; i < data->column_count; i++)
		put_cell(&out, data->columns[i], i == 0);
	ts_buf_add_char(&out, '\n');
	for (size_t row = 0; row < data->row_count; row++) {
		for (size_t i = 0; i < data->column_count; i++)
			put_cell(&out, ts_table_text(data, row, i), i == 0);
		ts_buf_add_char(&out, '\n');
	}
	ts_buf_addf(&name, "data/%s.csv", page->id);
	if (ts_buf_check(&name, "file name", err) != TS_OK)
		return err->status;
	return put_file(maker, name.data, &out, err);
}

static void
put_documents(struct ts_buf *out, const struct ts_figure *figure)
{
	TS_AUTO_BUF joined = TS_BUF_INIT(1 << 20);

	for (size_t i = 0; i < figure->document_count; i++)
		ts_buf_addf(&joined, "%s%s", i > 0 ? " " : "",
			    figure->documents[i]);
	put_cell(out, joined.data, false);
	out->failed |= joined.failed;
}

static enum ts_status
put_figures(const struct ts_maker *maker, const struct ts_edition *edition,
	    struct ts_err *err)
{
	TS_AUTO_BUF out = TS_BUF_INIT(FILE_MOST);

	ts_buf_add(&out, "id,label,value,unit,status,indicator,vintage,"
			 "documents\n");
	for (size_t i = 0; i < edition->figure_count; i++) {
		const struct ts_figure *figure = &edition->figures[i];

		put_cell(&out, figure->id, true);
		put_cell(&out, figure->label, false);
		put_cell(&out, figure->value, false);
		put_cell(&out, figure->unit, false);
		put_cell(&out, figure->status, false);
		put_cell(&out, figure->indicator, false);
		put_cell(&out, figure->vintage, false);
		put_documents(&out, figure);
		ts_buf_add_char(&out, '\n');
	}
	return put_file(maker, "data/all-figures.csv", &out, err);
}

static enum ts_status
put_sources(const struct ts_maker *maker, const struct ts_edition *edition,
	    struct ts_err *err)
{
	TS_AUTO_BUF out = TS_BUF_INIT(FILE_MOST);

	ts_buf_add(&out, "id,publisher,dataset,url,retrieved,sha256,"
			 "licence\n");
	for (size_t i = 0; i < edition->source_count; i++) {
		const struct ts_source_note *source = &edition->sources[i];

		put_cell(&out, source->id, true);
		put_cell(&out, source->publisher, false);
		put_cell(&out, source->dataset, false);
		put_cell(&out, source->url, false);
		put_cell(&out, source->retrieved, false);
		put_cell(&out, source->sha256, false);
		put_cell(&out, source->licence, false);
		ts_buf_add_char(&out, '\n');
	}
	return put_file(maker, "data/all-sources.csv", &out, err);
}

static enum ts_status
csv_make(const struct ts_edition *edition, const struct ts_maker *maker,
	 struct ts_err *err)
{
	for (size_t i = 0; i < edition->page_count; i++)
		if (edition->pages[i].data != NULL &&
		    put_page(maker, &edition->pages[i], err) != TS_OK)
			return err->status;
	if (put_figures(maker, edition, err) != TS_OK)
		return err->status;
	return put_sources(maker, edition, err);
}

const struct ts_output tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_output, OUTPUT, "csv",
		       "Every figure as tidy CSV", NULL, 0),
	.make = csv_make,
};
