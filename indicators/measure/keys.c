/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/lines.h"

static enum ts_status
put(const struct ts_cells *cells, struct ts_keys *out, uint32_t partner,
    uint32_t product, struct ts_err *err)
{
	size_t want = out->room ? out->room * 2 : 256;
	struct ts_line *items;

	if (out->count == out->room) {
		items = ts_arena_grow(cells->arena, out->items, out->count,
				      want, sizeof(*items));
		if (!items)
			return ts_fail(err, TS_SYSTEM, "%s: no memory left",
				       cells->name);
		out->items = items;
		out->room = want;
	}
	out->items[out->count++] =
		(struct ts_line){ .partner = partner, .product = product };
	return TS_OK;
}

static bool
product_admitted(const struct ts_cells *cells, uint32_t product)
{
	return !cells->product_chosen || cells->product_chosen[product];
}

static bool
partner_admitted(const struct ts_cells *cells, uint32_t partner)
{
	return !cells->area_chosen || cells->area_chosen[partner];
}

static enum ts_status
all_products(const struct ts_cells *cells, struct ts_keys *out,
	     struct ts_err *err)
{
	uint32_t i;

	if (ts_cells_need_level(cells, err) != TS_OK)
		return err->status;
	for (i = 0; i < cells->products.count; i++)
		if (cells->level != TS_LEVEL_TOTAL &&
		    cells->levels[i] == cells->level &&
		    product_admitted(cells, i) &&
		    put(cells, out, TS_NO_ID, i, err) != TS_OK)
			return err->status;
	return TS_OK;
}

static bool
has_partner(const struct ts_lines *lines, uint32_t partner)
{
	size_t i;

	for (i = 0; lines && i < lines->count; i++)
		if (lines->items[i].partner == partner)
			return true;
	return false;
}

static enum ts_status
all_partners(const struct ts_cells *cells, uint32_t reporter,
	     const struct ts_lines *a, const struct ts_lines *b,
	     struct ts_keys *out, struct ts_err *err)
{
	enum ts_area kind;
	uint32_t i;

	for (i = 0; i < cells->areas.count; i++) {
		kind = cells->area_kind[i];
		if ((kind != TS_AREA_COUNTRY && kind != TS_AREA_UNSPECIFIED) ||
		    !partner_admitted(cells, i))
			continue;
		if (i == reporter && !has_partner(a, i) && !has_partner(b, i))
			continue;
		if (put(cells, out, i, TS_NO_ID, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static int
order(const struct ts_lines *a, size_t i, const struct ts_lines *b, size_t j)
{
	const struct ts_line *left, *right;

	if (!b || j == b->count)
		return -1;
	if (i == a->count)
		return 1;
	left = &a->items[i];
	right = &b->items[j];
	if (left->partner != right->partner)
		return left->partner < right->partner ? -1 : 1;
	return (left->product > right->product) -
	       (left->product < right->product);
}

static enum ts_status
lines_of_both(const struct ts_cells *cells, const struct ts_lines *a,
	      const struct ts_lines *b, struct ts_keys *out, struct ts_err *err)
{
	const struct ts_line *line;
	size_t i = 0, j = 0;
	int which;

	if (ts_cells_need_level(cells, err) != TS_OK)
		return err->status;
	while (i < a->count || (b && j < b->count)) {
		which = order(a, i, b, j);
		line = which <= 0 ? &a->items[i] : &b->items[j];
		i += which <= 0;
		j += which >= 0;
		if (partner_admitted(cells, line->partner) &&
		    product_admitted(cells, line->product) &&
		    put(cells, out, line->partner, line->product, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

enum ts_status
ts_keys_for(const struct ts_cells *cells, enum ts_by by, uint32_t reporter,
	    const struct ts_lines *a, const struct ts_lines *b,
	    struct ts_keys *out, struct ts_err *err)
{
	out->count = 0;
	switch (by) {
	case TS_BY_REPORTER:
		break;
	case TS_BY_PRODUCT:
		return all_products(cells, out, err);
	case TS_BY_PARTNER:
		return all_partners(cells, reporter, a, b, out, err);
	case TS_BY_LINE:
		return lines_of_both(cells, a, b, out, err);
	}
	return TS_OK;
}

const char *
ts_key_partner(const struct ts_cells *cells, const struct ts_line *key)
{
	return key->partner == TS_NO_ID ? "" : cells->areas.texts[key->partner];
}

const char *
ts_key_product(const struct ts_cells *cells, const struct ts_line *key)
{
	return key->product == TS_NO_ID ? ""
					: cells->products.texts[key->product];
}

bool
ts_key_ranks(const struct ts_cells *cells, const struct ts_line *key)
{
	return key->partner == TS_NO_ID || cells->choice->keep_unspecified ||
	       cells->area_kind[key->partner] == TS_AREA_COUNTRY;
}
