/* SPDX-License-Identifier: Apache-2.0 */
#include "config/schema.h"

#include <string.h>

#define AT TS_OPT_AT

const struct ts_opt ts_conf_main_opts[] = {
	{ AT(struct ts_conf_main_values, STRING, output_dir), .optional = true,
	  .help = "Where finished bundles go; \"bundles\" in state_dir." },
	{ AT(struct ts_conf_main_values, STRING, state_dir), .optional = true,
	  .help = "The store, the archive and the journal." },
	{ AT(struct ts_conf_main_values, STRING, cache_dir), .optional = true,
	  .help = "What may be deleted at any time." },
	{ AT(struct ts_conf_main_values, STRING, plugin_dir), .optional = true,
	  .help = "Plugins of third parties; must belong to root." },
	{ AT(struct ts_conf_main_values, STRING, codes_dir), .optional = true,
	  .help = "Lists of countries, products and units." },
	{ AT(struct ts_conf_main_values, STRING, holidays_dir),
	  .optional = true,
	  .help = "Lists of holidays, one NAME.conf a country or calendar." },
	{ AT(struct ts_conf_main_values, STRING, runtime_dir), .optional = true,
	  .help = "The daemon's control socket." },
	{ AT(struct ts_conf_main_values, STRING, timezone), .preset = "",
	  .help = "Zone of timetables that name none, such as "
		  "\"Europe/Rome\"; the machine's when empty." },
	{ AT(struct ts_conf_main_values, STRING, include_dir), .optional = true,
	  .help = "One report a *.conf file; \"reports.d\" beside this file." },
	{ AT(struct ts_conf_main_values, STRING, gnuplot), .preset = "",
	  .help = "The program that draws; looked for on PATH when empty." },
	{ AT(struct ts_conf_main_values, STRING, font), .preset = "Inter",
	  .help = "Family of all texts in charts; must be installed." },
	{ AT(struct ts_conf_main_values, STRING, contact), .preset = "",
	  .help = "Mail address told to publishers with every request." },
	{ AT(struct ts_conf_main_values, STRING, proxy), .preset = "",
	  .help = "HTTP proxy for all sources, such as "
		  "\"http://proxy.example:3128\"." },
	{ AT(struct ts_conf_main_values, BYTES, min_free), .preset = "256 MiB",
	  .min = 0, .max = INT64_C(1) << 50,
	  .help = "Nothing is begun with less free space than this." },
	{ AT(struct ts_conf_main_values, STRING, sources), .optional = true,
	  .help = "Publishers: what differs from the built-in definition." },
	{ AT(struct ts_conf_main_values, STRING, report), .optional = true,
	  .help = "One report; usually in a file of its own." },
	{ AT(struct ts_conf_main_values, STRING, daemon), .optional = true,
	  .help = "How the daemon goes about its work." },
	{ AT(struct ts_conf_main_values, STRING, mail), .optional = true,
	  .help = "How mail leaves this machine." },
	{ AT(struct ts_conf_main_values, STRING, groups), .optional = true,
	  .help = "Lists of recipients that several reports have." },
	{ .name = NULL },
};

const struct ts_opt ts_conf_daemon_opts[] = {
	{ AT(struct ts_conf_daemon_values, STRING, worker), .preset = "",
	  .help = "Path of the program that does the work; the tradestat "
		  "installed with the daemon when empty." },
	{ AT(struct ts_conf_daemon_values, INT, fetch_workers), .preset = "4",
	  .min = 1, .max = 32, .help = "Reports that are fetched at once." },
	{ AT(struct ts_conf_daemon_values, INT, render_workers), .preset = "1",
	  .min = 1, .max = 16, .help = "Reports that are drawn at once." },
	{ AT(struct ts_conf_daemon_values, SECONDS, fetch_timeout),
	  .preset = "1 h", .min = 1, .max = 604800,
	  .help = "Longest time of fetching for one edition." },
	{ AT(struct ts_conf_daemon_values, SECONDS, render_timeout),
	  .preset = "15 min", .min = 1, .max = 86400,
	  .help = "Longest time of drawing one edition." },
	{ AT(struct ts_conf_daemon_values, SECONDS, send_timeout),
	  .preset = "30 min", .min = 1, .max = 86400,
	  .help = "Longest time of one sender; the next one takes up what is "
		  "left." },
	{ AT(struct ts_conf_daemon_values, SECONDS, stop_timeout),
	  .preset = "20 s", .min = 1, .max = 3600,
	  .help = "Time that workers get to end when the daemon stops." },
	{ AT(struct ts_conf_daemon_values, BYTES, worker_memory),
	  .preset = "2 GiB", .min = 0, .max = INT64_C(1) << 44,
	  .help = "Address space of one worker; 0: no limit." },
	{ AT(struct ts_conf_daemon_values, SECONDS, retry_first),
	  .preset = "5 min", .min = 1, .max = 86400,
	  .help = "Wait after a first failure; doubled after each one." },
	{ AT(struct ts_conf_daemon_values, SECONDS, retry_most),
	  .preset = "6 h", .min = 1, .max = 604800,
	  .help = "Longest wait between two tries." },
	{ AT(struct ts_conf_daemon_values, SECONDS, give_up), .preset = "2 d",
	  .min = 0, .max = 31622400,
	  .help = "An edition that failed for so long has failed." },
	{ AT(struct ts_conf_daemon_values, STRING, operator_command),
	  .preset = "",
	  .help = "Program that is told of what needs a person, on its "
		  "standard input." },
	{ AT(struct ts_conf_daemon_values, SECONDS, operator_digest),
	  .preset = "15 min", .min = 0, .max = 604800,
	  .help = "The operator is told at most once in this time." },
	{ AT(struct ts_conf_daemon_values, STRING, metrics_file),
	  .optional = true,
	  .help = "OpenMetrics text, kept up to date; \"tradestatd.prom\" in "
		  "state_dir, none when empty." },
	{ AT(struct ts_conf_daemon_values, SECONDS, backup_every),
	  .preset = "1 d", .min = 0, .max = 31622400,
	  .help = "How often the store is copied to backups in state_dir; "
		  "0: never." },
	{ AT(struct ts_conf_daemon_values, INT, backups), .preset = "7",
	  .min = 1, .max = 1000, .help = "Copies of the store that are kept." },
	{ AT(struct ts_conf_daemon_values, STRING, replay), .preset = "",
	  .help = "A pack that answers instead of the network, as for "
		  "\"tradestat run --replay\"; for trials." },
	{ .name = NULL },
};

const struct ts_opt ts_conf_mail_opts[] = {
	{ AT(struct ts_conf_mail_values, STRING, relay), .preset = "",
	  .help = "Who takes mail over: \"smtp://HOST:587\" with STARTTLS, "
		  "\"smtps://HOST\", or \"sendmail:/usr/sbin/sendmail\"." },
	{ AT(struct ts_conf_mail_values, STRING, from), .preset = "",
	  .help = "The sender's address, in a domain that the relay may send "
		  "for." },
	{ AT(struct ts_conf_mail_values, STRING, from_name), .preset = "",
	  .help = "The sender's name." },
	{ AT(struct ts_conf_mail_values, STRING, reply_to), .preset = "",
	  .help = "Address of a person, for answers." },
	{ AT(struct ts_conf_mail_values, STRING, bounces), .preset = "",
	  .help = "Address for what comes back; {row} in it is the number of "
		  "the delivery. The sender's when empty." },
	{ AT(struct ts_conf_mail_values, STRING, hello), .preset = "",
	  .help = "Name told to the relay (EHLO); this host's when empty." },
	{ AT(struct ts_conf_mail_values, STRING, auth), .preset = "",
	  .help = "How to log in; plain when there is a user and this is "
		  "empty." },
	{ AT(struct ts_conf_mail_values, STRING, user), .preset = "",
	  .help = "Name to log in with." },
	{ AT(struct ts_conf_mail_values, SECRET, password), .preset = "",
	  .help = "Password, or token of xoauth2: a reference, never itself." },
	{ AT(struct ts_conf_mail_values, STRING, token_command), .preset = "",
	  .help = "Program that prints a token of xoauth2." },
	{ AT(struct ts_conf_mail_values, STRING, ca_file), .preset = "",
	  .help = "Certificates to trust instead of the system's." },
	{ AT(struct ts_conf_mail_values, STRING, unsubscribe), .preset = "",
	  .help = "Address for those who want no more; {id} in it stands for "
		  "the recipient." },
	{ AT(struct ts_conf_mail_values, STRING, unsubscribe_url), .preset = "",
	  .help = "The same as a page, https." },
	{ AT(struct ts_conf_mail_values, BOOL, one_click), .preset = "false",
	  .help = "That page takes one-click requests (RFC 8058)." },
	{ AT(struct ts_conf_mail_values, STRING, archive), .preset = "",
	  .help = "URL that output_dir is published under, told in messages." },
	{ AT(struct ts_conf_mail_values, STRING, allow), .preset = "",
	  .help = "Domains that may get mail, \".example.org\" with all below; "
		  "any when empty." },
	{ AT(struct ts_conf_mail_values, STRING, suppress), .preset = "",
	  .help = "Addresses, and \"@domain\"s, that never get mail." },
	{ AT(struct ts_conf_mail_values, BYTES, max_message_size),
	  .preset = "9 MB", .min = 65536, .max = INT64_C(1) << 30,
	  .help = "Largest message as it is sent; the relay's own limit counts "
		  "too." },
	{ AT(struct ts_conf_mail_values, INT, per_minute), .preset = "30",
	  .min = 1, .max = 100000, .help = "Messages a minute." },
	{ AT(struct ts_conf_mail_values, INT, per_recipient_per_day),
	  .preset = "5", .min = 1, .max = 1000,
	  .help = "More to one address within a day stop all mail." },
	{ AT(struct ts_conf_mail_values, INT, per_edition), .preset = "500",
	  .min = 1, .max = 100000,
	  .help = "More addresses of one edition stop all mail." },
	{ AT(struct ts_conf_mail_values, STRING, in_doubt), .preset = "resend",
	  .help = "A message whose answer was lost is sent once more, or held "
		  "for a person." },
	{ AT(struct ts_conf_mail_values, SECONDS, doubt_wait),
	  .preset = "15 min", .min = 1, .max = 604800,
	  .help = "Wait before it is sent once more." },
	{ AT(struct ts_conf_mail_values, SECONDS, give_up), .preset = "3 d",
	  .min = 60, .max = 31622400,
	  .help = "What could not be delivered for so long is given up." },
	{ AT(struct ts_conf_mail_values, SECONDS, keep), .preset = "400 d",
	  .min = 3600, .max = INT64_C(3162240000),
	  .help = "Messages that ended are kept so long, to be sent again." },
	{ AT(struct ts_conf_mail_values, SECONDS, connect_timeout),
	  .preset = "30 s", .min = 1, .max = 600,
	  .help = "Longest wait for a connection." },
	{ AT(struct ts_conf_mail_values, SECONDS, reply_timeout),
	  .preset = "5 min", .min = 1, .max = 3600,
	  .help = "Longest wait for an answer." },
	{ AT(struct ts_conf_mail_values, SECONDS, end_timeout),
	  .preset = "10 min", .min = 1, .max = 3600,
	  .help = "Longest wait for the answer to a whole message." },
	{ .name = NULL },
};

const struct ts_opt ts_conf_source_head_opts[] = {
	{ AT(struct ts_conf_source_head, STRING, id), .optional = true,
	  .help = "Name of the source, unique." },
	{ AT(struct ts_conf_source_head, STRING, fetcher), .preset = "",
	  .help = "The plugin that speaks to it; same as id when empty." },
	{ .name = NULL },
};

const struct ts_opt ts_conf_source_opts[] = {
	{ AT(struct ts_conf_source_values, STRING, publisher), .preset = "",
	  .help = "Who publishes it, as printed in bundles." },
	{ AT(struct ts_conf_source_values, STRING, licence), .preset = "",
	  .help = "Terms and attribution, as printed in bundles." },
	{ AT(struct ts_conf_source_values, STRING, area_scheme), .preset = "",
	  .help = "Codes of countries it uses: iso3, iso2, m49, eurostat, "
		  "comtrade." },
	{ AT(struct ts_conf_source_values, STRING, base_url), .preset = "",
	  .help = "Where the publisher answers now, if it moved." },
	{ AT(struct ts_conf_source_values, SECRET, key), .preset = "",
	  .help = "The subscription key: a reference, never the key." },
	{ AT(struct ts_conf_source_values, REAL, per_minute), .preset = "0",
	  .min = 0, .max = 6000,
	  .help = "Requests a minute to that host; 0: the built-in rate." },
	{ AT(struct ts_conf_source_values, REAL, burst), .preset = "0",
	  .min = 0, .max = 1000,
	  .help = "Requests at once before the rate counts; 0: built in." },
	{ AT(struct ts_conf_source_values, INT, quota_calls), .preset = "0",
	  .min = 0, .max = 100000000,
	  .help = "Calls allowed in a quota_window; 0: built in." },
	{ AT(struct ts_conf_source_values, SECONDS, quota_window),
	  .preset = "0", .min = 0, .max = 31622400,
	  .help = "The stretch of time that quota_calls counts for." },
	{ AT(struct ts_conf_source_values, INT, connections), .preset = "1",
	  .min = 1, .max = 8, .help = "Requests at the same time." },
	{ AT(struct ts_conf_source_values, SECONDS, connect_timeout),
	  .preset = "15 s", .min = 1, .max = 300,
	  .help = "Longest wait for a connection." },
	{ AT(struct ts_conf_source_values, SECONDS, timeout),
	  .preset = "10 min", .min = 1, .max = 86400,
	  .help = "Longest time of one whole request." },
	{ AT(struct ts_conf_source_values, INT, retries), .preset = "4",
	  .min = 0, .max = 20, .help = "Attempts after a failed one." },
	{ AT(struct ts_conf_source_values, BYTES, max_bytes),
	  .preset = "512 MiB", .min = 1024, .max = INT64_C(1) << 40,
	  .help = "Largest answer that is taken, unpacked." },
	{ AT(struct ts_conf_source_values, BOOL, allow_http), .preset = "false",
	  .help = "Permit http:// addresses; figures could be altered on "
		  "their way." },
	{ AT(struct ts_conf_source_values, BOOL, allow_private),
	  .preset = "false",
	  .help = "Permit addresses inside your own network." },
	{ AT(struct ts_conf_source_values, BOOL, bulk), .preset = "false",
	  .help = "The source sends whole data sets: larger limits." },
	{ AT(struct ts_conf_source_values, STRING, proxy), .preset = "",
	  .help = "HTTP proxy for this source; the general one when empty." },
	{ AT(struct ts_conf_source_values, STRING, ca_file), .preset = "",
	  .help = "Certificates to trust instead of the system's." },
	{ .name = NULL },
};

const struct ts_opt ts_conf_report_opts[] = {
	{ AT(struct ts_conf_report_values, STRING, id), .optional = true,
	  .help = "Name of the report, unique; becomes a folder name." },
	{ AT(struct ts_conf_report_values, STRING, title), .optional = true,
	  .help = "What the cover says." },
	{ AT(struct ts_conf_report_values, STRING, template), .optional = true,
	  .help = "Data needs, pages and gates come with it." },
	{ AT(struct ts_conf_report_values, STRING, reporter), .preset = "",
	  .help = "Country whose trade it is, ISO 3166 alpha-3." },
	{ AT(struct ts_conf_report_values, STRING, partner), .preset = "",
	  .help = "The other country; bilateral reports need one." },
	{ AT(struct ts_conf_report_values, STRING, region), .preset = "",
	  .help = "Group of countries that shares are computed within." },
	{ AT(struct ts_conf_report_values, STRING, product), .preset = "",
	  .help = "HS code of 2, 4 or 6 digits, in quotes." },
	{ AT(struct ts_conf_report_values, STRING, currency), .preset = "USD",
	  .help = "Currency of all values, ISO 4217." },
	{ AT(struct ts_conf_report_values, STRING, frequency), .preset = "A",
	  .help = "Annual or monthly figures." },
	{ AT(struct ts_conf_report_values, INT, years), .preset = "10",
	  .min = 1, .max = 60,
	  .help = "Years of history that are fetched and shown." },
	{ AT(struct ts_conf_report_values, STRING, languages), .preset = "en",
	  .help = "Languages of the bundle; only \"en\" is made so far." },
	{ AT(struct ts_conf_report_values, STRING, formats),
	  .preset = "html\npdf\ncsv",
	  .help = "Files of the bundle, each by the output of that name." },
	{ AT(struct ts_conf_report_values, STRING, sources), .preset = "",
	  .help = "Ids of the sources to use; the template's when empty." },
	{ AT(struct ts_conf_report_values, STRING, pages), .preset = "",
	  .help = "Ids of the pages to make; the template's when empty." },
	{ AT(struct ts_conf_report_values, STRING, timetable), .preset = "",
	  .help = "When it is due, with the zone; empty: by hand only." },
	{ AT(struct ts_conf_report_values, STRING, workday), .preset = "any",
	  .help = "A due day that is no working day is taken all the same "
		  "(any), left out (skip), or moved to the next or previous "
		  "one; \"+3\" is the third working day from it on, \"-1\" "
		  "the last one before it." },
	{ AT(struct ts_conf_report_values, STRING, holidays), .preset = "",
	  .help = "Names of the holiday lists that workday goes by." },
	{ AT(struct ts_conf_report_values, STRING, not_before), .preset = "",
	  .help = "Not due before this date." },
	{ AT(struct ts_conf_report_values, STRING, until), .preset = "",
	  .help = "Not due after this date." },
	{ AT(struct ts_conf_report_values, SECONDS, spread), .preset = "0",
	  .min = 0, .max = 86400,
	  .help = "Begin up to so much later: always the same on this "
		  "machine, another on the next." },
	{ AT(struct ts_conf_report_values, STRING, misfire), .preset = "once",
	  .help = "Runs missed while the daemon was down are made up by one, "
		  "one by one, or not at all." },
	{ AT(struct ts_conf_report_values, SECONDS, max_age), .preset = "7 d",
	  .min = 60, .max = 31622400,
	  .help = "A missed run that is older is not made up." },
	{ AT(struct ts_conf_report_values, STRING, wait_for), .preset = "",
	  .help = "\"data\": when due, wait until the publishers have new "
		  "figures." },
	{ AT(struct ts_conf_report_values, SECONDS, deadline), .preset = "3 d",
	  .min = 60, .max = 31622400, .help = "Longest wait for new figures." },
	{ AT(struct ts_conf_report_values, STRING, on_deadline),
	  .preset = "hold",
	  .help = "Without new figures by then: hold and tell the operator, "
		  "send with a note, or leave it out." },
	{ AT(struct ts_conf_report_values, SECONDS, settle), .preset = "30 min",
	  .min = 0, .max = 604800,
	  .help = "New figures must stay the same for so long; publishers "
		  "load in pieces." },
	{ AT(struct ts_conf_report_values, SECONDS, poll_every),
	  .preset = "1 h", .min = 900, .max = 604800,
	  .help = "How often publishers are asked for new figures." },
	{ AT(struct ts_conf_report_values, INT, polls_per_day), .preset = "24",
	  .min = 1, .max = 96, .help = "How often at most within a day." },
	{ AT(struct ts_conf_report_values, STRING, send_when),
	  .preset = "changed",
	  .help = "Deliver only when a figure changed, or always." },
	{ AT(struct ts_conf_report_values, REAL, movers_floor),
	  .preset = "100000", .min = 0, .max = INT64_C(1000000000000),
	  .help = "A product below this value in both periods is no mover." },
	{ AT(struct ts_conf_report_values, INT, movers), .preset = "7",
	  .min = 1, .max = 50, .help = "Rows of a list of product movers." },
	{ AT(struct ts_conf_report_values, STRING, gates), .optional = true,
	  .help = "What must hold before a bundle may leave." },
	{ AT(struct ts_conf_report_values, STRING, deliver), .optional = true,
	  .help = "Where finished bundles go, besides the output folder." },
	{ .name = NULL },
};

const struct ts_opt ts_conf_gates_opts[] = {
	{ AT(struct ts_conf_gates_values, REAL, additivity_percent),
	  .preset = "0.5", .min = 0, .max = 100,
	  .help = "Parts may miss the published total by so many percent." },
	{ AT(struct ts_conf_gates_values, REAL, max_age_days), .preset = "0",
	  .min = 0, .max = 36500,
	  .help = "The newest period may have ended so long ago; 0: any "
		  "time." },
	{ AT(struct ts_conf_gates_values, REAL, min_completeness),
	  .preset = "100", .min = 0, .max = 100,
	  .help = "Percent of the needed figures that must be there." },
	{ AT(struct ts_conf_gates_values, REAL, jump_factor), .preset = "20",
	  .min = 1, .max = 1000000,
	  .help = "A total that grows or shrinks more than so many fold is "
		  "taken for a mistake of unit." },
	{ AT(struct ts_conf_gates_values, BOOL, allow_unmapped),
	  .preset = "false",
	  .help = "Go on although a publisher used a code we do not know." },
	{ AT(struct ts_conf_gates_values, STRING, on_missing), .preset = "hold",
	  .help = "A page whose figures are missing: hold the edition, or "
		  "leave the page out and note it." },
	{ .name = NULL },
};

const struct ts_opt ts_conf_delivery_head_opts[] = {
	{ AT(struct ts_conf_delivery_head, STRING, output), .optional = true,
	  .help = "The output plugin that delivers." },
	{ AT(struct ts_conf_delivery_head, STRING, to), .optional = true,
	  .help = "Recipients of e-mail: ( { address = \"...\"; }, { group = "
		  "\"...\"; } )." },
	{ AT(struct ts_conf_delivery_head, STRING, name), .preset = "",
	  .help = "What the ledger calls a target that is no address." },
	{ AT(struct ts_conf_delivery_head, STRING, language), .preset = "",
	  .help = "Language of the recipients; only \"en\" is made so far." },
	{ AT(struct ts_conf_delivery_head, STRING, currency), .preset = "",
	  .help = "Their currency; the report's when empty." },
	{ AT(struct ts_conf_delivery_head, STRING, partner), .preset = "",
	  .help = "The partner country they want; the report's when empty." },
	{ AT(struct ts_conf_delivery_head, STRING, formats), .preset = "",
	  .help = "Files they get; the report's when empty." },
	{ AT(struct ts_conf_delivery_head, STRING, when), .preset = "changed",
	  .help = "When something is delivered: on new or changed figures, "
		  "always, or when a figure crosses a threshold." },
	{ AT(struct ts_conf_delivery_head, STRING, figure), .preset = "",
	  .help = "The figure of a threshold, such as \"exports\"." },
	{ AT(struct ts_conf_delivery_head, REAL, percent), .preset = "0",
	  .min = 0, .max = 1000000,
	  .help = "It moved by so many percent against the period before," },
	{ AT(struct ts_conf_delivery_head, REAL, floor), .preset = "0",
	  .min = 0, .max = INT64_C(1000000000000000),
	  .help = "and by so much." },
	{ AT(struct ts_conf_delivery_head, REAL, errata_percent), .preset = "1",
	  .min = 0, .max = 1000000,
	  .help = "A correction is sent when a figure told before changed by "
		  "so many percent; 0: never." },
	{ AT(struct ts_conf_delivery_head, REAL, errata_floor), .preset = "0",
	  .min = 0, .max = INT64_C(1000000000000000),
	  .help = "The same, by so much." },
	{ .name = NULL },
};

const struct ts_opt ts_conf_recipient_opts[] = {
	{ AT(struct ts_conf_recipient_values, STRING, address), .preset = "",
	  .help = "Where to: local@domain." },
	{ AT(struct ts_conf_recipient_values, STRING, group), .preset = "",
	  .help = "Or everybody of such a group." },
	{ AT(struct ts_conf_recipient_values, STRING, language), .preset = "",
	  .help = "Of this recipient; the delivery's when empty." },
	{ AT(struct ts_conf_recipient_values, STRING, currency), .preset = "",
	  .help = "The same." },
	{ AT(struct ts_conf_recipient_values, STRING, partner), .preset = "",
	  .help = "The same." },
	{ AT(struct ts_conf_recipient_values, STRING, formats), .preset = "",
	  .help = "The same." },
	{ .name = NULL },
};

static const char *const templates[] = { "bilateral", "country", "region",
					 "product", NULL };
static const char *const languages[] = { "en", "it", "ru", "kk", NULL };
static const char *const frequencies[] = { "A", "M", NULL };
static const char *const send_words[] = { "changed", "always", NULL };
static const char *const misfire_words[] = { "once", "all", "skip", NULL };
static const char *const wait_words[] = { "", "data", NULL };
static const char *const deadline_words[] = { "hold", "send-marked", "skip",
					      NULL };
static const char *const when_words[] = { "changed", "always", "threshold",
					  NULL };
static const char *const auth_words[] = { "",      "none",    "plain",
					  "login", "xoauth2", NULL };
static const char *const doubt_words[] = { "resend", "hold", NULL };
static const char *const missing_words[] = { "hold", "note", NULL };

const struct ts_conf_trait ts_conf_traits[] = {
	{ .name = "template", .words = templates, .example = "bilateral" },
	{ .name = "languages", .words = languages, .list = true },
	{ .name = "frequency", .words = frequencies },
	{ .name = "send_when", .words = send_words },
	{ .name = "on_missing", .words = missing_words },
	{ .name = "misfire", .words = misfire_words },
	{ .name = "wait_for", .words = wait_words },
	{ .name = "on_deadline", .words = deadline_words },
	{ .name = "when", .words = when_words },
	{ .name = "auth", .words = auth_words },
	{ .name = "in_doubt", .words = doubt_words },
	{ .name = "allow", .list = true },
	{ .name = "suppress", .list = true },
	{ .name = "holidays", .list = true },
	{ .name = "formats", .list = true },
	{ .name = "sources", .list = true },
	{ .name = "pages", .list = true },
	{ .name = "id", .example = "kazakhstan-italy" },
	{ .name = "title", .example = "Kazakhstan–Italy trade" },
	{ .name = "reporter", .example = "KAZ" },
	{ .name = "partner", .example = "ITA" },
	{ .name = "region", .example = "central-asia" },
	{ .name = "timetable", .example = "Mon *-*-* 07:30 Europe/Rome" },
	{ .name = "output", .example = "directory" },
	{ .name = NULL },
};

const struct ts_conf_trait *
ts_conf_trait(const char *name)
{
	for (const struct ts_conf_trait *trait = ts_conf_traits;
	     trait->name != NULL; trait++)
		if (strcmp(trait->name, name) == 0)
			return trait;
	return NULL;
}

const struct ts_opt *
ts_conf_find(const struct ts_opt *opts, const char *name)
{
	for (; opts->name != NULL; opts++)
		if (strcmp(opts->name, name) == 0)
			return opts;
	return NULL;
}
