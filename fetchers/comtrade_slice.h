/* SPDX-License-Identifier: Apache-2.0 */
/*
 * comtrade_slice.h - what one call to UN Comtrade is about: ranges of a
 * need's lists. Written into the request's tag, so that plan() can ask for
 * the parts of an answer that was cut without remembering anything.
 */
#ifndef FETCHERS_COMTRADE_SLICE_H
#define FETCHERS_COMTRADE_SLICE_H

#include <stdbool.h>
#include <tradestat/buf.h>

/* In the order in which a call is divided. */
enum ts_side {
	TS_PERIODS,
	TS_PARTNERS,
	TS_REPORTERS,
	TS_FLOWS,
	TS_CODES, /* of a level; empty: the whole level */
	TS_PRODUCTS,
	TS_SIDES
};

struct ts_extent {
	int from, to;
}; /* of indexes; to is behind the last */

struct ts_slice {
	int need;
	struct ts_extent at[TS_SIDES];
};

int ts_slice_length(const struct ts_slice *slice, enum ts_side side);
void ts_slice_write(struct ts_buf *tag, const struct ts_slice *slice);
bool ts_slice_read(const char *tag, struct ts_slice *slice);

/* Digits of "AG2", "AG4", "AG6"; 0: not a level. */
int ts_hs_level(const char *product);
int ts_hs_count(int digits);
/* Appends the codes with these indexes, comma between them. */
void ts_hs_list(struct ts_buf *list, int digits, struct ts_extent extent);

#endif
