/* SPDX-License-Identifier: Apache-2.0 */
/* What systemd hears, on a socket that stands for it. */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tradestat/clock.h>

#include "daemon/supervise/health.h"

#define DAY_US (INT64_C(86400) * 1000000)

struct manager {
	int fd;
	char *dir;
	struct ts_health *health;
	char heard[2048];
};

static int
start(void **state)
{
	struct manager *manager = calloc(1, sizeof *manager);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct ts_err err;

	manager->dir = temp_dir();
	snprintf(address.sun_path, sizeof address.sun_path, "%s/notify",
		 manager->dir);
	manager->fd =
		socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(
		bind(manager->fd, (struct sockaddr *)&address, sizeof address),
		0);
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	if (ts_health_new(NULL, &manager->health, &err) != TS_OK)
		fail_msg("%s", err.text);
	*state = manager;
	return 0;
}

static int
stop(void **state)
{
	struct manager *manager = *state;

	ts_health_free(manager->health);
	close(manager->fd);
	temp_gone(manager->dir);
	unsetenv("NOTIFY_SOCKET");
	free(manager);
	return 0;
}

/* The next message; "" when there is none. */
static const char *
hear(struct manager *manager)
{
	ssize_t got = recv(manager->fd, manager->heard,
			   sizeof manager->heard - 1, MSG_DONTWAIT);

	manager->heard[got > 0 ? got : 0] = '\0';
	return manager->heard;
}

static void
a_status_is_sent_when_it_is_another_one(void **state)
{
	struct manager *manager = *state;

	ts_health_say(manager->health, "idle; queue 0");
	assert_string_equal(hear(manager), "STATUS=idle; queue 0");
	ts_health_say(manager->health, "idle; queue 0");
	assert_string_equal(hear(manager), "");
	ts_health_say(manager->health, "idle; queue 1");
	assert_string_equal(hear(manager), "STATUS=idle; queue 1");
}

static void
a_status_cannot_bring_an_assignment_of_its_own(void **state)
{
	struct manager *manager = *state;

	ts_health_say(manager->health, "held: bad\nSTOPPING=1");
	assert_null(strchr(hear(manager), '\n'));
}

static void
a_reload_ends_with_ready_and_keeps_its_status(void **state)
{
	struct manager *manager = *state;

	ts_health_ready(manager->health, "idle");
	assert_string_equal(hear(manager), "READY=1\nSTATUS=idle");
	ts_health_reloading(manager->health, 1234567);
	assert_string_equal(hear(manager), "RELOADING=1\nMONOTONIC_USEC=1234567"
					   "\nSTATUS=idle");
	ts_health_ready(manager->health, NULL);
	assert_string_equal(hear(manager), "READY=1\nSTATUS=idle");
	ts_health_say(manager->health, "idle");
	assert_string_equal(hear(manager), "");
}

static void
the_end_is_told_with_its_reason(void **state)
{
	struct manager *manager = *state;

	ts_health_extend(manager->health, 20000000);
	assert_string_equal(hear(manager), "EXTEND_TIMEOUT_USEC=20000000");
	ts_health_stopping(manager->health, "waiting for 1 worker");
	assert_string_equal(hear(manager),
			    "STOPPING=1\nSTATUS=waiting for 1 worker");
	ts_health_errno(manager->health, 5);
	assert_string_equal(hear(manager),
			    "ERRNO=5\nSTATUS=waiting for 1 worker");
}

static void
the_loop_feeds_the_watchdog(void **state)
{
	struct manager *manager = *state;
	struct ts_health *watched = NULL;
	sd_event *event = NULL;
	struct ts_err err;
	int64_t within;
	int i, fed = 0;

	assert_false(ts_health_is_watched(manager->health, &within));
	setenv("WATCHDOG_USEC", "40000", 1);
	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(ts_health_new(event, &watched, &err), TS_OK);
	assert_true(ts_health_is_watched(watched, &within));
	assert_int_equal(within, 40000);
	for (i = 0; i < 20 && fed < 3; i++) {
		assert_true(sd_event_run(event, 100000) >= 0);
		while (hear(manager)[0] != '\0')
			fed += strstr(manager->heard, "WATCHDOG=1") != NULL;
	}
	assert_true(fed >= 3);
	ts_health_free(watched);
	sd_event_unref(event);
	unsetenv("WATCHDOG_USEC");
}

static void
without_a_manager_nothing_happens(void **state)
{
	struct manager *manager = *state;

	unsetenv("NOTIFY_SOCKET");
	ts_health_ready(manager->health, "idle");
	ts_health_say(manager->health, "busy");
	assert_string_equal(hear(manager), "");
}

/* ---- the line --------------------------------------------------------- */

static int64_t
at(const char *text)
{
	struct ts_err err;
	int64_t us = 0;

	if (ts_time_parse(text, &us, &err) != TS_OK)
		fail_msg("%s", err.text);
	return us;
}

static void
the_line_says_what_comes_next(void **state)
{
	static const struct {
		const char *name, *zone, *next, *report, *state, *note;
		size_t held, queue;
		const char *line;
	} cases[] = {
		{ "idle", "Asia/Almaty", "2026-12-01T03:00:00Z", "kz-it",
		  "idle", NULL, 2, 0,
		  "idle; next kz-it Tue 08:00 +05; 2 held; queue 0" },
		{ "in a zone with a name", "Europe/Rome",
		  "2026-11-27T06:30:00Z", "kz-it", "idle", "", 0, 1,
		  "idle; next kz-it Fri 07:30 CET; queue 1" },
		{ "more than six days away", "Europe/Rome",
		  "2026-12-24T05:00:00Z", "x", "idle", NULL, 0, 0,
		  "idle; next x 2026-12-24 06:00 CET; queue 0" },
		{ "another day there than in London", "Asia/Almaty",
		  "2026-11-26T20:15:00Z", "x", "idle", NULL, 0, 0,
		  "idle; next x Fri 01:15 +05; queue 0" },
		{ "without a zone", NULL, "2026-11-26T20:15:00Z", "x", "idle",
		  NULL, 0, 0, "idle; next x Thu 20:15 UTC; queue 0" },
		{ "nothing is due", NULL, "2026-11-26T20:15:00Z", NULL,
		  "fetching x", "reload refused", 0, 3,
		  "fetching x; queue 3; reload refused" },
		{ "overdue", NULL, "2026-11-24T20:15:00Z", "x", "storage full",
		  NULL, 0, 1,
		  "storage full; next x 2026-11-24 20:15 UTC; queue 1" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		TS_AUTO_BUF out = TS_BUF_INIT(1024);
		struct ts_zone *zone = NULL;
		struct ts_health_line line = { .state = cases[i].state,
					       .report = cases[i].report,
					       .next_us = at(cases[i].next),
					       .held = cases[i].held,
					       .queue = cases[i].queue,
					       .note = cases[i].note };
		struct ts_err err;

		if (cases[i].zone != NULL &&
		    ts_zone_open(cases[i].zone, &zone, &err) != TS_OK)
			fail_msg("%s", err.text);
		line.zone = zone;
		ts_health_line(&line, at("2026-11-25T12:00:00Z"), &out);
		if (strcmp(out.data, cases[i].line) != 0)
			fail_msg("%s: \"%s\"", cases[i].name, out.data);
		ts_zone_free(zone);
	}
}

static void
a_clock_before_what_is_known_is_not_believed(void **state)
{
	int64_t build = at("2026-11-01T00:00:00Z");
	int64_t newest = at("2026-11-20T12:00:00Z");

	(void)state;
	assert_true(ts_clock_is_sane(newest + 1, build, newest));
	/* retrieved by a clock that was a little ahead */
	assert_true(ts_clock_is_sane(newest - DAY_US, build, newest));
	assert_false(ts_clock_is_sane(newest - DAY_US - 1, build, newest));
	assert_false(ts_clock_is_sane(build - 1, build, 0));
	assert_true(ts_clock_is_sane(build, build, 0));
	assert_false(ts_clock_is_sane(0, build, newest));
	assert_true(ts_build_us() >= 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_status_is_sent_when_it_is_another_one, start, stop),
		cmocka_unit_test_setup_teardown(
			a_status_cannot_bring_an_assignment_of_its_own, start,
			stop),
		cmocka_unit_test_setup_teardown(
			a_reload_ends_with_ready_and_keeps_its_status, start,
			stop),
		cmocka_unit_test_setup_teardown(the_end_is_told_with_its_reason,
						start, stop),
		cmocka_unit_test_setup_teardown(the_loop_feeds_the_watchdog,
						start, stop),
		cmocka_unit_test_setup_teardown(
			without_a_manager_nothing_happens, start, stop),
		cmocka_unit_test(the_line_says_what_comes_next),
		cmocka_unit_test(a_clock_before_what_is_known_is_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
