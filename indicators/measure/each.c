/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/each.h"

#include <string.h>

enum ts_status
ts_tell(struct ts_results *out, const char *measure, const char *const keys[3],
	const char *period, struct ts_value value, struct ts_err *err)
{
	const struct ts_result result = {
		.indicator = measure,
		.k1 = keys[0] ? keys[0] : "",
		.k2 = keys[1] ? keys[1] : "",
		.k3 = keys[2] ? keys[2] : "",
		.period = period,
		.has_value = value.has,
		.value = value.value,
		.status = value.status,
	};

	return ts_results_add(out, &result, err);
}

enum ts_status
ts_tell_case(struct ts_results *out, const char *measure,
	     const struct ts_case *here, const struct ts_line *key,
	     struct ts_value value, struct ts_err *err)
{
	const char *keys[3] = { here->cells->areas.texts[here->reporter] };
	size_t count = 1;

	if (key && key->partner != TS_NO_ID)
		keys[count++] = ts_key_partner(here->cells, key);
	if (key && key->product != TS_NO_ID)
		keys[count++] = ts_key_product(here->cells, key);
	if (here->angle->key[0] != '\0') {
		if (count == 3)
			return ts_fail(err, TS_BAD_CONFIG,
				       "%s: by=line has "
				       "no key left for the flow: choose "
				       "of=exports or of=imports",
				       measure);
		/* A total among lines keeps its flow apart from a line. */
		if (!key && here->by != TS_BY_REPORTER)
			count = 2;
		keys[count] = here->angle->key;
	}
	return ts_tell(out, measure, keys, here->period, value, err);
}

/* ---- one period ---------------------------------------------------------- */

bool
ts_period_admitted(const struct ts_cells *cells, uint32_t period)
{
	const char *chosen = ts_choice_text(cells->choice->current);

	return chosen[0] == '\0' || cells->from_to ||
	       ts_cells_period(cells, chosen) == period;
}

enum ts_status
ts_each(const struct ts_cells *cells, enum ts_what what, enum ts_by by,
	ts_case_fn *tell, void *ctx, struct ts_err *err)
{
	struct ts_angle angles[TS_ANGLES];
	size_t angle_count = ts_angles(cells, what, angles), i;
	struct ts_lines lines = { 0 };
	struct ts_keys keys = { 0 };
	struct ts_case here = { .cells = cells,
				.by = by,
				.a = &lines,
				.b = &lines,
				.keys = &keys };
	uint32_t period, reporter;

	for (period = 0; period < cells->period_count; period++) {
		if (!ts_period_admitted(cells, period))
			continue;
		here.base = here.now = period;
		here.period = cells->periods[period].text;
		for (i = 0; i < angle_count; i++) {
			here.angle = &angles[i];
			for (reporter = 0; reporter < cells->areas.count;
			     reporter++) {
				if (!ts_cells_tells(cells, reporter) ||
				    !ts_lines_told(cells, period, &angles[i],
						   reporter))
					continue;
				here.reporter = reporter;
				if (ts_lines_read(cells, period, &angles[i],
						  reporter, by, &lines,
						  err) != TS_OK ||
				    ts_keys_for(cells, by, reporter, &lines,
						NULL, &keys, err) != TS_OK ||
				    tell(ctx, &here, err) != TS_OK)
					return err->status;
			}
		}
	}
	return TS_OK;
}

enum ts_status
ts_each_sides(const struct ts_cells *cells, enum ts_by by, ts_case_fn *tell,
	      void *ctx, struct ts_err *err)
{
	static const struct ts_angle x = { .what = TS_WHAT_EXPORTS, .key = "" };
	static const struct ts_angle m = { .what = TS_WHAT_IMPORTS, .key = "" };
	struct ts_lines a = { 0 }, b = { 0 };
	struct ts_keys keys = { 0 };
	struct ts_case here = { .cells = cells,
				.by = by,
				.angle = &x,
				.a = &a,
				.b = &b,
				.keys = &keys };
	uint32_t period, i;

	for (period = 0; period < cells->period_count; period++) {
		if (!ts_period_admitted(cells, period))
			continue;
		here.base = here.now = period;
		here.period = cells->periods[period].text;
		for (i = 0; i < cells->areas.count; i++) {
			if (!ts_cells_tells(cells, i) ||
			    (!ts_lines_told(cells, period, &x, i) &&
			     !ts_lines_told(cells, period, &m, i)))
				continue;
			here.reporter = i;
			if (ts_lines_read(cells, period, &x, i, by, &a, err) !=
				    TS_OK ||
			    ts_lines_read(cells, period, &m, i, by, &b, err) !=
				    TS_OK ||
			    ts_keys_for(cells, by, i, &a, &b, &keys, err) !=
				    TS_OK ||
			    tell(ctx, &here, err) != TS_OK)
				return err->status;
		}
	}
	return TS_OK;
}

/* ---- two periods --------------------------------------------------------- */

/* The period a year before; for texts that are no periods, the one before. */
static bool
year_before(const struct ts_cells *cells, uint32_t now, uint32_t *base,
	    const char **text)
{
	const struct ts_when *when = &cells->periods[now];
	struct ts_when before = *when;
	char written[TS_PERIOD_TEXT];

	*base = TS_NO_ID;
	*text = "";
	if (!when->dated) {
		if (now == 0 || cells->periods[now - 1].dated)
			return false;
		*base = now - 1;
		*text = cells->periods[now - 1].text;
		return true;
	}
	before.period.year--;
	/* There is no 29 February, no week 53 a year before most of them. */
	if (before.period.year < 1)
		return false;
	before.text = ts_period_print(before.period, written);
	*base = ts_cells_period(cells, before.text);
	*text = *base != TS_NO_ID ? cells->periods[*base].text
				  : ts_arena_strdup(cells->arena, written);
	return *text != NULL;
}

/* Years that are asked for but only told in months or quarters. */
static enum ts_status
fold_years(struct ts_pair *pair, struct ts_err *err)
{
	const struct ts_cells *cells = pair->cells;
	struct ts_when base = ts_when_of(cells->arena, pair->base_text);
	struct ts_when now = ts_when_of(cells->arena, pair->now_text);
	struct ts_cells *folded = NULL;
	int years[2];

	if (!base.dated || !now.dated || base.period.span != TS_YEAR ||
	    now.period.span != TS_YEAR || base.period.year == now.period.year ||
	    (pair->base != TS_NO_ID && pair->now != TS_NO_ID))
		return TS_OK;
	years[0] = base.period.year;
	years[1] = now.period.year;
	if (ts_cells_years(cells, years, 2, cells->choice->like_for_like,
			   &folded, err) != TS_OK)
		return err->status;
	pair->cells = folded;
	pair->base = 0;
	pair->now = 1;
	return TS_OK;
}

static enum ts_status
no_memory(const struct ts_cells *cells, struct ts_err *err)
{
	return ts_fail(err, TS_SYSTEM, "%s: no memory left", cells->name);
}

/* The pair that the choice names, or, with one of the two, what follows. */
static enum ts_status
chosen_pairs(const struct ts_cells *cells, const char *base,
	     const char *current, struct ts_pair *pairs, size_t *count,
	     struct ts_err *err)
{
	struct ts_pair pair = { .cells = cells,
				.base_text = base,
				.now_text = current };
	const struct ts_when *first;
	uint32_t i;

	pair.base = base[0] ? ts_cells_period(cells, base) : TS_NO_ID;
	pair.now = current[0] ? ts_cells_period(cells, current) : TS_NO_ID;
	if (base[0] && current[0]) {
		pairs[(*count)++] = pair;
		return fold_years(&pairs[*count - 1], err);
	}
	if (current[0]) {
		if (pair.now == TS_NO_ID)
			return ts_fail(err, TS_BAD_CONFIG,
				       "%s: no period "
				       "\"%.40s\" in the table (name the base "
				       "too, if its months are to be added up)",
				       cells->name, current);
		if (year_before(cells, pair.now, &pair.base, &pair.base_text))
			pairs[(*count)++] = pair;
		return TS_OK;
	}
	if (pair.base == TS_NO_ID)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s: no period \"%.40s\" "
			       "in the table",
			       cells->name, base);
	first = &cells->periods[pair.base];
	for (i = pair.base + 1; i < cells->period_count; i++) {
		if (cells->periods[i].dated != first->dated ||
		    cells->periods[i].period.span != first->period.span)
			continue;
		pair.now = i;
		pair.now_text = cells->periods[i].text;
		pairs[(*count)++] = pair;
	}
	return TS_OK;
}

enum ts_status
ts_pairs(const struct ts_cells *cells, struct ts_pair **out, size_t *count,
	 struct ts_err *err)
{
	const char *base = ts_choice_text(cells->choice->base);
	const char *current = ts_choice_text(cells->choice->current);
	struct ts_pair pair = { .cells = cells };
	uint32_t i;

	*count = 0;
	*out = ts_arena_alloc(cells->arena, cells->period_count + 1,
			      sizeof(**out));
	if (!*out)
		return no_memory(cells, err);
	if (cells->from_to) {
		pair.now = 1;
		pair.base_text = cells->periods[0].text;
		pair.now_text = cells->periods[1].text;
		(*out)[(*count)++] = pair;
		return TS_OK;
	}
	if (base[0] != '\0' || current[0] != '\0')
		return chosen_pairs(cells, base, current, *out, count, err);
	for (i = 0; i < cells->period_count; i++) {
		if (!year_before(cells, i, &pair.base, &pair.base_text) ||
		    pair.base == TS_NO_ID)
			continue;
		pair.now = i;
		pair.now_text = cells->periods[i].text;
		(*out)[(*count)++] = pair;
	}
	return TS_OK;
}

const char *
ts_pair_text(const struct ts_pair *pair, unsigned months)
{
	struct ts_arena *arena = pair->cells->arena;

	if (months == 0 || months == 12)
		return ts_arena_printf(arena, "%s/%s", pair->base_text,
				       pair->now_text);
	return ts_arena_printf(arena, "%s:%um/%s:%um", pair->base_text, months,
			       pair->now_text, months);
}

struct walk {
	const struct ts_pair *pair;
	const char *text;
	struct ts_lines a, b;
	struct ts_keys keys;
	ts_case_fn *tell;
	void *ctx;
};

static enum ts_status
tell_pair(struct walk *walk, struct ts_case *here, struct ts_err *err)
{
	const struct ts_pair *pair = walk->pair;

	if (!ts_lines_told(here->cells, pair->base, here->angle,
			   here->reporter) &&
	    !ts_lines_told(here->cells, pair->now, here->angle, here->reporter))
		return TS_OK;
	if (ts_lines_read(here->cells, pair->base, here->angle, here->reporter,
			  here->by, &walk->a, err) != TS_OK ||
	    ts_lines_read(here->cells, pair->now, here->angle, here->reporter,
			  here->by, &walk->b, err) != TS_OK ||
	    ts_keys_for(here->cells, here->by, here->reporter, &walk->a,
			&walk->b, &walk->keys, err) != TS_OK)
		return err->status;
	here->period = walk->b.months ? ts_pair_text(pair, walk->b.months)
				      : walk->text;
	if (!here->period)
		return no_memory(here->cells, err);
	return walk->tell(walk->ctx, here, err);
}

enum ts_status
ts_each_pair(const struct ts_cells *cells, enum ts_what what, enum ts_by by,
	     ts_case_fn *tell, void *ctx, struct ts_err *err)
{
	struct ts_angle angles[TS_ANGLES];
	struct walk walk = { .tell = tell, .ctx = ctx };
	struct ts_case here = {
		.by = by, .a = &walk.a, .b = &walk.b, .keys = &walk.keys
	};
	size_t angle_count, count, i, j;
	struct ts_pair *pairs;

	if (ts_pairs(cells, &pairs, &count, err) != TS_OK)
		return err->status;
	for (i = 0; i < count; i++) {
		walk.pair = &pairs[i];
		walk.text = ts_pair_text(&pairs[i], 0);
		if (!walk.text)
			return no_memory(cells, err);
		here.cells = pairs[i].cells;
		here.base = pairs[i].base;
		here.now = pairs[i].now;
		angle_count = ts_angles(here.cells, what, angles);
		for (j = 0; j < angle_count; j++) {
			here.angle = &angles[j];
			for (here.reporter = 0;
			     here.reporter < here.cells->areas.count;
			     here.reporter++)
				if (ts_cells_tells(here.cells, here.reporter) &&
				    tell_pair(&walk, &here, err) != TS_OK)
					return err->status;
		}
	}
	return TS_OK;
}
