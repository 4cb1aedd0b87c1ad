/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mirror.h - the same flow told twice: by the exporter (X, FOB) and by the
 * importer (M, CIF). A side that has no row is missing, never zero.
 */
#ifndef INDICATORS_MEASURE_MIRROR_H
#define INDICATORS_MEASURE_MIRROR_H

#include "indicators/measure/lines.h"

struct ts_mirror {
	const struct ts_cells *cells;
	struct ts_lines *x; /* exports of each area, by partner */
	struct ts_lines *m; /* imports */
	enum ts_by by;      /* TS_BY_PARTNER, or TS_BY_LINE with products */
};

struct ts_flow_pair {
	uint32_t exporter, importer, product;
	struct ts_fig x, m;
};

typedef enum ts_status
ts_flow_pair_fn(void *ctx, const struct ts_flow_pair *pair, struct ts_err *err);

enum ts_status ts_mirror_read(const struct ts_cells *cells, uint32_t period,
			      enum ts_by by, struct ts_mirror *out,
			      struct ts_err *err) TS_MUST_USE;
/* A line as it is told: have is TS_HAVE_NONE if nobody speaks of it. */
struct ts_fig ts_mirror_told(const struct ts_lines *lines, uint32_t partner,
			     uint32_t product);
bool ts_mirror_reports(const struct ts_mirror *mirror, uint32_t area);
/* Every flow that one side tells, and every pair of reporting countries. */
enum ts_status ts_mirror_each(const struct ts_mirror *mirror,
			      ts_flow_pair_fn *tell, void *ctx,
			      struct ts_err *err) TS_MUST_USE;

/* CIF over FOB: one factor for all, and those of single pairs. */
struct ts_cif {
	double factor;
	struct ts_cif_pair {
		const char *exporter, *importer;
		double factor;
	} * pairs;
	size_t count;
};
enum ts_status ts_cif_read(struct ts_arena *arena,
			   const struct ts_choice *choice, struct ts_cif *out,
			   struct ts_err *err) TS_MUST_USE;
double ts_cif_of(const struct ts_cif *cif, const char *exporter,
		 const char *importer);

/* How far the reports of each economy are to be trusted, from how much they
 * differ from those of its partners (Bustos-Yildirim family). */
struct ts_trust {
	struct ts_value *exporter; /* of each area */
	struct ts_value *importer;
};
enum ts_status ts_trust_compute(const struct ts_mirror *mirror,
				const struct ts_cif *cif, struct ts_trust *out,
				struct ts_err *err) TS_MUST_USE;

#endif
