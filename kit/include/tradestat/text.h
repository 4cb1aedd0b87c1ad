/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - UTF-8 of foreign origin: is it valid, how long is it, and a form
 * that is safe to show. Quoting for another language is in the file named
 * after that language (script.h for gnuplot, output/write/markup.h for HTML).
 */
#ifndef TRADESTAT_TEXT_H
#define TRADESTAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tradestat/buf.h>
#include <tradestat/err.h>

/* Strict: no overlong forms, surrogates, or code points past U+10FFFF. */
TS_API bool ts_utf8_valid(const char *bytes, size_t count);
/*
 * Reads one code point at *at and moves *at on; returns 0xFFFD and moves one
 * byte for a bad sequence. Must not be called at the end.
 */
TS_API uint32_t ts_utf8_next(const char **at, const char *end);
TS_API void ts_utf8_put(struct ts_buf *out, uint32_t code_point);
TS_API size_t ts_utf8_length(const char *text); /* code points */

/*
 * Shows foreign text in one line: bad bytes become U+FFFD, C0/C1 controls,
 * DEL, U+2028/2029 and bidi controls go, runs of blanks become one, cut to
 * max code points with an ellipsis.
 */
TS_API void ts_text_clean(struct ts_buf *out, const char *text, size_t max);
/*
 * For one line of a log or a message: bad bytes, controls, line separators
 * and bidi controls are shown as \x.., everything else as it is. Cut at a
 * character boundary to fit into room bytes with the terminator; returns the
 * length.
 */
TS_API size_t ts_text_escape(char *out, size_t room, const char *text);

#endif
