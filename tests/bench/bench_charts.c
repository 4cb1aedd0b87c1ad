/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_charts.c - what does the engine add to gnuplot? 40 charts of the
 * built-in types, each as PNG, SVG and PDF, go through ts_plot_draw with an
 * empty cache (opening, checking, syncing and closing included), and the very
 * same job files through two bare gnuplot processes, half of them each, all
 * over one file that nobody looks at. Rounds alternate; medians of wall time,
 * and of processor time, which a busy machine disturbs less: of ours and of
 * the children. Then everything once more with a full cache.
 *
 *   bench_charts [ROUNDS [FOLDER]]	folder: where pictures go, /dev/shm
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/plugin.h>
#include <tradestat/spawn.h>

#include "plots/engine/job.h"

enum { CHARTS = 40, FORMATS = 3, PICTURES = CHARTS * FORMATS, MOST = 31 };

extern const struct ts_plugin *const ts_builtin_plots[];

struct times {
	double wall[MOST], own[MOST], children[MOST];
};

struct bench {
	struct ts_arena *arena;
	char root[256];
	char titles[CHARTS][80];
	struct ts_chart_spec specs[CHARTS];
	const struct ts_chart *charts[CHARTS];
	struct ts_plot_request requests[PICTURES];
	char paths[PICTURES][300];
};

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "bench_charts: %s\n", what);
	exit(1);
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* User and system time of who (RUSAGE_SELF, RUSAGE_CHILDREN). */
static double
cpu(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof *values, compare);
	return values[count / 2];
}

/* ---- charts to draw ------------------------------------------------------ */

static const char *const columns[] = {
	"flow",  "reporter", "partner", "product", "label",  "period",
	"value", "from",     "to",      "unit",    "status",
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static void
add_row(struct ts_table *table, const char *const cells[COLUMNS])
{
	struct ts_err err;

	if (ts_table_add(table, cells, &err) != TS_OK)
		die(err.text);
}

/* Ten years of exports and, if wanted, imports. */
static void
add_years(struct bench *bench, struct ts_table *table, int seed, int flows)
{
	static const char *const names[] = { "X", "M" };

	for (int flow = 0; flow < flows; flow++)
		for (int year = 2015; year <= 2024; year++) {
			double value =
				1e9 *
				(5 + (seed * 7 + year * 13 + flow * 3) % 17);
			const char *const cells[COLUMNS] = {
				names[flow],
				"KAZ",
				"ITA",
				"TOTAL",
				"",
				ts_arena_printf(bench->arena, "%d", year),
				ts_arena_printf(bench->arena, "%.0f", value),
				"",
				"",
				"USD",
				"",
			};

			add_row(table, cells);
		}
}

/* Ten products, a year before and now. */
static void
add_products(struct bench *bench, struct ts_table *table, int seed)
{
	static const char *const names[] = {
		"Crude petroleum",
		"Ferro-alloys",
		"Wheat and meslin",
		"Refined copper",
		"Machinery for working minerals",
		"Articles of apparel, knitted",
		"Pharmaceutical products",
		"Pipes of iron or steel",
		"Furniture and parts thereof",
		"Wine of fresh grapes",
	};

	for (int i = 0; i < 10; i++) {
		double from = 1e6 * (40 + (seed * 31 + i * 57) % 190);
		double to = from * (0.5 + ((seed + i * 11) % 30) / 10.0);
		const char *to_text = ts_arena_printf(bench->arena, "%.0f", to);
		const char *const cells[COLUMNS] = {
			"X",      "KAZ",
			"ITA",    ts_arena_printf(bench->arena, "%02d", 20 + i),
			names[i], "2024",
			to_text,  ts_arena_printf(bench->arena, "%.0f", from),
			to_text,  "USD",
			"",
		};

		add_row(table, cells);
	}
}

static const struct ts_chart *
find_chart(const char *name)
{
	for (const struct ts_plugin *const *at = ts_builtin_plots; *at != NULL;
	     at++)
		if (strcmp((*at)->name, name) == 0)
			return (const struct ts_chart *)*at;
	die(name);
}

static void
make_charts(struct bench *bench)
{
	static const struct {
		const char *name;
		int flows;
	} types[] = {
		{ "columns", 1 }, { "balance", 2 },   { "ranked", 0 },
		{ "movers", 0 },  { "waterfall", 0 },
	};

	bench->arena = ts_arena_new((size_t)64 << 20);
	for (int i = 0; i < CHARTS; i++) {
		int type = i % (int)(sizeof types / sizeof types[0]);
		struct ts_table *table;
		struct ts_err err;

		if (ts_table_new(bench->arena, "bench", columns, COLUMNS,
				 &table, &err) != TS_OK)
			die(err.text);
		if (types[type].flows > 0)
			add_years(bench, table, i, types[type].flows);
		else
			add_products(bench, table, i);
		bench->charts[i] = find_chart(types[type].name);
		snprintf(bench->titles[i], sizeof bench->titles[i],
			 "Chart %d: trade rose by %d.%d%% in 2024", i, i % 30,
			 i % 10);
		bench->specs[i] = (struct ts_chart_spec){
			.type = types[type].name,
			.title = bench->titles[i],
			.subtitle = "US$ million, 2023 → 2024",
			.source = "UN Comtrade, retrieved 2025-05-30",
			.language = "en",
			.reporter = "Kazakhstan",
			.partner = "Italy",
			.unit = "USD",
			.flow = "X",
			.data = table,
		};
	}
}

static void
make_requests(struct bench *bench)
{
	static const char *const suffixes[FORMATS] = { "png", "svg", "pdf" };

	for (int i = 0; i < PICTURES; i++) {
		int chart = i / FORMATS;

		snprintf(bench->paths[i], sizeof bench->paths[i],
			 "%s/out/%02d.%s", bench->root, chart,
			 suffixes[i % FORMATS]);
		bench->requests[i] = (struct ts_plot_request){
			.chart = bench->charts[chart],
			.spec = &bench->specs[chart],
			.theme = ts_theme_find("light"),
			.format = (enum ts_format)(i % FORMATS),
			.path = bench->paths[i],
		};
	}
}

/* ---- the floor ----------------------------------------------------------- */

static void
write_file(const char *path, const void *bytes, size_t count)
{
	FILE *file = fopen(path, "we");

	if (file == NULL || fwrite(bytes, 1, count, file) != count ||
	    fclose(file) != 0)
		die(path);
}

/* floor/0 and floor/1: the job files of each half, and one that loads them. */
static void
write_floor(struct bench *bench)
{
	TS_AUTO_BUF all = TS_BUF_INIT(1 << 20);
	char path[512];
	struct ts_err err;

	for (int half = 0; half < 2; half++) {
		snprintf(path, sizeof path, "%s/floor/%d", bench->root, half);
		if (ts_mkdirs(path, &err) != TS_OK)
			die(err.text);
		ts_buf_reset(&all);
		for (int i = half * PICTURES / 2; i < (half + 1) * PICTURES / 2;
		     i++) {
			struct ts_script script;

			if (ts_job_chart(&bench->requests[i], &script, &err) !=
			    TS_OK)
				die(err.text);
			snprintf(path, sizeof path, "%s/floor/%d/%d.gp",
				 bench->root, half, i);
			write_file(path, script.out.data, script.out.used);
			ts_script_free(&script);
			ts_buf_addf(&all, "reset session\nload '%d.gp'\n", i);
		}
		snprintf(path, sizeof path, "%s/floor/%d/all.gp", bench->root,
			 half);
		write_file(path, all.data, all.used);
	}
}

static void
run_floor(struct bench *bench)
{
	const char *const envp[] = { "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8",
				     "HOME=/nonexistent", "GNUTERM=unknown",
				     NULL };
	char program[512], folder[2][300];
	const char *const argv[] = { program, "-d", "all.gp", NULL };
	struct ts_child children[2];
	struct ts_err err;
	int code;

	if (!ts_find_program("gnuplot", program, sizeof program))
		die("no gnuplot");
	for (int half = 0; half < 2; half++) {
		snprintf(folder[half], sizeof folder[half], "%s/floor/%d",
			 bench->root, half);
		const struct ts_spawn spawn = {
			.argv = argv,
			.envp = envp,
			.work_dir = folder[half],
			.stdin_fd = -1,
			.stdout_fd = -1,
			.stderr_fd = 2,
		};

		if (ts_spawn(&spawn, &children[half], &err) != TS_OK)
			die(err.text);
	}
	for (int half = 0; half < 2; half++)
		if (ts_spawn_wait(&children[half], 600000, 100, &code, &err) !=
			    TS_OK ||
		    code != 0)
			die("the bare gnuplot failed");
}

/* ---- the engine ---------------------------------------------------------- */

static void
run_engine(struct bench *bench, bool cached)
{
	char work[300], cache[300];
	const struct ts_plot_opts opts = {
		.work_dir = work,
		.cache_dir = cache,
		.font = "Inter",
		.created_us = 1700000000000000,
		.sandbox = true,
	};
	struct ts_plot *plot;
	struct ts_err err;

	snprintf(work, sizeof work, "%s/work", bench->root);
	snprintf(cache, sizeof cache, "%s/cache", bench->root);
	if (!cached && ts_rmtree(cache, &err) != TS_OK)
		die(err.text);
	if (ts_plot_open(&opts, &plot, &err) != TS_OK)
		die(err.text);
	if (ts_plot_draw(plot, bench->requests, PICTURES, &err) != TS_OK)
		die(err.text);
	for (int i = 0; i < PICTURES; i++)
		if (bench->requests[i].problem[0] != '\0' ||
		    bench->requests[i].from_cache != cached)
			die("not as expected");
	ts_plot_close(plot);
}

static void
run_uncached(struct bench *bench)
{
	run_engine(bench, false);
}

static void
run_cached(struct bench *bench)
{
	run_engine(bench, true);
}

/* -------------------------------------------------------------------------- */

static void
measure(struct bench *bench, void (*run)(struct bench *bench),
	struct times *times, int round)
{
	double wall = seconds(), own = cpu(RUSAGE_SELF);
	double children = cpu(RUSAGE_CHILDREN);

	run(bench);
	times->wall[round] = seconds() - wall;
	times->own[round] = cpu(RUSAGE_SELF) - own;
	times->children[round] = cpu(RUSAGE_CHILDREN) - children;
}

static void
print(const char *what, struct times *times, int rounds, double floor_wall,
      double floor_cpu)
{
	double wall = median(times->wall, rounds);
	double own = median(times->own, rounds);
	double children = median(times->children, rounds);

	printf("%-36s %7.3f %7.3f %7.3f  %5.2f %5.2f\n", what, wall, own,
	       children, wall / floor_wall, (own + children) / floor_cpu);
}

int
main(int argc, char **argv)
{
	static struct bench bench;
	static struct times bare, drawn, cached;
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 7;
	const char *folder = argc > 2 ? argv[2] : "/dev/shm";
	double floor_wall, floor_cpu;
	char path[300];
	struct rusage children;
	struct ts_err err;

	if (rounds < 1 || rounds > MOST)
		die("rounds: 1 to 31");
	snprintf(bench.root, sizeof bench.root, "%s/tradestat-bench-XXXXXX",
		 access(folder, W_OK) == 0 ? folder : "/tmp");
	if (mkdtemp(bench.root) == NULL)
		die(bench.root);
	snprintf(path, sizeof path, "%s/out", bench.root);
	if (ts_mkdirs(path, &err) != TS_OK)
		die(err.text);
	make_charts(&bench);
	make_requests(&bench);
	write_floor(&bench);
	for (int i = 0; i < rounds; i++) {
		measure(&bench, run_floor, &bare, i);
		measure(&bench, run_uncached, &drawn, i);
		measure(&bench, run_cached, &cached, i);
	}
	printf("%d charts as PNG, SVG and PDF in %s, median of %d rounds\n"
	       "%-36s %7s %7s %7s  %5s %5s\n",
	       CHARTS, bench.root, rounds, "", "wall s", "own cpu", "gnuplot",
	       "wall", "cpu");
	floor_wall = median(bare.wall, rounds);
	floor_cpu = median(bare.own, rounds) + median(bare.children, rounds);
	print("two bare gnuplots, same job files", &bare, rounds, floor_wall,
	      floor_cpu);
	print("ts_plot_draw, empty cache", &drawn, rounds, floor_wall,
	      floor_cpu);
	print("ts_plot_draw, all in the cache", &cached, rounds, floor_wall,
	      floor_cpu);
	getrusage(RUSAGE_CHILDREN, &children);
	printf("largest child %.1f MiB; aim: ratio of the second line at most "
	       "1.1\n",
	       (double)children.ru_maxrss / 1024);
	ts_arena_free(bench.arena);
	return ts_rmtree(bench.root, &err) == TS_OK ? 0 : 1;
}
