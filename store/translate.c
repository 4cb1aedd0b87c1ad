/* SPDX-License-Identifier: Apache-2.0 */
#include "store/translate.h"

#include "store/vocabulary.h"

const char *const ts_place_names[TS_PLACES] = {
	[TS_PLACE_REPORTER] = "reporter",
	[TS_PLACE_PARTNER] = "partner",
	[TS_PLACE_FLOW] = "flow",
	[TS_PLACE_UNIT] = "unit",
};

/* "?scheme:code": stored and visible, and stopped by the gate. */
static void
set_unmapped(struct ts_word *word, const char *scheme)
{
	size_t length = strlen(scheme);

	word->is_unmapped = true;
	word->ours = word->unmapped;
	word->unmapped[0] = '?';
	memcpy(word->unmapped + 1, scheme, length);
	word->unmapped[1 + length] = ':';
	memcpy(word->unmapped + length + 2, word->text, strlen(word->text) + 1);
}

static void
look_up_area(struct ts_word *word, const struct ts_codes *codes,
	     const struct ts_scheme *scheme, int year)
{
	const struct ts_area_code *entry;

	entry = ts_scheme_find(scheme, word->text, year);
	word->from = word->to = year;
	if (entry == NULL) {
		set_unmapped(word, scheme->name);
		return;
	}
	if (year != 0) {
		word->from = entry->from;
		word->to = entry->to;
	}
	word->ours = codes->areas[entry->area].code;
}

static void
look_up_flow(struct ts_word *word)
{
	word->ours = ts_flow_word(word->text, &word->nested);
	if (word->ours == NULL)
		set_unmapped(word, "flow");
}

/* An unknown unit is a unit of its own: there is no end of them. */
static void
look_up_unit(struct ts_word *word, const struct ts_codes *codes)
{
	const struct ts_unit *unit = ts_codes_unit(codes, word->text);

	word->ours = unit != NULL ? unit->unit : word->text;
	word->power = unit != NULL ? unit->power : 0;
}

enum ts_status
ts_word_read(struct ts_word *word, const struct ts_codes *codes,
	     enum ts_place place, const struct ts_scheme *scheme,
	     const char *text, int year)
{
	size_t length = strlen(text);

	if (length >= sizeof word->text)
		return TS_BAD_DATA;
	memcpy(word->text, text, length + 1);
	word->known = true;
	word->is_unmapped = word->nested = false;
	word->power = 0;
	word->from = INT16_MIN;
	word->to = INT16_MAX;
	switch (place) {
	case TS_PLACE_FLOW:
		look_up_flow(word);
		break;
	case TS_PLACE_UNIT:
		look_up_unit(word, codes);
		break;
	case TS_PLACE_REPORTER:
	case TS_PLACE_PARTNER:
	case TS_PLACES:
		look_up_area(word, codes, scheme, year);
		break;
	}
	return TS_OK;
}
