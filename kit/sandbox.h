/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox.h - what a child may touch: files by Landlock, system calls by a
 * seccomp filter, and a death signal from its parent. Prepared in the parent,
 * because the child may only make async-signal-safe calls before execve.
 *
 * Landlock and seccomp are taken as far as the kernel offers them; what is
 * missing is told, not hidden.
 */
#ifndef KIT_SANDBOX_H
#define KIT_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>
#include <tradestat/spawn.h>

struct ts_sandbox {
	int ruleset_fd; /* -1: the kernel offers no Landlock */
	pid_t parent;
	bool wall; /* around a worker: no seccomp, and the network stays */
};

/*
 * Makes the ruleset. The program itself and the loader are executable always;
 * a path of a list that does not exist is left out.
 */
enum ts_status ts_sandbox_prepare(const struct ts_spawn *spawn,
				  struct ts_sandbox *out,
				  struct ts_err *err) TS_MUST_USE;
void ts_sandbox_discard(struct ts_sandbox *sandbox);

/* In the child, last thing before execve: 0 or an errno that means "do not
 * execute". *landlock, *seccomp: what is active. */
int ts_sandbox_enter(const struct ts_sandbox *sandbox, bool *landlock,
		     bool *seccomp);

#endif
