/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What mail clients leave of a page differs; what holds in all of them is an
 * HTML of long ago: tables for the layout, attributes beside the styles. The
 * charts have a frame with a margin of 20 px drawn in them, so they fill the
 * column and all text keeps that margin.
 */
#include "output/write/mail_html.h"

#include <string.h>
#include <tradestat/text.h>
#include "output/write/markup.h"
#include "output/write/sheet.h"

#define FONT "font-family:Inter,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
#define INK "color:#1b1f2a;"
#define MUTED "color:#59636f;"
#define ROWS_MOST 40
#define COLUMNS_MOST 6

/* Enhancement only: a client that drops it shows the light page. */
static const char head_style[] =
	":root{color-scheme:light dark;supported-color-schemes:light dark}\n"
	"@media (prefers-color-scheme:dark){\n"
	".bg{background:#0f1217!important}\n"
	".card{background:#181d25!important}\n"
	".ink{color:#e8ecf1!important}\n"
	".mut{color:#a4aeba!important}\n"
	".acc{color:#4c9be8!important}\n"
	".tile{background:#222935!important}\n"
	".line{border-color:#39424f!important}\n"
	".note{background:#2a2418!important;border-color:#f0be55!important}\n"
	"}\n"
	"@media (max-width:400px){\n"
	".pad{padding-left:14px!important;padding-right:14px!important}\n"
	".big{font-size:21px!important}\n"
	"}\n"
	/* a wide screen shows it well enough in the picture */
	"@media (min-width:480px){\n"
	".drawn h2{font-size:0!important;line-height:0!important;"
	"padding-top:20px!important}\n"
	"}\n";

/* No text is so long that the message gets too long for it. */
static void
put_text(struct ts_buf *out, const struct ts_mail_doc *doc, const char *text)
{
	TS_AUTO_BUF cut = TS_BUF_INIT(1u << 20);

	if (text == NULL || ts_utf8_length(text) <= doc->text_most) {
		ts_markup(out, text);
		return;
	}
	ts_text_clean(&cut, text, doc->text_most);
	ts_markup(out, cut.data);
	out->failed |= cut.failed;
}

static void
begin_row(struct ts_buf *out, const char *class, const char *style)
{
	ts_buf_addf(out,
		    "<tr><td class=\"pad %s\" style=\"padding:0 20px;" FONT
		    "%s\">",
		    class, style);
}

static void
end_row(struct ts_buf *out)
{
	ts_buf_add(out, "</td></tr>\n");
}

static void
put_text_row(struct ts_buf *out, const struct ts_mail_doc *doc,
	     const char *class, const char *style, const char *text)
{
	if (!ts_mail_is_set(text))
		return;
	begin_row(out, class, style);
	put_text(out, doc, text);
	end_row(out);
}

static void
put_heading(struct ts_buf *out, const struct ts_mail_doc *doc,
	    const char *level, const char *class, const char *style,
	    const char *text)
{
	begin_row(out, class, INK);
	ts_buf_addf(out, "<%s class=\"ink\" style=\"margin:0;" FONT INK "%s\">",
		    level, style);
	put_text(out, doc, text);
	ts_buf_addf(out, "</%s>", level);
	end_row(out);
}

static void
put_title(struct ts_buf *out, const struct ts_mail_doc *doc,
	  const struct ts_mail_block *block)
{
	put_heading(out, doc, "h1", "ink",
		    "padding-top:24px;font-size:26px;line-height:32px;"
		    "font-weight:700;",
		    block->text);
	for (size_t i = 0; i < block->item_count; i++)
		put_text_row(out, doc, "mut",
			     i == 0 ? MUTED "padding-top:6px;font-size:16px;"
					    "line-height:24px;"
				    : MUTED "padding-top:2px;font-size:13px;"
					    "line-height:20px;",
			     block->items[i]);
}

static void
put_framed(struct ts_buf *out, const struct ts_mail_doc *doc,
	   const struct ts_mail_block *block)
{
	begin_row(out, "ink", "padding-top:20px;");
	ts_buf_add(out, "<table role=\"presentation\" width=\"100%\" "
			"cellpadding=\"0\" cellspacing=\"0\" border=\"0\">"
			"<tr><td class=\"note ink\" style=\"padding:12px "
			"14px;background:#fdf6e6;border-left:4px solid "
			"#e3a72f;font-size:14px;line-height:21px;" FONT INK
			"\"><strong>");
	put_text(out, doc, block->text);
	ts_buf_add(out, "</strong>");
	for (size_t i = 0; i < block->item_count; i++) {
		ts_buf_add(out, "<br>");
		put_text(out, doc, block->items[i]);
	}
	ts_buf_add(out, "</td></tr></table>");
	end_row(out);
}

/* ---- key figures -------------------------------------------------------- */

static void
put_tile(struct ts_buf *out, const struct ts_mail_doc *doc,
	 const struct ts_key_figure *key)
{
	ts_buf_add(out, "<td class=\"tile\" width=\"49%\" valign=\"top\" "
			"style=\"width:49%;padding:12px 14px;"
			"background:#f1f4f7;" FONT "\">"
			"<div class=\"mut\" style=\"font-size:13px;"
			"line-height:18px;" MUTED "\">");
	put_text(out, doc, key->label);
	ts_buf_add(out, "</div><div class=\"ink big\" style=\"font-size:24px;"
			"line-height:32px;font-weight:700;" INK "\">");
	put_text(out, doc, key->value);
	ts_buf_add(out, "</div>");
	if (ts_mail_is_set(key->change)) {
		ts_buf_add(out, "<div class=\"ink\" style=\"font-size:14px;"
				"line-height:20px;" INK "\">");
		/* the arrow is for the eye, the word for everybody */
		if (key->direction != 0)
			ts_buf_addf(out,
				    "<span class=\"acc\" aria-hidden=\"true\" "
				    "style=\"color:#0b5fa5;\">%s</span> %s ",
				    key->direction > 0 ? "\u25b2" : "\u25bc",
				    key->direction > 0 ? "up" : "down");
		put_text(out, doc, key->change);
		ts_buf_add(out, "</div>");
	}
	ts_buf_add(out, "</td>");
}

static void
put_figures(struct ts_buf *out, const struct ts_mail_doc *doc,
	    const struct ts_mail_block *block)
{
	begin_row(out, "ink", "padding-top:16px;");
	ts_buf_add(out, "<table role=\"presentation\" width=\"100%\" "
			"cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n");
	for (size_t i = 0; i < block->key_count; i += 2) {
		if (i > 0)
			ts_buf_add(out, "<tr><td colspan=\"3\" height=\"8\" "
					"style=\"height:8px;font-size:0;"
					"line-height:8px;\">&nbsp;</td></tr>");
		ts_buf_add(out, "<tr>");
		put_tile(out, doc, &block->keys[i]);
		ts_buf_add(out, "<td width=\"2%\" style=\"width:2%;"
				"font-size:0;\">&nbsp;</td>");
		if (i + 1 < block->key_count)
			put_tile(out, doc, &block->keys[i + 1]);
		else
			ts_buf_add(out, "<td width=\"49%\">&nbsp;</td>");
		ts_buf_add(out, "</tr>\n");
	}
	ts_buf_add(out, "</table>");
	end_row(out);
}

/* ---- tables ------------------------------------------------------------- */

static void
put_cell(struct ts_buf *out, const struct ts_mail_doc *doc, const char *text,
	 bool is_figure, bool is_head, bool is_row_head)
{
	const char *tag = is_head || is_row_head ? "th" : "td";
	TS_AUTO_BUF cell = TS_BUF_INIT(1u << 20);

	ts_buf_addf(out,
		    "<%s%s class=\"line %s\" align=\"%s\" valign=\"%s\" "
		    "style=\"padding:6px %s;border-bottom:1px solid #dfe4e9;"
		    "font-size:13px;line-height:18px;font-weight:%s;" FONT
		    "%s\">",
		    tag,
		    is_head       ? " scope=\"col\""
		    : is_row_head ? " scope=\"row\""
				  : "",
		    is_head ? "mut" : "ink", is_figure ? "right" : "left",
		    is_head ? "bottom" : "top",
		    is_figure ? "0 6px 10px" : "8px 6px 0",
		    is_row_head ? "500" : "400", is_head ? MUTED : INK);
	if (is_figure && text[0] == '\0')
		ts_buf_add(&cell, "\u2013");
	else if (is_figure && !is_head)
		ts_sheet_figure_words(&cell, text);
	put_text(out, doc, cell.used > 0 ? cell.data : text);
	out->failed |= cell.failed;
	ts_buf_addf(out, "</%s>", tag);
}

static void
put_table(struct ts_buf *out, const struct ts_mail_doc *doc,
	  const struct ts_table *table)
{
	size_t columns = table->column_count < COLUMNS_MOST
				 ? table->column_count
				 : COLUMNS_MOST;
	size_t rows =
		table->row_count < ROWS_MOST ? table->row_count : ROWS_MOST;
	bool is_figure[COLUMNS_MOST];

	begin_row(out, "ink", "padding-top:10px;");
	ts_buf_add(out, "<table width=\"100%\" cellpadding=\"0\" "
			"cellspacing=\"0\" border=\"0\">\n<tr>");
	for (size_t i = 0; i < columns; i++) {
		TS_AUTO_BUF name = TS_BUF_INIT(4096);

		is_figure[i] = ts_sheet_has_figures(table, i);
		ts_sheet_column_words(&name, table->columns[i]);
		out->failed |= name.failed;
		put_cell(out, doc, name.data, is_figure[i], true, false);
	}
	ts_buf_add(out, "</tr>\n");
	for (size_t row = 0; row < rows; row++) {
		ts_buf_add(out, "<tr>");
		for (size_t i = 0; i < columns; i++)
			put_cell(out, doc, ts_table_text(table, row, i),
				 is_figure[i], false, i == 0);
		ts_buf_add(out, "</tr>\n");
	}
	ts_buf_add(out, "</table>");
	if (rows < table->row_count)
		ts_buf_addf(out,
			    "<div class=\"mut\" style=\"padding-top:4px;"
			    "font-size:12px;" MUTED "\">The first %zu of %zu "
			    "rows.</div>",
			    rows, table->row_count);
	end_row(out);
}

/* ---- the rest ----------------------------------------------------------- */

static void
put_image(struct ts_buf *out, const struct ts_mail_doc *doc,
	  const struct ts_mail_block *block)
{
	ts_buf_add(out, "<tr><td style=\"padding:10px 0 0;\"><img src=\"cid:");
	put_text(out, doc, block->cid);
	ts_buf_addf(out, "\" width=\"%d\" height=\"%d\" alt=\"", block->width,
		    block->height);
	put_text(out, doc, block->text);
	ts_buf_addf(out,
		    "\" border=\"0\" style=\"display:block;width:100%%;"
		    "max-width:%dpx;height:auto;border:0;background:#ffffff;"
		    "color:#1b1f2a;font-size:14px;line-height:20px;" FONT
		    "\"></td></tr>\n",
		    block->width);
}

static void
put_list(struct ts_buf *out, const struct ts_mail_doc *doc,
	 const struct ts_mail_block *block)
{
	const char *class = block->is_small ? "mut" : "ink";
	const char *style = block->is_small
				    ? MUTED "font-size:13px;line-height:19px;"
				    : INK "font-size:15px;line-height:22px;";

	if (block->item_count == 0)
		return;
	begin_row(out, class, "padding-top:10px;");
	ts_buf_add(out, "<ul style=\"margin:0;padding:0 0 0 20px;\">\n");
	for (size_t i = 0; i < block->item_count; i++) {
		ts_buf_addf(out,
			    "<li class=\"%s\" style=\"margin:0 0 4px;%s\">",
			    class, style);
		put_text(out, doc, block->items[i]);
		ts_buf_add(out, "</li>\n");
	}
	ts_buf_add(out, "</ul>");
	end_row(out);
}

/* An address from the configuration; it is a link only when it is one. */
static void
put_link(struct ts_buf *out, const char *link)
{
	bool is_mail = strncmp(link, "mailto:", 7) == 0;

	ts_buf_add(out, "<br>");
	if (!is_mail && !ts_markup_is_link(link)) {
		ts_markup(out, link);
		return;
	}
	ts_buf_add(out, "<a class=\"acc\" style=\"color:#0b5fa5;"
			"word-break:break-all;\" href=\"");
	ts_markup_exact(out, link, strlen(link));
	ts_buf_add(out, "\">");
	ts_markup(out, is_mail ? link + 7 : link);
	ts_buf_add(out, "</a>");
}

static void
put_paragraph(struct ts_buf *out, const struct ts_mail_doc *doc,
	      const struct ts_mail_block *block)
{
	bool is_small = block->kind == TS_MAIL_SMALL;

	begin_row(out, is_small ? "mut" : "ink",
		  is_small ? MUTED "padding-top:6px;font-size:13px;"
				   "line-height:19px;"
			   : INK "padding-top:10px;font-size:15px;"
				 "line-height:22px;");
	put_text(out, doc, block->text);
	if (ts_mail_is_set(block->link))
		put_link(out, block->link);
	end_row(out);
}

static void
put_block(struct ts_buf *out, const struct ts_mail_doc *doc,
	  const struct ts_mail_block *block)
{
	switch (block->kind) {
	case TS_MAIL_FRAMED:
		put_framed(out, doc, block);
		break;
	case TS_MAIL_TITLE:
		put_title(out, doc, block);
		break;
	case TS_MAIL_FIGURES:
		put_figures(out, doc, block);
		break;
	case TS_MAIL_HEADING:
		put_heading(out, doc, "h2", "ink",
			    "padding-top:28px;font-size:16px;line-height:22px;"
			    "font-weight:700;",
			    block->text);
		break;
	case TS_MAIL_FINDING:
		put_heading(out, doc, "h2",
			    block->is_drawn ? "ink drawn" : "ink",
			    "padding-top:32px;font-size:19px;line-height:25px;"
			    "font-weight:700;",
			    block->text);
		break;
	case TS_MAIL_PARAGRAPH:
	case TS_MAIL_SMALL:
		put_paragraph(out, doc, block);
		break;
	case TS_MAIL_LIST:
		put_list(out, doc, block);
		break;
	case TS_MAIL_IMAGE:
		put_image(out, doc, block);
		break;
	case TS_MAIL_TABLE:
		put_table(out, doc, block->table);
		break;
	}
}

static bool
is_language(const char *text)
{
	return text != NULL && strlen(text) == 2 && text[0] >= 'a' &&
	       text[0] <= 'z' && text[1] >= 'a' && text[1] <= 'z';
}

void
ts_mail_html(struct ts_buf *out, const struct ts_mail_doc *doc,
	     const char *title)
{
	ts_buf_addf(out, "<!doctype html>\n<html lang=\"%s\">\n<head>\n",
		    is_language(doc->language) ? doc->language : "en");
	ts_buf_add(out, "<meta charset=\"utf-8\">\n"
			"<meta name=\"viewport\" content=\"width=device-width, "
			"initial-scale=1\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n"
			"<meta name=\"supported-color-schemes\" "
			"content=\"light dark\">\n<title>");
	ts_markup(out, title);
	ts_buf_addf(out, "</title>\n<style>\n%s</style>\n</head>\n",
		    head_style);
	ts_buf_add(out,
		   "<body class=\"bg\" style=\"margin:0;padding:0;"
		   "background:#f1f4f7;\">\n"
		   "<table role=\"presentation\" class=\"bg\" width=\"100%\" "
		   "cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
		   "style=\"background:#f1f4f7;\"><tr><td align=\"center\">\n"
		   /* one client obeys neither max-width nor percentages */
		   "<!--[if mso]><table role=\"presentation\" width=\"600\" "
		   "align=\"center\"><tr><td><![endif]-->\n"
		   "<table role=\"presentation\" class=\"card\" width=\"600\" "
		   "cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
		   "align=\"center\" style=\"width:100%;max-width:600px;"
		   "background:#ffffff;text-align:left;\">\n");
	for (size_t i = 0; i < doc->count; i++)
		if (doc->blocks[i].part != TS_MAIL_TEXT_ONLY)
			put_block(out, doc, &doc->blocks[i]);
	ts_buf_add(out, "<tr><td height=\"28\" style=\"height:28px;"
			"line-height:28px;font-size:0;\">&nbsp;</td></tr>\n"
			"</table>\n"
			"<!--[if mso]></td></tr></table><![endif]-->\n"
			"</td></tr></table>\n</body>\n</html>\n");
}
