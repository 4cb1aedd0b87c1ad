/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From where to where on a logarithmic scale, a row a product, and by how
 * much at the right: what moved most. Rises are blue, falls red.
 */
#include <math.h>
#include <tradestat/words.h>
#include "plots/draw/frame.h"
#include "plots/draw/log.h"
#include "plots/draw/shape.h"

#define MOST 10
#define LEAST 2 /* charts.md says 4; see docs/charts.md */
#define SIDE 20.0
#define PITCH 39.0     /* preferred height of a row */
#define MOST_RATE 76.0 /* width of the right column */
#define BELOW 78.0     /* from the plot to the panel's lower edge */

struct mover {
	double from, to;
	bool drawable; /* a logarithm can show what is known of it */
	bool falls;
	const char *name, *code, *rate;
	const char *from_text, *to_text;
	double y, from_x, to_x;
};

struct movers {
	struct ts_figures fig;
	struct mover items[MOST];
	size_t count, left_out;
	const char *base, *current;
	bool from_zero, to_zero;
	struct ts_log log;
	double names_right, fold_left, top, bottom, pitch;
};

static const struct ts_type name_type = { TS_MEDIUM, 11.5 };
static const struct ts_type rate_type = { TS_BOLD, 12.5 };
static const struct ts_type from_type = { TS_REGULAR, 10 };
static const struct ts_type to_type = { TS_BOLD, 10.5 };

static const char *const needs[] = { "value|to", NULL };

static double
change(const struct ts_pair *pair)
{
	double size = fabs(pair->to - pair->from);

	return isnan(size) ? -1 : size;
}

/* Stable, largest change first; at most a few thousand rows come here. */
static int
by_change(const void *a, const void *b)
{
	const struct ts_pair *left = a, *right = b;
	double l = change(left), r = change(right);

	if (l != r)
		return l < r ? 1 : -1;
	return left->row->number < right->row->number ? -1 : 1;
}

static int
by_size(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* The scale in which most rows read well: that of the row in the middle. */
static double
middle_size(const struct ts_pair *pairs, size_t count)
{
	double sizes[MOST] = { 0 };
	size_t i, known = 0;

	for (i = 0; i < count && i < MOST; i++) {
		double size = fmax(pairs[i].from, pairs[i].to);

		if (size > 0)
			sizes[known++] = size;
	}
	qsort(sizes, known, sizeof(*sizes), by_size);
	return known ? sizes[known / 2] : 1;
}

static void
take(struct movers *chart, const struct ts_pair *pair)
{
	struct mover *mover = &chart->items[chart->count++];
	const struct ts_figures *fig = &chart->fig;

	*mover = (struct mover){
		.from = pair->from,
		.to = pair->to,
		.drawable = !(pair->from < 0) && !(pair->to < 0) &&
			    !(isnan(pair->from) && isnan(pair->to)),
		.falls = pair->to < pair->from,
		.name = pair->label,
		.code = pair->code,
		.from_text = ts_fig_own(fig, pair->from),
		.to_text = ts_fig_own(fig, pair->to),
		.rate = pair->row->fold[0] ? pair->row->fold
					   : ts_fig_rate(fig, pair->row->growth,
							 pair->from, pair->to),
	};
	if (mover->drawable) {
		chart->from_zero |= pair->from == 0;
		chart->to_zero |= pair->to == 0;
	}
}

/* Totals are no movers; a row without any figure has nothing to show. */
static size_t
only_products(struct ts_pair *pairs, size_t count)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++)
		if (!pairs[i].total &&
		    !(isnan(pairs[i].from) && isnan(pairs[i].to)))
			pairs[kept++] = pairs[i];
	return kept;
}

static enum ts_status
read_movers(const struct ts_chart_spec *spec, struct ts_arena *arena,
	    struct movers *chart, struct ts_err *err)
{
	struct ts_rows rows;
	struct ts_pairs pairs;
	double low = INFINITY, high = 0;
	size_t i;

	*chart = (struct movers){ .count = 0 };
	if (ts_rows_read(spec, arena, needs, &rows, err) != TS_OK ||
	    ts_rows_constant(&rows, "flow", err) != TS_OK ||
	    ts_pairs_make(&rows, arena, &pairs, err) != TS_OK)
		return err->status;
	pairs.count = only_products(pairs.items, pairs.count);
	if (pairs.count > 0)
		qsort(pairs.items, pairs.count, sizeof(*pairs.items),
		      by_change);
	chart->base = pairs.base;
	chart->current = pairs.current;
	chart->fig = ts_fig_make(spec, rows.unit,
				 middle_size(pairs.items, pairs.count), arena);
	for (i = 0; i < pairs.count && i < MOST; i++) {
		const struct ts_pair *pair = &pairs.items[i];

		take(chart, pair);
		if (!chart->items[i].drawable)
			continue;
		low = pair->from > 0 ? fmin(low, pair->from) : low;
		low = pair->to > 0 ? fmin(low, pair->to) : low;
		high = fmax(high, fmax(pair->from, pair->to));
	}
	chart->left_out = pairs.count - chart->count;
	if (!(high > 0))
		low = high = chart->fig.scale;
	chart->log = ts_log_make(low, high, chart->from_zero || chart->to_zero);
	return TS_OK;
}

static enum ts_status
movers_need(const struct ts_chart_spec *spec, struct ts_arena *arena,
	    struct ts_chart_need *out, struct ts_err *err)
{
	struct movers chart;
	const char *when;

	*out = (struct ts_chart_need){ .height_px = 400 };
	if (read_movers(spec, arena, &chart, err) != TS_OK)
		return err->status;
	out->height_px = (int)lround(ts_frame_top(spec) + 27 + 6 +
				     PITCH * (double)chart.count + BELOW);
	if (chart.count < LEAST)
		snprintf(out->refused, sizeof(out->refused),
			 "needs at least %d rows with figures of two periods, "
			 "got %zu",
			 LEAST, chart.count);
	snprintf(out->unit, sizeof(out->unit), "%s", ts_fig_unit(&chart.fig));
	when = chart.from_zero && chart.to_zero ? "that period"
	       : chart.from_zero                ? chart.base
						: chart.current;
	if (chart.from_zero || chart.to_zero)
		ts_note(out, true,
			ts_arena_printf(arena, "Open ring: no trade in %s.",
					when[0] ? when : "that period"));
	ts_note(out, chart.count > 1, "Ordered by absolute change.");
	if (chart.left_out)
		ts_note(out, true,
			ts_arena_printf(arena,
					"%zu smaller change%s not shown.",
					chart.left_out,
					chart.left_out == 1 ? " is" : "s are"));
	return TS_OK;
}

/* Room for names at the left and rates at the right; a rate in words ("no
 * longer traded") has two lines. */
static void
place_sides(const struct ts_chart_job *job, struct movers *chart)
{
	double names = 0, rates = 0;
	double most = fmax(130, 0.31 * job->panel.width);
	size_t i;

	for (i = 0; i < chart->count; i++) {
		const struct mover *mover = &chart->items[i];

		names = fmax(names, ts_type_width(name_type, mover->name));
		rates = fmax(rates, ts_type_width(rate_type, mover->rate));
	}
	chart->names_right = SIDE + fmin(names, most);
	chart->fold_left = job->panel.width - SIDE - fmin(rates, MOST_RATE);
}

static void
place_row(struct movers *chart, struct mover *mover)
{
	mover->from_x = ts_log_x(&chart->log, mover->from);
	mover->to_x = ts_log_x(&chart->log, mover->to);
	if (isnan(mover->from))
		mover->from_x = mover->to_x;
	if (isnan(mover->to))
		mover->to_x = mover->from_x;
}

/*
 * The axis is as wide as the labels at both ends of every row leave it. The
 * labels move with the axis, so the ends are found in a few steps.
 */
static void
place_axis(struct movers *chart)
{
	struct ts_log *log = &chart->log;
	int round;
	size_t i;

	log->left = chart->names_right + 12;
	log->right = chart->fold_left - 12;
	for (round = 0; round < 12; round++) {
		double left = 0, right = 0;

		for (i = 0; i < chart->count; i++) {
			struct mover *mover = &chart->items[i];
			double from =
				ts_type_width(from_type, mover->from_text) + 8;
			double to = ts_type_width(to_type, mover->to_text) + 8;

			if (!mover->drawable)
				continue;
			place_row(chart, mover);
			left = fmax(left,
				    chart->names_right + 10 -
					    (mover->falls
						     ? mover->to_x - to
						     : mover->from_x - from));
			right = fmax(right, (mover->falls ? mover->from_x + from
							  : mover->to_x + to) -
						    (chart->fold_left - 10));
		}
		if (left + right < 0.5 ||
		    log->right - log->left - left - right < 60)
			break;
		log->left += left;
		log->right -= right;
	}
}

static void
place_rows(const struct ts_chart_job *job, struct movers *chart)
{
	size_t i;

	chart->top = job->area.y + 27;
	chart->bottom = job->panel.height - BELOW;
	chart->pitch = (chart->bottom - chart->top - 6) /
		       (double)(chart->count ? chart->count : 1);
	place_sides(job, chart);
	place_axis(chart);
	for (i = 0; i < chart->count; i++) {
		chart->items[i].y =
			chart->top + 3 + ((double)i + 0.5) * chart->pitch;
		place_row(chart, &chart->items[i]);
	}
}

static void
draw_bars(struct ts_ink *ink, const struct movers *chart, bool falls)
{
	const struct ts_theme *theme = ink->job->theme;
	size_t i;

	ts_ink_strokes(ink, falls ? theme->imports_light : theme->exports_light,
		       3.2);
	for (i = 0; i < chart->count; i++) {
		const struct mover *mover = &chart->items[i];

		if (mover->drawable && mover->falls == falls)
			ts_ink_stroke(ink, mover->from_x, mover->y, mover->to_x,
				      mover->y);
	}
	ts_ink_layer_end(ink);
}

/* Dots of one kind: from or to, of rises or of falls, of figures or zeros. */
static void
draw_dots(struct ts_ink *ink, const struct movers *chart, bool to, bool falls,
	  bool zero)
{
	size_t i;

	for (i = 0; i < chart->count; i++) {
		const struct mover *mover = &chart->items[i];
		double value = to ? mover->to : mover->from;

		if (mover->drawable && !isnan(value) && mover->falls == falls &&
		    (value == 0) == zero)
			ts_ink_dot(ink, to ? mover->to_x : mover->from_x,
				   mover->y);
	}
	ts_ink_layer_end(ink);
}

static void
draw_marks(struct ts_ink *ink, const struct movers *chart)
{
	const struct ts_theme *theme = ink->job->theme;
	int falls, to;

	draw_bars(ink, chart, false);
	draw_bars(ink, chart, true);
	for (to = 0; to < 2; to++) {
		double size = to ? 8.2 : 6.6;

		for (falls = 0; falls < 2; falls++) {
			uint32_t colour = !to     ? theme->axis
					  : falls ? theme->imports
						  : theme->exports;

			ts_ink_dots(ink, colour, size);
			draw_dots(ink, chart, to, falls, false);
			ts_ink_dots(ink, theme->background, size);
			draw_dots(ink, chart, to, falls, true);
			ts_ink_rings(ink, colour, size - 1, 1.4);
			draw_dots(ink, chart, to, falls, true);
		}
	}
}

static void
draw_values(struct ts_ink *ink, const struct mover *mover)
{
	const struct ts_theme *theme = ink->job->theme;
	uint32_t colour =
		mover->falls ? theme->imports_text : theme->exports_text;
	double side = mover->falls ? -1 : 1;

	ts_ink_text(ink, mover->from_x - side * 7.5, mover->y,
		    mover->falls ? TS_LEFT : TS_RIGHT, from_type, theme->text,
		    mover->from_text);
	ts_ink_text(ink, mover->to_x + side * 8, mover->y,
		    mover->falls ? TS_RIGHT : TS_LEFT, to_type, colour,
		    mover->to_text);
}

/* What no logarithm can show is said in words where the marks would be. */
static void
draw_words(struct ts_ink *ink, const struct movers *chart,
	   const struct mover *mover)
{
	const char *text = ts_arena_printf(
		chart->fig.arena,
		"%s \xE2\x86\x92 "
		"%s",
		isnan(mover->from) ? "no data" : mover->from_text,
		isnan(mover->to) ? "no data" : mover->to_text);

	ts_ink_text(ink, chart->log.left, mover->y, TS_LEFT, from_type,
		    ink->job->theme->text, text);
}

/* Names of the periods, once, above the first row whose dots leave room. */
static void
draw_periods(struct ts_ink *ink, const struct movers *chart)
{
	const struct ts_theme *theme = ink->job->theme;
	double room = (ts_type_width(from_type, chart->base) +
		       ts_type_width(to_type, chart->current)) /
			      2 +
		      7;
	size_t i;

	for (i = 0; i < chart->count; i++) {
		const struct mover *mover = &chart->items[i];

		if (!mover->drawable ||
		    fabs(mover->from_x - mover->to_x) < fmax(room, 34))
			continue;
		ts_ink_text(ink, mover->from_x, mover->y - 14.5, TS_CENTRE,
			    from_type, theme->text, chart->base);
		ts_ink_text(ink, mover->to_x, mover->y - 14.5, TS_CENTRE,
			    to_type,
			    mover->falls ? theme->imports_text
					 : theme->exports_text,
			    chart->current);
		return;
	}
}

static void
draw_rate(struct ts_ink *ink, const struct movers *chart,
	  const struct mover *mover)
{
	double right = ink->job->panel.width - SIDE;
	struct ts_type type = rate_type;
	const char *rate = mover->rate;
	int lines = 1;

	if (ts_type_width(type, rate) > MOST_RATE) {
		type.size = 11;
		rate = ts_name_wrap(&chart->fig, type, MOST_RATE,
				    chart->pitch >= 28 ? 2 : 1, rate, "",
				    &lines);
	}
	ts_ink_lines(ink, right, mover->y - (lines - 1) * 6.75, 13.5, TS_RIGHT,
		     type, ink->job->theme->ink, rate);
}

static void
draw_row_texts(struct ts_ink *ink, const struct movers *chart,
	       const struct mover *mover)
{
	int lines;
	const char *name = ts_name_wrap(
		&chart->fig, name_type, chart->names_right - SIDE,
		chart->pitch >= 30 ? 2 : 1, mover->name, mover->code, &lines);

	ts_ink_lines(ink, SIDE, mover->y - (lines - 1) * 7, 14, TS_LEFT,
		     name_type, ink->job->theme->ink, name);
	draw_rate(ink, chart, mover);
	if (mover->drawable)
		draw_values(ink, mover);
	else
		draw_words(ink, chart, mover);
}

static enum ts_status
movers_draw(const struct ts_chart_job *job, struct ts_script *script,
	    struct ts_err *err)
{
	struct movers chart;
	size_t i;
	TS_AUTO_INK ink;

	ts_ink_begin(&ink, job, script);
	if (read_movers(job->spec, job->arena, &chart, err) != TS_OK)
		return err->status;
	place_rows(job, &chart);
	ts_log_draw(&ink, &chart.log, &chart.fig, chart.top, chart.bottom);
	draw_marks(&ink, &chart);
	for (i = 0; i < chart.count; i++)
		draw_row_texts(&ink, &chart, &chart.items[i]);
	draw_periods(&ink, &chart);
	ts_ink_unit(&ink, ts_arena_printf(job->arena,
					  "%s%s%s%s%s, "
					  "logarithmic scale",
					  ts_fig_unit(&chart.fig),
					  chart.base[0] ? ", " : "", chart.base,
					  chart.base[0] ? " \xE2\x86\x92 " : "",
					  chart.current));
	return ts_ink_end(&ink, err);
}

const struct ts_chart tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_chart, CHART, "movers",
		       "Largest changes between two periods", NULL, 0),
	.question = "what moved most",
	.columns = "label, from and to, or period and value; product, flow, "
		   "unit, base_period, growth, fold_text",
	.need = movers_need,
	.draw = movers_draw,
};
