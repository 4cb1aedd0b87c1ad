/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetching.h - what the tests of the fetch engine share: a fetcher that asks
 * for what the test says, a decoder for a format made up here, and a bench
 * with memory, clock, archive and everything that came out.
 *
 * The format "lines": "LINES", then "2024 18.4" a line, "#name=value" facts,
 * and "END". The decoder "loose" does not mind a missing "END".
 */
#ifndef TESTS_FETCHERS_FETCHING_H
#define TESTS_FETCHERS_FETCHING_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/file.h>
#include "fetchers/engine/fetch.h"
#include "tests/doubles/clock.h"
#include "tests/doubles/memory.h"
#include "tests/support/fixtures.h"
#include "tests/support/http_server.h"

/* ---- decoder ----------------------------------------------------- */

struct lines_state {
	const struct ts_decode *decode;
	char line[256];
	size_t used;
	bool begun, ended;
};

static inline enum ts_status
lines_begin(const struct ts_decode *decode, void **state, struct ts_err *err)
{
	struct lines_state *made =
		ts_arena_alloc(decode->arena, 1, sizeof *made);

	if (made == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory");
	made->decode = decode;
	*state = made;
	return TS_OK;
}

static inline enum ts_status
lines_line(struct lines_state *state, struct ts_err *err)
{
	const struct ts_sink *sink = state->decode->sink;
	char *line = state->line, *blank;
	struct ts_obs obs = { .source = "",
			      .dataset = state->decode->dataset,
			      .flow = "X",
			      .reporter = "KAZ",
			      .partner = "ITA",
			      .product = "TOTAL",
			      .frequency = 'A',
			      .unit = "USD",
			      .status = "",
			      .has_value = true };

	line[state->used] = '\0';
	state->used = 0;
	if (!state->begun) {
		state->begun = strcmp(line, "LINES") == 0;
		return state->begun ? TS_OK
				    : ts_fail(err, TS_BAD_DATA, "not lines: %s",
					      line);
	}
	if (strcmp(line, "END") == 0) {
		state->ended = true;
		return TS_OK;
	}
	if (line[0] == '#') {
		blank = strchr(line, '=');
		*blank = '\0';
		return sink->fact(sink->ctx, line + 1, blank + 1, err);
	}
	blank = strchr(line, ' ');
	if (blank == NULL)
		return ts_fail(err, TS_BAD_DATA, "bad line: %s", line);
	*blank = '\0';
	if (ts_period_parse(line, &obs.period, err) != TS_OK ||
	    ts_decimal_parse(blank + 1, strlen(blank + 1), &obs.value, NULL,
			     err) != TS_OK)
		return err->status;
	return sink->obs(sink->ctx, &obs, err);
}

static inline enum ts_status
lines_feed(void *ctx, const char *bytes, size_t count, struct ts_err *err)
{
	struct lines_state *state = ctx;

	for (size_t i = 0; i < count; i++) {
		if (state->used + 1 == sizeof state->line)
			return ts_fail(err, TS_BAD_DATA, "a long line");
		if (bytes[i] != '\n')
			state->line[state->used++] = bytes[i];
		else if (lines_line(state, err) != TS_OK)
			return err->status;
	}
	return TS_OK;
}

static inline enum ts_status
lines_end(void *ctx, struct ts_err *err)
{
	struct lines_state *state = ctx;

	return state->ended
		       ? TS_OK
		       : ts_fail(err, TS_BAD_DATA, "the document has no END");
}

static inline enum ts_status
loose_end(void *ctx, struct ts_err *err)
{
	(void)ctx;
	(void)err;
	return TS_OK;
}

static inline void
lines_close(void *state)
{
	(void)state;
}

static inline int
lines_sniff(const char *head, size_t count)
{
	return count >= 5 && memcmp(head, "LINES", 5) == 0 ? 90 : 0;
}

static const struct ts_decoder lines_decoder = {
	TS_PLUGIN_HEAD(struct ts_decoder, DECODER, "lines", "test", NULL, 0),
	.sniff = lines_sniff,
	.begin = lines_begin,
	.feed = lines_feed,
	.end = lines_end,
	.close = lines_close,
	.has_end_mark = true,
};

static const struct ts_decoder loose_decoder = {
	TS_PLUGIN_HEAD(struct ts_decoder, DECODER, "loose", "test", NULL, 0),
	.sniff = lines_sniff,
	.begin = lines_begin,
	.feed = lines_feed,
	.end = loose_end,
	.close = lines_close,
};

static inline const struct ts_decoder *
find_decoder(void *ctx, const char *name, const char *head, size_t count)
{
	(void)ctx;
	if (name == NULL)
		return lines_sniff(head, count) > 50 ? &lines_decoder : NULL;
	if (strcmp(name, "lines") == 0)
		return &lines_decoder;
	return strcmp(name, "loose") == 0 ? &loose_decoder : NULL;
}

/* ---- fetcher ----------------------------------------------------- */

/* As options: the requests of the first round. */
struct wanted {
	struct ts_request requests[16];
	size_t count;
	/* further rounds; NULL: none */
	enum ts_status (*more)(const struct ts_job *job, struct ts_plan *plan,
			       struct ts_err *err);
};

static inline enum ts_status
wanted_plan(const struct ts_job *job, struct ts_plan *plan, struct ts_err *err)
{
	const struct wanted *wanted = job->opts;

	if (job->answer_count > 0)
		return wanted->more != NULL ? wanted->more(job, plan, err)
					    : TS_OK;
	for (size_t i = 0; i < wanted->count; i++)
		if (ts_plan_add(plan, &wanted->requests[i], err) != TS_OK)
			return err->status;
	return TS_OK;
}

static const struct ts_fetcher wanted_fetcher = {
	TS_PLUGIN_HEAD(struct ts_fetcher, FETCHER, "wanted", "test", NULL, 0),
	.plan = wanted_plan,
	.decoder = "lines",
};

/* ---- bench ------------------------------------------------------- */

struct bench {
	char *dir;
	char archive[300], pack[300];
	struct memory *memory;
	struct still_clock clock;
	struct http_server *server;
	struct wanted wanted;
	struct ts_fetcher fetcher;
	struct ts_source source;
	struct ts_fetch_opts opts;
	struct ts_fetch_events events;
	struct ts_sink sink;
	struct ts_fetch_result result;
	struct ts_err err;
	/* what came out */
	char rows[4096]; /* "2024=18.4 " ... of documents that stayed */
	char pending[4096];
	char warned[512];
	int begun, kept, dropped;
	struct ts_document seen; /* of the last begin; texts are gone */
	char seen_url[1024];
	enum ts_status refuse; /* what end_document says */
	int scene;             /* for the test's server */
	int shown;
	struct ts_fetch_progress progress;
};

static inline enum ts_status
bench_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	struct bench *bench = ctx;
	char period[TS_PERIOD_TEXT], value[TS_DECIMAL_TEXT];
	size_t used = strlen(bench->pending);

	(void)err;
	assert_string_equal(obs->source, "pub");
	ts_period_print(obs->period, period);
	ts_decimal_print(obs->value, value);
	snprintf(bench->pending + used, sizeof bench->pending - used, "%s=%s ",
		 period, value);
	return TS_OK;
}

static inline enum ts_status
bench_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	(void)ctx;
	(void)columns;
	(void)err;
	return TS_OK;
}

static inline enum ts_status
bench_fact(void *ctx, const char *name, const char *value, struct ts_err *err)
{
	(void)ctx;
	(void)name;
	(void)value;
	(void)err;
	return TS_OK;
}

static inline void
bench_warn(void *ctx, const char *text)
{
	struct bench *bench = ctx;

	snprintf(bench->warned, sizeof bench->warned, "%s", text);
}

static inline enum ts_status
bench_begin(void *ctx, const struct ts_document *document, struct ts_err *err)
{
	struct bench *bench = ctx;

	(void)err;
	assert_true(document->id > 0);
	bench->begun++;
	bench->pending[0] = '\0';
	bench->seen = *document;
	snprintf(bench->seen_url, sizeof bench->seen_url, "%s", document->url);
	return TS_OK;
}

static inline enum ts_status
bench_end(void *ctx, const struct ts_document *document, enum ts_status status,
	  struct ts_err *err)
{
	struct bench *bench = ctx;
	size_t used = strlen(bench->rows);

	(void)document;
	if (status == TS_OK && bench->refuse != TS_OK)
		status = ts_fail(err, bench->refuse, "the store refuses");
	if (status == TS_OK) {
		bench->kept++;
		snprintf(bench->rows + used, sizeof bench->rows - used, "%s",
			 bench->pending);
	} else {
		bench->dropped++;
	}
	bench->pending[0] = '\0';
	return status;
}

static inline void
bench_progress(void *ctx, const struct ts_fetch_progress *progress)
{
	struct bench *bench = ctx;

	bench->shown++;
	bench->progress = *progress;
}

/* answer: NULL, when no server is needed. */
static inline struct bench *
bench_new(http_answer *answer)
{
	struct bench *bench = calloc(1, sizeof *bench);

	assert_non_null(bench);
	bench->dir = strdup(temp_dir());
	snprintf(bench->archive, sizeof bench->archive, "%s/archive",
		 bench->dir);
	snprintf(bench->pack, sizeof bench->pack, "%s/pack", bench->dir);
	bench->memory = memory_new();
	assert_non_null(still_start(&bench->clock, "2026-11-24T06:00:00Z"));
	if (answer != NULL)
		bench->server = http_server_start(answer, bench);
	bench->fetcher = wanted_fetcher;
	bench->source = (struct ts_source){
		.id = "pub",
		.fetcher = &bench->fetcher,
		.opts = &bench->wanted,
		.base_url = answer != NULL ? http_server_url(bench->server)
					   : "https://example.org",
		.proxy = "",
		.contact = "desk@example.org",
		.allow_http = true,
		.allow_private = true,
		.per_minute = 600,
		.burst = 100,
		.connections = 1,
		.connect_timeout_s = 5,
		.timeout_s = 10,
		.low_speed_bytes = 50,
		.low_speed_s = 5,
		.retries = 0,
		.max_bytes = 4 << 20,
	};
	bench->sink = (struct ts_sink){ bench, bench_columns, bench_obs,
					bench_fact, bench_warn };
	bench->events =
		(struct ts_fetch_events){ bench, bench_begin, &bench->sink,
					  bench_end, bench_progress };
	bench->opts = (struct ts_fetch_opts){
		.mode = TS_FETCH_LIVE,
		.archive_dir = bench->archive,
		.memory = &bench->memory->table,
		.clock = &bench->clock.clock,
		.decoder = find_decoder,
	};
	return bench;
}

static inline void
bench_free(struct bench *bench)
{
	if (bench->server != NULL)
		http_server_stop(bench->server);
	memory_free(bench->memory);
	temp_gone(bench->dir);
	free(bench->dir);
	free(bench);
}

static inline struct ts_request *
bench_want(struct bench *bench, const char *path)
{
	struct ts_request *request =
		&bench->wanted.requests[bench->wanted.count++];

	*request = (struct ts_request){ .path = path };
	return request;
}

/* Opens an engine, runs the source once, closes it: as one process would. */
static inline enum ts_status
bench_run(struct bench *bench)
{
	struct ts_fetch *fetch;
	enum ts_status status;

	bench->rows[0] = '\0';
	bench->begun = bench->kept = bench->dropped = 0;
	bench->err = (struct ts_err){ .status = TS_OK };
	status = ts_fetch_open(&bench->opts, &fetch, &bench->err);
	if (status != TS_OK)
		return status;
	status = ts_fetch_run(fetch, &bench->source, NULL, 0, &bench->events,
			      &bench->result, &bench->err);
	ts_fetch_close(fetch);
	return status;
}

/* Files below the folder, hidden ones too; 0 when there is no folder. */
static inline int
bench_files(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	int count = 0;

	if (folder == NULL)
		return 0;
	while ((entry = readdir(folder)) != NULL) {
		char *below;

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		assert_true(asprintf(&below, "%s/%s", path, entry->d_name) > 0);
		count += entry->d_type == DT_DIR ? bench_files(below) : 1;
		free(below);
	}
	closedir(folder);
	return count;
}

/* Nothing half-done is left in the archive. */
static inline void
assert_tidy(const struct bench *bench)
{
	char incoming[400];

	snprintf(incoming, sizeof incoming, "%s/incoming", bench->archive);
	assert_int_equal(bench_files(incoming), 0);
}

#define assert_err_has(bench, part)                                            \
	do {                                                                   \
		if (strstr((bench)->err.text, part) == NULL)                   \
			fail_msg("no \"%s\" in \"%s\"", part,                  \
				 (bench)->err.text);                           \
	} while (0)

#endif
