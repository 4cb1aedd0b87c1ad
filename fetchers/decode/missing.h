/* SPDX-License-Identifier: Apache-2.0 */
/*
 * missing.h - how publishers write a figure that is not there.
 */
#ifndef FETCHERS_DECODE_MISSING_H
#define FETCHERS_DECODE_MISSING_H

#include <stdbool.h>

/* "", "-", ":", ".", "..", "...", the same with long dashes or an ellipsis,
 * NaN, N/A, #N/A, NA, n.a., null; letters of either case. */
bool ts_is_missing(const char *text);
/* The same in a language that has words for it: "confidential" and the like
 * give "C", everything else "M"; NULL: not missing. */
const char *ts_missing_status(const char *text);

#endif
