/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spawn.h - runs an external program: absolute path, argument vector, written
 * environment, default signals, own process group, no inherited descriptor,
 * and a deadline that kills the whole group. There is never a shell.
 */
#ifndef TRADESTAT_SPAWN_H
#define TRADESTAT_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <tradestat/err.h>

/* Caps of the child; 0 leaves the limit as it is. */
struct ts_limits {
	size_t memory_bytes; /* RLIMIT_AS */
	unsigned cpu_s;      /* RLIMIT_CPU */
	size_t file_bytes;   /* RLIMIT_FSIZE */
	unsigned files;      /* RLIMIT_NOFILE */
	unsigned processes;  /* RLIMIT_NPROC, of the user; not for root */
};

struct ts_spawn {
	const char *const *argv; /* argv[0] absolute; NULL at the end */
	const char *const *envp; /* whole environment; NULL: empty */
	const char *work_dir;    /* NULL: "/" */
	int stdin_fd;            /* -1: /dev/null */
	int stdout_fd;           /* -1: /dev/null */
	int stderr_fd;           /* -1: /dev/null */
	struct ts_limits limits;
	bool wall;        /* no_new_privs, parent death signal and Landlock,
			     for a worker of ours: network and children stay */
	bool first_to_go; /* the kernel takes it first when memory is short */
	bool sandbox;     /* no_new_privs, parent death signal,
			     Landlock and seccomp, as far as the
			     kernel offers them */
	/* Landlock when sandbox or wall is set; NULL at the end of each list.
	 */
	const char *const *read_paths;
	const char *const *exec_paths;
	const char *const *write_paths;
};

struct ts_child {
	pid_t pid;
	bool landlock; /* what of the sandbox is active */
	bool seccomp;
};

TS_API enum ts_status ts_spawn(const struct ts_spawn *spawn,
			       struct ts_child *child,
			       struct ts_err *err) TS_MUST_USE;
/*
 * Waits at most deadline_ms. *code: exit status 0..255, or -signal.
 * TS_AGAIN when the deadline passed: the group got SIGTERM, SIGKILL after
 * grace_ms, and was reaped.
 */
TS_API enum ts_status ts_spawn_wait(const struct ts_child *child,
				    int deadline_ms, int grace_ms, int *code,
				    struct ts_err *err) TS_MUST_USE;
TS_API void ts_spawn_kill(const struct ts_child *child); /* group, and reap */
/* Absolute path of an executable on PATH; false when there is none. */
TS_API bool ts_find_program(const char *name, char *path, size_t size);

#endif
