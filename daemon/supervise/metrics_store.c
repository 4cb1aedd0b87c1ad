/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/supervise/metrics_store.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <tradestat/log.h>
#include "daemon/common/backup.h"
#include "daemon/supervise/exposition.h"

#define US INT64_C(1000000)
#define SOURCES_US (600 * US) /* read anew in any case after that */
#define ARENA_BYTES ((size_t)1 << 20)

static const struct ts_family readable = {
	"tradestat_store_readable", "gauge", NULL,
	"1: the store can be read; 0: the figures about editions, reports, "
	"sources and deliveries are missing."
};
static const struct ts_family store_bytes = { "tradestat_store_bytes", "gauge",
					      "bytes",
					      "Size of the store's files." };
static const struct ts_family backup_time = {
	"tradestat_backup_timestamp_seconds", "gauge", "seconds",
	"When the newest copy of the store was made."
};
static const struct ts_family notices = {
	"tradestat_notices_open", "gauge", NULL,
	"Things the operator must know that are still so."
};
static const struct ts_family editions = { "tradestat_editions", "gauge", NULL,
					   "Editions that have not ended." };
static const struct ts_family held = { "tradestat_held", "gauge", NULL,
				       "Editions that wait for a person." };
static const struct ts_family queue_length = {
	"tradestat_queue_length", "gauge", NULL,
	"Editions on their way; not those that are held or wait for new "
	"figures."
};
static const struct ts_family queue_oldest = {
	"tradestat_queue_oldest_timestamp_seconds", "gauge", "seconds",
	"When the oldest of the queue was due."
};
static const struct ts_family waiting = {
	"tradestat_waiting_for_data", "gauge", NULL,
	"Editions that wait until a publisher has new figures."
};

/* ---- what is open ----------------------------------------------------- */

struct open {
	const struct ts_conf *conf;
	int64_t states[TS_STATES];
	int64_t *held; /* by report of the configuration */
	int64_t queue, oldest_us, waiting;
};

static enum ts_status
take_open(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	struct open *open = ctx;
	size_t i;

	(void)err;
	open->states[entry->state]++;
	if (entry->state == TS_STATE_HELD) {
		for (i = 0; i < open->conf->report_count; i++)
			if (strcmp(open->conf->reports[i].id, entry->report) ==
			    0)
				open->held[i]++;
		return TS_OK;
	}
	if (entry->wait_us != 0 && (entry->state == TS_STATE_DUE ||
				    entry->state == TS_STATE_FETCHING)) {
		open->waiting++;
		return TS_OK;
	}
	open->queue++;
	if (open->oldest_us == 0 || entry->made_us < open->oldest_us)
		open->oldest_us = entry->made_us;
	return TS_OK;
}

static void
print_open(const struct open *open, struct ts_buf *out)
{
	size_t i;
	int state;

	ts_expo_family(out, &editions);
	for (state = 0; state < TS_STATES; state++) {
		struct ts_label labels[] = {
			{ "state", ts_state_name((enum ts_state)state) },
			{ NULL, NULL }
		};

		if (!ts_state_is_end((enum ts_state)state))
			ts_expo_value(out, &editions, "", labels,
				      open->states[state]);
	}
	ts_expo_family(out, &held);
	for (i = 0; i < open->conf->report_count; i++) {
		struct ts_label labels[] = {
			{ "report", open->conf->reports[i].id }, { NULL, NULL }
		};

		ts_expo_value(out, &held, "", labels, open->held[i]);
	}
	ts_expo_family(out, &queue_length);
	ts_expo_value(out, &queue_length, "", NULL, open->queue);
	ts_expo_family(out, &queue_oldest);
	if (open->oldest_us != 0)
		ts_expo_seconds(out, &queue_oldest, "", NULL, open->oldest_us);
	ts_expo_family(out, &waiting);
	ts_expo_value(out, &waiting, "", NULL, open->waiting);
}

static enum ts_status
add_open(struct ts_store *store, const struct ts_conf *conf,
	 struct ts_arena *arena, struct ts_buf *out, struct ts_err *err)
{
	struct ts_entry_filter filter = { .most = 0 };
	struct open open = { .conf = conf };
	int state;

	open.held = ts_arena_alloc(arena, conf->report_count + 1,
				   sizeof *open.held);
	if (open.held == NULL)
		return ts_fail(err, TS_SYSTEM, "too many reports");
	for (state = 0; state < TS_STATES; state++)
		if (!ts_state_is_end((enum ts_state)state))
			filter.states |= 1u << state;
	if (ts_journal_list(store, &filter, take_open, &open, err) != TS_OK)
		return err->status;
	print_open(&open, out);
	return TS_OK;
}

/* ---- reports ---------------------------------------------------------- */

/* What is read of a report: 0 unknown. */
struct report {
	int64_t success_us, edition_us, period_us, paused;
};

static const struct {
	struct ts_family family;
	size_t offset;
	bool is_time;
} report_families[] = {
	{ { "tradestat_last_success_timestamp_seconds", "gauge", "seconds",
	    "When a run last ended well, with an edition or with nothing "
	    "new." },
	  offsetof(struct report, success_us),
	  true },
	{ { "tradestat_last_edition_timestamp_seconds", "gauge", "seconds",
	    "When an edition was last published." },
	  offsetof(struct report, edition_us),
	  true },
	{ { "tradestat_last_edition_period_end_timestamp_seconds", "gauge",
	    "seconds", "End of the period that the last edition is about." },
	  offsetof(struct report, period_us),
	  true },
	{ { "tradestat_report_paused", "gauge", NULL,
	    "1: an operator paused the report." },
	  offsetof(struct report, paused),
	  false },
};

static enum ts_status
take_success(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	(void)err;
	*(int64_t *)ctx = entry->since_us;
	return TS_OK;
}

static enum ts_status
read_report(struct ts_store *store, const char *id, struct ts_arena *arena,
	    struct report *out, struct ts_err *err)
{
	struct ts_entry_filter filter = {
		.report = id,
		.states = 1u << TS_STATE_DONE | 1u << TS_STATE_PUBLISHED |
			  1u << TS_STATE_MAILING,
		.most = 1,
		.newest_first = true,
	};
	struct ts_report_state state;
	struct ts_period period;
	struct ts_entry last;
	enum ts_status status;

	status = ts_journal_list(store, &filter, take_success, &out->success_us,
				 err);
	if (status != TS_OK)
		return status;
	status = ts_journal_last(store, id, arena, &last, err);
	if (status == TS_OK) {
		out->edition_us = last.since_us;
		if (ts_period_parse(last.period, &period, NULL) == TS_OK)
			out->period_us = ts_metrics_period_end(period);
	} else if (status != TS_NO_INPUT) {
		return status;
	}
	status = ts_report_state_get(store, id, arena, &state, err);
	if (status == TS_OK)
		out->paused = state.paused;
	else if (status != TS_NO_INPUT)
		return status;
	return TS_OK;
}

static enum ts_status
add_reports(struct ts_store *store, const struct ts_conf *conf,
	    struct ts_arena *arena, struct ts_buf *out, struct ts_err *err)
{
	struct report *reports =
		ts_arena_alloc(arena, conf->report_count + 1, sizeof *reports);
	size_t i, f;

	if (reports == NULL)
		return ts_fail(err, TS_SYSTEM, "too many reports");
	for (i = 0; i < conf->report_count; i++)
		if (read_report(store, conf->reports[i].id, arena, &reports[i],
				err) != TS_OK)
			return ts_while(err, "report %s", conf->reports[i].id);
	for (f = 0; f < sizeof report_families / sizeof report_families[0];
	     f++) {
		const struct ts_family *family = &report_families[f].family;

		ts_expo_family(out, family);
		for (i = 0; i < conf->report_count; i++) {
			struct ts_label labels[] = { { "report",
						       conf->reports[i].id },
						     { NULL, NULL } };
			int64_t value;

			memcpy(&value,
			       (char *)&reports[i] + report_families[f].offset,
			       sizeof value);
			if (!report_families[f].is_time)
				ts_expo_value(out, family, "", labels, value);
			else if (value != 0)
				ts_expo_seconds(out, family, "", labels, value);
		}
	}
	return TS_OK;
}

/* ---- the rest --------------------------------------------------------- */

static enum ts_status
take_notice(void *ctx, const struct ts_notice *notice, struct ts_err *err)
{
	int64_t *levels = ctx;

	(void)err;
	levels[notice->level <= TS_LOG_ERR    ? 0
	       : notice->level == TS_LOG_WARN ? 1
					      : 2]++;
	return TS_OK;
}

static enum ts_status
add_notices(struct ts_store *store, int64_t now_us, struct ts_buf *out,
	    struct ts_err *err)
{
	static const char *const names[] = { "error", "warning", "notice" };
	int64_t levels[3] = { 0 };
	size_t i;

	if (ts_notices(store, true, now_us, take_notice, levels, err) != TS_OK)
		return err->status;
	ts_expo_family(out, &notices);
	for (i = 0; i < 3; i++) {
		struct ts_label labels[] = { { "level", names[i] },
					     { NULL, NULL } };

		ts_expo_value(out, &notices, "", labels, levels[i]);
	}
	return TS_OK;
}

static void
add_files(const struct ts_conf *conf, struct ts_buf *out)
{
	int64_t bytes = 0, made_us = ts_backup_newest(conf);
	char path[PATH_MAX + 32];
	struct stat st;

	snprintf(path, sizeof path, "%s/store.sqlite", conf->state_dir);
	if (stat(path, &st) == 0)
		bytes += st.st_size;
	snprintf(path, sizeof path, "%s/store.sqlite-wal", conf->state_dir);
	if (stat(path, &st) == 0)
		bytes += st.st_size;
	ts_expo_family(out, &store_bytes);
	ts_expo_value(out, &store_bytes, "", NULL, bytes);
	ts_expo_family(out, &backup_time);
	if (made_us != 0)
		ts_expo_seconds(out, &backup_time, "", NULL, made_us);
}

static enum ts_status
add_rows(struct ts_metrics_store *part, struct ts_store *store,
	 const struct ts_conf *conf, int64_t now_us, struct ts_arena *arena,
	 struct ts_buf *out, struct ts_err *err)
{
	if (add_open(store, conf, arena, out, err) != TS_OK ||
	    add_reports(store, conf, arena, out, err) != TS_OK ||
	    ts_metrics_outbox(part, store, now_us, arena, out, err) != TS_OK ||
	    add_notices(store, now_us, out, err) != TS_OK)
		return err->status;
	if ((part->sources_stale || now_us - part->read_us >= SOURCES_US ||
	     now_us < part->read_us) &&
	    ts_metrics_sources(part, store, now_us, arena, err) != TS_OK)
		return err->status;
	ts_buf_add(out, part->sources.data);
	return TS_OK;
}

void
ts_metrics_store_init(struct ts_metrics_store *part)
{
	*part = (struct ts_metrics_store){ .sources_stale = true };
	part->sources = (struct ts_buf)TS_BUF_INIT(TS_METRICS_BYTES / 2);
}

void
ts_metrics_store_free(struct ts_metrics_store *part)
{
	ts_buf_free(&part->sources);
}

void
ts_metrics_store_add(struct ts_metrics_store *part, struct ts_store *store,
		     const struct ts_conf *conf, int64_t now_us,
		     struct ts_buf *out)
{
	TS_AUTO_BUF rows = TS_BUF_INIT(TS_METRICS_BYTES);
	struct ts_arena *arena = ts_arena_new(ARENA_BYTES);
	struct ts_err err = { .status = TS_SYSTEM, .text = "out of memory" };
	enum ts_status status = TS_SYSTEM;

	if (arena != NULL && store != NULL)
		status =
			add_rows(part, store, conf, now_us, arena, &rows, &err);
	if (status == TS_OK)
		status = ts_buf_check(&rows, "metrics", &err);
	ts_arena_free(arena);
	/* all of it or nothing: half a family would be a wrong figure */
	if (status == TS_OK)
		ts_buf_add(out, rows.data);
	else if (!part->failed && store != NULL)
		ts_log(TS_LOG_WARN, "metrics", "%s; written without it",
		       err.text);
	part->failed = status != TS_OK && store != NULL;
	part->damaged = status == TS_CORRUPT;
	ts_expo_family(out, &readable);
	ts_expo_value(out, &readable, "", NULL, status == TS_OK);
	add_files(conf, out);
}
