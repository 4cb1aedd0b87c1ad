/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "plots/draw/log.h"

/* Ticks at every step-th power of ten inside the domain. */
static size_t
decades(struct ts_log *log, int step)
{
	int first = (int)ceil(log10(log->low) - 1e-9);
	int last = (int)floor(log10(log->high) + 1e-9);
	int i;

	log->count = 0;
	for (i = first; i <= last; i++) {
		if (((i % step) + step) % step != 0)
			continue;
		if (log->count == TS_LOG_TICKS)
			return log->count + 1;
		log->ticks[log->count++] = pow(10, i);
	}
	return log->count;
}

static double
round_above(double value)
{
	double below = ts_round_below(value);
	double lead = below / pow(10, floor(log10(below) + 1e-9));

	if (below >= value * (1 - 1e-9))
		return below;
	return lead > 1.5 && lead < 3 ? below * 2.5 : below * 2;
}

/* Ticks at 1, 2, 5 times powers of ten. */
static void
halves(struct ts_log *log)
{
	double at = round_above(log->low);

	for (log->count = 0;
	     at <= log->high * (1 + 1e-9) && log->count < TS_LOG_TICKS;
	     at = round_above(at * 1.01))
		log->ticks[log->count++] = at;
}

struct ts_log
ts_log_make(double low, double high, bool zero)
{
	struct ts_log log = { .low = low, .high = high, .zero = zero };
	int step = 1;

	if (zero)
		log.low /= 2.2;
	if (log.high < log.low * 1.5) {
		log.low /= 1.5;
		log.high *= 1.5;
	}
	while (decades(&log, step) > 6)
		step++;
	if (log.count >= 3)
		return log;
	halves(&log);
	if (log.count < 2) {
		log.low = zero ? log.low : ts_round_below(log.low);
		log.high = round_above(log.high);
		halves(&log);
	}
	return log;
}

double
ts_log_x(const struct ts_log *log, double value)
{
	if (value <= log->low)
		return log->left;
	return log->left + (log->right - log->left) *
				   (log10(value) - log10(log->low)) /
				   (log10(log->high) - log10(log->low));
}

void
ts_log_draw(struct ts_ink *ink, const struct ts_log *log,
	    const struct ts_figures *fig, double top, double bottom)
{
	const struct ts_theme *theme = ink->job->theme;
	struct ts_type type = { TS_REGULAR, 11 };
	double used = -1e9; /* right end of the last figure */
	const char *texts[TS_LOG_TICKS] = { NULL };
	size_t i;

	if (log->zero) {
		ts_ink_text(ink, log->left, bottom + 11, TS_CENTRE, type,
			    theme->text, "0");
		used = log->left + 4;
	}
	for (i = 0; i < log->count; i++) {
		const char *text = ts_fig_round(fig, log->ticks[i]);
		double x = ts_log_x(log, log->ticks[i]);
		double half = ts_type_width(type, text) / 2;

		if (x - half < used + 8)
			continue;
		texts[i] = text;
		used = x + half;
	}
	ts_ink_strokes(ink, theme->grid, 0.8);
	if (log->zero)
		ts_ink_stroke(ink, log->left, top, log->left, bottom);
	for (i = 0; i < log->count; i++)
		if (texts[i])
			ts_ink_stroke(ink, ts_log_x(log, log->ticks[i]), top,
				      ts_log_x(log, log->ticks[i]), bottom);
	ts_ink_layer_end(ink);
	for (i = 0; i < log->count; i++)
		if (texts[i])
			ts_ink_text(ink, ts_log_x(log, log->ticks[i]),
				    bottom + 11, TS_CENTRE, type, theme->text,
				    texts[i]);
}
