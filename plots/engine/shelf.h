/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shelf.h - pictures that are written beside their places and get there
 * together. Syncing each one by itself costs a commit of the file system
 * apiece; syncing them one after the other at the end costs about one.
 */
#ifndef PLOTS_ENGINE_SHELF_H
#define PLOTS_ENGINE_SHELF_H

#include <limits.h>
#include <tradestat/buf.h>

#include "plots/engine/plot.h"

#define TS_SHELF_MAX 128 /* each holds a descriptor */

struct ts_shelf {
	size_t count;
	struct ts_shelved {
		int fd;
		char *aside; /* its name until then */
		struct ts_plot_request *request;
	} items[TS_SHELF_MAX];
};

/* Writes bytes beside request->path; empties the shelf first when full. */
enum ts_status ts_shelf_put(struct ts_shelf *shelf,
			    struct ts_plot_request *request,
			    const struct ts_buf *bytes,
			    struct ts_err *err) TS_MUST_USE;
/* Syncs and renames all of them. Who does not arrive has status and problem
 * of its request set. */
void ts_shelf_empty(struct ts_shelf *shelf);

/* Status and problem of a request, the latter cut between characters. */
void ts_request_settle(struct ts_plot_request *request, enum ts_status status,
		       const char *problem);

#endif
