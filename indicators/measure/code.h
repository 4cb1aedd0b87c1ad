/* SPDX-License-Identifier: Apache-2.0 */
/*
 * code.h - what a code says about itself: is an area a country, the world, a
 * group of countries or "not specified"; how deep is a product; which way
 * does a flow go. Double counting begins where this is ignored.
 */
#ifndef INDICATORS_MEASURE_CODE_H
#define INDICATORS_MEASURE_CODE_H

#include <stdint.h>
#include "indicators/measure/choice.h"

enum ts_area {
	TS_AREA_COUNTRY,
	TS_AREA_UNSPECIFIED,
	TS_AREA_WORLD,
	TS_AREA_GROUP
};

/* XM: a turnover that is published as such. From OTHER on: flows that are only
 * told under their own name (re-exports are part of exports, investment is no
 * trade) and never added to anything. */
enum ts_flow {
	TS_FLOW_NONE,
	TS_FLOW_X,
	TS_FLOW_M,
	TS_FLOW_XM,
	TS_FLOW_GDP,
	TS_FLOW_OTHER
};
#define TS_FLOW_MOST 200 /* different flows in a table */

#define TS_LEVEL_TOTAL (-1) /* the sum of all products */
#define TS_LEVEL_NAMES 0    /* codes that are words */
#define TS_LEVEL_MAX 14

/* "" is the world: a table without partners is about trade with everybody. */
enum ts_area ts_code_area(const char *code, const struct ts_list *groups,
			  const struct ts_list *unspecified);
int ts_code_level(const char *code);
enum ts_flow ts_code_flow(const char *text);

#endif
