/* SPDX-License-Identifier: Apache-2.0 */
/*
 * translate.h - one word of a row into ours, remembered for the next row, which
 * often has it too. An area's word holds for some years only.
 */
#ifndef STORE_TRANSLATE_H
#define STORE_TRANSLATE_H

#include <string.h>
#include "store/codes.h"

enum ts_place {
	TS_PLACE_REPORTER,
	TS_PLACE_PARTNER,
	TS_PLACE_FLOW,
	TS_PLACE_UNIT,
	TS_PLACES
};
extern const char *const ts_place_names[TS_PLACES];

#define TS_WORD_BYTES 256

struct ts_word {
	char text[TS_WORD_BYTES];
	bool known;
	int from, to; /* years for which it holds */
	const char *ours;
	char unmapped[TS_WORD_BYTES + 16]; /* what ours is, if unknown */
	bool is_unmapped;
	bool nested; /* a flow contained in another */
	int power;   /* of ten, in a unit */
};

static inline bool
ts_word_holds(const struct ts_word *word, const char *text, int year)
{
	return word->known && word->from <= year && year <= word->to &&
	       strcmp(word->text, text) == 0;
}

/* TS_BAD_DATA: longer than any word is. scheme: of areas. */
enum ts_status ts_word_read(struct ts_word *word, const struct ts_codes *codes,
			    enum ts_place place, const struct ts_scheme *scheme,
			    const char *text, int year) TS_MUST_USE;

#endif
