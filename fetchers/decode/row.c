/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/decode/row.h"

#define FIRST_ROOM 4096

enum ts_status
ts_row_init(struct ts_row *row, struct ts_arena *arena, size_t roles,
	    size_t ceiling, struct ts_err *err)
{
	size_t slots = roles + TS_ROW_FIELDS + 1; /* one as scratch */
	size_t i;

	memset(row, 0, sizeof *row);
	row->arena = arena;
	row->roles = roles;
	row->ceiling = ceiling;
	row->room = FIRST_ROOM;
	row->fields = ts_arena_alloc(arena, TS_ROW_FIELDS, sizeof *row->fields);
	row->slots = ts_arena_alloc(arena, slots, sizeof *row->slots);
	row->text = ts_arena_alloc(arena, row->room, 1);
	if (row->fields == NULL || row->slots == NULL || row->text == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	for (i = 0; i < slots; i++)
		row->slots[i] = "";
	return TS_OK;
}

enum ts_status
ts_row_add(struct ts_row *row, const char *name, size_t length, size_t role,
	   bool dimension, struct ts_err *err)
{
	struct ts_row_field *field;

	if (row->field_count == TS_ROW_FIELDS)
		return ts_fail(err, TS_BAD_DATA,
			       "more than %d members in a record",
			       TS_ROW_FIELDS);
	field = &row->fields[row->field_count];
	field->name = ts_arena_strndup(row->arena, name, length);
	if (field->name == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	field->length = length;
	field->dimension = dimension;
	field->record = 0;
	field->slot =
		role != TS_NO_ROLE ? role : row->roles + row->extra_count++;
	row->field_count++;
	return TS_OK;
}

size_t
ts_row_search(const struct ts_row *row, const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < row->field_count; i++)
		if (row->fields[i].length == length &&
		    memcmp(row->fields[i].name, name, length) == 0)
			return i;
	return TS_NO_FIELD;
}

/* A name that tidy CSV has for one of its fixed columns. */
static bool
is_ours(const char *name)
{
	const char *list = TS_TIDY_HEADER;
	size_t length = strlen(name);

	while (*list != '\0') {
		size_t item = strcspn(list, ",");

		if (item == length && memcmp(list, name, length) == 0)
			return true;
		list += item;
		list += *list != '\0';
	}
	return false;
}

enum ts_status
ts_row_tell(const struct ts_row *row, const struct ts_sink *sink,
	    struct ts_err *err)
{
	struct ts_columns columns = { .count = row->extra_count };
	struct ts_column *items;
	size_t i;

	items = ts_arena_alloc(row->arena, row->extra_count + 1, sizeof *items);
	if (items == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	for (i = 0; i < row->field_count; i++) {
		const struct ts_row_field *field = &row->fields[i];

		if (field->slot < row->roles)
			continue;
		items[field->slot - row->roles].name =
			!is_ours(field->name)
				? field->name
				: ts_arena_printf(row->arena, "%s_",
						  field->name);
		if (items[field->slot - row->roles].name == NULL)
			return ts_fail(err, TS_SYSTEM, "no memory");
		items[field->slot - row->roles].dimension = field->dimension;
	}
	columns.items = items;
	return sink->columns(sink->ctx, &columns, err);
}

void
ts_row_begin(struct ts_row *row)
{
	size_t count = row->roles + row->extra_count;
	size_t i;

	for (i = 0; i < count; i++)
		row->slots[i] = "";
	row->used = 0;
	row->next = 0;
	row->record++;
}

enum ts_status
ts_row_grow(struct ts_row *row, size_t want, struct ts_err *err)
{
	size_t room = row->room;
	uintptr_t from = (uintptr_t)row->text;
	char *text;
	size_t i;

	while (room - row->used < want && room <= row->ceiling)
		room *= 2;
	if (room > row->ceiling)
		return ts_fail(err, TS_BAD_DATA,
			       "a record larger than %zu bytes", row->ceiling);
	text = ts_arena_grow(row->arena, row->text, row->used, room, 1);
	if (text == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	/* The texts of this record move along. */
	for (i = 0; i < row->roles + row->extra_count + 1; i++) {
		uintptr_t at = (uintptr_t)row->slots[i];

		if (at - from < row->used)
			row->slots[i] = text + (at - from);
	}
	row->text = text;
	row->room = room;
	return TS_OK;
}
