/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/supervise/metrics.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/file.h>
#include <tradestat/log.h>
#include "daemon/supervise/exposition.h"
#include "daemon/supervise/metrics_store.h"

#define US INT64_C(1000000)
#define PAUSE_US (5 * US)  /* between two looks */
#define AGAIN_US (60 * US) /* after a failure */
#define OLD_US (3600 * US) /* wake-ups alone are news only then */
#define REASON 48          /* bytes of a reason's class */
#define SERIES_MOST 2000   /* then what is new is called "other" */
#define NEXT_MOST 4096

enum kind {
	KIND_OUTCOME,
	KIND_STAGE,
	KIND_DEATH,
	KIND_RETRY,
	KIND_RELOAD,
	KIND_WAKEUP,
	KINDS
};

static const struct {
	struct ts_family family;
	const char *labels[TS_LABELS];
} kinds[KINDS] = {
	[KIND_OUTCOME] = { { "tradestat_outcomes", "counter", NULL,
			     "Editions that ended or were held, since the "
			     "start." },
			   { "report", "outcome", "reason" } },
	[KIND_STAGE] = { { "tradestat_stage_duration_seconds", "summary",
			   "seconds", "Time that stages took." },
			 { "stage" } },
	[KIND_DEATH] = { { "tradestat_worker_deaths", "counter", NULL,
			   "Workers that did not end well." },
			 { "stage", "how" } },
	[KIND_RETRY] = { { "tradestat_retries", "counter", NULL,
			   "Stages that are tried again after a failure." },
			 { "stage" } },
	[KIND_RELOAD] = { { "tradestat_config_reloads", "counter", NULL,
			    "Reloads of the configuration." },
			  { "result" } },
	[KIND_WAKEUP] = { { "tradestat_wakeups", "counter", NULL,
			    "Times the main loop had something to do." },
			  { NULL } },
};

static const struct ts_family build_info = { "tradestat_build_info", "gauge",
					     NULL, "Version of the service." };
static const struct ts_family start_time = {
	"tradestat_start_timestamp_seconds", "gauge", "seconds",
	"When the service was started."
};
static const struct ts_family reload_success = {
	"tradestat_config_reload_success", "gauge", NULL,
	"1: the last configuration offered was taken; 0: it was refused and "
	"the one before is in force."
};
static const struct ts_family reload_time = {
	"tradestat_config_reload_timestamp_seconds", "gauge", "seconds",
	"When the configuration in force was taken."
};
static const struct ts_family next_run = {
	"tradestat_next_run_timestamp_seconds", "gauge", "seconds",
	"Next run by the timetable."
};

struct series {
	enum kind kind;
	char labels[TS_LABELS][64];
	int64_t count, sum_us;
};

struct next {
	char report[64];
	int64_t us;
};

struct ts_metrics {
	int64_t start_us, reload_us;
	bool reload_taken;
	struct series *series;
	size_t count, room;
	struct next *nexts;
	size_t next_count, next_room;
	struct ts_metrics_store store; /* what was read of it */
	struct ts_buf last;            /* as written, but the wake-ups */
	char path[PATH_MAX];           /* where */
	int64_t looked_us, wrote_us;
	bool failed; /* and that was told */
};

static struct series *series_of(struct ts_metrics *metrics, enum kind kind,
				const char *a, const char *b, const char *c);

struct ts_metrics *
ts_metrics_new(int64_t now_us)
{
	struct ts_metrics *metrics = calloc(1, sizeof *metrics);

	if (metrics == NULL)
		return NULL;
	metrics->start_us = metrics->reload_us = now_us;
	metrics->reload_taken = true;
	metrics->last = (struct ts_buf)TS_BUF_INIT(TS_METRICS_BYTES);
	ts_metrics_store_init(&metrics->store);
	/* a counter that begins at 1 has no rate */
	(void)series_of(metrics, KIND_RELOAD, "taken", "", "");
	(void)series_of(metrics, KIND_RELOAD, "refused", "", "");
	(void)series_of(metrics, KIND_WAKEUP, "", "", "");
	return metrics;
}

void
ts_metrics_free(struct ts_metrics *metrics)
{
	if (metrics == NULL)
		return;
	ts_metrics_store_free(&metrics->store);
	ts_buf_free(&metrics->last);
	free(metrics->series);
	free(metrics->nexts);
	free(metrics);
}

/* ---- counting --------------------------------------------------------- */

static struct series *
find(struct ts_metrics *metrics, const struct series *wanted)
{
	size_t i, l;

	for (i = 0; i < metrics->count; i++) {
		struct series *one = &metrics->series[i];

		for (l = 0; l < TS_LABELS; l++)
			if (strcmp(one->labels[l], wanted->labels[l]) != 0)
				break;
		if (one->kind == wanted->kind && l == TS_LABELS)
			return one;
	}
	return NULL;
}

static void
set_labels(struct series *series, const char *const labels[TS_LABELS])
{
	size_t l;

	for (l = 0; l < TS_LABELS; l++)
		snprintf(series->labels[l], sizeof series->labels[l], "%s",
			 labels[l]);
}

/* Finds it or adds it. NULL without memory: a figure less is no reason to
 * stop. */
static struct series *
series_of(struct ts_metrics *metrics, enum kind kind, const char *a,
	  const char *b, const char *c)
{
	const char *labels[TS_LABELS] = { a, b, c };
	static const char *const other[TS_LABELS] = { "other", "other",
						      "other" };
	struct series wanted = { .kind = kind }, *found, *grown;
	size_t room;

	set_labels(&wanted, labels);
	found = find(metrics, &wanted);
	if (found == NULL && metrics->count >= SERIES_MOST) {
		set_labels(&wanted, other);
		found = find(metrics, &wanted);
	}
	if (found != NULL)
		return found;
	if (metrics->count == metrics->room) {
		room = metrics->room == 0 ? 32 : 2 * metrics->room;
		grown = realloc(metrics->series, room * sizeof *grown);
		if (grown == NULL)
			return NULL;
		metrics->series = grown;
		metrics->room = room;
	}
	found = &metrics->series[metrics->count++];
	*found = wanted;
	return found;
}

static void
count(struct ts_metrics *metrics, enum kind kind, const char *a, const char *b,
      const char *c)
{
	struct series *series = series_of(metrics, kind, a, b, c);

	if (series != NULL)
		series->count++;
}

/* What a reason begins with, as a word: "gate fresh: newest is 2023" is
 * "gate_fresh". Reasons have figures and names in them; labels must not. */
static const char *
class_of(const char *reason, char class[REASON])
{
	size_t used = 0;

	for (; reason != NULL && *reason != '\0' && used + 1 < REASON;
	     reason++) {
		char c = (char)tolower((unsigned char)*reason);

		if (c == ':' || c == ';' || c == ',' || c == '(')
			break;
		if ((c >= 'a' && c <= 'z') || c == '-')
			class[used++] = c;
		else if (used > 0 && class[used - 1] != '_')
			class[used++] = '_';
	}
	while (used > 0 && class[used - 1] == '_')
		used--;
	class[used] = '\0';
	return class;
}

void
ts_metrics_outcome(struct ts_metrics *metrics, const char *report,
		   const char *outcome, const char *reason)
{
	char class[REASON];

	count(metrics, KIND_OUTCOME, report, outcome, class_of(reason, class));
}

void
ts_metrics_stage(struct ts_metrics *metrics, const char *stage, int64_t took_us)
{
	struct series *series = series_of(metrics, KIND_STAGE, stage, "", "");

	metrics->store.sources_stale = true;
	if (series == NULL)
		return;
	series->count++;
	series->sum_us += took_us;
}

void
ts_metrics_death(struct ts_metrics *metrics, const char *stage, const char *how)
{
	count(metrics, KIND_DEATH, stage, how, "");
}

void
ts_metrics_retry(struct ts_metrics *metrics, const char *stage)
{
	count(metrics, KIND_RETRY, stage, "", "");
}

void
ts_metrics_reload(struct ts_metrics *metrics, bool taken, int64_t now_us)
{
	count(metrics, KIND_RELOAD, taken ? "taken" : "refused", "", "");
	metrics->reload_taken = taken;
	if (taken)
		metrics->reload_us = now_us;
}

void
ts_metrics_wakeup(struct ts_metrics *metrics)
{
	count(metrics, KIND_WAKEUP, "", "", "");
}

void
ts_metrics_next(struct ts_metrics *metrics, const char *report, int64_t next_us)
{
	struct next *grown;
	size_t i, room;

	for (i = 0; i < metrics->next_count; i++)
		if (strcmp(metrics->nexts[i].report, report) == 0)
			break;
	if (i == NEXT_MOST)
		return;
	if (i == metrics->next_room) {
		room = i == 0 ? 16 : 2 * i;
		grown = realloc(metrics->nexts, room * sizeof *grown);
		if (grown == NULL)
			return; /* as in series_of */
		metrics->nexts = grown;
		metrics->next_room = room;
	}
	if (i == metrics->next_count) {
		snprintf(metrics->nexts[i].report,
			 sizeof metrics->nexts[i].report, "%s", report);
		metrics->next_count++;
	}
	metrics->nexts[i].us = next_us;
}

/* ---- the text --------------------------------------------------------- */

static void
add_kind(const struct ts_metrics *metrics, enum kind kind, struct ts_buf *out)
{
	const struct ts_family *family = &kinds[kind].family;
	struct ts_label labels[TS_LABELS];
	size_t i, l;

	ts_expo_family(out, family);
	for (i = 0; i < metrics->count; i++) {
		const struct series *series = &metrics->series[i];

		if (series->kind != kind)
			continue;
		for (l = 0; l < TS_LABELS; l++)
			labels[l] = (struct ts_label){ kinds[kind].labels[l],
						       series->labels[l] };
		if (kind != KIND_STAGE) {
			ts_expo_value(out, family, "_total", labels,
				      series->count);
			continue;
		}
		ts_expo_value(out, family, "_count", labels, series->count);
		ts_expo_seconds(out, family, "_sum", labels, series->sum_us);
	}
}

static void
add_next(const struct ts_metrics *metrics, const struct ts_conf *conf,
	 struct ts_buf *out)
{
	size_t i, r;

	ts_expo_family(out, &next_run);
	for (r = 0; r < conf->report_count; r++)
		for (i = 0; i < metrics->next_count; i++) {
			const struct next *next = &metrics->nexts[i];
			struct ts_label labels[] = { { "report", next->report },
						     { NULL, NULL } };

			if (next->us != 0 && next->us != INT64_MAX &&
			    strcmp(next->report, conf->reports[r].id) == 0)
				ts_expo_seconds(out, &next_run, "", labels,
						next->us);
		}
}

/* All but the wake-ups. */
static void
add_all(struct ts_metrics *metrics, struct ts_store *store,
	const struct ts_conf *conf, int64_t now_us, struct ts_buf *out)
{
	static const struct ts_label version[] = { { "version", TS_VERSION },
						   { NULL, NULL } };
	int kind;

	ts_expo_family(out, &build_info);
	ts_expo_value(out, &build_info, "", version, 1);
	ts_expo_family(out, &start_time);
	ts_expo_seconds(out, &start_time, "", NULL, metrics->start_us);
	ts_expo_family(out, &reload_success);
	ts_expo_value(out, &reload_success, "", NULL, metrics->reload_taken);
	ts_expo_family(out, &reload_time);
	ts_expo_seconds(out, &reload_time, "", NULL, metrics->reload_us);
	for (kind = 0; kind < KINDS; kind++)
		if (kind != KIND_WAKEUP)
			add_kind(metrics, (enum kind)kind, out);
	add_next(metrics, conf, out);
	ts_metrics_store_add(&metrics->store, store, conf, now_us, out);
}

/* ---- the file --------------------------------------------------------- */

static bool
is_news(const struct ts_metrics *metrics, const struct ts_buf *text,
	const char *path, int64_t now_us)
{
	return strcmp(metrics->path, path) != 0 ||
	       metrics->last.used != text->used ||
	       memcmp(metrics->last.data, text->data, text->used) != 0 ||
	       now_us - metrics->wrote_us >= OLD_US ||
	       now_us < metrics->wrote_us;
}

static enum ts_status
write_file(struct ts_metrics *metrics, struct ts_store *store,
	   const struct ts_conf *conf, int64_t now_us, struct ts_err *err)
{
	TS_AUTO_BUF text = TS_BUF_INIT(TS_METRICS_BYTES);
	const char *path = conf->daemon.metrics_file;
	size_t stable;

	add_all(metrics, store, conf, now_us, &text);
	if (ts_buf_check(&text, "metrics", err) != TS_OK)
		return err->status;
	if (!is_news(metrics, &text, path, now_us))
		return TS_OK;
	stable = text.used;
	add_kind(metrics, KIND_WAKEUP, &text);
	ts_expo_end(&text);
	if (ts_buf_check(&text, "metrics", err) != TS_OK ||
	    ts_file_write(path, text.data, text.used, 0644, err) != TS_OK)
		return err->status;
	metrics->wrote_us = now_us;
	snprintf(metrics->path, sizeof metrics->path, "%s", path);
	ts_buf_reset(&metrics->last);
	ts_buf_add_bytes(&metrics->last, text.data, stable);
	return TS_OK;
}

void
ts_metrics_write(struct ts_metrics *metrics, struct ts_store *store,
		 const struct ts_conf *conf, int64_t now_us, int64_t *again_us)
{
	int64_t pause_us = metrics->failed ? AGAIN_US : PAUSE_US;
	struct ts_err err;

	*again_us = INT64_MAX;
	if (conf->daemon.metrics_file[0] == '\0')
		return;
	if (metrics->looked_us != 0 && now_us >= metrics->looked_us &&
	    now_us < metrics->looked_us + pause_us) {
		*again_us = metrics->looked_us + pause_us;
		return;
	}
	metrics->looked_us = now_us;
	if (write_file(metrics, store, conf, now_us, &err) != TS_OK) {
		if (!metrics->failed)
			ts_log(TS_LOG_WARN, "metrics",
			       "%s; tried again each minute (metrics_file)",
			       err.text);
		metrics->failed = true;
		*again_us = now_us + AGAIN_US;
		return;
	}
	if (metrics->failed)
		ts_log(TS_LOG_NOTICE, "metrics", "%s is written again",
		       conf->daemon.metrics_file);
	metrics->failed = false;
}

bool
ts_metrics_saw_damage(const struct ts_metrics *metrics)
{
	return metrics->store.damaged;
}
