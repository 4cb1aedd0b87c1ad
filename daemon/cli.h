/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli.h - the command line, taken apart, and what the verbs share. Results go
 * to stdout, messages to stderr; a verb returns a status, main() turns it
 * into an exit code of sysexits(3).
 */
#ifndef DAEMON_CLI_H
#define DAEMON_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <tradestat/err.h>
#include <tradestat/opt.h>
#include <tradestat/plugin.h>
#include "config/load.h"

#define TS_CLI_SETS 64
#define TS_CLI_ARGS 16

struct ts_cli {
	const char *verb;
	const char *args[TS_CLI_ARGS];
	size_t arg_count;
	/* options; NULL or false when not given */
	const char *config, *output, *input, *format, *period, *as_of;
	const char *record, *replay, *waive, *now, *theme, *title, *subtitle;
	const char *source_line, *notes, *reporter, *partner, *unit, *flow;
	bool json, offline, quiet, no_deliver, force, strict, no_color;
	int verbose;
	struct ts_setting sets[TS_CLI_SETS]; /* --set key=value */
	size_t set_count;
	const char *count; /* -n */
	const char *base;
	const char *test; /* address of a trial */
	bool yes;
	bool raw;
	bool daemon;    /* ask it, in place of doing it */
	int *exit_code; /* of a verb that succeeded; 0 unless it says */
};

/* Options and arguments that a verb takes; anything else is an error. */
struct ts_verb {
	const char *name;
	const char *args; /* "REPORT", shown by --help */
	int min_args, max_args;
	const char *options; /* long names, blank separated */
	const char *help;    /* one line */
	enum ts_status (*run)(const struct ts_cli *cli, struct ts_err *err);
};

extern const struct ts_verb ts_verbs[];       /* name NULL at the end */
void ts_cli_help(const struct ts_verb *verb); /* cli_help.c */

enum ts_status ts_verb_decode(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_compute(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_chart(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_list(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_check(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_plan(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_init(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_fetch(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_run(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_stage(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_sources(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_diff(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_store(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_explain(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_config(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_status(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_history(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_next(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_queue(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_pause(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_resume(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_hold(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_release(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_send(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_delivery(const struct ts_cli *cli, struct ts_err *err);
enum ts_status ts_verb_reload(const struct ts_cli *cli, struct ts_err *err);
/* `tradestat run REPORT --daemon`: no verb of its own. */
enum ts_status ts_verb_run_by_daemon(const struct ts_cli *cli,
				     struct ts_err *err);

/* Writes to stdout, or to --output; "-" is stdout. */
enum ts_status ts_cli_out(const struct ts_cli *cli, const char *bytes,
			  size_t count, struct ts_err *err) TS_MUST_USE;
struct ts_settings ts_cli_settings(const struct ts_cli *cli);

#endif
