/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/lines.h"

#include <stdlib.h>
#include <string.h>
#include "indicators/measure/sum.h"

struct ts_acc {
	struct ts_sum sum;
	enum ts_have have;
};

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
		partner = kind == TS_AREA_COUNTRY ||
			  kind == TS_AREA_UNSPECIFIED;
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

static void
acc_add(struct ts_acc *acc, struct ts_fig fig)
{
	if (acc->have != TS_HAVE_MISSING)
		acc->have = fig.have;
	ts_sum_add(&acc->sum, fig.value);
}

static struct ts_fig
acc_fig(const struct ts_acc *acc)
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

/* ---- memory that is used again -------------------------------------------- */

static enum ts_status
need_lines(const struct ts_cells *cells, struct ts_lines *out, size_t count,
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
	return by == TS_BY_PRODUCT ? cells->products.count :
	       cells->areas.count;
}

static enum ts_status
need_accs(const struct ts_cells *cells, enum ts_by by, struct ts_lines *out,
	  struct ts_err *err)
{
	size_t count = universe_of(cells, by);

	if (out->acc_room < count) {
		out->accs = ts_arena_alloc(cells->arena, count,
					   sizeof(*out->accs));
		if (!out->accs)
			return ts_fail(err, TS_SYSTEM, "%s: no memory left",
				       cells->name);
		out->acc_room = count;
	}
	memset(out->accs, 0, count * sizeof(*out->accs));
	return TS_OK;
}

enum part { PART_X, PART_M, PART_ONE, PARTS };

static enum ts_status
need_parts(const struct ts_cells *cells, struct ts_lines *out,
	   struct ts_err *err)
{
	if (!out->parts)
		out->parts = ts_arena_alloc(cells->arena, PARTS,
					    sizeof(*out->parts));
	if (!out->parts)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       cells->name);
	return TS_OK;
}

/* ---- one flow of one reporter --------------------------------------------- */

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
			acc_add(&acc, cell_fig(cell));
	return acc_fig(&acc);
}

static enum ts_status
gather_accs(const struct ts_cells *cells, enum ts_by by, struct ts_lines *out,
	    struct ts_err *err)
{
	size_t universe = universe_of(cells, by);
	struct ts_line *line;
	size_t i;

	if (need_lines(cells, out, universe, err) != TS_OK)
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
		line->fig = acc_fig(&out->accs[i]);
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
		if (need_lines(cells, out, block->count, err) != TS_OK)
			return err->status;
	} else if (need_accs(cells, by, out, err) != TS_OK) {
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
			acc_add(&out->accs[by == TS_BY_PRODUCT ? cell->product
							: cell->partner],
				cell_fig(cell));
	}
	return by == TS_BY_LINE ? TS_OK : gather_accs(cells, by, out, err);
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
	struct ts_acc acc = { .have = TS_HAVE_VALUE };
	size_t i;

	for (i = 0; i < lines->count; i++)
		acc_add(&acc, lines->items[i].fig);
	return acc_fig(&acc);
}

/* The total of lines: published if there is one of the same scope. */
static void
close_lines(const struct ts_cells *cells, const struct ts_block *block,
	    enum ts_by by, enum partners from, struct ts_lines *out)
{
	struct plan plan = plan_total(cells, by);
	size_t i;

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
	for (i = 0; i < out->count; i++)
		if (out->items[i].fig.have != TS_HAVE_VALUE)
			out->has_unknown = true;
}

static void
clear(struct ts_lines *out)
{
	out->count = 0;
	out->total = ts_fig_missing();
	out->published = out->reported = out->has_unknown = false;
	out->months = 0;
}

static enum ts_status
read_flow(const struct ts_cells *cells, uint32_t period, unsigned flow,
	  uint32_t reporter, enum ts_by by, struct ts_lines *out,
	  struct ts_err *err)
{
	const struct ts_block *block = ts_cells_block(cells, period, flow,
						      reporter);
	struct plan plan = plan_lines(cells, by);
	enum partners from = plan.partners[0];
	size_t i, j;

	clear(out);
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
	/* Rows without any value are no report of zeros. */
	if (!out->reported)
		out->total = ts_fig_missing();
	return TS_OK;
}

/* ---- exports and imports together ----------------------------------------- */

static int
compare_line(const void *a, const void *b)
{
	const struct ts_line *left = a, *right = b;

	if (left->partner != right->partner)
		return left->partner < right->partner ? -1 : 1;
	if (left->product != right->product)
		return left->product < right->product ? -1 : 1;
	return 0;
}

static struct ts_fig
join(struct ts_fig x, struct ts_fig m, enum ts_what what)
{
	return what == TS_WHAT_BALANCE ? ts_fig_minus(x, m) : ts_fig_plus(x, m);
}

static enum ts_status
read_joined(const struct ts_cells *cells, uint32_t period, enum ts_what what,
	    uint32_t reporter, enum ts_by by, struct ts_lines *out,
	    struct ts_err *err)
{
	const struct ts_fig zero = ts_fig_of(0);
	struct ts_lines *x, *m;
	size_t i = 0, j = 0;
	struct ts_line *line;
	int order;

	clear(out);
	if (need_parts(cells, out, err) != TS_OK)
		return err->status;
	x = &out->parts[PART_X];
	m = &out->parts[PART_M];
	if (read_flow(cells, period, TS_FLOW_X, reporter, by, x, err) !=
	    TS_OK ||
	    read_flow(cells, period, TS_FLOW_M, reporter, by, m, err) != TS_OK)
		return err->status;
	/* A publisher may tell the sum and keep its parts. */
	if ((!x->reported || !m->reported) && what == TS_WHAT_TURNOVER)
		return read_flow(cells, period, TS_FLOW_XM, reporter, by, out,
				 err);
	if (!x->reported || !m->reported)
		return TS_OK;
	if (need_lines(cells, out, x->count + m->count, err) != TS_OK)
		return err->status;
	while (i < x->count || j < m->count) {
		order = i == x->count ? 1 : j == m->count ? -1 :
			compare_line(&x->items[i], &m->items[j]);
		line = &out->items[out->count++];
		*line = order <= 0 ? x->items[i] : m->items[j];
		line->fig = join(order <= 0 ? x->items[i].fig : zero,
				 order >= 0 ? m->items[j].fig : zero, what);
		i += order <= 0;
		j += order >= 0;
	}
	out->total = join(x->total, m->total, what);
	out->published = x->published && m->published;
	out->has_unknown = x->has_unknown || m->has_unknown;
	out->reported = true;
	out->months = x->months;
	return TS_OK;
}

enum ts_status
ts_lines_read(const struct ts_cells *cells, uint32_t period,
	      const struct ts_angle *angle, uint32_t reporter, enum ts_by by,
	      struct ts_lines *out, struct ts_err *err)
{
	unsigned flow = angle->flow;

	switch (angle->what) {
	case TS_WHAT_VALUE:
		break;
	case TS_WHAT_EXPORTS:
		flow = cells->has_flow ? TS_FLOW_X : TS_FLOW_NONE;
		break;
	case TS_WHAT_IMPORTS:
		flow = TS_FLOW_M;
		break;
	case TS_WHAT_TURNOVER:
	case TS_WHAT_BALANCE:
		return read_joined(cells, period, angle->what, reporter, by,
				   out, err);
	}
	return read_flow(cells, period, flow, reporter, by, out, err);
}

static int
compare_angle(const void *a, const void *b)
{
	const struct ts_angle *left = a, *right = b;

	return strcmp(left->key, right->key);
}

size_t
ts_angles(const struct ts_cells *cells, enum ts_what what,
	  struct ts_angle angles[TS_ANGLES])
{
	bool seen[TS_ANGLES] = { false };
	size_t count = 0, i;

	if (what != TS_WHAT_VALUE) {
		angles[0] = (struct ts_angle){ .what = what, .key = "" };
		return 1;
	}
	for (i = 0; i < cells->block_count; i++)
		seen[cells->blocks[i].flow] = true;
	for (i = 0; i < cells->flow_count; i++)
		if (seen[i] && i != TS_FLOW_GDP)
			angles[count++] = (struct ts_angle){
				.what = what, .flow = (unsigned)i,
				.key = cells->flow_names[i],
			};
	qsort(angles, count, sizeof(*angles), compare_angle);
	return count;
}

bool
ts_lines_told(const struct ts_cells *cells, uint32_t period,
	      const struct ts_angle *angle, uint32_t reporter)
{
	unsigned flow = angle->flow;

	switch (angle->what) {
	case TS_WHAT_VALUE:
		break;
	case TS_WHAT_EXPORTS:
		flow = cells->has_flow ? TS_FLOW_X : TS_FLOW_NONE;
		break;
	case TS_WHAT_IMPORTS:
		flow = TS_FLOW_M;
		break;
	case TS_WHAT_TURNOVER:
	case TS_WHAT_BALANCE:
		return ts_cells_block(cells, period, TS_FLOW_X, reporter) ||
		       ts_cells_block(cells, period, TS_FLOW_M, reporter) ||
		       (angle->what == TS_WHAT_TURNOVER &&
			ts_cells_block(cells, period, TS_FLOW_XM, reporter));
	}
	return ts_cells_block(cells, period, flow, reporter) != NULL;
}

/* ---- the world ------------------------------------------------------------ */

bool
ts_is_country(const struct ts_cells *cells, uint32_t reporter)
{
	enum ts_area kind = cells->area_kind[reporter];

	return kind == TS_AREA_COUNTRY || kind == TS_AREA_UNSPECIFIED ||
	       cells->areas.texts[reporter][0] == '\0';
}

/* World as a reporter: somebody published what we would have to add up. */
uint32_t
ts_world_reporter(const struct ts_cells *cells, uint32_t period,
		  const struct ts_angle *angle)
{
	uint32_t i;

	for (i = 0; i < cells->areas.count; i++)
		if (cells->is_reporter[i] &&
		    cells->area_kind[i] == TS_AREA_WORLD &&
		    cells->areas.texts[i][0] != '\0' &&
		    ts_lines_told(cells, period, angle, i))
			return i;
	return TS_NO_ID;
}

enum ts_status
ts_lines_world(const struct ts_cells *cells, uint32_t period,
	       const struct ts_angle *angle, enum ts_by by,
	       struct ts_lines *out, struct ts_err *err)
{
	uint32_t world = ts_world_reporter(cells, period, angle), i;
	struct ts_acc total = { 0 };
	const struct ts_line *line;
	struct ts_lines *one;

	if (world != TS_NO_ID)
		return ts_lines_read(cells, period, angle, world, by, out,
				     err);
	clear(out);
	if (need_accs(cells, by, out, err) != TS_OK ||
	    need_parts(cells, out, err) != TS_OK)
		return err->status;
	one = &out->parts[PART_ONE];
	for (i = 0; i < cells->areas.count; i++) {
		if (!cells->is_reporter[i] || !ts_is_country(cells, i))
			continue;
		if (ts_lines_read(cells, period, angle, i, by, one, err) !=
		    TS_OK)
			return err->status;
		if (!one->reported)
			continue;
		out->reported = true;
		acc_add(&total, one->total.have == TS_HAVE_VALUE ?
			one->total : ts_fig_missing());
		for (line = one->items; by != TS_BY_REPORTER &&
		     line < one->items + one->count; line++)
			acc_add(&out->accs[by == TS_BY_PRODUCT ?
					   line->product : line->partner],
				line->fig);
	}
	if (by != TS_BY_REPORTER && gather_accs(cells, by, out, err) != TS_OK)
		return err->status;
	out->total = out->reported ? acc_fig(&total) : ts_fig_missing();
	return TS_OK;
}

struct ts_fig
ts_lines_find(const struct ts_lines *lines, uint32_t partner, uint32_t product)
{
	struct ts_line wanted = { .partner = partner, .product = product };
	const struct ts_line *line = lines->count == 0 ? NULL :
		bsearch(&wanted, lines->items, lines->count, sizeof(wanted),
			compare_line);

	if (line)
		return line->fig.have == TS_HAVE_VALUE ? line->fig :
		       ts_fig_missing();
	return lines->reported ? ts_fig_of(0) : ts_fig_missing();
}
