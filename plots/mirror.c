/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same flow as the exporter and as the importer report it, and the gap
 * between them: do both sides agree. A year that one side has not published
 * is a gap with the words "no data", never a bridge between two points.
 */
#include <math.h>
#include "plots/draw/axis.h"
#include "plots/draw/ending.h"
#include "plots/draw/missing.h"

#define MOST 40
#define SIDE 20.0

enum { EXPORTER, IMPORTER };

struct side {
	const char *name; /* "Kazakhstan" */
	struct ts_point *points;
	size_t known, last; /* figures; slot of the last one */
};

struct mirror {
	struct ts_figures fig;
	struct ts_slots slots;
	struct side sides[2];
	size_t both; /* slot of the last common period + 1, or 0 */
	bool gaps, dashed;
	bool plain; /* no single flow: nobody "exported" it */
	double low, high;
};

static const char *const needs[] = { "period", "value", "side|flow", NULL };

static int
side_of(const struct ts_row *row)
{
	const char *word = row->side[0] ? row->side : row->flow;

	if (strcmp(word, "exporter") == 0 || strcmp(word, "X") == 0)
		return EXPORTER;
	if (strcmp(word, "importer") == 0 || strcmp(word, "M") == 0)
		return IMPORTER;
	return -1;
}

static bool
is_side(const struct ts_row *row, const void *ctx)
{
	return side_of(row) == *(const int *)ctx;
}

/* One reporter a side, and not the same on both. */
static enum ts_status
check_sides(const struct ts_rows *rows, struct ts_err *err)
{
	const struct ts_row *first[2] = { NULL, NULL };
	size_t i;

	for (i = 0; i < rows->count; i++) {
		const struct ts_row *row = &rows->items[i];
		int side = side_of(row);

		if (side < 0)
			return ts_fail(err, TS_BAD_DATA,
				       "row %zu: side \"%.40s"
				       "\" is neither exporter nor importer",
				       row->number,
				       row->side[0] ? row->side : row->flow);
		if (!first[side])
			first[side] = row;
		if (strcmp(first[side]->reporter, row->reporter) != 0)
			return ts_fail(err, TS_BAD_DATA,
				       "rows %zu and %zu: two "
				       "reporters (%.40s, %.40s) of one side",
				       first[side]->number, row->number,
				       first[side]->reporter, row->reporter);
	}
	if (first[0] && first[1] && first[0]->reporter[0] &&
	    strcmp(first[0]->reporter, first[1]->reporter) == 0)
		return ts_fail(err, TS_BAD_DATA,
			       "%.40s reports both sides: a "
			       "mirror needs what the partner says",
			       first[0]->reporter);
	return ts_rows_constant(rows, "product", err);
}

/* Label of the rows, else the name the report has, else the code. */
static const char *
name_of(const struct ts_chart_spec *spec, const struct ts_rows *rows, int side)
{
	bool imports = spec->flow && strcmp(spec->flow, "M") == 0;
	const char *name =
		(side == EXPORTER) != imports ? spec->reporter : spec->partner;
	size_t i;

	for (i = 0; i < rows->count; i++)
		if (side_of(&rows->items[i]) == side && rows->items[i].label[0])
			return rows->items[i].label;
	if (name && name[0])
		return name;
	for (i = 0; i < rows->count; i++)
		if (side_of(&rows->items[i]) == side &&
		    rows->items[i].reporter[0])
			return rows->items[i].reporter;
	return side == EXPORTER ? "Exporter" : "Importer";
}

/* A sum of flows, or two sources of one figure: the labels name the sides and
 * nothing is said about who reports or trades. */
static bool
is_plain(const struct ts_rows *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++) {
		const char *flow = rows->items[i].flow;

		if (flow[0] && strcmp(flow, "X") != 0 && strcmp(flow, "M") != 0)
			return true;
	}
	return false;
}

static bool
is_known(const struct side *side, size_t slot)
{
	return !isnan(side->points[slot].value);
}

static bool
is_rough(const struct side *side, size_t slot)
{
	const struct ts_row *row = side->points[slot].row;

	return row && (row->estimated || row->provisional);
}

static void
measure(struct mirror *chart)
{
	size_t i;
	int s;

	for (i = 0; i < chart->slots.count; i++) {
		for (s = 0; s < 2; s++) {
			struct side *side = &chart->sides[s];

			chart->gaps |= !is_known(side, i);
			if (!is_known(side, i))
				continue;
			side->known++;
			side->last = i;
			chart->dashed |= is_rough(side, i);
			chart->low = fmin(chart->low, side->points[i].value);
			chart->high = fmax(chart->high, side->points[i].value);
		}
		if (is_known(&chart->sides[0], i) &&
		    is_known(&chart->sides[1], i))
			chart->both = i + 1;
	}
}

static enum ts_status
read_mirror(const struct ts_chart_spec *spec, struct ts_arena *arena,
	    struct mirror *chart, struct ts_err *err)
{
	struct ts_rows rows;
	int s;

	*chart = (struct mirror){ .both = 0 };
	if (ts_rows_read(spec, arena, needs, &rows, err) != TS_OK ||
	    check_sides(&rows, err) != TS_OK ||
	    ts_slots_make(&rows, MOST, &chart->slots, err) != TS_OK)
		return err->status;
	for (s = 0; s < 2; s++) {
		if (ts_slots_fill(&rows, &chart->slots, is_side, &s, arena,
				  &chart->sides[s].points, err) != TS_OK)
			return err->status;
		chart->sides[s].name = name_of(spec, &rows, s);
	}
	chart->plain = is_plain(&rows);
	measure(chart);
	chart->fig = ts_fig_make(spec, rows.unit,
				 fmax(chart->high, -chart->low), arena);
	return TS_OK;
}

static enum ts_status
mirror_need(const struct ts_chart_spec *spec, struct ts_arena *arena,
	    struct ts_chart_need *out, struct ts_err *err)
{
	struct mirror chart;
	int s;

	*out = (struct ts_chart_need){ .height_px = 420 };
	if (read_mirror(spec, arena, &chart, err) != TS_OK)
		return err->status;
	for (s = 0; s < 2; s++)
		if (chart.sides[s].known == 0)
			snprintf(out->refused, sizeof(out->refused),
				 "needs figures of both sides, the %s reports "
				 "none",
				 s == EXPORTER ? "exporter" : "importer");
	snprintf(out->unit, sizeof(out->unit), "%s", ts_fig_unit(&chart.fig));
	ts_note(out, chart.dashed, "Dashed: estimate or provisional.");
	ts_note(out, chart.gaps, "Gap: not published.");
	if (chart.slots.dropped)
		ts_note(out, true,
			ts_arena_printf(
				arena, "%zu earlier period%s not shown.",
				chart.slots.dropped,
				chart.slots.dropped == 1 ? " is" : "s are"));
	return TS_OK;
}

static const char *
in_period(const struct mirror *chart, size_t slot, const char *text)
{
	if (slot + 1 == chart->slots.count)
		return text;
	return ts_arena_printf(
		chart->fig.arena, "%s in %s", text,
		ts_slot_name(&chart->slots, slot, NULL, chart->fig.arena));
}

static struct ts_ending
side_ending(const struct mirror *chart, const struct ts_theme *theme,
	    const struct ts_axis *axis, int s)
{
	static const char *const verbs[] = { "exported", "imported" };
	const struct side *side = &chart->sides[s];
	struct ts_ending end = {
		.name = side->name,
		.after = chart->plain ? "" : " reports",
		.text = "no data",
		.weight = TS_BOLD,
		.colour = s == EXPORTER ? theme->exports_text
					: theme->imports_text,
		.y = ts_axis_y(axis, 0),
	};
	const char *figure;
	double value;

	if (!side->known)
		return end;
	value = side->points[side->last].value;
	figure = ts_fig_value(&chart->fig, value);
	if (!chart->plain)
		figure = ts_arena_printf(chart->fig.arena, "%s %s", figure,
					 verbs[s]);
	end.text = in_period(chart, side->last, figure);
	end.y = ts_axis_y(axis, value) + 7;
	return end;
}

/* Of the last period that both have reported. */
static struct ts_ending
gap_ending(const struct mirror *chart, const struct ts_theme *theme,
	   const struct ts_axis *axis)
{
	size_t slot = chart->both - 1;
	double x = chart->sides[EXPORTER].points[slot].value;
	double m = chart->sides[IMPORTER].points[slot].value;
	double gap = fabs(x - m);
	struct ts_ending end = {
		.text = "",
		.weight = TS_SEMIBOLD,
		.colour = theme->text,
		.y = (ts_axis_y(axis, x) + ts_axis_y(axis, m)) / 2 + 3,
	};

	end.name = in_period(chart, slot,
			     gap <= 0       ? "No gap"
			     : chart->plain ? "Difference"
					    : "Unexplained");
	if (gap > 0)
		end.text = ts_arena_printf(
			chart->fig.arena, "%s (%s)",
			ts_fig_value(&chart->fig, gap),
			ts_fig_share(&chart->fig,
				     gap / fmax(fabs(x), fabs(m))));
	return end;
}

/* The labels need the axis for their height and the axis needs their width:
 * they are made twice. */
static size_t
make_endings(const struct mirror *chart, const struct ts_theme *theme,
	     const struct ts_axis *axis, struct ts_ending *ends)
{
	ends[0] = side_ending(chart, theme, axis, EXPORTER);
	ends[1] = side_ending(chart, theme, axis, IMPORTER);
	if (!chart->both)
		return 2;
	ends[2] = gap_ending(chart, theme, axis);
	return 3;
}

/* Only where both are known, stretch by stretch. */
static void
draw_area(struct ts_ink *ink, const struct mirror *chart,
	  const struct ts_axis *axis)
{
	size_t i;

	ts_ink_area(ink, ink->job->theme->grid);
	for (i = 0; i < chart->slots.count; i++)
		if (is_known(&chart->sides[0], i) &&
		    is_known(&chart->sides[1], i))
			ts_ink_span(ink, ts_axis_x(axis, i),
				    ts_axis_y(axis,
					      chart->sides[0].points[i].value),
				    ts_axis_y(axis,
					      chart->sides[1].points[i].value));
		else
			ts_ink_break(ink);
	ts_ink_layer_end(ink);
}

/* Segments between neighbours, whole or dashed ones. */
static void
draw_line(struct ts_ink *ink, const struct side *side,
	  const struct ts_axis *axis, uint32_t colour, bool dashed)
{
	size_t i;

	ts_ink_line(ink, colour, 2.4, dashed ? "(4,3)" : "");
	for (i = 1; i < axis->slots; i++) {
		bool rough = is_rough(side, i - 1) || is_rough(side, i);

		if (!is_known(side, i - 1) || !is_known(side, i) ||
		    rough != dashed)
			continue;
		ts_ink_point(ink, ts_axis_x(axis, i - 1),
			     ts_axis_y(axis, side->points[i - 1].value));
		ts_ink_point(ink, ts_axis_x(axis, i),
			     ts_axis_y(axis, side->points[i].value));
		ts_ink_break(ink);
	}
	ts_ink_layer_end(ink);
}

/* A figure between two gaps has no line that leads to it: a larger dot. */
static void
draw_dots(struct ts_ink *ink, const struct side *side,
	  const struct ts_axis *axis, bool alone)
{
	size_t i;

	for (i = 0; i < axis->slots; i++) {
		bool near = (i > 0 && is_known(side, i - 1)) ||
			    (i + 1 < axis->slots && is_known(side, i + 1));

		if (is_known(side, i) && near != alone)
			ts_ink_dot(ink, ts_axis_x(axis, i),
				   ts_axis_y(axis, side->points[i].value));
	}
	ts_ink_layer_end(ink);
}

static void
draw_side(struct ts_ink *ink, const struct side *side,
	  const struct ts_axis *axis, uint32_t colour)
{
	draw_line(ink, side, axis, colour, false);
	draw_line(ink, side, axis, colour, true);
	ts_ink_dots(ink, colour, 4.6);
	draw_dots(ink, side, axis, false);
	ts_ink_dots(ink, colour, 6.6);
	draw_dots(ink, side, axis, true);
}

static void
draw_gap_arrow(struct ts_ink *ink, const struct mirror *chart,
	       const struct ts_axis *axis)
{
	size_t slot = chart->both - 1;
	double x = ts_axis_x(axis, slot) + 2.5;
	double a = ts_axis_y(axis, chart->sides[0].points[slot].value);
	double b = ts_axis_y(axis, chart->sides[1].points[slot].value);

	if (fabs(a - b) < 22)
		return;
	ts_ink_arrows(ink, ink->job->theme->axis, 1);
	ts_ink_stroke(ink, x, fmin(a, b) + 2, x, fmax(a, b) - 2);
	ts_ink_layer_end(ink);
}

static enum ts_status
mirror_draw(const struct ts_chart_job *job, struct ts_script *script,
	    struct ts_err *err)
{
	const struct ts_theme *theme = job->theme;
	struct mirror chart;
	struct ts_axis axis = { .inset = 14 };
	struct ts_ending ends[3];
	size_t count;
	double room;
	TS_AUTO_INK ink;

	ts_ink_begin(&ink, job, script);
	if (read_mirror(job->spec, job->arena, &chart, err) != TS_OK)
		return err->status;
	axis.ticks = ts_ticks_make(chart.low, chart.high);
	axis.slots = chart.slots.count;
	count = make_endings(&chart, theme, &axis, ends);
	room = fmin(ts_endings_width(ends, count), 0.36 * job->panel.width);
	ts_axis_place(&axis, &chart.fig, SIDE,
		      job->panel.width - SIDE - room - 8, job->area.y + 18,
		      job->panel.height - 72);
	count = make_endings(&chart, theme, &axis, ends);
	ts_axis_grid(&ink, &axis, &chart.fig);
	draw_area(&ink, &chart, &axis);
	ts_axis_zero(&ink, &axis);
	draw_side(&ink, &chart.sides[IMPORTER], &axis, theme->imports);
	draw_side(&ink, &chart.sides[EXPORTER], &axis, theme->exports);
	if (chart.both)
		draw_gap_arrow(&ink, &chart, &axis);
	ts_missing_draw(
		&ink, &axis,
		(struct ts_missing[2]){
			{ chart.sides[EXPORTER].name,
			  chart.sides[EXPORTER].points, theme->exports_text },
			{ chart.sides[IMPORTER].name,
			  chart.sides[IMPORTER].points, theme->imports_text },
		});
	ts_endings_draw(&ink, ends, count, axis.plot.x + axis.plot.width + 8,
			room, axis.plot.y + 8,
			axis.plot.y + axis.plot.height - 6);
	ts_axis_names(&ink, &axis, &chart.slots, NULL, job->panel.height - 58);
	ts_ink_unit(&ink, ts_fig_unit(&chart.fig));
	return ts_ink_end(&ink, err);
}

const struct ts_chart tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_chart, CHART, "mirror",
		       "One flow as both sides report it", NULL, 0),
	.question = "do both sides agree",
	.columns = "period, value, side (exporter, importer) or flow (X, M); "
		   "reporter, label, product, unit, status",
	.need = mirror_need,
	.draw = mirror_draw,
};
