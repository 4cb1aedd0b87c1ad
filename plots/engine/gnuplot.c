/* SPDX-License-Identifier: Apache-2.0 */
#include "plots/engine/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <tradestat/buf.h>
#include <tradestat/clock.h>
#include <tradestat/file.h>
#include <tradestat/text.h>

#include "plots/engine/process.h"

#define SCRIPT "chart.gp"
#define TAKEN "chart.done"
#define END_MARK "ts_job_end"
#define JOBS_OF_A_LIFE 500
#define TOKEN_BYTES 16
#define SAID_MAX (1 << 20) /* more on stderr than this is madness */
#define SHOWN_MAX 300      /* code points of it that a person gets */

struct ts_gnuplot {
	char *program, *folder;
	int deadline_ms, jobs;
	bool sandbox;

	struct ts_process process;
	int jobs_done;

	char token[2 * TOKEN_BYTES + 1];
	int64_t due_us;
	struct ts_buf heard; /* stderr of this job, as it came */
	struct ts_buf said;  /* of the job that is over, to be shown */
};

/* ---- what it leaves and says --------------------------------------------- */

static void
path_in(const struct ts_gnuplot *gnuplot, const char *name, char *path,
	size_t size)
{
	snprintf(path, size, "%s/%s", gnuplot->folder, name);
}

static void
forget_picture(const struct ts_gnuplot *gnuplot)
{
	char path[4096];

	path_in(gnuplot, TS_GNUPLOT_PICTURE, path, sizeof path);
	unlink(path);
}

static void
kill_process(struct ts_gnuplot *gnuplot)
{
	ts_process_kill(&gnuplot->process);
	forget_picture(gnuplot);
}

static void
keep_said(struct ts_gnuplot *gnuplot, const char *text, size_t count)
{
	char *copy = strndup(text, count);

	if (copy != NULL)
		ts_text_clean(&gnuplot->said, copy, SHOWN_MAX);
	free(copy);
}

enum hearing { HEAR_NOTHING, HEAR_END, HEAR_TOO_MUCH, HEAR_ERROR };

/* Takes in all that has arrived. */
static enum hearing
hear(struct ts_gnuplot *gnuplot)
{
	char bytes[16384];
	ssize_t count;

	while ((count = read(gnuplot->process.err, bytes, sizeof bytes)) > 0) {
		/* a NUL would hide the rest from the search */
		for (ssize_t i = 0; i < count; i++)
			if (bytes[i] == '\0')
				bytes[i] = '?';
		ts_buf_add_bytes(&gnuplot->heard, bytes, (size_t)count);
		if (gnuplot->heard.failed)
			return HEAR_TOO_MUCH;
	}
	if (count == 0)
		return HEAR_END;
	return errno == EAGAIN || errno == EINTR ? HEAR_NOTHING : HEAR_ERROR;
}

static enum ts_gnuplot_state
lost(struct ts_gnuplot *gnuplot, const char *problem, struct ts_err *err)
{
	keep_said(gnuplot, gnuplot->heard.data, gnuplot->heard.used);
	ts_fail(err, TS_AGAIN, "gnuplot %s%s%s", problem,
		gnuplot->said.used > 0 ? ": " : "", gnuplot->said.data);
	kill_process(gnuplot);
	return TS_GNUPLOT_LOST;
}

static enum ts_gnuplot_state
ended(struct ts_gnuplot *gnuplot, struct ts_err *err)
{
	char problem[128];
	struct ts_err ignored;
	int code;

	/* it closed its stderr: if it is not dead yet, it soon is */
	if (ts_spawn_wait(&gnuplot->process.child, 1000, 0, &code, &ignored) !=
	    TS_OK)
		snprintf(problem, sizeof problem, "closed its stderr");
	else if (code < 0)
		snprintf(problem, sizeof problem,
			 "was killed by signal %d (%s)", -code,
			 strsignal(-code));
	else
		snprintf(problem, sizeof problem, "ended with status %d", code);
	hear(gnuplot);
	gnuplot->process.child.pid = -1; /* reaped */
	return lost(gnuplot, problem, err);
}

/* ---- a job --------------------------------------------------------------- */

static enum ts_status
write_script(const struct ts_gnuplot *gnuplot, const char *script, size_t size,
	     struct ts_err *err)
{
	char path[4096];
	TS_AUTO_FD fd = -1;

	path_in(gnuplot, SCRIPT, path, sizeof path);
	/* no fsync: nobody reads it after this process */
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	if (fd < 0)
		return ts_fail_errno(err, errno, "%s", path);
	if (ts_write_all(fd, script, size, path, err) != TS_OK)
		return err->status;
	return ts_write_all(fd, "\n" END_MARK " = 1\n", sizeof END_MARK + 5,
			    path, err);
}

static enum ts_status
new_token(struct ts_gnuplot *gnuplot, struct ts_err *err)
{
	unsigned char bytes[TOKEN_BYTES];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return ts_fail_errno(err, errno, "random token");
	for (size_t i = 0; i < sizeof bytes; i++)
		snprintf(gnuplot->token + 2 * i, 3, "%02x", bytes[i]);
	return TS_OK;
}

/*
 * "reset session" forgets variables and settings, but not line types. At the
 * end "unset multiplot" comes first: an error inside one leaves it open, and
 * closing the output would then be an error that hides the first one; and the
 * answer goes to stderr wherever the script has let print write. A job file
 * sets END_MARK in its last line: a datablock without its end swallows
 * the rest of a file without a word. The last line closes the message, which
 * may have line ends of its own.
 */
static enum ts_status
send_orders(struct ts_gnuplot *gnuplot, struct ts_err *err)
{
	char orders[512];
	int length = snprintf(orders, sizeof orders,
			      "reset session\n"
			      "unset for [i=1:8] linetype i\n"
			      "set colorsequence default\n"
			      "reset errors\n"
			      "load '" SCRIPT "'\n"
			      "unset multiplot\n"
			      "set output\n"
			      "set print\n"
			      "print '@@%s ', GPVAL_ERRNO, "
			      "exists('" END_MARK "'), ' ', GPVAL_ERRMSG\n"
			      "print '@@%s.'\n",
			      gnuplot->token, gnuplot->token);

	if (send(gnuplot->process.in, orders, (size_t)length,
		 MSG_NOSIGNAL | MSG_DONTWAIT) == length)
		return TS_OK;
	ended(gnuplot, err);
	return err->status;
}

enum ts_status
ts_gnuplot_begin(struct ts_gnuplot *gnuplot, const char *script, size_t size,
		 struct ts_err *err)
{
	const struct ts_clock *clock = ts_clock_system();

	ts_buf_reset(&gnuplot->heard);
	ts_buf_reset(&gnuplot->said);
	forget_picture(gnuplot);
	if (write_script(gnuplot, script, size, err) != TS_OK ||
	    new_token(gnuplot, err) != TS_OK)
		return err->status;
	if (gnuplot->jobs_done >= gnuplot->jobs)
		ts_process_end(&gnuplot->process);
	if (gnuplot->process.child.pid <= 0) {
		gnuplot->jobs_done = 0;
		if (ts_process_start(&gnuplot->process, gnuplot->program,
				     gnuplot->folder, gnuplot->sandbox,
				     err) != TS_OK)
			return err->status;
	}
	gnuplot->due_us =
		clock->mono_us(clock) + (int64_t)gnuplot->deadline_ms * 1000;
	return send_orders(gnuplot, err);
}

int
ts_gnuplot_fd(const struct ts_gnuplot *gnuplot)
{
	return gnuplot->process.err;
}

int64_t
ts_gnuplot_due_us(const struct ts_gnuplot *gnuplot)
{
	return gnuplot->due_us;
}

/* ---- its end ------------------------------------------------------------- */

/* Where the line "@@token..." begins, or NULL. */
static const char *
find_line(const struct ts_gnuplot *gnuplot, char behind)
{
	const char *at = gnuplot->heard.data;
	size_t length = strlen(gnuplot->token);

	while ((at = strstr(at, "@@")) != NULL) {
		if ((at == gnuplot->heard.data || at[-1] == '\n') &&
		    strncmp(at + 2, gnuplot->token, length) == 0 &&
		    at[2 + length] == behind)
			return at;
		at += 2;
	}
	return NULL;
}

static enum ts_gnuplot_state
answered(struct ts_gnuplot *gnuplot, const char *line, const char *end,
	 struct ts_err *err)
{
	const char *answer = line + 2 + strlen(gnuplot->token);
	const char *message;
	bool failed, complete;

	/* "number complete message", a blank between arguments of print */
	answer += strspn(answer, " ");
	failed = strncmp(answer, "0 ", 2) != 0;
	message = answer + strcspn(answer, " \n");
	message += strspn(message, " ");
	complete = message[0] == '1';
	message += strcspn(message, " \n");
	message += strspn(message, " ");
	keep_said(gnuplot, gnuplot->heard.data,
		  (size_t)(line - gnuplot->heard.data));
	gnuplot->jobs_done++;
	if (!failed && complete)
		return TS_GNUPLOT_DONE;
	forget_picture(gnuplot);
	if (!failed)
		ts_fail(err, TS_BAD_DATA,
			"gnuplot did not reach the last line "
			"of the job file");
	else if (gnuplot->said.used > 0) /* names file and line */
		ts_fail(err, TS_BAD_DATA, "gnuplot: %s", gnuplot->said.data);
	else
		ts_fail(err, TS_BAD_DATA, "gnuplot: %.*s",
			message < end ? (int)(end - message) : 0, message);
	return TS_GNUPLOT_FAILED;
}

enum ts_gnuplot_state
ts_gnuplot_step(struct ts_gnuplot *gnuplot, struct ts_err *err)
{
	const struct ts_clock *clock = ts_clock_system();
	enum hearing hearing = hear(gnuplot);
	const char *line = find_line(gnuplot, ' ');
	const char *end = line != NULL ? find_line(gnuplot, '.') : NULL;
	char problem[64];

	if (end != NULL && end > line)
		return answered(gnuplot, line, end, err);
	switch (hearing) {
	case HEAR_END:
		return ended(gnuplot, err);
	case HEAR_TOO_MUCH:
		return lost(gnuplot, "says too much", err);
	case HEAR_ERROR:
		return lost(gnuplot, strerror(errno), err);
	case HEAR_NOTHING:
		break;
	}
	if (clock->mono_us(clock) < gnuplot->due_us)
		return TS_GNUPLOT_BUSY;
	snprintf(problem, sizeof problem, "gave no answer in %d ms",
		 gnuplot->deadline_ms);
	return lost(gnuplot, problem, err);
}

const char *
ts_gnuplot_said(const struct ts_gnuplot *gnuplot)
{
	return gnuplot->said.data;
}

enum ts_status
ts_gnuplot_take(struct ts_gnuplot *gnuplot, char *path, size_t size,
		struct ts_err *err)
{
	char from[4096];

	path_in(gnuplot, TS_GNUPLOT_PICTURE, from, sizeof from);
	path_in(gnuplot, TAKEN, path, size);
	if (rename(from, path) == 0)
		return TS_OK;
	if (errno == ENOENT)
		return ts_fail(
			err, TS_BAD_DATA, "gnuplot left no picture%s%s%s",
			gnuplot->said.used > 0 ? " (it said: " : "",
			gnuplot->said.data, gnuplot->said.used > 0 ? ")" : "");
	return ts_fail_errno(err, errno, "%s", from);
}

const char *
ts_gnuplot_sandbox(const struct ts_gnuplot *gnuplot)
{
	return gnuplot->process.sandbox;
}

/* ---- life ---------------------------------------------------------------- */

enum ts_status
ts_gnuplot_open(const struct ts_gnuplot_opts *opts, struct ts_gnuplot **out,
		struct ts_err *err)
{
	struct ts_gnuplot *gnuplot;
	char fonts[4096];

	/* fontconfig may not make folders in the sandbox, only files */
	snprintf(fonts, sizeof fonts, "%s/fontconfig", opts->folder);
	if (mkdir(opts->folder, 0700) != 0 || mkdir(fonts, 0700) != 0)
		return ts_fail_errno(err, errno, "%s", opts->folder);
	gnuplot = calloc(1, sizeof *gnuplot);
	if (gnuplot == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for a gnuplot");
	gnuplot->process = (struct ts_process)TS_PROCESS_NONE;
	gnuplot->heard = (struct ts_buf)TS_BUF_INIT(SAID_MAX);
	gnuplot->said = (struct ts_buf)TS_BUF_INIT(8 * SHOWN_MAX);
	gnuplot->deadline_ms = opts->deadline_ms;
	gnuplot->jobs = opts->jobs > 0 ? opts->jobs : JOBS_OF_A_LIFE;
	gnuplot->sandbox = opts->sandbox;
	gnuplot->program = strdup(opts->program);
	gnuplot->folder = strdup(opts->folder);
	if (gnuplot->program == NULL || gnuplot->folder == NULL) {
		ts_gnuplot_close(gnuplot);
		return ts_fail(err, TS_SYSTEM, "no memory for a gnuplot");
	}
	*out = gnuplot;
	return TS_OK;
}

void
ts_gnuplot_close(struct ts_gnuplot *gnuplot)
{
	struct ts_err err;

	if (gnuplot == NULL)
		return;
	ts_process_end(&gnuplot->process);
	/* what cannot be removed lies in a private folder that goes later */
	if (gnuplot->folder != NULL &&
	    ts_rmtree(gnuplot->folder, &err) != TS_OK)
		gnuplot->folder[0] = '\0';
	ts_buf_free(&gnuplot->heard);
	ts_buf_free(&gnuplot->said);
	free(gnuplot->program);
	free(gnuplot->folder);
	free(gnuplot);
}
