/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ink.h - the drawing hand of the charts: texts and layers of marks, all in
 * design pixels of the panel, y downwards.
 *
 * A chart computes where everything goes, so the axes of gnuplot are the
 * panel itself, one unit a pixel: no autoscaling, no logarithm of zero, the
 * same geometry in every format, and a page may hold many panels. Layers
 * cover each other in the order in which they are begun; texts lie above all.
 */
#ifndef PLOTS_DRAW_INK_H
#define PLOTS_DRAW_INK_H

#include <tradestat/plugin.h>

enum ts_align { TS_LEFT, TS_CENTRE, TS_RIGHT };

struct ts_type { /* a font of the design language */
	enum ts_weight weight;
	double size;
};

#define TS_HATCHED_MAX 64

struct ts_ink {
	const struct ts_chart_job *job;
	struct ts_script *script;
	struct ts_buf plot;   /* the plot command so far */
	struct ts_buf clause; /* of the layer that is open */
	int labels;
	size_t rows; /* of the layer that is open */
	struct {     /* boxes of a hatched layer */
		bool open;
		uint32_t colour, border;
		struct ts_rect boxes[TS_HATCHED_MAX];
		size_t count;
	} hatch;
};

#define TS_AUTO_INK __attribute__((cleanup(ts_ink_free))) struct ts_ink

/* The hand over the panel of job; owner of nothing but two buffers. */
void ts_ink_begin(struct ts_ink *ink, const struct ts_chart_job *job,
		  struct ts_script *script);
/* Writes the plot command. */
enum ts_status ts_ink_end(struct ts_ink *ink, struct ts_err *err) TS_MUST_USE;
void ts_ink_free(struct ts_ink *ink);

/* One line of text; y is the middle of the line. "" draws nothing. */
void ts_ink_text(struct ts_ink *ink, double x, double y, enum ts_align align,
		 struct ts_type type, uint32_t colour, const char *text);
/* Lines joined by '\n', step px apart, the first one's middle at y. */
void ts_ink_lines(struct ts_ink *ink, double x, double y, double step,
		  enum ts_align align, struct ts_type type, uint32_t colour,
		  const char *lines);
double ts_type_width(struct ts_type type, const char *text);
/* The widest of lines joined by '\n'. */
double ts_type_lines_width(struct ts_type type, const char *lines);

/* What the figures are written in, where a subtitle would have said it; only
 * when the chart was given none. */
void ts_ink_unit(struct ts_ink *ink, const char *text);

/*
 * Layers. Between begin and end only rows of that layer may be drawn. A
 * layer without rows is left out.
 */
void ts_ink_boxes(struct ts_ink *ink, uint32_t colour);
/* Diagonal strokes of our own: gnuplot's patterns are coarse in PDF, and in
 * SVG they carry ids that clash when two pictures share a page. At most
 * TS_HATCHED_MAX boxes a layer. */
void ts_ink_hatched(struct ts_ink *ink, uint32_t colour, uint32_t border);
void ts_ink_box(struct ts_ink *ink, double x0, double y0, double x1, double y1);

void ts_ink_strokes(struct ts_ink *ink, uint32_t colour, double width);
void ts_ink_stroke(struct ts_ink *ink, double x0, double y0, double x1,
		   double y1);
/* Strokes with an arrow head at both ends. */
void ts_ink_arrows(struct ts_ink *ink, uint32_t colour, double width);

/* A line through points; dash: "" or "(4,3)". */
void ts_ink_line(struct ts_ink *ink, uint32_t colour, double width,
		 const char *dash);
void ts_ink_point(struct ts_ink *ink, double x, double y);
void ts_ink_break(struct ts_ink *ink); /* the line is interrupted */

/* Area between two lines: x, y of the one, y of the other. The grid shines
 * through. */
void ts_ink_area(struct ts_ink *ink, uint32_t colour);
void ts_ink_span(struct ts_ink *ink, double x, double y0, double y1);

/* Filled polygons: points, a break behind each. */
void ts_ink_polygons(struct ts_ink *ink, uint32_t colour);

void ts_ink_dots(struct ts_ink *ink, uint32_t colour, double diameter);
void ts_ink_rings(struct ts_ink *ink, uint32_t colour, double diameter,
		  double width);
void ts_ink_dot(struct ts_ink *ink, double x, double y);

void ts_ink_layer_end(struct ts_ink *ink);

#endif
