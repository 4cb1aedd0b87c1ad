/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/log.h>

/* What one call says on stderr. */
#define SAID(text, ...)                                                        \
	do {                                                                   \
		int pipe_fd[2], old = dup(STDERR_FILENO);                      \
		ssize_t got;                                                   \
                                                                               \
		assert_int_equal(pipe(pipe_fd), 0);                            \
		dup2(pipe_fd[1], STDERR_FILENO);                               \
		ts_log(__VA_ARGS__);                                           \
		dup2(old, STDERR_FILENO);                                      \
		close(old);                                                    \
		close(pipe_fd[1]);                                             \
		got = read(pipe_fd[0], text, sizeof text - 1);                 \
		close(pipe_fd[0]);                                             \
		text[got > 0 ? got : 0] = '\0';                                \
	} while (0)

static void
a_line_names_level_and_place(void **state)
{
	char text[4096];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	SAID(text, TS_LOG_WARN, "fetch", "%s: %d products set aside",
	     "comtrade", 3);
	assert_string_equal(text,
			    "warning: fetch: comtrade: 3 products set aside\n");
}

static void
the_journal_reads_the_level_from_a_prefix(void **state)
{
	char text[4096];

	(void)state;
	setenv("JOURNAL_STREAM", "9:1", 1);
	SAID(text, TS_LOG_ERR, "mail", "relay refused");
	unsetenv("JOURNAL_STREAM");
	assert_string_equal(text, "<3>mail: relay refused\n");
}

static void
what_is_below_the_level_is_not_said(void **state)
{
	char text[4096];

	(void)state;
	SAID(text, TS_LOG_INFO, "loop", "idle");
	assert_string_equal(text, "");
	ts_log_level(TS_LOG_DEBUG);
	SAID(text, TS_LOG_DEBUG, "loop", "idle");
	assert_string_equal(text, "debug: loop: idle\n");
	ts_log_level(TS_LOG_ERR);
	SAID(text, TS_LOG_WARN, "loop", "late");
	assert_string_equal(text, "");
	ts_log_level(TS_LOG_NOTICE);
}

static void
foreign_text_stays_in_its_line(void **state)
{
	char text[4096], long_text[5000];

	(void)state;
	SAID(text, TS_LOG_WARN, "fetch", "%s", "a\nerror: mail: b\033[2J");
	assert_string_equal(text,
			    "warning: fetch: a\\x0aerror: mail: b\\x1b[2J\n");
	memset(long_text, 'x', sizeof long_text);
	long_text[sizeof long_text - 1] = '\0';
	SAID(text, TS_LOG_WARN, "fetch", "%s", long_text);
	assert_int_equal(strlen(text), 2000);
	assert_int_equal(text[1999], '\n');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_names_level_and_place),
		cmocka_unit_test(the_journal_reads_the_level_from_a_prefix),
		cmocka_unit_test(what_is_below_the_level_is_not_said),
		cmocka_unit_test(foreign_text_stays_in_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
