/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli_help.c - what `tradestat VERB --help` says: a line for each option. An
 * option means the same in every verb that takes it.
 */
#include <stdio.h>
#include <string.h>
#include "daemon/cli.h"

struct word {
	const char *name;
	const char *value; /* NULL: a flag */
	const char *help;
	char letter; /* short form, 0 none */
};

static const struct word words[] = {
	{ "config", "FILE", "instead of " TS_CONF_DIR "/tradestat.conf", 'c' },
	{ "output", "PATH", "where to write", 'o' },
	{ "period", "PERIOD", "not the newest: 2024, 2026Q3 or 2026-09", 0 },
	{ "as-of", "TIME", "with the figures that were known then", 0 },
	{ "offline", NULL, "from the archive, without a network", 0 },
	{ "replay", "PACK", "a pack answers in place of the network", 0 },
	{ "record", "PACK", "keep what the network answers as a pack", 0 },
	{ "no-deliver", NULL, "make the bundle, send it to nobody", 0 },
	{ "test", "ADDRESS", "to this address only, marked as a trial", 0 },
	{ "waive", "GATE", "let the edition pass this gate", 0 },
	{ "now", "TIME", "as if it were that time", 0 },
	{ "base", "TIME", "count from then, not from now", 0 },
	{ "force", NULL, "also when nothing asks for it", 0 },
	{ "json", NULL, "for programs", 0 },
	{ "raw", NULL, "the message itself, byte for byte", 0 },
	{ "strict", NULL, "warnings count: exit status 3", 0 },
	{ "format", "DECODER", "its format; found out when not given", 0 },
	{ "set", "KEY=VALUE", "a setting, may be repeated", 0 },
	{ "input", "FILE", "figures as tidy CSV; - is standard input", 0 },
	{ "theme", "THEME", "look of the chart", 0 },
	{ "title", "TEXT", "title of the chart", 0 },
	{ "subtitle", "TEXT", "line below the title", 0 },
	{ "source-line", "TEXT", "source, as printed below the chart", 0 },
	{ "notes", "TEXT", "notes below the chart", 0 },
	{ "reporter", "CODE", "whose trade, as in the input", 0 },
	{ "partner", "CODE", "with whom, as in the input", 0 },
	{ "unit", "UNIT", "unit, as in the input", 0 },
	{ "flow", "FLOW", "flow, as in the input", 0 },
	{ "count", "N", "how many are shown", 'n' },
	{ "yes", NULL, "do not ask", 0 },
	{ "daemon", NULL, "let the daemon do it", 0 },
	{ "quiet", NULL, "tell only errors", 'q' },
	{ "verbose", NULL, "tell more; twice: tell all", 'v' },
	{ NULL, NULL, NULL, 0 },
};

static void
print_option(const char *name, size_t length)
{
	const struct word *word = words;
	char left[40];

	while (word->name != NULL && (strlen(word->name) != length ||
				      strncmp(word->name, name, length) != 0))
		word++;
	snprintf(left, sizeof left, "--%.*s%s%s", (int)length, name,
		 word->value != NULL ? " " : "",
		 word->value != NULL ? word->value : "");
	if (word->letter != 0)
		printf("  -%c, %-21s %s\n", word->letter, left, word->help);
	else
		printf("      %-21s %s\n", left,
		       word->help != NULL ? word->help : "");
}

void
ts_cli_help(const struct ts_verb *verb)
{
	const char *at = verb->options;

	printf("tradestat %s%s%s\n  %s\n", verb->name,
	       *verb->args != '\0' ? " " : "", verb->args, verb->help);
	if (*at != '\0')
		puts("Options:");
	while (*at != '\0') {
		size_t length = strcspn(at, " ");

		print_option(at, length);
		at += length;
		at += strspn(at, " ");
	}
}
