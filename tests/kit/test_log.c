/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fixtures.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <tradestat/event.h>
#include <tradestat/log.h>

/* What one call says on stderr. */
#define SAID(text, ...) SAID_BY(text, ts_log, __VA_ARGS__)
#define SAID_BY(text, function, ...)                                           \
	do {                                                                   \
		int pipe_fd[2], old = dup(STDERR_FILENO);                      \
		ssize_t got;                                                   \
                                                                               \
		assert_int_equal(pipe(pipe_fd), 0);                            \
		dup2(pipe_fd[1], STDERR_FILENO);                               \
		function(__VA_ARGS__);                                         \
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

static void
an_event_reads_like_any_other_line(void **state)
{
	const struct ts_field fields[] = { { "REPORT", "kz-it" },
					   { NULL, NULL } };
	char text[4096];

	(void)state;
	SAID_BY(text, ts_event, TS_LOG_NOTICE, &ts_event_held, "kz-it", fields,
		"held by gate %s", "fresh");
	assert_string_equal(text, "notice: kz-it: held by gate fresh\n");
	SAID_BY(text, ts_event, TS_LOG_INFO, &ts_event_held, "kz-it", fields,
		"below the level");
	assert_string_equal(text, "");
}

static void
a_place_cannot_forge_a_line_either(void **state)
{
	char text[4096];

	(void)state;
	SAID(text, TS_LOG_WARN, "x\nerror", "said");
	assert_string_equal(text, "warning: x\\x0aerror: said\n");
}

/* ---- the journal ----------------------------------------------------------
 */

static void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		print_message("%s cannot be written\n", path);
	close(fd);
}

/*
 * A journal of our own: libsystemd knows one address only, so this process
 * gets a /run of its own first. Returns the socket, or skips where neither
 * root nor a user namespace can be had.
 */
static int
own_journal(void)
{
	static int journal = -1;
	struct sockaddr_un to = { .sun_family = AF_UNIX,
				  .sun_path = "/run/systemd/journal/socket" };
	char map[64];
	uid_t uid = getuid();
	gid_t gid = getgid();
	struct timeval second = { .tv_sec = 1 };

	if (journal >= 0)
		return journal;
	if (unshare(CLONE_NEWNS) != 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
			skip();
		write_file("/proc/self/setgroups", "deny");
		snprintf(map, sizeof map, "0 %u 1", (unsigned)uid);
		write_file("/proc/self/uid_map", map);
		snprintf(map, sizeof map, "0 %u 1", (unsigned)gid);
		write_file("/proc/self/gid_map", map);
	}
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL) != 0)
		skip();
	assert_int_equal(mkdir("/run/systemd", 0755), 0);
	assert_int_equal(mkdir("/run/systemd/journal", 0755), 0);
	journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(journal >= 0);
	assert_int_equal(bind(journal, (struct sockaddr *)&to, sizeof to), 0);
	setsockopt(journal, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
	return journal;
}

/* Makes JOURNAL_STREAM name what stderr is, or the one beside it. */
static void
name_stream(ino_t beside)
{
	char text[64];
	struct stat st;

	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(text, sizeof text, "%ju:%ju", (uintmax_t)st.st_dev,
		 (uintmax_t)(st.st_ino + beside));
	setenv("JOURNAL_STREAM", text, 1);
}

static const char *
received(int journal, char *text, size_t room)
{
	ssize_t got = recv(journal, text, room - 1, 0);

	assert_true(got >= 0);
	text[got] = '\0';
	return text;
}

static void
the_journal_gets_fields(void **state)
{
	const struct ts_field fields[] = {
		{ "REPORT", "kz-it" },
		{ "PERIOD", NULL },
		{ "REASON", "two\nMESSAGE_ID=lines" },
		{ "lower", "refused" },
		{ "A=B", "refused" },
		{ "", "refused" },
		{ NULL, NULL },
	};
	char text[8192];
	int journal = own_journal();

	(void)state;
	name_stream(0);
	ts_event(TS_LOG_WARN, &ts_event_held, "kz-it", fields, "held: %s",
		 "a\tb");
	assert_string_equal(received(journal, text, sizeof text),
			    "MESSAGE=kz-it: held: a\\x09b\n"
			    "PRIORITY=4\n"
			    "SYSLOG_IDENTIFIER=test_log\n"
			    "TRADESTAT_PLACE=kz-it\n"
			    "MESSAGE_ID=f4328a01248f45ee9bfc8b1dcd47c246\n"
			    "TRADESTAT_EVENT=held\n"
			    "TRADESTAT_REPORT=kz-it\n"
			    "TRADESTAT_REASON=two\\x0aMESSAGE_ID=lines\n");
	unsetenv("JOURNAL_STREAM");
}

/* Of a process that ended journald finds no unit; of a stream it knows it. */
static void
a_line_without_a_class_stays_in_the_stream(void **state)
{
	char text[4096];
	int pipe_fd[2], journal = own_journal(), old = dup(STDERR_FILENO);
	ssize_t got;

	(void)state;
	assert_int_equal(pipe(pipe_fd), 0);
	dup2(pipe_fd[1], STDERR_FILENO);
	close(pipe_fd[1]);
	name_stream(0);
	ts_log(TS_LOG_ERR, "store", "damaged");
	unsetenv("JOURNAL_STREAM");
	dup2(old, STDERR_FILENO);
	close(old);
	got = read(pipe_fd[0], text, sizeof text - 1);
	close(pipe_fd[0]);
	assert_true(got > 0);
	text[got] = '\0';
	assert_string_equal(text, "<3>store: damaged\n");
	assert_int_equal(recv(journal, text, sizeof text, MSG_DONTWAIT), -1);
}

static void
a_stderr_that_was_redirected_is_not_the_journal(void **state)
{
	char text[4096];
	int journal = own_journal();

	(void)state;
	name_stream(1);
	SAID_BY(text, ts_event, TS_LOG_ERR, &ts_event_failed, "store", NULL,
		"damaged");
	assert_string_equal(text, "<3>store: damaged\n");
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(recv(journal, text, sizeof text, MSG_DONTWAIT), -1);
}

static void
no_entry_grows_past_its_bounds(void **state)
{
	struct ts_field fields[TS_FIELDS_MAX + 9];
	char value[3000], text[65536];
	int journal = own_journal(), told = 0;

	(void)state;
	memset(value, 'x', sizeof value);
	value[sizeof value - 1] = '\0';
	for (int i = 0; i < TS_FIELDS_MAX + 8; i++)
		fields[i] = (struct ts_field){ "REASON", value };
	fields[TS_FIELDS_MAX + 8] = (struct ts_field){ NULL, NULL };
	name_stream(0);
	ts_event(TS_LOG_ERR, &ts_event_failed, value, fields, "%s", value);
	received(journal, text, sizeof text);
	unsetenv("JOURNAL_STREAM");
	assert_true(strlen(text) < 12000);
	for (char *at = text; (at = strstr(at, "TRADESTAT_REASON=")) != NULL;
	     told++) {
		assert_int_equal(strcspn(at, "\n"),
				 strlen("TRADESTAT_REASON=") + 500);
		at++;
	}
	assert_int_equal(told, TS_FIELDS_MAX);
}

/* ---- the catalogue ------------------------------------------------------- */

#define ONE_ROW(class, id) &ts_event_##class,
static const struct ts_event_kind *const all[] = { TS_EVENTS(ONE_ROW) };
#define EVENT_COUNT (sizeof all / sizeof all[0])

static char *
catalogue(void)
{
	static char text[65536];
	FILE *file = fopen("systemd/tradestatd.catalog", "re");
	size_t got;

	assert_non_null(file);
	got = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	assert_true(got > 0 && got < sizeof text - 1);
	text[got] = '\0';
	return text;
}

static void
every_event_has_an_id_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < EVENT_COUNT; i++) {
		assert_int_equal(strlen(all[i]->id), 32);
		assert_int_equal(strspn(all[i]->id, "0123456789abcdef"), 32);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(all[i]->id, all[j]->id);
	}
}

static void
every_event_is_explained_and_nothing_else(void **state)
{
	char head[64], *text = catalogue();
	size_t entries = 0;

	(void)state;
	for (size_t i = 0; i < EVENT_COUNT; i++) {
		snprintf(head, sizeof head, "\n-- %s\nSubject: ", all[i]->id);
		if (strstr(text, head) == NULL)
			fail_msg("%s is not in the catalogue", all[i]->name);
	}
	for (char *at = text; (at = strstr(at, "\n-- ")) != NULL; at++)
		entries++;
	assert_int_equal(entries, EVENT_COUNT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_names_level_and_place),
		cmocka_unit_test(the_journal_reads_the_level_from_a_prefix),
		cmocka_unit_test(what_is_below_the_level_is_not_said),
		cmocka_unit_test(foreign_text_stays_in_its_line),
		cmocka_unit_test(an_event_reads_like_any_other_line),
		cmocka_unit_test(a_place_cannot_forge_a_line_either),
		cmocka_unit_test(every_event_has_an_id_of_its_own),
		cmocka_unit_test(every_event_is_explained_and_nothing_else),
		cmocka_unit_test(the_journal_gets_fields),
		cmocka_unit_test(a_line_without_a_class_stays_in_the_stream),
		cmocka_unit_test(
			a_stderr_that_was_redirected_is_not_the_journal),
		cmocka_unit_test(no_entry_grows_past_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
