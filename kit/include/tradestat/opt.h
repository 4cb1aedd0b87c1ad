/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opt.h - options declared as tables: one row serves the parser, the default,
 * the range check, `tradestat check` and the manual. The preset is text and is
 * parsed as if the operator had typed it, so there is one parser.
 */
#ifndef TRADESTAT_OPT_H
#define TRADESTAT_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tradestat/arena.h>
#include <tradestat/err.h>

enum ts_opt_kind {
	TS_OPT_STRING,  /* const char * */
	TS_OPT_INT,     /* int64_t, min..max */
	TS_OPT_REAL,    /* double */
	TS_OPT_BOOL,    /* bool; true false yes no on off */
	TS_OPT_SECONDS, /* int64_t; "90", "90 s", "5 min", "2 h", "7 d" */
	TS_OPT_BYTES,   /* int64_t; "512 MiB", "10 kB" */
	TS_OPT_SECRET,  /* const char *: the reference, not the value */
};

typedef const char *ts_opt_STRING;
typedef int64_t ts_opt_INT;
typedef double ts_opt_REAL;
typedef bool ts_opt_BOOL;
typedef int64_t ts_opt_SECONDS;
typedef int64_t ts_opt_BYTES;
typedef const char *ts_opt_SECRET;

struct ts_opt {
	const char *name; /* lower_snake_case; NULL ends the table */
	enum ts_opt_kind kind;
	size_t offset;
	const char *preset; /* NULL: required, unless optional */
	bool optional;      /* no preset and none needed: stays zero */
	int64_t min, max;   /* both 0: no range */
	const char *help;   /* one sentence */
};

/* The compiler checks that the field has the type of its KIND. */
#define TS_OPT_AT(owner, KIND, field)                                          \
	.name = #field, .kind = TS_OPT_##KIND,                                 \
	.offset = offsetof(owner, field) +                                     \
		  0 * sizeof(char[__builtin_types_compatible_p(                \
					  __typeof__(((owner *)0)->field),     \
					  ts_opt_##KIND)                       \
					  ? 1                                  \
					  : -1])

/* One setting as the operator wrote it. */
struct ts_setting {
	const char *name;
	const char *value; /* text form; lists are joined with '\n' */
	const char *file;  /* NULL: from the command line */
	int line;
};

struct ts_settings {
	const struct ts_setting *items;
	size_t count;
};

/* Called once for each problem; text is "file:line: message". */
typedef void ts_opt_complain(void *ctx, const char *text);

/*
 * Fills *into from presets and settings. All problems are reported, with the
 * nearest known name for an unknown one; TS_BAD_CONFIG if there was any.
 * Strings live in the arena.
 */
TS_API enum ts_status ts_opt_apply(const struct ts_opt *opts,
				   const struct ts_settings *settings,
				   void *into, struct ts_arena *arena,
				   ts_opt_complain *complain, void *ctx,
				   struct ts_err *err) TS_MUST_USE;
/* The nearest of names (NULL at the end) within two edits, or NULL. */
TS_API const char *ts_nearest(const char *text, const char *const *names);
TS_API enum ts_status ts_opt_seconds(const char *text, int64_t *out,
				     struct ts_err *err) TS_MUST_USE;
TS_API enum ts_status ts_opt_bytes(const char *text, int64_t *out,
				   struct ts_err *err) TS_MUST_USE;

#endif
