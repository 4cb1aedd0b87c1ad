/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many charts: one is always prepared, so that a process that has finished
 * goes on at once; finished pictures are checked while the next ones are
 * being drawn.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <tradestat/file.h>

#include "plots/engine/job.h"
#include "plots/engine/work.h"

struct batch {
	struct ts_plot *plot;
	struct ts_plot_request *requests;
	size_t count, next;
	bool *lost; /* of each request: try again, alone */
	struct ts_work works[TS_PROCESSES_MAX + 1];
	struct ts_work *at[TS_PROCESSES_MAX]; /* NULL: idle */
	struct ts_work *ready; /* prepared for the next idle one */
};

/* The script, then the cache. false: the request is settled already. */
static bool
prepare(struct batch *batch, size_t index, struct ts_work *work)
{
	struct ts_plot *plot = batch->plot;
	struct ts_plot_request *request = &batch->requests[index];
	struct ts_err err = { 0 };
	enum ts_status status = ts_job_chart(request, &work->script, &err);

	work->request = request;
	work->index = index;
	work->want = (struct ts_picture){
		.format = request->format,
		.width = request->width,
		.height = request->height,
		.title = request->spec->title,
		.created_us = plot->created_us,
	};
	if (status == TS_OK) {
		ts_work_key(plot, work);
		if (!ts_work_cached(plot, work, &status, &err))
			return true;
		request->from_cache = status == TS_OK;
	}
	ts_request_settle(request, status, status == TS_OK ? "" : err.text);
	return false;
}

/* There is one more than processes, so one is free when none is ready. */
static struct ts_work *
free_work(struct batch *batch)
{
	struct ts_work *work = batch->works;

	while (work->request != NULL)
		work++;
	return work;
}

static void
give_back(struct ts_work *work)
{
	ts_script_free(&work->script);
	work->request = NULL;
}

static void
prepare_next(struct batch *batch)
{
	while (batch->ready == NULL && batch->next < batch->count) {
		struct ts_work *work = free_work(batch);

		if (prepare(batch, batch->next++, work))
			batch->ready = work;
		else
			give_back(work);
	}
}

static void
begin(struct batch *batch, int process)
{
	struct ts_work *work = batch->ready;
	struct ts_err err = { 0 };

	if (work == NULL)
		return;
	batch->ready = NULL;
	batch->at[process] = work;
	if (ts_gnuplot_begin(batch->plot->gnuplots[process],
			     work->script.out.data, work->script.out.used,
			     &err) == TS_OK)
		return;
	batch->lost[work->index] = err.status == TS_AGAIN;
	ts_request_settle(work->request, err.status, err.text);
	batch->at[process] = NULL;
	give_back(work);
}

/*
 * The picture is taken out of the way and the process gets its next job
 * before we look at the picture: both processes stay busy.
 */
static void
done(struct batch *batch, int process)
{
	struct ts_gnuplot *gnuplot = batch->plot->gnuplots[process];
	struct ts_work *work = batch->at[process];
	char drawn[PATH_MAX], said[512];
	struct ts_err err = { 0 };
	enum ts_status status;

	status = ts_gnuplot_take(gnuplot, drawn, sizeof drawn, &err);
	snprintf(said, sizeof said, "%s", ts_gnuplot_said(gnuplot));
	batch->at[process] = NULL;
	begin(batch, process);
	if (status == TS_OK)
		status = ts_work_keep(batch->plot, work, drawn, &err);
	ts_request_settle(work->request, status,
			  status == TS_OK ? said : err.text);
	give_back(work);
}

static void
look(struct batch *batch, int process)
{
	struct ts_work *work = batch->at[process];
	struct ts_err err = { 0 };
	enum ts_gnuplot_state state =
		ts_gnuplot_step(batch->plot->gnuplots[process], &err);

	switch (state) {
	case TS_GNUPLOT_BUSY:
		return;
	case TS_GNUPLOT_DONE:
		done(batch, process);
		return;
	case TS_GNUPLOT_FAILED:
	case TS_GNUPLOT_LOST:
		batch->lost[work->index] = state == TS_GNUPLOT_LOST;
		ts_request_settle(work->request, err.status, err.text);
		batch->at[process] = NULL;
		give_back(work);
		return;
	}
}

/* Waits until one of the processes says something or is late. */
static void
await_any(const struct batch *batch)
{
	const struct ts_clock *clock = ts_clock_system();
	struct pollfd wait[TS_PROCESSES_MAX];
	int64_t now = clock->mono_us(clock), due = INT64_MAX, left;
	nfds_t count = 0;

	for (int i = 0; i < batch->plot->count; i++) {
		if (batch->at[i] == NULL)
			continue;
		wait[count++] = (struct pollfd){
			.fd = ts_gnuplot_fd(batch->plot->gnuplots[i]),
			.events = POLLIN,
		};
		if (ts_gnuplot_due_us(batch->plot->gnuplots[i]) < due)
			due = ts_gnuplot_due_us(batch->plot->gnuplots[i]);
	}
	left = (due - now) / 1000 + 1;
	poll(wait, count, left < 0 ? 0 : left > 60000 ? 60000 : (int)left);
}

static bool
is_idle(const struct batch *batch)
{
	for (int i = 0; i < batch->plot->count; i++)
		if (batch->at[i] != NULL)
			return false;
	return true;
}

static void
draw_all(struct batch *batch)
{
	for (;;) {
		prepare_next(batch);
		for (int i = 0; i < batch->plot->count; i++)
			if (batch->at[i] == NULL && batch->ready != NULL) {
				begin(batch, i);
				prepare_next(batch);
			}
		if (is_idle(batch) && batch->ready == NULL)
			return;
		if (!is_idle(batch))
			await_any(batch);
		for (int i = 0; i < batch->plot->count; i++)
			if (batch->at[i] != NULL)
				look(batch, i);
	}
}

static void
draw_again(struct batch *batch, size_t index, struct ts_work *work)
{
	struct ts_err err = { 0 };
	enum ts_status status;

	if (!prepare(batch, index, work))
		return;
	status = ts_work_alone(batch->plot, work, 1, &err);
	ts_request_settle(work->request, status,
			  status == TS_OK
				  ? ts_gnuplot_said(batch->plot->gnuplots[0])
				  : err.text);
}

/* What took a process down with it may have been the neighbour's fault. */
static void
draw_lost(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		if (!batch->lost[i])
			continue;
		draw_again(batch, i, &batch->works[0]);
		give_back(&batch->works[0]);
	}
}

static enum ts_status
first_failure(const struct ts_plot_request *requests, size_t count,
	      struct ts_err *err)
{
	for (size_t i = 0; i < count; i++)
		if (requests[i].status != TS_OK)
			return ts_fail(err, requests[i].status, "draw %s: %s",
				       requests[i].path, requests[i].problem);
	return TS_OK;
}

enum ts_status
ts_plot_draw(struct ts_plot *plot, struct ts_plot_request *requests,
	     size_t count, struct ts_err *err)
{
	struct batch *batch;

	if (count == 0)
		return TS_OK;
	for (size_t i = 0; i < count; i++) {
		ts_request_settle(&requests[i], TS_AGAIN, "not drawn");
		requests[i].from_cache = false;
	}
	if (ts_space_check(plot->work_dir, TS_SPACE_LEAST, err) != TS_OK)
		return ts_while(err, "draw");
	batch = calloc(1, sizeof *batch);
	if (batch != NULL)
		batch->lost = calloc(count, sizeof *batch->lost);
	if (batch == NULL || batch->lost == NULL) {
		free(batch);
		return ts_fail(err, TS_SYSTEM, "no memory to draw");
	}
	batch->plot = plot;
	batch->requests = requests;
	batch->count = count;
	draw_all(batch);
	draw_lost(batch);
	ts_shelf_empty(&plot->shelf);
	free(batch->lost);
	free(batch);
	return first_failure(requests, count, err);
}
