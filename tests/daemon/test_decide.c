/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/supervise/decide.h"

#include <string.h>
#include "tests/support/fixtures.h"

#define US INT64_C(1000000)
#define HOUR (INT64_C(3600) * US)
#define NOW (INT64_C(1800000000) * US)

/* ---- what was seen ------------------------------------------------------ */

struct seen_case {
	const char *name;
	bool has_last, same;
	const char *send_when;
	bool force, marked;
	int64_t wait_us;      /* of the entry; 0: does not wait */
	int64_t seen_ago_us;  /* since when it shows the same */
	const char *deadline; /* what to do then */
	enum ts_state to;
	const char *reason; /* how it begins; NULL: any */
	bool is_named, is_marked;
	int64_t next_us; /* 0: at once */
};

static const struct seen_case seen_cases[] = {
	{ "the first edition is made", false, false, "changed", false, false, 0,
	  0, "hold", TS_STATE_READY, "", true, false, 0 },
	{ "figures that changed are published", true, false, "changed", false,
	  false, 0, 0, "hold", TS_STATE_READY, "", true, false, 0 },
	{ "figures that did not change end the run", true, true, "changed",
	  false, false, 0, 0, "hold", TS_STATE_DONE, "unchanged since 2024.1",
	  false, false, 0 },
	{ "always means also when nothing changed", true, true, "always", false,
	  false, 0, 0, "hold", TS_STATE_READY, "", true, false, 0 },
	{ "an operator may insist", true, true, "changed", true, false, 0, 0,
	  "hold", TS_STATE_READY, "", true, false, 0 },
	{ "what was released after the deadline goes out", true, true,
	  "changed", false, true, 0, 0, "hold", TS_STATE_READY, "", true, false,
	  0 },
	{ "who waits for data looks again within the hour", true, true,
	  "changed", false, false, NOW + 24 * HOUR, 5 * HOUR, "hold",
	  TS_STATE_DUE, "waiting for new figures", false, false, NOW + HOUR },
	{ "the last look is at the deadline", true, true, "changed", false,
	  false, NOW + HOUR / 4, 5 * HOUR, "hold", TS_STATE_DUE, "waiting",
	  false, false, NOW + HOUR / 4 },
	{ "new figures must settle", true, false, "changed", false, false,
	  NOW + 24 * HOUR, 0, "hold", TS_STATE_DUE, "new figures", false, false,
	  NOW + HOUR / 2 },
	{ "settled figures go out", true, false, "changed", false, false,
	  NOW + 24 * HOUR, HOUR / 2, "hold", TS_STATE_READY, "", true, false,
	  0 },
	{ "unsettled figures go out at the deadline", true, false, "changed",
	  false, false, NOW, 0, "hold", TS_STATE_READY, "", true, false, 0 },
	{ "the first figures ever count as new", false, false, "changed", false,
	  false, NOW + 24 * HOUR, HOUR, "hold", TS_STATE_READY, "", true, false,
	  0 },
	{ "nothing new by the deadline: held", true, true, "changed", false,
	  false, NOW, 5 * HOUR, "hold", TS_STATE_HELD, "no new figures by",
	  true, false, 0 },
	{ "nothing new by the deadline: sent with a note", true, true,
	  "changed", false, false, NOW, 5 * HOUR, "send-marked", TS_STATE_READY,
	  "no new figures by", true, true, 0 },
	{ "nothing new by the deadline: left out", true, true, "changed", false,
	  false, NOW, 5 * HOUR, "skip", TS_STATE_DONE, "no new figures by",
	  false, false, 0 },
};

static void
what_a_fetch_showed_decides_what_comes_next(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof seen_cases / sizeof seen_cases[0]; i++) {
		const struct seen_case *c = &seen_cases[i];
		const struct ts_conf_report report = {
			.id = "r",
			.send_when = c->send_when,
			.schedule = { .wait_for_data = c->wait_us != 0,
				      .on_deadline = c->deadline,
				      .settle_s = 1800,
				      .poll_every_s = 3600,
				      .polls_per_day = 24 },
		};
		const struct ts_entry last = { .period = "2024",
					       .number = 1,
					       .content_hash = "a" };
		const struct ts_entry entry = {
			.report = "r",
			.period = "",
			.state = TS_STATE_FETCHING,
			.wait_us = c->wait_us,
			.force = c->force,
			.marked = c->marked,
			.seen_period = "2024",
			.seen_hash = c->same ? "a" : "b",
			.seen_us = NOW - c->seen_ago_us,
		};
		struct ts_decision d;

		ts_decide_seen(&entry, c->has_last ? &last : NULL, &report, NOW,
			       &d);
		if (d.move.to != c->to || d.move.from != TS_STATE_FETCHING ||
		    d.move.next_us != c->next_us ||
		    (d.move.period != NULL) != c->is_named ||
		    d.move.marked != c->is_marked ||
		    strncmp(d.reason, c->reason, strlen(c->reason)) != 0)
			fail_msg("%s: to %s at %lld, period %s, \"%s\"",
				 c->name, ts_state_name(d.move.to),
				 (long long)d.move.next_us,
				 d.move.period != NULL ? d.move.period : "-",
				 d.reason);
	}
}

static void
an_edition_keeps_the_number_it_has(void **state)
{
	const struct ts_conf_report report = { .send_when = "always" };
	struct ts_entry entry = { .state = TS_STATE_FETCHING,
				  .period = "2024",
				  .number = 3,
				  .seen_period = "2024",
				  .seen_hash = "x" };
	struct ts_decision d;

	(void)state;
	ts_decide_seen(&entry, NULL, &report, NOW, &d);
	assert_null(d.move.period);
	entry.seen_period = "2025"; /* newer figures: another edition */
	ts_decide_seen(&entry, NULL, &report, NOW, &d);
	assert_string_equal(d.move.period, "2025");
}

/* ---- failures ----------------------------------------------------------- */

static const struct ts_conf_daemon patience = { .retry_first_s = 300,
						.retry_most_s = 21600,
						.give_up_s = 172800 };

static void
a_failure_is_tried_again_ever_later(void **state)
{
	const struct ts_ending ending = { .code = 75, .words = "no answer" };
	int64_t before = 0;

	(void)state;
	for (int attempts = 0; attempts < 12; attempts++) {
		const struct ts_entry entry = { .id = 7,
						.attempts = attempts,
						.failing_us = NOW - HOUR };
		struct ts_decision d;
		int64_t wait;

		ts_decide_failed(&entry, TS_STAGE_FETCH, &ending, &patience,
				 NOW, &d);
		wait = d.move.next_us - NOW;
		assert_int_equal(d.move.from, TS_STATE_FETCHING);
		assert_int_equal(d.move.to, TS_STATE_DUE);
		assert_int_equal(d.move.attempts, attempts + 1);
		assert_string_equal(d.reason, "fetch: no answer");
		assert_true(wait >= 300 * US && wait <= 23760 * US);
		assert_true(wait >= before - before / 10);
		before = wait;
	}
	assert_true(before >= 21600 * US);
}

static void
two_that_failed_together_do_not_come_back_together(void **state)
{
	const struct ts_ending ending = { .code = 75, .words = "" };
	const struct ts_entry one = { .id = 1 }, two = { .id = 2 };
	struct ts_decision a, b, again;

	(void)state;
	ts_decide_failed(&one, TS_STAGE_FETCH, &ending, &patience, NOW, &a);
	ts_decide_failed(&two, TS_STAGE_FETCH, &ending, &patience, NOW, &b);
	ts_decide_failed(&one, TS_STAGE_FETCH, &ending, &patience, NOW, &again);
	assert_int_not_equal(a.move.next_us, b.move.next_us);
	assert_int_equal(a.move.next_us, again.move.next_us);
}

struct ending_case {
	const char *name;
	struct ts_ending ending;
	int64_t failing_for_us;
	enum ts_state to;
	const char *reason;
};

static const struct ending_case ending_cases[] = {
	{ "a crash",
	  { .code = -11, .words = "" },
	  0,
	  TS_STATE_READY,
	  "render: killed by signal 11" },
	{ "a hang",
	  { .code = -9, .too_late = true, .words = "" },
	  0,
	  TS_STATE_READY,
	  "render: did not end in time" },
	{ "without a word",
	  { .code = 70, .words = "" },
	  0,
	  TS_STATE_READY,
	  "render: ended with status 70" },
	{ "no words at all",
	  { .code = 0, .words = NULL },
	  0,
	  TS_STATE_READY,
	  "render: ended with status 0" },
	{ "a configuration that is being edited",
	  { .code = 78, .words = "configuration: pair.conf:4: what?" },
	  0,
	  TS_STATE_READY,
	  "render: configuration: pair.conf:4: what?" },
	{ "a wrong configuration",
	  { .code = 78, .words = "bad" },
	  0,
	  TS_STATE_FAILED,
	  "render: bad" },
	{ "for too long",
	  { .code = 75, .words = "no answer" },
	  48 * HOUR,
	  TS_STATE_FAILED,
	  "render: given up after 1 tries: no answer" },
	{ "not yet for too long",
	  { .code = 75, .words = "no answer" },
	  47 * HOUR,
	  TS_STATE_READY,
	  "render: no answer" },
};

static void
each_way_to_fail_has_its_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ending_cases / sizeof ending_cases[0];
	     i++) {
		const struct ending_case *c = &ending_cases[i];
		const struct ts_entry entry = {
			.id = 1,
			.failing_us = c->failing_for_us != 0
					      ? NOW - c->failing_for_us
					      : 0,
		};
		struct ts_decision d;

		ts_decide_failed(&entry, TS_STAGE_RENDER, &c->ending, &patience,
				 NOW, &d);
		if (d.move.to != c->to || d.move.from != TS_STATE_RENDERING ||
		    strcmp(d.reason, c->reason) != 0)
			fail_msg("%s: to %s, \"%s\"", c->name,
				 ts_state_name(d.move.to), d.reason);
	}
}

static void
a_worker_that_we_stopped_did_not_fail(void **state)
{
	const struct ts_entry entry = { .attempts = 2, .reason = "before" };
	const struct ts_ending ending = { .code = -15, .stopped = true };
	struct ts_decision d;

	(void)state;
	ts_decide_failed(&entry, TS_STAGE_FETCH, &ending, &patience, NOW, &d);
	assert_int_equal(d.move.to, TS_STATE_DUE);
	assert_int_equal(d.move.attempts, 2);
	assert_int_equal(d.move.next_us, 0);
	assert_string_equal(d.reason, "before");
}

static void
polls_of_a_day_are_counted(void **state)
{
	const struct ts_conf_schedule schedule = { .polls_per_day = 3 };
	int64_t day = NOW / (24 * HOUR);

	(void)state;
	assert_true(ts_decide_poll(&schedule, NOW, day, 2) == NOW);
	assert_true(ts_decide_poll(&schedule, NOW, day, 3) ==
		    (day + 1) * 24 * HOUR);
	assert_true(ts_decide_poll(&schedule, NOW, day - 1, 99) == NOW);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_fetch_showed_decides_what_comes_next),
		cmocka_unit_test(an_edition_keeps_the_number_it_has),
		cmocka_unit_test(a_failure_is_tried_again_ever_later),
		cmocka_unit_test(
			two_that_failed_together_do_not_come_back_together),
		cmocka_unit_test(each_way_to_fail_has_its_end),
		cmocka_unit_test(a_worker_that_we_stopped_did_not_fail),
		cmocka_unit_test(polls_of_a_day_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
