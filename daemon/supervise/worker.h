/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker.h - child processes of the supervisor on its sd-event loop: started
 * by ts_spawn in a group of their own, watched by pidfd, with a deadline
 * (SIGTERM, a grace, SIGKILL), limits, a written environment, their own
 * secrets on standard input and their last words read from standard output.
 * Whatever they left behind (children that fled their group) is ended too.
 */
#ifndef DAEMON_SUPERVISE_WORKER_H
#define DAEMON_SUPERVISE_WORKER_H

#include <systemd/sd-event.h>
#include <tradestat/spawn.h>

struct ts_workers; /* all of them */
struct ts_worker;  /* one that runs */

#define TS_LAST_WORDS 2048

struct ts_worker_end {
	int code;      /* exit status, or -signal */
	bool too_late; /* the deadline passed */
	bool stopped;  /* ts_worker_stop asked for it */
	int64_t took_us;
	int64_t peak_bytes;        /* greatest resident size; 0 unknown */
	char words[TS_LAST_WORDS]; /* of its standard output, one line */
};
/* Called from the loop when it has ended and was reaped; the worker is gone
 * afterwards. */
typedef void ts_worker_done(void *ctx, const struct ts_worker_end *end);

struct ts_worker_job {
	const char *const *argv; /* argv[0] absolute */
	const char *const *envp; /* whole environment */
	const char *work_dir;    /* NULL: "/" */
	int input_fd;            /* secrets; -1: none. Stays the caller's */
	int64_t deadline_us;     /* from now */
	int64_t grace_us;        /* between SIGTERM and SIGKILL */
	struct ts_limits limits;
	/* Landlock as far as the kernel offers it, as in ts_spawn; NULL lists:
	 * no wall. The network stays. */
	const char *const *read_paths, *const *exec_paths, *const *write_paths;
	ts_worker_done *done;
	void *ctx;
};

/* Makes this process the reaper of its descendants: it may have no children
 * but workers, for every other one is taken for something left behind. */
enum ts_status ts_workers_new(sd_event *event, struct ts_workers **out,
			      struct ts_err *err) TS_MUST_USE;
/* Kills what still runs, without calling done. NULL is welcome. */
void ts_workers_free(struct ts_workers *workers);
enum ts_status ts_worker_start(struct ts_workers *workers,
			       const struct ts_worker_job *job,
			       struct ts_worker **out,
			       struct ts_err *err) TS_MUST_USE;
pid_t ts_worker_pid(const struct ts_worker *worker);
/* SIGTERM now, SIGKILL after its grace; done is called as usual. */
void ts_worker_stop(struct ts_worker *worker);
void ts_workers_stop(struct ts_workers *workers); /* all */
size_t ts_workers_count(const struct ts_workers *workers);

/*
 * What any worker of ours needs behind the wall: libraries, fonts, time zones,
 * name service, certificates, /dev/null ..., and gnuplot to run. The caller
 * adds its own folders; the texts stay the caller's. The lists are ready for
 * ts_worker_job at any time.
 */
#define TS_WALL_PATHS 64
struct ts_wall {
	const char *read[TS_WALL_PATHS];
	const char *exec[TS_WALL_PATHS];
	const char *write[TS_WALL_PATHS];
};
void ts_wall_usual(struct ts_wall *wall);
/* Adds to one of the lists; false: it is full. NULL and "" add nothing. */
bool ts_wall_add(const char **list, const char *path);

#endif
