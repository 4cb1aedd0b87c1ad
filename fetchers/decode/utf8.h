/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8.h - UTF-8 checked in pieces: a sequence may begin in one and end in
 * the next. Strict, as ts_utf8_valid: no overlong forms, no surrogates,
 * nothing past U+10FFFF.
 */
#ifndef FETCHERS_DECODE_UTF8_H
#define FETCHERS_DECODE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero at the start of a document. need is 0 between characters. */
struct ts_utf8_check {
	uint8_t need;      /* continuation bytes still to come */
	uint8_t low, high; /* bounds of the next of them */
};

/* One byte more, which is no ASCII or belongs to a sequence. */
bool ts_utf8_step(struct ts_utf8_check *check, unsigned char c);
/* Many; *at: bytes looked at, the last of them is the bad one. */
bool ts_utf8_check(struct ts_utf8_check *check, const char *bytes, size_t count,
		   size_t *at);
/* How many bytes from here on are ASCII, and none of them is stop. */
size_t ts_ascii_run(const char *bytes, size_t count, char stop);

#endif
