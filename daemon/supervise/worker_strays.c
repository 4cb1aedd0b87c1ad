/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/supervise/worker_strays.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tradestat/buf.h>
#include <tradestat/file.h>
#include <tradestat/num.h>

/* What one round can see; those beyond are met in the next. */
#define CHILDREN_MOST 1024

struct children {
	pid_t pids[CHILDREN_MOST];
	size_t count;
};

static void
add_child(struct children *children, const char *text)
{
	int64_t pid;

	if (children->count < CHILDREN_MOST &&
	    ts_num_int(text, 2, INT32_MAX, &pid, NULL) == TS_OK)
		children->pids[children->count++] = (pid_t)pid;
}

/* The kernel's own list; false where it was built without it. */
static bool
list_by_kernel(struct children *children)
{
	char path[64], text[12 * CHILDREN_MOST];
	size_t used = 0;
	ssize_t got;

	snprintf(path, sizeof path, "/proc/self/task/%d/children", getpid());
	TS_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	while (used < sizeof text - 1 &&
	       (got = read(fd, text + used, sizeof text - 1 - used)) > 0)
		used += (size_t)got;
	text[used] = '\0';
	/* the last number may be cut when there are too many: each number is
	 * followed by a blank */
	for (char *at = text, *end; (end = strchr(at, ' ')) != NULL;
	     at = end + 1) {
		*end = '\0';
		add_child(children, at);
	}
	return true;
}

/* "12 (name) S 1 ...": the name may hold anything, so the last bracket. */
static bool
is_child_of(const char *pid_text, pid_t parent)
{
	char path[64], text[512], wanted[32];
	const char *at;
	ssize_t got;

	snprintf(path, sizeof path, "/proc/%.10s/stat", pid_text);
	TS_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || (got = read(fd, text, sizeof text - 1)) <= 0)
		return false; /* gone meanwhile */
	text[got] = '\0';
	at = strrchr(text, ')');
	if (at == NULL || strlen(at) < 4)
		return false;
	snprintf(wanted, sizeof wanted, "%d ", parent);
	return strncmp(at + 4, wanted, strlen(wanted)) == 0;
}

static void
list_by_proc(struct children *children)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    is_child_of(entry->d_name, getpid()))
			add_child(children, entry->d_name);
	closedir(dir);
}

/* The one question that needs no list, and the usual answer is no. */
static bool
have_any_child(void)
{
	siginfo_t info = { 0 };

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 ||
	       errno != ECHILD;
}

/* How many strays were seen. */
static size_t
end_those_seen(ts_is_worker *is_worker, void *ctx)
{
	struct children children = { .count = 0 };
	size_t strays = 0;

	if (!list_by_kernel(&children))
		list_by_proc(&children);
	for (size_t i = 0; i < children.count; i++) {
		if (is_worker(ctx, children.pids[i]))
			continue;
		strays++;
		/* ours and not reaped: the number cannot be another's */
		kill(children.pids[i], SIGKILL);
		waitpid(children.pids[i], NULL, WNOHANG);
	}
	return strays;
}

bool
ts_strays_end(int rounds, ts_is_worker *is_worker, void *ctx)
{
	while (have_any_child()) {
		if (end_those_seen(is_worker, ctx) == 0)
			return true;
		if (--rounds <= 0)
			return false;
		poll(NULL, 0, 1); /* the kernel needs a moment to end them */
	}
	return true;
}
