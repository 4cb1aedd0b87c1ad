/* SPDX-License-Identifier: Apache-2.0 */
/* The journal read: one entry by number or name, lists, events. */
#include "store/state.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <tradestat/num.h>

#define BIT(state) (1u << (state))

enum ts_status
ts_entry_keep(const struct ts_entry *entry, struct ts_arena *arena,
	      struct ts_entry *out, struct ts_err *err)
{
	*out = *entry;
	out->report = ts_arena_strdup(arena, entry->report);
	out->period = ts_arena_strdup(arena, entry->period);
	out->reason = ts_arena_strdup(arena, entry->reason);
	out->waive = ts_arena_strdup(arena, entry->waive);
	out->path = ts_arena_strdup(arena, entry->path);
	out->content_hash = ts_arena_strdup(arena, entry->content_hash);
	out->seen_period = ts_arena_strdup(arena, entry->seen_period);
	out->seen_hash = ts_arena_strdup(arena, entry->seen_hash);
	if (out->report == NULL || out->period == NULL || out->reason == NULL ||
	    out->waive == NULL || out->path == NULL ||
	    out->content_hash == NULL || out->seen_period == NULL ||
	    out->seen_hash == NULL)
		return ts_fail_errno(err, ENOMEM, "journal");
	return TS_OK;
}

enum ts_status
ts_journal_get(struct ts_store *store, int64_t id, struct ts_arena *arena,
	       struct ts_entry *out, struct ts_err *err)
{
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->entry_get(store->backend, id, arena, out,
						err);
	return ts_reading_end(store, status, err);
}

static enum ts_status
get_named(struct ts_store *store, const char *report, const char *period,
	  int number, struct ts_arena *arena, struct ts_entry *out,
	  struct ts_err *err)
{
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->entry_named(
		store->backend, report, period, number, arena, out, err);
	return ts_reading_end(store, status, err);
}

enum ts_status
ts_journal_find(struct ts_store *store, const char *name,
		struct ts_arena *arena, struct ts_entry *out,
		struct ts_err *err)
{
	const char *slash = strrchr(name, '/'), *dot = strrchr(name, '.');
	char *report, *period;
	int64_t number;

	if (name[0] == '#' &&
	    ts_num_int(name + 1, 1, INT64_MAX, &number, NULL) == TS_OK)
		return ts_journal_get(store, number, arena, out, err);
	/* a period may have points of its own: 2005..2024.1 */
	if (slash == NULL || slash == name || dot == NULL || dot <= slash + 1 ||
	    ts_num_int(dot + 1, 1, INT_MAX, &number, NULL) != TS_OK)
		return ts_fail(err, TS_BAD_USAGE,
			       "\"%.80s\" names no edition: REPORT/"
			       "PERIOD.NUMBER or #ID is expected",
			       name);
	report = ts_arena_strndup(arena, name, (size_t)(slash - name));
	period = ts_arena_strndup(arena, slash + 1, (size_t)(dot - slash - 1));
	if (report == NULL || period == NULL)
		return ts_fail_errno(err, ENOMEM, "journal");
	return get_named(store, report, period, (int)number, arena, out, err);
}

struct last {
	struct ts_arena *arena;
	struct ts_entry *out;
	bool found;
};

/* Stops at the first that has a bundle. */
static enum ts_status
take_last(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	struct last *last = ctx;
	enum ts_status status;

	if (entry->path[0] == '\0')
		return TS_OK;
	status = ts_entry_keep(entry, last->arena, last->out, err);
	if (status != TS_OK)
		return status;
	last->found = true;
	return TS_REFUSED;
}

enum ts_status
ts_journal_last(struct ts_store *store, const char *report,
		struct ts_arena *arena, struct ts_entry *out,
		struct ts_err *err)
{
	struct ts_entry_filter filter = {
		.report = report,
		.states = BIT(TS_STATE_PUBLISHED) | BIT(TS_STATE_MAILING) |
			  BIT(TS_STATE_DONE),
		.newest_first = true,
	};
	struct last last = { arena, out, false };
	enum ts_status status;

	status = ts_journal_list(store, &filter, take_last, &last, err);
	if (status == TS_OK)
		return ts_fail(err, TS_NO_INPUT,
			       "journal: %s has no edition yet", report);
	if (status == TS_REFUSED && last.found)
		return TS_OK;
	return status;
}

enum ts_status
ts_journal_list(struct ts_store *store, const struct ts_entry_filter *filter,
		ts_entry_row *row, void *ctx, struct ts_err *err)
{
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->entries(store->backend, filter, row, ctx,
					      err);
	return ts_reading_end(store, status, err);
}

enum ts_status
ts_journal_events(struct ts_store *store, int64_t id, ts_entry_event_row *row,
		  void *ctx, struct ts_err *err)
{
	enum ts_status status = ts_reading_begin(store, err);

	if (status != TS_OK)
		return status;
	status = store->backend->ops->events(store->backend, id, row, ctx, err);
	return ts_reading_end(store, status, err);
}
