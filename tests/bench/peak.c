/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peak.c - runs a program and prints on a line of its own, last on standard
 * output, what it needed: peak of resident memory in KiB, wall time and
 * processor time in microseconds. A parent that is small itself: a child's
 * peak begins with that of the process it was forked from.
 *
 *   peak PROGRAM [ARGUMENT ...]       exit status: the program's
 */
#include <spawn.h>
#include <stdio.h>
#include <time.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern char **environ;

static long long
us_of(struct timeval time)
{
	return time.tv_sec * 1000000LL + time.tv_usec;
}

int
main(int argc, char **argv)
{
	struct timespec begin, end;
	struct rusage usage;
	pid_t pid;
	int how;

	if (argc < 2)
		return 64;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (posix_spawnp(&pid, argv[1], NULL, NULL, argv + 1, environ) != 0 ||
	    wait4(pid, &how, 0, &usage) != pid)
		return 71;
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%ld %lld %lld\n", usage.ru_maxrss,
	       (end.tv_sec - begin.tv_sec) * 1000000LL +
		       (end.tv_nsec - begin.tv_nsec) / 1000,
	       us_of(usage.ru_utime) + us_of(usage.ru_stime));
	return WIFEXITED(how) ? WEXITSTATUS(how) : 70;
}
