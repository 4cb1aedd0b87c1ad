/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/stage_watch.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/fault.h>
#include <tradestat/log.h>
#include "store/journal.h"

#define SOURCE_ARENA ((size_t)64 << 20)

struct watching {
	struct ts_world *world;
	const struct ts_fetch_wish *wish;
	struct ts_arena *arena;
	struct ts_watch_done *done;
	const char *source;
};

static enum ts_status
add_marker(struct watching *w, const char *key, const char *value,
	   struct ts_err *err)
{
	struct ts_watch_done *done = w->done;
	struct ts_marker *marker;

	if (done->count == done->room) {
		size_t room = done->room == 0 ? 16 : 2 * done->room;

		done->markers =
			ts_arena_grow(w->arena, done->markers, done->count,
				      room, sizeof *done->markers);
		done->room = room;
	}
	if (done->markers == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	marker = &done->markers[done->count++];
	marker->source = w->source;
	marker->key = key;
	marker->value = ts_arena_strdup(w->arena, value);
	return marker->value != NULL ? TS_OK
				     : ts_fail(err, TS_SYSTEM, "out of memory");
}

/* A report has markers of its own: that another one looked is no news to it. */
static enum ts_status
take_mark(void *ctx, const char *url, const char *mark, struct ts_err *err)
{
	struct watching *w = ctx;
	const char *key =
		ts_arena_printf(w->arena, "%s %s", w->wish->report->id, url);
	const char *before;

	if (key == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (ts_marker_get(w->world->store, w->source, key, w->arena, &before,
			  err) != TS_OK)
		return err->status;
	if (mark[0] != '\0' && strcmp(mark, before) == 0)
		return TS_OK;
	ts_log(TS_LOG_INFO, w->source, "%s: %s", url,
	       mark[0] == '\0'     ? "tells nothing"
	       : before[0] == '\0' ? "looked at for the first time"
				   : "changed");
	w->done->changed = true;
	return mark[0] == '\0' ? TS_OK : add_marker(w, key, mark, err);
}

static enum ts_status
watch_source(struct watching *w, struct ts_fetch *engine, struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(SOURCE_ARENA);
	struct ts_fetch_result result = { .requests = 0 };
	struct ts_secret *secret = NULL;
	struct ts_source source;
	struct ts_need *needs = NULL;
	size_t count = 0;
	enum ts_status status;

	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_fetch_prepare(w->world, w->wish, w->source, arena, &source,
				  &secret, &needs, &count, err);
	if (status == TS_OK)
		status = ts_fetch_watch(engine, &source, needs, count,
					take_mark, w, &result, err);
	w->done->requests += result.requests;
	ts_secret_free(secret);
	ts_arena_free(arena);
	return status;
}

/* A publisher that does not answer has nothing new for now. One that answers
 * what we do not understand has no marker: then only a look can tell. */
static void
note_failure(struct watching *w, const struct ts_err *err)
{
	struct ts_watch_done *done = w->done;

	if (err->status == TS_BAD_DATA || err->status == TS_REFUSED) {
		ts_log(TS_LOG_NOTICE, w->source, "no marker: %s", err->text);
		done->changed = true;
		return;
	}
	ts_log(TS_LOG_WARN, w->source, "%s", err->text);
	ts_fetch_add_trouble(done->trouble, sizeof done->trouble, w->source,
			     err);
	done->failed_sources++;
}

enum ts_status
ts_stage_watch(struct ts_world *world, const struct ts_fetch_wish *wish,
	       struct ts_arena *arena, struct ts_watch_done *done,
	       struct ts_err *err)
{
	const char *const *source = ts_report_sources(wish->report);
	struct watching w = {
		.world = world, .wish = wish, .arena = arena, .done = done
	};
	struct ts_err first = { .status = TS_OK };
	struct ts_fetch *engine;

	*done = (struct ts_watch_done){ .sources = 0 };
	TS_FAULT("watch.begin");
	/* what is on the disk need not be spared */
	done->changed = wish->mode != TS_FETCH_LIVE;
	if (done->changed)
		return TS_OK;
	if (ts_fetch_engine(world, wish, &engine, err) != TS_OK)
		return err->status;
	for (; source != NULL && *source != NULL; source++) {
		w.source = *source;
		done->sources++;
		if (watch_source(&w, engine, err) == TS_OK)
			continue;
		note_failure(&w, err);
		if (first.status == TS_OK)
			first = *err;
	}
	ts_fetch_close(engine);
	TS_FAULT("watch.markers");
	if (done->changed || done->failed_sources < done->sources)
		return TS_OK;
	*err = first;
	return first.status;
}

enum ts_status
ts_watch_remember(struct ts_world *world, const struct ts_watch_done *done,
		  const struct ts_fetch_done *fetched, struct ts_err *err)
{
	int64_t now_us = world->clock->wall_us(world->clock);

	/* which of the sources failed is not worth knowing: looking once more
	 * at all of them costs little */
	if (fetched->failed_sources > 0)
		return TS_OK;
	for (size_t i = 0; i < done->count; i++)
		if (ts_marker_put(world->store, done->markers[i].source,
				  done->markers[i].key, done->markers[i].value,
				  now_us, err) != TS_OK)
			return err->status;
	TS_FAULT("watch.remembered");
	return TS_OK;
}
