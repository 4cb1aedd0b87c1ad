/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tradestat stage`: one stage of one entry of the journal, as tradestatd
 * starts it in a process of its own. Its secrets come on standard input, its
 * last words (the result, or the error) go to standard output as one line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include <tradestat/num.h>
#include "daemon/common/backup.h"
#include "daemon/common/lock.h"
#include "daemon/deliver/deliver.h"
#include "daemon/report/preview.h"
#include "daemon/report/stage_render.h"
#include "daemon/stage_watch.h"

#define ENTRY_ARENA ((size_t)4 << 20)
/* The steps of an edition (`tradestat history EDITION`) are kept so long. */
#define STEPS_KEPT_US (INT64_C(400) * 86400 * 1000000)

struct stage {
	const struct ts_cli *cli;
	struct ts_world *world;
	const struct ts_conf_report *report;
	struct ts_arena *arena;
	struct ts_entry entry;
	struct ts_buf *words;
};

static int64_t
now_us(const struct stage *s)
{
	return s->world->clock->wall_us(s->world->clock);
}

/* ---- fetch -----------------------------------------------------------------
 */

static enum ts_status
fetch_wish(const struct stage *s, struct ts_fetch_wish *wish,
	   struct ts_err *err)
{
	*wish = (struct ts_fetch_wish){
		.report = s->report,
		.mode = s->cli->replay != NULL ? TS_FETCH_REPLAY
					       : TS_FETCH_LIVE,
		.pack = s->cli->replay,
		.quiet = true,
	};
	if (s->entry.period[0] != '\0' &&
	    ts_period_parse(s->entry.period, &wish->period, err) != TS_OK)
		return ts_while(err, "journal entry %lld",
				(long long)s->entry.id);
	return TS_OK;
}

static enum ts_status
note_seen(struct stage *s, const char *period, const char *hash,
	  struct ts_err *err)
{
	enum ts_status status;

	TS_FAULT("fetch.seen.before");
	status = ts_journal_seen(s->world->store, s->entry.id, period, hash,
				 now_us(s), err);
	TS_FAULT("fetch.seen.after");
	return status;
}

/* Ends with what an edition would say now; whether that is enough is the
 * supervisor's to decide. */
static enum ts_status
fetch_and_see(struct stage *s, const struct ts_fetch_wish *wish,
	      struct ts_fetch_done *done, struct ts_err *err)
{
	struct ts_preview preview;
	enum ts_status status = ts_stage_fetch(s->world, wish, done, err);

	if (status != TS_OK && ts_fetch_is_fatal(done)) {
		/* the first of them gave the status; all are worth knowing */
		return done->failed_sources < 2
			       ? status
			       : ts_fail(err, status, "%s", done->trouble);
	}
	status =
		ts_preview(s->world, s->report, wish->period, 0, &preview, err);
	if (status != TS_OK && done->trouble[0] != '\0')
		return ts_fail(err, status, "%s; %s", err->text, done->trouble);
	if (status != TS_OK)
		return status;
	if (note_seen(s, preview.period, preview.hash, err) != TS_OK)
		return err->status;
	ts_buf_addf(s->words,
		    "figures of %s: %llu read, %llu new, %llu revised",
		    preview.period, (unsigned long long)done->stored.rows,
		    (unsigned long long)done->stored.added,
		    (unsigned long long)done->stored.revised);
	return TS_OK;
}

static void
add_trouble(struct stage *s, const char *trouble)
{
	if (trouble[0] != '\0')
		ts_buf_addf(s->words, "; %s", trouble);
}

static enum ts_status
fetch(struct stage *s, struct ts_err *err)
{
	struct ts_fetch_wish wish;
	struct ts_fetch_done done;

	if (fetch_wish(s, &wish, err) != TS_OK ||
	    fetch_and_see(s, &wish, &done, err) != TS_OK)
		return err->status;
	add_trouble(s, done.trouble);
	return TS_OK;
}

/* ---- watch -----------------------------------------------------------------
 */

/* Without markers: nothing was seen yet, or it is the last look there is. */
static bool
must_look(const struct stage *s)
{
	return s->entry.seen_hash[0] == '\0' ||
	       (s->entry.wait_us != 0 && now_us(s) >= s->entry.wait_us);
}

static enum ts_status
watch(struct stage *s, struct ts_err *err)
{
	struct ts_fetch_wish wish;
	struct ts_fetch_done done;
	struct ts_watch_done watched;

	if (fetch_wish(s, &wish, err) != TS_OK)
		return err->status;
	/* who looks anyway will hear what is wrong */
	if (ts_stage_watch(s->world, &wish, s->arena, &watched, err) != TS_OK &&
	    !must_look(s))
		return err->status;
	if (!watched.changed && !must_look(s)) {
		if (note_seen(s, s->entry.seen_period, s->entry.seen_hash,
			      err) != TS_OK)
			return err->status;
		ts_buf_addf(s->words, "nothing new, %d markers asked",
			    watched.requests);
		add_trouble(s, watched.trouble);
		return TS_OK;
	}
	if (fetch_and_see(s, &wish, &done, err) != TS_OK ||
	    ts_watch_remember(s->world, &watched, &done, err) != TS_OK)
		return err->status;
	add_trouble(s,
		    done.trouble[0] != '\0' ? done.trouble : watched.trouble);
	return TS_OK;
}

/* ---- render ----------------------------------------------------------------
 */

static enum ts_status
render(struct stage *s, struct ts_err *err)
{
	const struct ts_render_wish wish = { .report = s->report,
					     .entry = &s->entry };
	struct ts_render_done done;

	if (s->entry.period[0] == '\0' || s->entry.number < 1)
		return ts_fail(err, TS_SYSTEM,
			       "journal entry %lld is rendering without a "
			       "period and a number",
			       (long long)s->entry.id);
	if (ts_stage_render(s->world, &wish, &done, err) != TS_OK)
		return err->status;
	ts_buf_addf(s->words, "%s%s", done.path,
		    done.adopted ? " (published before the interruption)" : "");
	return TS_OK;
}

/* ---- delivery --------------------------------------------------------------
 */

static enum ts_status
compose(struct stage *s, struct ts_err *err)
{
	const struct ts_compose_wish wish = { .report = s->report,
					      .entry = &s->entry };
	struct ts_compose_done done;

	if (ts_stage_compose(s->world, &wish, &done, err) != TS_OK)
		return err->status;
	ts_buf_addf(s->words, "%d queued, %d withheld, %d superseded",
		    done.queued, done.withheld, done.superseded);
	return TS_OK;
}

static enum ts_status
send_lane(struct stage *s, enum ts_lane lane, struct ts_err *err)
{
	const struct ts_send_wish wish = { .lane = lane };
	struct ts_send_done done;

	if (ts_stage_send(s->world, &wish, &done, err) != TS_OK)
		return err->status;
	ts_buf_addf(s->words, "%d sent, %d failed, %d again later%s%s",
		    done.sent, done.failed, done.again + done.doubtful,
		    done.trouble[0] != '\0' ? "; " : "", done.trouble);
	return TS_OK;
}

static enum ts_status
send_mail(struct stage *s, struct ts_err *err)
{
	return send_lane(s, TS_LANE_MAIL, err);
}

static enum ts_status
send_files(struct stage *s, struct ts_err *err)
{
	return send_lane(s, TS_LANE_FILES, err);
}

/* ---- which stage, of what --------------------------------------------------
 */

static const struct stage_kind {
	const char *name;
	enum ts_state state; /* that the entry must be in */
	unsigned parts;      /* of the world */
	enum ts_status (*run)(struct stage *stage, struct ts_err *err);
} kinds[] = {
	{ "fetch", TS_STATE_FETCHING, TS_WORLD_ALL, fetch },
	{ "watch", TS_STATE_FETCHING, TS_WORLD_ALL, watch },
	{ "render", TS_STATE_RENDERING, TS_WORLD_ALL, render },
	{ "compose", TS_STATE_PUBLISHED, TS_WORLD_DELIVERY, compose },
};

static enum ts_status
find_entry(struct stage *s, struct ts_err *err)
{
	const char *id = s->cli->args[1];
	int64_t number;

	if (id == NULL || ts_num_int(id, 1, INT64_MAX, &number, NULL) != TS_OK)
		return ts_fail(err, TS_BAD_USAGE,
			       "stage %s needs the number of a journal entry",
			       s->cli->args[0]);
	if (ts_journal_get(s->world->store, number, s->arena, &s->entry, err) !=
	    TS_OK)
		return err->status;
	s->report = ts_conf_report(s->world->conf, s->entry.report);
	if (s->report == NULL)
		return ts_fail(err, TS_NO_INPUT,
			       "report \"%s\" is not configured any more",
			       s->entry.report);
	return TS_OK;
}

static enum ts_status
run_entry(struct stage *s, const struct stage_kind *kind, struct ts_err *err)
{
	TS_AUTO_FD lock = -1;

	if (find_entry(s, err) != TS_OK ||
	    ts_lock_take(s->world->conf->state_dir, s->report->id, &lock,
			 err) != TS_OK)
		return err->status;
	/* once more: now nobody else moves it */
	if (ts_journal_get(s->world->store, s->entry.id, s->arena, &s->entry,
			   err) != TS_OK)
		return err->status;
	if (s->entry.state != kind->state)
		return ts_fail(err, TS_REFUSED,
			       "stage %s: entry %lld of %s is %s, not %s",
			       kind->name, (long long)s->entry.id,
			       s->entry.report, ts_state_name(s->entry.state),
			       ts_state_name(kind->state));
	return kind->run(s, err);
}

static enum ts_status
run_backup(struct stage *s, struct ts_err *err)
{
	enum ts_status status =
		ts_backup_run(s->world->conf, s->world->store, now_us(s), err);

	/* the steps of what ended long ago are in that copy, too */
	if (status == TS_OK)
		status = ts_journal_trim(s->world->store,
					 now_us(s) - STEPS_KEPT_US, err);
	if (status == TS_OK)
		ts_buf_add(s->words, "the store was copied");
	return status;
}

/* Those that belong to no entry. */
static const struct chore {
	const char *name;
	unsigned parts;
	enum ts_status (*run)(struct stage *stage, struct ts_err *err);
} chores[] = {
	{ "backup", TS_WORLD_STORE, run_backup },
	{ "mail", TS_WORLD_DELIVERY, send_mail },
	{ "files", TS_WORLD_DELIVERY, send_files },
};

static enum ts_status
run(struct stage *s, struct ts_err *err)
{
	const char *name = s->cli->args[0];
	const struct chore *chore = NULL;
	const struct stage_kind *kind = NULL;
	enum ts_status status;
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].name, name) == 0)
			kind = &kinds[i];
	for (i = 0; i < sizeof chores / sizeof chores[0]; i++)
		if (strcmp(chores[i].name, name) == 0)
			chore = &chores[i];
	if (kind == NULL && chore == NULL)
		return ts_fail(err, TS_BAD_USAGE,
			       "no stage \"%s\": fetch, watch, render, "
			       "compose, mail, files or backup",
			       name);
	s->arena = ts_arena_new(ENTRY_ARENA);
	if (s->arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_world_open(s->cli,
			       chore != NULL ? chore->parts : kind->parts,
			       s->world, err);
	if (status == TS_OK)
		status = chore != NULL ? chore->run(s, err)
				       : run_entry(s, kind, err);
	ts_world_close(s->world);
	ts_arena_free(s->arena);
	return status;
}

enum ts_status
ts_verb_stage(const struct ts_cli *cli, struct ts_err *err)
{
	TS_AUTO_BUF words = TS_BUF_INIT(16384);
	struct ts_world world = { .conf = NULL };
	struct stage s = { .cli = cli, .world = &world, .words = &words };
	const char *secrets = getenv("TRADESTAT_SECRETS");
	const char *accepted = getenv("TRADESTAT_ACCEPTED");
	enum ts_status status = TS_OK;
	struct ts_err second;

	if (secrets != NULL && strcmp(secrets, "1") == 0)
		status = ts_secrets_open(0, err);
	/* the daemon's configuration, not what lies on the disk by now */
	if (status == TS_OK && accepted != NULL)
		status = ts_conf_use(accepted, err);
	if (status == TS_OK)
		status = run(&s, err);
	if (status != TS_OK) {
		ts_buf_reset(&words);
		ts_buf_add(&words, err->text);
		err->text[0] = '\0'; /* said, to whom it concerns */
	}
	ts_buf_add_char(&words, '\n');
	if (ts_write_all(1, words.data, words.used, "standard output",
			 &second) != TS_OK &&
	    status == TS_OK) {
		*err = second;
		status = second.status;
	}
	return status;
}
