/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics.h - how the service fares, as OpenMetrics text in a file that
 * node_exporter's textfile collector reads (docs/metrics.md). What happened is
 * counted here as it happens; what is, is read from the store when the file is
 * written. Trouble with it is told once and stops nothing.
 */
#ifndef DAEMON_SUPERVISE_METRICS_H
#define DAEMON_SUPERVISE_METRICS_H

#include "config/load.h"
#include "store/journal.h"

struct ts_metrics;

/* NULL: no memory. */
struct ts_metrics *ts_metrics_new(int64_t now_us);
void ts_metrics_free(struct ts_metrics *metrics); /* NULL is welcome */

/* An edition ended, or is held: "published", "unchanged", "held", "failed",
 * "superseded", "expired", "left_out". reason: any text or NULL; only the class
 * it begins with becomes a label ("gate fresh: ..." -> "gate_fresh"). */
void ts_metrics_outcome(struct ts_metrics *metrics, const char *report,
			const char *outcome, const char *reason);
/* A stage ended, in whatever way. */
void ts_metrics_stage(struct ts_metrics *metrics, const char *stage,
		      int64_t took_us);
/* A worker did not end by itself with 0: "exit", "signal", "deadline". */
void ts_metrics_death(struct ts_metrics *metrics, const char *stage,
		      const char *how);
void ts_metrics_retry(struct ts_metrics *metrics, const char *stage);
void ts_metrics_reload(struct ts_metrics *metrics, bool taken, int64_t now_us);
void ts_metrics_wakeup(struct ts_metrics *metrics);
/* The next run by the timetable; INT64_MAX or 0: none. */
void ts_metrics_next(struct ts_metrics *metrics, const char *report,
		     int64_t next_us);

/*
 * Writes conf->daemon.metrics_file ("" : does nothing) if its content would
 * be another one, at most once in 5 seconds. store: NULL when it cannot be
 * read now. *again_us: the moment to call again for what had to wait,
 * INT64_MAX: when something happened.
 */
void ts_metrics_write(struct ts_metrics *metrics, struct ts_store *store,
		      const struct ts_conf *conf, int64_t now_us,
		      int64_t *again_us);
/* Did the last reading show that the store is damaged? */
bool ts_metrics_saw_damage(const struct ts_metrics *metrics);

#endif
