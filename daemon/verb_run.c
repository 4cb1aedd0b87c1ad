/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat run` and `tradestat fetch`: the main job, by hand. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tradestat/file.h>
#include <tradestat/log.h>
#include "daemon/report/render.h"
#include "daemon/report/stage_render.h"
#include "daemon/stage_fetch.h"

static const struct ts_conf_report *
find_report(const struct ts_conf *conf, const char *id, struct ts_err *err)
{
	const struct ts_conf_report *report = ts_conf_report(conf, id);
	const char *names[64], *near;
	size_t i;

	if (report != NULL)
		return report;
	for (i = 0; i < conf->report_count && i < 63; i++)
		names[i] = conf->reports[i].id;
	names[i] = NULL;
	near = ts_nearest(id, names);
	if (conf->report_count == 0)
		(void)ts_fail(err, TS_NO_INPUT,
			      "no report \"%s\": no report is configured; "
			      "\"tradestat init bilateral KAZ ITA\" writes one",
			      id);
	else
		(void)ts_fail(err, TS_NO_INPUT,
			      "no report \"%s\"%s%s%s; "
			      "tradestat list reports",
			      id, near != NULL ? "; did you mean \"" : "",
			      near != NULL ? near : "",
			      near != NULL ? "\"?" : "");
	return NULL;
}

static enum ts_status
fetch_wish(const struct ts_cli *cli, const struct ts_conf_report *report,
	   struct ts_fetch_wish *wish, struct ts_err *err)
{
	*wish = (struct ts_fetch_wish){ .report = report,
					.record = cli->record,
					.pack = cli->replay,
					.force = cli->force,
					.quiet = cli->quiet };
	if (cli->offline && cli->replay != NULL)
		return ts_fail(err, TS_BAD_USAGE,
			       "--offline and --replay exclude each other");
	if (cli->record != NULL && (cli->offline || cli->replay != NULL))
		return ts_fail(err, TS_BAD_USAGE,
			       "--record wants live answers");
	wish->mode = cli->offline          ? TS_FETCH_OFFLINE
		     : cli->replay != NULL ? TS_FETCH_REPLAY
					   : TS_FETCH_LIVE;
	if (cli->period != NULL &&
	    ts_period_parse(cli->period, &wish->period, err) != TS_OK) {
		err->status = TS_BAD_USAGE;
		return ts_while(err, "--period");
	}
	return TS_OK;
}

static void
tell_fetched(const struct ts_cli *cli, const struct ts_fetch_done *done)
{
	if (cli->quiet)
		return;
	fprintf(stderr,
		"fetched %d requests from %d sources: %llu figures, "
		"%llu new, %llu revised",
		done->total.requests, done->sources,
		(unsigned long long)done->stored.rows,
		(unsigned long long)done->stored.added,
		(unsigned long long)done->stored.revised);
	if (done->total.unchanged > 0)
		fprintf(stderr, ", %d documents unchanged",
			done->total.unchanged);
	fputc('\n', stderr);
}

/* Nothing from any source, or figures from some: the gates decide then. */
static enum ts_status
fetch(const struct ts_cli *cli, struct ts_world *world,
      const struct ts_conf_report *report, bool strict, struct ts_err *err)
{
	struct ts_fetch_wish wish;
	struct ts_fetch_done done;
	enum ts_status status;

	if (fetch_wish(cli, report, &wish, err) != TS_OK)
		return err->status;
	status = ts_stage_fetch(world, &wish, &done, err);
	tell_fetched(cli, &done);
	if (status == TS_OK || strict)
		return status;
	/* our own trouble is not a publisher's: nothing would get better */
	if (status == TS_FULL || status == TS_CORRUPT || status == TS_SYSTEM ||
	    status == TS_BAD_CONFIG || status == TS_UNAVAILABLE)
		return status;
	if (done.failed_sources == done.sources && done.stored.rows == 0)
		return status;
	return TS_OK;
}

static enum ts_status
print_done(const struct ts_cli *cli, const struct ts_conf_report *report,
	   const struct ts_render_done *done, struct ts_err *err)
{
	TS_AUTO_BUF out = TS_BUF_INIT((size_t)64 << 10);
	int i;

	if (cli->json) {
		json_t *root =
			json_pack("{s:i, s:s, s:s, s:i, s:i, s:i, s:[s,s,s]}",
				  "schema", 1, "report", report->id, "bundle",
				  done->path, "charts", done->charts, "drawn",
				  done->drawn, "figures", done->figures, "says",
				  done->said[0], done->said[1], done->said[2]);
		char *text =
			root != NULL ? json_dumps(root, JSON_INDENT(2)) : NULL;

		json_decref(root);
		if (text == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		ts_buf_addf(&out, "%s\n", text);
		free(text);
	} else {
		ts_buf_addf(&out, "%s\n", done->path);
		for (i = 0; i < 3 && done->said[i][0] != '\0'; i++)
			ts_buf_addf(&out, "  %s\n", done->said[i]);
	}
	/* --output is the folder here, the result goes to stdout */
	return ts_write_all(1, out.data, out.used, "standard output", err);
}

enum ts_status
ts_verb_run(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_world world = { .conf = NULL };
	const struct ts_conf_report *report = NULL;
	struct ts_render_wish wish = { .output_dir = cli->output,
				       .waive = cli->waive,
				       .force = cli->force };
	struct ts_render_done done;
	enum ts_status status;

	if (cli->as_of != NULL &&
	    ts_time_parse(cli->as_of, &wish.as_of_us, err) != TS_OK) {
		err->status = TS_BAD_USAGE;
		return ts_while(err, "--as-of");
	}
	if (cli->period != NULL &&
	    ts_period_parse(cli->period, &wish.period, err) != TS_OK) {
		err->status = TS_BAD_USAGE;
		return ts_while(err, "--period");
	}
	status = ts_world_open(cli, TS_WORLD_ALL, &world, err);
	if (status == TS_OK) {
		report = find_report(world.conf, cli->args[0], err);
		status = report != NULL ? TS_OK : err->status;
	}
	/* the past is asked of the store, not of the publishers */
	if (status == TS_OK && cli->as_of == NULL)
		status = fetch(cli, &world, report, false, err);
	if (status == TS_OK) {
		wish.report = report;
		status = ts_stage_render(&world, &wish, &done, err);
		if (status != TS_OK)
			(void)ts_while(err, "report %s", report->id);
	}
	if (status == TS_OK)
		status = print_done(cli, report, &done, err);
	ts_world_close(&world);
	return status;
}

static bool
uses_source(const struct ts_conf_report *report, const char *id)
{
	const char *const *source = ts_report_sources(report);

	for (; source != NULL && *source != NULL; source++)
		if (strcmp(*source, id) == 0)
			return true;
	return false;
}

/* A report's id, or a source's: then what all reports need of it; without
 * an argument everything. */
enum ts_status
ts_verb_fetch(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_world world = { .conf = NULL };
	struct ts_err first = { .status = TS_OK };
	const char *name = cli->arg_count > 0 ? cli->args[0] : NULL;
	enum ts_status status;
	size_t i, matched = 0;

	status = ts_world_open(cli, TS_WORLD_ALL, &world, err);
	for (i = 0; status == TS_OK && i < world.conf->report_count; i++) {
		const struct ts_conf_report *report = &world.conf->reports[i];
		struct ts_fetch_wish wish;
		struct ts_fetch_done done;

		if (name != NULL && strcmp(report->id, name) != 0 &&
		    !uses_source(report, name))
			continue;
		matched++;
		status = fetch_wish(cli, report, &wish, err);
		if (status != TS_OK)
			break;
		if (name != NULL && strcmp(report->id, name) != 0)
			wish.source = name;
		if (ts_stage_fetch(&world, &wish, &done, err) != TS_OK &&
		    first.status == TS_OK)
			first = *err;
		tell_fetched(cli, &done);
	}
	if (status == TS_OK && matched == 0)
		status = name != NULL ? (find_report(world.conf, name, err),
					 err->status)
				      : ts_fail(err, TS_NO_INPUT,
						"no report is configured");
	if (status == TS_OK && first.status != TS_OK) {
		*err = first;
		status = first.status;
	}
	ts_world_close(&world);
	return status;
}
