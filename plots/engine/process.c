/* SPDX-License-Identifier: Apache-2.0 */
#include "plots/engine/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <tradestat/file.h>

static const struct ts_limits limits = {
	.memory_bytes = (size_t)1 << 30,
	.cpu_s = 60,
	.file_bytes = (size_t)64 << 20,
	.files = 64,
};

/* Libraries, fonts and their cache, and what the C library asks for. */
static const char *const read_paths[] = {
	"/usr/lib",
	"/usr/lib64",
	"/lib",
	"/lib64",
	"/usr/local/lib",
	"/usr/share",
	"/usr/local/share/fonts",
	"/etc/fonts",
	"/etc/ld.so.cache",
	"/etc/ld.so.preload",
	"/etc/localtime",
	"/var/cache/fontconfig",
	"/dev/null",
	"/dev/urandom",
	NULL,
};

static void
forget(struct ts_process *process)
{
	ts_close(&process->in);
	ts_close(&process->err);
	process->child.pid = -1;
}

void
ts_process_kill(struct ts_process *process)
{
	ts_spawn_kill(&process->child);
	forget(process);
}

void
ts_process_end(struct ts_process *process)
{
	struct ts_err err;
	int code;

	if (process->child.pid <= 0)
		return;
	ts_close(&process->in);
	/* how it leaves no longer matters: it is reaped in any case */
	if (ts_spawn_wait(&process->child, 2000, 100, &code, &err) != TS_OK)
		code = 0;
	forget(process);
}

static const char *
name_sandbox(const struct ts_child *child)
{
	if (child->landlock)
		return child->seccomp ? "landlock and seccomp"
				      : "landlock, no seccomp";
	return child->seccomp ? "seccomp, no landlock"
			      : "neither landlock nor seccomp";
}

static enum ts_status
run_child(struct ts_process *process, const char *program, const char *folder,
	  bool sandbox, int in, int err_fd, struct ts_err *err)
{
	char cache[4096];
	const char *const argv[] = { program, "-d", "-", NULL };
	/* Nothing of our own environment: not the operator's locale, not a
	 * GNUPLOT_LIB, not a secret. Without XDG_CACHE_HOME a machine whose
	 * font cache is out of date would read all fonts at every start. */
	const char *const envp[] = { "PATH=/usr/bin:/bin",
				     "LC_ALL=C.UTF-8",
				     "HOME=/nonexistent",
				     "GNUTERM=unknown",
				     "TZ=UTC0",
				     cache,
				     NULL };
	const char *const write_paths[] = { folder, "/dev/null", NULL };
	const struct ts_spawn spawn = {
		.argv = argv,
		.envp = envp,
		.work_dir = folder,
		.stdin_fd = in,
		.stdout_fd = -1,
		.stderr_fd = err_fd,
		.limits = limits,
		.sandbox = sandbox,
		.read_paths = read_paths,
		.write_paths = write_paths,
	};

	snprintf(cache, sizeof cache, "XDG_CACHE_HOME=%s", folder);
	if (ts_spawn(&spawn, &process->child, err) != TS_OK)
		return err->status;
	process->sandbox =
		sandbox ? name_sandbox(&process->child) : "switched off";
	return TS_OK;
}

/*
 * Its stdin is a socket, so that writing to a process that has died is an
 * error of ours (MSG_NOSIGNAL) and never a SIGPIPE: a library must not touch
 * the signals of the program it is in.
 */
enum ts_status
ts_process_start(struct ts_process *process, const char *program,
		 const char *folder, bool sandbox, struct ts_err *err)
{
	int in[2], out[2];
	enum ts_status status;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0)
		return ts_fail_errno(err, errno, "connect to gnuplot");
	if (pipe2(out, O_CLOEXEC) != 0) {
		status = ts_fail_errno(err, errno, "connect to gnuplot");
		ts_close(&in[0]);
		ts_close(&in[1]);
		return status;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	process->in = in[0];
	process->err = out[0];
	status = run_child(process, program, folder, sandbox, in[1], out[1],
			   err);
	ts_close(&in[1]);
	ts_close(&out[1]);
	if (status != TS_OK)
		forget(process);
	return status;
}
