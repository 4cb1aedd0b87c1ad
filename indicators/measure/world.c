/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of exports and imports together, and of all countries together. */
#include "indicators/measure/gather.h"

#include <stdlib.h>
#include <string.h>

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

/* ---- exports and imports together ---------------------------------------- */

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

	ts_lines_clear(out);
	if (need_parts(cells, out, err) != TS_OK)
		return err->status;
	x = &out->parts[PART_X];
	m = &out->parts[PART_M];
	if (ts_lines_flow(cells, period, TS_FLOW_X, reporter, by, x, err) !=
		    TS_OK ||
	    ts_lines_flow(cells, period, TS_FLOW_M, reporter, by, m, err) !=
		    TS_OK)
		return err->status;
	/* A publisher may tell the sum and keep its parts. */
	if ((!x->reported || !m->reported) && what == TS_WHAT_TURNOVER)
		return ts_lines_flow(cells, period, TS_FLOW_XM, reporter, by,
				     out, err);
	if (!x->reported || !m->reported)
		return TS_OK;
	if (ts_lines_need(cells, out, x->count + m->count, err) != TS_OK)
		return err->status;
	while (i < x->count || j < m->count) {
		order = i == x->count ? 1
			: j == m->count
				? -1
				: compare_line(&x->items[i], &m->items[j]);
		line = &out->items[out->count++];
		*line = order <= 0 ? x->items[i] : m->items[j];
		line->fig = join(order <= 0 ? x->items[i].fig : zero,
				 order >= 0 ? m->items[j].fig : zero, what);
		i += order <= 0;
		j += order >= 0;
	}
	out->total = join(x->total, m->total, what);
	out->published = x->published && m->published;
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
	return ts_lines_flow(cells, period, flow, reporter, by, out, err);
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
				.what = what,
				.flow = (unsigned)i,
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

/* ---- the world ----------------------------------------------------------- */

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
		return ts_lines_read(cells, period, angle, world, by, out, err);
	ts_lines_clear(out);
	if (ts_lines_need_accs(cells, by, out, err) != TS_OK ||
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
		ts_acc_add(&total, one->total.have == TS_HAVE_VALUE
					   ? one->total
					   : ts_fig_missing());
		for (line = one->items;
		     by != TS_BY_REPORTER && line < one->items + one->count;
		     line++)
			ts_acc_add(
				&out->accs[by == TS_BY_PRODUCT ? line->product
							       : line->partner],
				line->fig);
	}
	if (by != TS_BY_REPORTER &&
	    ts_lines_gather(cells, by, out, err) != TS_OK)
		return err->status;
	out->total = out->reported ? ts_acc_fig(&total) : ts_fig_missing();
	return TS_OK;
}

struct ts_fig
ts_lines_find(const struct ts_lines *lines, uint32_t partner, uint32_t product)
{
	struct ts_line wanted = { .partner = partner, .product = product };
	const struct ts_line *line =
		lines->count == 0 ? NULL
				  : bsearch(&wanted, lines->items, lines->count,
					    sizeof(wanted), compare_line);

	if (line)
		return line->fig.have == TS_HAVE_VALUE ? line->fig
						       : ts_fig_missing();
	return lines->reported ? ts_fig_of(0) : ts_fig_missing();
}
