/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures on their way in. They are gathered in a batch, put in the order of
 * the key, compared with what stands, and only what is new is written.
 *
 * What stands at the time of a document is the newest vintage up to then. The
 * same value and status add nothing; another value or status adds a vintage;
 * nothing is overwritten. A figure that a later release no longer has stays.
 *
 * A document that comes late (a newer one of the same address is in already)
 * takes its place in the past and does not change what is current: where its
 * value differs, the value that stood is stated once more for the newer
 * document, which had confirmed it without a row of its own.
 */
#include "store/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum ts_status
ts_status_number(struct ts_store *store, const char *text, uint16_t *number,
		 struct ts_err *err)
{
	size_t length = strlen(text);
	uint32_t found = ts_map_get(&store->status_map, text, length);
	const char **bigger;
	char *copy;

	if (found != TS_MAP_NONE) {
		*number = (uint16_t)found;
		return TS_OK;
	}
	if (store->status_count == UINT16_MAX || length > 32)
		return ts_fail(err, TS_BAD_DATA,
			       "a status of %zu bytes, or"
			       " more than %u kinds: %.40s",
			       length, UINT16_MAX, text);
	if (store->status_arena == NULL)
		store->status_arena = ts_arena_new(4u << 20);
	if (store->status_count == store->status_room) {
		store->status_room = store->status_room * 2 + 16;
		bigger = realloc(store->statuses,
				 store->status_room * sizeof *bigger);
		if (bigger == NULL)
			return ts_fail_errno(err, ENOMEM, "store: statuses");
		store->statuses = bigger;
	}
	copy = store->status_arena != NULL
		       ? ts_arena_strdup(store->status_arena, text)
		       : NULL;
	if (copy == NULL)
		return ts_fail_errno(err, ENOMEM, "store: statuses");
	*number = (uint16_t)store->status_count;
	store->statuses[store->status_count++] = copy;
	return ts_map_put(&store->status_map, copy, length, *number, err);
}

/* ---- putting in order -------------------------------------------------- */

static inline bool
is_before(const struct ts_fact *a, const struct ts_fact *b)
{
	return a->series < b->series ||
	       (a->series == b->series && a->period < b->period);
}

/* End of the run that begins at from: in order, or put the other way round. */
static size_t
end_of_run(const struct ts_fact *facts, size_t from, size_t count)
{
	size_t at = from + 1;

	while (at < count && !is_before(&facts[at], &facts[at - 1]))
		at++;
	return at;
}

static void
merge(const struct ts_fact *a, const struct ts_fact *a_end,
      const struct ts_fact *b, const struct ts_fact *b_end, struct ts_fact *out)
{
	while (a < a_end && b < b_end)
		*out++ = is_before(b, a) ? *b++ : *a++;
	memcpy(out, a, (size_t)(a_end - a) * sizeof *a);
	out += a_end - a;
	memcpy(out, b, (size_t)(b_end - b) * sizeof *b);
}

/*
 * Documents come in order, or as a few runs that are (all series of one
 * period, then of the next): a merge of the runs that are there, stable.
 * Returns where the result stands, facts or spare.
 */
static struct ts_fact *
put_in_order(struct ts_fact *facts, struct ts_fact *spare, size_t count)
{
	for (;;) {
		size_t runs = 0, at = 0;
		struct ts_fact *swap;

		while (at < count) {
			size_t middle = end_of_run(facts, at, count), end;

			if (at == 0 && middle == count)
				return facts;
			end = middle < count ? end_of_run(facts, middle, count)
					     : count;
			merge(facts + at, facts + middle, facts + middle,
			      facts + end, spare + at);
			at = end;
			runs++;
		}
		swap = facts;
		facts = spare;
		spare = swap;
		if (runs <= 1)
			return facts;
	}
}

/* ---- comparing with what stands ---------------------------------------- */

struct output {
	struct ts_fact *facts;
	size_t count;
};

static bool
is_same(const struct ts_fact *fact, const struct ts_row_known *known)
{
	if (fact->has_value != known->has_value ||
	    fact->status != known->status)
		return false;
	if (!fact->has_value)
		return true;
	if (fact->coef == known->coef && fact->scale == known->scale)
		return true;
	return ts_decimal_compare(
		       (struct ts_decimal){ fact->coef, fact->scale },
		       (struct ts_decimal){ known->coef, known->scale }) == 0;
}

static enum ts_status
contradiction(const struct ts_fact *fact, struct ts_err *err)
{
	char period[TS_PERIOD_TEXT];

	return ts_fail(err, TS_BAD_DATA,
		       "the document contradicts itself:"
		       " two values for one series and %s (the second in"
		       " record %lu); perhaps a column that tells them apart"
		       " is not known as a dimension",
		       ts_period_print(ts_period_of_key(fact->period), period),
		       (unsigned long)fact->line);
}

/* Facts of one document say the same only if they are the same. */
static enum ts_status
drop_repeated(struct ts_store *store, struct ts_fact *facts, size_t *count,
	      struct ts_err *err)
{
	size_t kept = 0;

	for (size_t i = 1; i < *count; i++) {
		struct ts_fact *last = &facts[kept], *fact = &facts[i];
		struct ts_row_known other = {
			.coef = last->coef,
			.scale = last->scale,
			.has_value = last->has_value,
			.status = last->status,
		};

		if (fact->series != last->series ||
		    fact->period != last->period) {
			if (++kept != i)
				facts[kept] = *fact;
		} else if (is_same(fact, &other)) {
			store->change.unchanged++;
		} else {
			return contradiction(fact, err);
		}
	}
	*count = *count > 0 ? kept + 1 : 0;
	return TS_OK;
}

static enum ts_status
take_known(void *ctx, const struct ts_row_read *row, struct ts_err *err)
{
	struct ts_store *store = ctx;
	struct ts_row_known *known;
	enum ts_status status;

	if (store->known_count == store->known_room) {
		size_t room = store->known_room * 2 + 1024;

		known = realloc(store->known, room * sizeof *known);
		if (known == NULL)
			return ts_fail_errno(err, ENOMEM, "store: vintages");
		store->known = known;
		store->known_room = room;
	}
	known = &store->known[store->known_count++];
	*known = (struct ts_row_known){
		.period = row->period,
		.document = row->document,
		.coef = row->coef,
		.scale = row->scale,
		.has_value = row->has_value,
	};
	status = ts_status_number(store, row->status, &known->status, err);
	if (status != TS_OK)
		return status;
	return ts_document_time(store, known->document, &known->retrieved_us,
				err);
}

static bool
is_later(const struct ts_row_known *known, int64_t us, int64_t document)
{
	return known->retrieved_us > us ||
	       (known->retrieved_us == us && known->document > document);
}

/* What stands before, at and after the document in hand. */
struct standing {
	const struct ts_row_known *before, *own, *after;
};

static struct standing
look_at(const struct ts_store *store, const struct ts_row_known *known,
	size_t count)
{
	struct standing found = { NULL, NULL, NULL };

	for (size_t i = 0; i < count; i++) {
		const struct ts_row_known *row = &known[i];

		if (row->document == store->document)
			found.own = row;
		else if (!is_later(row, store->document_us, store->document)) {
			if (found.before == NULL ||
			    is_later(row, found.before->retrieved_us,
				     found.before->document))
				found.before = row;
		} else if (found.after == NULL ||
			   !is_later(row, found.after->retrieved_us,
				     found.after->document)) {
			found.after = row;
		}
	}
	return found;
}

/* The value that stood, for the newer document that had it too. */
static enum ts_status
state_again(const struct ts_store *store, const struct ts_fact *fact,
	    const struct standing *standing, struct ts_err *err)
{
	const struct ts_row_known *before = standing->before;
	struct ts_fact again = *fact;
	size_t added;

	if (store->after == 0 ||
	    (standing->after != NULL &&
	     !is_later(standing->after, store->after_us, store->after)))
		return TS_OK;
	again.coef = before->coef;
	again.scale = before->scale;
	again.has_value = before->has_value;
	again.status = before->status;
	return store->backend->ops->facts_add(store->backend, store->after,
					      &again, 1, store->statuses,
					      &added, err);
}

/* output NULL: all of these facts are there already. */
static enum ts_status
decide(struct ts_store *store, const struct ts_fact *fact,
       const struct ts_row_known *known, size_t count, struct output *output,
       struct ts_err *err)
{
	struct standing standing = look_at(store, known, count);
	const struct ts_backend_ops *ops = store->backend->ops;
	enum ts_status status;

	if (standing.own != NULL) {
		if (is_same(fact, standing.own)) {
			store->change.unchanged++;
			return TS_OK;
		}
		if (!store->again || output == NULL)
			return contradiction(fact, err);
		/* a better decoder, not a revision of the publisher */
		store->change.revised++;
		return ops->fact_replace(store->backend, store->document, fact,
					 store->statuses[fact->status], err);
	}
	if (standing.before == NULL) {
		store->change.added++;
	} else if (is_same(fact, standing.before)) {
		store->change.unchanged++;
		return TS_OK;
	} else {
		store->change.revised++;
		status = state_again(store, fact, &standing, err);
		if (status != TS_OK)
			return status;
	}
	output->facts[output->count++] = *fact;
	return TS_OK;
}

/* All facts of one series that was known before. */
static enum ts_status
compare_series(struct ts_store *store, const struct ts_fact *facts,
	       size_t count, struct output *output, struct ts_err *err)
{
	enum ts_status status;
	size_t at = 0;

	store->known_count = 0;
	status = store->backend->ops->facts_known(
		store->backend, facts[0].series, facts[0].period,
		facts[count - 1].period, take_known, store, err);
	for (size_t i = 0; status == TS_OK && i < count; i++) {
		size_t from;

		while (at < store->known_count &&
		       store->known[at].period < facts[i].period)
			at++;
		from = at;
		while (at < store->known_count &&
		       store->known[at].period == facts[i].period)
			at++;
		status = decide(store, &facts[i], store->known + from,
				at - from, output, err);
	}
	return status;
}

static size_t
end_of_series(const struct ts_fact *facts, size_t from, size_t count)
{
	size_t at = from;

	while (at < count && facts[at].series == facts[from].series)
		at++;
	return at;
}

/* What is written in the output was partly there: a fact of a series that is
 * new in this document came again in another batch. */
static enum ts_status
check_repeated(struct ts_store *store, const struct ts_fact *facts,
	       size_t count, size_t missing, struct ts_err *err)
{
	enum ts_status status = TS_OK;
	size_t end;

	store->change.added -= missing;
	for (size_t at = 0; status == TS_OK && at < count; at = end) {
		uint64_t before = store->change.unchanged;

		end = end_of_series(facts, at, count);
		if (facts[at].series <= store->series_top)
			continue;
		status = compare_series(store, facts + at, end - at, NULL, err);
		/* each was found, whether it was written now or before */
		store->change.unchanged = before;
	}
	store->change.unchanged += missing;
	return status;
}

/* batch and spare take turns: one holds the facts in order, the other what is
 * to be written. */
enum ts_status
ts_facts_flush(struct ts_store *store, struct ts_err *err)
{
	const struct ts_backend_ops *ops = store->backend->ops;
	size_t count = store->batch_count, end, added;
	struct ts_fact *facts;
	struct output output;
	enum ts_status status;

	if (count == 0)
		return TS_OK;
	facts = put_in_order(store->batch, store->spare, count);
	output.facts = facts == store->batch ? store->spare : store->batch;
	output.count = 0;
	status = drop_repeated(store, facts, &count, err);
	for (size_t at = 0; status == TS_OK && at < count; at = end) {
		end = end_of_series(facts, at, count);
		if (facts[at].series <= store->series_top) {
			status = compare_series(store, facts + at, end - at,
						&output, err);
			continue;
		}
		memcpy(output.facts + output.count, facts + at,
		       (end - at) * sizeof *facts);
		output.count += end - at;
		store->change.added += end - at;
	}
	if (status == TS_OK)
		status = ops->facts_add(store->backend, store->document,
					output.facts, output.count,
					store->statuses, &added, err);
	if (status == TS_OK && added != output.count)
		status = check_repeated(store, output.facts, output.count,
					output.count - added, err);
	store->batch_count = 0;
	return status;
}

static enum ts_status
take(struct ts_store *store, const struct ts_obs *obs, struct ts_err *err)
{
	struct ts_fact *fact = &store->batch[store->batch_count];
	enum ts_status status;

	status = ts_series_of(store, obs, &fact->series, err);
	if (status != TS_OK)
		return status;
	fact->period = ts_period_key(obs->period);
	fact->coef = obs->has_value ? obs->value.coef : 0;
	fact->scale = obs->has_value ? obs->value.scale : 0;
	fact->has_value = obs->has_value;
	fact->line = obs->line < UINT32_MAX ? (uint32_t)obs->line : UINT32_MAX;
	fact->status = 0;
	if (obs->status[0] != '\0')
		status = ts_status_number(store, obs->status, &fact->status,
					  err);
	if (status != TS_OK)
		return status;
	store->change.rows++;
	if (++store->batch_count == TS_STORE_BATCH)
		status = ts_facts_flush(store, err);
	return status;
}

enum ts_status
ts_store_put(struct ts_store *store, const struct ts_obs *obs,
	     struct ts_err *err)
{
	enum ts_status status;

	if (!store->open)
		return ts_fail(err, TS_SYSTEM, "store: no document is open");
	status = take(store, obs, err);
	if (status != TS_OK)
		store->failed = true;
	return status;
}
