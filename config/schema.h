/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema.h - every setting in one table a group. The loader, the defaults,
 * the checks, the example and docs/configuration.md all go by these rows.
 */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include "config/load.h"

struct ts_conf_main_values {
	const char *state_dir, *cache_dir, *output_dir, *plugin_dir;
	const char *codes_dir, *holidays_dir, *runtime_dir, *include_dir;
	const char *timezone;
	const char *gnuplot, *font, *contact, *proxy;
	int64_t min_free;
	/* groups: their names count */
	const char *sources, *report, *daemon, *mail, *groups;
};

struct ts_conf_report_values {
	const char *id, *title, *template;
	const char *reporter, *partner, *region, *product;
	const char *currency, *frequency;
	int64_t years;
	const char *languages, *formats, *sources, *pages;
	const char *timetable, *workday, *holidays, *not_before, *until;
	int64_t spread;
	const char *misfire;
	int64_t max_age;
	const char *wait_for;
	int64_t deadline;
	const char *on_deadline;
	int64_t settle, poll_every, polls_per_day;
	const char *send_when;
	double movers_floor;
	int64_t movers;
	const char *gates, *deliver; /* groups */
};

struct ts_conf_gates_values {
	double additivity_percent, max_age_days, min_completeness;
	double jump_factor;
	bool allow_unmapped;
	const char *on_missing;
};

struct ts_conf_daemon_values {
	const char *worker;
	int64_t fetch_workers, render_workers;
	int64_t fetch_timeout, render_timeout, send_timeout, stop_timeout;
	int64_t worker_memory;
	int64_t retry_first, retry_most, give_up;
	const char *operator_command;
	int64_t operator_digest;
	const char *metrics_file;
	int64_t backup_every, backups;
	const char *replay;
};

struct ts_conf_mail_values {
	const char *relay, *from, *from_name, *reply_to, *bounces, *hello;
	const char *auth, *user, *password, *token_command, *ca_file;
	const char *unsubscribe, *unsubscribe_url;
	bool one_click;
	const char *archive, *allow, *suppress;
	int64_t max_message_size, per_minute, per_recipient_per_day;
	int64_t per_edition;
	const char *in_doubt;
	int64_t doubt_wait, give_up, keep;
	int64_t connect_timeout, reply_timeout, end_timeout;
};

/* The few settings that a source cannot do without, and those of every
 * delivery, whatever its output. */
struct ts_conf_source_head {
	const char *id, *fetcher;
};

struct ts_conf_delivery_head {
	const char *output, *name, *to;
	const char *language, *currency, *partner, *formats;
	const char *when, *figure;
	double percent, floor, errata_percent, errata_floor;
};

struct ts_conf_recipient_values {
	const char *address, *group;
	const char *language, *currency, *partner, *formats;
};

extern const struct ts_opt ts_conf_main_opts[];
extern const struct ts_opt ts_conf_daemon_opts[];
extern const struct ts_opt ts_conf_report_opts[];
extern const struct ts_opt ts_conf_gates_opts[];
extern const struct ts_opt ts_conf_source_head_opts[];
extern const struct ts_opt ts_conf_delivery_head_opts[];
extern const struct ts_opt ts_conf_recipient_opts[];
extern const struct ts_opt ts_conf_mail_opts[];

/* What a row says beyond its type. */
struct ts_conf_trait {
	const char *name;
	bool list;                /* [ "a", "b" ] is welcome */
	const char *const *words; /* NULL: any; else one of these */
	const char *example;      /* shown when there is no preset */
};
extern const struct ts_conf_trait ts_conf_traits[];

/* NULL: nothing special about that name. */
const struct ts_conf_trait *ts_conf_trait(const char *name);
const struct ts_opt *ts_conf_find(const struct ts_opt *opts, const char *name);

#endif
