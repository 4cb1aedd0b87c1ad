/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat chart`: one chart from CSV, format by suffix. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <tradestat/file.h>
#include <tradestat/log.h>
#include "daemon/chart_page.h"
#include "daemon/world.h"
#include "plots/engine/plot.h"

static enum ts_status
format_of(const char *path, enum ts_format *format, struct ts_err *err)
{
	const char *dot = strrchr(path, '.');

	if (dot != NULL && strcmp(dot, ".png") == 0)
		*format = TS_PNG;
	else if (dot != NULL && strcmp(dot, ".svg") == 0)
		*format = TS_SVG;
	else if (dot != NULL && strcmp(dot, ".pdf") == 0)
		*format = TS_PDF;
	else
		return ts_fail(err, TS_BAD_USAGE,
			       "%s: end the name in .png, .svg or .pdf", path);
	return TS_OK;
}

static const struct ts_chart *
find_chart(const struct ts_registry *registry, const char *name,
	   struct ts_err *err)
{
	const struct ts_plugin *const *list =
		ts_registry_list(registry, TS_KIND_CHART);
	const char *names[128], *near;
	size_t count = 0;

	for (; *list != NULL && count < 127; list++) {
		if (strcmp((*list)->name, name) == 0)
			return (const struct ts_chart *)(const void *)*list;
		names[count++] = (*list)->name;
	}
	names[count] = NULL;
	near = ts_nearest(name, names);
	(void)ts_fail(err, TS_BAD_USAGE,
		      "no chart \"%s\"%s%s%s; tradestat list charts", name,
		      near != NULL ? "; did you mean \"" : "",
		      near != NULL ? near : "", near != NULL ? "\"?" : "");
	return NULL;
}

/* The unit of the rows where all have the same. */
static const char *
common_unit(const struct ts_table *table)
{
	size_t column = ts_table_column(table, "unit"), row;
	const char *unit = "";

	for (row = 0; column != TS_NO_COLUMN && row < table->row_count; row++) {
		const char *text = ts_table_text(table, row, column);

		if (row > 0 && strcmp(text, unit) != 0)
			return "";
		unit = text;
	}
	return unit;
}

static enum ts_status
draw(const struct ts_cli *cli, struct ts_world *world, const char *work,
     struct ts_arena *arena, struct ts_err *err)
{
	bool page = strcmp(cli->args[0], "page") == 0;
	const struct ts_chart *chart =
		page ? NULL : find_chart(world->registry, cli->args[0], err);
	struct ts_plot_opts opts = { .gnuplot = world->conf->gnuplot,
				     .work_dir = work,
				     .font = world->conf->font,
				     .processes = 1,
				     .sandbox = true };
	struct ts_chart_spec spec = { .type = cli->args[0], .language = "en" };
	struct ts_plot_request request = { .chart = chart,
					   .spec = &spec,
					   .path = cli->output };
	struct ts_table *table;
	struct ts_plot *plot;
	enum ts_status status;

	if (chart == NULL && !page)
		return err->status;
	if (format_of(cli->output, &request.format, err) != TS_OK)
		return err->status;
	if (ts_table_read_csv(arena, cli->input, &table, err) != TS_OK)
		return err->status;
	request.theme =
		ts_theme_find(cli->theme != NULL ? cli->theme : "light");
	if (request.theme == NULL)
		return ts_fail(err, TS_BAD_USAGE, "--theme %s: light or dark",
			       cli->theme);
	spec.data = table;
	spec.title = cli->title != NULL ? cli->title : "";
	spec.subtitle = cli->subtitle != NULL ? cli->subtitle : "";
	spec.source = cli->source_line != NULL ? cli->source_line : "";
	spec.notes = cli->notes != NULL ? cli->notes : "";
	spec.reporter = cli->reporter != NULL ? cli->reporter : "";
	spec.partner = cli->partner != NULL ? cli->partner : "";
	spec.unit = cli->unit != NULL ? cli->unit : common_unit(table);
	spec.flow = cli->flow != NULL ? cli->flow : "X";
	status = ts_plot_open(&opts, &plot, err);
	if (status != TS_OK)
		return status;
	status = page ? ts_chart_page(plot, world->registry, &spec,
				      request.theme, request.format,
				      cli->output, arena, err)
		      : ts_plot_draw(plot, &request, 1, err);
	if (status == TS_OK && request.problem[0] != '\0')
		ts_log(TS_LOG_WARN, "chart", "%s", request.problem);
	ts_plot_close(plot);
	return status;
}

enum ts_status
ts_verb_chart(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_world world = { .conf = NULL };
	char work[] = "/tmp/tradestat-chart-XXXXXX";
	struct ts_arena *arena;
	struct ts_err ignored;
	enum ts_status status;

	if (cli->input == NULL || cli->output == NULL)
		return ts_fail(err, TS_BAD_USAGE,
			       "usage: tradestat chart TYPE --input FILE.csv "
			       "-o FILE.png");
	if (mkdtemp(work) == NULL)
		return ts_fail(err, TS_SYSTEM, "cannot make a folder in /tmp");
	arena = ts_arena_new((size_t)512 << 20);
	status = arena != NULL
			 ? ts_world_open(cli, TS_WORLD_PLUGINS, &world, err)
			 : ts_fail(err, TS_SYSTEM, "out of memory");
	if (status == TS_OK)
		status = draw(cli, &world, work, arena, err);
	ts_world_close(&world);
	ts_arena_free(arena);
	/* left-overs in /tmp are no failure of the chart */
	ts_ignore(ts_rmtree(work, &ignored));
	return status;
}
