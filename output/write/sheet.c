/* SPDX-License-Identifier: Apache-2.0 */
#include "output/write/sheet.h"

#include <string.h>
#include <tradestat/num.h>
#include <tradestat/text.h>
#include "output/write/markup.h"

#define ROWS_MOST 400 /* a page is for reading; told when cut */
#define ROWS_TALL 16  /* more scroll in a window of their own */

/* Columns whose digits are names: grouped or right-aligned they would lie. */
static const char *const name_columns[] = {
	"product",  "code",    "hs",   "period", "year",
	"reporter", "partner", "rank", "flow",   "month",
};

static bool
is_sign(uint32_t c)
{
	switch (c) {
	case '+':
	case '-':
	case '.':
	case '$':
	case '<':
	case '>':
	case 0x2212: /* minus */
	case 0xA3:   /* pound */
	case 0x20AC: /* euro */
	case 0x20B8: /* tenge */
	case 0x20BD: /* rouble */
		return true;
	default:
		return false;
	}
}

/* "18.4", "$18.4 billion", "+26.7%", "4.9×": signs, then a digit. Its
 * words and units come behind. */
static bool
is_figure(const char *text)
{
	const char *end = text + strlen(text);
	uint32_t c = 0;

	do {
		if (text == end)
			return false;
		c = ts_utf8_next(&text, end);
	} while (is_sign(c));
	return c >= '0' && c <= '9';
}

/* What stands among figures where there is none. */
static bool
is_figure_word(const char *text)
{
	static const char *const words[] = {
		"", "no data", "new", "gone", "no longer traded", "n/a", "–",
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

static bool
is_name_column(const char *name)
{
	for (size_t i = 0; i < sizeof name_columns / sizeof name_columns[0];
	     i++)
		if (strcasecmp(name, name_columns[i]) == 0)
			return true;
	return false;
}

bool
ts_sheet_has_figures(const struct ts_table *table, size_t column)
{
	bool any = false;

	if (column == 0 || is_name_column(table->columns[column]))
		return false;
	for (size_t row = 0; row < table->row_count; row++) {
		const char *cell = ts_table_text(table, row, column);

		if (is_figure(cell))
			any = true;
		else if (!is_figure_word(cell))
			return false;
	}
	return any;
}

/* The one unit of all rows that have a value; "" when there are several. */
static const char *
common_unit(const struct ts_table *table, size_t unit)
{
	const char *common = "";

	for (size_t row = 0; row < table->row_count; row++) {
		const char *cell = ts_table_text(table, row, unit);

		if (cell[0] == '\0')
			continue;
		if (common[0] != '\0' && strcmp(common, cell) != 0)
			return "";
		common = cell;
	}
	return common;
}

void
ts_sheet_figure_words(struct ts_buf *out, const char *text)
{
	struct ts_decimal number;
	const char *digits = text + (*text == '-' || *text == '+' ? 1 : 0);
	size_t count = strspn(digits, "0123456789");

	if (!ts_decimal_read(text, strlen(text), &number, NULL) ||
	    strpbrk(text, "eE") != NULL || (digits[0] == '0' && count > 1)) {
		ts_buf_add(out, text);
		return;
	}
	if (*text == '-')
		ts_buf_add(out, "\u2212");
	else if (*text == '+')
		ts_buf_add_char(out, '+');
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && count > 4 && (count - i) % 3 == 0)
			ts_buf_add_char(out, ',');
		ts_buf_add_char(out, digits[i]);
	}
	ts_buf_add(out, digits + count);
}

static void
put_figure(struct ts_buf *out, const char *text)
{
	TS_AUTO_BUF words = TS_BUF_INIT(1u << 20);

	ts_sheet_figure_words(&words, text);
	ts_markup(out, words.data);
	out->failed |= words.failed;
}

/* Only where a figure belongs does nothing mean "no data". */
static void
put_cell(struct ts_buf *out, const char *text, bool is_number, bool is_header)
{
	const char *tag = is_header && text[0] != '\0' ? "th" : "td";

	ts_buf_addf(out, "<%s%s>", tag,
		    is_number       ? " class=\"n\""
		    : tag[1] == 'h' ? " scope=\"row\""
				    : "");
	if (is_number && text[0] == '\0')
		ts_buf_add(out, "<span aria-hidden=\"true\">\u2013</span>"
				"<span class=\"sr\">no data</span>");
	else if (is_number)
		put_figure(out, text);
	else
		ts_markup(out, text);
	ts_buf_addf(out, "</%s>", tag);
}

void
ts_sheet_column_words(struct ts_buf *out, const char *name)
{
	size_t begin = out->used;

	for (; *name != '\0'; name++) {
		char c = *name;

		if (c == '_')
			c = ' ';
		else if (out->used == begin && c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		ts_buf_add_char(out, c);
	}
}

static void
put_column_name(struct ts_buf *out, const char *name)
{
	TS_AUTO_BUF words = TS_BUF_INIT(4096);

	ts_sheet_column_words(&words, name);
	ts_markup(out, words.data);
	out->failed |= words.failed;
}

struct sheet {
	const struct ts_table *table;
	size_t unit; /* column that is not shown; in the headers */
	const char *unit_text;
};

/* Columns that the unit column is about. */
static bool
has_unit(const char *name)
{
	return strcmp(name, "value") == 0 || strcmp(name, "from") == 0 ||
	       strcmp(name, "to") == 0 || strcmp(name, "delta") == 0;
}

static void
put_head(struct ts_buf *out, const struct sheet *sheet)
{
	const struct ts_table *table = sheet->table;

	ts_buf_add(out, "<thead><tr>");
	for (size_t i = 0; i < table->column_count; i++) {
		if (i == sheet->unit)
			continue;
		ts_buf_add(out, ts_sheet_has_figures(table, i)
					? "<th scope=\"col\" class=\"n\">"
					: "<th scope=\"col\">");
		put_column_name(out, table->columns[i]);
		if (sheet->unit != TS_NO_COLUMN &&
		    has_unit(table->columns[i])) {
			ts_buf_add(out, " <span class=\"unit\">");
			ts_markup(out, sheet->unit_text);
			ts_buf_add(out, "</span>");
		}
		ts_buf_add(out, "</th>");
	}
	ts_buf_add(out, "</tr></thead>\n");
}

/* true: a dash stands somewhere and has to be explained. */
static bool
put_rows(struct ts_buf *out, const struct sheet *sheet, size_t rows)
{
	const struct ts_table *table = sheet->table;
	bool is_number[64], missing = false;

	for (size_t i = 0; i < table->column_count; i++)
		if (i < 64)
			is_number[i] = ts_sheet_has_figures(table, i);
	ts_buf_add(out, "<tbody>\n");
	for (size_t row = 0; row < rows; row++) {
		ts_buf_add(out, "<tr>");
		for (size_t i = 0; i < table->column_count; i++) {
			const char *cell = ts_table_text(table, row, i);

			if (i == sheet->unit)
				continue;
			missing |= cell[0] == '\0' && i < 64 && is_number[i];
			put_cell(out, cell, i < 64 && is_number[i], i == 0);
		}
		ts_buf_add(out, "</tr>\n");
	}
	ts_buf_add(out, "</tbody>");
	return missing;
}

void
ts_sheet(struct ts_buf *out, const struct ts_table *table, const char *caption,
	 const char *full)
{
	struct sheet sheet = { .table = table,
			       .unit = ts_table_column(table, "unit") };
	size_t rows = table->row_count;
	bool missing, any = false;

	if (rows == 0 || table->column_count == 0)
		return;
	for (size_t i = 0; i < table->column_count; i++)
		any |= has_unit(table->columns[i]);
	if (sheet.unit != TS_NO_COLUMN) {
		sheet.unit_text = common_unit(table, sheet.unit);
		if (!any || sheet.unit == 0 || sheet.unit_text[0] == '\0')
			sheet.unit = TS_NO_COLUMN;
	}
	if (rows > ROWS_MOST)
		rows = ROWS_MOST;
	/* a region that scrolls must be reachable by keyboard */
	ts_buf_addf(out,
		    "<div class=\"scroll%s\" tabindex=\"0\" "
		    "role=\"region\" aria-label=\"Table: ",
		    rows > ROWS_TALL ? " tall" : "");
	ts_markup(out, caption);
	ts_buf_add(out, "\">\n<table>\n<caption>Figures<span class=\"sr\">: ");
	ts_markup(out, caption);
	ts_buf_add(out, "</span></caption>\n");
	put_head(out, &sheet);
	missing = put_rows(out, &sheet, rows);
	ts_buf_add(out, "</table>\n</div>\n");
	if (missing)
		ts_buf_add(out, "<p class=\"small\">\u2013 no data</p>\n");
	if (rows < table->row_count) {
		ts_buf_addf(out,
			    "<p class=\"small\">The first %zu of %zu "
			    "rows; all of them are in ",
			    rows, table->row_count);
		ts_markup(out, full);
		ts_buf_add(out, ".</p>\n");
	}
}
