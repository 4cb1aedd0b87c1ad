/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exports above zero, imports below it, and the balance as a line between
 * them: is there a surplus? Imports are positive figures that are drawn
 * downwards.
 */
#include <math.h>
#include "plots/draw/axis.h"
#include "plots/draw/ending.h"

#define MOST 15
#define LEAST 2 /* charts.md says 3; see docs/charts.md */
#define SIDE 20.0

struct balance {
	struct ts_figures fig;
	struct ts_slots slots;
	struct ts_point *exports, *imports;
	double *net; /* NaN where one of the two is missing */
	size_t both; /* periods with both figures */
	bool gaps, provisional, derived;
	double low, high;
};

static const char *const needs[] = { "period", "value", "flow", NULL };

static bool
is_flow(const struct ts_row *row, const void *ctx)
{
	return strcmp(row->flow, ctx) == 0;
}

static enum ts_status
check_flows(const struct ts_rows *rows, struct ts_err *err)
{
	static const char *const same[] = { "reporter", "partner", "product" };
	size_t i;

	for (i = 0; i < rows->count; i++)
		if (!is_flow(&rows->items[i], "X") &&
		    !is_flow(&rows->items[i], "M"))
			return ts_fail(err, TS_BAD_DATA,
				       "row %zu: flow \"%.40s\" is neither X "
				       "nor M",
				       rows->items[i].number,
				       rows->items[i].flow);
	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		if (ts_rows_constant(rows, same[i], err) != TS_OK)
			return err->status;
	return TS_OK;
}

static bool
is_hatched(const struct ts_point *point)
{
	return ts_row_is_hatched(point->row) && !isnan(point->value);
}

static void
note_status(struct balance *chart, const struct ts_point *point)
{
	if (!is_hatched(point))
		return;
	chart->provisional |= point->row->provisional;
	chart->derived |= point->row->derived;
}

static enum ts_status
read_balance(const struct ts_chart_spec *spec, struct ts_arena *arena,
	     struct balance *chart, struct ts_err *err)
{
	struct ts_rows rows;
	size_t i;

	*chart = (struct balance){ .both = 0 };
	if (ts_rows_read(spec, arena, needs, &rows, err) != TS_OK ||
	    check_flows(&rows, err) != TS_OK ||
	    ts_slots_make(&rows, MOST, &chart->slots, err) != TS_OK ||
	    ts_slots_fill(&rows, &chart->slots, is_flow, "X", arena,
			  &chart->exports, err) != TS_OK ||
	    ts_slots_fill(&rows, &chart->slots, is_flow, "M", arena,
			  &chart->imports, err) != TS_OK)
		return err->status;
	chart->net = ts_arena_alloc(arena, chart->slots.count + 1,
				    sizeof(*chart->net));
	if (!chart->net)
		return ts_fail(err, TS_BAD_DATA, "too many periods");
	for (i = 0; i < chart->slots.count; i++) {
		double x = chart->exports[i].value;
		double m = chart->imports[i].value;

		chart->net[i] = x - m;
		chart->both += !isnan(x - m);
		chart->gaps |= isnan(x - m);
		note_status(chart, &chart->exports[i]);
		note_status(chart, &chart->imports[i]);
		chart->high = fmax(chart->high, fmax(x, fmax(-m, x - m)));
		chart->low = fmin(chart->low, fmin(x, fmin(-m, x - m)));
	}
	chart->fig = ts_fig_make(spec, rows.unit,
				 fmax(chart->high, -chart->low), arena);
	return TS_OK;
}

static enum ts_status
balance_need(const struct ts_chart_spec *spec, struct ts_arena *arena,
	     struct ts_chart_need *out, struct ts_err *err)
{
	struct balance chart;

	*out = (struct ts_chart_need){ .height_px = 400 };
	if (read_balance(spec, arena, &chart, err) != TS_OK)
		return err->status;
	if (chart.both < LEAST)
		snprintf(out->refused, sizeof(out->refused),
			 "needs exports and imports of at least %d periods, "
			 "got %zu",
			 LEAST, chart.both);
	snprintf(out->unit, sizeof(out->unit), "%s", ts_fig_unit(&chart.fig));
	ts_note(out, true, "Imports are drawn below the axis.");
	ts_note_hatched(out, spec, chart.provisional, chart.derived);
	ts_note(out, chart.gaps, "Gap: not published.");
	if (chart.slots.dropped)
		ts_note(out, true,
			ts_arena_printf(
				arena, "%zu earlier period%s not shown.",
				chart.slots.dropped,
				chart.slots.dropped == 1 ? " is" : "s are"));
	return TS_OK;
}

/* One flow's bars; sign -1 draws them downwards. */
static void
draw_bars(struct ts_ink *ink, const struct balance *chart,
	  const struct ts_axis *axis, const struct ts_point *points, int sign,
	  bool hatched)
{
	double half = fmin(0.31 * ts_axis_step(axis), 36);
	size_t i;

	for (i = 0; i < chart->slots.count; i++) {
		double x = ts_axis_x(axis, i);

		if (isnan(points[i].value) || is_hatched(&points[i]) != hatched)
			continue;
		ts_ink_box(ink, x - half, ts_axis_y(axis, 0), x + half,
			   ts_axis_y(axis, sign * points[i].value));
	}
	ts_ink_layer_end(ink);
}

static void
draw_net(struct ts_ink *ink, const struct balance *chart,
	 const struct ts_axis *axis, uint32_t colour, double width)
{
	size_t i;

	ts_ink_line(ink, colour, width, "");
	for (i = 0; i < chart->slots.count; i++)
		if (isnan(chart->net[i]))
			ts_ink_break(ink);
		else
			ts_ink_point(ink, ts_axis_x(axis, i),
				     ts_axis_y(axis, chart->net[i]));
	ts_ink_layer_end(ink);
}

static void
draw_net_dots(struct ts_ink *ink, const struct balance *chart,
	      const struct ts_axis *axis, uint32_t colour, double diameter)
{
	size_t i;

	ts_ink_dots(ink, colour, diameter);
	for (i = 0; i < chart->slots.count; i++)
		if (!isnan(chart->net[i]))
			ts_ink_dot(ink, ts_axis_x(axis, i),
				   ts_axis_y(axis, chart->net[i]));
	ts_ink_layer_end(ink);
}

/* The names at the right carry the last figures; an older one says of when. */
static struct ts_ending
ending_of(const struct balance *chart, const struct ts_axis *axis, int which,
	  const struct ts_theme *theme)
{
	static const char *const names[] = { "Balance", "Exports", "Imports" };
	uint32_t colours[] = { theme->ink, theme->exports_text,
			       theme->imports_text };
	struct ts_ending end = {
		.name = names[which],
		.text = "no data",
		.weight = TS_BOLD,
		.colour = colours[which],
		.y = ts_axis_y(axis, 0),
	};
	size_t i, last = chart->slots.count;

	for (i = last; i-- > 0;) {
		double value = which == 0   ? chart->net[i]
			       : which == 1 ? chart->exports[i].value
					    : chart->imports[i].value;
		const char *text;

		if (isnan(value))
			continue;
		text = which == 0 ? ts_fig_signed(&chart->fig, value)
				  : ts_fig_value(&chart->fig, value);
		end.text =
			i + 1 == last
				? text
				: ts_arena_printf(
					  chart->fig.arena, "%s in %s", text,
					  ts_slot_name(&chart->slots, i, NULL,
						       chart->fig.arena));
		/* bars are named at their middle */
		end.y = ts_axis_y(axis, which == 0   ? value
					: which == 1 ? value / 2
						     : -value / 2);
		return end;
	}
	return end;
}

/* Twice: the labels need the axis for their height, the axis their width. */
static void
make_endings(const struct balance *chart, const struct ts_axis *axis,
	     const struct ts_theme *theme, struct ts_ending *ends)
{
	int i;

	for (i = 0; i < 3; i++)
		ends[i] = ending_of(chart, axis, i, theme);
}

/* Words where a whole period is missing. */
static void
draw_gaps(struct ts_ink *ink, const struct balance *chart,
	  const struct ts_axis *axis)
{
	struct ts_type small = { TS_REGULAR, 10 };
	bool one = ts_type_width(small, "no data") < ts_axis_step(axis) - 2;
	size_t i;

	for (i = 0; i < chart->slots.count; i++)
		if (isnan(chart->exports[i].value) &&
		    isnan(chart->imports[i].value))
			ts_ink_lines(ink, ts_axis_x(axis, i),
				     ts_axis_y(axis, 0) - (one ? 9 : 20), 12,
				     TS_CENTRE, small, ink->job->theme->text,
				     one ? "no data" : "no\ndata");
}

static enum ts_status
balance_draw(const struct ts_chart_job *job, struct ts_script *script,
	     struct ts_err *err)
{
	const struct ts_theme *theme = job->theme;
	struct balance chart;
	struct ts_axis axis = { .slots = 0 };
	struct ts_ending ends[3];
	double room;
	TS_AUTO_INK ink;

	ts_ink_begin(&ink, job, script);
	if (read_balance(job->spec, job->arena, &chart, err) != TS_OK)
		return err->status;
	axis.ticks = ts_ticks_make(chart.low, chart.high);
	axis.slots = chart.slots.count;
	/* the axis need not end at a tick: a thin strip of imports would leave
	 * a wide empty band below */
	axis.ticks.low = fmax(axis.ticks.low,
			      chart.low - 0.06 * (chart.high - chart.low));
	make_endings(&chart, &axis, theme, ends);
	room = fmax(70, ts_endings_width(ends, 3));
	ts_axis_place(&axis, &chart.fig, SIDE,
		      job->panel.width - SIDE - 6 - room, job->area.y + 27,
		      job->panel.height - 75);
	make_endings(&chart, &axis, theme, ends);
	axis.inset = axis.plot.width / (2 * ((double)axis.slots + 0.1));
	ts_axis_grid(&ink, &axis, &chart.fig);
	ts_ink_boxes(&ink, theme->exports);
	draw_bars(&ink, &chart, &axis, chart.exports, 1, false);
	ts_ink_boxes(&ink, theme->imports);
	draw_bars(&ink, &chart, &axis, chart.imports, -1, false);
	ts_ink_hatched(&ink, theme->exports, theme->exports);
	draw_bars(&ink, &chart, &axis, chart.exports, 1, true);
	ts_ink_hatched(&ink, theme->imports, theme->imports);
	draw_bars(&ink, &chart, &axis, chart.imports, -1, true);
	ts_axis_zero(&ink, &axis);
	/* the casing keeps the line readable on bars */
	draw_net(&ink, &chart, &axis, theme->background, 4);
	draw_net_dots(&ink, &chart, &axis, theme->background, 6.4);
	draw_net(&ink, &chart, &axis, theme->ink, 1.8);
	draw_net_dots(&ink, &chart, &axis, theme->ink, 4.4);
	draw_gaps(&ink, &chart, &axis);
	ts_endings_draw(&ink, ends, 3, axis.plot.x + axis.plot.width + 6, room,
			axis.plot.y + 10, axis.plot.y + axis.plot.height - 8);
	ts_axis_names(&ink, &axis, &chart.slots, NULL, job->panel.height - 61);
	ts_ink_unit(&ink, ts_fig_unit(&chart.fig));
	return ts_ink_end(&ink, err);
}

const struct ts_chart tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_chart, CHART, "balance",
		       "Exports and imports either side of zero", NULL, 0),
	.question = "is there a surplus",
	.columns = "period, value, flow (X and M); reporter, partner, "
		   "product, unit, status",
	.need = balance_need,
	.draw = balance_draw,
};
