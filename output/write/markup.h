/* SPDX-License-Identifier: Apache-2.0 */
/*
 * markup.h - text into HTML and SVG. Everything that was not written in our
 * own source goes through here, in elements and in attributes alike.
 */
#ifndef OUTPUT_WRITE_MARKUP_H
#define OUTPUT_WRITE_MARKUP_H

#include <stdbool.h>
#include <tradestat/buf.h>

/*
 * & < > " ' are escaped; bad UTF-8, controls and bidi controls are cleaned
 * away; no-break blanks stay; at most 10,000 characters. NULL counts as "".
 */
void ts_markup(struct ts_buf *out, const char *text);
/* The same for a heading or a sentence: words with a hyphen ("37-fold") are
 * kept on one line. For elements only. */
void ts_markup_words(struct ts_buf *out, const char *text);
/* Exactly the bytes that came, escaped: for text that is known to be valid
 * UTF-8 and whose blanks count. */
void ts_markup_exact(struct ts_buf *out, const char *text, size_t length);
/* An address that may become a link: https only, without blanks, quotes and
 * credentials. */
bool ts_markup_is_link(const char *url);

#endif
