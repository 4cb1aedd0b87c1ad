/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vocabulary.h - single words of publishers into ours: flows, statuses, and
 * which columns of a document repeat what an observation already says, scale
 * its value, or mark it as a part of a total.
 */
#ifndef STORE_VOCABULARY_H
#define STORE_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>

/* X M RX RM ...; NULL: unknown word. *nested: contained in X or M. */
const char *ts_flow_word(const char *word, bool *nested);

#define TS_STATUS_TEXT 32
/*
 * Letters of CL_OBS_STATUS, in alphabetical order, each once; A (normal) is
 * none. Reads such letters, Eurostat's lower-case flags and a few words.
 * false: unknown word.
 */
bool ts_status_word(const char *word, char text[TS_STATUS_TEXT]);
/* Adds a letter to such a text. */
void ts_status_add(char text[TS_STATUS_TEXT], char letter);

enum ts_column_role {
	TS_COLUMN_PLAIN,
	TS_COLUMN_TIME, /* the period again */
	TS_COLUMN_FREQUENCY,
	TS_COLUMN_REPORTER,
	TS_COLUMN_PARTNER,
	TS_COLUMN_PRODUCT,
	TS_COLUMN_FLOW,
	TS_COLUMN_UNIT,
	TS_COLUMN_POWER, /* value times ten to this power */
	TS_COLUMN_CONFIDENTIAL,
	TS_COLUMN_DETAIL_ZERO, /* Comtrade: anything but 0 is a part */
	TS_COLUMN_DETAIL_C00,  /* the same, but C00 */
};
enum ts_column_role ts_column_role(const char *name);

#endif
