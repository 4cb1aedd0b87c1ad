/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tradestat - the command-line tool and the worker. Read this first: the
 * table of verbs below is the product, in order.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <tradestat/log.h>
#include "daemon/cli.h"

const struct ts_verb ts_verbs[] = {
	{ "run", "REPORT", 1, 1,
	  "config output period as-of offline replay record no-deliver waive "
	  "now force json quiet verbose daemon",
	  "fetch, store, compute, draw and publish one edition", ts_verb_run },
	{ "init",
	  "bilateral REPORTER PARTNER | country REPORTER | "
	  "region GROUP PARTNER | product HS REPORTER PARTNER",
	  2, 4, "config output force", "write a ready report file",
	  ts_verb_init },
	{ "check", "[FILE]", 0, 1, "config strict json",
	  "validate the configuration, offline", ts_verb_check },
	{ "plan", "REPORT", 1, 1, "config period now json",
	  "what a run would request, draw and write", ts_verb_plan },
	{ "fetch", "[SOURCE or REPORT]", 0, 1,
	  "config record replay offline period now force json quiet verbose",
	  "only fetch and store", ts_verb_fetch },
	{ "decode", "FILE", 1, 1, "format set output",
	  "decode one document and print tidy CSV", ts_verb_decode },
	{ "compute", "INDICATOR", 1, 1, "config input set output",
	  "compute one indicator from CSV or from the store", ts_verb_compute },
	{ "chart", "TYPE", 1, 1,
	  "config input output theme title subtitle source-line notes "
	  "reporter partner unit flow",
	  "draw one chart from CSV: png, svg or pdf by suffix", ts_verb_chart },
	{ "next", "REPORT or RULE", 1, 1, "config count base now json",
	  "when a report is due, or a rule of time", ts_verb_next },
	{ "status", "[REPORT]", 0, 1, "config now json verbose",
	  "how the daemon and the reports fare", ts_verb_status },
	{ "history", "[REPORT or EDITION or ADDRESS]", 0, 1,
	  "config count now json verbose",
	  "what was made, how an edition came about, who got what",
	  ts_verb_history },
	{ "queue", "", 0, 0, "config now json verbose",
	  "what is being worked on, and what waits", ts_verb_queue },
	{ "send", "REPORT or EDITION", 1, 1, "config test now",
	  "deliver an edition now, or a trial of it to one address",
	  ts_verb_send },
	{ "resend", "DELIVERY or EDITION", 1, 1, "config now",
	  "queue a delivery that ended, or all that failed, once more",
	  ts_verb_delivery },
	{ "hold", "EDITION or REPORT or DELIVERY", 1, 1, "config yes",
	  "keep an edition from going out", ts_verb_hold },
	{ "release", "EDITION or DELIVERY", 1, 1, "config yes",
	  "let a held edition or delivery go out", ts_verb_release },
	{ "pause", "REPORT, ADDRESS or mail", 1, 1, "config",
	  "start nothing of a report, send nothing to an address or at all",
	  ts_verb_pause },
	{ "resume", "REPORT, ADDRESS or mail", 1, 1, "config", "end a pause",
	  ts_verb_resume },
	{ "reload", "", 0, 0, "config", "the daemon reads its configuration",
	  ts_verb_reload },
	{ "sources", "[SOURCE]", 0, 1, "config now json verbose",
	  "publishers: last document, figures, quota", ts_verb_sources },
	{ "diff", "REPORT [EDITION EDITION]", 1, 3, "config json",
	  "what changed between two editions", ts_verb_diff },
	{ "store", "check | counts | backup PATH", 1, 2, "config json",
	  "look at the store, or copy it", ts_verb_store },
	{ "explain", "FIGURE BUNDLE or DELIVERY", 1, 2,
	  "config now json raw verbose",
	  "where a figure came from, or what became of a delivery",
	  ts_verb_explain },
	{ "list",
	  "fetchers | decoders | indicators | charts | outputs | "
	  "reports | sources | groups",
	  1, 1, "config json", "what is built in, plugged in and configured",
	  ts_verb_list },
	{ "config", "example", 1, 1, "", "print a commented configuration",
	  ts_verb_config },
	{ "stage", "fetch|watch|render|compose|mail|files|backup [ENTRY]", 1, 2,
	  "config now replay", "one step of tradestatd's work; not for people",
	  ts_verb_stage },
	{ NULL, NULL, 0, 0, NULL, NULL, NULL },
};

enum option_code {
	OPT_AS_OF = 256,
	OPT_PERIOD,
	OPT_OFFLINE,
	OPT_REPLAY,
	OPT_RECORD,
	OPT_NO_DELIVER,
	OPT_TEST,
	OPT_WAIVE,
	OPT_NOW,
	OPT_BASE,
	OPT_FORCE,
	OPT_JSON,
	OPT_RAW,
	OPT_STRICT,
	OPT_FORMAT,
	OPT_SET,
	OPT_INPUT,
	OPT_THEME,
	OPT_TITLE,
	OPT_SUBTITLE,
	OPT_SOURCE_LINE,
	OPT_NOTES,
	OPT_REPORTER,
	OPT_PARTNER,
	OPT_UNIT,
	OPT_FLOW,
	OPT_NO_COLOR,
	OPT_DAEMON,
	OPT_YES,
};

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "output", required_argument, NULL, 'o' },
	{ "as-of", required_argument, NULL, OPT_AS_OF },
	{ "period", required_argument, NULL, OPT_PERIOD },
	{ "offline", no_argument, NULL, OPT_OFFLINE },
	{ "replay", required_argument, NULL, OPT_REPLAY },
	{ "record", required_argument, NULL, OPT_RECORD },
	{ "no-deliver", no_argument, NULL, OPT_NO_DELIVER },
	{ "waive", required_argument, NULL, OPT_WAIVE },
	{ "test", required_argument, NULL, OPT_TEST },
	{ "now", required_argument, NULL, OPT_NOW },
	{ "base", required_argument, NULL, OPT_BASE },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "raw", no_argument, NULL, OPT_RAW },
	{ "strict", no_argument, NULL, OPT_STRICT },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "set", required_argument, NULL, OPT_SET },
	{ "input", required_argument, NULL, OPT_INPUT },
	{ "theme", required_argument, NULL, OPT_THEME },
	{ "title", required_argument, NULL, OPT_TITLE },
	{ "subtitle", required_argument, NULL, OPT_SUBTITLE },
	{ "source-line", required_argument, NULL, OPT_SOURCE_LINE },
	{ "notes", required_argument, NULL, OPT_NOTES },
	{ "reporter", required_argument, NULL, OPT_REPORTER },
	{ "partner", required_argument, NULL, OPT_PARTNER },
	{ "unit", required_argument, NULL, OPT_UNIT },
	{ "flow", required_argument, NULL, OPT_FLOW },
	{ "count", required_argument, NULL, 'n' },
	{ "yes", no_argument, NULL, OPT_YES },
	{ "no-color", no_argument, NULL, OPT_NO_COLOR },
	{ "daemon", no_argument, NULL, OPT_DAEMON },
	{ "quiet", no_argument, NULL, 'q' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static void
print_help(void)
{
	const struct ts_verb *verb;

	puts("Examples:\n"
	     "  tradestat init bilateral KAZ ITA      a report file for a "
	     "pair\n"
	     "  tradestat check                       is the configuration "
	     "good\n"
	     "  tradestat run kazakhstan-italy        make its bundle\n"
	     "  tradestat status                      how the daemon and the "
	     "reports fare\n"
	     "  tradestat decode reply.json           a publisher's reply as "
	     "CSV\n"
	     "\nVerbs:");
	for (verb = ts_verbs; verb->name != NULL; verb++)
		printf("  %-8s  %s\n", verb->name, verb->help);
	puts("\n\"tradestat VERB --help\" tells the arguments of a verb.\n"
	     "Exit status: 0 done, 3 no daemon (status), warnings (check "
	     "--strict), 64 usage,\n65 data or a held edition, 66 no such "
	     "file or report, 69 missing program, font,\nplugin or daemon, "
	     "71 the system, 73 output not writable, 74 damaged store,\n75 "
	     "try later, 77 not allowed, 78 configuration.\n"
	     "See README.md and docs/.");
}

static const struct ts_verb *
find_verb(const char *name)
{
	const struct ts_verb *verb;

	for (verb = ts_verbs; verb->name != NULL; verb++)
		if (strcmp(verb->name, name) == 0)
			return verb;
	return NULL;
}

static enum ts_status
unknown_verb(const char *name, struct ts_err *err)
{
	const char *names[32];
	const char *near;
	size_t i;

	for (i = 0; ts_verbs[i].name != NULL; i++)
		names[i] = ts_verbs[i].name;
	names[i] = NULL;
	near = ts_nearest(name, names);
	if (near != NULL)
		return ts_fail(err, TS_BAD_USAGE,
			       "unknown verb \"%s\"; did you mean \"%s\"?",
			       name, near);
	return ts_fail(err, TS_BAD_USAGE,
		       "unknown verb \"%s\"; tradestat --help lists them",
		       name);
}

/* Is the long name among the blank separated ones? */
static bool
takes(const struct ts_verb *verb, const char *name)
{
	size_t length = strlen(name);
	const char *at = verb->options;

	while (*at != '\0') {
		size_t word = strcspn(at, " ");

		if (word == length && strncmp(at, name, length) == 0)
			return true;
		at += word;
		at += strspn(at, " ");
	}
	return false;
}

static enum ts_status
add_set(struct ts_cli *cli, char *text, struct ts_err *err)
{
	char *equals = strchr(text, '=');

	if (equals == NULL || equals == text)
		return ts_fail(err, TS_BAD_USAGE, "--set %s: write key=value",
			       text);
	if (cli->set_count == TS_CLI_SETS)
		return ts_fail(err, TS_BAD_USAGE, "more than %d --set",
			       TS_CLI_SETS);
	*equals = '\0';
	cli->sets[cli->set_count].name = text;
	cli->sets[cli->set_count].value = equals + 1;
	cli->set_count++;
	return TS_OK;
}

/* Where an option's value goes; NULL for flags. */
static const char **
value_of(struct ts_cli *cli, int code)
{
	switch (code) {
	case 'c':
		return &cli->config;
	case 'o':
		return &cli->output;
	case OPT_AS_OF:
		return &cli->as_of;
	case OPT_PERIOD:
		return &cli->period;
	case OPT_REPLAY:
		return &cli->replay;
	case OPT_RECORD:
		return &cli->record;
	case OPT_WAIVE:
		return &cli->waive;
	case OPT_TEST:
		return &cli->test;
	case OPT_NOW:
		return &cli->now;
	case OPT_BASE:
		return &cli->base;
	case OPT_FORMAT:
		return &cli->format;
	case OPT_INPUT:
		return &cli->input;
	case OPT_THEME:
		return &cli->theme;
	case OPT_TITLE:
		return &cli->title;
	case OPT_SUBTITLE:
		return &cli->subtitle;
	case OPT_SOURCE_LINE:
		return &cli->source_line;
	case OPT_NOTES:
		return &cli->notes;
	case OPT_REPORTER:
		return &cli->reporter;
	case OPT_PARTNER:
		return &cli->partner;
	case OPT_UNIT:
		return &cli->unit;
	case OPT_FLOW:
		return &cli->flow;
	case 'n':
		return &cli->count;
	default:
		return NULL;
	}
}

static bool *
flag_of(struct ts_cli *cli, int code)
{
	switch (code) {
	case OPT_OFFLINE:
		return &cli->offline;
	case OPT_NO_DELIVER:
		return &cli->no_deliver;
	case OPT_FORCE:
		return &cli->force;
	case OPT_RAW:
		return &cli->raw;
	case OPT_JSON:
		return &cli->json;
	case OPT_STRICT:
		return &cli->strict;
	case OPT_NO_COLOR:
		return &cli->no_color;
	case OPT_DAEMON:
		return &cli->daemon;
	case OPT_YES:
		return &cli->yes;
	case 'q':
		return &cli->quiet;
	default:
		return NULL;
	}
}

static const char *
name_of(int code)
{
	const struct option *option;

	for (option = options; option->name != NULL; option++)
		if (option->val == code)
			return option->name;
	return "";
}

/* Flags that any verb bears. */
static bool
is_common(int code)
{
	return code == 'q' || code == 'v' || code == OPT_NO_COLOR;
}

static enum ts_status
parse(int argc, char **argv, struct ts_cli *cli, bool *help, struct ts_err *err)
{
	int seen[64];
	size_t seen_count = 0, i;
	int code;

	opterr = 0;
	while ((code = getopt_long(argc, argv, ":c:o:n:qvhV", options, NULL)) !=
	       -1) {
		const char **value = value_of(cli, code);
		bool *flag = flag_of(cli, code);

		if (code == '?' || code == ':')
			return ts_fail(err, TS_BAD_USAGE,
				       code == ':' ? "%s needs a value"
						   : "unknown option %s",
				       argv[optind - 1]);
		if (code == 'h') {
			*help = true;
			continue;
		}
		if (code == 'V') {
			puts("tradestat " TS_VERSION);
			exit(0);
		}
		if (value != NULL)
			*value = optarg;
		else if (flag != NULL)
			*flag = true;
		else if (code == 'v')
			cli->verbose++;
		else if (code == OPT_SET && add_set(cli, optarg, err) != TS_OK)
			return err->status;
		if (seen_count < sizeof seen / sizeof seen[0])
			seen[seen_count++] = code;
	}
	if (optind == argc)
		return *help ? TS_OK
			     : ts_fail(err, TS_BAD_USAGE,
				       "no verb; tradestat --help lists them");
	cli->verb = argv[optind++];
	if (find_verb(cli->verb) == NULL)
		return unknown_verb(cli->verb, err);
	for (i = 0; i < seen_count; i++)
		if (!is_common(seen[i]) &&
		    !takes(find_verb(cli->verb), name_of(seen[i])))
			return ts_fail(err, TS_BAD_USAGE,
				       "%s does not take --%s; tradestat %s "
				       "--help lists what it takes",
				       cli->verb, name_of(seen[i]), cli->verb);
	while (optind < argc) {
		if (cli->arg_count == TS_CLI_ARGS)
			return ts_fail(err, TS_BAD_USAGE, "too many arguments");
		cli->args[cli->arg_count++] = argv[optind++];
	}
	return TS_OK;
}

static enum ts_status
run_verb(const struct ts_cli *cli, bool help, struct ts_err *err)
{
	const struct ts_verb *verb = find_verb(cli->verb);

	if (help) {
		ts_cli_help(verb);
		return TS_OK;
	}
	if (cli->arg_count < (size_t)verb->min_args ||
	    cli->arg_count > (size_t)verb->max_args)
		return ts_fail(err, TS_BAD_USAGE, "usage: tradestat %s %s",
			       verb->name, verb->args);
	return verb->run(cli, err);
}

int
main(int argc, char **argv)
{
	int exit_code = 0;
	struct ts_cli cli = { .verb = NULL, .exit_code = &exit_code };
	struct ts_err err = { .status = TS_OK };
	bool help = false;
	enum ts_status status;

	/* a reader that went away is an error of write(), not a death */
	signal(SIGPIPE, SIG_IGN);
	umask(022);
	status = parse(argc, argv, &cli, &help, &err);
	if (status == TS_OK && cli.verb == NULL) {
		print_help();
		return 0;
	}
	if (status == TS_OK) {
		ts_log_level(cli.quiet          ? TS_LOG_ERR
			     : cli.verbose == 0 ? TS_LOG_NOTICE
			     : cli.verbose == 1 ? TS_LOG_INFO
						: TS_LOG_DEBUG);
		status = run_verb(&cli, help, &err);
	}
	if (status == TS_OK && (fflush(stdout) != 0 || ferror(stdout)))
		status = ts_fail_errno(&err, errno, "standard output");
	if (status != TS_OK && err.text[0] != '\0')
		fprintf(stderr, "tradestat: %s\n", err.text);
	return status == TS_OK ? exit_code : ts_exit_code(status);
}
