/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `tradestat pause`, `resume`, `hold`, `release`, `reload`, and `run` by the
 * daemon: the daemon is asked; where none is running, what concerns the
 * journal only is done in the store.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/file.h>
#include "daemon/common/control.h"
#include "daemon/common/lock.h"
#include "daemon/common/places.h"
#include "daemon/verb_send.h"
#include "daemon/world.h"

static void
print_done(const struct ts_buf *reply, const char *behind)
{
	char line[4096];
	size_t i;

	for (i = 0; ts_control_value(reply->data, "done", i, line,
				     sizeof line) != NULL;
	     i++)
		printf("%s%s\n", line, behind);
}

/* Only a person at a terminal is asked; a script has said what it wants. */
static enum ts_status
confirm(const struct ts_cli *cli, const char *question, struct ts_err *err)
{
	char answer[16];

	if (cli->yes || !isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
		return TS_OK;
	fprintf(stderr, "%s [y/N] ", question);
	fflush(stderr);
	if (fgets(answer, sizeof answer, stdin) != NULL &&
	    (answer[0] == 'y' || answer[0] == 'Y'))
		return TS_OK;
	return ts_fail(err, TS_REFUSED, "nothing was changed");
}

/* With the daemon's lock in hand nobody else drives the journal. */
static enum ts_status
apply_here(const struct ts_cli *cli, const char *line, struct ts_buf *reply,
	   struct ts_err *err)
{
	struct ts_request_line request;
	struct ts_world world;
	TS_AUTO_FD lock = -1;
	char who[64];
	enum ts_status status;

	status = ts_control_parse(line, strlen(line), &request, err);
	if (status != TS_OK)
		return status;
	snprintf(who, sizeof who, "uid %u by hand", (unsigned)getuid());
	status = ts_world_open(cli, TS_WORLD_STORE, &world, err);
	if (status == TS_OK)
		status = ts_lock_take(world.conf->state_dir, TS_LOCK_DAEMON,
				      &lock, err);
	if (status == TS_OK)
		status = ts_control_apply(
			world.store, world.conf, &request, who,
			world.clock->wall_us(world.clock), reply, err);
	ts_world_close(&world);
	return status;
}

static enum ts_status
ask(const struct ts_cli *cli, const char *line, struct ts_buf *reply,
    struct ts_err *err)
{
	struct ts_world world;
	enum ts_status status = ts_world_open(cli, 0, &world, err);

	if (status == TS_OK)
		status = ts_control_ask(world.conf->runtime_dir, line, reply,
					err);
	ts_world_close(&world);
	return status;
}

static enum ts_status
change(const struct ts_cli *cli, struct ts_err *err)
{
	TS_AUTO_BUF reply = TS_BUF_INIT(TS_CONTROL_REPLY);
	TS_AUTO_BUF line = TS_BUF_INIT(TS_CONTROL_LINE);
	struct ts_request_line request;
	enum ts_status status;

	if (ts_is_delivery_matter(cli->args[0]))
		return ts_verb_delivery(cli, err);
	ts_buf_addf(&line, "%s %s", cli->verb, cli->args[0]);
	if (ts_buf_check(&line, "the request", err) != TS_OK ||
	    ts_control_parse(line.data, line.used, &request, err) != TS_OK) {
		err->status = TS_BAD_USAGE;
		return TS_BAD_USAGE;
	}
	status = ask(cli, line.data, &reply, err);
	if (status == TS_OK) {
		print_done(&reply, "");
		return TS_OK;
	}
	if (status != TS_UNAVAILABLE)
		return status;
	ts_buf_reset(&reply);
	status = apply_here(cli, line.data, &reply, err);
	if (status == TS_OK)
		print_done(&reply,
			   " (no daemon is running; done in the store)");
	return status;
}

enum ts_status
ts_verb_pause(const struct ts_cli *cli, struct ts_err *err)
{
	return change(cli, err);
}

enum ts_status
ts_verb_resume(const struct ts_cli *cli, struct ts_err *err)
{
	return change(cli, err);
}

enum ts_status
ts_verb_hold(const struct ts_cli *cli, struct ts_err *err)
{
	char question[256];

	snprintf(question, sizeof question,
		 "Nobody will get %.160s until it is released. Hold it?",
		 cli->args[0]);
	if (confirm(cli, question, err) != TS_OK)
		return err->status;
	return change(cli, err);
}

enum ts_status
ts_verb_release(const struct ts_cli *cli, struct ts_err *err)
{
	char question[256];

	snprintf(question, sizeof question,
		 "%.160s goes out in spite of what held it. Release it?",
		 cli->args[0]);
	if (confirm(cli, question, err) != TS_OK)
		return err->status;
	return change(cli, err);
}

/* A broken configuration cannot say where the daemon listens: then it is asked
 * at the usual place, so that it refuses the reload itself and says so to
 * everybody who watches it. */
static enum ts_status
ask_reload(const struct ts_cli *cli, struct ts_buf *reply, struct ts_err *err)
{
	struct ts_world world;
	struct ts_conf_defaults defaults;
	struct ts_err second = { .status = TS_OK };
	enum ts_status status = ts_world_open(cli, 0, &world, err);

	ts_places(&defaults);
	if (status == TS_OK)
		status = ts_control_ask(world.conf->runtime_dir, "reload",
					reply, err);
	else if (status == TS_BAD_CONFIG &&
		 ts_control_ask(defaults.runtime_dir, "reload", reply,
				&second) != TS_UNAVAILABLE &&
		 second.status != TS_OK)
		*err = second;
	ts_world_close(&world);
	return err->status != TS_OK ? err->status : status;
}

enum ts_status
ts_verb_reload(const struct ts_cli *cli, struct ts_err *err)
{
	TS_AUTO_BUF reply = TS_BUF_INIT(TS_CONTROL_REPLY);
	char count[32];

	err->status = TS_OK;
	if (ask_reload(cli, &reply, err) != TS_OK)
		return err->status;
	if (ts_control_value(reply.data, "reports", 0, count, sizeof count) ==
	    NULL)
		count[0] = '\0';
	printf("the daemon has read its configuration: %s report%s\n", count,
	       strcmp(count, "1") == 0 ? "" : "s");
	return TS_OK;
}

enum ts_status
ts_verb_run_by_daemon(const struct ts_cli *cli, struct ts_err *err)
{
	TS_AUTO_BUF reply = TS_BUF_INIT(TS_CONTROL_REPLY);
	TS_AUTO_BUF line = TS_BUF_INIT(TS_CONTROL_LINE);

	ts_buf_addf(&line, "run %s", cli->args[0]);
	if (cli->force)
		ts_buf_add(&line, " force");
	if (cli->waive != NULL && cli->waive[0] != '\0')
		ts_buf_addf(&line, " waive=%s", cli->waive);
	if (ts_buf_check(&line, "the request", err) != TS_OK) {
		err->status = TS_BAD_USAGE;
		return TS_BAD_USAGE;
	}
	if (ask(cli, line.data, &reply, err) != TS_OK)
		return err->status;
	print_done(&reply, "; tradestat status shows how it goes on");
	return TS_OK;
}
