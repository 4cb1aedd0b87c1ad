/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/stage_fetch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/fault.h>
#include <tradestat/log.h>
#include "daemon/common/quota.h"
#include "daemon/report/convert.h"
#include "daemon/report/render.h"
#include "daemon/report/variant.h"
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

/* ---- what is needed --------------------------------------------------------
 */

#define SOURCES_MOST 64
#define NEEDS_MOST 256 /* of one source, with all variants */

static bool
is_listed(const char *const *list, const char *text)
{
	for (; list != NULL && *list != NULL; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

/* The report's, and that of rates when a variant has another currency. */
static enum ts_status
sources_of(const struct ts_conf_report *report,
	   const struct ts_variants *variants,
	   const char *out[SOURCES_MOST + 2], struct ts_err *err)
{
	const char *const *source = ts_report_sources(report);
	size_t count = 0, i;

	if (source == NULL)
		return ts_fail(err, TS_BAD_CONFIG, "%s:%d: no template \"%s\"",
			       report->file, report->line, report->template);
	for (; *source != NULL; source++) {
		if (count == SOURCES_MOST)
			return ts_fail(err, TS_BAD_CONFIG,
				       "%s:%d: more than %d sources",
				       report->file, report->line,
				       SOURCES_MOST);
		out[count++] = *source;
	}
	out[count] = NULL;
	for (i = 1; i < variants->count; i++)
		if (strcmp(variants->items[i].report.currency,
			   report->currency) != 0 &&
		    !is_listed(out, TS_RATES_SOURCE)) {
			out[count++] = TS_RATES_SOURCE;
			out[count] = NULL;
		}
	return TS_OK;
}

struct gathering {
	struct ts_need *items;
	size_t count;
};

static bool
same_list(const char *const *a, const char *const *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	for (; *a != NULL && *b != NULL; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return *a == *b;
}

static bool
same_need(const struct ts_need *a, const struct ts_need *b)
{
	return strcmp(a->dataset, b->dataset) == 0 &&
	       a->frequency == b->frequency &&
	       ts_period_equal(a->from, b->from) &&
	       ts_period_equal(a->to, b->to) && same_list(a->flows, b->flows) &&
	       same_list(a->reporters, b->reporters) &&
	       same_list(a->partners, b->partners) &&
	       same_list(a->products, b->products);
}

/* What two variants need is asked for once. */
static enum ts_status
gather(struct gathering *all, const struct ts_need *needs, size_t count,
       struct ts_err *err)
{
	size_t i, j;

	for (i = 0; i < count; i++) {
		for (j = 0; j < all->count; j++)
			if (same_need(&all->items[j], &needs[i]))
				break;
		if (j < all->count)
			continue;
		if (all->count == NEEDS_MOST)
			return ts_fail(err, TS_BAD_CONFIG,
				       "more than %d needs of one source",
				       NEEDS_MOST);
		all->items[all->count++] = needs[i];
	}
	return TS_OK;
}

/* All currencies that occur, but the one that rates are told in; none when
 * nothing has to be converted. */
static enum ts_status
gather_rates(struct gathering *all, const struct ts_conf_report *report,
	     const struct ts_variants *variants, struct ts_period last,
	     struct ts_arena *arena, struct ts_err *err)
{
	const char **list =
		ts_arena_alloc(arena, variants->count + 1, sizeof *list);
	struct ts_need *needs;
	size_t count = 0, others = 0, i;

	if (list == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	for (i = 0; i < variants->count; i++) {
		const char *currency = variants->items[i].report.currency;

		others += strcmp(currency, report->currency) != 0;
		if (strcmp(currency, TS_RATES_VIA) != 0 &&
		    !is_listed(list, currency))
			list[count++] = currency;
	}
	if (others == 0)
		return TS_OK;
	if (ts_rate_needs(report, list, last, arena, &needs, &count, err) !=
	    TS_OK)
		return err->status;
	return gather(all, needs, count, err);
}

static enum ts_status
gather_all(struct ts_world *world, const struct ts_fetch_wish *wish,
	   const struct ts_source *source, struct ts_arena *arena,
	   struct gathering *all, struct ts_err *err)
{
	const struct ts_conf_report *report = wish->report;
	struct ts_period last = last_period(world, wish);
	const char *sources[SOURCES_MOST + 2];
	struct ts_variants variants;
	struct ts_need *needs;
	size_t count, i;

	if (ts_variants_of(report, &variants, err) != TS_OK ||
	    sources_of(report, &variants, sources, err) != TS_OK)
		return err->status;
	if (strcmp(source->id, TS_RATES_SOURCE) == 0 &&
	    gather_rates(all, report, &variants, last, arena, err) != TS_OK)
		return err->status;
	if (!is_listed(ts_report_sources(report), source->id))
		return TS_OK;
	for (i = 0; i < variants.count; i++)
		if (ts_template_needs(ts_template_find(report->template), world,
				      &variants.items[i].report,
				      source->fetcher->plugin.name, last, arena,
				      &needs, &count, err) != TS_OK ||
		    gather(all, needs, count, err) != TS_OK)
			return err->status;
	return TS_OK;
}

enum ts_status
ts_fetch_prepare(struct ts_world *world, const struct ts_fetch_wish *wish,
		 const char *id, struct ts_arena *arena,
		 struct ts_source *source, struct ts_secret **secret,
		 struct ts_need **needs, size_t *count, struct ts_err *err)
{
	struct gathering all = { .count = 0 };

	if (ts_world_source(world, id, arena, source, secret, err) != TS_OK)
		return err->status;
	all.items = ts_arena_alloc(arena, NEEDS_MOST, sizeof *all.items);
	if (all.items == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (gather_all(world, wish, source, arena, &all, err) != TS_OK)
		return err->status;
	*needs = all.items;
	*count = all.count;
	return TS_OK;
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
	const char *sources[SOURCES_MOST + 2], **source = sources;
	struct fetching f = { .world = world, .wish = wish, .done = done };
	struct ts_variants variants;
	struct ts_err first = { .status = TS_OK };
	struct ts_fetch *engine;

	*done = (struct ts_fetch_done){ .sources = 0 };
	TS_FAULT("fetch.begin");
	if (ts_variants_of(wish->report, &variants, err) != TS_OK ||
	    sources_of(wish->report, &variants, sources, err) != TS_OK)
		return err->status;
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
	const char *sources[SOURCES_MOST + 2], **source = sources;
	struct showing showing = { .show = show, .ctx = ctx };
	struct ts_variants variants;
	struct ts_fetch *engine;
	enum ts_status status = TS_OK;

	if (ts_variants_of(wish->report, &variants, err) != TS_OK ||
	    sources_of(wish->report, &variants, sources, err) != TS_OK ||
	    ts_fetch_engine(world, wish, &engine, err) != TS_OK)
		return err->status;
	for (; *source != NULL && status == TS_OK; source++) {
		showing.source = *source;
		status = with_source(world, wish, engine, *source, NULL,
				     show_url, &showing, err);
	}
	ts_fetch_close(engine);
	return status;
}
