/* SPDX-License-Identifier: Apache-2.0 */
/* status, history, queue and the verbs that change something, with no daemon
 * there and with one that answers. */
#include "tests/support/fixtures.h"

#include <fcntl.h>
#include <grp.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <tradestat/file.h>
#include "daemon/cli.h"
#include "daemon/common/control.h"
#include "daemon/common/lock.h"
#include "daemon/supervise/control_server.h"

/* 2026-11-25 09:30 in Rome */
#define NOW_TEXT "2026-11-25T08:30:00Z"
#define NOW ((int64_t)1795595400 * 1000000)
#define HOUR ((int64_t)3600 * 1000000)

struct desk {
	char *folder;
	char conf[300], state[300], runtime[300], out[300];
	struct ts_buf said;
	int exit_code;
	struct ts_err err;
};

static int
enter(void **state)
{
	static struct desk desk;
	TS_AUTO_BUF text = TS_BUF_INIT(8192);

	desk = (struct desk){ .folder = temp_dir(),
			      .said = TS_BUF_INIT(1 << 20) };
	snprintf(desk.conf, sizeof desk.conf, "%s/t.conf", desk.folder);
	snprintf(desk.state, sizeof desk.state, "%s/state", desk.folder);
	snprintf(desk.runtime, sizeof desk.runtime, "%s/run", desk.folder);
	snprintf(desk.out, sizeof desk.out, "%s/out", desk.folder);
	ts_buf_addf(&text,
		    "state_dir = \"%s\"; runtime_dir = \"%s\";\n"
		    "cache_dir = \"%s/cache\"; output_dir = \"%s/bundles\";\n"
		    "timezone = \"Europe/Rome\";\n"
		    "report: { id = \"kazakhstan-italy\"; title = "
		    "\"Kazakhstan–Italy trade\"; template = \"bilateral\"; "
		    "reporter = \"KAZ\"; partner = \"ITA\"; region = "
		    "\"central-asia\"; timetable = \"Mon 07:30\"; };\n",
		    desk.state, desk.runtime, desk.folder, desk.folder);
	if (ts_file_write(desk.conf, text.data, text.used, 0644, &desk.err) !=
	    TS_OK)
		fail_msg("%s", desk.err.text);
	*state = &desk;
	return 0;
}

static int
leave(void **state)
{
	struct desk *desk = *state;

	ts_buf_free(&desk->said);
	temp_gone(desk->folder);
	return 0;
}

static const struct {
	const char *name;
	enum ts_status (*run)(const struct ts_cli *cli, struct ts_err *err);
} verbs[] = {
	{ "status", ts_verb_status },   { "history", ts_verb_history },
	{ "queue", ts_verb_queue },     { "hold", ts_verb_hold },
	{ "release", ts_verb_release }, { "pause", ts_verb_pause },
	{ "resume", ts_verb_resume },   { "reload", ts_verb_reload },
};

/* Runs a verb and keeps what it said on standard output. */
static enum ts_status
run(struct desk *desk, const char *name, const char *arg, bool json)
{
	struct ts_cli cli = { .verb = name,
			      .config = desk->conf,
			      .now = NOW_TEXT,
			      .json = json,
			      .exit_code = &desk->exit_code };
	size_t verb = 0;
	enum ts_status status;
	struct ts_err no;
	int kept, fd;

	while (strcmp(verbs[verb].name, name) != 0)
		verb++;
	if (arg != NULL)
		cli.args[cli.arg_count++] = arg;
	desk->exit_code = 0;
	fflush(stdout);
	kept = dup(STDOUT_FILENO);
	fd = open(desk->out, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(kept >= 0 && fd >= 0);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	close(fd);
	status = verbs[verb].run(&cli, &desk->err);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	ts_buf_reset(&desk->said);
	if (ts_file_read(desk->out, &desk->said, &no) != TS_OK)
		fail_msg("%s", no.text);
	return status;
}

static void
assert_run(struct desk *desk, const char *name, const char *arg)
{
	if (run(desk, name, arg, false) != TS_OK)
		fail_msg("%s: %s", name, desk->err.text);
}

static void
assert_says(const struct desk *desk, const char *words)
{
	if (strstr(desk->said.data, words) == NULL)
		fail_msg("\"%s\" is not in:\n%s", words, desk->said.data);
}

static json_t *
parsed(const struct desk *desk)
{
	json_error_t where;
	json_t *object = json_loads(desk->said.data, 0, &where);

	if (object == NULL)
		fail_msg("line %d: %s", where.line, where.text);
	assert_int_equal(json_integer_value(json_object_get(object, "schema")),
			 1);
	return object;
}

/* ---- a store with a story --------------------------------------------------
 */

static void
must(struct desk *desk, enum ts_status status)
{
	if (status != TS_OK)
		fail_msg("%s", desk->err.text);
}

/* Last week's edition is done, this week's is held, another waits. */
static void
tell_a_story(struct desk *desk)
{
	static const struct ts_move path[] = {
		{ .from = TS_STATE_DUE, .to = TS_STATE_FETCHING },
		{ .from = TS_STATE_FETCHING,
		  .to = TS_STATE_READY,
		  .period = "2024" },
		{ .from = TS_STATE_READY, .to = TS_STATE_RENDERING },
		{ .from = TS_STATE_RENDERING,
		  .to = TS_STATE_PUBLISHED,
		  .path = "/srv/bundles/kazakhstan-italy/2024.1",
		  .content_hash = "abc" },
		{ .from = TS_STATE_PUBLISHED, .to = TS_STATE_DONE },
	};
	static const struct ts_move held = {
		.from = TS_STATE_RENDERING,
		.to = TS_STATE_HELD,
		.reason = "gate fresh: the newest figures are 400 days old"
	};
	static const struct ts_move tried = {
		.from = TS_STATE_DUE,
		.to = TS_STATE_DUE,
		.reason = "fetch comtrade: HTTP 503",
		.attempts = 2,
		.next_us = NOW + HOUR,
	};
	char file[400];
	struct ts_store_opts opts = { .path = file };
	struct ts_store *store;
	struct ts_entry entry = { .report = "kazakhstan-italy",
				  .slot_us = NOW - 170 * HOUR };
	int64_t id;
	bool is_new;

	snprintf(file, sizeof file, "%s/store.sqlite", desk->state);
	must(desk, ts_mkdirs(desk->state, &desk->err));
	must(desk, ts_store_open(&opts, &store, &desk->err));
	must(desk,
	     ts_journal_add(store, &entry, NOW - 170 * HOUR, &id, &desk->err));
	for (size_t i = 0; i < sizeof path / sizeof path[0]; i++)
		must(desk, ts_journal_move(store, id, &path[i],
					   NOW - 169 * HOUR, &desk->err));
	entry.slot_us = NOW - 2 * HOUR;
	must(desk,
	     ts_journal_add(store, &entry, NOW - 2 * HOUR, &id, &desk->err));
	for (size_t i = 0; i < 3; i++)
		must(desk, ts_journal_move(store, id, &path[i], NOW - 2 * HOUR,
					   &desk->err));
	must(desk, ts_journal_move(store, id, &held, NOW - HOUR, &desk->err));
	entry.slot_us = NOW - HOUR;
	must(desk, ts_journal_add(store, &entry, NOW - HOUR, &id, &desk->err));
	must(desk, ts_journal_move(store, id, &tried, NOW - HOUR, &desk->err));
	must(desk, ts_notice_raise(store, "held:kazakhstan-italy", 4,
				   "kazakhstan-italy/2024.2 is held",
				   NOW - HOUR, &is_new, &desk->err));
	ts_store_close(store);
}

/* Made last, and its turn is first. */
static void
add_sooner(struct desk *desk)
{
	char file[400];
	struct ts_store_opts opts = { .path = file };
	struct ts_store *store;
	const struct ts_entry entry = { .report = "kazakhstan-italy",
					.slot_us = NOW };
	int64_t id;

	snprintf(file, sizeof file, "%s/store.sqlite", desk->state);
	must(desk, ts_store_open(&opts, &store, &desk->err));
	must(desk, ts_journal_add(store, &entry, NOW, &id, &desk->err));
	ts_store_close(store);
}

/* ---- looking ---------------------------------------------------------------
 */

static void
before_the_first_run_there_is_a_status(void **state)
{
	struct desk *desk = *state;
	json_t *object;

	assert_run(desk, "status", NULL);
	assert_int_equal(desk->exit_code, 3);
	assert_says(desk, "tradestatd is not running\nnothing has run yet\n");
	assert_says(desk, "kazakhstan-italy  Kazakhstan–Italy trade");
	assert_says(desk, "Mon *-*-* 07:30:00");
	assert_says(desk, "in 4 d (2026-11-30 07:30 CET), 2026-11-30 06:30 "
			  "UTC");
	assert_int_equal(access(desk->state, F_OK), -1);
	assert_run(desk, "history", NULL);
	assert_string_equal(desk->said.data, "nothing has run yet\n");
	assert_run(desk, "queue", NULL);
	assert_string_equal(desk->said.data, "nothing has run yet\n");
	assert_int_equal(run(desk, "queue", NULL, true), TS_OK);
	object = parsed(desk);
	assert_int_equal(json_array_size(json_object_get(object, "queue")), 0);
	json_decref(object);
	assert_int_equal(run(desk, "status", "kazakhstan-itali", false),
			 TS_NO_INPUT);
}

static void
status_tells_what_waits_and_which_command_helps(void **state)
{
	struct desk *desk = *state;

	tell_a_story(desk);
	assert_run(desk, "status", NULL);
	assert_int_equal(desk->exit_code, 3);
	assert_says(desk, "last        kazakhstan-italy/2024.1, 7 d ago");
	assert_says(desk, "held        kazakhstan-italy/2024.2, 60 min ago "
			  "(2026-11-25 08:30 CET): gate fresh: the newest");
	assert_says(desk, "tradestat release kazakhstan-italy/2024.2\n");
	assert_says(desk, "due         kazakhstan-italy#3");
	assert_says(desk, "fetch comtrade: HTTP 503");
	assert_says(desk, "next attempt in 60 min (2026-11-25 10:30 CET); 2 "
			  "failed");
	assert_says(desk, "To know\n  warning     held:kazakhstan-italy: "
			  "kazakhstan-italy/2024.2 is held\n");
}

static void
status_for_programs_has_it_all(void **state)
{
	struct desk *desk = *state;
	json_t *object, *report, *open;

	tell_a_story(desk);
	assert_int_equal(run(desk, "status", "kazakhstan-italy", true), TS_OK);
	object = parsed(desk);
	assert_true(json_is_false(
		json_object_get(json_object_get(object, "daemon"), "running")));
	report = json_array_get(json_object_get(object, "reports"), 0);
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(report, "next"), "start")),
			    "2026-11-30T06:30:00Z");
	assert_string_equal(
		json_string_value(json_object_get(
			json_object_get(report, "last"), "edition")),
		"kazakhstan-italy/2024.1");
	open = json_object_get(report, "open");
	assert_int_equal(json_array_size(open), 2);
	assert_string_equal(json_string_value(json_object_get(
				    json_array_get(open, 0), "state")),
			    "held");
	assert_int_equal(json_array_size(json_object_get(object, "notices")),
			 1);
	json_decref(object);
}

static void
history_is_newest_first_and_queue_by_turn(void **state)
{
	struct desk *desk = *state;
	json_t *object, *list;
	const char *first, *second;

	tell_a_story(desk);
	assert_run(desk, "history", "kazakhstan-italy");
	first = strstr(desk->said.data, "kazakhstan-italy#3");
	second = strstr(desk->said.data, "kazakhstan-italy/2024.1");
	assert_true(first != NULL && second != NULL && first < second);
	assert_says(desk, "2026-11-18 07:30 CET  kazakhstan-italy/2024.1  "
			  "timetable  done   60 min\n");
	assert_run(desk, "history", "kazakhstan-italy/2024.2");
	assert_says(desk, "kazakhstan-italy/2024.2: held\n");
	assert_says(desk, "rendering -> held");
	assert_int_equal(run(desk, "history", "kazakhstan-italy/2024.9", false),
			 TS_NO_INPUT);
	add_sooner(desk);
	assert_run(desk, "queue", NULL);
	first = strstr(desk->said.data, "now  ");
	second = strstr(desk->said.data, "kazakhstan-italy#3");
	assert_true(first != NULL && second != NULL && first < second);
	first = strstr(desk->said.data, "kazakhstan-italy/2024.2");
	assert_true(first != NULL && second < first);
	assert_int_equal(run(desk, "queue", NULL, true), TS_OK);
	object = parsed(desk);
	list = json_object_get(object, "queue");
	assert_int_equal(json_array_size(list), 3);
	assert_int_equal(json_integer_value(json_object_get(
				 json_array_get(list, 0), "id")),
			 4);
	assert_int_equal(json_integer_value(json_object_get(
				 json_array_get(list, 1), "attempts")),
			 2);
	json_decref(object);
}

static void
a_store_of_others_hides_no_daemon(void **state)
{
	struct desk *desk = *state;
	int end;
	pid_t pid;

	if (getuid() != 0)
		skip();
	tell_a_story(desk);
	assert_int_equal(chmod(desk->folder, 0755), 0);
	assert_int_equal(chmod(desk->state, 0750), 0);
	assert_int_equal(chmod(desk->conf, 0644), 0);
	assert_int_equal(close(open(desk->out, O_CREAT | O_WRONLY, 0666)), 0);
	assert_int_equal(chmod(desk->out, 0666), 0);
	pid = fork();
	if (pid == 0) {
		bool good = setgroups(0, NULL) == 0 &&
			    setresgid(65534, 65534, 65534) == 0 &&
			    setresuid(65534, 65534, 65534) == 0;

		good = good && run(desk, "status", NULL, false) == TS_OK &&
		       strstr(desk->said.data, "not for you") != NULL &&
		       run(desk, "history", NULL, false) == TS_REFUSED &&
		       run(desk, "queue", NULL, false) == TS_REFUSED;
		_exit(good ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &end, 0), pid);
	assert_int_equal(end, 0);
}

/* ---- changing --------------------------------------------------------------
 */

static void
without_a_daemon_it_is_done_in_the_store(void **state)
{
	struct desk *desk = *state;

	tell_a_story(desk);
	assert_run(desk, "release", "kazakhstan-italy/2024.2");
	assert_says(desk, "kazakhstan-italy/2024.2 is ready, whatever these "
			  "gates say: fresh (no daemon is running; done in the "
			  "store)\n");
	assert_run(desk, "hold", "kazakhstan-italy");
	assert_run(desk, "pause", "kazakhstan-italy");
	assert_run(desk, "status", NULL);
	assert_says(desk, "paused      nothing is started until: tradestat "
			  "resume kazakhstan-italy\n");
	assert_says(desk, "held by uid ");
	assert_run(desk, "resume", "kazakhstan-italy");
	assert_int_equal(run(desk, "release", "kazakhstan-italy", false),
			 TS_BAD_USAGE);
	assert_int_equal(run(desk, "pause", "../x", false), TS_BAD_USAGE);
	assert_int_equal(run(desk, "reload", NULL, false), TS_UNAVAILABLE);
}

static void
beside_a_daemon_that_hangs_nothing_is_done(void **state)
{
	struct desk *desk = *state;
	pid_t pid;
	int ready[2], end;
	char byte = 0;

	tell_a_story(desk);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		int lock;
		enum ts_status took = ts_lock_take(desk->state, TS_LOCK_DAEMON,
						   &lock, &desk->err);

		if (took != TS_OK || write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(run(desk, "pause", "kazakhstan-italy", false),
			 TS_AGAIN);
	assert_run(desk, "status", NULL);
	assert_int_equal(desk->exit_code, 0);
	assert_says(desk, "tradestatd is running, but no daemon answers");
	kill(pid, SIGKILL);
	waitpid(pid, &end, 0);
	close(ready[0]);
	close(ready[1]);
}

/* ---- with a daemon ---------------------------------------------------------
 */

struct daemon {
	struct desk *desk;
	sd_event *event;
	struct ts_control_server *server;
	pthread_t thread;
	char heard[8][80];
	_Atomic int count;
	_Atomic bool stop;
};

static enum ts_status
handle(void *ctx, const struct ts_request_line *request, uid_t peer,
       struct ts_buf *reply, struct ts_err *err)
{
	struct daemon *daemon = ctx;
	char *heard = daemon->heard[daemon->count % 8];
	size_t i, used;

	(void)peer;
	(void)err;
	used = (size_t)snprintf(heard, 80, "%s",
				ts_command_name(request->command));
	for (i = 0; i < request->count; i++)
		used += (size_t)snprintf(heard + used, 80 - used, " %s",
					 request->words[i]);
	daemon->count++;
	if (request->command == TS_COMMAND_STATUS) {
		ts_control_put(reply, "status", "fetch kazakhstan-italy");
		ts_control_put(reply, "since_us", "%lld",
			       (long long)(NOW - 3 * HOUR));
		ts_control_put(reply, "pid", "4242");
		ts_control_put(reply, "version", "0.1.0");
		ts_control_put(reply, "config", "%s", daemon->desk->conf);
		ts_control_put(reply, "degraded", "storage: \xff full");
		ts_control_put(reply, "worker", "kazakhstan-italy fetch 3 %lld",
			       (long long)(NOW - 90000000));
		ts_control_put(reply, "worker", "- backup");
	}
	ts_control_put(reply, "reports", "1");
	ts_control_put(reply, "done", "so be it");
	return TS_OK;
}

static void *
serve(void *ctx)
{
	struct daemon *daemon = ctx;

	while (!daemon->stop)
		if (sd_event_run(daemon->event, 10000) < 0)
			break;
	return NULL;
}

static void
daemon_start(struct daemon *daemon, struct desk *desk)
{
	*daemon = (struct daemon){ .desk = desk };
	assert_true(sd_event_new(&daemon->event) >= 0);
	must(desk, ts_control_server_new(daemon->event, desk->runtime, handle,
					 daemon, &daemon->server, &desk->err));
	assert_int_equal(pthread_create(&daemon->thread, NULL, serve, daemon),
			 0);
}

static void
daemon_stop(struct daemon *daemon)
{
	daemon->stop = true;
	pthread_join(daemon->thread, NULL);
	ts_control_server_free(daemon->server);
	sd_event_unref(daemon->event);
}

static void
a_running_daemon_is_asked(void **state)
{
	struct desk *desk = *state;
	struct ts_cli cli = { .verb = "run",
			      .config = desk->conf,
			      .args = { "kazakhstan-italy" },
			      .arg_count = 1,
			      .force = true,
			      .waive = "fresh,jump" };
	struct daemon daemon;
	json_t *object;

	daemon_start(&daemon, desk);
	assert_run(desk, "pause", "kazakhstan-italy");
	assert_string_equal(desk->said.data, "so be it\n");
	assert_string_equal(daemon.heard[0], "pause kazakhstan-italy");
	must(desk, ts_verb_run_by_daemon(&cli, &desk->err));
	assert_string_equal(daemon.heard[1],
			    "run kazakhstan-italy force waive=fresh,jump");
	assert_run(desk, "reload", NULL);
	assert_string_equal(daemon.heard[2], "reload");
	assert_run(desk, "status", NULL);
	assert_int_equal(desk->exit_code, 0);
	assert_says(desk, "tradestatd 0.1.0 is running, started 3 h ago "
			  "(2026-11-25 06:30 CET), pid 4242\n");
	assert_says(desk, "degraded    storage: \\xff full\n");
	assert_says(desk, "working     fetch of kazakhstan-italy for 90 s\n");
	assert_int_equal(run(desk, "status", NULL, true), TS_OK);
	object = parsed(desk);
	assert_int_equal(json_array_size(json_object_get(
				 json_object_get(object, "daemon"), "workers")),
			 2);
	json_decref(object);
	daemon_stop(&daemon);
	/* it did all the work: the store was never made */
	assert_int_equal(access(desk->state, F_OK), -1);
}

#define AT_DESK(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(before_the_first_run_there_is_a_status),
		AT_DESK(status_tells_what_waits_and_which_command_helps),
		AT_DESK(status_for_programs_has_it_all),
		AT_DESK(history_is_newest_first_and_queue_by_turn),
		AT_DESK(a_store_of_others_hides_no_daemon),
		AT_DESK(without_a_daemon_it_is_done_in_the_store),
		AT_DESK(beside_a_daemon_that_hangs_nothing_is_done),
		AT_DESK(a_running_daemon_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
