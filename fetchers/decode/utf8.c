/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/utf8.h"

#include <string.h>

#define WIDTH 16

typedef unsigned char vector __attribute__((vector_size(WIDTH)));

/* Bytes with their high bit set: non-ASCII, or equal to stop. */
static inline vector
suspects(const char *bytes, vector stops)
{
	vector v;

	memcpy(&v, bytes, WIDTH);
	return v | (vector)(v == stops);
}

size_t
ts_ascii_run(const char *bytes, size_t count, char stop)
{
	vector stops;
	size_t at = 0;

	memset(&stops, stop, sizeof stops);
	while (count - at >= 4 * WIDTH) {
		const char *block = bytes + at;
		uint64_t half[2];
		vector all = suspects(block, stops) |
			     suspects(block + WIDTH, stops) |
			     suspects(block + 2 * WIDTH, stops) |
			     suspects(block + 3 * WIDTH, stops);

		memcpy(half, &all, sizeof half);
		if (((half[0] | half[1]) & 0x8080808080808080u) != 0)
			break;
		at += 4 * WIDTH;
	}
	while (at < count && (unsigned char)bytes[at] < 0x80 &&
	       bytes[at] != stop)
		at++;
	return at;
}

/* The first byte of a sequence says how many follow, and what the second may
 * be (Unicode, table 3-7). */
static bool
begin_sequence(struct ts_utf8_check *check, unsigned char c)
{
	check->low = 0x80;
	check->high = 0xbf;
	if (c >= 0xc2 && c <= 0xdf) {
		check->need = 1;
		return true;
	}
	if ((c & 0xf0) == 0xe0) {
		check->need = 2;
		if (c == 0xe0)
			check->low = 0xa0;
		if (c == 0xed)
			check->high = 0x9f;
		return true;
	}
	if (c >= 0xf0 && c <= 0xf4) {
		check->need = 3;
		if (c == 0xf0)
			check->low = 0x90;
		if (c == 0xf4)
			check->high = 0x8f;
		return true;
	}
	return c < 0x80;
}

bool
ts_utf8_step(struct ts_utf8_check *check, unsigned char c)
{
	if (check->need == 0)
		return begin_sequence(check, c);
	if (c < check->low || c > check->high)
		return false;
	check->low = 0x80;
	check->high = 0xbf;
	check->need--;
	return true;
}

bool
ts_utf8_check(struct ts_utf8_check *check, const char *bytes, size_t count,
	      size_t *at)
{
	size_t i = 0;

	while (i < count) {
		if (check->need == 0)
			i += ts_ascii_run(bytes + i, count - i, '\x7f');
		if (i < count &&
		    !ts_utf8_step(check, (unsigned char)bytes[i++])) {
			*at = i;
			return false;
		}
	}
	*at = i;
	return true;
}
