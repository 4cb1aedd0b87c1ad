/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h - a clock that stands still until somebody sleeps. */
#ifndef TESTS_DOUBLES_CLOCK_H
#define TESTS_DOUBLES_CLOCK_H

#include <tradestat/clock.h>

struct still_clock {
	struct ts_clock clock;
	int64_t wall_us, mono_us;
	int64_t slept_us;
	int sleeps;
};

static inline int64_t
still_wall(const struct ts_clock *clock)
{
	return ((struct still_clock *)clock->ctx)->wall_us;
}

static inline int64_t
still_mono(const struct ts_clock *clock)
{
	return ((struct still_clock *)clock->ctx)->mono_us;
}

static inline void
still_sleep(const struct ts_clock *clock, int64_t us)
{
	struct still_clock *still = clock->ctx;

	still->wall_us += us;
	still->mono_us += us;
	still->slept_us += us;
	still->sleeps++;
}

/* At the given wall time; the struct must not move afterwards. */
static inline const struct ts_clock *
still_start(struct still_clock *still, const char *wall)
{
	struct ts_err err;

	*still = (struct still_clock){ .clock = { still_wall, still_mono,
						  still_sleep, still } };
	if (ts_time_parse(wall, &still->wall_us, &err) != TS_OK)
		return NULL;
	return &still->clock;
}

#endif
