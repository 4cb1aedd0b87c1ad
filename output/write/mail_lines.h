/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail_lines.h - plain text in lines of at most TS_MAIL_WIDTH columns of a
 * fixed-width font: paragraphs, lists, tables. All text is cleaned on the way.
 */
#ifndef OUTPUT_WRITE_MAIL_LINES_H
#define OUTPUT_WRITE_MAIL_LINES_H

#include <tradestat/buf.h>
#include <tradestat/table.h>

#define TS_MAIL_WIDTH 72

/* Columns that a text takes: marks that combine take none, Han and the like
 * two. */
size_t ts_mail_columns(const char *text, size_t length);
/* Words in lines; first stands before the first, rest before all others. A
 * word that is longer than a line is broken. */
void ts_mail_wrap(struct ts_buf *out, const char *text, const char *first,
		  const char *rest);
/* A heading, underlined with that character. */
void ts_mail_underlined(struct ts_buf *out, const char *text, char line);
/* Columns side by side, figures to the right; what is too wide continues in
 * the next line, and what cannot stand side by side at all is written row by
 * row. */
void ts_mail_table(struct ts_buf *out, const struct ts_table *table);

#endif
