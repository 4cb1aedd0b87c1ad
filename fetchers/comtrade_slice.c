/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/comtrade_slice.h"

#include <stdio.h>
#include <string.h>
#include "fetchers/comtrade_codes.h"

#define HEADINGS ((int)(sizeof hs_headings / sizeof hs_headings[0]))

int
ts_slice_length(const struct ts_slice *slice, enum ts_side side)
{
	return slice->at[side].to - slice->at[side].from;
}

void
ts_slice_write(struct ts_buf *tag, const struct ts_slice *slice)
{
	ts_buf_addf(tag, "%d", slice->need);
	for (int i = 0; i < TS_SIDES; i++)
		ts_buf_addf(tag, " %d-%d", slice->at[i].from, slice->at[i].to);
}

bool
ts_slice_read(const char *tag, struct ts_slice *slice)
{
	int used = 0;

	if (tag == NULL || sscanf(tag, "%d%n", &slice->need, &used) != 1)
		return false;
	for (int i = 0; i < TS_SIDES; i++) {
		int more = 0;

		if (sscanf(tag + used, " %d-%d%n", &slice->at[i].from,
			   &slice->at[i].to, &more) != 2)
			return false;
		used += more;
	}
	return true;
}

int
ts_hs_level(const char *product)
{
	if (strcmp(product, "AG2") == 0)
		return 2;
	if (strcmp(product, "AG4") == 0)
		return 4;
	return strcmp(product, "AG6") == 0 ? 6 : 0;
}

/* How many codes of a level a line of the table brings. */
static int
codes_of(int line, int digits)
{
	if (digits == 6)
		return (int)(strlen(hs_headings[line]) - 4) / 2;
	if (digits == 4 || line == 0)
		return 1;
	/* the first heading of a chapter stands for it */
	return strncmp(hs_headings[line - 1], hs_headings[line], 2) != 0;
}

int
ts_hs_count(int digits)
{
	int count = 0;

	for (int line = 0; line < HEADINGS; line++)
		count += codes_of(line, digits);
	return count;
}

void
ts_hs_list(struct ts_buf *list, int digits, struct ts_extent extent)
{
	int at = 0;

	for (int line = 0; line < HEADINGS && at < extent.to; line++)
		for (int i = 0; i < codes_of(line, digits); i++, at++) {
			const char *heading = hs_headings[line];

			if (at < extent.from || at >= extent.to)
				continue;
			if (list->used > 0)
				ts_buf_add_char(list, ',');
			ts_buf_add_bytes(list, heading, digits == 2 ? 2 : 4);
			if (digits == 6)
				ts_buf_add_bytes(list, heading + 4 + 2 * i, 2);
		}
}
