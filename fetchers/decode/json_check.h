/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_check.h - what the JSON libraries let pass, refused on the raw bytes:
 * invalid UTF-8, lone surrogates in escapes, and \u0000.
 *
 * A backslash outside a string is a syntax error that the parser finds, so
 * escapes can be followed without knowing where strings begin.
 */
#ifndef FETCHERS_DECODE_JSON_CHECK_H
#define FETCHERS_DECODE_JSON_CHECK_H

#include "fetchers/decode/utf8.h"

/* All zero at the start of a document. */
struct ts_json_check {
	struct ts_utf8_check utf8;
	uint8_t escape; /* 0 none, 1 behind '\', 2..5 hex digits */
	bool want_low;  /* a high surrogate waits for its partner */
	uint16_t unit;  /* the UTF-16 unit being read */
};

/*
 * Checks count bytes that follow those checked before. NULL: fine. Else what
 * is wrong, and *at is the place in bytes.
 */
const char *ts_json_check(struct ts_json_check *check, const char *bytes,
			  size_t count, size_t *at);

#endif
