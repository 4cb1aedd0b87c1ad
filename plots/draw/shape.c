/* SPDX-License-Identifier: Apache-2.0 */
/* Reading: cells of the table into rows with numbers and periods. */
#include <math.h>
#include <strings.h>
#include "plots/draw/shape.h"

#define LARGEST 1e30 /* beyond it a figure is an accident */

/* Where the columns are that charts read. */
struct columns {
	const struct ts_table *table;
	size_t period, base, value, from, to, unit, status, flow, reporter,
		partner, product, label, kind, growth, fold, share, side;
};

/* names: alternatives separated by '|'. */
static size_t
find(const struct ts_table *table, const char *names)
{
	while (*names) {
		size_t length = strcspn(names, "|");
		char name[64];
		size_t at;

		snprintf(name, sizeof(name), "%.*s", (int)length, names);
		at = ts_table_column(table, name);
		if (at != TS_NO_COLUMN)
			return at;
		names += length + (names[length] == '|');
	}
	return TS_NO_COLUMN;
}

static struct columns
find_all(const struct ts_table *table)
{
	return (struct columns){
		.table = table,
		.period = find(table, "period"),
		.base = find(table, "base_period"),
		.value = find(table, "value"),
		.from = find(table, "from"),
		.to = find(table, "to"),
		.unit = find(table, "unit"),
		.status = find(table, "status"),
		.flow = find(table, "flow"),
		.reporter = find(table, "reporter"),
		.partner = find(table, "partner"),
		.product = find(table, "product"),
		.label = find(table, "label|name"),
		.kind = find(table, "kind"),
		.growth = find(table, "growth"),
		.fold = find(table, "fold_text|rate"),
		.share = find(table, "share"),
		.side = find(table, "side"),
	};
}

/* "million USD" is a million times USD. */
static double
unit_factor(const char **unit)
{
	static const struct {
		const char *word;
		double factor;
	} words[] = {
		{ "thousand ", 1e3 },
		{ "million ", 1e6 },
		{ "billion ", 1e9 },
		{ "trillion ", 1e12 },
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length = strlen(words[i].word);

		if (strncmp(*unit, words[i].word, length) == 0) {
			*unit += length;
			return words[i].factor;
		}
	}
	return 1;
}

static enum ts_status
read_number(const struct columns *columns, size_t row, size_t column,
	    double factor, double *out, struct ts_err *err)
{
	const char *text = ts_table_text(columns->table, row, column);
	double value;

	*out = NAN;
	if (text[0] == '\0')
		return TS_OK;
	if (!ts_table_number(columns->table, row, column, &value))
		return ts_fail(err, TS_BAD_DATA,
			       "row %zu: \"%.40s\" is not a number", row + 1,
			       text);
	value *= factor;
	if (!(fabs(value) <= LARGEST))
		return ts_fail(err, TS_BAD_DATA,
			       "row %zu: \"%.40s\" is too large for a chart",
			       row + 1, text);
	*out = value;
	return TS_OK;
}

static enum ts_status
read_period(const char *text, size_t row, struct ts_period *out,
	    struct ts_err *err)
{
	if (text[0] == '\0')
		return TS_OK;
	if (ts_period_parse(text, out, err) != TS_OK)
		return ts_while(err, "row %zu", row + 1);
	return TS_OK;
}

/* "2023/2024" names base and current period at once. */
static enum ts_status
read_periods(const struct columns *columns, size_t number,
	     struct ts_arena *arena, struct ts_row *row, struct ts_err *err)
{
	const char *text =
		ts_table_text(columns->table, number, columns->period);
	const char *base = ts_table_text(columns->table, number, columns->base);
	const char *slash = strchr(text, '/');

	if (slash && slash[1] != 'P' && base[0] == '\0') {
		base = ts_arena_strndup(arena, text, (size_t)(slash - text));
		text = slash + 1;
		if (!base)
			return ts_fail(err, TS_SYSTEM, "no memory");
	}
	if (read_period(text, number, &row->period, err) != TS_OK)
		return err->status;
	return read_period(base, number, &row->base, err);
}

/* Letters of CL_OBS_STATUS, several at once at some publishers, or a word. */
static void
read_status(const char *status, const char *kind, struct ts_row *row)
{
	bool letters = strlen(status) <= 2; /* "ep", but not "new" */

	row->derived = strcasecmp(kind, "derived") == 0 ||
		       strcasecmp(status, "derived") == 0;
	row->provisional =
		!row->derived && (strcasecmp(kind, "provisional") == 0 ||
				  strcasecmp(status, "provisional") == 0 ||
				  (letters && strpbrk(status, "Pp")));
	row->estimated = strcasecmp(kind, "estimated") == 0 ||
			 strcasecmp(status, "estimated") == 0 ||
			 (letters && strpbrk(status, "EeFf"));
}

static enum ts_status
read_row(const struct columns *columns, size_t number, const char **unit,
	 struct ts_arena *arena, struct ts_row *row, struct ts_err *err)
{
	const struct ts_table *table = columns->table;
	const char *own = ts_table_text(table, number, columns->unit);
	double factor = unit_factor(&own);

	*row = (struct ts_row){
		.number = number + 1,
		.flow = ts_table_text(table, number, columns->flow),
		.reporter = ts_table_text(table, number, columns->reporter),
		.partner = ts_table_text(table, number, columns->partner),
		.product = ts_table_text(table, number, columns->product),
		.label = ts_table_text(table, number, columns->label),
		.kind = ts_table_text(table, number, columns->kind),
		.growth = ts_table_text(table, number, columns->growth),
		.fold = ts_table_text(table, number, columns->fold),
		.share = ts_table_text(table, number, columns->share),
		.side = ts_table_text(table, number, columns->side),
	};
	read_status(ts_table_text(table, number, columns->status), row->kind,
		    row);
	if (read_periods(columns, number, arena, row, err) != TS_OK ||
	    read_number(columns, number, columns->value, factor, &row->value,
			err) != TS_OK ||
	    read_number(columns, number, columns->from, factor, &row->from,
			err) != TS_OK ||
	    read_number(columns, number, columns->to, factor, &row->to, err) !=
		    TS_OK)
		return err->status;
	if (own[0] == '\0')
		return TS_OK;
	if (*unit && strcmp(*unit, own) != 0)
		return ts_fail(err, TS_BAD_DATA,
			       "row %zu: unit %.40s after %.40s", row->number,
			       own, *unit);
	*unit = own;
	return TS_OK;
}

static enum ts_status
check_columns(const struct ts_table *table, const char *const *needs,
	      struct ts_err *err)
{
	for (; *needs; needs++)
		if (find(table, *needs) == TS_NO_COLUMN)
			return ts_fail(err, TS_BAD_DATA, "%s: no column \"%s\"",
				       table->name, *needs);
	return TS_OK;
}

enum ts_status
ts_rows_read(const struct ts_chart_spec *spec, struct ts_arena *arena,
	     const char *const *needs, struct ts_rows *out, struct ts_err *err)
{
	const struct ts_table *table = spec->data;
	struct columns columns;
	size_t i;

	if (!table)
		return ts_fail(err, TS_BAD_DATA, "no table");
	if (check_columns(table, needs, err) != TS_OK)
		return err->status;
	columns = find_all(table);
	*out = (struct ts_rows){
		.items = ts_arena_alloc(arena, table->row_count + 1,
					sizeof(*out->items)),
		.count = table->row_count,
		.pairs = columns.from != TS_NO_COLUMN &&
			 columns.to != TS_NO_COLUMN,
	};
	if (!out->items)
		return ts_fail(err, TS_BAD_DATA, "%s: too many rows",
			       table->name);
	for (i = 0; i < table->row_count; i++)
		if (read_row(&columns, i, &out->unit, arena, &out->items[i],
			     err) != TS_OK)
			return ts_while(err, "%s", table->name);
	if (!out->unit)
		out->unit = spec->unit ? spec->unit : "";
	return TS_OK;
}

static const char *
text_of(const struct ts_row *row, const char *column)
{
	if (strcmp(column, "flow") == 0)
		return row->flow;
	if (strcmp(column, "reporter") == 0)
		return row->reporter;
	if (strcmp(column, "partner") == 0)
		return row->partner;
	if (strcmp(column, "product") == 0)
		return row->product;
	return "";
}

static const struct ts_row *
other_word(const struct ts_rows *rows, const char *column)
{
	size_t i;

	for (i = 1; i < rows->count; i++)
		if (strcmp(text_of(&rows->items[i], column),
			   text_of(&rows->items[0], column)) != 0)
			return &rows->items[i];
	return NULL;
}

enum ts_status
ts_rows_constant(const struct ts_rows *rows, const char *column,
		 struct ts_err *err)
{
	const struct ts_row *other = other_word(rows, column);

	if (!other)
		return TS_OK;
	return ts_fail(err, TS_BAD_DATA,
		       "row %zu: %s is \"%.40s\" after \"%.40s\", but this "
		       "chart shows one %s",
		       other->number, column, text_of(other, column),
		       text_of(&rows->items[0], column), column);
}

const char *
ts_row_name(const struct ts_rows *rows, const struct ts_row *row)
{
	if (row->label[0])
		return row->label;
	if (row->product[0] &&
	    (other_word(rows, "product") || !other_word(rows, "partner")))
		return row->product;
	return row->partner[0] ? row->partner : row->reporter;
}

bool
ts_row_is_hatched(const struct ts_row *row)
{
	return row && (row->provisional || row->derived);
}

bool
ts_row_is_total(const struct ts_row *row)
{
	return strcasecmp(row->kind, "total") == 0 ||
	       strcasecmp(row->product, "TOTAL") == 0;
}

bool
ts_row_is_other(const struct ts_row *row)
{
	return strcasecmp(row->kind, "other") == 0 ||
	       strcasecmp(row->product, "OTHER") == 0;
}
