/* SPDX-License-Identifier: Apache-2.0 */
#include "store/map.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define FIRST_SLOTS 64

uint64_t
ts_map_seed(void)
{
	uint64_t seed;

	/* Without entropy the map still works, only its order is guessable. */
	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != sizeof seed)
		seed = (uint64_t)(uintptr_t)&seed;
	return seed | 1;
}

static uint64_t
mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t
ts_map_hash(uint64_t seed, const void *bytes, size_t count)
{
	const unsigned char *at = bytes;
	uint64_t hash = seed ^ count * 0x9E3779B97F4A7C15u;
	uint64_t word;

	for (; count >= sizeof word; count -= sizeof word) {
		memcpy(&word, at, sizeof word);
		hash = mix(hash ^ word, 0xD6E8FEB86659FD93u);
		at += sizeof word;
	}
	word = 0;
	while (count > 0)
		word = word << 8 | at[--count];
	return mix(hash ^ word, 0xA0761D6478BD642Fu ^ seed);
}

void
ts_map_free(struct ts_map *map)
{
	free(map->slots);
	*map = (struct ts_map){ 0 };
}

void
ts_map_clear(struct ts_map *map)
{
	if (map->slots != NULL)
		memset(map->slots, 0, (map->mask + 1) * sizeof *map->slots);
	map->used = 0;
}

static struct ts_map_slot *
find(const struct ts_map *map, const char *key, size_t length, uint32_t hash)
{
	size_t at = hash & map->mask;
	struct ts_map_slot *slot = &map->slots[at];

	while (slot->key != NULL &&
	       (slot->hash != hash || slot->length != length ||
		memcmp(slot->key, key, length) != 0)) {
		at = (at + 1) & map->mask;
		slot = &map->slots[at];
	}
	return slot;
}

const struct ts_map_slot *
ts_map_find(const struct ts_map *map, const char *key, size_t length)
{
	const struct ts_map_slot *slot;

	if (map->used == 0)
		return NULL;
	slot = find(map, key, length,
		    (uint32_t)ts_map_hash(map->seed, key, length));
	return slot->key != NULL ? slot : NULL;
}

uint32_t
ts_map_get(const struct ts_map *map, const char *key, size_t length)
{
	const struct ts_map_slot *slot = ts_map_find(map, key, length);

	return slot != NULL ? slot->value : TS_MAP_NONE;
}

static enum ts_status
grow(struct ts_map *map, struct ts_err *err)
{
	size_t old_count = map->slots != NULL ? map->mask + 1 : 0;
	size_t count = old_count > 0 ? old_count * 2 : FIRST_SLOTS;
	struct ts_map bigger = { .mask = count - 1,
				 .used = map->used,
				 .seed = map->seed };

	if (bigger.seed == 0)
		bigger.seed = ts_map_seed();
	bigger.slots = calloc(count, sizeof *bigger.slots);
	if (bigger.slots == NULL)
		return ts_fail_errno(err, ENOMEM, "a table of %zu texts",
				     count);
	for (size_t i = 0; i < old_count; i++) {
		struct ts_map_slot *slot = &map->slots[i];

		if (slot->key != NULL)
			*find(&bigger, slot->key, slot->length, slot->hash) =
				*slot;
	}
	free(map->slots);
	*map = bigger;
	return TS_OK;
}

enum ts_status
ts_map_put(struct ts_map *map, const char *key, size_t length, uint32_t value,
	   struct ts_err *err)
{
	enum ts_status status;
	struct ts_map_slot *slot;
	uint32_t hash;

	if (length > UINT32_MAX)
		return ts_fail(err, TS_BAD_DATA, "a text of %zu bytes", length);
	/* at most two thirds full */
	if (map->slots == NULL || map->used * 3 >= (map->mask + 1) * 2) {
		status = grow(map, err);
		if (status != TS_OK)
			return status;
	}
	hash = (uint32_t)ts_map_hash(map->seed, key, length);
	slot = find(map, key, length, hash);
	if (slot->key == NULL)
		map->used++;
	*slot = (struct ts_map_slot){ .key = key,
				      .length = (uint32_t)length,
				      .hash = hash,
				      .value = value };
	return TS_OK;
}
