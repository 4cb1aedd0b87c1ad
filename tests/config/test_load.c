/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/config/files.h"

#define REPORT_START                                                           \
	"report:\n{\n  id = \"a\"; title = \"A\";\n"                           \
	"  template = \"bilateral\"; reporter = \"KAZ\"; "                     \
	"partner = \"ITA\";\n"
#define REPORT(id_text)                                                        \
	"report: { id = \"" id_text "\"; title = \"A\"; "                      \
	"template = \"bilateral\"; reporter = \"KAZ\"; "                       \
	"partner = \"ITA\"; };\n"

static void
the_report_of_the_product_page_is_read(void **state)
{
	const struct ts_conf_report *report;

	(void)state;
	put("it.conf",
	    "    report:\n    {\n"
	    "      id        = \"kazakhstan-italy\";\n"
	    "      title     = \"Kazakhstan\u2013Italy trade\";\n"
	    "      template  = \"bilateral\";   # data needs, pages\n"
	    "      reporter  = \"KAZ\";\n"
	    "      partner   = \"ITA\";\n"
	    "      region    = \"central-asia\";\n"
	    "      currency  = \"USD\";\n"
	    "      timetable = \"Mon *-*-* 07:30 Europe/Rome\";\n"
	    "      send_when = \"changed\";     # or \"always\"\n"
	    "      languages = [ \"en\", \"it\", \"ru\", \"kk\" ];\n"
	    "      formats   = [ \"html\", \"pdf\", \"xlsx\", \"csv\" ];\n"
	    "      deliver   = ( { output = \"directory\"; },\n"
	    "                    { output = \"email\"; to = ( { address = "
	    "\"desk@example.org\"; language = \"it\"; } ); } );\n    };\n");
	if (load("it.conf") != TS_OK)
		fail_msg("%s", heard.text);
	/* three languages that nothing can be written in yet, one of them a
	 * recipient's, and no relay */
	assert_int_equal(heard.count, 5);
	assert_non_null(strstr(heard.text, "it.conf:12: warning: languages: "
					   "no texts in \"it\" yet"));
	assert_int_equal(conf->report_count, 1);
	report = ts_conf_report(conf, "kazakhstan-italy");
	assert_non_null(report);
	assert_null(ts_conf_report(conf, "italy"));
	assert_string_equal(report->title, "Kazakhstan\u2013Italy trade");
	assert_string_equal(report->schedule.timetable,
			    "Mon *-*-* 07:30 Europe/Rome");
	assert_string_equal(report->languages[3], "kk");
	assert_null(report->languages[4]);
	assert_string_equal(report->formats[2], "xlsx");
	assert_null(report->sources[0]);
	assert_int_equal(report->frequency, 'A');
	assert_int_equal(report->years, 10);
	assert_int_equal(report->movers, 7);
	assert_true(report->gates.additivity_percent == 0.5);
	assert_true(report->gates.jump_factor == 20);
	assert_false(report->gates.allow_unmapped);
	assert_string_equal(report->gates.on_missing, "hold");
	assert_int_equal(report->line, 1);
	assert_int_equal(report->deliver_count, 2);
	assert_string_equal(report->deliver[0].output, "directory");
	assert_int_equal(report->deliver[0].settings.count, 0);
	assert_int_equal(report->deliver[1].settings.count, 0);
	assert_int_equal(report->deliver[1].recipient_count, 1);
	assert_string_equal(report->deliver[1].recipients[0].name,
			    "desk@example.org");
	assert_string_equal(report->deliver[1].recipients[0].language, "it");
	assert_string_equal(report->deliver[1].recipients[0].currency, "USD");
	assert_string_equal(report->deliver[1].recipients[0].formats[2],
			    "xlsx");
	assert_int_equal(report->deliver[1].recipients[0].line, 15);
	assert_string_equal(report->deliver[1].when, "changed");
	/* all else is the default */
	assert_string_equal(conf->state_dir, "/var/lib/tradestat");
	assert_string_equal(conf->output_dir, "/var/lib/tradestat/bundles");
	assert_int_equal(conf->min_free, 256 << 20);
}

static void
without_any_file_everything_is_built_in(void **state)
{
	(void)state;
	assert_int_equal(load(NULL), TS_OK);
	assert_string_equal(conf->file, "");
	assert_string_equal(conf->font, "Inter");
	assert_string_equal(conf->codes_dir, "/usr/share/codes");
	assert_int_equal(conf->report_count, 0);
	assert_int_equal(load("missing.conf"), TS_NO_INPUT);
	assert_int_equal(load("no/such/folder/x.conf"), TS_NO_INPUT);
	assert_int_equal(heard.count, 0);
}

static void
all_settings_of_the_main_file_are_read(void **state)
{
	char expected[PATH_MAX], real[PATH_MAX];

	(void)state;
	put("t.conf",
	    "output_dir = \"out\"; state_dir = \"/srv/state\";\n"
	    "gnuplot = \"/opt/gnuplot\"; font = \"Noto Sans\";\n"
	    "contact = \"desk@example.org\"; min_free = \"1 GiB\";\n"
	    "sources = (\n"
	    "  { id = \"comtrade\"; key = \"credential:comtrade\";\n"
	    "    per_minute = 30; max_bytes = 4.2e9; tags = [ \"a\", \"b\" ];"
	    " },\n"
	    "  { id = \"mirror\"; fetcher = \"comtrade\"; bulk = true; }\n"
	    ");\n");
	if (load("t.conf") != TS_OK)
		fail_msg("%s", heard.text);
	assert_non_null(realpath(".", real));
	snprintf(expected, sizeof expected, "%.*s/out", PATH_MAX - 8, real);
	assert_string_equal(conf->output_dir, expected);
	assert_string_equal(conf->state_dir, "/srv/state");
	assert_string_equal(conf->cache_dir, "/var/cache/tradestat");
	assert_string_equal(conf->gnuplot, "/opt/gnuplot");
	assert_string_equal(conf->contact, "desk@example.org");
	assert_int_equal(conf->min_free, 1 << 30);
	assert_int_equal(conf->source_count, 2);
	assert_string_equal(conf->sources[0].fetcher, "");
	assert_string_equal(conf->sources[1].fetcher, "comtrade");
	assert_int_equal(conf->sources[0].settings.count, 4);
	assert_string_equal(conf->sources[0].settings.items[2].value,
			    "4200000000");
	assert_string_equal(conf->sources[0].settings.items[3].value, "a\nb");
	assert_int_equal(conf->sources[0].settings.items[0].line, 5);
	assert_string_equal(conf->sources[1].settings.items[0].value, "true");
}

static void
reports_come_from_their_folder_in_order(void **state)
{
	(void)state;
	put("t.conf", "font = \"Inter\";\n");
	put("reports.d/20-b.conf", REPORT("second"));
	put("reports.d/10-a.conf", REPORT("first"));
	put("reports.d/Z.conf", REPORT("third"));
	put("reports.d/.hidden.conf", "nonsense");
	put("reports.d/x.conf~", "nonsense");
	put("reports.d/x.conf.dpkg-old", "nonsense");
	put("reports.d/README", "nonsense");
	if (load("t.conf") != TS_OK)
		fail_msg("%s", heard.text);
	assert_int_equal(conf->report_count, 3);
	assert_string_equal(conf->reports[0].id, "first");
	assert_string_equal(conf->reports[0].file, "./reports.d/10-a.conf");
	assert_string_equal(conf->reports[1].id, "second");
	assert_string_equal(conf->reports[2].id, "third");
	assert_int_equal(mkdir("elsewhere", 0755), 0);
	put("elsewhere/only.conf", REPORT("only"));
	put("t.conf", "include_dir = \"elsewhere\";\n");
	assert_int_equal(load("t.conf"), TS_OK);
	assert_int_equal(conf->report_count, 1);
	put("t.conf", "include_dir = \"nowhere\";\n");
	assert_int_equal(load("t.conf"), TS_BAD_CONFIG);
	assert_non_null(strstr(heard.text, "No such file"));
}

struct bad {
	const char *why, *text, *told;
};

static void
expect_each(const struct bad *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		put("t.conf", rows[i].text);
		if (load("t.conf") != TS_BAD_CONFIG)
			fail_msg("%s: was accepted", rows[i].why);
		if (strcmp(heard.text, rows[i].told) != 0)
			fail_msg("%s: told\n%s", rows[i].why, heard.text);
	}
}

static void
traps_of_libconfig_are_told_with_their_line(void **state)
{
	static const struct bad rows[] = {
		{ "wraps", "\nmin_free = 4200000000;\n",
		  "t.conf:2: 4200000000 does not fit into 32 bits: write "
		  "4200000000L, or a quoted size such as \"4 GiB\"\n" },
		{ "wraps to negative", "min_free = 2147483648;\n",
		  "t.conf:1: 2147483648 does not fit into 32 bits: write "
		  "2147483648L, or a quoted size such as \"4 GiB\"\n" },
		{ "hexadecimal", "min_free = 0x1FFFFFFFF;\n",
		  "t.conf:1: 0x1FFFFFFFF does not fit into 32 bits: write "
		  "0x1FFFFFFFFL, or a quoted size such as \"4 GiB\"\n" },
		{ "hexadecimal sign bit", "min_free = 0x80000000;\n",
		  "t.conf:1: 0x80000000 does not fit into 32 bits: write "
		  "0x80000000L, or a quoted size such as \"4 GiB\"\n" },
		{ "past 64 bits, hexadecimal",
		  "min_free = 0xFFFFFFFFFFFFFFFFL;\n",
		  "t.conf:1: 0xFFFFFFFFFFFFFFFF is too large\n" },
		{ "just past", "min_free = -2147483649;\n",
		  "t.conf:1: -2147483649 does not fit into 32 bits: write "
		  "-2147483649L, or a quoted size such as \"4 GiB\"\n" },
		{ "past 64 bits", "min_free = 99999999999999999999L;\n",
		  "t.conf:1: 99999999999999999999 is too large\n" },
		{ "no float", "min_free = 1e999;\n",
		  "t.conf:1: 1e999 is not a number that can be kept\n" },
		{ "leading zero", REPORT_START "  product = 0101;\n};\n",
		  "t.conf:5: 0101 would lose its leading zero: put codes into "
		  "quotes\nt.conf:5: product takes text: put the value into "
		  "quotes\n" },
		{ "comma before ]",
		  REPORT_START "  formats = [ \"csv\",\n # more\n ];\n};\n",
		  "t.conf:5: remove the comma before ]\n" },
		{ "comma before )", "sources = ( { id = \"a\"; }, );\n",
		  "t.conf:1: remove the comma before )\n" },
		{ "twice", "font = \"a\";\nfont = \"b\";\n",
		  "t.conf:2: font is set twice, first at t.conf:1\n" },
		{ "twice in a group",
		  "sources = ( { id = \"a\";\n x = 1; x = "
		  "2; } );\n",
		  "t.conf:2: x is set twice, first at t.conf:2\n" },
		{ "mixed array", "font = [ \"a\", 1 ];\n",
		  "t.conf:1: mismatched element type in array (all values "
		  "between [ and ] have one type)\n" },
		{ "no quotes", "font = Inter;\n",
		  "t.conf:1: syntax error (is text in quotes, is every "
		  "bracket closed?)\n" },
		{ "open string", "font = \"Inter;\n\n",
		  "t.conf:1: this string never ends\n" },
		{ "open comment", "font = \"a\";\n/* more\n",
		  "t.conf:2: this comment never ends\n" },
		{ "zero in a string", "font = \"Inter\\x00Evil\";\n",
		  "t.conf:1: a string with a zero byte\n" },
		{ "control in a string", "font = \"In\\nter\";\n",
		  "t.conf:1: font has control characters in it, or is not "
		  "UTF-8\n" },
		{ "bad UTF-8 by escape", "font = \"\\xff\";\n",
		  "t.conf:1: font has control characters in it, or is not "
		  "UTF-8\n" },
		{ "bad UTF-8", "\n\nfont = \"\xff\";\n",
		  "t.conf:3: is not UTF-8\n" },
		{ "UTF-16",
		  "\xff\xfe"
		  "f",
		  "t.conf:1: is UTF-16: save it as UTF-8\n" },
	};

	(void)state;
	expect_each(rows, sizeof rows / sizeof rows[0]);
}

static void
what_is_wrong_with_a_setting_is_told(void **state)
{
	static const struct bad rows[] = {
		{ "unknown", "fnt = \"a\";\n",
		  "t.conf:1: unknown setting \"fnt\", did you mean "
		  "\"font\"?\n" },
		{ "group of another name",
		  "report: { id = \"a\"; title = "
		  "\"A\"; template = \"country\"; reporter = \"KAZ\"; "
		  "gate: { }; };\n",
		  "t.conf:1: unknown setting \"gate\", did you mean "
		  "\"gates\"?\n" },
		{ "list for a value", "font = [ \"a\", \"b\" ];\n",
		  "t.conf:1: font takes one value, not a list\n" },
		{ "group for a value", "font: { a = 1; };\n",
		  "t.conf:1: font is a group where a value belongs\n" },
		{ "number for text", "font = 5;\n",
		  "t.conf:1: font takes text: put the value into quotes\n" },
		{ "empty font", "font = \"\";\n", "t.conf:1: font is empty\n" },
		{ "relative program", "gnuplot = \"gnuplot\";\n",
		  "t.conf:1: gnuplot is an absolute path, such as "
		  "\"/usr/bin/gnuplot\"\n" },
		{ "unit", "min_free = \"5 gigs\";\n",
		  "t.conf:1: min_free: \"5 gigs\" has no known unit, write it "
		  "such as \"512 MiB\"\n" },
		{ "sources as a group", "sources: { id = \"a\"; };\n",
		  "t.conf:1: sources is a list of groups: sources = ( { id = "
		  "\"comtrade\"; } );\n" },
		{ "source without id", "sources = ( { a = 1; } );\n",
		  "t.conf:1: sources: each { ... } needs an id (a to z, 0 to "
		  "9, - and _), such as id = \"comtrade\"\n" },
		{ "source twice",
		  "sources = ( { id = \"a\"; },\n"
		  "{ id = \"a\"; } );\n",
		  "t.conf:2: source \"a\" is defined twice, first at "
		  "t.conf:1\n" },
		{ "report as a list", "report = ( );\n",
		  "t.conf:1: report is a group: report: { ... };\n" },
	};

	(void)state;
	expect_each(rows, sizeof rows / sizeof rows[0]);
}

static void
what_is_wrong_with_a_report_is_told(void **state)
{
	static const struct bad rows[] = {
		{ "empty", "report: { };\n",
		  "t.conf:1: id: is missing, write such as id = "
		  "\"kazakhstan-italy\"\n"
		  "t.conf:1: title: is missing, write such as title = "
		  "\"Kazakhstan\u2013Italy trade\"\n"
		  "t.conf:1: template: is missing, write such as template = "
		  "\"bilateral\"\n" },
		{ "id that is a path",
		  "report: { id = \"../x\"; title = "
		  "\"A\"; template = \"country\"; reporter = \"KAZ\"; };\n",
		  "t.conf:1: id: \"../x\" is not an id (a to z, 0 to 9, - and "
		  "_)\n" },
		{ "no partner",
		  "report: { id = \"a\"; title = \"A\"; "
		  "template = \"bilateral\"; reporter = \"KAZ\"; };\n",
		  "t.conf:1: partner: a bilateral report needs one, such as "
		  "\"KAZ\"\n" },
		{ "partner is reporter",
		  "report: { id = \"a\"; title = "
		  "\"A\"; template = \"bilateral\"; reporter = \"KAZ\";\n"
		  "partner = \"KAZ\"; };\n",
		  "t.conf:2: partner: is the reporter itself\n" },
		{ "small letters",
		  "report: { id = \"a\"; title = \"A\"; "
		  "template = \"country\"; reporter = \"kaz\"; };\n",
		  "t.conf:1: reporter: \"kaz\" is not an ISO 3166 code of "
		  "three capital letters, such as \"KAZ\"\n" },
		{ "region without one",
		  "report: { id = \"a\"; title = \"A\"; "
		  "template = \"region\"; };\n",
		  "t.conf:1: region: a region report needs one, such as "
		  "\"central-asia\"\n" },
		{ "product of five digits",
		  "report: { id = \"a\"; title = "
		  "\"A\"; template = \"product\"; reporter = \"KAZ\"; "
		  "product = \"27090\"; };\n",
		  "t.conf:1: product: \"27090\" is not an HS code of 2, 4 or 6 "
		  "digits\n" },
		{ "template",
		  "report: { id = \"a\"; title = \"A\"; template "
		  "= \"bilatral\"; reporter = \"KAZ\"; };\n",
		  "t.conf:1: template: \"bilatral\" is not known, did you mean "
		  "\"bilateral\"?\n" },
		{ "words",
		  REPORT_START
		  "  send_when = \"never\";\n"
		  "  frequency = \"Q\";\n  currency = \"usd\";\n};\n",
		  "t.conf:5: send_when: \"never\" is none of changed, "
		  "always\n"
		  "t.conf:6: frequency: \"Q\" is none of A, M\n"
		  "t.conf:7: currency: \"usd\" is not an ISO 4217 code of "
		  "three capital letters, such as \"USD\"\n" },
		{ "lists",
		  REPORT_START
		  "  languages = [ \"en\", \"de\" ];\n"
		  "  formats = [ ];\n  pages = [ \"a\", \"a\", \"B C\" ];\n"
		  "};\n",
		  "t.conf:5: languages: \"de\" is none of en, it, ru, kk\n"
		  "t.conf:7: pages: \"a\" is there twice\n"
		  "t.conf:7: pages: \"B C\" is not an id (a to z, 0 to 9, - "
		  "and _)\n"
		  "t.conf:6: formats: is empty: nothing to make\n" },
		{ "ranges", REPORT_START "  years = 100; movers = 0;\n};\n",
		  "t.conf:5: years: \"100\" is outside 1 to 60\n"
		  "t.conf:5: movers: \"0\" is outside 1 to 50\n" },
		{ "gates",
		  REPORT_START "  gates: { on_missing = \"hlod\";\n"
			       "  jump_factor = 5; jump = 1; };\n};\n",
		  "t.conf:5: on_missing: \"hlod\" is not known, did you mean "
		  "\"hold\"?\n"
		  "t.conf:6: unknown setting \"jump\"\n" },
		{ "delivery", REPORT_START "  deliver = ( { to = 1; } );\n};\n",
		  "t.conf:5: deliver: each { ... } needs an output, such as "
		  "output = \"directory\"\n" },
		{ "delivery as text",
		  REPORT_START "  deliver = ( \"x\" );\n"
			       "};\n",
		  "t.conf:5: deliver: is a list of groups: deliver = ( { "
		  "output = \"directory\"; } );\n" },
	};

	(void)state;
	expect_each(rows, sizeof rows / sizeof rows[0]);
}

static void
all_problems_of_all_files_are_told_at_once(void **state)
{
	(void)state;
	put("t.conf", "fnt = \"a\";\n");
	put("reports.d/1.conf", REPORT("same"));
	put("reports.d/2.conf", "report: { syntax error\n");
	put("reports.d/3.conf", "\n" REPORT("same"));
	put("reports.d/4.conf", "font = \"a\";\n");
	put("reports.d/5.conf", "");
	assert_int_equal(symlink("nowhere", "reports.d/6.conf"), 0);
	assert_int_equal(load("t.conf"), TS_BAD_CONFIG);
	assert_string_equal(
		heard.text,
		"t.conf:1: unknown setting \"fnt\", did you mean \"font\"?\n"
		"./reports.d/2.conf:1: syntax error (is text in quotes, is "
		"every bracket closed?)\n"
		"./reports.d/3.conf:2: report \"same\" is defined twice, first "
		"at ./reports.d/1.conf:1\n"
		"./reports.d/4.conf:1: font does not belong here: a report "
		"file has one group, report: { ... };\n"
		"./reports.d/5.conf: has no report: { ... }; in it\n"
		"./reports.d/6.conf: cannot be read: No such file or "
		"directory\n");
	assert_string_equal(err.text, "t.conf:1: unknown setting \"fnt\", did "
				      "you mean \"font\"? (and 5 more)");
}

static void
includes_stay_below_the_folder(void **state)
{
	static const struct bad rows[] = {
		{ "absolute", "@include \"/etc/hostname\"\n",
		  "t.conf:1: cannot include \"/etc/hostname\": it lies outside "
		  "FOLDER\n" },
		{ "upwards", "\n@include \"../../etc/hostname\"\n",
		  "t.conf:2: cannot include \"../../etc/hostname\": it "
		  "lies outside FOLDER\n" },
		{ "by a link", "@include \"link.inc\"\n",
		  "t.conf:1: cannot include \"link.inc\": it lies outside "
		  "FOLDER\n" },
		{ "missing", "@include \"missing.inc\"\n",
		  "t.conf:1: cannot include \"missing.inc\": No such file or "
		  "directory\n" },
		{ "itself", "@include \"t.conf\"\n",
		  "t.conf:1: cannot include \"t.conf\": it includes itself\n" },
		{ "a loop", "@include \"deep.inc\"\n",
		  "deep.inc:1: cannot include \"./t.conf\": it includes "
		  "itself\n" },
		{ "a folder", "@include \"reports.d\"\n",
		  "reports.d: is a folder, not a file\n" },
	};
	char real[PATH_MAX];

	(void)state;
	assert_int_equal(symlink("/etc/hostname", "link.inc"), 0);
	put("deep.inc", "@include \"./t.conf\"\n");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		TS_AUTO_BUF told = TS_BUF_INIT(8192);
		const char *cut = strstr(rows[i].told, "FOLDER");

		put("t.conf", rows[i].text);
		if (load("t.conf") != TS_BAD_CONFIG)
			fail_msg("%s: was accepted", rows[i].why);
		if (cut != NULL)
			ts_buf_addf(&told, "%.*s%s%s",
				    (int)(cut - rows[i].told), rows[i].told,
				    realpath(".", real), cut + 6);
		else
			ts_buf_add(&told, rows[i].told);
		if (strcmp(heard.text, told.data) != 0)
			fail_msg("%s: told\n%s", rows[i].why, heard.text);
	}
}

static void
includes_do_not_multiply(void **state)
{
	TS_AUTO_BUF text = TS_BUF_INIT(65536);
	char name[16];

	(void)state;
	/* each of eight files includes the next one four times: 65,536 */
	for (int i = 0; i < 8; i++) {
		ts_buf_reset(&text);
		for (int j = 0; j < 4; j++)
			ts_buf_addf(&text, "@include \"%d.inc\"\n", i + 1);
		snprintf(name, sizeof name, i == 0 ? "t.conf" : "%d.inc", i);
		put(name, text.data);
	}
	put("8.inc", "# leaf\n");
	assert_int_equal(load("t.conf"), TS_BAD_CONFIG);
	assert_non_null(strstr(heard.text, "more than 256 includes"));
}

static void
an_included_file_is_named_in_messages(void **state)
{
	(void)state;
	assert_int_equal(mkdir("parts", 0755), 0);
	put("parts/common.inc", "currency = \"usd\";\n@include "
				"\"deep.inc\"\n");
	put("parts/deep.inc", "\xef\xbb\xbf"
			      "years = 99;");
	put("t.conf",
	    REPORT_START "  # @include \"no.inc\"\n"
			 "  @include \"parts/common.inc\" # the rest\n"
			 "  movers = 99;\n};\n");
	assert_int_equal(load("t.conf"), TS_BAD_CONFIG);
	assert_string_equal(
		heard.text,
		"parts/deep.inc:1: years: \"99\" is outside 1 to 60\n"
		"t.conf:7: movers: \"99\" is outside 1 to 50\n"
		"parts/common.inc:1: currency: \"usd\" is not an ISO 4217 code "
		"of three capital letters, such as \"USD\"\n");
	put("reports.d/a.conf", "report: { id = \"r\"; title = \"A\"; "
				"template = \"country\"; reporter = \"KAZ\";\n"
				"@include \"../parts/fine.inc\"\n};\n");
	put("parts/fine.inc", "years = 5;");
	put("t.conf", "# nothing\n");
	if (load("t.conf") != TS_OK)
		fail_msg("%s", heard.text);
	assert_int_equal(conf->reports[0].years, 5);
}

static void
a_file_that_others_can_write_is_refused(void **state)
{
	(void)state;
	put("t.conf", "font = \"Inter\";\n");
	assert_int_equal(chmod("t.conf", 0646), 0);
	assert_int_equal(load("t.conf"), TS_BAD_CONFIG);
	assert_string_equal(heard.text, "t.conf: can be written by others "
					"(mode 0646): chmod go-w it\n");
	assert_int_equal(chmod("t.conf", 0664), 0);
	/* a person's own file under a group umask is fine, root's is not */
	assert_int_equal(load("t.conf"),
			 geteuid() == 0 ? TS_BAD_CONFIG : TS_OK);
	assert_int_equal(chmod("t.conf", 0444), 0);
	assert_int_equal(load("t.conf"), TS_OK);
}

static void
what_cannot_be_read_says_why(void **state)
{
	(void)state;
	assert_int_equal(load("reports.d"), TS_BAD_CONFIG);
	assert_string_equal(heard.text, "reports.d: is a folder, not a file\n");
	assert_int_equal(mkfifo("pipe.conf", 0600), 0);
	assert_int_equal(load("pipe.conf"), TS_BAD_CONFIG);
	assert_string_equal(heard.text,
			    "pipe.conf: is a device or pipe, not a file\n");
	if (geteuid() != 0) {
		put("t.conf", "");
		assert_int_equal(chmod("t.conf", 0), 0);
		assert_int_equal(load("t.conf"), TS_BAD_CONFIG);
		assert_string_equal(heard.text, "t.conf: cannot be read: "
						"Permission denied\n");
	}
}

static void
a_huge_file_is_refused(void **state)
{
	char *text = malloc((10 << 20) + 1);

	(void)state;
	assert_non_null(text);
	memset(text, '#', 10 << 20);
	text[10 << 20] = '\0';
	put("t.conf", text);
	free(text);
	assert_int_equal(load("t.conf"), TS_BAD_CONFIG);
	assert_string_equal(heard.text,
			    "t.conf: is larger than 1048576 bytes\n");
}

static void
a_thousand_problems_are_not_all_shown(void **state)
{
	TS_AUTO_BUF text = TS_BUF_INIT(65536);

	(void)state;
	for (int i = 0; i < 1000; i++)
		ts_buf_addf(&text, "setting%d = 1;\n", i);
	put("t.conf", text.data);
	assert_int_equal(load("t.conf"), TS_BAD_CONFIG);
	assert_int_equal(heard.count, 201);
	assert_non_null(strstr(heard.text, "t.conf:200: "));
	assert_null(strstr(heard.text, "t.conf:201: "));
	assert_non_null(strstr(err.text, "(and 999 more)"));
	for (int i = 1000; i < 3000; i++)
		ts_buf_addf(&text, "setting%d = 1;\n", i);
	put("t.conf", text.data);
	assert_int_equal(load("t.conf"), TS_BAD_CONFIG);
	assert_string_equal(heard.text,
			    "t.conf:2001: more than 2000 settings in a "
			    "group\n");
}

static void
deep_brackets_are_refused(void **state)
{
	char text[400] = "a = ";

	(void)state;
	memset(text + 4, '(', 300);
	put("t.conf", text);
	assert_int_equal(load("t.conf"), TS_BAD_CONFIG);
	assert_string_equal(heard.text,
			    "t.conf:1: brackets are nested deeper than 32\n");
}

static void
numbers_at_the_edge_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} rows[] = {
		{ "2147483647", INT32_MAX },
		{ "0x7FFFFFFF", INT32_MAX },
		{ "4294967296L", INT64_C(4294967296) },
		{ "0xFFFFFFFFL", UINT32_MAX },
		{ "4.2e9", 4200000000 },
		{ "4.2E+9", 4200000000 },
		{ "5.", 5 },
		{ "0", 0 },
		{ "1e3", 1000 },
		{ "+7", 7 },
		{ "\"1 GiB\"", 1 << 30 },
	};
	char text[80];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		snprintf(text, sizeof text, "min_free = %s;\n", rows[i].text);
		put("t.conf", text);
		if (load("t.conf") != TS_OK)
			fail_msg("%s: %s", rows[i].text, heard.text);
		assert_int_equal(conf->min_free, rows[i].value);
	}
}

static void
windows_line_ends_and_a_byte_order_mark_are_welcome(void **state)
{
	(void)state;
	put("t.conf", "\xef\xbb\xbf"
		      "font = \"Inter\";\r\n"
		      "contact = \"a\" \"b\";\r\n");
	if (load("t.conf") != TS_OK)
		fail_msg("%s", heard.text);
	assert_string_equal(conf->contact, "ab");
}

static const struct ts_opt fetcher_opts[] = {
	{ .name = "dataset", .kind = TS_OPT_STRING },
	{ .name = "timeout", .kind = TS_OPT_SECONDS },
	{ .name = NULL },
};

static void
settings_of_a_source_are_divided(void **state)
{
	const struct ts_setting items[] = {
		{ "key", "credential:x", "t.conf", 1 },
		{ "dataset", "C/A/HS", "t.conf", 2 },
		{ "timeout", "5 s", "t.conf", 3 },
		{ "datset", "x", "t.conf", 4 },
		{ "per_minut", "x", "t.conf", 5 },
		{ "nothing-like-it", "x", NULL, 0 },
	};
	struct ts_settings all = { items, 3 }, engine, fetcher;
	struct ts_conf_source_values values = { 0 };
	struct ts_arena *arena = ts_arena_new(1 << 20);

	(void)state;
	memset(&heard, 0, sizeof heard);
	assert_int_equal(ts_conf_split(&all, ts_conf_source_opts, fetcher_opts,
				       arena, &engine, &fetcher, hear, &heard,
				       &err),
			 TS_OK);
	assert_int_equal(engine.count, 2);
	assert_int_equal(fetcher.count, 2);
	assert_int_equal(ts_opt_apply(ts_conf_source_opts, &engine, &values,
				      arena, hear, &heard, &err),
			 TS_OK);
	assert_string_equal(values.key, "credential:x");
	assert_int_equal(values.timeout, 5);
	assert_int_equal(values.retries, 4);
	assert_true(values.per_minute == 0);
	all.count = 6;
	assert_int_equal(ts_conf_split(&all, ts_conf_source_opts, fetcher_opts,
				       arena, &engine, &fetcher, hear, &heard,
				       &err),
			 TS_BAD_CONFIG);
	assert_string_equal(
		heard.text,
		"t.conf:4: unknown setting \"datset\", did you mean "
		"\"dataset\"?\n"
		"t.conf:5: unknown setting \"per_minut\", did you mean "
		"\"per_minute\"?\n"
		"command line: unknown setting \"nothing-like-it\"\n");
	ts_arena_free(arena);
}

/* A person who wants no more mail is met in whatever script he is written. */
static void
lists_of_addresses_are_kept_in_ascii(void **state)
{
	(void)state;
	put("t.conf", "mail: { relay = \"smtps://relay.example.org\"; from = "
		      "\"a@example.org\"; suppress = [ \"ann@пример.рф\", "
		      "\"@пример.рф\", \"Bob@example.org\" ]; allow = [ "
		      "\"example.org\", \".пример.рф\" ]; };\n");
	if (load("t.conf") != TS_OK)
		fail_msg("%s", heard.text);
	assert_string_equal(conf->mail.suppress[0],
			    "ann@xn--e1afmkfd.xn--p1ai");
	assert_string_equal(conf->mail.suppress[1], "@xn--e1afmkfd.xn--p1ai");
	assert_string_equal(conf->mail.suppress[2], "Bob@example.org");
	assert_string_equal(conf->mail.allow[0], "example.org");
	assert_string_equal(conf->mail.allow[1], ".xn--e1afmkfd.xn--p1ai");
	put("t.conf", "mail: {\n suppress = [ \"ann at example.org\" ]; };\n");
	assert_int_equal(load("t.conf"), TS_BAD_CONFIG);
	assert_non_null(strstr(heard.text, "t.conf:2: mail: suppress: "));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lists_of_addresses_are_kept_in_ascii),
		TEST(the_report_of_the_product_page_is_read),
		TEST(without_any_file_everything_is_built_in),
		TEST(all_settings_of_the_main_file_are_read),
		TEST(reports_come_from_their_folder_in_order),
		TEST(traps_of_libconfig_are_told_with_their_line),
		TEST(what_is_wrong_with_a_setting_is_told),
		TEST(what_is_wrong_with_a_report_is_told),
		TEST(all_problems_of_all_files_are_told_at_once),
		TEST(includes_stay_below_the_folder),
		TEST(includes_do_not_multiply),
		TEST(an_included_file_is_named_in_messages),
		TEST(a_file_that_others_can_write_is_refused),
		TEST(what_cannot_be_read_says_why),
		TEST(a_huge_file_is_refused),
		TEST(a_thousand_problems_are_not_all_shown),
		TEST(deep_brackets_are_refused),
		TEST(numbers_at_the_edge_are_read),
		TEST(windows_line_ends_and_a_byte_order_mark_are_welcome),
		TEST(settings_of_a_source_are_divided),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
