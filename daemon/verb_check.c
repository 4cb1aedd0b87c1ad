/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat check` and `tradestat plan`: what would happen, and would it. */
#include <fontconfig/fontconfig.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/spawn.h>
#include "daemon/check_delivery.h"
#include "daemon/common/timetable.h"
#include "daemon/report/render.h"
#include "daemon/stage_fetch.h"

struct checking {
	struct ts_world *world;
	struct ts_arena *arena;
	int errors;
	const struct ts_conf_source *warned; /* the last one */
};

static void problem(struct checking *c, const char *file, int line,
		    const char *fmt, ...) TS_PRINTF(4, 5);

static void
problem(struct checking *c, const char *file, int line, const char *fmt, ...)
{
	va_list args;

	if (file != NULL)
		fprintf(stderr, "%s:%d: ", file, line);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	c->errors++;
}

static const struct ts_conf_source *
find_source(const struct checking *c, const char *id)
{
	const struct ts_conf *conf = c->world->conf;

	for (size_t i = 0; i < conf->source_count; i++)
		if (strcmp(conf->sources[i].id, id) == 0)
			return &conf->sources[i];
	return NULL;
}

/* A person's shell is given no credentials: there, a reference to one is no
 * mistake. A service, and a check that the daemon starts, has folders named. */
static bool
is_for_service(const struct checking *c, const char *id)
{
	const struct ts_conf_source *source = find_source(c, id);

	if (source == NULL || getenv("CREDENTIALS_DIRECTORY") != NULL ||
	    getenv("RUNTIME_DIRECTORY") != NULL)
		return false;
	for (size_t i = 0; i < source->settings.count; i++)
		if (strcmp(source->settings.items[i].name, "key") == 0)
			return strncmp(source->settings.items[i].value,
				       "credential:", 11) == 0;
	return false;
}

static void
warn_once(struct checking *c, const char *id)
{
	const struct ts_conf_source *source = find_source(c, id);

	if (c->warned == source)
		return;
	c->warned = source;
	c->world->warnings++;
	fprintf(stderr,
		"%s:%d: warning: source %s: the key is a credential, which "
		"only the service can read; not checked here\n",
		source->file, source->line, id);
}

/* Each source must have a fetcher, and settings that it understands. */
static void
check_source(struct checking *c, const char *id, const char *file, int line)
{
	struct ts_source source;
	struct ts_secret *secret = NULL;
	struct ts_err err, again;
	int before = c->world->problems;

	if (ts_world_source(c->world, id, c->arena, &source, &secret, &err) ==
	    TS_OK) {
		ts_secret_free(secret);
		return;
	}
	ts_secret_free(secret);
	if (is_for_service(c, id) &&
	    ts_world_source(c->world, id, c->arena, &source, NULL, &again) ==
		    TS_OK) {
		warn_once(c, id);
		return;
	}
	if (c->world->problems == before)
		problem(c, file, line, "%s", err.text);
}

static void
check_area(struct checking *c, const struct ts_conf_report *report,
	   const char *what, const char *iso3)
{
	if (iso3[0] != '\0' &&
	    ts_codes_area(c->world->codes, "iso3", iso3, 2024)[0] == '\0')
		problem(c, report->file, report->line,
			"%s \"%s\" is no ISO 3166 alpha-3 code; write ITA for "
			"Italy",
			what, iso3);
}

static void
check_needed(struct checking *c, const struct ts_conf_report *report,
	     bool wanted, const char *what, const char *value)
{
	if (wanted && value[0] == '\0')
		problem(c, report->file, report->line,
			"template \"%s\" needs %s", report->template, what);
}

static void
hear(void *ctx, const char *text)
{
	problem(ctx, NULL, 0, "%s", text);
}

/* A rule that never comes, a zone or a list that is not there. */
static void
check_timetable(struct checking *c, const struct ts_conf_report *report)
{
	struct ts_timetable *timetable = NULL;
	struct ts_err err;
	int before = c->errors;

	if (ts_timetable_new(c->world->conf, report, "", hear, c, &timetable,
			     &err) != TS_OK &&
	    c->errors == before)
		problem(c, report->file, report->line, "%s", err.text);
	ts_timetable_free(timetable);
}

static void
check_report(struct checking *c, const struct ts_conf_report *report)
{
	const struct ts_template *tpl = ts_template_find(report->template);
	const char *const *item;
	size_t i;

	if (tpl == NULL) {
		problem(c, report->file, report->line,
			"no template \"%s\"; bilateral, country, region or "
			"product",
			report->template);
		return;
	}
	check_needed(c, report, tpl->wants_reporter, "reporter",
		     report->reporter);
	check_needed(c, report, tpl->wants_partner, "partner", report->partner);
	check_needed(c, report, tpl->wants_region, "region", report->region);
	check_needed(c, report, tpl->wants_product, "product", report->product);
	check_area(c, report, "reporter", report->reporter);
	check_area(c, report, "partner", report->partner);
	if (report->region[0] != '\0' &&
	    ts_codes_group(c->world->codes, report->region, 2024) == NULL)
		problem(c, report->file, report->line,
			"no region \"%s\"; tradestat list groups",
			report->region);
	for (item = ts_report_sources(report); *item != NULL; item++)
		check_source(c, *item, report->file, report->line);
	for (item = report->formats; item != NULL && *item != NULL; item++)
		if (strcmp(*item, "png") != 0 && strcmp(*item, "svg") != 0 &&
		    ts_registry_find(c->world->registry, TS_KIND_OUTPUT,
				     *item) == NULL)
			problem(c, report->file, report->line,
				"no output makes \"%s\"; tradestat list "
				"outputs",
				*item);
	for (item = report->pages; item != NULL && *item != NULL; item++) {
		for (i = 0; tpl->pages[i].id != NULL; i++)
			if (strcmp(tpl->pages[i].id, *item) == 0)
				break;
		if (tpl->pages[i].id == NULL)
			problem(c, report->file, report->line,
				"template \"%s\" has no page \"%s\"",
				report->template, *item);
	}
}

/* Programs and fonts that a run will need. */
static void
check_tools(struct checking *c)
{
	const struct ts_conf *conf = c->world->conf;
	char path[4096];
	FcPattern *wanted, *found;
	FcResult result;
	FcChar8 *family = NULL;

	if (conf->gnuplot[0] != '\0'
		    ? access(conf->gnuplot, X_OK) != 0
		    : !ts_find_program("gnuplot", path, sizeof path))
		problem(c, NULL, 0,
			"gnuplot is not there%s%s: apt-get install "
			"gnuplot-nox",
			conf->gnuplot[0] != '\0' ? " at " : "", conf->gnuplot);
	wanted = FcNameParse((const FcChar8 *)conf->font);
	if (wanted == NULL)
		return;
	FcConfigSubstitute(NULL, wanted, FcMatchPattern);
	FcDefaultSubstitute(wanted);
	found = FcFontMatch(NULL, wanted, &result);
	if (found == NULL ||
	    FcPatternGetString(found, FC_FAMILY, 0, &family) != FcResultMatch ||
	    strstr((const char *)family, conf->font) == NULL)
		problem(c, NULL, 0,
			"font \"%s\" is not installed: apt-get "
			"install fonts-inter",
			conf->font);
	if (found != NULL)
		FcPatternDestroy(found);
	FcPatternDestroy(wanted);
}

enum ts_status
ts_verb_check(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_world world = { .conf = NULL };
	struct checking c = { .world = &world };
	struct ts_cli given = *cli;
	enum ts_status status;
	size_t i;

	if (cli->arg_count > 0)
		given.config = cli->args[0];
	c.arena = ts_arena_new((size_t)64 << 20);
	if (c.arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_world_open(&given, TS_WORLD_PLUGINS | TS_WORLD_CODES,
			       &world, err);
	if (status == TS_OK) {
		for (i = 0; i < world.conf->source_count; i++)
			check_source(&c, world.conf->sources[i].id,
				     world.conf->sources[i].file,
				     world.conf->sources[i].line);
		for (i = 0; i < world.conf->report_count; i++) {
			check_report(&c, &world.conf->reports[i]);
			check_timetable(&c, &world.conf->reports[i]);
			ts_check_deliveries(&world, &world.conf->reports[i],
					    c.arena, hear, &c);
		}
		ts_check_mail(&world, hear, &c);
		check_tools(&c);
		if (c.errors + world.problems > 0)
			status = ts_fail(err, TS_BAD_CONFIG,
					 "%d problem%s in the configuration",
					 c.errors + world.problems,
					 c.errors + world.problems == 1 ? ""
									: "s");
		else if (cli->strict && world.warnings > 0)
			*cli->exit_code = 3;
		else
			printf("configuration is good: %zu report%s, %zu "
			       "source%s\n",
			       world.conf->report_count,
			       world.conf->report_count == 1 ? "" : "s",
			       world.conf->source_count,
			       world.conf->source_count == 1 ? "" : "s");
	}
	FcFini();
	ts_world_close(&world);
	ts_arena_free(c.arena);
	return status;
}

/* ---- plan ------------------------------------------------------------------
 */

static void
collect(void *ctx, const char *source, const char *url)
{
	json_array_append_new(
		ctx, json_pack("{s:s, s:s}", "source", source, "url", url));
}

static json_t *
pages_of(const struct ts_conf_report *report)
{
	const struct ts_template *tpl = ts_template_find(report->template);
	json_t *list = json_array();
	const char *const *page;
	size_t i;

	for (i = 0; tpl->pages[i].id != NULL; i++) {
		bool wanted = report->pages == NULL || report->pages[0] == NULL;

		for (page = report->pages; !wanted && *page != NULL; page++)
			wanted = strcmp(*page, tpl->pages[i].id) == 0;
		if (wanted)
			json_array_append_new(list,
					      json_string(tpl->pages[i].id));
	}
	return list;
}

static json_t *
names(const char *const *list)
{
	json_t *array = json_array();

	for (; list != NULL && *list != NULL; list++)
		json_array_append_new(array, json_string(*list));
	return array;
}

/* To whom an edition would go, and what of it. */
static json_t *
recipients_of(const struct ts_conf_report *report)
{
	json_t *list = json_array();

	for (size_t d = 0; d < report->deliver_count; d++) {
		const struct ts_conf_delivery *delivery = &report->deliver[d];

		for (size_t i = 0; i < delivery->recipient_count; i++) {
			const struct ts_conf_recipient *to =
				&delivery->recipients[i];

			json_array_append_new(
				list,
				json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}",
					  "output", delivery->output, "to",
					  to->name, "when", delivery->when,
					  "language", to->language, "currency",
					  to->currency[0] != '\0'
						  ? to->currency
						  : report->currency,
					  "partner",
					  to->partner[0] != '\0'
						  ? to->partner
						  : report->partner,
					  "formats", names(to->formats)));
		}
	}
	return list;
}

static json_t *
plan_of(struct ts_world *world, const struct ts_conf_report *report,
	json_t *requests)
{
	json_t *root = json_object(), *to = json_array();
	size_t i;

	for (i = 0; i < report->deliver_count; i++)
		json_array_append_new(to,
				      json_string(report->deliver[i].output));
	json_object_set_new(root, "schema", json_integer(1));
	json_object_set_new(root, "report", json_string(report->id));
	json_object_set(root, "requests", requests);
	json_object_set_new(root, "pages", pages_of(report));
	json_object_set_new(root, "formats", names(report->formats));
	json_object_set_new(root, "output_dir",
			    json_string(world->conf->output_dir));
	json_object_set_new(root, "deliver", to);
	json_object_set_new(root, "recipients", recipients_of(report));
	return root;
}

static const char *
text_of(json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static void
print_recipients(json_t *list)
{
	json_t *item, *format;
	size_t i, f;

	json_array_foreach(list, i, item)
	{
		printf("\n  %s", text_of(item, "output"));
		if (strcmp(text_of(item, "to"), text_of(item, "output")) != 0)
			printf(" to %s", text_of(item, "to"));
		printf(", %s", text_of(item, "currency"));
		if (text_of(item, "partner")[0] != '\0')
			printf(", partner %s", text_of(item, "partner"));
		printf(", when %s", text_of(item, "when"));
		json_array_foreach(json_object_get(item, "formats"), f, format)
			printf("%s%s", f == 0 ? ": " : " ",
			       json_string_value(format));
	}
}

static void
print_plan(json_t *plan)
{
	json_t *item;
	size_t i;

	printf("requests (first round; pages of long answers follow):\n");
	json_array_foreach(json_object_get(plan, "requests"), i, item)
		printf("  %s  %s\n",
		       json_string_value(json_object_get(item, "source")),
		       json_string_value(json_object_get(item, "url")));
	printf("pages:");
	json_array_foreach(json_object_get(plan, "pages"), i, item)
		printf(" %s", json_string_value(item));
	printf("\nfiles:");
	json_array_foreach(json_object_get(plan, "formats"), i, item)
		printf(" %s", json_string_value(item));
	printf(" below %s\ndeliver:", text_of(plan, "output_dir"));
	print_recipients(json_object_get(plan, "recipients"));
	putchar('\n');
}

enum ts_status
ts_verb_plan(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_world world = { .conf = NULL };
	struct ts_fetch_wish wish = { .mode = TS_FETCH_LIVE };
	json_t *requests = json_array(), *plan = NULL;
	enum ts_status status;

	status = ts_world_open(cli, TS_WORLD_PLUGINS | TS_WORLD_CODES, &world,
			       err);
	if (status == TS_OK) {
		/* a store in memory: a plan has no side effect */
		struct ts_store_opts opts = { .path = ":memory:" };

		status = ts_store_open(&opts, &world.store, err);
	}
	if (status == TS_OK) {
		wish.report = ts_conf_report(world.conf, cli->args[0]);
		if (wish.report == NULL)
			status = ts_fail(err, TS_NO_INPUT,
					 "no report \"%s\"; tradestat list "
					 "reports",
					 cli->args[0]);
		else if (ts_template_find(wish.report->template) == NULL)
			status = ts_fail(err, TS_BAD_CONFIG,
					 "%s:%d: no template \"%s\"",
					 wish.report->file, wish.report->line,
					 wish.report->template);
	}
	if (status == TS_OK && cli->period != NULL)
		status = ts_period_parse(cli->period, &wish.period, err);
	if (status == TS_OK)
		status = ts_stage_fetch_plan(&world, &wish, collect, requests,
					     err);
	if (status == TS_OK) {
		plan = plan_of(&world, wish.report, requests);
		if (cli->json) {
			char *text = json_dumps(plan, JSON_INDENT(2));

			if (text != NULL)
				puts(text);
			free(text);
		} else {
			print_plan(plan);
		}
	}
	json_decref(plan);
	json_decref(requests);
	ts_world_close(&world);
	return status;
}
