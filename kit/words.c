/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of wording. One is behind most of it: a number is written with
 * the last digit that its own uncertainty justifies, and "about" is put in
 * front when the uncertainty is larger than half of that digit.
 */
#include <tradestat/words.h>

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define MINUS "\xe2\x88\x92" /* U+2212 */
#define SCALES 5             /* 1, thousand ... trillion */
#define TIMES "\xc3\x97"     /* U+00D7 */

/* How a language writes numbers; its sentences are functions below. */
struct style {
	const char *language;
	const char *point;
	const char *group;
	const char *scales[SCALES]; /* behind a labelled number */
	const char *words[SCALES];  /* in a sentence */
	const char *months[12];
};

static const struct style styles[] = {
	{ "en",
	  ".",
	  ",",
	  { "", "k", "mn", "bn", "tn" },
	  { "", "thousand", "million", "billion", "trillion" },
	  { "January", "February", "March", "April", "May", "June", "July",
	    "August", "September", "October", "November", "December" } },
};

static const double scale_values[SCALES] = { 1, 1e3, 1e6, 1e9, 1e12 };

/* Units that stand in front of the figure, and how they are said alone. */
struct money {
	const char *unit;
	const char *sign;
	const char *name;
};

static const struct money monies[] = {
	{ "USD", "$", "US$" },
	{ "EUR", "\xe2\x82\xac", "\xe2\x82\xac" },
	{ "KZT", "\xe2\x82\xb8", "\xe2\x82\xb8" },
	{ "GBP", "\xc2\xa3", "\xc2\xa3" },
};

/* A language without a style of its own is written as English. */
static const struct style *
style_of(const char *language)
{
	size_t i;

	for (i = 0; i < sizeof styles / sizeof styles[0]; i++)
		if (language != NULL &&
		    strcmp(styles[i].language, language) == 0)
			return &styles[i];
	return &styles[0];
}

static const struct money *
money_of(const char *unit)
{
	size_t i;

	for (i = 0; unit != NULL && i < sizeof monies / sizeof monies[0]; i++)
		if (strcmp(monies[i].unit, unit) == 0)
			return &monies[i];
	return NULL;
}

static int
scale_step(double value)
{
	double size = fabs(value);
	int step = 0;

	/* 999,950 thousand is said as 1.0 million */
	while (step < SCALES - 1 && size >= scale_values[step + 1] * 0.9995)
		step++;
	return step;
}

double
ts_words_scale(double largest)
{
	return scale_values[scale_step(largest)];
}

/* Digits behind the point that leave three significant ones. */
static int
three_digits(double value)
{
	double size = fabs(value);

	if (size >= 99.95 || size == 0)
		return 0;
	if (size >= 9.995)
		return 1;
	return 2;
}

/* The finest digit that half_width justifies, at most "finest". */
static int
justified(double half_width, int finest)
{
	int digits = finest;

	while (digits > 0 && pow(10, -digits) < half_width * 0.999)
		digits--;
	return digits;
}

static bool
is_rough(double half_width, int digits)
{
	return half_width > 0.5 * pow(10, -digits) * 1.001;
}

void
ts_words_fixed(struct ts_buf *out, const char *language, double value,
	       int digits, bool sign)
{
	const struct style *style = style_of(language);
	char text[352];
	double rounded = ts_round(value, digits);
	const char *point;
	size_t whole, i;

	if (!isfinite(value)) /* callers pass figures; never print "nan" */
		return;
	snprintf(text, sizeof text, "%.*f", digits < 0 ? 0 : digits,
		 fabs(rounded));
	if (rounded < 0)
		ts_buf_add(out, MINUS);
	else if (sign && rounded > 0)
		ts_buf_add_char(out, '+');
	point = strchr(text, '.');
	whole = point != NULL ? (size_t)(point - text) : strlen(text);
	for (i = 0; i < whole; i++) {
		ts_buf_add_char(out, text[i]);
		if ((whole - i - 1) % 3 == 0 && i + 1 < whole)
			ts_buf_add(out, style->group);
	}
	if (point != NULL) {
		ts_buf_add(out, style->point);
		ts_buf_add(out, point + 1);
	}
}

void
ts_words_scaled(struct ts_buf *out, const char *language, double value,
		double scale, bool sign)
{
	double scaled = value / scale;
	int digits = three_digits(scaled);

	/* beside figures in the tens and hundreds a second decimal is noise */
	if (digits > 1 && fabs(scaled) >= 0.995)
		digits = fabs(scaled) < 1.995 ? 2 : 1;
	ts_words_fixed(out, language, scaled, digits, sign);
}

void
ts_words_label(struct ts_buf *out, const char *language, double value)
{
	const struct style *style = style_of(language);
	int step = scale_step(value);
	double scaled = value / scale_values[step];

	ts_words_fixed(out, language, scaled, three_digits(scaled), false);
	if (step > 0) {
		ts_buf_add_char(out, ' ');
		ts_buf_add(out, style->scales[step]);
	}
}

void
ts_words_unit(struct ts_buf *out, const char *language, const char *unit,
	      double scale)
{
	const struct style *style = style_of(language);
	const struct money *money = money_of(unit);
	int step = scale_step(scale);

	if (money != NULL)
		ts_buf_add(out, money->name);
	else if (unit != NULL && strcmp(unit, "percent") == 0)
		ts_buf_add_char(out, '%');
	else if (unit != NULL)
		ts_buf_add(out, unit);
	if (step > 0) {
		if (out->used > 0)
			ts_buf_add_char(out, ' ');
		ts_buf_add(out, style->scales[step]);
	}
}

/* A figure published as 0.8 million is not known to the thousand: it is said
 * in the scale whose last whole digit is still certain. But two million, known
 * to half a million, is no 0.002 billion. */
static int
amount_step(struct ts_amount amount)
{
	int step = scale_step(amount.value);

	while (step < SCALES - 1 &&
	       amount.half_width / scale_values[step] > 0.501 &&
	       (amount.value == 0 ||
		fabs(amount.value) / scale_values[step + 1] >= 0.02))
		step++;
	return step;
}

static int
amount_digits(struct ts_amount amount, int step)
{
	double scaled = amount.value / scale_values[step];
	double half = amount.half_width / scale_values[step];
	int digits = half > 0 ? justified(half, 3) : three_digits(scaled);

	/* four significant digits are what a publisher's rounded figure has;
	 * with more it only was printed in a smaller unit */
	if (half > 0 && fabs(scaled) * pow(10, digits) >= 9999.5)
		digits = three_digits(scaled);
	if (step == 0 && half <= 0 && scaled == floor(scaled))
		digits = 0;
	return digits;
}

/* Figure without its scale word; *step tells which word belongs to it. */
static void
put_figure(struct ts_buf *out, const char *language, struct ts_amount amount,
	   bool sign, int *step)
{
	const struct money *money = sign ? money_of(amount.unit) : NULL;
	double scaled;
	int digits;

	*step = amount_step(amount);
	scaled = amount.value / scale_values[*step];
	digits = amount_digits(amount, *step);
	if (amount.value < 0)
		ts_buf_add(out, MINUS);
	if (money != NULL)
		ts_buf_add(out, money->sign);
	ts_words_fixed(out, language, fabs(scaled), digits, false);
}

static void
put_scale(struct ts_buf *out, const char *language, int step, const char *unit)
{
	const struct style *style = style_of(language);

	if (step > 0 && step < SCALES) {
		ts_buf_add_char(out, ' ');
		ts_buf_add(out, style->words[step]);
	}
	if (money_of(unit) == NULL && unit != NULL && unit[0] != '\0') {
		if (strcmp(unit, "percent") == 0) {
			ts_buf_add_char(out, '%');
			return;
		}
		ts_buf_add_char(out, ' ');
		ts_buf_add(out, unit);
	}
}

void
ts_words_amount(struct ts_buf *out, const char *language,
		struct ts_amount amount)
{
	int step;

	put_figure(out, language, amount, true, &step);
	put_scale(out, language, step, amount.unit);
}

void
ts_words_short(struct ts_buf *out, const char *language,
	       struct ts_amount amount)
{
	const struct style *style = style_of(language);
	int step;

	put_figure(out, language, amount, false, &step);
	if (step > 0) {
		ts_buf_add_char(out, ' ');
		ts_buf_add(out, style->scales[step]);
	}
}

/* "from $14.5 to $18.4 billion", "from $314.9 thousand to $1.18 million" */
static void
put_from_to(struct ts_buf *out, const char *language,
	    const struct ts_change *change)
{
	int from_step, to_step;
	TS_AUTO_BUF from = TS_BUF_INIT(256);
	TS_AUTO_BUF to = TS_BUF_INIT(256);

	put_figure(&from, language, change->from, true, &from_step);
	put_figure(&to, language, change->to, true, &to_step);
	ts_buf_add(out, "from ");
	ts_buf_add(out, from.data);
	if (from_step != to_step)
		put_scale(out, language, from_step, change->from.unit);
	ts_buf_add(out, " to ");
	ts_buf_add(out, to.data);
	put_scale(out, language, to_step, change->to.unit);
}

/* Bounds of to/from that the two half widths allow. */
static void
ratio_bounds(const struct ts_change *change, double *low, double *high)
{
	double a = change->from.value, b = change->to.value;
	double da = change->from.half_width, db = change->to.half_width;

	*low = (b - db) / (a + da);
	*high = a - da > 0 ? (b + db) / (a - da) : INFINITY;
}

struct rate {
	double ratio;    /* to / from */
	double half_pct; /* of the growth in percent */
	double half_fold;
};

static struct rate
rate_of(const struct ts_change *change)
{
	double low, high;
	struct rate rate = { .ratio = change->to.value / change->from.value };

	ratio_bounds(change, &low, &high);
	if (change->from.half_width > 0 || change->to.half_width > 0) {
		rate.half_fold =
			isfinite(high) ? (high - low) / 2 : rate.ratio - low;
		rate.half_pct = 100 * rate.half_fold;
	}
	return rate;
}

/* A stated rate is quoted, unless the publisher itself only says "nearly". */
static bool
quotes(const char *stated, const struct ts_change *change)
{
	return stated != NULL && stated[0] != '\0' &&
	       (change->stated_qualifier == NULL ||
		change->stated_qualifier[0] == '\0');
}

/* "26.7%" or "about 27%", without a sign */
static void
put_percent(struct ts_buf *out, const char *language,
	    const struct ts_change *change, struct rate rate)
{
	double percent = fabs(100 * (rate.ratio - 1));
	int digits;

	if (quotes(change->stated_growth, change)) {
		ts_buf_add(out, change->stated_growth[0] == '-'
					? change->stated_growth + 1
					: change->stated_growth);
	} else {
		digits = justified(rate.half_pct, 1);
		if (is_rough(rate.half_pct, digits))
			ts_buf_add(out, "about ");
		ts_words_fixed(out, language, percent, digits, false);
	}
	ts_buf_add_char(out, '%');
}

static void
put_fold(struct ts_buf *out, const char *language,
	 const struct ts_change *change, struct rate rate)
{
	int digits;

	if (quotes(change->stated_fold, change)) {
		ts_buf_add(out, change->stated_fold);
		return;
	}
	digits = justified(rate.half_fold, rate.ratio < 9.95 ? 1 : 0);
	if (is_rough(rate.half_fold, digits))
		ts_buf_add(out, "about ");
	ts_words_fixed(out, language, rate.ratio, digits, false);
}

/* Half of the last digit that a stated amount needs at its scale: 867,400 is
 * said as 867.4 thousand, 3,900,000,000 as 3.9 billion. */
static double
written_width(double value)
{
	double scale = scale_values[scale_step(value)];
	int digits = 0;

	while (digits < 3 && fabs(ts_round(value / scale, digits) -
				  value / scale) > 1e-9 * fabs(value / scale))
		digits++;
	return 0.5 * pow(10, -digits) * scale;
}

static void
put_delta(struct ts_buf *out, const char *language,
	  const struct ts_change *change)
{
	struct ts_amount delta = { .unit = change->to.unit };
	struct ts_decimal stated;
	struct ts_err err;
	int step, digits;

	if (change->stated_delta != NULL && change->stated_delta[0] != '\0' &&
	    ts_decimal_parse(change->stated_delta, strlen(change->stated_delta),
			     &stated, NULL, &err) == TS_OK) {
		delta.value = fabs(ts_decimal_double(stated));
		delta.half_width = written_width(delta.value);
		ts_words_amount(out, language, delta);
		return;
	}
	delta.value = fabs(change->to.value - change->from.value);
	delta.half_width = change->from.half_width + change->to.half_width;
	step = amount_step(delta);
	digits = amount_digits(delta, step);
	if (is_rough(delta.half_width / scale_values[step], digits))
		ts_buf_add(out, "about ");
	ts_words_amount(out, language, delta);
}

/* What has a rate at all; the others are said in a word. */
static bool
is_rated(const struct ts_change *change)
{
	return change->has_from && change->has_to && change->from.value > 0 &&
	       change->to.value > 0;
}

static bool
is_fold(const struct ts_change *change, struct rate rate)
{
	if (quotes(change->stated_growth, change))
		return false;
	return quotes(change->stated_fold, change) || rate.ratio >= 2;
}

void
ts_words_change(struct ts_buf *out, const char *language,
		const struct ts_change *change)
{
	struct rate rate;

	if (!change->has_to || !change->has_from) {
		ts_buf_add(out, "no figure for both periods");
		return;
	}
	if (change->from.value == 0 && change->to.value == 0) {
		ts_buf_add(out, "not traded");
		return;
	}
	if (change->from.value == 0) {
		ts_buf_add(out, "new, ");
		ts_words_amount(out, language, change->to);
		return;
	}
	if (change->to.value == 0) {
		ts_buf_add(out, "no longer traded (from ");
		ts_words_amount(out, language, change->from);
		ts_buf_add_char(out, ')');
		return;
	}
	if (!is_rated(change)) { /* a balance that changes sign */
		put_from_to(out, language, change);
		return;
	}
	if (change->from.value == change->to.value &&
	    !quotes(change->stated_growth, change)) {
		ts_buf_add(out, "unchanged at ");
		ts_words_amount(out, language, change->to);
		return;
	}
	rate = rate_of(change);
	if (is_fold(change, rate)) {
		put_fold(out, language, change, rate);
		ts_buf_add(out, "-fold increase, up ");
		put_delta(out, language, change);
	} else {
		ts_buf_add(out, rate.ratio < 1 ? "down " : "up ");
		put_percent(out, language, change, rate);
		ts_buf_add(out, " or ");
		put_delta(out, language, change);
	}
	ts_buf_add(out, " (");
	put_from_to(out, language, change);
	ts_buf_add_char(out, ')');
}

void
ts_words_rate(struct ts_buf *out, const char *language,
	      const struct ts_change *change)
{
	struct rate rate;
	TS_AUTO_BUF text = TS_BUF_INIT(256);
	const char *figure;

	if (!change->has_from || !change->has_to)
		return;
	if (change->from.value == 0 || change->to.value == 0) {
		if (change->from.value == 0 && change->to.value > 0)
			ts_buf_add(out, "new");
		else if (change->to.value == 0 && change->from.value > 0)
			ts_buf_add(out, "gone");
		return;
	}
	if (!is_rated(change))
		return;
	rate = rate_of(change);
	if (is_fold(change, rate))
		put_fold(&text, language, change, rate);
	else
		put_percent(&text, language, change, rate);
	figure = text.data;
	if (strncmp(figure, "about ", 6) == 0) { /* no room for it: "~" */
		ts_buf_add_char(out, '~');
		figure += 6;
	}
	if (!is_fold(change, rate))
		ts_buf_add(out, rate.ratio < 1 ? MINUS : "+");
	ts_buf_add(out, figure);
	if (is_fold(change, rate))
		ts_buf_add(out, TIMES);
}

/* Half of the last digit of a number as written: "26.7" is 0.05. */
static double
written_half(const char *text)
{
	const char *point = strchr(text, '.');

	return 0.5 * pow(10, point != NULL ? -(double)strlen(point + 1) : 0);
}

bool
ts_words_contradicts(const struct ts_change *change, double *low, double *high)
{
	const char *stated = change->stated_growth;
	double value, ratio_low, ratio_high, half;
	struct ts_err err;

	if (stated == NULL || stated[0] == '\0')
		stated = change->stated_fold;
	if (stated == NULL || stated[0] == '\0' || !is_rated(change))
		return false;
	/* "nearly 5" does not claim to be exact */
	if (change->stated_qualifier != NULL &&
	    change->stated_qualifier[0] != '\0')
		return false;
	if (ts_num_double(stated, &value, &err) != TS_OK)
		return false;
	ratio_bounds(change, &ratio_low, &ratio_high);
	*low = 100 * (ratio_low - 1);
	*high = 100 * (ratio_high - 1);
	half = written_half(stated);
	if (stated == change->stated_fold) {
		value = 100 * (value - 1);
		half *= 100;
	}
	return value + half < *low || value - half > *high;
}

void
ts_words_date(struct ts_buf *out, const char *language, int year, int month,
	      int day)
{
	const struct style *style = style_of(language);

	if (month < 1 || month > 12)
		return;
	ts_buf_addf(out, "%d %s %d", day, style->months[month - 1], year);
}
