/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shape.h - the rows of a tidy table in the shape a chart draws: figures a
 * period, or pairs of a base and a current figure.
 *
 * Columns are found by name; a chart says which it cannot do without. A
 * missing figure is NaN here and a gap in the picture, never zero. What
 * contradicts itself (two figures for one period, two flows where one is
 * drawn) is TS_BAD_DATA with the number of the row.
 */
#ifndef PLOTS_DRAW_SHAPE_H
#define PLOTS_DRAW_SHAPE_H

#include <tradestat/period.h>
#include <tradestat/plugin.h>

struct ts_row {
	size_t number; /* as a person counts, below the header */
	struct ts_period period, base; /* TS_NO_SPAN: not told */
	double value, from, to;        /* NaN: missing */
	const char *flow, *reporter, *partner, *product;
	const char *label;  /* text to show, "" if the table has none */
	const char *kind;   /* past, provisional, latest, total, other,
			       highlight */
	const char *growth; /* stated, "26.7" or "+26.7%" */
	const char *fold;   /* finished text of the right column */
	const char *share;  /* stated, percent */
	const char *side;   /* exporter or importer */
	bool provisional, estimated;
	bool derived; /* computed back from other figures */
};

struct ts_rows {
	struct ts_row *items;
	size_t count;
	const char *unit; /* of all rows: USD */
	bool pairs;       /* the table has columns from and to */
};

/* needs: names of columns that must be there, NULL-terminated; a name may
 * give alternatives: "value|to". */
enum ts_status ts_rows_read(const struct ts_chart_spec *spec,
			    struct ts_arena *arena, const char *const *needs,
			    struct ts_rows *out,
			    struct ts_err *err) TS_MUST_USE;

/* One chart, one flow (reporter, partner, product): TS_BAD_DATA with both
 * words when rows differ. column: "flow" ... */
enum ts_status ts_rows_constant(const struct ts_rows *rows, const char *column,
				struct ts_err *err) TS_MUST_USE;

/* Equal steps of time, from the first period of the rows to the last. */
struct ts_slots {
	struct ts_period first;
	size_t count;
	size_t dropped; /* earlier ones that found no place */
};

enum ts_status ts_slots_make(const struct ts_rows *rows, size_t most,
			     struct ts_slots *out,
			     struct ts_err *err) TS_MUST_USE;

struct ts_point {
	double value;             /* NaN: missing */
	const struct ts_row *row; /* NULL: the table has no such row */
};

/* The figures of the rows that belong (NULL: all), a point a slot. */
enum ts_status
ts_slots_fill(const struct ts_rows *rows, const struct ts_slots *slots,
	      bool (*belongs)(const struct ts_row *row, const void *ctx),
	      const void *ctx, struct ts_arena *arena, struct ts_point **out,
	      struct ts_err *err) TS_MUST_USE;

/* "2024", "Q3 2024" ... of a slot; a row's label replaces it. */
const char *ts_slot_name(const struct ts_slots *slots, size_t slot,
			 const struct ts_point *point, struct ts_arena *arena);

struct ts_pair {
	const struct ts_row *row; /* of the current figure, or the base */
	const char *label;        /* what to call it */
	const char *code; /* kept when the label is cut, "" if it is it */
	double from, to;
	bool total, other;
};

struct ts_pairs {
	struct ts_pair *items;
	size_t count;
	const char *base, *current; /* "2023", "2024"; "" if not told */
};

/* Pairs from the columns from and to, or else from the two latest periods. */
enum ts_status ts_pairs_make(const struct ts_rows *rows, struct ts_arena *arena,
			     struct ts_pairs *out,
			     struct ts_err *err) TS_MUST_USE;

/* What tells these rows apart, where they carry no label. */
const char *ts_row_name(const struct ts_rows *rows, const struct ts_row *row);
/* Not final, or not published as such: drawn hatched. row may be NULL. */
bool ts_row_is_hatched(const struct ts_row *row);
bool ts_row_is_total(const struct ts_row *row);
bool ts_row_is_other(const struct ts_row *row);

#endif
