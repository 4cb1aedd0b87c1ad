/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a worker can reach behind its wall. The worker is this program again,
 * started by the supervisor's own code with the usual lists: it tries, and
 * its last words tell.
 */
#include "tests/plots/engine_help.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <tradestat/buf.h>
#include <tradestat/spawn.h>
#include "config/load.h"
#include "daemon/supervise/worker.h"

#define SECOND ((int64_t)1000000)

static bool
have_landlock(void)
{
	return syscall(444 /* landlock_create_ruleset */, NULL, 0, 1) >= 2;
}

/* ---- the worker ---------------------------------------------------------- */

static void
tell(const char *what, bool worked)
{
	int cause = errno;

	printf("%s=%s ", what, worked ? "ok" : strerrorname_np(cause));
}

static bool
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
can_read(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Everything a store and a publisher of bundles do to files. */
static int
try_files(const char *inside, const char *outside)
{
	char one[600], two[600], file[600], other[600], out[600];

	snprintf(one, sizeof one, "%s/one", inside);
	snprintf(two, sizeof two, "%s/two", inside);
	snprintf(file, sizeof file, "%s/one/file", inside);
	snprintf(other, sizeof other, "%s/two/file", inside);
	snprintf(out, sizeof out, "%s/file", outside);
	tell("mkdir", mkdir(one, 0700) == 0 && mkdir(two, 0700) == 0);
	tell("write", make_file(file));
	tell("truncate", truncate(file, 100) == 0);
	tell("rename", rename(file, other) == 0);
	tell("link", link(other, file) == 0);
	tell("unlink", unlink(other) == 0);
	tell("symlink", symlink("file", other) == 0);
	snprintf(other, sizeof other, "%s/two/one", inside);
	tell("move-folder", rename(one, other) == 0);
	snprintf(other, sizeof other, "%s/two/one/file", inside);
	tell("remove", unlink(other) == 0);
	snprintf(other, sizeof other, "%s/two/one", inside);
	tell("rmdir", rmdir(other) == 0);
	printf("| ");
	tell("read", can_read(out));
	tell("write", make_file(out));
	snprintf(file, sizeof file, "%s/new", outside);
	tell("make", make_file(file));
	tell("list", can_read(outside));
	tell("mkdir", mkdir(file, 0700) == 0);
	tell("unlink", unlink(out) == 0);
	tell("truncate", truncate(out, 0) == 0);
	snprintf(other, sizeof other, "%s/two/x", inside);
	tell("rename-in", rename(out, other) == 0);
	tell("run", execl("/bin/sh", "sh", "-c", "exit 9", NULL) == 0);
	return 0;
}

static void *
in_thread(void *arg)
{
	*(bool *)arg = true;
	return NULL;
}

/* What a fetch needs. */
static int
try_network(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	struct addrinfo *found = NULL;
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	bool ran = false;
	pthread_t thread;
	pid_t pid;
	int status;

	tell("listen",
	     bind(listener, (struct sockaddr *)&at, size) == 0 &&
		     listen(listener, 1) == 0 &&
		     getsockname(listener, (struct sockaddr *)&at, &size) == 0);
	tell("connect", connect(client, (struct sockaddr *)&at, size) == 0);
	tell("resolve", getaddrinfo("localhost", NULL, NULL, &found) == 0);
	if (found != NULL)
		freeaddrinfo(found);
	tell("thread", pthread_create(&thread, NULL, in_thread, &ran) == 0 &&
			       pthread_join(thread, NULL) == 0 && ran);
	pid = fork();
	if (pid == 0) {
		sleep(30);
		_exit(0);
	}
	tell("kill", pid > 0 && kill(pid, SIGKILL) == 0 &&
			     waitpid(pid, &status, 0) == pid);
	tell("null", make_file("/dev/null"));
	tell("urandom", can_read("/dev/urandom"));
	tell("trust",
	     can_read("/etc/ssl/certs") || access("/etc/ssl/certs", F_OK) != 0);
	tell("hosts", can_read("/etc/hosts"));
	tell("shadow", can_read("/etc/shadow"));
	close(listener);
	close(client);
	return 0;
}

/* Charts in a sandbox inside the wall. */
static int
try_drawing(const char *folder)
{
	char work[600], cache[600], path[3][600];
	const struct ts_plot_opts opts = { .work_dir = work,
					   .cache_dir = cache,
					   .font = "Inter",
					   .sandbox = true,
					   .created_us = 1700000000000000 };
	struct ts_plot_request requests[3];
	struct ts_plot *plot = NULL;
	struct ts_err err = { 0 };

	snprintf(work, sizeof work, "%s/work", folder);
	snprintf(cache, sizeof cache, "%s/cache", folder);
	if (ts_plot_open(&opts, &plot, &err) != TS_OK) {
		printf("%s", err.text);
		return err.status == TS_UNAVAILABLE ? 69 : 70;
	}
	for (int i = 0; i < 3; i++) {
		snprintf(path[i], sizeof path[i], "%s/picture%d", folder, i);
		requests[i] = (struct ts_plot_request){
			.chart = &bars,
			.spec = &usual_spec,
			.theme = ts_theme_find("light"),
			.format = i == 0   ? TS_SVG
				  : i == 1 ? TS_PNG
					   : TS_PDF,
			.path = path[i],
		};
	}
	if (ts_plot_draw(plot, requests, 3, &err) != TS_OK) {
		printf("%s", err.text);
		ts_plot_close(plot);
		return 71;
	}
	printf("drawn: %s", ts_plot_sandbox(plot));
	ts_plot_close(plot);
	return 0;
}

static bool
can_have(const char *reference, const char *value)
{
	struct ts_secret *secret = NULL;
	bool right;

	if (ts_secret_read(reference, &secret, NULL) != TS_OK) {
		errno = ENOENT;
		return false;
	}
	right = strcmp(ts_secret_reveal(secret), value) == 0;
	ts_secret_free(secret);
	errno = EINVAL;
	return right;
}

static int
try_secrets(const char *folder)
{
	struct ts_err err = { 0 };
	char path[600], byte;

	if (ts_secrets_open(STDIN_FILENO, &err) != TS_OK) {
		printf("%s", err.text);
		return 1;
	}
	tell("own", can_have("credential:own", "hunter2"));
	tell("other", can_have("credential:other", "swordfish"));
	snprintf(path, sizeof path, "file:%s/other", folder);
	tell("other-file", can_have(path, "swordfish"));
	tell("input", read(STDIN_FILENO, &byte, 1) == 0);
	return 0;
}

static int
try_limits(void)
{
	struct rlimit core;

	getrlimit(RLIMIT_CORE, &core);
	printf("core=%lld privileges=%d", (long long)core.rlim_max,
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	return 0;
}

/* ---- the supervisor ------------------------------------------------------ */

static void
note(void *ctx, const struct ts_worker_end *end)
{
	*(struct ts_worker_end *)ctx = *end;
}

static char self[512];

/* Starts this program again as a worker that may write in `inside`. */
static void
start(struct ts_workers *workers, const char *const *argv, const char *inside,
      int input_fd, struct ts_worker_end *end)
{
	static const char *const envp[] = { "PATH=/usr/bin:/bin",
					    "LC_ALL=C.UTF-8", NULL };
	struct ts_wall wall;
	struct ts_worker *worker;
	struct ts_err err = { 0 };
	const struct ts_worker_job job = { .argv = argv,
					   .envp = envp,
					   .input_fd = input_fd,
					   .deadline_us = 60 * SECOND,
					   .grace_us = SECOND,
					   .read_paths = wall.read,
					   .exec_paths = wall.exec,
					   .write_paths = wall.write,
					   .done = note,
					   .ctx = end };

	ts_wall_usual(&wall);
	assert_true(ts_wall_add(wall.write, inside));
	if (ts_worker_start(workers, &job, &worker, &err) != TS_OK)
		fail_msg("%s", err.text);
}

static struct ts_worker_end
run(const char *what, const char *inside, const char *more, int input_fd)
{
	const char *const argv[] = { self, "worker", what, inside, more, NULL };
	struct ts_worker_end end = { .code = 1000 };
	struct ts_workers *workers;
	struct ts_err err = { 0 };
	sd_event *event;

	assert_true(sd_event_new(&event) >= 0);
	assert_int_equal(ts_workers_new(event, &workers, &err), TS_OK);
	start(workers, argv, inside, input_fd, &end);
	for (int i = 0; i < 700 && end.code == 1000; i++)
		assert_true(sd_event_run(event, 100000) >= 0);
	ts_workers_free(workers);
	sd_event_unref(event);
	return end;
}

static void
need_landlock(void)
{
	if (have_landlock())
		return;
	print_message("this kernel has no Landlock, or an old one: skipped\n");
	skip();
}

static void
files_are_kept_inside_and_out_of_reach_outside(void **state)
{
	char *inside, *outside, path[512];
	struct ts_worker_end end;
	struct ts_err err = { 0 };

	(void)state;
	need_landlock();
	inside = temp_dir();
	outside = temp_dir();
	snprintf(path, sizeof path, "%s/file", outside);
	assert_int_equal(ts_file_write(path, "x", 1, 0666, &err), TS_OK);
	end = run("files", inside, outside, -1);
	assert_string_equal(
		end.words,
		"mkdir=ok write=ok truncate=ok rename=ok link=ok unlink=ok "
		"symlink=ok move-folder=ok remove=ok rmdir=ok | "
		"read=EACCES write=EACCES make=EACCES list=EACCES "
		"mkdir=EACCES unlink=EACCES truncate=EACCES rename-in=EACCES "
		"run=EACCES ");
	assert_int_equal(end.code, 0);
	temp_gone(inside);
	temp_gone(outside);
}

static void
a_fetch_has_all_it_needs_and_no_more(void **state)
{
	char *inside;
	struct ts_worker_end end;

	(void)state;
	need_landlock();
	inside = temp_dir();
	end = run("network", inside, "", -1);
	assert_string_equal(end.words,
			    "listen=ok connect=ok resolve=ok thread=ok kill=ok "
			    "null=ok urandom=ok trust=ok hosts=ok "
			    "shadow=EACCES ");
	temp_gone(inside);
}

static void
gnuplot_draws_in_a_sandbox_inside_the_wall(void **state)
{
	char *inside = temp_dir();
	struct ts_worker_end end = run("draw", inside, "", -1);

	(void)state;
	if (end.code == 69) {
		print_message("%s: skipped\n", end.words);
		temp_gone(inside);
		skip();
	}
	if (!have_landlock())
		print_message("drawn without Landlock: no wall here\n");
	else
		assert_string_equal(end.words, "drawn: landlock and seccomp");
	assert_int_equal(end.code, 0);
	temp_gone(inside);
}

static void
never(void *ctx, const char *text)
{
	(void)ctx;
	fail_msg("%s", text);
}

static void
secrets_arrive_and_there_are_no_others(void **state)
{
	static const char *const references[] = { "credential:own", NULL };
	char *inside, *outside, path[512];
	struct ts_worker_end end;
	struct ts_err err = { 0 };
	int fd;

	(void)state;
	need_landlock();
	inside = temp_dir();
	outside = temp_dir();
	setenv("CREDENTIALS_DIRECTORY", outside, 1);
	snprintf(path, sizeof path, "%s/own", outside);
	assert_int_equal(ts_file_write(path, "hunter2\n", 8, 0600, &err),
			 TS_OK);
	snprintf(path, sizeof path, "%s/other", outside);
	assert_int_equal(ts_file_write(path, "swordfish\n", 10, 0600, &err),
			 TS_OK);
	assert_int_equal(ts_secrets_pack(references, never, NULL, &fd, &err),
			 TS_OK);
	end = run("secrets", inside, outside, fd);
	assert_string_equal(end.words,
			    "own=ok other=ENOENT other-file=ENOENT input=ok ");
	/* it is still the caller's, for the next attempt */
	end = run("secrets", inside, outside, fd);
	assert_int_equal(end.code, 0);
	close(fd);
	unsetenv("CREDENTIALS_DIRECTORY");
	temp_gone(inside);
	temp_gone(outside);
}

static void
no_core_file_and_no_privileges(void **state)
{
	char *inside = temp_dir();

	(void)state;
	assert_string_equal(run("limits", inside, "", -1).words,
			    "core=0 privileges=1");
	temp_gone(inside);
}

/* Prints its worker's number and waits to be killed. */
static int
supervise(const char *inside)
{
	const char *const argv[] = { self, "worker", "sleep", NULL };
	struct ts_workers *workers;
	struct ts_worker_end end;
	struct ts_wall wall;
	struct ts_worker *worker;
	struct ts_err err;
	sd_event *event;
	const struct ts_worker_job job = { .argv = argv,
					   .input_fd = -1,
					   .deadline_us = 60 * SECOND,
					   .read_paths = wall.read,
					   .exec_paths = wall.exec,
					   .write_paths = wall.write,
					   .done = note,
					   .ctx = &end };

	ts_wall_usual(&wall);
	if (!ts_wall_add(wall.write, inside) || sd_event_new(&event) < 0 ||
	    ts_workers_new(event, &workers, &err) != TS_OK ||
	    ts_worker_start(workers, &job, &worker, &err) != TS_OK)
		return 1;
	printf("%d\n", ts_worker_pid(worker));
	fflush(stdout);
	sleep(30);
	return 0;
}

static bool
is_gone(pid_t pid)
{
	char path[64], text[256] = "";
	int fd;
	bool dead;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	/* a zombie that init has not reaped yet is dead */
	dead = read(fd, text, sizeof text - 1) <= 0 ||
	       strstr(text, ") Z") != NULL || strstr(text, ") X") != NULL;
	close(fd);
	return dead;
}

static void
a_worker_dies_with_its_supervisor(void **state)
{
	char *inside = temp_dir(), text[32] = "";
	const char *const argv[] = { self, "supervisor", inside, NULL };
	struct ts_spawn spawn = { .argv = argv,
				  .stdin_fd = -1,
				  .stderr_fd = -1 };
	struct ts_child child;
	struct ts_err err = { 0 };
	int ends[2], i;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	spawn.stdout_fd = ends[1];
	assert_int_equal(ts_spawn(&spawn, &child, &err), TS_OK);
	close(ends[1]);
	assert_true(read(ends[0], text, sizeof text - 1) > 0);
	close(ends[0]);
	pid = (pid_t)strtol(text, NULL, 10);
	assert_true(pid > 1);
	assert_false(is_gone(pid));
	/* the supervisor alone: its worker leads another group */
	ts_spawn_kill(&child);
	for (i = 0; i < 500 && !is_gone(pid); i++)
		usleep(10000);
	assert_true(is_gone(pid));
	temp_gone(inside);
}

static void
a_list_that_is_full_says_so(void **state)
{
	struct ts_wall wall;
	int more = 0;

	(void)state;
	ts_wall_usual(&wall);
	assert_true(ts_wall_add(wall.read, NULL));
	assert_true(ts_wall_add(wall.read, ""));
	while (more < TS_WALL_PATHS && ts_wall_add(wall.read, "/srv"))
		more++;
	/* room for what a supervisor adds: configuration, codes, plugins ... */
	assert_true(more >= 16 && more < TS_WALL_PATHS);
	assert_null(wall.read[TS_WALL_PATHS - 1]);
}

static int
work(const char *what, const char *inside, const char *more)
{
	if (strcmp(what, "files") == 0)
		return try_files(inside, more);
	if (strcmp(what, "network") == 0)
		return try_network();
	if (strcmp(what, "draw") == 0)
		return try_drawing(inside);
	if (strcmp(what, "secrets") == 0)
		return try_secrets(more);
	if (strcmp(what, "limits") == 0)
		return try_limits();
	sleep(30);
	return 99;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			files_are_kept_inside_and_out_of_reach_outside),
		cmocka_unit_test(a_fetch_has_all_it_needs_and_no_more),
		cmocka_unit_test(gnuplot_draws_in_a_sandbox_inside_the_wall),
		cmocka_unit_test(secrets_arrive_and_there_are_no_others),
		cmocka_unit_test(no_core_file_and_no_privileges),
		cmocka_unit_test(a_worker_dies_with_its_supervisor),
		cmocka_unit_test(a_list_that_is_full_says_so),
	};
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

	if (length < 0)
		return 1;
	self[length] = '\0';
	if (argc > 2 && strcmp(argv[1], "worker") == 0)
		return work(argv[2], argc > 3 ? argv[3] : "",
			    argc > 4 ? argv[4] : "");
	if (argc > 2 && strcmp(argv[1], "supervisor") == 0)
		return supervise(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
