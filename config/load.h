/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - the operator's files in, checked settings out. Everything wrong
 * is reported in one go as "file:line: message". The loader knows the shape;
 * options of plugins are checked by whoever knows the plugins, through the
 * settings that each group carries along.
 */
#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include <stdbool.h>
#include <tradestat/arena.h>
#include <tradestat/buf.h>
#include <tradestat/opt.h>

struct ts_conf_source {
	const char *id;
	const char *file;
	int line;
	const char *fetcher;         /* "" : same as id */
	struct ts_settings settings; /* all others, for the engine's and the
					fetcher's option tables */
};

/* Whom a delivery is for. Addresses of mail are checked and in ASCII: domains
 * as A-labels. */
struct ts_conf_recipient {
	const char *name;     /* address; of other outputs the target's name:
				 setting "name", else "url" or "path" as
				 written (a reference stays one) */
	const char *language; /* "en" */
	const char *currency; /* the report's when not said */
	const char *partner;  /* the same */
	const char *const *formats; /* the delivery's, else the report's */
	const char *file;           /* of the line: an @include has its own */
	int line;
};

struct ts_conf_delivery {
	const char *output;
	const char *file;
	int line;
	const char *when; /* changed (and new) always threshold */
	/* threshold: the indicator ("exports", without its period) changed by
	 * so many percent and by so much from one period to the next */
	const char *figure;
	double percent, floor;
	/* a correction is sent when a figure told before changed by so many
	 * percent and by so much; percent 0: never */
	double errata_percent, errata_floor;
	/* groups are resolved; one for an output without "to" */
	const struct ts_conf_recipient *recipients;
	size_t recipient_count;
	struct ts_settings settings; /* all others, for the output */
};

/* How mail leaves this machine. */
struct ts_conf_mail {
	const char *relay; /* "" : no mail is sent. smtp:// smtps:// or
			      sendmail:/path */
	const char *from, *from_name; /* "" : none yet, an error with e-mail */
	const char *reply_to;
	const char *bounces; /* envelope sender; "{row}" in it is the
				delivery's number; "" : from */
	const char *hello;
	const char *auth; /* none plain login xoauth2 */
	const char *user;
	const char *password;      /* reference; of xoauth2 the token */
	const char *token_command; /* prints a token; "" none */
	const char *ca_file;
	const char *unsubscribe; /* mail address, "" none; "{id}" in it is the
				    recipient's */
	const char *unsubscribe_url; /* https, the same */
	bool one_click;
	const char *archive;      /* URL that bundles are published under, "" */
	const char *const *allow; /* domains that may get mail; empty: all */
	const char *const
		*suppress;        /* addresses and "@domain"s that never do */
	int64_t max_message_size; /* bytes as sent; 9 MB */
	int64_t per_minute;       /* paced */
	int64_t per_recipient_per_day, per_edition; /* beyond: mail stops */
	const char *in_doubt;                       /* resend hold */
	int64_t doubt_wait_s;                       /* 15 min */
	int64_t give_up_s;                          /* 3 d */
	int64_t keep_s;                    /* bytes of ended messages; 400 d */
	int64_t connect_s, reply_s, end_s; /* 30, 300, 600 */
};

struct ts_conf_gates {
	double additivity_percent; /* parts against total; 0.5 */
	double max_age_days;       /* fresh: newest period's end; 0 off */
	double min_completeness;   /* percent; 100 */
	double jump_factor;        /* units sane: period on period; 20 */
	bool allow_unmapped;       /* false */
	const char *on_missing;    /* "hold" or "note" */
};

/* When a report is due. Texts are checked by the timetable's compiler
 * (daemon/common/timetable.h), which knows calendars. */
struct ts_conf_schedule {
	const char *timetable;          /* "" : by hand only */
	const char *workday;            /* any skip next previous +N -N */
	const char *const *holidays;    /* names of lists */
	const char *not_before, *until; /* dates or times, "" none */
	int64_t spread_s;
	const char *misfire; /* once all skip */
	int64_t max_age_s;   /* of a missed run */
	bool wait_for_data;
	int64_t deadline_s;      /* of waiting, from the due moment */
	const char *on_deadline; /* hold send-marked skip */
	int64_t settle_s;
	int64_t poll_every_s;
	int polls_per_day;
};

struct ts_conf_report {
	const char *id;
	const char *file;
	int line;
	const char *title;
	const char *template;         /* bilateral country region product */
	const char *reporter;         /* ISO3; "" where the template has none */
	const char *partner;          /* the same */
	const char *region;           /* group id, "" none */
	const char *product;          /* HS code for template "product" */
	const char *currency;         /* USD */
	char frequency;               /* 'A' or 'M' */
	int years;                    /* of history; 10 */
	const char *const *languages; /* NULL-terminated */
	const char *const *formats;   /* html pdf csv (xlsx: not yet) */
	const char *const *sources;   /* ids; empty: the template's */
	const char *const *pages;     /* ids; empty: the template's */
	struct ts_conf_schedule schedule;
	const char *send_when; /* changed always */
	double movers_floor;   /* smallest value of a mover row */
	int movers;            /* rows of a mover list; 7 */
	struct ts_conf_gates gates;
	const struct ts_conf_delivery *deliver;
	size_t deliver_count;
};

/* How the daemon goes about its work. */
struct ts_conf_daemon {
	const char *worker; /* path of tradestat; "" : the one beside */
	int fetch_workers, render_workers;
	int64_t fetch_timeout_s, render_timeout_s, stop_timeout_s;
	int64_t send_timeout_s; /* of one sender; what is left is taken up by
				   the next */
	int64_t worker_memory;  /* bytes; 0: no limit */
	int64_t retry_first_s, retry_most_s, give_up_s;
	const char *operator_command; /* "" none */
	int64_t operator_digest_s;
	const char *metrics_file; /* "" none */
	int64_t backup_every_s;   /* 0: never */
	int backups;              /* how many are kept */
	const char *replay;       /* pack that answers instead of the network;
				     "" none */
};

struct ts_conf {
	const char *file;      /* main file; "" built-in defaults only */
	const char *state_dir; /* /var/lib/tradestat */
	const char *cache_dir;
	const char *output_dir; /* bundles */
	const char *plugin_dir;
	const char *codes_dir;
	const char *holidays_dir;
	const char *runtime_dir; /* control socket */
	const char *timezone;    /* of timetables that name none */
	const char *gnuplot;     /* absolute path; "" : found on PATH */
	const char *font;        /* "Inter" */
	const char *contact;
	const char *proxy;
	int64_t min_free; /* bytes */
	struct ts_conf_daemon daemon;
	struct ts_conf_mail mail;
	const struct ts_conf_source *sources;
	size_t source_count;
	const struct ts_conf_report *reports;
	size_t report_count;
	struct ts_conf_kept *kept; /* the texts it was read from */
	struct ts_arena *arena;    /* owns all of the above */
};

struct ts_conf_defaults {      /* built-in, depend on how it was installed */
	const char *main_file; /* used when it exists and none was given */
	const char *state_dir, *cache_dir, *plugin_dir, *codes_dir;
	const char *holidays_dir, *runtime_dir;
};

/*
 * file: NULL for the default one (which may be missing: then all settings are
 * the built-in ones). reports.d beside the main file, or "include_dir".
 * A file whose top level has a "report" group may be given by itself.
 * complain is called for each problem; TS_BAD_CONFIG if there was any,
 * TS_NO_INPUT when a file that was named does not exist.
 */
enum ts_status ts_conf_load(const char *file,
			    const struct ts_conf_defaults *defaults,
			    ts_opt_complain *complain, void *ctx,
			    struct ts_conf **out,
			    struct ts_err *err) TS_MUST_USE;
void ts_conf_free(struct ts_conf *conf);
const struct ts_conf_report *ts_conf_report(const struct ts_conf *conf,
					    const char *id);
/* Is there anything to do once the bundle is in the output folder? A bare
 * { output = "directory"; } is that folder itself. */
bool ts_conf_delivers(const struct ts_conf_report *report);

/*
 * What was read into a file of its own, and a process that reads it from there
 * instead of from the disk: a worker goes by the configuration that its daemon
 * has accepted, whatever is being edited meanwhile. ts_conf_use comes before
 * ts_conf_load, once a process; TS_BAD_DATA: not such a file.
 */
enum ts_status ts_conf_save(const struct ts_conf *conf, const char *path,
			    struct ts_err *err) TS_MUST_USE;
enum ts_status ts_conf_use(const char *path, struct ts_err *err) TS_MUST_USE;

/* "credential:NAME" from $CREDENTIALS_DIRECTORY, "file:/path" (refused when
 * others can read it). The value is one line. */
struct ts_secret;
enum ts_status ts_secret_read(const char *reference, struct ts_secret **out,
			      struct ts_err *err) TS_MUST_USE;
const char *ts_secret_reveal(const struct ts_secret *secret);
void ts_secret_free(struct ts_secret *secret); /* wipes */

/*
 * A worker gets the secrets of its stage and no others. The supervisor packs
 * them into a sealed memory file, which becomes the worker's standard input;
 * the worker opens it first thing, and from then on ts_secret_read answers
 * "credential:" from there only, and "file:" from there first.
 * references: NULL at the end. A reference that cannot be read is left out
 * and told to complain: the stage that needs it will say so itself.
 */
enum ts_status ts_secrets_pack(const char *const *references,
			       ts_opt_complain *complain, void *ctx, int *fd,
			       struct ts_err *err) TS_MUST_USE;
enum ts_status ts_secrets_open(int fd, struct ts_err *err) TS_MUST_USE;

/* A commented example of every setting, for `tradestat config example`. */
void ts_conf_example(struct ts_buf *out);

/*
 * What the engine reads of a source group, whatever the fetcher. 0
 * and "" mean what the comment beside says.
 * Settings that are groups arrive under flat names: "to.[0].address".
 */
struct ts_conf_source_values {
	const char *base_url;     /* "": the fetcher's */
	const char *key;          /* reference, see ts_secret_read */
	const char *proxy;        /* "": struct ts_conf's */
	const char *ca_file;      /* "": the system's */
	double per_minute, burst; /* 0: the fetcher's, the engine's */
	int64_t quota_calls;      /* 0: the fetcher's */
	int64_t quota_window;     /* seconds; 0: the fetcher's */
	int64_t connections;
	int64_t connect_timeout, timeout; /* seconds */
	int64_t retries;
	int64_t max_bytes;
	bool allow_http, allow_private, bulk;
	const char *publisher;   /* "": the fetcher's; who says so */
	const char *licence;     /* "": the fetcher's */
	const char *area_scheme; /* "": the fetcher's; of country codes */
};
extern const struct ts_opt ts_conf_source_opts[];

/*
 * Divides settings between two option tables; a name that both have goes to
 * both, a name that neither has is told with the nearest of both. Tables may
 * be NULL. TS_BAD_CONFIG if a name was unknown (the rest is divided all the
 * same).
 */
enum ts_status
ts_conf_split(const struct ts_settings *all, const struct ts_opt *first,
	      const struct ts_opt *second, struct ts_arena *arena,
	      struct ts_settings *for_first, struct ts_settings *for_second,
	      ts_opt_complain *complain, void *ctx,
	      struct ts_err *err) TS_MUST_USE;

#endif
