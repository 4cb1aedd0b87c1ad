/* SPDX-License-Identifier: Apache-2.0 */
/* The other way out: the sendmail program of this machine. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>
#include <tradestat/fault.h>
#include <tradestat/file.h>
#include <tradestat/spawn.h>
#include "output/engine/smtp_inside.h"

#define PIECE 65536

/* Programs of this kind want the line ends of the machine. */
static size_t
drop_returns(char *bytes, size_t count)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		if (bytes[i] != '\r')
			bytes[used++] = bytes[i];
	return used;
}

static enum ts_status
copy(struct ts_smtp_talk *talk, int fd, bool *good, struct ts_err *err)
{
	char piece[PIECE];
	size_t count;

	*good = true;
	for (;;) {
		if (!ts_smtp_next(talk, piece, sizeof piece, &count)) {
			*good = false;
			return TS_OK;
		}
		if (count == 0)
			break;
		if (ts_write_all(fd, piece, drop_returns(piece, count),
				 "message", err) != TS_OK)
			return err->status;
	}
	if (lseek(fd, 0, SEEK_SET) != 0)
		return ts_fail_errno(err, errno, "message");
	return TS_OK;
}

static enum ts_smtp_class
by_exit(int code)
{
	switch (code) {
	case EX_OK:
		return TS_SMTP_SENT;
	case EX_NOUSER:
	case EX_NOHOST:
	case EX_DATAERR:
		return TS_SMTP_FAIL;
	case EX_TEMPFAIL:
	case EX_IOERR:
	case EX_OSERR:
		return TS_SMTP_RETRY;
	default:
		return code < 0 ? TS_SMTP_IN_DOUBT : TS_SMTP_RELAY_FAULT;
	}
}

enum ts_status
ts_sendmail(const char *program, const char *envelope, const char *to,
	    struct ts_smtp_talk *talk, int wait_s,
	    struct ts_smtp_outcome *outcome, struct ts_err *err)
{
	const char *argv[] = { program, "-i",
			       "-f",    envelope[0] != '\0' ? envelope : "<>",
			       "--",    to,
			       NULL };
	const char *envp[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
			       NULL };
	TS_AUTO_FD message = memfd_create("message", MFD_CLOEXEC);
	struct ts_spawn spawn = { .argv = argv,
				  .envp = envp,
				  .stdin_fd = message,
				  .stdout_fd = -1,
				  .stderr_fd = -1 };
	struct ts_child child;
	enum ts_status status;
	bool good;
	int code = 0;

	if (message < 0)
		return ts_fail_errno(err, errno, "message");
	if (copy(talk, message, &good, err) != TS_OK)
		return err->status;
	if (!good) {
		ts_smtp_judge(talk, CURLE_ABORTED_BY_CALLBACK, 0, "", outcome);
		return TS_OK;
	}
	TS_FAULT("sendmail.before");
	status = ts_spawn(&spawn, &child, err);
	TS_FAULT("sendmail.started");
	if (status != TS_OK) {
		outcome->class = TS_SMTP_RELAY_FAULT;
		snprintf(outcome->words, sizeof outcome->words, "%s",
			 err->text);
		return TS_OK;
	}
	status = ts_spawn_wait(&child, wait_s * 1000, 5000, &code, err);
	TS_FAULT("sendmail.after");
	outcome->class = status == TS_OK ? by_exit(code) : TS_SMTP_IN_DOUBT;
	/* its exit status is no answer of SMTP: it is told in words */
	if (status != TS_OK)
		snprintf(outcome->words, sizeof outcome->words,
			 "%.200s did not end in %d s", program, wait_s);
	else if (code < 0)
		snprintf(outcome->words, sizeof outcome->words,
			 "%.200s was killed by signal %d", program, -code);
	else
		snprintf(outcome->words, sizeof outcome->words,
			 "%.200s ended with status %d", program, code);
	if (outcome->class == TS_SMTP_SENT)
		snprintf(outcome->reply, sizeof outcome->reply, "%.500s",
			 outcome->words);
	return TS_OK;
}
