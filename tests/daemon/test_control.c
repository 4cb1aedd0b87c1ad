/* SPDX-License-Identifier: Apache-2.0 */
/* The words between tool and daemon, and what they do to the journal. */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <string.h>
#include "daemon/common/control.h"

#define NOW ((int64_t)1795500000 * 1000000)
#define LENGTH(list) (sizeof(list) / sizeof(list)[0])

/* ---- words -----------------------------------------------------------------
 */

static void
requests_are_understood_whole(void **state)
{
	static const struct {
		const char *line;
		enum ts_command command;
		size_t count;
	} cases[] = {
		{ "ping", TS_COMMAND_PING, 0 },
		{ "status", TS_COMMAND_STATUS, 0 },
		{ "reload", TS_COMMAND_RELOAD, 0 },
		{ "pause kazakhstan-italy", TS_COMMAND_PAUSE, 1 },
		{ "resume a", TS_COMMAND_RESUME, 1 },
		{ "run kz-it", TS_COMMAND_RUN, 1 },
		{ "run kz-it force", TS_COMMAND_RUN, 2 },
		{ "run kz-it force waive=fresh,adds-up", TS_COMMAND_RUN, 3 },
		{ "hold kz-it", TS_COMMAND_HOLD, 1 },
		{ "hold kz-it/2024.1", TS_COMMAND_HOLD, 1 },
		{ "release kz-it/2024-Q3.12", TS_COMMAND_RELEASE, 1 },
		{ "release kz-it/2005..2024.1", TS_COMMAND_RELEASE, 1 },
		{ "release kz-it#12", TS_COMMAND_RELEASE, 1 },
		{ "release #12", TS_COMMAND_RELEASE, 1 },
	};
	struct ts_request_line request;
	struct ts_err err;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		if (ts_control_parse(cases[i].line, strlen(cases[i].line),
				     &request, &err) != TS_OK)
			fail_msg("%s: %s", cases[i].line, err.text);
		assert_int_equal(request.command, cases[i].command);
		assert_int_equal(request.count, cases[i].count);
	}
	assert_int_equal(
		ts_control_parse("run kz-it force", 15, &request, &err), TS_OK);
	assert_string_equal(request.words[0], "kz-it");
	assert_string_equal(request.words[1], "force");
}

static void
anything_else_is_refused_with_words(void **state)
{
	static const struct {
		const char *line, *words;
	} cases[] = {
		{ "", "no such request" },
		{ "stop", "no such request" },
		{ "PAUSE x", "no such request" },
		{ " ping", "no such request" },
		{ "ping ", "one blank" },
		{ "ping now", "too many words" },
		{ "pause", "pause what?" },
		{ "pause  x", "one blank" },
		{ "pause x y", "too many words" },
		{ "pause ../../etc", "not the id" },
		{ "pause KZ", "not the id" },
		{ "pause kz-it/2024.1", "not the id" },
		{ "release kz-it", "not an edition" },
		{ "release kz-it/2024", "not an edition" },
		{ "release kz-it/2024.0", "not an edition" },
		{ "release kz-it/.1", "not an edition" },
		{ "release #0", "not an edition" },
		{ "release #9223372036854775808", "not an edition" },
		{ "release kz-it/../../x.1", "not an edition" },
		{ "hold #", "neither" },
		{ "run kz-it fast", "does not know" },
		{ "run kz-it waive=", "does not know" },
		{ "run kz-it waive=a=b", "does not know" },
		{ "run a b c d e f g h i", "too many words" },
		{ "pause x\ty", "byte 0x09" },
		{ "pause x\r", "byte 0x0d" },
		{ "pause \xd0\xb0", "byte 0xd0" },
		{ "pause x;reload", "byte 0x3b" },
		{ "pause $(reload)", "byte 0x24" },
	};
	struct ts_request_line request;
	char flood[TS_CONTROL_LINE + 8];
	struct ts_err err;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_int_equal(ts_control_parse(cases[i].line,
						  strlen(cases[i].line),
						  &request, &err),
				 TS_BAD_USAGE);
		if (strstr(err.text, cases[i].words) == NULL)
			fail_msg("%s: %s", cases[i].line, err.text);
	}
	memset(flood, 'a', sizeof flood);
	assert_int_equal(ts_control_parse(flood, sizeof flood, &request, &err),
			 TS_BAD_USAGE);
	assert_int_equal(ts_control_parse("pi\0ng", 5, &request, &err),
			 TS_BAD_USAGE);
}

static void
only_root_and_the_daemon_itself_change_anything(void **state)
{
	static const bool for_all[TS_COMMANDS] = {
		[TS_COMMAND_PING] = true,
		[TS_COMMAND_STATUS] = true,
	};

	(void)state;
	for (unsigned i = 0; i < TS_COMMANDS; i++) {
		enum ts_command command = (enum ts_command)i;

		assert_true(ts_control_may(command, 0, 990));
		assert_true(ts_control_may(command, 990, 990));
		assert_int_equal(ts_control_may(command, 1000, 990),
				 for_all[i]);
	}
	assert_false(ts_control_may(TS_COMMANDS, 0, 0));
}

static void
values_come_back_as_they_were_put(void **state)
{
	TS_AUTO_BUF reply = TS_BUF_INIT(4096);
	char value[64], tight[8];

	(void)state;
	ts_control_put(&reply, "worker", "kz-it %s", "fetch 1 2");
	ts_control_put(&reply, "work", "%s", "");
	ts_control_put(&reply, "worker", "line\nok\n\nforged yes");
	assert_string_equal(
		ts_control_value(reply.data, "worker", 0, value, sizeof value),
		"kz-it fetch 1 2");
	assert_string_equal(
		ts_control_value(reply.data, "worker", 1, value, sizeof value),
		"line\\x0aok\\x0a\\x0aforged yes");
	assert_string_equal(
		ts_control_value(reply.data, "work", 0, value, sizeof value),
		"");
	assert_null(
		ts_control_value(reply.data, "worker", 2, value, sizeof value));
	assert_null(
		ts_control_value(reply.data, "forged", 0, value, sizeof value));
	assert_string_equal(
		ts_control_value(reply.data, "worker", 0, tight, sizeof tight),
		"kz-it f");
	assert_null(ts_control_value("cut", "cut", 0, value, sizeof value));
}

/* ---- the journal -----------------------------------------------------------
 */

struct desk {
	struct ts_store *store;
	struct ts_arena *arena;
	struct ts_buf reply;
	struct ts_conf conf;
	struct ts_conf_report reports[2];
	struct ts_err err;
};

static int
enter(void **state)
{
	static struct desk desk;
	struct ts_store_opts opts = { .path = ":memory:" };

	desk = (struct desk){
		.reply = TS_BUF_INIT(TS_CONTROL_REPLY),
		.arena = ts_arena_new(1 << 20),
		.reports = { { .id = "kazakhstan-italy" },
			     { .id = "kazakhstan-germany" } },
	};
	desk.conf.reports = desk.reports;
	desk.conf.report_count = 2;
	if (ts_store_open(&opts, &desk.store, &desk.err) != TS_OK)
		fail_msg("%s", desk.err.text);
	*state = &desk;
	return 0;
}

static int
leave(void **state)
{
	struct desk *desk = *state;

	ts_store_close(desk->store);
	ts_arena_free(desk->arena);
	ts_buf_free(&desk->reply);
	return 0;
}

static enum ts_status
say(struct desk *desk, const char *line)
{
	struct ts_request_line request;

	ts_buf_reset(&desk->reply);
	if (ts_control_parse(line, strlen(line), &request, &desk->err) != TS_OK)
		fail_msg("%s: %s", line, desk->err.text);
	return ts_control_apply(desk->store, &desk->conf, &request, "user 0",
				NOW, &desk->reply, &desk->err);
}

static void
assert_said(struct desk *desk, const char *line)
{
	if (say(desk, line) != TS_OK)
		fail_msg("%s: %s", line, desk->err.text);
}

static void
assert_refused(struct desk *desk, const char *line, enum ts_status status,
	       const char *words)
{
	assert_int_equal(say(desk, line), status);
	if (strstr(desk->err.text, words) == NULL)
		fail_msg("%s: %s", line, desk->err.text);
}

static int64_t
add(struct desk *desk, int64_t slot_us, int64_t wait_us)
{
	const struct ts_entry entry = { .report = "kazakhstan-italy",
					.cause = TS_CAUSE_TIMETABLE,
					.slot_us = slot_us,
					.wait_us = wait_us };
	int64_t id;

	if (ts_journal_add(desk->store, &entry, NOW, &id, &desk->err) != TS_OK)
		fail_msg("%s", desk->err.text);
	return id;
}

static void
move(struct desk *desk, int64_t id, enum ts_state from, enum ts_state to,
     const char *reason)
{
	struct ts_move step = { .from = from, .to = to, .reason = reason };

	if (to == TS_STATE_READY)
		step.period = "2024";
	if (to == TS_STATE_PUBLISHED)
		step.path = "/srv/bundles/kazakhstan-italy/2024.1";
	if (ts_journal_move(desk->store, id, &step, NOW, &desk->err) != TS_OK)
		fail_msg("%s", desk->err.text);
}

/* Walks on to a state of the path. */
static int64_t
at(struct desk *desk, enum ts_state state)
{
	int64_t id = add(desk, NOW, 0);

	for (unsigned i = TS_STATE_DUE; i < (unsigned)state; i++)
		move(desk, id, (enum ts_state)i, (enum ts_state)(i + 1), "");
	return id;
}

static struct ts_entry
now_of(struct desk *desk, int64_t id)
{
	struct ts_entry entry;

	if (ts_journal_get(desk->store, id, desk->arena, &entry, &desk->err) !=
	    TS_OK)
		fail_msg("%s", desk->err.text);
	return entry;
}

static void
a_run_is_asked_for_once(void **state)
{
	struct desk *desk = *state;
	struct ts_entry entry;
	char name[64];

	assert_said(desk, "run kazakhstan-italy force waive=fresh");
	assert_string_equal(ts_control_value(desk->reply.data, "edition", 0,
					     name, sizeof name),
			    "kazakhstan-italy#1");
	entry = now_of(desk, 1);
	assert_int_equal(entry.state, TS_STATE_DUE);
	assert_int_equal(entry.cause, TS_CAUSE_OPERATOR);
	assert_true(entry.force);
	assert_string_equal(entry.waive, "fresh");
	assert_int_equal(entry.slot_us, 0);
	assert_refused(desk, "run kazakhstan-italy", TS_REFUSED,
		       "kazakhstan-italy#1 is due already");
	/* another report is another matter */
	assert_said(desk, "run kazakhstan-germany");
	/* and what has ended stands in nobody's way */
	move(desk, 1, TS_STATE_DUE, TS_STATE_FAILED, "no such host");
	assert_said(desk, "run kazakhstan-italy");
}

static void
a_run_at_work_is_not_doubled(void **state)
{
	static const enum ts_state states[] = { TS_STATE_FETCHING,
						TS_STATE_READY,
						TS_STATE_RENDERING };
	struct desk *desk = *state;

	for (size_t i = 0; i < LENGTH(states); i++) {
		int64_t id = at(desk, states[i]);

		assert_refused(desk, "run kazakhstan-italy", TS_REFUSED,
			       ts_state_name(states[i]));
		move(desk, id, states[i], TS_STATE_FAILED, "x");
		leave(state);
		enter(state);
	}
	add(desk, NOW, NOW + 1);
	assert_refused(desk, "run kazakhstan-italy", TS_REFUSED,
		       "waits for new figures");
}

static void
an_unknown_report_is_told_with_the_nearest(void **state)
{
	struct desk *desk = *state;

	assert_refused(desk, "run kazakhstan-itali", TS_NO_INPUT,
		       "did you mean \"kazakhstan-italy\"?");
	assert_refused(desk, "pause kazakhstan-itali", TS_NO_INPUT,
		       "did you mean \"kazakhstan-italy\"?");
	assert_refused(desk, "resume france", TS_NO_INPUT, "no report");
	assert_refused(desk, "hold france", TS_NO_INPUT, "no report");
	assert_refused(desk, "release france/2024.1", TS_NO_INPUT, "france");
	assert_refused(desk, "release #77", TS_NO_INPUT, "77");
}

static void
a_pause_is_remembered_until_it_is_ended(void **state)
{
	struct desk *desk = *state;
	struct ts_report_state report;

	assert_said(desk, "pause kazakhstan-italy");
	assert_said(desk, "pause kazakhstan-italy");
	assert_int_equal(ts_report_state_get(desk->store, "kazakhstan-italy",
					     desk->arena, &report, &desk->err),
			 TS_OK);
	assert_true(report.paused);
	report.cursor_us = 1; /* nobody followed its timetable meanwhile */
	assert_int_equal(ts_report_state_put(desk->store, &report, &desk->err),
			 TS_OK);
	/* also when it has left the configuration meanwhile */
	desk->conf.report_count = 0;
	assert_said(desk, "resume kazakhstan-italy");
	assert_int_equal(ts_report_state_get(desk->store, "kazakhstan-italy",
					     desk->arena, &report, &desk->err),
			 TS_OK);
	assert_false(report.paused);
	assert_int_equal(report.cursor_us, NOW); /* none of it is made up */
}

static void
what_a_person_held_goes_back_to_where_it_was(void **state)
{
	static const enum ts_state states[] = { TS_STATE_DUE, TS_STATE_READY,
						TS_STATE_PUBLISHED };
	struct desk *desk = *state;

	for (size_t i = 0; i < LENGTH(states); i++) {
		int64_t id = at(desk, states[i]);
		const char *name = states[i] == TS_STATE_DUE
					   ? "kazakhstan-italy#1"
					   : "kazakhstan-italy/2024.1";
		struct ts_entry entry;
		char line[80];

		snprintf(line, sizeof line, "hold %s", name);
		assert_said(desk, line);
		entry = now_of(desk, id);
		assert_int_equal(entry.state, TS_STATE_HELD);
		assert_string_equal(entry.reason, "held by user 0");
		snprintf(line, sizeof line, "release %s", name);
		assert_said(desk, line);
		entry = now_of(desk, id);
		assert_int_equal(entry.state, states[i]);
		assert_string_equal(entry.waive, "");
		assert_false(entry.marked);
		leave(state);
		enter(state);
	}
}

static void
a_report_is_held_as_a_whole(void **state)
{
	struct desk *desk = *state;
	int64_t first, second;
	char line[64];

	first = at(desk, TS_STATE_READY);
	second = add(desk, NOW + 1, 0);
	assert_said(desk, "hold kazakhstan-italy");
	assert_int_equal(now_of(desk, first).state, TS_STATE_HELD);
	assert_int_equal(now_of(desk, second).state, TS_STATE_HELD);
	assert_non_null(ts_control_value(desk->reply.data, "done", 1, line,
					 sizeof line));
	assert_refused(desk, "hold kazakhstan-italy", TS_REFUSED,
		       "nothing of kazakhstan-italy waits");
	assert_refused(desk, "hold kazakhstan-italy#2", TS_REFUSED, "is held");
	assert_refused(desk, "hold kazakhstan-germany#2", TS_NO_INPUT,
		       "is of report kazakhstan-italy");
}

static void
what_is_at_work_or_over_is_not_held(void **state)
{
	struct desk *desk = *state;
	int64_t id = at(desk, TS_STATE_RENDERING);

	assert_refused(desk, "hold #1", TS_REFUSED, "rendering just now");
	assert_refused(desk, "release #1", TS_REFUSED, "is not held");
	move(desk, id, TS_STATE_RENDERING, TS_STATE_FAILED, "x");
	assert_refused(desk, "hold #1", TS_REFUSED, "is failed");
	assert_refused(desk, "release #1", TS_REFUSED, "it is failed");
}

static void
a_release_waives_the_gates_that_failed(void **state)
{
	static const struct {
		const char *reason, *before, *after;
	} cases[] = {
		{ "gate fresh: 400 days old", "", "fresh" },
		{ "gate fresh: old; gate adds-up: 3 % off", "",
		  "fresh,adds-up" },
		{ "gate fresh: old; gate jump: x", "jump", "jump,fresh" },
		{ "gate fresh: the mills; gates of Milan: x", "", "fresh" },
		{ "gate fresh: a; b; gate fresh: again", "", "fresh" },
		{ "gate : x; gate two words: y", "", "" },
	};
	struct desk *desk = *state;

	for (size_t i = 0; i < LENGTH(cases); i++) {
		int64_t id = at(desk, TS_STATE_RENDERING);
		struct ts_move hold = { .from = TS_STATE_RENDERING,
					.to = TS_STATE_HELD,
					.reason = cases[i].reason,
					.waive = cases[i].before };
		struct ts_entry entry;

		assert_int_equal(ts_journal_move(desk->store, id, &hold, NOW,
						 &desk->err),
				 TS_OK);
		assert_said(desk, "release kazakhstan-italy/2024.1");
		entry = now_of(desk, id);
		assert_int_equal(entry.state, TS_STATE_READY);
		assert_string_equal(entry.waive, cases[i].after);
		assert_non_null(strstr(entry.reason, "released by user 0"));
		assert_int_equal(entry.number, 1);
		leave(state);
		enter(state);
	}
}

static void
a_release_after_waiting_sends_it_marked(void **state)
{
	struct desk *desk = *state;
	int64_t id = add(desk, NOW, NOW + 1);
	struct ts_entry entry;

	move(desk, id, TS_STATE_DUE, TS_STATE_FETCHING, "");
	move(desk, id, TS_STATE_FETCHING, TS_STATE_HELD,
	     "no new figures by 2026-11-25T06:30:00Z");
	assert_said(desk, "release kazakhstan-italy#1");
	entry = now_of(desk, id);
	assert_int_equal(entry.state, TS_STATE_DUE);
	assert_int_equal(entry.wait_us, 0);
	assert_true(entry.marked);
	assert_string_equal(entry.waive, "");
}

static void
only_what_concerns_the_journal_is_applied(void **state)
{
	assert_refused(*state, "reload", TS_BAD_USAGE, "no change");
	assert_refused(*state, "status", TS_BAD_USAGE, "no change");
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_understood_whole),
		cmocka_unit_test(anything_else_is_refused_with_words),
		cmocka_unit_test(
			only_root_and_the_daemon_itself_change_anything),
		cmocka_unit_test(values_come_back_as_they_were_put),
		WITH_STORE(a_run_is_asked_for_once),
		WITH_STORE(a_run_at_work_is_not_doubled),
		WITH_STORE(an_unknown_report_is_told_with_the_nearest),
		WITH_STORE(a_pause_is_remembered_until_it_is_ended),
		WITH_STORE(what_a_person_held_goes_back_to_where_it_was),
		WITH_STORE(a_report_is_held_as_a_whole),
		WITH_STORE(what_is_at_work_or_over_is_not_held),
		WITH_STORE(a_release_waives_the_gates_that_failed),
		WITH_STORE(a_release_after_waiting_sends_it_marked),
		WITH_STORE(only_what_concerns_the_journal_is_applied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
