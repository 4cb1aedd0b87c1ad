/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage - stands in for `tradestat` as the daemon starts it: notes beside the
 * store what it was given on standard input ("given.fetch"), and fails. By the
 * name of "stubborn" it stays, with a child that fled, and ignores SIGTERM.
 *
 * Compiled by the tests themselves, without sanitizers.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int
note(const char *stage)
{
	char name[64], piece[4096];
	ssize_t got;
	int fd;

	snprintf(name, sizeof name, "given.%s", stage);
	fd = open(name, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd < 0)
		return 98;
	lseek(0, 0, SEEK_SET);
	while ((got = read(0, piece, sizeof piece)) > 0)
		if (write(fd, piece, (size_t)got) != got)
			return 97;
	close(fd);
	return 1;
}

int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	int code;

	if (argc > 1 && strcmp(argv[1], "check") == 0)
		return 0;
	code = argc > 2 ? note(argv[2]) : 99;
	if (slash == NULL || strcmp(slash, "/stubborn") != 0)
		return code;
	signal(SIGTERM, SIG_IGN);
	if (fork() == 0)
		setsid();
	for (int i = 0; i < 60; i++)
		sleep(1);
	return 0;
}
