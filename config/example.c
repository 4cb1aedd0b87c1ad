/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The example is printed from the tables, so that it cannot grow stale. A
 * line "#name = value;" is a setting with its default: take the # away and
 * nothing changes. A line "# text" is an explanation.
 */
#include "config/load.h"

#include <string.h>
#include "config/schema.h"

static void
put_quoted(struct ts_buf *out, const char *text, size_t length)
{
	ts_buf_add_char(out, '"');
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '"' || text[i] == '\\')
			ts_buf_add_char(out, '\\');
		ts_buf_add_char(out, text[i]);
	}
	ts_buf_add_char(out, '"');
}

static void
put_list(struct ts_buf *out, const char *joined)
{
	const char *space = "";

	ts_buf_add_char(out, '[');
	while (*joined != '\0') {
		size_t length = strcspn(joined, "\n");

		ts_buf_add(out, space);
		put_quoted(out, joined, length);
		space = ", ";
		joined += length + (joined[length] == '\n');
	}
	ts_buf_add_char(out, ']');
}

static void
put_value(struct ts_buf *out, const struct ts_opt *opt, const char *text)
{
	const struct ts_conf_trait *trait = ts_conf_trait(opt->name);

	switch (opt->kind) {
	case TS_OPT_INT:
	case TS_OPT_REAL:
	case TS_OPT_BOOL:
		ts_buf_add(out, text);
		return;
	case TS_OPT_STRING:
		if (trait != NULL && trait->list) {
			put_list(out, text);
			return;
		}
		break;
	case TS_OPT_SECONDS:
	case TS_OPT_BYTES:
	case TS_OPT_SECRET:
		break;
	}
	put_quoted(out, text, strlen(text));
}

static void
put_help(struct ts_buf *out, const struct ts_opt *opt, const char *indent)
{
	const struct ts_conf_trait *trait = ts_conf_trait(opt->name);

	ts_buf_addf(out, "%s# %s", indent, opt->help);
	if (trait != NULL && trait->words != NULL) {
		ts_buf_add(out, " One of");
		for (const char *const *word = trait->words; *word != NULL;
		     word++)
			ts_buf_addf(out, "%s \"%s\"",
				    word == trait->words ? "" : ",", *word);
		ts_buf_add_char(out, '.');
	}
	ts_buf_add_char(out, '\n');
}

/* Rows with a preset; those without one are shown by their example. */
static void
put_rows(struct ts_buf *out, const struct ts_opt *opts, const char *mark,
	 const char *indent, const char *const *except)
{
	for (; opts->name != NULL; opts++) {
		const struct ts_conf_trait *trait = ts_conf_trait(opts->name);
		const char *value = opts->preset;
		const char *const *name = except;

		while (name != NULL && *name != NULL &&
		       strcmp(*name, opts->name) != 0)
			name++;
		if (name != NULL && *name != NULL)
			continue;
		if (trait != NULL && trait->example != NULL)
			value = trait->example;
		put_help(out, opts, indent);
		ts_buf_addf(out, "%s%s%s = ", mark, indent, opts->name);
		put_value(out, opts, value != NULL ? value : "");
		ts_buf_add(out, ";\n");
	}
}

void
ts_conf_example(struct ts_buf *out)
{
	static const char *const main_groups[] = { "sources", "report",
						   "daemon",  "mail",
						   "groups",  NULL };
	static const char *const report_groups[] = { "gates", "deliver", NULL };

	ts_buf_add(
		out,
		"# tradestat.conf - every setting, with its default. Take the "
		"# away in front of\n"
		"# those that shall differ. Reports stand in files of their "
		"own, reports.d/*.conf\n"
		"# beside this one. `tradestat check` tells what is wrong.\n"
		"# A path that does not begin with / is meant from the folder "
		"of this file; an\n"
		"# empty one stands for the place the program was built "
		"for.\n\n");
	put_rows(out, ts_conf_main_opts, "#", "", main_groups);
	ts_buf_add(
		out,
		"\n# Sources have built-in definitions. A group here changes "
		"one, or adds one of\n"
		"# your own; a fetcher may know further settings "
		"(`tradestat list fetchers`).\n"
		"#sources = (\n#  {\n");
	ts_buf_add(out, "    # Name of the source, unique.\n"
			"#    id = \"comtrade\";\n"
			"    # The plugin that speaks to it; same as id when "
			"empty.\n"
			"#    fetcher = \"\";\n");
	put_rows(out, ts_conf_source_opts, "#", "    ", NULL);
	ts_buf_add(out, "#  }\n#);\n");
	ts_buf_add(out, "\n# How the daemon goes about its work.\n"
			"#daemon:\n#{\n");
	put_rows(out, ts_conf_daemon_opts, "#", "  ", NULL);
	ts_buf_add(out, "#};\n");
	ts_buf_add(out, "\n# How mail leaves this machine.\n"
			"#mail:\n#{\n");
	put_rows(out, ts_conf_mail_opts, "#", "  ", NULL);
	ts_buf_add(out, "#};\n"
			"\n# Lists of recipients that several reports name: to "
			"= ( { group = \"ministry\"; } ).\n"
			"#groups = ( { id = \"ministry\"; to = ( { address = "
			"\"ann@example.org\"; } ); } );\n");
	ts_buf_add(out,
		   "\n# A report; it usually stands in reports.d/ID.conf.\n"
		   "#report:\n#{\n");
	put_rows(out, ts_conf_report_opts, "#", "  ", report_groups);
	ts_buf_add(out, "  # What must hold before a bundle may leave.\n"
			"#  gates:\n#  {\n");
	put_rows(out, ts_conf_gates_opts, "#", "    ", NULL);
	ts_buf_add(out, "#  };\n"
			"  # Where a finished bundle goes; \"directory\" is "
			"the output folder itself.\n"
			"  # E-mail, other targets, and for whom and when: "
			"docs/configuration.md, docs/delivery.md.\n"
			"#  deliver = ( { output = \"directory\"; } );\n"
			"#};\n");
}
