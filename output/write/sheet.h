/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.h - a table of the edition as an HTML table: row and column headers
 * with their scope, numbers to the right with the unit in the header, what is
 * missing shown as a dash that is also said in words.
 */
#ifndef OUTPUT_WRITE_SHEET_H
#define OUTPUT_WRITE_SHEET_H

#include <tradestat/buf.h>
#include <tradestat/table.h>

/*
 * caption: foreign text. full: where all rows are when there are too many for
 * a page ("data/turnover.csv").
 */
void ts_sheet(struct ts_buf *out, const struct ts_table *table,
	      const char *caption, const char *full);

/* A column of figures, and of what is said where there is none; codes and
 * years are names. */
bool ts_sheet_has_figures(const struct ts_table *table, size_t column);
/* "18400000000" is read as "18,400,000,000"; what is worded already, and
 * numbers of up to four digits, stay as they are. Not cleaned. */
void ts_sheet_figure_words(struct ts_buf *out, const char *text);
/* from_period is a name for programs; people read "From period". Not cleaned.
 */
void ts_sheet_column_words(struct ts_buf *out, const char *name);

#endif
