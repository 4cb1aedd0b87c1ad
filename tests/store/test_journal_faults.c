/* SPDX-License-Identifier: Apache-2.0 */
/* The journal among several processes, without space, and of older files. */
#include "tests/store/entries.h"
#include "tests/store/places.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static enum ts_status
open_as(const char *path, struct ts_store_opts opts, struct ts_store **out,
	struct ts_err *err)
{
	*out = NULL;
	opts.path = path;
	opts.busy_ms = 60000; /* the machine may have much else to do */
	return ts_store_open(&opts, out, err);
}
#define OPEN(path, store, err, ...)                                            \
	open_as(path, (struct ts_store_opts){ __VA_ARGS__ }, store, err)

/* ---- several processes ------------------------------------------------- */

#define PROCESSES 4
#define SLOTS 15

/* In a child; the exit code says how often it was the first. */
typedef int in_child(struct ts_store *store, struct ts_err *err);

static int
in_children(const char *path, in_child *body)
{
	pid_t pids[PROCESSES];
	int sum = 0, status;

	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			struct ts_store *store;
			struct ts_err err = { 0 };
			int count = 99;

			if (OPEN(path, &store, &err, .small = true) == TS_OK)
				count = body(store, &err);
			if (count == 99)
				print_message("%s\n", err.text);
			ts_store_close(store);
			_exit(count);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 99);
		sum += WEXITSTATUS(status);
	}
	return sum;
}

static int
take_slots(struct ts_store *store, struct ts_err *err)
{
	int taken = 0;

	for (int slot = 1; slot <= SLOTS; slot++) {
		struct ts_entry asked = { .report = "r", .slot_us = slot };
		struct ts_move move = { .from = TS_STATE_DUE,
					.to = TS_STATE_RENDERING,
					.period = "2024" };
		enum ts_status status;
		int64_t id;

		status = ts_journal_add(store, &asked, slot, &id, err);
		if (status == TS_REFUSED)
			continue;
		if (status != TS_OK ||
		    ts_journal_move(store, id, &move, slot, err) != TS_OK)
			return 99;
		taken++;
	}
	return taken;
}

static void
processes_that_schedule_at_once_take_each_slot_once(void **state)
{
	struct place *place = *state;
	struct ts_arena *arena = ts_arena_new(1 << 20);
	struct ts_store *store;
	struct ts_err err;

	assert_int_equal(in_children(place->path, take_slots), SLOTS);
	store = open_store(place->path);
	for (int n = 1; n <= SLOTS; n++) {
		struct ts_entry entry;
		char name[32];

		snprintf(name, sizeof name, "r/2024.%d", n);
		if (ts_journal_find(store, name, arena, &entry, &err) != TS_OK)
			fail_msg("%s: %s", name, err.text);
	}
	ts_store_close(store);
	ts_arena_free(arena);
}

static int
take_entry(struct ts_store *store, struct ts_err *err)
{
	struct ts_move move = { .from = TS_STATE_DUE, .to = TS_STATE_FETCHING };

	switch ((int)ts_journal_move(store, 1, &move, 5, err)) {
	case TS_OK:
		return 1;
	case TS_REFUSED:
		return 0;
	default:
		return 99;
	}
}

static void
of_processes_that_take_an_entry_one_has_it(void **state)
{
	struct place *place = *state;
	struct ts_store *store = open_store(place->path);

	(void)add_entry(store, "r", 1);
	ts_store_close(store);
	assert_int_equal(in_children(place->path, take_entry), 1);
	store = open_store(place->path);
	assert_string_equal(events_of(store, 1), "@5 due>fetching \n");
	ts_store_close(store);
}

/* ---- killed ------------------------------------------------------------ */

static void
live_and_be_killed(const char *path)
{
	struct ts_store *store = open_store(path);

	for (int i = 0; i < 10000; i++)
		bring_to(store, add_entry(store, "r", 0), TS_STATE_DONE);
	_exit(0);
}

/* Each entry stands where the last of its events left it. */
static enum ts_status
expect_whole(void *ctx, const struct ts_entry *entry, struct ts_err *err)
{
	const char *events = events_of(ctx, entry->id), *last = events;
	char want[64];

	(void)err;
	if (entry->state == TS_STATE_DUE && events[0] == '\0')
		return TS_OK;
	for (const char *at = events; *at != '\0'; at++)
		if (*at == '@')
			last = at;
	snprintf(want, sizeof want, ">%s ", ts_state_name(entry->state));
	if (strstr(last, want) == NULL)
		fail_msg("#%lld is %s:\n%s", (long long)entry->id,
			 ts_state_name(entry->state), events);
	/* and has its number from the same moment on */
	assert_int_equal(entry->number > 0,
			 strstr(events, "ready>rendering") != NULL);
	return TS_OK;
}

static void
a_kill_leaves_each_entry_before_or_behind_a_move(void **state)
{
	struct place *place = *state;
	struct ts_entry_filter all = { .report = NULL };
	struct ts_store *store;
	struct ts_err err;
	int count;

	for (int round = 0; round < 10; round++) {
		pid_t pid = fork();
		int status;

		assert_true(pid >= 0);
		if (pid == 0)
			live_and_be_killed(place->path);
		usleep(5000u * (unsigned)(round + 4));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		store = open_store(place->path);
		assert_int_equal(
			ts_journal_list(store, &all, expect_whole, store, &err),
			TS_OK);
		assert_int_equal(ts_store_check(store, &err), TS_OK);
		assert_int_equal(ts_journal_recover(store, NULL, NULL, 9999,
						    &count, &err),
				 TS_OK);
		assert_true(count <= 1);
		ts_store_close(store);
	}
}

/* ---- no space ---------------------------------------------------------- */

/* 0: as it should be. */
static int
fill_and_go_on(const char *path)
{
	static char long_text[20000];
	struct ts_move note = { .reason = long_text };
	struct rlimit limit, old;
	struct ts_store *store;
	struct ts_err err;
	enum ts_status status = TS_OK;
	int notes = 0;
	bool is_new;

	memset(long_text, 'x', sizeof long_text - 1);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = 3 << 19;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	if (OPEN(path, &store, &err, .small = true) != TS_OK)
		return 10;
	(void)add_entry(store, "r", 1);
	for (; status == TS_OK && notes < 1000; notes++)
		status = ts_journal_move(store, 1, &note, notes, &err);
	notes--; /* the one that failed */
	if (status != TS_FULL) {
		print_message("%d: %s\n", (int)status, err.text);
		return 11;
	}
	if (ts_notice_raise(store, "full", 3, long_text, 1, &is_new, &err) !=
	    TS_FULL)
		return 12;
	/* the note that failed left neither its text nor its event */
	if (entry_of(store, 1).since_us != 1000 ||
	    ts_store_check(store, &err) != TS_OK)
		return 13;
	setrlimit(RLIMIT_FSIZE, &old);
	for (int i = 0; i < 100; i++)
		if (ts_journal_move(store, 1, &note, i, &err) != TS_OK)
			return 14;
	ts_store_close(store);
	return notes > 10 && notes < 100 ? 0 : 15;
}

static void
a_full_disk_refuses_and_the_journal_goes_on_by_itself(void **state)
{
	struct place *place = *state;
	struct ts_store *store;
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(fill_and_go_on(place->path));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("child ended with %x", (unsigned)status);
	store = open_store(place->path);
	assert_int_equal(entry_of(store, 1).state, TS_STATE_DUE);
	ts_store_close(store);
}

/* ---- a disk that fails ------------------------------------------------- */

/* SQLite's own files, but the log cannot be made to last while is_broken. */
static struct {
	sqlite3_vfs vfs, *sound;
	sqlite3_io_methods methods;
	int (*sync)(sqlite3_file *file, int flags);
	bool is_broken;
} disk;

static int
sync_or_fail(sqlite3_file *file, int flags)
{
	return disk.is_broken ? SQLITE_IOERR_FSYNC : disk.sync(file, flags);
}

static int
open_on_disk(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
	     int *out)
{
	int code = disk.sound->xOpen(vfs, name, file, flags, out);

	if (code != SQLITE_OK || (flags & SQLITE_OPEN_WAL) == 0)
		return code;
	disk.methods = *file->pMethods;
	disk.sync = disk.methods.xSync;
	disk.methods.xSync = sync_or_fail;
	file->pMethods = &disk.methods;
	return code;
}

static void
a_disk_that_fails_is_tried_again_and_nothing_is_half_done(void **state)
{
	struct place *place = *state;
	struct ts_move move = { .from = TS_STATE_DUE,
				.to = TS_STATE_READY,
				.period = "2024" };
	struct ts_entry asked = { .report = "r", .slot_us = 2 };
	struct ts_document document = document_at(1000, "https://x/a");
	struct ts_store *store;
	struct ts_err err = { 0 };
	int64_t id;

	disk.sound = sqlite3_vfs_find(NULL);
	disk.vfs = *disk.sound;
	disk.vfs.zName = "failing";
	disk.vfs.xOpen = open_on_disk;
	assert_int_equal(sqlite3_vfs_register(&disk.vfs, 1), SQLITE_OK);
	store = open_store(place->path);
	(void)add_entry(store, "r", 1);
	disk.is_broken = true;
	assert_int_equal(ts_journal_move(store, 1, &move, 5, &err), TS_AGAIN);
	assert_int_equal(ts_journal_add(store, &asked, 5, &id, &err), TS_AGAIN);
	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	assert_int_equal(ts_store_commit(store, NULL, &err), TS_AGAIN);
	assert_string_equal(LIST(store, .report = NULL), "#1 r due\n");
	assert_string_equal(events_of(store, 1), "");
	disk.is_broken = false;
	assert_int_equal(ts_journal_move(store, 1, &move, 6, &err), TS_OK);
	assert_int_equal(ts_journal_add(store, &asked, 6, &id, &err), TS_OK);
	assert_int_equal(entry_of(store, 1).number, 1);
	assert_int_equal(ts_store_check(store, &err), TS_OK);
	ts_store_close(store);
	assert_int_equal(sqlite3_vfs_register(disk.sound, 1), SQLITE_OK);
	assert_int_equal(sqlite3_vfs_unregister(&disk.vfs), SQLITE_OK);
}

/* ---- older files ------------------------------------------------------- */

/* Schema 2 as it was: do not change. */
static const char schema_2[] =
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
	"CREATE TABLE edition("
	" id INTEGER PRIMARY KEY, report TEXT NOT NULL, period TEXT NOT NULL,"
	" number INTEGER NOT NULL, state TEXT NOT NULL,"
	" reason TEXT NOT NULL DEFAULT '', path TEXT NOT NULL DEFAULT '',"
	" content_hash TEXT NOT NULL DEFAULT '', made_us INTEGER NOT NULL,"
	" UNIQUE(report, period, number));"
	"INSERT INTO document VALUES(1,'comtrade','https://example.org/a','',"
	"1000,1000,200,'','','','',0,'','',1);"
	"INSERT INTO edition(report,period,number,state,reason,path,"
	"content_hash,made_us) VALUES"
	"('r','2024',1,'published','','r/2024.1','ab',10),"
	"('r','2024',2,'held','gate fresh','','cd',20),"
	"('r','2024',3,'failed','no gnuplot','','',30),"
	"('r','2024',4,'rendering','','','',40),"
	"('s','2023',1,'superseded','','','',50),"
	"('r','2025',1,'published','','r/2025.1','ef',60);"
	"PRAGMA application_id=1414746964; PRAGMA user_version=2;";

static void
editions_of_an_older_store_are_entries_of_the_journal(void **state)
{
	static const struct {
		const char *period;
		int number;
		enum ts_state state;
		const char *reason, *path, *hash;
		int64_t made_us;
	} cases[] = {
		{ "2024", 1, TS_STATE_DONE, "", "r/2024.1", "ab", 10 },
		{ "2024", 2, TS_STATE_HELD, "gate fresh", "", "cd", 20 },
		{ "2024", 3, TS_STATE_FAILED, "no gnuplot", "", "", 30 },
		{ "2024", 4, TS_STATE_FAILED, "interrupted", "", "", 40 },
		{ "2023", 1, TS_STATE_SUPERSEDED, "", "", "", 50 },
		{ "2025", 1, TS_STATE_DONE, "", "r/2025.1", "ef", 60 },
	};
	struct place *place = *state;
	struct ts_store_counts counts;
	struct ts_store *store;
	struct ts_err err;
	char copy[512];
	int64_t newest;

	run_sql(place->path, schema_2);
	assert_int_equal(OPEN(place->path, &store, &err, .read_only = true),
			 TS_BAD_CONFIG);
	store = open_store(place->path);
	assert_int_equal(ts_store_counts(store, &counts, &err), TS_OK);
	assert_int_equal(counts.schema, 4);
	assert_int_equal(counts.editions, 6);
	assert_int_equal(counts.documents, 1);
	assert_int_equal(ts_store_newest(store, &newest, &err), TS_OK);
	assert_int_equal(newest, 1000);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ts_entry entry = entry_of(store, 1 + (int)i);

		assert_string_equal(entry.report, i == 4 ? "s" : "r");
		assert_string_equal(entry.period, cases[i].period);
		assert_int_equal(entry.number, cases[i].number);
		assert_int_equal(entry.state, cases[i].state);
		assert_int_equal(entry.cause, TS_CAUSE_HAND);
		assert_int_equal(entry.slot_us, 0);
		assert_int_equal(entry.made_us, cases[i].made_us);
		assert_int_equal(entry.since_us, cases[i].made_us);
		assert_string_equal(entry.reason, cases[i].reason);
		assert_string_equal(entry.path, cases[i].path);
		assert_string_equal(entry.content_hash, cases[i].hash);
	}
	/* numbers go on behind them */
	MOVE(store, add_entry(store, "r", 1), 5, TS_STATE_DUE, TS_STATE_READY,
	     .period = "2024");
	assert_int_equal(entry_of(store, 7).number, 5);
	ts_store_close(store);
	assert_true(is_there(place, ".schema-2"));
	snprintf(copy, sizeof copy, "%s.schema-2", place->path);
	run_sql(copy, "SELECT count(*) FROM edition");
}

static void
a_migration_that_fails_leaves_the_older_store(void **state)
{
	struct place *place = *state;
	struct ts_store *store;
	struct ts_err err;

	run_sql(place->path, schema_2);
	run_sql(place->path, "CREATE TABLE marker(x)"); /* is in the way */
	assert_int_equal(OPEN(place->path, &store, &err, .small = false),
			 TS_SYSTEM);
	assert_non_null(strstr(err.text, "migrate"));
	run_sql(place->path, "DROP TABLE marker");
	store = open_store(place->path);
	assert_int_equal(entry_of(store, 6).state, TS_STATE_DONE);
	ts_store_close(store);
}

static void
a_state_that_nobody_knows_is_corruption(void **state)
{
	struct place *place = *state;
	struct ts_store *store = open_store(place->path);
	struct ts_entry_filter all = { .report = NULL };
	struct ts_arena *arena = ts_arena_new(1 << 20);
	struct told told = { .used = 0 };
	struct ts_entry entry;
	struct ts_err err;

	(void)add_entry(store, "r", 1);
	MOVE(store, 1, 5, TS_STATE_DUE, TS_STATE_READY);
	ts_store_close(store);
	run_sql(place->path, "UPDATE entry_event SET went_to='lost'");
	store = open_store(place->path);
	assert_int_equal(ts_journal_events(store, 1, tell_event, &told, &err),
			 TS_CORRUPT);
	ts_store_close(store);
	run_sql(place->path, "UPDATE entry SET cause='chance'");
	store = open_store(place->path);
	assert_int_equal(ts_journal_get(store, 1, arena, &entry, &err),
			 TS_CORRUPT);
	assert_non_null(strstr(err.text, "chance"));
	assert_int_equal(ts_journal_list(store, &all, tell_entry, &told, &err),
			 TS_CORRUPT);
	ts_store_close(store);
	ts_arena_free(arena);
}

/* ---- reading only, and small ------------------------------------------- */

static enum ts_status
count_notice(void *ctx, const struct ts_notice *notice, struct ts_err *err)
{
	(void)notice, (void)err;
	++*(int *)ctx;
	return TS_OK;
}

static enum ts_status
count_source(void *ctx, const struct ts_source_row *row, struct ts_err *err)
{
	(void)row, (void)err;
	++*(int *)ctx;
	return TS_OK;
}

static void
fill_a_little(const char *path)
{
	struct ts_store *store = open_store(path);
	struct ts_report_state report = { .report = "r", .cursor_us = 5 };
	struct ts_err err;
	bool flag;

	bring_to(store, add_entry(store, "r", 1), TS_STATE_DONE);
	assert_int_equal(ts_report_state_put(store, &report, &err), TS_OK);
	assert_int_equal(ts_notice_raise(store, "a", 4, "A", 1, &flag, &err),
			 TS_OK);
	assert_int_equal(ts_marker_put(store, "s", "k", "v", 1, &err), TS_OK);
	LOAD(store, 1000, "KAZ ITA 27 2023 1");
	ts_store_close(store);
}

static void
a_reader_reads_all_and_writes_nothing(void **state)
{
	struct place *place = *state;
	struct ts_arena *arena = ts_arena_new(1 << 20);
	struct ts_entry asked = { .report = "r" }, entry;
	struct ts_move move = { .from = TS_STATE_DONE, .to = TS_STATE_DUE };
	struct ts_report_state report;
	struct ts_store *store;
	struct ts_err err = { 0 };
	const char *value;
	int64_t newest;
	int count = 0;
	bool flag;

	fill_a_little(place->path);
	assert_int_equal(OPEN(place->path, &store, &err, .read_only = true,
			      .small = true),
			 TS_OK);
	assert_string_equal(LIST(store, .states = BIT(TS_STATE_DONE)),
			    "#1 r done\n");
	assert_int_equal(
		ts_journal_find(store, "r/2024.1", arena, &entry, &err), TS_OK);
	assert_int_equal(ts_journal_last(store, "r", arena, &entry, &err),
			 TS_OK);
	assert_non_null(strstr(events_of(store, 1), "mailing>done"));
	assert_int_equal(ts_report_state_get(store, "r", arena, &report, &err),
			 TS_OK);
	assert_int_equal(ts_notices(store, true, 1, count_notice, &count, &err),
			 TS_OK);
	assert_int_equal(ts_store_sources(store, count_source, &count, &err),
			 TS_OK);
	assert_int_equal(count, 2);
	assert_int_equal(ts_store_newest(store, &newest, &err), TS_OK);
	assert_int_equal(ts_marker_get(store, "s", "k", arena, &value, &err),
			 TS_OK);
	assert_string_equal(value, "v");
	/* clearing what is not there writes nothing */
	assert_int_equal(ts_notice_clear(store, "b", 1, &flag, &err), TS_OK);
	assert_int_equal(ts_notice_clear(store, "a", 1, &flag, &err),
			 TS_SYSTEM);
	assert_int_equal(ts_journal_add(store, &asked, 1, NULL, &err),
			 TS_SYSTEM);
	assert_int_equal(ts_journal_move(store, 1, &move, 1, &err), TS_SYSTEM);
	assert_int_equal(ts_report_pause(store, "r", true, &err), TS_SYSTEM);
	assert_int_equal(ts_notices_told(store, 1, &err), TS_SYSTEM);
	assert_int_equal(ts_marker_put(store, "s", "k", "w", 1, &err),
			 TS_SYSTEM);
	assert_non_null(strstr(err.text, "for reading"));
	ts_store_close(store);
	assert_false(is_there(place, "-wal"));
	assert_false(is_there(place, "-shm"));
	ts_arena_free(arena);
}

static enum ts_status
count_row(void *ctx, const struct ts_known *known, struct ts_err *err)
{
	(void)known, (void)err;
	++*(int *)ctx;
	return TS_OK;
}

/* What SQLite holds once a store of some megabytes was read from end to end. */
static int64_t
held_after_reading(const char *path, bool small)
{
	int64_t before = sqlite3_memory_used(), held;
	struct ts_query all = { 0 };
	struct ts_store *store;
	struct ts_err err;
	int rows = 0;

	assert_int_equal(OPEN(path, &store, &err, .small = small), TS_OK);
	assert_int_equal(ts_store_read(store, &all, count_row, &rows, &err),
			 TS_OK);
	assert_int_equal(rows, 100000);
	held = sqlite3_memory_used() - before;
	ts_store_close(store);
	return held;
}

static void
a_small_store_holds_little_memory(void **state)
{
	struct place *place = *state;
	struct ts_store *store = open_store(place->path);
	struct ts_document document = document_at(1000, "https://x/rows");
	struct ts_obs obs = figure("KGZ ITA 27 2023 1");
	struct ts_err err;
	char product[16];

	assert_int_equal(ts_store_begin(store, &document, &err), TS_OK);
	obs.product = product;
	for (int i = 0; i < 100000; i++) {
		snprintf(product, sizeof product, "%06d", i / 100);
		obs.period.year = (int16_t)(1900 + i % 100);
		obs.value.coef = 1000000007ll * i;
		assert_int_equal(ts_store_put(store, &obs, &err), TS_OK);
	}
	assert_int_equal(ts_store_commit(store, NULL, &err), TS_OK);
	ts_store_close(store);
	assert_true(held_after_reading(place->path, false) > 2 << 20);
	assert_true(held_after_reading(place->path, true) < 1 << 20);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, new_place, gone)
	const struct CMUnitTest tests[] = {
		TEST(processes_that_schedule_at_once_take_each_slot_once),
		TEST(of_processes_that_take_an_entry_one_has_it),
		TEST(a_kill_leaves_each_entry_before_or_behind_a_move),
		TEST(a_full_disk_refuses_and_the_journal_goes_on_by_itself),
		TEST(a_disk_that_fails_is_tried_again_and_nothing_is_half_done),
		TEST(editions_of_an_older_store_are_entries_of_the_journal),
		TEST(a_migration_that_fails_leaves_the_older_store),
		TEST(a_state_that_nobody_knows_is_corruption),
		TEST(a_reader_reads_all_and_writes_nothing),
		TEST(a_small_store_holds_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
