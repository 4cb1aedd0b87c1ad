/* SPDX-License-Identifier: Apache-2.0 */
/* Peers that are slow, silent, endless, gone or not allowed, and one that
 * only wants an answer. */
#include "tests/support/fixtures.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tradestat/clock.h>
#include <tradestat/file.h>
#include "daemon/supervise/control_server.h"

#define NOBODY 65534

struct house {
	char *folder;
	char runtime[300];
	sd_event *event;
	struct ts_control_server *server;
	int asked;
	size_t answer_lines;
	uid_t peer;
	struct ts_err err;
};

static enum ts_status
handle(void *ctx, const struct ts_request_line *request, uid_t peer,
       struct ts_buf *reply, struct ts_err *err)
{
	struct house *house = ctx;
	size_t i;

	house->asked++;
	house->peer = peer;
	if (request->command == TS_COMMAND_PAUSE)
		return ts_fail(err, TS_NO_INPUT, "no report \"%s\"\nok",
			       request->words[0]);
	for (i = 0; i < house->answer_lines; i++)
		ts_control_put(reply, "line", "%zu of a long answer", i);
	ts_control_put(reply, "done", "%s", ts_command_name(request->command));
	return TS_OK;
}

static int
enter(void **state)
{
	static struct house house;

	house = (struct house){ .folder = temp_dir() };
	assert_int_equal(chmod(house.folder, 0755), 0);
	snprintf(house.runtime, sizeof house.runtime, "%s/run", house.folder);
	assert_true(sd_event_new(&house.event) >= 0);
	if (ts_control_server_new(house.event, house.runtime, handle, &house,
				  &house.server, &house.err) != TS_OK)
		fail_msg("%s", house.err.text);
	*state = &house;
	return 0;
}

static int
leave(void **state)
{
	struct house *house = *state;

	ts_control_server_free(house->server);
	sd_event_unref(house->event);
	temp_gone(house->folder);
	return 0;
}

/* ---- raw peers -------------------------------------------------------------
 */

static void
address_of(const struct house *house, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	assert_true(snprintf(address->sun_path, sizeof address->sun_path,
			     "%s/control",
			     house->runtime) < (int)sizeof address->sun_path);
}

static int
peer_of(const struct house *house)
{
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address_of(house, &address);
	assert_true(fd >= 0);
	assert_int_equal(
		connect(fd, (const struct sockaddr *)&address, sizeof address),
		0);
	return fd;
}

static int64_t
mono_ms(void)
{
	return ts_clock_system()->mono_us(ts_clock_system()) / 1000;
}

/* Turns the loop until nothing happens for ms. */
static void
turn(struct house *house, int ms)
{
	while (sd_event_run(house->event, (uint64_t)ms * 1000) > 0)
		continue;
}

static void
write_to(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL),
			 strlen(text));
}

/* What the peer hears until it is closed; the length. */
static size_t
all_from(struct house *house, int fd, char *text, size_t size)
{
	int64_t until = mono_ms() + 8000;
	size_t used = 0;

	text[0] = '\0';
	while (mono_ms() < until) {
		ssize_t got =
			recv(fd, text + used, size - used - 1, MSG_DONTWAIT);

		if (got == 0 || (got < 0 && errno != EAGAIN))
			return used;
		if (got > 0) {
			used += (size_t)got;
			text[used] = '\0';
		}
		assert_true(sd_event_run(house->event, 10000) >= 0);
	}
	fail_msg("the connection stays open");
	return 0;
}

static int
descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

/* ---- the tool's own side ---------------------------------------------------
 */

struct asking {
	const char *runtime, *line;
	struct ts_buf reply;
	enum ts_status status;
	struct ts_err err;
	_Atomic bool done;
};

static void *
ask(void *ctx)
{
	struct asking *asking = ctx;

	asking->status = ts_control_ask(asking->runtime, asking->line,
					&asking->reply, &asking->err);
	asking->done = true;
	return NULL;
}

static void
ask_and_turn(struct house *house, struct asking *asking)
{
	pthread_t thread;

	asking->runtime = house->runtime;
	asking->reply = (struct ts_buf)TS_BUF_INIT(TS_CONTROL_REPLY);
	assert_int_equal(pthread_create(&thread, NULL, ask, asking), 0);
	while (!asking->done)
		assert_true(sd_event_run(house->event, 10000) >= 0);
	pthread_join(thread, NULL);
	turn(house, 20);
}

static void
the_tool_gets_its_answer(void **state)
{
	struct house *house = *state;
	struct asking asking = { .line = "run kz-it force" };
	char value[64];

	ask_and_turn(house, &asking);
	assert_int_equal(asking.status, TS_OK);
	assert_string_equal(ts_control_value(asking.reply.data, "done", 0,
					     value, sizeof value),
			    "run");
	assert_int_equal(house->peer, getuid());
	assert_int_equal(ts_control_server_count(house->server), 0);
	ts_buf_free(&asking.reply);
}

static void
a_refusal_arrives_with_status_and_words(void **state)
{
	struct house *house = *state;
	struct asking asking = { .line = "pause kz-it" };

	ask_and_turn(house, &asking);
	assert_int_equal(asking.status, TS_NO_INPUT);
	assert_string_equal(asking.err.text, "no report \"kz-it\"\\x0aok");
	ts_buf_free(&asking.reply);
}

static void
a_long_answer_arrives_whole(void **state)
{
	struct house *house = *state;
	struct asking asking = { .line = "status" };
	char value[64];

	house->answer_lines = 25000; /* more than a socket takes at once */
	ask_and_turn(house, &asking);
	if (asking.status != TS_OK)
		fail_msg("%s", asking.err.text);
	assert_string_equal(ts_control_value(asking.reply.data, "line", 24999,
					     value, sizeof value),
			    "24999 of a long answer");
	ts_buf_free(&asking.reply);
	/* and one past the ceiling is an error, not half of it */
	house->answer_lines = 80000;
	asking.done = false;
	ask_and_turn(house, &asking);
	assert_int_equal(asking.status, TS_BAD_DATA);
	assert_non_null(strstr(asking.err.text, "the answer"));
	ts_buf_free(&asking.reply);
}

static void
no_daemon_is_told_from_one_that_is_silent(void **state)
{
	struct house *house = *state;
	struct sockaddr_un address;
	struct asking asking = { .line = "ping",
				 .runtime = house->runtime,
				 .reply = TS_BUF_INIT(4096) };
	char far[200];
	int fd, taken;
	int64_t began;

	ts_control_server_free(house->server);
	house->server = NULL;
	(void)ask(&asking);
	assert_int_equal(asking.status, TS_UNAVAILABLE);
	/* a socket that was left behind */
	address_of(house, &address);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	(void)ask(&asking);
	assert_int_equal(asking.status, TS_UNAVAILABLE);
	/* one that listens and says nothing */
	assert_int_equal(listen(fd, 4), 0);
	began = mono_ms();
	(void)ask(&asking);
	assert_int_equal(asking.status, TS_AGAIN);
	assert_in_range(mono_ms() - began, 4900, 7000);
	taken = accept(fd, NULL, NULL);
	close(taken);
	close(fd);
	memset(far, 'x', sizeof far - 1);
	far[0] = '/';
	far[sizeof far - 1] = '\0';
	asking.runtime = far;
	(void)ask(&asking);
	assert_int_equal(asking.status, TS_BAD_CONFIG);
	ts_buf_free(&asking.reply);
}

/* ---- peers that misbehave --------------------------------------------------
 */

static void
slow_and_silent_peers_go_after_five_seconds(void **state)
{
	struct house *house = *state;
	struct asking asking = { .line = "ping" };
	int silent = peer_of(house), slow = peer_of(house);
	int deaf = peer_of(house);
	int64_t began = mono_ms();
	char byte = 0;
	int i, gone = 0;

	/* one that asks and never reads */
	house->answer_lines = 25000;
	write_to(deaf, "status\n");
	turn(house, 20);
	house->answer_lines = 0;
	for (i = 0; i < 100 && gone < 2; i++) {
		(void)send(slow, "p", 1, MSG_NOSIGNAL);
		turn(house, 80);
		if (i == 2) {
			/* meanwhile others are served */
			ask_and_turn(house, &asking);
			assert_int_equal(asking.status, TS_OK);
			assert_true(mono_ms() - began < 4000);
			assert_int_equal(ts_control_server_count(house->server),
					 3);
		}
		gone = (recv(silent, &byte, 1, MSG_DONTWAIT) == 0) +
		       (send(slow, "", 0, MSG_NOSIGNAL) < 0 ||
			recv(slow, &byte, 1, MSG_DONTWAIT) >= 0);
	}
	assert_in_range(mono_ms() - began, 4900, 8000);
	assert_int_equal(ts_control_server_count(house->server), 0);
	assert_int_equal(house->asked, 2);
	close(silent);
	close(slow);
	close(deaf);
	ts_buf_free(&asking.reply);
}

static void
an_endless_request_is_cut_off(void **state)
{
	struct house *house = *state;
	char flood[4096], text[256];
	int fd = peer_of(house);

	memset(flood, 'a', sizeof flood);
	assert_int_equal(send(fd, flood, sizeof flood, MSG_NOSIGNAL),
			 sizeof flood);
	all_from(house, fd, text, sizeof text);
	assert_string_equal(text, "error bad usage a request has less than "
				  "1024 bytes\n\n");
	assert_int_equal(house->asked, 0);
	close(fd);
}

static void
rubbish_is_answered_and_changes_nothing(void **state)
{
	static const char *const cases[] = {
		"\n",         "GET / HTTP/1.1\r\n", "pause kz-it; reload\n",
		"\xff\xfe\n", "pause ../kz\n",
	};
	struct house *house = *state;
	char text[512];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int fd = peer_of(house);

		write_to(fd, cases[i]);
		all_from(house, fd, text, sizeof text);
		assert_int_equal(strncmp(text, "error bad usage ", 16), 0);
		assert_string_equal(strchr(text, '\n'), "\n\n");
		close(fd);
	}
	assert_int_equal(house->asked, 0);
}

static void
one_request_a_connection(void **state)
{
	struct house *house = *state;
	char text[512];
	int fd = peer_of(house);

	/* in pieces, and with another one behind it */
	write_to(fd, "pi");
	turn(house, 20);
	write_to(fd, "ng\nreload\n");
	all_from(house, fd, text, sizeof text);
	assert_string_equal(text, "ok\ndone ping\n\n");
	assert_int_equal(house->asked, 1);
	close(fd);
}

static void
peers_that_vanish_leave_nothing_behind(void **state)
{
	struct house *house = *state;
	struct asking asking = { .line = "ping" };
	int before;

	/* the loop makes a timer's descriptor once, and keeps it */
	ask_and_turn(house, &asking);
	ts_buf_free(&asking.reply);
	before = descriptors();
	house->answer_lines = 20000;
	for (int i = 0; i < 150; i++) {
		int fd = peer_of(house);

		if (i % 3 == 1)
			write_to(fd, "pi");
		if (i % 3 == 2)
			write_to(fd, "status\n");
		if (i % 2 == 0)
			turn(house, 0);
		close(fd);
		turn(house, 1);
	}
	turn(house, 20);
	assert_int_equal(ts_control_server_count(house->server), 0);
	assert_int_equal(descriptors(), before);
}

static void
no_more_than_sixteen_at_once(void **state)
{
	struct house *house = *state;
	int fds[20];
	char text[256];

	for (int i = 0; i < 20; i++) {
		fds[i] = peer_of(house);
		turn(house, 1);
	}
	assert_int_equal(ts_control_server_count(house->server), 16);
	all_from(house, fds[19], text, sizeof text);
	assert_string_equal(text, "error again too many ask at once\n\n");
	for (int i = 0; i < 20; i++)
		close(fds[i]);
	turn(house, 20);
	assert_int_equal(ts_control_server_count(house->server), 0);
}

/* ---- rights ----------------------------------------------------------------
 */

/* Ends with the status of the answer; as another user. */
static pid_t
ask_as_nobody(const struct house *house, const char *line)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct ts_buf reply = TS_BUF_INIT(4096);
		struct ts_err err;

		if (setresuid(NOBODY, NOBODY, NOBODY) != 0)
			_exit(100);
		_exit((int)ts_control_ask(house->runtime, line, &reply, &err));
	}
	assert_true(pid > 0);
	return pid;
}

static int
end_of(struct house *house, pid_t pid)
{
	int64_t until = mono_ms() + 10000;
	int status;

	while (mono_ms() < until) {
		assert_true(sd_event_run(house->event, 10000) >= 0);
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return -1;
}

static void
others_may_look_and_not_touch(void **state)
{
	struct house *house = *state;

	if (getuid() != 0)
		skip();
	assert_int_equal(end_of(house, ask_as_nobody(house, "status")), TS_OK);
	assert_int_equal(house->peer, NOBODY);
	assert_int_equal(house->asked, 1);
	assert_int_equal(end_of(house, ask_as_nobody(house, "resume kz-it")),
			 TS_REFUSED);
	assert_int_equal(end_of(house, ask_as_nobody(house, "reload")),
			 TS_REFUSED);
	assert_int_equal(house->asked, 1);
}

/* Twelve connections of somebody else, kept until the pipe is closed. */
static void
crowd(const struct house *house, int keep)
{
	char byte;

	if (setresuid(NOBODY, NOBODY, NOBODY) != 0)
		_exit(100);
	for (int i = 0; i < 12; i++)
		(void)peer_of(house);
	while (read(keep, &byte, 1) > 0)
		continue;
	_exit(0);
}

static void
others_cannot_keep_the_operator_out(void **state)
{
	struct house *house = *state;
	struct asking asking = { .line = "reload" };
	int keep[2];
	pid_t pid;

	if (getuid() != 0)
		skip();
	assert_int_equal(pipe(keep), 0);
	pid = fork();
	if (pid == 0) {
		close(keep[1]);
		crowd(house, keep[0]);
	}
	assert_true(pid > 0);
	turn(house, 300);
	assert_int_equal(ts_control_server_count(house->server), 8);
	ask_and_turn(house, &asking);
	assert_int_equal(asking.status, TS_OK);
	close(keep[0]);
	close(keep[1]);
	assert_int_equal(end_of(house, pid), 0);
	ts_buf_free(&asking.reply);
}

/* ---- the socket's file -----------------------------------------------------
 */

static void
a_second_daemon_is_refused_and_a_dead_one_replaced(void **state)
{
	struct house *house = *state;
	struct ts_control_server *second = NULL;
	struct sockaddr_un address;
	struct stat info;
	int fd;

	assert_int_equal(ts_control_server_new(house->event, house->runtime,
					       handle, house, &second,
					       &house->err),
			 TS_AGAIN);
	assert_non_null(strstr(house->err.text, "another daemon answers"));
	/* which did not take the first one's socket away */
	address_of(house, &address);
	assert_int_equal(stat(address.sun_path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0666);
	assert_int_equal(stat(house->runtime, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0755);
	ts_control_server_free(house->server);
	assert_int_equal(access(address.sun_path, F_OK), -1);
	/* what a killed one leaves behind */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
	close(fd);
	if (ts_control_server_new(house->event, house->runtime, handle, house,
				  &house->server, &house->err) != TS_OK)
		fail_msg("%s", house->err.text);
}

static void
a_file_in_its_place_is_left_alone(void **state)
{
	struct house *house = *state;
	struct ts_control_server *server = NULL;
	struct sockaddr_un address;

	ts_control_server_free(house->server);
	house->server = NULL;
	address_of(house, &address);
	assert_int_equal(
		ts_file_write(address.sun_path, "mine", 4, 0600, &house->err),
		TS_OK);
	assert_int_equal(ts_control_server_new(house->event, house->runtime,
					       handle, house, &server,
					       &house->err),
			 TS_BAD_CONFIG);
	assert_int_equal(access(address.sun_path, F_OK), 0);
}

#define AT_HOME(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		AT_HOME(the_tool_gets_its_answer),
		AT_HOME(a_refusal_arrives_with_status_and_words),
		AT_HOME(a_long_answer_arrives_whole),
		AT_HOME(no_daemon_is_told_from_one_that_is_silent),
		AT_HOME(slow_and_silent_peers_go_after_five_seconds),
		AT_HOME(an_endless_request_is_cut_off),
		AT_HOME(rubbish_is_answered_and_changes_nothing),
		AT_HOME(one_request_a_connection),
		AT_HOME(peers_that_vanish_leave_nothing_behind),
		AT_HOME(no_more_than_sixteen_at_once),
		AT_HOME(others_may_look_and_not_touch),
		AT_HOME(others_cannot_keep_the_operator_out),
		AT_HOME(a_second_daemon_is_refused_and_a_dead_one_replaced),
		AT_HOME(a_file_in_its_place_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
