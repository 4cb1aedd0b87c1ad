/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From one total to the next, step by step: what explains the change. Columns
 * while the names fit below them in two lines; with longer names the same
 * picture lies on its side and every name has a line of its own.
 */
#include <math.h>
#include "plots/draw/bridge.h"
#include "plots/draw/frame.h"

#define SIDE 20.0
#define WIDEST_STEP 110.0
#define ROW 34.0 /* preferred height when it lies */

struct waterfall {
	struct ts_bridge bridge;
	bool lies;
	struct ts_type names;  /* of columns */
	double step;           /* from column to column, or row to row */
	double first;          /* middle of the first */
	double zero, per_unit; /* along the axis of values, from base */
	double names_width;    /* when it lies */
};

static const struct ts_type value_type = { TS_BOLD, 11.5 };
static const struct ts_type row_type = { TS_MEDIUM, 11.5 };

/* Width of line number n (from 0) of lines joined by '\n'; 0 past the end. */
static double
line_width(struct ts_type type, const char *lines, int n)
{
	char line[256];
	size_t length;

	while (n-- > 0) {
		lines = strchr(lines, '\n');
		if (!lines)
			return 0;
		lines++;
	}
	length = strcspn(lines, "\n");
	snprintf(line, sizeof(line), "%.*s", (int)length, lines);
	return ts_type_width(type, line);
}

static double
longest_word(struct ts_type type, const char *name)
{
	double longest = 0;

	while (*name) {
		size_t length = strcspn(name, " ");
		char word[256];

		snprintf(word, sizeof(word), "%.*s", (int)length, name);
		longest = fmax(longest, ts_type_width(type, word));
		name += length + (name[length] == ' ');
	}
	return longest;
}

static const char *
column_name(const struct waterfall *chart, size_t i, int max, int *lines)
{
	const struct ts_step *step = &chart->bridge.items[i];

	return ts_name_wrap(&chart->bridge.fig, chart->names,
			    1.12 * chart->step, max, step->name, step->code,
			    lines);
}

/* A name may be wider than its column as long as it stays clear of what its
 * neighbours have in the same line. */
static bool
names_fit(const struct waterfall *chart)
{
	const char *before = "";
	size_t i;

	for (i = 0; i < chart->bridge.count; i++) {
		int lines, n;
		const char *name = column_name(chart, i, 9, &lines);

		if (lines > 2 ||
		    longest_word(chart->names, chart->bridge.items[i].name) >
			    1.12 * chart->step)
			return false;
		for (n = 0; n < 2; n++)
			if (line_width(chart->names, before, n) > 0 &&
			    (line_width(chart->names, before, n) +
			     line_width(chart->names, name, n)) /
						    2 +
					    4 >
				    chart->step)
				return false;
		before = name;
	}
	return true;
}

static bool
values_fit(const struct waterfall *chart)
{
	size_t i;

	for (i = 0; i < chart->bridge.count; i++)
		if (ts_type_width(value_type, chart->bridge.items[i].text) >
		    chart->step - 2)
			return false;
	return true;
}

static enum ts_status
read_waterfall(const struct ts_chart_spec *spec, double width,
	       struct ts_arena *arena, struct waterfall *chart,
	       struct ts_err *err)
{
	*chart = (struct waterfall){ .names = { TS_REGULAR, 11 } };
	if (ts_bridge_make(spec, arena, &chart->bridge, err) != TS_OK)
		return err->status;
	if (chart->bridge.count == 0)
		return TS_OK;
	chart->step =
		fmin((width - 2 * SIDE) / ((double)chart->bridge.count + 0.1),
		     WIDEST_STEP);
	while (!names_fit(chart) && chart->names.size > 9.5)
		chart->names.size -= 0.5;
	chart->lies = !names_fit(chart) || !values_fit(chart);
	return TS_OK;
}

static enum ts_status
waterfall_need(const struct ts_chart_spec *spec, struct ts_arena *arena,
	       struct ts_chart_need *out, struct ts_err *err)
{
	struct waterfall chart;
	struct ts_bridge *bridge = &chart.bridge;

	*out = (struct ts_chart_need){ .height_px = 420 };
	if (read_waterfall(spec, spec->width ? spec->width : 600, arena, &chart,
			   err) != TS_OK)
		return err->status;
	if (bridge->refused)
		snprintf(out->refused, sizeof(out->refused), "%s",
			 bridge->refused);
	if (chart.lies)
		out->height_px = (int)lround(ts_frame_top(spec) + 14 + 54 +
					     ROW * (double)bridge->count);
	snprintf(out->unit, sizeof(out->unit), "%s", ts_fig_unit(&bridge->fig));
	if (bridge->base > 0)
		ts_note(out, true,
			ts_arena_printf(arena, "Axis starts at %s.",
					ts_fig_tick(&bridge->fig, bridge->base,
						    bridge->base)));
	if (bridge->folded)
		ts_note(out, true,
			ts_arena_printf(
				arena,
				"All other includes %zu smaller change%s.",
				bridge->folded,
				bridge->folded == 1 ? "" : "s"));
	if (bridge->unknown)
		ts_note(out, true,
			ts_arena_printf(arena,
					"All other includes %zu part%s without "
					"both figures.",
					bridge->unknown,
					bridge->unknown == 1 ? "" : "s"));
	return TS_OK;
}

/* Along the axis of values; upwards, or to the right when it lies. */
static double
at(const struct waterfall *chart, double value)
{
	double length = (value - chart->bridge.base) * chart->per_unit;

	return chart->lies ? chart->zero + length : chart->zero - length;
}

static double
foot(const struct waterfall *chart, const struct ts_step *step)
{
	double base = chart->bridge.base;

	return at(chart,
		  step->kind == TS_STEP_TOTAL ? fmax(base, 0) : step->start);
}

static void
put_box(struct ts_ink *ink, const struct waterfall *chart, size_t i)
{
	const struct ts_step *step = &chart->bridge.items[i];
	double middle = chart->first + (double)i * chart->step;
	double half = fmin(0.36 * chart->step, chart->lies ? 9 : 40);
	double a = foot(chart, step), b = at(chart, step->end);

	if (chart->lies)
		ts_ink_box(ink, a, middle - half, b, middle + half);
	else
		ts_ink_box(ink, middle - half, a, middle + half, b);
}

enum look { TOTALS, GAINS, LOSSES };

static enum look
look_of(const struct ts_step *step)
{
	if (step->kind == TS_STEP_TOTAL)
		return TOTALS;
	return step->end < step->start ? LOSSES : GAINS;
}

static void
draw_boxes(struct ts_ink *ink, const struct waterfall *chart, enum look look,
	   uint32_t colour)
{
	size_t i;

	ts_ink_boxes(ink, colour);
	for (i = 0; i < chart->bridge.count; i++)
		if (look_of(&chart->bridge.items[i]) == look)
			put_box(ink, chart, i);
	ts_ink_layer_end(ink);
}

/* From the end of one bar to the beginning of the next. */
static void
draw_connectors(struct ts_ink *ink, const struct waterfall *chart)
{
	double half = fmin(0.36 * chart->step, chart->lies ? 9 : 40);
	size_t i;

	ts_ink_strokes(ink, ink->job->theme->axis, 1);
	for (i = 0; i + 1 < chart->bridge.count; i++) {
		double level = at(chart, chart->bridge.items[i].end);
		double from = chart->first + (double)i * chart->step + half;
		double to = from + chart->step - 2 * half;

		if (chart->lies)
			ts_ink_stroke(ink, level, from, level, to);
		else
			ts_ink_stroke(ink, from, level, to, level);
	}
	ts_ink_layer_end(ink);
}

/* A slanted cut through both totals shows that the axis does not start at
 * zero. */
static void
draw_cuts(struct ts_ink *ink, const struct waterfall *chart)
{
	double half = fmin(0.36 * chart->step, chart->lies ? 9 : 40) + 1;
	size_t ends[2] = { 0, chart->bridge.count - 1 }, i, j;

	if (chart->bridge.base <= 0)
		return;
	ts_ink_polygons(ink, ink->job->theme->background);
	for (i = 0; i < 2; i++) {
		double middle = chart->first + (double)ends[i] * chart->step;
		double across[4] = { -half, half, half, -half };
		double up[4] = { 12, 19, 23, 16 };

		for (j = 0; j < 4; j++)
			if (chart->lies)
				ts_ink_point(ink, chart->zero + up[j] + 2,
					     middle - across[j]);
			else
				ts_ink_point(ink, middle + across[j],
					     chart->zero - up[j]);
		ts_ink_break(ink);
	}
	ts_ink_layer_end(ink);
}

static void
draw_column_texts(struct ts_ink *ink, const struct waterfall *chart,
		  double below)
{
	const struct ts_theme *theme = ink->job->theme;
	size_t i;

	for (i = 0; i < chart->bridge.count; i++) {
		const struct ts_step *step = &chart->bridge.items[i];
		double x = chart->first + (double)i * chart->step;
		double top = fmin(foot(chart, step), at(chart, step->end));
		int lines;

		ts_ink_text(ink, x, top - 8, TS_CENTRE, value_type, theme->ink,
			    step->text);
		ts_ink_lines(ink, x, below + 11, 12.5, TS_CENTRE, chart->names,
			     theme->text, column_name(chart, i, 2, &lines));
	}
}

static void
draw_row_texts(struct ts_ink *ink, const struct waterfall *chart)
{
	const struct ts_theme *theme = ink->job->theme;
	size_t i;

	for (i = 0; i < chart->bridge.count; i++) {
		const struct ts_step *step = &chart->bridge.items[i];
		double y = chart->first + (double)i * chart->step;
		double end = fmax(foot(chart, step), at(chart, step->end));
		struct ts_type type = row_type;
		int lines;
		const char *name = ts_name_wrap(&chart->bridge.fig, type,
						chart->names_width,
						chart->step >= 28 ? 2 : 1,
						step->name, step->code, &lines);

		ts_ink_lines(ink, SIDE, y - (lines - 1) * 6.75, 13.5, TS_LEFT,
			     type, theme->ink, name);
		ts_ink_text(ink, end + 6, y, TS_LEFT, value_type, theme->ink,
			    step->text);
	}
}

static void
place_columns(const struct ts_chart_job *job, struct waterfall *chart)
{
	const struct ts_bridge *bridge = &chart->bridge;
	double range = bridge->high - bridge->base;
	double top = job->area.y + 32, bottom = job->panel.height - 84;

	chart->first = job->panel.width / 2 -
		       ((double)bridge->count - 1) * chart->step / 2;
	chart->per_unit = range > 0 ? (bottom - top) / range : 0;
	chart->zero = bottom;
}

static void
place_rows(const struct ts_chart_job *job, struct waterfall *chart)
{
	const struct ts_bridge *bridge = &chart->bridge;
	double range = bridge->high - bridge->base;
	double top = job->area.y + 12, bottom = job->panel.height - 52;
	double names = 0, values = 0;
	size_t i;

	for (i = 0; i < bridge->count; i++) {
		names = fmax(names,
			     ts_type_width(row_type, bridge->items[i].name));
		values = fmax(values,
			      ts_type_width(value_type, bridge->items[i].text));
	}
	chart->names_width = fmin(names, 0.4 * job->panel.width);
	chart->step = (bottom - top) / (double)bridge->count;
	chart->first = top + chart->step / 2;
	chart->zero = SIDE + chart->names_width + 12;
	chart->per_unit =
		range > 0
			? (job->panel.width - SIDE - values - 8 - chart->zero) /
				  range
			: 0;
}

static void
draw_axis(struct ts_ink *ink, const struct waterfall *chart)
{
	double at_zero = at(chart, fmax(chart->bridge.base, 0));

	ts_ink_strokes(ink, ink->job->theme->axis, 1);
	if (chart->lies)
		ts_ink_stroke(
			ink, at_zero, chart->first - chart->step / 2, at_zero,
			chart->first +
				chart->step *
					((double)chart->bridge.count - 0.5));
	else
		ts_ink_stroke(ink, SIDE, at_zero, ink->job->panel.width - SIDE,
			      at_zero);
	ts_ink_layer_end(ink);
}

static enum ts_status
waterfall_draw(const struct ts_chart_job *job, struct ts_script *script,
	       struct ts_err *err)
{
	const struct ts_theme *theme = job->theme;
	struct waterfall chart;
	TS_AUTO_INK ink;

	ts_ink_begin(&ink, job, script);
	if (read_waterfall(job->spec, job->panel.width, job->arena, &chart,
			   err) != TS_OK)
		return err->status;
	if (chart.bridge.count == 0)
		return ts_fail(err, TS_BAD_DATA, "%s", chart.bridge.refused);
	if (chart.lies)
		place_rows(job, &chart);
	else
		place_columns(job, &chart);
	draw_boxes(&ink, &chart, TOTALS, theme->text);
	draw_boxes(&ink, &chart, GAINS, theme->positive);
	draw_boxes(&ink, &chart, LOSSES, theme->negative);
	draw_connectors(&ink, &chart);
	draw_cuts(&ink, &chart);
	draw_axis(&ink, &chart);
	if (chart.lies)
		draw_row_texts(&ink, &chart);
	else
		draw_column_texts(&ink, &chart, chart.zero);
	ts_ink_unit(&ink, ts_fig_unit(&chart.bridge.fig));
	return ts_ink_end(&ink, err);
}

const struct ts_chart tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_chart, CHART, "waterfall",
		       "From one total to the next by parts", NULL, 0),
	.question = "what explains the change",
	.columns = "label, from and to, or period and value; product (TOTAL "
		   "holds both ends), flow, unit, base_period, kind",
	.need = waterfall_need,
	.draw = waterfall_draw,
};
