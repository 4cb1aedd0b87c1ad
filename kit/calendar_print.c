/* SPDX-License-Identifier: Apache-2.0 */
/* The normalised form, letter by letter that of systemd-analyze. */
#include "kit/calendar_rule.h"

static const char *const days[7] = { "Mon", "Tue", "Wed", "Thu",
				     "Fri", "Sat", "Sun" };

/* Three in a row are a range, two are a list. */
static void
put_weekdays(struct ts_buf *out, unsigned set)
{
	const char *comma = "";
	int first, last;

	for (first = 0; first < 7; first = last + 1) {
		last = first;
		if ((set & 1U << first) == 0)
			continue;
		while (last < 6 && (set & 1U << (last + 1)) != 0)
			last++;
		ts_buf_addf(out, "%s%s", comma, days[first]);
		comma = ",";
		if (last > first)
			ts_buf_addf(out, "%s%s", last > first + 1 ? ".." : ",",
				    days[last]);
	}
	ts_buf_add_char(out, ' ');
}

static void
put_value(struct ts_buf *out, int64_t value, int64_t unit, int width)
{
	ts_buf_addf(out, "%0*d", width, (int)(value / unit));
	if (value % unit != 0)
		ts_buf_addf(out, ".%06d", (int)(value % unit));
}

static void
put_list(struct ts_buf *out, const struct ts_rule_list *list, int64_t unit,
	 int width)
{
	size_t i;

	if (list->count == 0) {
		ts_buf_add_char(out, '*');
		return;
	}
	for (i = 0; i < list->count; i++) {
		const struct ts_rule_part *part = &list->parts[i];

		if (i > 0)
			ts_buf_add_char(out, ',');
		put_value(out, part->start, unit, width);
		if (part->stop > 0) {
			ts_buf_add(out, "..");
			put_value(out, part->stop, unit, width);
		}
		/* a range goes by ones without saying so */
		if (part->step > 0 && (part->stop <= 0 || part->step != unit)) {
			ts_buf_add_char(out, '/');
			put_value(out, part->step, unit, 1);
		}
	}
}

static void
put_seconds(struct ts_buf *out, const struct ts_rule_list *list)
{
	/* what stands behind "0/1" in the list is not told by systemd either */
	if (list->parts[0].start == 0 && list->parts[0].stop < 0 &&
	    list->parts[0].step == TS_RULE_SECOND)
		ts_buf_add_char(out, '*');
	else
		put_list(out, list, TS_RULE_SECOND, 2);
}

void
ts_calendar_print(const struct ts_calendar *calendar, struct ts_buf *out)
{
	const struct ts_rule_list *fields = calendar->fields;

	if (calendar->weekdays != TS_RULE_ALL_DAYS)
		put_weekdays(out, calendar->weekdays);
	put_list(out, &fields[TS_RULE_YEAR], 1, 4);
	ts_buf_add_char(out, '-');
	put_list(out, &fields[TS_RULE_MONTH_OF], 1, 2);
	ts_buf_add_char(out, calendar->from_end ? '~' : '-');
	put_list(out, &fields[TS_RULE_DAY_OF], 1, 2);
	ts_buf_add_char(out, ' ');
	put_list(out, &fields[TS_RULE_HOUR], 1, 2);
	ts_buf_add_char(out, ':');
	put_list(out, &fields[TS_RULE_MINUTE], 1, 2);
	ts_buf_add_char(out, ':');
	put_seconds(out, &fields[TS_RULE_US]);
	if (calendar->suffix != NULL)
		ts_buf_addf(out, " %s", calendar->suffix);
}
