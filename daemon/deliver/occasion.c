/* SPDX-License-Identifier: Apache-2.0 */
/* What an edition says against what was told before, and what follows. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/num.h>
#include <tradestat/period.h>
#include "daemon/deliver/inside.h"

struct comparing {
	struct ts_composing *c;
	struct ts_issue *issue;
	struct ts_revision *list;
	size_t count, room;
	const char *period; /* newest edition that told something */
	int number;
};

static const struct ts_figure *
figure_of(const struct ts_edition *edition, const char *id)
{
	for (size_t i = 0; i < edition->figure_count; i++)
		if (strcmp(edition->figures[i].id, id) == 0)
			return &edition->figures[i];
	return NULL;
}

/* "1.50" and "1.5" are the same figure. */
static bool
is_same_value(const char *a, const char *b)
{
	struct ts_decimal x, y;

	if (strcmp(a, b) == 0)
		return true;
	return ts_decimal_read(a, strlen(a), &x, NULL) &&
	       ts_decimal_read(b, strlen(b), &y, NULL) &&
	       ts_decimal_compare(x, y) == 0;
}

static enum ts_status
compare_one(void *ctx, const struct ts_told *told, struct ts_err *err)
{
	struct comparing *x = ctx;
	struct ts_arena *arena = x->c->arena;
	const struct ts_edition *edition = &x->issue->edition;
	const struct ts_figure *now = figure_of(edition, told->figure);
	struct ts_revision *one;

	if (strcmp(told->period, edition->period) == 0 &&
	    told->number >= edition->number)
		return TS_OK; /* by this one: it is composed once more */
	if (x->period == NULL || strcmp(told->period, x->period) > 0 ||
	    (strcmp(told->period, x->period) == 0 &&
	     told->number > x->number)) {
		x->period = ts_arena_strdup(arena, told->period);
		x->number = told->number;
	}
	if (now == NULL || now->value[0] == '\0' ||
	    strcmp(now->unit, told->unit) != 0 ||
	    is_same_value(now->value, told->value))
		return TS_OK;
	if (x->count == x->room) {
		size_t room = x->room == 0 ? 16 : 2 * x->room;

		x->list = ts_arena_grow(arena, x->list, x->count, room,
					sizeof *x->list);
		if (x->list == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		x->room = room;
	}
	one = &x->list[x->count++];
	*one = (struct ts_revision){
		.figure = now->id,
		.label = now->label,
		.unit = now->unit,
		.old_value = ts_arena_strdup(arena, told->value),
		.new_value = now->value,
		.old_edition = ts_arena_printf(arena, "%s.%d", told->period,
					       told->number),
	};
	if (one->old_value == NULL || one->old_edition == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	return TS_OK;
}

enum ts_status
ts_issue_compare(struct ts_composing *c, struct ts_issue *issue,
		 struct ts_err *err)
{
	struct comparing x = { .c = c, .issue = issue };

	if (ts_outbox_told(c->world->store, c->wish->report->id, issue->variant,
			   compare_one, &x, err) != TS_OK)
		return ts_while(err, "what was told before");
	issue->revisions = x.list;
	issue->revision_count = x.count;
	issue->previous = x.period == NULL
				  ? ""
				  : ts_arena_printf(c->arena, "%s.%d", x.period,
						    x.number);
	return issue->previous == NULL
		       ? ts_fail(err, TS_SYSTEM, "out of memory")
		       : TS_OK;
}

static double
value_of(const char *text)
{
	struct ts_decimal exact;

	return ts_decimal_read(text, strlen(text), &exact, NULL)
		       ? ts_decimal_double(exact)
		       : NAN;
}

/* Both the share of the old value and the amount count; from nothing every
 * change is beyond any percent. */
static bool
is_beyond(double from, double to, double percent, double least)
{
	double moved = fabs(to - from);

	if (isnan(moved) || moved == 0 || moved < least)
		return false;
	return moved * 100 >= percent * fabs(from);
}

bool
ts_is_erratum(const struct ts_conf_delivery *delivery,
	      const struct ts_revision *revision)
{
	return delivery->errata_percent > 0 &&
	       is_beyond(value_of(revision->old_value),
			 value_of(revision->new_value),
			 delivery->errata_percent, delivery->errata_floor);
}

bool
ts_alarm_look(const struct ts_conf_delivery *delivery,
	      const struct ts_edition *edition, struct ts_arena *arena,
	      struct ts_alarm_note *note, bool *beyond)
{
	char before[TS_PERIOD_TEXT], id[256];
	const struct ts_figure *from, *to;
	struct ts_period period;

	if (ts_period_parse(edition->period, &period, NULL) != TS_OK)
		return false;
	period = ts_period_step(period, period.span == TS_MONTH ? -12 : -1);
	snprintf(id, sizeof id, "%s/%s", delivery->figure, edition->period);
	to = figure_of(edition, id);
	snprintf(id, sizeof id, "%s/%s", delivery->figure,
		 ts_period_print(period, before));
	from = figure_of(edition, id);
	if (from == NULL || to == NULL || from->value[0] == '\0' ||
	    to->value[0] == '\0')
		return false;
	*note = (struct ts_alarm_note){
		.label = to->label,
		.unit = to->unit,
		.old_value = ts_arena_strdup(arena, from->value),
		.new_value = ts_arena_strdup(arena, to->value),
		.percent = delivery->percent,
		.floor = delivery->floor,
	};
	*beyond = is_beyond(value_of(from->value), value_of(to->value),
			    delivery->percent, delivery->floor);
	return note->old_value != NULL && note->new_value != NULL;
}
