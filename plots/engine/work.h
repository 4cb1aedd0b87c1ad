/* SPDX-License-Identifier: Apache-2.0 */
/*
 * work.h - a picture on its way: what to draw, what must come out, where it
 * goes. Shared by the parts of the engine; nobody else's business.
 */
#ifndef PLOTS_ENGINE_WORK_H
#define PLOTS_ENGINE_WORK_H

#include <limits.h>
#include <tradestat/hash.h>

#include "plots/engine/gnuplot.h"
#include "plots/engine/plot.h"
#include "plots/engine/shelf.h"
#include "plots/engine/verify.h"

#define TS_PROCESSES_MAX 16
#define TS_SPACE_LEAST (4ull << 20) /* free where gnuplot draws */

struct ts_plot {
	char work_dir[PATH_MAX]; /* ours alone, removed by close */
	char *cache_dir;         /* NULL: none */
	char gnuplot_id[PATH_MAX + 64], font_id[PATH_MAX + 64];
	int64_t created_us;
	bool has_drawn;
	int count;
	struct ts_gnuplot *gnuplots[TS_PROCESSES_MAX];
	struct ts_shelf shelf; /* empty between two calls */
};

struct ts_work {
	struct ts_script script;
	struct ts_picture want;
	char key[TS_SHA256_TEXT];
	struct ts_plot_request *request; /* NULL: unused */
	size_t index;                    /* of the request */
};

/* work->key, from all that decides how the picture looks. */
void ts_work_key(const struct ts_plot *plot, struct ts_work *work);
/* true: it was drawn before; status: could it be put on the shelf? */
bool ts_work_cached(struct ts_plot *plot, const struct ts_work *work,
		    enum ts_status *status, struct ts_err *err);
/* Checks what gnuplot left at path drawn, and puts it on the shelf. */
enum ts_status ts_work_keep(struct ts_plot *plot, const struct ts_work *work,
			    const char *drawn, struct ts_err *err) TS_MUST_USE;
/* With the first process, while the others rest. */
enum ts_status ts_work_alone(struct ts_plot *plot, struct ts_work *work,
			     int attempts, struct ts_err *err) TS_MUST_USE;

#endif
