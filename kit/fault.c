/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/fault.h>

#ifdef TS_FAULTS

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/num.h>

#define RULES_MOST 16
#define TEXT_MOST 1024

enum action { KILL, HANG, STOP, EXIT, LIST };

struct rule {
	enum action action;
	const char *point; /* LIST: the file */
	int64_t pass;      /* 1: the first */
	int64_t passed;
	int64_t code; /* EXIT */
};

/* Of the process, as what it stands for: how it is to die. */
static struct {
	bool read;
	char text[TEXT_MOST]; /* what the rules point into */
	struct rule rules[RULES_MOST];
	size_t count;
} plan;

/* A mistyped fault must not look like one that was survived. */
static void __attribute__((noreturn)) misunderstood(const char *part)
{
	dprintf(2, "TS_FAULT: \"%s\" is no fault\n", part);
	_exit(64);
}

/* Cuts text at the first of `at` and returns what follows; "" at the end. */
static char *
cut(char *text, char at)
{
	char *end = strchrnul(text, at);

	if (*end != '\0')
		*end++ = '\0';
	return end;
}

/* "kill:POINT[:PASS]", "hang:POINT[:PASS]", "stop:POINT[:PASS]",
 * "exit:POINT:CODE[:PASS]", "list:FILE" */
static struct rule
read_rule(char *text)
{
	static const char *const names[] = { [KILL] = "kill",
					     [HANG] = "hang",
					     [STOP] = "stop",
					     [EXIT] = "exit",
					     [LIST] = "list" };
	struct rule rule = { .pass = 1 };
	char *point = cut(text, ':'), *rest, *behind;
	size_t action = 0;

	while (action < sizeof names / sizeof names[0] &&
	       strcmp(text, names[action]) != 0)
		action++;
	if (action == sizeof names / sizeof names[0] || *point == '\0')
		misunderstood(text);
	rule.action = (enum action)action;
	rule.point = point;
	if (rule.action == LIST)
		return rule;
	rest = cut(point, ':');
	if (rule.action == EXIT) {
		behind = cut(rest, ':');
		if (ts_num_int(rest, 0, 255, &rule.code, NULL) != TS_OK)
			misunderstood(point);
		rest = behind;
	}
	if (*rest != '\0' &&
	    ts_num_int(rest, 1, INT32_MAX, &rule.pass, NULL) != TS_OK)
		misunderstood(point);
	return rule;
}

static void
read_plan(void)
{
	const char *text = getenv("TS_FAULT");
	const char *only = getenv("TS_FAULT_IN");

	plan.read = true;
	if (text == NULL || (only != NULL && only[0] != '\0' &&
			     strcmp(only, program_invocation_short_name) != 0))
		return;
	if (strlen(text) >= sizeof plan.text)
		misunderstood("(too long)");
	memcpy(plan.text, text, strlen(text) + 1);
	for (char *at = plan.text, *next; *at != '\0'; at = next) {
		next = cut(at, ',');
		if (plan.count == RULES_MOST)
			misunderstood("(too many)");
		plan.rules[plan.count++] = read_rule(at);
	}
}

/* One write, so that several processes may share the file. */
static void
list(const char *file, const char *point)
{
	char line[256];
	int length = snprintf(line, sizeof line, "%s\n", point);
	int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0 || write(fd, line, (size_t)length) != length)
		misunderstood(file);
	close(fd);
}

/* With TS_FAULT_ONCE only the first process that comes to such a point is
 * harmed: it makes that file. */
static bool
is_first(void)
{
	const char *file = getenv("TS_FAULT_ONCE");
	int fd;

	if (file == NULL || file[0] == '\0')
		return true;
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0 && errno != EEXIST)
		misunderstood(file);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void
act(const struct rule *rule, const char *point)
{
	if (rule->action != LIST && !is_first())
		return;
	switch (rule->action) {
	case KILL:
		kill(getpid(), SIGKILL);
		for (;;)
			pause();
	case HANG:
		for (;;)
			pause();
	case STOP:
		kill(getpid(), SIGSTOP);
		return;
	case EXIT:
		_exit((int)rule->code);
	case LIST:
		list(rule->point, point);
	}
}

void
ts_fault_at(const char *point)
{
	int before = errno;

	if (!plan.read)
		read_plan();
	for (size_t i = 0; i < plan.count; i++) {
		struct rule *rule = &plan.rules[i];

		if (rule->action == LIST || (strcmp(rule->point, point) == 0 &&
					     ++rule->passed == rule->pass))
			act(rule, point);
	}
	errno = before;
}

#endif
