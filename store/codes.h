/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codes.h - the code lists as the normaliser looks into them: a scheme is a
 * publisher's way to name areas, an area is one of ours. Made once by
 * ts_codes_open, read only from then on (but for the memory of group lists).
 */
#ifndef STORE_CODES_H
#define STORE_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tradestat/arena.h>
#include <tradestat/plugin.h>
#include <tradestat/table.h>
#include "store/map.h"
#include "store/normalise.h"

#define TS_CODES_LANGUAGES 8

struct ts_area {
	const char *code; /* ISO 3166 alpha-3 or our own (areas.csv) */
	bool aggregate;
	const char *names[TS_CODES_LANGUAGES]; /* by ts_codes.languages */
};

/* One code of a publisher for an area, valid in from..to (years, inclusive). */
struct ts_area_code {
	const char *code;
	uint32_t area;
	int16_t from, to;
	bool read_only;        /* understood, but never asked for */
	uint32_t next;         /* the same code in other years */
	uint32_t next_of_area; /* another code of the same area */
};

struct ts_scheme {
	const char *name;
	struct ts_map by_code; /* code: first struct ts_area_code */
	struct ts_map by_area; /* alpha-3: first of the area */
	struct ts_area_code *items;
	uint32_t count, room;
};

enum {
	TS_SCHEME_COMTRADE,
	TS_SCHEME_M49,
	TS_SCHEME_ISO2,
	TS_SCHEME_ISO3,
	TS_SCHEME_EUROSTAT,
	TS_SCHEME_NAME,
	TS_SCHEME_COUNT
};

struct ts_group_member {
	const char *code;
	int16_t from, to; /* first and last year at whose end it belongs */
};

struct ts_group_list { /* one composition the group has had */
	const char *const *members;
	size_t count;
	struct ts_group_list *next;
};

struct ts_group {
	const char *id, *name;
	const char *area; /* of figures about it as a whole */
	struct ts_group_member *members;
	size_t count, room;
	struct ts_group_list *lists;
};

struct ts_unit { /* value * 10^power in unit */
	const char *unit;
	int power;
};

struct ts_product {
	const char *brief, *title;
};

struct ts_codes {
	struct ts_arena *arena;
	const char *languages[TS_CODES_LANGUAGES];
	size_t language_count;
	struct ts_area *areas;
	uint32_t area_count, area_room;
	struct ts_map area_map; /* code: index */
	struct ts_scheme schemes[TS_SCHEME_COUNT];
	struct ts_group *groups;
	size_t group_count;
	const char **group_ids; /* NULL at the end */
	struct ts_product *products;
	struct ts_map product_map;
	struct ts_unit *units;
	struct ts_map unit_map; /* words folded by ts_unit_fold */
	struct ts_coder coder;
};

/* NULL: no such scheme. */
const struct ts_scheme *ts_codes_scheme(const struct ts_codes *codes,
					const char *name);
/* The entry that is valid in year (0: now, or else the last one); NULL. */
const struct ts_area_code *ts_scheme_find(const struct ts_scheme *scheme,
					  const char *code, int year);

#define TS_UNIT_WORD 64
/* Lower case (ASCII), blanks as one: "" when the word is too long. */
size_t ts_unit_fold(const char *word, char folded[TS_UNIT_WORD]);
/* NULL: a word we do not know, which is a unit of its own. */
const struct ts_unit *ts_codes_unit(const struct ts_codes *codes,
				    const char *word);

/* Parts of ts_codes_open. */
enum ts_status ts_codes_read(struct ts_codes *codes, const char *dir,
			     struct ts_err *err) TS_MUST_USE;

#endif
