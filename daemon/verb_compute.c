/* SPDX-License-Identifier: Apache-2.0 */
/* `tradestat compute`: one indicator over a CSV file or over the store. */
#include <stdio.h>
#include <string.h>
#include <tradestat/file.h>
#include "daemon/world.h"
#include "indicators/engine/indicator.h"

/* Store to table, in tidy columns. */
static enum ts_status
add_row(void *ctx, const struct ts_known *known, struct ts_err *err)
{
	const struct ts_obs *obs = &known->obs;
	char value[TS_DECIMAL_TEXT] = "", period[TS_PERIOD_TEXT];
	char frequency[2] = { obs->frequency, '\0' };
	const char *cells[11];

	if (obs->has_value)
		(void)ts_decimal_print(obs->value, value);
	cells[0] = obs->source;
	cells[1] = obs->dataset;
	cells[2] = obs->flow;
	cells[3] = obs->reporter;
	cells[4] = obs->partner;
	cells[5] = obs->product;
	cells[6] = frequency;
	cells[7] = ts_period_print(obs->period, period);
	cells[8] = value;
	cells[9] = obs->unit;
	cells[10] = obs->status;
	return ts_table_add(ctx, cells, err);
}

static enum ts_status
table_of_store(struct ts_world *world, struct ts_arena *arena,
	       struct ts_table **out, struct ts_err *err)
{
	static const char *const columns[11] = {
		"source",  "dataset", "flow",      "reporter",
		"partner", "product", "frequency", "period",
		"value",   "unit",    "status"
	};
	struct ts_query all = { .as_of_us = 0 };

	if (ts_table_new(arena, "store", columns, 11, out, err) != TS_OK)
		return err->status;
	return ts_store_read(world->store, &all, add_row, *out, err);
}

static const struct ts_indicator *
find(const struct ts_registry *registry, const char *measure,
     struct ts_err *err)
{
	const struct ts_plugin *const *list =
		ts_registry_list(registry, TS_KIND_INDICATOR);
	const struct ts_indicator *found = ts_indicator_find(list, measure);
	const char *names[512], *near;
	size_t count = 0;

	if (found != NULL)
		return found;
	for (; *list != NULL; list++) {
		const struct ts_measure *m =
			((const struct ts_indicator *)(const void *)*list)
				->measures;

		for (; m != NULL && m->id != NULL && count < 511; m++)
			names[count++] = m->id;
	}
	names[count] = NULL;
	near = ts_nearest(measure, names);
	(void)ts_fail(err, TS_BAD_USAGE,
		      "no indicator \"%s\"%s%s%s; tradestat list indicators",
		      measure, near != NULL ? "; did you mean \"" : "",
		      near != NULL ? near : "", near != NULL ? "\"?" : "");
	return NULL;
}

enum ts_status
ts_verb_compute(const struct ts_cli *cli, struct ts_err *err)
{
	struct ts_world world = { .conf = NULL };
	struct ts_arena *arena = ts_arena_new((size_t)2 << 30);
	struct ts_table *input = NULL;
	struct ts_results results = { .arena = arena };
	struct ts_settings settings = ts_cli_settings(cli);
	const struct ts_indicator *indicator = NULL;
	TS_AUTO_BUF out = TS_BUF_INIT((size_t)1 << 30);
	enum ts_status status;

	if (arena == NULL)
		return ts_fail(err, TS_SYSTEM, "out of memory");
	status = ts_world_open(cli,
			       cli->input != NULL
				       ? TS_WORLD_PLUGINS
				       : TS_WORLD_PLUGINS | TS_WORLD_STORE,
			       &world, err);
	if (status == TS_OK) {
		indicator = find(world.registry, cli->args[0], err);
		status = indicator != NULL ? TS_OK : err->status;
	}
	if (status == TS_OK)
		status = cli->input != NULL
				 ? ts_table_read_csv(arena, cli->input, &input,
						     err)
				 : table_of_store(&world, arena, &input, err);
	if (status == TS_OK)
		status = ts_indicator_run(indicator, cli->args[0], input,
					  &settings, &results, err);
	if (status == TS_OK) {
		ts_results_csv(&results, &out, true);
		status = ts_buf_check(&out, "results", err);
	}
	if (status == TS_OK)
		status = ts_cli_out(cli, out.data, out.used, err);
	ts_world_close(&world);
	ts_arena_free(arena);
	return status;
}
