/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.pdf: the pages as gnuplot drew them, with what it cannot write:
 * an outline, the title, the language, the edition's own date in place of the
 * time of drawing, and an id that follows from the content, so that the same
 * edition gives the same bytes.
 */
#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/clock.h>
#include <tradestat/plugin.h>
#include <tradestat/text.h>

#define PDF_MOST (256u << 20)
#define TITLE_MOST 200 /* characters of a bookmark */

static void
forget(qpdf_data *pdf)
{
	if (*pdf != NULL)
		qpdf_cleanup(pdf);
}

/* The first thing that went wrong in libqpdf since the last look. */
static enum ts_status
check(qpdf_data pdf, const char *doing, struct ts_err *err)
{
	if (qpdf_has_error(pdf))
		return ts_fail(
			err, TS_BAD_DATA, "%s: %s", doing,
			qpdf_get_error_full_text(pdf, qpdf_get_error(pdf)));
	return TS_OK;
}

static qpdf_oh
text_object(qpdf_data pdf, const char *text)
{
	TS_AUTO_BUF clean = TS_BUF_INIT(4 * TITLE_MOST + 8);

	ts_text_clean(&clean, text != NULL ? text : "", TITLE_MOST);
	return qpdf_oh_new_unicode_string(pdf, clean.data);
}

/* gnuplot's PDFs do nothing when opened; one that would is not from there. */
static enum ts_status
check_harmless(qpdf_data pdf, qpdf_oh root, struct ts_err *err)
{
	static const char *const active[] = {
		"/OpenAction", "/AA",         "/AcroForm",
		"/Names",      "/JavaScript", "/Outlines",
	};

	for (size_t i = 0; i < sizeof active / sizeof active[0]; i++)
		if (qpdf_oh_has_key(pdf, root, active[i]))
			return ts_fail(err, TS_BAD_DATA,
				       "the drawn PDF has "
				       "%s in it",
				       active[i]);
	return TS_OK;
}

/* [ page /Fit ]: the whole page, whatever the window. */
static qpdf_oh
destination(qpdf_data pdf, size_t page)
{
	qpdf_oh array = qpdf_oh_new_array(pdf);

	qpdf_oh_append_item(pdf, array, qpdf_get_page_n(pdf, page));
	qpdf_oh_append_item(pdf, array, qpdf_oh_new_name(pdf, "/Fit"));
	return array;
}

static void
put_outline(qpdf_data pdf, qpdf_oh root, const struct ts_edition *edition)
{
	qpdf_oh outlines =
		qpdf_make_indirect_object(pdf, qpdf_oh_new_dictionary(pdf));
	qpdf_oh before = 0;
	size_t count = edition->report_pdf_pages;

	for (size_t i = 0; i < count; i++) {
		qpdf_oh item = qpdf_make_indirect_object(
			pdf, qpdf_oh_new_dictionary(pdf));

		qpdf_oh_replace_key(
			pdf, item, "/Title",
			text_object(pdf, edition->report_pdf_outline[i]));
		qpdf_oh_replace_key(pdf, item, "/Parent", outlines);
		qpdf_oh_replace_key(pdf, item, "/Dest", destination(pdf, i));
		if (i == 0) {
			qpdf_oh_replace_key(pdf, outlines, "/First", item);
		} else {
			qpdf_oh_replace_key(pdf, item, "/Prev", before);
			qpdf_oh_replace_key(pdf, before, "/Next", item);
		}
		before = item;
	}
	qpdf_oh_replace_key(pdf, outlines, "/Type",
			    qpdf_oh_new_name(pdf, "/Outlines"));
	qpdf_oh_replace_key(pdf, outlines, "/Last", before);
	qpdf_oh_replace_key(pdf, outlines, "/Count",
			    qpdf_oh_new_integer(pdf, (long long)count));
	qpdf_oh_replace_key(pdf, root, "/Outlines", outlines);
	qpdf_oh_replace_key(pdf, root, "/PageMode",
			    qpdf_oh_new_name(pdf, "/UseOutlines"));
}

/* "2026-11-24T21:30:05Z" as "D:20261124213005Z". */
static enum ts_status
pdf_date(const char *iso, char out[32], struct ts_err *err)
{
	char utc[TS_TIME_TEXT];
	int64_t us;
	size_t used = 2;

	if (ts_time_parse(iso, &us, err) != TS_OK)
		return ts_while(err, "date of issue");
	ts_time_print(us, utc);
	memcpy(out, "D:", 2);
	for (const char *at = utc; *at != '\0' && used < 16; at++)
		if (*at >= '0' && *at <= '9')
			out[used++] = *at;
	out[used++] = 'Z';
	out[used] = '\0';
	return TS_OK;
}

static enum ts_status
put_facts(qpdf_data pdf, qpdf_oh root, const struct ts_edition *edition,
	  struct ts_err *err)
{
	char date[32];
	qpdf_oh info = qpdf_oh_new_dictionary(pdf);
	qpdf_oh viewer = qpdf_oh_new_dictionary(pdf);

	if (pdf_date(edition->issued_iso, date, err) != TS_OK)
		return err->status;
	qpdf_oh_replace_key(pdf, info, "/Title",
			    text_object(pdf, edition->title));
	qpdf_oh_replace_key(pdf, info, "/Subject",
			    text_object(pdf, edition->subtitle));
	qpdf_oh_replace_key(pdf, info, "/Creator",
			    text_object(pdf, edition->software));
	qpdf_oh_replace_key(pdf, info, "/Producer",
			    qpdf_oh_new_string(pdf, "gnuplot, cairo, qpdf"));
	qpdf_oh_replace_key(pdf, info, "/CreationDate",
			    qpdf_oh_new_string(pdf, date));
	qpdf_oh_replace_key(pdf, info, "/ModDate",
			    qpdf_oh_new_string(pdf, date));
	qpdf_oh_replace_key(pdf, qpdf_get_trailer(pdf), "/Info",
			    qpdf_make_indirect_object(pdf, info));
	qpdf_oh_replace_key(pdf, root, "/Lang",
			    text_object(pdf, edition->language));
	qpdf_oh_replace_key(pdf, viewer, "/DisplayDocTitle",
			    qpdf_oh_new_bool(pdf, QPDF_TRUE));
	qpdf_oh_replace_key(pdf, root, "/ViewerPreferences", viewer);
	return check(pdf, "describe", err);
}

static enum ts_status
finish(qpdf_data pdf, const struct ts_edition *edition, struct ts_err *err)
{
	qpdf_oh root = qpdf_get_root(pdf);
	int pages = qpdf_get_num_pages(pdf);

	if (check(pdf, "read", err) != TS_OK ||
	    check_harmless(pdf, root, err) != TS_OK)
		return err->status;
	if (pages < 1 || (size_t)pages != edition->report_pdf_pages)
		return ts_fail(err, TS_BAD_DATA,
			       "the drawn PDF has %d pages "
			       "instead of %zu",
			       pages, edition->report_pdf_pages);
	put_outline(pdf, root, edition);
	if (check(pdf, "outline", err) != TS_OK ||
	    put_facts(pdf, root, edition, err) != TS_OK)
		return err->status;
	qpdf_init_write_memory(pdf);
	qpdf_set_deterministic_ID(pdf, QPDF_TRUE);
	qpdf_set_object_stream_mode(pdf, qpdf_o_generate);
	qpdf_write(pdf);
	return check(pdf, "write", err);
}

static enum ts_status
put_file(qpdf_data pdf, const struct ts_edition *edition,
	 const struct ts_maker *maker, struct ts_err *err)
{
	char name[32] = "report.pdf";

	if (strcmp(edition->language, "en") != 0)
		snprintf(name, sizeof name, "report.%.2s.pdf",
			 edition->language);
	if (maker->file(maker->ctx, name, err) != TS_OK)
		return err->status;
	return maker->write(maker->ctx, qpdf_get_buffer(pdf),
			    qpdf_get_buffer_length(pdf), err);
}

static enum ts_status
pdf_make(const struct ts_edition *edition, const struct ts_maker *maker,
	 struct ts_err *err)
{
	TS_AUTO_BUF bytes = TS_BUF_INIT(PDF_MOST);
	__attribute__((cleanup(forget))) qpdf_data pdf = NULL;

	if (edition->report_pdf == NULL)
		return ts_fail(err, TS_BAD_DATA, "no pages were drawn as PDF");
	if (maker->read(maker->ctx, edition->report_pdf, &bytes, err) != TS_OK)
		return err->status;
	pdf = qpdf_init();
	if (pdf == NULL)
		return ts_fail(err, TS_SYSTEM, "libqpdf: out of memory");
	qpdf_silence_errors(pdf);
	qpdf_set_suppress_warnings(pdf, QPDF_TRUE);
	/* a PDF that needs repair was cut: it must not be published */
	qpdf_set_attempt_recovery(pdf, QPDF_FALSE);
	qpdf_read_memory(pdf, "drawn PDF", bytes.data, bytes.used, NULL);
	if (check(pdf, "read", err) != TS_OK ||
	    finish(pdf, edition, err) != TS_OK)
		return err->status;
	return put_file(pdf, edition, maker, err);
}

const struct ts_output tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_output, OUTPUT, "pdf",
		       "One PDF with an outline", NULL, 0),
	.make = pdf_make,
};
