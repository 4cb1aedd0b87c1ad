/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_gnuplot - stands in for gnuplot when it misbehaves (row F9 of the
 * fault matrix). Its own file name says how: "hang", "segv", "flood" ...
 * It speaks just enough: reads the short lines, does its worst at "load",
 * and answers the "print" lines as gnuplot would.
 *
 * Compiled by the tests themselves, without sanitizers: it runs under a limit
 * of its address space.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PICTURE "chart.part"

static void
put(const char *name, const void *bytes, size_t count)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0)
		_exit(99);
	if (write(fd, bytes, count) != (ssize_t)count)
		_exit(98);
	close(fd);
}

/* A picture of 600 x 380 as the tests ask for, whole. */
static void
put_svg(const char *name)
{
	static const char head[] =
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		"<svg viewBox=\"0 0 600 380\" "
		"xmlns=\"http://www.w3.org/2000/svg\">\n"
		"<g><text>drawn by the double</text></g>\n";
	char svg[1024];
	int used = snprintf(svg, sizeof svg, "%s%*s\n</svg>\n", head, 500, "");

	put(name, svg, (size_t)used);
}

static void
put_cut_png(void)
{
	static const unsigned char png[400] =
		"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\xb0\0\0\x02\xf8"
		"\x08\x02\0\0\0\xe4\x98\x99\xa3"
		"\0\0\x10\0IDAT";

	put(PICTURE, png, sizeof png);
}

static void
flood(void)
{
	static char line[65536];

	memset(line, 'x', sizeof line);
	for (;;)
		if (write(2, line, sizeof line) < 0)
			_exit(1);
}

static void
bomb(void)
{
	int made = 0;

	for (int i = 0; i < 20; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			sleep(100);
			_exit(0);
		}
		made += pid > 0;
	}
	dprintf(2, "made %d processes\n", made);
}

/* Beside its own program file, which lies outside of its folder. */
static void
escape(const char *self)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof path, "%s.canary", self);
	fd = open(path, O_WRONLY | O_CREAT, 0644);
	dprintf(2, "canary: %s\n", fd < 0 ? strerror(errno) : "written");
}

static int
is_second_life(void)
{
	struct stat st;

	if (stat("lives", &st) == 0)
		return 1;
	put("lives", "1", 1);
	return 0;
}

static void
misbehave(const char *mode, const char *self)
{
	if (strcmp(mode, "hang") == 0)
		for (;;)
			pause();
	if (strcmp(mode, "stubborn") == 0) {
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	}
	if (strcmp(mode, "leaves") == 0)
		_exit(3);
	if (strcmp(mode, "empty") == 0)
		put(PICTURE, "", 0);
	if (strcmp(mode, "rubbish") == 0)
		for (char text[4096] = "rubbish";;) {
			put(PICTURE, text, sizeof text);
			break;
		}
	if (strcmp(mode, "truncated") == 0)
		put_cut_png();
	if (strcmp(mode, "segv") == 0)
		raise(SIGSEGV);
	if (strcmp(mode, "flood") == 0)
		flood();
	if (strcmp(mode, "bomb") == 0)
		bomb();
	if (strcmp(mode, "escape") == 0)
		escape(self);
	if (strcmp(mode, "link") == 0 && symlink("/etc/passwd", PICTURE) != 0)
		dprintf(2, "link: %s\n", strerror(errno));
	if (strcmp(mode, "fifo") == 0 && mkfifo(PICTURE, 0644) != 0)
		dprintf(2, "fifo: %s\n", strerror(errno));
	if (strcmp(mode, "liar") == 0) {
		dprintf(2, "@@17 0 \n@@17.\n");
		for (;;)
			pause();
	}
	if (strcmp(mode, "grows") == 0) {
		static char block[1 << 20];
		int fd = open(PICTURE, O_WRONLY | O_CREAT | O_TRUNC, 0644);

		while (write(fd, block, sizeof block) > 0)
			;
	}
	if (strcmp(mode, "once") == 0) {
		if (!is_second_life())
			_exit(1);
		put_svg(PICTURE);
	}
	if (strcmp(mode, "warns") == 0) {
		put_svg(PICTURE);
		dprintf(2, "warning: \033[31mcolours\n");
	}
}

int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *mode = slash != NULL ? slash + 1 : argv[0];
	int errors = 0;
	char line[4096];

	if (argc != 3 || strcmp(argv[1], "-d") != 0)
		return 97;
	if (strcmp(mode, "exits") == 0)
		return 0;
	while (fgets(line, sizeof line, stdin) != NULL) {
		char *token = strstr(line, "@@");

		if (strncmp(line, "load ", 5) == 0)
			misbehave(mode, argv[0]);
		if (strncmp(line, "load ", 5) == 0 &&
		    strcmp(mode, "error") == 0) {
			errors = 1;
			put_svg(PICTURE); /* a whole one, and yet */
			dprintf(2, "\n\"chart.gp\" line 3: "
				   "undefined variable: x\n\n");
		}
		if (token == NULL)
			continue;
		token[strcspn(token, " '")] = '\0';
		if (token[strlen(token) - 1] == '.')
			dprintf(2, "%s\n", token);
		else
			dprintf(2, "%s  %d 1   %s\n", token, errors,
				errors ? "undefined variable: x" : "");
	}
	return 0;
}
