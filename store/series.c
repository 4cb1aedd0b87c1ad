/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the texts of a row to the number of its series, once a document: words
 * become small numbers, four of them make a series (context, reporter,
 * partner, product), and only a series that was not met before is asked for
 * in the back end. What seldom changes (source, data set, flow, frequency,
 * unit, further dimensions) is one word, the context.
 */
#include "store/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CONTEXT_BYTES 8192
#define FIXED_TEXTS 4
#define WORD_BYTES 1024
#define ARENA_BYTES (16u << 20)
#define MOST_SLOTS (1u << 19) /* 12 MB; forgotten and begun anew past it */
#define FEW_SLOTS (1u << 16)  /* kept from one document to the next */

struct named {
	const char *name;
	size_t column;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->name,
		      ((const struct named *)b)->name);
}

static enum ts_status
no_memory(struct ts_err *err)
{
	return ts_fail_errno(err, ENOMEM, "store: series");
}

static void
forget_words(struct ts_series_words *words)
{
	ts_map_clear(&words->map);
	words->count = 0;
	if (words->slots != NULL)
		memset(words->slots, 0,
		       (words->mask + 1) * sizeof *words->slots);
	words->used = 0;
	words->last_row = (struct ts_interned){ 0 };
	memset(words->last, 0, sizeof words->last);
	words->has_context = false;
	if (words->arena != NULL)
		ts_arena_reset(words->arena);
}

static enum ts_status
make_room(struct ts_series_words *words, struct ts_err *err)
{
	if (words->arena == NULL)
		words->arena = ts_arena_new(ARENA_BYTES);
	if (words->context == NULL)
		words->context = malloc(CONTEXT_BYTES);
	if (words->raw == NULL)
		words->raw = malloc(CONTEXT_BYTES);
	if (words->lengths == NULL)
		words->lengths = calloc(FIXED_TEXTS + words->dimension_count,
					sizeof *words->lengths);
	if (words->arena == NULL || words->context == NULL ||
	    words->raw == NULL || words->lengths == NULL)
		return no_memory(err);
	return TS_OK;
}

enum ts_status
ts_series_columns(struct ts_store *store, const struct ts_columns *columns,
		  struct ts_err *err)
{
	struct ts_series_words *words = &store->words;
	struct named *found;
	size_t count = 0;

	words->dimensions =
		calloc(columns->count + 1, sizeof *words->dimensions);
	words->names = calloc(columns->count + 1, sizeof *words->names);
	found = calloc(columns->count + 1, sizeof *found);
	if (words->dimensions == NULL || words->names == NULL ||
	    found == NULL) {
		free(found);
		return no_memory(err);
	}
	/* by name: another order of columns is no other series */
	for (size_t i = 0; i < columns->count; i++)
		if (columns->items[i].dimension)
			found[count++] =
				(struct named){ columns->items[i].name, i };
	if (count > 1)
		qsort(found, count, sizeof *found, by_name);
	words->column_count = columns->count;
	for (size_t i = 0; i < count; i++) {
		words->dimensions[i] = found[i].column;
		words->names[i] = strdup(found[i].name);
		words->dimension_count = i + 1;
		if (words->names[i] == NULL) {
			free(found);
			return no_memory(err);
		}
	}
	free(found);
	return TS_OK;
}

void
ts_series_forget(struct ts_store *store)
{
	struct ts_series_words *words = &store->words;

	/* emptying a large table costs a small document more than a new one */
	if (words->slots != NULL && words->mask >= FEW_SLOTS) {
		free(words->slots);
		words->slots = NULL;
	}
	if (words->map.mask >= FEW_SLOTS)
		ts_map_free(&words->map);
	forget_words(words);
	for (size_t i = 0; i < words->dimension_count; i++)
		free((char *)words->names[i]);
	free(words->names);
	free(words->dimensions);
	free(words->lengths);
	words->lengths = NULL;
	words->names = NULL;
	words->dimensions = NULL;
	words->dimension_count = words->column_count = 0;
}

void
ts_series_free(struct ts_store *store)
{
	struct ts_series_words *words = &store->words;

	ts_series_forget(store);
	ts_map_free(&words->map);
	ts_arena_free(words->arena);
	free(words->slots);
	free(words->context);
	free(words->raw);
}

/* ---- the context ------------------------------------------------------- */

struct draft {
	char *at, *end;
	bool full;
};

static inline void
draft_text(struct draft *draft, const char *text)
{
	size_t length = strlen(text);

	if (length >= (size_t)(draft->end - draft->at)) {
		draft->full = true;
		return;
	}
	memcpy(draft->at, text, length);
	draft->at += length;
}

static inline void
draft_end(struct draft *draft)
{
	if (draft->at < draft->end)
		*draft->at++ = '\0';
	else
		draft->full = true;
}

/* The characters that have a meaning in "name=value;name=value". */
static void
draft_value(struct draft *draft, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";
	char escaped[4] = "%";
	char one[2] = "";

	if (strpbrk(text, "%;=") == NULL) {
		draft_text(draft, text);
		return;
	}
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (strchr("%;=", c) != NULL) {
			escaped[1] = hex[c >> 4];
			escaped[2] = hex[c & 15];
			draft_text(draft, escaped);
		} else {
			one[0] = *text;
			draft_text(draft, one);
		}
	}
}

/* The n-th of the texts that make a context. */
static inline const char *
context_text(const struct ts_series_words *words, const struct ts_obs *obs,
	     size_t n)
{
	const char *const fixed[FIXED_TEXTS] = { obs->source, obs->dataset,
						 obs->flow, obs->unit };
	size_t column;

	if (n < FIXED_TEXTS)
		return fixed[n];
	column = words->dimensions[n - FIXED_TEXTS];
	return column < obs->extra_count ? obs->extra[column] : "";
}

static bool
is_last_context(const struct ts_series_words *words, const struct ts_obs *obs)
{
	const char *at = words->raw;

	if (!words->has_context || words->frequency != obs->frequency)
		return false;
	for (size_t n = 0; n < FIXED_TEXTS + words->dimension_count; n++) {
		if (strcmp(at, context_text(words, obs, n)) != 0)
			return false;
		at += words->lengths[n] + 1;
	}
	return true;
}

/* The context as it came (to know it again) and as it is written; 0 when it
 * is too long, else the size of the latter. */
static size_t
write_context(struct ts_series_words *words, const struct ts_obs *obs)
{
	struct draft raw = { words->raw, words->raw + CONTEXT_BYTES, false };
	struct draft draft = { words->context, words->context + CONTEXT_BYTES,
			       false };
	char frequency[2] = { obs->frequency, '\0' };
	bool any = false;

	for (size_t n = 0; n < FIXED_TEXTS + words->dimension_count; n++) {
		const char *text = context_text(words, obs, n);

		words->lengths[n] = strlen(text);
		draft_text(&raw, text);
		draft_end(&raw);
		if (n < FIXED_TEXTS) {
			draft_text(&draft, text);
			draft_end(&draft);
		} else if (text[0] != '\0') {
			if (any)
				draft_text(&draft, ";");
			any = true;
			draft_value(&draft, words->names[n - FIXED_TEXTS]);
			draft_text(&draft, "=");
			draft_value(&draft, text);
		}
		if (n == FIXED_TEXTS - 1) {
			draft_text(&draft, frequency);
			draft_end(&draft);
		}
	}
	draft_end(&draft);
	words->frequency = obs->frequency;
	return draft.full || raw.full ? 0 : (size_t)(draft.at - words->context);
}

/* ---- words ------------------------------------------------------------- */

/* The number of a text, and the copy of it that stays. TS_FULL: the memory of
 * words is used up (begin anew). */
static enum ts_status
word_number(struct ts_series_words *words, const char *text, size_t length,
	    uint32_t *number, const char **kept, struct ts_err *err)
{
	const struct ts_map_slot *slot;
	char *copy;

	slot = ts_map_find(&words->map, text, length);
	if (slot != NULL) {
		*number = slot->value;
		*kept = slot->key;
		return TS_OK;
	}
	copy = ts_arena_alloc(words->arena, length + 1, 1);
	if (copy == NULL)
		return TS_FULL;
	memcpy(copy, text, length);
	*kept = copy;
	*number = words->count++;
	return ts_map_put(&words->map, copy, length, *number, err);
}

/* A word of the row: that of the row before, or looked up. */
static inline enum ts_status
row_word(struct ts_series_words *words, int which, const char *text,
	 uint32_t *number, struct ts_err *err)
{
	size_t length;

	if (words->last[which] != NULL && strcmp(words->last[which], text) == 0)
		return TS_OK;
	length = strlen(text);
	if (length > WORD_BYTES)
		return ts_fail(err, TS_BAD_DATA,
			       "a code of %zu bytes:"
			       " %.40s...",
			       length, text);
	return word_number(words, text, length, number, &words->last[which],
			   err);
}

/* ---- series ------------------------------------------------------------ */

static struct ts_interned *
find_slot(const struct ts_series_words *words, const struct ts_interned *row)
{
	size_t at = ts_map_hash(words->map.seed, row,
				offsetof(struct ts_interned, id)) &
		    words->mask;
	struct ts_interned *slot = &words->slots[at];

	while (slot->id != 0 && (slot->product != row->product ||
				 slot->partner != row->partner ||
				 slot->reporter != row->reporter ||
				 slot->context != row->context)) {
		at = (at + 1) & words->mask;
		slot = &words->slots[at];
	}
	return slot;
}

/* false: as large as it may get (or no memory). */
static bool
grow_slots(struct ts_series_words *words)
{
	struct ts_series_words old = *words;
	size_t count = words->slots != NULL ? (words->mask + 1) * 2 : 4096;

	if (count > MOST_SLOTS)
		return false;
	words->slots = calloc(count, sizeof *words->slots);
	if (words->slots == NULL) {
		words->slots = old.slots;
		return false;
	}
	words->mask = count - 1;
	for (size_t i = 0; old.slots != NULL && i <= old.mask; i++)
		if (old.slots[i].id != 0)
			*find_slot(words, &old.slots[i]) = old.slots[i];
	free(old.slots);
	return true;
}

static enum ts_status
ask_backend(struct ts_store *store, const struct ts_obs *obs, int64_t *id,
	    struct ts_err *err)
{
	const char *context = store->words.context, *end;
	struct ts_series series = {
		.source = obs->source,
		.dataset = obs->dataset,
		.flow = obs->flow,
		.reporter = obs->reporter,
		.partner = obs->partner,
		.product = obs->product,
		.frequency = obs->frequency,
		.unit = obs->unit,
	};

	/* the dimensions are the last text of the context */
	end = context + store->words.context_size - 1;
	while (end > context && end[-1] != '\0')
		end--;
	series.dimensions = end;
	return store->backend->ops->series_id(store->backend, &series, id, err);
}

static enum ts_status
row_numbers(struct ts_series_words *words, const struct ts_obs *obs,
	    struct ts_interned *row, struct ts_err *err)
{
	enum ts_status status = TS_OK;
	const char *kept;

	*row = words->last_row;
	if (!is_last_context(words, obs)) {
		size_t size = write_context(words, obs);

		if (size == 0)
			return ts_fail(err, TS_BAD_DATA,
				       "codes of more than %d bytes (line"
				       " %llu)",
				       CONTEXT_BYTES,
				       (unsigned long long)obs->line);
		words->context_size = size;
		status = word_number(words, words->context, size, &row->context,
				     &kept, err);
		words->has_context = status == TS_OK;
	}
	if (status == TS_OK)
		status = row_word(words, 0, obs->reporter, &row->reporter, err);
	if (status == TS_OK)
		status = row_word(words, 1, obs->partner, &row->partner, err);
	if (status == TS_OK)
		status = row_word(words, 2, obs->product, &row->product, err);
	return status;
}

/* Everything is forgotten and begun anew when the memory is used up; the
 * series are in the back end. */
static enum ts_status
row_numbers_anew(struct ts_series_words *words, const struct ts_obs *obs,
		 struct ts_interned *row, struct ts_err *err)
{
	enum ts_status status;

	forget_words(words);
	status = row_numbers(words, obs, row, err);
	return status == TS_FULL ? no_memory(err) : status;
}

enum ts_status
ts_series_of(struct ts_store *store, const struct ts_obs *obs, int64_t *id,
	     struct ts_err *err)
{
	struct ts_series_words *words = &store->words;
	struct ts_interned row, *slot;
	enum ts_status status;

	status = make_room(words, err);
	if (status != TS_OK)
		return status;
	status = row_numbers(words, obs, &row, err);
	if (status == TS_FULL)
		status = row_numbers_anew(words, obs, &row, err);
	if (status != TS_OK)
		return status;
	if (words->last_row.id != 0 &&
	    memcmp(&row, &words->last_row, offsetof(struct ts_interned, id)) ==
		    0) {
		*id = words->last_row.id;
		return TS_OK;
	}
	if (words->slots == NULL || words->used * 3 >= (words->mask + 1) * 2)
		if (!grow_slots(words)) {
			if (words->slots == NULL)
				return no_memory(err);
			status = row_numbers_anew(words, obs, &row, err);
			if (status != TS_OK)
				return status;
		}
	slot = find_slot(words, &row);
	if (slot->id == 0) {
		status = ask_backend(store, obs, &row.id, err);
		if (status != TS_OK)
			return status;
		*slot = row;
		words->used++;
	}
	words->last_row = *slot;
	*id = slot->id;
	return TS_OK;
}
