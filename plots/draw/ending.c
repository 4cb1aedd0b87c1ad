/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "plots/draw/ending.h"
#include "plots/draw/figures.h"

#define SIZE 12.0
#define HALF 8.0   /* from the middle to each of the two lines */
#define APART 38.0 /* from one ending to the next */

static double
name_width(const struct ts_ending *end)
{
	return ts_text_width(end->weight, SIZE, end->name) +
	       ts_text_width(end->weight, SIZE, end->after);
}

double
ts_endings_width(const struct ts_ending *ends, size_t count)
{
	double widest = 0;
	size_t i;

	for (i = 0; i < count; i++)
		widest = fmax(widest, fmax(name_width(&ends[i]),
					   ts_text_width(TS_REGULAR, SIZE,
							 ends[i].text)));
	return widest;
}

void
ts_endings_draw(struct ts_ink *ink, const struct ts_ending *ends, size_t count,
		double x, double room, double top, double bottom)
{
	double ys[TS_ENDINGS_MAX];
	size_t i;

	if (count > TS_ENDINGS_MAX)
		count = TS_ENDINGS_MAX;
	for (i = 0; i < count; i++)
		ys[i] = ends[i].y;
	ts_spread(ys, count, APART, top, bottom);
	for (i = 0; i < count; i++) {
		const struct ts_ending *end = &ends[i];
		TS_AUTO_BUF name = TS_BUF_INIT(8192);

		ts_text_fit(&name, end->weight, SIZE,
			    room - ts_text_width(end->weight, SIZE, end->after),
			    end->name);
		ts_buf_add(&name, end->after ? end->after : "");
		ts_ink_text(ink, x, ys[i] - HALF, TS_LEFT,
			    (struct ts_type){ end->weight, SIZE }, end->colour,
			    name.data);
		ts_ink_text(ink, x, ys[i] + HALF, TS_LEFT,
			    (struct ts_type){ TS_REGULAR, SIZE }, end->colour,
			    end->text);
	}
}
