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

#endif
