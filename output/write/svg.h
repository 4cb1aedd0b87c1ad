/* SPDX-License-Identifier: Apache-2.0 */
/*
 * svg.h - a drawn SVG for the middle of an HTML page: read by a real parser,
 * written anew from a list of what is allowed. Ids get a prefix, because
 * gnuplot uses the same ones in every file; title and description become the
 * chart's own.
 *
 * A picture that stands alone has title and subtitle drawn in it. In a page
 * they are a heading and a paragraph, which can be read at any width; so the
 * drawn ones are taken out and the empty strip above the chart is cut off.
 */
#ifndef OUTPUT_WRITE_SVG_H
#define OUTPUT_WRITE_SVG_H

#include <tradestat/buf.h>
#include <tradestat/err.h>

struct ts_svg {
	const char *prefix; /* "c1": letters and digits, unique in a page */
	const char *title;
	const char *subtitle; /* NULL or "": none */
	const char *description;
};

/* TS_BAD_DATA when the file holds anything that is not on the list. */
enum ts_status ts_svg_inline(struct ts_buf *out, const struct ts_buf *bytes,
			     const struct ts_svg *svg,
			     struct ts_err *err) TS_MUST_USE;

#endif
