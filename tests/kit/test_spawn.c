/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The child of most tests is /bin/sh with a few lines: what it can see and
 * reach tells whether spawn kept its promises.
 */
#include "tests/support/fixtures.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <tradestat/buf.h>
#include <tradestat/clock.h>
#include <tradestat/file.h>
#include <tradestat/spawn.h>

#define LONG_MS 20000 /* of a child that ends by itself */

struct outcome {
	enum ts_status status;
	int code;
	struct ts_child child;
	struct ts_err err;
	char text[4096]; /* what it wrote to stdout and stderr */
};

/* Starts sh -c script as spawn says (argv is filled in) and waits for it. */
static struct outcome
run(struct ts_spawn spawn, const char *script, int deadline_ms)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	struct outcome out = { .code = 999 };
	int ends[2];
	ssize_t count;
	size_t used = 0;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	if (spawn.argv == NULL)
		spawn.argv = argv;
	spawn.stdout_fd = spawn.stderr_fd = ends[1];
	if (spawn.stdin_fd == 0)
		spawn.stdin_fd = -1;
	out.status = ts_spawn(&spawn, &out.child, &out.err);
	close(ends[1]);
	if (out.status == TS_OK)
		out.status = ts_spawn_wait(&out.child, deadline_ms, 200,
					   &out.code, &out.err);
	while (used < sizeof out.text - 1 &&
	       (count = read(ends[0], out.text + used,
			     sizeof out.text - 1 - used)) > 0)
		used += (size_t)count;
	close(ends[0]);
	return out;
}

static int
open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	closedir(dir);
	return count;
}

static int64_t
now_ms(void)
{
	const struct ts_clock *clock = ts_clock_system();

	return clock->mono_us(clock) / 1000;
}

static void
the_exit_status_comes_back(void **state)
{
	struct outcome out = run((struct ts_spawn){ 0 }, "exit 7", LONG_MS);

	(void)state;
	assert_int_equal(out.status, TS_OK);
	assert_int_equal(out.code, 7);
}

static void
a_signal_comes_back_as_a_negative_number(void **state)
{
	struct outcome out =
		run((struct ts_spawn){ 0 }, "kill -SEGV $$", LONG_MS);

	(void)state;
	assert_int_equal(out.status, TS_OK);
	assert_int_equal(out.code, -SIGSEGV);
}

static void
a_relative_program_is_refused(void **state)
{
	const char *const argv[] = { "sh", NULL };
	struct outcome out =
		run((struct ts_spawn){ .argv = argv }, "", LONG_MS);

	(void)state;
	assert_int_equal(out.status, TS_BAD_CONFIG);
}

static void
a_program_that_is_not_there_is_told_with_its_reason(void **state)
{
	static const char *const argv[] = { "/nowhere/gnuplot", NULL };

	(void)state;
	for (int sandbox = 0; sandbox < 2; sandbox++) {
		struct outcome out = run(
			(struct ts_spawn){ .argv = argv, .sandbox = sandbox },
			"", LONG_MS);

		assert_int_equal(out.status, TS_UNAVAILABLE);
		assert_string_equal(out.err.text, "execute /nowhere/gnuplot: "
						  "No such file or directory");
		assert_int_equal(out.child.pid, -1);
	}
	/* and it was reaped */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
a_folder_that_is_not_there_is_told(void **state)
{
	struct outcome out = run((struct ts_spawn){ .work_dir = "/nowhere" },
				 "true", LONG_MS);

	(void)state;
	assert_int_equal(out.status, TS_SYSTEM);
	assert_non_null(strstr(out.err.text, "enter the folder of /bin/sh"));
}

static void
the_environment_is_the_one_given(void **state)
{
	const char *const envp[] = { "ONE=1", "TWO=2", NULL };
	const char *const argv[] = { "/usr/bin/env", NULL };
	struct outcome out;

	(void)state;
	setenv("TS_SECRET", "hidden", 1);
	out = run((struct ts_spawn){ .argv = argv, .envp = envp }, "", LONG_MS);
	assert_string_equal(out.text, "ONE=1\nTWO=2\n");
	out = run((struct ts_spawn){ .argv = argv }, "", LONG_MS);
	assert_string_equal(out.text, "");
	unsetenv("TS_SECRET");
}

static void
no_descriptor_is_inherited(void **state)
{
	int leak = open("/dev/null", O_RDONLY); /* without CLOEXEC */
	struct outcome out;

	(void)state;
	assert_true(leak > 2);
	out = run((struct ts_spawn){ 0 },
		  "i=0; while [ $i -lt 64 ]; do "
		  "[ -e /proc/$$/fd/$i ] && echo $i; i=$((i + 1)); done",
		  LONG_MS);
	close(leak);
	assert_string_equal(out.text, "0\n1\n2\n");
}

static void
descriptors_arrive_in_their_places_whatever_their_numbers(void **state)
{
	int saved = dup(0), ends[2], other[2], code;
	const char *const argv[] = { "/bin/sh", "-c", "cat; echo E >&2", NULL };
	struct ts_spawn spawn = { .argv = argv };
	struct ts_child child;
	struct ts_err err;
	char text[16] = "";

	(void)state;
	/* stdin of the child is our 1, its stdout our 0: a naive dup2 of one
	 * would overwrite the other */
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(pipe2(other, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], "hello", 5), 5);
	close(ends[1]);
	int out = dup(1);

	fflush(stdout);
	dup2(ends[0], 1);
	dup2(other[1], 0);
	spawn.stdin_fd = 1;
	spawn.stdout_fd = 0;
	spawn.stderr_fd = -1;
	enum ts_status status = ts_spawn(&spawn, &child, &err);

	dup2(out, 1);
	dup2(saved, 0);
	close(out);
	close(saved);
	close(ends[0]);
	close(other[1]);
	assert_int_equal(status, TS_OK);
	assert_int_equal(ts_spawn_wait(&child, LONG_MS, 0, &code, &err), TS_OK);
	assert_int_equal(read(other[0], text, sizeof text), 5);
	assert_string_equal(text, "hello");
	close(other[0]);
}

static void
signals_are_as_in_a_fresh_program(void **state)
{
	sigset_t all, before;
	struct outcome out;

	(void)state;
	/* we ignore one and block the rest; the child must know nothing of it.
	 * SigBlk and SigIgn of /proc are masks in hexadecimal */
	signal(SIGPIPE, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	out = run((struct ts_spawn){ 0 },
		  "while read k v; do case $k in Sig[BI]*) echo $v;; esac; "
		  "done </proc/self/status",
		  LONG_MS);
	sigprocmask(SIG_SETMASK, &before, NULL);
	signal(SIGPIPE, SIG_DFL);
	assert_string_equal(out.text, "0000000000000000\n0000000000000000\n");
}

static void
the_limits_hold(void **state)
{
	struct outcome out = run(
		(struct ts_spawn){ .limits = { .memory_bytes = (size_t)1 << 30,
					       .cpu_s = 9,
					       .file_bytes = 1 << 20,
					       .files = 33 },
				   .sandbox = true,
				   .read_paths =
					   (const char *const[]){ "/", NULL } },
		"ulimit -v; ulimit -t; ulimit -n; ulimit -c", LONG_MS);

	(void)state;
	assert_int_equal(out.status, TS_OK);
	assert_string_equal(out.text, "1048576\n9\n33\n0\n");
}

static void
a_file_that_grows_past_its_limit_ends_the_child(void **state)
{
	char *dir = temp_dir();
	struct outcome out =
		run((struct ts_spawn){ .work_dir = dir,
				       .limits = { .file_bytes = 4096 } },
		    "exec dd if=/dev/zero of=big bs=1000 count=9 2>/dev/null",
		    LONG_MS);
	char path[512];
	struct stat st;

	(void)state;
	assert_int_equal(out.code, -SIGXFSZ);
	snprintf(path, sizeof path, "%s/big", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size <= 4096);
	temp_gone(dir);
}

static void
the_deadline_ends_the_whole_family(void **state)
{
	char *dir = temp_dir();
	char path[512], text[64] = "";
	int64_t begun = now_ms();
	/* a grandchild in the group, and both ignore SIGTERM */
	struct outcome out =
		run((struct ts_spawn){ .work_dir = dir },
		    "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >pid; "
		    "sleep 100; sleep 100' & wait; sleep 100",
		    300);
	pid_t pid;
	FILE *file;

	(void)state;
	assert_int_equal(out.status, TS_AGAIN);
	assert_string_equal(out.err.text, "no end within 300 ms");
	assert_int_equal(out.code, -SIGKILL);
	assert_true(now_ms() - begun < 5000);
	snprintf(path, sizeof path, "%s/pid", dir);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof text, file));
	fclose(file);
	pid = (pid_t)strtol(text, NULL, 10);
	assert_true(pid > 1);
	/* it may take a moment until init reaps the orphan: a zombie is dead */
	for (int i = 0; i < 200 && kill(pid, 0) == 0; i++) {
		char stat_path[64], line[256] = "";
		FILE *proc;

		snprintf(stat_path, sizeof stat_path, "/proc/%d/stat", pid);
		proc = fopen(stat_path, "re");
		if (proc != NULL && fgets(line, sizeof line, proc) != NULL &&
		    strstr(line, ") Z") != NULL) {
			fclose(proc);
			break;
		}
		if (proc != NULL)
			fclose(proc);
		usleep(10000);
		assert_int_not_equal(i, 199);
	}
	temp_gone(dir);
}

static void
one_that_heeds_sigterm_needs_no_sigkill(void **state)
{
	int64_t begun = now_ms();
	struct outcome out =
		run((struct ts_spawn){ 0 },
		    "trap 'exit 3' TERM; while :; do sleep 0.05; done", 200);

	(void)state;
	assert_int_equal(out.status, TS_AGAIN);
	assert_int_equal(out.code, 3);
	assert_true(now_ms() - begun < 5000);
}

static void
what_a_child_leaves_behind_goes_with_it(void **state)
{
	/* the pipe only ends when the sleeping grandchild is gone too */
	int64_t begun = now_ms();
	struct outcome out =
		run((struct ts_spawn){ 0 }, "sleep 100 & echo done", LONG_MS);

	(void)state;
	assert_int_equal(out.code, 0);
	assert_string_equal(out.text, "done\n");
	assert_true(now_ms() - begun < 10000);
}

static void
a_program_is_found_on_the_path_as_an_absolute_one(void **state)
{
	char path[512];
	char *dir = temp_dir(), name[600], own[600];

	(void)state;
	assert_true(ts_find_program("sh", path, sizeof path));
	assert_int_equal(path[0], '/');
	assert_false(ts_find_program("no-such-program", path, sizeof path));
	assert_false(ts_find_program("", path, sizeof path));
	assert_false(ts_find_program("../bin/sh", path, sizeof path));
	assert_false(ts_find_program("sh", path, 4));
	/* neither a folder, nor a file that is not executable, nor the
	 * current folder through an empty entry */
	snprintf(name, sizeof name, "%s/tool", dir);
	snprintf(own, sizeof own, "%s:/dev::.", dir);
	char *before = strdup(getenv("PATH"));

	setenv("PATH", own, 1);
	assert_false(ts_find_program("shm", path, sizeof path));
	assert_int_equal(close(open(name, O_WRONLY | O_CREAT, 0644)), 0);
	assert_false(ts_find_program("tool", path, sizeof path));
	chmod(name, 0755);
	assert_true(ts_find_program("tool", path, sizeof path));
	assert_string_equal(path, name);
	setenv("PATH", before, 1);
	free(before);
	temp_gone(dir);
}

/* ---- the sandbox, as far as this kernel has it --------------------------- */

static const char *const system_paths[] = { "/bin", "/usr",  "/lib", "/lib64",
					    "/etc", "/proc", NULL };
static const char *const shell_paths[] = { "/bin", "/usr/bin", NULL };

static struct ts_spawn
confined(const char *const *write_paths)
{
	return (struct ts_spawn){
		.sandbox = true,
		.read_paths = system_paths,
		.exec_paths = shell_paths,
		.write_paths = write_paths,
	};
}

static void
a_confined_child_writes_only_where_it_may(void **state)
{
	char *dir = temp_dir(), *other = temp_dir();
	const char *const write_paths[] = { dir, "/nowhere", "/dev/null",
					    NULL };
	char script[2048];
	struct outcome out;

	(void)state;
	snprintf(script, sizeof script,
		 "echo x >%s/inside && echo inside; "
		 "{ echo x >%s/outside; } 2>/dev/null && echo outside; "
		 "{ read a <%s/secret; } 2>/dev/null && echo secret; exit 0",
		 dir, other, other);
	char path[512];

	snprintf(path, sizeof path, "%s/secret", other);
	int fd = open(path, O_WRONLY | O_CREAT, 0644);

	assert_int_equal(write(fd, "x\n", 2), 2);
	close(fd);
	out = run(confined(write_paths), script, LONG_MS);
	if (!out.child.landlock) {
		print_message("no Landlock in this kernel\n");
		skip();
	}
	assert_string_equal(out.text, "inside\n");
	temp_gone(dir);
	temp_gone(other);
}

static void
a_confined_child_executes_nothing_else(void **state)
{
	struct ts_spawn spawn = confined(NULL);
	struct outcome out;

	(void)state;
	spawn.exec_paths = NULL;
	out = run(spawn, "exec /bin/ls /", LONG_MS);
	if (!out.child.landlock)
		skip();
	assert_int_equal(out.code, 126);
}

static void
a_confined_child_makes_no_processes(void **state)
{
	struct outcome out =
		run(confined(NULL), "(echo x); /bin/true", LONG_MS);

	(void)state;
	if (!out.child.seccomp) {
		print_message("no seccomp filter here\n");
		skip();
	}
	assert_int_not_equal(out.code, 0);
	assert_non_null(strstr(out.text, "fork"));
}

/* What this very program tries when it is started with the word "probe":
 * each call by its number, as code that was smuggled in would do it. */
static const struct {
	const char *name;
	long number;
	long args[4];
} probes[] = {
	{ "clone", SYS_clone, { SIGCHLD } },
	{ "clone3", SYS_clone3, { 0 } },
#ifdef SYS_fork
	{ "fork", SYS_fork, { 0 } },
	{ "vfork", SYS_vfork, { 0 } },
#endif
	{ "socket", SYS_socket, { 1, 1, 0 } },
	{ "connect", SYS_connect, { 0, 0, 0 } },
	{ "ptrace", SYS_ptrace, { 0, 0, 0, 0 } },
	{ "execveat", SYS_execveat, { -1, 0, 0, 0 } },
	{ "kill", SYS_kill, { 1, 0 } },
	{ "io_uring_setup", SYS_io_uring_setup, { 1, 0 } },
	{ "unshare", SYS_unshare, { 0 } },
	{ "memfd_create", SYS_memfd_create, { 0, 0 } },
	{ "setsid", SYS_setsid, { 0 } },
};
#define PROBES (sizeof probes / sizeof probes[0])

static void __attribute__((noreturn)) probe(void)
{
	for (size_t i = 0; i < PROBES; i++) {
		const long *args = probes[i].args;
		long result = syscall(probes[i].number, args[0], args[1],
				      args[2], args[3]);

		if (result == 0 && probes[i].args[0] == SIGCHLD)
			_exit(0); /* a child that should not be */
		dprintf(1, "%s %s\n", probes[i].name,
			result >= 0 ? "works" : strerrorname_np(errno));
	}
	_exit(0);
}

static void
a_confined_child_makes_no_forbidden_call(void **state)
{
	char self[512];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	const char *const argv[] = { self, "probe", NULL };
	struct ts_spawn spawn = confined(NULL);
	TS_AUTO_BUF wanted = TS_BUF_INIT(4096);
	struct outcome out;

	(void)state;
	assert_true(length > 0);
	self[length] = '\0';
	spawn.argv = argv;
	out = run(spawn, "", LONG_MS);
	if (!out.child.seccomp)
		skip();
	for (size_t i = 0; i < PROBES; i++)
		ts_buf_addf(&wanted, "%s %s\n", probes[i].name,
			    probes[i].number == SYS_clone3 ? "ENOSYS"
							   : "EPERM");
	assert_string_equal(out.text, wanted.data);
}

static void
a_fork_bomb_does_not_go_off(void **state)
{
	int64_t begun = now_ms();
	struct outcome out = run(confined(NULL), "b() { b | b & }; b", LONG_MS);

	(void)state;
	if (!out.child.seccomp)
		skip();
	assert_true(now_ms() - begun < 10000);
}

static void
a_walled_child_has_children_but_only_its_own_programs(void **state)
{
	struct ts_spawn spawn = confined(NULL);
	struct outcome out;

	(void)state;
	spawn.sandbox = false;
	spawn.wall = true;
	out = run(spawn, "(echo x) && /bin/true && ulimit -c", LONG_MS);
	assert_string_equal(out.text, "x\n0\n");
	assert_int_equal(out.code, 0);
	assert_false(out.child.seccomp);
	spawn.exec_paths = NULL;
	out = run(spawn, "(echo x) && exec /bin/ls /", LONG_MS);
	if (!out.child.landlock) {
		print_message("no Landlock, or an old one\n");
		skip();
	}
	assert_int_equal(out.code, 126);
}

static void
who_goes_first_when_memory_is_short(void **state)
{
	static const char script[] = "read n </proc/self/oom_score_adj; "
				     "echo $n";
	struct outcome before = run((struct ts_spawn){ 0 }, script, LONG_MS);
	struct outcome out =
		run((struct ts_spawn){ .first_to_go = true }, script, LONG_MS);

	(void)state;
	assert_string_not_equal(before.text, "500\n");
	assert_string_equal(out.text, "500\n");
	/* a sandbox does not come in its way */
	struct ts_spawn spawn = confined(NULL);

	spawn.first_to_go = true;
	assert_string_equal(run(spawn, script, LONG_MS).text, "500\n");
}

static void
processes_are_counted_but_for_root(void **state)
{
	/* the limit is tried out in test_worker.c, as a user without others */
	struct outcome out =
		run((struct ts_spawn){ .limits.processes = 4321 },
		    "while read k v n w; do [ \"$v\" = processes ] && echo $n; "
		    "done </proc/self/limits",
		    LONG_MS);

	(void)state;
	if (geteuid() == 0)
		assert_string_not_equal(out.text, "4321\n");
	else
		assert_string_equal(out.text, "4321\n");
}

static void
without_the_sandbox_the_same_things_work(void **state)
{
	/* or else the tests above would prove nothing */
	struct outcome out =
		run((struct ts_spawn){ 0 },
		    "(echo x) && /bin/true && exec /bin/ls -d /", LONG_MS);

	(void)state;
	assert_int_equal(out.code, 0);
	assert_string_equal(out.text, "x\n/\n");
	assert_false(out.child.landlock);
	assert_false(out.child.seccomp);
}

static void
nothing_stays_open_and_nobody_unreaped(void **state)
{
	int before = open_files();
	const char *const missing[] = { "/nowhere/x", NULL };

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct ts_spawn spawn = confined(NULL);

		run(spawn, "exit 0", LONG_MS);
		spawn.argv = missing;
		run(spawn, "", LONG_MS);
		run((struct ts_spawn){ .work_dir = "/nowhere" }, "", LONG_MS);
	}
	assert_int_equal(open_files(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void
a_killed_child_is_gone_and_reaped(void **state)
{
	const char *const argv[] = { "/bin/sleep", "100", NULL };
	const struct ts_spawn spawn = {
		.argv = argv, .stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1
	};
	struct ts_child child;
	struct ts_err err;

	(void)state;
	assert_int_equal(ts_spawn(&spawn, &child, &err), TS_OK);
	assert_int_equal(kill(child.pid, 0), 0);
	ts_spawn_kill(&child);
	assert_int_equal(waitpid(child.pid, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	/* one that never began */
	ts_spawn_kill(&(struct ts_child){ .pid = -1 });
}

int
main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "probe") == 0)
		probe();

	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exit_status_comes_back),
		cmocka_unit_test(a_signal_comes_back_as_a_negative_number),
		cmocka_unit_test(a_relative_program_is_refused),
		cmocka_unit_test(
			a_program_that_is_not_there_is_told_with_its_reason),
		cmocka_unit_test(a_folder_that_is_not_there_is_told),
		cmocka_unit_test(the_environment_is_the_one_given),
		cmocka_unit_test(no_descriptor_is_inherited),
		cmocka_unit_test(
			descriptors_arrive_in_their_places_whatever_their_numbers),
		cmocka_unit_test(signals_are_as_in_a_fresh_program),
		cmocka_unit_test(the_limits_hold),
		cmocka_unit_test(
			a_file_that_grows_past_its_limit_ends_the_child),
		cmocka_unit_test(the_deadline_ends_the_whole_family),
		cmocka_unit_test(one_that_heeds_sigterm_needs_no_sigkill),
		cmocka_unit_test(what_a_child_leaves_behind_goes_with_it),
		cmocka_unit_test(
			a_program_is_found_on_the_path_as_an_absolute_one),
		cmocka_unit_test(a_confined_child_writes_only_where_it_may),
		cmocka_unit_test(a_confined_child_executes_nothing_else),
		cmocka_unit_test(a_confined_child_makes_no_processes),
		cmocka_unit_test(a_confined_child_makes_no_forbidden_call),
		cmocka_unit_test(a_fork_bomb_does_not_go_off),
		cmocka_unit_test(
			a_walled_child_has_children_but_only_its_own_programs),
		cmocka_unit_test(who_goes_first_when_memory_is_short),
		cmocka_unit_test(processes_are_counted_but_for_root),
		cmocka_unit_test(without_the_sandbox_the_same_things_work),
		cmocka_unit_test(nothing_stays_open_and_nobody_unreaped),
		cmocka_unit_test(a_killed_child_is_gone_and_reaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
