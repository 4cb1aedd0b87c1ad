/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/movers.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "indicators/measure/each.h"

enum direction { BOTH, UP, DOWN };

struct ranking {
	struct ts_arena *arena;
	const struct ts_choice *choice;
	bool by_fold;
	enum direction direction;
	struct ts_movers *out;
	size_t room;
};

static enum ts_status
put(struct ranking *ranking, const struct ts_mover *mover, struct ts_err *err)
{
	struct ts_movers *out = ranking->out;
	size_t want = ranking->room ? ranking->room * 2 : 128;
	struct ts_mover *items;

	if (out->count == ranking->room) {
		items = ts_arena_grow(ranking->arena, out->items, out->count,
				      want, sizeof(*items));
		if (!items)
			return ts_fail(err, TS_SYSTEM,
				       "movers: no memory left");
		out->items = items;
		ranking->room = want;
	}
	out->items[out->count++] = *mover;
	return TS_OK;
}

static enum ts_mover_block
block_of(const struct ts_mover *mover)
{
	if (!mover->has_from || !mover->has_to)
		return TS_MOVER_UNKNOWN;
	if (mover->growth.status == TS_RES_NEW)
		return TS_MOVER_NEW;
	if (mover->growth.status == TS_RES_LOST)
		return TS_MOVER_LOST;
	return TS_MOVER_GOES_ON;
}

static bool
is_kept(const struct ranking *ranking, const struct ts_mover *mover)
{
	double larger = mover->from > mover->to ? mover->from : mover->to;

	if ((!mover->has_from && !mover->has_to) ||
	    (mover->from == 0 && mover->to == 0) ||
	    larger < ranking->choice->floor)
		return false;
	if (mover->block == TS_MOVER_UNKNOWN)
		return true;
	switch (ranking->direction) {
	case UP:
		return mover->to > mover->from;
	case DOWN:
		return mover->to < mover->from;
	case BOTH:
		break;
	}
	return true;
}

/* Larger first, by what the block is ranked by. */
static double
weight_of(const struct ranking *ranking, const struct ts_mover *mover)
{
	double sign = ranking->direction == DOWN ? -1 : 1;

	switch (mover->block) {
	case TS_MOVER_GOES_ON:
		if (!ranking->by_fold)
			return sign * mover->delta.value;
		/* A fold without a value (negative figures) comes last. */
		return mover->fold.has ? sign * mover->fold.value : -1e308;
	case TS_MOVER_NEW:
		return mover->to;
	case TS_MOVER_LOST:
		return mover->from;
	case TS_MOVER_UNKNOWN:
		return mover->from + mover->to;
	}
	return 0;
}

static int
compare_mover(const void *a, const void *b, void *ctx)
{
	const struct ts_mover *left = a, *right = b;
	double x, y;

	if (left->block != right->block)
		return left->block < right->block ? -1 : 1;
	x = weight_of(ctx, left);
	y = weight_of(ctx, right);
	if (x != y)
		return x > y ? -1 : 1;
	return strcmp(left->line, right->line);
}

/* Ranks what one reporter added from first on, and cuts each block. */
static void
rank_block(struct ranking *ranking, size_t first)
{
	struct ts_movers *out = ranking->out;
	int64_t limit = ranking->choice->limit;
	size_t kept = first, i;
	int rank = 0;

	/* Everything is a tie for an empty array; qsort_r wants none. */
	if (out->count == first)
		return;
	qsort_r(out->items + first, out->count - first, sizeof(*out->items),
		compare_mover, ranking);
	for (i = first; i < out->count; i++) {
		if (i == first ||
		    out->items[i].block != out->items[i - 1].block)
			rank = 0;
		out->items[i].rank = ++rank;
	}
	for (i = first; i < out->count; i++)
		if (limit <= 0 || out->items[i].rank <= limit)
			out->items[kept++] = out->items[i];
	out->count = kept;
}

static enum ts_status
collect(void *ctx, const struct ts_case *here, struct ts_err *err)
{
	struct ranking *ranking = ctx;
	size_t first = ranking->out->count, i;
	const struct ts_line *key;
	struct ts_mover mover;
	struct ts_fig a, b;

	for (i = 0; i < here->keys->count; i++) {
		key = &here->keys->items[i];
		a = ts_lines_find(here->a, key->partner, key->product);
		b = ts_lines_find(here->b, key->partner, key->product);
		mover = (struct ts_mover){
			.period = here->period,
			.reporter = here->cells->areas.texts[here->reporter],
			.line = here->by == TS_BY_PRODUCT
					? ts_key_product(here->cells, key)
					: ts_key_partner(here->cells, key),
			.flow = here->angle->key,
			.from = a.value,
			.to = b.value,
			.has_from = ts_fig_known(a),
			.has_to = ts_fig_known(b),
			.delta = ts_rate_delta(a, b),
			.growth = ts_rate_growth(a, b),
			.fold = ts_rate_fold(a, b),
			.contribution_pp =
				ts_rate_contribution(a, b, here->a->total),
		};
		mover.block = block_of(&mover);
		if (is_kept(ranking, &mover) &&
		    put(ranking, &mover, err) != TS_OK)
			return err->status;
	}
	rank_block(ranking, first);
	return TS_OK;
}

static const char *
or_else(const char *text, const char *otherwise)
{
	return text && text[0] != '\0' ? text : otherwise;
}

static enum ts_status
read_rule(struct ranking *ranking, struct ts_err *err)
{
	const char *sort = or_else(ranking->choice->sort, "delta");
	const char *direction = or_else(ranking->choice->direction, "both");

	if (strcmp(sort, "fold") == 0)
		ranking->by_fold = true;
	else if (strcmp(sort, "delta") != 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "sort = \"%.40s\": delta or "
			       "fold",
			       sort);
	if (strcmp(direction, "up") == 0)
		ranking->direction = UP;
	else if (strcmp(direction, "down") == 0)
		ranking->direction = DOWN;
	else if (strcmp(direction, "both") != 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "direction = \"%.40s\": "
			       "both, up or down",
			       direction);
	return TS_OK;
}

enum ts_status
ts_movers(const struct ts_table *input, const struct ts_choice *choice,
	  struct ts_arena *arena, struct ts_movers *out, struct ts_err *err)
{
	struct ranking ranking = { .arena = arena,
				   .choice = choice,
				   .out = out };
	struct ts_cells *cells;
	enum ts_what what;
	enum ts_by by;

	*out = (struct ts_movers){ 0 };
	if (read_rule(&ranking, err) != TS_OK ||
	    ts_choice_what(or_else(choice->of, "exports"), &what, err) !=
		    TS_OK ||
	    ts_choice_by(or_else(choice->by, "product"), &by, err) != TS_OK)
		return err->status;
	if (by != TS_BY_PRODUCT && by != TS_BY_PARTNER)
		return ts_fail(err, TS_BAD_CONFIG,
			       "by = \"%.40s\": movers are "
			       "products or partners",
			       choice->by);
	if (ts_cells_read(input, choice, by == TS_BY_PRODUCT, arena, &cells,
			  err) != TS_OK)
		return err->status;
	return ts_each_pair(cells, what, by, collect, &ranking, err);
}
