/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/spawn.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tradestat/clock.h>
#include <tradestat/file.h>

#include "kit/sandbox.h"

/* What the child tells through a pipe that execve closes: once what of the
 * sandbox holds, and a second time, with errno, when a step failed. */
enum step {
	STEP_READY,
	STEP_SESSION,
	STEP_FILES,
	STEP_LIMITS,
	STEP_FOLDER,
	STEP_SANDBOX,
	STEP_EXECUTE,
};

struct message {
	enum step step;
	int errno_value;
	bool landlock, seccomp;
};

static const char *const step_words[] = {
	[STEP_READY] = "start",
	[STEP_SESSION] = "begin a session for",
	[STEP_FILES] = "pass descriptors to",
	[STEP_LIMITS] = "limit",
	[STEP_FOLDER] = "enter the folder of",
	[STEP_SANDBOX] = "confine",
	[STEP_EXECUTE] = "execute",
};

/* ---- in the child: async-signal-safe calls only -------------------------- */

static void __attribute__((noreturn))
give_up(int report_fd, enum step step, int errno_value)
{
	const struct message message = { .step = step,
					 .errno_value = errno_value };
	/* the parent sees the end of the pipe if this cannot be written */
	ssize_t written = write(report_fd, &message, sizeof message);

	(void)written;
	_exit(127);
}

static void
reset_signals(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	/* struct sigaction of the kernel, all zero: SIG_DFL */
	static const unsigned long kernel_default[8] = { 0 };
	sigset_t none;

	for (int signal_number = 1; signal_number < NSIG; signal_number++)
		sigaction(signal_number, &action, NULL);
	/* the C library keeps these two to itself and refuses the call above;
	 * a parent that ignored them would leave them ignored */
	for (int signal_number = 32; signal_number <= 33; signal_number++)
		syscall(SYS_rt_sigaction, signal_number, kernel_default, NULL,
			(size_t)8);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* 0, 1, 2 become the given ones; none of them may be overwritten before it
 * was copied, so they are all lifted above 2 first. */
static int
place_files(const int wanted[3])
{
	int lifted[3];

	for (int i = 0; i < 3; i++) {
		int fd = wanted[i] >= 0 ? wanted[i]
					: open("/dev/null", O_RDWR | O_CLOEXEC);

		if (fd < 0)
			return errno;
		lifted[i] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		if (lifted[i] < 0)
			return errno;
	}
	for (int i = 0; i < 3; i++)
		if (dup2(lifted[i], i) < 0)
			return errno;
	return 0;
}

/* Everything above 2 closes at execve; the report pipe and the ruleset are
 * needed until then. */
static void
forget_files(void)
{
	struct rlimit limit;
	rlim_t last = 65536;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, 3U, ~0U, 4U /* CLOEXEC */) == 0)
		return;
#endif
	/* before Linux 5.11 */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < last)
		last = limit.rlim_cur;
	for (int fd = 3; fd < (int)last; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static int
limit_one(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) != 0)
		return errno;
	if (limit.rlim_max != RLIM_INFINITY && value > limit.rlim_max)
		value = limit.rlim_max; /* already tighter */
	limit.rlim_cur = limit.rlim_max = value;
	return setrlimit(resource, &limit) == 0 ? 0 : errno;
}

static int
set_limits(const struct ts_limits *limits, bool confined)
{
	int error = 0;

	if (limits->memory_bytes > 0)
		error = limit_one(RLIMIT_AS, limits->memory_bytes);
	if (error == 0 && limits->cpu_s > 0)
		error = limit_one(RLIMIT_CPU, limits->cpu_s);
	if (error == 0 && limits->file_bytes > 0)
		error = limit_one(RLIMIT_FSIZE, limits->file_bytes);
	if (error == 0 && limits->files > 0)
		error = limit_one(RLIMIT_NOFILE, limits->files);
	/* root is above this one, and its processes are everybody's */
	if (error == 0 && limits->processes > 0 && geteuid() != 0)
		error = limit_one(RLIMIT_NPROC, limits->processes);
	if (error == 0 && confined) /* nothing read ends in a core file */
		error = limit_one(RLIMIT_CORE, 0);
	return error;
}

/* 500 of 1,000: before the supervisor and the machine's own services. A
 * wish: where it is not granted the child runs all the same. */
static void
offer_first(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	ssize_t written;

	if (fd < 0)
		return;
	written = write(fd, "500", 3);
	(void)written;
	close(fd);
}

static void __attribute__((noreturn))
become(const struct ts_spawn *spawn, const struct ts_sandbox *sandbox,
       int report_fd)
{
	static const char *const no_environment[] = { NULL };
	const int files[3] = { spawn->stdin_fd, spawn->stdout_fd,
			       spawn->stderr_fd };
	const char *const *envp =
		spawn->envp != NULL ? spawn->envp : no_environment;
	const bool confined = spawn->sandbox || spawn->wall;
	struct message ready = { .step = STEP_READY };
	int error;

	if (setsid() < 0) /* a new group too, for the deadline */
		give_up(report_fd, STEP_SESSION, errno);
	reset_signals();
	if ((error = place_files(files)) != 0)
		give_up(report_fd, STEP_FILES, error);
	forget_files();
	if (chdir(spawn->work_dir != NULL ? spawn->work_dir : "/") != 0)
		give_up(report_fd, STEP_FOLDER, errno);
	if (spawn->first_to_go)
		offer_first();
	if ((error = set_limits(&spawn->limits, confined)) != 0)
		give_up(report_fd, STEP_LIMITS, error);
	if (confined && (error = ts_sandbox_enter(sandbox, &ready.landlock,
						  &ready.seccomp)) != 0)
		give_up(report_fd, STEP_SANDBOX, error);
	if (write(report_fd, &ready, sizeof ready) != sizeof ready)
		give_up(report_fd, STEP_READY, errno);
	execve(spawn->argv[0], (char *const *)(uintptr_t)spawn->argv,
	       (char *const *)(uintptr_t)envp);
	give_up(report_fd, STEP_EXECUTE, errno);
}

/* ---- in the parent ------------------------------------------------------- */

static bool
read_message(int fd, struct message *message)
{
	ssize_t count;

	do
		count = read(fd, message, sizeof *message);
	while (count < 0 && errno == EINTR);
	return count == (ssize_t)sizeof *message;
}

static void
reap(pid_t pid, int *status)
{
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
}

static enum ts_status
hear_child(const struct ts_spawn *spawn, int fd, struct ts_child *child,
	   struct ts_err *err)
{
	struct message message;
	int status;
	enum ts_status kind;

	if (!read_message(fd, &message)) {
		message.step = STEP_READY;
		message.errno_value = ECHILD;
	} else if (message.step == STEP_READY) {
		child->landlock = message.landlock;
		child->seccomp = message.seccomp;
		if (!read_message(fd, &message))
			return TS_OK; /* closed by execve: it runs */
	}
	reap(child->pid, &status);
	child->pid = -1;
	kind = ts_fail_errno(err, message.errno_value, "%s %s",
			     step_words[message.step], spawn->argv[0]);
	/* not a fault of the machine: there is no such program for us */
	if (message.step == STEP_EXECUTE &&
	    (message.errno_value == ENOENT || message.errno_value == EACCES ||
	     message.errno_value == ENOEXEC))
		err->status = kind = TS_UNAVAILABLE;
	return kind;
}

enum ts_status
ts_spawn(const struct ts_spawn *spawn, struct ts_child *child,
	 struct ts_err *err)
{
	struct ts_sandbox sandbox = { .ruleset_fd = -1 };
	int ends[2];
	sigset_t all, before;
	enum ts_status status;
	int error;

	*child = (struct ts_child){ .pid = -1 };
	if (spawn->argv[0] == NULL || spawn->argv[0][0] != '/')
		return ts_fail(err, TS_BAD_CONFIG,
			       "not the absolute path of a program: \"%s\"",
			       spawn->argv[0] != NULL ? spawn->argv[0] : "");
	if ((spawn->sandbox || spawn->wall) &&
	    ts_sandbox_prepare(spawn, &sandbox, err) != TS_OK)
		return ts_while(err, "start %s", spawn->argv[0]);
	if (pipe2(ends, O_CLOEXEC) != 0) {
		error = errno;
		ts_sandbox_discard(&sandbox);
		return ts_fail_errno(err, error, "start %s", spawn->argv[0]);
	}
	/* no handler of ours may run in the child before they are reset */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	child->pid = fork();
	if (child->pid == 0)
		become(spawn, &sandbox, ends[1]);
	error = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	ts_close(&ends[1]);
	ts_sandbox_discard(&sandbox);
	if (child->pid < 0)
		status = ts_fail_errno(err, error, "start %s", spawn->argv[0]);
	else
		status = hear_child(spawn, ends[0], child, err);
	ts_close(&ends[0]);
	return status;
}

/*
 * Waits until the child has ended (it is left unreaped, so that its group
 * keeps its number) or the time is over.
 */
static bool
ended_within(pid_t pid, int pidfd, int milliseconds)
{
	const struct ts_clock *clock = ts_clock_system();
	int64_t end = clock->mono_us(clock) + (int64_t)milliseconds * 1000;

	for (;;) {
		struct pollfd wait = { .fd = pidfd, .events = POLLIN };
		int64_t left = (end - clock->mono_us(clock) + 999) / 1000;
		siginfo_t info = { 0 };

		/* without pidfd (before Linux 5.3) look every 5 ms */
		if (left > 5 && pidfd < 0)
			left = 5;
		poll(&wait, 1, left > 0 ? (int)left : 0);
		if (waitid(P_PID, (id_t)pid, &info,
			   WEXITED | WNOHANG | WNOWAIT) != 0 &&
		    errno != EINTR)
			return true; /* not ours, or reaped elsewhere */
		if (info.si_pid == pid)
			return true;
		if (clock->mono_us(clock) >= end)
			return false;
	}
}

/* The rest of the group goes before the leader is reaped: afterwards its
 * number could belong to somebody else. */
static int
collect(pid_t pid)
{
	int status = 0;

	kill(-pid, SIGKILL);
	reap(pid, &status);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

enum ts_status
ts_spawn_wait(const struct ts_child *child, int deadline_ms, int grace_ms,
	      int *code, struct ts_err *err)
{
	TS_AUTO_FD pidfd = -1;

#ifdef SYS_pidfd_open
	pidfd = (int)syscall(SYS_pidfd_open, child->pid, 0);
#endif
	if (ended_within(child->pid, pidfd, deadline_ms)) {
		*code = collect(child->pid);
		return TS_OK;
	}
	kill(-child->pid, SIGTERM);
	ended_within(child->pid, pidfd, grace_ms);
	*code = collect(child->pid);
	return ts_fail(err, TS_AGAIN, "no end within %d ms", deadline_ms);
}

void
ts_spawn_kill(const struct ts_child *child)
{
	if (child->pid > 0)
		collect(child->pid);
}

bool
ts_find_program(const char *name, char *path, size_t size)
{
	const char *at = getenv("PATH");
	struct stat st;

	if (name[0] == '\0' || strchr(name, '/') != NULL)
		return false;
	if (at == NULL)
		at = "/usr/bin:/bin";
	while (*at != '\0') {
		size_t length = strcspn(at, ":");

		/* an empty or relative entry means the current folder */
		if (at[0] == '/' && length < size &&
		    (size_t)snprintf(path, size, "%.*s/%s", (int)length, at,
				     name) < size &&
		    stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		    access(path, X_OK) == 0)
			return true;
		at += length;
		at += *at == ':';
	}
	return false;
}
