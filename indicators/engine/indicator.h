/* SPDX-License-Identifier: Apache-2.0 */
/*
 * indicator.h - finds the plugin of a measure, fills its options and runs it.
 */
#ifndef INDICATORS_ENGINE_INDICATOR_H
#define INDICATORS_ENGINE_INDICATOR_H

#include <tradestat/plugin.h>

/* plugins: NULL-terminated. NULL: no plugin has this measure. */
const struct ts_indicator *
ts_indicator_find(const struct ts_plugin *const *plugins, const char *measure);

/* Runs one measure over a table; results are appended in a fixed order that
 * does not depend on the order of rows. */
enum ts_status ts_indicator_run(const struct ts_indicator *indicator,
				const char *measure,
				const struct ts_table *input,
				const struct ts_settings *settings,
				struct ts_results *results,
				struct ts_err *err) TS_MUST_USE;

#endif
