/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat run` and `tradestat fetch`: the main job, by hand. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/file.h>
#include <tradestat/log.h>
#include "daemon/common/intent.h"
#include "daemon/common/lock.h"
#include "daemon/deliver/deliver.h"
#include "daemon/report/preview.h"
#include "daemon/report/stage_render.h"
#include "daemon/stage_fetch.h"
#include "daemon/verb_send.h"

static const struct ts_conf_report *
find_report(const struct ts_conf *conf, const char *id, struct ts_err *err)
{
	const struct ts_conf_report *report = ts_conf_report(conf, id);
	const char *names[64], *near;
	size_t i;

	if (report != NULL)
		return report;
	for (i = 0; i < conf->report_count && i < 63; i++)
		names[i] = conf->reports[i].id;
	names[i] = NULL;
	near = ts_nearest(id, names);
	if (conf->report_count == 0)
		(void)ts_fail(err, TS_NO_INPUT,
			      "no report \"%s\": no report is configured; "
			      "\"tradestat init bilateral KAZ ITA\" writes one",
			      id);
	else
		(void)ts_fail(err, TS_NO_INPUT,
			      "no report \"%s\"%s%s%s; "
			      "tradestat list reports",
			      id, near != NULL ? "; did you mean \"" : "",
			      near != NULL ? near : "",
			      near != NULL ? "\"?" : "");
	return NULL;
}

static enum ts_status
fetch_wish(const struct ts_cli *cli, const struct ts_conf_report *report,
	   struct ts_fetch_wish *wish, struct ts_err *err)
{
	*wish = (struct ts_fetch_wish){ .report = report,
					.record = cli->record,
					.pack = cli->replay,
					.force = cli->force,
					.quiet = cli->quiet };
	if (cli->offline && cli->replay != NULL)
		return ts_fail(err, TS_BAD_USAGE,
			       "--offline and --replay exclude each other");
	if (cli->record != NULL && (cli->offline || cli->replay != NULL))
		return ts_fail(err, TS_BAD_USAGE,
			       "--record wants live answers");
	wish->mode = cli->offline          ? TS_FETCH_OFFLINE
		     : cli->replay != NULL ? TS_FETCH_REPLAY
					   : TS_FETCH_LIVE;
	if (cli->period != NULL &&
	    ts_period_parse(cli->period, &wish->period, err) != TS_OK) {
		err->status = TS_BAD_USAGE;
		return ts_while(err, "--period");
	}
	return TS_OK;
}

static void
tell_fetched(const struct ts_cli *cli, const struct ts_fetch_done *done)
{
	if (cli->quiet)
		return;
	fprintf(stderr,
		"fetched %d requests from %d sources: %llu figures, "
		"%llu new, %llu revised",
		done->total.requests, done->sources,
		(unsigned long long)done->stored.rows,
		(unsigned long long)done->stored.added,
		(unsigned long long)done->stored.revised);
	if (done->total.unchanged > 0)
		fprintf(stderr, ", %d documents unchanged",
			done->total.unchanged);
	fputc('\n', stderr);
}

static enum ts_status
fetch(const struct ts_cli *cli, struct ts_world *world,
      const struct ts_conf_report *report, struct ts_err *err)
{
	struct ts_fetch_wish wish;
	struct ts_fetch_done done;
	enum ts_status status;

	if (fetch_wish(cli, report, &wish, err) != TS_OK)
		return err->status;
	status = ts_stage_fetch(world, &wish, &done, err);
	tell_fetched(cli, &done);
	return status != TS_OK && ts_fetch_is_fatal(&done) ? status : TS_OK;
}

static enum ts_status
print_done(const struct ts_cli *cli, const struct ts_conf_report *report,
	   const struct ts_render_done *done, struct ts_err *err)
{
	TS_AUTO_BUF out = TS_BUF_INIT((size_t)64 << 10);
	int i;

	if (cli->json) {
		json_t *root =
			json_pack("{s:i, s:s, s:s, s:i, s:i, s:i, s:[s,s,s]}",
				  "schema", 1, "report", report->id, "bundle",
				  done->path, "charts", done->charts, "drawn",
				  done->drawn, "figures", done->figures, "says",
				  done->said[0], done->said[1], done->said[2]);
		char *text =
			root != NULL ? json_dumps(root, JSON_INDENT(2)) : NULL;

		json_decref(root);
		if (text == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		ts_buf_addf(&out, "%s\n", text);
		free(text);
	} else {
		ts_buf_addf(&out, "%s\n", done->path);
		for (i = 0; i < 3 && done->said[i][0] != '\0'; i++)
			ts_buf_addf(&out, "  %s\n", done->said[i]);
	}
	/* --output is the folder here, the result goes to stdout */
	return ts_write_all(1, out.data, out.used, "standard output", err);
}

/* ---- the journal of a run by hand ------------------------------------------
 */

struct hand {
	const struct ts_cli *cli;
	struct ts_world *world;
	const struct ts_conf_report *report;
	struct ts_arena *arena;
	struct ts_period period; /* wished; TS_NO_SPAN: the newest */
	int64_t as_of_us;
	int64_t id;
	enum ts_state state;
	char unchanged[TS_PERIOD_TEXT + 48]; /* since which edition; "" */
	bool waits; /* deliveries that did not get through */
};

static int64_t
now_us(const struct hand *h)
{
	return h->world->clock->wall_us(h->world->clock);
}

static enum ts_status
step(struct hand *h, enum ts_state to, const char *period, const char *reason,
     struct ts_err *err)
{
	const struct ts_move move = {
		.from = h->state, .to = to, .period = period, .reason = reason
	};

	if (ts_journal_move(h->world->store, h->id, &move, now_us(h), err) !=
	    TS_OK)
		return ts_while(err, "journal");
	h->state = to;
	return TS_OK;
}

struct dead {
	int64_t ids[64];
	size_t count;
};

static enum ts_status
note_dead(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	struct dead *dead = ctx;

	(void)err;
	if (entry->cause == TS_CAUSE_HAND &&
	    dead->count < sizeof dead->ids / sizeof dead->ids[0])
		dead->ids[dead->count++] = entry->id;
	return TS_OK;
}

/* It was to be delivered and died before anybody was in the outbox: now they
 * are. *done false: there was nothing of that kind to do. */
static enum ts_status
deliver_late(struct hand *h, int64_t id, bool *done, struct ts_err *err)
{
	struct ts_entry entry;
	const struct ts_compose_wish wish = { .report = h->report,
					      .entry = &entry };
	struct ts_compose_done composed;

	*done = false;
	if (!ts_conf_delivers(h->report))
		return TS_OK;
	if (ts_is_to_be_delivered(h->world->store, id, done, err) != TS_OK)
		return err->status;
	if (!*done)
		return TS_OK;
	if (ts_journal_get(h->world->store, id, h->arena, &entry, err) !=
		    TS_OK ||
	    ts_stage_compose(h->world, &wish, &composed, err) != TS_OK)
		return err->status;
	return ts_deliver_now(h->world, id, 0, &h->waits, err);
}

/* What an interrupted run by hand left: whoever started it saw it end. A
 * bundle that it had published counts all the same. */
static enum ts_status
bury(struct hand *h, int64_t id, struct ts_err *err)
{
	struct ts_move move = { .to = TS_STATE_FAILED,
				.reason = "interrupted" };
	struct ts_render_wish wish = { .report = h->report };
	struct ts_render_done done;
	struct ts_entry entry;
	struct ts_err why = { .status = TS_OK };
	bool delivered;

	if (ts_journal_get(h->world->store, id, h->arena, &entry, err) != TS_OK)
		return err->status;
	move.from = entry.state;
	wish.entry = &entry;
	if (entry.state == TS_STATE_RENDERING) {
		enum ts_status status =
			ts_stage_adopt(h->world, &wish, &done, &why);

		if (status == TS_OK)
			move.from = TS_STATE_PUBLISHED;
		else if (status != TS_NO_INPUT)
			move.reason = why.text;
	}
	if (move.from == TS_STATE_PUBLISHED) {
		enum ts_status status = deliver_late(h, id, &delivered, &why);

		move.to = TS_STATE_DONE;
		move.reason = NULL;
		if (status == TS_OK && delivered)
			return TS_OK;
		/* what will pass is not the end of it, what will not is told */
		if (status == TS_AGAIN || status == TS_FULL ||
		    status == TS_SYSTEM) {
			*err = why;
			return ts_while(err, "#%lld", (long long)id);
		}
		if (status != TS_OK)
			move.reason = why.text;
	}
	return ts_journal_move(h->world->store, id, &move, now_us(h), err);
}

static enum ts_status
bury_dead(struct hand *h, struct ts_err *err)
{
	const struct ts_entry_filter filter = {
		.report = h->report->id,
		.states = 1u << TS_STATE_DUE | 1u << TS_STATE_FETCHING |
			  1u << TS_STATE_READY | 1u << TS_STATE_RENDERING |
			  1u << TS_STATE_PUBLISHED
	};
	struct dead dead = { .count = 0 };
	size_t i;

	if (ts_journal_list(h->world->store, &filter, note_dead, &dead, err) !=
	    TS_OK)
		return err->status;
	for (i = 0; i < dead.count; i++)
		if (bury(h, dead.ids[i], err) != TS_OK)
			return err->status;
	return TS_OK;
}

/* ---- its stages ------------------------------------------------------------
 */

static enum ts_status
add_entry(struct hand *h, struct ts_err *err)
{
	const struct ts_entry entry = { .report = h->report->id,
					.period = h->cli->period,
					.cause = TS_CAUSE_HAND,
					.waive = h->cli->waive,
					.force = h->cli->force };

	h->state = TS_STATE_DUE;
	if (ts_journal_add(h->world->store, &entry, now_us(h), &h->id, err) !=
	    TS_OK)
		return ts_while(err, "journal");
	return TS_OK;
}

/* Notes whether the figures are those of the last edition. */
static enum ts_status
compare(struct hand *h, const struct ts_preview *preview, struct ts_err *err)
{
	struct ts_entry last;
	enum ts_status status;

	if (h->cli->force || strcmp(h->report->send_when, "changed") != 0)
		return TS_OK;
	status = ts_journal_last(h->world->store, h->report->id, h->arena,
				 &last, err);
	if (status != TS_OK)
		return status == TS_NO_INPUT ? TS_OK : status;
	if (strcmp(last.period, preview->period) == 0 &&
	    strcmp(last.content_hash, preview->hash) == 0)
		snprintf(h->unchanged, sizeof h->unchanged,
			 "unchanged since %s.%d", last.period, last.number);
	return TS_OK;
}

static enum ts_status
get_ready(struct hand *h, struct ts_preview *preview, struct ts_err *err)
{
	if (step(h, TS_STATE_FETCHING, NULL, NULL, err) != TS_OK)
		return err->status;
	/* the past is asked of the store, not of the publishers */
	if (h->as_of_us == 0 &&
	    fetch(h->cli, h->world, h->report, err) != TS_OK)
		return err->status;
	if (ts_preview(h->world, h->report, h->period, h->as_of_us, preview,
		       err) != TS_OK)
		return ts_while(err, "report %s", h->report->id);
	if (compare(h, preview, err) != TS_OK ||
	    ts_journal_seen(h->world->store, h->id, preview->period,
			    preview->hash, now_us(h), err) != TS_OK)
		return err->status;
	return step(h, TS_STATE_READY, NULL, NULL, err);
}

/* The past, a trial into another folder and figures that stayed are nobody's
 * news. */
static bool
is_delivered(const struct hand *h)
{
	return !h->cli->no_deliver && h->as_of_us == 0 &&
	       h->cli->output == NULL && h->unchanged[0] == '\0' &&
	       ts_conf_delivers(h->report);
}

static enum ts_status
deliver(struct hand *h, struct ts_err *err)
{
	struct ts_entry entry;
	const struct ts_compose_wish wish = { .report = h->report,
					      .entry = &entry };
	struct ts_compose_done done;

	if (ts_journal_get(h->world->store, h->id, h->arena, &entry, err) !=
		    TS_OK ||
	    ts_stage_compose(h->world, &wish, &done, err) != TS_OK)
		return err->status;
	h->state = TS_STATE_MAILING;
	return ts_deliver_now(h->world, h->id, 0, &h->waits, err);
}

static enum ts_status
render(struct hand *h, const struct ts_preview *preview,
       struct ts_render_done *done, struct ts_err *err)
{
	struct ts_entry entry;
	struct ts_render_wish wish = { .report = h->report,
				       .entry = &entry,
				       .as_of_us = h->as_of_us,
				       .output_dir = h->cli->output };
	enum ts_status status;

	if (step(h, TS_STATE_RENDERING, preview->period,
		 is_delivered(h) ? TS_TO_BE_DELIVERED : NULL, err) != TS_OK ||
	    ts_journal_get(h->world->store, h->id, h->arena, &entry, err) !=
		    TS_OK)
		return err->status;
	status = ts_stage_render(h->world, &wish, done, err);
	if (status == TS_OK)
		h->state = TS_STATE_PUBLISHED;
	else if (status == TS_HELD)
		h->state = TS_STATE_HELD;
	if (status != TS_OK)
		return ts_while(err, "report %s", h->report->id);
	if (is_delivered(h))
		return deliver(h, err);
	return step(h, TS_STATE_DONE, NULL,
		    h->unchanged[0] != '\0' ? h->unchanged : NULL, err);
}

/* Whoever reads the journal later must find why it ended. */
static void
give_up(struct hand *h, const struct ts_err *why)
{
	struct ts_err second;

	if (h->state == TS_STATE_HELD || h->state == TS_STATE_PUBLISHED ||
	    h->state == TS_STATE_MAILING)
		return;
	/* what went wrong first is what the operator must read */
	ts_ignore(step(h,
		       why->status == TS_HELD ? TS_STATE_HELD : TS_STATE_FAILED,
		       NULL, why->text, &second));
}

static enum ts_status
run(struct hand *h, struct ts_render_done *done, struct ts_err *err)
{
	struct ts_preview preview;
	enum ts_status status;

	if (bury_dead(h, err) != TS_OK || add_entry(h, err) != TS_OK)
		return err->status;
	status = get_ready(h, &preview, err);
	if (status == TS_OK)
		status = render(h, &preview, done, err);
	if (status != TS_OK)
		give_up(h, err);
	return status;
}

static enum ts_status
run_locked(struct hand *h, struct ts_err *err)
{
	struct ts_render_done done;
	TS_AUTO_FD lock = -1;
	enum ts_status status;

	h->arena = ts_arena_new((size_t)16 << 20);
	if (h->arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_lock_take(h->world->conf->state_dir, h->report->id, &lock,
			      err);
	if (status == TS_OK)
		status = run(h, &done, err);
	if (status == TS_OK)
		status = print_done(h->cli, h->report, &done, err);
	if (status == TS_OK && h->waits)
		status = ts_deliver_waits(err);
	ts_arena_free(h->arena);
	return status;
}

static enum ts_status
read_wishes(const struct ts_cli *cli, struct hand *h, struct ts_err *err)
{
	struct ts_fetch_wish ignored;

	if (cli->as_of != NULL &&
	    ts_time_parse(cli->as_of, &h->as_of_us, err) != TS_OK) {
		err->status = TS_BAD_USAGE;
		return ts_while(err, "--as-of");
	}
	if (cli->period != NULL &&
	    ts_period_parse(cli->period, &h->period, err) != TS_OK) {
		err->status = TS_BAD_USAGE;
		return ts_while(err, "--period");
	}
	/* a wrong command line is no entry of the journal */
	return fetch_wish(cli, NULL, &ignored, err);
}

/* What the daemon does by its own lights cannot be wished for. */
static enum ts_status
ask_daemon(const struct ts_cli *cli, struct ts_err *err)
{
	const char *other = cli->period != NULL   ? "period"
			    : cli->as_of != NULL  ? "as-of"
			    : cli->output != NULL ? "output"
			    : cli->replay != NULL ? "replay"
			    : cli->record != NULL ? "record"
			    : cli->now != NULL    ? "now"
			    : cli->offline        ? "offline"
						  : NULL;

	if (other != NULL)
		return ts_fail(err, TS_BAD_USAGE,
			       "--daemon and --%s exclude each other", other);
	return ts_verb_run_by_daemon(cli, err);
}

enum ts_status
ts_verb_run(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_world world = { .conf = NULL };
	struct hand h = { .cli = cli, .world = &world };
	enum ts_status status;

	if (cli->daemon)
		return ask_daemon(cli, err);
	if (read_wishes(cli, &h, err) != TS_OK)
		return err->status;
	status = ts_world_open(cli, TS_WORLD_ALL, &world, err);
	if (status == TS_OK) {
		h.report = find_report(world.conf, cli->args[0], err);
		status = h.report != NULL ? run_locked(&h, err) : err->status;
	}
	ts_world_close(&world);
	return status;
}

static bool
uses_source(const struct ts_conf_report *report, const char *id)
{
	const char *const *source = ts_report_sources(report);

	for (; source != NULL && *source != NULL; source++)
		if (strcmp(*source, id) == 0)
			return true;
	return false;
}

/* A report's id, or a source's: then what all reports need of it; without
 * an argument everything. */
enum ts_status
ts_verb_fetch(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_world world = { .conf = NULL };
	struct ts_err first = { .status = TS_OK };
	const char *name = cli->arg_count > 0 ? cli->args[0] : NULL;
	enum ts_status status;
	size_t i, matched = 0;

	status = ts_world_open(cli, TS_WORLD_ALL, &world, err);
	for (i = 0; status == TS_OK && i < world.conf->report_count; i++) {
		const struct ts_conf_report *report = &world.conf->reports[i];
		struct ts_fetch_wish wish;
		struct ts_fetch_done done;

		if (name != NULL && strcmp(report->id, name) != 0 &&
		    !uses_source(report, name))
			continue;
		matched++;
		status = fetch_wish(cli, report, &wish, err);
		if (status != TS_OK)
			break;
		if (name != NULL && strcmp(report->id, name) != 0)
			wish.source = name;
		if (ts_stage_fetch(&world, &wish, &done, err) != TS_OK &&
		    first.status == TS_OK)
			first = *err;
		tell_fetched(cli, &done);
	}
	if (status == TS_OK && matched == 0)
		status = name != NULL ? (find_report(world.conf, name, err),
					 err->status)
				      : ts_fail(err, TS_NO_INPUT,
						"no report is configured");
	if (status == TS_OK && first.status != TS_OK) {
		*err = first;
		status = first.status;
	}
	ts_world_close(&world);
	return status;
}
