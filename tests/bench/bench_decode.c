/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_decode.c - how close is a decoder to the parser behind it? Same
 * document, same pieces of 64 KiB, same process image, rounds that alternate;
 * the ratio is the median of the rounds' ratios, as both halves of a round meet
 * the same neighbours on the machine. The floor of JSON is yajl with callbacks
 * that do nothing; that of CSV is kit/csv.c with a record callback that does
 * nothing. CPU time of the feeding only; a child a case, so that peak memory is
 * its own.
 *
 *   bench_decode [ROUNDS [LARGE_MB]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <yajl/yajl_parse.h>

#include <tradestat/csv.h>
#include <tradestat/plugin.h>

#include "tests/bench/documents.h"

extern const struct ts_plugin *const ts_builtin_fetchers[];

struct run {
	double mb_per_s;
	uint64_t rows;
	long peak_kb;
	int failed;
};

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- the floors --------------------------------------------------------- */

static int
quiet(void *ctx)
{
	(void)ctx;
	return 1;
}

static int
quiet_flag(void *ctx, int value)
{
	(void)ctx, (void)value;
	return 1;
}

static int
quiet_text(void *ctx, const unsigned char *text, size_t length)
{
	(void)ctx, (void)text, (void)length;
	return 1;
}

static int
quiet_number(void *ctx, const char *text, size_t length)
{
	(void)ctx, (void)text, (void)length;
	return 1;
}

static const yajl_callbacks yajl_quiet = {
	.yajl_null = quiet,
	.yajl_boolean = quiet_flag,
	.yajl_number = quiet_number,
	.yajl_string = quiet_text,
	.yajl_start_map = quiet,
	.yajl_map_key = quiet_text,
	.yajl_end_map = quiet,
	.yajl_start_array = quiet,
	.yajl_end_array = quiet,
};

static enum ts_status
quiet_record(void *ctx, uint64_t line, const struct ts_csv_field *fields,
	     size_t count, struct ts_err *err)
{
	uint64_t *rows = ctx;

	(void)line, (void)fields, (void)count, (void)err;
	++*rows;
	return TS_OK;
}

static void
bare_json(enum document_kind kind, uint64_t bytes, struct run *run)
{
	struct document *document = document_new(kind, bytes);
	char *piece = malloc(PIECE);
	yajl_handle yajl = yajl_alloc(&yajl_quiet, NULL, NULL);
	double spent = 0;
	uint64_t total = 0;
	size_t count;

	while ((count = document_piece(document, piece)) > 0) {
		double from = seconds();

		run->failed |= yajl_parse(yajl, (unsigned char *)piece,
					  count) != yajl_status_ok;
		spent += seconds() - from;
		total += count;
	}
	run->failed |= yajl_complete_parse(yajl) != yajl_status_ok;
	run->mb_per_s = (double)total / 1e6 / spent;
	run->rows = document->records;
	yajl_free(yajl);
	free(piece);
	free(document);
}

static void
bare_csv(enum document_kind kind, uint64_t bytes, struct run *run)
{
	static const struct ts_csv_opts opts = { .separator = ',' };
	struct document *document = document_new(kind, bytes);
	char *piece = malloc(PIECE);
	struct ts_csv *csv = NULL;
	double spent = 0;
	uint64_t total = 0;
	size_t count;

	run->failed |= ts_csv_new(&opts, quiet_record, &run->rows, &csv,
				  NULL) != TS_OK;
	while ((count = document_piece(document, piece)) > 0) {
		double from = seconds();

		run->failed |= ts_csv_feed(csv, piece, count, NULL) != TS_OK;
		spent += seconds() - from;
		total += count;
	}
	run->failed |= ts_csv_end(csv, NULL, NULL) != TS_OK;
	run->mb_per_s = (double)total / 1e6 / spent;
	ts_csv_free(csv);
	free(piece);
	free(document);
}

/* ---- the decoders ------------------------------------------------------- */

static enum ts_status
no_columns(void *ctx, const struct ts_columns *columns, struct ts_err *err)
{
	(void)ctx, (void)columns, (void)err;
	return TS_OK;
}

static enum ts_status
count_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	uint64_t *rows = ctx;

	(void)obs, (void)err;
	++*rows;
	return TS_OK;
}

static enum ts_status
no_fact(void *ctx, const char *name, const char *value, struct ts_err *err)
{
	(void)ctx, (void)name, (void)value, (void)err;
	return TS_OK;
}

static const struct ts_decoder *
decoder_named(const char *name)
{
	size_t i;

	for (i = 0; ts_builtin_fetchers[i] != NULL; i++)
		if (ts_builtin_fetchers[i]->kind == TS_KIND_DECODER &&
		    strcmp(ts_builtin_fetchers[i]->name, name) == 0)
			return (const struct ts_decoder *)
				ts_builtin_fetchers[i];
	fprintf(stderr, "no decoder %s\n", name);
	exit(70);
}

static void *
presets(const struct ts_decoder *decoder, struct ts_arena *arena)
{
	struct ts_settings none = { 0 };
	void *opts;

	if (decoder->plugin.opts == NULL)
		return NULL;
	opts = ts_arena_alloc(arena, 1, decoder->plugin.opts_size);
	if (ts_opt_apply(decoder->plugin.opts, &none, opts, arena, NULL, NULL,
			 NULL) != TS_OK)
		exit(70);
	return opts;
}

static void
decoded(const char *name, enum document_kind kind, uint64_t bytes,
	struct run *run)
{
	const struct ts_decoder *decoder = decoder_named(name);
	struct document *document = document_new(kind, bytes);
	char *piece = malloc(PIECE);
	struct ts_sink sink = { .ctx = &run->rows,
				.columns = no_columns,
				.obs = count_obs,
				.fact = no_fact };
	struct ts_decode decode = {
		.sink = &sink,
		.limits = TS_DECODE_LIMITS,
		.arena = ts_arena_new((size_t)48 << 20),
		.dataset = "C-A-HS",
	};
	struct ts_err err = { 0 };
	void *state = NULL;
	double spent = 0;
	uint64_t total = 0;
	size_t count;

	decode.opts = presets(decoder, decode.arena);
	run->failed |= decoder->begin(&decode, &state, &err) != TS_OK;
	while ((count = document_piece(document, piece)) > 0 && !run->failed) {
		double from = seconds();

		run->failed |=
			decoder->feed(state, piece, count, &err) != TS_OK;
		spent += seconds() - from;
		total += count;
	}
	run->failed |= !run->failed && decoder->end(state, &err) != TS_OK;
	if (run->failed)
		fprintf(stderr, "%s: %s\n", name, err.text);
	run->mb_per_s = (double)total / 1e6 / spent;
	decoder->close(state);
	ts_arena_free(decode.arena);
	free(piece);
	free(document);
}

/* ---- rounds ------------------------------------------------------------- */

static const struct {
	const char *decoder; /* of the second row of each pair */
	enum document_kind kind;
	bool json;
} pairs[] = {
	{ "comtrade-json", COMTRADE_JSON, true },
	{ "worldbank-json", WORLDBANK_JSON, true },
	{ "tidy-csv", TIDY_CSV, false },
	{ "sdmx-csv", SDMX_CSV, false },
};
#define PAIRS (sizeof pairs / sizeof pairs[0])
#define MAX_ROUNDS 31

#define WARM_UP_BYTES 2000000

static void
run_case(size_t pair, bool bare, uint64_t bytes, struct run *run)
{
	if (!bare)
		decoded(pairs[pair].decoder, pairs[pair].kind, bytes, run);
	else if (pairs[pair].json)
		bare_json(pairs[pair].kind, bytes, run);
	else
		bare_csv(pairs[pair].kind, bytes, run);
}

/* Another document first: a small one would else measure how long a fresh
 * process takes to get going (about half a millisecond). */
static void
one_case(size_t pair, bool bare, uint64_t bytes, struct run *run)
{
	struct rusage usage;
	struct run warm_up = { 0 };

	run_case(pair, bare, WARM_UP_BYTES, &warm_up);
	run_case(pair, bare, bytes, run);
	getrusage(RUSAGE_SELF, &usage);
	run->peak_kb = usage.ru_maxrss;
}

static void
apart(size_t pair, bool bare, uint64_t bytes, struct run *run)
{
	int ends[2];
	pid_t child;

	memset(run, 0, sizeof *run);
	if (pipe(ends) != 0 || (child = fork()) < 0) {
		run->failed = 1;
		return;
	}
	if (child == 0) {
		one_case(pair, bare, bytes, run);
		_exit(write(ends[1], run, sizeof *run) != sizeof *run);
	}
	close(ends[1]);
	if (read(ends[0], run, sizeof *run) != sizeof *run)
		run->failed = 1;
	close(ends[0]);
	waitpid(child, NULL, 0);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
by_speed(const void *a, const void *b)
{
	double x = ((const struct run *)a)->mb_per_s;
	double y = ((const struct run *)b)->mb_per_s;

	return (x > y) - (x < y);
}

static struct run
median(struct run *runs, size_t rounds)
{
	struct run middle;
	size_t i;

	qsort(runs, rounds, sizeof *runs, by_speed);
	middle = runs[rounds / 2];
	for (i = 0; i < rounds; i++) {
		middle.failed |= runs[i].failed;
		if (runs[i].peak_kb > middle.peak_kb)
			middle.peak_kb = runs[i].peak_kb;
	}
	return middle;
}

static int
show(size_t pair, uint64_t mb, size_t rounds)
{
	static struct run bare[MAX_ROUNDS], full[MAX_ROUNDS];
	struct run floor_run, decode_run;
	double ratios[MAX_ROUNDS];
	size_t r;

	for (r = 0; r < rounds; r++) {
		apart(pair, true, mb * 1000000, &bare[r]);
		apart(pair, false, mb * 1000000, &full[r]);
		ratios[r] = full[r].mb_per_s / bare[r].mb_per_s;
	}
	qsort(ratios, rounds, sizeof ratios[0], by_size);
	floor_run = median(bare, rounds);
	decode_run = median(full, rounds);
	printf("%-15s %6llu %8.0f %8.0f %6.2f %10llu %9ld %9ld%s\n",
	       pairs[pair].decoder, (unsigned long long)mb, floor_run.mb_per_s,
	       decode_run.mb_per_s, ratios[rounds / 2],
	       (unsigned long long)decode_run.rows, floor_run.peak_kb,
	       decode_run.peak_kb,
	       floor_run.failed || decode_run.failed ? "  FAILED" : "");
	return floor_run.failed || decode_run.failed;
}

int
main(int argc, char **argv)
{
	size_t rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 5;
	uint64_t large = argc > 2 ? strtoull(argv[2], NULL, 10) : 100;
	size_t pair;
	int failed = 0;

	if (rounds < 1 || rounds > MAX_ROUNDS || large < 1) {
		fprintf(stderr, "bench_decode [ROUNDS 1..%d [LARGE_MB]]\n",
			MAX_ROUNDS);
		return 64;
	}
	printf("%-15s %6s %8s %8s %6s %10s %9s %9s\n", "", "MB", "floor",
	       "decoder", "ratio", "rows", "peak KB", "peak KB");
	for (pair = 0; pair < PAIRS; pair++) {
		failed |= show(pair, 1, rounds);
		failed |= show(pair, large, rounds);
	}
	return failed;
}
