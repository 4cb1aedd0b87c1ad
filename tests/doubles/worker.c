/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker - stands in for a stage that misbehaves (row F9 of the fault matrix,
 * for workers). Its first argument says how. Compiled by the tests
 * themselves, without sanitizers: it runs under limits.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 200 /* of the bomb, where no limit stops it before */

static void __attribute__((noreturn)) sleep_on(void)
{
	for (int i = 0; i < 60; i++)
		sleep(1);
	_exit(90);
}

static int
flood(void)
{
	static char chunk[65536];

	memset(chunk, 'x', sizeof chunk);
	for (int i = 0; i < 1024; i++) /* 64 MiB */
		for (size_t sent = 0; sent < sizeof chunk;) {
			ssize_t got =
				write(1, chunk + sent, sizeof chunk - sent);

			if (got < 0)
				return 91;
			sent += (size_t)got;
		}
	return 0;
}

/* Each child flees into a session of its own and stays; the parent goes. */
static int
bomb(void)
{
	int made = 0;

	for (; made < CHILDREN; made++) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (pid == 0) {
			setsid();
			signal(SIGTERM, SIG_IGN);
			if (made % 2 == 0 && fork() < 0)
				_exit(92);
			sleep_on();
		}
	}
	printf("%d %s\n", made, made < CHILDREN ? strerror(errno) : "all");
	return 0;
}

/* Its child leads a session of its own and keeps the output open. */
static int
daemonize(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		setsid();
		if (fork() != 0)
			_exit(0);
		sleep_on();
	}
	waitpid(pid, NULL, 0);
	printf("left one\n");
	return 0;
}

/* Never the same process twice: each link makes the next and goes. */
static int
chain(void)
{
	for (int link = 0; link < 2000; link++) {
		pid_t pid = fork();

		if (pid < 0)
			_exit(94);
		if (pid > 0) {
			if (link == 0)
				return 0; /* the worker itself */
			_exit(0);
		}
		setsid();
		usleep(500);
	}
	sleep_on();
}

static int
take_memory(void)
{
	const size_t size = (size_t)48 << 20;
	char *bytes = malloc(size);

	if (bytes == NULL)
		return 93;
	for (size_t i = 0; i < size; i += 4096)
		((volatile char *)bytes)[i] = 1;
	return 0;
}

static int
show(void)
{
	struct rlimit limit;
	char text[32] = "?";
	int fd = open("/proc/self/oom_score_adj", O_RDONLY);
	int open_files = 0;

	if (fd >= 0) {
		ssize_t got = read(fd, text, sizeof text - 1);

		text[got > 1 ? got - 1 : 0] = '\0';
		close(fd);
	}
	for (int i = 3; i < 256; i++)
		open_files += fcntl(i, F_GETFD) >= 0;
	getrlimit(RLIMIT_NPROC, &limit);
	printf("oom=%s files=%d leader=%d processes=%lld\n", text, open_files,
	       getsid(0) == getpid(),
	       limit.rlim_cur == RLIM_INFINITY ? -1LL
					       : (long long)limit.rlim_cur);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	const char *with = argc > 2 ? argv[2] : "";

	if (strcmp(how, "exit") == 0)
		return (int)strtol(with, NULL, 10);
	if (strcmp(how, "say") == 0)
		return write(1, with, strlen(with)) < 0;
	if (strcmp(how, "segv") == 0)
		raise(SIGSEGV);
	if (strcmp(how, "abort") == 0)
		abort();
	if (strcmp(how, "hang") == 0)
		sleep_on();
	if (strcmp(how, "polite") == 0) {
		/* the default of SIGTERM, said aloud */
		signal(SIGTERM, SIG_DFL);
		sleep_on();
	}
	if (strcmp(how, "stubborn") == 0) {
		signal(SIGTERM, SIG_IGN);
		signal(SIGINT, SIG_IGN);
		printf("no\n");
		fflush(stdout);
		sleep_on();
	}
	if (strcmp(how, "family") == 0) { /* in the group, heedless */
		signal(SIGTERM, SIG_IGN);
		if (fork() == 0 && fork() == 0)
			sleep_on();
		sleep_on();
	}
	if (strcmp(how, "waits") == 0) { /* for a child that heeds */
		pid_t pid = fork();

		if (pid == 0)
			sleep_on();
		signal(SIGTERM, SIG_IGN);
		return waitpid(pid, NULL, 0) == pid ? 6 : 95;
	}
	if (strcmp(how, "silent") == 0) { /* closes all, goes on */
		close(0);
		close(1);
		close(2);
		usleep(200000);
		return 5;
	}
	if (strcmp(how, "flood") == 0)
		return flood();
	if (strcmp(how, "bomb") == 0)
		return bomb();
	if (strcmp(how, "daemonize") == 0)
		return daemonize();
	if (strcmp(how, "chain") == 0)
		return chain();
	if (strcmp(how, "memory") == 0)
		return take_memory();
	if (strcmp(how, "show") == 0)
		return show();
	return 99;
}
