/* SPDX-License-Identifier: Apache-2.0 */
/* Reads config/codes/NAME.csv into struct ts_codes; see docs/store.md. */
#include "store/codes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ALWAYS_FROM INT16_MIN
#define ALWAYS_TO INT16_MAX

static enum ts_status
no_memory(struct ts_err *err)
{
	return ts_fail_errno(err, ENOMEM, "code lists");
}

/* A file of the code lists with the columns it must have. */
static enum ts_status
open_list(struct ts_codes *codes, const char *dir, const char *name,
	  const char *const *wanted, struct ts_table **out, struct ts_err *err)
{
	char *path = ts_arena_printf(codes->arena, "%s/%s", dir, name);
	enum ts_status status;

	if (path == NULL)
		return no_memory(err);
	status = ts_table_read_csv(codes->arena, path, out, err);
	if (status == TS_NO_INPUT)
		return ts_fail(err, TS_BAD_CONFIG, "code lists: there is no %s",
			       path);
	if (status != TS_OK)
		return ts_while(err, "code lists");
	for (; *wanted != NULL; wanted++)
		if (ts_table_column(*out, *wanted) == TS_NO_COLUMN)
			return ts_fail(err, TS_BAD_CONFIG,
				       "%s: no column \"%s\"", path, *wanted);
	return TS_OK;
}

static const char *
cell(const struct ts_table *table, size_t row, const char *column)
{
	return ts_table_text(table, row, ts_table_column(table, column));
}

static enum ts_status
bad_row(const struct ts_table *table, size_t row, const char *what,
	const char *text, struct ts_err *err)
{
	return ts_fail(err, TS_BAD_CONFIG, "%s, record %zu: %s \"%.40s\"",
		       table->name, row + 2, what, text);
}

/* "2013" or "2013-07-01"; "" leaves *year as it is. */
static enum ts_status
read_year(const struct ts_table *table, size_t row, const char *column,
	  int16_t *year, bool *last_day, struct ts_err *err)
{
	const char *text = cell(table, row, column);
	struct ts_period period;

	if (text[0] == '\0')
		return TS_OK;
	if (ts_period_parse(text, &period, NULL) != TS_OK)
		return bad_row(table, row, "not a date:", text, err);
	*year = period.year;
	if (last_day != NULL)
		*last_day = period.span == TS_YEAR ||
			    (period.nth == 12 && period.day == 31);
	return TS_OK;
}

/* Languages are the suffixes of the name columns: name_en, name_ru. English
 * is the first: the others fall back to it. */
static enum ts_status
find_languages(struct ts_codes *codes, const struct ts_table *table,
	       struct ts_err *err)
{
	codes->languages[codes->language_count++] = "en";
	for (size_t i = 0; i < table->column_count; i++) {
		if (strncmp(table->columns[i], "name_", 5) != 0 ||
		    strcmp(table->columns[i], "name_en") == 0)
			continue;
		if (codes->language_count == TS_CODES_LANGUAGES)
			return ts_fail(err, TS_BAD_CONFIG,
				       "%s: more than %d languages",
				       table->name, TS_CODES_LANGUAGES);
		codes->languages[codes->language_count++] =
			table->columns[i] + 5;
	}
	return TS_OK;
}

static enum ts_status
add_area(struct ts_codes *codes, const struct ts_table *table, size_t row,
	 const char *code, bool aggregate, struct ts_err *err)
{
	struct ts_area *area;

	if (strlen(code) != 3)
		return bad_row(table, row, "not a three-letter code:", code,
			       err);
	if (ts_map_get(&codes->area_map, code, 3) != TS_MAP_NONE)
		return bad_row(table, row, "a second time:", code, err);
	if (codes->area_count == codes->area_room) {
		uint32_t room =
			codes->area_room > 0 ? codes->area_room * 2 : 512;

		codes->areas = ts_arena_grow(codes->arena, codes->areas,
					     codes->area_count, room,
					     sizeof *codes->areas);
		if (codes->areas == NULL)
			return no_memory(err);
		codes->area_room = room;
	}
	area = &codes->areas[codes->area_count];
	area->code = code;
	area->aggregate = aggregate;
	for (size_t i = 0; i < codes->language_count; i++) {
		char column[32];
		const char *name;

		snprintf(column, sizeof column, "name_%s", codes->languages[i]);
		name = cell(table, row, column);
		area->names[i] = name[0] != '\0' ? name : NULL;
	}
	return ts_map_put(&codes->area_map, code, 3, codes->area_count++, err);
}

/* m49 codes are numbers: 004, 04 and 4 are the same. */
static const char *
without_zeros(const char *code)
{
	while (code[0] == '0' && code[1] != '\0')
		code++;
	return code;
}

static enum ts_status
add_code(struct ts_codes *codes, int which, const struct ts_area_code *entry,
	 struct ts_err *err)
{
	struct ts_scheme *scheme = &codes->schemes[which];
	const char *area = codes->areas[entry->area].code;
	const char *key = which == TS_SCHEME_M49 ? without_zeros(entry->code)
						 : entry->code;
	size_t length = strlen(key);
	struct ts_area_code *added;
	enum ts_status status;
	uint32_t *link, at, first;

	if (length == 0)
		return TS_OK;
	if (scheme->count == scheme->room) {
		uint32_t room = scheme->room > 0 ? scheme->room * 2 : 512;

		scheme->items = ts_arena_grow(codes->arena, scheme->items,
					      scheme->count, room,
					      sizeof *scheme->items);
		if (scheme->items == NULL)
			return no_memory(err);
		scheme->room = room;
	}
	at = scheme->count++;
	added = &scheme->items[at];
	*added = *entry;
	added->next = added->next_of_area = TS_MAP_NONE;
	first = ts_map_get(&scheme->by_code, key, length);
	if (first == TS_MAP_NONE) {
		status = ts_map_put(&scheme->by_code, key, length, at, err);
		if (status != TS_OK)
			return status;
	} else {
		for (link = &scheme->items[first].next; *link != TS_MAP_NONE;)
			link = &scheme->items[*link].next;
		*link = at;
	}
	first = ts_map_get(&scheme->by_area, area, 3);
	if (first == TS_MAP_NONE)
		return ts_map_put(&scheme->by_area, area, 3, at, err);
	for (link = &scheme->items[first].next_of_area; *link != TS_MAP_NONE;)
		link = &scheme->items[*link].next_of_area;
	*link = at;
	return TS_OK;
}

static enum ts_status
read_areas(struct ts_codes *codes, const char *dir, struct ts_table **countries,
	   struct ts_err *err)
{
	static const char *const of_countries[] = { "iso3", "iso2", "m49",
						    "name_en", NULL };
	static const char *const of_areas[] = { "code", "kind", "name_en",
						NULL };
	struct ts_table *areas;
	enum ts_status status;

	status = open_list(codes, dir, "countries.csv", of_countries, countries,
			   err);
	if (status == TS_OK)
		status = find_languages(codes, *countries, err);
	if (status == TS_OK)
		status = open_list(codes, dir, "areas.csv", of_areas, &areas,
				   err);
	if (status != TS_OK)
		return status;
	for (size_t i = 0; status == TS_OK && i < (*countries)->row_count; i++)
		status = add_area(codes, *countries, i,
				  cell(*countries, i, "iso3"), false, err);
	for (size_t i = 0; status == TS_OK && i < areas->row_count; i++) {
		const char *kind = cell(areas, i, "kind");

		if (strcmp(kind, "group") != 0 && strcmp(kind, "rest") != 0 &&
		    strcmp(kind, "area") != 0 && strcmp(kind, "former") != 0)
			return bad_row(areas, i, "unknown kind", kind, err);
		status = add_area(codes, areas, i, cell(areas, i, "code"),
				  strcmp(kind, "group") == 0, err);
	}
	return status;
}

static enum ts_status
read_area_codes(struct ts_codes *codes, const char *dir, struct ts_err *err)
{
	static const char *const wanted[] = { "scheme", "code", "area", "from",
					      "to",     "use",  NULL };
	struct ts_table *table;
	enum ts_status status;

	status = open_list(codes, dir, "area-codes.csv", wanted, &table, err);
	for (size_t i = 0; status == TS_OK && i < table->row_count; i++) {
		const char *name = cell(table, i, "scheme");
		const char *area = cell(table, i, "area");
		const struct ts_scheme *scheme = ts_codes_scheme(codes, name);
		struct ts_area_code entry = {
			.code = cell(table, i, "code"),
			.area = ts_map_get(&codes->area_map, area,
					   strlen(area)),
			.from = ALWAYS_FROM,
			.to = ALWAYS_TO,
			.read_only = strcmp(cell(table, i, "use"), "read") == 0,
		};

		if (scheme == NULL)
			return bad_row(table, i, "unknown scheme", name, err);
		if (entry.area == TS_MAP_NONE)
			return bad_row(table, i, "unknown area", area, err);
		status = read_year(table, i, "from", &entry.from, NULL, err);
		if (status == TS_OK)
			status =
				read_year(table, i, "to", &entry.to, NULL, err);
		if (status == TS_OK)
			status = add_code(codes, (int)(scheme - codes->schemes),
					  &entry, err);
	}
	return status;
}

/* ISO codes are codes of their own schemes; Eurostat follows ISO where the
 * list of area codes does not say otherwise. */
static enum ts_status
add_iso_codes(struct ts_codes *codes, const struct ts_table *countries,
	      struct ts_err *err)
{
	enum ts_status status = TS_OK;

	for (uint32_t i = 0; status == TS_OK && i < codes->area_count; i++) {
		struct ts_area_code entry = { .area = i,
					      .from = ALWAYS_FROM,
					      .to = ALWAYS_TO };

		entry.code = codes->areas[i].code;
		status = add_code(codes, TS_SCHEME_ISO3, &entry, err);
		if (status != TS_OK || i >= countries->row_count)
			continue;
		entry.code = codes->areas[i].names[0];
		if (entry.code != NULL)
			status = add_code(codes, TS_SCHEME_NAME, &entry, err);
		entry.code = cell(countries, i, "iso2");
		if (status == TS_OK)
			status = add_code(codes, TS_SCHEME_ISO2, &entry, err);
		if (status == TS_OK)
			status = add_code(codes, TS_SCHEME_EUROSTAT, &entry,
					  err);
		entry.code = cell(countries, i, "m49");
		if (status == TS_OK)
			status = add_code(codes, TS_SCHEME_M49, &entry, err);
	}
	return status;
}

static enum ts_status
read_members(struct ts_codes *codes, const char *dir, struct ts_err *err)
{
	static const char *const wanted[] = { "group", "iso3", "from", "to",
					      NULL };
	struct ts_table *table;
	enum ts_status status;

	status = open_list(codes, dir, "members.csv", wanted, &table, err);
	for (size_t i = 0; status == TS_OK && i < table->row_count; i++) {
		const char *id = cell(table, i, "group");
		const char *iso3 = cell(table, i, "iso3");
		struct ts_group *group = NULL;
		struct ts_group_member member = { iso3, ALWAYS_FROM,
						  ALWAYS_TO };
		bool to_end = true;

		for (size_t g = 0; g < codes->group_count; g++)
			if (strcmp(codes->groups[g].id, id) == 0)
				group = &codes->groups[g];
		if (group == NULL)
			return bad_row(table, i, "unknown group", id, err);
		if (ts_map_get(&codes->area_map, iso3, strlen(iso3)) ==
		    TS_MAP_NONE)
			return bad_row(table, i, "unknown area", iso3, err);
		status = read_year(table, i, "from", &member.from, NULL, err);
		if (status == TS_OK)
			status = read_year(table, i, "to", &member.to, &to_end,
					   err);
		if (status != TS_OK)
			break;
		if (!to_end) /* it left within the year */
			member.to--;
		if (group->count == group->room) {
			size_t room = group->room > 0 ? group->room * 2 : 32;

			group->members = ts_arena_grow(
				codes->arena, group->members, group->count,
				room, sizeof member);
			if (group->members == NULL)
				return no_memory(err);
			group->room = room;
		}
		group->members[group->count++] = member;
	}
	return status;
}

static enum ts_status
read_groups(struct ts_codes *codes, const char *dir, struct ts_err *err)
{
	static const char *const wanted[] = { "id", "area", "name_en", NULL };
	struct ts_table *table;
	enum ts_status status;

	status = open_list(codes, dir, "groups.csv", wanted, &table, err);
	if (status != TS_OK)
		return status;
	codes->groups = ts_arena_alloc(codes->arena, table->row_count + 1,
				       sizeof *codes->groups);
	codes->group_ids = ts_arena_alloc(codes->arena, table->row_count + 1,
					  sizeof *codes->group_ids);
	if (codes->groups == NULL || codes->group_ids == NULL)
		return no_memory(err);
	codes->group_count = table->row_count;
	for (size_t i = 0; i < table->row_count; i++) {
		codes->groups[i].id = cell(table, i, "id");
		codes->groups[i].name = cell(table, i, "name_en");
		codes->groups[i].area = cell(table, i, "area");
		codes->group_ids[i] = codes->groups[i].id;
	}
	return read_members(codes, dir, err);
}

static enum ts_status
read_products(struct ts_codes *codes, const char *dir, struct ts_err *err)
{
	static const char *const wanted[] = { "code", "short", "title", NULL };
	struct ts_table *table;
	enum ts_status status;

	status = open_list(codes, dir, "hs.csv", wanted, &table, err);
	if (status != TS_OK)
		return status;
	codes->products = ts_arena_alloc(codes->arena, table->row_count + 1,
					 sizeof *codes->products);
	if (codes->products == NULL)
		return no_memory(err);
	for (size_t i = 0; status == TS_OK && i < table->row_count; i++) {
		const char *code = cell(table, i, "code");
		struct ts_product *product = &codes->products[i];

		product->brief = cell(table, i, "short");
		product->title = cell(table, i, "title");
		if (product->brief[0] == '\0')
			product->brief = product->title;
		status = ts_map_put(&codes->product_map, code, strlen(code),
				    (uint32_t)i, err);
	}
	return status;
}

static enum ts_status
read_units(struct ts_codes *codes, const char *dir, struct ts_err *err)
{
	static const char *const wanted[] = { "word", "unit", "power", NULL };
	struct ts_table *table;
	enum ts_status status;

	status = open_list(codes, dir, "units.csv", wanted, &table, err);
	if (status != TS_OK)
		return status;
	codes->units = ts_arena_alloc(codes->arena, table->row_count + 1,
				      sizeof *codes->units);
	if (codes->units == NULL)
		return no_memory(err);
	for (size_t i = 0; status == TS_OK && i < table->row_count; i++) {
		const char *word = cell(table, i, "word");
		const char *power = cell(table, i, "power");
		char folded[TS_UNIT_WORD], *key;
		size_t length = ts_unit_fold(word, folded);
		int64_t number;

		if (length == 0)
			return bad_row(table, i, "not a word:", word, err);
		if (ts_num_int(power, -18, 18, &number, NULL) != TS_OK)
			return bad_row(table, i, "not a power:", power, err);
		codes->units[i].unit = cell(table, i, "unit");
		codes->units[i].power = (int)number;
		key = ts_arena_strdup(codes->arena, folded);
		if (key == NULL)
			return no_memory(err);
		status = ts_map_put(&codes->unit_map, key, length, (uint32_t)i,
				    err);
	}
	return status;
}

enum ts_status
ts_codes_read(struct ts_codes *codes, const char *dir, struct ts_err *err)
{
	struct ts_table *countries;
	enum ts_status status;

	status = read_areas(codes, dir, &countries, err);
	if (status == TS_OK)
		status = read_area_codes(codes, dir, err);
	if (status == TS_OK)
		status = add_iso_codes(codes, countries, err);
	if (status == TS_OK)
		status = read_groups(codes, dir, err);
	if (status == TS_OK)
		status = read_products(codes, dir, err);
	if (status == TS_OK)
		status = read_units(codes, dir, err);
	return status;
}
