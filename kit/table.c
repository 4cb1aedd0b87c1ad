/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/table.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/csv.h>
#include <tradestat/file.h>
#include <tradestat/num.h>
#include <tradestat/text.h>

static enum ts_status
no_room(const struct ts_table *table, struct ts_err *err)
{
	return ts_fail(err, TS_BAD_DATA,
		       "%s: too large for the memory of a job after %zu rows",
		       table->name, table->row_count);
}

enum ts_status
ts_table_new(struct ts_arena *arena, const char *name,
	     const char *const *columns, size_t count, struct ts_table **out,
	     struct ts_err *err)
{
	struct ts_table *table = ts_arena_alloc(arena, 1, sizeof *table);
	size_t i, j;

	if (table == NULL)
		return ts_fail(err, TS_BAD_DATA,
			       "%s: no memory left in the job", name);
	table->arena = arena;
	table->name = ts_arena_strdup(arena, name);
	table->columns = ts_arena_alloc(arena, count, sizeof *table->columns);
	table->column_count = count;
	if (table->name == NULL || table->columns == NULL)
		return ts_fail(err, TS_BAD_DATA,
			       "%s: no memory left in the job", name);
	for (i = 0; i < count; i++) {
		for (j = 0; j < i; j++)
			if (strcmp(columns[i], columns[j]) == 0)
				return ts_fail(err, TS_BAD_DATA,
					       "%s: column \"%.60s\" is there "
					       "twice",
					       name, columns[i]);
		table->columns[i] = ts_arena_strdup(arena, columns[i]);
		if (table->columns[i] == NULL)
			return no_room(table, err);
	}
	*out = table;
	return TS_OK;
}

static bool
make_room(struct ts_table *table)
{
	size_t room = table->row_room == 0 ? 16 : table->row_room * 2;
	size_t row_size;
	const char **cells;

	if (table->row_count < table->row_room)
		return true;
	if (__builtin_mul_overflow(table->column_count, sizeof *cells,
				   &row_size))
		return false;
	cells = ts_arena_grow(table->arena, table->cells, table->row_room, room,
			      row_size);
	if (cells == NULL)
		return false;
	table->cells = cells;
	table->row_room = room;
	return true;
}

enum ts_status
ts_table_add(struct ts_table *table, const char *const *cells,
	     struct ts_err *err)
{
	const char **row;
	size_t i;

	if (!make_room(table))
		return no_room(table, err);
	row = table->cells + table->row_count * table->column_count;
	for (i = 0; i < table->column_count; i++) {
		row[i] = "";
		if (cells[i] == NULL || cells[i][0] == '\0')
			continue;
		row[i] = ts_arena_strdup(table->arena, cells[i]);
		if (row[i] == NULL)
			return no_room(table, err);
	}
	table->row_count++;
	return TS_OK;
}

size_t
ts_table_column(const struct ts_table *table, const char *name)
{
	size_t i;

	for (i = 0; i < table->column_count; i++)
		if (strcmp(table->columns[i], name) == 0)
			return i;
	return TS_NO_COLUMN;
}

const char *
ts_table_text(const struct ts_table *table, size_t row, size_t column)
{
	if (row >= table->row_count || column >= table->column_count)
		return "";
	return table->cells[row * table->column_count + column];
}

bool
ts_table_number(const struct ts_table *table, size_t row, size_t column,
		double *out)
{
	const char *text = ts_table_text(table, row, column);

	return text[0] != '\0' && ts_num_double(text, out, NULL) == TS_OK;
}

struct reading {
	struct ts_arena *arena;
	const char *name;
	struct ts_table *table; /* NULL until the header was seen */
	const char **cells;
};

/* The guard that ts_csv_put_guarded sets in front of what a spreadsheet would
 * take for a formula. */
static const char *
without_guard(const char *text)
{
	return text[0] == '\'' && text[1] != '\0' &&
			       strchr("=+-@\t\r", text[1]) != NULL
		       ? text + 1
		       : text;
}

static enum ts_status
on_record(void *ctx, uint64_t line, const struct ts_csv_field *fields,
	  size_t count, struct ts_err *err)
{
	struct reading *reading = ctx;
	size_t i;

	if (reading->table == NULL) {
		reading->cells = ts_arena_alloc(reading->arena, count,
						sizeof *reading->cells);
		if (reading->cells == NULL)
			return ts_fail(err, TS_BAD_DATA,
				       "no memory left in the job");
	} else if (count != reading->table->column_count) {
		return ts_fail(err, TS_BAD_DATA,
			       "line %" PRIu64 ": %zu fields, the header has "
			       "%zu",
			       line, count, reading->table->column_count);
	}
	for (i = 0; i < count; i++) {
		if (!ts_utf8_valid(fields[i].text, fields[i].length))
			return ts_fail(err, TS_BAD_DATA,
				       "line %" PRIu64 ": not UTF-8: \"%.40s\"",
				       line, fields[i].text);
		reading->cells[i] = without_guard(fields[i].text);
	}
	if (reading->table == NULL)
		return ts_table_new(reading->arena, reading->name,
				    reading->cells, count, &reading->table,
				    err);
	return ts_table_add(reading->table, reading->cells, err);
}

static enum ts_status
feed_all(int fd, struct ts_csv *csv, struct ts_err *err)
{
	char piece[65536];
	ssize_t got;

	for (;;) {
		got = read(fd, piece, sizeof piece);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return ts_fail_errno(err, errno, "read");
		if (got == 0)
			return ts_csv_end(csv, NULL, err);
		if (ts_csv_feed(csv, piece, (size_t)got, err) != TS_OK)
			return err->status;
	}
}

static enum ts_status
read_csv(int fd, struct reading *reading, struct ts_err *err)
{
	const struct ts_csv_opts opts = { .separator = ',' };
	enum ts_status status;
	struct ts_csv *csv;

	status = ts_csv_new(&opts, on_record, reading, &csv, err);
	if (status != TS_OK)
		return status;
	status = feed_all(fd, csv, err);
	ts_csv_free(csv);
	if (status == TS_OK && reading->table == NULL)
		return ts_fail(err, TS_BAD_DATA, "empty, not even a header");
	return status;
}

enum ts_status
ts_table_read_csv(struct ts_arena *arena, const char *path,
		  struct ts_table **out, struct ts_err *err)
{
	struct reading reading = { .arena = arena, .name = path };
	bool standard = strcmp(path, "-") == 0;
	TS_AUTO_FD opened = -1;
	struct ts_err mine; /* err may be NULL, ts_while needs a text */

	if (err == NULL)
		err = &mine;
	if (standard)
		reading.name = "standard input";
	else
		opened = open(path, O_RDONLY | O_CLOEXEC);
	if (!standard && opened < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ts_fail(err, TS_NO_INPUT, "%s: no such file", path);
	if (!standard && opened < 0)
		return ts_fail_errno(err, errno, "%s", path);
	if (read_csv(standard ? STDIN_FILENO : opened, &reading, err) != TS_OK)
		return ts_while(err, "%s", reading.name);
	*out = reading.table;
	return TS_OK;
}

static void
put_row(struct ts_buf *out, const char *const *cells, size_t count)
{
	size_t i;

	/* a lone empty cell would be an empty line, which readers skip */
	if (count == 1 && cells[0][0] == '\0')
		ts_buf_add(out, "\"\"");
	for (i = 0; i < count; i++)
		ts_csv_put(out, cells[i], i == 0);
	ts_buf_add_char(out, '\n');
}

void
ts_table_write_csv(const struct ts_table *table, struct ts_buf *out)
{
	size_t row;

	put_row(out, table->columns, table->column_count);
	for (row = 0; row < table->row_count; row++)
		put_row(out, table->cells + row * table->column_count,
			table->column_count);
}
