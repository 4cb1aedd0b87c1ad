/* SPDX-License-Identifier: Apache-2.0 */
#include <tradestat/delivery.h>

const char *
ts_occasion_name(enum ts_occasion occasion)
{
	static const char *const names[TS_OCCASIONS] = {
		[TS_OCC_EDITION] = "edition",
		[TS_OCC_CORRECTION] = "correction",
		[TS_OCC_RAISED] = "raised",
		[TS_OCC_CLEARED] = "cleared",
		[TS_OCC_TEST] = "test",
	};

	return occasion < TS_OCCASIONS ? names[occasion] : "";
}
