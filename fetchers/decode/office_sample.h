/* SPDX-License-Identifier: Apache-2.0 */
/*
 * office_sample.h - the first records of a table, read ahead so that its
 * layout can be told before any figure is.
 */
#ifndef FETCHERS_DECODE_OFFICE_SAMPLE_H
#define FETCHERS_DECODE_OFFICE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <tradestat/plugin.h>

#define TS_OFFICE_SAMPLE 500 /* most records */

struct ts_office_record {
	const char *const *cells;
	size_t count;
};

struct ts_office_sample {
	struct ts_arena *arena;
	struct ts_office_record *records;
	size_t count;
	size_t usual; /* fields of most records */
};

/* The separator of most lines: TAB before ; before | before , where several
 * would do, as a decimal comma is as regular as a separator. */
char ts_office_separator(const char *head, size_t count);
/* whole: head is all of the document, else its last record may be cut. */
enum ts_status ts_office_sample(struct ts_office_sample *sample,
				const char *head, size_t count, bool whole,
				char separator, const struct ts_decode *decode,
				struct ts_err *err) TS_MUST_USE;

#endif
