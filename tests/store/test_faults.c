/* SPDX-License-Identifier: Apache-2.0 */
/* What the store does when the world does not play along. */
#include "tests/store/entries.h"
#include "tests/store/places.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/hash.h>

static int busy_ms = 60000; /* the machine may have much else to do */

static enum ts_status
try_open(const char *path, bool read_only, struct ts_store **store,
	 struct ts_err *err)
{
	struct ts_store_opts opts = { .path = path,
				      .read_only = read_only,
				      .busy_ms = busy_ms };

	*store = NULL;
	return ts_store_open(&opts, store, err);
}

/* In a child a failure must end it: cmocka would run on in two processes. */
static struct ts_store *
open_in_child(const char *path)
{
	struct ts_store *store;
	struct ts_err err;

	if (try_open(path, false, &store, &err) != TS_OK) {
		print_message("%s\n", err.text);
		_exit(1);
	}
	return store;
}

static enum ts_status
put_rows(struct ts_store *store, int count, struct ts_err *err)
{
	struct ts_obs obs = figure("KGZ ITA 27 2023 1");
	enum ts_status status = TS_OK;
	char product[16];

	obs.product = product;
	for (int i = 0; status == TS_OK && i < count; i++) {
		snprintf(product, sizeof product, "%06d", i / 100);
		obs.period.year = (int16_t)(1900 + i % 100);
		obs.value.coef = 1000000007ll * i;
		status = ts_store_put(store, &obs, err);
	}
	return status;
}

static enum ts_status
load_rows(struct ts_store *store, int64_t us, int count, struct ts_err *err)
{
	struct ts_document document = document_at(us, "https://x/rows");
	enum ts_status status = ts_store_begin(store, &document, err);

	if (status != TS_OK)
		return status;
	status = put_rows(store, count, err);
	if (status != TS_OK) {
		ts_store_rollback(store);
		return status;
	}
	return ts_store_commit(store, NULL, err);
}

/* ---- killed ------------------------------------------------------------ */

static void
die_in_a_document(const char *path, int rows, bool commit)
{
	struct ts_store *store = open_in_child(path);
	struct ts_document document = document_at(2000, "https://x/b");
	struct ts_err err;

	if (ts_store_begin(store, &document, &err) == TS_OK &&
	    put_rows(store, rows, &err) == TS_OK &&
	    (!commit || ts_store_commit(store, NULL, &err) == TS_OK))
		raise(SIGKILL);
	_exit(1);
}

static void
run_and_die(const char *path, int rows, bool commit)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		die_in_a_document(path, rows, commit);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void
a_kill_within_a_document_leaves_nothing_of_it(void **state)
{
	/* within the first batch, and with batches written to the file */
	static const int rows[] = { 10, 140000 };
	struct place *place = *state;
	struct ts_store *store = open_store(place->path);
	struct ts_store_counts counts;
	struct ts_err err;

	LOAD(store, 1000, "KAZ ITA 27 2023 1");
	ts_store_close(store);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		run_and_die(place->path, rows[i], false);
		store = open_store(place->path);
		if (ts_store_check(store, &err) != TS_OK)
			fail_msg("%s", err.text);
		assert_int_equal(ts_store_counts(store, &counts, &err), TS_OK);
		assert_int_equal(counts.vintages, 1);
		assert_int_equal(counts.series, 1);
		assert_int_equal(counts.documents, 1);
		assert_string_equal(read_all(store, NULL),
				    "KAZ ITA 27 2023 1 @1000\n");
		ts_store_close(store);
	}
}

static void
a_kill_behind_the_commit_loses_nothing(void **state)
{
	struct place *place = *state;
	struct ts_store_counts counts;
	struct ts_store *store;
	struct ts_err err;

	run_and_die(place->path, 3000, true);
	store = open_store(place->path);
	assert_int_equal(ts_store_check(store, &err), TS_OK);
	assert_int_equal(ts_store_counts(store, &counts, &err), TS_OK);
	assert_int_equal(counts.vintages, 3000);
	ts_store_close(store);
}

static void
kills_at_any_moment_leave_whole_documents(void **state)
{
	struct place *place = *state;
	struct ts_store *store = open_store(place->path);
	struct ts_store_counts counts;
	struct ts_err err;

	ts_store_close(store);
	for (int round = 0; round < 12; round++) {
		int status;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			store = open_in_child(place->path);
			for (int i = 0; i < 1000; i++)
				if (load_rows(store, 1000 + i, 500 + i, &err) !=
				    TS_OK)
					_exit(1);
			_exit(0);
		}
		usleep(3000u * (unsigned)(round + 1));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		store = open_store(place->path);
		if (ts_store_check(store, &err) != TS_OK)
			fail_msg("round %d: %s", round, err.text);
		assert_int_equal(ts_store_counts(store, &counts, &err), TS_OK);
		/* a document brings its own row, and 500 figures or more */
		assert_true(counts.documents == 0 || counts.vintages >= 500);
		assert_true(counts.documents > 0 || counts.vintages == 0);
		ts_store_close(store);
	}
}

/* ---- no space ---------------------------------------------------------- */

/* In a child: too much at first, room made, then again. 0: as it should be. */
static int
fill_and_go_on(const char *path, void (*make_room)(void *), void *ctx)
{
	struct ts_store *store;
	struct ts_store_counts counts;
	struct ts_err err;
	enum ts_status status;

	if (try_open(path, false, &store, &err) != TS_OK)
		return 10;
	if (load_rows(store, 1000, 100, &err) != TS_OK)
		return 11;
	status = load_rows(store, 2000, 140000, &err);
	if (status != TS_FULL) {
		print_message("%d: %s\n", (int)status, err.text);
		return 12;
	}
	if (ts_store_counts(store, &counts, &err) != TS_OK ||
	    counts.vintages != 100 || counts.documents != 1)
		return 13;
	if (ts_store_check(store, &err) != TS_OK)
		return 14;
	make_room(ctx);
	if (load_rows(store, 3000, 140000, &err) != TS_OK) {
		print_message("%s\n", err.text);
		return 15;
	}
	if (ts_store_check(store, &err) != TS_OK)
		return 16;
	ts_store_close(store);
	return 0;
}

static void
lift_limit(void *ctx)
{
	setrlimit(RLIMIT_FSIZE, ctx);
}

static int
with_a_file_limit(const char *path)
{
	struct rlimit limit, old;

	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = 2 << 20;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	return fill_and_go_on(path, lift_limit, &old);
}

static void
drop_ballast(void *ctx)
{
	unlink(ctx);
}

#define CANNOT_MOUNT 99

static int
on_a_small_disk(const char *dir)
{
	static char block[1 << 20];
	char path[512], ballast[512];
	int fd;

	if (unshare(CLONE_NEWNS) != 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", dir, "tmpfs", 0, "size=32m") != 0)
		return CANNOT_MOUNT;
	snprintf(path, sizeof path, "%s/store.db", dir);
	snprintf(ballast, sizeof ballast, "%s/ballast", dir);
	fd = open(ballast, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	for (int i = 0; i < 28; i++)
		if (write(fd, block, sizeof block) != sizeof block)
			return 9;
	close(fd);
	return fill_and_go_on(path, drop_ballast, ballast);
}

static void
in_a_child(int (*body)(const char *), const char *argument)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body(argument));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_MOUNT)
		skip();
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("child ended with %x", (unsigned)status);
}

static void
a_limit_of_file_size_is_a_full_disk(void **state)
{
	struct place *place = *state;

	in_a_child(with_a_file_limit, place->path);
}

static void
a_full_disk_loses_nothing_and_ends_by_itself(void **state)
{
	struct place *place = *state;

	in_a_child(on_a_small_disk, place->dir);
}

/* ---- locks ------------------------------------------------------------- */

static void
hold_lock(const char *path, int ready, int go)
{
	sqlite3 *db;
	char byte = 0;

	if (sqlite3_open(path, &db) == SQLITE_OK &&
	    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) ==
		    SQLITE_OK &&
	    write(ready, &byte, 1) == 1 && read(go, &byte, 1) >= 0)
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close(db);
	_exit(0);
}

static void
a_lock_of_another_process_is_waited_for_then_reported(void **state)
{
	struct place *place = *state;
	struct ts_store *store = open_store(place->path);
	struct ts_document document = document_at(2000, "https://x/b");
	struct ts_store *impatient;
	struct ts_entry asked = { .report = "r" };
	int ready[2], go[2], status;
	struct ts_err err = { 0 };
	char byte;
	pid_t pid;

	LOAD(store, 1000, "KAZ ITA 27 2023 1");
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0)
		hold_lock(place->path, ready[1], go[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	busy_ms = 50;
	assert_int_equal(try_open(place->path, false, &impatient, &err), TS_OK);
	busy_ms = 60000;
	assert_int_equal(ts_store_begin(impatient, &document, &err), TS_AGAIN);
	assert_non_null(strstr(err.text, "another process"));
	assert_int_equal(ts_journal_add(impatient, &asked, 1, NULL, &err),
			 TS_AGAIN);
	/* a writer does not disturb a reader */
	assert_string_equal(read_all(impatient, NULL),
			    "KAZ ITA 27 2023 1 @1000\n");
	assert_int_equal(write(go[1], &byte, 1), 1);
	waitpid(pid, &status, 0);
	assert_int_equal(ts_store_begin(impatient, &document, &err), TS_OK);
	ts_store_close(impatient);
	ts_store_close(store);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(go[i]);
	}
}

#define PROCESSES 6
#define TEN 10

static void
make_editions(const char *path)
{
	struct ts_store *store = open_in_child(path);
	struct ts_entry asked = { .report = "r" };
	struct ts_move move = { .from = TS_STATE_DUE,
				.to = TS_STATE_READY,
				.period = "2024" };
	struct ts_err err;
	int64_t id;

	for (int n = 0; n < TEN; n++)
		if (ts_journal_add(store, &asked, n, &id, &err) != TS_OK ||
		    ts_journal_move(store, id, &move, n, &err) != TS_OK) {
			print_message("%s\n", err.text);
			_exit(2);
		}
	ts_store_close(store);
	_exit(0);
}

static void
expect_edition(struct ts_store *store, const char *name)
{
	struct ts_arena *arena = ts_arena_new(1 << 16);
	struct ts_entry entry;
	struct ts_err err;

	if (ts_journal_find(store, name, arena, &entry, &err) != TS_OK)
		fail_msg("%s: %s", name, err.text);
	ts_arena_free(arena);
}

/* Each child opens the store, which is not there yet, and makes editions. */
static void
many_processes_make_one_store_and_number_once(void **state)
{
	struct place *place = *state;
	struct ts_store_counts counts;
	struct ts_store *store;
	struct ts_err err;
	pid_t pids[PROCESSES];
	char path[512];
	int status;

	for (int round = 0; round < 5; round++) {
		snprintf(path, sizeof path, "%s/%d.db", place->dir, round);
		for (int i = 0; i < PROCESSES; i++) {
			pids[i] = fork();
			assert_true(pids[i] >= 0);
			if (pids[i] == 0)
				make_editions(path);
		}
		for (int i = 0; i < PROCESSES; i++) {
			assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
			assert_true(WIFEXITED(status) &&
				    WEXITSTATUS(status) == 0);
		}
		store = open_store(path);
		assert_int_equal(ts_store_counts(store, &counts, &err), TS_OK);
		assert_int_equal(counts.editions, PROCESSES * TEN);
		snprintf(path, sizeof path, "r/2024.%d", PROCESSES * TEN);
		expect_edition(store, path);
		ts_store_close(store);
	}
}

/* SQLite does not wait for this lock by itself. */
static void
a_lock_on_a_file_that_is_still_empty_is_waited_for(void **state)
{
	struct place *place = *state;
	struct ts_store *store;
	int ready[2], go[2], status;
	struct ts_err err = { 0 };
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	pid = fork();
	if (pid == 0)
		hold_lock(place->path, ready[1], go[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	busy_ms = 30;
	assert_int_equal(try_open(place->path, false, &store, &err), TS_AGAIN);
	busy_ms = 60000;
	assert_int_equal(write(go[1], &byte, 1), 1);
	assert_int_equal(try_open(place->path, false, &store, &err), TS_OK);
	ts_store_close(store);
	waitpid(pid, &status, 0);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(go[i]);
	}
}

static void
a_reader_sees_what_was_committed_while_another_writes(void **state)
{
	struct place *place = *state;
	struct ts_store *writer = open_store(place->path), *reader;
	struct ts_document document = document_at(2000, "https://x/b");
	struct ts_err err;

	LOAD(writer, 1000, "KAZ ITA 27 2023 1");
	assert_int_equal(try_open(place->path, true, &reader, &err), TS_OK);
	assert_int_equal(ts_store_begin(writer, &document, &err), TS_OK);
	assert_int_equal(put_text(writer, "KAZ ITA 27 2023 2", &err), TS_OK);
	assert_int_equal(put_rows(writer, 140000, &err), TS_OK);
	assert_string_equal(read_all(reader, NULL),
			    "KAZ ITA 27 2023 1 @1000\n");
	ts_store_rollback(writer);
	LOAD(writer, 3000, "KAZ ITA 27 2023 3");
	assert_string_equal(read_all(reader, NULL),
			    "KAZ ITA 27 2023 3 @3000\n");
	ts_store_close(reader);
	ts_store_close(writer);
}

/* ---- damage ------------------------------------------------------------ */

static void
overwrite(const char *path, off_t from, off_t count)
{
	static char rubbish[4096];
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	memset(rubbish, 0x5A, sizeof rubbish);
	assert_true(fd >= 0);
	for (off_t at = from; at < from + count; at += 4096)
		assert_int_equal(pwrite(fd, rubbish, 4096, at), 4096);
	close(fd);
}

static enum ts_status
count_row(void *ctx, const struct ts_known *known, struct ts_err *err)
{
	(void)known, (void)err;
	++*(int *)ctx;
	return TS_OK;
}

static void
a_damaged_page_is_corruption(void **state)
{
	struct place *place = *state;
	struct ts_store *store = open_store(place->path);
	struct ts_query all = { 0 };
	struct ts_err err = { 0 };
	enum ts_status status;
	int rows = 0;

	assert_int_equal(load_rows(store, 1000, 20000, &err), TS_OK);
	ts_store_close(store);
	overwrite(place->path, 20 * 4096, 100 * 4096);
	status = try_open(place->path, false, &store, &err);
	if (status == TS_OK) {
		assert_int_equal(ts_store_check(store, &err), TS_CORRUPT);
		assert_int_equal(
			ts_store_read(store, &all, count_row, &rows, &err),
			TS_CORRUPT);
		status = load_rows(store, 2000, 20000, &err);
		ts_store_close(store);
	}
	assert_int_equal(status, TS_CORRUPT);
	assert_non_null(strstr(err.text, place->path));
}

static void
a_file_that_was_cut_is_corruption(void **state)
{
	static const off_t sizes[] = { 100, 4096, 5000, 100 * 4096 };
	struct place *place = *state;
	struct ts_store *store = open_store(place->path);
	struct ts_err err;
	enum ts_status status;

	assert_int_equal(load_rows(store, 1000, 20000, &err), TS_OK);
	ts_store_close(store);
	for (size_t i = sizeof sizes / sizeof sizes[0]; i-- > 0;) {
		assert_int_equal(truncate(place->path, sizes[i]), 0);
		status = try_open(place->path, false, &store, &err);
		if (status == TS_OK) {
			status = ts_store_check(store, &err);
			ts_store_close(store);
		}
		if (status != TS_CORRUPT)
			fail_msg("%ld: %d %s", (long)sizes[i], (int)status,
				 err.text);
	}
}

static void
what_is_no_database_is_corruption(void **state)
{
	static const struct {
		const char *name;
		size_t size;
	} cases[] = {
		{ "text", 4000 },
		{ "a few bytes", 20 },
	};
	struct place *place = *state;
	struct ts_store *store;
	char text[4000];
	struct ts_err err;

	memset(text, 'x', sizeof text);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (int read_only = 0; read_only < 2; read_only++) {
			assert_int_equal(ts_file_write(place->path, text,
						       cases[i].size, 0600,
						       &err),
					 TS_OK);
			if (try_open(place->path, read_only, &store, &err) !=
			    TS_CORRUPT)
				fail_msg("%s: %s", cases[i].name, err.text);
		}
	assert_int_equal(try_open(place->dir, false, &store, &err), TS_SYSTEM);
}

static void
figures_without_their_series_are_corruption(void **state)
{
	struct place *place = *state;
	struct ts_store *store = open_store(place->path);
	struct ts_err err;

	LOAD(store, 1000, "KAZ ITA 27 2023 1");
	ts_store_close(store);
	run_sql(place->path, "DELETE FROM series");
	store = open_store(place->path);
	assert_int_equal(ts_store_check(store, &err), TS_CORRUPT);
	assert_non_null(strstr(err.text, "without a series"));
	ts_store_close(store);
}

/* ---- versions ---------------------------------------------------------- */

static void
a_newer_schema_is_refused_with_both_versions(void **state)
{
	struct place *place = *state;
	struct ts_store *store = open_store(place->path);
	struct ts_err err = { 0 };

	ts_store_close(store);
	run_sql(place->path, "PRAGMA user_version=99");
	for (int read_only = 0; read_only < 2; read_only++) {
		assert_int_equal(try_open(place->path, read_only, &store, &err),
				 TS_BAD_CONFIG);
		assert_non_null(strstr(err.text, "schema 99"));
		assert_non_null(strstr(err.text, "knows 4"));
	}
}

static void
a_database_of_another_program_is_left_alone(void **state)
{
	struct place *place = *state;
	struct ts_store *store;
	struct ts_err err;

	char before[TS_SHA256_TEXT], after[TS_SHA256_TEXT];

	run_sql(place->path, "CREATE TABLE mail(x)");
	assert_int_equal(ts_sha256_file(place->path, before, &err), TS_OK);
	assert_int_equal(try_open(place->path, false, &store, &err),
			 TS_BAD_CONFIG);
	assert_int_equal(ts_sha256_file(place->path, after, &err), TS_OK);
	assert_string_equal(before, after);
	assert_int_equal(try_open(place->path, false, &store, &err),
			 TS_BAD_CONFIG);
	assert_non_null(strstr(err.text, "another program"));
	run_sql(place->path, "DROP TABLE mail; PRAGMA user_version=1;");
	assert_int_equal(try_open(place->path, false, &store, &err),
			 TS_BAD_CONFIG);
}

/* Schema 1 as it was: do not change. */
static const char schema_1[] =
	"PRAGMA journal_mode=WAL;"
	"CREATE TABLE document("
	" id INTEGER PRIMARY KEY, source TEXT NOT NULL, url TEXT NOT NULL,"
	" decoder TEXT NOT NULL, requested_us INTEGER NOT NULL,"
	" retrieved_us INTEGER NOT NULL, http_status INTEGER NOT NULL,"
	" media_type TEXT NOT NULL, etag TEXT NOT NULL,"
	" last_modified TEXT NOT NULL, headers TEXT NOT NULL,"
	" size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL,"
	" archive TEXT NOT NULL, decoded INTEGER NOT NULL);"
	"CREATE INDEX document_of_url"
	" ON document(source, url, retrieved_us, id);"
	"CREATE TABLE series("
	" id INTEGER PRIMARY KEY, source TEXT NOT NULL, dataset TEXT NOT NULL,"
	" flow TEXT NOT NULL, reporter TEXT NOT NULL, partner TEXT NOT NULL,"
	" product TEXT NOT NULL, frequency TEXT NOT NULL, unit TEXT NOT NULL,"
	" dimensions TEXT NOT NULL,"
	" UNIQUE(source, dataset, flow, reporter, partner, product, frequency,"
	" unit, dimensions));"
	"CREATE TABLE observation("
	" series INTEGER NOT NULL, period INTEGER NOT NULL,"
	" document INTEGER NOT NULL, coef INTEGER, scale INTEGER NOT NULL,"
	" status TEXT NOT NULL,"
	" PRIMARY KEY(series, period, document)) WITHOUT ROWID;"
	"CREATE TABLE pace("
	" host TEXT PRIMARY KEY NOT NULL, tokens REAL NOT NULL,"
	" at_us INTEGER NOT NULL, not_before_us INTEGER NOT NULL,"
	" window_us INTEGER NOT NULL, calls INTEGER NOT NULL) WITHOUT ROWID;"
	"INSERT INTO document VALUES(1,'comtrade','https://example.org/a','',"
	"1000,1000,200,'','','','',0,'','',1);"
	"INSERT INTO series VALUES(1,'comtrade','C-A-HS','X','KAZ','ITA','27',"
	"'A','USD','');"
	"PRAGMA application_id=1414746964; PRAGMA user_version=1;";

static void
an_older_schema_is_brought_up_to_date(void **state)
{
	struct place *place = *state;
	struct ts_period period = { .year = 2023, .span = TS_YEAR };
	struct ts_store_counts counts;
	struct ts_store *store;
	struct ts_err err = { 0 };
	char sql[512];

	run_sql(place->path, schema_1);
	snprintf(sql, sizeof sql,
		 "INSERT INTO observation VALUES"
		 "(1,%lld,1,7,0,'')",
		 (long long)ts_period_key(period));
	run_sql(place->path, sql);
	/* a reader leaves it as it is, and says what is needed */
	assert_int_equal(try_open(place->path, true, &store, &err),
			 TS_BAD_CONFIG);
	assert_non_null(strstr(err.text, "schema 1"));
	assert_int_equal(try_open(place->path, false, &store, &err), TS_OK);
	assert_int_equal(ts_store_counts(store, &counts, &err), TS_OK);
	assert_int_equal(counts.schema, 4);
	assert_string_equal(read_all(store, NULL), "KAZ ITA 27 2023 7 @1000\n");
	assert_int_equal(add_entry(store, "r", 1), 1);
	ts_store_close(store);
	/* the copy that was made before */
	snprintf(sql, sizeof sql, "%s.schema-1", place->path);
	assert_true(is_there(place, ".schema-1"));
	run_sql(sql, "SELECT count(*) FROM observation");
	assert_false(is_there(place, ".schema-1.part"));
}

/* ---- for reading only -------------------------------------------------- */

static void
reading_creates_nothing(void **state)
{
	struct place *place = *state;
	struct ts_store *store;
	struct ts_store_counts counts;
	struct ts_entry asked = { .report = "r" };
	struct ts_err err;

	assert_int_equal(try_open(place->path, true, &store, &err),
			 TS_NO_INPUT);
	assert_false(is_there(place, ""));
	store = open_store(place->path);
	LOAD(store, 1000, "KAZ ITA 27 2023 1");
	ts_store_close(store);
	assert_false(is_there(place, "-wal"));
	assert_int_equal(try_open(place->path, true, &store, &err), TS_OK);
	assert_string_equal(read_all(store, NULL), "KAZ ITA 27 2023 1 @1000\n");
	assert_int_equal(ts_store_counts(store, &counts, &err), TS_OK);
	assert_int_equal(ts_store_check(store, &err), TS_OK);
	assert_int_equal(ts_journal_add(store, &asked, 1, NULL, &err),
			 TS_SYSTEM);
	assert_int_equal(load_rows(store, 1, 1, &err), TS_SYSTEM);
	assert_false(is_there(place, "-wal"));
	assert_false(is_there(place, "-shm"));
	ts_store_close(store);
	assert_false(is_there(place, "-wal"));
	assert_false(is_there(place, "-shm"));
}

static void
a_path_may_hold_what_means_something_in_an_address(void **state)
{
	struct place *place = *state;
	struct ts_store *store;
	char path[512];
	struct ts_err err;

	snprintf(path, sizeof path, "%s/a%%41?b#c d.db", place->dir);
	store = open_store(path);
	LOAD(store, 1000, "KAZ ITA 27 2023 1");
	ts_store_close(store);
	assert_int_equal(try_open(path, true, &store, &err), TS_OK);
	assert_string_equal(read_all(store, NULL), "KAZ ITA 27 2023 1 @1000\n");
	ts_store_close(store);
}

struct meanwhile {
	const char *path;
	bool done;
};

static enum ts_status
write_meanwhile(void *ctx, const struct ts_known *known, struct ts_err *err)
{
	struct meanwhile *meanwhile = ctx;
	struct ts_store *store;

	(void)known;
	if (meanwhile->done)
		return TS_OK;
	meanwhile->done = true;
	store = open_store(meanwhile->path);
	if (load_rows(store, 5000, 3000, err) != TS_OK)
		fail_msg("%s", err->text);
	ts_store_close(store);
	return TS_OK;
}

/* Nobody had it open, so it was read without a lock; then somebody wrote. */
static void
a_file_that_changed_while_it_was_read_is_read_again(void **state)
{
	struct place *place = *state;
	struct meanwhile meanwhile = { place->path, false };
	struct ts_query all = { 0 };
	struct ts_store *store = open_store(place->path);
	struct ts_err err = { 0 };

	LOAD(store, 1000, "KAZ ITA 27 2023 1", "KAZ ITA 27 2024 1");
	ts_store_close(store);
	assert_int_equal(try_open(place->path, true, &store, &err), TS_OK);
	assert_int_equal(
		ts_store_read(store, &all, write_meanwhile, &meanwhile, &err),
		TS_AGAIN);
	assert_non_null(strstr(err.text, "while it was read"));
	ts_store_close(store);
	assert_int_equal(try_open(place->path, true, &store, &err), TS_OK);
	assert_int_equal(
		ts_store_read(store, &all, write_meanwhile, &meanwhile, &err),
		TS_OK);
	ts_store_close(store);
}

static void
a_copy_is_whole_and_never_overwrites(void **state)
{
	struct place *place = *state;
	struct ts_store *store = open_store(place->path);
	char path[512];
	struct ts_err err;

	LOAD(store, 1000, "KAZ ITA 27 2023 1");
	snprintf(path, sizeof path, "%s/copy.db", place->dir);
	assert_int_equal(ts_store_backup(store, path, &err), TS_OK);
	assert_int_equal(ts_store_backup(store, path, &err), TS_REFUSED);
	LOAD(store, 2000, "KAZ ITA 27 2023 2");
	ts_store_close(store);
	assert_int_equal(try_open(path, true, &store, &err), TS_OK);
	assert_string_equal(read_all(store, NULL), "KAZ ITA 27 2023 1 @1000\n");
	ts_store_close(store);
	store = open_store(place->path);
	assert_int_not_equal(ts_store_backup(store, "/nowhere/copy.db", &err),
			     TS_OK);
	ts_store_close(store);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, new_place, gone)
	const struct CMUnitTest tests[] = {
		TEST(a_kill_within_a_document_leaves_nothing_of_it),
		TEST(a_kill_behind_the_commit_loses_nothing),
		TEST(kills_at_any_moment_leave_whole_documents),
		TEST(a_limit_of_file_size_is_a_full_disk),
		TEST(a_full_disk_loses_nothing_and_ends_by_itself),
		TEST(a_lock_of_another_process_is_waited_for_then_reported),
		TEST(a_lock_on_a_file_that_is_still_empty_is_waited_for),
		TEST(many_processes_make_one_store_and_number_once),
		TEST(a_reader_sees_what_was_committed_while_another_writes),
		TEST(a_damaged_page_is_corruption),
		TEST(a_file_that_was_cut_is_corruption),
		TEST(what_is_no_database_is_corruption),
		TEST(figures_without_their_series_are_corruption),
		TEST(a_newer_schema_is_refused_with_both_versions),
		TEST(a_database_of_another_program_is_left_alone),
		TEST(an_older_schema_is_brought_up_to_date),
		TEST(reading_creates_nothing),
		TEST(a_path_may_hold_what_means_something_in_an_address),
		TEST(a_file_that_changed_while_it_was_read_is_read_again),
		TEST(a_copy_is_whole_and_never_overwrites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
