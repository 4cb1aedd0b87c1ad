/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker has three event sources: its pidfd (it has ended), the pipe of its
 * standard output (it speaks) and one timer (the deadline first, the end of
 * the grace afterwards). It is reaped in one place only, so that until then
 * its number, and that of its group, cannot belong to anybody else.
 */
#include "daemon/supervise/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tradestat/clock.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include <tradestat/text.h>
#include "daemon/supervise/worker_strays.h"

#define ACCURACY_US 50000         /* of a deadline */
#define READ_MOST ((size_t)65536) /* of its output at one go of the loop */

/* After a worker's end strays are ended at once, so that what comes next
 * meets no lock of theirs; those that take longer are looked at again. */
#define ROUNDS_NOW 200
#define ROUNDS_LATER 5
#define LATER_US 50000
#define ROUNDS_LAST 500 /* when all is over */
#define KILLED_MS                                                              \
	2000 /* one that was killed and is not gone by then waits              \
		for a disk, and is left to the init process */

struct ts_workers {
	sd_event *event;
	struct ts_worker *first;
	sd_event_source *later; /* armed while strays are left */
	bool was_reaper;
};

struct ts_worker {
	struct ts_workers *all;
	struct ts_worker *next;
	struct ts_child child; /* pid -1: reaped */
	int pidfd, words_fd;
	sd_event_source *on_end, *on_words, *on_time;
	int64_t began_us, grace_us;
	bool told, killed; /* SIGTERM, SIGKILL */
	bool too_late, stopped;
	char words[TS_LAST_WORDS];
	size_t used;
	ts_worker_done *done;
	void *ctx;
};

static int64_t
now_us(void)
{
	const struct ts_clock *clock = ts_clock_system();

	return clock->mono_us(clock);
}

static enum ts_status
fail_event(struct ts_err *err, int result, const char *what)
{
	return ts_fail_errno(err, -result, "watch a worker: %s", what);
}

/* ---- strays -------------------------------------------------------------- */

static bool
is_worker(void *ctx, pid_t pid)
{
	const struct ts_workers *workers = ctx;

	for (const struct ts_worker *worker = workers->first; worker != NULL;
	     worker = worker->next)
		if (worker->child.pid == pid)
			return true;
	return false;
}

static int
on_later(sd_event_source *source, uint64_t usec, void *ctx)
{
	struct ts_workers *workers = ctx;

	(void)usec;
	if (ts_strays_end(ROUNDS_LATER, is_worker, workers))
		return 0; /* one shot: it is off now */
	sd_event_source_set_time(source, (uint64_t)(now_us() + LATER_US));
	return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static void
end_strays(struct ts_workers *workers)
{
	if (ts_strays_end(ROUNDS_NOW, is_worker, workers))
		return;
	if (workers->later == NULL) {
		/* without memory for it the next worker's end looks again */
		if (sd_event_add_time(workers->event, &workers->later,
				      CLOCK_MONOTONIC,
				      (uint64_t)(now_us() + LATER_US),
				      ACCURACY_US, on_later, workers) < 0)
			workers->later = NULL;
		return;
	}
	sd_event_source_set_time(workers->later,
				 (uint64_t)(now_us() + LATER_US));
	sd_event_source_set_enabled(workers->later, SD_EVENT_ONESHOT);
}

/* ---- last words ---------------------------------------------------------- */

/* Reads on until there is nothing more for now, or most bytes were read;
 * false at the end. */
static bool
hear(struct ts_worker *worker, size_t most)
{
	char chunk[8192];
	ssize_t got = 1;

	for (size_t heard = 0; heard < most; heard += (size_t)got) {
		size_t room = sizeof worker->words - 1 - worker->used;

		got = read(worker->words_fd, chunk, sizeof chunk);
		if (got < 0 && errno == EINTR) {
			got = 0;
			continue;
		}
		if (got <= 0)
			return got < 0 && errno == EAGAIN;
		if ((size_t)got < room)
			room = (size_t)got;
		memcpy(worker->words + worker->used, chunk, room);
		worker->used += room;
	}
	return true;
}

static int
on_words(sd_event_source *source, int fd, uint32_t events, void *ctx)
{
	struct ts_worker *worker = ctx;

	(void)fd;
	(void)events;
	if (hear(worker, READ_MOST))
		return 0;
	return sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

static void
tell_words(struct ts_worker *worker, char *out, size_t room)
{
	size_t used = worker->used;

	/* a NUL would end the text before what follows it */
	for (size_t i = 0; i < used; i++)
		if (worker->words[i] == '\0')
			worker->words[i] = '\x01';
	while (used > 0 && (worker->words[used - 1] == '\n' ||
			    worker->words[used - 1] == '\r'))
		used--;
	worker->words[used] = '\0';
	ts_text_escape(out, room, worker->words);
}

/* ---- the end of one ------------------------------------------------------ */

static void
signal_group(const struct ts_worker *worker, int signal_number)
{
	if (worker->child.pid > 0)
		kill(-worker->child.pid, signal_number);
}

static void
set_alarm(struct ts_worker *worker, int64_t after_us)
{
	int64_t when;

	if (after_us < 0 || __builtin_add_overflow(now_us(), after_us, &when))
		when = after_us < 0 ? 0 : INT64_MAX;
	sd_event_source_set_time(worker->on_time, (uint64_t)when);
	sd_event_source_set_enabled(worker->on_time, SD_EVENT_ONESHOT);
}

/* SIGTERM, and SIGKILL when the grace is over. */
static void
tell_to_end(struct ts_worker *worker)
{
	if (worker->told)
		return;
	worker->told = true;
	signal_group(worker, SIGTERM);
	set_alarm(worker, worker->grace_us);
}

static int
on_time(sd_event_source *source, uint64_t usec, void *ctx)
{
	struct ts_worker *worker = ctx;

	(void)source;
	(void)usec;
	if (!worker->told) {
		worker->too_late = true;
		tell_to_end(worker);
	} else if (!worker->killed) {
		worker->killed = true;
		signal_group(worker, SIGKILL);
	}
	return 0;
}

/* Lets go of everything but the memory. */
static void
take_out(struct ts_worker *worker)
{
	struct ts_worker **at = &worker->all->first;

	while (*at != NULL && *at != worker)
		at = &(*at)->next;
	if (*at == worker)
		*at = worker->next;
	sd_event_source_disable_unref(worker->on_end);
	sd_event_source_disable_unref(worker->on_words);
	sd_event_source_disable_unref(worker->on_time);
	ts_close(&worker->pidfd);
	ts_close(&worker->words_fd);
}

/* The group goes while its leader is unreaped: the number is still theirs. */
static void
reap(struct ts_worker *worker, struct ts_worker_end *end)
{
	struct rusage used = { 0 };
	int status = 0;
	pid_t got;

	signal_group(worker, SIGKILL);
	do
		got = wait4(worker->child.pid, &status, 0, &used);
	while (got < 0 && errno == EINTR);
	worker->child.pid = -1;
	end->code =
		WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
	if (got < 0) /* how it ended is unknown: not well */
		end->code = -SIGKILL;
	end->peak_bytes = (int64_t)used.ru_maxrss * 1024;
}

static int
on_end(sd_event_source *source, int fd, uint32_t events, void *ctx)
{
	struct ts_worker *worker = ctx;
	struct ts_worker_end end = {
		.too_late = worker->too_late,
		.stopped = worker->stopped,
		.took_us = now_us() - worker->began_us,
	};

	(void)source;
	(void)fd;
	(void)events;
	TS_FAULT("worker.end.before");
	reap(worker, &end);
	end_strays(worker->all);
	hear(worker, READ_MOST);
	tell_words(worker, end.words, sizeof end.words);
	take_out(worker);
	TS_FAULT("worker.end.after");
	worker->done(worker->ctx, &end);
	free(worker);
	return 0;
}

/* ---- the beginning of one ------------------------------------------------ */

static enum ts_status
watch(struct ts_worker *worker, int64_t deadline_us, struct ts_err *err)
{
	sd_event *event = worker->all->event;
	int result;

	worker->pidfd = (int)syscall(SYS_pidfd_open, worker->child.pid, 0);
	if (worker->pidfd < 0)
		return fail_event(err, -errno, "pidfd");
	result = sd_event_add_io(event, &worker->on_end, worker->pidfd, EPOLLIN,
				 on_end, worker);
	if (result < 0)
		return fail_event(err, result, "its end");
	result = sd_event_add_io(event, &worker->on_words, worker->words_fd,
				 EPOLLIN, on_words, worker);
	if (result < 0)
		return fail_event(err, result, "its output");
	result = sd_event_add_time(event, &worker->on_time, CLOCK_MONOTONIC,
				   UINT64_MAX, ACCURACY_US, on_time, worker);
	if (result < 0)
		return fail_event(err, result, "its deadline");
	set_alarm(worker, deadline_us);
	return TS_OK;
}

static enum ts_status
start_child(struct ts_worker *worker, const struct ts_worker_job *job,
	    struct ts_err *err)
{
	struct ts_spawn spawn = {
		.argv = job->argv,
		.envp = job->envp,
		.work_dir = job->work_dir,
		.stdin_fd = job->input_fd,
		/* messages go where ours go */
		.stderr_fd =
			fcntl(STDERR_FILENO, F_GETFD) >= 0 ? STDERR_FILENO : -1,
		.limits = job->limits,
		.wall = job->read_paths != NULL || job->exec_paths != NULL ||
			job->write_paths != NULL,
		.first_to_go = true,
		.read_paths = job->read_paths,
		.exec_paths = job->exec_paths,
		.write_paths = job->write_paths,
	};
	int ends[2];
	enum ts_status status;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return ts_fail_errno(err, errno, "start %s", job->argv[0]);
	worker->words_fd = ends[0];
	/* ours alone: the worker's end stays an ordinary one */
	if (fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
		status = ts_fail_errno(err, errno, "start %s", job->argv[0]);
	} else {
		spawn.stdout_fd = ends[1];
		TS_FAULT("worker.start.before");
		status = ts_spawn(&spawn, &worker->child, err);
		TS_FAULT("worker.start.after");
	}
	ts_close(&ends[1]);
	return status;
}

enum ts_status
ts_worker_start(struct ts_workers *workers, const struct ts_worker_job *job,
		struct ts_worker **out, struct ts_err *err)
{
	struct ts_worker *worker = calloc(1, sizeof *worker);

	if (worker == NULL)
		return ts_fail_errno(err, ENOMEM, "start %s", job->argv[0]);
	*worker = (struct ts_worker){
		.all = workers,
		.child.pid = -1,
		.pidfd = -1,
		.words_fd = -1,
		.began_us = now_us(),
		.grace_us = job->grace_us,
		.done = job->done,
		.ctx = job->ctx,
	};
	if (start_child(worker, job, err) != TS_OK ||
	    watch(worker, job->deadline_us, err) != TS_OK) {
		ts_spawn_kill(&worker->child);
		take_out(worker);
		free(worker);
		return err->status;
	}
	worker->next = workers->first;
	workers->first = worker;
	*out = worker;
	return TS_OK;
}

pid_t
ts_worker_pid(const struct ts_worker *worker)
{
	return worker->child.pid;
}

void
ts_worker_stop(struct ts_worker *worker)
{
	worker->stopped = true;
	tell_to_end(worker);
}

/* ---- all of them --------------------------------------------------------- */

void
ts_workers_stop(struct ts_workers *workers)
{
	for (struct ts_worker *worker = workers->first; worker != NULL;
	     worker = worker->next)
		ts_worker_stop(worker);
}

size_t
ts_workers_count(const struct ts_workers *workers)
{
	size_t count = 0;

	for (const struct ts_worker *worker = workers->first; worker != NULL;
	     worker = worker->next)
		count++;
	return count;
}

enum ts_status
ts_workers_new(sd_event *event, struct ts_workers **out, struct ts_err *err)
{
	struct ts_workers *workers = calloc(1, sizeof *workers);
	struct sigaction on_child;
	int before = 0;

	if (workers == NULL)
		return ts_fail_errno(err, ENOMEM, "supervise workers");
	if (prctl(PR_GET_CHILD_SUBREAPER, &before, 0, 0, 0) != 0 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
		int cause = errno;

		free(workers);
		return ts_fail_errno(err, cause,
				     "become the reaper of what workers leave");
	}
	/* whoever started us may have ignored it: the kernel would then throw
	 * away how each of them ended */
	if (sigaction(SIGCHLD, NULL, &on_child) == 0 &&
	    on_child.sa_handler == SIG_IGN) {
		on_child.sa_handler = SIG_DFL;
		sigaction(SIGCHLD, &on_child, NULL);
	}
	workers->was_reaper = before != 0;
	workers->event = sd_event_ref(event);
	*out = workers;
	return TS_OK;
}

/* Not for ever: a process that waits for a broken disk cannot be killed. */
static void
kill_now(struct ts_worker *worker)
{
	struct pollfd gone = { .fd = worker->pidfd, .events = POLLIN };
	struct ts_worker_end end;

	signal_group(worker, SIGKILL);
	if (poll(&gone, 1, KILLED_MS) > 0)
		reap(worker, &end);
}

void
ts_workers_free(struct ts_workers *workers)
{
	if (workers == NULL)
		return;
	for (struct ts_worker *worker = workers->first; worker != NULL;
	     worker = worker->next)
		signal_group(worker, SIGKILL);
	while (workers->first != NULL) {
		struct ts_worker *worker = workers->first;

		kill_now(worker);
		take_out(worker);
		free(worker);
	}
	ts_strays_end(ROUNDS_LAST, is_worker, workers);
	sd_event_source_disable_unref(workers->later);
	prctl(PR_SET_CHILD_SUBREAPER, workers->was_reaper ? 1 : 0, 0, 0, 0);
	sd_event_unref(workers->event);
	free(workers);
}
