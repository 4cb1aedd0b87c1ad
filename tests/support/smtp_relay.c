/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/smtp_relay.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/spawn.h>

static struct {
	pthread_mutex_t lock;
	struct ts_child child;
	FILE *to, *from;
} relays = { .lock = PTHREAD_MUTEX_INITIALIZER };

bool
smtp_relays_start(void)
{
	static const char *const envp[] = {
		"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin", NULL
	};
	char python[512], folder[512], script[600];
	const char *argv[] = { python, script, "--control", NULL };
	struct ts_spawn spawn = { .argv = argv,
				  .envp = envp,
				  .stderr_fd = STDERR_FILENO };
	struct ts_err err;
	int to[2], from[2];

	if (!ts_find_program("python3", python, sizeof python) ||
	    getcwd(folder, sizeof folder) == NULL || pipe2(to, O_CLOEXEC) != 0)
		return false;
	if (pipe2(from, O_CLOEXEC) != 0)
		return false;
	snprintf(script, sizeof script, "%s/tests/support/smtp_server.py",
		 folder);
	spawn.stdin_fd = to[0];
	spawn.stdout_fd = from[1];
	if (ts_spawn(&spawn, &relays.child, &err) != TS_OK) {
		fprintf(stderr, "smtp_server.py: %s\n", err.text);
		return false;
	}
	close(to[0]);
	close(from[1]);
	relays.to = fdopen(to[1], "w");
	relays.from = fdopen(from[0], "r");
	return relays.to != NULL && relays.from != NULL;
}

void
smtp_relays_stop(void)
{
	struct ts_err err;
	int code;

	if (relays.to == NULL)
		return;
	fclose(relays.to); /* it ends by that */
	if (ts_spawn_wait(&relays.child, 5000, 1000, &code, &err) != TS_OK)
		fprintf(stderr, "smtp_server.py: %s\n", err.text);
	fclose(relays.from);
}

static bool
ask(const char *wish, char *answer, int room)
{
	bool good;

	pthread_mutex_lock(&relays.lock);
	good = fprintf(relays.to, "%s\n", wish) > 0 && fflush(relays.to) == 0 &&
	       fgets(answer, room, relays.from) != NULL;
	pthread_mutex_unlock(&relays.lock);
	return good;
}

bool
smtp_relay_new(struct smtp_relay *relay, const char *wish, bool refuse,
	       bool smtps)
{
	char line[4096], answer[600];

	snprintf(line, sizeof line, "{'new': {%s}, 'refuse': %s}", wish,
		 refuse ? "true" : "false");
	if (!ask(line, answer, sizeof answer) ||
	    sscanf(answer, "%d %511s", &relay->port, relay->ca) != 2)
		return false;
	snprintf(relay->url, sizeof relay->url, "%s://127.0.0.1:%d",
		 smtps ? "smtps" : "smtp", relay->port);
	return true;
}

static int
value(const char *answer, const char *name)
{
	const char *at = strstr(answer, name);

	return at != NULL ? (int)strtol(at + strlen(name), NULL, 10) : -1;
}

bool
smtp_relay_look(const struct smtp_relay *relay, struct smtp_seen *seen)
{
	char line[64], answer[2048];
	const char *hashes;

	snprintf(line, sizeof line, "{'ask': %d}", relay->port);
	if (!ask(line, answer, sizeof answer))
		return false;
	seen->messages = value(answer, "messages=");
	seen->connections = value(answer, " connections=");
	seen->ehlo = value(answer, " ehlo=");
	seen->mail = value(answer, " mail=");
	seen->data = value(answer, " data=");
	seen->quit = value(answer, " quit=");
	seen->body = value(answer, " body=");
	seen->unknown = value(answer, " unknown=");
	seen->clear = value(answer, " clear=");
	hashes = strstr(answer, " hashes=");
	snprintf(seen->hashes, sizeof seen->hashes, "%.*s",
		 hashes != NULL ? (int)strcspn(hashes + 8, "\n") : 0,
		 hashes != NULL ? hashes + 8 : "");
	return true;
}
