/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "plots/draw/frame.h"
#include "plots/draw/ink.h"

#define HATCH_STEP 6.0 /* px between strokes, across the page */
#define DOT_UNIT 6.1   /* px of a point of size 1 in the cairo terminals */

void
ts_ink_begin(struct ts_ink *ink, const struct ts_chart_job *job,
	     struct ts_script *script)
{
	struct ts_rect all = { 0, 0, job->panel.width, job->panel.height };

	*ink = (struct ts_ink){
		.job = job,
		.script = script,
		.plot = TS_BUF_INIT(64 * 1024),
		.clause = TS_BUF_INIT(1024),
	};
	ts_frame_head(script);
	ts_frame_margins(job, all, script);
	ts_script_cmd(script, "set xrange [0:%g]\nset yrange [%g:0]",
		      job->panel.width, job->panel.height);
}

enum ts_status
ts_ink_end(struct ts_ink *ink, struct ts_err *err)
{
	if (ts_buf_check(&ink->plot, "plot command", err) != TS_OK)
		return ts_while(err, "chart");
	/* fixed ranges: a plot of nothing is silent and shows the texts */
	ts_script_cmd(ink->script, "plot %s",
		      ink->plot.used ? ink->plot.data : "NaN notitle");
	return ts_buf_check(&ink->script->out, "script", err);
}

void
ts_ink_free(struct ts_ink *ink)
{
	ts_buf_free(&ink->plot);
	ts_buf_free(&ink->clause);
}

double
ts_type_width(struct ts_type type, const char *text)
{
	return ts_text_width(type.weight, type.size, text);
}

static const char *
family(enum ts_weight weight)
{
	switch (weight) {
	case TS_REGULAR:
		return "Inter";
	case TS_MEDIUM:
		return "Inter Medium";
	case TS_SEMIBOLD:
		return "Inter SemiBold";
	case TS_BOLD:
		return "Inter Bold";
	}
	return "Inter";
}

static const char *
anchor(enum ts_align align)
{
	switch (align) {
	case TS_LEFT:
		return "left";
	case TS_CENTRE:
		return "center";
	case TS_RIGHT:
		return "right";
	}
	return "left";
}

void
ts_ink_text(struct ts_ink *ink, double x, double y, enum ts_align align,
	    struct ts_type type, uint32_t colour, const char *text)
{
	TS_AUTO_BUF safe = TS_BUF_INIT(8192);

	ts_script_safe(&safe, text);
	if (safe.used == 0 || !isfinite(x) || !isfinite(y))
		return;
	ink->labels++;
	ts_script_part(ink->script, "set label %d ", ink->labels);
	ts_script_text(ink->script, safe.data);
	ts_script_cmd(ink->script,
		      " at screen %.5f,%.5f %s font '%s,%g' "
		      "tc rgb '#%06X' noenhanced front",
		      ts_chart_x(ink->job, x), ts_chart_y(ink->job, y),
		      anchor(align), family(type.weight), type.size,
		      (unsigned)colour);
}

/* Calls what is to be done with each line; the lines are few and short. */
static const char *
next_line(const char *lines, char line[512])
{
	size_t length = strcspn(lines, "\n");
	size_t kept = length < 511 ? length : 511;

	memcpy(line, lines, kept);
	line[kept] = '\0';
	return lines[length] == '\n' ? lines + length + 1 : NULL;
}

void
ts_ink_lines(struct ts_ink *ink, double x, double y, double step,
	     enum ts_align align, struct ts_type type, uint32_t colour,
	     const char *lines)
{
	char line[512];

	while (lines) {
		lines = next_line(lines, line);
		ts_ink_text(ink, x, y, align, type, colour, line);
		y += step;
	}
}

double
ts_type_lines_width(struct ts_type type, const char *lines)
{
	double widest = 0;
	char line[512];

	while (lines) {
		lines = next_line(lines, line);
		widest = fmax(widest, ts_type_width(type, line));
	}
	return widest;
}

void
ts_ink_unit(struct ts_ink *ink, const char *text)
{
	const char *subtitle = ink->job->spec->subtitle;

	if (!subtitle || subtitle[0] == '\0')
		ts_ink_text(ink, ink->job->area.x, ink->job->area.y - 12,
			    TS_LEFT, (struct ts_type){ TS_REGULAR, 12 },
			    ink->job->theme->text, text);
}

static void layer(struct ts_ink *ink, const char *fmt, ...) TS_PRINTF(2, 3);

static void
layer(struct ts_ink *ink, const char *fmt, ...)
{
	va_list args;

	ts_buf_reset(&ink->clause);
	va_start(args, fmt);
	ts_buf_vaddf(&ink->clause, fmt, args);
	va_end(args);
	ink->rows = 0;
	(void)ts_script_data(ink->script);
}

static void
row(struct ts_ink *ink, size_t count, const double *values)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!isfinite(values[i]))
			return;
	for (i = 0; i < count; i++)
		ts_script_num(ink->script, values[i]);
	ts_script_row(ink->script);
	ink->rows++;
}

void
ts_ink_boxes(struct ts_ink *ink, uint32_t colour)
{
	layer(ink,
	      "u 1:3:1:2:3:4 w boxxyerror fs solid 1 noborder "
	      "fc rgb '#%06X'",
	      (unsigned)colour);
}

void
ts_ink_hatched(struct ts_ink *ink, uint32_t colour, uint32_t border)
{
	ink->hatch.open = true;
	ink->hatch.colour = colour;
	ink->hatch.border = border;
	ink->hatch.count = 0;
}

void
ts_ink_box(struct ts_ink *ink, double x0, double y0, double x1, double y1)
{
	if (!ink->hatch.open)
		row(ink, 4, (double[]){ x0, x1, fmin(y0, y1), fmax(y0, y1) });
	else if (ink->hatch.count < TS_HATCHED_MAX)
		ink->hatch.boxes[ink->hatch.count++] = (struct ts_rect){
			fmin(x0, x1),
			fmin(y0, y1),
			fabs(x1 - x0),
			fabs(y1 - y0),
		};
}

/* Strokes from upper left to lower right, clipped at the box. */
static void
hatch_box(struct ts_ink *ink, const struct ts_rect *box)
{
	double right = box->x + box->width, bottom = box->y + box->height;
	double c;

	for (c = HATCH_STEP - box->height; c < box->width; c += HATCH_STEP)
		ts_ink_stroke(ink, box->x + fmax(c, 0), box->y + fmax(-c, 0),
			      fmin(right, box->x + c + box->height),
			      fmin(bottom, box->y + box->width - c));
}

static void
draw_hatched(struct ts_ink *ink)
{
	size_t i;

	ink->hatch.open = false;
	ts_ink_strokes(ink, ink->hatch.colour, 0.8);
	for (i = 0; i < ink->hatch.count; i++)
		hatch_box(ink, &ink->hatch.boxes[i]);
	ts_ink_layer_end(ink);
	ts_ink_line(ink, ink->hatch.border, 1, "");
	for (i = 0; i < ink->hatch.count; i++) {
		const struct ts_rect *box = &ink->hatch.boxes[i];
		double x0 = box->x + 0.5, x1 = box->x + box->width - 0.5;
		double y0 = box->y + 0.5, y1 = box->y + box->height - 0.5;

		ts_ink_point(ink, x0, y0);
		ts_ink_point(ink, x1, y0);
		ts_ink_point(ink, x1, y1);
		ts_ink_point(ink, x0, y1);
		ts_ink_point(ink, x0, y0);
		ts_ink_point(ink, x1, y0);
		ts_ink_break(ink);
	}
	ts_ink_layer_end(ink);
}

void
ts_ink_layer_end(struct ts_ink *ink)
{
	if (ink->hatch.open) {
		draw_hatched(ink);
		return;
	}
	ts_script_data_end(ink->script);
	if (ink->rows == 0)
		return;
	ts_buf_addf(&ink->plot, "%s$d%d %s", ink->plot.used ? ", \\\n " : "",
		    ink->script->blocks, ink->clause.data);
}

void
ts_ink_strokes(struct ts_ink *ink, uint32_t colour, double width)
{
	layer(ink,
	      "u 1:2:($3-$1):($4-$2) w vectors nohead lw %g "
	      "lc rgb '#%06X'",
	      width, (unsigned)colour);
}

void
ts_ink_arrows(struct ts_ink *ink, uint32_t colour, double width)
{
	layer(ink,
	      "u 1:2:($3-$1):($4-$2) w vectors heads filled size "
	      "first 5,22 lw %g lc rgb '#%06X'",
	      width, (unsigned)colour);
}

void
ts_ink_stroke(struct ts_ink *ink, double x0, double y0, double x1, double y1)
{
	row(ink, 4, (double[]){ x0, y0, x1, y1 });
}

void
ts_ink_line(struct ts_ink *ink, uint32_t colour, double width, const char *dash)
{
	layer(ink, "u 1:2 w lines lw %g lc rgb '#%06X'%s%s", width,
	      (unsigned)colour, dash[0] ? " dt " : "", dash);
}

void
ts_ink_point(struct ts_ink *ink, double x, double y)
{
	row(ink, 2, (double[]){ x, y });
}

void
ts_ink_break(struct ts_ink *ink)
{
	if (ink->rows > 0)
		ts_script_gap(ink->script);
}

void
ts_ink_area(struct ts_ink *ink, uint32_t colour)
{
	layer(ink,
	      "u 1:2:3 w filledcurves fs transparent solid "
	      "0.7 noborder "
	      "fc rgb '#%06X'",
	      (unsigned)colour);
}

void
ts_ink_span(struct ts_ink *ink, double x, double y0, double y1)
{
	row(ink, 3, (double[]){ x, y0, y1 });
}

void
ts_ink_polygons(struct ts_ink *ink, uint32_t colour)
{
	layer(ink,
	      "u 1:2 w filledcurves closed fs solid 1 noborder "
	      "fc rgb '#%06X'",
	      (unsigned)colour);
}

void
ts_ink_dots(struct ts_ink *ink, uint32_t colour, double diameter)
{
	layer(ink, "u 1:2 w points pt 7 ps %g lc rgb '#%06X'",
	      diameter / DOT_UNIT * ink->script->point_scale, (unsigned)colour);
}

void
ts_ink_rings(struct ts_ink *ink, uint32_t colour, double diameter, double width)
{
	layer(ink, "u 1:2 w points pt 6 ps %g lw %g lc rgb '#%06X'",
	      diameter / DOT_UNIT * ink->script->point_scale, width,
	      (unsigned)colour);
}

void
ts_ink_dot(struct ts_ink *ink, double x, double y)
{
	row(ink, 2, (double[]){ x, y });
}
