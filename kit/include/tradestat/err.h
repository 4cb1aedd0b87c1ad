/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.h - one status tells the caller what to do, one text tells the operator
 * what happened. Each layer adds in front what it was trying to do, so that a
 * fault is one line, read from the outside in. Nobody logs and returns.
 */
#ifndef TRADESTAT_ERR_H
#define TRADESTAT_ERR_H

/* What plugins and the programs may call is exported; all else is hidden. */
#define TS_API __attribute__((visibility("default")))
#define TS_MUST_USE __attribute__((warn_unused_result))
#define TS_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

enum ts_status {
	TS_OK = 0,
	TS_AGAIN,       /* transient: the same call may succeed later */
	TS_REFUSED,     /* the other side said no: retrying is pointless */
	TS_BAD_DATA,    /* the input is malformed or contradicts itself */
	TS_BAD_CONFIG,  /* the operator has to change something */
	TS_BAD_USAGE,   /* the command line is wrong */
	TS_NO_INPUT,    /* a file or an argument names nothing that exists */
	TS_UNAVAILABLE, /* a program, font or plugin we need is missing */
	TS_HELD,        /* a gate failed: the edition waits for a person */
	TS_FULL,      /* no space, or over quota: goes on once there is room */
	TS_CORRUPT,   /* our own store or archive is damaged: stop writing */
	TS_SYSTEM,    /* errno-shaped: disk, memory, descriptors */
	TS_NO_OUTPUT, /* a result cannot be written where it should go */
};

struct ts_err {
	enum ts_status status;
	char text[1024]; /* UTF-8, one line, always terminated */
};

/*
 * Sets status and text and returns status, so that a caller can write
 * "return ts_fail(err, TS_BAD_DATA, ...)". err may be NULL. The text is cut
 * at a character boundary when it is too long; control characters in it are
 * shown as \x.. so that publisher text cannot forge a log line.
 */
TS_API enum ts_status ts_fail(struct ts_err *err, enum ts_status status,
			      const char *fmt, ...) __attribute__((cold))
TS_PRINTF(3, 4);

/* As ts_fail with ": " and strerror(errno_value) behind; ENOSPC, EDQUOT and
 * EFBIG give TS_FULL, all others TS_SYSTEM. */
TS_API enum ts_status ts_fail_errno(struct ts_err *err, int errno_value,
				    const char *fmt, ...) __attribute__((cold))
TS_PRINTF(3, 4);

/* Puts "what: " in front of the text; keeps and returns err->status. */
TS_API enum ts_status ts_while(struct ts_err *err, const char *fmt, ...)
	__attribute__((cold)) TS_PRINTF(2, 3);

/* For a failure that is told elsewhere or changes nothing; the comment beside
 * the call says which. */
static inline void
ts_ignore(enum ts_status status)
{
	(void)status;
}

/* sysexits(3) code of a status; see docs and conventions: 0 64 65 66 69 70 71
 * 73 74 75 76 77 78. */
TS_API int ts_exit_code(enum ts_status status);
TS_API const char *ts_status_name(enum ts_status status);

#endif
