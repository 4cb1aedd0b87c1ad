/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_libs.c - which JSON library could stand behind fetchers/decode/json.h?
 * Speed and memory over a Comtrade-like document (47 members a record, pieces
 * of 64 KiB, callbacks that do nothing), and what each accepts that it should
 * not, or refuses that it should accept.
 *
 *   cc -O2 -D_GNU_SOURCE -I. tests/bench/json_libs.c -o /tmp/json_libs \
 *      -lwebsockets -lyajl -ljson-c
 *   /tmp/json_libs 100 5        # MB, rounds
 *
 * Not part of the build: only the library that was chosen is a dependency.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <json-c/json_tokener.h>
#include <libwebsockets.h>
#include <yajl/yajl_parse.h>

#include "tests/bench/documents.h"

/* ---- the libraries ----------------------------------------------------- */

/* 0: accepted. */
struct library {
	const char *name;
	void *(*open)(void);
	int (*feed)(void *state, const char *bytes, size_t count);
	int (*end)(void *state);
};

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

static void *
yajl_open(void)
{
	return yajl_alloc(&yajl_quiet, NULL, NULL);
}

static int
yajl_feed(void *state, const char *bytes, size_t count)
{
	return yajl_parse(state, (const unsigned char *)bytes, count) !=
	       yajl_status_ok;
}

static int
yajl_close(void *state)
{
	int rc = yajl_complete_parse(state) != yajl_status_ok;

	yajl_free(state);
	return rc;
}

struct lejp {
	struct lejp_ctx ctx;
	int last; /* 0 complete, -1 wants more */
	bool began;
};

static signed char
lejp_quiet(struct lejp_ctx *ctx, char reason)
{
	(void)ctx, (void)reason;
	return 0;
}

static void *
lejp_open(void)
{
	struct lejp *lejp = calloc(1, sizeof *lejp);

	lejp_construct(&lejp->ctx, lejp_quiet, NULL, NULL, 0);
	lejp->last = LEJP_CONTINUE;
	return lejp;
}

static int
lejp_feed(void *state, const char *bytes, size_t count)
{
	struct lejp *lejp = state;

	if (lejp->last >= 0 && lejp->began)
		return 1; /* bytes behind the end */
	lejp->began = true;
	lejp->last = lejp_parse(&lejp->ctx, (const unsigned char *)bytes,
				(int)count);
	/* what it did not read is the return value */
	return lejp->last != LEJP_CONTINUE && lejp->last != 0;
}

static int
lejp_close(void *state)
{
	struct lejp *lejp = state;
	int rc = lejp->last < 0;

	lejp_destruct(&lejp->ctx);
	free(lejp);
	return rc;
}

/* One record at a time: the envelope is the caller's, as a document of 100 MB
 * would be a tree of a gigabyte. It resumes where the value before ended. */
struct tokener {
	struct json_tokener *tokener;
	bool in_data;
	int depth;
};

static void *
tokener_open(void)
{
	struct tokener *state = calloc(1, sizeof *state);

	state->tokener = json_tokener_new_ex(64);
	json_tokener_set_flags(state->tokener,
			       JSON_TOKENER_STRICT |
				       JSON_TOKENER_VALIDATE_UTF8 |
				       JSON_TOKENER_ALLOW_TRAILING_CHARS);
	return state;
}

static int
tokener_feed(void *ctx, const char *bytes, size_t count)
{
	struct tokener *state = ctx;
	size_t at = 0;

	if (!state->in_data) {
		const char *data = memmem(bytes, count, "\"data\":[", 8);

		if (data == NULL)
			return 1;
		at = (size_t)(data - bytes) + 8;
		state->in_data = true;
	}
	while (at < count) {
		struct json_object *record;

		if (bytes[at] == ',' && state->depth == 0) {
			at++;
			continue;
		}
		if (bytes[at] == ']' && state->depth == 0)
			return 0;
		record = json_tokener_parse_ex(state->tokener, bytes + at,
					       (int)(count - at));
		if (json_tokener_get_error(state->tokener) ==
		    json_tokener_continue) {
			state->depth = 1;
			return 0;
		}
		if (record == NULL)
			return 1;
		state->depth = 0;
		at += json_tokener_get_parse_end(state->tokener);
		json_object_put(record);
	}
	return 0;
}

static int
tokener_close(void *ctx)
{
	struct tokener *state = ctx;

	json_tokener_free(state->tokener);
	free(state);
	return 0;
}

static const struct library libraries[] = {
	{ "yajl", yajl_open, yajl_feed, yajl_close },
	{ "LEJP", lejp_open, lejp_feed, lejp_close },
	{ "json-c", tokener_open, tokener_feed, tokener_close },
};
#define LIBRARIES (sizeof libraries / sizeof libraries[0])

/* ---- speed ------------------------------------------------------------- */

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct run {
	double mb_per_s;
	long peak_kb;
	int failed;
};

/* In a child, so that its peak memory is its own. */
static void
measure(const struct library *library, uint64_t bytes, struct run *run)
{
	struct document *document = document_new(COMTRADE_JSON, bytes);
	char *piece = malloc(PIECE);
	void *state = library->open();
	double spent = 0;
	uint64_t total = 0;
	struct rusage usage;
	size_t count;

	while ((count = document_piece(document, piece)) > 0 && !run->failed) {
		double from = seconds();

		run->failed |= library->feed(state, piece, count);
		spent += seconds() - from;
		total += count;
	}
	run->failed |= library->end(state);
	getrusage(RUSAGE_SELF, &usage);
	run->mb_per_s = (double)total / 1e6 / spent;
	run->peak_kb = usage.ru_maxrss;
	free(piece);
	free(document);
}

static void
measure_apart(const struct library *library, uint64_t bytes, struct run *run)
{
	int pipes[2];
	pid_t child;

	memset(run, 0, sizeof *run);
	run->failed = 1;
	if (pipe(pipes) != 0 || (child = fork()) < 0)
		return;
	if (child == 0) {
		run->failed = 0;
		measure(library, bytes, run);
		_exit(write(pipes[1], run, sizeof *run) != sizeof *run);
	}
	close(pipes[1]);
	if (read(pipes[0], run, sizeof *run) != sizeof *run)
		run->failed = 1;
	close(pipes[0]);
	waitpid(child, NULL, 0);
}

static int
by_speed(const void *a, const void *b)
{
	double x = ((const struct run *)a)->mb_per_s;
	double y = ((const struct run *)b)->mb_per_s;

	return (x > y) - (x < y);
}

/* ---- strictness -------------------------------------------------------- */

static const struct {
	const char *name, *text;
	bool good;
} samples[] = {
	{ "{}", "{}", true },
	{ "a number of 22 characters", "{\"a\":1.2345678901234567E-05}", true },
	{ "a number of 31 characters",
	  "{\"a\":0.00123456789012345678901234567}", true },
	{ "lists 10 deep", "[[[[[[[[[[1]]]]]]]]]]", true },
	{ "a key of 130 characters",
	  "{\"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
	  "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\":"
	  "1}",
	  true },
	{ "a bare number", "1", true },
	{ "[1,]", "[1,]", false },
	{ "[01]", "[01]", false },
	{ "[1.]", "[1.]", false },
	{ "[1e+]", "[1e+]", false },
	{ "[1e999]", "[1e999]", false },
	{ "bytes behind the end", "{\"a\":1} x", false },
	{ "invalid UTF-8", "[\"\xff\"]", false },
	{ "a lone surrogate", "[\"\\ud83d\"]", false },
	{ "\\u0000", "[\"\\u0000\"]", false },
	{ "a tab in a string", "[\"a\tb\"]", false },
	{ "an unclosed list", "[1", false },
};

static bool
accepts(const struct library *library, const char *text)
{
	void *state = library->open();
	int rc = library->feed(state, text, strlen(text));

	return (library->end(state) | rc) == 0;
}

/* json-c as a whole-document parser, for the table of strictness. */
static bool
json_c_accepts(const char *text)
{
	struct json_tokener *tokener = json_tokener_new_ex(64);
	struct json_object *value;
	bool good;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
						JSON_TOKENER_VALIDATE_UTF8);
	value = json_tokener_parse_ex(tokener, text, (int)strlen(text) + 1);
	good = json_tokener_get_error(tokener) == json_tokener_success;
	json_object_put(value);
	json_tokener_free(tokener);
	return good;
}

static void
show_strictness(void)
{
	size_t i, l;

	printf("\n%-30s %-8s", "", "should");
	for (l = 0; l < LIBRARIES; l++)
		printf(" %-8s", libraries[l].name);
	printf("\n");
	for (i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		printf("%-30s %-8s", samples[i].name,
		       samples[i].good ? "accept" : "refuse");
		for (l = 0; l < LIBRARIES; l++) {
			bool yes = l == 2 ? json_c_accepts(samples[i].text)
					  : accepts(&libraries[l],
						    samples[i].text);

			printf(" %-8s", yes == samples[i].good ? "ok"
					: yes                  ? "ACCEPTS"
							       : "REFUSES");
		}
		printf("\n");
	}
}

int
main(int argc, char **argv)
{
	uint64_t mb = argc > 1 ? strtoull(argv[1], NULL, 10) : 100;
	size_t rounds = argc > 2 ? strtoull(argv[2], NULL, 10) : 5;
	static struct run runs[LIBRARIES][32];
	size_t l, r;

	if (rounds < 1 || rounds > 32)
		return 64;
	for (r = 0; r < rounds; r++)
		for (l = 0; l < LIBRARIES; l++)
			measure_apart(&libraries[l], mb * 1000000, &runs[l][r]);
	printf("%-8s %8s %8s %8s  (%llu MB, %zu rounds, CPU time)\n", "",
	       "MB/s", "least", "peak KB", (unsigned long long)mb, rounds);
	for (l = 0; l < LIBRARIES; l++) {
		qsort(runs[l], rounds, sizeof runs[l][0], by_speed);
		printf("%-8s %8.0f %8.0f %8ld%s\n", libraries[l].name,
		       runs[l][rounds / 2].mb_per_s, runs[l][0].mb_per_s,
		       runs[l][0].peak_kb, runs[l][0].failed ? "  FAILED" : "");
	}
	show_strictness();
	return 0;
}
