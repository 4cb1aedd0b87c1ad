/* SPDX-License-Identifier: Apache-2.0 */
#include "fetchers/engine/fetch.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tradestat/file.h>
#include "fetchers/engine/url.h"
#include "fetchers/engine/watch.h"

#define RUN_ARENA (256u << 20)
#define MAX_BYTES (512ll << 20)
#define BULK_BYTES (16ll << 30)

/* ---- the engine -------------------------------------------------- */

enum ts_status
ts_fetch_open(const struct ts_fetch_opts *opts, struct ts_fetch **out,
	      struct ts_err *err)
{
	struct ts_fetch *fetch = calloc(1, sizeof *fetch);

	*out = NULL;
	if (fetch == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	fetch->opts = *opts;
	if (ts_archive_sweep(opts->archive_dir, err) == TS_OK &&
	    (opts->mode != TS_FETCH_REPLAY ||
	     ts_pack_open(opts->pack_dir, &fetch->pack, err) == TS_OK) &&
	    (opts->record_dir == NULL ||
	     ts_record_open(opts->record_dir, &fetch->record, err) == TS_OK))
		*out = fetch;
	if (*out != NULL)
		return TS_OK;
	ts_fetch_close(fetch);
	return err->status;
}

void
ts_fetch_close(struct ts_fetch *fetch)
{
	if (fetch == NULL)
		return;
	ts_pack_close(fetch->pack);
	ts_record_close(fetch->record);
	free(fetch);
}

/* ---- a source ---------------------------------------------------- */

static bool
is_one_line(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static enum ts_status
check_source(const struct ts_source *source, struct ts_err *err)
{
	const char *base = source->base_url;
	bool has_key = source->key != NULL && source->key[0] != '\0';
	char host[256];
	bool plain;

	if (!ts_is_id(source->id))
		return ts_fail(err, TS_BAD_CONFIG,
			       "\"%.80s\" cannot name a source", source->id);
	if (!is_one_line(source->key) || !is_one_line(source->key_header))
		return ts_fail(err, TS_BAD_CONFIG,
			       "the key of %s is not one line", source->id);
	if (has_key && source->key_header == NULL)
		return ts_fail(err, TS_BAD_CONFIG, "%s takes no key",
			       source->id);
	if (base == NULL || base[0] == '\0')
		return TS_OK;
	plain = strncasecmp(base, "http://", 7) == 0;
	if (plain && has_key && !source->allow_private)
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s: a key does not go over plain http",
			       source->id);
	if (strncasecmp(base, "https://", 8) != 0 &&
	    (!plain || !source->allow_http))
		return ts_fail(err, TS_BAD_CONFIG,
			       "%s: %s is not https "
			       "(allow_http = true would permit http)",
			       source->id, base);
	if (ts_url_host(base, host, sizeof host, err) == TS_OK)
		return TS_OK;
	err->status = TS_BAD_CONFIG;
	return ts_while(err, "%s", source->id);
}

static int
at_least_one(int value, int preset)
{
	return value > 0 ? value : preset;
}

static void
fill_defaults(struct ts_source *source)
{
	source->connect_timeout_s = at_least_one(source->connect_timeout_s, 15);
	source->timeout_s = at_least_one(source->timeout_s, 600);
	source->low_speed_bytes = at_least_one(source->low_speed_bytes, 50);
	source->low_speed_s = at_least_one(source->low_speed_s, 30);
	source->connections = at_least_one(source->connections, 1);
	if (source->retries < 0)
		source->retries = 0;
	if (!(source->per_minute > 0))
		source->per_minute = source->fetcher->per_minute > 0
					     ? source->fetcher->per_minute
					     : 10;
	if (!(source->burst >= 1))
		source->burst = 1;
	if (source->max_bytes <= 0)
		source->max_bytes = source->bulk ? BULK_BYTES : MAX_BYTES;
	if (source->proxy == NULL)
		source->proxy = "";
}

static enum ts_status
begin(struct ts_run *run, struct ts_fetch *fetch,
      const struct ts_source *source, struct ts_err *err)
{
	bool files = strcmp(source->fetcher->plugin.name, "table") == 0;

	if (check_source(source, err) != TS_OK)
		return err->status;
	run->fetch = fetch;
	run->opts = &fetch->opts;
	run->source = *source;
	run->quota_left = -1;
	fill_defaults(&run->source);
	run->arena = ts_arena_new(RUN_ARENA);
	if (run->arena == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	return ts_plan_start(&run->plan, run->arena, source->base_url, files,
			     err);
}

static enum ts_status
ask_plan(struct ts_run *run, const struct ts_need *needs, size_t count,
	 size_t seen, struct ts_err *err)
{
	const struct ts_fetcher *fetcher = run->source.fetcher;
	struct ts_job job = {
		.opts = run->source.opts,
		.needs = needs,
		.need_count = count,
		.coder = run->opts->coder,
		.has_key =
			run->source.key != NULL && run->source.key[0] != '\0',
		.answers = run->answers,
		.answer_count = run->answer_count,
		.answers_seen = seen,
		.arena = run->arena,
	};

	run->plan.round++;
	if (run->watching != NULL && run->watching->own) {
		if (fetcher->watch(&job, &run->plan, err) != TS_OK)
			return ts_while(err, "watch of %s",
					fetcher->plugin.name);
		return TS_OK;
	}
	if (fetcher->plan(&job, &run->plan, err) != TS_OK)
		return ts_while(err, "plan of %s", fetcher->plugin.name);
	return TS_OK;
}

/* ---- rounds ------------------------------------------------------ */

enum ts_status
ts_run_failed(struct ts_run *run, size_t ask, struct ts_err *err)
{
	struct ts_fate *fate = &run->fates[ask];

	ts_while(err, "%s", run->plan.asks[ask].public_url);
	fate->known = true;
	fate->status = err->status;
	run->done++;
	run->result->failed++;
	if (run->first.status == TS_OK)
		run->first = *err;
	switch (err->status) {
	case TS_FULL:
	case TS_CORRUPT:
	case TS_SYSTEM:
	case TS_NO_OUTPUT:
		return err->status; /* ours: the others would fail, too */
	case TS_OK:
	case TS_AGAIN:
	case TS_REFUSED:
	case TS_BAD_DATA:
	case TS_BAD_CONFIG:
	case TS_BAD_USAGE:
	case TS_NO_INPUT:
	case TS_UNAVAILABLE:
	case TS_HELD:
		break;
	}
	return TS_OK;
}

static enum ts_status
make_room(struct ts_run *run, struct ts_err *err)
{
	size_t room = run->plan.room;
	size_t answers = run->answer_room;

	if (room > run->fate_room) {
		run->fates =
			ts_arena_grow(run->arena, run->fates, run->fate_room,
				      room, sizeof *run->fates);
		if (run->fates != NULL)
			memset(run->fates + run->fate_room, 0,
			       (room - run->fate_room) * sizeof *run->fates);
		run->fate_room = room;
	}
	if (run->plan.count > answers) {
		run->answers = ts_arena_grow(run->arena, run->answers,
					     run->answer_count, room,
					     sizeof *run->answers);
		run->answer_room = room;
	}
	if (run->fates == NULL || run->answers == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for answers");
	return TS_OK;
}

/* What is really sent, structures before the data that need them. */
static enum ts_status
order(struct ts_run *run, size_t from, size_t **out, size_t *count,
      struct ts_err *err)
{
	size_t *asks = ts_arena_alloc(run->arena, run->plan.count - from,
				      sizeof *asks);

	*count = 0;
	*out = asks;
	if (asks == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for a plan");
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = from; i < run->plan.count; i++) {
			const struct ts_ask *ask = &run->plan.asks[i];
			bool first = ask->request.role == TS_ROLE_STRUCTURE;

			if (ask->same_as == i && first == (pass == 0))
				asks[(*count)++] = i;
		}
	return TS_OK;
}

/* Without the network; in live mode that is a local file. */
static enum ts_status
get_quietly(struct ts_run *run, size_t ask, struct ts_err *err)
{
	run->result->requests++;
	if (ts_run_quiet(run, ask, err) != TS_OK)
		return ts_run_failed(run, ask, err);
	run->fates[ask].known = true;
	run->done++;
	ts_run_progress(run, 0, 0);
	return TS_OK;
}

static enum ts_status
get_all(struct ts_run *run, const size_t *asks, size_t count,
	struct ts_err *err)
{
	bool live = run->opts->mode == TS_FETCH_LIVE;

	for (size_t i = 0; i < count && !run->stop;) {
		size_t n = 0;

		while (live && i + n < count &&
		       !ts_url_is_file(run->plan.asks[asks[i + n]].url))
			n++;
		if (n == 0) {
			if (get_quietly(run, asks[i], err) != TS_OK)
				return err->status;
			i++;
			continue;
		}
		if (run->http == NULL &&
		    ts_http_open(&run->source, run->opts->archive_dir,
				 run->opts->clock, ts_run_progress, run,
				 &run->http, err) != TS_OK)
			return err->status;
		if (ts_run_live(run, asks + i, n, err) != TS_OK)
			return err->status;
		i += n;
	}
	return TS_OK;
}

/* Each ask gets the answer of the one that was sent for it. */
static void
answer(struct ts_run *run, size_t from)
{
	for (size_t i = from; i < run->plan.count; i++) {
		const struct ts_ask *ask = &run->plan.asks[i];
		struct ts_answer *out = &run->answers[run->answer_count++];

		*out = run->fates[ask->same_as].answer;
		out->key = ask->request.key;
		out->tag = ask->request.tag;
	}
}

static enum ts_status
one_round(struct ts_run *run, size_t from, struct ts_err *err)
{
	size_t n, *asks;

	if (make_room(run, err) != TS_OK ||
	    order(run, from, &asks, &n, err) != TS_OK ||
	    get_all(run, asks, n, err) != TS_OK)
		return err->status;
	answer(run, from);
	return TS_OK;
}

static enum ts_status
rounds(struct ts_run *run, const struct ts_need *needs, size_t count,
       struct ts_err *err)
{
	size_t seen = 0;

	while (!run->stop) {
		size_t from = run->plan.count;
		size_t answers = run->answer_count;

		if (ask_plan(run, needs, count, seen, err) != TS_OK)
			return err->status;
		seen = answers;
		if (run->plan.count == from)
			break;
		if (one_round(run, from, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static enum ts_status
end(struct ts_run *run, enum ts_status status, struct ts_err *err)
{
	struct ts_err later;

	ts_http_close(run->http);
	/* not tried, because nothing could come of it */
	for (size_t i = 0; i < run->plan.count && i < run->fate_room; i++)
		run->result->failed +=
			run->plan.asks[i].same_as == i && !run->fates[i].known;
	if (run->first.status != TS_OK) {
		status = run->first.status;
		*err = run->first;
	}
	if (run->fetch->record != NULL &&
	    ts_record_save(run->fetch->record, &later) != TS_OK &&
	    status == TS_OK) {
		*err = later;
		status = err->status;
	}
	ts_arena_free(run->arena);
	if (status != TS_OK)
		return ts_while(err, "fetch %s", run->source.id);
	return TS_OK;
}

enum ts_status
ts_fetch_run(struct ts_fetch *fetch, const struct ts_source *source,
	     const struct ts_need *needs, size_t count,
	     const struct ts_fetch_events *events,
	     struct ts_fetch_result *result, struct ts_err *err)
{
	struct ts_run run = { .fetch = fetch,
			      .events = events,
			      .result = result };
	enum ts_status status;

	*result = (struct ts_fetch_result){ .requests = 0 };
	status = begin(&run, fetch, source, err);
	if (status == TS_OK)
		status = rounds(&run, needs, count, err);
	return end(&run, status, err);
}

enum ts_status
ts_fetch_watch(struct ts_fetch *fetch, const struct ts_source *source,
	       const struct ts_need *needs, size_t count, ts_fetch_mark *mark,
	       void *ctx, struct ts_fetch_result *result, struct ts_err *err)
{
	static const struct ts_fetch_events none = { .ctx = NULL };
	struct ts_watching watching = {
		.mark = mark,
		.ctx = ctx,
		.own = source->fetcher->watch != NULL,
	};
	struct ts_run run = { .fetch = fetch,
			      .events = &none,
			      .watching = &watching,
			      .result = result };
	enum ts_status status;

	*result = (struct ts_fetch_result){ .requests = 0 };
	status = begin(&run, fetch, source, err);
	if (status == TS_OK)
		status = ask_plan(&run, needs, count, 0, err);
	if (status == TS_OK && watching.own && run.plan.count == 0) {
		watching.own = false;
		status = ask_plan(&run, needs, count, 0, err);
	}
	if (status == TS_OK && run.plan.count > 0)
		status = one_round(&run, 0, err);
	return end(&run, status, err);
}

enum ts_status
ts_fetch_plan(struct ts_fetch *fetch, const struct ts_source *source,
	      const struct ts_need *needs, size_t count, ts_fetch_show *show,
	      void *ctx, struct ts_err *err)
{
	struct ts_run run = { .quota_left = -1 };
	enum ts_status status = begin(&run, fetch, source, err);

	if (status == TS_OK)
		status = ask_plan(&run, needs, count, 0, err);
	for (size_t i = 0; status == TS_OK && i < run.plan.count; i++)
		if (run.plan.asks[i].same_as == i)
			show(ctx, run.plan.asks[i].public_url);
	ts_arena_free(run.arena);
	return status;
}
