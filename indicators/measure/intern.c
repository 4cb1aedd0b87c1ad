/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/measure/intern.h"

#include <stdlib.h>
#include <string.h>

void
ts_intern_init(struct ts_intern *intern, struct ts_arena *arena)
{
	*intern = (struct ts_intern){ .arena = arena };
}

/*
 * FNV-1a, begun with the address of the table: a publisher who knows the
 * function still cannot choose codes that collide. Numbers are sorted later,
 * so that the address never shows.
 */
static uint64_t
hash_of(const struct ts_intern *intern, const char *text)
{
	uint64_t hash = 14695981039346656037u ^
			((uint64_t)(uintptr_t)intern * 0x9e3779b97f4a7c15u);

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211u;
	return hash ^ (hash >> 29);
}

static size_t
slot_of(const struct ts_intern *intern, const char *text)
{
	size_t mask = intern->slot_count - 1;
	size_t at = (size_t)hash_of(intern, text) & mask;

	while (intern->slots[at] != 0 &&
	       strcmp(intern->texts[intern->slots[at] - 1], text) != 0)
		at = (at + 1) & mask;
	return at;
}

static bool
make_room(struct ts_intern *intern)
{
	size_t want = intern->room ? intern->room * 2 : 64;
	const char **texts;
	uint32_t i;

	if (want > UINT32_MAX / 4)
		return false;
	texts = ts_arena_grow(intern->arena, intern->texts, intern->count, want,
			      sizeof(*texts));
	intern->slots =
		ts_arena_alloc(intern->arena, want * 2, sizeof(*intern->slots));
	if (!texts || !intern->slots)
		return false;
	intern->texts = texts;
	intern->room = want;
	intern->slot_count = want * 2;
	for (i = 0; i < intern->count; i++)
		intern->slots[slot_of(intern, texts[i])] = i + 1;
	return true;
}

uint32_t
ts_intern_id(struct ts_intern *intern, const char *text)
{
	size_t at;

	if (intern->count == intern->room && !make_room(intern))
		return TS_NO_ID;
	at = slot_of(intern, text);
	if (intern->slots[at] == 0) {
		intern->texts[intern->count] = text;
		intern->slots[at] = (uint32_t)++intern->count;
	}
	return intern->slots[at] - 1;
}

int
ts_intern_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

uint32_t *
ts_intern_sort(struct ts_intern *intern,
	       int (*compare)(const void *a, const void *b))
{
	size_t count = intern->count ? intern->count : 1;
	uint32_t *order = ts_arena_alloc(intern->arena, count, sizeof(*order));
	const char **sorted =
		ts_arena_alloc(intern->arena, count, sizeof(*sorted));
	uint32_t i;

	if (!order || !sorted)
		return NULL;
	for (i = 0; i < intern->count; i++)
		sorted[i] = intern->texts[i];
	qsort(sorted, intern->count, sizeof(*sorted), compare);
	for (i = 0; i < intern->count; i++)
		order[intern->slots[slot_of(intern, sorted[i])] - 1] = i;
	intern->texts = sorted;
	intern->room = intern->count;
	intern->slots = NULL;
	intern->slot_count = 0;
	return order;
}

uint32_t
ts_intern_find(const struct ts_intern *intern, const char *text)
{
	const char *const *at =
		intern->count == 0
			? NULL
			: bsearch(&text, intern->texts, intern->count,
				  sizeof(*intern->texts), ts_intern_compare);

	return at ? (uint32_t)(at - intern->texts) : TS_NO_ID;
}
