/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics_store.h - the part of the metrics that is read from the store:
 * editions, reports, sources, hosts, deliveries, notices. What would be long to
 * read (sources) is kept until a stage has ended.
 */
#ifndef DAEMON_SUPERVISE_METRICS_STORE_H
#define DAEMON_SUPERVISE_METRICS_STORE_H

#include <tradestat/buf.h>
#include "config/load.h"
#include "store/outbox.h"

#define TS_METRICS_BYTES ((size_t)2 << 20) /* longest text */
#define TS_METRICS_CHANNELS 64 /* outputs; what is beyond is one together */

/* Deliveries of a channel: how many were in each state when they were last
 * looked at, and how many came to it since the start. */
struct ts_ended {
	char channel[64]; /* "": none */
	int64_t seen[TS_OUT_STATES], count[TS_OUT_STATES];
};

struct ts_metrics_store {
	struct ts_buf sources; /* their families, as text */
	bool sources_stale;
	int64_t read_us;
	struct ts_ended ended[TS_METRICS_CHANNELS + 1];
	bool outbox_seen; /* once */
	bool failed;      /* and that was told */
	bool damaged;     /* the store is */
};

void ts_metrics_store_init(struct ts_metrics_store *part);
void ts_metrics_store_free(struct ts_metrics_store *part);
/* store NULL: cannot be read now, which is a figure, too. */
void ts_metrics_store_add(struct ts_metrics_store *part, struct ts_store *store,
			  const struct ts_conf *conf, int64_t now_us,
			  struct ts_buf *out);

/* ---- metrics_sources.c ---- */
/* Reads part->sources anew. */
enum ts_status ts_metrics_sources(struct ts_metrics_store *part,
				  struct ts_store *store, int64_t now_us,
				  struct ts_arena *arena,
				  struct ts_err *err) TS_MUST_USE;
/* End of the period's last day, UTC; 0: it has none. */
int64_t ts_metrics_period_end(struct ts_period period);

/* ---- metrics_outbox.c ---- */
enum ts_status ts_metrics_outbox(struct ts_metrics_store *part,
				 struct ts_store *store, int64_t now_us,
				 struct ts_arena *arena, struct ts_buf *out,
				 struct ts_err *err) TS_MUST_USE;

#endif
