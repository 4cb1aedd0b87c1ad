/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Horizontal bars, the largest on top, each name above its bar so that a
 * long one has the whole width: what is biggest. The remainder ("Other")
 * is always last.
 */
#include <math.h>
#include "plots/draw/figures.h"
#include "plots/draw/frame.h"
#include "plots/draw/shape.h"

#define MOST 12
#define LEAST 2 /* charts.md says 5; see docs/charts.md */
#define SIDE 20.0
#define PITCH 36.0 /* preferred height of a row of one line */
#define LINE 14.0
#define BELOW 54.0 /* from the last row to the lower edge */

struct bar {
	const struct ts_row *row;
	double value;
	const char *name, *code, *text, *share;
	int lines;
	bool accent, other;
};

struct ranked {
	struct ts_figures fig;
	struct bar items[MOST];
	size_t count, left_out, missing;
	double low, high, total; /* total NaN: not told */
	bool imports, provisional, derived;
};

struct place {
	double left, right; /* of the bars */
	double zero, per_unit;
	double top, pitch;
};

static const struct ts_type name_type = { TS_MEDIUM, 11.5 };
static const struct ts_type value_type = { TS_BOLD, 11.5 };
static const struct ts_type share_type = { TS_REGULAR, 11 };

static const char *const needs[] = { "value|to", NULL };

/* The remainder last, else by value, else as the table has it. */
static int
by_value(const void *a, const void *b)
{
	const struct bar *left = a, *right = b;

	if (left->other != right->other)
		return left->other ? 1 : -1;
	if (left->value != right->value)
		return left->value < right->value ? 1 : -1;
	return left->row->number < right->row->number ? -1 : 1;
}

/* Is there a later figure of the same name? Rows that are each told for a
 * period of their own stand beside each other. */
static bool
is_superseded(const struct ts_rows *rows, const struct ts_row *row)
{
	const char *name = ts_row_name(rows, row);
	size_t i;

	for (i = 0; i < rows->count; i++)
		if (ts_period_compare(rows->items[i].period, row->period) > 0 &&
		    strcmp(ts_row_name(rows, &rows->items[i]), name) == 0)
			return true;
	return false;
}

/* TOTAL is a total beside its parts; countries that are each told by their
 * total are the bars themselves. */
static bool
has_parts(const struct ts_rows *rows)
{
	size_t i;

	for (i = 0; i < rows->count; i++)
		if (!ts_row_is_total(&rows->items[i]))
			return true;
	return false;
}

/* The newest bar of each name; the total is set aside. */
static size_t
collect(const struct ts_rows *rows, struct bar *bars, struct ranked *chart)
{
	bool parts = has_parts(rows);
	size_t i, count = 0;

	for (i = 0; i < rows->count; i++) {
		const struct ts_row *row = &rows->items[i];
		double value = isnan(row->value) ? row->to : row->value;

		if (is_superseded(rows, row))
			continue;
		if (parts && ts_row_is_total(row)) {
			chart->total = value;
			continue;
		}
		if (isnan(value)) {
			chart->missing++;
			continue;
		}
		bars[count++] = (struct bar){
			.row = row,
			.value = value,
			.name = ts_row_name(rows, row),
			.code = row->label[0] ? row->product : "",
			.other = ts_row_is_other(row),
		};
	}
	return count;
}

static enum ts_status
check_names(const struct bar *bars, size_t count, struct ts_err *err)
{
	size_t i, j;

	for (i = 0; i < count && i < MOST; i++)
		for (j = i + 1; j < count && j < MOST; j++)
			if (strcmp(bars[i].name, bars[j].name) == 0 &&
			    strcmp(bars[i].code, bars[j].code) == 0)
				return ts_fail(err, TS_BAD_DATA,
					       "rows %zu and "
					       "%zu: two figures for \"%.60s\"",
					       bars[i].row->number,
					       bars[j].row->number,
					       bars[i].name);
	return TS_OK;
}

/* The row that the report is about, else the largest. */
static void
mark_accent(struct ranked *chart, const struct ts_chart_spec *spec)
{
	size_t i, found = 0;

	for (i = 0; i < chart->count; i++) {
		struct bar *bar = &chart->items[i];

		bar->accent = strcmp(bar->row->kind, "highlight") == 0;
		found += bar->accent;
	}
	for (i = 0; i < chart->count && !found; i++) {
		struct bar *bar = &chart->items[i];

		bar->accent = spec->partner && spec->partner[0] &&
			      strcmp(bar->name, spec->partner) == 0;
		found += bar->accent;
	}
	if (!found && chart->count > 0 && !chart->items[0].other)
		chart->items[0].accent = true;
}

static void
take(struct ranked *chart, const struct bar *bar)
{
	struct bar *own = &chart->items[chart->count++];
	const char *share = bar->row->share;

	*own = *bar;
	own->text = ts_fig_own(&chart->fig, bar->value);
	own->share =
		share[0] ? ts_arena_printf(chart->fig.arena, "%s%s", share,
					   strchr(share, '%') ? "" : "%")
		: chart->total > 0 && bar->value >= 0
			? ts_fig_share(&chart->fig, bar->value / chart->total)
			: "";
	chart->provisional |= bar->row->provisional;
	chart->derived |= bar->row->derived;
}

static enum ts_status
read_ranked(const struct ts_chart_spec *spec, struct ts_arena *arena,
	    struct ranked *chart, struct ts_err *err)
{
	struct ts_rows rows;
	struct bar *bars;
	size_t count, i, keep;

	*chart = (struct ranked){ .total = NAN };
	if (ts_rows_read(spec, arena, needs, &rows, err) != TS_OK ||
	    ts_rows_constant(&rows, "flow", err) != TS_OK)
		return err->status;
	bars = ts_arena_alloc(arena, rows.count + 1, sizeof(*bars));
	if (!bars)
		return ts_fail(err, TS_BAD_DATA, "too many rows");
	count = collect(&rows, bars, chart);
	if (count > 0)
		qsort(bars, count, sizeof(*bars), by_value);
	keep = count < MOST ? count : MOST;
	/* the remainder keeps its place when the tail is left out */
	if (count > MOST && bars[count - 1].other)
		bars[MOST - 1] = bars[count - 1];
	chart->left_out = count - keep;
	if (check_names(bars, keep, err) != TS_OK)
		return err->status;
	for (i = 0; i < keep; i++) {
		chart->low = fmin(chart->low, bars[i].value);
		chart->high = fmax(chart->high, bars[i].value);
	}
	chart->fig = ts_fig_make(spec, rows.unit,
				 fmax(chart->high, -chart->low), arena);
	for (i = 0; i < keep; i++)
		take(chart, &bars[i]);
	chart->imports = (spec->flow && strcmp(spec->flow, "M") == 0) ||
			 (rows.count && strcmp(rows.items[0].flow, "M") == 0);
	mark_accent(chart, spec);
	return TS_OK;
}

static double
widest_share(const struct ranked *chart)
{
	double widest = 0;
	size_t i;

	for (i = 0; i < chart->count; i++)
		widest = fmax(widest,
			      ts_type_width(share_type, chart->items[i].share));
	return widest > 0 ? widest + 14 : 0;
}

/* Lines of all names at this width; sets each bar's. */
static int
count_lines(struct ranked *chart, double width, int most)
{
	int sum = 0;
	size_t i;

	for (i = 0; i < chart->count; i++) {
		struct bar *bar = &chart->items[i];

		(void)ts_name_wrap(&chart->fig, name_type,
				   width - 2 * SIDE - widest_share(chart), most,
				   bar->name, bar->code, &bar->lines);
		if (bar->lines < 1)
			bar->lines = 1;
		sum += bar->lines;
	}
	return sum;
}

static enum ts_status
ranked_need(const struct ts_chart_spec *spec, struct ts_arena *arena,
	    struct ts_chart_need *out, struct ts_err *err)
{
	struct ranked chart;
	int lines;

	*out = (struct ts_chart_need){ .height_px = 400 };
	if (read_ranked(spec, arena, &chart, err) != TS_OK)
		return err->status;
	lines = count_lines(&chart, spec->width ? spec->width : 600, 2);
	out->height_px = (int)lround(ts_frame_top(spec) + 14 + BELOW +
				     PITCH * (double)chart.count +
				     LINE * (lines - (double)chart.count));
	if (chart.count < LEAST)
		snprintf(out->refused, sizeof(out->refused),
			 "needs at least %d rows with a figure, got %zu", LEAST,
			 chart.count);
	snprintf(out->unit, sizeof(out->unit), "%s", ts_fig_unit(&chart.fig));
	ts_note_hatched(out, spec, chart.provisional, chart.derived);
	if (chart.left_out)
		ts_note(out, true,
			ts_arena_printf(arena, "%zu smaller row%s not shown.",
					chart.left_out,
					chart.left_out == 1 ? " is" : "s are"));
	if (chart.missing)
		ts_note(out, true,
			ts_arena_printf(arena, "No figure published for %zu.",
					chart.missing));
	return TS_OK;
}

/* Bars leave room for their values: at the right for gains, at the left for
 * negative figures. */
static struct place
place_bars(const struct ts_chart_job *job, struct ranked *chart)
{
	struct place place = { .left = SIDE };
	double before = 0, behind = 0, range = chart->high - chart->low;
	double height;
	int lines;
	size_t i;

	for (i = 0; i < chart->count; i++) {
		double wide =
			ts_type_width(value_type, chart->items[i].text) + 8;

		if (chart->items[i].value < 0)
			before = fmax(before, wide);
		else
			behind = fmax(behind, wide);
	}
	place.left += before;
	place.right = job->panel.width - SIDE - widest_share(chart) - behind;
	place.per_unit = range > 0 ? (place.right - place.left) / range : 0;
	place.zero = place.left - chart->low * place.per_unit;
	place.top = job->area.y + 14;
	height = job->panel.height - BELOW - place.top;
	lines = count_lines(chart, job->panel.width, 2);
	place.pitch = (height - LINE * (lines - (double)chart->count)) /
		      (double)(chart->count ? chart->count : 1);
	if (place.pitch < 26) { /* too low for second lines */
		(void)count_lines(chart, job->panel.width, 1);
		place.pitch =
			height / (double)(chart->count ? chart->count : 1);
	}
	return place;
}

/* Middle of a bar; its name lies above. */
static double
bar_y(const struct ranked *chart, const struct place *place, size_t at)
{
	double y = place->top;
	size_t i;

	for (i = 0; i <= at; i++)
		y += place->pitch + LINE * (chart->items[i].lines - 1);
	return y - 0.32 * place->pitch;
}

enum look { LIGHT, ACCENT, OTHER, HATCHED };

static enum look
look_of(const struct bar *bar)
{
	if (ts_row_is_hatched(bar->row))
		return HATCHED;
	if (bar->other)
		return OTHER;
	return bar->accent ? ACCENT : LIGHT;
}

static void
draw_bars(struct ts_ink *ink, const struct ranked *chart,
	  const struct place *place, enum look look)
{
	double half = fmin(0.17 * place->pitch, 8);
	size_t i;

	for (i = 0; i < chart->count; i++) {
		const struct bar *bar = &chart->items[i];
		double y = bar_y(chart, place, i);

		if (look_of(bar) == look)
			ts_ink_box(ink, place->zero, y - half,
				   place->zero + bar->value * place->per_unit,
				   y + half);
	}
	ts_ink_layer_end(ink);
}

/* Zero is marked at the bars only: names lie across it. */
static void
draw_zero(struct ts_ink *ink, const struct ranked *chart,
	  const struct place *place)
{
	double half = fmin(0.17 * place->pitch, 8) + 2.5;
	size_t i;

	ts_ink_strokes(ink, ink->job->theme->axis, 1);
	for (i = 0; i < chart->count; i++) {
		double y = bar_y(chart, place, i);

		ts_ink_stroke(ink, place->zero, y - half, place->zero,
			      y + half);
	}
	ts_ink_layer_end(ink);
}

static void
draw_texts(struct ts_ink *ink, const struct ranked *chart,
	   const struct place *place)
{
	const struct ts_theme *theme = ink->job->theme;
	double width = ink->job->panel.width;
	size_t i;

	for (i = 0; i < chart->count; i++) {
		const struct bar *bar = &chart->items[i];
		double y = bar_y(chart, place, i);
		double end = place->zero + bar->value * place->per_unit;
		int lines;
		const char *name =
			ts_name_wrap(&chart->fig, name_type,
				     width - 2 * SIDE - widest_share(chart),
				     bar->lines, bar->name, bar->code, &lines);

		ts_ink_lines(ink, SIDE,
			     y - 0.47 * place->pitch - LINE * (lines - 1), LINE,
			     TS_LEFT, name_type, theme->ink, name);
		ts_ink_text(ink, bar->value < 0 ? end - 6 : end + 6, y,
			    bar->value < 0 ? TS_RIGHT : TS_LEFT, value_type,
			    theme->ink, bar->text);
		ts_ink_text(ink, width - SIDE, y, TS_RIGHT, share_type,
			    theme->text, bar->share);
	}
}

static enum ts_status
ranked_draw(const struct ts_chart_job *job, struct ts_script *script,
	    struct ts_err *err)
{
	const struct ts_theme *theme = job->theme;
	struct ranked chart;
	struct place place;
	TS_AUTO_INK ink;

	ts_ink_begin(&ink, job, script);
	if (read_ranked(job->spec, job->arena, &chart, err) != TS_OK)
		return err->status;
	place = place_bars(job, &chart);
	ts_ink_boxes(&ink, chart.imports ? theme->imports_light
					 : theme->exports_light);
	draw_bars(&ink, &chart, &place, LIGHT);
	ts_ink_boxes(&ink, chart.imports ? theme->imports : theme->exports);
	draw_bars(&ink, &chart, &place, ACCENT);
	ts_ink_boxes(&ink, theme->context);
	draw_bars(&ink, &chart, &place, OTHER);
	ts_ink_hatched(&ink, chart.imports ? theme->imports : theme->exports,
		       chart.imports ? theme->imports : theme->exports);
	draw_bars(&ink, &chart, &place, HATCHED);
	if (chart.low < 0)
		draw_zero(&ink, &chart, &place);
	draw_texts(&ink, &chart, &place);
	ts_ink_unit(&ink, ts_fig_unit(&chart.fig));
	return ts_ink_end(&ink, err);
}

const struct ts_chart tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_chart, CHART, "ranked",
		       "Ranked horizontal bars", NULL, 0),
	.question = "what is biggest",
	.columns = "value; label, product, partner, period, flow, unit, "
		   "status, share, kind",
	.need = ranked_need,
	.draw = ranked_draw,
};
