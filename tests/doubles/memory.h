/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.h - a struct ts_memory that lives in a test: documents and paces in
 * arrays. Stands for the store. Everything is visible, so that a test can
 * look at what the engine left behind.
 */
#ifndef TESTS_DOUBLES_MEMORY_H
#define TESTS_DOUBLES_MEMORY_H

#include <stdlib.h>
#include <string.h>
#include <tradestat/document.h>

#define MEMORY_DOCUMENTS 4096
#define MEMORY_HOSTS 16

struct memory {
	struct ts_memory table; /* what is handed to the engine */
	struct ts_arena *arena;
	struct ts_document documents[MEMORY_DOCUMENTS];
	size_t count;
	struct {
		char host[256];
		struct ts_pace pace;
	} paces[MEMORY_HOSTS];
	size_t pace_count;
	int puts;
	enum ts_status put_fails; /* TS_OK: it does not */
};

static inline struct ts_document
memory_copy(struct ts_arena *arena, const struct ts_document *from)
{
	struct ts_document copy = *from;

	copy.source = ts_arena_strdup(arena, from->source);
	copy.url = ts_arena_strdup(arena, from->url);
	copy.decoder = ts_arena_strdup(arena, from->decoder);
	copy.media_type = ts_arena_strdup(arena, from->media_type);
	copy.etag = ts_arena_strdup(arena, from->etag);
	copy.last_modified = ts_arena_strdup(arena, from->last_modified);
	copy.headers = ts_arena_strdup(arena, from->headers);
	copy.archive = ts_arena_strdup(arena, from->archive);
	return copy;
}

static inline enum ts_status
memory_last(void *ctx, const char *source, const char *url,
	    struct ts_arena *arena, struct ts_document *out, struct ts_err *err)
{
	struct memory *memory = ctx;

	for (size_t i = memory->count; i > 0; i--) {
		const struct ts_document *one = &memory->documents[i - 1];

		if (strcmp(one->source, source) == 0 &&
		    strcmp(one->url, url) == 0) {
			*out = memory_copy(arena, one);
			return TS_OK;
		}
	}
	return ts_fail(err, TS_NO_INPUT, "no document of %s", url);
}

static inline enum ts_status
memory_put(void *ctx, struct ts_document *document, struct ts_err *err)
{
	struct memory *memory = ctx;

	memory->puts++;
	if (memory->put_fails != TS_OK)
		return ts_fail(err, memory->put_fails, "the double fails");
	if (document->id == 0) {
		if (memory->count == MEMORY_DOCUMENTS)
			return ts_fail(err, TS_SYSTEM, "the double is full");
		document->id = (int64_t)++memory->count;
	}
	memory->documents[document->id - 1] =
		memory_copy(memory->arena, document);
	return TS_OK;
}

static inline enum ts_status
memory_pace_get(void *ctx, const char *host, struct ts_pace *out,
		struct ts_err *err)
{
	struct memory *memory = ctx;

	for (size_t i = 0; i < memory->pace_count; i++)
		if (strcmp(memory->paces[i].host, host) == 0) {
			*out = memory->paces[i].pace;
			return TS_OK;
		}
	return ts_fail(err, TS_NO_INPUT, "no pace of %s", host);
}

static inline enum ts_status
memory_pace_put(void *ctx, const char *host, const struct ts_pace *pace,
		struct ts_err *err)
{
	struct memory *memory = ctx;
	size_t i = 0;

	while (i < memory->pace_count &&
	       strcmp(memory->paces[i].host, host) != 0)
		i++;
	if (i == MEMORY_HOSTS)
		return ts_fail(err, TS_SYSTEM, "the double is full");
	if (i == memory->pace_count)
		memory->pace_count++;
	snprintf(memory->paces[i].host, sizeof memory->paces[i].host, "%s",
		 host);
	memory->paces[i].pace = *pace;
	return TS_OK;
}

static inline struct memory *
memory_new(void)
{
	struct memory *memory = calloc(1, sizeof *memory);

	if (memory == NULL)
		abort();
	memory->arena = ts_arena_new((size_t)64 << 20);
	memory->table = (struct ts_memory){
		.ctx = memory,
		.last = memory_last,
		.put = memory_put,
		.pace_get = memory_pace_get,
		.pace_put = memory_pace_put,
	};
	return memory;
}

static inline void
memory_free(struct memory *memory)
{
	ts_arena_free(memory->arena);
	free(memory);
}

#endif
