/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/chart_page.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/num.h>
#include <tradestat/period.h>
#include <tradestat/words.h>
#include "plots/draw/page.h"

#define MOST_PERIODS 64

struct year {
	struct ts_period period;
	double value[2]; /* exports, imports */
	bool has[2];
};

struct years {
	struct year items[MOST_PERIODS];
	size_t count;
};

static struct year *
year_of(struct years *years, struct ts_period period)
{
	size_t at = years->count, i;

	for (i = 0; i < years->count; i++)
		if (ts_period_equal(years->items[i].period, period))
			return &years->items[i];
	if (years->count == MOST_PERIODS)
		return NULL;
	/* in the order of time, whatever the order of the rows */
	while (at > 0 &&
	       ts_period_compare(years->items[at - 1].period, period) > 0) {
		years->items[at] = years->items[at - 1];
		at--;
	}
	years->count++;
	years->items[at] = (struct year){ .period = period };
	return &years->items[at];
}

static enum ts_status
read_years(const struct ts_table *table, struct years *years,
	   struct ts_err *err)
{
	size_t flow = ts_table_column(table, "flow"), row;
	size_t period = ts_table_column(table, "period");
	size_t value = ts_table_column(table, "value");

	if (flow == TS_NO_COLUMN || period == TS_NO_COLUMN ||
	    value == TS_NO_COLUMN)
		return ts_fail(err, TS_BAD_DATA,
			       "%s: page needs the columns flow, period and "
			       "value",
			       table->name);
	for (row = 0; row < table->row_count; row++) {
		const char *word = ts_table_text(table, row, flow);
		int side = strcmp(word, "X") == 0   ? 0
			   : strcmp(word, "M") == 0 ? 1
						    : -1;
		struct ts_period when;
		struct year *year;

		if (side < 0)
			continue;
		if (ts_period_parse(ts_table_text(table, row, period), &when,
				    err) != TS_OK)
			return ts_while(err, "%s, row %zu", table->name,
					row + 1);
		year = year_of(years, when);
		if (year == NULL)
			return ts_fail(err, TS_BAD_DATA,
				       "%s: more than %d periods", table->name,
				       MOST_PERIODS);
		year->has[side] =
			ts_table_number(table, row, value, &year->value[side]);
	}
	while (years->count > 0 && (!years->items[years->count - 1].has[0] ||
				    !years->items[years->count - 1].has[1]))
		years->count--;
	return years->count > 0
		       ? TS_OK
		       : ts_fail(err, TS_BAD_DATA,
				 "%s: no period has exports (X) and imports "
				 "(M)",
				 table->name);
}

/* ---- key figures ----------------------------------------------------------
 */

static const char *
kept(struct ts_arena *arena, const struct ts_buf *buf)
{
	const char *text = ts_arena_strndup(arena, buf->data, buf->used);

	return text != NULL ? text : "";
}

static struct ts_key_figure
key(struct ts_arena *arena, const char *label, double from, bool has_from,
    double to, const char *unit)
{
	struct ts_change change = { .from = { from, 0, unit },
				    .to = { to, 0, unit },
				    .has_from = has_from,
				    .has_to = true };
	struct ts_key_figure figure = { .label = label,
					.change = "",
					.figure_id = "" };
	TS_AUTO_BUF value = TS_BUF_INIT(256);
	TS_AUTO_BUF rate = TS_BUF_INIT(256);

	ts_words_short(&value, "en", change.to);
	figure.value = kept(arena, &value);
	if (!has_from || from <= 0 || to <= 0)
		return figure; /* a balance that changes sign has no rate */
	ts_words_rate(&rate, "en", &change);
	figure.change = kept(arena, &rate);
	figure.direction = to > from ? 1 : to < from ? -1 : 0;
	/* the arrow says the sign */
	if (figure.change[0] == '+')
		figure.change++;
	else if (strncmp(figure.change, "\xe2\x88\x92", 3) == 0)
		figure.change += 3;
	return figure;
}

static void
fill_keys(const struct years *years, const struct ts_chart_spec *spec,
	  struct ts_arena *arena, struct ts_key_figure keys[4])
{
	const struct year *to = &years->items[years->count - 1];
	struct year before = { .has = { false, false } };
	const double *a = before.value, *b = to->value;
	bool both;

	if (years->count > 1)
		before = years->items[years->count - 2];
	both = before.has[0] && before.has[1];
	keys[0] = key(arena, "Turnover", a[0] + a[1], both, b[0] + b[1],
		      spec->unit);
	keys[1] = key(arena, "Exports", a[0], before.has[0], b[0], spec->unit);
	keys[2] = key(arena, "Imports", a[1], before.has[1], b[1], spec->unit);
	keys[3] = key(arena, "Balance", a[0] - a[1], both, b[0] - b[1],
		      spec->unit);
}

/* Rows of the sum of both flows, where both are known. */
static enum ts_status
turnover_rows(const struct years *years, const char *unit,
	      struct ts_arena *arena, struct ts_table **out, struct ts_err *err)
{
	static const char *const columns[] = { "period", "value", "unit" };
	char period[TS_PERIOD_TEXT], value[TS_DOUBLE_TEXT];
	const char *cells[3] = { period, value, unit };
	size_t i;

	if (ts_table_new(arena, "turnover", columns, 3, out, err) != TS_OK)
		return err->status;
	for (i = 0; i < years->count; i++) {
		const struct year *year = &years->items[i];

		(void)ts_period_print(year->period, period);
		value[0] = '\0';
		if (year->has[0] && year->has[1])
			(void)ts_double_print(year->value[0] + year->value[1],
					      value);
		if (ts_table_add(*out, cells, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

enum ts_status
ts_chart_page(struct ts_plot *plot, const struct ts_registry *registry,
	      const struct ts_chart_spec *spec, const struct ts_theme *theme,
	      enum ts_format format, const char *path, struct ts_arena *arena,
	      struct ts_err *err)
{
	struct years years = { .count = 0 };
	struct ts_key_figure keys[4];
	struct ts_chart_spec balance = *spec, turnover = *spec;
	struct ts_table *rows;
	struct ts_page_block blocks[2] = { { .spec = &balance },
					   { .spec = &turnover } };
	struct ts_page_job job = { .theme = theme,
				   .title = spec->title,
				   .subtitle = spec->subtitle,
				   .footer = "tradestat",
				   .keys = keys,
				   .key_count = 4,
				   .blocks = blocks,
				   .block_count = 2,
				   .arena = arena };
	struct ts_page_set set;

	if (read_years(spec->data, &years, err) != TS_OK ||
	    turnover_rows(&years, spec->unit, arena, &rows, err) != TS_OK)
		return err->status;
	fill_keys(&years, spec, arena, keys);
	blocks[0].chart =
		(const struct ts_chart *)(const void *)ts_registry_find(
			registry, TS_KIND_CHART, "balance");
	blocks[1].chart =
		(const struct ts_chart *)(const void *)ts_registry_find(
			registry, TS_KIND_CHART, "columns");
	balance.title = "Exports, imports and balance";
	turnover.title = "Turnover";
	balance.subtitle = turnover.subtitle = "";
	turnover.data = rows;
	if (ts_page_compose(&job, &set, err) != TS_OK)
		return ts_while(err, "page");
	if (format != TS_PDF && set.count > 1)
		set.count = 1;
	return ts_plot_pages(plot, theme, set.pages, set.count, format, path,
			     err);
}
