/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map.h - texts to small numbers, in an open-addressing table. The hash is
 * seeded at random, so that a publisher cannot choose codes that collide;
 * nothing depends on the order inside. The keys belong to the caller and must
 * stay where they are.
 */
#ifndef STORE_MAP_H
#define STORE_MAP_H

#include <stddef.h>
#include <stdint.h>
#include <tradestat/err.h>

#define TS_MAP_NONE UINT32_MAX

struct ts_map_slot {
	const char *key; /* NULL: free */
	uint32_t length;
	uint32_t hash;
	uint32_t value;
};

struct ts_map {
	struct ts_map_slot *slots;
	size_t mask; /* slots - 1; slots is a power of two */
	size_t used;
	uint64_t seed;
};

uint64_t ts_map_seed(void);
uint64_t ts_map_hash(uint64_t seed, const void *bytes, size_t count);

/* A map of zeroes is empty and ready. */
void ts_map_free(struct ts_map *map);
void ts_map_clear(struct ts_map *map); /* keeps the memory */
/* The value of key; TS_MAP_NONE when it is not there. */
uint32_t ts_map_get(const struct ts_map *map, const char *key, size_t length);
/* The slot of key, good until the next put; NULL when it is not there. */
const struct ts_map_slot *ts_map_find(const struct ts_map *map, const char *key,
				      size_t length);
/* Adds or replaces. */
enum ts_status ts_map_put(struct ts_map *map, const char *key, size_t length,
			  uint32_t value, struct ts_err *err) TS_MUST_USE;

#endif
