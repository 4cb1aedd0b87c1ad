/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat list` and `tradestat config`: what there is. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/world.h"

/* One line of a list: name, title, and where it comes from. */
static void
put(json_t *list, const char *name, const char *title, const char *origin)
{
	json_array_append_new(
		list, json_pack("{s:s, s:s, s:s}", "name", name, "title",
				title != NULL ? title : "", "origin",
				origin != NULL ? origin : ""));
}

static const char *
origin_of(const struct ts_registry *registry, const struct ts_plugin *plugin)
{
	const char *file = ts_registry_file(registry, plugin);

	return file != NULL ? file : "built in";
}

static void
list_plugins(json_t *list, const struct ts_registry *registry,
	     enum ts_kind kind)
{
	const struct ts_plugin *const *at = ts_registry_list(registry, kind);

	for (; *at != NULL; at++)
		put(list, (*at)->name, (*at)->title, origin_of(registry, *at));
}

static void
list_measures(json_t *list, const struct ts_registry *registry)
{
	const struct ts_plugin *const *at =
		ts_registry_list(registry, TS_KIND_INDICATOR);

	for (; *at != NULL; at++) {
		const struct ts_measure *m =
			((const struct ts_indicator *)(const void *)*at)
				->measures;

		for (; m != NULL && m->id != NULL; m++)
			put(list, m->id, m->title, origin_of(registry, *at));
	}
}

static void
list_sources(json_t *list, const struct ts_world *world)
{
	const struct ts_plugin *const *at =
		ts_registry_list(world->registry, TS_KIND_FETCHER);
	size_t i;

	for (i = 0; i < world->conf->source_count; i++)
		put(list, world->conf->sources[i].id,
		    world->conf->sources[i].fetcher,
		    world->conf->sources[i].file);
	for (; *at != NULL; at++) {
		for (i = 0; i < world->conf->source_count; i++)
			if (strcmp(world->conf->sources[i].id, (*at)->name) ==
			    0)
				break;
		/* a fetcher with an address of its own needs no group */
		if (i == world->conf->source_count &&
		    ((const struct ts_fetcher *)(const void *)*at)->base_url !=
			    NULL &&
		    ((const struct ts_fetcher *)(const void *)*at)
				    ->base_url[0] != '\0')
			put(list, (*at)->name, (*at)->title, "built in");
	}
}

static enum ts_status
fill(json_t *list, const char *what, struct ts_world *world, struct ts_err *err)
{
	static const struct {
		const char *name;
		enum ts_kind kind;
	} kinds[] = { { "fetchers", TS_KIND_FETCHER },
		      { "decoders", TS_KIND_DECODER },
		      { "charts", TS_KIND_CHART },
		      { "outputs", TS_KIND_OUTPUT } };
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(what, kinds[i].name) == 0) {
			list_plugins(list, world->registry, kinds[i].kind);
			if (kinds[i].kind == TS_KIND_CHART)
				put(list, "page",
				    "A4 page: key figures, balance, turnover",
				    "built in");
			return TS_OK;
		}
	if (strcmp(what, "indicators") == 0) {
		list_measures(list, world->registry);
	} else if (strcmp(what, "sources") == 0) {
		list_sources(list, world);
	} else if (strcmp(what, "reports") == 0) {
		for (i = 0; i < world->conf->report_count; i++)
			put(list, world->conf->reports[i].id,
			    world->conf->reports[i].title,
			    world->conf->reports[i].file);
	} else if (strcmp(what, "groups") == 0) {
		const char *const *group = ts_codes_groups(world->codes);

		for (; *group != NULL; group++)
			put(list, *group,
			    ts_codes_group_name(world->codes, *group), "");
	} else {
		return ts_fail(err, TS_BAD_USAGE,
			       "list what? fetchers, decoders, indicators, "
			       "charts, outputs, reports, sources or groups");
	}
	return TS_OK;
}

static enum ts_status
print(const struct ts_cli *cli, json_t *list, struct ts_err *err)
{
	TS_AUTO_BUF out = TS_BUF_INIT((size_t)4 << 20);
	json_t *item;
	size_t i;

	if (cli->json) {
		json_t *root = json_pack("{s:i, s:O}", "schema", 1,
					 cli->args[0], list);
		char *text =
			root != NULL ? json_dumps(root, JSON_INDENT(2)) : NULL;

		json_decref(root);
		if (text == NULL)
			return ts_fail(err, TS_SYSTEM, "out of memory");
		ts_buf_addf(&out, "%s\n", text);
		free(text);
		return ts_cli_out(cli, out.data, out.used, err);
	}
	json_array_foreach(list, i, item)
	{
		const char *origin =
			json_string_value(json_object_get(item, "origin"));

		ts_buf_addf(&out, "%-24s  %s",
			    json_string_value(json_object_get(item, "name")),
			    json_string_value(json_object_get(item, "title")));
		if (origin[0] != '\0' && strcmp(origin, "built in") != 0)
			ts_buf_addf(&out, "  (%s)", origin);
		ts_buf_add_char(&out, '\n');
	}
	return ts_cli_out(cli, out.data, out.used, err);
}

enum ts_status
ts_verb_list(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_world world = { .conf = NULL };
	json_t *list = json_array();
	unsigned parts = TS_WORLD_PLUGINS;
	enum ts_status status;

	if (list == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	if (strcmp(cli->args[0], "groups") == 0)
		parts |= TS_WORLD_CODES;
	status = ts_world_open(cli, parts, &world, err);
	if (status == TS_OK)
		status = fill(list, cli->args[0], &world, err);
	if (status == TS_OK)
		status = print(cli, list, err);
	json_decref(list);
	ts_world_close(&world);
	return status;
}

enum ts_status
ts_verb_config(const struct ts_cli *cli, struct ts_err *err)
{
	TS_AUTO_BUF out = TS_BUF_INIT((size_t)1 << 20);

	if (strcmp(cli->args[0], "example") != 0)
		return ts_fail(err, TS_BAD_USAGE,
			       "usage: tradestat config example");
	ts_conf_example(&out);
	if (ts_buf_check(&out, "example", err) != TS_OK)
		return err->status;
	return ts_cli_out(cli, out.data, out.used, err);
}
