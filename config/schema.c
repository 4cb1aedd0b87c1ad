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
	{ .name = NULL },
};

static const char *const templates[] = { "bilateral", "country", "region",
					 "product", NULL };
static const char *const languages[] = { "en", "it", "ru", "kk", NULL };
static const char *const frequencies[] = { "A", "M", NULL };
static const char *const send_words[] = { "changed", "always", NULL };
static const char *const missing_words[] = { "hold", "note", NULL };

const struct ts_conf_trait ts_conf_traits[] = {
	{ .name = "template", .words = templates, .example = "bilateral" },
	{ .name = "languages", .words = languages, .list = true },
	{ .name = "frequency", .words = frequencies },
	{ .name = "send_when", .words = send_words },
	{ .name = "on_missing", .words = missing_words },
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
