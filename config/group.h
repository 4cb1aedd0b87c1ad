/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group.h - one parsed file, and its groups as the settings that option
 * tables read: scalars as text, lists joined, inner groups under flat names.
 */
#ifndef CONFIG_GROUP_H
#define CONFIG_GROUP_H

#include <libconfig.h>
#include "config/load.h"
#include "config/problem.h"
#include "config/raw.h"

struct ts_conf_file {
	const char *path;
	struct ts_conf_raw raw;
	config_t parsed;
	struct ts_arena *arena;
	struct ts_conf_problems *problems;
	const struct ts_conf *conf;         /* as far as it is read */
	const struct ts_conf_group *groups; /* the main file's; NULL none */
};

/* A list of recipients that reports name. */
struct ts_conf_group {
	const char *id;
	const struct ts_conf_recipient *recipients;
	size_t count;
	const struct ts_conf_group *next;
};

/*
 * TS_OK: parsed holds the text. TS_BAD_CONFIG: told to problems. TS_NO_INPUT:
 * no such file. Close it in each case.
 */
enum ts_status ts_conf_file_open(struct ts_conf_file *file, const char *path,
				 const char *root, struct ts_arena *arena,
				 struct ts_conf_problems *problems,
				 struct ts_err *err) TS_MUST_USE;
void ts_conf_file_close(struct ts_conf_file *file);

struct ts_conf_place ts_conf_place_of(const struct ts_conf_file *file,
				      const config_setting_t *setting);
/*
 * The members of a group, but for the names in except (NULL at the end).
 * opts: rows to check the shape of values against, those of other names are
 * taken as they come. Members of the wrong shape are told and left out.
 */
enum ts_status
ts_conf_members(const struct ts_conf_file *file, const config_setting_t *group,
		const struct ts_opt *opts, const char *const *except,
		struct ts_settings *out, struct ts_err *err) TS_MUST_USE;
/* Tells values that are not among the words of their row's trait. */
void ts_conf_check_words(struct ts_conf_problems *problems,
			 const struct ts_settings *settings,
			 const struct ts_opt *opts);
/* "a\nb" as a NULL-terminated array; NULL: no memory. */
const char *const *ts_conf_list(struct ts_arena *arena, const char *joined);

#endif
