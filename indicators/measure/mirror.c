/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/mirror.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/num.h>

enum ts_status
ts_mirror_read(const struct ts_cells *cells, uint32_t period, enum ts_by by,
	       struct ts_mirror *out, struct ts_err *err)
{
	static const struct ts_angle x = { .what = TS_WHAT_EXPORTS, .key = "" };
	static const struct ts_angle m = { .what = TS_WHAT_IMPORTS, .key = "" };
	size_t count = cells->areas.count + 1;
	uint32_t i;

	out->cells = cells;
	out->by = by;
	if (!out->x) {
		out->x = ts_arena_alloc(cells->arena, count, sizeof(*out->x));
		out->m = ts_arena_alloc(cells->arena, count, sizeof(*out->m));
	}
	if (!out->x || !out->m)
		return ts_fail(err, TS_SYSTEM, "%s: no memory left",
			       cells->name);
	for (i = 0; i < cells->areas.count; i++)
		if (cells->is_reporter[i] &&
		    (ts_lines_read(cells, period, &x, i, by, &out->x[i], err) !=
			     TS_OK ||
		     ts_lines_read(cells, period, &m, i, by, &out->m[i], err) !=
			     TS_OK))
			return err->status;
	return TS_OK;
}

/* The first line of a partner at or after a product. */
static size_t
lower_bound(const struct ts_lines *lines, uint32_t partner, uint32_t product)
{
	size_t low = 0, high = lines->count, middle;
	const struct ts_line *line;

	while (low < high) {
		middle = low + (high - low) / 2;
		line = &lines->items[middle];
		if (line->partner < partner ||
		    (line->partner == partner && line->product < product))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct ts_fig
ts_mirror_told(const struct ts_lines *lines, uint32_t partner, uint32_t product)
{
	size_t at = lower_bound(lines, partner, product);

	if (at < lines->count && lines->items[at].partner == partner &&
	    lines->items[at].product == product)
		return lines->items[at].fig;
	return (struct ts_fig){ .have = TS_HAVE_NONE };
}

bool
ts_mirror_reports(const struct ts_mirror *mirror, uint32_t area)
{
	return mirror->x[area].reported || mirror->m[area].reported;
}

/* ---- walking ------------------------------------------------------------- */

static enum ts_status
tell_pair(const struct ts_mirror *mirror, uint32_t exporter, uint32_t importer,
	  ts_flow_pair_fn *tell, void *ctx, struct ts_err *err)
{
	struct ts_flow_pair pair = { .exporter = exporter,
				     .importer = importer,
				     .product = TS_NO_ID };

	pair.x = ts_mirror_told(&mirror->x[exporter], importer, TS_NO_ID);
	pair.m = ts_mirror_told(&mirror->m[importer], exporter, TS_NO_ID);
	if (pair.x.have == TS_HAVE_NONE && pair.m.have == TS_HAVE_NONE &&
	    (!ts_mirror_reports(mirror, exporter) ||
	     !ts_mirror_reports(mirror, importer)))
		return TS_OK;
	return tell(ctx, &pair, err);
}

/* Products of either side, in their order. */
static enum ts_status
tell_products(const struct ts_mirror *mirror, uint32_t exporter,
	      uint32_t importer, ts_flow_pair_fn *tell, void *ctx,
	      struct ts_err *err)
{
	const struct ts_lines *x = &mirror->x[exporter];
	const struct ts_lines *m = &mirror->m[importer];
	size_t i = lower_bound(x, importer, 0), j = lower_bound(m, exporter, 0);
	struct ts_flow_pair pair = { .exporter = exporter,
				     .importer = importer };
	bool has_x, has_m;

	/* Ends where both lists have left the pair. */
	for (;;) {
		has_x = i < x->count && x->items[i].partner == importer;
		has_m = j < m->count && m->items[j].partner == exporter;
		if (!has_x && !has_m)
			return TS_OK;
		pair.product = has_x && (!has_m || x->items[i].product <=
							   m->items[j].product)
				       ? x->items[i].product
				       : m->items[j].product;
		has_x = has_x && x->items[i].product == pair.product;
		has_m = has_m && m->items[j].product == pair.product;
		pair.x = has_x ? x->items[i++].fig : (struct ts_fig){ 0 };
		pair.m = has_m ? m->items[j++].fig : (struct ts_fig){ 0 };
		if (mirror->cells->product_chosen &&
		    !mirror->cells->product_chosen[pair.product])
			continue;
		if (tell(ctx, &pair, err) != TS_OK)
			return err->status;
	}
}

enum ts_status
ts_mirror_each(const struct ts_mirror *mirror, ts_flow_pair_fn *tell, void *ctx,
	       struct ts_err *err)
{
	const struct ts_cells *cells = mirror->cells;
	enum ts_status status = TS_OK;
	uint32_t i, j;

	for (i = 0; i < cells->areas.count; i++) {
		if (cells->area_kind[i] != TS_AREA_COUNTRY ||
		    !ts_list_admits(&cells->reporters, cells->areas.texts[i]))
			continue;
		for (j = 0; j < cells->areas.count && status == TS_OK; j++) {
			if (i == j || cells->area_kind[j] != TS_AREA_COUNTRY ||
			    (cells->area_chosen && !cells->area_chosen[j]))
				continue;
			status = mirror->by == TS_BY_LINE
					 ? tell_products(mirror, i, j, tell,
							 ctx, err)
					 : tell_pair(mirror, i, j, tell, ctx,
						     err);
		}
		if (status != TS_OK)
			return status;
	}
	return TS_OK;
}

/* ---- CIF ----------------------------------------------------------------- */

static enum ts_status
read_factor(const char *text, double *out, struct ts_err *err)
{
	double factor;

	if (ts_num_double(text, &factor, err) != TS_OK)
		return err->status;
	if (!(factor > 0) || factor > 100)
		return ts_fail(err, TS_BAD_CONFIG,
			       "CIF factor %.20s: not "
			       "between 0 and 100",
			       text);
	*out = factor;
	return TS_OK;
}

static enum ts_status
read_pair(struct ts_arena *arena, const char *text, struct ts_cif_pair *out,
	  struct ts_err *err)
{
	const char *dash = strchr(text, '-');
	const char *equals = strchr(text, '=');

	if (!dash || !equals || equals < dash)
		return ts_fail(err, TS_BAD_CONFIG,
			       "cif_pairs: \"%.40s\" is "
			       "not like KAZ-ITA=1.08",
			       text);
	out->exporter = ts_arena_strndup(arena, text, (size_t)(dash - text));
	out->importer =
		ts_arena_strndup(arena, dash + 1, (size_t)(equals - dash - 1));
	if (!out->exporter || !out->importer)
		return ts_fail(err, TS_SYSTEM, "cif_pairs: no memory left");
	if (read_factor(equals + 1, &out->factor, err) != TS_OK)
		return ts_while(err, "cif_pairs");
	return TS_OK;
}

enum ts_status
ts_cif_read(struct ts_arena *arena, const struct ts_choice *choice,
	    struct ts_cif *out, struct ts_err *err)
{
	struct ts_list list;
	size_t i;

	*out = (struct ts_cif){ .factor = choice->cif_factor };
	if (!(out->factor > 0) || out->factor > 100)
		return ts_fail(err, TS_BAD_CONFIG,
			       "cif_factor: not between 0 "
			       "and 100");
	if (ts_list_parse(arena, choice->cif_pairs, &list, err) != TS_OK)
		return err->status;
	out->pairs = ts_arena_alloc(arena, list.count + 1, sizeof(*out->pairs));
	if (!out->pairs)
		return ts_fail(err, TS_SYSTEM, "cif_pairs: no memory left");
	for (i = 0; i < list.count; i++)
		if (read_pair(arena, list.items[i], &out->pairs[i], err) !=
		    TS_OK)
			return err->status;
	out->count = list.count;
	return TS_OK;
}

double
ts_cif_of(const struct ts_cif *cif, const char *exporter, const char *importer)
{
	size_t i;

	for (i = 0; i < cif->count; i++)
		if (strcmp(cif->pairs[i].exporter, exporter) == 0 &&
		    strcmp(cif->pairs[i].importer, importer) == 0)
			return cif->pairs[i].factor;
	return cif->factor;
}
