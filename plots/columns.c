/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One column a period with its value and the change on the period before:
 * how much, how fast. Every column is labelled, so there is no axis.
 */
#include <math.h>
#include "plots/draw/figures.h"
#include "plots/draw/shape.h"

#define MOST 15 /* columns that stay readable */
#define LEAST 2 /* charts.md says 3; see docs/charts.md */
#define SIDE 20.0
#define WIDEST_STEP 140.0 /* two columns do not stand at the edges */

struct column {
	double value;
	bool hatched, latest;
	const char *text, *name;
	const char *growth, *rounded; /* "+26.7%", "+27%" or "" */
};

struct columns {
	struct ts_figures fig;
	struct column items[MOST];
	size_t count, known, dropped;
	bool gaps, provisional, derived;
	double low, high; /* of the values, zero included */
};

static const char *const needs[] = { "period", "value", NULL };

/* The change on the period before. A provisional figure may stand for a part
 * of its period, so only what the publisher states is written there; and what
 * is stated is not rounded. */
static void
find_growth(const struct ts_figures *fig, const struct ts_point *points,
	    size_t slot, struct column *column)
{
	const struct ts_row *row = points[slot].row;
	const struct ts_point *before = slot ? &points[slot - 1] : NULL;

	column->growth = column->rounded = "";
	if (!row || isnan(points[slot].value))
		return;
	if (row->growth[0]) {
		column->growth = ts_fig_rate(fig, row->growth, NAN, NAN);
		return;
	}
	if (!before || row->provisional ||
	    (before->row && before->row->provisional))
		return;
	column->growth =
		ts_fig_rate(fig, NULL, before->value, points[slot].value);
	column->rounded =
		ts_fig_rate_short(fig, before->value, points[slot].value);
}

static void
mark_latest(struct columns *chart, const struct ts_point *points)
{
	size_t i;

	for (i = 0; i < chart->count; i++)
		if (points[i].row && strcmp(points[i].row->kind, "latest") == 0)
			chart->items[i].latest = true;
	for (i = 0; i < chart->count; i++)
		if (chart->items[i].latest)
			return;
	for (i = chart->count; i-- > 0;) {
		if (isnan(points[i].value) || chart->items[i].hatched)
			continue;
		chart->items[i].latest = true;
		return;
	}
}

static enum ts_status
read_columns(const struct ts_chart_spec *spec, struct ts_arena *arena,
	     struct columns *chart, struct ts_err *err)
{
	static const char *const same[] = { "flow", "reporter", "partner",
					    "product" };
	struct ts_rows rows;
	struct ts_slots slots;
	struct ts_point *points;
	size_t i;

	*chart = (struct columns){ .count = 0 };
	if (ts_rows_read(spec, arena, needs, &rows, err) != TS_OK)
		return err->status;
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (ts_rows_constant(&rows, same[i], err) != TS_OK)
			return err->status;
	if (ts_slots_make(&rows, MOST, &slots, err) != TS_OK ||
	    ts_slots_fill(&rows, &slots, NULL, NULL, arena, &points, err) !=
		    TS_OK)
		return err->status;
	chart->count = slots.count;
	chart->dropped = slots.dropped;
	for (i = 0; i < slots.count; i++) {
		double value = points[i].value;

		chart->known += !isnan(value);
		chart->gaps |= isnan(value);
		chart->low = fmin(chart->low, value);
		chart->high = fmax(chart->high, value);
	}
	chart->fig = ts_fig_make(spec, rows.unit,
				 fmax(chart->high, -chart->low), arena);
	for (i = 0; i < slots.count; i++) {
		const struct ts_row *row = points[i].row;
		bool hatched =
			ts_row_is_hatched(row) && !isnan(points[i].value);

		chart->items[i] = (struct column){
			.value = points[i].value,
			.hatched = hatched,
			.text = ts_fig_value(&chart->fig, points[i].value),
			.name = ts_slot_name(&slots, i, &points[i], arena),
		};
		find_growth(&chart->fig, points, i, &chart->items[i]);
		chart->provisional |= hatched && row->provisional;
		chart->derived |= hatched && row->derived;
	}
	mark_latest(chart, points);
	return TS_OK;
}

static enum ts_status
columns_need(const struct ts_chart_spec *spec, struct ts_arena *arena,
	     struct ts_chart_need *out, struct ts_err *err)
{
	struct columns chart;

	*out = (struct ts_chart_need){ .height_px = 385 };
	if (read_columns(spec, arena, &chart, err) != TS_OK)
		return err->status;
	if (chart.known < LEAST)
		snprintf(out->refused, sizeof(out->refused),
			 "needs figures of at least %d periods, got %zu", LEAST,
			 chart.known);
	snprintf(out->unit, sizeof(out->unit), "%s", ts_fig_unit(&chart.fig));
	ts_note_hatched(out, spec, chart.provisional, chart.derived);
	ts_note(out, chart.gaps, "Gap: not published.");
	if (chart.dropped)
		ts_note(out, true,
			ts_arena_printf(arena,
					"%zu earlier period%s not shown.",
					chart.dropped,
					chart.dropped == 1 ? " is" : "s are"));
	return TS_OK;
}

/* The largest type in which every value fits above its column. */
static struct ts_type
value_type(const struct columns *chart, double step)
{
	struct ts_type type = { TS_BOLD, 12.5 };
	size_t i;

	for (i = 0; i < chart->count; i++)
		while (type.size > 9 &&
		       ts_type_width(type, chart->items[i].text) > step - 4)
			type.size -= 0.5;
	return type;
}

static const struct ts_type growth_type = { TS_REGULAR, 10 };

/* Where one computed rate is too wide for its column all are rounded; what is
 * still too wide is left out. */
static void
fit_growths(struct columns *chart, double width)
{
	bool round = false;
	size_t i;

	for (i = 0; i < chart->count; i++)
		round |= ts_type_width(growth_type, chart->items[i].growth) >
			 width;
	for (i = 0; i < chart->count; i++) {
		struct column *column = &chart->items[i];

		if (round && column->rounded[0])
			column->growth = column->rounded;
		if (ts_type_width(growth_type, column->growth) > width)
			column->growth = "";
	}
}

struct place {                   /* of the columns on the panel */
	double left, step, half; /* half of a column's width */
	double zero, per_unit;
	double bottom; /* where the names begin */
};

static struct place
place_columns(const struct ts_chart_job *job, const struct columns *chart,
	      int name_lines)
{
	double width = job->area.width;
	double n = (double)chart->count;
	double high = job->area.y + 46;
	double low, range = chart->high - chart->low;
	struct place place;

	place.step = fmin(width / (n + 0.1), WIDEST_STEP);
	place.left = SIDE + (width - (n - 1) * place.step) / 2;
	place.half = fmin(0.33 * place.step, 36);
	place.bottom = job->panel.height - 60 - 14 * name_lines;
	low = place.bottom - (chart->low < 0 ? 34 : 0);
	place.per_unit = range > 0 ? (low - high) / range : 0;
	place.zero = chart->high > 0 || chart->low < 0
			     ? high + chart->high * place.per_unit
			     : low;
	return place;
}

static void
draw_boxes(struct ts_ink *ink, const struct columns *chart,
	   const struct place *place, bool latest)
{
	size_t i;

	for (i = 0; i < chart->count; i++) {
		const struct column *column = &chart->items[i];
		double x = place->left + (double)i * place->step;

		if (isnan(column->value) || column->hatched ||
		    column->latest != latest)
			continue;
		ts_ink_box(ink, x - place->half, place->zero, x + place->half,
			   place->zero - column->value * place->per_unit);
	}
	ts_ink_layer_end(ink);
}

static void
draw_hatched(struct ts_ink *ink, const struct columns *chart,
	     const struct place *place)
{
	size_t i;

	for (i = 0; i < chart->count; i++) {
		const struct column *column = &chart->items[i];
		double x = place->left + (double)i * place->step;

		if (column->hatched)
			ts_ink_box(ink, x - place->half, place->zero,
				   x + place->half,
				   place->zero -
					   column->value * place->per_unit);
	}
	ts_ink_layer_end(ink);
}

static void
draw_texts(struct ts_ink *ink, const struct columns *chart,
	   const struct place *place)
{
	const struct ts_theme *theme = ink->job->theme;
	struct ts_type value = value_type(chart, place->step);
	struct ts_type small = growth_type;
	size_t i;

	for (i = 0; i < chart->count; i++) {
		const struct column *column = &chart->items[i];
		double x = place->left + (double)i * place->step;
		double end = place->zero - column->value * place->per_unit;
		const char *growth = column->growth;

		if (isnan(column->value)) {
			const char *words = "no data";
			bool one =
				ts_type_width(small, words) < place->step - 2;

			ts_ink_lines(ink, x, place->zero - (one ? 9 : 20), 12,
				     TS_CENTRE, small, theme->text,
				     one ? words : "no\ndata");
		} else if (column->value < 0) {
			ts_ink_text(ink, x, end + 10, TS_CENTRE, value,
				    theme->ink, column->text);
			ts_ink_text(ink, x, end + 23, TS_CENTRE, small,
				    theme->text, growth);
		} else {
			ts_ink_text(ink, x, end - 7.5, TS_CENTRE, small,
				    theme->text, growth);
			ts_ink_text(ink, x, end - (growth[0] ? 20 : 9.5),
				    TS_CENTRE, value, theme->ink, column->text);
		}
	}
}

static void
draw_names(struct ts_ink *ink, struct columns *chart, const struct place *place,
	   struct ts_type type)
{
	size_t i;

	for (i = 0; i < chart->count; i++) {
		double x = place->left + (double)i * place->step;
		int lines;

		ts_ink_lines(ink, x, place->bottom + 11, 13.5, TS_CENTRE, type,
			     ink->job->theme->text,
			     ts_name_wrap(&chart->fig, type, place->step - 3, 2,
					  chart->items[i].name, "", &lines));
	}
}

/* The size in which names of columns need least cutting, and their lines. */
static int
name_lines(struct columns *chart, double step, struct ts_type *type)
{
	size_t i;
	int most = 1;

	for (i = 0; i < chart->count; i++) {
		int lines;
		const char *name = chart->items[i].name;

		while (type->size > 9 && strlen(name) <= 10 &&
		       ts_type_width(*type, name) > step - 3)
			type->size -= 0.5;
		(void)ts_name_wrap(&chart->fig, *type, step - 3, 2, name, "",
				   &lines);
		most = lines > most ? lines : most;
	}
	return most;
}

static enum ts_status
columns_draw(const struct ts_chart_job *job, struct ts_script *script,
	     struct ts_err *err)
{
	const struct ts_theme *theme = job->theme;
	struct columns chart;
	struct ts_type type = { TS_REGULAR, 11 };
	struct place place;
	TS_AUTO_INK ink;

	ts_ink_begin(&ink, job, script);
	if (read_columns(job->spec, job->arena, &chart, err) != TS_OK)
		return err->status;
	place = place_columns(job, &chart, 1);
	if (name_lines(&chart, place.step, &type) > 1)
		place = place_columns(job, &chart, 2);
	fit_growths(&chart, place.step - 2);
	ts_ink_boxes(&ink, theme->exports_light);
	draw_boxes(&ink, &chart, &place, false);
	ts_ink_boxes(&ink, theme->exports);
	draw_boxes(&ink, &chart, &place, true);
	ts_ink_hatched(&ink, theme->category[5], theme->exports);
	draw_hatched(&ink, &chart, &place);
	ts_ink_strokes(&ink, theme->axis, 1);
	ts_ink_stroke(&ink, SIDE, place.zero, SIDE + job->area.width,
		      place.zero);
	ts_ink_layer_end(&ink);
	draw_texts(&ink, &chart, &place);
	draw_names(&ink, &chart, &place, type);
	ts_ink_unit(&ink, ts_fig_unit(&chart.fig));
	return ts_ink_end(&ink, err);
}

const struct ts_chart tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_chart, CHART, "columns",
		       "Columns by period with growth labels", NULL, 0),
	.question = "how much, how fast",
	.columns = "period, value; flow, reporter, partner, product, unit, "
		   "status, label, growth, kind",
	.need = columns_need,
	.draw = columns_draw,
};
