/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/report/stage_render.h"

#include <stdio.h>
#include <string.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include "daemon/report/rendering.h"

#define SECOND_US 1000000

/* Where bundles go. */
static const char *
output_dir(const struct ts_rendering *x)
{
	return x->wish->output_dir != NULL ? x->wish->output_dir
					   : x->world->conf->output_dir;
}

/* ---- the journal -----------------------------------------------------------
 */

/* Of the journal: an edition was issued when it was begun. */
static int64_t
moment(const struct ts_rendering *x)
{
	return x->world->clock->wall_us(x->world->clock);
}

/* What waited as held is history once something newer is published; before
 * the state of this one, so that an interruption leaves nothing behind. */
static enum ts_status
note_published(struct ts_rendering *x, const char *path, const char *hash,
	       struct ts_err *err)
{
	const struct ts_entry *entry = x->wish->entry;
	const struct ts_move move = { .from = TS_STATE_RENDERING,
				      .to = TS_STATE_PUBLISHED,
				      .reason = "",
				      .path = path,
				      .content_hash = hash };
	enum ts_status status = TS_OK;
	int count = 0;

	if (x->wish->as_of_us == 0)
		status = ts_journal_supersede(x->world->store, entry->id,
					      1u << TS_STATE_HELD, moment(x),
					      &count, err);
	TS_FAULT("render.published.before");
	if (status == TS_OK)
		status = ts_journal_move(x->world->store, entry->id, &move,
					 moment(x), err);
	TS_FAULT("render.published.after");
	return status == TS_OK
		       ? TS_OK
		       : ts_while(err, "%s is published, but the journal",
				  path);
}

static enum ts_status
note_held(struct ts_rendering *x, const char *reason, struct ts_err *err)
{
	const struct ts_move move = { .from = TS_STATE_RENDERING,
				      .to = TS_STATE_HELD,
				      .reason = reason };

	return ts_journal_move(x->world->store, x->wish->entry->id, &move,
			       moment(x), err);
}

/* ---- a bundle that is there already ----------------------------------------
 */

/* Was it made for this entry? One of an earlier life of the store has the same
 * name and is older; the same figures make no difference to anybody. */
static bool
is_ours(const struct ts_rendering *x, const struct ts_bundle_found *found)
{
	const struct ts_entry *entry = x->wish->entry;
	int64_t issued_us;

	if (found->content_hash[0] != '\0' &&
	    strcmp(found->content_hash, entry->seen_hash) == 0)
		return true;
	/* told in whole seconds */
	return ts_time_parse(found->issued, &issued_us, NULL) == TS_OK &&
	       issued_us / SECOND_US >= entry->made_us / SECOND_US;
}

static enum ts_status
adopt(struct ts_rendering *x, struct ts_render_done *done, struct ts_err *err)
{
	const struct ts_entry *entry = x->wish->entry;
	struct ts_bundle_found found;
	enum ts_status status;

	status = ts_bundle_find(output_dir(x), x->wish->report->id,
				entry->period, entry->number, &found, err);
	if (status != TS_OK)
		return status;
	if (!is_ours(x, &found))
		return ts_fail(err, TS_REFUSED,
			       "%s exists already, and what was published is "
			       "never changed: move it elsewhere, or run the "
			       "report again for number %d",
			       found.path, entry->number + 1);
	status = ts_bundle_finish(&found, err);
	if (status == TS_OK)
		status = note_published(x, found.path, found.content_hash, err);
	snprintf(done->path, sizeof done->path, "%s", found.path);
	done->adopted = status == TS_OK;
	return status;
}

/* ---- the whole -------------------------------------------------------------
 */

static void
tell_issue_date(struct ts_rendering *x)
{
	TS_AUTO_BUF date = TS_BUF_INIT(64);
	struct ts_period day;

	x->now_us = x->world->clock->wall_us(x->world->clock);
	(void)ts_time_print(x->now_us, x->issued_iso);
	day = ts_period_of_day(TS_DAY,
			       (int32_t)(x->now_us / (86400LL * 1000000)));
	ts_words_date(&date, "en", day.year, day.nth, day.day);
	snprintf(x->issued, sizeof x->issued, "%s", date.data);
}

static enum ts_status
open_tools(struct ts_rendering *x, struct ts_err *err)
{
	const struct ts_conf *conf = x->world->conf;
	struct ts_plot_opts opts = { .gnuplot = conf->gnuplot,
				     .font = conf->font,
				     .sandbox = true,
				     .created_us = x->now_us };

	if (ts_bundle_open(output_dir(x), conf->min_free, &x->bundle, err) !=
	    TS_OK) {
		if (err->status == TS_SYSTEM)
			err->status = TS_NO_OUTPUT;
		return ts_while(err, "output folder (output_dir)");
	}
	opts.work_dir = ts_r_printf(x->render, "%s/gnuplot",
				    ts_bundle_scratch_dir(x->bundle));
	opts.cache_dir = ts_r_printf(x->render, "%s/charts", conf->cache_dir);
	return ts_plot_open(&opts, &x->plot, err);
}

/* The work folder goes with them. */
static void
close_tools(struct ts_rendering *x)
{
	ts_plot_close(x->plot);
	x->plot = NULL;
	ts_bundle_close(x->bundle);
	x->bundle = NULL;
}

static void
say(const struct ts_rendering *x, struct ts_render_done *done)
{
	size_t i;

	done->figures = (int)x->render->figure_count;
	for (i = 0; i < 3 && i < x->render->page_count; i++)
		snprintf(done->said[i], sizeof done->said[i], "%s",
			 x->render->pages[i].page.title);
}

static enum ts_status
render(struct ts_rendering *x, struct ts_render_done *done, struct ts_err *err)
{
	TS_AUTO_BUF reason = TS_BUF_INIT((size_t)64 << 10);
	enum ts_status status;

	TS_FAULT("render.begin");
	status = adopt(x, done, err);
	if (status != TS_NO_INPUT)
		return status;
	status = ts_rendering_build(x, &reason, err);
	TS_FAULT("render.gates");
	if (status == TS_HELD) {
		struct ts_err second = { .status = TS_OK };

		if (note_held(x, reason.data, &second) == TS_OK)
			return status;
		*err = second;
		return err->status;
	}
	if (status == TS_OK)
		status = open_tools(x, err);
	if (status == TS_OK)
		status = ts_rendering_draw(x, done, err);
	if (status == TS_OK)
		status = ts_bundle_publish(x->bundle, &x->edition, done->path,
					   sizeof done->path, err);
	if (status != TS_OK)
		return status;
	say(x, done);
	/* before the journal: what dies after it has nothing left to clear */
	close_tools(x);
	return note_published(x, done->path, x->hash, err);
}

static enum ts_status
begin(struct ts_rendering *x, struct ts_render_done *done, struct ts_err *err)
{
	*done = (struct ts_render_done){ .charts = 0 };
	x->arena = ts_arena_new((size_t)1 << 30);
	if (x->arena != NULL)
		x->render = ts_arena_alloc(x->arena, 1, sizeof *x->render);
	if (x->render == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	tell_issue_date(x);
	return TS_OK;
}

static void
end(struct ts_rendering *x)
{
	close_tools(x);
	ts_arena_free(x->arena);
}

enum ts_status
ts_stage_render(struct ts_world *world, const struct ts_render_wish *wish,
		struct ts_render_done *done, struct ts_err *err)
{
	struct ts_rendering x = { .world = world,
				  .wish = wish,
				  .report = wish->report,
				  .variant = "" };
	enum ts_status status = begin(&x, done, err);

	if (status == TS_OK)
		status = render(&x, done, err);
	end(&x);
	return status;
}

enum ts_status
ts_stage_adopt(struct ts_world *world, const struct ts_render_wish *wish,
	       struct ts_render_done *done, struct ts_err *err)
{
	struct ts_rendering x = { .world = world,
				  .wish = wish,
				  .report = wish->report,
				  .variant = "" };
	enum ts_status status = begin(&x, done, err);

	if (status == TS_OK)
		status = adopt(&x, done, err);
	end(&x);
	return status;
}
