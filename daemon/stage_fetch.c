/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/stage_fetch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/fault.h>
#include <tradestat/log.h>
#include "daemon/common/quota.h"
#include "daemon/report/render.h"
#include "fetchers/engine/pace.h"

#define SOURCE_ARENA ((size_t)64 << 20)

/* One source at work. A document is normalised into one transaction. */
struct fetching {
	struct ts_world *world;
	const struct ts_fetch_wish *wish;
	struct ts_fetch_done *done;
	const char *source;
	const char *area_scheme;
	struct ts_normaliser *normaliser;
	struct ts_sink to_store; /* behind the normaliser */
	bool progress_shown;
};

static void
no_progress(struct fetching *f)
{
	if (f->progress_shown)
		fprintf(stderr, "\r\033[K");
	f->progress_shown = false;
}

/* ---- decoder -> normaliser -> store ----------------------------------------
 */

static enum ts_status
store_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	struct fetching *f = ctx;

	return ts_store_columns(f->world->store, columns, err);
}

static enum ts_status
store_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	struct fetching *f = ctx;

	return ts_store_put(f->world->store, obs, err);
}

static enum ts_status
store_fact(void *ctx, const char *name, const char *value, struct ts_err *err)
{
	struct fetching *f = ctx;

	(void)err;
	ts_log(TS_LOG_DEBUG, f->source, "%s: %s", name, value);
	return TS_OK;
}

static void
tell_warning(void *ctx, const char *text)
{
	struct fetching *f = ctx;

	no_progress(f);
	ts_log(TS_LOG_WARN, f->source, "%s", text);
}

static enum ts_status
pass_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	struct fetching *f = ctx;
	const struct ts_sink *sink = ts_normalise_sink(f->normaliser);

	return sink->columns(sink->ctx, columns, err);
}

static enum ts_status
pass_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	struct fetching *f = ctx;
	const struct ts_sink *sink = ts_normalise_sink(f->normaliser);

	return sink->obs(sink->ctx, obs, err);
}

/* ---- a document -------------------------------------------------------------
 */

static enum ts_status
begin_document(void *ctx, const struct ts_document *document,
	       struct ts_err *err)
{
	struct fetching *f = ctx;

	if (ts_normalise_new(f->world->codes, f->source, f->area_scheme,
			     &f->to_store, &f->normaliser, err) != TS_OK)
		return err->status;
	return ts_store_begin(f->world->store, document, err);
}

static void
count_aside(struct fetching *f, const struct ts_document *document)
{
	const struct ts_normalise_report *report =
		ts_normalise_report(f->normaliser);
	uint64_t unmapped = report->aside[TS_ASIDE_UNMAPPED];

	f->done->aside += report->aside[TS_ASIDE_DETAIL];
	f->done->unmapped += unmapped;
	if (report->aside[TS_ASIDE_DETAIL] > 0)
		ts_log(TS_LOG_INFO, f->source,
		       "%llu detail rows set aside beside their totals",
		       (unsigned long long)report->aside[TS_ASIDE_DETAIL]);
	if (unmapped > 0) {
		no_progress(f);
		ts_log(TS_LOG_WARN, f->source,
		       "%llu figures with a code we do not know, first: %s "
		       "(%s)",
		       (unsigned long long)unmapped, report->first_unmapped,
		       document->url);
	}
}

static enum ts_status
end_document(void *ctx, const struct ts_document *document,
	     enum ts_status status, struct ts_err *err)
{
	struct fetching *f = ctx;
	struct ts_store_change change = { .rows = 0 };

	if (status != TS_OK) {
		ts_store_rollback(f->world->store);
	} else {
		count_aside(f, document);
		status = ts_store_commit(f->world->store, &change, err);
	}
	ts_normalise_free(f->normaliser);
	f->normaliser = NULL;
	if (status != TS_OK)
		return status;
	f->done->stored.rows += change.rows;
	f->done->stored.added += change.added;
	f->done->stored.revised += change.revised;
	f->done->stored.unchanged += change.unchanged;
	TS_FAULT("fetch.document.stored");
	ts_log(TS_LOG_INFO, f->source,
	       "%llu figures (%llu new, %llu revised) from %s",
	       (unsigned long long)change.rows,
	       (unsigned long long)change.added,
	       (unsigned long long)change.revised, document->url);
	return TS_OK;
}

/* One redrawn line on a terminal, nothing elsewhere. */
static void
show_progress(void *ctx, const struct ts_fetch_progress *p)
{
	struct fetching *f = ctx;
	char quota[48] = "";

	if (f->wish->quiet || !isatty(STDERR_FILENO))
		return;
	if (p->quota_left >= 0)
		snprintf(quota, sizeof quota, ", %lld calls left",
			 (long long)p->quota_left);
	fprintf(stderr, "\r\033[K%s: request %d of %d, %.1f MB at %.1f MB/s%s",
		p->source, p->requests_done + 1, p->requests_known,
		(double)p->bytes / 1e6, p->bytes_per_s / 1e6, quota);
	f->progress_shown = true;
}

/* ---- a source
 * ---------------------------------------------------------------- */

static const struct ts_decoder *
find_decoder(void *ctx, const char *name, const char *head, size_t count)
{
	const struct ts_registry *registry = ctx;
	const struct ts_plugin *const *list;
	const struct ts_decoder *best = NULL;
	int best_sure = 0;

	if (name != NULL)
		return (const struct ts_decoder *)(const void *)
			ts_registry_find(registry, TS_KIND_DECODER, name);
	for (list = ts_registry_list(registry, TS_KIND_DECODER); *list != NULL;
	     list++) {
		const struct ts_decoder *decoder =
			(const struct ts_decoder *)(const void *)*list;
		int sure = decoder->sniff != NULL ? decoder->sniff(head, count)
						  : 0;

		if (sure > best_sure) {
			best_sure = sure;
			best = decoder;
		}
	}
	return best;
}

const char *const *
ts_report_sources(const struct ts_conf_report *report)
{
	const struct ts_template *tpl = ts_template_find(report->template);

	if (report->sources != NULL && report->sources[0] != NULL)
		return report->sources;
	return tpl != NULL ? tpl->sources : NULL;
}

/* The newest period that can be asked for: the one wished, else the one of
 * today; publishers answer with what they have. */
static struct ts_period
last_period(const struct ts_world *world, const struct ts_fetch_wish *wish)
{
	int64_t day = world->clock->wall_us(world->clock) / (86400LL * 1000000);

	if (wish->period.span != TS_NO_SPAN)
		return wish->period;
	return ts_period_of_day(ts_span_of_freq(wish->report->frequency),
				(int32_t)day);
}

enum ts_status
ts_fetch_prepare(struct ts_world *world, const struct ts_fetch_wish *wish,
		 const char *id, struct ts_arena *arena,
		 struct ts_source *source, struct ts_secret **secret,
		 struct ts_need **needs, size_t *count, struct ts_err *err)
{
	if (ts_world_source(world, id, arena, source, secret, err) != TS_OK)
		return err->status;
	return ts_template_needs(
		ts_template_find(wish->report->template), world, wish->report,
		source->fetcher->plugin.name, last_period(world, wish), arena,
		needs, count, err);
}

static enum ts_status
run_source(struct fetching *f, struct ts_fetch *engine,
	   const struct ts_source *source, const struct ts_need *needs,
	   size_t count, struct ts_err *err)
{
	const struct ts_sink sink = { .ctx = f,
				      .columns = pass_columns,
				      .obs = pass_obs,
				      .fact = store_fact,
				      .warn = tell_warning };
	const struct ts_fetch_events events = { .ctx = f,
						.begin_document =
							begin_document,
						.sink = &sink,
						.end_document = end_document,
						.progress = show_progress };
	struct ts_fetch_result result = { .requests = 0 };
	struct ts_fetch_result *total = &f->done->total;
	enum ts_status status;

	f->source = source->id;
	f->area_scheme = source->area_scheme;
	f->to_store = (struct ts_sink){ .ctx = f,
					.columns = store_columns,
					.obs = store_obs,
					.fact = store_fact,
					.warn = tell_warning };
	status = ts_fetch_run(engine, source, needs, count, &events, &result,
			      err);
	no_progress(f);
	total->requests += result.requests;
	total->unchanged += result.unchanged;
	total->failed += result.failed;
	total->bytes += result.bytes;
	total->rows += result.rows;
	return status;
}

/* For those who know no fetcher and show what is left. */
static enum ts_status
remember_quota(struct ts_world *world, const struct ts_source *source,
	       struct ts_err *err)
{
	const struct ts_pace_rule rule = {
		.quota_calls = source->quota_calls,
		.quota_window_s = source->quota_window_s,
	};
	const struct ts_quota quota = { ts_pace_allowed(&rule),
					source->quota_window_s };

	return ts_quota_put(world->store, source->id, &quota,
			    world->clock->wall_us(world->clock), err);
}

/* f: fetch; NULL: only show what would be asked. */
static enum ts_status
with_source(struct ts_world *world, const struct ts_fetch_wish *wish,
	    struct ts_fetch *engine, const char *id, struct fetching *f,
	    ts_fetch_show *show, void *show_ctx, struct ts_err *err)
{
	struct ts_arena *arena = ts_arena_new(SOURCE_ARENA);
	struct ts_secret *secret = NULL;
	struct ts_source source;
	struct ts_need *needs = NULL;
	size_t count = 0;
	enum ts_status status;

	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_fetch_prepare(world, wish, id, arena, &source, &secret,
				  &needs, &count, err);
	if (status == TS_OK && f == NULL)
		status = ts_fetch_plan(engine, &source, needs, count, show,
				       show_ctx, err);
	else if (status == TS_OK)
		status = remember_quota(world, &source, err);
	if (status == TS_OK && f != NULL)
		status = run_source(f, engine, &source, needs, count, err);
	ts_secret_free(secret);
	ts_arena_free(arena);
	return status;
}

enum ts_status
ts_fetch_engine(struct ts_world *world, const struct ts_fetch_wish *wish,
		struct ts_fetch **engine, struct ts_err *err)
{
	struct ts_fetch_opts opts = { .mode = wish->mode,
				      .pack_dir = wish->pack,
				      .record_dir = wish->record,
				      .memory = ts_store_memory(world->store),
				      .clock = world->clock,
				      .coder = ts_codes_coder(world->codes),
				      .decoder = find_decoder,
				      .decoder_ctx = world->registry,
				      .force = wish->force };

	/* the engine keeps the pointer as long as it lives */
	opts.archive_dir = ts_arena_printf(world->conf->arena, "%s/archive",
					   world->conf->state_dir);
	if (opts.archive_dir == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	return ts_fetch_open(&opts, engine, err);
}

/* ---- the whole ------------------------------------------------------------
 */

/* Our own trouble is not a publisher's: nothing would get better by going on.
 */
static bool
is_ours(enum ts_status status)
{
	return status == TS_FULL || status == TS_CORRUPT ||
	       status == TS_SYSTEM || status == TS_BAD_CONFIG ||
	       status == TS_UNAVAILABLE;
}

bool
ts_fetch_is_fatal(const struct ts_fetch_done *done)
{
	return done->any_ours || (done->failed_sources == done->sources &&
				  done->stored.rows == 0);
}

void
ts_fetch_add_trouble(char *text, size_t size, const char *source,
		     const struct ts_err *err)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%ssource %s: %.300s",
		 used > 0 ? "; " : "", source, err->text);
}

enum ts_status
ts_stage_fetch(struct ts_world *world, const struct ts_fetch_wish *wish,
	       struct ts_fetch_done *done, struct ts_err *err)
{
	const char *const *source = ts_report_sources(wish->report);
	struct fetching f = { .world = world, .wish = wish, .done = done };
	struct ts_err first = { .status = TS_OK };
	struct ts_fetch *engine;

	*done = (struct ts_fetch_done){ .sources = 0 };
	TS_FAULT("fetch.begin");
	if (source == NULL)
		return ts_fail(err, TS_BAD_CONFIG, "%s:%d: no template \"%s\"",
			       wish->report->file, wish->report->line,
			       wish->report->template);
	if (ts_fetch_engine(world, wish, &engine, err) != TS_OK) {
		done->any_ours = true;
		return err->status;
	}
	for (; *source != NULL; source++) {
		if (wish->source != NULL && strcmp(wish->source, *source) != 0)
			continue;
		done->sources++;
		/* one broken publisher does not stop the others */
		if (with_source(world, wish, engine, *source, &f, NULL, NULL,
				err) == TS_OK)
			continue;
		ts_log(TS_LOG_WARN, *source, "%s", err->text);
		ts_fetch_add_trouble(done->trouble, sizeof done->trouble,
				     *source, err);
		done->failed_sources++;
		done->any_ours |= is_ours(err->status);
		if (first.status == TS_OK)
			first = *err;
	}
	ts_fetch_close(engine);
	if (first.status == TS_OK)
		return TS_OK;
	*err = first;
	return first.status;
}

struct showing {
	ts_stage_show *show;
	void *ctx;
	const char *source;
};

static void
show_url(void *ctx, const char *url)
{
	struct showing *showing = ctx;

	showing->show(showing->ctx, showing->source, url);
}

enum ts_status
ts_stage_fetch_plan(struct ts_world *world, const struct ts_fetch_wish *wish,
		    ts_stage_show *show, void *ctx, struct ts_err *err)
{
	const char *const *source = ts_report_sources(wish->report);
	struct showing showing = { .show = show, .ctx = ctx };
	struct ts_fetch *engine;
	enum ts_status status = TS_OK;

	if (ts_fetch_engine(world, wish, &engine, err) != TS_OK)
		return err->status;
	for (; source != NULL && *source != NULL && status == TS_OK; source++) {
		showing.source = *source;
		status = with_source(world, wish, engine, *source, NULL,
				     show_url, &showing, err);
	}
	ts_fetch_close(engine);
	return status;
}
