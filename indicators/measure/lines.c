/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/gather.h"

#include <string.h>

/* Which cells of a block are meant, on the side of partners and of products. */
enum partners { P_WORLD, P_EACH, P_CHOSEN };
enum products { K_TOTAL, K_LEVEL, K_CHOSEN };

static bool
by_partner(enum ts_by by)
{
	return by == TS_BY_PARTNER || by == TS_BY_LINE;
}

static bool
by_product(enum ts_by by)
{
	return by == TS_BY_PRODUCT || by == TS_BY_LINE;
}

static bool
is_meant(const struct ts_cells *cells, const struct ts_cell *cell,
	 enum partners partners, enum products products)
{
	enum ts_area kind = cells->area_kind[cell->partner];
	bool partner = false, product = false;

	switch (partners) {
	case P_WORLD:
		partner = kind == TS_AREA_WORLD;
		break;
	case P_EACH:
		partner =
			kind == TS_AREA_COUNTRY || kind == TS_AREA_UNSPECIFIED;
		break;
	case P_CHOSEN:
		partner = cells->area_chosen[cell->partner];
		break;
	}
	switch (products) {
	case K_TOTAL:
		product = cells->levels[cell->product] == TS_LEVEL_TOTAL;
		break;
	case K_LEVEL:
		product = cells->level != TS_LEVEL_TOTAL &&
			  cells->levels[cell->product] == cells->level;
		break;
	case K_CHOSEN:
		product = cells->product_chosen[cell->product];
		break;
	}
	/* A row that only has a quantity says nothing of the value. */
	return partner && product && cell->have != TS_HAVE_NONE;
}

void
ts_acc_add(struct ts_acc *acc, struct ts_fig fig)
{
	if (acc->have != TS_HAVE_MISSING)
		acc->have = fig.have;
	ts_sum_add(&acc->sum, fig.value);
}

struct ts_fig
ts_acc_fig(const struct ts_acc *acc)
{
	if (acc->have != TS_HAVE_VALUE)
		return (struct ts_fig){ .have = acc->have };
	return ts_fig_of(ts_sum_value(&acc->sum));
}

static struct ts_fig
cell_fig(const struct ts_cell *cell)
{
	return (struct ts_fig){ .value = cell->value,
				.have = (enum ts_have)cell->have };
}

/* ---- memory that is used again ------------------------------------------- */

enum ts_status
ts_lines_need(const struct ts_cells *cells, struct ts_lines *out, size_t count,
	      struct ts_err *err)
{
	if (out->room >= count)
		return TS_OK;
	out->items = ts_arena_alloc(cells->arena, count, sizeof(*out->items));
	if (!out->items)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       cells->name);
	out->room = count;
	return TS_OK;
}

static size_t
universe_of(const struct ts_cells *cells, enum ts_by by)
{
	return by == TS_BY_PRODUCT ? cells->products.count : cells->areas.count;
}

enum ts_status
ts_lines_need_accs(const struct ts_cells *cells, enum ts_by by,
		   struct ts_lines *out, struct ts_err *err)
{
	size_t count = universe_of(cells, by);

	if (out->acc_room < count) {
		out->accs =
			ts_arena_alloc(cells->arena, count, sizeof(*out->accs));
		if (!out->accs)
			return ts_fail(err, TS_SYSTEM, "%s: no memory left",
				       cells->name);
		out->acc_room = count;
	}
	memset(out->accs, 0, count * sizeof(*out->accs));
	return TS_OK;
}

/* ---- one flow of one reporter -------------------------------------------- */

static struct ts_fig
sum_block(const struct ts_cells *cells, const struct ts_block *block,
	  enum partners partners, enum products products)
{
	const struct ts_cell *cell = cells->items + block->first;
	const struct ts_cell *end = cell + block->count;
	bool skip = cells->choice->skip_missing;
	struct ts_acc acc = { 0 };

	for (; cell < end; cell++)
		if (is_meant(cells, cell, partners, products) &&
		    (!skip || cell->have == TS_HAVE_VALUE))
			ts_acc_add(&acc, cell_fig(cell));
	return ts_acc_fig(&acc);
}

enum ts_status
ts_lines_gather(const struct ts_cells *cells, enum ts_by by,
		struct ts_lines *out, struct ts_err *err)
{
	size_t universe = universe_of(cells, by);
	struct ts_line *line;
	size_t i;

	if (ts_lines_need(cells, out, universe, err) != TS_OK)
		return err->status;
	for (i = 0; i < universe; i++) {
		if (out->accs[i].have == TS_HAVE_NONE)
			continue;
		line = &out->items[out->count++];
		line->partner = line->product = TS_NO_ID;
		if (by == TS_BY_PRODUCT)
			line->product = (uint32_t)i;
		else
			line->partner = (uint32_t)i;
		line->fig = ts_acc_fig(&out->accs[i]);
	}
	return TS_OK;
}

/* Lines of one kind of cells; none found leaves count 0. */
static enum ts_status
gather_block(const struct ts_cells *cells, const struct ts_block *block,
	     enum ts_by by, enum partners partners, enum products products,
	     struct ts_lines *out, struct ts_err *err)
{
	const struct ts_cell *cell = cells->items + block->first;
	const struct ts_cell *end = cell + block->count;
	bool skip = cells->choice->skip_missing;

	if (by == TS_BY_LINE) {
		if (ts_lines_need(cells, out, block->count, err) != TS_OK)
			return err->status;
	} else if (ts_lines_need_accs(cells, by, out, err) != TS_OK) {
		return err->status;
	}
	for (; cell < end; cell++) {
		if (!is_meant(cells, cell, partners, products) ||
		    (skip && cell->have != TS_HAVE_VALUE))
			continue;
		if (by == TS_BY_LINE)
			out->items[out->count++] = (struct ts_line){
				.partner = cell->partner,
				.product = cell->product,
				.fig = cell_fig(cell),
			};
		else
			ts_acc_add(
				&out->accs[by == TS_BY_PRODUCT ? cell->product
							       : cell->partner],
				cell_fig(cell));
	}
	return by == TS_BY_LINE ? TS_OK : ts_lines_gather(cells, by, out, err);
}

/* What the rows offer, the best first: the published total, then sums. */
struct plan {
	enum partners partners[2];
	enum products products[2];
	size_t partner_count, product_count;
};

static struct plan
plan_total(const struct ts_cells *cells, enum ts_by by)
{
	struct plan plan = { { P_WORLD, P_EACH }, { K_TOTAL, K_LEVEL }, 2, 2 };

	if (cells->area_chosen && !by_partner(by)) {
		plan.partners[0] = P_CHOSEN;
		plan.partner_count = 1;
	}
	if (cells->product_chosen && !by_product(by)) {
		plan.products[0] = K_CHOSEN;
		plan.product_count = 1;
	}
	return plan;
}

static struct plan
plan_lines(const struct ts_cells *cells, enum ts_by by)
{
	struct plan plan = plan_total(cells, by);

	if (by_partner(by)) {
		plan.partners[0] = P_EACH;
		plan.partner_count = 1;
	}
	if (by_product(by)) {
		plan.products[0] = K_LEVEL;
		plan.product_count = 1;
	}
	return plan;
}

static struct ts_fig
find_total(const struct ts_cells *cells, const struct ts_block *block,
	   const struct plan *plan)
{
	struct ts_fig fig = { 0 };
	size_t i, j;

	for (i = 0; i < plan->partner_count; i++) {
		for (j = 0; j < plan->product_count; j++) {
			fig = sum_block(cells, block, plan->partners[i],
					plan->products[j]);
			if (fig.have != TS_HAVE_NONE)
				return fig;
		}
	}
	return fig;
}

static struct ts_fig
sum_lines(const struct ts_lines *lines)
{
	struct ts_acc acc = { .have = TS_HAVE_NONE };
	size_t i;

	for (i = 0; i < lines->count; i++)
		ts_acc_add(&acc, lines->items[i].fig);
	return ts_acc_fig(&acc);
}

/* The total of lines: published if there is one of the same scope. */
static void
close_lines(const struct ts_cells *cells, const struct ts_block *block,
	    enum ts_by by, enum partners from, struct ts_lines *out)
{
	struct plan plan = plan_total(cells, by);

	if (by == TS_BY_PRODUCT) {
		/* The level's own sum is no publication; the countries' totals
		 * belong to lines that were added up over countries. */
		if (plan.products[0] == K_TOTAL)
			plan.product_count = 1;
		if (from == P_WORLD)
			plan.partner_count = 1;
	} else if (by == TS_BY_PARTNER) {
		plan.partner_count = 1;
	} else if (by == TS_BY_LINE) {
		plan.product_count = 1;
	}
	out->total = find_total(cells, block, &plan);
	out->published = out->total.have == TS_HAVE_VALUE;
	if (out->total.have == TS_HAVE_NONE && by != TS_BY_REPORTER)
		out->total = sum_lines(out);
}

void
ts_lines_clear(struct ts_lines *out)
{
	out->count = 0;
	out->total = ts_fig_missing();
	out->published = out->reported = false;
	out->months = 0;
}

/* Of what is chosen, does the table know anything at all? */
static bool
any_chosen(const bool *chosen, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (chosen[i])
			return true;
	return false;
}

/* Is a product of the level that is asked for? */
static bool
is_asked_level(const struct ts_cells *cells, uint32_t product, enum ts_by by)
{
	size_t i;

	if (by_product(by))
		return cells->level != TS_LEVEL_TOTAL &&
		       cells->levels[product] == cells->level;
	for (i = 0; cells->product_chosen && i < cells->products.count; i++)
		if (cells->product_chosen[i] &&
		    cells->levels[i] == cells->levels[product])
			return true;
	return !cells->product_chosen;
}

/*
 * Nothing was found of what is asked: is that a zero? It is if the reporter
 * tells others of the kind, other partners or other products of the level, so
 * that it would have told this one.
 */
static bool
tells_others(const struct ts_cells *cells, const struct ts_block *block,
	     enum ts_by by)
{
	const struct ts_cell *cell = cells->items + block->first;
	const struct ts_cell *end = cell + block->count;
	enum ts_area kind;

	if ((cells->area_chosen &&
	     !any_chosen(cells->area_chosen, cells->areas.count)) ||
	    (cells->product_chosen &&
	     !any_chosen(cells->product_chosen, cells->products.count)))
		return false;
	for (; cell < end; cell++) {
		kind = (enum ts_area)cells->area_kind[cell->partner];
		if (cell->have == TS_HAVE_VALUE &&
		    is_asked_level(cells, cell->product, by) &&
		    (kind == TS_AREA_COUNTRY || kind == TS_AREA_UNSPECIFIED ||
		     (!cells->area_chosen && !by_partner(by))))
			return true;
	}
	return false;
}

enum ts_status
ts_lines_flow(const struct ts_cells *cells, uint32_t period, unsigned flow,
	      uint32_t reporter, enum ts_by by, struct ts_lines *out,
	      struct ts_err *err)
{
	const struct ts_block *block =
		ts_cells_block(cells, period, flow, reporter);
	struct plan plan = plan_lines(cells, by);
	enum partners from = plan.partners[0];
	size_t i, j;

	ts_lines_clear(out);
	if (!block)
		return TS_OK;
	out->reported = block->reported;
	out->months = block->months;
	for (i = 0; i < plan.partner_count && by != TS_BY_REPORTER; i++) {
		for (j = 0; j < plan.product_count && out->count == 0; j++) {
			from = plan.partners[i];
			if (gather_block(cells, block, by, from,
					 plan.products[j], out, err) != TS_OK)
				return err->status;
		}
		if (out->count > 0)
			break;
	}
	close_lines(cells, block, by, from, out);
	/* Rows without any value are no report of zeros, and neither is a
	 * total without any line. */
	if (!out->reported) {
		out->total = ts_fig_missing();
	} else if (out->count == 0 &&
		   (by != TS_BY_REPORTER || out->total.have == TS_HAVE_NONE)) {
		out->reported = tells_others(cells, block, by) ||
				(out->published && out->total.value == 0);
		if (out->reported && out->total.have == TS_HAVE_NONE)
			out->total = ts_fig_of(0);
	}
	return TS_OK;
}
