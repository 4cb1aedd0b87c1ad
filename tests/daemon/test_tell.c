/* SPDX-License-Identifier: Apache-2.0 */
/* Once a cause, many together, nothing twice, over restarts and failures. */
#include "tests/support/fixtures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/file.h>

#include "daemon/supervise/tell.h"

#define S INT64_C(1000000)
#define MIN (60 * S)
#define T0 (INT64_C(1795600800) * S) /* 2026-11-25T10:00:00Z */

struct scene {
	char *dir, path[512];
	struct ts_store *store;
	struct ts_tell *tell;
	struct ts_conf conf;
	struct ts_buf text;
	int64_t next_us;
};

static void
open_store(struct scene *scene)
{
	struct ts_store_opts opts = { .path = scene->path };
	struct ts_err err;

	if (ts_store_open(&opts, &scene->store, &err) != TS_OK)
		fail_msg("%s", err.text);
	scene->tell = ts_tell_new();
	assert_non_null(scene->tell);
}

static void
close_store(struct scene *scene)
{
	ts_tell_free(scene->tell);
	ts_store_close(scene->store);
}

static int
start(void **state)
{
	static const struct ts_conf_report reports[] = { { .id = "kz-it" } };
	struct scene *scene = calloc(1, sizeof *scene);

	scene->dir = temp_dir();
	snprintf(scene->path, sizeof scene->path, "%s/store.sqlite",
		 scene->dir);
	scene->conf = (struct ts_conf){
		.file = "/srv/t.conf",
		.state_dir = "/srv/state",
		.output_dir = "/srv/out",
		.timezone = "UTC",
		.reports = reports,
		.report_count = 1,
		.daemon = { .operator_command = "/usr/bin/true",
			    .operator_digest_s = 900 },
	};
	scene->text = (struct ts_buf)TS_BUF_INIT(TS_TELL_TEXT);
	open_store(scene);
	*state = scene;
	return 0;
}

static int
stop(void **state)
{
	struct scene *scene = *state;

	close_store(scene);
	ts_buf_free(&scene->text);
	temp_gone(scene->dir);
	free(scene);
	return 0;
}

static void
restart(struct scene *scene)
{
	close_store(scene);
	open_store(scene);
}

static void
raise_it(struct scene *scene, const char *cause, const char *text, int64_t now)
{
	struct ts_err err;

	if (ts_tell_raise(scene->tell, scene->store, cause, TS_LOG_ERR, text,
			  now, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
clear_it(struct scene *scene, const char *cause, int64_t now)
{
	struct ts_err err;

	if (ts_tell_clear(scene->tell, scene->store, cause, now, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static bool
is_due(struct scene *scene, int64_t now)
{
	struct ts_err err;
	bool due = false;

	ts_buf_reset(&scene->text);
	if (ts_tell_due(scene->tell, scene->store, &scene->conf, now, &due,
			&scene->text, &scene->next_us, &err) != TS_OK)
		fail_msg("%s", err.text);
	assert_int_equal(due, scene->text.used > 0);
	return due;
}

static void
sent(struct scene *scene, int code, int64_t now)
{
	struct ts_err err;

	if (ts_tell_sent(scene->tell, scene->store, code, "no route", now,
			 &err) != TS_OK)
		fail_msg("%s", err.text);
}

static void
assert_says(const struct scene *scene, const char *words)
{
	if (strstr(scene->text.data, words) == NULL)
		fail_msg("no \"%s\" in:\n%s", words, scene->text.data);
}

static void
assert_silent_about(const struct scene *scene, const char *words)
{
	if (strstr(scene->text.data, words) != NULL)
		fail_msg("\"%s\" in:\n%s", words, scene->text.data);
}

/* The moment of the digest, from the one the scene asks to be called at. */
static int64_t
wait_until_due(struct scene *scene, int64_t now)
{
	int i;

	for (i = 0; i < 5 && !is_due(scene, now); i++) {
		assert_true(scene->next_us > now);
		assert_true(scene->next_us < INT64_MAX);
		now = scene->next_us;
	}
	assert_true(i < 5);
	return now;
}

static void
nothing_is_due_when_nothing_is_wrong(void **state)
{
	struct scene *scene = *state;

	assert_false(is_due(scene, T0));
	assert_true(scene->next_us == INT64_MAX);
	clear_it(scene, "held:kz-it", T0);
	assert_false(is_due(scene, T0));
	assert_true(scene->next_us == INT64_MAX);
}

static void
troubles_that_come_together_are_told_together(void **state)
{
	struct scene *scene = *state;

	raise_it(scene, "held:kz-it", "kz-it is held", T0);
	assert_false(is_due(scene, T0));
	raise_it(scene, "source:imf", "imf does not answer", T0 + 3 * S);
	assert_true(wait_until_due(scene, T0 + 3 * S) <= T0 + 10 * S);
	assert_says(scene, "kz-it is held");
	assert_says(scene, "imf does not answer");
	assert_says(scene, "2 new, 0 over, 0 still so");
	assert_says(scene, "since Wed 2026-11-25 10:00:00 UTC");
}

static void
a_cause_is_told_once_however_often_it_comes(void **state)
{
	struct scene *scene = *state;
	int64_t now;
	int i;

	raise_it(scene, "held:kz-it", "kz-it is held", T0);
	now = wait_until_due(scene, T0);
	sent(scene, 0, now + S);
	for (i = 1; i < 50; i++) {
		raise_it(scene, "held:kz-it", "kz-it is held",
			 now + i * 30 * MIN);
		assert_false(is_due(scene, now + i * 30 * MIN));
		assert_true(scene->next_us == INT64_MAX);
	}
}

static void
digests_keep_their_distance(void **state)
{
	struct scene *scene = *state;
	int64_t now, then;

	raise_it(scene, "held:kz-it", "kz-it is held", T0);
	now = wait_until_due(scene, T0);
	sent(scene, 0, now);
	raise_it(scene, "source:imf", "imf does not answer", now + S);
	then = wait_until_due(scene, now + S);
	assert_true(then >= now + 15 * MIN);
	assert_true(then <= now + 16 * MIN);
	assert_says(scene, "1 new, 0 over, 1 still so");
}

static void
a_restart_tells_nothing_twice_and_keeps_the_distance(void **state)
{
	struct scene *scene = *state;
	int64_t now;

	raise_it(scene, "held:kz-it", "kz-it is held", T0);
	now = wait_until_due(scene, T0);
	sent(scene, 0, now);
	restart(scene);
	assert_false(is_due(scene, now + S));
	assert_true(scene->next_us == INT64_MAX);
	raise_it(scene, "failed:kz-it", "kz-it failed", now + 2 * S);
	restart(scene);
	assert_true(wait_until_due(scene, now + 3 * S) >= now + 15 * MIN);
	assert_says(scene, "1 new, 0 over, 1 still so");
}

static void
a_digest_that_a_restart_interrupted_is_told_again(void **state)
{
	struct scene *scene = *state;

	raise_it(scene, "held:kz-it", "kz-it is held", T0);
	wait_until_due(scene, T0);
	restart(scene);
	wait_until_due(scene, T0 + MIN);
	assert_says(scene, "kz-it is held");
}

static void
the_end_is_told_once(void **state)
{
	struct scene *scene = *state;
	int64_t now;

	raise_it(scene, "held:kz-it", "kz-it is held", T0);
	now = wait_until_due(scene, T0);
	sent(scene, 0, now);
	clear_it(scene, "held:kz-it", now + MIN);
	clear_it(scene, "held:kz-it", now + 2 * MIN);
	now = wait_until_due(scene, now + 2 * MIN);
	assert_says(scene, "0 new, 1 over, 0 still so");
	assert_says(scene, "Over");
	assert_says(scene, "kz-it is held");
	sent(scene, 0, now);
	assert_false(is_due(scene, now + 60 * MIN));
	assert_true(scene->next_us == INT64_MAX);
}

/* An edition that failed ends that way; that the next one went well is no
 * reason to be silent about it. */
static void
what_began_and_ended_untold_is_told(void **state)
{
	struct scene *scene = *state;

	raise_it(scene, "failed:kz-it", "kz-it failed", T0);
	clear_it(scene, "failed:kz-it", T0 + S);
	wait_until_due(scene, T0 + S);
	assert_says(scene, "0 new, 1 over, 0 still so");
	assert_says(scene, "kz-it failed");
}

static void
what_begins_while_a_digest_is_told_is_in_the_next_one(void **state)
{
	struct scene *scene = *state;
	int64_t now;

	raise_it(scene, "held:kz-it", "kz-it is held", T0);
	now = wait_until_due(scene, T0);
	/* the clock stands still: this must not count as told */
	raise_it(scene, "source:imf", "imf does not answer", now);
	assert_false(is_due(scene, now));
	sent(scene, 0, now + 5 * S);
	now = wait_until_due(scene, now + 5 * S);
	assert_says(scene, "imf does not answer");
	assert_says(scene, "1 new, 0 over, 1 still so");
}

static void
a_failing_command_is_tried_again_and_no_cause_of_digests(void **state)
{
	struct scene *scene = *state;
	int64_t now = T0, last;
	int i;

	scene->conf.daemon.operator_digest_s = 0;
	raise_it(scene, "held:kz-it", "kz-it is held", T0);
	now = wait_until_due(scene, T0);
	for (i = 0; i < 5; i++) {
		sent(scene, 1, now + S);
		last = now;
		now = wait_until_due(scene, now + S);
		assert_true(now >= last + MIN);
		assert_says(scene, "1 new, 0 over, 0 still so");
		assert_silent_about(scene, "operator_command");
	}
	sent(scene, 0, now + S);
	assert_false(is_due(scene, now + 60 * MIN));
	assert_true(scene->next_us == INT64_MAX);
}

static enum ts_status
count_open(void *ctx, const struct ts_notice *notice, struct ts_err *err)
{
	(void)err;
	if (strcmp(notice->cause, "operator") == 0)
		assert_non_null(strstr(notice->text, "status 3: no route"));
	++*(int *)ctx;
	return TS_OK;
}

static void
a_failing_command_is_in_the_status(void **state)
{
	struct scene *scene = *state;
	struct ts_err err;
	int open = 0;
	int64_t now;

	raise_it(scene, "held:kz-it", "kz-it is held", T0);
	now = wait_until_due(scene, T0);
	sent(scene, 3, now);
	assert_int_equal(
		ts_notices(scene->store, true, now, count_open, &open, &err),
		TS_OK);
	assert_int_equal(open, 2);
	now = wait_until_due(scene, now);
	sent(scene, 0, now);
	open = 0;
	assert_int_equal(
		ts_notices(scene->store, true, now, count_open, &open, &err),
		TS_OK);
	assert_int_equal(open, 1);
}

static void
without_a_command_nothing_is_due_and_nothing_piles_up(void **state)
{
	struct scene *scene = *state;

	scene->conf.daemon.operator_command = "";
	raise_it(scene, "held:kz-it", "kz-it is held", T0);
	assert_false(is_due(scene, T0 + 60 * MIN));
	assert_true(scene->next_us == INT64_MAX);
	/* one that is configured later is not flooded with the past */
	scene->conf.daemon.operator_command = "/usr/bin/true";
	assert_false(is_due(scene, T0 + 90 * MIN));
	raise_it(scene, "source:imf", "imf does not answer", T0 + 91 * MIN);
	wait_until_due(scene, T0 + 91 * MIN);
	assert_says(scene, "1 new, 0 over, 1 still so");
}

static void
a_clock_that_was_ahead_silences_nobody_for_long(void **state)
{
	struct scene *scene = *state;
	int64_t year = INT64_C(365) * 24 * 60 * MIN, now;

	raise_it(scene, "held:kz-it", "kz-it is held", T0 + year);
	now = wait_until_due(scene, T0 + year);
	sent(scene, 0, now);
	raise_it(scene, "source:imf", "imf does not answer", T0);
	assert_false(is_due(scene, T0));
	assert_true(scene->next_us <= T0 + 15 * MIN);
	assert_true(is_due(scene, scene->next_us) ||
		    scene->next_us <= T0 + 30 * MIN);
}

static void
commands_that_help_stand_beside(void **state)
{
	struct scene *scene = *state;
	struct ts_entry entry = { .report = "kz-it",
				  .cause = TS_CAUSE_TIMETABLE,
				  .slot_us = T0 };
	struct ts_move move = { .from = TS_STATE_DUE,
				.to = TS_STATE_HELD,
				.reason = "gate fresh",
				.period = "2024" };
	struct ts_err err;
	int64_t id;

	assert_int_equal(ts_journal_add(scene->store, &entry, T0, &id, &err),
			 TS_OK);
	assert_int_equal(ts_journal_move(scene->store, id, &move, T0, &err),
			 TS_OK);
	raise_it(scene, "held:kz-it", "kz-it is held", T0);
	raise_it(scene, "storage", "disk full", T0);
	raise_it(scene, "oddity:kz-it", "something else", T0);
	wait_until_due(scene, T0);
	assert_says(scene, "\n    tradestat release kz-it/2024.1 "
			   "-c /srv/t.conf\n");
	assert_says(scene, "\n    df -h /srv/state /srv/out\n");
	assert_says(scene, "\n    tradestat status kz-it -c /srv/t.conf\n");
}

static void
foreign_text_stays_in_its_line(void **state)
{
	struct scene *scene = *state;

	raise_it(scene, "source:x", "bad \x1b[31m\nNew\n- error: forged", T0);
	wait_until_due(scene, T0);
	assert_null(strchr(scene->text.data, '\x1b'));
	assert_silent_about(scene, "\n- error: forged");
}

static void
hundreds_of_causes_fit_into_one_digest(void **state)
{
	struct scene *scene = *state;
	char cause[64], text[900];
	int i;

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	for (i = 0; i < 300; i++) {
		snprintf(cause, sizeof cause, "source:s%d", i);
		raise_it(scene, cause, text, T0);
	}
	wait_until_due(scene, T0);
	assert_says(scene, "300 new");
	assert_says(scene, " more\n");
	assert_true(scene->text.used < TS_TELL_TEXT);
}

static void
the_text_arrives_whole_and_cannot_be_changed(void **state)
{
	TS_AUTO_BUF text = TS_BUF_INIT(1 << 20);
	TS_AUTO_FD fd = -1;
	char back[64] = "";
	struct ts_err err;

	(void)state;
	ts_buf_add(&text, "one\ntwo\n");
	assert_int_equal(ts_tell_input(&text, &fd, &err), TS_OK);
	assert_int_equal(read(fd, back, sizeof back - 1), 8);
	assert_string_equal(back, "one\ntwo\n");
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
}

#define TOLD(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TOLD(nothing_is_due_when_nothing_is_wrong),
		TOLD(troubles_that_come_together_are_told_together),
		TOLD(a_cause_is_told_once_however_often_it_comes),
		TOLD(digests_keep_their_distance),
		TOLD(a_restart_tells_nothing_twice_and_keeps_the_distance),
		TOLD(a_digest_that_a_restart_interrupted_is_told_again),
		TOLD(the_end_is_told_once),
		TOLD(what_began_and_ended_untold_is_told),
		TOLD(what_begins_while_a_digest_is_told_is_in_the_next_one),
		TOLD(a_failing_command_is_tried_again_and_no_cause_of_digests),
		TOLD(a_failing_command_is_in_the_status),
		TOLD(without_a_command_nothing_is_due_and_nothing_piles_up),
		TOLD(a_clock_that_was_ahead_silences_nobody_for_long),
		TOLD(commands_that_help_stand_beside),
		TOLD(foreign_text_stays_in_its_line),
		TOLD(hundreds_of_causes_fit_into_one_digest),
		TOLD(the_text_arrives_whole_and_cannot_be_changed),
	};

	ts_log_level(
		(enum ts_level)0); /* what the log hears is not looked at */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
