/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.h - what a reporter's trade consists of in one period: lines by
 * product, partner or both, and the total they belong to.
 *
 * This is where double counting is prevented. Lines come from exactly one
 * level of products and never from groups of countries. The published total
 * is preferred to the sum of lines: it contains what is confidential.
 * A line that is not there is zero if the reporter told the flow at all, and
 * missing if not.
 */
#ifndef INDICATORS_MEASURE_LINES_H
#define INDICATORS_MEASURE_LINES_H

#include "indicators/measure/cells.h"

struct ts_line {
	uint32_t partner, product; /* TS_NO_ID in the summed dimension */
	struct ts_fig fig;
};

struct ts_acc;

struct ts_lines {
	struct ts_line *items; /* sorted by partner, product */
	size_t count;
	size_t room;
	struct ts_fig total;
	bool published; /* the total is a figure of its own */
	bool reported;  /* at this level: what is not there is zero */
	uint8_t months; /* of a like for like sum, 0: all */
	/* scratch, kept for the next reading */
	struct ts_acc *accs;
	size_t acc_room;
	struct ts_lines *parts; /* exports, imports, one reporter */
};

/* What is asked: a flow as it is, or a figure made of exports and imports.
 * key names the flow among results, "" if the measure says it already. */
struct ts_angle {
	enum ts_what what;
	unsigned flow; /* for TS_WHAT_VALUE */
	const char *key;
};

#define TS_ANGLES (TS_FLOW_OTHER + TS_FLOW_MOST)
/* The flows of the table for "value", by name; otherwise one angle. */
size_t ts_angles(const struct ts_cells *cells, enum ts_what what,
		 struct ts_angle angles[TS_ANGLES]);

/* Lines may be used again for another reporter: memory is kept. */
enum ts_status ts_lines_read(const struct ts_cells *cells, uint32_t period,
			     const struct ts_angle *angle, uint32_t reporter,
			     enum ts_by by, struct ts_lines *out,
			     struct ts_err *err) TS_MUST_USE;
/* The sum over all reporting countries, or what the world reports itself. */
enum ts_status ts_lines_world(const struct ts_cells *cells, uint32_t period,
			      const struct ts_angle *angle, enum ts_by by,
			      struct ts_lines *out,
			      struct ts_err *err) TS_MUST_USE;
/* Who publishes the world's figure in the table; TS_NO_ID: nobody. */
uint32_t ts_world_reporter(const struct ts_cells *cells, uint32_t period,
			   const struct ts_angle *angle);
struct ts_fig ts_lines_find(const struct ts_lines *lines, uint32_t partner,
			    uint32_t product);
/* Does the reporter say anything about the angle in that period? */
bool ts_lines_told(const struct ts_cells *cells, uint32_t period,
		   const struct ts_angle *angle, uint32_t reporter);

/*
 * The keys that results of a reporter are told for, sorted and filtered by the
 * choice: every product of the level or every partner of the table; for
 * partner and product, the lines that a or b (may be NULL) has. Trade with
 * itself only where it is reported.
 */
struct ts_keys {
	struct ts_line *items; /* figures unused */
	size_t count;
	size_t room;
};
enum ts_status ts_keys_for(const struct ts_cells *cells, enum ts_by by,
			   uint32_t reporter, const struct ts_lines *a,
			   const struct ts_lines *b, struct ts_keys *out,
			   struct ts_err *err) TS_MUST_USE;
const char *ts_key_partner(const struct ts_cells *cells,
			   const struct ts_line *key);
const char *ts_key_product(const struct ts_cells *cells,
			   const struct ts_line *key);
/* Areas that name no country are not ranked or concentrated. */
bool ts_key_ranks(const struct ts_cells *cells, const struct ts_line *key);
/* Reporters that are summed to the world: not the groups of countries. */
bool ts_is_country(const struct ts_cells *cells, uint32_t reporter);

#endif
