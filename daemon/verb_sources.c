/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tradestat sources`: each publisher that is configured, used by a report or
 * known to the store: what came of it last, and what it still allows. Reads
 * no key and asks nobody.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/text.h>
#include "daemon/common/quota.h"
#include "daemon/journal_view.h"
#include "daemon/stage_fetch.h"
#include "fetchers/engine/pace.h"
#include "fetchers/engine/url.h"

struct source {
	const char *id, *publisher, *fetcher, *host;
	const char *problem; /* NULL: none */
	struct ts_source_row row;
	double per_minute; /* 0 unknown */
	struct ts_quota quota;
	struct ts_quota_left left;
};

struct sources {
	struct ts_view view;
	const char *only; /* NULL: all */
	struct source *items;
	size_t count, room;
};

/* ---- which ------------------------------------------------------------ */

static struct source *
find(struct sources *all, const char *id)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (strcmp(all->items[i].id, id) == 0)
			return &all->items[i];
	return NULL;
}

static enum ts_status
add(struct sources *all, const char *id, struct ts_err *err)
{
	struct ts_arena *arena = all->view.arena;

	if ((all->only != NULL && strcmp(all->only, id) != 0) ||
	    find(all, id) != NULL)
		return TS_OK;
	if (all->count == all->room) {
		size_t room = all->room == 0 ? 16 : 2 * all->room;

		all->items = ts_arena_grow(arena, all->items, all->count, room,
					   sizeof *all->items);
		if (all->items == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		all->room = room;
	}
	all->items[all->count] = (struct source){
		.id = ts_arena_strdup(arena, id), .fetcher = "", .host = ""
	};
	if (all->items[all->count].id == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	all->count++;
	return TS_OK;
}

static enum ts_status
take_row(void *ctx, const struct ts_source_row *row, struct ts_err *err)
{
	struct sources *all = ctx;
	struct source *source;

	if (add(all, row->source, err) != TS_OK)
		return err->status;
	source = find(all, row->source);
	if (source == NULL)
		return TS_OK;
	source->row = *row;
	source->host = ts_arena_strdup(all->view.arena, row->host);
	if (source->host == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	return TS_OK;
}

static enum ts_status
collect(struct sources *all, struct ts_err *err)
{
	const struct ts_conf *conf = all->view.world.conf;
	const char *const *id;
	size_t i;

	for (i = 0; i < conf->source_count; i++)
		if (add(all, conf->sources[i].id, err) != TS_OK)
			return err->status;
	for (i = 0; i < conf->report_count; i++)
		for (id = ts_report_sources(&conf->reports[i]);
		     id != NULL && *id != NULL; id++)
			if (add(all, *id, err) != TS_OK)
				return err->status;
	if (all->view.world.store != NULL &&
	    ts_store_sources(all->view.world.store, take_row, all, err) !=
		    TS_OK)
		return err->status;
	if (all->only != NULL && all->count == 0)
		return ts_fail(err, TS_NO_INPUT,
			       "no source \"%s\" is configured, used or "
			       "known; tradestat list sources",
			       all->only);
	return TS_OK;
}

static bool
uses(const struct ts_conf_report *report, const char *source)
{
	const char *const *id = ts_report_sources(report);

	for (; id != NULL && *id != NULL; id++)
		if (strcmp(*id, source) == 0)
			return true;
	return false;
}

/* ---- what of each ----------------------------------------------------- */

static enum ts_status
read_left(struct sources *all, struct source *source, struct ts_err *err)
{
	struct ts_store *store = all->view.world.store;

	source->left.left = -1;
	if (source->host[0] == '\0') /* a file: no quota counts */
		return TS_OK;
	if (source->quota.calls > 0)
		source->left.left = source->quota.calls;
	if (store == NULL)
		return TS_OK;
	/* a source that cannot be resolved here: as the fetch stage saw it */
	if (source->problem != NULL &&
	    ts_quota_get(store, source->id, &source->quota, err) != TS_OK)
		return err->status;
	return ts_quota_left(store, source->host, &source->quota,
			     all->view.now_us, &source->left, err);
}

static enum ts_status
resolve(struct sources *all, struct source *source, struct ts_err *err)
{
	struct ts_world *world = &all->view.world;
	struct ts_pace_rule rule = { .host = "" };
	struct ts_source found;
	const char *licence;
	char host[256];
	struct ts_err why;

	ts_world_source_notes(world, source->id, &source->publisher, &licence);
	if (ts_world_source(world, source->id, all->view.arena, &found, NULL,
			    &why) != TS_OK) {
		source->problem = ts_arena_strdup(all->view.arena, why.text);
		if (source->problem == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		return read_left(all, source, err);
	}
	source->fetcher = found.fetcher->plugin.name;
	source->per_minute = found.per_minute;
	rule.quota_calls = found.quota_calls;
	rule.quota_window_s = found.quota_window_s;
	if (found.quota_calls > 0 && found.quota_window_s > 0)
		source->quota = (struct ts_quota){ ts_pace_allowed(&rule),
						   found.quota_window_s };
	/* the address in force, not the one that answered before it moved */
	if (found.base_url != NULL && found.base_url[0] != '\0' &&
	    ts_url_host(found.base_url, host, sizeof host, &why) == TS_OK) {
		source->host = ts_arena_strdup(all->view.arena, host);
		if (source->host == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
	}
	return read_left(all, source, err);
}

/* ---- showing ---------------------------------------------------------- */

static void
add_shown(struct ts_buf *out, const char *text)
{
	char line[600];

	ts_text_escape(line, sizeof line, text);
	ts_buf_add(out, line);
}

static void
add_size(int64_t bytes, struct ts_buf *out)
{
	if (bytes < 10000)
		ts_buf_addf(out, "%" PRId64 " bytes", bytes);
	else if (bytes < 10000000)
		ts_buf_addf(out, "%" PRId64 " kB", (bytes + 500) / 1000);
	else
		ts_buf_addf(out, "%" PRId64 " MB", (bytes + 500000) / 1000000);
}

static void
print_archive(const struct sources *all, const struct source *source,
	      struct ts_buf *out)
{
	const struct ts_source_row *row = &source->row;
	char period[TS_PERIOD_TEXT];

	if (row->documents == 0) {
		ts_buf_add(out, "  no document yet\n");
		return;
	}
	ts_buf_add(out, "  last document ");
	ts_view_when(&all->view, all->view.zone, row->last_us, out);
	ts_buf_addf(out, "\n  %" PRId64 " document%s, ", row->documents,
		    row->documents == 1 ? "" : "s");
	add_size(row->bytes, out);
	ts_buf_addf(out, ", of %" PRId64 " address%s", row->addresses,
		    row->addresses == 1 ? "" : "es");
	if (source->host[0] != '\0')
		ts_buf_addf(out, "; %" PRId64 " can be asked for changes only",
			    row->conditional);
	ts_buf_add_char(out, '\n');
	if (row->newest_period != 0)
		ts_buf_addf(
			out, "  newest figures of %s\n",
			ts_period_print(ts_period_of_key(row->newest_period),
					period));
}

static void
print_left(const struct sources *all, const struct source *source,
	   struct ts_buf *out)
{
	if (source->left.left >= 0) {
		ts_buf_addf(out, "  %" PRId64 " of %" PRId64 " calls left in ",
			    source->left.left, source->quota.calls);
		ts_view_span(source->quota.window_s * 1000000, out);
		if (source->left.renews_us != 0) {
			ts_buf_add(out, ", all again ");
			ts_view_when(&all->view, all->view.zone,
				     source->left.renews_us, out);
		}
		ts_buf_add_char(out, '\n');
	} else if (source->per_minute > 0 && source->host[0] != '\0') {
		ts_buf_addf(out, "  at most %g calls a minute\n",
			    source->per_minute);
	}
	if (source->left.not_before_us != 0) {
		ts_buf_add(out, "  wants no call before ");
		ts_view_when(&all->view, all->view.zone,
			     source->left.not_before_us, out);
		ts_buf_add_char(out, '\n');
	}
}

static void
print_source(const struct sources *all, const struct source *source,
	     struct ts_buf *out)
{
	const struct ts_conf *conf = all->view.world.conf;
	size_t i, used = 0;

	add_shown(out, source->id);
	ts_buf_add(out, "  ");
	add_shown(out, source->publisher);
	ts_buf_addf(out, "\n  fetcher %s, host %s\n",
		    source->fetcher[0] != '\0' ? source->fetcher : "-",
		    source->host[0] != '\0' ? source->host : "-");
	if (source->problem != NULL) {
		ts_buf_add(out, "  cannot be asked: ");
		add_shown(out, source->problem);
		ts_buf_add_char(out, '\n');
	}
	for (i = 0; i < conf->report_count; i++)
		if (uses(&conf->reports[i], source->id))
			ts_buf_addf(out, "%s%s",
				    used++ == 0 ? "  used by " : ", ",
				    conf->reports[i].id);
	ts_buf_add(out, used > 0 ? "\n" : "  used by no report\n");
	print_archive(all, source, out);
	print_left(all, source, out);
}

static json_t *
source_json(const struct sources *all, const struct source *source)
{
	const struct ts_conf *conf = all->view.world.conf;
	bool limited = source->left.left >= 0;
	json_t *reports = json_array();
	char period[TS_PERIOD_TEXT] = "";
	size_t i;

	for (i = 0; i < conf->report_count; i++)
		if (uses(&conf->reports[i], source->id))
			json_array_append_new(reports,
					      json_string(conf->reports[i].id));
	if (source->row.newest_period != 0)
		ts_period_print(ts_period_of_key(source->row.newest_period),
				period);
	return json_pack(
		"{s:o, s:o, s:s, s:o, s:o, s:o, s:I, s:I, s:o, s:I, s:I, s:o, "
		"s:f, s:o, s:o, s:o, s:o}",
		"source", ts_view_json_text(source->id), "publisher",
		ts_view_json_text(source->publisher), "fetcher",
		source->fetcher, "host", ts_view_json_text(source->host),
		"problem",
		source->problem != NULL ? ts_view_json_text(source->problem)
					: json_null(),
		"reports", reports, "documents",
		(json_int_t)source->row.documents, "bytes",
		(json_int_t)source->row.bytes, "last_document",
		ts_view_json_time(source->row.last_us), "addresses",
		(json_int_t)source->row.addresses, "conditional",
		(json_int_t)source->row.conditional, "newest_period",
		period[0] != '\0' ? json_string(period) : json_null(),
		"per_minute", source->per_minute, "quota",
		limited ? json_integer(source->quota.calls) : json_null(),
		"quota_left",
		limited ? json_integer(source->left.left) : json_null(),
		"quota_renews", ts_view_json_time(source->left.renews_us),
		"not_before", ts_view_json_time(source->left.not_before_us));
}

static enum ts_status
show(const struct ts_cli *cli, const struct sources *all, struct ts_err *err)
{
	TS_AUTO_BUF out = TS_BUF_INIT((size_t)8 << 20);
	json_t *root, *list;
	size_t i;

	if (cli->json) {
		root = ts_view_json();
		list = json_array();
		for (i = 0; i < all->count; i++)
			json_array_append_new(list,
					      source_json(all, &all->items[i]));
		json_object_set_new(root, "sources", list);
		return ts_view_json_print(root, err);
	}
	for (i = 0; i < all->count; i++) {
		if (i > 0)
			ts_buf_add_char(&out, '\n');
		print_source(all, &all->items[i], &out);
	}
	if (all->count == 0)
		ts_buf_add(&out, "no source is configured or used yet; "
				 "tradestat list sources\n");
	if (ts_buf_check(&out, "sources", err) != TS_OK)
		return err->status;
	return ts_cli_out(cli, out.data, out.used, err);
}

static void
complain(void *ctx, const char *text)
{
	(void)ctx;
	fprintf(stderr, "%s\n", text);
}

enum ts_status
ts_verb_sources(const struct ts_cli *cli, struct ts_err *err)
{
	struct sources all = { .only = cli->arg_count > 0 ? cli->args[0]
							  : NULL };
	struct ts_world *world = &all.view.world;
	enum ts_status status;
	size_t i;

	status = ts_view_open(cli, &all.view, err);
	if (status == TS_OK)
		status = ts_registry_open(world->conf->plugin_dir, complain,
					  NULL, &world->registry, err);
	if (status == TS_OK)
		status = collect(&all, err);
	for (i = 0; status == TS_OK && i < all.count; i++)
		status = resolve(&all, &all.items[i], err);
	if (status == TS_OK)
		status = show(cli, &all, err);
	ts_view_close(&all.view);
	return status;
}
