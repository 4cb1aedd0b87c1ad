/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ratio iteration of mirroring. An economy whose reports differ little
 * from those of partners who differ little themselves is reliable.
 */
#include <math.h>
#include "indicators/measure/mirror.h"
#include "indicators/measure/sum.h"

#define STEPS 25

/* Pairs with trade, both economies reporting. */
struct link {
	uint32_t exporter, importer;
	double distance; /* abs(X - M/c) / (X + M/c) */
};

struct iteration {
	const struct ts_mirror *mirror;
	const struct ts_cif *cif;
	struct link *links;
	size_t count, room;
	size_t areas;
	double *a, *b, *next_a, *next_b; /* of each area */
	double *pairs_x, *pairs_m;       /* n: pairs with trade */
	struct ts_sum *sums;
};

static enum ts_status
no_memory(struct ts_err *err)
{
	return ts_fail(err, TS_SYSTEM, "reliability: no memory left");
}

static enum ts_status
add_link(struct iteration *it, const struct link *link, struct ts_err *err)
{
	size_t want = it->room ? it->room * 2 : 1024;
	struct link *links;

	if (it->count == it->room) {
		links = ts_arena_grow(it->mirror->cells->arena, it->links,
				      it->count, want, sizeof(*links));
		if (!links)
			return no_memory(err);
		it->links = links;
		it->room = want;
	}
	it->links[it->count++] = *link;
	return TS_OK;
}

static enum ts_status
collect(struct iteration *it, struct ts_err *err)
{
	const struct ts_mirror *mirror = it->mirror;
	const struct ts_cells *cells = mirror->cells;
	struct link link;
	double x, m;
	uint32_t i, j;

	for (i = 0; i < it->areas; i++) {
		if (cells->area_kind[i] != TS_AREA_COUNTRY ||
		    !ts_mirror_reports(mirror, i))
			continue;
		for (j = 0; j < it->areas; j++) {
			if (i == j || cells->area_kind[j] != TS_AREA_COUNTRY ||
			    !ts_mirror_reports(mirror, j))
				continue;
			/* A missing side is 0 here, and only here. */
			x = ts_mirror_told(&mirror->x[i], j, TS_NO_ID).value;
			m = ts_mirror_told(&mirror->m[j], i, TS_NO_ID).value /
			    ts_cif_of(it->cif, cells->areas.texts[i],
				      cells->areas.texts[j]);
			if (!(x + m > 0))
				continue;
			link = (struct link){ i, j, fabs(x - m) / (x + m) };
			it->pairs_x[i]++;
			it->pairs_m[j]++;
			if (add_link(it, &link, err) != TS_OK)
				return err->status;
		}
	}
	return TS_OK;
}

/* n over the weighted distances; without any distance there is no ratio. */
static void
divide(const struct iteration *it, const double *pairs, double *next)
{
	double sum;
	size_t i;

	for (i = 0; i < it->areas; i++) {
		sum = ts_sum_value(&it->sums[i]);
		next[i] = pairs[i] > 0 && sum > 0 ? pairs[i] / sum : NAN;
	}
}

static void
scale_to_mean(const struct iteration *it, double *values)
{
	struct ts_sum sum = { 0 };
	size_t count = 0, i;

	for (i = 0; i < it->areas; i++) {
		if (!isfinite(values[i]))
			continue;
		ts_sum_add(&sum, values[i]);
		count++;
	}
	for (i = 0; i < it->areas; i++)
		values[i] /= ts_sum_value(&sum) / (double)count;
}

static void
clear_sums(const struct iteration *it)
{
	size_t i;

	for (i = 0; i < it->areas; i++)
		it->sums[i] = (struct ts_sum){ 0 };
}

/* Both vectors from those of the step before. A distance of 0 says nothing,
 * also beside a reliability that is not defined. */
static void
step(struct iteration *it)
{
	const struct link *link, *end = it->links + it->count;
	double *swap;

	clear_sums(it);
	for (link = it->links; link < end; link++)
		if (link->distance > 0)
			ts_sum_add(&it->sums[link->exporter],
				   link->distance * it->b[link->importer]);
	divide(it, it->pairs_x, it->next_a);
	clear_sums(it);
	for (link = it->links; link < end; link++)
		if (link->distance > 0)
			ts_sum_add(&it->sums[link->importer],
				   link->distance * it->a[link->exporter]);
	divide(it, it->pairs_m, it->next_b);
	scale_to_mean(it, it->next_a);
	scale_to_mean(it, it->next_b);
	swap = it->a;
	it->a = it->next_a;
	it->next_a = swap;
	swap = it->b;
	it->b = it->next_b;
	it->next_b = swap;
}

static void
report(const struct iteration *it, const double *values, const double *pairs,
       struct ts_value *out)
{
	size_t i;

	for (i = 0; i < it->areas; i++) {
		if (pairs[i] == 0)
			out[i] = ts_value_undef(TS_RES_MISSING);
		else if (!isfinite(values[i]))
			out[i] = ts_value_undef(TS_RES_DEGENERATE);
		else
			out[i] = ts_value_of(values[i]);
	}
}

enum ts_status
ts_trust_compute(const struct ts_mirror *mirror, const struct ts_cif *cif,
		 struct ts_trust *out, struct ts_err *err)
{
	struct ts_arena *arena = mirror->cells->arena;
	struct iteration it = { .mirror = mirror,
				.cif = cif,
				.areas = mirror->cells->areas.count };
	double **vectors[] = { &it.a,      &it.b,       &it.next_a,
			       &it.next_b, &it.pairs_x, &it.pairs_m };
	size_t i;

	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		*vectors[i] =
			ts_arena_alloc(arena, it.areas + 1, sizeof(double));
		if (!*vectors[i])
			return no_memory(err);
	}
	it.sums = ts_arena_alloc(arena, it.areas + 1, sizeof(*it.sums));
	out->exporter =
		ts_arena_alloc(arena, it.areas + 1, sizeof(*out->exporter));
	out->importer =
		ts_arena_alloc(arena, it.areas + 1, sizeof(*out->importer));
	if (!it.sums || !out->exporter || !out->importer)
		return no_memory(err);
	if (collect(&it, err) != TS_OK)
		return err->status;
	for (i = 0; i < it.areas; i++)
		it.a[i] = it.b[i] = 1;
	for (i = 0; i < STEPS; i++)
		step(&it);
	report(&it, it.a, it.pairs_x, out->exporter);
	report(&it, it.b, it.pairs_m, out->importer);
	return TS_OK;
}
