/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.c - one file that an office publishes, or that lies on this machine:
 * tidy CSV, or a CSV of the office's own whose columns the settings name.
 * There is nothing to plan: it is one request, whatever is needed from it.
 */
#include <tradestat/plugin.h>

struct table {
	const char *url;
	const char *file;
	const char *decoder;
	const char *dataset;
	const char *set;
};

static const struct ts_opt table_opts[] = {
	{ TS_OPT_AT(struct table, STRING, url), .preset = "",
	  .help = "Address of the file." },
	{ TS_OPT_AT(struct table, STRING, file), .preset = "",
	  .help = "Absolute path of a local file, in place of url." },
	{ TS_OPT_AT(struct table, STRING, decoder), .preset = "",
	  .help = "Name of its decoder; empty: told from the content." },
	{ TS_OPT_AT(struct table, STRING, dataset), .preset = "",
	  .help = "Data set that the figures belong to, where the file does "
		  "not say it." },
	{ TS_OPT_AT(struct table, STRING, set), .preset = "",
	  .help = "Settings of the decoder, a list of \"name=value\"." },
	{ .name = NULL },
};

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static enum ts_status
table_plan(const struct ts_job *job, struct ts_plan *plan, struct ts_err *err)
{
	const struct table *opts = job->opts;
	struct ts_request request = {
		.path = opts->url,
		.decoder = or_null(opts->decoder),
		.dataset = or_null(opts->dataset),
		.decoder_settings = or_null(opts->set),
	};

	if (job->answer_count > 0)
		return TS_OK;
	if ((opts->url[0] != '\0') == (opts->file[0] != '\0'))
		return ts_fail(err, TS_BAD_CONFIG,
			       "either url or file has to be set");
	if (opts->file[0] == '\0')
		return ts_plan_add(plan, &request, err);
	if (opts->file[0] != '/')
		return ts_fail(err, TS_BAD_CONFIG,
			       "file = \"%s\" is no absolute path", opts->file);
	request.path = ts_arena_printf(job->arena, "file:%s", opts->file);
	if (request.path == NULL)
		return ts_fail(err, TS_SYSTEM, "no memory for a plan");
	return ts_plan_add(plan, &request, err);
}

const struct ts_fetcher tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_fetcher, FETCHER, "table",
		       "A published or local file of figures", table_opts,
		       sizeof(struct table)),
	.base_url = "", /* the configuration names it */
	.publisher = "The office that publishes the file",
	.licence = "See the terms of the publishing office.",
	.per_minute = 10,
	.plan = table_plan,
};
