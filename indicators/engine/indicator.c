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

enum ts_status
ts_indicator_run(const struct ts_indicator *indicator, const char *measure,
		 const struct ts_table *input,
		 const struct ts_settings *settings,
		 struct ts_results *results, struct ts_err *err)
{
	static const struct ts_settings none = { 0 };
	const struct ts_plugin *plugin = &indicator->plugin;
	const struct ts_measure *found = find_measure(indicator, measure);
	struct ts_calc calc = { .input = input, .arena = results->arena };
	struct ts_err own = { 0 };
	void *opts = NULL;

	/* Plugins read the status from the error they filled. */
	if (!err)
		err = &own;
	if (!found)
		return ts_fail(err, TS_NO_INPUT, "%s: the plugin %s has no "
			       "such measure", measure, plugin->name);
	calc.measure = found->id;
	if (plugin->opts_size > 0) {
		opts = ts_arena_alloc(results->arena, 1, plugin->opts_size);
		if (!opts)
			return ts_fail(err, TS_SYSTEM, "%s: no memory left",
				       measure);
	}
	if (plugin->opts &&
	    ts_opt_apply(plugin->opts, settings ? settings : &none, opts,
			 results->arena, NULL, NULL, err) != TS_OK)
		return ts_while(err, "%s", measure);
	if (!plugin->opts && settings && settings->count > 0)
		return ts_fail(err, TS_BAD_CONFIG, "%s: has no options",
			       measure);
	calc.opts = opts;
	if (indicator->compute(&calc, results, err) != TS_OK)
		return ts_while(err, "%s", measure);
	return TS_OK;
}
