/* SPDX-License-Identifier: Apache-2.0 */
#include "indicators/engine/indicator.h"

#include <string.h>

static const struct ts_measure *
find_measure(const struct ts_indicator *indicator, const char *id)
{
	const struct ts_measure *measure;

	for (measure = indicator->measures; measure && measure->id; measure++)
		if (strcmp(measure->id, id) == 0)
			return measure;
	return NULL;
}

const struct ts_indicator *
ts_indicator_find(const struct ts_plugin *const *plugins, const char *measure)
{
	const struct ts_indicator *indicator;

	for (; *plugins; plugins++) {
		if ((*plugins)->kind != TS_KIND_INDICATOR)
			continue;
		/* The descriptor begins with its head. */
		indicator = (const struct ts_indicator *)(const void *)*plugins;
		if (find_measure(indicator, measure))
			return indicator;
	}
	return NULL;
}

/* What a computation may use for itself; a matrix of all countries and
 * products of a year takes a few hundredths of it. */
#define SCRATCH_BYTES ((size_t)4 << 30)

static enum ts_status
fill_options(const struct ts_plugin *plugin, const struct ts_settings *settings,
	     struct ts_arena *arena, const void **out, struct ts_err *err)
{
	static const struct ts_settings none = { 0 };
	void *opts = NULL;

	if (plugin->opts_size > 0) {
		opts = ts_arena_alloc(arena, 1, plugin->opts_size);
		if (!opts)
			return ts_fail(err, TS_SYSTEM, "no memory left");
	}
	*out = opts;
	if (plugin->opts)
		return ts_opt_apply(plugin->opts, settings ? settings : &none,
				    opts, arena, NULL, NULL, err);
	if (settings && settings->count > 0)
		return ts_fail(err, TS_BAD_CONFIG, "has no options");
	return TS_OK;
}

/* Results are copies in their own arena: what the plugin needed on the way
 * goes when it returns, so that a report of fifty measures stays small. */
static enum ts_status
compute(const struct ts_indicator *indicator, struct ts_calc *calc,
	const struct ts_settings *settings, struct ts_results *results,
	struct ts_err *err)
{
	enum ts_status status;

	calc->arena = ts_arena_new(SCRATCH_BYTES);
	if (!calc->arena)
		return ts_fail(err, TS_SYSTEM, "no memory left");
	status = fill_options(&indicator->plugin, settings, calc->arena,
			      &calc->opts, err);
	if (status == TS_OK)
		status = indicator->compute(calc, results, err);
	ts_arena_free(calc->arena);
	return status;
}

enum ts_status
ts_indicator_run(const struct ts_indicator *indicator, const char *measure,
		 const struct ts_table *input,
		 const struct ts_settings *settings, struct ts_results *results,
		 struct ts_err *err)
{
	const struct ts_measure *found = find_measure(indicator, measure);
	struct ts_calc calc = { .input = input };
	struct ts_err own = { 0 };

	/* Plugins read the status from the error they filled. */
	if (!err)
		err = &own;
	if (!found)
		return ts_fail(err, TS_NO_INPUT,
			       "%s: the plugin %s has no "
			       "such measure",
			       measure, indicator->plugin.name);
	calc.measure = found->id;
	if (compute(indicator, &calc, settings, results, err) != TS_OK)
		return ts_while(err, "%s", measure);
	return TS_OK;
}
