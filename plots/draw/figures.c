/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <tradestat/words.h>
#include "plots/draw/figures.h"

#define MINUS "\xE2\x88\x92"

static const char *
kept(const struct ts_figures *fig, const struct ts_buf *text)
{
	const char *copy =
		text->failed
			? NULL
			: ts_arena_strndup(fig->arena, text->data, text->used);

	return copy ? copy : "";
}

/* True for "0", "0.00", "-0.0": nothing of the value is left. */
static bool
shows_nothing(const char *text)
{
	return !strpbrk(text, "123456789");
}

struct ts_figures
ts_fig_make(const struct ts_chart_spec *spec, const char *unit, double largest,
	    struct ts_arena *arena)
{
	return (struct ts_figures){
		.language = spec->language,
		.unit = unit,
		.scale = ts_words_scale(largest),
		.arena = arena,
	};
}

/* "1.30" beside "18.7" claims too much: a second place is written only where
 * it says something ("1.18"). */
static void
put_scaled(struct ts_buf *out, const struct ts_figures *fig, double value,
	   double scale, bool sign)
{
	double part = value / scale;

	if (fabs(part) < 9.995 && fabs(part) >= 0.095 &&
	    ts_round(part, 2) == ts_round(part, 1))
		ts_words_fixed(out, fig->language, part, 1, sign);
	else
		ts_words_scaled(out, fig->language, value, scale, sign);
}

static const char *
scaled(const struct ts_figures *fig, double value, bool sign)
{
	TS_AUTO_BUF text = TS_BUF_INIT(512);

	if (!isfinite(value))
		return "";
	if (value == 0)
		return "0";
	put_scaled(&text, fig, value, fig->scale, sign);
	if (shows_nothing(text.data)) {
		ts_buf_reset(&text);
		ts_buf_add(&text, value < 0 ? ">" MINUS : "<");
		ts_words_fixed(&text, fig->language, 0.01, 2, false);
	}
	return kept(fig, &text);
}

const char *
ts_fig_value(const struct ts_figures *fig, double value)
{
	return scaled(fig, value, false);
}

const char *
ts_fig_signed(const struct ts_figures *fig, double value)
{
	return scaled(fig, value, true);
}

const char *
ts_fig_own(const struct ts_figures *fig, double value)
{
	double size = fabs(value / fig->scale);
	TS_AUTO_BUF text = TS_BUF_INIT(512);

	if (!isfinite(value) || value == 0 || (size >= 0.095 && size < 999.5))
		return scaled(fig, value, false);
	/* below a thousand no scale word would tell it from a figure that is
	 * written in the chart's scale */
	if (fabs(value) < 999.5 && fig->scale > 1) {
		struct ts_amount amount = { .value = value, .unit = fig->unit };

		ts_words_amount(&text, fig->language, amount);
	} else {
		double scale = ts_words_scale(value);

		put_scaled(&text, fig, value, scale, false);
		if (scale > 1)
			ts_words_unit(&text, fig->language, "", scale);
	}
	return shows_nothing(text.data) ? scaled(fig, value, false)
					: kept(fig, &text);
}

static int
digits_for(double step)
{
	int digits = 0;

	while (digits < 9 &&
	       fabs(step - ts_round(step, digits)) > 1e-6 * fabs(step))
		digits++;
	return digits;
}

const char *
ts_fig_tick(const struct ts_figures *fig, double value, double step)
{
	TS_AUTO_BUF text = TS_BUF_INIT(512);

	ts_words_fixed(&text, fig->language, value / fig->scale,
		       digits_for(step / fig->scale), false);
	return kept(fig, &text);
}

const char *
ts_fig_round(const struct ts_figures *fig, double value)
{
	double size = value / fig->scale, scale = fig->scale;
	TS_AUTO_BUF text = TS_BUF_INIT(512);

	if (size >= 999.5 || size < 0.009)
		scale = ts_words_scale(value);
	if (scale < fig->scale && value < 999.5 && value >= 1) {
		struct ts_amount amount = { .value = value, .unit = fig->unit };

		ts_words_amount(&text, fig->language, amount);
		return kept(fig, &text);
	}
	ts_words_fixed(&text, fig->language, value / scale,
		       digits_for(value / scale), false);
	if (scale != fig->scale && scale > 1)
		ts_words_unit(&text, fig->language, "", scale);
	return kept(fig, &text);
}

const char *
ts_fig_unit(const struct ts_figures *fig)
{
	TS_AUTO_BUF text = TS_BUF_INIT(512);

	ts_words_unit(&text, fig->language, fig->unit, fig->scale);
	return kept(fig, &text);
}

/* A publisher's rate is quoted digit for digit; only its sign becomes ours.
 * What is not a number is a finished text and shown as it is. */
static const char *
stated_rate(const struct ts_figures *fig, const char *stated)
{
	TS_AUTO_BUF text = TS_BUF_INIT(512);
	size_t length;
	double value;
	const char *digits;
	struct ts_err unread;

	stated += strspn(stated, " ");
	length = strlen(stated);
	while (length > 0 && strchr(" %", stated[length - 1]))
		length--;
	digits = stated[0] == '+'
			 ? ts_arena_strndup(fig->arena, stated + 1, length - 1)
			 : ts_arena_strndup(fig->arena, stated, length);
	if (!digits || ts_num_double(digits, &value, &unread) != TS_OK)
		return stated;
	ts_buf_add(&text, value < 0 ? MINUS : value > 0 ? "+" : "");
	ts_buf_addf(&text, "%s%%", digits + (digits[0] == '-'));
	return kept(fig, &text);
}

const char *
ts_fig_rate(const struct ts_figures *fig, const char *stated, double from,
	    double to)
{
	TS_AUTO_BUF text = TS_BUF_INIT(512);
	struct ts_change change = {
		.from = { .value = from, .unit = fig->unit },
		.to = { .value = to, .unit = fig->unit },
		.has_from = isfinite(from),
		.has_to = isfinite(to),
	};

	if (stated && stated[0])
		return stated_rate(fig, stated);
	if (!change.has_from || !change.has_to)
		return "";
	ts_words_rate(&text, fig->language, &change);
	return kept(fig, &text);
}

const char *
ts_fig_rate_short(const struct ts_figures *fig, double from, double to)
{
	TS_AUTO_BUF text = TS_BUF_INIT(512);

	if (!(from > 0) || !(to > 0) || to >= 2 * from)
		return ts_fig_rate(fig, NULL, from, to);
	ts_words_fixed(&text, fig->language, 100 * (to / from - 1), 0, true);
	ts_buf_add_char(&text, '%');
	return kept(fig, &text);
}

const char *
ts_fig_share(const struct ts_figures *fig, double share)
{
	TS_AUTO_BUF text = TS_BUF_INIT(512);
	double percent = 100 * share;

	if (!isfinite(share))
		return "";
	if (percent > 0 && percent < 0.05) {
		ts_buf_add_char(&text, '<');
		percent = 0.1;
	}
	ts_words_fixed(&text, fig->language, percent,
		       fabs(percent) < 9.95 ? 1 : 0, false);
	ts_buf_add_char(&text, '%');
	return kept(fig, &text);
}

double
ts_round_below(double value)
{
	double power = pow(10, floor(log10(value) + 1e-9));
	double lead = value / power;

	return power * (lead >= 5 - 1e-9 ? 5 : lead >= 2 - 1e-9 ? 2 : 1);
}

/* Steps of 1, 2, 2.5 or 5 times a power of ten, at most five of them. */
struct ts_ticks
ts_ticks_make(double low, double high)
{
	static const double leads[] = { 1, 2, 2.5, 5, 10 };
	struct ts_ticks ticks = {
		.count = 2, .low = 0, .high = 1, .first = 0, .step = 1
	};
	double power;
	size_t i;

	if (!(high > low))
		return ticks;
	power = pow(10, floor(log10((high - low) / 5)));
	for (i = 0; i < 5; i++) {
		double step = leads[i] * power;
		double first = floor(low / step + 1e-9) * step;
		double last = ceil(high / step - 1e-9) * step;

		ticks.first = ticks.low = first;
		ticks.high = last;
		ticks.step = step;
		ticks.count = (int)lround((last - first) / step) + 1;
		if (ticks.count <= 6)
			break;
	}
	return ticks;
}

void
ts_spread(double *wanted, size_t count, double gap, double low, double high)
{
	size_t order[64] = { 0 }, i, j;

	if (count > 64)
		count = 64;
	for (i = 0; i < count; i++) {
		for (j = i; j > 0 && wanted[order[j - 1]] > wanted[i]; j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
	for (i = 0; i < count; i++) {
		double least = i ? wanted[order[i - 1]] + gap : low;

		wanted[order[i]] = fmax(wanted[order[i]], least);
	}
	for (i = count; i-- > 0;) {
		double most = i + 1 < count ? wanted[order[i + 1]] - gap : high;

		wanted[order[i]] = fmin(wanted[order[i]], most);
	}
}

/* The start of line number n (from 0) of lines joined by '\n'. */
static const char *
line_at(const char *lines, int n)
{
	while (n-- > 0)
		lines = strchr(lines, '\n') + 1;
	return lines;
}

const char *
ts_name_wrap(const struct ts_figures *fig, struct ts_type type, double width,
	     int max, const char *name, const char *code, int *lines)
{
	TS_AUTO_BUF safe = TS_BUF_INIT(8192);
	TS_AUTO_BUF all = TS_BUF_INIT(8192);
	TS_AUTO_BUF text = TS_BUF_INIT(8192);
	TS_AUTO_BUF behind = TS_BUF_INIT(64);
	const char *rest;
	double room;

	ts_script_safe(&safe, name);
	*lines = ts_text_wrap(&all, type.weight, type.size, width, 1000,
			      safe.data);
	if (*lines <= max)
		return kept(fig, &all);
	*lines = max;
	if (code && code[0] && strlen(code) <= 12)
		ts_buf_addf(&behind, " %s", code);
	room = width - ts_type_width(type, behind.data);
	rest = line_at(all.data, max - 1);
	ts_buf_add_bytes(&text, all.data, (size_t)(rest - all.data));
	/* what is left is longer than the line, so it gets its ellipsis */
	ts_text_wrap(&text, type.weight, type.size, fmax(room, width / 3), 1,
		     rest);
	ts_buf_add(&text, behind.data);
	return kept(fig, &text);
}

void
ts_note(struct ts_chart_need *need, bool holds, const char *sentence)
{
	size_t used = strlen(need->note);

	if (holds && sentence &&
	    used + strlen(sentence) + 2 <= sizeof(need->note))
		snprintf(need->note + used, sizeof(need->note) - used, "%s%s",
			 used ? " " : "", sentence);
}

void
ts_note_hatched(struct ts_chart_need *need, const struct ts_chart_spec *spec,
		bool provisional, bool derived)
{
	if (spec->notes && strstr(spec->notes, "Hatched"))
		return;
	ts_note(need, provisional && !derived, "Hatched: provisional.");
	ts_note(need, derived && !provisional,
		"Hatched: derived from other figures.");
	ts_note(need, derived && provisional,
		"Hatched: provisional or derived from other figures.");
}
