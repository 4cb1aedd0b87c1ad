/* SPDX-License-Identifier: Apache-2.0 */
/*
 * script.h - writes a gnuplot job file in which no foreign text can execute.
 *
 * Commands come from our own source code only (ts_script_cmd takes a literal
 * format; its arguments are numbers or our own words). Every other text goes
 * through ts_script_text, which substitutes what gnuplot must not read
 * (rules and experiments: docs/gnuplot.md). Data travel in datablocks whose
 * rows begin with a number.
 */
#ifndef TRADESTAT_SCRIPT_H
#define TRADESTAT_SCRIPT_H

#include <stddef.h>
#include <stdint.h>
#include <tradestat/buf.h>
#include <tradestat/err.h>

struct ts_script {
	struct ts_buf out; /* the job file so far */
	int blocks;        /* datablocks begun */
	bool in_block;
	bool row_begun;
	double point_scale; /* multiply every ps by it: 0.61 for svg, else 1 */
};

TS_API void ts_script_init(struct ts_script *script, size_t max_bytes);
TS_API void ts_script_free(struct ts_script *script);

/* One or more command lines; a line end is added. */
TS_API void ts_script_cmd(struct ts_script *script, const char *fmt, ...)
	TS_PRINTF(2, 3);
/* Adds 'text' in single quotes, made harmless, to the current line; no line
 * end: for use between ts_script_part calls. */
TS_API void ts_script_part(struct ts_script *script, const char *fmt, ...)
	TS_PRINTF(2, 3);
TS_API void ts_script_text(struct ts_script *script, const char *text);
/* The rule itself, without quotes: what a reader will see of text. */
TS_API void ts_script_safe(struct ts_buf *out, const char *text);

/* Datablock $d1, $d2, ...; returns its number. Rows: number fields first. */
TS_API int ts_script_data(struct ts_script *script);
TS_API void ts_script_num(struct ts_script *script, double value); /* NaN: "" */
TS_API void ts_script_field(struct ts_script *script, const char *text);
TS_API void ts_script_row(struct ts_script *script); /* ends the row */
TS_API void ts_script_gap(struct ts_script *script); /* blank line */
TS_API void ts_script_data_end(struct ts_script *script);

/* Widths of text in design px: sum of advances of Inter, 1-2 % above ink. */
enum ts_weight { TS_REGULAR, TS_MEDIUM, TS_SEMIBOLD, TS_BOLD };
TS_API double ts_text_width(enum ts_weight weight, double size_px,
			    const char *text);
/* Appends text cut with an ellipsis so that it is at most width_px wide. */
TS_API void ts_text_fit(struct ts_buf *out, enum ts_weight weight,
			double size_px, double width_px, const char *text);
/* Breaks at blanks (or inside an over-long word) into at most max lines
 * joined by '\n'; the last one is cut with an ellipsis. Returns the lines. */
TS_API int ts_text_wrap(struct ts_buf *out, enum ts_weight weight,
			double size_px, double width_px, int max_lines,
			const char *text);

#endif
