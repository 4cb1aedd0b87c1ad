/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bundle in the output folder is the delivery: publishing it is all there
 * is to do. So this output makes no file; it is there so that a report can
 * say so: deliver = ( { output = "directory"; } ).
 */
#include <tradestat/plugin.h>

const struct ts_output tradestat_plugin = {
	TS_PLUGIN_HEAD(struct ts_output, OUTPUT, "directory",
		       "The bundle in the output folder", NULL, 0),
	.make = NULL,
};
