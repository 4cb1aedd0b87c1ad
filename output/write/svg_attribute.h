/* SPDX-License-Identifier: Apache-2.0 */
/*
 * svg_attribute.h - one attribute of a drawn SVG, if it is on the list of what
 * may stand in a page: known name, plain value, references into the same
 * file only, and those renamed with the ids.
 */
#ifndef OUTPUT_WRITE_SVG_ATTRIBUTE_H
#define OUTPUT_WRITE_SVG_ATTRIBUTE_H

#include <tradestat/buf.h>

struct ts_svg_attribute {
	const char *name, *prefix, *uri; /* prefix, uri: NULL for none */
	const char *value;               /* not terminated */
	size_t length;
};

/* Adds ' name="value"', or nothing for what a page has no use for. NULL: all
 * is well; else what is wrong, and what was added is to be thrown away. */
const char *ts_svg_attribute(struct ts_buf *out, const char *id_prefix,
			     const struct ts_svg_attribute *at);

#endif
