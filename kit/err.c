/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/err.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tradestat/text.h>

/* Formats aside, because the arguments may point into err->text. */
#define DRAFT_ROOM 4096

static void draft(char *out, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

static void
draft(char *out, const char *fmt, va_list args)
{
	if (vsnprintf(out, DRAFT_ROOM, fmt, args) < 0)
		snprintf(out, DRAFT_ROOM, "(a message that cannot be shown)");
}

enum ts_status
ts_fail(struct ts_err *err, enum ts_status status, const char *fmt, ...)
{
	char text[DRAFT_ROOM];
	va_list args;

	if (err == NULL)
		return status;
	va_start(args, fmt);
	draft(text, fmt, args);
	va_end(args);
	err->status = status;
	ts_text_escape(err->text, sizeof err->text, text);
	return status;
}

enum ts_status
ts_fail_errno(struct ts_err *err, int errno_value, const char *fmt, ...)
{
	enum ts_status status = TS_SYSTEM;
	char text[DRAFT_ROOM], cause[128];
	va_list args;

	if (errno_value == ENOSPC || errno_value == EDQUOT ||
	    errno_value == EFBIG)
		status = TS_FULL;
	if (err == NULL)
		return status;
	va_start(args, fmt);
	draft(text, fmt, args);
	va_end(args);
	return ts_fail(err, status, "%s: %s", text,
		       strerror_r(errno_value, cause, sizeof cause));
}

enum ts_status
ts_while(struct ts_err *err, const char *fmt, ...)
{
	char text[DRAFT_ROOM];
	va_list args;

	if (err == NULL)
		return TS_SYSTEM;
	va_start(args, fmt);
	draft(text, fmt, args);
	va_end(args);
	return ts_fail(err, err->status, "%s: %s", text, err->text);
}

int
ts_exit_code(enum ts_status status)
{
	switch (status) {
	case TS_OK:
		return 0;
	case TS_AGAIN:
	case TS_FULL:
		return 75; /* EX_TEMPFAIL */
	case TS_REFUSED:
		return 77; /* EX_NOPERM */
	case TS_BAD_DATA:
	case TS_HELD:
		return 65; /* EX_DATAERR */
	case TS_BAD_CONFIG:
		return 78; /* EX_CONFIG */
	case TS_BAD_USAGE:
		return 64; /* EX_USAGE */
	case TS_NO_INPUT:
		return 66; /* EX_NOINPUT */
	case TS_UNAVAILABLE:
		return 69; /* EX_UNAVAILABLE */
	case TS_CORRUPT:
		return 74; /* EX_IOERR */
	case TS_SYSTEM:
		return 71; /* EX_OSERR */
	case TS_NO_OUTPUT:
		return 73; /* EX_CANTCREAT */
	}
	return 70; /* EX_SOFTWARE: no such status */
}

const char *
ts_status_name(enum ts_status status)
{
	switch (status) {
	case TS_OK:
		return "ok";
	case TS_AGAIN:
		return "again";
	case TS_REFUSED:
		return "refused";
	case TS_BAD_DATA:
		return "bad data";
	case TS_BAD_CONFIG:
		return "bad configuration";
	case TS_BAD_USAGE:
		return "bad usage";
	case TS_NO_INPUT:
		return "no input";
	case TS_UNAVAILABLE:
		return "unavailable";
	case TS_HELD:
		return "held";
	case TS_FULL:
		return "full";
	case TS_CORRUPT:
		return "corrupt";
	case TS_SYSTEM:
		return "system";
	case TS_NO_OUTPUT:
		return "no output";
	}
	return "unknown";
}
