/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_store.c - how close is loading a document to the bare row? A million
 * figures of 20,000 series go into an empty store through begin, put and
 * commit, and into an empty file through one prepared INSERT a row: the same
 * table, the same settings, the same order, one transaction, integers only.
 * Beside it, the same with a hundred rows a statement.
 * Rounds alternate; medians of wall time, the commit included. Then the same
 * document comes a second time, under another number, and changes nothing.
 * Last, how many rows a second the normaliser passes on by itself.
 *
 *   bench_store [ROUNDS [OBSERVATIONS [SERIES]]]
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <tradestat/buf.h>
#include <tradestat/num.h>
#include "store/normalise.h"
#include "store/store.h"

#define MOST_ROUNDS 31

enum order { BY_SERIES, BY_PERIOD, SHUFFLED, ORDERS };
static const char *const order_names[ORDERS] = { "series by series",
						 "period by period",
						 "shuffled" };

struct input {
	size_t count, series, periods;
	char (*products)[8];
	char (*partners)[4];
	struct ts_period *period;
	uint32_t *shuffle;
};

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
die(const char *what)
{
	fprintf(stderr, "bench_store: %s\n", what);
	exit(1);
}

/* Which series and period the n-th row is of. */
static void
place(const struct input *input, enum order order, size_t n, size_t *series,
      size_t *period)
{
	if (order == SHUFFLED)
		n = input->shuffle[n];
	if (order == BY_PERIOD) {
		*series = n % input->series;
		*period = n / input->series;
	} else {
		*series = n / input->periods;
		*period = n % input->periods;
	}
}

static int64_t
value_of(size_t series, size_t period)
{
	return (int64_t)(series * 7919 + period * 104729) % 100000000 + 1;
}

static void
make_input(struct input *input)
{
	uint64_t state = 88172645463325252u;

	input->periods = input->count / input->series;
	input->count = input->periods * input->series;
	input->products = calloc(input->series, sizeof *input->products);
	input->partners = calloc(input->series, sizeof *input->partners);
	input->period = calloc(input->periods, sizeof *input->period);
	input->shuffle = calloc(input->count, sizeof *input->shuffle);
	if (input->products == NULL || input->partners == NULL ||
	    input->period == NULL || input->shuffle == NULL)
		die("no memory");
	for (size_t i = 0; i < input->series; i++) {
		snprintf(input->products[i], sizeof input->products[i], "%04u",
			 (unsigned)(100 + i / 100) % 10000u);
		snprintf(input->partners[i], sizeof input->partners[i],
			 "%c%c%c", (char)('A' + i % 100 / 26),
			 (char)('A' + i % 26), 'X');
	}
	for (size_t i = 0; i < input->periods; i++) {
		struct ts_period first = { .year = 2020,
					   .nth = 1,
					   .span = TS_MONTH };

		input->period[i] = ts_period_step(first, (int)i);
	}
	for (size_t i = 0; i < input->count; i++)
		input->shuffle[i] = (uint32_t)i;
	for (size_t i = input->count; i > 1; i--) {
		uint32_t swap = input->shuffle[i - 1];
		size_t j;

		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		j = (size_t)(state % i);
		input->shuffle[i - 1] = input->shuffle[j];
		input->shuffle[j] = swap;
	}
}

/* ---- the bare loop ----------------------------------------------------- */

static void
sql(sqlite3 *db, const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(db));
}

/* The text of an INSERT of so many rows. */
static char *
insert_text(int rows)
{
	TS_AUTO_BUF text = TS_BUF_INIT(1 << 20);

	ts_buf_add(&text, "INSERT INTO observation VALUES");
	for (int i = 0; i < rows; i++)
		ts_buf_add(&text, i > 0 ? ",(?,?,?,?,?,?)" : "(?,?,?,?,?,?)");
	return strdup(text.data);
}

static void
bind_row(sqlite3_stmt *add, int at, const struct input *input, enum order order,
	 size_t n)
{
	size_t series, period;

	place(input, order, n, &series, &period);
	sqlite3_bind_int64(add, at, (int64_t)series + 1);
	sqlite3_bind_int64(add, at + 1, ts_period_key(input->period[period]));
	sqlite3_bind_int64(add, at + 2, 1);
	sqlite3_bind_int64(add, at + 3, value_of(series, period));
	sqlite3_bind_int(add, at + 4, 0);
	sqlite3_bind_text(add, at + 5, "", 0, SQLITE_STATIC);
}

static double
bare(const struct input *input, enum order order, const char *path, int chunk)
{
	char *text = insert_text(chunk);
	sqlite3_stmt *add;
	double started;
	sqlite3 *db;

	if (text == NULL || sqlite3_open(path, &db) != SQLITE_OK)
		die("open");
	sql(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		"PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
		"PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;"
		"CREATE TABLE observation(series INTEGER NOT NULL,"
		" period INTEGER NOT NULL, document INTEGER NOT NULL,"
		" coef INTEGER, scale INTEGER NOT NULL, status TEXT NOT NULL,"
		" PRIMARY KEY(series, period, document)) WITHOUT ROWID;");
	started = seconds();
	sql(db, "BEGIN IMMEDIATE");
	if (sqlite3_prepare_v2(db, text, -1, &add, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(db));
	for (size_t n = 0; n + (size_t)chunk <= input->count;
	     n += (size_t)chunk) {
		for (int i = 0; i < chunk; i++)
			bind_row(add, 1 + 6 * i, input, order, n + (size_t)i);
		if (sqlite3_step(add) != SQLITE_DONE)
			die(sqlite3_errmsg(db));
		sqlite3_reset(add);
	}
	sqlite3_finalize(add);
	sql(db, "COMMIT");
	started = seconds() - started;
	sqlite3_close(db);
	free(text);
	return started;
}

/* ---- the store --------------------------------------------------------- */

static double
load(const struct input *input, enum order order, struct ts_store *store,
     int64_t retrieved_us, struct ts_store_change *change)
{
	struct ts_document document = { .source = "comtrade",
					.url = "https://example.org/data",
					.decoder = "bench",
					.retrieved_us = retrieved_us,
					.sha256 = "" };
	static const struct ts_column columns[] = {
		{ "typeCode", true }, { "classificationSearchCode", true }
	};
	static const char *const extra[] = { "C", "HS" };
	struct ts_err err;
	double started = seconds();

	if (ts_store_begin(store, &document, &err) != TS_OK ||
	    ts_store_columns(store, &(struct ts_columns){ columns, 2 }, &err) !=
		    TS_OK)
		die(err.text);
	for (size_t n = 0; n < input->count; n++) {
		size_t series, period;
		struct ts_obs obs = {
			.source = "comtrade",
			.dataset = "C-M-HS",
			.flow = "X",
			.reporter = "KAZ",
			.frequency = 'M',
			.has_value = true,
			.unit = "USD",
			.status = "",
			.extra = extra,
			.extra_count = 2,
			.line = n + 1,
		};

		place(input, order, n, &series, &period);
		obs.partner = input->partners[series];
		obs.product = input->products[series];
		obs.period = input->period[period];
		obs.value.coef = value_of(series, period);
		if (ts_store_put(store, &obs, &err) != TS_OK)
			die(err.text);
	}
	if (ts_store_commit(store, change, &err) != TS_OK)
		die(err.text);
	return seconds() - started;
}

static enum ts_status
count_row(void *ctx, const struct ts_known *known, struct ts_err *err)
{
	uint64_t *count = ctx;

	(void)known, (void)err;
	++*count;
	return TS_OK;
}

static void
remove_store(const char *path)
{
	char name[600];

	unlink(path);
	snprintf(name, sizeof name, "%s-wal", path);
	unlink(name);
	snprintf(name, sizeof name, "%s-shm", path);
	unlink(name);
}

/* ---- the normaliser ---------------------------------------------------- */

static enum ts_status
ignore_obs(void *ctx, const struct ts_obs *obs, struct ts_err *err)
{
	(void)err;
	*(int64_t *)ctx += obs->value.coef + obs->reporter[0];
	return TS_OK;
}

static double
normalise(const struct input *input, const struct ts_codes *codes)
{
	static const struct ts_column columns[] = {
		{ "typeCode", true },
		{ "partner2Code", true },
		{ "classificationSearchCode", true },
		{ "customsCode", true },
		{ "mosCode", true },
		{ "motCode", true },
		{ "isAggregate", false },
		{ "netWgt", false }
	};
	static const char *const extra[] = { "C", "0", "HS",   "C00",
					     "0", "0", "true", "41139.393" };
	static const char *const areas[] = { "398", "0",   "380", "156", "842",
					     "276", "251", "757", "699" };
	int64_t sum = 0;
	struct ts_sink next = { .ctx = &sum, .obs = ignore_obs };
	struct ts_normaliser *normaliser;
	const struct ts_sink *sink;
	struct ts_err err;
	double started = seconds();

	if (ts_normalise_new(codes, "comtrade", "comtrade", &next, &normaliser,
			     &err) != TS_OK)
		die(err.text);
	sink = ts_normalise_sink(normaliser);
	if (sink->columns(sink->ctx, &(struct ts_columns){ columns, 8 },
			  &err) != TS_OK)
		die(err.text);
	for (size_t n = 0; n < input->count; n++) {
		struct ts_obs obs = {
			.source = "",
			.dataset = "C-M-HS",
			.flow = "X",
			.reporter = areas[0],
			.partner = areas[n % 9],
			.product = input->products[n % input->series],
			.frequency = 'M',
			.has_value = true,
			.unit = "USD",
			.status = "",
			.extra = extra,
			.extra_count = 8,
			.period = input->period[n % input->periods],
			.value = { (int64_t)n, 0 },
			.line = n + 1,
		};

		if (sink->obs(sink->ctx, &obs, &err) != TS_OK)
			die(err.text);
	}
	if (ts_normalise_report(normaliser)->aside[TS_ASIDE_UNMAPPED] > 0)
		die(ts_normalise_report(normaliser)->first_unmapped);
	ts_normalise_free(normaliser);
	return seconds() - started;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof *values, by_value);
	return values[count / 2];
}

struct figures {
	double bare[MOST_ROUNDS], hundred[MOST_ROUNDS], first[MOST_ROUNDS],
		again[MOST_ROUNDS], read[MOST_ROUNDS];
};

static void
round_of(const struct input *input, enum order order, const char *dir,
	 struct figures *figures, int round)
{
	struct ts_store_change change;
	struct ts_store_opts opts = { 0 };
	struct ts_query query = { 0 };
	struct ts_store *store;
	struct ts_err err;
	uint64_t rows = 0;
	char path[512];

	snprintf(path, sizeof path, "%s/bare.db", dir);
	figures->bare[round] = bare(input, order, path, 1);
	remove_store(path);
	figures->hundred[round] = bare(input, order, path, 100);
	remove_store(path);
	snprintf(path, sizeof path, "%s/store.db", dir);
	opts.path = path;
	if (ts_store_open(&opts, &store, &err) != TS_OK)
		die(err.text);
	figures->first[round] = load(input, order, store, 1000000, &change);
	if (change.added != input->count)
		die("not all figures were added");
	figures->again[round] = load(input, order, store, 2000000, &change);
	if (change.unchanged != input->count)
		die("not all figures were unchanged");
	figures->read[round] = seconds();
	if (ts_store_read(store, &query, count_row, &rows, &err) != TS_OK)
		die(err.text);
	figures->read[round] = seconds() - figures->read[round];
	if (rows != input->count)
		die("not all figures were read");
	ts_store_close(store);
	remove_store(path);
}

int
main(int argc, char **argv)
{
	struct input input = { .count = 1000000, .series = 20000 };
	int64_t number = 5;
	struct rusage usage;
	struct ts_codes *codes;
	struct ts_err err;
	double passes[MOST_ROUNDS];
	char dir[256];
	const char *root = getenv("TMPDIR");

	if (argc > 1 &&
	    ts_num_int(argv[1], 1, MOST_ROUNDS, &number, NULL) != TS_OK)
		die("rounds: 1..31");
	int rounds = (int)number;
	if (argc > 2 &&
	    ts_num_int(argv[2], 1000, 50000000, &number, NULL) == TS_OK)
		input.count = (size_t)number;
	if (argc > 3 && ts_num_int(argv[3], 1, 900000, &number, NULL) == TS_OK)
		input.series = (size_t)number;
	make_input(&input);
	snprintf(dir, sizeof dir, "%s/bench-store-XXXXXX",
		 root != NULL ? root : "/tmp");
	if (mkdtemp(dir) == NULL)
		die("mkdtemp");
	printf("%zu figures, %zu series, medians of %d rounds; M rows/s\n",
	       input.count, input.series, rounds);
	for (int order = 0; order < ORDERS; order++) {
		static struct figures figures;
		double m = (double)input.count / 1e6, floor;
		/* each row to another page: slow for both, and seldom */
		int times = order == SHUFFLED ? (rounds + 2) / 3 : rounds;

		for (int i = 0; i < times; i++)
			round_of(&input, (enum order)order, dir, &figures, i);
		floor = median(figures.bare, times);
		printf("%-18s bare %.2f, by hundreds %.2f  store %.2f (ratio"
		       " %.2f, %.2f)  again %.2f  read %.2f\n",
		       order_names[order], m / floor,
		       m / median(figures.hundred, times),
		       m / median(figures.first, times),
		       floor / median(figures.first, times),
		       median(figures.hundred, times) /
			       median(figures.first, times),
		       m / median(figures.again, times),
		       m / median(figures.read, times));
	}
	if (ts_codes_open("config/codes", &codes, &err) != TS_OK)
		die(err.text);
	for (int i = 0; i < rounds; i++)
		passes[i] = normalise(&input, codes);
	ts_codes_close(codes);
	printf("normalise          %.1f\n",
	       (double)input.count / 1e6 / median(passes, rounds));
	getrusage(RUSAGE_SELF, &usage);
	printf("peak memory %ld MB (input included)\n", usage.ru_maxrss / 1024);
	rmdir(dir);
	return 0;
}
