/* SPDX-License-Identifier: Apache-2.0 */
#include "output/write/mail_words.h"

#include <math.h>
#include <string.h>
#include <tradestat/num.h>
#include <tradestat/words.h>

#define MINUS "\u2212"
#define TIMES "\u00d7"
#define KEYS_MOST 12 /* more are no key figures */

static bool
read_number(const char *text, double *out)
{
	struct ts_decimal exact;

	if (!ts_decimal_read(text, strlen(text), &exact, NULL))
		return false;
	*out = ts_decimal_double(exact);
	return true;
}

const char *
ts_mail_amount(struct ts_mail_doc *doc, const char *value, const char *unit)
{
	TS_AUTO_BUF out = TS_BUF_INIT(1024);
	struct ts_amount amount = { .unit = unit };

	if (!read_number(value, &amount.value))
		return value;
	ts_words_amount(&out, doc->language, amount);
	return ts_mail_keep(doc, &out);
}

/* What stands before and behind a figure of that unit: "$" and "", "" and
 * "%", taken from how one of them is worded. */
static void
put_with_unit(struct ts_buf *out, const char *language, const char *figure,
	      const char *unit)
{
	TS_AUTO_BUF one = TS_BUF_INIT(1024);
	struct ts_amount amount = { .value = 1, .unit = unit };
	const char *digit;
	bool is_negative = strncmp(figure, MINUS, strlen(MINUS)) == 0;

	ts_words_amount(&one, language, amount);
	digit = strchr(one.data, '1');
	if (digit == NULL || one.failed) {
		ts_buf_add(out, figure);
		return;
	}
	if (is_negative) {
		ts_buf_add(out, MINUS);
		figure += strlen(MINUS);
	}
	ts_buf_add_bytes(out, one.data, (size_t)(digit - one.data));
	ts_buf_add(out, figure);
	ts_buf_add(out, digit + 1);
}

/* Every digit of it, in groups: "$19,912,000,000". */
static const char *
exact_amount(struct ts_mail_doc *doc, const char *value, const char *unit)
{
	TS_AUTO_BUF digits = TS_BUF_INIT(1024);
	TS_AUTO_BUF out = TS_BUF_INIT(2048);
	char text[TS_DECIMAL_TEXT];
	struct ts_decimal exact;
	const char *at = text;
	size_t whole;

	if (!ts_decimal_read(value, strlen(value), &exact, NULL))
		return value;
	ts_decimal_print(exact, text);
	if (*at == '-') {
		ts_buf_add(&digits, MINUS);
		at++;
	}
	whole = strspn(at, "0123456789");
	for (size_t i = 0; i < whole; i++) {
		if (i > 0 && (whole - i) % 3 == 0)
			ts_buf_add_char(&digits, ',');
		ts_buf_add_char(&digits, at[i]);
	}
	ts_buf_add(&digits, at + whole);
	put_with_unit(&out, doc->language, digits.data, unit);
	return ts_mail_keep(doc, &out);
}

/* As few digits as show that there is a change at all. */
static void
put_digits(struct ts_buf *out, const char *language, double value)
{
	int digits = 1;

	while (digits < 4 && fabs(value) < 0.5 * pow(10, -digits))
		digits++;
	if (fabs(value) < 0.5e-4)
		ts_buf_add(out, value < 0 ? "> " MINUS "0.0001" : "< +0.0001");
	else
		ts_words_fixed(out, language, value, digits, true);
}

static void
put_delta(struct ts_buf *out, const char *language, double delta,
	  const char *unit)
{
	struct ts_amount amount = { .value = delta, .unit = unit };

	if (strcmp(unit, "percent") == 0) {
		put_digits(out, language, delta);
		ts_buf_add(out, " points");
		return;
	}
	if (delta > 0)
		ts_buf_add_char(out, '+');
	ts_words_amount(out, language, amount);
}

static void
put_change(struct ts_buf *out, const char *language, double before, double now,
	   const char *unit)
{
	const struct ts_change change = {
		.from = { .value = before, .unit = unit },
		.to = { .value = now, .unit = unit },
		.has_from = true,
		.has_to = true,
	};

	if (strcmp(unit, "percent") == 0 || (before != 0 && now == 0))
		put_delta(out, language, now - before, unit);
	else if (before > 0 && now > 0 && now < 2 * before) {
		put_digits(out, language, 100 * (now / before - 1));
		ts_buf_add_char(out, '%');
	} else if (before >= 0 && now > 0)
		ts_words_rate(out, language, &change);
	else
		put_delta(out, language, now - before, unit);
}

struct ts_mail_pair
ts_mail_pair(struct ts_mail_doc *doc, const char *before, const char *now,
	     const char *unit)
{
	struct ts_mail_pair pair = {
		.before = ts_mail_amount(doc, before, unit),
		.now = ts_mail_amount(doc, now, unit),
		.change = "",
	};
	TS_AUTO_BUF change = TS_BUF_INIT(1024);
	double from, to;

	if (!read_number(before, &from) || !read_number(now, &to))
		return pair;
	if (strcmp(pair.before, pair.now) == 0) {
		pair.before = exact_amount(doc, before, unit);
		pair.now = exact_amount(doc, now, unit);
	}
	if (from != to)
		put_change(&change, doc->language, from, to, unit);
	pair.change = ts_mail_keep(doc, &change);
	return pair;
}

/* ---- key figures -------------------------------------------------------- */

static const char *
unit_of(const struct ts_edition *edition, const char *figure_id)
{
	for (size_t i = 0;
	     ts_mail_is_set(figure_id) && i < edition->figure_count; i++)
		if (strcmp(edition->figures[i].id, figure_id) == 0)
			return edition->figures[i].unit;
	return "";
}

/* "19.9 bn" is a figure without its unit; "$19.9 bn" and "85%" have it. */
static const char *
with_unit(struct ts_mail_doc *doc, const char *value, const char *unit)
{
	TS_AUTO_BUF out = TS_BUF_INIT(4096);
	const char *first = value;

	if (strncmp(first, MINUS, strlen(MINUS)) == 0)
		first += strlen(MINUS);
	if (*first < '0' || *first > '9' || !ts_mail_is_set(unit) ||
	    strchr(value, '%') != NULL || strlen(value) > 64 ||
	    strlen(unit) > 64 || strstr(value, unit) != NULL)
		return value;
	put_with_unit(&out, doc->language, value, unit);
	return ts_mail_keep(doc, &out);
}

const struct ts_key_figure *
ts_mail_keys(struct ts_mail_doc *doc, const struct ts_edition *edition,
	     size_t *count)
{
	size_t most =
		edition->key_count < KEYS_MOST ? edition->key_count : KEYS_MOST;
	struct ts_key_figure *keys =
		ts_arena_alloc(doc->arena, most + 1, sizeof *keys);

	*count = 0;
	if (keys == NULL) {
		doc->failed = true;
		return NULL;
	}
	for (size_t i = 0; i < most; i++) {
		keys[i] = edition->keys[i];
		keys[i].value = with_unit(doc, keys[i].value,
					  unit_of(edition, keys[i].figure_id));
	}
	*count = most;
	return keys;
}

/* "up 24%", "up 4.9-fold", "stated for 2024" */
static void
put_movement(struct ts_buf *out, const char *change, int direction)
{
	const char *times = strstr(change, TIMES);

	if (direction == 0) {
		ts_buf_add(out, change);
		return;
	}
	if (strcmp(change, "new") != 0 && strcmp(change, "gone") != 0)
		ts_buf_add(out, direction > 0 ? "up " : "down ");
	if (times != NULL && times[strlen(TIMES)] == '\0') {
		ts_buf_add_bytes(out, change, (size_t)(times - change));
		ts_buf_add(out, "-fold");
	} else {
		ts_buf_add(out, change);
	}
}

const char *
ts_mail_headline(struct ts_mail_doc *doc, const struct ts_edition *edition)
{
	TS_AUTO_BUF out = TS_BUF_INIT(1u << 16);
	const struct ts_key_figure *key;

	if (edition->key_count == 0)
		return "";
	key = &edition->keys[0];
	ts_buf_addf(
		&out, "%s %s", key->label,
		with_unit(doc, key->value, unit_of(edition, key->figure_id)));
	if (ts_mail_is_set(key->change)) {
		ts_buf_add(&out, ", ");
		put_movement(&out, key->change, key->direction);
	}
	return ts_mail_keep(doc, &out);
}

const char *
ts_mail_alarm_headline(struct ts_mail_doc *doc,
		       const struct ts_alarm_note *alarm)
{
	struct ts_mail_pair pair = ts_mail_pair(doc, alarm->old_value,
						alarm->new_value, alarm->unit);
	const char *change = pair.change;
	bool up = change[0] == '+';
	bool down = strncmp(change, MINUS, strlen(MINUS)) == 0;

	if (change[0] == '\0')
		return ts_mail_printf(doc, "%s: %s", alarm->label, pair.now);
	if (strstr(change, TIMES) != NULL)
		return ts_mail_printf(
			doc, "%s: %s, up %.*s-fold", alarm->label, pair.now,
			(int)(strlen(change) - strlen(TIMES)), change);
	return ts_mail_printf(doc, "%s: %s, %s%s", alarm->label, pair.now,
			      up     ? "up "
			      : down ? "down "
				     : "",
			      up     ? change + 1
			      : down ? change + strlen(MINUS)
				     : change);
}

const char *
ts_mail_size(struct ts_mail_doc *doc, int64_t bytes)
{
	if (bytes < 1000)
		return ts_mail_printf(doc, "%lld bytes", (long long)bytes);
	if (bytes < 999500)
		return ts_mail_printf(doc, "%.0f kB", (double)bytes / 1e3);
	return ts_mail_printf(doc, "%.1f MB", (double)bytes / 1e6);
}
