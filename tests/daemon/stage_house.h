/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage_house.h - a folder with a configuration, one report about a file on
 * the disk, and a journal: what a stage that tradestatd starts finds.
 */
#ifndef TESTS_DAEMON_STAGE_HOUSE_H
#define TESTS_DAEMON_STAGE_HOUSE_H

#include "tests/support/fixtures.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/file.h>
#include "daemon/cli.h"
#include "store/journal.h"

#define HOUSE_PATH 400
#define HOUSE_NOW "2026-11-24T06:00:00Z"
#define HOUSE_NOW_US INT64_C(1795500000000000)

struct house {
	char *dir;
	char conf[HOUSE_PATH], figures[HOUSE_PATH], state[HOUSE_PATH],
		bundles[HOUSE_PATH];
	struct ts_store *store;
	struct ts_arena *arena;
	struct ts_err err;
	char words[2048]; /* of the last stage */
	const char *now;
};

static inline void
house_write(struct house *house, const char *name, const char *text)
{
	char path[HOUSE_PATH + 64];

	snprintf(path, sizeof path, "%s/%s", house->dir, name);
	if (ts_file_write(path, text, strlen(text), 0644, &house->err) != TS_OK)
		fail_msg("%s", house->err.text);
}

/* Exports of 2024 in millions; imports and other years are always the same. */
static inline void
house_figures(struct house *house, int exports)
{
	TS_AUTO_BUF csv = TS_BUF_INIT(8192);

	ts_buf_add(&csv, TS_TIDY_HEADER "\n");
	for (int year = 2020; year <= 2024; year++) {
		ts_buf_addf(&csv,
			    "office,trade,X,KAZ,ITA,TOTAL,A,%d,%d000000,USD,\n",
			    year, year == 2024 ? exports : 9000 + year);
		ts_buf_addf(&csv,
			    "office,trade,M,KAZ,ITA,TOTAL,A,%d,%d000000,USD,\n",
			    year, 1000 + year);
	}
	house_write(house, "figures.csv", csv.data);
}

static inline void
house_configure(struct house *house, const char *report)
{
	TS_AUTO_BUF text = TS_BUF_INIT(8192);
	char root[PATH_MAX];

	assert_non_null(getcwd(root, sizeof root));
	ts_buf_addf(&text,
		    "output_dir = \"%s\"; state_dir = \"%s\";\n"
		    "cache_dir = \"%s/cache\"; codes_dir = \"%s/config/codes\";"
		    "\nmin_free = \"1 MiB\"; plugin_dir = \"%s/plugins\";\n"
		    "sources = ({ id = \"office\"; fetcher = \"table\";\n"
		    "  file = \"%s\"; decoder = \"tidy-csv\"; },\n"
		    " { id = \"gone\"; fetcher = \"table\"; file = \"%s/gone\";"
		    " });\n",
		    house->bundles, house->state, house->dir, root, house->dir,
		    house->figures, house->dir);
	house_write(house, "tradestat.conf", text.data);
	ts_buf_reset(&text);
	ts_buf_addf(&text,
		    "report: { id = \"pair\"; title = \"Trade\";\n"
		    "template = \"bilateral\"; reporter = \"KAZ\";\n"
		    "partner = \"ITA\"; currency = \"USD\";\n"
		    "frequency = \"A\"; years = 5; formats = [ \"csv\" ];\n"
		    "pages = [ \"turnover\" ];\n%s\n%s };\n",
		    strstr(report, "sources") == NULL
			    ? "sources = [ \"office\" ];"
			    : "",
		    report);
	house_write(house, "reports.d/pair.conf", text.data);
}

static inline struct house *
house_new(const char *report)
{
	struct house *house = calloc(1, sizeof *house);
	struct ts_store_opts opts = { 0 };
	char path[HOUSE_PATH + 64];

	assert_non_null(house);
	house->dir = strdup(temp_dir());
	house->now = HOUSE_NOW;
	snprintf(house->conf, HOUSE_PATH, "%s/tradestat.conf", house->dir);
	snprintf(house->figures, HOUSE_PATH, "%s/figures.csv", house->dir);
	snprintf(house->state, HOUSE_PATH, "%s/state", house->dir);
	snprintf(house->bundles, HOUSE_PATH, "%s/bundles", house->dir);
	snprintf(path, sizeof path, "%s/reports.d", house->dir);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(mkdir(house->state, 0755), 0);
	house_configure(house, report);
	house_figures(house, 18000);
	house->arena = ts_arena_new((size_t)16 << 20);
	snprintf(path, sizeof path, "%s/store.sqlite", house->state);
	opts.path = path;
	if (ts_store_open(&opts, &house->store, &house->err) != TS_OK)
		fail_msg("%s", house->err.text);
	return house;
}

/* As if the operator had lost the store, but not the bundles. */
static inline void
house_new_store(struct house *house)
{
	static const char *const files[] = { "store.sqlite", "store.sqlite-wal",
					     "store.sqlite-shm" };
	struct ts_store_opts opts = { 0 };
	char path[HOUSE_PATH + 64];

	ts_store_close(house->store);
	for (size_t i = sizeof files / sizeof files[0]; i-- > 0;) {
		snprintf(path, sizeof path, "%s/%s", house->state, files[i]);
		(void)unlink(path);
	}
	opts.path = path;
	if (ts_store_open(&opts, &house->store, &house->err) != TS_OK)
		fail_msg("%s", house->err.text);
}

static inline void
house_free(struct house *house)
{
	ts_store_close(house->store);
	ts_arena_free(house->arena);
	temp_gone(house->dir);
	free(house->dir);
	free(house);
}

/* ---- the journal ------------------------------------------------- */

static inline void
house_move(struct house *house, int64_t id, const struct ts_move *move)
{
	if (ts_journal_move(house->store, id, move, HOUSE_NOW_US,
			    &house->err) != TS_OK)
		fail_msg("%s", house->err.text);
}

static inline struct ts_entry
house_entry(struct house *house, int64_t id)
{
	struct ts_entry entry;

	if (ts_journal_get(house->store, id, house->arena, &entry,
			   &house->err) != TS_OK)
		fail_msg("%s", house->err.text);
	return entry;
}

/* An entry of the timetable that is being fetched. */
static inline int64_t
house_fetching(struct house *house, const struct ts_entry *wish)
{
	static int64_t slot;
	struct ts_entry entry = wish != NULL ? *wish : (struct ts_entry){ 0 };
	const struct ts_move move = { .from = TS_STATE_DUE,
				      .to = TS_STATE_FETCHING };
	int64_t id;

	entry.report = "pair";
	entry.cause = TS_CAUSE_TIMETABLE;
	entry.slot_us = ++slot;
	if (ts_journal_add(house->store, &entry, HOUSE_NOW_US, &id,
			   &house->err) != TS_OK)
		fail_msg("%s", house->err.text);
	house_move(house, id, &move);
	return id;
}

/* On to rendering, as the supervisor would. */
static inline void
house_rendering(struct house *house, int64_t id, const char *waive)
{
	const struct ts_entry entry = house_entry(house, id);
	const struct ts_move ready = { .from = entry.state,
				       .to = TS_STATE_READY,
				       .period = entry.number == 0
							 ? entry.seen_period
							 : NULL,
				       .waive = waive };
	const struct ts_move move = { .from = TS_STATE_READY,
				      .to = TS_STATE_RENDERING };

	house_move(house, id, &ready);
	house_move(house, id, &move);
}

/* ---- verbs ------------------------------------------------------- */

/* What a verb says on standard output is in house->words. */
static inline enum ts_status
house_verb(struct house *house, struct ts_cli *cli,
	   enum ts_status (*verb)(const struct ts_cli *cli, struct ts_err *err))
{
	char path[HOUSE_PATH + 64];
	enum ts_status status;
	ssize_t got;
	int out, before;

	snprintf(path, sizeof path, "%s/words", house->dir);
	cli->config = house->conf;
	cli->now = house->now;
	cli->quiet = true;
	fflush(stdout);
	before = dup(STDOUT_FILENO);
	out = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(before >= 0 && out >= 0);
	assert_true(dup2(out, STDOUT_FILENO) >= 0);
	house->err = (struct ts_err){ .status = TS_OK };
	status = verb(cli, &house->err);
	fflush(stdout);
	assert_true(dup2(before, STDOUT_FILENO) >= 0);
	close(before);
	got = pread(out, house->words, sizeof house->words - 1, 0);
	assert_true(got >= 0);
	house->words[got] = '\0';
	close(out);
	return status;
}

static inline enum ts_status
house_stage(struct house *house, const char *stage, int64_t id)
{
	char number[24];
	struct ts_cli cli = { .args = { stage, number }, .arg_count = 2 };

	snprintf(number, sizeof number, "%lld", (long long)id);
	return house_verb(house, &cli, ts_verb_stage);
}

#define assert_words(house, part)                                              \
	do {                                                                   \
		if (strstr((house)->words, part) == NULL)                      \
			fail_msg("no \"%s\" in \"%s\"", part, (house)->words); \
	} while (0)
#define assert_stage(house, stage, id)                                         \
	do {                                                                   \
		if (house_stage(house, stage, id) != TS_OK)                    \
			fail_msg("stage %s: %s", stage, (house)->words);       \
	} while (0)

#endif
