/* SPDX-License-Identifier: Apache-2.0 */
#include "output/write/mail_lines.h"

#include <string.h>
#include <tradestat/text.h>
#include "output/write/sheet.h"

#define TEXT_MOST 4000 /* characters of one text */
#define ROWS_MOST 40   /* a message is for reading; told when cut */
#define COLUMNS_MOST 12
#define NARROWEST 9 /* a column that may wrap keeps so many */
#define GAP 2

struct range {
	uint32_t first, last;
};

static bool
is_in(const struct range *ranges, size_t count, uint32_t c)
{
	for (size_t i = 0; i < count; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

static size_t
columns_of(uint32_t c)
{
	static const struct range none[] = {
		{ 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD },
		{ 0x0610, 0x061A }, { 0x064B, 0x065F }, { 0x0E31, 0x0E31 },
		{ 0x0E34, 0x0E3A }, { 0x0E47, 0x0E4E }, { 0x1AB0, 0x1AFF },
		{ 0x1DC0, 0x1DFF }, { 0x200B, 0x200F }, { 0x20D0, 0x20FF },
		{ 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F },
	};
	static const struct range two[] = {
		{ 0x1100, 0x115F },   { 0x2E80, 0x303E },   { 0x3041, 0xA4CF },
		{ 0xA960, 0xA97C },   { 0xAC00, 0xD7A3 },   { 0xF900, 0xFAFF },
		{ 0xFE30, 0xFE6F },   { 0xFF00, 0xFF60 },   { 0xFFE0, 0xFFE6 },
		{ 0x1F300, 0x1FAFF }, { 0x20000, 0x3FFFD },
	};

	if (c < 0x300)
		return 1;
	if (is_in(none, sizeof none / sizeof none[0], c))
		return 0;
	return is_in(two, sizeof two / sizeof two[0], c) ? 2 : 1;
}

size_t
ts_mail_columns(const char *text, size_t length)
{
	const char *end = text + length;
	size_t columns = 0;

	while (text < end)
		columns += columns_of(ts_utf8_next(&text, end));
	return columns;
}

static size_t
width_of(const char *text)
{
	return ts_mail_columns(text, strlen(text));
}

/*
 * The length of what fits into so many columns, broken at a blank where there
 * is one; *next: where it goes on.
 */
static size_t
line_length(const char *text, size_t columns, const char **next)
{
	const char *end = text + strlen(text), *at = text, *blank = NULL;
	size_t used = 0;

	while (at < end) {
		const char *before = at;

		if (*at == ' ')
			blank = at;
		used += columns_of(ts_utf8_next(&at, end));
		if (used <= columns)
			continue;
		if (blank != NULL) {
			*next = blank + 1;
			return (size_t)(blank - text);
		}
		/* at least one character, or it would never end */
		*next = before > text ? before : at;
		return (size_t)(*next - text);
	}
	*next = end;
	return (size_t)(end - text);
}

void
ts_mail_wrap(struct ts_buf *out, const char *text, const char *first,
	     const char *rest)
{
	TS_AUTO_BUF clean = TS_BUF_INIT(4 * TEXT_MOST + 16);
	const char *at, *lead = first;

	ts_text_clean(&clean, text, TEXT_MOST);
	out->failed |= clean.failed;
	at = clean.data;
	while (*at != '\0') {
		const char *next;
		size_t length =
			line_length(at, TS_MAIL_WIDTH - width_of(lead), &next);

		ts_buf_add(out, lead);
		ts_buf_add_bytes(out, at, length);
		ts_buf_add_char(out, '\n');
		at = next;
		lead = rest;
	}
}

static void
repeat(struct ts_buf *out, char c, size_t count)
{
	while (count-- > 0)
		ts_buf_add_char(out, c);
}

void
ts_mail_underlined(struct ts_buf *out, const char *text, char line)
{
	size_t begin = out->used, widest = 0;
	const char *at;

	ts_mail_wrap(out, text, "", "");
	for (at = out->data + begin; *at != '\0';) {
		size_t length = strcspn(at, "\n");
		size_t columns = ts_mail_columns(at, length);

		widest = columns > widest ? columns : widest;
		at += length + (at[length] == '\n');
	}
	if (widest == 0)
		return;
	repeat(out, line, widest);
	ts_buf_add_char(out, '\n');
}

/* ---- tables ------------------------------------------------------------- */

struct grid {
	const struct ts_table *table;
	size_t count, rows;
	size_t width[COLUMNS_MOST];
	bool right[COLUMNS_MOST];
};

/* Cell of a row, of the head for row == -1 (as size_t). */
#define HEAD ((size_t)-1)

static void
cell_text(struct ts_buf *out, const struct grid *grid, size_t row,
	  size_t column)
{
	TS_AUTO_BUF cell = TS_BUF_INIT(1u << 20);
	const char *text;

	if (row == HEAD) {
		ts_sheet_column_words(&cell, grid->table->columns[column]);
		ts_text_clean(out, cell.data, TEXT_MOST);
		out->failed |= cell.failed;
		return;
	}
	text = ts_table_text(grid->table, row, column);
	if (grid->right[column] && text[0] == '\0')
		ts_buf_add(&cell, "\u2013");
	else if (grid->right[column])
		ts_sheet_figure_words(&cell, text);
	ts_text_clean(out, grid->right[column] ? cell.data : text, TEXT_MOST);
	out->failed |= cell.failed;
}

static void
measure(struct grid *grid)
{
	for (size_t i = 0; i < grid->count; i++) {
		grid->right[i] = ts_sheet_has_figures(grid->table, i);
		for (size_t row = HEAD; row == HEAD || row < grid->rows;
		     row++) {
			TS_AUTO_BUF text = TS_BUF_INIT(4 * TEXT_MOST + 16);
			size_t width;

			cell_text(&text, grid, row, i);
			width = width_of(text.data);
			if (width > grid->width[i])
				grid->width[i] = width;
		}
	}
}

/* Takes from the widest column until all stand side by side. */
static bool
fits(struct grid *grid)
{
	size_t total = GAP * (grid->count - 1);

	for (size_t i = 0; i < grid->count; i++)
		total += grid->width[i];
	while (total > TS_MAIL_WIDTH) {
		size_t widest = 0, excess = total - TS_MAIL_WIDTH;

		for (size_t i = 1; i < grid->count; i++)
			if (grid->width[i] > grid->width[widest])
				widest = i;
		if (grid->width[widest] <= NARROWEST)
			return false;
		if (excess > grid->width[widest] - NARROWEST)
			excess = grid->width[widest] - NARROWEST;
		/* in small steps, so that the burden is shared */
		excess = excess > 2 ? 2 : excess;
		grid->width[widest] -= excess;
		total -= excess;
	}
	return true;
}

/* One line of a cell that may go on in the next. */
static void
put_piece(struct ts_buf *out, const struct grid *grid, size_t column,
	  const char **text, size_t *blanks)
{
	const char *begin = *text;
	size_t length = line_length(begin, grid->width[column], text);
	size_t spare = grid->width[column] - ts_mail_columns(begin, length);

	if (length > 0) {
		repeat(out, ' ', *blanks + (grid->right[column] ? spare : 0));
		ts_buf_add_bytes(out, begin, length);
		*blanks = grid->right[column] ? 0 : spare;
	} else {
		*blanks += grid->width[column];
	}
	*blanks += GAP; /* written when something follows: none at the end */
}

static void
put_row(struct ts_buf *out, const struct grid *grid, size_t row)
{
	struct ts_buf cells[COLUMNS_MOST];
	const char *at[COLUMNS_MOST];
	bool more = true;

	for (size_t i = 0; i < grid->count; i++) {
		cells[i] = (struct ts_buf)TS_BUF_INIT(4 * TEXT_MOST + 16);
		cell_text(&cells[i], grid, row, i);
		out->failed |= cells[i].failed;
		at[i] = cells[i].data;
	}
	while (more && !out->failed) {
		size_t blanks = 0;

		more = false;
		for (size_t i = 0; i < grid->count; i++) {
			put_piece(out, grid, i, &at[i], &blanks);
			more |= *at[i] != '\0';
		}
		ts_buf_add_char(out, '\n');
	}
	for (size_t i = 0; i < grid->count; i++)
		ts_buf_free(&cells[i]);
}

static void
put_rule(struct ts_buf *out, const struct grid *grid)
{
	for (size_t i = 0; i < grid->count; i++) {
		repeat(out, ' ', i > 0 ? GAP : 0);
		repeat(out, '-', grid->width[i]);
	}
	ts_buf_add_char(out, '\n');
}

/* "Product: Crude oil", a line a cell, an empty one between two rows. */
static void
put_records(struct ts_buf *out, const struct grid *grid)
{
	for (size_t row = 0; row < grid->rows; row++) {
		if (row > 0)
			ts_buf_add_char(out, '\n');
		for (size_t i = 0; i < grid->count; i++) {
			TS_AUTO_BUF line = TS_BUF_INIT(12 * TEXT_MOST);

			cell_text(&line, grid, HEAD, i);
			ts_buf_add(&line, ": ");
			cell_text(&line, grid, row, i);
			out->failed |= line.failed;
			ts_mail_wrap(out, line.data, "", "    ");
		}
	}
}

void
ts_mail_table(struct ts_buf *out, const struct ts_table *table)
{
	struct grid grid = { .table = table };

	grid.count = table->column_count < COLUMNS_MOST ? table->column_count
							: COLUMNS_MOST;
	grid.rows = table->row_count < ROWS_MOST ? table->row_count : ROWS_MOST;
	if (grid.count == 0 || grid.rows == 0)
		return;
	measure(&grid);
	if (fits(&grid)) {
		put_row(out, &grid, HEAD);
		put_rule(out, &grid);
		for (size_t row = 0; row < grid.rows; row++)
			put_row(out, &grid, row);
	} else {
		put_records(out, &grid);
	}
	if (grid.rows < table->row_count)
		ts_buf_addf(out, "(the first %zu of %zu rows)\n", grid.rows,
			    table->row_count);
	if (grid.count < table->column_count)
		ts_buf_addf(out, "(the first %zu of %zu columns)\n", grid.count,
			    table->column_count);
}
