/* SPDX-License-Identifier: Apache-2.0 */
#include "store/codes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CODES_BYTES (32u << 20)
#define MOST_MEMBERS 512

static const char *const scheme_names[TS_SCHEME_COUNT] = {
	[TS_SCHEME_COMTRADE] = "comtrade", [TS_SCHEME_M49] = "m49",
	[TS_SCHEME_ISO2] = "iso2",         [TS_SCHEME_ISO3] = "iso3",
	[TS_SCHEME_EUROSTAT] = "eurostat", [TS_SCHEME_NAME] = "name",
};

const struct ts_scheme *
ts_codes_scheme(const struct ts_codes *codes, const char *name)
{
	for (int i = 0; i < TS_SCHEME_COUNT; i++)
		if (strcmp(codes->schemes[i].name, name) == 0)
			return &codes->schemes[i];
	return NULL;
}

/* year 0 asks for the code in force: the one without an end, or the last. */
static bool
valid_in(const struct ts_area_code *entry, int year)
{
	if (year == 0)
		return entry->to == INT16_MAX;
	return entry->from <= year && year <= entry->to;
}

const struct ts_area_code *
ts_scheme_find(const struct ts_scheme *scheme, const char *code, int year)
{
	size_t length = strlen(code);
	uint32_t at;
	const struct ts_area_code *entry = NULL;

	if (scheme->name == scheme_names[TS_SCHEME_M49])
		while (length > 1 && code[0] == '0')
			code++, length--;
	else if (scheme->name == scheme_names[TS_SCHEME_NAME])
		while (length > 0 && code[length - 1] == ' ')
			length--; /* WITS pads to a fixed width */
	at = ts_map_get(&scheme->by_code, code, length);
	for (; at != TS_MAP_NONE; at = entry->next) {
		entry = &scheme->items[at];
		if (valid_in(entry, year))
			return entry;
	}
	return year == 0 ? entry : NULL;
}

const char *
ts_codes_area(const struct ts_codes *codes, const char *scheme,
	      const char *code, int year)
{
	const struct ts_scheme *found = ts_codes_scheme(codes, scheme);
	const struct ts_area_code *entry = NULL;

	if (found != NULL)
		entry = ts_scheme_find(found, code, year);
	return entry != NULL ? codes->areas[entry->area].code : "";
}

/* The code to ask for: in force in that year; where several are, the one
 * that came into force last. */
static const char *
code_of_area(void *ctx, const char *scheme, const char *iso3, int year)
{
	const struct ts_codes *codes = ctx;
	const struct ts_scheme *found = ts_codes_scheme(codes, scheme);
	const struct ts_area_code *best = NULL, *entry;
	uint32_t at;

	if (found == NULL)
		return "";
	at = ts_map_get(&found->by_area, iso3, strlen(iso3));
	for (; at != TS_MAP_NONE; at = entry->next_of_area) {
		entry = &found->items[at];
		if (!entry->read_only && valid_in(entry, year) &&
		    (best == NULL || entry->from > best->from))
			best = entry;
	}
	return best != NULL ? best->code : "";
}

const struct ts_coder *
ts_codes_coder(const struct ts_codes *codes)
{
	return &codes->coder;
}

static const struct ts_area *
find_area(const struct ts_codes *codes, const char *iso3)
{
	uint32_t at = ts_map_get(&codes->area_map, iso3, strlen(iso3));

	return at != TS_MAP_NONE ? &codes->areas[at] : NULL;
}

bool
ts_codes_is_aggregate(const struct ts_codes *codes, const char *iso3)
{
	const struct ts_area *area = find_area(codes, iso3);

	return area != NULL && area->aggregate;
}

const char *
ts_codes_area_name(const struct ts_codes *codes, const char *iso3,
		   const char *language)
{
	const struct ts_area *area = find_area(codes, iso3);

	if (area == NULL)
		return iso3;
	for (size_t i = 0; i < codes->language_count; i++)
		if (strcmp(codes->languages[i], language) == 0 &&
		    area->names[i] != NULL)
			return area->names[i];
	return area->names[0] != NULL ? area->names[0] : iso3;
}

const char *
ts_codes_product(const struct ts_codes *codes, const char *hs, bool brief)
{
	uint32_t at = ts_map_get(&codes->product_map, hs, strlen(hs));

	if (at == TS_MAP_NONE)
		return hs;
	return brief ? codes->products[at].brief : codes->products[at].title;
}

size_t
ts_unit_fold(const char *word, char folded[TS_UNIT_WORD])
{
	size_t length = 0;
	bool blank = false;

	for (; *word != '\0'; word++) {
		char c = *word;

		if (c == ' ' || c == '\t') {
			blank = length > 0;
			continue;
		}
		if (length + 2 >= TS_UNIT_WORD) {
			length = 0;
			break;
		}
		if (blank)
			folded[length++] = ' ';
		blank = false;
		folded[length++] =
			c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	folded[length] = '\0';
	return length;
}

const struct ts_unit *
ts_codes_unit(const struct ts_codes *codes, const char *word)
{
	char folded[TS_UNIT_WORD];
	uint32_t at = ts_map_get(&codes->unit_map, folded,
				 ts_unit_fold(word, folded));

	return at != TS_MAP_NONE ? &codes->units[at] : NULL;
}

static struct ts_group *
find_group(const struct ts_codes *codes, const char *id)
{
	for (size_t i = 0; i < codes->group_count; i++)
		if (strcmp(codes->groups[i].id, id) == 0)
			return &codes->groups[i];
	return NULL;
}

/* The list with these members, an earlier one if there is one: so the memory
 * grows with the compositions a group has had, not with the questions. */
static const char *const *
keep_list(struct ts_codes *codes, struct ts_group *group,
	  const char *const *members, size_t count)
{
	struct ts_group_list *list;
	const char **copy;

	for (list = group->lists; list != NULL; list = list->next)
		if (list->count == count &&
		    memcmp(list->members, members, count * sizeof *members) ==
			    0)
			return list->members;
	list = ts_arena_alloc(codes->arena, 1, sizeof *list);
	copy = ts_arena_alloc(codes->arena, count + 1, sizeof *copy);
	if (list == NULL || copy == NULL)
		return NULL;
	memcpy(copy, members, count * sizeof *members);
	*list = (struct ts_group_list){ copy, count, group->lists };
	group->lists = list;
	return list->members;
}

const char *const *
ts_codes_group(struct ts_codes *codes, const char *id, int year)
{
	struct ts_group *group = find_group(codes, id);
	const char *members[MOST_MEMBERS];
	size_t count = 0;

	if (group == NULL)
		return NULL;
	for (size_t i = 0; i < group->count && count < MOST_MEMBERS; i++) {
		const struct ts_group_member *member = &group->members[i];

		if (year == 0 ? member->to == INT16_MAX
			      : member->from <= year && year <= member->to)
			members[count++] = member->code;
	}
	return keep_list(codes, group, members, count);
}

const char *const *
ts_codes_groups(const struct ts_codes *codes)
{
	return codes->group_ids;
}

const char *
ts_codes_group_name(const struct ts_codes *codes, const char *id)
{
	const struct ts_group *group = find_group(codes, id);

	return group != NULL ? group->name : id;
}

const char *
ts_codes_group_area(const struct ts_codes *codes, const char *id)
{
	const struct ts_group *group = find_group(codes, id);

	return group != NULL ? group->area : "";
}

enum ts_status
ts_codes_open(const char *codes_dir, struct ts_codes **out, struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(CODES_BYTES);
	struct ts_codes *codes = NULL;
	enum ts_status status;

	if (arena != NULL)
		codes = ts_arena_alloc(arena, 1, sizeof *codes);
	if (codes == NULL) {
		ts_arena_free(arena);
		return ts_fail_errno(err, ENOMEM, "code lists");
	}
	codes->arena = arena;
	for (int i = 0; i < TS_SCHEME_COUNT; i++)
		codes->schemes[i].name = scheme_names[i];
	codes->coder = (struct ts_coder){ codes, code_of_area };
	status = ts_codes_read(codes, codes_dir, err);
	if (status != TS_OK) {
		ts_codes_close(codes);
		return status;
	}
	*out = codes;
	return TS_OK;
}

void
ts_codes_close(struct ts_codes *codes)
{
	if (codes == NULL)
		return;
	ts_map_free(&codes->area_map);
	ts_map_free(&codes->product_map);
	ts_map_free(&codes->unit_map);
	for (int i = 0; i < TS_SCHEME_COUNT; i++) {
		ts_map_free(&codes->schemes[i].by_code);
		ts_map_free(&codes->schemes[i].by_area);
	}
	ts_arena_free(codes->arena);
}
