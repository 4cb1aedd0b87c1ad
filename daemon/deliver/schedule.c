/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/deliver/inside.h"

int64_t
ts_retry_wait_us(int failures, int64_t seed)
{
	static const int64_t waits_s[] = { 60, 300, 900, 3600, 10800 };
	size_t last = sizeof waits_s / sizeof waits_s[0] - 1;
	size_t at = failures < 1 ? 0 : (size_t)failures - 1;
	int64_t wait_us = waits_s[at < last ? at : last] * TS_US;
	/* a spread without a random source: the same row waits the same */
	uint64_t mixed = ((uint64_t)seed + 1) * UINT64_C(0x9e3779b97f4a7c15) +
			 (uint64_t)at * UINT64_C(0xbf58476d1ce4e5b9);
	int64_t percent = (int64_t)((mixed >> 32) % 41) - 20;

	return wait_us + wait_us / 100 * percent;
}
