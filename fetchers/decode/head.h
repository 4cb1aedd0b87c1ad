/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head.h - what the first bytes of a document look like. Documents are told
 * by content, never by the Content-Type: publishers label SDMX-CSV text/csv
 * and JSON text/plain, and proxies send web pages with status 200.
 */
#ifndef FETCHERS_DECODE_HEAD_H
#define FETCHERS_DECODE_HEAD_H

#include <stdbool.h>
#include <stddef.h>

/* First byte behind a UTF-8 BOM and blanks; '\0' if there is none. */
char ts_head_first(const char *head, size_t count);
/* The text occurs in the head (ASCII, letters of either case). */
bool ts_head_has(const char *head, size_t count, const char *text);
bool ts_head_is_html(const char *head, size_t count);
/* The first line, behind a BOM, holds text; letters of either case. */
bool ts_head_line_has(const char *head, size_t count, const char *text);

#endif
