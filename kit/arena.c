/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/arena.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK ((size_t)8 * 1024)
#define LARGEST_BLOCK ((size_t)1024 * 1024)
#define ALIGN _Alignof(max_align_t)

/* Free space of a block is always zero: nothing is given back piecemeal. */
struct block {
	struct block *older;
	size_t size, used;
	_Alignas(max_align_t) char bytes[];
};

struct ts_arena {
	size_t ceiling;
	size_t held;           /* bytes of all blocks */
	size_t used;           /* bytes handed out */
	struct block *current; /* the one that small pieces come from */
	struct block *first;
};

struct ts_arena *
ts_arena_new(size_t ceiling_bytes)
{
	struct ts_arena *arena = calloc(1, sizeof *arena);

	if (arena != NULL)
		arena->ceiling = ceiling_bytes;
	return arena;
}

static void
free_blocks(struct block *block, const struct block *but)
{
	while (block != NULL) {
		struct block *older = block->older;

		if (block != but)
			free(block);
		block = older;
	}
}

void
ts_arena_free(struct ts_arena *arena)
{
	if (arena == NULL)
		return;
	free_blocks(arena->current, NULL);
	free(arena);
}

void
ts_arena_reset(struct ts_arena *arena)
{
	struct block *first = arena->first;

	free_blocks(arena->current, first);
	arena->current = first;
	arena->used = 0;
	arena->held = 0;
	if (first != NULL) {
		memset(first->bytes, 0, first->used);
		first->older = NULL;
		first->used = 0;
		arena->held = first->size;
	}
}

/* A block for want bytes; a large piece gets one of its own, behind the
 * current block, so that the rest of that is not lost. */
static struct block *
add_block(struct ts_arena *arena, size_t want)
{
	size_t left = arena->ceiling - arena->held;
	size_t size = FIRST_BLOCK;
	struct block *block;

	if (want > left)
		return NULL;
	if (arena->current != NULL)
		size = arena->current->size * 2;
	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK;
	if (size > left)
		size = left;
	if (size < want)
		size = want;
	if (size > SIZE_MAX - sizeof *block)
		return NULL;
	block = calloc(1, sizeof *block + size);
	if (block == NULL)
		return NULL;
	block->size = size;
	arena->held += size;
	if (arena->current != NULL && size == want &&
	    want > LARGEST_BLOCK / 2) {
		block->older = arena->current->older;
		arena->current->older = block;
	} else {
		block->older = arena->current;
		arena->current = block;
	}
	if (arena->first == NULL)
		arena->first = block;
	return block;
}

static void *
take(struct ts_arena *arena, size_t want, size_t align)
{
	struct block *block = arena->current;
	size_t at;

	if (want == 0)
		want = 1;
	if (block != NULL) {
		at = (block->used + align - 1) & ~(align - 1);
		if (at <= block->size && want <= block->size - at) {
			block->used = at + want;
			arena->used += want;
			return block->bytes + at;
		}
	}
	block = add_block(arena, want);
	if (block == NULL)
		return NULL;
	block->used = want;
	arena->used += want;
	return block->bytes;
}

void *
ts_arena_alloc(struct ts_arena *arena, size_t count, size_t size)
{
	size_t want;

	if (__builtin_mul_overflow(count, size, &want))
		return NULL;
	return take(arena, want, ALIGN);
}

/* The last piece of the current block may grow where it lies. */
static bool
grow_in_place(struct ts_arena *arena, const void *old, size_t from, size_t to)
{
	struct block *block = arena->current;

	if (block == NULL || from == 0 ||
	    (const char *)old + from != block->bytes + block->used ||
	    to - from > block->size - block->used)
		return false;
	block->used += to - from;
	arena->used += to - from;
	return true;
}

void *
ts_arena_grow(struct ts_arena *arena, const void *old, size_t old_count,
	      size_t new_count, size_t size)
{
	size_t from, to;
	void *new;

	if (__builtin_mul_overflow(old_count, size, &from) ||
	    __builtin_mul_overflow(new_count, size, &to))
		return NULL;
	if (old != NULL && to >= from && grow_in_place(arena, old, from, to))
		return (void *)(uintptr_t)old;
	new = take(arena, to, ALIGN);
	if (new != NULL && old != NULL &&from > 0 && to > 0)
		memcpy(new, old, from < to ? from : to);
	return new;
}

char *
ts_arena_strndup(struct ts_arena *arena, const char *text, size_t length)
{
	char *copy;

	length = strnlen(text, length);
	copy = take(arena, length + 1, 1);
	if (copy != NULL && length > 0)
		memcpy(copy, text, length);
	return copy;
}

char *
ts_arena_strdup(struct ts_arena *arena, const char *text)
{
	return ts_arena_strndup(arena, text, strlen(text));
}

char *
ts_arena_printf(struct ts_arena *arena, const char *fmt, ...)
{
	va_list args;
	int length;
	char *text;

	va_start(args, fmt);
	length = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (length < 0)
		return NULL;
	text = take(arena, (size_t)length + 1, 1);
	if (text == NULL)
		return NULL;
	va_start(args, fmt);
	vsnprintf(text, (size_t)length + 1, fmt, args);
	va_end(args);
	return text;
}

size_t
ts_arena_used(const struct ts_arena *arena)
{
	return arena->used;
}
