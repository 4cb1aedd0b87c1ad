/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exposition.h - the OpenMetrics text format: families with their head, and
 * samples with escaped labels. A family's samples follow its head without
 * anything between. Only types that readers of the older Prometheus text
 * format know, too (node_exporter is one): no info, no stateset.
 */
#ifndef DAEMON_SUPERVISE_EXPOSITION_H
#define DAEMON_SUPERVISE_EXPOSITION_H

#include <stdint.h>
#include <tradestat/buf.h>

struct ts_family {
	const char *name; /* without the _total of a counter's samples */
	const char *type; /* "counter", "gauge", "summary" */
	const char *unit; /* the name ends with it; NULL none */
	const char *help;
};
struct ts_label {
	const char *name; /* NULL: no more */
	const char *value;
};
#define TS_LABELS 3

void ts_expo_family(struct ts_buf *out, const struct ts_family *family);
/* suffix: "", "_total", "_sum", "_count". labels: up to TS_LABELS, a NULL
 * name ends them; NULL none. */
void ts_expo_value(struct ts_buf *out, const struct ts_family *family,
		   const char *suffix, const struct ts_label *labels,
		   int64_t value);
/* Microseconds as seconds. */
void ts_expo_seconds(struct ts_buf *out, const struct ts_family *family,
		     const char *suffix, const struct ts_label *labels,
		     int64_t us);
void ts_expo_end(struct ts_buf *out);

#endif
