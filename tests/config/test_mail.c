/* SPDX-License-Identifier: Apache-2.0 */
/* How mail leaves, and who gets it: what cannot be is told with its line, and
 * no message repeats a password. */
#include "tests/config/files.h"

#define REPORT(to)                                                             \
	"report: { id = \"pair\"; title = \"T\"; template = \"bilateral\";\n"  \
	" reporter = \"KAZ\"; partner = \"ITA\";\n"                            \
	" deliver = ( { output = \"email\";\n" to " } ); };\n"
#define TO(who) REPORT("  to = ( { address = \"" who "\"; } );\n")
#define LONG64                                                                 \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LABEL62 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void
what_cannot_be_is_told_with_its_line(void **state)
{
	static const struct {
		const char *name, *mail, *report, *told;
	} rows[] = {
		{ "no @", "", TO("ann.example.org"),
		  "pair.conf:4: to: \"ann.example.org\" is no address: there "
		  "is "
		  "no @ in it" },
		{ "two @", "", TO("ann@b@example.org"), "pair.conf:4: to: " },
		{ "nothing before", "", TO("@example.org"), "pair.conf:4: " },
		{ "nothing behind", "", TO("ann@"), "pair.conf:4: " },
		{ "a name", "", TO("Ann <ann@example.org>"), "pair.conf:4: " },
		{ "quotes", "", TO("\\\"ann\\\"@example.org"),
		  "pair.conf:4: " },
		{ "a comment", "", TO("ann(home)@example.org"),
		  "pair.conf:4: " },
		{ "a route", "", TO("@relay:ann@example.org"),
		  "pair.conf:4: " },
		{ "two of them", "", TO("ann@example.org,bob@example.org"),
		  "pair.conf:4: " },
		{ "two points", "", TO("ann..b@example.org"), "pair.conf:4: " },
		{ "a point first", "", TO(".ann@example.org"),
		  "pair.conf:4: " },
		{ "a blank", "", TO("ann b@example.org"), "pair.conf:4: " },
		{ "another line", "",
		  TO("ann@example.org\\r\\nRCPT TO:<b@c.de>"),
		  "pair.conf:4: " },
		{ "letters that need SMTPUTF8", "", TO("анна@example.org"),
		  "pair.conf:4: " },
		{ "an address of a machine", "", TO("ann@[127.0.0.1]"),
		  "pair.conf:4: " },
		{ "a domain of one word with a hyphen first", "",
		  TO("ann@-example.org"), "pair.conf:4: " },
		{ "a local part too long", "", TO(LONG64 "a@example.org"),
		  "pair.conf:4: " },
		{ "an address too long", "",
		  TO(LONG64 "@" LABEL62 "." LABEL62 "." LABEL62 ".de"),
		  "longer than 254" },
		{ "twice", "",
		  REPORT("  to = ( { address = \"ann@example.org\"; },\n"
			 "    { address = \"Ann@Example.org\"; } );\n"),
		  "pair.conf:5: to: Ann@example.org is there twice, first in "
		  "line 4" },
		{ "nobody", "", REPORT(""), "e-mail needs to = (" },
		{ "neither address nor group", "",
		  REPORT("  to = ( { formats = [ \"pdf\" ]; } );\n"),
		  "pair.conf:4: to: each { ... } has an address or a group" },
		{ "both",
		  "groups = ( { id = \"g\"; to = ( { address = "
		  "\"a@example.org\"; } ); } );\n",
		  REPORT("  to = ( { address = \"b@example.org\"; group = "
			 "\"g\"; } );\n"),
		  "has an address or a group" },
		{ "no such group",
		  "groups = ( { id = \"ministry\"; to = ( { "
		  "address = \"a@example.org\"; } ); } );\n",
		  REPORT("  to = ( { group = \"minstry\"; } );\n"),
		  "did you mean \"ministry\"?" },
		{ "a group twice",
		  "groups = ( { id = \"g\"; to = ( { address = "
		  "\"a@example.org\"; } ); },\n { id = \"g\"; to = ( { address "
		  "= \"b@example.org\"; } ); } );\n",
		  TO("c@example.org"),
		  "t.conf:2: groups: \"g\" is there twice" },
		{ "a group of groups",
		  "groups = ( { id = \"g\"; to = ( { group = \"h\"; } ); } "
		  ");\n",
		  TO("c@example.org"), "a group of groups is not possible" },
		{ "one through two groups",
		  "groups = ( { id = \"g\"; to = ( { address = "
		  "\"a@example.org\"; } ); }, { id = \"h\"; to = ( { address = "
		  "\"a@example.org\"; } ); } );\n",
		  REPORT("  to = ( { group = \"g\"; }, { group = \"h\"; } "
			 ");\n"),
		  "a@example.org is there twice" },
		{ "a currency", "",
		  REPORT("  to = ( { address = \"a@example.org\"; currency = "
			 "\"euro\"; } );\n"),
		  "pair.conf:4: currency: \"euro\" is not an ISO 4217" },
		{ "a partner", "",
		  REPORT("  to = ( { address = \"a@example.org\"; partner = "
			 "\"it\"; } );\n"),
		  "pair.conf:4: partner: \"it\"" },
		{ "a language", "",
		  REPORT("  to = ( { address = \"a@example.org\"; language = "
			 "\"klingon\"; } );\n"),
		  "pair.conf:4: language" },
		{ "a threshold of nothing", "",
		  REPORT("  when = \"threshold\"; to = ( { address = "
			 "\"a@example.org\"; } );\n"),
		  "a threshold needs figure" },
		{ "another when", "",
		  REPORT("  when = \"sometimes\"; to = ( { address = "
			 "\"a@example.org\"; } );\n"),
		  "pair.conf:4: when: " },
		{ "a domain that is not allowed",
		  "mail: { relay = \"smtps://m.example.org\"; from = "
		  "\"a@example.org\"; allow = [ \"example.org\" ]; };\n",
		  TO("ann@example.com"), "pair.conf:4: to: ann@example.com" },
		{ "a relay of the web",
		  "mail: { relay = \"https://m.example.org\"; };\n", "",
		  "t.conf:1: mail: relay: \"https://m.example.org\" is not "
		  "smtp://" },
		{ "a relay with a password",
		  "mail: { relay = \"smtp://u:hunter2@m.example.org\"; };\n",
		  "", "only host and port belong there" },
		{ "the web with a password",
		  "mail: { relay = \"https://u:hunter2@m.example.org\"; };\n",
		  "", "only host and port belong there" },
		{ "capitals with a password",
		  "mail: { relay = \"SMTP://u:hunter2@m.example.org\"; };\n",
		  "", "only host and port belong there" },
		{ "a port of no host", "mail: { relay = \"smtp://:587\"; };\n",
		  "", "it is a host and, behind a colon, a port" },
		{ "a relay with a question",
		  "mail: { relay = \"smtp://m.example.org?x\"; };\n", "",
		  "it is a host and, behind a colon, a port" },
		{ "two marks",
		  "mail: { bounces = \"b{row}{row}@example.org\"; };\n", "",
		  "braces are for one {row}" },
		{ "the mark of another",
		  "mail: { bounces = \"b{id}@example.org\"; };\n", "",
		  "braces are for one {row}" },
		{ "a mark where none is",
		  "mail: { from = \"a{row}@example.org\"; };\n", "",
		  "there are no marks here" },
		{ "no room for the mark",
		  "mail: { bounces = \"" LONG64 "{row}@example.org\"; };\n", "",
		  "is no address" },
		{ "a relay with a path",
		  "mail: { relay = \"smtp://m.example.org/x\"; };\n", "",
		  "it is a host and, behind a colon" },
		{ "a relay without a host", "mail: { relay = \"smtp://\"; };\n",
		  "", "it is a host and, behind a colon" },
		{ "a port of six digits",
		  "mail: { relay = \"smtp://m.example.org:100000\"; };\n", "",
		  "a port is 1 to 65535" },
		{ "a port of none",
		  "mail: { relay = \"smtp://m.example.org:0\"; };\n", "",
		  "a port is 1 to 65535" },
		{ "a port in words",
		  "mail: { relay = \"smtp://m.example.org:smtp\"; };\n", "",
		  "a port is 1 to 65535" },
		{ "from nobody", "mail: { from = \"reports\"; };\n", "",
		  "t.conf:1: mail: from: \"reports\" is no address" },
		{ "a mark behind the @",
		  "mail: { bounces = \"b@{row}.example.org\"; };\n", "",
		  "{row} belongs in front of the @" },
		{ "a login without a password",
		  "mail: { relay = \"smtps://m.example.org\"; user = \"u\"; "
		  "};\n",
		  "", "a login needs password" },
		{ "a password that is one",
		  "mail: { relay = \"smtps://m.example.org\"; user = \"u\"; "
		  "password = \"hunter2\"; };\n",
		  "", "t.conf:1: password: " },
		{ "a token of here",
		  "mail: { relay = \"smtps://m.example.org\"; user = \"u\"; "
		  "token_command = \"bin/token\"; };\n",
		  "", "is an absolute path" },
		{ "unsubscribing in clear",
		  "mail: { unsubscribe_url = \"http://a.example/u\"; };\n", "",
		  "begins with https://" },
		{ "another doubt", "mail: { in_doubt = \"hope\"; };\n", "",
		  "t.conf:1: in_doubt: " },
		{ "none a minute", "mail: { per_minute = 0; };\n", "",
		  "t.conf:1: per_minute: " },
		{ "a wrong word", "mail: { relais = \"\"; };\n", "",
		  "did you mean \"relay\"?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		memset(&heard, 0, sizeof heard);
		put("t.conf", rows[i].mail);
		put("reports.d/pair.conf", rows[i].report);
		if (load("t.conf") != TS_BAD_CONFIG)
			fail_msg("%s was taken", rows[i].name);
		if (strstr(heard.text, rows[i].told) == NULL)
			fail_msg("%s: %s", rows[i].name, heard.text);
		assert_null(strstr(heard.text, "hunter2"));
		assert_null(strstr(err.text, "hunter2"));
	}
}

static void
what_is_good_is_kept_as_it_is_sent(void **state)
{
	(void)state;
	put("t.conf",
	    "mail: { relay = \"smtp://[::1]:587\"; from = "
	    "\"reports@пример.рф\"; bounces = \"b+{row}@пример.рф\"; "
	    "unsubscribe = \"u+{id}@example.org\"; };\n"
	    "groups = ( { id = \"desk\"; to = ( { address = "
	    "\"ann@example.org\"; }, { address = \"bob@bücher.example\"; "
	    "currency = \"EUR\"; } ); } );\r\n");
	put("reports.d/pair.conf",
	    REPORT("  to = ( { group = \"desk\"; currency = \"CHF\"; },\n"
		   "    { address = \"" LONG64 "@" LABEL62 "." LABEL62
		   "." LABEL62 "\"; } );\n"));
	memset(&heard, 0, sizeof heard);
	if (load("t.conf") != TS_OK)
		fail_msg("%s", heard.text);
	assert_string_equal(conf->mail.from, "reports@xn--e1afmkfd.xn--p1ai");
	assert_string_equal(conf->mail.bounces,
			    "b+{row}@xn--e1afmkfd.xn--p1ai");
	assert_string_equal(conf->mail.unsubscribe, "u+{id}@example.org");
	assert_int_equal(conf->report_count, 1);
	{
		const struct ts_conf_delivery *to = conf->reports[0].deliver;

		assert_int_equal(to->recipient_count, 3);
		assert_string_equal(to->recipients[0].name, "ann@example.org");
		assert_string_equal(to->recipients[0].currency, "CHF");
		assert_string_equal(to->recipients[1].name,
				    "bob@xn--bcher-kva.example");
		assert_string_equal(to->recipients[1].currency, "EUR");
		assert_string_equal(to->recipients[2].currency, "USD");
		assert_int_equal(strlen(to->recipients[2].name), 253);
		assert_int_equal(to->recipients[2].line, 5);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_cannot_be_is_told_with_its_line),
		TEST(what_is_good_is_kept_as_it_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
