/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an earlier life left: stages that were interrupted, editions that were
 * held and nobody heard of it, and what was told of reports that are gone. Also
 * after the store could not be written for a while.
 */
#include "daemon/supervise/inside.h"

#include <string.h>
#include "daemon/common/lock.h"

/* So long an entry waits for its report to be configured again. */
#define ORPHAN_US (INT64_C(7) * 86400 * US)

/* An entry that a person's `tradestat run` has in hand, told by the lock of
 * its report; ours are alive while their worker runs. */
static bool
is_alive(void *ctx, const struct ts_entry *entry)
{
	struct ts_super *super = ctx;

	if (entry->cause == TS_CAUSE_HAND)
		return ts_lock_taken(super->conf->state_dir, entry->report);
	for (size_t i = 0; i < super->running_room; i++)
		if (super->running[i].used &&
		    super->running[i].entry == entry->id)
			return true;
	return false;
}

/* Editions that are held, and what of them the operator was told. */
struct unheard {
	struct ts_super *super;
	struct ts_arena *arena;
	struct unheard_one {
		struct unheard_one *next;
		struct ts_entry entry;
		bool told;
	} * first;
};

static enum ts_status
take_held(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	struct unheard *unheard = ctx;
	struct unheard_one *one;

	/* who held it himself knows; of several the newest is told */
	if (strncmp(entry->reason, "held by ", 8) == 0 ||
	    ts_super_report(unheard->super, entry->report) == NULL)
		return TS_OK;
	for (one = unheard->first; one != NULL; one = one->next)
		if (strcmp(one->entry.report, entry->report) == 0)
			return TS_OK;
	one = ts_arena_alloc(unheard->arena, 1, sizeof *one);
	if (one == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	one->told = false;
	one->next = unheard->first;
	unheard->first = one;
	return ts_entry_keep(entry, unheard->arena, &one->entry, err);
}

static enum ts_status
mark_told(void *ctx, const struct ts_notice *notice, struct ts_err *err)
{
	struct unheard *unheard = ctx;

	(void)err;
	if (strncmp(notice->cause, "held:", 5) == 0)
		for (struct unheard_one *one = unheard->first; one != NULL;
		     one = one->next)
			one->told |= strcmp(one->entry.report,
					    notice->cause + 5) == 0;
	return TS_OK;
}

/* A worker holds an edition by itself: if we died before we heard of it,
 * nobody would ever be told. */
static enum ts_status
tell_unheard(struct ts_super *super, int64_t now_us, struct ts_err *err)
{
	const struct ts_entry_filter held = { .states = 1u << TS_STATE_HELD,
					      .newest_first = true };
	struct unheard unheard = { .super = super,
				   .arena = ts_arena_new((size_t)16 << 20) };
	enum ts_status status;

	if (unheard.arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_journal_list(super->store, &held, take_held, &unheard, err);
	if (status == TS_OK && unheard.first != NULL)
		status = ts_notices(super->store, true, now_us, mark_told,
				    &unheard, err);
	for (struct unheard_one *one = unheard.first;
	     status == TS_OK && one != NULL; one = one->next)
		if (!one->told)
			ts_super_raise_held(super, &one->entry, now_us);
	ts_arena_free(unheard.arena);
	return status;
}

struct gone {
	struct ts_super *super;
	struct ts_arena *arena;
	const char *causes[64]; /* more: at the next look */
	size_t count;
};

static enum ts_status
take_gone(void *ctx, const struct ts_notice *notice, struct ts_err *err)
{
	static const char *const kinds[] = { "held:", "failed:", "expired:" };
	struct gone *gone = ctx;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		size_t length = strlen(kinds[i]);

		if (strncmp(notice->cause, kinds[i], length) != 0 ||
		    ts_super_report(gone->super, notice->cause + length) !=
			    NULL ||
		    gone->count == sizeof gone->causes / sizeof *gone->causes)
			continue;
		gone->causes[gone->count] =
			ts_arena_strdup(gone->arena, notice->cause);
		if (gone->causes[gone->count] == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		gone->count++;
	}
	return TS_OK;
}

/* A report that left the configuration makes no edition that would end what
 * was told of it. */
void
ts_super_clear_gone(struct ts_super *super, int64_t now_us)
{
	struct gone gone = { .super = super, .arena = ts_arena_new(65536) };
	struct ts_err err;

	/* what cannot be read now is cleared at the next start */
	if (gone.arena != NULL && ts_notices(super->store, true, now_us,
					     take_gone, &gone, &err) == TS_OK)
		for (size_t i = 0; i < gone.count; i++)
			ts_super_clear(super, gone.causes[i], "", now_us);
	ts_arena_free(gone.arena);
}

/* Entries that wait for a report that is not configured any more. */
struct orphans {
	struct ts_super *super;
	struct ts_arena *arena;
	struct ts_entry list[64]; /* more: at the next look */
	size_t count;
	int64_t before_us;
};

static enum ts_status
take_orphan(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	struct orphans *orphans = ctx;

	if (ts_super_report(orphans->super, entry->report) != NULL ||
	    entry->cause == TS_CAUSE_HAND ||
	    entry->since_us > orphans->before_us ||
	    orphans->count == sizeof orphans->list / sizeof *orphans->list)
		return TS_OK;
	return ts_entry_keep(entry, orphans->arena,
			     &orphans->list[orphans->count++], err);
}

/* A report file may be gone for an hour while it is edited; after a week its
 * editions end, and the log says so. */
void
ts_super_expire_orphans(struct ts_super *super, int64_t now_us)
{
	const struct ts_entry_filter waiting = {
		.states = 1u << TS_STATE_DUE | 1u << TS_STATE_READY |
			  1u << TS_STATE_HELD,
	};
	struct orphans orphans = { .super = super,
				   .arena = ts_arena_new((size_t)4 << 20),
				   .before_us = now_us - ORPHAN_US };
	struct ts_err err;

	/* what cannot be read or written now: at the next look */
	if (orphans.arena != NULL &&
	    ts_journal_list(super->store, &waiting, take_orphan, &orphans,
			    &err) == TS_OK)
		for (size_t i = 0; i < orphans.count; i++) {
			const struct ts_entry *entry = &orphans.list[i];
			const struct ts_move move = {
				.from = entry->state,
				.to = TS_STATE_EXPIRED,
				.reason = "the report is not configured any "
					  "more",
			};

			if (ts_journal_move(super->store, entry->id, &move,
					    now_us, &err) == TS_OK)
				ts_super_event(TS_LOG_WARN, &ts_event_expired,
					       entry, NULL, "%s", move.reason);
		}
	ts_arena_free(orphans.arena);
}

enum ts_status
ts_super_recover(struct ts_super *super, int64_t now_us, struct ts_err *err)
{
	int count = 0;
	enum ts_status status = ts_journal_recover(super->store, is_alive,
						   super, now_us, &count, err);

	if (status == TS_OK && count > 0)
		ts_log(TS_LOG_NOTICE, "journal",
		       "%d interrupted edition%s taken up again", count,
		       count == 1 ? "" : "s");
	if (status == TS_OK)
		status = tell_unheard(super, now_us, err);
	if (status == TS_OK)
		ts_super_clear_gone(super, now_us);
	return status;
}
