/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw.h - the text of a configuration file with its @include files put in
 * place, and where each line came from.
 *
 * libconfig 1.5 could read files and includes itself, but it looks for
 * includes in one folder only, follows them anywhere, tells nothing about a
 * file it cannot open, and turns 4200000000 into -94967296 without a word.
 * So the text is read and looked at here first.
 */
#ifndef CONFIG_RAW_H
#define CONFIG_RAW_H

#include <tradestat/arena.h>
#include <tradestat/buf.h>
#include "config/problem.h"

struct ts_conf_place {
	const char *file;
	int line;
};

struct ts_conf_raw {
	struct ts_buf text;
	struct ts_conf_place *places; /* one a line of text */
	size_t place_count, place_room;
	struct ts_arena *arena; /* owns places and file names */
	struct ts_conf_problems *problems;
	const char *root; /* includes must lie below; real path */
	int include_count;
};

#define TS_CONF_RAW_INIT(owner, all_problems)                                  \
	{                                                                      \
		.text = TS_BUF_INIT(4 << 20), .arena = (owner),                \
		.problems = (all_problems)                                     \
	}

/*
 * Reads path and what it includes. TS_NO_INPUT when there is no such file
 * (not told to problems), TS_BAD_CONFIG for everything else that makes the
 * text unusable, which problems were told. root: folder that includes must
 * stay below.
 */
enum ts_status ts_conf_raw_read(struct ts_conf_raw *raw, const char *path,
				const char *root,
				struct ts_err *err) TS_MUST_USE;
void ts_conf_raw_free(struct ts_conf_raw *raw);
struct ts_conf_place ts_conf_raw_place(const struct ts_conf_raw *raw,
				       unsigned line);

/*
 * Tells what libconfig would swallow or explain badly: integers that wrap,
 * numbers with leading zeros, names given twice, commas in front of a closing
 * bracket (taken out, so that the rest can be checked). false: something was
 * told about which the parser would only complain again.
 */
bool ts_conf_raw_scan(struct ts_conf_raw *raw);

/* Length of the comment or string that begins at text, 0 if none does;
 * *open: it does not end. */
size_t ts_conf_raw_skip(const char *text, bool *open);

#endif
