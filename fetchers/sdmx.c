/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sdmx.c - any service that speaks SDMX REST: Eurostat, the ECB, the OECD,
 * ISTAT, the IMF. Publishers differ in flow, key and how a format is asked
 * for; that is configuration. The key is a template:
 *
 *     series = "{freq}.{reporter}.{partner}.{product}.{flow}.VALUE_IN_EUROS"
 *
 * whose words are replaced by what a need asks for, several values joined by
 * "+". "Nothing matches" is HTTP 404 here, an answer and not a fault.
 */
#include <stdio.h>
#include <string.h>
#include <tradestat/plugin.h>

struct sdmx {
	const char *flow;
	const char *series; /* the key; "key" is the credential's name */
	const char *version;
	const char *format;
	const char *accept;
	const char *structure;
	const char *watch;
	const char *decoder;
	const char *dataset;
	const char *areas;
	const char *world;
	const char *exports;
	const char *imports;
};

static const struct ts_opt sdmx_opts[] = {
	{ TS_OPT_AT(struct sdmx, STRING, flow),
	  .help = "Data flow: ID, or AGENCY,ID or AGENCY,ID,VERSION." },
	{ TS_OPT_AT(struct sdmx, STRING, series), .preset = "all",
	  .help = "SDMX key: codes in the order of the dimensions; {freq}, "
		  "{reporter}, {partner}, {product} and {flow} are filled "
		  "in." },
	{ TS_OPT_AT(struct sdmx, STRING, version), .preset = "2.1",
	  .help = "SDMX version of the paths: 2.1 or 3.0." },
	{ TS_OPT_AT(struct sdmx, STRING, format), .preset = "",
	  .help = "Value of the \"format\" parameter (Eurostat: SDMX-CSV, "
		  "ECB: csvdata); empty: the accept setting decides." },
	{ TS_OPT_AT(struct sdmx, STRING, accept),
	  .preset = "application/vnd.sdmx.data+csv",
	  .help = "Accept header; not sent together with a format." },
	{ TS_OPT_AT(struct sdmx, STRING, structure), .preset = "",
	  .help = "Path of the data structure that SDMX-ML needs, such as "
		  "datastructure/ECB/ECB_EXR1; empty: not needed." },
	{ TS_OPT_AT(struct sdmx, STRING, watch), .preset = "",
	  .help = "Path of a small answer that changes with the data, such as "
		  "contentconstraint/ESTAT/DS-045409 or "
		  "contentconstraint/AGENCY/CR_A_FLOW at the OECD; empty: "
		  "the data are asked for, if modified." },
	{ TS_OPT_AT(struct sdmx, STRING, decoder), .preset = "",
	  .help = "Name of the decoder; empty: told from the content." },
	{ TS_OPT_AT(struct sdmx, STRING, dataset), .preset = "",
	  .help = "Data set where the document does not name it." },
	{ TS_OPT_AT(struct sdmx, STRING, areas), .preset = "iso3",
	  .help = "Area codes of the key: iso3, iso2, m49 or eurostat." },
	{ TS_OPT_AT(struct sdmx, STRING, world), .preset = "W00",
	  .help = "Code of the World as a partner." },
	{ TS_OPT_AT(struct sdmx, STRING, exports), .preset = "X",
	  .help = "Code of exports for {flow}." },
	{ TS_OPT_AT(struct sdmx, STRING, imports), .preset = "M",
	  .help = "Code of imports for {flow}." },
	{ .name = NULL },
};

/* ---- the key ----------------------------------------------------- */

static const char *
area(const struct ts_job *job, const char *iso3, int year)
{
	const struct sdmx *opts = job->opts;
	const char *code = "";

	if (strcmp(iso3, "W00") == 0)
		return opts->world;
	if (strcmp(opts->areas, "iso3") == 0)
		return iso3;
	if (job->coder != NULL)
		code = job->coder->area(job->coder->ctx, opts->areas, iso3,
					year);
	return code != NULL ? code : "";
}

static enum ts_status
add_areas(struct ts_buf *key, const struct ts_job *job, const char *const *list,
	  int year, struct ts_err *err)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++) {
		const char *code = area(job, list[i], year);

		if (code[0] == '\0')
			return ts_fail(err, TS_BAD_CONFIG,
				       "no %s code for "
				       "\"%s\"",
				       ((const struct sdmx *)job->opts)->areas,
				       list[i]);
		if (i > 0)
			ts_buf_add_char(key, '+');
		ts_buf_add(key, code);
	}
	return TS_OK;
}

static void
add_flows(struct ts_buf *key, const struct ts_job *job, const char *const *list)
{
	const struct sdmx *opts = job->opts;

	for (size_t i = 0; list != NULL && list[i] != NULL; i++) {
		if (i > 0)
			ts_buf_add_char(key, '+');
		ts_buf_add(key, strcmp(list[i], "X") == 0   ? opts->exports
				: strcmp(list[i], "M") == 0 ? opts->imports
							    : list[i]);
	}
}

static void
add_plain(struct ts_buf *key, const char *const *list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++) {
		if (i > 0)
			ts_buf_add_char(key, '+');
		ts_buf_add(key, list[i]);
	}
}

static enum ts_status
add_word(struct ts_buf *key, const struct ts_job *job,
	 const struct ts_need *need, const char *word, size_t length,
	 struct ts_err *err)
{
	int year = need->to.span == TS_RANGE ? need->to.until : need->to.year;

#define IS(text) (length == strlen(text) && memcmp(word, text, length) == 0)
	if (IS("freq"))
		ts_buf_add_char(key, need->frequency);
	else if (IS("reporter"))
		return add_areas(key, job, need->reporters, year, err);
	else if (IS("partner"))
		return add_areas(key, job, need->partners, year, err);
	else if (IS("product"))
		add_plain(key, need->products);
	else if (IS("flow"))
		add_flows(key, job, need->flows);
	else
		return ts_fail(err, TS_BAD_CONFIG,
			       "series: {%.*s} is not known", (int)length,
			       word);
#undef IS
	return TS_OK;
}

static enum ts_status
write_key(struct ts_buf *key, const struct ts_job *job,
	  const struct ts_need *need, struct ts_err *err)
{
	const struct sdmx *opts = job->opts;

	for (const char *at = opts->series; *at != '\0'; at++) {
		size_t length = strcspn(at, "}");

		if (*at != '{') {
			ts_buf_add_char(key, *at);
			continue;
		}
		if (at[length] == '\0')
			return ts_fail(err, TS_BAD_CONFIG,
				       "series: { without }");
		if (need == NULL)
			return ts_fail(err, TS_BAD_CONFIG,
				       "series: %.*s} has "
				       "nothing to be filled with",
				       (int)length, at);
		if (add_word(key, job, need, at + 1, length - 1, err) != TS_OK)
			return err->status;
		at += length;
	}
	return ts_buf_check(key, "an SDMX key", err);
}

/* ---- the request ------------------------------------------------- */

/* AGENCY,ID,VERSION becomes agency/id/version in 3.0. */
static void
write_path(struct ts_buf *path, const struct sdmx *opts, const char *key)
{
	bool three = strcmp(opts->version, "3.0") == 0;

	ts_buf_add(path, three ? "data/dataflow/" : "data/");
	for (const char *at = opts->flow; *at != '\0'; at++)
		ts_buf_add_char(path, three && *at == ',' ? '/' : *at);
	ts_buf_addf(path, "/%s", three && strcmp(key, "all") == 0 ? "*" : key);
}

struct window {
	char from[TS_PERIOD_TEXT], to[TS_PERIOD_TEXT];
	char both[2 * TS_PERIOD_TEXT + 16];
};

static size_t
write_window(struct ts_param *query, const struct sdmx *opts,
	     const struct ts_need *need, struct window *window)
{
	struct ts_period to;

	if (need == NULL || need->from.span == TS_NO_SPAN ||
	    need->to.span == TS_NO_SPAN)
		return 0;
	to = need->to;
	if (to.span == TS_RANGE)
		to = (struct ts_period){ .year = to.until, .span = TS_YEAR };
	ts_period_print(need->from, window->from);
	ts_period_print(to, window->to);
	if (need->from.span == TS_RANGE)
		window->from[4] = '\0';
	if (strcmp(opts->version, "3.0") == 0) {
		/* 3.0 has no startPeriod, and servers ignore it silently */
		snprintf(window->both, sizeof window->both, "ge:%s+le:%s",
			 window->from, window->to);
		query[0] = (struct ts_param){ "c[TIME_PERIOD]", window->both };
		return 1;
	}
	query[0] = (struct ts_param){ "startPeriod", window->from };
	query[1] = (struct ts_param){ "endPeriod", window->to };
	return 2;
}

static const char *
or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static enum ts_status
ask_structure(const struct sdmx *opts, struct ts_plan *plan, struct ts_err *err)
{
	static const struct ts_param query[] = { { "references",
						   "descendants" } };
	const struct ts_request request = {
		.path = opts->structure,
		.query = query,
		.query_count = 1,
		.role = TS_ROLE_STRUCTURE,
		.tag = "structure",
	};

	return ts_plan_add(plan, &request, err);
}

static enum ts_status
ask(const struct ts_job *job, const struct ts_need *need, struct ts_plan *plan,
    struct ts_err *err)
{
	const struct sdmx *opts = job->opts;
	TS_AUTO_BUF key = TS_BUF_INIT(4000);
	TS_AUTO_BUF path = TS_BUF_INIT(8000);
	struct ts_param query[3];
	struct window window;
	struct ts_request request = {
		.query = query,
		.accept =
			opts->format[0] != '\0' ? NULL : or_null(opts->accept),
		.decoder = or_null(opts->decoder),
		.dataset = or_null(opts->dataset),
		.structure_tag =
			opts->structure[0] != '\0' ? "structure" : NULL,
	};

	if (write_key(&key, job, need, err) != TS_OK)
		return err->status;
	write_path(&path, opts, key.data);
	if (ts_buf_check(&path, "an SDMX path", err) != TS_OK)
		return err->status;
	request.path = path.data;
	request.query_count = write_window(query, opts, need, &window);
	if (opts->format[0] != '\0')
		query[request.query_count++] =
			(struct ts_param){ "format", opts->format };
	return ts_plan_add(plan, &request, err);
}

static enum ts_status
sdmx_plan(const struct ts_job *job, struct ts_plan *plan, struct ts_err *err)
{
	const struct sdmx *opts = job->opts;

	if (job->answer_count > 0)
		return TS_OK;
	if (strcmp(opts->version, "2.1") != 0 &&
	    strcmp(opts->version, "3.0") != 0)
		return ts_fail(err, TS_BAD_CONFIG,
			       "version = \"%s\" is neither 2.1 nor 3.0",
			       opts->version);
	if (opts->structure[0] != '\0' &&
	    ask_structure(opts, plan, err) != TS_OK)
		return err->status;
	if (job->need_count == 0)
		return ask(job, NULL, plan, err);
	for (size_t i = 0; i < job->need_count; i++)
		if (ask(job, &job->needs[i], plan, err) != TS_OK)
			return ts_while(err, "need %s", job->needs[i].id);
	return TS_OK;
}

/* ValidFrom of a content constraint, or a catalogue: what there is differs
 * from publisher to publisher, so the configuration names it. Without it the
 * data are asked for, if modified. */
static enum ts_status
sdmx_watch(const struct ts_job *job, struct ts_plan *plan, struct ts_err *err)
{
	const struct sdmx *opts = job->opts;
	const struct ts_request request = { .path = opts->watch,
					    .role = TS_ROLE_CONTROL };

	if (opts->watch[0] == '\0')
		return TS_OK;
	return ts_plan_add(plan, &request, err);
}

const struct ts_fetcher tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_fetcher, FETCHER, "sdmx",
		       "Any SDMX REST service, 2.1 or 3.0", sdmx_opts,
		       sizeof(struct sdmx)),
	.base_url = "", /* the configuration names it */
	.publisher = "The office behind the SDMX service",
	.licence = "See the terms of the publishing office.",
	.per_minute = 10,
	.empty_status = 404,
	.plan = sdmx_plan,
	.watch = sdmx_watch,
};
