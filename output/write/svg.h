/* SPDX-License-Identifier: Apache-2.0 */
/*
 * svg.h - a drawn SVG for the middle of an HTML page: read by a real parser,
 * written anew from a list of what is allowed. Ids get a prefix, because
 * gnuplot uses the same ones in every file; title and description become the
 * chart's own.
 */
#ifndef OUTPUT_WRITE_SVG_H
#define OUTPUT_WRITE_SVG_H

#include <stdbool.h>
#include <tradestat/buf.h>
#include <tradestat/err.h>

struct ts_svg {
	const char *prefix;	/* "c1": letters and digits, unique in a page */
	const char *title;
	const char *description;
	/* out: the title that the file had is this one */
	bool has_title;
};

/* TS_BAD_DATA when the file holds anything that is not on the list. */
enum ts_status ts_svg_inline(struct ts_buf *out, const struct ts_buf *bytes,
			     struct ts_svg *svg,
			     struct ts_err *err) TS_MUST_USE;

#endif
